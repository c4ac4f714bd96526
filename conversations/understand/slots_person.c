/* What a person says of herself: documents, name, birth, home, trade, skills. */
#include <string.h>

#include "conversations/understand/numeral.h"
#include "conversations/understand/reading.h"
#include "conversations/understand/scan.h"
#include "conversations/understand/slots_more.h"
#include "gateway/base/json.h"

static void put_code(struct slot_call *call, const struct entity *e)
{
    const char *type = code_id_type(e->code.kind);
    json_object_set_new(call->slots, "id_no", json_string(e->code.text));
    if (type != NULL) {
        json_object_set_new(call->slots, "id_type", json_string(type));
    }
}

void slots_phone(struct slot_call *call)
{
    const struct entity *e = slots_entity(call->r, ENTITY_PHONE);
    if (e != NULL && !slot_has(call, "phone")) {
        json_object_set_new(call->slots, "phone", json_string(e->code.text));
    }
}

/* 台胞证12345678, 护照号PA0123456: told by the word in front. */
static void put_other_document(struct slot_call *call)
{
    static const struct {
        const char *word, *type;
    } documents[] = { { "台胞证", "tw_permit" },
                      { "台湾通行证", "tw_permit" },
                      { "护照", "passport" },
                      { "回乡证", "hkmo_permit" } };
    struct slice low = call->r->entities.text, text = call->r->normal.text;
    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
        struct slice word = slice_of(documents[i].word);
        size_t from = 0;
        while (from < low.n) {
            ptrdiff_t mark = slice_find(slice_skip(low, from), word);
            if (mark < 0) {
                break;
            }
            from += (size_t)mark + word.n;
            size_t at = from, end;
            scan_any(low, &at, "号码|号");
            scan_any(low, &at, "是|:");
            scan_spaces(low, &at);
            for (end = at; end < low.n && ((low.p[end] >= '0' && low.p[end] <= '9') ||
                                           (low.p[end] >= 'a' && low.p[end] <= 'z'));
                 end++) {
            }
            if (end - at >= 5 && end - at <= 17) {
                slot_slice(call, "id_no", (struct slice){ text.p + at, end - at });
                json_object_set_new(call->slots, "id_type", json_string(documents[i].type));
                return;
            }
        }
    }
}

void slots_self_id(struct slot_call *call)
{
    const struct entity *e = slots_entity(call->r, ENTITY_ID);
    if (e != NULL) {
        put_code(call, e);
    }
}

void slots_gender(struct slot_call *call)
{
    struct slice low = call->r->entities.text;
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        bool alone = i == 0 || scan_behind(low, i, " |,|;|:|。|、|/|性别");
        if (!alone || !scan_is_any(low, i, "男|女")) {
            continue;
        }
        size_t end = i;
        bool man = scan_is(low, i, "男");
        scan_any(low, &end, "男的|女的|男性|女性|男|女");
        if (end == low.n || scan_is_any(low, end, " |,|;|。|、|.|/")) {
            json_object_set_new(call->slots, "gender", json_string(man ? "M" : "F"));
            return;
        }
    }
}

/* 傣族, 哈尼族: ends with 族 and is short. */
void slots_ethnicity(struct slot_call *call)
{
    static const char peoples[] =
        "哈尼族|彝族|拉祜族|佤族|傣族|布朗族|白族|回族|汉族|壮族|苗族|瑶族|傈僳族|藏族|景颇族|纳西族|怒族|"
        "基诺族|蒙古族|德昂族|普米族|水族|满族|独龙族|阿昌族|布依族|维吾尔族|土家族|侗族|黎族|朝鲜族";
    struct slice low = call->r->entities.text;
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t end = i;
        if (scan_any(low, &end, peoples) && !scan_is_any(low, end, "乡|自治")) {
            slot_slice(call, "ethnicity", (struct slice){ low.p + i, end - i });
            return;
        }
    }
}

static size_t until_separator(struct slice s, size_t i)
{
    while (i < s.n && !scan_is_any(s, i, ",| |;|。|.|!|?|:")) {
        i = scan_next(s, i);
    }
    return i;
}

/* 会修电器, 会量血压打针: what follows 会 until the clause ends; parted where verbs meet is not
 * tried. */
static void put_skills(struct slot_call *call)
{
    struct slice low = call->r->entities.text, text = call->r->normal.text;
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t at = i;
        bool starts = i == 0 || scan_behind(low, i, " |,|;|。|我|也|还|、");
        if (!starts || !scan_any(low, &at, "会|擅长|特长是|特长:|懂") ||
            scan_is_any(low, at, "员|不|来|去|有|议|计|在")) {
            continue;
        }
        size_t end = until_separator(low, at);
        struct slice rest = { low.p + at, end - at };
        json_t *list = json_array();
        while (rest.n > 0 && json_array_size(list) < 6) {
            /* 量血压打针: a second verb begins a second skill. */
            size_t cut = rest.n;
            for (size_t k = scan_next(rest, 0); k < rest.n; k = scan_next(rest, k)) {
                struct slice tail = slice_skip(rest, k);
                bool list_mark = scan_is_any(rest, k, "、|和");
                if (list_mark ||
                    (k >= 6 &&
                     scan_is_any(tail, 0, "打针|理发|唱歌|跳舞|修|画|写|弹|拉二胡|急救"))) {
                    cut = k;
                    break;
                }
            }
            size_t from = (size_t)(rest.p - low.p);
            json_array_append_new(list, json_stringn(text.p + from, cut));
            rest = slice_skip(rest, cut);
            size_t skip = 0;
            scan_any(rest, &skip, "、|和");
            rest = slice_skip(rest, skip);
        }
        if (json_array_size(list) > 0) {
            json_object_set(call->slots, "skills", list);
        }
        json_decref(list);
        return;
    }
}

void slots_school(struct slot_call *call)
{
    struct slice low = call->r->entities.text, text = call->r->normal.text;
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t end = i;
        if (!scan_any(
                low, &end,
                "学院|大学|中学|一中|二中|三中|四中|五中|六中|小学|一小|二小|三小|四小|五小|六小|职校|技校|师专|职中|高中部") ||
            scan_is_any(low, end, "生")) {
            continue;
        }
        size_t from = i;
        while (from > 0 && !scan_behind(low, from, ",| |;|。|在|是|读|从|:|我")) {
            size_t back = from - 1;
            while (back > 0 && ((unsigned char)low.p[back] & 0xC0) == 0x80) {
                back--;
            }
            from = back;
        }
        if (i - from >= 3 && i - from <= 30) {
            slot_slice(call, "school", (struct slice){ text.p + from, end - from });
            return;
        }
    }
}

static void put_free_time(struct slot_call *call)
{
    struct slice low = call->r->entities.text, text = call->r->normal.text;
    ptrdiff_t mark = slice_find(low, SLICE("有空"));
    if (mark <= 0) {
        mark = slice_find(low, SLICE("有时间"));
    }
    if (mark <= 0) {
        return;
    }
    size_t from = 0;
    for (size_t i = 0; i < (size_t)mark; i = scan_next(low, i)) {
        if (scan_is_any(low, i, ",| |;|。|、")) {
            from = i + (low.p[i] > 0 ? 1 : 3);
        }
    }
    scan_any(low, &from, "我");
    scan_any(low, &from, "只有|只|就|都|平时");
    size_t end = (size_t)mark;
    if (scan_behind(low, end, "都|才|比较")) {
        end -= 3;
    }
    if (end > from) {
        slot_slice(call, "availability", (struct slice){ text.p + from, end - from });
    }
}

void slots_occupation(struct slot_call *call)
{
    static const char jobs[] =
        "退休医生|退休教师|退休老师|退休护士|退休干部|退休工人|退休职工|退役军人|退伍军人|退伍兵|"
        "医生|护士|村医|教授|教师|老师|外教|幼师|辅导员|律师|厨师|司机|驾驶员|电工|焊工|木工|瓦工|水电工|农民|茶农|"
        "果农|民警|警察|消防员|会计|出纳|个体户|公务员|工人|工程师|职员|店主|理发师|保安|保洁员|环卫工|快递员|外卖员|"
        "护林员|网格员|社工|护工|保姆|教练|全职妈妈|宝妈|家庭主妇|开理发店|开小卖部|开饭店|开餐馆|开药店|开货车|"
        "跑运输|做生意|务农";
    struct slice low = call->r->entities.text;
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t end = i;
        if (scan_behind(
                low, i,
                "我是|以前是|是个|是一名|是名|原来是|做|当|职业:|职业|社区|村|镇|的|护|给|帮") &&
            scan_any(low, &end, jobs) &&
            (end == low.n || !han_is(scan_at(low, end)) || scan_is_any(low, end, "的|出身") ||
             (end < low.n && scan_behind(low, i, "我是|护|给|帮")))) {
            slot_slice(call, "occupation", (struct slice){ low.p + i, end - i });
            return;
        }
    }
}

void slots_birth(struct slot_call *call)
{
    struct civil today;
    struct birth b;
    civil_from_day(call->r->calendar.today, &today);
    if (!birth_find(reading_without_codes(call->r), today.year, false, &b)) {
        return;
    }
    if (b.age > 0 && !slot_has(call, "age")) {
        json_put_int(call->slots, "age", b.age);
    }
    if (b.year > 0 && b.day > 0) {
        slot_date(call, "birth", civil_day(b.year, b.month, b.day));
    } else if (b.year > 0) {
        slot_slice(call, "birth", arena_printf(call->r->arena, "%d", b.year));
    }
}

/* 何小妹 女 43 凤凰社区: a number of two digits that is a field of its own. */
static void put_bare_age(struct slot_call *call)
{
    struct slice low = call->r->entities.text;
    if (slot_has(call, "age") || slot_has(call, "birth") || !slot_has(call, "name")) {
        return;
    }
    for (size_t i = 1; i + 2 <= low.n; i++) {
        size_t at = i;
        int64_t age;
        bool field = (low.p[i - 1] == ' ' || low.p[i - 1] == ',') &&
                     scan_digits(low, &at, 3, &age) == 2 &&
                     (at == low.n || low.p[at] == ' ' || low.p[at] == ',');
        if (field && age >= 6 && age <= 99) {
            json_put_int(call->slots, "age", age);
            return;
        }
    }
}

static void put_name(struct slot_call *call)
{
    struct slice name;
    size_t at;
    if (slot_has(call, "name")) {
        return;
    }
    if (name_parted(&call->u->names, call->r->normal.text, call->r->arena, &name) ||
        name_find(&call->u->names, call->r->normal.text, &name, &at)) {
        /* The characters as written: a rare one may have no simplified form. */
        slot_slice(call, "name", name);
    } else {
        slots_self(call);
    }
}

/* 家长是我爸爸胡明. */
static void put_guardian(struct slot_call *call)
{
    struct slice text = call->r->normal.text, name;
    for (size_t i = 0; i < text.n; i = scan_next(text, i)) {
        size_t at = i;
        if (!scan_any(text, &at, "家长是|家长:|家长|监护人是|监护人:|监护人")) {
            continue;
        }
        scan_any(text, &at, "我的|我");
        size_t from = at;
        bool relative = slot_relative(call, text, &at);
        size_t to = at;
        scan_any(text, &at, "叫|是|:| ");
        if (name_read(&call->u->names, text, &at, false, &name)) {
            slot_slice(call, "guardian", name);
            if (relative) {
                slot_slice(call, "relation", (struct slice){ text.p + from, to - from });
            }
            return;
        }
    }
}

void slots_person(struct slot_call *call)
{
    slots_self_id(call);
    put_other_document(call);
    slots_phone(call);
    put_name(call);
    slots_birth(call);
    slots_gender(call);
    put_bare_age(call);
    slots_ethnicity(call);
    slots_area(call);
    slots_school(call);
    put_skills(call);
    put_free_time(call);
    slots_occupation(call);
    put_guardian(call);
    if (slot_guardian_agrees(call)) {
        json_object_set_new(call->slots, "guardian_consent", json_true());
    }
}
