#include "conversations/understand/understand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conversations/understand/reading.h"
#include "conversations/understand/vocabulary.h"
#include "gateway/base/json.h"
#include "gateway/base/sbuf.h"

enum { INTENTS_BYTES_MAX = 1024 * 1024 };

static const char *const context_names[] = {
#define CONTEXT_NAME(name, text) text,
    CONTEXT_MAP(CONTEXT_NAME)
#undef CONTEXT_NAME
};

static const char *const phrase_names[] = {
#define PHRASE_NAME(name, text) text,
    PHRASE_MAP(PHRASE_NAME)
#undef PHRASE_NAME
};

const char *context_name(enum context c)
{
    return c >= 0 && c < CONTEXT_COUNT ? context_names[c] : "none";
}

int context_find(struct slice name)
{
    for (int i = 0; i < CONTEXT_COUNT; i++) {
        if (slice_eq(name, slice_of(context_names[i]))) {
            return i;
        }
    }
    return -1;
}

static struct words *words_of(const json_t *list)
{
    struct words *w = words_make();
    for (size_t i = 0; i < json_array_size(list); i++) {
        words_add(w, slice_of(json_string_value(json_array_get(list, i))), (int)i);
    }
    return w;
}

/* A fault "conversations/intents.json: NAME: …" gets the line on which that rule or phrase stands.
 */
static void add_line(const char *source, char *text, size_t room)
{
    static const char file[] = "conversations/intents.json: ";
    char name[80], key[100], tail[400];
    if (source == NULL || strncmp(text, file, sizeof(file) - 1) != 0 ||
        sscanf(text + sizeof(file) - 1, "%79[^: ]", name) != 1) {
        return;
    }
    snprintf(key, sizeof(key), "\"name\": \"%s\"", name);
    const char *at = strstr(source, key);
    if (at == NULL) {
        snprintf(key, sizeof(key), "\"%s\":", name);
        at = strstr(source, key);
    }
    int line = 1;
    for (const char *p = source; at != NULL && p < at; p++) {
        line += *p == '\n';
    }
    snprintf(tail, sizeof(tail), "%s", text + sizeof(file) - 1);
    if (at != NULL) {
        snprintf(text, room, "conversations/intents.json:%d: %s", line, tail);
    }
}

static int make_phrases(struct understander *u, const json_t *root, struct fault *fault)
{
    const json_t *phrases = json_object_get(root, "phrases");
    for (int i = 0; i < PHRASE_COUNT; i++) {
        const char *text = json_string_value(json_object_get(phrases, phrase_names[i]));
        if (text == NULL) {
            return fault_set(fault, GW_ECONFIG, "conversations/intents.json: phrase %s is missing",
                             phrase_names[i]);
        }
        int error = pattern_make(text, json_object_get(root, "vocabulary"),
                                 json_object_get(root, "fragments"), phrase_names[i],
                                 &u->phrases[i], fault);
        if (error != 0) {
            return error;
        }
    }
    return 0;
}

static int make_gazetteer(struct understander *u, data_reader read, void *context,
                          const json_t *dialect, struct fault *fault)
{
    struct sbuf pairs;
    const char *character;
    json_t *sound;
    sbuf_init(&pairs, 4096);
    json_object_foreach((json_t *)(uintptr_t)dialect, character, sound)
    {
        sbuf_printf(&pairs, "%s %s\n", character, json_string_value(sound));
    }
    int error = gazetteer_make(read(context, "conversations/understand/data/divisions_530802.tsv"),
                               sbuf_slice(&pairs), u->han, &u->gazetteer, fault);
    sbuf_free(&pairs);
    return error;
}

/* The small files of words, in the order of their names. */
static int extend(struct understander *u, const struct understander_data *data, json_t *root,
                  struct fault *fault)
{
    const struct calendar calendar = { u->lunar, 0 };
    const struct vocabulary_view view = { u->han, &calendar, u->starters };
    int error = 0;
    for (int i = 0; error == 0 && data->names != NULL; i++) {
        const char *path = data->names(data->context, i);
        if (path == NULL) {
            break;
        }
        error = vocabulary_extend(root, data->read(data->context, path), path, &view, fault);
    }
    return error;
}

static int make_parts(struct understander *u, const struct understander_data *data,
                      struct fault *fault)
{
    data_reader read = data->read;
    void *context = data->context;
    int error = han_make(read(context, "conversations/understand/data/simplified.txt"),
                         read(context, "conversations/understand/data/pinyin.txt"), &u->han, fault);
    if (error == 0) {
        error = lunar_make(read(context, "conversations/understand/data/lunar_months.tsv"),
                           &u->lunar, fault);
    }
    if (error != 0) {
        return error;
    }
    json_t *root = json_read(read(context, "conversations/intents.json"),
                             "conversations/intents.json", INTENTS_BYTES_MAX, fault);
    if (root == NULL) {
        return GW_ECONFIG;
    }
    u->source = mem_dup(read(context, "conversations/intents.json"));
    u->starters = entities_starters();
    error = extend(u, data, root, fault);
    if (error != 0) {
        json_decref(root);
        return error;
    }
    error = rules_make(root, &u->rules, fault);
    if (error != 0) {
        return error;
    }
    const json_t *vocabulary = json_object_get(root, "vocabulary");
    u->names.surnames = words_of(json_object_get(vocabulary, "surname"));
    u->names.never = words_of(json_object_get(vocabulary, "never_name"));
    u->names.behind = words_of(json_object_get(vocabulary, "behind_name"));
    u->relatives = words_of(json_object_get(vocabulary, "relative"));
    u->chores = words_of(json_object_get(vocabulary, "chore"));
    u->devices = words_of(json_object_get(vocabulary, "device"));
    u->typos = mender_make(json_object_get(root, "typos"));
    u->sounds = mender_sounds(json_object_get(root, "sounds"), u->han);
    error = make_gazetteer(u, read, context, json_object_get(root, "dialect"), fault);
    return error != 0 ? error : make_phrases(u, root, fault);
}

int understander_make(data_reader read, void *context, struct zone zone, struct understander **out,
                      struct fault *fault)
{
    const struct understander_data data = { .read = read, .context = context };
    return understander_make_from(&data, zone, out, fault);
}

const json_t *understander_vocabulary(const struct understander *u)
{
    return json_object_get(u->rules.root, "vocabulary");
}

bool understander_uses(const struct understander *u, const char *vocabulary)
{
    return vocabulary_is_used(u->rules.root, vocabulary);
}

int understander_make_from(const struct understander_data *data, struct zone zone,
                           struct understander **out, struct fault *fault)
{
    struct understander *u = mem_alloc(sizeof(*u));
    u->zone = zone;
    *out = NULL;
    int error = make_parts(u, data, fault);
    if (error != 0) {
        if (fault != NULL) {
            add_line(u->source, fault->text, sizeof(fault->text));
        }
        understander_free(u);
        return error;
    }
    *out = u;
    return 0;
}

void understander_free(struct understander *u)
{
    if (u == NULL) {
        return;
    }
    rules_free(&u->rules);
    free(u->source);
    for (int i = 0; i < PHRASE_COUNT; i++) {
        pattern_free(&u->phrases[i]);
    }
    words_free(u->names.surnames);
    words_free(u->names.never);
    words_free(u->names.behind);
    words_free(u->relatives);
    words_free(u->chores);
    words_free(u->devices);
    words_free(u->starters);
    mender_free(u->typos);
    mender_free(u->sounds);
    gazetteer_free(u->gazetteer);
    lunar_free(u->lunar);
    han_free(u->han);
    free(u);
}

static void try_pattern(const struct understander *u, const char *text, const char *where,
                        json_t *findings)
{
    const json_t *root = u->rules.root;
    struct fault fault = { 0 };
    if (pattern_try(text, json_object_get(root, "vocabulary"), json_object_get(root, "fragments"),
                    where, &fault) != 0) {
        json_array_append_new(findings, json_string(fault.text));
    }
}

static void try_patterns(const struct understander *u, json_t *findings)
{
    const json_t *rules = json_object_get(u->rules.root, "rules"),
                 *phrases = json_object_get(u->rules.root, "phrases");
    for (size_t i = 0; i < json_array_size(rules); i++) {
        const json_t *rule = json_array_get(rules, i);
        const char *match = json_text(rule, "match", "");
        if (match[0] != '\0') {
            try_pattern(u, match, json_text(rule, "name", "?"), findings);
        }
    }
    for (int i = 0; i < PHRASE_COUNT; i++) {
        try_pattern(u, json_text(phrases, phrase_names[i], ""), phrase_names[i], findings);
    }
}

void understander_check(const struct understander *u, json_t *findings)
{
    size_t first = json_array_size(findings);
    rules_check(&u->rules, findings);
    rules_shadowed(&u->rules, findings);
    try_patterns(u, findings);
    for (size_t i = first; i < json_array_size(findings); i++) {
        char text[500];
        snprintf(text, sizeof(text), "%s", json_string_value(json_array_get(findings, i)));
        add_line(u->source, text, sizeof(text));
        json_array_set_new(findings, i, json_string(text));
    }
}
