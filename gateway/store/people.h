/* Who writes to us: addresses (verified senders), the conversation each belongs to, the session of
 * a conversation, and the questions that messages of our own opened. Knows no volunteer. */
#ifndef GATEWAY_STORE_PEOPLE_H
#define GATEWAY_STORE_PEOPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/ids.h"
#include "gateway/base/vault.h"
#include "gateway/store/store.h"

struct address {
    int64_t id;
    struct slice realm;     /* "sms", or "wechat/NAME": an openid is valid in one account only */
    struct slice sender;    /* phone (11 digits) or openid */
    int64_t conversation;   /* shared by addresses of one person once they are bound */
    struct slice account;   /* the account it last wrote to, e.g. "sms/demo": where we answer */
    struct slice session;   /* JSON in the clear, empty when there is none */
    int64_t session_at;     /* when the session was stored */
    int64_t unreachable_at; /* since when its provider says that it cannot be reached; 0: it can */
};

/* Finds or makes the address, with its session. An empty `account` (somebody else named this
 * person) leaves the stored one; with one the person wrote, and is reachable again: then nobody
 * else writes for this person until the transaction ends (PostgreSQL; SQLite has one writer).
 * Strings are in the arena. */
GW_MUSTCHECK int people_address(struct tx *tx, const struct vault *v, struct ids *ids,
                                struct slice realm, struct slice sender, struct slice account,
                                int64_t now, struct arena *a, struct address *out);
/* The same by id, nothing made: 1, 0 when unknown, or GW_E*. */
GW_MUSTCHECK int people_by_id(struct tx *tx, const struct vault *v, int64_t id, struct arena *a,
                              struct address *out);
/* Another address of the same person in a realm (their phone, once it is bound), the first: 1, 0
 * when there is none, or GW_E*. */
GW_MUSTCHECK int people_other(struct tx *tx, const struct vault *v, int64_t id, struct slice realm,
                              struct arena *a, struct address *out);
/* Marks an address as one that its provider cannot reach: no broadcast goes there until the person
 * writes again. `reason` is the provider's. 1, 0 when it was marked before, or GW_E*. */
GW_MUSTCHECK int people_unreachable(struct tx *tx, int64_t id, struct slice reason, int64_t now);
/* Stores the session of a conversation in the place of the one before, encrypted; `a` is for the
 * ciphertext. `asked_at` is when its newest open question was asked, 0 when none is open: it stays
 * readable beside the ciphertext (people_asked_at). 0 or GW_E*. */
GW_MUSTCHECK int people_save_session(struct tx *tx, const struct vault *v, int64_t conversation,
                                     struct slice session, int64_t asked_at, int64_t now,
                                     struct arena *a);
/* 0, also when there is none, or GW_E*. */
GW_MUSTCHECK int people_drop_session(struct tx *tx, int64_t conversation);
/* Makes both addresses one conversation (phone and WeChat bound). Prompts come along; the session
 * of a conversation that no address belongs to any more is dropped. 0, or GW_ENOTFOUND. */
GW_MUSTCHECK int people_join(struct tx *tx, int64_t address, int64_t conversation);

/* When the newest question was asked that an address has open at `now`, in a reply or by a message
 * of our own that has left (its row is neither queued nor leased): a bare number would answer it,
 * so a broadcast waits a while for the answer. 1 with `*at` (UTC seconds), 0 when nothing is open,
 * or GW_E*. */
GW_MUSTCHECK int people_asked_at(struct tx *tx, int64_t address, int64_t now, int64_t *at);

/* The addresses that share a conversation with this one, itself first: all channels of a person. In
 * the arena. Their number (1 also for an address that nobody has), or GW_E*. */
GW_MUSTCHECK int people_channels(struct tx *tx, int64_t address, struct arena *a, int64_t **out);

/* Deletes sessions stored before `before`, and prompts whose time was over then; at most `limit` of
 * each are looked at. The next call goes on where this one ended (the place is kept in the
 * database). Returns 1, 0 when it came to the end (the next call begins anew), or GW_E*. Background
 * work: an unregistered person's half-finished answers are not kept. */
GW_MUSTCHECK int people_purge_sessions(struct tx *tx, int64_t before, int limit);

/* A question that a message of our own asked (an offer, a guardian's yes …): the conversation's
 * next turn finds it and opens the flow named by the message's "opens" in the catalogue. */
struct prompt {
    int64_t id; /* the outbox row that asked */
    int64_t conversation;
    struct slice message; /* id in the catalogue */
    struct slice params;  /* JSON object, in the clear here, encrypted on disk */
    int64_t asked_at;     /* when the question leaves, which may be in the future */
    int64_t until;        /* after it an answer is no longer taken */
};
/* Stores a prompt; `id` and `conversation` are set by the caller. 0 or GW_E*. */
GW_MUSTCHECK int people_prompt(struct tx *tx, const struct vault *v, const struct prompt *p,
                               struct arena *a);
/* Takes (removes) the prompts of a conversation, oldest first, in the arena: also those whose
 * `until` has passed, which the caller skips. One that waits for its time (`asked_at` after `now`)
 * stays: nobody can answer a question that was not sent yet. Number or GW_E*. */
GW_MUSTCHECK int people_take_prompts(struct tx *tx, const struct vault *v, int64_t conversation,
                                     int64_t now, struct arena *a, struct prompt **out);

#endif
