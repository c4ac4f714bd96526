/* linli media: the files that people sent. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/base/json.h"
#include "gateway/program/command.h"
#include "gateway/program/installation.h"
#include "gateway/program/media_file.h"
#include "gateway/store/media.h"
#include "handlers/volunteers.h"

enum { LIST_MAX = 1000 };

struct media_call {
    int64_t id, limit;
    json_t *list;
    int found;
};

static const char *const states[] = { "waiting", "here", "lost" };

/* Who sent it: the names registered at the address. */
static void put_names(const struct service *s, int64_t address, json_t *out)
{
    struct volunteer *list;
    json_t *names = json_array();
    int n = volunteers_by_address(s, address, &list);
    for (int i = 0; i < n; i++)
        json_array_append_new(names, json_stringn(list[i].name.p, list[i].name.n));
    json_object_set_new(out, "from", names);
}

static json_t *shown(const struct service *s, const struct media_row *row)
{
    char at[32];
    json_t *o = json_object();
    json_put_id(o, "id", row->id);
    json_put_slice(o, "account", row->account);
    json_put_slice(o, "kind", row->kind);
    json_object_set_new(o, "state", json_string(states[row->state]));
    json_put_int(o, "bytes", row->bytes);
    civil_format_rfc3339(row->at, s->zone, at);
    json_object_set_new(o, "at", json_string(at));
    put_names(s, row->address, o);
    return o;
}

static int list(const struct service *s, void *context)
{
    struct media_call *call = context;
    struct media_row *rows;
    int n = media_list(s->tx, INT64_MAX, (int)call->limit, s->arena, &rows);
    for (int i = 0; i < n; i++)
        json_array_append_new(call->list, shown(s, &rows[i]));
    return n < 0 ? n : GW_OK;
}

static int one(const struct service *s, void *context)
{
    struct media_call *call = context;
    struct media_row row;
    call->found = media_get(s->tx, call->id, s->arena, &row);
    if (call->found == 1)
        json_array_append_new(call->list, shown(s, &row));
    return call->found < 0 ? call->found : GW_OK;
}

static void print_list(const json_t *rows, bool as_json)
{
    size_t i, k;
    json_t *o, *name;
    json_array_foreach(rows, i, o)
    {
        if (as_json) {
            json_dumpf(o, stdout, JSON_COMPACT);
            printf("\n");
            continue;
        }
        printf("%s %s %-7s %-8s %8" PRId64 " bytes", json_text(o, "id", "?"),
               json_text(o, "at", "?"), json_text(o, "kind", "?"), json_text(o, "state", "?"),
               json_int(o, "bytes", 0));
        json_array_foreach(json_object_get(o, "from"), k, name)
            printf(" %s", json_string_value(name));
        printf("\n");
    }
}

static int run_list(struct installation *in, int64_t limit, bool as_json, struct fault *fault)
{
    struct media_call call = { .limit = limit < LIST_MAX ? limit : LIST_MAX, .list = json_array() };
    int rc = installation_look(in, installation_clock(), list, &call, fault);
    if (rc >= 0)
        print_list(call.list, as_json);
    json_decref(call.list);
    return rc;
}

/* For nobody else to read: mode 0600, and nothing that exists is written over. */
static int write_clear(const char *path, struct slice bytes, struct fault *fault)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *f = fd >= 0 ? fdopen(fd, "wb") : NULL;
    if (f == NULL) {
        int error = errno;
        if (fd >= 0)
            close(fd);
        return fault_set(fault, GW_EIO, "%s: %s", path, strerror(error));
    }
    bool good = fwrite(bytes.p, 1, bytes.n, f) == bytes.n;
    if (fclose(f) != 0 || !good)
        return fault_set(fault, GW_EIO, "%s: %s", path, strerror(errno));
    return GW_OK;
}

static int run_get(struct installation *in, int64_t id, const char *path, struct fault *fault)
{
    struct media_call call = { .id = id, .list = json_array() };
    struct arena a = { 0 };
    struct slice bytes;
    int rc = installation_look(in, installation_clock(), one, &call, fault);
    const char *state = json_text(json_array_get(call.list, 0), "state", "");
    if (rc >= 0 && call.found == 0)
        rc = fault_set(fault, GW_ENOTFOUND,
                       "there is no file %" PRId64 "; 'linli media' lists them", id);
    else if (rc >= 0 && strcmp(state, states[MEDIA_FETCHED]) != 0)
        rc = fault_set(fault, GW_ENOTFOUND,
                       strcmp(state, states[MEDIA_LOST]) == 0
                           ? "%" PRId64 " was not fetched while WeChat had it (three days)"
                           : "%" PRId64 " is not fetched yet: it needs a running gateway whose "
                             "account has app_secret",
                       id);
    if (rc >= 0)
        rc = media_file_read(in->data_dir, in->vault, id, &a, &bytes, fault);
    if (rc >= 0)
        rc = write_clear(path, bytes, fault);
    if (rc >= 0)
        printf("%zu bytes\n", bytes.n);
    arena_free(&a);
    json_decref(call.list);
    return rc;
}

int command_media(int argc, char **argv)
{
    const char *dir = NULL, *config = NULL;
    bool as_json = false;
    int64_t limit = 50, id = 0;
    const struct command_option options[] = {
        { "--data-dir", "D", "data folder (default linli-data)", .text = &dir },
        { "--config", "F", "configuration file", .text = &config },
        { "--limit", "N", "list: how many, newest first (default 50, at most 1000)",
          .number = &limit },
        { "--json", NULL, "list: one JSON object a line", .flag = &as_json },
        { NULL },
    };
    struct command_line line;
    int rc = command_parse(
        argc, argv, "media [options]\n       linli media get ID FILE [options]",
        "Lists the photos and films that people sent in WeChat: when, whose, and whether they are "
        "here. WeChat\nkeeps them three days; a running gateway fetches them and stores them sealed, "
        "as long as texts\n(retention.inbox_days). get opens one into a new file.",
        options, &line);
    if (rc != GW_OK)
        return rc < 0 ? 2 : 0;
    bool get = line.word_count == 3 && strcmp(line.words[0], "get") == 0;
    if ((!get && line.word_count > 0) || (get && slice_to_int(slice_of(line.words[1]), &id) != 0)) {
        fprintf(stderr,
                "linli media: say 'media' or 'media get ID FILE'; see linli media --help\n");
        return 2;
    }
    struct fault fault = { 0 };
    struct installation in;
    rc = installation_open(config, dir, INSTALLATION_PLAIN, &in, &fault);
    if (rc == GW_OK)
        rc = get ? run_get(&in, id, line.words[2], &fault) : run_list(&in, limit, as_json, &fault);
    installation_close(&in);
    return rc < 0 ? command_fail("media", &fault) : 0;
}
