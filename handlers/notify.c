#include "handlers/notify.h"

#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/store/people.h"
#include "handlers/consents.h"

enum { MINUTE = 60, DAY_SECONDS = 86400 };

int64_t notify_moment(const struct service *s, int64_t day, int64_t minutes)
{
    return civil_day_start(day, s->zone) + minutes * MINUTE;
}

int64_t notify_daytime(const struct service *s, int64_t at)
{
    int64_t day = civil_day_of(at, s->zone);
    if (at < notify_moment(s, day, s->policy->quiet_to))
        return notify_moment(s, day, s->policy->quiet_to);
    if (at >= notify_moment(s, day, s->policy->quiet_from))
        return notify_moment(s, day + 1, s->policy->quiet_to);
    return at;
}

static int put_prompt(const struct service *s, const struct address *to,
                      const struct outbox_row *row, int64_t asked_at, int64_t until)
{
    struct prompt p = { .id = row->id,
                        .conversation = to->conversation,
                        .message = row->message,
                        .params = row->params,
                        .asked_at = asked_at,
                        .until = until };
    return people_prompt(s->tx, s->vault, &p, s->arena);
}

static int put_row(const struct service *s, const struct address *to, struct outbox_row *row,
                   int64_t asks_until)
{
    if (s->silent)
        return 0;
    row->id = ids_next(s->ids);
    row->address = to->id;
    row->realm = to->realm;
    row->recipient = to->sender;
    row->account = to->account;
    row->trace = s->trace;
    if (row->not_before < s->now)
        row->not_before = s->now;
    if (row->priority >= OUTBOX_NOTICE)
        row->not_before = notify_daytime(s, row->not_before);
    if (row->useful_until == 0)
        row->useful_until = row->not_before + DAY_SECONDS;
    int rc = outbox_put(s->tx, s->vault, row, s->now, s->arena);
    if (rc < 0 || asks_until <= 0)
        return rc < 0 ? rc : 0;
    rc = put_prompt(s, to, row, row->not_before, asks_until);
    return rc < 0 ? rc : 0;
}

int notify_put(const struct service *s, int64_t address, const char *message, json_t *params,
               enum outbox_priority priority, int64_t not_before, int64_t useful_until,
               int64_t asks_until)
{
    struct address to;
    struct slice text = params ? json_write(params, s->arena) : SLICE("{}");
    json_decref(params);
    if (address == 0)
        return 0;
    int rc = people_by_id(s->tx, s->vault, address, s->arena, &to);
    if (rc <= 0)
        return rc;
    struct outbox_row row = { .message = slice_of(message),
                              .params = text,
                              .priority = priority,
                              .not_before = not_before,
                              .useful_until = useful_until };
    return put_row(s, &to, &row, asks_until);
}

int notify_tell(const struct service *s, int64_t address, const char *message, json_t *params)
{
    return notify_put(s, address, message, params, OUTBOX_NOTICE, 0, 0, 0);
}

int notify_volunteer(const struct service *s, int64_t address, const char *message, json_t *params)
{
    int rc = address != 0 ? opt_allows(s, address, OPT_ALL) : 0;
    if (rc == 1)
        return notify_tell(s, address, message, params);
    json_decref(params);
    return rc;
}

int notify_ask(const struct service *s, int64_t address, const char *message, json_t *params)
{
    int64_t until = s->now + s->policy->question_days * DAY_SECONDS;
    return notify_put(s, address, message, params, OUTBOX_NOTICE, 0, until, until);
}

void notify_set_day(json_t *params, const char *key, int64_t day)
{
    char text[16];
    civil_format_date(day, text);
    json_object_set_new(params, key, json_string(text));
}

void notify_set_past(const struct service *s, json_t *params, const char *key,
                     const char *month_key, int64_t day)
{
    struct civil then, now;
    civil_from_day(day, &then);
    civil_at(s->now, s->zone, &now);
    notify_set_day(params, key, day);
    if (then.year == now.year && then.month == now.month)
        json_object_del(params, month_key);
    else
        json_put_int(params, month_key, then.month);
}

void notify_set_time(const struct service *s, json_t *params, const char *date_key,
                     const char *time_key, int64_t utc)
{
    struct civil c;
    civil_at(utc, s->zone, &c);
    if (date_key)
        notify_set_day(params, date_key, civil_day_of(utc, s->zone));
    if (time_key)
        json_object_set_new(params, time_key, json_sprintf("%02d:%02d", c.hour, c.minute));
}

int notify_set_tail(const struct service *s, json_t *params, int64_t address)
{
    struct address to = { 0 };
    int rc = address == 0 ? 0 : people_by_id(s->tx, s->vault, address, s->arena, &to);
    if (rc < 0)
        return rc;
    bool phone = rc == 1 && slice_eq(to.realm, SLICE("sms"));
    json_put_slice(params, "tail", phone ? phone_tail(to.sender) : (struct slice){ 0 });
    return 0;
}
