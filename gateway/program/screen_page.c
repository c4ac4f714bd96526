#include "gateway/program/screen_page.h"

#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#include "conversations/conversation.h"
#include "gateway/base/json.h"

enum { QUIET = 4 /* modules around a code: ISO/IEC 18004 */ };

static const char style[] =
    "html{height:100%}body{margin:0;min-height:100%;display:flex;flex-direction:column;"
    "align-items:center;font-family:sans-serif;background:#fff;color:#111;text-align:center}"
    "h1{font-size:1.4rem;margin:1rem .5rem 0}h2{font-size:2.2rem;margin:.3rem;padding:.1em .8em;"
    "border-radius:.3em;color:#fff;background:#07733b}h2.out{background:#8a3b00}"
    "svg{width:min(86vw,62vh);height:auto;display:block;margin:0 auto}p{margin:.35rem 1rem}"
    "b{font-size:1.6rem;letter-spacing:.12em}nav{margin:1rem;font-size:1.1rem}"
    "nav a{margin:0 .6em;color:#07733b}.quiet{color:#555;font-size:.95rem}";

static void escaped(struct sbuf *out, struct slice text)
{
    for (size_t i = 0; i < text.n; i++)
        switch (text.p[i]) {
        case '<':
            sbuf_str(out, "&lt;");
            break;
        case '>':
            sbuf_str(out, "&gt;");
            break;
        case '&':
            sbuf_str(out, "&amp;");
            break;
        case '"':
            sbuf_str(out, "&quot;");
            break;
        default:
            sbuf_char(out, text.p[i]);
        }
}

bool screen_qr(struct slice content, struct sbuf *out)
{
    QRcode *code =
        QRcode_encodeData((int)content.n, (const unsigned char *)content.p, 0, QR_ECLEVEL_M);
    if (code == NULL)
        return false;
    sbuf_printf(out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"%d %d %d %d\" "
                "shape-rendering=\"crispEdges\" role=\"img\"><path d=\"",
                -QUIET, -QUIET, code->width + 2 * QUIET, code->width + 2 * QUIET);
    for (int y = 0; y < code->width; y++)
        for (int x = 0; x < code->width; x++) {
            int from = x;
            while (x < code->width && (code->data[y * code->width + x] & 1) != 0)
                x++;
            if (x > from)
                sbuf_printf(out, "M%d %dh%dv1h-%dz", from, y, x - from, x - from);
        }
    sbuf_str(out, "\"/></svg>");
    QRcode_free(code);
    return true;
}

/* Appends what a message says, escaped; `params` is taken over, NULL for none. A page without its
 * words fails as a whole. */
static void words(const struct screen_view *v, struct sbuf *out, const char *id, json_t *params)
{
    struct arena a = { 0 };
    struct slice text;
    if (catalogue_render(v->catalogue, id, params, CHANNEL_WECHAT, NULL, false, &a, &text) == GW_OK)
        escaped(out, text);
    else
        out->failed = true;
    arena_free(&a);
    json_decref(params);
}

static void paragraph(const struct screen_view *v, struct sbuf *out, const char *id)
{
    sbuf_str(out, "<p>");
    words(v, out, id, NULL);
    sbuf_str(out, "</p>");
}

static void quiet(const struct screen_view *v, struct sbuf *out, const char *id)
{
    sbuf_str(out, "<p class=\"quiet\">");
    words(v, out, id, NULL);
    sbuf_str(out, "</p>");
}

static void side(const struct screen_view *v, struct sbuf *out, bool other, const char *query,
                 const char *id)
{
    if (other) {
        sbuf_str(out, "<a href=\"");
        escaped(out, v->path);
        sbuf_printf(out, "?%s\">", query);
    } else {
        sbuf_str(out, "<span>");
    }
    words(v, out, id, NULL);
    sbuf_str(out, other ? "</a>" : "</span>");
}

static void by_sms(const struct screen_view *v, struct sbuf *out)
{
    json_t *params = json_object();
    json_put_slice(params, "code", v->code);
    quiet(v, out, "screen.by_sms");
    sbuf_str(out, "<p><b>");
    words(v, out, "screen.sms", params);
    sbuf_str(out, "</b></p>");
}

static void body(const struct screen_view *v, struct sbuf *out)
{
    sbuf_printf(out, "<h2%s>", v->out ? " class=\"out\"" : "");
    words(v, out, v->out ? "screen.out" : "screen.in", NULL);
    sbuf_str(out, "</h2>");
    bool shown = v->content.n > 0 && screen_qr(v->content, out);
    paragraph(v, out, shown ? "screen.scan" : "screen.no_code");
    if (v->out)
        quiet(v, out, "screen.leave");
    else
        by_sms(v, out);
    sbuf_str(out, "<nav>");
    side(v, out, v->out, "in", "screen.in");
    side(v, out, !v->out, "out", "screen.out");
    sbuf_str(out, "</nav>");
}

static void heading(const struct screen_view *v, struct sbuf *out)
{
    json_t *params = json_object();
    json_put_slice(params, "title", v->title);
    json_put_int(params, "number", v->number);
    sbuf_str(out, "<h1>");
    words(v, out, "screen.heading", params);
    sbuf_str(out, "</h1>");
}

void screen_page(const struct screen_view *v, struct sbuf *out)
{
    sbuf_str(out, "<!DOCTYPE html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">"
                  "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                  "<meta name=\"robots\" content=\"noindex\">");
    if (!v->over)
        sbuf_printf(out, "<meta http-equiv=\"refresh\" content=\"%d\">", v->refresh_s);
    sbuf_str(out, "<title>");
    words(v, out, "screen.in", NULL);
    sbuf_printf(out, "</title><style>%s</style></head><body>", style);
    if (v->trouble)
        paragraph(v, out, "screen.trouble");
    else
        heading(v, out);
    if (!v->trouble && v->early)
        paragraph(v, out, "screen.early");
    else if (!v->trouble && v->over)
        paragraph(v, out, "screen.over");
    else if (!v->trouble)
        body(v, out);
    sbuf_str(out, "</body></html>\n");
}
