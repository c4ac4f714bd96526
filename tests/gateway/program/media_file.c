#include "gateway/program/media_file.h"

#include <stdio.h>
#include <sys/stat.h>

#include "tests/support/support.h"

/* What lies on the disk says nothing; it opens under its own name alone, and unchanged. */
static void a_file_is_sealed(void **state)
{
    struct support *s = *state;
    struct fault fault = { 0 };
    struct slice clear = SLICE("\xFF\xD8 what a photo shows"), got;
    const char *dir = s->folder;
    assert_int_equal(media_file_write(dir, s->vault, 7, clear, &fault), 0);
    const char *name =
        arena_printf(&s->arena, "%s/%.*s", dir, SLICE_ARG(media_file_path(7, &s->arena))).p;
    struct stat st;
    assert_int_equal(stat(name, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    char raw[256];
    FILE *f = fopen(name, "rb");
    assert_non_null(f);
    size_t n = fread(raw, 1, sizeof raw, f);
    fclose(f);
    assert_true(slice_find((struct slice){ raw, n }, SLICE("photo")) < 0);
    assert_int_equal(media_file_read(dir, s->vault, 7, &s->arena, &got, &fault), 0);
    assert_true(slice_eq(got, clear));

    const char *moved = arena_printf(&s->arena, "%s/media/8", dir).p;
    assert_int_equal(rename(name, moved), 0);
    assert_int_equal(media_file_read(dir, s->vault, 8, &s->arena, &got, &fault), GW_ECRYPTO);
    fault = (struct fault){ 0 };
    assert_int_equal(media_file_read(dir, s->vault, 7, &s->arena, &got, &fault), GW_EIO);

    int64_t *ids;
    assert_int_equal(media_file_list(dir, 10, &s->arena, &ids), 1);
    assert_int_equal(ids[0], 8);
    media_file_remove(dir, 8);
    media_file_remove(dir, 8);
    assert_int_equal(media_file_list(dir, 10, &s->arena, &ids), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_sealed, support_setup, support_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
