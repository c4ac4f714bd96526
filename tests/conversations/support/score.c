#include "tests/conversations/support/score.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/sbuf.h"
#include "gateway/base/utf8.h"

/* 2026-11-25T10:00:00+08:00, a Wednesday. */
#define NOW INT64_C(1795572000)

enum { TEXT_MAX = 4000 };

static const char *const free_text[] = {
    "activity", "service",    "place",        "reason",    "content",    "audience", "topic",
    "comment",  "address",    "requirements", "keyword",   "for_whom",   "purpose",  "value",
    "answer",   "occupation", "availability", "date_text", "relation",   "org",      "school",
    "contact",  "keep",       "recurrence",   "detail",    "companions",
};

static bool is_free(const char *key)
{
    for (size_t i = 0; i < sizeof(free_text) / sizeof(free_text[0]); i++) {
        if (strcmp(key, free_text[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Punctuation and spaces do not count. The caller frees. */
static char *bare(const char *text)
{
    struct sbuf b;
    sbuf_init(&b, TEXT_MAX);
    struct slice rest = slice_of(text);
    while (rest.n > 0) {
        struct slice at = rest;
        int32_t cp = utf8_next(&rest);
        bool wide = cp >= 0xFF01 && cp <= 0xFF1F && !(cp >= 0xFF10 && cp <= 0xFF19);
        bool mark = cp == 0x3002 || cp == 0x3001 || wide ||
                    (cp > 0 && cp < 0x80 && strchr(" ,.;:!?", (int)cp) != NULL);
        if (!mark) {
            sbuf_add(&b, slice_head(at, at.n - rest.n));
        }
    }
    char *copy = mem_dup(sbuf_slice(&b));
    sbuf_free(&b);
    return copy;
}

static bool same_text(const char *want, const char *got, bool contained)
{
    char *a = bare(want), *b = bare(got);
    bool same = strcmp(a, b) == 0 ||
                (contained && *b != '\0' && (strstr(a, b) != NULL || strstr(b, a) != NULL));
    free(a);
    free(b);
    return same;
}

static bool same_value(const char *key, const json_t *want, const json_t *got);

static bool same_list(const char *key, const json_t *want, const json_t *got)
{
    if (json_array_size(want) != json_array_size(got)) {
        return false;
    }
    for (size_t i = 0; i < json_array_size(want); i++) {
        bool found = false;
        for (size_t k = 0; k < json_array_size(got) && !found; k++) {
            found = same_value(key, json_array_get(want, i), json_array_get(got, k));
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

static bool same_object(const json_t *want, const json_t *got)
{
    const char *key;
    json_t *value;
    if (json_object_size(want) != json_object_size(got)) {
        return false;
    }
    json_object_foreach((json_t *)(uintptr_t)want, key, value)
    {
        if (!same_value(key, value, json_object_get(got, key))) {
            return false;
        }
    }
    return true;
}

static bool same_value(const char *key, const json_t *want, const json_t *got)
{
    if (json_is_array(want) && json_is_array(got)) {
        return same_list(key, want, got);
    }
    if (json_is_object(want) && json_is_object(got)) {
        return same_object(want, got);
    }
    if (json_is_string(want) && json_is_string(got)) {
        return same_text(json_string_value(want), json_string_value(got), is_free(key));
    }
    return json_equal(want, got);
}

/* What follows `name` in a note up to the next semicolon; empty when it is not there. */
static struct slice note_value(struct slice note, struct slice name)
{
    struct slice part;
    while (slice_next(&note, ';', &part)) {
        part = slice_trim(part);
        if (slice_starts(part, name)) {
            return slice_skip(part, name.n);
        }
    }
    return (struct slice){ "", 0 };
}

static bool is_optional(struct slice note, const char *key)
{
    struct slice list = note_value(note, SLICE("opt=")), part;
    while (slice_next(&list, ',', &part)) {
        if (slice_eq(slice_trim(part), slice_of(key))) {
            return true;
        }
    }
    /* `danger` says what kind of danger it is, for the reply; the sets do not label it. */
    return strcmp(key, "keep") == 0 || strcmp(key, "danger") == 0;
}

static struct score_slot *slot_of(struct score *score, const char *name)
{
    int i = 0;
    while (i < score->slot_count && strcmp(score->by_slot[i].name, name) != 0) {
        i++;
    }
    if (i == score->slot_count && i + 1 < SCORE_SLOTS_MAX) {
        snprintf(score->by_slot[score->slot_count++].name, 32, "%s", name);
    }
    return &score->by_slot[i];
}

static int intent_of(struct score *score, struct slice name)
{
    int i = 0;
    while (i < score->intent_count && !slice_eq(slice_of(score->by_intent[i].name), name)) {
        i++;
    }
    if (i == score->intent_count && i + 1 < SCORE_INTENTS_MAX) {
        snprintf(score->by_intent[score->intent_count++].name, 32, "%.*s", SLICE_ARG(name));
    }
    return i;
}

static bool score_slots(struct score *score, const json_t *want, const json_t *got,
                        struct slice note)
{
    const char *key;
    json_t *value;
    bool right = true;
    json_object_foreach((json_t *)(uintptr_t)want, key, value)
    {
        struct score_slot *slot = slot_of(score, key);
        const json_t *other = json_object_get(got, key);
        bool same = other != NULL && same_value(key, value, other);
        if (is_optional(note, key)) {
            continue;
        }
        slot->stated++;
        slot->right += same;
        slot->missing += other == NULL;
        slot->wrong += other != NULL && !same;
        right = right && same;
    }
    json_object_foreach((json_t *)(uintptr_t)got, key, value)
    {
        if (json_object_get(want, key) == NULL && !is_optional(note, key)) {
            slot_of(score, key)->unstated++;
            right = false;
        }
    }
    return right;
}

bool score_next(struct slice *rest, struct score_row *row)
{
    struct slice line,
        *fields[] = { &row->id, &row->channel, &row->text, &row->intent, &row->slots, &row->note };
    *row = (struct score_row){ 0 };
    if (!slice_next(rest, '\n', &line) || line.n == 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && line.n > 0; i++) {
        slice_next(&line, '\t', fields[i]);
    }
    return true;
}

enum context score_context(const struct score_row *row)
{
    int context = context_find(note_value(row->note, SLICE("ctx=")));
    return context < 0 ? CONTEXT_NONE : (enum context)context;
}

static enum text_channel channel_of(struct slice name)
{
    return slice_eq(name, SLICE("wechat"))         ? CHANNEL_WECHAT
           : slice_eq(name, SLICE("wechat_voice")) ? CHANNEL_WECHAT_VOICE
                                                   : CHANNEL_SMS;
}

static void show_row(const struct score_row *row, const struct understood *got, bool intent_right)
{
    char *slots = json_dumps(got->slots, JSON_COMPACT);
    printf("%s %.*s [%s] %.*s\n       %.*s %.*s\n   got %s %s (%s)\n",
           intent_right ? "slots " : "INTENT", SLICE_ARG(row->id), context_name(score_context(row)),
           SLICE_ARG(row->text), SLICE_ARG(row->intent), SLICE_ARG(row->slots), got->intent, slots,
           got->why);
    free(slots);
}

void score_row(const struct understander *u, const struct score_row *row, struct arena *a,
               bool show, struct score *score)
{
    struct understood got;
    json_t *want = json_loadb(row->slots.p, row->slots.n, 0, NULL);
    struct reading *r = understand_read(u, row->text, channel_of(row->channel), NOW, a);
    understand_decide(u, r, score_context(row), &got);
    if (got.also != NULL) {
        json_object_set(got.slots, "also", got.also);
    }
    struct slice intent = slice_of(got.intent);
    bool right =
        slice_eq(intent, row->intent) || slice_eq(intent, note_value(row->note, SLICE("alt=")));
    int labelled = intent_of(score, row->intent);
    int read = right ? labelled : intent_of(score, intent);
    bool slots = right && score_slots(score, want, got.slots, row->note);
    score->rows++;
    score->intents += right;
    score->slots += slots;
    score->by_intent[labelled].rows++;
    score->by_intent[read].read++;
    score->by_intent[labelled].right += right;
    score->by_intent[labelled].slots += slots;
    score->confused[labelled][read]++;
    if (show && !slots) {
        show_row(row, &got, right);
    }
    json_decref(want);
    json_decref(got.slots);
    json_decref(got.also);
}

int score_share(int part, int rows)
{
    return rows == 0 ? 0 : part * 1000 / rows;
}

static double percent(int part, int of)
{
    return of == 0 ? 100.0 : 100.0 * part / of;
}

static void print_tables(const struct score *s)
{
    printf("  %-26s %5s %10s %7s %10s\n", "intent", "rows", "precision", "recall", "and slots");
    for (int i = 0; i < s->intent_count; i++) {
        const struct score_intent *t = &s->by_intent[i];
        printf("  %-26s %5d %9.1f%% %6.1f%% %9.1f%%\n", t->name, t->rows,
               percent(t->right, t->read), percent(t->right, t->rows), percent(t->slots, t->rows));
    }
    printf("  confusions: labelled > read\n");
    for (int i = 0; i < s->intent_count; i++) {
        for (int k = 0; k < s->intent_count; k++) {
            if (i != k && s->confused[i][k] > 0) {
                printf("    %s > %s  %d\n", s->by_intent[i].name, s->by_intent[k].name,
                       s->confused[i][k]);
            }
        }
    }
    printf("  %-20s %6s %6s %6s %8s %9s\n", "slot", "stated", "right", "wrong", "missing",
           "unstated");
    for (int i = 0; i < s->slot_count; i++) {
        const struct score_slot *t = &s->by_slot[i];
        printf("  %-20s %6d %6d %6d %8d %9d\n", t->name, t->stated, t->right, t->wrong, t->missing,
               t->unstated);
    }
}

void score_print(const struct score *s, const char *name, bool brief)
{
    printf("%s: %d rows, intent %.1f%% (%d), intent and all slots %.1f%% (%d)\n", name, s->rows,
           percent(s->intents, s->rows), s->intents, percent(s->slots, s->rows), s->slots);
    if (!brief) {
        print_tables(s);
    }
    fflush(stdout);
}
