/* A resident asks for help by text (domain.md M48, M83): the request becomes a numbered task of the
 * station on duty, who asks a volunteer; the volunteer's own yes takes it (M62); after the service
 * the one who was helped is asked once for a word (evaluations.h), because only they know. */
#ifndef HANDLERS_REQUESTS_H
#define HANDLERS_REQUESTS_H

#include "handlers/tasks.h"
#include "handlers/volunteers.h"

/* Stored numbers; never renumber. */
enum request_state {
    REQUEST_OPEN = 1,   /* nobody was asked yet, or who was said no */
    REQUEST_ASKED = 2,  /* a volunteer was asked and may still answer */
    REQUEST_TAKEN = 3,  /* a volunteer goes */
    REQUEST_OVER = 4,   /* took place or should have: the resident was asked how it was */
    REQUEST_CLOSED = 5, /* answered */
};

struct request {
    int64_t id;
    int64_t number;  /* of the task it came as: what the station types */
    int64_t org;     /* whose duty person it went to first */
    int64_t address; /* who asked, and is told and asked */
    int64_t area;
    int64_t day; /* epoch day of the service */
    enum request_state state;
    int64_t helper; /* volunteer, 0 while nobody was asked */
    int64_t helper_address;
    int64_t duty;         /* address of who asked the helper, 0 for nobody yet */
    int64_t hours;        /* the helper's claim of it, 0 until there is one */
    struct slice name;    /* what the resident is called, may be empty */
    struct slice service; /* 陪去医院拿药 */
};

struct request_form {
    int64_t address, area;
    int64_t volunteer; /* when the resident is one, else 0 */
    int64_t day;
    struct slice name;    /* at most 40 bytes are kept */
    struct slice service; /* at most 120 bytes are kept */
    struct slice words;   /* the text as written, for the task */
};
enum request_open_outcome {
    REQUEST_OPENED,
    REQUEST_AGAIN,  /* this phone asked the same for that day before: `task` is that one */
    REQUEST_NOBODY, /* kept, but no duty person is known anywhere */
};
/* `*task` is the task, with who answers and until when. Outcome or GW_E*. */
GW_MUSTCHECK int request_open(const struct service *s, const struct request_form *form,
                              struct task *task);

enum request_assign_outcome {
    REQUEST_ASSIGNED,  /* "request.offer" {request, name, who, service, date} is on its way */
    REQUEST_UNCHANGED, /* this volunteer is asked already */
    REQUEST_HAS_ONE,   /* somebody said yes before: `*out` has the helper */
    REQUEST_OWN,       /* the volunteer is on the phone of who asks: that would be no help */
    REQUEST_PAST,      /* its day is over */
    REQUEST_NOT_FOUND, /* no open request of that number, or of another's district */
};
/* The duty person, or anybody with POWER_ANSWER there, asks a volunteer to go. Another one who was
 * asked before and did not answer is replaced. */
GW_MUSTCHECK int request_assign(const struct service *s, int64_t by, int64_t number,
                                int64_t volunteer, struct request *out);

enum request_answer_outcome { REQUEST_YES, REQUEST_NO, REQUEST_GONE };
/* The volunteer's answer. YES tells the resident "request.taken" {name, helper, date, service} and
 * the duty person "request.filled" {number, helper}, closes the task and sets the question for the
 * day after; NO tells the duty person "request.declined" {number, helper}. */
GW_MUSTCHECK int request_answer(const struct service *s, int64_t request, int64_t address, bool yes,
                                struct request *out);

/* The taken or past request that a volunteer helps with on a day and has no hours yet: 1, 0, GW_E*.
 */
GW_MUSTCHECK int request_of_helper(const struct service *s, int64_t volunteer, int64_t day,
                                   struct request *out);
/* The helper reported it: "recipient.ask" {request, name, helper, date, service, minutes} to the
 * resident, as a question, unless they were asked already, or the request was filed for them by
 * somebody with POWER_ANSWER there (then paper is left, evaluations.h). 0 or GW_E*. */
GW_MUSTCHECK int request_served(const struct service *s, const struct request *r, int64_t hours,
                                int64_t minutes);
/* Timer "request.over", the morning after: asks the same without minutes where nobody reported. */
int request_over(const struct service *s, int64_t request);

/* 1, 0 or GW_E*. By number the newest. */
GW_MUSTCHECK int request_get(const struct service *s, int64_t id, struct request *out);
GW_MUSTCHECK int request_by_number(const struct service *s, int64_t number, struct request *out);
/* The request whose service an entry of hours is: 1, 0 or GW_E*. */
GW_MUSTCHECK int request_of_hours(const struct service *s, int64_t hours, struct request *out);
/* The word was said: closed. 1, 0 when it was, or GW_E*. */
GW_MUSTCHECK int request_close(const struct service *s, int64_t request);

#endif
