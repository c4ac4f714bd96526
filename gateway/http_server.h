/* The HTTP side: GNU libmicrohttpd without threads of its own, its epoll descriptor polled by the
 * libuv loop. Only ever touched on the loop's thread. */
#ifndef GATEWAY_HTTP_SERVER_H
#define GATEWAY_HTTP_SERVER_H

#include <uv.h>

#include "gateway/base/error.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

struct http_server;
struct log;
struct metrics;

/* A request whose body has arrived in full. Valid until it was answered. */
struct http_request {
    struct slice method;
    struct slice path;  /* as sent, without the query, percent-decoding not applied */
    struct slice query; /* raw, without the ? */
    struct slice body;
    struct slice remote; /* the peer's address, or the first untrusted hop of X-Forwarded-For */
    struct slice content_type;
    struct arena *arena; /* lives as long as the request */
    void *user;          /* the handler's own */
    void (*on_closed)(
        struct http_request *r); /* set by the handler: the connection went away or the
               deadline passed before http_answer; the request ends after this call */
};

/* A header of the request, empty when absent. Borrowed. */
struct slice http_header(const struct http_request *r, const char *name);

struct http_answer {
    int status;
    const char *content_type; /* static; NULL means text/plain; charset=utf-8 */
    struct slice body;        /* copied */
    const char *headers[8];   /* name, value, name, value …, NULL; copied */
    bool close;               /* Connection: close */
};

/* Answers now or later (exactly once), on the loop's thread. Always with Content-Length. A request
 * not answered when its handler returns is suspended until then. `sent`, when not NULL, is told
 * whether the response went out in full (true) or the connection failed first (false). */
void http_answer(struct http_request *r, const struct http_answer *answer,
                 void (*sent)(void *context, bool ok), void *context);

struct http_server_options {
    uv_loop_t *loop;
    const char *address;  /* "127.0.0.1" */
    int port;             /* 0 lets the system choose, see http_server_port */
    int connection_limit; /* 0 means 1024 */
    size_t body_limit;    /* bytes; larger bodies get 413; 0 means 64 KiB */
    int idle_s;           /* keep-alive without a request; 0 means 30 */
    int deadline_ms; /* from a request's first line to its answer, which is 503 when the handler
                        has given none by then, and again from its answer to the last byte taken
                        by the peer; else the socket is shut down, whatever arrives; 0 means
                        15000. The first line itself must be there so long
                        after the connection was made, or idle_s + so long after the last answer */
    const char *const *trusted_proxies; /* NULL-terminated addresses; may be NULL */
    void (*handle)(void *context, struct http_request *r);
    void *context;
    struct metrics *metrics; /* may be NULL */
    struct log *log;         /* may be NULL */
};

/* Listens; GW_EIO or GW_EINVAL with the fault when it cannot. Headers of a request together have at
 * most 16 KiB; more gets 431. */
GW_MUSTCHECK int http_server_start(const struct http_server_options *options,
                                   struct http_server **out, struct fault *fault);
/* The port that is listened on. */
int http_server_port(const struct http_server *s);
/* Stops accepting; what is in hand may still be answered, and each answer closes its connection. */
void http_server_quiesce(struct http_server *s);
/* Requests given to the handler whose answer has not gone out yet. */
int http_server_pending(const struct http_server *s);
/* Resumes and closes everything; `closed` runs on the loop's thread after the last handle is gone.
 */
void http_server_stop(struct http_server *s, void (*closed)(void *context), void *context);

#endif
