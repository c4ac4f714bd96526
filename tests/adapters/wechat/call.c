#include "adapters/wechat/call.h"

#include "adapters/wechat/manage.h"
#include "adapters/wechat/say.h"
#include "tests/adapters/harness.h"

#define ACCOUNT                                                                                    \
    "{\"token\":\"abc\",\"original_id\":\"gh_1\",\"app_id\":\"wx1\",\"app_secret\":"               \
    "\"secret12345\"}"

static int open_account(void **state)
{
    struct bench *b = mem_alloc(sizeof(*b));
    *state = b;
    return bench_open(b, "wechat", ACCOUNT);
}

static int close_account(void **state)
{
    bench_close(*state);
    free(*state);
    return 0;
}

static struct http_call build(struct bench *b, enum wechat_call call, const char *query,
                              json_t *body)
{
    struct http_call out = { 0 };
    assert_int_equal(wechat_call_build(&b->account, call, SLICE("T"), slice_of(query), body,
                                       &b->arena, &out, &b->fault),
                     0);
    return out;
}

static void bodies(void **state)
{
    struct bench *b = *state;
    const struct slice choices[] = { SLICE("能"), SLICE("不能") };
    const struct say_article article = { SLICE("义诊"), SLICE("周六"), SLICE("https://x.cn/1"),
                                         SLICE("https://x.cn/1.png") };
    json_t *list = json_pack("[ss]", "o1", "o2"), *mass_tag, *mass_list, *qr, *tag, *gone;
    struct fault *fault = &b->fault;
    assert_int_equal(say_mass_tag(101, SLICE("好"), SLICE("k-1"), &b->arena, &mass_tag, fault), 0);
    assert_int_equal(say_mass_list(list, SLICE("好"), SLICE("k2"), &b->arena, &mass_list, fault),
                     0);
    assert_int_equal(manage_qr(SLICE("act1"), false, 60, &qr, fault), 0);
    assert_int_equal(manage_tag_create(SLICE("骨干"), &tag, fault), 0);
    assert_int_equal(manage_tag_delete(134, &gone, fault), 0);
    const struct {
        enum wechat_call call;
        json_t *body;
        const char *expected;
    } rows[] = {
        { WECHAT_SEND, say_image(SLICE("o1"), SLICE("M")),
          "{\"touser\":\"o1\",\"msgtype\":\"image\",\"image\":{\"media_id\":\"M\"}}" },
        { WECHAT_SEND, say_news(SLICE("o1"), &article, &b->arena),
          "{\"touser\":\"o1\",\"msgtype\":\"news\",\"news\":{\"articles\":[{\"title\":\"义诊\","
          "\"description\":\"周六\",\"url\":\"https://x.cn/1\",\"picurl\":\"https://x.cn/1.png\"}]}"
          "}" },
        { WECHAT_SEND,
          say_choices(SLICE("o1"), SLICE("能来吗？"), choices, 2, SLICE(""), &b->arena),
          "{\"touser\":\"o1\",\"msgtype\":\"msgmenu\",\"msgmenu\":{\"head_content\":\"能来吗？\","
          "\"list\":[{\"id\":\"1\",\"content\":\"能\"},{\"id\":\"2\",\"content\":\"不能\"}],"
          "\"tail_content\":\"\"}}" },
        { WECHAT_TYPING, say_typing(SLICE("o1"), true),
          "{\"touser\":\"o1\",\"command\":\"Typing\"}" },
        { WECHAT_MASS_TAG, mass_tag,
          "{\"filter\":{\"is_to_all\":false,\"tag_id\":101},\"send_ignore_reprint\":0,\"msgtype\":"
          "\"text\",\"text\":{\"content\":\"好\"},\"clientmsgid\":\"k-1\"}" },
        { WECHAT_MASS_LIST, mass_list,
          "{\"touser\":[\"o1\",\"o2\"],\"msgtype\":\"text\",\"text\":{\"content\":\"好\"},"
          "\"clientmsgid\":\"k2\"}" },
        { WECHAT_QR, qr,
          "{\"expire_seconds\":60,\"action_name\":\"QR_STR_SCENE\",\"action_info\":{\"scene\":{"
          "\"scene_str\":\"act1\"}}}" },
        { WECHAT_TAG_CREATE, tag, "{\"tag\":{\"name\":\"骨干\"}}" },
        { WECHAT_TAG_DELETE, gone, "{\"tag\":{\"id\":134}}" },
        { WECHAT_TAG_ADD, manage_tag_members(134, list, 1),
          "{\"openid_list\":[\"o2\"],\"tagid\":134}" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct http_call call = build(b, rows[i].call, "", rows[i].body);
        assert_text(call.body, rows[i].expected);
        assert_string_equal(call.method, "POST");
        assert_text(call.url, arena_printf(&b->arena, "https://api.weixin.qq.com%s?access_token=T",
                                           wechat_call_path(rows[i].call))
                                  .p);
    }
    json_decref(list);
}

static void what_is_refused_before_it_is_asked(void **state)
{
    struct bench *b = *state;
    json_t *out, *one = json_pack("[s]", "o1"), *two = json_pack("[ss]", "o1", "o2");
    struct fault *fault = &b->fault;
    struct slice good = SLICE("k"), text = SLICE("x");
    char long_scene[66] = { 0 };
    memset(long_scene, 'a', 65);
    assert_int_equal(say_mass_list(one, text, good, &b->arena, &out, fault), GW_EINVAL);
    assert_int_equal(say_mass_list(two, text, SLICE(""), &b->arena, &out, fault), GW_EINVAL);
    assert_int_equal(say_mass_list(two, text, SLICE("a b"), &b->arena, &out, fault), GW_EINVAL);
    assert_int_equal(say_mass_tag(1, SLICE(""), good, &b->arena, &out, fault), GW_EINVAL);
    assert_int_equal(manage_qr(SLICE(""), true, 0, &out, fault), GW_EINVAL);
    assert_int_equal(manage_qr(slice_of(long_scene), true, 0, &out, fault), GW_EINVAL);
    assert_int_equal(manage_qr(SLICE("扫"), true, 0, &out, fault), GW_EINVAL);
    assert_int_equal(manage_qr(SLICE("a"), false, 0, &out, fault), GW_EINVAL);
    assert_int_equal(manage_qr(SLICE("a"), false, 2592001, &out, fault), GW_EINVAL);
    assert_int_equal(manage_tag_create(SLICE("一二三四五六七八九十一"), &out, fault), GW_EINVAL);
    assert_int_equal(manage_tag_delete(2, &out, fault), GW_EINVAL);
    json_decref(one);
    json_decref(two);
}

static int check_menu(const char *text, struct fault *fault)
{
    json_t *menu = json_loads(text, 0, NULL);
    assert_non_null(menu);
    int rc = manage_menu_check(menu, fault);
    json_decref(menu);
    return rc;
}

static void menus(void **state)
{
    (void)state;
    struct fault fault = { 0 };
#define B(name) "{\"type\":\"click\",\"name\":\"" name "\",\"key\":\"k\"}"
    static const char *const good[] = {
        "{\"button\":[" B("活动") "]}",
        "{\"button\":[{\"name\":\"我的\",\"sub_button\":[" B("时长") "," B("报名") "]}," B(
            "帮助") "]}",
        "{\"button\":[{\"type\":\"view\",\"name\":\"看\",\"url\":\"https://x.cn\"}]}",
    };
    static const struct {
        const char *menu, *words;
    } bad[] = {
        { "{}", "1 to 3" },
        { "{\"button\":[]}", "1 to 3" },
        { "{\"button\":[" B("a") "," B("b") "," B("c") "," B("d") "]}", "1 to 3" },
        { "{\"button\":[" B("一二三四五六") "]}", "18 bytes" },
        { "{\"button\":[" B("") "]}", "0 bytes" },
        { "{\"button\":[{\"name\":\"a\",\"type\":\"klick\",\"key\":\"k\"}]}", "no type" },
        { "{\"button\":[{\"name\":\"a\",\"type\":\"click\"}]}", "\"key\"" },
        { "{\"button\":[{\"name\":\"a\",\"sub_button\":[]}]}", "1 to 5" },
        { "{\"button\":[{\"name\":\"a\",\"type\":\"click\",\"sub_button\":[" B("b") "]}]}",
          "1 to 5" },
        { "{\"button\":[{\"name\":\"a\",\"sub_button\":[{\"name\":\"b\",\"sub_button\":[" B(
              "c") "]}]}]}",
          "at the top" },
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_int_equal(check_menu(good[i], &fault), 0);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        fault = (struct fault){ 0 };
        assert_int_equal(check_menu(bad[i].menu, &fault), GW_EINVAL);
        if (strstr(fault.text, bad[i].words) == NULL)
            fail_msg("%s: %s", bad[i].menu, fault.text);
    }
}

static void reads_and_queries(void **state)
{
    struct bench *b = *state;
    struct http_call call = build(b, WECHAT_USER, "openid=o1&lang=zh_CN", NULL);
    assert_string_equal(call.method, "GET");
    assert_text(call.url, "https://api.weixin.qq.com/cgi-bin/user/info?access_token=T&openid=o1&"
                          "lang=zh_CN");
    assert_int_equal(call.body.n, 0);
    assert_null(call.headers[0]);
    for (int i = 0; i < WECHAT_CALLS; i++) {
        assert_true(slice_starts(slice_of(wechat_call_path(i)), SLICE("/cgi-bin/")));
        assert_true(strlen(wechat_call_name(i)) > 4);
    }
}

static void an_upload(void **state)
{
    struct bench *b = *state;
    struct http_call call;
    struct slice png = SLICE("\x89PNG\r\n\x1A\n--data");
    assert_int_equal(wechat_upload_build(&b->account, SLICE("T"), SLICE("image"),
                                         SLICE("a \"b\";.png\r\n"), png, &b->arena, &call,
                                         &b->fault),
                     0);
    assert_text(call.url,
                "https://api.weixin.qq.com/cgi-bin/media/upload?access_token=T&type=image");
    struct slice kind = slice_of(call.headers[0]);
    assert_true(slice_starts(kind, SLICE("Content-Type: multipart/form-data; boundary=")));
    struct slice mark = slice_skip(kind, strlen("Content-Type: multipart/form-data; boundary="));
    assert_int_equal(mark.n, 64);
    struct slice expected = arena_printf(
        &b->arena,
        "--%.*s\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a _b__.png__\"\r\n"
        "Content-Type: image/png\r\n\r\n%.*s\r\n--%.*s--\r\n",
        SLICE_ARG(mark), SLICE_ARG(png), SLICE_ARG(mark));
    assert_text(call.body, expected.p);
    assert_int_equal(wechat_upload_build(&b->account, SLICE("T"), SLICE("image"), SLICE("a"),
                                         SLICE(""), &b->arena, &call, &b->fault),
                     GW_ETOOBIG);
    struct slice big = { arena_alloc(&b->arena, 70000), 70000 };
    assert_int_equal(wechat_upload_build(&b->account, SLICE("T"), SLICE("thumb"), SLICE("a"), big,
                                         &b->arena, &call, &b->fault),
                     GW_ETOOBIG);
}

static struct http_result result_of(int status, const char *body)
{
    return (
        struct http_result){ .status = status, .sent = true, .body = slice_of(body), .at = NOW };
}

static void answers(void **state)
{
    struct bench *b = *state;
    static const struct {
        enum wechat_call call;
        const char *body;
        enum send_outcome outcome;
        const char *id;
    } rows[] = {
        { WECHAT_TEMPLATE, "{\"errcode\":0,\"errmsg\":\"ok\",\"msgid\":200228332}", SEND_OK,
          "200228332" },
        { WECHAT_NOTICE, "{\"errcode\":0,\"msgid\":\"1700827132819554304\"}", SEND_OK,
          "1700827132819554304" },
        { WECHAT_TEMPLATE, "{\"errcode\":0,\"msgid\":1700827132819554304}", SEND_OK,
          "1700827132819554304" },
        { WECHAT_MASS_TAG, "{\"errcode\":45065,\"errmsg\":\"clientmsgid exist\",\"msg_id\":7}",
          SEND_OK, "7" },
        { WECHAT_QR, "{\"ticket\":\"gQ\",\"url\":\"http://weixin.qq.com/q/1\"}", SEND_OK, "" },
        { WECHAT_QR, "{\"url\":\"http://weixin.qq.com/q/1\"}", SEND_LATER, "" },
        { WECHAT_QR, "{\"errcode\":48001}", SEND_ACCOUNT_BROKEN, "" },
        { WECHAT_MENU_PUSH, "{\"errcode\":0}", SEND_OK, "" },
        { WECHAT_MENU_PUSH, "{\"errcode\":40018}", SEND_REJECTED, "" },
        { WECHAT_MENU_PUSH, "{}", SEND_UNCERTAIN, "" },
        { WECHAT_USER, "{\"subscribe\":0,\"openid\":\"o1\"}", SEND_OK, "" },
        { WECHAT_TAGS, "<html>", SEND_UNCERTAIN, "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct wechat_answer got;
        const struct http_result result = result_of(200, rows[i].body);
        wechat_call_read(rows[i].call, &result, &b->arena, &got);
        if (got.sent.outcome != rows[i].outcome)
            fail_msg("%s: %d", rows[i].body, (int)got.sent.outcome);
        assert_text(got.sent.provider_id, rows[i].id);
        json_decref(got.object);
    }
    struct wechat_answer got;
    const struct http_result refused =
        result_of(200, "{\"errcode\":48001,\"errmsg\":\"api unauthorized rid: 65-ab0<script>\"}");
    wechat_call_read(WECHAT_QR, &refused, &b->arena, &got);
    assert_text(got.rid, "65-ab0");
    json_decref(got.object);
}

static void downloads(void **state)
{
    struct bench *b = *state;
    struct sent sent;
    struct slice file, url;
    const struct http_result picture = result_of(200, "\xFF\xD8\xFF{}");
    const struct http_result film = result_of(200, "{\"video_url\":\"https://v.qq.com/1\"}");
    const struct http_result gone = result_of(200, "{\"errcode\":40007}");
    const struct http_result page = result_of(502, "<html>");
    wechat_download_read(&picture, &b->arena, &sent, &file, &url);
    assert_int_equal(sent.outcome, SEND_OK);
    assert_text(file, "\xFF\xD8\xFF{}");
    wechat_download_read(&film, &b->arena, &sent, &file, &url);
    assert_int_equal(sent.outcome, SEND_OK);
    assert_text(url, "https://v.qq.com/1");
    assert_int_equal(file.n, 0);
    wechat_download_read(&gone, &b->arena, &sent, &file, &url);
    assert_int_equal(sent.outcome, SEND_REJECTED);
    wechat_download_read(&page, &b->arena, &sent, &file, &url);
    assert_int_equal(sent.outcome, SEND_LATER);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, open_account, close_account)
    const struct CMUnitTest tests[] = {
        TEST(bodies),    TEST(what_is_refused_before_it_is_asked),
        TEST(menus),     TEST(reads_and_queries),
        TEST(an_upload), TEST(answers),
        TEST(downloads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
