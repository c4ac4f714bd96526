/* An opened data folder: keys, database, policy, catalogue. What serve, chat and the operating
 * commands have in common. */
#ifndef GATEWAY_PROGRAM_INSTALLATION_H
#define GATEWAY_PROGRAM_INSTALLATION_H

#include <stdbool.h>
#include <stdint.h>

#include "conversations/conversation.h"
#include "gateway/base/civil.h"
#include "gateway/base/ids.h"
#include "gateway/base/vault.h"
#include "gateway/config.h"
#include "gateway/store/store.h"
#include "handlers/service.h"

struct installation {
    struct config *config; /* owned; defaults when there is no file */
    char *config_file;     /* NULL when the defaults are in force */
    char *data_dir;
    char *database; /* path of the database file */
    char *key_file;
    char *seal_file; /* daily seals of the ledger, outside the database */
    struct zone zone;
    struct vault *vault;
    struct store *store; /* the writer's connection */
    struct store **more; /* of the further workers of a gateway on PostgreSQL */
    int more_count;
    struct ids ids;
    struct policy *policy;       /* owned */
    struct catalogue *catalogue; /* one reference; NULL unless asked for */
    const char *signature;       /* the common SMS signature; "" when there is none */
    int lock;                    /* descriptor of a gateway's lock file, valid when `locked` */
    bool locked;
};

/* Commands take a node number of their own above those of gateways (config: 0 to 511), so that ids
 * made beside a running gateway never meet its own. */
enum { INSTALLATION_COMMAND_NODE = 512 };

/* What the opener is and needs, as bits. */
enum installation_use {
    INSTALLATION_PLAIN = 0,
    INSTALLATION_CATALOGUE = 1, /* flows and wording */
    /* the configured node number, which two gateways on one folder would share: the second is
     * refused; a checkpoint runs beside the writer */
    INSTALLATION_GATEWAY = 2,
};

/* Opens (and for a new folder makes) everything for `use`. `config_file` may be NULL: linli.json in
 * the data folder is used when it exists, else the defaults with their demo accounts. `data_dir`
 * may be NULL: what the configuration says. Errors are printed by the caller. */
GW_MUSTCHECK int installation_open(const char *config_file, const char *data_dir, unsigned use,
                                   struct installation *out, struct fault *fault);
/* Also after installation_open failed. */
void installation_close(struct installation *in);

/* Opens the connections of the further workers (store.workers). None on SQLite. 0 or GW_E*. */
GW_MUSTCHECK int installation_workers(struct installation *in, struct fault *fault);

/* True while a `linli serve` of another process runs on the data folder. */
bool installation_is_served(const struct installation *in);

/* A service over an open transaction at `now`; memory from `a`. */
struct service installation_service(struct installation *in, struct tx *tx, int64_t now,
                                    struct arena *a);

/* Runs `run` in one short transaction, committed when it returns 0 or more. Waits for another
 * process's lock. Results live in `a`; NULL when nothing of them is used afterwards. Returns what
 * `run` returned, or GW_E* of the store. */
GW_MUSTCHECK int installation_transact(struct installation *in, int64_t now, struct arena *a,
                                       int (*run)(const struct service *s, void *context),
                                       void *context, struct fault *fault);

/* The same on a read-only connection of its own: a consistent look that never holds up the writer.
 */
GW_MUSTCHECK int installation_look(struct installation *in, int64_t now,
                                   int (*run)(const struct service *s, void *context),
                                   void *context, struct fault *fault);

/* Brings the database to this program's schema: after a restore of an older backup. */
GW_MUSTCHECK int installation_migrate(struct installation *in, struct fault *fault);

/* GW_ECRYPTO with words when the key file does not belong to the database. */
GW_MUSTCHECK int installation_check_key(struct installation *in, struct fault *fault);

/* Runs what is due by `now` (timers_due), each in a transaction of its own; used by `chat`.
 * Returns how many ran, or GW_E*. */
GW_MUSTCHECK int installation_run_due(struct installation *in, int64_t now, struct fault *fault);

/* What holds for SMS as the configuration says it: the signature and price of its first SMS
 * account. Borrows from the installation. */
struct account_terms installation_terms(const struct installation *in);

/* Real UTC seconds. */
int64_t installation_clock(void);

#endif
