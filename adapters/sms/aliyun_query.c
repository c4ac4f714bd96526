#include "adapters/sms/aliyun.h"

#include "gateway/base/civil.h"
#include "gateway/base/json.h"

enum { PAGE = 50, QUERY_BYTES_MAX = 1024 };
/* SendStatus */
enum { STATUS_FAILED = 2 };

static const struct zone china = { .offset_minutes = 480 };

int aliyun_query_call(const struct account *account, const struct outbound *message, int64_t now,
                      struct slice nonce, struct arena *a, struct http_call *out,
                      struct fault *fault)
{
    const struct aliyun_settings *s = account->prepared;
    struct aliyun_request request = { .action = "QuerySendDetails",
                                      .version = ALIYUN_VERSION,
                                      .host = s->api.host,
                                      .nonce = nonce,
                                      .now = now };
    struct civil day;
    struct slice phone;
    struct sbuf query;
    int rv = api_phone(account, message, a, &phone, fault);
    if (rv != 0)
        return rv;
    civil_at(now, china, &day);
    /* In byte order of their names, as the signature wants them. */
    sbuf_init(&query, QUERY_BYTES_MAX);
    api_form_add(&query, "CurrentPage", SLICE("1"));
    api_form_add(&query, "PageSize", arena_printf(a, "%d", PAGE));
    api_form_add(&query, "PhoneNumber", phone);
    api_form_add(&query, "SendDate", arena_printf(a, "%04d%02d%02d", day.year, day.month, day.day));
    rv = api_form_take(account, &query, a, &request.query, fault);
    if (rv == 0)
        aliyun_sign(s, &request, a, out, NULL);
    return rv;
}

int aliyun_query(const struct account *account, const struct outbound *message, int64_t now,
                 struct arena *a, struct http_call *out, struct fault *fault)
{
    if (message->id <= 0)
        return fault_set(fault, GW_EINVAL, "account %s: a message without an id is not found again",
                         account->full_name);
    return aliyun_query_call(account, message, now,
                             aliyun_nonce(account, "query\n", message->id, now, a), a, out, fault);
}

/* What one of the list says of our message. */
static void read_detail(const json_t *detail, struct arena *a, struct sent *out)
{
    *out =
        (struct sent){ .outcome = SEND_OK, .reason = SLICE("taken, though its answer was lost") };
    if (json_int(detail, "SendStatus", 0) != STATUS_FAILED)
        return;
    struct receipt failed = { .final = true };
    sms_code_report(aliyun_codes, json_slice(detail, "ErrCode"), a, &failed);
    out->outcome = failed.opted_out ? SEND_BAD_RECIPIENT : SEND_REJECTED;
    out->opted_out = failed.opted_out;
    out->reason = failed.reason;
}

void aliyun_queried(const struct account *account, const struct outbound *message,
                    const struct http_result *result, struct arena *a, struct sent *out)
{
    (void)account;
    json_t *answer = api_answer(result), *detail;
    const json_t *list =
        json_object_get(json_object_get(answer, "SmsSendDetailDTOs"), "SmsSendDetailDTO");
    struct slice id = api_id(message, a);
    size_t i;
    *out = (struct sent){ .outcome = SEND_UNCERTAIN, .reason = SLICE("") };
    json_array_foreach((json_t *)(uintptr_t)list, i, detail)
    {
        if (id.n > 0 && slice_eq(json_slice(detail, "OutId"), id)) {
            read_detail(detail, a, out);
            break;
        }
    }
    json_decref(answer);
}
