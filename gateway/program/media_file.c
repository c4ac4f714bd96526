#include "gateway/program/media_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SEALED_MAX = MEDIA_FILE_MAX + 4096 };

struct slice media_file_path(int64_t id, struct arena *a)
{
    return arena_printf(a, MEDIA_FOLDER "/%" PRId64, id);
}

/* What the vault binds a file to: moved to another name it does not open. */
static struct slice context_of(int64_t id, struct arena *a)
{
    return arena_printf(a, "media.file:%" PRId64, id);
}

static const char *full_path(const char *data_dir, int64_t id, const char *tail, struct arena *a)
{
    return arena_printf(a, "%s/" MEDIA_FOLDER "/%" PRId64 "%s", data_dir, id, tail).p;
}

static int trouble(const char *path, struct fault *fault)
{
    return fault_set(fault, GW_EIO, "%s: %s", path, strerror(errno));
}

static int write_all(int fd, struct slice bytes)
{
    while (bytes.n > 0) {
        ssize_t n = write(fd, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        bytes = slice_skip(bytes, (size_t)n);
    }
    return fsync(fd);
}

/* The name itself is on disk once its folder is. */
static int sync_folder(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0)
        close(fd);
    return rc;
}

/* Written beside, synced, then named; the folder is made when it is not there. */
static int write_whole(const char *folder, const char *name, struct slice bytes,
                       struct fault *fault)
{
    struct arena a = { 0 };
    const char *part = arena_printf(&a, "%s.part", name).p;
    int rc = GW_OK;
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        rc = trouble(folder, fault);
    int fd = rc == GW_OK ? open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    if (rc == GW_OK && (fd < 0 || write_all(fd, bytes) != 0))
        rc = trouble(part, fault);
    if (fd >= 0 && close(fd) != 0 && rc == GW_OK)
        rc = trouble(part, fault);
    if (rc == GW_OK && (rename(part, name) != 0 || sync_folder(folder) != 0))
        rc = trouble(name, fault);
    if (rc != GW_OK)
        unlink(part);
    arena_free(&a);
    return rc;
}

int media_file_write(const char *data_dir, const struct vault *v, int64_t id, struct slice bytes,
                     struct fault *fault)
{
    struct arena a = { 0 };
    const char *folder = arena_printf(&a, "%s/" MEDIA_FOLDER, data_dir).p;
    struct slice sealed = vault_seal(v, VAULT_TEXT, context_of(id, &a), bytes, &a);
    int rc = write_whole(folder, full_path(data_dir, id, "", &a), sealed, fault);
    arena_free(&a);
    return rc;
}

int media_file_read(const char *data_dir, const struct vault *v, int64_t id, struct arena *a,
                    struct slice *bytes, struct fault *fault)
{
    const char *name = full_path(data_dir, id, "", a);
    FILE *f = fopen(name, "rb");
    if (f == NULL)
        return trouble(name, fault);
    char *p = arena_alloc(a, SEALED_MAX + 1);
    size_t n = fread(p, 1, SEALED_MAX + 1, f);
    int rc = ferror(f) ? trouble(name, fault) : GW_OK;
    fclose(f);
    if (rc == GW_OK && n > SEALED_MAX)
        rc = fault_set(fault, GW_ETOOBIG, "%s is larger than any file that was stored", name);
    if (rc == GW_OK && vault_open_sealed(v, VAULT_TEXT, context_of(id, a), (struct slice){ p, n },
                                         a, bytes) != GW_OK)
        rc = fault_set(fault, GW_ECRYPTO,
                       "%s does not open: it was changed or moved, or its key is not in the key "
                       "file",
                       name);
    return rc;
}

void media_file_remove(const char *data_dir, int64_t id)
{
    struct arena a = { 0 };
    unlink(full_path(data_dir, id, "", &a));
    unlink(full_path(data_dir, id, ".part", &a));
    arena_free(&a);
}

int media_file_list(const char *data_dir, int limit, struct arena *a, int64_t **ids)
{
    DIR *d = opendir(arena_printf(a, "%s/" MEDIA_FOLDER, data_dir).p);
    int n = 0;
    *ids = arena_alloc(a, ((size_t)limit + 1) * sizeof **ids);
    for (struct dirent *e; d != NULL && n < limit && (e = readdir(d)) != NULL;) {
        struct slice name = slice_of(e->d_name), id;
        if (slice_next(&name, '.', &id) && slice_to_int(id, &(*ids)[n]) == 0)
            n++;
    }
    if (d != NULL)
        closedir(d);
    return n;
}

static int read_all(const char *path, char *buffer, size_t *n, struct fault *fault)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return trouble(path, fault);
    *n = fread(buffer, 1, SEALED_MAX + 1, f);
    int rc = ferror(f) ? trouble(path, fault) : GW_OK;
    fclose(f);
    if (rc == GW_OK && *n > SEALED_MAX)
        rc = fault_set(fault, GW_ETOOBIG, "%s is larger than any file that was stored", path);
    return rc;
}

static int copy_one(const char *from, const char *to, const char *name, char *buffer,
                    struct fault *fault)
{
    struct arena a = { 0 };
    size_t n = 0;
    const char *target = arena_printf(&a, "%s/%s", to, name).p;
    int rc = read_all(arena_printf(&a, "%s/%s", from, name).p, buffer, &n, fault);
    if (rc == GW_OK)
        rc = write_whole(to, target, (struct slice){ buffer, n }, fault);
    arena_free(&a);
    return rc;
}

/* What a write that was cut off left behind is none of them. */
static bool is_file(const char *name)
{
    int64_t id;
    return slice_to_int(slice_of(name), &id) == 0 && id > 0;
}

int media_files_copy(const char *from, const char *to, struct fault *fault)
{
    DIR *d = opendir(from);
    if (d == NULL)
        return errno == ENOENT ? 0 : trouble(from, fault);
    char *buffer = mem_alloc(SEALED_MAX + 1);
    int rc = GW_OK, copied = 0;
    for (struct dirent *e; rc == GW_OK && (e = readdir(d)) != NULL;) {
        if (!is_file(e->d_name))
            continue;
        rc = copy_one(from, to, e->d_name, buffer, fault);
        copied += rc == GW_OK;
    }
    free(buffer);
    closedir(d);
    return rc < 0 ? rc : copied;
}
