/* What our adapters make of one call or one webhook, for programs that compare it with a peer's: a
 * JSON object a line in, one a line out, nothing else; the clock is given.
 *
 *     {"provider", "secret", "signature", "settings", "now", …and one of
 *      "send":  {"id", "recipient", "message", "params", "text"}
 *      "batch": [ … the same ]          with "nonce"; Aliyun's SendBatchSms
 *      "query": {"id", "recipient"}    with "nonce"; Aliyun's QuerySendDetails
 *      "tc3":   {"host", "content_type", "body"}   Tencent's Authorization
 *      "hook":  {"method", "rest", "query", "body", "signature"}
 *     }
 *
 * "nonce" with "send" replaces the derived one of Aliyun. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/sms/aliyun.h"
#include "adapters/sms/tencent.h"
#include "gateway/base/json.h"

enum { LINE_MAX = 1024 * 1024 };

static void put(json_t *out, const char *key, const char *value)
{
    json_put_slice(out, key, slice_of(value));
}

static struct outbound read_message(const json_t *m)
{
    return (struct outbound){ .id = json_id(m, "id"),
                              .recipient = json_slice(m, "recipient"),
                              .message = json_slice(m, "message"),
                              .params = json_object_get(m, "params"),
                              .text = json_slice(m, "text") };
}

static json_t *show_call(const struct http_call *call)
{
    json_t *out = json_object(), *headers = json_object();
    put(out, "method", call->method);
    json_put_slice(out, "url", call->url);
    json_put_slice(out, "body", call->body);
    for (size_t i = 0; call->headers[i] != NULL; i++) {
        struct slice line = slice_of(call->headers[i]);
        ptrdiff_t colon = slice_find(line, SLICE(":"));
        char name[128];
        snprintf(name, sizeof(name), "%.*s", (int)colon, line.p);
        json_put_slice(headers, name, slice_trim(slice_skip(line, (size_t)colon + 1)));
    }
    json_object_set_new(out, "headers", headers);
    return out;
}

static json_t *make_call(const struct account *account, const json_t *in, struct arena *a,
                         struct fault *fault)
{
    const json_t *send = json_object_get(in, "send"), *batch = json_object_get(in, "batch");
    const json_t *query = json_object_get(in, "query");
    struct slice nonce = json_slice(in, "nonce");
    int64_t now = json_int(in, "now", 0);
    struct http_call call = { 0 };
    int rv;
    if (batch != NULL) {
        size_t count = json_array_size(batch);
        struct outbound *messages = arena_alloc(a, (count + 1) * sizeof(*messages));
        for (size_t i = 0; i < count; i++)
            messages[i] = read_message(json_array_get(batch, i));
        rv = aliyun_batch_call(account, messages, count, now, nonce, a, &call, fault);
    } else if (query != NULL) {
        const struct outbound message = read_message(query);
        rv = aliyun_query_call(account, &message, now, nonce, a, &call, fault);
    } else {
        const struct outbound message = read_message(send);
        rv = nonce.n > 0 ? aliyun_single_call(account, &message, now, nonce, a, &call, fault)
                         : account->adapter->send(account, &message, now, a, &call, fault);
    }
    return rv == 0 ? show_call(&call) : NULL;
}

static json_t *make_tc3(const struct account *account, const json_t *in, struct arena *a)
{
    const struct tencent_settings *s = account->prepared;
    const json_t *tc3 = json_object_get(in, "tc3");
    json_t *out = json_object();
    json_put_slice(out, "authorization",
                   tencent_authorization(s->secret_id, s->secret_key, SLICE("sms"),
                                         json_slice(tc3, "host"), json_slice(tc3, "content_type"),
                                         json_slice(tc3, "body"), json_int(in, "now", 0), a, NULL));
    return out;
}

static struct slice give_signature(const void *context, const char *name)
{
    (void)name;
    return json_slice(context, "signature");
}

static json_t *read_hook(const struct account *account, const json_t *in, struct arena *a)
{
    const json_t *h = json_object_get(in, "hook");
    struct decoded d;
    const struct webhook hook = { .method = json_slice(h, "method"),
                                  .rest = json_slice(h, "rest"),
                                  .query = json_slice(h, "query"),
                                  .body = json_slice(h, "body"),
                                  .header = give_signature,
                                  .context = h };
    account->adapter->decode(account, &hook, json_int(in, "now", 0), a, &d);
    json_t *out = json_object(), *texts = json_array();
    put(out, "refusal", webhook_refusal_name(d.refusal));
    json_put_int(out, "receipts", (int64_t)d.receipt_count);
    for (size_t i = 0; i < d.message_count; i++)
        json_array_append_new(texts, json_stringn(d.messages[i].text.p, d.messages[i].text.n));
    json_object_set_new(out, "texts", texts);
    return out;
}

static json_t *answer(const json_t *in, struct arena *a, struct fault *fault)
{
    const char *provider = json_text(in, "provider", "");
    struct account account = {
        .name = "peer",
        .channel = "sms",
        .full_name = "sms/peer",
        .realm = "sms",
        .secret = json_text(in, "secret", "0123456789abcdef"),
        .signature = json_text(in, "signature", NULL),
        .settings = json_object_get(in, "settings"),
        .adapter = adapter_find(provider),
    };
    if (account.adapter == NULL) {
        fault_set(fault, GW_EINVAL, "provider '%s' is unknown", provider);
        return NULL;
    }
    if (account.adapter->check(&account, a, fault) != 0)
        return NULL;
    if (json_object_get(in, "tc3") != NULL)
        return make_tc3(&account, in, a);
    if (json_object_get(in, "hook") != NULL)
        return read_hook(&account, in, a);
    return make_call(&account, in, a, fault);
}

int main(void)
{
    char *line = mem_alloc(LINE_MAX);
    while (fgets(line, LINE_MAX, stdin) != NULL) {
        struct arena a = { 0 };
        struct fault fault = { 0 };
        json_t *in = json_read(slice_of(line), "line", LINE_MAX, &fault);
        json_t *out = in != NULL ? answer(in, &a, &fault) : NULL;
        if (out == NULL) {
            out = json_object();
            put(out, "error", fault.text);
        }
        puts(json_write(out, &a).p);
        fflush(stdout);
        json_decref(out);
        json_decref(in);
        arena_free(&a);
    }
    free(line);
    return 0;
}
