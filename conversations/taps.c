/* Choices that are tapped come back as texts with the number of their list (wechat.md 4.2): each
 * question's links carry a number of its own, so that a tap answers the question it stood under and
 * never one that was asked since. Declared in run.h. */
#include "conversations/taps.h"

#include <stdlib.h>
#include <string.h>

#include "conversations/run.h"
#include "gateway/base/digest.h"
#include "gateway/base/json.h"

/* Codes of activities have two digits and more; smaller numbers are places in a list. */
enum { LISTED_MOST = 9 };

/* What messages show of a question's slots; the rest is bookkeeping. */
static json_t *shown(const json_t *slots)
{
    json_t *list = slots != NULL ? json_deep_copy(slots) : json_object();
    const char *key;
    void *next;
    json_t *value;
    json_object_foreach_safe(list, next, key, value)
    {
        if (key[0] == '_')
            json_object_del(list, key);
    }
    return list;
}

int64_t tap_number(const struct flow *flow, int step, const json_t *slots, const json_t *items)
{
    unsigned char digest[32];
    if (step < 0 || step >= flow->step_count)
        return TAP_NOTHING;
    json_t *all = json_pack("{s:s, s:s, s:o}", "flow", flow->name, "step", flow->steps[step].name,
                            "slots", shown(slots));
    if (items != NULL)
        json_object_set_new_nocheck(all, "items", json_deep_copy(items));
    char *text = json_dumps(all, JSON_COMPACT | JSON_SORT_KEYS);
    if (text == NULL)
        mem_exhausted();
    digest_sha256(slice_of(text), digest);
    free(text);
    json_decref(all);
    int64_t n = 0;
    for (int i = 0; i < 4; i++)
        n = n << 8 | digest[i];
    return (n & 0x3fffffff) + TAP_NOTHING + 1;
}

void run_mark_taps(struct run *r)
{
    struct frame *f = session_top(&r->session);
    if (r->in->channel == CHANNEL_SMS)
        return;
    if (f != NULL && f->tap == 0 && f->step >= 0) /* asked by SMS, shown here */
        f->tap = tap_number(f->flow, f->step, f->slots, f->items);
    for (int i = 0; i < r->out->reply_count; i++)
        json_put_int(r->out->replies[i].params, "_menu",
                     f != NULL && f->tap != 0 ? f->tap : TAP_NOTHING);
}

/* A list's choice by its place: of another list it would mean something else. */
static bool counts(const json_t *slots)
{
    static const char *const numbers[] = { "activity_no", "n" };
    int64_t n;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const json_t *value = json_object_get(slots, numbers[i]);
        if (json_is_string(value) && slice_to_int(slice_of(json_string_value(value)), &n) == 0 &&
            n <= LISTED_MOST)
            return true;
        if (json_is_integer(value) && json_integer_value(value) <= LISTED_MOST)
            return true;
    }
    return json_array_size(json_object_get(slots, "activity_nos")) > 0;
}

static bool means_the_same_everywhere(enum global_word word)
{
    return word == GLOBAL_OPT_OUT || word == GLOBAL_OPT_OUT_ALL || word == GLOBAL_HELP ||
           word == GLOBAL_HUMAN;
}

/* 1 when the question that the tap belongs to is on top now. */
static int raise_tapped(struct run *r)
{
    for (int i = r->session.count - 1; i >= 0; i--)
        if (r->session.frames[i].tap == r->in->tap && r->session.frames[i].step >= 0) {
            if (i < r->session.count - 1)
                session_raise(&r->session, i);
            return 1;
        }
    return 0;
}

/* A choice of a question that is over: what it wishes for by itself is still a wish. */
static int old_tap(struct run *r)
{
    const struct flow *wish = names_get(&r->c->intents, slice_of(r->understood.intent));
    bool bare = r->word == GLOBAL_DIGIT || r->word == GLOBAL_YES || r->word == GLOBAL_NO;
    if (means_the_same_everywhere(r->word))
        return 0;
    if (wish != NULL && !bare && !counts(r->understood.slots)) {
        int rc = run_wish_for(r, wish);
        return rc < 0 ? rc : 1;
    }
    r->aside = true;
    int rc = run_say(r, r->c->menu.old_tap, NULL, NULL);
    if (rc >= 0 && run_open_step(r) != NULL)
        rc = run_ask_again(r, session_top(&r->session)->asked);
    return rc < 0 ? rc : 1;
}

int run_tap(struct run *r)
{
    const struct step *s;
    if (r->in->tap != 0 && r->c->menu.old_tap != NULL && !raise_tapped(r) &&
        (r->in->tap != TAP_NOTHING || run_open_step(r) != NULL))
        return old_tap(r);
    s = run_open_step(r);
    for (int i = 0; s != NULL && i < s->tap_count; i++)
        if (slice_eq(reading_text(r->reading), slice_of(s->taps[i].outcome)) ||
            slice_eq(slice_trim(reading_original(r->reading)), slice_of(s->taps[i].outcome))) {
            int rc = run_target(r, &s->taps[i].target);
            return rc < 0 ? rc : 1;
        }
    return 0;
}
