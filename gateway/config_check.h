/* Holds one JSON value to one row of the table of keys. Used by config.c alone. */
#ifndef GATEWAY_CONFIG_CHECK_H
#define GATEWAY_CONFIG_CHECK_H

#include "gateway/config.h"

/* True when `value` is what the row wants; accounts are looked at as an array only. */
bool config_fits(const struct config_key *key, const json_t *value);
/* What the row wants, for "expected …". */
void config_expected(const struct config_key *key, struct sbuf *out);
/* "+08:00" to minutes east of UTC: 0 or GW_EINVAL. */
int config_read_zone(struct slice text, int *minutes);
/* True for "listen.port" and section "listen". */
bool config_in_section(const struct config_key *key, const char *section);
/* The row of a name in a table ended by a row without a name, or NULL. */
const struct config_key *config_find(const struct config_key *table, const char *name);

#endif
