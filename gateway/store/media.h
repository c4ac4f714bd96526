/* Files that people sent (photos, recordings): known by the provider's id, kept as evidence, to be
 * fetched while the provider has them. Knows no provider. */
#ifndef GATEWAY_STORE_MEDIA_H
#define GATEWAY_STORE_MEDIA_H

#include <stdint.h>

#include "gateway/store/store.h"

/* Stored numbers; never renumber. */
enum media_state { MEDIA_WAITING = 0, MEDIA_FETCHED = 1, MEDIA_LOST = 2 };

struct media_row {
    int64_t id;
    struct slice account; /* e.g. "wechat/demo" */
    int64_t address;      /* addresses.id of who sent it */
    int64_t inbox;        /* the message it came with */
    struct slice kind;    /* "image", "voice", "video" */
    struct slice media;   /* the provider's id */
    enum media_state state;
    int64_t wanted_until; /* UTC seconds: the provider keeps it no longer */
    struct slice path;    /* below the data folder once it is fetched, else empty */
    int attempt;          /* times that it was asked for in vain */
    int64_t bytes;        /* of the file, once it is fetched */
    int64_t at;           /* UTC seconds: when it came */
};

/* Stores a waiting one; `state` and `path` of the row are not looked at. 0 or GW_E*. */
GW_MUSTCHECK int media_put(struct tx *tx, const struct media_row *row, int64_t now);
/* Those of an address, oldest first, at most 50, in the arena: number or GW_E*. */
GW_MUSTCHECK int media_of(struct tx *tx, int64_t address, struct arena *a, struct media_row **out);

/* Fetching. */

/* The waiting one whose time has come first, in the arena: 1, 0 when none has, or GW_E*. `*next` is
 * when another one's time comes, 0: none waits. */
GW_MUSTCHECK int media_due(struct tx *tx, int64_t now, struct arena *a, struct media_row *out,
                           int64_t *next);
/* The provider does not have those any more that were wanted until now: lost, at most `limit`.
 * Their number or GW_E*. */
GW_MUSTCHECK int media_expire(struct tx *tx, int64_t now, int limit);
/* Asked for in vain: again at `at`. 0 or GW_E*. */
GW_MUSTCHECK int media_put_off(struct tx *tx, int64_t id, int64_t at);
/* It is in a file below the data folder. 1, 0 when nobody waits for it any more (the person was
 * forgotten meanwhile: the file has to go), or GW_E*. */
GW_MUSTCHECK int media_fetched(struct tx *tx, int64_t id, struct slice path, int64_t bytes);
/* It never will be. 0 or GW_E*. */
GW_MUSTCHECK int media_lost(struct tx *tx, int64_t id);

/* One by its id, in the arena: 1, 0 when it is unknown, or GW_E*. */
GW_MUSTCHECK int media_get(struct tx *tx, int64_t id, struct arena *a, struct media_row *out);
/* Those before an id, newest first, at most `limit`, in the arena: number or GW_E*. */
GW_MUSTCHECK int media_list(struct tx *tx, int64_t before, int limit, struct arena *a,
                            struct media_row **out);
/* Deletes those that came before a time (UTC seconds), at most `limit`; their files are the
 * caller's. Their number or GW_E*. */
GW_MUSTCHECK int media_purge(struct tx *tx, int64_t before, int limit);

#endif
