#include "conversations/template.h"

#include <string.h>

enum { PARTS_MAX = 200, NESTING_MAX = 6 };

struct compiler {
    struct slice rest;
    struct arena *arena;
    struct part parts[PARTS_MAX];
    int count;
    struct fault *fault;
};

static int refuse(struct compiler *c, const char *what)
{
    return fault_set(c->fault, GW_ECONFIG, "%s before '%.*s'", what,
                     SLICE_ARG(slice_head(c->rest, 30)));
}

static struct part *add_part(struct compiler *c, enum part_kind kind)
{
    if (c->count == PARTS_MAX)
        return NULL;
    struct part *p = &c->parts[c->count++];
    *p = (struct part){ .kind = kind };
    return p;
}

static bool is_name_byte(char b)
{
    return (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9') || b == '_';
}

/* Takes the run of name bytes (also '.' when `dots`) off the front. */
static struct slice take_name(struct compiler *c, bool dots)
{
    size_t n = 0;
    while (n < c->rest.n && (is_name_byte(c->rest.p[n]) || (dots && c->rest.p[n] == '.')))
        n++;
    struct slice name = slice_head(c->rest, n);
    c->rest = slice_skip(c->rest, n);
    return name;
}

static bool take_byte(struct compiler *c, char b)
{
    if (c->rest.n == 0 || *c->rest.p != b)
        return false;
    c->rest = slice_skip(c->rest, 1);
    return true;
}

static int find_format(struct slice name)
{
    static const char *const names[] = {
#define FORMAT_NAME(id, text) text,
        FORMAT_MAP(FORMAT_NAME)
#undef FORMAT_NAME
    };
    for (int i = 1; i < FORMATS; i++)
        if (slice_eq(name, slice_of(names[i])))
            return i;
    return -1;
}

static int compile_format(struct compiler *c, struct part *p)
{
    int format = find_format(take_name(c, false));
    if (format < 0)
        return refuse(c, "unknown format");
    p->format = (enum format)format;
    if (p->format >= FORMAT_EACH && p->format <= FORMAT_LINES) {
        if (!take_byte(c, ':'))
            return refuse(c, "each, listed and lines need :ID");
        struct slice id = take_name(c, true);
        if (id.n == 0)
            return refuse(c, "each, listed and lines need :ID");
        p->each_id = arena_str(c->arena, id);
    }
    return take_byte(c, '}') ? GW_OK : refuse(c, "a '}' is missing");
}

static int compile_body(struct compiler *c, int depth);

/* Behind an opening brace. */
static int compile_param(struct compiler *c, int depth)
{
    struct slice name = take_name(c, false);
    if (name.n == 0)
        return refuse(c, "a parameter needs a name of a-z, 0-9 and _");
    struct part *p = add_part(c, PART_PARAM);
    if (p == NULL)
        return refuse(c, "too many parts");
    p->name = arena_str(c->arena, name);
    if (take_byte(c, '}'))
        return GW_OK;
    if (take_byte(c, '|'))
        return compile_format(c, p);
    if (take_byte(c, '?'))
        p->kind = PART_IF;
    else if (take_byte(c, '!'))
        p->kind = PART_UNLESS;
    else
        return refuse(c, "expected '}', '|', '?' or '!'");
    if (depth == NESTING_MAX)
        return refuse(c, "nested too deeply");
    int rc = compile_body(c, depth + 1);
    if (rc < 0)
        return rc;
    p->end = c->count;
    return take_byte(c, '}') ? GW_OK : refuse(c, "a '}' is missing");
}

/* Texts and parameters up to the closing brace of the enclosing parameter, or the end. */
static int compile_body(struct compiler *c, int depth)
{
    while (c->rest.n > 0) {
        if (*c->rest.p == '}')
            return depth > 0 ? GW_OK : refuse(c, "a '}' without its '{'");
        if (take_byte(c, '{')) {
            int rc = compile_param(c, depth);
            if (rc < 0)
                return rc;
            continue;
        }
        size_t n = 0;
        while (n < c->rest.n && c->rest.p[n] != '{' && c->rest.p[n] != '}')
            n++;
        struct part *p = add_part(c, PART_TEXT);
        if (p == NULL)
            return refuse(c, "too many parts");
        p->text = slice_head(c->rest, n);
        c->rest = slice_skip(c->rest, n);
    }
    return GW_OK;
}

int template_compile(struct slice source, struct arena *a, struct template *out,
                     struct fault *fault)
{
    struct compiler c = { .rest = source, .arena = a, .fault = fault };
    int rc = compile_body(&c, 0);
    if (rc < 0)
        return rc;
    *out = (struct template){ .source = source, .count = c.count };
    out->parts = arena_alloc(a, (size_t)(c.count + 1) * sizeof *out->parts);
    memcpy(out->parts, c.parts, (size_t)c.count * sizeof *out->parts);
    return GW_OK;
}
