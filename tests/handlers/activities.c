#include "handlers/activities.h"

#include "tests/handlers/outbox.h"

static struct activity draft_of(struct records *r, const char *title, int64_t start, int capacity)
{
    return (struct activity){ .org = r->branch,
                              .title = slice_of(title),
                              .place = SLICE("老街社区门口"),
                              .area = INT64_C(530802001004),
                              .starts_at = start,
                              .ends_at = start + 2 * HOUR,
                              .capacity = capacity,
                              .bring = SLICE("扫把"),
                              .risk = SLICE("坡陡路滑"),
                              .serves = SLICE("社区居民"),
                              .theme = SLICE("邻里守望"),
                              .leader = r->organizer,
                              .leader_name = SLICE("刀艳") };
}

static struct activity publish(struct records *r, const char *title, int64_t start, int capacity)
{
    struct activity a = draft_of(r, title, start, capacity);
    assert_int_equal(activity_draft(&r->s, &a), 0);
    assert_int_equal(activity_publish(&r->s, a.id, r->organizer, &a), ACTIVITY_OK);
    return a;
}

static void the_table_of_states_has_no_holes(void **state)
{
    (void)state;
    for (int from = 1; from < ACTIVITY_STATES; from++) {
        int ways = 0;
        assert_string_not_equal(activity_state_name((enum activity_state)from), "?");
        for (int to = 1; to < ACTIVITY_STATES; to++)
            ways += activity_may_move((enum activity_state)from, (enum activity_state)to);
        bool last = from == ACTIVITY_CONFIRMED || from == ACTIVITY_CANCELLED;
        assert_int_equal(ways == 0, last); /* only the final states have no way on */
        assert_false(activity_may_move((enum activity_state)from, ACTIVITY_DRAFT));
        if (activity_is_open((enum activity_state)from)) {
            assert_true(activity_may_move((enum activity_state)from, ACTIVITY_CLOSED));
            assert_true(activity_may_move((enum activity_state)from, ACTIVITY_CANCELLED));
        }
    }
    assert_string_equal(activity_state_name((enum activity_state)ACTIVITY_STATES), "?");
    assert_false(activity_may_move((enum activity_state)0, ACTIVITY_DRAFT));
}

static void a_draft_says_all_it_lacks(void **state)
{
    struct records *r = records_open();
    struct activity a = { .org = r->branch, .leader = r->organizer }, full;
    unsigned all = MISSING_WHAT | MISSING_WHEN | MISSING_WHERE | MISSING_COUNT |
                   MISSING_REQUIREMENTS | MISSING_RISK | MISSING_SERVES;
    (void)state;
    assert_int_equal(draft_missing(&a), all);
    for (unsigned bit = 1; bit <= MISSING_SERVES; bit <<= 1)
        assert_string_not_equal(draft_missing_name(bit), "?");
    assert_string_equal(draft_missing_name(128), "?");
    assert_int_equal(activity_draft(&r->s, &a), 0);
    assert_true(a.code >= 10 && a.code <= 9999);
    assert_int_equal(a.area, AREA_TOWNSHIP); /* the organization's */
    assert_int_equal(activity_publish(&r->s, a.id, r->organizer, &full), ACTIVITY_MISSING);
    assert_int_equal(full.state, ACTIVITY_DRAFT);
    full = draft_of(r, "老街打扫", at(3, 9, 0), 20);
    full.id = a.id;
    assert_int_equal(draft_missing(&full), 0);
    full.bring = SLICE("");
    assert_int_equal(draft_missing(&full), MISSING_REQUIREMENTS);
    full.requirements = SLICE("能走路");
    assert_int_equal(draft_missing(&full), 0);
    assert_int_equal(activity_redraft(&r->s, &full), ACTIVITY_OK);
    assert_int_equal(activity_publish(&r->s, a.id, r->organizer, NULL), ACTIVITY_OK);
    assert_int_equal(activity_publish(&r->s, a.id, r->organizer, NULL), ACTIVITY_UNCHANGED);
    assert_int_equal(activity_redraft(&r->s, &full), ACTIVITY_WRONG_STATE);
    full.id = 99;
    assert_int_equal(activity_redraft(&r->s, &full), ACTIVITY_NOT_FOUND);
    assert_int_equal(activity_publish(&r->s, 99, r->organizer, NULL), ACTIVITY_NOT_FOUND);
    records_close(r);
}

static int publish_with(struct records *r, int64_t start, int64_t end, int64_t capacity,
                        bool hazardous, const char *insurance, int64_t who)
{
    struct activity a = draft_of(r, "试", start, 1);
    a.ends_at = end;
    a.capacity = capacity;
    a.hazardous = hazardous;
    a.insurance = slice_of(insurance);
    assert_int_equal(activity_draft(&r->s, &a), 0);
    return activity_publish(&r->s, a.id, who, NULL);
}

static void publishing_checks_time_size_danger_and_power(void **state)
{
    struct records *r = records_open();
    int64_t start = at(3, 9, 0), end = at(3, 11, 0), who = r->organizer;
    (void)state;
    assert_int_equal(publish_with(r, r->s.now, end, 1, false, "", who), ACTIVITY_PAST);
    assert_int_equal(publish_with(r, start, start, 1, false, "", who), ACTIVITY_PAST);
    assert_int_equal(publish_with(r, start, at(7, 9, 0), 1, false, "", who), ACTIVITY_TOO_LONG);
    assert_int_equal(publish_with(r, at(400, 9, 0), at(400, 10, 0), 1, false, "", who),
                     ACTIVITY_TOO_FAR);
    assert_int_equal(publish_with(r, start, end, r->policy->capacity_max + 1, false, "", who),
                     ACTIVITY_TOO_BIG);
    assert_int_equal(publish_with(r, start, end, 1, true, "", who), ACTIVITY_UNINSURED);
    assert_int_equal(publish_with(r, start, end, 1, true, "PICC-1", who), ACTIVITY_OK);
    assert_int_equal(publish_with(r, start, end, 1, false, "", r->worker), ACTIVITY_FORBIDDEN);
    assert_int_equal(publish_with(r, start, end, 1, false, "", records_address(r)),
                     ACTIVITY_FORBIDDEN);
    assert_int_equal(publish_with(r, start, end, 1, false, "", r->lead), ACTIVITY_OK);
    records_close(r);
}

static void codes_are_short_and_never_shared(void **state)
{
    struct records *r = records_open();
    int64_t code = 0;
    struct activity found;
    (void)state;
    for (int i = 0; i < 120; i++) {
        struct activity a = publish(r, "甲", at(3, 9, 0) + i * 60, 5);
        assert_true(a.code >= 10 && a.code <= 999);
        assert_int_equal(activity_by_code(&r->s, a.code, &found), 1);
        assert_int_equal(found.id, a.id);
        code = a.code;
    }
    records_commit(r);
    assert_int_equal(support_count(r->support, "SELECT COUNT(DISTINCT code) FROM activities"), 120);
    /* A preset code is kept when it is free. */
    struct activity a = draft_of(r, "乙", at(4, 9, 0), 5);
    a.code = 777;
    assert_int_equal(activity_draft(&r->s, &a), 0);
    assert_int_equal(a.code, 777);
    a.code = code;
    assert_int_equal(activity_draft(&r->s, &a), 0);
    assert_int_not_equal(a.code, code);
    records_close(r);
}

static void a_code_is_free_again_at_the_end(void **state)
{
    struct records *r = records_open();
    struct activity old = publish(r, "旧", at(1, 9, 0), 5), found;
    struct activity a = draft_of(r, "新", at(9, 9, 0), 5);
    int told_count = 0;
    (void)state;
    assert_int_equal(activity_cancel(&r->s, old.id, r->organizer, SLICE("下雨"), &told_count),
                     ACTIVITY_OK);
    assert_int_equal(activity_by_code(&r->s, old.code, &found), 1);
    assert_int_equal(found.id, old.id); /* still found while nobody else has it */
    a.code = old.code;
    assert_int_equal(activity_draft(&r->s, &a), 0);
    assert_int_equal(a.code, old.code);
    assert_int_equal(activity_by_code(&r->s, old.code, &found), 1);
    assert_int_equal(found.id, a.id);
    records_close(r);
}

static int list(struct records *r, struct activity_filter f, struct activity **out)
{
    int n = activities_list(&r->s, &f, out);
    assert_true(n >= 0);
    return n;
}

static void lists_filter_by_place_date_and_word(void **state)
{
    struct records *r = records_open();
    struct activity *all;
    (void)state;
    struct activity old_street = publish(r, "老街打扫", at(3, 9, 0), 2);
    struct activity a = draft_of(r, "图书馆整理图书", at(3, 13, 30), 5);
    a.area = INT64_C(530802102001);
    a.org = r->district;
    a.theme = SLICE("100%用心_好!");
    assert_int_equal(activity_draft(&r->s, &a), 0);
    assert_int_equal(list(r, (struct activity_filter){ 0 }, &all), 1); /* no drafts */
    assert_int_equal(activity_publish(&r->s, a.id, r->lead, NULL), ACTIVITY_OK);
    struct activity later = publish(r, "北郊植树", at(10, 9, 0), 5);

    assert_int_equal(list(r, (struct activity_filter){ 0 }, &all), 3);
    assert_int_equal(all[0].id, old_street.id);
    assert_int_equal(all[2].id, later.id);
    assert_int_equal(list(r, (struct activity_filter){ .area = AREA_TOWNSHIP }, &all), 2);
    assert_int_equal(list(r, (struct activity_filter){ .area = INT64_C(530802001004) }, &all), 2);
    assert_int_equal(list(r, (struct activity_filter){ .area = INT64_C(530802102000) }, &all), 1);
    assert_int_equal(list(r, (struct activity_filter){ .area = INT64_C(530802001001) }, &all), 0);
    assert_int_equal(
        list(r, (struct activity_filter){ .from = at(3, 0, 0), .to = at(4, 0, 0) }, &all), 2);
    assert_int_equal(list(r, (struct activity_filter){ .from = at(4, 0, 0) }, &all), 1);
    assert_int_equal(list(r, (struct activity_filter){ .word = SLICE("植树") }, &all), 1);
    assert_int_equal(list(r, (struct activity_filter){ .word = SLICE("社区居民") }, &all), 3);
    assert_int_equal(list(r, (struct activity_filter){ .word = SLICE("钓鱼") }, &all), 0);
    /* What LIKE would read as a pattern is a word like any other. */
    assert_int_equal(list(r, (struct activity_filter){ .word = SLICE("%") }, &all), 1);
    assert_int_equal(list(r, (struct activity_filter){ .word = SLICE("_") }, &all), 1);
    assert_int_equal(list(r, (struct activity_filter){ .word = SLICE("!") }, &all), 1);
    /* The past and the full. */
    r->s.now = at(3, 10, 0);
    assert_int_equal(list(r, (struct activity_filter){ 0 }, &all), 2);
    int64_t number;
    assert_int_equal(activity_seat_take(&r->s, later.id, &number), 1);
    for (int i = 1; i < 5; i++)
        assert_int_equal(activity_seat_take(&r->s, later.id, &number), 1);
    assert_int_equal(list(r, (struct activity_filter){ .free_only = true }, &all), 1);
    records_close(r);
}

static void pages_follow_each_other(void **state)
{
    struct records *r = records_open();
    struct activity *page;
    int64_t seen = 0, start = 0, id = 0;
    int n, pages = 0;
    (void)state;
    for (int i = 0; i < 25; i++)
        publish(r, "甲", at(3, 9, 0) + i / 5 * HOUR, 5); /* five at a time */
    do {
        struct activity_filter f = { .after_start = start, .after_id = id, .limit = 4 };
        n = list(r, f, &page);
        for (int i = 0; i < n; i++) {
            assert_true(page[i].starts_at > start ||
                        (page[i].starts_at == start && page[i].id > id));
            start = page[i].starts_at;
            id = page[i].id;
            seen++;
        }
        pages++;
    } while (n == 4);
    assert_int_equal(seen, 25);
    assert_int_equal(pages, 7);
    assert_int_equal(list(r, (struct activity_filter){ .limit = 1000 }, &page), 25);
    assert_int_equal(list(r, (struct activity_filter){ 0 }, &page), 9);
    records_close(r);
}

static void seats_are_taken_up_to_the_capacity(void **state)
{
    struct records *r = records_open();
    struct activity a = publish(r, "甲", at(3, 9, 0), 3), now;
    int64_t number = 0;
    (void)state;
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(activity_seat_take(&r->s, a.id, &number), 1);
        assert_int_equal(number, i);
    }
    assert_int_equal(activity_seat_take(&r->s, a.id, &number), 0);
    assert_int_equal(activity_get(&r->s, a.id, &now), 1);
    assert_int_equal(now.state, ACTIVITY_FULL);
    assert_int_equal(activity_seat_free(&r->s, a.id), 1);
    assert_int_equal(activity_get(&r->s, a.id, &now), 1);
    assert_int_equal(now.state, ACTIVITY_PUBLISHED);
    assert_int_equal(activity_seat_take(&r->s, a.id, &number), 1);
    assert_int_equal(number, 4); /* a number is never given twice */
    for (int i = 0; i < 3; i++)
        assert_int_equal(activity_seat_free(&r->s, a.id), 1);
    assert_int_equal(activity_seat_free(&r->s, a.id), 0); /* never below nobody */
    records_close(r);
}

static void an_activity_closes_at_its_end(void **state)
{
    struct records *r = records_open();
    struct activity a = publish(r, "甲", at(3, 9, 0), 3), now;
    int64_t number;
    (void)state;
    run_timers(r, at(3, 10, 59));
    assert_int_equal(activity_get(&r->s, a.id, &now), 1);
    assert_int_equal(now.state, ACTIVITY_PUBLISHED);
    run_timers(r, at(3, 11, 0));
    assert_int_equal(activity_get(&r->s, a.id, &now), 1);
    assert_int_equal(now.state, ACTIVITY_CLOSED);
    assert_int_equal(activity_seat_take(&r->s, a.id, &number), 0);
    assert_int_equal(activity_move(&r->s, a.id, ACTIVITY_CANCELLED), 0);
    assert_int_equal(activity_move(&r->s, a.id, ACTIVITY_CONFIRMED), 1);
    assert_int_equal(activity_move(&r->s, a.id, ACTIVITY_CONFIRMED), 0);
    records_close(r);
}

static void what_a_leader_runs_and_what_took_place(void **state)
{
    struct records *r = records_open();
    struct activity a = publish(r, "老街打扫", at(3, 9, 0), 3), *led;
    struct activity b = publish(r, "北郊植树", at(4, 9, 0), 3);
    (void)state;
    assert_int_equal(activities_led(&r->s, r->organizer, (enum activity_state)0, 9, &led), 2);
    assert_int_equal(led[0].id, b.id);
    run_timers(r, at(3, 12, 0));
    assert_int_equal(activities_led(&r->s, r->organizer, ACTIVITY_CLOSED, 9, &led), 1);
    assert_int_equal(led[0].id, a.id);
    assert_int_equal(activities_led(&r->s, r->lead, (enum activity_state)0, 9, &led), 0);
    assert_int_equal(activities_between(&r->s, at(3, 0, 0), at(4, 0, 0), SLICE(""), 9, &led), 1);
    assert_int_equal(activities_between(&r->s, at(3, 10, 0), at(3, 10, 30), SLICE("打扫"), 9, &led),
                     1);
    assert_int_equal(activities_between(&r->s, at(3, 10, 0), at(3, 10, 30), SLICE("植树"), 9, &led),
                     0);
    assert_int_equal(activities_between(&r->s, at(3, 11, 0), at(3, 12, 0), SLICE(""), 9, &led), 0);
    records_close(r);
}

static void long_texts_are_cut_at_a_character(void **state)
{
    struct records *r = records_open();
    char text[1000] = "";
    struct activity now;
    (void)state;
    for (int i = 0; i < 300; i++)
        strncat(text, "花", sizeof text - strlen(text) - 1);
    struct activity a = draft_of(r, text, at(3, 9, 0), 3);
    assert_int_equal(activity_draft(&r->s, &a), 0);
    assert_int_equal(activity_get(&r->s, a.id, &now), 1);
    assert_int_equal(now.title.n, 198);
    records_close(r);
}

static void messages_get_dates_and_free_places(void **state)
{
    struct records *r = records_open();
    struct activity a = publish(r, "老街打扫", at(3, 9, 0), 3);
    json_t *p = activity_params(&r->s, &a);
    (void)state;
    assert_string_equal(json_text(p, "title", ""), "老街打扫");
    assert_string_equal(json_text(p, "date", ""), "2026-11-28");
    assert_string_equal(json_text(p, "time", ""), "09:00");
    assert_string_equal(json_text(p, "end", ""), "11:00");
    assert_string_equal(json_text(p, "leader", ""), "刀艳");
    assert_int_equal(json_int(p, "free", 0), 3);
    assert_int_equal(json_id(p, "activity"), a.id);
    json_decref(p);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_states_has_no_holes),
        cmocka_unit_test(a_draft_says_all_it_lacks),
        cmocka_unit_test(publishing_checks_time_size_danger_and_power),
        cmocka_unit_test(codes_are_short_and_never_shared),
        cmocka_unit_test(a_code_is_free_again_at_the_end),
        cmocka_unit_test(lists_filter_by_place_date_and_word),
        cmocka_unit_test(pages_follow_each_other),
        cmocka_unit_test(seats_are_taken_up_to_the_capacity),
        cmocka_unit_test(an_activity_closes_at_its_end),
        cmocka_unit_test(what_a_leader_runs_and_what_took_place),
        cmocka_unit_test(long_texts_are_cut_at_a_character),
        cmocka_unit_test(messages_get_dates_and_free_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
