#include "adapters/json_body.h"

#include "adapters/charset.h"
#include "gateway/base/json.h"
#include "gateway/base/sbuf.h"
#include "gateway/base/utf8.h"

enum { NUMBER_DIGITS_MAX = 18, ESCAPE = 6 /* \uXXXX */ };

static const char replacement[] = "\\ufffd";

/* The code unit of the \uXXXX that `s` begins with, -1 when it begins with something else. */
static int32_t escaped_unit(struct slice s)
{
    int32_t unit = 0;
    if (s.n < ESCAPE || s.p[0] != '\\' || s.p[1] != 'u')
        return -1;
    for (size_t i = 2; i < ESCAPE; i++) {
        char c = s.p[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

static bool is_high(int32_t unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low(int32_t unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* Takes one escape off the front of a string's rest, which begins with a backslash. */
static void repair_escape(struct slice *rest, struct sbuf *out)
{
    int32_t unit = escaped_unit(*rest);
    if (unit < 0) { /* \" \\ \n …, or nonsense that the parser refuses */
        sbuf_add(out, slice_head(*rest, 2));
        *rest = slice_skip(*rest, 2);
        return;
    }
    if (is_high(unit) && is_low(escaped_unit(slice_skip(*rest, ESCAPE)))) {
        sbuf_add(out, slice_head(*rest, (size_t)2 * ESCAPE));
        *rest = slice_skip(*rest, (size_t)2 * ESCAPE);
        return;
    }
    if (unit == 0 || is_high(unit) || is_low(unit))
        sbuf_str(out, replacement);
    else
        sbuf_add(out, slice_head(*rest, ESCAPE));
    *rest = slice_skip(*rest, ESCAPE);
}

/* What needs no repair at the front of a string's rest. */
static struct slice good_run(struct slice rest)
{
    struct slice left = rest;
    while (left.n > 0) {
        struct slice next = left;
        int32_t cp = utf8_next(&next);
        bool malformed = cp > 0x7F && left.n - next.n == 1;
        if (cp < ' ' || cp == '"' || cp == '\\' || malformed)
            break;
        left = next;
    }
    return slice_head(rest, rest.n - left.n);
}

/* Takes a string off the front of `rest`, with its quotes. */
static void repair_string(struct slice *rest, struct sbuf *out)
{
    sbuf_char(out, '"');
    *rest = slice_skip(*rest, 1);
    while (rest->n > 0) {
        struct slice good = good_run(*rest);
        sbuf_add(out, good);
        *rest = slice_skip(*rest, good.n);
        if (rest->n == 0)
            return;
        if (rest->p[0] == '"') {
            sbuf_char(out, '"');
            *rest = slice_skip(*rest, 1);
            return;
        }
        if (rest->p[0] == '\\') {
            repair_escape(rest, out);
            continue;
        }
        char bytes[4];
        int32_t cp = utf8_next(rest);
        if (cp < ' ')
            sbuf_str(out, cp == '\n'   ? "\\n"
                          : cp == '\r' ? "\\r"
                          : cp == '\t' ? "\\t"
                                       : replacement);
        else
            sbuf_add(out, (struct slice){ bytes, (size_t)utf8_put(bytes, cp) });
    }
}

/* Takes what looks like a number off the front of `rest`. */
static void repair_number(struct slice *rest, struct sbuf *out)
{
    size_t n = 1;
    while (n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9')
        n++;
    struct slice digits = slice_head(*rest, n);
    *rest = slice_skip(*rest, n);
    char next = rest->n > 0 ? rest->p[0] : ' ';
    bool whole = next != '.' && next != 'e' && next != 'E';
    const char *quote = whole && n > NUMBER_DIGITS_MAX ? "\"" : "";
    sbuf_str(out, quote);
    sbuf_add(out, digits);
    sbuf_str(out, quote);
}

static void repair(struct slice body, struct sbuf *out)
{
    while (body.n > 0) {
        char c = body.p[0];
        if (c == '"') {
            repair_string(&body, out);
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            repair_number(&body, out);
        } else {
            sbuf_char(out, c);
            body = slice_skip(body, 1);
        }
    }
}

enum webhook_refusal json_body_read(struct slice body, json_t **out)
{
    *out = NULL;
    if (body.n > JSON_BODY_BYTES_MAX)
        return REFUSED_TOO_BIG;
    struct sbuf clean;
    struct fault fault = { 0 };
    /* A byte becomes at most the six of an escape. */
    sbuf_init(&clean, (size_t)ESCAPE * JSON_BODY_BYTES_MAX);
    repair(body, &clean);
    json_t *value =
        json_read(sbuf_slice(&clean), "push", (size_t)ESCAPE * JSON_BODY_BYTES_MAX, &fault);
    sbuf_free(&clean);
    if (value == NULL)
        return fault.code == GW_ETOOBIG ? REFUSED_TOO_BIG : REFUSED_MALFORMED;
    enum webhook_refusal refusal =
        json_is_array(value) || json_is_object(value) ? REFUSED_NONE : REFUSED_MALFORMED;
    if (json_array_size(value) > JSON_BODY_ENTRIES_MAX)
        refusal = REFUSED_TOO_BIG;
    if (refusal != REFUSED_NONE)
        json_decref(value);
    else
        *out = value;
    return refusal;
}

struct slice json_body_word(const json_t *object, const char *key, struct arena *a)
{
    const json_t *value = json_object_get(object, key);
    if (json_is_integer(value))
        return arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (!json_is_string(value) || json_string_length(value) > JSON_BODY_WORD_MAX)
        return (struct slice){ NULL, 0 };
    struct slice word = slice_trim(json_slice(object, key));
    for (size_t i = 0; i < word.n; i++)
        if ((unsigned char)word.p[i] < ' ' || word.p[i] == 0x7F)
            return (struct slice){ NULL, 0 };
    return arena_dup(a, word);
}

struct slice json_body_text(const json_t *object, const char *key, struct arena *a)
{
    if (!json_is_string(json_object_get(object, key)))
        return (struct slice){ NULL, 0 };
    struct slice text = utf8_cut(charset_clean(json_slice(object, key), a), ADAPTER_TEXT_MAX);
    return arena_dup(a, text);
}
