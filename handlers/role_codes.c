/* The one-use codes of first roles (handlers/roles.h). */
#include "gateway/base/digest.h"
#include "handlers/audit_log.h"
#include "handlers/organizations.h"
#include "handlers/protect.h"
#include "handlers/roles.h"

enum { HOUR_SECONDS = 3600, LAST_CODE = 999999 };

SQL(code_role_held, "SELECT r.id FROM roles r WHERE r.address = $address AND r.org = $org "
                    "AND r.kind = $kind AND r.state IN (1, 2)");
SQL(code_accepts, "UPDATE roles SET state = 2, used_at = $now, slept_at = 0 WHERE id = $id "
                  "AND state IN (1, 2)");
SQL(code_insert, "INSERT INTO role_codes (id, org, kind, digest, address, made_at, expires_at, "
                 "used_at) VALUES ($id, $org, $kind, $digest, 0, $now, $until, 0)");
SQL(code_find, "SELECT id, org, kind, used_at, expires_at FROM role_codes "
               "WHERE digest = $digest AND address IN (0, $address) ORDER BY id DESC LIMIT 1");
SQL(code_taken, "SELECT COUNT(*) FROM role_codes WHERE digest = $digest AND used_at = 0 "
                "AND expires_at > $now");
SQL(code_bind, "UPDATE role_codes SET address = $address WHERE id = $id AND address = 0");
SQL(code_use, "UPDATE role_codes SET used_at = $now WHERE id = $id AND used_at = 0");
SQL(codes_kill, "UPDATE role_codes SET used_at = $now WHERE used_at = 0");
SQL(failures_of, "SELECT failures FROM role_failures WHERE address = $address AND since > $since");
SQL(failure_add, "INSERT INTO role_failures (address, since, failures) VALUES ($address, $now, 1) "
                 "ON CONFLICT (address) DO UPDATE SET "
                 "failures = CASE WHEN role_failures.since > $since "
                 "THEN role_failures.failures + 1 ELSE 1 END, "
                 "since = CASE WHEN role_failures.since > $since "
                 "THEN role_failures.since ELSE $now END RETURNING failures");
SQL(failures_clear, "DELETE FROM role_failures WHERE address = $address");

static struct slice code_digest(const struct service *s, struct slice code)
{
    return protect_digest(s, "role_code", code);
}

int role_code_make(const struct service *s, int64_t org, enum role_kind kind, char code[8])
{
    struct slice text, digest;
    int64_t taken = 1;
    while (taken > 0) {
        text = arena_printf(s->arena, "%06u", (unsigned)digest_random_below(LAST_CODE + 1));
        digest = code_digest(s, text);
        int rc = sql_int(s->tx, &code_taken,
                         BINDS(BIND_BLOB("digest", digest), BIND_INT("now", s->now)), &taken);
        if (rc < 0)
            return rc;
    }
    for (size_t i = 0; i <= text.n; i++)
        code[i] = text.p[i];
    int64_t id = ids_next(s->ids);
    int rc = sql_run(s->tx, &code_insert,
                     BINDS(BIND_INT("id", id), BIND_INT("org", org), BIND_INT("kind", kind),
                           BIND_BLOB("digest", digest), BIND_INT("now", s->now),
                           BIND_INT("until", s->now + s->policy->code_hours * HOUR_SECONDS)));
    if (rc < 0)
        return rc;
    struct audit_row row = { .org = org,
                             .what = SLICE("role.code"),
                             .subject = id,
                             .detail = slice_of(role_kind_name(kind)) };
    return audit_put(s, &row);
}

/* Counts a wrong code of a phone (address 0: of all). */
static int count_failure(const struct service *s, int64_t address, int64_t *failures)
{
    int64_t since = s->now - s->policy->code_hours * HOUR_SECONDS;
    int rc = sql_int(
        s->tx, &failure_add,
        BINDS(BIND_INT("address", address), BIND_INT("now", s->now), BIND_INT("since", since)),
        failures);
    return rc < 0 ? rc : 0;
}

static int wrong_code(const struct service *s, int64_t address)
{
    int64_t mine = 0, all = 0;
    int rc = count_failure(s, address, &mine);
    if (rc == 0)
        rc = count_failure(s, 0, &all);
    if (rc == 0 && all >= s->policy->code_failures) {
        rc = sql_run(s->tx, &codes_kill, BINDS(BIND_INT("now", s->now)));
        if (rc >= 0)
            rc = sql_run(s->tx, &failures_clear, BINDS(BIND_INT("address", 0)));
    }
    return rc < 0 ? rc : ROLE_CODE_WRONG;
}

static int is_locked(const struct service *s, int64_t address)
{
    int64_t since = s->now - s->policy->code_hours * HOUR_SECONDS, failures = 0;
    int rc = sql_int(s->tx, &failures_of,
                     BINDS(BIND_INT("address", address), BIND_INT("since", since)), &failures);
    return rc < 0 ? rc : failures >= s->policy->code_attempts;
}

struct code_row {
    int64_t id, used_at, expires_at;
};

static int find_code(const struct service *s, int64_t address, struct slice code,
                     struct code_row *row, struct role *out)
{
    struct rows *r = sql_rows(
        s->tx, &code_find,
        BINDS(BIND_BLOB("digest", code_digest(s, slice_trim(code))), BIND_INT("address", address)));
    int rc = rows_next(s->tx, r);
    if (rc != 1)
        return rc;
    row->id = rows_int(r, 0);
    out->org = rows_int(r, 1);
    out->kind = (enum role_kind)rows_int(r, 2);
    row->used_at = rows_int(r, 3);
    row->expires_at = rows_int(r, 4);
    rows_close(s->tx, r);
    return 1;
}

/* The role that a used code of this phone gave: ROLE_CODE_HELD, else ROLE_CODE_WRONG. */
static int held_by(const struct service *s, int64_t address, struct role *out)
{
    int64_t id = 0;
    int rc = sql_int(
        s->tx, &code_role_held,
        BINDS(BIND_INT("address", address), BIND_INT("org", out->org), BIND_INT("kind", out->kind)),
        &id);
    if (rc == 1)
        rc = role_get(s, id, out);
    return rc < 0 ? rc : rc == 1 ? ROLE_CODE_HELD : ROLE_CODE_WRONG;
}

static int check_code(const struct service *s, int64_t address, struct slice code,
                      struct code_row *row, struct role *out)
{
    struct organization org;
    *out = (struct role){ 0 };
    int rc = is_locked(s, address);
    if (rc != 0)
        return rc < 0 ? rc : ROLE_CODE_LOCKED;
    rc = find_code(s, address, code, row, out);
    if (rc < 0)
        return rc;
    if (rc == 1 && row->used_at != 0)
        return held_by(s, address, out);
    if (rc == 0 || row->expires_at <= s->now)
        return wrong_code(s, address);
    rc = sql_run(s->tx, &code_bind, BINDS(BIND_INT("id", row->id), BIND_INT("address", address)));
    if (rc >= 0)
        rc = org_get(s, out->org, &org);
    if (rc < 0)
        return rc;
    out->org_shown = org.shown;
    out->org_kind = org.kind;
    return ROLE_CODE_GOOD;
}

int role_code_check(const struct service *s, int64_t address, struct slice code, struct role *out)
{
    struct code_row row;
    return check_code(s, address, code, &row, out);
}

int role_claim(const struct service *s, int64_t address, struct slice code, struct slice name,
               struct role *out)
{
    struct code_row row;
    int64_t id = 0;
    int rc = check_code(s, address, code, &row, out);
    if (rc != ROLE_CODE_GOOD)
        return rc;
    out->state = ROLE_ACTIVE;
    out->address = address;
    out->name = name;
    rc = role_put(s, out, 0, &id);
    if (rc == 0) /* was offered the same, or it sleeps: the code is the acceptance */
        rc = sql_run(s->tx, &code_accepts, BINDS(BIND_INT("id", id), BIND_INT("now", s->now)));
    if (rc >= 0)
        rc = sql_run(s->tx, &code_use, BINDS(BIND_INT("id", row.id), BIND_INT("now", s->now)));
    if (rc >= 0)
        rc = sql_run(s->tx, &failures_clear, BINDS(BIND_INT("address", address)));
    if (rc >= 0)
        rc = role_get(s, id, out);
    if (rc >= 0)
        rc = role_audit(s, address, out, "role.claim", id);
    return rc < 0 ? rc : ROLE_CODE_GOOD;
}
