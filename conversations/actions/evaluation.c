/* The recipient's word on a service, by text or on paper (scripts 1.10, domain.md M45). */
#include "handlers/evaluations.h"

#include "conversations/actions/common.h"
#include "gateway/base/json.h"

static enum evaluation_method method_of(const struct action_call *call)
{
    return call->channel == CHANNEL_SMS ? EVALUATION_SMS : EVALUATION_WECHAT;
}

static int recipient_rate(struct action_call *call)
{
    enum { GOOD = 4, FAIR = 3 };
    const struct service *s = call->service;
    struct request r = { 0 };
    struct task task = { 0 };
    int64_t request = json_id(call->slots, "request"), rating = json_int(call->slots, "rating", 0);
    bool absent = json_flag(call->slots, "absent", false);
    int rc = absent ? evaluation_absent(s, request, call->address->id, action_words(call),
                                        method_of(call), &r, &task)
                    : evaluation_answer(s, request, call->address->id, (int)rating,
                                        action_words(call), method_of(call), &r);
    if (rc < 0)
        return rc;
    if (rc == EVALUATION_GONE)
        return action_end(call, "gone");
    json_put_slice(call->slots, "duty", task.duty_name);
    json_put_slice(call->slots, "org", task.duty_org);
    json_put_int(call->slots, "good", rating >= GOOD);
    json_put_int(call->slots, "fair", rating == FAIR);
    json_put_int(call->slots, "bad", rating < FAIR);
    if (rc == EVALUATION_UNCHANGED)
        return action_end(call, "unchanged");
    return action_end(call, absent ? "absent" : "rated");
}

/* 5分 in the text of the worker; without one the value that is shown and may be changed. */
static int rating_in(const struct action_call *call)
{
    struct slice text = call->reading ? reading_text(call->reading) : SLICE("");
    ptrdiff_t at = slice_find(text, SLICE("分"));
    char c = at > 0 ? text.p[at - 1] : 0;
    return c >= '1' && c <= '5' ? c - '0' : (int)call->service->policy->quality_default;
}

static int evaluation_sign(struct action_call *call)
{
    const struct service *s = call->service;
    struct activity a = { 0 };
    struct request r = { 0 };
    json_t *read = json_object();
    int64_t number = action_number(call->slots, "n", 0);
    bool request = json_slice(call->slots, "kind").n > 0;
    int rc = understand_answer(call->understander, call->reading, SLICE("paper"), read);
    struct slice reference = arena_dup(s->arena, json_slice(read, "paper"));
    bool stamped = json_flag(read, "stamped", false);
    json_decref(read);
    json_put_int(call->slots, "number", number);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "paper");
    rc = request ? request_by_number(s, number, &r) : activity_by_code(s, number, &a);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "gone");
    const struct evaluation_paper p = { .by = call->address->id,
                                        .activity = a.id,
                                        .request = r.id,
                                        .reference = reference,
                                        .stamped = stamped,
                                        .rating = rating_in(call) };
    rc = evaluation_paper(s, &p);
    if (rc < 0)
        return rc;
    json_put_slice(call->slots, "reference", reference);
    json_put_int(call->slots, "stamped", stamped);
    json_put_int(call->slots, "rating", p.rating);
    json_put_slice(call->slots, "title", request ? r.service : a.title);
    return action_end(call, evaluation_outcome_name((enum evaluation_outcome)rc));
}

const struct action evaluation_actions[] = {
    { "recipient.rate", recipient_rate, OUTCOMES("rated", "absent", "unchanged", "gone"), FINAL },
    { "evaluation.sign", evaluation_sign,
      OUTCOMES("done", "unchanged", "gone", "forbidden", "paper"), FINAL },
    { .name = NULL },
};
