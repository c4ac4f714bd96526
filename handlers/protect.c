#include "handlers/protect.h"

static struct slice context_of(const struct service *s, const char *column, int64_t row)
{
    return arena_printf(s->arena, "%s/%lld", column, (long long)row);
}

struct slice protect_text(const struct service *s, const char *column, int64_t row,
                          struct slice clear)
{
    if (clear.n == 0)
        return clear;
    return vault_seal(s->vault, VAULT_TEXT, context_of(s, column, row), clear, s->arena);
}

int protect_open(const struct service *s, const char *column, int64_t row, struct slice sealed,
                 struct slice *clear)
{
    *clear = (struct slice){ 0 };
    if (sealed.n == 0)
        return 0;
    return vault_open_sealed(s->vault, VAULT_TEXT, context_of(s, column, row), sealed, s->arena,
                             clear);
}

struct slice protect_digest(const struct service *s, const char *what, struct slice value)
{
    unsigned char *out = arena_alloc(s->arena, 32);
    struct slice data = arena_printf(s->arena, "%s:%.*s", what, SLICE_ARG(value));
    vault_digest(s->vault, VAULT_LOOKUP, data, out);
    return (struct slice){ (const char *)out, 32 };
}
