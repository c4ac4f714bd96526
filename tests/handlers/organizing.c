/* Organizers and volunteers do anything at any moment: ten thousand operations in random order,
 * with the clock running and its timers. Whatever they do, seats, queues, attendance and ledger
 * stay consistent. The order is the same every time; LINLI_SEED=N tries another, and a failure
 * prints its seed and the operation. */
#include "handlers/attendance.h"
#include "handlers/seal.h"
#include "handlers/tasks.h"
#include "tests/handlers/meeting.h"

enum {
    OPERATIONS = 10000,
    PEOPLE = 14,
    ORGANIZERS = 4,
    KEPT = 6,
    COMMIT_EVERY = 50,
    DONE_LEAST = 5
};

struct scene {
    struct records *r;
    uint64_t state; /* of the random numbers */
    struct volunteer people[PEOPLE];
    int64_t organizers[ORGANIZERS];
    int64_t activities[KEPT]; /* the newest; 0 for none yet */
    int made;
    int64_t done[64]; /* operations that had an effect, by kind: a test that does nothing proves
                         nothing */
};

/* splitmix64 (Steele, Lea and Flood 2014). */
static uint64_t draw(struct scene *c)
{
    uint64_t z = c->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static int64_t below(struct scene *c, int64_t n)
{
    return (int64_t)(draw(c) % (uint64_t)n);
}

static struct volunteer *somebody(struct scene *c)
{
    return &c->people[below(c, PEOPLE)];
}

static int64_t organizer(struct scene *c)
{
    return c->organizers[below(c, ORGANIZERS)];
}

static int64_t activity(struct scene *c)
{
    return c->activities[below(c, KEPT)];
}

static struct activity known(struct scene *c)
{
    int64_t id = activity(c);
    return id != 0 ? look(c->r, id) : (struct activity){ 0 };
}

/* ---- what organizers do ---- */

static int op_publish(struct scene *c)
{
    struct records *r = c->r;
    int64_t hour = r->s.now - r->s.now % HOUR;
    struct activity a = records_draft(r, hour + HOUR * (2 + below(c, 40)), 30 + (int)below(c, 180));
    a.capacity = 1 + below(c, 4);
    a.leader = organizer(c);
    a.org = below(c, 3) == 0 ? r->station : r->branch;
    assert_int_equal(activity_draft(&r->s, &a), 0);
    int rc = activity_publish(&r->s, a.id, organizer(c), NULL);
    if (rc == ACTIVITY_OK)
        c->activities[c->made++ % KEPT] = a.id;
    return rc < 0 ? rc : rc == ACTIVITY_OK;
}

static int op_move(struct scene *c)
{
    struct activity a = known(c);
    int told = 0;
    int64_t start = a.starts_at + HOUR * (below(c, 49) - 24);
    int rc = activity_reschedule(&c->r->s, a.id, organizer(c), start,
                                 start + (a.ends_at - a.starts_at), SLICE("下雨"), &told);
    return rc < 0 ? rc : rc == ACTIVITY_OK;
}

static int op_call_off(struct scene *c)
{
    int told = 0;
    int rc = activity_cancel(&c->r->s, activity(c), organizer(c), SLICE("下雨"), &told);
    return rc < 0 ? rc : rc == ACTIVITY_OK;
}

static int op_mark(struct scene *c)
{
    struct attendance_check out;
    int rc = attendance_mark(&c->r->s, organizer(c), activity(c), somebody(c)->id, &out);
    return rc < 0 ? rc : rc == ATTENDANCE_CHECKED_IN;
}

static int op_close(struct scene *c)
{
    static const enum attendance_what whats[] = { ATTENDANCE_WHAT_CAME, ATTENDANCE_WHAT_NO_SHOW,
                                                  ATTENDANCE_WHAT_LEAVE, ATTENDANCE_WHAT_MINUTES };
    struct attendance_item items[3];
    struct attendance_sheet sheet;
    struct attendance_closing closing = { .activity = activity(c),
                                          .organizer = organizer(c),
                                          .items = items,
                                          .count = (int)below(c, 3),
                                          .all_came = below(c, 3) == 0 };
    for (int i = 0; i < closing.count; i++)
        items[i] = (struct attendance_item){ .number = 1 + (int)below(c, 6),
                                             .what = whats[below(c, 4)],
                                             .minutes = 10 };
    int rc = attendance_close(&c->r->s, &closing, &sheet);
    return rc < 0 ? rc : rc == ATTENDANCE_DONE;
}

static int op_review(struct scene *c)
{
    struct attendance_dispute out;
    int rc = attendance_review(&c->r->s, organizer(c), below(c, 4) == 0 ? activity(c) : 0,
                               1 + (int)below(c, 6), below(c, 2) == 0, SLICE("问了组长"), &out);
    return rc < 0 ? rc : rc == ATTENDANCE_DISPUTE_DONE;
}

static int op_decide(struct scene *c)
{
    struct hours *waiting;
    struct hours_decided out;
    int64_t by = organizer(c);
    int n = hours_waiting(&c->r->s, by, 20, &waiting);
    if (n <= 0)
        return n;
    const struct hours *row = &waiting[below(c, n)];
    struct hours_decision d = { .id = row->id,
                                .confirmer = below(c, 5) == 0 ? organizer(c) : by,
                                .minutes = below(c, 3) == 0 ? 1 + below(c, 300) : 0,
                                .quality = 1 + (int)below(c, 5),
                                .recipient = SLICE("居民"),
                                .place = SLICE("社区") };
    int rc = below(c, 4) == 0 ? hours_refuse(&c->r->s, row->id, d.confirmer, SLICE("没有来"), &out)
                              : hours_confirm(&c->r->s, &d, &out);
    return rc < 0 ? rc : rc == HOURS_DECIDE_DONE;
}

static int op_task(struct scene *c)
{
    struct volunteer *v = somebody(c);
    struct task_form form = { .kind = TASK_HUMAN,
                              .area = v->area,
                              .asker = v->address,
                              .volunteer = v->id,
                              .name = v->name,
                              .said = SLICE("找人") };
    struct task t, *open;
    int n = tasks_of(&c->r->s, c->r->lead, c->r->district, 50, &open);
    if (n < 0)
        return n;
    if (n == 0 || below(c, 3) == 0) {
        int rc = task_open(&c->r->s, &form, &t);
        return rc < 0 ? rc : rc == TASK_OPENED;
    }
    int64_t number = open[below(c, n)].number;
    int rc = below(c, 2) == 0
                 ? task_close(&c->r->s, organizer(c), number, &t)
                 : task_pass(&c->r->s, organizer(c), number, SLICE("刀艳"), SLICE(""), &t);
    return rc < 0 ? rc : rc == 0;
}

/* The organizer of the branch loses the role and gets another. */
static int op_role(struct scene *c)
{
    struct role *roles;
    int64_t id;
    int n = roles_of(&c->r->s, c->r->organizer, &roles);
    if (n < 0 || below(c, 4) != 0)
        return n < 0 ? n : 0;
    if (n > 0)
        return role_revoke(&c->r->s, c->r->lead, roles[0].id) == ROLE_REVOKED_NOW ? 1 : GW_EINVAL;
    return role_grant(&c->r->s, c->r->branch, ROLE_ORGANIZER, c->r->organizer, SLICE("刀艳"), &id);
}

/* ---- what volunteers do ---- */

static int op_join(struct scene *c)
{
    struct signup_result result[2];
    struct activity a;
    struct volunteer *v = somebody(c);
    int64_t who[2] = { v->id, v->id };
    int count = 1;
    if (v == &c->people[0] && below(c, 2) == 0) /* both of the phone */
        who[count++] = c->people[1].id;
    int rc = signup_join(&c->r->s, activity(c), v->address, who, count, result, &a);
    return rc < 0 ? rc : result[0].outcome == SIGNUP_DONE || result[0].outcome == SIGNUP_WAITS;
}

static int op_cancel(struct scene *c)
{
    struct signup *in;
    int64_t a = activity(c), who = somebody(c)->id;
    int n = signups_roster(&c->r->s, a, SIGNUP_JOINED, &in);
    if (n > 0 && below(c, 2) == 0)
        who = in[below(c, n)].volunteer;
    int rc = n < 0 ? n : signup_cancel(&c->r->s, a, who);
    return rc < 0 ? rc : rc == CANCEL_DONE;
}

static int op_offer(struct scene *c)
{
    struct signup u;
    int64_t address = 0, id = 0;
    for (int i = 0, from = (int)below(c, PEOPLE); i < PEOPLE && id == 0; i++) {
        address = c->people[(from + i) % PEOPLE].address;
        id = offer_of(c->r, address);
    }
    if (id == 0)
        return 0;
    int rc = offer_answer(&c->r->s, id, address, below(c, 3) != 0, &u);
    return rc < 0 ? rc : rc == OFFER_JOINED || rc == OFFER_REFUSED;
}

static int op_moved(struct scene *c)
{
    return signup_answer_move(&c->r->s, activity(c), somebody(c)->address, below(c, 2) == 0);
}

static int op_arrive(struct scene *c)
{
    struct attendance_check out;
    char code[8] = "";
    int64_t a = activity(c);
    int rc = a != 0 && below(c, 3) == 0 ? attendance_code(&c->r->s, a, code) : 0;
    if (rc >= 0)
        rc = attendance_check_in(&c->r->s, somebody(c)->id, slice_of(code), &out);
    return rc < 0 ? rc : rc == ATTENDANCE_CHECKED_IN || rc == ATTENDANCE_WALKED_IN;
}

static int op_leave(struct scene *c)
{
    struct attendance_left out;
    int rc = attendance_leave(&c->r->s, somebody(c)->id, 0, &out);
    return rc < 0 ? rc : rc == ATTENDANCE_LEFT;
}

static int op_dispute(struct scene *c)
{
    struct attendance_dispute out;
    int64_t who = somebody(c)->id, a = below(c, 4) != 0 ? 0 : activity(c);
    int which = (int)below(c, 3);
    int rc = which == 0   ? attendance_object(&c->r->s, who, a, SLICE("我来了"), &out)
             : which == 1 ? attendance_appeal(&c->r->s, who, a, &out)
                          : attendance_settle(&c->r->s, who, a, &out);
    return rc < 0 ? rc : rc == ATTENDANCE_DISPUTE_DONE;
}

static int op_report(struct scene *c)
{
    const struct volunteer *v = somebody(c);
    struct hours_receipt receipt;
    struct activity a = below(c, 2) == 0 ? known(c) : (struct activity){ 0 };
    struct hours_claim claim = { .person = v->id,
                                 .address = v->address,
                                 .day = a.id != 0
                                            ? 0
                                            : civil_day_of(c->r->s.now, c->r->s.zone) - below(c, 4),
                                 .minutes = 1 + below(c, 400),
                                 .start_min = -1,
                                 .end_min = -1,
                                 .activity = a.id,
                                 .name = SLICE("包饺子"),
                                 .place = SLICE("敬老院"),
                                 .recipient = SLICE("老人") };
    int rc = hours_report(&c->r->s, &claim, &receipt);
    return rc < 0 ? rc : rc == HOURS_RECORDED;
}

static int op_fix(struct scene *c)
{
    const struct volunteer *v = somebody(c);
    struct hours_receipt receipt;
    struct hours *rows;
    int n = hours_recent(&c->r->s, v->id, false, 20, &rows);
    if (n <= 0)
        return n;
    int64_t id = rows[below(c, n)].id;
    int rc = below(c, 4) == 0
                 ? hours_withdraw(&c->r->s, v->id, id, &receipt)
                 : hours_fix(&c->r->s, v->id, id, 1 + below(c, 300), below(c, 2) == 0, &receipt);
    return rc < 0 ? rc : rc == 0;
}

/* ---- time ---- */

static int op_wait(struct scene *c)
{
    struct records *r = c->r;
    int64_t to = r->s.now + 60 * (1 + below(c, 150));
    run_timers(r, to);
    r->s.now = to;
    return 1;
}

static const struct {
    const char *name;
    int (*run)(struct scene *c);
    int weight;
} operations[] = {
    { "publish", op_publish, 8 }, { "move", op_move, 3 },      { "call off", op_call_off, 1 },
    { "mark", op_mark, 8 },       { "close", op_close, 12 },   { "review", op_review, 6 },
    { "decide", op_decide, 10 },  { "task", op_task, 4 },      { "role", op_role, 2 },
    { "join", op_join, 30 },      { "cancel", op_cancel, 8 },  { "offer", op_offer, 8 },
    { "moved", op_moved, 5 },     { "arrive", op_arrive, 14 }, { "leave", op_leave, 4 },
    { "dispute", op_dispute, 8 }, { "report", op_report, 8 },  { "fix", op_fix, 6 },
    { "wait", op_wait, 9 },
};
enum { KINDS = sizeof operations / sizeof *operations };

static int choose(struct scene *c)
{
    int64_t all = 0, at;
    for (int i = 0; i < KINDS; i++)
        all += operations[i].weight;
    at = below(c, all);
    for (int i = 0; i < KINDS; i++)
        if ((at -= operations[i].weight) < 0)
            return i;
    return KINDS - 1;
}

/* ---- what must hold ---- */

/* Rows that must not be there, and what they would mean. */
static const struct {
    const char *what, *query;
} never[] = {
    { "a volunteer's total is not the sum of their confirmed hours",
      "SELECT COUNT(*) FROM volunteers v WHERE COALESCE((SELECT h.minutes FROM ledger_heads h "
      "WHERE h.person = v.id), 0) <> COALESCE((SELECT SUM(minutes) FROM hours WHERE person = v.id "
      "AND state = 1), 0)" },
    { "a volunteer's total is not the sum of their ledger",
      "SELECT COUNT(*) FROM ledger_heads h WHERE h.minutes <> "
      "(SELECT COALESCE(SUM(l.minutes), 0) FROM ledger l WHERE l.person = h.person)" },
    { "confirmed hours have no entry in the ledger that stands",
      "SELECT COUNT(*) FROM hours o WHERE o.state = 1 AND NOT EXISTS (SELECT 1 FROM ledger l "
      "WHERE l.person = o.person AND l.seq = o.seq AND l.minutes = o.minutes AND NOT EXISTS "
      "(SELECT 1 FROM ledger x WHERE x.person = l.person AND x.reverses = l.seq))" },
    { "one person has two confirmed records of one activity",
      "SELECT COUNT(*) FROM (SELECT 1 FROM hours WHERE state = 1 AND activity > 0 "
      "GROUP BY person, activity HAVING COUNT(*) > 1) x" },
    { "somebody confirmed hours of their own phone",
      "SELECT COUNT(*) FROM hours o JOIN volunteers v ON v.id = o.person "
      "WHERE o.state = 1 AND o.confirmer = v.address" },
    { "more than twenty-four hours are confirmed for one day",
      "SELECT COUNT(*) FROM (SELECT 1 FROM hours WHERE state = 1 GROUP BY person, day "
      "HAVING SUM(minutes) > 1440) x" },
    { "a no-show has confirmed hours of that attendance",
      "SELECT COUNT(*) FROM attendance a JOIN hours o ON o.id = a.hours "
      "WHERE a.state IN (2, 3, 4, 5, 6, 7) AND o.state = 1" },
    { "somebody who came has no record",
      "SELECT COUNT(*) FROM attendance a WHERE a.state = 1 AND NOT EXISTS "
      "(SELECT 1 FROM hours o WHERE o.person = a.person AND o.activity = a.activity)" },
    { "a list was closed of an activity that was called off",
      "SELECT COUNT(*) FROM attendance_closed c JOIN activities a ON a.id = c.activity "
      "WHERE a.state = 7" },
    { "somebody is expected at an activity that was called off",
      "SELECT COUNT(*) FROM signups u JOIN activities a ON a.id = u.activity "
      "WHERE a.state = 7 AND u.state IN (1, 2, 3)" },
    { "an offer is open without a place that is held",
      "SELECT COUNT(*) FROM offers o JOIN signups u ON u.id = o.signup "
      "WHERE o.state = 1 AND u.state <> 3" },
    { "a place is held without an offer",
      "SELECT COUNT(*) FROM signups u WHERE u.state = 3 AND NOT EXISTS "
      "(SELECT 1 FROM offers o WHERE o.signup = u.id AND o.state = 1)" },
    { "the places of an activity that can be joined are miscounted",
      "SELECT COUNT(*) FROM activities a WHERE a.state IN (2, 3) AND a.taken <> "
      "(SELECT COUNT(*) FROM signups u WHERE u.activity = a.id AND u.state IN (1, 3))" },
    { "more places are taken than there are and nobody walked in",
      "SELECT COUNT(*) FROM activities a WHERE a.state IN (2, 3) AND a.taken > a.capacity" },
    { "one open number is two tasks",
      "SELECT COUNT(*) FROM (SELECT 1 FROM tasks WHERE state = 1 GROUP BY number "
      "HAVING COUNT(*) > 1) x" },
    { "an organization has no lead who is awake",
      "SELECT CASE WHEN COUNT(*) > 0 THEN 0 ELSE 1 END FROM roles WHERE kind = 1 AND state = 2" },
};

static bool holds(struct scene *c)
{
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        int64_t n = support_count(c->r->support, never[i].query);
        if (n != 0) {
            print_error("%s: %lld\n", never[i].what, (long long)n);
            return false;
        }
    }
    return true;
}

static bool sound(struct scene *c)
{
    struct audit_report report;
    const struct audit_input input = { 0 };
    int rc = ledger_audit(&c->r->s, &input, &report);
    if (rc == 0 && report.first.finding == AUDIT_SOUND && report.entries > 0)
        return true;
    print_error("audit: %d, %s, %lld entries\n", rc, audit_finding_name(report.first.finding),
                (long long)report.entries);
    return false;
}

/* ---- the scene ---- */

static void open_scene(struct scene *c, uint64_t seed)
{
    static const char *const names[PEOPLE] = { "杨秀兰", "李国才", "李秀英", "马秀花", "李雨桐",
                                               "岩温",   "玉罕",   "普开华", "白玉仙", "赵德安",
                                               "段有才", "刘芳",   "刀艳",   "罗琼" };
    struct records *r = records_open();
    *c = (struct scene){ .r = r, .state = seed };
    for (int i = 0; i < PEOPLE; i++) {
        int64_t address = i == 1 ? c->people[0].address : i == 12 ? r->organizer : 0;
        c->people[i] = records_volunteer(r, names[i], i == 13 ? r->worker : address);
        /* They live longer than the arena, which is emptied with every commit. */
        c->people[i].name = slice_of(names[i]);
        c->people[i].number = SLICE("");
    }
    int64_t other = records_org(r, ORG_BRANCH, r->district, "南屏镇分会", INT64_C(530802102000));
    c->organizers[0] = r->organizer;
    c->organizers[1] = r->worker;
    c->organizers[2] = r->lead;
    c->organizers[3] = records_role(r, other, ROLE_ORGANIZER, "陈静");
}

static uint64_t seed_of(void)
{
    const char *text = getenv("LINLI_SEED");
    return text != NULL ? strtoull(text, NULL, 10) : 20261125;
}

static void ten_thousand_operations_keep_everything_consistent(void **state)
{
    uint64_t seed = seed_of();
    struct scene scene, *c = &scene;
    (void)state;
    open_scene(c, seed);
    for (int i = 0; i < OPERATIONS; i++) {
        int which = choose(c);
        int rc = operations[which].run(c);
        if (rc < 0)
            fail_msg("seed %llu, operation %d (%s): %d", (unsigned long long)seed, i,
                     operations[which].name, rc);
        c->done[which] += rc > 0;
        if (i % COMMIT_EVERY != COMMIT_EVERY - 1)
            continue;
        records_commit(c->r);
        if (!holds(c))
            fail_msg("seed %llu, by operation %d (the last: %s)", (unsigned long long)seed, i,
                     operations[which].name);
        arena_reset(&c->r->support->arena);
    }
    if (!sound(c))
        fail_msg("seed %llu, at the end", (unsigned long long)seed);
    for (int i = 0; i < KINDS; i++)
        if (c->done[i] < DONE_LEAST)
            fail_msg("seed %llu: '%s' had an effect %lld times only", (unsigned long long)seed,
                     operations[i].name, (long long)c->done[i]);
    records_close(c->r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_operations_keep_everything_consistent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
