#include "handlers/evaluations.h"

#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "handlers/hours.h"
#include "handlers/protect.h"
#include "handlers/roles.h"

enum { WORDS_BYTES = 300, REFERENCE_BYTES = 40, BEST = 5 };

static const char words_column[] = "evaluations.words";

SQL(evaluation_insert, "INSERT INTO evaluations (id, request, activity, method, rating, words, "
                       "by_address, at) VALUES ($id, $request, $activity, $method, $rating, "
                       "$words, $by, $now) ON CONFLICT DO NOTHING RETURNING id");
SQL(evaluation_request, "SELECT id, method, rating, words, at FROM evaluations "
                        "WHERE request = $request AND request <> 0");
SQL(evaluation_activity, "SELECT id, method, rating, words, at FROM evaluations "
                         "WHERE activity = $activity AND activity <> 0");

const char *evaluation_method_name(enum evaluation_method m)
{
    static const char *const names[] = { "none", "sms", "wechat", "paper", "paper" };
    return (size_t)m < sizeof names / sizeof *names ? names[m] : "?";
}

const char *evaluation_outcome_name(enum evaluation_outcome o)
{
    static const char *const names[EVALUATION_OUTCOMES] = { "done", "unchanged", "gone",
                                                            "forbidden" };
    return (size_t)o < EVALUATION_OUTCOMES ? names[o] : "?";
}

/* 1 when it is the first word, 0 when there was one, or GW_E*. */
static int put(const struct service *s, int64_t request, int64_t activity,
               enum evaluation_method method, int rating, struct slice words, int64_t by)
{
    int64_t id = ids_next(s->ids), made = 0;
    return sql_int(
        s->tx, &evaluation_insert,
        BINDS(BIND_INT("id", id), BIND_INT("request", request), BIND_INT("activity", activity),
              BIND_INT("method", method), BIND_INT("rating", rating),
              BIND_BLOB("words", protect_text(s, words_column, id, utf8_cut(words, WORDS_BYTES))),
              BIND_INT("by", by), BIND_INT("now", s->now)),
        &made);
}

/* ---- by a text of their own ---- */

static int answered(const struct service *s, int64_t request, int64_t address, int rating,
                    struct slice words, enum evaluation_method method, struct request *out)
{
    int rc = request_get(s, request, out);
    if (rc <= 0 || out->address != address || out->state < REQUEST_OVER)
        return rc < 0 ? rc : EVALUATION_GONE;
    rc = put(s, request, 0, method, rating, words, address);
    if (rc <= 0)
        return rc < 0 ? rc : EVALUATION_UNCHANGED;
    rc = request_close(s, request);
    return rc < 0 ? rc : EVALUATION_DONE;
}

int evaluation_answer(const struct service *s, int64_t request, int64_t address, int rating,
                      struct slice words, enum evaluation_method method, struct request *out)
{
    if (rating < 1 || rating > BEST)
        return EVALUATION_GONE;
    return answered(s, request, address, rating, words, method, out);
}

int evaluation_absent(const struct service *s, int64_t request, int64_t address, struct slice words,
                      enum evaluation_method method, struct request *out, struct task *task)
{
    int rc = answered(s, request, address, 0, words, method, out);
    if (rc != EVALUATION_DONE)
        return rc;
    const struct task_form form = { .kind = TASK_COMPLAINT,
                                    .org = out->org,
                                    .area = out->area,
                                    .asker = address,
                                    .name = out->name,
                                    .said = words,
                                    .subject = request };
    rc = task_open(s, &form, task);
    return rc < 0 ? rc : EVALUATION_DONE;
}

/* ---- on paper ---- */

int evaluation_paper(const struct service *s, const struct evaluation_paper *p)
{
    struct activity a = { 0 };
    struct request r = { 0 };
    int rc = p->activity != 0 ? activity_get(s, p->activity, &a) : request_get(s, p->request, &r);
    if (rc <= 0 || p->rating < 1 || p->rating > BEST || p->reference.n == 0)
        return rc < 0 ? rc : EVALUATION_GONE;
    bool took_place = p->activity != 0 ? a.ends_at <= s->now : r.state >= REQUEST_OVER;
    if (!took_place)
        return EVALUATION_GONE;
    int64_t org = p->activity != 0 ? a.org : r.org;
    rc = role_may(s, p->by, POWER_CONFIRM, org, NULL);
    if (rc <= 0)
        return rc < 0 ? rc : EVALUATION_FORBIDDEN;
    rc = put(s, r.id, a.id, p->stamped ? EVALUATION_STAMPED : EVALUATION_SIGNED, p->rating,
             utf8_cut(p->reference, REFERENCE_BYTES), p->by);
    if (rc <= 0)
        return rc < 0 ? rc : EVALUATION_UNCHANGED;
    rc = role_use(s, p->by, POWER_CONFIRM, org, "evaluation.paper", p->activity != 0 ? a.id : r.id,
                  NULL);
    if (rc >= 0 && r.id != 0)
        rc = request_close(s, r.id);
    return rc < 0 ? rc : EVALUATION_DONE;
}

/* ---- beside the record ---- */

static int read_one(const struct service *s, struct rows *r, struct evaluation *out)
{
    struct slice words;
    int rc = rows_next(s->tx, r);
    if (rc != 1)
        return rc;
    out->method = (enum evaluation_method)rows_int(r, 1);
    out->rating = (int)rows_int(r, 2);
    out->at = rows_int(r, 4);
    rc = protect_open(s, words_column, rows_int(r, 0), rows_blob(r, 3), &words);
    rows_close(s->tx, r);
    if (rc < 0)
        return rc;
    if (out->method == EVALUATION_SIGNED || out->method == EVALUATION_STAMPED)
        out->reference = words;
    return 1;
}

int evaluation_of(const struct service *s, const struct hours *row, struct evaluation *out)
{
    struct request r = { 0 };
    *out = (struct evaluation){ .reason = EVALUATION_NO_REQUEST };
    int rc = row->activity == 0 ? request_of_hours(s, row->id, &r) : 0;
    if (rc == 0 && row->activity == 0 && row->replaces != 0)
        rc = request_of_hours(s, row->replaces, &r);
    if (rc < 0)
        return rc;
    if (row->activity != 0)
        rc = read_one(
            s, sql_rows(s->tx, &evaluation_activity, BINDS(BIND_INT("activity", row->activity))),
            out);
    else if (rc == 1)
        rc = read_one(s, sql_rows(s->tx, &evaluation_request, BINDS(BIND_INT("request", r.id))),
                      out);
    if (rc < 0)
        return rc;
    if (rc == 0 && r.id != 0)
        out->reason = EVALUATION_NO_ANSWER;
    else if (rc == 1)
        out->reason = out->rating == 0 ? EVALUATION_ABSENT : EVALUATION_NOT_NONE;
    if (out->reason == EVALUATION_ABSENT)
        out->method = EVALUATION_NONE;
    return 0;
}
