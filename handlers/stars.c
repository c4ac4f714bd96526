#include "handlers/stars.h"

#include <string.h>

SQL(star_of, "SELECT h.minutes, h.services, h.quality, w.waiting FROM "
             "(SELECT CAST(COALESCE(SUM(minutes - instead), 0) AS BIGINT) AS waiting FROM hours "
             "WHERE person = $person AND state = 0) w "
             "LEFT JOIN ledger_heads h ON h.person = $person");

void stars_level(const struct policy *p, struct star *star)
{
    int by_minutes = 0;
    while (by_minutes < POLICY_STARS && star->minutes >= p->star_minutes[by_minutes])
        by_minutes++;
    bool good = star->quality >= p->star_quality_percent;
    star->held = by_minutes > 0 && !good;
    star->level = good ? by_minutes : 0;
    star->next_level = star->level < POLICY_STARS ? star->level + 1 : 0;
    star->next_minutes = star->next_level > 0 ? p->star_minutes[star->level] : 0;
    int64_t missing = star->next_minutes - star->minutes;
    star->missing = missing > 0 ? missing : 0;
}

int stars_of(const struct service *s, int64_t person, struct star *out)
{
    memset(out, 0, sizeof(*out));
    struct rows *rows = sql_rows(s->tx, &star_of, BINDS(BIND_INT("person", person)));
    int rc = rows_next(s->tx, rows);
    if (rc < 0)
        return rc;
    if (rc == 1) {
        out->minutes = rows_int(rows, 0);
        out->services = rows_int(rows, 1);
        int64_t quality = rows_int(rows, 2);
        out->quality = out->services > 0 ? (int)(quality * 100 / out->services) : 0;
        out->waiting = rows_int(rows, 3);
        rows_close(s->tx, rows);
    }
    stars_level(s->policy, out);
    return 0;
}
