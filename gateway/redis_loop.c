#include "gateway/redis_loop.h"

#include <hiredis/async.h>
#include <stdlib.h>

#include "gateway/base/mem.h"

struct watch {
    uv_poll_t poll;
    redisAsyncContext *context; /* NULL once it is gone */
    int events;
};

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct watch *w = poll->data;
    if (status < 0) /* libuv stopped to poll: reading finds out why */
        events = UV_READABLE | UV_WRITABLE;
    if (w->context != NULL && events & UV_READABLE)
        redisAsyncHandleRead(w->context);
    if (w->context != NULL && events & UV_WRITABLE)
        redisAsyncHandleWrite(w->context);
}

static void want(struct watch *w, int events)
{
    if (w->context == NULL || events == w->events)
        return;
    w->events = events;
    if (events == 0)
        uv_poll_stop(&w->poll);
    else if (uv_poll_start(&w->poll, events, on_ready) != 0)
        abort(); /* fails only on a closing handle */
}

static void add_read(void *data)
{
    struct watch *w = data;
    want(w, w->events | UV_READABLE);
}

static void del_read(void *data)
{
    struct watch *w = data;
    want(w, w->events & ~UV_READABLE);
}

static void add_write(void *data)
{
    struct watch *w = data;
    want(w, w->events | UV_WRITABLE);
}

static void del_write(void *data)
{
    struct watch *w = data;
    want(w, w->events & ~UV_WRITABLE);
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void cleanup(void *data)
{
    struct watch *w = data;
    if (w->context == NULL)
        return;
    w->context = NULL;
    uv_close((uv_handle_t *)&w->poll, on_closed);
}

int redis_loop_attach(uv_loop_t *loop, struct redisAsyncContext *context)
{
    struct watch *w = mem_alloc(sizeof *w);
    if (uv_poll_init(loop, &w->poll, context->c.fd) != 0) {
        free(w);
        return GW_EIO;
    }
    w->poll.data = w;
    w->context = context;
    context->ev.data = w;
    context->ev.addRead = add_read;
    context->ev.delRead = del_read;
    context->ev.addWrite = add_write;
    context->ev.delWrite = del_write;
    context->ev.cleanup = cleanup;
    return GW_OK;
}
