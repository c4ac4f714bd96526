#include "gateway/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/civil.h"
#include "gateway/base/digest.h"
#include "gateway/base/ids.h"
#include "gateway/base/json.h"
#include "gateway/base/mem.h"
#include "gateway/base/utf8.h"

enum {
    LINE_MAX_BYTES = 8192,
    VALUE_MAX_BYTES = 1024,
    REPEAT_SLOTS = 64,
};

/* How often an event was written in the current second. Events share a slot when their hashes meet;
 * the worst of it is a line too few, and "suppressed" tells. */
struct repeat {
    uint64_t event;
    int64_t second;
    int written;
    int suppressed;
};

struct log {
    int fd;
    char *file; /* NULL: standard error, which is not closed */
    _Atomic int level;
    int repeats;
    int64_t (*clock_ms)(void *context);
    void *context;
    pthread_mutex_t mutex; /* guards seen */
    struct repeat seen[REPEAT_SLOTS];
};

static const char *const level_names[LOG_LEVELS] = { "debug", "info", "warn", "error" };

const char *log_level_name(enum log_level level)
{
    return level_names[level];
}

int log_level_of(struct slice name)
{
    for (int i = 0; i < LOG_LEVELS; i++) {
        if (slice_eq(name, slice_of(level_names[i])))
            return i;
    }
    return -1;
}

static int open_file(const char *file, struct fault *fault)
{
    int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
    if (fd < 0)
        return fault_set(fault, GW_EIO, "%s: cannot append to the log: %s", file, strerror(errno));
    return fd;
}

int log_open(const struct log_options *options, struct log **out, struct fault *fault)
{
    int fd = STDERR_FILENO;
    bool to_file = options->file && options->file[0];
    if (to_file) {
        fd = open_file(options->file, fault);
        if (fd < 0)
            return fd;
    }
    struct log *l = mem_alloc(sizeof(*l));
    l->fd = fd;
    l->file = to_file ? mem_dup(slice_of(options->file)) : NULL;
    atomic_init(&l->level, (int)options->level);
    l->repeats = options->repeats;
    l->clock_ms = options->clock_ms ? options->clock_ms : ids_real_clock;
    l->context = options->context;
    if (pthread_mutex_init(&l->mutex, NULL) != 0) {
        if (to_file)
            close(fd);
        free(l->file);
        free(l);
        return fault_set(fault, GW_EIO, "the log cannot make a mutex");
    }
    *out = l;
    return 0;
}

void log_close(struct log *l)
{
    if (!l)
        return;
    if (l->file)
        close(l->fd);
    pthread_mutex_destroy(&l->mutex);
    free(l->file);
    free(l);
}

int log_reopen(struct log *l, struct fault *fault)
{
    if (!l->file)
        return 0;
    int fd = open_file(l->file, fault);
    if (fd < 0)
        return fd;
    /* dup2 swaps the file behind the number at once, so writers in other threads need no lock. */
    int rc = dup2(fd, l->fd) < 0 ? fault_set(fault, GW_EIO, "%s: cannot reopen the log: %s",
                                             l->file, strerror(errno))
                                 : 0;
    close(fd);
    return rc;
}

void log_set_level(struct log *l, enum log_level level)
{
    atomic_store_explicit(&l->level, (int)level, memory_order_relaxed);
}

/* False when the line is to be left out; else how many were left out before it. */
static bool may_repeat(struct log *l, const char *event, int64_t now_ms, int *suppressed)
{
    *suppressed = 0;
    if (l->repeats <= 0)
        return true;
    uint64_t hash = slice_hash(slice_of(event));
    pthread_mutex_lock(&l->mutex);
    struct repeat *r = &l->seen[hash % REPEAT_SLOTS];
    if (r->event != hash) {
        *r = (struct repeat){ .event = hash, .second = now_ms / 1000 };
    } else if (r->second != now_ms / 1000) {
        r->second = now_ms / 1000;
        r->written = 0;
    }
    bool write = r->written < l->repeats;
    if (write) {
        r->written++;
        *suppressed = r->suppressed;
        r->suppressed = 0;
    } else {
        r->suppressed++;
    }
    pthread_mutex_unlock(&l->mutex);
    return write;
}

static void put_time(json_t *line, int64_t now_ms)
{
    struct civil c;
    civil_at(now_ms / 1000, (struct zone){ 0 }, &c);
    char text[80];
    snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", c.year, c.month, c.day,
             c.hour, c.minute, c.second, (int)(now_ms % 1000));
    json_put_slice(line, "time", slice_of(text));
}

static void put_field(json_t *line, const struct log_field *f)
{
    switch (f->kind) {
    case LOG_FIELD_TEXT:
        json_put_slice(line, f->key, utf8_cut(f->text, VALUE_MAX_BYTES));
        break;
    case LOG_FIELD_INT:
        json_put_int(line, f->key, f->number);
        break;
    case LOG_FIELD_ID:
        json_put_id(line, f->key, f->number);
        break;
    }
}

static json_t *head(enum log_level level, const char *event, struct slice trace, int64_t now_ms)
{
    json_t *line = json_object();
    put_time(line, now_ms);
    json_put_slice(line, "level", slice_of(level_names[level]));
    json_put_slice(line, "event", slice_of(event));
    if (trace.n)
        json_put_slice(line, "trace", utf8_cut(trace, 64));
    return line;
}

static void put_line(int fd, const char *line, size_t n)
{
    while (n > 0) {
        ssize_t written = write(fd, line, n);
        if (written < 0 && errno == EINTR)
            continue;
        /* A log that cannot be written has nobody to be told. */
        if (written <= 0)
            return;
        line += written;
        n -= (size_t)written;
    }
}

void log_write(struct log *l, enum log_level level, const char *event, struct slice trace,
               const struct log_field *fields)
{
    if (!l || (int)level < atomic_load_explicit(&l->level, memory_order_relaxed))
        return;
    int64_t now_ms = l->clock_ms(l->context);
    int suppressed = 0;
    /* What is normal is written in full, so that each message can be followed. */
    if (level >= LOG_LEVEL_WARN && !may_repeat(l, event, now_ms, &suppressed))
        return;
    json_t *line = head(level, event, trace, now_ms);
    if (suppressed)
        json_put_int(line, "suppressed", suppressed);
    for (const struct log_field *f = fields; f && f->key; f++)
        put_field(line, f);

    char text[LINE_MAX_BYTES];
    size_t n = json_dumpb(line, text, sizeof(text) - 1, JSON_COMPACT);
    json_decref(line);
    if (n >= sizeof(text)) {
        line = head(level, event, trace, now_ms);
        json_put_int(line, "too_long", (int64_t)n);
        n = json_dumpb(line, text, sizeof(text) - 1, JSON_COMPACT);
        json_decref(line);
    }
    if (n == 0 || n >= sizeof(text))
        return;
    text[n] = '\n';
    put_line(l->fd, text, n + 1);
}

void log_fault(struct log *l, enum log_level level, const char *event, struct slice trace,
               const struct fault *fault)
{
    log_write(
        l, level, event, trace,
        LOG_FIELDS(LOG_TEXT("code", gw_error_name(fault->code)), LOG_TEXT("error", fault->text)));
}

void log_trace(char out[TRACE_SIZE])
{
    unsigned char random[8];
    digest_random(random, sizeof(random));
    digest_hex(random, sizeof(random), out);
}
