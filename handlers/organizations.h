/* The tree of organizations: district → township branches → stations (one a community or village)
 * and teams (domain.md M05). A power held in one reaches everything below it and nothing else. */
#ifndef HANDLERS_ORGANIZATIONS_H
#define HANDLERS_ORGANIZATIONS_H

#include "handlers/service.h"

/* Stored numbers; never renumber. */
enum org_kind {
    ORG_DISTRICT = 1,
    ORG_OFFICE = 2,
    ORG_BRANCH = 3,
    ORG_STATION = 4,
    ORG_TEAM = 5,
    ORG_SCHOOL = 6,
    ORG_DEPARTMENT = 7
};
const char *org_kind_name(enum org_kind kind); /* "district" …; "?" for others */

struct organization {
    int64_t id;
    int64_t parent; /* 0 for the root */
    enum org_kind kind;
    struct slice name;  /* full */
    struct slice shown; /* short, as people are told it */
    int64_t area;       /* places code */
    int64_t duty;       /* roles.id of the duty person, 0 for none named */
};

/* Adds one; `org->id` 0 takes a new id. 1 added, 0 when the name is taken (`*id` is then the
 * other's), or GW_E*. A parent is needed for all but the district. */
GW_MUSTCHECK int org_add(const struct service *s, const struct organization *org, int64_t *id);
/* 1 and `*out` (arena), 0 when unknown, or GW_E*. */
GW_MUSTCHECK int org_get(const struct service *s, int64_t id, struct organization *out);
/* By full or short name, exactly. 1, 0, or GW_E*; of several with one short name the highest. */
GW_MUSTCHECK int org_by_name(const struct service *s, struct slice name, struct organization *out);
/* The nearest for a place: its station, else the branch of its township, else the district
 * (domain.md M50). 1, 0 when there is no organization at all, or GW_E*. */
GW_MUSTCHECK int org_for_area(const struct service *s, int64_t area, struct organization *out);
/* 1 when `org` is `ancestor` or lies below it, 0 when not, or GW_E*. */
GW_MUSTCHECK int org_within(const struct service *s, int64_t org, int64_t ancestor);
/* All, parents before children, at most `limit`, in the arena: number or GW_E*. */
GW_MUSTCHECK int org_list(const struct service *s, int limit, struct organization **out);

/* Who answers for an organization. */
struct duty {
    int64_t role;    /* roles.id */
    int64_t org;     /* where this person sits: `org` asked for or one above it */
    int64_t address; /* where to write to */
    struct slice name;
    struct slice org_shown;
};
/* The duty person: the one named, else the first active station worker, organizer or lead there,
 * else that of the organization above. `skip` is how many organizations that have somebody are
 * passed over on the way up (0 for the nearest; a task that moves up uses 1, 2 …). 1, 0 when there
 * is nobody, or GW_E*. */
GW_MUSTCHECK int org_duty(const struct service *s, int64_t org, int skip, struct duty *out);
/* Names the duty person; the role must belong to the organization. 1, 0 when it does not, or GW_E*.
 */
GW_MUSTCHECK int org_set_duty(const struct service *s, int64_t org, int64_t role);

#endif
