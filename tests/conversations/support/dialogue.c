#include "tests/conversations/support/dialogue.h"

#include <string.h>

#include "gateway/store/people.h"
#include "tests/conversations/support/tiny.h"

static struct catalogue *catalogue;

void dialogue_begin(void)
{
    catalogue = tiny_catalogue();
}

struct catalogue *dialogue_catalogue(void)
{
    return catalogue;
}

void dialogue_end(void)
{
    catalogue_release(catalogue);
}

int dialogue_set_up(void **state)
{
    tiny_knobs = (struct tiny_knobs){ .report = "recorded", .broken = "done" };
    *state = world_open(catalogue);
    return 0;
}

int dialogue_tear_down(void **state)
{
    world_close(*state);
    return 0;
}

void expect_at(struct world *w, const char *text, const char *ids, int line)
{
    if (world_say(w, slice_of(text), SLICE("")) < 0)
        fail_msg("line %d: '%s' fails: %s", line, text, w->error);
    assert_true(w->turn.reply_count <= 1);
    const char *got = arena_str(&w->arena, world_reply_ids(w));
    if (strcmp(got, ids) != 0)
        fail_msg("line %d: '%s' gives [%s], expected [%s]", line, text, got, ids);
}

void expect_text_at(struct world *w, const char *text, int line)
{
    struct slice got;
    if (world_reply_text(w, false, &got) < 0)
        fail_msg("line %d: %s", line, w->error);
    if (!slice_eq(got, slice_of(text)))
        fail_msg("line %d: got '%.*s', expected '%s'", line, SLICE_ARG(got), text);
}

struct asking {
    const char *message, *params;
    int64_t until;
};

static int put_prompt(struct world *w, const struct service *s, void *context)
{
    const struct asking *in = context;
    struct address a;
    int rc = people_address(s->tx, s->vault, s->ids, slice_of(w->realm), slice_of(w->sender),
                            slice_of(w->account), s->now, s->arena, &a);
    const struct prompt p = {
        .id = ids_next(s->ids),
        .conversation = a.conversation,
        .message = slice_of(in->message),
        .params = slice_of(in->params),
        .asked_at = s->now,
        .until = in->until,
    };
    return rc < 0 ? rc : people_prompt(s->tx, s->vault, &p, s->arena);
}

void dialogue_ask_by_us(struct world *w, const char *message, const char *params)
{
    struct asking in = { message, params, w->now + DAY };
    assert_true(world_transact(w, put_prompt, &in) >= 0);
}
