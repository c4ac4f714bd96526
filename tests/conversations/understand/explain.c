/* understand/explain.c, trace.c: what is shown is what happened, and looking changes nothing. */
#include "conversations/understand/explain.h"

#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/json.h"
#include "tests/conversations/understand/world.h"

static json_t *explain(const char *text, enum context c)
{
    struct trace trace;
    struct understood got;
    const struct reading *r =
        understand_read_traced(world, slice_of(text), CHANNEL_SMS, WORLD_NOW, &world_arena, &trace);
    understand_decide(world, r, c, &got);
    json_t *o = understand_explain(world, r, &trace, c, &got);
    json_decref(got.slots);
    json_decref(got.also);
    return o;
}

/* The value at "a.b.0.c", which is an object's member or an array's element at each dot. */
static json_t *at(json_t *o, const char *path)
{
    struct slice rest = slice_of(path), part;
    while (slice_next(&rest, '.', &part)) {
        int64_t index;
        char key[64];
        snprintf(key, sizeof(key), "%.*s", SLICE_ARG(part));
        o = slice_to_int(part, &index) == GW_OK ? json_array_get(o, (size_t)index)
                                                : json_object_get(o, key);
    }
    return o;
}

#define expect(o, path, text) expect_at((o), (path), (text), __LINE__)
static void expect_at(json_t *o, const char *path, const char *text, int line)
{
    json_t *got = at(o, path);
    char *dump = json_is_string(got) ? strdup(json_string_value(got))
                                     : json_dumps(got, JSON_COMPACT | JSON_ENCODE_ANY);
    if (dump == NULL || strcmp(dump, text) != 0) {
        fail_msg("line %d: %s is %s, expected %s", line, path, dump == NULL ? "absent" : dump,
                 text);
    }
    free(dump);
}

static void each_step_is_shown(void **state)
{
    (void)state;
    json_t *o = explain("昨天在敬老院幹了三個半小時", CONTEXT_NONE);
    expect(o, "text", "昨天在敬老院幹了三個半小時");
    expect(o, "normal.text", "昨天在敬老院干了三个半小时");
    expect(o, "normal.changes",
           "[{\"from\":\"幹\",\"to\":\"干\"},{\"from\":\"個\",\"to\":\"个\"},{\"from\":\"時\","
           "\"to\":\"时\"}]");
    expect(o, "normal.mended", "[]");
    expect(o, "masked", "{DATE}在敬老院干了{LENGTH}");
    expect(o, "entities.0",
           "{\"kind\":\"DATE\",\"text\":\"昨天\",\"from\":0,\"to\":6,\"value\":{\"past\":"
           "\"2026-11-24\",\"future\":\"2026-11-24\"}}");
    expect(o, "entities.1.value", "{\"minutes\":210}");
    expect(o, "answers.duration", "{\"minutes\":210}");
    expect(o, "word", "null");
    expect(o, "by_sound", "null");
    expect(o, "decision.intent", "report_hours");
    expect(o, "decision.stage", "pattern");
    expect(o, "patterns.matched.0.counts", "true");
    assert_string_equal(json_text(at(o, "patterns.matched.0"), "rule", ""),
                        json_text(at(o, "decision"), "why", "?"));
    assert_string_equal(json_text(at(o, "patterns.matched.1"), "rule", ""),
                        json_text(at(o, "decision.runner_up"), "rule", "?"));
    assert_true(json_int(at(o, "patterns"), "tried", 0) ==
                (int64_t)json_array_size(at(o, "patterns.matched")) +
                    (int64_t)json_array_size(at(o, "patterns.failed")));
    json_decref(o);
}

static void slots_say_where_they_come_from(void **state)
{
    (void)state;
    json_t *o = explain("报名3号活动", CONTEXT_NONE);
    expect(
        o, "slots",
        "[{\"slot\":\"activity_no\",\"value\":\"3\",\"kind\":\"group\",\"by\":\"activity_no\"}]");
    expect(o, "patterns.matched.0.groups", "{\"activity_no\":\"3号\"}");
    json_decref(o);
    o = explain("昨天在敬老院干了三个半小时", CONTEXT_NONE);
    expect(o, "slots.0",
           "{\"slot\":\"date\",\"value\":\"2026-11-24\",\"kind\":\"reader\",\"by\":"
           "\"when\"}");
    json_decref(o);
    o = explain("退订", CONTEXT_NONE);
    expect(o, "word", "opt_out");
    expect(o, "slots.0.kind", "set");
    expect(o, "decision.stage", "danger or subscription");
    json_decref(o);
    o = explain("2", CONTEXT_MENU);
    expect(o, "decision.stage", "context");
    expect(o, "slots.0.kind", "answer");
    expect(o, "slots.0.by", "menu");
    json_decref(o);
}

static void words_sounds_and_second_wishes_are_told_apart(void **state)
{
    (void)state;
    json_t *o = explain("帮助", CONTEXT_NONE);
    expect(o, "decision.stage", "word");
    json_decref(o);
    o = explain("志源者怎么入", CONTEXT_NONE);
    expect(o, "normal.mended", "[{\"from\":\"志源者\",\"to\":\"志愿者\"}]");
    expect(o, "normal.changes", "[]");
    json_decref(o);
    o = explain("自愿这登记", CONTEXT_NONE);
    expect(o, "by_sound.changes", "[{\"from\":\"自愿这\",\"to\":\"志愿者\"}]");
    expect(o, "decision.stage", "pattern by sound");
    expect(o, "decision.by_homophone", "true");
    json_decref(o);
    o = explain("我要报名三号活动，另外帮我查一下时长", CONTEXT_NONE);
    expect(o, "second.text", "查一下时长");
    expect(o, "also.0.intent", "query_hours");
    expect(o, "masked", "我要报名{DAY}活动");
    json_decref(o);
    o = explain("不是昨天，是前天", CONTEXT_NONE);
    expect(o, "corrected", "前天");
    json_decref(o);
}

static void what_does_not_count_says_why(void **state)
{
    (void)state;
    json_t *o = explain("走了", CONTEXT_NONE);
    expect(o, "patterns.matched.0.rule", "checkout.gone");
    expect(o, "patterns.matched.0.contexts", "[\"checked_in\"]");
    expect(o, "patterns.matched.0.because", "it does not apply in this context");
    expect(o, "decision.intent", "unknown");
    expect(o, "decision.stage", "nothing");
    json_decref(o);
    o = explain("走了", CONTEXT_CHECKED_IN);
    expect(o, "patterns.matched.0.counts", "true");
    expect(o, "decision.why", "checkout.gone");
    json_decref(o);
    o = explain("明天在敬老院打扫卫生", CONTEXT_NONE);
    expect(o, "patterns.matched.0.counts", "false");
    expect(o, "patterns.matched.0.because", "it needs a day that is over or today");
    json_decref(o);
}

static void nothing_is_explained_too(void **state)
{
    static const char *const texts[] = { "", "😀", "。。。", "\xff\xfe", "👍", "[语音]", "{name}" };
    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        for (int c = 0; c < CONTEXT_COUNT; c++) {
            json_t *o = explain(texts[i], (enum context)c);
            assert_non_null(at(o, "decision.intent"));
            assert_true(json_is_array(at(o, "normal.changes")));
            json_decref(o);
        }
    }
    json_t *o = explain("👍", CONTEXT_NONE);
    expect(o, "normal.mark", "yes");
    expect(o, "normal.changes", "[{\"from\":\"👍\",\"to\":\"\"}]");
    json_decref(o);
}

static void compare(struct slice text, enum context c)
{
    struct arena arena = { 0 };
    struct trace trace;
    struct understood plain, traced;
    const struct reading *r = understand_read(world, text, CHANNEL_SMS, WORLD_NOW, &arena);
    const struct reading *t =
        understand_read_traced(world, text, CHANNEL_SMS, WORLD_NOW, &arena, &trace);
    understand_decide(world, r, c, &plain);
    understand_decide(world, t, c, &traced);
    assert_string_equal(plain.intent, traced.intent);
    assert_string_equal(plain.why, traced.why);
    assert_true(json_equal(plain.slots, traced.slots));
    assert_true(plain.also == NULL ? traced.also == NULL : json_equal(plain.also, traced.also));
    json_t *o = understand_explain(world, t, &trace, c, &traced);
    if (json_array_size(at(o, "slots")) != json_object_size(traced.slots)) {
        fail_msg("%.*s: a slot comes from nowhere", SLICE_ARG(text));
    }
    json_decref(o);
    json_decref(plain.slots);
    json_decref(plain.also);
    json_decref(traced.slots);
    json_decref(traced.also);
    arena_free(&arena);
}

/* Over the whole development set: the same intent, slots, second wish and rule. */
static void looking_changes_nothing(void **state)
{
    static const enum context contexts[] = { CONTEXT_NONE, CONTEXT_MENU, CONTEXT_REPORT,
                                             CONTEXT_REG_NAME, CONTEXT_SURVEY };
    struct slice rest =
        tsv_file("tests/conversations/understand/data/utterances_dev.tsv", &world_arena);
    struct slice fields[TSV_FIELDS];
    int rows = 0;
    (void)state;
    while (tsv_row(&rest, fields)) {
        for (size_t i = 0; i < sizeof(contexts) / sizeof(contexts[0]); i++) {
            compare(fields[2], contexts[i]);
        }
        rows++;
    }
    assert_true(rows > 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_step_is_shown),
        cmocka_unit_test(slots_say_where_they_come_from),
        cmocka_unit_test(words_sounds_and_second_wishes_are_told_apart),
        cmocka_unit_test(what_does_not_count_says_why),
        cmocka_unit_test(nothing_is_explained_too),
        cmocka_unit_test(looking_changes_nothing),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
