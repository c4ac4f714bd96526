/* The room's built-in JSON files. */
#ifndef HANDLERS_DATA_H
#define HANDLERS_DATA_H

#include <jansson.h>

#include "gateway/base/error.h"

/* The parsed file of a path below the source tree, e.g. "handlers/data/district.json": a new
 * reference, or NULL with `fault` filled. Any thread. */
json_t *data_json(const char *path, struct fault *fault);

#endif
