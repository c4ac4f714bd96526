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

/* A second channel of the same person. */
static int64_t wechat_of(struct records *r, int64_t phone, const char *openid)
{
    struct address a, p;
    assert_int_equal(people_address(r->s.tx, r->s.vault, r->s.ids, SLICE("wechat/demo"),
                                    slice_of(openid), SLICE("wechat/demo"), r->s.now, r->s.arena,
                                    &a),
                     0);
    assert_int_equal(people_by_id(r->s.tx, r->s.vault, phone, r->s.arena, &p), 1);
    if (phone != 0)
        assert_int_equal(people_join(r->s.tx, a.id, p.conversation), 0);
    return a.id;
}

static void a_word_holds_on_all_channels(void **state)
{
    struct records *r = records_open();
    int64_t phone = records_address(r), openid = wechat_of(r, phone, "oXiaoLi");
    (void)state;
    assert_int_equal(in(r, phone, OPT_BROADCAST), OPT_CHANGED);
    assert_int_equal(opt_state(&r->s, openid, OPT_BROADCAST), OPT_YES);
    assert_int_equal(out(r, openid, OPT_ALL), OPT_CHANGED);
    assert_int_equal(opt_state(&r->s, phone, OPT_BROADCAST), OPT_NO);
    assert_int_equal(opt_allows(&r->s, phone, OPT_REMINDER), 0);
    assert_int_equal(out(r, phone, OPT_ALL), OPT_UNCHANGED);
    assert_int_equal(in(r, phone, OPT_BROADCAST), OPT_CHANGED);
    assert_int_equal(opt_recruits(&r->s, openid, r->station), 1);
    records_close(r);
}

static void channels_bound_later_share_the_newest_word(void **state)
{
    struct records *r = records_open();
    int64_t phone = records_address(r), openid;
    struct address a, p;
    (void)state;
    assert_int_equal(in(r, phone, OPT_BROADCAST), OPT_CHANGED);
    assert_int_equal(people_address(r->s.tx, r->s.vault, r->s.ids, SLICE("wechat/demo"),
                                    SLICE("oOther"), SLICE("wechat/demo"), r->s.now, r->s.arena,
                                    &a),
                     0);
    openid = a.id;
    r->s.now += DAY;
    assert_int_equal(out(r, openid, OPT_BROADCAST), OPT_CHANGED);
    assert_int_equal(opt_recruits(&r->s, phone, 0), 1);
    assert_int_equal(people_by_id(r->s.tx, r->s.vault, phone, r->s.arena, &p), 1);
    assert_int_equal(people_join(r->s.tx, openid, p.conversation), 0);
    assert_int_equal(opt_recruits(&r->s, phone, 0), 0);
    assert_int_equal(opt_state(&r->s, openid, OPT_BROADCAST), OPT_NO);
    records_close(r);
}

static int refuse_org(struct records *r, int64_t address, int64_t org)
{
    struct organization o;
    assert_int_equal(org_get(&r->s, org, &o), 1);
    return opt_out_of(&r->s, address, &o, SLICE("不要再收街道的招募"), SLICE("sms"));
}

static void one_organization_is_refused_with_all_below_it(void **state)
{
    struct records *r = records_open();
    int64_t a = records_address(r);
    (void)state;
    assert_int_equal(opt_recruits(&r->s, a, r->branch), 0); /* silence is no */
    assert_int_equal(in(r, a, OPT_BROADCAST), OPT_CHANGED);
    assert_int_equal(opt_recruits(&r->s, a, r->branch), 1);
    assert_int_equal(refuse_org(r, a, r->branch), OPT_CHANGED);
    assert_int_equal(refuse_org(r, a, r->branch), OPT_UNCHANGED);
    assert_int_equal(opt_recruits(&r->s, a, r->branch), 0);
    assert_int_equal(opt_recruits(&r->s, a, r->station), 0);
    assert_int_equal(opt_recruits(&r->s, a, r->district), 1);
    assert_int_equal(opt_recruits(&r->s, a, 0), 1);
    assert_int_equal(opt_state(&r->s, a, OPT_BROADCAST), OPT_YES);
    assert_int_equal(in(r, a, OPT_BROADCAST), OPT_CHANGED); /* 恢复 */
    assert_int_equal(opt_recruits(&r->s, a, r->station), 1);
    assert_int_equal(refuse_org(r, a, r->station), OPT_CHANGED);
    assert_int_equal(opt_recruits(&r->s, a, r->branch), 1);
    records_close(r);
}

static void the_history_is_shown_newest_first(void **state)
{
    struct records *r = records_open();
    int64_t a = records_address(r), openid = wechat_of(r, a, "oXiaoLi");
    struct volunteer v = records_volunteer(r, "杨秀兰", a);
    struct consent school = { .volunteer = v.id,
                              .address = records_address(r), /* said from another phone */
                              .kind = "school",
                              .words = SLICE("给学校看"),
                              .channel = SLICE("sms"),
                              .yes = true };
    struct consent_line *lines = NULL;
    int64_t all = 0;
    (void)state;
    int before = consents_of(&r->s, a, 9, &lines, &all);
    assert_true(before >= 1);
    assert_slice(lines[before - 1].kind, "registration");
    assert_slice(lines[before - 1].name, "杨秀兰");
    assert_int_equal(consent_put(&r->s, &school), 0);
    assert_int_equal(in(r, openid, OPT_BROADCAST), OPT_CHANGED);
    r->s.now += DAY;
    assert_int_equal(refuse_org(r, a, r->branch), OPT_CHANGED);
    assert_int_equal(consents_of(&r->s, a, 9, &lines, &all), before + 3);
    assert_int_equal(all, before + 3);
    assert_slice(lines[0].kind, "organization");
    assert_slice(lines[0].words, "不要再收街道的招募");
    assert_slice(lines[0].channel, "sms");
    assert_false(lines[0].yes);
    assert_int_equal(lines[0].at, r->s.now);
    assert_slice(lines[1].kind, "recruitment");
    assert_true(lines[1].yes);
    assert_int_equal(lines[1].at, r->s.now - DAY);
    assert_slice(lines[2].kind, "school");
    assert_int_equal(consents_of(&r->s, a, 2, &lines, &all), 2);
    assert_int_equal(all, before + 3);
    assert_slice(lines[1].kind, "recruitment");
    assert_int_equal(consents_of(&r->s, records_address(r), 9, &lines, &all), 0);
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
        cmocka_unit_test(a_word_holds_on_all_channels),
        cmocka_unit_test(channels_bound_later_share_the_newest_word),
        cmocka_unit_test(one_organization_is_refused_with_all_below_it),
        cmocka_unit_test(the_history_is_shown_newest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
