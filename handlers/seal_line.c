#include "handlers/seal_line.h"

#include <string.h>

#include "gateway/base/digest.h"
#include "gateway/base/sbuf.h"
#include "handlers/seal.h"

enum { HEX = 2 * LEDGER_MAC };

static void line_mac(const struct vault *v, struct slice body, unsigned char out[LEDGER_MAC])
{
    vault_digest(v, VAULT_SEAL, body, out);
}

static void add_hex(struct sbuf *b, const unsigned char *mac)
{
    char hex[HEX + 1];
    digest_hex(mac, LEDGER_MAC, hex);
    sbuf_str(b, hex);
}

static void add_heads(struct sbuf *b, const struct seal *seal)
{
    if (seal->count == 0)
        sbuf_char(b, '-');
    for (int i = 0; i < seal->count; i++) {
        const struct seal_head *h = &seal->heads[i];
        sbuf_printf(b, "%s%lld:%lld:", i > 0 ? "," : "", (long long)h->person, (long long)h->seq);
        add_hex(b, h->mac);
    }
}

int seal_line_write(const struct vault *v, struct seal *seal, struct arena *a, struct slice *line)
{
    struct sbuf b;
    sbuf_init(&b, SEAL_LINE_MAX - 1);
    sbuf_printf(&b, "linli-seal 1 %lld %lld %lld %lld %lld %lld ", (long long)seal->number,
                (long long)seal->made_at, (long long)seal->last_id, (long long)seal->people,
                (long long)seal->entries, (long long)seal->minutes);
    add_hex(&b, seal->before);
    sbuf_char(&b, ' ');
    add_heads(&b, seal);
    line_mac(v, sbuf_slice(&b), seal->mac);
    sbuf_char(&b, ' ');
    add_hex(&b, seal->mac);
    bool failed = b.failed;
    *line = arena_dup(a, sbuf_slice(&b));
    sbuf_free(&b);
    return failed ? GW_ETOOBIG : 0;
}

static bool take_number(struct slice *rest, char until, int64_t *out)
{
    struct slice part;
    return slice_next(rest, until, &part) && slice_to_int(part, out) == 0;
}

static bool take_mac(struct slice *rest, char until, unsigned char out[LEDGER_MAC])
{
    struct slice part;
    return slice_next(rest, until, &part) && part.n == HEX &&
           digest_unhex(part, out, LEDGER_MAC) == 0;
}

static bool read_heads(struct slice text, struct arena *a, struct seal *out)
{
    if (slice_eq(text, SLICE("-")))
        return true;
    /* A head takes more than 2 * LEDGER_MAC bytes, so this many fit at most. */
    size_t most = text.n / HEX + 1;
    out->heads = arena_alloc(a, most * sizeof(*out->heads));
    struct slice part;
    while (slice_next(&text, ',', &part)) {
        if ((size_t)out->count == most)
            return false;
        struct seal_head *h = &out->heads[out->count];
        if (!take_number(&part, ':', &h->person) || !take_number(&part, ':', &h->seq) ||
            !take_mac(&part, ':', h->mac) || part.n != 0)
            return false;
        out->count++;
    }
    return out->count > 0;
}

static bool read_fields(struct slice rest, struct arena *a, struct seal *out)
{
    struct slice word, version, heads;
    if (!slice_next(&rest, ' ', &word) || !slice_eq(word, SLICE("linli-seal")) ||
        !slice_next(&rest, ' ', &version) || !slice_eq(version, SLICE("1")))
        return false;
    if (!take_number(&rest, ' ', &out->number) || !take_number(&rest, ' ', &out->made_at) ||
        !take_number(&rest, ' ', &out->last_id) || !take_number(&rest, ' ', &out->people) ||
        !take_number(&rest, ' ', &out->entries) || !take_number(&rest, ' ', &out->minutes))
        return false;
    return take_mac(&rest, ' ', out->before) && slice_next(&rest, ' ', &heads) &&
           read_heads(heads, a, out) && take_mac(&rest, ' ', out->mac) && rest.n == 0;
}

int seal_line_read(const struct vault *v, struct slice line, struct arena *a, struct seal *out)
{
    memset(out, 0, sizeof(*out));
    line = slice_trim(line);
    if (line.n > SEAL_LINE_MAX || line.n < HEX + 1 || !read_fields(line, a, out))
        return GW_EPROTO;
    unsigned char mac[LEDGER_MAC];
    line_mac(v, slice_head(line, line.n - HEX - 1), mac);
    struct slice want = { (const char *)mac, LEDGER_MAC };
    struct slice have = { (const char *)out->mac, LEDGER_MAC };
    return digest_equal(want, have) ? 0 : GW_EAUTH;
}
