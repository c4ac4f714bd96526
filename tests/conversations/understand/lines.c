/* The persons' own lines of the golden conversations, what they open and what they give, read by
 * several threads at once. */
#include "tests/conversations/understand/world.h"

#include <pthread.h>

struct line {
    const char *text, *intent, *slots;
    enum context context;
};

static const struct line lines[] = {
    { "我要当自愿者", "register", "{}", CONTEXT_NONE },
    { "我是她老伴李国才 53年的 也要当志愿者 就用这个手机", "register",
      "{\"name\":\"李国才\",\"birth\":\"1953\"}", CONTEXT_NONE },
    { "代登记 张国强 1958 老街 13800000044 本人在旁边", "proxy_register",
      "{\"name\":\"张国强\",\"area\":\"老街社区\",\"phone\":\"13800000044\"}", CONTEXT_NONE },
    { "哪个给我登记呢，我没说过要当", "dispute_registration", "{}", CONTEXT_NONE },
    { "隐私", "privacy", "{}", CONTEXT_NONE },
    { "帮孩子登记", "guardian", "{\"relation\":\"孩子\"}", CONTEXT_NONE },
    { "我的身份证号是53080219650312998X 够了没", "id_number", "{\"id_no\":\"53080219650312998X\"}",
      CONTEXT_NONE },
    { "老倌脚疼他不克了 我去", "cancel_sign_up", NULL, CONTEXT_NONE },
    { "去不了", "cancel_sign_up", "{}", CONTEXT_NONE },
    { "到了", "checkin", "{}", CONTEXT_NONE },
    { "上午在敬老院包饺子 整了三个半钟头", "report_hours",
      "{\"part\":\"am\",\"minutes\":210,\"place\":\"敬老院\",\"activity\":\"包饺子\"}",
      CONTEXT_NONE },
    { "昨天在敬老院干了三个半小时", "report_hours",
      "{\"date\":\"2026-11-24\",\"minutes\":210,\"activity\":\"敬老院\"}", CONTEXT_NONE },
    { "饺子那个我记错咯 只有两个半", "fix", "{\"activity\":\"饺子\",\"minutes\":150}",
      CONTEXT_NONE },
    { "改 1 两小时", "fix", "{\"n\":1,\"minutes\":120}", CONTEXT_NONE },
    { "我几星了", "query_star", "{}", CONTEXT_NONE },
    { "我几颗星", "query_star", "{}", CONTEXT_NONE },
    { "为什么只有这点", "why", "{}", CONTEXT_NONE },
    { "记饺子", "record_open", "{\"what\":\"饺子\"}", CONTEXT_NONE },
    { "莫再发了烦死人", "opt_out", "{\"scope\":\"broadcast\"}", CONTEXT_NONE },
    { "恢复", "opt_in", "{\"scope\":\"broadcast\"}", CONTEXT_NONE },
    { "喂喂 听得着没得", "unknown", "{}", CONTEXT_NONE },
    { "我讲不清楚 找个人", "human", "{}", CONTEXT_NONE },
    { "授权 739164", "claim_role", "{\"code\":\"739164\"}", CONTEXT_NONE },
    { "任命 刀艳 13800000033 思茅街道分会 组织者", "grant_role",
      "{\"name\":\"刀艳\",\"org\":\"思茅街道分会\",\"role\":\"组织者\",\"phone\":\"13800000033\"}",
      CONTEXT_NONE },
    { "权限", "roles", "{}", CONTEXT_NONE },
    { "权限 思茅街道分会", "roles", "{\"org\":\"思茅街道分会\"}", CONTEXT_NONE },
    { "权限记录 刀艳", "role_uses", "{\"name\":\"刀艳\"}", CONTEXT_NONE },
    { "谁用了权限", "role_uses", "{}", CONTEXT_NONE },
    { "任命 刀艳 12345 思茅街道分会 组织者", "grant_role",
      "{\"name\":\"刀艳\",\"org\":\"思茅街道分会\",\"role\":\"组织者\",\"digits\":\"12345\"}",
      CONTEXT_NONE },
    { "任命刀艳为思茅街道分会的组织者 13800000033", "grant_role",
      "{\"name\":\"刀艳\",\"org\":\"思茅街道分会\",\"role\":\"组织者\",\"phone\":\"13800000033\"}",
      CONTEXT_NONE },
    { "撤销 刀艳", "revoke_role", "{\"name\":\"刀艳\"}", CONTEXT_NONE },
    { "撤销 报名", "cancel_sign_up", NULL, CONTEXT_NONE },
    { "建单位 老街巾帼队 归 老街社区站", "add_org",
      "{\"unit\":\"老街巾帼队\",\"parent\":\"老街社区站\"}", CONTEXT_NONE },
    { "成立老街巾帼队", "add_org", "{\"unit\":\"老街巾帼队\"}", CONTEXT_NONE },
    { "任务", "tasks", "{}", CONTEXT_NONE },
    { "任务统计", "task_figures", "{}", CONTEXT_NONE },
    { "转42 刀艳", "task_pass", "{\"n\":42,\"name\":\"刀艳\"}", CONTEXT_NONE },
    { "转给3号刀艳", "task_pass", "{\"nth\":\"3号\",\"name\":\"刀艳\"}", CONTEXT_NONE },
    { "招募 周六上午9点到11点 老街社区打扫卫生 20人", "organizer_recruit",
      "{\"date\":\"2026-11-28\",\"time_start\":\"09:00\",\"time_end\":\"11:00\",\"part\":\"am\",\"persons\":20,"
      "\"place\":\"老街社区\",\"activity\":\"打扫卫生\"}",
      CONTEXT_NONE },
    { "名单36", "roster", "{\"activity_no\":\"36\"}", CONTEXT_NONE },
    { "36号改到周日上午9点 下雨", "activity_move",
      "{\"activity_no\":\"36\",\"reason\":\"下雨\",\"date\":\"2026-11-29\",\"time_start\":\"09:00\",\"part\":\"am\"}",
      CONTEXT_NONE },
    { "不改了 雨停了", "activity_unmove", "{\"reason\":\"雨停了\"}", CONTEXT_NONE },
    { "回42 已经打过电话了", "task_reply", "{\"n\":42,\"content\":\"已经打过电话了\"}",
      CONTEXT_NONE },
    { "结42", "task_close", "{\"n\":42}", CONTEXT_NONE },
    { "不补17 问了组长 后街那天没有人", "noshow_refuse", NULL, CONTEXT_NONE },
    { "查验 SM20260031 7KQ4", "certificate",
      "{\"action\":\"verify\",\"cert_no\":\"SM20260031\",\"code\":\"7KQ4\"}", CONTEXT_NONE },
    { "3", "choose_number", "{\"n\":3}", CONTEXT_RECRUIT },
    { "要得", "sign_up", "{}", CONTEXT_RECRUIT },
    { "报1", "sign_up", "{\"activity_no\":\"1\"}", CONTEXT_MENU },
    { "还去", "confirm", "{}", CONTEXT_CONFIRM },
    { "昨天去敬老院打扫了", "report_hours", NULL, CONTEXT_NONE },
    { "明天去敬老院打扫", "unknown", NULL, CONTEXT_NONE },
    { "您的话费余额不足，退订回T", "unknown", NULL, CONTEXT_SURVEY },
};

/* The number of lines that come out otherwise. Reads into an arena of its own. */
static void *read_lines(void *out)
{
    struct arena arena = { 0 };
    int *wrong = out;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        const struct line *l = &lines[i];
        struct understood got;
        struct reading *r =
            understand_read(world, slice_of(l->text), CHANNEL_SMS, WORLD_NOW, &arena);
        understand_decide(world, r, l->context, &got);
        json_t *want = l->slots == NULL ? NULL : json_loads(l->slots, 0, NULL);
        if (strcmp(got.intent, l->intent) != 0 || (want != NULL && !json_equal(want, got.slots))) {
            char *text = json_dumps(got.slots, JSON_COMPACT);
            print_message("%s: %s %s (%s)\n", l->text, got.intent, text, got.why);
            free(text);
            (*wrong)++;
        }
        json_decref(want);
        json_decref(got.slots);
        json_decref(got.also);
        arena_reset(&arena);
    }
    arena_free(&arena);
    return NULL;
}

static void lines_open_what_they_mean(void **state)
{
    (void)state;
    int wrong = 0;
    read_lines(&wrong);
    assert_int_equal(wrong, 0);
}

static void threads_share_one_understander(void **state)
{
    (void)state;
    pthread_t threads[4];
    int wrong[4] = { 0 };
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, read_lines, &wrong[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(wrong[i], 0);
    }
}

static void homophones_are_marked(void **state)
{
    (void)state;
    struct understood got;
    understand_decide(world, world_read("我要豹名"), CONTEXT_NONE, &got);
    assert_string_equal(got.intent, "sign_up");
    assert_true(got.by_homophone);
    json_decref(got.slots);
    json_decref(got.also);
    understand_decide(world, world_read("我要报名"), CONTEXT_NONE, &got);
    assert_false(got.by_homophone);
    json_decref(got.slots);
    json_decref(got.also);
}

static void a_second_wish_is_told(void **state)
{
    (void)state;
    struct understood got;
    understand_decide(world, world_read("我要注册，我叫白云飞，顺便问下这周末有没有活动"),
                      CONTEXT_NONE, &got);
    assert_string_equal(got.intent, "register");
    assert_int_equal(json_array_size(got.also), 1);
    const json_t *second = json_array_get(got.also, 0);
    assert_string_equal(json_string_value(json_object_get(second, "intent")), "list_activities");
    json_decref(got.slots);
    json_decref(got.also);
}

static void dates_follow_the_moment_of_arrival(void **state)
{
    (void)state;
    struct understood got;
    int64_t later = WORLD_NOW + (int64_t)40 * 86400; /* 2027-01-04, a Monday */
    struct reading *r =
        understand_read(world, SLICE("昨天 义诊 3小时"), CHANNEL_SMS, later, &world_arena);
    understand_decide(world, r, CONTEXT_NONE, &got);
    assert_string_equal(json_string_value(json_object_get(got.slots, "date")), "2027-01-03");
    json_decref(got.slots);
    json_decref(got.also);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_open_what_they_mean),
        cmocka_unit_test(threads_share_one_understander),
        cmocka_unit_test(homophones_are_marked),
        cmocka_unit_test(a_second_wish_is_told),
        cmocka_unit_test(dates_follow_the_moment_of_arrival),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
