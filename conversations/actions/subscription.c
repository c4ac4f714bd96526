/* Opting out at once and without a question, in again, and what was agreed to (scripts 1.8). */
#include <string.h>

#include "conversations/actions/common.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "handlers/broadcasts.h"
#include "handlers/consents.h"
#include "handlers/notify.h"
#include "handlers/volunteers.h"

/* The next activity that somebody on this phone has a place in: 1, 0 or GW_E*. */
static int next_signup(struct action_call *call, struct signup *out)
{
    struct signup *own = NULL;
    int n = signups_at(call->service, call->address->id, call->service->now, &own);
    for (int i = 0; i < n; i++)
        if (own[i].state == SIGNUP_JOINED) {
            *out = own[i];
            return 1;
        }
    return n < 0 ? n : 0;
}

static int set_people(struct action_call *call)
{
    struct volunteer *own = NULL;
    int n = volunteers_by_address(call->service, call->address->id, &own);
    json_t *names = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(names, json_stringn(own[i].name.p, own[i].name.n));
    json_object_set_new(call->slots, "people", names);
    return n < 0 ? n : GW_OK;
}

static int broadcast_ended(struct action_call *call, bool changed)
{
    struct signup next = { 0 };
    int rc = next_signup(call, &next);
    if (rc < 0)
        return rc;
    if (rc == 1)
        action_put_signup(call->service, call->slots, &next);
    if (rc == 1 && json_flag(call->slots, "offer", false))
        return action_end(call, "offer");
    if (!changed)
        return action_end(call, "again");
    if (rc == 1)
        return action_end(call, "keep");
    rc = set_people(call);
    return rc < 0 ? rc : action_end(call, "done");
}

/* ---- one organization: 不要再收街道的招募 ---- */

/* Whether `name` stands in the text as whose recruitment it is: 街道的, 街道发的, 街道招募. */
static bool names_sender(struct slice text, struct slice name)
{
    static const char *const behind[] = { "的",   "发",   "那边", "这边", "里的", "招募",
                                          "短信", "通知", "消息", "活动", NULL };
    for (ptrdiff_t at = name.n > 0 ? slice_find(text, name) : -1; at >= 0;
         at = slice_find(text, name)) {
        text = slice_skip(text, (size_t)at + name.n);
        for (int i = 0; behind[i] != NULL; i++)
            if (slice_starts(text, slice_of(behind[i])))
                return true;
    }
    return false;
}

/* 老街社区站 is said as 老街社区, 思茅街道分会 as 思茅街道. */
static struct slice without_end(struct slice name)
{
    static const char *const ends[] = { "站", "分会", NULL };
    for (int i = 0; ends[i] != NULL; i++)
        if (slice_ends(name, slice_of(ends[i])))
            return slice_head(name, name.n - slice_of(ends[i]).n);
    return name;
}

/* The organization whose name the text holds, the longest name of several: 1, 0 or GW_E*. */
static int org_by_text(struct action_call *call, struct slice text, struct organization *out)
{
    enum { ORGS_MAX = 500 };
    struct organization *all = NULL;
    size_t longest = 0;
    int n = org_list(call->service, ORGS_MAX, &all);
    for (int i = 0; i < n; i++) {
        const struct slice names[] = { all[i].name, all[i].shown, without_end(all[i].shown) };
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            if (names[k].n > longest && utf8_count(names[k]) > 2 && names_sender(text, names[k])) {
                longest = names[k].n;
                *out = all[i];
            }
    }
    return n < 0 ? n : longest > 0;
}

/* The person's own 街道, 社区 or 区: 1, 0 or GW_E*. */
static int org_of_own(struct action_call *call, struct slice text, struct organization *out)
{
    static const struct {
        const char *word;
        enum org_kind kind;
    } words[] = { { "街道", ORG_BRANCH },  { "镇上", ORG_BRANCH },   { "镇", ORG_BRANCH },
                  { "乡", ORG_BRANCH },    { "社区", ORG_STATION },  { "村", ORG_STATION },
                  { "站", ORG_STATION },   { "区里", ORG_DISTRICT }, { "文明办", ORG_DISTRICT },
                  { "区上", ORG_DISTRICT } };
    struct person me;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!names_sender(text, slice_of(words[i].word)))
            continue;
        int rc = action_person(call, &me);
        if (rc == 1)
            rc = org_for_area(call->service, me.area, out);
        while (rc == 1 && out->kind > words[i].kind && out->parent != 0)
            rc = org_get(call->service, out->parent, out);
        return rc == 1 ? out->kind == words[i].kind : rc;
    }
    return 0;
}

/* 1 when recruitment of one organization alone was refused: ended. 0 or GW_E*. */
static int one_organization(struct action_call *call)
{
    struct organization org;
    struct slice text = call->reading ? reading_text(call->reading) : SLICE("");
    if (call->reading && understand_global(call->reading) != GLOBAL_NONE)
        return 0;
    int rc = org_by_text(call, text, &org);
    if (rc == 0)
        rc = org_of_own(call, text, &org);
    if (rc <= 0)
        return rc;
    rc = opt_out_of(call->service, call->address->id, &org, action_words(call),
                    action_channel(call));
    if (rc < 0)
        return rc;
    json_put_slice(call->slots, "org", org.shown);
    rc = action_end(call, rc == OPT_CHANGED ? "org" : "again");
    return rc < 0 ? rc : 1;
}

/* 别发了 of an organizer whose texts are on their way is about those. */
static int optout_sending(struct action_call *call)
{
    struct broadcast b;
    enum global_word word = call->reading ? understand_global(call->reading) : GLOBAL_OPT_OUT;
    if (word != GLOBAL_NONE && word <= GLOBAL_STOP)
        return action_end(call, "own");
    int rc = broadcast_open_of(call->service, call->address->id, &b);
    if (rc < 0)
        return rc;
    return action_end(call, rc == 1 && b.state >= BROADCAST_SECOND ? "stop" : "own");
}

static int optout_now(struct action_call *call)
{
    enum opt_scope scope = OPT_BROADCAST;
    struct slice said = json_slice(call->slots, "scope");
    if (said.n > 0 && !opt_scope_parse(said, &scope))
        scope = OPT_BROADCAST;
    if (scope == OPT_FREQUENCY)
        return action_end(call, "fewer"); /* there is nothing between all and none yet */
    int one = scope == OPT_BROADCAST ? one_organization(call) : 0;
    if (one != 0)
        return one < 0 ? one : GW_OK;
    int rc =
        opt_out(call->service, call->address->id, scope, action_words(call), action_channel(call));
    if (rc < 0)
        return rc;
    switch (scope) {
    case OPT_ALL:
        return action_end(call, rc == OPT_CHANGED ? "all" : "again");
    case OPT_NIGHT:
        return action_end(call, "night");
    case OPT_REMINDER:
        return action_end(call, "reminder");
    case OPT_WECHAT:
        return action_end(call, "wechat");
    default:
        return broadcast_ended(call, rc == OPT_CHANGED);
    }
}

static int optin_now(struct action_call *call)
{
    const struct service *s = call->service;
    struct slice words = action_words(call), channel = action_channel(call);
    int rc = opt_in(s, call->address->id, OPT_BROADCAST, words, channel);
    int reminders = rc < 0 ? rc : opt_state(s, call->address->id, OPT_REMINDER);
    if (reminders == OPT_NO)
        reminders = opt_in(s, call->address->id, OPT_REMINDER, words, channel);
    rc = reminders;
    struct person me;
    if (rc >= 0)
        rc = action_person(call, &me);
    return rc < 0 ? rc : action_end(call, rc == 1 ? "done" : "stranger");
}

/* ---- what was agreed to ---- */

/* 是呢 rather than a whole story. */
static struct slice shortened(const struct service *s, struct slice words)
{
    enum { WORDS_SHOWN = 8 };
    struct slice rest = words;
    for (int i = 0; i < WORDS_SHOWN && rest.n > 0; i++)
        (void)utf8_next(&rest);
    if (rest.n == 0)
        return words;
    return arena_printf(s->arena, "%.*s…", SLICE_ARG(slice_head(words, words.n - rest.n)));
}

static json_t *consent_item(const struct service *s, const struct consent_line *line)
{
    json_t *item = json_object();
    notify_set_time(s, item, "date", "time", line->at);
    json_put_int(item, "yes", line->yes);
    json_put_slice(item, "words", shortened(s, line->words));
    json_put_int(item, "wechat", slice_eq(line->channel, SLICE("wechat")));
    json_put_slice(item, "name", line->name);
    /* One flag a kind, so that the message names it: "opt.all" as opt_all. */
    char *kind = arena_str(s->arena, line->kind);
    for (char *c = kind; *c != '\0'; c++)
        if (*c == '.')
            *c = '_';
    json_put_int(item, kind, 1);
    if (strcmp(kind, "organization") == 0)
        json_put_slice(item, "org", line->version);
    return item;
}

/* One word may stand for the person and for the number. */
static bool is_said_again(const struct consent_line *line, const struct consent_line *before)
{
    return line->at == before->at && line->yes == before->yes &&
           slice_eq(line->kind, before->kind) && slice_eq(line->words, before->words);
}

static int consents_list(struct action_call *call)
{
    enum { READ_MAX = 100, SHOWN_MAX = 5 };
    struct consent_line *lines = NULL;
    int64_t all = 0, shown = 0;
    int n = consents_of(call->service, call->address->id, READ_MAX, &lines, &all);
    if (n <= 0)
        return n < 0 ? n : action_end(call, "none");
    json_t *items = json_array();
    for (int i = 0; i < n; i++) {
        if (i > 0 && is_said_again(&lines[i], &lines[i - 1]))
            all--;
        else if (shown < SHOWN_MAX && ++shown)
            json_array_append_new(items, consent_item(call->service, &lines[i]));
    }
    json_object_set_new(call->slots, "items", items);
    json_put_int(call->slots, "more", all - shown);
    return action_end(call, "found");
}

const struct action subscription_actions[] = {
    { "optout.sending", optout_sending, OUTCOMES("stop", "own") },
    { "optout.now", optout_now,
      OUTCOMES("done", "keep", "offer", "again", "org", "all", "reminder", "night", "wechat",
               "fewer"),
      FINAL },
    { "optin.now", optin_now, OUTCOMES("done", "stranger"), FINAL },
    { "consents.list", consents_list, OUTCOMES("found", "none") },
    { .name = NULL },
};
