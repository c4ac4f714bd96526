#include <stdlib.h>
#include <sys/socket.h>

#include "gateway/http_internal.h"
#include "gateway/log.h"
#include "gateway/metrics.h"

static void unlink_conn(struct http_conn *c)
{
    struct http_server *s = c->server;
    if (c->list == DEADLINE_NONE)
        return;
    *(c->prev ? &c->prev->next : &s->first[c->list]) = c->next;
    *(c->next ? &c->next->prev : &s->last[c->list]) = c->prev;
    c->prev = c->next = NULL;
    c->list = DEADLINE_NONE;
}

static void on_deadline_timer(uv_timer_t *timer);

static void arm(struct http_server *s, uint64_t wait_ms)
{
    if (uv_timer_start(&s->deadline_timer, on_deadline_timer, wait_ms, 0) != 0)
        abort(); /* fails only on a closing handle, and stopping comes first */
}

void deadline_set(struct http_conn *c, enum deadline_list list)
{
    struct http_server *s = c->server;
    unlink_conn(c);
    if (list == DEADLINE_NONE || s->stopping)
        return;
    c->list = list;
    c->due = uv_now(s->loop) + s->durations[list];
    c->prev = s->last[list];
    *(c->prev ? &c->prev->next : &s->first[list]) = c;
    s->last[list] = c;
    /* A running timer is due earlier or finds this one when it looks again; only a longer list that
     * runs alone may have it too late. */
    if (!uv_is_active((uv_handle_t *)&s->deadline_timer) ||
        uv_timer_get_due_in(&s->deadline_timer) > s->durations[list])
        arm(s, s->durations[list]);
}

/* A request that waits for its answer is told that there will be none in time. Else the peer and
 * libmicrohttpd both see the end of the connection; its callbacks do the rest. */
static void cut(struct http_conn *c)
{
    struct http_server *s = c->server;
    bool busy = c->list == DEADLINE_BUSY;
    deadline_set(c, DEADLINE_NONE);
    if (busy) {
        metrics_count(s->metrics, METRIC_HTTP_CUT, HTTP_CUT_DEADLINE, 1);
        log_write(s->log, LOG_LEVEL_INFO, "http.deadline", NO_TRACE,
                  LOG_FIELDS(LOG_TEXT("remote", c->remote)));
    }
    if (c->request && c->request->state == REQUEST_WAITING) {
        request_late(c->request);
        return;
    }
    /* It fails only when the peer is gone already. */
    (void)shutdown(c->fd, SHUT_RDWR);
}

static void on_deadline_timer(uv_timer_t *timer)
{
    struct http_server *s = timer->data;
    uint64_t now = uv_now(s->loop);
    uint64_t next = UINT64_MAX;
    for (int list = DEADLINE_BUSY; list < DEADLINE_LISTS; list++) {
        while (s->first[list] && s->first[list]->due <= now)
            cut(s->first[list]);
        if (s->first[list] && s->first[list]->due < next)
            next = s->first[list]->due;
    }
    if (next != UINT64_MAX)
        arm(s, next - now);
    http_server_run(s);
}
