#include "gateway/base/utf8.h"
#include "tests/adapters/sms/mo.h"

static struct inbound take(struct bench *b, const char *query)
{
    struct decoded d = get(b, query);
    if (d.refusal != REFUSED_NONE)
        fail_msg("%s: refused as %s", query, webhook_refusal_name(d.refusal));
    assert_int_equal(d.message_count, 1);
    assert_int_equal(d.receipt_count, 0);
    assert_int_equal(d.reply_inline, d.messages[0].kind == INBOUND_TEXT);
    return d.messages[0];
}

static void refuse(struct bench *b, const char *query, enum webhook_refusal why)
{
    struct decoded d = get(b, query);
    if (d.refusal != why)
        fail_msg("%s: refused as %s", query, webhook_refusal_name(d.refusal));
    assert_int_equal(d.message_count, 0);
    assert_false(d.reply_inline);
}

/* As bearerbox and smsbox 1.4.5 send it with mo-recode. */
static void test_recoded(void **state)
{
    struct inbound m =
        take(*state, "id=68e49cef-020a-4f78-ac98-9bd6432c8220&ts=1795571990&from=13800000001"
                     "&to=10690000&coding=0&charset=UTF-8&text=%E6%88%91%E8%A6%81%E5%BD%93"
                     "%E5%BF%97%E6%84%BF%E8%80%85");
    assert_int_equal(m.kind, INBOUND_TEXT);
    assert_text(m.sender, "13800000001");
    assert_text(m.recipient, "10690000");
    assert_text(m.text, "我要当志愿者");
    assert_text(m.key, "k:68e49cef-020a-4f78-ac98-9bd6432c8220");
    assert_int_equal(m.sent_at, 1795571990);
}

/* The demo account's URL, with every way a mobile is written. */
static void test_demo_form_and_numbers(void **state)
{
    static const char *const numbers[] = { "13800000001",     "%2B8613800000001", "+8613800000001",
                                           "008613800000001", "8613800000001",    "138-0000-0001" };
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        struct inbound m = take(
            b,
            arena_printf(&b->arena, "from=%s&to=1069&text=+3+&id=a1&charset=utf-8", numbers[i]).p);
        assert_text(m.sender, "13800000001");
        assert_text(m.text, " 3 ");
        assert_int_equal(m.sent_at, 0);
    }
}

/* 名 is 54 0D: what %a makes a space of (sms.md 4.2) must come through %b untouched. */
static void test_utf16be(void **state)
{
    assert_text(take(*state, "from=13800000001&id=1&coding=2&charset=UTF-16BE&text=b%A5T%0D").text,
                "报名");
    assert_text(take(*state, "from=13800000001&id=1&coding=2&text=b%A5T%0D").text, "报名");
    assert_text(take(*state, "from=13800000001&id=1&coding=2&charset=ucs-2&text=R+").text, "删");
    assert_text(
        take(*state, "from=13800000001&id=1&coding=2&charset=UTF-16BE&text=%D8%3D%DE%00").text,
        "😀");
    assert_text(
        take(*state, "from=13800000001&id=1&coding=2&charset=UTF-16BE&text=%D8%3D%00A").text,
        "\uFFFDA");
    /* Recoded UCS-2 keeps its coding in some set-ups: the charset decides. */
    assert_text(take(*state, "from=13800000001&id=1&coding=2&charset=UTF-8&text=%E6%8A%A5").text,
                "报");
    assert_text(take(*state, "from=13800000001&id=1&text=%E6%8A%A5%E5%90%8D").text, "报名");
}

static void test_text_is_cleaned_and_cut(void **state)
{
    struct bench *b = *state;
    assert_text(take(b, "from=13800000001&id=1&text=a%01b%0D%0Ac%7F").text, "ab\nc");
    assert_text(take(b, "from=13800000001&id=1&text=").text, "");
    struct slice text = url_encoded(b, repeat(b, SLICE("好"), 5000));
    struct inbound m =
        take(b, arena_printf(&b->arena, "from=13800000001&id=1&text=%.*s", SLICE_ARG(text)).p);
    assert_int_equal(m.text.n, 1998);
    assert_true(utf8_valid(m.text));
}

static void test_bad_encodings(void **state)
{
    refuse(*state, "from=13800000001&id=1&text=%E6%8A", REFUSED_ENCODING);
    refuse(*state, "from=13800000001&id=1&text=a%00b", REFUSED_ENCODING);
    refuse(*state, "from=13800000001&id=1&charset=UTF-16BE&text=R", REFUSED_ENCODING);
    refuse(*state, "from=13800000001&id=1&charset=UTF-16BE&text=%00%00", REFUSED_ENCODING);
    refuse(*state, "from=13800000001&id=1&charset=GBK&text=a", REFUSED_ENCODING);
    refuse(*state, "from=13800000001&id=1&text=%zz", REFUSED_MALFORMED);
}

/* Machines, other countries and fixed lines are counted and never answered. */
static void test_senders_that_take_no_part(void **state)
{
    static const char *const senders[] = { "10690000123",    "10086",          "12306",
                                           "95588",          "96110",          "110",
                                           "%2B85291234567", "%2B12125550100", "08792123456",
                                           "BANK",           "1380000000",     "138000000012",
                                           "%E6%8A%A5" };
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof(senders) / sizeof(senders[0]); i++) {
        struct decoded d = get(b, arena_printf(&b->arena, "from=%s&id=1&text=hi", senders[i]).p);
        assert_int_equal(d.refusal, REFUSED_NONE);
        assert_int_equal(d.messages[0].kind, INBOUND_OTHER);
        assert_false(d.reply_inline);
        struct slice reply = SLICE("x");
        struct response r;
        adapter_kannel.respond(&b->account, &d, &reply, 1, NOW, &b->arena, &r);
        assert_int_equal(r.body.n, 0);
    }
    /* Data for a program on the phone. */
    assert_int_equal(take(b, "from=13800000001&id=1&coding=1&text=%00%FF").kind, INBOUND_OTHER);
}

static void test_keys_without_an_id(void **state)
{
    struct bench *b = *state;
    struct slice key = take(b, "from=13800000001&ts=1795571990&text=hi").key;
    assert_int_equal(key.n, 66);
    assert_true(slice_eq(key, take(b, "from=8613800000001&ts=1795571990&text=hi").key));
    assert_false(slice_eq(key, take(b, "from=13800000001&ts=1795571991&text=hi").key));
    assert_false(slice_eq(key, take(b, "from=13800000002&ts=1795571990&text=hi").key));
    assert_false(slice_eq(key, take(b, "from=13800000001&ts=1795571990&text=ho").key));
    /* Without a time either it is the second of arrival. */
    assert_true(slice_eq(take(b, "from=13800000001&ts=1795572000&text=hi").key,
                         take(b, "from=13800000001&text=hi").key));
    /* The key is keyed: another secret, another key, so that it does not tell the text. */
    b->account.secret = "s3cret";
    assert_false(slice_eq(key, take(b, "from=13800000001&ts=1795571990&text=hi").key));
    b->account.secret = NULL;
    assert_text(take(b, "from=13800000001&id=&ts=1795571990&text=hi").key,
                arena_str(&b->arena, key));
}

static void test_times(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *ts;
        enum webhook_refusal refusal;
    } cases[] = { { "1795572000", REFUSED_NONE },
                  { "1792548000", REFUSED_NONE },
                  { "1792547999", REFUSED_STALE },
                  { "1798596001", REFUSED_STALE },
                  { "0", REFUSED_STALE },
                  { "yesterday", REFUSED_MALFORMED },
                  { "1795572000000", REFUSED_MALFORMED },
                  { "-5", REFUSED_STALE } };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct decoded d =
            get(b, arena_printf(&b->arena, "from=13800000001&id=1&text=a&ts=%s", cases[i].ts).p);
        assert_int_equal(d.refusal, cases[i].refusal);
    }
}

static void test_malformed(void **state)
{
    struct bench *b = *state;
    refuse(b, "", REFUSED_MALFORMED);
    refuse(b, "from=13800000001&id=1", REFUSED_MALFORMED);
    refuse(b, "text=a&id=1", REFUSED_MALFORMED);
    refuse(b, "from=&text=a&id=1", REFUSED_MALFORMED);
    refuse(b, "from=13800000001&text=a&id=a%20b", REFUSED_MALFORMED);
    refuse(b, "from=13800000001&text=a&id=%E6%8A%A5", REFUSED_MALFORMED);
    struct slice id = repeat(b, SLICE("i"), 64);
    take(b, arena_printf(&b->arena, "from=13800000001&text=a&id=%.*s", SLICE_ARG(id)).p);
    refuse(b, arena_printf(&b->arena, "from=13800000001&text=a&id=%.*si", SLICE_ARG(id)).p,
           REFUSED_MALFORMED);
    refuse(b, "from=000000000000000000000000000000001&text=a&id=1", REFUSED_MALFORMED);
    refuse(b, repeat(b, SLICE("a=1&"), 200).p, REFUSED_TOO_BIG);
    /* 100 KB of text is more than any request may hold. */
    struct slice text = repeat(b, SLICE("x"), 100 * 1024);
    refuse(b, arena_printf(&b->arena, "from=13800000001&id=1&text=%.*s", SLICE_ARG(text)).p,
           REFUSED_TOO_BIG);
    assert_int_equal(request(b, "POST", "", SLICE("from=13800000001&id=1"), text, "").refusal,
                     REFUSED_TOO_BIG);
}

static void test_methods_and_paths(void **state)
{
    struct bench *b = *state;
    struct slice query = SLICE("from=13800000001&id=1&text=a");
    assert_int_equal(request(b, "PUT", "", query, SLICE(""), "").refusal, REFUSED_METHOD);
    assert_int_equal(request(b, "DELETE", "/status", query, SLICE(""), "").refusal, REFUSED_METHOD);
    assert_int_equal(request(b, "GET", "/", query, SLICE(""), "").refusal, REFUSED_PATH);
    assert_int_equal(request(b, "GET", "/status/x", query, SLICE(""), "").refusal, REFUSED_PATH);
    assert_int_equal(request(b, "GET", "/admin", query, SLICE(""), "").refusal, REFUSED_PATH);
}

/* post-url, with the Content-Type as smsbox 1.4.5 writes it. */
static void test_post(void **state)
{
    struct bench *b = *state;
    struct slice query = SLICE("from=13800000001&to=1069&id=1&ts=1795571990");
    struct decoded d = request(b, "POST", "", query, SLICE("\x62\xA5\x54\x0D"),
                               "text/plain; charset=\"UTF-16BE\"");
    assert_int_equal(d.refusal, REFUSED_NONE);
    assert_text(d.messages[0].text, "报名");
    d = request(b, "POST", "", query, SLICE("报名"), "text/plain; charset=UTF-8; x=y");
    assert_text(d.messages[0].text, "报名");
    d = request(b, "POST", "", query, SLICE("报名"), "text/plain");
    assert_text(d.messages[0].text, "报名");
    d = request(b, "POST", "", query, SLICE(""), "");
    assert_text(d.messages[0].text, "");
    assert_int_equal(request(b, "POST", "", query, SLICE("\xFF"), "").refusal, REFUSED_ENCODING);
    assert_int_equal(request(b, "POST", "", query, SLICE("a"), "text/plain; charset=\"").refusal,
                     REFUSED_ENCODING);
}

static struct receipt report(struct bench *b, const char *query)
{
    struct decoded d = request(b, "GET", "/status", slice_of(query), SLICE(""), "");
    assert_int_equal(d.refusal, REFUSED_NONE);
    assert_int_equal(d.receipt_count, 1);
    assert_int_equal(d.message_count, 0);
    assert_false(d.reply_inline);
    return d.receipts[0];
}

static void test_reports(void **state)
{
    struct bench *b = *state;
    static const struct {
        int type;
        bool final, delivered;
    } cases[] = { { 1, true, true },   { 2, true, false },  { 4, false, false },
                  { 8, false, false }, { 16, true, false }, { 12, false, false },
                  { 9, true, true } };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct receipt r = report(
            b, arena_printf(&b->arena, "id=77&type=%d&ts=1795572001&reply=", cases[i].type).p);
        assert_text(r.our_id, "77");
        assert_int_equal(r.provider_id.n, 0);
        assert_int_equal(r.final, cases[i].final);
        assert_int_equal(r.delivered, cases[i].delivered);
        assert_int_equal(r.at, 1795572001);
    }
    assert_text(report(b, "id=77&type=8&reply=ACK%2F").reason, "dlr 8");
    assert_int_equal(report(b, "id=77&type=8").at, 0);
}

/* Of a receipt's text only the state and the code are kept: it repeats the message. */
static void test_report_reason(void **state)
{
    struct receipt r = report(
        *state, "id=9&type=2&reply=id%3A1a2b+sub%3A001+dlvrd%3A000+submit+date%3A2611251000"
                "+done+date%3A2611251001+stat%3AUNDELIV+err%3A045+text%3A%E6%9D%A8%E7%A7%80");
    assert_text(r.reason, "dlr 2 stat:UNDELIV err:045");
    assert_true(r.final);
    r = report(*state, "id=9&type=2&reply=stat%3A");
    assert_text(r.reason, "dlr 2");
    r = report(*state, "id=9&type=2&reply=err%3A12345678901234567890");
    assert_text(r.reason, "dlr 2 err:123456789012");
}

static void test_wrong_reports(void **state)
{
    static const char *const wrong[] = { "",
                                         "id=1",
                                         "type=1",
                                         "id=x&type=1",
                                         "id=0&type=1",
                                         "id=-1&type=1",
                                         "id=1&type=0",
                                         "id=1&type=32",
                                         "id=1&type=-1",
                                         "id=1&type=%25d",
                                         "id=1&type=1&ts=x",
                                         "id=99999999999999999999&type=1" };
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct decoded d = request(b, "GET", "/status", slice_of(wrong[i]), SLICE(""), "");
        if (d.refusal != REFUSED_MALFORMED)
            fail_msg("%s: %s", wrong[i], webhook_refusal_name(d.refusal));
        assert_int_equal(d.receipt_count, 0);
    }
}

static void expect_part(struct bench *b, const char *query, const char *reference, int part,
                        int parts)
{
    struct inbound m = take(
        b, arena_printf(&b->arena, "from=13800000001&to=1069&id=1&coding=2&charset=UTF-8&text=a&%s",
                        query)
               .p);
    if (m.part != part || m.parts != parts || m.bad_header != (part < 0))
        fail_msg("%s: part %d of %d%s", query, m.part, m.parts, m.bad_header ? ", damaged" : "");
    assert_text(m.reference, reference);
    assert_text(m.text, "a");
}

/* Parts by header, with either reference, alone or behind other elements, and by numbers. */
static void test_parts(void **state)
{
    struct bench *b = *state;
    expect_part(b, "udh=", "", 0, 0);
    expect_part(b, "udh=%05%00%03%AB%02%01", "1069/8:171", 1, 2);
    expect_part(b, "udh=%06%08%04%01%02%03%03", "1069/16:258", 3, 3);
    expect_part(b, "udh=%09%24%02%01%01%00%03%00%02%02", "1069/8:0", 2, 2);
    expect_part(b, "udh=%03%24%01%01", "", 0, 0);
    expect_part(b, "udh=%05%00%03%AB%01%01", "", 0, 0);
    expect_part(b, "ref=77&pktotal=3&pknum=2", "1069/77", 2, 3);
    expect_part(b, "ref=77&pktotal=1&pknum=1", "", 0, 0);
    expect_part(b, "ref=77&pktotal=0&pknum=0", "", 0, 0);
}

/* Lengths that lie, and numbers that cannot be: a message of its own, marked. */
static void test_damaged_headers(void **state)
{
    static const char *const queries[] = {
        "udh=%06%00%03%AB%02%01", /* longer than it is */
        "udh=%04%00%03%AB%02%01", /* shorter */
        "udh=%05%00%04%AB%02%01", /* an element beyond the end */
        "udh=%05%00%02%AB%02%01", /* an element too short, garbage behind */
        "udh=%01%00",             /* half an element */
        "udh=%05%00%03%AB%02%00", /* part 0 */
        "udh=%05%00%03%AB%02%03", /* part 3 of 2 */
        "udh=%05%00%03%AB%00%00", /* of none */
        "udh=%05%00%03%AB%21%01", /* of 33 */
        "ref=77&pktotal=3&pknum=4",
        "ref=77&pktotal=3",
        "pktotal=3&pknum=1",
        "ref=77&pktotal=33&pknum=1",
        "ref=a%20b&pktotal=3&pknum=1",
    };
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        struct inbound m = take(
            b, arena_printf(&b->arena, "from=13800000001&to=1069&id=1&text=a&%s", queries[i]).p);
        if (!m.bad_header || m.part != 0 || m.parts != 0 || m.kind != INBOUND_TEXT)
            fail_msg("%s: part %d of %d", queries[i], m.part, m.parts);
        assert_text(m.text, "a");
    }
}

/* Two parts that say the same are no duplicate of each other. */
static void test_part_keys_without_an_id(void **state)
{
    struct bench *b = *state;
    const char *first = "from=13800000001&ts=1795571990&text=hi&udh=%05%00%03%AB%02%01";
    const char *second = "from=13800000001&ts=1795571990&text=hi&udh=%05%00%03%AB%02%02";
    assert_false(slice_eq(take(b, first).key, take(b, second).key));
    assert_true(slice_eq(take(b, first).key, take(b, first).key));
}

static void test_refused_by_the_smsc(void **state)
{
    struct bench *b = *state;
    assert_text(report(b, "id=9&type=16&reply=NACK%2F0x0000000b%2FInvalid+Destination").reason,
                "dlr 16 nack:0x0000000b");
    assert_text(report(b, "id=9&type=16&reply=NACK%2F").reason, "dlr 16");
    assert_text(report(b, "id=9&type=16&reply=NACK%2F%E6%9D%A8").reason, "dlr 16");
}

static void test_what_is_said_of_the_number(void **state)
{
    enum { NOTHING, OPTED_OUT, DEAD, MISSED };
    static const struct {
        const char *query;
        int what;
    } cases[] = { { "type=2&reply=stat%3AMBBLACK+err%3A000", OPTED_OUT },
                  { "type=2&reply=stat%3Ambblack", OPTED_OUT },
                  { "type=2&reply=stat%3AREJECTD+err%3AHD%3A0001", OPTED_OUT },
                  { "type=2&reply=stat%3ASC%3A0016", OPTED_OUT },
                  { "type=2&reply=stat%3AUNDELIV+err%3AMI%3A0073", DEAD },
                  { "type=2&reply=stat%3AUNDELIV+err%3A045", MISSED },
                  { "type=2", MISSED },
                  { "type=1&reply=stat%3AMBBLACK", NOTHING },
                  { "type=4&reply=stat%3AENROUTE", NOTHING },
                  { "type=16&reply=NACK%2F0x0000000b", NOTHING } };
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct receipt r = report(b, arena_printf(&b->arena, "id=9&%s", cases[i].query).p);
        assert_int_equal(r.opted_out, cases[i].what == OPTED_OUT);
        assert_int_equal(r.dead, cases[i].what == DEAD);
        assert_int_equal(r.missed, cases[i].what == MISSED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_recoded, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_demo_form_and_numbers, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_utf16be, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_text_is_cleaned_and_cut, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_bad_encodings, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_senders_that_take_no_part, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_keys_without_an_id, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_times, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_malformed, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_methods_and_paths, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_post, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_reports, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_report_reason, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_wrong_reports, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_parts, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_damaged_headers, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_part_keys_without_an_id, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_refused_by_the_smsc, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_what_is_said_of_the_number, open_demo, close_demo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
