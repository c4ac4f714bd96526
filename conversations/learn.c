/* What a turn leaves to learn from: texts that were not understood, and what was understood and
 * taken back with the very next text. Masked, and of nobody. Declared in run.h. */
#include <string.h>

#include "conversations/run.h"
#include "conversations/understand/masked.h"
#include "gateway/base/json.h"
#include "gateway/store/inbox.h"
#include "handlers/misses.h"

enum { CORRECTED_SECONDS = 30 * 60 }; /* later it is another errand */

static int note(struct run *r, enum miss_why why, const struct reading *reading,
                const struct miss *known)
{
    struct masked masked;
    struct miss m = *known;
    understand_mask(reading, r->s->arena, &masked);
    if (masked.empty)
        return GW_OK;
    m.why = why;
    m.wording = masked.wording;
    m.example = masked.example;
    return miss_note(r->s, &m);
}

static struct slice intent_of(const struct understood *u)
{
    return strcmp(u->intent, "unknown") == 0 ? SLICE("") : slice_of(u->intent);
}

/* The circumstances of this turn's text. */
static struct miss circumstances(const struct run *r)
{
    enum context c = r->resumed != NULL ? r->resumed->context : CONTEXT_NONE;
    struct miss m = { .intent = intent_of(&r->understood), .context = slice_of(context_name(c)) };
    if (r->resumed != NULL)
        m.asked = arena_printf(r->s->arena, "%s.%s", r->resumed_flow->name, r->resumed->name);
    return m;
}

/* Spam and the like are known for what they are: nothing is missing. */
static bool is_known_nothing(const struct understood *u)
{
    return strcmp(u->intent, "unknown") == 0 && strcmp(u->why, "nothing") != 0;
}

/* 取消, 改, 人工, alone or in other words. */
static bool takes_back(const struct run *r)
{
    if (r->resumed != NULL && r->resumed->context == CONTEXT_CHECKED_IN)
        return false; /* 撤 is going home */
    return r->word == GLOBAL_CANCEL || r->word == GLOBAL_FIX || r->word == GLOBAL_HUMAN ||
           strcmp(r->understood.intent, "fix") == 0 || strcmp(r->understood.intent, "human") == 0;
}

/* The text before this one, as it was understood then. */
static int note_corrected(struct run *r)
{
    struct inbox_row row;
    const json_t *last = r->session.last;
    int rc = inbox_previous(r->s->tx, r->s->vault, r->in->address->id, r->s->arena, &row);
    if (rc <= 0 || row.text.n == 0 || json_is_true(last) ||
        r->s->now - row.received_at > CORRECTED_SECONDS)
        return rc < 0 ? rc : GW_OK;
    const struct understander *u = r->c->understander;
    const struct reading *reading =
        understand_read(u, row.text, r->in->channel, row.received_at, r->s->arena);
    int context = context_find(json_slice(last, "context"));
    struct understood got;
    understand_decide(u, reading, context < 0 ? CONTEXT_NONE : (enum context)context, &got);
    struct miss m = { .intent = intent_of(&got),
                      .context = slice_of(context < 0 ? "none" : json_text(last, "context", "")),
                      .asked = json_slice(last, "asked") };
    bool asks_back = strcmp(got.intent, "fix") == 0 || strcmp(got.intent, "human") == 0;
    bool understood = last != NULL || m.intent.n > 0;
    if (understood && !asks_back && !got.safety && understand_global(reading) == GLOBAL_NONE)
        rc = note(r, MISS_CORRECTED, reading, &m);
    json_decref(got.slots);
    json_decref(got.also);
    return rc < 0 ? rc : GW_OK;
}

/* For the next turn, kept where a question is open anyway; else its text tells enough. */
static void remember(struct run *r)
{
    const struct miss m = circumstances(r);
    json_decref(r->session.last);
    r->session.last = r->missed ? json_true() : json_object();
    if (r->missed)
        return;
    json_put_slice(r->session.last, "context", m.context);
    if (m.asked.n > 0)
        json_put_slice(r->session.last, "asked", m.asked);
}

int run_learn(struct run *r)
{
    int rc = GW_OK;
    if (r->reading == NULL || r->out->forget_text)
        return GW_OK;
    if (r->missed && r->word == GLOBAL_NONE && !is_known_nothing(&r->understood)) {
        const struct miss m = circumstances(r);
        rc = note(r, MISS_UNKNOWN, r->reading, &m);
    } else if (takes_back(r)) {
        rc = note_corrected(r);
    }
    remember(r);
    return rc;
}
