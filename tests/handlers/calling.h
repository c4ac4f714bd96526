/* An activity to call for and people who can be called, for the tests of broadcasts. */
#ifndef TESTS_HANDLERS_CALLING_H
#define TESTS_HANDLERS_CALLING_H

#include "handlers/broadcasts.h"
#include "handlers/consents.h"
#include "tests/handlers/meeting.h"

/* A volunteer on a phone of their own who said yes to recruitment. */
LOCAL struct volunteer willing(struct records *r, const char *name)
{
    struct volunteer v = records_volunteer(r, name, 0);
    assert_int_equal(opt_in(&r->s, v.address, OPT_BROADCAST, SLICE("1"), SLICE("sms")),
                     OPT_CHANGED);
    return v;
}

LOCAL void crowd(struct records *r, int n)
{
    for (int i = 0; i < n; i++)
        willing(r, "人");
}

/* `n` people written as rows at once: every third one shares the phone of the one before, every
 * fifth phone never said yes, every seventh said no; born 1950 to 1975, in twelve places. */
LOCAL void multitude(struct records *r, int n)
{
    static const char *const rows[] = {
        "addresses (id, realm, sender, conversation, account, created_at) "
        "SELECT 1000000 + i, 'sms', CAST(15000000000 + i AS TEXT), 1000000 + i, 'sms/demo', 1",
        "volunteers (id, number, name, birth, year_only, gender, area, state, verification, "
        "provisional, address, registered_at, left_at, id_number) "
        "SELECT 1000000 + i, 'N' || i, 'P' || i, -7000 + i * 7 % 9000, 0, 0, "
        "530802001000 + i % 12, 2, 1, 0, 1000000 + i - i % 3 / 2, 1, 0, ''",
        "volunteer_links (address, volunteer, linked_at) "
        "SELECT 1000000 + i - i % 3 / 2, 1000000 + i, 1",
        "opt_states (address, scope, state, changed_at) SELECT 1000000 + i, 1, "
        "CASE WHEN i % 7 = 0 THEN 2 ELSE CASE WHEN i % 5 = 0 THEN 0 ELSE 1 END END, 1",
    };
    char text[1024];
    support_commit(r->support);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(text, sizeof text,
                 "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
                 "INSERT INTO %s FROM n",
                 n - 1, rows[i]);
        support_exec(r->support, text);
    }
    r->s.tx = support_begin(r->support);
}

/* One segment of 5 fen by an account that signs. */
LOCAL struct broadcast_form call_form(int64_t activity)
{
    return (struct broadcast_form){
        .activity = activity, .segments = 1, .shared_segments = 2, .price = 5, .signed_pushes = true
    };
}

LOCAL int draft_as(struct records *r, int64_t address, const struct broadcast_form *f,
                   struct broadcast *b)
{
    struct fault fault = { 0 };
    return broadcast_draft(&r->s, address, f, b, &fault);
}

LOCAL struct broadcast drafted(struct records *r, const struct broadcast_form *f)
{
    struct broadcast b;
    assert_int_equal(draft_as(r, r->organizer, f, &b), BROADCAST_OK);
    assert_int_equal(b.state, BROADCAST_PREVIEWED);
    return b;
}

LOCAL struct broadcast_preview preview_of(struct records *r, int64_t id)
{
    struct broadcast_preview p;
    assert_int_equal(broadcast_preview(&r->s, id, r->organizer, &p), BROADCAST_OK);
    return p;
}

LOCAL struct broadcast look_at(struct records *r, int64_t id)
{
    struct broadcast b;
    assert_int_equal(broadcast_get(&r->s, id, &b), 1);
    return b;
}

LOCAL void confirmed(struct records *r, int64_t id)
{
    struct broadcast b;
    assert_int_equal(broadcast_confirm(&r->s, id, r->organizer, preview_of(r, id).confirm, &b),
                     BROADCAST_OK);
    assert_int_equal(b.state, BROADCAST_RECALL);
}

/* Drafted, confirmed, and the first wave called. */
LOCAL struct broadcast running(struct records *r, const struct broadcast_form *f)
{
    struct broadcast b = drafted(r, f);
    confirmed(r, b.id);
    run_timers(r, r->s.now + 61);
    return look_at(r, b.id);
}

/* A number behind the program's back. */
LOCAL int64_t count_of(struct records *r, const char *query)
{
    records_commit(r);
    return support_count(r->support, query);
}

#endif
