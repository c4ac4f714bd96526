#include "gateway/program/message.h"

#include "gateway/base/json.h"
#include "gateway/base/utf8.h"
#include "gateway/program/loops.h"
#include "gateway/store/grants.h"
#include "gateway/store/media.h"
#include "gateway/store/outbox.h"
#include "gateway/store/parts.h"
#include "gateway/store/people.h"

enum {
    REPLIES_MAX = 64 * 1024, /* bytes of stored replies */
    APART_S = 2,  /* from one text of a reply to the next, so that they arrive in their order */
    BEHIND_S = 1, /* for the answer in a response to arrive before what is sent behind it */
    REPLY_USEFUL_S = 3600,   /* an answer older than an hour confuses more than it helps */
    MEDIA_KEPT_S = 3 * 86400 /* WeChat throws them away then (wechat.md 2.2) */
};

/* Claims the key and finds the address: 1 new, 0 duplicate (out is filled), or GW_E*. */
static int claim(const struct service *s, const struct message_input *in,
                 struct message_result *out)
{
    int64_t first = 0;
    *out = (struct message_result){ 0 };
    out->inbox_id = ids_next(s->ids);
    int rc = inbox_claim(s->tx, in->account, in->key, out->inbox_id, s->now, &first);
    if (rc < 0)
        return rc;
    if (rc == 0) {
        out->duplicate = true;
        out->inbox_id = first;
        rc = inbox_reply(s->tx, s->vault, first, s->arena, &out->replies, &out->received_at);
        return rc < 0 ? rc : 0;
    }
    out->received_at = s->now;
    rc = people_address(s->tx, s->vault, s->ids, in->realm, in->sender, in->account, s->now,
                        s->arena, &out->address);
    return rc < 0 ? rc : 1;
}

/* What a photo shows may matter later: it is remembered until it is fetched. */
static int keep_media(const struct service *s, const struct message_input *in,
                      const struct message_result *out)
{
    const struct media_row row = { .id = ids_next(s->ids),
                                   .account = in->account,
                                   .address = out->address.id,
                                   .inbox = out->inbox_id,
                                   .kind = in->media_kind,
                                   .media = in->media,
                                   .wanted_until = s->now + MEDIA_KEPT_S };
    return media_put(s->tx, &row, s->now);
}

static int keep(const struct catalogue *c, const struct service *s, const struct message_input *in,
                struct message_result *out)
{
    out->replies = turn_replies_json(&out->turn, s->arena);
    if (in->apart) {
        int split = catalogue_replies_apart(c, out->replies, in->channel, s->arena, &out->replies);
        if (split < 0)
            return split;
    }
    const struct inbox_row row = {
        .id = out->inbox_id,
        .account = in->account,
        .key = in->key,
        .address = out->address.id,
        .received_at = s->now,
        .trace = s->trace,
        .text = out->turn.forget_text ? SLICE("") : in->text,
        .reply = out->replies,
    };
    int rc = inbox_put(s->tx, s->vault, &row, s->arena);
    if (rc >= 0 && in->media.n > 0)
        rc = keep_media(s, in, out);
    if (rc >= 0 && in->grant_count > 0)
        rc = grant_give(s->tx, out->address.id, in->grant_kind, in->grant_count, in->grant_s,
                        s->now);
    return rc;
}

static int run_turn(const struct catalogue *c, const struct service *s,
                    const struct message_input *in, struct message_result *out,
                    int (*turn)(const struct catalogue *, const struct service *,
                                const struct turn_input *, struct turn *))
{
    const struct turn_input input = {
        .address = &out->address,
        .reading = in->reading,
        .event = in->event,
        .event_slots = in->event_slots,
        .channel = in->channel,
        .tap = in->tap,
    };
    int rc = turn(c, s, &input, &out->turn);
    if (rc < 0)
        return rc;
    return keep(c, s, in, out);
}

/* What no person wrote is kept, and answered once at most. */
static int run_machine(const struct catalogue *c, const struct service *s,
                       const struct message_input *in, const struct loop_finding *found,
                       struct message_result *out)
{
    const struct turn_input automatic = { .address = &out->address,
                                          .event = SLICE("auto_reply"),
                                          .channel = in->channel };
    out->unanswered = (int)found->kind;
    int rc = found->answer ? conversation_turn(c, s, &automatic, &out->turn) : GW_OK;
    return rc < 0 ? rc : keep(c, s, in, out);
}

/* A text that was put together here, cut as the adapters cut theirs, and understood. */
static void read_joined(const struct catalogue *c, const struct service *s, struct slice text,
                        struct message_input *whole)
{
    whole->text = utf8_cut(text, ADAPTER_TEXT_MAX);
    whole->reading = understand_read(catalogue_understander(c), whole->text, whole->channel,
                                     whole->written_at, s->arena);
}

/* A message that is no part is whole. Of a part: 1 when `whole` is the message to be handled now, 0
 * when there is nothing to handle, or GW_E*. */
static int join(const struct catalogue *c, const struct service *s, const struct message_input *in,
                struct message_result *out, struct message_input *whole)
{
    static const enum message_parts results[PART_OUTCOMES] = { [PART_WAITS] = MESSAGE_WAITS,
                                                               [PART_COMPLETES] = MESSAGE_JOINED,
                                                               [PART_REPEATED] = MESSAGE_REPEATED,
                                                               [PART_LATE] = MESSAGE_LATE };
    const struct part part = { .account = in->account,
                               .address = out->address.id,
                               .reference = in->reference,
                               .number = in->part,
                               .total = in->parts,
                               .text = in->text };
    struct slice text = { 0 };
    *whole = *in;
    if (in->parts == 0)
        return 1;
    int rc = parts_put(s->tx, s->vault, s->ids, &part, s->now, s->arena, &text);
    if (rc < 0)
        return rc;
    out->parts = results[rc];
    if (rc == PART_LATE) {
        rc = keep(c, s, in, out);
        return rc < 0 ? rc : 0;
    }
    if (rc == PART_COMPLETES)
        read_joined(c, s, text, whole);
    return rc == PART_COMPLETES;
}

int message_run(const struct catalogue *c, const struct service *s, const struct message_input *in,
                struct message_result *out)
{
    struct loop_finding found;
    struct message_input whole;
    int rc = claim(s, in, out);
    if (rc > 0)
        rc = join(c, s, in, out, &whole);
    if (rc <= 0)
        return rc;
    rc = loops_look(s, &whole, &out->address, &found);
    if (rc < 0)
        return rc;
    return found.kind != LOOP_NONE ? run_machine(c, s, &whole, &found, out)
                                   : run_turn(c, s, &whole, out, conversation_turn);
}

int message_failed(const struct catalogue *c, const struct service *s,
                   const struct message_input *in, struct message_result *out)
{
    struct message_input whole;
    int rc = claim(s, in, out);
    if (rc > 0)
        rc = join(c, s, in, out, &whole);
    return rc <= 0 ? rc : run_turn(c, s, &whole, out, conversation_apology);
}

/* Where replies go, and how many went. */
struct way_out {
    const struct service *s;
    const struct address *address;
    struct slice account;
    int64_t from; /* when the first may leave */
    int sent;
};

static int queue_reply(struct way_out *w, const char *id, const json_t *params)
{
    const struct service *s = w->s;
    const struct outbox_row row = {
        .id = ids_next(s->ids),
        .address = w->address->id,
        .realm = w->address->realm,
        .recipient = w->address->sender,
        .account = w->account,
        .message = slice_of(id),
        .params = json_write(params, s->arena),
        .priority = OUTBOX_REPLY,
        .not_before = w->from + (int64_t)APART_S * w->sent++,
        .useful_until = s->now + REPLY_USEFUL_S,
        .trace = s->trace,
    };
    return outbox_put(s->tx, s->vault, &row, s->now, s->arena);
}

static int queue_list(struct way_out *w, const json_t *list)
{
    size_t i;
    json_t *one;
    int rc = GW_OK;
    json_array_foreach((json_t *)(uintptr_t)list, i, one)
    {
        rc = queue_reply(w, json_text(one, "id", ""), json_object_get(one, "params"));
        if (rc < 0)
            break;
    }
    return rc;
}

/* What stands in front, the reply alone, and what stands behind. */
static int queue_apart(struct way_out *w, const char *id, const json_t *params)
{
    json_t *alone = json_copy((json_t *)(uintptr_t)params);
    json_object_del(alone, "_front");
    json_object_del(alone, "_behind");
    int rc = queue_list(w, json_object_get(params, "_front"));
    if (rc >= 0)
        rc = queue_reply(w, id, alone);
    if (rc >= 0)
        rc = queue_list(w, json_object_get(params, "_behind"));
    json_decref(alone);
    return rc;
}

/* The array of stored replies: a new reference, NULL when it is damaged. */
static json_t *stored_list(struct slice replies)
{
    struct fault fault = { 0 };
    json_t *list = json_read(replies, "stored replies", REPLIES_MAX, &fault);
    if (json_is_array(list))
        return list;
    json_decref(list);
    return NULL;
}

int message_send(const struct service *s, const struct address *address, struct slice account,
                 bool apart, struct slice replies)
{
    struct way_out w = { .s = s, .address = address, .account = account, .from = s->now };
    json_t *list = stored_list(replies), *one;
    size_t i;
    int rc = GW_OK;
    if (list == NULL)
        return GW_EDATA;
    json_array_foreach(list, i, one)
    {
        const char *id = json_text(one, "id", "");
        const json_t *params = json_object_get(one, "params");
        rc = apart ? queue_apart(&w, id, params) : queue_reply(&w, id, params);
        if (rc < 0)
            break;
    }
    json_decref(list);
    return rc;
}

int message_first(struct slice replies, struct arena *a, struct slice *first, size_t *rest)
{
    *first = replies;
    *rest = 0;
    if (replies.n == 0) /* a part of a longer message */
        return GW_OK;
    json_t *list = stored_list(replies);
    if (list == NULL)
        return GW_EDATA;
    if (json_array_size(list) > 1) {
        *rest = json_array_size(list) - 1;
        json_t *alone = json_array();
        json_array_append(alone, json_array_get(list, 0));
        *first = json_write(alone, a);
        json_decref(alone);
    }
    json_decref(list);
    return GW_OK;
}

int message_send_rest(const struct service *s, const struct address *address, struct slice account,
                      struct slice replies)
{
    struct way_out w = {
        .s = s, .address = address, .account = account, .from = s->now + BEHIND_S
    };
    json_t *list = stored_list(replies);
    int rc = list != NULL ? GW_OK : GW_EDATA;
    for (size_t i = 1; rc >= 0 && i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        rc = queue_reply(&w, json_text(one, "id", ""), json_object_get(one, "params"));
    }
    json_decref(list);
    return rc;
}

int message_parts_end(const struct catalogue *c, const struct service *s, int64_t id, bool apology)
{
    struct part_message parts;
    struct message_result result = { .inbox_id = ids_next(s->ids), .received_at = s->now };
    int rc = parts_end(s->tx, s->vault, id, s->now, s->arena, &parts);
    if (rc == 1)
        rc = people_by_id(s->tx, s->vault, parts.address, s->arena, &result.address);
    if (rc <= 0)
        return rc;
    struct message_input in = { .account = parts.account,
                                .channel = CHANNEL_SMS,
                                .written_at = parts.opened_at };
    read_joined(c, s, parts.text, &in);
    rc = run_turn(c, s, &in, &result, apology ? conversation_apology : conversation_turn);
    if (rc >= 0)
        rc = message_send(s, &result.address, in.account, false, result.replies);
    turn_free(&result.turn);
    return rc < 0 ? rc : 1;
}

int message_render(const struct catalogue *c, struct slice replies, enum text_channel channel,
                   const char *signature, bool links, struct arena *a, struct slice **texts,
                   size_t *count)
{
    *texts = NULL;
    *count = 0;
    if (replies.n == 0)
        return GW_OK;
    json_t *list = stored_list(replies);
    if (list == NULL)
        return GW_EDATA;
    struct slice *out = arena_alloc(a, (json_array_size(list) + 1) * sizeof *out);
    size_t i;
    json_t *one;
    int rc = GW_OK;
    json_array_foreach(list, i, one)
    {
        rc = catalogue_render(c, json_text(one, "id", ""), json_object_get(one, "params"), channel,
                              signature, links, a, &out[i]);
        if (rc < 0)
            break;
    }
    if (rc == GW_OK) {
        *texts = out;
        *count = json_array_size(list);
    }
    json_decref(list);
    return rc;
}
