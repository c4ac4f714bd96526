/* Service fields and skills by the words that name them (handlers/data/fields.json; domain.md M20:
 * classified by field, specialty and territory; M89: the table is data and grows). Pure; any
 * thread. */
#ifndef HANDLERS_FIELDS_H
#define HANDLERS_FIELDS_H

#include "gateway/base/error.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

struct service_field {
    struct slice name; /* 环境卫生; empty when no word names a field */
    struct slice word; /* the word that did, 打扫 */
};
/* The field of what is done; of several the first of the file. Names are in the arena. 0, or GW_E*
 * when the built-in file is damaged. */
GW_MUSTCHECK int fields_find(struct slice what, struct arena *a, struct service_field *out);
/* The skill that conditions on people ask for (会急救), empty when they ask for none or say that it
 * is not needed (不用会急救). 0 or GW_E*. */
GW_MUSTCHECK int fields_skill(struct slice conditions, struct arena *a, struct slice *out);

#endif
