#include "gateway/program/seals.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "handlers/seal.h"

static int write_all(int fd, struct slice data)
{
    while (data.n > 0) {
        ssize_t n = write(fd, data.p, data.n);
        if (n < 0 && errno != EINTR)
            return GW_EIO;
        if (n > 0)
            data = slice_skip(data, (size_t)n);
    }
    return fsync(fd) == 0 ? GW_OK : GW_EIO;
}

static int append(const char *file, struct slice line, struct fault *fault)
{
    int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    int rc = fd < 0 ? GW_EIO : write_all(fd, line);
    int error = errno;
    if (fd >= 0 && close(fd) != 0 && rc == GW_OK)
        rc = GW_EIO;
    return rc == GW_OK ? GW_OK
                       : fault_set(fault, rc,
                                   "%s: the ledger's seal cannot be written (%s); check "
                                   "folder and free space",
                                   file, strerror(error));
}

int seals_set_aside(const char *file, int64_t now, struct fault *fault)
{
    struct arena a = { 0 };
    struct slice aside = arena_printf(&a, "%s.before-%lld", file, (long long)now);
    int rc = rename(file, aside.p) == 0 || errno == ENOENT
                 ? GW_OK
                 : fault_set(fault, GW_EIO, "%s: the old seals cannot be put aside (%s)", file,
                             strerror(errno));
    arena_free(&a);
    return rc;
}

int seals_write_one(const struct service *s, const char *file, struct fault *fault)
{
    struct seal_line *lines;
    int n = seal_unwritten(s, 1, &lines);
    if (n <= 0)
        return n;
    int rc = append(file, lines[0].line, fault);
    if (rc == GW_OK)
        rc = seal_written(s, lines[0].number);
    return rc < 0 ? rc : 1;
}

struct step {
    const char *file;
    struct fault *fault;
};

static int write_step(const struct service *s, void *context)
{
    struct step *step = context;
    return seals_write_one(s, step->file, step->fault);
}

int seals_write(struct installation *in, struct fault *fault)
{
    struct step step = { in->seal_file, fault };
    int rc;
    do
        rc = installation_transact(in, installation_clock(), NULL, write_step, &step, fault);
    while (rc > 0);
    return rc;
}
