/* Reading the tab-separated development sets: a header line, then rows. */
#ifndef TESTS_CONVERSATIONS_UNDERSTAND_TSV_H
#define TESTS_CONVERSATIONS_UNDERSTAND_TSV_H

#include <stdio.h>
#include <stdlib.h>

#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

enum { TSV_FIELDS = 6 };

/* The whole file in the arena; empty when it cannot be read. `path` is below the source tree. */
static inline struct slice tsv_file(const char *path, struct arena *a)
{
    struct slice name = arena_printf(a, "%s/%s", LINLI_SOURCE_DIR, path);
    FILE *f = fopen(name.p, "rb");
    if (f == NULL) {
        return (struct slice){ 0 };
    }
    char *text = arena_alloc(a, 1 << 20);
    size_t n = fread(text, 1, (1 << 20) - 1, f);
    fclose(f);
    return (struct slice){ text, n };
}

/* Takes one row off `*rest`; missing fields are empty. */
static inline bool tsv_row(struct slice *rest, struct slice fields[TSV_FIELDS])
{
    struct slice line;
    for (int i = 0; i < TSV_FIELDS; i++) {
        fields[i] = (struct slice){ "", 0 };
    }
    if (!slice_next(rest, '\n', &line) || line.n == 0) {
        return false;
    }
    for (int i = 0; i < TSV_FIELDS && line.n > 0; i++) {
        slice_next(&line, '\t', &fields[i]);
    }
    return true;
}

#endif
