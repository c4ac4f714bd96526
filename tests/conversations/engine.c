/* conversations/engine.c and its parts: what a text does to the open question, by the tiny
 * catalogue. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/json.h"
#include "tests/conversations/support/dialogue.h"
#include "tests/conversations/support/tiny.h"

static int64_t sessions(struct world *w)
{
    return support_count(w->support, "SELECT COUNT(*) FROM sessions");
}

/* prefilled slots and the run of a flow */

static void a_flow_asks_for_what_is_missing(void **state)
{
    struct world *w = *state;
    expect(w, "记时长", "hours.what");
    assert_string_equal(w->turn.flow, "hours");
    assert_string_equal(w->turn.step, "activity");
    expect(w, "敬老院包饺子", "hours.when");
    expect(w, "昨天", "hours.how_long");
    expect(w, "三个半小时", "hours.confirm");
    expect_text(w, "24日敬老院包饺子3小时30分，对吗？对回1，哪样不对直接写。");
    expect(w, "1", "hours.recorded");
    expect_text(w, "记下24日敬老院包饺子3小时30分。");
    assert_null(w->turn.flow);
    assert_int_equal(tiny_knobs.reports, 1);
    assert_int_equal(sessions(w), 0);
}

static void what_was_said_is_not_asked_again(void **state)
{
    struct world *w = *state;
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    assert_string_equal(w->turn.intent, "report_hours");
    assert_int_equal(json_int(w->turn.replies[0].params, "minutes", 0), 210);
    assert_string_equal(json_text(w->turn.replies[0].params, "date", ""), "2026-11-24");
}

static void a_correction_replaces_and_asks_again(void **state)
{
    struct world *w = *state;
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    expect(w, "两个小时", "hours.confirm");
    assert_int_equal(json_int(w->turn.replies[0].params, "minutes", 0), 120);
    expect(w, "是", "hours.recorded");
    assert_int_equal(json_int(w->turn.replies[0].params, "minutes", 0), 120);
}

static void no_leads_where_the_flow_says(void **state)
{
    struct world *w = *state;
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    expect(w, "2", "hours.how_long");
    expect(w, "两个小时", "hours.confirm");
    expect(w, "对", "hours.recorded");
}

static void an_outcome_may_ask_again_with_its_own_words(void **state)
{
    struct world *w = *state;
    tiny_knobs.report = "too_long";
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    expect(w, "1", "hours.too_long");
    assert_string_equal(w->turn.step, "minutes");
    tiny_knobs.report = "recorded";
    expect(w, "两个小时", "hours.confirm");
    expect(w, "1", "hours.recorded");
}

static void a_date_is_that_of_the_day_it_was_written(void **state)
{
    struct world *w = *state;
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    w->now += 3 * DAY;
    expect(w, "1", "hours.recorded");
    assert_string_equal(json_text(w->turn.replies[0].params, "date", ""), "2026-11-24");
}

/* misunderstanding */

static void misunderstood_three_times_tells_a_person(void **state)
{
    struct world *w = *state;
    expect(w, "记时长 昨天敬老院", "hours.how_long");
    expect(w, "喂喂听得着没得", "hours.how_long.again");
    expect(w, "喂喂听得着没得", "hours.how_long.again");
    expect(w, "喂喂听得着没得", "human.wait");
    expect_text(w, "好，我们看了您的话，给您打电话。");
    assert_string_equal(w->turn.step, "minutes");
    expect(w, "喂喂听得着没得", "hours.how_long.again");
    expect(w, "两个小时", "hours.confirm");
}

static void an_answer_forgets_earlier_misunderstandings(void **state)
{
    struct world *w = *state;
    expect(w, "记时长 昨天敬老院", "hours.how_long");
    expect(w, "喂喂听得着没得", "hours.how_long.again");
    expect(w, "两个小时", "hours.confirm");
    expect(w, "喂喂听得着没得", "hours.confirm");
    expect(w, "喂喂听得着没得", "hours.confirm");
    expect(w, "1", "hours.recorded");
}

static void nothing_open_and_not_understood_is_counted(void **state)
{
    struct world *w = *state;
    expect(w, "喂喂听得着没得", "unknown");
    expect_text(w, "没看懂第1回。可以回“活动”。");
    expect(w, "喂喂听得着没得", "unknown");
    expect_text(w, "没看懂第2回。可以回“活动”。");
    expect(w, "我几星了", "star.is");
    expect(w, "喂喂听得着没得", "unknown");
    expect_text(w, "没看懂第1回。可以回“活动”。");
}

/* what steps may say of themselves */

static void several_may_be_chosen(void **state)
{
    struct world *w = *state;
    tiny_knobs.people = 3;
    expect(w, "开证明", "form.pick");
    expect_text(w, "学分给谁？1杨秀兰 2李国才 3段有才。回号。");
    expect(w, "1和3", "form.several");
    expect_text(w, "共2人：杨秀兰、段有才。");
}

static void a_step_is_skipped_by_its_condition(void **state)
{
    struct world *w = *state;
    tiny_knobs.people = 3;
    world_speaker(w, CHANNEL_WECHAT, "oLinli001");
    expect(w, "开证明", "form.pick");
    expect(w, "2", "form.one+form.thanks+form.end+human.wait");
}

static void an_sms_gets_the_last_of_several(void **state)
{
    struct world *w = *state;
    tiny_knobs.people = 3;
    expect(w, "开证明", "form.pick");
    expect(w, "2", "human.wait");
}

static void no_choices_lead_elsewhere(void **state)
{
    struct world *w = *state;
    expect(w, "开证明", "form.empty");
    assert_null(w->turn.flow);
}

static void a_correction_may_be_looked_at(void **state)
{
    struct world *w = *state;
    expect(w, "我的记录", "hours.how_long");
    expect(w, "两个小时", "card.confirm");
    expect(w, "三个小时", "card.confirm");
    tiny_knobs.report = "too_long";
    expect(w, "四个小时", "hours.too_long");
    assert_string_equal(w->turn.step, "much");
    tiny_knobs.report = "recorded";
    expect(w, "四个小时", "card.confirm");
    expect(w, "1", "card.yes");
}

static void a_question_is_answered_in_its_own_words(void **state)
{
    struct world *w = *state;
    dialogue_ask_by_us(w, "offer.ask", "{\"title\": \"老街打扫\"}");
    expect(w, "来", "offer.yes");
    dialogue_ask_by_us(w, "offer.ask", "{\"title\": \"老街打扫\"}");
    expect(w, "不来", "offer.no");
    dialogue_ask_by_us(w, "move.ask", "{}");
    expect(w, "还去", "offer.yes");
    dialogue_ask_by_us(w, "move.ask", "{}");
    expect(w, "不去", "offer.no");
}

static void another_kind_may_answer_too(void **state)
{
    struct world *w = *state;
    expect(w, "我的记录", "hours.how_long");
    expect(w, "两个小时", "card.confirm");
    expect(w, "喂喂听得着没得", "card.plainly");
    expect(w, "昨天", "card.dated");
    expect_text(w, "24日。");
}

static void what_else_is_told_is_kept_and_the_question_stays(void **state)
{
    struct world *w = *state;
    expect(w, "我的记录", "hours.how_long");
    expect(w, "昨天", "hours.how_long");
    expect(w, "两个小时", "card.confirm");
}

static void a_choice_may_come_with_more(void **state)
{
    struct world *w = *state;
    tiny_knobs.people = 2;
    expect(w, "签到", "star.who");
    expect(w, "2 三个钟头", "mend.done");
    expect_text(w, "李国才3小时。");
    expect(w, "签到", "star.who");
    expect(w, "两个小时", "star.who");
    expect(w, "1", "mend.done");
    expect_text(w, "杨秀兰2小时。");
}

static void a_flow_says_how_long_it_waits(void **state)
{
    struct world *w = *state;
    expect(w, "我的记录", "hours.how_long");
    w->now += 30 * MINUTE;
    expect(w, "两个小时", "hours.what"); /* a claim of its own, no answer */
}

static void the_second_misunderstanding_lists(void **state)
{
    struct world *w = *state;
    expect(w, "绑定手机", "note.ask");
    expect(w, "喂喂听得着没得", "note.ask.again");
    expect(w, "喂喂听得着没得", "note.ask.choices");
    expect(w, "喂喂听得着没得", "human.wait");
    assert_string_equal(w->turn.flow, "note");
}

static void a_step_may_take_what_it_cannot_read(void **state)
{
    struct world *w = *state;
    expect(w, "绑定手机", "note.ask");
    expect(w, "582013", "note.more");
    expect(w, "喂喂听得着没得", "note.kept");
    expect(w, "绑定手机", "note.ask");
    expect(w, "582013", "note.more");
    expect(w, "两个小时", "note.done");
    expect_text(w, "记了2小时。");
}

/* time, restart, channels */

static void a_question_falls_away_after_seven_days(void **state)
{
    struct world *w = *state;
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    w->now += 7 * DAY;
    expect(w, "1", "unknown");
    assert_int_equal(tiny_knobs.reports, 0);
}

static void it_is_answered_up_to_then(void **state)
{
    struct world *w = *state;
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    w->now += 7 * DAY - 1;
    world_restart(w);
    expect(w, "1", "hours.recorded");
}

static void after_silence_it_says_where_it_was(void **state)
{
    struct world *w = *state;
    expect(w, "记时长 昨天敬老院", "hours.how_long");
    w->now += 3 * DAY;
    expect(w, "喂喂听得着没得", "resume+hours.how_long.again");
    expect_text(w, "接着记敬老院。几个小时？只回时间，如：两小时。");
}

static void nothing_changed_writes_nothing(void **state)
{
    struct world *w = *state;
    expect(w, "我几星了", "star.is");
    expect(w, "R", "out.done");
    assert_int_equal(sessions(w), 0);
}

static void wechat_gets_all_in_one_message(void **state)
{
    struct world *w = *state;
    tiny_knobs.member = false;
    world_speaker(w, CHANNEL_WECHAT, "oLinli001");
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    expect(w, "1", "hours.recorded");
    expect_text(w, "记下了：24日(周二)敬老院3小时30分。\n〔不对〕");
    tiny_knobs.people = 2;
    expect(w, "记时长 昨天敬老院", "hours.how_long");
    expect(w, "我几星了", "star.who");
    expect(w, "1", "star.is+still");
    expect_text(w, "杨秀兰：还没有星。\n记敬老院还没完。");
}

/* faults */

static void a_failing_action_apologises(void **state)
{
    struct world *w = *state;
    tiny_knobs.broken = NULL;
    expect(w, "记时长", "hours.what");
    assert_int_equal(world_say(w, SLICE("有什么培训"), SLICE("")), GW_EIO);
    assert_int_equal(w->turn.reply_count, 1);
    assert_string_equal(w->turn.replies[0].id, "apology");
    expect(w, "敬老院包饺子", "hours.when");
}

static void what_an_action_may_not_do_is_a_fault(void **state)
{
    struct world *w = *state;
    tiny_knobs.broken = "no such outcome";
    assert_int_equal(world_say(w, SLICE("有什么培训"), SLICE("")), GW_EINVAL);
    assert_non_null(strstr(w->error, "action test.break ended 'no such outcome'"));
    tiny_knobs.broken = "round";
    assert_int_equal(world_say(w, SLICE("有什么培训"), SLICE("")), GW_EDATA);
    assert_non_null(strstr(w->error, "flow broken goes round"));
    tiny_knobs.broken = "say"; /* the message's parameters are not there */
    assert_int_equal(world_say(w, SLICE("有什么培训"), SLICE("")), GW_EINVAL);
    assert_non_null(strstr(w->error, "message hours.recorded lacks its parameter date"));
    tiny_knobs.broken = "done";
    expect(w, "有什么培训", "");
}

static void an_action_may_have_the_text_forgotten(void **state)
{
    struct world *w = *state;
    expect(w, "有什么培训", "");
    assert_true(w->turn.forget_text);
    expect(w, "我几星了", "star.is");
    assert_false(w->turn.forget_text);
}

static void events_open_flows_or_pass(void **state)
{
    struct world *w = *state;
    world_speaker(w, CHANNEL_WECHAT, "oLinli001");
    assert_int_equal(world_say(w, SLICE(""), SLICE("subscribe")), GW_OK);
    assert_true(w->turn.forget_text);
    assert_int_equal(world_say(w, SLICE(""), SLICE("some.other")), GW_OK);
    assert_false(w->turn.forget_text);
    assert_int_equal(w->turn.reply_count, 0);
}

static void replies_go_out_as_ids_and_parameters(void **state)
{
    struct world *w = *state;
    expect(w, "谢谢", "");
    assert_slice(turn_replies_json(&w->turn, &w->arena), "[]");
    struct slice text;
    assert_int_equal(world_reply_text(w, true, &text), GW_OK);
    assert_int_equal(text.n, 0);
    expect(w, "我几星了", "star.is");
    assert_slice(turn_replies_json(&w->turn, &w->arena),
                 "[{\"id\":\"star.is\",\"params\":{\"name\":\"杨秀兰\"}}]");
    assert_int_equal(world_reply_text(w, true, &text), GW_OK);
    assert_slice(text, "【思茅志愿】杨秀兰：还没有星。");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_WORLD(a_flow_asks_for_what_is_missing),
        IN_A_WORLD(what_was_said_is_not_asked_again),
        IN_A_WORLD(a_correction_replaces_and_asks_again),
        IN_A_WORLD(no_leads_where_the_flow_says),
        IN_A_WORLD(an_outcome_may_ask_again_with_its_own_words),
        IN_A_WORLD(a_date_is_that_of_the_day_it_was_written),
        IN_A_WORLD(misunderstood_three_times_tells_a_person),
        IN_A_WORLD(an_answer_forgets_earlier_misunderstandings),
        IN_A_WORLD(nothing_open_and_not_understood_is_counted),
        IN_A_WORLD(several_may_be_chosen),
        IN_A_WORLD(a_step_is_skipped_by_its_condition),
        IN_A_WORLD(an_sms_gets_the_last_of_several),
        IN_A_WORLD(no_choices_lead_elsewhere),
        IN_A_WORLD(a_correction_may_be_looked_at),
        IN_A_WORLD(a_question_is_answered_in_its_own_words),
        IN_A_WORLD(another_kind_may_answer_too),
        IN_A_WORLD(what_else_is_told_is_kept_and_the_question_stays),
        IN_A_WORLD(a_choice_may_come_with_more),
        IN_A_WORLD(a_flow_says_how_long_it_waits),
        IN_A_WORLD(the_second_misunderstanding_lists),
        IN_A_WORLD(a_step_may_take_what_it_cannot_read),
        IN_A_WORLD(a_question_falls_away_after_seven_days),
        IN_A_WORLD(it_is_answered_up_to_then),
        IN_A_WORLD(after_silence_it_says_where_it_was),
        IN_A_WORLD(nothing_changed_writes_nothing),
        IN_A_WORLD(wechat_gets_all_in_one_message),
        IN_A_WORLD(a_failing_action_apologises),
        IN_A_WORLD(what_an_action_may_not_do_is_a_fault),
        IN_A_WORLD(an_action_may_have_the_text_forgotten),
        IN_A_WORLD(events_open_flows_or_pass),
        IN_A_WORLD(replies_go_out_as_ids_and_parameters),
    };
    dialogue_begin();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    dialogue_end();
    return failed;
}
