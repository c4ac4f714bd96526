#include "handlers/data.h"

#include <string.h>

#include "gateway/base/embed.h"
#include "gateway/base/json.h"

enum { FILE_MAX = 256 * 1024 };

json_t *data_json(const char *path, struct fault *fault)
{
    for (const struct embedded_file *f = handlers_files; f->path; f++)
        if (strcmp(f->path, path) == 0)
            return json_read((struct slice){ f->start, (size_t)(f->end - f->start) }, path,
                             FILE_MAX, fault);
    fault_set(fault, GW_ECONFIG, "%s: missing from the program", path);
    return NULL;
}
