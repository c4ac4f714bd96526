/* Fetches the files that people sent while their provider has them, one after the other, and stores
 * them sealed (media_file.h). Sleeps until one is due; woken by a commit that wrote one. Once an
 * hour it removes files whose row is gone: the person was forgotten, or the time they are kept is
 * over. Loop's thread; its jobs on the worker's. */
#ifndef GATEWAY_PROGRAM_FETCHER_H
#define GATEWAY_PROGRAM_FETCHER_H

#include "gateway/program/gateway.h"

GW_MUSTCHECK int fetcher_start(struct gateway *g, struct fault *fault);
/* A message brought a file. */
void fetcher_wake(struct gateway *g);
/* No further request; what is under way ends with the client and the worker. */
void fetcher_stop(struct gateway *g);
/* After the loop has closed its handles; NULL is fine. */
void fetcher_free(struct gateway *g);

#endif
