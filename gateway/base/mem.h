/* Memory: allocation that never returns NULL, and the arena that owns all memory of one message.
 *
 * Running out of memory ends the program with one line on standard error and status 70. What was
 * accepted is on disk (promise 1), so the service manager's restart loses nothing, and no code
 * path has to be written, or tested, for a half-built result. */
#ifndef GATEWAY_BASE_MEM_H
#define GATEWAY_BASE_MEM_H

#include <stddef.h>

#include "gateway/base/slice.h"

/* Ends the program as described above: for libraries that report a failed allocation themselves. */
void mem_exhausted(void) __attribute__((noreturn));

/* Zeroed memory of `n` bytes (at least one); the caller frees it with free(). Any thread. */
void *mem_alloc(size_t n) __attribute__((malloc, returns_nonnull));

/* Resizes; new bytes are not zeroed. The caller frees. Any thread. */
void *mem_resize(void *p, size_t n) __attribute__((returns_nonnull));

/* A NUL-terminated copy of `s`; the caller frees it. Any thread. */
char *mem_dup(struct slice s) __attribute__((malloc, returns_nonnull));

/* One owner for everything that lives as long as one message, request or command. Not shared
 * between threads. Zero-initialised is a valid empty arena. */
struct arena_block;
struct arena {
    struct arena_block *blocks; /* newest first */
    size_t used;                /* bytes handed out since the last reset */
};

/* Zeroed, aligned memory that lives until arena_reset or arena_free. */
void *arena_alloc(struct arena *a, size_t n) __attribute__((returns_nonnull));

/* A NUL-terminated copy in the arena. */
char *arena_str(struct arena *a, struct slice s) __attribute__((returns_nonnull));

/* A copy in the arena, also NUL-terminated behind its end. */
struct slice arena_dup(struct arena *a, struct slice s);

/* printf into the arena. */
struct slice arena_printf(struct arena *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Forgets everything handed out but keeps one block for the next message. */
void arena_reset(struct arena *a);

/* Releases all memory; the arena is empty and usable again. */
void arena_free(struct arena *a);

#endif
