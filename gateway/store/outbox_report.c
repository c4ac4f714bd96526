/* What providers report of rows we sent, and reports that come before the outcome of their request
 * is stored. */
#include "gateway/store/outbox_entry.h"
#include "gateway/store/people.h"

enum { PARKED_LIMIT = 10000 };

SQL(outbox_find_provider,
    "SELECT id FROM outbox WHERE provider_id = $provider_id AND provider_id <> '' "
    "AND realm = $realm ORDER BY id DESC LIMIT 1");

/* What a report makes of a row; false when it says nothing new of it. */
static bool judge(struct outbox_entry *e, const struct outbox_report *r)
{
    bool waits = e->state == OUTBOX_QUEUED || e->state == OUTBOX_LEASED;
    /* Nothing was ever sent in attempt 0, nor is an attempt that is only leased answered. */
    if (e->attempt == 0 || outbox_is_final(e->state) || (waits && !(r->final && r->delivered)))
        return false;
    if (r->final)
        e->state = r->delivered ? OUTBOX_DELIVERED : OUTBOX_FAILED;
    else if (e->state == OUTBOX_UNCERTAIN)
        e->state = OUTBOX_SENT;
    e->reason = r->reason;
    return true;
}

static int apply(struct tx *tx, int64_t id, const struct outbox_report *r, int64_t now)
{
    struct arena a = { 0 };
    struct outbox_entry was;
    int rc = outbox_entry_load(tx, id, &a, &was);
    int result = OUTBOX_REPORT_UNKNOWN;
    if (rc == 1 && slice_eq(was.realm, r->realm)) {
        struct outbox_entry next = was;
        result = OUTBOX_REPORT_AGAIN;
        if (was.attempt == 0)
            result = OUTBOX_REPORT_UNKNOWN;
        else if (judge(&next, r) && (rc = outbox_entry_move(tx, &was, &next, now)) == 1)
            result = OUTBOX_REPORT_NOTED;
    }
    arena_free(&a);
    return rc < 0 ? rc : result;
}

/* Only a request under way can still tell what a provider's id belongs to. */
SQL(outbox_any_sending, "SELECT 1 FROM outbox WHERE lease_until > 0 LIMIT 1");
SQL(outbox_parked_count, "SELECT COUNT(*) FROM (SELECT 1 FROM parked_receipts "
                         "LIMIT CAST($limit AS BIGINT)) p");
SQL(outbox_park,
    "INSERT INTO parked_receipts (realm, provider_id, final, delivered, number, reason, parked_at) "
    "VALUES ($realm, $provider_id, $final, $delivered, $number, $reason, $now) "
    "ON CONFLICT (realm, provider_id) DO UPDATE SET final = excluded.final, "
    "delivered = excluded.delivered, number = excluded.number, reason = excluded.reason "
    "WHERE parked_receipts.final = 0");

static int park(struct tx *tx, const struct outbox_report *r, int64_t now)
{
    int64_t n = 0;
    int rc = sql_int(tx, &outbox_any_sending, NO_BINDS, &n);
    if (rc == 1)
        rc = sql_int(tx, &outbox_parked_count, BINDS(BIND_INT("limit", PARKED_LIMIT)), &n);
    if (rc != 1)
        return rc < 0 ? rc : OUTBOX_REPORT_UNKNOWN;
    if (n >= PARKED_LIMIT)
        return OUTBOX_REPORT_UNKNOWN;
    rc = sql_run(tx, &outbox_park,
                 BINDS(BIND_TEXT("realm", r->realm), BIND_TEXT("provider_id", r->provider_id),
                       BIND_INT("final", r->final), BIND_INT("delivered", r->delivered),
                       BIND_INT("number", r->number), BIND_TEXT("reason", r->reason),
                       BIND_INT("now", now)));
    return rc < 0 ? rc : OUTBOX_REPORT_PARKED;
}

int outbox_by_provider_id(struct tx *tx, struct slice realm, struct slice provider_id, int64_t *id)
{
    return sql_int(tx, &outbox_find_provider,
                   BINDS(BIND_TEXT("provider_id", provider_id), BIND_TEXT("realm", realm)), id);
}

int outbox_report(struct tx *tx, const struct outbox_report *r, int64_t now)
{
    int64_t id = r->id;
    if (id != 0)
        return apply(tx, id, r, now);
    if (r->provider_id.n == 0)
        return OUTBOX_REPORT_UNKNOWN;
    int rc = outbox_by_provider_id(tx, r->realm, r->provider_id, &id);
    if (rc < 0)
        return rc;
    return rc == 1 ? apply(tx, id, r, now) : park(tx, r, now);
}

SQL(outbox_parked, "SELECT final, delivered, reason, number FROM parked_receipts "
                   "WHERE realm = $realm AND provider_id = $provider_id");
SQL(outbox_unpark,
    "DELETE FROM parked_receipts WHERE realm = $realm AND provider_id = $provider_id");

int outbox_report_parked(struct tx *tx, int64_t id, struct slice realm, struct slice provider_id,
                         int64_t now)
{
    struct arena a = { 0 };
    struct outbox_report r = { .realm = realm };
    struct rows *rows =
        sql_rows(tx, &outbox_parked,
                 BINDS(BIND_TEXT("realm", realm), BIND_TEXT("provider_id", provider_id)));
    int rc = rows_next(tx, rows);
    if (rc == 1) {
        r.final = rows_int(rows, 0) != 0;
        r.delivered = rows_int(rows, 1) != 0;
        r.reason = arena_dup(&a, rows_text(rows, 2));
        r.number = (enum outbox_number)rows_int(rows, 3);
        rows_close(tx, rows);
        rc = sql_run(tx, &outbox_unpark,
                     BINDS(BIND_TEXT("realm", realm), BIND_TEXT("provider_id", provider_id)));
        rc = rc < 0 ? rc : apply(tx, id, &r, now);
    }
    arena_free(&a);
    return rc < 0 ? rc : rc == OUTBOX_REPORT_NOTED ? (int)r.number : 0;
}

enum { MISSES = 3, MISSED_S = 7 * 86400 };

SQL(outbox_last_ends,
    "SELECT state, sent_at FROM outbox WHERE address = $address AND state IN (4, 5) "
    "AND sent_at > 0 ORDER BY id DESC LIMIT CAST($limit AS BIGINT)");

static int missed_for_long(struct tx *tx, int64_t address, int64_t now)
{
    int64_t first = now;
    int missed = 0;
    struct rows *rows = sql_rows(tx, &outbox_last_ends,
                                 BINDS(BIND_INT("address", address), BIND_INT("limit", MISSES)));
    int rc;
    while ((rc = rows_next(tx, rows)) == 1) {
        missed += rows_int(rows, 0) == OUTBOX_FAILED;
        first = rows_int(rows, 1);
    }
    return rc < 0 ? rc : missed == MISSES && now - first >= MISSED_S;
}

int outbox_number_said(struct tx *tx, int64_t address, enum outbox_number number,
                       struct slice reason, int64_t now)
{
    if (number == OUTBOX_NUMBER_REFUSES)
        return 1;
    int rc = number == OUTBOX_NUMBER_DEAD;
    if (number == OUTBOX_NUMBER_MISSED)
        rc = missed_for_long(tx, address, now);
    return rc == 1 ? people_unreachable(tx, address, reason, now) : rc;
}

SQL(outbox_purge_parked_rows,
    "DELETE FROM parked_receipts WHERE (realm, provider_id) IN (SELECT realm, provider_id "
    "FROM parked_receipts WHERE parked_at < $before ORDER BY parked_at "
    "LIMIT CAST($limit AS BIGINT))");

int outbox_purge_parked(struct tx *tx, int64_t before, int limit)
{
    return sql_run(tx, &outbox_purge_parked_rows,
                   BINDS(BIND_INT("before", before), BIND_INT("limit", limit)));
}
