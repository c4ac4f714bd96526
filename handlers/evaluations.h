/* The recipient's key (domain.md M45): what those who were helped say of a service, by a text of
 * their own or by signature or stamp on paper, entered by the station with the number of the sheet.
 * One word a service; it stays beside the record, which is never edited. */
#ifndef HANDLERS_EVALUATIONS_H
#define HANDLERS_EVALUATIONS_H

#include "handlers/activities.h"
#include "handlers/requests.h"

/* How a recipient confirmed. Stored numbers; never renumber. */
enum evaluation_method {
    EVALUATION_NONE = 0, /* see `reason` */
    EVALUATION_SMS = 1,
    EVALUATION_WECHAT = 2,
    EVALUATION_SIGNED = 3,
    EVALUATION_STAMPED = 4,
};
const char *evaluation_method_name(enum evaluation_method m); /* "none", "sms" … "paper" for both */

enum evaluation_reason {
    EVALUATION_NOT_NONE,
    EVALUATION_NO_REQUEST, /* nobody asked for this service by a text of their own */
    EVALUATION_NO_ANSWER,  /* was asked, and has not answered */
    EVALUATION_ABSENT,     /* says that nobody came */
};
struct evaluation {
    enum evaluation_method method;
    enum evaluation_reason reason;
    int rating;             /* 1 to 5, 0 for none */
    struct slice reference; /* number of the sheet */
    int64_t at;             /* UTC seconds */
};

enum evaluation_outcome {
    EVALUATION_DONE,
    EVALUATION_UNCHANGED, /* said before: the first word stays */
    EVALUATION_GONE,      /* nothing to say it about */
    EVALUATION_FORBIDDEN, /* no POWER_CONFIRM there */
    EVALUATION_OUTCOMES
};
const char *evaluation_outcome_name(enum evaluation_outcome o); /* "done" …; "?" for others */

/* The answer of the one who asked for help: 1 to 5. `*out` is the request. */
GW_MUSTCHECK int evaluation_answer(const struct service *s, int64_t request, int64_t address,
                                   int rating, struct slice words, enum evaluation_method method,
                                   struct request *out);
/* Nobody came: a task of the level above (TASK_COMPLAINT) with the words; no rating. `*task` is it.
 */
GW_MUSTCHECK int evaluation_absent(const struct service *s, int64_t request, int64_t address,
                                   struct slice words, enum evaluation_method method,
                                   struct request *out, struct task *task);

struct evaluation_paper {
    int64_t by;                /* address of the station worker */
    int64_t activity, request; /* one of them */
    struct slice reference;    /* at most 40 bytes are kept */
    bool stamped;
    int rating;
};
GW_MUSTCHECK int evaluation_paper(const struct service *s, const struct evaluation_paper *p);

/* What stands beside an entry of hours, or beside the one it replaced: always filled. 0 or GW_E*.
 */
struct hours;
GW_MUSTCHECK int evaluation_of(const struct service *s, const struct hours *row,
                               struct evaluation *out);

#endif
