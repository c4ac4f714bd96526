/* The poster of a station: whoever follows by its code, "st12", and registers is proposed the place
 * of that station as the one they live in, and says so or otherwise. */
#ifndef HANDLERS_POSTERS_H
#define HANDLERS_POSTERS_H

#include "handlers/organizations.h"

enum {
    POSTER_SCENE_MAX = 24,
    POSTER_DAYS = 30 /* after which what somebody scanned says nothing any more; ours */
};

/* The scene of an organization's code; its number is given at the first call and stays. 0 or GW_E*.
 */
GW_MUSTCHECK int poster_scene(const struct service *s, int64_t org, char out[POSTER_SCENE_MAX]);
/* The organization of a scene: 1, 0 when it is no poster's, or GW_E*. */
GW_MUSTCHECK int poster_read(const struct service *s, struct slice scene, struct organization *out);
/* Keeps what an address scanned last, until it is forgotten or POSTER_DAYS are over. 0 or GW_E*. */
GW_MUSTCHECK int poster_scanned(const struct service *s, int64_t address, int64_t org);
/* What it scanned: 1, 0 when nothing, or GW_E*. */
GW_MUSTCHECK int poster_of(const struct service *s, int64_t address, struct organization *out);
/* 0, also when there is none, or GW_E*. */
GW_MUSTCHECK int poster_forget(const struct service *s, int64_t address);

#endif
