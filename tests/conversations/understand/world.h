/* The understander as the program has it, over the data files of the source tree. */
#ifndef TESTS_CONVERSATIONS_UNDERSTAND_WORLD_H
#define TESTS_CONVERSATIONS_UNDERSTAND_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "conversations/understand/understand.h"
#include "tests/conversations/understand/tsv.h"

/* 2026-11-25T10:00:00+08:00, a Wednesday. */
enum { WORLD_NOW = 1795572000 };

static struct arena world_arena;
static struct understander *world;

static struct slice world_file(void *context, const char *path)
{
    (void)context;
    return tsv_file(path, &world_arena);
}

static inline int world_setup(void **state)
{
    struct fault fault = { 0 };
    (void)state;
    int error = understander_make(world_file, NULL, (struct zone){ 480 }, &world, &fault);
    if (error != 0) {
        print_error("%s\n", fault.text);
    }
    return error;
}

static inline int world_teardown(void **state)
{
    (void)state;
    understander_free(world);
    arena_free(&world_arena);
    return 0;
}

static inline struct reading *world_read(const char *text)
{
    return understand_read(world, slice_of(text), CHANNEL_SMS, WORLD_NOW, &world_arena);
}

#endif
