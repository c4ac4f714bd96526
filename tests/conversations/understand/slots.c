/* The readers of slots, each by texts of its own: what a text states is there, and nothing else. */
#include "tests/conversations/understand/world.h"

struct row {
    const char *text, *intent, *slots;
};

/* The slots as JSON with sorted keys. */
static void check(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct understood got;
        json_t *want = json_loads(rows[i].slots, 0, NULL);
        assert_non_null(want);
        understand_decide(world, world_read(rows[i].text), CONTEXT_NONE, &got);
        char *text = json_dumps(got.slots, JSON_COMPACT | JSON_SORT_KEYS);
        if (strcmp(got.intent, rows[i].intent) != 0 || !json_equal(got.slots, want)) {
            fail_msg("%s: %s %s (%s)", rows[i].text, got.intent, text, got.why);
        }
        free(text);
        json_decref(want);
        json_decref(got.slots);
        json_decref(got.also);
    }
}
#define CHECK(rows) check(rows, sizeof(rows) / sizeof(rows[0]))

static void what_is_given_up_is_cut_from_why(void **state)
{
    static const struct row rows[] = {
        { "后天的导诊去不了了单位加班", "cancel_sign_up",
          "{\"date\":\"2026-11-27\",\"activity\":\"导诊\",\"reason\":\"单位加班\"}" },
        { "手烫伤了 周日包粽子来不成", "cancel_sign_up",
          "{\"date\":\"2026-11-29\",\"activity\":\"包粽子\",\"reason\":\"手烫伤\"}" },
        { "我和小罗明天都不去了", "cancel_sign_up",
          "{\"date\":\"2026-11-26\",\"persons\":2,\"companions\":[\"小罗\"]}" },
        { "4号和6号我都不去了", "cancel_sign_up", "{\"activity_nos\":[\"4\",\"6\"]}" },
    };
    (void)state;
    CHECK(rows);
}

static void a_proof_tells_what_for_and_how(void **state)
{
    static const struct row rows[] = {
        { "求职要用，开份服务证明，要盖章", "certificate",
          "{\"action\":\"issue\",\"purpose\":\"求职\",\"stamp\":true}" },
        { "证明要电子版的，寄不寄都行", "certificate",
          "{\"action\":\"issue\",\"format\":\"电子版\",\"delivery\":\"寄\"}" },
        { "上次那个证明批下来没", "certificate", "{\"action\":\"status\"}" },
    };
    (void)state;
    CHECK(rows);
}

static void training_has_its_topic(void **state)
{
    static const struct row rows[] = {
        { "下周的手语培训给我报上", "training",
          "{\"action\":\"join\",\"topic\":\"手语\",\"date_from\":\"2026-11-30\","
          "\"date_to\":\"2026-12-06\"}" },
        { "今年参加了几次培训", "training",
          "{\"action\":\"record\",\"date_from\":\"2026-01-01\",\"date_to\":\"2026-12-31\"}" },
    };
    (void)state;
    CHECK(rows);
}

static void a_request_tells_what_for_whom_and_where(void **state)
{
    static const struct row rows[] = {
        { "我外婆要去市医院复查，能不能找人陪", "request_service",
          "{\"service\":\"复查\",\"for_whom\":\"我外婆\",\"address\":\"市医院\"}" },
        { "家里洗衣机坏了", "request_service", "{\"service\":\"洗衣机坏了\"}" },
    };
    (void)state;
    CHECK(rows);
}

static void a_proxy_knows_for_whom(void **state)
{
    static const struct row rows[] = {
        { "我表妹想当志愿者，我帮她填，她叫罗美兰", "proxy_register",
          "{\"relation\":\"表妹\",\"name\":\"罗美兰\"}" },
        { "给我家姑娘注册志愿者 她13岁 我是她妈 我同意", "proxy_register",
          "{\"relation\":\"姑娘\",\"age\":13,\"guardian_consent\":true}" },
    };
    (void)state;
    CHECK(rows);
}

static void names_are_told_from_places(void **state)
{
    static const struct row rows[] = {
        { "我姓杞 名家旺 想当志愿者", "register", "{\"name\":\"杞家旺\"}" },
        { "马拉松 4小时 昨天", "report_hours",
          "{\"date\":\"2026-11-24\",\"minutes\":240,\"activity\":\"马拉松\"}" },
        { "罗艳 4小时 昨天 做饭", "report_hours",
          "{\"name\":\"罗艳\",\"date\":\"2026-11-24\",\"minutes\":240,\"activity\":\"做饭\"}" },
    };
    (void)state;
    CHECK(rows);
}

static void times_that_cross_midnight(void **state)
{
    static const struct row rows[] = {
        { "昨晚十一点到凌晨两点 防汛值守", "report_hours",
          "{\"date\":\"2026-11-24\",\"time_start\":\"23:00\",\"time_end\":\"02:00\","
          "\"minutes\":180,\"activity\":\"防汛值守\"}" },
        { "昨天扫街 从八点到九点五十", "report_hours",
          "{\"date\":\"2026-11-24\",\"time_start\":\"08:00\",\"time_end\":\"09:50\","
          "\"minutes\":110,\"activity\":\"扫街\"}" },
        { "值守 四天 每天两个钟头", "report_hours",
          "{\"count\":4,\"minutes_each\":120,\"minutes\":480,\"activity\":\"值守\"}" },
    };
    (void)state;
    CHECK(rows);
}

static void an_opt_out_comes_first_in_either_order(void **state)
{
    (void)state;
    static const char *const texts[] = { "招募短信别发了 另外周六的我报名",
                                         "周六的我报名 另外招募短信别发了" };
    for (size_t i = 0; i < 2; i++) {
        struct understood got;
        understand_decide(world, world_read(texts[i]), CONTEXT_NONE, &got);
        assert_string_equal(got.intent, "opt_out");
        const json_t *second = json_array_get(got.also, 0);
        assert_string_equal(json_string_value(json_object_get(second, "intent")), "sign_up");
        json_decref(got.slots);
        json_decref(got.also);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_given_up_is_cut_from_why),
        cmocka_unit_test(a_proof_tells_what_for_and_how),
        cmocka_unit_test(training_has_its_topic),
        cmocka_unit_test(a_request_tells_what_for_whom_and_where),
        cmocka_unit_test(a_proxy_knows_for_whom),
        cmocka_unit_test(names_are_told_from_places),
        cmocka_unit_test(times_that_cross_midnight),
        cmocka_unit_test(an_opt_out_comes_first_in_either_order),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
