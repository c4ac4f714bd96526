#include <string.h>

#include "conversations/understand/reading.h"
#include "conversations/understand/scan.h"
#include "conversations/understand/slots_more.h"
#include "gateway/base/json.h"

enum {
    PHRASE_BYTES_MIN = 4,
    PHRASE_BYTES_MAX = 75,
    PIECES_MAX = 40, /* of a text are looked at; people write a dozen at most */
};

/* Where people live or ask about: a place with its kind, or an alias that stands where a place
 * stands. */
static bool place_counts(struct slice s, const struct place *p)
{
    if (p->full) {
        return true;
    }
    bool before = p->from == 0 ||
                  scan_behind(s, p->from, "住|在|是|家|来自| |,|;|:|。|、|查|那个|看看|从|到|的");
    bool after = p->to == s.n ||
                 scan_is_any(s, p->to, "的|人|那边|这边|附近| |,|;|。|.|有|给|呢|,|、|住|这");
    bool behind_lives = scan_behind(s, p->from, "住|住在|家住|家在");
    return behind_lives || (before && after);
}

void slots_area(struct slot_call *call)
{
    struct slice s = call->r->entities.text;
    struct place p;
    size_t from = 0;
    if (slot_has(call, "area")) {
        return;
    }
    while (gazetteer_find(call->u->gazetteer, s, from, call->r->arena, &p) == 1) {
        if (place_counts(s, &p)) {
            slot_slice(call, "area", p.name);
            return;
        }
        from = p.to;
    }
}

/* A piece that says what is done, with its fillers cut off; false when nothing is left of it. */
static bool cut_activity(struct slot_call *call, size_t *from, size_t *to)
{
    const struct reading *r = call->r;
    size_t whole_from = *from, whole_to = *to;
    for (int round = 0; round < 2; round++) {
        reading_trim(r, PHRASE_ACTIVITY_HEAD, PHRASE_ACTIVITY_TAIL, from, to);
    }
    struct slice piece = { r->entities.masked.p + *from, *to - *from };
    if (piece.n == 3 && whole_to - whole_from == 6) { /* 做饭: the verb belongs to it */
        *from = whole_from;
        *to = whole_to;
        piece = (struct slice){ r->entities.masked.p + *from, *to - *from };
    }
    /* 搬行李搬(了): the verb said again before the length */
    if (piece.n >= 9 &&
        slice_find(slice_head(piece, piece.n - 3), slice_skip(piece, piece.n - 3)) >= 0 &&
        scan_is_any(r->entities.masked, *to, "了|得")) {
        *to -= 3;
        piece.n -= 3;
    }
    return *to > *from && piece.n >= PHRASE_BYTES_MIN && piece.n <= PHRASE_BYTES_MAX &&
           !reading_is(r, PHRASE_NOT_ACTIVITY, piece, NULL);
}

/* Pieces that give the reason, a name or a person are no activity. */
static bool is_other(struct slot_call *call, size_t from, size_t to)
{
    static const char *const keys[] = { "reason", "name", "person", "companions" };
    struct slice text = reading_part(call->r, from, to);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const json_t *value = json_object_get(call->slots, keys[i]);
        if (json_is_array(value)) {
            value = json_array_get(value, 0);
        }
        struct slice other = slice_of(json_string_value(value));
        if (other.n > 0 && (slice_find(text, other) >= 0 || slice_find(other, text) >= 0)) {
            return true;
        }
    }
    return false;
}

/* Why somebody cannot come is no activity. */
static bool is_reason(const struct slot_call *call, size_t from, size_t to)
{
    const struct reading *r = call->r;
    struct slice piece = { r->entities.masked.p + from, to - from };
    return call->rule != NULL && strcmp(call->rule->intent->name, "cancel_sign_up") == 0 &&
           reading_is(r, PHRASE_REASON, piece, NULL);
}

/* Where a walk over the pieces stands, and the end of the piece it is in. */
struct walk {
    size_t at, end;
    int pieces;
};

/* The next piece of a text that gives something up ends before the words that do (周六巡河 去不了 |
 * 单位开会); of another text it is a plain piece. */
static bool next_piece(const struct slot_call *call, struct walk *w, size_t *from, size_t *to)
{
    bool cut = call->rule != NULL && strcmp(call->rule->intent->name, "cancel_sign_up") == 0;
    while (w->pieces++ < PIECES_MAX) {
        if (w->at < w->end) { /* found before: a long piece is not searched anew for its end */
            *from = w->at;
            *to = w->at = w->end;
        } else if (!reading_piece(call->r, &w->at, from, to)) {
            return false;
        }
        struct pattern_match m;
        struct slice piece = { call->r->entities.masked.p + *from, *to - *from };
        if (!cut || !reading_is(call->r, PHRASE_GIVES_UP, piece, &m)) {
            return true;
        }
        w->end = *to;
        w->at = *from + m.end;
        *to = *from + m.start;
        if (*to > *from) {
            return true;
        }
    }
    return false;
}

/* The first piece that names something; with `dated` only one right behind a date or a time. */
static bool find_activity(struct slot_call *call, bool dated)
{
    const struct reading *r = call->r;
    struct walk w = { 0 };
    size_t from, to;
    while (next_piece(call, &w, &from, &to)) {
        bool behind = from >= 3 && entities_at(&r->entities, from - 3) != NULL &&
                      entities_at(&r->entities, from - 3)->kind != ENTITY_LENGTH;
        struct slice piece = { r->entities.masked.p + from, to - from };
        if ((dated && !behind) || is_reason(call, from, to) ||
            reading_is(r, PHRASE_NOT_ACTIVITY, piece, NULL)) {
            continue;
        }
        if (cut_activity(call, &from, &to) && !is_other(call, from, to)) {
            slot_text(call, "activity", from, to);
            return true;
        }
    }
    return false;
}

/* 在敬老院包饺子: the place before the verb, the activity from the verb on. */
static bool split_place(struct slot_call *call, size_t from, size_t to)
{
    struct pattern_match m;
    const struct reading *r = call->r;
    const struct pattern *p = &r->u->phrases[PHRASE_PLACE_VERB];
    struct slice piece = { r->entities.masked.p + from, to - from };
    if (!reading_is(r, PHRASE_PLACE_VERB, piece, &m)) {
        return false;
    }
    size_t place_from = 0, place_to = 0, verb_from = 0, verb_to = 0;
    for (int i = 0; i < p->group_count; i++) {
        bool place = strcmp(p->groups[i].name, "place") == 0;
        *(place ? &place_from : &verb_from) = from + m.from[i];
        *(place ? &place_to : &verb_to) = from + m.to[i];
    }
    size_t cut_from = verb_from, cut_to = verb_to;
    if (!cut_activity(call, &cut_from, &cut_to)) {
        slot_text(call, "activity", place_from, place_to); /* 在茶博会帮忙 */
        return true;
    }
    slot_text(call, "place", place_from, place_to);
    slot_text(call, "activity", cut_from, cut_to);
    return true;
}

/* 扫了三个半小时的地: verb and object around the length. */
static bool split_verb(struct slot_call *call)
{
    struct pattern_match m;
    const struct reading *r = call->r;
    const struct pattern *p = &r->u->phrases[PHRASE_SPLIT_VERB];
    if (!reading_is(r, PHRASE_SPLIT_VERB, r->entities.masked, &m)) {
        return false;
    }
    struct slice verb = { 0 }, object = { 0 };
    for (int i = 0; i < p->group_count; i++) {
        struct slice text = reading_part(r, m.from[i], m.to[i]);
        if (strcmp(p->groups[i].name, "verb") == 0) {
            verb = text;
        } else {
            object = text;
        }
    }
    slot_slice(call, "activity",
               arena_printf(r->arena, "%.*s%.*s", SLICE_ARG(verb), SLICE_ARG(object)));
    struct slice before = slice_head(r->entities.masked, m.start);
    for (size_t i = 0; i < before.n; i = scan_next(before, i)) {
        size_t at = i;
        if (scan_any(before, &at, "在|去|到|克") && before.n - at >= 6) {
            slot_text(call, "place", at, before.n);
            break;
        }
    }
    return true;
}

/* The words in front of the place: 我, 都, 嘛; those behind the date are cut by cut_activity. */
static size_t skip_head(struct slot_call *call, size_t from, size_t to)
{
    struct slice piece = { call->r->entities.masked.p + from, to - from };
    for (size_t i = 0; i < piece.n && i < 24; i = scan_next(piece, i)) {
        if (scan_is_any(piece, i, "在|去|到|克|客|往")) {
            struct slice head = { piece.p, i };
            if (i == 0 || reading_is(call->r, PHRASE_NOT_ACTIVITY, head, NULL)) {
                return from + i;
            }
            return from;
        }
    }
    return from;
}

/* 报名去三棵桩村帮老人砍柴: only where a place stands behind 去. */
static bool find_split(struct slot_call *call)
{
    struct walk w = { 0 };
    size_t from, to;
    while (next_piece(call, &w, &from, &to)) {
        struct slice piece = { call->r->entities.masked.p + from, to - from };
        for (size_t i = 0; i < piece.n; i = scan_next(piece, i)) {
            struct place p;
            size_t start = from + i;
            if (scan_is_any(piece, i, "去|到|克|在") &&
                gazetteer_head(call->u->gazetteer, slice_skip(piece, i + 3), call->r->arena, &p) ==
                    1 &&
                split_place(call, start, to)) {
                return true;
            }
        }
    }
    return false;
}

void slots_activity(struct slot_call *call)
{
    if (slot_has(call, "activity") || slot_has(call, "activity_no") ||
        slot_has(call, "activity_nos")) {
        return;
    }
    if (call->looks == DIRECTION_FUTURE && find_split(call)) {
        return;
    }
    if (!find_activity(call, true)) {
        (void)find_activity(call, false);
    }
}

void slots_report(struct slot_call *call)
{
    const struct reading *r = call->r;
    size_t at = 0, from, to;
    if (slot_has(call, "activity") || split_verb(call)) {
        return;
    }
    while (reading_piece(r, &at, &from, &to)) {
        size_t start = skip_head(call, from, to);
        if (split_place(call, start, to)) {
            return;
        }
        if (cut_activity(call, &from, &to) && !is_other(call, from, to)) {
            slot_text(call, "activity", from, to);
            return;
        }
    }
}

/* Single occasions are named like activities, but only beside a date. */
void slots_record(struct slot_call *call)
{
    const struct entity *length = slots_entity(call->r, ENTITY_LENGTH);
    if (length != NULL && length->duration.minutes > 0) {
        json_put_int(call->slots, "minutes", length->duration.minutes);
    }
    const struct reading *r = call->r;
    size_t at = 0, from, to;
    while (slot_has(call, "date") && !slot_has(call, "activity") &&
           reading_piece(r, &at, &from, &to)) {
        struct pattern_match m;
        struct slice piece = { r->entities.masked.p + from, to - from };
        if (reading_is(r, PHRASE_OCCASION, piece, &m)) {
            size_t start = from + m.from[0], end = from + m.to[0];
            if (cut_activity(call, &start, &end)) {
                slot_text(call, "activity", start, end);
            }
        }
    }
}

void slots_keyword(struct slot_call *call)
{
    const struct reading *r = call->r;
    size_t at = 0, from, to;
    struct slice area = json_slice(call->slots, "area");
    while (!slot_has(call, "keyword") && reading_piece(r, &at, &from, &to)) {
        for (int round = 0; round < 2; round++) {
            reading_trim(r, PHRASE_KEYWORD_HEAD, PHRASE_KEYWORD_TAIL, &from, &to);
        }
        if (to <= from || to - from > PHRASE_BYTES_MAX) {
            continue;
        }
        /* The area is said once: as the area. */
        struct slice piece = reading_part(r, from, to);
        struct place p;
        if (area.n > 0 && gazetteer_find(r->u->gazetteer, piece, 0, r->arena, &p) == 1) {
            from = p.from == 0 ? from + p.to : from;
            to = p.from > 0 && p.to == piece.n ? to - (p.to - p.from) : to;
            reading_trim(r, PHRASE_KEYWORD_HEAD, PHRASE_KEYWORD_TAIL, &from, &to);
        }
        struct slice word = { r->entities.masked.p + from, to > from ? to - from : 0 };
        if (word.n >= 6 && !reading_is(r, PHRASE_NOT_ACTIVITY, word, NULL) &&
            !reading_is(r, PHRASE_NOT_KEYWORD, word, NULL)) {
            slot_text(call, "keyword", from, to);
        }
    }
}

void slots_reason(struct slot_call *call)
{
    const struct reading *r = call->r;
    struct walk w = { 0 };
    size_t from, to;
    while (!slot_has(call, "reason") && next_piece(call, &w, &from, &to)) {
        struct pattern_match m;
        struct slice piece = { r->entities.masked.p + from, to - from };
        bool named = scan_is(piece, 0, "的") || slice_find(piece, SLICE("活动")) >= 0 ||
                     scan_behind(piece, piece.n, "那个|那场");
        if (!named && reading_is(r, PHRASE_REASON, piece, &m)) {
            size_t end = from + m.to[0], start = from + m.from[0];
            reading_trim(r, PHRASE_HEAD, PHRASE_TAIL, &start, &end);
            slot_text(call, "reason", start, end);
        }
    }
}
