#include "gateway/http_server.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/http_internal.h"
#include "gateway/log.h"
#include "gateway/metrics.h"

enum {
    /* Runs in a row before the loop gets a turn for its other descriptors. */
    RUNS_MAX = 64,
    CONNECTION_MEMORY = 16 * 1024,
    LISTEN_BACKLOG = 1024,
    DEFAULT_CONNECTIONS = 1024,
    DEFAULT_BODY = 64 * 1024,
    DEFAULT_IDLE_S = 30,
    DEFAULT_DEADLINE_MS = 15000,
};

static void on_run_timer(uv_timer_t *timer)
{
    http_server_run(timer->data);
}

static void on_readable(uv_poll_t *poll, int status, int events)
{
    (void)events;
    if (status == 0)
        http_server_run(poll->data);
}

/* Runs earlier than asked do no harm, so a timer that ends sooner is left alone. */
static void arm(struct http_server *s, uint64_t wait_ms)
{
    if (uv_is_active((uv_handle_t *)&s->run_timer) && uv_timer_get_due_in(&s->run_timer) <= wait_ms)
        return;
    if (uv_timer_start(&s->run_timer, on_run_timer, wait_ms, 0) != 0)
        abort(); /* fails only on a closing handle, and stopping comes first */
}

void http_server_run(struct http_server *s)
{
    if (s->running || s->stopping)
        return;
    s->running = true;
    MHD_UNSIGNED_LONG_LONG wait_ms = 0;
    bool asked = true;
    for (int i = 0; i < RUNS_MAX && ((asked && wait_ms == 0) || s->room); i++) {
        /* Only the run after the one that closed a connection listens again. */
        s->room = false;
        if (MHD_run(s->daemon) != MHD_YES)
            log_write(s->log, LOG_LEVEL_ERROR, "http.run_failed", NO_TRACE, NULL);
        asked = MHD_get_timeout(s->daemon, &wait_ms) == MHD_YES;
    }
    s->running = false;
    if (asked || s->room)
        arm(s, s->room ? 0 : wait_ms);
}

static void on_soon(uv_idle_t *idle)
{
    uv_idle_stop(idle);
    http_server_run(idle->data);
}

void http_server_run_soon(struct http_server *s)
{
    if (uv_idle_start(&s->soon, on_soon) != 0)
        abort(); /* fails only without a callback */
}

static int parse_address(const char *address, int port, struct sockaddr_storage *out)
{
    if (uv_ip4_addr(address, port, (struct sockaddr_in *)out) == 0)
        return 0;
    return uv_ip6_addr(address, port, (struct sockaddr_in6 *)out) == 0 ? 0 : GW_EINVAL;
}

static socklen_t address_size(const struct sockaddr_storage *a)
{
    return a->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

static int listen_on(const struct http_server_options *o, int *fd, int *port, struct fault *fault)
{
    struct sockaddr_storage at;
    memset(&at, 0, sizeof(at));
    if (parse_address(o->address, o->port, &at) != 0)
        return fault_set(fault, GW_EINVAL, "listen.address: \"%s\" is not an IP address",
                         o->address);
    int s = socket(at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s < 0)
        return fault_set(fault, GW_EIO, "cannot make a socket: %s", strerror(errno));
    int on = 1, off = 0;
    socklen_t size = address_size(&at);
    if (setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        (at.ss_family == AF_INET6 &&
         setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) != 0) ||
        bind(s, (struct sockaddr *)&at, size) != 0 || listen(s, LISTEN_BACKLOG) != 0 ||
        getsockname(s, (struct sockaddr *)&at, &size) != 0) {
        int rc = fault_set(fault, GW_EIO, "cannot listen on %s port %d: %s", o->address, o->port,
                           strerror(errno));
        close(s);
        return rc;
    }
    *port = ntohs(at.ss_family == AF_INET ? ((struct sockaddr_in *)&at)->sin_port
                                          : ((struct sockaddr_in6 *)&at)->sin6_port);
    *fd = s;
    return 0;
}

static void on_mhd_message(void *server, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void on_mhd_message(void *server, const char *format, va_list args)
{
    char text[256];
    vsnprintf(text, sizeof(text), format, args);
    struct http_server *s = server;
    log_write(s->log, LOG_LEVEL_DEBUG, "http.library", NO_TRACE,
              LOG_FIELDS(LOG_SLICE("text", slice_trim(slice_of(text)))));
}

static struct MHD_Daemon *start_daemon(struct http_server *s, int fd,
                                       const struct http_server_options *o)
{
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_access, s, MHD_OPTION_EXTERNAL_LOGGER, on_mhd_message, s,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)s->connection_limit,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(o->idle_s ? o->idle_s : DEFAULT_IDLE_S),
        MHD_OPTION_URI_LOG_CALLBACK, on_request_line, s, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        s, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_END);
}

static char **copy_list(const char *const *list)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    char **copy = mem_alloc((n + 1) * sizeof(*copy));
    for (size_t i = 0; i < n; i++)
        copy[i] = mem_dup(slice_of(list[i]));
    return copy;
}

static void server_free(struct http_server *s)
{
    for (size_t i = 0; s->trusted[i]; i++)
        free(s->trusted[i]);
    free(s->trusted);
    request_free_spares(s);
    free(s);
}

static struct http_server *server_new(const struct http_server_options *o)
{
    struct http_server *s = mem_alloc(sizeof(*s));
    uint64_t deadline_ms = (uint64_t)(o->deadline_ms ? o->deadline_ms : DEFAULT_DEADLINE_MS);
    uint64_t idle_ms = 1000 * (uint64_t)(o->idle_s ? o->idle_s : DEFAULT_IDLE_S);
    s->loop = o->loop;
    s->connection_limit = o->connection_limit ? o->connection_limit : DEFAULT_CONNECTIONS;
    s->body_limit = o->body_limit ? o->body_limit : DEFAULT_BODY;
    s->durations[DEADLINE_BUSY] = deadline_ms;
    s->durations[DEADLINE_IDLE] = idle_ms + deadline_ms;
    s->trusted = copy_list(o->trusted_proxies);
    s->handle = o->handle;
    s->context = o->context;
    s->metrics = o->metrics;
    s->log = o->log;
    return s;
}

/* Cannot fail half-way: the timers never fail, and the descriptor is fresh. */
static int open_handles(struct http_server *s, struct fault *fault)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    int rc = info ? uv_poll_init(s->loop, &s->poll, info->epoll_fd) : UV_EINVAL;
    if (rc != 0)
        return fault_set(fault, GW_EIO, "cannot poll the HTTP server: %s", uv_strerror(rc));
    uv_timer_init(s->loop, &s->run_timer);
    uv_timer_init(s->loop, &s->deadline_timer);
    uv_idle_init(s->loop, &s->soon);
    s->poll.data = s->run_timer.data = s->deadline_timer.data = s->soon.data = s;
    s->open_handles = 4;
    rc = uv_poll_start(&s->poll, UV_READABLE, on_readable);
    if (rc != 0)
        abort(); /* only for a closing handle or a bad descriptor */
    return 0;
}

int http_server_start(const struct http_server_options *options, struct http_server **out,
                      struct fault *fault)
{
    int fd = -1, port = 0;
    int rc = listen_on(options, &fd, &port, fault);
    if (rc != 0)
        return rc;
    struct http_server *s = server_new(options);
    s->port = port;
    s->daemon = start_daemon(s, fd, options);
    if (!s->daemon) {
        close(fd);
        rc = fault_set(fault, GW_EIO, "cannot start the HTTP server on port %d", port);
        goto err_server;
    }
    rc = open_handles(s, fault);
    if (rc != 0)
        goto err_daemon;
    http_server_run(s);
    *out = s;
    return 0;

err_daemon:
    MHD_stop_daemon(s->daemon);
err_server:
    server_free(s);
    return rc;
}

int http_server_port(const struct http_server *s)
{
    return s->port;
}

int http_server_pending(const struct http_server *s)
{
    return s->pending;
}

void http_server_quiesce(struct http_server *s)
{
    if (s->quiesced)
        return;
    s->quiesced = true;
    int fd = MHD_quiesce_daemon(s->daemon);
    if (fd >= 0)
        close(fd);
}

void http_server_closed_one(struct http_server *s)
{
    if (!s->stopping || s->open_handles > 0 || s->lingerings > 0)
        return;
    void (*closed)(void *context) = s->closed;
    void *context = s->closed_context;
    server_free(s);
    closed(context);
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct http_server *s = handle->data;
    s->open_handles--;
    http_server_closed_one(s);
}

void http_server_stop(struct http_server *s, void (*closed)(void *context), void *context)
{
    s->closed = closed;
    s->closed_context = context;
    s->ending = true;
    /* libmicrohttpd ends the program when it is stopped with suspended connections. */
    while (s->waiting)
        request_kill(s->waiting);
    http_server_run(s);
    s->stopping = true;
    uv_poll_stop(&s->poll);
    MHD_stop_daemon(s->daemon);
    linger_stop_all(s);
    uv_close((uv_handle_t *)&s->poll, on_handle_closed);
    uv_close((uv_handle_t *)&s->run_timer, on_handle_closed);
    uv_close((uv_handle_t *)&s->deadline_timer, on_handle_closed);
    uv_close((uv_handle_t *)&s->soon, on_handle_closed);
}
