/* What tests of several rooms share: a temporary folder with a migrated database, a vault and ids,
 * removed at the end. Uses gw_store and gw_base alone, so the caller passes the tables of the rooms
 * it is linked with:
 *
 *     static const struct embedded_file *const tables[] = { gw_store_files, handlers_files, NULL };
 *     struct support *s = support_store(tables);
 *     struct tx *tx = support_begin(s);
 *     …
 *     support_commit(s);
 *     support_free(s);
 *
 * Every function fails the running cmocka test when something goes wrong. */
#ifndef TESTS_SUPPORT_SUPPORT_H
#define TESTS_SUPPORT_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gateway/base/civil.h"
#include "gateway/base/embed.h"
#include "gateway/base/ids.h"
#include "gateway/base/mem.h"
#include "gateway/base/vault.h"
#include "gateway/store/store.h"

/* 2026-11-25T10:00:00+08:00, a Wednesday: the moment at which tests take place. */
#define SUPPORT_NOW INT64_C(1795572000)
/* Its date as epoch day. */
#define SUPPORT_TODAY INT64_C(20782)
#define SUPPORT_ZONE  ((struct zone){ .offset_minutes = 480 })

struct support {
    char folder[64]; /* temporary, removed by support_free */
    char path[96];   /* the database file in it */
    char url[512];   /* of the test's own database on PostgreSQL, else empty */
    char database[64];
    char key_path[96];
    struct store *store;
    struct vault *vault;
    struct ids ids;     /* the clock stands at clock_ms */
    int64_t clock_ms;   /* real milliseconds as ids sees them: SUPPORT_NOW; a test may change it */
    struct arena arena; /* for results; lives until support_free */
    struct tx *tx;      /* open between support_begin and support_commit or support_rollback */
};

/* Tests run on SQLite, or, when LINLI_TEST_STORE is "postgresql://…" or a file that holds that
 * (made by tests/support/postgres), on databases of their own of that server: the same tests. */
bool support_is_postgres(void);
/* How the test's database is opened by a connection of the test's own. */
struct store_options support_options(const struct support *s);

/* A new database with all migrations of `tables` (NULL-terminated) applied. */
struct support *support_store(const struct embedded_file *const *tables);
/* The same in which the database file may have `max_pages` pages at most (0: no limit), for full
 * disks. */
struct support *support_store_limited(const struct embedded_file *const *tables, int64_t max_pages);
/* Closes everything and removes the folder with all in it. NULL is fine. */
void support_free(struct support *s);
/* Closes the database and opens it again, as a restart does; no transaction is open then. */
void support_reopen(struct support *s);

/* cmocka's setup and teardown for tests that need the platform's tables alone: `*state` is the
 * struct support. The second has begun a transaction; one that is open at the end is rolled back.
 */
int support_setup(void **state);
int support_setup_begun(void **state);
int support_teardown(void **state);

/* The transaction is also s->tx. */
struct tx *support_begin(struct support *s);
void support_commit(struct support *s);
void support_rollback(struct support *s);

/* One number by SQL text of a test's own, through a second connection: sees what is committed. */
int64_t support_count(struct support *s, const char *query);
/* Runs SQL text behind the program's back, through a second connection. */
void support_exec(struct support *s, const char *text);

/* A new folder below TMPDIR or /tmp, and its removal with all in it. */
void support_folder(char out[64]);
void support_remove(const char *folder);

/* Monotonic nanoseconds, for tests that measure. */
int64_t support_nanoseconds(void);

/* Compares a slice with a literal and shows both when they differ. */
#define assert_slice(s, text) support_assert_slice((s), (text), __FILE__, __LINE__)
void support_assert_slice(struct slice s, const char *text, const char *file, int line);

#endif
