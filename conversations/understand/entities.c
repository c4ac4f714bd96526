#include "conversations/understand/entities.h"

#include <string.h>

#include "conversations/understand/numeral.h"
#include "conversations/understand/scan.h"

static const char *const entity_names[] = {
#define ENTITY_NAME(name, text) text,
    ENTITY_MAP(ENTITY_NAME)
#undef ENTITY_NAME
};

const char *entity_name(enum entity_kind kind)
{
    return kind >= 0 && kind < ENTITY_KINDS ? entity_names[kind] : "?";
}

void entity_character(enum entity_kind kind, char out[3])
{
    out[0] = '\xEE'; /* U+E000 is EE 80 80 */
    out[1] = '\x80';
    out[2] = (char)(0x80 + (int)kind);
}

static const char starters_text[] =
    "0123456789+hm半一二三四五六七八九十两俩仨百千零〇幺洞壹贰叁肆伍陆柒捌玖拾廿卅"
    "今昨前大明后上下这本当周星礼双农阴旧老冬腊正去年元妇植学雷劳青儿建教国志圣春端中重除"
    "清月赶街那过改哪有没最早晌午晚夜傍凌差约快将接不足整好几很多若";

struct words *entities_starters(void)
{
    struct words *w = words_make();
    struct slice text = slice_of(starters_text);
    for (size_t i = 0; i < text.n;) {
        size_t next = scan_next(text, i);
        words_add(w, (struct slice){ text.p + i, next - i }, 0);
        i = next;
    }
    return w;
}

static bool read_date(const struct calendar *c, struct slice s, size_t *i, struct entity *e)
{
    if (!date_read(c, s, i, &e->when)) {
        return false;
    }
    e->kind = e->when.kind == WHEN_VAGUE ? ENTITY_VAGUE
              : e->when.bare_day         ? ENTITY_DAY
                                         : ENTITY_DATE;
    e->number = e->when.day;
    /* 上周五晚, 28号早: one character, unless it belongs to what follows. */
    size_t at = *i;
    struct numeral n;
    if (e->when.part == PART_NONE && e->kind != ENTITY_VAGUE && scan_any(s, &at, "晚|早") &&
        !scan_is_any(s, at, "上|会|点|饭|间|晨|起|到|班") && !numeral_read(s, &at, &n)) {
        e->when.part = scan_behind(s, at, "晚") ? PART_EVENING : PART_AM;
        *i = at;
    }
    return true;
}

static bool read_length(struct slice s, size_t *i, struct entity *e)
{
    size_t at = *i;
    if (!duration_read(s, &at, &e->duration)) {
        return false;
    }
    /* 一哈, 一会 soften a sentence and measure nothing. */
    if (e->duration.vague && (!scan_behind(s, at, "小时|钟头|h|钟|天|久") ||
                              scan_is_any(s, *i, "好几|很多|若干|很久|好久"))) {
        return false;
    }
    e->kind = e->duration.vague ? ENTITY_MANY : ENTITY_LENGTH;
    *i = at;
    return true;
}

static bool read_count(struct slice s, size_t *i, struct entity *e)
{
    struct numeral n;
    size_t at = *i;
    if (!numeral_read(s, &at, &n) || n.decimal || n.second != 0 || n.thousandths < 2000) {
        return false; /* 一个志愿者, 一人两小时: no number of heads */
    }
    scan_any(s, &at, "多");
    scan_spaces(s, &at);
    bool measure = scan_any(s, &at, "个|名|位");
    bool people =
        scan_any(s, &at,
                 "志愿者|同学|学生|工人|职工|员工|人员|同志|队员|党员|老师|居民|村民|家长|青年") ||
        (scan_is(s, at, "人") && !scan_is_any(s, at, "人工|人民|人次") && scan_any(s, &at, "人"));
    if (!people && !(measure && scan_behind(s, at, "名|位"))) {
        return false;
    }
    e->kind = ENTITY_COUNT;
    e->number = (int)(n.thousandths / 1000);
    *i = at;
    return true;
}

static bool read_age(struct slice s, size_t *i, struct entity *e)
{
    struct numeral n;
    size_t at = *i;
    if (!numeral_read(s, &at, &n) || n.decimal || n.second != 0) {
        return false;
    }
    scan_any(s, &at, "多|来");
    if (!scan_any(s, &at, "周岁|岁") || scan_is_any(s, at, "以上|以下|以内|及以|到|-")) {
        return false;
    }
    e->kind = ENTITY_AGE;
    e->number = (int)(n.thousandths / 1000);
    *i = at;
    return e->number > 0 && e->number < 130;
}

static bool read_at(const struct calendar *c, struct slice s, size_t *i, struct entity *e)
{
    if (code_read(s, i, &e->code)) {
        e->kind = e->code.kind == CODE_PHONE ? ENTITY_PHONE : ENTITY_ID;
        return true;
    }
    if (scan_is_any(s, *i, "+|h|m")) {
        return false; /* these begin codes alone */
    }
    if (read_age(s, i, e) || read_date(c, s, i, e)) {
        return true;
    }
    if (clock_read(s, i, &e->clock)) {
        e->kind = ENTITY_TIME;
        return true;
    }
    if (read_length(s, i, e) || read_count(s, i, e)) {
        return true;
    }
    e->part = clock_part(s, i);
    e->kind = ENTITY_PART;
    return e->part != PART_NONE;
}

static bool inside_word(struct slice s, size_t i)
{
    if (i == 0 || (unsigned char)s.p[i] >= 0x80) {
        return false;
    }
    char before = s.p[i - 1];
    bool word = (before >= '0' && before <= '9') || (before >= 'a' && before <= 'z');
    return word || (before == '.' && i > 1 && scan_is_digit(s, i - 2));
}

/* A bare 周日 behind 上周六 is of the same week; behind 上周六周日 both are past. */
static void join_weeks(struct entities *out, struct entity *e)
{
    if (out->count == 0 || e->kind != ENTITY_DATE || e->when.kind != WHEN_WEEKDAY) {
        return;
    }
    const struct entity *before = &out->list[out->count - 1];
    if (before->kind != ENTITY_DATE || !before->when.weeks_said ||
        e->from > before->to + sizeof("、") + 2) {
        return;
    }
    int64_t monday =
        before->when.from - (before->when.from + 3) % 7; /* 1970-01-01 was a Thursday */
    e->when.kind = WHEN_DAY;
    e->when.from = e->when.to = monday + (e->when.weekday + 6) % 7;
    e->when.weeks_said = true;
}

/* 重阳节慰问 on another day is an activity: a feast is a date only where no other date stands. */
static void drop_feasts(struct entities *out)
{
    bool other = false;
    for (int k = 0; k < out->count; k++) {
        const struct entity *e = &out->list[k];
        other = other || (e->kind <= ENTITY_DAY && !e->when.feast);
    }
    int n = 0;
    for (int k = 0; k < out->count; k++) {
        struct entity e = out->list[k];
        if (!(other && e.kind == ENTITY_DATE && e.when.feast)) {
            out->list[n++] = e;
        }
    }
    out->count = n;
}

static bool same_class(const struct entity *a, const struct entity *b)
{
    return a->kind == b->kind || (a->kind <= ENTITY_DAY && b->kind <= ENTITY_DAY);
}

/* Words between two things of a kind by which the second takes the place of the first. */
static bool replaces(struct slice between)
{
    static const char *const words[] = { "改成",   "改为",   "改到",   "换成", "应该是",
                                         "其实是", "实际是", "实际上", "错了", "不对",
                                         "记错",   "写错",   "报错",   "说错", "错咯" };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (slice_find(between, slice_of(words[i])) >= 0) {
            return true;
        }
    }
    return false;
}

/* 不是3小时，是两个半; 从3小时改成两小时: said only to be taken back. */
static bool is_denied(const struct entities *all, int k)
{
    const struct entity *e = &all->list[k];
    if (e->kind > ENTITY_LENGTH) {
        return false;
    }
    bool denied = scan_behind(all->text, e->from, "不是|并不是|不是在|不是干了|没有|没得|不到");
    for (int i = k + 1; i < all->count; i++) {
        const struct entity *next = &all->list[i];
        if (same_class(e, next)) {
            return denied || replaces((struct slice){ all->text.p + e->to, next->from - e->to });
        }
    }
    for (int i = 0; denied && i < k; i++) {
        if (same_class(e, &all->list[i])) {
            return true; /* 是前天，不是昨天 */
        }
    }
    return false;
}

static void mark_denied(struct entities *out)
{
    bool denied[ENTITIES_MAX];
    for (int k = 0; k < out->count; k++) {
        denied[k] = is_denied(out, k);
    }
    for (int k = 0; k < out->count; k++) {
        struct entity *e = &out->list[k];
        size_t least = k > 0 ? out->list[k - 1].to : 0;
        if (!denied[k]) {
            continue;
        }
        e->kind = ENTITY_DENIED;
        /* the word that denies goes with it */
        if (e->from >= least + 6 && scan_behind(out->text, e->from, "不是|没有|没得|不到")) {
            e->from -= 6;
        }
    }
}

static void mask(struct entities *out, struct arena *a)
{
    struct slice s = out->text;
    char *masked = arena_alloc(a, s.n + (size_t)out->count * 3 + 1);
    uint16_t *back = arena_alloc(a, (s.n + (size_t)out->count * 3 + 1) * sizeof(back[0]));
    size_t n = 0, i = 0;
    for (int k = 0; k <= out->count; k++) {
        size_t until = k < out->count ? out->list[k].from : s.n;
        while (i < until) {
            back[n] = (uint16_t)i;
            masked[n++] = s.p[i++];
        }
        if (k < out->count) {
            entity_character(out->list[k].kind, masked + n);
            back[n] = back[n + 1] = back[n + 2] = (uint16_t)i;
            n += 3;
            i = out->list[k].to;
        }
    }
    back[n] = (uint16_t)s.n;
    out->masked = (struct slice){ masked, n };
    out->back = back;
}

void entities_find(const struct calendar *calendar, const struct words *starters, struct slice low,
                   struct arena *a, struct entities *out)
{
    out->count = 0;
    out->text = low;
    size_t i = 0;
    while (i < low.n && out->count < ENTITIES_MAX) {
        struct entity e;
        size_t to = i;
        int unused;
        if (words_at(starters, slice_skip(low, i), &unused) == 0 || inside_word(low, i)) {
            i = scan_next(low, i);
            continue;
        }
        e = (struct entity){ .from = i };
        if (read_at(calendar, low, &to, &e)) {
            e.to = to;
            join_weeks(out, &e);
            out->list[out->count++] = e;
            i = to;
            continue;
        }
        struct numeral n;
        size_t overlong = numeral_overlong(low, i);
        if (overlong > i) {
            i = overlong;
        } else if (!numeral_read(low, &i, &n)) {
            i = scan_next(low, i);
        }
    }
    drop_feasts(out);
    mark_denied(out);
    mask(out, a);
}

const struct entity *entities_at(const struct entities *e, size_t masked_at)
{
    if (masked_at + 3 > e->masked.n || (unsigned char)e->masked.p[masked_at] != 0xEE) {
        return NULL;
    }
    for (int k = 0; k < e->count; k++) {
        if (e->list[k].from == e->back[masked_at]) {
            return &e->list[k];
        }
    }
    return NULL;
}
