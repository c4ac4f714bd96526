#include "gateway/store/outbox.h"

#include "gateway/store/sealed.h"

static const char params_column[] = "outbox.params";

enum { TAKE_BACK_LIMIT = 500, TO_LIMIT = 50, LEASE_ROUNDS = 64 };

/* What decides over a row's next state. */
struct entry {
    int64_t id;
    enum outbox_state state;
    int64_t owner;
    int attempt;
    enum outbox_priority priority;
    int64_t not_before;
    int64_t useful_until;
    int64_t lease_until;
    struct slice provider_id;
    struct slice reason;
};

static bool retried(enum outbox_priority priority)
{
    return priority == OUTBOX_CODE || priority == OUTBOX_REPLY;
}

static bool too_late(const struct entry *e, int64_t at)
{
    return e->useful_until != 0 && at >= e->useful_until;
}

SQL(outbox_load, "SELECT state, owner, attempt, priority, not_before, useful_until, lease_until, "
                 "provider_id, reason FROM outbox WHERE id = $id");

/* 1, 0 when there is no such row, or GW_E*. */
static int load(struct tx *tx, int64_t id, struct arena *a, struct entry *e)
{
    struct rows *rows = sql_rows(tx, &outbox_load, BINDS(BIND_INT("id", id)));
    int rc = rows_next(tx, rows);
    if (rc != 1)
        return rc;
    *e = (struct entry){
        .id = id,
        .state = (enum outbox_state)rows_int(rows, 0),
        .owner = rows_int(rows, 1),
        .attempt = (int)rows_int(rows, 2),
        .priority = (enum outbox_priority)rows_int(rows, 3),
        .not_before = rows_int(rows, 4),
        .useful_until = rows_int(rows, 5),
        .lease_until = rows_int(rows, 6),
        .provider_id = arena_dup(a, rows_text(rows, 7)),
        .reason = arena_dup(a, rows_text(rows, 8)),
    };
    rows_close(tx, rows);
    return 1;
}

SQL(outbox_update, "UPDATE outbox SET state = $to, owner = $owner, attempt = $attempt, "
                   "not_before = $not_before, lease_until = $lease_until, "
                   "provider_id = $provider_id, reason = $reason, changed_at = $now "
                   "WHERE id = $id AND state = $from AND owner = $was_owner "
                   "AND attempt = $was_attempt");

/* The only place that changes a row's state: writes `next` when the row still is as `was` and the
 * table allows the move. 1, 0 when not, or GW_E*. */
static int move(struct tx *tx, const struct entry *was, const struct entry *next, int64_t now)
{
    if (!outbox_may_move(was->state, next->state))
        return 0;
    int64_t lease_until = outbox_has_lease(next->state) ? next->lease_until : 0;
    return sql_run(
        tx, &outbox_update,
        BINDS(BIND_INT("to", next->state), BIND_INT("owner", next->owner),
              BIND_INT("attempt", next->attempt), BIND_INT("not_before", next->not_before),
              BIND_INT("lease_until", lease_until), BIND_TEXT("provider_id", next->provider_id),
              BIND_TEXT("reason", next->reason), BIND_INT("now", now), BIND_INT("id", was->id),
              BIND_INT("from", was->state), BIND_INT("was_owner", was->owner),
              BIND_INT("was_attempt", was->attempt)));
}

/* Queued again at `at`, or expired when that is too late. Without an owner a late answer of this
 * attempt finds nobody. */
static void requeue(struct entry *e, int64_t at)
{
    e->state = too_late(e, at) ? OUTBOX_EXPIRED : OUTBOX_QUEUED;
    e->not_before = at;
    e->owner = 0;
}

SQL(outbox_insert,
    "INSERT INTO outbox (id, address, realm, recipient, account, message, params, priority, state, "
    "not_before, useful_until, attempt, owner, lease_until, provider_id, reason, trace, "
    "created_at, changed_at) VALUES ($id, $address, $realm, $recipient, $account, $message, "
    "$params, $priority, 0, $not_before, $useful_until, 0, 0, 0, '', '', $trace, $now, $now)");

int outbox_put(struct tx *tx, const struct vault *v, const struct outbox_row *row, int64_t now,
               struct arena *a)
{
    if (row->id == 0 || row->priority < OUTBOX_CODE || row->priority > OUTBOX_BROADCAST)
        return GW_EINVAL;
    struct slice params = sealed_column(v, params_column, row->id, row->params, a);
    int rc = sql_run(tx, &outbox_insert,
                     BINDS(BIND_INT("id", row->id), BIND_INT("address", row->address),
                           BIND_TEXT("realm", row->realm), BIND_TEXT("recipient", row->recipient),
                           BIND_TEXT("account", row->account), BIND_TEXT("message", row->message),
                           BIND_BLOB("params", params), BIND_INT("priority", row->priority),
                           BIND_INT("not_before", row->not_before),
                           BIND_INT("useful_until", row->useful_until),
                           BIND_TEXT("trace", row->trace), BIND_INT("now", now)));
    if (rc < 0)
        return rc;
    tx_wake(tx, WAKE_OUTBOX);
    return 0;
}

/* Reads ids into an array first, because moving a row changes the index that is being walked. */
static int collect(struct tx *tx, struct rows *rows, int64_t *ids, int limit)
{
    int n = 0;
    int rc = 0;
    while (n < limit && (rc = rows_next(tx, rows)) == 1)
        ids[n++] = rows_int(rows, 0);
    rows_close(tx, rows);
    return rc < 0 ? rc : n;
}

SQL(outbox_lapsed, "SELECT id FROM outbox WHERE lease_until > 0 AND lease_until <= $now "
                   "ORDER BY lease_until LIMIT CAST($limit AS BIGINT)");

/* Leases and sendings whose owner has not come back. */
static int take_back(struct tx *tx, int64_t now, struct arena *a)
{
    int64_t ids[TAKE_BACK_LIMIT];
    struct rows *rows = sql_rows(tx, &outbox_lapsed,
                                 BINDS(BIND_INT("now", now), BIND_INT("limit", TAKE_BACK_LIMIT)));
    int n = collect(tx, rows, ids, TAKE_BACK_LIMIT);
    for (int i = 0; i < n; i++) {
        struct entry was;
        int rc = load(tx, ids[i], a, &was);
        if (rc < 0)
            return rc;
        if (rc == 0)
            continue;
        struct entry next = was;
        if (was.state == OUTBOX_SENDING && !retried(was.priority))
            next.state = OUTBOX_UNCERTAIN; /* the owner stays: its late answer would settle it */
        else
            requeue(&next, now);
        rc = move(tx, &was, &next, now);
        if (rc < 0)
            return rc;
    }
    return n < 0 ? n : 0;
}

#define ROW_COLUMNS                                                                                \
    "id, address, realm, recipient, account, message, params, priority, state, not_before, "       \
    "useful_until, attempt, trace"

/* Reads the row that `rows` stands on. 0, or GW_ECRYPTO with everything but the parameters. */
static int fill(const struct rows *rows, const struct vault *v, struct arena *a,
                struct outbox_row *out)
{
    *out = (struct outbox_row){
        .id = rows_int(rows, 0),
        .address = rows_int(rows, 1),
        .realm = arena_dup(a, rows_text(rows, 2)),
        .recipient = arena_dup(a, rows_text(rows, 3)),
        .account = arena_dup(a, rows_text(rows, 4)),
        .message = arena_dup(a, rows_text(rows, 5)),
        .priority = (enum outbox_priority)rows_int(rows, 7),
        .state = (enum outbox_state)rows_int(rows, 8),
        .not_before = rows_int(rows, 9),
        .useful_until = rows_int(rows, 10),
        .attempt = (int)rows_int(rows, 11),
        .trace = arena_dup(a, rows_text(rows, 12)),
    };
    return sealed_open(v, params_column, out->id, rows_blob(rows, 6), a, &out->params);
}

SQL(outbox_get_row, "SELECT " ROW_COLUMNS " FROM outbox WHERE id = $id");

int outbox_get(struct tx *tx, const struct vault *v, int64_t id, struct arena *a,
               struct outbox_row *out)
{
    struct rows *rows = sql_rows(tx, &outbox_get_row, BINDS(BIND_INT("id", id)));
    int rc = rows_next(tx, rows);
    if (rc != 1)
        return rc;
    rc = fill(rows, v, a, out);
    rows_close(tx, rows);
    return rc == 0 ? 1 : rc;
}

/* Leases one queued row or finds it too old or unreadable. 1 when `out` was filled, 0, or GW_E*. */
static int lease_one(struct tx *tx, const struct vault *v, int64_t id, int64_t owner, int64_t now,
                     int seconds, struct arena *a, struct outbox_row *out)
{
    struct entry was;
    int rc = load(tx, id, a, &was);
    if (rc != 1)
        return rc;
    int got = outbox_get(tx, v, id, a, out);
    if (got < 0 && got != GW_ECRYPTO)
        return got;
    struct entry next = was;
    if (too_late(&was, now)) {
        next.state = OUTBOX_EXPIRED;
    } else if (got == GW_ECRYPTO) {
        next.state = OUTBOX_FAILED;
        next.reason = SLICE("unreadable");
    } else {
        next.state = OUTBOX_LEASED;
        next.owner = owner;
        next.attempt++;
        next.lease_until = now + seconds;
    }
    rc = move(tx, &was, &next, now);
    out->state = next.state;
    out->attempt = next.attempt;
    return rc == 1 && next.state == OUTBOX_LEASED ? 1 : rc < 0 ? rc : 0;
}

SQL(outbox_ready_rows, "SELECT id FROM outbox WHERE state = 0 AND priority = $priority "
                       "AND not_before <= $now ORDER BY not_before, id "
                       "LIMIT CAST($limit AS BIGINT)");

/* One query a priority: each walks its part of the index and never the rows that wait for tomorrow.
 */
static int lease_priority(struct tx *tx, const struct vault *v, int priority, int64_t owner,
                          int64_t now, int seconds, int limit, struct arena *a,
                          struct outbox_row *rows)
{
    int64_t *ids = arena_alloc(a, (size_t)limit * sizeof(*ids));
    int taken = 0;
    int found = 1;
    /* Again when some were too old, so that they do not hide the ones behind them. */
    for (int round = 0; found > 0 && taken < limit && round < LEASE_ROUNDS; round++) {
        struct rows *ready = sql_rows(tx, &outbox_ready_rows,
                                      BINDS(BIND_INT("priority", priority), BIND_INT("now", now),
                                            BIND_INT("limit", limit - taken)));
        found = collect(tx, ready, ids, limit - taken);
        for (int i = 0; i < found; i++) {
            int rc = lease_one(tx, v, ids[i], owner, now, seconds, a, &rows[taken]);
            if (rc < 0)
                return rc;
            taken += rc;
        }
    }
    return found < 0 ? found : taken;
}

int outbox_lease(struct tx *tx, const struct vault *v, int64_t owner, int64_t now, int seconds,
                 int limit, struct arena *a, struct outbox_row **rows)
{
    if (owner == 0 || limit < 1 || seconds < 1)
        return GW_EINVAL;
    *rows = arena_alloc(a, (size_t)limit * sizeof(**rows));
    int rc = take_back(tx, now, a);
    int n = 0;
    for (int p = OUTBOX_CODE; rc >= 0 && p <= OUTBOX_BROADCAST && n < limit; p++) {
        rc = lease_priority(tx, v, p, owner, now, seconds, limit - n, a, *rows + n);
        n += rc > 0 ? rc : 0;
    }
    return rc < 0 ? rc : n;
}

/* Loads a row and finds whether it still is this owner's attempt. */
static int load_mine(struct tx *tx, int64_t id, int64_t owner, int attempt, struct arena *a,
                     struct entry *e)
{
    int rc = load(tx, id, a, e);
    return rc == 1 && (e->owner != owner || e->attempt != attempt) ? 0 : rc;
}

int outbox_sending(struct tx *tx, int64_t id, int64_t owner, int attempt, int64_t now, int seconds)
{
    struct arena a = { 0 };
    struct entry was;
    int rc = load_mine(tx, id, owner, attempt, &a, &was);
    if (rc == 1) {
        struct entry next = was;
        next.state = OUTBOX_SENDING;
        next.lease_until = now + seconds;
        rc = was.state == OUTBOX_LEASED ? move(tx, &was, &next, now) : 0;
    }
    arena_free(&a);
    return rc;
}

/* What an outcome makes of a row; false when it cannot be said of one in this state. */
static bool judge(struct entry *e, enum outbox_outcome outcome, int64_t at)
{
    bool left = e->state == OUTBOX_SENDING || e->state == OUTBOX_UNCERTAIN;
    bool held = left || e->state == OUTBOX_LEASED;
    switch (outcome) {
    case OUTBOX_OK:
        e->state = OUTBOX_SENT;
        return left;
    case OUTBOX_LATER:
        requeue(e, at);
        return held;
    case OUTBOX_REFUSED:
        e->state = OUTBOX_FAILED;
        return held;
    case OUTBOX_UNKNOWN:
        if (retried(e->priority))
            requeue(e, at);
        else
            e->state = OUTBOX_UNCERTAIN;
        return left;
    }
    return false;
}

int outbox_outcome(struct tx *tx, int64_t id, int64_t owner, int attempt,
                   enum outbox_outcome outcome, struct slice provider_id, struct slice reason,
                   int64_t at, int64_t now)
{
    struct arena a = { 0 };
    struct entry was;
    int rc = load_mine(tx, id, owner, attempt, &a, &was);
    if (rc == 1) {
        struct entry next = was;
        next.provider_id = provider_id;
        next.reason = reason;
        rc = judge(&next, outcome, at) ? move(tx, &was, &next, now) : 0;
        if (rc == 1 && next.state == OUTBOX_QUEUED)
            tx_wake(tx, WAKE_OUTBOX);
    }
    arena_free(&a);
    return rc;
}

int outbox_receipt(struct tx *tx, int64_t id, bool delivered, struct slice reason, int64_t now)
{
    struct arena a = { 0 };
    struct entry was;
    int rc = load(tx, id, &a, &was);
    if (rc == 1) {
        struct entry next = was;
        next.state = delivered ? OUTBOX_DELIVERED : OUTBOX_FAILED;
        next.reason = reason;
        bool waits = was.state == OUTBOX_QUEUED || was.state == OUTBOX_LEASED;
        /* Nothing was ever sent in attempt 0, nor is an attempt that is only leased answered. */
        bool answered = was.attempt > 0 && (delivered || !waits);
        rc = answered ? move(tx, &was, &next, now) : 0;
    }
    arena_free(&a);
    return rc;
}

SQL(outbox_find_provider,
    "SELECT id FROM outbox WHERE provider_id = $provider_id AND provider_id <> '' "
    "AND realm = $realm ORDER BY id DESC LIMIT 1");

int outbox_by_provider_id(struct tx *tx, struct slice realm, struct slice provider_id, int64_t *id)
{
    return sql_int(tx, &outbox_find_provider,
                   BINDS(BIND_TEXT("provider_id", provider_id), BIND_TEXT("realm", realm)), id);
}

SQL(outbox_first_ready, "SELECT not_before FROM outbox WHERE state = 0 AND priority = $priority "
                        "ORDER BY not_before, id LIMIT 1");
SQL(outbox_first_lapse, "SELECT lease_until FROM outbox WHERE lease_until > 0 "
                        "ORDER BY lease_until LIMIT 1");

int outbox_next_due(struct tx *tx, int64_t *at)
{
    int64_t first = 0;
    int rc = sql_int(tx, &outbox_first_lapse, NO_BINDS, &first);
    bool any = rc == 1;
    for (int p = OUTBOX_CODE; rc >= 0 && p <= OUTBOX_BROADCAST; p++) {
        int64_t ready = 0;
        rc = sql_int(tx, &outbox_first_ready, BINDS(BIND_INT("priority", p)), &ready);
        if (rc == 1 && (!any || ready < first)) {
            first = ready;
            any = true;
        }
    }
    if (rc < 0)
        return rc;
    if (any)
        *at = first;
    return any ? 1 : 0;
}

SQL(outbox_to_rows, "SELECT " ROW_COLUMNS " FROM outbox WHERE address = $address AND id > $after "
                    "ORDER BY id LIMIT CAST($limit AS BIGINT)");

int outbox_to(struct tx *tx, const struct vault *v, int64_t address, int64_t after_id,
              struct arena *a, struct outbox_row **rows)
{
    *rows = arena_alloc(a, TO_LIMIT * sizeof(**rows));
    struct rows *r = sql_rows(tx, &outbox_to_rows,
                              BINDS(BIND_INT("address", address), BIND_INT("after", after_id),
                                    BIND_INT("limit", TO_LIMIT)));
    int n = 0;
    int rc;
    while ((rc = rows_next(tx, r)) == 1) {
        rc = fill(r, v, a, &(*rows)[n]);
        if (rc != 0)
            break;
        n++;
    }
    rows_close(tx, r);
    return rc < 0 ? rc : n;
}

/* By number: states 0 queued, 1 leased, 2 sending, 6 expired, 7 uncertain; priorities 1 codes, 3
 * notices, 4 broadcasts. Rows that have no final state are few, but no index names them: a restore
 * may take its time. */
SQL(outbox_restore_uncertain, "UPDATE outbox SET state = 7, owner = 0, lease_until = 0, "
                              "reason = 'restored', changed_at = $now "
                              "WHERE state IN (0, 1, 2) AND priority IN (3, 4)");
SQL(outbox_restore_expired, "UPDATE outbox SET state = 6, owner = 0, lease_until = 0, "
                            "reason = 'restored', changed_at = $now "
                            "WHERE state IN (0, 1, 2) AND priority = 1");

int outbox_restored(struct tx *tx, int64_t now)
{
    int uncertain = sql_run(tx, &outbox_restore_uncertain, BINDS(BIND_INT("now", now)));
    if (uncertain < 0)
        return uncertain;
    int expired = sql_run(tx, &outbox_restore_expired, BINDS(BIND_INT("now", now)));
    return expired < 0 ? expired : uncertain + expired;
}

SQL(outbox_purge_final, "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox "
                        "WHERE id < $before AND state IN (3, 4, 5, 6) ORDER BY id "
                        "LIMIT CAST($limit AS BIGINT))");

int outbox_purge(struct tx *tx, int64_t before, int limit)
{
    return sql_run(tx, &outbox_purge_final,
                   BINDS(BIND_INT("before", ids_floor(before * 1000)), BIND_INT("limit", limit)));
}
