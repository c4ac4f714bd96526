/* What `linli broadcast` prints. */
#include <inttypes.h>
#include <stdio.h>

#include "gateway/base/json.h"
#include "gateway/program/broadcast_cli.h"
#include "handlers/places.h"

enum { BAR_WIDTH = 40, YUAN = 100 };

/* ---- refusals ---- */

static const char *const refusals[BROADCAST_OUTCOMES] = {
    [BROADCAST_UNCHANGED] = "that was done before; nothing changed",
    [BROADCAST_WRONG_NUMBER] = "that is not the number shown; linli broadcast preview shows it",
    [BROADCAST_LOCKED] = "too many wrong numbers, the draft is gone; make a new one with draft",
    [BROADCAST_SAME_PERSON] = "a second person has to confirm it, with that person's --as",
    [BROADCAST_NO_SECOND] = "it needs a second person and nobody else has the power there; appoint "
                            "one with linli admin add",
    [BROADCAST_NOBODY] = "nobody of this audience can be called; widen it",
    [BROADCAST_FORBIDDEN] = "this person may not broadcast for that organization; linli admin list "
                            "shows who may",
    [BROADCAST_OUTSIDE] = "the activity or the audience belongs to another organization; name "
                          "places and organizations below your own",
    [BROADCAST_BAD_AUDIENCE] = "the audience is not one; see linli broadcast --help",
    [BROADCAST_INCOMPLETE] = "the wording needs what the activity does not say; fill it in there",
    [BROADCAST_BAD_FORM] = "a figure is out of range; see linli broadcast --help",
    [BROADCAST_PAST] = "the start is past, or too near for anybody to come",
    [BROADCAST_NOT_OPEN] = "the activity is not published, over or called off",
    [BROADCAST_SEATS_FULL] = "the activity has no place free, so nobody needs to be called",
    [BROADCAST_BUSY] = "another broadcast for this activity is under way; cancel it first",
    [BROADCAST_NOT_FOUND] = "there is no such broadcast or activity; linli broadcast list shows "
                            "them",
    [BROADCAST_EXPIRED_DRAFT] =
        "the draft was not confirmed in time, or was taken back; make a new "
        "one with draft",
    [BROADCAST_WRONG_STATE] = "it is not in a state for that; linli broadcast show tells which",
};

int broadcast_refuse(enum broadcast_outcome outcome, const struct broadcast *b, struct fault *fault)
{
    if (fault->code != 0)
        return fault->code;
    const char *text = outcome < BROADCAST_OUTCOMES ? refusals[outcome] : NULL;
    if (outcome == BROADCAST_COUNTING)
        text = "the audience is still being listed; ask again in a moment";
    if (b != NULL && b->id != 0)
        return fault_set(fault, GW_EINVAL, "broadcast %" PRId64 " (%s): %s", b->id,
                         broadcast_state_name(b->state), text != NULL ? text : "refused");
    return fault_set(fault, GW_EINVAL, "%s", text != NULL ? text : "refused");
}

/* ---- one broadcast ---- */

static void moment(int64_t at, struct zone zone, char out[32])
{
    out[0] = '-', out[1] = '\0';
    if (at != 0)
        civil_format_rfc3339(at, zone, out);
}

static void put_moment(json_t *o, const char *key, int64_t at, struct zone zone)
{
    char text[32];
    civil_format_rfc3339(at, zone, text);
    json_object_set_new(o, key, at != 0 ? json_string(text) : json_null());
}

static json_t *chart_json(const struct broadcast_preview *p)
{
    json_t *charts = json_object();
    for (int i = 0; i < CHARTS; i++) {
        json_t *bars = json_array();
        for (int k = 0; k < p->chart_count[i]; k++) {
            json_t *bar = json_object();
            json_put_id(bar, "key", p->chart[i][k].key);
            json_put_int(bar, "count", p->chart[i][k].count);
            json_array_append_new(bars, bar);
        }
        json_object_set_new(charts, broadcast_chart_name((enum broadcast_chart)i), bars);
    }
    return charts;
}

static json_t *preview_json(const struct broadcast_preview *p)
{
    json_t *o = json_object(), *out = json_object();
    json_put_int(o, "people", p->audience);
    json_put_int(o, "able", p->able);
    for (int i = 1; i < BROADCAST_REASONS; i++)
        if (p->out[i] > 0)
            json_put_int(out, broadcast_reason_name((enum broadcast_reason)i), p->out[i]);
    json_object_set_new(o, "out", out);
    json_put_int(o, "first", p->first);
    json_put_int(o, "segments", p->segments);
    json_put_int(o, "cost_fen", p->first_cost);
    json_put_int(o, "cost_all_fen", p->all_cost);
    if (p->confirm != 0)
        json_put_int(o, "confirm", p->confirm);
    json_object_set_new(o, "second_person", json_boolean(p->second_needed));
    json_object_set_new(o, "chart", chart_json(p));
    return o;
}

static json_t *broadcast_json(const struct broadcast *b, struct zone zone)
{
    json_t *o = json_object();
    json_put_id(o, "broadcast", b->id);
    json_put_int(o, "activity", b->code);
    json_object_set_new(o, "state", json_string(broadcast_state_name(b->state)));
    json_put_slice(o, "why", b->why);
    json_put_slice(o, "audience", b->audience);
    json_put_int(o, "listed", b->listed);
    json_put_int(o, "able", b->able);
    json_put_int(o, "called", b->called);
    json_put_int(o, "waves", b->waves);
    put_moment(o, "made", b->made_at, zone);
    put_moment(o, "begun", b->begun_at, zone);
    put_moment(o, "ended", b->ended_at, zone);
    put_moment(o, "due", b->due, zone);
    return o;
}

static void print_json(json_t *o)
{
    json_dumpf(o, stdout, JSON_COMPACT);
    printf("\n");
    json_decref(o);
}

static void print_bar_name(enum broadcast_chart chart, int64_t key)
{
    static const char *const channels[] = { "?", "sms", "wechat" };
    struct slice place = places_name(key);
    if (chart == CHART_TOWNSHIP && key != 0)
        printf("  %.*s", SLICE_ARG(place));
    else if (chart == CHART_TOWNSHIP)
        printf("  elsewhere");
    else if (chart == CHART_AGE)
        printf("  %" PRId64 "-%" PRId64, key, key + 9);
    else if (chart == CHART_CHANNEL)
        printf("  %s", channels[key > 0 && key < 3 ? key : 0]);
    else
        printf("  %" PRId64 " stars", key);
}

static void print_chart(const struct broadcast_preview *p, enum broadcast_chart chart)
{
    printf("%s\n", broadcast_chart_name(chart));
    for (int i = 0; i < p->chart_count[chart]; i++) {
        const struct broadcast_share *bar = &p->chart[chart][i];
        int width = p->able > 0 ? (int)(bar->count * BAR_WIDTH / p->able) : 0;
        print_bar_name(chart, bar->key);
        printf("\t%7" PRId64 " ", bar->count);
        for (int k = 0; k < width; k++)
            printf("#");
        printf("\n");
    }
}

static void print_preview(const struct broadcast_preview *p)
{
    printf("%" PRId64 " in the audience, %" PRId64 " can be called\n", p->audience, p->able);
    for (int i = 1; i < BROADCAST_REASONS; i++)
        if (p->out[i] > 0)
            printf("  left out: %-12s %7" PRId64 "\n",
                   broadcast_reason_name((enum broadcast_reason)i), p->out[i]);
    printf("first %" PRId64 ", %" PRId64 " segment%s each: %" PRId64 ".%02" PRId64
           " yuan; all: %" PRId64 ".%02" PRId64 " yuan\n",
           p->first, p->segments, p->segments == 1 ? "" : "s", p->first_cost / YUAN,
           p->first_cost % YUAN, p->all_cost / YUAN, p->all_cost % YUAN);
    for (int i = 0; i < CHARTS; i++)
        print_chart(p, (enum broadcast_chart)i);
    if (p->second_needed)
        printf("a second person has to confirm it too\n");
    if (p->confirm != 0)
        printf("confirm with the number %" PRId64 "\n", p->confirm);
}

void broadcast_print(const struct broadcast *b, const struct broadcast_preview *preview,
                     const struct slice *samples, struct zone zone, bool as_json)
{
    static const char *const channels[] = { "sms", "wechat" };
    if (as_json) {
        json_t *o = broadcast_json(b, zone);
        if (preview != NULL)
            json_object_update_new(o, preview_json(preview));
        for (int i = 0; samples != NULL && i < 2; i++)
            if (samples[i].n > 0)
                json_put_slice(o, channels[i], samples[i]);
        print_json(o);
        return;
    }
    broadcast_print_line(b, zone, false);
    if (b->due != 0) {
        char due[32];
        moment(b->due, zone, due);
        printf("%s until %s\n", broadcast_state_name(b->state), due);
    }
    printf("audience %.*s\n", SLICE_ARG(b->audience));
    for (int i = 0; samples != NULL && i < 2; i++)
        if (samples[i].n > 0)
            printf("%s: %.*s\n", channels[i], SLICE_ARG(samples[i]));
    if (preview != NULL)
        print_preview(preview);
}

void broadcast_print_line(const struct broadcast *b, struct zone zone, bool as_json)
{
    char made[32];
    if (as_json) {
        print_json(broadcast_json(b, zone));
        return;
    }
    moment(b->made_at, zone, made);
    printf("%" PRId64 "  activity %" PRId64 "  %-9s %.*s  %" PRId64 " listed, %" PRId64
           " can be called, %" PRId64 " called  %s\n",
           b->id, b->code, broadcast_state_name(b->state), SLICE_ARG(b->why), b->listed, b->able,
           b->called, made);
}

/* ---- the result ---- */

static json_t *result_json(const struct broadcast *b, const struct broadcast_result *r)
{
    json_t *o = json_object(), *failures = json_object(), *variants = json_array();
    const struct {
        const char *key;
        int64_t value;
    } figures[] = {
        { "called", r->called },           { "sent", r->sent },
        { "delivered", r->delivered },     { "unreported", r->unreported },
        { "failed", r->failed },           { "uncertain", r->uncertain },
        { "withdrawn", r->withdrawn },     { "waiting", r->waiting },
        { "segments", r->segments },       { "cost_fen", r->cost },
        { "replies", r->replies },         { "signups", r->signups },
        { "queued", r->queued },           { "opt_outs", r->opt_outs },
        { "spared", b->able - r->called },
    };
    json_put_id(o, "broadcast", b->id);
    json_put_int(o, "activity", b->code);
    json_object_set_new(o, "state", json_string(broadcast_state_name(b->state)));
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        json_put_int(o, figures[i].key, figures[i].value);
    for (int i = 0; i < r->failure_count; i++) {
        char reason[128];
        snprintf(reason, sizeof reason, "%.*s", SLICE_ARG(r->failures[i].reason));
        json_put_int(failures, reason, r->failures[i].count);
    }
    json_object_set_new(o, "failures", failures);
    for (int i = 0; i < b->variants; i++)
        json_array_append_new(variants, json_pack("{s:I, s:I, s:I}", "called",
                                                  (json_int_t)r->variant[i].called, "replies",
                                                  (json_int_t)r->variant[i].replies, "signups",
                                                  (json_int_t)r->variant[i].signups));
    json_object_set_new(o, "wordings", variants);
    return o;
}

void broadcast_print_result(const struct broadcast *b, const struct broadcast_result *r,
                            bool as_json)
{
    if (as_json) {
        print_json(result_json(b, r));
        return;
    }
    printf("activity %" PRId64 ", %s: called %" PRId64 ", %" PRId64 " not bothered\n", b->code,
           broadcast_state_name(b->state), r->called, b->able - r->called);
    printf("delivered %" PRId64 ", sent without a report %" PRId64 ", failed %" PRId64
           ", uncertain %" PRId64 ", withdrawn %" PRId64 ", waiting %" PRId64 "\n",
           r->delivered, r->unreported, r->failed, r->uncertain, r->withdrawn, r->waiting);
    for (int i = 0; i < r->failure_count; i++)
        printf("  failed: %.*s %" PRId64 "\n", SLICE_ARG(r->failures[i].reason),
               r->failures[i].count);
    printf("replies %" PRId64 ", signed up %" PRId64 ", waiting list %" PRId64
           ", opted out %" PRId64 "\n",
           r->replies, r->signups, r->queued, r->opt_outs);
    printf("%" PRId64 " segments, %" PRId64 ".%02" PRId64 " yuan\n", r->segments, r->cost / YUAN,
           r->cost % YUAN);
    for (int i = 0; b->variants > 1 && i < b->variants; i++)
        printf("wording %d: called %" PRId64 ", replies %" PRId64 ", signed up %" PRId64 "\n",
               i + 1, r->variant[i].called, r->variant[i].replies, r->variant[i].signups);
}
