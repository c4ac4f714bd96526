/* Places by name and by sound: inside the text, named, and found again the same. */
#include "conversations/understand/gazetteer.h"
#include "tests/fuzz/understanding.h"

static void check(const struct place *p, struct slice low)
{
    require(p->from < p->to && p->to <= low.n);
    require(p->name.n > 0 && p->name.n <= 200 && utf8_valid(p->name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = { 0 };
    const struct reading *r = read_bytes(data, size, CHANNEL_SMS, &arena);
    struct slice low = r->normal.low;
    struct place p = { 0 };
    for (size_t from = 0;
         from < low.n && gazetteer_find(r->u->gazetteer, low, from, &arena, &p) == 1; from = p.to) {
        require(p.from >= from);
        check(&p, low);
    }
    if (gazetteer_sounds(r->u->gazetteer, r->u->han, low, &arena, &p) == 1)
        check(&p, low);
    require_answer(r, "area");
    require_answer(r, "place");
    require_answer(r, "activity");
    arena_free(&arena);
    return 0;
}
