#include <stdlib.h>

#include "gateway/base/json.h"
#include "gateway/store/people.h"
#include "handlers/consents.h"
#include "handlers/demo.h"
#include "handlers/demo/fill.h"
#include "handlers/hours.h"
#include "handlers/organizations.h"
#include "handlers/places.h"
#include "handlers/roles.h"
#include "handlers/volunteers.h"

enum { DAY_SECONDS = 86400, GENERATED_YEAR = 2025, OLDEST = 1943, YOUNGEST = 2004 };

SQL(demo_volunteer,
    "INSERT INTO volunteers (id, number, name, birth, year_only, gender, area, state, "
    "verification, provisional, address, registered_at, left_at, id_number, id_digest) VALUES "
    "($id, $number, $name, $birth, 0, $gender, $area, 2, $verification, 0, $address, $at, 0, "
    "$empty, NULL) ON CONFLICT DO NOTHING");
SQL(demo_opted, "INSERT INTO opt_states (address, scope, state, changed_at) "
                "VALUES ($address, 1, 1, $at) ON CONFLICT DO NOTHING");

/* A number that looks random and is always the same for `i` and `salt`. */
static uint64_t mix(int64_t i, unsigned salt)
{
    uint64_t x = (uint64_t)i * UINT64_C(0x9e3779b97f4a7c15) + salt;
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static void load_names(const json_t *array, struct demo_names *out)
{
    size_t i;
    const json_t *value;
    out->count = 0;
    json_array_foreach(array, i, value)
    {
        if (out->count == DEMO_NAMES_MAX)
            break;
        out->name[out->count++] =
            (struct slice){ json_string_value(value), json_string_length(value) };
    }
}

void demo_load_lists(struct demo *d)
{
    static const char *const genders[] = { "M", "F" };
    struct place p;
    load_names(json_object_get(d->people, "surnames"), &d->surnames);
    for (int i = 0; i < 2; i++) {
        load_names(json_object_get(json_object_get(d->people, "given"), genders[i]), &d->given[i]);
        load_names(json_object_get(json_object_get(d->people, "whole"), genders[i]), &d->whole[i]);
    }
    for (int i = 0; places_at(i, &p) && d->area_count < DEMO_PLACES_MAX; i++)
        if (p.level >= PLACE_COMMUNITY)
            d->areas[d->area_count++] = p.code;
}

int demo_address(const struct service *s, struct slice phone, int64_t *id)
{
    struct address a;
    int rc = people_address(s->tx, s->vault, s->ids, SLICE("sms"), phone, SLICE(""), s->now,
                            s->arena, &a);
    *id = a.id;
    return rc < 0 ? rc : 0;
}

/* ---- people with roles ---- */

static int grant(const struct service *s, int64_t org, enum role_kind kind, struct slice name,
                 struct slice phone)
{
    int64_t address = 0, role = 0;
    int rc = demo_address(s, phone, &address);
    if (rc == 0)
        rc = role_grant(s, org, kind, address, name, &role);
    return rc < 0 ? rc : 0;
}

int demo_role(const struct service *s, const json_t *role)
{
    struct organization org;
    enum role_kind kind;
    int rc = org_by_name(s, json_slice(role, "org"), &org);
    if (rc <= 0 || !role_kind_parse(json_slice(role, "kind"), &kind))
        return rc < 0 ? rc : GW_ECONFIG;
    return grant(s, org.id, kind, json_slice(role, "name"), json_slice(role, "phone"));
}

int demo_offices(void)
{
    struct place p;
    int n = 0;
    while (places_at(n, &p))
        n++;
    return n;
}

static struct slice made_name(const struct demo *d, const struct service *s, int64_t i, int gender)
{
    enum { WHOLE_PERCENT = 15 };
    const struct demo_names *whole = &d->whole[gender], *given = &d->given[gender];
    if (mix(i, 1) % 100 < WHOLE_PERCENT)
        return whole->name[mix(i, 2) % (uint64_t)whole->count];
    struct slice first = d->surnames.name[mix(i, 3) % (uint64_t)d->surnames.count];
    struct slice last = given->name[mix(i, 4) % (uint64_t)given->count];
    return arena_printf(s->arena, "%.*s%.*s", SLICE_ARG(first), SLICE_ARG(last));
}

/* The i-th place's station gets a worker and its branch an organizer, unless the scripts name one.
 */
int demo_office(struct demo *d, const struct service *s, int64_t i)
{
    struct place p;
    struct organization org;
    struct duty duty;
    if (!places_at((int)i, &p) || p.level == PLACE_COUNTY)
        return 0;
    int rc = org_for_area(s, p.code, &org);
    if (rc == 1 && org.area == p.code)
        rc = org_duty(s, org.id, 0, &duty);
    else
        return rc < 0 ? rc : 0;
    if (rc < 0 || (rc == 1 && duty.org == org.id))
        return rc < 0 ? rc : 0;
    bool branch = p.level == PLACE_TOWNSHIP;
    const json_t *phones = json_object_get(d->people, "stations");
    int64_t number = json_int(phones, branch ? "branches" : "phone", 0) + i;
    struct slice phone = arena_printf(s->arena, "%lld", (long long)number);
    struct slice name = made_name(d, s, -1 - i, (int)(i % 2));
    return grant(s, org.id, branch ? ROLE_ORGANIZER : ROLE_STATION, name, phone);
}

/* ---- volunteers ---- */

static void keep(struct demo *d, int64_t volunteer, int64_t address)
{
    if (d->kept_count == DEMO_KEPT_MAX)
        return;
    d->kept[d->kept_count] = volunteer;
    d->kept_address[d->kept_count++] = address;
}

/* A service that was confirmed `days` before the service's moment. 0 or GW_E*. */
static int confirmed_hours(const struct service *s, int64_t volunteer, int64_t address,
                           int64_t area, const json_t *claim, int64_t days)
{
    struct service then = *s;
    struct organization org;
    struct duty duty;
    struct hours_receipt receipt;
    struct hours_decided decided;
    then.now = s->now - days * DAY_SECONDS;
    int rc = org_for_area(s, area, &org);
    if (rc == 1)
        rc = org_duty(s, org.id, 0, &duty);
    if (rc <= 0)
        return rc;
    struct hours_claim c = { .person = volunteer,
                             .address = address,
                             .day = civil_day_of(then.now, s->zone) - 1,
                             .minutes = json_int(claim, "minutes", 60),
                             .start_min = -1,
                             .end_min = -1,
                             .name = json_slice(claim, "what"),
                             .place = json_slice(claim, "place"),
                             .recipient = json_slice(claim, "serves") };
    rc = hours_report(&then, &c, &receipt);
    if (rc != HOURS_RECORDED)
        return rc < 0 ? rc : 0;
    struct hours_decision decision = { .id = receipt.id, .confirmer = duty.address, .quality = 5 };
    rc = hours_confirm(&then, &decision, &decided);
    return rc < 0 ? rc : 0;
}

static bool read_birth(struct slice text, int64_t *day, bool *year_only)
{
    int64_t year;
    *year_only = text.n == 4;
    if (!*year_only)
        return civil_parse_date(text, day) == 0;
    if (slice_to_int(text, &year) != 0)
        return false;
    *day = civil_day((int)year, 1, 1);
    return true;
}

static int named_hours(const struct service *s, const struct volunteer *v, const json_t *list)
{
    size_t i;
    const json_t *claim;
    json_array_foreach(list, i, claim)
    {
        int rc = confirmed_hours(s, v->id, v->address, v->area, claim, json_int(claim, "days", 1));
        if (rc < 0)
            return rc;
    }
    return 0;
}

int demo_named(struct demo *d, const struct service *s, const json_t *person)
{
    struct place area;
    struct volunteer v;
    struct volunteer_form form = {
        .name = json_slice(person, "name"),
        .gender = slice_eq(json_slice(person, "gender"), SLICE("M")) ? GENDER_MALE : GENDER_FEMALE,
        .channel = json_slice(d->people, "channel"),
        .notice = json_slice(d->people, "notice"),
    };
    if (!read_birth(json_slice(person, "birth"), &form.birth, &form.year_only) ||
        places_find(json_slice(person, "area"), &area, 1) < 1)
        return GW_ECONFIG;
    form.area = area.code;
    int rc = demo_address(s, json_slice(person, "phone"), &form.address);
    if (rc == 0)
        rc = volunteer_register(s, &form, &v);
    if (rc < 0)
        return rc;
    keep(d, v.id, form.address);
    if (rc != REGISTER_DONE)
        return 0;
    rc = opt_in(s, form.address, OPT_BROADCAST, SLICE(""), form.channel);
    return rc < 0 ? rc : named_hours(s, &v, json_object_get(person, "hours"));
}

/* One of twenty has served. */
static bool has_hours(int64_t i)
{
    return mix(i, 12) % 20 == 0;
}

/* A person of between 18 and about 80, made of `i` alone, who said yes to being a volunteer. */
static int insert_generated(const struct demo *d, const struct service *s, int64_t i,
                            int64_t address, struct volunteer *v)
{
    int gender = (int)(mix(i, 5) % 2);
    int year = OLDEST + (int)(mix(i, 6) % (YOUNGEST - OLDEST));
    v->id = ids_next(s->ids);
    v->area = d->areas[mix(i, 7) % (uint64_t)d->area_count];
    v->address = address;
    int64_t birth = civil_day(year, 1, 1) + (int64_t)(mix(i, 8) % 365);
    int64_t at = s->now - (int64_t)(mix(i, 9) % 400 + 1) * DAY_SECONDS;
    struct slice number = arena_printf(s->arena, "%lld%d%08lld", (long long)(v->area / 1000000),
                                       GENERATED_YEAR, (long long)i);
    int rc = sql_run(s->tx, &demo_volunteer,
                     BINDS(BIND_INT("id", v->id), BIND_TEXT("number", number),
                           BIND_TEXT("name", made_name(d, s, i, gender)), BIND_INT("birth", birth),
                           BIND_INT("gender", gender + 1), BIND_INT("area", v->area),
                           BIND_INT("verification", mix(i, 10) % 3 ? 1 : 2),
                           BIND_INT("address", address), BIND_INT("at", at),
                           BIND_BLOB("empty", SLICE(""))));
    if (rc <= 0)
        return rc;
    const struct consent yes = { .volunteer = v->id,
                                 .address = address,
                                 .kind = "registration",
                                 .version = json_slice(d->people, "notice"),
                                 .channel = json_slice(d->people, "channel"),
                                 .yes = true };
    rc = consent_put(s, &yes);
    if (rc >= 0)
        rc = volunteer_link(s, v->id, address);
    if (rc >= 0 && mix(i, 11) % 10 < 8)
        rc = sql_run(s->tx, &demo_opted, BINDS(BIND_INT("address", address), BIND_INT("at", at)));
    return rc < 0 ? rc : 1;
}

int demo_generated(struct demo *d, const struct service *s, int64_t i)
{
    char phone[12];
    int64_t address = 0;
    struct volunteer v = { 0 };
    demo_phone(i, phone);
    int rc = demo_address(s, slice_of(phone), &address);
    if (rc == 0)
        rc = insert_generated(d, s, i, address, &v);
    if (rc <= 0)
        return rc;
    keep(d, v.id, address);
    if (!has_hours(i))
        return 0;
    const json_t *claims = json_object_get(d->people, "claims");
    int64_t days = 2 + (int64_t)(mix(i, 14) % (uint64_t)json_int(d->people, "claim_days", 300));
    return confirmed_hours(s, v.id, address, v.area,
                           json_array_get(claims, mix(i, 13) % json_array_size(claims)), days);
}
