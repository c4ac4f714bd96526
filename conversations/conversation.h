/* The state machine: a session and a text in, a session and replies out. It does no I/O of its own;
 * the gateway, `linli chat`, the transcripts and a replay all run this one function. */
#ifndef CONVERSATIONS_CONVERSATION_H
#define CONVERSATIONS_CONVERSATION_H

#include <jansson.h>

#include "conversations/understand/understand.h"
#include "gateway/store/people.h"
#include "handlers/service.h"

/* Flows, wording, intents and menu, loaded and checked: immutable; a batch works on one. Counted,
 * so that a reload swaps it while a batch still holds the old one. */
struct catalogue;

/* Loads everything from `data_dir`/conversations (may be NULL) over what is built in. A fault is
 * refused with file, line and reason. The caller holds one reference. */
GW_MUSTCHECK int catalogue_load(const char *data_dir, struct zone zone, struct catalogue **out,
                                struct fault *fault);
/* The same with another set of embedded files and of actions: what the tests load. Both borrowed
 * for the catalogue's life; NULL means the program's own. */
struct embedded_file;
struct action;
struct catalogue_options {
    const char *data_dir;
    struct zone zone;
    const struct embedded_file *files;
    const struct action *const *actions;
    bool lenient; /* faults of meaning (an unknown message, an outcome not handled …) do not refuse
                     the load: catalogue_check lists them. For `linli check`; never run turns on it
                   */
};
GW_MUSTCHECK int catalogue_load_from(const struct catalogue_options *options,
                                     struct catalogue **out, struct fault *fault);
struct catalogue *catalogue_hold(struct catalogue *c); /* any thread */
void catalogue_release(struct catalogue *c);           /* any thread; NULL is fine */
const struct understander *catalogue_understander(const struct catalogue *c);
/* The menu of official accounts, "wechat" of menu.json: what a tap sends ("key") is read as if it
 * had been typed. Borrowed; NULL: none. */
const json_t *catalogue_wechat_menu(const struct catalogue *c);

/* What `linli check` prints: findings (empty array: all is proven) and a row a message with its
 * longest SMS rendering and segments: {"findings": […], "messages":
 * [{"id","units","segments","budget","parts": [units of each]}]}. */
json_t *catalogue_check(const struct catalogue *c, const char *signature);
/* Adds to the findings of such a report what the patterns are tried for: bounded back-tracking, no
 * rule in the shadow of another. Takes a second or two. */
void catalogue_check_understanding(const struct catalogue *c, json_t *report);
/* Mermaid source of one flow, or of all (name NULL). Malloc'ed; NULL when there is no such flow. */
char *catalogue_mermaid(const struct catalogue *c, const char *name);

struct turn_input {
    const struct address *address; /* with its session */
    const struct reading *reading; /* the text; NULL for an event */
    struct slice event;            /* "subscribe", "unsubscribe" … when there is no text */
    json_t *event_slots; /* what comes with it: the opened flow begins with these slots and
                                  with `event`; NULL: nothing */
    enum text_channel channel;
    int64_t tap; /* the number of the link that was tapped to send the text; 0: it was typed */
};

struct turn_reply {
    const char *id; /* message id */
    json_t *params; /* object; only what the message shows. Owned by the turn */
};

struct turn {
    struct turn_reply replies[4]; /* at most one when a turn returns */
    int reply_count;              /* 0: courtesy, duplicate opt-out … nothing to say */
    const char *intent;           /* what was understood; borrowed */
    json_t *slots;                /* of the intent; owned by the turn */
    const char *flow;             /* where the conversation stands; NULL when nothing is open */
    const char *step;
    struct fault why; /* when the turn failed by a fault of the data or an action: for the log;
                         holds nothing a person wrote */
    bool forget_text; /* the text of this message is not to be kept: store it empty */
};

/* One turn inside the service's transaction: loads prompts, decides, runs actions, stores the
 * session. 0 or GW_E* (undo the savepoint, then conversation_apology). The caller calls turn_free
 * either way. */
GW_MUSTCHECK int conversation_turn(const struct catalogue *c, const struct service *s,
                                   const struct turn_input *in, struct turn *out);
/* After a failed turn: an apology as the reply, and a numbered task for the duty person. */
GW_MUSTCHECK int conversation_apology(const struct catalogue *c, const struct service *s,
                                      const struct turn_input *in, struct turn *out);
void turn_free(struct turn *t);

/* Renders a message for a channel. SMS: with 【signature】 in front and, for recruitment,
 * 拒收请回复R behind. WeChat: 〔…〕 become tappable links when `links` is set. The text is in the
 * arena; GW_ENOTFOUND for an unknown id, GW_EINVAL for a missing parameter. */
GW_MUSTCHECK int catalogue_render(const struct catalogue *c, const char *id, const json_t *params,
                                  enum text_channel channel, const char *signature, bool links,
                                  struct arena *a, struct slice *out);
/* The parameters of a call with the names of two people on one phone, of the usual three characters
 * ("sample.first", "sample.second"), by which such a text is measured before its readers are known.
 * A new reference. */
json_t *catalogue_with_two_names(const struct catalogue *c, const json_t *params);
/* For providers that send approved templates: the parameters of one message as its text shows them,
 * an object of strings, each by "name" and, where it has a format, by "name|format". What stands in
 * front of or behind the message is not among them. A new reference in `out`; GW_ENOTFOUND for an
 * unknown id. */
GW_MUSTCHECK int catalogue_render_params(const struct catalogue *c, const char *id,
                                         const json_t *params, enum text_channel channel,
                                         json_t **out);
/* The parameters without which a message cannot be told on every channel: those that its texts show
 * whatever else is known, and those of its approved template. `templates` is the setting of an
 * account that sends only such (adapters/sms/templates.h), NULL for none. Appends what is not yet
 * among the `count` of `list`, which has room for `most`; names are borrowed from the catalogue and
 * the setting. The new count, GW_ENOTFOUND for an unknown id, or GW_ETOOBIG. */
GW_MUSTCHECK int catalogue_needs(const struct catalogue *c, const char *id, const json_t *templates,
                                 struct slice *list, int count, int most);
/* JSON array of {id, params}, for the inbox; an empty array when there is no reply. */
struct slice turn_replies_json(const struct turn *t, struct arena *a);
/* Of such an array with one reply: an array of several, in their order, when it joins several texts
 * that a channel may send one by one; the lines that stand beside a text stay with it. Unchanged
 * when there is one text, and when it is so long that it is sent in parts anyway. 0 or GW_E*. */
GW_MUSTCHECK int catalogue_replies_apart(const struct catalogue *c, struct slice replies,
                                         enum text_channel channel, struct arena *a,
                                         struct slice *out);
/* Renders such an array to the one text that answers a message (empty when there is none): WeChat
 * lines joined by a newline, an SMS joined behind one signature. */
GW_MUSTCHECK int catalogue_render_replies(const struct catalogue *c, struct slice replies,
                                          enum text_channel channel, const char *signature,
                                          bool links, struct arena *a, struct slice *out);

#endif
