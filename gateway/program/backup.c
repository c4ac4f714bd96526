/* linli backup and linli restore: a consistent copy of a running installation, and the way back. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/program/command.h"
#include "gateway/program/installation.h"
#include "gateway/program/progress.h"
#include "gateway/program/seals.h"
#include "gateway/store/outbox.h"

static void show(void *context, int done, int all)
{
    progress_show(context, done, all);
}

static int parse(int argc, char **argv, const char *usage, const char *about, const char **dir,
                 const char **config, const char **file)
{
    const struct command_option options[] = {
        { "--data-dir", "D", "data folder (default linli-data)", .text = dir },
        { "--config", "F", "configuration file", .text = config },
        { NULL },
    };
    struct command_line line;
    int rc = command_parse(argc, argv, usage, about, options, &line);
    if (rc != GW_OK)
        return rc;
    if (line.word_count != 1) {
        fprintf(stderr, "linli: name one file; see --help\n");
        return GW_EINVAL;
    }
    *file = line.words[0];
    return GW_OK;
}

/* store_backup or store_restore, with a progress bar. */
static int copy(struct installation *in, const char *what,
                int (*way)(struct store *s, const char *file,
                           void (*step)(void *context, int done, int all), void *context,
                           struct fault *fault),
                const char *file, struct fault *fault)
{
    struct progress progress;
    progress_begin(&progress, what);
    int rc = way(in->store, file, show, &progress, fault);
    progress_end(&progress);
    return rc;
}

int command_backup(int argc, char **argv)
{
    const char *dir = NULL, *config = NULL, *file = NULL;
    int rc =
        parse(argc, argv, "backup FILE [options]",
              "Copies the database of a running installation into FILE (which must not exist), "
              "consistently and without\nstopping anything. The key file is not in it: keep a copy "
              "of it apart from the backups.",
              &dir, &config, &file);
    if (rc != GW_OK)
        return rc < 0 ? 2 : 0;
    struct fault fault = { 0 };
    struct installation in;
    rc = installation_open(config, dir, INSTALLATION_PLAIN, &in, &fault);
    if (rc == GW_OK && access(file, F_OK) == 0)
        rc = fault_set(&fault, GW_EINVAL, "%s exists already; choose another name", file);
    if (rc == GW_OK)
        rc = copy(&in, "backup", store_backup, file, &fault);
    if (rc == GW_OK)
        printf("%s\n", file);
    installation_close(&in);
    return rc < 0 ? command_fail("backup", &fault) : 0;
}

static int settle(const struct service *s, void *context)
{
    (void)context;
    return outbox_restored(s->tx, s->now);
}

int command_restore(int argc, char **argv)
{
    const char *dir = NULL, *config = NULL, *file = NULL;
    int rc = parse(
        argc, argv, "restore FILE [options]",
        "Puts the contents of a backup in place of the database of a data folder, also under a "
        "running gateway.\nThe folder needs the key file of that time. Broadcasts and notices "
        "that were not sent yet become\nuncertain: nobody gets them twice.",
        &dir, &config, &file);
    if (rc != GW_OK)
        return rc < 0 ? 2 : 0;
    struct fault fault = { 0 };
    struct installation in;
    rc = installation_open(config, dir, INSTALLATION_PLAIN, &in, &fault);
    if (rc == GW_OK)
        rc = copy(&in, "restore", store_restore, file, &fault);
    if (rc == GW_OK)
        rc = installation_migrate(&in, &fault);
    int uncertain = 0;
    if (rc == GW_OK) {
        rc = uncertain =
            installation_transact(&in, installation_clock(), NULL, settle, NULL, &fault);
        if (rc >= 0)
            rc = installation_check_key(&in, &fault);
    }
    if (rc == GW_OK)
        rc = seals_set_aside(in.seal_file, installation_clock(), &fault);
    if (rc == GW_OK)
        rc = seals_write(&in, &fault);
    if (rc >= 0)
        printf("restored %s into %s; %d unfinished sends are now uncertain\n", file, in.data_dir,
               uncertain);
    installation_close(&in);
    return rc < 0 ? command_fail("restore", &fault) : 0;
}
