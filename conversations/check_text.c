#include <stdlib.h>
#include <string.h>

#include "conversations/check.h"
#include "conversations/render.h"
#include "gateway/base/json.h"
#include "gateway/base/segments.h"
#include "gateway/base/utf8.h"

enum {
    WECHAT_BYTES_MAX = 2000, /* scripts.md section 2: limit of a passive text */
    CHOICES_MAX = 9,         /* design.md: at most nine choices */
    PHONE_DIGITS = 7         /* a run of digits that long reads as a telephone number */
};

/* design.md, "Conversations": words that are never said, and what carriers block. */
static const char *const forbidden[] = { "系统",     "用户", "无效", "错误", "超时",
                                         "验证失败", "候补", "会话", NULL };
static const char *const links[] = { "http:", "https:", "www.", ".com", ".cn", "weixin://", NULL };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Longest run of ASCII digits outside parameters: wording, not values. */
static size_t longest_digits(const struct template *t)
{
    size_t longest = 0;
    for (int i = 0; i < t->count; i++) {
        size_t run = 0;
        struct slice text = t->parts[i].text;
        for (size_t j = 0; t->parts[i].kind == PART_TEXT && j < text.n; j++) {
            run = is_digit(text.p[j]) ? run + 1 : 0;
            longest = run > longest ? run : longest;
        }
    }
    return longest;
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

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* 回R, 回N …: letters are never offered, but for what recruitment carries by law. 回R后 tells of
 * one that was sent. */
static bool offers_letter(struct slice text)
{
    const struct slice reply = SLICE("回");
    for (ptrdiff_t at = slice_find(text, reply); at >= 0; at = slice_find(text, reply)) {
        text = slice_skip(text, (size_t)at + reply.n);
        if (slice_starts(text, SLICE("“")))
            text = slice_skip(text, sizeof "“" - 1);
        if (text.n > 0 && is_letter(*text.p) && !slice_starts(slice_skip(text, 1), SLICE("后")))
            return true;
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
    if (longest_digits(&m->sms) >= PHONE_DIGITS)
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

json_t *check_message(struct check *k, const struct message *m)
{
    struct sbuf sms, wechat;
    struct slice text;
    int64_t units = 0, segments = 0;
    sbuf_init(&sms, RENDER_MAX);
    sbuf_init(&wechat, RENDER_MAX);
    if (render_example(k, m, CHANNEL_SMS, &sms)) {
        check_words(k, m, sbuf_slice(&sms), true);
        if (catalogue_render(k->c, m->id, m->example, CHANNEL_SMS, k->signature, false, &k->arena,
                             &text) == GW_OK) {
            units = (int64_t)utf8_utf16_units(text);
            segments = segments_mainland(text);
        }
        if (segments > m->budget)
            check_finding(k, m->file, "line %d: '%s' takes %d segments, %d allowed (%d units)",
                          m->line, m->id, (int)segments, m->budget, (int)units);
    }
    if (m->has_wechat && render_example(k, m, CHANNEL_WECHAT, &wechat)) {
        check_words(k, m, sbuf_slice(&wechat), false);
        if (wechat.n > WECHAT_BYTES_MAX)
            note(k, m, "is longer than a WeChat reply may be", NULL);
    }
    sbuf_free(&sms);
    sbuf_free(&wechat);
    json_t *row = json_object();
    json_object_set_new(row, "id", json_string(m->id));
    json_put_int(row, "units", units);
    json_put_int(row, "segments", segments);
    json_put_int(row, "budget", m->budget);
    return row;
}
