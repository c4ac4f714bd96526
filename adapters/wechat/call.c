#include "adapters/wechat/call.h"

#include <inttypes.h>
#include <string.h>

#include "adapters/charset.h"
#include "adapters/wechat/account.h"
#include "gateway/base/digest.h"
#include "gateway/base/json.h"
#include "gateway/base/sbuf.h"

enum {
    ANSWER_MAX = 64 * 1024,
    PAGE_MAX = 1024 * 1024, /* of 10,000 openids (wechat.md 4.8) */
    TOKEN_MAX = 4096,       /* at least 512 have to be kept (wechat.md 4.1) */
    URL_MAX = 8192 + TOKEN_MAX * 3,
    FILE_MAX = 2 * 1024 * 1024, /* pages say 2 and 10 MB for images: the smaller (wechat.md 4.9) */
    THUMB_MAX = 64 * 1024,
    NAME_MAX_BYTES = 64, /* of a file, as it is shown */
    RID_MAX = 64,
    IDS_MAX = 24, /* characters of a 64-bit number */
};

static const struct call_row {
    const char *method;
    const char *path;
    const char *expected; /* what a success holds; NULL: it always has an errcode */
    const char *name;
} rows[WECHAT_CALLS] = {
    [WECHAT_TOKEN] = { "POST", "/cgi-bin/stable_token", "access_token", "ask for an access token" },
    [WECHAT_SEND] = { "POST", "/cgi-bin/message/custom/send", NULL,
                      "send a customer-service message" },
    [WECHAT_TYPING] = { "POST", "/cgi-bin/message/custom/typing", NULL, "show that we type" },
    [WECHAT_TEMPLATE] = { "POST", "/cgi-bin/message/template/send", NULL,
                          "send a template message" },
    [WECHAT_NOTICE] = { "POST", "/cgi-bin/message/subscribe/bizsend", NULL,
                        "send a subscription message" },
    [WECHAT_MASS_TAG] = { "POST", "/cgi-bin/message/mass/sendall", NULL,
                          "send a mass message to a tag" },
    [WECHAT_MASS_LIST] = { "POST", "/cgi-bin/message/mass/send", NULL,
                           "send a mass message to a list" },
    [WECHAT_MASS_STATUS] = { "POST", "/cgi-bin/message/mass/get", "msg_status",
                             "ask after a mass message" },
    [WECHAT_MENU_PUSH] = { "POST", "/cgi-bin/menu/create", NULL, "set the menu" },
    [WECHAT_MENU_SHOW] = { "GET", "/cgi-bin/menu/get", "menu", "read the menu" },
    [WECHAT_MENU_DELETE] = { "GET", "/cgi-bin/menu/delete", NULL, "delete the menu" },
    [WECHAT_QR] = { "POST", "/cgi-bin/qrcode/create", "ticket", "create a QR code" },
    [WECHAT_TAGS] = { "GET", "/cgi-bin/tags/get", "tags", "list the tags" },
    [WECHAT_TAG_CREATE] = { "POST", "/cgi-bin/tags/create", "tag", "create a tag" },
    [WECHAT_TAG_DELETE] = { "POST", "/cgi-bin/tags/delete", NULL, "delete a tag" },
    [WECHAT_TAG_ADD] = { "POST", "/cgi-bin/tags/members/batchtagging", NULL, "tag followers" },
    [WECHAT_TAG_TAKE] = { "POST", "/cgi-bin/tags/members/batchuntagging", NULL,
                          "take a tag off followers" },
    [WECHAT_TAG_MEMBERS] = { "POST", "/cgi-bin/user/tag/get", "count", "list who has a tag" },
    [WECHAT_USER] = { "GET", "/cgi-bin/user/info", "subscribe", "read about a follower" },
    [WECHAT_CALLBACK_IPS] = { "GET", "/cgi-bin/getcallbackip", "ip_list",
                              "list the addresses pushes come from" },
    [WECHAT_CALLBACK_CHECK] = { "POST", "/cgi-bin/callback/check", "dns",
                                "have WeChat try its network" },
    [WECHAT_UPLOAD] = { "POST", "/cgi-bin/media/upload", "media_id", "upload a file" },
    [WECHAT_DOWNLOAD] = { "GET", "/cgi-bin/media/get", NULL, "download a file" },
};

const char *wechat_call_path(enum wechat_call call)
{
    return rows[call].path;
}

const char *wechat_call_name(enum wechat_call call)
{
    return rows[call].name;
}

size_t wechat_call_limit(enum wechat_call call)
{
    return call == WECHAT_TAG_MEMBERS ? PAGE_MAX : ANSWER_MAX;
}

int wechat_can_call(const struct account *account, struct fault *fault)
{
    const struct wechat_account *w = account->prepared;
    if (w->app_id.n > 0 && w->app_secret.n > 0)
        return GW_OK;
    return fault_set(fault, GW_ECONFIG,
                     "account %s cannot send: settings.app_id and settings.app_secret are missing",
                     account->full_name);
}

static struct slice url_of(const struct account *account, enum wechat_call call, struct slice token,
                           struct slice query, struct arena *a)
{
    const struct wechat_account *w = account->prepared;
    struct sbuf url;
    sbuf_init(&url, URL_MAX);
    sbuf_add(&url, w->api_url);
    sbuf_str(&url, rows[call].path);
    if (token.n > 0) {
        sbuf_str(&url, "?access_token=");
        sbuf_url(&url, token);
    }
    if (query.n > 0) {
        sbuf_char(&url, token.n > 0 ? '&' : '?');
        sbuf_add(&url, query);
    }
    struct slice out = arena_dup(a, sbuf_slice(&url));
    sbuf_free(&url);
    return out;
}

int wechat_call_build(const struct account *account, enum wechat_call call, struct slice token,
                      struct slice query, json_t *body, struct arena *a, struct http_call *out,
                      struct fault *fault)
{
    int rc = wechat_can_call(account, fault);
    if (rc == GW_OK) {
        *out = (struct http_call){ .method = rows[call].method,
                                   .url = url_of(account, call, token, query, a) };
        if (body != NULL) {
            out->headers[0] = "Content-Type: application/json; charset=utf-8";
            out->body = json_write(body, a);
        }
    }
    json_decref(body);
    return rc;
}

/* A file's name as a header may hold it. */
static struct slice plain_name(struct slice name, struct arena *a)
{
    char *p = arena_str(a, slice_head(name, NAME_MAX_BYTES));
    for (char *c = p; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7E || strchr("\"\\/;", *c) != NULL)
            *c = '_';
    return slice_of(*p != '\0' ? p : "file");
}

static const char *type_of(struct slice bytes)
{
    if (slice_starts(bytes, SLICE("\x89PNG")))
        return "image/png";
    if (slice_starts(bytes, SLICE("GIF8")))
        return "image/gif";
    if (slice_starts(bytes, SLICE("\xFF\xD8")))
        return "image/jpeg";
    return slice_starts(bytes, SLICE("#!AMR")) ? "audio/amr" : "application/octet-stream";
}

int wechat_upload_build(const struct account *account, struct slice token, struct slice kind,
                        struct slice name, struct slice bytes, struct arena *a,
                        struct http_call *out, struct fault *fault)
{
    bool thumb = slice_eq(kind, SLICE("thumb"));
    int rc = wechat_can_call(account, fault);
    if (rc != GW_OK)
        return rc;
    if (bytes.n == 0 || bytes.n > (thumb ? THUMB_MAX : FILE_MAX))
        return fault_set(fault, GW_ETOOBIG,
                         "the file has %zu bytes: WeChat takes 1 to %d of this "
                         "kind",
                         bytes.n, thumb ? THUMB_MAX : FILE_MAX);
    /* The digest of the content as boundary: it cannot stand in it. */
    unsigned char digest[32];
    char hex[65];
    digest_sha256(bytes, digest);
    digest_hex(digest, sizeof digest, hex);
    struct sbuf b;
    sbuf_init(&b, FILE_MAX + 4096);
    sbuf_printf(&b,
                "--%s\r\nContent-Disposition: form-data; name=\"media\"; filename=\"%.*s\"\r\n"
                "Content-Type: %s\r\n\r\n",
                hex, SLICE_ARG(plain_name(name, a)), type_of(bytes));
    sbuf_add(&b, bytes);
    sbuf_printf(&b, "\r\n--%s--\r\n", hex);
    *out = (struct http_call){
        .method = "POST",
        .url =
            url_of(account, WECHAT_UPLOAD, token, arena_printf(a, "type=%.*s", SLICE_ARG(kind)), a),
        .headers = { arena_printf(a, "Content-Type: multipart/form-data; boundary=%s", hex).p },
        .body = arena_dup(a, sbuf_slice(&b)),
    };
    sbuf_free(&b);
    return GW_OK;
}

/* The answer as an object: bytes that no parser takes occur in it (wechat.md 4.0). NULL when it is
 * none, e.g. some proxy's page. */
static json_t *read_object(const struct http_result *result, size_t limit, struct arena *a)
{
    struct fault fault = { 0 };
    if (result->status != 200 || result->body.n == 0)
        return NULL;
    struct slice text = charset_strip_controls(charset_mend(result->body, a), a);
    json_t *answer = json_read(text, "answer", limit, &fault);
    if (json_is_object(answer))
        return answer;
    json_decref(answer);
    return NULL;
}

/* "… rid: 6123-ab-cd": of what comes from outside only what such numbers are made of. */
static struct slice rid_of(const json_t *answer, struct arena *a)
{
    struct slice text = json_slice(answer, "errmsg");
    ptrdiff_t at = slice_find(text, SLICE("rid: "));
    if (at < 0)
        return SLICE("");
    struct slice rid = slice_head(slice_trim(slice_skip(text, (size_t)at + 5)), RID_MAX);
    size_t n = 0;
    while (n < rid.n && strchr("0123456789abcdefABCDEF-", rid.p[n]) != NULL)
        n++;
    return arena_dup(a, slice_head(rid, n));
}

/* What receipts name a message by: numbers beyond 2^53 among them, or texts. */
static struct slice id_of(const json_t *answer, struct arena *a)
{
    static const char *const keys[] = { "msgid", "msg_id" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const json_t *id = json_object_get(answer, keys[i]);
        if (json_is_integer(id))
            return arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(id));
        if (json_is_string(id) && json_string_length(id) <= IDS_MAX)
            return arena_dup(a, json_slice(answer, keys[i]));
    }
    return SLICE("");
}

void wechat_call_read(enum wechat_call call, const struct http_result *result, struct arena *a,
                      struct wechat_answer *out)
{
    const char *expected = rows[call].expected;
    *out = (struct wechat_answer){ .object = read_object(result, wechat_call_limit(call), a) };
    if (out->object == NULL) {
        sms_code_unread(result, a, &out->sent);
        return;
    }
    const json_t *code = json_object_get(out->object, "errcode");
    out->code = json_int(out->object, "errcode", 0);
    out->rid = rid_of(out->object, a);
    if (code == NULL && expected == NULL) /* this call always answers one */
        out->sent = (struct sent){ .outcome = SEND_UNCERTAIN, .reason = SLICE("no errcode") };
    else if (out->code == 0 && expected != NULL && json_object_get(out->object, expected) == NULL)
        out->sent = (struct sent){ .outcome = SEND_LATER,
                                   .reason = arena_printf(a, "no %s in it", expected) };
    else if (code == NULL)
        out->sent = (struct sent){ .outcome = SEND_OK };
    else
        sms_code_apply(wechat_codes, arena_printf(a, "%" PRId64, out->code), result, a, &out->sent);
    if (out->sent.outcome == SEND_OK)
        out->sent.provider_id = id_of(out->object, a);
}

void wechat_download_read(const struct http_result *result, struct arena *a, struct sent *sent,
                          struct slice *file, struct slice *url)
{
    struct wechat_answer answer = { 0 };
    *file = *url = SLICE("");
    *sent = (struct sent){ .outcome = SEND_OK };
    bool json = slice_starts(slice_trim(slice_head(result->body, ANSWER_MAX)), SLICE("{"));
    if (result->status == 200 && result->body.n > 0 && !json) {
        *file = result->body;
        return;
    }
    wechat_call_read(WECHAT_DOWNLOAD, result, a, &answer);
    struct slice where = json_slice(answer.object, "video_url");
    if (answer.code == 0 && where.n > 0)
        *url = arena_dup(a, where);
    else
        *sent = answer.sent;
    if (sent->outcome == SEND_UNCERTAIN) /* asking twice does no harm */
        sent->outcome = SEND_LATER;
    json_decref(answer.object);
}
