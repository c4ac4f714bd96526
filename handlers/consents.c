#include "handlers/consents.h"

#include "gateway/base/utf8.h"
#include "handlers/protect.h"

SQL(consent_insert, "INSERT INTO consents (id, volunteer, address, kind, yes, version, channel, "
                    "words, at) VALUES ($id, $volunteer, $address, $kind, $yes, $version, "
                    "$channel, $words, $now)");
SQL(consent_newest, "SELECT yes FROM consents WHERE volunteer = $volunteer AND kind = $kind "
                    "ORDER BY id DESC LIMIT 1");
SQL(consent_forget, "UPDATE consents SET words = $empty WHERE volunteer = $volunteer");
SQL(opt_set, "INSERT INTO opt_states (address, scope, state, changed_at) "
             "VALUES ($address, $scope, $state, $now) ON CONFLICT (address, scope) DO UPDATE SET "
             "state = $state, changed_at = $now WHERE opt_states.state <> $state");
SQL(opt_get, "SELECT state FROM opt_states WHERE address = $address AND scope = $scope");
SQL(opt_refused, "SELECT COUNT(*) FROM opt_states WHERE address = $address "
                 "AND scope IN (2, $scope) AND state = 2");
SQL(opt_lift, "UPDATE opt_states SET state = 1, changed_at = $now "
              "WHERE address = $address AND scope = 2 AND state = 2");

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

int consents_forget(const struct service *s, int64_t volunteer)
{
    int rc = sql_run(s->tx, &consent_forget,
                     BINDS(BIND_INT("volunteer", volunteer), BIND_BLOB("empty", SLICE(""))));
    return rc < 0 ? rc : 0;
}

static int set_state(const struct service *s, int64_t address, enum opt_scope scope,
                     enum opt_state state)
{
    return sql_run(s->tx, &opt_set,
                   BINDS(BIND_INT("address", address), BIND_INT("scope", scope),
                         BIND_INT("state", state), BIND_INT("now", s->now)));
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
    return rc < 0 ? rc : OPT_CHANGED;
}

int opt_in(const struct service *s, int64_t address, enum opt_scope scope, struct slice words,
           struct slice channel)
{
    int rc = set_state(s, address, scope, OPT_YES), more = 0;
    if (rc >= 0 && scope == OPT_ALL)
        more = set_state(s, address, OPT_BROADCAST, OPT_YES);
    else if (rc >= 0 && scope == OPT_BROADCAST)
        more =
            sql_run(s->tx, &opt_lift, BINDS(BIND_INT("address", address), BIND_INT("now", s->now)));
    if (rc < 0 || more < 0)
        return rc < 0 ? rc : more;
    if (rc + more == 0)
        return OPT_UNCHANGED;
    rc = put_history(s, address, scope, true, words, channel);
    return rc < 0 ? rc : OPT_CHANGED;
}

int opt_state(const struct service *s, int64_t address, enum opt_scope scope)
{
    int64_t state = OPT_UNSET;
    int rc = sql_int(s->tx, &opt_get, BINDS(BIND_INT("address", address), BIND_INT("scope", scope)),
                     &state);
    return rc < 0 ? rc : (int)state;
}

int opt_allows(const struct service *s, int64_t address, enum opt_scope scope)
{
    int64_t refused = 0;
    int rc = sql_int(s->tx, &opt_refused,
                     BINDS(BIND_INT("address", address), BIND_INT("scope", scope)), &refused);
    return rc < 0 ? rc : refused == 0;
}
