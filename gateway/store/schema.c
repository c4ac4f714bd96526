#include "gateway/store/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/sbuf.h"

enum { TEXT_LIMIT = 1024 * 1024, NUMBER_DIGITS = 4 };

static const struct {
    const char *name;
    const char *text[2]; /* by dialect */
} macros[] = {
    { "id", { [SCHEMA_SQLITE] = "INTEGER PRIMARY KEY", [SCHEMA_POSTGRES] = "BIGINT PRIMARY KEY" } },
    { "blob", { [SCHEMA_SQLITE] = "BLOB", [SCHEMA_POSTGRES] = "BYTEA" } },
    { "rowless", { [SCHEMA_SQLITE] = "WITHOUT ROWID", [SCHEMA_POSTGRES] = "" } },
};

#define LIST_TEXT "CREATE TABLE IF NOT EXISTS schema_migrations (number @id, path TEXT NOT NULL);"
const struct migration schema_list = {
    .path = "schema_migrations",
    .text = { LIST_TEXT, sizeof(LIST_TEXT) - 1 },
};

static int by_number(const void *a, const void *b)
{
    const struct migration *x = a;
    const struct migration *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

/* The number at the front of a file's name, or 0. */
static int number_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct slice name = slice_of(slash == NULL ? path : slash + 1);
    int64_t number;
    if (name.n <= NUMBER_DIGITS || name.p[NUMBER_DIGITS] != '_' ||
        slice_to_int(slice_head(name, NUMBER_DIGITS), &number) != 0 || number < 1)
        return 0;
    return (int)number;
}

int schema_migrations(const struct embedded_file *const *tables, struct arena *a,
                      struct migration **out, struct fault *fault)
{
    size_t n = 0;
    for (size_t t = 0; tables[t] != NULL; t++)
        for (const struct embedded_file *f = tables[t]; f->path != NULL; f++)
            n += slice_ends(slice_of(f->path), SLICE(".sql")) ? 1 : 0;
    struct migration *all = arena_alloc(a, (n + 1) * sizeof(*all));
    size_t i = 0;
    for (size_t t = 0; tables[t] != NULL; t++) {
        for (const struct embedded_file *f = tables[t]; f->path != NULL; f++) {
            if (!slice_ends(slice_of(f->path), SLICE(".sql")))
                continue;
            int number = number_of(f->path);
            if (number == 0)
                return fault_set(fault, GW_ECONFIG,
                                 "%s: a migration's name begins with four digits and _", f->path);
            all[i++] = (struct migration){
                .number = number,
                .path = f->path,
                .text = { f->start, (size_t)(f->end - f->start) },
            };
        }
    }
    qsort(all, n, sizeof(*all), by_number);
    for (i = 1; i < n; i++)
        if (all[i].number == all[i - 1].number)
            return fault_set(fault, GW_ECONFIG, "%s and %s have the same number", all[i - 1].path,
                             all[i].path);
    *out = all;
    return (int)n;
}

static size_t word_length(struct slice s)
{
    size_t n = 0;
    while (n < s.n && ((s.p[n] >= 'a' && s.p[n] <= 'z') || (s.p[n] >= 'A' && s.p[n] <= 'Z') ||
                       (s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == '_'))
        n++;
    return n;
}

static const char *macro(struct slice name, enum schema_dialect dialect)
{
    for (size_t i = 0; i < sizeof(macros) / sizeof(macros[0]); i++)
        if (slice_eq(name, slice_of(macros[i].name)))
            return macros[i].text[dialect];
    return NULL;
}

int schema_render(const struct migration *m, enum schema_dialect dialect, struct arena *a,
                  struct slice *out, struct fault *fault)
{
    struct sbuf b;
    sbuf_init(&b, TEXT_LIMIT);
    struct slice rest = m->text;
    struct slice plain;
    int rc = 0;
    while (rc == 0 && slice_next(&rest, '@', &plain)) {
        sbuf_add(&b, plain);
        if (plain.p + plain.n == m->text.p + m->text.n) /* the end, without an @ */
            break;
        struct slice name = slice_head(rest, word_length(rest));
        const char *text = macro(name, dialect);
        if (text == NULL)
            rc = fault_set(fault, GW_ECONFIG, "%s: @%.*s is not a known macro", m->path,
                           SLICE_ARG(name));
        else
            sbuf_str(&b, text);
        rest = slice_skip(rest, name.n);
    }
    if (rc == 0 && b.failed)
        rc = fault_set(fault, GW_ECONFIG, "%s: longer than a migration may be", m->path);
    if (rc == 0)
        *out = arena_dup(a, sbuf_slice(&b));
    sbuf_free(&b);
    return rc;
}

/* The number of a name, which is added when it is new; 0 when there is no room. */
static int number_for(struct slice name, struct slice names[SCHEMA_PARAMETERS], int *count)
{
    for (int i = 0; i < *count; i++)
        if (slice_eq(names[i], name))
            return i + 1;
    if (*count == SCHEMA_PARAMETERS)
        return 0;
    names[(*count)++] = name;
    return *count;
}

int schema_number(const char *statement, struct arena *a, struct slice *text,
                  struct slice names[SCHEMA_PARAMETERS])
{
    struct slice rest = arena_dup(a, slice_of(statement));
    struct sbuf b;
    sbuf_init(&b, TEXT_LIMIT);
    int count = 0;
    bool quoted = false;
    bool own = false; /* in what is for PostgreSQL alone */
    bool fits = true;
    while (rest.n > 0) {
        char c = rest.p[0];
        if (!quoted && slice_starts(rest, SLICE("/*pg:"))) {
            rest = slice_skip(rest, 5);
            own = true;
            continue;
        }
        if (own && slice_starts(rest, SLICE("*/"))) {
            rest = slice_skip(rest, 2);
            own = false;
            continue;
        }
        rest = slice_skip(rest, 1);
        size_t n = c == '$' && !quoted ? word_length(rest) : 0;
        if (n == 0) {
            quoted = quoted != (c == '\'');
            sbuf_char(&b, c);
            continue;
        }
        int number = number_for(slice_head(rest, n), names, &count);
        fits = fits && number != 0;
        sbuf_printf(&b, "$%d", number);
        rest = slice_skip(rest, n);
    }
    fits = fits && !b.failed;
    *text = arena_dup(a, sbuf_slice(&b));
    sbuf_free(&b);
    return fits ? count : GW_ETOOBIG;
}
