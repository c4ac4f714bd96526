/* Texts with named parameters, compiled once when the data are loaded:
 *
 *     {name}  {name|format}  {name|each:ID}  {name|listed:ID}  {name|lines:ID}  {name?…}  {name!…}
 *
 * `{name?…}` is printed only when the parameter is set and neither empty nor 0, `{name!…}` only
 * when it is not; both may hold further parameters. */
#ifndef CONVERSATIONS_TEMPLATE_H
#define CONVERSATIONS_TEMPLATE_H

#include <stdbool.h>

#include "gateway/base/error.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

/* See format.h for what each prints. */
#define FORMAT_MAP(X)                                                                              \
    X(FORMAT_PLAIN, "")                                                                            \
    X(FORMAT_DURATION, "duration")                                                                 \
    X(FORMAT_DAY, "day")                                                                           \
    X(FORMAT_DATE, "date")                                                                         \
    X(FORMAT_DAYDATE, "daydate")                                                                   \
    X(FORMAT_CLOCK, "clock")                                                                       \
    X(FORMAT_EXACT, "exact")                                                                       \
    X(FORMAT_NAMES, "names")                                                                       \
    X(FORMAT_DAY_FULL, "day_full")                                                                 \
    X(FORMAT_STAR, "star")                                                                         \
    X(FORMAT_TAIL, "tail")                                                                         \
    X(FORMAT_YEAR, "year")                                                                         \
    X(FORMAT_COUNT, "count")                                                                       \
    X(FORMAT_HOURS, "hours")                                                                       \
    X(FORMAT_YUAN, "yuan")                                                                         \
    X(FORMAT_PEOPLE, "people")                                                                     \
    X(FORMAT_PICKS, "picks")                                                                       \
    X(FORMAT_PART_OF_DAY, "part")                                                                  \
    X(FORMAT_EACH, "each")                                                                         \
    X(FORMAT_LISTED, "listed")                                                                     \
    X(FORMAT_LINES, "lines")
enum format {
#define FORMAT_ENUM(name, text) name,
    FORMAT_MAP(FORMAT_ENUM)
#undef FORMAT_ENUM
        FORMATS /* the count */
};

enum part_kind { PART_TEXT, PART_PARAM, PART_IF, PART_UNLESS };

struct message;

struct part {
    enum part_kind kind;
    enum format format;   /* of a PART_PARAM */
    struct slice text;    /* of a PART_TEXT */
    const char *name;     /* the parameter */
    const char *each_id;  /* FORMAT_EACH, _LISTED, _LINES: id of the message that renders an item */
    struct message *each; /* the same, resolved; NULL when unknown */
    int end;              /* PART_IF, PART_UNLESS: index behind the last part inside */
};

struct template
{
    struct slice source; /* as written */
    struct part *parts;
    int count;
};

/* Compiles `source` (borrowed) into the arena. 0, or GW_ECONFIG with `fault` saying what is wrong.
 */
GW_MUSTCHECK int template_compile(struct slice source, struct arena *a, struct template *out,
                                  struct fault *fault);

#endif
