/* A subcommand: its name, what --help says, and its options as a table. */
#ifndef GATEWAY_PROGRAM_COMMAND_H
#define GATEWAY_PROGRAM_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/base/error.h"

/* One option. Exactly one of the targets is set; `argument` is NULL for a flag. */
struct command_option {
    const char *name;     /* "--data-dir" */
    const char *argument; /* "DIR", or NULL */
    const char *help;
    const char **text; /* receives the argument as given */
    bool *flag;        /* becomes true */
    int64_t *number;   /* decimal, 0 or more */
};

enum { COMMAND_WORDS = 8 };

/* What stood on the command line. */
struct command_line {
    const char *words[COMMAND_WORDS]; /* what is no option */
    int word_count;
};

/* Parses by table; prints the help and returns 1 for --help. On a fault prints one line on standard
 * error and returns GW_EINVAL. `usage` is the line behind "usage: linli ", `about` one paragraph.
 */
GW_MUSTCHECK int command_parse(int argc, char **argv, const char *usage, const char *about,
                               const struct command_option *options, struct command_line *out);

/* Prints the one line in which a command says what failed, where and what to do; returns 1 for
 * exit. */
int command_fail(const char *command, const struct fault *fault);

/* The subcommands. Each gets the arguments behind its name and returns the exit status. */
int command_serve(int argc, char **argv);
int command_chat(int argc, char **argv);
int command_understand(int argc, char **argv);
int command_misses(int argc, char **argv);
int command_check(int argc, char **argv);
int command_flows(int argc, char **argv);
int command_demo(int argc, char **argv);
int command_admin(int argc, char **argv);
int command_import(int argc, char **argv);
int command_broadcast(int argc, char **argv);
int command_audit(int argc, char **argv);
int command_tasks(int argc, char **argv);
int command_outbox(int argc, char **argv);
int command_backup(int argc, char **argv);
int command_restore(int argc, char **argv);
int command_sms(int argc, char **argv);
int command_wechat(int argc, char **argv);
int command_media(int argc, char **argv);

#endif
