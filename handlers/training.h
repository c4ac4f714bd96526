/* Trainings held and who took part (Opinion part 4; Order 67 Art. 8: name, content, learning hours,
 * host and date are part of the record). What is recorded stays when somebody leaves, under the
 * number of a person without a name, as the ledger does. */
#ifndef HANDLERS_TRAINING_H
#define HANDLERS_TRAINING_H

#include "handlers/organizations.h"

enum {
    TRAINING_TOPIC_MAX = 60,   /* bytes */
    TRAINING_PEOPLE_MAX = 100, /* of one recording */
    TRAINING_SLICE = 200       /* volunteers looked at by one run of the yearly notice */
};

struct training {
    int64_t id;
    int64_t org;        /* the host */
    int64_t day;        /* epoch day */
    struct slice topic; /* in the clear, as titles of activities are */
    int64_t minutes;    /* learning time of each person */
    int64_t made_by;    /* address */
};

enum training_outcome {
    TRAINING_RECORDED,
    TRAINING_UNCHANGED,    /* all of them were recorded for it already */
    TRAINING_BAD_TOPIC,    /* not 1 to TRAINING_TOPIC_MAX bytes of text */
    TRAINING_BAD_MINUTES,  /* not 1 to policy.day_max_minutes */
    TRAINING_FUTURE,       /* the day lies ahead */
    TRAINING_TOO_OLD,      /* over policy.training_days_back */
    TRAINING_NOBODY,       /* no person, or over TRAINING_PEOPLE_MAX */
    TRAINING_OUTSIDE,      /* `result.outside` is no active volunteer of the host's area */
    TRAINING_OTHER_LENGTH, /* it is on record with another length: `result.training` */
    TRAINING_FORBIDDEN,    /* the address has no POWER_CONFIRM in the host */
};
const char *training_outcome_name(enum training_outcome outcome); /* "recorded" …; "?" for others */

struct training_result {
    struct training training; /* as it stands on record */
    int added;                /* people new to it */
    int known;                /* people it had already */
    int64_t outside;
};
/* What recording asks of a day alone: TRAINING_RECORDED, _FUTURE or _TOO_OLD. Pure. */
enum training_outcome training_check_day(const struct service *s, int64_t day);
/* Records a training of a host and people who took part; the training of one host, day and topic is
 * one, and people are added to it. `t` needs org, day, topic and minutes; all is checked before
 * anything is written. Goes to the audit log ("training.record"). Outcome or GW_E*. */
GW_MUSTCHECK int training_record(const struct service *s, int64_t address, const struct training *t,
                                 const int64_t *people, int count, struct training_result *result);

/* Puts a recorded training right: another length for all its people, or (count > 0) people taken
 * out who did not take part. `t` needs org, day, topic, and for the first minutes. What stood
 * before is kept (training_changes) and the audit log has it ("training.correct"). RECORDED (of
 * people: `result->known` were taken out), UNCHANGED, NOBODY when there is no such training,
 * BAD_MINUTES, FORBIDDEN or GW_E*. (training_fix.c) */
GW_MUSTCHECK int training_correct(const struct service *s, int64_t address,
                                  const struct training *t, struct training_result *result);
GW_MUSTCHECK int training_take_out(const struct service *s, int64_t address,
                                   const struct training *t, const int64_t *people, int count,
                                   struct training_result *result);

struct training_person {
    int64_t id;
    int64_t address;
};
/* Active volunteers of exactly this name in the area of an organization (of the highest one:
 * everybody), first registered first, at most 10, in the arena. Number or GW_E*. */
GW_MUSTCHECK int training_find(const struct service *s, int64_t org, struct slice name,
                               struct training_person **out);

/* Trainings of a volunteer in a calendar year of the service's zone. Number or GW_E*. */
GW_MUSTCHECK int training_count(const struct service *s, int64_t volunteer, int year);
/* How many are still needed this year (policy.trainings_per_year). Number or GW_E*. */
GW_MUSTCHECK int training_due(const struct service *s, int64_t volunteer);
/* Those of a volunteer, last one first, at most `limit` (1 to 50), in the arena. Number or GW_E*.
 */
GW_MUSTCHECK int trainings_of(const struct service *s, int64_t volunteer, int limit,
                              struct training **out);
/* The last ones of a host, last first, at most `limit` (1 to 50): for topics that come back. Number
 * or GW_E*. */
GW_MUSTCHECK int trainings_held(const struct service *s, int64_t org, int limit,
                                struct training **out);

/* The yearly notice (M28: twice a year, so what is missing is said while there is time): on
 * policy.training_notice_month, _day and _at each number of active volunteers who lack trainings
 * gets "training.due" {names, year, needed (0 when it differs), least} once a year, unless it
 * stopped all texts or reminders.
 *
 * Sets the timer of the round that is open, else of the next one: at start, and after each round.
 * A round that was missed while nothing ran begins at once, as long as its year lasts. 0 or GW_E*.
 */
GW_MUSTCHECK int training_schedule(const struct service *s);
/* Timer "training.due": the subject is the year. */
int training_due_timer(const struct service *s, int64_t year);

#endif
