#include <string.h>

#include "conversations/understand/numeral.h"
#include "conversations/understand/reading.h"
#include "conversations/understand/recruit.h"
#include "conversations/understand/scan.h"
#include "conversations/understand/slots_more.h"
#include "gateway/base/json.h"

void slots_recruit(struct slot_call *call)
{
    recruit_read(call->r, call->slots);
}

/* 张三3小时 李四2.5小时: a name in front of each length. */
static void put_items(struct slot_call *call)
{
    const struct entities *e = &call->r->entities;
    json_t *items = json_array();
    for (int i = 0; i < e->count; i++) {
        struct slice text = call->r->normal.text, name;
        if (e->list[i].kind != ENTITY_LENGTH) {
            continue;
        }
        size_t from = i > 0 ? e->list[i - 1].to : 0, until = e->list[i].from;
        struct slice piece = { text.p + from, until - from };
        size_t best = 0;
        for (size_t at = 0; at < piece.n; at = scan_next(piece, at)) {
            size_t to = at;
            bool field =
                at == 0 || scan_is_any(piece, at - 1, " |,|:|;") || scan_behind(piece, at, "、|。");
            if (field && name_read(&call->u->names, piece, &to, false, &name)) {
                json_t *item = json_object();
                json_put_slice(item, "name", name);
                json_put_int(item, "minutes", e->list[i].duration.minutes);
                json_array_append_new(items, item);
                best = to;
                break;
            }
        }
        (void)best;
    }
    if (json_array_size(items) > 0) {
        json_object_set(call->slots, "items", items);
    }
    json_decref(items);
}

/* One person named by the pattern: an amendment or a refusal. */
static void put_person_item(struct slot_call *call)
{
    const char *person = json_string_value(json_object_get(call->slots, "person"));
    if (person == NULL) {
        return;
    }
    json_t *item = json_object(), *items = json_array();
    const struct entity *length = slots_entity(call->r, ENTITY_LENGTH);
    json_object_set_new(item, "name", json_string(person));
    if (length != NULL && length->duration.minutes > 0) {
        json_put_int(item, "minutes", length->duration.minutes);
    }
    json_array_append_new(items, item);
    json_object_set_new(call->slots, "items", items);
    json_object_del(call->slots, "person");
}

static void put_quality(struct slot_call *call)
{
    struct slice low = call->r->entities.text, text = call->r->normal.text;
    ptrdiff_t mark = slice_find(low, SLICE("质量"));
    if (mark < 0) {
        return;
    }
    size_t at = (size_t)mark + strlen("质量");
    scan_any(low, &at, "是|为|:|都|评");
    size_t end = at;
    while (end < low.n && !scan_is_any(low, end, " |,|;|。|.")) {
        end = scan_next(low, end);
    }
    slot_slice(call, "quality", (struct slice){ text.p + at, end - at });
}

void slots_claims(struct slot_call *call)
{
    put_person_item(call);
    put_quality(call);
    bool all = slot_has(call, "all");
    if (!all && !slot_has(call, "items") && !slot_has(call, "record_no")) {
        put_items(call);
    }
    if (all) {
        const struct entity *length = slots_entity(call->r, ENTITY_LENGTH);
        if (length != NULL && length->duration.minutes > 0) {
            json_put_int(call->slots, "minutes", length->duration.minutes);
        }
        if (slot_has(call, "date")) {
            slots_activity(call);
        }
    }
}

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

/* Services named as they are, the longest that fits first. */
static const char services[] =
    "陪去医院拿药|陪去医院看病|陪去医院|陪我去医院|陪他去医院|陪去看病|陪看病|去医院拿药|拿药|换煤气罐|搬煤气罐|换煤气|打扫卫生|"
    "量血压|理发|剪头发|剪发|买菜|买药|代买|送饭|做饭|打针|修电视|修电器|修门|修锁|修电|换灯泡|换灯|搬家具|搬家|搬东西|搬|洗衣服|洗澡|"
    "带孩子|接孩子|看孩子|教手机|用手机|教用手机|辅导|陪聊天|聊天|翻译|办手续|办证|送医院|接送|读报|写信|扫地|打扫";

/* 换个煤气罐, 理一下发: without the words that only soften. */
static struct slice without_softeners(const struct reading *r)
{
    struct slice low = r->normal.low;
    char *copy = arena_alloc(r->arena, low.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < low.n;) {
        if (scan_any(low, &i, "一下|一哈|个|下")) {
            continue;
        }
        size_t next = scan_next(low, i);
        memcpy(copy + n, low.p + i, next - i);
        n += next - i;
        i = next;
    }
    return (struct slice){ copy, n };
}

static bool put_service(struct slot_call *call)
{
    struct slice low = without_softeners(call->r), text = low;
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t end = i;
        if (scan_any(low, &end, services)) {
            slot_slice(call, "service", (struct slice){ text.p + i, end - i });
            return true;
        }
    }
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        if (scan_is_any(low, i, "陪陪|陪伴|没人看|来陪|陪一陪|照看|陪一下|陪着|陪我")) {
            json_object_set_new(call->slots, "service", json_string("陪伴"));
            return true;
        }
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
        "独居老人|空巢老人|孤寡老人|残疾人|留守儿童|留守老人|留守的两个娃娃|留守娃娃|老人家|老人|老奶奶|老大爹|"
        "我爹|我妈|我爸|我奶奶|我爷爷|我老伴|我家老倌|老倌|老伴|奶奶|爷爷|孩子|娃娃|小孩|儿子|女儿|孙子|孙女|外婆|外公|邻居|妈|爸";
    struct slice low = call->r->entities.text, text = call->r->normal.text;
    if (slot_has(call, "for_whom")) {
        return;
    }
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t end = i;
        if (scan_any(low, &end, who) && !scan_is_any(low, end, "院|节|病|机|书")) {
            slot_slice(call, "for_whom", (struct slice){ text.p + i, end - i });
            return;
        }
    }
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

bool place_is_field(struct slice s, size_t from, size_t to)
{
    bool before = from == 0 || scan_behind(s, from, " |,|;|。|:|!|在|住|、");
    bool after = to == s.n || scan_is_any(s, to, " |,|;|。|!|0|1|2|3|4|5|6|7|8|9|的");
    return before && after;
}

void slots_request(struct slot_call *call)
{
    struct slice low = call->r->entities.text;
    bool danger = call->rule != NULL && call->rule->safety;
    if (!slot_has(call, "service") && !put_want(call) && !put_service(call)) {
        put_service_left(call);
    }
    put_for_whom(call);
    put_address(call);
    const struct entity *age = slots_entity(call->r, ENTITY_AGE);
    if (age != NULL && !danger) {
        json_put_int(call->slots, "age", age->number);
    }
    const struct entity *phone = slots_entity(call->r, ENTITY_PHONE);
    if (phone != NULL) {
        json_object_set_new(call->slots, "contact_phone", json_string(phone->code.text));
    }
    for (size_t i = 0; i < low.n && !slot_has(call, "urgent"); i = scan_next(low, i)) {
        if (scan_is_any(low, i, "急需|着急|很急|紧急|马上|赶紧|快来|爆了|漏水|急!|急,|救命") &&
            !scan_is_any(low, i, "紧急联系|急救")) {
            json_object_set_new(call->slots, "urgent", json_true());
        }
    }
}

void slots_profile(struct slot_call *call)
{
    const char *field = json_string_value(json_object_get(call->slots, "field"));
    const struct entity *phone = slots_entity(call->r, ENTITY_PHONE);
    const struct entity *id = slots_entity(call->r, ENTITY_ID);
    if (field == NULL) {
        return;
    }
    if (strcmp(field, "phone") == 0 && phone != NULL) {
        json_object_set_new(call->slots, "value", json_string(phone->code.text));
    } else if (strcmp(field, "id_no") == 0 && id != NULL) {
        json_object_set_new(call->slots, "value", json_string(id->code.text));
    } else if (strcmp(field, "area") == 0 && !slot_has(call, "transfer_out")) {
        struct slice value = json_slice(call->slots, "value");
        struct place p;
        if (gazetteer_find(call->u->gazetteer, value, 0, call->r->arena, &p) == 1) {
            slot_slice(call, "value", p.name);
        }
    }
}
