#include "conversations/menu.h"

#include <string.h>

#include "conversations/catalogue.h"
#include "gateway/base/json.h"

static const char menu_file[] = "conversations/menu.json";

static const char *const word_names[MENU_WORDS + 1] = {
    [GLOBAL_NONE] = "",
    [GLOBAL_OPT_OUT] = "opt_out",
    [GLOBAL_OPT_OUT_ALL] = "opt_out_all",
    [GLOBAL_OPT_OUT_OFFER] = "opt_out_offer",
    [GLOBAL_N] = "n",
    [GLOBAL_STOP] = "stop",
    [GLOBAL_CANCEL] = "cancel",
    [GLOBAL_BACK] = "back",
    [GLOBAL_HELP] = "help",
    [GLOBAL_HUMAN] = "human",
    [GLOBAL_FIX] = "fix",
    [GLOBAL_THANKS] = "thanks",
    [GLOBAL_DIGIT] = "digit",
    [GLOBAL_YES] = "yes",
    [GLOBAL_NO] = "no",
};

static const char *const open_names[] = {
#define OPEN_NAME(name, text) text,
    OPEN_MAP(OPEN_NAME)
#undef OPEN_NAME
};

enum open_kind menu_open_kind(const struct step *s)
{
    if (s->context == CONTEXT_RECRUIT)
        return OPEN_RECRUIT;
    if (s->choices != NULL || slice_eq(s->reads, SLICE("choice")))
        return OPEN_LIST;
    return slice_eq(s->reads, SLICE("yes_no")) ? OPEN_YES_NO : OPEN_OTHER;
}

static void read_word(struct catalogue *c, enum global_word word, json_t *row)
{
    struct target *targets = c->menu.words[word];
    const char *name = word_names[word];
    if (!json_is_object(row) || json_object_get(row, "to") != NULL) {
        if (target_read(c, NULL, name, row, &targets[0]))
            for (int i = 1; i < OPEN_KINDS; i++)
                targets[i] = targets[0];
        return;
    }
    const char *known[OPEN_KINDS + 1] = { NULL };
    memcpy(known, open_names, sizeof open_names);
    catalogue_known_keys(c, menu_file, name, row, known);
    for (int i = 0; i < OPEN_KINDS; i++) {
        json_t *value = json_object_get(row, open_names[i]);
        if (value == NULL)
            catalogue_problem(c, menu_file, "%s: '%s' is missing", name, open_names[i]);
        else
            target_read(c, NULL, name, value, &targets[i]);
    }
}

static void read_words(struct catalogue *c, json_t *words)
{
    catalogue_known_keys(c, menu_file, "words", words, &word_names[1]);
    for (int word = GLOBAL_OPT_OUT; word <= MENU_WORDS; word++) {
        json_t *row = json_object_get(words, word_names[word]);
        if (row == NULL)
            catalogue_problem(c, menu_file, "words: '%s' is missing", word_names[word]);
        else
            read_word(c, (enum global_word)word, row);
    }
}

/* Optional: words that first ask an action. */
static void read_first(struct catalogue *c, json_t *words)
{
    static const char *const known[] = { "do", "to", NULL };
    catalogue_known_keys(c, menu_file, "first", words, &word_names[1]);
    for (int word = GLOBAL_OPT_OUT; word <= MENU_WORDS; word++) {
        const char *key = word_names[word];
        json_t *row = json_object_get(words, key);
        struct first *first = &c->menu.first[word];
        if (row == NULL)
            continue;
        catalogue_known_keys(c, menu_file, key, row, known);
        const char *name = catalogue_string(c, menu_file, key, row, "do");
        const struct action *action = action_find(c->actions, name != NULL ? name : "");
        if (action == NULL || action->choices)
            catalogue_problem(c, menu_file, "first: %s: there is no action '%s'", key,
                              name != NULL ? name : "");
        if (target_read(c, NULL, key, json_object_get(row, "to"), &first->to))
            first->action = action;
    }
}

static void read_gate(struct catalogue *c, json_t *gates, const char *key, enum flow_for who)
{
    static const char *const known[] = { "do", "none", NULL };
    json_t *gate = json_object_get(gates, key);
    if (!json_is_object(gate)) {
        catalogue_problem(c, menu_file, "gates: '%s' is missing", key);
        return;
    }
    catalogue_known_keys(c, menu_file, key, gate, known);
    const char *name = catalogue_string(c, menu_file, key, gate, "do");
    const struct action *action = action_find(c->actions, name != NULL ? name : "");
    if (action == NULL || action->choices)
        catalogue_problem(c, menu_file, "%s: there is no action '%s'", key,
                          name != NULL ? name : "");
    c->menu.gates[who].action = action;
    struct target *none = &c->menu.gates[who].none;
    target_read(c, NULL, key, json_object_get(gate, "none"), none);
    if (none->flow != NULL && none->flow->audience != FLOW_ANYONE)
        catalogue_problem(c, menu_file, "%s: flow '%s' is not for anyone itself", key,
                          none->flow->name);
}

static const struct message *read_message(struct catalogue *c, json_t *menu, const char *key)
{
    const char *id = catalogue_string(c, menu_file, "menu", menu, key);
    const struct message *m = id != NULL ? catalogue_message(c, slice_of(id)) : NULL;
    if (m == NULL)
        catalogue_problem(c, menu_file, "'%s' names no message", key);
    return m;
}

void menu_read(struct catalogue *c, json_t *menu)
{
    static const char *const known[] = { "words",   "safety",  "unknown", "digit", "courtesy",
                                         "stuck",   "apology", "gates",   "which", "still",
                                         "second",  "resume",  "left",    "more",  "first",
                                         "old_tap", "wechat",  NULL };
    struct menu *m = &c->menu;
    const struct {
        const char *key;
        struct target *target;
    } targets[] = {
        { "safety", &m->safety },     { "unknown", &m->unknown }, { "digit", &m->digit },
        { "courtesy", &m->courtesy }, { "stuck", &m->stuck },     { "apology", &m->apology },
    };
    catalogue_known_keys(c, menu_file, "menu", menu, known);
    read_words(c, json_object_get(menu, "words"));
    if (json_object_get(menu, "first") != NULL)
        read_first(c, json_object_get(menu, "first"));
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        target_read(c, NULL, targets[i].key, json_object_get(menu, targets[i].key),
                    targets[i].target);
    read_gate(c, json_object_get(menu, "gates"), "volunteer", FLOW_VOLUNTEER);
    read_gate(c, json_object_get(menu, "gates"), "organizer", FLOW_ORGANIZER);
    m->which = read_message(c, menu, "which");
    m->still = read_message(c, menu, "still");
    m->second = read_message(c, menu, "second");
    m->resume = read_message(c, menu, "resume");
    m->left = read_message(c, menu, "left");
    m->more = read_message(c, menu, "more");
    if (json_object_get(menu, "old_tap") != NULL)
        m->old_tap = read_message(c, menu, "old_tap");
    m->wechat = json_object_get(menu, "wechat");
}
