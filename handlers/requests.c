#include "handlers/requests.h"

#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "gateway/store/timers.h"
#include "handlers/hours_row.h"
#include "handlers/notify.h"
#include "handlers/protect.h"
#include "handlers/roles.h"
#include "handlers/words.h"

enum { NAME_BYTES = 40, SERVICE_BYTES = 120, TEXTS = 2, ASK_AT = 9 * 60 };

static const char words_column[] = "requests.words";

#define REQUEST_COLUMNS                                                                            \
    "q.id, q.number, q.org, q.address, q.area, q.day, q.state, q.helper, q.helper_address, "       \
    "q.duty, q.hours, q.words"

SQL(help_insert, "INSERT INTO requests (id, number, org, address, area, day, state, helper, "
                 "helper_address, duty, hours, words, made_at) VALUES ($id, $number, $org, "
                 "$address, $area, $day, 1, 0, 0, 0, 0, $words, $now)");
SQL(help_one, "SELECT " REQUEST_COLUMNS " FROM requests q WHERE q.id = $id");
SQL(help_numbered, "SELECT " REQUEST_COLUMNS " FROM requests q WHERE q.number = $number "
                   "ORDER BY q.id DESC LIMIT 1");
SQL(help_of_helper, "SELECT " REQUEST_COLUMNS " FROM requests q WHERE q.helper = $helper "
                    "AND q.day = $day AND q.state IN (3, 4, 5) AND q.hours = 0 "
                    "ORDER BY q.id LIMIT 1");
SQL(help_same, "SELECT " REQUEST_COLUMNS " FROM requests q WHERE q.address = $address "
               "AND q.day = $day AND q.state IN (1, 2, 3) ORDER BY q.id DESC LIMIT 1");
SQL(help_of_hours, "SELECT " REQUEST_COLUMNS " FROM requests q WHERE q.hours = $hours "
                   "AND q.hours <> 0");
SQL(help_ask, "UPDATE requests SET state = 2, helper = $helper, helper_address = $address, "
              "duty = $duty WHERE id = $id AND state IN (1, 2)");
SQL(help_move, "UPDATE requests SET state = $to WHERE id = $id AND state = $from");
SQL(help_drop, "UPDATE requests SET state = 1, helper = 0, helper_address = 0 "
               "WHERE id = $id AND state = 2");
SQL(help_hours, "UPDATE requests SET hours = $hours WHERE id = $id AND hours = 0");
SQL(help_closed, "UPDATE requests SET state = 5 WHERE id = $id AND state = 4");

/* ---- reading ---- */

static int read_one(const struct service *s, struct rows *r, struct request *out)
{
    struct slice packed, texts[TEXTS];
    *out = (struct request){ 0 };
    int rc = rows_next(s->tx, r);
    if (rc != 1)
        return rc;
    out->id = rows_int(r, 0);
    out->number = rows_int(r, 1);
    out->org = rows_int(r, 2);
    out->address = rows_int(r, 3);
    out->area = rows_int(r, 4);
    out->day = rows_int(r, 5);
    out->state = (enum request_state)rows_int(r, 6);
    out->helper = rows_int(r, 7);
    out->helper_address = rows_int(r, 8);
    out->duty = rows_int(r, 9);
    out->hours = rows_int(r, 10);
    rc = protect_open(s, words_column, out->id, rows_blob(r, 11), &packed);
    if (rc == 0)
        rc = words_unpack(packed, texts, TEXTS);
    rows_close(s->tx, r);
    if (rc != 0)
        return rc;
    out->name = texts[0];
    out->service = texts[1];
    return 1;
}

int request_get(const struct service *s, int64_t id, struct request *out)
{
    return read_one(s, sql_rows(s->tx, &help_one, BINDS(BIND_INT("id", id))), out);
}

int request_by_number(const struct service *s, int64_t number, struct request *out)
{
    return read_one(s, sql_rows(s->tx, &help_numbered, BINDS(BIND_INT("number", number))), out);
}

int request_of_helper(const struct service *s, int64_t volunteer, int64_t day, struct request *out)
{
    return read_one(s,
                    sql_rows(s->tx, &help_of_helper,
                             BINDS(BIND_INT("helper", volunteer), BIND_INT("day", day))),
                    out);
}

int request_of_hours(const struct service *s, int64_t hours, struct request *out)
{
    return read_one(s, sql_rows(s->tx, &help_of_hours, BINDS(BIND_INT("hours", hours))), out);
}

/* ---- asking for help ---- */

static int insert(const struct service *s, const struct request_form *form, const struct task *task,
                  int64_t id)
{
    const struct slice texts[TEXTS] = { utf8_cut(slice_trim(form->name), NAME_BYTES),
                                        utf8_cut(slice_trim(form->service), SERVICE_BYTES) };
    struct slice words = protect_text(s, words_column, id, words_pack(texts, TEXTS, s->arena));
    int rc = sql_run(s->tx, &help_insert,
                     BINDS(BIND_INT("id", id), BIND_INT("number", task->number),
                           BIND_INT("org", task->origin), BIND_INT("address", form->address),
                           BIND_INT("area", form->area), BIND_INT("day", form->day),
                           BIND_BLOB("words", words), BIND_INT("now", s->now)));
    return rc < 0 ? rc : 0;
}

/* The same wish for the same day, still open: 1 and its task, 0, or GW_E*. */
static int find_same(const struct service *s, const struct request_form *form, struct task *task)
{
    struct request before;
    int rc =
        read_one(s,
                 sql_rows(s->tx, &help_same,
                          BINDS(BIND_INT("address", form->address), BIND_INT("day", form->day))),
                 &before);
    if (rc != 1 || !slice_eq(before.service, utf8_cut(slice_trim(form->service), SERVICE_BYTES)))
        return rc < 0 ? rc : 0;
    return task_by_number(s, before.number, task);
}

int request_open(const struct service *s, const struct request_form *form, struct task *task)
{
    int same = find_same(s, form, task);
    if (same != 0)
        return same < 0 ? same : REQUEST_AGAIN;
    int64_t id = ids_next(s->ids);
    const struct task_form opened = { .kind = TASK_REQUEST,
                                      .area = form->area,
                                      .asker = form->address,
                                      .volunteer = form->volunteer,
                                      .name = utf8_cut(slice_trim(form->name), NAME_BYTES),
                                      .said = form->words,
                                      .subject = id };
    int rc = task_open(s, &opened, task);
    if (rc < 0)
        return rc;
    int kept = insert(s, form, task, id);
    if (kept < 0)
        return kept;
    return rc == TASK_NOBODY ? REQUEST_NOBODY : REQUEST_OPENED;
}

/* ---- a volunteer for it ---- */

static json_t *params_of(const struct request *r, struct slice name)
{
    json_t *params = json_object();
    json_put_id(params, "request", r->id);
    json_put_slice(params, "name", name);
    json_put_slice(params, "who", r->name);
    json_put_slice(params, "service", r->service);
    notify_set_day(params, "date", r->day);
    json_put_int(params, "number", r->number);
    return params;
}

int request_assign(const struct service *s, int64_t by, int64_t number, int64_t volunteer,
                   struct request *out)
{
    struct volunteer v;
    int rc = request_by_number(s, number, out);
    if (rc == 1)
        rc = role_may(s, by, POWER_ANSWER, out->org, NULL);
    if (rc <= 0)
        return rc < 0 ? rc : REQUEST_NOT_FOUND;
    if (out->state >= REQUEST_TAKEN)
        return out->state == REQUEST_TAKEN ? REQUEST_HAS_ONE : REQUEST_NOT_FOUND;
    if (out->day < civil_day_of(s->now, s->zone))
        return REQUEST_PAST;
    if (out->state == REQUEST_ASKED && out->helper == volunteer)
        return REQUEST_UNCHANGED;
    rc = volunteer_get(s, volunteer, &v);
    if (rc <= 0 || v.state != VOLUNTEER_ACTIVE)
        return rc < 0 ? rc : REQUEST_NOT_FOUND;
    rc = hours_is_own(s, out->address, volunteer);
    if (rc != 0)
        return rc < 0 ? rc : REQUEST_OWN;
    rc = sql_run(s->tx, &help_ask,
                 BINDS(BIND_INT("id", out->id), BIND_INT("helper", volunteer),
                       BIND_INT("address", v.address), BIND_INT("duty", by)));
    if (rc >= 0)
        rc = role_use(s, by, POWER_ANSWER, out->org, "request.assign", out->id, NULL);
    if (rc >= 0)
        rc = notify_ask(s, v.address, "request.offer", params_of(out, v.name));
    return rc < 0 ? rc : REQUEST_ASSIGNED;
}

static int tell_duty(const struct service *s, const struct request *r, const char *message,
                     struct slice helper)
{
    json_t *params = json_object();
    json_put_int(params, "number", r->number);
    json_put_slice(params, "helper", helper);
    return notify_tell(s, r->duty, message, params);
}

static int take(const struct service *s, const struct request *r, struct slice helper)
{
    int rc = 0;
    if (r->address != r->duty) {
        json_t *params = params_of(r, r->name);
        json_put_slice(params, "helper", helper);
        rc = notify_tell(s, r->address, "request.taken", params);
    }
    if (rc >= 0)
        rc = tell_duty(s, r, "request.filled", helper);
    if (rc >= 0)
        rc = task_settle(s, TASK_REQUEST, r->id);
    return rc < 0 ? rc
                  : timers_set(s->tx, "request.over", r->id, notify_moment(s, r->day + 1, ASK_AT));
}

int request_answer(const struct service *s, int64_t request, int64_t address, bool yes,
                   struct request *out)
{
    struct volunteer v;
    int rc = request_get(s, request, out);
    if (rc <= 0 || out->helper_address != address || out->state != REQUEST_ASKED)
        return rc < 0 ? rc : REQUEST_GONE;
    rc = volunteer_get(s, out->helper, &v);
    if (rc <= 0 || v.state != VOLUNTEER_ACTIVE)
        return rc < 0 ? rc : REQUEST_GONE;
    if (!yes) {
        rc = sql_run(s->tx, &help_drop, BINDS(BIND_INT("id", request)));
        if (rc >= 0)
            rc = tell_duty(s, out, "request.declined", v.name);
        return rc < 0 ? rc : REQUEST_NO;
    }
    rc = sql_run(s->tx, &help_move,
                 BINDS(BIND_INT("id", request), BIND_INT("from", REQUEST_ASKED),
                       BIND_INT("to", REQUEST_TAKEN)));
    if (rc >= 0)
        rc = take(s, out, v.name);
    return rc < 0 ? rc : REQUEST_YES;
}

/* ---- afterwards ---- */

/* Once: the move from taken to over is the right to ask. */
static int ask_recipient(const struct service *s, const struct request *r, int64_t minutes)
{
    struct volunteer v;
    int rc = sql_run(s->tx, &help_move,
                     BINDS(BIND_INT("id", r->id), BIND_INT("from", REQUEST_TAKEN),
                           BIND_INT("to", REQUEST_OVER)));
    if (rc <= 0)
        return rc < 0 ? rc : 0;
    /* Filed at the station: the word of who was helped is not the worker's to give. */
    rc = role_may(s, r->address, POWER_ANSWER, r->org, NULL);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    rc = volunteer_get(s, r->helper, &v);
    if (rc <= 0)
        return rc < 0 ? rc : 0;
    json_t *params = params_of(r, r->name);
    json_put_slice(params, "helper", v.name);
    json_put_int(params, "minutes", minutes);
    rc = notify_ask(s, r->address, "recipient.ask", params);
    return rc < 0 ? rc : 0;
}

int request_served(const struct service *s, const struct request *r, int64_t hours, int64_t minutes)
{
    int rc = sql_run(s->tx, &help_hours, BINDS(BIND_INT("id", r->id), BIND_INT("hours", hours)));
    return rc < 0 ? rc : ask_recipient(s, r, minutes);
}

int request_over(const struct service *s, int64_t request)
{
    struct request r;
    int rc = request_get(s, request, &r);
    return rc <= 0 ? rc : ask_recipient(s, &r, 0);
}

int request_close(const struct service *s, int64_t request)
{
    return sql_run(s->tx, &help_closed, BINDS(BIND_INT("id", request)));
}
