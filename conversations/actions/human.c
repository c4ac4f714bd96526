/* Reaching a person: a numbered task for the duty person, and at once when somebody is in danger.
 */
#include <string.h>

#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "gateway/base/sbuf.h"
#include "gateway/store/inbox.h"
#include "handlers/notify.h"
#include "handlers/tasks.h"

enum { LAST_TEXTS = 2, SAID_MAX = 300 };

#define DANGERS                                                                                    \
    "fall", "chest", "collapse", "poison", "drowning", "fire", "gas", "violence", "missing",       \
        "suicide", "fraud"

static void append_text(void *context, struct slice text)
{
    struct sbuf *said = context;
    if (text.n == 0)
        return;
    sbuf_add(said, text);
    sbuf_add(said, SLICE(" / "));
}

/* This text, and after three misunderstandings the ones before it. */
static int said(struct action_call *call, bool stuck, struct sbuf *out)
{
    const struct service *s = call->service;
    int rc = GW_OK;
    if (stuck)
        rc = inbox_last(s->tx, s->vault, call->address->id, LAST_TEXTS, s->arena, append_text, out);
    sbuf_add(out, action_words(call));
    return rc < 0 ? rc : GW_OK;
}

/* Opens a task with the text; `*task` for the reply. An enum task_open_outcome or GW_E*. */
static int open_task(struct action_call *call, enum task_kind kind, struct task *task)
{
    struct person me;
    struct task_form form = { .kind = kind, .asker = call->address->id };
    int rc = action_person(call, &me);
    if (rc < 0)
        return rc;
    if (rc == 1) {
        form.area = me.area;
        form.volunteer = me.id;
        form.name = me.name;
    }
    struct sbuf text;
    sbuf_init(&text, SAID_MAX);
    rc = said(call, kind == TASK_MISUNDERSTOOD, &text);
    form.said = sbuf_slice(&text);
    if (rc == GW_OK)
        rc = task_open(call->service, &form, task);
    sbuf_free(&text);
    if (rc < 0)
        return rc;
    json_put_slice(call->slots, "org", task->duty_org);
    json_put_slice(call->slots, "duty", task->duty_name);
    return rc;
}

static int human_call(struct action_call *call)
{
    const struct service *s = call->service;
    const char *topic = json_text(call->slots, "topic", "");
    if (json_flag(call->slots, "urgent", false)) {
        if (json_slice(call->slots, "danger").n == 0)
            json_put_slice(call->slots, "danger", SLICE("suicide"));
        return action_end(call, "danger");
    }
    bool stuck = strcmp(topic, "stuck") == 0;
    enum task_kind kind = stuck ? TASK_MISUNDERSTOOD : topic[0] != 0 ? TASK_COMPLAINT : TASK_HUMAN;
    struct task task = { 0 };
    int rc = open_task(call, kind, &task);
    if (rc < 0)
        return rc;
    if (rc == TASK_NOBODY)
        return action_end(call, "nobody");
    notify_set_time(s, call->slots, "date", "by", task.due_at);
    bool today = civil_day_of(task.due_at, s->zone) == civil_day_of(s->now, s->zone);
    json_object_set_new(call->slots, "today", json_boolean(today));
    return action_end(call, rc == TASK_AGAIN ? "again" : "told");
}

static int safety_alert(struct action_call *call)
{
    static const char *const dangers[] = { DANGERS };
    struct task task = { 0 };
    int rc = open_task(call, TASK_SAFETY, &task);
    if (rc < 0)
        return rc;
    const char *danger = json_text(call->slots, "danger", "");
    for (size_t i = 0; i < sizeof(dangers) / sizeof(dangers[0]); i++)
        if (strcmp(danger, dangers[i]) == 0)
            return action_end(call, dangers[i]);
    return action_end(call, "other");
}

static int human_apology(struct action_call *call)
{
    struct task task = { 0 };
    int rc = open_task(call, TASK_APOLOGY, &task);
    return rc < 0 ? rc : action_end(call, "told");
}

const struct action human_actions[] = {
    { "human.call", human_call, OUTCOMES("told", "again", "nobody", "danger"), FINAL },
    { "human.apology", human_apology, OUTCOMES("told"), FINAL },
    { "safety.alert", safety_alert, OUTCOMES(DANGERS, "other"), FINAL },
    { .name = NULL },
};
