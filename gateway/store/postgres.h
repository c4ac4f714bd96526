/* PostgreSQL's own part of a connection, shared by postgres_*.c.
 *
 * The connection is in libpq's pipeline mode all the time. What needs no answer of its own (BEGIN,
 * a savepoint's begin and end) is kept until the next statement and travels with it, so that a
 * message costs no round trip for its savepoint. */
#ifndef GATEWAY_STORE_POSTGRES_H
#define GATEWAY_STORE_POSTGRES_H

#include <libpq-fe.h>

#include "gateway/store/connection.h"

enum { KEPT_LIMIT = 8 }; /* controls kept at once, at most */

struct postgres_store {
    struct store base; /* first */
    PGconn *connection;
    char *url;
    int node;                     /* claimed, -1: none */
    int lock_ms;                  /* how long to wait for a lock */
    const char *kept[KEPT_LIMIT]; /* not sent yet, in their order */
    int kept_count;
    int sent;                 /* commands on their way */
    int succeeded;            /* of those that were received last, up to the first that failed */
    unsigned long generation; /* of the connection: statements are prepared once in each */
    unsigned long next_name;
    bool begun;           /* BEGIN was sent or kept, and not ended */
    bool lost;            /* the connection is of no use; the next begin makes a new one */
    char transaction[24]; /* its id once it is known, to ask what became of a lost commit */
};

struct postgres_store *postgres_of(const struct store *s);
/* Sends what is kept. False: the connection is lost. */
bool postgres_send_kept(struct postgres_store *p);
/* Ends what was sent and reads all answers. The last one's result is in `*last` (NULL is fine), to
 * be cleared by the caller, also after an error. 0, or the GW_E* of the first error, with words in
 * the store: GW_ETXGONE when the connection is lost. `sql` may be NULL. */
int postgres_receive(struct postgres_store *p, const struct sql *sql, PGresult **last);
/* Keeps a control for the next statement. */
int postgres_keep(struct postgres_store *p, const char *control);
/* Makes an error the transaction's own. */
int postgres_fail(struct tx *tx, int rc);

/* The statements of struct backend, in postgres_rows.c. */
struct rows *postgres_prepare(struct tx *tx, const struct sql *sql);
void postgres_discard(struct store *s, struct rows *rows);
struct slice postgres_parameter(const struct rows *rows, int index);
int postgres_bind(struct tx *tx, struct rows *rows, int index, const struct bind *b);
int postgres_start(struct tx *tx, struct rows *rows);
int postgres_next(struct tx *tx, struct rows *rows);
void postgres_stop(struct rows *rows);
int64_t postgres_changed(const struct store *s, const struct rows *rows);
int64_t postgres_integer(const struct rows *rows, int column);
struct slice postgres_text(const struct rows *rows, int column);
struct slice postgres_blob(const struct rows *rows, int column);
bool postgres_null(const struct rows *rows, int column);

#endif
