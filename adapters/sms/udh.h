/* The user data header in front of an SMS: which part of a long message it is (GSM 03.40 9.2.3.24;
 * sms.md 5.A.5). Pure; any thread. */
#ifndef ADAPTERS_SMS_UDH_H
#define ADAPTERS_SMS_UDH_H

#include "gateway/base/error.h"
#include "gateway/base/slice.h"

enum { UDH_BYTES_MAX = 140 /* of a whole SMS */ };

struct udh_part {
    int reference; /* 8 or 16 bits */
    int bits;      /* which of the two: the same number in the other is another message */
    int total, number;
};

/* Walks the elements of a header, which begins with its length. 1 when it is a part (2 or more of
 * them), 0 when it is well-formed and says nothing of parts, GW_EPROTO when a length does not hold
 * or a part's number cannot be. */
GW_MUSTCHECK int udh_read(struct slice header, struct udh_part *out);

#endif
