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

/* A pattern only guesses that something is a name: 老街社区到了 tells a place. */
static void check_name(struct slot_call *call)
{
    struct slice said = json_slice(call->slots, "name"), name;
    struct place p;
    size_t i = 0;
    bool place =
        gazetteer_find(call->u->gazetteer, said, 0, call->r->arena, &p) == 1 && p.from == 0;
    if (place) {
        slot_slice(call, "place", said);
    }
    if (place || !name_read(&call->u->names, said, &i, false, &name) || i != said.n) {
        json_object_del(call->slots, "name");
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
    static const char *const told[] = { "我叫",        "我是",       "姓名",
                                        "名字写上我,", "名字写上我", "名字叫" };
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
        ptrdiff_t mark = slice_find(text, slice_of(told[i]));
        if (mark < 0) {
            continue;
        }
        at = (size_t)mark + strlen(told[i]);
        scan_any(text, &at, ":|,");
        scan_spaces(text, &at);
        bool old = scan_is_any(text, at, "老|小");
        if (old && scan_next(text, at) < text.n) {
            name = (struct slice){ text.p + at, scan_next(text, scan_next(text, at)) - at };
            slot_slice(call, "name", name);
            return;
        }
        if (name_read(&call->u->names, text, &at, false, &name)) {
            slot_slice(call, "name", name);
            return;
        }
    }
}

/* 王秀英几星了: of somebody else. The pattern's group is only a guess, so it must be a name. */
void slots_person_asked(struct slot_call *call)
{
    const char *said = json_string_value(json_object_get(call->slots, "person"));
    struct slice name;
    size_t i = 0;
    if (said == NULL) {
        return;
    }
    struct slice text = slice_of(said);
    if (!name_read(&call->u->names, text, &i, false, &name) || i != text.n) {
        json_object_del(call->slots, "person");
    } else {
        slot_slice(call, "person", name);
    }
}

static void put_gender(struct slot_call *call)
{
    struct slice low = call->r->entities.text;
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        bool alone = i == 0 || scan_behind(low, i, " |,|;|:|。|、|性别");
        if (!alone || !scan_is_any(low, i, "男|女")) {
            continue;
        }
        size_t end = i;
        bool man = scan_is(low, i, "男");
        scan_any(low, &end, "男的|女的|男性|女性|男|女");
        if (end == low.n || scan_is_any(low, end, " |,|;|。|、|.")) {
            json_object_set_new(call->slots, "gender", json_string(man ? "M" : "F"));
            return;
        }
    }
}

/* 傣族, 哈尼族: ends with 族 and is short. */
static void put_ethnicity(struct slot_call *call)
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

static void put_school(struct slot_call *call)
{
    struct slice low = call->r->entities.text, text = call->r->normal.text;
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t end = i;
        if (!scan_any(low, &end, "学院|大学|中学|一中|二中|三中|小学|职校|技校|师专|职中|高中部") ||
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

static void put_occupation(struct slot_call *call)
{
    static const char jobs[] =
        "退休医生|退休教师|退休老师|退休护士|退休干部|退休工人|退役军人|退伍军人|退伍兵|"
        "医生|护士|教师|老师|律师|厨师|司机|电工|木工|农民|警察|会计|个体户|公务员|工人|水电工|理发师";
    struct slice low = call->r->entities.text;
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t end = i;
        if (scan_behind(low, i, "我是|以前是|是个|是一名|原来是|做|当|职业:|职业") &&
            scan_any(low, &end, jobs) &&
            (end == low.n || scan_is_any(low, end, ",| |;|。|的|、|出身"))) {
            slot_slice(call, "occupation", (struct slice){ low.p + i, end - i });
            return;
        }
    }
}

static void put_birth(struct slot_call *call)
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
    if (name_find(&call->u->names, call->r->normal.text, &name, &at)) {
        /* The characters as written: a rare one may have no simplified form. */
        slot_slice(call, "name", name);
    }
}

void slots_person(struct slot_call *call)
{
    slots_self_id(call);
    put_other_document(call);
    slots_phone(call);
    put_name(call);
    put_birth(call);
    put_gender(call);
    put_bare_age(call);
    put_ethnicity(call);
    slots_area(call);
    put_school(call);
    put_skills(call);
    put_free_time(call);
    put_occupation(call);
}

static const char relatives[] =
    "老伴|老公|老婆|爱人|丈夫|妻子|太太|老倌|爸爸|妈妈|父亲|母亲|爷爷|奶奶|外公|外婆|公公|婆婆|岳父|岳母|"
    "儿子|女儿|姑娘|孩子|娃娃|小孩|孙子|孙女|外孙女|外孙|哥哥|姐姐|弟弟|妹妹|媳妇|女婿|邻居|室友|同事|爸|妈|爹|娘|哥|姐|弟|妹|娃";

/* Whom the record is for: the first relative behind 帮, 替, 给. */
static void put_relation(struct slot_call *call)
{
    struct slice low = call->r->entities.text;
    if (slot_has(call, "relation")) {
        return;
    }
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t at = i;
        if (!scan_any(low, &at, "帮|替|给|为|代")) {
            continue;
        }
        scan_any(low, &at, "着|忙");
        scan_any(low, &at, "我们家|我们|我家的|我家|我的|我|俺家|俺");
        size_t end = at;
        if (scan_any(low, &end, relatives)) {
            slot_slice(call, "relation", (struct slice){ low.p + at, end - at });
            return;
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

/* 我是他爸李军, 我是队长周凤仙: who speaks. */
static bool put_speaker(struct slot_call *call, struct slice *speaker)
{
    struct slice text = call->r->normal.text;
    for (size_t i = 0; i < text.n; i = scan_next(text, i)) {
        size_t at = i;
        if (!scan_take(text, &at, "我是")) {
            continue;
        }
        bool parent = scan_any(text, &at,
                               "他爸爸|她爸爸|他妈妈|她妈妈|他爸|她爸|他妈|她妈|孩子爸爸|孩子妈妈|"
                               "孩子爸|孩子妈|他爷爷|她奶奶|他奶奶|她爷爷|家长|监护人");
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
            if (scan_behind(low, i, "老人|居民|大爷|大妈|邻居|同学") &&
                name_read(&call->u->names, text, &end, false, &name)) {
                slot_slice(call, "name", name);
                break;
            }
        }
    }
    put_birth(call);
    put_gender(call);
    slots_area(call);
    if (slot_has(call, "guardian") && slice_find(low, SLICE("同意")) >= 0) {
        json_object_set_new(call->slots, "guardian_consent", json_true());
    } else if (slice_find(low, SLICE("本人")) >= 0 && slice_find(low, SLICE("同意")) >= 0) {
        json_object_set_new(call->slots, "consent", json_true());
    }
}

/* 我和老伴, 我跟李姐, 一家三口, 我们俩: heads that are stated or plain. */
static bool put_company(struct slot_call *call)
{
    struct slice low = call->r->entities.text, text = call->r->normal.text;
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t at = i;
        if (!scan_any(low, &at, "我和|我跟|我同|我与")) {
            continue;
        }
        scan_any(low, &at, "我们家|我家的|我家|我的|我|隔壁的|隔壁|邻居");
        size_t end = at;
        if (scan_any(low, &end, relatives)) {
            json_put_int(call->slots, "persons", 2);
            return true;
        }
        /* 李姐, 王孃孃: a surname and a form of address. */
        end = scan_next(low, at);
        if (scan_any(low, &end,
                     "孃孃|大爷|大妈|阿姨|叔叔|奶奶|爷爷|姐|哥|嫂|叔|姨|老师|师傅|大姐|大哥")) {
            json_t *list = json_array();
            json_array_append_new(list, json_stringn(text.p + at, end - at));
            json_object_set_new(call->slots, "companions", list);
            json_put_int(call->slots, "persons", 2);
            return true;
        }
        struct slice name;
        end = at;
        if (name_read(&call->u->names, text, &end, false, &name)) {
            json_t *list = json_array();
            json_array_append_new(list, json_stringn(name.p, name.n));
            json_object_set_new(call->slots, "companions", list);
            json_put_int(call->slots, "persons", 2);
            return true;
        }
    }
    return false;
}

void slots_heads(struct slot_call *call)
{
    struct slice low = call->r->entities.text;
    if (slot_has(call, "persons")) {
        return;
    }
    const struct entity *e = slots_entity(call->r, ENTITY_COUNT);
    if (e != NULL) {
        json_put_int(call->slots, "persons", e->number);
        return;
    }
    ptrdiff_t family = slice_find(low, SLICE("一家"));
    if (family >= 0) {
        struct numeral n;
        size_t at = (size_t)family + strlen("一家");
        if (numeral_read(low, &at, &n) && scan_any(low, &at, "口|个人")) {
            json_put_int(call->slots, "persons", n.thousandths / 1000);
            return;
        }
    }
    if (slice_find(low, SLICE("我们俩")) >= 0 || slice_find(low, SLICE("我们两个")) >= 0 ||
        slice_find(low, SLICE("两口子")) >= 0) {
        json_put_int(call->slots, "persons", 2);
        return;
    }
    put_company(call);
}
