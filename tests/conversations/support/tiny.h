/* A catalogue small enough to see through: the flows of tests/conversations/tiny/ with the
 * program's own understanding, and actions that do what a test sets them to. */
#ifndef TESTS_CONVERSATIONS_TINY_H
#define TESTS_CONVERSATIONS_TINY_H

#include "conversations/action.h"
#include "conversations/conversation.h"
#include "gateway/base/embed.h"

/* What the test actions answer; a test sets it before it speaks. */
struct tiny_knobs {
    const char *report; /* outcome of test.report */
    const char
        *broken; /* outcome of test.break; NULL: GW_EIO, "": an outcome that is not declared */
    bool member; /* passes the gate */
    int people;  /* how many share the phone */
    int reports; /* counted: runs of test.report that recorded */
};
extern struct tiny_knobs tiny_knobs;

extern const struct action *const tiny_actions[];

/* A file that takes the place of one of the same path, or is added. */
struct tiny_file {
    const char *path; /* "conversations/flows/hours.json" */
    const char *text; /* NULL leaves the file out */
};

/* Loads the tiny catalogue with `changes` (NULL-path-terminated, may be NULL). 0 or GW_E*. */
int tiny_load(const struct tiny_file *changes, bool lenient, struct catalogue **out,
              struct fault *fault);
/* The unchanged one; fails the test when it does not load. */
struct catalogue *tiny_catalogue(void);

#endif
