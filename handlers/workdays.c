#include "handlers/workdays.h"

#include <string.h>

#include "gateway/base/civil.h"
#include "gateway/base/json.h"

enum { FILE_MAX = 64 * 1024, SEARCH_MAX = 400 };

static int put(struct workdays *w, int64_t day, bool works)
{
    if (w->count == WORKDAYS_MAX)
        return GW_ETOOBIG;
    w->days[w->count].day = day;
    w->days[w->count].works = works;
    w->count++;
    return 0;
}

static bool weekend(int64_t day)
{
    struct civil c;
    civil_from_day(day, &c);
    return c.weekday == 0 || c.weekday == 6;
}

static int read_day(const json_t *value, int64_t *day)
{
    if (!json_is_string(value))
        return GW_EINVAL;
    return civil_parse_date(slice_of(json_string_value(value)), day);
}

static int read_off(struct workdays *w, const json_t *ranges)
{
    size_t i;
    json_t *range;
    json_array_foreach(ranges, i, range)
    {
        int64_t from, to;
        if (read_day(json_array_get(range, 0), &from) != 0 ||
            read_day(json_array_get(range, 1), &to) != 0 || to < from || to - from > 31)
            return GW_EINVAL;
        for (int64_t day = from; day <= to; day++) {
            if (!weekend(day) && put(w, day, false) != 0)
                return GW_ETOOBIG;
        }
    }
    return 0;
}

static int read_worked(struct workdays *w, const json_t *days)
{
    size_t i;
    json_t *value;
    json_array_foreach(days, i, value)
    {
        int64_t day;
        if (read_day(value, &day) != 0 || !weekend(day))
            return GW_EINVAL;
        if (put(w, day, true) != 0)
            return GW_ETOOBIG;
    }
    return 0;
}

static bool is_table(const char *path)
{
    struct slice p = slice_of(path);
    return slice_find(p, SLICE("/data/holidays_")) >= 0 && slice_ends(p, SLICE(".json"));
}

int workdays_load(const struct embedded_file *files, struct workdays *out, struct fault *fault)
{
    memset(out, 0, sizeof(*out));
    for (const struct embedded_file *f = files; f->path != NULL; f++) {
        if (!is_table(f->path))
            continue;
        struct slice text = { f->start, (size_t)(f->end - f->start) };
        json_t *root = json_read(text, f->path, FILE_MAX, fault);
        if (root == NULL)
            return GW_ECONFIG;
        int rc = read_off(out, json_object_get(root, "off"));
        if (rc == 0)
            rc = read_worked(out, json_object_get(root, "worked"));
        json_decref(root);
        if (rc != 0)
            return fault_set(fault, GW_ECONFIG,
                             "%s: \"off\" holds pairs of dates, \"worked\" weekend dates, %d days "
                             "at most over all years",
                             f->path, WORKDAYS_MAX);
    }
    return 0;
}

bool workdays_is(const struct workdays *w, int64_t day)
{
    for (int i = 0; i < w->count; i++) {
        if (w->days[i].day == day)
            return w->days[i].works;
    }
    return !weekend(day);
}

int64_t workdays_after(const struct workdays *w, int64_t day, int n)
{
    for (int tries = 0; n > 0 && tries < SEARCH_MAX; tries++) {
        day++;
        if (workdays_is(w, day))
            n--;
    }
    return day;
}

int64_t workdays_before(const struct workdays *w, int64_t today, int n)
{
    int64_t day = today;
    while (n > 0 && day > today - SEARCH_MAX) {
        if (workdays_is(w, day))
            n--;
        day--;
    }
    return day;
}
