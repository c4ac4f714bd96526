#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gateway/http_internal.h"
#include "gateway/metrics.h"

struct http_conn *conn_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

/* IPv4 addresses that came in over an IPv6 socket are written as IPv4. */
static void write_address(const struct sockaddr *sa, char out[INET6_ADDRSTRLEN])
{
    out[0] = '\0';
    if (sa && sa->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)sa;
        inet_ntop(AF_INET, &in->sin_addr, out, INET6_ADDRSTRLEN);
    } else if (sa && sa->sa_family == AF_INET6) {
        const struct in6_addr *in = &((const struct sockaddr_in6 *)sa)->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(in))
            inet_ntop(AF_INET, &in->s6_addr[12], out, INET6_ADDRSTRLEN);
        else
            inet_ntop(AF_INET6, in, out, INET6_ADDRSTRLEN);
    }
}

static bool is_trusted(const struct http_server *s, struct slice address)
{
    for (size_t i = 0; s->trusted[i]; i++) {
        if (slice_eq(address, slice_of(s->trusted[i])))
            return true;
    }
    return false;
}

static bool is_address(struct slice s)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char bytes[sizeof(struct in6_addr)];
    if (s.n == 0 || s.n >= sizeof(text))
        return false;
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

/* Takes the last hop off the end of the list. */
static struct slice last_hop(struct slice *list)
{
    size_t at = list->n;
    while (at > 0 && list->p[at - 1] != ',')
        at--;
    struct slice hop = slice_trim(slice_skip(*list, at));
    *list = slice_head(*list, at > 0 ? at - 1 : 0);
    return hop;
}

struct slice conn_remote(const struct http_conn *c, struct arena *a)
{
    struct slice remote = slice_of(c->remote);
    if (!c->trusted)
        return remote;
    /* Each proxy appends its peer, so what stands left of an untrusted hop may be invented. */
    struct slice hops =
        slice_of(MHD_lookup_connection_value(c->mhd, MHD_HEADER_KIND, "X-Forwarded-For"));
    while (hops.n > 0) {
        struct slice hop = last_hop(&hops);
        if (!is_address(hop))
            break;
        remote = hop;
        if (!is_trusted(c->server, hop))
            break;
    }
    return arena_dup(a, remote);
}

static void conn_open(struct http_server *s, struct MHD_Connection *mhd, void **conn)
{
    struct http_conn *c = mem_alloc(sizeof(*c));
    c->server = s;
    c->mhd = mhd;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    c->fd = info ? info->connect_fd : -1;
    info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    write_address(info ? info->client_addr : NULL, c->remote);
    c->trusted = is_trusted(s, slice_of(c->remote));
    *conn = c;
    deadline_set(c, DEADLINE_BUSY);
    s->connections++;
    metrics_count(s->metrics, METRIC_HTTP_CONNECTIONS, 0, 1);
}

static void conn_close(struct http_server *s, struct http_conn *c)
{
    /* libmicrohttpd reports the end of a request only once its handler was called. */
    if (c->request) {
        void *request = c->request;
        on_completed(s, c->mhd, &request, MHD_REQUEST_TERMINATED_WITH_ERROR);
    }
    deadline_set(c, DEADLINE_NONE);
    if (c->linger && !s->stopping) {
        int fd = fcntl(c->fd, F_DUPFD_CLOEXEC, 0);
        if (fd >= 0)
            linger_start(s, fd);
    }
    s->room = s->connections-- >= s->connection_limit || s->room;
    metrics_count(s->metrics, METRIC_HTTP_CONNECTIONS, 0, -1);
    free(c);
}

void on_connection(void *server, struct MHD_Connection *mhd, void **conn,
                   enum MHD_ConnectionNotificationCode what)
{
    struct http_server *s = server;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        conn_open(s, mhd, conn);
    } else if (*conn) {
        conn_close(s, *conn);
        *conn = NULL;
    }
}
