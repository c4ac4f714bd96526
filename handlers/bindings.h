/* One person, two channels: a phone is bound to the WeChat address of its person, proved by a
 * one-time code that goes to that phone by SMS. From then on both addresses share one conversation,
 * and the person's record hangs on both. */
#ifndef HANDLERS_BINDINGS_H
#define HANDLERS_BINDINGS_H

#include "handlers/volunteers.h"

enum bind_send_outcome {
    BIND_SENT, /* "bind.code" {code} is on its way, before everything else that waits */
    BIND_SOON, /* less than policy.bind_wait_seconds after the last one: `wait` seconds more */
    BIND_MANY, /* policy.bind_codes_day were asked for within a day, here or for that phone */
    BIND_WRONG_PHONE, /* no mobile number */
};
struct bind_code {
    int64_t phone; /* address of the phone */
    int64_t wait;  /* BIND_SOON: seconds */
    int left;      /* BIND_WRONG: tries */
};
/* Sends a code of six digits to `phone` for `address`; it is good for policy.bind_minutes and
 * policy.bind_tries tries, and ends the one before. Whether the phone is known makes no difference.
 * Outcome or GW_E*. */
GW_MUSTCHECK int bind_send(const struct service *s, int64_t address, struct slice phone,
                           struct bind_code *out);

enum bind_check_outcome {
    BIND_RIGHT, /* `phone` is proved; the code is used up */
    BIND_WRONG, /* `left` tries more */
    BIND_SPENT, /* that was the last try: another code is needed */
    BIND_LATE,  /* too old, or there is none */
};
GW_MUSTCHECK int bind_check(const struct service *s, int64_t address, struct slice code,
                            struct bind_code *out);

/* 1 when nobody of this phone was heard of for policy.bind_silent_days, so that the number may have
 * come to somebody else: then a name is asked for before anything is shown. 0, or GW_E*. */
GW_MUSTCHECK int bind_silent(const struct service *s, int64_t phone);

/* Makes two addresses one person's: one conversation, `*conversation`, and the record `person` (0:
 * none) on both; where `person` is 0 the people of `address` are linked to the phone. 0 or GW_E*.
 */
GW_MUSTCHECK int bind_link(const struct service *s, int64_t address, int64_t phone, int64_t person,
                           int64_t *conversation);

/* A record just made at `address` of bound channels hangs on the others too: what was registered in
 * WeChat on the phone, what was registered by phone on a WeChat address that nobody has yet. 0 or
 * GW_E*. */
GW_MUSTCHECK int bind_new(const struct service *s, int64_t person, int64_t address);

enum bind_undo_outcome {
    BIND_UNDONE,   /* the WeChat address (of a phone: each bound to it) is on its own again */
    BIND_NONE,     /* nothing is bound */
    BIND_ONLY_ONE, /* the record has no other address: it would be nobody's */
};
/* Parts what was bound: records stay with the phone. Outcome, or GW_E*; `*conversation` is that of
 * `address` afterwards. */
GW_MUSTCHECK int bind_undo(const struct service *s, int64_t address, int64_t *conversation);

/* Forgets the codes asked for from an address. 0 or GW_E*. */
GW_MUSTCHECK int bind_forget(const struct service *s, int64_t address);

struct merge_result {
    int64_t minutes; /* of the one record, confirmed */
    int64_t twice;   /* minutes that stood in both and count once now */
};
/* Two records of one person become one: what `gone` served is reversed in its chain and entered in
 * that of `keep`, except what is there already (the same activity, or the same thing on the same
 * day); sign-ups, trainings, consents and links move; `gone` leaves. Both chains stay. Asked for
 * from `address`. 0 or GW_E*. */
GW_MUSTCHECK int volunteer_merge(const struct service *s, int64_t keep, int64_t gone,
                                 int64_t address, struct merge_result *out);

#endif
