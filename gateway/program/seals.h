/* The daily seals of the ledger, written outside the database: one line a seal, synced before it is
 * marked as written. */
#ifndef GATEWAY_PROGRAM_SEALS_H
#define GATEWAY_PROGRAM_SEALS_H

#include "gateway/program/installation.h"

/* Writes all lines that are not in the file yet, in short transactions. 0 or GW_E*. */
GW_MUSTCHECK int seals_write(struct installation *in, struct fault *fault);

/* Puts the seal file aside as FILE.before-TIME: after a restore the database begins a new one, and
 * the old one still proves what was there before. 0, also when there is none, or GW_EIO. */
GW_MUSTCHECK int seals_set_aside(const char *file, int64_t now, struct fault *fault);

/* One step of the same inside an open transaction: 1 when a line was written, 0 when there was
 * none, or GW_E*. For the worker's background. */
GW_MUSTCHECK int seals_write_one(const struct service *s, const char *file, struct fault *fault);

#endif
