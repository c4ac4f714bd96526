#include "handlers/protect.h"

#include "tests/handlers/records.h"

static void a_text_opens_in_its_own_row_only(void **state)
{
    struct records *r = records_open();
    struct slice sealed = protect_text(&r->s, "tasks.said", 7, SLICE("我讲不清楚")), clear;
    (void)state;
    assert_true(sealed.n > SLICE("我讲不清楚").n);
    assert_true(slice_find(sealed, SLICE("讲")) < 0);
    assert_int_equal(protect_open(&r->s, "tasks.said", 7, sealed, &clear), 0);
    assert_slice(clear, "我讲不清楚");
    assert_int_equal(protect_open(&r->s, "tasks.said", 8, sealed, &clear), GW_ECRYPTO);
    assert_int_equal(protect_open(&r->s, "consents.words", 7, sealed, &clear), GW_ECRYPTO);
    assert_slice(clear, "");
    records_close(r);
}

static void nothing_stays_nothing(void **state)
{
    struct records *r = records_open();
    struct slice clear = SLICE("x");
    (void)state;
    assert_int_equal(protect_text(&r->s, "a", 1, SLICE("")).n, 0);
    assert_int_equal(protect_open(&r->s, "a", 1, SLICE(""), &clear), 0);
    assert_int_equal(clear.n, 0);
    records_close(r);
}

static void digests_find_equals_of_one_kind(void **state)
{
    struct records *r = records_open();
    (void)state;
    struct slice one = protect_digest(&r->s, "id_number", SLICE("123456"));
    assert_int_equal(one.n, 32);
    assert_true(slice_eq(one, protect_digest(&r->s, "id_number", SLICE("123456"))));
    assert_false(slice_eq(one, protect_digest(&r->s, "role_code", SLICE("123456"))));
    assert_false(slice_eq(one, protect_digest(&r->s, "id_number", SLICE("123457"))));
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_opens_in_its_own_row_only),
        cmocka_unit_test(nothing_stays_nothing),
        cmocka_unit_test(digests_find_equals_of_one_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
