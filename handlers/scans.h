/* The code on the leader's screen: what stands in it, who scanned it, and who forgot to sign out.
 *
 * WeChat brings a scan back with the scene that its QR code was made for: "in.41.7k3q9d" or
 * "out.41.…", the activity's number and a keyed digest of activity, kind and minute. The code of
 * the minute and of the one before are taken, so that a photo sent to somebody at home is of no use
 * two minutes later. */
#ifndef HANDLERS_SCANS_H
#define HANDLERS_SCANS_H

#include "handlers/activities.h"
#include "handlers/attendance.h"

enum {
    SCAN_STEP_S = 60, /* a code stands on the screen so long */
    SCAN_SCENE_MAX = 32,
    SCAN_PAGE_MAX = 64 /* bytes of a page's name */
};
enum scan_kind { SCAN_IN, SCAN_OUT };

/* The scene of the code that is shown at the service's moment; the start of its minute is
 * now / SCAN_STEP_S * SCAN_STEP_S. Pure. */
void scan_scene(const struct service *s, const struct activity *a, enum scan_kind kind,
                char out[SCAN_SCENE_MAX]);

enum scan_outcome {
    SCAN_GOOD,
    SCAN_STALE, /* of this activity, and older than the minute before; or it cannot be of ours */
    SCAN_OTHER, /* no code of a screen: a poster's */
};
/* What was scanned, at the service's moment. `*a` is filled for SCAN_GOOD, and for SCAN_STALE when
 * there is such an activity (else a->id is 0). Outcome or GW_E*. */
GW_MUSTCHECK int scan_read(const struct service *s, struct slice scene, enum scan_kind *kind,
                           struct activity *a);

/* The name of an activity's page: unguessable, of one account, the same at each call. */
void scan_page(const struct vault *v, struct slice account, int64_t activity,
               char out[SCAN_PAGE_MAX]);
/* The activity of a page's name, 0 when it is none. Constant time in what it compares. */
int64_t scan_page_read(const struct vault *v, struct slice account, struct slice page);

/* Checked in by the screen at `at` (the moment of the scan; who registers first gets there later),
 * from `address`. Outcomes of attendance_arrive. */
GW_MUSTCHECK int scan_arrive(const struct service *s, int64_t activity, int64_t person,
                             int64_t address, int64_t at, struct attendance_check *out);
/* Signed out at `at`, not before the check-in nor in the future. Outcomes of attendance_leave. */
GW_MUSTCHECK int scan_leave(const struct service *s, int64_t activity, int64_t person, int64_t at,
                            struct attendance_left *out);

/* Timer "activity.scanned", policy.checkout_ask_minutes after the end: who scanned and did not sign
 * out is asked once (checkout.forgot {activity_id, person, title, end}); not at night, and not once
 * the list is closed. */
int scan_over_timer(const struct service *s, int64_t activity);

#endif
