/* The log: one JSON object a line, `trace` following a message from webhook to receipt.
 *
 *     log_write(log, LOG_LEVEL_WARN, "send.refused", trace,
 *               LOG_FIELDS(LOG_TEXT("account", "sms/demo"), LOG_INT("attempt", 2)));
 *
 * gives {"time":"2026-11-25T02:00:00.123Z","level":"warn","event":"send.refused","trace":"…",…}.
 * Never give it a secret, an ID number, a full phone number or what a person wrote. */
#ifndef GATEWAY_LOG_H
#define GATEWAY_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/error.h"
#include "gateway/base/slice.h"

struct log;

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR, LOG_LEVELS };

struct log_options {
    const char *file; /* NULL or "": standard error */
    enum log_level level;
    int repeats; /* warnings and errors of one event a second, at most; the next line tells how many
                    were left out in "suppressed"; 0: no limit */
    int64_t (*clock_ms)(void *context); /* milliseconds since 1970; NULL: the real clock */
    void *context;
};

struct log_field {
    const char *key; /* NULL ends the list */
    enum { LOG_FIELD_TEXT, LOG_FIELD_INT, LOG_FIELD_ID } kind;
    struct slice text; /* bytes that are not UTF-8 become U+FFFD; cut at 1 KiB */
    int64_t number;
};

#define LOG_SLICE(k, v)                                                                            \
    {                                                                                              \
        .key = (k), .kind = LOG_FIELD_TEXT, .text = (v)                                            \
    }
#define LOG_TEXT(k, v)                                                                             \
    {                                                                                              \
        .key = (k), .kind = LOG_FIELD_TEXT, .text = slice_of(v)                                    \
    }
#define LOG_INT(k, v)                                                                              \
    {                                                                                              \
        .key = (k), .kind = LOG_FIELD_INT, .number = (v)                                           \
    }
#define LOG_ID(k, v)                                                                               \
    {                                                                                              \
        .key = (k), .kind = LOG_FIELD_ID, .number = (v)                                            \
    } /* a string, as ids are */
#define LOG_FIELDS(...) ((const struct log_field[]){ __VA_ARGS__, { .key = NULL } })
#define NO_TRACE        ((struct slice){ NULL, 0 })

/* GW_EIO when the file cannot be opened for appending. The caller closes. */
GW_MUSTCHECK int log_open(const struct log_options *options, struct log **out, struct fault *fault);
void log_close(struct log *l); /* NULL is fine; after the last log_write */

/* Opens the file anew under its name, for log rotation. GW_EIO: the old one stays. Any thread. */
GW_MUSTCHECK int log_reopen(struct log *l, struct fault *fault);
/* From the next line on. Any thread. */
void log_set_level(struct log *l, enum log_level level);

/* One write(2) a line: lines of several threads do not mix. A NULL log and levels below the set one
 * do nothing; `fields` may be NULL. Any thread. */
void log_write(struct log *l, enum log_level level, const char *event, struct slice trace,
               const struct log_field *fields);
/* The words of a fault as the field "error". */
void log_fault(struct log *l, enum log_level level, const char *event, struct slice trace,
               const struct fault *fault);

/* "debug", "info", "warn", "error" both ways; -1 for no level. */
const char *log_level_name(enum log_level level);
int log_level_of(struct slice name);

enum { TRACE_SIZE = 17 };
/* A new trace id: 16 hexadecimal digits of 64 random bits and a NUL. Any thread. */
void log_trace(char out[TRACE_SIZE]);

#endif
