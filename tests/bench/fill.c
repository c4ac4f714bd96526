/* Puts rows into the outbox of a data folder, in batches, beside a running gateway or without one:
 * what a broadcast leaves there, one number each. Prints rows and seconds.
 * usage: fill DATA COUNT reply|notice|broadcast [FIRST NUMBER] */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "gateway/base/ids.h"
#include "gateway/base/vault.h"
#include "gateway/store/outbox.h"
#include "gateway/store/store.h"

enum { BATCH = 500, NODE = 900 };

struct fill {
    struct store *store;
    struct vault *vault;
    struct ids ids;
    struct arena arena;
    enum outbox_priority priority;
    int64_t first;
};

static int put(struct fill *f, struct tx *tx, int64_t number, int64_t now)
{
    const struct outbox_row row = {
        .id = ids_next(&f->ids),
        .address = number,
        .realm = SLICE("sms"),
        .recipient = arena_printf(&f->arena, "%" PRId64, number),
        .account = SLICE("sms/demo"),
        .message = SLICE("broadcast.not_in"),
        .params = SLICE("{}"),
        .priority = f->priority,
        .not_before = now,
        .useful_until = now + 86400,
        .trace = SLICE("fill"),
    };
    return outbox_put(tx, f->vault, &row, now, &f->arena);
}

static int put_batch(struct fill *f, int64_t from, int count)
{
    struct tx *tx;
    uv_timeval64_t now;
    uv_gettimeofday(&now);
    int rc = store_begin(f->store, &tx);
    if (rc < 0)
        return rc;
    for (int i = 0; i < count && rc >= 0; i++)
        rc = put(f, tx, f->first + from + i, now.tv_sec);
    arena_reset(&f->arena);
    if (rc >= 0)
        return store_commit(tx);
    store_rollback(tx);
    return rc;
}

static int open_folder(struct fill *f, const char *folder, struct fault *fault)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s/linli.key", folder);
    int rc = vault_open(path, false, &f->vault, fault);
    snprintf(path, sizeof(path), "%s/linli.db", folder);
    const struct store_options options = { .path = path, .busy_ms = 60000 };
    return rc < 0 ? rc : store_open(&options, &f->store, fault);
}

static enum outbox_priority priority_of(const char *name)
{
    return strcmp(name, "reply") == 0    ? OUTBOX_REPLY
           : strcmp(name, "notice") == 0 ? OUTBOX_NOTICE
                                         : OUTBOX_BROADCAST;
}

/* As a command of the program does: a gateway that serves the folder looks. */
static void touch(const char *folder)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s/wake", folder);
    FILE *f = fopen(path, "w");
    if (f != NULL && fputs("\n", f) >= 0)
        fclose(f);
}

int main(int argc, char **argv)
{
    struct fill f = { .first = argc > 4 ? strtoll(argv[4], NULL, 10) : 13000000000 };
    struct fault fault = { 0 };
    if (argc < 4) {
        fprintf(stderr, "usage: fill DATA COUNT reply|notice|broadcast [FIRST NUMBER]\n");
        return 2;
    }
    f.priority = priority_of(argv[3]);
    ids_init(&f.ids, NODE, 0, ids_real_clock, NULL);
    int rc = open_folder(&f, argv[1], &fault);
    int count = (int)strtol(argv[2], NULL, 10);
    uint64_t begun = uv_hrtime();
    for (int from = 0; from < count && rc >= 0; from += BATCH)
        rc = put_batch(&f, from, count - from < BATCH ? count - from : BATCH);
    if (rc >= 0)
        printf("%d %.3f\n", count, (double)(uv_hrtime() - begun) / 1e9);
    else
        fprintf(stderr, "fill: %s\n", fault.text[0] ? fault.text : gw_error_text(rc));
    touch(argv[1]);
    store_close(f.store);
    vault_close(f.vault);
    arena_free(&f.arena);
    return rc < 0;
}
