/* QuerySendDetails: what became of a send without an answer. */
#include "adapters/form.h"
#include "adapters/sms/aliyun.h"
#include "tests/adapters/sms/provider.h"

#define SETTINGS                                                                                   \
    "{\"access_key_id\":\"id\",\"access_key_secret\":\"hunter2\",\"endpoint\":\"http://127.0.0.1:1\"}"

static int open_account(void **state)
{
    return provider_open(state, "aliyun", SETTINGS);
}

static void test_the_question(void **state)
{
    struct bench *b = *state;
    const struct adapter *adapter = b->account.adapter;
    struct http_call call, again;
    struct form form;
    struct outbound message = { .id = 77, .recipient = SLICE("+8613800000001") };
    /* 2026-11-25T23:59:59 in China, which is the 25th there and in UTC as well; and a second on. */
    const int64_t late = NOW + 14 * 3600 - 1;
    assert_int_equal(adapter->query(&b->account, &message, late, &b->arena, &call, &b->fault), 0);
    assert_string_equal(call.method, "POST");
    assert_string_equal(call_header(&call, "x-acs-action"), "QuerySendDetails");
    ptrdiff_t at = slice_find(call.url, SLICE("?"));
    assert_int_equal(form_parse(slice_skip(call.url, (size_t)at + 1), &b->arena, &form), 0);
    assert_int_equal(form.count, 4);
    assert_text(form_get(&form, "PhoneNumber"), "13800000001");
    assert_text(form_get(&form, "SendDate"), "20261125");
    assert_text(form_get(&form, "PageSize"), "50");
    assert_text(form_get(&form, "CurrentPage"), "1");
    assert_int_equal(adapter->query(&b->account, &message, late + 1, &b->arena, &again, &b->fault),
                     0);
    assert_true(slice_find(again.url, SLICE("SendDate=20261126")) > 0);
    assert_string_not_equal(call_header(&call, "x-acs-signature-nonce"),
                            call_header(&again, "x-acs-signature-nonce"));
    /* Its nonce is not the one of a send in the same second. */
    assert_false(slice_eq(aliyun_nonce(&b->account, "", 77, late, &b->arena),
                          slice_of(call_header(&call, "x-acs-signature-nonce"))));
    message.recipient = SLICE("08792123456");
    assert_int_equal(adapter->query(&b->account, &message, NOW, &b->arena, &call, &b->fault),
                     GW_EINVAL);
    message = (struct outbound){ .recipient = SLICE("13800000001") };
    assert_int_equal(adapter->query(&b->account, &message, NOW, &b->arena, &call, &b->fault),
                     GW_EINVAL);
}

static void test_the_answers(void **state)
{
    struct bench *b = *state;
#define LIST(entries)                                                                              \
    "{\"Code\":\"OK\",\"TotalCount\":\"1\",\"SmsSendDetailDTOs\":{\"SmsSendDetailDTO\":[" entries  \
    "]}}"
    static const struct {
        int status;
        const char *body;
        enum send_outcome outcome;
        const char *reason;
        bool opted_out;
    } cases[] = {
        { 200, LIST("{\"OutId\":\"77\",\"SendStatus\":1}"), SEND_OK,
          "taken, though its answer was lost", false },
        { 200, LIST("{\"OutId\":\"76\",\"SendStatus\":2},{\"OutId\":\"77\",\"SendStatus\":3}"),
          SEND_OK, "taken, though its answer was lost", false },
        { 200, LIST("{\"OutId\":\"77\",\"SendStatus\":2,\"ErrCode\":\"UNDELIV\"}"), SEND_REJECTED,
          "UNDELIV: the phone was not reached", false },
        { 200, LIST("{\"OutId\":\"77\",\"SendStatus\":2,\"ErrCode\":\"MBBLACK\"}"),
          SEND_BAD_RECIPIENT, "MBBLACK: the carrier has this number on its blacklist", true },
        /* Nothing that says it never came. */
        { 200, LIST(""), SEND_UNCERTAIN, "", false },
        { 200, LIST("{\"OutId\":\"770\",\"SendStatus\":1}"), SEND_UNCERTAIN, "", false },
        { 200, LIST("7,{},[],{\"OutId\":77}"), SEND_UNCERTAIN, "", false },
        { 200, "{\"Code\":\"OK\",\"SmsSendDetailDTOs\":7}", SEND_UNCERTAIN, "", false },
        { 200, "{\"Code\":\"isv.OUT_OF_SERVICE\"}", SEND_UNCERTAIN, "", false },
        { 200, "<html>", SEND_UNCERTAIN, "", false },
        { 0, "", SEND_UNCERTAIN, "", false },
    };
    const struct outbound message = { .id = 77, .recipient = SLICE("13800000001") };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct http_result result = { .status = cases[i].status,
                                            .sent = true,
                                            .body = slice_of(cases[i].body) };
        struct sent out;
        memset(&out, 0xA5, sizeof(out));
        b->account.adapter->queried(&b->account, &message, &result, &b->arena, &out);
        if (out.outcome != cases[i].outcome || out.opted_out != cases[i].opted_out)
            fail_msg("%s: outcome %d", cases[i].body, out.outcome);
        assert_text(out.reason, cases[i].reason);
        assert_int_equal(out.provider_id.n, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_question, open_account, provider_close),
        cmocka_unit_test_setup_teardown(test_the_answers, open_account, provider_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
