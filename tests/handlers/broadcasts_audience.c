/* Each condition of an audience, as it selects people. */
#include "handlers/training.h"
#include "tests/handlers/calling.h"

enum { PEOPLE = 10 };

/* Ten people, one for each condition, and one whom none of them means. */
enum who { SKILLED, FREE, SERVED, TEAMED, STARRED, OLD, FAR, ONLINE, TRAINED, PLAIN };

struct people {
    struct records *r;
    struct activity a;
    struct volunteer v[PEOPLE];
    int64_t team, past;
};

static void on_wechat(struct records *r, struct volunteer *v)
{
    struct address wechat;
    char text[160];
    assert_int_equal(people_address(r->s.tx, r->s.vault, r->s.ids, SLICE("wechat/demo"),
                                    SLICE("openid"), SLICE("wechat/demo"), r->s.now, r->s.arena,
                                    &wechat),
                     0);
    assert_int_equal(opt_in(&r->s, wechat.id, OPT_BROADCAST, SLICE("1"), SLICE("wechat")),
                     OPT_CHANGED);
    support_commit(r->support);
    snprintf(text, sizeof text, "UPDATE volunteers SET address = %lld WHERE id = %lld",
             (long long)wechat.id, (long long)v->id);
    support_exec(r->support, text);
    r->s.tx = support_begin(r->support);
    v->address = wechat.id;
}

/* Signed up for an activity of two weeks ago. */
static int64_t served(struct records *r, int64_t org, const char *theme, const struct volunteer *v)
{
    int64_t now = r->s.now;
    struct activity past = records_draft(r, now - 14 * DAY, 60);
    past.org = org;
    past.theme = slice_of(theme);
    past.title = SLICE("下棋"); /* names no field itself */
    r->s.now = past.starts_at - 2 * DAY;
    assert_int_equal(activity_draft(&r->s, &past), 0);
    assert_int_equal(activity_publish(&r->s, past.id, r->lead, &past), ACTIVITY_OK);
    assert_int_equal(join(r, past.id, v).outcome, SIGNUP_DONE);
    r->s.now = now;
    return past.id;
}

static void took_training(struct records *r, const char *topic, int64_t days_ago,
                          const struct volunteer *v)
{
    struct training t = {
        .org = r->branch, .day = SUPPORT_TODAY - days_ago, .topic = slice_of(topic), .minutes = 120
    };
    struct training_result result;
    r->policy->training_days_back = 3650;
    assert_int_equal(training_record(&r->s, r->organizer, &t, &v->id, 1, &result),
                     TRAINING_RECORDED);
}

static struct people *gather(void)
{
    struct people *p = mem_alloc(sizeof *p);
    struct records *r = p->r = records_open();
    for (int i = 0; i < PEOPLE; i++)
        p->v[i] = willing(r, "人");
    p->team = records_org(r, ORG_TEAM, r->branch, "急救队", AREA_TOWNSHIP);
    assert_int_equal(volunteer_update(&r->s, p->v[SKILLED].id, FIELD_SKILLS, SLICE("会急救100%")),
                     UPDATE_DONE);
    assert_int_equal(volunteer_update(&r->s, p->v[FREE].id, FIELD_AVAILABILITY, SLICE("周末下午")),
                     UPDATE_DONE);
    assert_int_equal(volunteer_update(&r->s, p->v[OLD].id, FIELD_BIRTH, SLICE("1930")),
                     UPDATE_DONE);
    assert_int_equal(volunteer_update(&r->s, p->v[FAR].id, FIELD_AREA, SLICE("530802001001")),
                     UPDATE_DONE);
    p->past = served(r, r->branch, "环境保护", &p->v[SERVED]);
    served(r, p->team, "", &p->v[TEAMED]);
    for (int i = 0; i < 6; i++)
        records_append(r, p->v[STARRED].id, 1200);
    took_training(r, "消防100%安全", 730, &p->v[TRAINED]);
    took_training(r, "消防安全", 731, &p->v[PLAIN]);
    took_training(r, "急救", 10, &p->v[PLAIN]);
    on_wechat(r, &p->v[ONLINE]);
    p->a = meeting(r, at(3, 9, 0), 120, 20);
    return p;
}

static void release(struct people *p)
{
    records_close(p->r);
    free(p);
}

static bool listed(struct people *p, int64_t broadcast, enum who who)
{
    char query[160];
    snprintf(query, sizeof query,
             "SELECT COUNT(*) FROM broadcast_recipients WHERE broadcast = %lld AND address = %lld",
             (long long)broadcast, (long long)p->v[who].address);
    return count_of(p->r, query) == 1;
}

/* The one that a condition means, and nobody else. */
static void means(struct people *p, const char *conditions, enum who who)
{
    struct fault fault = { 0 };
    json_t *audience = json_read(slice_of(conditions), "audience", 1000, &fault);
    struct broadcast_form f = call_form(p->a.id);
    assert_non_null(audience);
    f.audience = audience;
    struct broadcast b = drafted(p->r, &f);
    json_decref(audience);
    for (int i = 0; i < PEOPLE; i++)
        if (listed(p, b.id, (enum who)i) != (i == (int)who))
            fail_msg("%s: %d is %slisted", conditions, i, i == (int)who ? "not " : "");
    assert_int_equal(b.listed, 1);
}

static int64_t score_of(struct people *p, int64_t broadcast, enum who who)
{
    char query[160];
    snprintf(query, sizeof query,
             "SELECT score FROM broadcast_recipients WHERE broadcast = %lld AND address = %lld",
             (long long)broadcast, (long long)p->v[who].address);
    return count_of(p->r, query);
}

/* Nobody said which field 打扫卫生 is: who served in it, or told such a skill, is called first. */
static void who_knows_the_field_is_called_first(void **state)
{
    struct people *p = gather();
    struct activity a = records_draft(p->r, at(3, 9, 0), 60);
    (void)state;
    served(p->r, p->r->branch, "环境卫生", &p->v[OLD]);
    assert_int_equal(
        volunteer_update(&p->r->s, p->v[SKILLED].id, FIELD_SKILLS, SLICE("会打扫屋子")),
        UPDATE_DONE);
    a.title = SLICE("打扫广场");
    a.theme = SLICE("");
    assert_int_equal(activity_draft(&p->r->s, &a), 0);
    assert_slice(a.theme, "环境卫生");
    assert_int_equal(activity_publish(&p->r->s, a.id, p->r->organizer, &a), ACTIVITY_OK);
    struct broadcast_form f = call_form(a.id);
    struct broadcast b = drafted(p->r, &f);
    int64_t plain = score_of(p, b.id, PLAIN);
    assert_true(score_of(p, b.id, OLD) < plain);
    assert_true(score_of(p, b.id, SKILLED) < plain);
    assert_int_equal(score_of(p, b.id, FREE), plain);
    release(p);
}

static void each_condition_means_its_people(void **state)
{
    struct people *p = gather();
    char text[128];
    (void)state;
    means(p, "{\"skill\":\"急救\"}", SKILLED);
    means(p, "{\"skill\":\"0%\"}", SKILLED); /* what LIKE would read as a pattern */
    means(p, "{\"free\":\"周末\"}", FREE);
    means(p, "{\"theme\":\"环境\"}", SERVED);
    means(p, "{\"star\":1}", STARRED);
    means(p, "{\"trained\":\"消防\"}", TRAINED); /* the other one was a day too long ago */
    means(p, "{\"trained\":\"0%\"}", TRAINED);
    means(p, "{\"age\":{\"min\":90}}", OLD);
    means(p, "{\"areas\":[\"530802001001\"]}", FAR);
    means(p, "{\"channel\":\"wechat\"}", ONLINE);
    snprintf(text, sizeof text, "{\"took_part\":\"%lld\"}", (long long)p->past);
    means(p, text, SERVED);
    snprintf(text, sizeof text, "{\"org\":\"%lld\"}", (long long)p->team);
    means(p, text, TEAMED);
    snprintf(text, sizeof text, "{\"org\":\"%lld\"}", (long long)p->r->station);
    means(p, text, FAR);
    release(p);
}

/* M13: a call for one community reaches its people and nobody else. */
static void m13_a_call_for_a_community_reaches_its_members(void **state)
{
    struct people *p = gather();
    (void)state;
    means(p, "{\"areas\":[\"530802001001\"]}", FAR);
    release(p);
}

static void conditions_hold_together(void **state)
{
    struct people *p = gather();
    struct records *r = p->r;
    (void)state;
    assert_int_equal(volunteer_update(&r->s, p->v[OLD].id, FIELD_SKILLS, SLICE("急救")),
                     UPDATE_DONE);
    means(p, "{\"skill\":\"急救\",\"age\":{\"min\":90}}", OLD);
    means(p, "{\"skill\":\"急救\",\"age\":{\"max\":89}}", SKILLED);
    release(p);
}

static void without_one_everybody_is_meant(void **state)
{
    struct people *p = gather();
    struct broadcast_form f = call_form(p->a.id);
    struct broadcast_preview preview;
    (void)state;
    json_t *all = json_object();
    f.audience = all;
    struct broadcast b = drafted(p->r, &f);
    json_decref(all);
    assert_int_equal(b.listed, PEOPLE);
    preview = preview_of(p->r, b.id);
    assert_true(preview.second_needed);
    assert_int_equal(preview.all_cost, (PEOPLE - 1) * 5); /* WeChat costs nothing */
    assert_int_equal(preview.chart_count[CHART_CHANNEL], 2);
    release(p);
}

/* Somebody without any number is in the audience and cannot be called. */
static void nobody_is_reached_without_a_number(void **state)
{
    struct records *r = records_open();
    struct activity a = meeting(r, at(3, 9, 0), 120, 20);
    struct broadcast_form f = call_form(a.id);
    struct volunteer v = willing(r, "有号"), w = willing(r, "没号");
    char text[128];
    (void)state;
    (void)v;
    support_commit(r->support);
    snprintf(text, sizeof text, "UPDATE volunteers SET address = 0 WHERE id = %lld",
             (long long)w.id);
    support_exec(r->support, text);
    r->s.tx = support_begin(r->support);
    struct broadcast b = drafted(r, &f);
    struct broadcast_preview p = preview_of(r, b.id);
    assert_int_equal(p.audience, 2);
    assert_int_equal(p.able, 1);
    assert_int_equal(p.out[BROADCAST_NO_CHANNEL], 1);
    records_close(r);
}

/* What is dangerous is not for minors, whatever the activity's own age says. */
static void dangerous_work_is_for_adults(void **state)
{
    struct records *r = records_open();
    struct activity a = records_draft(r, at(3, 9, 0), 120);
    struct broadcast_form f = call_form(0);
    char text[128];
    (void)state;
    a.hazardous = true;
    a.insurance = SLICE("PICC1");
    assert_int_equal(activity_draft(&r->s, &a), 0);
    assert_int_equal(activity_publish(&r->s, a.id, r->organizer, NULL), ACTIVITY_OK);
    struct volunteer young = willing(r, "小"), grown = willing(r, "大");
    (void)grown;
    support_commit(r->support);
    snprintf(text, sizeof text, "UPDATE volunteers SET birth = %lld WHERE id = %lld",
             (long long)civil_day(2010, 1, 1), (long long)young.id);
    support_exec(r->support, text);
    r->s.tx = support_begin(r->support);
    f.activity = a.id;
    struct broadcast b = drafted(r, &f);
    struct broadcast_preview p = preview_of(r, b.id);
    assert_int_equal(p.able, 1);
    assert_int_equal(p.out[BROADCAST_UNFIT], 1);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_knows_the_field_is_called_first),
        cmocka_unit_test(each_condition_means_its_people),
        cmocka_unit_test(m13_a_call_for_a_community_reaches_its_members),
        cmocka_unit_test(conditions_hold_together),
        cmocka_unit_test(without_one_everybody_is_meant),
        cmocka_unit_test(nobody_is_reached_without_a_number),
        cmocka_unit_test(dangerous_work_is_for_adults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
