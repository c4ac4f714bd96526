#include "handlers/list.h"

#include <string.h>

void *list_room(struct arena *a, void *items, int count, size_t size)
{
    size_t n = (size_t)count;
    if (n > 0 && (n < 8 || (n & (n - 1)) != 0))
        return items;
    void *larger = arena_alloc(a, (n < 8 ? 8 : 2 * n) * size);
    if (n > 0)
        memcpy(larger, items, n * size);
    return larger;
}
