/* A provider's answers to a send as a table: its code, what to do, and why in plain words. Pure;
 * any thread. */
#ifndef ADAPTERS_SMS_CODES_H
#define ADAPTERS_SMS_CODES_H

#include "adapters/adapter.h"

enum code_action {
    CODE_TAKEN,
    CODE_LATER,       /* not taken: again after `wait` seconds, 0: the dispatcher's back-off */
    CODE_SLOW_DOWN,   /* the same, and we were too fast */
    CODE_NEXT_MINUTE, /* not taken: a quota that ends with the minute */
    CODE_NEXT_HOUR,
    CODE_NEXT_DAY,      /* with the day in China */
    CODE_NUMBER,        /* never to this number; in a report: it was not reached this time */
    CODE_DEAD,          /* never to this number: nobody has it */
    CODE_OPTED_OUT,     /* never to this number: its owner, or the carrier, refuses us */
    CODE_TEXT,          /* never this text: word it, its template or signature anew */
    CODE_ACCOUNT,       /* nothing goes until somebody sees to the account */
    CODE_ACCOUNT_TODAY, /* nothing goes before the next day in China */
    CODE_ACCOUNT_MONTH, /* nothing goes before the next month in China */
    CODE_BUG,           /* our request is wrong */
    CODE_MAYBE,         /* nobody knows whether it was taken */
    CODE_TOKEN,         /* the access token was not taken */
    CODE_CLOSED,        /* nothing may be sent to this person for now */
};

struct sms_code {
    const char *code; /* "isv.X"; with a final '*' all that begin so; NULL ends the table */
    enum code_action action;
    int64_t wait;      /* seconds, CODE_LATER */
    const char *words; /* for the person who reads the row, after the code */
};

/* The row of a code, the first that fits; NULL when there is none. */
const struct sms_code *sms_code_find(const struct sms_code *table, struct slice code);

/* Fills everything but provider_id from a code that the provider answered with. One that is not in
 * the table was no success, so it is tried again by the back-off until the message is no use any
 * more. `reason` is "CODE: words". */
void sms_code_apply(const struct sms_code *table, struct slice code,
                    const struct http_result *result, struct arena *a, struct sent *out);

/* The same for an answer without a code that can be read: none at all, or a page of some proxy. */
void sms_code_unread(const struct http_result *result, struct arena *a, struct sent *out);

/* What carriers report, by any provider; found whatever their case. */
extern const struct sms_code carrier_codes[];
/* Sets `opted_out`, `dead` or `missed` of a receipt whose `final` and `delivered` are set, when a
 * carrier's code says so; whether it did. */
bool carrier_says(struct slice code, struct receipt *r);
/* Fills `reason` ("CODE: words", words only when the provider's table, which may be NULL, or the
 * carriers' knows the code), `opted_out`, `dead` and `missed` of a receipt whose other members are
 * set. */
void sms_code_report(const struct sms_code *table, struct slice code, struct arena *a,
                     struct receipt *r);

#endif
