/* Answers in the question's own words: 「还去回1，不去回2」 is answered by 还去 as well as by 1.
 * Declared in run.h. */
#include "conversations/render.h"
#include "conversations/run.h"

/* What ends the words in front of 回1. */
static const char *const stops[] = { "，", "。", "；", "？", "！", "：", ",", ";",
                                     "?",  "!",  ":",  " ",  "\n", "〔", "(", NULL };

/* The words right in front of `reply` in the text: behind the last stop. Empty when it does not
 * occur. */
static struct slice words_before(struct slice text, struct slice reply)
{
    ptrdiff_t at = slice_find(text, reply);
    if (at < 0)
        return (struct slice){ NULL, 0 };
    struct slice words = slice_head(text, (size_t)at);
    for (int i = 0; stops[i] != NULL; i++) {
        const struct slice stop = slice_of(stops[i]);
        for (ptrdiff_t p = slice_find(words, stop); p >= 0; p = slice_find(words, stop))
            words = slice_skip(words, (size_t)p + stop.n);
    }
    return words;
}

/* Whether the text is those words or their end: 注销 for 确定注销. */
static bool says(struct slice text, struct slice words)
{
    return text.n > 0 && words.n > 0 && slice_ends(words, text);
}

/* 1 yes, 0 no, -1 neither. */
static int echoed(struct slice question, struct slice text)
{
    const struct slice not_so = SLICE("不");
    struct slice yes = words_before(question, SLICE("回1"));
    struct slice no = words_before(question, SLICE("回2"));
    if (says(text, no))
        return says(text, yes) ? -1 : 0;
    if (says(text, yes))
        return 1;
    return slice_starts(text, not_so) && says(slice_skip(text, not_so.n), yes) ? 0 : -1;
}

int run_echo(struct run *r)
{
    const struct frame *f = session_top(&r->session);
    struct rendering how = { .channel = CHANNEL_SMS, .lenient = true };
    struct sbuf b;
    int answer = -1;
    if (f->asked == NULL)
        return -1;
    sbuf_init(&b, RENDER_MAX);
    if (render_message(f->asked, f->slots, &how, &b) == GW_OK)
        answer = echoed(sbuf_slice(&b), reading_text(r->reading));
    sbuf_free(&b);
    return answer;
}
