#include "handlers/followers.h"

#include "gateway/store/inbox.h"
#include "gateway/store/media.h"
#include "gateway/store/outbox.h"
#include "tests/handlers/outbox.h"

static int64_t follower(struct records *r, const char *openid)
{
    struct address a;
    assert_int_equal(people_address(r->s.tx, r->s.vault, r->s.ids, SLICE("wechat/demo"),
                                    slice_of(openid), SLICE("wechat/demo"), r->s.now, r->s.arena,
                                    &a),
                     0);
    return a.id;
}

/* Something of every kind that the platform keeps of a sender. */
static void leave_traces(struct records *r, int64_t address)
{
    const struct inbox_row message = { .id = ids_next(r->s.ids),
                                       .account = SLICE("wechat/demo"),
                                       .key = SLICE("k"),
                                       .address = address,
                                       .received_at = r->s.now,
                                       .text = SLICE("我叫李雨桐"),
                                       .reply = SLICE("[]") };
    const struct media_row photo = { .id = ids_next(r->s.ids),
                                     .account = SLICE("wechat/demo"),
                                     .address = address,
                                     .inbox = message.id,
                                     .kind = SLICE("image"),
                                     .media = SLICE("M1"),
                                     .wanted_until = r->s.now + 3 * DAY };
    const struct outbox_row row = { .id = ids_next(r->s.ids),
                                    .address = address,
                                    .realm = SLICE("wechat/demo"),
                                    .recipient = SLICE("o"),
                                    .message = SLICE("courtesy"),
                                    .params = SLICE("{}"),
                                    .priority = OUTBOX_REPLY };
    const struct prompt prompt = { .id = row.id,
                                   .conversation = address,
                                   .message = SLICE("queue.offer"),
                                   .params = SLICE("{}"),
                                   .asked_at = r->s.now,
                                   .until = r->s.now + DAY };
    assert_int_equal(inbox_put(r->s.tx, r->s.vault, &message, r->s.arena), 0);
    assert_int_equal(media_put(r->s.tx, &photo, r->s.now), 0);
    assert_int_equal(outbox_put(r->s.tx, r->s.vault, &row, r->s.now, r->s.arena), 0);
    assert_int_equal(people_prompt(r->s.tx, r->s.vault, &prompt, r->s.arena), 0);
    assert_int_equal(
        people_save_session(r->s.tx, r->s.vault, address, SLICE("{}"), 0, r->s.now, r->s.arena), 0);
}

static int64_t traces(struct records *r, int64_t address)
{
    char sql[500];
    records_commit(r);
    snprintf(sql, sizeof sql,
             "SELECT (SELECT COUNT(*) FROM inbox WHERE address = %lld) + "
             "(SELECT COUNT(*) FROM media WHERE address = %lld) + "
             "(SELECT COUNT(*) FROM outbox WHERE address = %lld) + "
             "(SELECT COUNT(*) FROM prompts WHERE conversation = %lld) + "
             "(SELECT COUNT(*) FROM sessions WHERE conversation = %lld)",
             (long long)address, (long long)address, (long long)address, (long long)address,
             (long long)address);
    return support_count(r->support, sql);
}

static void of_a_stranger_nothing_stays(void **state)
{
    struct records *r = records_open();
    (void)state;
    int64_t gone = follower(r, "oGone"), stays = follower(r, "oStays");
    leave_traces(r, gone);
    leave_traces(r, stays);
    assert_int_equal(follower_left(&r->s, gone), FOLLOWER_FORGOTTEN);
    assert_int_equal(traces(r, gone), 0);
    assert_int_equal(traces(r, stays), 5);
    assert_int_equal(
        support_count(r->support, "SELECT COUNT(*) FROM addresses WHERE sender = 'oGone'"), 0);
    /* Whoever comes back is somebody new; leaving twice changes nothing. */
    assert_int_equal(follower_left(&r->s, gone), FOLLOWER_FORGOTTEN);
    assert_true(follower(r, "oGone") != gone);
    records_close(r);
}

/* A phone of the same person takes the record over. */
static void a_bound_volunteer_is_unlinked(void **state)
{
    struct records *r = records_open();
    struct volunteer *people, v;
    (void)state;
    int64_t phone = records_address(r), openid = follower(r, "oBound");
    v = records_volunteer(r, "李雨桐", openid);
    assert_int_equal(volunteer_link(&r->s, v.id, phone), 1);
    assert_int_equal(people_join(r->s.tx, openid, phone), 0);
    assert_int_equal(
        people_save_session(r->s.tx, r->s.vault, phone, SLICE("{}"), 0, r->s.now, r->s.arena), 0);
    assert_int_equal(follower_left(&r->s, openid), FOLLOWER_UNLINKED);
    assert_int_equal(volunteers_by_address(&r->s, openid, &people), 0);
    assert_int_equal(volunteers_by_address(&r->s, phone, &people), 1);
    assert_int_equal(people[0].id, v.id);
    assert_int_equal(people[0].address, phone);
    /* The conversation goes on by SMS. */
    records_commit(r);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM sessions"), 1);
    records_close(r);
}

static void an_only_address_is_kept(void **state)
{
    struct records *r = records_open();
    struct volunteer *people;
    (void)state;
    int64_t openid = follower(r, "oOnly");
    records_volunteer(r, "李雨桐", openid);
    assert_int_equal(follower_left(&r->s, openid), FOLLOWER_KEPT);
    assert_int_equal(volunteers_by_address(&r->s, openid, &people), 1);
    assert_int_equal(follower(r, "oOnly"), openid);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_stranger_nothing_stays),
        cmocka_unit_test(a_bound_volunteer_is_unlinked),
        cmocka_unit_test(an_only_address_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
