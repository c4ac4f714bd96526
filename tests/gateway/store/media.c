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

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, support_setup_begun, support_teardown)
    const struct CMUnitTest tests[] = {
        TEST(those_of_an_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
