/* linli broadcast: calls people for an activity, as an organizer does by text. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/json.h"
#include "gateway/base/segments.h"
#include "gateway/program/broadcast_cli.h"
#include "gateway/program/command.h"
#include "gateway/program/progress.h"
#include "handlers/roles.h"

enum { CODE_LAST = 9999, LIST = 50 };

/* A broadcast by its id or by its activity's number: 1, 0 when refused, or GW_E*. */
static int find_broadcast(const struct service *s, struct broadcast_call *call, const char *given)
{
    int64_t n = 0;
    struct activity a;
    int rc = given != NULL && slice_to_int(slice_of(given), &n) == GW_OK ? 1 : 0;
    if (rc == 1 && n > CODE_LAST)
        rc = broadcast_get(s, n, &call->b);
    else if (rc == 1) {
        rc = activity_by_code(s, n, &a);
        if (rc == 1)
            rc = broadcast_of_activity(s, a.id, &call->b);
    }
    if (rc == 0)
        broadcast_refuse_call(call, BROADCAST_NOT_FOUND);
    call->id = call->b.id;
    return rc;
}

/* ---- draft ---- */

/* What the wordings cannot do without; 1, 0 when refused, or GW_E*. */
static int read_needs(struct broadcast_call *call, struct broadcast_form *f, struct slice *needs)
{
    const struct account_terms terms = installation_terms(call->in);
    const char *ids[] = { "recruit.call", "recruit.shared", call->second_wording };
    int rc = 0;
    for (size_t i = 0; rc >= 0 && i < sizeof ids / sizeof *ids; i++) {
        if (ids[i] != NULL)
            rc = catalogue_needs(call->in->catalogue, ids[i], terms.templates, needs, rc,
                                 BROADCAST_NEEDS_MAX);
        if (rc == GW_ENOTFOUND)
            return broadcast_refuse_words(call, "there is no wording '%s'; linli check lists them",
                                          ids[i]);
        if (rc == GW_ETOOBIG)
            return broadcast_refuse_words(call, "the wording '%s' needs more than %d parameters",
                                          ids[i], BROADCAST_NEEDS_MAX);
    }
    f->needs = needs;
    f->need_count = rc < 0 ? 0 : rc;
    return rc < 0 ? rc : 1;
}

/* Segments of a text with these parameters, or GW_E*. */
static int segments_of(struct broadcast_call *call, const char *signature, const char *message,
                       const json_t *params)
{
    struct slice text;
    int rc = catalogue_render(call->in->catalogue, message, params, CHANNEL_SMS, signature, false,
                              &call->arena, &text);
    if (rc == GW_EINVAL)
        return broadcast_refuse_words(
            call, "the wording '%s' shows something in a form it does not have", message);
    return rc < 0 ? rc : segments_mainland(text);
}

/* Fills in what the wording says; 1, 0 when refused, or GW_E*. Of one that lacks something there is
 * no text to measure: the draft is refused by what is lacking. */
static int measure(struct broadcast_call *call, json_t *params, struct broadcast_form *f)
{
    f->segments = f->shared_segments = 1;
    if (broadcast_lacks(f, params).n > 0)
        return 1;
    const struct account_terms terms = installation_terms(call->in);
    const char *signature = terms.signature;
    const char *second = call->second_wording;
    f->price = terms.price;
    int rc = f->segments = segments_of(call, signature, "recruit.call", params);
    if (rc > 0 && second != NULL) {
        f->message[1] = f->shared[1] = slice_of(second);
        rc = segments_of(call, signature, second, params);
        f->segments = rc > f->segments ? rc : f->segments;
    }
    if (rc <= 0)
        return rc;
    json_t *two = catalogue_with_two_names(call->in->catalogue, params);
    rc = f->shared_segments = segments_of(call, signature, "recruit.shared", two);
    json_decref(two);
    return rc > 0 ? 1 : rc;
}

static int read_start(struct broadcast_call *call, struct broadcast_form *f)
{
    if (call->start != NULL && civil_parse_rfc3339(slice_of(call->start), &f->start_at) != GW_OK)
        return broadcast_refuse_words(
            call, "--start: '%s' is not a moment like 2026-11-26T14:00:00+08:00", call->start);
    f->spread_minutes = call->spread;
    f->wave = call->wave;
    f->signed_pushes = true; /* nobody else writes here */
    return 1;
}

static int draft_for(const struct service *s, struct broadcast_call *call, int64_t organizer,
                     const struct activity *a)
{
    struct broadcast_form f = { .activity = a->id };
    struct slice needs[BROADCAST_NEEDS_MAX];
    struct role role;
    json_t *audience = NULL;
    int rc = broadcast_org(s, call, call->org, &f.org);
    if (rc == 1)
        rc = role_may(s, organizer, POWER_BROADCAST, f.org ? f.org : a->org, &role);
    if (rc <= 0)
        return rc < 0 || call->refused.code ? rc : broadcast_refuse_call(call, BROADCAST_FORBIDDEN);
    rc = broadcast_audience(s, call, f.org ? f.org : role.org, &audience);
    json_t *params = broadcast_params(s, a);
    if (rc == 1)
        rc = read_start(call, &f);
    if (rc == 1)
        rc = read_needs(call, &f, needs);
    if (rc == 1)
        rc = measure(call, params, &f);
    f.audience = audience;
    f.params = params;
    if (rc == 1) {
        rc = broadcast_draft(s, organizer, &f, &call->b, &call->refused);
        call->outcome = rc;
        call->id = call->b.id;
        if (rc > BROADCAST_OK && rc != BROADCAST_COUNTING)
            broadcast_refuse_call(call, rc);
    }
    json_decref(params);
    json_decref(audience);
    return rc < 0 ? rc : GW_OK;
}

static int draft(const struct service *s, void *context)
{
    struct broadcast_call *call = context;
    struct activity a;
    int64_t organizer, code = 0;
    int rc = broadcast_organizer(s, call, &organizer);
    if (rc <= 0)
        return rc;
    rc = slice_to_int(slice_of(broadcast_word(call, 1)), &code) == GW_OK
             ? activity_by_code(s, code, &a)
             : 0;
    if (rc <= 0)
        return rc < 0 ? rc : broadcast_refuse_call(call, BROADCAST_NOT_FOUND);
    return draft_for(s, call, organizer, &a);
}

/* How many there are to look at, for the progress bar. */
static int count_reach(const struct service *s, struct broadcast_call *call)
{
    struct organization org;
    struct volunteer_counts counts = { 0 };
    int rc = broadcast_get(s, call->id, &call->b);
    if (rc == 1)
        rc = org_get(s, call->b.org, &org);
    if (rc == 1)
        rc = volunteers_count(s, org.area, &counts);
    call->all = counts.active;
    return rc;
}

static int count_step(const struct service *s, void *context)
{
    struct broadcast_call *call = context;
    int rc = call->all == 0 ? count_reach(s, call) : 0;
    int more = rc < 0 ? rc : broadcast_count_step(s, call->id);
    if (more >= 0)
        rc = broadcast_get(s, call->id, &call->b);
    return more < 0 ? more : rc < 0 ? rc : more;
}

/* ---- looking ---- */

/* The text as each channel gets it; empty where it has none. */
static int render_samples(const struct service *s, struct broadcast_call *call,
                          struct slice samples[2])
{
    struct activity a;
    const struct account_terms terms = installation_terms(call->in);
    int rc = activity_get(s, call->b.activity, &a);
    if (rc <= 0)
        return rc;
    json_t *params = broadcast_params(s, &a);
    for (int i = 0; i < 2; i++) {
        rc = catalogue_render(call->in->catalogue, "recruit.call", params,
                              i == 0 ? CHANNEL_SMS : CHANNEL_WECHAT, terms.signature, false,
                              s->arena, &samples[i]);
        if (rc < 0)
            samples[i] = (struct slice){ 0 };
    }
    json_decref(params);
    return 1;
}

/* With --as the number to be typed is shown, else the server's own look without it. */
static int show(const struct service *s, void *context)
{
    struct broadcast_call *call = context;
    struct broadcast_preview p;
    int64_t address = 0;
    char id[24];
    snprintf(id, sizeof id, "%" PRId64, call->id);
    int rc = call->as != NULL ? broadcast_organizer(s, call, &address) : 1;
    if (rc == 1)
        rc = find_broadcast(s, call, call->id != 0 ? id : broadcast_word(call, 1));
    if (rc <= 0)
        return rc;
    rc = broadcast_preview(s, call->id, address ? address : call->b.organizer, &p);
    if (rc < 0 || (rc != BROADCAST_OK && rc != BROADCAST_COUNTING))
        return rc < 0 ? rc : broadcast_refuse_call(call, rc);
    call->outcome = rc;
    if (rc == BROADCAST_COUNTING && address != 0)
        return GW_OK; /* the rest is listed first */
    if (address == 0)
        p.confirm = 0;
    struct slice samples[2] = { { 0 } };
    rc = render_samples(s, call, samples);
    if (rc >= 0)
        broadcast_print(&call->b, &p, samples, s->zone, call->as_json);
    return rc < 0 ? rc : GW_OK;
}

static int list(const struct service *s, void *context)
{
    struct broadcast_call *call = context;
    struct broadcast *all;
    int64_t org = 0;
    int rc = broadcast_org(s, call, call->org, &org);
    int n = rc <= 0 ? rc : broadcasts_list(s, org, (int)call->limit, &all);
    for (int i = 0; i < n; i++)
        broadcast_print_line(&all[i], s->zone, call->as_json);
    if (n == 0 && rc == 1 && !call->as_json)
        printf("no broadcasts\n");
    return n < 0 ? n : GW_OK;
}

static int result(const struct service *s, void *context)
{
    struct broadcast_call *call = context;
    struct broadcast_result r;
    int rc = find_broadcast(s, call, broadcast_word(call, 1));
    if (rc <= 0)
        return rc;
    rc = broadcast_result(s, call->id, &r);
    if (rc >= 0)
        broadcast_print_result(&call->b, &r, call->as_json);
    return rc < 0 ? rc : GW_OK;
}

/* ---- doing ---- */

static int finish(struct broadcast_call *call, const struct service *s, int rc)
{
    call->outcome = rc;
    if (rc < 0)
        return rc;
    if (rc != BROADCAST_OK && rc != BROADCAST_NEEDS_SECOND && rc != BROADCAST_UNCHANGED)
        return broadcast_refuse_call(call, rc);
    broadcast_print(&call->b, NULL, NULL, s->zone, call->as_json);
    if (!call->as_json && rc == BROADCAST_NEEDS_SECOND)
        printf("a second person was asked and has to confirm it too\n");
    if (!call->as_json && rc == BROADCAST_OK && call->b.state == BROADCAST_RECALL)
        printf("until then: linli broadcast cancel %" PRId64 "\n", call->id);
    return GW_OK;
}

static int confirm(const struct service *s, void *context)
{
    struct broadcast_call *call = context;
    int64_t address, number = 0;
    int rc = broadcast_organizer(s, call, &address);
    if (rc == 1)
        rc = find_broadcast(s, call, broadcast_word(call, 1));
    if (rc <= 0)
        return rc;
    if (slice_to_int(slice_of(broadcast_word(call, 2)), &number) != GW_OK)
        return broadcast_refuse_call(call, BROADCAST_WRONG_NUMBER);
    return finish(call, s, broadcast_confirm(s, call->id, address, number, &call->b));
}

/* Pause, resume and cancel differ in the handler alone. */
static int change(const struct service *s, struct broadcast_call *call,
                  int (*run)(const struct service *s, int64_t id, int64_t address,
                             struct broadcast *out))
{
    int64_t address;
    int rc = broadcast_organizer(s, call, &address);
    if (rc == 1)
        rc = find_broadcast(s, call, broadcast_word(call, 1));
    return rc <= 0 ? rc : finish(call, s, run(s, call->id, address, &call->b));
}

static int pause_it(const struct service *s, void *context)
{
    return change(s, context, broadcast_pause);
}

static int resume_it(const struct service *s, void *context)
{
    return change(s, context, broadcast_resume);
}

static int cancel_it(const struct service *s, void *context)
{
    return change(s, context, broadcast_stop);
}

/* ---- the command ---- */

static const struct {
    const char *name;
    int words; /* that stand behind it at least */
    bool writes;
    int (*run)(const struct service *s, void *context);
} verbs[] = {
    { "list", 0, false, list },       { "show", 1, true, show },
    { "preview", 1, true, show },     { "draft", 1, true, draft },
    { "confirm", 2, true, confirm },  { "pause", 1, true, pause_it },
    { "resume", 1, true, resume_it }, { "cancel", 1, true, cancel_it },
    { "result", 1, false, result },   { "audiences", 0, true, broadcast_audiences },
};

/* Lists what the draft did not, as the gateway's timer would, and shows the preview. */
static int count_all(struct installation *in, struct broadcast_call *call, struct fault *fault)
{
    struct progress progress;
    int rc = call->outcome == BROADCAST_COUNTING;
    progress_begin(&progress, "broadcast");
    while (rc > 0) {
        rc = installation_transact(in, installation_clock(), NULL, count_step, call, fault);
        progress_show(&progress, call->b.seen, call->all);
    }
    progress_end(&progress);
    if (rc == GW_OK && call->all != 0 && call->b.able == 0)
        return broadcast_refuse_call(call, BROADCAST_NOBODY);
    if (rc == GW_OK)
        rc = installation_transact(in, installation_clock(), &call->arena, show, call, fault);
    return rc;
}

static int run_verb(struct installation *in, struct broadcast_call *call, struct fault *fault)
{
    const char *name = call->line.word_count > 0 ? call->line.words[0] : "";
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(name, verbs[i].name) != 0)
            continue;
        if (call->line.word_count <= verbs[i].words)
            return fault_set(fault, GW_EINVAL, "%s needs %d more; see linli broadcast --help", name,
                             verbs[i].words + 1 - call->line.word_count);
        int rc = verbs[i].writes
                     ? installation_transact(in, installation_clock(), &call->arena, verbs[i].run,
                                             call, fault)
                     : installation_look(in, installation_clock(), verbs[i].run, call, fault);
        bool unfinished =
            verbs[i].run == show && call->outcome == BROADCAST_COUNTING && call->as != NULL;
        if (rc >= 0 && call->refused.code == 0 && (verbs[i].run == draft || unfinished))
            rc = count_all(in, call, fault);
        return rc;
    }
    return fault_set(fault, GW_EINVAL,
                     "say list, show, draft, preview, confirm, pause, resume, cancel, result or "
                     "audiences; see linli broadcast --help");
}

static const char usage[] =
    "broadcast list | show ID | draft CODE --as PHONE | preview ID --as PHONE |\n"
    "       linli broadcast confirm ID NUMBER --as PHONE | pause ID | resume ID | cancel ID | "
    "result ID |\n"
    "       linli broadcast audiences [list | save NAME | delete NAME] --org O";
static const char about[] =
    "Calls people for an activity, in waves, until it is full. draft lists the audience and shows "
    "who can\nbe called, who is left out and why, and what it costs; confirm takes the number shown. "
    "Sixty seconds\nlater the first wave goes, from the running gateway. ID is a broadcast's number "
    "or its activity's.\nWithout conditions the township of the activity is proposed; --everybody "
    "needs a second person.";

int command_broadcast(int argc, char **argv)
{
    const char *dir = NULL, *config = NULL;
    struct broadcast_call call = { .limit = LIST };
    const struct command_option options[] = {
        { "--as", "PHONE", "the organizer who acts", .text = &call.as },
        { "--org", "O", "the organization acted for (default: where the power is held)",
          .text = &call.org },
        { "--audience", "NAME", "a saved audience", .text = &call.audience },
        { "--area", "A,B", "places by name or code, and all below", .text = &call.area },
        { "--of-org", "O", "people of an organization; of a team who served with it",
          .text = &call.of_org },
        { "--skill", "TEXT", "their skills hold it", .text = &call.skill },
        { "--free", "TEXT", "the times they are free hold it", .text = &call.free },
        { "--theme", "TEXT", "served in such a field", .text = &call.theme },
        { "--took-part", "CODE", "took part in an activity", .number = &call.took_part },
        { "--trained", "TEXT", "trained in it in the last two years", .text = &call.trained },
        { "--star", "N", "at least so many stars, 1 to 5", .number = &call.star },
        { "--age", "A-B", "whole years, e.g. 18-59 or 60-", .text = &call.age },
        { "--channel", "C", "sms or wechat", .text = &call.channel },
        { "--everybody", NULL, "no condition at all", .flag = &call.everybody },
        { "--start", "T", "not before this moment, RFC 3339", .text = &call.start },
        { "--spread", "MIN", "a wave leaves evenly over so many minutes", .number = &call.spread },
        { "--wave", "N", "people a wave (default: policy.broadcast_wave)", .number = &call.wave },
        { "--compare", "ID", "half get this wording instead of recruit.call",
          .text = &call.second_wording },
        { "--limit", "N", "list: at most so many (default 50)", .number = &call.limit },
        { "--data-dir", "D", "data folder (default linli-data)", .text = &dir },
        { "--config", "F", "configuration file", .text = &config },
        { "--json", NULL, "JSON objects, one a line", .flag = &call.as_json },
        { NULL },
    };
    int rc = command_parse(argc, argv, usage, about, options, &call.line);
    if (rc != GW_OK)
        return rc < 0 ? 2 : 0;
    struct fault fault = { 0 };
    struct installation in;
    call.in = &in;
    rc = installation_open(config, dir, INSTALLATION_CATALOGUE, &in, &fault);
    if (rc == GW_OK)
        rc = run_verb(&in, &call, &fault);
    arena_free(&call.arena);
    installation_close(&in);
    if (call.refused.code != 0)
        return command_fail("broadcast", &call.refused);
    return rc < 0 ? command_fail("broadcast", &fault) : 0;
}
