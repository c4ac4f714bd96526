/* linli tasks: how many tasks people had, and how many were done in time. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/json.h"
#include "gateway/program/command.h"
#include "gateway/program/installation.h"
#include "handlers/notify.h"
#include "handlers/tasks.h"

struct tasks_call {
    const char *org;
    int64_t year, month;
    bool as_json, known;
};

static void print_figure(const char *kind, const struct task_figure *f, bool as_json)
{
    if (as_json)
        printf("{\"kind\":\"%s\",\"opened\":%" PRId64 ",\"on_time\":%" PRId64 ",\"late\":%" PRId64
               ",\"open\":%" PRId64 ",\"overdue\":%" PRId64 "}\n",
               kind, f->opened, f->on_time, f->late, f->open, f->overdue);
    else
        printf("%-14s %6" PRId64 " %8" PRId64 " %6" PRId64 " %6" PRId64 " %8" PRId64 "\n", kind,
               f->opened, f->on_time, f->late, f->open, f->overdue);
}

/* The organization asked for, else the highest: 1, 0 when there is none, or GW_E*. */
static int find_org(const struct service *s, const char *name, int64_t *id)
{
    struct organization org, *top;
    int rc = name != NULL ? org_by_name(s, slice_of(name), &org) : org_list(s, 1, &top);
    *id = rc != 1 ? 0 : name != NULL ? org.id : top[0].id;
    return rc;
}

static int figures(const struct service *s, void *context)
{
    struct tasks_call *call = context;
    struct task_figure rows[TASK_KINDS_MAX], sum = { 0 };
    struct civil now;
    int64_t org;
    int rc = find_org(s, call->org, &org);
    if (rc <= 0)
        return rc;
    call->known = true;
    civil_from_day(civil_day_of(s->now, s->zone), &now);
    int year = call->year != 0 ? (int)call->year : now.year;
    int month = call->month != 0 ? (int)call->month : now.month;
    int64_t from = civil_day(year, month, 1);
    int64_t to = month == 12 ? civil_day(year + 1, 1, 1) : civil_day(year, month + 1, 1);
    int n = tasks_figures(s, org, notify_moment(s, from, 0), notify_moment(s, to, 0), rows);
    if (n < 0)
        return n;
    if (!call->as_json)
        printf("%-14s %6s %8s %6s %6s %8s\n", "kind", "opened", "on time", "late", "open",
               "overdue");
    for (int i = 0; i < n; i++) {
        print_figure(task_kind_name(rows[i].kind), &rows[i], call->as_json);
        sum.opened += rows[i].opened;
        sum.on_time += rows[i].on_time;
        sum.late += rows[i].late;
        sum.open += rows[i].open;
        sum.overdue += rows[i].overdue;
    }
    print_figure("all", &sum, call->as_json);
    return GW_OK;
}

/* "2026-11". */
static bool read_month(const char *text, struct tasks_call *call)
{
    enum { YEAR_FIRST = 2000, YEAR_LAST = 2200, MONTHS = 12 };
    char *end;
    call->year = strtol(text, &end, 10);
    if (*end != '-' || end == text)
        return false;
    call->month = strtol(end + 1, &end, 10);
    return *end == '\0' && call->year >= YEAR_FIRST && call->year <= YEAR_LAST &&
           call->month >= 1 && call->month <= MONTHS;
}

int command_tasks(int argc, char **argv)
{
    const char *dir = NULL, *config = NULL, *month = NULL;
    struct tasks_call call = { 0 };
    const struct command_option options[] = {
        { "--org", "O", "of this organization and all below it (default: all)", .text = &call.org },
        { "--month", "M", "tasks opened in it, e.g. 2026-11 (default: this one)", .text = &month },
        { "--data-dir", "D", "data folder (default linli-data)", .text = &dir },
        { "--config", "F", "configuration file", .text = &config },
        { "--json", NULL, "JSON objects, one a kind and one for all", .flag = &call.as_json },
        { NULL },
    };
    struct command_line line;
    int rc = command_parse(argc, argv, "tasks [options]",
                           "Counts the tasks that people were given, by kind: closed by the time "
                           "they were first due, closed\nlater, still open, open and overdue.",
                           options, &line);
    if (rc != GW_OK)
        return rc < 0 ? 2 : 0;
    struct fault fault = { 0 };
    if (line.word_count > 0 || (month != NULL && !read_month(month, &call))) {
        fault_set(&fault, GW_EINVAL, "say --month as 2026-11; see linli tasks --help");
        command_fail("tasks", &fault);
        return 2;
    }
    struct installation in;
    rc = installation_open(config, dir, INSTALLATION_PLAIN, &in, &fault);
    if (rc == GW_OK)
        rc = installation_look(&in, installation_clock(), figures, &call, &fault);
    if (rc >= 0 && !call.known)
        rc = fault_set(&fault, GW_ENOTFOUND,
                       "there is no organization '%s'; linli admin orgs lists them",
                       call.org != NULL ? call.org : "");
    installation_close(&in);
    return rc < 0 ? command_fail("tasks", &fault) : 0;
}
