#include "gateway/store/notices.h"

#include "gateway/store/sql.h"

/* More than anybody agrees to; keeps a looping page from counting on. */
enum { MOST = 100 };

SQL(notice_more, "INSERT INTO notice_consents (address, template, remaining, changed_at) "
                 "VALUES ($address, $template, 1, $now) ON CONFLICT (address, template) DO UPDATE "
                 "SET remaining = CASE WHEN notice_consents.remaining < CAST($most AS BIGINT) THEN "
                 "notice_consents.remaining + 1 ELSE notice_consents.remaining END, "
                 "changed_at = excluded.changed_at");
SQL(notice_none, "UPDATE notice_consents SET remaining = 0, changed_at = $now "
                 "WHERE address = $address AND template = $template");
SQL(notice_use, "UPDATE notice_consents SET remaining = remaining - 1, changed_at = $now "
                "WHERE address = $address AND template = $template AND remaining > 0");
SQL(notice_count,
    "SELECT remaining FROM notice_consents WHERE address = $address AND template = $template");

int notice_agree(struct tx *tx, int64_t address, struct slice template, int64_t now)
{
    int rc = sql_run(tx, &notice_more,
                     BINDS(BIND_INT("address", address), BIND_TEXT("template", template),
                           BIND_INT("now", now), BIND_INT("most", MOST)));
    return rc < 0 ? rc : GW_OK;
}

int notice_refuse(struct tx *tx, int64_t address, struct slice template, int64_t now)
{
    int rc = sql_run(
        tx, &notice_none,
        BINDS(BIND_INT("address", address), BIND_TEXT("template", template), BIND_INT("now", now)));
    return rc < 0 ? rc : GW_OK;
}

int notice_take(struct tx *tx, int64_t address, struct slice template, int64_t now)
{
    return sql_run(
        tx, &notice_use,
        BINDS(BIND_INT("address", address), BIND_TEXT("template", template), BIND_INT("now", now)));
}

int notice_left(struct tx *tx, int64_t address, struct slice template)
{
    int64_t left = 0;
    int rc = sql_int(tx, &notice_count,
                     BINDS(BIND_INT("address", address), BIND_TEXT("template", template)), &left);
    return rc < 0 ? rc : (int)left;
}
