/* What handlers/demo.c is made of: one piece of work each. Shared by the files of this folder only.
 */
#ifndef HANDLERS_DEMO_FILL_H
#define HANDLERS_DEMO_FILL_H

#include <jansson.h>
#include <stdbool.h>

#include "handlers/service.h"

enum { DEMO_NAMES_MAX = 64, DEMO_KEPT_MAX = 64, DEMO_PLACES_MAX = 128 };

/* Names of one kind, borrowed from the parsed file. */
struct demo_names {
    struct slice name[DEMO_NAMES_MAX];
    int count;
};

struct demo {
    json_t *people, *activity_file;
    const json_t *activities;
    int64_t volunteers; /* how many to generate */
    int phase;
    int64_t at; /* pieces done in the phase */
    bool filled_before;
    struct demo_names surnames, given[2], whole[2]; /* 0 men, 1 women */
    int64_t areas[DEMO_PLACES_MAX];                 /* communities and villages */
    int area_count;
    /* Volunteers that sign up for the activities. */
    int64_t kept[DEMO_KEPT_MAX], kept_address[DEMO_KEPT_MAX];
    int kept_count;
    int next_to_join;
};

/* Reads the lists of names and places out of the files. */
void demo_load_lists(struct demo *d);

/* The address of a phone. 0 or GW_E*. */
int demo_address(const struct service *s, struct slice phone, int64_t *id);
/* One piece of work each: a person with a role, the people of the i-th place's organization (i
 * below demo_offices), a person of the scripts, the i-th generated volunteer, an activity and who
 * comes. 0 or GW_E*. */
int demo_role(const struct service *s, const json_t *role);
int demo_offices(void);
int demo_office(struct demo *d, const struct service *s, int64_t i);
int demo_named(struct demo *d, const struct service *s, const json_t *person);
int demo_generated(struct demo *d, const struct service *s, int64_t i);
int demo_activity(struct demo *d, const struct service *s, const json_t *activity);

#endif
