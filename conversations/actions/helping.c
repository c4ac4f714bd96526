/* Help that a resident asks for (scripts 1.10): the request, the volunteer who is asked, the yes.
 */
#include "conversations/actions/named.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "handlers/notify.h"
#include "handlers/places.h"
#include "handlers/requests.h"
#include "handlers/roles.h"

enum { CALLED_MOST = 8, CALLED_LEAST = 2, DEED_MOST = 14 };

/* Who is registered is known already; who answers at a station files for somebody else. */
static int request_start(struct action_call *call)
{
    struct person me;
    struct role role;
    int files = role_any(call->service, call->address->id, POWER_ANSWER, &role);
    int rc = files < 0 ? files : action_person(call, &me);
    if (rc < 0)
        return rc;
    json_object_set_new(call->slots, "_files", json_boolean(files == 1));
    if (rc == 1 && files == 0) {
        json_put_slice(call->slots, "called", me.name);
        json_put_slice(call->slots, "area", places_name(me.area));
    }
    return action_end(call, "ready");
}

/* 段大妈 老街: what stands beside the place is what somebody is called. */
static struct slice called_in(struct slice text, struct slice area)
{
    struct slice part, rest = text;
    while (slice_next(&rest, ' ', &part)) {
        int n = utf8_count(part);
        bool place = slice_find(area, part) >= 0 || slice_find(part, area) >= 0;
        if (!place && n >= CALLED_LEAST && n <= CALLED_MOST)
            return part;
    }
    return SLICE("");
}

static int request_named(struct action_call *call)
{
    struct place found;
    struct slice area = json_slice(call->slots, "area");
    if (json_slice(call->slots, "called").n == 0 && call->reading)
        json_put_slice(
            call->slots, "called",
            arena_dup(call->service->arena, called_in(reading_text(call->reading), area)));
    if (places_find(json_slice(call->slots, "area"), &found, 1) < 1)
        return action_end(call, "area");
    json_put_id(call->slots, "_area", found.code);
    return action_end(call, "ready");
}

/* As much of what was asked for as a text of ours can show. */
static struct slice short_deed(struct slice deed)
{
    struct slice rest = deed;
    for (int i = 0; i < DEED_MOST && rest.n > 0; i++)
        (void)utf8_next(&rest);
    return slice_head(deed, deed.n - rest.n);
}

static int request_open_action(struct action_call *call)
{
    struct person me = { 0 };
    struct task task = { 0 };
    int64_t day;
    int rc = action_person(call, &me);
    if (rc < 0)
        return rc;
    if (!action_day(call->slots, "date", &day))
        return action_end(call, "date");
    bool files = json_flag(call->slots, "_files", false);
    struct slice deed =
        arena_dup(call->service->arena, short_deed(json_slice(call->slots, "service")));
    json_put_slice(call->slots, "service", deed);
    struct civil c;
    civil_from_day(day, &c);
    const struct request_form form = {
        .address = call->address->id,
        .area = json_id(call->slots, "_area"),
        .volunteer = files ? 0 : me.id,
        .day = day,
        .name = json_slice(call->slots, "called"),
        .service = deed,
        .words =
            arena_printf(call->service->arena, "%d月%d日%.*s", c.month, c.day, SLICE_ARG(deed)),
    };
    rc = request_open(call->service, &form, &task);
    if (rc < 0)
        return rc;
    json_put_slice(call->slots, "org", task.duty_org);
    json_put_slice(call->slots, "duty", task.duty_name);
    json_put_int(call->slots, "number", task.number);
    notify_set_time(call->service, call->slots, "due_date", "due", task.due_at);
    return action_end(call, rc == REQUEST_AGAIN    ? "again"
                            : rc == REQUEST_NOBODY ? "nobody"
                            : files                ? "filed"
                                                   : "opened");
}

/* ---- the station's side ---- */

static const char *assign_outcome(enum request_assign_outcome outcome)
{
    switch (outcome) {
    case REQUEST_ASSIGNED:
        return "asked";
    case REQUEST_UNCHANGED:
        return "unchanged";
    case REQUEST_HAS_ONE:
        return "taken";
    case REQUEST_OWN:
        return "own";
    case REQUEST_PAST:
        return "past";
    case REQUEST_NOT_FOUND:
        break;
    }
    return "gone";
}

static int request_assign_action(struct action_call *call)
{
    const struct service *s = call->service;
    struct role role;
    struct request r;
    int64_t id = 0;
    int count = 0;
    int rc = role_any(s, call->address->id, POWER_ANSWER, &role);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "gone");
    json_put_int(call->slots, "number", action_number(call->slots, "n", 0));
    rc = named_find(call, role.org, &id, &count);
    if (rc < 0 || count != 1)
        return rc < 0 ? rc : action_end(call, count == 0 ? "none" : "several");
    rc = request_assign(s, call->address->id, action_number(call->slots, "n", 0), id, &r);
    if (rc < 0)
        return rc;
    json_put_slice(call->slots, "service", r.service);
    notify_set_day(call->slots, "date", r.day);
    return action_end(call, assign_outcome((enum request_assign_outcome)rc));
}

/* ---- the volunteer's side ---- */

static int answer(struct action_call *call, bool yes)
{
    struct request r;
    int rc =
        request_answer(call->service, json_id(call->slots, "request"), call->address->id, yes, &r);
    if (rc < 0)
        return rc;
    if (rc == REQUEST_GONE)
        return action_end(call, "gone");
    return action_end(call, rc == REQUEST_YES ? "taken" : "declined");
}

static int request_yes(struct action_call *call)
{
    return answer(call, true);
}

static int request_no(struct action_call *call)
{
    return answer(call, false);
}

const struct action helping_actions[] = {
    { "request.start", request_start, OUTCOMES("ready") },
    { "request.named", request_named, OUTCOMES("ready", "area") },
    { "request.open", request_open_action, OUTCOMES("opened", "filed", "again", "nobody", "date"),
      FINAL },
    { "request.assign", request_assign_action,
      OUTCOMES("asked", "unchanged", "taken", "own", "past", "gone", "none", "several"), FINAL },
    { "request.yes", request_yes, OUTCOMES("taken", "declined", "gone"), FINAL },
    { "request.no", request_no, OUTCOMES("taken", "declined", "gone"), FINAL },
    { .name = NULL },
};
