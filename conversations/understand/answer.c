#include <stdio.h>
#include <string.h>

#include "conversations/understand/brief.h"
#include "conversations/understand/evaluation.h"
#include "conversations/understand/mended.h"
#include "conversations/understand/numeral.h"
#include "conversations/understand/repeat.h"
#include "conversations/understand/reading.h"
#include "conversations/understand/recruit.h"
#include "conversations/understand/review.h"
#include "conversations/understand/scan.h"
#include "conversations/understand/slots_more.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"

/* Characters of a name that no known surname begins: more are words (北郊植树). */
enum { PLAIN_NAME = 3 };

/* From this priority on a wish is plain enough to be no part of what is asked for. */
enum { PLAIN_WISH = 77 };

/* One kind of answer: 1 when read, 0 when the text is no such answer. */
typedef int (*answer_reader)(const struct reading *r, json_t *slots);

static int answer_yes_no(const struct reading *r, json_t *slots)
{
    int64_t n = numeral_whole(r->normal.low);
    bool no = r->global == GLOBAL_NO || r->global == GLOBAL_N || r->global == GLOBAL_STOP ||
              r->global == GLOBAL_CANCEL || n == 2 || understand_refuses(r);
    bool yes = r->global == GLOBAL_YES || n == 1 ||
               (r->global == GLOBAL_THANKS && reading_is(r, PHRASE_YES, r->normal.low, NULL));
    if (!yes && !no) { /* what means yes or no only as an answer: 还去, 去不了 */
        yes = reading_is(r, PHRASE_YES_HERE, r->normal.low, NULL);
        no = !yes && reading_is(r, PHRASE_NO_HERE, r->normal.low, NULL);
    }
    if (!yes && !no) {
        return 0;
    }
    json_object_set_new(slots, "yes", json_boolean(yes));
    return 1;
}

/* The number of a group of PHRASE_CHOICE: 2, 二, 头, 最后, 3号. */
static int64_t choice_number(const struct reading *r, size_t from, size_t to)
{
    const struct entity *e = entities_at(&r->entities, from);
    struct slice text = reading_part(r, from, to);
    if (e != NULL) {
        return e->number;
    }
    if (slice_starts(text, SLICE("最后")) || slice_starts(text, SLICE("倒数")) ||
        slice_starts(text, SLICE("末尾"))) {
        return -1;
    }
    if (slice_eq(text, SLICE("首")) || slice_eq(text, SLICE("头")) ||
        slice_eq(text, SLICE("头一"))) {
        return 1;
    }
    int64_t n = numeral_whole(text);
    return n > 0 ? n : 0;
}

/* 9 更多, 3住处: an item as it stands in the list, its number first. */
static int choice_label(const struct reading *r, json_t *slots)
{
    enum { LABEL_BYTES_MAX = 24 };
    struct slice s = slice_trim(r->entities.masked);
    int64_t n;
    size_t i = 0;
    if (scan_digits(s, &i, 2, &n) == 0 || n <= 0) {
        return 0;
    }
    scan_any(s, &i, ".|、|)|:");
    scan_spaces(s, &i);
    size_t from = i;
    while (i < s.n && (unsigned char)s.p[i] >= 0xE4 && (unsigned char)s.p[i] <= 0xE9) {
        i = scan_next(s, i); /* Han, and no recognized thing (U+E000) */
    }
    if (i < s.n || i == from || i - from > LABEL_BYTES_MAX || scan_is_any(s, from, "号|个|人")) {
        return 0;
    }
    json_put_int(slots, "n", n);
    return 1;
}

static int answer_choice(const struct reading *r, json_t *slots)
{
    struct pattern_match m;
    const struct pattern *p = &r->u->phrases[PHRASE_CHOICE];
    int64_t numbers[8];
    size_t at[8];
    int count = 0;
    if (reading_is(r, PHRASE_ALL, r->normal.low, NULL)) {
        json_object_set_new(slots, "all", json_true());
        return 1;
    }
    if (!reading_is(r, PHRASE_CHOICE, r->entities.masked, &m)) {
        return choice_label(r, slots);
    }
    for (int i = 0; i < p->group_count && count < 8; i++) {
        if (m.to[i] > m.from[i]) {
            int64_t n = choice_number(r, m.from[i], m.to[i]);
            int k = count++;
            if (n == 0) {
                return 0;
            }
            for (; k > 0 && at[k - 1] > m.from[i]; k--) {
                at[k] = at[k - 1];
                numbers[k] = numbers[k - 1];
            }
            at[k] = m.from[i];
            numbers[k] = n;
        }
    }
    if (count == 0) {
        return 0;
    }
    if (slots_entity(r, ENTITY_LENGTH) != NULL) { /* 2 三个钟头: which, and the right value */
        struct slot_call call = { .u = r->u, .r = r, .slots = slots };
        slots_length(&call);
    }
    if (count == 1) {
        json_put_int(slots, "n", numbers[0]);
        return 1;
    }
    json_t *list = json_array();
    for (int k = 0; k < count; k++) {
        json_array_append_new(list, json_integer(numbers[k]));
    }
    json_object_set_new(slots, "ns", list);
    return 1;
}

static int answer_name(const struct reading *r, json_t *slots)
{
    struct slice name;
    size_t at;
    if (r->global == GLOBAL_DIGIT || r->global == GLOBAL_YES || r->global == GLOBAL_NO ||
        !name_answer(&r->u->names, r->normal.text, r->arena, &name)) {
        return 0;
    }
    /* 改资料, 记时长: a wish is a name only where a surname begins it. */
    struct slice found;
    bool surname = name_find(&r->u->names, r->normal.text, &found, &at);
    bool joined = (unsigned char)name.p[0] < 0x80 || slice_find(name, SLICE("·")) >= 0;
    if (!surname && (r->candidate_count > 0 || (!joined && utf8_count(name) > PLAIN_NAME))) {
        return 0;
    }
    json_put_slice(slots, "name", name);
    return 1;
}

static int answer_names(const struct reading *r, json_t *slots)
{
    struct slice s = r->normal.text;
    json_t *people = json_array();
    for (size_t i = 0; i < s.n && json_array_size(people) < 30;) {
        struct slice name;
        size_t to = i;
        scan_any(s, &to, "和|跟|与|还有");
        if (name_read(&r->u->names, s, &to, false, &name)) {
            json_array_append_new(people, json_stringn(name.p, name.n));
            i = to;
        } else {
            i = scan_next(s, i);
        }
    }
    bool any = json_array_size(people) > 0;
    if (any) {
        json_object_set(slots, "people", people);
    }
    json_decref(people);
    return any;
}

static int put_birth(const struct reading *r, bool asked, json_t *slots)
{
    struct civil today;
    struct birth b;
    char text[16];
    civil_from_day(r->calendar.today, &today);
    if (!birth_find(reading_without_codes(r), today.year, asked, &b)) {
        return 0;
    }
    if (b.year > 0 && b.day > 0) {
        civil_format_date(civil_day(b.year, b.month, b.day), text);
        json_object_set_new(slots, "birth", json_string(text));
    } else if (b.year > 0) {
        snprintf(text, sizeof(text), "%d", b.year);
        json_object_set_new(slots, "birth", json_string(text));
    } else if (b.age > 0) { /* an answer to the question for a year */
        snprintf(text, sizeof(text), "%d", today.year - b.age);
        json_object_set_new(slots, "birth", json_string(text));
    }
    if (b.age > 0) {
        json_put_int(slots, "age", b.age);
    }
    return 1;
}

static int answer_birth(const struct reading *r, json_t *slots)
{
    return put_birth(r, true, slots);
}

/* Whether a place is told as where somebody lives: behind 住 or 家, or with nothing behind it that
 * makes it something else (老街打扫). */
static bool is_home(struct slice s, const struct place *p)
{
    size_t at = p->to;
    if (slice_find(s, SLICE("住")) >= 0 || slice_find(s, SLICE("家")) >= 0) {
        return true;
    }
    while (at < s.n &&
           (scan_any(s, &at,
                     "社区|街道|办事处|那边|这边|那里|这里|附近|旁边|人|的|呢|了|啊|嘛|吧|"
                     "哈|,|.|。|;|!|男|女") ||
            scan_spaces(s, &at))) {
    }
    return at >= s.n || (unsigned char)s.p[at] < 0x80 || scan_behind(s, at, " |,|。|;|.");
}

/* By name first; by sound only when no name of the district stands there. */
static int put_area(const struct reading *r, bool by_sound, json_t *slots)
{
    struct slice s = r->normal.low;
    struct place p;
    if (gazetteer_find(r->u->gazetteer, s, 0, r->arena, &p) == 1) {
        if (!by_sound && json_object_size(slots) == 0 && !is_home(s, &p)) {
            return 0;
        }
        json_put_slice(slots, "area", p.name);
        return 1;
    }
    /* What follows 住 is a place however it is spelled; a whole answer is only taken when it is
     * short. */
    size_t from = 0;
    ptrdiff_t lives = slice_find(s, SLICE("住"));
    if (lives >= 0) {
        from = (size_t)lives + 3;
        scan_any(s, &from, "在|的是");
    } else if (!by_sound || s.n > 24) {
        return 0;
    }
    if (gazetteer_sounds(r->u->gazetteer, r->u->han, slice_skip(s, from), r->arena, &p) != 1) {
        return 0;
    }
    json_put_slice(slots, "area", p.name);
    json_object_set_new(slots, "area_by_homophone", json_true());
    return 1;
}

static int answer_area(const struct reading *r, json_t *slots)
{
    return put_area(r, true, slots);
}

static void put_person_phone(const struct reading *r, json_t *slots)
{
    const struct entity *phone = slots_entity(r, ENTITY_PHONE);
    if (phone != NULL) {
        json_object_set_new(slots, "phone", json_string(phone->code.text));
    }
}

/* Everything a person may say of somebody, in one text and any order. */
static int answer_person(const struct reading *r, json_t *slots)
{
    size_t before = json_object_size(slots), at;
    struct slice text = r->normal.text, name;
    if (r->global == GLOBAL_YES || r->global == GLOBAL_NO || r->global == GLOBAL_DIGIT) {
        return put_birth(r, true, slots);
    }
    json_t *read = json_object();
    const struct intent *intent = rules_intent(&r->u->rules, "register");
    if (intent != NULL) {
        struct slot_call call = { .u = r->u, .r = r, .looks = intent->looks };
        static const char *const keys[] = { "gender", "age", "birth", "phone", "id_no", "id_type" };
        json_t *all = slots_read(&call, intent->readers);
        for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
            if (json_object_get(all, keys[i]) != NULL) {
                json_object_set(read, keys[i], json_object_get(all, keys[i]));
            }
        }
        json_decref(all);
    }
    if (json_object_get(read, "birth") == NULL && json_object_get(read, "age") == NULL) {
        put_birth(r, true, read);
    }
    if (name_find(&r->u->names, text, &name, &at)) {
        json_put_slice(read, "name", name);
    }
    put_area(r, false, read);
    put_person_phone(r, read);
    json_object_update(slots, read);
    json_decref(read);
    return json_object_size(slots) > before;
}

static int answer_id_number(const struct reading *r, json_t *slots)
{
    struct slot_call call = { .u = r->u, .r = r, .slots = slots };
    slots_self_id(&call);
    return json_object_get(slots, "id_no") != NULL;
}

static int answer_phone(const struct reading *r, json_t *slots)
{
    put_person_phone(r, slots);
    return json_object_get(slots, "phone") != NULL;
}

static int answer_code(const struct reading *r, json_t *slots)
{
    struct slice low = r->normal.low;
    for (size_t i = 0; i < low.n; i++) {
        size_t at = i;
        int64_t value;
        if (i > 0 && scan_is_digit(low, i - 1)) {
            continue;
        }
        size_t n = scan_digits(low, &at, 9, &value);
        if (n >= 4 && n <= 8) {
            json_put_slice(slots, "code", (struct slice){ low.p + i, n });
            return 1;
        }
    }
    return 0;
}

/* A free phrase with its fillers cut; the engine files it under the step's slot. */
static int answer_text(const struct reading *r, json_t *slots)
{
    size_t from = 0, to = r->entities.masked.n;
    reading_trim(r, PHRASE_HEAD, PHRASE_TAIL, &from, &to);
    struct slice text = to > from ? reading_part(r, from, to) : (struct slice){ 0 };
    if (text.n == 0) {
        return 0;
    }
    json_put_slice(slots, "text", text);
    return 1;
}

static int answer_whole(const struct reading *r, json_t *slots)
{
    struct slice text = slice_trim(r->normal.original);
    if (text.n == 0) {
        return 0;
    }
    json_put_slice(slots, "text", text);
    return 1;
}

static int answer_date(const struct reading *r, enum direction direction, json_t *slots)
{
    struct when w;
    int64_t from, to;
    char text[16];
    const struct entity *said = slots_entity(r, ENTITY_DATE);
    said = said != NULL ? said : slots_entity(r, ENTITY_DAY);
    if (said != NULL) {
        w = said->when;
    } else if (slots_entity(r, ENTITY_LENGTH) != NULL ||
               !date_answer(&r->calendar, r->normal.low, &w)) {
        return 0;
    }
    if (!date_resolve(&r->calendar, &w, direction, &from, &to) || from != to) {
        return 0;
    }
    civil_format_date(from, text);
    json_object_set_new(slots, "date", json_string(text));
    return 1;
}

static int answer_date_past(const struct reading *r, json_t *slots)
{
    return answer_date(r, DIRECTION_PAST, slots);
}

static int answer_date_future(const struct reading *r, json_t *slots)
{
    return answer_date(r, DIRECTION_FUTURE, slots);
}

/* 1430, 14点半, 下午两点到五点. */
static int answer_time(const struct reading *r, json_t *slots)
{
    struct slot_call call = { .u = r->u, .r = r, .slots = slots };
    int64_t digits;
    slots_clock(&call);
    if (json_object_get(slots, "time_start") != NULL) {
        return 1;
    }
    struct slice low = slice_trim(r->normal.low);
    size_t at = 0;
    if (scan_digits(low, &at, 4, &digits) == 0 || at != low.n) {
        return 0;
    }
    bool hhmm = low.n == 4 && digits / 100 < 24 && digits % 100 < 60;
    bool hour = low.n <= 2 && digits >= 5 && digits < 24;
    if (!hhmm && !hour) {
        return 0;
    }
    slot_clock(&call, "time_start", (int)(hhmm ? digits / 100 * 60 + digits % 100 : digits * 60));
    return 1;
}

static int answer_duration(const struct reading *r, json_t *slots)
{
    struct duration d;
    const struct entity *said = slots_entity(r, ENTITY_LENGTH);
    if (said != NULL) {
        struct slot_call call = { .u = r->u, .r = r, .slots = slots };
        slots_length(&call);
        return json_object_get(slots, "minutes") != NULL ||
               json_object_get(slots, "minutes_min") != NULL;
    }
    if (slots_entity(r, ENTITY_TIME) != NULL) {
        struct slot_call call = { .u = r->u, .r = r, .slots = slots };
        slots_clock(&call);
        slots_length(&call);
        return json_object_get(slots, "minutes") != NULL;
    }
    if (!duration_answer(r->normal.low, &d) || d.vague || d.minutes <= 0) {
        return 0;
    }
    json_put_int(slots, "minutes", d.minutes);
    return 1;
}

static int answer_count(const struct reading *r, json_t *slots)
{
    struct slot_call call = { .u = r->u, .r = r, .slots = slots };
    slots_heads(&call);
    if (json_object_get(slots, "persons") != NULL) {
        return 1;
    }
    struct slice low = slice_trim(r->normal.low);
    while (low.n > 3 && (slice_ends(low, SLICE("个")) || slice_ends(low, SLICE("人")) ||
                         slice_ends(low, SLICE("吧")))) {
        low.n -= 3;
    }
    int64_t n = numeral_whole(low);
    if (n <= 0 || n > 100000) {
        return 0;
    }
    json_put_int(slots, "persons", n);
    return 1;
}

/* A number and nothing else but what people put around one: 回300, 发300人. */
static int answer_number(const struct reading *r, json_t *slots)
{
    struct slice low = r->normal.low;
    size_t i = 0;
    struct numeral n;
    scan_any(low, &i, "回复|回|发|选|报|要|是");
    scan_spaces(low, &i);
    if (!numeral_read(low, &i, &n) || n.second != 0 || n.thousandths % 1000 != 0) {
        return 0;
    }
    scan_any(low, &i, "个人|个|人|名|条|号|分");
    while (i < low.n && scan_any(low, &i, "吧|嘛|了|啊|哈|.|。|!| ")) {
    }
    if (i != low.n) {
        return 0;
    }
    json_put_int(slots, "n", n.thousandths / 1000);
    return 1;
}

static int answer_place(const struct reading *r, json_t *slots)
{
    size_t from = 0, to = r->entities.masked.n;
    reading_trim(r, PHRASE_HEAD, PHRASE_TAIL, &from, &to);
    struct slice text = to > from ? reading_part(r, from, to) : (struct slice){ 0 };
    size_t i = 0;
    scan_any(text, &i, "就在|在|到|去|克");
    text = slice_skip(text, i);
    if (text.n < 3) {
        return 0;
    }
    json_put_slice(slots, "place", text);
    return 1;
}

static int answer_activity(const struct reading *r, json_t *slots)
{
    const struct intent *intent = rules_intent(&r->u->rules, "sign_up");
    int64_t n = numeral_whole(r->normal.low);
    if (n > 0) {
        char text[24];
        snprintf(text, sizeof(text), "%lld", (long long)n);
        json_object_set_new(slots, "activity_no", json_string(text));
        return 1;
    }
    if (intent == NULL) {
        return 0;
    }
    struct slot_call call = { .u = r->u, .r = r, .looks = intent->looks };
    json_t *read = slots_read(&call, intent->readers);
    bool any = json_object_size(read) > 0;
    json_object_update(slots, read);
    json_decref(read);
    return any;
}

/* A text that only names something and is another wish is no part of a recruitment. */
static bool is_other_wish(const struct reading *r, const json_t *read)
{
    struct understood said;
    for (int i = 0; i < r->candidate_count; i++) {
        const struct rule *rule = r->candidates[i].rule;
        if (rule->priority >= PLAIN_WISH && rule->contexts == 0 &&
            strcmp(rule->intent->name, "organizer_recruit") != 0) {
            return strcmp(rule->intent->name, "cancel_sign_up") != 0;
        }
        if (rule->priority >= PLAIN_WISH) {
            break;
        }
    }
    if (json_object_size(read) != 1 || json_object_get(read, "activity") == NULL) {
        return false;
    }
    understand_decide(r->u, r, CONTEXT_NONE, &said);
    bool other =
        strcmp(said.intent, "unknown") != 0 && strcmp(said.intent, "organizer_recruit") != 0;
    json_decref(said.slots);
    json_decref(said.also);
    return other;
}

/* What is missing in any order; what else a recruitment says. Where several of the missing things
 * are marked as such, what stands beside them is no place and no condition. */
static int answer_recruit(const struct reading *r, json_t *slots)
{
    static const char *const loose[] = { "place", "activity", "requirements" };
    const struct intent *intent = rules_intent(&r->u->rules, "organizer_recruit");
    struct slot_call call = { .u = r->u, .r = r };
    json_t *marked = json_object(), *read = NULL;
    int marks = recruit_read_missing(r, marked);
    if (intent != NULL) {
        call.looks = intent->looks;
        read = slots_read(&call, intent->readers);
    }
    for (size_t i = 0; marks > 1 && i < sizeof(loose) / sizeof(loose[0]); i++) {
        json_object_del(read, loose[i]);
    }
    struct slice meet = json_slice(marked, "meet");
    if (meet.n > 0 && slice_find(json_slice(read, "place"), meet) >= 0) {
        json_object_del(read, "place"); /* 集合地点改成老年大学门口: said once */
    }
    if (read != NULL) {
        json_object_update(marked, read);
    }
    recruit_read_capacity(r, marked);
    bool any = json_object_size(marked) > 0 && !understand_refuses(r) && !is_other_wish(r, marked);
    if (any) {
        json_object_update(slots, marked);
    }
    json_decref(read);
    json_decref(marked);
    return any;
}

/* 优秀, 5分, 满意, 一般, 不满意: one to five. */
static int answer_quality(const struct reading *r, json_t *slots)
{
    static const struct {
        const char *group;
        int value;
    } grades[] = { { "best", 5 }, { "good", 5 }, { "fair", 3 }, { "poor", 2 }, { "bad", 1 } };
    struct pattern_match m;
    const struct pattern *p = &r->u->phrases[PHRASE_RATING];
    int64_t n = numeral_whole(r->normal.low);
    if (n >= 1 && n <= 5) {
        json_put_int(slots, "quality", n);
        return 1;
    }
    if (!reading_is(r, PHRASE_RATING, r->normal.low, &m)) {
        return 0;
    }
    for (int i = 0; i < p->group_count; i++) {
        if (m.to[i] <= m.from[i]) {
            continue;
        }
        if (strcmp(p->groups[i].name, "quality") == 0) {
            json_put_int(
                slots, "quality",
                numeral_whole((struct slice){ r->normal.low.p + m.from[i], m.to[i] - m.from[i] }));
            return 1;
        }
        for (size_t k = 0; k < sizeof(grades) / sizeof(grades[0]); k++) {
            if (strcmp(p->groups[i].name, grades[k].group) == 0) {
                json_put_int(slots, "quality", grades[k].value);
            }
        }
    }
    return json_object_get(slots, "quality") != NULL;
}

/* 都去不了: all that is asked about. */
static int answer_every(const struct reading *r, json_t *slots)
{
    if (!reading_is(r, PHRASE_EVERY, r->normal.low, NULL)) {
        return 0;
    }
    json_object_set_new(slots, "all", json_true());
    return 1;
}

static int answer_exceptions(const struct reading *r, json_t *slots)
{
    return exceptions_read(r, slots);
}

static const struct {
    const char *kind;
    answer_reader read;
    bool corrected; /* 不是昨天，是前天: the right words alone are tried first */
} answers[] = {
    { "yes_no", answer_yes_no, false },      { "choice", answer_choice, true },
    { "name", answer_name, true },           { "names", answer_names, true },
    { "birth", answer_birth, true },         { "area", answer_area, true },
    { "person", answer_person, true },       { "id_number", answer_id_number, false },
    { "phone", answer_phone, true },         { "code", answer_code, true },
    { "text", answer_text, false },          { "whole", answer_whole, false },
    { "date.past", answer_date_past, true }, { "date.future", answer_date_future, true },
    { "time", answer_time, true },           { "duration", answer_duration, true },
    { "count", answer_count, true },         { "number", answer_number, true },
    { "place", answer_place, true },         { "activity", answer_activity, false },
    { "every", answer_every, false },        { "exceptions", answer_exceptions, false },
    { "recruit", answer_recruit, false },    { "repeat", repeat_read, false },
    { "quality", answer_quality, false },    { "review", review_read, false },
    { "grant", grant_read, false },          { "came", came_read, false },
    { "hazard", hazard_read, false },        { "reason", reason_read, false },
    { "recipient", recipient_read, false },  { "page", page_read, false },
    { "mended", mended_read, false },        { "undone", undone_read, false },
    { "rating", rating_read, false },        { "paper", paper_read, false },
};

/* The row of a kind; -1 when there is none such. */
static int find(struct slice kind)
{
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        if (slice_eq(kind, slice_of(answers[i].kind))) {
            return (int)i;
        }
    }
    return -1;
}

int understand_answer(const struct understander *u, const struct reading *r, struct slice kind,
                      json_t *slots)
{
    int row = find(kind);
    (void)u; /* the reading knows it */
    if (row < 0) {
        return 0;
    }
    /* Apart from `slots`, so that half an answer leaves nothing behind and old slots answer
     * nothing. */
    json_t *fresh = json_object();
    int is = 0;
    if (answers[row].corrected && r->corrected != NULL) {
        is = answers[row].read(r->corrected, fresh);
    }
    if (is != 1) {
        json_object_clear(fresh);
        is = answers[row].read(r, fresh);
    }
    if (is == 1) {
        json_object_update(slots, fresh);
    }
    json_decref(fresh);
    return is;
}

const char *understand_answer_kind(int i)
{
    int count = (int)(sizeof(answers) / sizeof(answers[0]));
    return i >= 0 && i < count ? answers[i].kind : NULL;
}

bool understand_answers(struct slice kind)
{
    return find(kind) >= 0;
}
