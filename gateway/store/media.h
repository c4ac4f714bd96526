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
};

/* Stores a waiting one; `state` and `path` of the row are not looked at. 0 or GW_E*. */
GW_MUSTCHECK int media_put(struct tx *tx, const struct media_row *row, int64_t now);
/* Those of an address, oldest first, at most 50, in the arena: number or GW_E*. */
GW_MUSTCHECK int media_of(struct tx *tx, int64_t address, struct arena *a, struct media_row **out);

#endif
