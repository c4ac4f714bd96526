/* Codes that bind a phone, what binding makes one, and parting again. */
#include "handlers/bindings.h"

#include "gateway/store/people.h"
#include "handlers/followers.h"
#include "tests/handlers/outbox.h"

struct scene {
    struct records *r;
    int64_t openid;
};

static int64_t address(struct records *r, const char *realm, const char *sender)
{
    struct address a;
    assert_int_equal(people_address(r->s.tx, r->s.vault, r->s.ids, slice_of(realm),
                                    slice_of(sender), slice_of(realm), r->s.now, r->s.arena, &a),
                     0);
    return a.id;
}

static int setup(void **state)
{
    struct scene *c = mem_alloc(sizeof *c);
    c->r = records_open();
    c->openid = address(c->r, "wechat/demo", "oLiYuTong");
    *state = c;
    return 0;
}

static int teardown(void **state)
{
    struct scene *c = *state;
    records_close(c->r);
    free(c);
    return 0;
}

static int send(struct scene *c, int64_t from, const char *phone, struct bind_code *out)
{
    return bind_send(&c->r->s, from, slice_of(phone), out);
}

static const char *code_sent(struct scene *c, int64_t phone)
{
    return told_param(c->r, phone, "bind.code", "code");
}

static void a_code_goes_first_and_is_good_for_ten_minutes(void **state)
{
    struct scene *c = *state;
    struct bind_code code;
    struct outbox_row row;
    assert_int_equal(send(c, c->openid, "138 0000 0022", &code), BIND_SENT);
    assert_int_equal(told(c->r, code.phone, "bind.code", &row), 1);
    assert_int_equal(row.priority, OUTBOX_CODE);
    assert_int_equal(row.useful_until, c->r->s.now + 600);
    struct slice right = slice_of(code_sent(c, code.phone));
    assert_int_equal(right.n, 6);
    c->r->s.now += 599;
    struct bind_code checked;
    assert_int_equal(bind_check(&c->r->s, c->openid, right, &checked), BIND_RIGHT);
    assert_int_equal(checked.phone, code.phone);
    assert_int_equal(bind_check(&c->r->s, c->openid, right, &checked), BIND_LATE); /* used up */
    assert_int_equal(send(c, c->openid, "13800000022", &code), BIND_SENT);
    right = slice_of(code_sent(c, code.phone));
    c->r->s.now += 600;
    assert_int_equal(bind_check(&c->r->s, c->openid, right, &checked), BIND_LATE);
}

static void five_tries_and_then_the_right_one_is_late(void **state)
{
    struct scene *c = *state;
    struct bind_code code, checked;
    assert_int_equal(send(c, c->openid, "13800000022", &code), BIND_SENT);
    struct slice right = slice_of(code_sent(c, code.phone));
    struct slice wrong = slice_eq(right, SLICE("000000")) ? SLICE("000001") : SLICE("000000");
    for (int left = 4; left > 0; left--) {
        assert_int_equal(bind_check(&c->r->s, c->openid, wrong, &checked), BIND_WRONG);
        assert_int_equal(checked.left, left);
    }
    assert_int_equal(bind_check(&c->r->s, c->openid, wrong, &checked), BIND_SPENT);
    assert_int_equal(bind_check(&c->r->s, c->openid, right, &checked), BIND_LATE);
}

static void a_code_is_of_the_address_that_asked(void **state)
{
    struct scene *c = *state;
    struct bind_code code, checked;
    int64_t other = address(c->r, "wechat/demo", "oOther");
    assert_int_equal(send(c, c->openid, "13800000022", &code), BIND_SENT);
    struct slice right = slice_of(code_sent(c, code.phone));
    assert_int_equal(bind_check(&c->r->s, other, right, &checked), BIND_LATE);
    assert_int_equal(bind_check(&c->r->s, c->openid, right, &checked), BIND_RIGHT);
}

static void nobody_is_flooded(void **state)
{
    struct scene *c = *state;
    struct bind_code code;
    assert_int_equal(send(c, c->openid, "12345", &code), BIND_WRONG_PHONE);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(send(c, c->openid, "13800000022", &code), BIND_SENT);
        c->r->s.now += 20;
        assert_int_equal(send(c, c->openid, "13800000022", &code), BIND_SOON);
        assert_int_equal(code.wait, 40);
        c->r->s.now += 40;
    }
    /* Neither this address to any phone, nor this phone from anybody. */
    assert_int_equal(send(c, c->openid, "13800000033", &code), BIND_MANY);
    assert_int_equal(send(c, address(c->r, "wechat/demo", "oX"), "13800000022", &code), BIND_MANY);
    c->r->s.now += DAY;
    assert_int_equal(send(c, c->openid, "13800000022", &code), BIND_SENT);
}

static void the_code_is_nowhere_in_the_clear(void **state)
{
    struct scene *c = *state;
    struct bind_code code;
    char query[200];
    assert_int_equal(send(c, c->openid, "13800000022", &code), BIND_SENT);
    const char *right = code_sent(c, code.phone);
    records_commit(c->r);
    snprintf(query, sizeof query,
             "SELECT (SELECT COUNT(*) FROM bind_codes WHERE INSTR(digest, CAST('%s' AS BLOB)) > 0) "
             "+ (SELECT COUNT(*) FROM outbox WHERE INSTR(params, CAST('%s' AS BLOB)) > 0)",
             right, right);
    assert_int_equal(support_count(c->r->support, query), 0);
    assert_int_equal(support_count(c->r->support, "SELECT COUNT(*) FROM bind_codes"), 1);
}

static int64_t bound_to(struct scene *c, int64_t phone, int64_t person)
{
    int64_t conversation = 0;
    assert_int_equal(bind_link(&c->r->s, c->openid, phone, person, &conversation), 0);
    return conversation;
}

static void binding_makes_one_conversation_and_one_record(void **state)
{
    struct scene *c = *state;
    struct volunteer v = records_volunteer(c->r, "李雨桐", 0), *there;
    struct address phone;
    int64_t conversation = bound_to(c, v.address, v.id);
    assert_int_equal(
        people_other(c->r->s.tx, c->r->s.vault, c->openid, SLICE("sms"), c->r->s.arena, &phone), 1);
    assert_int_equal(phone.id, v.address);
    assert_int_equal(phone.conversation, conversation);
    assert_int_equal(volunteers_by_address(&c->r->s, c->openid, &there), 1);
    assert_int_equal(there[0].id, v.id);
    assert_int_equal(there[0].address, v.address); /* we go on writing to the phone */
    /* Whoever is registered in WeChat later is found by the phone as well. */
    struct volunteer w = records_volunteer(c->r, "李小雨", c->openid);
    assert_int_equal(volunteers_by_address(&c->r->s, v.address, &there), 2);
    /* Parted again: the records stay with the phone. */
    assert_int_equal(bind_undo(&c->r->s, c->openid, &conversation), BIND_UNDONE);
    assert_int_equal(conversation, c->openid);
    assert_int_equal(volunteers_by_address(&c->r->s, c->openid, &there), 0);
    assert_int_equal(volunteers_by_address(&c->r->s, v.address, &there), 2);
    assert_int_equal(volunteer_get(&c->r->s, w.id, &w), 1);
    assert_int_equal(w.address, v.address);
    assert_int_equal(bind_undo(&c->r->s, c->openid, &conversation), BIND_NONE);
}

static void a_phone_without_a_record_takes_that_of_wechat(void **state)
{
    struct scene *c = *state;
    struct volunteer v = records_volunteer(c->r, "李雨桐", c->openid), *there;
    int64_t phone = records_address(c->r), conversation;
    bound_to(c, phone, 0);
    assert_int_equal(volunteers_by_address(&c->r->s, phone, &there), 1);
    assert_int_equal(there[0].id, v.id);
    /* Said on the phone, it parts what is bound to it. */
    assert_int_equal(bind_undo(&c->r->s, phone, &conversation), BIND_UNDONE);
    assert_int_equal(volunteers_by_address(&c->r->s, c->openid, &there), 0);
}

static void a_phone_is_silent_after_a_year(void **state)
{
    struct scene *c = *state;
    struct volunteer v = records_volunteer(c->r, "李雨桐", 0);
    assert_int_equal(bind_silent(&c->r->s, records_address(c->r)), 0); /* nobody's */
    c->r->s.now += 364 * (int64_t)DAY;
    assert_int_equal(bind_silent(&c->r->s, v.address), 0);
    c->r->s.now += DAY;
    assert_int_equal(bind_silent(&c->r->s, v.address), 1);
}

static void who_stops_following_leaves_no_codes(void **state)
{
    struct scene *c = *state;
    struct bind_code code;
    assert_int_equal(send(c, c->openid, "13800000022", &code), BIND_SENT);
    assert_int_equal(follower_left(&c->r->s, c->openid), FOLLOWER_FORGOTTEN);
    records_commit(c->r);
    assert_int_equal(support_count(c->r->support, "SELECT COUNT(*) FROM bind_codes"), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_code_goes_first_and_is_good_for_ten_minutes),
        T(five_tries_and_then_the_right_one_is_late),
        T(a_code_is_of_the_address_that_asked),
        T(nobody_is_flooded),
        T(the_code_is_nowhere_in_the_clear),
        T(binding_makes_one_conversation_and_one_record),
        T(a_phone_without_a_record_takes_that_of_wechat),
        T(a_phone_is_silent_after_a_year),
        T(who_stops_following_leaves_no_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
