/* The configuration: one JSON file held to one table of keys, which also makes the manual and the
 * print.
 *
 * Keys are named with dots ("listen.port"). An unknown key or a wrong type is refused with "FILE:
 * KEY: expected …". A key that begins with // is a remark. A string that is wholly "${NAME}" takes
 * its value from the environment, also inside policy and accounts; where a whole number is
 * expected, as one. Read-only once loaded: any
 * thread. */
#ifndef GATEWAY_CONFIG_H
#define GATEWAY_CONFIG_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/civil.h"
#include "gateway/base/error.h"
#include "gateway/base/sbuf.h"
#include "gateway/base/slice.h"

struct config;

enum config_type {
    CONFIG_INT,
    CONFIG_TEXT,      /* `least` to `most` bytes */
    CONFIG_SECRET,    /* the same, and never printed */
    CONFIG_NAME,      /* letters, digits, - and _, `least` to `most` of them */
    CONFIG_CHOICE,    /* one of the words in `unit`, separated by | */
    CONFIG_ADDRESS,   /* an IP address */
    CONFIG_ADDRESSES, /* an array of IP addresses */
    CONFIG_NETWORKS,  /* an array of IP networks like "203.0.113.0/24" */
    CONFIG_PREFIXES,  /* an array of strings of 1 to 11 digits */
    CONFIG_SERVERS,   /* an array of "host:port" */
    CONFIG_DIGITS,    /* `least` to `most` digits */
    CONFIG_CLOCK,     /* "HH:MM", or empty */
    CONFIG_URL,       /* http:// or https:// without a final slash, or empty */
    CONFIG_ZONE,      /* "+08:00" */
    CONFIG_OBJECT,    /* passed on; whoever reads it holds it to a table of its own */
    CONFIG_ACCOUNTS,  /* an array of objects with the keys of config_account_keys */
};

struct config_key {
    const char *name; /* NULL ends the table */
    enum config_type type;
    const char *fallback; /* as it would stand in the file, strings without quotes */
    int64_t least, most;
    const char *unit; /* or the words of a choice */
    bool reloadable;  /* SIGHUP takes it over; else a restart does */
    const char *text; /* what it is for, one sentence */
};

/* The table, and the keys of one account. */
extern const struct config_key config_keys[];
extern const struct config_key config_account_keys[];

/* Reads a file, at most 1 MiB. NULL: the defaults with their demo accounts, which a file does not
 * have. The caller frees. GW_EIO when the file cannot be read, GW_ECONFIG with "FILE: KEY: expected
 * …". */
GW_MUSTCHECK int config_load(const char *file, struct config **out, struct fault *fault);
/* The same from memory; `env` gives the environment (NULL: getenv). */
GW_MUSTCHECK int config_parse(struct slice text, const char *name,
                              const char *(*env)(void *context, const char *name), void *context,
                              struct config **out, struct fault *fault);
void config_free(struct config *c); /* NULL is fine */

/* The value of a key of that type; a name that is not in the table ends the program. Borrowed. */
const char *config_text(const struct config *c, const char *key);
int64_t config_int(const struct config *c, const char *key);
const char *const *config_list(const struct config *c, const char *key); /* NULL-terminated */
json_t *config_json(const struct config *c, const char *key);            /* NULL when not given */
struct zone config_zone(const struct config *c);

/* The first key whose value differs and that only a restart takes over; NULL when a reload is
 * enough. */
const char *config_restart_key(const struct config *running, const struct config *fresh);

/* All keys with type, default, unit and text. */
void config_manual(struct sbuf *out);
/* The values in force as JSON; secrets and account settings are shown as "***". */
void config_print(const struct config *c, struct sbuf *out);

#endif
