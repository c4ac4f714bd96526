/* Numbers in any spelling, wherever in a text they begin: never negative, never read behind the
 * end, never without moving on. */
#include "conversations/understand/numeral.h"

#include "tests/fuzz/understanding.h"

static void check(struct slice s, size_t from)
{
    struct numeral n = { 0 };
    size_t i = from;
    bool read = numeral_read(s, &i, &n);
    require(read ? i > from && i <= s.n : i == from);
    if (!read)
        return;
    require(n.thousandths >= 0 && n.thousandths <= INT64_C(1000000000000000));
    require(n.second >= 0 && n.second <= INT64_C(1000000000000000));
    require(n.places >= 0 && n.places <= 12);
    require(utf8_valid((struct slice){ s.p + from, i - from }) || !utf8_valid(s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = { 0 };
    const struct reading *r = read_bytes(data, size, CHANNEL_SMS, &arena);
    struct slice low = r->normal.low;
    for (size_t i = 0; i < low.n; i++)
        check(low, i); /* inside a character, too */
    check(low, low.n);
    require(numeral_whole(low) >= -1 && numeral_whole(low) <= INT64_C(1000000000000));
    require_answer(r, "number");
    require_answer(r, "count");
    arena_free(&arena);
    return 0;
}
