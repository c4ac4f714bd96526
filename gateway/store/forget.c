#include "gateway/store/forget.h"

#include "gateway/store/sql.h"

/* The index of the inbox is by eighths of the addresses (0001_platform.sql). */
SQL(forget_inbox,
    "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE address / 4194304 % 8 = "
    "CAST($address AS BIGINT) / 4194304 % 8 AND +address = $address)");
SQL(forget_outbox,
    "DELETE FROM outbox WHERE address = $address AND origin = 0 AND state NOT IN (1, 2)");
SQL(forget_media, "DELETE FROM media WHERE address = $address");
SQL(forget_grants, "DELETE FROM reply_grants WHERE address = $address");
SQL(forget_consents, "DELETE FROM notice_consents WHERE address = $address");
SQL(forget_session,
    "DELETE FROM sessions WHERE conversation IN (SELECT a.conversation FROM addresses a "
    "WHERE a.id = $address AND NOT EXISTS (SELECT 1 FROM addresses b "
    "WHERE b.conversation = a.conversation AND b.id <> a.id))");
SQL(forget_prompts,
    "DELETE FROM prompts WHERE conversation IN (SELECT a.conversation FROM addresses a "
    "WHERE a.id = $address AND NOT EXISTS (SELECT 1 FROM addresses b "
    "WHERE b.conversation = a.conversation AND b.id <> a.id))");
SQL(forget_sender, "UPDATE addresses SET sender = 'gone:' || CAST(id AS TEXT), conversation = id, "
                   "account = '' WHERE id = $address");

int forget_address(struct tx *tx, int64_t id)
{
    static const struct sql *const statements[] = {
        &forget_inbox,    &forget_outbox,  &forget_media,   &forget_grants,
        &forget_consents, &forget_session, &forget_prompts, &forget_sender,
    };
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        int rc = sql_run(tx, statements[i], BINDS(BIND_INT("address", id)));
        if (rc < 0)
            return rc;
    }
    return GW_OK;
}
