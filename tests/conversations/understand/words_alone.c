/* What a word alone means, by what is open: the table of section 0 of the golden conversations, and
 * danger. */
#include "tests/conversations/understand/world.h"

struct row {
    const char *text;
    enum global_word global;
    const char *none, *confirm, *menu, *recruit, *survey;
};

static const struct row rows[] = {
    { "R", GLOBAL_OPT_OUT, "opt_out", "opt_out", "opt_out", "opt_out", "opt_out" },
    { "T", GLOBAL_OPT_OUT, "opt_out", "opt_out", "opt_out", "opt_out", "opt_out" },
    { "TD", GLOBAL_OPT_OUT, "opt_out", "opt_out", "opt_out", "opt_out", "opt_out" },
    { "ＴＤ", GLOBAL_OPT_OUT, "opt_out", "opt_out", "opt_out", "opt_out", "opt_out" },
    { "退订", GLOBAL_OPT_OUT, "opt_out", "opt_out", "opt_out", "opt_out", "opt_out" },
    { "退訂", GLOBAL_OPT_OUT, "opt_out", "opt_out", "opt_out", "opt_out", "opt_out" },
    { "拒收", GLOBAL_OPT_OUT, "opt_out", "opt_out", "opt_out", "opt_out", "opt_out" },
    { "STOP", GLOBAL_OPT_OUT, "opt_out", "opt_out", "opt_out", "opt_out", "opt_out" },
    { "0000", GLOBAL_OPT_OUT, "opt_out", "opt_out", "opt_out", "opt_out", "opt_out" },
    { "回T", GLOBAL_OPT_OUT, "opt_out", "opt_out", "opt_out", "opt_out", "opt_out" },
    { "退订谢谢", GLOBAL_OPT_OUT, "opt_out", "opt_out", "opt_out", "opt_out", "opt_out" },
    { "退", GLOBAL_OPT_OUT_OFFER, "opt_out", "opt_out", "opt_out", "opt_out", "opt_out" },
    { "全停", GLOBAL_OPT_OUT_ALL, "opt_out", "opt_out", "opt_out", "opt_out", "opt_out" },
    { "N", GLOBAL_N, "opt_out", "deny", "unknown", "opt_out", "unknown" },
    { "停", GLOBAL_STOP, "opt_out", "deny", "deny", "opt_out", "deny" },
    { "QX", GLOBAL_CANCEL, "cancel_sign_up", "deny", "deny", "cancel_sign_up", "deny" },
    { "取消", GLOBAL_CANCEL, "cancel_sign_up", "deny", "deny", "cancel_sign_up", "deny" },
    { "撤", GLOBAL_CANCEL, "cancel_sign_up", "deny", "deny", "cancel_sign_up", "deny" },
    { "0", GLOBAL_BACK, "help", "help", "help", "help", "help" },
    { "返回", GLOBAL_BACK, "help", "help", "help", "help", "help" },
    { "帮助", GLOBAL_HELP, "help", "help", "help", "help", "help" },
    { "人工", GLOBAL_HUMAN, "human", "human", "human", "human", "human" },
    { "改", GLOBAL_FIX, "fix", "fix", "fix", "fix", "fix" },
    { "1", GLOBAL_DIGIT, "unknown", "confirm", "choose_number", "sign_up", "survey_answer" },
    { "2", GLOBAL_DIGIT, "unknown", "deny", "choose_number", "deny", "survey_answer" },
    { "3", GLOBAL_DIGIT, "unknown", "unknown", "choose_number", "choose_number", "survey_answer" },
    { "是呢", GLOBAL_YES, "unknown", "confirm", "unknown", "sign_up", "survey_answer" },
    { "不消了", GLOBAL_NO, "unknown", "deny", "unknown", "deny", "survey_answer" },
};

static const char *intent_of(const char *text, enum context context)
{
    struct understood got;
    understand_decide(world, world_read(text), context, &got);
    json_decref(got.slots);
    json_decref(got.also);
    return got.intent;
}

static void the_table_holds(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *r = &rows[i];
        if (understand_global(world_read(r->text)) != r->global) {
            fail_msg("%s: global word %d", r->text, (int)understand_global(world_read(r->text)));
        }
        const char *const want[] = { r->none, r->confirm, r->menu, r->recruit, r->survey };
        static const enum context contexts[] = { CONTEXT_NONE, CONTEXT_CONFIRM, CONTEXT_MENU,
                                                 CONTEXT_RECRUIT, CONTEXT_SURVEY };
        for (size_t k = 0; k < 5; k++) {
            const char *got = intent_of(r->text, contexts[k]);
            if (strcmp(got, want[k]) != 0) {
                fail_msg("%s in %s: %s, not %s", r->text, context_name(contexts[k]), got, want[k]);
            }
        }
    }
}

static void what_only_looks_like_an_opt_out(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "R3",           "T恤",      "退休",      "退伍",         "N95",
        "退休金几号发", "我退伍了", "T恤发不发", "怎么退订短信", "我上次退订了现在想重新收"
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        for (int c = 0; c < CONTEXT_COUNT; c++) {
            if (strcmp(intent_of(texts[i], (enum context)c), "opt_out") == 0) {
                fail_msg("%s in %s", texts[i], context_name((enum context)c));
            }
        }
    }
}

static void asking_to_stop_wins_everywhere(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "莫再发了烦死人", "别再给我发短信了", "不要发了谢谢",
        "回T退订",        "取消订阅",         "不想再收你们的短信"
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        for (int c = 0; c < CONTEXT_COUNT; c++) {
            assert_string_equal(intent_of(texts[i], (enum context)c), "opt_out");
        }
    }
}

static void danger_wins_everywhere(void **state)
{
    (void)state;
    static const struct {
        const char *text, *danger;
    } texts[] = {
        { "我家老倌摔倒了起不来", "fall" },
        { "隔壁着火了快来人", "fire" },
        { "我胸口疼得很", "chest" },
        { "家里煤气漏了怎么办", "gas" },
        { "我不想活了", "suicide" },
        { "活着没意思，想死", "suicide" },
        { "我爸晕倒了", "collapse" },
        { "有个娃娃掉河里了", "drowning" },
        { "我男人打我", "violence" },
        { "有人要杀我", "violence" },
        { "他们打我妈", "violence" },
        { "家里进贼了", "violence" },
        { "我被人打了", "violence" },
        { "老伴喝醉了砸东西", "violence" },
        { "有人跟踪我", "violence" },
        { "有人欺负老人", "violence" },
        { "老公要打死我", "violence" },
        { "我手机遭抢了", "violence" },
        { "我被骗了五千块", "fraud" },
        { "有个电话骗走我的养老钱", "fraud" },
        { "门口出车祸了", "collapse" },
        { "我被蛇咬了", "collapse" },
        { "孩子发高烧抽筋", "collapse" },
        { "吃了老鼠药", "poison" },
        { "救命啊", "other" },
        { "地震了房子垮了", "other" },
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        for (int c = 0; c < CONTEXT_COUNT; c++) {
            struct understood got;
            understand_decide(world, world_read(texts[i].text), (enum context)c, &got);
            if (!got.safety) {
                fail_msg("%s in %s: no danger", texts[i].text, context_name((enum context)c));
            }
            assert_string_equal(json_string_value(json_object_get(got.slots, "danger")),
                                texts[i].danger);
            json_decref(got.slots);
            json_decref(got.also);
        }
    }
}

static void talk_of_danger_is_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "消防火灾演练 3小时",
        "报名急救知识讲座",
        "昨天防溺水宣传2小时",
        "他打我电话我没接到",
        "等人打我电话",
        "我要打扫卫生",
        "昨天抓小偷巡逻2小时",
        "你们打电话给我嘛",
        "反诈骗宣传我去",
        "你们是不是骗人的",
        "我去打球",
        "帮老人打针",
        "老人要打扫屋子",
        "他想打扫老街",
        "救命恩人",
        "累死了",
        "把老街打扫干净",
        "报名救命知识志愿队",
        "他打牌去了",
        "我妈打麻将",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct understood got;
        understand_decide(world, world_read(texts[i]), CONTEXT_NONE, &got);
        if (got.safety) {
            fail_msg("%s: %s", texts[i], got.intent);
        }
        json_decref(got.slots);
        json_decref(got.also);
    }
}

static void courtesies_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(understand_global(world_read("谢谢小伙子")), GLOBAL_THANKS);
    assert_int_equal(understand_global(world_read("谢谢")), GLOBAL_THANKS);
    assert_int_equal(understand_global(world_read("知道了谢谢你")), GLOBAL_THANKS);
    assert_int_equal(understand_global(world_read("谢谢，我要报名")), GLOBAL_NONE);
}

static void contexts_have_names(void **state)
{
    (void)state;
    for (int c = 0; c < CONTEXT_COUNT; c++) {
        assert_int_equal(context_find(slice_of(context_name((enum context)c))), c);
    }
    assert_int_equal(context_find(SLICE("nowhere")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_holds),
        cmocka_unit_test(what_only_looks_like_an_opt_out),
        cmocka_unit_test(asking_to_stop_wins_everywhere),
        cmocka_unit_test(danger_wins_everywhere),
        cmocka_unit_test(talk_of_danger_is_none),
        cmocka_unit_test(courtesies_are_told_apart),
        cmocka_unit_test(contexts_have_names),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
