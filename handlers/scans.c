#include "handlers/scans.h"

#include <stdio.h>
#include <string.h>

#include "gateway/base/digest.h"
#include "gateway/base/json.h"
#include "gateway/store/timers.h"
#include "handlers/attendance_row.h"
#include "handlers/notify.h"

enum { TOKEN = 6, SECRET = 26, MINUTE = 60, ASKED_MOST = 1000 };

/* Without i, l, o and u, which are misread. */
static const char letters[] = "0123456789abcdefghjkmnpqrstvwxyz";
static const char *const kinds[] = { [SCAN_IN] = "in.", [SCAN_OUT] = "out." };

SQL(scan_put, "INSERT INTO attendance_scans (activity, person, address, scanned_at, asked_at) "
              "VALUES ($activity, $person, $address, $at, 0) "
              "ON CONFLICT (activity, person) DO NOTHING");
SQL(scan_inside, "SELECT c.person, c.address FROM attendance_scans c "
                 "JOIN attendance t ON t.activity = c.activity AND t.person = c.person "
                 "WHERE c.activity = $activity AND c.asked_at = 0 AND t.checked_out_at = 0 "
                 "AND t.state = 0 ORDER BY c.person LIMIT 1000");
SQL(scan_asked, "UPDATE attendance_scans SET asked_at = $now WHERE activity = $activity "
                "AND asked_at = 0");

/* `n` letters of a keyed digest, NUL-terminated. */
static void token(const struct vault *v, const char *text, int n, char *out)
{
    unsigned char digest[32];
    vault_digest(v, VAULT_LOOKUP, slice_of(text), digest);
    for (int i = 0; i < n; i++)
        out[i] = letters[digest[i] & 31];
    out[n] = '\0';
}

static void scene_at(const struct service *s, const struct activity *a, enum scan_kind kind,
                     int64_t step, char out[SCAN_SCENE_MAX])
{
    char text[80], code[TOKEN + 1];
    snprintf(text, sizeof text, "scan:%s%lld.%lld", kinds[kind], (long long)a->id, (long long)step);
    token(s->vault, text, TOKEN, code);
    snprintf(out, SCAN_SCENE_MAX, "%s%lld.%s", kinds[kind], (long long)(a->code % 1000000), code);
}

void scan_scene(const struct service *s, const struct activity *a, enum scan_kind kind,
                char out[SCAN_SCENE_MAX])
{
    scene_at(s, a, kind, s->now / SCAN_STEP_S, out);
}

/* "41.7k3q9d" of a scene; false when it has another shape. */
static bool take_number(struct slice rest, int64_t *number)
{
    struct slice digits;
    return slice_next(&rest, '.', &digits) && rest.n == TOKEN &&
           slice_to_int(digits, number) == GW_OK && *number > 0;
}

int scan_read(const struct service *s, struct slice scene, enum scan_kind *kind, struct activity *a)
{
    char good[SCAN_SCENE_MAX];
    int64_t number;
    memset(a, 0, sizeof *a);
    *kind = slice_starts(scene, slice_of(kinds[SCAN_OUT])) ? SCAN_OUT : SCAN_IN;
    if (!slice_starts(scene, slice_of(kinds[*kind])))
        return SCAN_OTHER;
    if (!take_number(slice_skip(scene, strlen(kinds[*kind])), &number))
        return SCAN_STALE;
    int rc = activity_by_code(s, number, a);
    if (rc != 1)
        return rc < 0 ? rc : SCAN_STALE;
    for (int back = 0; back < 2; back++) {
        scene_at(s, a, *kind, s->now / SCAN_STEP_S - back, good);
        if (digest_equal(slice_of(good), scene))
            return SCAN_GOOD;
    }
    return SCAN_STALE;
}

void scan_page(const struct vault *v, struct slice account, int64_t activity,
               char out[SCAN_PAGE_MAX])
{
    char text[200], secret[SECRET + 1];
    snprintf(text, sizeof text, "screen:%.*s:%lld", SLICE_ARG(slice_head(account, 100)),
             (long long)activity);
    token(v, text, SECRET, secret);
    snprintf(out, SCAN_PAGE_MAX, "%lld-%s", (long long)activity, secret);
}

int64_t scan_page_read(const struct vault *v, struct slice account, struct slice page)
{
    char good[SCAN_PAGE_MAX];
    struct slice rest = page, digits;
    int64_t activity;
    if (page.n >= SCAN_PAGE_MAX || !slice_next(&rest, '-', &digits) ||
        slice_to_int(digits, &activity) != GW_OK || activity <= 0)
        return 0;
    scan_page(v, account, activity, good);
    return digest_equal(slice_of(good), page) ? activity : 0;
}

int scan_arrive(const struct service *s, int64_t activity, int64_t person, int64_t address,
                int64_t at, struct attendance_check *out)
{
    struct service then = *s;
    then.now = at;
    int rc = attendance_arrive(&then, person, activity, out);
    if (rc != ATTENDANCE_CHECKED_IN && rc != ATTENDANCE_WALKED_IN)
        return rc;
    int outcome = rc;
    rc = sql_run(s->tx, &scan_put,
                 BINDS(BIND_INT("activity", activity), BIND_INT("person", person),
                       BIND_INT("address", address), BIND_INT("at", at)));
    if (rc >= 0)
        rc = timers_set(s->tx, "activity.scanned", activity,
                        out->ends_at + s->policy->checkout_ask_minutes * MINUTE);
    return rc < 0 ? rc : outcome;
}

int scan_leave(const struct service *s, int64_t activity, int64_t person, int64_t at,
               struct attendance_left *out)
{
    struct service then = *s;
    struct attendance_record row = { 0 };
    int rc = attendance_row_get(s, activity, person, &row);
    if (rc < 0)
        return rc;
    then.now = at < row.checked_in_at ? row.checked_in_at : at > s->now ? s->now : at;
    return attendance_leave(&then, person, activity, out);
}

struct inside {
    int64_t person, address;
};

static int ask(const struct service *s, const struct activity *a, const struct inside *one)
{
    json_t *params = json_object();
    json_put_id(params, "activity_id", a->id);
    json_put_id(params, "person", one->person);
    json_put_slice(params, "title", a->title);
    notify_set_time(s, params, "date", "end", a->ends_at);
    return notify_ask(s, one->address, "checkout.forgot", params);
}

int scan_over_timer(const struct service *s, int64_t activity)
{
    struct activity a;
    int n = 0;
    int rc = activity_get(s, activity, &a);
    if (rc != 1)
        return rc < 0 ? rc : 0;
    int64_t due = a.ends_at + s->policy->checkout_ask_minutes * MINUTE;
    if (s->now < due) /* it was moved */
        return timers_set(s->tx, "activity.scanned", activity, due);
    rc = attendance_is_closed(s, activity);
    if (rc != 0 || notify_daytime(s, s->now) != s->now)
        return rc < 0 ? rc : 0;
    struct inside *list = arena_alloc(s->arena, ASKED_MOST * sizeof *list);
    struct rows *rows = sql_rows(s->tx, &scan_inside, BINDS(BIND_INT("activity", activity)));
    while ((rc = rows_next(s->tx, rows)) == 1)
        if (n < ASKED_MOST)
            list[n++] = (struct inside){ rows_int(rows, 0), rows_int(rows, 1) };
    if (rc >= 0)
        rc = sql_run(s->tx, &scan_asked,
                     BINDS(BIND_INT("now", s->now), BIND_INT("activity", activity)));
    for (int i = 0; rc >= 0 && i < n; i++)
        rc = ask(s, &a, &list[i]);
    return rc < 0 ? rc : 0;
}
