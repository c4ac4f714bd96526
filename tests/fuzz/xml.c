/* Any bytes: what is read has bounded, clean names and texts; what has a document type is never
 * read. */
#include "adapters/xml.h"

#include "tests/fuzz/fuzz.h"

static void check(const struct xml *xml, size_t size)
{
    size_t total = 0;
    require(xml->root.n >= 1 && xml->root.n <= XML_NAME_MAX);
    require(xml->count < XML_ELEMENTS_MAX);
    for (size_t i = 0; i < xml->count; i++) {
        struct slice path = xml->values[i].path;
        require(path.n >= 1 && path.n < (XML_NAME_MAX + 1) * XML_DEPTH_MAX && utf8_valid(path));
        require(utf8_valid(xml->values[i].text));
        require(slice_find(xml->values[i].text, (struct slice){ "", 1 }) < 0);
        require(xml_get(xml, path.p).p != NULL);
        require(xml_sibling(xml, &xml->values[i], path.p).p != NULL);
        total += xml->values[i].text.n;
    }
    require(total <= 3 * size); /* a byte that is not UTF-8 becomes a character of three */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = { 0 };
    struct xml xml;
    enum xml_result result = xml_read(input(data, size), &arena, &xml);
    if (result == XML_READ)
        check(&xml, size);
    else
        require(xml.count == 0);
    arena_free(&arena);
    return 0;
}
