#include <stdlib.h>
#include <string.h>

#include "conversations/check.h"
#include "conversations/render.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/base/segments.h"
#include "gateway/base/utf8.h"

enum {
    WECHAT_BYTES_MAX = 2000, /* scripts.md section 2: limit of a passive text */
    CHOICES_MAX = 9,         /* design.md: at most nine choices */
    PHONE_DIGITS = 7,        /* a run of digits that long reads as a telephone number */
    SHORT_DIGITS = 5,        /* service numbers: 12345, 95598 */
    CODE_LETTERS = 4         /* letters and digits together of a certificate's number or code */
};

/* design.md, "Conversations": words that are never said, and what carriers block. */
static const char *const forbidden[] = { "系统",     "用户", "无效", "错误", "超时",
                                         "验证失败", "候补", "会话", NULL };
static const char *const links[] = { "://", "http:", "https:", "www.", ".com", ".cn", NULL };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* What everybody may dial in danger, named in safety texts alone (scripts.md section 0, rule 8). */
static const char *const danger_numbers[] = { "120", "110", "119", "12356", NULL };
/* Short numbers begin so: 12345, 95598, 96128, 10086; and the three that are no more than that. */
static const char *const short_heads[] = { "12", "95", "96", "100", NULL };
static const char *const short_whole[] = { "110", "119", "120", "122", NULL };
/* What is counted is not called: 最多110个字. */
static const char *const counted[] = { "个", "字", "人", "条", "小时", "分", "元", "名", NULL };

static bool is_listed(struct slice word, const char *const *list, bool head)
{
    for (; *list != NULL; list++)
        if (head ? slice_starts(word, slice_of(*list)) : slice_eq(word, slice_of(*list)))
            return true;
    return false;
}

/* Whether a run of digits (hyphens between them left in) reads as a telephone number: 0879-2123456,
 * 400-1234567, 12345, 110. A certificate's number has letters in front. */
static bool is_telephone(struct slice run, struct slice behind, bool after_letter, bool safety)
{
    size_t digits = 0;
    for (size_t i = 0; i < run.n; i++)
        digits += is_digit(run.p[i]);
    if (after_letter || (safety && is_listed(run, danger_numbers, false)))
        return false;
    if (digits >= PHONE_DIGITS)
        return true;
    return !is_listed(behind, counted, true) &&
           (is_listed(run, short_whole, false) ||
            (digits == SHORT_DIGITS && digits == run.n && is_listed(run, short_heads, true)));
}

static bool has_telephone(struct slice text, bool safety)
{
    for (size_t i = 0; i < text.n; i++) {
        if (!is_digit(text.p[i]))
            continue;
        size_t end = i;
        while (end < text.n && (is_digit(text.p[end]) || (text.p[end] == '-' && end + 1 < text.n &&
                                                          is_digit(text.p[end + 1]))))
            end++;
        bool after_letter = i > 0 && is_letter(text.p[i - 1]);
        if (is_telephone((struct slice){ text.p + i, end - i }, slice_skip(text, end), after_letter,
                         safety))
            return true;
        i = end;
    }
    return false;
}

/* In the wording, outside of parameters: those are values, 5000 hours or a code of one use. */
static bool words_have_telephone(const struct template *t, bool safety)
{
    for (int i = 0; i < t->count; i++)
        if (t->parts[i].kind == PART_TEXT && has_telephone(t->parts[i].text, safety))
            return true;
    return false;
}

/* A whole mobile number anywhere in what would be sent. */
static bool shows_mobile(struct slice text)
{
    for (size_t i = 0; i < text.n;) {
        size_t n = 0;
        char phone[12];
        while (i + n < text.n && is_digit(text.p[i + n]))
            n++;
        if (n == 11 && phone_normalize((struct slice){ text.p + i, n }, phone))
            return true;
        i += n > 0 ? n : 1;
    }
    return false;
}

static const char *first_of(struct slice text, const char *const *words)
{
    for (; *words != NULL; words++)
        if (slice_find(text, slice_of(*words)) >= 0)
            return *words;
    return NULL;
}

/* Characters beyond the BMP cost two units and are emoji as a rule; U+2600 to U+27BF are dingbats.
 */
static bool has_emoji(struct slice text)
{
    for (int32_t cp = utf8_next(&text); cp >= 0; cp = utf8_next(&text))
        if (cp > 0xFFFF || (cp >= 0x2600 && cp <= 0x27BF))
            return true;
    return false;
}

/* The forms a person is not shown: 14:00 and 2026-11-28 (scripts.md section 0, rule 4). */
static bool has_machine_time(struct slice text)
{
    for (size_t i = 0; i + 4 < text.n; i++) {
        if (is_digit(text.p[i]) && text.p[i + 1] == ':' && is_digit(text.p[i + 2]) &&
            is_digit(text.p[i + 3]))
            return true;
        if (is_digit(text.p[i]) && text.p[i + 1] == '-' && is_digit(text.p[i + 2]) &&
            is_digit(text.p[i + 3]) && text.p[i + 4] == '-')
            return true;
    }
    return false;
}

/* Letters and digits in front of `text`: how many, and whether digits are among them. */
static size_t word_length(struct slice text, bool *digits)
{
    size_t n = 0;
    *digits = false;
    for (; n < text.n && (is_letter(text.p[n]) || is_digit(text.p[n])); n++)
        *digits = *digits || is_digit(text.p[n]);
    return n;
}

static bool begins_with_offer(struct slice text)
{
    static const char *const between[] = { "复", "个", "“", "‘", " ", NULL };
    for (int i = 0; between[i] != NULL; i++)
        if (slice_starts(text, slice_of(between[i])))
            text = slice_skip(text, strlen(between[i]));
    if (text.n == 0 || !is_letter(*text.p))
        return false;
    bool digits;
    size_t n = word_length(text, &digits);
    bool is_code = digits && n >= CODE_LETTERS;
    return !is_code && !slice_starts(slice_skip(text, n), SLICE("后"));
}

/* 回R, 回复“N” …: letters are never offered, but for what recruitment carries by law and for the
 * number and code of a certificate, which are copied. 回R后 tells of one that was sent. */
static bool offers_letter(struct slice text)
{
    static const char *const verbs[] = { "回", "发", "写", "填", "按", "选", NULL };
    for (int i = 0; verbs[i] != NULL; i++) {
        struct slice verb = slice_of(verbs[i]), rest = text;
        for (ptrdiff_t at = slice_find(rest, verb); at >= 0; at = slice_find(rest, verb)) {
            rest = slice_skip(rest, (size_t)at + verb.n);
            if (begins_with_offer(rest))
                return true;
        }
    }
    return false;
}

static void note(struct check *k, const struct message *m, const char *what, const char *word)
{
    check_finding(k, m->file, "line %d: '%s' %s%s%s", m->line, m->id, what, word != NULL ? " " : "",
                  word != NULL ? word : "");
}

static void check_words(struct check *k, const struct message *m, struct slice text, bool sms)
{
    const char *word = first_of(text, forbidden);
    if (word != NULL)
        note(k, m, "says", word);
    if (has_machine_time(text))
        note(k, m, "shows a time or date as machines write it", NULL);
    if (!sms)
        return;
    word = first_of(text, links);
    if (word != NULL)
        note(k, m, "holds a link:", word);
    if (words_have_telephone(&m->sms, m->class == MESSAGE_SAFETY) || shows_mobile(text))
        note(k, m, "holds a telephone number", NULL);
    if (slice_find(text, SLICE("【")) >= 0 || slice_find(text, SLICE("】")) >= 0)
        note(k, m, "holds 【 or 】, which belong to the signature", NULL);
    if (slice_find(text, SLICE("〔")) >= 0)
        note(k, m, "holds 〔…〕, which only WeChat can tap", NULL);
    if (has_emoji(text))
        note(k, m, "holds an emoji or a sign beyond the BMP", NULL);
    if (offers_letter(text))
        note(k, m, "offers a letter to reply", NULL);
}

/* Renders with the example: false (noted) when it does not fill the text. */
static bool render_example(struct check *k, const struct message *m, enum text_channel channel,
                           struct sbuf *out)
{
    struct rendering r = { .channel = channel };
    int rc = render_message(m, m->example, &r, out);
    if (rc == GW_OK)
        return true;
    if (r.missing != NULL)
        note(k, m, "has no example for parameter", r.missing);
    else if (r.wrong != NULL)
        note(k, m, "has an example its format refuses:", r.wrong);
    else
        note(k, m, "cannot be rendered", NULL);
    return false;
}

/* scripts.md section 0, rule 8: recruitment ends with 拒收请回复R, and nothing else has it. `text`
 * is the message as it is sent. */
static void check_refusal(struct check *k, const struct message *m, struct slice text)
{
    const struct slice end = slice_of(render_recruit_end);
    ptrdiff_t at = slice_find(text, end);
    bool recruits = m->class == MESSAGE_RECRUIT;
    if (!recruits && at >= 0)
        note(k, m, "is no recruitment and says", render_recruit_end);
    if (recruits && (at < 0 || (size_t)at + end.n != text.n))
        note(k, m, "is recruitment and does not end once with", render_recruit_end);
}

/* Numbered choices written into the text itself: 1…, 2… up to the highest in a row. */
static int written_choices(struct slice text)
{
    int expected = 1;
    for (size_t i = 0; i < text.n; i++) {
        if (!is_digit(text.p[i]) || (i > 0 && is_digit(text.p[i - 1])))
            continue;
        int n = 0;
        size_t j = i;
        for (; j < text.n && is_digit(text.p[j]) && n < 100; j++)
            n = n * 10 + (text.p[j] - '0');
        if (n == expected && j < text.n && text.p[j] == ' ')
            expected++;
    }
    return expected - 1;
}

void check_question(struct check *k, const struct message *m)
{
    static const char *const asks[] = { "回", "发来", "写", "发", "填", "如：", NULL };
    struct sbuf b;
    sbuf_init(&b, RENDER_MAX);
    struct rendering r = { .channel = CHANNEL_SMS, .lenient = true };
    if (render_message(m, m->example, &r, &b) == GW_OK) {
        struct slice text = sbuf_slice(&b);
        if (first_of(text, asks) == NULL)
            note(k, m, "is a question that does not say what to reply", NULL);
        if (written_choices(text) > CHOICES_MAX)
            note(k, m, "offers more than nine choices", NULL);
    }
    sbuf_free(&b);
}

/* The SMS as it would be sent, counted and held to its budget; its parts' lengths into the row. */
static void check_segments(struct check *k, const struct message *m, json_t *row)
{
    struct slice text;
    struct segments s = { 0 };
    json_t *parts = json_array();
    if (catalogue_render(k->c, m->id, m->example, CHANNEL_SMS, k->signature, false, &k->arena,
                         &text) == GW_OK) {
        segments_split(text, SEGMENTS_MAINLAND, &s);
        check_refusal(k, m, text);
    }
    for (size_t i = 0; i < s.count && i < SEGMENTS_PARTS_MAX; i++)
        json_array_append_new(parts, json_integer((json_int_t)s.parts[i].units));
    json_put_int(row, "units", (int64_t)s.units);
    json_put_int(row, "segments", (int64_t)s.count);
    json_put_int(row, "budget", m->budget);
    json_object_set_new(row, "parts", parts);
    if (s.count > (size_t)m->budget)
        check_finding(k, m->file, "line %d: '%s' takes %zu segments, %d allowed (%zu units)",
                      m->line, m->id, s.count, m->budget, s.units);
}

json_t *check_message(struct check *k, const struct message *m)
{
    struct sbuf sms, wechat;
    json_t *row = json_object();
    json_object_set_new(row, "id", json_string(m->id));
    sbuf_init(&sms, RENDER_MAX);
    sbuf_init(&wechat, RENDER_MAX);
    if (render_example(k, m, CHANNEL_SMS, &sms))
        check_words(k, m, sbuf_slice(&sms), true);
    check_segments(k, m, row);
    if (m->has_wechat && render_example(k, m, CHANNEL_WECHAT, &wechat)) {
        check_words(k, m, sbuf_slice(&wechat), false);
        if (wechat.n > WECHAT_BYTES_MAX)
            note(k, m, "is longer than a WeChat reply may be", NULL);
    }
    sbuf_free(&sms);
    sbuf_free(&wechat);
    return row;
}
