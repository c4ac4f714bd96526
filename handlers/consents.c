#include "handlers/consents.h"

#include <string.h>

#include "gateway/base/utf8.h"
#include "gateway/store/people.h"
#include "handlers/broadcasts.h"
#include "handlers/protect.h"
#include "handlers/list.h"

SQL(consent_insert, "INSERT INTO consents (id, volunteer, address, kind, yes, version, channel, "
                    "words, at) VALUES ($id, $volunteer, $address, $kind, $yes, $version, "
                    "$channel, $words, $now)");
SQL(consent_newest, "SELECT yes FROM consents WHERE volunteer = $volunteer AND kind = $kind "
                    "ORDER BY id DESC LIMIT 1");
SQL(consent_forget, "UPDATE consents SET words = $empty WHERE volunteer = $volunteer");
SQL(opt_set, "INSERT INTO opt_states (address, scope, state, changed_at) "
             "VALUES ($address, $scope, $state, $now) ON CONFLICT (address, scope) DO UPDATE SET "
             "state = $state, changed_at = $now WHERE opt_states.state <> $state");
SQL(opt_get, "SELECT state, changed_at FROM opt_states WHERE address = $address "
             "AND scope = $scope");
SQL(opt_lift, "UPDATE opt_states SET state = 1, changed_at = $now "
              "WHERE address = $address AND scope = 2 AND state = 2");
SQL(opt_org_set, "INSERT INTO opt_organizations (address, organization, state, changed_at) "
                 "VALUES ($address, $org, 2, $now) ON CONFLICT (address, organization) "
                 "DO UPDATE SET state = 2, changed_at = $now WHERE opt_organizations.state <> 2");
SQL(opt_orgs_lift, "UPDATE opt_organizations SET state = 1, changed_at = $now "
                   "WHERE address = $address AND state = 2");
SQL(opt_orgs_refused, "SELECT organization FROM opt_organizations WHERE address = $address "
                      "AND state = 2");
SQL(consent_lines, "SELECT c.id, c.at, c.kind, c.version, c.channel, c.words, c.yes, v.name "
                   "FROM consents c LEFT JOIN volunteers v ON v.id = c.volunteer "
                   "WHERE c.address = $address UNION "
                   "SELECT c.id, c.at, c.kind, c.version, c.channel, c.words, c.yes, v.name "
                   "FROM volunteer_links l JOIN consents c ON c.volunteer = l.volunteer "
                   "LEFT JOIN volunteers v ON v.id = c.volunteer WHERE l.address = $address "
                   "ORDER BY 1 DESC");

enum { WORDS_MAX = 1000 };

static const struct {
    const char *name, *kind;
} scopes[] = {
    [OPT_BROADCAST] = { "broadcast", "recruitment" },
    [OPT_ALL] = { "all", "opt.all" },
    [OPT_NIGHT] = { "night", "opt.night" },
    [OPT_REMINDER] = { "reminder", "opt.reminder" },
    [OPT_WECHAT] = { "wechat", "opt.wechat" },
    [OPT_FREQUENCY] = { "frequency", "opt.frequency" },
};
enum { SCOPES = sizeof scopes / sizeof scopes[0] };

bool opt_scope_parse(struct slice name, enum opt_scope *out)
{
    for (int i = OPT_BROADCAST; i < SCOPES; i++)
        if (slice_eq(name, slice_of(scopes[i].name))) {
            *out = (enum opt_scope)i;
            return true;
        }
    return false;
}

int consent_put(const struct service *s, const struct consent *c)
{
    int64_t id = ids_next(s->ids);
    struct slice words = protect_text(s, "consents.words", id, utf8_cut(c->words, WORDS_MAX));
    int rc = sql_run(s->tx, &consent_insert,
                     BINDS(BIND_INT("id", id), BIND_INT("volunteer", c->volunteer),
                           BIND_INT("address", c->address), BIND_STR("kind", c->kind),
                           BIND_INT("yes", c->yes), BIND_TEXT("version", c->version),
                           BIND_TEXT("channel", c->channel), BIND_BLOB("words", words),
                           BIND_INT("now", s->now)));
    return rc < 0 ? rc : 0;
}

int consent_last(const struct service *s, int64_t volunteer, const char *kind)
{
    int64_t yes = 0;
    int rc = sql_int(s->tx, &consent_newest,
                     BINDS(BIND_INT("volunteer", volunteer), BIND_STR("kind", kind)), &yes);
    return rc <= 0 ? rc : yes ? 1 : 2;
}

int consent_to_serve(const struct service *s, int64_t volunteer)
{
    int own = consent_last(s, volunteer, "registration");
    int guardian = own == 1 ? own : consent_last(s, volunteer, "guardian");
    if (own < 0 || guardian < 0)
        return own < 0 ? own : guardian;
    return own == 1 || guardian == 1;
}

int consents_forget(const struct service *s, int64_t volunteer)
{
    int rc = sql_run(s->tx, &consent_forget,
                     BINDS(BIND_INT("volunteer", volunteer), BIND_BLOB("empty", SLICE(""))));
    return rc < 0 ? rc : 0;
}

/* ---- the history, for the person ---- */

static int read_line(const struct service *s, const struct rows *r, struct consent_line *out)
{
    *out = (struct consent_line){
        .at = rows_int(r, 1),
        .kind = arena_dup(s->arena, rows_text(r, 2)),
        .version = arena_dup(s->arena, rows_text(r, 3)),
        .channel = arena_dup(s->arena, rows_text(r, 4)),
        .yes = rows_int(r, 6) != 0,
        .name = arena_dup(s->arena, rows_text(r, 7)),
    };
    return protect_open(s, "consents.words", rows_int(r, 0), rows_blob(r, 5), &out->words);
}

struct lines {
    int64_t *ids;
    struct consent_line *list;
    int n, limit;
    int64_t *seen; /* ids of all lines, newest or not: channels of one person share some */
    int all;
};

/* Notes a line; false when it was there already. */
static bool is_new(const struct service *s, struct lines *l, int64_t id)
{
    for (int i = 0; i < l->all; i++)
        if (l->seen[i] == id)
            return false;
    l->seen = list_room(s->arena, l->seen, l->all, sizeof *l->seen);
    l->seen[l->all++] = id;
    return true;
}

/* Where a line of this id stands among the newest. */
static int place_of(const struct lines *l, int64_t id)
{
    int at = 0;
    while (at < l->n && l->ids[at] > id)
        at++;
    return at;
}

static int add_lines(const struct service *s, int64_t address, struct lines *l)
{
    int rc, bad = 0;
    struct rows *r = sql_rows(s->tx, &consent_lines, BINDS(BIND_INT("address", address)));
    while ((rc = rows_next(s->tx, r)) == 1) {
        if (!is_new(s, l, rows_int(r, 0)))
            continue;
        int at = place_of(l, rows_int(r, 0));
        if (at == l->limit)
            continue;
        int last = l->n < l->limit ? l->n++ : l->limit - 1;
        memmove(l->ids + at + 1, l->ids + at, (size_t)(last - at) * sizeof *l->ids);
        memmove(l->list + at + 1, l->list + at, (size_t)(last - at) * sizeof *l->list);
        l->ids[at] = rows_int(r, 0);
        bad = read_line(s, r, &l->list[at]);
        if (bad < 0)
            break;
    }
    rows_close(s->tx, r);
    return bad < 0 ? bad : rc;
}

int consents_of(const struct service *s, int64_t address, int limit, struct consent_line **out,
                int64_t *all)
{
    int64_t *channels;
    struct lines l = { .limit = limit };
    l.ids = arena_alloc(s->arena, (size_t)(limit + 1) * sizeof *l.ids);
    l.list = arena_alloc(s->arena, (size_t)(limit + 1) * sizeof *l.list);
    int n = people_channels(s->tx, address, s->arena, &channels);
    int rc = n;
    for (int i = 0; rc >= 0 && i < n; i++)
        rc = add_lines(s, channels[i], &l);
    *out = l.list;
    if (all)
        *all = l.all;
    return rc < 0 ? rc : l.n;
}

/* ---- opting out and in ---- */

/* On all channels of the person: the number of those that changed, or GW_E*. */
static int set_state(const struct service *s, int64_t address, enum opt_scope scope,
                     enum opt_state state)
{
    int64_t *channels;
    int n = people_channels(s->tx, address, s->arena, &channels), changed = 0;
    for (int i = 0; i < n; i++) {
        int rc = sql_run(s->tx, &opt_set,
                         BINDS(BIND_INT("address", channels[i]), BIND_INT("scope", scope),
                               BIND_INT("state", state), BIND_INT("now", s->now)));
        if (rc < 0)
            return rc;
        changed += rc;
    }
    return n < 0 ? n : changed;
}

/* Wanting recruitment again lifts 全停 and what was refused of single organizations. */
static int lift(const struct service *s, int64_t address)
{
    int64_t *channels;
    int n = people_channels(s->tx, address, s->arena, &channels), changed = 0;
    for (int i = 0; i < n; i++) {
        int rc = sql_run(s->tx, &opt_lift,
                         BINDS(BIND_INT("address", channels[i]), BIND_INT("now", s->now)));
        int orgs = sql_run(s->tx, &opt_orgs_lift,
                           BINDS(BIND_INT("address", channels[i]), BIND_INT("now", s->now)));
        if (rc < 0 || orgs < 0)
            return rc < 0 ? rc : orgs;
        changed += rc + orgs;
    }
    return n < 0 ? n : changed;
}

static int put_history(const struct service *s, int64_t address, enum opt_scope scope, bool yes,
                       struct slice words, struct slice channel)
{
    struct consent c = { .address = address,
                         .kind = scopes[scope].kind,
                         .words = words,
                         .channel = channel,
                         .yes = yes };
    return consent_put(s, &c);
}

int opt_out(const struct service *s, int64_t address, enum opt_scope scope, struct slice words,
            struct slice channel)
{
    int rc = set_state(s, address, scope, OPT_NO), more = 0;
    if (rc >= 0 && scope == OPT_ALL)
        more = set_state(s, address, OPT_BROADCAST, OPT_NO);
    if (rc < 0 || more < 0)
        return rc < 0 ? rc : more;
    if (rc + more == 0)
        return OPT_UNCHANGED;
    rc = put_history(s, address, scope, false, words, channel);
    if (rc >= 0 && (scope == OPT_BROADCAST || scope == OPT_ALL))
        rc = broadcast_opted_out(s, address);
    return rc < 0 ? rc : OPT_CHANGED;
}

int opt_in(const struct service *s, int64_t address, enum opt_scope scope, struct slice words,
           struct slice channel)
{
    int rc = set_state(s, address, scope, OPT_YES), more = 0;
    if (rc >= 0 && scope == OPT_ALL)
        more = set_state(s, address, OPT_BROADCAST, OPT_YES);
    else if (rc >= 0 && scope == OPT_BROADCAST)
        more = lift(s, address);
    if (rc < 0 || more < 0)
        return rc < 0 ? rc : more;
    if (rc + more == 0)
        return OPT_UNCHANGED;
    rc = put_history(s, address, scope, true, words, channel);
    return rc < 0 ? rc : OPT_CHANGED;
}

int opt_out_of(const struct service *s, int64_t address, const struct organization *org,
               struct slice words, struct slice channel)
{
    int64_t *channels;
    int n = people_channels(s->tx, address, s->arena, &channels), changed = 0;
    for (int i = 0; i < n; i++) {
        int rc = sql_run(s->tx, &opt_org_set,
                         BINDS(BIND_INT("address", channels[i]), BIND_INT("org", org->id),
                               BIND_INT("now", s->now)));
        if (rc < 0)
            return rc;
        changed += rc;
    }
    if (n < 0 || changed == 0)
        return n < 0 ? n : OPT_UNCHANGED;
    const struct consent c = { .address = address,
                               .kind = "organization",
                               .version = org->shown,
                               .words = words,
                               .channel = channel };
    int rc = consent_put(s, &c);
    if (rc >= 0)
        rc = broadcast_opted_out(s, address);
    return rc < 0 ? rc : OPT_CHANGED;
}

/* One channel's word, if it is newer than what is known: 0 or GW_E*. */
static int newer_state(const struct service *s, int64_t address, enum opt_scope scope,
                       int64_t *state, int64_t *at)
{
    struct rows *r =
        sql_rows(s->tx, &opt_get, BINDS(BIND_INT("address", address), BIND_INT("scope", scope)));
    int rc = rows_next(s->tx, r);
    if (rc != 1)
        return rc;
    int64_t said = rows_int(r, 0), when = rows_int(r, 1);
    rows_close(s->tx, r);
    if (*state == OPT_UNSET || when > *at || (when == *at && said > *state)) {
        *state = said;
        *at = when;
    }
    return 0;
}

int opt_state(const struct service *s, int64_t address, enum opt_scope scope)
{
    int64_t *channels;
    int64_t state = OPT_UNSET, at = 0;
    int n = people_channels(s->tx, address, s->arena, &channels);
    for (int i = 0; i < n; i++) {
        int rc = newer_state(s, channels[i], scope, &state, &at);
        if (rc < 0)
            return rc;
    }
    return n < 0 ? n : (int)state;
}

int opt_allows(const struct service *s, int64_t address, enum opt_scope scope)
{
    int all = opt_state(s, address, OPT_ALL);
    int own = all < 0 || scope == OPT_ALL ? all : opt_state(s, address, scope);
    if (own < 0)
        return own;
    return all != OPT_NO && own != OPT_NO;
}

/* Whether an address refused an organization or one above it: 1, 0 or GW_E*. */
static int refuses(const struct service *s, int64_t address, int64_t org)
{
    enum { REFUSED_MAX = 64 };
    int64_t refused[REFUSED_MAX];
    int n = 0, rc;
    struct rows *r = sql_rows(s->tx, &opt_orgs_refused, BINDS(BIND_INT("address", address)));
    while ((rc = rows_next(s->tx, r)) == 1)
        if (n < REFUSED_MAX)
            refused[n++] = rows_int(r, 0);
    for (int i = 0; rc == 0 && i < n; i++)
        rc = org_within(s, org, refused[i]);
    return rc;
}

int opt_recruits(const struct service *s, int64_t address, int64_t org)
{
    int64_t *channels;
    int rc = opt_state(s, address, OPT_BROADCAST);
    if (rc != OPT_YES)
        return rc < 0 ? rc : 0;
    int n = people_channels(s->tx, address, s->arena, &channels);
    rc = n < 0 ? n : 0;
    for (int i = 0; rc == 0 && org != 0 && i < n; i++)
        rc = refuses(s, channels[i], org);
    return rc < 0 ? rc : rc == 0;
}
