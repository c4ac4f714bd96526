/* The duty person's side of a numbered task: answering through the gateway and closing. */
#include "handlers/tasks.h"

#include "handlers/notify.h"
#include "handlers/roles.h"

#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"

/* With the name in front still two segments. */
enum { CONTENT_MAX = 110, TASKS_SMS = 4, TASKS_WECHAT = 20, TASKS_MAX = 200 };

/* "1号", which reads like a day of the month. */
static int64_t task_nth(struct slice nth)
{
    int64_t number = 0;
    size_t n = 0;
    while (n < nth.n && nth.p[n] >= '0' && nth.p[n] <= '9')
        n++;
    return slice_to_int(slice_head(nth, n), &number) == GW_OK ? number : 0;
}

/* The number after 回, 结 or 转; also as the slot that the messages show. */
static int64_t task_number(struct action_call *call)
{
    int64_t number = action_number(call->slots, "task_no", action_number(call->slots, "n", 0));
    if (number == 0)
        number = task_nth(json_slice(call->slots, "nth"));
    json_put_int(call->slots, "task_no", number);
    return number;
}

/* What stands behind the number, as written: the answer goes to a person. Where the number was not
 * typed in plain digits, what understanding took for the content. */
static struct slice task_content(const struct action_call *call)
{
    const int32_t hao = 0x53F7; /* 号 */
    struct slice rest = action_words(call), nth = json_slice(call->slots, "nth");
    while (rest.n > 0 && (rest.p[0] < '0' || rest.p[0] > '9'))
        rest = slice_skip(rest, 1);
    while (rest.n > 0 && rest.p[0] >= '0' && rest.p[0] <= '9')
        rest = slice_skip(rest, 1);
    for (struct slice next = rest; next.n > 0; rest = next) {
        int32_t c = utf8_next(&next);
        if (c != ' ' && c != ',' && c != ':' && c != 0x3000 && c != 0xFF0C && c != 0xFF1A &&
            (c != hao || nth.n == 0))
            break;
    }
    return slice_trim(rest.n > 0 ? rest : json_slice(call->slots, "content"));
}

/* What carriers stop: a telephone number, a link (scripts.md section 0, rule 8). */
static bool would_be_blocked(struct slice text)
{
    enum { PHONE_DIGITS = 7 };
    static const char *const links[] = { "http", "www.", ".com", ".cn" };
    int digits = 0;
    for (size_t i = 0; i < text.n; i++) {
        digits = text.p[i] >= '0' && text.p[i] <= '9' ? digits + 1 : 0;
        if (digits == PHONE_DIGITS)
            return true;
    }
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
        if (slice_find(text, slice_of(links[i])) >= 0)
            return true;
    return false;
}

static int task_reply_action(struct action_call *call)
{
    struct task task = { 0 };
    int64_t number = task_number(call);
    struct slice content = task_content(call);
    if (content.n == 0)
        return action_end(call, "empty");
    if (utf8_count(content) > CONTENT_MAX)
        return action_end(call, "long");
    if (would_be_blocked(content))
        return action_end(call, "blocked");
    int rc = task_reply(call->service, call->address->id, number, content, &task);
    if (rc < 0)
        return rc;
    if (rc == TASK_DONE)
        return action_end(call, "sent");
    return action_end(call, rc == TASK_WAS_CLOSED ? "closed" : "none");
}

static int task_close_action(struct action_call *call)
{
    struct task task = { 0 };
    int rc = task_close(call->service, call->address->id, task_number(call), &task);
    if (rc < 0)
        return rc;
    if (rc == TASK_DONE)
        return action_end(call, "closed");
    return action_end(call, rc == TASK_WAS_CLOSED ? "already" : "none");
}

static int task_pass_action(struct action_call *call)
{
    struct task task = { 0 };
    struct slice name = json_slice(call->slots, "name"), org = json_slice(call->slots, "org");
    int rc = task_pass(call->service, call->address->id, task_number(call), name, org, &task);
    if (rc < 0)
        return rc;
    json_put_slice(call->slots, "duty", task.duty_name);
    json_put_slice(call->slots, "duty_org", task.duty_org);
    static const char *const names[] = {
        [TASK_PASSED] = "passed",        [TASK_PASS_NOT_FOUND] = "none",
        [TASK_PASS_CLOSED] = "closed",   [TASK_PASS_NOBODY] = "nobody",
        [TASK_PASS_SEVERAL] = "several", [TASK_PASS_UNCHANGED] = "unchanged",
    };
    return action_end(call, names[rc]);
}

/* ---- looking ---- */

/* The organization whose tasks the sender sees, 0 when they hold no role. 0 or GW_E*. */
static int own_org(struct action_call *call, enum power power, int64_t *org)
{
    struct role role;
    int rc = role_any(call->service, call->address->id, power, &role);
    *org = rc == 1 ? role.org : 0;
    return rc < 0 ? rc : GW_OK;
}

static int put_task(const struct service *s, json_t *items, const struct task *t, int64_t me)
{
    json_t *item = json_object();
    json_put_int(item, "number", t->number);
    json_put_slice(item, "name", t->name);
    json_put_int(item, task_kind_name(t->kind), 1);
    json_put_int(item, "late", t->first_due < s->now);
    json_put_slice(item, "duty", t->duty == me ? SLICE("") : t->duty_name);
    bool today = civil_day_of(t->due_at, s->zone) == civil_day_of(s->now, s->zone);
    json_put_int(item, "today", today);
    notify_set_time(s, item, "date", "by", t->due_at);
    json_array_append_new(items, item);
    return notify_set_tail(s, item, t->asker);
}

static int task_list(struct action_call *call)
{
    const struct service *s = call->service;
    struct task *list;
    int64_t org, me = call->address->id;
    int rc = own_org(call, POWER_ANSWER, &org);
    if (rc < 0)
        return rc;
    int n = tasks_of(s, me, org, TASKS_MAX, &list);
    if (n <= 0)
        return n < 0 ? n : action_end(call, org != 0 ? "none" : "stranger");
    int shown = call->channel == CHANNEL_SMS ? TASKS_SMS : TASKS_WECHAT;
    json_t *items = json_array();
    for (int i = 0; i < n && i < shown && rc >= 0; i++)
        rc = put_task(s, items, &list[i], me);
    json_object_set_new(call->slots, "items", items);
    json_put_int(call->slots, "task_no", list[0].number);
    json_put_int(call->slots, "more", n > shown ? n - shown : 0);
    return rc < 0 ? rc : action_end(call, "some");
}

/* Those of the month that the text names, else of this one. */
static int task_figures_action(struct action_call *call)
{
    const struct service *s = call->service;
    struct task_figure rows[TASK_KINDS_MAX], sum = { 0 };
    int64_t org, from = 0, day = civil_day_of(s->now, s->zone);
    struct civil date;
    int rc = own_org(call, POWER_REPORT, &org);
    if (rc < 0 || org == 0)
        return rc < 0 ? rc : action_end(call, "forbidden");
    (void)action_day(call->slots, "date_from", &day);
    civil_from_day(day, &date);
    from = civil_day(date.year, date.month, 1);
    int64_t to =
        date.month == 12 ? civil_day(date.year + 1, 1, 1) : civil_day(date.year, date.month + 1, 1);
    int n = tasks_figures(s, org, notify_moment(s, from, 0), notify_moment(s, to, 0), rows);
    for (int i = 0; i < n; i++) {
        sum.opened += rows[i].opened;
        sum.on_time += rows[i].on_time;
        sum.late += rows[i].late;
        sum.open += rows[i].open;
        sum.overdue += rows[i].overdue;
    }
    json_put_int(call->slots, "month", date.month);
    json_put_int(call->slots, "opened", sum.opened);
    json_put_int(call->slots, "on_time", sum.on_time);
    json_put_int(call->slots, "late", sum.late);
    json_put_int(call->slots, "open", sum.open);
    json_put_int(call->slots, "overdue", sum.overdue);
    return n < 0 ? n : action_end(call, n > 0 ? "some" : "none");
}

const struct action tasks_actions[] = {
    { "task.reply", task_reply_action,
      OUTCOMES("sent", "none", "closed", "empty", "long", "blocked"), FINAL },
    { "task.close", task_close_action, OUTCOMES("closed", "none", "already"), FINAL },
    { "task.pass", task_pass_action,
      OUTCOMES("passed", "none", "closed", "nobody", "several", "unchanged"), FINAL },
    { "task.list", task_list, OUTCOMES("some", "none", "stranger") },
    { "task.figures", task_figures_action, OUTCOMES("some", "none", "forbidden") },
    { .name = NULL },
};
