/* Who may do what where. A role belongs to an address (the verified sender) and an organization and
 * reaches everything below it; the first one of an organization is taken with a one-use code that
 * `linli admin add` prints on the server (design, promise 5). */
#ifndef HANDLERS_ROLES_H
#define HANDLERS_ROLES_H

#include <jansson.h>
#include <stdbool.h>

#include "handlers/organizations.h"
#include "handlers/service.h"

/* Stored numbers; never renumber. A station worker is also the recorder of the record rules. */
enum role_kind {
    ROLE_LEAD = 1,
    ROLE_ORGANIZER = 2,
    ROLE_STATION = 3,
    ROLE_DUTY = 4,
    ROLE_SCHOOL = 5,     /* who answers for a school's students */
    ROLE_DEPARTMENT = 6, /* who answers for a department's line of work (domain.md M70) */
};
enum role_state { ROLE_OFFERED = 1, ROLE_ACTIVE = 2, ROLE_REFUSED = 3, ROLE_REVOKED = 4 };

/* Powers. Which role has which is a table in roles.c. */
enum power {
    POWER_APPOINT,   /* lead */
    POWER_PUBLISH,   /* all but duty: activities */
    POWER_BROADCAST, /* lead, organizer: what costs money */
    POWER_CONFIRM,   /* all but duty: attendance, hours, quality */
    POWER_REGISTER,  /* lead, organizer, station: register others, see identity papers */
    POWER_ANSWER,    /* all: numbered tasks */
    POWER_REPORT,    /* lead, organizer, school, department */
    POWER_PERSONAL,  /* lead: personal data of the whole subtree */
    POWER_COUNT
};
const char *role_kind_name(enum role_kind kind); /* "lead" …; "?" for others */
bool role_kind_parse(struct slice name, enum role_kind *out);
bool role_has(enum role_kind kind, enum power power);

struct role {
    int64_t id;
    int64_t org;
    enum role_kind kind;
    enum role_state state;
    int64_t address;
    struct slice name;
    int64_t granted_at;
    int64_t used_at;
    struct slice org_shown;
    enum org_kind org_kind;
    int64_t slept_at;   /* since when it sleeps until it is woken, 0 when it does not */
    int64_t granted_by; /* roles.id of who gave it, 0 for the server */
};

/* The first role of an organization: writes six digits and a NUL to `code`, good for
 * policy.code_hours and one phone. Only a digest is stored. 0 or GW_E*. */
GW_MUSTCHECK int role_code_make(const struct service *s, int64_t org, enum role_kind kind,
                                char code[8]);

/* What a code would give; binds it to the first phone that shows it. Wrong codes are counted a
 * phone and in all (policy.code_attempts, code_failures). */
enum role_code_outcome {
    ROLE_CODE_GOOD,
    ROLE_CODE_WRONG,  /* unknown, used, expired or bound to another phone: not told which */
    ROLE_CODE_LOCKED, /* too many wrong ones from this phone: nothing is looked at for a day */
    ROLE_CODE_HELD,   /* this phone has that role already; `*out` is it */
};
/* `*out` has org, org_shown and kind for GOOD. */
GW_MUSTCHECK int role_code_check(const struct service *s, int64_t address, struct slice code,
                                 struct role *out);
/* Takes the role: the same outcomes; for GOOD the code is used up and `*out` is the active role.
 * The name is the acceptance (script 3.1). */
GW_MUSTCHECK int role_claim(const struct service *s, int64_t address, struct slice code,
                            struct slice name, struct role *out);

/* Whether a role counts: active, used within policy.role_sleep_days and not put to sleep. Pure. */
bool role_awake(const struct service *s, const struct role *r);
/* Parameters that messages about a role show: org, kind (its name), kinds (a list of one object in
 * which the names of the kind and of the kind of organization are 1). */
void role_describe(json_t *params, const struct role *r);

/* Further roles: offered by a holder of POWER_APPOINT, accepted by the person. Sends "role.offer"
 * {role (id), by, org, by_org, kind, name} as a question. */
enum role_offer_outcome {
    ROLE_OFFER_SENT,
    ROLE_OFFER_UNCHANGED, /* holds or is offered the same already */
    ROLE_OFFER_FORBIDDEN, /* the giver may not */
};
GW_MUSTCHECK int role_offer(const struct service *s, int64_t by_address, int64_t org,
                            enum role_kind kind, int64_t address, struct slice name, int64_t *id);
/* The answer; the one who offered is told as "role.answered" {name, yes, org, kind, kinds}. */
enum role_answer_outcome { ROLE_ANSWER_ACCEPTED, ROLE_ANSWER_REFUSED, ROLE_ANSWER_GONE };
GW_MUSTCHECK int role_answer(const struct service *s, int64_t id, int64_t address, bool yes,
                             struct role *out);
enum role_revoke_outcome {
    ROLE_REVOKED_NOW,
    ROLE_REVOKE_UNCHANGED,
    ROLE_REVOKE_FORBIDDEN,
    ROLE_REVOKE_LAST, /* the last lead of an organization stays */
};
/* What role_revoke would answer, nothing done. */
GW_MUSTCHECK int role_revocable(const struct service *s, int64_t by_address, const struct role *r);
/* Ends a role, or takes an offer back. Who held it is told as "role.ended" {by, org, kind, kinds}.
 */
GW_MUSTCHECK int role_revoke(const struct service *s, int64_t by_address, int64_t id);

/* A phone that no longer belongs to the person it was given to: its roles sleep until a lead wakes
 * them. `why` is for the audit log. Their number or GW_E*. */
GW_MUSTCHECK int role_sleep(const struct service *s, int64_t address, const char *why);
enum role_wake_outcome {
    ROLE_WAKE_NONE,   /* no role of this address sleeps */
    ROLE_WAKE_ASKED,  /* its lead is asked: "role.wake_ask" {act, name, org, kind, kinds, confirm,
                         unbound, days}, confirmed with role_act_confirm; `*lead` is that role */
    ROLE_WAKE_WAITS,  /* was asked within a day */
    ROLE_WAKE_NOBODY, /* no lead above is awake: only a new code from the server helps */
};
/* The holder of a sleeping role wants to use it. `*out` is the role. */
GW_MUSTCHECK int role_wake_ask(const struct service *s, int64_t address, struct role *out,
                               struct role *lead);
/* Wakes it. 1, 0 when it does not sleep or the giver may not, or GW_E*. */
GW_MUSTCHECK int role_wake(const struct service *s, int64_t by_address, int64_t id);

/* Whether an address may use a power on an organization: 1 and the role (`*out` may be NULL), 0
 * when not, or GW_E*. Roles asleep (policy.role_sleep_days without use) do not count. Writes
 * nothing. */
GW_MUSTCHECK int role_may(const struct service *s, int64_t address, enum power power, int64_t org,
                          struct role *out);
/* The same, and when it may: marks the role used and adds to the audit log (`what`, `subject`).
 * Call it where the power is really used. */
GW_MUSTCHECK int role_use(const struct service *s, int64_t address, enum power power, int64_t org,
                          const char *what, int64_t subject, struct role *out);

/* 1 when the address holds any active role with this power (`*out` the highest one), 0, or GW_E*:
 * for "is this an organizer?" before an organization is known. */
GW_MUSTCHECK int role_any(const struct service *s, int64_t address, enum power power,
                          struct role *out);
GW_MUSTCHECK int role_get(const struct service *s, int64_t id,
                          struct role *out); /* 1, 0 or GW_E* */
/* Roles of an address, active first, or (org != 0) of an organization and all below it; in the
 * arena, at most 200. Number or GW_E*. */
GW_MUSTCHECK int roles_of(const struct service *s, int64_t address, struct role **out);
GW_MUSTCHECK int roles_list(const struct service *s, int64_t org, struct role **out);
/* Those of one name in an organization and all below it, at most 200. Number or GW_E*. */
GW_MUSTCHECK int roles_named(const struct service *s, int64_t org, struct slice name,
                             struct role **out);
/* The nearest lead who is awake, of an organization or above it, not at `except`: 1, 0 when there
 * is none, or GW_E*. */
GW_MUSTCHECK int role_lead_of(const struct service *s, int64_t org, int64_t except,
                              struct role *out);

/* An active role without code or question, for the demo district and tests. */
GW_MUSTCHECK int role_grant(const struct service *s, int64_t org, enum role_kind kind,
                            int64_t address, struct slice name, int64_t *id);

/* For role_codes.c: 1 with the new id, 0 when the same is held or offered (`*id` is that one), or
 * GW_E*. */
GW_MUSTCHECK int role_put(const struct service *s, const struct role *r, int64_t by, int64_t *id);
/* For role_codes.c: a row of the audit log. 0 or GW_E*. */
GW_MUSTCHECK int role_audit(const struct service *s, int64_t address, const struct role *r,
                            const char *what, int64_t subject);

#endif
