/* The bare group-commit limit of the store: the platform's statements of one message (claim,
 * address, session, inbox) through the worker, without HTTP, understanding or conversation. 64 jobs
 * are always waiting, as 64 connections would have it. usage: commit FOLDER SECONDS */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "gateway/base/ids.h"
#include "gateway/store/inbox.h"
#include "gateway/store/people.h"
#include "gateway/store/store.h"
#include "gateway/worker.h"

enum { CONNECTIONS = 64, SENDERS = 100000, SESSION_BYTES = 300 };

struct bench;
struct item {
    struct job job;
    struct bench *bench;
    struct arena arena;
    uint64_t number;
};

struct bench {
    uv_loop_t loop;
    struct worker *worker;
    struct vault *vault;
    struct ids ids;
    struct item items[CONNECTIONS];
    uint64_t made, done, end;
    int outstanding;
    int error;
};

static int run(struct job *job, struct tx *tx, int64_t now)
{
    struct item *item = (struct item *)job;
    struct bench *b = item->bench;
    char key[32], phone[16], session[SESSION_BYTES];
    snprintf(key, sizeof key, "bench-%" PRIu64, item->number);
    snprintf(phone, sizeof phone, "%" PRIu64, 13900000000 + item->number * 7919 % SENDERS);
    memset(session, 'x', sizeof session);
    arena_reset(&item->arena);
    struct address address;
    int64_t id = ids_next(&b->ids), first = 0;
    int rc = inbox_claim(tx, SLICE("sms/bench"), slice_of(key), id, now, &first);
    if (rc >= 0)
        rc = people_address(tx, b->vault, &b->ids, SLICE("sms"), slice_of(phone),
                            SLICE("sms/bench"), now, &item->arena, &address);
    if (rc >= 0)
        rc = people_save_session(tx, b->vault, address.conversation,
                                 (struct slice){ session, sizeof session }, now, now, &item->arena);
    const struct inbox_row row = {
        .id = id,
        .account = SLICE("sms/bench"),
        .key = slice_of(key),
        .address = rc >= 0 ? address.id : 0,
        .received_at = now,
        .text = SLICE("我几星了"),
        .reply = SLICE("[{\"id\":\"star.none_yet\",\"params\":{\"minutes\":330}}]"),
    };
    return rc >= 0 ? inbox_put(tx, b->vault, &row, &item->arena) : rc;
}

static void on_stopped(void *context)
{
    (void)context;
}

static void put(struct item *item);

static void done(struct job *job, int error)
{
    struct item *item = (struct item *)job;
    struct bench *b = item->bench;
    b->outstanding--;
    if (error != 0)
        b->error = error;
    else
        b->done++;
    if (b->error == 0 && uv_hrtime() < b->end)
        put(item);
    else if (b->outstanding == 0)
        worker_stop(b->worker, on_stopped, NULL);
}

static void put(struct item *item)
{
    struct bench *b = item->bench;
    item->number = b->made++;
    item->job = (struct job){ .run = run, .done = done };
    if (worker_put(b->worker, WORKER_MESSAGES, &item->job) == GW_OK)
        b->outstanding++;
    else
        b->error = GW_EBUSY;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: commit FOLDER SECONDS\n");
        return 2;
    }
    static struct bench b;
    struct fault fault = { 0 };
    char path[512], keys[512];
    int64_t seconds = 0;
    snprintf(path, sizeof path, "%s/bench.db", argv[1]);
    snprintf(keys, sizeof keys, "%s/bench.key", argv[1]);
    const struct store_options options = { .path = path };
    const struct embedded_file *const tables[] = { gw_store_files, NULL };
    struct store *store = NULL;
    if (slice_to_int(slice_of(argv[2]), &seconds) != GW_OK ||
        vault_open(keys, true, &b.vault, &fault) < 0 || store_open(&options, &store, &fault) < 0 ||
        store_migrate(store, tables, &fault) < 0 || uv_loop_init(&b.loop) != 0) {
        fprintf(stderr, "commit: %s\n", fault.text);
        return 1;
    }
    ids_init(&b.ids, 0, 0, ids_real_clock, NULL);
    const struct worker_options worker = { .store = store, .loop = &b.loop };
    if (worker_start(&worker, &b.worker, &fault) < 0) {
        fprintf(stderr, "commit: %s\n", fault.text);
        return 1;
    }
    uint64_t start = uv_hrtime();
    b.end = start + (uint64_t)seconds * 1000000000u;
    for (int i = 0; i < CONNECTIONS; i++) {
        b.items[i].bench = &b;
        put(&b.items[i]);
    }
    uv_run(&b.loop, UV_RUN_DEFAULT);
    double took = (double)(uv_hrtime() - start) / 1e9;
    printf("{\"messages\":%" PRIu64 ",\"seconds\":%.3f}\n", b.done, took);
    for (int i = 0; i < CONNECTIONS; i++)
        arena_free(&b.items[i].arena);
    store_close(store);
    vault_close(b.vault);
    uv_loop_close(&b.loop);
    return b.error != 0;
}
