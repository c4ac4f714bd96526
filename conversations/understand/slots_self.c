/* Who writes, and who is asked about. */
#include <string.h>

#include "conversations/understand/numeral.h"
#include "conversations/understand/reading.h"
#include "conversations/understand/scan.h"
#include "conversations/understand/slots_more.h"
#include "gateway/base/json.h"

/* A pattern only guesses that something is a name: 老街社区到了 tells a place. */
static void check_name(struct slot_call *call)
{
    struct slice said = json_slice(call->slots, "name"), name;
    struct place p;
    size_t i = 0;
    bool place = gazetteer_head(call->u->gazetteer, said, call->r->arena, &p) == 1;
    if (place) {
        slot_slice(call, "place", said);
    }
    if (place || !name_read(&call->u->names, said, &i, false, &name) || i != said.n) {
        json_object_del(call->slots, "name");
    }
}

/* 老杨, 小李 at `at`, and behind where one lives: 我是三家村的老陶. */
static bool read_nickname(struct slice text, size_t at, struct slice *name)
{
    for (size_t i = at; i < text.n && i < at + 36 && !scan_is_any(text, i, SCAN_SEPARATORS);
         i = scan_next(text, i)) {
        size_t end = i;
        bool starts = i == at || scan_behind(text, i, "的");
        if (starts && scan_any(text, &end, "老|小|阿") && han_is(scan_at(text, end)) &&
            !scan_is_any(text, end, "师|人|伴|公|婆|倌|板|学|孩|组|区|乡|表|百")) {
            *name = (struct slice){ text.p + i, scan_next(text, end) - i };
            return true;
        }
    }
    return false;
}

/* A place or a thing whose first character is a surname: 梅子湖, 马拉松. */
static bool ends_like_place(struct slice name)
{
    return scan_behind(
        name, name.n,
        "湖|河|山|园|馆|院|镇|乡|村|街|路|站|校|店|寨|坝|桥|队|场|厅|楼|日|节|赛|松|课|班");
}

/* Whether a piece of the masked text is one name and nothing else. */
static bool is_name_piece(struct slot_call *call, size_t from, size_t to, struct slice *name)
{
    struct slice piece = reading_part(call->r, from, to);
    struct place p;
    size_t i = 0;
    return to - from == piece.n && piece.n >= 6 && piece.n <= 12 && !ends_like_place(piece) &&
           name_read(&call->u->names, piece, &i, false, name) && i == piece.n &&
           gazetteer_find(call->u->gazetteer, piece, 0, call->r->arena, &p) != 1;
}

/* 我是刘开明, 名字写上我，老杨, or a name as a field at the beginning or the end of several. */
static void put_self_name(struct slot_call *call)
{
    struct slice text = call->r->normal.text, name;
    static const char *const told[] = { "名字写上我,", "名字写上我", "我是" };
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
        ptrdiff_t mark = slice_find(text, slice_of(told[i]));
        size_t at = mark < 0 ? 0 : (size_t)mark + strlen(told[i]);
        if (mark < 0) {
            continue;
        }
        scan_any(text, &at, ":|,");
        scan_spaces(text, &at);
        if (name_read(&call->u->names, text, &at, false, &name)) {
            slot_slice(call, "name", name);
            return;
        }
        if (read_nickname(text, at, &name)) {
            slot_slice(call, "name", name);
            return;
        }
    }
    size_t at = 0, from, to, last_from = 0, last_to = 0, first_to = 0, first_from = 0;
    int pieces = 0;
    while (reading_piece(call->r, &at, &from, &to)) {
        first_from = pieces == 0 ? from : first_from;
        first_to = pieces == 0 ? to : first_to;
        last_from = from;
        last_to = to;
        pieces++;
    }
    if (pieces >= 2 && (is_name_piece(call, first_from, first_to, &name) ||
                        is_name_piece(call, last_from, last_to, &name))) {
        slot_slice(call, "name", name);
    }
}

void slots_self(struct slot_call *call)
{
    struct slice text = call->r->normal.text, name;
    size_t at;
    slots_phone(call);
    if (slot_has(call, "name")) {
        check_name(call);
        return;
    }
    if (name_told(&call->u->names, text, &name, &at)) {
        slot_slice(call, "name", name);
        return;
    }
    put_self_name(call);
}

/* 王秀英几星了, 查杨美的时长, 我女儿的星级，她叫段晓雯: of somebody else. */
void slots_person_asked(struct slot_call *call)
{
    struct slice text = call->r->normal.text, name, said = json_slice(call->slots, "person");
    size_t i = 0, at = 0;
    if (said.n > 0 && name_read(&call->u->names, said, &i, false, &name) && i == said.n) {
        slot_slice(call, "person", name);
        return;
    }
    json_object_del(call->slots, "person");
    if (name_told(&call->u->names, text, &name, &at) &&
        !scan_behind(text, at, "我叫|我的名字叫|叫我")) {
        slot_slice(call, "person", name);
        return;
    }
    for (i = 0; i < text.n; i = scan_next(text, i)) {
        size_t end = i;
        bool behind = scan_behind(
            text, i, "查|查下|查一下|查查|查哈|看|看看|看下|看一下|瞧|瞧瞧|瞧哈|问|问下|帮|,| |的");
        size_t back = i;
        for (size_t k = i; !behind && k >= 3 && i - k < 9; k -= 3) {
            back = k - 3;
            behind = slot_relative(call, slice_head(text, i), &back) && back == i;
        }
        if (behind && name_read(&call->u->names, text, &end, false, &name) &&
            (end == text.n ||
             scan_is_any(text, end, "的|几|有|够|是|星|时|工|这|今|去|上|,| |呢|共|做"))) {
            slot_slice(call, "person", name);
            return;
        }
    }
}
