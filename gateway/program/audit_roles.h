/* The list that `linli audit --roles` prints: every use of a power, newest first. */
#ifndef GATEWAY_PROGRAM_AUDIT_ROLES_H
#define GATEWAY_PROGRAM_AUDIT_ROLES_H

#include <stdbool.h>

#include "handlers/service.h"

enum { AUDIT_ROLES_DEFAULT = 200, AUDIT_ROLES_MAX = 100000 };

struct audit_roles_call {
    const char *org; /* of this organization and all below it; NULL: of all */
    int64_t limit;
    bool as_json; /* one object a line, phones masked */
    bool known;   /* out: whether there is such an organization */
};
/* Prints to standard output. For installation_look: 0 or GW_E*. */
int audit_roles(const struct service *s, void *context);

#endif
