/* conversations/check.c and check_text.c: each finding is provoked by one broken file, and the data
 * that ship have none. */
#include "conversations/conversation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conversations/catalogue.h"
#include "conversations/render.h"
#include "gateway/base/json.h"
#include "tests/conversations/support/tiny.h"
#include "tests/support/support.h"

#define HOURS "conversations/flows/hours.json"
#define EXTRA "conversations/flows/extra.json"
#define TEXTS "conversations/messages/extra.json"
#define MENU  "conversations/menu.json"

static const struct tiny_file not_broken = { "conversations/flows/broken.json", NULL };

/* All findings of the tiny catalogue with one file changed, joined by line breaks. */
static char *findings_of(const char *path, const char *text)
{
    const struct tiny_file changes[] = { not_broken, { path, text }, { NULL, NULL } };
    struct catalogue *c = NULL;
    struct fault fault = { 0 };
    if (tiny_load(changes, true, &c, &fault) < 0)
        return mem_dup(slice_of(fault.text));
    json_t *report = catalogue_check(c, "思茅志愿");
    json_t *findings = json_object_get(report, "findings"), *line;
    struct arena a = { 0 };
    struct slice all = SLICE("");
    size_t i;
    json_array_foreach(findings, i, line) all =
        arena_printf(&a, "%.*s%s\n", SLICE_ARG(all), json_string_value(line));
    char *out = mem_dup(all);
    arena_free(&a);
    json_decref(report);
    catalogue_release(c);
    return out;
}

#define FLOW(steps)                                                                                           \
    "{\"flow\": \"extra\", \"label\": \"flow.other\", \"intents\": [\"request_service\"], \"steps\": {" steps \
    "}}"
#define TEXT(body) "{\"extra\": {" body "}}"

static const struct {
    const char *path, *text, *finding;
} cases[] = {
    /* files */
    { EXTRA, "{", "extra.json" },
    { EXTRA, "[]", "expected an object" },
    { EXTRA, "{\"flow\": \"extra\", \"flow\": \"extra\"}", "duplicate" },
    /* a flow's head */
    { EXTRA, "{\"label\": \"flow.other\", \"steps\": {}}", "its name is missing" },
    { EXTRA, "{\"flow\": \"hours\", \"steps\": {}}", "defined twice" },
    { EXTRA, FLOW("\"a\": {\"say\": \"help\"}") "", "" },
    { EXTRA, "{\"flow\": \"extra\", \"lable\": \"x\"}", "unknown key 'lable'" },
    { EXTRA, "{\"flow\": \"extra\", \"for\": \"everyone\"}", "'everyone' is not anyone" },
    { EXTRA, "{\"flow\": \"extra\", \"wait\": \"soon\"}", "wait: 'soon'" },
    { EXTRA, "{\"flow\": \"extra\", \"label\": \"no.such\"}",
      "label: there is no message 'no.such'" },
    { EXTRA, "{\"flow\": \"extra\", \"label\": \"flow.other\"}", "at least one step" },
    { EXTRA, "{\"flow\": \"extra\", \"intents\": \"x\"}", "expected a list of strings" },
    { EXTRA, "{\"flow\": \"extra\", \"intents\": [\"report_hours\"]}",
      "'report_hours' opens flow" },
    { EXTRA,
      "{\"flow\": \"extra\", \"label\": \"flow.other\", \"steps\": {\"a\": {\"say\": \"help\"}}}",
      "flow 'extra' is opened by nothing" },
    { EXTRA,
      "{\"flow\": \"extra\", \"label\": \"flow.other\", \"intents\": [\"request_service\"], \"opened_by\": "
      "{\"offer.ask\": \"a\"}, \"steps\": {\"a\": {\"ask\": \"hours.what\", \"reads\": \"text\"}}}",
      "'offer.ask' opens flow" },
    { EXTRA,
      "{\"flow\": \"extra\", \"label\": \"flow.other\", \"opened_by\": {\"help\": \"a\"}, \"steps\": "
      "{\"a\": {\"say\": \"help\"}}}",
      "leads to no asking step" },
    /* steps */
    { EXTRA, FLOW("\"a\": {\"sya\": \"help\"}"), "has none of ask, do, say" },
    { EXTRA, FLOW("\"a\": 3"), "expected an object" },
    { EXTRA, FLOW("\"next\": {\"say\": \"help\"}"), "not a name for a step" },
    { EXTRA, FLOW("\"a\": {\"say\": \"no.such\"}"), "say: there is no message 'no.such'" },
    { EXTRA, FLOW("\"a\": {\"say\": \"help\", \"than\": \"end\"}"), "unknown key 'than'" },
    { EXTRA, FLOW("\"a\": {\"say\": \"help\", \"then\": \"b\"}"), "there is no target 'b'" },
    { EXTRA, FLOW("\"a\": {\"say\": \"help\", \"then\": \"say:no.such\"}"),
      "no message 'no.such'" },
    { EXTRA, FLOW("\"a\": {\"say\": \"help\", \"then\": \"ask:b\"}"), "no step 'b'" },
    { EXTRA, FLOW("\"a\": {\"say\": \"help\", \"then\": \"flow:b\"}"), "no flow 'b'" },
    { EXTRA, FLOW("\"a\": {\"say\": \"help\", \"then\": \"leave\"}"), "no target 'leave'" },
    { EXTRA, FLOW("\"a\": {\"set\": 3}"), "set: expected an object" },
    { EXTRA, FLOW("\"a\": {\"ask\": \"hours.what\"}"), "an ask needs reads or choices" },
    { EXTRA, FLOW("\"a\": {\"ask\": \"hours.what\", \"reads\": \"minds\"}"), "no kind of answer" },
    { EXTRA, FLOW("\"a\": {\"ask\": \"hours.what\", \"reads\": \"text\", \"also\": [\"minds\"]}"),
      "also: 'minds'" },
    { EXTRA,
      FLOW(
          "\"a\": {\"ask\": \"hours.what\", \"reads\": \"text\", \"slot\": \"x\", \"slots\": [\"y\"]}"),
      "slot and slots" },
    { EXTRA, FLOW("\"a\": {\"ask\": \"hours.what\", \"reads\": \"text\", \"optional\": 1}"),
      "expected true or false" },
    { EXTRA, FLOW("\"a\": {\"ask\": \"hours.what\", \"reads\": \"text\", \"context\": \"x\"}"),
      "context: 'x' is unknown" },
    { EXTRA, FLOW("\"a\": {\"ask\": \"hours.what\", \"choices\": \"test.report\"}"),
      "makes no choices" },
    { EXTRA, FLOW("\"a\": {\"ask\": \"hours.what\", \"choices\": \"no.such\"}"),
      "no action 'no.such'" },
    { EXTRA,
      FLOW("\"a\": {\"ask\": \"hours.what\", \"reads\": \"text\", \"fixed\": {\"done\": \"end\"}}"),
      "fixed without fix_do" },
    { EXTRA, FLOW("\"a\": {\"do\": \"no.such\"}"), "no action 'no.such'" },
    { EXTRA, FLOW("\"a\": {\"do\": \"test.names\"}"), "makes choices" },
    { EXTRA, FLOW("\"a\": {\"do\": \"test.report\", \"recorded\": \"end\"}"),
      "outcome 'too_long' of 'test.report' leads nowhere" },
    { EXTRA, FLOW("\"a\": {\"do\": \"test.join\", \"done\": \"end\", \"dne\": \"end\"}"),
      "'dne' is neither a key nor an outcome" },
    /* paths */
    { EXTRA, FLOW("\"a\": {\"say\": \"help\", \"then\": \"end\"}, \"b\": {\"say\": \"help\"}"),
      "line 1: step 'b' is never reached" },
    { EXTRA,
      FLOW(
          "\"a\": {\"ask\": \"hours.what\", \"reads\": \"text\"}, \"b\": {\"say\": \"help\", \"then\": \"a\"}"),
      "no path from step 'a' ends" },
    { EXTRA,
      FLOW(
          "\"a\": {\"do\": \"test.people\", \"one\": \"b\", \"several\": \"end\"}, \"b\": {\"set\": {}, \"then\": "
          "\"a\"}"),
      "leads back to itself without asking" },
    { EXTRA, FLOW("\"a\": {\"ask\": \"help\", \"reads\": \"text\"}"), "" },
    { EXTRA, FLOW("\"a\": {\"ask\": \"safety\", \"reads\": \"text\"}"),
      "does not say what to reply" },
    /* messages */
    { TEXTS, "{\"help\": {\"sms\": \"x\"}}", "'help' is defined twice" },
    { TEXTS, "{\"extra\": 3}", "expected an object" },
    { TEXTS, TEXT("\"wechat\": \"x\""), "sms is missing" },
    { TEXTS, TEXT("\"sms\": \"x\", \"smss\": \"y\""), "unknown key 'smss'" },
    { TEXTS, TEXT("\"sms\": \"x\", \"class\": \"y\""), "class: 'y'" },
    { TEXTS, TEXT("\"sms\": \"x\", \"budget\": 0"), "budget" },
    { TEXTS, TEXT("\"sms\": \"x\", \"budget\": 3"), "budget" },
    { TEXTS, TEXT("\"sms\": \"x{\""), "sms: " },
    { TEXTS, TEXT("\"sms\": \"{_x}\""), "begins with _" },
    { TEXTS, TEXT("\"sms\": \"{who}\""), "has no example for parameter who" },
    { TEXTS, TEXT("\"sms\": \"{m|duration}\", \"example\": {\"m\": \"x\"}"), "format refuses: m" },
    { TEXTS, TEXT("\"sms\": \"{l|each:no.such}\", \"example\": {\"l\": []}"),
      "no message 'no.such'" },
    { TEXTS, TEXT("\"sms\": \"x\", \"example\": 1"), "example: expected an object" },
    { TEXTS, TEXT("\"sms\": \"x\", \"opens\": \"offer\""), "which is not opened by it" },
    { TEXTS, TEXT("\"sms\": \"看 http://a.example\""), "holds a link" },
    { TEXTS, TEXT("\"sms\": \"打13800000011\""), "holds a telephone number" },
    { TEXTS, TEXT("\"sms\": \"打120或12356\", \"class\": \"safety\""), "" },
    { TEXTS, TEXT("\"sms\": \"打120\""), "holds a telephone number" },
    { TEXTS, TEXT("\"sms\": \"打12345\", \"class\": \"safety\""), "holds a telephone number" },
    { TEXTS, TEXT("\"sms\": \"打0879-2123456\""), "holds a telephone number" },
    { TEXTS, TEXT("\"sms\": \"打{x}\", \"example\": {\"x\": \"13800000011\"}"),
      "holds a telephone number" },
    { TEXTS, TEXT("\"sms\": \"最多110个字，满100小时，12000人\""), "" },
    { TEXTS, TEXT("\"sms\": \"如：查验 SM20260031 7KQ4。请发SM20260031\""), "" },
    { TEXTS, TEXT("\"sms\": \"【好】\""), "holds 【 or 】" },
    { TEXTS, TEXT("\"sms\": \"好😀\""), "emoji" },
    { TEXTS, TEXT("\"sms\": \"好☺\""), "emoji" },
    { TEXTS, TEXT("\"sms\": \"点〔好〕\""), "only WeChat can tap" },
    { TEXTS, TEXT("\"sms\": \"退订回N\""), "offers a letter" },
    { TEXTS, TEXT("\"sms\": \"退订回“N”\""), "offers a letter" },
    { TEXTS, TEXT("\"sms\": \"退订回复TD\""), "offers a letter" },
    { TEXTS, TEXT("\"sms\": \"选A\""), "offers a letter" },
    { TEXTS, TEXT("\"sms\": \"您回R后短信公司拦了\""), "" },
    { TEXTS, TEXT("\"sms\": \"系统忙\""), "says 系统" },
    { TEXTS, TEXT("\"sms\": \"好\", \"wechat\": \"验证失败\""), "says 验证失败" },
    { TEXTS, TEXT("\"sms\": \"14:00开始\""), "as machines write it" },
    { TEXTS, TEXT("\"sms\": \"2026-11-28开始\""), "as machines write it" },
    { TEXTS,
      TEXT(
          "\"sms\": \"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三\""),
      "" },
    { TEXTS,
      TEXT(
          "\"sms\": \"一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四五\""),
      "takes 2 segments, 1 allowed (71 units)" },
    /* what recruitment ends with, and nothing else */
    { TEXTS, TEXT("\"sms\": \"周六打扫，来回1。\", \"class\": \"recruit\""), "" },
    { TEXTS, TEXT("\"sms\": \"周六打扫，来回1。拒收请回复R\", \"class\": \"recruit\""),
      "does not end once with 拒收请回复R" },
    { TEXTS, TEXT("\"sms\": \"明天打扫。拒收请回复R\""), "is no recruitment and says 拒收请回复R" },
    { TEXTS, TEXT("\"sms\": \"明天打扫。拒收请回复R\", \"class\": \"notice\""),
      "is no recruitment and says 拒收请回复R" },
    /* the menu */
    { MENU, "{}", "'opt_out' is missing" },
    { MENU, "{\"wrods\": {}}", "unknown key 'wrods'" },
    { MENU, "{\"words\": {\"help\": \"say:no.such\"}}", "no message 'no.such'" },
    { MENU, "{\"words\": {\"help\": \"next\"}}", "no target 'next'" },
    { MENU, "{\"words\": {\"help\": {\"nothing\": \"say:help\"}}}", "'yes_no' is missing" },
    { MENU, "{\"gates\": {\"volunteer\": {\"do\": \"test.names\", \"none\": \"say:help\"}}}",
      "no action 'test.names'" },
    { "conversations/flows/join.json",
      "{\"flow\": \"join\", \"label\": \"flow.join\", \"for\": \"volunteer\", \"steps\": {\"a\": {\"say\": "
      "\"help\"}}}",
      "flow 'join' is not for anyone itself" },
    { EXTRA,
      FLOW(
          "\"a\": {\"ask\": \"hours.what\", \"reads\": \"text\", \"slot\": \"x\"}, \"b\": {\"do\": "
          "\"test.report\", \"recorded\": \"end\", \"too_long\": \"ask:a:safety\"}"),
      "'safety' is a question that does not say" },
    { MENU, NULL, "menu.json is missing" },
};

static void each_fault_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *found = findings_of(cases[i].path, cases[i].text);
        bool right =
            *cases[i].finding == '\0' ? *found == '\0' : strstr(found, cases[i].finding) != NULL;
        if (!right)
            fail_msg("%s\nexpected: %s\nfound: %s", cases[i].text, cases[i].finding, found);
        free(found);
    }
}

/* What a reload would do with the same files: refused, naming the file. */
static void a_fault_of_meaning_refuses_the_load(void **state)
{
    const struct tiny_file changes[] = { { EXTRA, FLOW("\"a\": {\"say\": \"no.such\"}") },
                                         { NULL, NULL } };
    struct catalogue *c = NULL;
    struct fault fault = { 0 };
    (void)state;
    assert_int_equal(tiny_load(changes, false, &c, &fault), GW_ECONFIG);
    assert_null(c);
    assert_non_null(strstr(fault.text,
                           "conversations/flows/extra.json: line 1: step 'a': say: there is "
                           "no message 'no.such'"));
}

static void the_line_is_that_of_the_step(void **state)
{
    (void)state;
    char *found = findings_of(HOURS, "{ \"flow\": \"hours\", \"intents\": [\"report_hours\"],\n"
                                     "  \"label\": \"flow.hours\",\n"
                                     "  \"steps\": {\n"
                                     "    \"flow\": { \"say\": \"help\" },\n"
                                     "    \"label\": { \"say\": \"no.such\" } } }\n");
    assert_non_null(strstr(found, "hours.json: line 5: step 'label'"));
    free(found);
}

static void the_tiny_catalogue_is_sound(void **state)
{
    (void)state;
    char *found = findings_of(EXTRA, FLOW("\"a\": {\"say\": \"help\"}"));
    assert_string_equal(found, "");
    free(found);
}

static void every_message_has_its_row(void **state)
{
    struct catalogue *c = tiny_catalogue();
    (void)state;
    json_t *report = catalogue_check(c, "思茅志愿");
    json_t *rows = json_object_get(report, "messages"), *row;
    size_t i, seen = 0;
    json_array_foreach(rows, i, row)
    {
        if (strcmp(json_text(row, "id", ""), "hours.confirm") != 0)
            continue;
        seen++;
        assert_int_equal(json_int(row, "units", 0), 37);
        assert_int_equal(json_int(row, "segments", 0), 1);
        assert_int_equal(json_int(row, "budget", 0), 1);
        assert_int_equal(json_array_size(json_object_get(row, "parts")), 1);
        assert_int_equal(json_integer_value(json_array_get(json_object_get(row, "parts"), 0)), 37);
    }
    assert_int_equal(seen, 1);
    json_decref(report);
    catalogue_release(c);
}

static void the_data_that_ship_have_no_finding(void **state)
{
    struct catalogue *c = NULL;
    struct fault fault = { 0 };
    const struct catalogue_options options = { .zone = SUPPORT_ZONE, .lenient = true };
    (void)state;
    if (catalogue_load_from(&options, &c, &fault) < 0)
        fail_msg("%s", fault.text);
    json_t *report = catalogue_check(c, "思茅志愿");
    catalogue_check_understanding(c, report);
    json_t *findings = json_object_get(report, "findings"), *line;
    size_t i;
    json_array_foreach(findings, i, line) print_error("%s\n", json_string_value(line));
    assert_int_equal(json_array_size(findings), 0);
    json_decref(report);
    catalogue_release(c);
}

/* As they are sent: every text of the catalogue, on both channels. */
static void recruitment_ends_with_the_way_out_and_nothing_else(void **state)
{
    struct catalogue *c = NULL;
    struct fault fault = { 0 };
    struct arena a = { 0 };
    int recruits = 0;
    (void)state;
    assert_int_equal(catalogue_load(NULL, SUPPORT_ZONE, &c, &fault), GW_OK);
    for (int i = 0; i < c->message_count; i++) {
        const struct message *m = c->message_list[i];
        struct slice sms, wechat, end = slice_of(render_recruit_end);
        assert_int_equal(
            catalogue_render(c, m->id, m->example, CHANNEL_SMS, "思茅志愿", false, &a, &sms),
            GW_OK);
        assert_int_equal(
            catalogue_render(c, m->id, m->example, CHANNEL_WECHAT, NULL, true, &a, &wechat), GW_OK);
        bool recruit = m->class == MESSAGE_RECRUIT;
        recruits += recruit;
        if (slice_ends(sms, end) != recruit || slice_find(wechat, end) >= 0)
            fail_msg("%s: %.*s", m->id, SLICE_ARG(sms));
        if (recruit && slice_find(sms, end) + (ptrdiff_t)end.n != (ptrdiff_t)sms.n)
            fail_msg("%s says it twice: %.*s", m->id, SLICE_ARG(sms));
    }
    assert_true(recruits >= 2); /* recruit.call, recruit.shared */
    arena_free(&a);
    catalogue_release(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_is_found),
        cmocka_unit_test(a_fault_of_meaning_refuses_the_load),
        cmocka_unit_test(the_line_is_that_of_the_step),
        cmocka_unit_test(the_tiny_catalogue_is_sound),
        cmocka_unit_test(every_message_has_its_row),
        cmocka_unit_test(the_data_that_ship_have_no_finding),
        cmocka_unit_test(recruitment_ends_with_the_way_out_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
