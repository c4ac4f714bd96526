#include "conversations/understand/backtrack.h"

#include "conversations/understand/pattern.h"
#include "conversations/understand/regex.h"
#include "gateway/base/sbuf.h"
#include "tests/conversations/understand/world.h"

static const char nested[] = "stands inside another";
static const char two_ways[] = "in two ways";
static const char beside[] = "beside each other";

static void refused_with_the_part_and_what_to_write(void **state)
{
    static const struct {
        const char *pattern, *reason, *part, *text;
    } rows[] = {
        { "^(?:a+b)+$", nested, "(?:a+b)+", "" },
        { "(a*)*", nested, "(a*)*", "" },
        { "((?:x{2,})y)*", nested, "((?:x{2,})y)*", "" },
        { "(?:(?:a{1,100})b)+", nested, "(?:(?:a{1,100})b)+", "" },
        { "^(?:a|a)*$", two_ways, "(?:a|a)*", "aaa" },
        { "^(?:a|ab|b)*$", two_ways, "(?:a|ab|b)*", NULL },
        { "^(?:谢谢|谢|了)+$", two_ways, "(?:谢谢|谢|了)+", NULL },
        { "(?:[ab]|[bc]x?)+!", two_ways, "(?:[ab]|[bc]x?)+", NULL },
        { "(?:a?b?)*c", two_ways, "(?:a?b?)*", NULL },
        { "(?:ab?|b)*c", two_ways, "(?:ab?|b)*", NULL },
        { "(?:a{0,3})*c", two_ways, "(?:a{0,3})*", NULL },
        { "(?:\\p{Han}|好的)*x", two_ways, "(?:\\p{Han}|好的)*", NULL },
        { "(?:报名|报|名(?=去))*去", two_ways, "(?:报名|报|名(?=去))*", NULL },
        { "(?=(?:a|aa)*b)", two_ways, "(?:a|aa)*", NULL },
        { "(?!.*(?:x+)+)", nested, "(?:x+)+", "" },
        { "[ ,]*[ .]*x", beside, "[ ,]*[ .]*", "" },
        { "\\d+(?:第)?\\d+", beside, "\\d+(?:第)?\\d+", "" },
        { "(?:的|了)*(?:的|吧)*$", beside, "(?:的|了)*(?:的|吧)*", "" },
        { ".*.{0,80}x", beside, ".*.{0,80}", "" },
        { "(?:x*y?){0,3}z", beside, "x*", "" },
        { "(?:x*|q)(?:x+|r)", beside, "x*|q)(?:x+", "" },
        { "a*xb*yc*zd*ve*", "more than four", "a*xb*yc*zd*ve*", "" },
        { "(a)\\1*", "refers back", NULL, "" },
        { "(?i)a*", "cannot be bounded", NULL, "" },
        { "a(?R)?b", "cannot be bounded", NULL, "" },
        { "(*COMMIT)a", "cannot be bounded", NULL, "" },
        { "\\p{L}+", "property", NULL, "" },
        { "[[:alpha:]]+", "named class", NULL, "" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct backtrack b;
        const char *p = rows[i].pattern;
        if (backtrack_proven(p, &b)) {
            fail_msg("%s is taken for bounded", p);
        }
        if (strstr(b.reason, rows[i].reason) == NULL) {
            fail_msg("%s: %s, expected %s", p, b.reason, rows[i].reason);
        }
        if (rows[i].part != NULL &&
            (b.to - b.from < strlen(rows[i].part) ||
             strncmp(p + b.from, rows[i].part, strlen(rows[i].part)) != 0)) {
            fail_msg("%s: points at %.*s", p, (int)(b.to - b.from), p + b.from);
        }
        if (rows[i].text != NULL ? strcmp(b.text, rows[i].text) != 0 : b.text[0] == '\0') {
            if (strstr(b.reason, two_ways) != NULL) {
                fail_msg("%s: shows 「%s」", p, b.text);
            }
        }
        assert_true(strlen(b.advice) > 10);
    }
}

static void bounded_patterns_are_proven(void **state)
{
    static const char *const patterns[] = {
        "",
        "^(?:a|b){0,8}c*$",
        "[+*(]+\\+\\(",
        "(?:\\x{e000}a)+",
        "(?:a++b)+",
        "(?>(?:谢谢|了)*)了",
        "(?:谢谢|谢|了)*+$",
        "^(?:志愿者|志工|义工)+$",
        "^(?:报名|报个名|报一个名)*去$",
        "(?:ab|ac|a)*d",
        "(?:能|才能|样)*(?:报名)",
        "[ ,]*(?:第)[ ,]*",
        "[ ,]*+(?:第)?[ ,]*",
        "[^ ,]*[ ,]+[^ ,]*",
        "^(?!.*(?:没|不)).{0,40}?(?<n>\\d{1,3})(?:号)?.*$",
        "\\d{4,8}[ .。]*$",
        "(?:a{1,3}b)*c",
        "(?:(?:x|y){0,4}z)*",
        "x{0,40}x{0,40}x{0,40}y", /* counted: however slow, the steps have an end */
        "\\(\\?\\*",
        "{name}[{}]",
        "a{,3}b",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        struct backtrack b;
        if (!backtrack_proven(patterns[i], &b)) {
            fail_msg("%s: %s", patterns[i], b.reason);
        }
    }
}

static pcre2_code *compile(const char *pattern)
{
    int number;
    PCRE2_SIZE offset;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, strlen(pattern), PCRE2_UTF | PCRE2_UCP,
                                     &number, &offset, NULL);
    assert_non_null(code);
    return code;
}

/* What was proven takes a number of steps that grows with the text, not with powers of two. */
static void the_proof_tells_the_truth(void **state)
{
    static const struct {
        const char *pattern, *word;
    } rows[] = {
        { "^(?:谢谢|谢|了)+$", "谢谢" }, { "^(?:a|ab|b)*$", "ab" },
        { "^(?:a?b?)*$", "ab" },         { "^(?:a+b?)+$", "aa" },
        { "^(?:ab?|b)*$", "ab" },        { "^(?:志愿者|志工)+$", "志工" },
        { "^(?:ab|ac|a)*$", "ab" },      { "^(?:能|才能|样)*$", "才能" },
        { "^(?:a{1,3}b)*$", "aab" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct backtrack b;
        struct sbuf text;
        sbuf_init(&text, 600);
        for (int k = 0; k < 24; k++)
            sbuf_str(&text, rows[i].word);
        sbuf_str(&text, "!");
        struct slice t = sbuf_slice(&text);
        pcre2_code *code = backtrack_compile(rows[i].pattern);
        bool fast = backtrack_steps(code, t.p, t.n, 100000) < 1000;
        sbuf_free(&text);
        pcre2_code_free(code);
        if (fast != backtrack_proven(rows[i].pattern, &b)) {
            fail_msg("%s is %s", rows[i].pattern, fast ? "fast and refused" : "slow and proven");
        }
    }
}

static void slow_ones_are_found_by_trying(void **state)
{
    struct backtrack b;
    (void)state;
    static const char slow[] = "x[xy]{0,40}x[xz]{0,40}x[xv]{0,40}w";
    assert_true(backtrack_proven(slow, &b));
    assert_false(backtrack_tried(slow, &b));
    assert_true(b.steps >= BACKTRACK_STEPS_MAX);
    assert_int_equal(b.text[0], 'x');
    assert_non_null(strstr(b.reason, "too many steps"));
    static const char fine[] = "^(?:报名|参加)[^ ,]{0,20}(?:活动)?$";
    assert_true(backtrack_tried(fine, &b));
}

/* Every pattern takes what is written out from it (looks aside are left out of these). */
static void samples_are_taken(void **state)
{
    static const char *const patterns[] = { "^(?:报名|参加)\\d{1,3}号?$", "^[^a]b{2,3}(?:c|d+)$",
                                            "^\\x{e000}(?:在|到).{2,4}了$", "^\\p{Han}+\\s?x$" };
    (void)state;
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        struct regex_fault fault;
        pcre2_code *code = compile(patterns[i]);
        pcre2_match_data *data = pattern_data(&world_arena);
        const struct regex *root = regex_parse(patterns[i], &world_arena, &fault);
        assert_non_null(root);
        for (uint32_t seed = 0; seed < 200; seed++) {
            char text[200];
            size_t n = regex_sample(root, seed, text, sizeof(text));
            if (pcre2_match(code, (PCRE2_SPTR)text, n, 0, 0, data, NULL) < 0) {
                fail_msg("%s does not take %.*s", patterns[i], (int)n, text);
            }
        }
        pcre2_code_free(code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_with_the_part_and_what_to_write),
        cmocka_unit_test(bounded_patterns_are_proven),
        cmocka_unit_test(the_proof_tells_the_truth),
        cmocka_unit_test(slow_ones_are_found_by_trying),
        cmocka_unit_test(samples_are_taken),
    };
    return cmocka_run_group_tests(tests, NULL, world_teardown);
}
