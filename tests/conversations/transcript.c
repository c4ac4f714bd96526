/* Every tests/conversations/NAME.txt is a test of that name: whole conversations against the real
 * data, handlers and store. The format is in support/script.h. Arguments choose files by part of
 * their names. */
#include "tests/conversations/support/script.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRANSCRIPTS_MAX = 400 };

static struct catalogue *catalogue;
static char *paths[TRANSCRIPTS_MAX];
static struct CMUnitTest tests[TRANSCRIPTS_MAX + 2];

static void runs_as_written(void **state)
{
    char *why = script_run(*state, catalogue);
    if (why != NULL) {
        print_error("%s\n", why);
        free(why);
        fail();
    }
}

/* A runner that accepted anything would prove nothing. */
static void complains_about_faults(void **state)
{
    static const struct {
        const char *text, *expected;
    } faults[] = {
        { "> 帮助\n< [no.such.id]\n", ":2: expected" },
        { "> 帮助\n", "the last reply to be looked at" },
        { "> 帮助\n<\n", "expected no reply" },
        { "hello\n", "malformed" },
        { "@ nothing\n", "malformed" },
        { "@ now yesterday\n", "malformed" },
        { "< [help]\n", "malformed" },
        { "= volunteers\n", "malformed" },
        { "# nothing is checked\n", "at least one" },
        { "@ setup no_such_fixture\n", "a known fixture" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        char *why = script_run_text("fault", slice_of(faults[i].text), catalogue);
        if (why == NULL || strstr(why, faults[i].expected) == NULL)
            fail_msg("%s gave: %s", faults[i].text, why != NULL ? why : "nothing");
        free(why);
    }
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_chosen(const char *name, int argc, char **argv)
{
    if (!slice_ends(slice_of(name), SLICE(".txt")))
        return false;
    for (int i = 1; i < argc; i++)
        if (strstr(name, argv[i]) != NULL)
            return true;
    return argc < 2;
}

static int find_transcripts(int argc, char **argv)
{
    const char *folder = LINLI_SOURCE_DIR "/tests/conversations";
    DIR *dir = opendir(folder);
    int n = 0;
    if (dir == NULL)
        return -1;
    for (struct dirent *e = readdir(dir); e != NULL && n < TRANSCRIPTS_MAX; e = readdir(dir)) {
        if (!is_chosen(e->d_name, argc, argv))
            continue;
        paths[n] = mem_alloc(strlen(folder) + strlen(e->d_name) + 2);
        snprintf(paths[n], strlen(folder) + strlen(e->d_name) + 2, "%s/%s", folder, e->d_name);
        n++;
    }
    closedir(dir);
    qsort(paths, (size_t)n, sizeof *paths, by_name);
    return n;
}

int main(int argc, char **argv)
{
    struct fault fault = { 0 };
    int n = find_transcripts(argc, argv);
    if (n < 0 || catalogue_load(NULL, SUPPORT_ZONE, &catalogue, &fault) < 0) {
        fprintf(stderr, "transcripts: %s\n", n < 0 ? "no folder" : fault.text);
        return 1;
    }
    size_t count = 0;
    if (argc < 2)
        tests[count++] = (struct CMUnitTest)cmocka_unit_test(complains_about_faults);
    for (int i = 0; i < n; i++)
        tests[count++] = (struct CMUnitTest){ .name = strrchr(paths[i], '/') + 1,
                                              .test_func = runs_as_written,
                                              .initial_state = paths[i] };
    int failed = _cmocka_run_group_tests("transcripts", tests, count, NULL, NULL);
    for (int i = 0; i < n; i++)
        free(paths[i]);
    catalogue_release(catalogue);
    return failed;
}
