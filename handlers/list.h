/* A growing array in the arena, for lists whose length a statement decides. */
#ifndef HANDLERS_LIST_H
#define HANDLERS_LIST_H

#include <stddef.h>

#include "gateway/base/mem.h"

/* Room for one more behind `count` items of `size` bytes: the same array, or a copy twice as large.
 */
void *list_room(struct arena *a, void *items, int count, size_t size);

#endif
