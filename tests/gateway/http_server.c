#include "tests/gateway/loop_fixture.h"
#include "tests/gateway/socket_client.h"

#include "gateway/http_server.h"
#include "gateway/metrics.h"

struct fixture {
    struct loop_fixture loop;
    struct http_server_options options;
    struct metrics *metrics;
    struct http_server *server;
    struct http_request *held[64]; /* loop's thread only */
    int held_count;
    int closed_requests;
    int sent_ok, sent_failed;
    uv_sem_t held_one, closed_one, sent_one, stopped;
    int pending;
};

static void on_request_closed(struct http_request *r)
{
    struct fixture *f = r->user;
    f->closed_requests++;
    for (int i = 0; i < f->held_count; i++) {
        if (f->held[i] == r)
            f->held[i] = NULL;
    }
    uv_sem_post(&f->closed_one);
}

static void on_sent(void *context, bool ok)
{
    struct fixture *f = context;
    f->sent_ok += ok;
    f->sent_failed += !ok;
    uv_sem_post(&f->sent_one);
}

static void answer_text(struct http_request *r, int status, struct slice body)
{
    http_answer(r, &(struct http_answer){ .status = status, .body = body }, NULL, NULL);
}

static void on_handle(void *context, struct http_request *r)
{
    struct fixture *f = context;
    if (slice_eq(r->path, SLICE("/later"))) {
        r->user = f;
        r->on_closed = on_request_closed;
        assert_true(f->held_count < 64);
        f->held[f->held_count++] = r;
        uv_sem_post(&f->held_one);
    } else if (slice_eq(r->path, SLICE("/remote"))) {
        answer_text(r, 200, r->remote);
    } else if (slice_eq(r->path, SLICE("/show"))) {
        answer_text(r, 200,
                    arena_printf(r->arena, "%.*s|%.*s|%.*s|%.*s|%.*s", SLICE_ARG(r->method),
                                 SLICE_ARG(r->path), SLICE_ARG(r->query),
                                 SLICE_ARG(r->content_type), SLICE_ARG(http_header(r, "X-One"))));
    } else if (slice_eq(r->path, SLICE("/headers"))) {
        http_answer(r,
                    &(struct http_answer){ .status = 503,
                                           .content_type = "application/json",
                                           .body = SLICE("{}"),
                                           .headers = { "Retry-After", "7", "X-Two", "2", NULL },
                                           .close = true },
                    on_sent, f);
    } else if (slice_eq(r->path, SLICE("/big"))) {
        char *big = arena_alloc(r->arena, 8 << 20);
        memset(big, 'x', 8 << 20);
        http_answer(r, &(struct http_answer){ .status = 200, .body = { big, 8 << 20 } }, on_sent,
                    f);
    } else {
        answer_text(r, slice_starts(r->path, SLICE("/echo")) ? 200 : 404, r->body);
    }
}

static void on_start(void *context)
{
    struct fixture *f = context;
    struct fault fault = { 0 };
    f->options.loop = &f->loop.loop;
    if (http_server_start(&f->options, &f->server, &fault) != 0)
        print_error("%s\n", fault.text);
}

static void start(struct fixture *f, struct http_server_options options)
{
    *f = (struct fixture){ .options = options, .metrics = metrics_new() };
    f->options.address = "127.0.0.1";
    f->options.handle = on_handle;
    f->options.context = f;
    f->options.metrics = f->metrics;
    uv_sem_t *const sems[] = { &f->held_one, &f->closed_one, &f->sent_one, &f->stopped };
    for (int i = 0; i < 4; i++)
        assert_int_equal(uv_sem_init(sems[i], 0), 0);
    loop_start(&f->loop);
    loop_call(&f->loop, on_start, f);
    assert_non_null(f->server);
}

static void on_stopped(void *context)
{
    struct fixture *f = context;
    uv_sem_post(&f->stopped);
}

static void on_stop(void *context)
{
    struct fixture *f = context;
    http_server_stop(f->server, on_stopped, f);
}

static void stop(struct fixture *f)
{
    loop_call(&f->loop, on_stop, f);
    uv_sem_wait(&f->stopped);
    loop_stop(&f->loop);
    assert_int_equal(metrics_value(f->metrics, METRIC_HTTP_CONNECTIONS, 0), 0);
    metrics_free(f->metrics);
    uv_sem_destroy(&f->held_one);
    uv_sem_destroy(&f->closed_one);
    uv_sem_destroy(&f->sent_one);
    uv_sem_destroy(&f->stopped);
}

static void on_answer_held(void *context)
{
    struct fixture *f = context;
    for (int i = 0; i < f->held_count; i++) {
        if (f->held[i])
            http_answer(f->held[i],
                        &(struct http_answer){ .status = 200, .body = f->held[i]->body }, on_sent,
                        f);
    }
    f->held_count = 0;
}

static void on_pending(void *context)
{
    struct fixture *f = context;
    f->pending = http_server_pending(f->server);
}

static int pending(struct fixture *f)
{
    loop_call(&f->loop, on_pending, f);
    return f->pending;
}

static int port_of(const struct fixture *f)
{
    return http_server_port(f->server);
}

static void test_echo_and_keep_alive(void **state)
{
    (void)state;
    struct fixture f;
    char in[4096];
    start(&f, (struct http_server_options){ 0 });
    int fd = client_connect(port_of(&f));
    for (int i = 0; i < 3; i++) {
        assert_true(
            client_say(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"));
        assert_int_equal(client_read(fd, in, sizeof(in)), 200);
        assert_string_equal(client_body(in), "hello");
    }
    assert_true(client_say(fd, "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert_int_equal(client_read(fd, in, sizeof(in)), 404);
    assert_string_equal(client_body(in), "");
    assert_int_equal(metrics_value(f.metrics, METRIC_HTTP_CONNECTIONS, 0), 1);
    close(fd);
    stop(&f);
}

static void test_http_1_0_is_answered_and_closed(void **state)
{
    (void)state;
    struct fixture f;
    char in[4096];
    start(&f, (struct http_server_options){ 0 });
    int fd = client_connect(port_of(&f));
    assert_true(
        client_say(fd, "GET /show?a=%20b HTTP/1.0\r\nX-One: 1\r\nContent-Type: t/p\r\n\r\n"));
    assert_int_equal(client_read(fd, in, sizeof(in)), 200);
    assert_string_equal(client_body(in), "GET|/show|a=%20b|t/p|1");
    assert_true(client_closed(fd));
    close(fd);
    stop(&f);
}

static void test_path_is_not_decoded(void **state)
{
    (void)state;
    struct fixture f;
    char in[4096];
    start(&f, (struct http_server_options){ 0 });
    int fd = client_connect(port_of(&f));
    assert_true(client_say(fd, "GET /echo%2Fx HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert_int_equal(client_read(fd, in, sizeof(in)), 200);
    assert_true(client_say(fd, "GET /%65cho HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert_int_equal(client_read(fd, in, sizeof(in)), 404);
    close(fd);
    stop(&f);
}

static void test_status_and_headers(void **state)
{
    (void)state;
    struct fixture f;
    char in[4096];
    start(&f, (struct http_server_options){ 0 });
    int fd = client_connect(port_of(&f));
    assert_true(client_say(fd, "GET /headers HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert_int_equal(client_read(fd, in, sizeof(in)), 503);
    assert_non_null(strstr(in, "\r\nContent-Type: application/json\r\n"));
    assert_non_null(strstr(in, "\r\nRetry-After: 7\r\n"));
    assert_non_null(strstr(in, "\r\nX-Two: 2\r\n"));
    assert_non_null(strstr(in, "\r\nConnection: close\r\n"));
    assert_true(client_closed(fd));
    uv_sem_wait(&f.sent_one);
    assert_int_equal(f.sent_ok, 1);
    assert_int_equal(metrics_value(f.metrics, METRIC_HTTP_REQUESTS, HTTP_5XX), 1);
    close(fd);
    stop(&f);
}

static void test_pipelining_keeps_the_order(void **state)
{
    (void)state;
    struct fixture f;
    char in[4096], one[128], all[8192] = "";
    start(&f, (struct http_server_options){ 0 });
    int fd = client_connect(port_of(&f));
    for (int i = 0; i < 20; i++) {
        snprintf(one, sizeof(one),
                 "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n%02d", i);
        strncat(all, one, sizeof(all) - strlen(all) - 1);
    }
    assert_true(client_say(fd, all));
    for (int i = 0; i < 20; i++) {
        assert_int_equal(client_read(fd, in, sizeof(in)), 200);
        snprintf(one, sizeof(one), "%02d", i);
        assert_string_equal(client_body(in), one);
    }
    close(fd);
    stop(&f);
}

static void answer_from_thread(void *context)
{
    struct fixture *f = context;
    loop_call(&f->loop, on_answer_held, f);
}

static void test_suspended_and_resumed_from_another_thread(void **state)
{
    (void)state;
    enum { CLIENTS = 32, ROUNDS = 5 };
    struct fixture f;
    char in[4096];
    int fds[CLIENTS];
    start(&f, (struct http_server_options){ 0 });
    for (int i = 0; i < CLIENTS; i++)
        fds[i] = client_connect(port_of(&f));
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < CLIENTS; i++) {
            char text[128];
            snprintf(text, sizeof(text),
                     "POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n%02d", i);
            assert_true(client_say(fds[i], text));
        }
        for (int i = 0; i < CLIENTS; i++)
            uv_sem_wait(&f.held_one);
        assert_int_equal(pending(&f), CLIENTS);
        uv_thread_t thread;
        assert_int_equal(uv_thread_create(&thread, answer_from_thread, &f), 0);
        assert_int_equal(uv_thread_join(&thread), 0);
        for (int i = 0; i < CLIENTS; i++) {
            char want[8];
            snprintf(want, sizeof(want), "%02d", i);
            assert_int_equal(client_read(fds[i], in, sizeof(in)), 200);
            assert_string_equal(client_body(in), want);
            uv_sem_wait(&f.sent_one);
        }
    }
    assert_int_equal(pending(&f), 0);
    assert_int_equal(f.sent_ok, CLIENTS * ROUNDS);
    for (int i = 0; i < CLIENTS; i++)
        close(fds[i]);
    stop(&f);
}

static void test_declared_length_over_the_limit(void **state)
{
    (void)state;
    struct fixture f;
    char in[4096];
    start(&f, (struct http_server_options){ .body_limit = 1000 });
    /* Nothing of the body is sent: the answer must not wait for it. */
    int fd = client_connect(port_of(&f));
    assert_true(client_say(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n"));
    assert_int_equal(client_read(fd, in, sizeof(in)), 413);
    close(fd);
    /* A client that writes all before it reads sees the answer too. */
    static char body[300000];
    memset(body, 'b', sizeof(body));
    fd = client_connect(port_of(&f));
    assert_true(client_say(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n"));
    assert_true(client_send(fd, body, sizeof(body)));
    assert_int_equal(client_read(fd, in, sizeof(in)), 413);
    close(fd);
    /* The limit itself is allowed. */
    fd = client_connect(port_of(&f));
    assert_true(client_say(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"));
    assert_true(client_send(fd, body, 1000));
    assert_int_equal(client_read(fd, in, sizeof(in)), 200);
    assert_int_equal(strlen(client_body(in)), 1000);
    close(fd);
    assert_int_equal(metrics_value(f.metrics, METRIC_HTTP_CUT, HTTP_CUT_TOO_BIG), 2);
    stop(&f);
}

static void test_chunked_body_is_counted_while_reading(void **state)
{
    (void)state;
    struct fixture f;
    char in[4096];
    start(&f, (struct http_server_options){ .body_limit = 10 });
    int fd = client_connect(port_of(&f));
    assert_true(client_say(fd,
                           "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                           "5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n"));
    assert_int_equal(client_read(fd, in, sizeof(in)), 200);
    assert_string_equal(client_body(in), "helloworld");
    assert_true(client_say(fd,
                           "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                           "5\r\nhello\r\n6\r\nworld!\r\n0\r\n\r\n"));
    assert_int_equal(client_read(fd, in, sizeof(in)), 413);
    close(fd);
    /* Without an end it is cut. */
    fd = client_connect(port_of(&f));
    assert_true(
        client_say(fd, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
    static char chunk[65536 + 16];
    int head = snprintf(chunk, sizeof(chunk), "10000\r\n");
    memset(chunk + head, 'c', 65536);
    memcpy(chunk + head + 65536, "\r\n", 2);
    bool open = true;
    for (int i = 0; i < 1000 && open; i++)
        open = client_send(fd, chunk, (size_t)head + 65538);
    assert_false(open);
    close(fd);
    stop(&f);
}

static void test_header_flood_gets_431(void **state)
{
    (void)state;
    struct fixture f;
    char in[4096], line[1100];
    start(&f, (struct http_server_options){ 0 });
    int fd = client_connect(port_of(&f));
    assert_true(client_say(fd, "GET /echo HTTP/1.1\r\nHost: x\r\n"));
    memset(line, 'h', sizeof(line));
    memcpy(line, "X-Flood: ", 9);
    memcpy(line + sizeof(line) - 3, "\r\n", 3);
    for (int i = 0; i < 15; i++)
        assert_true(client_say(fd, line));
    assert_int_equal(client_read(fd, in, sizeof(in)), 431);
    close(fd);
    assert_int_equal(pending(&f), 0);
    stop(&f);
}

static void test_nonsense_is_refused(void **state)
{
    (void)state;
    static const char *const nonsense[] = {
        "\x16\x03\x01\x02\x01\x01\r\n\r\n",
        "GET\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
    };
    struct fixture f;
    char in[4096];
    start(&f, (struct http_server_options){ 0 });
    for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
        int fd = client_connect(port_of(&f));
        assert_true(client_say(fd, nonsense[i]));
        int status = client_read(fd, in, sizeof(in));
        assert_true(status == 0 || status >= 400);
        close(fd);
    }
    int fd = client_connect(port_of(&f));
    assert_true(client_say(fd, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert_int_equal(client_read(fd, in, sizeof(in)), 200);
    close(fd);
    stop(&f);
}

/* Sends a byte every 10 ms until the peer closes; the milliseconds it took, or -1 after five
 * seconds. */
static int drip(int fd, const char *bytes)
{
    uint64_t begin = uv_hrtime();
    size_t n = strlen(bytes);
    for (size_t i = 0; uv_hrtime() - begin < 5000000000u; i++) {
        struct timeval wait = { .tv_usec = 10000 };
        fd_set readable;
        FD_ZERO(&readable);
        FD_SET(fd, &readable);
        if (select(fd + 1, &readable, NULL, NULL, &wait) == 1 && client_closed(fd))
            return (int)((uv_hrtime() - begin) / 1000000);
        if (send(fd, bytes + (i < n ? i : n - 1), 1, MSG_NOSIGNAL) != 1)
            return (int)((uv_hrtime() - begin) / 1000000);
    }
    return -1;
}

static void test_drip_feeders_are_cut(void **state)
{
    (void)state;
    static const char *const drips[] = {
        "GET /e",                                        /* the request line never ends */
        "GET /echo HTTP/1.1\r\nHost: x\r\nX-Slow: aaaa", /* nor do the headers */
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\nb", /* nor the body */
    };
    struct fixture f;
    start(&f, (struct http_server_options){ .deadline_ms = 300, .idle_s = 1 });
    for (size_t i = 0; i < sizeof(drips) / sizeof(drips[0]); i++) {
        int fd = client_connect(port_of(&f));
        int took = drip(fd, drips[i]);
        assert_in_range(took, 200, 4000);
        close(fd);
    }
    assert_int_equal(metrics_value(f.metrics, METRIC_HTTP_CUT, HTTP_CUT_DEADLINE), 3);
    assert_int_equal(pending(&f), 0);
    stop(&f);
}

static void test_drip_feeder_on_a_kept_connection_is_cut(void **state)
{
    (void)state;
    struct fixture f;
    char in[4096];
    start(&f, (struct http_server_options){ .deadline_ms = 300, .idle_s = 1 });
    int fd = client_connect(port_of(&f));
    assert_true(client_say(fd, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert_int_equal(client_read(fd, in, sizeof(in)), 200);
    assert_in_range(drip(fd, "GET /eeeeeee"), 500, 4000);
    close(fd);
    stop(&f);
}

static void test_deadline_while_suspended(void **state)
{
    (void)state;
    struct fixture f;
    char in[256];
    start(&f, (struct http_server_options){ .deadline_ms = 200 });
    int fd = client_connect(port_of(&f));
    assert_true(client_say(fd, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n"));
    uv_sem_wait(&f.closed_one);
    assert_int_equal(client_read(fd, in, sizeof(in)), 503);
    assert_true(client_closed(fd));
    close(fd);
    assert_int_equal(pending(&f), 0);
    stop(&f);
    assert_int_equal(f.closed_requests, 1);
    assert_int_equal(f.sent_ok + f.sent_failed, 0);
}

static void test_deadline_of_one_leaves_the_others(void **state)
{
    (void)state;
    struct fixture f;
    char in[4096];
    start(&f, (struct http_server_options){ .deadline_ms = 1000 });
    int slow = client_connect(port_of(&f));
    int fast = client_connect(port_of(&f));
    assert_true(client_say(slow, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n"));
    uv_sem_wait(&f.held_one);
    while (uv_sem_trywait(&f.closed_one) != 0) {
        assert_true(client_say(fast, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert_int_equal(client_read(fast, in, sizeof(in)), 200);
    }
    assert_true(client_say(fast, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert_int_equal(client_read(fast, in, sizeof(in)), 200);
    assert_int_equal(client_read(slow, in, sizeof(in)), 503);
    assert_true(client_closed(slow));
    close(slow);
    close(fast);
    stop(&f);
}

static void test_reader_that_never_reads_is_cut(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct http_server_options){ .deadline_ms = 300 });
    int fd = client_connect(port_of(&f));
    int small = 4096;
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
    assert_true(client_say(fd, "GET /big HTTP/1.1\r\nHost: x\r\n\r\n"));
    uv_sem_wait(&f.sent_one);
    assert_int_equal(f.sent_failed, 1);
    close(fd);
    stop(&f);
}

static void test_client_gone_while_suspended(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct http_server_options){ 0 });
    int fd = client_connect(port_of(&f));
    assert_true(client_say(fd, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n"));
    uv_sem_wait(&f.held_one);
    struct linger reset = { .l_onoff = 1 };
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), 0);
    close(fd);
    loop_call(&f.loop, on_answer_held, &f);
    uv_sem_wait(&f.sent_one);
    assert_int_equal(f.sent_failed, 1);
    assert_int_equal(pending(&f), 0);
    stop(&f);
}

static void test_stop_while_suspended(void **state)
{
    (void)state;
    struct fixture f;
    int fds[5];
    start(&f, (struct http_server_options){ 0 });
    for (int i = 0; i < 5; i++) {
        fds[i] = client_connect(port_of(&f));
        assert_true(client_say(fds[i], "GET /later HTTP/1.1\r\nHost: x\r\n\r\n"));
        uv_sem_wait(&f.held_one);
    }
    stop(&f);
    assert_int_equal(f.closed_requests, 5);
    for (int i = 0; i < 5; i++) {
        assert_true(client_closed(fds[i]));
        close(fds[i]);
    }
}

static void on_quiesce(void *context)
{
    struct fixture *f = context;
    http_server_quiesce(f->server);
}

static void test_quiesce_answers_what_is_in_hand(void **state)
{
    (void)state;
    struct fixture f;
    char in[4096];
    start(&f, (struct http_server_options){ 0 });
    int fd = client_connect(port_of(&f));
    assert_true(client_say(fd, "POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"));
    uv_sem_wait(&f.held_one);
    loop_call(&f.loop, on_quiesce, &f);
    int late = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port_of(&f)) };
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_not_equal(connect(late, (struct sockaddr *)&to, sizeof(to)), 0);
    close(late);
    loop_call(&f.loop, on_answer_held, &f);
    assert_int_equal(client_read(fd, in, sizeof(in)), 200);
    assert_string_equal(client_body(in), "hi");
    assert_true(client_closed(fd));
    close(fd);
    stop(&f);
}

static void test_forwarded_for(void **state)
{
    (void)state;
    static const char *const proxies[] = { "127.0.0.1", "10.0.0.1", NULL };
    static const struct {
        const char *header, *remote;
    } rows[] = {
        { "", "127.0.0.1" },
        { "X-Forwarded-For: 203.0.113.7\r\n", "203.0.113.7" },
        { "X-Forwarded-For: 6.6.6.6, 203.0.113.7, 10.0.0.1\r\n", "203.0.113.7" },
        { "X-Forwarded-For: 2001:db8::1\r\n", "2001:db8::1" },
        { "X-Forwarded-For: 10.0.0.1\r\n", "10.0.0.1" },
        { "X-Forwarded-For: nonsense\r\n", "127.0.0.1" },
        { "X-Forwarded-For: nonsense, 10.0.0.1\r\n", "10.0.0.1" },
        { "X-Forwarded-For: , ,\r\n", "127.0.0.1" },
    };
    struct fixture f;
    char in[4096], out[512];
    start(&f, (struct http_server_options){ .trusted_proxies = proxies });
    int fd = client_connect(port_of(&f));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(out, sizeof(out), "GET /remote HTTP/1.1\r\nHost: x\r\n%s\r\n", rows[i].header);
        assert_true(client_say(fd, out));
        assert_int_equal(client_read(fd, in, sizeof(in)), 200);
        assert_string_equal(client_body(in), rows[i].remote);
    }
    close(fd);
    stop(&f);
    /* Nobody is trusted by default. */
    start(&f, (struct http_server_options){ 0 });
    fd = client_connect(port_of(&f));
    assert_true(
        client_say(fd, "GET /remote HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n"));
    assert_int_equal(client_read(fd, in, sizeof(in)), 200);
    assert_string_equal(client_body(in), "127.0.0.1");
    close(fd);
    stop(&f);
}

static void test_connection_limit(void **state)
{
    (void)state;
    struct fixture f;
    char in[4096];
    start(&f, (struct http_server_options){ .connection_limit = 2 });
    int a = client_connect(port_of(&f)), b = client_connect(port_of(&f));
    assert_true(client_say(a, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert_true(client_say(b, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n"));
    uv_sem_wait(&f.held_one);
    uv_sem_wait(&f.held_one);
    /* The third waits its turn, and gets it when one has gone. */
    int c = client_connect(port_of(&f));
    assert_true(client_say(c, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert_int_equal(pending(&f), 2);
    loop_call(&f.loop, on_answer_held, &f);
    assert_int_equal(client_read(a, in, sizeof(in)), 200);
    close(a);
    assert_int_equal(client_read(b, in, sizeof(in)), 200);
    close(b);
    assert_int_equal(client_read(c, in, sizeof(in)), 200);
    close(c);
    stop(&f);
}

static void on_bad_start(void *context)
{
    struct fixture *f = context;
    struct fault fault = { 0 };
    struct http_server *second = NULL;
    struct http_server_options o = f->options;
    o.port = port_of(f);
    f->pending = http_server_start(&o, &second, &fault);
    assert_non_null(strstr(fault.text, "cannot listen"));
    o.address = "example";
    assert_int_equal(http_server_start(&o, &second, &(struct fault){ 0 }), GW_EINVAL);
}

static void test_port_in_use(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, (struct http_server_options){ 0 });
    loop_call(&f.loop, on_bad_start, &f);
    assert_int_equal(f.pending, GW_EIO);
    stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_echo_and_keep_alive),
        cmocka_unit_test(test_http_1_0_is_answered_and_closed),
        cmocka_unit_test(test_path_is_not_decoded),
        cmocka_unit_test(test_status_and_headers),
        cmocka_unit_test(test_pipelining_keeps_the_order),
        cmocka_unit_test(test_suspended_and_resumed_from_another_thread),
        cmocka_unit_test(test_declared_length_over_the_limit),
        cmocka_unit_test(test_chunked_body_is_counted_while_reading),
        cmocka_unit_test(test_header_flood_gets_431),
        cmocka_unit_test(test_nonsense_is_refused),
        cmocka_unit_test(test_drip_feeders_are_cut),
        cmocka_unit_test(test_drip_feeder_on_a_kept_connection_is_cut),
        cmocka_unit_test(test_deadline_while_suspended),
        cmocka_unit_test(test_deadline_of_one_leaves_the_others),
        cmocka_unit_test(test_reader_that_never_reads_is_cut),
        cmocka_unit_test(test_client_gone_while_suspended),
        cmocka_unit_test(test_stop_while_suspended),
        cmocka_unit_test(test_quiesce_answers_what_is_in_hand),
        cmocka_unit_test(test_forwarded_for),
        cmocka_unit_test(test_connection_limit),
        cmocka_unit_test(test_port_in_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
