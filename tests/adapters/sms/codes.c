/* Codes to outcomes, and every provider's table. */
#include "adapters/sms/codes.h"

#include "adapters/sms/aliyun.h"
#include "adapters/sms/tencent.h"
#include "adapters/sms/submail.h"
#include "adapters/sms/twilio.h"
#include "adapters/sms/yunpian.h"
#include "tests/adapters/harness.h"

static const struct sms_code table[] = {
    { "ok", CODE_TAKEN, 0, "taken" },
    { "later", CODE_LATER, 30, "wait" },
    { "fast", CODE_SLOW_DOWN, 1, "slow down" },
    { "minute", CODE_NEXT_MINUTE, 0, "m" },
    { "hour", CODE_NEXT_HOUR, 0, "h" },
    { "day", CODE_NEXT_DAY, 0, "d" },
    { "number", CODE_NUMBER, 0, "n" },
    { "stop", CODE_OPTED_OUT, 0, "o" },
    { "text", CODE_TEXT, 0, "t" },
    { "broke", CODE_ACCOUNT, 0, "a" },
    { "today", CODE_ACCOUNT_TODAY, 0, "a" },
    { "month", CODE_ACCOUNT_MONTH, 0, "a" },
    { "bug", CODE_BUG, 0, "b" },
    { "maybe", CODE_MAYBE, 0, "u" },
    { "Auth*", CODE_ACCOUNT, 0, "auth" },
    { NULL },
};

static struct sent apply(struct bench *b, const char *code, int64_t now)
{
    const struct http_result result = { .status = 200, .sent = true, .at = now };
    struct sent out;
    memset(&out, 0xA5, sizeof(out));
    sms_code_apply(table, slice_of(code), &result, &b->arena, &out);
    assert_int_equal(out.provider_id.n, 0);
    return out;
}

/* 2026-11-25T10:00:00+08:00 plus 7 minutes and 13 seconds. */
static void test_outcomes_and_waits(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        enum send_outcome outcome;
        int64_t wait;
    } cases[] = {
        { "ok", SEND_OK, 0 },
        { "later", SEND_LATER, 30 },
        { "fast", SEND_SLOW_DOWN, 1 },
        { "minute", SEND_LATER, 47 },
        { "hour", SEND_LATER, 3600 - 433 },
        { "day", SEND_LATER, 14 * 3600 - 433 },
        { "number", SEND_BAD_RECIPIENT, 0 },
        { "stop", SEND_BAD_RECIPIENT, 0 },
        { "text", SEND_REJECTED, 0 },
        { "broke", SEND_ACCOUNT_BROKEN, 0 },
        { "today", SEND_ACCOUNT_BROKEN, 14 * 3600 - 433 },
        { "month", SEND_ACCOUNT_BROKEN, 14 * 3600 - 433 + 5 * 86400 },
        { "bug", SEND_REJECTED, 0 },
        { "maybe", SEND_UNCERTAIN, 0 },
        { "AuthFailure.X", SEND_ACCOUNT_BROKEN, 0 },
        { "something new", SEND_LATER, 0 },
    };
    struct bench b = { 0 };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sent sent = apply(&b, cases[i].code, NOW + 433);
        if (sent.outcome != cases[i].outcome || sent.retry_after != cases[i].wait)
            fail_msg("%s: outcome %d, wait %lld", cases[i].code, (int)sent.outcome,
                     (long long)sent.retry_after);
    }
    /* A December's next month is January; at a full minute the next is a minute away. */
    assert_int_equal(apply(&b, "month", NOW + 36 * 86400).retry_after, 14 * 3600);
    assert_int_equal(apply(&b, "minute", NOW).retry_after, 60);
    arena_free(&b.arena);
}

static void test_reasons(void **state)
{
    (void)state;
    struct bench b = { 0 };
    assert_text(apply(&b, "later", NOW).reason, "later: wait");
    assert_text(apply(&b, "isv.NEW_CODE", NOW).reason, "isv.NEW_CODE: a code not known here");
    /* What a provider writes goes into a log: nothing but a code's characters. */
    assert_text(apply(&b, "to 138<\n\xE6\x8A\xA5>", NOW).reason,
                "to?138??????: a code not known here");
    assert_int_equal(apply(&b, repeat(&b, SLICE("x"), 500).p, NOW).reason.n,
                     80 + strlen(": a code not known here"));
    arena_free(&b.arena);
}

/* A provider's own words first, then the carriers', then only the code. */
static void test_reports(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        bool delivered, opted_out, dead, missed;
        const char *reason;
    } cases[] = {
        { "stop", false, true, false, false, "stop: o" },
        { "DELIVRD", true, false, false, false, "DELIVRD: arrived" },
        { "undeliv", false, false, false, true, "undeliv: the phone was not reached" },
        { "mbblack", false, true, false, false,
          "mbblack: the carrier has this number on its blacklist" },
        { "MBBLACK", true, false, false, false,
          "MBBLACK: the carrier has this number on its blacklist" },
        { "mi:0073", false, false, true, false, "mi:0073: nobody has this number" },
        { "MI:0073", true, false, false, false, "MI:0073: nobody has this number" },
        { "MK:0001", false, false, false, false, "MK:0001" },
    };
    struct bench b = { 0 };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct receipt r = { .final = true, .delivered = cases[i].delivered };
        sms_code_report(table, slice_of(cases[i].code), &b.arena, &r);
        assert_text(r.reason, cases[i].reason);
        assert_int_equal(r.opted_out, cases[i].opted_out);
        assert_int_equal(r.dead, cases[i].dead);
        assert_int_equal(r.missed, cases[i].missed);
    }
    struct receipt on_its_way = { 0 };
    sms_code_report(NULL, SLICE("MBBLACK"), &b.arena, &on_its_way);
    assert_false(on_its_way.opted_out);
    struct receipt failed = { .final = true };
    assert_true(carrier_says(SLICE("sc:0016"), &failed) && failed.opted_out && !failed.missed);
    assert_true(carrier_says(SLICE("UNDELIV"), &failed) && failed.missed && !failed.opted_out);
    assert_false(carrier_says(SLICE(""), &failed));
    arena_free(&b.arena);
}

/* The provider's own wish counts when it is longer. */
static void test_retry_after(void **state)
{
    (void)state;
    struct bench b = { 0 };
    struct http_result result = { .status = 429, .at = NOW, .retry_after = 90 };
    struct sent out;
    sms_code_apply(table, SLICE("later"), &result, &b.arena, &out);
    assert_int_equal(out.retry_after, 90);
    result.retry_after = 3;
    sms_code_apply(table, SLICE("later"), &result, &b.arena, &out);
    assert_int_equal(out.retry_after, 30);
    arena_free(&b.arena);
}

static void test_answers_without_a_code(void **state)
{
    (void)state;
    static const struct {
        int status;
        bool sent;
        enum send_outcome outcome;
    } cases[] = {
        { 0, false, SEND_LATER },           { 0, true, SEND_UNCERTAIN },
        { 200, true, SEND_UNCERTAIN },      { 302, true, SEND_UNCERTAIN },
        { 400, true, SEND_REJECTED },       { 401, true, SEND_ACCOUNT_BROKEN },
        { 403, true, SEND_ACCOUNT_BROKEN }, { 404, true, SEND_ACCOUNT_BROKEN },
        { 408, true, SEND_LATER },          { 413, true, SEND_REJECTED },
        { 429, true, SEND_SLOW_DOWN },      { 500, true, SEND_UNCERTAIN },
        { 502, true, SEND_UNCERTAIN },      { 503, true, SEND_LATER },
        { 504, true, SEND_UNCERTAIN },      { 999, true, SEND_UNCERTAIN },
    };
    struct bench b = { 0 };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct http_result result = { .status = cases[i].status, .sent = cases[i].sent };
        struct sent out;
        memset(&out, 0xA5, sizeof(out));
        sms_code_unread(&result, &b.arena, &out);
        if (out.outcome != cases[i].outcome)
            fail_msg("%d: %d", cases[i].status, (int)out.outcome);
        assert_true(out.reason.n > 0);
        assert_int_equal(out.provider_id.n, 0);
    }
    arena_free(&b.arena);
}

/* Every row can be reached: none stands behind one that takes its code. */
static void test_tables_are_whole(void **state)
{
    (void)state;
    static const struct sms_code *const tables[] = {
        aliyun_codes,  tencent_codes,  twilio_codes,  yunpian_codes,
        submail_codes, submail_events, carrier_codes,
    };
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        for (const struct sms_code *row = tables[i]; row->code != NULL; row++) {
            struct slice code = slice_of(row->code);
            if (slice_ends(code, SLICE("*")))
                code.n--;
            if (sms_code_find(tables[i], code) != row)
                fail_msg("%s is never reached", row->code);
            assert_true(strlen(row->words) > 4);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outcomes_and_waits), cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_retry_after),        cmocka_unit_test(test_answers_without_a_code),
        cmocka_unit_test(test_tables_are_whole),   cmocka_unit_test(test_reports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
