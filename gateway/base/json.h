/* Small readers over Jansson that every room shares. Jansson's own rules of ownership apply. */
#ifndef GATEWAY_BASE_JSON_H
#define GATEWAY_BASE_JSON_H

#include <jansson.h>

#include "gateway/base/error.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

/* Depth and size are limited before parsing: at most `max` bytes, 32 levels, no duplicate keys. A
 * new reference, or NULL with `fault` filled with `name`, line and reason. */
json_t *json_read(struct slice text, const char *name, size_t max, struct fault *fault);
/* Compact text in the arena, keys in insertion order. */
struct slice json_write(const json_t *value, struct arena *a);

/* Members with a default when absent or of another type. Borrowed. */
const char *json_text(const json_t *object, const char *key, const char *fallback);
struct slice json_slice(const json_t *object, const char *key); /* empty when absent */
int64_t json_int(const json_t *object, const char *key, int64_t fallback);
bool json_flag(const json_t *object, const char *key, bool fallback);

/* Sets a string member from a slice; invalid UTF-8 is replaced by U+FFFD. */
void json_put_slice(json_t *object, const char *key, struct slice value);
void json_put_int(json_t *object, const char *key, int64_t value);
/* 64-bit ids are strings in JSON. */
void json_put_id(json_t *object, const char *key, int64_t id);
int64_t json_id(const json_t *object, const char *key); /* 0 when absent */

#endif
