/* What the two halves of `linli check` share: proofs over flows (check.c) and over texts
 * (check_text.c). */
#ifndef CONVERSATIONS_CHECK_H
#define CONVERSATIONS_CHECK_H

#include "conversations/catalogue.h"

struct check {
    const struct catalogue *c;
    const char *signature;
    json_t *findings;
    struct arena arena;
};

void check_finding(struct check *k, const char *file, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A question ends with what to reply (design.md: "every question ends with what to reply"). */
void check_question(struct check *k, const struct message *m);

/* Renders the message with its example, holds the text to the rules of design.md, and returns its
 * row
 * {"id","units","segments","budget","parts": [units of each]}. */
json_t *check_message(struct check *k, const struct message *m);

#endif
