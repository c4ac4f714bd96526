#include "conversations/part.h"

#include <string.h>

#include "gateway/base/utf8.h"
#include "tests/support/support.h"

static const struct slice more = { "〔更多〕", sizeof("〔更多〕") - 1 };

static size_t sent(struct slice part, bool follows)
{
    struct sbuf b;
    sbuf_init(&b, 100000);
    part_links(part, 1, &b);
    if (follows) {
        sbuf_char(&b, '\n');
        part_links(more, 1, &b);
    }
    size_t n = sbuf_slice(&b).n;
    assert_false(b.failed);
    sbuf_free(&b);
    return n;
}

/* Every part fits and together they are the whole, but for the line ends between them. Returns how
 * many there are. */
static int check(struct slice whole)
{
    struct slice rest = whole, part;
    for (int i = 0;; i++) {
        bool follows = part_take(whole, i, more, &part);
        assert_true(sent(part, follows) <= PART_BYTES);
        assert_true(slice_starts(rest, part));
        assert_true(utf8_valid(part));
        rest = slice_skip(rest, part.n);
        if (!follows) {
            assert_int_equal(rest.n, 0);
            struct slice beyond;
            assert_false(part_take(whole, i + 7, more, &beyond));
            assert_true(slice_eq(beyond, part));
            return i + 1;
        }
        assert_true(part.n > 0);
        if (rest.n > 0 && rest.p[0] == '\n')
            rest = slice_skip(rest, 1);
    }
}

static void what_fits_is_one_part(void **state)
{
    char text[PART_BYTES + 2];
    (void)state;
    assert_int_equal(check(SLICE("")), 1);
    assert_int_equal(check(SLICE("好")), 1);
    memset(text, 'a', sizeof text);
    assert_int_equal(check((struct slice){ text, PART_BYTES }), 1);
    assert_int_equal(check((struct slice){ text, PART_BYTES + 1 }), 2);
}

static void characters_and_links_stay_whole(void **state)
{
    struct sbuf b;
    struct slice part;
    (void)state;
    for (size_t shift = 0; shift < 40; shift++) {
        sbuf_init(&b, 20000);
        for (size_t i = 0; i < shift; i++)
            sbuf_char(&b, 'a');
        for (int i = 0; i < 40; i++)
            sbuf_printf(&b, "第%d项很长很长的一句话〔报%d〕", i, i);
        int parts = check(sbuf_slice(&b));
        assert_true(parts >= 3);
        for (int i = 0; i < parts; i++) {
            part_take(sbuf_slice(&b), i, more, &part);
            ptrdiff_t opens = 0, closes = 0;
            for (struct slice s = part; s.n > 0; s = slice_skip(s, 1)) {
                opens += slice_starts(s, SLICE("〔"));
                closes += slice_starts(s, SLICE("〕"));
            }
            assert_int_equal(opens, closes);
        }
        sbuf_free(&b);
    }
}

static void a_part_ends_with_a_line(void **state)
{
    struct sbuf b;
    struct slice part;
    (void)state;
    sbuf_init(&b, 20000);
    for (int i = 0; i < 200; i++)
        sbuf_printf(&b, "%03d 一行活动\n", i);
    assert_true(check(sbuf_slice(&b)) >= 2);
    assert_true(part_take(sbuf_slice(&b), 0, more, &part));
    assert_true(slice_ends(part, SLICE("一行活动")));
    assert_true(part_take(sbuf_slice(&b), 1, more, &part) || part.n > 0);
    assert_true(slice_starts(slice_skip(part, 3), SLICE(" 一行活动")));
    sbuf_free(&b);
}

static void brackets_that_are_no_link(void **state)
{
    struct sbuf b;
    (void)state;
    sbuf_init(&b, 20000);
    for (int i = 0; i < 3000; i++)
        sbuf_str(&b, "〔");
    assert_true(check(sbuf_slice(&b)) >= 4);
    sbuf_clear(&b);
    part_links(SLICE("a〔b〕c〔d"), 1, &b);
    assert_slice(sbuf_slice(&b),
                 "a<a href=\"weixin://bizmsgmenu?msgmenucontent=b&msgmenuid=1\">b</a>c〔d");
    sbuf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_is_one_part),
        cmocka_unit_test(characters_and_links_stay_whole),
        cmocka_unit_test(a_part_ends_with_a_line),
        cmocka_unit_test(brackets_that_are_no_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
