/* A progress bar on standard error, shown only on a terminal and only once two seconds have passed.
 */
#ifndef GATEWAY_PROGRAM_PROGRESS_H
#define GATEWAY_PROGRAM_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    const char *what;
    int64_t started;
    int64_t shown; /* per mille last drawn, -1 before the first */
    bool terminal;
};

/* `what` names the work and is borrowed to the end. progress_show may be called as often as one
 * likes; it draws only what changed. progress_end ends the line. */
void progress_begin(struct progress *p, const char *what);
void progress_show(struct progress *p, int64_t done, int64_t all);
void progress_end(struct progress *p);

#endif
