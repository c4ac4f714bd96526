/* The catalogue as templates to be approved. */
#include "conversations/sendable.h"

#include <stdio.h>
#include <string.h>

#include "conversations/catalogue.h"
#include "gateway/base/json.h"
#include "tests/support/support.h"

/* The program's own wording. */
static struct catalogue *load(void)
{
    struct catalogue *c = NULL;
    struct fault fault = { 0 };
    if (catalogue_load(NULL, SUPPORT_ZONE, &c, &fault) < 0)
        fail_msg("%s", fault.text);
    return c;
}

static json_t *find(const json_t *list, const char *id)
{
    size_t i;
    json_t *row;
    json_array_foreach(list, i, row) if (strcmp(json_text(row, "id", ""), id) == 0) return row;
    return NULL;
}

static void items_and_labels_are_no_messages(void **state)
{
    struct catalogue *c = load();
    json_t *all = catalogue_sendable(c);
    (void)state;
    assert_non_null(find(all, "register.done"));
    assert_string_equal(json_text(find(all, "register.done"), "class", ""), "reply");
    assert_non_null(json_object_get(json_object_get(find(all, "register.done"), "params"), "name"));
    for (int i = 0; i < c->flow_count; i++)
        if (c->flow_list[i]->label != NULL)
            assert_null(find(all, c->flow_list[i]->label->id));
    assert_true(json_array_size(all) < (size_t)c->message_count);
    /* Nor what is only said where pictures come from, nor what nobody is sent. */
    assert_null(find(all, "wx.welcome"));
    assert_null(find(all, "unread.image"));
    assert_null(find(all, "template.notice"));
    assert_non_null(find(all, "optout.wechat"));
    json_decref(all);
    catalogue_release(c);
}

static void placeholders_are_the_provider_s(void **state)
{
    static const struct {
        const char *placeholder, *begins;
    } cases[] = { { "${name}", "${name}，您是志愿者了" },
                  { "{1}", "{1}，您是志愿者了" },
                  { "#name#", "#name#，您是志愿者了" },
                  { "@var(name)", "@var(name)，您是志愿者了" } };
    struct catalogue *c = load();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        json_t *t = catalogue_as_template(c, "register.done", cases[i].placeholder);
        if (!slice_starts(json_slice(t, "text"), slice_of(cases[i].begins)))
            fail_msg("%s", json_text(t, "text", ""));
        assert_int_equal(json_array_size(json_object_get(t, "params")), 1);
        assert_int_equal(json_array_size(json_object_get(t, "sample")), 1);
        assert_string_equal(json_text(t, "kind", ""), "通知短信");
        json_decref(t);
    }
    json_t *recruiting = catalogue_as_template(c, "recruit.call", "{1}");
    assert_string_equal(json_text(recruiting, "kind", ""), "推广短信");
    json_decref(recruiting);
    assert_null(catalogue_as_template(c, "no.such", "{1}"));
    catalogue_release(c);
}

/* Every template's variables are its parameters: as many, each named once, numbers in order. */
static void variables_and_parameters_agree(void **state)
{
    struct catalogue *c = load();
    json_t *all = catalogue_sendable(c), *row, *param;
    size_t i, k;
    (void)state;
    json_array_foreach(all, i, row)
    {
        json_t *named = catalogue_as_template(c, json_text(row, "id", ""), "${name}");
        json_t *numbered = catalogue_as_template(c, json_text(row, "id", ""), "{1}");
        json_array_foreach(json_object_get(named, "params"), k, param)
        {
            char variable[80], text[96];
            snprintf(variable, sizeof variable, "%s", json_string_value(param));
            variable[strcspn(variable, "=|")] = '\0';
            snprintf(text, sizeof text, "${%s}", variable);
            if (slice_find(json_slice(named, "text"), slice_of(text)) < 0)
                fail_msg("%s: no %s", json_text(row, "id", ""), text);
        }
        json_array_foreach(json_object_get(numbered, "params"), k, param)
        {
            char text[32];
            snprintf(text, sizeof text, "{%zu}", k + 1);
            if (slice_find(json_slice(numbered, "text"), slice_of(text)) < 0)
                fail_msg("%s: no %s", json_text(row, "id", ""), text);
        }
        json_decref(named);
        json_decref(numbered);
    }
    json_decref(all);
    catalogue_release(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_and_labels_are_no_messages),
        cmocka_unit_test(placeholders_are_the_provider_s),
        cmocka_unit_test(variables_and_parameters_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
