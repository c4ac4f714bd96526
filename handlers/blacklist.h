/* A provider refuses to send to a number, because its owner or carrier said so there: that is an
 * opt-out, and where it stops answers too, somebody has to call. */
#ifndef HANDLERS_BLACKLIST_H
#define HANDLERS_BLACKLIST_H

#include "handlers/service.h"

struct blacklisting {
    int64_t address;
    struct slice account; /* the source: "sms/office" */
    struct slice reason;  /* the provider's code and words, no personal data */
    bool answer;          /* what it stopped was an answer or a code */
    struct slice text;    /* which said this; told to the one who calls */
};
enum blacklist_outcome {
    BLACKLIST_NOTED,  /* the number is out of recruitment, with the source in its history */
    BLACKLIST_CALL,   /* and the station has a task to call (TASK_UNREACHABLE) */
    BLACKLIST_NOBODY, /* and a task that nobody has, as no duty person is known */
};
/* Outcome or GW_E*. The same again changes nothing; another answer that was stopped is added to the
 * open task. */
GW_MUSTCHECK int blacklist_note(const struct service *s, const struct blacklisting *b);

#endif
