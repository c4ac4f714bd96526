/* What no question expects, through understanding and through conversations: it reads as unknown or
 * is asked again, nothing is taken for granted, and no text takes long. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conversations/understand/reading.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "tests/conversations/support/world.h"

enum { LONG_BYTES = 2000, STEPS_MAX = 600000 };

static struct catalogue *catalogue;

/* `unit` until the text is as long as texts are read. */
static char *fill(const char *unit)
{
    size_t n = 0, step = strlen(unit);
    char *text = mem_alloc(LONG_BYTES + 1);
    for (; n + step <= LONG_BYTES; n += step)
        memcpy(text + n, unit, step);
    text[n] = '\0';
    return text;
}

#define ZERO_WIDTH "\xE2\x80\x8B"
#define RTL        "\xE2\x80\xAE"
#define ISOLATE    "\xE2\x81\xA6"

/* Nothing in them says what is wanted. */
static const char *const nothing[] = {
    "",
    " ",
    "😀😀😀",
    "。。。，，，！",
    "——……",
    ZERO_WIDTH ZERO_WIDTH,
    RTL,
    "\xff\xfe\xfd",
    "\xC3(",
    "\xE2\x82",
    "\xED\xA0\x80",
    "{name}",
    "{DATE}{LENGTH}",
    "〔1〕〔是〕",
    "【】",
    "【思茅志愿】",
    "{items|each:hours.item}",
    "{\"intent\":\"register\",\"slots\":{\"name\":\"x\"}}",
    "^(?:a+)+$",
    "\\p{Han}{2,5}",
    "%s%n%x",
    "'; DROP TABLE volunteers; --",
    "<xml><a/></xml>",
    "$now",
    "U+E000",
    "\xEE\x80\x80\xEE\x80\x83", /* the characters that patterns see for a date and a length */
    "[图片]",
    "\x01\x02\x1b[31m",
};

static struct understood decide(const char *text, enum context c, struct arena *a)
{
    struct understood got;
    const struct understander *u = catalogue_understander(catalogue);
    const struct reading *r = understand_read(u, slice_of(text), CHANNEL_SMS, SUPPORT_NOW, a);
    assert_true(utf8_valid(reading_text(r)));
    understand_decide(u, r, c, &got);
    return got;
}

static void done(struct understood *got)
{
    json_decref(got->slots);
    json_decref(got->also);
}

static void nothing_is_understood_as_nothing(void **state)
{
    struct arena a = { 0 };
    (void)state;
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        struct understood got = decide(nothing[i], CONTEXT_NONE, &a);
        if (strcmp(got.intent, "unknown") != 0 || json_object_size(got.slots) != 0)
            fail_msg("'%s' is taken for %s", nothing[i], got.intent);
        done(&got);
    }
    arena_free(&a);
}

/* Numbers and days that cannot be: whatever else is understood, they fill no slot. */
static void impossible_values_fill_no_slot(void **state)
{
    static const struct {
        const char *text, *slot;
    } rows[] = {
        { "2月30号在敬老院干了3小时", "date" },
        { "我2月30号去", "date" },
        { "13月5号在敬老院干了3小时", "date" },
        { "2026-02-29在敬老院干了3小时", "date" },
        { "206-02-13在敬老院干了3小时", "date" },
        { "11月31号在敬老院干了3小时", "date" },
        { "昨天25点到26点在敬老院干活", "minutes" },
        { "昨天25点到26点在敬老院干活", "time_start" },
        { "昨天干了-3小时", "minutes" },
        { "昨天在敬老院干了负三小时", "minutes" },
        { "时长：-3小时", "minutes" },
        { "昨天干了9999999小时", "minutes" },
        { "昨天干了71582789小时", "minutes" }, /* 44 minutes in 32 bits */
        { "昨天干了两百到三百万小时", "minutes_max" },
        { "我叫刘开明，今年999岁", "age" },
    };
    struct arena a = { 0 };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct understood got = decide(rows[i].text, CONTEXT_NONE, &a);
        json_t *value = json_object_get(got.slots, rows[i].slot);
        if (value != NULL) {
            char *dump = json_dumps(got.slots, JSON_COMPACT);
            fail_msg("%s: %s is filled: %s", rows[i].text, rows[i].slot, dump);
        }
        done(&got);
    }
    arena_free(&a);
}

static void four_hundred_digits_are_no_number(void **state)
{
    static const char *const units[] = { "7", "零", "9", "幺" };
    static const char *const kinds[] = { "number", "duration",  "count",     "code",
                                         "phone",  "id_number", "date.past", "choice" };
    const struct understander *u = catalogue_understander(catalogue);
    struct arena a = { 0 };
    (void)state;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        char *text = fill(units[i]);
        text[400 * strlen(units[i])] = '\0';
        const struct reading *r = understand_read(u, slice_of(text), CHANNEL_SMS, SUPPORT_NOW, &a);
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
            json_t *slots = json_object();
            if (understand_answer(u, r, slice_of(kinds[k]), slots) != 0)
                fail_msg("400 times %s is read as %s", units[i], kinds[k]);
            json_decref(slots);
        }
        free(text);
    }
    arena_free(&a);
}

/* In every context: what is read is sound, and the same when read again. */
static void every_context_takes_anything(void **state)
{
    struct arena a = { 0 };
    (void)state;
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        for (int c = 0; c < CONTEXT_COUNT; c++) {
            struct understood one = decide(nothing[i], (enum context)c, &a);
            struct understood two = decide(nothing[i], (enum context)c, &a);
            assert_string_equal(one.intent, two.intent);
            assert_true(json_equal(one.slots, two.slots));
            assert_string_not_equal(one.intent, "confirm");
            assert_string_not_equal(one.intent, "deny");
            done(&one);
            done(&two);
        }
        arena_reset(&a);
    }
    arena_free(&a);
}

/* conversations */

static void say(struct world *w, const char *text)
{
    if (world_say(w, slice_of(text), SLICE("")) < 0)
        fail_msg("'%s': %s", text, w->error);
}

/* A conversation that stands at a question. */
struct question {
    const char *texts[6];
    const char *step;
};

static const struct question questions[] = {
    { { "我要当志愿者" }, "notice" },
    { { "我要当志愿者", "杨秀兰，1955年，老街的" }, "confirm" },
    { { "我要当志愿者", "杨秀兰，1955年，老街的", "对", "在敬老院包饺子记时长" }, "date" },
    { { "我要当志愿者", "杨秀兰，1955年，老街的", "对", "昨天在敬老院包饺子记时长" }, "minutes" },
    { { "我要当志愿者", "杨秀兰，1955年，老街的", "对", "昨天在敬老院干了三个半小时" }, "confirm" },
};

static struct world *at_question(const struct question *q)
{
    struct world *w = world_open(catalogue);
    for (int i = 0; q->texts[i] != NULL; i++)
        say(w, q->texts[i]);
    if (w->turn.step == NULL || strcmp(w->turn.step, q->step) != 0)
        fail_msg("'%s' does not lead to %s but to %s", q->texts[0], q->step,
                 w->turn.step != NULL ? w->turn.step : "nothing");
    return w;
}

/* Said at a question it is asked again: the step stays, and something is replied. */
static void asked_again(const struct question *q, const char *text)
{
    struct world *w = at_question(q);
    char flow[64];
    snprintf(flow, sizeof flow, "%s", w->turn.flow);
    say(w, text);
    bool stays = w->turn.step != NULL && strcmp(w->turn.step, q->step) == 0 &&
                 strcmp(w->turn.flow, flow) == 0;
    if (!stays || w->turn.reply_count == 0)
        fail_msg("'%.60s' at %s.%s leads to %s.%s (%d replies)", text, flow, q->step,
                 w->turn.flow != NULL ? w->turn.flow : "-",
                 w->turn.step != NULL ? w->turn.step : "-", w->turn.reply_count);
    world_close(w);
}

static void questions_are_asked_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        for (size_t k = 0; k < sizeof nothing / sizeof *nothing; k++)
            if (nothing[k][0] != '\0')
                asked_again(&questions[i], nothing[k]);
}

static void impossible_answers_are_asked_again(void **state)
{
    static const char *const dates[] = { "2月30号", "13月1号", "0号", "32号", "2026-02-29" };
    static const char *const lengths[] = { "-3小时",       "负三小时", "9999999小时",
                                           "71582789小时", "0小时",    "两三个小时" };
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
        asked_again(&questions[2], dates[i]);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        asked_again(&questions[3], lengths[i]);
}

static void long_texts_get_an_answer(void **state)
{
    static const char *const units[] = { "谢谢", "7", "报名", "😀", "{name}", ZERO_WIDTH, "，" };
    (void)state;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct world *w = at_question(&questions[3]);
        char *text = fill(units[i]);
        say(w, text);
        assert_true(w->turn.flow != NULL);
        free(text);
        world_close(w);
    }
}

/* With nothing open: said that it was not understood, three times, then a person. */
static void with_nothing_open_a_person_comes_in_the_end(void **state)
{
    struct world *w = world_open(catalogue);
    (void)state;
    say(w, "{name}");
    assert_string_equal(w->turn.replies[0].id, "unknown.new");
    say(w, "^(?:a+)+$");
    say(w, "\xff\xfe");
    assert_non_null(strstr(w->turn.replies[0].id, "human"));
    world_close(w);
}

/* time, counted in steps of the pattern matcher, which are the same on every machine */

static pcre2_code *counted[RULES_MAX];

static void compile_rules(const struct rules *rules)
{
    const json_t *list = json_object_get(rules->root, "rules");
    for (int i = 0; i < rules->count; i++)
        for (size_t k = 0; k < json_array_size(list); k++) {
            const json_t *rule = json_array_get(list, k);
            if (strcmp(json_text(rule, "name", ""), rules->rules[i].name) != 0)
                continue;
            char *full = pattern_expand(json_text(rule, "match", ""),
                                        json_object_get(rules->root, "vocabulary"),
                                        json_object_get(rules->root, "fragments"), "", NULL);
            counted[i] = backtrack_compile(full);
            assert_non_null(counted[i]);
            free(full);
        }
}

static uint64_t steps_of(const char *unit)
{
    struct arena a = { 0 };
    struct trace trace;
    const struct understander *u = catalogue_understander(catalogue);
    char *text = fill(unit);
    const struct reading *r =
        understand_read_traced(u, slice_of(text), CHANNEL_SMS, SUPPORT_NOW, &a, &trace);
    uint64_t steps = 0;
    for (int i = 0; i < u->rules.count; i++) {
        struct slice masked = r->entities.masked;
        if ((r->tried[i / 64] >> (i % 64) & 1) != 0)
            steps += backtrack_steps(counted[i], masked.p, masked.n, STEPS_MAX);
    }
    free(text);
    arena_free(&a);
    return steps;
}

static void no_text_takes_many_steps(void **state)
{
    static const char *const units[] = {
        "谢谢",         "看看",     "三百八十五天", "昨天",         "3小时",        "下午3点",
        "我叫杨秀兰",   "1通过",    "除了刘芳",     "报名",         "取消",         "需要",
        "帮我",         "不去",     "的时长",       "怎么样才能",   "我要报名参加", "一个志愿者",
        "我们家的老伴", "2月30号",  "摔倒了",       "别给我发短信", "退订",         "招募",
        "【急】",       "在敬老院", "几点去",       "星级",         "改成3小时",    "签到",
    };
    (void)state;
    compile_rules(&catalogue_understander(catalogue)->rules);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        uint64_t steps = steps_of(units[i]);
        if (steps > STEPS_MAX)
            fail_msg("%s, again and again, takes %llu steps", units[i], (unsigned long long)steps);
    }
    for (int i = 0; i < RULES_MAX; i++)
        pcre2_code_free(counted[i]);
}

static int set_up(void **state)
{
    struct fault fault = { 0 };
    (void)state;
    if (catalogue_load(NULL, SUPPORT_ZONE, &catalogue, &fault) < 0)
        print_error("%s\n", fault.text);
    return catalogue == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    catalogue_release(catalogue);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_understood_as_nothing),
        cmocka_unit_test(impossible_values_fill_no_slot),
        cmocka_unit_test(four_hundred_digits_are_no_number),
        cmocka_unit_test(every_context_takes_anything),
        cmocka_unit_test(questions_are_asked_again),
        cmocka_unit_test(impossible_answers_are_asked_again),
        cmocka_unit_test(long_texts_get_an_answer),
        cmocka_unit_test(with_nothing_open_a_person_comes_in_the_end),
        cmocka_unit_test(no_text_takes_many_steps),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
