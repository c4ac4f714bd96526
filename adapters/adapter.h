/* What every way in has in common. A message adapter is pure: bytes in, structs out, and the
 * reverse; no socket, no clock, no database, no state. All results live in the given arena and may
 * borrow from the request. Any thread. */
#ifndef ADAPTERS_ADAPTER_H
#define ADAPTERS_ADAPTER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/error.h"
#include "gateway/base/mem.h"
#include "gateway/base/network.h"
#include "gateway/base/slice.h"

/* A text of a person is kept to this many bytes, cut at a character; WeChat's own limit for texts
 * is 2,048 (wechat.md 3.2), thirty SMS segments are less. */
enum { ADAPTER_TEXT_MAX = 2000 };

/* Parts of one long message at most; a text of the size above has fewer. */
enum { ADAPTER_PARTS_MAX = 32 };

/* Keys of messages are remembered this long, so what its provider dates further away is refused. */
enum { ADAPTER_OLDEST_S = 35 * 24 * 60 * 60 };

/* One account of a provider, from the configuration. The gateway owns it; read-only. */
struct account {
    const char *name;      /* the {account} of the URL, e.g. "demo" */
    const char *channel;   /* "sms" or "wechat" */
    const char *full_name; /* "sms/demo" */
    const char *realm;     /* whose senders these are: "sms", or "wechat/NAME" */
    const struct adapter *adapter;
    const char *secret; /* the {secret} path segment, where a provider signs nothing; NULL: none */
    const char *signature; /* SMS signature without 【】, e.g. "思茅志愿"; NULL: none */
    int rate;              /* SMS segments, or messages elsewhere, a second; 0: no limit */
    int price_fen;         /* of one of them; 0: nothing or unknown */
    const char *extension; /* digits behind our number, as phones see it; "": none */
    const struct network *networks; /* its provider calls from these; without any, from anywhere */
    size_t network_count;
    int number_minute, number_hour, number_day; /* what its provider takes for one number; 0: all */
    int quiet_from,
        quiet_to; /* minutes after midnight without notices; the same: none of its own */
    const char *const *prefixes; /* numbers it is chosen for begin so; without any, all */
    size_t prefix_count;
    json_t *settings;  /* the adapter's own keys, checked by its `check`; read-only */
    void *prepared;    /* what `check` made of the settings, read-only afterwards; may be NULL */
    bool answers_only; /* set by `check`: its settings lack what sending needs */
};

/* What the adapter sees of an HTTP request. */
struct webhook {
    struct slice method; /* "GET" or "POST" */
    struct slice rest; /* path behind /channel/account: "", "/status", "/SECRET" … without secret */
    struct slice query; /* raw */
    struct slice content_type;
    struct slice body;
    const char *url; /* the public URL as configured, for signatures over it; NULL if unknown */
    struct slice (*header)(const void *context, const char *name);
    const void *context;
};

enum inbound_kind {
    INBOUND_TEXT,
    INBOUND_VOICE, /* `text` is the recognized speech, may be empty */
    INBOUND_IMAGE,
    INBOUND_LOCATION,
    INBOUND_LINK,
    INBOUND_SUBSCRIBE,   /* `event_key` may hold a scene */
    INBOUND_UNSUBSCRIBE, /* cannot be answered */
    INBOUND_SCAN,
    INBOUND_CLICK, /* `event_key` is the menu's key; `text` the same as if typed */
    INBOUND_OTHER, /* known to be harmless, counted, acknowledged, nothing stored */
    INBOUND_VIDEO,
    INBOUND_REVOKED, /* no longer wants us to hold personal data; cannot be answered */
    /* What follows is acknowledged and counted like INBOUND_OTHER, nothing of it is stored. */
    INBOUND_VIEW,     /* a menu's page was opened: `event_key` */
    INBOUND_POSITION, /* where a phone is, told without being asked */
    INBOUND_CONSENT, /* subscription notices: `event_key` is "TEMPLATE:accept …", which is kept */
    INBOUND_NOTICE,  /* for the operator: `event_key` what, `text` its state */
    INBOUND_KINDS    /* the count */
};
/* Whether a kind is a message that is stored and goes to the conversation. */
bool inbound_is_message(enum inbound_kind kind);

/* One message of one person. */
struct inbound {
    enum inbound_kind kind;
    struct slice sender;    /* phone, normalized to 11 digits, or openid */
    struct slice recipient; /* service number or original id */
    struct slice text;      /* UTF-8, valid, without NUL and control bytes */
    struct slice key;       /* for duplicates: unique in the account, at most 255 bytes */
    struct slice event_key;
    struct slice media;      /* media id, picture URL … */
    struct slice media_more; /* its picture URL, thumbnail or better copy */
    /* What this action lets the account send by itself: so many messages within so many seconds, by
     * kind of action; 0: nothing, or nothing is counted. */
    int grant_kind, grant_count, grant_s;
    bool tapped;                /* the text was not typed but chosen from a list of ours */
    int64_t tap;                /* the number that list was sent with; -1 when it is none of ours */
    int64_t sent_at;            /* the provider's UTC seconds, 0 when it gives none */
    double latitude, longitude; /* INBOUND_LOCATION */
    /* A part of a long SMS that the provider did not join: `part` of `parts` (0: a whole message),
     * and what its parts share, at most 64 bytes. */
    struct slice reference;
    int part, parts;
    bool
        bad_header; /* its header is damaged: taken as a whole message, as it stands, and counted */
};

/* What became of a message of ours. */
struct receipt {
    struct slice our_id; /* the outbox id we gave with the send, when the provider returns it */
    struct slice provider_id; /* the provider's message id, when it does not */
    bool final;               /* no later receipt changes it */
    bool delivered;
    struct slice reason; /* the provider's code, for the row and the counter */
    int64_t at;          /* provider's UTC seconds, 0 when not given */
    /* The phone it went to, when the provider tells: several rows may share one provider_id. */
    struct slice recipient;
    /* Of one that is final and not delivered, at most one of: */
    bool opted_out; /* the number is on a blacklist: its owner, or the carrier, refuses us */
    bool dead;      /* nobody has this number */
    bool missed;    /* the phone was not reached: off, far away, or out of service */
};

/* Why a webhook was refused; each is a counter. */
#define WEBHOOK_REFUSALS(X)                                                                        \
    X(REFUSED_NONE, 0, "none")                                                                     \
    X(REFUSED_METHOD, 405, "method")                                                               \
    X(REFUSED_PATH, 404, "path")                                                                   \
    X(REFUSED_SIGNATURE, 403, "signature")                                                         \
    X(REFUSED_STALE, 403, "stale") /* clock far off */                                             \
    X(REFUSED_TOO_BIG, 413, "too_big")                                                             \
    X(REFUSED_MALFORMED, 400, "malformed")                                                         \
    X(REFUSED_ENCODING, 400, "encoding")                                                           \
    X(REFUSED_DOCTYPE, 400, "doctype")                                                             \
    X(REFUSED_RECIPIENT, 403, "recipient") /* another account's message */                         \
    X(REFUSED_MODE, 403, "mode")           /* clear where it must be encrypted, or the reverse */  \
    X(REFUSED_ENCRYPTION, 403, "encryption")

enum webhook_refusal {
#define WEBHOOK_REFUSAL_ENUM(name, status, text) name,
    WEBHOOK_REFUSALS(WEBHOOK_REFUSAL_ENUM)
#undef WEBHOOK_REFUSAL_ENUM
        WEBHOOK_REFUSAL_COUNT
};
/* The status of the HTTP response; the counter's label. Static. */
int webhook_refusal_status(enum webhook_refusal r);
const char *webhook_refusal_name(enum webhook_refusal r);

/* A request, understood. */
struct decoded {
    enum webhook_refusal refusal; /* when not REFUSED_NONE nothing else is valid */
    struct inbound *messages;
    size_t message_count;
    struct receipt *receipts;
    size_t receipt_count;
    size_t skipped;    /* entries of a batch that nobody can read: counted, the others are taken */
    bool reply_inline; /* the answer to messages[0] may be the HTTP response (one message only) */
    bool echo;         /* answer `body` at once, nothing to store (WeChat's GET verification) */
    struct slice body;
    void *detail; /* the adapter's own, for `respond` */
};

/* Bytes of an HTTP response. */
struct response {
    int status;
    const char *content_type; /* static */
    struct slice body;
    const char *headers[8]; /* name, value …, NULL; in the arena or static */
};

/* A text on its way out, rendered for the account's channel. */
struct outbound {
    int64_t id; /* outbox id, given to the provider where it takes one */
    struct slice recipient;
    struct slice message; /* catalogue id, for template accounts */
    const json_t *params; /* for template accounts: strings, each parameter as the text shows it, by
                             "name" and, where it has one, by "name|format" */
    struct slice text;    /* rendered, with 【signature】 and opt-out suffix for SMS */
    const char *status_url; /* our public URL for receipts of this account; NULL: none */
    struct slice token;     /* the account's access token, where its adapter has `token` */
    int way;                /* by which of the adapter's ways, from 0 */
};

/* An HTTP call to a provider; the platform makes it. */
struct http_call {
    const char *method; /* "GET" or "POST" */
    struct slice url;
    const char *headers[16]; /* "Name: value", NULL-terminated */
    struct slice body;       /* empty: none */
};

/* What came back. */
struct http_result {
    int status; /* 0: no response */
    bool sent;  /* the request left the machine, so without a response it may have worked */
    struct slice body;
    int64_t retry_after; /* seconds from Retry-After, 0 when absent */
    int64_t at;          /* when it came, UTC seconds: for quotas that end with a minute or a day */
};

enum send_outcome {
    SEND_OK,
    SEND_LATER,          /* temporary: again later */
    SEND_SLOW_DOWN,      /* temporary and our fault: halve the rate */
    SEND_ACCOUNT_BROKEN, /* credentials, balance: pause the account, tell someone */
    SEND_BAD_RECIPIENT,  /* this number never works */
    SEND_REJECTED,       /* this text is refused */
    SEND_UNCERTAIN,      /* it may have worked */
    SEND_NO_TOKEN,       /* the access token was not taken: with another one, again */
    SEND_CLOSED,         /* nothing may be sent to this person for now: by another channel */
};
struct sent {
    enum send_outcome outcome;
    struct slice provider_id; /* empty when the provider gives none */
    struct slice reason;      /* code and words, no personal data */
    int64_t retry_after; /* SEND_LATER, SEND_SLOW_DOWN: seconds the provider asks for (its clock-
                            aligned quotas included), 0: the dispatcher's own back-off */
    bool opted_out;      /* SEND_BAD_RECIPIENT: the number is on the provider's blacklist */
};

/* What a request for an access token came to. */
struct token_answer {
    struct sent sent; /* SEND_OK, or why there is none */
    struct slice token;
    int64_t expires_in; /* seconds */
};

/* What a scene's code came to. */
struct scene_answer {
    struct sent sent;     /* SEND_OK, or why there is none */
    struct slice content; /* of the QR code */
};

struct adapter {
    const char *name;    /* the "provider" of the configuration: "wechat", "kannel" */
    const char *channel; /* "sms" or "wechat" */
    bool by_template;    /* sends approved templates alone: a text beside them is one of its own */
    bool signs;          /* its provider signs what it pushes, so that a sender cannot be forged */
    /* How its templates write a variable: "${name}", "{1}"; NULL: nothing is to be approved. */
    const char *placeholder;
    /* Checks an account's settings at start and on reload; fills account->prepared (in the arena).
     * 0 or GW_ECONFIG with the fault naming the key. */
    int (*check)(struct account *account, struct arena *a, struct fault *fault);
    /* Verifies and decodes one request. `now` in UTC seconds. Never fails: a refusal is a result.
     */
    void (*decode)(const struct account *account, const struct webhook *hook, int64_t now,
                   struct arena *a, struct decoded *out);
    /* The response once everything is committed. `replies` (already rendered for the channel) is
     * empty when there is nothing to say, has one element when decoded->reply_inline; `received_at`
     * is the stored time of the first delivery, so that a retry gets the same bytes. */
    void (*respond)(const struct account *account, const struct decoded *decoded,
                    const struct slice *replies, size_t reply_count, int64_t received_at,
                    struct arena *a, struct response *out);
    /* Builds the call that sends a text. GW_E* when it cannot be said on this account. NULL: this
     * account cannot send by itself. */
    int (*send)(const struct account *account, const struct outbound *message, int64_t now,
                struct arena *a, struct http_call *out, struct fault *fault);
    /* Reads what came back. */
    void (*sent)(const struct account *account, const struct http_result *result, struct arena *a,
                 struct sent *out);
    /* Asks what became of a message whose request got no answer; it is called some seconds after
     * it, or after a crash. `message` has id and recipient only. GW_E* when this account cannot be
     * asked. NULL: no status query. */
    int (*query)(const struct account *account, const struct outbound *message, int64_t now,
                 struct arena *a, struct http_call *out, struct fault *fault);
    /* Reads what came back about the same `message`: SEND_OK it was taken, SEND_LATER it never
     * arrived and may go again, SEND_UNCERTAIN still nobody knows, or why it was refused. An empty
     * reason leaves that of the request without an answer. */
    void (*queried)(const struct account *account, const struct outbound *message,
                    const struct http_result *result, struct arena *a, struct sent *out);
    /* The provider takes outbound.id and sends one message however often it comes, so a request
     * without an answer may simply be made again. */
    bool repeatable;
    /* How many ways there are to say a message, in the order in which they are tried; 0 is one.
     * `send` answers GW_ENOTFOUND for a way that this message does not have. */
    int ways;
    /* What the person must have agreed to for a message to go this way (INBOUND_CONSENT); empty:
     * nothing. NULL: nothing ever. */
    struct slice (*consent)(const struct account *account, struct slice message, int way);
    /* Whether a message can go by the last of several ways at all. NULL: where there are several,
     * none can. */
    bool (*has_way)(const struct account *account, struct slice message);
    /* Asks for the access token that `send` wants in `message->token`; GW_E* when the account is
     * not made for it. NULL: sends want none. And reads what came back. */
    int (*token)(const struct account *account, struct arena *a, struct http_call *out,
                 struct fault *fault);
    void (*token_read)(const struct account *account, const struct http_result *result,
                       struct arena *a, struct token_answer *out);
    /* Asks for a QR code whose scan brings back `scene` (1 to 64 letters, digits, dots) as that of
     * INBOUND_SCAN or INBOUND_SUBSCRIBE, for `seconds`; GW_E* when the account is not made for it.
     * NULL: no codes. And reads what came back. */
    int (*scene)(const struct account *account, struct slice token, struct slice scene, int seconds,
                 struct arena *a, struct http_call *out, struct fault *fault);
    void (*scene_read)(const struct account *account, const struct http_result *result,
                       struct arena *a, struct scene_answer *out);
    /* Asks for a file that a person sent, by its id; and reads what came back: SEND_OK with the
     * file (borrowed from the result), or where it can be had; SEND_REJECTED when the provider does
     * not have it. NULL: nothing can be fetched. */
    int (*download)(const struct account *account, struct slice media, struct slice token,
                    struct arena *a, struct http_call *out, struct fault *fault);
    void (*downloaded)(const struct account *account, const struct http_result *result,
                       struct arena *a, struct sent *sent, struct slice *file, struct slice *url);
};

/* All adapters, NULL-terminated: how to add a provider is one file and one line in
 * adapters/adapter.c. */
extern const struct adapter *const adapters[];
/* By provider name; NULL when there is none. */
const struct adapter *adapter_find(const char *provider);

#endif
