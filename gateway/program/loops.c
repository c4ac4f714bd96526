#include "gateway/program/loops.h"

#include <string.h>

#include "gateway/base/utf8.h"
#include "gateway/store/machines.h"

enum {
    AUTO_REPLY_S = 24 * 60 * 60, /* a phone that answers by itself does so for hours */
    SILENCE_S = 60,
    ANSWER_CHARACTERS = 4
};

const char *const loop_names[] = {
#define LOOP_NAME(name, text) text,
    LOOP_MAP(LOOP_NAME)
#undef LOOP_NAME
        NULL
};

/* The number of a text or a key: keyed, as short texts could be guessed from a plain digest. */
static int64_t number_of(const struct service *s, const char *what, struct slice text)
{
    unsigned char digest[32];
    vault_digest(s->vault, VAULT_LOOKUP,
                 arena_printf(s->arena, "loop.%s:%.*s", what, SLICE_ARG(text)), digest);
    return machines_text(digest);
}

/* What is heard whoever sends it: danger, and not wanting any more. */
static bool is_always_heard(const struct message_input *in)
{
    enum global_word word = understand_global(in->reading);
    if (word == GLOBAL_OPT_OUT || word == GLOBAL_OPT_OUT_ALL || word == GLOBAL_OPT_OUT_OFFER)
        return true;
    struct understood said;
    understand_decide(in->understander, in->reading, CONTEXT_NONE, &said);
    bool heard = said.safety || strcmp(said.intent, "opt_out") == 0;
    json_decref(said.slots);
    json_decref(said.also);
    return heard;
}

/* 1 for what answers an open question in a word or two: 1, 下页. 0 or GW_E*. */
static int is_answer(const struct service *s, const struct message_input *in, int64_t address)
{
    int64_t at;
    if (utf8_count(reading_text(in->reading)) > ANSWER_CHARACTERS)
        return 0;
    return people_asked_at(s->tx, address, s->now, &at);
}

static int look_automatic(const struct service *s, int64_t address, struct loop_finding *out)
{
    int rc = machines_held(s->tx, address, MACHINE_AUTO_REPLY, s->now, AUTO_REPLY_S);
    if (rc < 0)
        return rc;
    *out = (struct loop_finding){ LOOP_AUTO_REPLY, rc == 0 };
    return rc == 0 ? machines_hold(s->tx, address, MACHINE_AUTO_REPLY, s->now, AUTO_REPLY_S) : 0;
}

static int look_recent(const struct service *s, const struct message_input *in, int64_t address,
                       struct loop_finding *out)
{
    bool sms = in->channel == CHANNEL_SMS;
    int64_t text = number_of(s, "text", in->text);
    struct recent_count count =
        recent_note(in->recent, address, text, number_of(s, "key", in->key), s->now);
    count.all = in->everywhere.all > count.all ? in->everywhere.all : count.all;
    count.same = in->everywhere.same > count.same ? in->everywhere.same : count.same;
    bool flood = count.all > in->texts_per_minute;
    bool repeat = sms && count.same == RECENT_SAME;
    int held = machines_silent(s->tx, address, text, s->now, SILENCE_S);
    if (held < 0 || (held == 0 && !flood && !repeat))
        return held;
    int answers = flood ? 0 : is_answer(s, in, address);
    if (answers != 0)
        return answers < 0 ? answers : 0;
    out->kind = flood ? LOOP_FLOOD : LOOP_REPEAT;
    if (held > 0)
        return 0;
    return machines_hold(s->tx, address, flood ? MACHINE_FLOOD : text, s->now, SILENCE_S);
}

int loops_look(const struct service *s, const struct message_input *in,
               const struct address *address, struct loop_finding *out)
{
    int rc = 0;
    *out = (struct loop_finding){ LOOP_NONE, false };
    if (in->reading == NULL)
        return 0;
    if (in->channel == CHANNEL_SMS && understand_is_automatic(in->reading))
        rc = look_automatic(s, address->id, out);
    else if (in->recent != NULL && in->texts_per_minute > 0)
        rc = look_recent(s, in, address->id, out);
    if (rc == 0 && out->kind != LOOP_NONE && is_always_heard(in))
        *out = (struct loop_finding){ LOOP_NONE, false };
    return rc;
}
