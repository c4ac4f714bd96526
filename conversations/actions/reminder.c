/* How somebody wants to be reminded: remembered for all who share the address. */
#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/store/people.h"
#include "handlers/signups.h"

static int keep_way(const struct service *s, int64_t address, enum reminder_way way)
{
    struct volunteer *people;
    int n = volunteers_by_address(s, address, &people);
    for (int i = 0; i < n; i++) {
        int rc =
            volunteer_update(s, people[i].id, FIELD_REMINDER, slice_of(reminder_way_name(way)));
        if (rc < 0)
            return rc;
    }
    return n < 0 ? n : GW_OK;
}

/* Whether one of the person's addresses is in WeChat: 1, 0 or GW_E*. */
static int has_wechat(struct action_call *call)
{
    const struct service *s = call->service;
    struct address one;
    int64_t *all;
    int n = people_channels(s->tx, call->address->id, s->arena, &all);
    for (int i = 0; i < n; i++) {
        int rc = people_by_id(s->tx, s->vault, all[i], s->arena, &one);
        if (rc < 0)
            return rc;
        if (rc == 1 && slice_starts(one.realm, SLICE("wechat/")))
            return 1;
    }
    return n < 0 ? n : 0;
}

/* By WeChat: what the account may do decides what can be promised. */
static const char *wechat_promise(const struct service *s, bool phone)
{
    if (s->terms == NULL || !s->terms->bare)
        return "wechat";
    return phone ? "unsure" : "no_way";
}

static int reminder_choose(struct action_call *call)
{
    const struct service *s = call->service;
    enum reminder_way way;
    struct address phone = *call->address;
    if (!reminder_way_parse(json_slice(call->slots, "way"), &way) || way == REMIND_ANY)
        return GW_EINVAL;
    int wechat = has_wechat(call);
    int by_phone = slice_eq(phone.realm, SLICE("sms"));
    if (!by_phone)
        by_phone = people_other(s->tx, s->vault, call->address->id, SLICE("sms"), s->arena, &phone);
    if (wechat < 0 || by_phone < 0)
        return wechat < 0 ? wechat : by_phone;
    if (way == REMIND_WECHAT && wechat == 0)
        return action_end(call, "no_wechat");
    int rc = keep_way(s, call->address->id, way);
    if (rc < 0)
        return rc;
    json_put_slice(call->slots, "tail", by_phone ? phone_tail(phone.sender) : SLICE(""));
    if (way == REMIND_NONE)
        return action_end(call, "none");
    if (way == REMIND_SMS)
        return action_end(call, by_phone ? "sms" : "no_phone");
    return action_end(call, wechat_promise(s, by_phone != 0));
}

const struct action reminder_actions[] = {
    { "reminder.way", reminder_choose,
      OUTCOMES("wechat", "sms", "none", "no_phone", "no_wechat", "unsure", "no_way"), FINAL },
    { .name = NULL },
};
