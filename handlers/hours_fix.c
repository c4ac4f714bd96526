#include "handlers/hours.h"

#include "handlers/hours_row.h"
#include "handlers/volunteers.h"

SQL(hours_blank_objections, "UPDATE attendance SET words = $empty WHERE person = $person");
SQL(hours_blank_words, "UPDATE hours SET words = $empty, reason = $empty WHERE person = $person");

static const char *const fix_names[HOURS_FIX_OUTCOMES] = {
    [HOURS_FIX_LOWERED] = "lowered",     [HOURS_FIX_ASKED] = "asked",
    [HOURS_FIX_UNCHANGED] = "unchanged", [HOURS_FIX_OVER] = "over",
    [HOURS_FIX_TOO_LONG] = "too_long",   [HOURS_FIX_NOT_YOURS] = "not_yours",
    [HOURS_FIX_CLOSED] = "closed",
};

const char *hours_fix_outcome_name(enum hours_fix_outcome o)
{
    return o >= HOURS_FIX_LOWERED && o < HOURS_FIX_OUTCOMES ? fix_names[o] : "?";
}

/* A row of this person's own that stands: 0, or an outcome > 0 out of `closed` and `not_yours`. */
static int own_row(const struct service *s, int64_t person, int64_t id, struct hours *row,
                   int not_yours, int closed)
{
    int rc = hours_get(s, id, row);
    if (rc < 0)
        return rc;
    if (rc == 0 || row->person != person)
        return not_yours;
    return row->state == HOURS_CLAIMED || row->state == HOURS_CONFIRMED ? 0 : closed;
}

static int total_into(const struct service *s, int64_t person, struct hours_receipt *receipt)
{
    struct ledger_totals totals;
    int rc = ledger_total(s, person, &totals);
    receipt->total = totals.minutes;
    return rc < 0 ? rc : 0;
}

/* A claim to raise `id` ends with it. */
static int drop_pending(const struct service *s, int64_t person, int64_t id, enum hours_state to)
{
    struct hours pending;
    int rc = hours_row_pending(s, person, id, &pending);
    if (rc != 1)
        return rc;
    rc = hours_row_move(s, &pending, to);
    return rc < 0 ? rc : 0;
}

static int check_limits(const struct service *s, const struct hours *row, int64_t minutes,
                        bool insist, unsigned *flags, struct hours_receipt *receipt)
{
    if (row->activity != 0 && minutes > row->minutes) {
        struct activity a;
        int rc = activity_get(s, row->activity, &a);
        if (rc < 0)
            return rc;
        bool over = rc == 1 && minutes > hours_length(&a);
        receipt->limit = rc == 1 ? hours_length(&a) : 0;
        if (over && !insist)
            return HOURS_FIX_OVER;
        *flags |= over ? HOURS_OVER : 0;
    }
    struct hours *near;
    int n = hours_row_near(s, row->person, row->day, row->day, &near, NULL);
    if (n < 0)
        return n;
    int64_t sum = hours_row_sum(near, n, row->day, row->id) - row->instead;
    int64_t rest = s->policy->day_max_minutes - sum;
    receipt->limit = rest;
    if (minutes > rest)
        return HOURS_FIX_TOO_LONG;
    if (sum + minutes > s->policy->day_flag_minutes)
        *flags |= HOURS_LONG_DAY;
    return HOURS_FIX_LOWERED;
}

/* What was only claimed is simply claimed anew. */
static int fix_claim(const struct service *s, struct hours *row, struct hours *next)
{
    next->replaces = row->id;
    if (row->instead > 0)
        next->replaces = row->replaces;
    int rc = hours_row_move(s, row, HOURS_REPLACED);
    return rc < 0 ? rc : hours_row_insert(s, next);
}

static int raise_confirmed(const struct service *s, struct hours *row, struct hours *next)
{
    int rc = drop_pending(s, row->person, row->id, HOURS_REPLACED);
    if (rc < 0)
        return rc;
    next->state = HOURS_CLAIMED;
    next->replaces = row->id;
    next->instead = row->minutes;
    next->seq = 0;
    next->quality = 0;
    next->confirmer = 0;
    next->decided_at = 0;
    return hours_row_insert(s, next);
}

static int lower_confirmed(const struct service *s, struct hours *row, struct hours *next)
{
    struct volunteer v;
    struct ledger_entry entry;
    int rc = volunteer_get(s, row->person, &v);
    if (rc != 1)
        return rc < 0 ? rc : GW_EDATA;
    rc = drop_pending(s, row->person, row->id, HOURS_REPLACED);
    if (rc < 0)
        return rc;
    rc = ledger_reverse(s, row->person, row->seq, v.address, &entry);
    if (rc != LEDGER_APPENDED)
        return rc < 0 ? rc : GW_EDATA;
    rc = hours_row_move(s, row, HOURS_REPLACED);
    if (rc < 0)
        return rc;
    next->replaces = row->id;
    rc = hours_row_insert(s, next);
    if (rc < 0)
        return rc;
    entry.kind = LEDGER_CORRECTION;
    entry.minutes = next->minutes;
    entry.hours = next->id;
    entry.recorder = v.address;
    entry.recorder_name = v.name;
    rc = ledger_append(s, &entry);
    if (rc != LEDGER_APPENDED)
        return rc < 0 ? rc : GW_EDATA;
    next->seq = entry.seq;
    return hours_row_set_seq(s, next);
}

/* The same change was asked for before and still waits. */
static int asked_before(const struct service *s, const struct hours *row, int64_t minutes,
                        struct hours *pending)
{
    int rc = hours_row_pending(s, row->person, row->id, pending);
    return rc == 1 ? pending->minutes == minutes : rc;
}

int hours_fix(const struct service *s, int64_t person, int64_t id, int64_t minutes, bool insist,
              struct hours_receipt *receipt)
{
    *receipt = (struct hours_receipt){ .id = id, .minutes = minutes };
    struct hours row, pending;
    int rc = own_row(s, person, id, &row, HOURS_FIX_NOT_YOURS, HOURS_FIX_CLOSED);
    if (rc != 0)
        return rc;
    hours_row_receipt(&row, receipt);
    rc = total_into(s, person, receipt);
    if (rc < 0)
        return rc;
    if (minutes < 1)
        return GW_EINVAL;
    if (row.instead > 0 && minutes <= row.instead) {
        /* Not more than what is confirmed already: the wish to raise it is over. */
        rc = hours_row_move(s, &row, HOURS_WITHDRAWN);
        return rc < 0 ? rc : hours_fix(s, person, row.replaces, minutes, insist, receipt);
    }
    if (minutes == row.minutes) {
        rc = drop_pending(s, person, id, HOURS_WITHDRAWN);
        return rc < 0 ? rc : HOURS_FIX_UNCHANGED;
    }
    rc = asked_before(s, &row, minutes, &pending);
    if (rc != 0) {
        if (rc == 1)
            hours_row_receipt(&pending, receipt);
        return rc < 0 ? rc : HOURS_FIX_UNCHANGED;
    }
    struct hours next = row;
    next.flags &= ~(unsigned)(HOURS_OVER | HOURS_LONG_DAY | HOURS_RAISED | HOURS_LATE);
    rc = check_limits(s, &row, minutes, insist, &next.flags, receipt);
    if (rc != HOURS_FIX_LOWERED)
        return rc;
    bool raised = minutes > row.minutes;
    next.flags |= raised ? HOURS_RAISED : 0;
    next.minutes = minutes;
    if (row.state == HOURS_CLAIMED)
        rc = fix_claim(s, &row, &next);
    else
        rc = raised ? raise_confirmed(s, &row, &next) : lower_confirmed(s, &row, &next);
    if (rc < 0)
        return rc;
    hours_row_receipt(&next, receipt);
    rc = total_into(s, person, receipt);
    if (rc < 0)
        return rc;
    return raised ? HOURS_FIX_ASKED : HOURS_FIX_LOWERED;
}

int hours_withdraw(const struct service *s, int64_t person, int64_t id,
                   struct hours_receipt *receipt)
{
    *receipt = (struct hours_receipt){ .id = id };
    struct hours row;
    int rc = own_row(s, person, id, &row, HOURS_WITHDRAW_NOT_YOURS, HOURS_WITHDRAW_CLOSED);
    if (rc < 0 || rc == HOURS_WITHDRAW_NOT_YOURS)
        return rc;
    hours_row_receipt(&row, receipt);
    int outcome = rc == 0                        ? HOURS_WITHDRAW_DONE
                  : row.state == HOURS_WITHDRAWN ? HOURS_WITHDRAW_UNCHANGED
                                                 : HOURS_WITHDRAW_CLOSED;
    if (row.state == HOURS_CONFIRMED) {
        struct volunteer v;
        rc = volunteer_get(s, person, &v);
        if (rc != 1)
            return rc < 0 ? rc : GW_EDATA;
        rc = drop_pending(s, person, id, HOURS_WITHDRAWN);
        if (rc >= 0)
            rc = ledger_reverse(s, person, row.seq, v.address, NULL);
        if (rc < 0)
            return rc;
    }
    if (outcome == HOURS_WITHDRAW_DONE) {
        rc = hours_row_move(s, &row, HOURS_WITHDRAWN);
        if (rc < 0)
            return rc;
    }
    rc = total_into(s, person, receipt);
    return rc < 0 ? rc : outcome;
}

int hours_forget(const struct service *s, int64_t person, int64_t recorder)
{
    int rc = ledger_forget_texts(s, person, recorder);
    if (rc < 0)
        return rc;
    const struct sql *const blank[] = { &hours_blank_words, &hours_blank_objections };
    for (int i = 0; i < 2; i++) {
        rc = sql_run(s->tx, blank[i],
                     BINDS(BIND_BLOB("empty", SLICE("")), BIND_INT("person", person)));
        if (rc < 0)
            return rc;
    }
    return 0;
}
