/* Access tokens among several gateways: one asks the provider, the others take what it got. In
 * Redis the token is sealed with the vault, and Redis's clock says how long it lives. Loop's
 * thread.
 */
#ifndef GATEWAY_PROGRAM_TOKEN_SHARE_H
#define GATEWAY_PROGRAM_TOKEN_SHARE_H

#include "gateway/program/gateway.h"

enum token_finding {
    TOKEN_FOUND, /* another gateway's, with its seconds to live */
    TOKEN_MINE,  /* to ask for: the lock is ours for half a minute, or Redis went away */
    TOKEN_THEIRS /* another gateway is asking: look again in a second */
};

struct token_look {
    struct gateway *gateway;
    const struct account *account;
    struct slice unwanted; /* a token that was refused; copied */
    int64_t margin_s;      /* a token that lives no longer is as good as none */
    void (*found)(void *context, enum token_finding what, struct slice token, int64_t seconds);
    void *context;
};

/* False when no other gateway can be asked; else `found` runs once. `look` is copied. */
bool token_share_look(const struct token_look *look);
/* Gives the others a new token, and lets the lock go. */
void token_share_put(struct gateway *g, const struct account *account, struct slice token,
                     int64_t seconds);
/* The provider gave none: another may try. */
void token_share_release(struct gateway *g, const struct account *account);

#endif
