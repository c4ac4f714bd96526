#include "handlers/demo.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/json.h"
#include "gateway/store/people.h"
#include "handlers/data.h"
#include "handlers/demo/fill.h"
#include "handlers/district.h"
#include "handlers/organizations.h"
#include "handlers/places.h"

SQL(demo_activities, "SELECT COUNT(*) FROM (SELECT id FROM activities LIMIT 1) a");

/* Pieces come in this order; each phase has as many as it says. */
enum phase {
    PHASE_DISTRICT,
    PHASE_ROLES,
    PHASE_OFFICES, /* a worker a station, an organizer a branch */
    PHASE_NAMED,
    PHASE_GENERATED,
    PHASE_ACTIVITIES,
    PHASES
};

static int fill_district(struct demo *d, const struct service *s, int64_t i)
{
    (void)d;
    (void)i;
    int rc = district_setup(s);
    return rc < 0 ? rc : 0;
}

/* Whether the folder was filled before: then activities and their hours stay as they are. */
static int fill_activity(struct demo *d, const struct service *s, int64_t i)
{
    if (i == 0) {
        int64_t there = 0;
        int rc = sql_int(s->tx, &demo_activities, NO_BINDS, &there);
        if (rc < 0)
            return rc;
        d->filled_before = there > 0;
    }
    return d->filled_before ? 0 : demo_activity(d, s, json_array_get(d->activities, (size_t)i));
}

static int fill_role(struct demo *d, const struct service *s, int64_t i)
{
    return demo_role(s, json_array_get(json_object_get(d->people, "roles"), (size_t)i));
}

static int fill_named(struct demo *d, const struct service *s, int64_t i)
{
    return demo_named(d, s, json_array_get(json_object_get(d->people, "volunteers"), (size_t)i));
}

static int64_t size_of(const struct demo *d, enum phase phase)
{
    switch (phase) {
    case PHASE_DISTRICT:
        return 1;
    case PHASE_ROLES:
        return (int64_t)json_array_size(json_object_get(d->people, "roles"));
    case PHASE_OFFICES:
        return demo_offices();
    case PHASE_NAMED:
        return (int64_t)json_array_size(json_object_get(d->people, "volunteers"));
    case PHASE_GENERATED:
        return d->volunteers;
    case PHASE_ACTIVITIES:
        return (int64_t)json_array_size(d->activities);
    default:
        return 0;
    }
}

static int (*const fillers[PHASES])(struct demo *d, const struct service *s, int64_t i) = {
    [PHASE_DISTRICT] = fill_district,   [PHASE_ROLES] = fill_role,
    [PHASE_OFFICES] = demo_office,      [PHASE_NAMED] = fill_named,
    [PHASE_GENERATED] = demo_generated, [PHASE_ACTIVITIES] = fill_activity,
};

int demo_begin(int64_t volunteers, struct demo **out, struct fault *fault)
{
    enum { MOST = 100000000 };
    if (volunteers < 0 || volunteers >= MOST)
        return fault_set(fault, GW_EINVAL, "volunteers: expected 0 to %d", MOST - 1);
    struct demo *d = mem_alloc(sizeof *d);
    d->volunteers = volunteers;
    d->people = data_json("handlers/demo/people.json", fault);
    d->activity_file = d->people ? data_json("handlers/demo/activities.json", fault) : NULL;
    if (!d->activity_file) {
        demo_free(d);
        return GW_ECONFIG;
    }
    d->activities = json_object_get(d->activity_file, "activities");
    demo_load_lists(d);
    *out = d;
    return 0;
}

void demo_free(struct demo *d)
{
    if (!d)
        return;
    json_decref(d->people);
    json_decref(d->activity_file);
    free(d);
}

int demo_fill_some(struct demo *d, const struct service *s, int n)
{
    struct service quiet = *s;
    quiet.silent = true;
    while (n > 0 && d->phase < PHASES) {
        if (d->at >= size_of(d, (enum phase)d->phase)) {
            d->phase++;
            d->at = 0;
            continue;
        }
        int rc = fillers[d->phase](d, &quiet, d->at);
        if (rc < 0)
            return rc;
        d->at++;
        n--;
    }
    return d->phase < PHASES;
}

void demo_progress(const struct demo *d, int64_t *done, int64_t *all)
{
    *done = d->at;
    *all = 0;
    for (int i = 0; i < PHASES; i++) {
        *all += size_of(d, (enum phase)i);
        if (i < d->phase)
            *done += size_of(d, (enum phase)i);
    }
}

void demo_phone(int64_t i, char out[12])
{
    int64_t number = INT64_C(13900000000) + i;
    for (int digit = 10; digit >= 0; digit--) {
        out[digit] = (char)('0' + number % 10);
        number /= 10;
    }
    out[11] = '\0';
}
