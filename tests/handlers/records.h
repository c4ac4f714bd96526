/* A small district for the tests of records: the sub-district branch with a station below it, an
 * organizer, a station worker and volunteers, in a database of their own. */
#ifndef TESTS_HANDLERS_RECORDS_H
#define TESTS_HANDLERS_RECORDS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/store/people.h"
#include "handlers/activities.h"
#include "handlers/hours.h"
#include "handlers/organizations.h"
#include "handlers/roles.h"
#include "handlers/signups.h"
#include "handlers/volunteers.h"
#include "tests/support/support.h"

#define LOCAL __attribute__((unused)) static

enum { HOUR = 3600, DAY = 86400 };
#define AREA_TOWNSHIP INT64_C(530802001000)

struct records {
    struct support *support;
    struct service s;
    struct policy *policy;
    int64_t district, branch, station;
    int64_t lead;      /* address, POWER_CONFIRM in the district */
    int64_t organizer; /* address, in the branch */
    int64_t worker;    /* address, in the station */
    int phones;
};

/* Commits what was done and begins anew: for looks and changes behind the program's back. */
LOCAL void records_commit(struct records *r)
{
    support_commit(r->support);
    r->s.tx = support_begin(r->support);
}

/* The address of a new phone. */
LOCAL int64_t records_address(struct records *r)
{
    char phone[12];
    snprintf(phone, sizeof(phone), "1380000%04u", (unsigned)++r->phones % 10000);
    struct address a;
    assert_int_equal(people_address(r->s.tx, r->s.vault, r->s.ids, SLICE("sms"), slice_of(phone),
                                    SLICE("sms/demo"), r->s.now, r->s.arena, &a),
                     0);
    return a.id;
}

LOCAL int64_t records_org(struct records *r, enum org_kind kind, int64_t parent, const char *name,
                          int64_t area)
{
    struct organization o = { .parent = parent,
                              .kind = kind,
                              .name = slice_of(name),
                              .shown = slice_of(name),
                              .area = area };
    int64_t id = 0;
    assert_int_equal(org_add(&r->s, &o, &id), 1);
    return id;
}

/* The address of a new phone whose owner has an active role. */
LOCAL int64_t records_role(struct records *r, int64_t org, enum role_kind kind, const char *name)
{
    int64_t address = records_address(r);
    int64_t id;
    assert_true(role_grant(&r->s, org, kind, address, slice_of(name), &id) >= 0);
    return address;
}

/* An active volunteer on the phone of `address` (0: a new one). */
LOCAL struct volunteer records_volunteer(struct records *r, const char *name, int64_t address)
{
    struct volunteer_form form = { .name = slice_of(name),
                                   .birth = civil_day(1955, 3, 2),
                                   .area = AREA_TOWNSHIP,
                                   .address = address != 0 ? address : records_address(r),
                                   .channel = SLICE("sms"),
                                   .notice = SLICE("register.notice/1"),
                                   .words = SLICE("是呢") };
    struct volunteer v;
    assert_int_equal(volunteer_register(&r->s, &form, &v), REGISTER_DONE);
    return v;
}

/* No organization and nobody yet. */
LOCAL struct records *records_empty(void)
{
    static const struct embedded_file *const tables[] = { gw_store_files, handlers_files, NULL };
    struct records *r = mem_alloc(sizeof(*r));
    struct fault fault = { 0 };
    r->support = support_store(tables);
    assert_int_equal(policy_read(NULL, "test", &r->policy, &fault), 0);
    r->s = (struct service){ .tx = support_begin(r->support),
                             .now = SUPPORT_NOW,
                             .zone = SUPPORT_ZONE,
                             .ids = &r->support->ids,
                             .vault = r->support->vault,
                             .policy = r->policy,
                             .arena = &r->support->arena,
                             .trace = SLICE("test") };
    return r;
}

LOCAL struct records *records_open(void)
{
    struct records *r = records_empty();
    r->district = records_org(r, ORG_DISTRICT, 0, "区文明办", INT64_C(530802000000));
    r->branch = records_org(r, ORG_BRANCH, r->district, "思茅街道分会", AREA_TOWNSHIP);
    r->station = records_org(r, ORG_STATION, r->branch, "老街社区站", INT64_C(530802001001));
    r->lead = records_role(r, r->district, ROLE_LEAD, "王敏");
    r->organizer = records_role(r, r->branch, ROLE_ORGANIZER, "刀艳");
    r->worker = records_role(r, r->station, ROLE_STATION, "罗琼");
    return r;
}

LOCAL void records_close(struct records *r)
{
    support_rollback(r->support);
    support_free(r->support);
    policy_free(r->policy);
    free(r);
}

/* An activity of the branch from `start` on, `minutes` long, not stored yet. */
LOCAL struct activity records_draft(const struct records *r, int64_t start, int minutes)
{
    return (struct activity){ .org = r->branch,
                              .title = SLICE("老街打扫"),
                              .place = SLICE("老街社区门口"),
                              .area = AREA_TOWNSHIP,
                              .starts_at = start,
                              .ends_at = start + minutes * INT64_C(60),
                              .capacity = 20,
                              .bring = SLICE("扫把"),
                              .risk = SLICE("坡陡路滑"),
                              .serves = SLICE("社区居民"),
                              .leader = r->organizer,
                              .leader_name = SLICE("刀艳") };
}

/* The same with requirements, published a day before it. */
LOCAL int64_t records_activity(struct records *r, int64_t start, int minutes)
{
    int64_t now = r->s.now;
    r->s.now = start - DAY;
    struct activity a = records_draft(r, start, minutes);
    a.requirements = SLICE("能走路");
    assert_int_equal(activity_draft(&r->s, &a), 0);
    assert_int_equal(activity_publish(&r->s, a.id, r->organizer, NULL), ACTIVITY_OK);
    r->s.now = now;
    return a.id;
}

/* Signs up the day before, as the activity allows. */
LOCAL void records_join(struct records *r, int64_t activity, const struct volunteer *v)
{
    struct activity a;
    struct signup_result result;
    int64_t now = r->s.now;
    assert_int_equal(activity_get(&r->s, activity, &a), 1);
    r->s.now = a.starts_at - DAY + 60;
    assert_int_equal(signup_join(&r->s, activity, v->address, &v->id, 1, &result, &a), 0);
    assert_int_equal(result.outcome, SIGNUP_DONE);
    r->s.now = now;
}

/* Confirmed minutes. */
LOCAL int64_t records_total(struct records *r, int64_t person)
{
    struct ledger_totals totals;
    assert_true(ledger_total(&r->s, person, &totals) >= 0);
    return totals.minutes;
}

/* A complete entry of `minutes` for `person`. */
LOCAL struct ledger_entry records_entry(struct records *r, int64_t person, int64_t minutes)
{
    return (struct ledger_entry){ .person = person,
                                  .kind = LEDGER_CONFIRMED,
                                  .source = LEDGER_CLAIMED,
                                  .minutes = minutes,
                                  .day = SUPPORT_TODAY - 1,
                                  .organization = r->branch,
                                  .leader = r->organizer,
                                  .recorder = r->organizer,
                                  .quality = 5,
                                  .evaluated = SUPPORT_TODAY,
                                  .name = SLICE("包饺子"),
                                  .place = SLICE("敬老院"),
                                  .recipient = SLICE("敬老院老人"),
                                  .content = SLICE("包饺子"),
                                  .leader_name = SLICE("刀艳"),
                                  .recorder_name = SLICE("刀艳") };
}

LOCAL void records_append(struct records *r, int64_t person, int64_t minutes)
{
    struct ledger_entry e = records_entry(r, person, minutes);
    assert_int_equal(ledger_append(&r->s, &e), LEDGER_APPENDED);
}

#endif
