#include "tests/conversations/support/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/store/people.h"
#include "handlers/consents.h"
#include "handlers/organizations.h"
#include "handlers/places.h"
#include "handlers/roles.h"
#include "handlers/volunteers.h"

enum { OF = 3000, OUT = 212, NEVER = OUT + 96, UNREACHABLE = NEVER + 64 };

/* A name for each number: 李一二三. */
static void name_of(int i, char out[32])
{
    static const char *const digits[] = {
        "云", "英", "花", "兰", "芳", "美", "强", "明", "德", "文"
    };
    static const char *const surnames[] = { "李", "杨", "白", "普", "陶",
                                            "罗", "张", "周", "何", "刀" };
    snprintf(out, 32, "%s%s%s", surnames[i / 100 % 10], digits[i / 10 % 10], digits[i % 10]);
}

static int register_one(struct world *w, const struct service *s, const char *phone,
                        const char *name, int64_t *address)
{
    struct place area = { 0 };
    struct address a = { 0 };
    struct volunteer v;
    if (places_find(SLICE("老街社区"), &area, 1) < 1)
        return GW_EINVAL;
    int rc = people_address(s->tx, s->vault, s->ids, SLICE("sms"), slice_of(phone),
                            slice_of(w->account), s->now, s->arena, &a);
    *address = a.id;
    const struct volunteer_form form = {
        .name = slice_of(name),
        .birth = civil_day(1960, 1, 1),
        .year_only = true,
        .area = area.code,
        .address = a.id,
        .channel = SLICE("sms"),
        .notice = SLICE("register.notice/1"),
        .words = SLICE("1"),
    };
    return rc < 0 ? rc : volunteer_register(s, &form, &v);
}

static int make_pool(struct world *w, const struct service *s, void *context)
{
    int n = *(const int *)context, rc = 0;
    for (int i = 0; rc >= 0 && i < n; i++) {
        char phone[24], name[32];
        int64_t address = 0;
        snprintf(phone, sizeof phone, "1391%07d", i + 1);
        name_of(i, name);
        rc = register_one(w, s, phone, name, &address);
        int kind = i % OF;
        if (rc >= 0 && kind < OUT)
            rc = opt_out(s, address, OPT_BROADCAST, SLICE("R"), SLICE("sms"));
        else if (rc >= 0 && kind >= NEVER)
            rc = opt_in(s, address, OPT_BROADCAST, SLICE("1"), SLICE("sms"));
        if (rc >= 0 && kind >= NEVER && kind < UNREACHABLE)
            rc = people_unreachable(s->tx, address, SLICE("no such number"), s->now);
    }
    return rc < 0 ? rc : GW_OK;
}

static int make_couple(struct world *w, const struct service *s, void *context)
{
    int64_t address;
    (void)context;
    int rc = register_one(w, s, "13800000011", "杨秀兰", &address);
    if (rc >= 0)
        rc = register_one(w, s, "13800000011", "李国才", &address);
    if (rc >= 0)
        rc = opt_in(s, address, OPT_BROADCAST, SLICE("1"), SLICE("sms"));
    return rc < 0 ? rc : GW_OK;
}

static int make_south(struct world *w, const struct service *s, void *context)
{
    struct organization above = { 0 }, org = { .kind = ORG_BRANCH,
                                               .name = SLICE("茶城志愿者协会南屏镇分会"),
                                               .shown = SLICE("南屏镇分会") };
    struct place area = { 0 };
    struct address a = { 0 };
    int64_t id = 0, role = 0;
    (void)context;
    int rc = org_by_name(s, SLICE("区文明办"), &above);
    if (rc != 1 || places_find(SLICE("南屏镇"), &area, 1) < 1)
        return rc < 0 ? rc : GW_EINVAL;
    org.parent = above.id;
    org.area = area.code;
    rc = org_add(s, &org, &id);
    if (rc >= 0)
        rc = people_address(s->tx, s->vault, s->ids, SLICE("sms"), SLICE("13800000089"),
                            slice_of(w->account), s->now, s->arena, &a);
    if (rc >= 0)
        rc = role_grant(s, id, ROLE_ORGANIZER, a.id, SLICE("白永华"), &role);
    return rc < 0 ? rc : GW_OK;
}

int pool_run(struct world *w, const char *name)
{
    if (strcmp(name, "couple") == 0)
        return world_transact(w, make_couple, NULL);
    if (strcmp(name, "south") == 0)
        return world_transact(w, make_south, NULL);
    if (strncmp(name, "pool ", 5) != 0)
        return GW_ENOTFOUND;
    int64_t number = 0;
    int n = slice_to_int(slice_of(name + 5), &number) == GW_OK ? (int)number : 0;
    return n > 0 ? world_transact(w, make_pool, &n) : GW_EINVAL;
}
