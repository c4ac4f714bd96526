/* A whole Linli without a network: a real store, the real catalogue and handlers, a clock that
 * stands where it is put. What the transcripts and the engine's tests talk to. */
#ifndef TESTS_CONVERSATIONS_WORLD_H
#define TESTS_CONVERSATIONS_WORLD_H

#include "conversations/conversation.h"
#include "gateway/store/outbox.h"
#include "handlers/service.h"
#include "tests/support/support.h"

enum { WORLD_SEEN_MAX = 2000, WORLD_ERROR_MAX = 1000, WORLD_SHOWN_MAX = 16 };

struct world {
    struct support *support;
    struct catalogue *catalogue;
    struct policy *policy;
    json_t *policy_changes; /* what `@ policy` said so far; NULL: nothing */
    json_t *templates;      /* what `@ templates` said; in `terms` */
    int64_t now;
    char realm[16], account[16], sender[80]; /* who speaks */
    enum text_channel channel;
    struct account_terms terms;   /* of every account: 5 fen a segment, signed */
    int keys;                     /* messages so far: their keys */
    int traces;                   /* transactions so far: each has a trace of its own */
    int64_t seen[WORLD_SEEN_MAX]; /* outbox rows shown already */
    int seen_count;
    struct {
        int64_t menu; /* the number its links carry */
        char *text;
    } shown[WORLD_SHOWN_MAX]; /* the last replies in WeChat, newest last */
    int shown_count;
    struct arena arena;          /* of the last turn */
    struct turn turn;            /* the last turn */
    char error[WORLD_ERROR_MAX]; /* why the last call failed */
};

/* `catalogue` (NULL: the program's own data) is held, not taken. */
struct world *world_open(struct catalogue *catalogue);
void world_close(struct world *w);
/* Closes the database and opens it again. */
void world_restart(struct world *w);

void world_speaker(struct world *w, enum text_channel channel, const char *sender);
/* Runs what is due by `now`, then stands there. 0 or GW_E*, w->error says why. */
int world_move_clock(struct world *w, int64_t now);
/* One text, or an event when `text` is empty, through address, turn, inbox, in one transaction;
 * after a failure the apology, as the worker does it. 0 or GW_E*. */
int world_say(struct world *w, struct slice text, struct slice event);
/* The same for an event that brings slots (borrowed). */
int world_event(struct world *w, struct slice event, json_t *slots);

/* Taps a choice 〔text〕 of the reply in WeChat `back` before the last: GW_ENOTFOUND when it has no
 * such choice, else as world_say. */
int world_tap(struct world *w, int back, struct slice text);

/* Runs `run` in a transaction that is committed when it returns 0 or more; also run by the calls
 * above. */
int world_transact(struct world *w,
                   int (*run)(struct world *w, const struct service *s, void *context),
                   void *context);

/* The next message of our own to a phone or openid that has become due and was not looked at: 1
 * with its id and parameters (arena), 0 when there is none, or GW_E*. */
int world_next_notice(struct world *w, const char *recipient, struct outbox_row *out);

/* Sends what is due as the dispatcher does, to a provider that takes all: of the broadcasts' rows
 * the first `failed` are reported as not delivered, the next `unreported` not at all, the others as
 * delivered. The number sent, or GW_E*. */
int world_deliver(struct world *w, int failed, int unreported);
/* The next phone that has a message of this id before it, sent and not looked at: 1, 0 or GW_E*. */
int world_next_phone(struct world *w, const char *message, char phone[12]);

/* The ids of the last reply, with those joined to it: "resume.where+hours.how_long", "" for none.
 * In the arena. */
struct slice world_reply_ids(struct world *w);

/* The text of the last reply, or of a message; in the arena. `signed_text`: with the signature. */
int world_reply_text(struct world *w, bool signed_text, struct slice *out);
int world_message_text(struct world *w, enum text_channel channel, struct slice id,
                       struct slice params, bool signed_text, struct slice *out);

#endif
