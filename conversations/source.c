#include "conversations/source.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 400, FILE_BYTES_MAX = 4 << 20 };

struct opener {
    struct source *source;
    struct arena *arena;
    struct fault *fault;
};

static struct source_file *find_file(const struct source *s, struct slice path)
{
    for (int i = 0; i < s->count; i++)
        if (slice_eq(slice_of(s->files[i].path), path))
            return &s->files[i];
    return NULL;
}

static int put_file(struct opener *o, const char *path, struct slice text)
{
    struct source_file *f = find_file(o->source, slice_of(path));
    if (f == NULL) {
        if (o->source->count == FILES_MAX)
            return fault_set(o->fault, GW_ETOOBIG, "more than %d data files at %s", FILES_MAX,
                             path);
        f = &o->source->files[o->source->count++];
    }
    *f = (struct source_file){ path, text };
    return GW_OK;
}

static int read_whole(struct opener *o, const char *file, struct slice *out)
{
    FILE *in = fopen(file, "rb");
    if (in == NULL)
        return fault_set(o->fault, GW_EIO, "%s: cannot be read: %s", file, strerror(errno));
    char *p = mem_alloc(FILE_BYTES_MAX + 1);
    size_t n = fread(p, 1, FILE_BYTES_MAX + 1, in);
    int failed = ferror(in);
    fclose(in);
    int rc = GW_OK;
    if (failed)
        rc = fault_set(o->fault, GW_EIO, "%s: cannot be read", file);
    else if (n > FILE_BYTES_MAX)
        rc = fault_set(o->fault, GW_ETOOBIG, "%s: larger than %d bytes", file, FILE_BYTES_MAX);
    else
        *out = arena_dup(o->arena, (struct slice){ p, n });
    free(p);
    return rc;
}

static bool is_data_file(const char *name)
{
    struct slice s = slice_of(name);
    return s.n > 5 && s.p[0] != '.' &&
           (slice_ends(s, SLICE(".json")) || slice_ends(s, SLICE(".tsv")));
}

/* One folder of a data folder, not deeper. */
static int read_folder(struct opener *o, const char *data_dir, const char *folder)
{
    const char *where = arena_printf(o->arena, "%s/%s", data_dir, folder).p;
    DIR *dir = opendir(where);
    if (dir == NULL)
        return errno == ENOENT || errno == ENOTDIR
                   ? GW_OK
                   : fault_set(o->fault, GW_EIO, "%s: cannot be opened: %s", where,
                               strerror(errno));
    int rc = GW_OK;
    for (struct dirent *e = readdir(dir); rc == GW_OK && e != NULL; e = readdir(dir)) {
        if (!is_data_file(e->d_name))
            continue;
        struct slice text;
        rc = read_whole(o, arena_printf(o->arena, "%s/%s", where, e->d_name).p, &text);
        if (rc == GW_OK)
            rc = put_file(o, arena_printf(o->arena, "%s/%s", folder, e->d_name).p, text);
    }
    closedir(dir);
    return rc;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct source_file *)a)->path, ((const struct source_file *)b)->path);
}

int source_open(struct source *s, const struct embedded_file *embedded, const char *data_dir,
                struct arena *a, struct fault *fault)
{
    static const char *const folders[] = { "conversations",
                                           "conversations/flows",
                                           "conversations/messages",
                                           "conversations/vocabulary",
                                           "conversations/understand/data",
                                           NULL };
    struct opener o = { s, a, fault };
    *s = (struct source){ .files = arena_alloc(a, FILES_MAX * sizeof *s->files) };
    int rc = GW_OK;
    for (; rc == GW_OK && embedded->path != NULL; embedded++)
        rc = put_file(&o, embedded->path,
                      (struct slice){ embedded->start, (size_t)(embedded->end - embedded->start) });
    for (int i = 0; rc == GW_OK && data_dir != NULL && folders[i] != NULL; i++)
        rc = read_folder(&o, data_dir, folders[i]);
    qsort(s->files, (size_t)s->count, sizeof *s->files, by_path);
    return rc;
}

struct slice source_text(const struct source *s, const char *path)
{
    const struct source_file *f = find_file(s, slice_of(path));
    return f != NULL ? f->text : (struct slice){ NULL, 0 };
}

int source_next(const struct source *s, const char *folder, int from)
{
    for (int i = from; i < s->count; i++)
        if (slice_starts(slice_of(s->files[i].path), slice_of(folder)))
            return i;
    return -1;
}

/* Behind `"key"` followed by a colon, from `at` on; `at` itself when it does not occur. */
static size_t behind_key(struct slice text, size_t at, const char *key)
{
    size_t n = strlen(key);
    for (size_t i = at; i + n + 2 < text.n; i++) {
        if (text.p[i] != '"' || memcmp(text.p + i + 1, key, n) != 0 || text.p[i + n + 1] != '"')
            continue;
        size_t j = i + n + 2;
        while (j < text.n && (text.p[j] == ' ' || text.p[j] == '\t'))
            j++;
        if (j < text.n && text.p[j] == ':')
            return j;
    }
    return at;
}

int source_line(struct slice text, const char *first, const char *second)
{
    size_t at = 0;
    if (first != NULL)
        at = behind_key(text, at, first);
    if (second != NULL)
        at = behind_key(text, at, second);
    int line = 1;
    for (size_t i = 0; i < at; i++)
        line += text.p[i] == '\n';
    return line;
}
