/* Confirming and refusing claims: who may, what is recorded, what is told. */
#include "handlers/hours.h"

#include "tests/handlers/hours_scene.h"

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
    assert_int_equal(told(c->r, c->yang.address, "hours.confirmed", NULL), 1);
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
    assert_int_equal(told(c->r, c->yang.address, "hours.refused", NULL), 1);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
