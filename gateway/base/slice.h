/* A run of bytes that somebody else owns. Webhook bytes are not strings. */
#ifndef GATEWAY_BASE_SLICE_H
#define GATEWAY_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
    const char *p; /* may be NULL when n is 0 */
    size_t n;
};

#define SLICE(literal) ((struct slice){ "" literal, sizeof(literal) - 1 })
/* For printf's "%.*s". */
#define SLICE_ARG(s) (int)(s).n, (s).p ? (s).p : ""

/* All functions are pure and may be called from any thread. Results borrow from their argument. */
struct slice slice_of(const char *text); /* NULL gives the empty slice */
bool slice_eq(struct slice a, struct slice b);
bool slice_eq_nocase(struct slice a, struct slice b); /* ASCII letters only */
bool slice_starts(struct slice s, struct slice head);
bool slice_ends(struct slice s, struct slice tail);
struct slice slice_trim(struct slice s);           /* ASCII white space at both ends */
struct slice slice_skip(struct slice s, size_t n); /* clamps */
struct slice slice_head(struct slice s, size_t n); /* clamps */

/* Position of `needle`, or -1. */
ptrdiff_t slice_find(struct slice s, struct slice needle);

/* Takes what stands before the first `c` off the front of `*rest`, and the `c`; the whole rest when
 * there is none. Returns false when `*rest` was empty. */
bool slice_next(struct slice *rest, char c, struct slice *part);

/* Decimal with optional minus, nothing else around it; 0 on success, else GW_EINVAL. */
int slice_to_int(struct slice s, int64_t *out);

/* FNV-1a, for hash tables in memory only. */
uint64_t slice_hash(struct slice s);

#endif
