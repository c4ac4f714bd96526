/* Binding a phone to WeChat: the code, who is meant, two records of one person, and parting again.
 */
#include "handlers/bindings.h"

#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "handlers/ledger.h"

enum { NAMES_MAX = 3 }; /* names that may be tried for a phone that was silent for a year */

static int bind_start(struct action_call *call)
{
    const struct service *s = call->service;
    struct address phone;
    if (call->channel == CHANNEL_SMS)
        return action_end(call, "sms");
    int rc = people_other(s->tx, s->vault, call->address->id, SLICE("sms"), s->arena, &phone);
    if (rc < 0)
        return rc;
    if (rc == 0 || json_slice(call->slots, "phone").n > 0)
        return action_end(call, "fresh");
    json_put_slice(call->slots, "tail", phone_tail(phone.sender));
    return action_end(call, "bound");
}

static int bind_send_action(struct action_call *call)
{
    struct bind_code sent;
    struct slice phone = json_slice(call->slots, "phone");
    int rc = bind_send(call->service, call->address->id, phone, &sent);
    if (rc < 0)
        return rc;
    json_object_del(call->slots, "code");
    json_put_slice(call->slots, "tail", phone_tail(phone));
    json_put_int(call->slots, "wait", sent.wait);
    static const char *const names[] = { [BIND_SENT] = "sent",
                                         [BIND_SOON] = "soon",
                                         [BIND_MANY] = "many",
                                         [BIND_WRONG_PHONE] = "wrong_phone" };
    return action_end(call, names[rc]);
}

static int bind_check_action(struct action_call *call)
{
    struct bind_code checked;
    int rc =
        bind_check(call->service, call->address->id, json_slice(call->slots, "code"), &checked);
    if (rc < 0)
        return rc;
    json_put_id(call->slots, "_phone", checked.phone);
    json_put_int(call->slots, "left", checked.left);
    static const char *const names[] = {
        [BIND_RIGHT] = "right", [BIND_WRONG] = "wrong", [BIND_SPENT] = "spent", [BIND_LATE] = "late"
    };
    return action_end(call, names[rc]);
}

static bool is_one_of(const struct volunteer *list, int n, int64_t id)
{
    for (int i = 0; i < n; i++)
        if (list[i].id == id)
            return true;
    return false;
}

/* Whose record it is: decided once the phone is proved and, where it was silent, a name was given.
 * The number of people on the phone, or GW_E*. */
static int people_of_phone(struct action_call *call, struct volunteer **out)
{
    return volunteers_by_address(call->service, json_id(call->slots, "_phone"), out);
}

static int bind_who(struct action_call *call)
{
    struct volunteer *there, *here;
    int n = people_of_phone(call, &there);
    int own = n < 0 ? n : volunteers_by_address(call->service, call->address->id, &here);
    if (own < 0)
        return own;
    for (int i = 0; i < own; i++)
        if (is_one_of(there, n, here[i].id)) {
            json_put_id(call->slots, "_person", here[i].id);
            return action_end(call, "known");
        }
    int rc = bind_silent(call->service, json_id(call->slots, "_phone"));
    if (rc < 0)
        return rc;
    if (rc == 1)
        return action_end(call, "silent");
    if (n == 1)
        json_put_id(call->slots, "_person", there[0].id);
    return action_end(call, n > 1 ? "several" : "known");
}

/* The name that was given, exactly: nothing of the record is shown before. */
static int bind_named(struct action_call *call)
{
    struct volunteer *there;
    struct slice said = json_slice(call->slots, "said_name");
    int n = people_of_phone(call, &there);
    for (int i = 0; i < n; i++)
        if (slice_eq(there[i].name, said)) {
            json_put_id(call->slots, "_person", there[i].id);
            return action_end(call, "right");
        }
    if (n < 0)
        return n;
    int64_t tries = json_int(call->slots, "_names", 0) + 1;
    json_put_int(call->slots, "_names", tries);
    return action_end(call, tries < NAMES_MAX ? "wrong" : "stuck");
}

static int bind_people(struct action_call *call)
{
    struct volunteer *there;
    int n = people_of_phone(call, &there);
    call->items = json_array();
    for (int i = 0; i < n; i++) {
        json_t *item = json_object(), *set = json_object();
        json_put_int(item, "n", i + 1);
        json_put_slice(item, "name", there[i].name);
        json_put_id(set, "_person", there[i].id);
        json_object_set_new(item, "set", set);
        json_array_append_new(call->items, item);
    }
    return n < 0 ? n : GW_OK;
}

static int put_total(struct action_call *call, const char *name_key, const char *total_key,
                     const struct volunteer *v)
{
    struct ledger_totals totals;
    int rc = ledger_total(call->service, v->id, &totals);
    json_put_slice(call->slots, name_key, v->name);
    json_put_int(call->slots, total_key, totals.minutes);
    return rc < 0 ? rc : 0;
}

/* The record of this address that is not the phone's: of several the one with the same name, else
 * the first. NULL when there is none. */
static const struct volunteer *other_record(const struct volunteer *here, int own,
                                            const struct volunteer *person)
{
    const struct volunteer *other = NULL;
    for (int i = 0; i < own; i++) {
        if (here[i].id == person->id)
            return NULL;
        if (other == NULL || slice_eq(here[i].name, person->name))
            other = &here[i];
    }
    return other;
}

static int link_up(struct action_call *call, int64_t person, struct volunteer *v, bool known)
{
    const struct service *s = call->service;
    int64_t conversation;
    int rc = bind_link(s, call->address->id, json_id(call->slots, "_phone"), person, &conversation);
    if (rc < 0)
        return rc;
    call->conversation = conversation;
    if (!known)
        return action_end(call, "linked");
    rc = put_total(call, "name", "total", v);
    return rc < 0 ? rc : action_end(call, "linked");
}

static int bind_link_action(struct action_call *call)
{
    const struct service *s = call->service;
    struct volunteer person = { 0 }, *here;
    int64_t id = json_id(call->slots, "_person");
    int rc = id != 0 ? volunteer_get(s, id, &person) : 0;
    int own = rc < 0 ? rc : volunteers_by_address(s, call->address->id, &here);
    if (own < 0)
        return own;
    json_object_del(call->slots, "name");
    if (rc == 0)
        return link_up(call, 0, own > 0 ? &here[0] : NULL, own > 0);
    const struct volunteer *other = other_record(here, own, &person);
    if (other == NULL)
        return link_up(call, id, &person, true);
    json_put_id(call->slots, "_other", other->id);
    rc = put_total(call, "here_name", "here_total", other);
    if (rc >= 0)
        rc = put_total(call, "there_name", "there_total", &person);
    return rc < 0 ? rc : action_end(call, "two");
}

/* The record of the phone stays: it is the older one, and the number is its name on the list. */
static int bind_merge_action(struct action_call *call)
{
    struct merge_result merged;
    struct volunteer v;
    int64_t id = json_id(call->slots, "_person");
    int rc = volunteer_merge(call->service, id, json_id(call->slots, "_other"), call->address->id,
                             &merged);
    if (rc >= 0)
        rc = volunteer_get(call->service, id, &v);
    if (rc < 1)
        return rc < 0 ? rc : GW_ENOTFOUND;
    json_put_int(call->slots, "twice", merged.twice);
    return link_up(call, id, &v, true);
}

static int bind_undo_action(struct action_call *call)
{
    int64_t conversation;
    int rc = bind_undo(call->service, call->address->id, &conversation);
    if (rc < 0)
        return rc;
    if (conversation != call->address->conversation)
        call->parted = conversation;
    static const char *const names[] = {
        [BIND_UNDONE] = "undone", [BIND_NONE] = "none", [BIND_ONLY_ONE] = "only_one"
    };
    return action_end(call, names[rc]);
}

const struct action bind_actions[] = {
    { "bind.start", bind_start, OUTCOMES("sms", "bound", "fresh") },
    { "bind.send", bind_send_action, OUTCOMES("sent", "soon", "many", "wrong_phone"), FINAL },
    { "bind.check", bind_check_action, OUTCOMES("right", "wrong", "spent", "late"), FINAL },
    { "bind.who", bind_who, OUTCOMES("known", "silent", "several") },
    { "bind.named", bind_named, OUTCOMES("right", "wrong", "stuck") },
    { "bind.people", bind_people, CHOICES },
    { "bind.link", bind_link_action, OUTCOMES("linked", "two"), UNDO(bind_undo_action) },
    { "bind.merge", bind_merge_action, OUTCOMES("linked"), FINAL },
    { "bind.undo", bind_undo_action, OUTCOMES("undone", "none", "only_one"), FINAL },
    { .name = NULL },
};
