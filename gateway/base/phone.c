#include "gateway/base/phone.h"

#include <stdio.h>
#include <string.h>

#include "gateway/base/utf8.h"

enum { MOBILE = 11, LONGEST = 24 };

/* Full-width forms and the ideographic space as their ASCII counterparts. */
static int32_t narrow(int32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E)
        return c - 0xFF01 + '!';
    return c == 0x3000 ? ' ' : c;
}

/* Digits without spaces, hyphens and the country code; 0 when there is anything else. */
static size_t strip(struct slice in, char out[LONGEST])
{
    size_t n = 0;
    bool plus = false;
    for (int32_t c; (c = narrow(utf8_next(&in))) >= 0;) {
        if (c == ' ' || c == '-')
            continue;
        if (c == '+' && n == 0 && !plus) {
            plus = true;
            continue;
        }
        if (c < '0' || c > '9' || n == LONGEST)
            return 0;
        out[n++] = (char)c;
    }
    size_t code = 0;
    if (n > 4 && !plus && memcmp(out, "0086", 4) == 0)
        code = 4;
    else if (n > 2 && memcmp(out, "86", 2) == 0)
        code = 2;
    else if (plus)
        return 0; /* another country */
    memmove(out, out + code, n - code);
    return n - code;
}

static bool is_mobile(const char *digits, size_t n)
{
    return n == MOBILE && digits[0] == '1' && digits[1] >= '3';
}

bool phone_normalize(struct slice in, char out[12])
{
    char digits[LONGEST];
    size_t n = strip(in, digits);
    if (!is_mobile(digits, n))
        return false;
    memcpy(out, digits, MOBILE);
    out[MOBILE] = '\0';
    return true;
}

bool phone_is_service(struct slice in)
{
    char digits[LONGEST];
    size_t n = strip(in, digits);
    if (n < 3 || is_mobile(digits, n))
        return false;
    /* 1xx, 100xx, 106…, 11…, 12xxx: no mobile number begins with 10, 11 or 12. */
    if (digits[0] == '1')
        return n == 3 || digits[1] <= '2';
    if (n == 10 && digits[0] == '4' && digits[1] == '0' && digits[2] == '0')
        return true;
    return digits[0] == '9' && (digits[1] == '5' || digits[1] == '6') && n >= 5;
}

void phone_mask(struct slice phone, char out[16])
{
    char digits[12];
    if (phone_normalize(phone, digits))
        snprintf(out, 16, "%.3s****%.4s", digits, digits + 7);
    else
        snprintf(out, 16, "****");
}

struct slice phone_tail(struct slice phone)
{
    return phone.n <= 4 ? phone : slice_skip(phone, phone.n - 4);
}
