/* linli audit --roles: who used which power, when and on what. */
#include <inttypes.h>
#include <stdio.h>

#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/program/audit_roles.h"
#include "gateway/store/people.h"
#include "handlers/audit_log.h"
#include "handlers/roles.h"

static int read_who(const struct service *s, const struct audit_row *row, struct role *role,
                    struct slice *org, char masked[16])
{
    struct address address;
    struct organization o;
    *role = (struct role){ 0 };
    *org = SLICE("");
    masked[0] = '\0';
    int rc = row->role != 0 ? role_get(s, row->role, role) : 0;
    if (rc >= 0 && row->address != 0)
        rc = people_by_id(s->tx, s->vault, row->address, s->arena, &address);
    if (rc == 1 && row->address != 0)
        phone_mask(address.sender, masked);
    if (rc >= 0 && row->org != 0)
        rc = org_get(s, row->org, &o);
    if (rc == 1 && row->org != 0)
        *org = o.shown;
    return rc < 0 ? rc : GW_OK;
}

static int print_use(const struct service *s, const struct audit_row *row, bool as_json)
{
    struct role role;
    struct slice org;
    char at[32], masked[16];
    int rc = read_who(s, row, &role, &org, masked);
    if (rc < 0)
        return rc;
    civil_format_rfc3339(row->at, s->zone, at);
    if (!as_json) {
        printf("%s  %-20.*s  %-10s %-12s %.*s %.*s", at, SLICE_ARG(row->what),
               row->role != 0      ? role_kind_name(role.kind)
               : row->address != 0 ? "-"
                                   : "server",
               masked, SLICE_ARG(org), SLICE_ARG(role.name));
        if (row->subject != 0)
            printf(" %" PRId64, row->subject);
        printf("\n");
        return GW_OK;
    }
    json_t *o = json_object();
    json_object_set_new(o, "at", json_string(at));
    json_put_slice(o, "what", row->what);
    json_object_set_new(o, "role",
                        row->role != 0 ? json_string(role_kind_name(role.kind)) : json_null());
    json_put_slice(o, "name", role.name);
    json_object_set_new(o, "phone", json_string(masked));
    json_put_slice(o, "org", org);
    json_put_id(o, "subject", row->subject);
    json_put_slice(o, "detail", row->detail);
    json_dumpf(o, stdout, JSON_COMPACT);
    printf("\n");
    json_decref(o);
    return GW_OK;
}

int audit_roles(const struct service *s, void *context)
{
    struct audit_roles_call *call = context;
    struct organization org = { 0 };
    struct audit_row *rows;
    int rc = call->org != NULL ? org_by_name(s, slice_of(call->org), &org) : 1;
    if (rc <= 0)
        return rc;
    call->known = true;
    int limit = (int)call->limit;
    int n = org.id != 0 ? audit_below(s, org.id, 0, 0, limit, &rows)
                        : audit_list(s, 0, 0, limit, &rows);
    for (int i = 0; i < n; i++) {
        rc = print_use(s, &rows[i], call->as_json);
        if (rc < 0)
            return rc;
    }
    return n < 0 ? n : GW_OK;
}
