/* Statements on PostgreSQL; see struct backend in connection.h and postgres.h. All rows of an
 * answer are in memory at once: statements of one transaction run while another is walked. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/store/postgres.h"

enum { BINARY_FORMAT = 1, NUMBER_SIZE = 24, NAME_SIZE = 24 };

/* The types that a result may have: oids of pg_type.dat, which never change. */
enum type {
    TYPE_BOOL = 16,
    TYPE_BYTEA = 17,
    TYPE_NAME = 19,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_TEXT = 25,
    TYPE_VARCHAR = 1043
};

struct postgres_rows {
    struct rows base; /* first */
    struct arena arena;
    const char *text; /* with $1, $2 … */
    struct slice parameters[SCHEMA_PARAMETERS];
    char name[NAME_SIZE];     /* on the server */
    unsigned long generation; /* of the connection it is prepared in */
    PGresult *result;
    int at, count;
    /* What is bound. */
    Oid types[BIND_LIMIT]; /* declared when it is prepared; 0: the server finds out */
    const char *values[BIND_LIMIT];
    int lengths[BIND_LIMIT];
    int formats[BIND_LIMIT];
    char numbers[BIND_LIMIT][NUMBER_SIZE];
};

static struct postgres_rows *of(const struct rows *rows)
{
    return (struct postgres_rows *)(uintptr_t)rows; /* the front of one, whatever its constness */
}

struct rows *postgres_prepare(struct tx *tx, const struct sql *sql)
{
    struct postgres_store *p = postgres_of(tx->store);
    struct postgres_rows *r = mem_alloc(sizeof(*r));
    struct slice text;
    int parameters = schema_number(sql->text, &r->arena, &text, r->parameters);
    if (parameters < 0 || parameters > BIND_LIMIT) {
        connection_misuse(tx, sql, "too many parameters");
        postgres_discard(tx->store, &r->base);
        return NULL;
    }
    r->text = text.p;
    r->base.parameters = parameters;
    snprintf(r->name, sizeof(r->name), "s%lu", p->next_name++);
    return &r->base;
}

void postgres_discard(struct store *s, struct rows *rows)
{
    struct postgres_rows *r = of(rows);
    (void)s; /* what is prepared there ends with the connection */
    PQclear(r->result);
    arena_free(&r->arena);
    free(r);
}

struct slice postgres_parameter(const struct rows *rows, int index)
{
    return of(rows)->parameters[index - 1];
}

int postgres_bind(struct tx *tx, struct rows *rows, int index, const struct bind *b)
{
    struct postgres_rows *r = of(rows);
    int i = index - 1;
    (void)tx;
    if (b->kind == BIND_KIND_INT) {
        r->types[i] = TYPE_INT8; /* in "$org = 0" the server would take it for an INT4 */
        snprintf(r->numbers[i], NUMBER_SIZE, "%" PRId64, b->number);
        r->values[i] = r->numbers[i];
        r->formats[i] = 0;
    } else if (b->kind == BIND_KIND_NULL) {
        r->values[i] = NULL;
        r->types[i] = 0;
    } else {
        r->values[i] =
            b->bytes.p == NULL ? "" : b->bytes.p; /* libpq takes a null pointer for NULL */
        r->lengths[i] = (int)b->bytes.n;
        r->formats[i] = BINARY_FORMAT;
        r->types[i] = 0; /* TEXT or BYTEA, by the column */
    }
    return 0;
}

static bool known_types(const PGresult *result)
{
    for (int i = 0; i < PQnfields(result); i++) {
        switch ((enum type)PQftype(result, i)) {
        case TYPE_BOOL:
        case TYPE_BYTEA:
        case TYPE_NAME:
        case TYPE_INT8:
        case TYPE_INT2:
        case TYPE_INT4:
        case TYPE_TEXT:
        case TYPE_VARCHAR:
            continue;
        }
        return false;
    }
    return true;
}

int postgres_start(struct tx *tx, struct rows *rows)
{
    struct postgres_rows *r = of(rows);
    struct postgres_store *p = postgres_of(tx->store);
    bool sent = postgres_send_kept(p);
    bool fresh = r->generation != p->generation;
    int place = p->sent;
    PQclear(r->result); /* of the run before, when that was a command */
    r->result = NULL;
    if (sent && fresh) {
        sent = PQsendPrepare(p->connection, r->name, r->text, rows->parameters, r->types) == 1;
        p->sent += sent;
    }
    if (sent) {
        sent = PQsendQueryPrepared(p->connection, r->name, rows->parameters, r->values, r->lengths,
                                   r->formats, BINARY_FORMAT) == 1;
        p->sent += sent;
    }
    /* What could not be sent is told like what has no answer. */
    int rc = postgres_receive(p, rows->sql, &r->result);
    if (fresh && p->succeeded > place)
        r->generation = p->generation; /* also when it could not run afterwards */
    if (rc == 0 && !sent) {
        p->lost = true;
        rc = GW_ETXGONE;
    }
    if (rc == 0 && !known_types(r->result))
        rc = connection_misuse(tx, rows->sql, "a column of a type that SQLite does not have");
    if (rc != 0) {
        PQclear(r->result);
        r->result = NULL;
        return postgres_fail(tx, rc);
    }
    rows->reads_only = strncmp(PQcmdStatus(r->result), "SELECT", 6) == 0;
    r->at = -1;
    r->count = PQntuples(r->result);
    return 0;
}

int postgres_next(struct tx *tx, struct rows *rows)
{
    struct postgres_rows *r = of(rows);
    (void)tx;
    if (r->at + 1 >= r->count)
        return 0;
    r->at++;
    return 1;
}

/* The result of a command stays for postgres_changed. */
void postgres_stop(struct rows *rows)
{
    struct postgres_rows *r = of(rows);
    r->at = r->count;
    if (!rows->reads_only)
        return;
    PQclear(r->result);
    r->result = NULL;
}

int64_t postgres_changed(const struct store *s, const struct rows *rows)
{
    struct postgres_rows *r = of(rows);
    int64_t changed = 0;
    (void)s;
    if (slice_to_int(slice_of(PQcmdTuples(r->result)), &changed) != 0)
        changed = 0;
    return changed;
}

/* Big-endian, signed, of 1 to 8 bytes. */
static int64_t read_integer(const char *p, int length)
{
    uint64_t value = length > 0 && (p[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (int i = 0; i < length && i < 8; i++)
        value = value << 8 | (unsigned char)p[i];
    return (int64_t)value;
}

int64_t postgres_integer(const struct rows *rows, int column)
{
    const struct postgres_rows *r = of(rows);
    if (PQgetisnull(r->result, r->at, column))
        return 0;
    const char *p = PQgetvalue(r->result, r->at, column);
    int length = PQgetlength(r->result, r->at, column);
    int64_t value = 0;
    switch ((enum type)PQftype(r->result, column)) {
    case TYPE_BOOL:
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8:
        return read_integer(p, length);
    default:
        return slice_to_int((struct slice){ p, (size_t)length }, &value) == 0 ? value : 0;
    }
}

struct slice postgres_text(const struct rows *rows, int column)
{
    const struct postgres_rows *r = of(rows);
    if (PQgetisnull(r->result, r->at, column))
        return (struct slice){ 0 };
    return (struct slice){ PQgetvalue(r->result, r->at, column),
                           (size_t)PQgetlength(r->result, r->at, column) };
}

struct slice postgres_blob(const struct rows *rows, int column)
{
    return postgres_text(rows, column);
}

bool postgres_null(const struct rows *rows, int column)
{
    const struct postgres_rows *r = of(rows);
    return PQgetisnull(r->result, r->at, column) != 0;
}
