/* Names shared by the webhooks and the background. */
#ifndef GATEWAY_PROGRAM_WEBHOOK_H
#define GATEWAY_PROGRAM_WEBHOOK_H

/* Timer kind whose subject is the inbox id of a passive reply that nobody fetched. */
#define FOLLOW_UP_TIMER "reply.follow_up"

#endif
