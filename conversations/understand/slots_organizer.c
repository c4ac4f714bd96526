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

/* 我是拉祜族, 我是女的: what a person says of herself is the value. */
static void put_own_value(struct slot_call *call, const char *field)
{
    slots_ethnicity(call);
    struct slice low = call->r->entities.text, value = json_slice(call->slots, "ethnicity");
    if (strcmp(field, "gender") == 0) {
        bool woman = scan_find(low, 0, low.n, "是女|女的|改成女|女性") < low.n;
        bool man = scan_find(low, 0, low.n, "是男|男的|改成男|男性") < low.n;
        value = woman == man ? SLICE("") : woman ? SLICE("女") : SLICE("男");
    }
    slot_slice(call, "value", value);
    json_object_del(call->slots, "ethnicity");
}

void slots_profile(struct slot_call *call)
{
    const char *field = json_string_value(json_object_get(call->slots, "field"));
    const struct entity *phone = slots_entity(call->r, ENTITY_PHONE);
    const struct entity *id = slots_entity(call->r, ENTITY_ID);
    if (field == NULL) {
        return;
    }
    struct civil today;
    struct birth birth;
    civil_from_day(call->r->calendar.today, &today);
    if (strcmp(field, "ethnicity") == 0 || strcmp(field, "gender") == 0) {
        put_own_value(call, field);
    } else if (strcmp(field, "birth") == 0 && !slot_has(call, "value") &&
               birth_find(call->r->normal.low, today.year, false, &birth) && birth.year > 0) {
        slot_slice(call, "value", arena_printf(call->r->arena, "%d", birth.year));
    } else if (strcmp(field, "phone") == 0 && phone != NULL) {
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
