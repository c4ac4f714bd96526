#include "handlers/imports.h"

#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/base/utf8.h"
#include "gateway/store/people.h"
#include "gateway/store/timers.h"
#include "handlers/consents.h"
#include "handlers/notify.h"
#include "handlers/signups.h"

enum { MINUTE = 60, DAY_SECONDS = 86400, KEEPER_BYTES = 60, SLICE_MAX = 1000, NAMES_SHOWN = 2 };
enum question { QUESTION_WAITS = 1, QUESTION_ASKED = 2, QUESTION_YES = 3, QUESTION_NO = 4 };

SQL(import_add, "INSERT INTO import_questions (address, keeper, state, made_at, changed_at) "
                "VALUES ($address, $keeper, 1, $now, $now) ON CONFLICT (address) DO NOTHING");
SQL(import_state, "SELECT state FROM import_questions WHERE address = $address");
SQL(import_next, "SELECT address, keeper FROM import_questions WHERE state = 1 "
                 "ORDER BY made_at, address LIMIT CAST($limit AS BIGINT)");
SQL(import_move, "UPDATE import_questions SET state = $state, changed_at = $now "
                 "WHERE address = $address");

static const char *const outcomes[IMPORT_OUTCOMES] = {
    [IMPORT_TAKEN] = "taken",         [IMPORT_KNOWN] = "known",
    [IMPORT_BAD_PHONE] = "bad_phone", [IMPORT_BAD_NAME] = "bad_name",
    [IMPORT_BAD_BIRTH] = "bad_birth", [IMPORT_TOO_YOUNG] = "too_young",
    [IMPORT_MINOR] = "minor",         [IMPORT_TOO_MANY] = "too_many",
    [IMPORT_ERASED] = "erased",
};

const char *import_outcome_name(enum import_outcome outcome)
{
    return (size_t)outcome < IMPORT_OUTCOMES ? outcomes[outcome] : "?";
}

/* ---- a line ---- */

/* Who had a word with us about recruitment already is not asked. */
static int ask_later(const struct service *s, int64_t address, struct slice keeper)
{
    int said = opt_state(s, address, OPT_BROADCAST);
    int all = said == OPT_UNSET ? opt_state(s, address, OPT_ALL) : said;
    if (all != OPT_UNSET)
        return all < 0 ? all : 0;
    int rc = sql_run(s->tx, &import_add,
                     BINDS(BIND_INT("address", address),
                           BIND_TEXT("keeper", utf8_cut(keeper, KEEPER_BYTES)),
                           BIND_INT("now", s->now)));
    if (rc <= 0)
        return rc;
    return timers_set(s->tx, "import.ask", 0, notify_daytime(s, s->now));
}

static int outcome_of(int registered)
{
    switch (registered) {
    case REGISTER_DONE:
        return IMPORT_TAKEN;
    case REGISTER_UNCHANGED:
        return IMPORT_KNOWN;
    case REGISTER_TOO_MANY:
        return IMPORT_TOO_MANY;
    case REGISTER_BAD_NAME:
        return IMPORT_BAD_NAME;
    case REGISTER_BAD_BIRTH:
        return IMPORT_BAD_BIRTH;
    case REGISTER_TOO_YOUNG:
        return IMPORT_TOO_YOUNG;
    case REGISTER_GUARDIAN:
        return IMPORT_MINOR;
    default:
        return registered;
    }
}

int import_person(const struct service *s, const struct import_person *p)
{
    struct address to;
    struct volunteer v;
    char phone[12];
    int64_t state = 0;
    if (!phone_normalize(p->phone, phone))
        return IMPORT_BAD_PHONE;
    /* Before anything is kept: not even the number of a child. */
    int rc = (int)volunteer_check_birth(s, p->birth, p->year_only);
    if (rc != REGISTER_DONE)
        return outcome_of(rc);
    rc = people_address(s->tx, s->vault, s->ids, SLICE("sms"), slice_of(phone), SLICE(""), s->now,
                        s->arena, &to);
    if (rc >= 0)
        rc = sql_int(s->tx, &import_state, BINDS(BIND_INT("address", to.id)), &state);
    if (rc < 0 || state == QUESTION_NO)
        return rc < 0 ? rc : IMPORT_ERASED;
    const struct volunteer_form form = { .name = p->name,
                                         .birth = p->birth,
                                         .year_only = p->year_only,
                                         .gender = p->gender,
                                         .area = p->area,
                                         .address = to.id,
                                         .imported = true };
    rc = outcome_of(volunteer_register(s, &form, &v));
    if (rc == IMPORT_TAKEN) {
        int asked = ask_later(s, to.id, p->keeper);
        return asked < 0 ? asked : rc;
    }
    return rc;
}

/* ---- asking ---- */

/* Those of a number who were imported and said nothing yet, in the arena: number or GW_E*. */
static int unasked(const struct service *s, int64_t address, struct volunteer **out)
{
    int n = volunteers_by_address(s, address, out), kept = 0;
    for (int i = 0; i < n; i++) {
        int said = consent_last(s, (*out)[i].id, "registration");
        int guardian = said == 0 ? consent_last(s, (*out)[i].id, "guardian") : said;
        if (said < 0 || guardian < 0)
            return said < 0 ? said : guardian;
        if (guardian == 0)
            (*out)[kept++] = (*out)[i];
    }
    return n < 0 ? n : kept;
}

static int move(const struct service *s, int64_t address, enum question state)
{
    int rc = sql_run(
        s->tx, &import_move,
        BINDS(BIND_INT("address", address), BIND_INT("state", state), BIND_INT("now", s->now)));
    return rc < 0 ? rc : 0;
}

static int ask(const struct service *s, int64_t address, struct slice keeper)
{
    struct volunteer *people;
    int n = unasked(s, address, &people);
    if (n <= 0)
        return n < 0 ? n : move(s, address, QUESTION_ASKED);
    json_t *params = json_object(), *names = json_array();
    for (int i = 0; i < n && i < NAMES_SHOWN; i++)
        json_array_append_new(names, json_stringn(people[i].name.p, people[i].name.n));
    json_put_slice(params, "keeper", keeper);
    json_object_set_new(params, "names", names);
    json_object_set_new(params, "several", json_boolean(n > 1));
    int rc = notify_ask(s, address, "import.ask", params);
    return rc < 0 ? rc : move(s, address, QUESTION_ASKED);
}

int import_ask_timer(const struct service *s, int64_t subject)
{
    struct waiting {
        int64_t address;
        struct slice keeper;
    };
    int limit = (int)s->policy->import_slice, n = 0, rc;
    struct waiting *list = arena_alloc(s->arena, (size_t)limit * sizeof *list);
    int64_t morning = notify_daytime(s, s->now);
    if (morning > s->now)
        return timers_set(s->tx, "import.ask", subject, morning);
    struct rows *r = sql_rows(s->tx, &import_next, BINDS(BIND_INT("limit", limit)));
    while ((rc = rows_next(s->tx, r)) == 1)
        list[n++] = (struct waiting){ rows_int(r, 0), arena_dup(s->arena, rows_text(r, 1)) };
    for (int i = 0; rc >= 0 && i < n; i++)
        rc = ask(s, list[i].address, list[i].keeper);
    if (rc < 0 || n < limit)
        return rc < 0 ? rc : 0;
    return timers_set(s->tx, "import.ask", subject, s->now + s->policy->import_minutes * MINUTE);
}

/* ---- answers ---- */

static int put_answer(const struct service *s, int64_t volunteer, int64_t address, bool yes,
                      struct slice words, struct slice channel)
{
    const struct consent c = { .volunteer = volunteer,
                               .address = address,
                               .kind = "registration",
                               .version = SLICE("import.ask/1"),
                               .words = words,
                               .channel = channel,
                               .yes = yes };
    return consent_put(s, &c);
}

int import_accept(const struct service *s, int64_t address, struct slice words,
                  struct slice channel)
{
    struct volunteer *people;
    int n = unasked(s, address, &people), rc = n;
    for (int i = 0; rc >= 0 && i < n; i++)
        rc = put_answer(s, people[i].id, address, true, words, channel);
    if (rc < 0 || n == 0)
        return rc;
    rc = opt_in(s, address, OPT_BROADCAST, words, channel);
    if (rc >= 0)
        rc = move(s, address, QUESTION_YES);
    return rc < 0 ? rc : 1;
}

int import_refuse(const struct service *s, int64_t address, struct slice words,
                  struct slice channel)
{
    struct volunteer *people;
    int n = unasked(s, address, &people), rc = n;
    for (int i = 0; rc >= 0 && i < n; i++) {
        rc = signups_leave(s, people[i].id);
        if (rc >= 0)
            rc = volunteer_leave(s, people[i].id);
    }
    /* The word is the number's: nothing of the people is left to tie it to. */
    if (rc >= 0 && n > 0)
        rc = put_answer(s, 0, address, false, words, channel);
    if (rc >= 0)
        rc = move(s, address, QUESTION_NO);
    return rc < 0 ? rc : n > 0;
}

int import_left(const struct service *s, int64_t address)
{
    return move(s, address, QUESTION_NO);
}
