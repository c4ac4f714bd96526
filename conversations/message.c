#include "conversations/message.h"

#include <string.h>

#include "conversations/catalogue.h"
#include "gateway/base/json.h"

/* An SMS of three parts is a bill and a wall of text: a list says the rest on request. */
enum { PARAMS_MAX = 40, BUDGET_MAX = 2 };

struct reader {
    struct catalogue *c;
    struct message *m;
    json_t *json;
    const char *where;
};

bool message_shows(const struct message *m, const char *param)
{
    for (int i = 0; i < m->param_count; i++)
        if (strcmp(m->params[i], param) == 0)
            return true;
    return false;
}

static void read_class(struct reader *r)
{
    static const char *const names[] = {
#define MESSAGE_CLASS_NAME(name, text) text,
        MESSAGE_CLASS_MAP(MESSAGE_CLASS_NAME)
#undef MESSAGE_CLASS_NAME
    };
    const char *name = catalogue_string(r->c, r->m->file, r->where, r->json, "class");
    for (int i = 0; i < MESSAGE_CLASSES; i++)
        if (strcmp(name != NULL ? name : "reply", names[i]) == 0) {
            r->m->class = (enum message_class)i;
            return;
        }
    catalogue_problem(r->c, r->m->file, "%s: class: '%s' is unknown", r->where, name);
}

static void read_place(struct reader *r)
{
    static const char *const names[MESSAGE_PLACES] = { [MESSAGE_ANYWHERE] = "anywhere",
                                                       [MESSAGE_IN_WECHAT] = "wechat",
                                                       [MESSAGE_ON_PAPER] = "paper" };
    const char *name = catalogue_string(r->c, r->m->file, r->where, r->json, "only");
    for (int i = 0; i < MESSAGE_PLACES; i++)
        if (strcmp(name != NULL ? name : names[MESSAGE_ANYWHERE], names[i]) == 0) {
            r->m->place = (enum message_place)i;
            return;
        }
    catalogue_problem(r->c, r->m->file, "%s: only: '%s' is unknown", r->where, name);
}

static void read_budget(struct reader *r)
{
    json_t *value = json_object_get(r->json, "budget");
    r->m->budget = 1;
    if (value == NULL)
        return;
    if (json_is_integer(value) && json_integer_value(value) >= 1 &&
        json_integer_value(value) <= BUDGET_MAX)
        r->m->budget = (int)json_integer_value(value);
    else
        catalogue_problem(r->c, r->m->file, "%s: budget: expected a number from 1 to %d", r->where,
                          BUDGET_MAX);
}

static void compile(struct reader *r, const char *key, struct template *out)
{
    struct fault fault = { 0 };
    const char *text = catalogue_string(r->c, r->m->file, r->where, r->json, key);
    if (text != NULL && template_compile(slice_of(text), &r->c->arena, out, &fault) < 0)
        catalogue_problem(r->c, r->m->file, "%s: %s: %s", r->where, key, fault.text);
}

static void gather_params(struct reader *r, const struct template *t)
{
    for (int i = 0; i < t->count; i++) {
        const char *name = t->parts[i].name;
        if (name == NULL || message_shows(r->m, name))
            continue;
        if (name[0] == '_')
            catalogue_problem(r->c, r->m->file, "%s: '%s' begins with _ and is never shown",
                              r->where, name);
        if (r->m->param_count == PARAMS_MAX)
            catalogue_problem(r->c, r->m->file, "%s: more than %d parameters", r->where,
                              PARAMS_MAX);
        else
            r->m->params[r->m->param_count++] = name;
    }
}

static void read_message(struct catalogue *c, const char *file, const char *id, json_t *json)
{
    static const char *const known[] = { "sms",     "wechat", "class", "budget",
                                         "example", "opens",  "only",  NULL };
    struct message *m = arena_alloc(&c->arena, sizeof *m);
    m->id = id;
    m->file = file;
    m->line = source_line(source_text(&c->source, file), NULL, id);
    struct reader r = { c, m, json, arena_printf(&c->arena, "line %d: '%s'", m->line, id).p };
    if (!names_put(&c->messages, slice_of(id), m)) {
        catalogue_problem(c, file, "%s is defined twice", r.where);
        return;
    }
    c->message_list[c->message_count++] = m;
    catalogue_known_keys(c, file, r.where, json, known);
    if (json_object_get(json, "sms") == NULL)
        catalogue_problem(c, file, "%s: sms is missing", r.where);
    compile(&r, "sms", &m->sms);
    m->has_wechat = json_object_get(json, "wechat") != NULL;
    if (m->has_wechat)
        compile(&r, "wechat", &m->wechat);
    else
        m->wechat = m->sms;
    read_class(&r);
    read_place(&r);
    read_budget(&r);
    size_t parts = (size_t)m->sms.count + (size_t)m->wechat.count;
    m->params = arena_alloc(&c->arena, (parts + 1) * sizeof *m->params);
    gather_params(&r, &m->sms);
    gather_params(&r, &m->wechat);
    m->opens = catalogue_string(c, file, r.where, json, "opens");
    m->example = json_object_get(json, "example");
    if (m->example != NULL && !json_is_object(m->example)) {
        catalogue_problem(c, file, "%s: example: expected an object", r.where);
        m->example = NULL;
    }
}

/* {list|each:ID} points to its message. */
static void resolve(struct catalogue *c, const struct message *m, struct template *t)
{
    for (int i = 0; i < t->count; i++) {
        struct part *p = &t->parts[i];
        if (p->each_id == NULL)
            continue;
        p->each = catalogue_message(c, slice_of(p->each_id));
        if (p->each == NULL)
            catalogue_problem(c, m->file, "line %d: '%s': there is no message '%s'", m->line, m->id,
                              p->each_id);
    }
}

void messages_read(struct catalogue *c)
{
    json_t *files = json_array_get(c->documents, 0);
    const char *file, *id;
    json_t *doc, *json;
    size_t total = 1;
    json_object_foreach(files, file, doc) total += json_object_size(doc);
    c->message_list = arena_alloc(&c->arena, total * sizeof *c->message_list);
    json_object_foreach(files, file, doc)
    {
        json_object_foreach(doc, id, json)
        {
            if (json_is_object(json))
                read_message(c, file, id, json);
            else
                catalogue_problem(c, file, "'%s': expected an object", id);
        }
    }
    for (int i = 0; i < c->message_count; i++) {
        resolve(c, c->message_list[i], &c->message_list[i]->sms);
        resolve(c, c->message_list[i], &c->message_list[i]->wechat);
        struct slice brief = arena_printf(&c->arena, "%s.brief", c->message_list[i]->id);
        c->message_list[i]->brief = catalogue_message(c, brief);
    }
}
