#include "conversations/understand/codes.h"

#include <string.h>

#include "conversations/understand/numeral.h"
#include "conversations/understand/scan.h"

enum { RUN_MAX = 22 };

/* Digits one after another with where each ends; single separators between them are jumped. */
struct run {
    char digits[RUN_MAX + 1];
    size_t ends[RUN_MAX];
    bool joined[RUN_MAX]; /* the next digit follows without a separator */
    int n;
    bool han; /* some were Chinese */
};

static int digit_at(struct slice s, size_t i, bool *han)
{
    if (scan_is_digit(s, i)) {
        return s.p[i] - '0';
    }
    int digit = numeral_digit(scan_at(s, i));
    *han = *han || digit >= 0;
    return digit;
}

static void collect(struct slice s, size_t at, struct run *r)
{
    *r = (struct run){ 0 };
    while (r->n < RUN_MAX && at < s.n) {
        bool han = false;
        size_t from = at;
        if (r->n > 0 && at + 1 < s.n && (s.p[at] == ' ' || s.p[at] == '-' || s.p[at] == '.')) {
            at++;
        }
        int digit = digit_at(s, at, &han);
        if (digit < 0) {
            return;
        }
        if (r->n > 0) {
            r->joined[r->n - 1] = from == at;
        }
        r->han = r->han || han;
        r->digits[r->n] = (char)('0' + digit);
        at = scan_next(s, at);
        r->ends[r->n++] = at;
    }
}

static bool plausible_birth(const char *digits)
{
    int century = (digits[0] - '0') * 10 + digits[1] - '0';
    int month = (digits[4] - '0') * 10 + digits[5] - '0';
    int day = (digits[6] - '0') * 10 + digits[7] - '0';
    return century >= 18 && century <= 20 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static bool read_resident_id(struct slice s, const struct run *r, size_t *i, struct code *out)
{
    if (r->n < 17 || r->digits[0] == '0' || !plausible_birth(r->digits + 6)) {
        return false;
    }
    size_t end = r->ends[16];
    size_t last = end;
    char check = '\0';
    scan_any(s, &last, " |-");
    if (scan_any(s, &last, "x|×|*")) {
        check = 'X';
    } else if (r->n >= 18 && !(r->n > 18 && r->joined[17])) {
        check = r->digits[17];
        last = r->ends[17];
    }
    if (check == '\0') {
        return false;
    }
    memcpy(out->text, r->digits, 17);
    out->text[17] = check;
    out->text[18] = '\0';
    out->kind = CODE_RESIDENT_ID;
    *i = last;
    return true;
}

/* Joined digits only: a legacy number has no form of its own beside its length. */
static bool read_legacy_id(const struct run *r, size_t *i, struct code *out)
{
    int month = r->n >= 15 ? (r->digits[8] - '0') * 10 + r->digits[9] - '0' : 0;
    if (r->n < 15 || (r->n > 15 && r->joined[14]) || month < 1 || month > 12 || r->han) {
        return false;
    }
    for (int k = 0; k < 14; k++) {
        if (!r->joined[k]) {
            return false;
        }
    }
    memcpy(out->text, r->digits, 15);
    out->text[15] = '\0';
    out->kind = CODE_RESIDENT_ID_15;
    *i = r->ends[14];
    return true;
}

static bool read_phone(const struct run *r, size_t *i, struct code *out)
{
    int skip = 0;
    if (r->n >= 15 && strncmp(r->digits, "0086", 4) == 0) {
        skip = 4;
    } else if (r->n >= 13 && strncmp(r->digits, "86", 2) == 0) {
        skip = 2;
    }
    int last = skip + 10;
    if (r->n <= last || r->digits[skip] != '1' || r->digits[skip + 1] < '3' ||
        (r->n > last + 1 && r->joined[last])) {
        return false;
    }
    memcpy(out->text, r->digits + skip, 11);
    out->text[11] = '\0';
    out->kind = CODE_PHONE;
    *i = r->ends[last];
    return true;
}

static bool read_permit(struct slice s, size_t *i, struct code *out)
{
    size_t at = *i;
    int64_t unused;
    char letter = s.p[at];
    if (letter != 'h' && letter != 'm') {
        return false;
    }
    at++;
    size_t n = scan_digits(s, &at, 11, &unused);
    if (n != 8 && n != 10) {
        return false;
    }
    out->text[0] = letter == 'h' ? 'H' : 'M';
    memcpy(out->text + 1, s.p + *i + 1, n);
    out->text[n + 1] = '\0';
    out->kind = CODE_HKMO_PERMIT;
    *i = at;
    return true;
}

static bool word_before(struct slice s, size_t i)
{
    if (i == 0) {
        return false;
    }
    char c = s.p[i - 1];
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

bool code_read(struct slice s, size_t *i, struct code *out)
{
    *out = (struct code){ 0 };
    size_t at = *i;
    if (at >= s.n || word_before(s, at)) {
        return false;
    }
    if (read_permit(s, i, out)) {
        return true;
    }
    scan_take(s, &at, "+");
    struct run run;
    collect(s, at, &run);
    return read_resident_id(s, &run, i, out) || read_phone(&run, i, out) ||
           read_legacy_id(&run, i, out);
}

const char *code_id_type(enum code_kind kind)
{
    switch (kind) {
    case CODE_RESIDENT_ID_15:
        return "resident_id_15";
    case CODE_HKMO_PERMIT:
        return "hkmo_permit";
    default:
        return NULL;
    }
}
