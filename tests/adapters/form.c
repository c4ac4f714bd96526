#include "adapters/form.h"

#include "tests/adapters/harness.h"

struct parsed {
    struct arena arena;
    struct form form;
    int rv;
};

static struct parsed parse(const char *text)
{
    struct parsed p = { 0 };
    p.rv = form_parse(slice_of(text), &p.arena, &p.form);
    return p;
}

static void test_names_and_values(void **state)
{
    (void)state;
    struct parsed p = parse("from=%2B8613800000001&text=%E6%8A%A5%E5%90%8D+3&id=&flag");
    assert_int_equal(p.rv, 0);
    assert_int_equal(p.form.count, 4);
    assert_text(form_get(&p.form, "from"), "+8613800000001");
    assert_text(form_get(&p.form, "text"), "报名 3");
    assert_text(form_get(&p.form, "id"), "");
    assert_non_null(form_get(&p.form, "id").p);
    assert_non_null(form_get(&p.form, "flag").p);
    assert_null(form_get(&p.form, "absent").p);
    arena_free(&p.arena);
}

static void test_first_of_duplicates_and_order(void **state)
{
    (void)state;
    struct parsed p = parse("Digits=5678&a=1&Digits=1234");
    assert_text(form_get(&p.form, "Digits"), "5678");
    assert_text(p.form.fields[2].value, "1234");
    arena_free(&p.arena);
}

static void test_empty_parts_are_skipped(void **state)
{
    (void)state;
    struct parsed p = parse("&&a=1&&b=2=3&");
    assert_int_equal(p.rv, 0);
    assert_int_equal(p.form.count, 2);
    assert_text(form_get(&p.form, "b"), "2=3");
    arena_free(&p.arena);
    p = parse("");
    assert_int_equal(p.rv, 0);
    assert_int_equal(p.form.count, 0);
    arena_free(&p.arena);
}

static void test_encoded_names_and_any_byte(void **state)
{
    (void)state;
    struct parsed p = parse("t%65xt=%00%ff%0D%26%3D");
    struct slice value = form_get(&p.form, "text");
    assert_int_equal(value.n, 5);
    assert_memory_equal(value.p, "\0\xff\r&=", 5);
    arena_free(&p.arena);
}

static void test_bad_percent_is_refused(void **state)
{
    (void)state;
    const char *const bad[] = { "a=%", "a=%4", "a=%G1", "a=%1G", "%zz=1", "a=b%2" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct parsed p = parse(bad[i]);
        assert_int_equal(p.rv, GW_EPROTO);
        arena_free(&p.arena);
    }
    /* The two digits may stand at the very end. */
    struct parsed p = parse("a=%41");
    assert_int_equal(p.rv, 0);
    assert_text(form_get(&p.form, "a"), "A");
    arena_free(&p.arena);
}

static void test_limits(void **state)
{
    (void)state;
    struct bench b = { 0 };
    struct form form;
    assert_int_equal(form_parse(repeat(&b, SLICE("a=1&"), FORM_FIELDS_MAX), &b.arena, &form), 0);
    assert_int_equal(form.count, FORM_FIELDS_MAX);
    assert_int_equal(form_parse(repeat(&b, SLICE("a=1&"), FORM_FIELDS_MAX + 1), &b.arena, &form),
                     GW_ETOOBIG);
    assert_int_equal(form_parse(repeat(&b, SLICE("n"), FORM_NAME_MAX), &b.arena, &form), 0);
    assert_int_equal(form_parse(repeat(&b, SLICE("n"), FORM_NAME_MAX + 1), &b.arena, &form),
                     GW_ETOOBIG);
    struct slice value =
        arena_printf(&b.arena, "a=%.*s", SLICE_ARG(repeat(&b, SLICE("x"), FORM_BYTES_MAX - 2)));
    assert_int_equal(form_parse(value, &b.arena, &form), 0);
    assert_int_equal(form_get(&form, "a").n, FORM_BYTES_MAX - 2);
    value.n = FORM_BYTES_MAX + 1;
    assert_int_equal(form_parse(value, &b.arena, &form), GW_ETOOBIG);
    arena_free(&b.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_and_values),
        cmocka_unit_test(test_first_of_duplicates_and_order),
        cmocka_unit_test(test_empty_parts_are_skipped),
        cmocka_unit_test(test_encoded_names_and_any_byte),
        cmocka_unit_test(test_bad_percent_is_refused),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
