/* Digests, encodings and random bytes, all by OpenSSL. Pure but for digest_random; any thread. */
#ifndef GATEWAY_BASE_DIGEST_H
#define GATEWAY_BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

/* The raw digest. MD5 and SHA-1 are for protocols that ask for them. */
void digest_md5(struct slice data, unsigned char out[16]);
void digest_sha1(struct slice data, unsigned char out[20]);
void digest_sha256(struct slice data, unsigned char out[32]);
void digest_hmac_sha1(struct slice key, struct slice data, unsigned char out[20]);
void digest_hmac_sha256(struct slice key, struct slice data, unsigned char out[32]);
/* Lower-case hexadecimal, NUL-terminated: out has 2n + 1 bytes. */
void digest_hex(const unsigned char *data, size_t n, char *out);
/* 0 or GW_EINVAL; `out` has room for half the digits. */
int digest_unhex(struct slice hex, unsigned char *out, size_t n);
/* With padding, in the arena; and back. */
struct slice digest_base64(struct slice data, struct arena *a);
int digest_unbase64(struct slice text, struct arena *a, struct slice *out); /* 0 or GW_EINVAL */
/* Equality in time that depends on the length only. */
bool digest_equal(struct slice a, struct slice b);
/* Unpredictable bytes; ends the program if the system has none to give. */
void digest_random(void *out, size_t n);
/* A uniform number from 0 to below - 1 from digest_random. */
uint32_t digest_random_below(uint32_t below);

#endif
