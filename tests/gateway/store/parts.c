/* Long messages in parts: order, repetition, what never comes, limits, restarts. */
#include "gateway/store/parts.h"

#include <stdio.h>
#include <string.h>

#include "gateway/store/timers.h"
#include "tests/support/support.h"

static int put_from(struct support *s, int64_t address, const char *reference, int number,
                    int total, const char *text, int64_t now, struct slice *whole)
{
    const struct part part = { .account = SLICE("sms/demo"),
                               .address = address,
                               .reference = slice_of(reference),
                               .number = number,
                               .total = total,
                               .text = slice_of(text) };
    *whole = (struct slice){ 0 };
    return parts_put(s->tx, s->vault, &s->ids, &part, now, &s->arena, whole);
}

static int put(struct support *s, int number, int total, const char *text, struct slice *whole)
{
    return put_from(s, 7, "1069/8:1", number, total, text, SUPPORT_NOW, whole);
}

/* Takes the one timer of parts that is due, and ends its message. */
static int end(struct support *s, int64_t now, struct part_message *out)
{
    struct timer_row *rows = NULL;
    assert_int_equal(timers_due(s->tx, now, 1, &s->arena, &rows), 1);
    assert_slice(rows[0].kind, PARTS_TIMER);
    assert_int_equal(timers_take(s->tx, &rows[0]), 1);
    return parts_end(s->tx, s->vault, rows[0].subject, now, &s->arena, out);
}

static int due(struct support *s, int64_t now)
{
    struct timer_row *rows = NULL;
    return timers_due(s->tx, now, 10, &s->arena, &rows);
}

static void parts_in_every_order_make_the_text(void **state)
{
    static const int orders[][3] = { { 1, 2, 3 }, { 1, 3, 2 }, { 2, 1, 3 },
                                     { 2, 3, 1 }, { 3, 1, 2 }, { 3, 2, 1 } };
    static const char *const texts[] = { "", "昨天在敬老院", "干了三个", "半小时" };
    struct support *s = *state;
    struct slice whole;
    for (int i = 0; i < 6; i++) {
        char reference[16];
        snprintf(reference, sizeof(reference), "1069/8:%d", i);
        for (int k = 0; k < 3; k++)
            assert_int_equal(put_from(s, 7, reference, orders[i][k], 3, texts[orders[i][k]],
                                      SUPPORT_NOW, &whole),
                             k < 2 ? PART_WAITS : PART_COMPLETES);
        assert_slice(whole, "昨天在敬老院干了三个半小时");
    }
}

static void a_part_that_comes_twice_changes_nothing(void **state)
{
    struct support *s = *state;
    struct slice whole;
    assert_int_equal(put(s, 1, 2, "甲", &whole), PART_WAITS);
    assert_int_equal(put(s, 1, 2, "甲", &whole), PART_REPEATED);
    assert_int_equal(put(s, 2, 2, "乙", &whole), PART_COMPLETES);
    assert_slice(whole, "甲乙");
    /* Also after the message was handled. */
    assert_int_equal(put(s, 1, 2, "甲", &whole), PART_REPEATED);
    assert_int_equal(put(s, 2, 2, "乙", &whole), PART_REPEATED);
}

/* The reference has eight bits, and some phones always give the same. */
static void a_reference_is_used_again(void **state)
{
    struct support *s = *state;
    struct slice whole;
    struct part_message m;
    assert_int_equal(put(s, 1, 2, "甲", &whole), PART_WAITS);
    assert_int_equal(put(s, 2, 2, "乙", &whole), PART_COMPLETES);
    assert_int_equal(put(s, 1, 2, "丙", &whole), PART_WAITS);
    assert_int_equal(put(s, 2, 2, "丁", &whole), PART_COMPLETES);
    assert_slice(whole, "丙丁");
    /* The first of an unfinished message again: that one ends at once, nothing of it is lost. */
    assert_int_equal(put(s, 1, 2, "戊", &whole), PART_WAITS);
    assert_int_equal(put(s, 1, 2, "己", &whole), PART_WAITS);
    assert_int_equal(end(s, SUPPORT_NOW, &m), 1);
    assert_slice(m.text, "戊…");
    assert_int_equal(put(s, 2, 2, "庚", &whole), PART_COMPLETES);
    assert_slice(whole, "己庚");
}

static void messages_of_others_do_not_mix(void **state)
{
    struct support *s = *state;
    struct slice whole;
    assert_int_equal(put_from(s, 7, "1069/8:1", 1, 2, "甲", SUPPORT_NOW, &whole), PART_WAITS);
    assert_int_equal(put_from(s, 8, "1069/8:1", 2, 2, "乙", SUPPORT_NOW, &whole), PART_WAITS);
    assert_int_equal(put_from(s, 7, "1069/16:1", 2, 2, "丙", SUPPORT_NOW, &whole), PART_WAITS);
    assert_int_equal(put_from(s, 7, "1069/8:1", 2, 3, "丁", SUPPORT_NOW, &whole), PART_WAITS);
    assert_int_equal(put_from(s, 7, "1069/8:1", 2, 2, "戊", SUPPORT_NOW, &whole), PART_COMPLETES);
    assert_slice(whole, "甲戊");
}

static void what_is_missing_is_marked_after_its_time(void **state)
{
    struct support *s = *state;
    struct slice whole;
    struct part_message m;
    assert_int_equal(put(s, 2, 5, "乙", &whole), PART_WAITS);
    assert_int_equal(put_from(s, 7, "1069/8:1", 3, 5, "丙", SUPPORT_NOW + 60, &whole), PART_WAITS);
    assert_int_equal(due(s, SUPPORT_NOW + PARTS_WAIT_S), 0); /* counted from the newest part */
    assert_int_equal(end(s, SUPPORT_NOW + 60 + PARTS_WAIT_S, &m), 1);
    assert_slice(m.text, "…乙丙…");
    assert_slice(m.account, "sms/demo");
    assert_int_equal(m.address, 7);
    assert_int_equal(m.have, 2);
    assert_int_equal(m.total, 5);
    assert_int_equal(m.opened_at, SUPPORT_NOW);
    /* What comes now is late; then all is forgotten. */
    int64_t now = SUPPORT_NOW + 60 + PARTS_WAIT_S;
    assert_int_equal(put_from(s, 7, "1069/8:1", 1, 5, "甲", now + 1, &whole), PART_LATE);
    assert_int_equal(end(s, now + PARTS_KEEP_S, &m), 0);
    support_commit(s);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM parts"), 0);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM part_groups"), 0);
    support_begin(s);
}

/* One part every two minutes does not keep a message open for ever. */
static void a_message_has_an_age(void **state)
{
    struct support *s = *state;
    struct slice whole;
    struct part_message m;
    for (int i = 1; i <= 10; i++)
        assert_int_equal(put_from(s, 7, "1069/8:1", i, 32, "甲", SUPPORT_NOW + i * 60, &whole),
                         PART_WAITS);
    assert_int_equal(due(s, SUPPORT_NOW + 60 + PARTS_OPEN_S - 1), 0);
    assert_int_equal(end(s, SUPPORT_NOW + 60 + PARTS_OPEN_S, &m), 1);
    assert_int_equal(m.have, 10);
}

static void parts_survive_a_restart_and_are_sealed(void **state)
{
    struct support *s = *state;
    struct slice whole;
    assert_int_equal(put(s, 2, 2, "杨秀兰", &whole), PART_WAITS);
    support_commit(s);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM parts WHERE "
                                      "instr(text, CAST('杨秀兰' AS BLOB)) > 0"),
                     0);
    support_reopen(s);
    support_begin(s);
    assert_int_equal(put(s, 1, 2, "我叫", &whole), PART_COMPLETES);
    assert_slice(whole, "我叫杨秀兰");
}

static void unfinished_messages_have_a_limit(void **state)
{
    struct support *s = *state;
    struct slice whole;
    struct part_message m;
    for (int i = 0; i <= PARTS_OPEN_EACH; i++) {
        char reference[16];
        snprintf(reference, sizeof(reference), "r%d", i);
        assert_int_equal(due(s, SUPPORT_NOW), 0);
        assert_int_equal(put_from(s, 7, reference, 1, 2, reference, SUPPORT_NOW, &whole),
                         PART_WAITS);
    }
    assert_int_equal(end(s, SUPPORT_NOW, &m), 1);
    assert_slice(m.text, "r0…");
    assert_int_equal(due(s, SUPPORT_NOW), 0);
    /* Of everybody together. */
    for (int i = PARTS_OPEN_EACH; i < PARTS_OPEN_ALL; i++)
        assert_int_equal(put_from(s, 1000 + i, "x", 1, 2, "y", SUPPORT_NOW, &whole), PART_WAITS);
    assert_int_equal(due(s, SUPPORT_NOW), 0);
    assert_int_equal(put_from(s, 99, "x", 1, 2, "y", SUPPORT_NOW, &whole), PART_WAITS);
    assert_int_equal(end(s, SUPPORT_NOW, &m), 1);
    assert_slice(m.text, "r1…");
}

static void numbers_out_of_bounds_are_refused(void **state)
{
    static const int wrong[][2] = { { 0, 2 }, { 3, 2 }, { 1, 1 }, { 1, 0 }, { 1, 33 }, { -1, 2 } };
    struct support *s = *state;
    struct slice whole;
    char reference[PARTS_REFERENCE_MAX + 2];
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_int_equal(put(s, wrong[i][0], wrong[i][1], "a", &whole), GW_EINVAL);
    assert_int_equal(put_from(s, 7, "", 1, 2, "a", SUPPORT_NOW, &whole), GW_EINVAL);
    memset(reference, 'r', sizeof(reference));
    reference[PARTS_REFERENCE_MAX + 1] = '\0';
    assert_int_equal(put_from(s, 7, reference, 1, 2, "a", SUPPORT_NOW, &whole), GW_EINVAL);
}

/* A restart may run a timer whose message is gone. */
static void an_unknown_message_has_nothing_to_end(void **state)
{
    struct support *s = *state;
    struct part_message m;
    assert_int_equal(parts_end(s->tx, s->vault, 12345, SUPPORT_NOW, &s->arena, &m), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, support_setup_begun, support_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(parts_in_every_order_make_the_text),
        TEST(a_part_that_comes_twice_changes_nothing),
        TEST(a_reference_is_used_again),
        TEST(messages_of_others_do_not_mix),
        TEST(what_is_missing_is_marked_after_its_time),
        TEST(a_message_has_an_age),
        TEST(parts_survive_a_restart_and_are_sealed),
        TEST(unfinished_messages_have_a_limit),
        TEST(numbers_out_of_bounds_are_refused),
        TEST(an_unknown_message_has_nothing_to_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
