/* What providers say of a number itself: that it refuses us, or is nobody's any more. */
#include "gateway/base/json.h"
#include "gateway/program/counters.h"
#include "gateway/program/gateway.h"
#include "handlers/blacklist.h"
#include "handlers/lost_number.h"

enum { PARAMS_MAX = 64 * 1024 };

/* What the message said, without its signature; empty when it cannot be rendered any more. */
static struct slice text_of(const struct catalogue *c, const struct outbox_row *row,
                            struct arena *a)
{
    struct fault fault = { 0 };
    struct slice text = { 0 };
    json_t *params = json_read(row->params, "outbox parameters", PARAMS_MAX, &fault);
    if (params == NULL || catalogue_render(c, arena_str(a, row->message), params, CHANNEL_SMS, NULL,
                                           false, a, &text) != GW_OK)
        text = SLICE("");
    json_decref(params);
    return text;
}

static int given_up(struct gateway *g, const struct service *s, const struct outbox_row *row,
                    struct slice account, struct slice reason)
{
    int rc = lost_number_note(s, row->address);
    if (rc < 0)
        return rc;
    metrics_count(g->metrics, g->counters + COUNT_NUMBERS_LOST, 0, 1);
    log_write(g->log, LOG_LEVEL_WARN, "send.number_lost", row->trace,
              LOG_FIELDS(LOG_ID("id", row->id), LOG_SLICE("account", account),
                         LOG_SLICE("reason", reason), LOG_INT("task", rc != LOST_NUMBER_NOTED)));
    return GW_OK;
}

int number_told(struct gateway *g, const struct catalogue *c, struct tx *tx,
                const struct outbox_row *row, struct slice account, enum outbox_number number,
                struct slice reason, int64_t now, struct arena *a)
{
    const struct service s = installation_service(&g->in, tx, now, a);
    if (number != OUTBOX_NUMBER_REFUSES)
        return given_up(g, &s, row, account, reason);
    const struct blacklisting b = { .address = row->address,
                                    .account = account,
                                    .reason = reason,
                                    .answer = row->priority <= OUTBOX_REPLY,
                                    .text = text_of(c, row, a) };
    int rc = blacklist_note(&s, &b);
    if (rc < 0)
        return rc;
    metrics_count(g->metrics, g->counters + COUNT_BLACKLISTED, 0, 1);
    log_write(g->log, LOG_LEVEL_WARN, "send.blacklisted", row->trace,
              LOG_FIELDS(LOG_ID("id", row->id), LOG_SLICE("account", account),
                         LOG_SLICE("reason", reason), LOG_INT("task", rc != BLACKLIST_NOTED)));
    return GW_OK;
}
