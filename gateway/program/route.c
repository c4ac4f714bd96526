#include "gateway/program/route.h"

enum { UNFIT = -1, ILL_FAILURES = 3, ILL_FIRST_S = 60, ILL_MOST_S = 900 };

/* Digits of the number that the account names, 0 when it takes all, UNFIT. */
static int prefix_length(const struct account *account, struct slice recipient)
{
    int longest = account->prefix_count == 0 ? 0 : UNFIT;
    for (size_t i = 0; i < account->prefix_count; i++) {
        struct slice prefix = slice_of(account->prefixes[i]);
        if (slice_starts(recipient, prefix) && (int)prefix.n > longest)
            longest = (int)prefix.n;
    }
    return longest;
}

static bool can_send(const struct account *account, const struct route_row *row)
{
    return account->adapter->send != NULL && !account->answers_only &&
           slice_eq(row->realm, slice_of(account->realm));
}

void route_note(struct route_health *h, enum route_result result, int64_t now)
{
    int64_t ill_s = 0;
    h->failures = result == ROUTE_NO_ANSWER ? h->failures + 1 : 0;
    if (result == ROUTE_BROKEN)
        ill_s = ILL_MOST_S;
    else if (h->failures >= ILL_FAILURES)
        ill_s = (int64_t)ILL_FIRST_S * (h->failures - ILL_FAILURES + 1);
    if (ill_s > ILL_MOST_S)
        ill_s = ILL_MOST_S;
    atomic_store(&h->ill_until, ill_s > 0 ? now + ill_s : 0);
}

bool route_is_ill(const struct route_health *h, int64_t now)
{
    return atomic_load(&h->ill_until) > now;
}

/* The best of those that may send to the number, or with `health` of those that also are well. */
static int best(const struct account *list, const struct route_health *health, size_t count,
                const struct route_row *row, int64_t now)
{
    int chosen = -1, longest = UNFIT;
    for (size_t i = 0; i < count; i++) {
        int length = prefix_length(&list[i], row->recipient);
        if (length == UNFIT || !can_send(&list[i], row) ||
            (health != NULL && route_is_ill(&health[i], now)))
            continue;
        if (chosen < 0 || length > longest ||
            (length == longest && list[i].price_fen < list[chosen].price_fen)) {
            chosen = (int)i;
            longest = length;
        }
    }
    return chosen;
}

static int own(const struct account *list, size_t count, const struct route_row *row)
{
    for (size_t i = 0; i < count; i++)
        if (slice_eq(row->account, slice_of(list[i].full_name)) && can_send(&list[i], row))
            return (int)i;
    return -1;
}

int route_choose(const struct account *list, const struct route_health *health, size_t count,
                 const struct route_row *row, int64_t now)
{
    int mine = own(list, count, row);
    if (mine >= 0 && !route_is_ill(&health[mine], now))
        return mine;
    int other = best(list, health, count, row, now);
    if (other >= 0)
        return other;
    return mine >= 0 ? mine : best(list, NULL, count, row, now);
}

int64_t route_daytime(const struct account *account, struct zone zone, int64_t at)
{
    int from = account->quiet_from, to = account->quiet_to;
    int64_t day = civil_day_of(at, zone);
    int minute = (int)((at - civil_day_start(day, zone)) / 60);
    bool over_night = from > to;
    bool quiet = over_night ? minute >= from || minute < to : minute >= from && minute < to;
    if (!quiet)
        return at;
    bool tomorrow = over_night && minute >= from;
    return civil_day_start(day + tomorrow, zone) + (int64_t)to * 60;
}
