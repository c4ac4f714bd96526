#include "conversations/understand/reading.h"

#include <string.h>

#include "conversations/understand/numeral.h"
#include "conversations/understand/scan.h"
#include "conversations/understand/slots_more.h"
#include "conversations/understand/survey.h"

/* From this priority on a wish is plain enough to win over the answer to an open question. */
enum { PLAIN_WISH = 60, STRONG_WISH = 77, SUBSCRIPTION = 91 };

struct decision {
    const struct understander *u;
    const struct reading *r;
    enum context context;
    struct understood *out;
};

static void conclude(struct decision *d, const char *intent, const char *why)
{
    d->out->intent = intent;
    d->out->why = why;
}

static void put(struct decision *d, const char *key, json_t *value)
{
    json_object_set_new(d->out->slots, key, value);
}

static bool says_past(const struct reading *r)
{
    for (int i = 0; i < r->entities.count; i++) {
        const struct entity *e = &r->entities.list[i];
        bool certain = e->when.kind == WHEN_DAY || e->when.kind == WHEN_RANGE;
        if (e->kind == ENTITY_DATE && certain && e->when.from <= r->calendar.today) {
            return true;
        }
    }
    return false;
}

bool candidate_counts(const struct reading *r, const struct candidate *c, enum context context)
{
    unsigned contexts = c->rule->contexts;
    bool here = contexts == 0 || (contexts >> context & 1) != 0;
    return here && (!c->rule->past || says_past(r));
}

/* The best candidate of a reading that counts in the context. */
static const struct candidate *best(const struct reading *r, enum context context)
{
    for (int i = 0; i < r->candidate_count; i++) {
        if (candidate_counts(r, &r->candidates[i], context)) {
            return &r->candidates[i];
        }
    }
    return NULL;
}

static void conclude_rule(struct decision *d, const struct reading *r, const struct candidate *c)
{
    struct slot_call call = { .u = d->u, .r = r, .rule = c->rule, .match = &c->match };
    call.trace = d->r->trace;
    if (d->r->trace != NULL) {
        d->r->trace->decided = r;
        d->r->trace->winner = c;
    }
    call.looks = c->rule->intent->looks;
    json_decref(d->out->slots);
    d->out->slots = slots_read(&call, c->rule->intent->readers);
    d->out->safety = c->rule->safety;
    conclude(d, c->rule->intent->name, c->rule->name);
}

/* Slots by the readers of an intent, without a pattern. */
static void conclude_read(struct decision *d, const char *intent, const char *why)
{
    const struct intent *i = rules_intent(&d->u->rules, intent);
    if (i == NULL) {
        conclude(d, intent, why);
        return;
    }
    struct slot_call call = { .u = d->u, .r = d->r, .trace = d->r->trace, .looks = i->looks };
    json_decref(d->out->slots);
    d->out->slots = slots_read(&call, i->readers);
    conclude(d, i->name, why);
}

static void opt_out(struct decision *d, const char *scope, const char *why)
{
    put(d, "scope", json_string(scope));
    conclude(d, "opt_out", why);
}

/* What the table of scripts.md section 0 says of a word alone. */
static bool decide_word(struct decision *d)
{
    bool asked = d->context == CONTEXT_CONFIRM;
    switch (d->r->global) {
    case GLOBAL_OPT_OUT:
        opt_out(d, "broadcast", "word.opt_out");
        return true;
    case GLOBAL_OPT_OUT_ALL:
        opt_out(d, "all", "word.opt_out_all");
        return true;
    case GLOBAL_OPT_OUT_OFFER:
        opt_out(d, "broadcast", "word.opt_out_offer");
        return true;
    case GLOBAL_N:
        if (asked) {
            conclude(d, "deny", "word.n");
        } else if (d->context == CONTEXT_NONE || d->context == CONTEXT_RECRUIT) {
            opt_out(d, "broadcast", "word.n");
        } else {
            conclude(d, "unknown", "word.n");
        }
        return true;
    case GLOBAL_STOP:
        if (asked) {
            conclude(d, "deny", "word.stop");
        } else if (d->context == CONTEXT_NONE || d->context == CONTEXT_RECRUIT) {
            opt_out(d, "broadcast", "word.stop");
        } else {
            conclude(d, "deny", "word.stop");
        }
        return true;
    case GLOBAL_CANCEL:
        if (asked) {
            conclude(d, "deny", "word.cancel");
        } else if (d->context == CONTEXT_CHECKED_IN) {
            return false; /* 撤: going home */
        } else if (d->context == CONTEXT_NONE || d->context == CONTEXT_RECRUIT) {
            conclude(d, "cancel_sign_up", "word.cancel");
        } else {
            conclude(d, "deny", "word.cancel");
        }
        return true;
    case GLOBAL_BACK:
        conclude(d, "help", "word.back");
        return true;
    case GLOBAL_HELP:
        conclude(d, "help", "word.help");
        return true;
    case GLOBAL_HUMAN:
        conclude(d, "human", "word.human");
        return true;
    case GLOBAL_FIX:
        conclude(d, "fix", "word.fix");
        return true;
    default:
        return false;
    }
}

static bool decide_confirm(struct decision *d)
{
    json_t *answer = json_object();
    int read = understand_answer(d->u, d->r, SLICE("yes_no"), answer);
    if (read == 1) {
        bool yes = json_is_true(json_object_get(answer, "yes"));
        conclude(d, yes ? "confirm" : "deny", yes ? "confirm.yes" : "confirm.no");
    }
    json_decref(answer);
    return read == 1;
}

static bool decide_menu(struct decision *d)
{
    const struct candidate *c = best(d->r, d->context);
    bool wish = c != NULL && c->rule->priority >= PLAIN_WISH && d->r->global != GLOBAL_DIGIT;
    if (!wish && understand_answer(d->u, d->r, SLICE("choice"), d->out->slots) == 1) {
        conclude(d, "choose_number", "menu.choice");
        return true;
    }
    return false;
}

static bool decide_recruit(struct decision *d)
{
    int64_t n = numeral_whole(d->r->normal.low);
    struct slice low = d->r->normal.low;
    if (n == 1 || d->r->global == GLOBAL_YES || reading_is(d->r, PHRASE_JOIN, low, NULL)) {
        conclude(d, "sign_up", "recruit.yes");
        return true;
    }
    if (n == 2 || d->r->global == GLOBAL_NO || reading_is(d->r, PHRASE_NO_HERE, low, NULL)) {
        conclude(d, "deny", "recruit.no");
        return true;
    }
    if (n > 0 && understand_answer(d->u, d->r, SLICE("choice"), d->out->slots) == 1) {
        conclude(d, "choose_number", "recruit.choice");
        return true;
    }
    const struct candidate *c = best(d->r, d->context);
    if (c == NULL && d->r->entities.count > 0) {
        conclude_read(d, "sign_up", "recruit.dates");
        return true;
    }
    return false;
}

static bool decide_survey(struct decision *d)
{
    const struct candidate *c = best(d->r, d->context);
    if (d->r->normal.low.n == 0 && d->r->normal.mark == MARK_NONE) {
        return false;
    }
    if (c != NULL && (c->rule->priority >= STRONG_WISH || c->rule->intent->firm)) {
        return false;
    }
    survey_read(d->r, d->out->slots);
    conclude(d, "survey_answer", "survey.answer");
    return true;
}

static bool decide_name(struct decision *d)
{
    const struct candidate *c = best(d->r, d->context);
    if (c != NULL && c->rule->priority >= PLAIN_WISH &&
        strcmp(c->rule->intent->name, "register") != 0) {
        return false;
    }
    if (understand_answer(d->u, d->r, SLICE("person"), d->out->slots) == 1 &&
        json_object_get(d->out->slots, "name") != NULL) {
        conclude(d, "register", "reg_name.name");
        return true;
    }
    if (c == NULL && understand_answer(d->u, d->r, SLICE("name"), d->out->slots) == 1) {
        conclude(d, "register", "reg_name.name");
        return true;
    }
    json_object_clear(d->out->slots);
    return false;
}

static bool decide_id(struct decision *d)
{
    if (understand_answer(d->u, d->r, SLICE("id_number"), d->out->slots) == 1) {
        conclude_read(d, "register", "reg_id.number");
        return true;
    }
    return false;
}

static bool decide_report(struct decision *d)
{
    const struct candidate *c = best(d->r, d->context);
    if (c != NULL && c->rule->priority >= PLAIN_WISH) {
        return false;
    }
    const struct entity *date = slots_entity(d->r, ENTITY_DATE);
    json_t *probe = json_object();
    struct duration hours;
    if (date != NULL && slots_entity(d->r, ENTITY_LENGTH) == NULL &&
        duration_answer(slice_skip(d->r->normal.low, date->to), &hours) && hours.minutes > 0) {
        json_object_set_new(probe, "minutes", json_integer(hours.minutes)); /* 11.22 3.5 */
    }
    int read = understand_answer(d->u, d->r, SLICE("duration"), probe);
    if (read != 1) {
        read = understand_answer(d->u, d->r, SLICE("date.past"), probe);
    }
    if (read == 1) {
        conclude_read(d, "report_hours", "report.answer");
        if (json_object_get(d->out->slots, "minutes") == NULL) {
            json_object_update(d->out->slots, probe);
        }
    }
    json_decref(probe);
    return read == 1;
}

static bool decide_bind(struct decision *d)
{
    struct slice low = d->r->normal.low;
    size_t i = 0;
    int64_t code;
    if (understand_answer(d->u, d->r, SLICE("phone"), d->out->slots) == 1) {
        ptrdiff_t mark = slice_find(low, SLICE("码"));
        size_t at = mark < 0 ? low.n : (size_t)mark + 3;
        scan_any(low, &at, "是|:|为");
        scan_spaces(low, &at);
        size_t digits = scan_digits(low, &at, 8, &code);
        if (digits >= 4 && digits <= 6) {
            put(d, "code", json_stringn(low.p + at - digits, digits));
        }
        conclude(d, "bind_phone", "bind.phone");
        return true;
    }
    size_t n = scan_digits(low, &i, 8, &code);
    if (n >= 4 && n <= 6 && i == low.n) {
        put(d, "code", json_stringn(d->r->normal.text.p, n));
        conclude(d, "bind_phone", "bind.code");
        return true;
    }
    return false;
}

/* The short answers that mean something in one context only. */
static bool decide_context(struct decision *d)
{
    switch (d->context) {
    case CONTEXT_CONFIRM:
        return decide_confirm(d);
    case CONTEXT_MENU:
        return decide_menu(d);
    case CONTEXT_RECRUIT:
        return decide_recruit(d);
    case CONTEXT_SURVEY:
        return decide_survey(d);
    case CONTEXT_REG_NAME:
        return decide_name(d);
    case CONTEXT_REG_ID:
        return decide_id(d);
    case CONTEXT_REPORT:
        return decide_report(d);
    case CONTEXT_BIND:
        return decide_bind(d);
    default:
        return false;
    }
}

/* Two candidates that would change a record and differ only a little are never guessed between: the
 * order of the priorities decides among readings of one wish, the context among wishes. */
static void decide_rules(struct decision *d)
{
    const struct reading *r = d->r;
    const struct candidate *c = best(r, d->context);
    if (c == NULL && r->by_sound != NULL) {
        r = r->by_sound;
        c = best(r, d->context);
        d->out->by_homophone = c != NULL;
    }
    if (c != NULL) {
        conclude_rule(d, r, c);
    }
}

static void put_also(struct decision *d, const struct reading *r, const struct candidate *c)
{
    if (strcmp(c->rule->intent->name, "unknown") == 0) {
        return;
    }
    struct slot_call call = {
        .u = d->u, .r = r, .rule = c->rule, .match = &c->match, .looks = c->rule->intent->looks
    };
    json_t *slots = slots_read(&call, c->rule->intent->readers);
    d->out->also = json_pack("[{s:s, s:o}]", "intent", c->rule->intent->name, "slots", slots);
}

static bool comes_first(const struct candidate *c)
{
    return c != NULL && (c->rule->safety || strcmp(c->rule->intent->name, "opt_out") == 0);
}

/* Of two wishes danger and an opt-out come first, whichever was written first. */
static bool decide_urgent_second(struct decision *d)
{
    const struct reading *second = d->r->second;
    const struct candidate *c = best(d->r, CONTEXT_NONE);
    const struct candidate *urgent = second == NULL ? NULL : best(second, CONTEXT_NONE);
    if (!comes_first(urgent) || comes_first(c)) {
        return false;
    }
    conclude_rule(d, second, urgent);
    if (c != NULL) {
        put_also(d, d->r, c);
    }
    return true;
}

void understand_decide(const struct understander *u, const struct reading *r, enum context context,
                       struct understood *out)
{
    struct decision d = { u, r, context, out };
    *out = (struct understood){ .intent = "unknown", .why = "nothing", .slots = json_object() };
    if (decide_urgent_second(&d)) {
        return;
    }
    const struct candidate *c = best(r, context);
    enum trace_stage stage = TRACE_FIRST;
    if (c != NULL && (c->rule->safety || c->rule->priority >= SUBSCRIPTION)) {
        conclude_rule(&d, r, c);
    } else if (decide_word(&d)) {
        stage = TRACE_WORD;
    } else if (decide_context(&d)) {
        stage = TRACE_CONTEXT;
    } else {
        decide_rules(&d);
        stage = out->by_homophone                  ? TRACE_SOUND
                : strcmp(out->why, "nothing") != 0 ? TRACE_PATTERN
                                                   : TRACE_NOTHING;
    }
    if (r->trace != NULL) {
        r->trace->stage = stage;
        trace_slots(r->trace, out->slots, "answer", context_name(context));
    }
    const struct candidate *second = r->second == NULL ? NULL : best(r->second, CONTEXT_NONE);
    if (second != NULL) {
        put_also(&d, r->second, second);
    }
    json_t *also = json_object_get(out->slots, "also");
    if (also != NULL && out->also == NULL) {
        out->also = json_incref(also);
    }
    json_object_del(out->slots, "also");
}
