#include "handlers/resident_id.h"

#include <string.h>

#include "gateway/base/civil.h"

enum { DIGITS = 18, LEGACY_DIGITS = 15 };

/* Copies what counts, at most 18 characters with an upper-case X last; 0 when something else is
 * there. */
static size_t squeeze(struct slice text, char out[DIGITS + 1])
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == ' ' || c == '-')
            continue;
        bool check = n == DIGITS - 1 && (c == 'x' || c == 'X');
        if (n == DIGITS || !(check || (c >= '0' && c <= '9')))
            return 0;
        out[n++] = check ? 'X' : c;
    }
    out[n] = '\0';
    return n;
}

/* GB 11643: weights and the check characters for each remainder modulo 11. */
static char check_digit(const char *digits)
{
    static const int weights[DIGITS - 1] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    int sum = 0;
    for (int i = 0; i < DIGITS - 1; i++)
        sum += weights[i] * (digits[i] - '0');
    return "10X98765432"[sum % 11];
}

static int number_at(const char *digits, int from, int n)
{
    int value = 0;
    for (int i = from; i < from + n; i++)
        value = 10 * value + (digits[i] - '0');
    return value;
}

enum resident_id_outcome resident_id_read(struct slice text, int64_t today, int oldest,
                                          struct resident_id *out)
{
    char raw[DIGITS + 1];
    size_t n = squeeze(text, raw);
    *out = (struct resident_id){ .legacy = n == LEGACY_DIGITS };
    if (n == LEGACY_DIGITS) {
        memcpy(out->number, raw, 6);
        memcpy(out->number + 6, "19", 2);
        memcpy(out->number + 8, raw + 6, 9);
        out->number[DIGITS - 1] = check_digit(out->number);
    } else if (n == DIGITS) {
        memcpy(out->number, raw, DIGITS);
    } else {
        return RESIDENT_ID_SHAPE;
    }
    if (check_digit(out->number) != out->number[DIGITS - 1])
        return RESIDENT_ID_CHECK;
    int year = number_at(out->number, 6, 4), month = number_at(out->number, 10, 2),
        day = number_at(out->number, 12, 2);
    if (!civil_valid(year, month, day))
        return RESIDENT_ID_DATE;
    out->birth = civil_day(year, month, day);
    out->gender = (out->number[16] - '0') % 2 ? 1 : 2;
    if (out->birth > today || age_on(out->birth, today) > oldest)
        return RESIDENT_ID_DATE;
    return RESIDENT_ID_OK;
}

void resident_id_mask(struct slice number, char out[19])
{
    out[0] = '\0';
    if (number.n != DIGITS)
        return;
    memcpy(out, number.p, DIGITS);
    memset(out + 6, '*', 8);
    out[DIGITS] = '\0';
}

int age_on(int64_t birth, int64_t today)
{
    struct civil b, t;
    civil_from_day(birth, &b);
    civil_from_day(today, &t);
    bool before = t.month < b.month || (t.month == b.month && t.day < b.day);
    return t.year - b.year - (before ? 1 : 0);
}
