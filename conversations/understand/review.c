#include "conversations/understand/review.h"

#include <string.h>

#include "conversations/understand/numeral.h"
#include "conversations/understand/reading.h"
#include "conversations/understand/scan.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"

enum { DECISIONS_MAX = 50, REASON_CHARACTERS = 60 };

static const char rejecting[] =
    "不通过|不同意|不确认|不批准|不给|不记|不算|驳回|退回|没有来|没来|没到|"
    "没去|没克|没干|没做|缺席|乱报|假的";
/* Those that only say no; others also say why. */
static const char rejecting_plainly[] =
    "不通过|不同意|不确认|不批准|不给记|不给|不记|不算|驳回|退回";
static const char approving[] = "审核通过|通过|确认|同意|批准|没问题|可以|都对|对的|对|都行|好|行";
static const char everybody[] =
    "全部|全都|所有|其他|其它|其余|别的|剩下|都对|都通过|都确认|都同意|都可以|都行|都没问题|都按|都记";

static const struct entity *length_in(const struct reading *r, size_t from, size_t to)
{
    for (int i = 0; i < r->entities.count; i++) {
        const struct entity *e = &r->entities.list[i];
        if (e->kind == ENTITY_LENGTH && e->from >= from && e->from < to && e->duration.minutes > 0)
            return e;
    }
    return NULL;
}

static bool inside_length(const struct reading *r, size_t at)
{
    for (int i = 0; i < r->entities.count; i++) {
        const struct entity *e = &r->entities.list[i];
        if (e->kind == ENTITY_LENGTH && at >= e->from && at < e->to)
            return true;
    }
    return false;
}

/* A number of the list at `*i`, moved behind it. */
static bool subject_number(const struct reading *r, size_t *i, json_t *out)
{
    struct slice low = r->normal.low;
    size_t at = *i;
    int64_t value;
    if (inside_length(r, at) || (at > 0 && scan_is_digit(low, at - 1)) ||
        scan_behind(low, at, "质量|质量是|质量为|评|打|给|得|.") ||
        scan_digits(low, &at, 4, &value) == 0 || value == 0 ||
        scan_is_any(low, at, "分|星|.0|.5|%|点|岁|月|年"))
        return false;
    scan_any(low, &at, "号|条|个");
    json_put_int(out, "n", value);
    *i = at;
    return true;
}

/* What cannot belong to the name in front of it, looked for as far as a name may reach. */
static size_t name_limit(const struct reading *r, size_t from)
{
    enum { NAME_BYTES = 64 };
    static const char behind[] =
        "通过|确认|同意|批准|没|可以|驳回|不|退回|质量|只|才|其他|其它|其余|别的|"
        "剩下|以外|之外|都|全|算|记";
    struct slice low = r->normal.low;
    size_t end = slice_head(low, from + NAME_BYTES).n;
    while (end < low.n && ((unsigned char)low.p[end] & 0xC0) == 0x80)
        end++;
    size_t to = from < end ? scan_find(low, scan_next(low, from), end, behind) : low.n;
    if (to == end && end < low.n)
        to = low.n;
    for (int i = 0; i < r->entities.count; i++)
        if (r->entities.list[i].from > from && r->entities.list[i].from < to)
            to = r->entities.list[i].from;
    return to;
}

static bool subject_name(const struct reading *r, size_t *i, json_t *out)
{
    struct slice low = r->normal.low, name;
    size_t at = *i;
    bool boundary = at == 0 || scan_behind(low, at, SCAN_SEPARATORS) ||
                    scan_behind(low, at, "除了|除|和|跟|与|通过|确认|同意|驳回|小时|钟头|分钟");
    if (!boundary || scan_is_any(low, at, SCAN_SEPARATORS))
        return false;
    struct slice text = slice_head(r->normal.text, name_limit(r, at));
    if (!name_read(&r->u->names, text, &at, false, &name))
        return false;
    json_put_slice(out, "name", name);
    *i = at;
    return true;
}

/* Where the next subject begins in [from, to), `to` when none does. */
static size_t next_subject(const struct reading *r, size_t from, bool names)
{
    struct slice low = r->normal.low;
    json_t *probe = json_object();
    size_t i = from;
    while (i < low.n) {
        size_t at = i;
        if (subject_number(r, &at, probe) || (names && subject_name(r, &at, probe)))
            break;
        i = scan_next(low, i);
    }
    json_decref(probe);
    return i;
}

/* What is said of the quality in [from, to): 质量4, 4分; 0 when nothing. */
static int quality_in(struct slice low, size_t from, size_t to)
{
    for (size_t i = from; i < to; i = scan_next(low, i)) {
        size_t at = i;
        struct numeral n;
        bool told = scan_any(low, &at, "质量");
        if (told)
            while (at < to && scan_any(low, &at, "是|为|评|打|给|算|:| "))
                continue;
        if (!numeral_read(low, &at, &n) || n.thousandths % 1000 != 0 || n.second != 0)
            continue;
        int64_t value = n.thousandths / 1000;
        if (value >= 1 && value <= 5 && (told || scan_is_any(low, at, "分")) &&
            !scan_is_any(low, at, "分钟"))
            return (int)value;
    }
    return 0;
}

/* The words behind a refusal, cut clean. */
static void put_reason(const struct reading *r, json_t *item, size_t from, size_t to)
{
    struct slice low = r->normal.low;
    size_t start = from;
    scan_separators(low, &start);
    while (start < to && scan_any(low, &start, rejecting_plainly))
        scan_separators(low, &start);
    struct slice text =
        slice_trim((struct slice){ r->normal.text.p + start, to > start ? to - start : 0 });
    struct slice rest = text;
    for (int i = 0; i < REASON_CHARACTERS && rest.n > 0; i++)
        (void)utf8_next(&rest);
    text = slice_head(text, text.n - rest.n);
    while (text.n > 0 && scan_behind(text, text.n, SCAN_SEPARATORS))
        text = slice_head(text, text.n - (scan_behind(text, text.n, "。|、") ? 3 : 1));
    if (text.n > 0)
        json_put_slice(item, "reason", text);
}

/* What the piece behind a subject says of it. `verb` is what stood in front: "approve", "reject" or
 * NULL. False when nothing is said. */
static bool read_piece(const struct reading *r, json_t *item, size_t from, size_t to,
                       const char *verb)
{
    struct slice low = r->normal.low;
    const struct entity *length = length_in(r, from, to);
    int quality = quality_in(low, from, to);
    bool rejects = scan_find(low, from, to, rejecting) < to;
    if (rejects || (verb != NULL && strcmp(verb, "reject") == 0)) {
        json_object_set_new(item, "decision", json_string("reject"));
        put_reason(r, item, from, to);
        return true;
    }
    if (length == NULL && quality == 0 && verb == NULL && scan_find(low, from, to, approving) == to)
        return false;
    json_object_set_new(item, "decision", json_string("approve"));
    if (length != NULL)
        json_put_int(item, "minutes", length->duration.minutes);
    if (quality > 0)
        json_put_int(item, "quality", quality);
    return true;
}

/* The verb at `*i`, NULL when none stands there. */
static const char *verb_at(struct slice low, size_t *i)
{
    scan_separators(low, i);
    if (scan_any(low, i, rejecting_plainly))
        return "reject";
    return scan_any(low, i, approving) ? "approve" : NULL;
}

/* A verb that stands at the end of a piece belongs to the number behind it: 通过1 驳回2. */
static size_t piece_end(struct slice low, size_t from, size_t to, const char **verb)
{
    for (size_t i = from; i < to; i = scan_next(low, i)) {
        size_t at = i;
        const char *found = verb_at(low, &at);
        scan_separators(low, &at);
        if (found != NULL && at >= to) {
            *verb = found;
            return i;
        }
    }
    return to;
}

/* What is said of the last of several goes for those in front of it too: 1、3通过. */
static void share(json_t *list, size_t waiting, const json_t *item)
{
    static const char *const keys[] = { "decision", "reason", "minutes", "quality" };
    for (size_t k = json_array_size(list) - waiting; k < json_array_size(list); k++)
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            if (json_object_get(item, keys[i]) != NULL)
                json_object_set(json_array_get(list, k), keys[i], json_object_get(item, keys[i]));
}

/* The decisions one by one from `start`. False when somebody is named and nothing is said. */
static bool read_items(const struct reading *r, size_t start, const char *verb, bool names,
                       json_t *list)
{
    struct slice low = r->normal.low;
    size_t waiting = 0;
    for (size_t i = next_subject(r, start, names); i < low.n;) {
        json_t *item = json_object();
        if (json_array_size(list) == DECISIONS_MAX ||
            (!subject_number(r, &i, item) && !(names && subject_name(r, &i, item)))) {
            json_decref(item);
            break;
        }
        size_t next = next_subject(r, i, names);
        const char *behind = verb;
        size_t end = verb != NULL && next < low.n ? piece_end(low, i, next, &behind) : next;
        bool said = read_piece(r, item, i, end, verb);
        if (said)
            share(list, waiting, item);
        waiting = said ? 0 : waiting + 1;
        json_array_append_new(list, item);
        verb = behind;
        i = next;
    }
    return waiting == 0;
}

/* 除了刘芳、3: who is left as they are; moves `*i` behind them. */
static void read_except(const struct reading *r, size_t *i, json_t *list)
{
    struct slice low = r->normal.low;
    for (;;) {
        while (*i < low.n && scan_any(low, i, "、|,| |和|跟|与|还有"))
            continue;
        json_t *item = json_object();
        if (!subject_number(r, i, item) && !subject_name(r, i, item)) {
            json_decref(item);
            return;
        }
        json_array_append_new(list, item);
    }
}

static void put_for_all(const struct reading *r, size_t from, json_t *slots)
{
    struct slice low = r->normal.low;
    const struct entity *length = length_in(r, from, low.n);
    int quality = quality_in(low, from, low.n);
    json_object_set_new(slots, "all", json_true());
    if (length != NULL)
        json_put_int(slots, "minutes", length->duration.minutes);
    if (quality > 0)
        json_put_int(slots, "quality", quality);
}

/* 全部通过 and the like from `from` on. */
static bool is_all(struct slice low, size_t from)
{
    size_t at = scan_find(low, from, low.n, everybody);
    return at < low.n && scan_find(low, at, low.n, rejecting) == low.n;
}

int review_read(const struct reading *r, json_t *slots)
{
    struct slice low = r->normal.low;
    json_t *list = json_array(), *except = json_array();
    size_t start = 0;
    size_t without = scan_find(low, 0, low.n, "除");
    bool all = is_all(low, 0), ok = true;
    if (all && without < low.n) {
        start = without;
        scan_any(low, &start, "除了|除");
        read_except(r, &start, except);
        ok = json_array_size(except) > 0;
    } else {
        json_t *first = json_object();
        size_t at = next_subject(r, 0, true);
        bool names = !subject_number(r, &at, first);
        const char *verb = verb_at(low, &start);
        json_decref(first);
        ok = read_items(r, start, verb, names, list);
    }
    size_t said = json_array_size(list);
    bool whole = all && ok;
    if (whole)
        put_for_all(r, said > 0 ? scan_find(low, 0, low.n, everybody) : start, slots);
    if (whole && json_array_size(except) > 0)
        json_object_set(slots, "except", except);
    if (ok && said > 0)
        json_object_set(slots, "decisions", list);
    json_decref(list);
    json_decref(except);
    return ok && (whole || said > 0);
}
