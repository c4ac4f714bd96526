/* What the actions of several subjects share: who writes, in which words, and an activity's slots.
 */
#ifndef CONVERSATIONS_ACTIONS_COMMON_H
#define CONVERSATIONS_ACTIONS_COMMON_H

#include "conversations/action.h"
#include "handlers/activities.h"
#include "handlers/signups.h"

/* The registered person who writes. */
struct person {
    int64_t id; /* volunteers.id */
    struct slice name;
    int64_t area;
};

/* Of several on one phone the one of the slot _who (who.h), else whom the slot "name" gives, else
 * the first registered; only active records. Looked up once a turn: kept in slots beginning with
 * _me. 1, 0 when there is none, or GW_E*. The name is in the arena. */
GW_MUSTCHECK int action_person(struct action_call *call, struct person *out);

/* The text of this turn as written; empty when there is none. Borrowed from the reading. */
struct slice action_words(const struct action_call *call);
/* "sms" or "wechat". */
struct slice action_channel(const struct action_call *call);

/* Slots that messages about an activity show (activity_params), and _activity, its id. */
void action_set_activity(struct action_call *call, const struct activity *a);
/* The activity of the slot _activity: 1, 0, or GW_E*. */
GW_MUSTCHECK int action_get_activity(struct action_call *call, struct activity *out);
/* The activity a number means: an open one's code, else the place on the list that was shown last
 * (slot _listed, ids in order). 1, 0, or GW_E*. */
GW_MUSTCHECK int action_numbered(struct action_call *call, int64_t number, struct activity *out);
/* A sign-up's: _activity, _person, name, title, code, date, time, end. Into any object, e.g. an
 * item. */
void action_put_signup(const struct service *s, json_t *object, const struct signup *signup);

/* What a text says of when and which: slots date, dates, date_from, date_to, part, and activity,
 * keyword or place. */
struct wanted {
    int64_t from, to;       /* UTC seconds, [from, to); both 0 when no day is given */
    int part_from, part_to; /* minutes after midnight; 0, 1440 when no part of the day is given */
    struct slice word;      /* empty when none */
};
struct wanted action_wanted(const struct action_call *call);
bool wanted_nothing(const struct wanted *w);
/* Whether a start lies in the days and the part of the day. */
bool wanted_when(const struct service *s, const struct wanted *w, int64_t starts_at);
/* How much of the word stands in a title: 100 all of it, else the percentage of its pairs of
 * neighbouring characters. */
int wanted_likeness(const struct wanted *w, struct slice title);

/* Date slot "YYYY-MM-DD" as an epoch day; false when absent or no date. */
bool action_day(const json_t *slots, const char *name, int64_t *day);
/* A slot's whole number, written as a number or as decimal text ("36"); `fallback` otherwise. */
int64_t action_number(const json_t *slots, const char *name, int64_t fallback);

#endif
