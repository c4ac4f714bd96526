/* Tests of handlers/fields.c: fields and skills by the words that name them. */
#include "handlers/fields.h"

#include "tests/support/support.h"

static void what_is_done_names_its_field(void **state)
{
    static const struct {
        const char *what, *field, *word;
    } cases[] = {
        { "老街社区打扫卫生", "环境卫生", "打扫" },
        { "给老人理发", "便民服务", "理发" },
        { "护学岗", "儿童青少年", "护学" },
        { "下棋", "", "" },
        { "", "", "" },
    };
    struct arena a = { 0 };
    struct service_field field;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(fields_find(slice_of(cases[i].what), &a, &field), 0);
        assert_slice(field.name, cases[i].field);
        assert_slice(field.word, cases[i].word);
    }
    arena_free(&a);
}

static void a_skill_is_asked_for_or_waived(void **state)
{
    static const struct {
        const char *conditions, *skill;
    } cases[] = {
        { "18岁以上，会急救", "急救" },
        { "有驾照", "开车" },
        { "18岁以上", "" },
        { "不用会急救", "" },
        { "不要求驾照，会游泳", "游泳" },
        { "", "" },
    };
    struct arena a = { 0 };
    struct slice skill;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(fields_skill(slice_of(cases[i].conditions), &a, &skill), 0);
        assert_slice(skill, cases[i].skill);
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_done_names_its_field),
        cmocka_unit_test(a_skill_is_asked_for_or_waived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
