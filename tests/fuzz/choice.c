/* Short answers: choices, yes and no, and the words that work at every step. The first byte chooses
 * the channel. */
#include "tests/fuzz/understanding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const kinds[] = { "yes_no", "choice",  "every", "undone", "came",
                                         "hazard", "quality", "page",  "grant" };
    struct arena arena = { 0 };
    if (size == 0)
        return 0;
    const struct reading *r =
        read_bytes(data + 1, size - 1, (enum text_channel)(data[0] % 3), &arena);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        require_answer(r, kinds[i]);
    json_t *slots = json_object();
    if (understand_answer(understander(), r, SLICE("yes_no"), slots) == 1)
        require(json_is_boolean(json_object_get(slots, "yes")));
    json_decref(slots);
    require(understand_global(r) >= GLOBAL_NONE && understand_global(r) <= GLOBAL_NO);
    /* Nothing is not a word: an empty text takes no default. */
    if (r->normal.text.n == 0 && r->normal.mark == MARK_NONE)
        require(understand_global(r) == GLOBAL_NONE);
    (void)understand_refuses(r);
    arena_free(&arena);
    return 0;
}
