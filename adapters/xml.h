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
    XML_ENCODING, /* NUL, or not UTF-8 */
    XML_BROKEN,   /* not well-formed, or holds a processing instruction */
};

struct xml_value {
    struct slice path; /* below the root, e.g. "ScanCodeInfo/ScanResult" */
    struct slice text; /* character data and CDATA joined, references resolved */
};

struct xml {
    struct slice root; /* the root's name, e.g. "xml" */
    struct xml_value
        *values; /* elements without children, in document order, duplicates included */
    size_t count;
};

/* Parses a whole document. Other control bytes that XML forbids are dropped first. Everything lives
 * in the arena. */
GW_MUSTCHECK enum xml_result xml_read(struct slice document, struct arena *a, struct xml *out);

/* The text of the first element with this path; a NULL pointer inside when there is none. */
struct slice xml_get(const struct xml *xml, const char *path);

#endif
