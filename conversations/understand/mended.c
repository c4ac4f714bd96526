#include "conversations/understand/mended.h"

#include "conversations/understand/reading.h"
#include "gateway/base/json.h"

/* From this priority on a wish is plain enough to be no part of what is put right. */
enum { PLAIN_WISH = 77 };

int mended_read(const struct reading *r, json_t *slots)
{
    struct pattern_match m;
    const struct pattern *p = &r->u->phrases[PHRASE_MENDED];
    bool any = false;
    bool wish = r->candidate_count > 0 && r->candidates[0].rule->priority >= PLAIN_WISH;
    if (wish || r->global == GLOBAL_YES || r->global == GLOBAL_NO || r->global == GLOBAL_DIGIT ||
        !reading_is(r, PHRASE_MENDED, r->entities.masked, &m))
        return 0;
    for (int i = 0; i < p->group_count; i++) {
        if (m.to[i] <= m.from[i])
            continue;
        json_put_slice(slots, p->groups[i].name, reading_part(r, m.from[i], m.to[i]));
        any = true;
    }
    return any;
}

int undone_read(const struct reading *r, json_t *slots)
{
    if (!reading_is(r, PHRASE_UNDONE, r->normal.low, NULL))
        return 0;
    json_object_set_new(slots, "undone", json_true());
    return 1;
}
