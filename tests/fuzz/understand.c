/* The first byte chooses channel and context, the rest is a text. Normalized text is bounded
 * and as clean as what came, reading and deciding are repeatable, and what is no answer leaves no
 * slots. */
#include "conversations/understand/understand.h"

#include <string.h>

#include "gateway/base/embed.h"
#include "tests/fuzz/fuzz.h"

/* 2026-11-25T10:00:00+08:00, a Wednesday */
#define NOW INT64_C(1795572000)

/* Compatibility characters become at most eighteen (U+FDFA). */
enum { TEXT_MAX = 2000, NORMAL_MAX = TEXT_MAX * 18 };

static struct slice built_in(void *context, const char *path)
{
    (void)context;
    for (const struct embedded_file *f = conversations_files; f->path != NULL; f++)
        if (strcmp(f->path, path) == 0)
            return (struct slice){ f->start, (size_t)(f->end - f->start) };
    return SLICE("");
}

static const struct understander *understander(void)
{
    static struct understander *u; /* made once, lives for ever */
    struct fault fault = { 0 };
    if (u == NULL && understander_make(built_in, NULL, (struct zone){ 480 }, &u, &fault) != 0) {
        fprintf(stderr, "%s\n", fault.text);
        abort();
    }
    return u;
}

static void check_decision(const struct understander *u, const struct reading *r, enum context c)
{
    struct understood first;
    struct understood second;
    understand_decide(u, r, c, &first);
    understand_decide(u, r, c, &second);
    require(first.intent != NULL && first.why != NULL && json_is_object(first.slots));
    require(first.also == NULL || json_is_array(first.also));
    require(strcmp(first.intent, second.intent) == 0 && json_equal(first.slots, second.slots));
    json_decref(first.slots);
    json_decref(first.also);
    json_decref(second.slots);
    json_decref(second.also);
}

static void check_answers(const struct understander *u, const struct reading *r)
{
    static const char *const kinds[] = {
        "yes_no",   "choice",    "name",       "names",     "birth",   "area",
        "person",   "id_number", "phone",      "code",      "text",    "whole",
        "duration", "count",     "number",     "date.past", "place",   "date.future",
        "activity", "time",      "exceptions", "recruit",   "quality",
    };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        require(understand_answers(slice_of(kinds[i])));
        json_t *slots = json_object();
        int read = understand_answer(u, r, slice_of(kinds[i]), slots);
        require(read == 0 || read == 1);
        require(read == 1 || json_object_size(slots) == 0);
        json_decref(slots);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = { 0 };
    const struct understander *u = understander();
    if (size == 0)
        return 0;
    enum text_channel channel = (enum text_channel)(data[0] % 3);
    struct slice text = input(data + 1, size - 1);
    const struct reading *r = understand_read(u, text, channel, NOW, &arena);
    const struct reading *again = understand_read(u, text, channel, NOW, &arena);
    require(reading_text(r).n <= NORMAL_MAX && utf8_valid(reading_text(r)));
    require(is_clean_text(reading_text(r)) || !is_clean_text(text));
    require(reading_original(r).n <= TEXT_MAX);
    require(slice_eq(reading_text(r), reading_text(again)));
    require(understand_global(r) == understand_global(again));
    require(understand_global(r) <= GLOBAL_NO);
    check_decision(u, r, (enum context)(data[0] / 3 % CONTEXT_COUNT));
    check_answers(u, r);
    arena_free(&arena);
    return 0;
}
