#include "handlers/seal.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/store/timers.h"
#include "handlers/notify.h"
#include "handlers/seal_line.h"

enum { DAY_SECONDS = 86400, LINES_MAX = 1000 };

SQL(seal_last, "SELECT number, last_id, people, entries, minutes, made_at, line FROM seals "
               "ORDER BY number DESC LIMIT 1");
SQL(seal_new_entries, "SELECT person, seq, id, minutes, mac FROM ledger WHERE id > $last_id "
                      "ORDER BY id LIMIT CAST($limit AS BIGINT)");
SQL(seal_first_entry, "SELECT recorded_at FROM ledger ORDER BY id LIMIT 1");
SQL(seal_insert, "INSERT INTO seals (number, made_at, last_id, people, entries, minutes, line, "
                 "written_at) VALUES ($number, $made_at, $last_id, $people, $entries, $minutes, "
                 "$line, 0)");
SQL(seal_to_write, "SELECT number, line FROM seals WHERE written_at = 0 ORDER BY number "
                   "LIMIT CAST($limit AS BIGINT)");
SQL(seal_mark_written, "UPDATE seals SET written_at = $now WHERE written_at = 0 "
                       "AND number <= $number");

/* The seal that follows the last one, with nothing in it yet. */
static int begin(const struct service *s, struct seal *out)
{
    memset(out, 0, sizeof(*out));
    out->made_at = s->now;
    out->number = 1;
    struct rows *rows = sql_rows(s->tx, &seal_last, NO_BINDS);
    int rc = rows_next(s->tx, rows);
    if (rc != 1)
        return rc;
    struct seal last;
    rc = seal_line_read(s->vault, rows_text(rows, 6), s->arena, &last);
    /* A damaged seal must not stop new ones; the audit names it. */
    if (rc == 0 || rc == GW_EAUTH)
        memcpy(out->before, last.mac, LEDGER_MAC);
    out->number = rows_int(rows, 0) + 1;
    out->last_id = rows_int(rows, 1);
    out->people = rows_int(rows, 2);
    out->entries = rows_int(rows, 3);
    out->minutes = rows_int(rows, 4);
    rows_close(s->tx, rows);
    return 0;
}

static int by_person(const void *a, const void *b)
{
    const struct seal_head *x = a, *y = b;
    if (x->person != y->person)
        return x->person < y->person ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

/* Of each volunteer only the newest entry is the head. */
static void keep_heads(struct seal *seal)
{
    qsort(seal->heads, (size_t)seal->count, sizeof(*seal->heads), by_person);
    int kept = 0;
    for (int i = 0; i < seal->count; i++) {
        bool last = i + 1 == seal->count || seal->heads[i + 1].person != seal->heads[i].person;
        if (last)
            seal->heads[kept++] = seal->heads[i];
    }
    seal->count = kept;
}

static int collect(const struct service *s, struct seal *seal)
{
    seal->heads = arena_alloc(s->arena, sizeof(*seal->heads) * SEAL_HEADS_MAX);
    struct rows *rows =
        sql_rows(s->tx, &seal_new_entries,
                 BINDS(BIND_INT("last_id", seal->last_id), BIND_INT("limit", SEAL_HEADS_MAX)));
    int rc;
    while ((rc = rows_next(s->tx, rows)) == 1) {
        struct seal_head *h = &seal->heads[seal->count++];
        h->person = rows_int(rows, 0);
        h->seq = rows_int(rows, 1);
        seal->last_id = rows_int(rows, 2);
        seal->minutes += rows_int(rows, 3);
        struct slice mac = rows_blob(rows, 4);
        memcpy(h->mac, mac.p, mac.n < LEDGER_MAC ? mac.n : LEDGER_MAC);
        seal->entries++;
        seal->people += h->seq == 1;
    }
    return rc;
}

int seal_make(const struct service *s)
{
    struct seal seal;
    int rc = begin(s, &seal);
    if (rc < 0)
        return rc;
    rc = collect(s, &seal);
    if (rc < 0)
        return rc;
    bool more = seal.count == SEAL_HEADS_MAX;
    keep_heads(&seal);
    struct slice line;
    rc = seal_line_write(s->vault, &seal, s->arena, &line);
    if (rc < 0)
        return rc;
    rc = sql_run(s->tx, &seal_insert,
                 BINDS(BIND_INT("number", seal.number), BIND_INT("made_at", seal.made_at),
                       BIND_INT("last_id", seal.last_id), BIND_INT("people", seal.people),
                       BIND_INT("entries", seal.entries), BIND_INT("minutes", seal.minutes),
                       BIND_TEXT("line", line)));
    return rc < 0 ? rc : more;
}

/* The latest time at or before now at which a seal was due. */
static int64_t due_before(const struct service *s)
{
    int64_t today = civil_day_of(s->now, s->zone);
    int64_t at = notify_moment(s, today, s->policy->seal_at);
    return at <= s->now ? at : at - DAY_SECONDS;
}

/* When the last seal was made, else when the first entry was; 1, 0 when there is neither (nothing
 * can have been missed), or GW_E*. */
static int sealed_to(const struct service *s, int64_t *at)
{
    struct rows *rows = sql_rows(s->tx, &seal_last, NO_BINDS);
    int rc = rows_next(s->tx, rows);
    if (rc != 1)
        return rc < 0 ? rc : sql_int(s->tx, &seal_first_entry, NO_BINDS, at);
    *at = rows_int(rows, 5);
    rows_close(s->tx, rows);
    return 1;
}

int seal_schedule(const struct service *s)
{
    int64_t at = 0, last_due = due_before(s);
    int rc = sealed_to(s, &at);
    if (rc < 0)
        return rc;
    bool missed = rc == 1 && at < last_due;
    return timers_set(s->tx, "ledger.seal", 0, missed ? s->now : last_due + DAY_SECONDS);
}

int seal_timer(const struct service *s, int64_t subject)
{
    (void)subject;
    int rc = seal_make(s);
    if (rc < 0)
        return rc;
    if (rc == 1)
        return timers_set(s->tx, "ledger.seal", 0, s->now);
    return timers_set(s->tx, "ledger.seal", 0, due_before(s) + DAY_SECONDS);
}

int seal_unwritten(const struct service *s, int limit, struct seal_line **out)
{
    if (limit < 1 || limit > LINES_MAX)
        limit = LINES_MAX;
    *out = arena_alloc(s->arena, sizeof(**out) * (size_t)limit);
    struct rows *rows = sql_rows(s->tx, &seal_to_write, BINDS(BIND_INT("limit", limit)));
    int n = 0;
    int rc;
    while ((rc = rows_next(s->tx, rows)) == 1) {
        struct slice line = rows_text(rows, 1);
        (*out)[n].number = rows_int(rows, 0);
        (*out)[n].line = arena_printf(s->arena, "%.*s\n", SLICE_ARG(line));
        n++;
    }
    return rc < 0 ? rc : n;
}

int seal_written(const struct service *s, int64_t number)
{
    int rc = sql_run(s->tx, &seal_mark_written,
                     BINDS(BIND_INT("now", s->now), BIND_INT("number", number)));
    return rc < 0 ? rc : 0;
}
