#include "tests/conversations/support/roster.h"

#include <stdio.h>
#include <string.h>

#include "gateway/store/people.h"
#include "handlers/activities.h"
#include "handlers/attendance.h"
#include "handlers/places.h"
#include "handlers/signups.h"
#include "handlers/volunteers.h"

static const char *const names[] = {
    "杨秀兰", "李国才", "李秀英", "马秀花", "李雨桐", "岩温",   "玉罕",
    "普开华", "白玉仙", "赵德安", "普文光", "陶美兰", "罗春花", "张国强",
    "何桂芬", "杨文才", "周凤仙", "李明",   "陈小红", "白志强",
};
enum { NAMES = sizeof names / sizeof *names, CODE = 36 };

static int address_of(struct world *w, const struct service *s, int i, int64_t *id)
{
    char phone[24];
    struct address address = { 0 };
    snprintf(phone, sizeof phone, "138000002%02d", i + 1);
    int rc = people_address(s->tx, s->vault, s->ids, SLICE("sms"), slice_of(phone),
                            slice_of(w->account), s->now, s->arena, &address);
    *id = address.id;
    return rc < 0 ? rc : GW_OK;
}

static int sign_up(struct world *w, const struct service *s, int i, int64_t activity)
{
    struct place area = { 0 };
    struct volunteer v = { 0 };
    struct volunteer_form form = {
        .name = slice_of(names[i]),
        .birth = civil_day(1960, 1, 1),
        .year_only = true,
        .channel = SLICE("sms"),
        .notice = SLICE("register.notice/1"),
        .words = SLICE("1"),
    };
    if (places_find(SLICE("老街社区"), &area, 1) < 1)
        return GW_EINVAL;
    form.area = area.code;
    int rc = address_of(w, s, i, &form.address);
    if (rc >= 0)
        rc = volunteer_register(s, &form, &v);
    struct signup_result result = { 0 };
    struct activity a = { 0 };
    if (rc >= 0)
        rc = signup_join(s, activity, form.address, &v.id, 1, &result, &a);
    return rc < 0 ? rc : result.outcome == SIGNUP_DONE ? GW_OK : GW_EINVAL;
}

static int make_roster(struct world *w, const struct service *s, void *context)
{
    struct activity a = { 0 };
    (void)context;
    int rc = activity_by_code(s, CODE, &a);
    for (int i = 0; rc >= 0 && i < NAMES; i++)
        rc = sign_up(w, s, i, a.id);
    return rc < 0 ? rc : GW_OK;
}

static int make_arrivals(struct world *w, const struct service *s, void *context)
{
    int rc = 0;
    (void)context;
    for (int i = 0; rc >= 0 && i < NAMES; i++) {
        int64_t address;
        struct volunteer *people = NULL;
        struct attendance_check check;
        if (i == 3 || i == 10 || i == 16)
            continue;
        rc = address_of(w, s, i, &address);
        if (rc >= 0)
            rc = volunteers_by_address(s, address, &people);
        if (rc == 1)
            rc = attendance_check_in(s, people[0].id, SLICE(""), &check);
    }
    return rc < 0 ? rc : GW_OK;
}

int roster_run(struct world *w, const char *name)
{
    if (strcmp(name, "roster") == 0)
        return world_transact(w, make_roster, NULL);
    if (strcmp(name, "arrivals") == 0)
        return world_transact(w, make_arrivals, NULL);
    return GW_ENOTFOUND;
}
