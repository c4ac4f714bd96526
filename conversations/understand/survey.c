#include "conversations/understand/survey.h"

#include <stdio.h>

#include "conversations/understand/numeral.h"
#include "conversations/understand/reading.h"
#include "conversations/understand/scan.h"
#include "gateway/base/json.h"

enum { ANSWERS_MAX = 20 };

/* The number of a question: 1. 1、 第一题 1: ; false when none begins at `*i`. */
static bool take_question(struct slice s, size_t *i, int64_t *number)
{
    struct numeral n;
    size_t at = *i;
    bool named = scan_take(s, &at, "第");
    if (!numeral_read(s, &at, &n) || n.decimal || n.second != 0 ||
        n.thousandths > ANSWERS_MAX * 1000) {
        return false;
    }
    bool question = scan_any(s, &at, "题|问");
    bool letter = !question && at + 1 <= s.n && s.p[at] >= 'a' && s.p[at] <= 'f' &&
                  (at + 1 == s.n || scan_is_any(s, at + 1, " |,|;|。")); /* 1a 2b */
    bool mark = letter || scan_any(s, &at, "选|.|、|:|)|,");
    if (!question && !mark) {
        return false;
    }
    if (named && !question) {
        return false;
    }
    scan_any(s, &at, "选|是|:");
    scan_spaces(s, &at);
    *number = n.thousandths / 1000;
    *i = at;
    return true;
}

static bool read_numbered(struct slice s, struct slice low, json_t *slots)
{
    size_t i = 0;
    int64_t number, next;
    json_t *answers = json_object();
    while (i < low.n && take_question(low, &i, &number)) {
        size_t from = i, end = low.n;
        for (size_t k = i; k < low.n; k = scan_next(low, k)) {
            size_t at = k;
            bool boundary = k > from && scan_is_any(low, k - 1, " |;|,");
            boundary = boundary || (k > from && scan_is(low, k, "第"));
            if (boundary && take_question(low, &at, &next) && next == number + 1) {
                end = k;
                break;
            }
        }
        char key[8];
        snprintf(key, sizeof(key), "%d", (int)number);
        struct slice value = slice_trim((struct slice){ s.p + from, end - from });
        while (value.n > 0 && (value.p[value.n - 1] == ',' || value.p[value.n - 1] == ';')) {
            value.n--;
        }
        json_put_slice(answers, key, value);
        i = end;
    }
    bool read = json_object_size(answers) >= 2;
    if (read) {
        json_object_set(slots, "answers", answers);
    }
    json_decref(answers);
    return read;
}

/* 满意 in its many words. Longer before their heads. */
static const struct option grades[] = {
    { "非常不满意", 0 }, { "很不满意", 1 }, { "特别不满意", 0 }, { "不太满意", 2 },
    { "不满意", 2 },     { "非常满意", 4 }, { "特别满意", 4 },   { "十分满意", 4 },
    { "很满意", 5 },     { "比较满意", 7 }, { "满意", 3 },       { "一般般", 6 },
    { "一般", 6 },       { "还可以", 6 },   { "还行", 6 },       { "板扎得很", 3 },
    { "板扎", 3 },       { "巴适", 3 },     { "很好", 3 },       { NULL, 0 },
};
static const char *const grade_names[] = { "非常不满意", "很不满意", "不满意", "满意",
                                           "非常满意",   "很满意",   "一般",   "比较满意" };

static bool read_grade(struct slice s, struct slice low, json_t *slots)
{
    size_t i = 0;
    int grade;
    scan_any(low, &i, "我觉得|觉得|挺|总体|都");
    if (!scan_option(low, &i, grades, &grade)) {
        return false;
    }
    json_object_set_new(slots, "answer", json_string(grade_names[grade]));
    scan_any(low, &i, "吧|了|啊|呢|的|嘛");
    if (scan_any(low, &i, ",| |。|;|!") && low.n - i >= 6) {
        scan_spaces(low, &i);
        json_put_slice(slots, "comment", slice_skip(s, i));
    }
    return true;
}

/* 5分, 选二, 选A, 第三个: only the mark itself. */
static bool read_mark(struct slice s, struct slice low, json_t *slots)
{
    size_t i = 0;
    struct numeral n;
    scan_any(low, &i, "我选|我打|打|给|选|评|回|填");
    scan_take(low, &i, "第");
    size_t from = i;
    if (numeral_read(low, &i, &n) && n.second == 0) {
        scan_any(low, &i, "分|个|项|号|星");
        scan_any(low, &i, "吧|了|啊|。|.|!");
        bool comment = i < low.n && i > from && scan_any(low, &i, ",| |;") && low.n - i >= 6;
        if ((i == low.n || comment) && n.thousandths % 1000 == 0) {
            char text[24];
            snprintf(text, sizeof(text), "%lld", (long long)(n.thousandths / 1000));
            json_object_set_new(slots, "answer", json_string(text));
            if (comment) {
                json_put_slice(slots, "comment", slice_trim(slice_skip(s, i)));
            }
            return true;
        }
    }
    if (low.n - from == 1) {
        json_put_slice(slots, "answer", slice_skip(s, from));
        return true;
    }
    return false;
}

void survey_read(const struct reading *r, json_t *slots)
{
    struct slice s = r->normal.text, low = r->normal.low;
    if (low.n == 0) {
        json_object_set_new(slots, "answer",
                            json_string(r->normal.mark == MARK_NO ? "不满意" : "满意"));
        return;
    }
    if (read_numbered(s, low, slots) || read_mark(s, low, slots) || read_grade(s, low, slots)) {
        return;
    }
    size_t i = 0;
    scan_any(
        low, &i,
        "最需要的是|我最需要的是|最需要|我需要的是|我希望|希望|最想要的是|我觉得是|我觉得|主要是");
    json_put_slice(slots, "answer", slice_skip(s, i));
}
