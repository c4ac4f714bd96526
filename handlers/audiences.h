/* Whom a broadcast is for: conditions on the talent pool as data, and audiences saved by name.
 *
 * An audience is a JSON object of conditions that all have to hold; the table of keys is in
 * audiences.c:
 *
 *     areas      1 to 8 place codes as texts of digits: who lives there or below
 *     org        id of an organization as text: who lives in its area; of a team, who had a place
 * in one of its activities skill      text of 1 to 60 bytes that the skills a person told hold free
 * text of 1 to 60 bytes that the times a person told hold theme      text of 1 to 60 bytes: had a
 * place in an activity of such a service field took_part  id of an activity as text: had a place in
 * it star       1 to 5: at least so many stars age        {"min": 0 to 150, "max": 0 to 150},
 * either may be absent; whole years today channel    "sms" or "wechat": where the person is written
 * to trained    text of 1 to 60 bytes: took part in a training whose topic holds it, within
 * policy.training_valid_days
 *
 * {} is everybody whom the organization may reach, which needs a second person to confirm. */
#ifndef HANDLERS_AUDIENCES_H
#define HANDLERS_AUDIENCES_H

#include <jansson.h>
#include <stdbool.h>

#include "handlers/activities.h"
#include "handlers/organizations.h"

enum { AUDIENCE_AREAS = 8, AUDIENCE_NAME_MAX = 60, AUDIENCES_PER_ORG = 100 };
/* Where somebody is written to; stored numbers. */
enum audience_channel { AUDIENCE_ANY_CHANNEL, AUDIENCE_SMS, AUDIENCE_WECHAT };

/* An audience that was read: what the counting statement is given. Texts are LIKE patterns. */
struct audience {
    struct audience_range {
        int64_t lo, hi; /* place codes, both included; {0, 0} is "lives elsewhere" */
    } ranges[AUDIENCE_AREAS + 1];
    int range_count;    /* rising, without overlap */
    struct slice skill; /* empty: no condition, likewise below */
    struct slice free;
    struct slice theme;
    struct slice trained; /* topic */
    int64_t trained_from; /* epoch day, included */
    int64_t team;         /* organization, 0 for none */
    int64_t took_part;    /* activity, 0 for none */
    int star;
    int64_t born_from, born_to; /* epoch days, both included */
    enum audience_channel channel;
    bool everybody; /* without any condition */
};
enum audience_outcome {
    AUDIENCE_OK,
    AUDIENCE_UNCHANGED, /* saved: the same under this name already */
    AUDIENCE_BAD,       /* `fault` says which key and what was expected */
    AUDIENCE_OUTSIDE,   /* names a place or an organization beyond `org` */
    AUDIENCE_NOT_FOUND, /* an organization, an activity or a saved audience that is not there */
    AUDIENCE_FORBIDDEN, /* the address has no POWER_BROADCAST there */
    AUDIENCE_FULL,      /* AUDIENCES_PER_ORG are saved */
};
const char *audience_outcome_name(enum audience_outcome outcome); /* "ok" …; "?" for others */

/* Checks `conditions` against the table and the reach of `org` (its area and all below; for the
 * highest one also who lives elsewhere). Outcome or GW_E*; `*out` is borrowed from the arena. */
GW_MUSTCHECK int audience_read(const struct service *s, const json_t *conditions, int64_t org,
                               struct audience *out, struct fault *fault);
/* What is proposed for an activity: {"areas": […]} of the township it takes place in, or of `org`
 * when that lies below it. Its service field only orders who is called first (broadcasts.h), but a
 * skill that its requirements ask for becomes a condition, "skill", where anybody there told it. 0
 * or GW_E*; a new reference. */
GW_MUSTCHECK int audience_propose(const struct service *s, const struct activity *a, int64_t org,
                                  json_t **out);

/* "%word%" for LIKE … ESCAPE '!', in the arena. */
struct slice audience_pattern(struct arena *a, struct slice word);

/* Saved audiences: one name an organization; a name that is there gets the new conditions. What is
 * saved was checked by audience_read. For addresses with POWER_BROADCAST in `org`; goes to the
 * audit log. Outcome or GW_E*. */
GW_MUSTCHECK int audience_save(const struct service *s, int64_t address, int64_t org,
                               struct slice name, const json_t *conditions, struct fault *fault);
GW_MUSTCHECK int audience_delete(const struct service *s, int64_t address, int64_t org,
                                 struct slice name);
/* The conditions saved under a name: 1 and a new reference, 0, or GW_E*. */
GW_MUSTCHECK int audience_saved(const struct service *s, int64_t org, struct slice name,
                                json_t **out);
struct audience_entry {
    struct slice name;
    struct slice conditions; /* JSON */
    int64_t saved_at;
};
/* All of an organization by name, in the arena. Number or GW_E*. */
GW_MUSTCHECK int audiences_list(const struct service *s, int64_t org, struct audience_entry **out);

#endif
