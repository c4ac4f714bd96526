/* The understander over the data files of the source tree, one of which may be another, and the
 * sets of texts. */
#ifndef TESTS_CONVERSATIONS_TEXTS_H
#define TESTS_CONVERSATIONS_TEXTS_H

#include "conversations/understand/understand.h"
#include "gateway/base/mem.h"

struct texts {
    struct arena arena;
    struct understander *understander;
    const char *intents; /* instead of intents.json; NULL: that file */
};

/* 0, or GW_E* with the fault printed. `intents` is the text that stands for intents.json. */
int texts_open(struct texts *t, const char *intents);
void texts_close(struct texts *t);
/* A set of tests/conversations/understand/data, any file below the source tree, and any file;
 * empty when it cannot be read. They live as long as `t`. */
struct slice texts_set(struct texts *t, const char *name);
struct slice texts_source(struct texts *t, const char *path);
struct slice texts_file(struct texts *t, const char *path);

#endif
