/* Names, told, spelled and found: a part of the text (or put together from it), never empty, never
 * half a character. */
#include "conversations/understand/masked.h"
#include "conversations/understand/person.h"
#include "conversations/understand/scan.h"
#include "tests/fuzz/understanding.h"

enum { NAME_BYTES_MAX = 200 };

static void check(struct slice name)
{
    require(name.n > 0 && name.n <= NAME_BYTES_MAX && utf8_valid(name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = { 0 };
    const struct reading *r = read_bytes(data, size, CHANNEL_WECHAT_VOICE, &arena);
    const struct name_words *w = &r->u->names;
    struct slice text = r->normal.text, name;
    struct masked masked;
    size_t found;
    for (size_t i = 0; i < text.n; i = scan_next(text, i)) {
        for (int told = 0; told < 2; told++) {
            size_t at = i;
            if (!name_read(w, text, &at, told != 0, &name)) {
                require(at == i);
                continue;
            }
            require(at > i && at <= text.n);
            check(name);
        }
    }
    if (name_find(w, text, &name, &found)) {
        require(found + name.n <= text.n);
        check(name);
    }
    if (name_answer(w, text, &arena, &name))
        check(name);
    /* What is kept to learn from has no name that was found. */
    understand_mask(r, &arena, &masked);
    require(utf8_valid(masked.example) && utf8_valid(masked.wording));
    require_answer(r, "name");
    require_answer(r, "names");
    require_answer(r, "person");
    arena_free(&arena);
    return 0;
}
