/* Two connections of one process and another process beside them: the log must not be deleted under
 * anybody, or what was committed afterwards is lost (promise 1). */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gateway/store/people.h"
#include "tests/support/support.h"

static const struct embedded_file *const tables[] = { gw_store_files, NULL };

static const char *program;

/* What the other process does: opens and closes, which deletes the log if nobody else holds it. */
static int visit(const char *path)
{
    struct store *store = NULL;
    struct fault fault = { 0 };
    const struct store_options options = { .path = path };
    int rc = store_open(&options, &store, &fault);
    store_close(store);
    return rc == GW_OK ? 0 : 1;
}

/* A program of its own, not a mere fork: SQLite's knowledge of locks must be fresh. */
static void visit_from_another_process(const struct support *s)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        execl(program, program, s->path, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void make_address(struct support *s, const char *phone)
{
    struct tx *tx = support_begin(s);
    struct address address;
    assert_int_equal(people_address(tx, s->vault, &s->ids, SLICE("sms"), slice_of(phone),
                                    SLICE("sms/demo"), SUPPORT_NOW, &s->arena, &address),
                     GW_OK);
    support_commit(s);
}

static void the_log_stays_while_a_second_connection_comes_and_goes(void **state)
{
    (void)state;
    struct support *s = support_store(tables);
    make_address(s, "13800000001");
    struct store *second = NULL;
    struct fault fault = { 0 };
    const struct store_options options = { .path = s->path, .read_only = true };
    assert_int_equal(store_open(&options, &second, &fault), GW_OK);
    store_close(second);
    const struct store_options writer = { .path = s->path };
    assert_int_equal(store_open(&writer, &second, &fault), GW_OK);
    char log[128];
    snprintf(log, sizeof log, "%s-wal", s->path);
    visit_from_another_process(s);
    assert_int_equal(access(log, F_OK), 0);
    make_address(s, "13800000002");
    store_close(second);
    visit_from_another_process(s);
    assert_int_equal(access(log, F_OK), 0);
    support_free(s);
}

int main(int argc, char **argv)
{
    if (argc == 2)
        return visit(argv[1]);
    program = argv[0];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_log_stays_while_a_second_connection_comes_and_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
