/* Volunteers: one record a person across all channels (domain.md M14), several persons on one
 * phone, guardians of minors. A record is found by the address somebody writes from. */
#ifndef HANDLERS_VOLUNTEERS_H
#define HANDLERS_VOLUNTEERS_H

#include <stdbool.h>

#include "handlers/service.h"

/* Stored numbers; never renumber. Allowed moves are a table in volunteers.c. */
enum volunteer_state {
    VOLUNTEER_PENDING_GUARDIAN = 1, /* 14 to 17 and the guardian has not said yes: nothing counts */
    VOLUNTEER_ACTIVE = 2,
    VOLUNTEER_FROZEN = 3, /* by a disputed registration: no effects, no identity, no messages */
    VOLUNTEER_LEFT = 4,   /* identity removed; the ledger stays */
};
enum { VOLUNTEER_STATES = 5 };
const char *volunteer_state_name(enum volunteer_state state);
bool volunteer_may_move(enum volunteer_state from, enum volunteer_state to);

/* albp0063 of the national system: 0 failed, 1 passed, 2 pending (domain.md 2.7). */
enum verification { VERIFY_FAILED = 0, VERIFY_PASSED = 1, VERIFY_PENDING = 2 };
enum gender { GENDER_UNKNOWN = 0, GENDER_MALE = 1, GENDER_FEMALE = 2 };

struct volunteer {
    int64_t id;
    struct slice number; /* volunteer number: area, year and a serial; not the ID number */
    struct slice name;   /* empty once left */
    int64_t birth; /* epoch day; with year_only the 31 December, so that nobody is made older */
    bool year_only;
    enum gender gender;
    int64_t area; /* places code, 0 for elsewhere */
    enum volunteer_state state;
    enum verification verification;
    bool provisional; /* second person on a phone, not seen yet: hours wait (script 1.3) */
    int64_t address;  /* where we write to */
    int64_t registered_at;
};
/* Age in whole years at the service's moment. */
int volunteer_age(const struct service *s, const struct volunteer *v);

struct volunteer_form {
    struct slice name; /* 1 to 20 characters */
    int64_t birth;     /* epoch day; any day of the year with year_only */
    bool year_only;
    enum gender gender;
    int64_t area;     /* places code, 0 for elsewhere */
    int64_t address;  /* who writes; 0 for somebody without a phone, who signed on paper */
    bool by_guardian; /* a guardian registers a child from the guardian's own phone */
    bool imported;    /* from an office's list (imports.h): provisional, and without a consent */
    struct slice channel; /* "sms", "wechat", "console" … */
    struct slice notice;  /* version of the notice that was shown, e.g. "register.notice/1" */
    struct slice words;   /* the words of the consent as written; kept sealed */
};
enum volunteer_register_outcome {
    REGISTER_DONE,      /* active */
    REGISTER_GUARDIAN,  /* kept, but waits for a guardian: ask for name and phone, guardian_ask */
    REGISTER_UNCHANGED, /* this person is registered on this phone already */
    REGISTER_TOO_YOUNG, /* under policy.guardian_age: nothing was kept */
    REGISTER_TOO_MANY,  /* policy.people_per_phone are on this phone */
    REGISTER_BAD_NAME,
    REGISTER_BAD_BIRTH, /* in the future or older than policy.oldest_age */
};
/* `*out` is filled for the first three. The consent (kind "registration") is stored with it. A
 * second person on one phone is provisional. */
GW_MUSTCHECK int volunteer_register(const struct service *s, const struct volunteer_form *form,
                                    struct volunteer *out);
/* What register would answer for age alone: REGISTER_DONE, _GUARDIAN, _TOO_YOUNG or _BAD_BIRTH.
 * Pure. */
enum volunteer_register_outcome volunteer_check_birth(const struct service *s, int64_t birth,
                                                      bool year_only);

/* The persons of an address, oldest registration first, without those who left or are frozen; in
 * the arena. Number (0: not registered) or GW_E*. One indexed statement: on the way of every
 * message. */
GW_MUSTCHECK int volunteers_by_address(const struct service *s, int64_t address,
                                       struct volunteer **out);
/* 1 and `*out`, 0 when unknown, or GW_E*. */
GW_MUSTCHECK int volunteer_get(const struct service *s, int64_t id, struct volunteer *out);
/* The one of a name on an address: exactly it, or the only one whose name holds it. 1, 0, or GW_E*.
 */
GW_MUSTCHECK int volunteer_by_name(const struct service *s, int64_t address, struct slice name,
                                   struct volunteer *out);

/* Fields a person may set. Values as in slots: birth "YYYY" or "YYYY-MM-DD", gender "M" or "F",
 * area the code's digits, the rest as written (at most 200 bytes). */
enum volunteer_field {
    FIELD_NAME,
    FIELD_BIRTH,
    FIELD_GENDER,
    FIELD_AREA,
    FIELD_ETHNICITY,
    FIELD_SCHOOL,
    FIELD_OCCUPATION,
    FIELD_SKILLS,
    FIELD_AVAILABILITY,
    FIELD_REMINDER, /* "wechat", "sms" or "none" (signups.h) */
    FIELD_COUNT
};
const char *volunteer_field_name(enum volunteer_field field); /* "name" … as in slots */
bool volunteer_field_parse(struct slice name, enum volunteer_field *out);
enum volunteer_update_outcome {
    UPDATE_DONE,
    UPDATE_UNCHANGED,
    UPDATE_BAD_VALUE,
    UPDATE_LOCKED, /* name and birth of somebody whose papers were seen: at the station only */
};
GW_MUSTCHECK int volunteer_update(const struct service *s, int64_t id, enum volunteer_field field,
                                  struct slice value);
/* The value of a field as text, in the arena: 1, 0 when the person is unknown, or GW_E*. */
GW_MUSTCHECK int volunteer_field(const struct service *s, int64_t id, enum volunteer_field field,
                                 struct slice *value);

/* The ID number: checked, kept sealed, found again by digest only. */
enum volunteer_id_outcome {
    ID_STORED,
    ID_UNCHANGED,
    ID_BAD, /* shape or date */
    ID_BAD_CHECK,
    ID_DUPLICATE, /* another record has it: claim-your-record, never told whose */
    ID_MISMATCH,  /* the year of birth differs from the registered one: kept out, at the station */
    ID_TOO_YOUNG, /* shows an age under policy.guardian_age: not kept */
    ID_GUARDIAN,  /* stored; shows 14 to 17: waits for a guardian now */
};
GW_MUSTCHECK int volunteer_set_id(const struct service *s, int64_t id, struct slice number);
/* "530802********998X" in the arena, empty when there is none. 0 or GW_E*. */
GW_MUSTCHECK int volunteer_masked_id(const struct service *s, int64_t id, struct slice *out);
/* Seen in person at a station or first attendance: no longer provisional; with `papers` also
 * verified. 1 changed, 0 unchanged, or GW_E*. */
GW_MUSTCHECK int volunteer_seen(const struct service *s, int64_t id, bool papers);

/* Another address of the same person (phone and WeChat bound). 1 linked, 0 was already, or GW_E*.
 */
GW_MUSTCHECK int volunteer_link(const struct service *s, int64_t id, int64_t address);
/* Moves between states; 1 moved, 0 when the table forbids it or it is there already, or GW_E*. */
GW_MUSTCHECK int volunteer_move(const struct service *s, int64_t id, enum volunteer_state to);
/* Leaves: open sign-ups are cancelled by the caller first (signups_leave). Name, birth, profile, ID
 * number, links and the words of consents and of the ledger are removed; the ledger keeps its
 * entries under the id. LEAVE_DONE, LEAVE_UNCHANGED or GW_E*. */
enum volunteer_leave_outcome { LEAVE_DONE, LEAVE_UNCHANGED };
GW_MUSTCHECK int volunteer_leave(const struct service *s, int64_t id);

/* A registration that the person never wanted: the same at once, and the record stays as frozen so
 * that it can be looked into. The same outcomes. */
GW_MUSTCHECK int volunteer_freeze(const struct service *s, int64_t id);

struct volunteer_counts {
    int64_t active, verified, pending;
};
/* Registered volunteers of an area and all below it (M10: left and frozen are not counted). 0 or
 * GW_E*. */
GW_MUSTCHECK int volunteers_count(const struct service *s, int64_t area,
                                  struct volunteer_counts *out);

#endif
