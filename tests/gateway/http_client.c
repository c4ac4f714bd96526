#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "tests/gateway/loop_fixture.h"
#include "tests/gateway/socket_client.h"

#include "gateway/base/mem.h"
#include "gateway/http_client.h"
#include "gateway/http_server.h"
#include "gateway/metrics.h"
#include "tests/support/support.h"

enum { RESULTS = 64 };

/* A server of ours and a client of ours on one loop. */
struct fixture {
    struct loop_fixture loop;
    struct http_server *server;
    struct http_client *client;
    struct metrics *metrics;
    uv_sem_t result, stopped;
    struct http_request *held;
    const char *ca_file;
    /* The last request to make and what came of all of them, in order. */
    struct http_fetch fetch;
    char url[256];
    struct http_transfer *transfer;
    struct http_fetched results[RESULTS];
    char bodies[RESULTS][256];
    int count;
};

static void on_closed(struct http_request *r)
{
    struct fixture *f = r->user;
    f->held = NULL;
}

static void on_handle(void *context, struct http_request *r)
{
    struct fixture *f = context;
    struct http_answer a = { .status = 200 };
    if (slice_eq(r->path, SLICE("/never"))) {
        f->held = r;
        r->user = f;
        r->on_closed = on_closed;
        return;
    }
    if (slice_eq(r->path, SLICE("/later"))) {
        a.status = 503;
        a.headers[0] = "Retry-After";
        a.headers[1] = "42";
    } else if (slice_eq(r->path, SLICE("/moved"))) {
        a.status = 302;
        a.headers[0] = "Location";
        a.headers[1] = "/echo";
    } else if (slice_eq(r->path, SLICE("/missing"))) {
        a.status = 404;
    }
    a.body = arena_printf(r->arena, "%.*s %.*s %.*s %zu", SLICE_ARG(r->method), SLICE_ARG(r->path),
                          SLICE_ARG(http_header(r, "X-Test")), r->body.n);
    http_answer(r, &a, NULL, NULL);
}

static void on_fetched(void *context, const struct http_fetched *result)
{
    struct fixture *f = context;
    assert_true(f->count < RESULTS);
    f->results[f->count] = *result;
    snprintf(f->bodies[f->count], sizeof(f->bodies[0]), "%.*s", SLICE_ARG(result->body));
    f->count++;
    uv_sem_post(&f->result);
}

static void on_start(void *context)
{
    struct fixture *f = context;
    struct fault fault = { 0 };
    struct http_server_options s = { .loop = &f->loop.loop,
                                     .address = "127.0.0.1",
                                     .handle = on_handle,
                                     .context = f,
                                     .metrics = f->metrics };
    const struct http_client_options c = { .loop = &f->loop.loop, .ca_file = f->ca_file };
    if (http_server_start(&s, &f->server, &fault) != 0 ||
        http_client_start(&c, &f->client, &fault) != 0)
        print_error("%s\n", fault.text);
}

static void start_trusting(struct fixture *f, const char *ca_file)
{
    *f = (struct fixture){ .metrics = metrics_new(), .ca_file = ca_file };
    assert_int_equal(uv_sem_init(&f->result, 0), 0);
    assert_int_equal(uv_sem_init(&f->stopped, 0), 0);
    loop_start(&f->loop);
    loop_call(&f->loop, on_start, f);
    assert_non_null(f->server);
    assert_non_null(f->client);
}

static void start(struct fixture *f)
{
    start_trusting(f, NULL);
}

static void on_stopped(void *context)
{
    struct fixture *f = context;
    uv_sem_post(&f->stopped);
}

static void on_stop(void *context)
{
    struct fixture *f = context;
    http_client_stop(f->client, on_stopped, f);
    http_server_stop(f->server, on_stopped, f);
}

static void stop(struct fixture *f)
{
    loop_call(&f->loop, on_stop, f);
    uv_sem_wait(&f->stopped);
    uv_sem_wait(&f->stopped);
    loop_stop(&f->loop);
    metrics_free(f->metrics);
    uv_sem_destroy(&f->result);
    uv_sem_destroy(&f->stopped);
}

static void on_send(void *context)
{
    struct fixture *f = context;
    f->transfer = http_client_send(f->client, &f->fetch, on_fetched, f);
}

static void begin(struct fixture *f, int port, const char *path, struct http_fetch fetch)
{
    snprintf(f->url, sizeof(f->url), "http://127.0.0.1:%d%s", port, path);
    f->fetch = fetch;
    f->fetch.url = slice_of(f->url);
    if (!f->fetch.method)
        f->fetch.method = "GET";
    loop_call(&f->loop, on_send, f);
}

/* The result of one request to our own server. */
static const struct http_fetched *get(struct fixture *f, const char *path, struct http_fetch fetch)
{
    begin(f, http_server_port(f->server), path, fetch);
    uv_sem_wait(&f->result);
    return &f->results[f->count - 1];
}

static const char *last_body(const struct fixture *f)
{
    return f->bodies[f->count - 1];
}

static void test_get_and_post(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    const struct http_fetched *r =
        get(&f, "/echo?a=1", (struct http_fetch){ .headers = { "X-Test: yes" } });
    assert_int_equal(r->status, 200);
    assert_true(r->sent);
    assert_string_equal(r->error, "");
    assert_string_equal(last_body(&f), "GET /echo yes 0");
    r = get(&f, "/echo", (struct http_fetch){ .method = "POST", .body = SLICE("a\0b=1") });
    assert_int_equal(r->status, 200);
    assert_string_equal(last_body(&f), "POST /echo  5");
    r = get(&f, "/echo", (struct http_fetch){ .method = "POST" });
    assert_int_equal(r->status, 200);
    assert_string_equal(last_body(&f), "POST /echo  0");
    stop(&f);
}

static void test_status_and_retry_after(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    const struct http_fetched *r = get(&f, "/later", (struct http_fetch){ 0 });
    assert_int_equal(r->status, 503);
    assert_int_equal(r->retry_after, 42);
    assert_int_equal(get(&f, "/missing", (struct http_fetch){ 0 })->status, 404);
    /* A redirect is an answer like another and is not followed. */
    assert_int_equal(get(&f, "/moved", (struct http_fetch){ 0 })->status, 302);
    stop(&f);
}

static void test_connection_is_used_again(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    for (int i = 0; i < 5; i++)
        assert_int_equal(get(&f, "/echo", (struct http_fetch){ 0 })->status, 200);
    assert_int_equal(metrics_value(f.metrics, METRIC_HTTP_CONNECTIONS, 0), 1);
    stop(&f);
}

static void test_many_at_once(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    for (int i = 0; i < 50; i++)
        begin(&f, http_server_port(f.server), "/echo", (struct http_fetch){ 0 });
    for (int i = 0; i < 50; i++)
        uv_sem_wait(&f.result);
    for (int i = 0; i < 50; i++)
        assert_int_equal(f.results[i].status, 200);
    stop(&f);
}

static void test_time_out(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    const struct http_fetched *r = get(&f, "/never", (struct http_fetch){ .timeout_ms = 200 });
    assert_int_equal(r->status, 0);
    assert_true(r->sent);
    assert_string_not_equal(r->error, "");
    stop(&f);
}

static void test_too_large(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    const struct http_fetched *r = get(&f, "/echo", (struct http_fetch){ .limit = 12 });
    assert_int_equal(r->status, 200);
    r = get(&f, "/echo", (struct http_fetch){ .limit = 11 });
    assert_int_equal(r->status, 0);
    assert_true(r->sent);
    assert_string_equal(r->error, "the answer is too large");
    stop(&f);
}

static void test_refused(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    /* A port that was just free. */
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = { .sin_family = AF_INET };
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(at);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    begin(&f, ntohs(at.sin_port), "/", (struct http_fetch){ 0 });
    uv_sem_wait(&f.result);
    close(fd);
    assert_int_equal(f.results[0].status, 0);
    assert_false(f.results[0].sent);
    stop(&f);
}

static void test_only_http(void **state)
{
    (void)state;
    static const char *const urls[] = { "file:///etc/passwd", "ftp://127.0.0.1/",
                                        "gopher://127.0.0.1/", "", "http://" };
    struct fixture f;
    start(&f);
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        f.fetch = (struct http_fetch){ .method = "GET", .url = slice_of(urls[i]) };
        loop_call(&f.loop, on_send, &f);
        uv_sem_wait(&f.result);
        assert_int_equal(f.results[i].status, 0);
        assert_false(f.results[i].sent);
    }
    stop(&f);
}

/* A peer that speaks raw bytes: answers as many requests as told, then closes without an answer. */
struct peer {
    uv_thread_t thread;
    int listener, port;
    int answers;     /* on each connection */
    bool reads_last; /* closes after it has read one more request; else right after its last answer
                      */
    int connections; /* to accept */
    int requests;    /* read */
    uv_sem_t closed; /* after each connection */
};

static bool read_request(int fd)
{
    char in[2048];
    size_t n = 0;
    while (n < 4 || memcmp(in + n - 4, "\r\n\r\n", 4) != 0) {
        if (n == sizeof(in) || recv(fd, in + n, 1, 0) != 1)
            return false;
        n++;
    }
    return true;
}

static void peer_thread(void *context)
{
    struct peer *p = context;
    for (int c = 0; c < p->connections; c++) {
        int fd = accept(p->listener, NULL, NULL);
        for (int i = 0; i < p->answers && read_request(fd); i++) {
            p->requests++;
            client_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
        if (p->reads_last && read_request(fd))
            p->requests++;
        close(fd);
        uv_sem_post(&p->closed);
    }
}

static void peer_start(struct peer *p)
{
    p->listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = { .sin_family = AF_INET };
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(at);
    struct timeval ten = { .tv_sec = 10 };
    assert_int_equal(setsockopt(p->listener, SOL_SOCKET, SO_RCVTIMEO, &ten, sizeof(ten)), 0);
    assert_int_equal(bind(p->listener, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(p->listener, 8), 0);
    assert_int_equal(getsockname(p->listener, (struct sockaddr *)&at, &size), 0);
    p->port = ntohs(at.sin_port);
    assert_int_equal(uv_sem_init(&p->closed, 0), 0);
    assert_int_equal(uv_thread_create(&p->thread, peer_thread, p), 0);
}

static void peer_stop(struct peer *p)
{
    assert_int_equal(uv_thread_join(&p->thread), 0);
    close(p->listener);
    uv_sem_destroy(&p->closed);
}

static void test_closed_without_an_answer(void **state)
{
    (void)state;
    struct fixture f;
    struct peer p = { .reads_last = true, .connections = 1 };
    start(&f);
    peer_start(&p);
    begin(&f, p.port, "/", (struct http_fetch){ .method = "POST" });
    uv_sem_wait(&f.result);
    assert_int_equal(f.results[0].status, 0);
    assert_true(f.results[0].sent);
    peer_stop(&p);
    stop(&f);
}

/* On a connection used again libcurl would write the request a second time. */
static void test_a_request_is_never_written_twice(void **state)
{
    (void)state;
    struct fixture f;
    struct peer p = { .answers = 1, .reads_last = true, .connections = 1 };
    start(&f);
    peer_start(&p);
    begin(&f, p.port, "/", (struct http_fetch){ .method = "POST" });
    uv_sem_wait(&f.result);
    assert_int_equal(f.results[0].status, 200);
    begin(&f, p.port, "/", (struct http_fetch){ .method = "POST" });
    uv_sem_wait(&f.result);
    assert_int_equal(f.results[1].status, 0);
    assert_true(f.results[1].sent);
    peer_stop(&p);
    assert_int_equal(p.requests, 2);
    stop(&f);
}

static void test_a_connection_closed_while_idle_is_replaced(void **state)
{
    (void)state;
    struct fixture f;
    struct peer p = { .answers = 1, .connections = 3 };
    start(&f);
    peer_start(&p);
    for (int i = 0; i < 3; i++) {
        begin(&f, p.port, "/", (struct http_fetch){ .method = "POST" });
        uv_sem_wait(&f.result);
        assert_int_equal(f.results[i].status, 200);
        uv_sem_wait(&p.closed);
    }
    peer_stop(&p);
    assert_int_equal(p.requests, 3);
    stop(&f);
}

static void on_cancel(void *context)
{
    struct fixture *f = context;
    http_client_cancel(f->transfer);
}

static void test_cancel(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    begin(&f, http_server_port(f.server), "/never", (struct http_fetch){ 0 });
    /* It may not have left yet: what matters is that it is reported once. */
    loop_call(&f.loop, on_cancel, &f);
    uv_sem_wait(&f.result);
    assert_int_equal(f.results[0].status, 0);
    assert_string_equal(f.results[0].error, "given up");
    assert_int_equal(get(&f, "/echo", (struct http_fetch){ 0 })->status, 200);
    assert_int_equal(f.count, 2);
    stop(&f);
}

static void test_stop_gives_up_all(void **state)
{
    (void)state;
    struct fixture f;
    start(&f);
    for (int i = 0; i < 5; i++)
        begin(&f, http_server_port(f.server), "/never", (struct http_fetch){ 0 });
    stop(&f);
    assert_int_equal(f.count, 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(f.results[i].status, 0);
}

extern char **environ;

/* Runs openssl; its standard output is `out`. */
static pid_t openssl(const char *const argv[], int out)
{
    posix_spawn_file_actions_t actions;
    pid_t pid;
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    assert_int_equal(posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO), 0);
    assert_int_equal(
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0), 0);
    assert_int_equal(
        posix_spawnp(&pid, "openssl", &actions, NULL, (char **)(uintptr_t)argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    return pid;
}

/* A TLS server with a certificate of its own for "localhost"; the port it listens on. */
static int tls_server(const char *key, const char *cert, pid_t *pid, FILE **out)
{
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    const char *const make[] = { "openssl",  "req",
                                 "-x509",    "-newkey",
                                 "rsa:2048", "-nodes",
                                 "-days",    "2",
                                 "-subj",    "/CN=localhost",
                                 "-addext",  "subjectAltName=DNS:localhost",
                                 "-keyout",  key,
                                 "-out",     cert,
                                 NULL };
    int status = -1;
    assert_int_equal(waitpid(openssl(make, pipes[1]), &status, 0) > 0 ? status : -1, 0);
    const char *const serve[] = { "openssl", "s_server", "-accept", "127.0.0.1:0", "-key",
                                  key,       "-cert",    cert,      "-www",        NULL };
    *pid = openssl(serve, pipes[1]);
    close(pipes[1]);
    FILE *in = *out = fdopen(pipes[0], "r"); /* kept open while it may write */
    assert_non_null(in);
    char line[256];
    int port = 0;
    while (port == 0 && fgets(line, sizeof(line), in))
        (void)sscanf(line, "ACCEPT 127.0.0.1:%d", &port);
    assert_true(port > 0);
    return port;
}

static void get_tls(struct fixture *f, const char *host, int port)
{
    snprintf(f->url, sizeof(f->url), "https://%s:%d/", host, port);
    f->fetch = (struct http_fetch){ .method = "GET", .url = slice_of(f->url) };
    loop_call(&f->loop, on_send, f);
    uv_sem_wait(&f->result);
}

static void test_certificates_are_verified(void **state)
{
    (void)state;
    char folder[64], key[96], cert[96];
    pid_t pid;
    support_folder(folder);
    snprintf(key, sizeof(key), "%s/key.pem", folder);
    snprintf(cert, sizeof(cert), "%s/cert.pem", folder);
    FILE *out;
    int port = tls_server(key, cert, &pid, &out);

    struct fixture f;
    start(&f);
    get_tls(&f, "localhost", port);
    assert_int_equal(f.results[0].status, 0);
    assert_false(f.results[0].sent);
    stop(&f);

    start_trusting(&f, cert);
    get_tls(&f, "localhost", port);
    assert_int_equal(f.results[0].status, 200);
    /* Trusted, but not in this name. */
    get_tls(&f, "127.0.0.1", port);
    assert_int_equal(f.results[1].status, 0);
    assert_false(f.results[1].sent);
    stop(&f);

    assert_int_equal(kill(pid, SIGTERM), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    fclose(out);
    support_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get_and_post),
        cmocka_unit_test(test_status_and_retry_after),
        cmocka_unit_test(test_connection_is_used_again),
        cmocka_unit_test(test_many_at_once),
        cmocka_unit_test(test_time_out),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_only_http),
        cmocka_unit_test(test_closed_without_an_answer),
        cmocka_unit_test(test_a_request_is_never_written_twice),
        cmocka_unit_test(test_a_connection_closed_while_idle_is_replaced),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_stop_gives_up_all),
        cmocka_unit_test(test_certificates_are_verified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
