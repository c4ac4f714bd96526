/* What somebody agreed to or refused, in which words, when: a history that is only ever added to;
 * and the opt-outs of a number, which bind at once (PIPL Art. 14, 15). */
#ifndef HANDLERS_CONSENTS_H
#define HANDLERS_CONSENTS_H

#include <stdbool.h>

#include "handlers/service.h"

struct consent {
    int64_t volunteer; /* 0 when it is about the number */
    int64_t address;   /* from where */
    const char
        *kind; /* "registration", "recruitment", "guardian", "school", "story", "opt.all" … */
    struct slice version; /* of the notice that was shown */
    struct slice words;   /* as written; sealed */
    struct slice channel;
    bool yes;
};
/* Adds to the history; 0 or GW_E*. */
GW_MUSTCHECK int consent_put(const struct service *s, const struct consent *c);
/* The last word of a volunteer on a kind: 1 yes, 2 no, 0 never asked, or GW_E*. */
GW_MUSTCHECK int consent_last(const struct service *s, int64_t volunteer, const char *kind);
/* Removes the words of a person who leaves (times and versions stay). 0 or GW_E*. */
GW_MUSTCHECK int consents_forget(const struct service *s, int64_t volunteer);

/* Scopes of an opt-out, each a number's own (stored numbers; never renumber). ALL also stops
 * reminders and other notices; replies always go. */
enum opt_scope {
    OPT_BROADCAST = 1,
    OPT_ALL = 2,
    OPT_NIGHT = 3,
    OPT_REMINDER = 4,
    OPT_WECHAT = 5,
    OPT_FREQUENCY = 6
};
bool opt_scope_parse(struct slice name, enum opt_scope *out); /* "broadcast" … as in slots */

enum opt_outcome { OPT_CHANGED, OPT_UNCHANGED };
/* ALL includes BROADCAST both ways: opting in to BROADCAST lifts ALL. A second opt-out is
 * UNCHANGED. */
GW_MUSTCHECK int opt_out(const struct service *s, int64_t address, enum opt_scope scope,
                         struct slice words, struct slice channel);
GW_MUSTCHECK int opt_in(const struct service *s, int64_t address, enum opt_scope scope,
                        struct slice words, struct slice channel);
enum opt_state { OPT_UNSET, OPT_YES, OPT_NO };
/* OPT_*, or GW_E*. Recruitment needs OPT_YES: silence is no (script 1.1). */
GW_MUSTCHECK int opt_state(const struct service *s, int64_t address, enum opt_scope scope);
/* 1 when notices such as reminders may go to an address (neither ALL nor `scope` is opted out), 0,
 * or GW_E*. */
GW_MUSTCHECK int opt_allows(const struct service *s, int64_t address, enum opt_scope scope);

#endif
