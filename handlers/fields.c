#include "handlers/fields.h"

#include "gateway/base/json.h"
#include "handlers/data.h"

static const char file[] = "handlers/data/fields.json";

/* Where one of the words stands in the text, -1 for none; `*word` is the word. */
static ptrdiff_t find_word(struct slice text, const json_t *words, struct slice *word)
{
    for (size_t i = 0; i < json_array_size(words); i++) {
        *word = slice_of(json_string_value(json_array_get(words, i)));
        ptrdiff_t at = word->n > 0 ? slice_find(text, *word) : -1;
        if (at >= 0)
            return at;
    }
    return -1;
}

int fields_find(struct slice what, struct arena *a, struct service_field *out)
{
    struct fault fault = { 0 };
    struct slice word;
    *out = (struct service_field){ 0 };
    json_t *data = data_json(file, &fault);
    if (data == NULL)
        return fault.code;
    const json_t *fields = json_object_get(data, "fields");
    for (size_t i = 0; i < json_array_size(fields) && out->name.n == 0; i++) {
        const json_t *one = json_array_get(fields, i);
        if (find_word(what, json_object_get(one, "words"), &word) >= 0)
            *out =
                (struct service_field){ arena_dup(a, json_slice(one, "name")), arena_dup(a, word) };
    }
    json_decref(data);
    return 0;
}

/* 不用会急救: waived right before, with at most one character (会, 懂) between. */
static bool is_waived(struct slice before, const json_t *waived)
{
    enum { HAN = 3 };
    for (size_t i = 0; i < json_array_size(waived); i++) {
        struct slice word = slice_of(json_string_value(json_array_get(waived, i)));
        if (slice_ends(before, word) ||
            (before.n > HAN && slice_ends(slice_head(before, before.n - HAN), word)))
            return true;
    }
    return false;
}

int fields_skill(struct slice conditions, struct arena *a, struct slice *out)
{
    struct fault fault = { 0 };
    struct slice word;
    *out = (struct slice){ 0 };
    json_t *data = data_json(file, &fault);
    if (data == NULL)
        return fault.code;
    const json_t *skills = json_object_get(data, "skills");
    for (size_t i = 0; i < json_array_size(skills) && out->n == 0; i++) {
        const json_t *one = json_array_get(skills, i);
        ptrdiff_t at = find_word(conditions, json_object_get(one, "words"), &word);
        if (at >= 0 &&
            !is_waived(slice_head(conditions, (size_t)at), json_object_get(data, "waived")))
            *out = arena_dup(a, json_slice(one, "name"));
    }
    json_decref(data);
    return 0;
}
