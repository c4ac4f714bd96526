/* The HTML of the leader's screen. Pure; any thread. */
#ifndef GATEWAY_PROGRAM_SCREEN_PAGE_H
#define GATEWAY_PROGRAM_SCREEN_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/sbuf.h"

enum { SCREEN_PAGE_MAX = 256 * 1024 };

/* Nothing is loaded and nothing runs but the page's own style. */
#define SCREEN_POLICY "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"

struct catalogue;

struct screen_view {
    const struct catalogue *catalogue; /* whose messages "screen.…" are the words; borrowed */
    struct slice title;                /* of the activity */
    int64_t number;                    /* people type it, 41 */
    struct slice code;                 /* the six digits */
    struct slice content;              /* of the QR code; empty: there is none now */
    struct slice path;                 /* of this page */
    bool out;                          /* signing out, else checking in */
    bool early, over;                  /* not yet, or no more */
    bool trouble;                      /* it could not be looked up */
    int refresh_s;                     /* seconds until the page asks for itself again */
};
/* Appends the page; the buffer has failed when a message is missing. */
void screen_page(const struct screen_view *view, struct sbuf *out);
/* Appends a QR code as an SVG with a quiet zone of four modules; false when the content is too
 * long for one. */
bool screen_qr(struct slice content, struct sbuf *out);

#endif
