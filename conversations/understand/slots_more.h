/* Readers of slots.h that are less general, and the list helper. */
#ifndef CONVERSATIONS_UNDERSTAND_SLOTS_MORE_H
#define CONVERSATIONS_UNDERSTAND_SLOTS_MORE_H

#include "conversations/understand/entities.h"
#include "conversations/understand/slots.h"

void slots_clock_end(struct slot_call *call);
void slots_length_asked(struct slot_call *call);
void slots_self_id(struct slot_call *call);
void slots_person_asked(struct slot_call *call);
void slots_phone(struct slot_call *call);
void slots_record(struct slot_call *call);

void slots_certificate(struct slot_call *call); /* slots_certificate.c */
void slots_training(struct slot_call *call);
void slots_birth(struct slot_call *call); /* slots_person.c */
void slots_gender(struct slot_call *call);
void slots_ethnicity(struct slot_call *call);
void slots_school(struct slot_call *call);
void slots_occupation(struct slot_call *call);
/* Takes a relative (老伴, 孙女) at `*i` of `s`. */
bool slot_relative(const struct slot_call *call, struct slice s, size_t *i);
/* Whether a parent or guardian says yes to it. */
bool slot_guardian_agrees(const struct slot_call *call);

/* Sets a list of texts, parted by 、 和 , and spaces. */
void slot_list(struct slot_call *call, const char *key, struct slice text);

/* The part of the day that the text names beside its times; PART_NONE when none or two. */
enum day_part slots_part_of(const struct reading *r);
/* The first entity of a kind, NULL when there is none. */
const struct entity *slots_entity(const struct reading *r, enum entity_kind kind);

#endif
