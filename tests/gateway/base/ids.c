/* Ids in order of time. */
#include "gateway/base/ids.h"

#include <time.h>

#include "tests/support/support.h"

static int64_t clock_at(void *context)
{
    return *(int64_t *)context;
}

static void ids_rise_and_name_their_time(void **state)
{
    (void)state;
    int64_t now = SUPPORT_NOW * 1000;
    struct ids ids;
    ids_init(&ids, 5, 0, clock_at, &now);
    int64_t before = 0;
    for (int i = 0; i < 10000; i++) { /* more than one millisecond's 4096 */
        int64_t id = ids_next(&ids);
        assert_true(id > before);
        assert_int_equal(id >> 12 & 1023, 5);
        before = id;
    }
    assert_true(ids_time_ms(before) == now + 2);
    now += 5000;
    assert_true(ids_time_ms(ids_next(&ids)) == now);
}

static void a_clock_that_goes_back_repeats_none(void **state)
{
    (void)state;
    int64_t now = SUPPORT_NOW * 1000;
    struct ids ids;
    ids_init(&ids, 1, 0, clock_at, &now);
    int64_t first = ids_next(&ids);
    now -= 3600 * 1000;
    int64_t second = ids_next(&ids);
    assert_true(second > first);
    assert_true(ids_time_ms(second) == ids_time_ms(first));
    now = 0; /* before 2025 */
    assert_true(ids_next(&ids) > second);
}

static void it_goes_on_behind_the_last_stored_id(void **state)
{
    (void)state;
    int64_t now = SUPPORT_NOW * 1000;
    struct ids one;
    struct ids two;
    ids_init(&one, 900, 0, clock_at, &now);
    int64_t last = 0;
    for (int i = 0; i < 4096; i++)
        last = ids_next(&one);
    ids_init(&two, 3, last, clock_at, &now); /* another node, smaller number */
    int64_t id = ids_next(&two);
    assert_true(id > last);
    assert_int_equal(id >> 12 & 1023, 3);
    ids_init(&two, 900, last, clock_at, &now); /* the same node, sequence used up */
    id = ids_next(&two);
    assert_true(id > last);
    assert_int_equal(id >> 12 & 1023, 900);
    ids_pass(&two, id - 1); /* nothing new */
    assert_true(ids_next(&two) == id + 1);
    ids_pass(&two, id + (INT64_C(5) << 22)); /* told of one that is five milliseconds ahead */
    assert_true(ids_next(&two) > id + (INT64_C(5) << 22));
}

static void zero_is_never_an_id(void **state)
{
    (void)state;
    int64_t now = 0;
    struct ids ids;
    ids_init(&ids, 0, 0, clock_at, &now);
    assert_true(ids_next(&ids) > 0);
    ids_init(&ids, 1024, 0, clock_at, &now); /* node numbers wrap */
    assert_true(ids_next(&ids) > 0);
}

static void the_floor_of_a_time(void **state)
{
    (void)state;
    int64_t now = SUPPORT_NOW * 1000;
    struct ids ids;
    ids_init(&ids, 0, 0, clock_at, &now);
    int64_t id = ids_next(&ids);
    assert_true(ids_floor(now) <= id);
    assert_true(ids_floor(now + 1) > id);
    assert_true(ids_floor(0) == 0);
}

static void the_real_clock_is_real(void **state)
{
    (void)state;
    int64_t ms = ids_real_clock(NULL);
    assert_in_range(ms / 1000, time(NULL) - 2, time(NULL) + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_rise_and_name_their_time),
        cmocka_unit_test(a_clock_that_goes_back_repeats_none),
        cmocka_unit_test(it_goes_on_behind_the_last_stored_id),
        cmocka_unit_test(zero_is_never_an_id),
        cmocka_unit_test(the_floor_of_a_time),
        cmocka_unit_test(the_real_clock_is_real),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
