#include "conversations/understand/slots.h"

#include <string.h>

#include "conversations/understand/numeral.h"
#include "conversations/understand/reading.h"
#include "conversations/understand/scan.h"
#include "conversations/understand/slots_more.h"
#include "gateway/base/json.h"

/* Every reader that intents.json may name. */
static const struct slot_reader readers[] = {
    { "when", slots_when },
    { "moved_to", slots_moved_to },
    { "clock", slots_clock },
    { "clock_end", slots_clock_end },
    { "part", slots_part },
    { "length", slots_length },
    { "length_asked", slots_length_asked },
    { "person", slots_person },
    { "proxy", slots_proxy },
    { "heads", slots_heads },
    { "self", slots_self },
    { "self_id", slots_self_id },
    { "person_asked", slots_person_asked },
    { "phone", slots_phone },
    { "area", slots_area },
    { "activity", slots_activity },
    { "report", slots_report },
    { "keyword", slots_keyword },
    { "reason", slots_reason },
    { "record", slots_record },
    { "recruit", slots_recruit },
    { "claims", slots_claims },
    { "request", slots_request },
    { "profile", slots_profile },
    { "certificate", slots_certificate },
    { "training", slots_training },
};

const struct slot_reader *slot_reader_find(const char *name)
{
    for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
        if (strcmp(readers[i].name, name) == 0) {
            return &readers[i];
        }
    }
    return NULL;
}

bool slot_has(const struct slot_call *call, const char *key)
{
    return json_object_get(call->slots, key) != NULL;
}

void slot_slice(struct slot_call *call, const char *key, struct slice value)
{
    value = slice_trim(value);
    if (value.n > 0) {
        json_put_slice(call->slots, key, value);
    }
}

void slot_text(struct slot_call *call, const char *key, size_t from, size_t to)
{
    slot_slice(call, key, reading_part(call->r, from, to));
}

void slot_date(struct slot_call *call, const char *key, int64_t day)
{
    char text[16];
    civil_format_date(day, text);
    json_object_set_new(call->slots, key, json_string(text));
}

void slot_clock(struct slot_call *call, const char *key, int minutes)
{
    char text[8];
    clock_format(minutes, text);
    json_object_set_new(call->slots, key, json_string(text));
}

/* How the text of a named group becomes a value; groups not listed are text. */
enum group_form { FORM_TEXT, FORM_NUMBER, FORM_CODE, FORM_LIST, FORM_CODES, FORM_MINUTES };

static const struct {
    const char *name;
    enum group_form form;
} forms[] = {
    { "n", FORM_NUMBER },           { "limit", FORM_NUMBER },
    { "target_star", FORM_NUMBER }, { "activity_no", FORM_CODE },
    { "cert_no", FORM_CODE },       { "companions", FORM_LIST },
    { "people", FORM_LIST },        { "except", FORM_LIST },
    { "activity_nos", FORM_CODES }, { "target_minutes", FORM_MINUTES },
};

static enum group_form form_of(const char *name)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        if (strcmp(forms[i].name, name) == 0) {
            return forms[i].form;
        }
    }
    return FORM_TEXT;
}

/* An activity's number: 3, A12, 三, or 3号, whose sign for "number" is not part of it. */
static struct slice code_text(const struct slot_call *call, size_t from, size_t to)
{
    struct slice text = reading_part(call->r, from, to);
    while (text.n > 3 && slice_ends(text, SLICE("号"))) {
        text.n -= 3;
    }
    int64_t number = numeral_whole(text);
    if (number >= 0) {
        return arena_printf(call->r->arena, "%lld", (long long)number);
    }
    char *upper = arena_str(call->r->arena, text);
    for (size_t i = 0; i < text.n; i++) {
        if (upper[i] >= 'a' && upper[i] <= 'z') {
            upper[i] = (char)(upper[i] - 32);
        }
    }
    return (struct slice){ upper, text.n };
}

void slot_list(struct slot_call *call, const char *key, struct slice text)
{
    json_t *list = json_array();
    size_t from = 0;
    for (size_t i = 0; i <= text.n; i++) {
        struct slice rest = slice_skip(text, i);
        size_t mark = i == text.n                            ? 1
                      : slice_starts(rest, SLICE("、"))      ? 3
                      : slice_starts(rest, SLICE("和"))      ? 3
                      : text.p[i] == ',' || text.p[i] == ' ' ? 1
                                                             : 0;
        if (mark > 0) {
            struct slice part = slice_trim((struct slice){ text.p + from, i - from });
            if (part.n > 0) {
                json_array_append_new(list, json_stringn(part.p, part.n));
            }
            from = i + mark;
            i += mark - 1;
        }
    }
    json_object_set_new(call->slots, key, list);
}

/* The numbers of 1和3, 1、3号, 一和四. */
static void put_codes(struct slot_call *call, const char *key, struct slice text)
{
    json_t *list = json_array();
    for (size_t i = 0; i < text.n;) {
        struct numeral n;
        if (numeral_read(text, &i, &n)) {
            struct slice code =
                arena_printf(call->r->arena, "%lld", (long long)n.thousandths / 1000);
            json_array_append_new(list, json_stringn(code.p, code.n));
        } else {
            i = scan_next(text, i);
        }
    }
    json_object_set_new(call->slots, key, list);
}

static void put_group(struct slot_call *call, const char *name, size_t from, size_t to)
{
    struct slice text = reading_part(call->r, from, to);
    const struct entity *e = entities_at(&call->r->entities, from);
    switch (form_of(name)) {
    case FORM_NUMBER: {
        int64_t n = e != NULL ? e->number : numeral_whole(text);
        if (n >= 0) {
            json_put_int(call->slots, name, n);
        }
        break;
    }
    case FORM_CODE:
        slot_slice(call, name, code_text(call, from, to));
        break;
    case FORM_LIST:
        slot_list(call, name, text);
        break;
    case FORM_CODES:
        put_codes(call, name, text);
        break;
    case FORM_MINUTES:
        if (e != NULL && e->kind == ENTITY_LENGTH && e->duration.minutes > 0) {
            json_put_int(call->slots, name, e->duration.minutes);
        }
        break;
    case FORM_TEXT:
        slot_slice(call, name, text);
        break;
    }
}

static void note(const struct slot_call *call, const char *kind, const char *by)
{
    if (call->trace != NULL) {
        trace_slots(call->trace, call->slots, kind, by);
    }
}

json_t *slots_read(struct slot_call *call, const struct slot_reader *const *list)
{
    call->slots = json_object();
    if (call->rule != NULL && call->rule->set != NULL) {
        json_object_update(call->slots, (json_t *)(uintptr_t)call->rule->set);
    }
    note(call, "set", call->rule == NULL ? "" : call->rule->name);
    for (int i = 0; call->match != NULL && i < call->rule->pattern.group_count; i++) {
        if (call->match->to[i] > call->match->from[i]) {
            put_group(call, call->rule->pattern.groups[i].name, call->match->from[i],
                      call->match->to[i]);
            note(call, "group", call->rule->pattern.groups[i].name);
        }
    }
    for (; *list != NULL; list++) {
        (*list)->read(call);
        note(call, "reader", (*list)->name);
    }
    return call->slots;
}
