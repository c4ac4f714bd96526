#include "gateway/http_client.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/mem.h"
#include "gateway/base/sbuf.h"

enum {
    DEFAULT_CONNECTIONS = 32,
    DEFAULT_TIMEOUT_MS = 10000,
    DEFAULT_LIMIT = 64 * 1024,
    CONNECT_TIMEOUT_MS = 5000,
    /* Providers and the boxes before them close idle connections after a minute or so. */
    IDLE_S = 30,
    SPARE_LIMIT = 256,
    BUFFER_BYTES = 4096, /* of each connection; answers of providers are short */
};

struct http_client {
    uv_loop_t *loop;
    CURLM *multi;
    uv_timer_t timer;
    uv_idle_t soon;              /* reports transfers that were cancelled */
    int open_handles;            /* timer, soon and one for each polled socket */
    struct http_transfer *first; /* all transfers */
    CURL **spare; /* handles of earlier transfers: making one costs more than a request */
    int spare_count, spare_limit;
    char *proxy, *ca_file;
    bool stopping;
    void (*closed)(void *context);
    void *closed_context;
};

struct http_transfer {
    struct http_client *client;
    struct http_transfer *prev, *next;
    CURL *easy;
    struct curl_slist *headers;
    struct sbuf body;
    bool written; /* request bytes left on an earlier connection */
    bool cancelled;
    bool too_large;
    http_fetched_cb done;
    void *context;
};

/* One socket of libcurl; freed only when its poll handle is closed. */
struct polled {
    struct http_client *client;
    uv_poll_t poll;
    curl_socket_t fd;
};

static void client_handle_closed(struct http_client *c)
{
    if (--c->open_handles > 0)
        return;
    void (*closed)(void *context) = c->closed;
    void *context = c->closed_context;
    free(c->proxy);
    free(c->ca_file);
    free(c->spare);
    free(c);
    closed(context);
}

static void on_client_closed(uv_handle_t *handle)
{
    client_handle_closed(handle->data);
}

static void easy_give(struct http_client *c, CURL *easy)
{
    if (c->spare_count == c->spare_limit || c->stopping) {
        curl_easy_cleanup(easy);
        return;
    }
    curl_easy_reset(easy);
    c->spare[c->spare_count++] = easy;
}

static CURL *easy_take(struct http_client *c)
{
    CURL *easy = c->spare_count > 0 ? c->spare[--c->spare_count] : curl_easy_init();
    if (!easy)
        mem_exhausted();
    return easy;
}

static void transfer_free(struct http_transfer *t)
{
    struct http_client *c = t->client;
    *(t->prev ? &t->prev->next : &c->first) = t->next;
    if (t->next)
        t->next->prev = t->prev;
    easy_give(c, t->easy);
    curl_slist_free_all(t->headers);
    sbuf_free(&t->body);
    free(t);
}

static bool was_sent(const struct http_transfer *t)
{
    long written = 0;
    if (curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &written) != CURLE_OK)
        return true;
    return t->written || written > 0;
}

/* Reports a transfer and frees it. */
static void transfer_end(struct http_transfer *t, CURLcode code)
{
    struct http_fetched result = { .error = "", .sent = was_sent(t) };
    long status = 0;
    curl_off_t retry_after = 0;
    if (t->cancelled) {
        result.error = "given up";
    } else if (t->too_large) {
        result.error = "the answer is too large";
    } else if (code != CURLE_OK) {
        result.error = curl_easy_strerror(code);
    } else if (curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK) {
        result.status = (int)status;
        result.body = sbuf_slice(&t->body);
        if (curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &retry_after) == CURLE_OK)
            result.retry_after = retry_after;
    }
    curl_multi_remove_handle(t->client->multi, t->easy);
    t->done(t->context, &result);
    transfer_free(t);
}

/* After every call of curl_multi_socket_action: a transfer may end in any of them. */
static void reap(struct http_client *c)
{
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(c->multi, &left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        char *transfer = NULL;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        transfer_end((struct http_transfer *)(void *)transfer, code);
    }
}

static void act(struct http_client *c, curl_socket_t fd, int events)
{
    int running;
    if (c->stopping)
        return;
    (void)curl_multi_socket_action(c->multi, fd, events, &running);
    reap(c);
}

static void on_timer(uv_timer_t *timer)
{
    act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int on_timer_wanted(CURLM *multi, long wait_ms, void *client)
{
    (void)multi;
    struct http_client *c = client;
    if (uv_is_closing((uv_handle_t *)&c->timer))
        return 0;
    if (wait_ms < 0)
        return uv_timer_stop(&c->timer);
    /* libcurl must not be called from here, so even 0 takes the way over the loop. */
    return uv_timer_start(&c->timer, on_timer, (uint64_t)wait_ms, 0) == 0 ? 0 : -1;
}

static void on_polled(uv_poll_t *poll, int status, int events)
{
    struct polled *p = poll->data;
    int what = 0;
    if (status < 0)
        what = CURL_CSELECT_ERR;
    if (events & UV_READABLE)
        what |= CURL_CSELECT_IN;
    if (events & UV_WRITABLE)
        what |= CURL_CSELECT_OUT;
    act(p->client, p->fd, what);
}

static void on_polled_closed(uv_handle_t *handle)
{
    struct polled *p = handle->data;
    struct http_client *c = p->client;
    free(p);
    client_handle_closed(c);
}

static struct polled *polled_new(struct http_client *c, curl_socket_t fd)
{
    struct polled *p = mem_alloc(sizeof(*p));
    if (uv_poll_init_socket(c->loop, &p->poll, fd) != 0) {
        free(p);
        return NULL;
    }
    p->client = c;
    p->fd = fd;
    p->poll.data = p;
    c->open_handles++;
    curl_multi_assign(c->multi, fd, p);
    return p;
}

static int on_socket_wanted(CURL *easy, curl_socket_t fd, int what, void *client, void *socket)
{
    (void)easy;
    struct http_client *c = client;
    struct polled *p = socket;
    if (what == CURL_POLL_REMOVE) {
        if (p) { /* closing also stops polling at once, before libcurl closes the socket */
            curl_multi_assign(c->multi, fd, NULL);
            uv_close((uv_handle_t *)&p->poll, on_polled_closed);
        }
        return 0;
    }
    if (!p)
        p = polled_new(c, fd);
    if (!p)
        return -1;
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    return uv_poll_start(&p->poll, events, on_polled) == 0 ? 0 : -1;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *transfer)
{
    struct http_transfer *t = transfer;
    sbuf_add(&t->body, (struct slice){ bytes, size * n });
    t->too_large = t->body.failed;
    return t->body.failed ? 0 : size * n;
}

/* Called before each request is written. libcurl writes a request anew when a connection that it
 * used again ends without an answer; the provider may have taken the first, so a message could go
 * out twice. */
static int on_before_request(void *transfer, char *remote, char *local, int remote_port,
                             int local_port)
{
    (void)remote;
    (void)local;
    (void)remote_port;
    (void)local_port;
    struct http_transfer *t = transfer;
    t->written = was_sent(t);
    return t->written ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static struct http_transfer *first_cancelled(const struct http_client *c)
{
    struct http_transfer *t = c->first;
    while (t && !t->cancelled)
        t = t->next;
    return t;
}

static void on_soon(uv_idle_t *idle)
{
    struct http_client *c = idle->data;
    uv_idle_stop(idle);
    struct http_transfer *t;
    while ((t = first_cancelled(c)))
        transfer_end(t, CURLE_ABORTED_BY_CALLBACK);
}

int http_client_start(const struct http_client_options *options, struct http_client **out,
                      struct fault *fault)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return fault_set(fault, GW_EIO, "cannot initialise libcurl");
    CURLM *multi = curl_multi_init();
    if (!multi)
        return fault_set(fault, GW_EIO, "cannot make a libcurl multi handle");
    struct http_client *c = mem_alloc(sizeof(*c));
    c->loop = options->loop;
    c->multi = multi;
    c->proxy = mem_dup(slice_of(options->proxy));
    c->ca_file = mem_dup(slice_of(options->ca_file));
    uv_timer_init(c->loop, &c->timer);
    uv_idle_init(c->loop, &c->soon);
    c->timer.data = c->soon.data = c;
    c->open_handles = 2;
    long connections = options->connections ? options->connections : DEFAULT_CONNECTIONS;
    c->spare_limit = connections < SPARE_LIMIT ? (int)connections : SPARE_LIMIT;
    c->spare = mem_alloc((size_t)c->spare_limit * sizeof(*c->spare));
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, c);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, c);
    curl_multi_setopt(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, connections);
    *out = c;
    return 0;
}

static void set_limits(struct http_transfer *t, const struct http_fetch *f)
{
    struct http_client *c = t->client;
    long timeout_ms = f->timeout_ms ? f->timeout_ms : DEFAULT_TIMEOUT_MS;
    long connect_ms = timeout_ms < CONNECT_TIMEOUT_MS ? timeout_ms : CONNECT_TIMEOUT_MS;
    curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(t->easy, CURLOPT_BUFFERSIZE, (long)BUFFER_BYTES);
    curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    curl_easy_setopt(t->easy, CURLOPT_MAXAGE_CONN, (long)IDLE_S);
    curl_easy_setopt(t->easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(t->easy, CURLOPT_PROXY, c->proxy);
    if (c->ca_file[0])
        curl_easy_setopt(t->easy, CURLOPT_CAINFO, c->ca_file);
}

static void set_callbacks(struct http_transfer *t)
{
    curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
    curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(t->easy, CURLOPT_PREREQFUNCTION, on_before_request);
    curl_easy_setopt(t->easy, CURLOPT_PREREQDATA, t);
}

static struct curl_slist *add_header(struct curl_slist *list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(list, line);
    if (!longer)
        mem_exhausted();
    return longer;
}

static void set_request(struct http_transfer *t, const struct http_fetch *f)
{
    char *url = mem_dup(f->url);
    curl_easy_setopt(t->easy, CURLOPT_URL, url); /* copied */
    free(url);
    for (size_t i = 0; i < sizeof(f->headers) / sizeof(f->headers[0]) && f->headers[i]; i++)
        t->headers = add_header(t->headers, f->headers[i]);
    if (strcmp(f->method, "POST") == 0) {
        curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)f->body.n);
        curl_easy_setopt(t->easy, CURLOPT_COPYPOSTFIELDS, f->body.n ? f->body.p : "");
        /* Asking first costs a round trip, and some providers never answer it. */
        t->headers = add_header(t->headers, "Expect:");
    }
    curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
}

struct http_transfer *http_client_send(struct http_client *c, const struct http_fetch *fetch,
                                       http_fetched_cb done, void *context)
{
    struct http_transfer *t = mem_alloc(sizeof(*t));
    t->client = c;
    t->done = done;
    t->context = context;
    t->next = c->first;
    if (t->next)
        t->next->prev = t;
    c->first = t;
    sbuf_init(&t->body, fetch->limit ? fetch->limit : DEFAULT_LIMIT);
    t->easy = easy_take(c);
    set_callbacks(t);
    set_limits(t, fetch);
    set_request(t, fetch);
    if (c->stopping || curl_multi_add_handle(c->multi, t->easy) != CURLM_OK)
        http_client_cancel(t);
    return t;
}

void http_client_cancel(struct http_transfer *t)
{
    t->cancelled = true;
    if (uv_idle_start(&t->client->soon, on_soon) != 0)
        abort(); /* fails only without a callback */
}

void http_client_stop(struct http_client *c, void (*closed)(void *context), void *context)
{
    c->closed = closed;
    c->closed_context = context;
    c->stopping = true;
    while (c->first) {
        c->first->cancelled = true;
        transfer_end(c->first, CURLE_ABORTED_BY_CALLBACK);
    }
    while (c->spare_count > 0)
        curl_easy_cleanup(c->spare[--c->spare_count]);
    /* Closes the kept connections, which stops polling them. */
    curl_multi_cleanup(c->multi);
    curl_global_cleanup();
    uv_close((uv_handle_t *)&c->timer, on_client_closed);
    uv_close((uv_handle_t *)&c->soon, on_client_closed);
}
