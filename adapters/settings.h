/* An account's settings as a table: one row a key, which checks the value and puts it in the
 * adapter's struct. Pure; any thread. */
#ifndef ADAPTERS_SETTINGS_H
#define ADAPTERS_SETTINGS_H

#include "adapters/adapter.h"

enum setting_kind {
    SETTING_TEXT,   /* a string of `min` to `max` bytes, into a struct slice */
    SETTING_NUMBER, /* an integer from `min` to `max`, into an int64_t */
    SETTING_OBJECT, /* an object of at most `max` members, borrowed, into a json_t * */
};

struct setting {
    const char *key;
    enum setting_kind kind;
    bool required;
    size_t offset; /* of the member it fills, which keeps its value when the key is absent */
    int64_t min, max;
    const char *only;     /* the values allowed, with '|' between them, NULL: any */
    const char *alphabet; /* strings hold only these bytes, NULL: printable ASCII */
    const char *expected; /* for the person who reads the fault: "3 to 32 letters or digits" */
};

/* Fills `out` from account->settings by `table` (ended by a row without a key). Texts borrow from
 * the settings. 0, or GW_ECONFIG: an unknown key (the known ones are listed), a missing or a wrong
 * value. A fault names account and key, never the value. */
GW_MUSTCHECK int settings_read(const struct account *account, const struct setting *table,
                               void *out, struct fault *fault);

#endif
