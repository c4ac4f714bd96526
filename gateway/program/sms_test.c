#include "gateway/program/sms_test.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "conversations/sendable.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/program/wakeup.h"
#include "gateway/store/outbox.h"
#include "gateway/store/people.h"

enum { LOOK_NS = 200 * 1000 * 1000, USEFUL_S = 3600 };

/* Says one step: a word, and what it means. */
static void say(const struct sms_test *test, const char *step, const char *words,
                struct slice reason)
{
    char masked[16];
    phone_mask(slice_of(test->phone), masked);
    if (test->as_json) {
        json_t *o = json_object();
        json_object_set_new(o, "account", json_string(test->account->full_name));
        json_object_set_new(o, "number", json_string(masked));
        json_object_set_new(o, "step", json_string(step));
        json_object_set_new(o, "means", json_string(words));
        json_put_slice(o, "reason", reason);
        json_dumpf(o, stdout, JSON_COMPACT);
        printf("\n");
        json_decref(o);
    } else {
        printf("%s %s: %s%s%.*s%s\n", masked, step, words, reason.n > 0 ? " (" : "",
               SLICE_ARG(reason), reason.n > 0 ? ")" : "");
    }
    fflush(stdout);
}

/* The message with the parameters of its example, in the arena. */
static int build(const struct installation *in, const struct sms_test *test, struct arena *a,
                 struct slice *params, struct fault *fault)
{
    json_t *all = catalogue_sendable(in->catalogue), *one;
    size_t i;
    bool found = false;
    json_array_foreach(all, i, one)
    {
        if (strcmp(json_text(one, "id", ""), test->message) != 0)
            continue;
        *params = json_write(json_object_get(one, "params"), a);
        found = true;
    }
    json_decref(all);
    return found ? GW_OK
                 : fault_set(
                       fault, GW_ENOTFOUND,
                       "there is no message '%s' that is sent by itself; linli check lists them",
                       test->message);
}

/* Through the running gateway. */

struct put_call {
    const struct sms_test *test;
    struct slice params;
    int64_t id;
};

static int put(const struct service *s, void *context)
{
    struct put_call *call = context;
    struct address to;
    int rc = people_address(s->tx, s->vault, s->ids, slice_of(call->test->account->realm),
                            slice_of(call->test->phone), SLICE(""), s->now, s->arena, &to);
    if (rc < 0)
        return rc;
    call->id = ids_next(s->ids);
    const struct outbox_row row = { .id = call->id,
                                    .address = to.id,
                                    .realm = to.realm,
                                    .recipient = to.sender,
                                    .account = slice_of(call->test->account->full_name),
                                    .message = slice_of(call->test->message),
                                    .params = call->params,
                                    .priority = OUTBOX_CODE, /* at any hour */
                                    .not_before = s->now,
                                    .useful_until = s->now + USEFUL_S };
    return outbox_put(s->tx, s->vault, &row, s->now, s->arena);
}

struct look_call {
    int64_t id;
    struct outbox_row row;
    char reason[200], account[80];
    int found;
};

static int look(const struct service *s, void *context)
{
    struct look_call *call = context;
    call->found = outbox_get(s->tx, s->vault, call->id, s->arena, &call->row);
    snprintf(call->reason, sizeof call->reason, "%.*s", SLICE_ARG(call->row.reason));
    snprintf(call->account, sizeof call->account, "%.*s", SLICE_ARG(call->row.account));
    return call->found < 0 ? call->found : GW_OK;
}

static const char *const state_words[OUTBOX_STATES] = {
    [OUTBOX_QUEUED] = "it waits for the gateway, or for its next attempt",
    [OUTBOX_LEASED] = "the gateway has it in hand",
    [OUTBOX_SENDING] = "the request is on its way to the provider",
    [OUTBOX_SENT] = "the provider took it; now its delivery report is waited for",
    [OUTBOX_DELIVERED] = "it arrived",
    [OUTBOX_FAILED] = "it will not arrive",
    [OUTBOX_EXPIRED] = "it was of no use any more",
    [OUTBOX_UNCERTAIN] = "nobody knows whether the provider took it",
};

/* 1 when it came to an end, 0 while it goes on, or GW_E*. */
static int follow_once(struct installation *in, struct sms_test *test, struct look_call *call,
                       struct look_call *last, struct fault *fault)
{
    int rc = installation_look(in, installation_clock(), look, call, fault);
    if (rc < 0 || call->found == 0)
        return rc < 0 ? rc : fault_set(fault, GW_ENOTFOUND, "the message is gone from the outbox");
    if (call->row.state != last->row.state || strcmp(call->reason, last->reason) != 0 ||
        last->found == 0)
        say(test, outbox_state_name(call->row.state), state_words[call->row.state],
            slice_of(call->reason));
    if (last->found != 0 && strcmp(call->account, last->account) != 0)
        say(test, "rerouted", "the account does not work: it goes by another",
            slice_of(call->account));
    *last = *call;
    test->good = call->row.state == OUTBOX_DELIVERED;
    return outbox_is_final(call->row.state) || call->row.state == OUTBOX_UNCERTAIN;
}

static int through_gateway(struct installation *in, struct sms_test *test, struct slice params,
                           struct fault *fault)
{
    struct put_call call = { .test = test, .params = params };
    const struct timespec pause = { .tv_nsec = LOOK_NS };
    int64_t until = installation_clock() + test->wait_s;
    int rc = installation_transact(in, installation_clock(), NULL, put, &call, fault);
    wakeup_touch(in->data_dir);
    struct look_call now = { .id = call.id }, last = { 0 };
    while (rc == GW_OK) {
        rc = follow_once(in, test, &now, &last, fault);
        if (rc == GW_OK && installation_clock() >= until)
            break;
        if (rc == GW_OK)
            nanosleep(&pause, NULL);
    }
    if (rc == GW_OK)
        say(test, "waiting",
            last.row.state == OUTBOX_SENT
                ? "no delivery report came: is the address for reports entered at the provider, and "
                  "public_url in the configuration?"
                : "it did not leave in time; the gateway goes on trying",
            SLICE(""));
    return rc < 0 ? rc : GW_OK;
}

/* By itself. */

struct request {
    struct sms_test *test;
    struct http_client *client;
    struct arena *arena;
    struct sent sent;
    bool answered;
};

static void on_client_closed(void *context)
{
    (void)context;
}

static void on_answer(void *context, const struct http_fetched *result)
{
    struct request *r = context;
    const struct http_result given = { .status = result->status,
                                       .sent = result->sent,
                                       .body = result->body,
                                       .retry_after = result->retry_after,
                                       .at = installation_clock() };
    r->test->account->adapter->sent(r->test->account, &given, r->arena, &r->sent);
    r->answered = true;
}

static const char *const outcome_words[] = {
    [SEND_OK] = "the provider took it",
    [SEND_LATER] = "the provider did not take it now; the gateway would try again",
    [SEND_SLOW_DOWN] = "the provider did not take it now: too many at once",
    [SEND_ACCOUNT_BROKEN] = "the account cannot send: mend it before anything goes out",
    [SEND_BAD_RECIPIENT] = "the provider does not send to this number",
    [SEND_REJECTED] = "the provider refuses this text",
    [SEND_UNCERTAIN] = "nobody knows whether the provider took it",
};

static int request(const struct installation *in, struct request *r, const struct http_call *call,
                   struct fault *fault)
{
    uv_loop_t loop;
    const struct http_client_options options = { .loop = &loop,
                                                 .proxy = config_text(in->config, "send.proxy") };
    struct http_fetch fetch = { .method = call->method,
                                .url = call->url,
                                .body = call->body,
                                .timeout_ms = (int)config_int(in->config, "send.timeout_ms") };
    memcpy(fetch.headers, call->headers, sizeof fetch.headers);
    if (uv_loop_init(&loop) != 0)
        return fault_set(fault, GW_EIO, "no event loop can be made");
    int rc = http_client_start(&options, &r->client, fault);
    if (rc == GW_OK) {
        http_client_send(r->client, &fetch, on_answer, r);
        while (!r->answered)
            uv_run(&loop, UV_RUN_ONCE);
        http_client_stop(r->client, on_client_closed, NULL);
        uv_run(&loop, UV_RUN_DEFAULT);
    }
    if (uv_loop_close(&loop) != 0 && rc == GW_OK)
        rc = fault_set(fault, GW_EIO, "the event loop does not end");
    return rc;
}

static int by_itself(struct installation *in, struct sms_test *test, struct slice params,
                     struct arena *a, struct fault *fault)
{
    const struct account *account = test->account;
    struct outbound message = { .id = ids_next(&in->ids),
                                .recipient = slice_of(test->phone),
                                .message = slice_of(test->message) };
    struct http_call call = { 0 };
    struct request r = { .test = test, .arena = a };
    json_t *shown = NULL, *given = json_read(params, "parameters", 64 * 1024, fault);
    int rc = given == NULL ? fault->code
                           : catalogue_render(in->catalogue, test->message, given, CHANNEL_SMS,
                                              account->signature, false, a, &message.text);
    if (rc == GW_OK)
        rc = catalogue_render_params(in->catalogue, test->message, given, CHANNEL_SMS, &shown);
    message.params = shown;
    if (rc == GW_OK && account->adapter->send == NULL)
        rc = fault_set(fault, GW_EINVAL, "account %s only answers", account->full_name);
    if (rc == GW_OK)
        rc = account->adapter->send(account, &message, installation_clock(), a, &call, fault);
    if (rc == GW_OK)
        say(test, "sending", "no gateway runs on this folder: the request is made here", SLICE(""));
    if (rc == GW_OK)
        rc = request(in, &r, &call, fault);
    if (rc == GW_OK) {
        test->good = r.sent.outcome == SEND_OK;
        say(test, test->good ? "sent" : "not sent", outcome_words[r.sent.outcome], r.sent.reason);
    }
    if (rc == GW_OK && test->good)
        say(test, "waiting", "its delivery report needs a running gateway: linli serve", SLICE(""));
    json_decref(shown);
    json_decref(given);
    return rc;
}

int sms_test_run(struct installation *in, struct sms_test *test, struct fault *fault)
{
    struct arena a = { 0 };
    struct slice params = { 0 };
    int rc = build(in, test, &a, &params, fault);
    if (rc == GW_OK)
        rc = installation_is_served(in) ? through_gateway(in, test, params, fault)
                                        : by_itself(in, test, params, &a, fault);
    arena_free(&a);
    return rc;
}
