#include "handlers/followers.h"

#include "gateway/store/forget.h"
#include "gateway/store/sql.h"
#include "handlers/bindings.h"
#include "handlers/posters.h"

SQL(follower_other, "SELECT MIN(address) FROM volunteer_links WHERE volunteer = $volunteer "
                    "AND address <> $address HAVING COUNT(*) > 0");
SQL(follower_link_delete,
    "DELETE FROM volunteer_links WHERE address = $address AND volunteer = $volunteer");
SQL(follower_move, "UPDATE volunteers SET address = $other WHERE id = $volunteer "
                   "AND address = $address");

int follower_unlink(const struct service *s, int64_t volunteer, int64_t address)
{
    int64_t other = 0;
    int rc = sql_int(s->tx, &follower_other,
                     BINDS(BIND_INT("volunteer", volunteer), BIND_INT("address", address)), &other);
    if (rc <= 0)
        return rc;
    rc = sql_run(s->tx, &follower_link_delete,
                 BINDS(BIND_INT("address", address), BIND_INT("volunteer", volunteer)));
    if (rc >= 0)
        rc = sql_run(s->tx, &follower_move,
                     BINDS(BIND_INT("other", other), BIND_INT("volunteer", volunteer),
                           BIND_INT("address", address)));
    return rc < 0 ? rc : 1;
}

int follower_left(const struct service *s, int64_t address)
{
    struct volunteer *list;
    int n = volunteers_by_address(s, address, &list);
    int kept = 0;
    for (int i = 0; i < n; i++) {
        int rc = follower_unlink(s, list[i].id, address);
        if (rc < 0)
            return rc;
        kept += rc == 0;
    }
    if (n < 0 || kept > 0)
        return n < 0 ? n : FOLLOWER_KEPT;
    int rc = bind_forget(s, address);
    if (rc >= 0)
        rc = poster_forget(s, address);
    if (rc >= 0)
        rc = forget_address(s->tx, address);
    if (rc < 0)
        return rc;
    return n > 0 ? FOLLOWER_UNLINKED : FOLLOWER_FORGOTTEN;
}
