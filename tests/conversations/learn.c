/* conversations/learn.c, understand/masked.c: what is kept of texts that were not understood. */
#include <string.h>

#include "conversations/understand/masked.h"
#include "gateway/base/json.h"
#include "handlers/misses.h"
#include "tests/conversations/support/tiny.h"
#include "tests/conversations/support/world.h"

static int set_up(void **state)
{
    tiny_knobs = (struct tiny_knobs){ .report = "recorded", .broken = "done", .member = true };
    *state = world_open(NULL);
    return 0;
}

static int tear_down(void **state)
{
    world_close(*state);
    return 0;
}

static void say(struct world *w, const char *text)
{
    if (world_say(w, slice_of(text), SLICE("")) < 0)
        fail_msg("'%s': %s", text, w->error);
}

struct looking {
    struct miss *list;
    int count;
};

static int look(struct world *w, const struct service *s, void *context)
{
    struct looking *l = context;
    (void)w;
    l->count = misses_list(s, 0, 100, &l->list);
    return l->count;
}

static int misses(struct world *w, struct miss **list)
{
    struct looking l = { 0 };
    assert_true(world_transact(w, look, &l) >= 0);
    *list = l.list;
    return l.count;
}

static void what_is_not_understood_is_counted(void **state)
{
    struct world *w = *state;
    struct miss *all;
    say(w, "我的功德分是好多");
    say(w, "我的功德分是好多！");
    world_speaker(w, CHANNEL_WECHAT, "oXiaoLi");
    say(w, "我的功德分是好多");
    say(w, "功德簿在哪点瞧");
    assert_int_equal(misses(w, &all), 2);
    assert_int_equal(all[0].times, 3);
    assert_slice(all[0].wording, "我的功德分是好多");
    assert_int_equal(all[0].why, MISS_UNKNOWN);
    assert_int_equal(all[0].intent.n, 0);
    assert_slice(all[0].context, "none");
    assert_int_equal(all[0].asked.n, 0);
}

static void what_answers_no_question_names_the_question(void **state)
{
    struct world *w = *state;
    struct miss *all;
    say(w, "我要当志愿者");
    say(w, "喂喂听得着没得");
    assert_int_equal(misses(w, &all), 1);
    assert_slice(all[0].asked, "register.notice");
    assert_slice(all[0].context, "reg_name");
    assert_slice(all[0].example, "喂喂听得着没得");
}

static void what_is_taken_back_at_once_is_kept(void **state)
{
    static const char *const words[] = { "取消", "改", "人工", "找个人说话" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct world *w = world_open(NULL);
        struct miss *all;
        say(w, "我要当志愿者");
        say(w, words[i]);
        if (misses(w, &all) != 1)
            fail_msg("'%s' takes nothing back", words[i]);
        assert_int_equal(all[0].why, MISS_CORRECTED);
        assert_slice(all[0].example, "我要当志愿者");
        assert_slice(all[0].intent, "register");
        say(w, words[i]); /* takes back a word, not a text */
        assert_int_equal(misses(w, &all), 1);
        world_close(w);
    }
    (void)state;
}

static void later_or_after_a_bare_word_it_is_another_errand(void **state)
{
    struct world *w = *state;
    struct miss *all;
    say(w, "我要当志愿者");
    assert_int_equal(world_move_clock(w, w->now + 3600), 0);
    say(w, "取消");
    say(w, "帮助");
    say(w, "人工");
    assert_int_equal(misses(w, &all), 0);
}

static void what_was_missed_is_not_taken_back_too(void **state)
{
    struct world *w = *state;
    struct miss *all;
    say(w, "我要当志愿者");
    say(w, "喂喂听得着没得");
    say(w, "人工");
    assert_int_equal(misses(w, &all), 1);
    assert_int_equal(all[0].why, MISS_UNKNOWN);
}

static void bare_words_spam_and_names_of_activities_are_not_kept(void **state)
{
    struct world *w = *state;
    struct miss *all;
    static const char *const texts[] = {
        "1",    "7",      "好",
        "谢谢", "帮助",   "退订",
        "😀😀",   "。。。", "【某银行】您的信用卡账单已出，余额1000元，退订回T"
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        say(w, texts[i]);
    int n = misses(w, &all);
    if (n != 0)
        fail_msg("kept: %.*s", SLICE_ARG(all[0].example));
}

static void masked_text_tells_nobody(void **state)
{
    static const struct {
        const char *text, *wording, *example;
    } rows[] = {
        { "我叫李大明 13812345678 整那个功德簿", "我叫{NAME} {PHONE} 整那个功德簿",
          "我叫{NAME} {PHONE} 整那个功德簿" },
        { "李大明，身份证530802195508070025要搞个功德簿", "{NAME},身份证{ID}要搞个功德簿",
          "{NAME},身份证{ID}要搞个功德簿" },
        { "昨天整了3个小时", "{DATE}整了{LENGTH}", "昨天整了3个小时" },
        { "一三八一二三四五六七八打不通", "{PHONE}打不通", "{PHONE}打不通" },
        { "卡号6222021234567890123", "卡号{NUMBER}", "卡号{NUMBER}" },
        { "QQ 123456", "qq {NUMBER}", "QQ {NUMBER}" },
        { "一二三四五六七八九", "{NUMBER}", "{NUMBER}" },
        { "", "", "" },
    };
    struct world *w = *state;
    const struct understander *u = catalogue_understander(w->catalogue);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct masked m;
        struct reading *r =
            understand_read(u, slice_of(rows[i].text), CHANNEL_SMS, SUPPORT_NOW, &w->arena);
        understand_mask(r, &w->arena, &m);
        assert_slice(m.wording, rows[i].wording);
        assert_slice(m.example, rows[i].example);
    }
}

static void a_child_s_text_is_not_kept(void **state)
{
    struct world *w = *state;
    struct miss *all;
    say(w, "我要当志愿者");
    say(w, "李小明，2016年，老街的");
    say(w, "人工");
    int n = misses(w, &all);
    for (int i = 0; i < n; i++)
        if (slice_find(all[i].example, SLICE("2016")) >= 0)
            fail_msg("kept: %.*s", SLICE_ARG(all[i].example));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_not_understood_is_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_answers_no_question_names_the_question, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_is_taken_back_at_once_is_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(later_or_after_a_bare_word_it_is_another_errand, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(what_was_missed_is_not_taken_back_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bare_words_spam_and_names_of_activities_are_not_kept,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(masked_text_tells_nobody, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_child_s_text_is_not_kept, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
