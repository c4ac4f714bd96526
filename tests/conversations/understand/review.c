/* Answers of the organizer's side: decisions on claims, exceptions, and short answers. Each row is
 * a text and what is read from it, as JSON; NULL when it is no such answer. */
#include "tests/conversations/understand/world.h"

#include "gateway/base/json.h"

struct row {
    const char *kind, *text, *want;
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_t *slots = json_object();
        json_t *want = rows[i].want ? json_loads(rows[i].want, 0, NULL) : NULL;
        int rc = understand_answer(world, world_read(rows[i].text), slice_of(rows[i].kind), slots);
        assert_true(want != NULL || rows[i].want == NULL);
        if (rc != (want != NULL) || (want != NULL && !json_equal(want, slots))) {
            char *got = json_dumps(slots, JSON_COMPACT);
            print_error("%s %s: %d %s\n", rows[i].kind, rows[i].text, rc, got);
            free(got);
            fail();
        }
        json_decref(want);
        json_decref(slots);
    }
}
#define CHECK(rows) check_rows(rows, sizeof rows / sizeof *rows)

static void decisions_name_numbers_or_people(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "review", "1通过 2没来",
          "{\"decisions\":[{\"n\":1,\"decision\":\"approve\"},"
          "{\"n\":2,\"decision\":\"reject\",\"reason\":\"没来\"}]}" },
        { "review", "3只干一小时",
          "{\"decisions\":[{\"n\":3,\"decision\":\"approve\",\"minutes\":60}]}" },
        { "review", "1 质量4",
          "{\"decisions\":[{\"n\":1,\"decision\":\"approve\",\"quality\":4}]}" },
        { "review", "2号5分",
          "{\"decisions\":[{\"n\":2,\"decision\":\"approve\",\"quality\":5}]}" },
        { "review", "驳回2 没来",
          "{\"decisions\":[{\"n\":2,\"decision\":\"reject\",\"reason\":\"没来\"}]}" },
        { "review", "驳回2", "{\"decisions\":[{\"n\":2,\"decision\":\"reject\"}]}" },
        { "review", "通过1、3",
          "{\"decisions\":[{\"n\":1,\"decision\":\"approve\"},"
          "{\"n\":3,\"decision\":\"approve\"}]}" },
        { "review", "1、3通过",
          "{\"decisions\":[{\"n\":1,\"decision\":\"approve\"},"
          "{\"n\":3,\"decision\":\"approve\"}]}" },
        { "review", "张三3小时",
          "{\"decisions\":[{\"name\":\"张三\",\"decision\":\"approve\",\"minutes\":180}]}" },
        { "review", "王五通过", "{\"decisions\":[{\"name\":\"王五\",\"decision\":\"approve\"}]}" },
        { "review", "2", NULL },
        { "review", "嗯嗯嗯", NULL },
        { "review", "我几星了", NULL },
    };
    CHECK(rows);
}

static void all_may_leave_somebody_out(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "review", "全部通过", "{\"all\":true}" },
        { "review", "都对", "{\"all\":true}" },
        { "review", "除了刘芳其他都确认", "{\"all\":true,\"except\":[{\"name\":\"刘芳\"}]}" },
        { "review", "除了2和3，其他都通过", "{\"all\":true,\"except\":[{\"n\":2},{\"n\":3}]}" },
        { "review", "都按2小时记", "{\"all\":true,\"minutes\":120}" },
        { "review", "全部通过 质量4", "{\"all\":true,\"quality\":4}" },
    };
    CHECK(rows);
}

static void exceptions_share_what_is_said(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "exceptions", "都来了", "{\"all\":true}" },
        { "exceptions", "4来了 11请假",
          "{\"items\":[{\"n\":4,\"what\":\"present\"},{\"n\":11,\"what\":\"leave\"}]}" },
        { "exceptions", "4、11没来",
          "{\"items\":[{\"n\":4,\"what\":\"absent\"},{\"n\":11,\"what\":\"absent\"}]}" },
        { "exceptions", "3号只干一个钟头",
          "{\"items\":[{\"n\":3,\"what\":\"minutes\",\"minutes\":60}]}" },
        { "exceptions", "17没来，其他都来了",
          "{\"items\":[{\"n\":17,\"what\":\"absent\"}],\"all\":true}" },
        { "exceptions", "没来的是2号和3号，其他都来了",
          "{\"items\":[{\"n\":2,\"what\":\"absent\"},{\"n\":3,\"what\":\"absent\"}],"
          "\"all\":true}" },
        { "exceptions", "李明没来 杨文才早走1小时",
          "{\"items\":[{\"name\":\"李明\",\"what\":\"absent\"},"
          "{\"name\":\"杨文才\",\"what\":\"early\",\"minutes\":60}]}" },
        { "exceptions", "没来：4、17",
          "{\"items\":[{\"n\":4,\"what\":\"absent\"},{\"n\":17,\"what\":\"absent\"}]}" },
        { "exceptions", "没签到的都没来", "{\"absent\":true}" },
        { "exceptions", "喂", NULL },
    };
    CHECK(rows);
}

static void a_leader_grants_or_not(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "grant", "补17", "{\"n\":17,\"decision\":\"approve\"}" },
        { "grant", "不补17 问了组长 后街那天没有人",
          "{\"n\":17,\"decision\":\"reject\",\"reason\":\"问了组长 后街那天没有人\"}" },
        { "grant", "不补", "{\"decision\":\"reject\"}" },
        { "grant", "好的", NULL },
    };
    CHECK(rows);
}

static void who_was_not_seen_says_so(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "came", "来了", "{\"came\":true}" },
        { "came", "我克了的嘛 在后街扫", "{\"came\":true}" },
        { "came", "我来了的 咋说没来", "{\"came\":true}" },
        { "came", "再查", "{\"came\":true}" },
        { "came", "有事没来", "{\"came\":false}" },
        { "came", "哎呀是我记错日子了 那是礼拜五", "{\"came\":false}" },
        { "came", "没去成 生病了", "{\"came\":false}" },
        { "came", "我几星了", NULL },
    };
    CHECK(rows);
}

static void danger_and_insurance_are_told_apart(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "hazard", "危险", "{\"hazardous\":true}" },
        { "hazard", "不危险的", "{\"hazardous\":false}" },
        { "hazard", "保单 PICC2026A", "{\"insurance\":\"PICC2026A\"}" },
        { "hazard", "保单号是12345678", "{\"insurance\":\"12345678\"}" },
        { "hazard", "没有", NULL },
        { "hazard", "危险不危险你们看", NULL },
        { "hazard", "18岁以上", NULL },
    };
    CHECK(rows);
}

static void few_words_are_not_another_wish(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "reason", "那天没有这个活动", "{\"reason\":\"那天没有这个活动\"}" },
        { "reason", "名单36", NULL },
        { "reason", "1", NULL },
        { "recipient", "老人", "{\"recipient\":\"老人\"}" },
        { "recipient", "敬老院 老人", "{\"recipient\":\"老人\",\"at_place\":\"敬老院\"}" },
        { "recipient", "都是居民", "{\"recipient\":\"居民\",\"for_all\":true}" },
        { "recipient", "服务居民", "{\"recipient\":\"居民\"}" },
        { "recipient", "我几星了", NULL },
        { "recipient", "2没来", NULL },
        { "page", "下页", "{\"page\":\"next\"}" },
        { "page", "下一页吧", "{\"page\":\"next\"}" },
        { "page", "下页是哪个", NULL },
    };
    CHECK(rows);
}

static void a_recruitment_is_read_in_any_order(void **state)
{
    (void)state;
    static const struct row rows[] = {
        { "recruit", "老街社区门口集合 自带扫把 坡陡路滑 服务社区居民",
          "{\"meet\":\"老街社区门口\",\"bring\":\"扫把\",\"risk\":\"坡陡路滑\","
          "\"recipient\":\"社区居民\"}" },
        { "recruit", "集合地点改成老年大学门口", "{\"meet\":\"老年大学门口\"}" },
        { "recruit", "名单36", NULL },
        { "recruit", "我几星了", NULL },
    };
    CHECK(rows);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(decisions_name_numbers_or_people),
        cmocka_unit_test(all_may_leave_somebody_out),
        cmocka_unit_test(exceptions_share_what_is_said),
        cmocka_unit_test(a_leader_grants_or_not),
        cmocka_unit_test(who_was_not_seen_says_so),
        cmocka_unit_test(danger_and_insurance_are_told_apart),
        cmocka_unit_test(few_words_are_not_another_wish),
        cmocka_unit_test(a_recruitment_is_read_in_any_order),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
