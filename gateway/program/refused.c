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

/* Counted and logged; `task`: somebody has to call. */
static void note(struct gateway *g, const struct outbox_row *row, struct slice account,
                 struct slice reason, enum counter counter, const char *event, bool task)
{
    metrics_count(g->metrics, g->counters + counter, 0, 1);
    log_write(g->log, LOG_LEVEL_WARN, event, row->trace,
              LOG_FIELDS(LOG_ID("id", row->id), LOG_SLICE("account", account),
                         LOG_SLICE("reason", reason), LOG_INT("task", task)));
}

int number_told(struct gateway *g, const struct catalogue *c, struct tx *tx,
                const struct outbox_row *row, struct slice account, enum outbox_number number,
                struct slice reason, int64_t now, struct arena *a)
{
    const struct service s = installation_service(&g->in, tx, now, a);
    bool refuses = number == OUTBOX_NUMBER_REFUSES;
    const struct blacklisting b = { .address = row->address,
                                    .account = account,
                                    .reason = reason,
                                    .answer = row->priority <= OUTBOX_REPLY,
                                    .text = refuses ? text_of(c, row, a) : SLICE("") };
    int rc = refuses ? blacklist_note(&s, &b) : lost_number_note(&s, row->address);
    if (rc < 0)
        return rc;
    if (refuses)
        note(g, row, account, reason, COUNT_BLACKLISTED, "send.blacklisted", rc != BLACKLIST_NOTED);
    else
        note(g, row, account, reason, COUNT_NUMBERS_LOST, "send.number_lost",
             rc != LOST_NUMBER_NOTED);
    return GW_OK;
}
