/* The star level, and line by line why. */
#include "handlers/stars.h"

#include "conversations/actions/service_rows.h"
#include "gateway/base/json.h"

enum { LINES = 3 };

static int star_look(struct action_call *call)
{
    struct person me;
    struct star star;
    int rc = action_person(call, &me);
    if (rc <= 0)
        return rc < 0 ? rc : GW_ENOTFOUND;
    rc = stars_of(call->service, me.id, &star);
    if (rc < 0)
        return rc;
    json_put_slice(call->slots, "name", me.name);
    json_put_int(call->slots, "minutes", star.minutes);
    json_put_int(call->slots, "waiting", star.waiting);
    json_put_int(call->slots, "level", star.level);
    json_put_int(call->slots, "next_level", star.next_level);
    json_put_int(call->slots, "next", star.next_minutes);
    json_put_int(call->slots, "missing", star.missing);
    if (star.held)
        return action_end(call, "held");
    if (star.next_level == 0)
        return action_end(call, "top");
    return action_end(call, star.level == 0 ? "none" : "level");
}

static int star_why(struct action_call *call)
{
    struct person me;
    struct star star;
    struct hours *rows = NULL;
    int rc = action_person(call, &me);
    if (rc <= 0)
        return rc < 0 ? rc : GW_ENOTFOUND;
    rc = stars_of(call->service, me.id, &star);
    if (rc < 0)
        return rc;
    int n = hours_recent(call->service, me.id, true, LINES, &rows);
    if (n < 0)
        return n;
    json_put_slice(call->slots, "name", me.name);
    json_put_int(call->slots, "waiting", star.waiting);
    json_put_int(call->slots, "minutes", star.minutes);
    if (n == 0)
        return action_end(call, "nothing");
    json_object_set_new(call->slots, "items", rows_describe(call->service, rows, n, LINES));
    json_put_int(call->slots, "more", star.services > n ? star.services - n : 0);
    return action_end(call, "some");
}

const struct action star_actions[] = {
    { "star.look", star_look, OUTCOMES("none", "level", "top", "held") },
    { "star.why", star_why, OUTCOMES("some", "nothing") },
    { .name = NULL },
};
