/* linli misses: what people wrote that was not understood, for whoever teaches it words. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/json.h"
#include "gateway/program/command.h"
#include "gateway/program/installation.h"
#include "handlers/misses.h"

struct misses_call {
    int64_t since, limit;
    bool as_json;
    int shown;
};

static struct slice or_dash(struct slice s)
{
    return s.n > 0 ? s : SLICE("-");
}

static void print_json(const struct miss *m, struct zone zone)
{
    char first[32], last[32];
    civil_format_rfc3339(m->first_at, zone, first);
    civil_format_rfc3339(m->last_at, zone, last);
    json_t *o = json_object();
    json_put_int(o, "count", m->times);
    json_object_set_new(o, "why", json_string(miss_why_name(m->why)));
    json_put_slice(o, "wording", m->wording);
    json_put_slice(o, "example", m->example);
    json_put_slice(o, "intent", m->intent.n > 0 ? m->intent : SLICE("unknown"));
    json_put_slice(o, "context", m->context);
    json_put_slice(o, "asked", m->asked);
    json_object_set_new(o, "first", json_string(first));
    json_object_set_new(o, "last", json_string(last));
    json_dumpf(o, stdout, JSON_COMPACT);
    printf("\n");
    json_decref(o);
}

static void print_line(const struct miss *m, struct zone zone)
{
    char last[32];
    civil_format_rfc3339(m->last_at, zone, last);
    printf("%5" PRId64 "  %-9s  %.10s  %-18.*s  %-24.*s  %.*s\n", m->times, miss_why_name(m->why),
           last, SLICE_ARG(or_dash(m->intent)), SLICE_ARG(or_dash(m->asked)),
           SLICE_ARG(m->example));
    if (!slice_eq(m->wording, m->example))
        printf("%*s%.*s\n", 77, "as ", SLICE_ARG(m->wording));
}

static int print_all(const struct service *s, void *context)
{
    struct misses_call *call = context;
    struct miss *list;
    int n = misses_list(s, call->since, (int)call->limit, &list);
    if (n > 0 && !call->as_json)
        printf("%5s  %-9s  %-10s  %-18s  %-24s  %s\n", "times", "why", "newest", "taken for",
               "asked", "text");
    for (int i = 0; i < n; i++) {
        if (call->as_json)
            print_json(&list[i], s->zone);
        else
            print_line(&list[i], s->zone);
    }
    call->shown = n;
    return n < 0 ? n : GW_OK;
}

/* 7d, 12h, a date or a moment; false when it is none. */
static bool read_since(struct slice text, int64_t now, struct zone zone, int64_t *since)
{
    int64_t n, day;
    struct slice head = slice_head(text, text.n > 0 ? text.n - 1 : 0);
    if (civil_parse_rfc3339(text, since) == GW_OK)
        return true;
    if (civil_parse_date(text, &day) == GW_OK) {
        *since = civil_day_start(day, zone);
        return true;
    }
    if (slice_to_int(head, &n) != GW_OK || n < 0 || n > 10000)
        return false;
    *since = now - n * (slice_ends(text, SLICE("h")) ? 3600 : 86400);
    return slice_ends(text, SLICE("h")) || slice_ends(text, SLICE("d"));
}

int command_misses(int argc, char **argv)
{
    const char *dir = NULL, *config = NULL, *since = NULL;
    struct misses_call call = { .limit = 50 };
    const struct command_option options[] = {
        { "--data-dir", "D", "data folder (default linli-data)", .text = &dir },
        { "--config", "F", "configuration file", .text = &config },
        { "--since", "T", "only wordings seen since: 7d, 12h, 2026-11-25 or RFC 3339",
          .text = &since },
        { "--limit", "N", "at most so many (default 50, at most 1000)", .number = &call.limit },
        { "--json", NULL, "one JSON object a wording", .flag = &call.as_json },
        { NULL },
    };
    struct command_line line;
    int rc = command_parse(
        argc, argv, "misses [options]",
        "Lists what people wrote that was not understood (unknown) or that they took back at once "
        "with\n取消, 改 or 人工 (corrected), the most frequent first: how often, when last, what it was "
        "taken\nfor, which question was open, and the newest text with names and numbers "
        "replaced.\nWhat to do with it: README.md, \"Teach it words\".",
        options, &line);
    if (rc != GW_OK)
        return rc < 0 ? 2 : 0;
    struct fault fault = { 0 };
    struct installation in;
    rc = installation_open(config, dir, INSTALLATION_PLAIN, &in, &fault);
    int64_t now = installation_clock();
    if (rc == GW_OK && since != NULL && !read_since(slice_of(since), now, in.zone, &call.since)) {
        fprintf(stderr, "linli misses: --since takes 7d, 12h, a date like 2026-11-25 or a moment "
                        "like 2026-11-25T10:00:00+08:00\n");
        installation_close(&in);
        return 2;
    }
    if (rc == GW_OK)
        rc = installation_look(&in, now, print_all, &call, &fault);
    installation_close(&in);
    if (rc < 0)
        return command_fail("misses", &fault);
    if (call.shown == 0 && !call.as_json)
        printf("nothing was misunderstood\n");
    return 0;
}
