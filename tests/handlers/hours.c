/* Hours from claim to record: what is taken, what is refused and why, who confirms, 改 up and down.
 */
#include "handlers/hours.h"

#include "gateway/store/outbox.h"
#include "handlers/hours_row.h"
#include "handlers/stars.h"
#include "tests/handlers/records.h"

struct scene {
    struct records *r;
    struct volunteer yang;
};

static int setup(void **state)
{
    struct scene *c = mem_alloc(sizeof(*c));
    c->r = records_open();
    c->yang = records_volunteer(c->r, "杨秀兰", 0);
    *state = c;
    return 0;
}

static int teardown(void **state)
{
    struct scene *c = *state;
    records_close(c->r);
    free(c);
    return 0;
}

static struct hours_claim words(const struct scene *c, const char *name, int64_t day,
                                int64_t minutes)
{
    return (struct hours_claim){ .person = c->yang.id,
                                 .address = c->yang.address,
                                 .day = day,
                                 .minutes = minutes,
                                 .start_min = -1,
                                 .end_min = -1,
                                 .name = slice_of(name),
                                 .place = SLICE("敬老院") };
}

static int report(const struct scene *c, const struct hours_claim *claim,
                  struct hours_receipt *receipt)
{
    return hours_report(&c->r->s, claim, receipt);
}

static int64_t claimed(const struct scene *c, const char *name, int64_t day, int64_t minutes)
{
    struct hours_claim claim = words(c, name, day, minutes);
    struct hours_receipt receipt;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    return receipt.id;
}

static struct hours_decided confirm(const struct scene *c, int64_t id, int64_t minutes)
{
    struct hours_decision d = { .id = id, .confirmer = c->r->organizer, .minutes = minutes };
    struct hours_decided out;
    assert_int_equal(hours_confirm(&c->r->s, &d, &out), HOURS_DECIDE_DONE);
    return out;
}

/* How many messages of an id went out to an address. */
static int told(const struct scene *c, int64_t address, const char *message)
{
    struct outbox_row *rows;
    int n = outbox_to(c->r->s.tx, c->r->s.vault, address, 0, c->r->s.arena, &rows);
    int found = 0;
    for (int i = 0; i < n; i++)
        found += slice_eq(rows[i].message, slice_of(message));
    return found;
}

static int64_t tables(const struct scene *c)
{
    records_commit(c->r);
    return support_count(c->r->support, "SELECT COUNT(*) FROM hours") * 1000000 +
           support_count(c->r->support, "SELECT COUNT(*) FROM ledger") * 1000 +
           support_count(c->r->support, "SELECT COUNT(*) FROM outbox");
}

/* ---- claims ---- */

static void a_claim_goes_to_the_station_and_waits(void **state)
{
    struct scene *c = *state;
    struct hours_claim claim = words(c, " 包饺子 ", SUPPORT_TODAY - 1, 210);
    struct hours_receipt receipt;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    assert_true(receipt.id > 0);
    assert_int_equal(receipt.minutes, 210);
    assert_int_equal(receipt.total, 0);
    assert_slice(receipt.name, "包饺子");
    assert_slice(receipt.confirmer, "思茅街道分会"); /* the nearest to where she lives */
    struct hours row;
    assert_int_equal(hours_get(&c->r->s, receipt.id, &row), 1);
    assert_int_equal(row.organization, c->r->branch);
    assert_int_equal(row.state, HOURS_CLAIMED);
    assert_int_equal(row.source, LEDGER_CLAIMED);
    assert_slice(row.place, "敬老院");
    assert_int_equal(records_total(c->r, c->yang.id), 0);
}

static void the_same_again_is_the_same_receipt(void **state)
{
    struct scene *c = *state;
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 210);
    int64_t before = tables(c);
    struct hours_claim claim = words(c, "包 饺子", SUPPORT_TODAY - 1, 210);
    struct hours_receipt receipt;
    assert_int_equal(report(c, &claim, &receipt), HOURS_UNCHANGED);
    assert_int_equal(receipt.id, id);
    assert_int_equal(receipt.minutes, 210);
    assert_slice(receipt.confirmer, "思茅街道分会");
    assert_int_equal(tables(c), before);
    confirm(c, id, 0);
    assert_int_equal(report(c, &claim, &receipt), HOURS_UNCHANGED);
    assert_int_equal(receipt.total, 210);
}

static void the_same_with_other_minutes_is_in_the_way(void **state)
{
    struct scene *c = *state;
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 210);
    struct hours_claim claim = words(c, "包饺子", SUPPORT_TODAY - 1, 150);
    struct hours_receipt receipt;
    assert_int_equal(report(c, &claim, &receipt), HOURS_OVERLAP);
    assert_int_equal(receipt.id, id);
    assert_int_equal(receipt.minutes, 210);
    claim.day--;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
}

static void times_that_cross_are_in_the_way(void **state)
{
    struct scene *c = *state;
    struct hours_claim claim = words(c, "扫街", SUPPORT_TODAY - 1, 0);
    struct hours_receipt receipt;
    claim.start_min = 9 * 60;
    claim.end_min = 11 * 60;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    assert_int_equal(receipt.minutes, 120);
    claim.name = SLICE("发传单");
    claim.start_min = 10 * 60 + 59;
    claim.end_min = 12 * 60;
    assert_int_equal(report(c, &claim, &receipt), HOURS_OVERLAP);
    assert_slice(receipt.name, "扫街");
    claim.start_min = 11 * 60;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    /* The same thing again, at other hours of the day, is another service. */
    claim.name = SLICE("扫街");
    claim.start_min = 15 * 60;
    claim.end_min = 17 * 60;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
}

static void past_midnight_belongs_to_the_evening(void **state)
{
    struct scene *c = *state;
    struct hours_claim claim = words(c, "巡逻", SUPPORT_TODAY - 2, 0);
    struct hours_receipt receipt;
    claim.start_min = 22 * 60;
    claim.end_min = 2 * 60;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    assert_int_equal(receipt.minutes, 240);
    assert_int_equal(receipt.day, SUPPORT_TODAY - 2);
    claim = words(c, "守夜", SUPPORT_TODAY - 1, 0);
    claim.start_min = 60;
    claim.end_min = 3 * 60;
    assert_int_equal(report(c, &claim, &receipt), HOURS_OVERLAP);
    assert_slice(receipt.name, "巡逻");
    claim.start_min = 2 * 60;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
}

static void more_than_the_times_is_too_long(void **state)
{
    struct scene *c = *state;
    struct hours_claim claim = words(c, "扫街", SUPPORT_TODAY - 1, 121);
    struct hours_receipt receipt;
    claim.start_min = 9 * 60;
    claim.end_min = 11 * 60;
    assert_int_equal(report(c, &claim, &receipt), HOURS_TOO_LONG);
    assert_int_equal(receipt.limit, 120);
    claim.minutes = 90; /* without the break */
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
}

static void a_day_has_24_hours(void **state)
{
    struct scene *c = *state;
    int64_t day = SUPPORT_TODAY - 3;
    struct hours_receipt receipt;
    struct hours_claim claim = words(c, "值班", day, 1441);
    assert_int_equal(report(c, &claim, &receipt), HOURS_TOO_LONG);
    assert_int_equal(receipt.limit, 1440);
    claim.minutes = 720;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    assert_int_equal(receipt.flags & HOURS_LONG_DAY, 0);
    claim.name = SLICE("守夜");
    claim.minutes = 1;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    assert_int_equal(receipt.flags & HOURS_LONG_DAY, HOURS_LONG_DAY);
    claim.name = SLICE("做饭");
    claim.minutes = 720;
    assert_int_equal(report(c, &claim, &receipt), HOURS_TOO_LONG);
    assert_int_equal(receipt.limit, 719);
    claim.minutes = 719;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    claim.minutes = 100 * 60;
    claim.day = SUPPORT_TODAY - 10;
    assert_int_equal(report(c, &claim, &receipt), HOURS_TOO_LONG);
}

static void the_future_is_refused(void **state)
{
    struct scene *c = *state;
    struct hours_receipt receipt;
    struct hours_claim claim = words(c, "扫街", SUPPORT_TODAY + 1, 60);
    assert_int_equal(report(c, &claim, &receipt), HOURS_FUTURE);
    claim.day = SUPPORT_TODAY; /* it is ten o'clock */
    claim.minutes = 601;
    assert_int_equal(report(c, &claim, &receipt), HOURS_FUTURE);
    claim.minutes = 60;
    claim.start_min = 9 * 60;
    claim.end_min = 10 * 60 + 1;
    assert_int_equal(report(c, &claim, &receipt), HOURS_FUTURE);
    claim.end_min = 10 * 60;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    assert_int_equal(tables(c) / 1000000, 1);
}

static void too_old_and_too_short_are_refused(void **state)
{
    struct scene *c = *state;
    struct hours_receipt receipt;
    int64_t back = c->r->policy->claim_days_back;
    struct hours_claim claim = words(c, "扫街", SUPPORT_TODAY - back - 1, 60);
    assert_int_equal(report(c, &claim, &receipt), HOURS_TOO_OLD);
    claim.day++;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    claim.day++;
    claim.minutes = 0;
    assert_int_equal(report(c, &claim, &receipt), HOURS_TOO_SHORT);
    claim.minutes = -30;
    assert_int_equal(report(c, &claim, &receipt), HOURS_TOO_SHORT);
    c->r->policy->claim_min_minutes = 15;
    claim.minutes = 14;
    assert_int_equal(report(c, &claim, &receipt), HOURS_TOO_SHORT);
    assert_int_equal(receipt.limit, 15);
}

static void nothing_named_and_nobody_known(void **state)
{
    struct scene *c = *state;
    struct hours_receipt receipt;
    struct hours_claim claim = words(c, "  ", SUPPORT_TODAY - 1, 60);
    assert_int_equal(report(c, &claim, &receipt), HOURS_NO_ACTIVITY);
    claim = words(c, "扫街", SUPPORT_TODAY - 1, 60);
    claim.activity = 4711;
    assert_int_equal(report(c, &claim, &receipt), HOURS_NO_ACTIVITY);
    claim = words(c, "扫街", SUPPORT_TODAY - 1, 60);
    claim.person = 4711;
    assert_int_equal(report(c, &claim, &receipt), HOURS_NOT_VOLUNTEER);
    claim.person = c->yang.id;
    assert_int_equal(volunteer_move(&c->r->s, c->yang.id, VOLUNTEER_FROZEN), 1);
    assert_int_equal(report(c, &claim, &receipt), HOURS_NOT_VOLUNTEER);
}

/* ---- claims for an activity ---- */

static int64_t yesterday_nine(void)
{
    return civil_day_start(SUPPORT_TODAY - 1, SUPPORT_ZONE) + 9 * HOUR;
}

static void an_activity_gives_day_length_and_confirmer(void **state)
{
    struct scene *c = *state;
    int64_t activity = records_activity(c->r, yesterday_nine(), 120);
    records_join(c->r, activity, &c->yang);
    struct hours_claim claim = {
        .person = c->yang.id, .start_min = -1, .end_min = -1, .activity = activity
    };
    struct hours_receipt receipt;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    assert_int_equal(receipt.day, SUPPORT_TODAY - 1);
    assert_int_equal(receipt.minutes, 120);
    assert_slice(receipt.name, "老街打扫");
    assert_slice(receipt.confirmer, "刀艳");
    assert_int_equal(receipt.flags, 0);
    claim.minutes = 120;
    claim.day = SUPPORT_TODAY - 1;
    assert_int_equal(report(c, &claim, &receipt), HOURS_UNCHANGED);
    claim.minutes = 60;
    assert_int_equal(report(c, &claim, &receipt), HOURS_OVERLAP);
}

static void longer_than_the_activity_is_refused_unless_insisted(void **state)
{
    struct scene *c = *state;
    int64_t activity = records_activity(c->r, yesterday_nine(), 120);
    records_join(c->r, activity, &c->yang);
    struct hours_claim claim = {
        .person = c->yang.id, .minutes = 180, .start_min = -1, .end_min = -1, .activity = activity
    };
    struct hours_receipt receipt;
    assert_int_equal(report(c, &claim, &receipt), HOURS_TOO_LONG);
    assert_int_equal(receipt.limit, 120);
    claim.over = true;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    assert_int_equal(receipt.flags, HOURS_OVER);
}

static void who_had_not_signed_up_is_marked(void **state)
{
    struct scene *c = *state;
    int64_t activity = records_activity(c->r, yesterday_nine(), 120);
    struct hours_claim claim = {
        .person = c->yang.id, .start_min = -1, .end_min = -1, .activity = activity
    };
    struct hours_receipt receipt;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    assert_int_equal(receipt.flags, HOURS_MAKE_UP);
}

static void the_activity_s_day_is_what_counts(void **state)
{
    struct scene *c = *state;
    int64_t activity = records_activity(c->r, yesterday_nine(), 120);
    struct hours_claim claim = { .person = c->yang.id,
                                 .day = SUPPORT_TODAY - 2,
                                 .start_min = -1,
                                 .end_min = -1,
                                 .activity = activity };
    struct hours_receipt receipt;
    assert_int_equal(report(c, &claim, &receipt), HOURS_WRONG_DAY);
    assert_int_equal(receipt.day, SUPPORT_TODAY - 1);
    int64_t later = records_activity(c->r, yesterday_nine() + 3 * DAY, 120);
    claim.day = 0;
    claim.activity = later;
    assert_int_equal(report(c, &claim, &receipt), HOURS_FUTURE);
    claim = words(c, "买菜", SUPPORT_TODAY - 1, 0);
    claim.start_min = 10 * 60;
    claim.end_min = 12 * 60;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    claim = (struct hours_claim){
        .person = c->yang.id, .start_min = -1, .end_min = -1, .activity = activity
    };
    assert_int_equal(report(c, &claim, &receipt), HOURS_OVERLAP);
}

/* ---- confirming ---- */

static void a_confirmed_claim_is_a_complete_record(void **state)
{
    struct scene *c = *state;
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 210);
    struct hours_decided out = confirm(c, id, 0);
    assert_int_equal(out.total, 210);
    assert_int_equal(out.row.state, HOURS_CONFIRMED);
    assert_int_equal(out.row.quality, 5);
    assert_int_equal(out.row.flags & HOURS_LATE, 0);
    struct ledger_entry e;
    assert_int_equal(ledger_get(&c->r->s, c->yang.id, 1, &e), 1);
    assert_int_equal(ledger_missing(&e), 0);
    assert_int_equal(e.hours, id);
    assert_slice(e.name, "包饺子");
    assert_slice(e.place, "敬老院");
    assert_slice(e.recipient, "敬老院");
    assert_slice(e.recorder_name, "刀艳");
    assert_int_equal(e.recorder, c->r->organizer);
    assert_int_equal(e.evaluated, SUPPORT_TODAY);
    assert_int_equal(told(c, c->yang.address, "hours.confirmed"), 1);
}

static void confirming_twice_changes_nothing(void **state)
{
    struct scene *c = *state;
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 210);
    confirm(c, id, 0);
    int64_t before = tables(c);
    struct hours_decision d = { .id = id, .confirmer = c->r->organizer };
    struct hours_decided out;
    assert_int_equal(hours_confirm(&c->r->s, &d, &out), HOURS_DECIDE_UNCHANGED);
    assert_int_equal(hours_refuse(&c->r->s, id, c->r->organizer, SLICE("没有"), &out),
                     HOURS_DECIDE_CLOSED);
    assert_int_equal(tables(c), before);
}

static void nobody_confirms_their_own(void **state)
{
    struct scene *c = *state;
    struct volunteer dao = records_volunteer(c->r, "刀艳", c->r->organizer);
    struct hours_claim claim = words(c, "开会", SUPPORT_TODAY - 1, 60);
    claim.person = dao.id;
    struct hours_receipt receipt;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    struct hours_decision d = { .id = receipt.id, .confirmer = c->r->organizer };
    struct hours_decided out;
    assert_int_equal(hours_confirm(&c->r->s, &d, &out), HOURS_DECIDE_OWN);
    assert_int_equal(hours_refuse(&c->r->s, receipt.id, c->r->organizer, SLICE("x"), &out),
                     HOURS_DECIDE_OWN);
    struct hours *rows;
    assert_int_equal(hours_waiting(&c->r->s, c->r->organizer, 9, &rows), 0);
    assert_int_equal(hours_waiting(&c->r->s, c->r->lead, 9, &rows), 1);
    d.confirmer = c->r->lead;
    assert_int_equal(hours_confirm(&c->r->s, &d, &out), HOURS_DECIDE_DONE);
    assert_int_equal(records_total(c->r, dao.id), 60);
}

static void a_role_reaches_down_and_not_up(void **state)
{
    struct scene *c = *state;
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 60); /* for the branch */
    struct hours_decision d = { .id = id, .confirmer = c->r->worker };
    struct hours_decided out;
    assert_int_equal(hours_confirm(&c->r->s, &d, &out), HOURS_DECIDE_NOT_ALLOWED);
    d.confirmer = c->yang.address;
    assert_int_equal(hours_confirm(&c->r->s, &d, &out), HOURS_DECIDE_OWN);
    d.confirmer = records_address(c->r);
    assert_int_equal(hours_confirm(&c->r->s, &d, &out), HOURS_DECIDE_NOT_ALLOWED);
    d.id = 4711;
    assert_int_equal(hours_confirm(&c->r->s, &d, &out), HOURS_DECIDE_NOT_FOUND);
    d = (struct hours_decision){ .id = id, .confirmer = c->r->lead };
    assert_int_equal(hours_confirm(&c->r->s, &d, &out), HOURS_DECIDE_DONE);
}

static void without_a_recipient_it_is_asked_for(void **state)
{
    struct scene *c = *state;
    struct hours_claim claim = words(c, "理发", SUPPORT_TODAY - 1, 40);
    claim.place = SLICE("");
    struct hours_receipt receipt;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    int64_t before = tables(c);
    struct hours_decision d = { .id = receipt.id, .confirmer = c->r->organizer, .quality = 4 };
    struct hours_decided out;
    assert_int_equal(hours_confirm(&c->r->s, &d, &out), HOURS_DECIDE_INCOMPLETE);
    assert_int_equal(out.missing, LEDGER_RECIPIENT);
    assert_int_equal(tables(c), before);
    d.recipient = SLICE("李大爷");
    assert_int_equal(hours_confirm(&c->r->s, &d, &out), HOURS_DECIDE_DONE);
    struct ledger_entry e;
    assert_int_equal(ledger_get(&c->r->s, c->yang.id, 1, &e), 1);
    assert_slice(e.recipient, "李大爷");
    assert_slice(e.place, "思茅街道分会");
    assert_int_equal(e.quality, 4);
}

static void another_amount_replaces_the_claim(void **state)
{
    struct scene *c = *state;
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 210);
    struct hours_decided out = confirm(c, id, 180);
    assert_int_equal(out.total, 180);
    assert_int_not_equal(out.row.id, id);
    assert_int_equal(out.row.replaces, id);
    struct hours old;
    assert_int_equal(hours_get(&c->r->s, id, &old), 1);
    assert_int_equal(old.state, HOURS_REPLACED);
    assert_int_equal(old.minutes, 210);
    struct hours_decision d = { .id = claimed(c, "守夜", SUPPORT_TODAY - 1, 60),
                                .confirmer = c->r->organizer,
                                .minutes = 1440 };
    assert_int_equal(hours_confirm(&c->r->s, &d, &out), HOURS_DECIDE_TOO_LONG);
    assert_int_equal(records_total(c->r, c->yang.id), 180);
}

static void ten_working_days_and_then_late(void **state)
{
    struct scene *c = *state;
    int64_t first = claimed(c, "包饺子", SUPPORT_TODAY - 1, 60);
    int64_t second = claimed(c, "扫街", SUPPORT_TODAY - 1, 60);
    /* Tuesday the 24th; the tenth working day is Tuesday, 8 December. */
    c->r->s.now = civil_day_start(SUPPORT_TODAY + 14, SUPPORT_ZONE) - 1;
    struct hours *rows;
    assert_int_equal(hours_waiting(&c->r->s, c->r->organizer, 9, &rows), 2);
    assert_int_equal(rows[0].flags & HOURS_LATE, 0);
    struct hours_decided out = confirm(c, first, 0);
    assert_int_equal(out.row.flags & HOURS_LATE, 0);
    c->r->s.now += 1;
    assert_int_equal(hours_waiting(&c->r->s, c->r->organizer, 9, &rows), 1);
    assert_int_equal(rows[0].flags & HOURS_LATE, HOURS_LATE);
    out = confirm(c, second, 0);
    assert_int_equal(out.row.flags & HOURS_LATE, HOURS_LATE);
    struct ledger_entry e;
    assert_int_equal(ledger_get(&c->r->s, c->yang.id, 1, &e), 1);
    assert_false(e.late);
    assert_int_equal(ledger_get(&c->r->s, c->yang.id, 2, &e), 1);
    assert_true(e.late);
}

static void a_refusal_is_told_with_its_reason(void **state)
{
    struct scene *c = *state;
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 210);
    struct hours_decided out;
    assert_int_equal(hours_refuse(&c->r->s, id, c->r->organizer, SLICE("那天没有人"), &out),
                     HOURS_DECIDE_DONE);
    assert_int_equal(told(c, c->yang.address, "hours.refused"), 1);
    struct hours row;
    assert_int_equal(hours_get(&c->r->s, id, &row), 1);
    assert_int_equal(row.state, HOURS_REFUSED);
    assert_slice(row.reason, "那天没有人");
    assert_int_equal(hours_refuse(&c->r->s, id, c->r->organizer, SLICE(""), &out),
                     HOURS_DECIDE_UNCHANGED);
    assert_int_equal(records_total(c->r, c->yang.id), 0);
    /* It can be claimed anew. */
    claimed(c, "包饺子", SUPPORT_TODAY - 1, 210);
}

static void hours_of_somebody_unseen_wait(void **state)
{
    struct scene *c = *state;
    struct volunteer li = records_volunteer(c->r, "李国才", c->yang.address);
    assert_true(li.provisional);
    struct hours_claim claim = words(c, "包饺子", SUPPORT_TODAY - 1, 60);
    claim.person = li.id;
    struct hours_receipt receipt;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    struct hours_decision d = { .id = receipt.id, .confirmer = c->r->organizer };
    struct hours_decided out;
    assert_int_equal(hours_confirm(&c->r->s, &d, &out), HOURS_DECIDE_NOT_SEEN);
    assert_int_equal(volunteer_seen(&c->r->s, li.id, false), 1);
    assert_int_equal(hours_confirm(&c->r->s, &d, &out), HOURS_DECIDE_DONE);
}

static void the_list_of_claims_is_in_order_and_named(void **state)
{
    struct scene *c = *state;
    int64_t newer = claimed(c, "扫街", SUPPORT_TODAY - 1, 60);
    int64_t older = claimed(c, "包饺子", SUPPORT_TODAY - 5, 90);
    struct hours *rows;
    assert_int_equal(hours_waiting(&c->r->s, c->r->organizer, 9, &rows), 2);
    assert_int_equal(rows[0].id, older);
    assert_int_equal(rows[1].id, newer);
    assert_slice(rows[0].person_name, "杨秀兰");
    assert_slice(rows[0].name, "包饺子");
    assert_int_equal(hours_waiting(&c->r->s, c->r->organizer, 1, &rows), 1);
    assert_int_equal(hours_waiting_count(&c->r->s, c->r->organizer), 2);
    assert_int_equal(hours_waiting(&c->r->s, c->r->worker, 9, &rows), 0);
    assert_int_equal(hours_waiting(&c->r->s, c->yang.address, 9, &rows), 0);
    /* Somebody with roles on two levels sees each claim once. */
    int64_t id;
    assert_true(role_grant(&c->r->s, c->r->branch, ROLE_STATION, c->r->lead, SLICE("王敏"), &id) >=
                0);
    assert_int_equal(hours_waiting(&c->r->s, c->r->lead, 9, &rows), 2);
    confirm(c, older, 0);
    assert_int_equal(hours_waiting_count(&c->r->s, c->r->organizer), 1);
}

/* ---- 改 ---- */

static int fix(const struct scene *c, int64_t id, int64_t minutes, struct hours_receipt *receipt)
{
    return hours_fix(&c->r->s, c->yang.id, id, minutes, false, receipt);
}

static void lowering_what_is_confirmed_is_immediate(void **state)
{
    struct scene *c = *state;
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 210);
    confirm(c, id, 0);
    c->r->s.now += 300 * (int64_t)DAY; /* at any age */
    struct hours_receipt receipt;
    assert_int_equal(fix(c, id, 150, &receipt), HOURS_FIX_LOWERED);
    assert_int_equal(receipt.minutes, 150);
    assert_int_equal(receipt.total, 150);
    assert_slice(receipt.name, "包饺子");
    struct hours row;
    assert_int_equal(hours_get(&c->r->s, receipt.id, &row), 1);
    assert_int_equal(row.state, HOURS_CONFIRMED);
    assert_int_equal(row.replaces, id);
    assert_int_equal(row.seq, 3);
    struct ledger_entry *list;
    assert_int_equal(ledger_list(&c->r->s, c->yang.id, 0, 9, &list), 3);
    assert_int_equal(list[0].kind, LEDGER_CORRECTION);
    assert_int_equal(list[0].recorder, c->yang.address);
    assert_int_equal(list[1].kind, LEDGER_REVERSAL);
    assert_int_equal(fix(c, id, 100, &receipt), HOURS_FIX_CLOSED);
    assert_int_equal(fix(c, row.id, 150, &receipt), HOURS_FIX_UNCHANGED);
    assert_int_equal(fix(c, row.id, 60, &receipt), HOURS_FIX_LOWERED);
    assert_int_equal(receipt.total, 60);
}

static void raising_what_is_confirmed_asks_again(void **state)
{
    struct scene *c = *state;
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 120);
    confirm(c, id, 0);
    struct hours_receipt receipt;
    assert_int_equal(fix(c, id, 180, &receipt), HOURS_FIX_ASKED);
    assert_int_equal(receipt.total, 120);
    assert_int_equal(receipt.flags & HOURS_RAISED, HOURS_RAISED);
    int64_t claim = receipt.id;
    assert_int_not_equal(claim, id);
    assert_int_equal(fix(c, id, 180, &receipt), HOURS_FIX_UNCHANGED);
    assert_int_equal(receipt.id, claim);
    struct star star;
    assert_int_equal(stars_of(&c->r->s, c->yang.id, &star), 0);
    assert_int_equal(star.minutes, 120);
    assert_int_equal(star.waiting, 60);
    struct hours *rows;
    assert_int_equal(hours_recent(&c->r->s, c->yang.id, false, 9, &rows), 1);
    assert_int_equal(rows[0].id, id);
    struct hours_decided out = confirm(c, claim, 0);
    assert_int_equal(out.total, 180);
    assert_int_equal(hours_get(&c->r->s, id, &out.row), 1);
    assert_int_equal(out.row.state, HOURS_REPLACED);
    struct ledger_totals totals;
    assert_int_equal(ledger_total(&c->r->s, c->yang.id, &totals), 1);
    assert_int_equal(totals.services, 1);
    assert_int_equal(totals.entries, 3);
}

static void a_refused_raise_leaves_what_stood(void **state)
{
    struct scene *c = *state;
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 120);
    confirm(c, id, 0);
    struct hours_receipt receipt;
    struct hours_decided out;
    assert_int_equal(fix(c, id, 180, &receipt), HOURS_FIX_ASKED);
    assert_int_equal(hours_refuse(&c->r->s, receipt.id, c->r->organizer, SLICE("两小时"), &out),
                     HOURS_DECIDE_DONE);
    assert_int_equal(out.total, 120);
    assert_int_equal(hours_get(&c->r->s, id, &out.row), 1);
    assert_int_equal(out.row.state, HOURS_CONFIRMED);
}

/* A raise that waits ends when the value is lowered, or set to what is confirmed. */
static void lowering_ends_a_raise(void **state)
{
    struct scene *c = *state;
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 120);
    confirm(c, id, 0);
    struct hours_receipt receipt;
    struct star star;
    assert_int_equal(fix(c, id, 180, &receipt), HOURS_FIX_ASKED);
    assert_int_equal(fix(c, id, 240, &receipt), HOURS_FIX_ASKED);
    assert_int_equal(stars_of(&c->r->s, c->yang.id, &star), 0);
    assert_int_equal(star.waiting, 120);
    int64_t raise = receipt.id;
    assert_int_equal(fix(c, raise, 200, &receipt), HOURS_FIX_LOWERED);
    assert_int_equal(fix(c, receipt.id, 120, &receipt), HOURS_FIX_UNCHANGED);
    assert_int_equal(stars_of(&c->r->s, c->yang.id, &star), 0);
    assert_int_equal(star.waiting, 0);
    assert_int_equal(fix(c, id, 180, &receipt), HOURS_FIX_ASKED);
    assert_int_equal(fix(c, id, 60, &receipt), HOURS_FIX_LOWERED);
    assert_int_equal(receipt.total, 60);
    assert_int_equal(stars_of(&c->r->s, c->yang.id, &star), 0);
    assert_int_equal(star.waiting, 0);
}

static void a_claim_is_fixed_before_it_is_confirmed(void **state)
{
    struct scene *c = *state;
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 210);
    struct hours_receipt receipt;
    assert_int_equal(fix(c, id, 150, &receipt), HOURS_FIX_LOWERED);
    assert_int_equal(fix(c, id, 150, &receipt), HOURS_FIX_CLOSED);
    assert_int_equal(fix(c, 4711, 150, &receipt), HOURS_FIX_NOT_YOURS);
    struct hours *rows;
    assert_int_equal(hours_recent(&c->r->s, c->yang.id, false, 9, &rows), 1);
    assert_int_equal(rows[0].minutes, 150);
    assert_int_equal(fix(c, rows[0].id, 240, &receipt), HOURS_FIX_ASKED);
    assert_int_equal(receipt.flags & HOURS_RAISED, HOURS_RAISED);
    assert_int_equal(hours_waiting_count(&c->r->s, c->r->organizer), 1);
}

static void fixes_keep_to_the_activity_and_the_day(void **state)
{
    struct scene *c = *state;
    int64_t activity = records_activity(c->r, yesterday_nine(), 120);
    records_join(c->r, activity, &c->yang);
    struct hours_claim claim = {
        .person = c->yang.id, .start_min = -1, .end_min = -1, .activity = activity
    };
    struct hours_receipt receipt;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    int64_t id = receipt.id;
    confirm(c, id, 0);
    assert_int_equal(fix(c, id, 180, &receipt), HOURS_FIX_OVER);
    assert_int_equal(receipt.limit, 120);
    assert_slice(receipt.confirmer, "刀艳");
    assert_int_equal(hours_fix(&c->r->s, c->yang.id, id, 180, true, &receipt), HOURS_FIX_ASKED);
    assert_int_equal(receipt.flags, HOURS_OVER | HOURS_RAISED);
    assert_int_equal(hours_fix(&c->r->s, c->yang.id, id, 1441, true, &receipt), HOURS_FIX_TOO_LONG);
    assert_int_equal(receipt.limit, 1440);
    assert_int_equal(fix(c, id, 0, &receipt), GW_EINVAL);
}

static void nobody_fixes_what_is_not_theirs(void **state)
{
    struct scene *c = *state;
    struct volunteer li = records_volunteer(c->r, "李秀英", 0);
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 210);
    struct hours_receipt receipt;
    assert_int_equal(hours_fix(&c->r->s, li.id, id, 60, false, &receipt), HOURS_FIX_NOT_YOURS);
    assert_int_equal(hours_withdraw(&c->r->s, li.id, id, &receipt), HOURS_WITHDRAW_NOT_YOURS);
    assert_int_equal(receipt.name.n, 0);
}

static void taking_back_is_immediate(void **state)
{
    struct scene *c = *state;
    struct hours_receipt receipt;
    int64_t claim = claimed(c, "扫街", SUPPORT_TODAY - 1, 60);
    assert_int_equal(hours_withdraw(&c->r->s, c->yang.id, claim, &receipt), HOURS_WITHDRAW_DONE);
    assert_int_equal(hours_withdraw(&c->r->s, c->yang.id, claim, &receipt),
                     HOURS_WITHDRAW_UNCHANGED);
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 210);
    confirm(c, id, 0);
    assert_int_equal(fix(c, id, 240, &receipt), HOURS_FIX_ASKED);
    assert_int_equal(hours_withdraw(&c->r->s, c->yang.id, id, &receipt), HOURS_WITHDRAW_DONE);
    assert_int_equal(receipt.total, 0);
    struct hours *rows;
    assert_int_equal(hours_recent(&c->r->s, c->yang.id, false, 9, &rows), 0);
    struct star star;
    assert_int_equal(stars_of(&c->r->s, c->yang.id, &star), 0);
    assert_int_equal(star.waiting, 0);
    assert_int_equal(hours_fix(&c->r->s, c->yang.id, id, 60, false, &receipt), HOURS_FIX_CLOSED);
    claimed(c, "包饺子", SUPPORT_TODAY - 1, 210);
}

/* ---- lists and sums ---- */

static void recent_rows_and_sums(void **state)
{
    struct scene *c = *state;
    int64_t a = claimed(c, "包饺子", SUPPORT_TODAY - 40, 120);
    int64_t b = claimed(c, "扫街", SUPPORT_TODAY - 2, 60);
    claimed(c, "守夜", SUPPORT_TODAY - 1, 30);
    confirm(c, a, 0);
    confirm(c, b, 0);
    struct hours *rows;
    assert_int_equal(hours_recent(&c->r->s, c->yang.id, true, 9, &rows), 2);
    assert_int_equal(rows[0].id, b);
    assert_slice(rows[0].confirmer_name, "刀艳");
    assert_int_equal(hours_recent(&c->r->s, c->yang.id, false, 2, &rows), 2);
    assert_slice(rows[0].name, "守夜");
    struct hours_sums sums;
    assert_int_equal(hours_sum(&c->r->s, c->yang.id, SUPPORT_TODAY - 2, SUPPORT_TODAY, &sums), 0);
    assert_int_equal(sums.confirmed, 60);
    assert_int_equal(sums.confirmed_count, 1);
    assert_int_equal(sums.waiting, 30);
    assert_int_equal(sums.waiting_count, 1);
    assert_int_equal(hours_sum(&c->r->s, c->yang.id, 0, SUPPORT_TODAY, &sums), 0);
    assert_int_equal(sums.confirmed, 180);
    assert_int_equal(hours_sum(&c->r->s, 4711, 0, SUPPORT_TODAY, &sums), 0);
    assert_int_equal(sums.confirmed + sums.waiting_count, 0);
}

static void forgetting_leaves_no_words(void **state)
{
    struct scene *c = *state;
    int64_t id = claimed(c, "包饺子", SUPPORT_TODAY - 1, 120);
    confirm(c, id, 0);
    assert_int_equal(hours_forget(&c->r->s, c->yang.id, c->r->lead), 0);
    struct hours row;
    assert_int_equal(hours_get(&c->r->s, id, &row), 1);
    assert_int_equal(row.name.n + row.place.n + row.confirmer_name.n, 0);
    assert_int_equal(row.minutes, 120);
    assert_int_equal(records_total(c->r, c->yang.id), 120);
}

/* Claims, confirmations, fixes and withdrawals at random: the head's total is the sum of the rows
 * that stand, and of the ledger. */
static void totals_equal_sums_after_anything(void **state)
{
    struct scene *c = *state;
    uint64_t seed = 36;
    int64_t ids[400];
    int n = 0;
    for (int i = 0; i < 400; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        unsigned dice = (unsigned)(seed >> 60);
        int64_t id = n > 0 ? ids[(seed >> 33) % (unsigned)n] : 0;
        struct hours_receipt receipt = { .id = 0 };
        struct hours_decided out;
        struct hours_decision d = { .id = id, .confirmer = c->r->organizer };
        if (dice < 5 || n == 0) {
            struct hours_claim claim =
                words(c, "扫街", SUPPORT_TODAY - 1 - (int64_t)(seed >> 40) % 60,
                      1 + (int64_t)(seed >> 20) % 300);
            assert_true(report(c, &claim, &receipt) >= 0);
        } else if (dice < 9) {
            assert_true(hours_confirm(&c->r->s, &d, &out) >= 0);
        } else if (dice < 13) {
            assert_true(hours_fix(&c->r->s, c->yang.id, id, 1 + (int64_t)(seed >> 20) % 300, false,
                                  &receipt) >= 0);
        } else if (dice < 15) {
            assert_true(hours_withdraw(&c->r->s, c->yang.id, id, &receipt) >= 0);
        } else {
            assert_true(hours_refuse(&c->r->s, id, c->r->organizer, SLICE("x"), &out) >= 0);
        }
        if (receipt.id != 0 && n < 400)
            ids[n++] = receipt.id;
    }
    records_commit(c->r);
    int64_t total = records_total(c->r, c->yang.id);
    assert_true(total > 0);
    assert_int_equal(support_count(c->r->support, "SELECT SUM(minutes) FROM hours WHERE state = 1"),
                     total);
    assert_int_equal(support_count(c->r->support, "SELECT SUM(minutes) FROM ledger"), total);
    assert_int_equal(
        support_count(c->r->support, "SELECT COUNT(*) FROM hours WHERE state = 1 AND seq = 0"), 0);
    /* No day of anybody holds more than 24 hours, and no thing stands twice. */
    assert_int_equal(support_count(c->r->support,
                                   "SELECT COUNT(*) FROM (SELECT day FROM hours WHERE state IN "
                                   "(0, 1) GROUP BY day HAVING SUM(minutes - instead) > 1440)"),
                     0);
    assert_int_equal(support_count(c->r->support,
                                   "SELECT COUNT(*) FROM (SELECT day FROM hours WHERE state IN "
                                   "(0, 1) AND instead = 0 GROUP BY day HAVING COUNT(*) > 1)"),
                     0);
}

/* ---- tables ---- */

static void states_have_names_and_final_ones_stay(void **state)
{
    (void)state;
    bool reached[HOURS_STATES] = { [HOURS_CLAIMED] = true };
    for (int from = 0; from < HOURS_STATES; from++) {
        assert_string_not_equal(hours_state_name((enum hours_state)from), "?");
        assert_false(hours_may_move((enum hours_state)from, (enum hours_state)from));
        assert_false(hours_may_move((enum hours_state)from, HOURS_CLAIMED));
        assert_false(hours_may_move((enum hours_state)from, HOURS_STATES));
        for (int to = 0; to < HOURS_STATES; to++)
            reached[to] |= hours_may_move((enum hours_state)from, (enum hours_state)to);
    }
    for (int i = 0; i < HOURS_STATES; i++)
        assert_true(reached[i]);
    assert_string_equal(hours_state_name(HOURS_STATES), "?");
    assert_false(hours_may_move(HOURS_REFUSED, HOURS_CONFIRMED));
    assert_false(hours_may_move(HOURS_CONFIRMED, HOURS_REFUSED));
}

static void outcomes_have_names(void **state)
{
    (void)state;
    for (int i = 0; i < HOURS_OUTCOMES; i++)
        assert_string_not_equal(hours_outcome_name((enum hours_outcome)i), "?");
    for (int i = 0; i < HOURS_FIX_OUTCOMES; i++)
        assert_string_not_equal(hours_fix_outcome_name((enum hours_fix_outcome)i), "?");
    for (int i = 0; i < HOURS_DECIDE_OUTCOMES; i++)
        assert_string_not_equal(hours_decide_outcome_name((enum hours_decide_outcome)i), "?");
    assert_string_equal(hours_outcome_name(HOURS_OUTCOMES), "?");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_claim_goes_to_the_station_and_waits),
        T(the_same_again_is_the_same_receipt),
        T(the_same_with_other_minutes_is_in_the_way),
        T(times_that_cross_are_in_the_way),
        T(past_midnight_belongs_to_the_evening),
        T(more_than_the_times_is_too_long),
        T(a_day_has_24_hours),
        T(the_future_is_refused),
        T(too_old_and_too_short_are_refused),
        T(nothing_named_and_nobody_known),
        T(an_activity_gives_day_length_and_confirmer),
        T(longer_than_the_activity_is_refused_unless_insisted),
        T(who_had_not_signed_up_is_marked),
        T(the_activity_s_day_is_what_counts),
        T(a_confirmed_claim_is_a_complete_record),
        T(confirming_twice_changes_nothing),
        T(nobody_confirms_their_own),
        T(a_role_reaches_down_and_not_up),
        T(without_a_recipient_it_is_asked_for),
        T(another_amount_replaces_the_claim),
        T(ten_working_days_and_then_late),
        T(a_refusal_is_told_with_its_reason),
        T(hours_of_somebody_unseen_wait),
        T(the_list_of_claims_is_in_order_and_named),
        T(lowering_what_is_confirmed_is_immediate),
        T(raising_what_is_confirmed_asks_again),
        T(a_refused_raise_leaves_what_stood),
        T(lowering_ends_a_raise),
        T(a_claim_is_fixed_before_it_is_confirmed),
        T(fixes_keep_to_the_activity_and_the_day),
        T(nobody_fixes_what_is_not_theirs),
        T(taking_back_is_immediate),
        T(recent_rows_and_sums),
        T(forgetting_leaves_no_words),
        T(totals_equal_sums_after_anything),
        T(states_have_names_and_final_ones_stay),
        T(outcomes_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
