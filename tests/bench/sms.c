/* Load for tests/bench/sms, all in one loop: people who write, and whoever their replies come back
 * to.
 *
 *   sms kannel SMSC_PORT SERVICE_PORT COUNT RATE        plays the SMSC of Kannel's type "fake" and
 * the HTTP service that answers Kannel's smsbox sms reply PORT - COUNT RATE FIRST Linli answers in
 * its HTTP response sms send PORT SINK_PORT COUNT RATE FIRST            Linli answers by a request
 * of its own, here
 *
 * RATE is messages a second, 0: as fast as they are taken; a message's latency counts from the
 * moment it is due, so that what waits for a busy receiver shows. FIRST is the first sender's place
 * in the demo district. Prints one JSON line. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

#include "gateway/base/digest.h"

enum {
    CONNECTIONS = 512, /* as many as smsbox asks its service by at once (max-pending-requests) */
    IN_MAX = 32 * 1024,
    LINES_MAX = 256,
    LINE_BYTES = 128,
    MESSAGE_BYTES = 8192,
    STALLED_MS = 10000,
    GAP = 400, /* messages between two steps of one person's dialogue */
    PEOPLE = 200000,
};
#define FIRST_PHONE 13900000000LL
#define APIKEY      "bench"

enum way { WAY_KANNEL, WAY_REPLY, WAY_SEND };

struct person {
    uint64_t due; /* of the last message */
    int awaits;   /* replies */
};

struct step {
    int person;
    const char *text;
};

struct bench;

/* A connection with HTTP on it, or with Kannel's lines. */
struct peer {
    uv_tcp_t tcp;
    struct bench *bench;
    char in[IN_MAX];
    size_t n;
    bool busy;
    int person; /* whose message is on it */
};

struct bench {
    uv_loop_t loop;
    uv_timer_t tick;
    uv_tcp_t listener;
    enum way way;
    int count, rate, first, opened;
    int begun, done, failed, taken;
    uint64_t start, last;
    struct peer *peers; /* those that people write by */
    size_t peer_count;
    bool writing;
    struct person *people;
    struct step *second; /* ring of GAP + 1: what is said GAP messages later */
    uint32_t *waits;     /* µs */
};

static void die(const char *what, int rc)
{
    fprintf(stderr, "bench sms: %s: %s\n", what, rc < 0 ? uv_strerror(rc) : "unexpected");
    exit(1);
}

/* The mix of load.lua: 40 % ask for their star, 30 % each are steps of a sign-up and of an hours
 * dialogue; each person opens one. */
static struct step next_step(struct bench *b)
{
    static const char *const stars[] = { "我几星了", "我现在几星了", "查星级", "我的星级" };
    static const char *const hours[] = { "昨天在敬老院帮忙2小时", "昨天在图书馆帮忙3小时",
                                         "昨天在卫生院帮忙4小时" };
    struct step *due = &b->second[b->begun % GAP], said = *due;
    *due = (struct step){ 0 };
    if (said.text != NULL)
        return said;
    int n = b->opened++, dice = (int)((unsigned)n * 37 % 100);
    said.person = (b->first + n) % PEOPLE;
    if (dice < 57) {
        said.text = stars[n % 4];
        return said;
    }
    said.text = dice < 78 ? "有什么活动" : hours[n % 3];
    *due = (struct step){ said.person, dice < 78 ? "报名1" : "1" };
    return said;
}

static void note_reply(struct bench *b, int person)
{
    if (person < 0 || person >= PEOPLE || b->people[person].awaits == 0)
        return; /* somebody else is told of it */
    b->people[person].awaits--;
    b->last = uv_hrtime();
    b->waits[b->done++] = (uint32_t)((b->last - b->people[person].due) / 1000);
}

static size_t url_encode(const char *text, char *out)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t n = 0;
    for (; *text; text++) {
        out[n++] = '%';
        out[n++] = digits[(unsigned char)*text >> 4];
        out[n++] = digits[(unsigned char)*text & 15];
    }
    out[n] = '\0';
    return n;
}

static size_t post(const char *path, const char *body, char *out)
{
    return (size_t)snprintf(out, MESSAGE_BYTES,
                            "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                            "application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
                            path, strlen(body), body);
}

/* What Yunpian pushes, signed over its values by the order of their names. */
static size_t yunpian_push(long long phone, const char *text, int id, char *out)
{
    char values[512], sign[33], json[1024], body[4096] = "sms_reply=";
    unsigned char digest[16];
    int n = snprintf(values, sizeof values, "8888,01,%d-%d,%lld,%s," APIKEY, (int)uv_os_getpid(),
                     id, phone, text);
    digest_md5((struct slice){ values, (size_t)n }, digest);
    digest_hex(digest, sizeof digest, sign);
    snprintf(json, sizeof json,
             "{\"base_extend\":\"8888\",\"extend\":\"01\",\"id\":\"%d-%d\",\"mobile\":\"%lld\","
             "\"text\":\"%s\",\"_sign\":\"%s\"}",
             (int)uv_os_getpid(), id, phone, text, sign);
    url_encode(json, body + strlen(body));
    return post("/sms/bench/0123456789abcdef", body, out);
}

static size_t write_message(struct bench *b, const struct step *step, char *out)
{
    long long phone = FIRST_PHONE + step->person;
    char text[512];
    if (b->way == WAY_KANNEL)
        return (size_t)snprintf(out, LINE_BYTES, "%lld 10690000 text %s\n", phone, step->text);
    if (b->way == WAY_SEND)
        return yunpian_push(phone, step->text, b->begun, out);
    url_encode(step->text, text);
    return (size_t)snprintf(out, MESSAGE_BYTES,
                            "GET /sms/bench?from=%lld&to=10690000&id=%d-%d&charset=utf-8&text=%s "
                            "HTTP/1.1\r\nHost: localhost\r\n\r\n",
                            phone, (int)uv_os_getpid(), b->begun, text);
}

/* The next message, when it is due. */
static bool begin(struct bench *b, char *out, size_t *n, int *person)
{
    uint64_t now = uv_hrtime(), due = now;
    if (b->rate > 0)
        due = b->start + (uint64_t)b->begun * 1000000000u / (uint64_t)b->rate;
    if (b->begun == b->count || due > now)
        return false;
    struct step step = next_step(b);
    *n = write_message(b, &step, out);
    *person = step.person;
    b->people[step.person].due = due;
    b->people[step.person].awaits++;
    b->begun++;
    return true;
}

struct lines {
    uv_write_t request;
    struct bench *bench;
    char text[LINES_MAX * LINE_BYTES];
};

static void pump(struct bench *b);

static void on_lines_written(uv_write_t *request, int status)
{
    struct lines *lines = (struct lines *)request;
    struct bench *b = lines->bench;
    if (status != 0)
        die("cannot write to Kannel", status);
    free(lines);
    b->writing = false;
    pump(b);
}

static void pump_lines(struct bench *b)
{
    struct lines *lines = calloc(1, sizeof *lines);
    size_t n = 0, one;
    int person;
    lines->bench = b;
    for (int i = 0; i < LINES_MAX && begin(b, lines->text + n, &one, &person); i++)
        n += one;
    uv_buf_t buf = uv_buf_init(lines->text, (unsigned)n);
    if (n == 0) {
        free(lines);
        return;
    }
    b->writing = true;
    int rc = uv_write(&lines->request, (uv_stream_t *)&b->peers[0].tcp, &buf, 1, on_lines_written);
    if (rc != 0)
        die("cannot write to Kannel", rc);
}

static void pump(struct bench *b)
{
    char out[MESSAGE_BYTES];
    size_t n;
    if (b->way == WAY_KANNEL) {
        if (!b->writing)
            pump_lines(b);
        return;
    }
    for (size_t i = 0; i < b->peer_count; i++) {
        struct peer *p = &b->peers[i];
        if (p->busy)
            continue;
        if (!begin(b, out, &n, &p->person))
            return;
        uv_buf_t buf = uv_buf_init(out, (unsigned)n);
        if (uv_try_write((uv_stream_t *)&p->tcp, &buf, 1) != (int)n)
            die("a request was not taken whole", 0);
        p->busy = true;
    }
}

/* The body of a whole HTTP message at the start of the buffer; the bytes it takes, 0: more to come.
 */
static size_t http_message(const char *in, const char **body, size_t *body_n)
{
    const char *end = strstr(in, "\r\n\r\n"), *length = strstr(in, "Content-Length:");
    if (end == NULL)
        return 0;
    *body_n = length != NULL && length < end ? strtoul(length + 15, NULL, 10) : 0;
    *body = end + 4;
    return (size_t)(*body - in) + *body_n;
}

/* Linli's answer to a message. */
static size_t take_response(struct peer *p)
{
    struct bench *b = p->bench;
    const char *body;
    size_t body_n, n = http_message(p->in, &body, &body_n);
    if (n == 0 || n > p->n)
        return 0;
    bool good = strncmp(p->in, "HTTP/1.1 200", 12) == 0 && body_n > 0;
    p->busy = false;
    if (!good) {
        b->people[p->person].awaits--;
        b->failed++;
    } else if (b->way == WAY_REPLY) {
        note_reply(b, p->person);
    }
    return n;
}

/* "10690000 13900000001 text OK" */
static size_t take_line(struct peer *p)
{
    char *end = memchr(p->in, '\n', p->n), *to = strchr(p->in, ' ');
    if (end == NULL || to == NULL)
        return 0;
    note_reply(p->bench, (int)(strtoll(to, NULL, 10) - FIRST_PHONE));
    return (size_t)(end - p->in) + 1;
}

static void answer(struct peer *p, const char *type, const char *body)
{
    char out[256];
    int n = snprintf(out, sizeof out,
                     "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s", type,
                     strlen(body), body);
    uv_buf_t buf = uv_buf_init(out, (unsigned)n);
    if (uv_try_write((uv_stream_t *)&p->tcp, &buf, 1) != n)
        die("an answer was not taken whole", 0);
}

/* A message of Linli's own at the provider, or a question of smsbox at the service. */
static size_t take_request(struct peer *p)
{
    char sent[80];
    const char *body;
    size_t body_n, n = http_message(p->in, &body, &body_n);
    if (n == 0 || n > p->n)
        return 0;
    if (p->bench->way == WAY_KANNEL) {
        answer(p, "text/plain", "OK");
        return n;
    }
    const char *to = strstr(body, "mobile=");
    if (to != NULL)
        note_reply(p->bench, (int)(strtoll(to + 7, NULL, 10) - FIRST_PHONE));
    snprintf(sent, sizeof sent, "{\"code\":0,\"count\":1,\"fee\":0.05,\"sid\":%d}",
             33102289 + p->bench->taken++);
    answer(p, "application/json", sent);
    return n;
}

static void on_room(uv_handle_t *handle, size_t wanted, uv_buf_t *out)
{
    struct peer *p = handle->data;
    (void)wanted;
    *out = uv_buf_init(p->in + p->n, (unsigned)(IN_MAX - 1 - p->n));
}

static void take_all(struct peer *p, size_t (*take)(struct peer *))
{
    size_t n;
    while (p->n > 0 && (n = take(p)) > 0) {
        p->n -= n;
        memmove(p->in, p->in + n, p->n + 1);
    }
    if (p->n >= IN_MAX - 1)
        die("a message is too long", 0);
}

static void on_answers(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct peer *p = stream->data;
    (void)buf;
    if (n < 0)
        die("the other side hung up", (int)n);
    p->n += (size_t)n;
    p->in[p->n] = '\0';
    take_all(p, p->bench->way == WAY_KANNEL ? take_line : take_response);
    pump(p->bench);
}

static void on_peer_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void on_requests(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct peer *p = stream->data;
    (void)buf;
    if (n < 0) {
        uv_close((uv_handle_t *)stream, on_peer_closed);
        return;
    }
    p->n += (size_t)n;
    p->in[p->n] = '\0';
    take_all(p, take_request);
}

static void on_caller(uv_stream_t *listener, int status)
{
    struct peer *p = calloc(1, sizeof *p);
    p->bench = listener->data;
    p->tcp.data = p;
    if (status != 0 || uv_tcp_init(&p->bench->loop, &p->tcp) != 0 ||
        uv_accept(listener, (uv_stream_t *)&p->tcp) != 0 || uv_tcp_nodelay(&p->tcp, 1) != 0 ||
        uv_read_start((uv_stream_t *)&p->tcp, on_room, on_requests) != 0)
        die("cannot take a connection", status);
}

static void on_connected(uv_connect_t *request, int status)
{
    if (status != 0)
        die("cannot connect", status);
    struct peer *p = request->handle->data;
    p->busy = false;
    uv_tcp_nodelay(&p->tcp, 1);
    uv_read_start((uv_stream_t *)&p->tcp, on_room, on_answers);
    free(request);
}

static void on_tick(uv_timer_t *timer)
{
    struct bench *b = timer->data;
    uint64_t now = uv_hrtime();
    bool connected = true;
    for (size_t i = 0; i < b->peer_count && b->start == 0; i++)
        connected = connected && !b->peers[i].busy;
    if (!connected)
        return;
    if (b->start == 0)
        b->start = b->last = now;
    pump(b);
    if (b->done + b->failed == b->count || now > b->last + STALLED_MS * UINT64_C(1000000))
        uv_stop(&b->loop);
}

static struct sockaddr_in at_port(const char *port)
{
    struct sockaddr_in address;
    if (uv_ip4_addr("127.0.0.1", (int)strtol(port, NULL, 10), &address) != 0)
        die("no such port", 0);
    return address;
}

static void prepare(struct bench *b, const char *port, const char *own_port)
{
    struct sockaddr_in to = at_port(port), own = at_port(own_port);
    b->peer_count = b->way == WAY_KANNEL ? 1 : CONNECTIONS;
    b->peers = calloc(b->peer_count, sizeof *b->peers);
    b->people = calloc(PEOPLE, sizeof *b->people);
    b->second = calloc(GAP, sizeof *b->second);
    b->waits = calloc((size_t)b->count + 1, sizeof *b->waits);
    uv_loop_init(&b->loop);
    uv_tcp_init(&b->loop, &b->listener);
    b->listener.data = b;
    if (b->way != WAY_REPLY && (uv_tcp_bind(&b->listener, (struct sockaddr *)&own, 0) != 0 ||
                                uv_listen((uv_stream_t *)&b->listener, 1024, on_caller) != 0))
        die("cannot listen", 0);
    for (size_t i = 0; i < b->peer_count; i++) {
        struct peer *p = &b->peers[i];
        uv_connect_t *request = calloc(1, sizeof *request);
        p->bench = b;
        p->busy = true;
        p->tcp.data = p;
        uv_tcp_init(&b->loop, &p->tcp);
        if (uv_tcp_connect(request, &p->tcp, (struct sockaddr *)&to, on_connected) != 0)
            die("cannot connect", 0);
    }
    uv_timer_init(&b->loop, &b->tick);
    b->tick.data = b;
    uv_timer_start(&b->tick, on_tick, 1, 1);
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static const char *const ways[] = { "kannel", "reply", "send" };
    struct bench b = { 0 };
    if (argc != 7) {
        fprintf(stderr, "usage: sms kannel|reply|send PORT OWN_PORT COUNT RATE FIRST\n");
        return 2;
    }
    while (b.way < WAY_SEND && strcmp(argv[1], ways[b.way]) != 0)
        b.way++;
    b.count = (int)strtol(argv[4], NULL, 10);
    b.rate = (int)strtol(argv[5], NULL, 10);
    b.first = (int)strtol(argv[6], NULL, 10);
    prepare(&b, argv[2], argv[3]);
    uv_run(&b.loop, UV_RUN_DEFAULT);
    qsort(b.waits, (size_t)b.done, sizeof *b.waits, by_size);
    printf("{\"messages\":%d,\"seconds\":%.3f,\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"failed\":%d}\n",
           b.done, (double)(b.last - b.start) / 1e9, b.waits[b.done / 2] / 1000.0,
           b.waits[b.done * 99 / 100] / 1000.0, b.count - b.done);
    return 0;
}
