#include "handlers/consents.h"

#include "tests/handlers/outbox.h"

static int out(struct records *r, int64_t address, enum opt_scope scope)
{
    return opt_out(&r->s, address, scope, SLICE("莫再发了"), SLICE("sms"));
}

static int in(struct records *r, int64_t address, enum opt_scope scope)
{
    return opt_in(&r->s, address, scope, SLICE("恢复"), SLICE("sms"));
}

static void silence_is_neither_yes_nor_no(void **state)
{
    struct records *r = records_open();
    int64_t a = records_address(r);
    (void)state;
    assert_int_equal(opt_state(&r->s, a, OPT_BROADCAST), OPT_UNSET);
    assert_int_equal(opt_allows(&r->s, a, OPT_REMINDER), 1);
    assert_int_equal(in(r, a, OPT_BROADCAST), OPT_CHANGED);
    assert_int_equal(in(r, a, OPT_BROADCAST), OPT_UNCHANGED);
    assert_int_equal(opt_state(&r->s, a, OPT_BROADCAST), OPT_YES);
    records_close(r);
}

static void opting_out_binds_at_once_and_once(void **state)
{
    struct records *r = records_open();
    int64_t a = records_address(r), other = records_address(r);
    (void)state;
    assert_int_equal(in(r, a, OPT_BROADCAST), OPT_CHANGED);
    assert_int_equal(out(r, a, OPT_BROADCAST), OPT_CHANGED);
    assert_int_equal(out(r, a, OPT_BROADCAST), OPT_UNCHANGED);
    assert_int_equal(opt_state(&r->s, a, OPT_BROADCAST), OPT_NO);
    assert_int_equal(opt_allows(&r->s, a, OPT_REMINDER), 1); /* reminders go on */
    assert_int_equal(opt_allows(&r->s, a, OPT_BROADCAST), 0);
    assert_int_equal(opt_state(&r->s, other, OPT_BROADCAST), OPT_UNSET);
    records_commit(r);
    assert_int_equal(
        support_count(r->support, "SELECT COUNT(*) FROM consents WHERE kind = 'recruitment'"), 2);
    records_close(r);
}

static void all_stops_reminders_too(void **state)
{
    struct records *r = records_open();
    int64_t a = records_address(r);
    (void)state;
    assert_int_equal(out(r, a, OPT_ALL), OPT_CHANGED);
    assert_int_equal(opt_state(&r->s, a, OPT_BROADCAST), OPT_NO);
    assert_int_equal(opt_allows(&r->s, a, OPT_REMINDER), 0);
    assert_int_equal(out(r, a, OPT_ALL), OPT_UNCHANGED);
    assert_int_equal(out(r, a, OPT_BROADCAST), OPT_UNCHANGED);
    /* Wanting broadcasts again lifts all of it. */
    assert_int_equal(in(r, a, OPT_BROADCAST), OPT_CHANGED);
    assert_int_equal(opt_allows(&r->s, a, OPT_REMINDER), 1);
    assert_int_equal(opt_state(&r->s, a, OPT_ALL), OPT_YES);
    assert_int_equal(out(r, a, OPT_ALL), OPT_CHANGED);
    assert_int_equal(in(r, a, OPT_ALL), OPT_CHANGED);
    assert_int_equal(opt_state(&r->s, a, OPT_BROADCAST), OPT_YES);
    records_close(r);
}

static void scopes_are_apart_and_named(void **state)
{
    static const char *const names[] = { "broadcast", "all",    "night",
                                         "reminder",  "wechat", "frequency" };
    struct records *r = records_open();
    int64_t a = records_address(r);
    enum opt_scope scope;
    (void)state;
    for (int i = 0; i < 6; i++) {
        assert_true(opt_scope_parse(slice_of(names[i]), &scope));
        assert_int_equal(scope, i + 1);
    }
    assert_false(opt_scope_parse(SLICE("weekly"), &scope));
    assert_int_equal(out(r, a, OPT_REMINDER), OPT_CHANGED);
    assert_int_equal(opt_allows(&r->s, a, OPT_REMINDER), 0);
    assert_int_equal(opt_allows(&r->s, a, OPT_NIGHT), 1);
    assert_int_equal(opt_state(&r->s, a, OPT_BROADCAST), OPT_UNSET);
    records_close(r);
}

static void the_last_word_counts_and_words_are_sealed(void **state)
{
    struct records *r = records_open();
    struct consent c = { .volunteer = 7,
                         .address = records_address(r),
                         .kind = "school",
                         .version = SLICE("credit.ask/1"),
                         .words = SLICE("SECRET WORDS"),
                         .channel = SLICE("wechat"),
                         .yes = true };
    (void)state;
    assert_int_equal(consent_last(&r->s, 7, "school"), 0);
    assert_int_equal(consent_put(&r->s, &c), 0);
    assert_int_equal(consent_last(&r->s, 7, "school"), 1);
    c.yes = false;
    assert_int_equal(consent_put(&r->s, &c), 0);
    assert_int_equal(consent_last(&r->s, 7, "school"), 2);
    assert_int_equal(consent_last(&r->s, 8, "school"), 0);
    records_commit(r);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM consents WHERE "
                                               "instr(words, 'SECRET') > 0"),
                     0);
    assert_int_equal(consents_forget(&r->s, 7), 0);
    records_commit(r);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM consents "
                                               "WHERE length(words) = 0"),
                     2); /* both rows stay */
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_is_neither_yes_nor_no),
        cmocka_unit_test(opting_out_binds_at_once_and_once),
        cmocka_unit_test(all_stops_reminders_too),
        cmocka_unit_test(scopes_are_apart_and_named),
        cmocka_unit_test(the_last_word_counts_and_words_are_sealed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
