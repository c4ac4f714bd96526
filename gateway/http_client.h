/* Requests of our own over HTTP: libcurl's multi interface on the libuv loop. Only ever touched on
 * the loop's thread. No redirects, TLS verified, only http and https, connections reused, and a
 * request that may have been taken is never written twice. */
#ifndef GATEWAY_HTTP_CLIENT_H
#define GATEWAY_HTTP_CLIENT_H

#include <uv.h>

#include "gateway/base/error.h"
#include "gateway/base/slice.h"

struct http_client;
struct http_transfer;

struct http_client_options {
    uv_loop_t *loop;
    int connections;     /* at most; 0 means 32 */
    const char *proxy;   /* URL of a proxy; NULL or "": none (the environment is not asked) */
    const char *ca_file; /* certificates to trust; NULL: the system's */
};

struct http_fetch {
    const char *method; /* "GET" or "POST" */
    struct slice url;
    const char *headers[16]; /* "Name: value", NULL-terminated */
    struct slice body;       /* POST */
    int timeout_ms;          /* for all of it; 0 means 10000 */
    size_t limit;            /* bytes of the answer's body; 0 means 64 KiB */
};

/* Borrowed until the callback returns. */
struct http_fetched {
    int status; /* 0: no whole answer (time-out, too large, refused, cut off) */
    bool sent;  /* part of the request left the machine: without a status it may have worked */
    struct slice body;
    int64_t retry_after; /* seconds from Retry-After (number or date), 0 when absent */
    const char *error;   /* why there is no answer, without the URL; "" */
};
typedef void (*http_fetched_cb)(void *context, const struct http_fetched *result);

/* GW_EIO with the fault when libcurl refuses. The options are copied. */
GW_MUSTCHECK int http_client_start(const struct http_client_options *options,
                                   struct http_client **out, struct fault *fault);

/* Copies what it needs. `done` is called exactly once, never before this returns. The transfer is
 * valid until then. */
struct http_transfer *http_client_send(struct http_client *c, const struct http_fetch *fetch,
                                       http_fetched_cb done, void *context);
/* Gives it up: `done` runs on the loop, soon, with status 0. */
void http_client_cancel(struct http_transfer *t);

/* Gives up all transfers (`done` is called for each), then `closed` runs after the last handle is
 * gone. */
void http_client_stop(struct http_client *c, void (*closed)(void *context), void *context);

#endif
