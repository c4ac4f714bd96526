/* What tests of the engine share: a world with the tiny catalogue, and expectations of what a text
 * gives. */
#ifndef TESTS_CONVERSATIONS_SUPPORT_DIALOGUE_H
#define TESTS_CONVERSATIONS_SUPPORT_DIALOGUE_H

#include "tests/conversations/support/world.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };

/* The tiny catalogue, once a test program. */
void dialogue_begin(void);
struct catalogue *dialogue_catalogue(void); /* borrowed */
void dialogue_end(void);
/* A world a test, for cmocka. */
int dialogue_set_up(void **state);
int dialogue_tear_down(void **state);
#define IN_A_WORLD(f) cmocka_unit_test_setup_teardown(f, dialogue_set_up, dialogue_tear_down)

/* One text and the id of its reply ("" none, "a+b" several), which is compared. */
#define expect(w, text, ids) expect_at((w), (text), (ids), __LINE__)
void expect_at(struct world *w, const char *text, const char *ids, int line);
/* The rendered reply of the last text. */
#define expect_text(w, text) expect_text_at((w), (text), __LINE__)
void expect_text_at(struct world *w, const char *text, int line);
/* A question of our own, open for a day. */
void dialogue_ask_by_us(struct world *w, const char *message, const char *params);

#endif
