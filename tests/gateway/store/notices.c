#include "gateway/store/notices.h"

#include "tests/support/support.h"

#define NOW SUPPORT_NOW

static void each_acceptance_is_good_for_one(void **state)
{
    struct support *s = *state;
    struct slice a = SLICE("T1"), b = SLICE("T2");
    assert_int_equal(notice_take(s->tx, 1, a, NOW), 0);
    assert_int_equal(notice_agree(s->tx, 1, a, NOW), 0);
    assert_int_equal(notice_agree(s->tx, 1, a, NOW), 0);
    assert_int_equal(notice_left(s->tx, 1, a), 2);
    assert_int_equal(notice_left(s->tx, 1, b), 0);
    assert_int_equal(notice_left(s->tx, 2, a), 0);
    assert_int_equal(notice_take(s->tx, 1, a, NOW), 1);
    assert_int_equal(notice_take(s->tx, 1, a, NOW), 1);
    assert_int_equal(notice_take(s->tx, 1, a, NOW), 0);
}

static void a_refusal_ends_all(void **state)
{
    struct support *s = *state;
    struct slice a = SLICE("T1");
    assert_int_equal(notice_refuse(s->tx, 1, a, NOW), 0);
    for (int i = 0; i < 200; i++)
        assert_int_equal(notice_agree(s->tx, 1, a, NOW), 0);
    assert_int_equal(notice_left(s->tx, 1, a), 100);
    assert_int_equal(notice_refuse(s->tx, 1, a, NOW), 0);
    assert_int_equal(notice_take(s->tx, 1, a, NOW), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, support_setup_begun, support_teardown)
    const struct CMUnitTest tests[] = {
        TEST(each_acceptance_is_good_for_one),
        TEST(a_refusal_ends_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
