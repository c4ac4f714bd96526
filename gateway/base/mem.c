#include "gateway/base/mem.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ARENA_BLOCK = 16 * 1024, /* holds what most messages need, so that a reset frees nothing */
    EXIT_NO_MEMORY = 70,
};

struct arena_block {
    struct arena_block *next;
    size_t cap;
    size_t used;
    alignas(max_align_t) char data[];
};

void mem_exhausted(void)
{
    fputs("linli: out of memory; what was accepted is on disk, start again\n", stderr);
    _Exit(EXIT_NO_MEMORY);
}

void *mem_alloc(size_t n)
{
    void *p = calloc(1, n == 0 ? 1 : n);
    if (p == NULL)
        mem_exhausted();
    return p;
}

void *mem_resize(void *p, size_t n)
{
    void *q = realloc(p, n == 0 ? 1 : n);
    if (q == NULL)
        mem_exhausted();
    return q;
}

char *mem_dup(struct slice s)
{
    if (s.n == SIZE_MAX)
        mem_exhausted();
    char *p = mem_alloc(s.n + 1);
    if (s.n > 0)
        memcpy(p, s.p, s.n);
    return p;
}

static struct arena_block *block_new(size_t cap)
{
    if (cap > SIZE_MAX - sizeof(struct arena_block))
        mem_exhausted();
    struct arena_block *b = malloc(sizeof(*b) + cap);
    if (b == NULL)
        mem_exhausted();
    b->next = NULL;
    b->cap = cap;
    b->used = 0;
    return b;
}

/* Aligned memory that is not zeroed. */
static void *arena_take(struct arena *a, size_t n)
{
    const size_t align = alignof(max_align_t);
    if (n > SIZE_MAX - align)
        mem_exhausted();
    n = (n + align - 1) / align * align;
    struct arena_block *b = a->blocks;
    if (b == NULL || b->cap - b->used < n) {
        struct arena_block *fresh = block_new(n > ARENA_BLOCK ? n : ARENA_BLOCK);
        if (b != NULL && n > ARENA_BLOCK) { /* the newest block still has room for small pieces */
            fresh->next = b->next;
            b->next = fresh;
        } else {
            fresh->next = b;
            a->blocks = fresh;
        }
        b = fresh;
    }
    void *p = b->data + b->used;
    b->used += n;
    a->used += n;
    return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
    void *p = arena_take(a, n == 0 ? 1 : n);
    memset(p, 0, n);
    return p;
}

char *arena_str(struct arena *a, struct slice s)
{
    if (s.n == SIZE_MAX)
        mem_exhausted();
    char *p = arena_take(a, s.n + 1);
    if (s.n > 0)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return p;
}

struct slice arena_dup(struct arena *a, struct slice s)
{
    return (struct slice){ arena_str(a, s), s.n };
}

struct slice arena_printf(struct arena *a, const char *format, ...)
{
    char first[256];
    va_list args;
    va_list again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(first, sizeof(first), format, args);
    va_end(args);
    if (n < 0)
        mem_exhausted(); /* the only other reason is a format this program cannot contain */
    char *p = arena_take(a, (size_t)n + 1);
    if ((size_t)n < sizeof(first))
        memcpy(p, first, (size_t)n + 1);
    else
        vsnprintf(p, (size_t)n + 1, format, again);
    va_end(again);
    return (struct slice){ p, (size_t)n };
}

void arena_reset(struct arena *a)
{
    struct arena_block *kept = NULL;
    for (struct arena_block *b = a->blocks; b != NULL;) {
        struct arena_block *next = b->next;
        if (kept == NULL && b->cap == ARENA_BLOCK)
            kept = b;
        else
            free(b);
        b = next;
    }
    if (kept != NULL) {
        kept->next = NULL;
        kept->used = 0;
    }
    a->blocks = kept;
    a->used = 0;
}

void arena_free(struct arena *a)
{
    for (struct arena_block *b = a->blocks; b != NULL;) {
        struct arena_block *next = b->next;
        free(b);
        b = next;
    }
    a->blocks = NULL;
    a->used = 0;
}
