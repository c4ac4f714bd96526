/* Somebody who was not seen: what they say, what the leader decides, another look. */
#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/attendance.h"
#include "handlers/notify.h"

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

static int noshow_settle(struct action_call *call)
{
    return by_volunteer(call, attendance_settle);
}

static int noshow_appeal(struct action_call *call)
{
    return by_volunteer(call, attendance_appeal);
}

static int noshow_object(struct action_call *call)
{
    struct attendance_dispute d = { 0 };
    int64_t person = 0;
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
