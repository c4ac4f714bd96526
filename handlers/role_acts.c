#include "handlers/role_acts.h"

#include "gateway/base/digest.h"
#include "gateway/store/people.h"

enum {
    HOUR_SECONDS = 3600,
    DAY_SECONDS = 86400,
    SIGNED_NUMBER = 1,
    RANDOM_FIRST = 1000,
    RANDOM_COUNT = 9000
};
enum act_state { ACT_WAITS = 1, ACT_DONE = 2, ACT_DROPPED = 3 };

SQL(act_insert, "INSERT INTO role_acts (id, kind, by_address, org, what, role, address, name, "
                "confirm, tries, made_at, state, result) VALUES ($id, $kind, $by, $org, $what, "
                "$role, $address, $name, $confirm, 0, $now, 1, 0)");
SQL(act_one, "SELECT id, kind, by_address, org, what, role, address, name, confirm, made_at, "
             "result, state, tries FROM role_acts WHERE id = $id");
SQL(act_try, "UPDATE role_acts SET tries = tries + 1 WHERE id = $id");
SQL(act_end, "UPDATE role_acts SET state = $state, result = $result WHERE id = $id AND state = 1");
SQL(act_tries, "SELECT CAST(COALESCE(SUM(tries), 0) AS BIGINT) FROM role_acts "
               "WHERE by_address = $by AND made_at > $since");
SQL(act_about, "SELECT id FROM role_acts WHERE role = $role AND kind = $kind AND state = 1 "
               "AND made_at > $since ORDER BY id DESC LIMIT 1");

static int64_t number_for(const struct service *s)
{
    if (s->terms != NULL && s->terms->signed_pushes)
        return SIGNED_NUMBER;
    return RANDOM_FIRST + (int64_t)digest_random_below(RANDOM_COUNT);
}

/* Whether a phone has typed too many wrong numbers today: 1, 0 or GW_E*. */
static int is_locked(const struct service *s, int64_t by)
{
    int64_t tries = 0;
    int rc = sql_int(s->tx, &act_tries,
                     BINDS(BIND_INT("by", by), BIND_INT("since", s->now - DAY_SECONDS)), &tries);
    return rc < 0 ? rc : tries >= 2 * s->policy->code_attempts;
}

static int put_act(const struct service *s, struct role_act *act)
{
    int rc = is_locked(s, act->by);
    if (rc != 0)
        return rc < 0 ? rc : ROLE_ACT_LOCKED;
    act->id = ids_next(s->ids);
    act->confirm = number_for(s);
    act->made_at = s->now;
    rc = sql_run(s->tx, &act_insert,
                 BINDS(BIND_INT("id", act->id), BIND_INT("kind", act->kind),
                       BIND_INT("by", act->by), BIND_INT("org", act->org),
                       BIND_INT("what", act->what), BIND_INT("role", act->role),
                       BIND_INT("address", act->address), BIND_TEXT("name", act->name),
                       BIND_INT("confirm", act->confirm), BIND_INT("now", s->now)));
    return rc < 0 ? rc : ROLE_ACT_ASK;
}

/* Whether both are addresses of one person: 1, 0 or GW_E*. */
static int same_person(const struct service *s, int64_t one, int64_t other)
{
    int64_t *channels;
    int n = people_channels(s->tx, one, s->arena, &channels);
    for (int i = 0; i < n; i++)
        if (channels[i] == other)
            return 1;
    return n < 0 ? n : one == other;
}

/* Whether somebody holds a role or was offered it: 1, 0 or GW_E*. */
static int holds(const struct service *s, const struct role *want)
{
    struct role *list;
    int n = roles_of(s, want->address, &list);
    for (int i = 0; i < n; i++)
        if (list[i].org == want->org && list[i].kind == want->kind)
            return 1;
    return n < 0 ? n : 0;
}

int role_act_grant(const struct service *s, int64_t by, const struct role *want,
                   struct role_act *act)
{
    *act = (struct role_act){ .kind = ROLE_ACT_GRANT,
                              .by = by,
                              .org = want->org,
                              .what = want->kind,
                              .address = want->address,
                              .name = slice_trim(want->name) };
    int rc = role_may(s, by, POWER_APPOINT, want->org, NULL);
    if (rc <= 0)
        return rc < 0 ? rc : ROLE_ACT_FORBIDDEN;
    rc = same_person(s, by, want->address);
    if (rc != 0)
        return rc < 0 ? rc : ROLE_ACT_SELF;
    rc = holds(s, want);
    if (rc != 0)
        return rc < 0 ? rc : ROLE_ACT_UNCHANGED;
    return put_act(s, act);
}

/* Of somebody who has the role: 1, 0 when nobody has it, or GW_E*. */
static int act_on(const struct service *s, int64_t by, int64_t role, enum role_act_kind kind,
                  struct role *r, struct role_act *act)
{
    int rc = role_get(s, role, r);
    if (rc <= 0)
        return rc;
    *act = (struct role_act){ .kind = kind,
                              .by = by,
                              .org = r->org,
                              .what = r->kind,
                              .role = role,
                              .address = r->address,
                              .name = r->name };
    return 1;
}

int role_act_revoke(const struct service *s, int64_t by, int64_t role, struct role_act *act)
{
    struct role r;
    int rc = act_on(s, by, role, ROLE_ACT_REVOKE, &r, act);
    if (rc <= 0)
        return rc < 0 ? rc : ROLE_ACT_GONE;
    rc = role_revocable(s, by, &r);
    if (rc == ROLE_REVOKED_NOW)
        return put_act(s, act);
    if (rc < 0)
        return rc;
    return rc == ROLE_REVOKE_LAST        ? ROLE_ACT_LAST
           : rc == ROLE_REVOKE_FORBIDDEN ? ROLE_ACT_FORBIDDEN
                                         : ROLE_ACT_UNCHANGED;
}

int role_act_wake(const struct service *s, int64_t by, int64_t role, struct role_act *act)
{
    struct role r;
    int rc = act_on(s, by, role, ROLE_ACT_WAKE, &r, act);
    return rc == 1 ? put_act(s, act) : rc < 0 ? rc : ROLE_ACT_GONE;
}

int role_act_org(const struct service *s, int64_t by, const struct organization *org,
                 struct role_act *act)
{
    struct organization taken;
    *act = (struct role_act){ .kind = ROLE_ACT_ORG,
                              .by = by,
                              .org = org->parent,
                              .what = org->kind,
                              .address = org->area,
                              .name = org->name };
    int rc = role_may(s, by, POWER_APPOINT, org->parent, NULL);
    if (rc <= 0)
        return rc < 0 ? rc : ROLE_ACT_FORBIDDEN;
    rc = org_by_name(s, org->name, &taken);
    if (rc != 0)
        return rc < 0 ? rc : ROLE_ACT_UNCHANGED;
    return put_act(s, act);
}

/* ---- the number ---- */

/* An act that still waits for `by`: 1, 0 or GW_E*. */
static int waiting(const struct service *s, int64_t id, int64_t by, struct role_act *act,
                   int64_t *tries)
{
    *act = (struct role_act){ 0 };
    struct rows *r = sql_rows(s->tx, &act_one, BINDS(BIND_INT("id", id)));
    int rc = rows_next(s->tx, r);
    if (rc != 1)
        return rc;
    *act = (struct role_act){
        .id = rows_int(r, 0),
        .kind = (enum role_act_kind)rows_int(r, 1),
        .by = rows_int(r, 2),
        .org = rows_int(r, 3),
        .what = rows_int(r, 4),
        .role = rows_int(r, 5),
        .address = rows_int(r, 6),
        .name = arena_dup(s->arena, rows_text(r, 7)),
        .confirm = rows_int(r, 8),
        .made_at = rows_int(r, 9),
        .result = rows_int(r, 10),
    };
    bool open = rows_int(r, 11) == ACT_WAITS;
    *tries = rows_int(r, 12);
    rows_close(s->tx, r);
    /* A question of our own stays open as long as any; what was typed just now does not. */
    int64_t hours =
        act->kind == ROLE_ACT_WAKE ? s->policy->question_days * 24 : s->policy->role_confirm_hours;
    return open && act->by == by && act->made_at > s->now - hours * HOUR_SECONDS;
}

static int end_act(const struct service *s, const struct role_act *act, enum act_state state)
{
    int rc = sql_run(
        s->tx, &act_end,
        BINDS(BIND_INT("id", act->id), BIND_INT("state", state), BIND_INT("result", act->result)));
    return rc < 0 ? rc : 0;
}

static int revoke(const struct service *s, const struct role_act *act)
{
    int rc = role_revoke(s, act->by, act->role);
    if (rc < 0)
        return rc;
    return rc == ROLE_REVOKED_NOW        ? ROLE_ACT_DONE
           : rc == ROLE_REVOKE_LAST      ? ROLE_ACT_LAST
           : rc == ROLE_REVOKE_FORBIDDEN ? ROLE_ACT_FORBIDDEN
                                         : ROLE_ACT_UNCHANGED;
}

static int grant(const struct service *s, struct role_act *act)
{
    int rc = role_offer(s, act->by, act->org, (enum role_kind)act->what, act->address, act->name,
                        &act->result);
    if (rc < 0)
        return rc;
    return rc == ROLE_OFFER_SENT        ? ROLE_ACT_DONE
           : rc == ROLE_OFFER_FORBIDDEN ? ROLE_ACT_FORBIDDEN
                                        : ROLE_ACT_UNCHANGED;
}

static int add_org(const struct service *s, struct role_act *act)
{
    const struct organization org = { .parent = act->org,
                                      .kind = (enum org_kind)act->what,
                                      .name = act->name,
                                      .shown = act->name,
                                      .area = act->address };
    int rc = role_may(s, act->by, POWER_APPOINT, act->org, NULL);
    if (rc <= 0)
        return rc < 0 ? rc : ROLE_ACT_FORBIDDEN;
    rc = org_add(s, &org, &act->result);
    if (rc <= 0)
        return rc < 0 ? rc : ROLE_ACT_UNCHANGED;
    rc = role_use(s, act->by, POWER_APPOINT, act->org, "org.add", act->result, NULL);
    return rc < 0 ? rc : ROLE_ACT_DONE;
}

static int carry_out(const struct service *s, struct role_act *act)
{
    int rc = GW_EINVAL;
    switch (act->kind) {
    case ROLE_ACT_GRANT:
        rc = grant(s, act);
        break;
    case ROLE_ACT_REVOKE:
        rc = revoke(s, act);
        break;
    case ROLE_ACT_WAKE:
        rc = role_wake(s, act->by, act->role);
        rc = rc < 0 ? rc : rc == 1 ? ROLE_ACT_DONE : ROLE_ACT_UNCHANGED;
        break;
    case ROLE_ACT_ORG:
        rc = add_org(s, act);
        break;
    }
    if (rc < 0)
        return rc;
    int ended = end_act(s, act, rc == ROLE_ACT_DONE ? ACT_DONE : ACT_DROPPED);
    return ended < 0 ? ended : rc;
}

static int wrong_number(const struct service *s, const struct role_act *act, int64_t tries)
{
    int rc = sql_run(s->tx, &act_try, BINDS(BIND_INT("id", act->id)));
    if (rc < 0 || tries + 1 < s->policy->code_attempts)
        return rc < 0 ? rc : ROLE_ACT_WRONG;
    rc = end_act(s, act, ACT_DROPPED);
    return rc < 0 ? rc : ROLE_ACT_LOCKED;
}

int role_act_confirm(const struct service *s, int64_t id, int64_t by, int64_t number,
                     struct role_act *act)
{
    int64_t tries = 0;
    int rc = waiting(s, id, by, act, &tries);
    if (rc <= 0)
        return rc < 0 ? rc : ROLE_ACT_GONE;
    return number == act->confirm ? carry_out(s, act) : wrong_number(s, act, tries);
}

int role_act_drop(const struct service *s, int64_t id, int64_t by)
{
    struct role_act act;
    int64_t tries = 0;
    int rc = waiting(s, id, by, &act, &tries);
    if (rc <= 0)
        return rc < 0 ? rc : ROLE_ACT_GONE;
    int outcome = act.kind == ROLE_ACT_WAKE ? revoke(s, &act) : ROLE_ACT_DONE;
    rc = outcome < 0 ? outcome : end_act(s, &act, ACT_DROPPED);
    return rc < 0 ? rc : outcome;
}

int role_act_open(const struct service *s, enum role_act_kind kind, int64_t role, int64_t since,
                  int64_t *id)
{
    return sql_int(s->tx, &act_about,
                   BINDS(BIND_INT("kind", kind), BIND_INT("role", role), BIND_INT("since", since)),
                   id);
}
