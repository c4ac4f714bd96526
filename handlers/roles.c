#include "handlers/roles.h"

#include <stdio.h>

#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "handlers/audit_log.h"
#include "handlers/list.h"
#include "handlers/notify.h"
#include "handlers/organizations.h"

enum {
    DAY_SECONDS = 86400,

    NAME_CHARS = 20
};

#define BIT(n) (1u << (n))

static const struct {
    const char *name;
    unsigned powers;
} kinds[] = {
    [ROLE_LEAD] = { "lead", BIT(POWER_COUNT) - 1 },
    [ROLE_ORGANIZER] = { "organizer", BIT(POWER_PUBLISH) | BIT(POWER_BROADCAST) |
                                          BIT(POWER_CONFIRM) | BIT(POWER_REGISTER) |
                                          BIT(POWER_ANSWER) | BIT(POWER_REPORT) },
    [ROLE_STATION] = { "station", BIT(POWER_PUBLISH) | BIT(POWER_CONFIRM) | BIT(POWER_REGISTER) |
                                      BIT(POWER_ANSWER) },
    [ROLE_DUTY] = { "duty", BIT(POWER_ANSWER) },
    [ROLE_SCHOOL] = { "school", BIT(POWER_PUBLISH) | BIT(POWER_CONFIRM) | BIT(POWER_ANSWER) |
                                    BIT(POWER_REPORT) },
    [ROLE_DEPARTMENT] = { "department", BIT(POWER_PUBLISH) | BIT(POWER_CONFIRM) |
                                            BIT(POWER_ANSWER) | BIT(POWER_REPORT) },
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

#define ROLE_COLUMNS                                                                               \
    "r.id, r.org, r.kind, r.state, r.address, r.name, r.granted_at, r.used_at, o.shown, o.kind, "  \
    "r.slept_at, r.granted_by"
#define ROLE_FROM "FROM roles r JOIN organizations o ON o.id = r.org "

SQL(role_insert, "INSERT INTO roles (id, org, kind, state, address, name, granted_by, granted_at, "
                 "used_at) VALUES ($id, $org, $kind, $state, $address, $name, $by, $now, $now) "
                 "ON CONFLICT DO NOTHING RETURNING id");
SQL(role_one, "SELECT " ROLE_COLUMNS " " ROLE_FROM "WHERE r.id = $id");
SQL(role_held, "SELECT r.id FROM roles r WHERE r.address = $address AND r.org = $org "
               "AND r.kind = $kind AND r.state IN (1, 2)");
SQL(roles_at, "SELECT " ROLE_COLUMNS " " ROLE_FROM "WHERE r.address IN "
              "(SELECT b.id FROM addresses a JOIN addresses b "
              "ON b.conversation = a.conversation WHERE a.id = $address) "
              "AND r.state IN (1, 2) ORDER BY r.state DESC, r.kind, r.id LIMIT 200");
SQL(roles_below, "WITH RECURSIVE down (id, depth) AS ("
                 "SELECT id, 0 FROM organizations WHERE id = $org UNION ALL "
                 "SELECT o.id, down.depth + 1 FROM organizations o JOIN down "
                 "ON o.parent = down.id WHERE down.depth < 16) "
                 "SELECT " ROLE_COLUMNS " FROM down JOIN roles r ON r.org = down.id "
                 "JOIN organizations o ON o.id = r.org WHERE r.state IN (1, 2) "
                 "ORDER BY o.kind, r.kind, r.id LIMIT 200");
SQL(roles_below_named, "WITH RECURSIVE down (id, depth) AS ("
                       "SELECT id, 0 FROM organizations WHERE id = $org UNION ALL "
                       "SELECT o.id, down.depth + 1 FROM organizations o JOIN down "
                       "ON o.parent = down.id WHERE down.depth < 16) "
                       "SELECT " ROLE_COLUMNS " FROM down JOIN roles r ON r.org = down.id "
                       "JOIN organizations o ON o.id = r.org WHERE r.state IN (1, 2) "
                       "AND r.name = $name ORDER BY o.kind, r.kind, r.id LIMIT 200");
SQL(role_touch, "UPDATE roles SET used_at = $now WHERE id = $id AND used_at < $now");
SQL(role_move, "UPDATE roles SET state = $to, used_at = $now WHERE id = $id AND state = $from");
SQL(role_other_leads, "SELECT COUNT(*) FROM roles WHERE org = $org AND kind = 1 AND state = 2 "
                      "AND slept_at = 0 AND used_at >= $awake AND id <> $id");

const char *role_kind_name(enum role_kind kind)
{
    return kind >= ROLE_LEAD && (int)kind < KINDS ? kinds[kind].name : "?";
}

bool role_kind_parse(struct slice name, enum role_kind *out)
{
    for (int i = ROLE_LEAD; i < KINDS; i++)
        if (slice_eq(name, slice_of(kinds[i].name))) {
            *out = (enum role_kind)i;
            return true;
        }
    return false;
}

bool role_has(enum role_kind kind, enum power power)
{
    return kind >= ROLE_LEAD && (int)kind < KINDS && (kinds[kind].powers & BIT(power));
}

static void read_role(const struct service *s, const struct rows *r, struct role *out)
{
    out->id = rows_int(r, 0);
    out->org = rows_int(r, 1);
    out->kind = (enum role_kind)rows_int(r, 2);
    out->state = (enum role_state)rows_int(r, 3);
    out->address = rows_int(r, 4);
    out->name = arena_dup(s->arena, rows_text(r, 5));
    out->granted_at = rows_int(r, 6);
    out->used_at = rows_int(r, 7);
    out->org_shown = arena_dup(s->arena, rows_text(r, 8));
    out->org_kind = (enum org_kind)rows_int(r, 9);
    out->slept_at = rows_int(r, 10);
    out->granted_by = rows_int(r, 11);
}

static int read_list(const struct service *s, struct rows *r, struct role **out)
{
    struct role *list = NULL;
    int n = 0, rc;
    while ((rc = rows_next(s->tx, r)) == 1) {
        list = list_room(s->arena, list, n, sizeof *list);
        read_role(s, r, &list[n++]);
    }
    *out = list;
    return rc < 0 ? rc : n;
}

int roles_of(const struct service *s, int64_t address, struct role **out)
{
    return read_list(s, sql_rows(s->tx, &roles_at, BINDS(BIND_INT("address", address))), out);
}

int roles_list(const struct service *s, int64_t org, struct role **out)
{
    return read_list(s, sql_rows(s->tx, &roles_below, BINDS(BIND_INT("org", org))), out);
}

int roles_named(const struct service *s, int64_t org, struct slice name, struct role **out)
{
    return read_list(s,
                     sql_rows(s->tx, &roles_below_named,
                              BINDS(BIND_INT("org", org), BIND_TEXT("name", slice_trim(name)))),
                     out);
}

int role_get(const struct service *s, int64_t id, struct role *out)
{
    struct role *list;
    int n = read_list(s, sql_rows(s->tx, &role_one, BINDS(BIND_INT("id", id))), &list);
    *out = n == 1 ? list[0] : (struct role){ 0 };
    return n;
}

/* ---- using a power ---- */

bool role_awake(const struct service *s, const struct role *r)
{
    return r->state == ROLE_ACTIVE && r->slept_at == 0 &&
           r->used_at >= s->now - s->policy->role_sleep_days * DAY_SECONDS;
}

int role_may(const struct service *s, int64_t address, enum power power, int64_t org,
             struct role *out)
{
    struct role *list;
    int n = roles_of(s, address, &list);
    for (int i = 0; i < n; i++) {
        if (!role_awake(s, &list[i]) || !role_has(list[i].kind, power))
            continue;
        int rc = org_within(s, org, list[i].org);
        if (rc == 1 && out)
            *out = list[i];
        if (rc != 0)
            return rc;
    }
    return n < 0 ? n : 0;
}

int role_any(const struct service *s, int64_t address, enum power power, struct role *out)
{
    struct role *list;
    int n = roles_of(s, address, &list);
    for (int i = 0; i < n; i++)
        if (role_awake(s, &list[i]) && role_has(list[i].kind, power)) {
            if (out)
                *out = list[i];
            return 1;
        }
    return n < 0 ? n : 0;
}

int role_audit(const struct service *s, int64_t address, const struct role *r, const char *what,
               int64_t subject)
{
    struct audit_row row = { .address = address,
                             .role = r->id,
                             .org = r->org,
                             .what = slice_of(what),
                             .subject = subject,
                             .detail = slice_of(role_kind_name(r->kind)) };
    return audit_put(s, &row);
}

int role_use(const struct service *s, int64_t address, enum power power, int64_t org,
             const char *what, int64_t subject, struct role *out)
{
    struct role role;
    int rc = role_may(s, address, power, org, &role);
    if (rc != 1)
        return rc;
    rc = sql_run(s->tx, &role_touch, BINDS(BIND_INT("id", role.id), BIND_INT("now", s->now)));
    if (rc >= 0)
        rc = role_audit(s, address, &role, what, subject);
    if (rc < 0)
        return rc;
    if (out)
        *out = role;
    return 1;
}

void role_describe(json_t *params, const struct role *r)
{
    json_t *kind = json_object(), *list = json_array();
    json_object_set_new(kind, role_kind_name(r->kind), json_integer(1));
    char place[32];
    snprintf(place, sizeof(place), "in_%s", org_kind_name(r->org_kind));
    json_object_set_new(kind, place, json_integer(1));
    json_array_append_new(list, kind);
    json_object_set_new(params, "kinds", list);
    json_object_set_new(params, "kind", json_string(role_kind_name(r->kind)));
    json_put_slice(params, "org", r->org_shown);
}

/* ---- giving roles ---- */

static struct slice clean_name(struct slice name)
{
    struct slice rest = slice_trim(name), walk = rest;
    for (int i = 0; i < NAME_CHARS && walk.n > 0; i++)
        utf8_next(&walk);
    return slice_head(rest, rest.n - walk.n);
}

int role_put(const struct service *s, const struct role *r, int64_t by, int64_t *id)
{
    int rc = sql_int(s->tx, &role_insert,
                     BINDS(BIND_INT("id", ids_next(s->ids)), BIND_INT("org", r->org),
                           BIND_INT("kind", r->kind), BIND_INT("state", r->state),
                           BIND_INT("address", r->address), BIND_TEXT("name", clean_name(r->name)),
                           BIND_INT("by", by), BIND_INT("now", s->now)),
                     id);
    if (rc != 0)
        return rc;
    rc = sql_int(
        s->tx, &role_held,
        BINDS(BIND_INT("address", r->address), BIND_INT("org", r->org), BIND_INT("kind", r->kind)),
        id);
    return rc < 0 ? rc : 0;
}

int role_grant(const struct service *s, int64_t org, enum role_kind kind, int64_t address,
               struct slice name, int64_t *id)
{
    struct role r = {
        .org = org, .kind = kind, .state = ROLE_ACTIVE, .address = address, .name = name
    };
    int rc = role_put(s, &r, 0, id);
    r.id = *id;
    return rc == 1 ? role_audit(s, 0, &r, "role.grant", *id) : rc;
}

static int send_offer(const struct service *s, int64_t id, const struct role *by)
{
    struct role r;
    int64_t until = s->now + s->policy->offer_role_days * DAY_SECONDS;
    int rc = role_get(s, id, &r);
    if (rc < 0)
        return rc;
    json_t *params = json_object();
    json_put_id(params, "role", r.id);
    json_put_slice(params, "name", r.name);
    role_describe(params, &r);
    json_put_slice(params, "by", by->name);
    json_put_slice(params, "by_org", by->org_shown);
    return notify_put(s, r.address, "role.offer", params, OUTBOX_NOTICE, 0, until,
                      until + DAY_SECONDS);
}

int role_offer(const struct service *s, int64_t by_address, int64_t org, enum role_kind kind,
               int64_t address, struct slice name, int64_t *id)
{
    struct role by;
    struct role r = {
        .org = org, .kind = kind, .state = ROLE_OFFERED, .address = address, .name = name
    };
    int rc = role_may(s, by_address, POWER_APPOINT, org, &by);
    if (rc != 1)
        return rc < 0 ? rc : ROLE_OFFER_FORBIDDEN;
    rc = role_put(s, &r, by.id, id);
    if (rc != 1)
        return rc < 0 ? rc : ROLE_OFFER_UNCHANGED;
    rc = role_use(s, by_address, POWER_APPOINT, org, "role.offer", *id, NULL);
    if (rc >= 0)
        rc = send_offer(s, *id, &by);
    return rc < 0 ? rc : ROLE_OFFER_SENT;
}

/* Who offered learns what came of it. */
static int tell_giver(const struct service *s, const struct role *r, bool yes)
{
    struct role by;
    int rc = r->granted_by != 0 ? role_get(s, r->granted_by, &by) : 0;
    if (rc <= 0)
        return rc;
    json_t *params = json_object();
    json_put_slice(params, "name", r->name);
    json_put_int(params, "yes", yes);
    role_describe(params, r);
    return notify_tell(s, by.address, "role.answered", params);
}

int role_answer(const struct service *s, int64_t id, int64_t address, bool yes, struct role *out)
{
    int rc = role_get(s, id, out);
    if (rc < 0)
        return rc;
    bool late = out->granted_at < s->now - s->policy->offer_role_days * DAY_SECONDS;
    if (rc == 0 || out->address != address || out->state != ROLE_OFFERED || late)
        return ROLE_ANSWER_GONE;
    out->state = yes ? ROLE_ACTIVE : ROLE_REFUSED;
    rc = sql_run(s->tx, &role_move,
                 BINDS(BIND_INT("id", id), BIND_INT("from", ROLE_OFFERED),
                       BIND_INT("to", out->state), BIND_INT("now", s->now)));
    if (rc >= 0)
        rc = role_audit(s, address, out, yes ? "role.accept" : "role.refuse", id);
    if (rc >= 0)
        rc = tell_giver(s, out, yes);
    if (rc < 0)
        return rc;
    return yes ? ROLE_ANSWER_ACCEPTED : ROLE_ANSWER_REFUSED;
}

static int tell_ended(const struct service *s, const struct role *r, const struct role *by)
{
    if (r->address == by->address)
        return 0;
    json_t *params = json_object();
    json_put_slice(params, "by", by->name);
    role_describe(params, r);
    return notify_tell(s, r->address, "role.ended", params);
}

int role_revocable(const struct service *s, int64_t by_address, const struct role *r)
{
    int64_t leads = 0;
    if (r->state != ROLE_ACTIVE && r->state != ROLE_OFFERED)
        return ROLE_REVOKE_UNCHANGED;
    int rc = role_may(s, by_address, POWER_APPOINT, r->org, NULL);
    if (rc != 1)
        return rc < 0 ? rc : ROLE_REVOKE_FORBIDDEN;
    int64_t awake = s->now - s->policy->role_sleep_days * DAY_SECONDS;
    rc = sql_int(s->tx, &role_other_leads,
                 BINDS(BIND_INT("org", r->org), BIND_INT("id", r->id), BIND_INT("awake", awake)),
                 &leads);
    if (rc < 0)
        return rc;
    return r->kind == ROLE_LEAD && r->state == ROLE_ACTIVE && leads == 0 ? ROLE_REVOKE_LAST
                                                                         : ROLE_REVOKED_NOW;
}

int role_revoke(const struct service *s, int64_t by_address, int64_t id)
{
    struct role r, by;
    int rc = role_get(s, id, &r);
    if (rc <= 0)
        return rc < 0 ? rc : ROLE_REVOKE_UNCHANGED;
    rc = role_revocable(s, by_address, &r);
    if (rc != ROLE_REVOKED_NOW)
        return rc;
    rc = role_use(s, by_address, POWER_APPOINT, r.org, "role.revoke", id, &by);
    if (rc >= 0)
        rc = sql_run(s->tx, &role_move,
                     BINDS(BIND_INT("id", id), BIND_INT("from", r.state),
                           BIND_INT("to", ROLE_REVOKED), BIND_INT("now", s->now)));
    if (rc >= 0 && r.state == ROLE_ACTIVE)
        rc = tell_ended(s, &r, &by);
    return rc < 0 ? rc : ROLE_REVOKED_NOW;
}
