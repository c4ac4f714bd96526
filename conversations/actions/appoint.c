/* Giving roles, ending and waking them, and adding organizations: what is meant, and the number
 * that confirms it (script 3.1). */
#include "gateway/base/phone.h"
#include "gateway/base/utf8.h"
#include "gateway/store/people.h"
#include "handlers/notify.h"
#include "handlers/places.h"
#include "handlers/role_acts.h"

#include "conversations/actions/common.h"
#include "gateway/base/json.h"

enum { CHOICES_MAX = 9, ORGS_MAX = 1000, NAME_MIN = 2, NAME_MAX = 20, REFUSED = 2 };

static const struct {
    const char *word;
    enum role_kind kind;
} role_words[] = {
    { "管理", ROLE_LEAD },        { "负责", ROLE_LEAD },       { "组织", ROLE_ORGANIZER },
    { "工作人员", ROLE_STATION }, { "站员", ROLE_STATION },    { "站点", ROLE_STATION },
    { "记录", ROLE_STATION },     { "值班", ROLE_DUTY },       { "学校", ROLE_SCHOOL },
    { "部门", ROLE_DEPARTMENT },  { "单位", ROLE_DEPARTMENT },
};

/* By the end of a name; the first that fits. */
static const struct {
    const char *end;
    enum org_kind kind;
} org_ends[] = {
    { "分会", ORG_BRANCH },   { "站", ORG_STATION },    { "队", ORG_TEAM },
    { "学校", ORG_SCHOOL },   { "小学", ORG_SCHOOL },   { "中学", ORG_SCHOOL },
    { "学院", ORG_SCHOOL },   { "大学", ORG_SCHOOL },   { "幼儿园", ORG_SCHOOL },
    { "局", ORG_DEPARTMENT }, { "委", ORG_DEPARTMENT }, { "办", ORG_DEPARTMENT },
    { "部", ORG_DEPARTMENT }, { "院", ORG_DEPARTMENT }, { "中心", ORG_DEPARTMENT },
    { "联", ORG_DEPARTMENT }, { "会", ORG_DEPARTMENT }, { "公司", ORG_DEPARTMENT },
};

static bool ends_with(struct slice text, const char *end)
{
    struct slice e = slice_of(end);
    return text.n > e.n && slice_eq(slice_skip(text, text.n - e.n), e);
}

static bool role_of_word(struct slice word, enum role_kind *out)
{
    for (size_t i = 0; i < sizeof role_words / sizeof *role_words; i++)
        if (slice_find(word, slice_of(role_words[i].word)) >= 0) {
            *out = role_words[i].kind;
            return true;
        }
    return false;
}

/* The role in which the sender appoints: 1, 0 or GW_E*. */
static int own_role(struct action_call *call, struct role *own)
{
    return role_any(call->service, call->address->id, POWER_APPOINT, own);
}

/* An organization by its name, else the only one below `top` in whose short name the word stands.
 * 1, 0 or GW_E*. */
static int find_org(struct action_call *call, int64_t top, struct slice word,
                    struct organization *out)
{
    struct organization *all;
    int found = 0, rc = org_by_name(call->service, word, out);
    if (rc != 0 || word.n == 0)
        return rc;
    int n = org_list(call->service, ORGS_MAX, &all);
    for (int i = 0; i < n; i++) {
        if (slice_find(all[i].shown, word) < 0)
            continue;
        rc = org_within(call->service, all[i].id, top);
        if (rc < 0)
            return rc;
        if (rc == 1 && found++ == 0)
            *out = all[i];
    }
    return n < 0 ? n : found == 1;
}

static const char *act_word(int outcome)
{
    static const char *const names[] = {
        [ROLE_ACT_ASK] = "confirm_it", [ROLE_ACT_DONE] = "done",
        [ROLE_ACT_UNCHANGED] = "held", [ROLE_ACT_FORBIDDEN] = "forbidden",
        [ROLE_ACT_SELF] = "self",      [ROLE_ACT_LAST] = "last",
        [ROLE_ACT_WRONG] = "wrong",    [ROLE_ACT_LOCKED] = "locked",
        [ROLE_ACT_GONE] = "gone",
    };
    return names[outcome];
}

/* What the messages about an act show. 0 or GW_E*. */
static int put_act(struct action_call *call, const struct role_act *act)
{
    struct organization org;
    int rc = org_get(call->service, act->org, &org);
    if (rc < 0)
        return rc;
    struct role shown = { .kind = (enum role_kind)act->what,
                          .org_shown = org.shown,
                          .org_kind = org.kind };
    json_put_id(call->slots, "act", act->id);
    json_put_int(call->slots, "confirm", act->confirm);
    json_put_slice(call->slots, "name", act->name);
    if (act->kind == ROLE_ACT_ORG) {
        json_put_slice(call->slots, "parent", org.shown);
        return GW_OK;
    }
    role_describe(call->slots, &shown);
    return notify_set_tail(call->service, call->slots, act->address);
}

static int end_act(struct action_call *call, int outcome, const struct role_act *act)
{
    if (outcome < 0)
        return outcome;
    int rc = outcome == ROLE_ACT_GONE || act->org == 0 ? GW_OK : put_act(call, act);
    return rc < 0 ? rc : action_end(call, act_word(outcome));
}

/* ---- 任命 ---- */

static int appoint_start(struct action_call *call)
{
    struct role own;
    int rc = own_role(call, &own);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "forbidden");
    bool no_phone =
        json_slice(call->slots, "digits").n > 0 && json_slice(call->slots, "phone").n == 0;
    json_object_del(call->slots, "digits");
    return action_end(call, no_phone ? "bad_phone" : "ok");
}

static int appoint_offer(struct action_call *call)
{
    const struct service *s = call->service;
    struct role own, want = { .name = json_slice(call->slots, "name") };
    struct role_act act = { 0 };
    struct organization org;
    struct address to;
    char phone[12];
    int rc = own_role(call, &own);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "forbidden");
    if (!phone_normalize(json_slice(call->slots, "phone"), phone))
        return action_end(call, "bad_phone");
    if (!role_of_word(json_slice(call->slots, "role"), &want.kind))
        return action_end(call, "no_kind");
    rc = find_org(call, own.org, json_slice(call->slots, "org"), &org);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "no_org");
    rc = people_address(s->tx, s->vault, s->ids, SLICE("sms"), slice_of(phone), SLICE(""), s->now,
                        s->arena, &to);
    if (rc < 0)
        return rc;
    want.org = org.id;
    want.address = to.id;
    return end_act(call, role_act_grant(s, call->address->id, &want, &act), &act);
}

/* ---- the number ---- */

static int appoint_confirm(struct action_call *call)
{
    struct role_act act = { 0 };
    int64_t id = json_id(call->slots, "act"), me = call->address->id;
    int64_t number = action_number(call->slots, "number", -1);
    json_object_del(call->slots, "number");
    if (number == REFUSED && json_int(call->slots, "confirm", 0) != REFUSED) {
        int rc = role_act_drop(call->service, id, me);
        return rc < 0 ? rc : action_end(call, rc == ROLE_ACT_DONE ? "no" : act_word(rc));
    }
    return end_act(call, role_act_confirm(call->service, id, me, number, &act), &act);
}

/* ---- 撤销 ---- */

static void put_choice(json_t *item, const struct role *r)
{
    json_put_slice(item, "name", r->name);
    role_describe(item, r);
}

/* The roles that a name may mean, of those below the sender's own organization. */
static int roles_meant(struct action_call *call, struct role **out)
{
    struct role own, *list;
    struct slice org = json_slice(call->slots, "org");
    int rc = own_role(call, &own), kept = 0;
    if (rc <= 0)
        return rc;
    int n = roles_named(call->service, own.org, json_slice(call->slots, "name"), &list);
    for (int i = 0; i < n; i++)
        if (org.n == 0 || slice_find(list[i].org_shown, org) >= 0)
            list[kept++] = list[i];
    *out = list;
    return n < 0 ? n : kept;
}

static int appoint_find(struct action_call *call)
{
    struct role own, *list;
    int rc = own_role(call, &own);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "forbidden");
    int n = roles_meant(call, &list);
    if (n < 0)
        return n;
    if (n == 1)
        json_put_id(call->slots, "_role", list[0].id);
    return action_end(call, n == 0 ? "none" : n == 1 ? "one" : "several");
}

static int appoint_which(struct action_call *call)
{
    struct role *list;
    int n = roles_meant(call, &list);
    call->items = json_array();
    for (int i = 0; i < n && i < CHOICES_MAX; i++) {
        json_t *item = json_object(), *set = json_object();
        json_put_int(item, "n", i + 1);
        put_choice(item, &list[i]);
        json_put_id(set, "_role", list[i].id);
        json_object_set_new(item, "set", set);
        json_array_append_new(call->items, item);
    }
    return n < 0 ? n : GW_OK;
}

static int appoint_revoke(struct action_call *call)
{
    struct role_act act = { 0 };
    int64_t id = json_id(call->slots, "_role");
    return end_act(call, role_act_revoke(call->service, call->address->id, id, &act), &act);
}

/* ---- an organization ---- */

static enum org_kind kind_of_name(struct slice name)
{
    for (size_t i = 0; i < sizeof org_ends / sizeof *org_ends; i++)
        if (ends_with(name, org_ends[i].end))
            return org_ends[i].kind;
    return ORG_TEAM;
}

/* Where it stands: a place whose name it begins with, within that of its parent. */
static int64_t area_of_name(struct slice name, int64_t parent)
{
    struct place p;
    size_t longest = 0;
    int64_t area = parent;
    for (int i = 0; places_at(i, &p); i++)
        if (p.shown.n > longest && slice_find(name, p.shown) == 0 &&
            places_within(p.code, parent)) {
            longest = p.shown.n;
            area = p.code;
        }
    return area;
}

static int appoint_org(struct action_call *call)
{
    struct role own;
    struct role_act act = { 0 };
    struct organization parent = { 0 };
    struct slice name = slice_trim(json_slice(call->slots, "unit"));
    struct slice above = slice_trim(json_slice(call->slots, "parent"));
    int rc = own_role(call, &own);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "forbidden");
    int64_t chars = utf8_count(name);
    if (chars < NAME_MIN || chars > NAME_MAX)
        return action_end(call, "bad_name");
    rc = above.n > 0 ? find_org(call, own.org, above, &parent)
                     : org_get(call->service, own.org, &parent);
    if (rc == 0)
        json_object_set_new(call->slots, "_lost", json_true());
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "no_parent");
    const struct organization org = { .parent = parent.id,
                                      .kind = kind_of_name(name),
                                      .name = name,
                                      .area = area_of_name(name, parent.area) };
    rc = role_act_org(call->service, call->address->id, &org, &act);
    return end_act(call, rc, &act);
}

/* ---- an offered role ---- */

static int answer_offer(struct action_call *call, bool yes)
{
    const struct service *s = call->service;
    struct role role = { 0 }, by = { 0 };
    int rc = role_answer(s, json_id(call->slots, "role"), call->address->id, yes, &role);
    if (rc < 0)
        return rc;
    if (rc == ROLE_ANSWER_GONE)
        return action_end(call, "gone");
    int found = role.granted_by != 0 ? role_get(s, role.granted_by, &by) : 0;
    if (found < 0)
        return found;
    json_put_slice(call->slots, "name", role.name);
    json_put_slice(call->slots, "by", by.name);
    role_describe(call->slots, &role);
    return action_end(call, yes ? "accepted" : "refused");
}

static int appoint_accept(struct action_call *call)
{
    return answer_offer(call, true);
}

static int appoint_refuse(struct action_call *call)
{
    return answer_offer(call, false);
}

/* ---- a role that sleeps ---- */

static int appoint_wake(struct action_call *call)
{
    struct role role = { 0 }, lead = { 0 };
    int rc = role_wake_ask(call->service, call->address->id, &role, &lead);
    if (rc < 0)
        return rc;
    if (rc == ROLE_WAKE_NONE)
        return action_end(call, "none");
    json_put_slice(call->slots, "lead", lead.name);
    json_put_slice(call->slots, "lead_org", lead.org_shown);
    role_describe(call->slots, &role);
    static const char *const names[] = {
        [ROLE_WAKE_ASKED] = "asked", [ROLE_WAKE_WAITS] = "waits", [ROLE_WAKE_NOBODY] = "nobody"
    };
    return action_end(call, names[rc]);
}

#define ACT_OUTCOMES "done", "held", "forbidden", "last", "wrong", "locked", "gone", "no"

const struct action appoint_actions[] = {
    { "appoint.start", appoint_start, OUTCOMES("ok", "forbidden", "bad_phone") },
    { "appoint.offer", appoint_offer,
      OUTCOMES("confirm_it", "forbidden", "bad_phone", "no_kind", "no_org", "self", "held",
               "locked") },
    { "appoint.confirm", appoint_confirm, OUTCOMES(ACT_OUTCOMES), FINAL },
    { "appoint.find", appoint_find, OUTCOMES("one", "several", "none", "forbidden") },
    { "appoint.which", appoint_which, CHOICES },
    { "appoint.revoke", appoint_revoke,
      OUTCOMES("confirm_it", "forbidden", "last", "held", "locked", "gone") },
    { "appoint.org", appoint_org,
      OUTCOMES("confirm_it", "forbidden", "bad_name", "no_parent", "held", "locked") },
    { "appoint.accept", appoint_accept, OUTCOMES("accepted", "gone"), FINAL },
    { "appoint.refuse", appoint_refuse, OUTCOMES("refused", "gone"), FINAL },
    { "appoint.wake", appoint_wake, OUTCOMES("none", "asked", "waits", "nobody") },
    { .name = NULL },
};
