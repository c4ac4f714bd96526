/* An activity with six people whose list is closed; for attendance.c and attendance_dispute.c. */
#ifndef TESTS_HANDLERS_ATTENDANCE_SCENE_H
#define TESTS_HANDLERS_ATTENDANCE_SCENE_H

#include "gateway/base/json.h"
#include "gateway/store/outbox.h"
#include "handlers/attendance.h"
#include "tests/handlers/records.h"

enum { PEOPLE = 6 };

static const char *const names[PEOPLE] = { "杨秀兰", "李秀英", "马秀花",
                                           "李雨桐", "普文光", "周凤仙" };

/* 刀艳's activity on Saturday from nine to eleven with six people, numbered in this order. */
struct scene {
    struct records *r;
    int64_t activity, starts_at, ends_at;
    struct volunteer people[PEOPLE];
};

static inline int setup(void **state)
{
    struct scene *c = mem_alloc(sizeof(*c));
    c->r = records_open();
    c->starts_at = civil_day_start(SUPPORT_TODAY + 3, SUPPORT_ZONE) + 9 * HOUR;
    c->ends_at = c->starts_at + 2 * HOUR;
    c->activity = records_activity(c->r, c->starts_at, 120);
    for (int i = 0; i < PEOPLE; i++) {
        c->people[i] = records_volunteer(c->r, names[i], 0);
        records_join(c->r, c->activity, &c->people[i]);
    }
    c->r->s.now = c->starts_at - 480;
    *state = c;
    return 0;
}

static inline int teardown(void **state)
{
    struct scene *c = *state;
    records_close(c->r);
    free(c);
    return 0;
}

static inline int check_in(const struct scene *c, int i, struct attendance_check *out)
{
    return attendance_check_in(&c->r->s, c->people[i].id, SLICE(""), out);
}

static inline void check_in_first(const struct scene *c, int count)
{
    struct attendance_check out;
    for (int i = 0; i < count; i++)
        assert_int_equal(check_in(c, i, &out), ATTENDANCE_CHECKED_IN);
}

/* Messages of an id to an address; the parameters of the last one in `*params` (borrowed). */
static inline int told(const struct scene *c, int64_t address, const char *message, json_t **params)
{
    struct outbox_row *rows;
    int n = outbox_to(c->r->s.tx, c->r->s.vault, address, 0, c->r->s.arena, &rows);
    int found = 0;
    for (int i = 0; i < n; i++) {
        if (!slice_eq(rows[i].message, slice_of(message)))
            continue;
        found++;
        if (params != NULL) {
            json_decref(*params);
            *params = json_read(rows[i].params, "params", 65536, NULL);
        }
    }
    return found;
}

static inline int close_list(const struct scene *c, const struct attendance_item *items, int count,
                             struct attendance_sheet *sheet)
{
    struct attendance_closing closing = {
        .activity = c->activity, .organizer = c->r->organizer, .items = items, .count = count
    };
    return attendance_close(&c->r->s, &closing, sheet);
}

/* 「5请假 6没来 2只干一个钟头 4来了」, the fourth had not checked in. */
static const struct attendance_item exceptions[] = {
    { .number = 5, .what = ATTENDANCE_WHAT_LEAVE },
    { .number = 6, .what = ATTENDANCE_WHAT_NO_SHOW },
    { .number = 2, .what = ATTENDANCE_WHAT_MINUTES, .minutes = 60 },
    { .number = 4, .what = ATTENDANCE_WHAT_CAME },
};

#endif
