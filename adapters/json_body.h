/* A JSON body that a provider pushes, read so that one entry nobody can use harms no other. Pure;
 * any thread. */
#ifndef ADAPTERS_JSON_BODY_H
#define ADAPTERS_JSON_BODY_H

#include <jansson.h>

#include "adapters/adapter.h"

/* Our own limits: no provider's batch has more than 500 entries (Montnets' reports, sms.md 7.2),
 * and an entry with the longest text has some 1.5 KB. */
enum {
    JSON_BODY_BYTES_MAX = 1024 * 1024,
    JSON_BODY_ENTRIES_MAX = 1000,
    JSON_BODY_WORD_MAX = 128, /* an id, a number, a time, a code */
};

/* Parses an object or an array. A person's text may hold what strict parsers refuse, and with it
 * everybody else's: NUL and halves of surrogate pairs (a long SMS is cut anywhere, sms.md 4.1),
 * malformed UTF-8 and raw control characters become U+FFFD; a number of more than 18 digits becomes
 * a string, as no integer holds it. REFUSED_NONE and a new reference, or REFUSED_TOO_BIG (bytes,
 * entries, depth), REFUSED_MALFORMED. */
enum webhook_refusal json_body_read(struct slice body, json_t **out);

/* A member that is a short word, copied into the arena: a string, or a number as its digits. A NULL
 * pointer when it is absent, of another type, longer than JSON_BODY_WORD_MAX or holds control
 * characters. */
struct slice json_body_word(const json_t *object, const char *key, struct arena *a);
/* A member that is a text of a person: clean, and cut to ADAPTER_TEXT_MAX, in the arena. A NULL
 * pointer when it is no string. */
struct slice json_body_text(const json_t *object, const char *key, struct arena *a);

#endif
