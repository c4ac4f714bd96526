/* Whom a person registers for another. */
#include <string.h>

#include "conversations/understand/numeral.h"
#include "conversations/understand/reading.h"
#include "conversations/understand/scan.h"
#include "conversations/understand/slots_more.h"
#include "gateway/base/json.h"

bool slot_relative(const struct slot_call *call, struct slice s, size_t *i)
{
    int unused;
    size_t n = words_at(call->u->relatives, slice_skip(s, *i), &unused);
    *i += n;
    return n > 0;
}

/* A relative there is the one who wants something: 我弟弟想当, 孙子孙女都想. */
static bool begins_a_wish(struct slice s, size_t i)
{
    return i == 0 || scan_behind(s, i, SCAN_SEPARATORS) || scan_is_any(s, i, "我");
}

/* Whom the record is for: the relatives (孙子孙女) behind 帮, 替, 给, else the first who wants it:
 * 我弟弟想当志愿者，我帮他填. */
static void put_relation(struct slot_call *call)
{
    struct slice low = call->r->entities.text, text = call->r->normal.text;
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < low.n && !slot_has(call, "relation"); i = scan_next(low, i)) {
            size_t at = i;
            if (round == 0 && !scan_any(low, &at, "帮|替|给|为|代")) {
                continue;
            }
            scan_any(low, &at, "着|忙");
            scan_any(low, &at, "我们家|我们|我家的|我家|我的|我|俺家|俺");
            size_t end = at;
            if (slot_relative(call, low, &end) && (round == 0 || begins_a_wish(low, i))) {
                slot_relative(call, low, &end);
                slot_slice(call, "relation", (struct slice){ text.p + at, end - at });
            }
        }
    }
}

/* 刘玉芬 5308…；马二妹 5308…: several people with their numbers. */
static bool put_people(struct slot_call *call)
{
    const struct entities *e = &call->r->entities;
    json_t *people = json_array();
    size_t from = 0;
    for (int i = 0; i < e->count; i++) {
        if (e->list[i].kind != ENTITY_ID) {
            continue;
        }
        struct slice piece = { call->r->normal.text.p + from, e->list[i].from - from }, name;
        size_t at;
        if (name_find(&call->u->names, piece, &name, &at)) {
            json_t *person = json_object();
            json_put_slice(person, "name", name);
            json_object_set_new(person, "id_no", json_string(e->list[i].code.text));
            json_array_append_new(people, person);
        }
        from = e->list[i].to;
    }
    bool several = json_array_size(people) >= 2;
    if (several) {
        json_object_set(call->slots, "people", people);
    }
    json_decref(people);
    return several;
}

/* 她妈, 孩子的爸爸, 家长. */
static bool take_parent(struct slice s, size_t *i)
{
    size_t at = *i;
    bool of_whom = scan_any(s, &at, "他的|她的|他|她|孩子的|孩子|娃娃的|娃娃|娃的|娃");
    bool parent =
        scan_any(s, &at, "家长|监护人") ||
        (of_whom && scan_any(s, &at, "爸爸|妈妈|父亲|母亲|爷爷|奶奶|外公|外婆|爸|妈|爹|娘"));
    *i = parent ? at : *i;
    return parent;
}

/* 我妈同意了, 我是她妈 我同意, 家长签字同意. */
bool slot_guardian_agrees(const struct slot_call *call)
{
    struct slice low = call->r->entities.text;
    bool parent = slot_has(call, "guardian"), agreed = false;
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t at = i;
        parent = parent || (scan_any(low, &at, "我是|我就是") && take_parent(low, &at)) ||
                 scan_is_any(low, i, "我妈|我爸|爸妈|父母|家长|监护人|我爷爷|我奶奶");
        agreed = agreed || (scan_is_any(low, i, "同意|答应|许可|签字|签了字") &&
                            !scan_behind(low, i, "不|没|没有"));
    }
    return parent && agreed;
}

/* 我是他爸李军, 我是队长周凤仙: who speaks. */
static bool put_speaker(struct slot_call *call, struct slice *speaker)
{
    struct slice text = call->r->normal.text;
    for (size_t i = 0; i < text.n; i = scan_next(text, i)) {
        size_t at = i;
        if (!scan_take(text, &at, "我是")) {
            continue;
        }
        bool parent = take_parent(text, &at);
        bool leader =
            !parent &&
            scan_any(text, &at, "队长|负责人|班长|老师|站长|组长|书记|主任|会长|网格员|社工");
        struct slice name;
        if ((parent || leader) && name_read(&call->u->names, text, &at, false, &name)) {
            slot_slice(call, parent ? "guardian" : "proxy_name", name);
            *speaker = name;
            return true;
        }
    }
    return false;
}

void slots_proxy(struct slot_call *call)
{
    struct slice low = call->r->entities.text, text = call->r->normal.text, speaker = { 0 }, name;
    size_t at;
    put_relation(call);
    slots_phone(call);
    put_speaker(call, &speaker);
    if (put_people(call)) {
        return;
    }
    slots_self_id(call);
    if (name_find(&call->u->names, text, &name, &at) &&
        !(speaker.n > 0 && slice_eq(name, speaker))) {
        slot_slice(call, "name", name);
    } else if (slots_entity(call->r, ENTITY_COUNT) == NULL) {
        /* 帮独居老人段有才登记: the name stands before the verb. */
        for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
            size_t end = i;
            if (scan_behind(low, i, "老人|居民|大爷|大妈|邻居|同学|员|村民|的|给|帮|替") &&
                name_read(&call->u->names, text, &end, false, &name)) {
                slot_slice(call, "name", name);
                break;
            }
        }
    }
    slots_birth(call);
    slots_gender(call);
    slots_area(call);
    if (slot_guardian_agrees(call)) {
        json_object_set_new(call->slots, "guardian_consent", json_true());
    } else if (slice_find(low, SLICE("本人")) >= 0 && slice_find(low, SLICE("同意")) >= 0) {
        json_object_set_new(call->slots, "consent", json_true());
    }
    slots_school(call);
}
