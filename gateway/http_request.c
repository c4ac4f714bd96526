#include <stdlib.h>
#include <string.h>

#include "gateway/http_internal.h"
#include "gateway/log.h"
#include "gateway/metrics.h"

enum {
    SPARES_MAX = 256,
    SPARE_BODY = 8 * 1024,     /* a larger body buffer is not kept */
    OVERRUN_MAX = 1024 * 1024, /* read past the limit of a body of unknown length, then cut */
};

#define BIT(n) (1u << (n))

/* Where each state may go. */
static const unsigned allowed[REQUEST_STATES] = {
    [REQUEST_READING] = BIT(REQUEST_HANDLING) | BIT(REQUEST_ANSWERED),
    [REQUEST_HANDLING] = BIT(REQUEST_WAITING) | BIT(REQUEST_ANSWERED),
    [REQUEST_WAITING] = BIT(REQUEST_ANSWERED) | BIT(REQUEST_DEAD),
    [REQUEST_ANSWERED] = BIT(REQUEST_QUEUED),
};

static void request_move(struct request *r, enum request_state to)
{
    struct http_server *s = r->conn->server;
    if (!(allowed[r->state] & BIT(to)))
        abort(); /* answered twice, or after on_closed: the handler's fault */
    if (to == REQUEST_HANDLING) {
        r->handled = true;
        s->pending++;
    }
    if (to == REQUEST_WAITING) {
        r->prev = NULL;
        r->next = s->waiting;
        if (r->next)
            r->next->prev = r;
        s->waiting = r;
    } else if (r->state == REQUEST_WAITING) {
        *(r->prev ? &r->prev->next : &s->waiting) = r->next;
        if (r->next)
            r->next->prev = r->prev;
        r->prev = r->next = NULL;
    }
    r->state = to;
}

static struct request *request_new(struct http_conn *c)
{
    struct http_server *s = c->server;
    struct request *r = s->spare;
    if (r) {
        s->spare = r->next;
        s->spares--;
        r->next = NULL;
    } else {
        r = mem_alloc(sizeof(*r));
        sbuf_init(&r->body, s->body_limit);
    }
    r->conn = c;
    r->state = REQUEST_READING;
    r->http.arena = &r->arena;
    return r;
}

static void request_destroy(struct request *r)
{
    arena_free(&r->arena);
    sbuf_free(&r->body);
    free(r);
}

static void request_free(struct request *r)
{
    struct http_server *s = r->conn->server;
    if (s->spares >= SPARES_MAX || r->body.cap > SPARE_BODY) {
        request_destroy(r);
        return;
    }
    struct arena arena = r->arena;
    struct sbuf body = r->body;
    arena_reset(&arena);
    sbuf_clear(&body);
    *r = (struct request){ .arena = arena, .body = body, .next = s->spare };
    s->spare = r;
    s->spares++;
}

void request_free_spares(struct http_server *s)
{
    while (s->spare) {
        struct request *r = s->spare;
        s->spare = r->next;
        request_destroy(r);
    }
    s->spares = 0;
}

void *on_request_line(void *server, const char *uri, struct MHD_Connection *mhd)
{
    (void)server;
    struct http_conn *c = conn_of(mhd);
    if (!c)
        return NULL;
    struct request *r = request_new(c);
    c->request = r;
    r->begun_at = uv_hrtime();
    struct slice rest = arena_dup(&r->arena, slice_of(uri));
    if (slice_next(&rest, '?', &r->http.path))
        r->http.query = rest;
    deadline_set(c, DEADLINE_BUSY);
    return r;
}

struct slice http_header(const struct http_request *r, const char *name)
{
    const struct request *request = (const struct request *)r;
    return slice_of(MHD_lookup_connection_value(request->conn->mhd, MHD_HEADER_KIND, name));
}

static bool add_header(struct MHD_Response *response, const char *name, const char *value)
{
    return MHD_add_response_header(response, name, value) == MHD_YES;
}

static struct MHD_Response *make_response(const struct http_answer *a, bool close)
{
    /* The cast is libmicrohttpd's wish: with MUST_COPY it only reads. */
    void *body = (void *)(uintptr_t)(a->body.n ? a->body.p : "");
    struct MHD_Response *response =
        MHD_create_response_from_buffer(a->body.n, body, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return NULL;
    bool ok = add_header(response, "Content-Type",
                         a->content_type ? a->content_type : "text/plain; charset=utf-8");
    for (size_t i = 0; i + 1 < sizeof(a->headers) / sizeof(a->headers[0]) && a->headers[i]; i += 2)
        ok = add_header(response, a->headers[i], a->headers[i + 1]) && ok;
    if (close)
        ok = add_header(response, "Connection", "close") && ok;
    if (ok)
        return response;
    MHD_destroy_response(response);
    return NULL;
}

/* READING, HANDLING or WAITING → ANSWERED. */
static void request_answer(struct request *r, const struct http_answer *answer)
{
    struct http_server *s = r->conn->server;
    r->response = make_response(answer, answer->close || s->quiesced);
    r->status = answer->status;
    if (!r->response) { /* a header that is none: the fault of whoever made the answer */
        log_write(s->log, LOG_LEVEL_ERROR, "http.bad_answer", NO_TRACE,
                  LOG_FIELDS(LOG_INT("status", answer->status)));
        r->status = 500;
        r->response = make_response(&(struct http_answer){ .status = 500 }, true);
    }
    request_move(r, REQUEST_ANSWERED);
}

void http_answer(struct http_request *http, const struct http_answer *answer,
                 void (*sent)(void *context, bool ok), void *context)
{
    struct request *r = (struct request *)http;
    bool waiting = r->state == REQUEST_WAITING;
    r->sent = sent;
    r->sent_context = context;
    request_answer(r, answer);
    if (waiting) {
        MHD_resume_connection(r->conn->mhd);
        http_server_run_soon(r->conn->server);
    }
}

void request_kill(struct request *r)
{
    request_move(r, REQUEST_DEAD);
    if (r->http.on_closed)
        r->http.on_closed(&r->http);
    MHD_resume_connection(r->conn->mhd);
    http_server_run_soon(r->conn->server);
}

void request_late(struct request *r)
{
    if (r->http.on_closed)
        r->http.on_closed(&r->http);
    r->sent = NULL;
    request_answer(
        r, &(struct http_answer){ .status = 503, .body = SLICE("not in time\n"), .close = true });
    MHD_resume_connection(r->conn->mhd);
    http_server_run_soon(r->conn->server);
}

static enum MHD_Result queue_response(struct request *r)
{
    if (!r->response)
        return MHD_NO;
    enum MHD_Result ok = MHD_queue_response(r->conn->mhd, (unsigned)r->status, r->response);
    MHD_destroy_response(r->response);
    r->response = NULL;
    request_move(r, REQUEST_QUEUED);
    deadline_set(r->conn, DEADLINE_BUSY);
    return ok;
}

static enum MHD_Result refuse_body(struct request *r)
{
    metrics_count(r->conn->server->metrics, METRIC_HTTP_CUT, HTTP_CUT_TOO_BIG, 1);
    r->conn->linger = true;
    request_answer(r, &(struct http_answer){
                          .status = 413, .body = SLICE("body too large\n"), .close = true });
    return queue_response(r);
}

/* The headers are there. An answer given now is sent before the body is read. */
static enum MHD_Result on_headers(struct request *r, const char *method)
{
    r->http.method = slice_of(method);
    struct slice length = http_header(&r->http, "Content-Length");
    int64_t n;
    if (length.n &&
        (slice_to_int(length, &n) != 0 || n < 0 || (uint64_t)n > r->conn->server->body_limit))
        return refuse_body(r);
    return MHD_YES;
}

static enum MHD_Result on_body(struct request *r, const char *upload, size_t *size)
{
    struct http_server *s = r->conn->server;
    sbuf_add(&r->body, (struct slice){ upload, *size });
    /* A response cannot be queued before the last byte, so a little too much is read and dropped.
     */
    if (r->body.failed) {
        r->overrun += *size;
        if (r->overrun > OVERRUN_MAX) {
            metrics_count(s->metrics, METRIC_HTTP_CUT, HTTP_CUT_TOO_BIG, 1);
            return MHD_NO;
        }
    }
    *size = 0;
    return MHD_YES;
}

static enum MHD_Result on_request(struct request *r)
{
    struct http_server *s = r->conn->server;
    if (s->ending)
        return MHD_NO;
    if (r->body.failed)
        return refuse_body(r);
    r->complete_at = uv_hrtime();
    metrics_observe(s->metrics, METRIC_STAGE, STAGE_RECEIVE, r->complete_at - r->begun_at);
    r->http.body = sbuf_slice(&r->body);
    r->http.content_type = http_header(&r->http, "Content-Type");
    r->http.remote = conn_remote(r->conn, &r->arena);
    request_move(r, REQUEST_HANDLING);
    s->handle(s->context, &r->http);
    if (r->state == REQUEST_ANSWERED)
        return queue_response(r);
    request_move(r, REQUEST_WAITING);
    MHD_suspend_connection(r->conn->mhd);
    return MHD_YES;
}

enum MHD_Result on_access(void *server, struct MHD_Connection *mhd, const char *url,
                          const char *method, const char *version, const char *upload,
                          size_t *upload_size, void **request)
{
    (void)server;
    (void)mhd;
    (void)url;
    (void)version;
    struct request *r = *request;
    if (!r)
        return MHD_NO;
    switch (r->state) {
    case REQUEST_READING:
        if (!r->http.method.p)
            return on_headers(r, method);
        return *upload_size ? on_body(r, upload, upload_size) : on_request(r);
    case REQUEST_ANSWERED:
        return queue_response(r);
    case REQUEST_QUEUED:
        *upload_size = 0;
        return MHD_YES;
    default:
        return MHD_NO;
    }
}

static enum http_class class_of(int status)
{
    if (status < 300)
        return HTTP_2XX;
    if (status < 400)
        return HTTP_3XX;
    return status < 500 ? HTTP_4XX : HTTP_5XX;
}

void on_completed(void *server, struct MHD_Connection *mhd, void **request,
                  enum MHD_RequestTerminationCode how)
{
    (void)mhd;
    struct http_server *s = server;
    struct request *r = *request;
    if (!r)
        return;
    *request = NULL;
    struct http_conn *c = r->conn;
    c->request = NULL;
    bool ok = how == MHD_REQUEST_TERMINATED_COMPLETED_OK && r->state == REQUEST_QUEUED;
    if (r->response)
        MHD_destroy_response(r->response);
    if (ok) {
        metrics_count(s->metrics, METRIC_HTTP_REQUESTS, class_of(r->status), 1);
        deadline_set(c, DEADLINE_IDLE);
    }
    if (r->handled) {
        s->pending--;
        if (ok)
            metrics_observe(s->metrics, METRIC_STAGE, STAGE_REPLY, uv_hrtime() - r->complete_at);
    }
    void (*sent)(void *context, bool ok) = r->sent;
    void *context = r->sent_context;
    request_free(r);
    if (sent)
        sent(context, ok);
}
