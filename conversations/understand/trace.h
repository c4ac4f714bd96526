/* What was tried on the way from a text to an intent, for a person who debugs a pattern. Filled
 * only when understand_read_traced was given one: reading and deciding do the same with and
 * without, and nothing is noted, allocated or computed when there is none. */
#ifndef CONVERSATIONS_UNDERSTAND_TRACE_H
#define CONVERSATIONS_UNDERSTAND_TRACE_H

#include "conversations/understand/normal.h"
#include "conversations/understand/rules.h"
#include "conversations/understand/understand.h"

/* Which part of the decision was the last word, in the order in which they are asked. */
#define TRACE_STAGE_MAP(X)                                                                         \
    X(TRACE_NOTHING, "nothing")                                                                    \
    X(TRACE_FIRST, "danger or subscription")                                                       \
    X(TRACE_WORD, "word")                                                                          \
    X(TRACE_CONTEXT, "context")                                                                    \
    X(TRACE_PATTERN, "pattern")                                                                    \
    X(TRACE_SOUND, "pattern by sound")
enum trace_stage {
#define TRACE_STAGE_ENUM(name, text) name,
    TRACE_STAGE_MAP(TRACE_STAGE_ENUM)
#undef TRACE_STAGE_ENUM
};

enum { TRACE_SLOTS = 48 };

/* Where a slot came from. */
struct trace_slot {
    char slot[32];
    const char *kind; /* "set" of the rule, "group" of its pattern, "reader" of the intent,
                         "answer" in this context */
    const char *by;   /* the rule, the group, the reader */
};

struct trace {
    struct normal folded; /* the text before known misspellings and synonyms were put right */
    struct normal mended; /* and behind it, with both wishes of the text */
    enum trace_stage stage;
    const struct reading *decided; /* whose pattern won; NULL when none did */
    const struct candidate *winner;
    struct trace_slot slots[TRACE_SLOTS];
    int slot_count;
};

/* Notes every slot that is not noted yet. */
void trace_slots(struct trace *t, const json_t *slots, const char *kind, const char *by);

/* understand_read with a trace, which must outlive the reading. */
struct reading *understand_read_traced(const struct understander *u, struct slice text,
                                       enum text_channel channel, int64_t now, struct arena *a,
                                       struct trace *trace);

#endif
