#include "gateway/base/network.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void who_is_in(void **state)
{
    (void)state;
    static const struct {
        const char *network, *address;
        bool in;
    } cases[] = {
        { "203.0.113.0/24", "203.0.113.0", true },
        { "203.0.113.0/24", "203.0.113.255", true },
        { "203.0.113.0/24", "203.0.114.0", false },
        { "203.0.113.128/25", "203.0.113.127", false },
        { "203.0.113.128/25", "203.0.113.128", true },
        { "203.0.113.7", "203.0.113.7", true },
        { "203.0.113.7", "203.0.113.6", false },
        { "203.0.113.7/32", "203.0.113.7", true },
        { "0.0.0.0/0", "8.8.8.8", true },
        { "0.0.0.0/0", "2001:db8::1", false },
        { "203.0.113.0/24", "::ffff:203.0.113.9", true }, /* as a dual-stack socket shows it */
        { "::ffff:203.0.113.0/120", "203.0.113.9", true },
        { "2001:db8::/32", "2001:db8:ffff::1", true },
        { "2001:db8::/32", "2001:db9::1", false },
        { "::1", "::1", true },
        { "::/0", "10.0.0.1", true },
        { "203.0.113.0/24", "", false },
        { "203.0.113.0/24", "203.0.113", false },
        { "203.0.113.0/24", "203.0.113.9:80", false },
        { "203.0.113.0/24", "example.org", false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct network n;
        assert_int_equal(network_parse(slice_of(cases[i].network), &n), 0);
        if (network_holds(&n, slice_of(cases[i].address)) != cases[i].in)
            fail_msg("%s in %s", cases[i].address, cases[i].network);
    }
}

static void what_is_no_network(void **state)
{
    (void)state;
    static const char *const wrong[] = { "",
                                         "/",
                                         "/8",
                                         "10.0.0.0/",
                                         "10.0.0.0/x",
                                         "10.0.0.0/33",
                                         "10.0.0.0/-1",
                                         "10.0.0.0/8/8",
                                         "10.0.0.1/8",
                                         "10.0.0",
                                         "2001:db8::/129",
                                         "2001:db8::1/32",
                                         "a.b.c.d/8",
                                         "any",
                                         "10.0.0.0 /8" };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct network n;
        if (network_parse(slice_of(wrong[i]), &n) != GW_EINVAL)
            fail_msg("%s", wrong[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_is_in),
        cmocka_unit_test(what_is_no_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
