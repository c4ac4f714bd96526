/* One volunteer who claims hours, for the tests of hours*.c. */
#ifndef TESTS_HANDLERS_HOURS_SCENE_H
#define TESTS_HANDLERS_HOURS_SCENE_H

#include "handlers/hours.h"
#include "tests/handlers/outbox.h"

struct scene {
    struct records *r;
    struct volunteer yang;
};

LOCAL int setup(void **state)
{
    struct scene *c = mem_alloc(sizeof(*c));
    c->r = records_open();
    c->yang = records_volunteer(c->r, "杨秀兰", 0);
    *state = c;
    return 0;
}

LOCAL int teardown(void **state)
{
    struct scene *c = *state;
    records_close(c->r);
    free(c);
    return 0;
}

/* A claim in her own words, at the 敬老院, without times. */
LOCAL struct hours_claim words(const struct scene *c, const char *name, int64_t day,
                               int64_t minutes)
{
    return (struct hours_claim){ .person = c->yang.id,
                                 .address = c->yang.address,
                                 .day = day,
                                 .minutes = minutes,
                                 .start_min = -1,
                                 .end_min = -1,
                                 .name = slice_of(name),
                                 .place = SLICE("敬老院") };
}

LOCAL int report(const struct scene *c, const struct hours_claim *claim,
                 struct hours_receipt *receipt)
{
    return hours_report(&c->r->s, claim, receipt);
}

/* Claims; the row's id. */
LOCAL int64_t claimed(const struct scene *c, const char *name, int64_t day, int64_t minutes)
{
    struct hours_claim claim = words(c, name, day, minutes);
    struct hours_receipt receipt;
    assert_int_equal(report(c, &claim, &receipt), HOURS_RECORDED);
    return receipt.id;
}

/* The organizer confirms, with other minutes unless 0. */
LOCAL struct hours_decided confirm(const struct scene *c, int64_t id, int64_t minutes)
{
    struct hours_decision d = { .id = id, .confirmer = c->r->organizer, .minutes = minutes };
    struct hours_decided out;
    assert_int_equal(hours_confirm(&c->r->s, &d, &out), HOURS_DECIDE_DONE);
    return out;
}

/* A number that differs when any row was added. */
LOCAL int64_t tables(const struct scene *c)
{
    records_commit(c->r);
    return support_count(c->r->support, "SELECT COUNT(*) FROM hours") * 1000000 +
           support_count(c->r->support, "SELECT COUNT(*) FROM ledger") * 1000 +
           support_count(c->r->support, "SELECT COUNT(*) FROM outbox");
}

LOCAL int64_t yesterday_nine(void)
{
    return civil_day_start(SUPPORT_TODAY - 1, SUPPORT_ZONE) + 9 * HOUR;
}

/* A row of a table of tests; each begins with a new scene. */
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#endif
