/* Claims, stored messages and replies, retention. */
#include "gateway/store/inbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/support.h"

static int claim(struct support *s, const char *account, const char *key, int64_t id,
                 int64_t *first)
{
    return inbox_claim(s->tx, slice_of(account), slice_of(key), id, SUPPORT_NOW, first);
}

static int64_t put(struct support *s, int64_t address, const char *text, const char *reply)
{
    const struct inbox_row row = {
        .id = ids_next(&s->ids),
        .account = SLICE("sms/demo"),
        .address = address,
        .received_at = SUPPORT_NOW,
        .trace = SLICE("t1"),
        .text = slice_of(text),
        .reply = slice_of(reply),
    };
    assert_int_equal(inbox_put(s->tx, s->vault, &row, &s->arena), 0);
    return row.id;
}

static void a_key_is_claimed_once_an_account(void **state)
{
    struct support *s = *state;
    int64_t first = 0;
    support_begin(s);
    assert_int_equal(claim(s, "sms/demo", "k1", 11, &first), 1);
    assert_int_equal(claim(s, "sms/demo", "k1", 12, &first), 0);
    assert_int_equal(first, 11);
    assert_int_equal(claim(s, "sms/other", "k1", 13, &first), 1);
    assert_int_equal(claim(s, "sms/demo", "k2", 14, &first), 1);
    support_commit(s);
    support_reopen(s);
    support_begin(s);
    assert_int_equal(claim(s, "sms/demo", "k1", 15, &first), 0);
    assert_int_equal(first, 11);
    support_rollback(s);
}

static void keys_have_a_limit(void **state)
{
    struct support *s = *state;
    char key[INBOX_KEY_LIMIT + 2];
    int64_t first = 0;
    memset(key, 'k', sizeof(key));
    key[INBOX_KEY_LIMIT + 1] = '\0';
    support_begin(s);
    assert_int_equal(claim(s, "a", key, 1, &first), GW_EINVAL);
    key[INBOX_KEY_LIMIT] = '\0';
    assert_int_equal(claim(s, "a", key, 1, &first), 1);
    assert_int_equal(claim(s, "a", "", 1, &first), GW_EINVAL);
    support_rollback(s);
}

static void a_retry_gets_the_stored_reply(void **state)
{
    struct support *s = *state;
    support_begin(s);
    int64_t id = put(s, 5, "我几星了", "[{\"id\":\"star\"}]");
    int64_t silent = put(s, 5, "谢谢", "");
    support_commit(s);
    support_begin(s);
    struct slice reply;
    int64_t at = 0;
    assert_int_equal(inbox_reply(s->tx, s->vault, id, &s->arena, &reply, &at), 1);
    assert_slice(reply, "[{\"id\":\"star\"}]");
    assert_int_equal(at, SUPPORT_NOW);
    assert_int_equal(inbox_reply(s->tx, s->vault, silent, &s->arena, &reply, &at), 1);
    assert_int_equal(reply.n, 0);
    assert_int_equal(inbox_reply(s->tx, s->vault, 1, &s->arena, &reply, &at), 0);
    struct inbox_row row;
    assert_int_equal(inbox_get(s->tx, s->vault, id, &s->arena, &row), 1);
    assert_slice(row.text, "我几星了");
    assert_slice(row.account, "sms/demo");
    assert_slice(row.trace, "t1");
    assert_int_equal(row.address, 5);
    assert_int_equal(inbox_get(s->tx, s->vault, 1, &s->arena, &row), 0);
    support_rollback(s);
}

/* Promise 6: neither the database file nor its log holds a text in the clear. */
static void texts_are_encrypted_on_disk(void **state)
{
    struct support *s = *state;
    if (support_is_postgres())
        skip(); /* looks into SQLite's file */
    support_begin(s);
    put(s, 5, "PLAINTEXT-MESSAGE", "PLAINTEXT-REPLY");
    support_commit(s);
    char path[128];
    for (int i = 0; i < 2; i++) {
        static char bytes[1024 * 1024];
        snprintf(path, sizeof(path), "%s%s", s->path, i == 0 ? "" : "-wal");
        FILE *f = fopen(path, "rb");
        assert_non_null(f);
        size_t n = fread(bytes, 1, sizeof(bytes), f);
        assert_int_equal(fclose(f), 0);
        assert_int_equal(slice_find((struct slice){ bytes, n }, SLICE("PLAINTEXT")), -1);
    }
}

static void a_moved_ciphertext_does_not_open(void **state)
{
    struct support *s = *state;
    support_begin(s);
    int64_t one = put(s, 5, "one", "reply one");
    int64_t two = put(s, 5, "two", "reply two");
    support_commit(s);
    support_exec(s, "UPDATE inbox SET reply = (SELECT reply FROM inbox ORDER BY id LIMIT 1)");
    support_begin(s);
    struct slice reply;
    int64_t at = 0;
    assert_int_equal(inbox_reply(s->tx, s->vault, one, &s->arena, &reply, &at), 1);
    assert_int_equal(inbox_reply(s->tx, s->vault, two, &s->arena, &reply, &at), GW_ECRYPTO);
    support_rollback(s);
    support_exec(s, "UPDATE inbox SET message = reply"); /* another column of the same row */
    support_begin(s);
    struct inbox_row row;
    assert_int_equal(inbox_get(s->tx, s->vault, one, &s->arena, &row), GW_ECRYPTO);
    support_rollback(s);
}

struct texts {
    struct slice text[INBOX_LAST_LIMIT];
    int n;
};

static void each_text(void *context, struct slice text)
{
    struct texts *t = context;
    t->text[t->n++] = text;
}

static void the_last_texts_come_oldest_first(void **state)
{
    struct support *s = *state;
    struct texts t = { 0 };
    support_begin(s);
    put(s, 5, "a", "");
    put(s, 6, "x", "");
    put(s, 5, "b", "");
    put(s, 5, "c", "");
    assert_int_equal(inbox_last(s->tx, s->vault, 5, 2, &s->arena, each_text, &t), 2);
    assert_int_equal(t.n, 2);
    assert_slice(t.text[0], "b");
    assert_slice(t.text[1], "c");
    assert_int_equal(inbox_last(s->tx, s->vault, 7, 2, &s->arena, each_text, &t), 0);
    assert_int_equal(inbox_last(s->tx, s->vault, 5, 0, &s->arena, each_text, &t), GW_EINVAL);
    assert_int_equal(inbox_last(s->tx, s->vault, 5, INBOX_LAST_LIMIT + 1, &s->arena, each_text, &t),
                     GW_EINVAL);
    support_rollback(s);
}

static void the_message_before_is_found(void **state)
{
    struct support *s = *state;
    struct inbox_row row;
    support_begin(s);
    assert_int_equal(inbox_previous(s->tx, s->vault, 5, &s->arena, &row), 0);
    put(s, 5, "a", "");
    int64_t last = put(s, 5, "b", "");
    put(s, 6, "x", "");
    assert_int_equal(inbox_previous(s->tx, s->vault, 5, &s->arena, &row), 1);
    assert_slice(row.text, "b");
    assert_int_equal(row.id, last);
    assert_int_equal(row.received_at, SUPPORT_NOW);
    assert_int_equal(row.address, 5);
    support_rollback(s);
}

static void a_childs_texts_are_forgotten(void **state)
{
    struct support *s = *state;
    struct inbox_row row;
    support_begin(s);
    int64_t mine = put(s, 5, "我叫小明，9岁", "r");
    int64_t other = put(s, 6, "别人", "r");
    assert_int_equal(inbox_forget(s->tx, 5, SUPPORT_NOW + 1), 0);
    assert_int_equal(inbox_forget(s->tx, 5, SUPPORT_NOW), 1);
    assert_int_equal(inbox_get(s->tx, s->vault, mine, &s->arena, &row), 1);
    assert_int_equal(row.text.n, 0);
    assert_slice(row.reply, "r");
    assert_int_equal(inbox_get(s->tx, s->vault, other, &s->arena, &row), 1);
    assert_slice(row.text, "别人");
    support_commit(s);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM inbox WHERE LENGTH(message) = 0"), 1);
}

/* Addresses of all eighths, and none of a week ago. */
static void the_last_texts_of_many_addresses(void **state)
{
    struct support *s = *state;
    int64_t addresses[20];
    char text[16];
    support_begin(s);
    put(s, 77, "too old", "");
    s->clock_ms += (INBOX_LAST_DAYS * 86400 + 1) * INT64_C(1000);
    for (int i = 0; i < 20; i++) {
        s->clock_ms++;
        addresses[i] = ids_next(&s->ids);
    }
    for (int i = 0; i < 60; i++) {
        snprintf(text, sizeof(text), "%d", i);
        put(s, addresses[i % 20], text, "");
    }
    for (int i = 0; i < 20; i++) {
        struct texts t = { 0 };
        assert_int_equal(inbox_last(s->tx, s->vault, addresses[i], 2, &s->arena, each_text, &t), 2);
        snprintf(text, sizeof(text), "%d", 20 + i);
        assert_slice(t.text[0], text);
        snprintf(text, sizeof(text), "%d", 40 + i);
        assert_slice(t.text[1], text);
    }
    struct texts none = { 0 };
    assert_int_equal(inbox_last(s->tx, s->vault, 77, 2, &s->arena, each_text, &none), 0);
    support_rollback(s);
}

static void retention_deletes_in_slices(void **state)
{
    struct support *s = *state;
    int64_t first = 0;
    support_begin(s);
    for (int i = 0; i < 5; i++) {
        char key[8];
        snprintf(key, sizeof(key), "k%d", i);
        s->clock_ms = (SUPPORT_NOW + i * 100) * 1000;
        assert_int_equal(
            inbox_claim(s->tx, SLICE("a"), slice_of(key), 1, SUPPORT_NOW + i * 100, &first), 1);
        put(s, 5, key, "");
    }
    assert_int_equal(inbox_purge(s->tx, SUPPORT_NOW, SUPPORT_NOW, 10), 0);
    assert_int_equal(inbox_purge(s->tx, SUPPORT_NOW + 250, SUPPORT_NOW + 250, 2), 4);
    assert_int_equal(inbox_purge(s->tx, SUPPORT_NOW + 250, SUPPORT_NOW + 250, 2), 2);
    assert_int_equal(inbox_purge(s->tx, SUPPORT_NOW + 250, SUPPORT_NOW + 250, 2), 0);
    support_commit(s);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM inbox"), 2);
    assert_int_equal(support_count(s, "SELECT COUNT(*) FROM seen"), 2);
    assert_int_equal(support_count(s, "SELECT MIN(seen_at) FROM seen"), SUPPORT_NOW + 300);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, support_setup, support_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_key_is_claimed_once_an_account), TEST(keys_have_a_limit),
        TEST(a_retry_gets_the_stored_reply),    TEST(texts_are_encrypted_on_disk),
        TEST(a_moved_ciphertext_does_not_open), TEST(the_last_texts_come_oldest_first),
        TEST(the_last_texts_of_many_addresses), TEST(the_message_before_is_found),
        TEST(a_childs_texts_are_forgotten),     TEST(retention_deletes_in_slices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
