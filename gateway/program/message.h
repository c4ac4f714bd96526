/* One message from claim to reply, inside a savepoint: what serve's worker and `linli chat` both
 * run. */
#ifndef GATEWAY_PROGRAM_MESSAGE_H
#define GATEWAY_PROGRAM_MESSAGE_H

#include "adapters/adapter.h"
#include "conversations/conversation.h"
#include "gateway/recent.h"
#include "gateway/store/inbox.h"
#include "handlers/service.h"

struct message_input {
    struct slice account; /* "sms/demo" */
    struct slice realm;   /* "sms", "wechat/demo" */
    struct slice sender;
    struct slice key;              /* for duplicates */
    struct slice event;            /* "subscribe", "unsubscribe"; empty for a text */
    json_t *event_slots;           /* what comes with it; NULL: nothing */
    struct slice media;            /* the provider's id of a file that came with it; empty: none */
    struct slice media_kind;       /* "image", "voice", "video" */
    const struct reading *reading; /* NULL for an event */
    int64_t tap;                   /* of a choice of ours: the number of its list; 0: typed */
    struct slice text;             /* as written, kept encrypted */
    enum text_channel channel;
    const struct understander *understander;
    struct recent *recent; /* for senders that repeat themselves (loops.h); NULL: nobody does */
    struct recent_count everywhere; /* the same at all gateways; zeros: not known */
    int texts_per_minute; /* of a sender, with `recent`; 0: any number, and equal ones too */
    int grant_kind, grant_count, grant_s; /* what it lets the account send; 0: nothing */
    bool apart; /* several texts of one reply may leave one by one: the first is the answer, what
                   the account may send takes the others */
    /* A part of a long message (adapter.h): what waits for the others has no reply yet. */
    struct slice reference;
    int part, parts;    /* 0: a whole message */
    int64_t written_at; /* for the dates of a message whose parts are only joined here */
};

/* What became of a part. */
enum message_parts {
    MESSAGE_WHOLE,    /* it was no part */
    MESSAGE_WAITS,    /* the others are missing: kept */
    MESSAGE_JOINED,   /* the last one: the whole message was handled */
    MESSAGE_REPEATED, /* here before, in a push of another key */
    MESSAGE_LATE,     /* its message was handled without it: stored, not answered */
    MESSAGE_TIMED_OUT /* handled with what there was (message_parts_end) */
};

struct message_result {
    bool duplicate;
    int64_t inbox_id;     /* of the first delivery */
    int64_t received_at;  /* of the first delivery */
    struct slice replies; /* JSON array of {id, params}: what answers first, then what follows it */
    struct turn turn;     /* empty for a duplicate; turn_free it */
    struct address address;
    int unanswered; /* enum loop_kind of loops.h: why there is no turn, or an answer to a machine */
    enum message_parts parts;
};

/* Claims, runs the turn, stores. 0 or GW_E*: the caller undoes the savepoint and may call
 * message_failed in a new one. */
GW_MUSTCHECK int message_run(const struct catalogue *c, const struct service *s,
                             const struct message_input *in, struct message_result *out);

/* After message_run failed and was undone: claims again, stores the text with an apology as its
 * reply and a task for a person. */
GW_MUSTCHECK int message_failed(const struct catalogue *c, const struct service *s,
                                const struct message_input *in, struct message_result *out);

/* The time of a message in parts is over (timer PARTS_TIMER): what is there is handled, its reply
 * goes into the outbox. `apology`: the turn failed before, and an apology is given with a task for
 * a person. 1 when there was one to handle, 0 when not, or GW_E*. */
GW_MUSTCHECK int message_parts_end(const struct catalogue *c, const struct service *s, int64_t id,
                                   bool apology);

/* Puts replies (JSON array of {id, params}) to an address into the outbox: for channels that do not
 * answer in the HTTP response, and for replies that nobody fetched. `apart`: the account sends by
 * templates, so what stands in front of a reply or behind it leaves as a message of its own, each a
 * little after the one before. 0 or GW_E*. */
GW_MUSTCHECK int message_send(const struct service *s, const struct address *address,
                              struct slice account, bool apart, struct slice replies);

/* Of stored replies the first alone, which answers in the HTTP response, as an array in the arena;
 * `*rest` says how many follow it. GW_EDATA when they are damaged. */
GW_MUSTCHECK int message_first(struct slice replies, struct arena *a, struct slice *first,
                               size_t *rest);

/* Puts what follows the first reply into the outbox, each a little after the one before, none
 * before the first has arrived. 0 or GW_E*. */
GW_MUSTCHECK int message_send_rest(const struct service *s, const struct address *address,
                                   struct slice account, struct slice replies);

/* Renders stored replies for a channel, each as a text of its own (the one text of an HTTP response
 * is catalogue_render_replies), in the arena. `*count` of them; GW_E* when one cannot be. */
GW_MUSTCHECK int message_render(const struct catalogue *c, struct slice replies,
                                enum text_channel channel, const char *signature, bool links,
                                struct arena *a, struct slice **texts, size_t *count);

#endif
