#include "gateway/store/people.h"

#include "gateway/store/sealed.h"

static const char session_column[] = "sessions.session";
static const char params_column[] = "prompts.params";

/* Both look-ups give the same columns, in the order that `fill` reads. */
#define ADDRESS_COLUMNS                                                                            \
    "a.id, a.realm, a.sender, a.conversation, a.account, s.session, s.stored_at, a.unreachable_at"

SQL(people_find, "SELECT " ADDRESS_COLUMNS " FROM addresses a LEFT JOIN sessions s "
                 "ON s.conversation = a.conversation "
                 "WHERE a.realm = $realm AND a.sender = $sender");
SQL(people_find_id, "SELECT " ADDRESS_COLUMNS " FROM addresses a LEFT JOIN sessions s "
                    "ON s.conversation = a.conversation WHERE a.id = $id");
SQL(people_insert, "INSERT INTO addresses (id, realm, sender, conversation, account, created_at) "
                   "VALUES ($id, $realm, $sender, $id, $account, $now) "
                   "ON CONFLICT (realm, sender) DO NOTHING");
SQL(people_wrote, "UPDATE addresses SET account = $account, unreachable_at = 0, "
                  "unreachable_reason = '' WHERE id = $id");

/* Reads the row that `rows` stands on. 0 or GW_ECRYPTO. */
static int fill(const struct rows *rows, const struct vault *v, struct arena *a,
                struct address *out)
{
    *out = (struct address){
        .id = rows_int(rows, 0),
        .realm = arena_dup(a, rows_text(rows, 1)),
        .sender = arena_dup(a, rows_text(rows, 2)),
        .conversation = rows_int(rows, 3),
        .account = arena_dup(a, rows_text(rows, 4)),
        .session_at = rows_int(rows, 6),
        .unreachable_at = rows_int(rows, 7),
    };
    return sealed_open(v, session_column, out->conversation, rows_blob(rows, 5), a, &out->session);
}

/* 1 with `*out` filled, 0 when there is no such address, or GW_E*. */
static int look_up(struct tx *tx, struct rows *rows, const struct vault *v, struct arena *a,
                   struct address *out)
{
    int rc = rows_next(tx, rows);
    if (rc != 1)
        return rc;
    rc = fill(rows, v, a, out);
    rows_close(tx, rows);
    return rc == 0 ? 1 : rc;
}

static int find(struct tx *tx, const struct vault *v, struct slice realm, struct slice sender,
                struct arena *a, struct address *out)
{
    struct rows *rows =
        sql_rows(tx, &people_find, BINDS(BIND_TEXT("realm", realm), BIND_TEXT("sender", sender)));
    return look_up(tx, rows, v, a, out);
}

/* Whoever else writes for this person waits here: a statement after it sees what they wrote. The
 * lock is the row of the conversation's first address, which all addresses of a person name. */
SQL(people_lock, "SELECT conversation FROM addresses WHERE id = $id /*pg: FOR UPDATE*/");

/* 0 or GW_E*. Nothing where there is only one writer. */
static int lock_person(struct tx *tx, const struct vault *v, struct slice realm,
                       struct slice sender, struct arena *a, struct address *out)
{
    int64_t locked = 0;
    while (tx_shared(tx) && locked != out->conversation) {
        int64_t conversation = 0;
        locked = out->conversation;
        int rc = sql_int(tx, &people_lock, BINDS(BIND_INT("id", locked)), &conversation);
        if (rc >= 0)
            rc = find(tx, v, realm, sender, a, out);
        if (rc <= 0)
            return rc == 0 ? GW_EDATA : rc;
    }
    return 0;
}

int people_address(struct tx *tx, const struct vault *v, struct ids *ids, struct slice realm,
                   struct slice sender, struct slice account, int64_t now, struct arena *a,
                   struct address *out)
{
    int rc = find(tx, v, realm, sender, a, out);
    if (rc == 0) {
        rc = sql_run(tx, &people_insert,
                     BINDS(BIND_INT("id", ids_next(ids)), BIND_TEXT("realm", realm),
                           BIND_TEXT("sender", sender), BIND_TEXT("account", account),
                           BIND_INT("now", now)));
        if (rc >= 0)
            rc = find(tx, v, realm, sender, a, out);
        if (rc == 0)
            return GW_EDATA;
    }
    if (rc < 0 || account.n == 0)
        return rc < 0 ? rc : 0;
    rc = lock_person(tx, v, realm, sender, a, out);
    if (rc < 0)
        return rc;
    if (slice_eq(out->account, account) && out->unreachable_at == 0)
        return 0;
    rc = sql_run(tx, &people_wrote, BINDS(BIND_TEXT("account", account), BIND_INT("id", out->id)));
    out->account = arena_dup(a, account);
    out->unreachable_at = 0;
    return rc < 0 ? rc : 0;
}

SQL(people_mark_unreachable,
    "UPDATE addresses SET unreachable_at = $now, unreachable_reason = $reason "
    "WHERE id = $id AND unreachable_at = 0");

int people_unreachable(struct tx *tx, int64_t id, struct slice reason, int64_t now)
{
    return sql_run(tx, &people_mark_unreachable,
                   BINDS(BIND_INT("now", now), BIND_TEXT("reason", reason), BIND_INT("id", id)));
}

int people_by_id(struct tx *tx, const struct vault *v, int64_t id, struct arena *a,
                 struct address *out)
{
    struct rows *rows = sql_rows(tx, &people_find_id, BINDS(BIND_INT("id", id)));
    return look_up(tx, rows, v, a, out);
}

SQL(people_put_session, "INSERT INTO sessions (conversation, stored_at, session, asked_at) "
                        "VALUES ($conversation, $now, $session, $asked_at) "
                        "ON CONFLICT (conversation) DO UPDATE SET stored_at = excluded.stored_at, "
                        "session = excluded.session, asked_at = excluded.asked_at");

int people_save_session(struct tx *tx, const struct vault *v, int64_t conversation,
                        struct slice session, int64_t asked_at, int64_t now, struct arena *a)
{
    struct slice sealed = sealed_column(v, session_column, conversation, session, a);
    int rc = sql_run(tx, &people_put_session,
                     BINDS(BIND_INT("conversation", conversation), BIND_INT("now", now),
                           BIND_BLOB("session", sealed), BIND_INT("asked_at", asked_at)));
    return rc < 0 ? rc : 0;
}

SQL(people_last_asked, "SELECT MAX(q.asked_at) FROM (SELECT s.asked_at FROM addresses a "
                       "JOIN sessions s ON s.conversation = a.conversation WHERE a.id = $address "
                       "UNION ALL SELECT p.asked_at FROM addresses a "
                       "JOIN prompts p ON p.conversation = a.conversation WHERE a.id = $address "
                       "AND p.asked_at <= $now AND p.valid_until > $now AND NOT EXISTS "
                       "(SELECT 1 FROM outbox o WHERE o.id = p.id AND o.state IN (0, 1))) AS q");

int people_asked_at(struct tx *tx, int64_t address, int64_t now, int64_t *at)
{
    *at = 0;
    int rc = sql_int(tx, &people_last_asked,
                     BINDS(BIND_INT("address", address), BIND_INT("now", now)), at);
    return rc < 0 ? rc : *at > 0;
}

SQL(people_delete_session, "DELETE FROM sessions WHERE conversation = $conversation");

int people_drop_session(struct tx *tx, int64_t conversation)
{
    int rc = sql_run(tx, &people_delete_session, BINDS(BIND_INT("conversation", conversation)));
    return rc < 0 ? rc : 0;
}

SQL(people_conversation_of, "SELECT conversation FROM addresses WHERE id = $id");
SQL(people_set_conversation, "UPDATE addresses SET conversation = $conversation WHERE id = $id");
SQL(people_move_prompts, "UPDATE prompts SET conversation = $to WHERE conversation = $from");
SQL(people_members, "SELECT COUNT(*) FROM addresses WHERE conversation = $conversation");

int people_join(struct tx *tx, int64_t address, int64_t conversation)
{
    int64_t before = 0;
    int64_t members = 0;
    int rc = sql_int(tx, &people_conversation_of, BINDS(BIND_INT("id", address)), &before);
    if (rc != 1)
        return rc == 0 ? GW_ENOTFOUND : rc;
    if (before == conversation)
        return 0;
    rc = sql_run(tx, &people_set_conversation,
                 BINDS(BIND_INT("conversation", conversation), BIND_INT("id", address)));
    if (rc >= 0)
        rc = sql_int(tx, &people_members, BINDS(BIND_INT("conversation", before)), &members);
    if (rc < 0 || members > 0)
        return rc < 0 ? rc : 0;
    rc = sql_run(tx, &people_move_prompts,
                 BINDS(BIND_INT("to", conversation), BIND_INT("from", before)));
    return rc < 0 ? rc : people_drop_session(tx, before);
}

SQL(people_insert_prompt,
    "INSERT INTO prompts (id, conversation, message, params, asked_at, valid_until) "
    "VALUES ($id, $conversation, $message, $params, $asked_at, $until)");

int people_prompt(struct tx *tx, const struct vault *v, const struct prompt *p, struct arena *a)
{
    struct slice params = sealed_column(v, params_column, p->id, p->params, a);
    int rc = sql_run(tx, &people_insert_prompt,
                     BINDS(BIND_INT("id", p->id), BIND_INT("conversation", p->conversation),
                           BIND_TEXT("message", p->message), BIND_BLOB("params", params),
                           BIND_INT("asked_at", p->asked_at), BIND_INT("until", p->until)));
    return rc < 0 ? rc : 0;
}

SQL(people_prompts, "SELECT id, message, params, asked_at, valid_until FROM prompts "
                    "WHERE conversation = $conversation AND asked_at <= $now ORDER BY id");
SQL(people_delete_prompts, "DELETE FROM prompts WHERE conversation = $conversation "
                           "AND asked_at <= $now");

int people_take_prompts(struct tx *tx, const struct vault *v, int64_t conversation, int64_t now,
                        struct arena *a, struct prompt **out)
{
    struct rows *rows = sql_rows(
        tx, &people_prompts, BINDS(BIND_INT("conversation", conversation), BIND_INT("now", now)));
    size_t n = 0;
    size_t room = 0;
    int rc;
    *out = NULL;
    while ((rc = rows_next(tx, rows)) == 1) {
        if (n == room) {
            room = room == 0 ? 4 : room * 2;
            struct prompt *bigger = arena_alloc(a, room * sizeof(*bigger));
            for (size_t i = 0; i < n; i++)
                bigger[i] = (*out)[i];
            *out = bigger;
        }
        struct prompt *p = &(*out)[n];
        *p = (struct prompt){
            .id = rows_int(rows, 0),
            .conversation = conversation,
            .message = arena_dup(a, rows_text(rows, 1)),
            .asked_at = rows_int(rows, 3),
            .until = rows_int(rows, 4),
        };
        rc = sealed_open(v, params_column, p->id, rows_blob(rows, 2), a, &p->params);
        if (rc != 0)
            break;
        n++;
    }
    rows_close(tx, rows);
    if (rc < 0 || n == 0)
        return rc;
    rc = sql_run(tx, &people_delete_prompts,
                 BINDS(BIND_INT("conversation", conversation), BIND_INT("now", now)));
    return rc < 0 ? rc : (int)n;
}

SQL(people_others, "SELECT b.id FROM addresses a JOIN addresses b "
                   "ON b.conversation = a.conversation WHERE a.id = $address AND b.id <> a.id "
                   "ORDER BY b.id LIMIT 15");

int people_channels(struct tx *tx, int64_t address, struct arena *a, int64_t **out)
{
    enum { CHANNELS_MAX = 16 }; /* one more than the statement gives */
    int64_t *ids = arena_alloc(a, CHANNELS_MAX * sizeof *ids);
    int n = 0;
    ids[n++] = address;
    struct rows *rows = sql_rows(tx, &people_others, BINDS(BIND_INT("address", address)));
    int rc;
    while ((rc = rows_next(tx, rows)) == 1)
        if (n < CHANNELS_MAX)
            ids[n++] = rows_int(rows, 0);
    *out = ids;
    return rc < 0 ? rc : n;
}

SQL(people_purge_prompts, "DELETE FROM prompts WHERE id IN (SELECT id FROM prompts "
                          "WHERE valid_until < $before LIMIT CAST($limit AS BIGINT))");
SQL(people_purge_place, "SELECT value FROM counters WHERE name = 'sessions_purged_to'");
SQL(people_purge_keep_place, "INSERT INTO counters (name, value) "
                             "VALUES ('sessions_purged_to', $place) "
                             "ON CONFLICT (name) DO UPDATE SET value = excluded.value");
SQL(people_purge_slice, "SELECT MAX(conversation) FROM (SELECT conversation FROM sessions "
                        "WHERE conversation > $after ORDER BY conversation "
                        "LIMIT CAST($limit AS BIGINT)) AS slice");
SQL(people_purge_old, "DELETE FROM sessions WHERE conversation > $after "
                      "AND conversation <= $last AND stored_at < $before");

/* Deletes the old ones of the next `limit` sessions: a walk over all instead of an index on a time
 * that every message changes. 1, 0 behind the last one, or GW_E*. */
static int purge_slice(struct tx *tx, int64_t before, int limit)
{
    int64_t after = 0;
    int64_t last = 0;
    int rc = sql_int(tx, &people_purge_place, NO_BINDS, &after);
    if (rc >= 0)
        rc = sql_int(tx, &people_purge_slice,
                     BINDS(BIND_INT("after", after), BIND_INT("limit", limit)), &last);
    if (rc >= 0 && last != after) /* 0 behind the last one: begin anew */
        rc = sql_run(tx, &people_purge_keep_place, BINDS(BIND_INT("place", last)));
    if (rc < 0 || last == 0)
        return rc < 0 ? rc : 0;
    rc = sql_run(
        tx, &people_purge_old,
        BINDS(BIND_INT("after", after), BIND_INT("last", last), BIND_INT("before", before)));
    return rc < 0 ? rc : 1;
}

int people_purge_sessions(struct tx *tx, int64_t before, int limit)
{
    int prompts = sql_run(tx, &people_purge_prompts,
                          BINDS(BIND_INT("before", before), BIND_INT("limit", limit)));
    if (prompts < 0)
        return prompts;
    int more = purge_slice(tx, before, limit);
    return more < 0 ? more : more == 1 || prompts == limit;
}

SQL(people_other_id, "SELECT b.id FROM addresses a JOIN addresses b "
                     "ON b.conversation = a.conversation WHERE a.id = $id AND b.realm = $realm "
                     "AND b.id <> a.id ORDER BY b.id LIMIT 1");

int people_other(struct tx *tx, const struct vault *v, int64_t id, struct slice realm,
                 struct arena *a, struct address *out)
{
    int64_t other = 0;
    int rc =
        sql_int(tx, &people_other_id, BINDS(BIND_INT("id", id), BIND_TEXT("realm", realm)), &other);
    return rc <= 0 ? rc : people_by_id(tx, v, other, a, out);
}
