#include "handlers/ledger.h"

#include <string.h>

#include "gateway/base/digest.h"
#include "handlers/ledger_chain.h"
#include "handlers/protect.h"
#include "handlers/words.h"

enum { MINUTES_A_DAY = 1440, LIST_MAX = 500 };

SQL(ledger_head_of, "SELECT seq, mac, minutes, services, quality FROM ledger_heads "
                    "WHERE person = $person");
SQL(ledger_insert,
    "INSERT INTO ledger (person, seq, id, kind, source, minutes, day, hours, activity, "
    "organization, leader, recorder, quality, evaluated, recorded_at, reverses, late, rules, "
    "text_digest, mac) VALUES ($person, $seq, $id, $kind, $source, $minutes, $day, $hours, "
    "$activity, $organization, $leader, $recorder, $quality, $evaluated, $recorded_at, $reverses, "
    "$late, $rules, $text_digest, $mac)");
SQL(ledger_insert_text, "INSERT INTO ledger_texts (person, seq, salt, sealed) "
                        "VALUES ($person, $seq, $salt, $sealed)");
SQL(ledger_put_head,
    "INSERT INTO ledger_heads (person, seq, mac, minutes, services, quality) "
    "VALUES ($person, $seq, $mac, $minutes, $services, $quality) "
    "ON CONFLICT (person) DO UPDATE SET seq = excluded.seq, mac = excluded.mac, "
    "minutes = excluded.minutes, services = excluded.services, quality = excluded.quality");
SQL(ledger_reversal_of, "SELECT seq FROM ledger WHERE person = $person AND reverses = $seq "
                        "AND reverses > 0");
SQL(ledger_one, "SELECT " LEDGER_COLUMNS ", t.sealed FROM ledger l LEFT JOIN ledger_texts t "
                "ON t.person = l.person AND t.seq = l.seq "
                "WHERE l.person = $person AND l.seq = $seq");
SQL(ledger_page, "SELECT " LEDGER_COLUMNS ", t.sealed FROM ledger l LEFT JOIN ledger_texts t "
                 "ON t.person = l.person AND t.seq = l.seq "
                 "WHERE l.person = $person AND l.seq < $before "
                 "ORDER BY l.seq DESC LIMIT CAST($limit AS BIGINT)");
SQL(ledger_last_id, "SELECT id FROM ledger ORDER BY id DESC LIMIT 1");
SQL(ledger_delete_texts, "DELETE FROM ledger_texts WHERE person = $person");

struct head {
    int64_t seq, minutes, services, quality;
    unsigned char mac[LEDGER_MAC];
};

static const struct {
    enum ledger_field field;
    const char *name;
} field_names[] = {
    { LEDGER_NAME, "name" },           { LEDGER_DAY, "date" },
    { LEDGER_PLACE, "place" },         { LEDGER_RECIPIENT, "recipient" },
    { LEDGER_CONTENT, "content" },     { LEDGER_MINUTES, "minutes" },
    { LEDGER_QUALITY, "quality" },     { LEDGER_LEADER, "leader" },
    { LEDGER_RECORDER, "recorder" },   { LEDGER_ORGANIZATION, "organization" },
    { LEDGER_EVALUATED, "evaluated" },
};

const char *ledger_field_name(enum ledger_field field)
{
    for (size_t i = 0; i < sizeof(field_names) / sizeof(field_names[0]); i++) {
        if (field_names[i].field == field)
            return field_names[i].name;
    }
    return "?";
}

const char *ledger_kind_name(enum ledger_kind kind)
{
    static const char *const names[LEDGER_KINDS] = {
        [LEDGER_CONFIRMED] = "confirmed",
        [LEDGER_REVERSAL] = "reversal",
        [LEDGER_CORRECTION] = "correction",
        [LEDGER_FORGOTTEN] = "forgotten",
    };
    return kind >= LEDGER_CONFIRMED && kind < LEDGER_KINDS ? names[kind] : "?";
}

unsigned ledger_missing(const struct ledger_entry *e)
{
    const struct {
        enum ledger_field field;
        bool filled;
    } fields[LEDGER_FIELD_COUNT] = {
        { LEDGER_NAME, slice_trim(e->name).n > 0 },
        { LEDGER_DAY, e->day > 0 },
        { LEDGER_PLACE, slice_trim(e->place).n > 0 },
        { LEDGER_RECIPIENT, slice_trim(e->recipient).n > 0 },
        { LEDGER_CONTENT, slice_trim(e->content).n > 0 },
        { LEDGER_MINUTES, e->minutes > 0 && e->minutes <= MINUTES_A_DAY },
        { LEDGER_QUALITY, e->quality >= 1 && e->quality <= 5 },
        { LEDGER_LEADER, e->leader > 0 },
        { LEDGER_RECORDER, e->recorder > 0 },
        { LEDGER_ORGANIZATION, e->organization > 0 },
        { LEDGER_EVALUATED, e->evaluated > 0 },
    };
    unsigned missing = 0;
    for (int i = 0; i < LEDGER_FIELD_COUNT; i++) {
        if (!fields[i].filled)
            missing |= fields[i].field;
    }
    return missing;
}

/* 1, 0 (and a zero head) when there is none, or GW_E*. */
static int read_head(const struct service *s, int64_t person, struct head *out)
{
    memset(out, 0, sizeof(*out));
    struct rows *rows = sql_rows(s->tx, &ledger_head_of, BINDS(BIND_INT("person", person)));
    int rc = rows_next(s->tx, rows);
    if (rc != 1)
        return rc;
    struct slice mac = rows_blob(rows, 1);
    if (mac.n != LEDGER_MAC) {
        rows_close(s->tx, rows);
        return GW_EDATA;
    }
    memcpy(out->mac, mac.p, LEDGER_MAC);
    out->seq = rows_int(rows, 0);
    out->minutes = rows_int(rows, 2);
    out->services = rows_int(rows, 3);
    out->quality = rows_int(rows, 4);
    rows_close(s->tx, rows);
    return 1;
}

static int put_head(const struct service *s, int64_t person, const struct head *head)
{
    struct slice mac = { (const char *)head->mac, LEDGER_MAC };
    int rc =
        sql_run(s->tx, &ledger_put_head,
                BINDS(BIND_INT("person", person), BIND_INT("seq", head->seq), BIND_BLOB("mac", mac),
                      BIND_INT("minutes", head->minutes), BIND_INT("services", head->services),
                      BIND_INT("quality", head->quality)));
    return rc < 0 ? rc : 0;
}

static int put_texts(const struct service *s, struct ledger_link *link)
{
    const struct ledger_entry *e = &link->entry;
    const struct slice texts[LEDGER_TEXTS] = { e->name,    e->place,       e->recipient,
                                               e->content, e->leader_name, e->recorder_name };
    struct slice packed = words_pack(texts, LEDGER_TEXTS, s->arena);
    unsigned char salt[LEDGER_SALT];
    digest_random(salt, sizeof(salt));
    struct slice salted = { (const char *)salt, sizeof(salt) };
    ledger_chain_text(salted, packed, s->arena, link->text_digest);
    struct slice sealed = protect_text(s, ledger_chain_column, e->id, packed);
    int rc = sql_run(s->tx, &ledger_insert_text,
                     BINDS(BIND_INT("person", e->person), BIND_INT("seq", e->seq),
                           BIND_BLOB("salt", salted), BIND_BLOB("sealed", sealed)));
    return rc < 0 ? rc : 0;
}

static int put_entry(const struct service *s, const struct ledger_link *link)
{
    const struct ledger_entry *e = &link->entry;
    struct slice digest = { (const char *)link->text_digest, LEDGER_MAC };
    struct slice mac = { (const char *)link->mac, LEDGER_MAC };
    int rc = sql_run(
        s->tx, &ledger_insert,
        BINDS(BIND_INT("person", e->person), BIND_INT("seq", e->seq), BIND_INT("id", e->id),
              BIND_INT("kind", e->kind), BIND_INT("source", e->source),
              BIND_INT("minutes", e->minutes), BIND_INT("day", e->day), BIND_INT("hours", e->hours),
              BIND_INT("activity", e->activity), BIND_INT("organization", e->organization),
              BIND_INT("leader", e->leader), BIND_INT("recorder", e->recorder),
              BIND_INT("quality", e->quality), BIND_INT("evaluated", e->evaluated),
              BIND_INT("recorded_at", e->recorded_at), BIND_INT("reverses", e->reverses),
              BIND_INT("late", e->late), BIND_TEXT("rules", e->rules),
              BIND_BLOB("text_digest", digest), BIND_BLOB("mac", mac)));
    return rc < 0 ? rc : 0;
}

/* Ids of entries rise in the order in which they are committed, also between processes and after
 * the clock was put back: a seal takes what lies behind the last id of the one before. */
static int next_id(const struct service *s, int64_t *id)
{
    int64_t last = 0;
    int rc = sql_int(s->tx, &ledger_last_id, NO_BINDS, &last);
    if (rc < 0)
        return rc;
    ids_pass(s->ids, last);
    *id = ids_next(s->ids);
    return 0;
}

/* Chains one entry on and moves the head: the only way into the tables. */
static int chain(const struct service *s, struct ledger_entry *e, bool texts)
{
    struct head head;
    int rc = read_head(s, e->person, &head);
    if (rc >= 0)
        rc = next_id(s, &e->id);
    if (rc < 0)
        return rc;
    e->seq = head.seq + 1;
    e->recorded_at = s->now;
    e->rules = slice_of(s->policy->rules_version);
    struct ledger_link link = { .entry = *e };
    rc = texts ? put_texts(s, &link) : 0;
    if (rc != 0)
        return rc;
    ledger_chain_mac(s->vault, &link, head.mac, s->arena, link.mac);
    rc = put_entry(s, &link);
    if (rc != 0)
        return rc;
    int services = e->kind == LEDGER_FORGOTTEN ? 0 : e->kind == LEDGER_REVERSAL ? -1 : 1;
    head.seq = e->seq;
    head.minutes += e->minutes;
    head.services += services;
    head.quality += services * e->quality;
    memcpy(head.mac, link.mac, LEDGER_MAC);
    return put_head(s, e->person, &head);
}

int ledger_append(const struct service *s, struct ledger_entry *e)
{
    if (e->kind != LEDGER_CONFIRMED && e->kind != LEDGER_CORRECTION)
        return GW_EINVAL;
    if (e->person <= 0)
        return GW_EINVAL;
    if (ledger_missing(e) != 0)
        return LEDGER_INCOMPLETE;
    e->reverses = 0;
    int rc = chain(s, e, true);
    return rc < 0 ? rc : LEDGER_APPENDED;
}

int ledger_reverse(const struct service *s, int64_t person, int64_t seq, int64_t recorder,
                   struct ledger_entry *out)
{
    struct ledger_entry old;
    int rc = ledger_get(s, person, seq, &old);
    if (rc < 0)
        return rc;
    if (rc == 0 || old.kind == LEDGER_REVERSAL || old.kind == LEDGER_FORGOTTEN)
        return LEDGER_NO_ENTRY;
    if (out != NULL)
        *out = old;
    int64_t reversal;
    rc = sql_int(s->tx, &ledger_reversal_of,
                 BINDS(BIND_INT("person", person), BIND_INT("seq", seq)), &reversal);
    if (rc != 0)
        return rc < 0 ? rc : LEDGER_REVERSED;
    struct ledger_entry e = old;
    e.kind = LEDGER_REVERSAL;
    e.minutes = -old.minutes;
    e.reverses = seq;
    e.recorder = recorder;
    rc = chain(s, &e, false);
    return rc < 0 ? rc : LEDGER_APPENDED;
}

int ledger_total(const struct service *s, int64_t person, struct ledger_totals *out)
{
    struct head head;
    int rc = read_head(s, person, &head);
    *out = (struct ledger_totals){ .minutes = head.minutes,
                                   .services = head.services,
                                   .quality = head.quality,
                                   .entries = head.seq };
    return rc;
}

static int read_texts(const struct service *s, struct slice sealed, struct ledger_entry *e)
{
    struct slice packed, texts[LEDGER_TEXTS];
    int rc = protect_open(s, ledger_chain_column, e->id, sealed, &packed);
    if (rc == 0)
        rc = words_unpack(packed, texts, LEDGER_TEXTS);
    if (rc != 0)
        return rc;
    e->name = texts[0];
    e->place = texts[1];
    e->recipient = texts[2];
    e->content = texts[3];
    e->leader_name = texts[4];
    e->recorder_name = texts[5];
    return 0;
}

static int read_entry(const struct service *s, const struct rows *rows, struct ledger_entry *out)
{
    struct ledger_link link;
    int rc = ledger_chain_read(rows, s->arena, &link);
    if (rc != 0)
        return rc;
    *out = link.entry;
    if (!rows_is_null(rows, LEDGER_COLUMN_COUNT))
        return read_texts(s, rows_blob(rows, LEDGER_COLUMN_COUNT), out);
    out->forgotten = ledger_chain_has_text(&link);
    return 0;
}

int ledger_get(const struct service *s, int64_t person, int64_t seq, struct ledger_entry *out)
{
    struct rows *rows =
        sql_rows(s->tx, &ledger_one, BINDS(BIND_INT("person", person), BIND_INT("seq", seq)));
    int rc = rows_next(s->tx, rows);
    if (rc != 1)
        return rc;
    rc = read_entry(s, rows, out);
    rows_close(s->tx, rows);
    return rc < 0 ? rc : 1;
}

int ledger_list(const struct service *s, int64_t person, int64_t before, int limit,
                struct ledger_entry **out)
{
    if (limit < 0 || limit > LIST_MAX)
        limit = LIST_MAX;
    *out = arena_alloc(s->arena, sizeof(**out) * ((size_t)limit + 1));
    struct rows *rows = sql_rows(s->tx, &ledger_page,
                                 BINDS(BIND_INT("person", person),
                                       BIND_INT("before", before > 0 ? before : INT64_MAX),
                                       BIND_INT("limit", limit)));
    int n = 0;
    int rc;
    while ((rc = rows_next(s->tx, rows)) == 1) {
        rc = read_entry(s, rows, &(*out)[n]);
        if (rc < 0) {
            rows_close(s->tx, rows);
            return rc;
        }
        n++;
    }
    return rc < 0 ? rc : n;
}

int ledger_forget_texts(const struct service *s, int64_t person, int64_t recorder)
{
    int deleted = sql_run(s->tx, &ledger_delete_texts, BINDS(BIND_INT("person", person)));
    if (deleted <= 0)
        return deleted;
    struct ledger_entry e = { .person = person,
                              .kind = LEDGER_FORGOTTEN,
                              .day = civil_day_of(s->now, s->zone),
                              .recorder = recorder };
    int rc = chain(s, &e, false);
    return rc < 0 ? rc : deleted;
}
