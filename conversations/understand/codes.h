/* Phone and document numbers in any spelling: +86, spaces, hyphens, full-width, Chinese digits.
 * What is read is only the number; whether it is true is for the handlers. Pure; any thread. */
#ifndef CONVERSATIONS_UNDERSTAND_CODES_H
#define CONVERSATIONS_UNDERSTAND_CODES_H

#include <stdbool.h>

#include "gateway/base/slice.h"

enum code_kind {
    CODE_NONE,
    CODE_PHONE,          /* 11 digits, 1[3-9]… (domain.md 3.4) */
    CODE_RESIDENT_ID,    /* 18 characters (domain.md 3.1) */
    CODE_RESIDENT_ID_15, /* the legacy form */
    CODE_HKMO_PERMIT,    /* H or M and 8 or 10 digits (domain.md 3.2) */
};

struct code {
    enum code_kind kind;
    char text[24]; /* upper case, NUL-terminated */
};

bool code_read(struct slice s, size_t *i, struct code *out);
/* The value of the slot id_type; NULL for a plain resident ID and a phone. */
const char *code_id_type(enum code_kind kind);

#endif
