/* What carriers behind Kannel write into a receipt when the number refuses us: the state or the
 * code of SMPP and CMPP reports (sms.md 5.B.5, 6.3). */
#include "adapters/sms/kannel.h"

static const char *const blacklist[] = {
    "MBBLACK", /* China Mobile: on the platform's blacklist */
    "HD:0001", /* aggregators: black-listed number */
    "SC:0016", /* Huawei: answered T or R before */
    NULL,
};

bool kannel_is_blacklist(struct slice code)
{
    for (size_t i = 0; blacklist[i] != NULL; i++)
        if (slice_eq_nocase(code, slice_of(blacklist[i])))
            return true;
    return false;
}
