/* linli backup and linli restore: a consistent copy of a running installation, and the way back. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/program/command.h"
#include "gateway/program/installation.h"
#include "gateway/program/media_file.h"
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

/* The files that people sent stand beside the backup, in "FILE.media", sealed as they were. How
 * many, or GW_E*. */
static int copy_media(const struct installation *in, const char *file, bool back,
                      struct fault *fault)
{
    struct arena a = { 0 };
    const char *here = arena_printf(&a, "%s/" MEDIA_FOLDER, in->data_dir).p;
    const char *there = arena_printf(&a, "%s." MEDIA_FOLDER, file).p;
    int rc = back ? media_files_copy(there, here, fault) : media_files_copy(here, there, fault);
    arena_free(&a);
    return rc;
}

/* Neither name may be taken. */
static int check_free(const char *file, struct fault *fault)
{
    struct arena a = { 0 };
    const char *folder = arena_printf(&a, "%s." MEDIA_FOLDER, file).p;
    const char *taken = access(file, F_OK) == 0 ? file : access(folder, F_OK) == 0 ? folder : NULL;
    int rc = taken == NULL
                 ? GW_OK
                 : fault_set(fault, GW_EINVAL, "%s exists already; choose another name", taken);
    arena_free(&a);
    return rc;
}

int command_backup(int argc, char **argv)
{
    const char *dir = NULL, *config = NULL, *file = NULL;
    int rc =
        parse(argc, argv, "backup FILE [options]",
              "Copies the database of a running installation into FILE (which must not exist), "
              "consistently and without\nstopping anything, and the photos and films that people "
              "sent into the folder FILE.media beside it, sealed\nas they are. The key file is not "
              "in it: keep a copy of it apart from the backups.",
              &dir, &config, &file);
    if (rc != GW_OK)
        return rc < 0 ? 2 : 0;
    struct fault fault = { 0 };
    struct installation in;
    rc = installation_open(config, dir, INSTALLATION_PLAIN, &in, &fault);
    if (rc == GW_OK)
        rc = check_free(file, &fault);
    if (rc == GW_OK)
        rc = copy(&in, "backup", store_backup, file, &fault);
    /* After the database, so that every file it knows is there already. */
    int files = rc == GW_OK ? copy_media(&in, file, false, &fault) : 0;
    if (files < 0)
        rc = files;
    if (rc == GW_OK && files > 0)
        printf("%s and %s." MEDIA_FOLDER " (%d files that people sent)\n", file, file, files);
    else if (rc == GW_OK)
        printf("%s\n", file);
    installation_close(&in);
    return rc < 0 ? command_fail("backup", &fault) : 0;
}

static int settle(const struct service *s, void *context)
{
    (void)context;
    return outbox_restored(s->tx, s->now);
}

/* A file of ours and what SQLite keeps beside it; one that is not there is as good as removed. */
static int remove_staged(const char *path, struct fault *fault)
{
    static const char *const ends[] = { "-wal", "-shm", "" };
    struct arena a = { 0 };
    int rc = GW_OK;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const char *name = arena_printf(&a, "%s%s", path, ends[i]).p;
        if (unlink(name) != 0 && errno != ENOENT && rc == GW_OK)
            rc = fault_set(fault, GW_EIO, "%s: cannot be removed: %s", name, strerror(errno));
    }
    arena_free(&a);
    return rc;
}

/* Fills the staged database and settles it: how many sends are uncertain, or GW_E*. */
static int prepare(struct installation *staged, const char *file, struct fault *fault)
{
    int rc = installation_migrate(staged, fault);
    if (rc == GW_OK)
        rc = copy(staged, "restore", store_restore, file, fault);
    if (rc == GW_OK)
        rc = installation_migrate(staged, fault);
    if (rc == GW_OK)
        rc = installation_check_key(staged, fault);
    return rc < 0 ? rc
                  : installation_transact(staged, installation_clock(), NULL, settle, NULL, fault);
}

/* Everything that can be wrong with a backup is found in a copy beside the database, and what must
 * not be sent again is settled there: a running gateway meets the restored rows only when they are
 * uncertain already. Returns as prepare. */
static int stage(const struct installation *in, const char *path, const char *file,
                 struct fault *fault)
{
    struct installation staged = *in;
    const struct store_options options = { .path = path };
    int rc = remove_staged(path, fault);
    if (rc == GW_OK)
        rc = store_open(&options, &staged.store, fault);
    if (rc < 0)
        return rc;
    rc = prepare(&staged, file, fault);
    store_close(staged.store);
    return rc;
}

/* Puts the backup in the place of the database. Returns as prepare. */
static int restore(struct installation *in, const char *file, struct fault *fault)
{
    struct arena a = { 0 };
    struct fault tidying = { 0 };
    const char *path = arena_printf(&a, "%s.restoring", in->database).p;
    int uncertain = stage(in, path, file, fault);
    int rc = uncertain < 0 ? uncertain : copy(in, "restore", store_restore, path, fault);
    int tidy = remove_staged(path, &tidying);
    if (rc == GW_OK && tidy < 0) {
        *fault = tidying;
        rc = tidy;
    }
    arena_free(&a);
    return rc < 0 ? rc : uncertain;
}

int command_restore(int argc, char **argv)
{
    const char *dir = NULL, *config = NULL, *file = NULL;
    int rc = parse(
        argc, argv, "restore FILE [options]",
        "Puts the contents of a backup in place of the database of a data folder, also under a "
        "running gateway,\nand the files of FILE.media into its media folder. The folder needs the key file of that time. Broadcasts and notices "
        "that were not sent yet become\nuncertain: nobody gets them twice.",
        &dir, &config, &file);
    if (rc != GW_OK)
        return rc < 0 ? 2 : 0;
    struct fault fault = { 0 };
    struct installation in;
    rc = installation_open(config, dir, INSTALLATION_PLAIN, &in, &fault);
    int uncertain = 0;
    if (rc == GW_OK) {
        uncertain = restore(&in, file, &fault);
        rc = uncertain < 0 ? uncertain : GW_OK;
    }
    /* After the database: a running gateway removes files that no row names. */
    int files = rc == GW_OK ? copy_media(&in, file, true, &fault) : 0;
    if (files < 0)
        rc = files;
    if (rc == GW_OK)
        rc = seals_set_aside(in.seal_file, installation_clock(), &fault);
    if (rc == GW_OK)
        rc = seals_write(&in, &fault);
    if (rc >= 0)
        printf("restored %s into %s, %d files that people sent; %d unfinished sends are now "
               "uncertain\n",
               file, in.data_dir, files, uncertain);
    installation_close(&in);
    return rc < 0 ? command_fail("restore", &fault) : 0;
}
