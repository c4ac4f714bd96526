/* Listing an audience: nobody twice, nobody lost, whatever happens on the way. */
#include "tests/handlers/calling.h"

#include "gateway/base/digest.h"

static int64_t sum_of(const struct broadcast_preview *p)
{
    int64_t sum = p->able;
    for (int i = 0; i < BROADCAST_REASONS; i++)
        sum += p->out[i];
    return sum;
}

/* Every number of the audience has one row, the counts tell what the rows say, and a bar chart
 * shows whom it can go to. */
static void check_list(struct records *r, int64_t id)
{
    struct broadcast b = look_at(r, id);
    struct broadcast_preview p = preview_of(r, id);
    char query[256];
    snprintf(query, sizeof query,
             "SELECT COUNT(*) FROM broadcast_recipients WHERE broadcast = %lld", (long long)id);
    assert_int_equal(count_of(r, query), p.audience);
    assert_int_equal(sum_of(&p), p.audience);
    assert_int_equal(b.listed, p.audience);
    assert_int_equal(b.able, p.able);
    for (int i = 0; i < BROADCAST_REASONS; i++) {
        snprintf(query, sizeof query,
                 "SELECT COUNT(*) FROM broadcast_recipients WHERE broadcast = %lld AND reason = %d",
                 (long long)id, i);
        assert_int_equal(count_of(r, query), i == BROADCAST_ABLE ? p.able : p.out[i]);
    }
    for (int i = 0; i < CHARTS; i++) {
        int64_t shown = 0;
        for (int k = 0; k < p.chart_count[i]; k++)
            shown += p.chart[i][k].count;
        assert_int_equal(shown, p.able);
    }
}

static void one_row_a_phone_that_several_share(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct volunteer one = willing(r, "杨秀兰");
    struct outbox_row row;
    (void)state;
    records_volunteer(r, "李国才", one.address);
    willing(r, "刘芳");
    struct broadcast_form f = call_form(a.id);
    struct broadcast b = drafted(r, &f);
    struct broadcast_preview p = preview_of(r, b.id);
    assert_int_equal(p.audience, 2);
    assert_int_equal(p.able, 2);
    assert_int_equal(p.all_cost, 5 + 2 * 5); /* the shared text has two segments */
    assert_int_equal(p.segments, 2);
    check_list(r, b.id);
    confirmed(r, b.id);
    run_timers(r, r->s.now + 61);
    assert_int_equal(told(r, one.address, "recruit.shared", &row), 1);
    assert_string_equal(told_param(r, one.address, "recruit.shared", "names"),
                        "[\"杨秀兰\",\"李国才\"]");
    assert_int_equal(row.origin, b.id);
    assert_int_equal(row.priority, OUTBOX_BROADCAST);
    assert_int_equal(look_at(r, b.id).called, 2);
    records_close(r);
}

/* The one who cannot go leaves the other one who can. */
static void a_phone_is_called_for_whom_it_can_be(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct volunteer first = willing(r, "杨秀兰");
    (void)state;
    records_volunteer(r, "李国才", first.address);
    assert_int_equal(join(r, a.id, &first).outcome, SIGNUP_DONE);
    struct broadcast_form f = call_form(a.id);
    struct broadcast b = drafted(r, &f);
    assert_int_equal(preview_of(r, b.id).able, 1);
    check_list(r, b.id);
    confirmed(r, b.id);
    run_timers(r, r->s.now + 61);
    assert_string_equal(told_param(r, first.address, "recruit.call", "names"), "[\"李国才\"]");
    records_close(r);
}

static void the_sum_is_the_audience(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    static const char *const audiences[] = {
        "{\"areas\":[\"530802001000\"]}",
        "{\"areas\":[\"530802001003\",\"530802001001\",\"530802001003\"]}",
        "{\"age\":{\"min\":60}}",
        "{\"age\":{\"min\":55,\"max\":65},\"channel\":\"sms\"}",
    };
    (void)state;
    multitude(r, 1200);
    for (size_t i = 0; i < sizeof audiences / sizeof audiences[0]; i++) {
        struct fault fault = { 0 };
        json_t *audience = json_read(slice_of(audiences[i]), "audience", 1000, &fault);
        struct broadcast_form f = call_form(a.id);
        f.audience = audience;
        struct broadcast b = drafted(r, &f);
        json_decref(audience);
        assert_true(b.listed > 0);
        check_list(r, b.id);
    }
    records_close(r);
}

/* The process dies at each boundary in turn: before the batch's commit, which undoes it whole, and
 * after it. The list is the same in the end. */
static void a_crash_at_any_batch_goes_on(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct broadcast b;
    int steps = 0, more = 1;
    (void)state;
    multitude(r, 7000);
    assert_int_equal(draft_as(r, r->organizer, &f, &b), BROADCAST_COUNTING);
    assert_int_equal(b.state, BROADCAST_DRAFT);
    while (more == 1) {
        records_commit(r);
        for (int crash = 0; crash < 2; crash++) {
            int64_t seen = look_at(r, b.id).seen;
            assert_true(broadcast_count_step(&r->s, b.id) >= 0);
            assert_true(look_at(r, b.id).seen > seen || look_at(r, b.id).state != BROADCAST_DRAFT);
            support_rollback(r->support);
            support_reopen(r->support);
            r->s.tx = support_begin(r->support);
            assert_int_equal(look_at(r, b.id).seen, seen);
            assert_int_equal(look_at(r, b.id).state, BROADCAST_DRAFT);
        }
        more = broadcast_count_step(&r->s, b.id);
        assert_true(more >= 0);
        steps++;
    }
    assert_true(steps >= (7000 - BROADCAST_NOW) / BROADCAST_BATCH);
    assert_int_equal(broadcast_count_step(&r->s, b.id), 0); /* whole: nothing more happens */
    assert_int_equal(look_at(r, b.id).state, BROADCAST_PREVIEWED);
    assert_int_equal(look_at(r, b.id).seen, 7000);
    check_list(r, b.id);
    /* The same as in one go. */
    struct broadcast_preview first = preview_of(r, b.id);
    run_timers(r, r->s.now);
    struct broadcast again;
    assert_int_equal(draft_as(r, r->organizer, &f, &again), BROADCAST_COUNTING);
    run_timers(r, r->s.now);
    struct broadcast_preview second = preview_of(r, again.id);
    assert_memory_equal(first.out, second.out, sizeof first.out);
    assert_int_equal(first.able, second.able);
    assert_int_equal(look_at(r, b.id).state, BROADCAST_CANCELLED); /* the newer draft replaced it */
    records_close(r);
}

static void a_long_list_is_told_when_it_is_whole(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct broadcast b, out;
    struct broadcast_preview p;
    char able[24];
    (void)state;
    multitude(r, 5600);
    assert_int_equal(draft_as(r, r->organizer, &f, &b), BROADCAST_COUNTING);
    assert_int_equal(broadcast_preview(&r->s, b.id, r->organizer, &p), BROADCAST_COUNTING);
    assert_int_equal(p.confirm, 0);
    assert_int_equal(broadcast_confirm(&r->s, b.id, r->organizer, 300, &out), BROADCAST_COUNTING);
    assert_int_equal(told(r, r->organizer, "broadcast.preview", NULL), 0);
    run_timers(r, r->s.now);
    assert_int_equal(told(r, r->organizer, "broadcast.preview", NULL), 1);
    p = preview_of(r, b.id);
    snprintf(able, sizeof able, "%lld", (long long)p.able);
    assert_string_equal(told_param(r, r->organizer, "broadcast.preview", "able"), able);
    assert_string_equal(told_param(r, r->organizer, "broadcast.preview", "confirm"), "300");
    records_close(r);
}

/* Whoever registers after the list was made is not on it. */
static void a_newcomer_is_not_called(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct broadcast b;
    (void)state;
    multitude(r, 5600);
    f.wave = 1000;
    assert_int_equal(draft_as(r, r->organizer, &f, &b), BROADCAST_COUNTING);
    r->s.now += 10;
    struct volunteer late = willing(r, "新来的");
    run_timers(r, r->s.now);
    assert_int_equal(look_at(r, b.id).state, BROADCAST_PREVIEWED);
    confirmed(r, b.id);
    struct volunteer later = willing(r, "更晚的");
    for (int hour = 11; hour < 20; hour++)
        run_timers(r, at(0, hour, 30));
    assert_int_equal(look_at(r, b.id).state, BROADCAST_DONE);
    assert_int_equal(told(r, late.address, "recruit.call", NULL), 0);
    assert_int_equal(told(r, later.address, "recruit.call", NULL), 0);
    records_close(r);
}

/* ---- who first ---- */

static struct volunteer lives_at(struct records *r, const char *name, const char *area)
{
    struct volunteer v = willing(r, name);
    assert_int_equal(volunteer_update(&r->s, v.id, FIELD_AREA, slice_of(area)), UPDATE_DONE);
    return v;
}

/* Whether the one was called and the other not, a wave of one at a time. */
static void best_match_and_least_called_first(void **state)
{
    struct records *r = records_open();
    struct activity a = records_draft(r, at(3, 9, 0), 120);
    a.area = INT64_C(530802001001);
    a.theme = SLICE("环保");
    assert_int_equal(activity_draft(&r->s, &a), 0);
    assert_int_equal(activity_publish(&r->s, a.id, r->organizer, &a), ACTIVITY_OK);
    (void)state;
    struct volunteer far = willing(r, "远"); /* in the township, nowhere nearer */
    struct volunteer near = lives_at(r, "近", "530802001001");
    struct volunteer knows = lives_at(r, "会", "530802001001");
    assert_int_equal(volunteer_update(&r->s, knows.id, FIELD_SKILLS, SLICE("做过环保")),
                     UPDATE_DONE);
    struct broadcast_form f = call_form(a.id);
    f.wave = 1;
    struct broadcast b = drafted(r, &f);
    confirmed(r, b.id);
    run_timers(r, r->s.now + 61);
    assert_int_equal(told(r, knows.address, "recruit.call", NULL), 1);
    assert_int_equal(told(r, near.address, "recruit.call", NULL), 0);
    run_timers(r, r->s.now + 3600);
    assert_int_equal(told(r, near.address, "recruit.call", NULL), 1);
    assert_int_equal(told(r, far.address, "recruit.call", NULL), 0);
    run_timers(r, r->s.now + 3600);
    assert_int_equal(told(r, far.address, "recruit.call", NULL), 1);
    records_close(r);
}

static void who_was_called_before_comes_later(void **state)
{
    struct records *r = records_open();
    struct activity one = meeting(r, at(3, 9, 0), 120, 20);
    struct volunteer first = willing(r, "一"), second = willing(r, "二");
    struct broadcast_form f = call_form(one.id);
    (void)state;
    f.wave = 1;
    struct broadcast b = running(r, &f), out;
    assert_int_equal(told(r, first.address, "recruit.call", NULL), 1); /* the older id */
    assert_int_equal(broadcast_stop(&r->s, b.id, r->organizer, &out), BROADCAST_OK);
    records_commit(r);
    /* It left: a withdrawn call would not count. */
    support_commit(r->support);
    support_exec(r->support, "UPDATE broadcast_recipients SET state = 2, "
                             "called_at = 1795572061 WHERE outbox > 0");
    r->s.tx = support_begin(r->support);
    r->s.now = at(3, 10, 0);
    struct activity two = meeting(r, at(6, 9, 0), 120, 20);
    f.activity = two.id;
    running(r, &f);
    assert_int_equal(told(r, second.address, "recruit.call", NULL), 1);
    assert_int_equal(told(r, first.address, "recruit.call", NULL), 1);
    records_close(r);
}

/* Too late this time, first next time, before somebody who is nearer; and only once. */
static void who_came_too_late_is_called_first(void **state)
{
    struct records *r = records_open();
    struct activity one = meeting(r, at(3, 9, 0), 120, 1);
    struct volunteer quick = willing(r, "快"), slow = willing(r, "慢");
    struct broadcast_form f = call_form(one.id);
    (void)state;
    struct broadcast b = running(r, &f);
    assert_int_equal(b.called, 2);
    assert_int_equal(join(r, one.id, &quick).outcome, SIGNUP_DONE);
    assert_int_equal(look_at(r, b.id).state, BROADCAST_FULL);
    support_commit(r->support); /* both texts had left */
    support_exec(r->support, "UPDATE broadcast_recipients SET state = 2, "
                             "called_at = 1795572061 WHERE outbox > 0");
    r->s.tx = support_begin(r->support);
    assert_int_equal(join(r, one.id, &slow).outcome, SIGNUP_WAITS);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM broadcast_marks"), 1);
    r->s.now = at(3, 10, 0);
    struct activity two = records_draft(r, at(6, 9, 0), 120);
    two.area = INT64_C(530802001001);
    assert_int_equal(activity_draft(&r->s, &two), 0);
    assert_int_equal(activity_publish(&r->s, two.id, r->organizer, NULL), ACTIVITY_OK);
    struct volunteer near = lives_at(r, "近", "530802001001");
    f.activity = two.id;
    f.wave = 1;
    running(r, &f);
    assert_int_equal(told(r, near.address, "recruit.call", NULL), 0);
    assert_int_equal(told(r, slow.address, "recruit.call", NULL), 2);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM broadcast_marks"), 0);
    records_close(r);
}

/* ---- reasons ---- */

static enum broadcast_reason reason_of(struct records *r, int64_t broadcast, int64_t address)
{
    char query[256];
    snprintf(query, sizeof query,
             "SELECT reason FROM broadcast_recipients WHERE broadcast = %lld AND address = %lld",
             (long long)broadcast, (long long)address);
    return (enum broadcast_reason)count_of(r, query);
}

static void every_reason_is_told_apart(void **state)
{
    struct records *r = records_open();
    struct activity a = records_draft(r, at(3, 9, 0), 120);
    struct organization branch;
    a.min_age = 18;
    assert_int_equal(activity_draft(&r->s, &a), 0);
    assert_int_equal(activity_publish(&r->s, a.id, r->organizer, &a), ACTIVITY_OK);
    (void)state;
    struct volunteer able = willing(r, "可以"), frozen = willing(r, "冻结"),
                     out = willing(r, "退订"), out_here = willing(r, "不要本街"),
                     young = willing(r, "小"), rested = willing(r, "昨天"),
                     capped = willing(r, "四次"), left = willing(r, "走了"),
                     in = willing(r, "报了");
    struct volunteer unasked = records_volunteer(r, "没问", 0);
    assert_int_equal(org_get(&r->s, r->branch, &branch), 1);
    assert_int_equal(volunteer_move(&r->s, frozen.id, VOLUNTEER_FROZEN), 1);
    assert_int_equal(opt_out(&r->s, out.address, OPT_ALL, SLICE("全停"), SLICE("sms")),
                     OPT_CHANGED);
    assert_int_equal(opt_out_of(&r->s, out_here.address, &branch, SLICE("别发"), SLICE("sms")),
                     OPT_CHANGED);
    assert_int_equal(volunteer_leave(&r->s, left.id), LEAVE_DONE);
    assert_int_equal(join(r, a.id, &in).outcome, SIGNUP_DONE);
    support_commit(r->support);
    char text[512];
    snprintf(text, sizeof text, "UPDATE volunteers SET birth = 15000 WHERE id = %lld",
             (long long)young.id);
    support_exec(r->support, text);
    snprintf(text, sizeof text,
             "INSERT INTO broadcast_recipients SELECT column1, column2, 0, 2, 1, 1, 1, 0, 1, "
             "column3, column3, 0, 0 FROM (VALUES (1, %lld, %lld), (1, %lld, %lld), "
             "(2, %lld, %lld), (3, %lld, %lld), (4, %lld, %lld)) AS v",
             (long long)rested.address, (long long)at(-1, 9, 0), (long long)capped.address,
             (long long)at(-5, 9, 0), (long long)capped.address, (long long)at(-4, 9, 0),
             (long long)capped.address, (long long)at(-3, 9, 0), (long long)capped.address,
             (long long)at(-2, 9, 0));
    support_exec(r->support, text);
    r->s.tx = support_begin(r->support);
    struct broadcast_form f = call_form(a.id);
    struct broadcast b = drafted(r, &f);
    assert_int_equal(reason_of(r, b.id, able.address), BROADCAST_ABLE);
    assert_int_equal(reason_of(r, b.id, frozen.address), BROADCAST_INACTIVE);
    assert_int_equal(reason_of(r, b.id, out.address), BROADCAST_OPTED_OUT);
    assert_int_equal(reason_of(r, b.id, out_here.address), BROADCAST_OPTED_OUT);
    assert_int_equal(reason_of(r, b.id, young.address), BROADCAST_UNFIT);
    assert_int_equal(reason_of(r, b.id, rested.address), BROADCAST_RESTING);
    assert_int_equal(reason_of(r, b.id, capped.address), BROADCAST_CAPPED);
    assert_int_equal(reason_of(r, b.id, unasked.address), BROADCAST_NEVER_YES);
    assert_int_equal(reason_of(r, b.id, in.address), BROADCAST_SIGNED_UP);
    assert_int_equal(look_at(r, b.id).listed, 9); /* who left is nobody's audience */
    check_list(r, b.id);
    records_close(r);
}

/* What is said on one channel of a person holds on the other one. */
static void the_newest_word_of_all_channels_counts(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct volunteer v = willing(r, "李雨桐");
    struct address wechat, phone;
    (void)state;
    assert_int_equal(people_address(r->s.tx, r->s.vault, r->s.ids, SLICE("wechat/demo"),
                                    SLICE("openid"), SLICE("wechat/demo"), r->s.now, r->s.arena,
                                    &wechat),
                     0);
    assert_int_equal(people_by_id(r->s.tx, r->s.vault, v.address, r->s.arena, &phone), 1);
    assert_int_equal(people_join(r->s.tx, wechat.id, phone.conversation), 0);
    r->s.now += 60;
    assert_int_equal(opt_out(&r->s, wechat.id, OPT_BROADCAST, SLICE("退订"), SLICE("wechat")),
                     OPT_CHANGED);
    struct broadcast_form f = call_form(a.id);
    struct broadcast b;
    assert_int_equal(draft_as(r, r->organizer, &f, &b), BROADCAST_NOBODY);
    assert_int_equal(b.state, BROADCAST_CANCELLED);
    assert_int_equal(reason_of(r, b.id, v.address), BROADCAST_OPTED_OUT);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_row_a_phone_that_several_share),
        cmocka_unit_test(a_phone_is_called_for_whom_it_can_be),
        cmocka_unit_test(the_sum_is_the_audience),
        cmocka_unit_test(a_crash_at_any_batch_goes_on),
        cmocka_unit_test(a_long_list_is_told_when_it_is_whole),
        cmocka_unit_test(a_newcomer_is_not_called),
        cmocka_unit_test(best_match_and_least_called_first),
        cmocka_unit_test(who_was_called_before_comes_later),
        cmocka_unit_test(who_came_too_late_is_called_first),
        cmocka_unit_test(every_reason_is_told_apart),
        cmocka_unit_test(the_newest_word_of_all_channels_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
