/* All recognized things of a text, and the text with each of them replaced by one character, so
 * that a pattern says {DATE} or {LENGTH} instead of how people write them. */
#ifndef CONVERSATIONS_UNDERSTAND_ENTITIES_H
#define CONVERSATIONS_UNDERSTAND_ENTITIES_H

#include "conversations/understand/clock.h"
#include "conversations/understand/codes.h"
#include "conversations/understand/date.h"
#include "conversations/understand/duration.h"
#include "conversations/understand/words.h"
#include "gateway/base/mem.h"

/* The name in patterns. The character in the masked text is U+E000 plus the number. */
#define ENTITY_MAP(X)                                                                              \
    X(ENTITY_DATE, "DATE")                                                                         \
    X(ENTITY_DAY, "DAY")                                                                           \
    X(ENTITY_TIME, "TIME")                                                                         \
    X(ENTITY_LENGTH, "LENGTH")                                                                     \
    X(ENTITY_PHONE, "PHONE")                                                                       \
    X(ENTITY_ID, "ID")                                                                             \
    X(ENTITY_VAGUE, "VAGUE")                                                                       \
    X(ENTITY_PART, "PART")                                                                         \
    X(ENTITY_COUNT, "COUNT") X(ENTITY_AGE, "AGE") X(ENTITY_MANY, "MANY") X(ENTITY_DENIED, "DENIED")
enum entity_kind {
#define ENTITY_ENUM(name, text) name,
    ENTITY_MAP(ENTITY_ENUM)
#undef ENTITY_ENUM
        ENTITY_KINDS
};
/* ENTITY_DATE, all sure dates; ENTITY_DAY, 15号, which may also number something; ENTITY_VAGUE,
 * 那天; ENTITY_PART, a part of the day alone; ENTITY_COUNT, a number of people; ENTITY_MANY,
 * 几个小时; ENTITY_DENIED, what is only said to be taken back: 不是3小时. */

enum { ENTITIES_MAX = 40 };

struct entity {
    enum entity_kind kind;
    size_t from, to;          /* bytes of the text */
    struct when when;         /* DATE, DAY, VAGUE */
    struct clock_span clock;  /* TIME */
    struct duration duration; /* LENGTH, MANY */
    struct code code;         /* PHONE, ID */
    enum day_part part;       /* PART */
    int number;               /* COUNT, AGE, DAY */
};

struct entities {
    struct entity list[ENTITIES_MAX];
    int count;
    struct slice text;    /* what they were found in: borrowed */
    struct slice masked;  /* in the arena */
    const uint16_t *back; /* of every byte of masked, and its end: the byte of text */
};

/* The first characters of everything recognized, so that the rest of a text is passed over at once.
 * The caller frees with words_free. */
struct words *entities_starters(void);
/* `low` is normalized lower-case text. Everything lives in the arena. */
void entities_find(const struct calendar *calendar, const struct words *starters, struct slice low,
                   struct arena *a, struct entities *out);
/* The entity that stands at a byte of masked, NULL when it is plain text. */
const struct entity *entities_at(const struct entities *e, size_t masked_at);
/* The name in patterns: "DATE". Static. */
const char *entity_name(enum entity_kind kind);
/* 3 bytes: the entity's character. */
void entity_character(enum entity_kind kind, char out[3]);

#endif
