/* What may be sent after a person's last action. */
#include "gateway/store/grants.h"

#include "tests/support/support.h"

enum { MESSAGE = 1, CLICK = 2, NOW = SUPPORT_NOW };

static void a_grant_is_used_up(void **state)
{
    struct support *s = *state;
    assert_int_equal(grant_take(s->tx, 1, NOW), 0);
    assert_int_equal(grant_give(s->tx, 1, MESSAGE, 2, 3600, NOW), 0);
    assert_int_equal(grant_left(s->tx, 1, NOW), 2);
    assert_int_equal(grant_take(s->tx, 1, NOW), 1);
    assert_int_equal(grant_take(s->tx, 1, NOW + 3599), 1);
    assert_int_equal(grant_take(s->tx, 1, NOW), 0);
    assert_int_equal(grant_take(s->tx, 2, NOW), 0);
}

static void it_ends_and_is_refreshed(void **state)
{
    struct support *s = *state;
    assert_int_equal(grant_give(s->tx, 1, MESSAGE, 5, 3600, NOW), 0);
    assert_int_equal(grant_take(s->tx, 1, NOW + 3600), 0);
    assert_int_equal(grant_take(s->tx, 1, NOW), 1);
    /* It is refreshed, not added to. */
    assert_int_equal(grant_give(s->tx, 1, MESSAGE, 5, 3600, NOW + 10), 0);
    assert_int_equal(grant_left(s->tx, 1, NOW + 10), 5);
}

static void what_ends_first_goes_first(void **state)
{
    struct support *s = *state;
    assert_int_equal(grant_give(s->tx, 1, MESSAGE, 5, 3600, NOW), 0);
    assert_int_equal(grant_give(s->tx, 1, CLICK, 3, 60, NOW), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(grant_take(s->tx, 1, NOW), 1);
    assert_int_equal(grant_left(s->tx, 1, NOW + 60), 4);
    assert_int_equal(grant_clear(s->tx, 1), 0);
    assert_int_equal(grant_left(s->tx, 1, NOW), 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, support_setup_begun, support_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_grant_is_used_up),
        TEST(it_ends_and_is_refreshed),
        TEST(what_ends_first_goes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
