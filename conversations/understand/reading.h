/* Inside of the two halves of understand.h. */
#ifndef CONVERSATIONS_UNDERSTAND_READING_H
#define CONVERSATIONS_UNDERSTAND_READING_H

#include "conversations/understand/entities.h"
#include "conversations/understand/gazetteer.h"
#include "conversations/understand/mend.h"
#include "conversations/understand/normal.h"
#include "conversations/understand/person.h"
#include "conversations/understand/rules.h"
#include "conversations/understand/trace.h"
#include "conversations/understand/understand.h"

/* Patterns that stand for a word at every step, and for the shapes of short answers: data,
 * compiled. */
/* clang-format off */
#define PHRASE_MAP(X) \
    X(PHRASE_OPT_OUT, "opt_out") X(PHRASE_OPT_OUT_ALL, "opt_out_all") \
    X(PHRASE_OFFER, "opt_out_offer") X(PHRASE_N, "n") X(PHRASE_STOP, "stop") \
    X(PHRASE_CANCEL, "cancel") X(PHRASE_BACK, "back") X(PHRASE_HELP, "help") \
    X(PHRASE_HUMAN, "human") X(PHRASE_FIX, "fix") X(PHRASE_THANKS, "thanks") \
    X(PHRASE_YES, "yes") X(PHRASE_YES_HERE, "yes_here") X(PHRASE_NO_HERE, "no_here") \
    X(PHRASE_NO, "no") X(PHRASE_CHOICE, "choice") X(PHRASE_ALL, "all") X(PHRASE_JOIN, "join") \
    X(PHRASE_HEAD, "head") X(PHRASE_TAIL, "tail") X(PHRASE_ACTIVITY_HEAD, "activity_head") \
    X(PHRASE_ACTIVITY_TAIL, "activity_tail") X(PHRASE_NOT_ACTIVITY, "not_activity") \
    X(PHRASE_PLACE_VERB, "place_verb") X(PHRASE_SPLIT_VERB, "split_verb") \
    X(PHRASE_SECOND, "second_wish") X(PHRASE_KEYWORD_HEAD, "keyword_head") \
    X(PHRASE_KEYWORD_TAIL, "keyword_tail") X(PHRASE_REASON, "reason") \
    X(PHRASE_EXCEPTION, "exception") X(PHRASE_RATING, "rating") X(PHRASE_REFUSE, "refuse") X(PHRASE_EVERY, "every") \
    X(PHRASE_MENDED, "mended") X(PHRASE_UNDONE, "undone") X(PHRASE_GIVES_UP, "gives_up") \
    X(PHRASE_PURPOSE, "purpose") X(PHRASE_TOPIC, "topic") X(PHRASE_OCCASION, "occasion") X(PHRASE_NOT_KEYWORD, "not_keyword") \
    X(PHRASE_RECRUIT_DEED, "recruit_deed") X(PHRASE_AUTO_REPLY, "auto_reply")
/* clang-format on */
enum phrase {
#define PHRASE_ENUM(name, text) name,
    PHRASE_MAP(PHRASE_ENUM)
#undef PHRASE_ENUM
        PHRASE_COUNT
};

struct understander {
    struct zone zone;
    char *source; /* the text of intents.json, for the lines of findings */
    struct han *han;
    struct lunar *lunar;
    struct gazetteer *gazetteer;
    struct rules rules;
    struct pattern phrases[PHRASE_COUNT];
    struct name_words names;
    struct words *relatives; /* 老伴, 孙女 … */
    struct words *chores;    /* 修灯, 买菜 …: what help is asked for */
    struct words *devices;   /* 电视, 水管 … */
    struct words *starters;  /* of entities_find */
    struct mender *typos;    /* 志原者 → 志愿者 */
    struct mender *sounds;   /* whatever sounds like 志愿者 → 志愿者 */
};

struct reading {
    const struct understander *u;
    struct arena *arena;
    pcre2_match_data *data; /* for every match of this text, one after the other */
    enum text_channel channel;
    struct calendar calendar;
    struct normal normal;
    struct entities entities;
    enum global_word global;
    struct candidate candidates[CANDIDATES_MAX];
    int candidate_count;
    struct reading *second; /* the rest of the text behind 另外, 顺便 …; NULL when there is none */
    struct reading
        *by_sound;       /* read again with homophones mended; NULL when that changed nothing */
    struct trace *trace; /* NULL unless somebody wants to see how it came about (trace.h) */
    uint64_t *tried;     /* the rules whose words occur; NULL without a trace */
    struct reading *corrected; /* what 不是昨天，是前天 puts right: 前天; NULL when it is none */
};

/* Whether a candidate may win in a context. */
bool candidate_counts(const struct reading *r, const struct candidate *c, enum context context);
bool reading_is(const struct reading *r, enum phrase phrase, struct slice text,
                struct pattern_match *match);
/* The text of a part of the masked text, with what was recognized as it was written. */
struct slice reading_part(const struct reading *r, size_t from, size_t to);
/* Cuts fillers and separators off both ends of a part of the masked text with two phrases. */
void reading_trim(const struct reading *r, enum phrase head, enum phrase tail, size_t *from,
                  size_t *to);
/* The lower-case text with phone and document numbers blanked, for readers of other numbers. In the
 * arena. */
struct slice reading_without_codes(const struct reading *r);
/* The next piece of the masked text between separators and recognized things, from `*at` on; false
 * at the end. */
bool reading_piece(const struct reading *r, size_t *at, size_t *from, size_t *to);

#endif
