/* The differences between the two databases, in one place: migrations are written once with
 * @macros, and statements once with $name parameters. Pure; any thread. */
#ifndef GATEWAY_STORE_SCHEMA_H
#define GATEWAY_STORE_SCHEMA_H

#include "gateway/base/embed.h"
#include "gateway/base/error.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

enum schema_dialect { SCHEMA_SQLITE, SCHEMA_POSTGRES };

/* One numbered file. */
struct migration {
    int number;
    const char *path; /* of the embedded table */
    struct slice text;
};

/* Makes the table in which applied migrations are listed, before all others. Number 0. */
extern const struct migration schema_list;

/* All migrations of the tables, by number, in the arena. Returns their number, or GW_ECONFIG for a
 * file whose name does not begin with four digits or whose number occurs twice. */
GW_MUSTCHECK int schema_migrations(const struct embedded_file *const *tables, struct arena *a,
                                   struct migration **out, struct fault *fault);

/* Replaces @id, @blob and @rowless. 0, or GW_ECONFIG for an @word that is none of them (comments
 * included). The result is NUL-terminated. */
GW_MUSTCHECK int schema_render(const struct migration *m, enum schema_dialect dialect,
                               struct arena *a, struct slice *out, struct fault *fault);

enum { SCHEMA_PARAMETERS = 32 };

/* $name parameters become $1, $2 … in the order in which they occur first; a name used twice keeps
 * its number, and what stands in a comment that begins with pg: is part of the statement there
 * alone (SELECT … /+pg: FOR UPDATE+/, with stars for the plus signs). Quoted strings are left
 * alone. `names` are in the arena. Returns how many there are, or GW_ETOOBIG beyond
 * SCHEMA_PARAMETERS. The text is NUL-terminated. */
GW_MUSTCHECK int schema_number(const char *statement, struct arena *a, struct slice *text,
                               struct slice names[SCHEMA_PARAMETERS]);

#endif
