/* Registered by somebody else (domain.md M15, 5.2 "registered without consent", 6.1): a station
 * worker gives name, year of birth and phone, and the person's own yes on that phone makes the
 * record. Until then there is no record, no hours and no other text; silence of policy.proxy_days
 * deletes what was given, a no deletes it at once and for good. Without a phone a signature on
 * paper takes the place of the yes, kept by the number of its sheet. */
#ifndef HANDLERS_PROXIES_H
#define HANDLERS_PROXIES_H

#include "handlers/roles.h"
#include "handlers/volunteers.h"

struct proxy_form {
    int64_t by;        /* address of who registers: needs POWER_REGISTER */
    struct slice name; /* 1 to 20 characters */
    int64_t birth;     /* epoch day; any day of the year with year_only */
    bool year_only;
    enum gender gender;
    int64_t area;       /* places code */
    struct slice phone; /* as written; empty with paper */
    struct slice paper; /* number of the signed sheet, at most 40 bytes */
};
enum proxy_outcome {
    PROXY_ASKED,     /* "proxy.ask" {request, org, by, name, birth} is on its way, as a question */
    PROXY_PAPER,     /* registered by the signature on paper, without a phone */
    PROXY_UNCHANGED, /* the number was asked about this and may still answer */
    PROXY_KNOWN,     /* this person is registered on that number, or by paper, already */
    PROXY_BARRED,    /* the number said no before, or stopped all texts: it is not asked again */
    PROXY_OWN,       /* the worker's own number: a yes from there would be the worker's */
    PROXY_BAD_PHONE,
    PROXY_BAD_NAME,
    PROXY_BAD_BIRTH,
    PROXY_MINOR,    /* under policy.adult_age: the guardian registers; nothing was kept */
    PROXY_TOO_MANY, /* policy.people_per_phone are on that number */
    PROXY_DAY_MAX,  /* policy.proxy_day_max people were registered by this worker today */
    PROXY_FORBIDDEN,
};
enum { PROXY_OUTCOMES = 13 };
const char *proxy_outcome_name(enum proxy_outcome outcome); /* "asked" …; "?" for others */

/* Asks the person, or with `paper` registers at once. Outcome or GW_E*. */
GW_MUSTCHECK int proxy_register(const struct service *s, const struct proxy_form *form);

enum proxy_answer_outcome { PROXY_YES, PROXY_NO, PROXY_GONE };
/* The answer from the asked number: YES makes the record with its consent (`*out`, may be NULL), NO
 * deletes what was given. */
GW_MUSTCHECK int proxy_answer(const struct service *s, int64_t request, int64_t address, bool yes,
                              struct slice words, struct slice channel, struct volunteer *out);

struct proxy_giver {
    int64_t org;
    int64_t address;
    int64_t volunteer; /* the record that a yes made, 0 when there is none */
    struct slice name; /* organization and name: 老街社区站罗琼 */
};
/* Somebody says they never wanted it: what was given is deleted, the number is never asked again.
 * 1 with who gave it, 0 when nobody registered this number, or GW_E*. The record, if a yes made
 * one, is the caller's to freeze (volunteer_freeze). */
GW_MUSTCHECK int proxy_dispute(const struct service *s, int64_t address, struct proxy_giver *out);

/* Timer "proxy.expires": silence deletes. */
int proxy_expires(const struct service *s, int64_t request);

#endif
