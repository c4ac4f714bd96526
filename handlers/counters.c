#include "handlers/counters.h"

SQL(counter_step, "INSERT INTO short_numbers (name, last) VALUES ($name, $first) "
                  "ON CONFLICT (name) DO UPDATE SET last = CASE WHEN short_numbers.last >= $most "
                  "OR short_numbers.last < $first THEN $first ELSE short_numbers.last + 1 END "
                  "RETURNING last");

int counter_next(const struct service *s, const char *name, int64_t first, int64_t most,
                 int64_t *out)
{
    int rc = sql_int(
        s->tx, &counter_step,
        BINDS(BIND_STR("name", name), BIND_INT("first", first), BIND_INT("most", most)), out);
    return rc < 0 ? rc : rc == 1 ? 0 : GW_EDB;
}

int counter_short(const struct service *s, const char *name, int64_t first, int64_t used,
                  int64_t *out)
{
    int64_t most = used < 50 ? 99 : used < 500 ? 999 : 9999;
    return counter_next(s, name, first, most, out);
}
