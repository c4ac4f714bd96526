/* A real redis-server (or redis-sentinel) on loopback, on a free port, in a temporary folder, ended
 * by its process id; and a loop that the test turns by itself. */
#ifndef TESTS_GATEWAY_REDIS_FIXTURE_H
#define TESTS_GATEWAY_REDIS_FIXTURE_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include <hiredis/hiredis.h>
#include <uv.h>

#include "gateway/redis.h"

enum { FIXTURE_WAIT_MS = 20000, FIXTURE_ARGS = 16 };

struct server {
    pid_t pid;
    int port;
    char folder[64];
};

static inline int free_port(void)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    close(fd);
    return ntohs(at.sin_port);
}

/* A blocking connection for what a test does to the server; NULL when it does not answer. */
static inline redisContext *server_open(int port)
{
    redisContext *c = redisConnectWithTimeout("127.0.0.1", port, (struct timeval){ 5, 0 });
    if (c != NULL && c->err == 0)
        return c;
    redisFree(c);
    return NULL;
}

/* Runs one command of words separated by blanks; its reply is freed by the caller. */
static inline redisReply *server_ask(const struct server *s, const char *command)
{
    char text[256];
    const char *words[FIXTURE_ARGS];
    int n = 0;
    redisContext *c = server_open(s->port);
    assert_non_null(c);
    snprintf(text, sizeof text, "%s", command);
    for (char *at = text, *word; (word = strtok_r(at, " ", &at)) != NULL && n < FIXTURE_ARGS;)
        words[n++] = word;
    redisReply *reply = redisCommandArgv(c, n, words, NULL);
    assert_non_null(reply);
    redisFree(c);
    return reply;
}

static inline void server_do(const struct server *s, const char *command)
{
    redisReply *reply = server_ask(s, command);
    if (reply->type == REDIS_REPLY_ERROR)
        fail_msg("%s: %s", command, reply->str);
    freeReplyObject(reply);
}

static inline bool server_answers(const struct server *s)
{
    redisContext *c = server_open(s->port);
    if (c == NULL)
        return false;
    redisReply *reply = redisCommand(c, "INFO server");
    bool ok = reply != NULL;
    freeReplyObject(reply);
    redisFree(c);
    return ok;
}

static inline void server_run(struct server *s, const char *program, char **argv)
{
    s->pid = fork();
    assert_true(s->pid >= 0);
    if (s->pid == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && freopen("/dev/null", "we", stdout) != NULL)
            execvp(program, argv);
        _exit(127);
    }
    for (int i = 0; i < FIXTURE_WAIT_MS / 10; i++) {
        if (server_answers(s))
            return;
        if (waitpid(s->pid, NULL, WNOHANG) != 0)
            fail_msg("%s does not start: apt-get install redis-server redis-sentinel", program);
        uv_sleep(10);
    }
    fail_msg("%s does not answer", program);
}

/* On the port it had before, so that a restart is the same server. `more`: options, NULL-ended. */
static inline void server_again(struct server *s, const char *const *more)
{
    char port[16];
    snprintf(port, sizeof port, "%d", s->port);
    char *argv[FIXTURE_ARGS + 12] = { (char[]){ "redis-server" },
                                      (char[]){ "--port" },
                                      port,
                                      (char[]){ "--bind" },
                                      (char[]){ "127.0.0.1" },
                                      (char[]){ "--save" },
                                      (char[]){ "" },
                                      (char[]){ "--dir" },
                                      s->folder };
    int n = 9;
    for (int i = 0; more != NULL && more[i] != NULL && i < FIXTURE_ARGS; i++)
        argv[n++] = (char *)(uintptr_t)more[i];
    server_run(s, "redis-server", argv);
}

static inline void server_start(struct server *s, const char *const *more)
{
    *s = (struct server){ .port = free_port() };
    snprintf(s->folder, sizeof s->folder, "/tmp/linli-redis-XXXXXX");
    assert_non_null(mkdtemp(s->folder));
    server_again(s, more);
}

static inline void server_kill(struct server *s)
{
    if (s->pid <= 0)
        return;
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    s->pid = 0;
}

/* Files that redis-server leaves in its folder: none of ours is nested. */
static inline void server_end(struct server *s)
{
    char command[128];
    server_kill(s);
    snprintf(command, sizeof command, "rm -r -- '%s'", s->folder);
    assert_int_equal(system(command), 0);
}

/* Turns the loop until `is` says so; false after FIXTURE_WAIT_MS. */
static inline void turned(uv_timer_t *timer)
{
    (void)timer;
}

static inline bool turn_until(uv_loop_t *loop, bool (*is)(void *context), void *context)
{
    uv_timer_t tick;
    uint64_t end = uv_hrtime() + (uint64_t)FIXTURE_WAIT_MS * 1000000;
    uv_timer_init(loop, &tick);
    uv_timer_start(&tick, turned, 5, 5);
    while (!is(context) && uv_hrtime() < end)
        uv_run(loop, UV_RUN_ONCE);
    bool ok = is(context);
    uv_close((uv_handle_t *)&tick, NULL);
    uv_run(loop, UV_RUN_NOWAIT);
    return ok;
}

#endif
