/* One message by one account, followed to its end: `linli sms test`. */
#ifndef GATEWAY_PROGRAM_SMS_TEST_H
#define GATEWAY_PROGRAM_SMS_TEST_H

#include "gateway/program/gateway.h"

struct sms_test {
    const struct account *account;
    char phone[12];
    const char *message; /* id in the catalogue; its example gives the parameters */
    int64_t wait_s;      /* for the delivery report */
    bool as_json;
    bool good; /* result: it arrived, or was taken where no report can come */
};

/* Prints each step on standard output. Through the outbox when a gateway runs on the folder, else
 * by a request of its own. 0, or GW_E* with the fault when nothing could be sent. */
GW_MUSTCHECK int sms_test_run(struct installation *in, struct sms_test *test, struct fault *fault);

#endif
