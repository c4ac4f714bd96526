#include "handlers/hours_row.h"

#include <string.h>

#include "gateway/base/json.h"
#include "handlers/notify.h"
#include "handlers/protect.h"
#include "handlers/volunteers.h"
#include "handlers/words.h"

enum { NEAR_MAX = 200, TEXTS = 5 };

static const char words_column[] = "hours.words", reason_column[] = "hours.reason";

SQL(hours_insert,
    "INSERT INTO hours (id, person, day, start_min, end_min, minutes, activity, organization, "
    "state, flags, source, quality, confirmer, decided_at, claimed_at, address, replaces, instead, "
    "seq, words, reason) VALUES ($id, $person, $day, $start_min, $end_min, $minutes, $activity, "
    "$organization, $state, $flags, $source, $quality, $confirmer, $decided_at, $claimed_at, "
    "$address, $replaces, $instead, $seq, $words, $reason)");
SQL(hours_update,
    "UPDATE hours SET state = $to, flags = $flags, quality = $quality, confirmer = $confirmer, "
    "decided_at = $decided_at, seq = $seq, words = $words, reason = $reason "
    "WHERE id = $id AND state = $from");
SQL(hours_set_seq, "UPDATE hours SET seq = $seq WHERE id = $id AND seq <> $seq");
SQL(hours_one, "SELECT " HOURS_COLUMNS " FROM hours h WHERE h.id = $id");
SQL(hours_near, "SELECT " HOURS_COLUMNS " FROM hours h WHERE h.person = $person "
                "AND h.day >= $from AND h.day <= $to AND h.state IN (0, 1) "
                "ORDER BY h.day, h.id LIMIT CAST($limit AS BIGINT)");
SQL(hours_pending, "SELECT " HOURS_COLUMNS " FROM hours h WHERE h.person = $person "
                   "AND h.replaces = $id AND h.state = 0");

static const struct {
    const char *name;
    unsigned allowed; /* bits of the states it may move to */
} states[HOURS_STATES] = {
    [HOURS_CLAIMED] = { "claimed", 1u << HOURS_CONFIRMED | 1u << HOURS_REFUSED |
                                       1u << HOURS_WITHDRAWN | 1u << HOURS_REPLACED },
    [HOURS_CONFIRMED] = { "confirmed", 1u << HOURS_WITHDRAWN | 1u << HOURS_REPLACED },
    [HOURS_REFUSED] = { "refused", 0 },
    [HOURS_WITHDRAWN] = { "withdrawn", 0 },
    [HOURS_REPLACED] = { "replaced", 0 },
};

const char *hours_state_name(enum hours_state state)
{
    return state >= HOURS_CLAIMED && state < HOURS_STATES ? states[state].name : "?";
}

bool hours_may_move(enum hours_state from, enum hours_state to)
{
    if (from < HOURS_CLAIMED || from >= HOURS_STATES || to < HOURS_CLAIMED || to >= HOURS_STATES)
        return false;
    return (states[from].allowed >> to & 1u) != 0;
}

static int open_texts(const struct service *s, struct slice words, struct slice reason,
                      struct hours *out)
{
    struct slice packed, texts[TEXTS];
    int rc = protect_open(s, words_column, out->id, words, &packed);
    if (rc == 0)
        rc = words_unpack(packed, texts, TEXTS);
    if (rc == 0)
        rc = protect_open(s, reason_column, out->id, reason, &out->reason);
    if (rc != 0)
        return rc;
    out->name = texts[0];
    out->place = texts[1];
    out->recipient = texts[2];
    out->content = texts[3];
    out->confirmer_name = texts[4];
    return 0;
}

int hours_row_read(const struct service *s, const struct rows *rows, struct hours *out)
{
    memset(out, 0, sizeof(*out));
    out->id = rows_int(rows, 0);
    out->person = rows_int(rows, 1);
    out->day = rows_int(rows, 2);
    out->start_min = (int)rows_int(rows, 3);
    out->end_min = (int)rows_int(rows, 4);
    out->minutes = rows_int(rows, 5);
    out->activity = rows_int(rows, 6);
    out->organization = rows_int(rows, 7);
    out->state = (enum hours_state)rows_int(rows, 8);
    out->flags = (unsigned)rows_int(rows, 9);
    out->source = (enum ledger_source)rows_int(rows, 10);
    out->quality = (int)rows_int(rows, 11);
    out->confirmer = rows_int(rows, 12);
    out->decided_at = rows_int(rows, 13);
    out->claimed_at = rows_int(rows, 14);
    out->address = rows_int(rows, 15);
    out->replaces = rows_int(rows, 16);
    out->instead = rows_int(rows, 17);
    out->seq = rows_int(rows, 18);
    return open_texts(s, rows_blob(rows, 19), rows_blob(rows, 20), out);
}

static struct slice seal_words(const struct service *s, const struct hours *row)
{
    const struct slice texts[TEXTS] = { row->name, row->place, row->recipient, row->content,
                                        row->confirmer_name };
    return protect_text(s, words_column, row->id, words_pack(texts, TEXTS, s->arena));
}

int hours_row_insert(const struct service *s, struct hours *row)
{
    row->id = ids_next(s->ids);
    row->claimed_at = s->now;
    int rc = sql_run(
        s->tx, &hours_insert,
        BINDS(BIND_INT("id", row->id), BIND_INT("person", row->person), BIND_INT("day", row->day),
              BIND_INT("start_min", row->start_min), BIND_INT("end_min", row->end_min),
              BIND_INT("minutes", row->minutes), BIND_INT("activity", row->activity),
              BIND_INT("organization", row->organization), BIND_INT("state", row->state),
              BIND_INT("flags", row->flags), BIND_INT("source", row->source),
              BIND_INT("quality", row->quality), BIND_INT("confirmer", row->confirmer),
              BIND_INT("decided_at", row->decided_at), BIND_INT("claimed_at", row->claimed_at),
              BIND_INT("address", row->address), BIND_INT("replaces", row->replaces),
              BIND_INT("instead", row->instead), BIND_INT("seq", row->seq),
              BIND_BLOB("words", seal_words(s, row)),
              BIND_BLOB("reason", protect_text(s, reason_column, row->id, row->reason))));
    return rc < 0 ? rc : 0;
}

int hours_row_move(const struct service *s, struct hours *row, enum hours_state to)
{
    if (!hours_may_move(row->state, to))
        return 0;
    int rc = sql_run(
        s->tx, &hours_update,
        BINDS(BIND_INT("to", to), BIND_INT("flags", row->flags), BIND_INT("quality", row->quality),
              BIND_INT("confirmer", row->confirmer), BIND_INT("decided_at", row->decided_at),
              BIND_INT("seq", row->seq), BIND_BLOB("words", seal_words(s, row)),
              BIND_BLOB("reason", protect_text(s, reason_column, row->id, row->reason)),
              BIND_INT("id", row->id), BIND_INT("from", row->state)));
    if (rc < 1)
        return rc;
    row->state = to;
    return 1;
}

int hours_row_set_seq(const struct service *s, const struct hours *row)
{
    int rc =
        sql_run(s->tx, &hours_set_seq, BINDS(BIND_INT("seq", row->seq), BIND_INT("id", row->id)));
    return rc < 0 ? rc : 0;
}

static int read_one(const struct service *s, struct rows *rows, struct hours *out)
{
    int rc = rows_next(s->tx, rows);
    if (rc != 1)
        return rc;
    rc = hours_row_read(s, rows, out);
    rows_close(s->tx, rows);
    return rc < 0 ? rc : 1;
}

int hours_get(const struct service *s, int64_t id, struct hours *out)
{
    return read_one(s, sql_rows(s->tx, &hours_one, BINDS(BIND_INT("id", id))), out);
}

int hours_row_pending(const struct service *s, int64_t person, int64_t id, struct hours *out)
{
    return read_one(
        s, sql_rows(s->tx, &hours_pending, BINDS(BIND_INT("person", person), BIND_INT("id", id))),
        out);
}

int hours_row_near(const struct service *s, int64_t person, int64_t from, int64_t to,
                   struct hours **out, int64_t *total)
{
    *out = arena_alloc(s->arena, sizeof(**out) * NEAR_MAX);
    struct rows *rows = sql_rows(s->tx, &hours_near,
                                 BINDS(BIND_INT("person", person), BIND_INT("from", from),
                                       BIND_INT("to", to), BIND_INT("limit", NEAR_MAX)));
    int n = 0;
    int rc;
    while ((rc = rows_next(s->tx, rows)) == 1) {
        rc = hours_row_read(s, rows, &(*out)[n]);
        if (rc < 0) {
            rows_close(s->tx, rows);
            return rc;
        }
        n++;
    }
    if (rc < 0)
        return rc;
    if (total != NULL) {
        struct ledger_totals totals;
        rc = ledger_total(s, person, &totals);
        *total = totals.minutes;
    }
    return rc < 0 ? rc : n;
}

int64_t hours_row_sum(const struct hours *rows, int count, int64_t day, int64_t except)
{
    int64_t sum = 0;
    for (int i = 0; i < count; i++) {
        if (rows[i].day != day || rows[i].id == except)
            continue;
        if (except != 0 && rows[i].replaces == except)
            continue;
        sum += rows[i].minutes - rows[i].instead;
    }
    return sum;
}

int64_t hours_length(const struct activity *a)
{
    return (a->ends_at - a->starts_at) / 60;
}

int64_t hours_day_of(const struct service *s, const struct activity *a)
{
    return civil_day_of(a->starts_at, s->zone);
}

static char next_letter(struct slice *s)
{
    while (s->n > 0 && (s->p[0] == ' ' || s->p[0] == '\t' || s->p[0] == '\n'))
        *s = slice_skip(*s, 1);
    if (s->n == 0)
        return 0;
    char c = s->p[0];
    *s = slice_skip(*s, 1);
    return c;
}

bool hours_same_name(struct slice a, struct slice b)
{
    char x;
    do {
        x = next_letter(&a);
        if (x != next_letter(&b))
            return false;
    } while (x != 0);
    return true;
}

json_t *hours_row_params(const struct service *s, const struct hours *row, struct slice name,
                         int64_t total)
{
    json_t *params = json_object();
    json_put_slice(params, "name", name);
    notify_set_past(s, params, "date", "in_month", row->day);
    json_put_slice(params, "activity", row->name);
    json_put_int(params, "minutes", row->minutes);
    json_put_slice(params, "confirmer", row->confirmer_name);
    json_put_int(params, "total", total);
    json_put_id(params, "hours", row->id);
    if (row->quality > 0)
        json_put_int(params, "quality", row->quality);
    return params;
}

void hours_row_receipt(const struct hours *row, struct hours_receipt *out)
{
    out->id = row->id;
    out->day = row->day;
    out->minutes = row->minutes;
    out->name = row->name;
    out->confirmer = row->confirmer_name;
    out->flags = row->flags;
}

int hours_is_own(const struct service *s, int64_t address, int64_t person)
{
    struct volunteer *people;
    int n = volunteers_by_address(s, address, &people);
    for (int i = 0; i < n; i++) {
        if (people[i].id == person)
            return 1;
    }
    return n < 0 ? n : 0;
}

void hours_row_entry(const struct service *s, const struct hours *row, int64_t leader,
                     struct slice leader_name, struct ledger_entry *out)
{
    *out = (struct ledger_entry){
        .person = row->person,
        .kind = row->instead > 0 ? LEDGER_CORRECTION : LEDGER_CONFIRMED,
        .source = row->source,
        .minutes = row->minutes,
        .day = row->day,
        .hours = row->id,
        .activity = row->activity,
        .organization = row->organization,
        .leader = leader,
        .recorder = row->confirmer,
        .quality = row->quality,
        .evaluated = civil_day_of(s->now, s->zone),
        .late = (row->flags & HOURS_LATE) != 0,
        .name = row->name,
        .place = row->place,
        .recipient = row->recipient,
        .content = row->content,
        .leader_name = leader_name,
        .recorder_name = row->confirmer_name,
    };
}

/* The confirmed row that a raised claim stands for leaves the ledger first. */
static int reverse_replaced(const struct service *s, const struct hours *row)
{
    struct hours old;
    int rc = row->instead > 0 ? hours_get(s, row->replaces, &old) : 0;
    if (rc != 1 || old.state != HOURS_CONFIRMED)
        return rc < 0 ? rc : 0;
    rc = ledger_reverse(s, old.person, old.seq, row->confirmer, NULL);
    if (rc < 0)
        return rc;
    rc = hours_row_move(s, &old, HOURS_REPLACED);
    return rc < 0 ? rc : 0;
}

int hours_row_record(const struct service *s, struct hours *row, struct ledger_entry *entry)
{
    int rc = reverse_replaced(s, row);
    if (rc < 0)
        return rc;
    entry->hours = row->id;
    rc = ledger_append(s, entry);
    if (rc != LEDGER_APPENDED)
        return rc < 0 ? rc : GW_EINVAL;
    row->seq = entry->seq;
    row->decided_at = s->now;
    rc = hours_row_move(s, row, HOURS_CONFIRMED);
    return rc < 0 ? rc : rc == 1 ? 0 : GW_EDATA;
}
