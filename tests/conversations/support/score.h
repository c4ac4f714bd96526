/* Scores the understanding of a set of texts: rows of `id, channel, text, intent, slots (JSON),
 * note`, parted by tabs, below a header line. A note may hold `ctx=` (what the last message was
 * about), `alt=` (another intent that is right as well) and `opt=` (slots that may be there or
 * not).
 *
 * An intent is right when it is the labelled one or the one of `alt`. Slots are right when every
 * stated one is there and no other is: numbers, phones, dates, times, names and choices exactly,
 * free text when either contains the other without punctuation, lists as sets. */
#ifndef TESTS_CONVERSATIONS_SCORE_H
#define TESTS_CONVERSATIONS_SCORE_H

#include <stdbool.h>

#include "conversations/understand/understand.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

enum { SCORE_INTENTS_MAX = 96, SCORE_SLOTS_MAX = 96 };

struct score_intent {
    char name[32];
    int rows;  /* labelled so */
    int read;  /* read so */
    int right; /* both */
    int slots; /* and every slot right */
};

struct score_slot {
    char name[32];
    int stated, right, wrong, missing, unstated;
};

struct score {
    int rows, intents, slots; /* all, with the right intent, with the right intent and slots */
    struct score_intent by_intent[SCORE_INTENTS_MAX];
    int intent_count;
    struct score_slot by_slot[SCORE_SLOTS_MAX];
    int slot_count;
    int confused[SCORE_INTENTS_MAX][SCORE_INTENTS_MAX]; /* labelled, read */
};

struct score_row {
    struct slice id, channel, text, intent, slots, note;
};

/* Takes the header or a row off `*rest`; false at the end. */
bool score_next(struct slice *rest, struct score_row *row);
/* The context that a row's note names. */
enum context score_context(const struct score_row *row);
/* Reads one row and adds it to `score`; `show` prints it when something of it is wrong. */
void score_row(const struct understander *u, const struct score_row *row, struct arena *a,
               bool show, struct score *score);
/* One line of totals; then, unless `brief`, the tables by intent, confusion and slot. */
void score_print(const struct score *score, const char *name, bool brief);
/* In per mille. */
int score_share(int part, int rows);

#endif
