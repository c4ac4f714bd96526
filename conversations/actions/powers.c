/* What was done with powers, asked for by text. */
#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/audit_log.h"
#include "handlers/notify.h"
#include "handlers/roles.h"

enum { USES_SMS = 4, USES_WECHAT = 20, WORD_MAX = 40 };

/* "activity.publish" as the name that a message asks for: activity_publish. */
static void put_what(json_t *item, struct slice what)
{
    char word[WORD_MAX];
    size_t n = what.n < sizeof(word) - 1 ? what.n : sizeof(word) - 1;
    for (size_t i = 0; i < n; i++)
        word[i] = what.p[i] == '.' ? '_' : what.p[i];
    word[n] = '\0';
    json_object_set_new(item, word, json_integer(1));
}

static int put_use(const struct service *s, json_t *items, const struct audit_row *row)
{
    struct role role = { 0 };
    int rc = row->role != 0 ? role_get(s, row->role, &role) : 0;
    if (rc < 0)
        return rc;
    json_t *item = json_object();
    notify_set_time(s, item, "date", "time", row->at);
    json_put_slice(item, "name", role.name);
    put_what(item, row->what);
    json_array_append_new(items, item);
    return GW_OK;
}

/* The address of the person who is asked about: 1, 0 when nobody there bears the name, or GW_E*. */
static int asked_about(struct action_call *call, int64_t org, int64_t *address)
{
    struct role *list;
    struct slice name = json_slice(call->slots, "name");
    *address = 0;
    if (name.n == 0)
        return 1;
    int n = roles_named(call->service, org, name, &list);
    if (n > 0)
        *address = list[0].address;
    return n < 0 ? n : n > 0;
}

static int powers_uses(struct action_call *call)
{
    const struct service *s = call->service;
    struct role own;
    struct audit_row *rows;
    int64_t address;
    int rc = role_any(s, call->address->id, POWER_APPOINT, &own);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "forbidden");
    rc = asked_about(call, own.org, &address);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "none");
    int shown = call->channel == CHANNEL_SMS ? USES_SMS : USES_WECHAT;
    int n = audit_below(s, own.org, address, 0, shown, &rows);
    json_t *items = json_array();
    for (int i = 0; i < n && rc >= 0; i++)
        rc = put_use(s, items, &rows[i]);
    json_object_set_new(call->slots, "items", items);
    if (n < 0 || rc < 0)
        return n < 0 ? n : rc;
    return action_end(call, n > 0 ? "some" : "none");
}

const struct action powers_actions[] = {
    { "powers.uses", powers_uses, OUTCOMES("some", "none", "forbidden") },
    { .name = NULL },
};
