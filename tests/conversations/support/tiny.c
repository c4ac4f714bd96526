#include "tests/conversations/support/tiny.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/json.h"
#include "tests/support/support.h"

enum { FILES_MAX = 200, FILE_BYTES_MAX = 1 << 16 };

struct tiny_knobs tiny_knobs;

/* The rows and their texts live as long as the test program: a catalogue borrows them. */
static struct arena arena;

static int report(struct action_call *call)
{
    tiny_knobs.reports += strcmp(tiny_knobs.report, "recorded") == 0;
    return action_end(call, tiny_knobs.report);
}

static int people(struct action_call *call)
{
    if (json_object_get(call->slots, "name") != NULL || tiny_knobs.people < 2) {
        if (json_object_get(call->slots, "name") == NULL)
            json_object_set_new(call->slots, "name", json_string("杨秀兰"));
        return action_end(call, "one");
    }
    return action_end(call, "several");
}

static int names(struct action_call *call)
{
    static const char *const all[] = { "杨秀兰", "李国才", "段有才" };
    call->items = json_array();
    for (int i = 0; i < tiny_knobs.people && i < 3; i++)
        json_array_append_new(call->items, json_pack("{s:i, s:s, s:{s:s}}", "n", i + 1, "name",
                                                     all[i], "set", "name", all[i]));
    return GW_OK;
}

static int gate(struct action_call *call)
{
    return action_end(call, tiny_knobs.member ? "pass" : "none");
}

static int nobody(struct action_call *call)
{
    return action_end(call, "none");
}

static int join(struct action_call *call)
{
    tiny_knobs.member = true;
    return action_end(call, "done");
}

static int broken(struct action_call *call)
{
    call->forget = true;
    if (tiny_knobs.broken == NULL)
        return GW_EIO;
    return action_end(call, tiny_knobs.broken);
}

static const struct action test_actions[] = {
    { "test.report", report, OUTCOMES("recorded", "too_long") },
    { "test.people", people, OUTCOMES("one", "several") },
    { "test.names", names, CHOICES },
    { "test.gate", gate, OUTCOMES("pass", "none") },
    { "test.no", nobody, OUTCOMES("pass", "none") },
    { "test.join", join, OUTCOMES("done") },
    { "test.break", broken, OUTCOMES("done", "say", "round") },
    { .name = NULL },
};

const struct action *const tiny_actions[] = { test_actions, NULL };

struct rows {
    struct embedded_file rows[FILES_MAX];
    int count;
};

static void put(struct rows *r, const char *path, const char *text, size_t n)
{
    struct embedded_file row = { path, text, text + n };
    for (int i = 0; i < r->count; i++)
        if (strcmp(r->rows[i].path, path) == 0) {
            if (text != NULL)
                r->rows[i] = row;
            else
                r->rows[i] = r->rows[--r->count];
            return;
        }
    assert_true(r->count < FILES_MAX - 1);
    r->rows[r->count++] = row;
}

static void put_folder(struct rows *r, const char *folder)
{
    char path[400];
    snprintf(path, sizeof path, "%s/tests/conversations/tiny%s", LINLI_SOURCE_DIR, folder);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (struct dirent *e = readdir(dir); e != NULL; e = readdir(dir)) {
        if (!slice_ends(slice_of(e->d_name), SLICE(".json")))
            continue;
        snprintf(path, sizeof path, "%s/tests/conversations/tiny%s/%s", LINLI_SOURCE_DIR, folder,
                 e->d_name);
        FILE *in = fopen(path, "rb");
        assert_non_null(in);
        char *text = arena_alloc(&arena, FILE_BYTES_MAX);
        size_t n = fread(text, 1, FILE_BYTES_MAX - 1, in);
        fclose(in);
        put(r, arena_printf(&arena, "conversations%s/%s", folder, e->d_name).p, text, n);
    }
    closedir(dir);
}

/* The program's own data, but for what is spoken. */
static void put_understanding(struct rows *r)
{
    for (const struct embedded_file *f = conversations_files; f->path != NULL; f++) {
        struct slice path = slice_of(f->path);
        if (!slice_starts(path, SLICE("conversations/flows/")) &&
            !slice_starts(path, SLICE("conversations/messages/")) &&
            !slice_eq(path, SLICE("conversations/menu.json")))
            put(r, f->path, f->start, (size_t)(f->end - f->start));
    }
}

int tiny_load(const struct tiny_file *changes, bool lenient, struct catalogue **out,
              struct fault *fault)
{
    struct rows *r = arena_alloc(&arena, sizeof *r);
    put_understanding(r);
    put_folder(r, "");
    put_folder(r, "/flows");
    put_folder(r, "/messages");
    for (; changes != NULL && changes->path != NULL; changes++)
        put(r, changes->path, changes->text, changes->text != NULL ? strlen(changes->text) : 0);
    const struct catalogue_options options = {
        .zone = SUPPORT_ZONE, .files = r->rows, .actions = tiny_actions, .lenient = lenient
    };
    return catalogue_load_from(&options, out, fault);
}

struct catalogue *tiny_catalogue(void)
{
    struct catalogue *c = NULL;
    struct fault fault = { 0 };
    if (tiny_load(NULL, false, &c, &fault) < 0)
        fail_msg("the tiny catalogue does not load: %s", fault.text);
    return c;
}
