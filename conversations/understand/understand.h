/* What a person meant. Two halves: `understand_read` needs no conversation and runs before the
 * worker's queue (any thread); `understand_decide` and `understand_answer` choose among its
 * readings by context. */
#ifndef CONVERSATIONS_UNDERSTAND_UNDERSTAND_H
#define CONVERSATIONS_UNDERSTAND_UNDERSTAND_H

#include <jansson.h>
#include <stdbool.h>

#include "gateway/base/civil.h"
#include "gateway/base/error.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

struct understander; /* compiled patterns and tables: immutable, shared by all threads */

/* A data file's text by path ("conversations/intents.json"); empty when there is none. */
typedef struct slice (*data_reader)(void *context, const char *path);

/* Compiles intents.json, the vocabularies and the gazetteer. GW_ECONFIG names file, line, reason.
 */
GW_MUSTCHECK int understander_make(data_reader read, void *context, struct zone zone,
                                   struct understander **out, struct fault *fault);
/* The same with the small files of words that are put over intents.json (vocabulary.h): `names`
 * gives the path of the i-th, in order, NULL behind the last. */
struct understander_data {
    data_reader read;
    const char *(*names)(void *context, int i); /* NULL: there are none */
    void *context;
};
GW_MUSTCHECK int understander_make_from(const struct understander_data *data, struct zone zone,
                                        struct understander **out, struct fault *fault);
void understander_free(struct understander *u);
/* All vocabularies as patterns have them: an object of arrays of words, added ones included.
 * Borrowed for the life of `u`. */
const json_t *understander_vocabulary(const struct understander *u);
/* Whether a word more of that vocabulary would be understood (vocabulary_is_used). */
bool understander_uses(const struct understander *u, const char *vocabulary);

enum text_channel { CHANNEL_SMS, CHANNEL_WECHAT, CHANNEL_WECHAT_VOICE };

/* What the last message to this person was about (shared names: data/README "Contexts"). */
#define CONTEXT_MAP(X)                                                                             \
    X(CONTEXT_NONE, "none")                                                                        \
    X(CONTEXT_MENU, "menu")                                                                        \
    X(CONTEXT_CONFIRM, "confirm")                                                                  \
    X(CONTEXT_SURVEY, "survey")                                                                    \
    X(CONTEXT_RECRUIT, "recruit")                                                                  \
    X(CONTEXT_REG_NAME, "reg_name")                                                                \
    X(CONTEXT_REG_ID, "reg_id")                                                                    \
    X(CONTEXT_REPORT, "report")                                                                    \
    X(CONTEXT_REVIEW, "review") X(CONTEXT_BIND, "bind") X(CONTEXT_CHECKED_IN, "checked_in")
enum context {
#define CONTEXT_ENUM(name, text) name,
    CONTEXT_MAP(CONTEXT_ENUM)
#undef CONTEXT_ENUM
        CONTEXT_COUNT
};
const char *context_name(enum context c);
int context_find(struct slice name); /* -1 when unknown */

struct reading; /* one text, normalized, with every recognized thing and candidate intent; in the
                   arena */

/* Reads a text of at most 2,000 bytes (longer ones are cut at a character). Dates are resolved
 * against `now`, when the text arrived. */
struct reading *understand_read(const struct understander *u, struct slice text,
                                enum text_channel channel, int64_t now, struct arena *a);
/* The text after normalization, and as written. Borrowed from the reading. */
struct slice reading_text(const struct reading *r);
struct slice reading_original(const struct reading *r);

struct understood {
    const char *intent; /* "unknown" when nothing matched; static or owned by the understander */
    json_t *slots;      /* new reference, never NULL; the caller decrefs */
    json_t *also;       /* new reference: [{intent, slots}] or NULL */
    const char *why;    /* name of the rule that decided, for logs and --json */
    bool by_homophone;  /* only the sound matched: confirm before a record changes */
    bool safety; /* someone is in danger: slots hold "danger" (fall, fire, chest, gas, suicide …) */
};

/* The best intent in a context. */
void understand_decide(const struct understander *u, const struct reading *r, enum context c,
                       struct understood *out);

/* The words that work at every step, checked before any flow (scripts.md section 0). */
enum global_word {
    GLOBAL_NONE,
    GLOBAL_OPT_OUT, /* R T TD 退订 拒收 STOP 0000, 莫再发了 …: whole-message or asked for */
    GLOBAL_OPT_OUT_ALL,   /* 全停 */
    GLOBAL_OPT_OUT_OFFER, /* 退: opt out and offer to cancel the nearest sign-up */
    GLOBAL_N,             /* N: depends on what is open */
    GLOBAL_STOP,          /* 停: depends on what is open */
    GLOBAL_CANCEL,        /* QX 取消 撤: depends on what is open */
    GLOBAL_BACK,          /* 0 返回 上一步 */
    GLOBAL_HELP,          /* 帮助 */
    GLOBAL_HUMAN,         /* 人工 找个人 */
    GLOBAL_FIX,           /* 改 alone */
    GLOBAL_THANKS, /* 谢谢 收到 好的 and the like, alone: courtesy when nothing is open */
    GLOBAL_DIGIT,  /* a bare number (slot n) */
    GLOBAL_YES,    /* a bare yes */
    GLOBAL_NO      /* a bare no */
};
enum global_word understand_global(const struct reading *r);
/* Whether somebody wants no more of what is asked: 算了, 不登记了. */
bool understand_refuses(const struct reading *r);

/* Whether a phone or a mailbox wrote it by itself: 您好，我现在不方便，稍后联系您; 自动回复. */
bool understand_is_automatic(const struct reading *r);

/* Reads the text as the answer to a question. `kind` is the "reads" of a flow's step (the list is
 * in conversations/README.md). On 1 the read slots are set in `slots`; 0 when it is no such answer.
 */
GW_MUSTCHECK int understand_answer(const struct understander *u, const struct reading *r,
                                   struct slice kind, json_t *slots);
/* The name of the i-th kind, from 0; NULL behind the last. */
const char *understand_answer_kind(int i);
/* True when `kind` is known: `linli check` holds flows to it. */
bool understand_answers(struct slice kind);

/* Checks every data file, adding findings (strings) to the array: shadowed patterns, unbounded
 * back-tracking, unknown vocabulary. */
void understander_check(const struct understander *u, json_t *findings);

#endif
