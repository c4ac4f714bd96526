/* What a connection is made of, shared by the files of gateway/store alone: the part that both
 * databases have in common, and the table of what each does in its own way. store.c and sql.c call
 * the table; sqlite_*.c and postgres_*.c fill it. */
#ifndef GATEWAY_STORE_CONNECTION_H
#define GATEWAY_STORE_CONNECTION_H

#include <stdbool.h>

#include "gateway/store/schema.h"
#include "gateway/store/store.h"

enum { BIND_LIMIT = 32 }; /* parameters a statement, at most */

/* A statement prepared once, the front of a struct of the database's own. It is found by the
 * address of its struct sql, and which parameter the n-th bind of a call means is remembered from
 * the call before. */
struct rows {
    const struct backend *backend;
    const struct sql *sql;
    int parameters;
    bool running;
    bool reads_only;
    const char *names[BIND_LIMIT]; /* as passed last time, compared by address */
    int indexes[BIND_LIMIT];
};

/* The cache: open addressing, a power of two, at most half full. */
struct statement_cache {
    struct rows **slots;
    size_t size;
    size_t used;
};

struct tx {
    struct store *store;
    int error; /* sticky */
    bool open;
    bool marked;
    unsigned wake;
};

enum savepoint { SAVEPOINT_MARK, SAVEPOINT_KEEP, SAVEPOINT_UNDO, SAVEPOINTS };

/* The front of a struct of the database's own. */
struct store {
    const struct backend *backend;
    bool read_only;
    struct tx tx;
    unsigned woken;
    int running;     /* statements not yet stopped */
    int64_t kept_id; /* on a shared store: what store_keep_last_id wrote ahead */
    struct statement_cache cache;
    char error[256]; /* words for the last error */
};

/* What a database does in its own way. Functions that take a tx make an error its own (`error` of
 * it, GW_ETXGONE when the whole transaction is gone) and keep words for it in the store. */
struct backend {
    enum schema_dialect dialect;
    bool shared; /* other connections write at the same time: rows have to be locked */
    void (*close)(struct store *s); /* statements were freed; frees the store */

    int (*begin)(struct store *s); /* 0 or GW_E* */
    int (*commit)(struct store *s);
    void (*rollback)(struct store *s);
    int (*savepoint)(struct tx *tx, enum savepoint what);
    int (*exec)(struct store *s, const char *text); /* statements without parameters */
    int (*now)(struct tx *tx, int64_t *now);
    /* So that one process at a time brings the schema up to date. 0 or GW_E*. */
    int (*lock)(struct store *s);
    void (*unlock)(struct store *s);
    int (*claim)(struct store *s, int node); /* 1, 0 when another has it, or GW_E* */

    struct rows *(*prepare)(struct tx *tx, const struct sql *sql); /* NULL: the tx failed */
    void (*discard)(struct store *s, struct rows *rows);           /* frees */
    /* The name of parameter `index`, counted from 1, without the $. */
    struct slice (*parameter)(const struct rows *rows, int index);
    int (*bind)(struct tx *tx, struct rows *rows, int index, const struct bind *b);
    int (*start)(struct tx *tx, struct rows *rows);
    int (*next)(struct tx *tx, struct rows *rows); /* 1, 0 at the end, or GW_E* */
    void (*stop)(struct rows *rows);
    int64_t (*changed)(const struct store *s, const struct rows *rows);
    int64_t (*integer)(const struct rows *rows, int column);
    struct slice (*text)(const struct rows *rows, int column);
    struct slice (*blob)(const struct rows *rows, int column);
    bool (*null)(const struct rows *rows, int column);
};

extern const struct backend sqlite_backend;
extern const struct backend postgres_backend;

int sqlite_open(const struct store_options *options, struct store **out, struct fault *fault);
int postgres_open(const struct store_options *options, struct store **out, struct fault *fault);

/* Words for a mistake in the program, not in the database; fails the transaction with GW_EDB. */
int connection_misuse(struct tx *tx, const struct sql *sql, const char *what);
/* Keeps words about a statement: its name, its place and the reason. */
void connection_words(struct store *s, const struct sql *sql, const char *reason);

/* Stops what still runs. */
void statements_stop(struct store *s);
/* Frees all prepared statements. */
void statements_free(struct store *s);

#endif
