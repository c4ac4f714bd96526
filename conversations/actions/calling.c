/* Calling people for an activity by text: preview and sample, the number that confirms, the second
 * person, and stopping it (scripts 3.2). */
#include <string.h>

#include "conversations/actions/common.h"
#include "conversations/catalogue.h"
#include "conversations/render.h"
#include "gateway/base/json.h"
#include "gateway/base/segments.h"
#include "handlers/broadcasts.h"
#include "handlers/notify.h"
#include "handlers/organizations.h"
#include "handlers/roles.h"

enum { DAY_SECONDS = 86400, LATELY = 20 };

/* ---- which activity ---- */

static int calling_find(struct action_call *call)
{
    struct activity a = { 0 };
    int64_t code = action_number(call->slots, "activity_no", 0);
    int rc = action_get_activity(call, &a);
    if (rc == 0 && code > 0)
        rc = activity_by_code(call->service, code, &a);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return action_end(call, code > 0 ? "none" : "which");
    action_set_activity(call, &a);
    return action_end(call, a.state == ACTIVITY_DRAFT ? "draft" : "found");
}

/* ---- the text that is sent ---- */

static int segments_of(struct action_call *call, const char *message, const json_t *params)
{
    const struct account_terms *terms = call->service->terms;
    struct slice text;
    int rc = catalogue_render(call->catalogue, message, params, CHANNEL_SMS,
                              terms != NULL ? terms->signature : NULL, false, call->service->arena,
                              &text);
    return rc < 0 ? rc : segments_mainland(text);
}

/* Leaves out what an activity's own text tells as well, as long as that saves a segment. */
static int shorten(struct action_call *call, json_t *params)
{
    static const char *const spare[] = { "leader", "bring", NULL };
    int segments = segments_of(call, "recruit.call", params);
    for (int i = 0; segments > 1 && spare[i] != NULL; i++) {
        json_t *without = json_copy(params);
        json_put_slice(without, spare[i], SLICE(""));
        int fewer = segments_of(call, "recruit.call", without);
        if (fewer < 0 || fewer < segments) {
            json_object_update(params, without);
            segments = fewer;
        }
        json_decref(without);
    }
    return segments;
}

static int shared_segments(struct action_call *call, json_t *params)
{
    json_t *two = catalogue_with_two_names(call->catalogue, params);
    int segments = segments_of(call, "recruit.shared", two);
    json_decref(two);
    return segments;
}

/* The sample as it is sent but for the suffix, which would make it recruitment itself. */
static int put_sample(struct action_call *call, const json_t *params)
{
    struct rendering how = { .channel = CHANNEL_SMS };
    struct sbuf b;
    sbuf_init(&b, RENDER_MAX);
    int rc =
        render_message(catalogue_message(call->catalogue, SLICE("recruit.call")), params, &how, &b);
    if (rc == GW_OK)
        json_put_slice(call->slots, "sample", sbuf_slice(&b));
    sbuf_free(&b);
    if (rc < 0 || call->channel != CHANNEL_SMS)
        return rc;
    /* A reply is one text; the sample is the other of the one pair. */
    return notify_put(call->service, call->address->id, "broadcast.sample",
                      json_pack("{s:O}", "sample", json_object_get(call->slots, "sample")),
                      OUTBOX_REPLY, 0, 0, 0);
}

/* ---- preview ---- */

static void put_broadcast(json_t *slots, const struct broadcast *b)
{
    json_put_id(slots, "broadcast", b->id);
    json_put_int(slots, "code", b->code);
    json_put_int(slots, "called", b->called);
    json_put_int(slots, "spared", b->able - b->called);
    json_put_int(slots, "first", b->able < b->wave ? b->able : b->wave);
}

static int put_preview(struct action_call *call, const struct broadcast *b)
{
    struct broadcast_preview preview;
    int rc = broadcast_preview(call->service, b->id, call->address->id, &preview);
    if (rc < 0)
        return rc;
    json_t *params = broadcast_preview_params(b, &preview);
    json_object_update(call->slots, params);
    json_decref(params);
    return rc;
}

/* One word an outcome of broadcasts.h; those that need more are done where they arise. */
static const char *outcome_word(int outcome)
{
    static const char *const words[BROADCAST_OUTCOMES] = {
        [BROADCAST_OK] = "ok",
        [BROADCAST_UNCHANGED] = "already",
        [BROADCAST_COUNTING] = "counting",
        [BROADCAST_NEEDS_SECOND] = "second",
        [BROADCAST_WRONG_NUMBER] = "wrong",
        [BROADCAST_LOCKED] = "locked",
        [BROADCAST_SAME_PERSON] = "same_person",
        [BROADCAST_NO_SECOND] = "no_second",
        [BROADCAST_NOBODY] = "nobody",
        [BROADCAST_FORBIDDEN] = "forbidden",
        [BROADCAST_INCOMPLETE] = "incomplete",
        [BROADCAST_OUTSIDE] = "forbidden",
        [BROADCAST_PAST] = "past",
        [BROADCAST_NOT_OPEN] = "closed",
        [BROADCAST_SEATS_FULL] = "full",
        [BROADCAST_BUSY] = "busy",
        [BROADCAST_NOT_FOUND] = "expired",
        [BROADCAST_EXPIRED_DRAFT] = "expired",
        [BROADCAST_WRONG_STATE] = "expired",
    };
    return words[outcome];
}

/* What the wordings cannot do without: the count, or GW_E*. */
static int read_needs(struct action_call *call, struct slice *needs)
{
    const struct account_terms *terms = call->service->terms;
    const json_t *templates = terms != NULL ? terms->templates : NULL;
    int rc =
        catalogue_needs(call->catalogue, "recruit.call", templates, needs, 0, BROADCAST_NEEDS_MAX);
    return rc < 0 ? rc
                  : catalogue_needs(call->catalogue, "recruit.shared", templates, needs, rc,
                                    BROADCAST_NEEDS_MAX);
}

/* Of a wording that lacks something there is no text to measure. */
static int measure(struct action_call *call, json_t *params, struct broadcast_form *form)
{
    form->segments = form->shared_segments = 1;
    if (broadcast_lacks(form, params).n > 0)
        return GW_OK;
    int rc = form->segments = shorten(call, params);
    if (rc >= 0)
        rc = form->shared_segments = shared_segments(call, params);
    return rc < 0 ? rc : GW_OK;
}

/* One flag for what is lacking, so that the message names it in its own words. */
static void put_lacking(struct action_call *call, const struct broadcast_form *form,
                        const json_t *params)
{
    static const char *const known[] = { "title", "place", "bring", "risk", "leader", NULL };
    struct slice lacks = broadcast_lacks(form, params);
    const char *flag = "lack_other";
    for (int i = 0; known[i] != NULL; i++)
        if (slice_eq(lacks, slice_of(known[i])))
            flag = arena_str(call->service->arena,
                             arena_printf(call->service->arena, "lack_%s", known[i]));
    json_put_int(call->slots, flag, 1);
}

static int calling_draft(struct action_call *call)
{
    struct activity a = { 0 };
    struct broadcast b = { 0 };
    struct fault fault = { 0 };
    const struct account_terms *terms = call->service->terms;
    int rc = action_get_activity(call, &a);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "closed");
    struct slice needs[BROADCAST_NEEDS_MAX];
    json_t *params = broadcast_params(call->service, &a);
    struct broadcast_form form = { .activity = a.id,
                                   .params = params,
                                   .needs = needs,
                                   .price = terms != NULL ? terms->price : 0,
                                   .signed_pushes = terms != NULL && terms->signed_pushes };
    rc = form.need_count = read_needs(call, needs);
    if (rc >= 0)
        rc = measure(call, params, &form);
    if (rc >= 0)
        rc = broadcast_draft(call->service, call->address->id, &form, &b, &fault);
    if (rc == BROADCAST_OK || rc == BROADCAST_COUNTING || rc == BROADCAST_NOBODY ||
        rc == BROADCAST_BUSY)
        put_broadcast(call->slots, &b);
    const char *word = rc < 0 ? NULL : outcome_word(rc);
    /* A station may publish, but not spend money on texts. */
    if (rc == BROADCAST_FORBIDDEN && json_flag(call->slots, "_published", false))
        word = "published";
    if (rc == BROADCAST_OK || rc == BROADCAST_NOBODY) {
        int shown = put_preview(call, &b);
        rc = shown < 0 ? shown : rc;
    }
    if (rc == BROADCAST_OK || rc == BROADCAST_COUNTING) {
        int sampled = put_sample(call, params);
        rc = sampled < 0 ? sampled : rc;
    }
    if (rc == BROADCAST_INCOMPLETE)
        put_lacking(call, &form, params);
    json_decref(params);
    if (rc < 0)
        return rc;
    return word != NULL ? action_end(call, word) : GW_EINVAL;
}

/* ---- the number ---- */

/* Texts begin after the quiet hours: told together with the start. */
static void put_start(struct action_call *call, const struct broadcast *b)
{
    const struct service *s = call->service;
    struct activity a;
    json_put_int(call->slots, "seconds", s->policy->broadcast_recall_seconds);
    int64_t leaves = notify_daytime(s, b->due);
    if (leaves > b->due)
        notify_set_time(s, call->slots, "from_date", "from", leaves);
    if (activity_get(s, b->activity, &a) == 1)
        json_put_int(call->slots, "capacity", a.capacity);
}

/* Taken back by the digit that keeps it unsent; true when it is that and not the number itself. */
static bool keeps(const struct action_call *call, int64_t number)
{
    return number == BROADCAST_KEEP && json_int(call->slots, "confirm", 0) != BROADCAST_KEEP;
}

static int take_back(struct action_call *call, int64_t id, const char *outcome)
{
    struct broadcast b = { 0 };
    int rc = broadcast_stop(call->service, id, call->address->id, &b);
    if (rc < 0)
        return rc;
    if (rc == BROADCAST_OK)
        put_broadcast(call->slots, &b);
    bool had_begun = rc == BROADCAST_OK && b.state != BROADCAST_CANCELLED;
    return action_end(call, had_begun ? "already" : outcome);
}

/* Who began it learns that the second person let it start, or did not. */
static int tell_first(struct action_call *call, const struct broadcast *b, const char *message)
{
    struct role role = { 0 };
    int rc = role_any(call->service, call->address->id, POWER_BROADCAST, &role);
    if (rc < 0)
        return rc;
    json_t *params = json_object();
    json_put_int(params, "code", b->code);
    json_put_slice(params, "by", role.name);
    return notify_tell(call->service, b->organizer, message, params);
}

static int put_second(struct action_call *call, const struct broadcast *b)
{
    struct role role = { 0 };
    int rc = role_any(call->service, b->second, POWER_BROADCAST, &role);
    json_put_slice(call->slots, "by", role.name);
    return rc;
}

static int calling_confirm(struct action_call *call)
{
    struct broadcast b = { 0 };
    int64_t id = json_id(call->slots, "broadcast");
    int64_t number = action_number(call->slots, "number", -1);
    bool second = json_flag(call->slots, "_second", false);
    json_object_del(call->slots, "number");
    if (keeps(call, number) && !second)
        return take_back(call, id, "kept");
    if (keeps(call, number)) {
        int got = broadcast_get(call->service, id, &b);
        if (got == 1 && b.state == BROADCAST_SECOND)
            got = tell_first(call, &b, "broadcast.second_no");
        return got < 0 ? got : take_back(call, id, "kept");
    }
    int rc = broadcast_confirm(call->service, id, call->address->id, number, &b);
    if (rc < 0)
        return rc;
    put_broadcast(call->slots, &b);
    int more = 0;
    if (rc == BROADCAST_OK)
        put_start(call, &b);
    if (rc == BROADCAST_OK && second)
        more = tell_first(call, &b, "broadcast.second_yes");
    if (rc == BROADCAST_NEEDS_SECOND)
        more = put_second(call, &b);
    const char *word = outcome_word(rc);
    if (more < 0)
        return more;
    return word != NULL ? action_end(call, word) : GW_EINVAL;
}

/* 只存不发, in words. */
static int calling_words(struct action_call *call)
{
    static const char *const words[] = { "只存", "不发", "先不", "存着", "放着", "等等", NULL };
    struct slice text = call->reading ? reading_text(call->reading) : SLICE("");
    for (int i = 0; words[i] != NULL; i++)
        if (slice_find(text, slice_of(words[i])) >= 0)
            return take_back(call, json_id(call->slots, "broadcast"), "kept");
    return action_end(call, "wrong");
}

/* ---- 停 ---- */

/* The last one that this address sent and that ended within a day: 1, 0 or GW_E*. */
static int lately(struct action_call *call, struct broadcast *out)
{
    const struct service *s = call->service;
    struct broadcast *all = NULL;
    struct role role;
    int rc = role_any(s, call->address->id, POWER_BROADCAST, &role);
    int n = rc == 1 ? broadcasts_list(s, role.org, LATELY, &all) : rc;
    for (int i = 0; i < n; i++)
        if (all[i].organizer == call->address->id && all[i].ended_at > s->now - DAY_SECONDS) {
            *out = all[i];
            return 1;
        }
    return n < 0 ? n : 0;
}

/* Whether 停 is about a broadcast: one that is on its way, or with nothing else open one that ended
 * today, of which it is told so. Everybody else's 停 keeps its meaning. */
static int calling_sending(struct action_call *call)
{
    struct broadcast b = { 0 };
    int rc = broadcast_open_of(call->service, call->address->id, &b);
    if (rc == 1 && b.state >= BROADCAST_SECOND)
        return action_end(call, "pass");
    if (rc >= 0 && !json_flag(call->slots, "asked", false))
        rc = lately(call, &b);
    else if (rc > 0)
        rc = 0;
    return rc < 0 ? rc : action_end(call, rc == 1 ? "pass" : "none");
}

static int calling_halt(struct action_call *call)
{
    struct broadcast b = { 0 };
    int rc = broadcast_open_of(call->service, call->address->id, &b);
    if (rc < 0)
        return rc;
    if (rc == 0) {
        rc = lately(call, &b);
        if (rc < 0)
            return rc;
        put_broadcast(call->slots, &b);
        return action_end(call, rc == 1 ? "over" : "nothing");
    }
    rc = broadcast_stop(call->service, b.id, call->address->id, &b);
    if (rc < 0)
        return rc;
    put_broadcast(call->slots, &b);
    if (rc == BROADCAST_UNCHANGED)
        return action_end(call, "over");
    if (rc != BROADCAST_OK)
        return action_end(call, "nothing");
    return action_end(call, b.state == BROADCAST_CANCELLED || b.called == 0 ? "unsent" : "stopped");
}

const struct action calling_actions[] = {
    { "calling.find", calling_find, OUTCOMES("found", "draft", "none", "which") },
    { "calling.draft", calling_draft,
      OUTCOMES("ok", "published", "counting", "nobody", "incomplete", "forbidden", "past", "closed",
               "full", "busy") },
    { "calling.confirm", calling_confirm,
      OUTCOMES("ok", "kept", "already", "counting", "second", "wrong", "locked", "same_person",
               "no_second", "forbidden", "past", "closed", "full", "expired"),
      FINAL },
    { "calling.words", calling_words, OUTCOMES("kept", "already", "wrong") },
    { "calling.sending", calling_sending, OUTCOMES("pass", "none") },
    { "calling.halt", calling_halt, OUTCOMES("stopped", "unsent", "over", "nothing"), FINAL },
    { .name = NULL },
};
