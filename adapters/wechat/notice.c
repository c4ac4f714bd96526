#include "adapters/wechat/notice.h"

#include <inttypes.h>

#include "adapters/charset.h"
#include "gateway/base/json.h"
#include "gateway/base/sbuf.h"
#include "gateway/base/utf8.h"

enum {
    NOT_SAID = TEMPLATE_PARAM_CHARACTERS_MAX, /* the settings have no limit of their own */
    SHOWN = 20,
    URL_MAX = 1024,
    VALUE_MAX = 4096,
};

/* Published for the messages of mini programs; a field over its limit is refused with 47003 there,
 * and cut silently in template messages, which show 20 (wechat.md 4.3, 4.4). */
static const struct {
    struct slice head;
    int characters;
} limits[] = {
    { { "character_string", 16 }, 32 },
    { { "phone_number", 12 }, 17 },
    { { "car_number", 10 }, 8 },
    { { "thing", 5 }, 20 },
    { { "number", 6 }, 32 },
    { { "letter", 6 }, 32 },
    { { "symbol", 6 }, 5 },
    { { "phrase", 6 }, 5 },
    { { "name", 4 }, 10 },
    { { "amount", 6 }, 0 },
    { { "time", 4 }, 0 },
    { { "date", 4 }, 0 },
    { { "const", 5 }, 0 },
    { { "enum", 4 }, 0 },
};

int wechat_notice_limit(struct slice field)
{
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (slice_starts(field, limits[i].head))
            return limits[i].characters;
    return SHOWN;
}

static int read_more(const struct account *account, const json_t *value, struct wechat_notice *out,
                     struct fault *fault)
{
    struct slice kind = json_slice(value, "kind");
    struct slice id = out->template->message;
    out->url = json_slice(value, "url");
    out->subscription = slice_eq(kind, SLICE("subscription"));
    if (json_object_get(value, "kind") != NULL && !out->subscription &&
        !slice_eq(kind, SLICE("template")))
        return fault_set(fault, GW_ECONFIG,
                         "account %s: settings.templates.%.*s: \"kind\": give \"template\" or "
                         "\"subscription\"",
                         account->full_name, SLICE_ARG(id));
    if (json_object_get(value, "url") != NULL &&
        (!slice_starts(out->url, SLICE("https://")) || out->url.n > URL_MAX))
        return fault_set(fault, GW_ECONFIG,
                         "account %s: settings.templates.%.*s: \"url\": give an https:// address",
                         account->full_name, SLICE_ARG(id));
    return GW_OK;
}

int wechat_notices_read(const struct account *account, json_t *map, struct arena *a,
                        struct wechat_notices *out, struct fault *fault)
{
    struct templates t;
    int rc = templates_read(account, map, NOT_SAID, a, &t, fault);
    *out = (struct wechat_notices){ 0 };
    if (rc != 0)
        return rc;
    out->list = arena_alloc(a, (t.count + 1) * sizeof *out->list);
    for (; out->count < t.count && rc == 0; out->count++) {
        struct wechat_notice *n = &out->list[out->count];
        n->template = &t.list[out->count];
        rc = read_more(account,
                       json_object_getn(map, n->template->message.p, n->template->message.n), n,
                       fault);
    }
    return rc;
}

const struct wechat_notice *wechat_notice_find(const struct wechat_notices *n, struct slice message)
{
    for (size_t i = 0; i < n->count; i++)
        if (slice_eq(n->list[i].template->message, message))
            return &n->list[i];
    return NULL;
}

/* 0: not cut. */
static size_t limit_of(const struct template_param *p)
{
    size_t shown = (size_t)wechat_notice_limit(p->variable);
    return shown > 0 && p->max < (int64_t)shown ? (size_t)p->max : shown;
}

static void add_cut(struct sbuf *b, struct slice text, size_t max)
{
    size_t count = utf8_count(text), n = 0;
    bool cut = max > 0 && count > max;
    while (text.n > 0 && (!cut || n + 1 < max)) {
        char out[4];
        int32_t c = utf8_next(&text);
        sbuf_add(b, (struct slice){ out, (size_t)utf8_put(out, c == '\n' || c == '\t' ? ' ' : c) });
        n++;
    }
    if (cut)
        sbuf_str(b, "…");
}

static struct slice value_of(const json_t *params, const struct template_param *p)
{
    const json_t *value = json_object_getn(params, p->param.p, p->param.n);
    return json_is_string(value)
               ? (struct slice){ json_string_value(value), json_string_length(value) }
               : (struct slice){ 0 };
}

static int add_field(const struct account *account, const struct wechat_notice *n, size_t i,
                     const json_t *params, struct arena *a, json_t *data, struct fault *fault)
{
    const struct template_param *p = &n->template->params[i];
    struct slice value = value_of(params, p);
    struct sbuf b;
    if (value.p == NULL)
        return fault_set(fault, GW_EINVAL,
                         "account %s: settings.templates.%.*s: the message has no parameter %.*s",
                         account->full_name, SLICE_ARG(n->template->message), SLICE_ARG(p->param));
    sbuf_init(&b, VALUE_MAX);
    add_cut(&b, charset_clean(value, a), limit_of(p));
    json_t *field = json_object();
    json_put_slice(field, "value", sbuf_slice(&b));
    json_object_set_new(data, arena_str(a, p->variable), field);
    sbuf_free(&b);
    return GW_OK;
}

int wechat_notice_body(const struct account *account, const struct wechat_notice *n,
                       const struct outbound *message, struct arena *a, json_t **body,
                       struct fault *fault)
{
    json_t *data = json_object();
    int rc = GW_OK;
    for (size_t i = 0; i < n->template->param_count && rc == GW_OK; i++)
        rc = add_field(account, n, i, message->params, a, data, fault);
    if (rc != GW_OK) {
        json_decref(data);
        return rc;
    }
    *body = json_object();
    json_put_slice(*body, "touser", message->recipient);
    json_put_slice(*body, "template_id", n->template->code);
    if (n->url.n > 0)
        json_put_slice(*body, n->subscription ? "page" : "url", n->url);
    if (!n->subscription)
        json_put_slice(*body, "client_msg_id", arena_printf(a, "%" PRId64, message->id));
    json_object_set_new(*body, "data", data);
    return GW_OK;
}

size_t wechat_notice_cut(const struct wechat_notice *n, size_t i, const json_t *params)
{
    const struct template_param *p = &n->template->params[i];
    size_t shown = (size_t)wechat_notice_limit(p->variable);
    size_t count = utf8_count(value_of(params, p));
    return p->max == NOT_SAID && shown > 0 && count > shown ? count - shown : 0;
}
