/* A string builder with a hard limit and sticky failure: append as often as you like, look once. */
#ifndef GATEWAY_BASE_SBUF_H
#define GATEWAY_BASE_SBUF_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/base/slice.h"

struct sbuf {
    char *p;  /* NUL-terminated once something was added */
    size_t n; /* bytes used, without the NUL */
    size_t cap;
    size_t max;  /* the limit in bytes */
    bool failed; /* an append went over the limit; p holds what fitted before it */
};

/* Begins an empty builder that never holds more than `max` bytes. Release with sbuf_free. */
void sbuf_init(struct sbuf *b, size_t max);
void sbuf_free(struct sbuf *b);
void sbuf_clear(struct sbuf *b); /* empties, keeps memory, forgets the failure */

/* Appends; what goes beyond the limit is left out and sets `failed`, and so does all after it. */
void sbuf_add(struct sbuf *b, struct slice s);
void sbuf_str(struct sbuf *b, const char *text);
void sbuf_char(struct sbuf *b, char c);
void sbuf_printf(struct sbuf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Appends with &<>"' escaped for XML; control bytes other than tab and newline are dropped. */
void sbuf_xml(struct sbuf *b, struct slice s);
/* Appends percent-encoded as application/x-www-form-urlencoded values are (RFC 3986 unreserved
 * characters stay, the rest is %XX). */
void sbuf_url(struct sbuf *b, struct slice s);

/* What is in it, borrowed until the next change. */
struct slice sbuf_slice(const struct sbuf *b);

#endif
