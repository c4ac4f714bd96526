#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/http_internal.h"

enum {
    LINGER_MS = 2000,
    LINGER_BYTES = 4 * 1024 * 1024, /* read and thrown away, at most */
    LINGERINGS_MAX = 64,
};

/* Closing a socket with unread bytes sends a reset, which may reach the client before it has read
 * the answer that was sent ahead of it (RFC 9112, 9.6: close in stages). */
struct http_linger {
    struct http_server *server;
    struct http_linger *prev, *next;
    uv_poll_t poll;
    uv_timer_t timer;
    int open_handles;
    int fd;
    size_t left;
};

static void on_handle_closed(uv_handle_t *handle)
{
    struct http_linger *l = handle->data;
    if (--l->open_handles > 0)
        return;
    struct http_server *s = l->server;
    close(l->fd);
    free(l);
    s->lingerings--;
    http_server_closed_one(s);
}

static void linger_end(struct http_linger *l)
{
    if (uv_is_closing((uv_handle_t *)&l->poll))
        return;
    *(l->prev ? &l->prev->next : &l->server->lingering) = l->next;
    if (l->next)
        l->next->prev = l->prev;
    uv_close((uv_handle_t *)&l->poll, on_handle_closed);
    uv_close((uv_handle_t *)&l->timer, on_handle_closed);
}

static void on_linger_timer(uv_timer_t *timer)
{
    linger_end(timer->data);
}

static void on_more(uv_poll_t *poll, int status, int events)
{
    (void)events;
    struct http_linger *l = poll->data;
    char thrown_away[16 * 1024];
    ssize_t n = status == 0 ? recv(l->fd, thrown_away, sizeof(thrown_away), 0) : -1;
    if (n <= 0 || (size_t)n >= l->left)
        linger_end(l);
    else
        l->left -= (size_t)n;
}

void linger_start(struct http_server *s, int fd)
{
    struct http_linger *l = mem_alloc(sizeof(*l));
    if (s->lingerings >= LINGERINGS_MAX || uv_poll_init(s->loop, &l->poll, fd) != 0) {
        close(fd);
        free(l);
        return;
    }
    l->server = s;
    l->fd = fd;
    l->left = LINGER_BYTES;
    uv_timer_init(s->loop, &l->timer);
    l->poll.data = l->timer.data = l;
    l->open_handles = 2;
    l->next = s->lingering;
    if (l->next)
        l->next->prev = l;
    s->lingering = l;
    s->lingerings++;
    if (uv_poll_start(&l->poll, UV_READABLE, on_more) != 0 ||
        uv_timer_start(&l->timer, on_linger_timer, LINGER_MS, 0) != 0)
        linger_end(l);
}

void linger_stop_all(struct http_server *s)
{
    while (s->lingering)
        linger_end(s->lingering);
}
