/* Two records of one person become one (handlers/bindings.h). Nothing of either chain is edited:
 * service moves by a reversal here and a new entry there. */
#include "handlers/bindings.h"
#include "handlers/hours_row.h"
#include "handlers/signups.h"

enum { ROUNDS_MAX = 50, ALL_DAYS = 1000000, SIGNUPS_MAX = 500 };

SQL(merge_signups, "SELECT id, activity, state FROM signups WHERE volunteer = $gone "
                   "ORDER BY id LIMIT 500");
SQL(merge_has_signup, "SELECT id FROM signups WHERE activity = $activity AND volunteer = $keep");
SQL(merge_signup, "UPDATE signups SET volunteer = $keep, address = $address WHERE id = $id");
SQL(merge_attendance, "UPDATE attendance SET person = $keep WHERE person = $gone AND activity NOT "
                      "IN (SELECT b.activity FROM attendance b WHERE b.person = $keep)");
SQL(merge_attended, "UPDATE attendance SET hours = $new WHERE activity = $activity "
                    "AND person = $gone AND hours = $old");
SQL(merge_trainings,
    "UPDATE training_people SET volunteer = $keep WHERE volunteer = $gone AND training NOT "
    "IN (SELECT b.training FROM training_people b WHERE b.volunteer = $keep)");
SQL(merge_consents, "UPDATE consents SET volunteer = $keep WHERE volunteer = $gone");
SQL(merge_fields, "UPDATE volunteer_fields SET volunteer = $keep WHERE volunteer = $gone AND field "
                  "NOT IN (SELECT b.field FROM volunteer_fields b WHERE b.volunteer = $keep)");
SQL(merge_links, "INSERT INTO volunteer_links (address, volunteer, linked_at) "
                 "SELECT l.address, $keep, $now FROM volunteer_links l WHERE l.volunteer = $gone "
                 "ON CONFLICT (address, volunteer) DO NOTHING");
SQL(merge_put_papers, "UPDATE volunteers SET verification = CASE WHEN $passed = 1 THEN 1 "
                      "ELSE verification END, provisional = CASE WHEN $seen = 1 THEN 0 "
                      "ELSE provisional END WHERE id = $id");
SQL(merge_note, "INSERT INTO volunteer_merges (gone, kept, address, minutes_twice, merged_at) "
                "VALUES ($gone, $keep, $address, $twice, $now) ON CONFLICT (gone) DO NOTHING");

struct merge {
    const struct service *s;
    int64_t keep, gone, address;
    int64_t twice;
};

/* The row of the kept record that says the same, NULL when none does. */
static int find_same(struct merge *m, const struct hours *row, struct hours **out)
{
    struct hours *near;
    int n = hours_row_near(m->s, m->keep, row->day, row->day, &near, NULL);
    *out = NULL;
    for (int i = 0; i < n && *out == NULL; i++) {
        bool same = row->activity != 0
                        ? near[i].activity == row->activity
                        : near[i].activity == 0 && hours_same_name(near[i].name, row->name);
        if (same)
            *out = &near[i];
    }
    return n;
}

/* Takes the row out of the record that goes; `*entry` is what the ledger said. */
static int take_out(struct merge *m, struct hours *row, struct ledger_entry *entry)
{
    int rc = 0;
    if (row->state == HOURS_CONFIRMED)
        rc = ledger_reverse(m->s, row->person, row->seq, m->address, entry);
    if (rc != LEDGER_APPENDED)
        return rc < 0 ? rc : GW_EDATA;
    rc = hours_row_move(m->s, row, HOURS_REPLACED);
    return rc < 0 ? rc : rc == 1 ? 0 : GW_EDATA;
}

static int bring_in(struct merge *m, const struct hours *old, bool confirmed,
                    struct ledger_entry *entry)
{
    struct hours row = *old;
    row.person = m->keep;
    row.state = HOURS_CLAIMED;
    row.replaces = old->id;
    row.seq = 0;
    int rc = hours_row_insert(m->s, &row);
    if (rc >= 0 && row.activity != 0)
        rc = sql_run(m->s->tx, &merge_attended,
                     BINDS(BIND_INT("new", row.id), BIND_INT("activity", row.activity),
                           BIND_INT("gone", m->gone), BIND_INT("old", old->id)));
    if (rc < 0 || !confirmed)
        return rc < 0 ? rc : 0;
    entry->person = m->keep;
    entry->kind = LEDGER_CORRECTION;
    entry->reverses = 0;
    return hours_row_record(m->s, &row, entry);
}

static int move_row(struct merge *m, struct hours *row)
{
    struct hours *same;
    struct ledger_entry entry;
    bool confirmed = row->state == HOURS_CONFIRMED;
    int rc = find_same(m, row, &same);
    if (rc >= 0)
        rc = take_out(m, row, &entry);
    if (rc < 0)
        return rc;
    if (same != NULL && (same->state == HOURS_CONFIRMED || !confirmed)) {
        m->twice += confirmed ? row->minutes : 0;
        return 0;
    }
    if (same != NULL)
        rc = hours_row_move(m->s, same, HOURS_REPLACED);
    return rc < 0 ? rc : bring_in(m, row, confirmed, &entry);
}

static int move_hours(struct merge *m)
{
    for (int round = 0; round < ROUNDS_MAX; round++) {
        struct hours *rows;
        int n = hours_row_near(m->s, m->gone, -ALL_DAYS, ALL_DAYS, &rows, NULL), rc = n;
        for (int i = 0; rc >= 0 && i < n; i++)
            rc = move_row(m, &rows[i]);
        if (rc < 0 || n == 0)
            return rc;
    }
    return GW_ETOOBIG;
}

struct old_signup {
    int64_t id, activity;
    int64_t state;
};

static int move_signup(struct merge *m, const struct old_signup *u)
{
    int64_t other = 0;
    int rc = sql_int(m->s->tx, &merge_has_signup,
                     BINDS(BIND_INT("activity", u->activity), BIND_INT("keep", m->keep)), &other);
    if (rc < 0)
        return rc;
    if (rc == 1)
        return signup_cancel(m->s, u->activity, m->gone); /* one place is enough */
    return sql_run(
        m->s->tx, &merge_signup,
        BINDS(BIND_INT("keep", m->keep), BIND_INT("address", m->address), BIND_INT("id", u->id)));
}

static int move_signups(struct merge *m)
{
    struct old_signup *list = arena_alloc(m->s->arena, SIGNUPS_MAX * sizeof *list);
    int n = 0, rc;
    struct rows *rows = sql_rows(m->s->tx, &merge_signups, BINDS(BIND_INT("gone", m->gone)));
    while ((rc = rows_next(m->s->tx, rows)) == 1)
        if (n < SIGNUPS_MAX)
            list[n++] =
                (struct old_signup){ rows_int(rows, 0), rows_int(rows, 1), rows_int(rows, 2) };
    for (int i = 0; rc >= 0 && i < n; i++)
        rc = move_signup(m, &list[i]);
    return rc;
}

static int move_rest(struct merge *m)
{
    const struct sql *const both[] = { &merge_attendance, &merge_trainings, &merge_consents,
                                       &merge_fields };
    int rc = 0;
    for (size_t i = 0; rc >= 0 && i < sizeof both / sizeof *both; i++)
        rc =
            sql_run(m->s->tx, both[i], BINDS(BIND_INT("keep", m->keep), BIND_INT("gone", m->gone)));
    if (rc >= 0)
        rc = sql_run(m->s->tx, &merge_links,
                     BINDS(BIND_INT("keep", m->keep), BIND_INT("gone", m->gone),
                           BIND_INT("now", m->s->now)));
    return rc;
}

static int move_standing(struct merge *m)
{
    struct volunteer gone;
    int rc = volunteer_get(m->s, m->gone, &gone);
    if (rc != 1)
        return rc < 0 ? rc : GW_ENOTFOUND;
    return sql_run(m->s->tx, &merge_put_papers,
                   BINDS(BIND_INT("passed", gone.verification == VERIFY_PASSED),
                         BIND_INT("seen", !gone.provisional), BIND_INT("id", m->keep)));
}

int volunteer_merge(const struct service *s, int64_t keep, int64_t gone, int64_t address,
                    struct merge_result *out)
{
    struct merge m = { .s = s, .keep = keep, .gone = gone, .address = address };
    struct ledger_totals totals;
    *out = (struct merge_result){ 0 };
    if (keep == gone)
        return GW_EINVAL;
    int rc = move_standing(&m);
    if (rc >= 0)
        rc = move_hours(&m);
    if (rc >= 0)
        rc = move_signups(&m);
    if (rc >= 0)
        rc = move_rest(&m);
    if (rc >= 0)
        rc = volunteer_leave(s, gone);
    if (rc >= 0)
        rc = sql_run(s->tx, &merge_note,
                     BINDS(BIND_INT("gone", gone), BIND_INT("keep", keep),
                           BIND_INT("address", address), BIND_INT("twice", m.twice),
                           BIND_INT("now", s->now)));
    if (rc >= 0)
        rc = ledger_total(s, keep, &totals);
    if (rc < 0)
        return rc;
    out->minutes = totals.minutes;
    out->twice = m.twice;
    return 0;
}
