#include "handlers/bindings.h"

#include <stdio.h>

#include "gateway/base/digest.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/store/inbox.h"
#include "gateway/store/people.h"
#include "handlers/followers.h"
#include "handlers/notify.h"
#include "handlers/protect.h"

enum { MINUTE = 60, DAY_SECONDS = 86400, CODE_RANGE = 1000000, OPEN = 1, USED = 2, DEAD = 3 };

SQL(bind_asked, "SELECT COUNT(*), CAST(COALESCE(MAX(made_at), 0) AS BIGINT) FROM bind_codes "
                "WHERE address = $address AND made_at > $since");
SQL(bind_got, "SELECT COUNT(*), CAST(COALESCE(MAX(made_at), 0) AS BIGINT) FROM bind_codes "
              "WHERE phone = $phone AND made_at > $since");
SQL(bind_old, "DELETE FROM bind_codes WHERE id IN (SELECT id FROM bind_codes "
              "WHERE made_at <= $before LIMIT 100)");
SQL(bind_end, "UPDATE bind_codes SET state = 3 WHERE address = $address AND state = 1");
SQL(bind_put, "INSERT INTO bind_codes (id, address, phone, digest, made_at, tries, state) "
              "VALUES ($id, $address, $phone, $digest, $now, 0, 1)");
SQL(bind_open, "SELECT id, phone, digest, made_at, tries FROM bind_codes "
               "WHERE address = $address AND state = 1 ORDER BY id DESC LIMIT 1");
SQL(bind_tried, "UPDATE bind_codes SET tries = tries + 1, state = $state WHERE id = $id");
SQL(bind_gone, "DELETE FROM bind_codes WHERE address = $address");
SQL(bind_signed, "SELECT CAST(COALESCE(MAX(u.signed_at), 0) AS BIGINT) FROM volunteer_links l "
                 "JOIN signups u ON u.volunteer = l.volunteer WHERE l.address = $address");
SQL(bind_claimed, "SELECT CAST(COALESCE(MAX(h.claimed_at), 0) AS BIGINT) FROM volunteer_links l "
                  "JOIN hours h ON h.person = l.volunteer WHERE l.address = $address");

/* How many codes since `since`, and when the last. */
static int count_codes(const struct service *s, const struct sql *query, const char *key,
                       int64_t value, int64_t *last)
{
    struct rows *rows =
        sql_rows(s->tx, query,
                 BINDS(BIND_INT(key, value), BIND_INT("since", s->now - (int64_t)DAY_SECONDS)));
    int rc = rows_next(s->tx, rows);
    if (rc != 1)
        return rc < 0 ? rc : GW_EDATA;
    int n = (int)rows_int(rows, 0);
    int64_t at = rows_int(rows, 1);
    rows_close(s->tx, rows);
    if (at > *last)
        *last = at;
    return n;
}

static struct slice digest_of(const struct service *s, int64_t id, struct slice code)
{
    struct slice both = arena_printf(s->arena, "%lld/%.*s", (long long)id, SLICE_ARG(code));
    return protect_digest(s, "bind_code", both);
}

static int put_code(const struct service *s, int64_t address, int64_t phone)
{
    char code[8];
    int64_t id = ids_next(s->ids);
    snprintf(code, sizeof code, "%06u", (unsigned)digest_random_below(CODE_RANGE));
    int rc = sql_run(s->tx, &bind_old, BINDS(BIND_INT("before", s->now - (int64_t)DAY_SECONDS)));
    if (rc >= 0)
        rc = sql_run(s->tx, &bind_end, BINDS(BIND_INT("address", address)));
    if (rc >= 0)
        rc = sql_run(
            s->tx, &bind_put,
            BINDS(BIND_INT("id", id), BIND_INT("address", address), BIND_INT("phone", phone),
                  BIND_BLOB("digest", digest_of(s, id, slice_of(code))), BIND_INT("now", s->now)));
    if (rc < 0)
        return rc;
    json_t *params = json_object();
    json_put_slice(params, "code", slice_of(code));
    json_put_int(params, "minutes", s->policy->bind_minutes);
    return notify_put(s, phone, "bind.code", params, OUTBOX_CODE, 0,
                      s->now + s->policy->bind_minutes * MINUTE, 0);
}

int bind_send(const struct service *s, int64_t address, struct slice phone, struct bind_code *out)
{
    char number[12];
    struct address to;
    int64_t last = 0;
    *out = (struct bind_code){ 0 };
    if (!phone_normalize(phone, number))
        return BIND_WRONG_PHONE;
    int rc = people_address(s->tx, s->vault, s->ids, SLICE("sms"), slice_of(number), SLICE(""),
                            s->now, s->arena, &to);
    if (rc < 0)
        return rc;
    out->phone = to.id;
    int asked = count_codes(s, &bind_asked, "address", address, &last);
    int got = asked < 0 ? asked : count_codes(s, &bind_got, "phone", to.id, &last);
    if (got < 0)
        return got;
    if (last > 0 && s->now - last < s->policy->bind_wait_seconds) {
        out->wait = last + s->policy->bind_wait_seconds - s->now;
        return BIND_SOON;
    }
    if (asked >= s->policy->bind_codes_day || got >= s->policy->bind_codes_day)
        return BIND_MANY;
    rc = put_code(s, address, to.id);
    return rc < 0 ? rc : BIND_SENT;
}

static int note_try(const struct service *s, int64_t id, int state)
{
    return sql_run(s->tx, &bind_tried, BINDS(BIND_INT("state", state), BIND_INT("id", id)));
}

int bind_check(const struct service *s, int64_t address, struct slice code, struct bind_code *out)
{
    *out = (struct bind_code){ 0 };
    struct rows *rows = sql_rows(s->tx, &bind_open, BINDS(BIND_INT("address", address)));
    int rc = rows_next(s->tx, rows);
    if (rc != 1)
        return rc < 0 ? rc : BIND_LATE;
    int64_t id = rows_int(rows, 0), made_at = rows_int(rows, 3), tries = rows_int(rows, 4);
    struct slice digest = arena_dup(s->arena, rows_blob(rows, 2));
    out->phone = rows_int(rows, 1);
    rows_close(s->tx, rows);
    if (s->now >= made_at + s->policy->bind_minutes * MINUTE || tries >= s->policy->bind_tries) {
        rc = note_try(s, id, DEAD);
        return rc < 0 ? rc : BIND_LATE;
    }
    bool right = digest_equal(digest, digest_of(s, id, code));
    bool last = tries + 1 >= s->policy->bind_tries;
    rc = note_try(s, id, right ? USED : last ? DEAD : OPEN);
    if (rc < 0 || right)
        return rc < 0 ? rc : BIND_RIGHT;
    out->left = (int)(s->policy->bind_tries - tries - 1);
    return last ? BIND_SPENT : BIND_WRONG;
}

static int newer(const struct service *s, const struct sql *query, int64_t phone, int64_t *at)
{
    int64_t then = 0;
    int rc = sql_int(s->tx, query, BINDS(BIND_INT("address", phone)), &then);
    if (then > *at)
        *at = then;
    return rc < 0 ? rc : 0;
}

int bind_silent(const struct service *s, int64_t phone)
{
    struct volunteer *people;
    struct inbox_row last;
    int64_t at = 0;
    int n = volunteers_by_address(s, phone, &people);
    if (n <= 0)
        return n;
    for (int i = 0; i < n; i++)
        if (people[i].registered_at > at)
            at = people[i].registered_at;
    int rc = inbox_previous(s->tx, s->vault, phone, s->arena, &last);
    if (rc == 1 && last.received_at > at)
        at = last.received_at;
    if (rc >= 0)
        rc = newer(s, &bind_signed, phone, &at);
    if (rc >= 0)
        rc = newer(s, &bind_claimed, phone, &at);
    if (rc < 0)
        return rc;
    return s->now - at >= s->policy->bind_silent_days * DAY_SECONDS;
}

int bind_link(const struct service *s, int64_t address, int64_t phone, int64_t person,
              int64_t *conversation)
{
    struct address to;
    struct volunteer *own;
    int rc = people_by_id(s->tx, s->vault, phone, s->arena, &to);
    if (rc != 1)
        return rc < 0 ? rc : GW_ENOTFOUND;
    *conversation = to.conversation;
    if (person != 0) {
        rc = volunteer_link(s, person, address);
        if (rc >= 0)
            rc = volunteer_link(s, person, phone);
    } else {
        int n = volunteers_by_address(s, address, &own);
        rc = n;
        for (int i = 0; rc >= 0 && i < n; i++)
            rc = volunteer_link(s, own[i].id, phone);
    }
    return rc < 0 ? rc : people_join(s->tx, address, to.conversation);
}

int bind_new(const struct service *s, int64_t person, int64_t address)
{
    int64_t *channels;
    struct address from, other;
    struct volunteer *there;
    int n = people_channels(s->tx, address, s->arena, &channels), rc = n;
    if (n > 1)
        rc = people_by_id(s->tx, s->vault, address, s->arena, &from);
    for (int i = 1; rc >= 0 && i < n; i++) {
        rc = people_by_id(s->tx, s->vault, channels[i], s->arena, &other);
        if (rc < 1)
            continue;
        bool from_phone = slice_eq(from.realm, SLICE("sms"));
        int taken = from_phone ? volunteers_by_address(s, channels[i], &there) : 0;
        if (taken < 0)
            return taken;
        if (from_phone == slice_eq(other.realm, SLICE("sms")) || taken > 0)
            continue;
        rc = volunteer_link(s, person, channels[i]);
    }
    return rc < 0 ? rc : 0;
}

/* One WeChat address goes its own way. */
static int part(const struct service *s, int64_t address)
{
    struct volunteer *own;
    int n = volunteers_by_address(s, address, &own), rc = n;
    for (int i = 0; rc >= 0 && i < n; i++) {
        rc = follower_unlink(s, own[i].id, address);
        if (rc == 0)
            return BIND_ONLY_ONE;
    }
    if (rc >= 0)
        rc = people_join(s->tx, address, address);
    return rc < 0 ? rc : BIND_UNDONE;
}

int bind_undo(const struct service *s, int64_t address, int64_t *conversation)
{
    int64_t *channels;
    struct address one = { 0 };
    int outcome = BIND_NONE;
    int n = people_channels(s->tx, address, s->arena, &channels), rc = n;
    for (int i = 0; rc >= 0 && n > 1 && i < n; i++) {
        rc = people_by_id(s->tx, s->vault, channels[i], s->arena, &one);
        if (rc != 1 || slice_eq(one.realm, SLICE("sms")))
            continue;
        rc = part(s, channels[i]);
        if (rc >= 0 && (outcome == BIND_NONE || rc == BIND_UNDONE))
            outcome = rc;
        if (channels[i] == address)
            break;
    }
    if (rc >= 0)
        rc = people_by_id(s->tx, s->vault, address, s->arena, &one);
    *conversation = one.conversation;
    return rc < 0 ? rc : outcome;
}

int bind_forget(const struct service *s, int64_t address)
{
    int rc = sql_run(s->tx, &bind_gone, BINDS(BIND_INT("address", address)));
    return rc < 0 ? rc : 0;
}
