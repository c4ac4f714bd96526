/* Dates and ranges, solar and lunar: what is read is in the calendar, begins before it ends, and is
 * the same whichever way one looks when it is certain. */
#include "conversations/understand/date.h"

#include "conversations/understand/scan.h"
#include "tests/fuzz/understanding.h"

static void check(const struct calendar *c, const struct when *w)
{
    for (int way = DIRECTION_ANY; way <= DIRECTION_FUTURE; way++) {
        int64_t from = 0, to = 0;
        if (!date_resolve(c, w, (enum direction)way, &from, &to))
            continue;
        require(from <= to);
        require(to - from <= 800);
        require_day(from);
        require_day(to);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = { 0 };
    const struct reading *r = read_bytes(data, size, CHANNEL_SMS, &arena);
    struct slice low = r->normal.low;
    struct when w;
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t at = i;
        if (!date_read(&r->calendar, low, &at, &w)) {
            require(at == i);
            continue;
        }
        require(at > i && at <= low.n);
        check(&r->calendar, &w);
    }
    if (date_answer(&r->calendar, low, &w))
        check(&r->calendar, &w);
    require_answer(r, "date.past");
    require_answer(r, "date.future");
    require_answer(r, "birth");
    arena_free(&arena);
    return 0;
}
