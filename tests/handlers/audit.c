/* The seal and the audit: entries are changed, removed, swapped and cut off behind the program's
 * back, and the audit names the first one. */
#include "handlers/seal.h"

#include "gateway/base/digest.h"
#include "gateway/store/timers.h"
#include "handlers/seal_line.h"
#include "tests/handlers/records.h"

enum { PEOPLE = 5, EACH = 6 };

/* Lines as the file outside would hold them. */
struct file {
    struct slice lines[32];
    int count, next;
    int64_t progress;
};

static int next_line(void *context, struct slice *line)
{
    struct file *f = context;
    if (f->next == f->count)
        return 0;
    *line = f->lines[f->next++];
    return 1;
}

static void on_progress(void *context, int64_t done, int64_t all)
{
    struct file *f = context;
    assert_true(done <= all || all == 0);
    f->progress = done;
}

static int setup(void **state)
{
    struct records *r = records_open();
    for (int i = 0; i < EACH; i++) {
        for (int p = 1; p <= PEOPLE; p++)
            records_append(r, p * 10, 30 + i);
    }
    records_commit(r);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    records_close(*state);
    return 0;
}

static struct audit_report audit(struct records *r, struct file *file)
{
    struct audit_input in = { .next = next_line, .progress = on_progress, .context = file };
    struct audit_report report;
    if (file != NULL)
        file->next = 0;
    assert_int_equal(ledger_audit(&r->s, file != NULL ? &in : NULL, &report), 0);
    return report;
}

static void assert_first(const struct audit_report *report, enum audit_finding finding,
                         int64_t person, int64_t seq)
{
    if (report->first.finding != finding || report->first.person != person ||
        report->first.seq != seq)
        fail_msg("found %s at %lld/%lld, expected %s at %lld/%lld",
                 audit_finding_name(report->first.finding), (long long)report->first.person,
                 (long long)report->first.seq, audit_finding_name(finding), (long long)person,
                 (long long)seq);
    assert_true(report->bad > 0);
}

/* Seals everything and takes the lines outside. */
static void seal_all(struct records *r, struct file *file)
{
    int rc;
    while ((rc = seal_make(&r->s)) == 1)
        continue;
    assert_int_equal(rc, 0);
    struct seal_line *lines;
    int n = seal_unwritten(&r->s, 100, &lines);
    assert_true(n > 0);
    for (int i = 0; i < n; i++)
        file->lines[file->count++] = arena_dup(r->s.arena, lines[i].line);
    assert_int_equal(seal_written(&r->s, lines[n - 1].number), 0);
    records_commit(r);
}

static void tamper(struct records *r, const char *sql)
{
    support_commit(r->support);
    support_exec(r->support, sql);
    r->s.tx = support_begin(r->support);
}

static void a_good_ledger_is_sound(void **state)
{
    struct records *r = *state;
    struct file file = { .count = 0 };
    struct audit_report report = audit(r, &file);
    assert_int_equal(report.first.finding, AUDIT_SOUND);
    assert_int_equal(report.bad, 0);
    assert_int_equal(report.people, PEOPLE);
    assert_int_equal(report.entries, PEOPLE * EACH);
    assert_int_equal(report.minutes, PEOPLE * (30 + 31 + 32 + 33 + 34 + 35));
    seal_all(r, &file);
    records_append(r, 20, 45);
    report = audit(r, &file);
    assert_int_equal(report.first.finding, AUDIT_SOUND);
    assert_int_equal(report.seals, 1);
    assert_int_equal(report.outside, 1);
    assert_int_equal(file.progress, PEOPLE * EACH + 1);
}

static void an_empty_ledger_is_sound(void **state)
{
    struct records *r = *state;
    tamper(r, "DELETE FROM ledger; DELETE FROM ledger_heads; DELETE FROM ledger_texts");
    struct audit_report report = audit(r, NULL);
    assert_int_equal(report.first.finding, AUDIT_SOUND);
    assert_int_equal(report.entries, 0);
}

/* Every column of an entry, changed alone. */
static void each_changed_column_is_named(void **state)
{
    static const char *const columns[] = { "kind",         "source",    "minutes",
                                           "day",          "hours",     "activity",
                                           "organization", "leader",    "recorder",
                                           "quality",      "evaluated", "recorded_at",
                                           "reverses",     "late",      "id" };
    struct records *r = *state;
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        char sql[160];
        snprintf(sql, sizeof(sql), "UPDATE ledger SET %s = %s + 1000 WHERE person = 30 AND seq = 3",
                 columns[i], columns[i]);
        tamper(r, sql);
        struct audit_report report = audit(r, NULL);
        assert_first(&report, AUDIT_CHANGED, 30, 3);
        snprintf(sql, sizeof(sql), "UPDATE ledger SET %s = %s - 1000 WHERE person = 30 AND seq = 3",
                 columns[i], columns[i]);
        tamper(r, sql);
        report = audit(r, NULL);
        assert_int_equal(report.first.finding, AUDIT_SOUND);
    }
    tamper(r, "UPDATE ledger SET rules = 'x' WHERE person = 30 AND seq = 3");
    struct audit_report report = audit(r, NULL);
    assert_first(&report, AUDIT_CHANGED, 30, 3);
}

static void damaged_digests_are_named(void **state)
{
    struct records *r = *state;
    tamper(r, "UPDATE ledger SET mac = CAST('0' AS BLOB) WHERE person = 20 AND seq = 2");
    struct audit_report report = audit(r, NULL);
    assert_first(&report, AUDIT_CHANGED, 20, 2);
}

static void the_first_of_several_is_named(void **state)
{
    struct records *r = *state;
    tamper(r, "UPDATE ledger SET minutes = 600 WHERE person = 40 AND seq = 1");
    tamper(r, "UPDATE ledger SET minutes = 600 WHERE person = 20 AND seq >= 4");
    struct audit_report report = audit(r, NULL);
    assert_first(&report, AUDIT_CHANGED, 20, 4);
    assert_true(report.bad >= 3);
}

static void a_removed_entry_is_named(void **state)
{
    struct records *r = *state;
    tamper(r, "DELETE FROM ledger WHERE person = 30 AND seq = 4");
    struct audit_report report = audit(r, NULL);
    assert_first(&report, AUDIT_REMOVED, 30, 4);
}

static void a_removed_first_entry_is_named(void **state)
{
    struct records *r = *state;
    tamper(r, "DELETE FROM ledger WHERE person = 30 AND seq = 1");
    struct audit_report report = audit(r, NULL);
    assert_first(&report, AUDIT_REMOVED, 30, 1);
}

/* Removed, and the ones behind moved up so that no gap shows. */
static void a_closed_gap_is_found(void **state)
{
    struct records *r = *state;
    tamper(r, "DELETE FROM ledger WHERE person = 30 AND seq = 4;"
              "UPDATE ledger SET seq = 4 WHERE person = 30 AND seq = 5;"
              "UPDATE ledger SET seq = 5 WHERE person = 30 AND seq = 6;"
              "UPDATE ledger_heads SET seq = 5 WHERE person = 30");
    struct audit_report report = audit(r, NULL);
    assert_first(&report, AUDIT_CHANGED, 30, 4);
}

static void swapped_entries_are_found(void **state)
{
    struct records *r = *state;
    tamper(r, "UPDATE ledger SET seq = 99 WHERE person = 30 AND seq = 2;"
              "UPDATE ledger SET seq = 2 WHERE person = 30 AND seq = 3;"
              "UPDATE ledger SET seq = 3 WHERE person = 30 AND seq = 99");
    struct audit_report report = audit(r, NULL);
    assert_first(&report, AUDIT_CHANGED, 30, 2);
}

static void an_entry_moved_to_another_person_is_found(void **state)
{
    struct records *r = *state;
    tamper(r, "UPDATE ledger SET person = 30, seq = 7 WHERE person = 50 AND seq = 6;"
              "UPDATE ledger_heads SET seq = 7 WHERE person = 30");
    struct audit_report report = audit(r, NULL);
    assert_first(&report, AUDIT_CHANGED, 30, 7);
}

static void a_cut_tail_is_named_by_the_head(void **state)
{
    struct records *r = *state;
    tamper(r, "DELETE FROM ledger WHERE person = 30 AND seq > 4");
    struct audit_report report = audit(r, NULL);
    assert_first(&report, AUDIT_CUT_OFF, 30, 5);
}

static void a_whole_chain_without_its_head_row_left_is_named(void **state)
{
    struct records *r = *state;
    tamper(r, "DELETE FROM ledger WHERE person = 50");
    struct audit_report report = audit(r, NULL);
    assert_first(&report, AUDIT_CUT_OFF, 50, 1);
}

/* The tail and the head row both say the same lie: only a seal knows better. */
static void a_cut_tail_with_its_head_is_named_by_the_seal(void **state)
{
    struct records *r = *state;
    struct file file = { .count = 0 };
    seal_all(r, &file);
    tamper(r, "DELETE FROM ledger WHERE person = 30 AND seq > 4;"
              "DELETE FROM ledger_texts WHERE person = 30 AND seq > 4;"
              "UPDATE ledger_heads SET seq = 4, minutes = 30 + 31 + 32 + 33, services = 4, "
              "quality = 20, mac = (SELECT mac FROM ledger WHERE person = 30 AND seq = 4) "
              "WHERE person = 30");
    struct audit_report report = audit(r, NULL);
    assert_first(&report, AUDIT_CUT_OFF, 30, 5);
}

/* Everything in the database is gone, seals too: the file outside still names the entry. */
static void the_file_outside_names_what_the_database_forgot(void **state)
{
    struct records *r = *state;
    struct file file = { .count = 0 };
    seal_all(r, &file);
    tamper(r, "DELETE FROM ledger WHERE person = 40; DELETE FROM ledger_heads WHERE person = 40;"
              "DELETE FROM ledger_texts WHERE person = 40; DELETE FROM seals");
    struct audit_report blind = audit(r, NULL);
    assert_int_equal(blind.first.finding, AUDIT_SOUND);
    struct audit_report report = audit(r, &file);
    assert_first(&report, AUDIT_CUT_OFF, 40, 1);
}

static void a_false_total_is_found(void **state)
{
    struct records *r = *state;
    tamper(r, "UPDATE ledger_heads SET minutes = minutes + 6000 WHERE person = 10");
    struct audit_report report = audit(r, NULL);
    assert_first(&report, AUDIT_HEAD, 10, EACH);
    tamper(r, "UPDATE ledger_heads SET minutes = minutes - 6000, quality = quality + 1 "
              "WHERE person = 10");
    report = audit(r, NULL);
    assert_first(&report, AUDIT_HEAD, 10, EACH);
}

static void a_missing_head_is_found(void **state)
{
    struct records *r = *state;
    tamper(r, "DELETE FROM ledger_heads WHERE person = 50");
    struct audit_report report = audit(r, NULL);
    assert_first(&report, AUDIT_HEAD, 50, EACH);
}

static void changed_words_are_found(void **state)
{
    struct records *r = *state;
    tamper(r, "UPDATE ledger_texts SET salt = CAST('0123456789abcdef' AS BLOB) "
              "WHERE person = 20 AND seq = 5");
    struct audit_report report = audit(r, NULL);
    assert_first(&report, AUDIT_CHANGED, 20, 5);
}

static void words_moved_to_another_entry_are_found(void **state)
{
    struct records *r = *state;
    tamper(r, "UPDATE ledger_texts SET sealed = (SELECT sealed FROM ledger_texts "
              "WHERE person = 20 AND seq = 1) WHERE person = 20 AND seq = 2");
    struct audit_report report = audit(r, NULL);
    assert_first(&report, AUDIT_CHANGED, 20, 2);
}

static void words_taken_away_are_found_unless_forgotten(void **state)
{
    struct records *r = *state;
    assert_int_equal(ledger_forget_texts(&r->s, 10, r->organizer), EACH);
    struct audit_report report = audit(r, NULL);
    assert_int_equal(report.first.finding, AUDIT_SOUND);
    assert_int_equal(report.forgotten, EACH);
    tamper(r, "DELETE FROM ledger_texts WHERE person = 20 AND seq >= 3");
    report = audit(r, NULL);
    assert_first(&report, AUDIT_TEXT_REMOVED, 20, 3);
}

static void the_audit_holds_after_forgetting(void **state)
{
    struct records *r = *state;
    struct file file = { .count = 0 };
    seal_all(r, &file);
    assert_int_equal(ledger_forget_texts(&r->s, 30, r->organizer), EACH);
    records_append(r, 30, 60);
    seal_all(r, &file);
    struct audit_report report = audit(r, &file);
    assert_int_equal(report.first.finding, AUDIT_SOUND);
    assert_int_equal(report.seals, 2);
    tamper(r, "UPDATE ledger SET minutes = 1 WHERE person = 30 AND seq = 2");
    report = audit(r, &file);
    assert_first(&report, AUDIT_CHANGED, 30, 2);
}

static void a_changed_or_missing_seal_is_found(void **state)
{
    struct records *r = *state;
    struct file file = { .count = 0 };
    for (int i = 0; i < 3; i++) {
        records_append(r, 10, 60);
        seal_all(r, &file);
    }
    struct audit_report report = audit(r, &file);
    assert_int_equal(report.first.finding, AUDIT_SOUND);
    assert_int_equal(report.seals, 3);
    tamper(r, "UPDATE seals SET line = replace(line, 'linli-seal 1 2 ', 'linli-seal 1 2 1') "
              "WHERE number = 2");
    report = audit(r, &file);
    assert_first(&report, AUDIT_SEAL, 0, 2);
    tamper(r, "DELETE FROM seals WHERE number = 2");
    report = audit(r, NULL);
    assert_first(&report, AUDIT_SEAL, 0, 2);
    tamper(r, "DELETE FROM seals WHERE number = 3");
    report = audit(r, &file);
    assert_first(&report, AUDIT_SEAL, 0, 2);
}

static void a_shortened_file_is_found(void **state)
{
    struct records *r = *state;
    struct file file = { .count = 0 };
    for (int i = 0; i < 3; i++) {
        records_append(r, 10, 60);
        seal_all(r, &file);
    }
    file.count = 2;
    struct audit_report report = audit(r, &file);
    assert_first(&report, AUDIT_SEAL, 0, 3);
    file.count = 3;
    file.lines[1] = SLICE("linli-seal 1 nonsense\n");
    report = audit(r, &file);
    assert_first(&report, AUDIT_SEAL, 0, 2);
}

/* After a crash between writing and marking a line stands there twice. */
static void a_line_written_twice_is_allowed(void **state)
{
    struct records *r = *state;
    struct file file = { .count = 0 };
    seal_all(r, &file);
    file.lines[file.count++] = file.lines[0];
    struct audit_report report = audit(r, &file);
    assert_int_equal(report.first.finding, AUDIT_SOUND);
    assert_int_equal(report.outside, 2);
}

static void a_busy_day_makes_several_seals(void **state)
{
    struct records *r = *state;
    for (int i = 0; i < SEAL_HEADS_MAX + 10; i++)
        records_append(r, 1000 + i, 60);
    assert_int_equal(seal_make(&r->s), 1);
    assert_int_equal(seal_make(&r->s), 0);
    struct seal_line *lines;
    assert_int_equal(seal_unwritten(&r->s, 10, &lines), 2);
    struct seal seal;
    assert_int_equal(seal_line_read(r->s.vault, lines[1].line, r->s.arena, &seal), 0);
    assert_int_equal(seal.number, 2);
    assert_int_equal(seal.entries, PEOPLE * EACH + SEAL_HEADS_MAX + 10);
    assert_int_equal(seal.people, PEOPLE + SEAL_HEADS_MAX + 10);
    struct audit_report report = audit(r, NULL);
    assert_int_equal(report.first.finding, AUDIT_SOUND);
    assert_int_equal(report.people, PEOPLE + SEAL_HEADS_MAX + 10);
}

/* Many people in pages: one bad in the last page, one chain without a head behind all others. */
static void pages_are_walked_to_the_end(void **state)
{
    struct records *r = *state;
    for (int i = 0; i < 450; i++)
        records_append(r, 1000 + i, 60);
    tamper(r, "DELETE FROM ledger_heads WHERE person = 1449");
    struct audit_report report = audit(r, NULL);
    assert_first(&report, AUDIT_HEAD, 1449, 1);
    assert_int_equal(report.bad, 1);
    tamper(r, "UPDATE ledger SET minutes = 1 WHERE person = 1300");
    report = audit(r, NULL);
    assert_first(&report, AUDIT_CHANGED, 1300, 1);
}

static void a_day_without_entries_is_sealed(void **state)
{
    struct records *r = *state;
    struct file file = { .count = 0 };
    seal_all(r, &file);
    assert_int_equal(seal_make(&r->s), 0);
    struct seal_line *lines;
    assert_int_equal(seal_unwritten(&r->s, 10, &lines), 1);
    assert_int_equal(lines[0].number, 2);
    assert_true(slice_find(lines[0].line, SLICE(" - ")) > 0);
    assert_true(slice_ends(lines[0].line, SLICE("\n")));
}

static int64_t seal_due(struct records *r)
{
    struct timer_row *rows;
    int n = timers_due(r->s.tx, INT64_MAX / 2, 50, r->s.arena, &rows);
    for (int i = 0; i < n; i++) {
        if (slice_eq(rows[i].kind, SLICE("ledger.seal")))
            return rows[i].due;
    }
    return 0;
}

static void the_timer_sets_itself_again(void **state)
{
    struct records *r = *state;
    int64_t today = civil_day_start(SUPPORT_TODAY, SUPPORT_ZONE);
    int64_t at = r->policy->seal_at * 60;
    assert_int_equal(seal_schedule(&r->s), 0);
    assert_int_equal(seal_due(r), today + DAY + at);
    r->s.now = today + DAY + at + 3;
    assert_int_equal(seal_timer(&r->s, 0), 0);
    assert_int_equal(seal_due(r), today + 2 * DAY + at);
    /* Stopped for three days: the seal that was missed is made at once. */
    r->s.now += 3 * DAY;
    assert_int_equal(seal_schedule(&r->s), 0);
    assert_int_equal(seal_due(r), r->s.now);
}

/* On a computer that is off every night the moment of the seal never comes while it runs. */
static void a_first_seal_that_was_missed_is_made_at_once(void **state)
{
    struct records *r = *state;
    r->s.now += DAY;
    assert_int_equal(seal_schedule(&r->s), 0);
    assert_int_equal(seal_due(r), r->s.now);
    tamper(r, "DELETE FROM ledger");
    assert_int_equal(seal_schedule(&r->s), 0);
    assert_true(seal_due(r) > r->s.now);
}

/* Ids of two processes within one millisecond, the later entry with the smaller number. */
static void an_entry_of_another_process_is_sealed_too(void **state)
{
    struct records *r = *state;
    struct file file = { .count = 0 };
    struct ids *own = r->s.ids, other;
    ids_init(&other, 600, own->last, own->clock_ms, own->context);
    r->s.ids = &other;
    records_append(r, 20, 45);
    seal_all(r, &file);
    r->s.ids = own;
    records_append(r, 20, 50);
    seal_all(r, &file);
    struct audit_report report = audit(r, &file);
    assert_int_equal(report.first.finding, AUDIT_SOUND);
    struct seal last;
    assert_int_equal(seal_line_read(r->s.vault, file.lines[1], r->s.arena, &last), 0);
    assert_int_equal(last.entries, PEOPLE * EACH + 2);
}

static void seal_lines_are_read_strictly(void **state)
{
    struct records *r = *state;
    struct seal_head heads[2] = { { .person = 1, .seq = 2 }, { .person = 3, .seq = 4 } };
    struct seal seal = { .number = 5,
                         .made_at = 6,
                         .last_id = 7,
                         .people = 8,
                         .entries = 9,
                         .minutes = 10,
                         .heads = heads,
                         .count = 2 };
    struct slice line;
    assert_int_equal(seal_line_write(r->s.vault, &seal, r->s.arena, &line), 0);
    struct seal back;
    assert_int_equal(seal_line_read(r->s.vault, line, r->s.arena, &back), 0);
    assert_int_equal(back.number, 5);
    assert_int_equal(back.minutes, 10);
    assert_int_equal(back.count, 2);
    assert_int_equal(back.heads[1].seq, 4);
    /* Cut anywhere, or with any byte changed, it is refused. */
    for (size_t n = 0; n < line.n; n++)
        assert_int_not_equal(seal_line_read(r->s.vault, slice_head(line, n), r->s.arena, &back), 0);
    char *copy = arena_str(r->s.arena, line);
    for (size_t i = 0; i < line.n; i++) {
        char was = copy[i];
        copy[i] = was == '7' ? '8' : '7';
        assert_int_not_equal(seal_line_read(r->s.vault, slice_of(copy), r->s.arena, &back), 0);
        copy[i] = was;
    }
}

static void names_have_no_holes(void **state)
{
    (void)state;
    for (int f = AUDIT_SOUND; f < AUDIT_FINDINGS; f++)
        assert_string_not_equal(audit_finding_name((enum audit_finding)f), "?");
    assert_string_equal(audit_finding_name(AUDIT_FINDINGS), "?");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_good_ledger_is_sound),
        T(an_empty_ledger_is_sound),
        T(each_changed_column_is_named),
        T(damaged_digests_are_named),
        T(the_first_of_several_is_named),
        T(a_removed_entry_is_named),
        T(a_removed_first_entry_is_named),
        T(a_closed_gap_is_found),
        T(swapped_entries_are_found),
        T(an_entry_moved_to_another_person_is_found),
        T(a_cut_tail_is_named_by_the_head),
        T(a_whole_chain_without_its_head_row_left_is_named),
        T(a_cut_tail_with_its_head_is_named_by_the_seal),
        T(the_file_outside_names_what_the_database_forgot),
        T(a_false_total_is_found),
        T(a_missing_head_is_found),
        T(changed_words_are_found),
        T(words_moved_to_another_entry_are_found),
        T(words_taken_away_are_found_unless_forgotten),
        T(the_audit_holds_after_forgetting),
        T(a_changed_or_missing_seal_is_found),
        T(a_shortened_file_is_found),
        T(a_line_written_twice_is_allowed),
        T(a_busy_day_makes_several_seals),
        T(pages_are_walked_to_the_end),
        T(a_day_without_entries_is_sealed),
        T(the_timer_sets_itself_again),
        T(a_first_seal_that_was_missed_is_made_at_once),
        T(an_entry_of_another_process_is_sealed_too),
        T(seal_lines_are_read_strictly),
        T(names_have_no_holes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
