#include "conversations/understand/vocabulary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conversations/source.h"
#include "conversations/understand/entities.h"
#include "conversations/understand/normal.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"

static const char added_key[] = "_added";

struct extension {
    json_t *root;
    struct slice text;
    const char *path;
    const struct vocabulary_view *view;
    struct fault *fault;
    struct arena arena;
};

/* The line on which `"word"` stands behind the key `section`. */
static int line_of(struct extension *x, const char *section, const char *word)
{
    int line = source_line(x->text, section, NULL), at = 1;
    struct slice quoted = arena_printf(&x->arena, "\"%s\"", word);
    struct slice rest = x->text, row;
    for (; slice_next(&rest, '\n', &row); at++) {
        if (at >= line && slice_find(row, quoted) >= 0) {
            return at;
        }
    }
    return line;
}

static int refuse(struct extension *x, const char *section, const char *word, const char *why)
{
    return fault_set(x->fault, GW_ECONFIG, "%s:%d: \"%s\" %s", x->path, line_of(x, section, word),
                     word, why);
}

static size_t characters(struct slice s)
{
    size_t n = 0;
    while (s.n > 0) {
        (void)utf8_next(&s);
        n++;
    }
    return n;
}

/* The word as patterns will see it; in the arena. */
static int as_seen(struct extension *x, const char *section, const char *word, struct slice *out)
{
    struct normal normal;
    struct entities entities;
    normal_make(x->view->han, slice_of(word), &x->arena, &normal);
    *out = normal.low;
    if (out->n == 0) {
        return refuse(x, section, word, "has no letters or characters: nothing is left of it");
    }
    if (characters(*out) > VOCABULARY_WORD_MAX) {
        return refuse(x, section, word, "is longer than 24 characters: write the part that counts");
    }
    entities_find(x->view->calendar, x->view->starters, *out, &x->arena, &entities);
    if (entities.count > 0) {
        return refuse(x, section, word,
                      "holds a date, time, length or number, which is recognized before words are "
                      "looked for: write the word without it");
    }
    return 0;
}

static json_t *member(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    if (value == NULL) {
        value = json_object();
        json_object_set_new(object, key, value);
    }
    return value;
}

static bool has_word(const json_t *list, struct slice word)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (slice_eq(slice_of(json_string_value(json_array_get(list, i))), word)) {
            return true;
        }
    }
    return false;
}

static int add_word(struct extension *x, const char *name, json_t *known, const json_t *value)
{
    const char *word = json_string_value(value);
    struct slice seen;
    if (word == NULL) {
        return fault_set(x->fault, GW_ECONFIG, "%s:%d: %s: each word is a string", x->path,
                         source_line(x->text, name, NULL), name);
    }
    int error = as_seen(x, name, word, &seen);
    if (error != 0 || has_word(known, seen)) {
        return error;
    }
    json_t *all = member(x->root, added_key), *of = member(all, name);
    size_t count = 0;
    const char *key;
    json_t *words;
    json_object_foreach(all, key, words)
    {
        count += json_object_size(words);
    }
    if (count >= VOCABULARY_WORDS_MAX) {
        return refuse(x, name, word, "is one too many: all files together may add 2000 words");
    }
    json_array_append_new(known, json_stringn(seen.p, seen.n));
    struct slice where = arena_printf(&x->arena, "%s:%d", x->path, line_of(x, name, word));
    json_object_setn_new(of, seen.p, seen.n, json_stringn(where.p, where.n));
    return 0;
}

static bool mentions(const json_t *value, const char *reference)
{
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)(uintptr_t)value, key, member)
    {
        if (strcmp(key, "if") != 0 && mentions(member, reference)) {
            return true;
        }
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (mentions(json_array_get(value, i), reference)) {
            return true;
        }
    }
    return json_is_string(value) && strstr(json_string_value(value), reference) != NULL;
}

bool vocabulary_is_used(const json_t *root, const char *name)
{
    static const char *const recognizers[] = { "surname", "never_name", "behind_name", NULL };
    static const char *const places[] = { "rules", "phrases", "fragments", NULL };
    char reference[64];
    for (int i = 0; recognizers[i] != NULL; i++) {
        if (strcmp(recognizers[i], name) == 0) {
            return true;
        }
    }
    snprintf(reference, sizeof(reference), "{%s}", name);
    for (int i = 0; places[i] != NULL; i++) {
        if (mentions(json_object_get(root, places[i]), reference)) {
            return true;
        }
    }
    return false;
}

static int add_vocabularies(struct extension *x, json_t *given)
{
    json_t *all = json_object_get(x->root, "vocabulary");
    const char *name;
    json_t *words;
    json_object_foreach(given, name, words)
    {
        json_t *known = json_object_get(all, name);
        if (!json_is_array(known)) {
            return fault_set(x->fault, GW_ECONFIG,
                             "%s:%d: no vocabulary is called \"%s\": `linli understand "
                             "--vocabulary` lists them",
                             x->path, line_of(x, "vocabulary", name), name);
        }
        if (!vocabulary_is_used(x->root, name)) {
            return refuse(x, "vocabulary", name,
                          "only says which patterns are worth a try, so a word more would change "
                          "nothing: write {\"synonyms\": {\"new word\": \"word that is "
                          "understood\"}}");
        }
        if (!json_is_array(words)) {
            return fault_set(x->fault, GW_ECONFIG, "%s:%d: \"%s\" takes a list: [\"word\", …]",
                             x->path, line_of(x, "vocabulary", name), name);
        }
        for (size_t i = 0; i < json_array_size(words); i++) {
            int error = add_word(x, name, known, json_array_get(words, i));
            if (error != 0) {
                return error;
            }
        }
    }
    return 0;
}

/* One pass puts in what is meant, so the word that is meant must stay as it is. */
static int add_synonyms(struct extension *x, json_t *given)
{
    json_t *known = member(x->root, "typos");
    const char *typo;
    json_t *meant;
    json_object_foreach(given, typo, meant)
    {
        struct slice wrong, right;
        const char *word = json_string_value(meant);
        if (word == NULL) {
            return refuse(x, "synonyms", typo, "takes the word that is meant, a string");
        }
        int error = as_seen(x, "synonyms", typo, &wrong);
        error = error != 0 ? error : as_seen(x, "synonyms", word, &right);
        if (error != 0) {
            return error;
        }
        if (slice_eq(wrong, right)) {
            return refuse(x, "synonyms", typo, "is what is meant: it mends nothing");
        }
        if (json_object_getn(known, right.p, right.n) != NULL) {
            return refuse(x, "synonyms", word,
                          "is replaced by another word itself: write that one");
        }
        json_object_setn_new(known, wrong.p, wrong.n, json_stringn(right.p, right.n));
    }
    return 0;
}

static int add_sounds(struct extension *x, const json_t *given)
{
    json_t *known = json_object_get(x->root, "sounds");
    for (size_t i = 0; json_is_array(known) && i < json_array_size(given); i++) {
        const char *word = json_string_value(json_array_get(given, i));
        struct slice seen;
        if (word == NULL) {
            return fault_set(x->fault, GW_ECONFIG, "%s:%d: sounds: each word is a string", x->path,
                             source_line(x->text, "sounds", NULL));
        }
        int error = as_seen(x, "sounds", word, &seen);
        if (error == 0 && characters(seen) < 2) {
            error = refuse(x, "sounds", word,
                           "has one character: too many others sound like it, write two or more");
        }
        if (error != 0) {
            return error;
        }
        if (!has_word(known, seen)) {
            json_array_append_new(known, json_stringn(seen.p, seen.n));
        }
    }
    return 0;
}

static int add_sections(struct extension *x, json_t *given)
{
    const char *key;
    json_t *value;
    json_object_foreach(given, key, value)
    {
        int error;
        if (strcmp(key, "synonyms") == 0 && json_is_object(value)) {
            error = add_synonyms(x, value);
        } else if (strcmp(key, "vocabulary") == 0 && json_is_object(value)) {
            error = add_vocabularies(x, value);
        } else if (strcmp(key, "sounds") == 0 && json_is_array(value)) {
            error = add_sounds(x, value);
        } else {
            error = fault_set(x->fault, GW_ECONFIG,
                              "%s:%d: \"%s\": expected \"synonyms\": {word: meant}, "
                              "\"vocabulary\": {name: [words]} or \"sounds\": [words]",
                              x->path, source_line(x->text, key, NULL), key);
        }
        if (error != 0) {
            return error;
        }
    }
    return 0;
}

int vocabulary_extend(json_t *root, struct slice text, const char *path,
                      const struct vocabulary_view *view, struct fault *fault)
{
    json_t *given = json_read(text, path, VOCABULARY_BYTES_MAX, fault);
    if (given == NULL) {
        return GW_ECONFIG;
    }
    struct extension x = { root, text, path, view, fault, { 0 } };
    int error = json_is_object(given)
                    ? add_sections(&x, given)
                    : fault_set(fault, GW_ECONFIG, "%s:1: expected an object", path);
    arena_free(&x.arena);
    json_decref(given);
    return error;
}

const json_t *vocabulary_added(const json_t *root, const char *name)
{
    return json_object_get(json_object_get(root, added_key), name);
}
