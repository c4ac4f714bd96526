#include "conversations/understand/lunar.h"

#include <stdlib.h>

#include "gateway/base/civil.h"
#include "gateway/base/mem.h"

enum { MONTHS_MAX = 1000 };

struct lunar_month {
    int year, month, days;
    bool leap;
    int64_t first;
};

struct lunar {
    struct lunar_month months[MONTHS_MAX];
    int count;
};

static bool read_row(struct slice row, struct lunar_month *out)
{
    int64_t fields[4];
    struct slice part;
    for (int i = 0; i < 4; i++) {
        if (!slice_next(&row, '\t', &part) || slice_to_int(part, &fields[i]) != 0) {
            return false;
        }
    }
    out->year = (int)fields[0];
    out->month = (int)fields[1];
    out->leap = fields[2] != 0;
    out->days = (int)fields[3];
    return civil_parse_date(slice_trim(row), &out->first) == 0;
}

int lunar_make(struct slice table, struct lunar **out, struct fault *fault)
{
    struct lunar *l = mem_alloc(sizeof(*l));
    struct slice line;
    *out = NULL;
    slice_next(&table, '\n', &line); /* the header */
    for (int number = 2; slice_next(&table, '\n', &line); number++) {
        if (l->count == MONTHS_MAX || !read_row(line, &l->months[l->count])) {
            free(l);
            return fault_set(fault, GW_ECONFIG,
                             "conversations/understand/data/lunar_months.tsv:%d: not a month",
                             number);
        }
        l->count++;
    }
    if (l->count == 0) {
        free(l);
        return fault_set(fault, GW_ECONFIG,
                         "conversations/understand/data/lunar_months.tsv: missing or empty");
    }
    *out = l;
    return 0;
}

void lunar_free(struct lunar *l)
{
    free(l);
}

int64_t lunar_day(const struct lunar *l, int year, int month, int day)
{
    for (int i = 0; i < l->count; i++) {
        const struct lunar_month *m = &l->months[i];
        if (m->year == year && m->month == month && !m->leap) {
            return m->first + (day > m->days ? m->days : day) - 1;
        }
    }
    return -1;
}

int lunar_year(const struct lunar *l, int64_t day)
{
    for (int i = 0; i < l->count; i++) {
        const struct lunar_month *m = &l->months[i];
        if (day >= m->first && day < m->first + m->days) {
            return m->year;
        }
    }
    return 0;
}
