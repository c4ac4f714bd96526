/* Claims of hours: what is taken, what is refused and why, lists and sums, the tables of names. */
#include "handlers/hours.h"

#include "tests/handlers/hours_scene.h"

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
    assert_int_equal(receipt.ready_at, SUPPORT_NOW + 60);
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
        T(recent_rows_and_sums),
        T(forgetting_leaves_no_words),
        T(states_have_names_and_final_ones_stay),
        T(outcomes_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
