#include "conversations/names.h"

#include <stdlib.h>

#include "gateway/base/mem.h"

/* The place of a name, or the free place where it belongs. */
static struct name_row *find_row(const struct names *t, struct slice name)
{
    size_t i = (size_t)slice_hash(name) & (t->cap - 1);
    while (t->rows[i].name.p != NULL && !slice_eq(t->rows[i].name, name))
        i = (i + 1) & (t->cap - 1);
    return &t->rows[i];
}

static void grow(struct names *t)
{
    struct names bigger = { .cap = t->cap == 0 ? 64 : t->cap * 2 };
    bigger.rows = mem_alloc(bigger.cap * sizeof *bigger.rows);
    for (size_t i = 0; i < t->cap; i++)
        if (t->rows[i].name.p != NULL)
            *find_row(&bigger, t->rows[i].name) = t->rows[i];
    bigger.count = t->count;
    free(t->rows);
    *t = bigger;
}

bool names_put(struct names *t, struct slice name, void *thing)
{
    if ((t->count + 1) * 2 > t->cap)
        grow(t);
    struct name_row *row = find_row(t, name);
    if (row->name.p != NULL)
        return false;
    *row = (struct name_row){ name, thing };
    t->count++;
    return true;
}

void *names_get(const struct names *t, struct slice name)
{
    if (t->cap == 0)
        return NULL;
    return find_row(t, name)->thing;
}

void names_free(struct names *t)
{
    free(t->rows);
    *t = (struct names){ 0 };
}
