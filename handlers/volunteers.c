#include "handlers/volunteers.h"

#include "gateway/base/utf8.h"
#include "gateway/store/timers.h"
#include "handlers/bindings.h"
#include "handlers/consents.h"
#include "handlers/counters.h"
#include "handlers/hours.h"
#include "handlers/list.h"
#include "handlers/places.h"
#include "handlers/resident_id.h"

enum { NAME_CHARS = 20, SERIAL_MOST = 99999999, DAY_SECONDS = 86400 };

#define BIT(n) (1u << (n))

static const struct {
    const char *name;
    unsigned allowed;
} states[VOLUNTEER_STATES] = {
    [VOLUNTEER_PENDING_GUARDIAN] = { "pending_guardian", BIT(VOLUNTEER_ACTIVE) |
                                                             BIT(VOLUNTEER_FROZEN) |
                                                             BIT(VOLUNTEER_LEFT) },
    [VOLUNTEER_ACTIVE] = { "active", BIT(VOLUNTEER_PENDING_GUARDIAN) | BIT(VOLUNTEER_FROZEN) |
                                         BIT(VOLUNTEER_LEFT) },
    [VOLUNTEER_FROZEN] = { "frozen", BIT(VOLUNTEER_ACTIVE) | BIT(VOLUNTEER_LEFT) },
    [VOLUNTEER_LEFT] = { "left", 0 },
};

#define VOLUNTEER_COLUMNS                                                                          \
    "v.id, v.number, v.name, v.birth, v.year_only, v.gender, v.area, v.state, "                    \
    "v.verification, v.provisional, v.address, v.registered_at"

/* The primary key (address, volunteer) gives the order: ids rise with time. */
SQL(volunteers_at, "SELECT " VOLUNTEER_COLUMNS " FROM volunteer_links l "
                   "JOIN volunteers v ON v.id = l.volunteer "
                   "WHERE l.address = $address AND v.state IN (1, 2) ORDER BY l.volunteer");
SQL(volunteer_one, "SELECT " VOLUNTEER_COLUMNS " FROM volunteers v WHERE v.id = $id");
SQL(volunteer_phoneless, "SELECT " VOLUNTEER_COLUMNS " FROM volunteers v WHERE v.area = $area "
                         "AND v.state = 2 AND v.name = $name AND v.birth = $birth "
                         "AND v.address = 0 ORDER BY v.id LIMIT 1");
SQL(volunteer_insert,
    "INSERT INTO volunteers (id, number, name, birth, year_only, gender, area, state, "
    "verification, provisional, address, registered_at, left_at, id_number, id_digest) VALUES "
    "($id, $number, $name, $birth, $year_only, $gender, $area, $state, $verification, "
    "$provisional, $address, $now, 0, $empty, NULL)");
SQL(link_insert, "INSERT INTO volunteer_links (address, volunteer, linked_at) "
                 "VALUES ($address, $volunteer, $now) ON CONFLICT DO NOTHING");
SQL(links_delete, "DELETE FROM volunteer_links WHERE volunteer = $id");
SQL(state_move, "UPDATE volunteers SET state = $to WHERE id = $id AND state = $from");
SQL(seen_set, "UPDATE volunteers SET provisional = 0, verification = "
              "CASE WHEN $papers = 1 THEN 1 ELSE verification END "
              "WHERE id = $id AND (provisional = 1 OR ($papers = 1 AND verification <> 1))");
SQL(identity_delete, "UPDATE volunteers SET name = '', birth = 0, year_only = 0, gender = 0, "
                     "state = $state, provisional = 0, address = 0, left_at = $now, "
                     "id_number = $empty, id_digest = NULL WHERE id = $id "
                     "AND state NOT IN ($state, 4)");
SQL(fields_delete, "DELETE FROM volunteer_fields WHERE volunteer = $id");
SQL(volunteers_sum, "SELECT COUNT(*), "
                    "CAST(COALESCE(SUM(CASE WHEN state = 2 THEN 1 ELSE 0 END), 0) AS BIGINT), "
                    "CAST(COALESCE(SUM(CASE WHEN state = 2 AND verification = 1 THEN 1 ELSE 0 "
                    "END), 0) AS BIGINT) "
                    "FROM volunteers WHERE area BETWEEN $lo AND $hi AND state IN (1, 2)");

const char *volunteer_state_name(enum volunteer_state state)
{
    return state > 0 && (int)state < VOLUNTEER_STATES ? states[state].name : "?";
}

bool volunteer_may_move(enum volunteer_state from, enum volunteer_state to)
{
    return from > 0 && (int)from < VOLUNTEER_STATES && (states[from].allowed & BIT(to)) != 0;
}

int volunteer_age(const struct service *s, const struct volunteer *v)
{
    return age_on(v->birth, civil_day_of(s->now, s->zone));
}

/* ---- reading ---- */

static void read_volunteer(const struct service *s, const struct rows *r, struct volunteer *out)
{
    out->id = rows_int(r, 0);
    out->number = arena_dup(s->arena, rows_text(r, 1));
    out->name = arena_dup(s->arena, rows_text(r, 2));
    out->birth = rows_int(r, 3);
    out->year_only = rows_int(r, 4) != 0;
    out->gender = (enum gender)rows_int(r, 5);
    out->area = rows_int(r, 6);
    out->state = (enum volunteer_state)rows_int(r, 7);
    out->verification = (enum verification)rows_int(r, 8);
    out->provisional = rows_int(r, 9) != 0;
    out->address = rows_int(r, 10);
    out->registered_at = rows_int(r, 11);
}

static int read_list(const struct service *s, struct rows *r, struct volunteer **out)
{
    struct volunteer *list = NULL;
    int n = 0, rc;
    while ((rc = rows_next(s->tx, r)) == 1) {
        list = list_room(s->arena, list, n, sizeof *list);
        read_volunteer(s, r, &list[n++]);
    }
    *out = list;
    return rc < 0 ? rc : n;
}

int volunteers_by_address(const struct service *s, int64_t address, struct volunteer **out)
{
    return read_list(s, sql_rows(s->tx, &volunteers_at, BINDS(BIND_INT("address", address))), out);
}

int volunteer_get(const struct service *s, int64_t id, struct volunteer *out)
{
    struct volunteer *list;
    int n = read_list(s, sql_rows(s->tx, &volunteer_one, BINDS(BIND_INT("id", id))), &list);
    *out = n == 1 ? list[0] : (struct volunteer){ 0 };
    return n;
}

int volunteer_by_name(const struct service *s, int64_t address, struct slice name,
                      struct volunteer *out)
{
    struct volunteer *list;
    int n = volunteers_by_address(s, address, &list), holding = 0;
    *out = (struct volunteer){ 0 };
    for (int i = 0; i < n; i++) {
        if (slice_eq(list[i].name, name)) {
            *out = list[i];
            return 1;
        }
        if (name.n > 0 && slice_find(list[i].name, name) >= 0 && ++holding == 1)
            *out = list[i];
    }
    return n < 0 ? n : holding == 1;
}

/* ---- registering ---- */

enum volunteer_register_outcome volunteer_check_birth(const struct service *s, int64_t birth,
                                                      bool year_only)
{
    int64_t today = civil_day_of(s->now, s->zone);
    struct civil b, t;
    civil_from_day(birth, &b);
    civil_from_day(today, &t);
    if (year_only)
        birth = civil_day(b.year, 12, 31);
    if ((year_only ? b.year > t.year : birth > today) || t.year - b.year > s->policy->oldest_age)
        return REGISTER_BAD_BIRTH;
    int age = age_on(birth, today);
    if (age < s->policy->guardian_age)
        return REGISTER_TOO_YOUNG;
    return age < s->policy->adult_age ? REGISTER_GUARDIAN : REGISTER_DONE;
}

static bool good_name(struct slice name)
{
    struct slice walk = name;
    int32_t c;
    while ((c = utf8_next(&walk)) >= 0)
        if (c < ' ' || c == 0x7f || c == 0xfffd)
            return false;
    return name.n > 0 && utf8_count(name) <= NAME_CHARS;
}

/* County, year and a serial: no personal data (domain.md 2.7 leaves the format open). */
static int make_number(const struct service *s, int64_t area, struct slice *out)
{
    enum { COUNTY_DIGITS_BEHIND = 1000000, ELSEWHERE = 999999 };
    struct civil c;
    int64_t serial = 0;
    civil_at(s->now, s->zone, &c);
    struct slice name = arena_printf(s->arena, "volunteer/%d", c.year);
    int rc = counter_next(s, arena_str(s->arena, name), 1, SERIAL_MOST, &serial);
    int64_t county = area ? places_county(area) / COUNTY_DIGITS_BEHIND : ELSEWHERE;
    *out = arena_printf(s->arena, "%06lld%04d%07lld", (long long)county, c.year, (long long)serial);
    return rc;
}

static int insert_volunteer(const struct service *s, struct volunteer *v)
{
    int rc = make_number(s, v->area, &v->number);
    if (rc < 0)
        return rc;
    rc = sql_run(s->tx, &volunteer_insert,
                 BINDS(BIND_INT("id", v->id), BIND_TEXT("number", v->number),
                       BIND_TEXT("name", v->name), BIND_INT("birth", v->birth),
                       BIND_INT("year_only", v->year_only), BIND_INT("gender", v->gender),
                       BIND_INT("area", v->area), BIND_INT("state", v->state),
                       BIND_INT("verification", v->verification),
                       BIND_INT("provisional", v->provisional), BIND_INT("address", v->address),
                       BIND_INT("now", v->registered_at), BIND_BLOB("empty", SLICE(""))));
    if (rc < 0)
        return rc;
    return volunteer_link(s, v->id, v->address);
}

static void fill_birth(const struct volunteer_form *form, struct volunteer *v)
{
    struct civil b;
    civil_from_day(form->birth, &b);
    v->birth = form->year_only ? civil_day(b.year, 12, 31) : form->birth;
}

static void fill_from_form(const struct service *s, const struct volunteer_form *form,
                           struct volunteer *v)
{
    *v = (struct volunteer){
        .id = ids_next(s->ids),
        .name = arena_dup(s->arena, slice_trim(form->name)),
        .year_only = form->year_only,
        .gender = form->gender,
        .area = form->area,
        .state = VOLUNTEER_ACTIVE,
        .verification = VERIFY_PENDING,
        .address = form->address,
        .registered_at = s->now,
    };
    fill_birth(form, v);
}

static int put_consent(const struct service *s, const struct volunteer_form *form, int64_t id)
{
    struct consent c = { .volunteer = id,
                         .address = form->address,
                         .kind = form->by_guardian ? "guardian" : "registration",
                         .version = form->notice,
                         .words = form->words,
                         .channel = form->channel,
                         .yes = true };
    return consent_put(s, &c);
}

/* The same for people without a phone: one of that name and year in the place. */
static int find_phoneless(const struct service *s, const struct volunteer_form *form,
                          struct volunteer *out)
{
    struct volunteer v, *list;
    fill_birth(form, &v);
    int n = read_list(
        s,
        sql_rows(s->tx, &volunteer_phoneless,
                 BINDS(BIND_INT("area", form->area), BIND_TEXT("name", slice_trim(form->name)),
                       BIND_INT("birth", v.birth))),
        &list);
    if (n == 1)
        *out = list[0];
    return n;
}

/* Whether this person is on the phone already: 1 and `*out`, 0 with the number of people there in
 * `*people`, or GW_E*. */
static int find_same(const struct service *s, const struct volunteer_form *form, int *people,
                     struct volunteer *out)
{
    struct volunteer *list;
    *people = 0;
    if (form->address == 0)
        return find_phoneless(s, form, out);
    int n = volunteers_by_address(s, form->address, &list);
    for (int i = 0; i < n; i++)
        if (slice_eq(list[i].name, slice_trim(form->name))) {
            *out = list[i];
            return 1;
        }
    *people = n;
    return n < 0 ? n : 0;
}

int volunteer_register(const struct service *s, const struct volunteer_form *form,
                       struct volunteer *out)
{
    int people = 0;
    *out = (struct volunteer){ 0 };
    if (!good_name(slice_trim(form->name)))
        return REGISTER_BAD_NAME;
    int age = volunteer_check_birth(s, form->birth, form->year_only);
    if (age == REGISTER_BAD_BIRTH || (age == REGISTER_TOO_YOUNG && !form->by_guardian))
        return age;
    int rc = find_same(s, form, &people, out);
    if (rc != 0)
        return rc < 0 ? rc : REGISTER_UNCHANGED;
    if (people >= s->policy->people_per_phone)
        return REGISTER_TOO_MANY;
    fill_from_form(s, form, out);
    bool waits = age == REGISTER_GUARDIAN && !form->by_guardian;
    if (waits)
        out->state = VOLUNTEER_PENDING_GUARDIAN;
    out->provisional = form->imported || (people > 0 && !form->by_guardian);
    rc = insert_volunteer(s, out);
    if (rc >= 0 && !form->imported && !form->by_guardian)
        rc = bind_new(s, out->id, out->address);
    if (rc >= 0 && !form->imported)
        rc = put_consent(s, form, out->id);
    if (rc >= 0 && waits)
        rc = timers_set(s->tx, "guardian.unasked", out->id,
                        s->now + s->policy->guardian_days * DAY_SECONDS);
    if (rc < 0)
        return rc;
    return waits ? REGISTER_GUARDIAN : REGISTER_DONE;
}

/* ---- changing ---- */

int volunteer_link(const struct service *s, int64_t id, int64_t address)
{
    if (address == 0) /* without a phone */
        return 0;
    return sql_run(
        s->tx, &link_insert,
        BINDS(BIND_INT("address", address), BIND_INT("volunteer", id), BIND_INT("now", s->now)));
}

int volunteer_move(const struct service *s, int64_t id, enum volunteer_state to)
{
    struct volunteer v;
    int rc = volunteer_get(s, id, &v);
    if (rc <= 0 || !volunteer_may_move(v.state, to))
        return rc < 0 ? rc : 0;
    return sql_run(s->tx, &state_move,
                   BINDS(BIND_INT("id", id), BIND_INT("from", v.state), BIND_INT("to", to)));
}

int volunteer_seen(const struct service *s, int64_t id, bool papers)
{
    return sql_run(s->tx, &seen_set, BINDS(BIND_INT("id", id), BIND_INT("papers", papers)));
}

static int remove_identity(const struct service *s, int64_t id, enum volunteer_state state)
{
    int rc = sql_run(s->tx, &identity_delete,
                     BINDS(BIND_INT("id", id), BIND_INT("state", state), BIND_INT("now", s->now),
                           BIND_BLOB("empty", SLICE(""))));
    if (rc <= 0)
        return rc < 0 ? rc : LEAVE_UNCHANGED;
    rc = sql_run(s->tx, &links_delete, BINDS(BIND_INT("id", id)));
    if (rc >= 0)
        rc = sql_run(s->tx, &fields_delete, BINDS(BIND_INT("id", id)));
    if (rc >= 0)
        rc = consents_forget(s, id);
    if (rc >= 0)
        rc = hours_forget(s, id, 0);
    return rc < 0 ? rc : LEAVE_DONE;
}

int volunteer_leave(const struct service *s, int64_t id)
{
    return remove_identity(s, id, VOLUNTEER_LEFT);
}

int volunteer_freeze(const struct service *s, int64_t id)
{
    return remove_identity(s, id, VOLUNTEER_FROZEN);
}

int volunteers_count(const struct service *s, int64_t area, struct volunteer_counts *out)
{
    int64_t lo, hi;
    places_range(area, &lo, &hi);
    *out = (struct volunteer_counts){ 0 };
    struct rows *r =
        sql_rows(s->tx, &volunteers_sum, BINDS(BIND_INT("lo", lo), BIND_INT("hi", hi)));
    int rc = rows_next(s->tx, r);
    if (rc != 1)
        return rc;
    out->active = rows_int(r, 1);
    out->verified = rows_int(r, 2);
    out->pending = rows_int(r, 0) - out->active;
    rows_close(s->tx, r);
    return 0;
}
