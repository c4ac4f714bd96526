#include "handlers/seal.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/base/digest.h"
#include "handlers/protect.h"
#include "handlers/seal_line.h"

enum { PAGE = 200, PROGRESS_EVERY = 1000 };

SQL(audit_count, "SELECT COUNT(*) FROM ledger");
SQL(audit_heads, "SELECT person, seq, mac, minutes, services, quality FROM ledger_heads "
                 "WHERE person > $after ORDER BY person LIMIT CAST($limit AS BIGINT)");
SQL(audit_entries,
    "SELECT " LEDGER_COLUMNS ", t.salt, t.sealed FROM ledger l LEFT JOIN ledger_texts t "
    "ON t.person = l.person AND t.seq = l.seq "
    "WHERE l.person > $after AND l.person <= $last ORDER BY l.person, l.seq");
SQL(audit_entry_mac, "SELECT mac FROM ledger WHERE person = $person AND seq = $seq");
SQL(audit_last_seq, "SELECT CAST(COALESCE(MAX(seq), 0) AS BIGINT) FROM ledger "
                    "WHERE person = $person");
SQL(audit_next_seal,
    "SELECT line, number FROM seals WHERE number > $after ORDER BY number LIMIT 1");
SQL(audit_seal_line, "SELECT line FROM seals WHERE number = $number");
SQL(audit_counts_to, "SELECT COUNT(*) FROM ledger WHERE id <= $last_id");
SQL(audit_last_written, "SELECT CAST(COALESCE(MAX(number), 0) AS BIGINT) FROM seals "
                        "WHERE written_at > 0");

/* A row of ledger_heads, kept for one page. */
struct page_head {
    int64_t person, seq, minutes, services, quality;
    unsigned char mac[LEDGER_MAC];
    bool met; /* entries of it were read */
};

/* Where the walk through one chain stands. */
struct chain {
    int64_t person; /* 0: none */
    int64_t seq;    /* of the entry read last */
    int64_t minutes, services, quality;
    int64_t no_text; /* first entry whose words are gone and not yet accounted for; 0 for none */
    int64_t gone;    /* how many such */
    bool broken;     /* a finding was made in this chain */
    unsigned char mac[LEDGER_MAC];
};

struct audit {
    const struct service *service; /* with an arena of its own */
    const struct audit_input *in;
    struct audit_report *report;
    struct arena arena;
    struct chain chain;
    struct page_head heads[PAGE];
    int head_count;
    int64_t all;
};

const char *audit_finding_name(enum audit_finding f)
{
    static const char *const names[AUDIT_FINDINGS] = {
        [AUDIT_SOUND] = "sound",
        [AUDIT_CHANGED] = "changed",
        [AUDIT_REMOVED] = "removed",
        [AUDIT_CUT_OFF] = "cut_off",
        [AUDIT_TEXT_REMOVED] = "text_removed",
        [AUDIT_HEAD] = "head",
        [AUDIT_SEAL] = "seal",
    };
    return f >= AUDIT_SOUND && f < AUDIT_FINDINGS ? names[f] : "?";
}

/* Seals (person 0) come behind every volunteer. */
static bool before(const struct audit_bad *a, const struct audit_bad *b)
{
    if (b->finding == AUDIT_SOUND || (a->person == 0) != (b->person == 0))
        return b->finding == AUDIT_SOUND || b->person == 0;
    return a->person != b->person ? a->person < b->person : a->seq < b->seq;
}

static void found(struct audit *au, enum audit_finding finding, int64_t person, int64_t seq)
{
    struct audit_bad bad = { finding, person, seq };
    au->report->bad++;
    if (before(&bad, &au->report->first))
        au->report->first = bad;
    if (person == au->chain.person)
        au->chain.broken = true;
}

static bool same_mac(const unsigned char *a, const unsigned char *b)
{
    return digest_equal((struct slice){ (const char *)a, LEDGER_MAC },
                        (struct slice){ (const char *)b, LEDGER_MAC });
}

static struct page_head *head_of(struct audit *au, int64_t person)
{
    int lo = 0, hi = au->head_count;
    while (lo < hi) {
        int mid = lo + (hi - lo) / 2;
        if (au->heads[mid].person < person)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo < au->head_count && au->heads[lo].person == person)
        return &au->heads[lo];
    return NULL;
}

/* The chain of one volunteer was read to its end: does the head row say the same? */
static void end_chain(struct audit *au)
{
    struct chain *c = &au->chain;
    if (c->person == 0)
        return;
    au->report->people++;
    if (c->no_text > 0)
        found(au, AUDIT_TEXT_REMOVED, c->person, c->no_text);
    struct page_head *h = head_of(au, c->person);
    if (h == NULL) {
        found(au, AUDIT_HEAD, c->person, c->seq);
    } else if (h->seq > c->seq) {
        found(au, AUDIT_CUT_OFF, c->person, c->seq + 1);
    } else if (!c->broken &&
               (h->seq != c->seq || !same_mac(h->mac, c->mac) || h->minutes != c->minutes ||
                h->services != c->services || h->quality != c->quality)) {
        found(au, AUDIT_HEAD, c->person, c->seq);
    }
    if (h != NULL)
        h->met = true;
    memset(c, 0, sizeof(*c));
}

static bool text_fits(const struct audit *au, const struct ledger_link *link, struct slice salt,
                      struct slice sealed)
{
    struct slice packed;
    if (protect_open(au->service, ledger_chain_column, link->entry.id, sealed, &packed) != 0)
        return false;
    unsigned char digest[LEDGER_MAC];
    ledger_chain_text(salt, packed, au->service->arena, digest);
    return same_mac(digest, link->text_digest);
}

static void check_text(struct audit *au, const struct rows *rows, const struct ledger_link *link)
{
    struct chain *c = &au->chain;
    if (link->entry.kind == LEDGER_FORGOTTEN) {
        au->report->forgotten += c->gone;
        c->no_text = 0;
        c->gone = 0;
    }
    bool present = !rows_is_null(rows, LEDGER_COLUMN_COUNT);
    if (present) {
        struct slice salt = rows_blob(rows, LEDGER_COLUMN_COUNT);
        struct slice sealed = rows_blob(rows, LEDGER_COLUMN_COUNT + 1);
        if (!text_fits(au, link, salt, sealed))
            found(au, AUDIT_CHANGED, c->person, link->entry.seq);
    } else if (ledger_chain_has_text(link)) {
        if (c->no_text == 0)
            c->no_text = link->entry.seq;
        c->gone++;
    }
}

static void check_entry(struct audit *au, const struct rows *rows, const struct ledger_link *link)
{
    const struct ledger_entry *e = &link->entry;
    struct chain *c = &au->chain;
    if (c->person != e->person) {
        end_chain(au);
        c->person = e->person;
    }
    /* Behind a gap the entry before is unknown, so only its successors can be checked. */
    if (e->seq != c->seq + 1) {
        found(au, AUDIT_REMOVED, c->person, c->seq + 1);
    } else {
        unsigned char mac[LEDGER_MAC];
        ledger_chain_mac(au->service->vault, link, c->mac, au->service->arena, mac);
        if (!same_mac(mac, link->mac))
            found(au, AUDIT_CHANGED, c->person, e->seq);
    }
    check_text(au, rows, link);
    int services = e->kind == LEDGER_FORGOTTEN ? 0 : e->kind == LEDGER_REVERSAL ? -1 : 1;
    c->seq = e->seq;
    c->minutes += e->minutes;
    c->services += services;
    c->quality += services * e->quality;
    memcpy(c->mac, link->mac, LEDGER_MAC);
    au->report->entries++;
    au->report->minutes += e->minutes;
}

static void tell(struct audit *au)
{
    if (au->in != NULL && au->in->progress != NULL)
        au->in->progress(au->in->context, au->report->entries, au->all);
}

static int read_page(struct audit *au, int64_t after)
{
    struct tx *tx = au->service->tx;
    au->head_count = 0;
    struct rows *rows =
        sql_rows(tx, &audit_heads, BINDS(BIND_INT("after", after), BIND_INT("limit", PAGE)));
    int rc;
    while ((rc = rows_next(tx, rows)) == 1) {
        struct page_head *h = &au->heads[au->head_count++];
        memset(h, 0, sizeof(*h));
        h->person = rows_int(rows, 0);
        h->seq = rows_int(rows, 1);
        struct slice mac = rows_blob(rows, 2);
        memcpy(h->mac, mac.p, mac.n < LEDGER_MAC ? mac.n : LEDGER_MAC);
        h->minutes = rows_int(rows, 3);
        h->services = rows_int(rows, 4);
        h->quality = rows_int(rows, 5);
    }
    return rc;
}

static int walk_page(struct audit *au, int64_t after, int64_t last)
{
    struct tx *tx = au->service->tx;
    struct rows *rows =
        sql_rows(tx, &audit_entries, BINDS(BIND_INT("after", after), BIND_INT("last", last)));
    int rc;
    while ((rc = rows_next(tx, rows)) == 1) {
        struct ledger_link link;
        if (ledger_chain_read(rows, au->service->arena, &link) != 0) {
            /* The digests are damaged: zeros fit nothing. */
            memset(link.mac, 0, LEDGER_MAC);
        }
        check_entry(au, rows, &link);
        if (au->report->entries % PROGRESS_EVERY == 0) {
            arena_reset(&au->arena);
            tell(au);
        }
    }
    end_chain(au);
    for (int i = 0; rc == 0 && i < au->head_count; i++) {
        if (!au->heads[i].met)
            found(au, AUDIT_CUT_OFF, au->heads[i].person, 1);
    }
    arena_reset(&au->arena);
    return rc;
}

static int walk_chains(struct audit *au)
{
    int64_t after = -1;
    for (;;) {
        int rc = read_page(au, after);
        if (rc < 0)
            return rc;
        /* The last page also takes chains whose head row is gone. */
        bool last = au->head_count < PAGE;
        int64_t to = last ? INT64_MAX : au->heads[au->head_count - 1].person;
        rc = walk_page(au, after, to);
        if (rc < 0 || last)
            return rc;
        after = to;
    }
}

static int check_head(struct audit *au, const struct seal_head *h)
{
    struct tx *tx = au->service->tx;
    struct rows *rows = sql_rows(tx, &audit_entry_mac,
                                 BINDS(BIND_INT("person", h->person), BIND_INT("seq", h->seq)));
    int rc = rows_next(tx, rows);
    if (rc < 0)
        return rc;
    if (rc == 1) {
        struct slice mac = rows_blob(rows, 0);
        bool same = mac.n == LEDGER_MAC && same_mac((const unsigned char *)mac.p, h->mac);
        rows_close(tx, rows);
        if (!same)
            found(au, AUDIT_CHANGED, h->person, h->seq);
        return 0;
    }
    int64_t last;
    rc = sql_int(tx, &audit_last_seq, BINDS(BIND_INT("person", h->person)), &last);
    if (rc < 0)
        return rc;
    if (last < h->seq)
        found(au, AUDIT_CUT_OFF, h->person, last + 1);
    else
        found(au, AUDIT_REMOVED, h->person, h->seq);
    return 0;
}

static int check_heads(struct audit *au, const struct seal *seal)
{
    for (int i = 0; i < seal->count; i++) {
        int rc = check_head(au, &seal->heads[i]);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* One seal of the database against the one before. */
static int check_seal(struct audit *au, struct slice line, int64_t number, struct seal *last)
{
    struct seal seal;
    bool good =
        seal_line_read(au->service->vault, line, &au->arena, &seal) == 0 && seal.number == number;
    if (number != last->number + 1)
        found(au, AUDIT_SEAL, 0, last->number + 1);
    else if (!good || !same_mac(seal.before, last->mac))
        found(au, AUDIT_SEAL, 0, number);
    int rc = good ? check_heads(au, &seal) : 0;
    seal.number = number;
    *last = seal;
    au->report->seals++;
    return rc;
}

static int walk_seals(struct audit *au)
{
    struct tx *tx = au->service->tx;
    struct seal last = { .number = 0 };
    for (;;) {
        struct rows *rows = sql_rows(tx, &audit_next_seal, BINDS(BIND_INT("after", last.number)));
        int rc = rows_next(tx, rows);
        if (rc < 0)
            return rc;
        if (rc == 0)
            break;
        struct slice line = arena_dup(&au->arena, rows_text(rows, 0));
        int64_t number = rows_int(rows, 1);
        rows_close(tx, rows);
        rc = check_seal(au, line, number, &last);
        if (rc < 0)
            return rc;
        arena_reset(&au->arena);
    }
    int64_t entries = 0;
    int rc = last.number == 0 ? 0
                              : sql_int(tx, &audit_counts_to,
                                        BINDS(BIND_INT("last_id", last.last_id)), &entries);
    if (rc >= 0 && entries != last.entries)
        found(au, AUDIT_SEAL, 0, last.number);
    return rc < 0 ? rc : 0;
}

/* One line of the file: the database must hold the same, else its heads are looked for here. */
static int check_outside(struct audit *au, struct slice line, int64_t *last)
{
    struct tx *tx = au->service->tx;
    struct seal seal;
    if (seal_line_read(au->service->vault, line, &au->arena, &seal) != 0) {
        found(au, AUDIT_SEAL, 0, seal.number > 0 ? seal.number : *last + 1);
        return 0;
    }
    if (*last > 0 && seal.number != *last && seal.number != *last + 1)
        found(au, AUDIT_SEAL, 0, *last + 1);
    *last = seal.number;
    struct rows *rows = sql_rows(tx, &audit_seal_line, BINDS(BIND_INT("number", seal.number)));
    int rc = rows_next(tx, rows);
    if (rc < 0)
        return rc;
    bool same = rc == 1 && slice_eq(rows_text(rows, 0), slice_trim(line));
    if (rc == 1)
        rows_close(tx, rows);
    if (same)
        return 0;
    found(au, AUDIT_SEAL, 0, seal.number);
    return check_heads(au, &seal);
}

static int walk_outside(struct audit *au)
{
    if (au->in == NULL || au->in->next == NULL)
        return 0;
    int64_t last = 0, written;
    struct slice line;
    int rc;
    while ((rc = au->in->next(au->in->context, &line)) == 1) {
        if (slice_trim(line).n == 0)
            continue;
        au->report->outside++;
        rc = check_outside(au, line, &last);
        if (rc < 0)
            return rc;
        arena_reset(&au->arena);
    }
    if (rc < 0)
        return rc;
    rc = sql_int(au->service->tx, &audit_last_written, NO_BINDS, &written);
    if (rc == 1 && written > last)
        found(au, AUDIT_SEAL, 0, last + 1);
    return rc < 0 ? rc : 0;
}

int ledger_audit(const struct service *s, const struct audit_input *in, struct audit_report *out)
{
    memset(out, 0, sizeof(*out));
    struct audit *au = mem_alloc(sizeof(*au));
    struct service own = *s;
    own.arena = &au->arena;
    au->service = &own;
    au->in = in;
    au->report = out;
    int rc = sql_int(s->tx, &audit_count, NO_BINDS, &au->all);
    if (rc >= 0)
        rc = walk_chains(au);
    if (rc >= 0)
        rc = walk_seals(au);
    if (rc >= 0)
        rc = walk_outside(au);
    tell(au);
    arena_free(&au->arena);
    free(au);
    return rc < 0 ? rc : 0;
}
