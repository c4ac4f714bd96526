#include "adapters/sms/kannel.h"

#include "gateway/base/phone.h"
#include "gateway/base/sbuf.h"
#include "gateway/base/segments.h"
#include "gateway/base/utf8.h"

enum {
    KANNEL_PART_UNITS = 67,
    URL_MAX = 16 * 1024, /* the longest text percent-encoded and a dlr-url beside it */
    DLR_MASK =
        1 | 2 | 16, /* delivered, undelivered, rejected: the ones that end a row (sms.md 4.3) */
};

static void add(struct sbuf *url, const char *name, struct slice value)
{
    if (value.n == 0)
        return;
    sbuf_printf(url, "&%s=", name);
    sbuf_url(url, value);
}

/* Kannel cuts a long text every 67 units, also through the middle of a character that takes two
 * (sms.md 4.1): a space in front of such a one moves it into the next part. */
static void add_text(struct sbuf *url, struct slice text)
{
    struct segments s;
    segments_split(text, SEGMENTS_MAINLAND, &s);
    sbuf_str(url, "&text=");
    for (size_t i = 0; i < s.count && i < SEGMENTS_PARTS_MAX; i++) {
        sbuf_url(url, s.parts[i].text);
        if (i + 1 < s.count && s.parts[i].units < KANNEL_PART_UNITS)
            sbuf_str(url, "%20");
    }
}

static void build_url(const struct account *account, const struct outbound *message,
                      struct slice phone, struct sbuf *url, struct arena *a)
{
    const struct kannel_settings *s = account->prepared;
    sbuf_add(url, s->sendsms_url);
    sbuf_str(url, "?username=");
    sbuf_url(url, s->username);
    add(url, "password", s->password);
    if (s->from.n > 0)
        add(url, "from",
            arena_printf(a, "%.*s%s", SLICE_ARG(s->from),
                         account->extension != NULL ? account->extension : ""));
    add(url, "to", phone);
    add(url, "smsc", s->smsc);
    sbuf_str(url, "&coding=2&charset=UTF-8");
    add_text(url, utf8_cut(message->text, ADAPTER_TEXT_MAX));
    if (message->status_url == NULL)
        return;
    /* Kannel fills in %d, %T and %A and calls it for each report; it gives no id of its own. */
    struct slice dlr =
        arena_printf(a, "%s%cid=%lld&type=%%d&ts=%%T&reply=%%A", message->status_url,
                     slice_find(slice_of(message->status_url), SLICE("?")) < 0 ? '?' : '&',
                     (long long)message->id);
    sbuf_printf(url, "&dlr-mask=%d", DLR_MASK);
    add(url, "dlr-url", dlr);
}

int kannel_send(const struct account *account, const struct outbound *message, int64_t now,
                struct arena *a, struct http_call *out, struct fault *fault)
{
    (void)now;
    const struct kannel_settings *s = account->prepared;
    char phone[12];
    if (s->sendsms_url.n == 0)
        return fault_set(fault, GW_EINVAL,
                         "account %s: settings.sendsms_url is not set, so it can "
                         "only answer",
                         account->full_name);
    if (!phone_normalize(message->recipient, phone))
        return fault_set(fault, GW_EINVAL, "account %s: the recipient is no mainland mobile number",
                         account->full_name);
    if (message->text.n == 0)
        return fault_set(fault, GW_EINVAL, "account %s: the text is empty", account->full_name);
    if (message->status_url != NULL && slice_find(slice_of(message->status_url), SLICE("%")) >= 0)
        return fault_set(fault, GW_EINVAL,
                         "account %s: Kannel would expand the %% in the URL for "
                         "receipts; choose a secret without one",
                         account->full_name);
    struct sbuf url;
    sbuf_init(&url, URL_MAX);
    build_url(account, message, (struct slice){ phone, 11 }, &url, a);
    int rv = url.failed ? fault_set(fault, GW_ETOOBIG, "account %s: the sendsms URL is too long",
                                    account->full_name)
                        : 0;
    *out = (struct http_call){ .method = "GET", .url = arena_dup(a, sbuf_slice(&url)) };
    sbuf_free(&url);
    return rv;
}

/* The first row that fits decides (sms.md 4.1; the texts are those of Kannel 1.4.5's smsbox). */
static const struct {
    int from, to;     /* HTTP status */
    const char *body; /* somewhere in the answer; NULL: whatever it says */
    enum send_outcome outcome;
    const char *reason;
} answers[] = {
    { 200, 299, "Denied receivers", SEND_BAD_RECIPIENT, "receiver denied" },
    { 200, 299, "0: Accepted", SEND_OK, "accepted" },
    { 200, 299, "3: Queued", SEND_OK, "queued" },
    { 200, 299, "Sent.", SEND_OK, "sent" },
    { 200, 299, NULL, SEND_UNCERTAIN, "answer not understood" },
    { 401, 401, NULL, SEND_ACCOUNT_BROKEN, "authorization failed" },
    { 403, 403, "Authorization", SEND_ACCOUNT_BROKEN, "authorization failed" },
    { 400, 499, "receiver", SEND_BAD_RECIPIENT, "receiver rejected" },
    { 400, 499, "white- and/or black-lists", SEND_BAD_RECIPIENT, "receiver denied" },
    { 403, 403, NULL, SEND_ACCOUNT_BROKEN, "forbidden" },
    { 404, 404, NULL, SEND_ACCOUNT_BROKEN, "no sendsms at this address" },
    { 408, 408, NULL, SEND_LATER, "request timed out" },
    { 429, 429, NULL, SEND_SLOW_DOWN, "too many requests" },
    { 400, 499, NULL, SEND_REJECTED, "rejected" },
    { 500, 500, NULL, SEND_LATER, "sending failed" },
    { 503, 503, NULL, SEND_LATER, "temporary failure" },
};

void kannel_sent(const struct account *account, const struct http_result *result, struct arena *a,
                 struct sent *out)
{
    (void)account;
    *out = (struct sent){ .retry_after = result->retry_after };
    if (result->status == 0) {
        out->outcome = result->sent ? SEND_UNCERTAIN : SEND_LATER;
        out->reason = result->sent ? SLICE("no answer") : SLICE("no connection");
        return;
    }
    out->outcome = SEND_UNCERTAIN; /* a proxy's 502 or 504 may stand before an accepted message */
    const char *reason = "unexpected";
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        if (result->status < answers[i].from || result->status > answers[i].to)
            continue;
        if (answers[i].body != NULL && slice_find(result->body, slice_of(answers[i].body)) < 0)
            continue;
        out->outcome = answers[i].outcome;
        reason = answers[i].reason;
        break;
    }
    out->reason = arena_printf(a, "%d %s", result->status, reason);
}
