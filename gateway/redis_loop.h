/* hiredis on a libuv loop. Its own adapter of version 0.14 is not enough: it hears nothing of a
 * connection that was refused, and leaks where the descriptor cannot be polled. Loop's thread. */
#ifndef GATEWAY_REDIS_LOOP_H
#define GATEWAY_REDIS_LOOP_H

#include <uv.h>

#include "gateway/base/error.h"

struct redisAsyncContext;

/* Lets the loop drive a context. What it takes goes when the context is freed and the loop has
 * turned. 0, or GW_EIO: the caller still frees the context. */
GW_MUSTCHECK int redis_loop_attach(uv_loop_t *loop, struct redisAsyncContext *context);

#endif
