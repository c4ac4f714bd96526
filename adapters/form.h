/* application/x-www-form-urlencoded bodies and URL queries into names and values. Pure; any thread.
 */
#ifndef ADAPTERS_FORM_H
#define ADAPTERS_FORM_H

#include "gateway/base/error.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

/* Our own limits: providers send at most some 40 fields (sms.md 3.1), and a text of the largest
 * size, percent-encoded, in 64 KiB. */
enum {
    FORM_BYTES_MAX = 64 * 1024,
    FORM_FIELDS_MAX = 128,
    FORM_NAME_MAX = 64,
};

struct form_field {
    struct slice name; /* decoded */
    struct slice
        value; /* decoded bytes in whatever charset the sender uses; never a NULL pointer */
};

struct form {
    struct form_field *fields; /* in the order sent, duplicates included */
    size_t count;
};

/* Splits at '&', decodes %XX and '+'. Empty parts are skipped, a part without '=' has an empty
 * value. 0; GW_ETOOBIG over a limit; GW_EPROTO for a '%' without two hexadecimal digits. Lives in
 * the arena. */
GW_MUSTCHECK int form_parse(struct slice text, struct arena *a, struct form *out);

/* The first value of a name; a NULL pointer inside when it was not sent. */
struct slice form_get(const struct form *form, const char *name);

#endif
