/* Numbered tasks that reach a person: the duty person of a station calls or answers through the
 * gateway and closes; what is overdue moves up a level, and the one who asked is told (design,
 * "human"). */
#ifndef HANDLERS_TASKS_H
#define HANDLERS_TASKS_H

#include "handlers/organizations.h"
#include "handlers/service.h"

/* Stored numbers; never renumber. Message and urgency of each are a table in tasks.c. */
enum task_kind {
    TASK_HUMAN = 1,         /* "staff.task": wants to be called */
    TASK_MISUNDERSTOOD = 2, /* "staff.task": third text that was not understood */
    TASK_OBJECTION = 3,     /* "noshow.review" is the caller's own question; this is its reminder */
    TASK_APOLOGY = 4,       /* "staff.task": a message that failed here */
    TASK_SAFETY = 5,        /* "staff.safety": at once, also at night */
    TASK_UNREACHABLE = 6,   /* "staff.unreachable": the carrier blocks our texts */
    TASK_DISPUTE = 7,   /* "staff.dispute": registered without wanting it; goes to the level above.
                           `name` is who registered, empty when unknown */
    TASK_COMPLAINT = 8, /* "staff.task" */
    TASK_REQUEST = 9,   /* "staff.request": somebody asks for help (requests.h) */
    TASK_ACCOUNT = 10,  /* "staff.account": its provider lets an account of ours send nothing */
    TASK_PROPOSAL = 11, /* "staff.task": somebody wants to hold an activity, a draft waits */
    TASK_ALERT = 12,    /* "staff.alert": hours that deserve a second look; goes to the level above.
                           `subject` is the alert */
    TASK_LOST_NUMBER = 13, /* "staff.lost_number": nobody has this number any more */
};
enum task_state { TASK_OPEN = 1, TASK_CLOSED = 2 };

struct task {
    int64_t id;
    int64_t number; /* short, unique among open tasks of the district */
    enum task_kind kind;
    enum task_state state;
    int64_t origin; /* the organization it was opened for */
    int64_t org;    /* whose duty person has it now */
    int64_t duty;   /* that person's address, 0 when there is nobody */
    struct slice duty_name;
    struct slice duty_org; /* short name of where the duty person sits */
    int64_t asker;         /* address of the one who asked, 0 for none */
    int64_t volunteer;     /* 0 when not registered */
    struct slice name;     /* of the one who asked, may be empty */
    struct slice said;     /* what was written, in the clear here, sealed on disk */
    int64_t subject;       /* what it is about, e.g. a claim; 0 for none */
    int64_t opened_at;
    int64_t due_at;    /* during working hours (policy.work_from, work_to) */
    int64_t level;     /* how often it moved up */
    int64_t first_due; /* when it was due first: what "on time" is measured by */
};
const char *task_kind_name(enum task_kind kind); /* "human" …; "?" for others */

/* What to open; the rest is filled in. */
struct task_form {
    enum task_kind kind;
    int64_t org;  /* 0: by `area` */
    int64_t area; /* places code of the one who asks, 0 for the district */
    int64_t asker;
    int64_t volunteer;
    struct slice name;
    struct slice said; /* at most 1000 bytes are kept */
    int64_t subject;
};
enum task_open_outcome {
    TASK_OPENED, /* the duty person was told: {number, name, tail, said (30 characters), kind} */
    TASK_AGAIN,  /* this person has an open task of the kind: the new words are added to it */
    TASK_NOBODY, /* opened, but no duty person is known anywhere above */
};
/* Names the volunteers of a phone in a form, with their area and the first one's id; their number
 * or GW_E*. */
GW_MUSTCHECK int task_name_people(const struct service *s, int64_t address, struct task_form *form);
/* Opens a task, or adds to the one that is open; `*out` is it. Outcome or GW_E*. */
GW_MUSTCHECK int task_open(const struct service *s, const struct task_form *form, struct task *out);

enum task_outcome { TASK_DONE, TASK_NOT_FOUND, TASK_NOT_YOURS, TASK_WAS_CLOSED };
/* Sends `text` to the one who asked as "human.reply" {number, duty, text}; the task stays open. */
GW_MUSTCHECK int task_reply(const struct service *s, int64_t address, int64_t number,
                            struct slice text, struct task *out);
/* 「结42」: closes it. Both are for addresses with POWER_ANSWER in the task's organization. */
GW_MUSTCHECK int task_close(const struct service *s, int64_t address, int64_t number,
                            struct task *out);
/* 「转42 刀艳」: gives it to a person who may answer tasks and sits above it, or below who passes
 * it on. That person is told as when it was opened, with `by`; who asked to be called as
 * "human.passed" {name, org, duty, date, by}. It stays due when it was, or when that is over anew.
 */
enum task_pass_outcome {
    TASK_PASSED,
    TASK_PASS_NOT_FOUND, /* no such task, or not yours */
    TASK_PASS_CLOSED,
    TASK_PASS_NOBODY,    /* nobody of that name there */
    TASK_PASS_SEVERAL,   /* several, in different organizations: `org` is needed */
    TASK_PASS_UNCHANGED, /* that person has it already */
};
/* `org`: the short name of theirs, or empty. */
GW_MUSTCHECK int task_pass(const struct service *s, int64_t address, int64_t number,
                           struct slice name, struct slice org, struct task *out);
/* Closes what was solved another way (e.g. the claim was decided), without asking who. 0 or GW_E*.
 */
GW_MUSTCHECK int task_settle(const struct service *s, enum task_kind kind, int64_t subject);

/* 1, 0 or GW_E*. By number the open one, else the last one closed. */
GW_MUSTCHECK int task_by_number(const struct service *s, int64_t number, struct task *out);
/* Open tasks of an organization and all below it, most urgent first, at most `limit`. Number or
 * GW_E*. */
GW_MUSTCHECK int tasks_open(const struct service *s, int64_t org, int limit, struct task **out);

/* Those of an address: given to it, or (org != 0) open in that organization and below. */
GW_MUSTCHECK int tasks_of(const struct service *s, int64_t address, int64_t org, int limit,
                          struct task **out);

/* Figures for the report: tasks opened in [from, to) in an organization and below. */
struct task_figure {
    enum task_kind kind;
    int64_t opened;
    int64_t on_time; /* closed by the first due time */
    int64_t late;    /* closed after it */
    int64_t open;    /* still open and not yet due */
    int64_t overdue; /* still open and due */
};
enum { TASK_KINDS_MAX = 16 };
/* One row a kind that occurs; their number or GW_E*. */
GW_MUSTCHECK int tasks_figures(const struct service *s, int64_t org, int64_t from, int64_t to,
                               struct task_figure out[TASK_KINDS_MAX]);

/* When a task opened at `at` is due: the end of today's working hours, or when that is nearer than
 * policy.task_lead_minutes or today is free, the next working day in the morning. */
int64_t task_due(const struct service *s, int64_t at);
/* Timer "task.overdue": to the next level that has somebody else, who is told; the one who waits
 * for a call gets "human.late" {name, late, org, duty, date, from, to}. */
int task_overdue(const struct service *s, int64_t id);

#endif
