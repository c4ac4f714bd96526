#include "adapters/sms/udh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEADER(bytes) SLICE(bytes)

static void the_headers_of_the_sheet(void **state)
{
    (void)state;
    struct udh_part p;
    assert_int_equal(udh_read(HEADER("\x05\x00\x03\xAB\x02\x01"), &p), 1);
    assert_int_equal(p.reference, 0xAB);
    assert_int_equal(p.bits, 8);
    assert_int_equal(p.total, 2);
    assert_int_equal(p.number, 1);
    assert_int_equal(udh_read(HEADER("\x06\x08\x04\x12\x34\x03\x02"), &p), 1);
    assert_int_equal(p.reference, 0x1234);
    assert_int_equal(p.bits, 16);
    assert_int_equal(p.total, 3);
    assert_int_equal(p.number, 2);
    /* Other elements around it (national language shift, ports). */
    assert_int_equal(udh_read(HEADER("\x0B\x24\x01\x01\x00\x03\x07\x02\x02\x25\x01\x01"), &p), 1);
    assert_int_equal(p.reference, 7);
    assert_int_equal(p.number, 2);
    /* Nothing of parts. */
    assert_int_equal(udh_read(HEADER(""), &p), 0);
    assert_int_equal(udh_read(HEADER("\x00"), &p), 0);
    assert_int_equal(udh_read(HEADER("\x03\x25\x01\x01"), &p), 0);
    assert_int_equal(udh_read(HEADER("\x05\x00\x03\x07\x01\x01"), &p), 0); /* one of one */
}

/* Every head of a good header, and the header with each byte changed, is read without looking
 * beyond its end (the sanitizers see that) and never makes a part that cannot be. */
static void lengths_that_lie(void **state)
{
    (void)state;
    static const char good[] = "\x0B\x24\x01\x01\x08\x04\x12\x34\x03\x02\x25\x00";
    struct udh_part p;
    assert_int_equal(udh_read((struct slice){ good, 12 }, &p), 1);
    for (size_t n = 1; n < 12; n++) {
        char *head = malloc(n);
        memcpy(head, good, n);
        assert_int_equal(udh_read((struct slice){ head, n }, &p), GW_EPROTO);
        free(head);
    }
    for (size_t i = 0; i < 12; i++)
        for (int c = 0; c < 256; c++) {
            char *changed = malloc(12);
            memcpy(changed, good, 12);
            changed[i] = (char)c;
            p = (struct udh_part){ 0 };
            int rc = udh_read((struct slice){ changed, 12 }, &p);
            assert_true(rc == GW_EPROTO || rc == 0 || rc == 1);
            if (rc == 1)
                assert_true(p.total >= 2 && p.number >= 1 && p.number <= p.total);
            free(changed);
        }
    char long_one[200] = { (char)199 };
    assert_int_equal(udh_read((struct slice){ long_one, sizeof(long_one) }, &p), GW_EPROTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_headers_of_the_sheet),
        cmocka_unit_test(lengths_that_lie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
