/* What carriers report of a message, whichever provider hands it on: the states of SMPP and CMPP
 * (sms.md 5.A.6, 5.B.5) and the codes of blacklists (6.3). */
#include "adapters/sms/codes.h"

const struct sms_code carrier_codes[] = {
    { "DELIVRD", CODE_TAKEN, 0, "arrived" },
    { "DELIVERED", CODE_TAKEN, 0, "arrived" },
    { "UNDELIV", CODE_NUMBER, 0, "the phone was not reached" },
    { "EXPIRED", CODE_NUMBER, 0, "the phone was not reached in time" },
    { "DELETED", CODE_NUMBER, 0, "the carrier dropped it" },
    { "REJECTD", CODE_NUMBER, 0, "the carrier refused it" },
    { "UNKNOWN", CODE_MAYBE, 0, "nobody says why" },
    { "MBBLACK", CODE_OPTED_OUT, 0, "the carrier has this number on its blacklist" },
    { "HD:0001", CODE_OPTED_OUT, 0, "the carrier has this number on its blacklist" },
    { "SC:0016", CODE_OPTED_OUT, 0, "this number refused before" },
    { NULL },
};
