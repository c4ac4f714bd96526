/* What somebody agreed to or refused, in which words, when: a history that is only ever added to;
 * and the opt-outs of a number, which bind at once (PIPL Art. 14, 15). */
#ifndef HANDLERS_CONSENTS_H
#define HANDLERS_CONSENTS_H

#include <stdbool.h>

#include "handlers/organizations.h"

struct consent {
    int64_t volunteer; /* 0 when it is about the number */
    int64_t address;   /* from where */
    const char *kind; /* "registration", "recruitment", "organization", "guardian", "opt.all" … */
    struct slice version; /* of the notice that was shown; of "organization" its short name */
    struct slice words;   /* as written; sealed */
    struct slice channel;
    bool yes;
};
/* Adds to the history; 0 or GW_E*. */
GW_MUSTCHECK int consent_put(const struct service *s, const struct consent *c);
/* The last word of a volunteer on a kind: 1 yes, 2 no, 0 never asked, or GW_E*. */
GW_MUSTCHECK int consent_last(const struct service *s, int64_t volunteer, const char *kind);
/* Whether somebody said yes to being a volunteer, themselves or for a minor a guardian: without it
 * no hours count (domain.md M15). 1, 0 or GW_E*. */
GW_MUSTCHECK int consent_to_serve(const struct service *s, int64_t volunteer);
/* Removes the words of a person who leaves (times and versions stay). 0 or GW_E*. */
GW_MUSTCHECK int consents_forget(const struct service *s, int64_t volunteer);

/* One line of the history, for the person to read. */
struct consent_line {
    int64_t at; /* UTC seconds */
    struct slice kind, version, channel, words;
    struct slice name; /* whose, empty when it is about the number or the person is gone */
    bool yes;
};
/* The history of an address, of the other channels of its person and of those registered there,
 * newest first, at most `limit`, in the arena. `*all` (may be NULL) is how many lines there are.
 * Number or GW_E*. */
GW_MUSTCHECK int consents_of(const struct service *s, int64_t address, int limit,
                             struct consent_line **out, int64_t *all);

/* Scopes of an opt-out (stored numbers; never renumber). ALL also stops reminders and other
 * notices; replies always go. What is said on one channel of a person holds on all of them (phone
 * and bound WeChat); of two channels that were bound later the newest word counts. */
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
/* ALL includes BROADCAST both ways: opting in to BROADCAST lifts ALL, and what was refused of
 * single organizations. A second opt-out is UNCHANGED. */
GW_MUSTCHECK int opt_out(const struct service *s, int64_t address, enum opt_scope scope,
                         struct slice words, struct slice channel);
GW_MUSTCHECK int opt_in(const struct service *s, int64_t address, enum opt_scope scope,
                        struct slice words, struct slice channel);
/* Out of the recruitment of one organization and all below it; that of others stays. */
GW_MUSTCHECK int opt_out_of(const struct service *s, int64_t address,
                            const struct organization *org, struct slice words,
                            struct slice channel);
enum opt_state { OPT_UNSET, OPT_YES, OPT_NO };
/* OPT_*, or GW_E*. Recruitment needs OPT_YES: silence is no (script 1.1). */
GW_MUSTCHECK int opt_state(const struct service *s, int64_t address, enum opt_scope scope);
/* 1 when notices such as reminders may go to an address (neither ALL nor `scope` is opted out), 0,
 * or GW_E*. */
GW_MUSTCHECK int opt_allows(const struct service *s, int64_t address, enum opt_scope scope);
/* 1 when recruitment of an organization (0: of none in particular) may go to an address: it said
 * yes to recruitment and did not refuse that organization or one above it; 0, or GW_E*. */
GW_MUSTCHECK int opt_recruits(const struct service *s, int64_t address, int64_t org);

#endif
