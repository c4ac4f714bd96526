#include "handlers/counters.h"

#include "handlers/list.h"
#include "tests/handlers/records.h"

static void a_counter_goes_round(void **state)
{
    struct records *r = records_open();
    int64_t n = 0;
    (void)state;
    for (int round = 0; round < 3; round++)
        for (int64_t want = 10; want <= 14; want++) {
            assert_int_equal(counter_next(&r->s, "a", 10, 14, &n), 0);
            assert_int_equal(n, want);
        }
    assert_int_equal(counter_next(&r->s, "b", 1, 99, &n), 0);
    assert_int_equal(n, 1); /* each its own */
    records_close(r);
}

static void a_smaller_range_is_entered_from_the_front(void **state)
{
    struct records *r = records_open();
    int64_t n = 0;
    (void)state;
    for (int i = 0; i < 300; i++)
        assert_int_equal(counter_short(&r->s, "a", 10, 100, &n), 0);
    assert_int_equal(n, 309);
    assert_int_equal(counter_short(&r->s, "a", 10, 3, &n), 0);
    assert_int_equal(n, 10);
    assert_int_equal(counter_short(&r->s, "a", 10, 700, &n), 0);
    assert_int_equal(n, 11);
    records_close(r);
}

static void lists_grow_and_keep_what_they_hold(void **state)
{
    struct arena arena = { 0 };
    int *list = NULL;
    (void)state;
    for (int i = 0; i < 5000; i++) {
        list = list_room(&arena, list, i, sizeof *list);
        list[i] = i;
    }
    for (int i = 0; i < 5000; i++)
        assert_int_equal(list[i], i);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_counter_goes_round),
        cmocka_unit_test(a_smaller_range_is_entered_from_the_front),
        cmocka_unit_test(lists_grow_and_keep_what_they_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
