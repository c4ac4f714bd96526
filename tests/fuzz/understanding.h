/* What the targets of understanding share: the understander as the program has it, and what holds
 * for every slot whoever read it. */
#ifndef TESTS_FUZZ_UNDERSTANDING_H
#define TESTS_FUZZ_UNDERSTANDING_H

#include <jansson.h>
#include <string.h>

#include "conversations/understand/reading.h"
#include "conversations/understand/understand.h"
#include "gateway/base/civil.h"
#include "gateway/base/embed.h"
#include "tests/fuzz/fuzz.h"

/* 2026-11-25T10:00:00+08:00, a Wednesday */
#define NOW INT64_C(1795572000)

enum { MINUTES_MAX = 366 * 24 * 60 };

#define NUMBER_MAX INT64_C(1000000000000) /* twelve digits (numeral.h) */

static inline struct slice built_in(void *context, const char *path)
{
    (void)context;
    for (const struct embedded_file *f = conversations_files; f->path != NULL; f++)
        if (strcmp(f->path, path) == 0)
            return (struct slice){ f->start, (size_t)(f->end - f->start) };
    return SLICE("");
}

static inline const struct understander *understander(void)
{
    static struct understander *u; /* made once, lives for ever */
    struct fault fault = { 0 };
    if (u == NULL && understander_make(built_in, NULL, (struct zone){ 480 }, &u, &fault) != 0) {
        fprintf(stderr, "%s\n", fault.text);
        abort();
    }
    return u;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    (void)understander();
    return 0;
}

static inline struct reading *read_bytes(const uint8_t *data, size_t size,
                                         enum text_channel channel, struct arena *a)
{
    return understand_read(understander(), input(data, size), channel, NOW, a);
}

/* A day that is in the calendar, and one that anybody could mean. */
static inline void require_day(int64_t day)
{
    struct civil c = { 0 };
    civil_from_day(day, &c);
    require(civil_valid(c.year, c.month, c.day));
    require(c.year >= 1900 && c.year <= 2200);
}

static inline bool ends(const char *key, const char *end)
{
    return slice_ends(slice_of(key), slice_of(end));
}

static inline void require_text(const char *key, struct slice text)
{
    int64_t day;
    int minutes;
    require(utf8_valid(text));
    require(text.n <= NORMAL_OUTPUT_MAX);
    if (strncmp(key, "date", 4) == 0 || strcmp(key, "deadline") == 0) {
        require(civil_parse_date(text, &day) == GW_OK);
        require_day(day);
    }
    if (strncmp(key, "time_", 5) == 0 || ends(key, "_time"))
        require(civil_parse_hhmm(text, &minutes) == GW_OK);
}

static inline void require_number(const char *key, int64_t n)
{
    require(n >= -1 && n <= NUMBER_MAX);
    if (strstr(key, "minutes") != NULL)
        require(n >= 0 && n <= MINUTES_MAX);
    if (strcmp(key, "age") == 0)
        require(n >= 0 && n < 150);
    if (strcmp(key, "persons") == 0)
        require(n >= 1);
}

/* Everything a slot may hold, however deep. */
static inline void require_slots(const char *key, const json_t *value)
{
    const char *name;
    json_t *member;
    if (json_is_string(value))
        require_text(key, (struct slice){ json_string_value(value), json_string_length(value) });
    if (json_is_integer(value))
        require_number(key, json_integer_value(value));
    require(!json_is_real(value) && !json_is_null(value));
    json_object_foreach((json_t *)(uintptr_t)value, name, member) require_slots(name, member);
    for (size_t i = 0; i < json_array_size(value); i++)
        require_slots(key, json_array_get(value, i));
}

/* The text as the answer to a question of this kind: twice the same, and sound. */
static inline void require_answer(const struct reading *r, const char *kind)
{
    const struct understander *u = understander();
    json_t *first = json_object(), *second = json_object();
    int read = understand_answer(u, r, slice_of(kind), first);
    require(read == 0 || read == 1);
    require(read == 1 || json_object_size(first) == 0);
    require(understand_answer(u, r, slice_of(kind), second) == read);
    require(json_equal(first, second));
    require_slots("", first);
    json_decref(first);
    json_decref(second);
}

#endif
