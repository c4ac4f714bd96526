#include "handlers/notify.h"

#include "tests/handlers/outbox.h"

static struct outbox_row sent(struct records *r, int64_t address, const char *message)
{
    struct outbox_row row = { 0 };
    assert_int_equal(told(r, address, message, &row), 1);
    return row;
}

static void a_notice_waits_for_the_morning(void **state)
{
    struct records *r = records_open();
    int64_t a = records_address(r);
    (void)state;
    r->s.now = at(0, 22, 0);
    assert_int_equal(notify_tell(&r->s, a, "x.notice", NULL), 0);
    assert_int_equal(sent(r, a, "x.notice").not_before, at(1, 8, 0));
    assert_int_equal(notify_put(&r->s, a, "x.code", NULL, OUTBOX_CODE, 0, 0, 0), 0);
    assert_int_equal(sent(r, a, "x.code").not_before, r->s.now);
    assert_int_equal(notify_put(&r->s, a, "x.reply", NULL, OUTBOX_REPLY, 0, 0, 0), 0);
    assert_int_equal(sent(r, a, "x.reply").not_before, r->s.now);
    assert_int_equal(notify_put(&r->s, a, "x.later", NULL, OUTBOX_NOTICE, at(2, 3, 0), 0, 0), 0);
    assert_int_equal(sent(r, a, "x.later").not_before, at(2, 8, 0));
    records_close(r);
}

static void daytime_has_two_edges(void **state)
{
    struct records *r = records_open();
    (void)state;
    assert_int_equal(notify_daytime(&r->s, at(0, 7, 59)), at(0, 8, 0));
    assert_int_equal(notify_daytime(&r->s, at(0, 8, 0)), at(0, 8, 0));
    assert_int_equal(notify_daytime(&r->s, at(0, 20, 59)), at(0, 20, 59));
    assert_int_equal(notify_daytime(&r->s, at(0, 21, 0)), at(1, 8, 0));
    assert_int_equal(notify_daytime(&r->s, at(1, 0, 0)), at(1, 8, 0));
    assert_int_equal(notify_moment(&r->s, SUPPORT_TODAY, 10 * 60), SUPPORT_NOW);
    records_close(r);
}

static void the_row_is_complete(void **state)
{
    struct records *r = records_open();
    int64_t a = records_address(r);
    json_t *params = json_object();
    (void)state;
    json_object_set_new(params, "name", json_string("杨秀兰"));
    assert_int_equal(notify_put(&r->s, a, "x.y", params, OUTBOX_NOTICE, 0, 0, 0), 0);
    struct outbox_row row = sent(r, a, "x.y");
    assert_int_equal(row.address, a);
    assert_slice(row.realm, "sms");
    assert_int_equal(row.recipient.n, 11);
    assert_slice(row.account, "sms/demo");
    assert_slice(row.params, "{\"name\":\"杨秀兰\"}");
    assert_int_equal(row.priority, OUTBOX_NOTICE);
    assert_int_equal(row.useful_until, r->s.now + DAY);
    assert_slice(row.trace, "test");
    records_close(r);
}

static void a_question_opens_a_prompt(void **state)
{
    struct records *r = records_open();
    int64_t a = records_address(r);
    struct address address;
    struct prompt *prompts;
    (void)state;
    assert_int_equal(people_by_id(r->s.tx, r->s.vault, a, r->s.arena, &address), 1);
    assert_int_equal(notify_tell(&r->s, a, "x.tell", NULL), 0);
    assert_int_equal(people_take_prompts(r->s.tx, r->s.vault, address.conversation, r->s.now,
                                         r->s.arena, &prompts),
                     0);
    assert_int_equal(notify_ask(&r->s, a, "x.ask", json_pack("{s:i}", "n", 3)), 0);
    assert_int_equal(people_take_prompts(r->s.tx, r->s.vault, address.conversation, r->s.now,
                                         r->s.arena, &prompts),
                     1);
    assert_slice(prompts[0].message, "x.ask");
    assert_slice(prompts[0].params, "{\"n\":3}");
    assert_int_equal(prompts[0].until, r->s.now + 7 * DAY);
    assert_int_equal(sent(r, a, "x.ask").id, prompts[0].id);
    records_close(r);
}

static void nobody_is_told_nothing(void **state)
{
    struct records *r = records_open();
    (void)state;
    assert_int_equal(notify_tell(&r->s, 0, "x", json_object()), 0);
    assert_int_equal(notify_tell(&r->s, 12345, "x", json_object()), 0);
    records_commit(r);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM outbox"), 0);
    records_close(r);
}

static void dates_times_and_tails(void **state)
{
    struct records *r = records_open();
    json_t *p = json_object();
    struct address wechat;
    (void)state;
    notify_set_day(p, "day", SUPPORT_TODAY);
    notify_set_time(&r->s, p, "date", "time", at(3, 9, 5));
    notify_set_time(&r->s, p, NULL, "end", at(3, 23, 59));
    assert_string_equal(json_text(p, "day", ""), "2026-11-25");
    assert_string_equal(json_text(p, "date", ""), "2026-11-28");
    assert_string_equal(json_text(p, "time", ""), "09:05");
    assert_string_equal(json_text(p, "end", ""), "23:59");
    int64_t a = records_address(r);
    assert_int_equal(notify_set_tail(&r->s, p, a), 0);
    assert_int_equal(strlen(json_text(p, "tail", "")), 4);
    assert_int_equal(people_address(r->s.tx, r->s.vault, r->s.ids, SLICE("wechat/demo"),
                                    SLICE("openid-of-somebody"), SLICE("wechat/demo"), r->s.now,
                                    r->s.arena, &wechat),
                     0);
    assert_int_equal(notify_set_tail(&r->s, p, wechat.id), 0);
    assert_string_equal(json_text(p, "tail", "?"), "");
    assert_int_equal(notify_set_tail(&r->s, p, 0), 0);
    json_decref(p);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_notice_waits_for_the_morning),
        cmocka_unit_test(daytime_has_two_edges),
        cmocka_unit_test(the_row_is_complete),
        cmocka_unit_test(a_question_opens_a_prompt),
        cmocka_unit_test(nobody_is_told_nothing),
        cmocka_unit_test(dates_times_and_tails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
