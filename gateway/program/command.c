#include "gateway/program/command.h"

#include <stdio.h>
#include <string.h>

#include "gateway/base/slice.h"

static void print_help(const char *usage, const char *about, const struct command_option *options)
{
    printf("usage: linli %s\n\n%s\n", usage, about);
    if (options->name != NULL)
        printf("\n");
    for (const struct command_option *o = options; o->name != NULL; o++) {
        char head[48];
        snprintf(head, sizeof head, "%s%s%s", o->name, o->argument != NULL ? " " : "",
                 o->argument != NULL ? o->argument : "");
        printf("  %-26s %s\n", head, o->help);
    }
}

static const struct command_option *find(const struct command_option *options, const char *name)
{
    for (const struct command_option *o = options; o->name != NULL; o++)
        if (strcmp(o->name, name) == 0)
            return o;
    return NULL;
}

static int store_value(const struct command_option *o, const char *value)
{
    if (o->text != NULL) {
        *o->text = value;
        return GW_OK;
    }
    if (slice_to_int(slice_of(value), o->number) != 0 || *o->number < 0) {
        fprintf(stderr, "linli: %s takes a whole number, not '%s'; see --help\n", o->name, value);
        return GW_EINVAL;
    }
    return GW_OK;
}

int command_parse(int argc, char **argv, const char *usage, const char *about,
                  const struct command_option *options, struct command_line *out)
{
    memset(out, 0, sizeof *out);
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_help(usage, about, options);
            return 1;
        }
        if (strncmp(argv[i], "--", 2) != 0) {
            if (out->word_count == COMMAND_WORDS) {
                fprintf(stderr, "linli: too many arguments at '%s'; see --help\n", argv[i]);
                return GW_EINVAL;
            }
            out->words[out->word_count++] = argv[i];
            continue;
        }
        const struct command_option *o = find(options, argv[i]);
        if (o == NULL) {
            fprintf(stderr, "linli: unknown option '%s'; see --help\n", argv[i]);
            return GW_EINVAL;
        }
        if (o->flag != NULL) {
            *o->flag = true;
            continue;
        }
        if (i + 1 == argc) {
            fprintf(stderr, "linli: %s needs %s behind it; see --help\n", o->name, o->argument);
            return GW_EINVAL;
        }
        int rc = store_value(o, argv[++i]);
        if (rc != GW_OK)
            return rc;
    }
    return GW_OK;
}

int command_fail(const char *command, const struct fault *fault)
{
    fprintf(stderr, "linli %s: %s\n", command,
            fault->text[0] != '\0' ? fault->text : gw_error_text(fault->code));
    return 1;
}
