/* Every timer that some handler sets is in the table, once, and does nothing for a subject that is
 * gone. */
#include <dirent.h>

#include "tests/handlers/outbox.h"

static bool is_known(const char *kind, size_t n)
{
    int found = 0;
    for (const struct timer_handler *h = handler_timers; h->kind; h++)
        found += strlen(h->kind) == n && memcmp(h->kind, kind, n) == 0;
    assert_true(found <= 1);
    return found == 1;
}

/* The kinds named in timers_set(s->tx, "…" of one source file; returns how many. */
static int check_file(const char *path)
{
    static const char call[] = "timers_set(s->tx, \"";
    static char text[65536];
    FILE *file = fopen(path, "r");
    int found = 0;
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = '\0';
    for (char *at = text; (at = strstr(at, call)) != NULL; found++) {
        at += sizeof call - 1;
        size_t length = strcspn(at, "\"");
        if (!is_known(at, length))
            fail_msg("%s sets a timer that is not in the table: %.*s", path, (int)length, at);
    }
    return found;
}

static void every_timer_that_is_set_is_in_the_table(void **state)
{
    const char *folder = LINLI_SOURCE_DIR "/handlers";
    DIR *dir = opendir(folder);
    struct dirent *entry;
    int found = 0;
    (void)state;
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        size_t n = strlen(entry->d_name);
        char path[512];
        if (n < 3 || strcmp(entry->d_name + n - 2, ".c") != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        found += check_file(path);
    }
    closedir(dir);
    assert_true(found >= 9);
}

static void a_subject_that_is_gone_is_no_error(void **state)
{
    struct records *r = records_open();
    (void)state;
    for (const struct timer_handler *h = handler_timers; h->kind; h++)
        assert_int_equal(h->run(&r->s, 424242), 0);
    records_close(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_timer_that_is_set_is_in_the_table),
        cmocka_unit_test(a_subject_that_is_gone_is_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
