/* What the fuzzers of SMS providers' pushes hold each of them to. */
#ifndef TESTS_FUZZ_SMS_PUSH_H
#define TESTS_FUZZ_SMS_PUSH_H

#include <string.h>

#include "adapters/adapter.h"
#include "gateway/base/phone.h"
#include "tests/fuzz/fuzz.h"

static inline void check_push_message(const struct inbound *m)
{
    char phone[12];
    require(m->text.n <= ADAPTER_TEXT_MAX && is_clean_text(m->text));
    require(m->key.n >= 3 && m->key.n <= 255 && is_clean_text(m->key));
    require(m->kind == INBOUND_TEXT || m->kind == INBOUND_OTHER);
    if (m->kind == INBOUND_TEXT) {
        require(phone_normalize(m->sender, phone) && !phone_is_service(m->sender));
        require(m->sender.n == 11 && memcmp(phone, m->sender.p, 11) == 0);
    }
}

static inline void check_push_receipt(const struct receipt *r)
{
    int64_t id;
    require(r->our_id.n > 0 || r->provider_id.n > 0);
    require(r->our_id.n == 0 || (slice_to_int(r->our_id, &id) == 0 && id > 0));
    require(!r->delivered || r->final);
    require(r->opted_out + r->dead + r->missed <= 1);
    require((!r->opted_out && !r->dead && !r->missed) || (r->final && !r->delivered));
    require(r->reason.n > 0 && r->reason.n <= 255 && is_clean_text(r->reason));
}

/* A push to `account`, decoded and answered. */
static inline void check_push(const struct account *account, struct slice body)
{
    struct arena arena = { 0 };
    struct decoded d;
    struct response response;
    const struct webhook hook = { .method = SLICE("POST"),
                                  .content_type = SLICE("application/x-www-form-urlencoded"),
                                  .body = body };
    account->adapter->decode(account, &hook, 1795572000, &arena, &d);
    require(d.refusal < WEBHOOK_REFUSAL_COUNT);
    require(d.refusal == REFUSED_NONE || d.message_count + d.receipt_count + d.skipped == 0);
    for (size_t i = 0; i < d.message_count; i++)
        check_push_message(&d.messages[i]);
    for (size_t i = 0; i < d.receipt_count; i++)
        check_push_receipt(&d.receipts[i]);
    if (d.refusal == REFUSED_NONE) {
        account->adapter->respond(account, &d, NULL, 0, 1, &arena, &response);
        require(response.status == 200);
    }
    arena_free(&arena);
}

#endif
