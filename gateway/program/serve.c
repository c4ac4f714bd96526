/* linli serve: wires the rooms together, runs the loop, and takes everything down in order. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "gateway/program/command.h"
#include "gateway/program/counters.h"
#include "gateway/program/fetcher.h"
#include "gateway/program/fleet.h"
#include "gateway/program/gateway.h"
#include "gateway/program/tokens.h"
#include "gateway/program/router.h"
#include "gateway/program/screen.h"
#include "gateway/program/wakeup.h"
#include "handlers/seal.h"
#include "handlers/training.h"

enum {
    GRACE_MS = 3500, /* from SIGTERM to giving up what is in hand; all of it ends within 5 s */
    CONFIG_TEXT_MAX = 256 * 1024,
    OWN_DESCRIPTORS = 64, /* files, and what the libraries open */
    SEND_GRACE_MS = 1000  /* for requests to providers under way */
};

const struct config *gateway_config(const struct gateway *g)
{
    return g->reloaded != NULL ? g->reloaded : g->in.config;
}

static int before_commit(void *context, struct tx *tx)
{
    struct gateway *g = context;
    return store_keep_last_id(tx, g->in.ids.last);
}

static void on_woken(void *context, unsigned what)
{
    struct gateway *g = context;
    if (what & WAKE_OUTBOX && g->dispatch != NULL && !g->stopping)
        dispatch_wake(g->dispatch);
    if (what & WAKE_TIMERS)
        background_wake(g);
    shared_wake(g->shared, what);
}

static void close_handle(uv_handle_t *handle)
{
    if (handle->data != NULL && !uv_is_closing(handle))
        uv_close(handle, NULL);
}

/* Down, in order, each room calling this again once it is gone: sending, the worker with what it
 * has in hand, the checkpoint, HTTP. Rooms that never started are passed over. */
static void take_down(void *context)
{
    struct gateway *g = context;
    struct dispatch *dispatch = g->dispatch;
    struct http_client *client = g->client;
    struct shared *shared = g->shared;
    struct worker *worker = g->worker;
    struct checkpoint *checkpoint = g->checkpoint;
    struct http_server *http = g->http;
    if (dispatch != NULL) {
        g->dispatch = NULL;
        dispatch_stop(dispatch, SEND_GRACE_MS, take_down, g);
    } else if (client != NULL) {
        g->client = NULL;
        http_client_stop(client, take_down, g);
    } else if (shared != NULL) { /* before the worker: it may still give messages back */
        g->shared = NULL;
        shared_stop(shared, take_down, g);
    } else if (worker != NULL) {
        g->worker = NULL;
        worker_stop(worker, take_down, g);
    } else if (checkpoint != NULL) {
        g->checkpoint = NULL;
        checkpoint_stop(checkpoint, take_down, g);
    } else if (http != NULL) {
        g->http = NULL;
        http_server_stop(http, take_down, g);
    } else {
        close_handle((uv_handle_t *)&g->terminate);
        close_handle((uv_handle_t *)&g->interrupt);
        close_handle((uv_handle_t *)&g->hangup);
        close_handle((uv_handle_t *)&g->grace);
        close_handle((uv_handle_t *)&g->wakeup);
        close_handle((uv_handle_t *)&g->poll);
    }
}

static void on_grace(uv_timer_t *timer)
{
    struct gateway *g = timer->data;
    int pending = http_server_pending(g->http);
    int64_t waited = (int64_t)(uv_now(&g->loop) - g->stop_began);
    if (pending > 0 && waited < GRACE_MS)
        return;
    uv_timer_stop(timer);
    log_write(g->log, LOG_LEVEL_INFO, "stopping", NO_TRACE,
              LOG_FIELDS(LOG_INT("pending", pending)));
    take_down(g);
}

static void on_terminate(uv_signal_t *signal, int number)
{
    struct gateway *g = signal->data;
    (void)number;
    if (g->stopping)
        return;
    g->stopping = true;
    g->stop_began = uv_now(&g->loop);
    http_server_quiesce(g->http);
    router_stop(g);
    fetcher_stop(g);
    background_stop(g);
    uv_timer_start(&g->grace, on_grace, 0, 20);
}

/* Takes over what a reload may change: data files, log file and level, the keys marked so. */
static void take_over(struct gateway *g, struct config *config, struct catalogue *catalogue)
{
    const char *restart = config_restart_key(g->in.config, config);
    if (restart != NULL)
        log_write(g->log, LOG_LEVEL_WARN, "reload.needs_restart", NO_TRACE,
                  LOG_FIELDS(LOG_TEXT("key", restart)));
    catalogue_release(g->catalogue);
    g->catalogue = catalogue;
    config_free(g->reloaded);
    g->reloaded = config;
    log_set_level(g->log, (enum log_level)log_level_of(slice_of(config_text(config, "log.level"))));
    log_write(g->log, LOG_LEVEL_INFO, "reloaded", NO_TRACE, NULL);
}

/* SIGHUP. A fault is refused with file, line and reason, and what runs stays as it is. */
static void on_hangup(uv_signal_t *signal, int number)
{
    struct gateway *g = signal->data;
    struct fault fault = { 0 };
    struct catalogue *catalogue = NULL;
    struct config *config = NULL;
    (void)number;
    int rc = config_load(g->in.config_file, &config, &fault);
    if (rc == GW_OK)
        rc = catalogue_load(g->in.data_dir, g->in.zone, &catalogue, &fault);
    if (rc == GW_OK)
        rc = log_reopen(g->log, &fault);
    if (rc == GW_OK) {
        take_over(g, config, catalogue);
        return;
    }
    log_fault(g->log, LOG_LEVEL_ERROR, "reload.refused", NO_TRACE, &fault);
    catalogue_release(catalogue);
    config_free(config);
}

static int watch(struct gateway *g, uv_signal_t *handle, int number, uv_signal_cb cb)
{
    handle->data = g;
    int rc = uv_signal_init(&g->loop, handle);
    return rc == 0 ? uv_signal_start(handle, cb, number) : rc;
}

static int start_signals(struct gateway *g, struct fault *fault)
{
    int rc = watch(g, &g->terminate, SIGTERM, on_terminate);
    if (rc == 0)
        rc = watch(g, &g->interrupt, SIGINT, on_terminate);
    if (rc == 0)
        rc = watch(g, &g->hangup, SIGHUP, on_hangup);
    if (rc == 0)
        rc = uv_timer_init(&g->loop, &g->grace);
    g->grace.data = g;
    return rc == 0 ? GW_OK
                   : fault_set(fault, GW_EIO, "the loop takes no signals: %s", uv_strerror(rc));
}

static int start_http(struct gateway *g, struct fault *fault)
{
    const struct config *c = g->in.config;
    const struct http_server_options options = {
        .loop = &g->loop,
        .address = config_text(c, "listen.address"),
        .port = (int)config_int(c, "listen.port"),
        .connection_limit = (int)config_int(c, "listen.connections"),
        .body_limit = (size_t)config_int(c, "listen.body_limit"),
        .idle_s = (int)config_int(c, "listen.idle_s"),
        .deadline_ms = (int)config_int(c, "listen.deadline_ms"),
        .trusted_proxies = config_list(c, "listen.trusted_proxies"),
        .handle = webhook_handle,
        .context = g,
        .metrics = g->metrics,
        .log = g->log,
    };
    return http_server_start(&options, &g->http, fault);
}

/* What comes back by itself is set once more at each start. */
static int schedule(const struct service *s, void *context)
{
    (void)context;
    int rc = seal_schedule(s);
    return rc < 0 ? rc : training_schedule(s);
}

/* To providers: as many as the accounts may use at once, so that no request that is marked as begun
 * waits for a connection. */
static int connections(const struct gateway *g)
{
    int accounts = g->accounts.count > 0 ? (int)g->accounts.count : 1;
    return accounts * (int)config_int(g->in.config, "send.in_flight");
}

/* A soft limit of 1024 descriptors, as most systems set it, is less than both kinds of connections
 * may need. */
static void allow_descriptors(const struct gateway *g)
{
    struct rlimit limit;
    rlim_t wanted =
        (rlim_t)(connections(g) + config_int(g->in.config, "listen.connections")) + OWN_DESCRIPTORS;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
        log_write(g->log, LOG_LEVEL_WARN, "descriptors.few", NO_TRACE,
                  LOG_FIELDS(LOG_INT("wanted", (int64_t)wanted),
                             LOG_INT("limit", (int64_t)limit.rlim_cur)));
}

static int start_rooms(struct gateway *g, struct fault *fault)
{
    int rc = installation_transact(&g->in, installation_clock(), NULL, schedule, NULL, fault);
    if (rc >= 0)
        rc = installation_workers(&g->in, fault);
    if (rc < 0)
        return rc;
    const struct worker_options worker = {
        .store = g->in.store,
        .more = g->in.more,
        .more_count = g->in.more_count,
        .loop = &g->loop,
        .metrics = g->metrics,
        .log = g->log,
        .woken = on_woken,
        .before_commit = before_commit,
        .context = g,
    };
    const struct http_client_options client = { .loop = &g->loop,
                                                .connections = connections(g),
                                                .proxy = config_text(g->in.config, "send.proxy") };
    const struct checkpoint_options checkpoint = {
        .loop = &g->loop, .path = g->in.database, .metrics = g->metrics, .log = g->log
    };
    allow_descriptors(g);
    rc = start_signals(g, fault);
    for (int i = 0; rc == GW_OK && i <= g->in.more_count; i++)
        g->recent[i] = recent_make();
    if (rc == GW_OK)
        rc = worker_start(&worker, &g->worker, fault);
    if (rc == GW_OK)
        rc = store_shared(g->in.store) ? GW_OK
                                       : checkpoint_start(&checkpoint, &g->checkpoint, fault);
    if (rc == GW_OK)
        rc = http_client_start(&client, &g->client, fault);
    if (rc == GW_OK)
        rc = fleet_start(g, fault);
    if (rc == GW_OK)
        rc = sender_start(g, fault);
    if (rc == GW_OK)
        rc = background_start(g, fault);
    if (rc == GW_OK)
        rc = wakeup_watch(g, fault);
    if (rc == GW_OK)
        rc = router_start(g, fault);
    if (rc == GW_OK)
        rc = fetcher_start(g, fault);
    return rc == GW_OK ? start_http(g, fault) : rc;
}

static int open_log(struct gateway *g, struct fault *fault)
{
    const struct log_options options = {
        .file = config_text(g->in.config, "log.file"),
        .repeats = (int)config_int(g->in.config, "log.repeats"),
        .level = (enum log_level)log_level_of(slice_of(config_text(g->in.config, "log.level"))),
    };
    return log_open(&options, &g->log, fault);
}

/* The port in a file, for whoever started us with port 0: written whole or not at all. */
static int write_port(const char *file, int port, struct fault *fault)
{
    char temporary[512];
    int n = snprintf(temporary, sizeof temporary, "%s.new", file);
    FILE *f = n > 0 && n < (int)sizeof temporary ? fopen(temporary, "we") : NULL;
    bool ok = f != NULL && fprintf(f, "%d\n", port) > 0;
    if (f != NULL)
        ok = fclose(f) == 0 && ok;
    if (!ok || rename(temporary, file) != 0)
        return fault_set(fault, GW_EIO, "%s: the port cannot be written", file);
    return GW_OK;
}

static int start(struct gateway *g, const char *config_file, const char *dir, const char *port_file,
                 struct fault *fault)
{
    int rc = installation_open(config_file, dir, INSTALLATION_CATALOGUE | INSTALLATION_GATEWAY,
                               &g->in, fault);
    if (rc < 0)
        return rc;
    g->catalogue = catalogue_hold(g->in.catalogue);
    rc = open_log(g, fault);
    if (rc == GW_OK)
        rc = accounts_load(g->in.config, &g->accounts, fault);
    if (rc == GW_OK && uv_loop_init(&g->loop) != 0)
        rc = fault_set(fault, GW_EIO, "the event loop cannot be made");
    if (rc < 0)
        return rc;
    g->loop_ready = true;
    g->metrics = metrics_new();
    g->counters = metrics_add(g->metrics, counter_rows);
    sender_metrics(g);
    fleet_metrics(g);
    rc = start_rooms(g, fault);
    if (rc == GW_OK && port_file != NULL)
        rc = write_port(port_file, http_server_port(g->http), fault);
    if (rc == GW_OK)
        log_write(g->log, LOG_LEVEL_INFO, "serving", NO_TRACE,
                  LOG_FIELDS(LOG_TEXT("address", config_text(g->in.config, "listen.address")),
                             LOG_INT("port", http_server_port(g->http)),
                             LOG_INT("accounts", (int64_t)g->accounts.count),
                             LOG_TEXT("version", LINLI_VERSION)));
    return rc;
}

static void release(struct gateway *g)
{
    background_free(g);
    for (int i = 0; i < WORKER_THREADS; i++)
        recent_free(g->recent[i]);
    tokens_free(g);
    screen_free(g);
    router_free(g);
    fetcher_free(g);
    if (g->loop_ready)
        uv_loop_close(&g->loop);
    accounts_free(&g->accounts);
    catalogue_release(g->catalogue);
    config_free(g->reloaded);
    metrics_free(g->metrics);
    log_close(g->log);
    installation_close(&g->in);
}

/* The manual of keys, or the values in force. */
static int show_config(const char *file, bool values, struct fault *fault)
{
    struct config *config = NULL;
    struct sbuf out;
    if (values && config_load(file, &config, fault) < 0) {
        command_fail("serve", fault);
        return 2;
    }
    sbuf_init(&out, CONFIG_TEXT_MAX);
    if (values)
        config_print(config, &out);
    else
        config_manual(&out);
    printf("%.*s\n", SLICE_ARG(slice_trim(sbuf_slice(&out))));
    sbuf_free(&out);
    config_free(config);
    return 0;
}

int command_serve(int argc, char **argv)
{
    struct gateway g = { 0 };
    bool keys = false, print = false;
    const char *config_file = NULL, *dir = NULL, *port_file = NULL;
    const struct command_option options[] = {
        { "--config", "F", "configuration file (see docker/linli.example.json)",
          .text = &config_file },
        { "--data-dir", "D", "data folder (default: what the configuration says)", .text = &dir },
        { "--keys", NULL, "explain every configuration key and end", .flag = &keys },
        { "--print", NULL, "print the configuration in force, without secrets, and end",
          .flag = &print },
        { "--port-file", "F", "write the port served into this file", .text = &port_file },
        { NULL },
    };
    struct command_line line;
    int rc = command_parse(
        argc, argv, "serve [options]",
        "Runs the gateway. Without a configuration: SQLite in ./linli-data, a demo SMS "
        "account and a demo\nWeChat account on 127.0.0.1:8080. SIGHUP reloads, SIGTERM "
        "finishes what is in hand and ends.",
        options, &line);
    if (rc != GW_OK)
        return rc < 0 ? 2 : 0;
    struct fault fault = { 0 };
    if (keys || print)
        return show_config(config_file, print, &fault);
    rc = start(&g, config_file, dir, port_file, &fault);
    if (rc < 0) {
        command_fail("serve", &fault);
        g.stopping = true;
        router_stop(&g);
        fetcher_stop(&g);
        background_stop(&g);
        if (g.loop_ready)
            take_down(&g);
    }
    if (g.loop_ready)
        uv_run(&g.loop, UV_RUN_DEFAULT);
    if (rc == GW_OK)
        log_write(g.log, LOG_LEVEL_INFO, "stopped", NO_TRACE, NULL);
    release(&g);
    return rc == GW_OK ? 0 : rc == GW_ECONFIG ? 2 : 1;
}
