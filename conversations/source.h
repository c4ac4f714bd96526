/* Where data files come from: those built into the program, and over them those of a data folder.
 */
#ifndef CONVERSATIONS_SOURCE_H
#define CONVERSATIONS_SOURCE_H

#include "gateway/base/embed.h"
#include "gateway/base/error.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

struct source_file {
    const char *path;  /* "conversations/flows/register.json" */
    struct slice text; /* the embedded bytes, or the arena's */
};

struct source {
    struct source_file *files;
    int count;
};

/* Lists `embedded` (ended by a row without a path), replaced and joined by the .json files below
 * `data_dir`/conversations (NULL: none; a folder that is missing is no fault). Sorted by path. */
GW_MUSTCHECK int source_open(struct source *s, const struct embedded_file *embedded,
                             const char *data_dir, struct arena *a, struct fault *fault);

/* A file's text; empty when there is none. */
struct slice source_text(const struct source *s, const char *path);

/* Files of a folder, in order: the index of the next one below `folder` ("conversations/flows/")
 * from `from` on, or -1. */
int source_next(const struct source *s, const char *folder, int from);

/* The line (from 1) on which, after `"first"`, `"second"` stands as a key (either may be NULL):
 * where a fault found later is shown. */
int source_line(struct slice text, const char *first, const char *second);

#endif
