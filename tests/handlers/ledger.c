/* The chain of a volunteer's entries: totals, reversals, mandatory fields, forgotten words. */
#include "handlers/ledger.h"

#include "gateway/base/digest.h"
#include "handlers/ledger_chain.h"
#include "tests/handlers/records.h"

static int setup(void **state)
{
    *state = records_open();
    return 0;
}

static int teardown(void **state)
{
    records_close(*state);
    return 0;
}

static void first_entry_opens_a_chain(void **state)
{
    struct records *r = *state;
    struct ledger_totals totals;
    assert_int_equal(ledger_total(&r->s, 7, &totals), 0);
    assert_int_equal(totals.minutes, 0);
    struct ledger_entry e = records_entry(r, 7, 210);
    assert_int_equal(ledger_append(&r->s, &e), LEDGER_APPENDED);
    assert_int_equal(e.seq, 1);
    assert_true(e.id > 0);
    assert_int_equal(e.recorded_at, SUPPORT_NOW);
    assert_int_equal(ledger_total(&r->s, 7, &totals), 1);
    assert_int_equal(totals.minutes, 210);
    assert_int_equal(totals.services, 1);
    assert_int_equal(totals.quality, 5);
    assert_int_equal(totals.entries, 1);
}

static void an_entry_reads_back_as_written(void **state)
{
    struct records *r = *state;
    records_append(r, 7, 30);
    struct ledger_entry e;
    assert_int_equal(ledger_get(&r->s, 7, 1, &e), 1);
    assert_slice(e.name, "包饺子");
    assert_slice(e.place, "敬老院");
    assert_slice(e.recipient, "敬老院老人");
    assert_slice(e.content, "包饺子");
    assert_slice(e.leader_name, "刀艳");
    assert_slice(e.recorder_name, "刀艳");
    assert_slice(e.rules, r->policy->rules_version);
    assert_true(e.rules.n > 0);
    assert_int_equal(e.minutes, 30);
    assert_int_equal(e.kind, LEDGER_CONFIRMED);
    assert_false(e.forgotten);
    assert_int_equal(ledger_get(&r->s, 7, 2, &e), 0);
    assert_int_equal(ledger_get(&r->s, 8, 1, &e), 0);
}

/* Each mandatory field alone, emptied: the entry is refused and nothing is written. */
static void m40_nothing_is_confirmed_until_every_field_is_filled(void **state)
{
    struct records *r = *state;
    struct ledger_entry full = records_entry(r, 7, 60);
    assert_int_equal(ledger_missing(&full), 0);
    unsigned seen = 0;
    for (int i = 0; i < LEDGER_FIELD_COUNT; i++) {
        enum ledger_field field = (enum ledger_field)(1 << i);
        struct ledger_entry e = full;
        struct slice none = { NULL, 0 };
        struct slice blank = SLICE("  ");
        switch (field) {
        case LEDGER_NAME:
            e.name = none;
            break;
        case LEDGER_DAY:
            e.day = 0;
            break;
        case LEDGER_PLACE:
            e.place = blank;
            break;
        case LEDGER_RECIPIENT:
            e.recipient = none;
            break;
        case LEDGER_CONTENT:
            e.content = none;
            break;
        case LEDGER_MINUTES:
            e.minutes = 0;
            break;
        case LEDGER_QUALITY:
            e.quality = 6;
            break;
        case LEDGER_LEADER:
            e.leader = 0;
            break;
        case LEDGER_RECORDER:
            e.recorder = 0;
            break;
        case LEDGER_ORGANIZATION:
            e.organization = 0;
            break;
        case LEDGER_EVALUATED:
            e.evaluated = 0;
            break;
        default:
            fail();
        }
        assert_int_equal(ledger_missing(&e), field);
        assert_int_equal(ledger_append(&r->s, &e), LEDGER_INCOMPLETE);
        assert_string_not_equal(ledger_field_name(field), "?");
        seen |= field;
    }
    assert_int_equal(seen, (1 << LEDGER_FIELD_COUNT) - 1);
    assert_int_equal(records_total(r, 7), 0);
    records_commit(r);
    assert_int_equal(support_count(r->support, "SELECT COUNT(*) FROM ledger"), 0);
}

static void minutes_have_bounds(void **state)
{
    struct records *r = *state;
    struct ledger_entry e = records_entry(r, 7, 1441);
    assert_int_equal(ledger_append(&r->s, &e), LEDGER_INCOMPLETE);
    e.minutes = -5;
    assert_int_equal(ledger_append(&r->s, &e), LEDGER_INCOMPLETE);
    e.minutes = 1440;
    assert_int_equal(ledger_append(&r->s, &e), LEDGER_APPENDED);
    e.kind = LEDGER_REVERSAL;
    assert_int_equal(ledger_append(&r->s, &e), GW_EINVAL);
    e.kind = LEDGER_FORGOTTEN;
    assert_int_equal(ledger_append(&r->s, &e), GW_EINVAL);
}

static void a_correction_is_a_reversal_and_a_new_entry(void **state)
{
    struct records *r = *state;
    records_append(r, 7, 210);
    struct ledger_entry old;
    assert_int_equal(ledger_reverse(&r->s, 7, 1, r->organizer, &old), LEDGER_APPENDED);
    assert_int_equal(old.minutes, 210);
    assert_slice(old.place, "敬老院");
    assert_int_equal(records_total(r, 7), 0);
    old.kind = LEDGER_CORRECTION;
    old.minutes = 150;
    assert_int_equal(ledger_append(&r->s, &old), LEDGER_APPENDED);
    struct ledger_totals totals;
    assert_int_equal(ledger_total(&r->s, 7, &totals), 1);
    assert_int_equal(totals.minutes, 150);
    assert_int_equal(totals.services, 1);
    assert_int_equal(totals.entries, 3);
    struct ledger_entry *list;
    assert_int_equal(ledger_list(&r->s, 7, 0, 10, &list), 3);
    assert_int_equal(list[0].kind, LEDGER_CORRECTION);
    assert_int_equal(list[1].kind, LEDGER_REVERSAL);
    assert_int_equal(list[1].minutes, -210);
    assert_int_equal(list[1].reverses, 1);
    assert_int_equal(list[2].kind, LEDGER_CONFIRMED);
    assert_int_equal(ledger_list(&r->s, 7, 3, 1, &list), 1);
    assert_int_equal(list[0].seq, 2);
}

static void an_entry_is_reversed_once(void **state)
{
    struct records *r = *state;
    records_append(r, 7, 60);
    assert_int_equal(ledger_reverse(&r->s, 7, 1, r->organizer, NULL), LEDGER_APPENDED);
    assert_int_equal(ledger_reverse(&r->s, 7, 1, r->organizer, NULL), LEDGER_REVERSED);
    assert_int_equal(ledger_reverse(&r->s, 7, 2, r->organizer, NULL), LEDGER_NO_ENTRY);
    assert_int_equal(ledger_reverse(&r->s, 7, 9, r->organizer, NULL), LEDGER_NO_ENTRY);
    assert_int_equal(records_total(r, 7), 0);
}

static void chains_do_not_mix(void **state)
{
    struct records *r = *state;
    records_append(r, 7, 60);
    records_append(r, 8, 90);
    records_append(r, 7, 30);
    assert_int_equal(records_total(r, 7), 90);
    assert_int_equal(records_total(r, 8), 90);
    struct ledger_entry *list;
    assert_int_equal(ledger_list(&r->s, 7, 0, 10, &list), 2);
    assert_int_equal(list[0].seq, 2);
}

static bool file_has(const char *path, const char *text)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return false;
    char *all = mem_alloc(8 << 20);
    size_t n = fread(all, 1, 8 << 20, f);
    fclose(f);
    bool has = slice_find((struct slice){ all, n }, slice_of(text)) >= 0;
    free(all);
    return has;
}

/* The words are nowhere in the clear on disk; the rules version, which is no secret, is. */
static void words_are_sealed(void **state)
{
    struct records *r = *state;
    if (support_is_postgres())
        skip(); /* looks into SQLite's file */
    records_append(r, 7, 60);
    records_commit(r);
    char wal[128];
    snprintf(wal, sizeof(wal), "%s-wal", r->support->path);
    const char *version = r->policy->rules_version;
    assert_true(file_has(r->support->path, version) || file_has(wal, version));
    assert_false(file_has(r->support->path, "敬老院"));
    assert_false(file_has(wal, "敬老院"));
}

static void forgetting_keeps_minutes_and_chain(void **state)
{
    struct records *r = *state;
    records_append(r, 7, 60);
    records_append(r, 7, 30);
    assert_int_equal(ledger_forget_texts(&r->s, 7, r->organizer), 2);
    assert_int_equal(ledger_forget_texts(&r->s, 7, r->organizer), 0);
    struct ledger_totals totals;
    assert_int_equal(ledger_total(&r->s, 7, &totals), 1);
    assert_int_equal(totals.minutes, 90);
    assert_int_equal(totals.services, 2);
    assert_int_equal(totals.entries, 3);
    struct ledger_entry e;
    assert_int_equal(ledger_get(&r->s, 7, 1, &e), 1);
    assert_true(e.forgotten);
    assert_int_equal(e.name.n, 0);
    assert_int_equal(ledger_get(&r->s, 7, 3, &e), 1);
    assert_int_equal(e.kind, LEDGER_FORGOTTEN);
    assert_false(e.forgotten);
}

/* Random appends and reversals: the running totals are the sums of what stands. */
static void totals_are_the_sums(void **state)
{
    struct records *r = *state;
    int64_t sum[4] = { 0 }, count[4] = { 0 }, length[4] = { 0 };
    bool reversed[4][200] = { { false } };
    int64_t minutes[4][200] = { { 0 } };
    uint64_t seed = 20261125;
    for (int i = 0; i < 300; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        int p = (int)(seed >> 33) % 4;
        int64_t target = length[p] > 0 ? 1 + (int64_t)(seed >> 40) % length[p] : 0;
        bool reverse = seed >> 62 == 0 && target > 0;
        if (reverse) {
            int rc = ledger_reverse(&r->s, 100 + p, target, r->organizer, NULL);
            bool may = minutes[p][target] > 0 && !reversed[p][target];
            assert_int_equal(rc == LEDGER_APPENDED, may);
            if (!may)
                continue;
            reversed[p][target] = true;
            sum[p] -= minutes[p][target];
            count[p]--;
            length[p]++;
        } else {
            int64_t m = 1 + (int64_t)(seed >> 20) % 600;
            records_append(r, 100 + p, m);
            minutes[p][++length[p]] = m;
            sum[p] += m;
            count[p]++;
        }
    }
    for (int p = 0; p < 4; p++) {
        struct ledger_totals totals;
        assert_true(ledger_total(&r->s, 100 + p, &totals) >= 0);
        assert_int_equal(totals.minutes, sum[p]);
        assert_int_equal(totals.services, count[p]);
        assert_int_equal(totals.entries, length[p]);
        assert_int_equal(totals.quality, count[p] * 5);
    }
    records_commit(r);
    assert_int_equal(support_count(r->support, "SELECT SUM(minutes) FROM ledger"),
                     sum[0] + sum[1] + sum[2] + sum[3]);
}

/* Any field, the words and the entry before change the HMAC. */
static void the_hmac_covers_every_field(void **state)
{
    struct records *r = *state;
    struct ledger_link link = { .entry = records_entry(r, 7, 60) };
    link.entry.rules = SLICE("v1");
    unsigned char none[LEDGER_MAC] = { 0 }, base[LEDGER_MAC], other[LEDGER_MAC];
    ledger_chain_mac(r->s.vault, &link, none, r->s.arena, base);
    ledger_chain_mac(r->s.vault, &link, none, r->s.arena, other);
    assert_memory_equal(base, other, LEDGER_MAC);
    int64_t *numbers[] = { &link.entry.person,   &link.entry.seq,          &link.entry.id,
                           &link.entry.minutes,  &link.entry.day,          &link.entry.hours,
                           &link.entry.activity, &link.entry.organization, &link.entry.leader,
                           &link.entry.recorder, &link.entry.evaluated,    &link.entry.recorded_at,
                           &link.entry.reverses };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        ++*numbers[i];
        ledger_chain_mac(r->s.vault, &link, none, r->s.arena, other);
        assert_memory_not_equal(base, other, LEDGER_MAC);
        --*numbers[i];
    }
    struct ledger_link changed[6];
    for (int i = 0; i < 6; i++)
        changed[i] = link;
    changed[0].entry.kind = LEDGER_CORRECTION;
    changed[1].entry.source = LEDGER_CHECKED_IN;
    changed[2].entry.quality = 4;
    changed[3].entry.late = true;
    changed[4].entry.rules = SLICE("v2");
    changed[5].text_digest[31] ^= 1;
    for (int i = 0; i < 6; i++) {
        ledger_chain_mac(r->s.vault, &changed[i], none, r->s.arena, other);
        assert_memory_not_equal(base, other, LEDGER_MAC);
    }
    none[0] = 1;
    ledger_chain_mac(r->s.vault, &link, none, r->s.arena, other);
    assert_memory_not_equal(base, other, LEDGER_MAC);
}

static void names_have_no_holes(void **state)
{
    (void)state;
    for (int k = LEDGER_CONFIRMED; k < LEDGER_KINDS; k++)
        assert_string_not_equal(ledger_kind_name((enum ledger_kind)k), "?");
    assert_string_equal(ledger_kind_name(LEDGER_KINDS), "?");
    assert_string_equal(ledger_field_name((enum ledger_field)0), "?");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(first_entry_opens_a_chain),
        T(an_entry_reads_back_as_written),
        T(m40_nothing_is_confirmed_until_every_field_is_filled),
        T(minutes_have_bounds),
        T(a_correction_is_a_reversal_and_a_new_entry),
        T(an_entry_is_reversed_once),
        T(chains_do_not_mix),
        T(words_are_sealed),
        T(forgetting_keeps_minutes_and_chain),
        T(totals_are_the_sums),
        T(the_hmac_covers_every_field),
        T(names_have_no_holes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
