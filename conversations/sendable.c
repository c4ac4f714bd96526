#include "conversations/sendable.h"

#include <stdio.h>
#include <string.h>

#include "conversations/catalogue.h"
#include "conversations/format.h"
#include "conversations/render.h"
#include "gateway/base/json.h"
#include "gateway/base/sbuf.h"

static const char *const classes[MESSAGE_CLASSES] = {
#define CLASS_NAME(name, text) [name] = text,
    MESSAGE_CLASS_MAP(CLASS_NAME)
#undef CLASS_NAME
};
static const char *const formats[FORMATS] = {
#define FORMAT_NAME(name, text) [name] = text,
    FORMAT_MAP(FORMAT_NAME)
#undef FORMAT_NAME
};

static bool is_item(const struct template *t, const struct message *m)
{
    for (int i = 0; i < t->count; i++)
        if (t->parts[i].kind == PART_PARAM && t->parts[i].each == m)
            return true;
    return false;
}

/* Whether it stands in others only: an item of a list, or a label. */
static bool is_fragment(const struct catalogue *c, const struct message *m)
{
    for (int i = 0; i < c->message_count; i++)
        if (is_item(&c->message_list[i]->sms, m) || is_item(&c->message_list[i]->wechat, m))
            return true;
    for (int i = 0; i < c->flow_count; i++)
        if (c->flow_list[i]->label == m)
            return true;
    return false;
}

json_t *catalogue_sendable(const struct catalogue *c)
{
    json_t *list = json_array();
    for (int i = 0; i < c->message_count; i++) {
        const struct message *m = c->message_list[i];
        if (m->place != MESSAGE_ANYWHERE || is_fragment(c, m))
            continue;
        json_t *row = json_object();
        json_object_set_new(row, "id", json_string(m->id));
        json_object_set_new(row, "class", json_string(classes[m->class]));
        json_object_set_new(row, "params",
                            m->example != NULL ? json_deep_copy(m->example) : json_object());
        json_array_append_new(list, row);
    }
    return list;
}

/* A template on its way: its text, and its variables in the order of the text. */
struct draft {
    const char *placeholder;
    const json_t *shown; /* what each parameter looks like, by "name" and "name|format" */
    struct sbuf text;
    json_t *params, *sample;
};

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

/* The variable's place in the placeholder: its last word, as in @var(name). */
static struct slice mark_of(const char *placeholder)
{
    struct slice mark = { placeholder, 0 };
    for (const char *p = placeholder; *p != '\0'; p++) {
        if (!is_word(*p))
            continue;
        if (p == placeholder || !is_word(p[-1]))
            mark = (struct slice){ p, 0 };
        mark.n++;
    }
    return mark;
}

static void put_variable(struct draft *d, const char *name)
{
    struct slice mark = mark_of(d->placeholder);
    sbuf_add(&d->text, (struct slice){ d->placeholder, (size_t)(mark.p - d->placeholder) });
    sbuf_str(&d->text, name);
    sbuf_str(&d->text, mark.p + mark.n);
}

/* A parameter by the name under which templates ask for it: "name", "start|clock". */
static json_t *key_of(const struct part *p)
{
    bool each = p->each_id != NULL;
    if (p->format == FORMAT_PLAIN)
        return json_string(p->name);
    return json_sprintf("%s|%s%s%s", p->name, formats[p->format], each ? ":" : "",
                        each ? p->each_id : "");
}

/* A parameter that stands in the text twice in two formats needs a name for each; how many of the
 * name are there already, and whether the very same is. */
static int names_before(const struct draft *d, const char *name, const char *key, bool *same)
{
    size_t i, n = strlen(name);
    json_t *known;
    int count = 0;
    *same = false;
    json_array_foreach(d->params, i, known)
    {
        const char *text = json_string_value(known), *equals = strchr(text, '=');
        text = equals != NULL ? equals + 1 : text;
        if (strcmp(text, key) == 0) {
            *same = true;
            return count;
        }
        count += strncmp(text, name, n) == 0 && (text[n] == '\0' || text[n] == '|');
    }
    return count;
}

static void put_param(struct draft *d, const struct part *p)
{
    json_t *key = key_of(p), *entry;
    const char *text = json_string_value(key);
    char variable[64];
    bool same, numbered = *mark_of(d->placeholder).p >= '0' && *mark_of(d->placeholder).p <= '9';
    int before = names_before(d, p->name, text, &same);
    json_t *value = json_object_get(d->shown, text);
    if (before == 0)
        snprintf(variable, sizeof variable, "%s", p->name);
    else
        snprintf(variable, sizeof variable, "%s%d", p->name, before + 1);
    if (numbered)
        snprintf(variable, sizeof variable, "%zu", json_array_size(d->params) + 1);
    put_variable(d, variable);
    entry = before == 0 || numbered ? json_incref(key) : json_sprintf("%s=%s", variable, text);
    if (same && !numbered)
        json_decref(entry);
    else
        json_array_append_new(d->params, entry);
    if (!same || numbered)
        json_array_append(d->sample, value != NULL ? value : json_object_get(d->shown, p->name));
    json_decref(key);
}

static void put_parts(struct draft *d, const struct template *t, const json_t *example)
{
    for (int i = 0; i < t->count; i++) {
        const struct part *p = &t->parts[i];
        if (p->kind == PART_TEXT)
            sbuf_add(&d->text, p->text);
        else if (p->kind == PART_PARAM)
            put_param(d, p);
        else if (format_is_set(json_object_get(example, p->name)) != (p->kind == PART_IF))
            i = p->end - 1;
    }
}

/* "template.notice" and its like are wording too. */
static json_t *kind_of(const struct catalogue *c, enum message_class class)
{
    struct arena a = { 0 };
    struct slice text = { 0 };
    struct slice id = arena_printf(&a, "template.%s", classes[class]);
    int rc = catalogue_render(c, id.p, NULL, CHANNEL_WECHAT, NULL, false, &a, &text);
    json_t *kind = rc == GW_OK ? json_stringn(text.p, text.n) : json_string(classes[class]);
    arena_free(&a);
    return kind;
}

json_t *catalogue_as_template(const struct catalogue *c, const char *id, const char *placeholder)
{
    const struct message *m = catalogue_message(c, slice_of(id));
    json_t *shown = NULL;
    if (m == NULL || catalogue_render_params(c, id, m->example, CHANNEL_SMS, &shown) != GW_OK)
        return NULL;
    struct draft d = {
        .placeholder = placeholder, .shown = shown, .params = json_array(), .sample = json_array()
    };
    sbuf_init(&d.text, RENDER_MAX);
    put_parts(&d, &m->sms, m->example);
    json_t *out = json_object();
    json_object_set_new(out, "id", json_string(m->id));
    json_object_set_new(out, "class", json_string(classes[m->class]));
    json_object_set_new(out, "kind", kind_of(c, m->class));
    json_put_slice(out, "text", sbuf_slice(&d.text));
    json_object_set_new(out, "params", d.params);
    json_object_set_new(out, "sample", d.sample);
    sbuf_free(&d.text);
    json_decref(shown);
    return out;
}
