#include "handlers/proxies.h"

#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/base/utf8.h"
#include "gateway/store/people.h"
#include "gateway/store/timers.h"
#include "handlers/consents.h"
#include "handlers/notify.h"

enum { DAY_SECONDS = 86400, PAPER_BYTES = 40 };
enum proxy_state { STATE_ASKED = 1, STATE_YES = 2, STATE_NO = 3, STATE_DISPUTED = 4 };

#define PROXY_COLUMNS                                                                              \
    "p.id, p.address, p.by_address, p.by_name, p.org, p.name, p.birth, p.year_only, p.gender, "    \
    "p.area, p.state, p.volunteer"

SQL(proxy_insert,
    "INSERT INTO proxy_registrations (id, address, by_address, by_name, org, name, birth, "
    "year_only, gender, area, state, volunteer, asked_at, answered_at) VALUES ($id, $address, $by, "
    "$by_name, $org, $name, $birth, $year_only, $gender, $area, $state, $volunteer, $now, 0)");
SQL(proxy_one, "SELECT " PROXY_COLUMNS " FROM proxy_registrations p WHERE p.id = $id");
SQL(proxy_at, "SELECT " PROXY_COLUMNS " FROM proxy_registrations p WHERE p.address = $address "
              "ORDER BY p.state, p.id DESC LIMIT 1");
SQL(proxy_count, "SELECT COUNT(*) FROM proxy_registrations WHERE address = $address "
                 "AND state = $state");
SQL(proxy_today, "SELECT COUNT(*) FROM proxy_registrations WHERE by_address = $by "
                 "AND asked_at >= $from");
SQL(proxy_end, "UPDATE proxy_registrations SET state = $state, volunteer = $volunteer, name = '', "
               "birth = 0, gender = 0, area = 0, answered_at = $now WHERE id = $id");
SQL(proxy_delete, "DELETE FROM proxy_registrations WHERE id = $id AND state = 1");

static const char *const outcomes[PROXY_OUTCOMES] = {
    [PROXY_ASKED] = "asked",         [PROXY_PAPER] = "paper",       [PROXY_UNCHANGED] = "waiting",
    [PROXY_KNOWN] = "known",         [PROXY_BARRED] = "barred",     [PROXY_OWN] = "own",
    [PROXY_BAD_PHONE] = "bad_phone", [PROXY_BAD_NAME] = "name",     [PROXY_BAD_BIRTH] = "birth",
    [PROXY_MINOR] = "minor",         [PROXY_TOO_MANY] = "too_many", [PROXY_DAY_MAX] = "day_max",
    [PROXY_FORBIDDEN] = "forbidden",
};

const char *proxy_outcome_name(enum proxy_outcome outcome)
{
    return (size_t)outcome < PROXY_OUTCOMES ? outcomes[outcome] : "?";
}

struct proxy {
    int64_t id, address, by_address, org, birth, area, volunteer;
    struct slice by_name, name;
    bool year_only;
    enum gender gender;
    enum proxy_state state;
};

/* 1 and `*out` in the arena, 0, or GW_E*. */
static int read_one(const struct service *s, struct rows *r, struct proxy *out)
{
    *out = (struct proxy){ 0 };
    int rc = rows_next(s->tx, r);
    if (rc != 1)
        return rc;
    out->id = rows_int(r, 0);
    out->address = rows_int(r, 1);
    out->by_address = rows_int(r, 2);
    out->by_name = arena_dup(s->arena, rows_text(r, 3));
    out->org = rows_int(r, 4);
    out->name = arena_dup(s->arena, rows_text(r, 5));
    out->birth = rows_int(r, 6);
    out->year_only = rows_int(r, 7) != 0;
    out->gender = (enum gender)rows_int(r, 8);
    out->area = rows_int(r, 9);
    out->state = (enum proxy_state)rows_int(r, 10);
    out->volunteer = rows_int(r, 11);
    rows_close(s->tx, r);
    return 1;
}

static int get(const struct service *s, int64_t id, struct proxy *out)
{
    return read_one(s, sql_rows(s->tx, &proxy_one, BINDS(BIND_INT("id", id))), out);
}

/* The one of a number: asked before answered, the newest of those. */
static int at_number(const struct service *s, int64_t address, struct proxy *out)
{
    return read_one(s, sql_rows(s->tx, &proxy_at, BINDS(BIND_INT("address", address))), out);
}

/* ---- registering ---- */

static int check_form(const struct service *s, const struct proxy_form *form)
{
    if (slice_trim(form->name).n == 0 || utf8_count(form->name) > 20)
        return PROXY_BAD_NAME;
    switch (volunteer_check_birth(s, form->birth, form->year_only)) {
    case REGISTER_DONE:
        return PROXY_ASKED;
    case REGISTER_BAD_BIRTH:
        return PROXY_BAD_BIRTH;
    default:
        return PROXY_MINOR;
    }
}

/* An office that enters people by the dozen has a list to import, where each is asked as well. */
static int check_day(const struct service *s, int64_t by)
{
    int64_t made = 0, from = civil_day_start(civil_day_of(s->now, s->zone), s->zone);
    int rc = sql_int(s->tx, &proxy_today, BINDS(BIND_INT("by", by), BIND_INT("from", from)), &made);
    if (rc < 0)
        return rc;
    return made >= s->policy->proxy_day_max ? PROXY_DAY_MAX : PROXY_ASKED;
}

static int insert(const struct service *s, const struct proxy *p)
{
    int rc = sql_run(
        s->tx, &proxy_insert,
        BINDS(BIND_INT("id", p->id), BIND_INT("address", p->address), BIND_INT("by", p->by_address),
              BIND_TEXT("by_name", p->by_name), BIND_INT("org", p->org), BIND_TEXT("name", p->name),
              BIND_INT("birth", p->birth), BIND_INT("year_only", p->year_only),
              BIND_INT("gender", p->gender), BIND_INT("area", p->area), BIND_INT("state", p->state),
              BIND_INT("volunteer", p->volunteer), BIND_INT("now", s->now)));
    return rc < 0 ? rc : 0;
}

static int send_question(const struct service *s, const struct proxy *p)
{
    struct civil born;
    int64_t until = s->now + s->policy->proxy_days * DAY_SECONDS;
    json_t *params = json_object();
    civil_from_day(p->birth, &born);
    json_put_id(params, "request", p->id);
    json_put_slice(params, "by", p->by_name);
    json_put_slice(params, "name", p->name);
    json_put_slice(params, "birth", arena_printf(s->arena, "%04d", born.year));
    int rc = notify_put(s, p->address, "proxy.ask", params, OUTBOX_NOTICE, 0, until, until);
    return rc < 0 ? rc : timers_set(s->tx, "proxy.expires", p->id, until);
}

/* What stands in the way of asking a number: PROXY_ASKED when nothing does. */
static int check_number(const struct service *s, int64_t address, const struct proxy *p)
{
    struct volunteer *people = NULL;
    int64_t refused = 0, disputed = 0;
    struct proxy before;
    if (address == p->by_address)
        return PROXY_OWN;
    int rc = sql_int(s->tx, &proxy_count,
                     BINDS(BIND_INT("address", address), BIND_INT("state", STATE_NO)), &refused);
    if (rc >= 0)
        rc = sql_int(s->tx, &proxy_count,
                     BINDS(BIND_INT("address", address), BIND_INT("state", STATE_DISPUTED)),
                     &disputed);
    int all = rc < 0 ? rc : opt_state(s, address, OPT_ALL);
    if (all < 0)
        return all;
    if (refused > 0 || disputed > 0 || all == OPT_NO)
        return PROXY_BARRED;
    int n = volunteers_by_address(s, address, &people);
    for (int i = 0; i < n; i++)
        if (slice_eq(people[i].name, p->name))
            return PROXY_KNOWN;
    if (n < 0 || n >= s->policy->people_per_phone)
        return n < 0 ? n : PROXY_TOO_MANY;
    rc = at_number(s, address, &before);
    if (rc < 0)
        return rc;
    return rc == 1 && before.state == STATE_ASKED ? PROXY_UNCHANGED : PROXY_ASKED;
}

static int ask(const struct service *s, const struct proxy_form *form, struct proxy *p)
{
    struct address to;
    char phone[12];
    if (!phone_normalize(form->phone, phone))
        return PROXY_BAD_PHONE;
    int rc = people_address(s->tx, s->vault, s->ids, SLICE("sms"), slice_of(phone), SLICE(""),
                            s->now, s->arena, &to);
    if (rc >= 0)
        rc = check_number(s, to.id, p);
    if (rc != PROXY_ASKED)
        return rc;
    p->address = to.id;
    rc = insert(s, p);
    if (rc >= 0)
        rc = send_question(s, p);
    return rc < 0 ? rc : PROXY_ASKED;
}

static int outcome_of(int registered)
{
    switch (registered) {
    case REGISTER_DONE:
        return PROXY_PAPER;
    case REGISTER_UNCHANGED:
        return PROXY_KNOWN;
    case REGISTER_BAD_NAME:
        return PROXY_BAD_NAME;
    default:
        return registered < 0 ? registered : PROXY_BAD_BIRTH;
    }
}

/* The sheet is kept at the station; its number is the consent's words. */
static int by_paper(const struct service *s, const struct proxy_form *form, struct proxy *p)
{
    struct volunteer v;
    const struct volunteer_form whole = { .name = form->name,
                                          .birth = form->birth,
                                          .year_only = form->year_only,
                                          .gender = form->gender,
                                          .area = form->area,
                                          .channel = SLICE("paper"),
                                          .notice = SLICE("proxy.paper/1"),
                                          .words = utf8_cut(form->paper, PAPER_BYTES) };
    int rc = outcome_of(volunteer_register(s, &whole, &v));
    if (rc != PROXY_PAPER)
        return rc;
    p->state = STATE_YES;
    p->volunteer = v.id;
    p->name = SLICE("");
    p->birth = p->area = 0;
    rc = insert(s, p);
    return rc < 0 ? rc : PROXY_PAPER;
}

int proxy_register(const struct service *s, const struct proxy_form *form)
{
    struct role role;
    int rc = role_any(s, form->by, POWER_REGISTER, &role);
    if (rc <= 0)
        return rc < 0 ? rc : PROXY_FORBIDDEN;
    rc = check_form(s, form);
    if (rc == PROXY_ASKED)
        rc = check_day(s, form->by);
    if (rc != PROXY_ASKED)
        return rc;
    struct proxy p = { .id = ids_next(s->ids),
                       .by_address = form->by,
                       .by_name = arena_printf(s->arena, "%.*s%.*s", SLICE_ARG(role.org_shown),
                                               SLICE_ARG(role.name)),
                       .org = role.org,
                       .name = slice_trim(form->name),
                       .birth = form->birth,
                       .year_only = form->year_only,
                       .gender = form->gender,
                       .area = form->area,
                       .state = STATE_ASKED };
    rc = form->paper.n > 0 ? by_paper(s, form, &p) : ask(s, form, &p);
    if (rc != PROXY_ASKED && rc != PROXY_PAPER)
        return rc;
    int used = role_use(s, form->by, POWER_REGISTER, role.org,
                        rc == PROXY_PAPER ? "proxy.paper" : "proxy.ask", p.id, NULL);
    return used < 0 ? used : rc;
}

/* ---- answers ---- */

static int end(const struct service *s, const struct proxy *p, enum proxy_state state,
               int64_t volunteer)
{
    int rc = sql_run(s->tx, &proxy_end,
                     BINDS(BIND_INT("id", p->id), BIND_INT("state", state),
                           BIND_INT("volunteer", volunteer), BIND_INT("now", s->now)));
    return rc < 0 ? rc : timers_cancel(s->tx, "proxy.expires", p->id);
}

static int put_no(const struct service *s, int64_t address, struct slice words,
                  struct slice channel)
{
    /* The word is the number's: nothing of the person is left to tie it to. */
    const struct consent c = { .address = address,
                               .kind = "registration",
                               .version = SLICE("proxy.ask/1"),
                               .words = words,
                               .channel = channel };
    return consent_put(s, &c);
}

static int accept(const struct service *s, const struct proxy *p, struct slice words,
                  struct slice channel, struct volunteer *v)
{
    const struct volunteer_form form = { .name = p->name,
                                         .birth = p->birth,
                                         .year_only = p->year_only,
                                         .gender = p->gender,
                                         .area = p->area,
                                         .address = p->address,
                                         .channel = channel,
                                         .notice = SLICE("proxy.ask/1"),
                                         .words = words };
    int rc = volunteer_register(s, &form, v);
    if (rc < 0 || (rc != REGISTER_DONE && rc != REGISTER_UNCHANGED))
        return rc < 0 ? rc : PROXY_GONE;
    rc = end(s, p, STATE_YES, v->id);
    return rc < 0 ? rc : PROXY_YES;
}

int proxy_answer(const struct service *s, int64_t request, int64_t address, bool yes,
                 struct slice words, struct slice channel, struct volunteer *out)
{
    struct volunteer unused;
    struct proxy p;
    int rc = get(s, request, &p);
    if (rc <= 0 || p.address != address || p.state != STATE_ASKED)
        return rc < 0 ? rc : PROXY_GONE;
    if (yes)
        return accept(s, &p, words, channel, out ? out : &unused);
    rc = end(s, &p, STATE_NO, 0);
    if (rc >= 0)
        rc = put_no(s, address, words, channel);
    return rc < 0 ? rc : PROXY_NO;
}

int proxy_dispute(const struct service *s, int64_t address, struct proxy_giver *out)
{
    struct proxy p;
    int rc = at_number(s, address, &p);
    if (rc <= 0 || p.state > STATE_YES)
        return rc < 0 ? rc : 0;
    *out = (struct proxy_giver){
        .org = p.org, .address = p.by_address, .volunteer = p.volunteer, .name = p.by_name
    };
    rc = end(s, &p, STATE_DISPUTED, 0);
    return rc < 0 ? rc : 1;
}

int proxy_expires(const struct service *s, int64_t request)
{
    int rc = sql_run(s->tx, &proxy_delete, BINDS(BIND_INT("id", request)));
    return rc < 0 ? rc : 0;
}
