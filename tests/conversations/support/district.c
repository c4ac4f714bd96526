#include "tests/conversations/support/district.h"

#include <stdio.h>
#include <string.h>

#include "gateway/store/people.h"
#include "gateway/store/sql.h"
#include "handlers/activities.h"
#include "handlers/organizations.h"
#include "handlers/places.h"
#include "handlers/roles.h"

#define LEADER "13800000033"

static const struct {
    const char *name, *shown, *area;
    enum org_kind kind;
    const char *person, *phone;
    enum role_kind role;
} organizations[] = {
    { "思茅区文明办", "区文明办", "思茅区", ORG_DISTRICT, "王敏", "13800000099", ROLE_LEAD },
    { "茶城志愿者协会思茅街道分会", "思茅街道分会", "思茅街道", ORG_BRANCH, "刀艳", LEADER,
      ROLE_ORGANIZER },
    { "老街社区志愿服务站", "老街社区站", "老街社区", ORG_STATION, "罗琼", "13800000088",
      ROLE_STATION },
};
enum { ORGANIZATIONS = sizeof organizations / sizeof *organizations };

static const struct {
    int64_t code;
    const char *title, *place, *start, *end;
    int64_t capacity;
    const char *bring, *risk, *serves;
} activities[] = {
    { 36, "老街打扫", "老街社区门口", "2026-11-28T09:00:00+08:00", "2026-11-28T11:00:00+08:00", 20,
      "扫把", "坡陡", "居民" },
    { 37, "义诊", "北郊社区门口", "2026-12-12T09:00:00+08:00", "2026-12-12T11:00:00+08:00", 20,
      "口罩", "人多", "居民" },
    { 38, "老街打扫", "老街社区门口", "2026-11-28T09:00:00+08:00", "2026-11-28T11:00:00+08:00", 1,
      "扫把", "坡陡", "居民" },
    { 41, "图书馆整理图书", "思茅区图书馆", "2026-11-28T13:30:00+08:00",
      "2026-11-28T16:30:00+08:00", 3, "水杯", "搬重物", "读者" },
    { 42, "区医院导诊", "区医院大厅", "2026-11-28T14:00:00+08:00", "2026-11-28T17:00:00+08:00", 2,
      "口罩", "人多", "病人" },
    { 43, "北郊植树", "北郊社区门口", "2026-11-29T09:00:00+08:00", "2026-11-29T11:00:00+08:00", 8,
      "手套", "坡陡", "居民" },
};
enum { ACTIVITIES = sizeof activities / sizeof *activities };

static int phone_address(struct world *w, const struct service *s, const char *phone, int64_t *id)
{
    struct address address = { 0 };
    int rc = people_address(s->tx, s->vault, s->ids, SLICE("sms"), slice_of(phone),
                            slice_of(w->account), s->now, s->arena, &address);
    *id = address.id;
    return rc < 0 ? rc : GW_OK;
}

static int make_station(struct world *w, const struct service *s, void *context)
{
    int64_t parent = 0, address, role;
    (void)context;
    for (int i = 0; i < ORGANIZATIONS; i++) {
        struct place area = { 0 };
        if (places_find(slice_of(organizations[i].area), &area, 1) < 1)
            return GW_EINVAL;
        const struct organization org = {
            .parent = parent,
            .kind = organizations[i].kind,
            .name = slice_of(organizations[i].name),
            .shown = slice_of(organizations[i].shown),
            .area = area.code,
        };
        int rc = org_add(s, &org, &parent);
        if (rc >= 0)
            rc = phone_address(w, s, organizations[i].phone, &address);
        if (rc >= 0)
            rc = role_grant(s, parent, organizations[i].role, address,
                            slice_of(organizations[i].person), &role);
        if (rc < 0)
            return rc;
    }
    return GW_OK;
}

static int make_activity(struct world *w, const struct service *s, void *context)
{
    int i = *(const int *)context;
    struct organization org = { 0 };
    struct activity a = {
        .code = activities[i].code,
        .title = slice_of(activities[i].title),
        .place = slice_of(activities[i].place),
        .capacity = activities[i].capacity,
        .bring = slice_of(activities[i].bring),
        .risk = slice_of(activities[i].risk),
        .serves = slice_of(activities[i].serves),
        .leader_name = SLICE("刀艳"),
    };
    if (civil_parse_rfc3339(slice_of(activities[i].start), &a.starts_at) != GW_OK ||
        civil_parse_rfc3339(slice_of(activities[i].end), &a.ends_at) != GW_OK)
        return GW_EINVAL;
    int rc = org_by_name(s, SLICE("思茅街道分会"), &org);
    if (rc <= 0)
        return rc < 0 ? rc : GW_EINVAL;
    a.org = org.id;
    a.area = org.area;
    rc = phone_address(w, s, LEADER, &a.leader);
    if (rc >= 0)
        rc = activity_draft(s, &a);
    if (rc >= 0)
        rc = activity_publish(s, a.id, a.leader, NULL);
    return rc <= 0 ? rc : GW_EINVAL;
}

static int change_activity(struct world *w, const struct service *s, int64_t code, bool off)
{
    struct activity a = { 0 };
    int told = 0;
    (void)w;
    int rc = activity_by_code(s, code, &a);
    if (rc <= 0)
        return rc < 0 ? rc : GW_EINVAL;
    const int64_t day = 24 * 3600;
    rc = off ? activity_cancel(s, a.id, a.leader, SLICE("下雨"), &told)
             : activity_reschedule(s, a.id, a.leader, a.starts_at + day, a.ends_at + day,
                                   SLICE("下雨"), &told);
    return rc <= 0 ? rc : GW_EINVAL;
}

static int move_activity(struct world *w, const struct service *s, void *context)
{
    return change_activity(w, s, *(const int64_t *)context, false);
}

static int call_off_activity(struct world *w, const struct service *s, void *context)
{
    return change_activity(w, s, *(const int64_t *)context, true);
}

SQL(fixture_checkin_code, "INSERT INTO attendance_codes (activity, code, made_at) "
                          "VALUES ($activity, '582013', $now) "
                          "ON CONFLICT (activity) DO UPDATE SET code = '582013'");

/* The six digits of its day, always the same. */
static int set_checkin_code(struct world *w, const struct service *s, void *context)
{
    struct activity a = { 0 };
    (void)w;
    int rc = activity_by_code(s, *(const int64_t *)context, &a);
    if (rc <= 0)
        return rc < 0 ? rc : GW_EINVAL;
    rc = sql_run(s->tx, &fixture_checkin_code,
                 BINDS(BIND_INT("activity", a.id), BIND_INT("now", s->now)));
    return rc < 0 ? rc : GW_OK;
}

SQL(fixture_poster, "INSERT INTO posters (organization, number) SELECT id, CAST($number AS BIGINT) "
                    "FROM organizations WHERE shown = '老街社区站'");

/* The number of the code on the station's poster. */
static int set_poster(struct world *w, const struct service *s, void *context)
{
    (void)w;
    int rc = sql_run(s->tx, &fixture_poster, BINDS(BIND_INT("number", *(const int64_t *)context)));
    return rc < 0 ? rc : GW_OK;
}

static int publish_activity(struct world *w, const struct service *s, void *context)
{
    int64_t code = *(const int64_t *)context;
    for (int i = 0; i < ACTIVITIES; i++)
        if (activities[i].code == code)
            return make_activity(w, s, &i);
    return GW_ENOTFOUND;
}

int district_run(struct world *w, const char *name)
{
    static const struct {
        const char *verb;
        int (*run)(struct world *w, const struct service *s, void *context);
    } verbs[] = {
        { "activity", publish_activity },  { "move", move_activity },
        { "call_off", call_off_activity }, { "checkin_code", set_checkin_code },
        { "poster", set_poster },
    };
    struct slice rest = slice_of(name), verb = { 0 };
    int64_t code = 0;
    if (strcmp(name, "station") == 0)
        return world_transact(w, make_station, NULL);
    (void)slice_next(&rest, ' ', &verb);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (slice_eq(verb, slice_of(verbs[i].verb)) && slice_to_int(rest, &code) == GW_OK)
            return world_transact(w, verbs[i].run, &code);
    return GW_ENOTFOUND;
}
