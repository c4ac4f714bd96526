/* What help is asked for: the service, for whom, where, how urgent. */
#include <string.h>

#include "conversations/understand/numeral.h"
#include "conversations/understand/reading.h"
#include "conversations/understand/scan.h"
#include "conversations/understand/slots_more.h"
#include "gateway/base/json.h"

enum { SERVICE_BYTES_MAX = 45 };

struct want {
    const char *words; /* any of them */
    const char *service;
};

/* What is wanted where the text only says what is wrong. */
static const struct want wants[] = {
    { "灯不亮|灯坏|灯泡坏|电灯|灯管", "修灯" },
    { "水管爆|水管漏|水管坏|漏水|水管", "修水管" },
    { "作业|功课", "辅导作业" },
    { "工伤|法律|官司|打官司|维权|懂法", "法律咨询" },
    { "憋得慌|心里难受|说说话|心里苦|心里堵|心理|想找人说", "心理疏导" },
    { "轮椅", "借轮椅" },
    { "马桶堵|下水道堵|下水道", "通下水道" },
    { NULL, NULL },
};

static bool put_want(struct slot_call *call)
{
    struct slice low = call->r->entities.text;
    for (const struct want *w = wants; w->words != NULL; w++) {
        for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
            if (scan_is_any(low, i, w->words)) {
                json_object_set_new(call->slots, "service", json_string(w->service));
                return true;
            }
        }
    }
    return false;
}

/* 换个煤气罐, 理一下发: without the words that only soften. */
static struct slice without_softeners(const struct reading *r)
{
    struct slice low = r->normal.low;
    char *copy = arena_alloc(r->arena, low.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < low.n;) {
        if (scan_any(low, &i, "一下|一哈|一个|个|下")) {
            continue;
        }
        size_t next = scan_next(low, i);
        memcpy(copy + n, low.p + i, next - i);
        n += next - i;
        i = next;
    }
    return (struct slice){ copy, n };
}

/* The first chore of the vocabulary and what follows it in its clause: 辅导英语, 换煤气罐, 陪我妈去
 * 医院拿药. */
static bool put_service(struct slot_call *call)
{
    struct slice low = without_softeners(call->r);
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        int unused;
        bool with = scan_is(low, i, "陪") && !scan_is_any(low, i, "陪陪|陪伴");
        size_t n = words_at(call->u->chores, slice_skip(low, i), &unused), end = i + (with ? 3 : n);
        if (end == i) {
            continue;
        }
        while (end < low.n && end - i < SERVICE_BYTES_MAX &&
               !scan_is_any(low, end,
                            ",| |;|。|?|!|吗|嘛|可以|行不|谢|的志愿者|的人|就|没|换不|搬不|动")) {
            end = scan_next(low, end);
        }
        struct slice said = { low.p + i, end - i };
        bool company =
            with && slice_find(said, SLICE("去")) < 0 && slice_find(said, SLICE("看")) < 0;
        if (!company) {
            slot_slice(call, "service", said);
            return true;
        }
        break;
    }
    if (scan_find(low, 0, low.n, "陪|没人看|照看") < low.n) {
        json_object_set_new(call->slots, "service", json_string("陪伴"));
        return true;
    }
    return false;
}

/* What is broken, as it was said: the piece that names the thing. */
static bool put_broken(struct slot_call *call)
{
    struct slice low = call->r->entities.text;
    size_t from = 0;
    for (size_t i = 0; i <= low.n; i = i < low.n ? scan_next(low, i) : i + 1) {
        if (i < low.n && !scan_is_any(low, i, SCAN_SEPARATORS)) {
            continue;
        }
        for (size_t k = from; k < i; k = scan_next(low, k)) {
            int unused;
            if (words_at(call->u->devices, slice_skip(low, k), &unused) > 0) {
                slot_slice(call, "service", (struct slice){ low.p + k, i - k });
                return true;
            }
        }
        from = i < low.n ? scan_next(low, i) : i;
    }
    return false;
}

/* Left over: the longest piece behind 求助, 需要服务: and the like. */
static void put_service_left(struct slot_call *call)
{
    struct slice low = call->r->entities.text, text = call->r->normal.text;
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t at = i;
        if (!scan_any(
                low, &at,
                "需要服务:|需要服务|求助:|求助|点个单|点单|帮忙|来帮|帮我们|帮我|请人|想请|需要人|需要帮忙|需要")) {
            continue;
        }
        while (at < low.n &&
               scan_any(low, &at, ":|,| |。|的|个人|人|来|帮|一下|一哈|志愿者|你们")) {
        }
        size_t end = at;
        while (end < low.n && !scan_is_any(low, end, ",| |;|。|?|!|吗|嘛|可以|行不|谢")) {
            end = scan_next(low, end);
        }
        if (end - at >= 6) {
            slot_slice(call, "service", (struct slice){ text.p + at, end - at });
            return;
        }
    }
}

/* Who needs it, unless it is the sender. */
static void put_for_whom(struct slot_call *call)
{
    static const char who[] =
        "独居老人|空巢老人|孤寡老人|残疾人|留守儿童|留守老人|留守的两个娃娃|留守娃娃|老人家|老人|老奶奶|老大爹|老爷爷|"
        "老大爷|老大妈";
    struct slice low = call->r->entities.text, text = call->r->normal.text;
    if (slot_has(call, "for_whom")) {
        return;
    }
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t end = i;
        scan_any(low, &end, "我家的|我家|我们家|我的|我");
        if ((scan_any(low, &end, who) || slot_relative(call, low, &end)) && end > i &&
            !scan_is_any(low, end, "院|节|病|机|书|不在|在外|们帮|活动|食堂|中心") &&
            !scan_behind(low, i, "叫|像")) {
            slot_slice(call, "for_whom", (struct slice){ text.p + i, end - i });
            return;
        }
    }
}

/* 去市医院, 在红旗广场: a place with a name of its own behind 在, 去, 到. */
static bool named_place(struct slice s, size_t *from, size_t *to)
{
    enum { NAME_BYTES_MIN = 9, NAME_BYTES_MAX = 30 };
    for (size_t i = 0; i < s.n; i = scan_next(s, i)) {
        size_t at = i;
        if (!scan_any(s, &at, "在|去|到|克")) {
            continue;
        }
        for (size_t end = at; end < s.n && end - at <= NAME_BYTES_MAX && han_is(scan_at(s, end));
             end = scan_next(s, end)) {
            size_t behind = end;
            if (scan_any(
                    s, &behind,
                    "医院|卫生院|卫生室|诊所|广场|公园|车站|客运站|市场|超市|小区|学校|小学|中学|路口|大桥") &&
                behind - at >= NAME_BYTES_MIN) {
                *from = at;
                *to = behind;
                return true;
            }
        }
    }
    return false;
}

static bool place_is_field(struct slice s, size_t from, size_t to)
{
    bool before = from == 0 || scan_behind(s, from, " |,|;|。|:|!|在|住|、");
    bool after = to == s.n || scan_is_any(s, to, " |,|;|。|!|0|1|2|3|4|5|6|7|8|9|的");
    return before && after;
}

/* Where: a place of the district with what follows it up to a separator, or what follows 地址, 住.
 */
static void put_address(struct slot_call *call)
{
    struct slice low = call->r->entities.text, text = call->r->normal.text;
    size_t from = low.n, start;
    for (size_t i = 0; i < low.n && from == low.n; i = scan_next(low, i)) {
        size_t at = i;
        if (scan_any(low, &at, "地址是|地址:|地址|家住|我住在|我住|住在|我在|住")) {
            scan_spaces(low, &at);
            from = at;
        }
    }
    struct place p;
    if (from == low.n && named_place(low, &from, &start)) {
        slot_slice(call, "address", (struct slice){ text.p + from, start - from });
        return;
    }
    if (from == low.n && gazetteer_find(call->u->gazetteer, low, 0, call->r->arena, &p) == 1 &&
        (p.full || place_is_field(low, p.from, p.to))) {
        from = p.from;
    }
    start = from;
    while (from < low.n && !scan_is_any(low, from, ",| |;|。|!|?|:|的|有|想|要|家里")) {
        from = scan_next(low, from);
    }
    if (from > start + 3) {
        slot_slice(call, "address", (struct slice){ text.p + start, from - start });
    }
}

void slots_request(struct slot_call *call)
{
    struct slice low = call->r->entities.text;
    if (!slot_has(call, "service") && !put_want(call) && !put_service(call) && !put_broken(call)) {
        put_service_left(call);
    }
    put_for_whom(call);
    put_address(call);
    const struct entity *age = slots_entity(call->r, ENTITY_AGE);
    if (age != NULL) {
        json_put_int(call->slots, "age", age->number);
    }
    const struct entity *phone = slots_entity(call->r, ENTITY_PHONE);
    if (phone != NULL) {
        json_object_set_new(call->slots, "contact_phone", json_string(phone->code.text));
    }
    for (size_t i = 0; i < low.n && !slot_has(call, "urgent"); i = scan_next(low, i)) {
        bool alone = scan_is(low, i, "急") && (i == 0 || scan_behind(low, i, SCAN_SEPARATORS)) &&
                     (i + 3 >= low.n || scan_is_any(low, i + 3, SCAN_SEPARATORS));
        if (alone ||
            (scan_is_any(
                 low, i,
                 "急需|着急|很急|好急|紧急|马上|赶紧|快来|快点来|爆了|漏水|漏了|漫|冒火|冒烟|危险|救命|十万火急") &&
             !scan_is_any(low, i, "紧急联系|急救"))) {
            json_object_set_new(call->slots, "urgent", json_true());
        }
    }
}
