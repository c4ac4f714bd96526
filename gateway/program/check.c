/* linli check and linli flows: prove the data files, draw them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conversations/conversation.h"
#include "gateway/base/json.h"
#include "gateway/program/check_accounts.h"
#include "gateway/program/command.h"
#include "gateway/program/wechat_menu.h"

static void print_messages(const json_t *messages)
{
    size_t i;
    json_t *m;
    printf("%-34s %5s %8s %6s %s\n", "SMS with its longest parameters", "units", "segments",
           "budget", "parts");
    json_array_foreach(messages, i, m)
    {
        size_t part;
        json_t *units;
        printf("%-34s %5" PRId64 " %8" PRId64 " %6" PRId64, json_text(m, "id", "?"),
               json_int(m, "units", 0), json_int(m, "segments", 0), json_int(m, "budget", 1));
        json_array_foreach(json_object_get(m, "parts"), part, units)
            printf("%c%" JSON_INTEGER_FORMAT, part == 0 ? ' ' : '+', json_integer_value(units));
        printf("\n");
    }
}

/* Adds what the accounts of a configuration cannot send: "accounts" of the report, and findings. */
static int check_accounts(const char *file, const struct catalogue *catalogue, json_t *report,
                          struct fault *fault)
{
    struct config *config = NULL;
    struct accounts accounts = { 0 };
    int rc = config_load(file, &config, fault);
    if (rc == GW_OK)
        rc = accounts_load(config, &accounts, fault);
    if (rc == GW_OK)
        json_object_set_new(
            report, "accounts",
            accounts_check(&accounts, catalogue, json_object_get(report, "findings")));
    accounts_free(&accounts);
    config_free(config);
    return rc;
}

static void print_accounts(const json_t *accounts)
{
    size_t i;
    json_t *row;
    json_array_foreach(accounts, i, row)
    {
        bool official = json_object_get(row, "templates") != NULL;
        printf(official ? "account %s: %" PRId64 " of %" PRId64 " templates are not right\n"
                        : "account %s: %" PRId64 " of %" PRId64 " messages cannot leave\n",
               json_text(row, "account", "?"), json_int(row, official ? "wrong" : "cannot", 0),
               json_int(row, official ? "templates" : "messages", 0));
    }
}

int command_check(int argc, char **argv)
{
    const char *dir = NULL, *config = NULL, *signature = "思茅志愿";
    bool as_json = false;
    const struct command_option options[] = {
        { "--data-dir", "D", "data folder whose conversations/ override what is built in",
          .text = &dir },
        { "--config", "F",
          "also find messages that an SMS account of this configuration cannot send",
          .text = &config },
        { "--signature", "S", "SMS signature to count with (default 思茅志愿)",
          .text = &signature },
        { "--json", NULL, "one JSON object", .flag = &as_json },
        { NULL },
    };
    struct command_line line;
    int rc =
        command_parse(argc, argv, "check [options]",
                      "Loads flows, wording and intents and proves them: every step reachable, "
                      "every outcome handled,\nevery message worded; prints the segments of each "
                      "SMS. Exits 1 when anything is found.",
                      options, &line);
    if (rc != GW_OK)
        return rc < 0 ? 2 : 0;
    struct fault fault = { 0 };
    struct catalogue *catalogue = NULL;
    const struct catalogue_options load = { .data_dir = dir, .zone = { 480 }, .lenient = true };
    rc = catalogue_load_from(&load, &catalogue, &fault);
    if (rc < 0)
        return command_fail("check", &fault);
    json_t *report = catalogue_check(catalogue, signature);
    catalogue_check_understanding(catalogue, report);
    wechat_menu_prove(catalogue, installation_clock(), json_object_get(report, "findings"));
    if (config != NULL && check_accounts(config, catalogue, report, &fault) < 0) {
        json_decref(report);
        catalogue_release(catalogue);
        return command_fail("check", &fault);
    }
    const json_t *findings = json_object_get(report, "findings");
    const json_t *messages = json_object_get(report, "messages");
    size_t found = json_array_size(findings);
    if (as_json) {
        json_dumpf(report, stdout, JSON_COMPACT);
        printf("\n");
    } else {
        print_messages(messages);
        print_accounts(json_object_get(report, "accounts"));
        printf("%zu messages, %zu findings\n", json_array_size(messages), found);
        size_t i;
        json_t *text;
        json_array_foreach(findings, i, text)
            fprintf(stderr, "linli check: %s\n", json_string_value(text));
    }
    json_decref(report);
    catalogue_release(catalogue);
    return found > 0 ? 1 : 0;
}

int command_flows(int argc, char **argv)
{
    const char *dir = NULL;
    const struct command_option options[] = {
        { "--data-dir", "D", "data folder whose conversations/ override what is built in",
          .text = &dir },
        { NULL },
    };
    struct command_line line;
    int rc = command_parse(argc, argv, "flows [NAME] [options]",
                           "Draws one flow, or all, as Mermaid source on standard output.", options,
                           &line);
    if (rc != GW_OK)
        return rc < 0 ? 2 : 0;
    struct fault fault = { 0 };
    struct catalogue *catalogue = NULL;
    rc = catalogue_load(dir, (struct zone){ 480 }, &catalogue, &fault);
    if (rc < 0)
        return command_fail("flows", &fault);
    const char *name = line.word_count > 0 ? line.words[0] : NULL;
    char *drawing = catalogue_mermaid(catalogue, name);
    if (drawing != NULL)
        printf("%s", drawing);
    else
        fprintf(stderr, "linli flows: there is no flow '%s'\n", name != NULL ? name : "");
    rc = drawing == NULL;
    free(drawing);
    catalogue_release(catalogue);
    return rc;
}
