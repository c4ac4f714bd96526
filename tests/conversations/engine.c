/* conversations/engine.c and its parts: what a text does to the open question, by the tiny
 * catalogue. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/json.h"
#include "gateway/store/people.h"
#include "tests/conversations/support/tiny.h"
#include "tests/conversations/support/world.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

static struct catalogue *catalogue;

static int set_up(void **state)
{
    tiny_knobs = (struct tiny_knobs){ .report = "recorded", .broken = "done" };
    *state = world_open(catalogue);
    return 0;
}

static int tear_down(void **state)
{
    world_close(*state);
    return 0;
}

/* One text and the id of its reply ("" none, "a+b" several), which is compared. */
#define expect(w, text, ids) expect_at((w), (text), (ids), __LINE__)
static void expect_at(struct world *w, const char *text, const char *ids, int line)
{
    if (world_say(w, slice_of(text), SLICE("")) < 0)
        fail_msg("line %d: '%s' fails: %s", line, text, w->error);
    assert_true(w->turn.reply_count <= 1);
    const char *got = arena_str(&w->arena, world_reply_ids(w));
    if (strcmp(got, ids) != 0)
        fail_msg("line %d: '%s' gives [%s], expected [%s]", line, text, got, ids);
}

/* The rendered reply of the last text. */
#define expect_text(w, text) expect_text_at((w), (text), __LINE__)
static void expect_text_at(struct world *w, const char *text, int line)
{
    struct slice got;
    if (world_reply_text(w, false, &got) < 0)
        fail_msg("line %d: %s", line, w->error);
    if (!slice_eq(got, slice_of(text)))
        fail_msg("line %d: got '%.*s', expected '%s'", line, SLICE_ARG(got), text);
}

static int64_t sessions(struct world *w)
{
    return support_count(w->support, "SELECT COUNT(*) FROM sessions");
}

struct asking {
    const char *message, *params;
    int64_t until;
};

static int put_prompt(struct world *w, const struct service *s, void *context)
{
    const struct asking *in = context;
    struct address a;
    int rc = people_address(s->tx, s->vault, s->ids, slice_of(w->realm), slice_of(w->sender),
                            slice_of(w->account), s->now, s->arena, &a);
    const struct prompt p = {
        .id = ids_next(s->ids),
        .conversation = a.conversation,
        .message = slice_of(in->message),
        .params = slice_of(in->params),
        .asked_at = s->now,
        .until = in->until,
    };
    return rc < 0 ? rc : people_prompt(s->tx, s->vault, &p, s->arena);
}

static void ask_by_us(struct world *w, const char *message, const char *params)
{
    struct asking in = { message, params, w->now + DAY };
    assert_true(world_transact(w, put_prompt, &in) >= 0);
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
    ask_by_us(w, "offer.ask", "{\"title\": \"老街打扫\"}");
    expect(w, "来", "offer.yes");
    ask_by_us(w, "offer.ask", "{\"title\": \"老街打扫\"}");
    expect(w, "不来", "offer.no");
    ask_by_us(w, "move.ask", "{}");
    expect(w, "还去", "offer.yes");
    ask_by_us(w, "move.ask", "{}");
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

/* the table of words, scripts.md section 0 */

struct word_case {
    const char *word;
    const char *nothing, *yes_no, *list, *recruit, *other;
};

static void open_column(struct world *w, int column)
{
    if (column == 1)
        expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    if (column == 2)
        expect(w, "我几星了", "star.who");
    if (column == 3)
        ask_by_us(w, "recruit.ask", "{}");
    if (column == 4)
        expect(w, "记时长 昨天敬老院", "hours.how_long");
}

static void words_mean_what_the_table_says(void **state)
{
    static const struct word_case cases[] = {
        { "R", "out.done", "out.done", "out.done", "out.done", "out.done" },
        { "退订", "out.done", "out.done", "out.done", "out.done", "out.done" },
        { "N", "out.done", "hours.how_long", "star.who", "out.done", "hours.how_long.again" },
        { "退", "out.done", "out.done", "out.done", "out.done", "out.done" },
        { "QX", "nothing.cancel", "hours.how_long", "left", "recruit.no", "left" },
        { "取消", "nothing.cancel", "hours.how_long", "left", "recruit.no", "left" },
        { "停", "out.done", "hours.how_long", "left", "out.done", "left" },
        { "0", "help", "left", "left", "help", "left" },
        { "1", "unknown", "hours.recorded", "star.is", "recruit.yes", "hours.confirm" },
        { "帮助", "help", "help", "help", "help", "hours.help" },
        { "人工", "human.wait", "human.wait", "human.wait", "human.wait", "human.wait" },
    };
    (void)state;
    tiny_knobs.people = 2;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const expected[] = { cases[i].nothing, cases[i].yes_no, cases[i].list,
                                         cases[i].recruit, cases[i].other };
        for (int column = 0; column < 5; column++) {
            struct world *w = world_open(catalogue);
            open_column(w, column);
            if (world_say(w, slice_of(cases[i].word), SLICE("")) < 0)
                fail_msg("%s, column %d: %s", cases[i].word, column, w->error);
            const char *got = w->turn.reply_count > 0 ? w->turn.replies[0].id : "";
            if (strcmp(got, expected[column]) != 0)
                fail_msg("%s, column %d: [%s], expected [%s]", cases[i].word, column, got,
                         expected[column]);
            world_close(w);
        }
    }
}

static void opting_out_leaves_the_question_open(void **state)
{
    struct world *w = *state;
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    expect(w, "R", "out.done");
    assert_string_equal(w->turn.flow, "hours");
    expect(w, "1", "hours.recorded");
}

static void thanks_cost_no_sms(void **state)
{
    struct world *w = *state;
    expect(w, "谢谢", "");
    assert_int_equal(sessions(w), 0);
    world_speaker(w, CHANNEL_WECHAT, "oLinli001");
    expect(w, "谢谢", "courtesy");
}

static void back_asks_the_question_before(void **state)
{
    struct world *w = *state;
    expect(w, "记时长", "hours.what");
    expect(w, "敬老院包饺子", "hours.when");
    expect(w, "昨天", "hours.how_long");
    expect(w, "返回", "hours.when");
    expect(w, "前天", "hours.how_long");
    expect(w, "0", "hours.when");
    expect(w, "0", "hours.what");
    expect(w, "0", "left");
    assert_null(w->turn.flow);
}

static void danger_goes_before_everything(void **state)
{
    struct world *w = *state;
    expect(w, "记时长", "hours.what");
    expect(w, "我家老倌摔倒了起不来", "safety");
    assert_string_equal(w->turn.flow, "hours");
}

/* several questions */

static void a_new_wish_goes_on_top_and_the_old_stays(void **state)
{
    struct world *w = *state;
    tiny_knobs.people = 2;
    expect(w, "记时长 昨天敬老院", "hours.how_long");
    expect(w, "我几星了", "star.who");
    expect(w, "2", "star.is+still");
    expect_text(w, "李国才：还没有星。记敬老院还没完。");
    assert_string_equal(w->turn.flow, "hours");
    expect(w, "两个小时", "hours.confirm");
}

static void a_wish_that_is_open_already_goes_on(void **state)
{
    struct world *w = *state;
    expect(w, "我要当志愿者", "join.ask");
    expect(w, "我要当志愿者", "join.ask");
    expect(w, "1", "join.news");
    expect(w, "1", "join.done");
    assert_null(w->turn.flow);
}

static void a_contradiction_opens_a_second(void **state)
{
    struct world *w = *state;
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    expect(w, "前天在图书馆干了两个小时", "hours.confirm");
    assert_int_equal(json_int(w->turn.replies[0].params, "minutes", 0), 120);
    expect(w, "1", "hours.recorded+still");
    expect(w, "1", "hours.recorded");
    assert_int_equal(json_int(w->turn.replies[0].params, "minutes", 0), 210);
    assert_int_equal(tiny_knobs.reports, 2);
}

static void a_search_begins_anew(void **state)
{
    struct world *w = *state;
    tiny_knobs.people = 1;
    expect(w, "星期天有哪样活动", "list");
    expect_text(w, "29日：1杨秀兰。回号。");
    expect(w, "有没有敬老院的活动", "list");
    expect_text(w, "找敬老院：1杨秀兰。回号。");
}

static void our_question_opens_its_flow(void **state)
{
    struct world *w = *state;
    ask_by_us(w, "offer.ask", "{\"title\": \"老街打扫\"}");
    expect(w, "1", "offer.yes");
    expect_text(w, "老街打扫是您的了。");
    expect(w, "1", "unknown");
}

static void our_question_has_an_end(void **state)
{
    struct world *w = *state;
    ask_by_us(w, "offer.ask", "{\"title\": \"老街打扫\"}");
    w->now += DAY + 1;
    expect(w, "1", "unknown");
}

static void an_unknown_question_of_ours_is_ignored(void **state)
{
    struct world *w = *state;
    ask_by_us(w, "no.such.message", "{}");
    expect(w, "1", "unknown");
}

static void texts_that_crossed_are_sorted_out(void **state)
{
    struct world *w = *state;
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    w->now += HOUR;
    ask_by_us(w, "offer.ask", "{\"title\": \"老街打扫\"}");
    w->now += 3 * MINUTE;
    expect(w, "1", "which");
    expect_text(w, "请问您的1是：1老街打扫的空位 2记敬老院 3两样都要。回1、2或3。");
    expect(w, "2", "hours.recorded+still");
    expect(w, "2", "offer.no");
}

static void both_may_be_meant(void **state)
{
    struct world *w = *state;
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    ask_by_us(w, "offer.ask", "{\"title\": \"老街打扫\"}");
    expect(w, "1", "which");
    expect(w, "3", "hours.recorded");
    assert_int_equal(tiny_knobs.reports, 1);
    assert_null(w->turn.flow);
}

static void what_is_no_number_ends_the_asking_which(void **state)
{
    struct world *w = *state;
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    ask_by_us(w, "offer.ask", "{\"title\": \"老街打扫\"}");
    expect(w, "1", "which");
    expect(w, "我要当志愿者", "join.ask");
    expect(w, "1", "join.news");
}

static void after_ten_minutes_the_newest_is_meant(void **state)
{
    struct world *w = *state;
    expect(w, "昨天在敬老院干了三个半小时", "hours.confirm");
    ask_by_us(w, "offer.ask", "{\"title\": \"老街打扫\"}");
    w->now += 10 * MINUTE;
    expect(w, "1", "offer.yes+still");
    expect(w, "1", "hours.recorded");
}

static void five_questions_stay_open(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 6; i++) {
        char params[60];
        snprintf(params, sizeof params, "{\"title\": \"第%d个\"}", i);
        ask_by_us(w, "offer.ask", params);
        w->now += 11 * MINUTE;
    }
    for (int i = 5; i > 0; i--) {
        expect(w, "1", i > 1 ? "offer.yes+still" : "offer.yes");
        char title[40];
        snprintf(title, sizeof title, "第%d个", i);
        assert_string_equal(json_text(w->turn.replies[0].params, "title", ""), title);
    }
    expect(w, "1", "unknown");
}

/* gates, optional questions */

static void a_stranger_registers_and_the_wish_goes_on(void **state)
{
    struct world *w = *state;
    expect(w, "报名3", "join.ask");
    expect_text(w, "登记吗？报名要先登记。登记回1。");
    expect(w, "1", "wish.done");
    assert_null(w->turn.flow);
}

static void a_wish_is_dropped_with_the_registration(void **state)
{
    struct world *w = *state;
    expect(w, "报名3", "join.ask");
    expect(w, "2", "join.off");
    assert_null(w->turn.flow);
    expect(w, "报名3", "join.ask");
    expect(w, "停", "join.off");
    expect(w, "1", "unknown");
}

static void a_member_passes(void **state)
{
    struct world *w = *state;
    tiny_knobs.member = true;
    expect(w, "报名3", "wish.done");
}

static void who_may_not_is_told(void **state)
{
    struct world *w = *state;
    expect(w, "招募 周六上午9点到11点 老街打扫 20人", "organizers.only");
    assert_null(w->turn.flow);
}

static void any_wish_closes_an_optional_question(void **state)
{
    struct world *w = *state;
    expect(w, "我要当志愿者", "join.ask");
    expect(w, "1", "join.news");
    expect(w, "我几星了", "star.is");
    assert_null(w->turn.flow);
}

static void thanks_leave_an_optional_question(void **state)
{
    struct world *w = *state;
    expect(w, "我要当志愿者", "join.ask");
    expect(w, "1", "join.news");
    expect(w, "谢谢", "");
    assert_string_equal(w->turn.step, "news");
}

static void what_a_flow_leaves_another_takes(void **state)
{
    struct world *w = *state;
    tiny_knobs.people = 2;
    expect(w, "我几星了", "star.who");
    expect(w, "李国才", "star.is");
    expect(w, "我有多少小时", "star.why");
    expect_text(w, "李国才：没有记录。");
    w->now += 31 * MINUTE;
    expect(w, "我有多少小时", "star.why");
    expect_text(w, "没有记录。");
}

static void a_word_must_name_one_choice(void **state)
{
    struct world *w = *state;
    tiny_knobs.people = 3;
    expect(w, "我几星了", "star.who");
    expect(w, "才", "star.who");
    expect(w, "有才", "star.is");
    expect_text(w, "段有才：还没有星。");
}

static void a_number_not_shown_is_no_choice(void **state)
{
    struct world *w = *state;
    tiny_knobs.people = 2;
    expect(w, "我几星了", "star.who");
    expect(w, "7", "star.who");
    expect(w, "2", "star.is");
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

#define IN_A_WORLD(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

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
        IN_A_WORLD(words_mean_what_the_table_says),
        IN_A_WORLD(opting_out_leaves_the_question_open),
        IN_A_WORLD(thanks_cost_no_sms),
        IN_A_WORLD(back_asks_the_question_before),
        IN_A_WORLD(danger_goes_before_everything),
        IN_A_WORLD(a_new_wish_goes_on_top_and_the_old_stays),
        IN_A_WORLD(a_wish_that_is_open_already_goes_on),
        IN_A_WORLD(a_contradiction_opens_a_second),
        IN_A_WORLD(a_search_begins_anew),
        IN_A_WORLD(our_question_opens_its_flow),
        IN_A_WORLD(our_question_has_an_end),
        IN_A_WORLD(an_unknown_question_of_ours_is_ignored),
        IN_A_WORLD(texts_that_crossed_are_sorted_out),
        IN_A_WORLD(both_may_be_meant),
        IN_A_WORLD(what_is_no_number_ends_the_asking_which),
        IN_A_WORLD(after_ten_minutes_the_newest_is_meant),
        IN_A_WORLD(five_questions_stay_open),
        IN_A_WORLD(a_stranger_registers_and_the_wish_goes_on),
        IN_A_WORLD(a_wish_is_dropped_with_the_registration),
        IN_A_WORLD(a_member_passes),
        IN_A_WORLD(who_may_not_is_told),
        IN_A_WORLD(any_wish_closes_an_optional_question),
        IN_A_WORLD(thanks_leave_an_optional_question),
        IN_A_WORLD(what_a_flow_leaves_another_takes),
        IN_A_WORLD(a_word_must_name_one_choice),
        IN_A_WORLD(a_number_not_shown_is_no_choice),
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
    catalogue = tiny_catalogue();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    catalogue_release(catalogue);
    return failed;
}
