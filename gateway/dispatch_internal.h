/* What a dispatcher is made of, shared by its files alone. */
#ifndef GATEWAY_DISPATCH_INTERNAL_H
#define GATEWAY_DISPATCH_INTERNAL_H

#include "gateway/dispatch.h"
#include "gateway/pool.h"

enum { DISPATCH_AGAIN_MS = 1000 /* after a transaction that was lost */ };

/* Rows leased together share an arena, which lives until the last of them is out of our hands. */
struct group {
    struct job job; /* first: leases */
    struct dispatch *d;
    struct arena arena;
    struct send *sends; /* one a row */
    struct outbox_row *rows;
    int count, room;
    int asked;            /* of them, at the end: uncertain since a crash, to be asked for */
    struct share *shares; /* URGENT and OTHER of each line */
    int holders;          /* sends in hand, and one while the job is with the worker */
    int64_t now;
    int64_t lapse; /* when the next lease of somebody else ends; 0: none */
};

/* What a lease may take for a queue, and what it found. */
struct share {
    int limit, taken;
    int64_t due; /* the next row's time; 0: none */
};

enum send_stage {
    SEND_READY,   /* leased and planned */
    SEND_MARKING, /* with the worker, to be marked `sending` */
    SEND_ON_ITS_WAY,
    SEND_TO_BE_ASKED, /* no answer came: the provider will be asked at query_at */
    SEND_ASKING,
    SEND_STORING,  /* the outcome is with the worker */
    SEND_UNSTORED, /* the store did not take it yet */
};

/* One row in hand. */
struct send {
    struct job job; /* first: stores the outcome */
    struct group *group;
    struct send *prev, *next; /* all that are in hand */
    struct send *behind;      /* the next in a queue of its line, or in the batch to mark */
    struct line *line;
    const struct outbox_row *row;
    enum send_stage stage;
    struct dispatch_plan plan;
    struct dispatch_plan admitted;  /* what admit said in the transaction that marks */
    struct http_transfer *transfer; /* NULL when no request is under way */
    uint64_t begun_ns;
    uint64_t query_at; /* loop's milliseconds */
    bool marked;       /* `sending` is committed */
    bool has_slot;
    bool unreachable; /* the recipient is to be marked so */
    bool opted_out;   /* `number_said` is to be told */
    int tries;
    int64_t owner; /* of the attempt: ours, or whoever crashed */
    enum outbox_outcome outcome;
    struct slice provider_id, reason;
    int64_t at,
        wait_s; /* the next attempt: at `at`, or when 0 so many seconds after the transaction */
};

/* Rows that are leased and planned, waiting for a place and a token. Times are the loop's
 * milliseconds; UINT64_MAX is never. */
struct queue {
    struct send *first, *last;
    int count;
    bool more;    /* there may be rows in the store whose time has come */
    uint64_t due; /* when there will be */
};

enum { URGENT, OTHER, QUEUES }; /* codes and replies; notices and broadcasts */

/* An account: its places, its rate, its rows that are ready. */
struct line {
    struct pool *rate;
    struct queue queues[QUEUES];
    int slots;             /* places taken: from the mark to the stored outcome */
    uint64_t token;        /* when the first that is ready can have a token */
    uint64_t paused_until; /* loop's milliseconds */
    bool broken;           /* since the last good answer */
};

struct mark_job {
    struct job job; /* first */
    struct dispatch *d;
    struct arena arena; /* what admit needs, for one batch */
    struct send *first;
};

struct dispatch {
    struct dispatch_options options;
    int64_t owner;
    struct line *lines; /* one an account, and the last for rows that none can send */
    int line_count;
    int turn; /* the line that is served first */
    uv_timer_t timer;
    uv_timer_t grace;
    uv_idle_t soon; /* looks and pumps once after all that happened in a turn of the loop */
    int open_handles;
    struct send *first; /* rows in hand */
    int in_hand;
    int unstored, to_be_asked;
    struct mark_job mark;
    bool leasing, marking;
    int careful;    /* rows that are marked one at a time, as a batch of them was lost */
    bool force;     /* rows were written: also a little room is worth a look */
    bool lapsed;    /* a lease ended: look also without any room */
    uint64_t retry; /* when to try again what a lost transaction left; loop's milliseconds */
    uint64_t lapse; /* when a lease of somebody else ends */
    bool stopping, grace_over;
    void (*stopped)(void *context);
    void *stopped_context;
};

/* dispatch.c */
void dispatch_soon(struct dispatch *d);
void dispatch_retry(struct dispatch *d);
uint64_t dispatch_now(const struct dispatch *d); /* the loop's milliseconds */
struct line *dispatch_line(const struct dispatch *d, struct slice lane);
bool line_paused(const struct dispatch *d, const struct line *l);
int line_slots(const struct dispatch *d, const struct line *l);
int line_reserved(const struct dispatch *d, const struct line *l);
int line_ready(const struct line *l);
/* Into its line's queue. */
void line_put(struct send *s);
void queue_put(struct queue *q, struct send *s);
struct send *queue_take(struct queue *q);

/* dispatch_lease.c: asks the store for rows where there is room. */
void dispatch_look(struct dispatch *d);
void group_release(struct group *g);

/* dispatch_send.c */
void send_begin(struct group *g, struct send *s, const struct outbox_row *row);
void send_end(struct send *s);
void send_settle(struct send *s, enum outbox_outcome outcome, struct slice reason, int status);
/* Not begun after all: queued again for the moment `at`, or at once when 0; nobody is told. */
void send_put_back(struct send *s, int64_t at, struct slice reason);
enum outbox_outcome send_outcome_of(const struct dispatch_plan *plan);
/* Marks and sends what has a place and a token. */
void dispatch_pump(struct dispatch *d);
/* Puts back all that is only ready. */
void line_put_back(struct line *l, int64_t at, struct slice reason);
/* Outcomes that the store did not take. */
void dispatch_store_again(struct dispatch *d);

/* dispatch_query.c */
/* No answer came: asks later if somebody can be asked. False: nobody. */
bool send_ask_later(struct send *s);
/* Asks now what is due, and all when stopping; gives the time of the next, UINT64_MAX for none. */
uint64_t dispatch_ask_due(struct dispatch *d);

#endif
