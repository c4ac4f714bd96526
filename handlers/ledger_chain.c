#include "handlers/ledger_chain.h"

#include <string.h>

#include "gateway/base/digest.h"

const char ledger_chain_column[] = "ledger_texts.sealed";

static int read_digest(struct slice blob, unsigned char out[LEDGER_MAC])
{
    if (blob.n != LEDGER_MAC)
        return GW_EDATA;
    memcpy(out, blob.p, LEDGER_MAC);
    return 0;
}

int ledger_chain_read(const struct rows *rows, struct arena *a, struct ledger_link *out)
{
    memset(out, 0, sizeof(*out));
    struct ledger_entry *e = &out->entry;
    e->person = rows_int(rows, 0);
    e->seq = rows_int(rows, 1);
    e->id = rows_int(rows, 2);
    e->kind = (enum ledger_kind)rows_int(rows, 3);
    e->source = (enum ledger_source)rows_int(rows, 4);
    e->minutes = rows_int(rows, 5);
    e->day = rows_int(rows, 6);
    e->hours = rows_int(rows, 7);
    e->activity = rows_int(rows, 8);
    e->organization = rows_int(rows, 9);
    e->leader = rows_int(rows, 10);
    e->recorder = rows_int(rows, 11);
    e->quality = (int)rows_int(rows, 12);
    e->evaluated = rows_int(rows, 13);
    e->recorded_at = rows_int(rows, 14);
    e->reverses = rows_int(rows, 15);
    e->late = rows_int(rows, 16) != 0;
    e->rules = arena_dup(a, rows_text(rows, 17));
    if (read_digest(rows_blob(rows, 18), out->text_digest) != 0)
        return GW_EDATA;
    return read_digest(rows_blob(rows, 19), out->mac);
}

static unsigned char *put_number(unsigned char *at, int64_t number)
{
    uint64_t n = (uint64_t)number;
    for (int shift = 56; shift >= 0; shift -= 8)
        *at++ = (unsigned char)(n >> shift & 0xff);
    return at;
}

static unsigned char *put_bytes(unsigned char *at, const void *p, size_t n)
{
    if (n > 0)
        memcpy(at, p, n);
    return at + n;
}

void ledger_chain_mac(const struct vault *v, const struct ledger_link *link,
                      const unsigned char before[LEDGER_MAC], struct arena *a,
                      unsigned char out[LEDGER_MAC])
{
    static const char head[] = "linli ledger 1";
    const struct ledger_entry *e = &link->entry;
    const int64_t numbers[] = {
        e->person,   e->seq,      e->id,      e->kind,      (int64_t)e->source,
        e->minutes,  e->day,      e->hours,   e->activity,  e->organization,
        e->leader,   e->recorder, e->quality, e->evaluated, e->recorded_at,
        e->reverses, e->late,
    };
    size_t count = sizeof(numbers) / sizeof(numbers[0]);
    unsigned char *p =
        arena_alloc(a, sizeof(head) + (count + 1) * 8 + e->rules.n + 2 * (size_t)LEDGER_MAC);
    unsigned char *at = put_bytes(p, head, sizeof(head));
    for (size_t i = 0; i < count; i++)
        at = put_number(at, numbers[i]);
    at = put_number(at, (int64_t)e->rules.n);
    at = put_bytes(at, e->rules.p, e->rules.n);
    at = put_bytes(at, link->text_digest, LEDGER_MAC);
    at = put_bytes(at, before, LEDGER_MAC);
    vault_digest(v, VAULT_LEDGER, (struct slice){ (const char *)p, (size_t)(at - p) }, out);
}

void ledger_chain_text(struct slice salt, struct slice text, struct arena *a,
                       unsigned char out[LEDGER_MAC])
{
    unsigned char *p = arena_alloc(a, salt.n + text.n);
    unsigned char *at = put_bytes(p, salt.p, salt.n);
    at = put_bytes(at, text.p, text.n);
    digest_sha256((struct slice){ (const char *)p, (size_t)(at - p) }, out);
}

bool ledger_chain_has_text(const struct ledger_link *link)
{
    static const unsigned char none[LEDGER_MAC];
    return memcmp(link->text_digest, none, LEDGER_MAC) != 0;
}
