/* Codes of the leader's screen: good for their minute and the next, of one activity and side. */
#include "handlers/scans.h"

#include "tests/handlers/outbox.h"

static int64_t start(void)
{
    return SUPPORT_NOW + HOUR;
}

static void run(void (*test)(struct records *r, int64_t activity))
{
    struct records *r = records_open();
    test(r, records_activity(r, start(), 120));
    records_close(r);
}

static struct activity look(struct records *r, int64_t id)
{
    struct activity a;
    assert_int_equal(activity_get(&r->s, id, &a), 1);
    return a;
}

static int read(struct records *r, const char *scene, enum scan_kind *kind)
{
    struct activity a;
    return scan_read(&r->s, slice_of(scene), kind, &a);
}

static void good_for_two_minutes(struct records *r, int64_t id)
{
    char scene[SCAN_SCENE_MAX], later[SCAN_SCENE_MAX];
    enum scan_kind kind;
    const struct activity a = look(r, id);
    r->s.now = start() / 60 * 60; /* the first second of a minute */
    scan_scene(&r->s, &a, SCAN_IN, scene);
    r->s.now += 59;
    scan_scene(&r->s, &a, SCAN_IN, later);
    assert_string_equal(scene, later);
    r->s.now += 60; /* the last second of the next one */
    assert_int_equal(read(r, scene, &kind), SCAN_GOOD);
    assert_int_equal(kind, SCAN_IN);
    r->s.now += 1;
    assert_int_equal(read(r, scene, &kind), SCAN_STALE);
    r->s.now -= 180; /* nor one of the future */
    assert_int_equal(read(r, scene, &kind), SCAN_STALE);
}

static void of_one_side_and_activity(struct records *r, int64_t id)
{
    char in[SCAN_SCENE_MAX], out[SCAN_SCENE_MAX], other[SCAN_SCENE_MAX], mixed[64];
    enum scan_kind kind;
    const struct activity a = look(r, id);
    const struct activity b = look(r, records_activity(r, start(), 60));
    scan_scene(&r->s, &a, SCAN_IN, in);
    scan_scene(&r->s, &a, SCAN_OUT, out);
    scan_scene(&r->s, &b, SCAN_IN, other);
    assert_int_equal(read(r, out, &kind), SCAN_GOOD);
    assert_int_equal(kind, SCAN_OUT);
    snprintf(mixed, sizeof mixed, "out.%lld%s", (long long)a.code, strrchr(in, '.'));
    assert_int_equal(read(r, mixed, &kind), SCAN_STALE);
    snprintf(mixed, sizeof mixed, "in.%lld%s", (long long)a.code, strrchr(other, '.'));
    assert_int_equal(read(r, mixed, &kind), SCAN_STALE);
}

static void what_is_no_code_of_ours(struct records *r, int64_t id)
{
    static const char *const others[] = { "st12", "", "inside", "in", "out" };
    static const char *const broken[] = { "in.",           "in.41",
                                          "in.41.",        "in.x.abcdef",
                                          "in.-1.abcdef",  "in.41.abcde",
                                          "in.41.abcdefg", "out.99999999999999999999.abcdef" };
    enum scan_kind kind;
    (void)id;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(read(r, others[i], &kind), SCAN_OTHER);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        assert_int_equal(read(r, broken[i], &kind), SCAN_STALE);
}

static void a_page_cannot_be_guessed(struct records *r, int64_t id)
{
    char page[SCAN_PAGE_MAX];
    scan_page(r->s.vault, SLICE("wechat/demo"), id, page);
    assert_int_equal(scan_page_read(r->s.vault, SLICE("wechat/demo"), slice_of(page)), id);
    assert_int_equal(scan_page_read(r->s.vault, SLICE("wechat/other"), slice_of(page)), 0);
    size_t last = strlen(page) - 1;
    assert_int_equal(scan_page_read(r->s.vault, SLICE("wechat/demo"), (struct slice){ page, last }),
                     0);
    page[last] = page[last] == 'a' ? 'b' : 'a';
    assert_int_equal(scan_page_read(r->s.vault, SLICE("wechat/demo"), slice_of(page)), 0);
    assert_int_equal(scan_page_read(r->s.vault, SLICE("wechat/demo"), SLICE("-")), 0);
}

static struct attendance_check arrive(struct records *r, int64_t id, const struct volunteer *v,
                                      int64_t at, int outcome)
{
    struct attendance_check check;
    assert_int_equal(scan_arrive(&r->s, id, v->id, v->address, at, &check), outcome);
    return check;
}

static void who_forgot_is_asked_once(struct records *r, int64_t id)
{
    struct volunteer stays = records_volunteer(r, "杨秀兰", 0),
                     left = records_volunteer(r, "李雨桐", 0);
    struct attendance_left out;
    r->s.now = start();
    arrive(r, id, &stays, r->s.now, ATTENDANCE_WALKED_IN);
    arrive(r, id, &left, r->s.now, ATTENDANCE_WALKED_IN);
    assert_int_equal(arrive(r, id, &stays, r->s.now, ATTENDANCE_AGAIN).at, start());
    r->s.now = start() + 2 * HOUR;
    assert_int_equal(scan_leave(&r->s, id, left.id, r->s.now, &out), ATTENDANCE_LEFT);
    assert_int_equal(out.minutes, 120);
    run_timers(r, start() + 2 * HOUR + 1799);
    assert_int_equal(told(r, stays.address, "checkout.forgot", NULL), 0);
    run_timers(r, start() + 2 * HOUR + 1800);
    run_timers(r, start() + 3 * HOUR);
    assert_int_equal(told(r, stays.address, "checkout.forgot", NULL), 1);
    assert_int_equal(told(r, left.address, "checkout.forgot", NULL), 0);
    /* An answer is held between the check-in and now. */
    r->s.now = start() + 3 * HOUR;
    assert_int_equal(scan_leave(&r->s, id, stays.id, start() - HOUR, &out), ATTENDANCE_LEFT);
    assert_int_equal(out.out_at, start());
    assert_int_equal(out.minutes, 0);
}

static void nobody_is_asked_at_night(struct records *r, int64_t id)
{
    struct volunteer v = records_volunteer(r, "杨秀兰", 0);
    (void)id;
    int64_t evening = civil_day_start(SUPPORT_TODAY, SUPPORT_ZONE) + 19 * HOUR;
    int64_t late = records_activity(r, evening, 180);
    r->s.now = evening;
    arrive(r, late, &v, r->s.now, ATTENDANCE_WALKED_IN);
    run_timers(r, evening + 14 * HOUR);
    assert_int_equal(told(r, v.address, "checkout.forgot", NULL), 0);
}

#define TEST(f)                                                                                    \
    static void test_##f(void **state)                                                             \
    {                                                                                              \
        (void)state;                                                                               \
        run(f);                                                                                    \
    }
TEST(good_for_two_minutes)
TEST(of_one_side_and_activity)
TEST(what_is_no_code_of_ours)
TEST(a_page_cannot_be_guessed)
TEST(who_forgot_is_asked_once)
TEST(nobody_is_asked_at_night)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_for_two_minutes),
        cmocka_unit_test(test_of_one_side_and_activity),
        cmocka_unit_test(test_what_is_no_code_of_ours),
        cmocka_unit_test(test_a_page_cannot_be_guessed),
        cmocka_unit_test(test_who_forgot_is_asked_once),
        cmocka_unit_test(test_nobody_is_asked_at_night),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
