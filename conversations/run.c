#include "conversations/run.h"

#include <string.h>

#include "conversations/format.h"
#include "conversations/render.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"

enum {
    REPLIES_MAX = 4, /* of struct turn */
    /* 70 units a segment (sms.md 6.1) less room for a signature of eight characters with brackets.
     */
    BODY_UNITS = 70 - 10,
    LONG_UNITS = 67 /* of each segment of a longer SMS */
};

const struct step *run_open_step(struct run *r)
{
    const struct frame *f = session_top(&r->session);
    return f != NULL && f->step >= 0 ? &f->flow->steps[f->step] : NULL;
}

/* Choices as messages show them: without what they set. */
static json_t *shown_items(const json_t *items)
{
    json_t *list = json_array();
    size_t i;
    json_t *item;
    json_array_foreach(items, i, item)
    {
        json_t *shown = json_object();
        const char *key;
        json_t *value;
        json_object_foreach(item, key, value)
        {
            if (strcmp(key, "set") != 0 && key[0] != '_')
                json_object_set_nocheck(shown, key, value);
        }
        json_array_append_new(list, shown);
    }
    return list;
}

static json_t *params_of(const struct message *m, const json_t *slots, const json_t *items)
{
    json_t *params = json_object();
    for (int i = 0; i < m->param_count; i++) {
        json_t *value = json_object_get(slots, m->params[i]);
        if (value != NULL)
            json_object_set_nocheck(params, m->params[i], value);
        else if (items != NULL && strcmp(m->params[i], "items") == 0)
            json_object_set_new_nocheck(params, "items", shown_items(items));
    }
    return params;
}

/* Whether a text would find what it always shows; a reply that cannot be rendered must fail the
 * turn, not the sending. */
static bool renders(const struct template *t, const json_t *params, const char **missing)
{
    for (int i = 0; i < t->count; i++) {
        const struct part *p = &t->parts[i];
        json_t *value = p->name != NULL ? json_object_get(params, p->name) : NULL;
        if (p->kind == PART_PARAM && (value == NULL || json_is_null(value))) {
            *missing = p->name;
            return false;
        }
        if ((p->kind == PART_IF || p->kind == PART_UNLESS) &&
            format_is_set(value) != (p->kind == PART_IF))
            i = p->end - 1;
    }
    return true;
}

static int add_reply(struct run *r, const struct message *m, json_t *params, bool in_front)
{
    struct turn *t = r->out;
    const struct template *text = r->in->channel == CHANNEL_SMS ? &m->sms : &m->wechat;
    const char *missing;
    if (!renders(text, params, &missing)) {
        json_decref(params);
        return fault_set(&t->why, GW_EINVAL, "message %s lacks its parameter %s", m->id, missing);
    }
    if (t->reply_count == REPLIES_MAX) {
        json_decref(t->replies[0].params);
        memmove(t->replies, t->replies + 1, (REPLIES_MAX - 1) * sizeof *t->replies);
        t->reply_count--;
    }
    int at = in_front ? 0 : t->reply_count;
    memmove(t->replies + at + 1, t->replies + at,
            (size_t)(t->reply_count - at) * sizeof *t->replies);
    t->replies[at] = (struct turn_reply){ m->id, params };
    t->reply_count++;
    return GW_OK;
}

static size_t units_of(const struct run *r, const struct turn_reply *reply)
{
    struct rendering how = { .channel = CHANNEL_SMS };
    struct sbuf b;
    sbuf_init(&b, RENDER_MAX);
    int rc = render_message(catalogue_message(r->c, slice_of(reply->id)), reply->params, &how, &b);
    size_t units = rc == GW_OK ? utf8_utf16_units(sbuf_slice(&b)) : RENDER_MAX;
    sbuf_free(&b);
    return units;
}

/* Room for the body of an SMS of so many segments. */
static size_t room_for(int segments)
{
    return segments <= 1 ? BODY_UNITS : (size_t)segments * LONG_UNITS - (70 - BODY_UNITS);
}

/* A list in an SMS: what does not fit the message's segments is counted. */
static void fit_items(const struct run *r, const struct message *m, json_t *params, json_t *slots)
{
    json_t *all = json_object_get(params, "items");
    bool tight = r->in->channel == CHANNEL_SMS;
    if (!json_is_array(all) || json_array_size(all) == 0)
        return;
    struct turn_reply reply = { m->id, params };
    json_t *list = json_copy(all);
    json_object_set_new(params, "items", list);
    while (tight && json_array_size(list) > 1 && units_of(r, &reply) > room_for(m->budget)) {
        json_array_remove(list, json_array_size(list) - 1);
        json_put_int(params, "more", json_int(params, "more", 0) + 1);
    }
    json_put_int(slots, "_shown", (int64_t)json_array_size(list));
}

int run_say(struct run *r, const struct message *m, json_t *slots, const json_t *items)
{
    json_t *params = params_of(m, slots, items);
    fit_items(r, m, params, slots);
    const char *missing;
    const struct message *brief = r->in->channel == CHANNEL_SMS ? m->brief : NULL;
    json_decref(r->brief);
    r->brief = brief != NULL ? params_of(brief, slots, items) : NULL;
    r->brief_of = brief != NULL && renders(&brief->sms, r->brief, &missing) ? m : NULL;
    return add_reply(r, m, params, false);
}

int run_say_where(struct run *r, const struct message *m, const struct frame *f, bool in_front)
{
    json_t *params = json_object();
    json_object_set_new(params, "what", render_label(f->flow->label, f->slots));
    return add_reply(r, m, params, in_front);
}

static void drop_reply(struct turn *t, int i)
{
    json_decref(t->replies[i].params);
    t->reply_count--;
    memmove(t->replies + i, t->replies + i + 1, (size_t)(t->reply_count - i) * sizeof *t->replies);
}

static bool is_line(const struct run *r, const struct turn_reply *reply)
{
    return strcmp(reply->id, r->c->menu.resume->id) == 0 ||
           strcmp(reply->id, r->c->menu.still->id) == 0 ||
           strcmp(reply->id, r->c->menu.second->id) == 0;
}

/* A text that leaves no room for the line of what is still open is said in brief where it can be.
 */
static void make_room(struct run *r, int last)
{
    struct turn *t = r->out;
    struct turn_reply *reply = &t->replies[last];
    if (r->brief_of == NULL || strcmp(r->brief_of->id, reply->id) != 0)
        return;
    struct turn_reply brief = { r->brief_of->brief->id, r->brief };
    for (int i = last + 1; i < t->reply_count; i++) {
        if (strcmp(t->replies[i].id, r->c->menu.still->id) != 0)
            continue;
        size_t line = units_of(r, &t->replies[i]);
        if (units_of(r, reply) + line <= BODY_UNITS || units_of(r, &brief) + line > BODY_UNITS)
            continue;
        json_decref(reply->params);
        *reply = (struct turn_reply){ brief.id, json_incref(r->brief) };
        return;
    }
}

/* The lines beside an SMS stay only where all fits one segment. */
static void drop_lines(struct run *r, int last)
{
    make_room(r, last);
    struct turn *t = r->out;
    size_t text = units_of(r, &t->replies[last]);
    size_t room = text < BODY_UNITS ? BODY_UNITS - text : 0;
    for (int i = t->reply_count - 1; i >= 0; i--) {
        if (!is_line(r, &t->replies[i]))
            continue;
        size_t units = units_of(r, &t->replies[i]);
        if (units > room) {
            if (strcmp(t->replies[i].id, r->c->menu.second->id) == 0)
                run_second_unseen(r);
            drop_reply(t, i);
        } else {
            room -= units;
        }
    }
}

static int last_text(const struct run *r)
{
    int last = r->out->reply_count - 1;
    while (last > 0 && is_line(r, &r->out->replies[last]))
        last--;
    return last;
}

/* Moves reply `from` into the list `key` of the main reply's parameters. */
static void attach(struct turn *t, json_t *main, const char *key, int from)
{
    json_t *list = json_object_get(main, key);
    if (list == NULL) {
        list = json_array();
        json_object_set_new(main, key, list);
    }
    json_array_append_new(list, json_pack("{s:s, s:O}", "id", t->replies[from].id, "params",
                                          t->replies[from].params));
}

/* Makes one reply of all: what stands in front of the last text and behind it travels in its
 * parameters, so that a message always has one reply, however it is sent. */
static void join(struct run *r, int last)
{
    struct turn *t = r->out;
    json_t *main = t->replies[last].params;
    for (int i = 0; i < t->reply_count; i++)
        if (i != last)
            attach(t, main, i < last ? "_front" : "_behind", i);
    for (int i = t->reply_count - 1; i >= 0; i--)
        if (i != last) {
            drop_reply(t, i);
            last -= i < last;
        }
}

void run_settle(struct run *r)
{
    struct turn *t = r->out;
    if (t->reply_count < 2)
        return;
    if (r->in->channel == CHANNEL_SMS) {
        int last = last_text(r);
        for (int i = last - 1; i >= 0; i--)
            if (!is_line(r, &t->replies[i]))
                drop_reply(t, i);
        drop_lines(r, last_text(r));
    }
    join(r, last_text(r));
}

int run_keep_rest(struct run *r)
{
    const struct turn_reply *reply = &r->out->replies[0];
    if (r->in->channel == CHANNEL_SMS || r->out->reply_count != 1 || r->c->menu.more == NULL)
        return GW_OK;
    int rc = render_follows(r->c, reply->id, reply->params, r->in->channel);
    if (rc <= 0)
        return rc;
    json_t *params = json_copy(reply->params);
    json_put_int(params, "_part", json_int(params, "_part", 0) + 1);
    json_decref(r->session.more);
    r->session.more = json_pack("{s:s, s:o}", "id", reply->id, "params", params);
    r->session.more_until = r->s->now + KEPT_SECONDS;
    return GW_OK;
}

/* Whether the text is the word that the link sends. */
static bool wants_rest(const struct run *r)
{
    struct rendering how = { .channel = CHANNEL_SMS };
    struct sbuf b;
    sbuf_init(&b, RENDER_MAX);
    bool yes = r->c->menu.more != NULL &&
               render_message(r->c->menu.more, NULL, &how, &b) == GW_OK &&
               slice_eq(sbuf_slice(&b), reading_text(r->reading));
    sbuf_free(&b);
    return yes;
}

int run_rest(struct run *r)
{
    json_t *more = r->session.more;
    r->session.more = NULL;
    const struct message *m = more != NULL ? catalogue_message(r->c, json_slice(more, "id")) : NULL;
    if (m == NULL || !wants_rest(r)) {
        json_decref(more);
        return 0;
    }
    r->aside = true;
    int rc = add_reply(r, m, json_incref(json_object_get(more, "params")), false);
    json_decref(more);
    return rc < 0 ? rc : 1;
}
