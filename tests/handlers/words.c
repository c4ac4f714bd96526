/* Several texts in one column: packed and read back. */
#include "handlers/words.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/support.h"

static struct arena arena;

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void texts_come_back(void **state)
{
    (void)state;
    const struct slice in[] = { SLICE("包饺子"), SLICE(""), { NULL, 0 }, SLICE("a\0b") };
    struct slice out[4];
    struct slice packed = words_pack(in, 4, &arena);
    assert_int_equal(words_unpack(packed, out, 4), 0);
    for (int i = 0; i < 4; i++)
        assert_true(slice_eq(in[i], out[i]));
}

static void texts_do_not_run_together(void **state)
{
    (void)state;
    const struct slice one[] = { SLICE("ab"), SLICE("c") };
    const struct slice other[] = { SLICE("a"), SLICE("bc") };
    assert_false(slice_eq(words_pack(one, 2, &arena), words_pack(other, 2, &arena)));
}

static void missing_texts_are_empty(void **state)
{
    (void)state;
    const struct slice in[] = { SLICE("x") };
    struct slice out[3];
    assert_int_equal(words_unpack(words_pack(in, 1, &arena), out, 3), 0);
    assert_slice(out[0], "x");
    assert_int_equal(out[1].n + out[2].n, 0);
    assert_int_equal(words_unpack((struct slice){ NULL, 0 }, out, 3), 0);
    assert_int_equal(out[0].n, 0);
}

static void damage_is_noticed(void **state)
{
    (void)state;
    const struct slice in[] = { SLICE("hello"), SLICE("world") };
    struct slice packed = words_pack(in, 2, &arena);
    struct slice out[2];
    for (size_t n = 1; n < packed.n; n++) {
        bool whole = n == 4 + 5; /* the first text, complete */
        assert_int_equal(words_unpack(slice_head(packed, n), out, 2), whole ? 0 : GW_EDATA);
    }
    char *copy = arena_str(&arena, packed);
    copy[0] = (char)0xff;
    assert_int_equal(words_unpack((struct slice){ copy, packed.n }, out, 2), GW_EDATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_come_back),
        cmocka_unit_test(texts_do_not_run_together),
        cmocka_unit_test(missing_texts_are_empty),
        cmocka_unit_test(damage_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
