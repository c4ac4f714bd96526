/* What every handler is given: an open transaction and the few things it may not fetch by itself.
 *
 * Handlers are plain synchronous C over one transaction: no loop, no channel, no wording. A
 * function returns an outcome of its own enum (>= 0) or GW_E* (< 0); an SQL error is never an
 * outcome. */
#ifndef HANDLERS_SERVICE_H
#define HANDLERS_SERVICE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/civil.h"
#include "gateway/base/ids.h"
#include "gateway/base/mem.h"
#include "gateway/base/vault.h"
#include "gateway/store/store.h"
#include "handlers/policy.h"

/* What holds for the account by which somebody writes. */
struct account_terms {
    const char *signature; /* of its SMS, without 【】; NULL: none */
    int64_t price;         /* fen a segment of an SMS; 0: not known */
    bool signed_pushes;    /* its provider proves the sender, else a number alone can be forged */
    const char *screens;   /* where the pages of its activities are; NULL: it has none */
    bool
        bare; /* what is no answer reaches people only for `writes_s` seconds after their last text,
                 with `consent` once for each time they agreed to it, or by a phone of theirs */
    int64_t writes_s;
    struct slice consent;    /* to the reminder; empty: there is none to agree to */
    const json_t *templates; /* approved ones by message, of an account that sends no others; or
                                NULL */
};

struct service {
    struct tx *tx;
    int64_t now; /* UTC seconds: of the message, or as `linli chat --now` says */
    struct zone zone;
    struct ids *ids;
    const struct vault *vault;
    const struct policy *policy;
    struct arena *arena;               /* results live here, as long as the message */
    struct slice trace;                /* of the message that caused this */
    const struct account_terms *terms; /* of the account that brought it; NULL: a timer */
    bool silent;                       /* nobody is told of what is done: the people are invented */
};

/* A timer kind a handler understands; handlers/timers_table.c lists them all. */
struct timer_handler {
    const char *kind;
    int (*run)(const struct service *s, int64_t subject); /* 0 or GW_E* */
};
extern const struct timer_handler handler_timers[]; /* ended by a row without a kind */

#endif
