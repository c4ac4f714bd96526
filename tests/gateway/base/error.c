/* The list of errors, and faults. */
#include "gateway/base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/base/utf8.h"

static void every_code_has_a_name_and_a_text(void **state)
{
    (void)state;
    static const int codes[] = {
#define CODE(name, value, text) name,
        GW_ERROR_MAP(CODE)
#undef CODE
    };
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        assert_int_equal(codes[i], -(int)i); /* no holes and no code twice */
        assert_string_not_equal(gw_error_text(codes[i]), "unknown error");
        assert_true(strlen(gw_error_text(codes[i])) > 1);
        assert_memory_equal(gw_error_name(codes[i]), i == 0 ? "GW_OK" : "GW_E", 4);
    }
    assert_string_equal(gw_error_text(GW_EFULL), "no space left");
    assert_string_equal(gw_error_name(GW_ETXGONE), "GW_ETXGONE");
    assert_string_equal(gw_error_text(-999), "unknown error");
    assert_string_equal(gw_error_name(1), "GW_EUNKNOWN");
}

static void the_first_fault_stays(void **state)
{
    (void)state;
    struct fault fault = { 0 };
    assert_int_equal(fault_set(&fault, GW_EDB, "%s:%d: first", "file", 3), GW_EDB);
    assert_int_equal(fault_set(&fault, GW_EIO, "second"), GW_EIO);
    assert_int_equal(fault.code, GW_EDB);
    assert_string_equal(fault.text, "file:3: first");
    assert_int_equal(fault_set(NULL, GW_EIO, "nobody reads this"), GW_EIO);
}

static void a_fault_is_one_line(void **state)
{
    (void)state;
    struct fault fault = { 0 };
    fault_set(&fault, GW_EDB, "one\ntwo\r\n");
    assert_string_equal(fault.text, "one two");
    fault = (struct fault){ 0 };
    fault_set(&fault, GW_EDB, "\n");
    assert_string_equal(fault.text, "");
}

static void a_long_fault_is_cut_between_characters(void **state)
{
    (void)state;
    struct fault fault = { 0 };
    char text[600];
    for (size_t i = 0; i + 3 < sizeof(text); i += 3)
        memcpy(text + i, "老", 3);
    text[sizeof(text) - 3] = '\0';
    fault_set(&fault, GW_EDB, "a%s", text);
    assert_true(strlen(fault.text) >= sizeof(fault.text) - 4);
    assert_true(utf8_valid(slice_of(fault.text)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_name_and_a_text),
        cmocka_unit_test(the_first_fault_stays),
        cmocka_unit_test(a_fault_is_one_line),
        cmocka_unit_test(a_long_fault_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
