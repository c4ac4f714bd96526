/* Addresses, sessions, joined conversations, prompts. */
#include "gateway/store/people.h"

#include "gateway/store/outbox.h"

#include "tests/support/support.h"

static struct address address(struct support *s, const char *realm, const char *sender,
                              const char *account)
{
    struct address out;
    assert_int_equal(people_address(s->tx, s->vault, &s->ids, slice_of(realm), slice_of(sender),
                                    slice_of(account), SUPPORT_NOW, &s->arena, &out),
                     0);
    return out;
}

static void save_asked(struct support *s, int64_t conversation, int64_t asked_at, int64_t now)
{
    assert_int_equal(
        people_save_session(s->tx, s->vault, conversation, SLICE("{}"), asked_at, now, &s->arena),
        0);
}

static void save(struct support *s, int64_t conversation, const char *session, int64_t now)
{
    assert_int_equal(
        people_save_session(s->tx, s->vault, conversation, slice_of(session), 0, now, &s->arena),
        0);
}

static void an_address_is_made_once(void **state)
{
    struct support *s = *state;
    struct address a = address(s, "sms", "13800000011", "sms/demo");
    assert_true(a.id > 0);
    assert_true(a.conversation == a.id);
    assert_slice(a.realm, "sms");
    assert_slice(a.sender, "13800000011");
    assert_slice(a.account, "sms/demo");
    assert_int_equal(a.session.n, 0);
    struct address again = address(s, "sms", "13800000011", "sms/demo");
    assert_true(again.id == a.id);
    struct address other = address(s, "wechat/a", "13800000011", "wechat/a");
    assert_true(other.id != a.id); /* the same text in another realm is somebody else */
}

static void the_account_last_written_to_is_kept(void **state)
{
    struct support *s = *state;
    struct address a = address(s, "sms", "13800000011", "sms/one");
    assert_slice(address(s, "sms", "13800000011", "sms/two").account, "sms/two");
    struct address found;
    assert_int_equal(people_by_id(s->tx, s->vault, a.id, &s->arena, &found), 1);
    assert_slice(found.account, "sms/two");
    assert_slice(found.sender, "13800000011");
    assert_int_equal(people_by_id(s->tx, s->vault, 1, &s->arena, &found), 0);
}

static void whom_nothing_reaches_is_marked_until_they_write(void **state)
{
    struct support *s = *state;
    struct address a = address(s, "sms", "13800000011", "sms/one");
    assert_int_equal(a.unreachable_at, 0);
    assert_int_equal(people_unreachable(s->tx, a.id, SLICE("empty number"), 100), 1);
    assert_int_equal(people_unreachable(s->tx, a.id, SLICE("again"), 200), 0); /* the first stays */
    assert_int_equal(people_unreachable(s->tx, 1, SLICE("nobody"), 200), 0);
    assert_int_equal(address(s, "sms", "13800000011", "").unreachable_at, 100); /* only named */
    assert_int_equal(address(s, "sms", "13800000011", "sms/one").unreachable_at, 0);
    struct address found;
    assert_int_equal(people_by_id(s->tx, s->vault, a.id, &s->arena, &found), 1);
    assert_int_equal(found.unreachable_at, 0);
}

static void a_session_is_saved_and_dropped(void **state)
{
    struct support *s = *state;
    struct address a = address(s, "sms", "13800000011", "sms/demo");
    save(s, a.conversation, "{\"step\":\"one\"}", 100);
    save(s, a.conversation, "{\"step\":\"two\"}", 200);
    a = address(s, "sms", "13800000011", "sms/demo");
    assert_slice(a.session, "{\"step\":\"two\"}");
    assert_int_equal(a.session_at, 200);
    support_commit(s);
    support_reopen(s);
    support_begin(s);
    a = address(s, "sms", "13800000011", "sms/demo");
    assert_slice(a.session, "{\"step\":\"two\"}");
    assert_int_equal(people_drop_session(s->tx, a.conversation), 0);
    a = address(s, "sms", "13800000011", "sms/demo");
    assert_int_equal(a.session.n, 0);
    assert_int_equal(a.session_at, 0);
}

static void a_changed_session_does_not_open(void **state)
{
    struct support *s = *state;
    struct address a = address(s, "sms", "13800000011", "sms/demo");
    struct address b = address(s, "sms", "13800000012", "sms/demo");
    save(s, a.conversation, "{\"a\":1}", 100);
    save(s, b.conversation, "{\"b\":1}", 100);
    support_commit(s);
    support_exec(s, "UPDATE sessions SET session = (SELECT session FROM sessions LIMIT 1)");
    support_begin(s);
    struct address found;
    assert_int_equal(people_by_id(s->tx, s->vault, a.id, &s->arena, &found), 1);
    assert_int_equal(people_by_id(s->tx, s->vault, b.id, &s->arena, &found), GW_ECRYPTO);
}

static int64_t prompt(struct support *s, int64_t conversation, const char *message, int64_t until)
{
    const struct prompt p = {
        .id = ids_next(&s->ids),
        .conversation = conversation,
        .message = slice_of(message),
        .params = SLICE("{\"offer\":\"7\"}"),
        .asked_at = SUPPORT_NOW,
        .until = until,
    };
    assert_int_equal(people_prompt(s->tx, s->vault, &p, &s->arena), 0);
    return p.id;
}

static void prompt_at(struct support *s, int64_t conversation, int64_t asked_at, int64_t until)
{
    const struct prompt p = { .id = ids_next(&s->ids),
                              .conversation = conversation,
                              .message = SLICE("queue.offer"),
                              .params = SLICE("{}"),
                              .asked_at = asked_at,
                              .until = until };
    assert_int_equal(people_prompt(s->tx, s->vault, &p, &s->arena), 0);
}

static void asked(struct support *s, int64_t address, int64_t expected)
{
    int64_t at = -1;
    int rc = people_asked_at(s->tx, address, SUPPORT_NOW, &at);
    assert_int_equal(at, expected);
    assert_int_equal(rc, expected > 0);
}

static void the_newest_open_question_is_known(void **state)
{
    struct support *s = *state;
    struct address a = address(s, "sms", "13800000011", "sms/demo");
    struct address b = address(s, "wechat/demo", "oXiaoLi", "wechat/demo");
    asked(s, a.id, 0);
    asked(s, 1, 0); /* an address that nobody has */
    save_asked(s, a.conversation, 0, 100);
    asked(s, a.id, 0); /* a session that only remembers something */
    save_asked(s, a.conversation, SUPPORT_NOW - 600, SUPPORT_NOW - 600);
    asked(s, a.id, SUPPORT_NOW - 600);
    asked(s, b.id, 0);
    assert_int_equal(people_join(s->tx, b.id, a.conversation), 0);
    asked(s, b.id, SUPPORT_NOW - 600); /* the same conversation, wherever it was asked */
    prompt_at(s, a.conversation, SUPPORT_NOW - 300, SUPPORT_NOW + 60);
    asked(s, a.id, SUPPORT_NOW - 300);
    struct outbox_row waits = { .id = s->ids.last,
                                .address = a.id,
                                .realm = a.realm,
                                .recipient = a.sender,
                                .message = SLICE("queue.offer"),
                                .params = SLICE("{}"),
                                .priority = OUTBOX_NOTICE };
    assert_true(outbox_put(s->tx, s->vault, &waits, SUPPORT_NOW, &s->arena) >= 0);
    asked(s, a.id, SUPPORT_NOW - 600); /* its text waits in the outbox */
    prompt_at(s, a.conversation, SUPPORT_NOW - 300, SUPPORT_NOW + 60);
    prompt_at(s, a.conversation, SUPPORT_NOW + 1, SUPPORT_NOW + 60); /* has not left yet */
    prompt_at(s, a.conversation, SUPPORT_NOW - 60, SUPPORT_NOW);     /* is over */
    asked(s, a.id, SUPPORT_NOW - 300);
    struct prompt *prompts = NULL;
    assert_int_equal(
        people_take_prompts(s->tx, s->vault, a.conversation, SUPPORT_NOW, &s->arena, &prompts), 3);
    save_asked(s, a.conversation, 0, SUPPORT_NOW);
    asked(s, a.id, 0);
    save_asked(s, a.conversation, SUPPORT_NOW - 10, SUPPORT_NOW);
    assert_int_equal(people_drop_session(s->tx, a.conversation), 0);
    asked(s, a.id, 0);
}

static void all_channels_of_a_person_are_found(void **state)
{
    struct support *s = *state;
    struct address a = address(s, "sms", "13800000011", "sms/demo");
    struct address b = address(s, "wechat/demo", "oXiaoLi", "wechat/demo");
    int64_t *ids = NULL;
    assert_int_equal(people_channels(s->tx, a.id, &s->arena, &ids), 1);
    assert_true(ids[0] == a.id);
    assert_int_equal(people_channels(s->tx, 1, &s->arena, &ids), 1);
    assert_true(ids[0] == 1);
    assert_int_equal(people_join(s->tx, b.id, a.conversation), 0);
    assert_int_equal(people_channels(s->tx, b.id, &s->arena, &ids), 2);
    assert_true(ids[0] == b.id && ids[1] == a.id);
}

static void prompts_are_taken_once_oldest_first(void **state)
{
    struct support *s = *state;
    struct address a = address(s, "sms", "13800000011", "sms/demo");
    struct prompt *prompts = NULL;
    assert_int_equal(
        people_take_prompts(s->tx, s->vault, a.conversation, SUPPORT_NOW, &s->arena, &prompts), 0);
    int64_t first = prompt(s, a.conversation, "queue.offer", SUPPORT_NOW + 60);
    for (int i = 0; i < 5; i++)
        prompt(s, a.conversation, "guardian.ask", SUPPORT_NOW + 60);
    prompt(s, a.conversation + 1, "other", SUPPORT_NOW + 60);
    assert_int_equal(
        people_take_prompts(s->tx, s->vault, a.conversation, SUPPORT_NOW, &s->arena, &prompts), 6);
    assert_true(prompts[0].id == first);
    assert_slice(prompts[0].message, "queue.offer");
    assert_slice(prompts[0].params, "{\"offer\":\"7\"}");
    assert_int_equal(prompts[0].asked_at, SUPPORT_NOW);
    assert_int_equal(prompts[0].until, SUPPORT_NOW + 60);
    assert_slice(prompts[5].message, "guardian.ask");
    assert_int_equal(
        people_take_prompts(s->tx, s->vault, a.conversation, SUPPORT_NOW, &s->arena, &prompts), 0);
    assert_int_equal(
        people_take_prompts(s->tx, s->vault, a.conversation + 1, SUPPORT_NOW, &s->arena, &prompts),
        1);
}

/* A question of the night is put in the morning: a text of before is no answer to it. */
static void a_prompt_waits_until_it_is_asked(void **state)
{
    struct support *s = *state;
    struct prompt *prompts = NULL;
    int64_t id = prompt(s, 5, "queue.offer", SUPPORT_NOW + 60);
    assert_int_equal(people_take_prompts(s->tx, s->vault, 5, SUPPORT_NOW - 1, &s->arena, &prompts),
                     0);
    assert_int_equal(people_take_prompts(s->tx, s->vault, 5, SUPPORT_NOW, &s->arena, &prompts), 1);
    assert_true(prompts[0].id == id);
}

static void joined_addresses_share_a_conversation(void **state)
{
    struct support *s = *state;
    struct address phone = address(s, "sms", "13800000011", "sms/demo");
    struct address wechat = address(s, "wechat/a", "openid", "wechat/a");
    save(s, phone.conversation, "{\"of\":\"phone\"}", 100);
    save(s, wechat.conversation, "{\"of\":\"wechat\"}", 100);
    int64_t asked = prompt(s, wechat.conversation, "queue.offer", SUPPORT_NOW);
    assert_int_equal(people_join(s->tx, wechat.id, phone.conversation), 0);
    assert_int_equal(people_join(s->tx, wechat.id, phone.conversation), 0);
    assert_int_equal(people_join(s->tx, 1, phone.conversation), GW_ENOTFOUND);
    wechat = address(s, "wechat/a", "openid", "wechat/a");
    assert_true(wechat.conversation == phone.conversation);
    assert_slice(wechat.session, "{\"of\":\"phone\"}");
    struct prompt *prompts = NULL;
    assert_int_equal(
        people_take_prompts(s->tx, s->vault, phone.conversation, SUPPORT_NOW, &s->arena, &prompts),
        1);
    assert_true(prompts[0].id == asked);
    assert_slice(prompts[0].params, "{\"offer\":\"7\"}");
    support_commit(s);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM sessions"), 1);
    support_begin(s);
    /* One of two leaves: the session of the other stays. */
    struct address third = address(s, "sms", "13800000012", "sms/demo");
    assert_int_equal(people_join(s->tx, wechat.id, third.conversation), 0);
    phone = address(s, "sms", "13800000011", "sms/demo");
    assert_slice(phone.session, "{\"of\":\"phone\"}");
}

static void old_sessions_are_purged_in_slices(void **state)
{
    struct support *s = *state;
    for (int i = 0; i < 10; i++)
        save(s, 100 + i, "{}", i % 2 == 0 ? 50 : 500);
    prompt(s, 1, "queue.offer", 50);
    prompt(s, 1, "queue.offer", 500);
    assert_int_equal(people_purge_sessions(s->tx, 50, 100), 1);
    assert_int_equal(people_purge_sessions(s->tx, 50, 100), 0); /* the end: begins anew */
    assert_int_equal(people_purge_sessions(s->tx, 100, 4), 1);  /* 2 sessions and a prompt */
    assert_int_equal(people_purge_sessions(s->tx, 100, 4), 1);
    assert_int_equal(people_purge_sessions(s->tx, 100, 4), 1);
    assert_int_equal(people_purge_sessions(s->tx, 100, 4), 0);
    support_commit(s);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM sessions"), 5);
    assert_int_equal(support_count(s, "SELECT MIN(stored_at) FROM sessions"), 500);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM prompts"), 1);
    support_begin(s);
}

static void errors_are_returned(void **state)
{
    struct support *s = *state;
    support_commit(s);
    support_exec(s, "DROP TABLE sessions; DROP TABLE prompts");
    support_begin(s);
    struct address out;
    struct prompt *prompts = NULL;
    assert_int_equal(people_address(s->tx, s->vault, &s->ids, SLICE("sms"), SLICE("1"), SLICE("a"),
                                    0, &s->arena, &out),
                     GW_EDB);
    assert_int_equal(people_take_prompts(s->tx, s->vault, 1, SUPPORT_NOW, &s->arena, &prompts),
                     GW_EDB);
    assert_int_equal(people_purge_sessions(s->tx, 1, 1), GW_EDB);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, support_setup_begun, support_teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_address_is_made_once),
        TEST(the_account_last_written_to_is_kept),
        TEST(whom_nothing_reaches_is_marked_until_they_write),
        TEST(a_session_is_saved_and_dropped),
        TEST(a_changed_session_does_not_open),
        TEST(prompts_are_taken_once_oldest_first),
        TEST(the_newest_open_question_is_known),
        TEST(all_channels_of_a_person_are_found),
        TEST(a_prompt_waits_until_it_is_asked),
        TEST(joined_addresses_share_a_conversation),
        TEST(old_sessions_are_purged_in_slices),
        TEST(errors_are_returned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
