/* Where somebody is, as a map tells it, and what arrived that is no text. */
#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/nearest.h"

enum { KILOMETRE = 1000, ROUNDED_TO = 50 };

/* Near enough for the feet: to 50 metres, from a kilometre on to a tenth. */
static void put_distance(json_t *slots, int64_t metres, struct arena *a)
{
    if (metres < KILOMETRE - ROUNDED_TO / 2) {
        int64_t rounded = (metres + ROUNDED_TO / 2) / ROUNDED_TO * ROUNDED_TO;
        json_put_int(slots, "metres", rounded > 0 ? rounded : ROUNDED_TO);
        return;
    }
    int64_t tenths = (metres + KILOMETRE / 20) / (KILOMETRE / 10);
    json_put_slice(slots, "km",
                   tenths % 10 == 0 ? arena_printf(a, "%lld", (long long)(tenths / 10))
                                    : arena_printf(a, "%lld.%lld", (long long)(tenths / 10),
                                                   (long long)(tenths % 10)));
}

static int place_nearest(struct action_call *call)
{
    const struct service *s = call->service;
    struct nearest near;
    struct duty duty;
    int rc = nearest_find(s, json_number_value(json_object_get(call->slots, "latitude")),
                          json_number_value(json_object_get(call->slots, "longitude")),
                          json_slice(call->slots, "where"), &near);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "none");
    json_put_slice(call->slots, "org", near.org.shown);
    rc = org_duty(s, near.org.id, 0, &duty);
    if (rc < 0)
        return rc;
    if (rc == 1 && duty.org == near.org.id)
        json_put_slice(call->slots, "duty", duty.name);
    if (near.metres < 0)
        return action_end(call, "named");
    put_distance(call->slots, near.metres, s->arena);
    return action_end(call, "found");
}

static int unread_kind(struct action_call *call)
{
    static const char *const kinds[] = { "image", "video", "voice" };
    struct slice kind = json_slice(call->slots, "event");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (slice_eq(kind, slice_of(kinds[i])))
            return action_end(call, kinds[i]);
    return action_end(call, "link");
}

const struct action place_actions[] = {
    { "place.nearest", place_nearest, OUTCOMES("found", "named", "none"), FINAL },
    { "unread.kind", unread_kind, OUTCOMES("image", "video", "voice", "link"), FINAL },
    { .name = NULL },
};
