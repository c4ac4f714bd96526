/* Whether every message can leave by every SMS account: what `linli check --config` adds. */
#ifndef GATEWAY_PROGRAM_CHECK_ACCOUNTS_H
#define GATEWAY_PROGRAM_CHECK_ACCOUNTS_H

#include "gateway/program/gateway.h"

/* Tries each message that can be sent by SMS, with its longest parameters, on each account that
 * sends: is there a template, has it these parameters, do they fit? Adds a string "MESSAGE: account
 * NAME: why not" to `findings` for each that cannot leave. Array of
 * {"account","messages","cannot"}: how many there are and how many cannot. A new reference. */
json_t *accounts_check(const struct accounts *accounts, const struct catalogue *c,
                       json_t *findings);

#endif
