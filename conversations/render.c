#include "conversations/render.h"

#include "conversations/catalogue.h"
#include "conversations/format.h"
#include "conversations/part.h"
#include "conversations/taps.h"
#include "gateway/base/json.h"

enum { EACH_DEPTH_MAX = 3 };

const char render_recruit_end[] = "拒收请回复R";

static int render_parts(const struct template *t, int from, int to, const json_t *params,
                        struct rendering *r, struct sbuf *out, int depth);

static const struct template *template_of(const struct message *m, const struct rendering *r)
{
    return r->channel == CHANNEL_SMS ? &m->sms : &m->wechat;
}

static int render_each(const struct part *p, const json_t *list, struct rendering *r,
                       struct sbuf *out, int depth)
{
    size_t i;
    const json_t *item;
    if (!json_is_array(list) || p->each == NULL || depth == EACH_DEPTH_MAX)
        return GW_EINVAL;
    const struct template *t = template_of(p->each, r);
    json_array_foreach(list, i, item)
    {
        if (i > 0)
            sbuf_str(out, p->format == FORMAT_EACH     ? " "
                          : p->format == FORMAT_LISTED ? "、"
                                                       : "\n");
        int rc = render_parts(t, 0, t->count, item, r, out, depth + 1);
        if (rc < 0)
            return rc;
    }
    return GW_OK;
}

static int render_param(const struct part *p, const json_t *params, struct rendering *r,
                        struct sbuf *out, int depth)
{
    const json_t *value = json_object_get(params, p->name);
    if (value == NULL || json_is_null(value)) {
        r->missing = p->name;
        return r->lenient ? GW_OK : GW_EINVAL;
    }
    int rc = p->format >= FORMAT_EACH && p->format <= FORMAT_LINES
                 ? render_each(p, value, r, out, depth)
                 : format_value(p->format, value, out);
    if (rc < 0 && r->missing == NULL && r->wrong == NULL)
        r->wrong = p->name;
    return rc < 0 && r->lenient ? GW_OK : rc;
}

static int render_parts(const struct template *t, int from, int to, const json_t *params,
                        struct rendering *r, struct sbuf *out, int depth)
{
    for (int i = from; i < to; i++) {
        const struct part *p = &t->parts[i];
        int rc = GW_OK;
        switch (p->kind) {
        case PART_TEXT:
            sbuf_add(out, p->text);
            break;
        case PART_PARAM:
            rc = render_param(p, params, r, out, depth);
            break;
        case PART_IF:
        case PART_UNLESS:
            /* The parts inside follow this one: skip them when the condition does not hold. */
            if (format_is_set(json_object_get(params, p->name)) != (p->kind == PART_IF))
                i = p->end - 1;
            break;
        }
        if (rc < 0)
            return rc;
    }
    return GW_OK;
}

int render_message(const struct message *m, const json_t *params, struct rendering *r,
                   struct sbuf *out)
{
    const struct template *t = template_of(m, r);
    int rc = render_parts(t, 0, t->count, params, r, out, 0);
    return rc < 0 ? rc : out->failed ? GW_ETOOBIG : GW_OK;
}

json_t *render_label(const struct message *m, const json_t *slots)
{
    struct rendering r = { .channel = CHANNEL_SMS, .lenient = true };
    struct sbuf b;
    sbuf_init(&b, RENDER_MAX);
    int rc = render_message(m, slots, &r, &b);
    struct slice text = sbuf_slice(&b);
    json_t *label = rc == GW_OK ? json_stringn(text.p, text.n) : json_string("");
    sbuf_free(&b);
    return label;
}

/* Of a WeChat text the part that is asked for, with links where they are wanted. Returns whether
 * parts follow. */
static bool to_part(const struct catalogue *c, const json_t *params, struct rendering *r,
                    struct sbuf *body)
{
    struct slice part;
    struct sbuf more, out;
    sbuf_init(&more, RENDER_MAX);
    sbuf_init(&out, (size_t)4 * RENDER_MAX);
    if (c->menu.more != NULL && render_message(c->menu.more, NULL, r, &more) < 0)
        sbuf_clear(&more);
    bool follows =
        part_take(sbuf_slice(body), (int)json_int(params, "_part", 0), sbuf_slice(&more), &part);
    if (r->links)
        part_links(part, r->menu, &out);
    else
        sbuf_add(&out, part);
    if (follows) {
        sbuf_char(&out, '\n');
        if (r->links)
            part_links(sbuf_slice(&more), r->menu, &out);
        else
            sbuf_add(&out, sbuf_slice(&more));
    }
    sbuf_free(&more);
    sbuf_free(body);
    *body = out;
    return follows;
}

/* Finishes a text: the signature belongs in front of every SMS, R behind recruitment. */
static int finish(const struct catalogue *c, const json_t *params, struct rendering *r,
                  struct sbuf *body, bool recruit, struct arena *a, struct slice *out)
{
    if (r->channel != CHANNEL_SMS && !body->failed)
        (void)to_part(c, params, r, body);
    if (r->channel == CHANNEL_SMS && recruit)
        sbuf_str(body, render_recruit_end);
    int rc = body->failed ? GW_ETOOBIG : GW_OK;
    if (rc == GW_OK)
        *out = arena_dup(a, sbuf_slice(body));
    sbuf_free(body);
    return rc;
}

static void begin(struct sbuf *body, enum text_channel channel, const char *signature)
{
    sbuf_init(body, (size_t)2 * RENDER_MAX);
    if (channel == CHANNEL_SMS && signature != NULL && *signature != '\0')
        sbuf_printf(body, "【%s】", signature);
}

static int render_reply(const struct catalogue *c, const char *id, const json_t *params,
                        struct rendering *r, struct sbuf *body, bool *recruit);

/* Texts that stand before or after a reply in the same message: lines of their own in WeChat. */
static int render_beside(const struct catalogue *c, json_t *list, bool in_front,
                         struct rendering *r, struct sbuf *body)
{
    size_t i;
    json_t *one;
    bool recruit;
    json_array_foreach(list, i, one)
    {
        if (!in_front && r->channel != CHANNEL_SMS)
            sbuf_char(body, '\n');
        const char *id = json_text(one, "id", "");
        json_t *params = json_object_get(one, "params");
        if (json_object_get(params, "_front") != NULL || json_object_get(params, "_behind") != NULL)
            return GW_EINVAL;
        int rc = render_reply(c, id, params, r, body, &recruit);
        if (rc < 0)
            return rc;
        if (in_front && r->channel != CHANNEL_SMS)
            sbuf_char(body, '\n');
    }
    return GW_OK;
}

static int render_reply(const struct catalogue *c, const char *id, const json_t *params,
                        struct rendering *r, struct sbuf *body, bool *recruit)
{
    const struct message *m = catalogue_message(c, slice_of(id));
    if (m == NULL)
        return GW_ENOTFOUND;
    *recruit = m->class == MESSAGE_RECRUIT;
    int rc = render_beside(c, json_object_get(params, "_front"), true, r, body);
    if (rc == GW_OK)
        rc = render_message(m, params, r, body);
    if (rc == GW_OK)
        rc = render_beside(c, json_object_get(params, "_behind"), false, r, body);
    return rc;
}

/* A reply says which question is open; a message of our own opens the one it asks. */
static int64_t menu_of(const struct catalogue *c, const char *id, const json_t *params)
{
    const struct message *m = catalogue_message(c, slice_of(id));
    int64_t open = json_int(params, "_menu", 0);
    if (open != 0)
        return open;
    return m != NULL && m->opened != NULL ? tap_number(m->opened, m->opened_step, params, NULL)
                                          : TAP_NOTHING;
}

int catalogue_render(const struct catalogue *c, const char *id, const json_t *params,
                     enum text_channel channel, const char *signature, bool links, struct arena *a,
                     struct slice *out)
{
    struct rendering r = { .channel = channel, .links = links, .menu = menu_of(c, id, params) };
    struct sbuf body;
    bool recruit = false;
    begin(&body, channel, signature);
    int rc = render_reply(c, id, params, &r, &body, &recruit);
    int end = finish(c, params, &r, &body, recruit, a, out);
    return rc < 0 ? rc : end;
}

json_t *catalogue_with_two_names(const struct catalogue *c, const json_t *params)
{
    json_t *two = json_copy((json_t *)(uintptr_t)params), *names = json_array();
    const char *const ids[] = { "sample.first", "sample.second" };
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        json_array_append_new(names, render_label(catalogue_message(c, slice_of(ids[i])), NULL));
    json_object_set_new(two, "names", names);
    return two;
}

int render_follows(const struct catalogue *c, const char *id, const json_t *params,
                   enum text_channel channel)
{
    struct rendering r = { .channel = channel };
    struct sbuf body;
    bool recruit = false;
    begin(&body, channel, NULL);
    int rc = render_reply(c, id, params, &r, &body, &recruit);
    if (rc == GW_OK && channel != CHANNEL_SMS)
        rc = to_part(c, params, &r, &body);
    sbuf_free(&body);
    return rc;
}

int catalogue_render_replies(const struct catalogue *c, struct slice replies,
                             enum text_channel channel, const char *signature, bool links,
                             struct arena *a, struct slice *out)
{
    struct fault fault = { 0 };
    *out = (struct slice){ NULL, 0 };
    json_t *list = json_read(replies.n > 0 ? replies : SLICE("[]"), "replies", 65536, &fault);
    if (list == NULL)
        return GW_EDATA;
    size_t i;
    const json_t *reply;
    const json_t *first = json_object_get(json_array_get(list, 0), "params");
    struct rendering r = { .channel = channel, .links = links };
    struct sbuf body;
    int rc = GW_OK;
    r.menu = menu_of(c, json_text(json_array_get(list, 0), "id", ""), first);
    begin(&body, channel, signature);
    json_array_foreach(list, i, reply)
    {
        bool recruit;
        if (i > 0 && channel != CHANNEL_SMS)
            sbuf_char(&body, '\n');
        rc = render_reply(c, json_text(reply, "id", ""), json_object_get(reply, "params"), &r,
                          &body, &recruit);
        if (rc < 0)
            break;
    }
    bool any = json_array_size(list) > 0;
    int end = any && rc == GW_OK ? finish(c, first, &r, &body, false, a, out) : GW_OK;
    if (!any || rc < 0)
        sbuf_free(&body);
    json_decref(list);
    return rc < 0 ? rc : end;
}

/* One parameter as shown, by its name (the first of its formats) and by "name|format". One that
 * cannot be shown is left out: it stands in a branch that this message does not take. */
static void put_shown(const struct part *p, const json_t *params, struct rendering *r, json_t *out)
{
    static const char *const formats[] = {
#define FORMAT_NAME(id, text) [id] = (text),
        FORMAT_MAP(FORMAT_NAME)
#undef FORMAT_NAME
    };
    struct sbuf text, key;
    sbuf_init(&text, RENDER_MAX);
    sbuf_init(&key, RENDER_MAX);
    if (render_param(p, params, r, &text, 0) == GW_OK && !text.failed) {
        if (json_object_get(out, p->name) == NULL)
            json_put_slice(out, p->name, sbuf_slice(&text));
        sbuf_printf(&key, "%s|%s", p->name, formats[p->format]);
        if (p->each_id != NULL)
            sbuf_printf(&key, ":%s", p->each_id);
        if (p->format != FORMAT_PLAIN && !key.failed)
            json_put_slice(out, key.p, sbuf_slice(&text));
    }
    sbuf_free(&key);
    sbuf_free(&text);
}

int catalogue_render_params(const struct catalogue *c, const char *id, const json_t *params,
                            enum text_channel channel, json_t **out)
{
    struct rendering r = { .channel = channel };
    const struct message *m = catalogue_message(c, slice_of(id));
    *out = NULL;
    if (m == NULL)
        return GW_ENOTFOUND;
    const struct template *t = template_of(m, &r);
    *out = json_object();
    if (*out == NULL)
        mem_exhausted();
    for (int i = 0; i < t->count; i++) {
        const json_t *value = json_object_get(params, t->parts[i].name);
        if (t->parts[i].kind == PART_PARAM && value != NULL && !json_is_null(value))
            put_shown(&t->parts[i], params, &r, *out);
    }
    return GW_OK;
}
