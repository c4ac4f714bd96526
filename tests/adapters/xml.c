#include "adapters/xml.h"

#include <stdlib.h>

#include "tests/adapters/harness.h"

static int setup(void **state)
{
    *state = mem_alloc(sizeof(struct bench));
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    arena_free(&b->arena);
    free(b);
    return 0;
}

static struct xml read(struct bench *b, const char *document)
{
    struct xml xml;
    assert_int_equal(xml_read(slice_of(document), &b->arena, &xml), XML_READ);
    return xml;
}

static void refuse(struct bench *b, struct slice document, enum xml_result why)
{
    struct xml xml;
    assert_int_equal(xml_read(document, &b->arena, &xml), why);
    assert_int_equal(xml.count, 0);
}

static void test_values(void **state)
{
    struct xml xml = read(*state, "<xml><A><![CDATA[报名 1001]]></A><B>17</B><C/><D></D>"
                                  "<E><![CDATA[]]></E></xml>");
    assert_text(xml.root, "xml");
    assert_int_equal(xml.count, 5);
    assert_text(xml_get(&xml, "A"), "报名 1001");
    assert_text(xml_get(&xml, "B"), "17");
    assert_text(xml_get(&xml, "C"), "");
    assert_non_null(xml_get(&xml, "C").p);
    assert_text(xml_get(&xml, "D"), "");
    assert_text(xml_get(&xml, "E"), "");
    assert_null(xml_get(&xml, "F").p);
}

static void test_references_and_split_cdata(void **state)
{
    struct xml xml = read(*state, "<xml><A>&lt;a href=&quot;x&quot;&gt; &amp; &apos;&#65;&#x4e2d;"
                                  "</A><B>x<![CDATA[a]]]]><![CDATA[>b]]>y</B></xml>");
    assert_text(xml_get(&xml, "A"), "<a href=\"x\"> & 'A中");
    assert_text(xml_get(&xml, "B"), "xa]]>by");
}

static void test_declaration_bom_and_space(void **state)
{
    struct xml xml =
        read(*state, "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
                     "<!-- a comment -->\r\n<xml>\r\n  <A>1\r\n2</A>\r\n</xml>\r\n\r\n");
    assert_int_equal(xml.count, 1);
    assert_text(xml_get(&xml, "A"), "1\n2");
    /* Another encoding's name changes nothing: it is read as the UTF-8 it was checked to be. */
    xml = read(*state, "<?xml version=\"1.0\" encoding=\"GBK\"?><xml><A>报名</A></xml>");
    assert_text(xml_get(&xml, "A"), "报名");
}

static void test_first_duplicate_wins(void **state)
{
    struct xml xml = read(*state, "<xml><A>1</A><A>2</A></xml>");
    assert_text(xml_get(&xml, "A"), "1");
    assert_int_equal(xml.count, 2);
}

static void test_paths(void **state)
{
    struct xml xml =
        read(*state, "<xml><ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult><![CDATA[A1]]>"
                     "</ScanResult></ScanCodeInfo><S><List><T>1</T></List><List><T>2</T></List></S>"
                     "<Last>x</Last></xml>");
    assert_text(xml_get(&xml, "ScanCodeInfo/ScanResult"), "A1");
    assert_null(xml_get(&xml, "ScanResult").p);
    assert_null(xml_get(&xml, "ScanCodeInfo").p);
    assert_text(xml_get(&xml, "S/List/T"), "1");
    assert_int_equal(xml.count, 5);
    assert_text(xml.values[3].path, "S/List/T");
    assert_text(xml.values[3].text, "2");
    assert_text(xml_get(&xml, "Last"), "x");
}

static void test_control_bytes_and_emoji(void **state)
{
    struct xml xml = read(*state, "<xml><A><![CDATA[报\x1D\x01名😀]]></A></xml>");
    assert_text(xml_get(&xml, "A"), "报名😀");
}

static void test_doctype_is_refused(void **state)
{
    static const char *const documents[] = {
        "<!DOCTYPE xml><xml><A>1</A></xml>",
        "<!DOCTYPE xml [<!ENTITY a \"b\">]><xml><A>&a;</A></xml>",
        "<!DOCTYPE xml SYSTEM \"file:///etc/hostname\"><xml><A>1</A></xml>",
        "<!DOCTYPE xml [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><xml><A>&e;</A></xml>",
        "<!DOCTYPE l [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]><l>&b;</l>",
    };
    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++)
        refuse(*state, slice_of(documents[i]), XML_DOCTYPE);
}

static void test_malformed_is_refused(void **state)
{
    static const char *const documents[] = {
        "",
        "x",
        "{\"ToUserName\":\"gh\"}",
        "<xml>",
        "<xml><A>1</xml>",
        "<xml><A><![CDATA[1]]</A></xml>",
        "<xml/><xml/>",
        "<xml>&unknown;</xml>",
        "<xml>&#1;</xml>",
        "<xml>&#0;</xml>",
        "<xml a=1/>",
        "<xml><A>1</A><?php x?></xml>",
        "<?other x?><xml/>",
        "<!ENTITY a \"b\"><xml/>",
        "<xml><A>]]></A></xml>",
    };
    for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++)
        refuse(*state, slice_of(documents[i]), XML_BROKEN);
}

/* Broken text stays a text; broken names stay broken. */
static void test_what_is_not_utf8_is_mended(void **state)
{
    struct xml xml = read(*state, "<xml><A>\xE6\x8A</A><B>\xFFx\xED\xA0\x80</B></xml>");
    assert_text(xml_get(&xml, "A"), "\uFFFD\uFFFD");
    assert_text(xml_get(&xml, "B"), "\uFFFDx\uFFFD\uFFFD\uFFFD");
    refuse(*state, SLICE("<x\xFF><A>1</A></x\xFF>"), XML_BROKEN);
}

static void test_siblings(void **state)
{
    struct xml xml = read(*state, "<xml><L><id>1</id><v>a</v></L><v>out</v>"
                                  "<L><v>b</v><id>2</id></L><L><id>3</id></L></xml>");
    static const char *const of[] = { "a", "b", "" };
    size_t n = 0;
    for (size_t i = 0; i < xml.count; i++)
        if (slice_eq(xml.values[i].path, SLICE("L/id")))
            assert_text(xml_sibling(&xml, &xml.values[i], "L/v"), of[n++]);
    assert_int_equal(n, 3);
    assert_null(xml_sibling(&xml, &xml.values[0], "v").p);
}

static void test_nul_is_refused(void **state)
{
    refuse(*state, SLICE("<xml><A>a\0b</A></xml>"), XML_ENCODING);
    refuse(*state, SLICE("\xFE\xFF\0<\0x\0/\0>"), XML_ENCODING);
}

static void test_depth(void **state)
{
    struct xml xml = read(*state, "<xml><b><c><d><e><f><g><h>8</h></g></f></e></d></c></b></xml>");
    assert_text(xml_get(&xml, "b/c/d/e/f/g/h"), "8");
    refuse(*state, SLICE("<xml><b><c><d><e><f><g><h><i/></h></g></f></e></d></c></b></xml>"),
           XML_TOO_BIG);
    refuse(*state, repeat(*state, SLICE("<a>"), 20000), XML_TOO_BIG);
}

static void test_sizes(void **state)
{
    struct bench *b = *state;
    struct slice many = repeat(b, SLICE("<a/>"), XML_ELEMENTS_MAX - 1);
    struct xml xml = read(b, arena_printf(&b->arena, "<xml>%.*s</xml>", SLICE_ARG(many)).p);
    assert_int_equal(xml.count, XML_ELEMENTS_MAX - 1);
    refuse(b, arena_printf(&b->arena, "<xml>%.*s<a/></xml>", SLICE_ARG(many)), XML_TOO_BIG);

    struct slice name = repeat(b, SLICE("n"), XML_NAME_MAX);
    xml = read(b, arena_printf(&b->arena, "<xml><%.*s/></xml>", SLICE_ARG(name)).p);
    assert_int_equal(xml.values[0].path.n, XML_NAME_MAX);
    refuse(b, arena_printf(&b->arena, "<xml><%.*sn/></xml>", SLICE_ARG(name)), XML_TOO_BIG);

    struct slice text = repeat(b, SLICE("x"), XML_BYTES_MAX - 18);
    xml = read(b, arena_printf(&b->arena, "<xml><A>%.*s</A></xml>", SLICE_ARG(text)).p);
    assert_int_equal(xml_get(&xml, "A").n, XML_BYTES_MAX - 18);
    refuse(b, arena_printf(&b->arena, "<xml><A>%.*sx</A></xml>", SLICE_ARG(text)), XML_TOO_BIG);
    refuse(b, repeat(b, SLICE("<"), 300 * 1024), XML_TOO_BIG);
}

/* The longest path there can be, with names of full length at every level. */
static void test_longest_path(void **state)
{
    struct bench *b = *state;
    struct sbuf document;
    sbuf_init(&document, 4096);
    struct slice name = repeat(b, SLICE("n"), XML_NAME_MAX);
    for (int i = 0; i < XML_DEPTH_MAX; i++)
        sbuf_printf(&document, "<%.*s>", SLICE_ARG(name));
    for (int i = 0; i < XML_DEPTH_MAX; i++)
        sbuf_printf(&document, "</%.*s>", SLICE_ARG(name));
    struct xml xml;
    assert_int_equal(xml_read(sbuf_slice(&document), &b->arena, &xml), XML_READ);
    assert_int_equal(xml.values[0].path.n, (XML_DEPTH_MAX - 1) * (XML_NAME_MAX + 1) - 1);
    sbuf_free(&document);
}

/* Whatever is cut off, the rest is refused and nothing is read behind its end. */
static void test_every_truncation(void **state)
{
    struct bench *b = *state;
    static const char whole[] = "<xml><A><![CDATA[报名]]></A><B>&#x4e2d;</B></xml>";
    for (size_t n = 0; n < sizeof(whole) - 1; n++) {
        char *copy = mem_alloc(n);
        memcpy(copy, whole, n);
        struct xml xml;
        assert_int_not_equal(xml_read((struct slice){ copy, n }, &b->arena, &xml), XML_READ);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_values, setup, teardown),
        cmocka_unit_test_setup_teardown(test_references_and_split_cdata, setup, teardown),
        cmocka_unit_test_setup_teardown(test_declaration_bom_and_space, setup, teardown),
        cmocka_unit_test_setup_teardown(test_first_duplicate_wins, setup, teardown),
        cmocka_unit_test_setup_teardown(test_paths, setup, teardown),
        cmocka_unit_test_setup_teardown(test_control_bytes_and_emoji, setup, teardown),
        cmocka_unit_test_setup_teardown(test_doctype_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_malformed_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nul_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_siblings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_is_not_utf8_is_mended, setup, teardown),
        cmocka_unit_test_setup_teardown(test_depth, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sizes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_longest_path, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_truncation, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
