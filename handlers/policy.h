/* Every number and name of policy: one table of keys with unit, default and source, read from the
 * configuration's "policy" object. Handlers hold no such number of their own. */
#ifndef HANDLERS_POLICY_H
#define HANDLERS_POLICY_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/error.h"
#include "handlers/workdays.h"

enum { POLICY_STARS = 5, POLICY_TEXT_MAX = 96 };

/* Times of day are minutes after midnight in the service's zone; durations whole minutes unless the
 * name says days or hours. The source of each default stands in the table (policy.c). */
struct policy {
    /* Names; defaults in handlers/data/names.json, because C code holds no wording. */
    char organization[POLICY_TEXT_MAX]; /* who keeps the data, e.g. in the notice */
    char lead_office[POLICY_TEXT_MAX];
    char district[POLICY_TEXT_MAX];

    char rules_version[POLICY_TEXT_MAX]; /* of the record rules, printed on records */

    /* Stars */
    int64_t star_minutes[POLICY_STARS]; /* confirmed minutes for 1 to 5 stars, rising */
    int64_t star_quality_percent;       /* mean quality × 100 needed, e.g. 300 for 3 of 5 */
    int64_t quality_default;            /* given when the leader names only exceptions: 1 to 5 */
    int64_t quality_min, quality_max;

    /* Registration */
    int64_t guardian_age; /* below it nothing is kept and a guardian begins */
    int64_t adult_age;    /* below it a guardian has to agree */
    int64_t oldest_age;
    int64_t people_per_phone;
    int64_t guardian_days;  /* how long the guardian is waited for */
    int64_t proxy_days;     /* how long somebody whom others registered is waited for */
    int64_t proxy_day_max;  /* people a worker registers a day */
    int64_t population;     /* of the district */
    int64_t target_percent; /* registered volunteers of the population */
    int64_t trainings_per_year;
    int64_t training_days_back;    /* how old a training may be when it is recorded */
    int64_t training_valid_days;   /* how long somebody counts as trained in a topic */
    int64_t training_notice_month; /* of the yearly notice on trainings that are missing */
    int64_t training_notice_day;
    int64_t training_notice_at; /* time of day */

    /* Hours */
    int64_t day_flag_minutes; /* more in a day is recorded as a claim and flagged */
    int64_t day_max_minutes;  /* more in a day is refused */
    int64_t claim_days_back;  /* how old a service may be when it is claimed */
    int64_t claim_min_minutes;
    int64_t seal_at;                /* time of day of the ledger's daily seal */
    int64_t record_workdays;        /* from the activity's end to its record */
    int64_t checkin_early_minutes;  /* before the start */
    int64_t checkin_late_minutes;   /* after the end */
    int64_t checkin_tries;          /* wrong codes of a person in … */
    int64_t checkin_tries_minutes;  /* … so many minutes, then none is looked at */
    int64_t checkin_slack_minutes;  /* outside the activity that a check-in and -out count */
    int64_t record_remind_workdays; /* before that term, when the leader is asked again */
    int64_t alert_burst_minutes;    /* confirmed for one person by one confirmer in … */
    int64_t alert_burst_window;     /* … so many minutes */
    int64_t alert_strangers;        /* people of elsewhere confirmed by one in alert_days */
    int64_t alert_days;
    int64_t alert_sample_percent; /* of make-up hours that are looked at again */
    int64_t objection_days;       /* in which a no-show's objection is answered */

    /* Activities and sign-ups */
    int64_t clash_gap_minutes; /* needed between two activities of one person */
    int64_t day_load_minutes;  /* more planned in a day gives a warning */
    int64_t week_load_minutes;
    int64_t minor_from, minor_until; /* times of day between which who is not grown up is asked */
    int64_t minor_minutes;           /* and for how long at most */
    int64_t capacity_max;
    int64_t queue_max; /* waiting list of one activity */
    int64_t activity_max_minutes;
    int64_t series_max;           /* dates that one activity is given at once, with the first */
    int64_t ahead_days;           /* how far ahead an activity may lie */
    int64_t offer_minutes;        /* how long an offered place is held at most */
    int64_t offer_min_minutes;    /* shorter than this it is not offered */
    int64_t offer_until;          /* time of day at which an offer ends at the latest */
    int64_t quiet_from, quiet_to; /* times of day between which only replies and safety go out */
    int64_t reminder_at;          /* time of day, the evening before */
    int64_t change_way_minutes;   /* a change is told at night to who sets out so long before */

    /* Broadcasts */
    int64_t broadcast_wave;             /* numbers called at once */
    int64_t broadcast_wave_minutes;     /* to answer, before the next wave */
    int64_t broadcast_rest_days;        /* without another broadcast; 0: none */
    int64_t broadcast_day_max;          /* a number a calendar day */
    int64_t broadcast_week_max;         /* a number in seven days */
    int64_t broadcast_weeks;            /* over which it is counted who was called least */
    int64_t broadcast_second_over;      /* numbers above which a second person confirms */
    int64_t broadcast_recall_seconds;   /* between the number and the first text */
    int64_t broadcast_preview_hours;    /* a draft that is not confirmed is gone */
    int64_t broadcast_tries;            /* wrong numbers after which a draft is gone */
    int64_t broadcast_full_minutes;     /* after which it is told that an activity is full */
    int64_t broadcast_progress_minutes; /* between two texts on how it goes */
    int64_t broadcast_result_at;        /* time of day of the result, the day after */
    int64_t broadcast_lead_minutes;     /* before an activity, within which nobody is called */
    int64_t broadcast_question_minutes; /* a text waits so long for the answer to a question */

    /* Imports */
    int64_t import_slice;   /* numbers asked at once */
    int64_t import_minutes; /* between two slices */

    /* Roles, tasks, questions */
    int64_t code_hours;           /* life of the one-use code of a first role */
    int64_t code_attempts;        /* wrong codes a phone may send in that time */
    int64_t code_failures;        /* wrong codes of all phones after which open codes are dead */
    int64_t bind_minutes;         /* a code that binds a phone is good for */
    int64_t bind_tries;           /* of that code */
    int64_t bind_wait_seconds;    /* from one code to the next */
    int64_t bind_codes_day;       /* an address may ask for, and a phone gets */
    int64_t bind_silent_days;     /* without a sign of life: the number may be another's */
    int64_t checkout_ask_minutes; /* after the end: who scanned and did not sign out is asked */
    int64_t role_sleep_days;      /* without use */
    int64_t role_confirm_hours;   /* how long an appointment waits for its number */
    int64_t offer_role_days;      /* how long an offered role waits for its yes */
    int64_t question_days;        /* how long a question of ours can be answered */
    int64_t work_from, work_to;   /* times of day of the duty person */
    int64_t task_lead_minutes;    /* a task this close to the end of the day is due on the next */
    int64_t task_morning_minutes; /* after work_from: due time of what is carried over */
    int64_t safety_minutes;       /* after which a safety task moves up */
    int64_t task_levels;          /* moves up at most this often */

    struct workdays workdays;
};

/* One key of the table, for the manual and for `linli check`. */
struct policy_key {
    const char *name;
    const char *unit;   /* "minutes", "days", "hh:mm", "count", "percent", "text", "age" */
    const char *source; /* document and clause, or "ours" with the reason */
    int64_t fallback;   /* default; unused for text */
    int64_t least, most;
    size_t offset; /* of the field in struct policy */
};
/* The table; its length in `*count`. Static. */
const struct policy_key *policy_keys(int *count);

/* All defaults and the working days of the built-in files. The caller frees with policy_free. */
struct policy *policy_default(void);

/* Defaults, overridden by `object` (the configuration's "policy", NULL for none; `name` is the
 * file's, for the fault). An unknown key, a wrong type, a value out of its range or thresholds that
 * do not rise: GW_ECONFIG with `fault` naming key and what was expected. Times of day are "HH:MM"
 * strings, "stars" is an array of five numbers of hours, all else whole numbers or texts. The
 * caller frees with policy_free. */
GW_MUSTCHECK int policy_read(const json_t *object, const char *name, struct policy **out,
                             struct fault *fault);
void policy_free(struct policy *p); /* NULL is fine */

/* The value of a key that is a number ("star_1" … for the thresholds); GW_EINVAL for an unknown
 * one. */
GW_MUSTCHECK int policy_number(const struct policy *p, const char *name, int64_t *out);

#endif
