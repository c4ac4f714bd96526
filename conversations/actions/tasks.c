/* The duty person's side of a numbered task: answering through the gateway and closing. */
#include "handlers/tasks.h"

#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"

/* With the name in front still two segments. */
enum { CONTENT_MAX = 110 };

/* The number after 回 or 结; also as the slot that the messages show. */
static int64_t task_number(struct action_call *call)
{
    int64_t number = action_number(call->slots, "task_no", action_number(call->slots, "n", 0));
    json_put_int(call->slots, "task_no", number);
    return number;
}

/* What stands behind the number, as written: the answer goes to a person. Where the number was not
 * typed in plain digits, what understanding took for the content. */
static struct slice task_content(const struct action_call *call)
{
    struct slice rest = action_words(call);
    while (rest.n > 0 && (rest.p[0] < '0' || rest.p[0] > '9'))
        rest = slice_skip(rest, 1);
    while (rest.n > 0 && rest.p[0] >= '0' && rest.p[0] <= '9')
        rest = slice_skip(rest, 1);
    for (struct slice next = rest; next.n > 0; rest = next) {
        int32_t c = utf8_next(&next);
        if (c != ' ' && c != ',' && c != ':' && c != 0x3000 && c != 0xFF0C && c != 0xFF1A)
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

const struct action tasks_actions[] = {
    { "task.reply", task_reply_action,
      OUTCOMES("sent", "none", "closed", "empty", "long", "blocked"), FINAL },
    { "task.close", task_close_action, OUTCOMES("closed", "none", "already"), FINAL },
    { .name = NULL },
};
