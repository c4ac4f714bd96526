/* The leader's screen: a page with the QR code by which people check in and sign out. It changes
 * every minute and needs no script: the page asks for itself again.
 *
 * What works on a service account: only a code made by WeChat (QR_STR_SCENE) brings a follower's
 * scan back as an event, and leads somebody who does not follow yet to following with the scene
 * kept. A code with an address of ours would open a web page, which does not know who looks at it
 * without the OAuth of a registered domain; a code with a text is only shown. So one temporary code
 * a minute is made while a page is open, of the 100,000 that WeChat makes a day (wechat.md 4.11):
 * five hundred screens for three hours. It stands in the page drawn as SVG; WeChat's picture is not
 * fetched. Where the account cannot make any (no app_secret, no network), the page shows the six
 * digits of the activity, which work by SMS and in WeChat alike. Loop's thread. */
#ifndef GATEWAY_PROGRAM_SCREEN_H
#define GATEWAY_PROGRAM_SCREEN_H

#include "gateway/program/gateway.h"

struct http_request;

/* Answers /here/ACCOUNT/PAGE; false when the path is another one. */
bool screen_handle(struct gateway *g, struct http_request *r);
/* Where the pages of an account are, without the page's name: of the configured public URL, else of
 * the address that is listened on. In the arena. */
const char *screen_base(const struct gateway *g, const struct account *account, struct arena *a);
/* After the client has stopped; NULL is fine. */
void screen_free(struct gateway *g);

#endif
