/* Five-fold cross-check: how well are texts understood whose wording contributed no words?
 *
 * The vocabulary and the patterns of intents.json grew with the sets of texts, so a plain score on
 * those sets says little of a text nobody saw. Here the texts of all sets that were learned from
 * are dealt into five folds. Before a fold is scored, everything goes from the loaded intents.json
 * that occurs in texts of that fold and of no other: words of vocabularies, of `if` lists, of
 * `sounds` and `typos`, and alternatives of groups in patterns at every depth, each counted alone
 * over all texts (support/ablation.h). What occurs in no text at all stays, as it came from no
 * text. So does what two independent sources hold: the words of data/lexicon.txt, which were listed
 * from the sources it names, and the texts of the set that is kept aside (utterances_aside.tsv),
 * which nobody read who wrote patterns: what one of those says, too, was not learned from the fold.
 * A vocabulary that a `{name}` stands for is a word list of its own, so it shrinks word by word.
 * Words in C (days of the week, units) are not touched: time has a set of its own.
 *
 * A word that a fold's text has alone goes even if general knowledge would have given it, so the
 * figure is a lower bound. The patterns are never written down a second time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conversations/understand/reading.h"
#include "gateway/base/json.h"
#include "tests/conversations/support/ablation.h"
#include "tests/conversations/support/score.h"
#include "tests/conversations/support/texts.h"

/* In per mille. */
enum { TEXTS_MAX = 4000, INTENT_FLOOR = 940 };

/* The sets whose texts were looked at while the vocabulary grew. */
static const char *const learned[] = { "utterances_dev.tsv", "utterances_more.tsv" };

/* Whose words count as known from elsewhere. */
static const char aside[] = "utterances_aside.tsv";

struct folds {
    struct texts texts;
    struct score_row rows[TEXTS_MAX];
    struct ablation_text read[TEXTS_MAX];
    int count;
};

static struct folds all;

static void read_rows(struct folds *f, struct slice rest, bool independent)
{
    struct score_row row;
    assert_true(score_next(&rest, &row)); /* the header */
    while (score_next(&rest, &row)) {
        struct reading *r = understand_read(f->texts.understander, row.text, CHANNEL_SMS,
                                            INT64_C(1795572000), &f->texts.arena);
        assert_true(f->count < TEXTS_MAX);
        f->rows[f->count] = row;
        f->read[f->count] =
            (struct ablation_text){ .low = r->normal.low,
                                    .masked = r->entities.masked,
                                    .fold = independent ? NO_FOLD : f->count % FOLDS };
        f->count++;
    }
}

static int score_fold(struct folds *f, struct ablation *a, int fold, bool show, struct score *score)
{
    json_t *root = ablation_without(a, fold);
    char *text = json_dumps(root, JSON_COMPACT);
    struct texts t;
    int error = texts_open(&t, text);
    for (int i = 0; i < f->count && error == 0; i++) {
        struct arena arena = { 0 };
        if (f->read[i].fold == fold) {
            score_row(t.understander, &f->rows[i], &arena, show, score);
        }
        arena_free(&arena);
    }
    printf("  fold %d: %d of %d words and alternatives taken out\n", fold + 1, a->removed,
           a->parts);
    texts_close(&t);
    free(text);
    json_decref(root);
    return error;
}

static void unseen_wording_is_understood(void **state)
{
    struct score score = { 0 };
    struct fault fault = { 0 };
    bool show = getenv("LINLI_SHOW") != NULL;
    (void)state;
    assert_int_equal(texts_open(&all.texts, NULL), 0);
    for (size_t i = 0; i < sizeof(learned) / sizeof(learned[0]); i++) {
        read_rows(&all, texts_set(&all.texts, learned[i]), false);
    }
    read_rows(&all, texts_set(&all.texts, aside), true);
    struct slice intents = texts_source(&all.texts, "conversations/intents.json");
    json_t *root = json_read(intents, "intents.json", intents.n + 1, &fault);
    struct ablation a = { .root = root, .texts = all.read, .count = all.count };
    a.arena = &all.texts.arena;
    a.lexicon = texts_set(&all.texts, "lexicon.txt");
    for (int fold = 0; fold < FOLDS; fold++) {
        assert_int_equal(score_fold(&all, &a, fold, show, &score), 0);
    }
    score_print(&score, "five-fold cross-check", false);
    json_decref(a.seen);
    json_decref(root);
    texts_close(&all.texts);
    assert_true(score_share(score.intents, score.rows) >= INTENT_FLOOR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unseen_wording_is_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
