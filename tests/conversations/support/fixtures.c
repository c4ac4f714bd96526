#include "tests/conversations/support/fixtures.h"

#include <string.h>

#include "handlers/demo.h"
#include "gateway/store/sql.h"
#include "handlers/district.h"
#include "handlers/nearest.h"
#include "handlers/organizations.h"
#include "handlers/protect.h"
#include "handlers/roles.h"
#include "handlers/imports.h"
#include "handlers/places.h"
#include "tests/conversations/support/district.h"
#include "tests/conversations/support/pool.h"
#include "tests/conversations/support/roster.h"

/* The demo district as `linli demo` makes it, with a few volunteers. */
static int fill_demo(struct world *w, const struct service *s, void *context)
{
    struct fault fault = { 0 };
    struct demo *demo = NULL;
    (void)w;
    (void)context;
    int rc = demo_begin(20, &demo, &fault);
    while (rc >= 0 && (rc = demo_fill_some(demo, s, 50)) > 0)
        continue;
    demo_free(demo);
    return rc;
}

/* The organizations alone, as a new installation has them. */
static int make_district(struct world *w, const struct service *s, void *context)
{
    (void)w;
    (void)context;
    return district_setup(s);
}

SQL(fixture_set_code, "UPDATE role_codes SET digest = $digest WHERE used_at = 0");

SQL(fixture_bind_code, "UPDATE bind_codes SET digest = $digest WHERE id = $id");
SQL(fixture_bind_open, "SELECT MAX(id) FROM bind_codes WHERE state = $open");

/* The code that binds a phone, on its way, becomes 385012. */
static int set_bind_code(struct world *w, const struct service *s, void *context)
{
    int64_t id = 0;
    (void)w;
    (void)context;
    int rc = sql_int(s->tx, &fixture_bind_open, BINDS(BIND_INT("open", 1)), &id);
    if (rc < 0)
        return rc;
    struct slice both = arena_printf(s->arena, "%lld/385012", (long long)id);
    return sql_run(
        s->tx, &fixture_bind_code,
        BINDS(BIND_BLOB("digest", protect_digest(s, "bind_code", both)), BIND_INT("id", id)));
}

/* A one-use code for the first lead of the district, as the server prints it; always 739164. */
static int make_code(struct world *w, const struct service *s, void *context)
{
    struct organization org = { 0 };
    char code[8];
    (void)w;
    (void)context;
    int rc = org_by_name(s, SLICE("区文明办"), &org);
    if (rc <= 0)
        return rc < 0 ? rc : GW_ENOTFOUND;
    rc = role_code_make(s, org.id, ROLE_LEAD, code);
    if (rc >= 0)
        rc = sql_run(s->tx, &fixture_set_code,
                     BINDS(BIND_BLOB("digest", protect_digest(s, "role_code", SLICE("739164")))));
    return rc < 0 ? rc : GW_OK;
}

SQL(fixture_set_number, "UPDATE role_acts SET confirm = 8317 WHERE state = 1");

/* The number that confirms what was asked for last is 8317. */
static int set_number(struct world *w, const struct service *s, void *context)
{
    (void)w;
    (void)context;
    int rc = sql_run(s->tx, &fixture_set_number, NO_BINDS);
    return rc < 0 ? rc : GW_OK;
}

/* The district's office and nothing else, as in a place that the gazetteer does not know. */
static int make_office(struct world *w, const struct service *s, void *context)
{
    const struct organization office = { .kind = ORG_DISTRICT,
                                         .name = SLICE("思茅区文明办"),
                                         .shown = SLICE("区文明办"),
                                         .area = INT64_C(530802000000) };
    int64_t id;
    (void)w;
    (void)context;
    int rc = org_add(s, &office, &id);
    return rc < 0 ? rc : GW_OK;
}

/* Where the station stands. */
static int place_station(struct world *w, const struct service *s, void *context)
{
    struct organization org = { 0 };
    (void)w;
    (void)context;
    int rc = org_by_name(s, SLICE("老街社区站"), &org);
    if (rc <= 0)
        return rc < 0 ? rc : GW_ENOTFOUND;
    return nearest_place(s, org.id, 22.7866, 100.9808);
}

/* What `linli import people` takes from a list of four people on three numbers. */
static int import_list(struct world *w, const struct service *s, void *context)
{
    static const char *const list[][2] = { { "13900000001", "刘芳" },
                                           { "13900000002", "马秀花" },
                                           { "13900000002", "马小军" },
                                           { "13900000003", "陶玉" } };
    struct place place = { 0 };
    int rc = places_find(SLICE("老街社区"), &place, 1) == 1 ? 0 : GW_ENOTFOUND;
    (void)w;
    (void)context;
    for (size_t i = 0; rc >= 0 && i < sizeof list / sizeof *list; i++) {
        const struct import_person p = { .name = slice_of(list[i][1]),
                                         .phone = slice_of(list[i][0]),
                                         .birth = civil_day(1970, 12, 31),
                                         .year_only = true,
                                         .area = place.code,
                                         .keeper = slice_of(s->policy->organization) };
        rc = import_person(s, &p);
    }
    return rc < 0 ? rc : GW_OK;
}

static const struct {
    const char *name;
    int (*run)(struct world *w, const struct service *s, void *context);
} fixtures[] = {
    { "demo", fill_demo },       { "district", make_district },  { "code", make_code },
    { "places", place_station }, { "imported", import_list },    { "number", set_number },
    { "office", make_office },   { "bind_code", set_bind_code },
};

int fixture_run(struct world *w, const char *name)
{
    for (size_t i = 0; i < sizeof fixtures / sizeof *fixtures; i++)
        if (strcmp(fixtures[i].name, name) == 0)
            return world_transact(w, fixtures[i].run, NULL);
    int rc = roster_run(w, name);
    if (rc == GW_ENOTFOUND)
        rc = pool_run(w, name);
    return rc == GW_ENOTFOUND ? district_run(w, name) : rc;
}
