/* linli outbox: what waits, what was sent, and what a person has to decide, because nobody knows
 * whether it arrived. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/program/command.h"
#include "gateway/program/installation.h"
#include "gateway/store/outbox.h"

enum { PAGE = 500, LIST_MAX = 100000 };

struct outbox_call {
    bool list; /* the uncertain rows, not the totals */
    int64_t origin;
    json_t *out;
    /* Deciding. */
    int64_t id, after; /* id 0: all */
    enum outbox_decision what;
    int decided, seen;
};

static void put_time(json_t *o, const char *key, int64_t at, const struct zone *zone)
{
    struct civil c;
    civil_at(at, *zone, &c);
    json_object_set_new(
        o, key, json_sprintf("%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.minute));
}

/* A phone with its middle hidden; of an openid only the last four characters. */
static void put_recipient(json_t *o, const struct outbox_row *row)
{
    char masked[16];
    struct slice tail =
        row->recipient.n > 4 ? slice_skip(row->recipient, row->recipient.n - 4) : SLICE("");
    phone_mask(row->recipient, masked);
    if (slice_eq(row->realm, SLICE("sms")))
        json_object_set_new(o, "to", json_string(masked));
    else
        json_object_set_new(o, "to", json_sprintf("****%.*s", SLICE_ARG(tail)));
}

static json_t *uncertain_one(const struct service *s, const struct outbox_row *row)
{
    json_t *o = json_object();
    json_put_id(o, "id", row->id);
    json_put_slice(o, "account", row->account.n > 0 ? row->account : row->realm);
    put_recipient(o, row);
    json_put_slice(o, "message", row->message);
    json_put_id(o, "origin", row->origin);
    json_put_int(o, "attempt", row->attempt);
    put_time(o, "since", row->changed_at, &s->zone);
    json_put_slice(o, "reason", row->reason);
    return o;
}

static int list_uncertain(const struct service *s, struct outbox_call *call)
{
    json_t *list = json_array();
    int64_t after = 0;
    int n = PAGE;
    json_object_set_new(call->out, "uncertain", list);
    while (n == PAGE && json_array_size(list) < LIST_MAX) {
        struct outbox_row *rows;
        n = outbox_uncertain(s->tx, after, PAGE, s->arena, &rows);
        for (int i = 0; i < n; i++) {
            after = rows[i].id;
            if (call->origin == 0 || rows[i].origin == call->origin)
                json_array_append_new(list, uncertain_one(s, &rows[i]));
        }
    }
    return n;
}

static int list_totals(const struct service *s, struct outbox_call *call)
{
    struct outbox_total *totals;
    json_t *list = json_array();
    int n = outbox_totals(s->tx, s->arena, &totals);
    json_object_set_new(call->out, "totals", list);
    for (int i = 0; i < n; i++) {
        json_t *o = json_object();
        json_put_slice(o, "account", totals[i].lane);
        json_object_set_new(o, "state", json_string(outbox_state_name(totals[i].state)));
        json_put_int(o, "rows", totals[i].rows);
        json_put_int(o, "segments", totals[i].segments);
        json_put_int(o, "price_fen", totals[i].price);
        json_array_append_new(list, o);
    }
    return n;
}

static int look(const struct service *s, void *context)
{
    struct outbox_call *call = context;
    int rc = call->list ? list_uncertain(s, call) : list_totals(s, call);
    return rc < 0 ? rc : 0;
}

/* One slice of rows, so that a gateway beside us is never held up. */
static int decide(const struct service *s, void *context)
{
    struct outbox_call *call = context;
    struct outbox_row *rows;
    int rc = 0;
    if (call->id != 0) {
        call->seen = 1;
        call->decided = rc = outbox_decide(s->tx, call->id, call->what, s->now);
        return rc;
    }
    call->seen = outbox_uncertain(s->tx, call->after, PAGE, s->arena, &rows);
    for (int i = 0; i < call->seen && rc >= 0; i++) {
        call->after = rows[i].id;
        if (call->origin != 0 && rows[i].origin != call->origin)
            continue;
        rc = outbox_decide(s->tx, rows[i].id, call->what, s->now);
        call->decided += rc > 0;
    }
    return call->seen < 0 ? call->seen : rc;
}

static void print_list(const json_t *out, bool list)
{
    const json_t *rows = json_object_get(out, list ? "uncertain" : "totals");
    size_t i;
    json_t *o;
    if (json_array_size(rows) == 0)
        printf("%s\n", list ? "nothing is uncertain" : "the outbox is empty");
    else if (list)
        printf("%-20s %-16s %-12s %-24s %-16s %s\n", "id", "account", "to", "message", "since",
               "reason");
    else
        printf("%-24s %-10s %10s %10s %12s\n", "account", "state", "rows", "segments", "yuan");
    json_array_foreach(rows, i, o)
    {
        int64_t fen = json_int(o, "price_fen", 0);
        if (list)
            printf("%-20s %-16s %-12s %-24s %-16s %s\n", json_text(o, "id", ""),
                   json_text(o, "account", ""), json_text(o, "to", ""), json_text(o, "message", ""),
                   json_text(o, "since", ""), json_text(o, "reason", ""));
        else
            printf("%-24s %-10s %10" PRId64 " %10" PRId64 " %9" PRId64 ".%02" PRId64 "\n",
                   json_text(o, "account", ""), json_text(o, "state", ""), json_int(o, "rows", 0),
                   json_int(o, "segments", 0), fen / 100, fen % 100);
    }
}

static int run_look(struct installation *in, struct outbox_call *call, bool as_json,
                    struct fault *fault)
{
    call->out = json_object();
    int rc = installation_look(in, installation_clock(), look, call, fault);
    if (rc >= 0 && as_json) {
        json_dumpf(call->out, stdout, JSON_COMPACT);
        printf("\n");
    } else if (rc >= 0) {
        print_list(call->out, call->list);
    }
    json_decref(call->out);
    return rc;
}

static int run_decide(struct installation *in, struct outbox_call *call, bool as_json,
                      struct fault *fault)
{
    int rc;
    do
        rc = installation_transact(in, installation_clock(), NULL, decide, call, fault);
    while (rc >= 0 && call->id == 0 && call->seen == PAGE);
    if (rc >= 0 && call->id != 0 && call->decided == 0)
        return fault_set(fault, GW_ENOTFOUND,
                         "%" PRId64 " is not uncertain (any more); linli outbox --uncertain lists "
                         "what is",
                         call->id);
    if (rc >= 0)
        printf(as_json ? "{\"decided\":%d}\n" : "%d decided\n", call->decided);
    return rc;
}

/* "decide ID|all again|sent|failed". 0 or GW_EINVAL. */
static int read_words(const struct command_line *line, struct outbox_call *call,
                      struct fault *fault)
{
    static const char *const decisions[] = { "again", "sent", "failed" };
    const char *id = line->word_count > 1 ? line->words[1] : "";
    const char *what = line->word_count == 3 ? line->words[2] : "";
    if (strcmp(line->words[0], "decide") != 0)
        return fault_set(fault, GW_EINVAL, "there is no '%s'; see linli outbox --help",
                         line->words[0]);
    if (strcmp(id, "all") != 0 && (slice_to_int(slice_of(id), &call->id) != 0 || call->id <= 0))
        return fault_set(fault, GW_EINVAL,
                         "'%s' is no id: decide ID again|sent|failed, ids are listed by linli "
                         "outbox --uncertain",
                         id);
    for (int i = 0; i < 3; i++) {
        if (strcmp(what, decisions[i]) != 0)
            continue;
        call->what = (enum outbox_decision)i;
        return 0;
    }
    return fault_set(fault, GW_EINVAL, "'%s': decide %s again, sent or failed", what, id);
}

int command_outbox(int argc, char **argv)
{
    const char *dir = NULL, *config = NULL;
    bool as_json = false;
    struct outbox_call call = { 0 };
    const struct command_option options[] = {
        { "--data-dir", "D", "data folder (default linli-data)", .text = &dir },
        { "--config", "F", "configuration file", .text = &config },
        { "--uncertain", NULL, "list the messages of which nobody knows whether they arrived",
          .flag = &call.list },
        { "--origin", "ID", "only those of one broadcast", .number = &call.origin },
        { "--json", NULL, "one JSON object", .flag = &as_json },
        { NULL },
    };
    struct command_line line;
    int rc = command_parse(
        argc, argv, "outbox [options] [decide ID|all again|sent|failed]",
        "Counts what waits and what was sent, by account and state. A message is uncertain when "
        "its request left\nand no answer came, or the gateway was killed meanwhile: look at the "
        "provider's own list, then decide\nwhether it goes again, was sent, or has failed. A "
        "running gateway takes a decision over at once.",
        options, &line);
    if (rc != GW_OK)
        return rc < 0 ? 2 : 0;
    struct fault fault = { 0 };
    struct installation in;
    if (line.word_count > 0 && read_words(&line, &call, &fault) != 0) {
        command_fail("outbox", &fault);
        return 2;
    }
    rc = installation_open(config, dir, INSTALLATION_PLAIN, &in, &fault);
    if (rc == GW_OK)
        rc = line.word_count > 0 ? run_decide(&in, &call, as_json, &fault)
                                 : run_look(&in, &call, as_json, &fault);
    installation_close(&in);
    return rc < 0 ? command_fail("outbox", &fault) : 0;
}
