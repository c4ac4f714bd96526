/* What a recruitment text gives: place, activity, people, requirements, contact, risk, whom it
 * serves. */
#ifndef CONVERSATIONS_UNDERSTAND_RECRUIT_H
#define CONVERSATIONS_UNDERSTAND_RECRUIT_H

#include <jansson.h>

#include "conversations/understand/understand.h"

/* Adds `place`, `activity`, `persons`, `requirements`, `contact`, `contact_phone`, `urgent`,
 * `recurrence`, `deadline`, `org` to `slots` where said. Place and activity are always parted. */
void recruit_read(const struct reading *r, json_t *slots);
/* The four that a recruitment often lacks, in one text in any order: `meet` (集合地点), `bring`
 * (要带什么), `risk` (有什么风险), `recipient` (服务谁). Returns how many were read. */
int recruit_read_missing(const struct reading *r, json_t *slots);
/* 人数改成15个: only the number of people is told, which is then all that is in `slots`. */
void recruit_read_capacity(const struct reading *r, json_t *slots);

/* The exceptions an organizer lists (4来了 11请假 17没来 3号只干一个钟头): `items` [{n or name,
 * what (present, leave, absent, early, minutes), minutes}]; `all` true where everybody else came
 * too, checked in or not (with `agreed` when that was only 全对); `absent` true for
 * 「没签到的都没来」. 1, or 0 when the text is no such list. */
int exceptions_read(const struct reading *r, json_t *slots);

#endif
