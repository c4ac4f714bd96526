/* What the files of the HTTP server share; nobody else includes it. All on the loop's thread. */
#ifndef GATEWAY_HTTP_INTERNAL_H
#define GATEWAY_HTTP_INTERNAL_H

#include <microhttpd.h>
#include <netinet/in.h>

#include "gateway/base/sbuf.h"
#include "gateway/http_server.h"

struct http_conn;
struct http_linger;

/* The states of a request, in order. Only request_move changes one. */
enum request_state {
    REQUEST_READING,  /* headers and body arrive */
    REQUEST_HANDLING, /* inside the handler's call */
    REQUEST_WAITING,  /* suspended until http_answer */
    REQUEST_ANSWERED, /* has a response that libmicrohttpd has not taken yet */
    REQUEST_QUEUED,   /* the response goes out */
    REQUEST_DEAD,     /* past its deadline or stopped: the connection is closed without an answer */
    REQUEST_STATES    /* the count */
};

struct request {
    struct http_request http; /* first, so that a struct http_request * is a struct request * */
    struct http_conn *conn;
    struct request *prev, *next; /* in the list of its state (WAITING) or of free requests */
    enum request_state state;
    struct arena arena;
    struct sbuf body;
    struct MHD_Response *response; /* REQUEST_ANSWERED */
    int status;
    void (*sent)(void *context, bool ok);
    void *sent_context;
    size_t overrun;       /* bytes of the body beyond the limit, thrown away */
    bool handled;         /* was given to the handler */
    uint64_t begun_at;    /* uv_hrtime of the request line */
    uint64_t complete_at; /* uv_hrtime of the last byte of the body */
};

/* Two lists, each in order of time because its duration never changes. */
enum deadline_list {
    DEADLINE_NONE,
    DEADLINE_BUSY, /* deadline_ms */
    DEADLINE_IDLE, /* idle_s + deadline_ms */
    DEADLINE_LISTS
};

/* One connection; libmicrohttpd's socket context. */
struct http_conn {
    struct http_server *server;
    struct MHD_Connection *mhd;
    int fd;
    struct request *request; /* NULL between requests */
    struct http_conn *prev, *next;
    enum deadline_list list;
    uint64_t due; /* uv_now */
    bool linger;  /* the peer may still be writing a body that nobody reads */
    bool trusted; /* the peer is a trusted proxy */
    char remote[INET6_ADDRSTRLEN];
};

struct http_server {
    uv_loop_t *loop;
    struct MHD_Daemon *daemon;
    uv_poll_t poll;       /* libmicrohttpd's epoll descriptor */
    uv_timer_t run_timer; /* what MHD_get_timeout asked for */
    uv_timer_t deadline_timer;
    uv_idle_t soon;   /* runs once before the loop polls again */
    int open_handles; /* of the four above */
    int port;
    size_t body_limit;
    uint64_t durations[DEADLINE_LISTS]; /* ms */
    struct http_conn *first[DEADLINE_LISTS], *last[DEADLINE_LISTS];
    struct request *waiting; /* REQUEST_WAITING */
    struct request *spare;   /* finished requests, kept with one block of memory each */
    int spares;
    int connections, connection_limit;
    bool room;   /* a connection has gone while the limit was reached */
    int pending; /* HANDLING to the end of QUEUED */
    struct http_linger *lingering;
    int lingerings;
    char **trusted; /* NULL-terminated */
    void (*handle)(void *context, struct http_request *r);
    void *context;
    void (*closed)(void *context);
    void *closed_context;
    struct metrics *metrics;
    struct log *log;
    bool running; /* inside http_server_run */
    bool quiesced;
    bool ending;   /* no request reaches the handler any more */
    bool stopping; /* libmicrohttpd is not touched any more */
};

/* http_server.c: lets libmicrohttpd do all it can do now. */
void http_server_run(struct http_server *s);
/* The same once this turn of the loop is over, so that answers given one after the other go out in
 * one run. Without threads of its own libmicrohttpd does not notice by itself that a connection was
 * resumed. */
void http_server_run_soon(struct http_server *s);

/* http_deadline.c: puts a connection at the end of a list, or on none. */
void deadline_set(struct http_conn *c, enum deadline_list list);

/* http_request.c: libmicrohttpd's callbacks. */
void *on_request_line(void *server, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result on_access(void *server, struct MHD_Connection *mhd, const char *url,
                          const char *method, const char *version, const char *upload,
                          size_t *upload_size, void **request);
void on_completed(void *server, struct MHD_Connection *mhd, void **request,
                  enum MHD_RequestTerminationCode how);
/* Ends a waiting request whose time is over: on_closed, then 503 goes out and the connection ends.
 */
void request_late(struct request *r);
/* Ends a waiting request without an answer: on_closed, then the connection may go. */
void request_kill(struct request *r);
void request_free_spares(struct http_server *s);

/* http_conn.c: connections come and go. */
void on_connection(void *server, struct MHD_Connection *mhd, void **conn,
                   enum MHD_ConnectionNotificationCode what);
struct http_conn *conn_of(struct MHD_Connection *mhd);
/* The peer, or the first untrusted hop of X-Forwarded-For; in the arena or the connection. */
struct slice conn_remote(const struct http_conn *c, struct arena *a);

/* http_linger.c: reads what a refused client still writes, so that it sees the answer and not a
 * reset. */
void linger_start(struct http_server *s, int fd);
void linger_stop_all(struct http_server *s);

/* http_server.c: frees the server when its last handle and lingering connection are gone. */
void http_server_closed_one(struct http_server *s);

#endif
