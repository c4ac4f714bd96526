#include "conversations/session.h"

#include <string.h>

#include "gateway/base/json.h"

enum { SESSION_MAX = 64 * 1024 };

static void frame_free(struct frame *f)
{
    json_decref(f->slots);
    json_decref(f->items);
    *f = (struct frame){ 0 };
}

static json_t *keep(json_t *object, const char *key)
{
    return json_incref(json_object_get(object, key));
}

static void load_steps(struct frame *f, json_t *json)
{
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(json, "done"), i, name)
    {
        int step = flow_step(f->flow, slice_of(json_string_value(name)));
        if (step >= 0)
            f->answered |= UINT64_C(1) << step;
    }
    json_array_foreach(json_object_get(json, "trail"), i, name)
    {
        int step = flow_step(f->flow, slice_of(json_string_value(name)));
        if (step >= 0 && f->trail_count < SESSION_TRAIL)
            f->trail[f->trail_count++] = step;
    }
}

static void load_frame(struct session *se, const struct catalogue *c, json_t *json, int64_t now)
{
    const struct flow *flow = catalogue_flow(c, json_slice(json, "flow"));
    int64_t until = json_int(json, "until", 0);
    if (flow == NULL || until <= now || se->count == SESSION_FRAMES)
        return;
    json_t *slots = keep(json, "slots");
    struct frame *f = session_push(se, flow, slots != NULL ? slots : json_object());
    f->items = keep(json, "items");
    f->asked = catalogue_message(c, json_slice(json, "asked"));
    f->asked_at = json_int(json, "at", 0);
    f->until = until;
    f->tap = json_int(json, "tap", 0);
    f->tries = (int)json_int(json, "tries", 0);
    f->by_us = json_flag(json, "by_us", false);
    f->talked = json_flag(json, "talked", false);
    load_steps(f, json);
    struct slice step = json_slice(json, "step");
    f->step = step.n == 0 ? -1 : flow_step(flow, step);
    f->gated = step.n == 0;
    /* A reload took the step away, or made it something that asks nothing. */
    if (step.n > 0 && (f->step < 0 || flow->steps[f->step].kind != STEP_ASK)) {
        f->step = 0;
        f->asked = NULL;
        f->tries = 0;
        json_decref(f->items);
        f->items = NULL;
    }
}

void session_load(struct session *se, const struct catalogue *c, const struct address *address,
                  const struct service *s)
{
    *se = (struct session){ .before = address->session, .stored = address->session.n > 0 };
    if (!se->stored)
        return;
    se->silent_since = address->session_at;
    struct fault fault = { 0 };
    json_t *json = json_read(address->session, "session", SESSION_MAX, &fault);
    size_t i;
    json_t *frame;
    json_array_foreach(json_object_get(json, "frames"), i, frame) load_frame(se, c, frame, s->now);
    se->unknowns = (int)json_int(json, "unknowns", 0);
    se->crossed = keep(json, "crossed");
    se->last = keep(json, "last");
    se->kept_until = json_int(json, "kept_until", 0);
    if (se->kept_until > s->now)
        se->kept = keep(json, "kept");
    se->more_until = json_int(json, "more_until", 0);
    if (se->more_until > s->now)
        se->more = keep(json, "more");
    json_decref(json);
}

static json_t *step_names(const struct flow *flow, const int *steps, int count)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(list, json_string_nocheck(flow->steps[steps[i]].name));
    return list;
}

static json_t *write_frame(const struct frame *f)
{
    json_t *o = json_object();
    json_object_set_new_nocheck(o, "flow", json_string_nocheck(f->flow->name));
    if (f->step >= 0)
        json_object_set_new_nocheck(o, "step", json_string_nocheck(f->flow->steps[f->step].name));
    json_object_set_nocheck(o, "slots", f->slots);
    if (f->items != NULL)
        json_object_set_nocheck(o, "items", f->items);
    if (f->asked != NULL)
        json_object_set_new_nocheck(o, "asked", json_string_nocheck(f->asked->id));
    json_object_set_new_nocheck(o, "at", json_integer(f->asked_at));
    json_object_set_new_nocheck(o, "until", json_integer(f->until));
    if (f->tap != 0)
        json_object_set_new_nocheck(o, "tap", json_integer(f->tap));
    if (f->tries > 0)
        json_object_set_new_nocheck(o, "tries", json_integer(f->tries));
    if (f->by_us)
        json_object_set_new_nocheck(o, "by_us", json_true());
    if (f->talked)
        json_object_set_new_nocheck(o, "talked", json_true());
    int done[64], n = 0;
    for (int i = 0; i < f->flow->step_count; i++)
        if ((f->answered >> i & 1) != 0)
            done[n++] = i;
    if (n > 0)
        json_object_set_new_nocheck(o, "done", step_names(f->flow, done, n));
    if (f->trail_count > 0)
        json_object_set_new_nocheck(o, "trail", step_names(f->flow, f->trail, f->trail_count));
    return o;
}

static struct slice write_session(const struct session *se, struct arena *a)
{
    if (se->count == 0 && se->unknowns == 0 && se->crossed == NULL && se->kept == NULL &&
        se->more == NULL)
        return (struct slice){ NULL, 0 };
    json_t *o = json_object();
    json_t *frames = json_array();
    for (int i = 0; i < se->count; i++)
        json_array_append_new(frames, write_frame(&se->frames[i]));
    json_object_set_new_nocheck(o, "frames", frames);
    if (se->unknowns > 0)
        json_object_set_new_nocheck(o, "unknowns", json_integer(se->unknowns));
    if (se->crossed != NULL)
        json_object_set_nocheck(o, "crossed", se->crossed);
    if (se->last != NULL)
        json_object_set_nocheck(o, "last", se->last);
    if (se->kept != NULL) {
        json_object_set_nocheck(o, "kept", se->kept);
        json_object_set_new_nocheck(o, "kept_until", json_integer(se->kept_until));
    }
    if (se->more != NULL) {
        json_object_set_nocheck(o, "more", se->more);
        json_object_set_new_nocheck(o, "more_until", json_integer(se->more_until));
    }
    struct slice text = json_write(o, a);
    json_decref(o);
    return text;
}

/* When the newest question was asked that a bare number would answer; 0 when none is open. */
static int64_t asked_at(const struct session *se)
{
    int64_t at = se->crossed != NULL ? json_int(se->crossed, "at", 0) : 0;
    for (int i = 0; i < se->count; i++)
        if (se->frames[i].step >= 0 && se->frames[i].asked_at > at)
            at = se->frames[i].asked_at;
    return at;
}

int session_store(struct session *se, const struct service *s, int64_t conversation)
{
    struct slice text = write_session(se, s->arena);
    if (text.n == 0)
        return se->stored ? people_drop_session(s->tx, conversation) : GW_OK;
    if (slice_eq(text, se->before))
        return GW_OK;
    return people_save_session(s->tx, s->vault, conversation, text, asked_at(se), s->now, s->arena);
}

void session_free(struct session *se)
{
    while (se->count > 0)
        frame_free(&se->frames[--se->count]);
    json_decref(se->crossed);
    json_decref(se->kept);
    json_decref(se->more);
    json_decref(se->last);
    *se = (struct session){ 0 };
}

struct frame *session_top(struct session *se)
{
    return se->count > 0 ? &se->frames[se->count - 1] : NULL;
}

struct frame *session_push(struct session *se, const struct flow *flow, json_t *slots)
{
    if (se->count == SESSION_FRAMES)
        session_remove(se, 0);
    struct frame *f = &se->frames[se->count++];
    *f = (struct frame){ .flow = flow, .step = -1, .slots = slots };
    return f;
}

void session_remove(struct session *se, int index)
{
    frame_free(&se->frames[index]);
    se->count--;
    memmove(&se->frames[index], &se->frames[index + 1],
            (size_t)(se->count - index) * sizeof *se->frames);
    se->frames[se->count] = (struct frame){ 0 };
}

struct frame *session_raise(struct session *se, int index)
{
    struct frame f = se->frames[index];
    memmove(&se->frames[index], &se->frames[index + 1],
            (size_t)(se->count - 1 - index) * sizeof *se->frames);
    se->frames[se->count - 1] = f;
    return session_top(se);
}
