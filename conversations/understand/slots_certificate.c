/* What a proof is for, in which form, and what training is about. */
#include <string.h>

#include "conversations/understand/numeral.h"
#include "conversations/understand/reading.h"
#include "conversations/understand/scan.h"
#include "conversations/understand/slots_more.h"
#include "gateway/base/json.h"

/* The text of the first of `words` that stands in `low`, as the value of `key`. */
static void put_word(struct slot_call *call, const char *key, const char *words)
{
    struct slice low = call->r->entities.text;
    for (size_t i = 0; i < low.n && !slot_has(call, key); i = scan_next(low, i)) {
        size_t end = i;
        if (scan_any(low, &end, words)) {
            slot_slice(call, key, (struct slice){ call->r->normal.text.p + i, end - i });
        }
    }
}

static void put_flag(struct slot_call *call, const char *key, const char *words)
{
    struct slice low = call->r->entities.text;
    if (scan_find(low, 0, low.n, words) < low.n) {
        json_object_set_new(call->slots, key, json_true());
    }
}

/* What the proof is for: the piece that holds a purpose, without what asks for the proof. */
static void put_purpose(struct slot_call *call)
{
    const struct reading *r = call->r;
    size_t at = 0, from, to;
    while (!slot_has(call, "purpose") && reading_piece(r, &at, &from, &to)) {
        struct pattern_match m;
        struct slice piece = { r->entities.masked.p + from, to - from };
        if (reading_is(r, PHRASE_PURPOSE, piece, &m)) {
            slot_text(call, "purpose", from + m.from[0], from + m.to[0]);
        }
    }
}

void slots_certificate(struct slot_call *call)
{
    const char *action = json_string_value(json_object_get(call->slots, "action"));
    if (action == NULL || strcmp(action, "issue") != 0) {
        json_object_del(call->slots, "date_text"); /* 上回那个证明 names no time */
        return;
    }
    put_purpose(call);
    put_flag(call, "stamp", "盖章|盖个章|加盖|公章|盖印|盖红章|带章|有章|印章|戳");
    put_flag(call, "detail", "明细|每次|每回|每一次|写清|写明|写上做|列出|列明|详细|哪些活动");
    put_word(call, "format", "电子版|电子档|照片|图片|pdf|纸质版|纸质|扫描件|原件|打印件");
    put_word(call, "delivery", "邮寄|快递|寄到|寄|自取|送到|上门");
}

/* 急救培训, 手语课, 学急救: the words in front of 培训 or 课 without what only asks. */
void slots_training(struct slot_call *call)
{
    const struct reading *r = call->r;
    size_t at = 0, from, to;
    while (!slot_has(call, "topic") && reading_piece(r, &at, &from, &to)) {
        struct pattern_match m;
        struct slice piece = { r->entities.masked.p + from, to - from };
        if (reading_is(r, PHRASE_TOPIC, piece, &m) && m.to[0] > m.from[0]) {
            size_t start = from + m.from[0], end = from + m.to[0];
            slot_text(call, "topic", start, end);
        }
    }
}
