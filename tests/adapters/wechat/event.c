#include "adapters/wechat/event.h"

#include "adapters/wechat/message.h"
#include "tests/adapters/wechat/push.h"

static struct decoded taken(struct bench *b, const char *body)
{
    struct decoded d = push(b, slice_of(body));
    if (d.refusal != REFUSED_NONE)
        fail_msg("%s: refused as %s", body, webhook_refusal_name(d.refusal));
    return d;
}

/* The one message of an event that is taken. */
static struct inbound take(struct bench *b, const char *body)
{
    struct decoded d = taken(b, body);
    assert_int_equal(d.message_count, 1);
    assert_int_equal(d.receipt_count, 0);
    assert_int_equal(d.reply_inline, wechat_answerable(d.messages[0].kind));
    return d.messages[0];
}

static void refuse(struct bench *b, const char *body)
{
    struct decoded d = push(b, slice_of(body));
    if (d.refusal != REFUSED_MALFORMED)
        fail_msg("%s: %s", body, webhook_refusal_name(d.refusal));
    assert_int_equal(d.message_count, 0);
    assert_int_equal(d.receipt_count, 0);
}

static void test_follow_scan_click(void **state)
{
    struct inbound m =
        take(*state, EVENT("subscribe", "<EventKey><![CDATA[qrscene_team7]]></EventKey>"
                                        "<Ticket>T</Ticket>"));
    assert_int_equal(m.kind, INBOUND_SUBSCRIBE);
    assert_text(m.event_key, "team7");
    assert_text(m.key, "e:oUSER_1-a:1795572000:subscribe::qrscene_team7");
    /* The head is taken off once. */
    m = take(*state, EVENT("subscribe", "<EventKey>qrscene_qrscene_1</EventKey>"));
    assert_text(m.event_key, "qrscene_1");
    m = take(*state, EVENT("subscribe", "<EventKey/>"));
    assert_text(m.event_key, "");
    m = take(*state, EVENT("subscribe", ""));
    assert_text(m.event_key, "");
    m = take(*state, EVENT("unsubscribe", ""));
    assert_int_equal(m.kind, INBOUND_UNSUBSCRIBE);
    m = take(*state, EVENT("SCAN", "<EventKey>qr 7</EventKey>"));
    assert_int_equal(m.kind, INBOUND_SCAN);
    assert_text(m.event_key, "qr 7");
    m = take(*state, EVENT("CLICK", "<EventKey>我的时长</EventKey>"));
    assert_int_equal(m.kind, INBOUND_CLICK);
    assert_text(m.event_key, "我的时长");
    assert_text(m.text, "我的时长");
    /* Letters of another case are the same event. */
    assert_int_equal(take(*state, EVENT("Scan", "")).kind, INBOUND_SCAN);
}

static void test_menu_tools(void **state)
{
    static const char *const scans[] = { "scancode_push", "scancode_waitmsg" };
    struct bench *b = *state;
    for (size_t i = 0; i < 2; i++) {
        struct inbound m =
            take(b, arena_printf(&b->arena,
                                 EVENT("%s", "<EventKey>k1</EventKey><ScanCodeInfo><ScanType>qrcode"
                                             "</ScanType><ScanResult>in.41.7f3k</ScanResult>"
                                             "</ScanCodeInfo>"),
                                 scans[i])
                        .p);
        assert_int_equal(m.kind, INBOUND_SCAN);
        assert_text(m.event_key, "in.41.7f3k");
    }
    struct inbound m = take(
        b, EVENT("location_select",
                 "<EventKey>k</EventKey><SendLocationInfo><Location_X><![CDATA[22.78]]>"
                 "</Location_X><Location_Y><![CDATA[100.98]]></Location_Y><Scale>15</Scale><Label>"
                 "<![CDATA[思茅区老街]]></Label><Poiname><![CDATA[图书馆]]></Poiname>"
                 "</SendLocationInfo>"));
    assert_int_equal(m.kind, INBOUND_LOCATION);
    assert_text(m.text, "思茅区老街 图书馆");
    assert_float_equal(m.latitude, 22.78, 1e-9);
    assert_float_equal(m.longitude, 100.98, 1e-9);
    refuse(b, EVENT("location_select", "<EventKey>k</EventKey>"));
    m = take(b, EVENT("VIEW", "<EventKey>https://example.org/</EventKey><MenuId>1</MenuId>"));
    assert_int_equal(m.kind, INBOUND_VIEW);
    assert_text(m.event_key, "https://example.org/");
    m = take(b, EVENT("view_miniprogram", "<EventKey>pages/x</EventKey>"));
    assert_int_equal(m.kind, INBOUND_VIEW);
}

/* Counted and answered "success"; nothing of it goes to the conversation. */
static void test_what_is_only_counted(void **state)
{
    static const struct {
        const char *name;
        enum inbound_kind kind;
    } rows[] = {
        { "LOCATION", INBOUND_POSITION },
        { "pic_sysphoto", INBOUND_OTHER },
        { "pic_photo_or_album", INBOUND_OTHER },
        { "pic_weixin", INBOUND_OTHER },
        { "kf_create_session", INBOUND_OTHER },
        { "kf_close_session", INBOUND_OTHER },
        { "kf_switch_session", INBOUND_OTHER },
        { "user_info_modified", INBOUND_OTHER },
        { "debug_demo", INBOUND_OTHER },
        { "text", INBOUND_OTHER },
        { "brand_new_thing", INBOUND_OTHER },
        { "PUBLISHJOBFINISH", INBOUND_NOTICE },
        { "qualification_verify_fail", INBOUND_NOTICE },
        { "verify_expired", INBOUND_NOTICE },
    };
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct inbound m = take(b, arena_printf(&b->arena, EVENT("%s", ""), rows[i].name).p);
        assert_int_equal(m.kind, rows[i].kind);
        assert_false(inbound_is_message(m.kind));
    }
    struct inbound m = take(b, EVENT("naming_verify_fail", "<FailTime>1</FailTime><FailReason>"
                                                           "名称不符</FailReason>"));
    assert_text(m.event_key, "naming_verify_fail");
    assert_text(m.text, "名称不符");
}

/* The person who withdraws stands in an element of its own. */
static void test_revoked(void **state)
{
    struct inbound m = take(*state, EVENT("user_authorization_revoke",
                                          "<OpenID>oGONE</OpenID><AppID>wx1</AppID><RevokeInfo>301"
                                          "</RevokeInfo>"));
    assert_int_equal(m.kind, INBOUND_REVOKED);
    assert_true(inbound_is_message(m.kind));
    assert_text(m.sender, "oGONE");
    m = take(*state, EVENT("user_authorization_cancellation", ""));
    assert_text(m.sender, "oUSER_1-a");
}

static void test_job_results(void **state)
{
    static const struct {
        const char *status;
        bool delivered;
    } rows[] = { { "success", true },
                 { "failed:user block", false },
                 { "failed: system failed", false },
                 { "success not", false },
                 { "", false } };
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct decoded d =
            taken(b, arena_printf(&b->arena,
                                  EVENT("TEMPLATESENDJOBFINISH", "<MsgID>200163836</MsgID><Status>"
                                                                 "<![CDATA[%s]]></Status>"),
                                  rows[i].status)
                         .p);
        assert_int_equal(d.message_count, 0);
        assert_int_equal(d.receipt_count, 1);
        assert_false(d.reply_inline);
        assert_text(d.receipts[0].provider_id, "200163836");
        assert_true(d.receipts[0].final);
        assert_int_equal(d.receipts[0].delivered, rows[i].delivered);
        assert_text(d.receipts[0].reason, rows[i].status);
        assert_int_equal(d.receipts[0].at, 1795572000);
    }
    struct decoded d = taken(
        b, EVENT("MASSSENDJOBFINISH",
                 "<MsgID>34182</MsgID><Status>send success</Status><TotalCount>100</TotalCount>"
                 "<FilterCount>80</FilterCount><SentCount>75</SentCount><ErrorCount>5</ErrorCount>"
                 "<CopyrightCheckResult><Count>0</Count></CopyrightCheckResult>"));
    assert_true(d.receipts[0].delivered);
    assert_text(d.receipts[0].reason, "send success: of 100 after filtering 80, sent 75, failed 5");
    d = taken(b, EVENT("MASSSENDJOBFINISH", "<MsgID>1</MsgID><Status>err(20008)</Status>"));
    assert_false(d.receipts[0].delivered);
    assert_text(d.receipts[0].reason, "err(20008): of 0 after filtering 0, sent 0, failed 0");
    refuse(b, EVENT("TEMPLATESENDJOBFINISH", "<Status>success</Status>"));
    refuse(b, EVENT("TEMPLATESENDJOBFINISH", "<MsgID>x</MsgID><Status>success</Status>"));
}

#define SENT(id, code, words)                                                                      \
    "<List><TemplateId>T1</TemplateId><MsgID>" id "</MsgID><ErrorCode>" code                       \
    "</ErrorCode><ErrorStatus>" words "</ErrorStatus></List>"

/* One entry or several, each with its own result, in any order of elements. */
static void test_subscription_results(void **state)
{
    struct bench *b = *state;
    struct decoded d =
        taken(b, EVENT("subscribe_msg_sent_event",
                       "<SubscribeMsgSentEvent>" SENT("1700827132819554304", "0", "success")
                           SENT("1700827132819554305", "43101",
                                "reject") "<List><ErrorCode>0</ErrorCode><MsgID>3</MsgID></List>"
                                          "</SubscribeMsgSentEvent>"));
    assert_int_equal(d.receipt_count, 3);
    assert_text(d.receipts[0].provider_id, "1700827132819554304");
    assert_true(d.receipts[0].delivered);
    assert_text(d.receipts[1].provider_id, "1700827132819554305");
    assert_false(d.receipts[1].delivered);
    assert_text(d.receipts[1].reason, "43101 reject");
    assert_true(d.receipts[2].delivered);
    refuse(b, EVENT("subscribe_msg_sent_event", "<SubscribeMsgSentEvent/>"));
    refuse(b,
           EVENT("subscribe_msg_sent_event", "<SubscribeMsgSentEvent><List><MsgID>1</MsgID></List>"
                                             "</SubscribeMsgSentEvent>"));
}

static void test_consents(void **state)
{
    struct inbound m = take(
        *state,
        EVENT("subscribe_msg_popup_event",
              "<SubscribeMsgPopupEvent><List><TemplateId>T1</TemplateId><SubscribeStatusString>"
              "accept</SubscribeStatusString><PopupScene>1</PopupScene></List><List>"
              "<SubscribeStatusString>reject</SubscribeStatusString><TemplateId>T2</TemplateId>"
              "</List></SubscribeMsgPopupEvent>"));
    assert_int_equal(m.kind, INBOUND_CONSENT);
    assert_text(m.event_key, "T1:accept T2:reject");
    struct inbound other =
        take(*state, EVENT("subscribe_msg_popup_event",
                           "<SubscribeMsgPopupEvent><List><TemplateId>T1</TemplateId>"
                           "<SubscribeStatusString>reject</SubscribeStatusString></List>"
                           "</SubscribeMsgPopupEvent>"));
    assert_false(slice_eq(m.key, other.key));
    m = take(*state, EVENT("subscribe_msg_change_event",
                           "<SubscribeMsgChangeEvent><List><TemplateId>T1</TemplateId>"
                           "<SubscribeStatusString>reject</SubscribeStatusString></List>"
                           "</SubscribeMsgChangeEvent>"));
    assert_text(m.event_key, "T1:reject");
}

static void test_keys_tell_events_apart(void **state)
{
    struct bench *b = *state;
    struct slice keys[] = {
        take(b, EVENT("CLICK", "<EventKey>a</EventKey>")).key,
        take(b, EVENT("CLICK", "<EventKey>b</EventKey>")).key,
        take(b, EVENT("CLICK", "<EventKey>7:a</EventKey>")).key,
        take(b, EVENT("CLICK", "<EventKey>a</EventKey><MsgID>7</MsgID>")).key,
        take(b, EVENT("SCAN", "<EventKey>a</EventKey>")).key,
        take(b, TEXT("a", "1795572000")).key,
        take(b, TEXT("a", "7")).key,
    };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
        for (size_t j = 0; j < i; j++)
            assert_false(slice_eq(keys[i], keys[j]));
    /* Two people, one MsgId. */
    assert_false(slice_eq(take(b, TEXT("a", "7")).key,
                          take(b, "<xml><ToUserName>gh_linlidemo</ToUserName><FromUserName>oOTHER"
                                  "</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType>"
                                  "<Content>a</Content><MsgId>7</MsgId></xml>")
                              .key));
}

static void test_long_keys_become_digests(void **state)
{
    struct bench *b = *state;
    struct slice key = repeat(b, SLICE("k"), 300);
    struct inbound first = take(
        b, arena_printf(&b->arena, EVENT("CLICK", "<EventKey>%.*s</EventKey>"), SLICE_ARG(key)).p);
    struct inbound second = take(
        b, arena_printf(&b->arena, EVENT("CLICK", "<EventKey>%.*sx</EventKey>"), SLICE_ARG(key)).p);
    assert_int_equal(first.key.n, 64);
    assert_int_equal(second.key.n, 64);
    assert_false(slice_eq(first.key, second.key));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_follow_scan_click, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_menu_tools, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_what_is_only_counted, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_revoked, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_job_results, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_subscription_results, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_consents, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_keys_tell_events_apart, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_long_keys_become_digests, open_demo, close_demo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
