/* How many people, and who comes along. */
#include <string.h>

#include "conversations/understand/numeral.h"
#include "conversations/understand/reading.h"
#include "conversations/understand/scan.h"
#include "conversations/understand/slots_more.h"
#include "gateway/base/json.h"

/* 李姐, 王孃孃, 小杨, 老张, 阿芳: a form of address with a part of a name. */
static size_t address_end(struct slice s, size_t i)
{
    size_t at = i, end;
    if (scan_any(s, &at, "小|老|阿") && han_is(scan_at(s, at)) &&
        !scan_is_any(s, at, "孩|朋|伙|同|师|学|组|乡|年|人|伴|公|婆|倌|表|妈|爸|爹|娘|汉|奶")) {
        return scan_next(s, at);
    }
    end = scan_next(s, i);
    return scan_any(
               s, &end,
               "孃孃|大爷|大妈|阿姨|叔叔|奶奶|爷爷|姐|哥|嫂|叔|姨|婶|孃|老师|师傅|大姐|大哥|主任|书记")
               ? end
               : i;
}

static void put_companion(struct slot_call *call, size_t from, size_t to)
{
    json_t *list = json_array();
    struct slice text = call->r->normal.text;
    json_array_append_new(list, json_stringn(text.p + from, to - from));
    json_object_set_new(call->slots, "companions", list);
    json_put_int(call->slots, "persons", 2);
}

/* 我和老伴, 我跟李姐, 我和杨丽华. */
static bool put_company(struct slot_call *call)
{
    struct slice low = call->r->entities.text, text = call->r->normal.text;
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t at = i;
        if (!scan_any(low, &at, "我和|我跟|我同|我与|我带着|我带|带上我|带着我|带上|带着")) {
            continue;
        }
        scan_any(low, &at, "我们家|我家的|我家|我的|我|隔壁的|隔壁|邻居");
        size_t end = at;
        if (slot_relative(call, low, &end)) {
            json_put_int(call->slots, "persons", 2);
            return true;
        }
        end = address_end(low, at);
        struct slice name;
        if (end > at || (end = at, name_read(&call->u->names, text, &end, false, &name))) {
            put_companion(call, at, end);
            return true;
        }
    }
    return false;
}

/* 一家三口, 五口人, 我们俩, 三个都. */
static int heads_said(struct slice low)
{
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        struct numeral n;
        size_t at = i;
        if (scan_is_any(low, i, "我们俩|我们两个|咱们俩|咱俩|我俩|俩口子|两口子|俩人|我们两")) {
            return 2;
        }
        if (numeral_read(low, &at, &n) && n.second == 0 && !n.decimal && n.thousandths >= 2000 &&
            scan_any(low, &at,
                     "口人|口|个人都|人都|个都想|个都要|个都来|个都报|个都克|个都去|个都|个一起")) {
            bool people =
                scan_behind(low, at, "口人|口|人都") || !scan_behind(low, i, "第|这|那|活动");
            return people ? (int)(n.thousandths / 1000) : 0;
        }
    }
    return 0;
}

void slots_heads(struct slot_call *call)
{
    if (slot_has(call, "persons")) {
        return;
    }
    const struct entity *e = slots_entity(call->r, ENTITY_COUNT);
    int heads = e != NULL ? e->number : heads_said(call->r->entities.text);
    if (heads > 0) {
        json_put_int(call->slots, "persons", heads);
        return;
    }
    put_company(call);
}
