/* How many tasks there were and whether they were done in time (handlers/tasks.h). */
#include "handlers/tasks.h"

SQL(tasks_counted,
    "WITH RECURSIVE down (id, depth) AS ("
    "SELECT id, 0 FROM organizations WHERE id = $org UNION ALL "
    "SELECT o.id, down.depth + 1 FROM organizations o JOIN down "
    "ON o.parent = down.id WHERE down.depth < 16) "
    "SELECT kind, COUNT(*), "
    "CAST(SUM(CASE WHEN state = 2 AND closed_at <= first_due THEN 1 ELSE 0 END) AS BIGINT), "
    "CAST(SUM(CASE WHEN state = 2 AND closed_at > first_due THEN 1 ELSE 0 END) AS BIGINT), "
    "CAST(SUM(CASE WHEN state = 1 AND first_due >= $now THEN 1 ELSE 0 END) AS BIGINT), "
    "CAST(SUM(CASE WHEN state = 1 AND first_due < $now THEN 1 ELSE 0 END) AS BIGINT) "
    "FROM tasks WHERE opened_at >= $from AND opened_at < $to "
    "AND origin IN (SELECT id FROM down) GROUP BY kind ORDER BY kind");

int tasks_figures(const struct service *s, int64_t org, int64_t from, int64_t to,
                  struct task_figure out[TASK_KINDS_MAX])
{
    struct rows *r = sql_rows(s->tx, &tasks_counted,
                              BINDS(BIND_INT("org", org), BIND_INT("now", s->now),
                                    BIND_INT("from", from), BIND_INT("to", to)));
    int n = 0, rc;
    while ((rc = rows_next(s->tx, r)) == 1) {
        struct task_figure row = { .kind = (enum task_kind)rows_int(r, 0),
                                   .opened = rows_int(r, 1),
                                   .on_time = rows_int(r, 2),
                                   .late = rows_int(r, 3),
                                   .open = rows_int(r, 4),
                                   .overdue = rows_int(r, 5) };
        if (n < TASK_KINDS_MAX)
            out[n++] = row;
    }
    return rc < 0 ? rc : n;
}
