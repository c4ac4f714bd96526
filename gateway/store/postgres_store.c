/* A connection to PostgreSQL; see struct backend in connection.h and postgres.h. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/store/postgres.h"

enum { DEFAULT_LOCK_MS = 5000, COMMIT_QUESTIONS = 50, QUESTION_MS = 100, TEXT_FORMAT = 0 };

/* pg_advisory_lock of whoever brings the schema up to date: "linli" in ASCII. */
#define SCHEMA_LOCK "465557056617"
#define NODE_LOCK   "1819897460" /* "lint", as two 32-bit keys have a space of their own */

struct postgres_store *postgres_of(const struct store *s)
{
    return (struct postgres_store *)(uintptr_t)s; /* the front of one, whatever its constness */
}

/* What an SQLSTATE means to the caller (PostgreSQL manual, appendix A). */
static int state_error(const char *state)
{
    static const struct {
        const char *prefix;
        int rc;
    } table[] = {
        { "40", GW_ECONFLICT },    /* serialization failure, deadlock */
        { "55P03", GW_ECONFLICT }, /* lock not available within lock_timeout */
        { "23505", GW_ECONFLICT }, /* unique: handlers look before, so somebody was faster */
        { "53100", GW_EFULL },     /* disk full */
        { "53", GW_EBUSY },        /* out of connections, out of memory */
        { "57P", GW_ETXGONE },     /* being shut down, crashed, not up yet */
        { "08", GW_ETXGONE },      /* the connection */
        { "25006", GW_ETXGONE },   /* read-only: the primary has become another */
    };
    for (size_t i = 0; state != NULL && i < sizeof(table) / sizeof(table[0]); i++)
        if (strncmp(state, table[i].prefix, strlen(table[i].prefix)) == 0)
            return table[i].rc;
    return GW_EDB;
}

/* One line of what libpq says. */
static void note(struct store *s, const struct sql *sql, const char *words)
{
    char line[160];
    size_t n = strcspn(words, "\n");
    snprintf(line, sizeof(line), "%.*s", (int)(n < sizeof(line) ? n : sizeof(line) - 1), words);
    if (sql != NULL)
        connection_words(s, sql, line);
    else
        snprintf(s->error, sizeof(s->error), "%s", line);
}

static int lose(struct postgres_store *p, const struct sql *sql)
{
    note(&p->base, sql, PQerrorMessage(p->connection));
    p->lost = true;
    p->sent = 0;
    return GW_ETXGONE;
}

int postgres_fail(struct tx *tx, int rc)
{
    tx->error = rc;
    return rc;
}

int postgres_keep(struct postgres_store *p, const char *control)
{
    if (p->kept_count == KEPT_LIMIT) {
        if (!postgres_send_kept(p))
            return lose(p, NULL);
        int rc = postgres_receive(p, NULL, NULL);
        if (rc != 0)
            return rc;
    }
    p->kept[p->kept_count++] = control;
    return 0;
}

static bool send_text(struct postgres_store *p, const char *text)
{
    if (PQsendQueryParams(p->connection, text, 0, NULL, NULL, NULL, NULL, TEXT_FORMAT) != 1)
        return false;
    p->sent++;
    return true;
}

bool postgres_send_kept(struct postgres_store *p)
{
    bool ok = !p->lost;
    for (int i = 0; ok && i < p->kept_count; i++)
        ok = send_text(p, p->kept[i]);
    p->kept_count = 0;
    return ok;
}

/* Looks at one answer; 0 or GW_E*. */
static int judge(struct postgres_store *p, const struct sql *sql, const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        return 0;
    if (status == PGRES_PIPELINE_ABORTED)
        return GW_EDB; /* behind the one that failed */
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    int rc = p->base.read_only ? GW_EDB : state_error(state);
    note(&p->base, sql, PQresultErrorMessage(result));
    if (rc == GW_ETXGONE || PQstatus(p->connection) == CONNECTION_BAD) {
        p->lost = true;
        rc = GW_ETXGONE;
    }
    return rc;
}

int postgres_receive(struct postgres_store *p, const struct sql *sql, PGresult **last)
{
    int rc = 0;
    if (last != NULL)
        *last = NULL;
    if (p->lost || PQpipelineSync(p->connection) != 1)
        return p->lost ? GW_ETXGONE : lose(p, sql);
    int wanted = p->sent;
    p->sent = 0;
    p->succeeded = 0;
    for (int i = 0; i < wanted; i++) {
        PGresult *result = PQgetResult(p->connection);
        if (result == NULL)
            return lose(p, sql);
        int one = judge(p, sql, result);
        p->succeeded += rc == 0 && one == 0;
        rc = rc == 0 ? one : rc;
        if (p->lost) {
            PQclear(result);
            return GW_ETXGONE;
        }
        if (last != NULL && i == wanted - 1)
            *last = result;
        else
            PQclear(result);
        PQclear(PQgetResult(p->connection)); /* the NULL behind each */
    }
    PGresult *synced = PQgetResult(p->connection);
    bool ok = PQresultStatus(synced) == PGRES_PIPELINE_SYNC;
    PQclear(synced);
    if (ok)
        return rc;
    if (last != NULL) {
        PQclear(*last);
        *last = NULL;
    }
    return lose(p, sql);
}

/* Runs one text of one statement. */
static int run_text(struct postgres_store *p, const char *text, PGresult **last)
{
    if (!postgres_send_kept(p) || !send_text(p, text))
        return p->lost ? GW_ETXGONE : lose(p, NULL);
    return postgres_receive(p, NULL, last);
}

/* Settings that hold for the whole connection. */
static int set_up(struct postgres_store *p)
{
    char text[320];
    snprintf(
        text, sizeof(text),
        "SELECT set_config('synchronous_commit', 'on', false), set_config('jit', 'off', false), "
        "set_config('lock_timeout', '%d', false), "
        "set_config('idle_in_transaction_session_timeout', '60000', false), "
        "set_config('default_transaction_read_only', '%s', false)",
        p->lock_ms, p->base.read_only ? "on" : "off");
    PGresult *result = NULL;
    int rc = run_text(p, text, &result);
    PQclear(result);
    return rc;
}

/* Texts are compared and sorted by their bytes, as SQLite does. */
static int check_collation(struct postgres_store *p, struct fault *fault)
{
    PGresult *result = NULL;
    int rc = run_text(p, "SELECT datcollate FROM pg_database WHERE datname = current_database()",
                      &result);
    const char *name = rc == 0 && PQntuples(result) == 1 ? PQgetvalue(result, 0, 0) : "";
    if (rc == 0 && strcmp(name, "C") != 0 && strcmp(name, "C.UTF-8") != 0 &&
        strcmp(name, "POSIX") != 0)
        rc = fault_set(fault, GW_ECONFIG,
                       "store.url: the database sorts by %.40s: make one with CREATE DATABASE … "
                       "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'",
                       name);
    PQclear(result);
    return rc;
}

/* The second key is the node's number; the first says that it is one. */
static int take_node(struct postgres_store *p)
{
    char text[96];
    PGresult *result = NULL;
    snprintf(text, sizeof(text), "SELECT pg_try_advisory_lock(" NODE_LOCK ", %d)", p->node);
    int rc = run_text(p, text, &result);
    if (rc == 0)
        rc = PQgetvalue(result, 0, 0)[0] == 't';
    PQclear(result);
    if (rc == 0)
        note(&p->base, NULL, "another gateway uses this node number");
    return rc;
}

/* Notices ("already exists, skipping") are for nobody. */
static void ignore_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

/* Makes the connection; the one before is gone. 0 or GW_EIO, with words. */
static int connect_now(struct postgres_store *p)
{
    /* What the URL says comes later and wins. A dead peer is noticed within half a minute. */
    const char *const keys[] = {
        "connect_timeout",  "keepalives_idle",           "keepalives_interval",
        "keepalives_count", "tcp_user_timeout",          "dbname",
        "client_encoding",  "fallback_application_name", NULL
    };
    const char *const values[] = { "5", "10", "5", "3", "20000", p->url, "UTF8", "linli", NULL };
    PQfinish(p->connection);
    p->connection = PQconnectdbParams(keys, values, 1);
    p->kept_count = 0;
    p->sent = 0;
    p->begun = false;
    p->lost = true;
    if (p->connection == NULL)
        mem_exhausted();
    if (PQstatus(p->connection) != CONNECTION_OK || PQenterPipelineMode(p->connection) != 1) {
        note(&p->base, NULL, PQerrorMessage(p->connection));
        return GW_EIO;
    }
    PQsetNoticeReceiver(p->connection, ignore_notice, NULL);
    p->lost = false;
    p->generation++;
    int rc = set_up(p);
    if (rc == 0 && p->node >= 0 && take_node(p) != 1)
        rc = GW_EIO; /* the server still holds the session before, or another gateway took it */
    p->lost = rc != 0;
    return rc == 0 ? 0 : GW_EIO;
}

int postgres_open(const struct store_options *options, struct store **out, struct fault *fault)
{
    if (strncmp(options->url, "postgresql://", 13) != 0 &&
        strncmp(options->url, "postgres://", 11) != 0)
        return fault_set(fault, GW_ECONFIG,
                         "store.url: expected postgresql://USER@HOST:PORT/DATABASE, or nothing for "
                         "SQLite");
    struct postgres_store *p = mem_alloc(sizeof(*p));
    p->base.backend = &postgres_backend;
    p->base.read_only = options->read_only;
    p->base.tx.store = &p->base;
    p->node = -1;
    p->url = mem_dup(slice_of(options->url));
    p->lock_ms = options->busy_ms > 0 ? options->busy_ms : DEFAULT_LOCK_MS;
    int rc = connect_now(p);
    if (rc != 0)
        fault_set(fault, rc, "store.url: PostgreSQL cannot be used: %s", p->base.error);
    if (rc == 0)
        rc = check_collation(p, fault);
    if (rc != 0) {
        fault_set(fault, rc, "store.url: PostgreSQL cannot be used: %s", p->base.error);
        store_close(&p->base);
        return rc;
    }
    *out = &p->base;
    return 0;
}

static void postgres_close(struct store *s)
{
    struct postgres_store *p = postgres_of(s);
    PQfinish(p->connection);
    free(p->url);
    free(p);
}

static int postgres_begin(struct store *s)
{
    struct postgres_store *p = postgres_of(s);
    if (!p->lost && PQstatus(p->connection) == CONNECTION_BAD)
        p->lost = true;
    int rc = p->lost ? connect_now(p) : 0;
    if (rc != 0)
        return rc;
    p->begun = true;
    p->transaction[0] = '\0';
    /* Read-only looks see one moment, as SQLite's do. */
    return postgres_keep(p, s->read_only ? "BEGIN ISOLATION LEVEL REPEATABLE READ" : "BEGIN");
}

/* Whether a transaction whose COMMIT had no answer is committed: the database remembers. 0 when it
 * is, GW_ETXGONE when it is not. */
static int ask_commit(struct postgres_store *p)
{
    char id[sizeof(p->transaction)];
    char text[96];
    memcpy(id, p->transaction, sizeof(id));
    if (id[0] == '\0')
        return GW_ETXGONE; /* it wrote nothing */
    snprintf(text, sizeof(text), "SELECT pg_xact_status('%s'::xid8), pg_sleep(0.1)", id);
    for (int i = 0; i < COMMIT_QUESTIONS; i++) {
        PGresult *result = NULL;
        int rc = p->lost ? connect_now(p) : 0;
        if (rc == 0)
            rc = run_text(p, text, &result);
        bool known = rc == 0 && PQntuples(result) == 1 && !PQgetisnull(result, 0, 0);
        bool committed = known && strcmp(PQgetvalue(result, 0, 0), "committed") == 0;
        bool aborted = known && strcmp(PQgetvalue(result, 0, 0), "aborted") == 0;
        PQclear(result);
        if (committed)
            return 0;
        if (aborted || rc == GW_EDB)
            break;
        if (rc != 0)
            (void)poll(NULL, 0, QUESTION_MS);
    }
    return GW_ETXGONE;
}

static int postgres_commit(struct store *s)
{
    struct postgres_store *p = postgres_of(s);
    if (p->kept_count > 0 && p->kept[0][0] == 'B') { /* nothing was sent since BEGIN */
        p->kept_count = 0;
        p->begun = false;
        return 0;
    }
    PGresult *result = NULL;
    int rc = run_text(p, "COMMIT", &result);
    /* PostgreSQL answers ROLLBACK to the COMMIT of a transaction that has failed. */
    if (rc == 0 && strcmp(PQcmdStatus(result), "COMMIT") != 0)
        rc = GW_ETXGONE;
    PQclear(result);
    if (rc == GW_ETXGONE && p->lost)
        rc = ask_commit(p);
    p->begun = rc != 0;
    return rc;
}

static void postgres_rollback(struct store *s)
{
    struct postgres_store *p = postgres_of(s);
    bool sent = p->kept_count == 0 || p->kept[0][0] != 'B';
    p->kept_count = 0;
    if (p->begun && sent && !p->lost && run_text(p, "ROLLBACK", NULL) != 0)
        p->lost = true; /* a new connection has no transaction */
    p->begun = false;
}

static int postgres_savepoint(struct tx *tx, enum savepoint what)
{
    struct postgres_store *p = postgres_of(tx->store);
    if (p->lost)
        return postgres_fail(tx, GW_ETXGONE);
    int rc = 0;
    if (what == SAVEPOINT_MARK) {
        rc = postgres_keep(p, "SAVEPOINT message");
    } else if (p->kept_count > 0 && p->kept[p->kept_count - 1][0] == 'S') {
        p->kept_count--; /* nothing was done in it */
    } else {
        if (what == SAVEPOINT_UNDO)
            rc = postgres_keep(p, "ROLLBACK TO message");
        if (rc == 0)
            rc = postgres_keep(p, "RELEASE message");
    }
    return rc == 0 ? 0 : postgres_fail(tx, rc);
}

/* A script of several statements is for the simple protocol, which pipeline mode does not have. */
static int postgres_exec(struct store *s, const char *text)
{
    struct postgres_store *p = postgres_of(s);
    int rc = 0;
    if (p->lost || !postgres_send_kept(p))
        return p->lost ? GW_ETXGONE : lose(p, NULL);
    rc = postgres_receive(p, NULL, NULL);
    if (rc != 0)
        return rc;
    if (PQexitPipelineMode(p->connection) != 1)
        return lose(p, NULL);
    PGresult *result = PQexec(p->connection, text);
    rc = judge(p, NULL, result);
    PQclear(result);
    if (PQenterPipelineMode(p->connection) != 1)
        return lose(p, NULL);
    return rc;
}

/* Not by SQL(), which is for what both databases take. */
static const struct sql postgres_clock = {
    "postgres_clock",
    "SELECT CAST(FLOOR(EXTRACT(EPOCH FROM clock_timestamp())) AS BIGINT), "
    "CAST(pg_current_xact_id() AS TEXT)",
    __FILE__, __LINE__
};

static int postgres_now(struct tx *tx, int64_t *now)
{
    struct postgres_store *p = postgres_of(tx->store);
    struct rows *rows = sql_rows(tx, &postgres_clock, NO_BINDS);
    int rc = rows_next(tx, rows);
    if (rc != 1)
        return rc;
    *now = rows_int(rows, 0);
    struct slice id = rows_text(rows, 1);
    snprintf(p->transaction, sizeof(p->transaction), "%.*s", SLICE_ARG(id));
    rows_close(tx, rows);
    return 0;
}

static int postgres_lock(struct store *s)
{
    struct postgres_store *p = postgres_of(s);
    if (p->base.tx.open)
        return GW_EINVAL;
    int rc = p->lost ? connect_now(p) : 0;
    /* Another process's migration may take longer than a row's lock. */
    if (rc == 0)
        rc = run_text(p, "SET lock_timeout = '10min'", NULL);
    if (rc == 0)
        rc = run_text(p, "SELECT pg_advisory_lock(" SCHEMA_LOCK ")", NULL);
    if (rc == 0)
        rc = set_up(p);
    return rc;
}

static void postgres_unlock(struct store *s)
{
    struct postgres_store *p = postgres_of(s);
    if (!p->lost && run_text(p, "SELECT pg_advisory_unlock(" SCHEMA_LOCK ")", NULL) != 0)
        p->lost = true; /* with the session the lock is gone as well */
}

static int postgres_claim(struct store *s, int node)
{
    struct postgres_store *p = postgres_of(s);
    p->node = node;
    int rc = take_node(p);
    if (rc <= 0)
        p->node = -1;
    return rc;
}

const struct backend postgres_backend = {
    .dialect = SCHEMA_POSTGRES,
    .shared = true,
    .close = postgres_close,
    .begin = postgres_begin,
    .commit = postgres_commit,
    .rollback = postgres_rollback,
    .savepoint = postgres_savepoint,
    .exec = postgres_exec,
    .now = postgres_now,
    .lock = postgres_lock,
    .unlock = postgres_unlock,
    .claim = postgres_claim,
    .prepare = postgres_prepare,
    .discard = postgres_discard,
    .parameter = postgres_parameter,
    .bind = postgres_bind,
    .start = postgres_start,
    .next = postgres_next,
    .stop = postgres_stop,
    .changed = postgres_changed,
    .integer = postgres_integer,
    .text = postgres_text,
    .blob = postgres_blob,
    .null = postgres_null,
};
