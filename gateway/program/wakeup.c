#include "gateway/program/wakeup.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "gateway/shared.h"

enum { PATH_LIMIT = 4096, POLL_MS = 2000 };

static bool path_of(const char *data_dir, char path[PATH_LIMIT])
{
    int n = snprintf(path, PATH_LIMIT, "%s/wake", data_dir);
    return n > 0 && n < PATH_LIMIT;
}

void wakeup_touch(const char *data_dir)
{
    char path[PATH_LIMIT];
    int fd = path_of(data_dir, path) ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd < 0)
        return;
    ssize_t written = pwrite(fd, "\n", 1, 0);
    (void)written; /* on a full disk there are no rows to look at either */
    close(fd);
}

static void look(struct gateway *g)
{
    if (g->stopping)
        return;
    if (g->dispatch != NULL)
        dispatch_wake(g->dispatch);
    background_wake(g);
}

static void on_touched(uv_fs_event_t *handle, const char *name, int events, int status)
{
    struct gateway *g = handle->data;
    (void)name;
    (void)events;
    if (status != 0 || g->stopping)
        return;
    look(g);
    shared_wake(g->shared, WAKE_OUTBOX | WAKE_TIMERS);
}

static void on_poll(uv_timer_t *timer)
{
    look(timer->data);
}

/* Rows of a process on another machine: nobody touches a file here for them. */
static int poll_shared(struct gateway *g)
{
    if (!store_shared(g->in.store))
        return 0;
    int rc = uv_timer_init(&g->loop, &g->poll);
    if (rc != 0)
        return rc;
    g->poll.data = g;
    return uv_timer_start(&g->poll, on_poll, POLL_MS, POLL_MS);
}

int wakeup_watch(struct gateway *g, struct fault *fault)
{
    char path[PATH_LIMIT];
    wakeup_touch(g->in.data_dir); /* it must exist to be watched */
    if (!path_of(g->in.data_dir, path))
        return fault_set(fault, GW_EIO, "%s: the path is too long", g->in.data_dir);
    int rc = poll_shared(g);
    if (rc == 0)
        rc = uv_fs_event_init(&g->loop, &g->wakeup);
    if (rc == 0) {
        g->wakeup.data = g;
        rc = uv_fs_event_start(&g->wakeup, on_touched, path, 0);
    }
    return rc == 0 ? GW_OK
                   : fault_set(fault, GW_EIO, "%s cannot be watched: %s", path, uv_strerror(rc));
}
