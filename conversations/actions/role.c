/* The first role by a one-use code, and who holds what. */
#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "handlers/roles.h"

enum { SHOWN_SMS = 4, SHOWN_WECHAT = 30 };

static const char *code_outcome(enum role_code_outcome outcome)
{
    static const char *const names[] = {
        [ROLE_CODE_GOOD] = "good",
        [ROLE_CODE_WRONG] = "wrong",
        [ROLE_CODE_LOCKED] = "locked",
        [ROLE_CODE_HELD] = "held",
    };
    return names[outcome];
}

static void describe(json_t *object, const struct role *role)
{
    role_describe(object, role);
    json_put_int(object, "lead", role->kind == ROLE_LEAD);
    json_put_int(object, "whole", role->org_kind == ORG_DISTRICT);
}

static int role_check(struct action_call *call)
{
    struct role role = { 0 };
    struct slice code = json_slice(call->slots, "code");
    if (code.n == 0)
        return action_end(call, "empty");
    int rc = role_code_check(call->service, call->address->id, code, &role);
    if (rc < 0)
        return rc;
    if (rc == ROLE_CODE_GOOD || rc == ROLE_CODE_HELD)
        describe(call->slots, &role);
    return action_end(call, code_outcome((enum role_code_outcome)rc));
}

static int role_claim_action(struct action_call *call)
{
    struct role role = { 0 };
    int rc = role_claim(call->service, call->address->id, json_slice(call->slots, "code"),
                        json_slice(call->slots, "name"), &role);
    if (rc < 0)
        return rc;
    if (rc == ROLE_CODE_GOOD || rc == ROLE_CODE_HELD)
        describe(call->slots, &role);
    return action_end(call, code_outcome((enum role_code_outcome)rc));
}

/* The part of the sender's own tree that is asked for: 1, 0 when there is no such organization
 * there, or GW_E*. */
static int list_top(struct action_call *call, const struct role *own, int64_t *top)
{
    struct organization org;
    struct slice word = json_slice(call->slots, "org");
    *top = own->org;
    if (word.n == 0)
        return 1;
    int rc = org_by_name(call->service, word, &org);
    if (rc == 1)
        rc = org_within(call->service, org.id, own->org);
    if (rc == 1)
        *top = org.id;
    return rc;
}

static json_t *list_item(const struct service *s, const struct role *role)
{
    json_t *item = json_object();
    describe(item, role);
    json_put_slice(item, "name", role->name);
    json_put_int(item, "offered", role->state == ROLE_OFFERED);
    json_put_int(item, "asleep", role->state == ROLE_ACTIVE && !role_awake(s, role));
    return item;
}

/* Those of the sender's own organization and all below it. */
static int role_list(struct action_call *call)
{
    const struct service *s = call->service;
    struct role own, *roles = NULL;
    int64_t top = 0;
    int rc = role_any(s, call->address->id, POWER_CONFIRM, &own);
    if (rc <= 0)
        return rc < 0 ? rc : GW_ENOTFOUND;
    rc = list_top(call, &own, &top);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "none");
    int n = roles_list(s, top, &roles);
    if (n < 0)
        return n;
    int shown = call->channel == CHANNEL_SMS ? SHOWN_SMS : SHOWN_WECHAT;
    json_t *items = json_array();
    for (int i = 0; i < n && i < shown; i++)
        json_array_append_new(items, list_item(s, &roles[i]));
    json_object_set_new(call->slots, "items", items);
    json_put_int(call->slots, "more", n > shown ? n - shown : 0);
    return action_end(call, n > 0 ? "some" : "none");
}

const struct action role_actions[] = {
    { "role.check", role_check, OUTCOMES("good", "wrong", "locked", "held", "empty") },
    { "role.claim", role_claim_action, OUTCOMES("good", "wrong", "locked", "held"), FINAL },
    { "role.list", role_list, OUTCOMES("some", "none") },
    { .name = NULL },
};
