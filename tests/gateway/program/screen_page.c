/* The leader's page: what it shows when, and that nothing in it runs. */
#include "gateway/program/screen_page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "conversations/conversation.h"

static int load_words(void **state)
{
    struct catalogue *c = NULL;
    struct fault fault = { 0 };
    int rc = catalogue_load(NULL, (struct zone){ 480 }, &c, &fault);
    *state = c;
    return rc;
}

static int release_words(void **state)
{
    catalogue_release(*state);
    return 0;
}

static const char *page(const struct screen_view *view, struct sbuf *out)
{
    sbuf_init(out, SCREEN_PAGE_MAX);
    screen_page(view, out);
    sbuf_char(out, '\0');
    assert_false(out->failed);
    return sbuf_slice(out).p;
}

static struct screen_view view(void **state)
{
    return (struct screen_view){ .catalogue = *state,
                                 .title = SLICE("图书馆<整理>\"&"),
                                 .number = 41,
                                 .code = SLICE("582013"),
                                 .content = SLICE("http://weixin.qq.com/q/02abc"),
                                 .path = SLICE("/here/demo/1-abc"),
                                 .refresh_s = 31 };
}

static void shows_the_code_until_it_changes(void **state)
{
    struct screen_view v = view(state);
    struct sbuf b;
    const char *text = page(&v, &b);
    assert_non_null(strstr(text, "<svg"));
    assert_non_null(strstr(text, "content=\"31\""));
    assert_non_null(strstr(text, "到了 582013"));
    assert_non_null(strstr(text, "图书馆&lt;整理&gt;&quot;&amp;"));
    assert_non_null(strstr(text, "href=\"/here/demo/1-abc?out\""));
    assert_null(strstr(text, "<script"));
    sbuf_free(&b);
}

static void says_what_to_do_without_a_code(void **state)
{
    struct screen_view v = view(state);
    struct sbuf b;
    v.content = SLICE("");
    const char *text = page(&v, &b);
    assert_null(strstr(text, "<svg"));
    assert_non_null(strstr(text, "先用下面的6位数"));
    sbuf_free(&b);
}

static void shows_no_code_before_and_after(void **state)
{
    struct screen_view v = view(state);
    struct sbuf b;
    v.early = true;
    const char *text = page(&v, &b);
    assert_null(strstr(text, "582013"));
    assert_non_null(strstr(text, "refresh"));
    sbuf_free(&b);
    v.early = false;
    v.over = true;
    text = page(&v, &b);
    assert_null(strstr(text, "582013"));
    assert_null(strstr(text, "refresh"));
    sbuf_free(&b);
}

/* The three finder patterns stand in the corners: seven dark modules in the first row at both ends.
 */
static void the_picture_is_a_code(void **state)
{
    struct sbuf b;
    (void)state;
    sbuf_init(&b, SCREEN_PAGE_MAX);
    assert_true(screen_qr(SLICE("http://weixin.qq.com/q/02abc"), &b));
    sbuf_char(&b, '\0');
    const char *text = sbuf_slice(&b).p;
    assert_non_null(strstr(text, "viewBox=\"-4 -4 37 37\"")); /* version 3: 29 modules */
    assert_non_null(strstr(text, "M0 0h7v1h-7z"));
    assert_non_null(strstr(text, "M22 0h7v1h-7z"));
    assert_non_null(strstr(text, "M0 28h7v1h-7z"));
    sbuf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_the_code_until_it_changes),
        cmocka_unit_test(says_what_to_do_without_a_code),
        cmocka_unit_test(shows_no_code_before_and_after),
        cmocka_unit_test(the_picture_is_a_code),
    };
    return cmocka_run_group_tests(tests, load_words, release_words);
}
