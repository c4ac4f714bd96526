/* What a message cannot be told without: for whoever has to know before anything is sent. */
#include "conversations/catalogue.h"
#include "gateway/base/json.h"

struct needs {
    struct slice *list;
    int count, most;
};

static int add(struct needs *n, struct slice name)
{
    for (int i = 0; i < n->count; i++)
        if (slice_eq(n->list[i], name))
            return GW_OK;
    if (n->count == n->most)
        return GW_ETOOBIG;
    n->list[n->count++] = name;
    return GW_OK;
}

/* A condition's parts are skipped: what stands there may be missing. */
static int add_text(struct needs *n, const struct template *t)
{
    int rc = GW_OK;
    for (int i = 0; rc == GW_OK && i < t->count; i++)
        if (t->parts[i].kind == PART_PARAM)
            rc = add(n, slice_of(t->parts[i].name));
        else if (t->parts[i].kind != PART_TEXT)
            i = t->parts[i].end - 1;
    return rc;
}

/* "name", "name|format" or "variable=name|format" of a template that a provider approved. */
static struct slice name_of(const json_t *param)
{
    struct slice text =
        json_is_string(param) ? slice_of(json_string_value(param)) : json_slice(param, "param");
    ptrdiff_t equals = slice_find(text, SLICE("="));
    if (json_is_string(param) && equals >= 0)
        text = slice_skip(text, (size_t)equals + 1);
    ptrdiff_t bar = slice_find(text, SLICE("|"));
    return bar >= 0 ? slice_head(text, (size_t)bar) : text;
}

static int add_template(struct needs *n, const json_t *template)
{
    const json_t *params = json_object_get(template, "params");
    int rc = GW_OK;
    for (size_t i = 0; rc == GW_OK && i < json_array_size(params); i++) {
        struct slice name = name_of(json_array_get(params, i));
        if (name.n > 0)
            rc = add(n, name);
    }
    return rc;
}

int catalogue_needs(const struct catalogue *c, const char *id, const json_t *templates,
                    struct slice *list, int count, int most)
{
    struct needs n = { .list = list, .count = count, .most = most };
    const struct message *m = catalogue_message(c, slice_of(id));
    if (m == NULL)
        return GW_ENOTFOUND;
    int rc = add_text(&n, &m->sms);
    if (rc == GW_OK)
        rc = add_text(&n, &m->wechat);
    if (rc == GW_OK)
        rc = add_template(&n, json_object_get(templates, id));
    return rc < 0 ? rc : n.count;
}
