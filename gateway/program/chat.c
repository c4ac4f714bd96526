/* linli chat: the same conversations in a terminal, no server needed. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/digest.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/base/segments.h"
#include "gateway/base/utf8.h"
#include "gateway/program/command.h"
#include "gateway/program/installation.h"
#include "gateway/program/message.h"
#include "gateway/store/outbox.h"
#include "gateway/store/people.h"
#include "handlers/broadcasts.h"

enum { LINE_MAX_BYTES = 8192 };

struct chat {
    struct installation in;
    struct arena arena; /* of the turn */
    struct slice realm, sender, account;
    enum text_channel channel;
    struct account_terms terms;
    int64_t fixed_now;  /* 0: the real clock */
    int64_t seen_until; /* outbox id up to which messages of our own were shown */
    bool json;
    bool prompt;
};

static int64_t chat_now(const struct chat *chat)
{
    return chat->fixed_now != 0 ? chat->fixed_now : installation_clock();
}

static const char *chat_signature(const struct chat *chat)
{
    return chat->channel == CHANNEL_SMS ? chat->in.signature : NULL;
}

/* One rendered message as JSON: {"id","params","text","segments"}. */
static json_t *describe(const struct chat *chat, const char *id, json_t *params, struct slice text)
{
    json_t *o = json_object();
    json_object_set_new(o, "id", json_string(id));
    json_object_set(o, "params", params);
    json_put_slice(o, "text", text);
    json_put_int(o, "segments", chat->channel == CHANNEL_SMS ? segments_mainland(text) : 0);
    return o;
}

static void print_text(const char *mark, struct slice text)
{
    struct slice line;
    while (slice_next(&text, '\n', &line)) {
        printf("%s %.*s\n", mark, SLICE_ARG(line));
        mark = " ";
    }
}

struct turn_call {
    struct chat *chat;
    struct slice text;
    struct message_result result;
};

static int run_turn(const struct service *s, void *context)
{
    struct turn_call *call = context;
    struct chat *chat = call->chat;
    struct service own = *s;
    own.terms = &chat->terms;
    unsigned char random[16];
    char key[33];
    digest_random(random, sizeof random);
    digest_hex(random, sizeof random, key);
    const struct message_input input = {
        .account = chat->account,
        .realm = chat->realm,
        .sender = chat->sender,
        .key = slice_of(key),
        .reading = understand_read(catalogue_understander(chat->in.catalogue), call->text,
                                   chat->channel, s->now, s->arena),
        .text = call->text,
        .channel = chat->channel,
        .understander = catalogue_understander(chat->in.catalogue),
    };
    return message_run(chat->in.catalogue, &own, &input, &call->result);
}

/* Messages of our own to this person since the last look: an offer, a reminder, a task. */
static int collect_notices(const struct service *s, void *context)
{
    struct turn_call *call = context;
    struct chat *chat = call->chat;
    struct outbox_row *rows = NULL;
    int n = outbox_to(s->tx, s->vault, call->result.address.id, chat->seen_until, s->arena, &rows);
    json_t *list = json_array();
    for (int i = 0; i < n; i++) {
        struct fault fault = { 0 };
        json_t *o = json_object();
        json_put_slice(o, "id", rows[i].message);
        json_object_set_new(o, "params", json_read(rows[i].params, "parameters", 65536, &fault));
        json_array_append_new(list, o);
        chat->seen_until = rows[i].id;
    }
    call->result.replies = json_write(list, s->arena);
    json_decref(list);
    return n < 0 ? n : GW_OK;
}

/* Where no account can send by itself, whoever talks here is the phone: texts of a broadcast that
 * are due leave now, and with them the question they ask. */
static int read_calls(const struct service *s, void *context)
{
    struct turn_call *call = context;
    struct chat *chat = call->chat;
    struct outbox_row *rows = NULL;
    struct address address;
    int64_t after = 0;
    int rc = people_address(s->tx, s->vault, s->ids, chat->realm, chat->sender, chat->account,
                            s->now, s->arena, &address);
    int n = rc < 0 ? rc : 1;
    while (n > 0) {
        n = outbox_to(s->tx, s->vault, address.id, after, s->arena, &rows);
        for (int i = 0; i < n; i++) {
            struct broadcast_admission may;
            after = rows[i].id;
            if (rows[i].state != OUTBOX_QUEUED || rows[i].origin == 0 ||
                rows[i].not_before > s->now)
                continue;
            rc = broadcast_admit(s, &rows[i], &may);
            if (rc < 0)
                return rc;
            if (may.verdict == BROADCAST_SEND && rows[i].id <= chat->seen_until)
                chat->seen_until = rows[i].id - 1;
        }
    }
    return n;
}

/* Whether an SMS account of the configuration has what it needs to send. */
static bool nobody_sends(const struct chat *chat)
{
    size_t i;
    json_t *one;
    json_array_foreach(config_json(chat->in.config, "accounts"), i, one)
    {
        if (strcmp(json_text(one, "channel", ""), "sms") == 0 &&
            json_object_size(json_object_get(one, "settings")) > 0)
            return false;
    }
    return true;
}

static int render(struct chat *chat, struct slice replies, struct slice **texts, size_t *count,
                  struct fault *fault)
{
    int rc = message_render(chat->in.catalogue, replies, chat->channel, chat_signature(chat), false,
                            &chat->arena, texts, count);
    return rc < 0 ? fault_set(fault, rc, "a reply cannot be rendered (%s); run linli check",
                              gw_error_text(rc))
                  : GW_OK;
}

static json_t *describe_all(struct chat *chat, struct slice replies, const char *mark,
                            struct fault *fault)
{
    struct slice *texts;
    size_t count;
    if (render(chat, replies, &texts, &count, fault) != GW_OK)
        return NULL;
    json_t *stored = json_read(replies, "replies", 65536, fault);
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *one = json_array_get(stored, i);
        if (!chat->json)
            print_text(mark, texts[i]);
        json_array_append_new(list, describe(chat, json_text(one, "id", ""),
                                             json_object_get(one, "params"), texts[i]));
    }
    json_decref(stored);
    return list;
}

static void print_json(const struct turn_call *call, json_t *replies, json_t *notices)
{
    const struct turn *turn = &call->result.turn;
    json_t *o = json_object();
    json_put_slice(o, "in", call->text);
    json_object_set_new(o, "intent", json_string(turn->intent != NULL ? turn->intent : "unknown"));
    json_object_set(o, "slots", turn->slots != NULL ? turn->slots : json_null());
    json_object_set_new(o, "flow", turn->flow != NULL ? json_string(turn->flow) : json_null());
    json_object_set_new(o, "step", turn->step != NULL ? json_string(turn->step) : json_null());
    json_object_set(o, "replies", replies);
    if (json_array_size(notices) > 0)
        json_object_set(o, "notices", notices);
    json_dumpf(o, stdout, JSON_COMPACT);
    printf("\n");
    json_decref(o);
}

static int one_line(struct chat *chat, struct slice text, struct fault *fault)
{
    if (!utf8_valid(text))
        return fault_set(fault, GW_EPROTO, "a line is not UTF-8; set the terminal to UTF-8");
    int64_t now = chat_now(chat);
    int rc = installation_run_due(&chat->in, now, fault);
    if (rc < 0)
        return rc;
    struct turn_call call = { .chat = chat, .text = text };
    if (nobody_sends(chat))
        rc = installation_transact(&chat->in, now, &chat->arena, read_calls, &call, fault);
    if (rc < 0)
        return rc;
    rc = installation_transact(&chat->in, now, &chat->arena, run_turn, &call, fault);
    struct turn_call after = { .chat = chat, .result.address = call.result.address };
    if (rc >= 0)
        rc = installation_transact(&chat->in, now, &chat->arena, collect_notices, &after, fault);
    if (rc >= 0) {
        json_t *replies = describe_all(chat, call.result.replies, "<", fault);
        json_t *notices = describe_all(chat, after.result.replies, "«", fault);
        if (replies == NULL || notices == NULL)
            rc = fault->code;
        else if (chat->json)
            print_json(&call, replies, notices);
        else if (json_array_size(replies) == 0)
            printf("  (-)\n");
        json_decref(replies);
        json_decref(notices);
        fflush(stdout);
    }
    turn_free(&call.result.turn);
    arena_reset(&chat->arena);
    return rc;
}

static int talk(struct chat *chat, struct fault *fault)
{
    char line[LINE_MAX_BYTES];
    for (;;) {
        if (chat->prompt) {
            printf("> ");
            fflush(stdout);
        }
        if (fgets(line, sizeof line, stdin) == NULL)
            return ferror(stdin) ? fault_set(fault, GW_EIO, "standard input failed") : GW_OK;
        struct slice text = slice_trim(slice_of(line));
        if (text.n == 0)
            continue;
        int rc = one_line(chat, text, fault);
        if (rc < 0)
            return rc;
    }
}

static int choose_person(struct chat *chat, const char *phone, const char *openid,
                         char normalized[12], struct fault *fault)
{
    if (openid != NULL) {
        if (openid[0] == '\0' || strlen(openid) > 64)
            return fault_set(fault, GW_EINVAL, "--wechat takes an openid of 1 to 64 characters");
        chat->channel = CHANNEL_WECHAT;
        chat->realm = SLICE("wechat/demo");
        chat->account = SLICE("wechat/demo");
        chat->sender = slice_of(openid);
        return GW_OK;
    }
    if (!phone_normalize(slice_of(phone), normalized))
        return fault_set(fault, GW_EINVAL, "--as takes a mobile number of 11 digits");
    chat->channel = CHANNEL_SMS;
    chat->realm = SLICE("sms");
    chat->account = SLICE("sms/demo");
    chat->sender = slice_of(normalized);
    return GW_OK;
}

int command_chat(int argc, char **argv)
{
    const char *phone = "13800000001", *openid = NULL, *now = NULL, *dir = NULL, *config = NULL;
    struct chat chat = { 0 };
    const struct command_option options[] = {
        { "--as", "PHONE", "who texts (default 13800000001)", .text = &phone },
        { "--wechat", "OPENID", "who writes in WeChat instead", .text = &openid },
        { "--now", "T", "a fixed moment, RFC 3339; what is due by then is run first",
          .text = &now },
        { "--json", NULL, "one JSON object a turn", .flag = &chat.json },
        { "--data-dir", "D", "data folder (default linli-data)", .text = &dir },
        { "--config", "F", "configuration file", .text = &config },
        { NULL },
    };
    struct command_line line;
    int rc = command_parse(argc, argv, "chat [options]",
                           "Talks to the conversations as one person: reads lines from standard "
                           "input, prints the\nreplies (<) and messages of our own to that person "
                           "(«). The same data folder continues the talk.",
                           options, &line);
    if (rc != GW_OK)
        return rc < 0 ? 2 : 0;
    struct fault fault = { 0 };
    char normalized[12];
    if (now != NULL && civil_parse_rfc3339(slice_of(now), &chat.fixed_now) != GW_OK) {
        fault_set(&fault, GW_EINVAL, "--now takes a moment like 2026-11-25T10:00:00+08:00");
        command_fail("chat", &fault);
        return 2;
    }
    if (choose_person(&chat, phone, openid, normalized, &fault) != GW_OK) {
        command_fail("chat", &fault);
        return 2;
    }
    rc = installation_open(config, dir, INSTALLATION_CATALOGUE, &chat.in, &fault);
    if (rc == GW_OK) {
        chat.prompt = !chat.json && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
        chat.seen_until = ids_next(&chat.in.ids);
        chat.terms = installation_terms(&chat.in);
        chat.terms.signed_pushes = true; /* nobody else can write here */
        rc = talk(&chat, &fault);
    }
    installation_close(&chat.in);
    arena_free(&chat.arena);
    return rc < 0 ? command_fail("chat", &fault) : 0;
}
