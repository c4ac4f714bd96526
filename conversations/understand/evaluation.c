#include "conversations/understand/evaluation.h"

#include <string.h>

#include "conversations/understand/numeral.h"
#include "conversations/understand/reading.h"
#include "gateway/base/json.h"

enum { PAPER_MOST = 20, BARE_MOST = 8 };

static bool has_any(struct slice text, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++)
        if (slice_find(text, slice_of(words[i])) >= 0)
            return true;
    return false;
}

/* ---- a word of evaluation ---- */

/* Nobody came; 没来得及 and 还没来过电话 are something else. */
static bool nobody_came(struct slice text)
{
    static const char *const absent[] = { "没来",   "没有来",   "没得来",   "没得人来", "没人来",
                                          "没见人", "没见到人", "没见着人", "没看见人", "没看到人",
                                          "人没到", "没到",     "不见人",   "不来",     NULL };
    static const char *const other[] = { "没来得及", "没来过电话", NULL };
    return has_any(text, absent) && !has_any(text, other);
}

/* The worse reading first: 不满意 holds 满意, 不是很好 holds 很好. */
static int rating_of(struct slice text)
{
    static const char *const bad[] = { "不满意",   "不太满意", "不好",   "不行",   "太差",
                                       "差劲",     "很差",     "差得很", "态度差", "不耐烦",
                                       "不是很好", "糟",       "恼火",   NULL };
    static const char *const fair[] = { "一般", "还行", "还可以", "还得",   "马马虎虎",
                                        "凑合", "将就", "过得去", "差不多", NULL };
    static const char *const good[] = { "满意", "板扎", "很好", "好得很", "太好", "真好",
                                        "蛮好", "挺好", "好呢", "好的很", "不错", "可以得很",
                                        "扎实", "巴适", "感谢", "多谢",   "谢谢", "辛苦",
                                        "周到", "耐心", "热心", "好人",   NULL };
    if (has_any(text, bad))
        return 1;
    if (has_any(text, fair))
        return 3;
    return has_any(text, good) ? 5 : 0;
}

int rating_read(const struct reading *r, json_t *slots)
{
    enum { BEST = 5 };
    struct slice text = r->normal.low;
    int64_t n = numeral_whole(text);
    if (slice_ends(text, SLICE("分")))
        n = numeral_whole(slice_head(text, text.n - strlen("分")));
    if (n >= 1 && n <= BEST) {
        json_put_int(slots, "rating", n);
        return 1;
    }
    if (nobody_came(text)) {
        json_object_set_new(slots, "absent", json_true());
        return 1;
    }
    int rating = rating_of(text);
    if (rating == 0)
        return 0;
    json_put_int(slots, "rating", rating);
    return 1;
}

/* ---- what was signed ---- */

static bool is_code(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

/* The letters and digits at the front, with a digit among them; empty when there is none. */
static struct slice code_at(struct slice text)
{
    size_t n = 0;
    bool digit = false;
    while (n < text.n && is_code(text.p[n])) {
        digit = digit || (text.p[n] >= '0' && text.p[n] <= '9');
        n++;
    }
    return digit && n <= PAPER_MOST ? slice_head(text, n) : SLICE("");
}

static struct slice skip_between(struct slice text)
{
    static const char *const between[] = { " ", ":", "：", "编号", "表", "单", "号", "第", NULL };
    for (int i = 0; between[i] != NULL; i++)
        if (slice_starts(text, slice_of(between[i]))) {
            text = slice_skip(text, strlen(between[i]));
            i = -1;
        }
    return text;
}

int paper_read(const struct reading *r, json_t *slots)
{
    static const char *const heads[] = { "签名", "签字", "盖章", "公章", NULL };
    struct slice text = r->normal.text, code = SLICE("");
    for (int i = 0; heads[i] != NULL && code.n == 0; i++) {
        ptrdiff_t at = slice_find(text, slice_of(heads[i]));
        if (at < 0)
            continue;
        code = code_at(skip_between(slice_skip(text, (size_t)at + strlen(heads[i]))));
        if (code.n > 0 && i > 1)
            json_object_set_new(slots, "stamped", json_true());
    }
    if (code.n == 0) { /* the number alone, as it was asked for */
        struct slice bare = skip_between(slice_trim(text));
        code = code_at(bare);
        struct slice rest = skip_between(slice_skip(bare, code.n));
        if (code.n > BARE_MOST || rest.n > 0)
            code = SLICE("");
    }
    if (code.n == 0)
        return 0;
    json_put_slice(slots, "paper", code);
    return 1;
}
