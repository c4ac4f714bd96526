/* Allocation that never fails, and the arena. */
#include "gateway/base/mem.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/support.h"

static void memory_is_zeroed_and_copied(void **state)
{
    (void)state;
    char *p = mem_alloc(64);
    for (int i = 0; i < 64; i++)
        assert_int_equal(p[i], 0);
    memset(p, 'x', 64);
    p = mem_resize(p, 4096);
    assert_int_equal(p[63], 'x');
    free(p);
    free(mem_alloc(0));
    char *copy = mem_dup((struct slice){ "abc", 2 });
    assert_string_equal(copy, "ab");
    free(copy);
    copy = mem_dup((struct slice){ 0 });
    assert_string_equal(copy, "");
    free(copy);
}

/* Runs `f` in a child whose standard error is a pipe; returns its exit status and what it wrote. */
static int in_child(void (*f)(void), char *out, size_t size)
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (dup2(fds[1], STDERR_FILENO) < 0)
            _exit(1);
        f();
        _exit(0);
    }
    assert_int_equal(close(fds[1]), 0);
    size_t n = 0;
    ssize_t got;
    while (n + 1 < size && (got = read(fds[0], out + n, size - 1 - n)) > 0)
        n += (size_t)got;
    out[n] = '\0';
    assert_int_equal(close(fds[0]), 0);
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void ask_for_too_much(void)
{
    struct arena a = { 0 };
    arena_alloc(&a, SIZE_MAX);
}

static void running_out_ends_the_program(void **state)
{
    (void)state;
    char said[256];
    assert_int_equal(in_child(mem_exhausted, said, sizeof(said)), 70);
    assert_non_null(strstr(said, "out of memory"));
    assert_int_equal(strchr(said, '\n') - said, (ptrdiff_t)strlen(said) - 1); /* one line */
    assert_int_equal(in_child(ask_for_too_much, said, sizeof(said)), 70);
}

static void arena_memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    struct arena a = { 0 };
    for (int round = 0; round < 3; round++) {
        unsigned char *before = NULL;
        for (size_t n = 0; n < 300; n++) {
            unsigned char *p = arena_alloc(&a, n);
            assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
            for (size_t i = 0; i < n; i++)
                assert_int_equal(p[i], 0);
            memset(p, 0xAA, n);
            assert_true(p != before);
            before = p;
        }
        arena_reset(&a);
        assert_int_equal(a.used, 0);
    }
    arena_free(&a);
    arena_free(&a);
}

static void large_pieces_do_not_waste_the_block(void **state)
{
    (void)state;
    struct arena a = { 0 };
    char *small = arena_alloc(&a, 16);
    char *large = arena_alloc(&a, 1024 * 1024);
    large[1024 * 1024 - 1] = 'x';
    char *next = arena_alloc(&a, 16);
    assert_ptr_equal(next, small + 16); /* the first block is still in use */
    assert_true(a.used >= 1024 * 1024 + 32);
    arena_reset(&a);
    assert_ptr_equal(arena_alloc(&a, 16), small); /* and kept */
    arena_free(&a);
}

static void strings_live_in_the_arena(void **state)
{
    (void)state;
    struct arena a = { 0 };
    assert_string_equal(arena_str(&a, SLICE("老年")), "老年");
    assert_string_equal(arena_str(&a, (struct slice){ 0 }), "");
    struct slice s = arena_dup(&a, (struct slice){ "a\0b", 3 });
    assert_int_equal(s.n, 3);
    assert_memory_equal(s.p, "a\0b\0", 4);
    assert_slice(arena_printf(&a, "%s-%d", "x", 42), "x-42");
    assert_slice(arena_printf(&a, "%s", ""), "");
    for (int width = 250; width < 262; width++) { /* around the size of the first try */
        struct slice wide = arena_printf(&a, "%*d", width, 7);
        assert_int_equal(wide.n, width);
        assert_int_equal(wide.p[width - 1], '7');
        assert_int_equal(wide.p[width], '\0');
    }
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_copied),
        cmocka_unit_test(running_out_ends_the_program),
        cmocka_unit_test(arena_memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(large_pieces_do_not_waste_the_block),
        cmocka_unit_test(strings_live_in_the_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
