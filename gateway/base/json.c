#include "gateway/base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/sbuf.h"
#include "gateway/base/utf8.h"

enum { DEPTH = 32 };

/* Jansson's own limit is 2048 levels, each of them a stack frame here and in whoever walks the
 * tree. */
static bool too_deep(struct slice text)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > DEPTH)
                return true;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return false;
}

json_t *json_read(struct slice text, const char *name, size_t max, struct fault *fault)
{
    if (text.n > max) {
        fault_set(fault, GW_ETOOBIG, "%s: %zu bytes of JSON, the limit is %zu", name, text.n, max);
        return NULL;
    }
    if (too_deep(text)) {
        fault_set(fault, GW_ETOOBIG, "%s: JSON nested deeper than %d levels", name, DEPTH);
        return NULL;
    }
    json_error_t error;
    json_t *value =
        json_loadb(text.p == NULL ? "" : text.p, text.n, JSON_REJECT_DUPLICATES, &error);
    if (value != NULL)
        return value;
    if (json_error_code(&error) == json_error_out_of_memory)
        mem_exhausted();
    /* Jansson quotes the text around the fault, which may be anything; a key that occurs twice
     * helps. */
    char *near = strstr(error.text, " near ");
    if (near != NULL && json_error_code(&error) != json_error_duplicate_key)
        *near = '\0';
    fault_set(fault, GW_EPROTO, "%s:%d: not JSON: %s", name, error.line, error.text);
    return NULL;
}

struct slice json_write(const json_t *value, struct arena *a)
{
    const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
    size_t room = 512;
    char *p = arena_alloc(a, room);
    size_t n = json_dumpb(value, p, room - 1, flags);
    if (n >= room) {
        room = n + 1;
        p = arena_alloc(a, room);
        n = json_dumpb(value, p, room - 1, flags);
    }
    if (n == 0)
        mem_exhausted(); /* every value that json_read or json_put_… made can be written */
    p[n] = '\0';
    return (struct slice){ p, n };
}

const char *json_text(const json_t *object, const char *key, const char *fallback)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? fallback : text;
}

struct slice json_slice(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return (struct slice){ json_string_value(value), json_string_length(value) };
}

int64_t json_int(const json_t *object, const char *key, int64_t fallback)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

bool json_flag(const json_t *object, const char *key, bool fallback)
{
    const json_t *value = json_object_get(object, key);
    return json_is_boolean(value) ? json_is_true(value) : fallback;
}

static void put(json_t *object, const char *key, json_t *value)
{
    if (value == NULL || json_object_set_new(object, key, value) != 0)
        mem_exhausted();
}

/* A copy in which every malformed byte became U+FFFD. */
static json_t *repaired(struct slice value)
{
    struct sbuf b;
    sbuf_init(&b, value.n * 3);
    for (int32_t cp; (cp = utf8_next(&value)) >= 0;) {
        char out[4];
        sbuf_add(&b, (struct slice){ out, (size_t)utf8_put(out, cp) });
    }
    struct slice whole = sbuf_slice(&b);
    json_t *text = json_stringn(whole.p, whole.n);
    sbuf_free(&b);
    return text;
}

void json_put_slice(json_t *object, const char *key, struct slice value)
{
    if (utf8_valid(value))
        put(object, key, json_stringn(value.p == NULL ? "" : value.p, value.n));
    else
        put(object, key, repaired(value));
}

void json_put_int(json_t *object, const char *key, int64_t value)
{
    put(object, key, json_integer(value));
}

void json_put_id(json_t *object, const char *key, int64_t id)
{
    char text[24];
    int n = snprintf(text, sizeof(text), "%" PRId64, id);
    put(object, key, json_stringn(text, (size_t)n));
}

int64_t json_id(const json_t *object, const char *key)
{
    int64_t id;
    return slice_to_int(json_slice(object, key), &id) == 0 ? id : 0;
}
