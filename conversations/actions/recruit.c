/* A recruitment: what one text or several give becomes a draft, and the draft an activity. */
#include <string.h>

#include "conversations/actions/repeat.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "handlers/fields.h"
#include "handlers/notify.h"
#include "handlers/places.h"
#include "handlers/roles.h"

enum {
    TITLE_CHARACTERS = 12,
    MINUTE_SECONDS = 60,
    DAY_MINUTES = 1440,
    DAY_SECONDS = 86400,
    FEW_DATES = 4, /* in a text each with its weekday */
    AGE_MAX = 120
};

/* What is known so far: the slot _draft. Keys: title, place, word (the place as it was said with
 * what is done), date, start, end (minutes after midnight), count, needs, bring, risk, serves,
 * hazardous, insurance, area; of a repetition weekdays, weekly, times, until (repeat.h). */
static json_t *draft_of(struct action_call *call)
{
    json_t *draft = json_object_get(call->slots, "_draft");
    if (draft == NULL) {
        draft = json_object();
        json_object_set_new(call->slots, "_draft", draft);
    }
    return draft;
}

static bool keep(json_t *draft, const char *key, struct slice text)
{
    text = slice_trim(text);
    if (text.n == 0)
        return false;
    json_put_slice(draft, key, text);
    return true;
}

static bool keep_number(json_t *draft, const char *key, int64_t value)
{
    if (value <= 0)
        return false;
    json_put_int(draft, key, value);
    return true;
}

/* ---- reading ---- */

/* What the text of this turn gives; the first text also what its wish was understood with. */
static int read_text(struct action_call *call, bool first, json_t *read)
{
    static const char *const wish[] = { "date",  "time_start", "time_end", "minutes",
                                        "place", "activity",   "persons",  "requirements" };
    static const char *const kinds[] = { "recruit",  "date.future", "time",
                                         "duration", "hazard",      "repeat" };
    int rc = 0;
    for (size_t i = 0; rc >= 0 && call->reading && i < sizeof kinds / sizeof *kinds; i++) {
        json_t *one = json_object();
        rc = understand_answer(call->understander, call->reading, slice_of(kinds[i]), one);
        json_object_update_missing(read, one);
        json_decref(one);
    }
    for (size_t i = 0; first && i < sizeof wish / sizeof *wish; i++) {
        json_t *value = json_object_get(call->slots, wish[i]);
        if (value != NULL && json_object_get(read, wish[i]) == NULL &&
            json_object_get(read, "meet") == NULL)
            json_object_set(read, wish[i], value);
    }
    /* 到12月13日 is the last day, not the first. */
    if (slice_eq(json_slice(read, "until"), json_slice(read, "date")))
        json_object_del(read, "date");
    /* 老街社区打扫卫生 names what is done and where, not where to meet. */
    struct slice activity = json_slice(read, "activity");
    if (activity.n > 0 && slice_find(json_slice(read, "meet"), activity) >= 0)
        json_object_del(read, "meet");
    return rc < 0 ? rc : GW_OK;
}

/* 到11点, 11点结束 or 两个小时, where the start is known and the end is not. */
static bool take_end(json_t *draft, const json_t *read)
{
    int start = (int)json_int(draft, "start", -1), end = -1;
    int64_t minutes = json_int(read, "minutes", 0);
    if (start < 0 || json_object_get(draft, "end") != NULL)
        return false;
    if (civil_parse_hhmm(json_slice(read, "time_end"), &end) != GW_OK &&
        civil_parse_hhmm(json_slice(read, "time_start"), &end) != GW_OK && minutes > 0)
        end = (int)((start + minutes) % DAY_MINUTES);
    if (end < 0 || (end <= start && minutes == 0))
        return false;
    json_put_int(draft, "end", end);
    return true;
}

static bool take_time(json_t *draft, const json_t *read)
{
    int64_t day;
    int start = -1, end = -1;
    bool any = action_day(read, "date", &day) && keep(draft, "date", json_slice(read, "date"));
    bool whole = json_slice(read, "time_start").n > 0 &&
                 (json_slice(read, "time_end").n > 0 || json_int(read, "minutes", 0) > 0);
    if (!whole && json_object_get(read, "date") == NULL && take_end(draft, read))
        return true;
    if (civil_parse_hhmm(json_slice(read, "time_start"), &start) != GW_OK)
        return any;
    json_put_int(draft, "start", start);
    int64_t minutes = json_int(read, "minutes", 0);
    if (civil_parse_hhmm(json_slice(read, "time_end"), &end) != GW_OK && minutes > 0)
        end = (int)((start + minutes) % DAY_MINUTES);
    if (end >= 0)
        json_put_int(draft, "end", end);
    return true;
}

/* A community or village alone says where to work, not where to meet. */
static bool take_place(struct action_call *call, json_t *draft, const json_t *read)
{
    struct slice place = json_slice(read, "place"), meet = json_slice(read, "meet");
    struct place found = { 0 };
    json_t *area = json_object();
    if (call->reading &&
        understand_answer(call->understander, call->reading, SLICE("area"), area) == 1 &&
        places_find(json_slice(area, "area"), &found, 1) == 1)
        json_put_id(draft, "area", found.code);
    json_decref(area);
    bool any = keep(draft, "word", place.n > 0 ? place : meet);
    if (meet.n > 0)
        return keep(draft, "place", meet);
    if (place.n == 0 || places_find(place, &found, 1) > 0)
        return any;
    return keep(draft, "place", place);
}

/* 参加过消防培训, 要有急救培训: the topic before 培训. */
static struct slice training_in(struct slice needs)
{
    static const char *const heads[] = { "参加过", "受过", "有过", "经过", "做过",
                                         "要有",   "须有", "需有", NULL };
    ptrdiff_t end = slice_find(needs, SLICE("培训"));
    for (int i = 0; end > 0 && heads[i] != NULL; i++) {
        ptrdiff_t at = slice_find(slice_head(needs, (size_t)end), slice_of(heads[i]));
        size_t from = at >= 0 ? (size_t)at + strlen(heads[i]) : 0;
        if (at >= 0 && (size_t)end > from)
            return slice_trim((struct slice){ needs.p + from, (size_t)end - from });
    }
    return SLICE("");
}

/* 18岁以上, 65岁以下: the number before such a word, 0 when there is none. */
static int64_t age_before(struct slice needs, const char *const words[])
{
    for (int i = 0; words[i] != NULL; i++) {
        ptrdiff_t at = slice_find(needs, slice_of(words[i]));
        int64_t age = 0;
        size_t from = at > 0 ? (size_t)at : 0;
        while (from > 0 && needs.p[from - 1] >= '0' && needs.p[from - 1] <= '9')
            from--;
        if (at > 0 &&
            slice_to_int((struct slice){ needs.p + from, (size_t)at - from }, &age) == GW_OK &&
            age > 0 && age < AGE_MAX)
            return age;
    }
    return 0;
}

/* What the conditions ask of people, so that it is looked at when somebody signs up; what is only
 * wished for (优先) is not. */
static int put_requirements(const struct service *s, struct activity *a)
{
    static const char *const over[] = { "周岁以上", "岁以上", "岁及以上", NULL };
    static const char *const under[] = { "周岁以下", "岁以下", "岁以内", "岁及以下", NULL };
    struct slice needs = a->requirements;
    a->min_age = age_before(needs, over);
    a->max_age = age_before(needs, under);
    a->training = training_in(needs);
    a->skill = SLICE("");
    if (slice_find(needs, SLICE("优先")) >= 0 || a->training.n > 0)
        return GW_OK;
    return fields_skill(needs, s->arena, &a->skill);
}

/* Whether a condition is something to bring. */
static bool is_bring(struct action_call *call, struct slice needs, struct slice *bring)
{
    const struct service *s = call->service;
    json_t *inner = json_object();
    const struct reading *reading =
        understand_read(call->understander, needs, call->channel, s->now, s->arena);
    if (understand_answer(call->understander, reading, SLICE("recruit"), inner) == 1)
        *bring = arena_dup(s->arena, json_slice(inner, "bring"));
    json_decref(inner);
    return bring->n > 0;
}

/* What one piece of a text asks of people; what it asks to bring goes into `*bring`. */
static struct slice piece_needs(struct action_call *call, struct slice piece, struct slice *bring)
{
    const struct service *s = call->service;
    struct slice needs = { 0 };
    json_t *inner = json_object();
    const struct reading *reading =
        understand_read(call->understander, piece, call->channel, s->now, s->arena);
    *bring = SLICE("");
    if (understand_answer(call->understander, reading, SLICE("recruit"), inner) == 1 &&
        json_slice(inner, "activity").n == 0) {
        needs = arena_dup(s->arena, json_slice(inner, "requirements"));
        *bring = arena_dup(s->arena, json_slice(inner, "bring"));
    }
    json_decref(inner);
    if (training_in(piece).n > 0)
        return piece;
    if (bring->n > 0 || (needs.n > 0 && is_bring(call, needs, bring)))
        return SLICE("");
    return needs;
}

/* The next stretch without a blank or comma. */
static bool next_piece(struct slice *rest, struct slice *piece)
{
    while (rest->n > 0) {
        size_t n = 0;
        while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != ',')
            n++;
        *piece = slice_head(*rest, n);
        size_t skip = n < rest->n ? n + 1 : n;
        *rest = (struct slice){ rest->p + skip, rest->n - skip };
        if (piece->n > 0)
            return true;
    }
    return false;
}

/* 带扫把 among the conditions is what to bring: volunteers are told it by its own words. */
static bool take_needs(struct action_call *call, json_t *draft, const json_t *read)
{
    const struct service *s = call->service;
    struct slice needs = json_slice(read, "requirements"), bring = json_slice(read, "bring");
    if (needs.n > 0 && bring.n == 0 && is_bring(call, needs, &bring))
        needs = SLICE("");
    size_t had_needs = json_slice(draft, "needs").n;
    bool brings = keep(draft, "bring", bring), asks = !brings && keep(draft, "needs", needs);
    struct slice rest = call->reading ? reading_text(call->reading) : SLICE("");
    struct slice piece;
    while (next_piece(&rest, &piece)) {
        struct slice had = json_slice(draft, "needs"), more = piece_needs(call, piece, &bring);
        if (more.n > 0 && slice_find(had, more) < 0 && slice_find(more, had) < 0)
            keep(draft, "needs",
                 arena_printf(s->arena, "%.*s、%.*s", SLICE_ARG(had), SLICE_ARG(more)));
        else if (more.n > 0 && had.n == 0)
            keep(draft, "needs", more);
        else if (bring.n > 0 && json_slice(draft, "bring").n == 0)
            keep(draft, "bring", bring);
    }
    return brings || asks || json_slice(draft, "needs").n > had_needs;
}

static bool take_hazard(json_t *draft, const json_t *read)
{
    bool any = keep(draft, "insurance", json_slice(read, "insurance"));
    json_t *hazardous = json_object_get(read, "hazardous");
    if (any)
        json_object_set_new(draft, "hazardous", json_true());
    if (hazardous == NULL)
        return any;
    json_object_set(draft, "hazardous", hazardous);
    if (json_is_false(hazardous))
        json_object_del(draft, "insurance");
    return true;
}

/* Whether what is done begins with the name of the place already: 老街打扫 at 老街社区门口. */
static bool names_place(struct slice activity, struct slice word)
{
    enum { NAME_CHARACTERS = 2 };
    struct slice rest = activity;
    for (int i = 0; i < NAME_CHARACTERS && rest.n > 0; i++)
        (void)utf8_next(&rest);
    return slice_find(activity, word) >= 0 ||
           slice_find(word, slice_head(activity, activity.n - rest.n)) >= 0;
}

/* Together with its place where that makes no long title: 老街社区 + 打扫卫生. */
static void put_title(struct action_call *call, json_t *draft, struct slice activity)
{
    struct slice word = json_slice(draft, "word");
    bool join = word.n > 0 && !names_place(activity, word) &&
                utf8_count(word) + utf8_count(activity) <= TITLE_CHARACTERS;
    keep(draft, "title",
         join ? arena_printf(call->service->arena, "%.*s%.*s", SLICE_ARG(word), SLICE_ARG(activity))
              : activity);
}

/* A correction that says something else too does not rename the activity by what is left over. */
static void take_title(struct action_call *call, json_t *draft, const json_t *read, bool other)
{
    struct slice activity = json_slice(read, "activity");
    if (activity.n > 0 && !(other && json_slice(draft, "title").n > 0))
        put_title(call, draft, activity);
}

/* ---- the draft as an activity ---- */

static void set_moment(const struct service *s, const json_t *draft, struct activity *a)
{
    int64_t day, start = json_int(draft, "start", -1), end = json_int(draft, "end", -1);
    if (!action_day(draft, "date", &day) || start < 0 || end < 0)
        return;
    int64_t midnight = civil_day_start(day, s->zone);
    a->starts_at = midnight + start * MINUTE_SECONDS;
    a->ends_at = midnight + (end > start ? end : end + DAY_MINUTES) * MINUTE_SECONDS;
}

static struct activity activity_of(const struct action_call *call, const json_t *draft)
{
    struct activity a = {
        .id = json_id(call->slots, "_activity"),
        .code = json_int(call->slots, "code", 0),
        .title = json_slice(draft, "title"),
        .place = json_slice(draft, "place"),
        .area = json_id(draft, "area"),
        .capacity = json_int(draft, "count", 0),
        .requirements = json_slice(draft, "needs"),
        .bring = json_slice(draft, "bring"),
        .risk = json_slice(draft, "risk"),
        .serves = json_slice(draft, "serves"),
        .hazardous = json_flag(draft, "hazardous", false),
        .insurance = json_slice(draft, "insurance"),
        .leader = call->address->id,
    };
    set_moment(call->service, draft, &a);
    return a;
}

/* One flag an object, so that the message shows each in its own words. */
static void put_lacks(json_t *slots, unsigned missing, bool endless)
{
    json_t *list = json_array();
    if (endless)
        json_array_append_new(list, json_pack("{s:i}", "times", 1));
    for (unsigned bit = MISSING_WHAT; bit <= MISSING_SERVES; bit <<= 1)
        if (missing & bit)
            json_array_append_new(list, json_pack("{s:i}", draft_missing_name(bit), 1));
    json_put_int(slots, "lacking", (int64_t)json_array_size(list));
    json_object_set_new(slots, "lacks", list);
}

/* Where one thing in words is missing, any text is it. */
static bool take_last(struct action_call *call, json_t *draft, unsigned missing)
{
    static const struct {
        unsigned bit;
        const char *key;
    } texts[] = { { MISSING_WHAT, "title" },
                  { MISSING_WHERE, "place" },
                  { MISSING_REQUIREMENTS, "bring" },
                  { MISSING_RISK, "risk" },
                  { MISSING_SERVES, "serves" } };
    struct slice text = call->reading ? reading_text(call->reading) : SLICE("");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (missing == texts[i].bit)
            return keep(draft, texts[i].key, text);
    return false;
}

/* 10个, where people are what is missing. */
static bool take_count(struct action_call *call, json_t *draft)
{
    json_t *read = json_object();
    bool any = call->reading &&
               understand_answer(call->understander, call->reading, SLICE("count"), read) == 1 &&
               keep_number(draft, "count", json_int(read, "persons", 0));
    json_decref(read);
    return any;
}

/* Everything a text says; false when that is nothing. */
static bool take(struct action_call *call, json_t *draft, const json_t *read, bool first)
{
    /* 危险 or the number of an insurance alone: nothing else was meant. */
    if (take_hazard(draft, read))
        return true;
    struct activity a = activity_of(call, draft);
    unsigned missing = draft_missing(&a);
    bool news = take_time(draft, read);
    if (repeat_take(draft, read)) {
        repeat_settle(call->service, draft, (int)json_int(draft, "start", -1));
        news = true;
    }
    news |= keep_number(draft, "count", json_int(read, "persons", 0));
    news |= take_place(call, draft, read);
    news |= take_needs(call, draft, read);
    news |= keep(draft, "risk", json_slice(read, "risk"));
    news |= keep(draft, "serves", json_slice(read, "recipient"));
    if (!news && (missing & MISSING_COUNT))
        news = take_count(call, draft);
    if (first || (missing & MISSING_WHAT) || (missing == 0 && !news))
        take_title(call, draft, read, news);
    else if (!news)
        return take_last(call, draft, missing);
    return news || json_slice(read, "activity").n > 0;
}

static const char *time_outcome(enum activity_outcome outcome)
{
    switch (outcome) {
    case ACTIVITY_PAST:
        return "past";
    case ACTIVITY_TOO_LONG:
        return "too_long";
    case ACTIVITY_TOO_FAR:
        return "too_far";
    case ACTIVITY_TOO_BIG:
        return "too_big";
    default:
        return NULL;
    }
}

static void show(struct action_call *call, const struct activity *a)
{
    action_set_activity(call, a);
    json_put_slice(call->slots, "needs", a->requirements);
    json_put_slice(call->slots, "insurance", a->insurance);
    json_object_set_new(call->slots, "hours",
                        json_sprintf("%s-%s", json_text(call->slots, "time", ""),
                                     json_text(call->slots, "end", "")));
}

/* Keeps the complete draft under its number: DRAFT, or that it is gone. */
static int store(struct action_call *call, struct activity *a)
{
    const struct service *s = call->service;
    struct role role;
    int64_t org = json_id(call->slots, "_org");
    int rc = org != 0 ? role_may(s, call->address->id, POWER_PUBLISH, org, &role)
                      : role_any(s, call->address->id, POWER_PUBLISH, &role);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "forbidden");
    a->org = org != 0 ? org : role.org;
    a->leader_name = role.name;
    rc = put_requirements(s, a);
    if (rc < 0)
        return rc;
    rc = a->id == 0 ? activity_draft(s, a) : activity_redraft(s, a);
    if (rc < 0)
        return rc;
    if (rc != ACTIVITY_OK)
        return action_end(call, "gone");
    show(call, a);
    return action_end(call, a->hazardous && a->insurance.n == 0 ? "insurance" : "draft");
}

/* Another recruitment altogether: 招募, what and when. */
static bool begins_anew(const struct action_call *call, const json_t *read)
{
    struct understood said;
    if (!call->reading || json_slice(read, "activity").n == 0 || json_slice(read, "date").n == 0)
        return false;
    understand_decide(call->understander, call->reading, CONTEXT_NONE, &said);
    bool anew = strcmp(said.intent, "organizer_recruit") == 0;
    json_decref(said.slots);
    json_decref(said.also);
    return anew;
}

static void forget_draft(json_t *slots)
{
    static const char *const keys[] = { "_draft", "_activity", "_org", "code" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        json_object_del(slots, keys[i]);
}

/* A stored draft, e.g. one that a resident proposed, as what is known so far. */
static void load_draft(struct action_call *call, const struct activity *a)
{
    const struct zone zone = call->service->zone;
    json_t *draft = draft_of(call);
    const struct {
        const char *key;
        struct slice text;
    } texts[] = { { "title", a->title },        { "place", a->place }, { "needs", a->requirements },
                  { "bring", a->bring },        { "risk", a->risk },   { "serves", a->serves },
                  { "insurance", a->insurance } };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        keep(draft, texts[i].key, texts[i].text);
    keep_number(draft, "count", a->capacity);
    json_put_id(draft, "area", a->area);
    json_object_set_new(draft, "hazardous", json_boolean(a->hazardous));
    if (a->starts_at != 0 && a->ends_at != 0) {
        int64_t day = civil_day_of(a->starts_at, zone), midnight = civil_day_start(day, zone);
        notify_set_day(draft, "date", day);
        json_put_int(draft, "start", (a->starts_at - midnight) / MINUTE_SECONDS);
        json_put_int(draft, "end", (a->ends_at - midnight) / MINUTE_SECONDS % DAY_MINUTES);
    }
    json_put_id(call->slots, "_activity", a->id);
    json_put_id(call->slots, "_org", a->org);
    json_put_int(call->slots, "code", a->code);
    json_object_set_new(call->slots, "_loaded", json_true());
}

static int recruit_open(struct action_call *call)
{
    struct activity a = { 0 };
    int rc = activity_by_code(call->service, action_number(call->slots, "activity_no", 0), &a);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "none");
    json_put_int(call->slots, "code", a.code);
    rc = role_may(call->service, call->address->id, POWER_PUBLISH, a.org, NULL);
    if (rc != 1)
        return rc < 0 ? rc : action_end(call, "forbidden");
    if (a.state != ACTIVITY_DRAFT)
        return action_end(call, a.state == ACTIVITY_CANCELLED ? "none" : "published");
    load_draft(call, &a);
    return action_end(call, "opened");
}

/* What is wrong with the days, the last of which must not be too far either; NULL for nothing. */
static const char *check_dates(struct action_call *call, const struct activity *a,
                               const struct repeat *r)
{
    const struct service *s = call->service;
    json_put_int(call->slots, "most", s->policy->series_max);
    if (r->too_many)
        return "too_many";
    if (a->starts_at == 0)
        return NULL;
    const char *bad = time_outcome(activity_check_time(s, a->starts_at, a->ends_at));
    if (bad != NULL || r->count < 2)
        return bad;
    int64_t later = r->days[r->count - 1] - r->days[0];
    return time_outcome(activity_check_time(s, a->starts_at + later * DAY_SECONDS,
                                            a->ends_at + later * DAY_SECONDS));
}

/* The days as the draft shows them: items and their number, none where it is held once. */
static void put_dates(struct action_call *call, const struct repeat *r)
{
    bool several = r->count > 1;
    notify_set_day(call->slots, "last", several ? r->days[r->count - 1] : 0);
    json_put_int(call->slots, "series", several ? r->count : 0);
    json_put_int(call->slots, "more", 0);
    json_object_set_new(call->slots, "items", several ? repeat_list(r) : json_array());
}

static int recruit_take(struct action_call *call)
{
    const struct service *s = call->service;
    bool loaded = json_flag(call->slots, "_loaded", false);
    bool first = json_object_get(call->slots, "_draft") == NULL;
    json_t *read = json_object();
    int rc = loaded ? GW_OK : read_text(call, first, read);
    json_object_del(call->slots, "_loaded");
    if (rc == GW_OK && !first && begins_anew(call, read)) {
        forget_draft(call->slots);
        first = true;
    }
    json_t *draft = draft_of(call);
    bool news = loaded || (rc == GW_OK && take(call, draft, read, first));
    json_decref(read);
    if (rc < 0)
        return rc;
    struct activity a = activity_of(call, draft);
    struct repeat r;
    unsigned missing = draft_missing(&a);
    repeat_days(s, draft, &r);
    put_lacks(call->slots, missing, r.open);
    if (!news && !first)
        return action_end(call, "nothing");
    const char *bad = check_dates(call, &a, &r);
    if (bad == NULL && a.capacity > s->policy->capacity_max)
        bad = "too_big";
    if (bad != NULL)
        return action_end(call, bad);
    if (missing != 0 || r.open)
        return action_end(call, "missing");
    put_dates(call, &r);
    return store(call, &a);
}

/* The further days of a repetition, each with its own number. The first outcome that is none. */
static int publish_more(struct action_call *call, const struct activity *a)
{
    struct repeat r;
    json_t *items = json_array(), *item = json_object();
    int64_t last = 0;
    int rc = ACTIVITY_OK;
    repeat_days(call->service, draft_of(call), &r);
    bool many = r.count > FEW_DATES;
    json_put_int(item, "code", a->code);
    repeat_put(item, r.count > 0 ? r.days[0] : 0, &last, many);
    json_array_append_new(items, item);
    for (int i = 1; i < r.count && rc == ACTIVITY_OK; i++) {
        struct activity made = { 0 };
        int64_t later = (r.days[i] - r.days[0]) * DAY_SECONDS;
        rc = activity_repeat(call->service, a->id, call->address->id, a->starts_at + later,
                             a->ends_at + later, &made);
        if (rc != ACTIVITY_OK)
            break;
        item = json_object();
        json_put_int(item, "code", made.code);
        repeat_put(item, r.days[i], &last, many);
        json_array_append_new(items, item);
    }
    json_put_int(call->slots, "more", 0);
    json_object_set_new(call->slots, "items", items);
    json_put_int(call->slots, "series", r.count > 1 ? r.count : 0);
    return rc;
}

static int recruit_publish(struct action_call *call)
{
    struct activity a = { 0 };
    int rc =
        activity_publish(call->service, json_id(call->slots, "_activity"), call->address->id, &a);
    if (rc < 0)
        return rc;
    if (rc == ACTIVITY_OK || rc == ACTIVITY_UNCHANGED)
        show(call, &a);
    if (rc == ACTIVITY_OK)
        json_object_set_new(call->slots, "_published", json_true());
    if (rc == ACTIVITY_OK && json_int(call->slots, "series", 0) > 1) {
        rc = publish_more(call, &a);
        if (rc < 0)
            return rc;
        if (rc == ACTIVITY_OK)
            return action_end(call, "series");
    }
    static const char *const names[] = {
        [ACTIVITY_OK] = "published",        [ACTIVITY_UNCHANGED] = "already",
        [ACTIVITY_MISSING] = "missing",     [ACTIVITY_PAST] = "past",
        [ACTIVITY_TOO_LONG] = "past",       [ACTIVITY_TOO_FAR] = "past",
        [ACTIVITY_TOO_BIG] = "past",        [ACTIVITY_UNINSURED] = "insurance",
        [ACTIVITY_FORBIDDEN] = "forbidden", [ACTIVITY_NOT_FOUND] = "gone",
        [ACTIVITY_WRONG_STATE] = "gone",
    };
    return action_end(call, names[rc]);
}

const struct action recruit_actions[] = {
    { "recruit.open", recruit_open, OUTCOMES("opened", "none", "forbidden", "published") },
    { "recruit.take", recruit_take,
      OUTCOMES("missing", "nothing", "insurance", "draft", "past", "too_long", "too_far", "too_big",
               "too_many", "forbidden", "gone") },
    { "recruit.publish", recruit_publish,
      OUTCOMES("published", "series", "already", "missing", "past", "insurance", "forbidden",
               "gone"),
      FINAL },
    { .name = NULL },
};
