/* Any bytes: what a strict parser takes means the same here, and every text that comes out is
 * clean. */
#include "adapters/json_body.h"

#include <string.h>

#include "gateway/base/json.h"
#include "tests/fuzz/fuzz.h"

/* Whether repairing may change its meaning: a number that became a string, a NUL that became
 * U+FFFD. */
static bool is_plain(struct slice body)
{
    size_t digits = 0;
    for (size_t i = 0; i < body.n; i++) {
        digits = body.p[i] >= '0' && body.p[i] <= '9' ? digits + 1 : 0;
        if (digits > 17 || body.p[i] == '\0')
            return false;
    }
    return true;
}

static void check_entry(const json_t *entry, struct arena *a)
{
    static const char *const keys[] = { "a", "b", "text", "content", "phone_number" };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct slice text = json_body_text(entry, keys[i], a);
        struct slice word = json_body_word(entry, keys[i], a);
        require(text.n <= ADAPTER_TEXT_MAX && is_clean_text(text));
        require(word.n <= JSON_BODY_WORD_MAX && utf8_valid(word));
        require(memchr(word.n > 0 ? word.p : "x", '\n', word.n) == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice body = input(data, size);
    struct arena arena = { 0 };
    json_t *read;
    enum webhook_refusal refusal = json_body_read(body, &read);
    require((refusal == REFUSED_NONE) == (read != NULL));
    json_t *strict = json_read(body, "body", JSON_BODY_BYTES_MAX, NULL);
    if (strict != NULL && is_plain(body) && (json_is_array(strict) || json_is_object(strict)) &&
        json_array_size(strict) <= JSON_BODY_ENTRIES_MAX)
        require(read != NULL && json_equal(strict, read));
    check_entry(read, &arena);
    for (size_t i = 0; i < json_array_size(read); i++)
        check_entry(json_array_get(read, i), &arena);
    json_decref(strict);
    json_decref(read);
    arena_free(&arena);
    return 0;
}
