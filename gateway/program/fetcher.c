#include "gateway/program/fetcher.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/program/media_file.h"
#include "gateway/program/tokens.h"
#include "gateway/store/media.h"

enum {
    TIMEOUT_MS = 60000, /* ten megabytes over a slow line */
    SWEEP_MS = 60 * 60 * 1000,
    LONGEST_SLEEP_MS = 60 * 1000, /* the wall clock may be set */
    AGAIN_MS = 1000,
    SLICE_ROWS = 200,
    SWEEP_FILES = 100000,
    FIRST_WAIT_S = 30, /* doubled with each attempt */
    LONGEST_WAIT_S = 3600,
    DAY_S = 86400,
};

enum verdict { AGAIN, FETCHED, LOST };

struct fetcher {
    struct gateway *g;
    uv_timer_t alarm, sweeper;
    struct job look, settle, sweep;
    uv_work_t write;
    struct arena arena;       /* of the one in hand, or of the look */
    struct arena sweep_arena; /* worker's thread */
    struct media_row row;     /* in hand */
    int64_t next;             /* when another is due, 0: none waits */
    bool found, busy, looked_for, sweeping, second;
    struct slice bytes;
    enum verdict verdict;
    int64_t wait_s;
    int written; /* what writing came to */
    struct fault fault;
    int64_t keep_days; /* for the sweep */
    int64_t *files;    /* of the sweep, from `files_at` on not looked at yet */
    int file_count, files_at;
};

static void look(struct fetcher *f);

static void on_alarm(uv_timer_t *timer)
{
    look(timer->data);
}

static void arm(struct fetcher *f, int64_t ms)
{
    if (!f->g->stopping)
        uv_timer_start(&f->alarm, on_alarm,
                       (uint64_t)(ms < 0                  ? 0
                                  : ms > LONGEST_SLEEP_MS ? LONGEST_SLEEP_MS
                                                          : ms),
                       0);
}

/* What became of the one in hand. */

static int run_settle(struct job *job, struct tx *tx, int64_t now)
{
    struct fetcher *f = (struct fetcher *)((char *)job - offsetof(struct fetcher, settle));
    int64_t id = f->row.id;
    if (f->verdict == AGAIN)
        return media_put_off(tx, id, now + f->wait_s);
    if (f->verdict == LOST)
        return media_lost(tx, id);
    int rc = media_fetched(tx, id, media_file_path(id, &f->arena), (int64_t)f->bytes.n);
    if (rc == 0) /* forgotten meanwhile */
        media_file_remove(f->g->in.data_dir, id);
    return rc < 0 ? rc : GW_OK;
}

static void done_settle(struct job *job, int error)
{
    struct fetcher *f = (struct fetcher *)((char *)job - offsetof(struct fetcher, settle));
    f->busy = false;
    arm(f, error == 0 ? 0 : AGAIN_MS);
}

static void settle(struct fetcher *f, enum verdict verdict, struct slice reason)
{
    static const char *const events[] = { "media.later", "media.fetched", "media.lost" };
    f->verdict = verdict;
    log_write(f->g->log, verdict == FETCHED ? LOG_LEVEL_INFO : LOG_LEVEL_WARN, events[verdict],
              NO_TRACE,
              LOG_FIELDS(LOG_ID("id", f->row.id), LOG_SLICE("account", f->row.account),
                         LOG_INT("bytes", (int64_t)f->bytes.n), LOG_SLICE("reason", reason)));
    f->settle = (struct job){ .run = run_settle, .done = done_settle };
    if (f->g->worker == NULL || worker_put(f->g->worker, WORKER_BACKGROUND, &f->settle) != GW_OK) {
        f->busy = false; /* it is looked for again */
        arm(f, AGAIN_MS);
    }
}

static void put_off(struct fetcher *f, int64_t at_least, struct slice reason)
{
    int64_t wait = FIRST_WAIT_S;
    for (int i = 0; i < f->row.attempt && wait < LONGEST_WAIT_S; i++)
        wait *= 2;
    wait = wait < LONGEST_WAIT_S ? wait : LONGEST_WAIT_S;
    f->wait_s = at_least > wait ? at_least : wait;
    settle(f, AGAIN, reason);
}

/* Writing, in a thread of libuv's. */

static void on_write(uv_work_t *work)
{
    struct fetcher *f = work->data;
    f->written =
        media_file_write(f->g->in.data_dir, f->g->in.vault, f->row.id, f->bytes, &f->fault);
}

static void on_written(uv_work_t *work, int status)
{
    struct fetcher *f = work->data;
    if (status == 0 && f->written == GW_OK)
        settle(f, FETCHED, SLICE(""));
    else
        put_off(f, 0, slice_of(f->fault.text));
}

static void write_file(struct fetcher *f, struct slice bytes)
{
    f->bytes = arena_dup(&f->arena, bytes);
    f->fault = (struct fault){ 0 };
    f->write.data = f;
    if (uv_queue_work(&f->g->loop, &f->write, on_write, on_written) != 0)
        put_off(f, 0, SLICE("no thread to write it"));
}

/* Requests. */

static const struct account *account_of(const struct fetcher *f)
{
    const struct account *account = accounts_full(&f->g->accounts, f->row.account);
    return account != NULL && account->adapter->download != NULL ? account : NULL;
}

static void on_fetched(void *context, const struct http_fetched *result);

static void request(struct fetcher *f, const char *method, struct slice url)
{
    const struct http_fetch fetch = {
        .method = method, .url = url, .timeout_ms = TIMEOUT_MS, .limit = MEDIA_FILE_MAX
    };
    http_client_send(f->g->client, &fetch, on_fetched, f);
}

static void refused(struct fetcher *f, const struct account *account, const struct sent *sent)
{
    enum { NEW_TOKEN_S = 1, BROKEN_S = 900 };
    if (sent->outcome == SEND_NO_TOKEN) {
        tokens_refused(f->g, account, -f->row.id, installation_clock());
        f->wait_s = NEW_TOKEN_S;
        settle(f, AGAIN, sent->reason);
    } else if (sent->outcome == SEND_REJECTED || sent->outcome == SEND_BAD_RECIPIENT) {
        settle(f, LOST, sent->reason);
    } else {
        int64_t least = sent->outcome == SEND_ACCOUNT_BROKEN ? BROKEN_S : 0;
        put_off(f, sent->retry_after > least ? sent->retry_after : least, sent->reason);
    }
}

static void on_fetched(void *context, const struct http_fetched *result)
{
    struct fetcher *f = context;
    const struct account *account = account_of(f);
    const struct http_result given = { .status = result->status,
                                       .sent = result->sent,
                                       .body = result->body,
                                       .retry_after = result->retry_after,
                                       .at = installation_clock() };
    struct sent sent;
    struct slice file, url;
    if (f->g->stopping) {
        f->busy = false;
        return;
    }
    account->adapter->downloaded(account, &given, &f->arena, &sent, &file, &url);
    if (sent.outcome != SEND_OK) {
        refused(f, account, &sent);
    } else if (file.n > 0) {
        tokens_taken(f->g, account);
        write_file(f, file);
    } else if (!f->second) { /* the answer says where the file is */
        f->second = true;
        request(f, "GET", url);
    } else {
        settle(f, LOST, SLICE("the answer says only where else to ask"));
    }
}

static void begin(struct fetcher *f)
{
    const struct account *account = account_of(f);
    struct slice token;
    struct http_call call = { 0 };
    struct fault fault = { 0 };
    int64_t now = installation_clock(), at = 0;
    f->bytes = SLICE("");
    f->second = false;
    if (account == NULL || account->answers_only) {
        put_off(f, LONGEST_WAIT_S, SLICE("the account cannot fetch files"));
        return;
    }
    if (tokens_get(f->g, account, -f->row.id, now, &token, &at) == 0) {
        f->busy = false;
        arm(f, (at - now) * 1000);
        return;
    }
    if (account->adapter->download(account, f->row.media, token, &f->arena, &call, &fault) < 0)
        put_off(f, LONGEST_WAIT_S, slice_of(fault.text));
    else
        request(f, call.method, call.url);
}

/* Looking. */

static int run_look(struct job *job, struct tx *tx, int64_t now)
{
    struct fetcher *f = (struct fetcher *)((char *)job - offsetof(struct fetcher, look));
    arena_reset(&f->arena);
    int rc = media_expire(tx, now, SLICE_ROWS);
    if (rc >= 0)
        rc = media_due(tx, now, &f->arena, &f->row, &f->next);
    f->found = rc == 1;
    return rc < 0 ? rc : GW_OK;
}

static void done_look(struct job *job, int error)
{
    struct fetcher *f = (struct fetcher *)((char *)job - offsetof(struct fetcher, look));
    bool again = f->looked_for;
    f->looked_for = false;
    if (f->g->stopping || error != 0 || !f->found) {
        f->busy = false;
        if (error != 0 || again)
            arm(f, error != 0 ? AGAIN_MS : 0);
        else if (f->next != 0)
            arm(f, (f->next - installation_clock()) * 1000);
        return;
    }
    begin(f);
}

static void look(struct fetcher *f)
{
    if (f->g->stopping)
        return;
    if (f->busy) {
        f->looked_for = true;
        return;
    }
    f->busy = true;
    f->look = (struct job){ .run = run_look, .done = done_look };
    if (worker_put(f->g->worker, WORKER_BACKGROUND, &f->look) != GW_OK) {
        f->busy = false;
        arm(f, AGAIN_MS);
    }
}

/* Sweeping: rows that were kept long enough, then files without a row, a slice a job. */

static int run_sweep(struct job *job, struct tx *tx, int64_t now)
{
    struct fetcher *f = (struct fetcher *)((char *)job - offsetof(struct fetcher, sweep));
    int rc = media_purge(tx, now - f->keep_days * DAY_S, SLICE_ROWS);
    if (rc == SLICE_ROWS)
        return GW_OK;
    if (rc >= 0 && f->files == NULL)
        f->file_count = media_file_list(f->g->in.data_dir, SWEEP_FILES, &f->sweep_arena, &f->files);
    struct arena a = { 0 };
    for (int i = 0; i < SLICE_ROWS && rc >= 0 && f->files_at < f->file_count; i++) {
        struct media_row row;
        int64_t id = f->files[f->files_at++];
        rc = media_get(tx, id, &a, &row);
        if (rc == 0)
            media_file_remove(f->g->in.data_dir, id);
    }
    arena_free(&a);
    return rc < 0 ? rc : GW_OK;
}

static void sweep(struct fetcher *f);

static void done_sweep(struct job *job, int error)
{
    struct fetcher *f = (struct fetcher *)((char *)job - offsetof(struct fetcher, sweep));
    bool more = error == 0 && (f->files == NULL || f->files_at < f->file_count);
    f->sweeping = false;
    if (more && !f->g->stopping) {
        sweep(f);
        return;
    }
    arena_reset(&f->sweep_arena);
    f->files = NULL;
    f->files_at = f->file_count = 0;
}

static void sweep(struct fetcher *f)
{
    if (f->sweeping || f->g->stopping)
        return;
    f->keep_days = config_int(gateway_config(f->g), "retention.inbox_days");
    f->sweep = (struct job){ .run = run_sweep, .done = done_sweep };
    f->sweeping = worker_put(f->g->worker, WORKER_BACKGROUND, &f->sweep) == GW_OK;
}

static void on_sweeper(uv_timer_t *timer)
{
    sweep(timer->data);
}

/* Starting and stopping. */

int fetcher_start(struct gateway *g, struct fault *fault)
{
    struct fetcher *f = mem_alloc(sizeof *f);
    f->g = g;
    g->fetcher = f;
    int rc = uv_timer_init(&g->loop, &f->alarm);
    if (rc == 0)
        rc = uv_timer_init(&g->loop, &f->sweeper);
    f->alarm.data = f->sweeper.data = f;
    if (rc == 0)
        rc = uv_timer_start(&f->sweeper, on_sweeper, 0, SWEEP_MS);
    if (rc != 0)
        return fault_set(fault, GW_EIO, "the loop gives no timer: %s", uv_strerror(rc));
    look(f);
    return GW_OK;
}

void fetcher_wake(struct gateway *g)
{
    if (g->fetcher != NULL)
        look(g->fetcher);
}

void fetcher_stop(struct gateway *g)
{
    struct fetcher *f = g->fetcher;
    if (f == NULL || uv_is_closing((uv_handle_t *)&f->alarm))
        return;
    uv_close((uv_handle_t *)&f->alarm, NULL);
    uv_close((uv_handle_t *)&f->sweeper, NULL);
}

void fetcher_free(struct gateway *g)
{
    if (g->fetcher == NULL)
        return;
    arena_free(&g->fetcher->arena);
    arena_free(&g->fetcher->sweep_arena);
    free(g->fetcher);
    g->fetcher = NULL;
}
