/* The row of a broadcast, shared by the files broadcasts*.c alone. */
#ifndef HANDLERS_BROADCASTS_ROW_H
#define HANDLERS_BROADCASTS_ROW_H

#include "handlers/broadcasts.h"

enum { BROADCAST_MINUTE = 60, BROADCAST_HOUR = 3600, BROADCAST_DAY = 86400 };
/* Kinds of broadcast_counts: reasons, the charts from 1 on, and numbers that several share. */
enum { COUNT_REASON = 0, COUNT_CHART = 1, COUNT_SHARED = 9 };

struct broadcast_row {
    struct broadcast b;
    struct slice wording; /* JSON: {"message": [], "shared": []} */
    int64_t cursor_area, cursor_id;
    int64_t wave_left; /* numbers of the present wave that are not called yet */
    int64_t wave_at;   /* when it began */
    int64_t paused_at;
    int64_t resume_delay;            /* seconds by which held rows go later than they would have */
    int64_t confirm, confirm_second; /* numbers to be typed */
    int64_t wrong;
    int64_t told; /* what the last progress said, packed */
};

/* 1, 0 or GW_E*. */
GW_MUSTCHECK int broadcast_row(const struct service *s, int64_t id, struct broadcast_row *out);
/* The newest of an activity that is recall, running or paused: 1, 0 or GW_E*. */
GW_MUSTCHECK int broadcast_live_of(const struct service *s, int64_t activity,
                                   struct broadcast_row *out);
/* The one mover: 1 moved, with `due` in the row, 0 when the table forbids it or somebody moved it
 * meanwhile, or GW_E*. */
GW_MUSTCHECK int broadcast_move(const struct service *s, struct broadcast *b,
                                enum broadcast_state to, int64_t due);
/* What the wording's parameters are, in the clear: a new reference, or NULL when they do not open.
 */
json_t *broadcast_wording_params(const struct service *s, int64_t id);
/* Keeps a number for each of a table of small columns: 0 or GW_E*. */
GW_MUSTCHECK int broadcast_keep_cursor(const struct service *s, const struct broadcast_row *row);
GW_MUSTCHECK int broadcast_keep_wave(const struct service *s, const struct broadcast_row *row);
GW_MUSTCHECK int broadcast_keep_confirm(const struct service *s, const struct broadcast_row *row);
GW_MUSTCHECK int broadcast_keep_told(const struct service *s, const struct broadcast_row *row);
/* Changes `called` by so many. 0 or GW_E*. */
GW_MUSTCHECK int broadcast_add_called(const struct service *s, int64_t id, int64_t change);

/* Whether the address may use POWER_BROADCAST on the broadcast's organization: BROADCAST_OK,
 * _FORBIDDEN or GW_E*; with `what` the use goes to the audit log. */
GW_MUSTCHECK int broadcast_may(const struct service *s, const struct broadcast *b, int64_t address,
                               const char *what);

/* The list is whole: previewed, with its number, or nobody. BROADCAST_OK, _NOBODY or GW_E*. */
GW_MUSTCHECK int broadcast_listed(const struct service *s, struct broadcast_row *row);

/* The last moment at which a call is of use: policy.broadcast_lead_minutes before the start. */
int64_t broadcast_last_call(const struct service *s, const struct activity *a);
/* Ends what runs: full, done or stopped (`why`, else empty), its timers, and with `withdraw` what
 * did not leave yet. 0 or GW_E*. */
GW_MUSTCHECK int broadcast_end(const struct service *s, struct broadcast_row *row,
                               enum broadcast_state to, const char *why, bool withdraw);
/* Begins, or goes on after a pause, with what is left of the wave. 0 or GW_E*. */
GW_MUSTCHECK int broadcast_run(const struct service *s, struct broadcast_row *row);
/* Now is a time at which nobody is written to. */
bool broadcast_is_quiet(const struct service *s);

/* "broadcast" (id) and "code", which every message about one has. */
json_t *broadcast_named(const struct broadcast *b);

#endif
