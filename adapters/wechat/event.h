/* The events among WeChat's pushes (wechat.md 2.3): follows, scans, menus, and what became of
 * messages of ours. Pure; any thread. */
#ifndef ADAPTERS_WECHAT_EVENT_H
#define ADAPTERS_WECHAT_EVENT_H

#include "adapters/adapter.h"
#include "adapters/xml.h"

/* Reads an event into out->messages[0], whose sender and sent_at are set, or in its place into
 * receipts. REFUSED_NONE or REFUSED_MALFORMED. */
enum webhook_refusal wechat_event(const struct xml *xml, struct arena *a, struct decoded *out);

#endif
