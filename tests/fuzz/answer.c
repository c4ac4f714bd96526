/* Every kind of answer that a flow's step may read, on every text. The first byte chooses the
 * channel. */
#include "tests/fuzz/understanding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = { 0 };
    const char *kind;
    if (size == 0)
        return 0;
    const struct reading *r =
        read_bytes(data + 1, size - 1, (enum text_channel)(data[0] % 3), &arena);
    for (int i = 0; (kind = understand_answer_kind(i)) != NULL; i++) {
        require(understand_answers(slice_of(kind)));
        require_answer(r, kind);
    }
    arena_free(&arena);
    return 0;
}
