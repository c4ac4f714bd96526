/* linli import: people of an office's own list become volunteers who are asked once. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gateway/base/json.h"
#include "gateway/program/command.h"
#include "gateway/program/installation.h"
#include "gateway/program/progress.h"
#include "handlers/imports.h"
#include "handlers/places.h"

enum { LINE_BYTES = 2000, LINES_MOST = 1000000, BATCH = 100, COLUMNS = 5, FIELDS_MOST = 32 };

enum column { COLUMN_NAME, COLUMN_PHONE, COLUMN_BIRTH, COLUMN_AREA, COLUMN_GENDER };
static const char *const column_names[COLUMNS] = { "name", "phone", "birth", "area", "gender" };

struct import_call {
    struct installation *in;
    const char *path, *org_name;
    FILE *file;
    bool as_json;
    int place[COLUMNS]; /* where each column stands; -1 for none */
    struct organization org;
    struct slice keeper;
    int64_t line, bytes, size;
    int64_t taken, known, refused;
    struct fault wrong; /* of the file as a whole */

    /* The batch at hand: kept to be told once it is committed. */
    struct read_line {
        char text[LINE_BYTES + 2];
        int64_t number;
        bool too_long;
        int outcome;
        const char *why, *todo;
    } batch[BATCH];
    int count;
};

/* Why a line is not taken and what to do; outcomes first. */
static const struct {
    const char *why, *todo;
} reasons[IMPORT_OUTCOMES] = {
    [IMPORT_BAD_PHONE] = { "no mainland mobile number", "correct the number" },
    [IMPORT_BAD_NAME] = { "no name of 1 to 20 characters", "correct the name" },
    [IMPORT_BAD_BIRTH] = { "no year of birth that somebody alive has", "give YYYY or YYYY-MM-DD" },
    [IMPORT_TOO_YOUNG] = { "a child: nothing was kept",
                           "a guardian may register the child by text" },
    [IMPORT_MINOR] = { "under age: nothing was kept",
                       "let them register by text, their guardian is asked then" },
    [IMPORT_TOO_MANY] = { "too many people on this number",
                          "give some of them a number of their own" },
    [IMPORT_ERASED] = { "this number had its data erased",
                        "leave it out; they may register by text" },
};

static int refuse(struct read_line *line, const char *why, const char *todo)
{
    line->outcome = -1;
    line->why = why;
    line->todo = todo;
    return GW_OK;
}

/* ---- the file ---- */

static struct slice trimmed(const char *text)
{
    return slice_trim(slice_of(text));
}

/* The header names the columns, in any order; others are left alone. */
static int read_header(struct import_call *call)
{
    char text[LINE_BYTES + 2];
    struct slice rest, field;
    if (fgets(text, sizeof text, call->file) == NULL)
        return fault_set(&call->wrong, GW_EINVAL, "%s is empty: expected a line of column names",
                         call->path);
    call->line = 1;
    call->bytes = (int64_t)strlen(text);
    rest = trimmed(text);
    if (slice_starts(rest, SLICE("\xef\xbb\xbf")))
        rest = slice_skip(rest, 3);
    for (int i = 0; i < COLUMNS; i++)
        call->place[i] = -1;
    for (int at = 0; at < FIELDS_MOST && slice_next(&rest, '\t', &field); at++)
        for (int i = 0; i < COLUMNS; i++)
            if (slice_eq(slice_trim(field), slice_of(column_names[i])))
                call->place[i] = at;
    for (int i = 0; i < COLUMN_GENDER; i++)
        if (call->place[i] < 0)
            return fault_set(&call->wrong, GW_EINVAL,
                             "%s:1: no column '%s'; expected name, phone, birth, area and perhaps "
                             "gender, with tabs between",
                             call->path, column_names[i]);
    return GW_OK;
}

/* One more line; false at the end. What is too long is passed over, and refused. */
static bool next_line(struct import_call *call, struct read_line *out)
{
    int c;
    *out = (struct read_line){ 0 };
    if (fgets(out->text, sizeof out->text, call->file) == NULL)
        return false;
    size_t n = strlen(out->text);
    out->number = ++call->line;
    call->bytes += (int64_t)n;
    out->too_long = n > LINE_BYTES && out->text[n - 1] != '\n';
    while (out->too_long && (c = getc(call->file)) != EOF && c != '\n')
        call->bytes++;
    return true;
}

static bool read_batch(struct import_call *call)
{
    call->count = 0;
    while (call->count < BATCH && call->line < LINES_MOST &&
           next_line(call, &call->batch[call->count]))
        if (trimmed(call->batch[call->count].text).n > 0)
            call->count++;
    return call->count > 0;
}

/* ---- a line ---- */

static void split(const struct import_call *call, const char *text, struct slice *fields)
{
    struct slice rest = slice_of(text), field;
    for (int i = 0; i < COLUMNS; i++)
        fields[i] = (struct slice){ 0 };
    for (int at = 0; at < FIELDS_MOST && slice_next(&rest, '\t', &field); at++)
        for (int i = 0; i < COLUMNS; i++)
            if (call->place[i] == at)
                fields[i] = slice_trim(field);
}

static bool read_birth(struct slice text, struct import_person *p)
{
    int64_t year = 0;
    if (civil_parse_date(text, &p->birth) == GW_OK)
        return true;
    if (text.n != 4 || slice_to_int(text, &year) != GW_OK || year < 1800)
        return false;
    p->birth = civil_day((int)year, 12, 31);
    p->year_only = true;
    return true;
}

/* One place of that name; of several the one within the organization, if it is one. */
static int read_area(const struct import_call *call, struct slice name, int64_t *area)
{
    enum { SAME_NAME = 8 };
    struct place found[SAME_NAME];
    int n = name.n > 0 ? places_find(name, found, SAME_NAME) : 0, within = 0;
    for (int i = 0; i < n && i < SAME_NAME; i++)
        if (places_within(found[i].code, call->org.area)) {
            *area = found[i].code;
            within++;
        }
    return n == 0 ? -1 : within;
}

static int import_line(const struct service *s, struct import_call *call, struct read_line *line)
{
    struct slice fields[COLUMNS];
    struct import_person p = { .keeper = call->keeper };
    if (line->too_long)
        return refuse(line, "a line of over 2000 bytes", "split it or shorten it");
    split(call, line->text, fields);
    p.name = fields[COLUMN_NAME];
    p.phone = fields[COLUMN_PHONE];
    char letter = fields[COLUMN_GENDER].n == 1 ? fields[COLUMN_GENDER].p[0] : ' ';
    if (slice_eq(fields[COLUMN_GENDER], SLICE("男")) || letter == 'M')
        p.gender = GENDER_MALE;
    else if (slice_eq(fields[COLUMN_GENDER], SLICE("女")) || letter == 'F')
        p.gender = GENDER_FEMALE;
    else if (fields[COLUMN_GENDER].n > 0)
        return refuse(line, "no gender", "give M, F, 男, 女 or nothing");
    if (!read_birth(fields[COLUMN_BIRTH], &p))
        return refuse(line, reasons[IMPORT_BAD_BIRTH].why, reasons[IMPORT_BAD_BIRTH].todo);
    int places = read_area(call, fields[COLUMN_AREA], &p.area);
    if (places < 0)
        return refuse(line, "no such place", "give a township, community or village by its name");
    if (places != 1)
        return refuse(line, places == 0 ? "a place of another organization" : "several such places",
                      places == 0 ? "leave it to them" : "give the official name");
    line->outcome = import_person(s, &p);
    if (line->outcome > IMPORT_KNOWN) {
        line->why = reasons[line->outcome].why;
        line->todo = reasons[line->outcome].todo;
    }
    return line->outcome < 0 ? line->outcome : GW_OK;
}

static int import_batch(const struct service *s, void *context)
{
    struct import_call *call = context;
    int rc = GW_OK;
    for (int i = 0; rc == GW_OK && i < call->count; i++)
        rc = import_line(s, call, &call->batch[i]);
    return rc;
}

/* ---- telling ---- */

/* Numbers of lines alone: names and phones stay in the file. */
static void tell_batch(struct import_call *call)
{
    for (int i = 0; i < call->count; i++) {
        const struct read_line *line = &call->batch[i];
        call->taken += line->outcome == IMPORT_TAKEN;
        call->known += line->outcome == IMPORT_KNOWN;
        if (line->why == NULL)
            continue;
        call->refused++;
        if (call->as_json) {
            json_t *o = json_pack("{s:I, s:s, s:s}", "line", (json_int_t)line->number, "refused",
                                  line->why, "todo", line->todo);
            json_dumpf(o, stdout, JSON_COMPACT);
            printf("\n");
            json_decref(o);
        } else {
            printf("line %" PRId64 ": %s; %s\n", line->number, line->why, line->todo);
        }
    }
}

static void tell_end(const struct import_call *call)
{
    if (call->as_json)
        printf("{\"taken\":%" PRId64 ",\"known\":%" PRId64 ",\"refused\":%" PRId64 "}\n",
               call->taken, call->known, call->refused);
    else
        printf("%" PRId64 " taken, %" PRId64 " known already, %" PRId64 " refused\n"
               "each new number is asked once, by day, by the running gateway; without a yes "
               "nothing else is sent\n",
               call->taken, call->known, call->refused);
}

/* ---- the command ---- */

/* Without --org the highest organization, and the name that policy gives the keeper of the data. */
static int find_org(const struct service *s, void *context)
{
    struct import_call *call = context;
    struct organization *all;
    int rc;
    if (call->org_name != NULL) {
        rc = org_by_name(s, slice_of(call->org_name), &call->org);
    } else {
        rc = org_list(s, 1, &all);
        if (rc == 1)
            call->org = all[0];
    }
    if (rc == 0)
        return fault_set(&call->wrong, GW_EINVAL,
                         "there is no organization '%s'; linli admin lists them",
                         call->org_name ? call->org_name : "at all");
    call->keeper = call->org_name ? call->org.name : slice_of(s->policy->organization);
    return rc < 0 ? rc : GW_OK;
}

static int import_all(struct import_call *call, struct fault *fault)
{
    struct progress progress;
    int rc = GW_OK;
    progress_begin(&progress, "import");
    while (rc == GW_OK && read_batch(call)) {
        struct arena arena = { 0 };
        rc = installation_transact(call->in, installation_clock(), &arena, import_batch, call,
                                   fault);
        arena_free(&arena);
        if (rc == GW_OK)
            tell_batch(call);
        progress_show(&progress, call->bytes, call->size);
    }
    progress_end(&progress);
    if (rc == GW_OK && ferror(call->file))
        rc = fault_set(fault, GW_EIO, "%s could not be read to its end", call->path);
    return rc;
}

static int run_import(struct import_call *call, struct fault *fault)
{
    struct stat st;
    struct arena arena = { 0 };
    call->file = fopen(call->path, "r");
    if (call->file == NULL)
        return fault_set(fault, GW_EIO, "%s could not be opened; give a file of people",
                         call->path);
    call->size = fstat(fileno(call->file), &st) == 0 ? st.st_size : 0;
    int rc = read_header(call);
    if (rc == GW_OK)
        rc = installation_transact(call->in, installation_clock(), &arena, find_org, call, fault);
    if (rc == GW_OK)
        rc = import_all(call, fault);
    arena_free(&arena);
    if (fclose(call->file) != 0 && rc == GW_OK)
        rc = GW_EIO;
    return rc;
}

int command_import(int argc, char **argv)
{
    const char *dir = NULL, *config = NULL;
    struct import_call *call = mem_alloc(sizeof *call);
    const struct command_option options[] = {
        { "--org", "O", "whose list it is: keeps the data, and takes its own places only",
          .text = &call->org_name },
        { "--data-dir", "D", "data folder (default linli-data)", .text = &dir },
        { "--config", "F", "configuration file", .text = &config },
        { "--json", NULL, "JSON objects, one a line", .flag = &call->as_json },
        { NULL },
    };
    struct command_line line;
    struct fault fault = { 0 };
    struct installation in;
    int rc = command_parse(
        argc, argv, "import people FILE.tsv [options]",
        "Takes people over from a list: a line of column names (name, phone, birth, area, perhaps "
        "gender),\nthen one a person, with tabs between. birth is YYYY or YYYY-MM-DD, area a place of "
        "the district.\nEach new number is asked once whether they want to be volunteers; without a "
        "yes nothing else is\nsent, and 2 erases them. The same file again changes nothing.",
        options, &line);
    if (rc == GW_OK && (line.word_count != 2 || strcmp(line.words[0], "people") != 0)) {
        fprintf(stderr, "linli import: expected: linli import people FILE.tsv; see --help\n");
        rc = GW_EINVAL;
    }
    if (rc != GW_OK) {
        free(call);
        return rc < 0 ? 2 : 0;
    }
    call->in = &in;
    call->path = line.words[1];
    rc = installation_open(config, dir, INSTALLATION_PLAIN, &in, &fault);
    if (rc == GW_OK)
        rc = run_import(call, &fault);
    if (rc == GW_OK)
        tell_end(call);
    installation_close(&in);
    rc = rc < 0 ? command_fail("import", call->wrong.code != 0 ? &call->wrong : &fault) : 0;
    free(call);
    return rc;
}
