#include "conversations/catalogue.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/json.h"

enum { FILE_MAX = 4 << 20 };

void catalogue_problem(struct catalogue *c, const char *file, const char *format, ...)
{
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct slice whole = arena_printf(&c->arena, "%s: %s", file, text);
    json_array_append_new(c->problems, json_stringn_nocheck(whole.p, whole.n));
}

struct message *catalogue_message(const struct catalogue *c, struct slice id)
{
    return names_get(&c->messages, id);
}

struct flow *catalogue_flow(const struct catalogue *c, struct slice name)
{
    return names_get(&c->flows, name);
}

void catalogue_known_keys(struct catalogue *c, const char *file, const char *where, json_t *object,
                          const char *const *known)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        int i = 0;
        while (known[i] != NULL && strcmp(known[i], key) != 0)
            i++;
        if (known[i] == NULL)
            catalogue_problem(c, file, "%s: unknown key '%s'", where, key);
    }
}

const char *catalogue_string(struct catalogue *c, const char *file, const char *where,
                             json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    if (value == NULL)
        return NULL;
    if (!json_is_string(value)) {
        catalogue_problem(c, file, "%s: %s: expected a string", where, key);
        return NULL;
    }
    return json_string_value(value);
}

struct name_list catalogue_list(struct catalogue *c, const char *file, const char *where,
                                json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    struct name_list list = { NULL, 0 };
    if (value == NULL)
        return list;
    list.names = arena_alloc(&c->arena, (json_array_size(value) + 1) * sizeof *list.names);
    size_t i;
    json_t *item;
    json_array_foreach(value, i, item)
    {
        if (json_is_string(item))
            list.names[list.count++] = json_string_value(item);
    }
    if (!json_is_array(value) || (size_t)list.count != json_array_size(value))
        catalogue_problem(c, file, "%s: %s: expected a list of strings", where, key);
    return list;
}

/* Parses a file; the catalogue keeps the document, structs borrow from it. NULL with the fault set.
 */
static json_t *read_document(struct catalogue *c, const struct source_file *f, struct fault *fault)
{
    json_t *doc = json_read(f->text, f->path, FILE_MAX, fault);
    if (doc == NULL)
        return NULL;
    json_array_append_new(c->documents, doc);
    if (!json_is_object(doc)) {
        fault_set(fault, GW_ECONFIG, "%s: expected an object", f->path);
        return NULL;
    }
    return doc;
}

static int read_flow_heads(struct catalogue *c, struct fault *fault)
{
    c->flow_list = arena_alloc(&c->arena, (size_t)(c->source.count + 1) * sizeof *c->flow_list);
    for (int i = source_next(&c->source, "conversations/flows/", 0); i >= 0;
         i = source_next(&c->source, "conversations/flows/", i + 1)) {
        const struct source_file *file = &c->source.files[i];
        json_t *doc = read_document(c, file, fault);
        if (doc == NULL)
            return GW_ECONFIG;
        struct flow *f = arena_alloc(&c->arena, sizeof *f);
        f->file = file->path;
        f->json = doc;
        f->name = json_text(doc, "flow", NULL);
        if (f->name == NULL)
            catalogue_problem(c, f->file, "flow: its name is missing");
        else if (!names_put(&c->flows, slice_of(f->name), f))
            catalogue_problem(c, f->file, "flow '%s' is defined twice", f->name);
        else {
            c->flow_list[c->flow_count++] = f;
            flow_read_head(c, f);
        }
    }
    return GW_OK;
}

static int read_messages(struct catalogue *c, struct fault *fault)
{
    for (int i = source_next(&c->source, "conversations/messages/", 0); i >= 0;
         i = source_next(&c->source, "conversations/messages/", i + 1)) {
        json_t *doc = read_document(c, &c->source.files[i], fault);
        if (doc == NULL)
            return GW_ECONFIG;
        json_object_set_new(json_array_get(c->documents, 0), c->source.files[i].path,
                            json_incref(doc));
    }
    messages_read(c);
    return GW_OK;
}

static int read_menu(struct catalogue *c, struct fault *fault)
{
    const struct source_file file = { "conversations/menu.json",
                                      source_text(&c->source, "conversations/menu.json") };
    if (file.text.n == 0)
        return fault_set(fault, GW_ECONFIG, "%s is missing", file.path);
    json_t *doc = read_document(c, &file, fault);
    if (doc == NULL)
        return GW_ECONFIG;
    menu_read(c, doc);
    return GW_OK;
}

static struct slice read_for_understander(void *context, const char *path)
{
    return source_text(context, path);
}

static const char *name_for_understander(void *context, int i)
{
    const struct source *s = context;
    int at = source_next(s, "conversations/vocabulary/", 0);
    for (; at >= 0 && i > 0; i--)
        at = source_next(s, "conversations/vocabulary/", at + 1);
    return at < 0 ? NULL : s->files[at].path;
}

static int read_all(struct catalogue *c, const struct catalogue_options *o, struct fault *fault)
{
    const struct understander_data data = { read_for_understander, name_for_understander,
                                            &c->source };
    int rc = source_open(&c->source, o->files != NULL ? o->files : conversations_files, o->data_dir,
                         &c->arena, fault);
    if (rc == GW_OK)
        rc = understander_make_from(&data, c->zone, &c->understander, fault);
    if (rc == GW_OK)
        rc = read_messages(c, fault);
    if (rc == GW_OK)
        rc = read_flow_heads(c, fault);
    for (int i = 0; rc == GW_OK && i < c->flow_count; i++)
        flow_read_steps(c, c->flow_list[i]);
    if (rc == GW_OK)
        rc = read_menu(c, fault);
    size_t problems = json_array_size(c->problems);
    if (rc == GW_OK && problems > 0 && !c->lenient)
        rc = fault_set(fault, GW_ECONFIG, "%s%s", json_string_value(json_array_get(c->problems, 0)),
                       problems > 1 ? " (and more: run linli check)" : "");
    return rc;
}

int catalogue_load_from(const struct catalogue_options *options, struct catalogue **out,
                        struct fault *fault)
{
    struct catalogue *c = mem_alloc(sizeof *c);
    atomic_init(&c->holders, 1);
    c->zone = options->zone;
    c->lenient = options->lenient;
    c->actions = options->actions != NULL ? options->actions : action_tables;
    c->documents = json_array();
    json_array_append_new(c->documents, json_object()); /* message files by path */
    c->problems = json_array();
    *out = NULL;
    int rc = read_all(c, options, fault);
    if (rc < 0)
        catalogue_release(c);
    else
        *out = c;
    return rc;
}

int catalogue_load(const char *data_dir, struct zone zone, struct catalogue **out,
                   struct fault *fault)
{
    const struct catalogue_options options = { .data_dir = data_dir, .zone = zone };
    return catalogue_load_from(&options, out, fault);
}

struct catalogue *catalogue_hold(struct catalogue *c)
{
    atomic_fetch_add_explicit(&c->holders, 1, memory_order_relaxed);
    return c;
}

void catalogue_release(struct catalogue *c)
{
    if (c == NULL || atomic_fetch_sub_explicit(&c->holders, 1, memory_order_acq_rel) > 1)
        return;
    understander_free(c->understander);
    json_decref(c->documents);
    json_decref(c->problems);
    names_free(&c->messages);
    names_free(&c->flows);
    names_free(&c->intents);
    names_free(&c->events);
    arena_free(&c->arena);
    free(c);
}

const json_t *catalogue_wechat_menu(const struct catalogue *c)
{
    return c->menu.wechat;
}

const struct understander *catalogue_understander(const struct catalogue *c)
{
    return c->understander;
}
