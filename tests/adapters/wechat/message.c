#include "adapters/wechat/message.h"

#include "gateway/base/utf8.h"
#include "tests/adapters/wechat/push.h"

/* The one message of a push that is taken. */
static struct inbound take(struct bench *b, const char *body)
{
    struct decoded d = push(b, slice_of(body));
    assert_int_equal(d.refusal, REFUSED_NONE);
    assert_int_equal(d.message_count, 1);
    assert_int_equal(d.receipt_count, 0);
    assert_false(d.echo);
    assert_int_equal(d.reply_inline, wechat_answerable(d.messages[0].kind));
    return d.messages[0];
}

static void refuse(struct bench *b, const char *body, enum webhook_refusal why)
{
    struct decoded d = push(b, slice_of(body));
    if (d.refusal != why)
        fail_msg("%s: refused as %s", body, webhook_refusal_name(d.refusal));
    assert_int_equal(d.message_count, 0);
}

static void test_text(void **state)
{
    struct inbound m = take(*state, TEXT("报名 1001", "24890000000000001"));
    assert_int_equal(m.kind, INBOUND_TEXT);
    assert_text(m.sender, "oUSER_1-a");
    assert_text(m.recipient, "gh_linlidemo");
    assert_text(m.text, "报名 1001");
    assert_text(m.key, "m:oUSER_1-a:24890000000000001");
    assert_int_equal(m.sent_at, 1795572000);
}

/* Element order is free, numbers may be CDATA, strings may be plain, unknown elements are ignored.
 */
static void test_loose_forms(void **state)
{
    struct inbound m = take(
        *state, "<?xml version=\"1.0\"?>\n<xml>\n<MsgId><![CDATA[7]]></MsgId>\n<Content>a &lt; b"
                "</Content><MsgType>text</MsgType><New><x>1</x></New><CreateTime>"
                "<![CDATA[ 5 ]]></CreateTime><FromUserName>oU</FromUserName>"
                "<ToUserName> gh_linlidemo </ToUserName></xml>");
    assert_text(m.text, "a < b");
    assert_text(m.key, "m:oU:7");
    assert_int_equal(m.sent_at, 5);
}

static void test_text_is_cleaned_and_cut(void **state)
{
    struct bench *b = *state;
    assert_text(take(b, TEXT("报\x1D名\r\n😀\x01", "1")).text, "报名\n😀");
    struct slice many = repeat(b, SLICE("好"), 5000);
    struct inbound m = take(b, arena_printf(&b->arena, TEXT("%.*s", "1"), SLICE_ARG(many)).p);
    assert_int_equal(m.text.n, 1998);
    assert_true(utf8_valid(m.text));
    assert_text(take(b, TEXT("", "1")).text, "");
    /* Half a character is no reason to lose the rest. */
    assert_text(take(b, TEXT("\xE6\x8A报名\xFF", "1")).text, "��报名�");
}

static void test_other_messages(void **state)
{
    struct inbound m =
        take(*state, HEAD("voice") "<MediaId>M1</MediaId><Format>amr</Format>"
                                   "<Recognition>我要报名。</Recognition><MsgId>1</MsgId></xml>");
    assert_int_equal(m.kind, INBOUND_VOICE);
    assert_text(m.text, "我要报名。");
    assert_text(m.media, "M1");
    m = take(*state, HEAD("voice") "<MediaId>M1</MediaId><MediaId16K>M16</MediaId16K><MsgId>1"
                                   "</MsgId></xml>");
    assert_text(m.media_more, "M16");
    assert_text(m.media, "M1");
    assert_text(m.text, "");
    m = take(
        *state,
        HEAD("image") "<PicUrl>http://p/1</PicUrl><MediaId>M2</MediaId><MsgId>1</MsgId></xml>");
    assert_int_equal(m.kind, INBOUND_IMAGE);
    assert_text(m.media, "M2");
    m = take(*state, HEAD("image") "<PicUrl>http://p/1</PicUrl><MsgId>1</MsgId></xml>");
    assert_text(m.media, "http://p/1");
    m = take(*state, HEAD("link") "<Title>标题</Title><Description>d</Description>"
                                  "<Url>http://u/</Url><MsgId>1</MsgId></xml>");
    assert_int_equal(m.kind, INBOUND_LINK);
    assert_text(m.text, "标题");
    assert_text(m.media, "http://u/");
}

static void test_location(void **state)
{
    struct inbound m =
        take(*state, HEAD("location") "<Location_X>22.786</Location_X><Location_Y>100.977"
                                      "</Location_Y><Scale>16</Scale><Label>思茅区"
                                      "</Label><MsgId>1</MsgId></xml>");
    assert_int_equal(m.kind, INBOUND_LOCATION);
    assert_text(m.text, "思茅区");
    assert_float_equal(m.latitude, 22.786, 1e-9);
    assert_float_equal(m.longitude, 100.977, 1e-9);
    static const char *const wrong[] = {
        "",    "x",     "91",   "-91",    "nan",
        "inf", "1e400", "22,7", "22.7 x", "000000000000000000000000000000000022"
    };
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        refuse(b,
               arena_printf(&b->arena,
                            HEAD("location") "<Location_X>%s</Location_X><Location_Y>1"
                                             "</Location_Y><MsgId>1</MsgId></xml>",
                            wrong[i])
                   .p,
               REFUSED_MALFORMED);
}

/* The message type location and the event LOCATION are two things, and so is every other pair. */
static void test_what_nobody_handles_is_other(void **state)
{
    struct bench *b = *state;
    static const char *const types[] = { "subscribe", "CLICK", "file", "brand_new" };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct decoded d =
            push(b, arena_printf(&b->arena, HEAD("%s") "<MsgId>1</MsgId></xml>", types[i]));
        assert_int_equal(d.refusal, REFUSED_NONE);
        assert_int_equal(d.messages[0].kind, INBOUND_OTHER);
        assert_false(d.reply_inline);
    }
}

static void test_moving_pictures(void **state)
{
    static const char *const types[] = { "video", "shortvideo" };
    struct bench *b = *state;
    for (size_t i = 0; i < 2; i++) {
        struct inbound m =
            take(b, arena_printf(&b->arena,
                                 HEAD("%s") "<MediaId>M</MediaId><ThumbMediaId>T</ThumbMediaId>"
                                            "<MsgId>1</MsgId></xml>",
                                 types[i])
                        .p);
        assert_int_equal(m.kind, INBOUND_VIDEO);
        assert_text(m.media, "M");
        assert_text(m.media_more, "T");
    }
}

/* A text that was chosen from a list of ours came from no keyboard. */
static void test_tapped(void **state)
{
    struct inbound m = take(*state, HEAD("text") "<Content>报1</Content><MsgId>1</MsgId>"
                                                 "<bizmsgmenuid>1</bizmsgmenuid></xml>");
    assert_true(m.tapped);
    assert_text(m.text, "报1");
    assert_false(take(*state, TEXT("报1", "1")).tapped);
}

static void test_another_account(void **state)
{
    refuse(*state,
           "<xml><ToUserName>gh_other</ToUserName><FromUserName>oU</FromUserName><CreateTime>1"
           "</CreateTime><MsgType>text</MsgType><Content>a</Content><MsgId>7</MsgId></xml>",
           REFUSED_RECIPIENT);
    refuse(*state, "<xml><ToUserName>gh_linlidemo2</ToUserName></xml>", REFUSED_RECIPIENT);
}

static void test_missing_and_wrong_elements(void **state)
{
    static const char *const bodies[] = {
        "<xml/>",
        "<xml><ToUserName>gh_linlidemo</ToUserName></xml>",
        "<html><ToUserName>gh_linlidemo</ToUserName></html>",
        "<xml><ToUserName>gh_linlidemo</ToUserName><Encrypt>AAAA</Encrypt></xml>",
        HEAD("text") "<Content>a</Content></xml>",
        TEXT("a", "x7"),
        TEXT("a", "-7"),
        TEXT("a", "123456789012345678901"),
        HEAD("event") "</xml>",
        EVENT("", ""),
        EVENT("CLICK me", ""),
        EVENT("CLICK", "<MsgID>x</MsgID>"),
        HEAD("te xt") "<MsgId>1</MsgId></xml>",
        HEAD("") "<MsgId>1</MsgId></xml>",
        "<xml><ToUserName>gh_linlidemo</ToUserName><FromUserName>o U</FromUserName><CreateTime>1"
        "</CreateTime><MsgType>text</MsgType><MsgId>7</MsgId></xml>",
        "<xml><ToUserName>gh_linlidemo</ToUserName><FromUserName>oU</FromUserName><CreateTime>soon"
        "</CreateTime><MsgType>text</MsgType><MsgId>7</MsgId></xml>",
        "<xml><ToUserName>gh_linlidemo</ToUserName><FromUserName>oU</FromUserName><CreateTime>"
        "99999999999999999999</CreateTime><MsgType>text</MsgType><MsgId>7</MsgId></xml>",
    };
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
        refuse(*state, bodies[i], REFUSED_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_text, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_loose_forms, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_text_is_cleaned_and_cut, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_other_messages, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_location, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_what_nobody_handles_is_other, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_moving_pictures, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_tapped, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_another_account, open_demo, close_demo),
        cmocka_unit_test_setup_teardown(test_missing_and_wrong_elements, open_demo, close_demo),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
