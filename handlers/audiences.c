#include "handlers/audiences.h"

#include <string.h>

#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "handlers/audit_log.h"
#include "handlers/fields.h"
#include "handlers/list.h"
#include "handlers/places.h"
#include "handlers/roles.h"

enum { TEXT_MAX = 60, AGE_MAX = 150, DAYS_MAX = 4000000 };

SQL(audience_put, "INSERT INTO audiences (org, name, conditions, saved_by, saved_at) "
                  "VALUES ($org, $name, $conditions, $by, $now) ON CONFLICT (org, name) "
                  "DO UPDATE SET conditions = $conditions, saved_by = $by, saved_at = $now "
                  "WHERE audiences.conditions <> $conditions");
SQL(audience_remove, "DELETE FROM audiences WHERE org = $org AND name = $name");
SQL(audience_named, "SELECT conditions FROM audiences WHERE org = $org AND name = $name");
SQL(audiences_number, "SELECT COUNT(*) FROM audiences WHERE org = $org AND name <> $name");
SQL(audiences_all, "SELECT name, conditions, saved_at FROM audiences WHERE org = $org "
                   "ORDER BY name LIMIT 100");

SQL(audience_skilled, "SELECT v.id FROM volunteers v JOIN volunteer_fields f "
                      "ON f.volunteer = v.id AND f.field = 7 WHERE v.area BETWEEN $lo AND $hi "
                      "AND v.state = 2 AND f.value LIKE $skill ESCAPE '!' LIMIT 1");

static const char *const outcomes[] = {
    [AUDIENCE_OK] = "ok",
    [AUDIENCE_UNCHANGED] = "unchanged",
    [AUDIENCE_BAD] = "bad_audience",
    [AUDIENCE_OUTSIDE] = "outside",
    [AUDIENCE_NOT_FOUND] = "not_found",
    [AUDIENCE_FORBIDDEN] = "forbidden",
    [AUDIENCE_FULL] = "full",
};

const char *audience_outcome_name(enum audience_outcome outcome)
{
    return (size_t)outcome < sizeof outcomes / sizeof outcomes[0] ? outcomes[outcome] : "?";
}

/* ---- reading ---- */

struct reading {
    const struct service *s;
    struct organization reach;
    struct audience *out;
    struct fault *fault;
};

static int bad(const struct reading *r, const char *key, const char *expected)
{
    fault_set(r->fault, GW_EINVAL, "audience: %.40s: expected %s", key, expected);
    return AUDIENCE_BAD;
}

static bool read_id(const json_t *value, int64_t *out)
{
    return json_is_string(value) && slice_to_int(slice_of(json_string_value(value)), out) == 0 &&
           *out > 0;
}

struct slice audience_pattern(struct arena *a, struct slice word)
{
    char *text = arena_alloc(a, 2 * word.n + 2);
    size_t n = 0;
    text[n++] = '%';
    for (size_t i = 0; i < word.n; i++) {
        if (word.p[i] == '%' || word.p[i] == '_' || word.p[i] == '!')
            text[n++] = '!';
        text[n++] = word.p[i];
    }
    text[n++] = '%';
    return (struct slice){ text, n };
}

static int read_word(struct reading *r, const char *key, const json_t *value, struct slice *out)
{
    struct slice word = slice_trim(slice_of(json_is_string(value) ? json_string_value(value) : ""));
    if (word.n == 0 || word.n > TEXT_MAX)
        return bad(r, key, "a text of 1 to 60 bytes");
    *out = audience_pattern(r->s->arena, word);
    return AUDIENCE_OK;
}

static int read_skill(struct reading *r, const char *key, const json_t *value)
{
    return read_word(r, key, value, &r->out->skill);
}

static int read_free(struct reading *r, const char *key, const json_t *value)
{
    return read_word(r, key, value, &r->out->free);
}

static int read_theme(struct reading *r, const char *key, const json_t *value)
{
    return read_word(r, key, value, &r->out->theme);
}

static void swap_ranges(struct audience *a, int i)
{
    struct audience_range range = a->ranges[i];
    a->ranges[i] = a->ranges[i - 1];
    a->ranges[i - 1] = range;
}

/* Keeps ranges in order; a range within another one is left out. Ranges of places hold one another
 * or are apart. */
static void add_range(struct audience *a, struct audience_range range)
{
    int n = 0;
    for (int i = 0; i < a->range_count; i++) {
        const struct audience_range *old = &a->ranges[i];
        if (old->lo <= range.lo && range.hi <= old->hi)
            return;
        if (!(range.lo <= old->lo && old->hi <= range.hi))
            a->ranges[n++] = *old;
    }
    a->ranges[n] = range;
    a->range_count = n + 1;
    for (int i = n; i > 0 && a->ranges[i].lo < a->ranges[i - 1].lo; i--)
        swap_ranges(a, i);
}

static int read_areas(struct reading *r, const char *key, const json_t *value)
{
    size_t n = json_array_size(value);
    if (n < 1 || n > AUDIENCE_AREAS)
        return bad(r, key, "1 to 8 place codes as texts of digits");
    for (size_t i = 0; i < n; i++) {
        int64_t code;
        struct place place;
        struct audience_range range;
        if (!read_id(json_array_get(value, i), &code) || !places_by_code(code, &place))
            return bad(r, key, "codes of places of this district as texts of digits");
        if (!places_within(code, r->reach.area))
            return AUDIENCE_OUTSIDE;
        places_range(code, &range.lo, &range.hi);
        add_range(r->out, range);
    }
    return AUDIENCE_OK;
}

/* The people of a part of `reach`: of a team those who served with it, else who lives there. */
static int read_org(struct reading *r, const char *key, const json_t *value)
{
    int64_t id;
    struct organization org;
    struct audience_range range;
    if (!read_id(value, &id))
        return bad(r, key, "an organization's id as text");
    int rc = org_get(r->s, id, &org);
    if (rc <= 0)
        return rc < 0 ? rc : AUDIENCE_NOT_FOUND;
    rc = org_within(r->s, id, r->reach.id);
    if (rc <= 0)
        return rc < 0 ? rc : AUDIENCE_OUTSIDE;
    if (org.kind == ORG_TEAM) {
        r->out->team = id;
        return AUDIENCE_OK;
    }
    if (!places_within(org.area, r->reach.area))
        return AUDIENCE_OUTSIDE;
    places_range(org.area, &range.lo, &range.hi);
    add_range(r->out, range);
    return AUDIENCE_OK;
}

static int read_took_part(struct reading *r, const char *key, const json_t *value)
{
    struct activity a;
    if (!read_id(value, &r->out->took_part))
        return bad(r, key, "an activity's id as text");
    int rc = activity_get(r->s, r->out->took_part, &a);
    if (rc <= 0)
        return rc < 0 ? rc : AUDIENCE_NOT_FOUND;
    rc = org_within(r->s, a.org, r->reach.id);
    return rc < 0 ? rc : rc == 1 ? AUDIENCE_OK : AUDIENCE_OUTSIDE;
}

static int read_star(struct reading *r, const char *key, const json_t *value)
{
    int64_t n = json_integer_value(value);
    if (!json_is_integer(value) || n < 1 || n > POLICY_STARS)
        return bad(r, key, "1 to 5 stars");
    r->out->star = (int)n;
    return AUDIENCE_OK;
}

/* Somebody born the day after this one is not yet `age` years old today. */
static int64_t born_by(const struct service *s, int64_t age)
{
    struct civil c;
    civil_at(s->now, s->zone, &c);
    int year = c.year - (int)age;
    int day = civil_valid(year, c.month, c.day) ? c.day : c.day - 1; /* 29 February */
    return civil_day(year, c.month, day);
}

static int read_age(struct reading *r, const char *key, const json_t *value)
{
    static const char expected[] = "min and max, 0 to 150, min not above max";
    int64_t min = json_int(value, "min", 0), max = json_int(value, "max", AGE_MAX);
    size_t known = 0;
    const char *names[] = { "min", "max" };
    for (size_t i = 0; i < 2; i++)
        known += json_is_integer(json_object_get(value, names[i])) ? 1 : 0;
    if (!json_is_object(value) || known == 0 || known != json_object_size(value) || min < 0 ||
        max > AGE_MAX || min > max)
        return bad(r, key, expected);
    r->out->born_to = born_by(r->s, min);
    r->out->born_from = born_by(r->s, max + 1) + 1;
    return AUDIENCE_OK;
}

static int read_channel(struct reading *r, const char *key, const json_t *value)
{
    struct slice name = slice_of(json_is_string(value) ? json_string_value(value) : "");
    if (slice_eq(name, SLICE("sms")))
        r->out->channel = AUDIENCE_SMS;
    else if (slice_eq(name, SLICE("wechat")))
        r->out->channel = AUDIENCE_WECHAT;
    else
        return bad(r, key, "\"sms\" or \"wechat\"");
    return AUDIENCE_OK;
}

static int read_trained(struct reading *r, const char *key, const json_t *value)
{
    const struct service *s = r->s;
    r->out->trained_from = civil_day_of(s->now, s->zone) - s->policy->training_valid_days;
    return read_word(r, key, value, &r->out->trained);
}

/* Every condition there is; audiences.h says what each means. */
static const struct {
    const char *key;
    int (*read)(struct reading *r, const char *key, const json_t *value);
} conditions_table[] = {
    { "areas", read_areas },     { "org", read_org },     { "skill", read_skill },
    { "free", read_free },       { "theme", read_theme }, { "took_part", read_took_part },
    { "star", read_star },       { "age", read_age },     { "channel", read_channel },
    { "trained", read_trained },
};
enum { CONDITIONS = sizeof conditions_table / sizeof conditions_table[0] };

static int read_key(struct reading *r, const char *key, const json_t *value)
{
    for (size_t i = 0; i < CONDITIONS; i++)
        if (strcmp(key, conditions_table[i].key) == 0)
            return conditions_table[i].read(r, key, value);
    return bad(r, key, "areas, org, skill, free, theme, took_part, star, age, channel or trained");
}

/* Without places: everybody the organization may reach. Who lives elsewhere belongs to the highest
 * one, as org_for_area says. */
static void add_reach(struct reading *r)
{
    struct audience_range range;
    places_range(r->reach.area, &range.lo, &range.hi);
    add_range(r->out, range);
    if (r->reach.parent == 0)
        add_range(r->out, (struct audience_range){ 0, 0 });
}

int audience_read(const struct service *s, const json_t *conditions, int64_t org,
                  struct audience *out, struct fault *fault)
{
    struct reading r = { .s = s, .out = out, .fault = fault };
    *out = (struct audience){ .born_from = -DAYS_MAX, .born_to = DAYS_MAX };
    if (!json_is_object(conditions))
        return bad(&r, "conditions", "an object");
    int rc = org_get(s, org, &r.reach);
    if (rc <= 0)
        return rc < 0 ? rc : AUDIENCE_NOT_FOUND;
    /* Two conditions on places would have to hold both; one object says one of them. */
    if (json_object_get(conditions, "areas") && json_object_get(conditions, "org"))
        return bad(&r, "org", "either areas or org, not both");
    out->everybody = json_object_size(conditions) == 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)conditions, key, value)
    {
        rc = read_key(&r, key, value);
        if (rc != AUDIENCE_OK)
            return rc;
    }
    if (out->range_count == 0)
        add_reach(&r);
    return AUDIENCE_OK;
}

/* What nobody of the place told to know leaves them all: rather many who may than nobody. */
static int asked_skill(const struct service *s, const struct activity *a, int64_t area,
                       struct slice *out)
{
    int64_t lo, hi, any = 0;
    int rc = fields_skill(a->requirements, s->arena, out);
    if (rc < 0 || out->n == 0)
        return rc;
    places_range(area, &lo, &hi);
    rc = sql_int(s->tx, &audience_skilled,
                 BINDS(BIND_INT("lo", lo), BIND_INT("hi", hi),
                       BIND_TEXT("skill", audience_pattern(s->arena, *out))),
                 &any);
    if (rc == 0)
        *out = (struct slice){ 0 };
    return rc < 0 ? rc : 0;
}

int audience_propose(const struct service *s, const struct activity *a, int64_t org, json_t **out)
{
    struct organization reach;
    int rc = org_get(s, org, &reach);
    if (rc <= 0)
        return rc < 0 ? rc : GW_ENOTFOUND;
    int64_t area = places_township(a->area);
    if (area == 0 || !places_within(area, reach.area))
        area = reach.area;
    struct slice code = arena_printf(s->arena, "%lld", (long long)area);
    struct slice skill;
    rc = asked_skill(s, a, area, &skill);
    if (rc < 0)
        return rc;
    *out = json_pack("{s:[s]}", "areas", arena_str(s->arena, code));
    if (skill.n > 0)
        json_put_slice(*out, "skill", skill);
    return 0;
}

/* ---- saved ---- */

static int may(const struct service *s, int64_t address, int64_t org, const char *what)
{
    int rc = role_use(s, address, POWER_BROADCAST, org, what, org, NULL);
    return rc < 0 ? rc : rc == 1 ? AUDIENCE_OK : AUDIENCE_FORBIDDEN;
}

int audience_save(const struct service *s, int64_t address, int64_t org, struct slice name,
                  const json_t *conditions, struct fault *fault)
{
    struct audience read;
    int64_t there = 0;
    name = slice_trim(name);
    if (name.n == 0 || name.n > AUDIENCE_NAME_MAX || !utf8_valid(name)) {
        fault_set(fault, GW_EINVAL, "audience: name: expected a text of 1 to 60 bytes");
        return AUDIENCE_BAD;
    }
    int rc = audience_read(s, conditions, org, &read, fault);
    if (rc == AUDIENCE_OK)
        rc = may(s, address, org, "audience.save");
    if (rc != AUDIENCE_OK)
        return rc;
    rc = sql_int(s->tx, &audiences_number, BINDS(BIND_INT("org", org), BIND_TEXT("name", name)),
                 &there);
    if (rc < 0)
        return rc;
    if (there >= AUDIENCES_PER_ORG)
        return AUDIENCE_FULL;
    rc = sql_run(s->tx, &audience_put,
                 BINDS(BIND_INT("org", org), BIND_TEXT("name", name),
                       BIND_TEXT("conditions", json_write(conditions, s->arena)),
                       BIND_INT("by", address), BIND_INT("now", s->now)));
    return rc < 0 ? rc : rc == 0 ? AUDIENCE_UNCHANGED : AUDIENCE_OK;
}

int audience_delete(const struct service *s, int64_t address, int64_t org, struct slice name)
{
    int rc = may(s, address, org, "audience.delete");
    if (rc != AUDIENCE_OK)
        return rc;
    rc = sql_run(s->tx, &audience_remove,
                 BINDS(BIND_INT("org", org), BIND_TEXT("name", slice_trim(name))));
    return rc < 0 ? rc : rc == 0 ? AUDIENCE_NOT_FOUND : AUDIENCE_OK;
}

int audience_saved(const struct service *s, int64_t org, struct slice name, json_t **out)
{
    struct fault fault = { 0 };
    struct rows *r = sql_rows(s->tx, &audience_named,
                              BINDS(BIND_INT("org", org), BIND_TEXT("name", slice_trim(name))));
    int rc = rows_next(s->tx, r);
    *out = NULL;
    if (rc != 1)
        return rc;
    *out = json_read(rows_text(r, 0), "audience", 4096, &fault);
    rows_close(s->tx, r);
    return *out ? 1 : GW_EDATA;
}

int audiences_list(const struct service *s, int64_t org, struct audience_entry **out)
{
    struct rows *r = sql_rows(s->tx, &audiences_all, BINDS(BIND_INT("org", org)));
    struct audience_entry *list = NULL;
    int n = 0, rc;
    while ((rc = rows_next(s->tx, r)) == 1) {
        list = list_room(s->arena, list, n, sizeof *list);
        list[n++] = (struct audience_entry){ .name = arena_dup(s->arena, rows_text(r, 0)),
                                             .conditions = arena_dup(s->arena, rows_text(r, 1)),
                                             .saved_at = rows_int(r, 2) };
    }
    *out = list;
    return rc < 0 ? rc : n;
}
