/* Files that people sent. */
#include "gateway/store/media.h"

#include "tests/support/support.h"

static void put(struct support *s, int64_t id, int64_t address, const char *media)
{
    const struct media_row row = { .id = id,
                                   .account = SLICE("wechat/demo"),
                                   .address = address,
                                   .inbox = 7,
                                   .kind = SLICE("image"),
                                   .media = slice_of(media),
                                   .wanted_until = SUPPORT_NOW + 3 * 86400 };
    assert_int_equal(media_put(s->tx, &row, SUPPORT_NOW), 0);
}

static void those_of_an_address(void **state)
{
    struct support *s = *state;
    struct media_row *list;
    assert_int_equal(media_of(s->tx, 1, &s->arena, &list), 0);
    put(s, 11, 1, "M1");
    put(s, 12, 2, "M2");
    put(s, 13, 1, "M3");
    assert_int_equal(media_of(s->tx, 1, &s->arena, &list), 2);
    assert_slice(list[0].media, "M1");
    assert_slice(list[1].media, "M3");
    assert_slice(list[0].kind, "image");
    assert_slice(list[0].account, "wechat/demo");
    assert_int_equal(list[0].inbox, 7);
    assert_int_equal(list[0].state, MEDIA_WAITING);
    assert_int_equal(list[0].wanted_until, SUPPORT_NOW + 3 * 86400);
    assert_int_equal(list[0].path.n, 0);
}

static void one_is_fetched_after_the_other(void **state)
{
    struct support *s = *state;
    struct media_row row;
    int64_t next;
    assert_int_equal(media_due(s->tx, SUPPORT_NOW, &s->arena, &row, &next), 0);
    assert_int_equal(next, 0);
    put(s, 11, 1, "M1");
    put(s, 12, 2, "M2");
    assert_int_equal(media_due(s->tx, SUPPORT_NOW, &s->arena, &row, &next), 1);
    assert_slice(row.media, "M1");
    assert_int_equal(media_put_off(s->tx, 11, SUPPORT_NOW + 30), 0);
    assert_int_equal(media_due(s->tx, SUPPORT_NOW, &s->arena, &row, &next), 1);
    assert_slice(row.media, "M2");
    assert_int_equal(media_fetched(s->tx, 12, SLICE("media/12"), 77), 1);
    assert_int_equal(media_fetched(s->tx, 12, SLICE("media/12"), 77), 0);
    assert_int_equal(media_due(s->tx, SUPPORT_NOW, &s->arena, &row, &next), 0);
    assert_int_equal(next, SUPPORT_NOW + 30);
    assert_int_equal(media_get(s->tx, 11, &s->arena, &row), 1);
    assert_int_equal(row.attempt, 1);
    assert_int_equal(media_lost(s->tx, 11), 0);
    assert_int_equal(media_lost(s->tx, 12), 0); /* it is here */
    struct media_row *list;
    assert_int_equal(media_list(s->tx, INT64_MAX, 10, &s->arena, &list), 2);
    assert_int_equal(list[0].state, MEDIA_FETCHED);
    assert_slice(list[0].path, "media/12");
    assert_int_equal(list[0].bytes, 77);
    assert_int_equal(list[1].state, MEDIA_LOST);
    assert_int_equal(media_get(s->tx, 13, &s->arena, &row), 0);
}

static void after_three_days_it_is_lost(void **state)
{
    struct support *s = *state;
    struct media_row row;
    int64_t next, end = SUPPORT_NOW + 3 * 86400;
    put(s, 11, 1, "M1");
    assert_int_equal(media_put_off(s->tx, 11, end + 9999), 0); /* no later than it is wanted */
    assert_int_equal(media_expire(s->tx, end - 1, 10), 0);
    assert_int_equal(media_expire(s->tx, end, 10), 1);
    assert_int_equal(media_due(s->tx, end, &s->arena, &row, &next), 0);
    assert_int_equal(next, 0);
}

static void old_ones_are_dropped(void **state)
{
    struct support *s = *state;
    struct media_row row;
    int64_t first = ids_floor((int64_t)SUPPORT_NOW * 1000);
    put(s, first, 1, "M1");
    put(s, first + 1, 1, "M2");
    assert_int_equal(media_purge(s->tx, SUPPORT_NOW, 10), 0);
    assert_int_equal(media_purge(s->tx, SUPPORT_NOW + 1, 1), 1);
    assert_int_equal(media_get(s->tx, first, &s->arena, &row), 0);
    assert_int_equal(media_get(s->tx, first + 1, &s->arena, &row), 1);
    assert_int_equal(row.at, SUPPORT_NOW);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, support_setup_begun, support_teardown)
    const struct CMUnitTest tests[] = {
        TEST(those_of_an_address),
        TEST(one_is_fetched_after_the_other),
        TEST(after_three_days_it_is_lost),
        TEST(old_ones_are_dropped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
