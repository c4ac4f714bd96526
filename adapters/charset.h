/* What arrives as bytes in some charset becomes clean UTF-8. Pure; any thread. */
#ifndef ADAPTERS_CHARSET_H
#define ADAPTERS_CHARSET_H

#include "gateway/base/error.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

enum charset { CHARSET_UTF8, CHARSET_UTF16BE };

/* By the names providers and Kannel use, in any case: "UTF-8", "US-ASCII"; "UTF-16BE", "UCS-2",
 * "ISO-10646-UCS-2" and their spellings. -1 when unknown. */
int charset_find(struct slice name);

/* Well-formed UTF-8 without NUL in the arena, from `bytes` in `charset`. 0, or GW_EPROTO: malformed
 * UTF-8, a NUL character, half a UTF-16 unit. A lone surrogate becomes U+FFFD, as Kannel cuts pairs
 * when it splits a long text (sms.md 4.1) and the rest of the message still says something. */
GW_MUSTCHECK int charset_decode(enum charset charset, struct slice bytes, struct arena *a,
                                struct slice *out);

/* Well-formed UTF-8: each malformed byte becomes U+FFFD. Borrows `bytes` when there is none. */
struct slice charset_mend(struct slice bytes, struct arena *a);

/* Drops what no text needs and what breaks XML parsers and terminals: C0 controls but tab and line
 * feed, DEL, C1 controls, U+FFFE, U+FFFF. CR LF and CR become LF. `text` is well-formed; the result
 * borrows it when nothing had to go. */
struct slice charset_clean(struct slice text, struct arena *a);

/* Drops the bytes that WeChat lets through although XML forbids them: 0x01–0x08, 0x0B, 0x0C,
 * 0x0E–0x1F (wechat.md 2.2). Borrows `bytes` when there are none. */
struct slice charset_strip_controls(struct slice bytes, struct arena *a);

#endif
