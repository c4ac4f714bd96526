/* Telling a gateway that another process wrote rows it should look at (`linli outbox decide`, an
 * import): the file "wake" in the data folder is touched after such a commit, and the gateway
 * watches it. Nobody polls. */
#ifndef GATEWAY_PROGRAM_WAKEUP_H
#define GATEWAY_PROGRAM_WAKEUP_H

#include "gateway/program/gateway.h"

/* Any process; when nothing can be touched the rows wait for the gateway's next look. */
void wakeup_touch(const char *data_dir);

/* Watches the folder of an installation, in g->wakeup. 0 or GW_EIO. Loop's thread; the handle is
 * closed by the caller. */
GW_MUSTCHECK int wakeup_watch(struct gateway *g, struct fault *fault);

#endif
