/* Targets: where a step, an outcome or a word leads. Declared in flow.h. */
#include <string.h>

#include "conversations/catalogue.h"
#include "gateway/base/json.h"

struct reader {
    struct catalogue *c;
    const struct flow *flow; /* NULL: menu.json */
    const char *where;
    struct target *out;
};

static bool refuse(const struct reader *r, const char *what, struct slice name)
{
    catalogue_problem(r->c, r->flow != NULL ? r->flow->file : "conversations/menu.json",
                      "%s: %s '%.*s'", r->where, what, SLICE_ARG(name));
    return false;
}

static bool read_say(struct reader *r, struct slice rest)
{
    struct slice id;
    r->out->kind = TARGET_SAY;
    r->out->step = -1;
    if (!slice_next(&rest, ':', &id) || (r->out->message = catalogue_message(r->c, id)) == NULL)
        return refuse(r, "there is no message", id);
    if (rest.n == 0 || slice_eq(rest, SLICE("end")))
        return true;
    if (r->flow == NULL || (r->out->step = flow_step(r->flow, rest)) < 0)
        return refuse(r, "there is no step", rest);
    return true;
}

static bool read_ask(struct reader *r, struct slice rest)
{
    struct slice name = rest; /* what a refusal names when there is no flow to look into */
    r->out->kind = TARGET_ASK;
    if (r->flow == NULL || !slice_next(&rest, ':', &name) ||
        (r->out->step = flow_step(r->flow, name)) < 0)
        return refuse(r, "there is no step", name);
    if (rest.n > 0 && (r->out->message = catalogue_message(r->c, rest)) == NULL)
        return refuse(r, "there is no message", rest);
    return true;
}

static bool read_flow(struct reader *r, struct slice name)
{
    r->out->kind = TARGET_FLOW;
    r->out->flow = catalogue_flow(r->c, name);
    return r->out->flow != NULL || refuse(r, "there is no flow", name);
}

/* Targets of one word; the second column says whether menu.json or a flow may use it. */
static const struct {
    const char *word;
    bool in_menu;
    enum target_kind kind;
} words[] = {
    { "wish", false, TARGET_WISH },
    { "next", false, TARGET_NEXT },
    { "below.on", false, TARGET_BELOW_ON },
    { "below.off", false, TARGET_BELOW_OFF },
    { "end", false, TARGET_END },
    { "yes", true, TARGET_YES },
    { "no", true, TARGET_NO },
    { "again", true, TARGET_AGAIN },
    { "leave", true, TARGET_LEAVE },
    { "back", true, TARGET_BACK },
    { "answer", true, TARGET_ANSWER },
    { "silence", true, TARGET_SILENCE },
};

static bool read_text(struct reader *r, struct slice text)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_eq(text, slice_of(words[i].word)) && words[i].in_menu == (r->flow == NULL)) {
            r->out->kind = words[i].kind;
            return true;
        }
    if (slice_starts(text, SLICE("say:")))
        return read_say(r, slice_skip(text, 4));
    if (slice_starts(text, SLICE("ask:")))
        return read_ask(r, slice_skip(text, 4));
    if (slice_starts(text, SLICE("flow:")))
        return read_flow(r, slice_skip(text, 5));
    r->out->kind = TARGET_STEP;
    if (r->flow == NULL || (r->out->step = flow_step(r->flow, text)) < 0)
        return refuse(r, "there is no target", text);
    return true;
}

bool target_read(struct catalogue *c, const struct flow *f, const char *where, json_t *value,
                 struct target *out)
{
    static const char *const known[] = { "to", "set", NULL };
    struct reader r = { c, f, where, out };
    *out = (struct target){ .kind = f == NULL ? TARGET_ANSWER : TARGET_END, .step = -1 };
    if (f == NULL && json_is_object(value)) {
        catalogue_known_keys(c, "conversations/menu.json", where, value, known);
        out->set = json_object_get(value, "set");
        value = json_object_get(value, "to");
    }
    if (!json_is_string(value))
        return refuse(&r, "expected a target, a string", SLICE(""));
    return read_text(&r, slice_of(json_string_value(value)));
}
