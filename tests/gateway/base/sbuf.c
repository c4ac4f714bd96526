/* The string builder: limits and escapes. */
#include "gateway/base/sbuf.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/support.h"

static void it_grows_up_to_its_limit(void **state)
{
    (void)state;
    struct sbuf b;
    sbuf_init(&b, 1000);
    assert_slice(sbuf_slice(&b), "");
    for (int i = 0; i < 1000; i++)
        sbuf_char(&b, 'x');
    assert_false(b.failed);
    assert_int_equal(sbuf_slice(&b).n, 1000);
    assert_int_equal(b.p[1000], '\0');
    sbuf_char(&b, 'y');
    assert_true(b.failed);
    assert_int_equal(b.n, 1000);
    sbuf_free(&b);
    assert_int_equal(b.n, 0);
}

static void failure_sticks(void **state)
{
    (void)state;
    struct sbuf b;
    sbuf_init(&b, 5);
    sbuf_str(&b, "abc");
    sbuf_str(&b, "def");
    assert_true(b.failed);
    assert_slice(sbuf_slice(&b), "abc"); /* what fitted before */
    sbuf_char(&b, 'd');                  /* would fit, but something is missing already */
    assert_slice(sbuf_slice(&b), "abc");
    sbuf_clear(&b);
    assert_false(b.failed);
    sbuf_str(&b, "defgh");
    assert_slice(sbuf_slice(&b), "defgh");
    assert_false(b.failed);
    sbuf_free(&b);
    sbuf_init(&b, 0);
    sbuf_str(&b, "");
    assert_false(b.failed);
    sbuf_str(&b, "a");
    assert_true(b.failed);
    sbuf_free(&b);
}

static void printf_obeys_the_limit(void **state)
{
    (void)state;
    struct sbuf b;
    sbuf_init(&b, 8);
    sbuf_printf(&b, "%d-%s", 12, "ab");
    assert_slice(sbuf_slice(&b), "12-ab");
    sbuf_printf(&b, "%s", "");
    sbuf_printf(&b, "%03d", 7);
    assert_slice(sbuf_slice(&b), "12-ab007");
    assert_false(b.failed);
    sbuf_printf(&b, "%d", 1);
    assert_true(b.failed);
    sbuf_free(&b);
}

static void xml_is_escaped(void **state)
{
    (void)state;
    struct sbuf b;
    sbuf_init(&b, 200);
    sbuf_xml(&b, SLICE("a<b>&\"'c\x01\x1f\t\n\r老]]>"));
    assert_slice(sbuf_slice(&b), "a&lt;b&gt;&amp;&quot;&#39;c\t\n老]]&gt;");
    sbuf_free(&b);
    sbuf_init(&b, 6);
    sbuf_str(&b, "ab");
    sbuf_xml(&b, SLICE("x<"));
    assert_true(b.failed);
    assert_slice(sbuf_slice(&b), "ab"); /* no half of an escaped text */
    sbuf_free(&b);
}

static void urls_are_encoded(void **state)
{
    (void)state;
    struct sbuf b;
    sbuf_init(&b, 100);
    sbuf_url(&b, SLICE("aZ09-._~ &=+/老"));
    assert_slice(sbuf_slice(&b), "aZ09-._~%20%26%3D%2B%2F%E8%80%81");
    sbuf_free(&b);
    sbuf_init(&b, 4);
    sbuf_url(&b, SLICE("ab "));
    assert_true(b.failed);
    assert_slice(sbuf_slice(&b), "");
    sbuf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_grows_up_to_its_limit), cmocka_unit_test(failure_sticks),
        cmocka_unit_test(printf_obeys_the_limit),   cmocka_unit_test(xml_is_escaped),
        cmocka_unit_test(urls_are_encoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
