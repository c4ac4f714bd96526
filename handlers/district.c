#include "handlers/district.h"

#include "gateway/base/json.h"
#include "handlers/data.h"
#include "handlers/organizations.h"
#include "handlers/places.h"

SQL(district_orgs, "SELECT COUNT(*) FROM (SELECT id FROM organizations LIMIT 1) o");

static int add_named(const struct service *s, const json_t *words, int64_t parent,
                     enum org_kind kind, int64_t *id)
{
    struct place county;
    if (!places_at(0, &county))
        return GW_ECONFIG;
    struct organization org = { .parent = parent,
                                .kind = kind,
                                .name = json_slice(words, "name"),
                                .shown = json_slice(words, "shown"),
                                .area = county.code };
    return org_add(s, &org, id);
}

/* The same short name occurs twice (a village of each of two townships), so the full one has the
 * township. */
static int add_station(const struct service *s, const json_t *words, const struct place *p,
                       int64_t branch)
{
    int64_t id;
    const char *suffix = json_text(words, "station", "");
    struct slice township = places_name(p->parent);
    struct organization org = {
        .parent = branch,
        .kind = ORG_STATION,
        .name =
            arena_printf(s->arena, "%.*s%.*s%s", SLICE_ARG(township), SLICE_ARG(p->shown), suffix),
        .shown = arena_printf(s->arena, "%.*s%s", SLICE_ARG(p->shown), suffix),
        .area = p->code,
    };
    return org_add(s, &org, &id);
}

static int add_branch(const struct service *s, const json_t *words, const struct place *p,
                      int64_t association)
{
    int64_t branch;
    struct place below;
    struct organization org = {
        .parent = association,
        .kind = ORG_BRANCH,
        .name =
            arena_printf(s->arena, "%.*s%s", SLICE_ARG(p->shown), json_text(words, "branch", "")),
        .area = p->code,
    };
    int rc = org_add(s, &org, &branch);
    for (int i = 0; rc >= 0 && places_at(i, &below); i++)
        if (below.parent == p->code)
            rc = add_station(s, words, &below, branch);
    return rc;
}

static int add_all(const struct service *s, const json_t *words)
{
    int64_t office = 0, association = 0;
    struct place p;
    int rc = add_named(s, json_object_get(words, "office"), 0, ORG_DISTRICT, &office);
    if (rc >= 0)
        rc = add_named(s, json_object_get(words, "association"), office, ORG_OFFICE, &association);
    for (int i = 0; rc >= 0 && places_at(i, &p); i++)
        if (p.level == PLACE_TOWNSHIP)
            rc = add_branch(s, words, &p, association);
    return rc < 0 ? rc : 1;
}

int district_setup(const struct service *s)
{
    int64_t there = 0;
    struct fault fault = { 0 };
    int rc = sql_int(s->tx, &district_orgs, NO_BINDS, &there);
    if (rc < 0 || there > 0)
        return rc < 0 ? rc : 0;
    json_t *words = data_json("handlers/data/district.json", &fault);
    if (!words)
        return GW_ECONFIG;
    rc = add_all(s, words);
    json_decref(words);
    return rc;
}
