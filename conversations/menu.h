/* What the words that work at every step lead to: menu.json, the table of scripts.md section 0 as
 * data (conversations/README.md, "Menu"). */
#ifndef CONVERSATIONS_MENU_H
#define CONVERSATIONS_MENU_H

#include "conversations/flow.h"

/* What is open when a word arrives: the columns of the table. */
#define OPEN_MAP(X)                                                                                \
    X(OPEN_NOTHING, "nothing")                                                                     \
    X(OPEN_YES_NO, "yes_no")                                                                       \
    X(OPEN_LIST, "list")                                                                           \
    X(OPEN_RECRUIT, "recruit")                                                                     \
    X(OPEN_OTHER, "other")
enum open_kind {
#define OPEN_ENUM(name, text) name,
    OPEN_MAP(OPEN_ENUM)
#undef OPEN_ENUM
        OPEN_KINDS /* the count */
};

/* The rows, in the order of enum global_word without GLOBAL_NONE. */
enum { MENU_WORDS = GLOBAL_NO };

struct gate {
    const struct action *action; /* ends "pass" or "none"; NULL: anybody passes */
    struct target none;
};

/* A word that first asks an action: "pass" leads to `to`, "none" goes on with the table. */
struct first {
    const struct action *action; /* NULL: the table alone */
    struct target to;
};

struct menu {
    struct first first[MENU_WORDS + 1];
    struct target words[MENU_WORDS + 1][OPEN_KINDS]; /* by enum global_word */
    struct target safety;                            /* somebody is in danger */
    struct target unknown;  /* nothing open, nothing understood; slots: times */
    struct target digit;    /* a bare number, yes or no with nothing open */
    struct target courtesy; /* thanks with nothing open, in WeChat */
    struct target stuck;    /* the third misunderstanding of a question */
    struct target apology;  /* a turn failed */
    struct gate gates[FLOW_ORGANIZER + 1];
    const struct message *which, *still, *second, *resume, *left;
    const struct message
        *more; /* its SMS text is the word that asks for the rest of a long reply */
    const struct message *old_tap; /* a choice was tapped whose question is over */
    const json_t *wechat; /* the menu of official accounts, as WeChat takes it; NULL: none */
};

/* Reads conversations/menu.json; faults go to catalogue_problem. */
void menu_read(struct catalogue *c, json_t *menu);

/* The column a waiting step belongs to. */
enum open_kind menu_open_kind(const struct step *s);

#endif
