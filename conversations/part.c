#include "conversations/part.h"

#include "gateway/base/utf8.h"

#define LINK_HEAD "<a href=\"weixin://bizmsgmenu?msgmenucontent="
#define LINK_MENU "&msgmenuid="
#define LINK_BODY "\">"
#define LINK_TAIL "</a>"

/* Numbers of lists are counted at their longest (tap_number). */
enum { MENU_DIGITS = 10 };

static const struct slice open_bracket = { "〔", sizeof("〔") - 1 };
static const struct slice close_bracket = { "〕", sizeof("〕") - 1 };

/* The label of the link that stands at the front; false when none does. */
static bool link_at(struct slice text, struct slice *label)
{
    if (!slice_starts(text, open_bracket))
        return false;
    struct slice rest = slice_skip(text, open_bracket.n);
    ptrdiff_t end = slice_find(rest, close_bracket);
    if (end < 0)
        return false;
    *label = slice_head(rest, (size_t)end);
    return true;
}

static void add_link(struct slice label, int64_t menu, struct sbuf *out)
{
    sbuf_str(out, LINK_HEAD);
    sbuf_url(out, label);
    sbuf_printf(out, LINK_MENU "%lld" LINK_BODY, (long long)menu);
    sbuf_add(out, label);
    sbuf_str(out, LINK_TAIL);
}

void part_links(struct slice text, int64_t menu, struct sbuf *out)
{
    for (;;) {
        struct slice label;
        ptrdiff_t from = slice_find(text, open_bracket);
        if (from < 0 || !link_at(slice_skip(text, (size_t)from), &label))
            break;
        sbuf_add(out, slice_head(text, (size_t)from));
        add_link(label, menu, out);
        text = slice_skip(text, (size_t)from + open_bracket.n + label.n + close_bracket.n);
    }
    sbuf_add(out, text);
}

/* What stands at the front and may not be cut, a link or a character: its bytes here, and as they
 * are sent. */
static size_t take_unit(struct slice text, size_t *sent)
{
    struct slice label, rest = text;
    if (link_at(text, &label)) {
        size_t n = sizeof(LINK_HEAD LINK_MENU LINK_BODY LINK_TAIL) - 1 + MENU_DIGITS + label.n;
        for (size_t i = 0; i < label.n; i++) {
            char c = label.p[i];
            bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                         (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_' || c == '~';
            n += plain ? 1 : 3;
        }
        *sent = n;
        return open_bracket.n + label.n + close_bracket.n;
    }
    (void)utf8_next(&rest);
    *sent = text.n - rest.n;
    return *sent;
}

static size_t sent_bytes(struct slice text)
{
    size_t all = 0, sent;
    while (text.n > 0) {
        text = slice_skip(text, take_unit(text, &sent));
        all += sent;
    }
    return all;
}

/* Bytes of the longest head that is sent in `room` bytes; at least one unit. */
static size_t cut(struct slice text, size_t room)
{
    size_t at = 0, all = 0, line = 0;
    while (at < text.n) {
        size_t sent, n = take_unit(slice_skip(text, at), &sent);
        if (all + sent > room && at > 0)
            break;
        if (text.p[at] == '\n' && all > room / 2)
            line = at;
        at += n;
        all += sent;
    }
    return line > 0 && at < text.n ? line : at;
}

bool part_take(struct slice plain, int number, struct slice more, struct slice *out)
{
    size_t room = PART_BYTES - sent_bytes(more) - 1;
    struct slice rest = plain;
    for (;; number--) {
        bool fits = sent_bytes(rest) <= PART_BYTES;
        *out = slice_head(rest, fits ? rest.n : cut(rest, room));
        if (fits || number <= 0)
            return !fits;
        rest = slice_skip(rest, out->n);
        if (rest.n > 0 && rest.p[0] == '\n')
            rest = slice_skip(rest, 1);
    }
}
