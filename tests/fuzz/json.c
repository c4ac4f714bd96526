/* Any bytes: what is read can be written, and reading that gives an equal value; a fault has its
 * words. */
#include "gateway/base/json.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = { 0 };
    struct fault fault = { 0 };
    json_t *value = json_read(input(data, size), "input", 64 * 1024, &fault);
    if (value != NULL) {
        struct slice text = json_write(value, &arena);
        /* Escapes can make a text longer than its limit: ten times is more than any can. */
        json_t *again = json_read(text, "output", 640 * 1024, &fault);
        require(again != NULL && json_equal(value, again));
        json_decref(again);
        json_decref(value);
    } else {
        require(fault.code == GW_EPROTO || fault.code == GW_ETOOBIG);
        require(fault.text[0] != '\0');
    }
    arena_free(&arena);
    return 0;
}
