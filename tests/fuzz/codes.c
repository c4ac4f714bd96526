/* Phone and document numbers in any spelling: only their digits come out, as many as there have to
 * be. */
#include "conversations/understand/codes.h"

#include "conversations/understand/scan.h"
#include "tests/fuzz/understanding.h"

static size_t digits(const char *text)
{
    return strspn(text, "0123456789");
}

static void check(const struct code *c)
{
    size_t n = strlen(c->text);
    switch (c->kind) {
    case CODE_PHONE:
        require(n == 11 && digits(c->text) == 11 && c->text[0] == '1' && c->text[1] >= '3');
        break;
    case CODE_RESIDENT_ID:
        require(n == 18 && digits(c->text) >= 17);
        require(digits(c->text) == 18 || c->text[17] == 'X');
        break;
    case CODE_RESIDENT_ID_15:
        require(n == 15 && digits(c->text) == 15);
        break;
    case CODE_HKMO_PERMIT:
        require((n == 9 || n == 11) && (c->text[0] == 'H' || c->text[0] == 'M'));
        require(digits(c->text + 1) == n - 1);
        break;
    default:
        require(false);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = { 0 };
    const struct reading *r = read_bytes(data, size, CHANNEL_SMS, &arena);
    struct slice low = r->normal.low;
    for (size_t i = 0; i < low.n; i = scan_next(low, i)) {
        struct code c = { 0 };
        size_t at = i;
        bool read = code_read(low, &at, &c);
        require(read ? at > i && at <= low.n : at == i);
        if (read)
            check(&c);
    }
    require_answer(r, "phone");
    require_answer(r, "id_number");
    require_answer(r, "code");
    arena_free(&arena);
    return 0;
}
