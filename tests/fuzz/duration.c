/* Lengths and times of day: minutes are never negative and never more than a year, ranges begin
 * before they end, times are of one day. */
#include "conversations/understand/duration.h"

#include "conversations/understand/clock.h"
#include "conversations/understand/scan.h"
#include "tests/fuzz/understanding.h"

static void check_length(const struct duration *d)
{
    require(d->minutes >= -1 && d->minutes <= MINUTES_MAX);
    require(d->least >= 0 && d->most >= d->least && d->most <= MINUTES_MAX);
    require(!d->day_part || (d->part >= PART_NONE && d->part <= PART_DAWN));
}

static void check_clock(const struct clock_span *span)
{
    for (int part = PART_NONE; part <= PART_DAWN; part++) {
        int start = -1, end = -1;
        char text[8];
        clock_resolve(span, (enum day_part)part, &start, &end);
        require(start >= 0 && start <= 24 * 60);
        require(!span->has_end || (end >= 0 && end <= 24 * 60));
        clock_format(start, text);
        require(strlen(text) == 5);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = { 0 };
    struct duration d;
    struct clock_span span;
    const struct reading *r = read_bytes(data, size, CHANNEL_SMS, &arena);
    struct slice low = r->normal.low;
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        size_t at = i;
        if (duration_read(low, &at, &d)) {
            require(at > i && at <= low.n);
            check_length(&d);
        } else {
            require(at == i);
        }
        at = i;
        if (clock_read(low, &at, &span)) {
            require(at > i && at <= low.n);
            check_clock(&span);
        }
        at = i;
        (void)clock_part(low, &at);
        require(at >= i && at <= low.n);
    }
    if (duration_answer(low, &d))
        check_length(&d);
    require_answer(r, "duration");
    require_answer(r, "time");
    arena_free(&arena);
    return 0;
}
