/* Somebody who was not seen: what they say, what the leader decides, another look. */
#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "handlers/attendance.h"
#include "handlers/notify.h"

enum { DETAIL_LEAST = 3, DETAIL_MOST = 8 }; /* characters: 在后街扫 */

/* The person a question was about; without one, who writes. 1, 0 or GW_E*. */
static int find_person(struct action_call *call, int64_t *person)
{
    struct person me;
    *person = json_id(call->slots, "volunteer");
    if (*person != 0)
        return 1;
    int rc = action_person(call, &me);
    *person = me.id;
    return rc;
}

static void describe(struct action_call *call, const struct attendance_dispute *d)
{
    json_put_slice(call->slots, "name", d->name);
    json_put_slice(call->slots, "activity", d->title);
    json_put_slice(call->slots, "leader", d->leader);
    json_put_int(call->slots, "minutes", d->minutes);
    json_put_int(call->slots, "number", d->number);
    json_put_int(call->slots, "days", call->service->policy->objection_days);
    json_put_int(call->slots, "final", d->final);
    json_put_slice(call->slots, "above", d->above);
    notify_set_day(call->slots, "date", d->day);
}

static int end_of(struct action_call *call, int rc, const struct attendance_dispute *d)
{
    if (rc < 0)
        return rc;
    if (rc == ATTENDANCE_DISPUTE_DONE || rc == ATTENDANCE_DISPUTE_UNCHANGED)
        describe(call, d);
    return action_end(call, attendance_dispute_outcome_name((enum attendance_dispute_outcome)rc));
}

/* What becomes of a question the leader cannot decide on is the same for the volunteer: nothing. */
static const char *own_outcome(int rc)
{
    return rc == ATTENDANCE_DISPUTE_DONE        ? "done"
           : rc == ATTENDANCE_DISPUTE_UNCHANGED ? "unchanged"
                                                : "none";
}

static int by_volunteer(struct action_call *call,
                        int (*run)(const struct service *s, int64_t person, int64_t activity,
                                   struct attendance_dispute *out))
{
    struct attendance_dispute d = { 0 };
    int64_t person = 0;
    int rc = find_person(call, &person);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "none");
    rc = run(call->service, person, json_id(call->slots, "activity_id"), &d);
    if (rc == ATTENDANCE_DISPUTE_DONE || rc == ATTENDANCE_DISPUTE_UNCHANGED)
        describe(call, &d);
    return rc < 0 ? rc : action_end(call, own_outcome(rc));
}

/* 那是礼拜五: what was done on another day may be told in a text of its own. */
static int note_other_day(struct action_call *call)
{
    json_t *read = json_object();
    int rc = call->reading
                 ? understand_answer(call->understander, call->reading, SLICE("date.past"), read)
                 : 0;
    struct slice day = json_slice(read, "date"), own = json_slice(call->slots, "date");
    json_object_del(call->slots, "other");
    if (rc == 1 && day.n > 0 && !slice_eq(day, own))
        json_object_set(call->slots, "other", json_object_get(read, "date"));
    json_decref(read);
    return rc < 0 ? rc : GW_OK;
}

static int noshow_settle(struct action_call *call)
{
    int rc = note_other_day(call);
    return rc < 0 ? rc : by_volunteer(call, attendance_settle);
}

static int noshow_appeal(struct action_call *call)
{
    return by_volunteer(call, attendance_appeal);
}

/* 我克了的嘛 在后街扫: where they say they were, to be said back. */
static void note_detail(struct action_call *call)
{
    struct slice part, rest = action_words(call);
    json_object_del(call->slots, "detail");
    while (slice_next(&rest, ' ', &part))
        if (slice_starts(part, SLICE("在")) && utf8_count(part) >= DETAIL_LEAST &&
            utf8_count(part) <= DETAIL_MOST)
            json_put_slice(call->slots, "detail", arena_dup(call->service->arena, part));
}

static int noshow_object(struct action_call *call)
{
    struct attendance_dispute d = { 0 };
    int64_t person = 0;
    note_detail(call);
    int rc = find_person(call, &person);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "none");
    rc = attendance_object(call->service, person, json_id(call->slots, "activity_id"),
                           action_words(call), &d);
    if (rc == ATTENDANCE_DISPUTE_DONE || rc == ATTENDANCE_DISPUTE_UNCHANGED)
        describe(call, &d);
    return rc < 0 ? rc : action_end(call, own_outcome(rc));
}

/* Came or not, as it was read; the words that open a flow by themselves say "again". */
static int noshow_answer(struct action_call *call)
{
    return action_end(call, json_flag(call->slots, "came", false) ? "came" : "absent");
}

/* 补17 and 不补17 name their number; an answer without one is about who was asked about. */
static int noshow_review(struct action_call *call)
{
    struct attendance_dispute d = { 0 };
    int64_t asked = json_int(call->slots, "number", 0), n = json_int(call->slots, "n", asked);
    bool give = slice_eq(json_slice(call->slots, "decision"), SLICE("approve"));
    struct slice reason = json_slice(call->slots, "reason");
    json_put_int(call->slots, "number", n);
    if (n <= 0)
        return action_end(call, "none");
    if (!give && reason.n == 0)
        return action_end(call, "reason");
    int64_t activity = n == asked ? json_id(call->slots, "activity_id") : 0;
    int rc =
        attendance_review(call->service, call->address->id, activity, (int)n, give, reason, &d);
    if (rc != ATTENDANCE_DISPUTE_DONE)
        return end_of(call, rc, &d);
    describe(call, &d);
    return action_end(call, give ? "given" : "refused");
}

const struct action noshow_actions[] = {
    { "noshow.answer", noshow_answer, OUTCOMES("came", "absent") },
    { "noshow.object", noshow_object, OUTCOMES("done", "unchanged", "none"), FINAL },
    { "noshow.settle", noshow_settle, OUTCOMES("done", "unchanged", "none"), FINAL },
    { "noshow.appeal", noshow_appeal, OUTCOMES("done", "unchanged", "none"), FINAL },
    { "noshow.review", noshow_review,
      OUTCOMES("given", "refused", "reason", "unchanged", "none", "not_allowed", "own",
               "incomplete"),
      FINAL },
    { .name = NULL },
};
