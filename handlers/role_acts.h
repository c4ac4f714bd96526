/* What is done to roles by text: asked for, confirmed with a number, carried out.
 *
 * A sender can be forged where the provider's pushes are unsigned, so what grants a role, ends one
 * or adds an organization is confirmed with a random number that is shown on that phone alone;
 * where they are signed the number is 1 (design, promise 5; script 3.1). A wrong number is counted:
 * policy.code_attempts for one act, twice that for all of a phone in a day. */
#ifndef HANDLERS_ROLE_ACTS_H
#define HANDLERS_ROLE_ACTS_H

#include "handlers/roles.h"

/* Stored numbers; never renumber. */
enum role_act_kind {
    ROLE_ACT_GRANT = 1,  /* offers a role */
    ROLE_ACT_REVOKE = 2, /* ends one */
    ROLE_ACT_WAKE = 3,   /* wakes one that sleeps */
    ROLE_ACT_ORG = 4,    /* adds an organization */
};
struct role_act {
    int64_t id;
    enum role_act_kind kind;
    int64_t by;        /* address */
    int64_t org;       /* of the role; the parent of a new organization */
    int64_t what;      /* enum role_kind, or the enum org_kind of a new organization */
    int64_t role;      /* roles.id to end or wake, 0 for others */
    int64_t address;   /* who gets the role; the area of a new organization */
    struct slice name; /* of the person or the organization */
    int64_t confirm;   /* the number to answer with */
    int64_t made_at;
    int64_t result; /* once done: roles.id or organizations.id */
};
enum role_act_outcome {
    ROLE_ACT_ASK,       /* waits for `confirm` */
    ROLE_ACT_DONE,      /* carried out */
    ROLE_ACT_UNCHANGED, /* is so already */
    ROLE_ACT_FORBIDDEN, /* no power there */
    ROLE_ACT_SELF,      /* a role for oneself */
    ROLE_ACT_LAST,      /* the last lead of an organization stays */
    ROLE_ACT_WRONG,     /* another number */
    ROLE_ACT_LOCKED,    /* too many wrong ones: this one is dead, or none is taken today */
    ROLE_ACT_GONE,      /* carried out, dropped or older than policy.role_confirm_hours */
};

/* Each fills `*act` (arena) and waits for the number: ROLE_ACT_ASK, or why not, or GW_E*. */
GW_MUSTCHECK int role_act_grant(const struct service *s, int64_t by, const struct role *want,
                                struct role_act *act);
GW_MUSTCHECK int role_act_revoke(const struct service *s, int64_t by, int64_t role,
                                 struct role_act *act);
GW_MUSTCHECK int role_act_wake(const struct service *s, int64_t by, int64_t role,
                               struct role_act *act);
/* `org` has parent, kind, name and area; UNCHANGED when the name is taken. */
GW_MUSTCHECK int role_act_org(const struct service *s, int64_t by, const struct organization *org,
                              struct role_act *act);

/* The number that somebody answered. `*act` is filled for all outcomes but GONE. */
GW_MUSTCHECK int role_act_confirm(const struct service *s, int64_t id, int64_t by, int64_t number,
                                  struct role_act *act);
/* Drops it; of a role to wake it ends the role. ROLE_ACT_DONE, LAST, FORBIDDEN or GONE, or GW_E*.
 */
GW_MUSTCHECK int role_act_drop(const struct service *s, int64_t id, int64_t by);
/* Whether one of the kind about a role waits that was made after `since`: 1 with its id, 0 or
 * GW_E*. */
GW_MUSTCHECK int role_act_open(const struct service *s, enum role_act_kind kind, int64_t role,
                               int64_t since, int64_t *id);

#endif
