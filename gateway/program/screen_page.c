#include "gateway/program/screen_page.h"

#include <inttypes.h>
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

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

static void side(const struct screen_view *v, struct sbuf *out, bool other, const char *query,
                 const char *label)
{
    if (!other) {
        sbuf_printf(out, "<span>%s</span>", label);
        return;
    }
    sbuf_str(out, "<a href=\"");
    escaped(out, v->path);
    sbuf_printf(out, "?%s\">%s</a>", query, label);
}

static void body(const struct screen_view *v, struct sbuf *out)
{
    sbuf_printf(out, "<h2%s>%s</h2>", v->out ? " class=\"out\"" : "", v->out ? "签退" : "签到");
    if (v->content.n > 0 && screen_qr(v->content, out))
        sbuf_str(out, "<p>微信扫一扫，每分钟换一次</p>");
    else
        sbuf_str(out, "<p>二维码还没取到，先用下面的6位数</p>");
    if (!v->out) {
        sbuf_str(out, "<p class=\"quiet\">没有微信的，发短信</p><p><b>到了 ");
        escaped(out, v->code);
        sbuf_str(out, "</b></p>");
    } else {
        sbuf_str(out, "<p class=\"quiet\">没有微信的不用签退，负责人来记</p>");
    }
    sbuf_str(out, "<nav>");
    side(v, out, v->out, "in", "签到");
    side(v, out, !v->out, "out", "签退");
    sbuf_str(out, "</nav>");
}

void screen_page(const struct screen_view *v, struct sbuf *out)
{
    sbuf_str(out, "<!DOCTYPE html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">"
                  "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                  "<meta name=\"robots\" content=\"noindex\">");
    if (!v->over)
        sbuf_printf(out, "<meta http-equiv=\"refresh\" content=\"%d\">", v->refresh_s);
    sbuf_printf(out, "<title>签到</title><style>%s</style></head><body>", style);
    if (v->trouble) {
        sbuf_str(out, "<p>这会儿看不到，一会儿自己再试。</p></body></html>\n");
        return;
    }
    sbuf_str(out, "<h1>");
    escaped(out, v->title);
    sbuf_printf(out, "（%" PRId64 "号）</h1>", v->number);
    if (v->early)
        sbuf_str(out, "<p>还没到签到的时候，到时这里自己会出二维码。</p>");
    else if (v->over)
        sbuf_str(out, "<p>已经散了，不再签到。</p>");
    else
        body(v, out);
    sbuf_str(out, "</body></html>\n");
}
