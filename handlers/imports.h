/* People whom an office knows from a list of its own: kept as volunteers who said nothing yet (no
 * consent, hours wait until they are seen), and each number is asked once, ever, by day and in
 * slices: who keeps the data, whether they want to be volunteers and get recruitment (PIPL Art. 13,
 * 17, 47). Silence is no: they get nothing else. 2 erases them, and no file brings them back. */
#ifndef HANDLERS_IMPORTS_H
#define HANDLERS_IMPORTS_H

#include "handlers/organizations.h"
#include "handlers/volunteers.h"

struct import_person {
    struct slice name;  /* 1 to 20 characters */
    struct slice phone; /* as written */
    int64_t birth;      /* epoch day; any day of the year with year_only */
    bool year_only;
    enum gender gender;
    int64_t area;        /* places code */
    struct slice keeper; /* who keeps the data, as the question says; at most 60 bytes */
};
enum import_outcome {
    IMPORT_TAKEN,     /* new; the number will be asked unless it was before, or said its word */
    IMPORT_KNOWN,     /* this person is on this number already: nothing changed */
    IMPORT_BAD_PHONE, /* no mainland mobile number */
    IMPORT_BAD_NAME,
    IMPORT_BAD_BIRTH,
    IMPORT_TOO_YOUNG, /* under policy.guardian_age: nothing was kept */
    IMPORT_MINOR,     /* under policy.adult_age: a guardian has to agree first; nothing was kept */
    IMPORT_TOO_MANY,  /* policy.people_per_phone are on this number */
    IMPORT_ERASED,    /* the number had its data erased */
};
enum { IMPORT_OUTCOMES = 9 };
const char *import_outcome_name(enum import_outcome outcome); /* "taken" …; "?" for others */

/* One line of a list. Outcome or GW_E*. */
GW_MUSTCHECK int import_person(const struct service *s, const struct import_person *p);

/* Timer "import.ask", subject 0: "import.ask" {keeper, names, several} as a question to the next
 * policy.import_slice numbers, again after policy.import_minutes while some wait. */
int import_ask_timer(const struct service *s, int64_t subject);

/* The answer of a number, with its words for the consent log (kind "registration", and
 * "recruitment" for a yes). 1, 0 when nobody who was imported is there any more, or GW_E*. */
GW_MUSTCHECK int import_accept(const struct service *s, int64_t address, struct slice words,
                               struct slice channel);
/* Erases all who were imported on the number and did not say yes. */
GW_MUSTCHECK int import_refuse(const struct service *s, int64_t address, struct slice words,
                               struct slice channel);
/* Somebody left by another way: a list does not bring them back. 0 or GW_E*. */
GW_MUSTCHECK int import_left(const struct service *s, int64_t address);

#endif
