/* One push of WeChat, from XML to an inbound message (wechat.md 2). Pure; any thread. */
#ifndef ADAPTERS_WECHAT_MESSAGE_H
#define ADAPTERS_WECHAT_MESSAGE_H

#include "adapters/adapter.h"
#include "adapters/xml.h"

/* Reads the document. REFUSED_NONE fills `out`; REFUSED_RECIPIENT when it is for another account
 * than `original_id`; REFUSED_MALFORMED when an element that every push has is missing or wrong. */
enum webhook_refusal wechat_message(const struct xml *xml, struct slice original_id,
                                    struct arena *a, struct inbound *out);

/* True when WeChat shows a passive reply to what arrived: not to unsubscribe, and nothing is said
 * to what is only counted. */
bool wechat_answerable(enum inbound_kind kind);

#endif
