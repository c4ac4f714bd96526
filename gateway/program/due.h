/* Running timers: what `serve` and `chat --now` share. */
#ifndef GATEWAY_PROGRAM_DUE_H
#define GATEWAY_PROGRAM_DUE_H

#include "gateway/store/timers.h"
#include "handlers/service.h"

/* Runs the handler of a timer that was taken. A kind that no handler knows (left by another
 * version) is dropped. 0 or GW_E*. */
GW_MUSTCHECK int due_run(const struct service *s, const struct timer_row *row);

/* Sets a timer whose run failed again, ten minutes later. */
GW_MUSTCHECK int due_postpone(struct tx *tx, const struct timer_row *row, int64_t now,
                              struct arena *a);

#endif
