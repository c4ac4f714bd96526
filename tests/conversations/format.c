/* conversations/format.c, template.c: values as people read them, and the templates they stand in.
 */
#include "conversations/format.h"

#include "conversations/part.h"
#include "conversations/render.h"
#include "gateway/base/sbuf.h"
#include "tests/support/support.h"

static int format_json(enum format format, const char *json, struct sbuf *out)
{
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    sbuf_clear(out);
    int rc = format_value(format, value, out);
    json_decref(value);
    return rc;
}

static void values_read_as_people_say_them(void **state)
{
    static const struct {
        enum format format;
        const char *json, *text;
    } cases[] = {
        { FORMAT_PLAIN, "\"老街\"", "老街" },
        { FORMAT_PLAIN, "42", "42" },
        { FORMAT_DURATION, "210", "3小时30分" },
        { FORMAT_DURATION, "120", "2小时" },
        { FORMAT_DURATION, "45", "45分" },
        { FORMAT_DURATION, "0", "0小时" },
        { FORMAT_DAY, "\"2026-11-28\"", "28日" },
        { FORMAT_DATE, "\"2026-11-28\"", "周六(28日)" },
        { FORMAT_DAYDATE, "\"2026-11-29\"", "29日(周日)" },
        { FORMAT_CLOCK, "\"09:00\"", "上午9点" },
        { FORMAT_CLOCK, "\"13:30\"", "下午1点半" },
        { FORMAT_CLOCK, "\"12:00\"", "中午12点" },
        { FORMAT_CLOCK, "\"12:59\"", "中午12点59分" },
        { FORMAT_CLOCK, "\"18:00\"", "晚上6点" },
        { FORMAT_CLOCK, "\"05:15\"", "凌晨5点15分" },
        { FORMAT_CLOCK, "\"00:00\"", "凌晨0点" },
        { FORMAT_CLOCK, "\"24:00\"", "晚上12点" },
        { FORMAT_PART_OF_DAY, "\"09:00\"", "上午" },
        { FORMAT_PART_OF_DAY, "\"13:30\"", "下午" },
        { FORMAT_EXACT, "\"08:52\"", "8点52分" },
        { FORMAT_EXACT, "\"16:00\"", "16点" },
        { FORMAT_NAMES, "[\"杨秀兰\", \"李国才\"]", "杨秀兰、李国才" },
        { FORMAT_NAMES, "[{\"name\": \"杨秀兰\"}]", "杨秀兰" },
        { FORMAT_NAMES, "\"杨秀兰\"", "杨秀兰" },
        { FORMAT_NAMES, "[]", "" },
        { FORMAT_TAIL, "\"13800000011\"", "0011" },
        { FORMAT_YEAR, "\"1955-03-12\"", "1955" },
        { FORMAT_YEAR, "\"1955\"", "1955" },
        { FORMAT_YEAR, "1955", "1955" },
        { FORMAT_COUNT, "[1, 2, 3]", "3" },
        { FORMAT_DAY_FULL, "\"2026-10-01\"", "10月1日" },
        { FORMAT_STAR, "1", "一" },
        { FORMAT_STAR, "5", "五" },
        { FORMAT_HOURS, "\"09:00-11:00\"", "上午9到11点" },
        { FORMAT_HOURS, "\"09:30-11:00\"", "上午9点半到11点" },
        { FORMAT_HOURS, "\"11:00-13:30\"", "上午11点到下午1点半" },
        { FORMAT_HOURS, "\"14:00-17:30\"", "下午2到5点半" },
        { FORMAT_YUAN, "1500", "15" },
        { FORMAT_YUAN, "5", "0.05" },
        { FORMAT_YUAN, "13055", "130.55" },
        { FORMAT_YUAN, "13140", "131.4" },
        { FORMAT_YUAN, "0", "0" },
        { FORMAT_PICKS, "[\"杨秀兰\", \"李国才\"]", "1杨秀兰去2李国才去3都去" },
        { FORMAT_PICKS, "[\"杨秀兰\"]", "1杨秀兰去" },
    };
    struct sbuf b;
    (void)state;
    sbuf_init(&b, 200);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (format_json(cases[i].format, cases[i].json, &b) < 0)
            fail_msg("%s is refused", cases[i].json);
        assert_slice(sbuf_slice(&b), cases[i].text);
    }
    sbuf_free(&b);
}

static void values_of_another_kind_are_refused(void **state)
{
    static const struct {
        enum format format;
        const char *json;
    } cases[] = {
        { FORMAT_PLAIN, "[1]" },
        { FORMAT_PLAIN, "true" },
        { FORMAT_DURATION, "\"210\"" },
        { FORMAT_DURATION, "-5" },
        { FORMAT_DAY, "\"28日\"" },
        { FORMAT_DATE, "20261128" },
        { FORMAT_DATE, "\"2026-02-30\"" },
        { FORMAT_CLOCK, "\"9点\"" },
        { FORMAT_CLOCK, "900" },
        { FORMAT_EXACT, "\"25:00\"" },
        { FORMAT_NAMES, "[1]" },
        { FORMAT_NAMES, "{}" },
        { FORMAT_TAIL, "13" },
        { FORMAT_COUNT, "3" },
        { FORMAT_EACH, "[]" },
        { FORMAT_STAR, "0" },
        { FORMAT_STAR, "6" },
        { FORMAT_STAR, "\"1\"" },
    };
    struct sbuf b;
    (void)state;
    sbuf_init(&b, 200);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (format_json(cases[i].format, cases[i].json, &b) != GW_EINVAL)
            fail_msg("format %d takes %s", (int)cases[i].format, cases[i].json);
    sbuf_free(&b);
}

static void conditions_see_what_is_empty(void **state)
{
    static const struct {
        const char *json;
        bool set;
    } cases[] = { { "0", false },    { "1", true },      { "\"\"", false }, { "\"0\"", true },
                  { "[]", false },   { "[0]", true },    { "{}", false },   { "{\"a\": 0}", true },
                  { "null", false }, { "false", false }, { "true", true },  { "0.5", true } };
    (void)state;
    assert_false(format_is_set(NULL));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *value = json_loads(cases[i].json, JSON_DECODE_ANY, NULL);
        assert_int_equal(format_is_set(value), cases[i].set);
        json_decref(value);
    }
}

/* What was missing is named by the template, which lives here. */
static struct arena templates;

/* A message of one text, rendered. */
static int render_text(const char *source, const char *params, bool links, struct sbuf *out,
                       struct rendering *how)
{
    struct fault fault = { 0 };
    struct message m = { .id = "test" };
    assert_int_equal(template_compile(slice_of(source), &templates, &m.sms, &fault), GW_OK);
    m.wechat = m.sms;
    *how = (struct rendering){ .channel = links ? CHANNEL_WECHAT : CHANNEL_SMS, .links = links };
    json_t *values = json_loads(params, 0, NULL);
    assert_non_null(values);
    sbuf_clear(out);
    int rc = render_message(&m, values, how, out);
    json_decref(values);
    return rc;
}

static void templates_print_what_is_there(void **state)
{
    static const struct {
        const char *source, *params, *text;
    } cases[] = {
        { "没有参数。", "{}", "没有参数。" },
        { "{name}好", "{\"name\": \"杨秀兰\"}", "杨秀兰好" },
        { "{a}{b}", "{\"a\": 1, \"b\": 2}", "12" },
        { "共{m|duration}", "{\"m\": 90}", "共1小时30分" },
        { "好{who?，{who}}。", "{\"who\": \"李\"}", "好，李。" },
        { "好{who?，{who}}。", "{}", "好。" },
        { "好{who?，{who}}。", "{\"who\": \"\"}", "好。" },
        { "{n!没有}{n?有{n}个}", "{\"n\": 0}", "没有" },
        { "{n!没有}{n?有{n}个}", "{\"n\": 3}", "有3个" },
        { "{p|people}", "{\"p\": [\"甲\", \"乙\", \"丙\"]}", "甲、乙、丙" },
        { "{p|people}", "{\"p\": [\"甲\", \"乙\", \"丙\", \"丁\"]}", "甲、乙等4人" },
        { "{p?({p|names})}", "{\"p\": [\"甲\", \"乙\"]}", "(甲、乙)" },
        { "{a?{b?都有}{b!只有甲}}{a!没有甲}", "{\"a\": 1}", "只有甲" },
        { "{a?{b?都有}{b!只有甲}}{a!没有甲}完", "{}", "没有甲完" },
        { "", "{}", "" },
    };
    struct sbuf b;
    struct rendering how;
    (void)state;
    sbuf_init(&b, 500);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (render_text(cases[i].source, cases[i].params, false, &b, &how) < 0)
            fail_msg("%s does not render", cases[i].source);
        assert_slice(sbuf_slice(&b), cases[i].text);
    }
    sbuf_free(&b);
}

static void missing_and_wrong_parameters_are_named(void **state)
{
    struct sbuf b;
    struct rendering how;
    (void)state;
    sbuf_init(&b, 500);
    assert_int_equal(render_text("{who}好", "{}", false, &b, &how), GW_EINVAL);
    assert_string_equal(how.missing, "who");
    assert_int_equal(render_text("{who}好", "{\"who\": null}", false, &b, &how), GW_EINVAL);
    assert_string_equal(how.missing, "who");
    assert_int_equal(render_text("{m|duration}", "{\"m\": \"3\"}", false, &b, &how), GW_EINVAL);
    assert_string_equal(how.wrong, "m");
    sbuf_free(&b);
}

static void taps_become_links(void **state)
{
    struct sbuf b, linked;
    struct rendering how;
    (void)state;
    sbuf_init(&b, 1000);
    sbuf_init(&linked, 1000);
    assert_int_equal(render_text("选：〔去〕〔{n}号〕", "{\"n\": 2}", true, &b, &how), GW_OK);
    part_links(sbuf_slice(&b), 1, &linked);
    assert_slice(sbuf_slice(&linked),
                 "选：<a href=\"weixin://bizmsgmenu?msgmenucontent=%E5%8E%BB&msgmenuid=1\">去</a>"
                 "<a href=\"weixin://bizmsgmenu?msgmenucontent=2%E5%8F%B7&msgmenuid=1\">2号</a>");
    sbuf_clear(&linked);
    assert_int_equal(render_text("没关的〔去", "{}", true, &b, &how), GW_OK);
    part_links(sbuf_slice(&b), 1, &linked);
    assert_slice(sbuf_slice(&linked), "没关的〔去");
    sbuf_free(&b);
    sbuf_free(&linked);
}

static void a_text_has_a_limit(void **state)
{
    struct sbuf b;
    struct rendering how;
    (void)state;
    sbuf_init(&b, 8);
    assert_int_equal(render_text("很长很长很长的一句话", "{}", false, &b, &how), GW_ETOOBIG);
    sbuf_free(&b);
}

static void broken_templates_are_refused(void **state)
{
    static const char *const sources[] = {
        "{",           "{}",
        "}",           "{name",
        "{name|",      "{name|nothing}",
        "{name|each}", "{name|each:}",
        "{name?未关",  "{Name}",
        "{a b}",       "{a|duration",
        "多{a}}",      "{a?{b?{c?{d?{e?{f?{g?深}}}}}}}",
    };
    struct arena a = { 0 };
    (void)state;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        struct template t;
        struct fault fault = { 0 };
        if (template_compile(slice_of(sources[i]), &a, &t, &fault) != GW_ECONFIG)
            fail_msg("'%s' compiles", sources[i]);
        assert_true(fault.text[0] != '\0');
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_read_as_people_say_them),
        cmocka_unit_test(values_of_another_kind_are_refused),
        cmocka_unit_test(conditions_see_what_is_empty),
        cmocka_unit_test(templates_print_what_is_there),
        cmocka_unit_test(missing_and_wrong_parameters_are_named),
        cmocka_unit_test(taps_become_links),
        cmocka_unit_test(a_text_has_a_limit),
        cmocka_unit_test(broken_templates_are_refused),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(&templates);
    return failed;
}
