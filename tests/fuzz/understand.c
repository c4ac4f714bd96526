/* The first byte chooses channel and context, the rest is a text. Normalized text is bounded
 * and as clean as what came, reading and deciding are repeatable, and what is no answer leaves no
 * slots. */
#include "conversations/understand/explain.h"
#include "tests/fuzz/understanding.h"

/* Compatibility characters become at most eighteen (U+FDFA). */
enum { TEXT_MAX = 2000, NORMAL_MAX = TEXT_MAX * 18 };

static void check_decision(const struct understander *u, const struct reading *r, enum context c)
{
    struct understood first;
    struct understood second;
    understand_decide(u, r, c, &first);
    understand_decide(u, r, c, &second);
    require(first.intent != NULL && first.why != NULL && json_is_object(first.slots));
    require(first.also == NULL || json_is_array(first.also));
    require(strcmp(first.intent, second.intent) == 0 && json_equal(first.slots, second.slots));
    require_slots("", first.slots);
    json_decref(first.slots);
    json_decref(first.also);
    json_decref(second.slots);
    json_decref(second.also);
}

/* Looking at the steps changes nothing. */
static void check_explanation(struct slice text, enum text_channel channel, enum context c,
                              struct arena *a)
{
    const struct understander *u = understander();
    struct trace trace;
    struct understood plain, traced;
    const struct reading *r = understand_read(u, text, channel, NOW, a);
    const struct reading *t = understand_read_traced(u, text, channel, NOW, a, &trace);
    understand_decide(u, r, c, &plain);
    understand_decide(u, t, c, &traced);
    require(strcmp(plain.why, traced.why) == 0 && json_equal(plain.slots, traced.slots));
    json_t *o = understand_explain(u, t, &trace, c, &traced);
    require(json_array_size(json_object_get(o, "slots")) == json_object_size(traced.slots));
    json_decref(o);
    json_decref(plain.slots);
    json_decref(plain.also);
    json_decref(traced.slots);
    json_decref(traced.also);
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
    check_explanation(text, channel, (enum context)(data[0] / 3 % CONTEXT_COUNT), &arena);
    arena_free(&arena);
    return 0;
}
