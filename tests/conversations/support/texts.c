#include "tests/conversations/support/texts.h"

#include <stdio.h>
#include <string.h>

enum { FILE_MAX = 1 << 20 };

struct slice texts_file(struct texts *t, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        return (struct slice){ 0 };
    }
    char *text = arena_alloc(&t->arena, FILE_MAX);
    size_t n = fread(text, 1, FILE_MAX - 1, f);
    fclose(f);
    return (struct slice){ text, n };
}

struct slice texts_source(struct texts *t, const char *path)
{
    return texts_file(t, arena_printf(&t->arena, "%s/%s", LINLI_SOURCE_DIR, path).p);
}

struct slice texts_set(struct texts *t, const char *name)
{
    return texts_source(t,
                        arena_printf(&t->arena, "tests/conversations/understand/data/%s", name).p);
}

static struct slice data_file(void *context, const char *path)
{
    struct texts *t = context;
    bool other = t->intents != NULL && strcmp(path, "conversations/intents.json") == 0;
    return other ? slice_of(t->intents) : texts_source(t, path);
}

int texts_open(struct texts *t, const char *intents)
{
    struct fault fault = { 0 };
    *t = (struct texts){ .intents = intents };
    int error = understander_make(data_file, t, (struct zone){ 480 }, &t->understander, &fault);
    if (error != 0) {
        fprintf(stderr, "%s\n", fault.text);
    }
    return error;
}

void texts_close(struct texts *t)
{
    understander_free(t->understander);
    arena_free(&t->arena);
}
