/* Phone numbers: one spelling, machines told apart, none shown whole. */
#include "gateway/base/phone.h"

#include "tests/support/support.h"

static void spellings_of_one_number(void **state)
{
    (void)state;
    static const char *const good[] = {
        "13800000001",
        "+8613800000001",
        "008613800000001",
        "8613800000001",
        "138 0000 0001",
        "138-0000-0001",
        "+86 138 0000 0001",
        " 13800000001 ",
        "+86-138-0000-0001",
        "１３８０００００００１",
        "＋８６　１３８－００００－０００１",
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        char out[12];
        assert_true(phone_normalize(slice_of(good[i]), out));
        assert_string_equal(out, "13800000001");
    }
}

static void what_is_no_mobile(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "1380000000",   /* ten digits */
        "138000000011", /* twelve */
        "12800000001",  /* no such range */
        "10086",
        "+85213800000", /* another country */
        "+13800000001",
        "138000o0001",
        "１３８０００００００１１", /* twelve */
        "一三八００００００１",
        "1380000000+1",
        "++8613800000001",
        "868613800000001",
        "13800000001,13800000002",
        "08792123456",
        "000000000000000000000000000000000000000013800000001",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char out[12] = "untouched";
        assert_false(phone_normalize(slice_of(bad[i]), out));
        assert_string_equal(out, "untouched");
    }
}

static void machines(void **state)
{
    (void)state;
    static const char *const service[] = {
        "110",
        "119",
        "120",
        "10086",
        "10010",
        "10000",
        "12345",
        "12356",
        "95588",
        "955881234",
        "96110",
        "1065512",
        "10690123456789012345",
        "+8610086",
        "8612345",
        "106 5512",
        "4008001234",
        "+864006001111",
    };
    static const char *const people[] = {
        "13800000001", "+8613800000001", "19200000001", "", "08792123456", "12", "abc", "9876"
    };
    for (size_t i = 0; i < sizeof(service) / sizeof(service[0]); i++)
        assert_true(phone_is_service(slice_of(service[i])));
    for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++)
        assert_false(phone_is_service(slice_of(people[i])));
}

static void masking(void **state)
{
    (void)state;
    char out[16];
    phone_mask(SLICE("13800000001"), out);
    assert_string_equal(out, "138****0001");
    phone_mask(SLICE("+86 138 0000 0001"), out);
    assert_string_equal(out, "138****0001");
    phone_mask(SLICE("o6_bmjrPTlm6_2sgVt7hMZOPfL2M"), out);
    assert_string_equal(out, "****");
    phone_mask(SLICE(""), out);
    assert_string_equal(out, "****");
    assert_slice(phone_tail(SLICE("13800000001")), "0001");
    assert_slice(phone_tail(SLICE("01")), "01");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spellings_of_one_number),
        cmocka_unit_test(what_is_no_mobile),
        cmocka_unit_test(machines),
        cmocka_unit_test(masking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
