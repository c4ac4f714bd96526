/* linli sms: tries an account with one message, and writes the templates to submit for approval. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "conversations/sendable.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/program/command.h"
#include "gateway/program/gateway.h"
#include "gateway/program/sms_test.h"

enum { WAIT_S = 120 };

/* By its name or its full name. */
static const struct account *find_account(const struct accounts *accounts, const char *name,
                                          struct fault *fault)
{
    const struct account *account = accounts_find(accounts, SLICE("sms"), slice_of(name));
    if (account == NULL)
        account = accounts_full(accounts, slice_of(name));
    if (account == NULL || strcmp(account->channel, "sms") != 0) {
        fault_set(
            fault, GW_ENOTFOUND,
            "there is no SMS account '%s' in the configuration; its names are accounts[].name",
            name);
        return NULL;
    }
    return account;
}

static void print_template(const json_t *t)
{
    size_t i;
    json_t *param;
    const json_t *sample = json_object_get(t, "sample");
    printf("%s (%s)\n  %s\n", json_text(t, "id", "?"), json_text(t, "kind", "?"),
           json_text(t, "text", ""));
    json_array_foreach(json_object_get(t, "params"), i, param)
    {
        const char *value = json_string_value(json_array_get(sample, i));
        printf("  %zu %s: %s\n", i + 1, json_string_value(param), value != NULL ? value : "");
    }
    printf("\n");
}

/* The account's settings.templates, with the codes to be filled in. */
static void print_mapping(const json_t *templates)
{
    size_t i;
    json_t *t;
    printf("\"templates\": {\n");
    json_array_foreach(templates, i, t)
    {
        char *params = json_dumps(json_object_get(t, "params"), 0);
        printf("    \"%s\": { \"code\": \"\", \"params\": %s }%s\n", json_text(t, "id", "?"),
               params != NULL ? params : "[]", i + 1 < json_array_size(templates) ? "," : "");
        free(params);
    }
    printf("}\n");
}

static int print_templates(const struct account *account, const struct catalogue *c, bool as_json,
                           struct fault *fault)
{
    size_t i;
    json_t *message;
    const char *placeholder = account->adapter->placeholder;
    if (placeholder == NULL)
        return fault_set(fault, GW_EINVAL,
                         "account %s: provider %s takes any text: no template is to be approved",
                         account->full_name, account->adapter->name);
    json_t *sendable = catalogue_sendable(c), *templates = json_array();
    json_array_foreach(sendable, i, message) json_array_append_new(
        templates, catalogue_as_template(c, json_text(message, "id", ""), placeholder));
    if (as_json) {
        json_dumpf(templates, stdout, JSON_COMPACT);
        printf("\n");
    } else {
        json_array_foreach(templates, i, message) print_template(message);
        print_mapping(templates);
    }
    json_decref(templates);
    json_decref(sendable);
    return GW_OK;
}

static int run_templates(const char *config_file, const char *dir, const char *name, bool as_json,
                         struct fault *fault)
{
    struct config *config = NULL;
    struct accounts accounts = { 0 };
    struct catalogue *catalogue = NULL;
    const struct account *account = NULL;
    int rc = config_load(config_file, &config, fault);
    if (rc == GW_OK)
        rc = accounts_load(config, &accounts, fault);
    if (rc == GW_OK)
        rc = catalogue_load(dir, config_zone(config), &catalogue, fault);
    if (rc == GW_OK)
        account = find_account(&accounts, name, fault);
    if (rc == GW_OK)
        rc = account != NULL ? print_templates(account, catalogue, as_json, fault) : fault->code;
    catalogue_release(catalogue);
    accounts_free(&accounts);
    config_free(config);
    return rc;
}

static int run_test(const char *config_file, const char *dir, const char *name, const char *number,
                    struct sms_test *test, struct fault *fault)
{
    struct installation in = { 0 };
    struct accounts accounts = { 0 };
    int rc = phone_normalize(slice_of(number), test->phone)
                 ? GW_OK
                 : fault_set(fault, GW_EINVAL,
                             "'%s' is no mainland mobile number: give 11 digits, as 13800000001",
                             number);
    if (rc == GW_OK)
        rc = installation_open(config_file, dir, INSTALLATION_CATALOGUE, &in, fault);
    if (rc == GW_OK)
        rc = accounts_load(in.config, &accounts, fault);
    if (rc == GW_OK)
        test->account = find_account(&accounts, name, fault);
    if (rc == GW_OK)
        rc = test->account != NULL ? sms_test_run(&in, test, fault) : fault->code;
    accounts_free(&accounts);
    installation_close(&in);
    return rc;
}

int command_sms(int argc, char **argv)
{
    const char *config = NULL, *dir = NULL, *message = "sms.test";
    bool as_json = false;
    int64_t wait = WAIT_S;
    const struct command_option options[] = {
        { "--config", "F", "configuration file", .text = &config },
        { "--data-dir", "D", "data folder", .text = &dir },
        { "--message", "ID", "test: which message of the catalogue (default sms.test)",
          .text = &message },
        { "--wait", "S", "test: seconds to wait for the delivery report (default 120)",
          .number = &wait },
        { "--json", NULL, "one JSON object a line", .flag = &as_json },
        { NULL },
    };
    struct command_line line;
    int rc = command_parse(
        argc, argv,
        "sms test ACCOUNT NUMBER [options]\n       linli sms templates ACCOUNT [options]",
        "test sends one message by an account and follows it to its delivery report, each answer in\n"
        "plain words: through the gateway that runs on the data folder, or by itself when none "
        "does.\ntemplates writes what to submit to the provider for approval: each message with its "
        "variables,\nand the settings.templates to fill in. Exits 0 when the message arrived, or was "
        "taken where no\nreport can come.",
        options, &line);
    if (rc != GW_OK)
        return rc < 0 ? 2 : 0;
    struct fault fault = { 0 };
    const char *verb = line.word_count > 0 ? line.words[0] : "";
    if (strcmp(verb, "test") == 0 && line.word_count == 3) {
        struct sms_test test = { .message = message, .wait_s = wait, .as_json = as_json };
        rc = run_test(config, dir, line.words[1], line.words[2], &test, &fault);
        return rc < 0 ? command_fail("sms", &fault) : !test.good;
    }
    if (strcmp(verb, "templates") == 0 && line.word_count == 2) {
        rc = run_templates(config, dir, line.words[1], as_json, &fault);
        return rc < 0 ? command_fail("sms", &fault) : 0;
    }
    fprintf(stderr, "linli sms: say 'sms test ACCOUNT NUMBER' or 'sms templates ACCOUNT'; see "
                    "linli sms --help\n");
    return 2;
}
