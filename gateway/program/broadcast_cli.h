/* What the files of `linli broadcast` share: the call, whom it means, and its printing. */
#ifndef GATEWAY_PROGRAM_BROADCAST_CLI_H
#define GATEWAY_PROGRAM_BROADCAST_CLI_H

#include "gateway/program/command.h"
#include "gateway/program/installation.h"
#include "handlers/broadcasts.h"

struct broadcast_call {
    struct installation *in;
    struct command_line line;
    const char *as, *org, *audience, *start, *second_wording;
    const char *area, *of_org, *skill, *free, *theme, *age, *channel, *trained;
    int64_t took_part, star, spread, wave, limit;
    bool everybody, as_json;

    /* What came of it. */
    struct arena arena; /* results live here */
    int outcome;        /* enum broadcast_outcome */
    struct fault refused;
    int64_t id, all; /* the broadcast; people it may look at */
    struct broadcast b;
};

/* The i-th word of the command line, NULL behind the last. */
const char *broadcast_word(const struct broadcast_call *call, int i);
/* Refuses the call, for an outcome or with words of its own; returns 0: what the handler counted is
 * kept. */
int broadcast_refuse_call(struct broadcast_call *call, int outcome);
int broadcast_refuse_words(struct broadcast_call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Each: 1, 0 when the call was refused, or GW_E* (GW_EAUTH: refused, and nothing is kept).
 *
 * The address of --as, who holds the power somewhere. */
GW_MUSTCHECK int broadcast_organizer(const struct service *s, struct broadcast_call *call,
                                     int64_t *out);
/* An organization by name; NULL is 0. */
GW_MUSTCHECK int broadcast_org(const struct service *s, struct broadcast_call *call,
                               const char *name, int64_t *out);
/* The audience of a draft for `org`: saved, by options, or NULL for what is proposed. A new
 * reference. */
GW_MUSTCHECK int broadcast_audience(const struct service *s, struct broadcast_call *call,
                                    int64_t org, json_t **out);
/* audiences list, save and delete. 0 or GW_E*. */
int broadcast_audiences(const struct service *s, void *context);

/* One broadcast with its numbers, as text or as one JSON object. `preview` may be NULL: numbers are
 * left out, and so may `samples`, the text as SMS and in WeChat (empty: left out). */
void broadcast_print(const struct broadcast *b, const struct broadcast_preview *preview,
                     const struct slice *samples, struct zone zone, bool as_json);
/* One line (or object) a broadcast. */
void broadcast_print_line(const struct broadcast *b, struct zone zone, bool as_json);
void broadcast_print_result(const struct broadcast *b, const struct broadcast_result *r,
                            bool as_json);
/* Why something was refused and what to do: fills `fault`, keeping its words when a handler said
 * more. Returns its code. */
int broadcast_refuse(enum broadcast_outcome outcome, const struct broadcast *b,
                     struct fault *fault);

#endif
