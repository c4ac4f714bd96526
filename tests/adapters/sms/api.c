/* What the HTTP APIs of providers share. */
#include "adapters/sms/api.h"

#include "tests/adapters/harness.h"

static enum webhook_refusal take(const struct account *account, const struct webhook *hook,
                                 int64_t now, struct arena *a, struct decoded *out)
{
    (void)account, (void)now, (void)a;
    out->skipped = 3;
    return hook->body.n > 0 ? REFUSED_NONE : REFUSED_MALFORMED;
}

static void test_pushes(void **state)
{
    (void)state;
    static const struct {
        const char *method, *rest, *body;
        enum webhook_refusal refusal;
    } cases[] = {
        { "POST", "", "x", REFUSED_NONE },       { "POST", "/status", "x", REFUSED_NONE },
        { "POST", "/other", "x", REFUSED_PATH }, { "GET", "", "x", REFUSED_METHOD },
        { "POST", "", "", REFUSED_MALFORMED },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct decoded out;
        memset(&out, 0xA5, sizeof(out));
        const struct webhook hook = { .method = slice_of(cases[i].method),
                                      .rest = slice_of(cases[i].rest),
                                      .body = slice_of(cases[i].body) };
        api_decode(NULL, &hook, NOW, NULL, &out, take);
        assert_int_equal(out.refusal, cases[i].refusal);
        assert_int_equal(out.skipped, cases[i].refusal == REFUSED_NONE ? 3 : 0);
        assert_int_equal(out.message_count + out.receipt_count, 0);
    }
}

static void test_forms(void **state)
{
    (void)state;
    struct bench b = { .account = { .full_name = "sms/demo" } };
    struct http_call call;
    struct sbuf form;
    sbuf_init(&form, 40);
    api_form_add(&form, "a", SLICE("1 &"));
    api_form_add(&form, "none", SLICE(""));
    api_form_add(&form, "b", SLICE("好"));
    assert_int_equal(
        api_form_post(&b.account, &form, SLICE("https://x/y"), &b.arena, &call, &b.fault), 0);
    assert_string_equal(call.method, "POST");
    assert_text(call.body, "a=1%20%26&b=%E5%A5%BD");
    assert_string_equal(call.headers[0],
                        "Content-Type: application/x-www-form-urlencoded; charset=utf-8");
    assert_null(call.headers[2]);
    sbuf_init(&form, 8);
    api_form_add(&form, "a", SLICE("123456789"));
    assert_int_equal(
        api_form_post(&b.account, &form, SLICE("https://x/y"), &b.arena, &call, &b.fault),
        GW_ETOOBIG);
    arena_free(&b.arena);
}

static void test_words_of_an_answer(void **state)
{
    (void)state;
    struct bench b = { 0 };
    struct http_result result = {
        .status = 200, .body = SLICE("{\"n\":-3310228982,\"t\":\"ab\",\"o\":{},\"r\":1.5}")
    };
    json_t *answer = api_answer(&result);
    assert_text(api_word(answer, "n", &b.arena), "-3310228982");
    assert_text(api_word(answer, "t", &b.arena), "ab");
    assert_int_equal(api_word(answer, "o", &b.arena).n, 0);
    assert_int_equal(api_word(answer, "r", &b.arena).n, 0);
    assert_int_equal(api_word(answer, "absent", &b.arena).n, 0);
    json_decref(answer);
    result.status = 0;
    assert_null(api_answer(&result));
    assert_int_equal(api_word(NULL, "n", &b.arena).n, 0);
    result.status = 200;
    result.body = SLICE("<html>");
    assert_null(api_answer(&result));
    result.body =
        arena_printf(&b.arena, "{\"id\":\"%.*s\"}", SLICE_ARG(repeat(&b, SLICE("x"), 500)));
    answer = api_answer(&result);
    assert_int_equal(api_provider_id(answer, "id", &b.arena).n, 128);
    json_decref(answer);
    arena_free(&b.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pushes),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_words_of_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
