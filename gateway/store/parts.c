#include "gateway/store/parts.h"

#include "gateway/base/sbuf.h"
#include "gateway/store/sealed.h"
#include "gateway/store/timers.h"

static const char text_column[] = "parts.text";

enum { TEXT_MAX = 64 * 1024 /* PARTS_MOST texts of an adapter's 2,000 bytes */ };

struct group {
    int64_t id, opened_at, closed_at;
    int total;
};

/* The texts that are there by number, from 1. */
struct texts {
    struct slice at[PARTS_MOST + 1];
    bool have[PARTS_MOST + 1];
    int count;
};

const char *part_outcome_name(enum part_outcome outcome)
{
    static const char *const names[PART_OUTCOMES] = { "waits", "completes", "repeated", "late" };
    return (unsigned)outcome < PART_OUTCOMES ? names[outcome] : "unknown";
}

SQL(parts_newest, "SELECT id, opened_at, closed_at FROM part_groups WHERE address = $address "
                  "AND reference = $reference AND account = $account AND total = $total "
                  "ORDER BY id DESC LIMIT 1");

/* The newest message of this reference: 1, 0 or GW_E*. */
static int newest(struct tx *tx, const struct part *p, struct group *g)
{
    struct rows *rows =
        sql_rows(tx, &parts_newest,
                 BINDS(BIND_INT("address", p->address), BIND_TEXT("reference", p->reference),
                       BIND_TEXT("account", p->account), BIND_INT("total", p->total)));
    int rc = rows_next(tx, rows);
    if (rc != 1)
        return rc;
    *g = (struct group){ .id = rows_int(rows, 0),
                         .opened_at = rows_int(rows, 1),
                         .closed_at = rows_int(rows, 2),
                         .total = p->total };
    rows_close(tx, rows);
    return 1;
}

SQL(parts_texts, "SELECT id, number, text FROM parts WHERE message = $message ORDER BY number");

static int read_texts(struct tx *tx, const struct vault *v, const struct group *g, struct arena *a,
                      struct texts *out)
{
    *out = (struct texts){ 0 };
    struct rows *rows = sql_rows(tx, &parts_texts, BINDS(BIND_INT("message", g->id)));
    int rc;
    while ((rc = rows_next(tx, rows)) == 1) {
        int64_t number = rows_int(rows, 1);
        if (number < 1 || number > g->total)
            continue;
        rc =
            sealed_open(v, text_column, rows_int(rows, 0), rows_blob(rows, 2), a, &out->at[number]);
        if (rc < 0)
            break;
        out->have[number] = true;
        out->count++;
    }
    rows_close(tx, rows);
    return rc < 0 ? rc : 0;
}

SQL(parts_open_each, "SELECT id FROM part_groups WHERE address = $address AND closed_at = 0 "
                     "ORDER BY id DESC LIMIT CAST($limit AS BIGINT)");
SQL(parts_open_all, "SELECT id FROM part_groups WHERE closed_at = 0 ORDER BY id "
                    "LIMIT CAST($limit AS BIGINT)");

/* When `limit` messages are unfinished, the time of the oldest of them is over. */
static int hold_limit(struct tx *tx, struct rows *rows, int limit, int64_t now)
{
    int64_t oldest = INT64_MAX;
    int n = 0;
    int rc;
    while ((rc = rows_next(tx, rows)) == 1) {
        int64_t id = rows_int(rows, 0);
        oldest = id < oldest ? id : oldest;
        n++;
    }
    return rc < 0 || n < limit ? rc : timers_set(tx, PARTS_TIMER, oldest, now);
}

SQL(parts_open, "INSERT INTO part_groups (id, account, address, reference, total, opened_at, "
                "closed_at) VALUES ($id, $account, $address, $reference, $total, $now, 0)");

static int open_group(struct tx *tx, struct ids *ids, const struct part *p, int64_t now,
                      struct group *g)
{
    int rc = hold_limit(
        tx,
        sql_rows(tx, &parts_open_each,
                 BINDS(BIND_INT("address", p->address), BIND_INT("limit", PARTS_OPEN_EACH))),
        PARTS_OPEN_EACH, now);
    if (rc >= 0)
        rc = hold_limit(tx, sql_rows(tx, &parts_open_all, BINDS(BIND_INT("limit", PARTS_OPEN_ALL))),
                        PARTS_OPEN_ALL, now);
    if (rc < 0)
        return rc;
    *g = (struct group){ .id = ids_next(ids), .opened_at = now, .total = p->total };
    return sql_run(tx, &parts_open,
                   BINDS(BIND_INT("id", g->id), BIND_TEXT("account", p->account),
                         BIND_INT("address", p->address), BIND_TEXT("reference", p->reference),
                         BIND_INT("total", p->total), BIND_INT("now", now)));
}

SQL(parts_insert, "INSERT INTO parts (id, message, number, text) "
                  "VALUES ($id, $message, $number, $text)");

static int insert(struct tx *tx, const struct vault *v, struct ids *ids, const struct group *g,
                  const struct part *p, struct arena *a)
{
    int64_t id = ids_next(ids);
    return sql_run(tx, &parts_insert,
                   BINDS(BIND_INT("id", id), BIND_INT("message", g->id),
                         BIND_INT("number", p->number),
                         BIND_BLOB("text", sealed_column(v, text_column, id, p->text, a))));
}

SQL(parts_close, "UPDATE part_groups SET closed_at = $now WHERE id = $id");

static int close_group(struct tx *tx, const struct group *g, int64_t now)
{
    int rc = sql_run(tx, &parts_close, BINDS(BIND_INT("now", now), BIND_INT("id", g->id)));
    return rc < 0 ? rc : timers_set(tx, PARTS_TIMER, g->id, now + PARTS_KEEP_S);
}

/* One "…" for each run of parts that are missing. */
static struct slice join(const struct texts *t, int total, struct arena *a)
{
    struct sbuf out;
    sbuf_init(&out, TEXT_MAX);
    for (int i = 1; i <= total; i++) {
        if (t->have[i])
            sbuf_add(&out, t->at[i]);
        else if (i == 1 || t->have[i - 1])
            sbuf_str(&out, "…");
    }
    struct slice text = arena_dup(a, sbuf_slice(&out));
    sbuf_free(&out);
    return text;
}

/* The message a part belongs to, made when there is none: 1 it lacks this part, 0 it has it. */
static int find(struct tx *tx, const struct vault *v, struct ids *ids, const struct part *p,
                int64_t now, struct arena *a, struct group *g, struct texts *t)
{
    int rc = newest(tx, p, g);
    if (rc < 0)
        return rc;
    if (rc == 1) {
        rc = read_texts(tx, v, g, a, t);
        if (rc < 0 || !t->have[p->number])
            return rc < 0 ? rc : 1;
        if (slice_eq(t->at[p->number], p->text))
            return 0;
        /* Another text in its place: the reference is used again. */
        if (g->closed_at == 0)
            rc = timers_set(tx, PARTS_TIMER, g->id, now);
        if (rc < 0)
            return rc;
    }
    *t = (struct texts){ 0 };
    rc = open_group(tx, ids, p, now, g);
    return rc < 0 ? rc : 1;
}

int parts_put(struct tx *tx, const struct vault *v, struct ids *ids, const struct part *p,
              int64_t now, struct arena *a, struct slice *text)
{
    struct group g = { 0 };
    struct texts t = { 0 };
    if (p->total < 2 || p->total > PARTS_MOST || p->number < 1 || p->number > p->total ||
        p->reference.n == 0 || p->reference.n > PARTS_REFERENCE_MAX)
        return GW_EINVAL;
    int rc = find(tx, v, ids, p, now, a, &g, &t);
    if (rc <= 0)
        return rc < 0 ? rc : PART_REPEATED;
    rc = insert(tx, v, ids, &g, p, a);
    if (rc < 0)
        return rc;
    if (g.closed_at != 0)
        return PART_LATE;
    t.at[p->number] = p->text;
    t.have[p->number] = true;
    if (++t.count == p->total) {
        *text = join(&t, p->total, a);
        rc = close_group(tx, &g, now);
        return rc < 0 ? rc : PART_COMPLETES;
    }
    int64_t last = g.opened_at + PARTS_OPEN_S;
    int64_t due = now + PARTS_WAIT_S < last ? now + PARTS_WAIT_S : last;
    rc = timers_set(tx, PARTS_TIMER, g.id, due > now ? due : now);
    return rc < 0 ? rc : PART_WAITS;
}

SQL(parts_group, "SELECT account, address, total, opened_at, closed_at FROM part_groups "
                 "WHERE id = $id");
SQL(parts_forget_texts, "DELETE FROM parts WHERE message = $id");
SQL(parts_forget, "DELETE FROM part_groups WHERE id = $id");

static int forget(struct tx *tx, int64_t id)
{
    int rc = sql_run(tx, &parts_forget_texts, BINDS(BIND_INT("id", id)));
    if (rc >= 0)
        rc = sql_run(tx, &parts_forget, BINDS(BIND_INT("id", id)));
    return rc < 0 ? rc : 0;
}

int parts_end(struct tx *tx, const struct vault *v, int64_t id, int64_t now, struct arena *a,
              struct part_message *out)
{
    struct group g = { .id = id };
    struct texts t;
    struct rows *rows = sql_rows(tx, &parts_group, BINDS(BIND_INT("id", id)));
    int rc = rows_next(tx, rows);
    if (rc != 1)
        return rc;
    *out = (struct part_message){ .account = arena_dup(a, rows_text(rows, 0)),
                                  .address = rows_int(rows, 1),
                                  .total = (int)rows_int(rows, 2),
                                  .opened_at = rows_int(rows, 3) };
    g.total = out->total;
    g.closed_at = rows_int(rows, 4);
    rows_close(tx, rows);
    if (g.closed_at != 0)
        return forget(tx, id);
    rc = read_texts(tx, v, &g, a, &t);
    if (rc < 0)
        return rc;
    out->have = t.count;
    out->text = join(&t, g.total, a);
    rc = close_group(tx, &g, now);
    return rc < 0 ? rc : 1;
}
