/* Who did what with a power, when and to what: rows that are only ever added (domain.md M37, PIPL
 * Art. 51). */
#ifndef HANDLERS_AUDIT_LOG_H
#define HANDLERS_AUDIT_LOG_H

#include "handlers/service.h"

struct audit_row {
    int64_t id;
    int64_t at;          /* UTC seconds */
    int64_t address;     /* who, addresses.id; 0 for the server itself (`linli admin`, a timer) */
    int64_t role;        /* roles.id in which it was done, 0 for none */
    int64_t org;         /* 0 for none */
    struct slice what;   /* e.g. "activity.publish" */
    int64_t subject;     /* id of what it was done to, 0 for none */
    struct slice detail; /* a few words without personal data, may be empty */
};

/* Adds a row; `id`, `at` are filled in. 0 or GW_E*. */
GW_MUSTCHECK int audit_put(const struct service *s, const struct audit_row *row);
/* The newest `limit` rows before `before` (0: from the newest), of one organization (0: all),
 * newest first, in the arena. Number or GW_E*. */
GW_MUSTCHECK int audit_list(const struct service *s, int64_t org, int64_t before, int limit,
                            struct audit_row **out);
/* The same of an organization and all below it, by one address (0: by anybody). */
GW_MUSTCHECK int audit_below(const struct service *s, int64_t org, int64_t address, int64_t before,
                             int limit, struct audit_row **out);

#endif
