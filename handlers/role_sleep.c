/* Roles that sleep, and how they wake (handlers/roles.h). */
#include "gateway/base/json.h"
#include "handlers/audit_log.h"
#include "handlers/list.h"
#include "handlers/notify.h"
#include "handlers/role_acts.h"
#include "handlers/roles.h"

enum { DAY_SECONDS = 86400, LEVELS_MAX = 16 };

SQL(sleep_leads, "SELECT id FROM roles WHERE org = $org AND state = 2 AND kind = 1 "
                 "AND slept_at = 0 AND used_at >= $awake AND address <> $except "
                 "ORDER BY used_at DESC, id LIMIT 1");
SQL(sleep_set, "UPDATE roles SET slept_at = $now WHERE id = $id");
SQL(sleep_end, "UPDATE roles SET slept_at = 0, used_at = $now WHERE id = $id AND state = 2");

int role_lead_of(const struct service *s, int64_t org, int64_t except, struct role *out)
{
    int64_t awake = s->now - s->policy->role_sleep_days * DAY_SECONDS;
    for (int level = 0; org != 0 && level < LEVELS_MAX; level++) {
        struct organization o;
        int64_t id = 0;
        int rc = sql_int(
            s->tx, &sleep_leads,
            BINDS(BIND_INT("org", org), BIND_INT("awake", awake), BIND_INT("except", except)), &id);
        if (rc == 1)
            return role_get(s, id, out);
        if (rc == 0)
            rc = org_get(s, org, &o);
        if (rc < 0)
            return rc;
        org = o.parent;
    }
    return 0;
}

int role_sleep(const struct service *s, int64_t address, const char *why)
{
    struct role *list;
    int n = roles_of(s, address, &list), slept = 0;
    for (int i = 0; i < n; i++) {
        if (list[i].state != ROLE_ACTIVE || list[i].slept_at != 0)
            continue;
        int rc =
            sql_run(s->tx, &sleep_set, BINDS(BIND_INT("id", list[i].id), BIND_INT("now", s->now)));
        struct audit_row row = { .address = address,
                                 .role = list[i].id,
                                 .org = list[i].org,
                                 .what = SLICE("role.sleep"),
                                 .subject = list[i].id,
                                 .detail = slice_of(why) };
        if (rc >= 0)
            rc = audit_put(s, &row);
        if (rc < 0)
            return rc;
        slept++;
    }
    return n < 0 ? n : slept;
}

/* The first role of an address that sleeps: 1, 0 or GW_E*. */
static int sleeping(const struct service *s, int64_t address, struct role *out)
{
    struct role *list;
    int n = roles_of(s, address, &list);
    for (int i = 0; i < n; i++)
        if (list[i].state == ROLE_ACTIVE && !role_awake(s, &list[i])) {
            *out = list[i];
            return 1;
        }
    return n < 0 ? n : 0;
}

static int ask_lead(const struct service *s, const struct role *r, const struct role *lead)
{
    struct role_act act;
    int rc = role_act_wake(s, lead->address, r->id, &act);
    if (rc < 0)
        return rc;
    bool disused = r->used_at < s->now - s->policy->role_sleep_days * DAY_SECONDS;
    json_t *params = json_object();
    json_put_id(params, "act", act.id);
    json_put_slice(params, "name", r->name);
    json_put_int(params, "confirm", act.confirm);
    json_put_int(params, "unbound", !disused);
    json_put_int(params, "days", s->policy->role_sleep_days);
    role_describe(params, r);
    rc = notify_ask(s, lead->address, "role.wake_ask", params);
    if (rc >= 0)
        rc = sql_run(s->tx, &sleep_set, BINDS(BIND_INT("id", r->id), BIND_INT("now", s->now)));
    return rc < 0 ? rc : ROLE_WAKE_ASKED;
}

int role_wake_ask(const struct service *s, int64_t address, struct role *out, struct role *lead)
{
    int64_t asked = 0;
    int rc = sleeping(s, address, out);
    if (rc <= 0)
        return rc < 0 ? rc : ROLE_WAKE_NONE;
    rc = role_lead_of(s, out->org, address, lead);
    if (rc <= 0)
        return rc < 0 ? rc : ROLE_WAKE_NOBODY;
    rc = role_act_open(s, ROLE_ACT_WAKE, out->id, s->now - DAY_SECONDS, &asked);
    if (rc < 0)
        return rc;
    return rc == 1 ? ROLE_WAKE_WAITS : ask_lead(s, out, lead);
}

int role_wake(const struct service *s, int64_t by_address, int64_t id)
{
    struct role r;
    int rc = role_get(s, id, &r);
    if (rc <= 0 || r.state != ROLE_ACTIVE || role_awake(s, &r))
        return rc < 0 ? rc : 0;
    rc = role_use(s, by_address, POWER_APPOINT, r.org, "role.wake", id, NULL);
    if (rc <= 0)
        return rc;
    rc = sql_run(s->tx, &sleep_end, BINDS(BIND_INT("id", id), BIND_INT("now", s->now)));
    if (rc < 0)
        return rc;
    json_t *params = json_object();
    role_describe(params, &r);
    rc = notify_tell(s, r.address, "role.woken", params);
    return rc < 0 ? rc : 1;
}
