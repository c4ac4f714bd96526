#include "adapters/xml.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/charset.h"

struct reader {
    XML_Parser parser;
    struct arena *arena;
    struct xml *out;
    enum xml_result result;
    size_t elements;
    size_t depth;
    /* One entry an open element: where its path ends, where its text began, whether it has
     * children. */
    struct open {
        size_t path_end;
        size_t text_from;
        size_t ordinal;
        bool parent;
    } open[XML_DEPTH_MAX + 1];
    char path[(XML_NAME_MAX + 1) * XML_DEPTH_MAX];
    char *text; /* as large as the document, so that it never has to grow */
    size_t text_n;
};

static void stop(struct reader *r, enum xml_result why)
{
    if (r->result == XML_READ)
        r->result = why;
    XML_StopParser(r->parser, XML_FALSE);
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    (void)attributes;
    struct reader *r = user;
    size_t n = strlen(name);
    if (r->result != XML_READ)
        return;
    if (++r->elements > XML_ELEMENTS_MAX || r->depth == XML_DEPTH_MAX || n > XML_NAME_MAX) {
        stop(r, XML_TOO_BIG);
        return;
    }
    struct open *parent = &r->open[r->depth++];
    struct open *self = &r->open[r->depth];
    parent->parent = true;
    *self = (struct open){ .path_end = parent->path_end,
                           .text_from = r->text_n,
                           .ordinal = r->elements };
    if (r->depth == 1) {
        r->out->root = arena_dup(r->arena, (struct slice){ name, n });
        return;
    }
    if (self->path_end > 0)
        r->path[self->path_end++] = '/';
    memcpy(r->path + self->path_end, name, n);
    self->path_end += n;
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
    (void)name;
    struct reader *r = user;
    if (r->result != XML_READ)
        return;
    const struct open *self = &r->open[r->depth--];
    if (self->parent || r->depth == 0)
        return;
    struct xml_value *value = &r->out->values[r->out->count++];
    value->path = arena_dup(r->arena, (struct slice){ r->path, self->path_end });
    value->parent = r->open[r->depth].ordinal;
    value->text = (struct slice){ r->text + self->text_from, r->text_n - self->text_from };
}

static void XMLCALL on_text(void *user, const XML_Char *text, int n)
{
    struct reader *r = user;
    if (r->result != XML_READ)
        return;
    memcpy(r->text + r->text_n, text, (size_t)n);
    r->text_n += (size_t)n;
}

static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int has_subset)
{
    (void)name, (void)system, (void)public, (void)has_subset;
    stop(user, XML_DOCTYPE);
}

static void XMLCALL on_instruction(void *user, const XML_Char *target, const XML_Char *data)
{
    (void)target, (void)data;
    stop(user, XML_BROKEN);
}

static void parse(struct reader *r, struct slice document)
{
    static const XML_Memory_Handling_Suite memory = { mem_alloc, mem_resize, free };
    /* The encoding is given, so a declaration of another one inside the document has no effect. */
    r->parser = XML_ParserCreate_MM("UTF-8", &memory, NULL);
    if (r->parser == NULL)
        mem_exhausted();
    /* With so few elements nobody gains by collisions; a fixed salt saves asking the system for
     * one. */
    XML_SetHashSalt(r->parser, 1);
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, on_start, on_end);
    XML_SetCharacterDataHandler(r->parser, on_text);
    XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
    XML_SetProcessingInstructionHandler(r->parser, on_instruction);
    if (XML_Parse(r->parser, document.p, (int)document.n, XML_TRUE) != XML_STATUS_OK &&
        r->result == XML_READ)
        r->result = XML_BROKEN;
    XML_ParserFree(r->parser);
}

enum xml_result xml_read(struct slice document, struct arena *a, struct xml *out)
{
    *out = (struct xml){ 0 };
    if (document.n > XML_BYTES_MAX)
        return XML_TOO_BIG;
    if (document.n == 0)
        return XML_BROKEN;
    if (memchr(document.p, '\0', document.n) != NULL)
        return XML_ENCODING;
    document = charset_strip_controls(charset_mend(document, a), a);
    out->values = arena_alloc(a, XML_ELEMENTS_MAX * sizeof(*out->values));
    struct reader r = { .arena = a, .out = out, .text = arena_alloc(a, document.n + 1) };
    parse(&r, document);
    if (r.result != XML_READ)
        *out = (struct xml){ 0 };
    return r.result;
}

struct slice xml_get(const struct xml *xml, const char *path)
{
    struct slice wanted = slice_of(path);
    for (size_t i = 0; i < xml->count; i++)
        if (slice_eq(xml->values[i].path, wanted))
            return xml->values[i].text;
    return (struct slice){ NULL, 0 };
}

struct slice xml_sibling(const struct xml *xml, const struct xml_value *value, const char *path)
{
    struct slice wanted = slice_of(path);
    for (size_t i = 0; i < xml->count; i++)
        if (xml->values[i].parent == value->parent && slice_eq(xml->values[i].path, wanted))
            return xml->values[i].text;
    return (struct slice){ NULL, 0 };
}
