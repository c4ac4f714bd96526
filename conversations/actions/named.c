#include "conversations/actions/named.h"

#include "gateway/base/json.h"
#include "handlers/notify.h"
#include "handlers/training.h"

enum { TAIL = 4 };

/* The digits at the end of the text, as many as a tail has: 尾号0011, 0011, 13800000011. */
static struct slice tail_of(struct slice text)
{
    text = slice_trim(text);
    size_t n = 0;
    while (n < text.n && text.p[text.n - 1 - n] >= '0' && text.p[text.n - 1 - n] <= '9')
        n++;
    return n >= TAIL ? slice_skip(text, text.n - TAIL) : SLICE("");
}

/* Whether the phone of a volunteer ends so; its tail becomes the slot. 1, 0 or GW_E*. */
static int has_tail(struct action_call *call, int64_t address, struct slice tail)
{
    int rc = notify_set_tail(call->service, call->slots, address);
    if (rc < 0)
        return rc;
    return tail.n == 0 || slice_eq(json_slice(call->slots, "tail"), tail);
}

int named_find(struct action_call *call, int64_t org, int64_t *id, int *count)
{
    struct training_person *people = NULL;
    int64_t address = 0;
    struct slice tail = tail_of(action_words(call));
    int n = training_find(call->service, org, json_slice(call->slots, "name"), &people);
    *count = 0;
    for (int i = 0; i < n; i++) {
        int rc = has_tail(call, people[i].address, tail);
        if (rc < 0)
            return rc;
        if (rc == 1 && ++*count == 1) {
            *id = people[i].id;
            address = people[i].address;
        }
    }
    json_put_int(call->slots, "count", *count);
    return n < 0 ? n : notify_set_tail(call->service, call->slots, address);
}
