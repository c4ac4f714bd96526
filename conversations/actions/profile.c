/* One's own data: shown, and corrected field by field. */
#include <string.h>

#include "conversations/actions/registering.h"
#include "conversations/actions/who.h"
#include "gateway/base/json.h"
#include "handlers/signups.h"

struct field {
    const char *name;   /* as in slots and of volunteer_field_name */
    const char *branch; /* slot that is set while this field is being changed */
    enum volunteer_field field;
};
static const struct field fields[] = {
    { "name", "_name", FIELD_NAME },
    { "birth", "_birth", FIELD_BIRTH },
    { "area", "_area", FIELD_AREA },
    { "skills", "_skills", FIELD_SKILLS },
    { "availability", "_availability", FIELD_AVAILABILITY },
};
enum { FIELDS = sizeof(fields) / sizeof(fields[0]) };

static const struct field *field_find(const char *name)
{
    for (int i = 0; i < FIELDS; i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

static int put_reminder(struct action_call *call, int64_t person)
{
    enum reminder_way way;
    int rc = reminder_way_of(call->service, person, &way);
    json_put_int(call->slots, "by_wechat", way == REMIND_WECHAT);
    json_put_int(call->slots, "by_sms", way == REMIND_SMS);
    json_put_int(call->slots, "by_none", way == REMIND_NONE);
    return rc;
}

/* The record as slots that profile.show and profile.changed print. */
static int set_record(struct action_call *call, int64_t id)
{
    const struct service *s = call->service;
    struct volunteer me = { 0 };
    int rc = volunteer_get(s, id, &me);
    if (rc <= 0)
        return rc < 0 ? rc : GW_OK;
    for (int i = 2; i < FIELDS; i++) {
        struct slice value = { 0 };
        rc = volunteer_field(s, id, fields[i].field, &value);
        if (rc < 0)
            return rc;
        json_put_slice(call->slots, fields[i].name, value);
    }
    rc = put_reminder(call, id);
    if (rc < 0)
        return rc;
    registering_show(call, &me);
    bool phone = slice_eq(call->address->realm, SLICE("sms"));
    json_put_slice(call->slots, "phone", phone ? call->address->sender : SLICE(""));
    json_object_set_new(call->slots, "verified", json_boolean(me.verification == VERIFY_PASSED));
    return GW_OK;
}

static int profile_show(struct action_call *call)
{
    struct person me;
    int rc = action_person(call, &me);
    if (rc == 1)
        rc = set_record(call, me.id) < 0 ? GW_EDB : 1;
    return rc < 0 ? rc : action_end(call, rc == 1 ? "shown" : "none");
}

/* The value a text gave already goes into the field's own slot. False when it must be asked for. */
static bool take_value(struct action_call *call, const struct field *field)
{
    struct slice value = arena_dup(call->service->arena, json_slice(call->slots, "value"));
    for (int i = 0; i < FIELDS; i++)
        json_object_del(call->slots, fields[i].name);
    json_object_set_new(call->slots, field->branch, json_true());
    if (value.n == 0)
        return false;
    json_put_slice(call->slots, field->name, value);
    return true;
}

/* Whose data it is about, where several share the phone. A new name that is like the other's is the
 * value, and names nobody. */
static int profile_whose(struct action_call *call)
{
    struct volunteer *people = NULL;
    int n = who_here(call, &people), one = -1;
    if (n <= 1)
        return n < 0 ? n : action_end(call, "known");
    bool addressed = json_id(call->slots, "_who") != 0;
    bool renames = strcmp(json_text(call->slots, "field", ""), "name") == 0;
    struct slice value = renames ? json_slice(call->slots, "value") : SLICE("");
    unsigned mask = who_meant(call, people, n);
    for (int i = 0; i < n; i++) {
        if (!addressed && value.n > 0 && slice_eq(people[i].name, value))
            mask &= ~(1u << i);
        if (mask == 1u << i)
            one = i;
    }
    who_set(call, people, n, one >= 0 ? mask : 0);
    return action_end(call, one >= 0 ? "known" : "which");
}

static int profile_start(struct action_call *call)
{
    struct person me;
    int rc = action_person(call, &me);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "none");
    rc = who_put_whose(call, me.name);
    if (rc < 0)
        return rc;
    const char *name = json_text(call->slots, "field", "");
    const struct field *field = field_find(name);
    bool moves = json_object_get(call->slots, "transfer_from") ||
                 json_flag(call->slots, "transfer_out", false);
    if (strcmp(name, "phone") == 0)
        return action_end(call, "phone");
    if (strcmp(name, "id_no") == 0) {
        const char *outcome = NULL;
        json_put_slice(call->slots, "id_no", json_slice(call->slots, "value"));
        json_object_del(call->slots, "value");
        rc = registering_take_id(call, me.id, &outcome);
        return rc < 0 ? rc : action_end(call, outcome);
    }
    if (name[0] == 0)
        return action_end(call, "which");
    if (!field || moves)
        return action_end(call, "staff");
    return action_end(call, take_value(call, field) ? "ready" : "field");
}

static int profile_fields(struct action_call *call)
{
    call->items = json_array();
    for (int i = 0; i < FIELDS; i++)
        json_array_append_new(
            call->items, json_pack("{s:i, s:{s:s}}", "n", i + 1, "set", "field", fields[i].name));
    return GW_OK;
}

static int profile_pick(struct action_call *call)
{
    const struct field *field = field_find(json_text(call->slots, "field", ""));
    if (!field)
        return action_end(call, "other");
    (void)take_value(call, field);
    return action_end(call, field->name);
}

/* What the handler takes: the area as a number, the rest as written. False when the slot holds
 * nothing of the kind. */
static bool stored_value(struct action_call *call, const struct field *field, struct slice *out)
{
    int64_t number;
    bool year_only;
    struct arena *arena = call->service->arena;
    *out = json_slice(call->slots, field->name);
    if (field->field == FIELD_BIRTH) {
        if (!registering_birth(*out, &number, &year_only))
            return false;
    } else if (field->field == FIELD_AREA) {
        if (!registering_area(call, &number))
            return false;
        *out = arena_printf(arena, "%lld", (long long)number);
    }
    return out->n > 0;
}

/* Name and birth decide who somebody is: they are confirmed with the old and the new shown. */
static int profile_check(struct action_call *call)
{
    const struct service *s = call->service;
    const struct field *field = field_find(json_text(call->slots, "field", ""));
    struct person me;
    struct slice value;
    if (!field || !stored_value(call, field, &value))
        return action_end(call, "bad");
    int rc = action_person(call, &me);
    if (rc < 0 || who_put_whose(call, me.name) < 0)
        return rc < 0 ? rc : GW_EDB;
    json_put_id(call->slots, "_checked", me.id);
    if (field->field == FIELD_NAME) {
        json_put_slice(call->slots, "old", me.name);
        return action_end(call, "name");
    }
    if (field->field != FIELD_BIRTH)
        return action_end(call, "other");
    struct volunteer record = { 0 };
    struct civil born;
    rc = volunteer_get(s, me.id, &record);
    if (rc < 0)
        return rc;
    civil_from_day(record.birth, &born);
    json_put_slice(call->slots, "old", arena_printf(s->arena, "%04d", born.year));
    int64_t day;
    bool year_only;
    (void)registering_birth(json_slice(call->slots, "birth"), &day, &year_only);
    rc = (int)volunteer_check_birth(s, day, year_only);
    if (rc == REGISTER_DONE)
        return action_end(call, "birth");
    return action_end(call, rc == REGISTER_BAD_BIRTH ? "bad" : "minor");
}

static int profile_apply(struct action_call *call)
{
    const struct field *field = field_find(json_text(call->slots, "field", ""));
    struct person me;
    struct slice value;
    int rc = action_person(call, &me);
    if (rc < 0)
        return rc;
    if (rc == 0 || !field || !stored_value(call, field, &value))
        return action_end(call, "bad");
    /* 李国才 1, where it was asked about another: it is asked about him first. */
    if (json_id(call->slots, "_checked") != me.id && field->field <= FIELD_BIRTH)
        return profile_check(call);
    rc = volunteer_update(call->service, me.id, field->field, value);
    if (rc < 0)
        return rc;
    enum volunteer_update_outcome outcome = (enum volunteer_update_outcome)rc;
    if (outcome == UPDATE_DONE) {
        rc = set_record(call, me.id);
        return rc < 0 ? rc : action_end(call, "changed");
    }
    return action_end(call, outcome == UPDATE_LOCKED      ? "locked"
                            : outcome == UPDATE_UNCHANGED ? "unchanged"
                                                          : "bad");
}

const struct action profile_actions[] = {
    { "profile.show", profile_show, OUTCOMES("shown", "none") },
    { "profile.whose", profile_whose, OUTCOMES("known", "which") },
    { "profile.start", profile_start,
      OUTCOMES("ready", "field", "which", "phone", "staff", "none", "id_received", "id_wrong",
               "id_old", "id_taken", "id_differs") },
    { "profile.fields", profile_fields, CHOICES },
    { "profile.pick", profile_pick,
      OUTCOMES("name", "birth", "area", "skills", "availability", "other") },
    { "profile.check", profile_check, OUTCOMES("name", "birth", "other", "bad", "minor") },
    { "profile.apply", profile_apply,
      OUTCOMES("changed", "unchanged", "locked", "bad", "name", "birth", "minor", "other"), FINAL },
    { .name = NULL },
};
