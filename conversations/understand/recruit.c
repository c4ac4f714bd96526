#include "conversations/understand/recruit.h"

#include <stdio.h>
#include <string.h>

#include "conversations/understand/numeral.h"
#include "conversations/understand/reading.h"
#include "conversations/understand/repeat.h"
#include "conversations/understand/scan.h"
#include "conversations/understand/slots_more.h"
#include "gateway/base/json.h"

static struct slice original_case(const struct reading *r, size_t from, size_t to)
{
    return (struct slice){ r->normal.text.p + from, to - from };
}

static void put(const struct reading *r, json_t *slots, const char *key, size_t from, size_t to)
{
    struct slice text = slice_trim(original_case(r, from, to));
    if (text.n > 0 && json_object_get(slots, key) == NULL) {
        json_put_slice(slots, key, text);
    }
}

static size_t clause_end(struct slice s, size_t i)
{
    while (i < s.n && !scan_is_any(s, i, ",| |;|。|.|!|?")) {
        i = scan_next(s, i);
    }
    return i;
}

/* 联系人小陈13800000555 */
static void read_contact(const struct reading *r, json_t *slots)
{
    struct slice low = r->entities.text;
    const struct entity *phone = slots_entity(r, ENTITY_PHONE);
    ptrdiff_t mark = slice_find(low, SLICE("联系人"));
    if (phone != NULL) {
        json_object_set_new(slots, "contact_phone", json_string(phone->code.text));
    }
    if (mark < 0) {
        return;
    }
    size_t from = (size_t)mark + strlen("联系人"), to;
    scan_any(low, &from, ":|是");
    scan_spaces(low, &from);
    to = clause_end(low, from);
    if (phone != NULL && phone->from > from && phone->from < to) {
        to = phone->from;
    }
    put(r, slots, "contact", from, to);
}

/* 报名截止26号晚8点 */
static void read_deadline(const struct reading *r, json_t *slots)
{
    const struct entities *e = &r->entities;
    for (int i = 0; i < e->count; i++) {
        int64_t day, last;
        int start = 0, end;
        bool said = e->list[i].kind <= ENTITY_DAY &&
                    scan_behind(e->text, e->list[i].from, "截止|截至|截止到|截止时间|截止日期");
        if (!said || !date_resolve(&r->calendar, &e->list[i].when, DIRECTION_FUTURE, &day, &last)) {
            continue;
        }
        char date[16], text[32];
        civil_format_date(day, date);
        if (i + 1 < e->count && e->list[i + 1].kind == ENTITY_TIME && !e->list[i + 1].clock.wrong) {
            clock_resolve(&e->list[i + 1].clock, e->list[i].when.part, &start, &end);
        }
        snprintf(text, sizeof(text), "%sT%02d:%02d", date, (start / 60) % 24, start % 60);
        json_object_set_new(slots, "deadline", json_string(text));
        return;
    }
}

/* How many: 20人, 要10个人, 10个导诊志愿者. */
static void read_persons(const struct reading *r, json_t *slots)
{
    struct slice low = r->entities.text;
    const struct entity *count = slots_entity(r, ENTITY_COUNT);
    if (count != NULL) {
        json_put_int(slots, "persons", count->number);
        return;
    }
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t at = i;
        struct numeral n;
        if (scan_any(low, &at, "招|要|差|缺|需要|还差|还缺") && numeral_read(low, &at, &n) &&
            n.second == 0 && scan_any(low, &at, "个|名|位|人")) {
            json_put_int(slots, "persons", n.thousandths / 1000);
            return;
        }
    }
}

/* What volunteers should bring, be or be able to: 自带扫把, 18岁以上, 会量血压的, 有救援证的. */
static void read_requirements(const struct reading *r, json_t *slots, size_t *taken_from,
                              size_t *taken_to)
{
    struct slice low = r->entities.text;
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t at = i, end;
        bool starts = i == 0 || scan_behind(low, i, " |,|;|。|、|个|的|名|需要|要|志愿者|人");
        if (!starts) {
            continue;
        }
        if (scan_any(
                low, &at,
                "自带|自备|要求|带好|带上|请带|带|要能|要有|需有|须有|能干|能|会|有救援证|有证|持证|懂|要会|需|穿")) {
            bool able = scan_behind(low, at, "要能|要会|要求|要有|需有|须有");
            size_t from = able ? i + 3 : i;
            if (scan_behind(low, at, "要求")) {
                from = at;
                scan_any(low, &from, ":| ");
            }
            end = clause_end(low, at);
            if (scan_behind(low, at, "有救援证")) {
                end = at;
            }
            if (scan_behind(low, end, "的")) {
                end -= 3;
            }
            for (size_t k = at; k < end; k = scan_next(low, k)) {
                if (scan_is_any(low, k, "的志愿者|的人|的,|的再")) {
                    end = k;
                    break;
                }
            }
            if (end > from + 3 && !scan_is_any(low, from, "会议|能不能|带队|会场")) {
                put(r, slots, "requirements", from, end);
                *taken_from = i;
                *taken_to = end;
                return;
            }
        }
        end = clause_end(low, i);
        if (scan_behind(low, end, "优先")) { /* 大学生优先 */
            put(r, slots, "requirements", i, end);
            *taken_from = i;
            *taken_to = end;
            return;
        }
        struct numeral n;
        at = i;
        if (numeral_read(low, &at, &n) && scan_any(low, &at, "周岁|岁") &&
            scan_any(low, &at, "以上|以下|以内|-|到")) {
            put(r, slots, "requirements", i, clause_end(low, at));
            *taken_from = i;
            *taken_to = clause_end(low, at);
            return;
        }
    }
}

static bool is_place(const struct reading *r, struct slice piece)
{
    struct place p;
    bool ends = scan_behind(
        piece, piece.n,
        "社区|村|镇|街|路|院|馆|校|园|场|口|站|中心|店|楼|栋|寨|区|所|厅|室|坝|桥|湖|山|学校|小区");
    return piece.n >= 6 && piece.n <= 45 &&
           (ends || (gazetteer_head(r->u->gazetteer, piece, r->arena, &p) == 1 && p.to == piece.n));
}

/* 在X做Y, X做Y: the longest head that is a place, the rest the activity. */
static bool part_place(const struct reading *r, json_t *slots, size_t from, size_t to)
{
    struct slice low = { r->entities.text.p, to };
    size_t start = from, best = 0;
    bool led = scan_any(low, &start, "在|去|到|克|于");
    for (size_t i = scan_next(low, start); i < to; i = scan_next(low, i)) {
        struct slice head = { low.p + start, i - start };
        if (is_place(r, head) && to - i >= 6) {
            best = i;
        } else if (best > 0 && i > best + 12) {
            break;
        }
    }
    if (best == 0 && led) {
        struct pattern_match m;
        struct slice piece = { low.p + from, to - from };
        const struct pattern *p = &r->u->phrases[PHRASE_PLACE_VERB];
        if (reading_is(r, PHRASE_PLACE_VERB, piece, &m)) {
            for (int k = 0; k < p->group_count; k++) {
                if (strcmp(p->groups[k].name, "place") == 0) {
                    best = from + m.to[k];
                }
            }
        }
    }
    if (best == 0) {
        return false;
    }
    put(r, slots, "place", start, best);
    put(r, slots, "activity", best, to);
    return true;
}

static bool skip_piece(struct slice piece)
{
    size_t i = 0;
    return scan_any(
        piece, &i,
        "联系人|报名截止|截止|电话|要求|自带|自备|带|马上到|急|再发|每|周一|18|岁|发布|招募|新建");
}

static void read_place_activity(const struct reading *r, json_t *slots, size_t skip_from,
                                size_t skip_to)
{
    size_t at = 0, from, to;
    while (reading_piece(r, &at, &from, &to)) {
        size_t a = r->entities.back[from], b = r->entities.back[to];
        struct slice piece = { r->entities.text.p + a, b - a };
        /* Back to the masked text only for cutting; what stays is plain text, byte for byte. */
        reading_trim(r, PHRASE_ACTIVITY_HEAD, PHRASE_TAIL, &from, &to);
        if (to <= from || skip_piece(piece) || repeat_is(r, a, b)) {
            continue;
        }
        size_t text_from = r->entities.back[from], text_to = r->entities.back[from] + (to - from);
        size_t cut = text_from;
        struct slice low = { r->entities.text.p, text_to };
        if (scan_any(
                low, &cut,
                "发个招募|发招募|招募|发布一个|发布|招人|急需|需要|新建活动|我们|活动|志愿者|名|个|的")) {
            text_from = cut;
            scan_any(low, &text_from, "志愿者|的");
        }
        if (scan_is_any(low, text_from, "还差|差|要|缺|想招") ||
            (skip_to > skip_from && text_from < skip_to && text_to > skip_from)) {
            if (!(skip_from > text_from && skip_from - text_from >= 6)) {
                continue;
            }
            text_to = skip_from;
        }
        for (size_t k = text_from; k < text_to; k = scan_next(low, k)) {
            if (k > text_from + 3 && scan_is_any(low, k, "还差|还缺|要|需要|差")) {
                text_to = k;
                break;
            }
        }
        struct slice said = { low.p + text_from, text_to > text_from ? text_to - text_from : 0 };
        if (text_to < text_from + 6 || reading_is(r, PHRASE_NOT_ACTIVITY, said, NULL)) {
            continue;
        }
        bool led = scan_is_any(low, text_from, "在|去|到|克");
        struct slice rest = { low.p + text_from, text_to - text_from };
        if (json_object_get(slots, "place") == NULL && is_place(r, rest)) {
            put(r, slots, "place", text_from, text_to);
        } else if (json_object_get(slots, "activity") != NULL ||
                   (json_object_get(slots, "place") != NULL && !led)) {
            put(r, slots, "activity", text_from, text_to);
        } else if (!part_place(r, slots, text_from, text_to)) {
            put(r, slots, "activity", text_from, text_to);
        }
    }
}

/* 到思茅港镇集合: the meeting place of a call without a place of work. */
static void read_meeting_place(const struct reading *r, json_t *slots)
{
    struct slice low = r->entities.text;
    ptrdiff_t mark = slice_find(low, SLICE("集合"));
    if (mark <= 0) {
        return;
    }
    for (size_t i = (size_t)mark; i > 0 && !scan_behind(low, i, " |,|;|。"); i--) {
        if (scan_behind(low, i, "到|在|去")) {
            json_object_del(slots, "place");
            put(r, slots, "place", i, (size_t)mark);
            return;
        }
    }
}

static void read_recurrence(const struct reading *r, json_t *slots)
{
    struct slice low = r->entities.text;
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t at = i;
        if (scan_any(low, &at, "周|星期|礼拜") && scan_any(low, &at, "一|二|三|四|五|六|日|天") &&
            scan_any(low, &at, "到|至|-") && scan_any(low, &at, "周|星期|礼拜") &&
            scan_any(low, &at, "一|二|三|四|五|六|日|天")) {
            put(r, slots, "recurrence", i, at);
            return;
        }
        at = i;
        if ((scan_any(low, &at, "每周|每个星期|每星期|每个周|每月|每个月") &&
             scan_any(low, &at, "一|二|三|四|五|六|日|天|末") &&
             !scan_is_any(low, at, "次|场|回")) ||
            (scan_any(low, &at, "每天|每日|天天|每晚") && slots_entity(r, ENTITY_LENGTH) == NULL)) {
            put(r, slots, "recurrence", i, at);
            return;
        }
    }
}

static void read_extras(const struct reading *r, json_t *slots)
{
    struct slice low = r->entities.text;
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t at = i, end;
        if (scan_is_any(low, i, "【急】|急需|紧急招|马上|急招") &&
            json_object_get(slots, "urgent") == NULL) {
            json_object_set_new(slots, "urgent", json_true());
        }
        if (scan_any(low, &at, "我们")) {
            end = at;
            if (scan_any(low, &end, "医院|学校|社区|公司|协会|村|单位|图书馆|敬老院|街道") &&
                !scan_is_any(low, end, "门口|打扫")) {
                put(r, slots, "org", at, end);
            }
        }
    }
    const struct entity *length = slots_entity(r, ENTITY_LENGTH);
    if (length != NULL && length->duration.minutes > 0 &&
        (scan_behind(low, length->from, "每天|每次|每人|每回") ||
         scan_behind(low, length->from, "每天服务"))) {
        json_put_int(slots, "minutes_each", length->duration.minutes);
    }
}

/* 招8个护学志愿者, 招募献血宣传志愿者6人: what they are to do stands before 志愿者. */
static void read_deed(const struct reading *r, json_t *slots)
{
    struct pattern_match m;
    const struct pattern *p = &r->u->phrases[PHRASE_RECRUIT_DEED];
    if (!reading_is(r, PHRASE_RECRUIT_DEED, r->entities.masked, &m)) {
        return;
    }
    for (int i = 0; i < p->group_count; i++) {
        if (m.to[i] > m.from[i] && json_object_get(slots, p->groups[i].name) == NULL) {
            json_put_slice(slots, p->groups[i].name, reading_part(r, m.from[i], m.to[i]));
        }
    }
}

/* Of an activity that repeats, how long it lasts each time. */
static void read_each(json_t *slots)
{
    int from, to;
    if (json_object_get(slots, "recurrence") != NULL &&
        json_object_get(slots, "minutes_each") == NULL &&
        civil_parse_hhmm(json_slice(slots, "time_start"), &from) == 0 &&
        civil_parse_hhmm(json_slice(slots, "time_end"), &to) == 0 && to > from) {
        json_put_int(slots, "minutes_each", to - from);
    }
}

void recruit_read(const struct reading *r, json_t *slots)
{
    size_t from = 0, to = 0;
    read_contact(r, slots);
    read_deadline(r, slots);
    read_persons(r, slots);
    read_recurrence(r, slots);
    if (json_object_get(slots, "recurrence") != NULL) {
        json_object_del(slots, "date");
        json_object_del(slots, "dates");
        json_object_del(slots, "date_from");
        json_object_del(slots, "date_to");
    }
    read_extras(r, slots);
    read_each(slots);
    read_deed(r, slots);
    read_requirements(r, slots, &from, &to);
    read_place_activity(r, slots, from, to);
    read_meeting_place(r, slots);
}

struct missing_mark {
    const char *key;
    const char *heads; /* in front: the value follows */
    const char *words; /* anywhere: the whole piece is the value */
    const char *tails; /* behind: cut off */
};

static const struct missing_mark missing_marks[] = {
    { "recipient", "服务对象是|服务对象:|服务对象|服务给|服务|受益人是|为了",
      "居民|老人|群众|市民|学生|娃娃|村民|残疾人|儿童", "" },
    { "bring", "要带的|要带|自带|自备|请带|记得带|带上|带好|带",
      "手套|扫把|水杯|工具|雨伞|雨衣|口罩", "" },
    { "risk", "风险是|风险:|风险|注意|小心",
      "滑|陡|险|车多|高温|晒|蛇|蚊|摔|烫|重物|没有|无风险|不危险|登高|涉水|用电", "" },
    { "meet", "集合地点是|集合地点:|集合地点|集合在|在|到",
      "门口|集合|广场|社区|路口|大门|车站|停车场", "集合|见|碰头" },
};

static bool read_missing_piece(const struct reading *r, json_t *slots, size_t from, size_t to)
{
    struct slice piece = { r->entities.text.p, to };
    for (size_t k = 0; k < sizeof(missing_marks) / sizeof(missing_marks[0]); k++) {
        const struct missing_mark *m = &missing_marks[k];
        size_t at = from;
        bool hit = scan_any(piece, &at, m->heads);
        bool meet = strcmp(m->key, "meet") == 0;
        if (hit && meet && at == from + 3 && to - at < 6) {
            hit = false;
        }
        /* 集合 is said of another piece: 北郊社区打扫卫生 北郊社区门口集合. */
        if (meet && slice_find(r->entities.text, SLICE("集合")) >= 0 &&
            slice_find((struct slice){ piece.p + from, to - from }, SLICE("集合")) < 0) {
            continue;
        }
        for (size_t i = from; !hit && i < to; i = scan_next(piece, i)) {
            hit = scan_is_any(piece, i, m->words);
        }
        if (!hit || json_object_get(slots, m->key) != NULL) {
            continue;
        }
        size_t end = to;
        struct slice whole = { piece.p, to };
        if (m->tails[0] != '\0' && scan_behind(whole, end, "集合")) {
            end -= 6;
        }
        while (scan_any(piece, &at, ":| |改成|改到|改为|换成|换到"))
            continue;
        put(r, slots, m->key, at < end ? at : from, end);
        return true;
    }
    return false;
}

/* 到敬老院包饺子: where to meet and what is done. */
static bool read_missing_parts(const struct reading *r, json_t *slots, size_t from, size_t to)
{
    struct pattern_match m;
    const struct pattern *p = &r->u->phrases[PHRASE_PLACE_VERB];
    struct slice piece = { r->entities.text.p + from, to - from };
    ptrdiff_t meet = slice_find(piece, SLICE("集合"));
    if (meet > 0 && (size_t)meet + 12 <= piece.n) { /* 公园门口集合捡垃圾 */
        size_t at = from;
        scan_any(r->entities.text, &at, "在|到|去");
        put(r, slots, "meet", at, from + (size_t)meet);
        put(r, slots, "activity", from + (size_t)meet + 6, to);
        return true;
    }
    if (scan_behind(piece, piece.n, "集合|见|碰头") ||
        !reading_is(r, PHRASE_PLACE_VERB, piece, &m)) {
        return false;
    }
    for (int k = 0; k < p->group_count; k++) {
        if (m.to[k] > m.from[k]) {
            bool place = strcmp(p->groups[k].name, "place") == 0;
            put(r, slots, place ? "meet" : "activity", from + m.from[k], from + m.to[k]);
        }
    }
    return true;
}

/* A piece that nothing else was read from: what is done. */
static void read_missing_rest(const struct reading *r, json_t *slots, size_t from, size_t to)
{
    struct slice piece = { r->entities.text.p, to };
    for (int i = 0; i < r->entities.count; i++) {
        if (r->entities.list[i].from < to && r->entities.list[i].to > from) {
            return;
        }
    }
    while (scan_any(piece, &from, "招募|发布|活动|我们|要|去|:| ")) {
        continue;
    }
    if (to >= from + 6) {
        put(r, slots, "activity", from, to);
    }
}

int recruit_read_missing(const struct reading *r, json_t *slots)
{
    struct slice low = r->entities.text;
    int count = 0;
    json_t *rest = json_object();
    for (size_t i = 0; i < low.n;) {
        while (i < low.n && scan_is_any(low, i, ",| |;|。|.|、")) {
            i = scan_next(low, i);
        }
        size_t end = i;
        while (end < low.n && !scan_is_any(low, end, ",| |;|。|.|、")) {
            end = scan_next(low, end);
        }
        if (end > i && repeat_is(r, i, end)) {
            i = end;
            continue;
        }
        if (end > i && read_missing_parts(r, slots, i, end)) {
            count += 2;
        } else if (end > i && read_missing_piece(r, slots, i, end)) {
            count++;
        } else if (end > i) {
            read_missing_rest(r, rest, i, end);
        }
        i = end;
    }
    if (count > 1) {
        json_object_update_missing(slots, rest);
    }
    json_decref(rest);
    return count;
}

void recruit_read_capacity(const struct reading *r, json_t *slots)
{
    struct slice s = slice_trim(r->normal.low);
    struct numeral n;
    size_t i = 0;
    bool told = scan_any(s, &i, "人数|名额|人");
    scan_any(s, &i, "要|:| ");
    told = scan_any(s, &i, "改成|改为|换成|改到|加到|减到|是|只要|要") || told;
    scan_spaces(s, &i);
    if (!told || !numeral_read(s, &i, &n) || n.second != 0 || n.thousandths % 1000 != 0 ||
        n.thousandths < 1000) {
        return;
    }
    scan_any(s, &i, "个人|个|人|名|位");
    scan_any(s, &i, "吧|嘛|就行|就够|够了");
    if (i < s.n) {
        return;
    }
    json_object_clear(slots);
    json_put_int(slots, "persons", n.thousandths / 1000);
}
