/* What a person tells of themselves after registering, and the ID number (handlers/volunteers.h).
 */
#include "gateway/base/utf8.h"
#include "handlers/places.h"
#include "handlers/protect.h"
#include "handlers/resident_id.h"
#include "handlers/volunteers.h"

enum { VALUE_MAX = 200, NAME_CHARS = 20 };

static const char *const field_names[FIELD_COUNT] = {
    [FIELD_NAME] = "name",
    [FIELD_BIRTH] = "birth",
    [FIELD_GENDER] = "gender",
    [FIELD_AREA] = "area",
    [FIELD_ETHNICITY] = "ethnicity",
    [FIELD_SCHOOL] = "school",
    [FIELD_OCCUPATION] = "occupation",
    [FIELD_SKILLS] = "skills",
    [FIELD_AVAILABILITY] = "availability",
    [FIELD_REMINDER] = "reminder",
};

SQL(name_set, "UPDATE volunteers SET name = $name WHERE id = $id");
SQL(birth_set, "UPDATE volunteers SET birth = $birth, year_only = $year_only WHERE id = $id");
SQL(gender_set, "UPDATE volunteers SET gender = $gender WHERE id = $id");
SQL(area_set, "UPDATE volunteers SET area = $area WHERE id = $id");
SQL(field_set, "INSERT INTO volunteer_fields (volunteer, field, value, changed_at) "
               "VALUES ($id, $field, $value, $now) ON CONFLICT (volunteer, field) DO UPDATE SET "
               "value = $value, changed_at = $now WHERE volunteer_fields.value <> $value");
SQL(field_get, "SELECT value FROM volunteer_fields WHERE volunteer = $id AND field = $field");
SQL(id_owner, "SELECT id FROM volunteers WHERE id_digest = $digest");
SQL(id_set, "UPDATE volunteers SET id_number = $sealed, id_digest = $digest, birth = $birth, "
            "year_only = 0, gender = $gender WHERE id = $id");
SQL(id_get, "SELECT id_number FROM volunteers WHERE id = $id");

const char *volunteer_field_name(enum volunteer_field field)
{
    return field < FIELD_COUNT ? field_names[field] : "?";
}

bool volunteer_field_parse(struct slice name, enum volunteer_field *out)
{
    for (int i = 0; i < FIELD_COUNT; i++)
        if (slice_eq(name, slice_of(field_names[i]))) {
            *out = (enum volunteer_field)i;
            return true;
        }
    return false;
}

static int done(int rc)
{
    return rc < 0 ? rc : UPDATE_DONE;
}

static int update_name(const struct service *s, const struct volunteer *v, struct slice value)
{
    if (value.n == 0 || utf8_count(value) > NAME_CHARS || !utf8_valid(value))
        return UPDATE_BAD_VALUE;
    if (slice_eq(value, v->name))
        return UPDATE_UNCHANGED;
    if (v->verification == VERIFY_PASSED)
        return UPDATE_LOCKED;
    return done(sql_run(s->tx, &name_set, BINDS(BIND_INT("id", v->id), BIND_TEXT("name", value))));
}

/* "1955" or "1955-03-12". */
static bool read_birth(struct slice value, int64_t *birth, bool *year_only)
{
    int64_t year;
    *year_only = value.n == 4;
    if (!*year_only)
        return civil_parse_date(value, birth) == 0;
    if (slice_to_int(value, &year) != 0 || !civil_valid((int)year, 12, 31))
        return false;
    *birth = civil_day((int)year, 12, 31);
    return true;
}

static int update_birth(const struct service *s, const struct volunteer *v, struct slice value)
{
    int64_t birth;
    bool year_only;
    if (!read_birth(value, &birth, &year_only))
        return UPDATE_BAD_VALUE;
    if (birth == v->birth && year_only == v->year_only)
        return UPDATE_UNCHANGED;
    if (v->verification == VERIFY_PASSED)
        return UPDATE_LOCKED;
    /* An adult who becomes a minor by one text is a mistake or needs a guardian: at the station. */
    if (v->state == VOLUNTEER_ACTIVE && volunteer_check_birth(s, birth, year_only) != REGISTER_DONE)
        return UPDATE_BAD_VALUE;
    if (volunteer_check_birth(s, birth, year_only) == REGISTER_BAD_BIRTH)
        return UPDATE_BAD_VALUE;
    return done(sql_run(
        s->tx, &birth_set,
        BINDS(BIND_INT("id", v->id), BIND_INT("birth", birth), BIND_INT("year_only", year_only))));
}

static int update_gender(const struct service *s, const struct volunteer *v, struct slice value)
{
    enum gender gender = slice_eq(value, SLICE("M"))   ? GENDER_MALE
                         : slice_eq(value, SLICE("F")) ? GENDER_FEMALE
                                                       : GENDER_UNKNOWN;
    if (gender == GENDER_UNKNOWN)
        return UPDATE_BAD_VALUE;
    if (gender == v->gender)
        return UPDATE_UNCHANGED;
    return done(
        sql_run(s->tx, &gender_set, BINDS(BIND_INT("id", v->id), BIND_INT("gender", gender))));
}

static int update_area(const struct service *s, const struct volunteer *v, struct slice value)
{
    int64_t area;
    struct place p;
    if (slice_to_int(value, &area) != 0 || (area != 0 && !places_by_code(area, &p)))
        return UPDATE_BAD_VALUE;
    if (area == v->area)
        return UPDATE_UNCHANGED;
    return done(sql_run(s->tx, &area_set, BINDS(BIND_INT("id", v->id), BIND_INT("area", area))));
}

int volunteer_update(const struct service *s, int64_t id, enum volunteer_field field,
                     struct slice value)
{
    struct volunteer v;
    int rc = volunteer_get(s, id, &v);
    value = slice_trim(value);
    if (rc < 0)
        return rc;
    if (rc == 0 || v.state == VOLUNTEER_LEFT || value.n > VALUE_MAX || !utf8_valid(value))
        return UPDATE_BAD_VALUE;
    switch (field) {
    case FIELD_NAME:
        return update_name(s, &v, value);
    case FIELD_BIRTH:
        return update_birth(s, &v, value);
    case FIELD_GENDER:
        return update_gender(s, &v, value);
    case FIELD_AREA:
        return update_area(s, &v, value);
    default:
        break;
    }
    rc = sql_run(s->tx, &field_set,
                 BINDS(BIND_INT("id", id), BIND_INT("field", field), BIND_TEXT("value", value),
                       BIND_INT("now", s->now)));
    return rc < 0 ? rc : rc == 0 ? UPDATE_UNCHANGED : UPDATE_DONE;
}

/* A column of the volunteer's own row as text, or false for the fields kept apart. */
static bool own_field(const struct service *s, const struct volunteer *v,
                      enum volunteer_field field, struct slice *value)
{
    static const char *const genders[] = { "", "M", "F" };
    char date[16];
    switch (field) {
    case FIELD_NAME:
        *value = v->name;
        return true;
    case FIELD_BIRTH:
        civil_format_date(v->birth, date);
        if (v->year_only)
            date[4] = '\0';
        *value = arena_dup(s->arena, slice_of(date));
        return true;
    case FIELD_GENDER:
        *value = slice_of(genders[v->gender]);
        return true;
    case FIELD_AREA:
        *value = arena_printf(s->arena, "%lld", (long long)v->area);
        return true;
    default:
        return false;
    }
}

int volunteer_field(const struct service *s, int64_t id, enum volunteer_field field,
                    struct slice *value)
{
    struct volunteer v;
    *value = (struct slice){ 0 };
    int rc = volunteer_get(s, id, &v);
    if (rc <= 0 || own_field(s, &v, field, value))
        return rc;
    struct rows *r =
        sql_rows(s->tx, &field_get, BINDS(BIND_INT("id", id), BIND_INT("field", field)));
    rc = rows_next(s->tx, r);
    if (rc == 1) {
        *value = arena_dup(s->arena, rows_text(r, 0));
        rows_close(s->tx, r);
    }
    return rc < 0 ? rc : 1;
}

/* ---- the ID number ---- */

static struct slice id_context(const struct service *s, int64_t id)
{
    return arena_printf(s->arena, "volunteers.id_number/%lld", (long long)id);
}

static int store_id(const struct service *s, const struct volunteer *v,
                    const struct resident_id *id, struct slice digest)
{
    struct slice sealed =
        vault_seal(s->vault, VAULT_ID_NUMBER, id_context(s, v->id), slice_of(id->number), s->arena);
    int rc = sql_run(s->tx, &id_set,
                     BINDS(BIND_INT("id", v->id), BIND_BLOB("sealed", sealed),
                           BIND_BLOB("digest", digest), BIND_INT("birth", id->birth),
                           BIND_INT("gender", id->gender)));
    if (rc < 0)
        return rc;
    if (volunteer_check_birth(s, id->birth, false) != REGISTER_GUARDIAN ||
        v->state != VOLUNTEER_ACTIVE)
        return ID_STORED;
    rc = volunteer_move(s, v->id, VOLUNTEER_PENDING_GUARDIAN);
    return rc < 0 ? rc : ID_GUARDIAN;
}

int volunteer_set_id(const struct service *s, int64_t id, struct slice number)
{
    struct resident_id read;
    struct volunteer v;
    int64_t owner = 0, today = civil_day_of(s->now, s->zone);
    switch (resident_id_read(number, today, (int)s->policy->oldest_age, &read)) {
    case RESIDENT_ID_OK:
        break;
    case RESIDENT_ID_CHECK:
        return ID_BAD_CHECK;
    default:
        return ID_BAD;
    }
    int rc = volunteer_get(s, id, &v);
    if (rc <= 0)
        return rc < 0 ? rc : ID_BAD;
    struct slice digest = protect_digest(s, "id_number", slice_of(read.number));
    rc = sql_int(s->tx, &id_owner, BINDS(BIND_BLOB("digest", digest)), &owner);
    if (rc < 0)
        return rc;
    if (rc == 1)
        return owner == id ? ID_UNCHANGED : ID_DUPLICATE;
    struct civil said, shown;
    civil_from_day(v.birth, &said);
    civil_from_day(read.birth, &shown);
    if (volunteer_check_birth(s, read.birth, false) == REGISTER_TOO_YOUNG)
        return ID_TOO_YOUNG;
    if (said.year != shown.year)
        return ID_MISMATCH;
    return store_id(s, &v, &read, digest);
}

int volunteer_masked_id(const struct service *s, int64_t id, struct slice *out)
{
    struct slice sealed = { 0 }, clear = { 0 };
    *out = (struct slice){ 0 };
    struct rows *r = sql_rows(s->tx, &id_get, BINDS(BIND_INT("id", id)));
    int rc = rows_next(s->tx, r);
    if (rc == 1) {
        sealed = arena_dup(s->arena, rows_blob(r, 0));
        rows_close(s->tx, r);
    }
    if (rc < 0 || sealed.n == 0)
        return rc < 0 ? rc : 0;
    rc = vault_open_sealed(s->vault, VAULT_ID_NUMBER, id_context(s, id), sealed, s->arena, &clear);
    if (rc != 0)
        return rc;
    char masked[19];
    resident_id_mask(clear, masked);
    *out = arena_dup(s->arena, slice_of(masked));
    return 0;
}
