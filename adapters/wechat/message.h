/* One push of WeChat, from XML to a message or receipts (wechat.md 2). Pure; any thread. */
#ifndef ADAPTERS_WECHAT_MESSAGE_H
#define ADAPTERS_WECHAT_MESSAGE_H

#include "adapters/adapter.h"
#include "adapters/xml.h"

/* Reads the document. REFUSED_NONE fills the messages or the receipts of `out`, which is empty;
 * REFUSED_RECIPIENT when it is for another account than `original_id`; REFUSED_MALFORMED when an
 * element that every push has is missing or wrong. */
enum webhook_refusal wechat_message(const struct xml *xml, struct slice original_id,
                                    struct arena *a, struct decoded *out);

/* True when WeChat shows a passive reply to what arrived: not to unsubscribe, and nothing is said
 * to what is only counted. */
bool wechat_answerable(enum inbound_kind kind);

/* What message.c and event.c share: an element's text without white space around it; 1 to 20
 * digits; a text of a person, clean and cut; a coordinate in degrees, false when it is none. */
struct slice wechat_element(const struct xml *xml, const char *path);
bool wechat_is_number(struct slice s);
struct slice wechat_text(struct slice raw, struct arena *a);
bool wechat_degrees(struct slice s, double limit, struct arena *a, double *out);

#endif
