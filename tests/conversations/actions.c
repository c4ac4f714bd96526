/* Actions called directly: what a flow's slots become, without understanding or an engine. */
#include <stdlib.h>
#include <string.h>

#include "conversations/actions/common.h"
#include "conversations/actions/registering.h"
#include "gateway/base/json.h"
#include "gateway/store/people.h"
#include "handlers/policy.h"
#include "tests/support/support.h"

static const struct embedded_file *const tables[] = { gw_store_files, handlers_files, NULL };

struct fixture {
    struct support *support;
    struct policy *policy;
    struct service service;
    struct address address;
    struct action_call call;
};

static int open_fixture(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->support = support_store(tables);
    f->policy = policy_default();
    f->service = (struct service){
        .tx = support_begin(f->support),
        .now = SUPPORT_NOW,
        .zone = SUPPORT_ZONE,
        .ids = &f->support->ids,
        .vault = f->support->vault,
        .policy = f->policy,
        .arena = &f->support->arena,
    };
    assert_int_equal(people_address(f->service.tx, f->service.vault, f->service.ids, SLICE("sms"),
                                    SLICE("13800000011"), SLICE("sms/test"), SUPPORT_NOW,
                                    f->service.arena, &f->address),
                     GW_OK);
    f->call = (struct action_call){ .service = &f->service,
                                    .address = &f->address,
                                    .channel = CHANNEL_SMS,
                                    .slots = json_object() };
    *state = f;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *f = *state;
    json_decref(f->call.slots);
    json_decref(f->call.items);
    support_rollback(f->support);
    policy_free(f->policy);
    support_free(f->support);
    free(f);
    return 0;
}

/* Runs an action on slots given as JSON; the outcome, or "" for choices. */
static const char *run(struct fixture *f, const char *name, const char *slots)
{
    const struct action *action = action_find(action_tables, name);
    assert_non_null(action);
    if (slots) {
        json_decref(f->call.slots);
        f->call.slots = json_loads(slots, 0, NULL);
        assert_non_null(f->call.slots);
    }
    json_decref(f->call.items);
    f->call.items = NULL;
    f->call.outcome = NULL;
    f->call.forget = false;
    assert_int_equal(action->run(&f->call), GW_OK);
    return f->call.outcome ? f->call.outcome : "";
}

static void register_yang(struct fixture *f)
{
    assert_string_equal(
        run(f, "register.start", "{\"name\":\"杨秀兰\",\"birth\":\"1955\",\"area\":\"老街\"}"),
        "fresh");
    assert_string_equal(run(f, "register.check", NULL), "adult");
    assert_string_equal(run(f, "register.save", NULL), "done");
}

static void every_row_is_whole(void **state)
{
    (void)state;
    for (const struct action *const *table = action_tables; *table; table++)
        for (const struct action *a = *table; a->name; a++) {
            assert_non_null(a->run);
            assert_non_null(strchr(a->name, '.'));
            assert_true(a->choices == (a->outcomes == NULL));
            assert_ptr_equal(action_find(action_tables, a->name), a); /* no name twice */
        }
    assert_null(action_find(action_tables, "no.such"));
}

static void a_birth_is_a_year_or_a_date(void **state)
{
    int64_t day;
    bool year_only;
    (void)state;
    assert_true(registering_birth(SLICE("1955"), &day, &year_only));
    assert_true(year_only);
    assert_int_equal(day, civil_day(1955, 12, 31));
    assert_true(registering_birth(SLICE("1955-03-12"), &day, &year_only));
    assert_false(year_only);
    assert_int_equal(day, civil_day(1955, 3, 12));
    assert_false(registering_birth(SLICE("55"), &day, &year_only));
    assert_false(registering_birth(SLICE("1955-02-30"), &day, &year_only));
    assert_false(registering_birth(SLICE(""), &day, &year_only));
}

static void likeness_counts_neighbouring_characters(void **state)
{
    struct wanted w = { .word = SLICE("老街打扫") };
    (void)state;
    assert_int_equal(wanted_likeness(&w, SLICE("周六老街打扫卫生")), 100);
    assert_int_equal(wanted_likeness(&w, SLICE("老街社区大打扫")), 66);
    assert_int_equal(wanted_likeness(&w, SLICE("北郊植树")), 0);
    w.word = SLICE("");
    assert_int_equal(wanted_likeness(&w, SLICE("北郊植树")), 100);
    assert_true(wanted_nothing(&(struct wanted){ .part_to = 1440 }));
}

static void days_and_parts_become_a_span(void **state)
{
    struct fixture *f = *state;
    json_object_set_new(f->call.slots, "date", json_string("2026-11-28"));
    json_object_set_new(f->call.slots, "part", json_string("pm"));
    struct wanted w = action_wanted(&f->call);
    int64_t day = civil_day_start(civil_day(2026, 11, 28), SUPPORT_ZONE);
    assert_false(wanted_nothing(&w));
    assert_true(wanted_when(&f->service, &w, day + 13 * 3600));
    assert_false(wanted_when(&f->service, &w, day + 9 * 3600));
    assert_false(wanted_when(&f->service, &w, day + 37 * 3600));
    json_object_clear(f->call.slots);
    json_object_set_new(f->call.slots, "dates", json_pack("[s,s]", "2026-11-28", "2026-11-29"));
    w = action_wanted(&f->call);
    assert_true(wanted_when(&f->service, &w, day + 37 * 3600));
    assert_int_equal(action_number(f->call.slots, "n", 7), 7);
    json_object_set_new(f->call.slots, "n", json_string("36"));
    assert_int_equal(action_number(f->call.slots, "n", 7), 36);
}

static void an_age_becomes_a_year(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(run(f, "register.start", "{\"name\":\"刘开明\",\"age\":58}"), "fresh");
    assert_string_equal(json_text(f->call.slots, "birth", ""), "1968");
    assert_true(json_flag(f->call.slots, "_known", false));
    assert_false(json_flag(f->call.slots, "_plain", false));
}

static void a_child_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(run(f, "register.start", "{\"name\":\"李小宝\",\"age\":11}"), "child");
    assert_int_equal(json_object_size(f->call.slots), 0);
    assert_string_equal(run(f, "register.ready", "{\"name\":\"李小宝\",\"birth\":\"2015\"}"),
                        "child");
    assert_string_equal(
        run(f, "register.check", "{\"name\":\"李小宝\",\"birth\":\"2015\",\"area\":\"老街\"}"),
        "child");
    assert_true(f->call.forget);
    assert_int_equal(json_object_size(f->call.slots), 0);
}

static void a_wish_has_its_own_notice(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(run(f, "register.start", "{\"wish\":\"报名\",\"name\":\"杨秀兰\"}"),
                        "fresh");
    assert_true(json_flag(f->call.slots, "_wish", false));
    run(f, "register.check",
        "{\"wish\":\"报名\",\"name\":\"杨秀兰\",\"birth\":\"1955\",\"area\":\"老街\"}");
    assert_string_equal(run(f, "register.save", NULL), "wish");
}

static void what_is_wrong_is_asked_again(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(
        run(f, "register.check", "{\"name\":\"杨\",\"birth\":\"55\",\"area\":\"老街\"}"), "birth");
    assert_null(json_object_get(f->call.slots, "birth"));
    assert_string_equal(
        run(f, "register.check", "{\"name\":\"杨\",\"birth\":\"2055\",\"area\":\"老街\"}"),
        "birth");
    assert_string_equal(
        run(f, "register.check", "{\"name\":\"杨\",\"birth\":\"1955\",\"area\":\"月亮\"}"), "area");
    assert_null(json_object_get(f->call.slots, "area"));
}

static void a_minor_names_a_guardian_with_a_phone(void **state)
{
    struct fixture *f = *state;
    static const char minor[] =
        "{\"name\":\"李欣\",\"birth\":\"2010\",\"area\":\"老街\",\"phone\":\"%s\"}";
    char slots[200];
    run(f, "register.start", "{\"name\":\"李欣\",\"birth\":\"2010\",\"area\":\"老街\"}");
    assert_string_equal(run(f, "register.check", NULL), "teen");
    snprintf(slots, sizeof slots, minor, "1380000");
    assert_string_equal(run(f, "register.guardian", slots), "bad");
    snprintf(slots, sizeof slots, minor, "13800000011");
    assert_string_equal(run(f, "register.guardian", slots), "own");
    snprintf(slots, sizeof slots, minor, "13800000024");
    assert_string_equal(run(f, "register.guardian", slots), "asked");
    assert_string_equal(run(f, "gate.volunteer", "{}"), "none"); /* nothing counts yet */
    assert_string_equal(run(f, "register.start", "{}"), "waiting");
}

static void an_id_number_is_taken_once_registered(void **state)
{
    struct fixture *f = *state;
    register_yang(f);
    assert_string_equal(run(f, "register.start", "{\"id_no\":\"530802195503129981\"}"), "id_wrong");
    assert_true(f->call.forget);
    assert_null(json_object_get(f->call.slots, "id_no"));
    assert_string_equal(run(f, "register.start", "{\"id_no\":\"532701580907997\"}"), "id_old");
    assert_string_equal(run(f, "register.start", "{\"id_no\":\"53080219650312998X\"}"),
                        "id_differs");
    assert_string_equal(
        run(f, "register.start", "{\"id_no\":\"H12345678\",\"id_type\":\"hkmo_permit\"}"),
        "id_differs");
}

static void registering_twice_is_told(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(run(f, "gate.volunteer", "{}"), "none");
    register_yang(f);
    assert_string_equal(run(f, "gate.volunteer", "{}"), "pass");
    assert_string_equal(json_text(f->call.slots, "_me_name", ""), "杨秀兰");
    assert_string_equal(run(f, "register.start", "{}"), "already");
    assert_string_equal(run(f, "register.start", "{\"name\":\"李国才\"}"), "shared");
    assert_string_equal(json_text(f->call.slots, "name", ""), "李国才");
    assert_string_equal(json_text(f->call.slots, "with", ""), "杨秀兰");
    assert_string_equal(run(f, "gate.organizer", "{}"), "none");
}

static void opting_out_a_second_time_is_silent(void **state)
{
    struct fixture *f = *state;
    register_yang(f);
    assert_string_equal(run(f, "recruit.yes", NULL), "done");
    assert_string_equal(run(f, "optout.now", "{\"scope\":\"broadcast\"}"), "done");
    assert_int_equal(json_array_size(json_object_get(f->call.slots, "people")), 1);
    assert_string_equal(run(f, "optout.now", "{\"scope\":\"broadcast\"}"), "again");
    assert_string_equal(run(f, "optout.now", "{\"scope\":\"frequency\"}"), "fewer");
    assert_string_equal(run(f, "optout.now", "{\"scope\":\"all\"}"), "all");
    assert_string_equal(run(f, "optin.now", "{}"), "done");
    assert_string_equal(run(f, "optout.now", "{}"), "done");
}

static void data_are_shown_and_corrected(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(run(f, "profile.show", "{}"), "none");
    register_yang(f);
    assert_string_equal(run(f, "profile.show", "{}"), "shown");
    assert_string_equal(json_text(f->call.slots, "birth", ""), "1955");
    assert_string_equal(json_text(f->call.slots, "area", ""), "老街社区");
    assert_string_equal(run(f, "profile.start", "{}"), "which");
    assert_string_equal(run(f, "profile.start", "{\"field\":\"phone\",\"value\":\"13900002222\"}"),
                        "phone");
    assert_string_equal(run(f, "profile.start", "{\"field\":\"school\",\"value\":\"普洱学院\"}"),
                        "staff");
    assert_string_equal(run(f, "profile.start", "{\"field\":\"area\",\"value\":\"学府社区\"}"),
                        "ready");
    assert_string_equal(run(f, "profile.check", NULL), "other");
    assert_string_equal(run(f, "profile.apply", NULL), "changed");
    assert_string_equal(json_text(f->call.slots, "area", ""), "学府社区");
    assert_string_equal(run(f, "profile.start", "{\"field\":\"birth\",\"value\":\"2012\"}"),
                        "ready");
    assert_string_equal(run(f, "profile.check", NULL), "minor");
    assert_string_equal(run(f, "profile.start", "{\"field\":\"area\",\"value\":\"月亮\"}"),
                        "ready");
    assert_string_equal(run(f, "profile.check", NULL), "bad");
    assert_string_equal(run(f, "profile.fields", "{}"), "");
    assert_int_equal(json_array_size(f->call.items), 5);
}

static void leaving_removes_the_person(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(run(f, "account.start", "{}"), "none");
    assert_string_equal(run(f, "account.dispute", "{}"), "stranger");
    register_yang(f);
    assert_string_equal(run(f, "account.start", "{}"), "sure");
    assert_string_equal(run(f, "account.leave", NULL), "other"); /* not asked about yet */
    assert_string_equal(run(f, "account.leave", NULL), "deleted");
    assert_int_equal(json_object_size(f->call.slots), 0);
    assert_string_equal(run(f, "profile.show", "{}"), "none");
}

static void a_disputed_record_is_frozen_at_once(void **state)
{
    struct fixture *f = *state;
    register_yang(f);
    assert_string_equal(run(f, "account.dispute", "{}"), "disputed");
    assert_string_equal(run(f, "gate.volunteer", "{}"), "none");
}

static void help_follows_the_subject_and_the_person(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(run(f, "help.topic", "{}"), "new");
    assert_string_equal(run(f, "help.topic", "{\"topic\":\"pay\"}"), "pay");
    assert_string_equal(run(f, "help.topic", "{\"topic\":\"weather\"}"), "new");
    register_yang(f);
    assert_string_equal(run(f, "help.topic", "{}"), "main");
}

static void without_anybody_on_duty_it_is_said(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(run(f, "human.call", "{}"), "nobody");
    assert_string_equal(run(f, "human.call", "{\"urgent\":true}"), "danger");
    assert_string_equal(json_text(f->call.slots, "danger", ""), "suicide");
    assert_string_equal(run(f, "safety.alert", "{\"danger\":\"fire\"}"), "fire");
    assert_string_equal(run(f, "safety.alert", "{\"danger\":\"meteor\"}"), "other");
    assert_string_equal(run(f, "task.close", "{\"task_no\":\"4711\"}"), "none");
    assert_string_equal(run(f, "task.reply", "{\"task_no\":\"4711\"}"), "empty");
    assert_string_equal(run(f, "task.reply", "{\"n\":4711,\"content\":\"请打8791234\"}"),
                        "blocked");
    assert_string_equal(run(f, "task.reply", "{\"n\":4711,\"content\":\"看www.x\"}"), "blocked");
    assert_string_equal(run(f, "task.reply", "{\"n\":4711,\"content\":\"明天来\"}"), "none");
}

static void the_unknown_is_asked_three_ways(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(run(f, "unknown.times", "{\"times\":1}"), "new");
    register_yang(f);
    assert_string_equal(run(f, "unknown.times", "{\"times\":1}"), "first");
    assert_string_equal(run(f, "unknown.times", "{\"times\":2}"), "second");
    assert_string_equal(run(f, "unknown.times", "{\"times\":3}"), "third");
    assert_string_equal(json_text(f->call.slots, "topic", ""), "stuck");
    assert_string_equal(run(f, "unknown.times", "{\"times\":1,\"digit\":true}"), "digit");
    run(f, "unknown.wishes", "{}");
    assert_int_equal(json_array_size(f->call.items), 4);
    assert_string_equal(run(f, "unknown.go", "{\"_wish_for\":\"human\"}"), "human");
    assert_string_equal(run(f, "unknown.go", "{}"), "none");
}

static void nothing_to_join_or_cancel(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(run(f, "activities.open", "{}"), "");
    assert_int_equal(json_array_size(f->call.items), 0);
    assert_string_equal(run(f, "activities.show", "{\"activity_no\":\"36\"}"), "unknown");
    assert_string_equal(run(f, "activities.show", "{}"), "which");
    assert_string_equal(run(f, "signup.find", "{}"), "list");
    assert_string_equal(run(f, "signup.find", "{\"activity_no\":\"36\"}"), "none");
    assert_string_equal(run(f, "signup.find", "{\"activity\":\"植树\"}"), "none");
    assert_string_equal(run(f, "cancel.find", "{}"), "none");
    assert_string_equal(run(f, "cancel.leave", "{}"), "none");
    assert_string_equal(run(f, "offer.take", "{\"offer\":\"1\"}"), "gone");
    assert_string_equal(run(f, "moved.keep", "{\"activity\":\"1\"}"), "gone");
    assert_string_equal(run(f, "guardian.accept", "{\"request\":\"1\"}"), "gone");
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(a_birth_is_a_year_or_a_date),
        cmocka_unit_test(likeness_counts_neighbouring_characters),
        WITH_STORE(days_and_parts_become_a_span),
        WITH_STORE(an_age_becomes_a_year),
        WITH_STORE(a_child_leaves_nothing),
        WITH_STORE(a_wish_has_its_own_notice),
        WITH_STORE(what_is_wrong_is_asked_again),
        WITH_STORE(a_minor_names_a_guardian_with_a_phone),
        WITH_STORE(an_id_number_is_taken_once_registered),
        WITH_STORE(registering_twice_is_told),
        WITH_STORE(opting_out_a_second_time_is_silent),
        WITH_STORE(data_are_shown_and_corrected),
        WITH_STORE(leaving_removes_the_person),
        WITH_STORE(a_disputed_record_is_frozen_at_once),
        WITH_STORE(help_follows_the_subject_and_the_person),
        WITH_STORE(without_anybody_on_duty_it_is_said),
        WITH_STORE(the_unknown_is_asked_three_ways),
        WITH_STORE(nothing_to_join_or_cancel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
