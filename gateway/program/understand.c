/* linli understand: how a line of text is read, without a database. */
#include <stdio.h>
#include <string.h>

#include "conversations/conversation.h"
#include "conversations/understand/explain.h"
#include "gateway/base/json.h"
#include "gateway/program/command.h"
#include "gateway/program/explain.h"
#include "gateway/program/installation.h"

enum { LINE_MAX_BYTES = 8192 };

struct understand_call {
    struct catalogue *catalogue;
    struct arena arena;
    int64_t now;
    enum context context;
    bool tsv;
    bool explain; /* each step's result instead of the object */
    bool as_json; /* of explain */
};

/* A vocabulary a line: its name and its words. */
static void print_vocabulary(const struct understander *u)
{
    const char *name;
    json_t *words;
    json_object_foreach((json_t *)(uintptr_t)understander_vocabulary(u), name, words)
    {
        if (!understander_uses(u, name))
            continue;
        printf("%s", name);
        for (size_t i = 0; i < json_array_size(words); i++)
            printf(" %s", json_string_value(json_array_get(words, i)));
        printf("\n");
    }
}

static enum text_channel channel_of(struct slice name)
{
    if (slice_eq(name, SLICE("wechat")))
        return CHANNEL_WECHAT;
    if (slice_eq(name, SLICE("wechat_voice")))
        return CHANNEL_WECHAT_VOICE;
    return CHANNEL_SMS;
}

static void print_explanation(struct understand_call *call, struct slice id, struct slice text,
                              enum text_channel channel, enum context context)
{
    const struct understander *u = catalogue_understander(call->catalogue);
    struct trace trace;
    struct understood got;
    const struct reading *r =
        understand_read_traced(u, text, channel, call->now, &call->arena, &trace);
    understand_decide(u, r, context, &got);
    json_t *o = understand_explain(u, r, &trace, context, &got);
    if (call->tsv)
        json_put_slice(o, "id", id);
    if (call->as_json) {
        json_dumpf(o, stdout, JSON_COMPACT);
        printf("\n");
    } else {
        explain_print(o);
    }
    json_decref(o);
    json_decref(got.slots);
    json_decref(got.also);
    arena_reset(&call->arena);
}

static void print_reading(struct understand_call *call, struct slice id, struct slice text,
                          enum text_channel channel, enum context context)
{
    if (call->explain) {
        print_explanation(call, id, text, channel, context);
        return;
    }
    const struct understander *u = catalogue_understander(call->catalogue);
    const struct reading *r = understand_read(u, text, channel, call->now, &call->arena);
    struct understood got = { 0 };
    understand_decide(u, r, context, &got);
    json_t *o = json_object();
    if (call->tsv)
        json_put_slice(o, "id", id);
    json_put_slice(o, "text", text);
    json_object_set_new(o, "intent", json_string(got.intent));
    json_object_set_new(o, "slots", got.slots);
    json_object_set_new(o, "also", got.also != NULL ? got.also : json_array());
    json_object_set_new(o, "why", json_string(got.why != NULL ? got.why : ""));
    json_dumpf(o, stdout, JSON_COMPACT);
    printf("\n");
    json_decref(o);
    arena_reset(&call->arena);
}

/* id⇥channel⇥text⇥context */
static int print_row(struct understand_call *call, struct slice line)
{
    struct slice id = { 0 }, channel = { 0 }, text = { 0 }, context = { 0 };
    if (!slice_next(&line, '\t', &id) || !slice_next(&line, '\t', &channel) ||
        !slice_next(&line, '\t', &text)) {
        fprintf(stderr, "linli understand: a line is not id⇥channel⇥text⇥context\n");
        return GW_EINVAL;
    }
    slice_next(&line, '\t', &context);
    int c = context.n > 0 ? context_find(context) : (int)CONTEXT_NONE;
    if (c < 0) {
        fprintf(stderr, "linli understand: unknown context '%.*s' in a line\n", SLICE_ARG(context));
        return GW_EINVAL;
    }
    print_reading(call, id, text, channel_of(channel), (enum context)c);
    return GW_OK;
}

static int read_lines(struct understand_call *call)
{
    char line[LINE_MAX_BYTES];
    while (fgets(line, sizeof line, stdin) != NULL) {
        struct slice text = slice_of(line);
        while (text.n > 0 && (text.p[text.n - 1] == '\n' || text.p[text.n - 1] == '\r'))
            text.n--;
        if (text.n == 0)
            continue;
        if (call->tsv) {
            int rc = print_row(call, text);
            if (rc != GW_OK)
                return rc;
        } else {
            print_reading(call, SLICE(""), text, CHANNEL_SMS, call->context);
        }
    }
    return ferror(stdin) ? GW_EIO : GW_OK;
}

int command_understand(int argc, char **argv)
{
    const char *now = NULL, *context = "none", *dir = NULL;
    bool vocabulary = false;
    struct understand_call call = { .now = installation_clock() };
    const struct command_option options[] = {
        { "--now", "T", "the moment dates are resolved against, RFC 3339", .text = &now },
        { "--context", "C", "what the last message was about: none, menu, confirm …",
          .text = &context },
        { "--tsv", NULL, "lines are id⇥channel⇥text⇥context", .flag = &call.tsv },
        { "--explain", NULL, "each step's result, to find out why", .flag = &call.explain },
        { "--json", NULL, "with --explain: one JSON object a line of text", .flag = &call.as_json },
        { "--data-dir", "D", "data folder whose conversations/ override what is built in",
          .text = &dir },
        { "--vocabulary", NULL, "print the vocabularies that patterns use, and read nothing",
          .flag = &vocabulary },
        { NULL },
    };
    struct command_line line;
    int rc = command_parse(
        argc, argv, "understand [options]",
        "Reads lines from standard input and prints for each what was understood: "
        "one JSON object\nwith text, intent, slots, also and why. No database. --explain prints "
        "each step instead:\nnormalization, recognized things, what it would answer, the patterns tried "
        "and matched,\nwhich won, which came second, where each slot came from.",
        options, &line);
    if (rc != GW_OK)
        return rc < 0 ? 2 : 0;
    if (now != NULL && civil_parse_rfc3339(slice_of(now), &call.now) != GW_OK) {
        fprintf(stderr, "linli understand: --now takes a moment like 2026-11-25T10:00:00+08:00\n");
        return 2;
    }
    int c = context_find(slice_of(context));
    if (c < 0) {
        fprintf(stderr, "linli understand: unknown context '%s'; see --help\n", context);
        return 2;
    }
    call.context = (enum context)c;
    struct fault fault = { 0 };
    rc = catalogue_load(dir, (struct zone){ 480 }, &call.catalogue, &fault);
    if (rc < 0)
        return command_fail("understand", &fault);
    if (vocabulary)
        print_vocabulary(catalogue_understander(call.catalogue));
    else
        rc = read_lines(&call);
    arena_free(&call.arena);
    catalogue_release(call.catalogue);
    return rc < 0 ? 1 : 0;
}
