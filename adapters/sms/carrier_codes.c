/* What carriers report of a message, whichever provider hands it on: the states of SMPP and CMPP
 * (sms.md 5.A.6, 5.B.5), the codes of blacklists (6.3), and those of numbers that nobody has: CB
 * and DB of China Mobile's gateways, MI as Huawei Cloud's table of state reports explains them. */
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
    { "CB:0001", CODE_DEAD, 0, "nobody has this number" },
    { "CB:0053", CODE_DEAD, 0, "nobody has this number" },
    { "DB:0101", CODE_DEAD, 0, "nobody has this number" },
    { "MI:0073", CODE_DEAD, 0, "nobody has this number" },
    { "MI:0210", CODE_DEAD, 0, "nobody has this number" },
    { "CB:0005", CODE_NUMBER, 0, "the number is out of service" },
    { "DB:0102", CODE_NUMBER, 0, "the number is out of service" },
    { "MI:0024", CODE_NUMBER, 0, "the phone is off" },
    { "MI:0042", CODE_NUMBER, 0, "the phone is off" },
    { "MI:0054", CODE_NUMBER, 0, "off, out of service, or nobody's" },
    { "MI:0059", CODE_NUMBER, 0, "off, out of service, or nobody's" },
    { "MI:0072", CODE_NUMBER, 0, "the phone is off or out of service" },
    { NULL },
};
