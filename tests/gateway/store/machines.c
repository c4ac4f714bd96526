/* What of a sender is not answered for a while. */
#include "gateway/store/machines.h"

#include <string.h>

#include "tests/support/support.h"

enum { ADDRESS = 77, NOW = 1000, HOUR = 3600 };

static void what_is_held_is_counted_and_held_longer(void **state)
{
    struct support *s = *state;
    struct tx *tx = s->tx;
    assert_int_equal(machines_held(tx, ADDRESS, MACHINE_AUTO_REPLY, NOW, HOUR), 0);
    assert_int_equal(machines_hold(tx, ADDRESS, MACHINE_AUTO_REPLY, NOW, HOUR), 0);
    assert_int_equal(machines_held(tx, ADDRESS, MACHINE_AUTO_REPLY, NOW + HOUR - 1, HOUR), 1);
    assert_int_equal(machines_held(tx, ADDRESS, MACHINE_AUTO_REPLY, NOW + 2 * HOUR - 2, HOUR), 1);
    assert_int_equal(machines_held(tx, ADDRESS, MACHINE_FLOOD, NOW, HOUR), 0);
    assert_int_equal(machines_held(tx, ADDRESS + 1, MACHINE_AUTO_REPLY, NOW, HOUR), 0);
    assert_int_equal(machines_held(tx, ADDRESS, MACHINE_AUTO_REPLY, NOW + 4 * HOUR, HOUR), 0);
    assert_int_equal(machines_hold(tx, ADDRESS, MACHINE_AUTO_REPLY, NOW + 4 * HOUR, HOUR), 0);
    assert_int_equal(machines_held(tx, ADDRESS, MACHINE_AUTO_REPLY, NOW + 4 * HOUR, HOUR), 1);
    support_commit(s);
    assert_int_equal(support_count(s, "SELECT texts FROM machines"), 3);
    support_reopen(s);
    support_begin(s);
    assert_int_equal(machines_held(s->tx, ADDRESS, MACHINE_AUTO_REPLY, NOW + 5 * HOUR - 1, 1), 1);
}

static void a_text_is_silent_by_itself_or_by_a_flood(void **state)
{
    struct support *s = *state;
    enum { TEXT = 4711 };
    assert_int_equal(machines_silent(s->tx, ADDRESS, TEXT, NOW, 60), 0);
    assert_int_equal(machines_hold(s->tx, ADDRESS, TEXT, NOW, 60), 0);
    assert_int_equal(machines_silent(s->tx, ADDRESS, TEXT, NOW + 59, 60), 1);
    assert_int_equal(machines_silent(s->tx, ADDRESS, TEXT, NOW + 118, 60), 1);
    assert_int_equal(machines_silent(s->tx, ADDRESS, TEXT + 4, NOW, 60), 0);
    assert_int_equal(machines_silent(s->tx, ADDRESS, TEXT, NOW + 178, 60), 0);
    assert_int_equal(machines_hold(s->tx, ADDRESS, MACHINE_FLOOD, NOW, 60), 0);
    assert_int_equal(machines_silent(s->tx, ADDRESS, TEXT + 4, NOW + 59, 60), 1);
    assert_int_equal(machines_hold(s->tx, ADDRESS, MACHINE_AUTO_REPLY, NOW + 500, 60), 0);
    assert_int_equal(machines_silent(s->tx, ADDRESS, TEXT, NOW + 500, 60), 0);
}

static void a_text_is_no_habit(void **state)
{
    unsigned char digest[32] = { 0 };
    (void)state;
    assert_true(machines_text(digest) != MACHINE_AUTO_REPLY);
    digest[0] = 1;
    assert_true(machines_text(digest) != MACHINE_FLOOD);
    memset(digest, 0xFF, sizeof digest);
    int64_t all = machines_text(digest);
    digest[7] = 0;
    assert_true(machines_text(digest) != all);
}

static void what_is_over_is_purged(void **state)
{
    struct support *s = *state;
    for (int64_t i = 0; i < 5; i++)
        assert_int_equal(machines_hold(s->tx, i, MACHINE_FLOOD, NOW, (int)i * 10 + 10), 0);
    assert_int_equal(machines_purge(s->tx, NOW + 30, 2), 2);
    assert_int_equal(machines_purge(s->tx, NOW + 30, 2), 1);
    assert_int_equal(machines_purge(s->tx, NOW + 30, 2), 0);
    assert_int_equal(machines_held(s->tx, 3, MACHINE_FLOOD, NOW + 30, 10), 1);
}

static void errors_are_returned(void **state)
{
    struct support *s = *state;
    support_exec(s, "DROP TABLE machines");
    struct tx *tx = support_begin(s);
    assert_int_equal(machines_hold(tx, 1, 1, 1, 1), GW_EDB);
    assert_int_equal(machines_held(tx, 1, 1, 1, 1), GW_EDB);
    assert_int_equal(machines_purge(tx, 1, 1), GW_EDB);
    support_rollback(s);
}

int main(void)
{
#define TEST(f)  cmocka_unit_test_setup_teardown(f, support_setup_begun, support_teardown)
#define BREAK(f) cmocka_unit_test_setup_teardown(f, support_setup, support_teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_is_held_is_counted_and_held_longer),
        TEST(a_text_is_silent_by_itself_or_by_a_flood),
        TEST(a_text_is_no_habit),
        TEST(what_is_over_is_purged),
        BREAK(errors_are_returned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
