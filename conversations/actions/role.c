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
    json_put_slice(object, "org", role->org_shown);
    json_put_int(object, "lead", role->kind == ROLE_LEAD);
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

/* Those of the sender's own organization and all below it. */
static int role_list(struct action_call *call)
{
    const struct service *s = call->service;
    struct role own, *roles = NULL;
    int rc = role_any(s, call->address->id, POWER_CONFIRM, &own);
    if (rc <= 0)
        return rc < 0 ? rc : GW_ENOTFOUND;
    int n = roles_list(s, own.org, &roles);
    if (n < 0)
        return n;
    int shown = call->channel == CHANNEL_SMS ? SHOWN_SMS : SHOWN_WECHAT, active = 0;
    json_t *items = json_array();
    for (int i = 0; i < n; i++) {
        if (roles[i].state != ROLE_ACTIVE || ++active > shown)
            continue;
        json_t *item = json_object();
        describe(item, &roles[i]);
        json_put_slice(item, "name", roles[i].name);
        json_put_int(item, "asleep",
                     s->now - roles[i].used_at > s->policy->role_sleep_days * 86400);
        json_array_append_new(items, item);
    }
    json_object_set_new(call->slots, "items", items);
    json_put_int(call->slots, "more", active > shown ? active - shown : 0);
    return action_end(call, "some");
}

const struct action role_actions[] = {
    { "role.check", role_check, OUTCOMES("good", "wrong", "locked", "held", "empty") },
    { "role.claim", role_claim_action, OUTCOMES("good", "wrong", "locked", "held"), FINAL },
    { "role.list", role_list, OUTCOMES("some") },
    { .name = NULL },
};
