/* Tests of handlers/imports.c: people of a list, the one question, and what a yes or a no does. */
#include "handlers/imports.h"

#include "tests/handlers/calling.h"

static struct import_person person(const char *name, const char *phone, int year)
{
    return (struct import_person){ .name = slice_of(name),
                                   .phone = slice_of(phone),
                                   .birth = civil_day(year, 12, 31),
                                   .year_only = true,
                                   .area = AREA_TOWNSHIP,
                                   .keeper = SLICE("茶城志愿者协会") };
}

static int import(struct records *r, const char *name, const char *phone, int year)
{
    struct import_person p = person(name, phone, year);
    return import_person(&r->s, &p);
}

static int64_t address_of(struct records *r, const char *phone)
{
    struct address a;
    assert_int_equal(people_address(r->s.tx, r->s.vault, r->s.ids, SLICE("sms"), slice_of(phone),
                                    SLICE(""), r->s.now, r->s.arena, &a),
                     0);
    return a.id;
}

static void each_line_has_its_outcome(void **state)
{
    struct records *r = records_open();
    (void)state;
    assert_int_equal(import(r, "刘芳", "+86 139-0000-0001", 1970), IMPORT_TAKEN);
    assert_int_equal(import(r, "刘芳", "13900000001", 1970), IMPORT_KNOWN);
    assert_int_equal(import(r, "刘芳", "0879-2122", 1970), IMPORT_BAD_PHONE);
    assert_int_equal(import(r, "", "13900000002", 1970), IMPORT_BAD_NAME);
    assert_int_equal(import(r, "刘芳", "13900000002", 2999), IMPORT_BAD_BIRTH);
    int64_t before = count_of(r, "SELECT COUNT(*) FROM addresses");
    assert_int_equal(import(r, "小芳", "13900000009", 2015), IMPORT_TOO_YOUNG);
    assert_int_equal(import(r, "小芳", "13900000009", 2010), IMPORT_MINOR);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM addresses"), before);
    for (int i = 1; i < r->s.policy->people_per_phone; i++) {
        char name[16];
        snprintf(name, sizeof name, "人%d", i);
        assert_int_equal(import(r, name, "13900000001", 1970), IMPORT_TAKEN);
    }
    assert_int_equal(import(r, "多了", "13900000001", 1970), IMPORT_TOO_MANY);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM import_questions"), 1);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM consents"), 0);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM volunteers WHERE provisional = 0"), 0);
    records_close(r);
}

static void numbers_are_asked_once_in_slices_and_by_day(void **state)
{
    struct records *r = records_open();
    int slice = (int)r->s.policy->import_slice;
    (void)state;
    r->s.now = at(0, 23, 0);
    for (int i = 0; i < slice + 3; i++) {
        char phone[16];
        snprintf(phone, sizeof phone, "139%08d", i);
        assert_int_equal(import(r, "人", phone, 1970), IMPORT_TAKEN);
    }
    static const char asked[] = "SELECT COUNT(*) FROM outbox WHERE message = 'import.ask'";
    run_timers(r, at(1, 7, 59));
    assert_int_equal(count_of(r, asked), 0);
    run_timers(r, at(1, 8, 0));
    assert_int_equal(count_of(r, asked), slice);
    run_timers(r, at(1, 9, 0));
    assert_int_equal(count_of(r, asked), slice + 3);
    assert_int_equal(import(r, "另一个", "13900000000", 1970), IMPORT_TAKEN);
    run_timers(r, at(3, 9, 0));
    assert_int_equal(count_of(r, asked), slice + 3);
    records_close(r);
}

/* Silence is no: only a yes opens a number for recruitment. */
static void nobody_is_called_before_a_yes(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct broadcast b;
    (void)state;
    assert_int_equal(import(r, "刘芳", "13900000001", 1970), IMPORT_TAKEN);
    assert_int_equal(import(r, "陶玉", "13900000002", 1970), IMPORT_TAKEN);
    int64_t first = address_of(r, "13900000001");
    run_timers(r, at(1, 9, 0));
    assert_int_equal(told(r, first, "import.ask", NULL), 1);
    assert_int_equal(draft_as(r, r->organizer, &f, &b), BROADCAST_NOBODY);
    assert_int_equal(preview_of(r, b.id).out[BROADCAST_NEVER_YES], 2);
    assert_int_equal(import_accept(&r->s, first, SLICE("愿意"), SLICE("sms")), 1);
    b = drafted(r, &f);
    assert_int_equal(b.able, 1);
    struct consent_line *lines;
    assert_int_equal(consents_of(&r->s, first, 10, &lines, NULL), 2);
    assert_slice(lines[0].kind, "recruitment");
    assert_slice(lines[1].kind, "registration");
    assert_slice(lines[1].words, "愿意");
    assert_true(lines[0].yes && lines[1].yes);
    assert_int_equal(import_accept(&r->s, first, SLICE("愿意"), SLICE("sms")), 0);
    records_close(r);
}

static void a_no_erases_and_no_list_brings_them_back(void **state)
{
    struct records *r = records_open();
    struct volunteer *people;
    struct consent_line *lines;
    (void)state;
    assert_int_equal(import(r, "刘芳", "13900000001", 1970), IMPORT_TAKEN);
    assert_int_equal(import(r, "陶玉", "13900000001", 1970), IMPORT_TAKEN);
    int64_t address = address_of(r, "13900000001");
    run_timers(r, at(1, 9, 0));
    assert_int_equal(import_refuse(&r->s, address, SLICE("不要"), SLICE("sms")), 1);
    assert_int_equal(volunteers_by_address(&r->s, address, &people), 0);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM volunteers WHERE name <> ''"), 0);
    assert_int_equal(consents_of(&r->s, address, 10, &lines, NULL), 1);
    assert_false(lines[0].yes);
    assert_slice(lines[0].words, "不要");
    assert_int_equal(import(r, "刘芳", "13900000001", 1970), IMPORT_ERASED);
    assert_int_equal(import_refuse(&r->s, address, SLICE("不要"), SLICE("sms")), 0);
    records_close(r);
}

/* Who registered themselves on the same phone stays, whatever the number says to the list. */
static void who_came_by_themselves_is_left_alone(void **state)
{
    struct records *r = records_open();
    struct volunteer own = willing(r, "杨秀兰"), kept;
    struct address to;
    (void)state;
    assert_int_equal(people_by_id(r->s.tx, r->s.vault, own.address, r->s.arena, &to), 1);
    assert_int_equal(import(r, "杨秀兰", arena_str(r->s.arena, to.sender), 1970), IMPORT_KNOWN);
    assert_int_equal(import(r, "李国才", arena_str(r->s.arena, to.sender), 1970), IMPORT_TAKEN);
    assert_int_equal(count_of(r, "SELECT COUNT(*) FROM import_questions"), 0);
    assert_int_equal(import_refuse(&r->s, own.address, SLICE("不要"), SLICE("sms")), 1);
    assert_int_equal(volunteer_get(&r->s, own.id, &kept), 1);
    assert_int_equal(kept.state, VOLUNTEER_ACTIVE);
    records_close(r);
}

static void every_outcome_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < IMPORT_OUTCOMES; i++)
        assert_true(strlen(import_outcome_name((enum import_outcome)i)) > 1);
    assert_string_equal(import_outcome_name((enum import_outcome)IMPORT_OUTCOMES), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_has_its_outcome),
        cmocka_unit_test(numbers_are_asked_once_in_slices_and_by_day),
        cmocka_unit_test(nobody_is_called_before_a_yes),
        cmocka_unit_test(a_no_erases_and_no_list_brings_them_back),
        cmocka_unit_test(who_came_by_themselves_is_left_alone),
        cmocka_unit_test(every_outcome_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
