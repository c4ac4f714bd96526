#include "conversations/understand/numeral.h"
#include "conversations/understand/reading.h"
#include "conversations/understand/recruit.h"
#include "conversations/understand/scan.h"
#include "conversations/understand/slots_more.h"
#include "gateway/base/json.h"

enum { ITEMS_MAX = 60 };

static const struct option whats[] = {
    { "请假", 'L' }, { "没来", 'A' }, { "没到", 'A' },   { "没有来", 'A' }, { "缺席", 'A' },
    { "来了", 'C' }, { "到了", 'C' }, { "来呢", 'C' },   { "在的", 'C' },   { "去了", 'C' },
    { "来的", 'C' }, { "补上", 'C' }, { "提前走", 'E' }, { "早走", 'E' },   { "先走", 'E' },
    { "只", 'S' },   { "干", 'S' },   { "做", 'S' },     { "算", 'S' },     { "记", 'S' },
    { "来", 'C' },   { NULL, 0 },
};

static const char *what_name(int what)
{
    switch (what) {
    case 'L':
        return "leave";
    case 'A':
        return "absent";
    case 'E':
        return "early";
    case 'S':
        return "minutes";
    default:
        return "present";
    }
}

static const struct entity *length_between(const struct reading *r, size_t from, size_t to)
{
    for (int i = 0; i < r->entities.count; i++) {
        const struct entity *e = &r->entities.list[i];
        if (e->kind == ENTITY_LENGTH && e->from >= from && e->from < to) {
            return e;
        }
    }
    return NULL;
}

/* A number in the list, or a name that begins an item. */
static bool item_starts(const struct reading *r, size_t *i, json_t *item)
{
    struct slice low = r->normal.low, name;
    struct numeral n;
    size_t at = *i;
    bool boundary =
        at == 0 ||
        scan_behind(
            low, at,
            " |,|:|;|。|、|是|和|跟|没来的|来了的|来的|请假的|来了|请假|没来|没到|.|到了|缺席|早走|钟头|小时|分钟");
    if (!boundary) {
        return false;
    }
    if (numeral_read(low, &at, &n) && n.digits && !n.decimal && n.thousandths > 0 &&
        n.thousandths <= 999000 && !scan_is_any(low, at, "个|小时|分钟|h|天")) {
        scan_any(low, &at, "号");
        scan_spaces(low, &at);
        json_put_int(item, "n", n.thousandths / 1000);
        *i = at;
        return true;
    }
    at = *i;
    if (name_read(&r->u->names, r->normal.text, &at, false, &name)) {
        json_put_slice(item, "name", name);
        *i = at;
        return true;
    }
    return false;
}

/* One of the words and nothing else of weight. */
static bool is_only(struct slice low, const char *words)
{
    size_t end = 0;
    return scan_any(low, &end, words) && low.n - end <= 6;
}

static bool says(struct slice low, const char *words)
{
    return scan_find(low, 0, low.n, words) < low.n;
}

/* Where what is said of the item behind `from` ends: at the next number or name. */
static size_t item_end(const struct reading *r, size_t from)
{
    json_t *probe = json_object();
    size_t end = from;
    while (end < r->normal.low.n) {
        size_t next = end;
        if (item_starts(r, &next, probe)) {
            break;
        }
        end = scan_next(r->normal.low, end);
    }
    json_decref(probe);
    return end;
}

/* The first word in [from, to) that says what became of somebody; 0 when there is none. */
static int what_in(struct slice low, size_t from, size_t to)
{
    int what = 0;
    for (size_t k = from; k < to && what == 0; k = scan_next(low, k)) {
        size_t word = k;
        (void)scan_option(low, &word, whats, &what);
    }
    return what;
}

/* What is said in [from, to), else in front of all (`lead`, 0 for nothing), of the last `waiting`
 * items; false when nothing is. */
static bool put_what(const struct reading *r, size_t from, size_t to, json_t *items, size_t waiting,
                     int lead)
{
    const struct entity *length = length_between(r, from, to);
    int what = what_in(r->normal.low, from, to);
    if (what == 0) {
        what = lead;
    }
    if (what == 0 && length == NULL) {
        return false;
    }
    for (size_t k = json_array_size(items) - waiting; k < json_array_size(items); k++) {
        json_t *one = json_array_get(items, k);
        json_object_set_new(
            one, "what", json_string(length != NULL && what != 'E' ? "minutes" : what_name(what)));
        if (length != NULL && length->duration.minutes > 0) {
            json_put_int(one, "minutes", length->duration.minutes);
        }
    }
    return true;
}

/* 4来了 11请假 17没来 3号只干一个钟头: an item runs to the next number or name. Several numbers may
 * share what is said of the last (4、11来了). True when something is said of every item. */
static bool read_items(const struct reading *r, json_t *items)
{
    struct slice low = r->normal.low;
    size_t waiting = 0; /* items at the end that still wait for what is said of them */
    size_t limit = scan_find(low, 0, low.n, "其他|其它|其余|别的|剩下|别人");
    int lead = 0; /* 没来的是2号和3号 */
    for (size_t i = 0; i < limit && json_array_size(items) < ITEMS_MAX;) {
        json_t *item = json_object();
        size_t at = i;
        if (!item_starts(r, &at, item)) {
            json_decref(item);
            i = scan_next(low, i);
            continue;
        }
        if (json_array_size(items) == 0) {
            lead = what_in(low, 0, i);
        }
        i = item_end(r, at);
        json_array_append_new(items, item);
        waiting++;
        if (put_what(r, at, i < limit ? i : limit, items, waiting, lead)) {
            waiting = 0;
        }
    }
    return json_array_size(items) > 0 && waiting == 0;
}

int exceptions_read(const struct reading *r, json_t *slots)
{
    static const char rest_came[] =
        "其他都来|其它都来|其余都来|别的都来|剩下都来|剩下的都来|其他人都来|其余人都来|其他全来|其余全来|"
        "其他的都来|其余的都来|别人都来|其他都到|其余都到|其他来了|其余来了|其他都在";
    static const char as_checked_in[] =
        "一个都没来|一个没来|没人来|没有人来|都没来|没签到的都没来|没签到的没来|没签到的就是没来|就签到的|按签到的|照签到的|只有签到的";
    struct slice low = r->normal.low;
    bool agreed = is_only(low, "全对|都对|没有例外");
    if (agreed || is_only(low, "都来了|全来了|都到了|全到了|都来齐了|都齐了|人齐了")) {
        json_object_set_new(slots, "all", json_true());
        if (agreed) {
            json_object_set_new(slots, "agreed", json_true());
        }
        return 1;
    }
    json_t *items = json_array();
    bool read = read_items(r, items);
    if (read) {
        json_object_set(slots, "items", items);
    }
    json_decref(items);
    if (read && says(low, rest_came)) {
        json_object_set_new(slots, "all", json_true());
    }
    if (!read && says(low, as_checked_in)) {
        json_object_set_new(slots, "absent", json_true());
        return 1;
    }
    return read;
}
