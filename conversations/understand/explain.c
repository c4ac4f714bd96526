#include "conversations/understand/explain.h"

#include <string.h>

#include "conversations/understand/reading.h"
#include "conversations/understand/scan.h"
#include "gateway/base/json.h"
#include "gateway/base/sbuf.h"

static const char *const stage_names[] = {
#define STAGE_NAME(name, text) text,
    TRACE_STAGE_MAP(STAGE_NAME)
#undef STAGE_NAME
};

/* The words that work everywhere, in the order of enum global_word. */
static const char *const word_names[] = {
    NULL,   "opt_out", "opt_out_all", "opt_out_offer", "n",     "stop", "cancel", "back",
    "help", "human",   "fix",         "thanks",        "digit", "yes",  "no",
};

static json_t *text_of(struct slice s)
{
    json_t *holder = json_object();
    json_put_slice(holder, "s", s);
    json_t *text = json_incref(json_object_get(holder, "s"));
    json_decref(holder);
    return text;
}

/* ---- what changed ---- */

/* A text with where each byte of it stood in the original; origin NULL: it is the original. */
struct version {
    struct slice text;
    const uint16_t *origin;
};

static size_t origin_of(const struct version *v, size_t at)
{
    return v->origin == NULL ? at : v->origin[at];
}

/* The first byte of `v` that stems from `origin` or behind it. */
static size_t at_origin(const struct version *v, size_t origin)
{
    size_t at = 0;
    while (at < v->text.n && origin_of(v, at) < origin) {
        at++;
    }
    return at;
}

static void put_change(json_t *list, struct slice from, struct slice to)
{
    json_t *change = json_object();
    json_put_slice(change, "from", from);
    json_put_slice(change, "to", to);
    json_array_append_new(list, change);
}

/* Every stretch of the original whose two versions differ, neighbours as one. */
static json_t *changes(const struct version *before, const struct version *after)
{
    json_t *list = json_array();
    struct slice a = { before->text.p, 0 }, b = { after->text.p, 0 };
    size_t old = 0;
    for (size_t at = 0; at < after->text.n || old < before->text.n;) {
        size_t next = at;
        while (next < after->text.n && origin_of(after, next) == origin_of(after, at)) {
            next++;
        }
        size_t until =
            next < after->text.n ? at_origin(before, origin_of(after, next)) : before->text.n;
        struct slice was = { before->text.p + old, until > old ? until - old : 0 };
        struct slice is = { after->text.p + at, next - at };
        if (slice_eq(was, is)) {
            if (a.n > 0 || b.n > 0) {
                put_change(list, a, b);
            }
            a = (struct slice){ was.p + was.n, 0 };
            b = (struct slice){ is.p + is.n, 0 };
        } else {
            a = (struct slice){ a.n > 0 ? a.p : was.p, a.n + was.n };
            b = (struct slice){ b.n > 0 ? b.p : is.p, b.n + is.n };
        }
        if (next == at && until <= old) {
            break;
        }
        at = next;
        old = until > old ? until : old;
    }
    if (a.n > 0 || b.n > 0) {
        put_change(list, a, b);
    }
    return list;
}

static struct version version_of(const struct normal *n)
{
    return (struct version){ n->text, n->origin };
}

static json_t *explain_normal(const struct reading *r, const struct trace *t)
{
    json_t *o = json_object();
    struct version original = { t->folded.original, NULL }, folded = version_of(&t->folded),
                   mended = version_of(&t->mended);
    json_put_slice(o, "text", t->mended.text);
    json_object_set_new(o, "changes", changes(&original, &folded));
    json_object_set_new(o, "mended", changes(&folded, &mended));
    const char *mark = r->normal.mark == MARK_YES ? "yes" : r->normal.mark == MARK_NO ? "no" : NULL;
    json_object_set_new(o, "mark", mark == NULL ? json_null() : json_string(mark));
    json_object_set_new(o, "placeholder", json_boolean(r->normal.placeholder));
    return o;
}

/* ---- recognized things ---- */

/* A part of the masked text, its private characters written as patterns name them. */
static json_t *readable(struct slice masked)
{
    struct sbuf b;
    sbuf_init(&b, NORMAL_OUTPUT_MAX * 4);
    for (size_t i = 0; i < masked.n;) {
        int32_t cp = scan_at(masked, i);
        size_t next = scan_next(masked, i);
        if (cp >= 0xE000 && cp < 0xE000 + ENTITY_KINDS) {
            sbuf_printf(&b, "{%s}", entity_name((enum entity_kind)(cp - 0xE000)));
        } else {
            sbuf_add(&b, (struct slice){ masked.p + i, next - i });
        }
        i = next;
    }
    json_t *text = text_of(sbuf_slice(&b));
    sbuf_free(&b);
    return text;
}

static void put_when(json_t *o, const struct reading *r, const struct when *w)
{
    static const struct {
        const char *key;
        enum direction direction;
    } ways[] = { { "past", DIRECTION_PAST }, { "future", DIRECTION_FUTURE } };
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        int64_t from, to;
        char a[16], b[16];
        if (!date_resolve(&r->calendar, w, ways[i].direction, &from, &to)) {
            continue;
        }
        civil_format_date(from, a);
        civil_format_date(to, b);
        json_object_set_new(o, ways[i].key,
                            from == to ? json_string(a) : json_sprintf("%s to %s", a, b));
    }
    if (w->part != PART_NONE) {
        json_object_set_new(o, "part", json_string(clock_part_name(w->part)));
    }
}

static void put_clock(json_t *o, const struct clock_span *span)
{
    int start = -1, end = -1;
    char text[8];
    if (span->wrong) {
        json_object_set_new(o, "wrong", json_true());
        return;
    }
    clock_resolve(span, PART_NONE, &start, &end);
    clock_format(start, text);
    json_object_set_new(o, "start", json_string(text));
    if (span->has_end) {
        clock_format(end, text);
        json_object_set_new(o, "end", json_string(text));
    }
}

static void put_duration(json_t *o, const struct duration *d)
{
    if (d->minutes >= 0) {
        json_put_int(o, "minutes", d->minutes);
    }
    if (d->most > 0) {
        json_put_int(o, "least", d->least);
        json_put_int(o, "most", d->most);
    }
    if (d->approx) {
        json_object_set_new(o, "approx", json_true());
    }
}

static json_t *value_of(const struct reading *r, const struct entity *e)
{
    json_t *o = json_object();
    switch (e->kind) {
    case ENTITY_DATE:
    case ENTITY_DAY:
    case ENTITY_VAGUE:
        put_when(o, r, &e->when);
        break;
    case ENTITY_TIME:
        put_clock(o, &e->clock);
        break;
    case ENTITY_LENGTH:
    case ENTITY_MANY:
        put_duration(o, &e->duration);
        break;
    case ENTITY_PHONE:
    case ENTITY_ID:
        json_object_set_new(o, "number", json_string(e->code.text));
        break;
    case ENTITY_PART:
        json_object_set_new(o, "part", json_string(clock_part_name(e->part)));
        break;
    case ENTITY_COUNT:
    case ENTITY_AGE:
        json_put_int(o, "number", e->number);
        break;
    default:
        break;
    }
    return o;
}

static json_t *explain_entities(const struct reading *r)
{
    json_t *list = json_array();
    for (int i = 0; i < r->entities.count; i++) {
        const struct entity *e = &r->entities.list[i];
        json_t *o = json_object();
        json_object_set_new(o, "kind", json_string(entity_name(e->kind)));
        json_put_slice(o, "text", (struct slice){ r->normal.text.p + e->from, e->to - e->from });
        json_put_int(o, "from", (int64_t)e->from);
        json_put_int(o, "to", (int64_t)e->to);
        json_object_set_new(o, "value", value_of(r, e));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *explain_answers(const struct understander *u, const struct reading *r)
{
    json_t *o = json_object();
    const char *kind;
    for (int i = 0; (kind = understand_answer_kind(i)) != NULL; i++) {
        json_t *slots = json_object();
        if (understand_answer(u, r, slice_of(kind), slots) == 1) {
            json_object_set(o, kind, slots);
        }
        json_decref(slots);
    }
    return o;
}

/* ---- patterns ---- */

static json_t *context_list(unsigned contexts)
{
    json_t *list = json_array();
    for (int i = 0; i < CONTEXT_COUNT; i++) {
        if ((contexts >> i & 1) != 0) {
            json_array_append_new(list, json_string(context_name((enum context)i)));
        }
    }
    return list;
}

static json_t *explain_match(const struct reading *r, const struct candidate *c,
                             enum context context)
{
    const struct rule *rule = c->rule;
    const struct pattern_match *m = &c->match;
    bool here = rule->contexts == 0 || (rule->contexts >> context & 1) != 0;
    bool counts = candidate_counts(r, c, context);
    json_t *o = json_object(), *groups = json_object();
    json_object_set_new(o, "rule", json_string(rule->name));
    json_object_set_new(o, "intent", json_string(rule->intent->name));
    json_put_int(o, "priority", rule->priority);
    json_object_set_new(o, "contexts", context_list(rule->contexts));
    json_object_set_new(o, "counts", json_boolean(counts));
    json_object_set_new(o, "because",
                        json_string(counts  ? "it applies here"
                                    : !here ? "it does not apply in this context"
                                            : "it needs a day that is over or today"));
    json_object_set_new(
        o, "text", readable((struct slice){ r->entities.masked.p + m->start, m->end - m->start }));
    for (int i = 0; i < rule->pattern.group_count; i++) {
        if (m->to[i] > m->from[i]) {
            json_put_slice(groups, rule->pattern.groups[i].name,
                           reading_part(r, m->from[i], m->to[i]));
        }
    }
    json_object_set_new(o, "groups", groups);
    return o;
}

static bool has_matched(const struct reading *r, const struct rule *rule)
{
    for (int i = 0; i < r->candidate_count; i++) {
        if (r->candidates[i].rule == rule) {
            return true;
        }
    }
    return false;
}

static json_t *explain_patterns(const struct understander *u, const struct reading *r,
                                enum context context)
{
    json_t *o = json_object(), *matched = json_array(), *failed = json_array();
    int tried = 0;
    for (int i = 0; i < r->candidate_count; i++) {
        json_array_append_new(matched, explain_match(r, &r->candidates[i], context));
    }
    for (int i = 0; r->tried != NULL && i < u->rules.count; i++) {
        if ((r->tried[i / 64] >> (i % 64) & 1) == 0) {
            continue;
        }
        tried++;
        if (!has_matched(r, &u->rules.rules[i])) {
            json_array_append_new(failed, json_string(u->rules.rules[i].name));
        }
    }
    json_put_int(o, "rules", u->rules.count);
    json_put_int(o, "tried", tried);
    json_object_set_new(o, "failed", failed);
    json_object_set_new(o, "matched", matched);
    return o;
}

static json_t *explain_reading(const struct understander *u, const struct reading *r,
                               enum context context)
{
    json_t *o = json_object();
    json_put_slice(o, "text", r->normal.text);
    json_object_set_new(o, "masked", readable(r->entities.masked));
    json_object_set_new(o, "patterns", explain_patterns(u, r, context));
    return o;
}

static json_t *explain_sound(const struct understander *u, const struct reading *r, enum context c)
{
    if (r->by_sound == NULL) {
        return json_null();
    }
    struct version before = version_of(&r->normal), after = version_of(&r->by_sound->normal);
    json_t *o = explain_reading(u, r->by_sound, c);
    json_object_set_new(o, "changes", changes(&before, &after));
    return o;
}

/* ---- the decision ---- */

/* The pattern that would have won without the one that did. */
static json_t *runner_up(const struct reading *r, const struct trace *t, enum context context)
{
    const struct reading *from = t->decided != NULL ? t->decided : r;
    for (int i = 0; i < from->candidate_count; i++) {
        const struct candidate *c = &from->candidates[i];
        if (c != t->winner && candidate_counts(from, c, context)) {
            return explain_match(from, c, context);
        }
    }
    return json_null();
}

static json_t *explain_decision(const struct reading *r, const struct trace *t,
                                enum context context, const struct understood *got)
{
    json_t *o = json_object();
    json_object_set_new(o, "intent", json_string(got->intent));
    json_object_set_new(o, "why", json_string(got->why));
    json_object_set_new(o, "stage", json_string(stage_names[t->stage]));
    json_object_set_new(o, "by_homophone", json_boolean(got->by_homophone));
    json_object_set_new(o, "safety", json_boolean(got->safety));
    json_object_set_new(o, "runner_up", runner_up(r, t, context));
    return o;
}

static json_t *explain_slots(const struct trace *t, const struct understood *got)
{
    json_t *list = json_array();
    for (int i = 0; i < t->slot_count; i++) {
        const struct trace_slot *s = &t->slots[i];
        json_t *value = json_object_get(got->slots, s->slot);
        if (value != NULL) {
            json_array_append_new(list, json_pack("{s:s, s:O, s:s, s:s}", "slot", s->slot, "value",
                                                  value, "kind", s->kind, "by", s->by));
        }
    }
    return list;
}

json_t *understand_explain(const struct understander *u, const struct reading *r,
                           const struct trace *t, enum context c, const struct understood *got)
{
    static const char *const channels[] = { "sms", "wechat", "wechat_voice" };
    json_t *o = json_object();
    const char *word = word_names[r->global];
    json_put_slice(o, "text", r->normal.original);
    json_object_set_new(o, "context", json_string(context_name(c)));
    json_object_set_new(o, "channel", json_string(channels[r->channel]));
    json_object_set_new(o, "normal", explain_normal(r, t));
    json_object_set_new(o, "masked", readable(r->entities.masked));
    json_object_set_new(o, "entities", explain_entities(r));
    json_object_set_new(o, "answers", explain_answers(u, r));
    json_object_set_new(o, "word", word == NULL ? json_null() : json_string(word));
    json_object_set_new(o, "patterns", explain_patterns(u, r, c));
    json_object_set_new(o, "by_sound", explain_sound(u, r, c));
    json_object_set_new(
        o, "second", r->second == NULL ? json_null() : explain_reading(u, r->second, CONTEXT_NONE));
    json_object_set_new(o, "corrected",
                        r->corrected == NULL ? json_null() : text_of(r->corrected->normal.text));
    json_object_set_new(o, "decision", explain_decision(r, t, c, got));
    json_object_set_new(o, "slots", explain_slots(t, got));
    json_object_set_new(o, "also", got->also != NULL ? json_deep_copy(got->also) : json_array());
    return o;
}
