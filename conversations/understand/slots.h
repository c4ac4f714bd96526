/* From a reading to the slots of an intent: the table of readers that intents.json may name. */
#ifndef CONVERSATIONS_UNDERSTAND_SLOTS_H
#define CONVERSATIONS_UNDERSTAND_SLOTS_H

#include <jansson.h>

#include "conversations/understand/date.h"
#include "conversations/understand/understand.h"

struct rule;
struct trace;
struct pattern_match;

struct slot_call {
    const struct understander *u;
    const struct reading *r;
    const struct rule *rule;           /* NULL when a context decided without a pattern */
    const struct pattern_match *match; /* NULL likewise */
    enum direction looks;
    struct trace *trace; /* notes where each slot came from; NULL: nobody wants to know */
    json_t *slots;       /* what named groups and `set` gave stays; readers add */
};

struct understander;
struct reading;

struct slot_reader {
    const char *name;
    void (*read)(struct slot_call *call);
};

const struct slot_reader *slot_reader_find(const char *name);

/* All slots of an intent: `set`, named groups, then its readers. A new reference. */
json_t *slots_read(struct slot_call *call, const struct slot_reader *const *readers);

/* The readers, by file. */
void slots_when(struct slot_call *call); /* slots_time.c */
void slots_moved_to(struct slot_call *call);
void slots_clock(struct slot_call *call);
void slots_part(struct slot_call *call);
void slots_length(struct slot_call *call);
void slots_person(struct slot_call *call); /* slots_person.c, slots_self.c, slots_proxy.c */
void slots_proxy(struct slot_call *call);
void slots_heads(struct slot_call *call);
void slots_self(struct slot_call *call);
void slots_area(struct slot_call *call); /* slots_place.c */
void slots_activity(struct slot_call *call);
void slots_report(struct slot_call *call);
void slots_keyword(struct slot_call *call);
void slots_reason(struct slot_call *call);
void slots_recruit(struct slot_call *call); /* slots_organizer.c */
void slots_claims(struct slot_call *call);
void slots_request(struct slot_call *call);
void slots_profile(struct slot_call *call);

/* Small help for the readers. Text slots are given by their place in the masked text. */
bool slot_has(const struct slot_call *call, const char *key);
void slot_text(struct slot_call *call, const char *key, size_t from, size_t to);
void slot_slice(struct slot_call *call, const char *key, struct slice value);
void slot_date(struct slot_call *call, const char *key, int64_t day);
void slot_clock(struct slot_call *call, const char *key, int minutes);

#endif
