/* A small XML document as names and values: what push protocols need, and nothing that makes XML
 * dangerous. expat parses. Pure; any thread. */
#ifndef ADAPTERS_XML_H
#define ADAPTERS_XML_H

#include "gateway/base/error.h"
#include "gateway/base/mem.h"
#include "gateway/base/slice.h"

/* Limits of wechat.md 5, item 7; the body's is the HTTP server's. */
enum {
    XML_BYTES_MAX = 64 * 1024,
    XML_DEPTH_MAX = 8,
    XML_ELEMENTS_MAX = 128,
    XML_NAME_MAX = 64,
};

enum xml_result {
    XML_READ = 0,
    XML_TOO_BIG,  /* over one of the limits */
    XML_DOCTYPE,  /* a document type, and with it every entity of its own, is refused */
    XML_ENCODING, /* a NUL */
    XML_BROKEN,   /* not well-formed, or holds a processing instruction */
};

struct xml_value {
    struct slice path; /* below the root, e.g. "ScanCodeInfo/ScanResult" */
    struct slice text; /* character data and CDATA joined, references resolved */
    size_t parent; /* which element it stands in, counted in document order; the same for siblings
                    */
};

struct xml {
    struct slice root; /* the root's name, e.g. "xml" */
    struct xml_value
        *values; /* elements without children, in document order, duplicates included */
    size_t count;
};

/* Parses a whole document. Control bytes that XML forbids are dropped first, and what is not UTF-8
 * becomes U+FFFD: one person's broken text is no reason to refuse it (wechat.md 2.2). Everything
 * lives in the arena. */
GW_MUSTCHECK enum xml_result xml_read(struct slice document, struct arena *a, struct xml *out);

/* The text of the first element with this path; a NULL pointer inside when there is none. */
struct slice xml_get(const struct xml *xml, const char *path);
/* The same among the siblings of one value: one entry of a repeated element. */
struct slice xml_sibling(const struct xml *xml, const struct xml_value *value, const char *path);

#endif
