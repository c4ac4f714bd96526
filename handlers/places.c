#include "handlers/places.h"

#include <string.h>

#include "gateway/base/embed.h"

/* A 12-digit division code: 6 county, 3 township, 3 community or village. */
enum { TOWNSHIP_STEP = 1000, COUNTY_STEP = 1000000 };

/* The lines behind the header. */
static struct slice table_text(void)
{
    for (const struct embedded_file *f = handlers_files; f->path; f++)
        if (strcmp(f->path, "handlers/data/places.tsv") == 0) {
            struct slice all = { f->start, (size_t)(f->end - f->start) }, header;
            slice_next(&all, '\n', &header);
            return all;
        }
    return (struct slice){ 0 };
}

static enum place_level level_of(struct slice word)
{
    if (slice_eq(word, SLICE("county")))
        return PLACE_COUNTY;
    if (slice_eq(word, SLICE("township")))
        return PLACE_TOWNSHIP;
    return slice_eq(word, SLICE("community")) ? PLACE_COMMUNITY : PLACE_VILLAGE;
}

/* code, level, name, parent, short, aliases */
static bool next_place(struct slice *rest, struct place *out)
{
    struct slice line, cell[6] = { { 0 } };
    if (!slice_next(rest, '\n', &line))
        return false;
    for (int i = 0; i < 6 && slice_next(&line, '\t', &cell[i]); i++)
        ;
    *out = (struct place){ .level = level_of(cell[1]),
                           .name = cell[2],
                           .shown = cell[4],
                           .aliases = slice_trim(cell[5]) };
    return slice_to_int(cell[0], &out->code) == 0 && slice_to_int(cell[3], &out->parent) == 0;
}

bool places_at(int i, struct place *out)
{
    struct slice rest = table_text();
    for (int at = 0; next_place(&rest, out); at++)
        if (at == i)
            return true;
    return false;
}

bool places_by_code(int64_t code, struct place *out)
{
    struct slice rest = table_text();
    while (next_place(&rest, out))
        if (out->code == code)
            return true;
    *out = (struct place){ 0 };
    return false;
}

static bool is_called(const struct place *p, struct slice name)
{
    if (slice_eq(p->name, name) || slice_eq(p->shown, name))
        return true;
    struct slice rest = p->aliases, alias;
    while (slice_next(&rest, ',', &alias))
        if (slice_eq(alias, name))
            return true;
    return false;
}

int places_find(struct slice name, struct place *out, int max)
{
    struct slice rest = table_text();
    struct place p;
    int n = 0;
    if (name.n == 0)
        return 0;
    while (next_place(&rest, &p))
        if (is_called(&p, name)) {
            if (n < max)
                out[n] = p;
            n++;
        }
    return n;
}

struct slice places_name(int64_t code)
{
    struct place p;
    return places_by_code(code, &p) ? p.shown : (struct slice){ 0 };
}

int64_t places_township(int64_t code)
{
    struct place p;
    int64_t township = code - code % TOWNSHIP_STEP;
    return places_by_code(township, &p) && p.level == PLACE_TOWNSHIP ? township : 0;
}

int64_t places_county(int64_t code)
{
    return code - code % COUNTY_STEP;
}

void places_range(int64_t code, int64_t *lo, int64_t *hi)
{
    *lo = code;
    *hi = code;
    if (code == 0)
        *hi = INT64_MAX;
    else if (code % COUNTY_STEP == 0)
        *hi = code + COUNTY_STEP - 1;
    else if (code % TOWNSHIP_STEP == 0)
        *hi = code + TOWNSHIP_STEP - 1;
}

bool places_within(int64_t code, int64_t ancestor)
{
    int64_t lo, hi;
    places_range(ancestor, &lo, &hi);
    return code >= lo && code <= hi;
}
