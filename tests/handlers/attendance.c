/* Who came: check-in, the leader's list closed by exceptions. */
#include "handlers/attendance.h"
#include "handlers/consents.h"

#include "gateway/base/json.h"
#include "gateway/store/outbox.h"
#include "gateway/store/timers.h"
#include "handlers/tasks.h"
#include "tests/handlers/attendance_scene.h"

/* ---- check-in ---- */

static void arriving_is_noted_once(void **state)
{
    struct scene *c = *state;
    struct attendance_check out;
    assert_int_equal(check_in(c, 0, &out), ATTENDANCE_CHECKED_IN);
    assert_int_equal(out.activity, c->activity);
    assert_int_equal(out.at, c->starts_at - 480);
    assert_slice(out.title, "老街打扫");
    assert_slice(out.leader, "刀艳");
    c->r->s.now += 600;
    assert_int_equal(check_in(c, 0, &out), ATTENDANCE_AGAIN);
    assert_int_equal(out.at, c->starts_at - 480);
}

static void only_near_the_time(void **state)
{
    struct scene *c = *state;
    struct attendance_check out;
    c->r->s.now = c->starts_at - 2 * HOUR - 1;
    assert_int_equal(check_in(c, 0, &out), ATTENDANCE_NONE_NEAR);
    assert_int_equal(out.activity, c->activity); /* the next one of hers */
    c->r->s.now++;
    assert_int_equal(check_in(c, 0, &out), ATTENDANCE_CHECKED_IN);
    c->r->s.now = c->ends_at + c->r->policy->checkin_late_minutes * 60;
    assert_int_equal(check_in(c, 1, &out), ATTENDANCE_CHECKED_IN);
    c->r->s.now++;
    assert_int_equal(check_in(c, 2, &out), ATTENDANCE_NONE_NEAR);
    assert_int_equal(out.activity, 0);
}

static void only_who_signed_up(void **state)
{
    struct scene *c = *state;
    struct attendance_check out;
    struct volunteer other = records_volunteer(c->r, "段有才", 0);
    assert_int_equal(attendance_check_in(&c->r->s, other.id, SLICE(""), &out),
                     ATTENDANCE_NONE_NEAR);
    assert_int_equal(signup_cancel(&c->r->s, c->activity, c->people[0].id), CANCEL_DONE);
    assert_int_equal(check_in(c, 0, &out), ATTENDANCE_NONE_NEAR);
}

static void the_nearest_of_two_activities(void **state)
{
    struct scene *c = *state;
    struct attendance_check out;
    int64_t second = records_activity(c->r, c->ends_at + HOUR, 60);
    records_join(c->r, second, &c->people[0]);
    c->r->s.now = c->ends_at - 60; /* one goes on, the other begins in an hour */
    assert_int_equal(check_in(c, 0, &out), ATTENDANCE_CHECKED_IN);
    assert_int_equal(out.activity, c->activity);
    c->r->s.now = c->ends_at + HOUR;
    assert_int_equal(check_in(c, 0, &out), ATTENDANCE_CHECKED_IN);
    assert_int_equal(out.activity, second);
}

static void the_code_must_be_the_one(void **state)
{
    struct scene *c = *state;
    struct attendance_check out;
    char code[8], again[8], wrong[8];
    assert_int_equal(attendance_check_in(&c->r->s, c->people[0].id, SLICE("123456"), &out),
                     ATTENDANCE_CODE_WRONG); /* none was made yet */
    assert_int_equal(attendance_code(&c->r->s, c->activity, code), 0);
    assert_int_equal(attendance_code(&c->r->s, c->activity, again), 0);
    assert_string_equal(code, again);
    assert_int_equal(strlen(code), 6);
    memcpy(wrong, code, sizeof(wrong));
    wrong[5] = wrong[5] == '0' ? '1' : '0';
    assert_int_equal(attendance_check_in(&c->r->s, c->people[0].id, slice_of(wrong), &out),
                     ATTENDANCE_CODE_WRONG);
    assert_int_equal(attendance_check_in(&c->r->s, c->people[0].id, slice_of(code), &out),
                     ATTENDANCE_CHECKED_IN);
}

static void the_organizer_marks_who_cannot_text(void **state)
{
    struct scene *c = *state;
    struct attendance_check out;
    const struct service *s = &c->r->s;
    int64_t person = c->people[0].id;
    assert_int_equal(attendance_mark(s, c->r->worker, c->activity, person, &out),
                     ATTENDANCE_CHECK_NOT_ALLOWED);
    assert_int_equal(attendance_mark(s, c->r->organizer, c->activity, person, &out),
                     ATTENDANCE_CHECKED_IN);
    assert_int_equal(attendance_mark(s, c->r->organizer, c->activity, person, &out),
                     ATTENDANCE_AGAIN);
    assert_int_equal(attendance_mark(s, c->r->organizer, c->activity, 4711, &out),
                     ATTENDANCE_NONE_NEAR);
    assert_int_equal(attendance_mark(s, c->r->organizer, 4711, person, &out), ATTENDANCE_NONE_NEAR);
}

static void the_organizer_marks_who_had_not_signed_up(void **state)
{
    struct scene *c = *state;
    struct attendance_check out;
    struct signup up;
    struct service *s = &c->r->s;
    struct volunteer v = records_volunteer(c->r, "王敏", 0);
    s->now = c->starts_at - s->policy->checkin_early_minutes * 60 - 1;
    assert_int_equal(attendance_mark(s, c->r->organizer, c->activity, v.id, &out),
                     ATTENDANCE_NONE_NEAR);
    s->now = c->starts_at;
    assert_int_equal(attendance_mark(s, c->r->worker, c->activity, v.id, &out),
                     ATTENDANCE_CHECK_NOT_ALLOWED);
    assert_int_equal(attendance_mark(s, c->r->organizer, c->activity, v.id, &out),
                     ATTENDANCE_WALKED_IN);
    assert_int_equal(signup_find(s, c->activity, v.id, &up), 1);
    assert_int_equal(up.state, SIGNUP_JOINED);
    assert_int_equal(attendance_mark(s, c->r->organizer, c->activity, v.id, &out),
                     ATTENDANCE_AGAIN);
}

/* ---- the list ---- */

static void the_sheet_shows_numbers_and_check_ins(void **state)
{
    struct scene *c = *state;
    check_in_first(c, 3);
    struct attendance_sheet sheet;
    assert_int_equal(attendance_sheet(&c->r->s, c->activity, c->r->organizer, &sheet),
                     ATTENDANCE_READY);
    assert_int_equal(sheet.count, PEOPLE);
    assert_int_equal(sheet.checked_in, 3);
    assert_int_equal(sheet.length, 120);
    assert_false(sheet.over);
    assert_false(sheet.closed);
    for (int i = 0; i < PEOPLE; i++) {
        assert_int_equal(sheet.rows[i].number, i + 1);
        assert_slice(sheet.rows[i].name, names[i]);
        assert_int_equal(sheet.rows[i].checked_in_at > 0, i < 3);
    }
    assert_int_equal(attendance_sheet(&c->r->s, c->activity, c->r->worker, &sheet),
                     ATTENDANCE_NOT_ALLOWED);
    assert_int_equal(attendance_sheet(&c->r->s, 4711, c->r->organizer, &sheet),
                     ATTENDANCE_NO_ACTIVITY);
}

static void a_preview_counts_and_changes_nothing(void **state)
{
    struct scene *c = *state;
    check_in_first(c, 3);
    c->r->s.now = c->ends_at + 300;
    struct attendance_closing closing = {
        .activity = c->activity, .organizer = c->r->organizer, .items = exceptions, .count = 4
    };
    struct attendance_sheet sheet;
    assert_int_equal(attendance_preview(&c->r->s, &closing, &sheet), ATTENDANCE_READY);
    assert_int_equal(sheet.came, 4);
    assert_int_equal(sheet.minutes, 120 + 60 + 120 + 120);
    assert_int_equal(sheet.rows[1].minutes, 60);
    assert_int_equal(sheet.rows[4].state, ATTENDANCE_LEAVE);
    assert_int_equal(sheet.rows[5].state, ATTENDANCE_NO_SHOW);
    records_commit(c->r);
    assert_int_equal(support_count(c->r->support, "SELECT COUNT(*) FROM ledger"), 0);
    assert_int_equal(support_count(c->r->support, "SELECT COUNT(*) FROM hours"), 0);
}

static void closing_records_and_tells_everybody(void **state)
{
    struct scene *c = *state;
    check_in_first(c, 3);
    c->r->s.now = c->ends_at + 300;
    struct attendance_sheet sheet;
    assert_int_equal(close_list(c, exceptions, 4, &sheet), ATTENDANCE_DONE);
    assert_int_equal(sheet.came, 4);
    assert_int_equal(sheet.minutes, 420);
    static const int64_t expected[PEOPLE] = { 120, 60, 120, 120, 0, 0 };
    for (int i = 0; i < PEOPLE; i++) {
        int64_t to = c->people[i].address;
        assert_int_equal(records_total(c->r, c->people[i].id), expected[i]);
        assert_int_equal(told(c, to, "hours.confirmed", NULL), expected[i] == 120);
        assert_int_equal(told(c, to, "hours.confirmed_less", NULL), expected[i] == 60);
        assert_int_equal(told(c, to, "noshow.ask", NULL), i == 5);
    }
    struct ledger_entry e;
    assert_int_equal(ledger_get(&c->r->s, c->people[0].id, 1, &e), 1);
    assert_int_equal(ledger_missing(&e), 0);
    assert_int_equal(e.source, LEDGER_CHECKED_IN);
    assert_int_equal(e.activity, c->activity);
    assert_int_equal(e.organization, c->r->branch);
    assert_int_equal(e.leader, c->r->organizer);
    assert_slice(e.name, "老街打扫");
    assert_slice(e.place, "老街社区门口");
    assert_slice(e.recipient, "社区居民");
    assert_int_equal(ledger_get(&c->r->s, c->people[3].id, 1, &e), 1);
    assert_int_equal(e.source, LEDGER_SIGNED_UP);
    struct activity a;
    assert_int_equal(activity_get(&c->r->s, c->activity, &a), 1);
    assert_int_equal(a.state, ACTIVITY_CONFIRMED);
}

/* Two more on the phone of number 1: one text for the three. */
static void a_shared_phone_gets_one_text(void **state)
{
    struct scene *c = *state;
    struct volunteer second = records_volunteer(c->r, "李国才", c->people[0].address);
    struct volunteer third = records_volunteer(c->r, "李小兰", c->people[0].address);
    records_join(c->r, c->activity, &second);
    records_join(c->r, c->activity, &third);
    records_append(c->r, c->people[0].id, 60);
    struct attendance_check out;
    check_in_first(c, 2);
    assert_int_equal(attendance_check_in(&c->r->s, second.id, SLICE(""), &out),
                     ATTENDANCE_CHECKED_IN);
    assert_int_equal(attendance_check_in(&c->r->s, third.id, SLICE(""), &out),
                     ATTENDANCE_CHECKED_IN);
    c->r->s.now = c->ends_at;
    struct attendance_sheet sheet;
    struct attendance_item item = { .number = 8, .what = ATTENDANCE_WHAT_MINUTES, .minutes = 60 };
    assert_int_equal(close_list(c, &item, 1, &sheet), ATTENDANCE_DONE);
    json_t *params = NULL;
    assert_int_equal(told(c, second.address, "hours.confirmed", NULL), 0);
    assert_int_equal(told(c, second.address, "hours.confirmed_less", NULL), 0);
    assert_int_equal(told(c, second.address, "hours.confirmed_many", &params), 1);
    json_t *items = json_object_get(params, "items");
    assert_int_equal(json_array_size(items), 3);
    assert_string_equal(json_text(json_array_get(items, 0), "name", ""), names[0]);
    assert_int_equal(json_int(json_array_get(items, 0), "total", 0), 180);
    assert_string_equal(json_text(json_array_get(items, 1), "name", ""), "李国才");
    assert_int_equal(json_int(json_array_get(items, 1), "minutes", 0), 120);
    assert_int_equal(json_int(json_array_get(items, 2), "minutes", 0), 60);
    assert_int_equal(json_int(json_array_get(items, 2), "less", 0), 1);
    assert_string_equal(json_text(params, "activity", ""), "老街打扫");
    assert_int_equal(told(c, c->people[1].address, "hours.confirmed", NULL), 1);
    json_decref(params);
}

static void who_stopped_all_texts_is_not_told(void **state)
{
    struct scene *c = *state;
    check_in_first(c, 3);
    c->r->s.now = c->ends_at + 300;
    for (int i = 0; i < PEOPLE; i++)
        assert_int_equal(
            opt_out(&c->r->s, c->people[i].address, OPT_ALL, SLICE("全停"), SLICE("sms")),
            OPT_CHANGED);
    struct attendance_sheet sheet;
    assert_int_equal(close_list(c, exceptions, 4, &sheet), ATTENDANCE_DONE);
    for (int i = 0; i < PEOPLE; i++) {
        assert_int_equal(told(c, c->people[i].address, "hours.confirmed", NULL), 0);
        assert_int_equal(told(c, c->people[i].address, "hours.confirmed_less", NULL), 0);
        assert_int_equal(told(c, c->people[i].address, "noshow.ask", NULL), 0);
    }
    assert_int_equal(records_total(c->r, c->people[0].id), 120); /* it is on record all the same */
}

static void what_is_told_names_person_day_and_total(void **state)
{
    struct scene *c = *state;
    check_in_first(c, 2);
    for (int i = 0; i < 3; i++)
        records_append(c->r, c->people[1].id, 62 * 20);
    c->r->s.now = c->ends_at;
    struct attendance_sheet sheet;
    struct attendance_item item = { .number = 2, .what = ATTENDANCE_WHAT_MINUTES, .minutes = 60 };
    assert_int_equal(close_list(c, &item, 1, &sheet), ATTENDANCE_DONE);
    json_t *params = NULL;
    assert_int_equal(told(c, c->people[1].address, "hours.confirmed_less", &params), 1);
    assert_string_equal(json_text(params, "name", ""), "李秀英");
    assert_string_equal(json_text(params, "date", ""), "2026-11-28");
    assert_string_equal(json_text(params, "activity", ""), "老街打扫");
    assert_string_equal(json_text(params, "confirmer", ""), "刀艳");
    assert_int_equal(json_int(params, "minutes", 0), 60);
    assert_int_equal(json_int(params, "total", 0), 63 * 60);
    json_decref(params);
}

static void closing_twice_changes_nothing(void **state)
{
    struct scene *c = *state;
    check_in_first(c, 3);
    c->r->s.now = c->ends_at;
    struct attendance_sheet sheet;
    assert_int_equal(close_list(c, exceptions, 4, &sheet), ATTENDANCE_DONE);
    records_commit(c->r);
    int64_t out = support_count(c->r->support, "SELECT COUNT(*) FROM outbox");
    assert_int_equal(close_list(c, NULL, 0, &sheet), ATTENDANCE_UNCHANGED);
    assert_true(sheet.closed);
    assert_int_equal(sheet.came, 4);
    assert_int_equal(sheet.minutes, 420);
    assert_int_equal(sheet.rows[4].state, ATTENDANCE_LEAVE);
    records_commit(c->r);
    assert_int_equal(support_count(c->r->support, "SELECT COUNT(*) FROM outbox"), out);
    assert_int_equal(support_count(c->r->support, "SELECT COUNT(*) FROM ledger"), 4);
    struct attendance_check check;
    assert_int_equal(check_in(c, 5, &check), ATTENDANCE_CLOSED);
    assert_int_equal(check_in(c, 0, &check), ATTENDANCE_AGAIN);
}

static void without_a_word_who_did_not_check_in_is_absent(void **state)
{
    struct scene *c = *state;
    check_in_first(c, 2);
    c->r->s.now = c->ends_at;
    struct attendance_closing closing = { .activity = c->activity, .organizer = c->r->organizer };
    struct attendance_sheet sheet;
    assert_int_equal(attendance_preview(&c->r->s, &closing, &sheet), ATTENDANCE_READY);
    assert_int_equal(sheet.came, 2);
    closing.all_came = true;
    assert_int_equal(attendance_preview(&c->r->s, &closing, &sheet), ATTENDANCE_READY);
    assert_int_equal(sheet.came, PEOPLE);
    closing.items = exceptions;
    closing.count = 2;
    assert_int_equal(attendance_preview(&c->r->s, &closing, &sheet), ATTENDANCE_READY);
    assert_int_equal(sheet.came, PEOPLE - 2);
}

static void exceptions_on_one_number_add_up(void **state)
{
    struct scene *c = *state;
    c->r->s.now = c->ends_at;
    const struct attendance_item items[] = {
        { .number = 3, .what = ATTENDANCE_WHAT_MINUTES, .minutes = 90 },
        { .number = 3, .what = ATTENDANCE_WHAT_QUALITY, .quality = 4 },
        { .number = 1, .what = ATTENDANCE_WHAT_NO_SHOW },
        { .number = 1, .what = ATTENDANCE_WHAT_CAME },
        { .number = 2, .what = ATTENDANCE_WHAT_MINUTES, .minutes = 0 },
        { .number = 4, .what = ATTENDANCE_WHAT_QUALITY, .quality = 9 },
    };
    struct attendance_sheet sheet;
    assert_int_equal(close_list(c, items, 6, &sheet), ATTENDANCE_DONE);
    assert_int_equal(sheet.rows[2].minutes, 90);
    assert_int_equal(sheet.rows[2].quality, 4);
    assert_int_equal(sheet.rows[0].minutes, 120);
    assert_int_equal(sheet.rows[1].state, ATTENDANCE_NO_SHOW);
    assert_int_equal(sheet.rows[3].quality, 5);
    struct ledger_entry e;
    assert_int_equal(ledger_get(&c->r->s, c->people[2].id, 1, &e), 1);
    assert_int_equal(e.quality, 4);
}

static void what_cannot_be_is_refused(void **state)
{
    struct scene *c = *state;
    struct attendance_sheet sheet;
    struct attendance_item item = { .number = 1, .what = ATTENDANCE_WHAT_CAME };
    assert_int_equal(close_list(c, &item, 1, &sheet), ATTENDANCE_NOT_OVER);
    c->r->s.now = c->ends_at;
    item.number = 17;
    assert_int_equal(close_list(c, &item, 1, &sheet), ATTENDANCE_BAD_NUMBER);
    assert_int_equal(sheet.bad_number, 17);
    item = (struct attendance_item){ .number = 1, .what = ATTENDANCE_WHAT_MINUTES, .minutes = 121 };
    assert_int_equal(close_list(c, &item, 1, &sheet), ATTENDANCE_TOO_LONG);
    assert_int_equal(sheet.bad_number, 1);
    struct attendance_closing closing = { .activity = c->activity, .organizer = c->r->worker };
    assert_int_equal(attendance_close(&c->r->s, &closing, &sheet), ATTENDANCE_NOT_ALLOWED);
    closing.activity = 4711;
    assert_int_equal(attendance_close(&c->r->s, &closing, &sheet), ATTENDANCE_NO_ACTIVITY);
    records_commit(c->r);
    assert_int_equal(support_count(c->r->support, "SELECT COUNT(*) FROM hours"), 0);
    assert_int_equal(support_count(c->r->support, "SELECT COUNT(*) FROM attendance_closed"), 0);
}

static void an_activity_without_a_field_cannot_be_closed(void **state)
{
    struct scene *c = *state;
    support_commit(c->r->support);
    support_exec(c->r->support, "UPDATE activities SET serves = ''");
    c->r->s.tx = support_begin(c->r->support);
    c->r->s.now = c->ends_at;
    struct attendance_closing closing = { .activity = c->activity, .organizer = c->r->organizer };
    struct attendance_sheet sheet;
    assert_int_equal(attendance_close(&c->r->s, &closing, &sheet), ATTENDANCE_INCOMPLETE);
    assert_int_equal(closing.missing, LEDGER_RECIPIENT);
}

static void a_claim_of_ones_own_is_not_counted_twice(void **state)
{
    struct scene *c = *state;
    check_in_first(c, 2);
    c->r->s.now = c->ends_at + 60;
    struct hours_claim claim = { .person = c->people[0].id,
                                 .start_min = -1,
                                 .end_min = -1,
                                 .minutes = 100,
                                 .activity = c->activity };
    struct hours_receipt waiting, confirmed;
    struct hours_decided out;
    assert_int_equal(hours_report(&c->r->s, &claim, &waiting), HOURS_RECORDED);
    claim.person = c->people[1].id;
    assert_int_equal(hours_report(&c->r->s, &claim, &confirmed), HOURS_RECORDED);
    struct hours_decision d = { .id = confirmed.id, .confirmer = c->r->organizer };
    assert_int_equal(hours_confirm(&c->r->s, &d, &out), HOURS_DECIDE_DONE);
    struct attendance_sheet sheet;
    assert_int_equal(close_list(c, NULL, 0, &sheet), ATTENDANCE_DONE);
    assert_int_equal(records_total(c->r, c->people[0].id), 120);
    assert_int_equal(records_total(c->r, c->people[1].id), 100);
    struct hours row;
    assert_int_equal(hours_get(&c->r->s, waiting.id, &row), 1);
    assert_int_equal(row.state, HOURS_REPLACED);
}

static void the_organizer_s_own_hours_wait_for_somebody_else(void **state)
{
    struct scene *c = *state;
    struct volunteer dao = records_volunteer(c->r, "刀艳", c->r->organizer);
    records_join(c->r, c->activity, &dao);
    c->r->s.now = c->ends_at;
    struct attendance_closing closing = { .activity = c->activity,
                                          .organizer = c->r->organizer,
                                          .all_came = true };
    struct attendance_sheet sheet;
    assert_int_equal(attendance_close(&c->r->s, &closing, &sheet), ATTENDANCE_DONE);
    assert_int_equal(sheet.came, PEOPLE);
    assert_int_equal(sheet.rows[PEOPLE].state, ATTENDANCE_OWN);
    assert_int_equal(records_total(c->r, dao.id), 0);
    struct hours *rows;
    assert_int_equal(hours_waiting(&c->r->s, c->r->lead, 9, &rows), 1);
    assert_int_equal(rows[0].person, dao.id);
    assert_int_equal(rows[0].organization, c->r->district);
    assert_int_equal(hours_waiting(&c->r->s, c->r->organizer, 9, &rows), 0);
}

static void who_comes_has_been_seen(void **state)
{
    struct scene *c = *state;
    struct volunteer li = records_volunteer(c->r, "李国才", c->people[0].address);
    assert_true(li.provisional);
    records_join(c->r, c->activity, &li);
    c->r->s.now = c->ends_at;
    struct attendance_item item = { .number = PEOPLE + 1, .what = ATTENDANCE_WHAT_CAME };
    struct attendance_sheet sheet;
    assert_int_equal(close_list(c, &item, 1, &sheet), ATTENDANCE_DONE);
    assert_int_equal(records_total(c->r, li.id), 120);
    assert_int_equal(volunteer_get(&c->r->s, li.id, &li), 1);
    assert_false(li.provisional);
}

/* ---- timers ---- */

static int64_t due(const struct scene *c, const char *kind)
{
    struct timer_row *rows;
    int n = timers_due(c->r->s.tx, INT64_MAX / 2, 50, c->r->s.arena, &rows);
    for (int i = 0; i < n; i++) {
        if (slice_eq(rows[i].kind, slice_of(kind)) && rows[i].subject == c->activity)
            return rows[i].due;
    }
    return 0;
}

static void timers_follow_the_activity(void **state)
{
    struct scene *c = *state;
    assert_int_equal(due(c, "activity.over"), c->ends_at);
    c->r->s.now = c->starts_at - 2 * DAY;
    assert_int_equal(attendance_schedule(&c->r->s, c->activity, c->starts_at, c->ends_at), 0);
    int64_t midnight = civil_day_start(SUPPORT_TODAY + 2, SUPPORT_ZONE);
    assert_int_equal(due(c, "activity.eve"), midnight + (c->r->policy->offer_until + 5) * 60);
    c->r->s.now = c->starts_at - HOUR; /* too late for the evening before */
    assert_int_equal(attendance_schedule(&c->r->s, c->activity, c->starts_at, c->ends_at), 0);
    assert_int_equal(due(c, "activity.eve"), 0);
    assert_int_equal(attendance_unschedule(&c->r->s, c->activity), 0);
    assert_int_equal(due(c, "activity.over"), 0);
}

static void the_leader_is_asked_when_it_is_over(void **state)
{
    struct scene *c = *state;
    check_in_first(c, 4);
    c->r->s.now = c->ends_at;
    assert_int_equal(attendance_over_timer(&c->r->s, c->activity), 0);
    json_t *params = NULL;
    assert_int_equal(told(c, c->r->organizer, "attendance.ask", &params), 1);
    assert_int_equal(json_int(params, "people", 0), PEOPLE);
    assert_int_equal(json_int(params, "checked_in", 0), 4);
    assert_int_equal(json_int(params, "minutes", 0), 120);
    json_t *missing = json_object_get(params, "missing");
    assert_int_equal(json_array_size(missing), 2);
    assert_int_equal(json_int(json_array_get(missing, 0), "n", 0), 5);
    assert_string_equal(json_text(json_array_get(missing, 0), "name", ""), "普文光");
    json_decref(params);
    struct attendance_sheet sheet;
    assert_int_equal(close_list(c, NULL, 0, &sheet), ATTENDANCE_DONE);
    assert_int_equal(attendance_over_timer(&c->r->s, c->activity), 0);
    assert_int_equal(told(c, c->r->organizer, "attendance.ask", NULL), 1);
    assert_int_equal(attendance_over_timer(&c->r->s, 4711), 0);
}

static void a_moved_activity_is_asked_about_later(void **state)
{
    struct scene *c = *state;
    c->r->s.now = c->ends_at - 60;
    assert_int_equal(attendance_over_timer(&c->r->s, c->activity), 0);
    assert_int_equal(told(c, c->r->organizer, "attendance.ask", NULL), 0);
    assert_int_equal(due(c, "activity.over"), c->ends_at);
}

static void without_the_leader_the_duty_person_is_asked(void **state)
{
    struct scene *c = *state;
    struct role *roles;
    assert_int_equal(roles_of(&c->r->s, c->r->organizer, &roles), 1);
    assert_int_equal(role_revoke(&c->r->s, c->r->lead, roles[0].id), ROLE_REVOKED_NOW);
    c->r->s.now = c->ends_at;
    assert_int_equal(attendance_over_timer(&c->r->s, c->activity), 0);
    assert_int_equal(told(c, c->r->organizer, "attendance.ask", NULL), 0);
    assert_int_equal(told(c, c->r->lead, "attendance.ask", NULL), 1);
}

static void the_evening_before_the_leader_gets_count_and_code(void **state)
{
    struct scene *c = *state;
    c->r->s.now = c->starts_at - 12 * HOUR;
    assert_int_equal(attendance_eve_timer(&c->r->s, c->activity), 0);
    json_t *params = NULL;
    assert_int_equal(told(c, c->r->organizer, "activity.eve", &params), 1);
    assert_int_equal(json_int(params, "people", 0), PEOPLE);
    assert_int_equal(json_int(params, "capacity", 0), 20);
    assert_int_equal(strlen(json_text(params, "checkin_code", "")), 6);
    assert_int_equal(json_array_size(json_object_get(params, "left")), 0);
    assert_int_equal(json_array_size(json_object_get(params, "filled")), 0);
    json_decref(params);
    c->r->s.now = c->starts_at;
    assert_int_equal(attendance_eve_timer(&c->r->s, c->activity), 0);
    assert_int_equal(told(c, c->r->organizer, "activity.eve", NULL), 1);
}

/* ---- tables ---- */

/* The organizer of another township neither sees nor closes the list, and marks nobody. */
static void an_activity_of_another_township_is_not_theirs(void **state)
{
    struct scene *c = *state;
    struct attendance_sheet sheet;
    struct attendance_check out;
    int64_t other =
        records_org(c->r, ORG_BRANCH, c->r->district, "倚象镇分会", INT64_C(530802100000));
    int64_t stranger = records_role(c->r, other, ROLE_ORGANIZER, "王静");
    struct attendance_closing closing = { .activity = c->activity, .organizer = stranger };
    c->r->s.now = c->ends_at + 60;
    assert_int_equal(attendance_sheet(&c->r->s, c->activity, stranger, &sheet),
                     ATTENDANCE_NOT_ALLOWED);
    assert_int_equal(attendance_close(&c->r->s, &closing, &sheet), ATTENDANCE_NOT_ALLOWED);
    assert_int_equal(attendance_mark(&c->r->s, stranger, c->activity, c->people[0].id, &out),
                     ATTENDANCE_CHECK_NOT_ALLOWED);
    assert_int_equal(records_total(c->r, c->people[0].id), 0);
}

static void states_have_names_and_a_way_in(void **state)
{
    (void)state;
    bool reached[ATTENDANCE_STATES] = { [ATTENDANCE_OPEN] = true };
    for (int from = 0; from < ATTENDANCE_STATES; from++) {
        assert_string_not_equal(attendance_state_name((enum attendance_state)from), "?");
        assert_false(attendance_may_move((enum attendance_state)from, ATTENDANCE_OPEN));
        for (int to = 0; to < ATTENDANCE_STATES; to++)
            reached[to] |=
                attendance_may_move((enum attendance_state)from, (enum attendance_state)to);
    }
    for (int i = 0; i < ATTENDANCE_STATES; i++)
        assert_true(reached[i]);
    assert_false(attendance_may_move(ATTENDANCE_CAME, ATTENDANCE_NO_SHOW));
    assert_false(attendance_may_move(ATTENDANCE_STATES, ATTENDANCE_CAME));
    assert_string_equal(attendance_state_name(ATTENDANCE_STATES), "?");
}

static void words_of_flows_are_known(void **state)
{
    (void)state;
    assert_int_equal(attendance_what_find(SLICE("came")), ATTENDANCE_WHAT_CAME);
    assert_int_equal(attendance_what_find(SLICE("no_show")), ATTENDANCE_WHAT_NO_SHOW);
    assert_int_equal(attendance_what_find(SLICE("leave")), ATTENDANCE_WHAT_LEAVE);
    assert_int_equal(attendance_what_find(SLICE("minutes")), ATTENDANCE_WHAT_MINUTES);
    assert_int_equal(attendance_what_find(SLICE("quality")), ATTENDANCE_WHAT_QUALITY);
    assert_int_equal(attendance_what_find(SLICE("")), -1);
    for (int i = 0; i < ATTENDANCE_OUTCOMES; i++)
        assert_string_not_equal(attendance_outcome_name((enum attendance_outcome)i), "?");
    for (int i = 0; i < ATTENDANCE_CHECK_OUTCOMES; i++)
        assert_string_not_equal(attendance_check_outcome_name((enum attendance_check_outcome)i),
                                "?");
    for (int i = 0; i < ATTENDANCE_DISPUTE_OUTCOMES; i++)
        assert_string_not_equal(attendance_dispute_outcome_name((enum attendance_dispute_outcome)i),
                                "?");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(arriving_is_noted_once),
        T(only_near_the_time),
        T(only_who_signed_up),
        T(the_nearest_of_two_activities),
        T(the_code_must_be_the_one),
        T(the_organizer_marks_who_cannot_text),
        T(the_organizer_marks_who_had_not_signed_up),
        T(the_sheet_shows_numbers_and_check_ins),
        T(a_preview_counts_and_changes_nothing),
        T(closing_records_and_tells_everybody),
        T(a_shared_phone_gets_one_text),
        T(who_stopped_all_texts_is_not_told),
        T(what_is_told_names_person_day_and_total),
        T(closing_twice_changes_nothing),
        T(without_a_word_who_did_not_check_in_is_absent),
        T(exceptions_on_one_number_add_up),
        T(what_cannot_be_is_refused),
        T(an_activity_without_a_field_cannot_be_closed),
        T(a_claim_of_ones_own_is_not_counted_twice),
        T(the_organizer_s_own_hours_wait_for_somebody_else),
        T(who_comes_has_been_seen),
        T(timers_follow_the_activity),
        T(the_leader_is_asked_when_it_is_over),
        T(a_moved_activity_is_asked_about_later),
        T(without_the_leader_the_duty_person_is_asked),
        T(the_evening_before_the_leader_gets_count_and_code),
        T(an_activity_of_another_township_is_not_theirs),
        T(states_have_names_and_a_way_in),
        T(words_of_flows_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
