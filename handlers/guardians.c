#include "handlers/guardians.h"

#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/base/utf8.h"
#include "gateway/store/people.h"
#include "gateway/store/timers.h"
#include "handlers/consents.h"
#include "handlers/notify.h"
#include "handlers/places.h"

enum { DAY_SECONDS = 86400, ASKED_MAX = 3, NAME_BYTES = 80 };
enum request_state { REQUEST_OPEN = 1, REQUEST_YES = 2, REQUEST_NO = 3, REQUEST_EXPIRED = 4 };

SQL(request_insert, "INSERT INTO guardian_requests (id, volunteer, address, name, state, asked_at, "
                    "answered_at) VALUES ($id, $volunteer, $address, $name, 1, $now, 0) "
                    "ON CONFLICT DO NOTHING RETURNING id");
SQL(requests_made, "SELECT COUNT(*) FROM guardian_requests WHERE volunteer = $volunteer");
SQL(requests_waiting, "SELECT COUNT(*) FROM guardian_requests WHERE volunteer = $volunteer "
                      "AND state = 1");
SQL(request_get, "SELECT volunteer, address, state FROM guardian_requests WHERE id = $id");
SQL(request_end, "UPDATE guardian_requests SET state = $state, answered_at = $now, name = '' "
                 "WHERE id = $id AND state = 1");

static int send_question(const struct service *s, const struct volunteer *v, int64_t request,
                         struct slice name, int64_t address)
{
    int64_t until = s->now + s->policy->guardian_days * DAY_SECONDS;
    json_t *params = json_object();
    json_put_id(params, "request", request);
    json_put_slice(params, "name", v->name);
    json_put_slice(params, "area", places_name(v->area));
    json_put_slice(params, "guardian", name);
    int rc = notify_put(s, address, "guardian.ask", params, OUTBOX_NOTICE, 0, until,
                        until + DAY_SECONDS);
    if (rc == 0)
        rc = timers_set(s->tx, "guardian.expires", request, until);
    return rc < 0 ? rc : GUARDIAN_ASKED;
}

static int ask_address(const struct service *s, const struct volunteer *v, struct slice name,
                       int64_t address)
{
    int64_t made = 0, id = 0;
    int rc = sql_int(s->tx, &requests_made, BINDS(BIND_INT("volunteer", v->id)), &made);
    if (rc < 0)
        return rc;
    name = utf8_cut(slice_trim(name), NAME_BYTES);
    rc = sql_int(s->tx, &request_insert,
                 BINDS(BIND_INT("id", ids_next(s->ids)), BIND_INT("volunteer", v->id),
                       BIND_INT("address", address), BIND_TEXT("name", name),
                       BIND_INT("now", s->now)),
                 &id);
    if (rc <= 0)
        return rc < 0 ? rc : GUARDIAN_UNCHANGED;
    if (made >= ASKED_MAX) {
        rc = sql_run(
            s->tx, &request_end,
            BINDS(BIND_INT("id", id), BIND_INT("state", REQUEST_EXPIRED), BIND_INT("now", s->now)));
        return rc < 0 ? rc : GUARDIAN_TOO_MANY;
    }
    return send_question(s, v, id, name, address);
}

int guardian_ask(const struct service *s, int64_t volunteer, struct slice name, struct slice phone)
{
    struct volunteer v;
    struct address a;
    char digits[12];
    int rc = volunteer_get(s, volunteer, &v);
    if (rc < 0)
        return rc;
    if (rc == 0 || v.state != VOLUNTEER_PENDING_GUARDIAN)
        return GUARDIAN_NOT_NEEDED;
    if (!phone_normalize(phone, digits))
        return GUARDIAN_BAD_PHONE;
    rc = people_address(s->tx, s->vault, s->ids, SLICE("sms"), slice_of(digits), SLICE(""), s->now,
                        s->arena, &a);
    if (rc < 0)
        return rc;
    if (a.id == v.address)
        return GUARDIAN_SAME_PHONE;
    return ask_address(s, &v, name, a.id);
}

/* Ends an open request: 1 and the volunteer's id, 0 when it is not open or of another address (0:
 * any), or GW_E*. */
static int end_request(const struct service *s, int64_t request, int64_t address,
                       enum request_state state, int64_t *volunteer)
{
    struct rows *r = sql_rows(s->tx, &request_get, BINDS(BIND_INT("id", request)));
    int rc = rows_next(s->tx, r);
    if (rc != 1)
        return rc;
    *volunteer = rows_int(r, 0);
    bool other = address != 0 && rows_int(r, 1) != address;
    rows_close(s->tx, r);
    if (other)
        return 0;
    return sql_run(
        s->tx, &request_end,
        BINDS(BIND_INT("id", request), BIND_INT("state", state), BIND_INT("now", s->now)));
}

static int tell_minor(const struct service *s, const struct volunteer *v, const char *message)
{
    json_t *params = json_object();
    json_put_slice(params, "name", v->name);
    return notify_tell(s, v->address, message, params);
}

static int accept(const struct service *s, const struct volunteer *v, int64_t address,
                  struct slice words)
{
    struct consent c = { .volunteer = v->id,
                         .address = address,
                         .kind = "guardian",
                         .version = SLICE("guardian.ask/1"),
                         .words = words,
                         .yes = true };
    int rc = volunteer_move(s, v->id, VOLUNTEER_ACTIVE);
    if (rc >= 0)
        rc = consent_put(s, &c);
    if (rc >= 0)
        rc = tell_minor(s, v, "guardian.yes");
    return rc;
}

/* Nothing of a minor is kept without a guardian's yes. */
static int drop(const struct service *s, const struct volunteer *v, const char *message)
{
    int rc = tell_minor(s, v, message);
    return rc < 0 ? rc : volunteer_leave(s, v->id);
}

int guardian_answer(const struct service *s, int64_t request, int64_t address, bool yes,
                    struct slice words, struct volunteer *minor)
{
    struct volunteer v;
    int64_t id = 0;
    int rc = end_request(s, request, address, yes ? REQUEST_YES : REQUEST_NO, &id);
    if (rc == 1)
        rc = volunteer_get(s, id, &v);
    if (rc <= 0 || v.state != VOLUNTEER_PENDING_GUARDIAN)
        return rc < 0 ? rc : GUARDIAN_GONE;
    if (minor)
        *minor = v;
    rc = timers_cancel(s->tx, "guardian.expires", request);
    if (rc >= 0)
        rc = yes ? accept(s, &v, address, words) : drop(s, &v, "guardian.no");
    return rc < 0 ? rc : yes ? GUARDIAN_YES : GUARDIAN_NO;
}

/* Removes a record that still waits although nobody can answer for it any more. */
static int drop_unanswered(const struct service *s, int64_t volunteer)
{
    struct volunteer v;
    int64_t waiting = 0;
    int rc = volunteer_get(s, volunteer, &v);
    if (rc <= 0 || v.state != VOLUNTEER_PENDING_GUARDIAN)
        return rc < 0 ? rc : 0;
    rc = sql_int(s->tx, &requests_waiting, BINDS(BIND_INT("volunteer", volunteer)), &waiting);
    if (rc < 0 || waiting > 0)
        return rc < 0 ? rc : 0;
    rc = drop(s, &v, "guardian.late");
    return rc < 0 ? rc : 0;
}

int guardian_expires(const struct service *s, int64_t request)
{
    int64_t id = 0;
    int rc = end_request(s, request, 0, REQUEST_EXPIRED, &id);
    return rc == 1 ? drop_unanswered(s, id) : rc;
}

int guardian_unasked(const struct service *s, int64_t volunteer)
{
    return drop_unanswered(s, volunteer);
}
