#include "adapters/sms/codes.h"

#include <string.h>

#include "gateway/base/civil.h"

static const struct zone china = { .offset_minutes = 480 };

enum { CODE_SHOWN_MAX = 80, DAY_S = 24 * 60 * 60 };

static const enum send_outcome outcomes[] = {
    [CODE_TAKEN] = SEND_OK,
    [CODE_LATER] = SEND_LATER,
    [CODE_SLOW_DOWN] = SEND_SLOW_DOWN,
    [CODE_NEXT_MINUTE] = SEND_LATER,
    [CODE_NEXT_HOUR] = SEND_LATER,
    [CODE_NEXT_DAY] = SEND_LATER,
    [CODE_NUMBER] = SEND_BAD_RECIPIENT,
    [CODE_DEAD] = SEND_BAD_RECIPIENT,
    [CODE_OPTED_OUT] = SEND_BAD_RECIPIENT,
    [CODE_TEXT] = SEND_REJECTED,
    [CODE_ACCOUNT] = SEND_ACCOUNT_BROKEN,
    [CODE_ACCOUNT_TODAY] = SEND_ACCOUNT_BROKEN,
    [CODE_ACCOUNT_MONTH] = SEND_ACCOUNT_BROKEN,
    [CODE_BUG] = SEND_REJECTED,
    [CODE_MAYBE] = SEND_UNCERTAIN,
    [CODE_TOKEN] = SEND_NO_TOKEN,
    [CODE_CLOSED] = SEND_CLOSED,
};

const struct sms_code *sms_code_find(const struct sms_code *table, struct slice code)
{
    for (; table->code != NULL; table++) {
        struct slice known = slice_of(table->code);
        bool head = slice_ends(known, SLICE("*"));
        if (head ? slice_starts(code, slice_head(known, known.n - 1)) : slice_eq(code, known))
            return table;
    }
    return NULL;
}

static int64_t next_day(int64_t now)
{
    return civil_day_start(civil_day_of(now, china) + 1, china);
}

static int64_t next_month(int64_t now)
{
    struct civil c;
    civil_at(now, china, &c);
    int year = c.month == 12 ? c.year + 1 : c.year;
    return civil_day_start(civil_day(year, c.month == 12 ? 1 : c.month + 1, 1), china);
}

/* Minutes and hours in China begin when they do in UTC. */
static int64_t wait_of(const struct sms_code *row, int64_t now)
{
    switch (row->action) {
    case CODE_NEXT_MINUTE:
        return 60 - now % 60;
    case CODE_NEXT_HOUR:
        return 3600 - now % 3600;
    case CODE_NEXT_DAY:
    case CODE_ACCOUNT_TODAY:
        return next_day(now) - now;
    case CODE_ACCOUNT_MONTH:
        return next_month(now) - now;
    default:
        return row->wait;
    }
}

/* Codes come from outside and go into rows and logs: only what codes are made of. */
static struct slice shown(struct slice code, struct arena *a)
{
    char *p = arena_str(a, slice_head(code, CODE_SHOWN_MAX));
    size_t n = strlen(p);
    for (size_t i = 0; i < n; i++) {
        char c = p[i];
        bool word = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
        if (!word && strchr("._:-/", c) == NULL)
            p[i] = '?';
    }
    return (struct slice){ p, n };
}

static struct slice reason_of(const struct sms_code *row, struct slice code, struct arena *a)
{
    struct slice name = shown(code, a);
    return row == NULL ? name : arena_printf(a, "%.*s: %s", SLICE_ARG(name), row->words);
}

static const struct sms_code *find_carrier(struct slice code)
{
    for (const struct sms_code *row = carrier_codes; row->code != NULL; row++)
        if (slice_eq_nocase(code, slice_of(row->code)))
            return row;
    return NULL;
}

static bool says(const struct sms_code *row, struct receipt *r)
{
    bool failed = row != NULL && r->final && !r->delivered;
    r->opted_out = failed && row->action == CODE_OPTED_OUT;
    r->dead = failed && row->action == CODE_DEAD;
    r->missed = failed && row->action == CODE_NUMBER;
    return r->opted_out || r->dead || r->missed;
}

bool carrier_says(struct slice code, struct receipt *r)
{
    return says(find_carrier(code), r);
}

void sms_code_report(const struct sms_code *table, struct slice code, struct arena *a,
                     struct receipt *r)
{
    const struct sms_code *row = table != NULL ? sms_code_find(table, code) : NULL;
    if (row == NULL)
        row = find_carrier(code);
    says(row, r);
    r->reason = reason_of(row, code, a);
}

void sms_code_apply(const struct sms_code *table, struct slice code,
                    const struct http_result *result, struct arena *a, struct sent *out)
{
    const struct sms_code *row = sms_code_find(table, code);
    *out = (struct sent){ .outcome = SEND_LATER, .retry_after = result->retry_after };
    if (row == NULL) {
        out->reason = arena_printf(a, "%.*s: a code not known here", SLICE_ARG(shown(code, a)));
        return;
    }
    int64_t wait = wait_of(row, result->at);
    out->outcome = outcomes[row->action];
    out->opted_out = row->action == CODE_OPTED_OUT;
    if (wait > out->retry_after)
        out->retry_after = wait;
    out->reason = reason_of(row, code, a);
}

/* The first row that fits decides. */
static const struct {
    int from, to; /* HTTP status */
    enum send_outcome outcome;
    const char *words;
} statuses[] = {
    { 401, 401, SEND_ACCOUNT_BROKEN, "credentials refused" },
    { 403, 403, SEND_ACCOUNT_BROKEN, "forbidden" },
    { 404, 404, SEND_ACCOUNT_BROKEN, "nothing at this address" },
    { 407, 407, SEND_ACCOUNT_BROKEN, "a proxy wants credentials" },
    { 408, 408, SEND_LATER, "request timed out" },
    { 429, 429, SEND_SLOW_DOWN, "too many requests" },
    { 400, 499, SEND_REJECTED, "request refused" },
    { 503, 503, SEND_LATER, "not available for now" },
    /* A page where the answer should be, or a gateway's 502 or 504, may stand before an accepted
     * message. */
    { 0, 999, SEND_UNCERTAIN, "answer not understood" },
};

void sms_code_unread(const struct http_result *result, struct arena *a, struct sent *out)
{
    *out = (struct sent){ .retry_after = result->retry_after };
    if (result->status == 0) {
        out->outcome = result->sent ? SEND_UNCERTAIN : SEND_LATER;
        out->reason = result->sent ? SLICE("no answer") : SLICE("no connection");
        return;
    }
    size_t i = 0;
    while (result->status < statuses[i].from || result->status > statuses[i].to)
        i++;
    out->outcome = statuses[i].outcome;
    out->reason = arena_printf(a, "%d %s", result->status, statuses[i].words);
}
