#include "tests/conversations/support/world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/embed.h"
#include "gateway/base/json.h"
#include "gateway/base/segments.h"
#include "gateway/store/inbox.h"
#include "gateway/store/people.h"
#include "gateway/store/timers.h"
#include "gateway/store/sql.h"
#include "handlers/broadcasts.h"
#include "handlers/policy.h"

static const char signature[] = "思茅志愿";

static const struct embedded_file *const tables[] = { gw_store_files, handlers_files, NULL };

struct world *world_open(struct catalogue *catalogue)
{
    struct world *w = mem_alloc(sizeof *w);
    struct fault fault = { 0 };
    if (catalogue != NULL)
        w->catalogue = catalogue_hold(catalogue);
    else if (catalogue_load(NULL, SUPPORT_ZONE, &w->catalogue, &fault) < 0)
        fail_msg("the catalogue does not load: %s", fault.text);
    w->support = support_store(tables);
    w->policy = policy_default();
    w->now = SUPPORT_NOW;
    w->terms = (struct account_terms){ .signature = signature, .price = 5, .signed_pushes = true };
    world_speaker(w, CHANNEL_SMS, "13800000001");
    return w;
}

void world_close(struct world *w)
{
    for (int i = 0; i < w->shown_count; i++)
        free(w->shown[i].text);
    turn_free(&w->turn);
    support_free(w->support);
    catalogue_release(w->catalogue);
    policy_free(w->policy);
    json_decref(w->policy_changes);
    json_decref(w->templates);
    arena_free(&w->arena);
    free(w);
}

void world_restart(struct world *w)
{
    support_reopen(w->support);
}

void world_speaker(struct world *w, enum text_channel channel, const char *sender)
{
    bool sms = channel == CHANNEL_SMS;
    w->channel = channel;
    snprintf(w->realm, sizeof w->realm, "%s", sms ? "sms" : "wechat/demo");
    snprintf(w->account, sizeof w->account, "%s", sms ? "sms/demo" : "wechat/demo");
    snprintf(w->sender, sizeof w->sender, "%s", sender);
}

static int explain(struct world *w, const char *what, int rc)
{
    struct tx *tx = w->support->tx;
    snprintf(w->error, sizeof w->error, "%s: %s (%s)", what, gw_error_text(rc),
             tx != NULL && tx_error(tx) != 0 ? tx_error_text(tx) : "no store error");
    return rc;
}

int world_transact(struct world *w,
                   int (*run)(struct world *w, const struct service *s, void *context),
                   void *context)
{
    struct tx *tx = support_begin(w->support);
    const struct service s = {
        .tx = tx,
        .now = w->now,
        .zone = SUPPORT_ZONE,
        .ids = &w->support->ids,
        .vault = w->support->vault,
        .policy = w->policy,
        .arena = &w->arena,
        .trace = arena_printf(&w->arena, "test-%d", ++w->traces),
        .terms = &w->terms,
    };
    int rc = run(w, &s, context);
    if (rc < 0) {
        explain(w, "a transaction failed", rc);
        support_rollback(w->support);
    } else {
        support_commit(w->support);
    }
    return rc;
}

/* timers */

static const struct timer_handler *find_timer(struct slice kind)
{
    for (const struct timer_handler *t = handler_timers; t->kind != NULL; t++)
        if (slice_eq(slice_of(t->kind), kind))
            return t;
    return NULL;
}

/* Runs the first timer due by *context: 1, or 0 when there is none. */
static int run_timer(struct world *w, const struct service *s, void *context)
{
    const int64_t *until = context;
    struct timer_row *rows = NULL;
    int n = timers_due(s->tx, *until, 1, s->arena, &rows);
    if (n <= 0)
        return n;
    struct service at = *s;
    at.now = rows[0].due > w->now ? rows[0].due : w->now;
    w->now = at.now;
    const struct timer_handler *handler = find_timer(rows[0].kind);
    int rc = timers_take(s->tx, &rows[0]);
    if (rc > 0 && handler == NULL)
        return GW_ENOTFOUND;
    if (rc > 0)
        rc = handler->run(&at, rows[0].subject);
    return rc < 0 ? rc : 1;
}

int world_move_clock(struct world *w, int64_t now)
{
    int rc = 1;
    for (int i = 0; rc > 0; i++) {
        rc = world_transact(w, run_timer, &now);
        if (i > 10000)
            return GW_EDATA;
    }
    if (rc == 0)
        w->now = now;
    return rc;
}

/* turns */

struct saying {
    struct slice text, event;
    json_t *slots;
    int64_t tap;
    int (*turn)(const struct catalogue *, const struct service *, const struct turn_input *,
                struct turn *);
};

static int keep(struct world *w, const struct service *s, const struct saying *in,
                const struct address *address, struct slice key)
{
    const struct inbox_row row = {
        .id = ids_next(s->ids),
        .account = slice_of(w->account),
        .key = key,
        .address = address->id,
        .received_at = s->now,
        .trace = s->trace,
        .text = w->turn.forget_text ? SLICE("") : in->text,
        .reply = turn_replies_json(&w->turn, s->arena),
    };
    int64_t first;
    int rc = inbox_claim(s->tx, row.account, row.key, row.id, s->now, &first);
    return rc < 0 ? rc : inbox_put(s->tx, s->vault, &row, s->arena);
}

static int run_turn(struct world *w, const struct service *s, void *context)
{
    const struct saying *in = context;
    struct address address;
    int rc = people_address(s->tx, s->vault, s->ids, slice_of(w->realm), slice_of(w->sender),
                            slice_of(w->account), s->now, s->arena, &address);
    if (rc < 0)
        return rc;
    const struct turn_input input = {
        .address = &address,
        .event = in->event,
        .event_slots = in->slots,
        .channel = w->channel,
        .tap = in->tap,
        .reading = in->text.n > 0 ? understand_read(catalogue_understander(w->catalogue), in->text,
                                                    w->channel, s->now, s->arena)
                                  : NULL,
    };
    rc = in->turn(w->catalogue, s, &input, &w->turn);
    return rc < 0 ? rc : keep(w, s, in, &address, arena_printf(s->arena, "t%d", ++w->keys));
}

/* What the person sees stays there to be tapped. */
static void note_shown(struct world *w)
{
    struct slice text;
    if (w->channel == CHANNEL_SMS || w->turn.reply_count == 0 ||
        world_reply_text(w, false, &text) < 0)
        return;
    if (w->shown_count == WORLD_SHOWN_MAX) {
        free(w->shown[0].text);
        memmove(w->shown, w->shown + 1, (WORLD_SHOWN_MAX - 1) * sizeof *w->shown);
        w->shown_count--;
    }
    w->shown[w->shown_count].menu = json_int(w->turn.replies[0].params, "_menu", 0);
    w->shown[w->shown_count++].text = mem_dup(text);
}

static int say(struct world *w, struct saying in)
{
    turn_free(&w->turn);
    arena_reset(&w->arena);
    int rc = world_transact(w, run_turn, &in);
    if (rc >= 0)
        note_shown(w);
    if (rc >= 0)
        return rc;
    char why[2 * WORLD_ERROR_MAX];
    snprintf(why, sizeof why, "%s; %s", w->error, w->turn.why.text);
    turn_free(&w->turn);
    in.turn = conversation_apology;
    int apology = world_transact(w, run_turn, &in);
    if (apology >= 0)
        snprintf(w->error, sizeof w->error, "%.*s", WORLD_ERROR_MAX - 1, why);
    return rc;
}

int world_say(struct world *w, struct slice text, struct slice event)
{
    const struct saying in = { .text = text, .event = event, .turn = conversation_turn };
    return say(w, in);
}

int world_tap(struct world *w, int back, struct slice text)
{
    char choice[400];
    int at = w->shown_count - 1 - back;
    snprintf(choice, sizeof choice, "〔%.*s〕", SLICE_ARG(text));
    if (at < 0 || strstr(w->shown[at].text, choice) == NULL)
        return GW_ENOTFOUND;
    const struct saying in = { .text = text, .tap = w->shown[at].menu, .turn = conversation_turn };
    return say(w, in);
}

int world_event(struct world *w, struct slice event, json_t *slots)
{
    const struct saying in = { .event = event, .slots = slots, .turn = conversation_turn };
    return say(w, in);
}

/* messages of our own */

struct looking {
    const char *recipient;
    struct outbox_row *out;
};

static bool was_seen(const struct world *w, int64_t id)
{
    for (int i = 0; i < w->seen_count; i++)
        if (w->seen[i] == id)
            return true;
    return false;
}

static int look(struct world *w, const struct service *s, void *context)
{
    const struct looking *in = context;
    bool phone = in->recipient[0] == '1' && strlen(in->recipient) == 11;
    struct address address;
    struct outbox_row *rows = NULL;
    int rc =
        people_address(s->tx, s->vault, s->ids, phone ? SLICE("sms") : SLICE("wechat/demo"),
                       slice_of(in->recipient), phone ? SLICE("sms/demo") : SLICE("wechat/demo"),
                       s->now, s->arena, &address);
    int64_t after = 0;
    while (rc >= 0) {
        int n = outbox_to(s->tx, s->vault, address.id, after, s->arena, &rows);
        if (n <= 0)
            return n;
        for (int i = 0; i < n; i++) {
            after = rows[i].id;
            if (rows[i].not_before > w->now || was_seen(w, rows[i].id))
                continue;
            if (w->seen_count < WORLD_SEEN_MAX)
                w->seen[w->seen_count++] = rows[i].id;
            *in->out = rows[i];
            return 1;
        }
    }
    return rc;
}

int world_next_notice(struct world *w, const char *recipient, struct outbox_row *out)
{
    struct looking in = { recipient, out };
    return world_transact(w, look, &in);
}

/* sending */

struct delivering {
    int failed, unreported;
};

static int reported(const struct service *s, const struct outbox_row *row, bool delivered)
{
    const struct outbox_report r = { .realm = row->realm,
                                     .id = row->id,
                                     .final = true,
                                     .delivered = delivered,
                                     .reason = SLICE("test") };
    return outbox_report(s->tx, &r, s->now);
}

static int report(const struct service *s, const struct outbox_row *row, struct delivering *d)
{
    if (row->origin != 0 && d->failed > 0) {
        d->failed--;
        return reported(s, row, false);
    }
    if (row->origin != 0 && d->unreported > 0) {
        d->unreported--;
        return 0;
    }
    return reported(s, row, true);
}

static int send_row(struct world *w, const struct service *s, const struct outbox_row *row,
                    struct delivering *d)
{
    enum { OWNER = 9, SECONDS = 60 };
    struct broadcast_admission may;
    struct slice text;
    int rc = broadcast_admit(s, row, &may);
    if (rc < 0)
        return rc;
    if (may.verdict != BROADCAST_SEND)
        return outbox_outcome(s->tx, row->id, OWNER, row->attempt,
                              may.verdict == BROADCAST_LATER ? OUTBOX_LATER : OUTBOX_NEEDLESS,
                              SLICE(""), slice_of(may.reason), may.at, s->now);
    rc = world_message_text(w, CHANNEL_SMS, row->message, row->params, true, &text);
    if (rc >= 0)
        rc = outbox_sending(s->tx, row->id, OWNER, row->attempt, s->now, SECONDS,
                            segments_mainland(text), segments_mainland(text) * w->terms.price);
    if (rc >= 0)
        rc = outbox_outcome(s->tx, row->id, OWNER, row->attempt, OUTBOX_OK, SLICE(""), SLICE(""), 0,
                            s->now);
    return rc < 0 ? rc : report(s, row, d);
}

static int deliver(struct world *w, const struct service *s, void *context)
{
    enum { ROWS = 1000 };
    struct delivering *d = context;
    struct slice *lanes = NULL;
    int n = outbox_lanes(s->tx, s->arena, &lanes), sent = 0;
    for (int i = 0; i < n; i++) {
        const struct outbox_lease lease = {
            .owner = 9, .lane = lanes[i], .seconds = 60, .urgent = ROWS, .other = ROWS
        };
        struct outbox_row *rows = NULL;
        int count = outbox_lease(s->tx, s->vault, &lease, s->now, s->arena, &rows);
        for (int k = 0; k < count; k++) {
            int rc = send_row(w, s, &rows[k], d);
            if (rc < 0)
                return rc;
            sent++;
        }
        if (count < 0)
            return count;
    }
    return n < 0 ? n : sent;
}

int world_deliver(struct world *w, int failed, int unreported)
{
    struct delivering d = { failed, unreported };
    return world_transact(w, deliver, &d);
}

SQL(world_waiting_phones, "SELECT id, recipient FROM outbox WHERE message = $message "
                          "AND state IN (3, 4) ORDER BY id");

struct phoning {
    const char *message;
    char *phone;
};

static int next_phone(struct world *w, const struct service *s, void *context)
{
    struct phoning *p = context;
    int rc;
    struct rows *r = sql_rows(s->tx, &world_waiting_phones, BINDS(BIND_STR("message", p->message)));
    while ((rc = rows_next(s->tx, r)) == 1) {
        if (was_seen(w, rows_int(r, 0)) || w->seen_count == WORLD_SEEN_MAX)
            continue;
        w->seen[w->seen_count++] = rows_int(r, 0);
        snprintf(p->phone, 12, "%.*s", SLICE_ARG(rows_text(r, 1)));
        rows_close(s->tx, r);
        return 1;
    }
    return rc;
}

int world_next_phone(struct world *w, const char *message, char phone[12])
{
    struct phoning p = { message, phone };
    return world_transact(w, next_phone, &p);
}

/* texts */

static struct slice add_ids(struct world *w, struct slice ids, json_t *list)
{
    size_t i;
    json_t *one;
    json_array_foreach(list, i, one) ids = arena_printf(
        &w->arena, "%.*s%s%s", SLICE_ARG(ids), ids.n > 0 ? "+" : "", json_text(one, "id", ""));
    return ids;
}

struct slice world_reply_ids(struct world *w)
{
    struct slice ids = SLICE("");
    for (int i = 0; i < w->turn.reply_count; i++) {
        const struct turn_reply *reply = &w->turn.replies[i];
        ids = add_ids(w, ids, json_object_get(reply->params, "_front"));
        ids = arena_printf(&w->arena, "%.*s%s%s", SLICE_ARG(ids), ids.n > 0 ? "+" : "", reply->id);
        ids = add_ids(w, ids, json_object_get(reply->params, "_behind"));
    }
    return ids;
}

int world_reply_text(struct world *w, bool signed_text, struct slice *out)
{
    int rc =
        catalogue_render_replies(w->catalogue, turn_replies_json(&w->turn, &w->arena), w->channel,
                                 signed_text ? signature : NULL, false, &w->arena, out);
    return rc < 0 ? explain(w, "the reply cannot be rendered", rc) : rc;
}

int world_message_text(struct world *w, enum text_channel channel, struct slice id,
                       struct slice params, bool signed_text, struct slice *out)
{
    struct fault fault = { 0 };
    json_t *values = json_read(params, "params", 65536, &fault);
    int rc = catalogue_render(w->catalogue, arena_str(&w->arena, id), values, channel,
                              signed_text ? signature : NULL, false, &w->arena, out);
    json_decref(values);
    return rc < 0 ? explain(w, "the message cannot be rendered", rc) : rc;
}
