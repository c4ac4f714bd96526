#include "conversations/understand/brief.h"

#include <string.h>

#include "conversations/understand/reading.h"
#include "conversations/understand/review.h"
#include "conversations/understand/scan.h"
#include "gateway/base/json.h"
#include "gateway/base/utf8.h"

enum { REASON_CHARACTERS = 60, INSURANCE_MIN = 6, INSURANCE_MAX = 30 };

int grant_read(const struct reading *r, json_t *slots)
{
    struct slice low = r->normal.low;
    size_t i = 0;
    int64_t n;
    scan_separators(low, &i);
    bool no = scan_any(low, &i, "不补|不给补|不能补");
    if (!no && !scan_any(low, &i, "补记|给补|补"))
        return 0;
    scan_spaces(low, &i);
    if (scan_digits(low, &i, 4, &n) > 0)
        json_put_int(slots, "n", n);
    scan_any(low, &i, "号");
    json_object_set_new(slots, "decision", json_string(no ? "reject" : "approve"));
    scan_separators(low, &i);
    if (no && i < low.n)
        json_put_slice(slots, "reason", slice_trim(slice_skip(r->normal.text, i)));
    return 1;
}

int came_read(const struct reading *r, json_t *slots)
{
    static const char mistaken[] =
        "记错|搞错|弄错|算了|忘|有事|生病|病了|医院|不舒服|请假|没空|不得空";
    static const char came[] =
        "再查|再看|重查|复查|不同意|不服|来了|来的|来过|去了|去过|去的|克了|克的|到了|"
        "在的|在呢|在场|我在|干了|做了|扫了|我来|我去|我克|冤枉|明明|来呢";
    static const char absent[] = "没来|没去|没克|没到|没有来|没有去|不来|不去";
    struct slice low = r->normal.low;
    bool no = scan_find(low, 0, low.n, mistaken) < low.n;
    bool yes = scan_find(low, 0, low.n, came) < low.n;
    if (!no && !yes && scan_find(low, 0, low.n, absent) == low.n)
        return 0;
    json_object_set_new(slots, "came", json_boolean(yes && !no));
    return 1;
}

/* The number of an insurance policy: Latin letters, digits and hyphens, at least six, some digit
 * among them. */
static struct slice insurance_number(const struct reading *r)
{
    struct slice text = r->normal.text;
    for (size_t i = 0; i < text.n;) {
        size_t from = i;
        int digits = 0;
        for (; i < text.n; i++) {
            char c = text.p[i];
            bool digit = c >= '0' && c <= '9';
            bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
            if (!digit && !letter)
                break;
            digits += digit;
        }
        if (digits > 0 && i - from >= INSURANCE_MIN && i - from <= INSURANCE_MAX)
            return (struct slice){ text.p + from, i - from };
        i = i > from ? i : scan_next(text, i);
    }
    return (struct slice){ 0 };
}

int hazard_read(const struct reading *r, json_t *slots)
{
    struct slice low = r->normal.low;
    size_t i = 0;
    struct slice number = insurance_number(r);
    bool insured = scan_find(low, 0, low.n, "保单|保险") < low.n;
    if (number.n > 0 && (insured || number.n == slice_trim(low).n)) {
        json_put_slice(slots, "insurance", number);
        return 1;
    }
    scan_separators(low, &i);
    bool no = scan_any(low, &i, "不危险|没有危险|没危险|无危险");
    if (!no && !scan_any(low, &i, "有危险|危险"))
        return 0;
    while (i < low.n &&
           (scan_any(low, &i, "的|了|嘛|呢|吧|啊") || scan_is_any(low, i, SCAN_SEPARATORS)))
        scan_separators(low, &i);
    if (i < low.n)
        return 0;
    json_object_set_new(slots, "hazardous", json_boolean(!no));
    return 1;
}

/* A wish of an organizer that a question for a few words must not swallow. */
static bool is_other_wish(const struct reading *r)
{
    static const char *const wishes[] = { "roster",       "roles",        "attendance",
                                          "help",         "human",        "organizer_recruit",
                                          "query_star",   "query_hours",  "query_records",
                                          "my_data",      "opt_out",      "organizer_confirm_hours",
                                          "noshow_grant", "noshow_refuse" };
    struct understood said;
    bool found = false;
    understand_decide(r->u, r, CONTEXT_NONE, &said);
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++)
        found |= strcmp(said.intent, wishes[i]) == 0;
    json_decref(said.slots);
    json_decref(said.also);
    return found;
}

int reason_read(const struct reading *r, json_t *slots)
{
    struct slice text = slice_trim(r->normal.text), rest = text;
    if (text.n == 0 || r->global == GLOBAL_DIGIT || r->global == GLOBAL_YES || is_other_wish(r))
        return 0;
    for (int i = 0; i < REASON_CHARACTERS && rest.n > 0; i++)
        (void)utf8_next(&rest);
    json_put_slice(slots, "reason", slice_head(text, text.n - rest.n));
    return 1;
}

int recipient_read(const struct reading *r, json_t *slots)
{
    struct slice low = r->normal.low, text = r->normal.text;
    json_t *decisions = json_object();
    size_t i = 0;
    bool other = r->global == GLOBAL_DIGIT || r->global == GLOBAL_YES || r->global == GLOBAL_NO ||
                 review_read(r, decisions) == 1 || is_other_wish(r);
    json_decref(decisions);
    scan_separators(low, &i);
    bool all = scan_any(low, &i, "都是服务|全是服务|都服务|都是|全是|都");
    while (scan_any(low, &i, "服务对象是|服务对象|服务给|服务|是|为了|帮|:| "))
        continue;
    if (other || i >= low.n)
        return 0;
    size_t gap = scan_find(low, i, low.n, " |,|;|、|。");
    struct slice first = { text.p + i, gap - i };
    size_t next = gap;
    scan_separators(low, &next);
    while (next < low.n && scan_any(low, &next, "服务对象是|服务对象|服务给|服务|是"))
        continue;
    struct slice second = slice_trim(slice_skip(text, next));
    json_put_slice(slots, "recipient", second.n > 0 ? second : first);
    if (second.n > 0)
        json_put_slice(slots, "at_place", first);
    if (all)
        json_object_set_new(slots, "for_all", json_true());
    return 1;
}

int page_read(const struct reading *r, json_t *slots)
{
    struct slice low = r->normal.low;
    size_t i = 0;
    scan_separators(low, &i);
    if (!scan_any(low, &i, "下一页|下页|下面的|后面的|更多|继续|再看"))
        return 0;
    while (i < low.n && (scan_any(low, &i, "的|吧|嘛|呢") || scan_is_any(low, i, SCAN_SEPARATORS)))
        scan_separators(low, &i);
    if (i < low.n)
        return 0;
    json_object_set_new(slots, "page", json_string("next"));
    return 1;
}
