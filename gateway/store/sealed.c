#include "gateway/store/sealed.h"

#include <string.h>

enum { CONTEXT_LIMIT = 48 };

static struct slice context(char buffer[CONTEXT_LIMIT], const char *column, int64_t id)
{
    size_t n = strlen(column);
    if (n > CONTEXT_LIMIT - sizeof(id))
        n = CONTEXT_LIMIT - sizeof(id);
    memcpy(buffer, column, n);
    for (size_t i = 0; i < sizeof(id); i++) /* the same bytes on every machine */
        buffer[n + i] = (char)((uint64_t)id >> (8 * i) & 0xFF);
    return (struct slice){ buffer, n + sizeof(id) };
}

struct slice sealed_column(const struct vault *v, const char *column, int64_t id,
                           struct slice clear, struct arena *a)
{
    char buffer[CONTEXT_LIMIT];
    if (clear.n == 0)
        return (struct slice){ 0 };
    return vault_seal(v, VAULT_TEXT, context(buffer, column, id), clear, a);
}

int sealed_open(const struct vault *v, const char *column, int64_t id, struct slice sealed,
                struct arena *a, struct slice *clear)
{
    char buffer[CONTEXT_LIMIT];
    *clear = (struct slice){ 0 };
    if (sealed.n == 0)
        return 0;
    return vault_open_sealed(v, VAULT_TEXT, context(buffer, column, id), sealed, a, clear);
}
