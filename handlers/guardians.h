/* The yes of a minor's guardian, asked on the guardian's own phone (PIPL Art. 31; domain.md 2.5).
 */
#ifndef HANDLERS_GUARDIANS_H
#define HANDLERS_GUARDIANS_H

#include "handlers/volunteers.h"

enum guardian_ask_outcome {
    GUARDIAN_ASKED, /* "guardian.ask" {request, name, area, guardian} is on its way, as a question
                     */
    GUARDIAN_UNCHANGED,  /* the same one was asked and may still answer */
    GUARDIAN_SAME_PHONE, /* the minor's own number: a guardian needs another */
    GUARDIAN_BAD_PHONE,
    GUARDIAN_NOT_NEEDED, /* nobody on that record waits for one */
    GUARDIAN_TOO_MANY,   /* three guardians were asked for this person (ours: a wrong number or two,
                            no asking around) */
};
GW_MUSTCHECK int guardian_ask(const struct service *s, int64_t volunteer, struct slice name,
                              struct slice phone);

enum guardian_answer_outcome { GUARDIAN_YES, GUARDIAN_NO, GUARDIAN_GONE };
/* The answer from the asked address. YES makes the record active and tells the minor "guardian.yes"
 * {name}; NO removes the record and tells "guardian.no" {name}. `words` is what the guardian wrote,
 * kept sealed with the consent (kind "guardian"). `*minor` (may be NULL) is who it was about. */
GW_MUSTCHECK int guardian_answer(const struct service *s, int64_t request, int64_t address,
                                 bool yes, struct slice words, struct volunteer *minor);
/* Timer "guardian.expires": the silence of policy.guardian_days removes the record; "guardian.late"
 * {name} tells the minor. */
int guardian_expires(const struct service *s, int64_t request);
/* Timer "guardian.unasked", set when a minor registers: a record for which no guardian was named in
 * policy.guardian_days is removed the same way. */
int guardian_unasked(const struct service *s, int64_t volunteer);

#endif
