/* conversations/catalogue.c, source.c, session.c, mermaid.c: files over built-in ones, and
 * conversations that go on after the data changed under them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gateway/base/json.h"
#include "gateway/store/people.h"
#include "conversations/source.h"
#include "tests/conversations/support/tiny.h"
#include "tests/conversations/support/world.h"

#define HOURS_HEAD                                                                                 \
    "{ \"flow\": \"hours\", \"intents\": [\"report_hours\"], \"label\": \"flow.hours\", \"steps\": {"

static struct catalogue *load(const char *path, const char *text)
{
    const struct tiny_file changes[] = { { path, text }, { NULL, NULL } };
    struct catalogue *c = NULL;
    struct fault fault = { 0 };
    if (tiny_load(changes, false, &c, &fault) < 0)
        fail_msg("%s", fault.text);
    return c;
}

static int set_up(void **state)
{
    tiny_knobs = (struct tiny_knobs){ .report = "recorded", .broken = "done" };
    struct catalogue *c = tiny_catalogue();
    *state = world_open(c);
    catalogue_release(c);
    return 0;
}

static int tear_down(void **state)
{
    world_close(*state);
    return 0;
}

/* What SIGHUP does: the next turn works on another catalogue. */
static void reload(struct world *w, const char *path, const char *text)
{
    struct catalogue *c = load(path, text);
    turn_free(&w->turn);
    catalogue_release(w->catalogue);
    w->catalogue = c;
}

#define expect(w, text, id) expect_at((w), (text), (id), __LINE__)
static void expect_at(struct world *w, const char *text, const char *id, int line)
{
    if (world_say(w, slice_of(text), SLICE("")) < 0)
        fail_msg("line %d: %s", line, w->error);
    const char *got = w->turn.reply_count > 0 ? w->turn.replies[0].id : "";
    if (strcmp(got, id) != 0)
        fail_msg("line %d: '%s' gives [%s], expected [%s]", line, text, got, id);
}

static void a_step_that_is_gone_becomes_the_first_unfilled(void **state)
{
    struct world *w = *state;
    expect(w, "记时长", "hours.what");
    expect(w, "敬老院包饺子", "hours.when");
    reload(
        w, "conversations/flows/hours.json",
        HOURS_HEAD
        "\"activity\": {\"ask\": \"hours.what\", \"slot\": \"activity\", \"reads\": \"text\"},"
        "\"minutes\": {\"ask\": \"hours.how_long\", \"slot\": \"minutes\", \"reads\": \"duration\"},"
        "\"done\": {\"do\": \"test.join\", \"done\": \"say:join.done\"}}}");
    expect(w, "喂喂听得着没得", "hours.how_long");
    assert_string_equal(w->turn.step, "minutes");
    expect(w, "两个小时", "join.done");
}

static void a_flow_that_is_gone_falls_away(void **state)
{
    struct world *w = *state;
    expect(w, "记时长", "hours.what");
    reload(w, "conversations/flows/hours.json", NULL);
    expect(w, "1", "unknown");
    assert_null(w->turn.flow);
}

static void a_wording_that_changed_is_used_at_once(void **state)
{
    struct world *w = *state;
    struct slice text;
    expect(w, "记时长", "hours.what");
    reload(w, "conversations/messages/more.json",
           "{\"hours.when.again\": {\"sms\": \"回昨天或前天。\"}}");
    expect(w, "敬老院包饺子", "hours.when");
    expect(w, "喂喂听得着没得", "hours.when.again");
    assert_int_equal(world_reply_text(w, false, &text), GW_OK);
    assert_slice(text, "回昨天或前天。");
}

static int spoil(struct world *w, const struct service *s, void *context)
{
    struct address a;
    int rc = people_address(s->tx, s->vault, s->ids, slice_of(w->realm), slice_of(w->sender),
                            slice_of(w->account), s->now, s->arena, &a);
    return rc < 0 ? rc
                  : people_save_session(s->tx, s->vault, a.conversation, slice_of(context), 0,
                                        s->now, s->arena);
}

static void a_damaged_session_is_an_empty_one(void **state)
{
    static const char *const sessions[] = {
        "{",
        "[]",
        "{\"frames\": 3}",
        "{\"frames\": [3, {}, {\"flow\": \"hours\"}]}",
        "{\"frames\": [{\"flow\": \"hours\", \"step\": \"report\", \"until\": 1}]}",
        "{\"crossed\": {\"text\": \"1\", \"at\": 3}}",
    };
    struct world *w = *state;
    for (size_t i = 0; i < sizeof sessions / sizeof *sessions; i++) {
        assert_true(world_transact(w, spoil, (void *)(uintptr_t)sessions[i]) >= 0);
        expect(w, "1", "unknown");
    }
    /* A step that asks nothing cannot be waited at. */
    assert_true(world_transact(
                    w, spoil,
                    (void *)(uintptr_t) "{\"frames\": [{\"flow\": \"hours\", \"step\": \"report\", "
                                        "\"slots\": {}, \"until\": 9000000000}]}") >= 0);
    expect(w, "敬老院包饺子", "hours.when");
}

/* a data folder */

static void write_file(const char *folder, const char *path, const char *text)
{
    char name[300];
    snprintf(name, sizeof name, "%s/%s", folder, path);
    for (char *p = strchr(name + strlen(folder) + 1, '/'); p != NULL; p = strchr(p + 1, '/')) {
        *p = '\0';
        if (mkdir(name, 0700) != 0)
            assert_int_equal(errno, EEXIST);
        *p = '/';
    }
    FILE *out = fopen(name, "wb");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

static void files_of_a_data_folder_win(void **state)
{
    char folder[64];
    struct arena a = { 0 };
    struct fault fault = { 0 };
    struct source s;
    const struct embedded_file *none = &(const struct embedded_file){ NULL };
    (void)state;
    static const char built_in[] = "built in";
    const struct embedded_file embedded[] = {
        { "conversations/menu.json", built_in, built_in + sizeof built_in - 1 },
        { "conversations/flows/b.json", built_in, built_in + sizeof built_in - 1 },
        { NULL },
    };
    support_folder(folder);
    assert_int_equal(source_open(&s, none, folder, &a, &fault), GW_OK);
    assert_int_equal(s.count, 0);
    write_file(folder, "conversations/menu.json", "{}");
    write_file(folder, "conversations/flows/a.json", "{}");
    write_file(folder, "conversations/flows/note.txt", "not data");
    assert_int_equal(source_open(&s, embedded, folder, &a, &fault), GW_OK);
    assert_int_equal(s.count, 3);
    assert_slice(source_text(&s, "conversations/menu.json"), "{}");
    assert_slice(source_text(&s, "conversations/flows/b.json"), "built in");
    assert_int_equal(source_text(&s, "conversations/flows/note.txt").n, 0);
    int first = source_next(&s, "conversations/flows/", 0);
    assert_string_equal(s.files[first].path, "conversations/flows/a.json");
    int second = source_next(&s, "conversations/flows/", first + 1);
    assert_string_equal(s.files[second].path, "conversations/flows/b.json");
    assert_int_equal(source_next(&s, "conversations/flows/", second + 1), -1);
    arena_free(&a);
    support_remove(folder);
}

static void a_faulty_file_refuses_the_whole(void **state)
{
    char folder[64];
    struct fault fault = { 0 };
    struct catalogue *c = NULL;
    (void)state;
    support_folder(folder);
    assert_int_equal(catalogue_load(folder, SUPPORT_ZONE, &c, &fault), GW_OK);
    catalogue_release(c);
    write_file(folder, "conversations/flows/mine.json", "{ \"flow\": \"mine\",\n  \"steps\": [ }");
    assert_int_equal(catalogue_load(folder, SUPPORT_ZONE, &c, &fault), GW_ECONFIG);
    assert_null(c);
    assert_non_null(strstr(fault.text, "conversations/flows/mine.json"));
    assert_non_null(strstr(fault.text, "2"));
    support_remove(folder);
}

static void a_batch_keeps_its_catalogue(void **state)
{
    struct world *w = *state;
    struct catalogue *held = catalogue_hold(w->catalogue);
    struct slice text;
    reload(w, "conversations/messages/more.json", "{\"more\": {\"sms\": \"多\"}}");
    assert_int_equal(
        catalogue_render(held, "more", NULL, CHANNEL_SMS, NULL, false, &w->arena, &text),
        GW_ENOTFOUND);
    assert_int_equal(
        catalogue_render(w->catalogue, "more", NULL, CHANNEL_SMS, NULL, false, &w->arena, &text),
        GW_OK);
    assert_slice(text, "多");
    catalogue_release(held);
}

/* rendering through the catalogue */

static void recruitment_alone_carries_the_suffix(void **state)
{
    struct world *w = *state;
    struct slice text;
    assert_int_equal(catalogue_render(w->catalogue, "recruit.ask", NULL, CHANNEL_SMS, "思茅志愿",
                                      false, &w->arena, &text),
                     GW_OK);
    assert_slice(text, "【思茅志愿】周六老街打扫，要20人。来回1，不来不用回。拒收请回复R");
    assert_int_equal(catalogue_render(w->catalogue, "recruit.ask", NULL, CHANNEL_WECHAT, "思茅志愿",
                                      false, &w->arena, &text),
                     GW_OK);
    assert_slice(text, "周六老街打扫，要20人。来回1，不来不用回。");
    assert_int_equal(catalogue_render(w->catalogue, "help", NULL, CHANNEL_SMS, "思茅志愿", false,
                                      &w->arena, &text),
                     GW_OK);
    assert_slice(text, "【思茅志愿】可以回“活动”或“记时长”。");
}

static void stored_replies_render_again(void **state)
{
    struct world *w = *state;
    struct slice text;
    const struct slice stored = SLICE("[{\"id\": \"resume\", \"params\": {\"what\": \"记扫地\"}},"
                                      " {\"id\": \"help\", \"params\": {}}]");
    assert_int_equal(catalogue_render_replies(w->catalogue, stored, CHANNEL_SMS, "思茅志愿", false,
                                              &w->arena, &text),
                     GW_OK);
    assert_slice(text, "【思茅志愿】接着记扫地。可以回“活动”或“记时长”。");
    assert_int_equal(catalogue_render_replies(w->catalogue, stored, CHANNEL_WECHAT, NULL, true,
                                              &w->arena, &text),
                     GW_OK);
    assert_slice(text, "接着记扫地。\n可以回“活动”或“记时长”。");
    assert_int_equal(catalogue_render_replies(w->catalogue, SLICE(""), CHANNEL_SMS, "思茅志愿",
                                              false, &w->arena, &text),
                     GW_OK);
    assert_int_equal(text.n, 0);
    assert_int_equal(catalogue_render_replies(w->catalogue, SLICE("[{\"id\": \"gone\"}]"),
                                              CHANNEL_SMS, NULL, false, &w->arena, &text),
                     GW_ENOTFOUND);
    assert_int_equal(catalogue_render_replies(w->catalogue, SLICE("[{\"id\": \"resume\"}]"),
                                              CHANNEL_SMS, NULL, false, &w->arena, &text),
                     GW_EINVAL);
    assert_int_equal(catalogue_render_replies(w->catalogue, SLICE("damaged"), CHANNEL_SMS, NULL,
                                              false, &w->arena, &text),
                     GW_EDATA);
}

/* drawings */

/* What an approved template gets: each parameter as the text shows it. */
static void parameters_are_shown_as_in_the_text(void **state)
{
    struct world *w = *state;
    reload(w, "conversations/messages/more.json",
           "{\"item\": {\"sms\": \"{n}号\"}, \"more\": {\"sms\": \"{name}：{date|date}"
           "{start|clock}起，记{minutes|duration}，{day|day}或{day|date}{note?，{note}}"
           "{list|each:item}\"}}");
    json_t *params = json_pack("{s:s,s:s,s:s,s:i,s:s,s:n,s:[{s:i},{s:i}],s:s}", "name", "杨秀兰",
                               "date", "2026-11-28", "start", "09:00", "minutes", 210, "day",
                               "2026-11-29", "note", "list", "n", 1, "n", 2, "unused", "x");
    json_t *shown = NULL;
    assert_int_equal(catalogue_render_params(w->catalogue, "more", params, CHANNEL_SMS, &shown),
                     GW_OK);
    assert_string_equal(json_text(shown, "name", ""), "杨秀兰");
    assert_string_equal(json_text(shown, "date", ""), "周六(28日)");
    assert_string_equal(json_text(shown, "date|date", ""), "周六(28日)");
    assert_string_equal(json_text(shown, "start|clock", ""), "上午9点");
    assert_string_equal(json_text(shown, "minutes", ""), "3小时30分");
    assert_string_equal(json_text(shown, "day", ""), "29日");
    assert_string_equal(json_text(shown, "day|day", ""), "29日");
    assert_string_equal(json_text(shown, "day|date", ""), "周日(29日)");
    assert_string_equal(json_text(shown, "list|each:item", ""), "1号 2号");
    assert_null(json_object_get(shown, "note"));
    assert_null(json_object_get(shown, "unused"));
    json_decref(shown);
    /* One that cannot be shown is left out, whoever needs it says so. */
    json_object_set_new(params, "start", json_string("noon"));
    assert_int_equal(catalogue_render_params(w->catalogue, "more", params, CHANNEL_SMS, &shown),
                     GW_OK);
    assert_null(json_object_get(shown, "start"));
    assert_string_equal(json_text(shown, "minutes|duration", ""), "3小时30分");
    json_decref(shown);
    assert_int_equal(catalogue_render_params(w->catalogue, "gone", params, CHANNEL_SMS, &shown),
                     GW_ENOTFOUND);
    assert_null(shown);
    json_decref(params);
}

/* What stands in a condition may be missing, unless an approved template shows it. */
static void what_a_message_cannot_do_without_is_known(void **state)
{
    struct world *w = *state;
    struct slice needs[4];
    reload(w, "conversations/messages/more.json",
           "{\"more\": {\"sms\": \"{name}：{date|date}{note?，{note}带{bring}}{done!没{what}}\", "
           "\"wechat\": \"{date|day}{name}{leader}\"}}");
    json_t *templates = json_pack("{s:{s:[s,s,{s:s,s:s}]}}", "more", "params", "name",
                                  "when=date|date", "param", "bring|names", "variable", "x");
    assert_int_equal(catalogue_needs(w->catalogue, "more", NULL, needs, 0, 4), 3);
    assert_slice(needs[0], "name");
    assert_slice(needs[1], "date");
    assert_slice(needs[2], "leader");
    assert_int_equal(catalogue_needs(w->catalogue, "more", templates, needs, 3, 4), 4);
    assert_slice(needs[3], "bring");
    assert_int_equal(catalogue_needs(w->catalogue, "more", templates, needs, 0, 3), GW_ETOOBIG);
    assert_int_equal(catalogue_needs(w->catalogue, "gone", NULL, needs, 0, 4), GW_ENOTFOUND);
    json_decref(templates);
}

static void a_flow_is_drawn_from_its_data(void **state)
{
    struct world *w = *state;
    static const char *const lines[] = {
        "flowchart TD\n",
        "    intent_report_hours([report_hours]) --> activity\n",
        "    activity[/\"hours.what\"/]\n",
        "    activity -- answered --> date\n",
        "    confirm -- yes --> report\n",
        "    confirm -- no --> minutes\n",
        "    report[[\"test.report\"]]\n",
        "    report -- \"recorded, hours.recorded\" --> done\n",
        "    report -- too_long --> minutes\n",
        "    done([end])\n",
    };
    char *drawing = catalogue_mermaid(w->catalogue, "hours");
    assert_non_null(drawing);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (strstr(drawing, lines[i]) == NULL)
            fail_msg("no line '%s' in:\n%s", lines[i], drawing);
    assert_null(strstr(drawing, "star.who"));
    free(drawing);
}

static void all_flows_are_drawn_or_none(void **state)
{
    struct world *w = *state;
    char *drawing = catalogue_mermaid(w->catalogue, NULL);
    assert_non_null(strstr(drawing, "%% hours\n"));
    assert_non_null(strstr(drawing, "%% star\n"));
    assert_non_null(strstr(drawing, "opened_0>\"offer.ask\"] --> answer"));
    free(drawing);
    assert_null(catalogue_mermaid(w->catalogue, "no_such_flow"));
}

#define IN_A_WORLD(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_WORLD(a_step_that_is_gone_becomes_the_first_unfilled),
        IN_A_WORLD(a_flow_that_is_gone_falls_away),
        IN_A_WORLD(a_wording_that_changed_is_used_at_once),
        IN_A_WORLD(a_damaged_session_is_an_empty_one),
        cmocka_unit_test(files_of_a_data_folder_win),
        cmocka_unit_test(a_faulty_file_refuses_the_whole),
        IN_A_WORLD(a_batch_keeps_its_catalogue),
        IN_A_WORLD(recruitment_alone_carries_the_suffix),
        IN_A_WORLD(stored_replies_render_again),
        IN_A_WORLD(parameters_are_shown_as_in_the_text),
        IN_A_WORLD(what_a_message_cannot_do_without_is_known),
        IN_A_WORLD(a_flow_is_drawn_from_its_data),
        IN_A_WORLD(all_flows_are_drawn_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
