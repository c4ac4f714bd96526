/* Registering: what was read becomes a form, a consent and a record. Until the yes the data are
 * slots of the session only. */
#include <string.h>

#include "conversations/actions/registering.h"
#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/store/inbox.h"
#include "handlers/consents.h"
#include "handlers/guardians.h"
#include "handlers/places.h"
#include "handlers/posters.h"

static const char *id_outcome(enum volunteer_id_outcome outcome)
{
    switch (outcome) {
    case ID_STORED:
    case ID_UNCHANGED:
    case ID_GUARDIAN:
        return "id_received";
    case ID_BAD:
    case ID_BAD_CHECK:
        return "id_wrong";
    case ID_DUPLICATE:
        return "id_taken";
    case ID_MISMATCH:
    case ID_TOO_YOUNG:
        return "id_differs";
    }
    return "id_wrong";
}

int registering_take_id(struct action_call *call, int64_t volunteer, const char **outcome)
{
    const struct service *s = call->service;
    struct slice number = arena_dup(s->arena, json_slice(call->slots, "id_no"));
    const char *type = json_text(call->slots, "id_type", "");
    json_object_del(call->slots, "id_no");
    call->forget = true; /* the number is kept sealed in its own place, or not at all */
    if (type[0] != 0 && strcmp(type, "resident_id_15") != 0) {
        *outcome = "id_differs"; /* other papers are looked at, not typed (domain.md 3.2) */
        return GW_OK;
    }
    struct resident_id id;
    int64_t today = civil_day_of(s->now, s->zone);
    enum resident_id_outcome read =
        resident_id_read(number, today, (int)s->policy->oldest_age, &id);
    if (read == RESIDENT_ID_OK && id.legacy) {
        *outcome = "id_old";
        return GW_OK;
    }
    int rc = volunteer_set_id(s, volunteer, number);
    if (rc < 0)
        return rc;
    *outcome = id_outcome((enum volunteer_id_outcome)rc);
    return GW_OK;
}

/* Somebody who is registered writes what opens a registration. */
static int start_known(struct action_call *call, const struct volunteer *own, int n)
{
    struct slice said = arena_dup(call->service->arena, json_slice(call->slots, "name"));
    const struct volunteer *me = &own[0];
    for (int i = 0; i < n; i++)
        if (said.n > 0 && slice_eq(own[i].name, said))
            me = &own[i];
    bool other = said.n > 0 && !slice_eq(me->name, said);
    if (json_slice(call->slots, "id_no").n > 0 && !other) {
        const char *outcome = NULL;
        int rc = registering_take_id(call, me->id, &outcome);
        return rc < 0 ? rc : action_end(call, outcome);
    }
    json_put_slice(call->slots, "name", me->name);
    if (me->state == VOLUNTEER_PENDING_GUARDIAN) {
        json_put_id(call->slots, "_volunteer", me->id);
        json_object_del(call->slots, "phone");
        registering_show(call, me);
        return action_end(call, json_slice(call->slots, "wish").n > 0 ? "told" : "waiting");
    }
    if (other && n < call->service->policy->people_per_phone) {
        json_put_slice(call->slots, "name", said);
        json_put_slice(call->slots, "with", me->name);
        return action_end(call, "shared");
    }
    return action_end(call, other ? "other" : "already");
}

/* Which of the notices is shown; none to somebody who agreed to one and now wishes more. */
static void set_notice(json_t *slots)
{
    bool agreed = json_flag(slots, "_agreed", false);
    bool wish = json_slice(slots, "wish").n > 0;
    bool known = !wish && json_slice(slots, "name").n > 0;
    bool walk_in = wish && json_flag(slots, "_walk_in", false);
    json_object_set_new(slots, "_walk", json_boolean(!agreed && walk_in));
    json_object_set_new(slots, "_wish", json_boolean(!agreed && wish && !walk_in));
    json_object_set_new(slots, "_known", json_boolean(!agreed && known));
    json_object_set_new(slots, "_plain", json_boolean(!agreed && !wish && !known));
}

/* Slots made ready; a child ends here, before anything more is asked. */
static int ready(struct action_call *call, const char *outcome)
{
    int64_t birth;
    bool year_only;
    registering_prepare(call);
    if (!registering_birth(json_slice(call->slots, "birth"), &birth, &year_only) ||
        volunteer_check_birth(call->service, birth, year_only) != REGISTER_TOO_YOUNG)
        return action_end(call, outcome);
    int rc = registering_forget(call);
    return rc < 0 ? rc : action_end(call, "child");
}

static int register_start(struct action_call *call)
{
    const struct service *s = call->service;
    struct volunteer *own = NULL;
    int n = volunteers_by_address(s, call->address->id, &own);
    if (n < 0)
        return n;
    if (n > 0)
        return start_known(call, own, n);
    json_put_int(call->slots, "_since", s->now);
    set_notice(call->slots);
    return ready(call, "fresh");
}

static int register_ready(struct action_call *call)
{
    return ready(call, "ready");
}

static int register_check(struct action_call *call)
{
    const struct service *s = call->service;
    struct volunteer_form form = { 0 };
    const char *wrong = registering_form(call, &form);
    if (wrong)
        return action_end(call, wrong);
    switch (volunteer_check_birth(s, form.birth, form.year_only)) {
    case REGISTER_DONE:
        return action_end(call, "adult");
    case REGISTER_GUARDIAN:
        return action_end(call, "teen");
    case REGISTER_TOO_YOUNG:
        break;
    default:
        json_object_del(call->slots, "birth");
        return action_end(call, "birth");
    }
    int rc = registering_forget(call);
    return rc < 0 ? rc : action_end(call, "child");
}

static int register_save(struct action_call *call)
{
    struct volunteer_form form = { .notice = SLICE("register.notice/1") };
    const char *wrong = registering_form(call, &form);
    if (wrong)
        return action_end(call, "birth");
    struct volunteer me = { 0 };
    int rc = volunteer_register(call->service, &form, &me);
    if (rc < 0)
        return rc;
    switch ((enum volunteer_register_outcome)rc) {
    case REGISTER_DONE:
        break;
    case REGISTER_GUARDIAN:
        return action_end(call, "teen");
    case REGISTER_UNCHANGED:
        return action_end(call, "unchanged");
    case REGISTER_TOO_MANY:
        return action_end(call, "too_many");
    case REGISTER_TOO_YOUNG:
        rc = registering_forget(call);
        return rc < 0 ? rc : action_end(call, "child");
    case REGISTER_BAD_NAME:
        return action_end(call, "name");
    case REGISTER_BAD_BIRTH:
        return action_end(call, "birth");
    }
    json_put_id(call->slots, "_volunteer", me.id);
    rc = poster_forget(call->service, call->address->id);
    if (rc < 0)
        return rc;
    if (json_slice(call->slots, "id_no").n > 0) {
        const char *unused = NULL;
        rc = registering_take_id(call, me.id, &unused);
        if (rc < 0)
            return rc;
    }
    return action_end(call, json_slice(call->slots, "wish").n > 0 ? "wish" : "done");
}

/* 我是她老伴: of whom somebody is the spouse tells their own sex. */
static void take_gender(struct action_call *call)
{
    static const char *const his[] = { "她老伴", "她的老伴", "她老公", "她丈夫",
                                       "她男人", "她家老倌", NULL };
    static const char *const hers[] = { "他老伴", "他的老伴", "他媳妇", "他老婆",
                                        "他婆娘", "他妻子",   NULL };
    struct slice text = action_words(call);
    if (json_slice(call->slots, "gender").n > 0)
        return;
    for (int i = 0; his[i] != NULL; i++)
        if (slice_find(text, slice_of(his[i])) >= 0)
            json_put_slice(call->slots, "gender", SLICE("M"));
    for (int i = 0; hers[i] != NULL; i++)
        if (slice_find(text, slice_of(hers[i])) >= 0)
            json_put_slice(call->slots, "gender", SLICE("F"));
}

/* Another person on a phone that somebody is registered on (scripts 1.3): lives where the first one
 * does unless told otherwise. */
static int register_shared(struct action_call *call)
{
    const struct service *s = call->service;
    struct volunteer *own = NULL;
    int64_t birth, area = 0;
    bool year_only;
    int n = volunteers_by_address(s, call->address->id, &own);
    if (n <= 0)
        return n < 0 ? n : action_end(call, "birth");
    take_gender(call);
    registering_prepare(call);
    json_object_del(call->slots, "id_no"); /* shown at the station, where they are seen anyway */
    bool told = json_slice(call->slots, "area").n > 0 && registering_area(call, &area);
    if (!told)
        json_put_slice(call->slots, "area", places_name(own[0].area));
    json_object_set_new(call->slots, "apart", json_boolean(told && area != own[0].area));
    if (!registering_birth(json_slice(call->slots, "birth"), &birth, &year_only))
        return action_end(call, "birth");
    switch (volunteer_check_birth(s, birth, year_only)) {
    case REGISTER_DONE:
        return action_end(call, "ready");
    case REGISTER_BAD_BIRTH:
        json_object_del(call->slots, "birth");
        return action_end(call, "birth");
    default: /* the guardian whose phone it is registers a child */
        call->forget = true;
        return action_end(call, "minor");
    }
}

static int register_shared_save(struct action_call *call)
{
    struct volunteer_form form = { .notice = SLICE("register.shared_confirm/1") };
    struct volunteer v = { 0 };
    if (registering_form(call, &form))
        return action_end(call, "again");
    int rc = volunteer_register(call->service, &form, &v);
    if (rc < 0)
        return rc;
    if (rc == REGISTER_DONE)
        return action_end(call, "done");
    if (rc == REGISTER_UNCHANGED)
        return action_end(call, "unchanged");
    return action_end(call, rc == REGISTER_TOO_MANY ? "too_many" : "again");
}

/* The guardian's name is what the text says beside the number, unless it is the minor's own. */
static struct slice guardian_name(struct action_call *call, json_t *read)
{
    struct slice name = { 0 };
    if (!call->reading)
        return name;
    if (understand_answer(call->understander, call->reading, SLICE("person"), read) == 1)
        name = json_slice(read, "name");
    return slice_eq(name, json_slice(call->slots, "name")) ? SLICE("") : name;
}

static int ask_guardian(struct action_call *call, int64_t minor, struct slice phone)
{
    json_t *read = json_object();
    int rc = guardian_ask(call->service, minor, guardian_name(call, read), phone);
    json_decref(read);
    if (rc < 0)
        return rc;
    switch ((enum guardian_ask_outcome)rc) {
    case GUARDIAN_ASKED:
        return action_end(call, "asked");
    case GUARDIAN_UNCHANGED:
        return action_end(call, "waiting");
    case GUARDIAN_SAME_PHONE:
        return action_end(call, "own");
    case GUARDIAN_BAD_PHONE:
        return action_end(call, "bad");
    case GUARDIAN_NOT_NEEDED:
        return action_end(call, "already");
    case GUARDIAN_TOO_MANY:
        return action_end(call, "staff");
    }
    return action_end(call, "staff");
}

static int register_guardian(struct action_call *call)
{
    char phone[12];
    struct slice said = json_slice(call->slots, "phone");
    if (!phone_normalize(said, phone))
        return action_end(call, "bad");
    if (slice_eq(slice_of(phone), call->address->sender))
        return action_end(call, "own");
    int64_t asked_before = json_id(call->slots, "_volunteer");
    if (asked_before != 0)
        return ask_guardian(call, asked_before, slice_of(phone));
    struct volunteer_form form = { .notice = SLICE("register.notice/1") };
    if (registering_form(call, &form))
        return action_end(call, "staff");
    struct volunteer minor = { 0 };
    int rc = volunteer_register(call->service, &form, &minor);
    if (rc < 0)
        return rc;
    if (rc != REGISTER_GUARDIAN && rc != REGISTER_UNCHANGED)
        return action_end(call, "staff");
    return ask_guardian(call, minor.id, slice_of(phone));
}

static int guardian_end(struct action_call *call, bool yes)
{
    struct volunteer minor = { 0 };
    int rc = guardian_answer(call->service, json_id(call->slots, "request"), call->address->id, yes,
                             action_words(call), &minor);
    if (rc < 0)
        return rc;
    if (rc == GUARDIAN_GONE)
        return action_end(call, "gone");
    return action_end(call, rc == GUARDIAN_YES ? "accepted" : "refused");
}

static int guardian_accept(struct action_call *call)
{
    return guardian_end(call, true);
}

static int guardian_refuse(struct action_call *call)
{
    return guardian_end(call, false);
}

/* Where the station stands whose poster was scanned: proposed, as the confirmation shows it. A name
 * that two places have is asked for. */
static int register_proposed(struct action_call *call)
{
    struct organization org;
    struct place found[2];
    int rc = poster_of(call->service, call->address->id, &org);
    if (rc <= 0)
        return rc < 0 ? rc : action_end(call, "none");
    struct slice name = places_name(org.area);
    if (name.n == 0 || places_find(name, found, 2) != 1 || found[0].level == PLACE_COUNTY)
        return action_end(call, "none");
    json_put_slice(call->slots, "area", name);
    return action_end(call, "proposed");
}

/* The consent to recruitment: a question of its own, silence is no. */
static int recruit(struct action_call *call, bool yes)
{
    const struct service *s = call->service;
    const struct consent consent = {
        .volunteer = json_id(call->slots, "_volunteer"),
        .address = call->address->id,
        .kind = "recruitment",
        .version = SLICE("register.done/1"),
        .words = action_words(call),
        .channel = action_channel(call),
        .yes = yes,
    };
    int rc = consent_put(s, &consent);
    if (rc < 0 || !yes)
        return rc < 0 ? rc : action_end(call, "done");
    rc = opt_in(s, call->address->id, OPT_BROADCAST, consent.words, consent.channel);
    return rc < 0 ? rc : action_end(call, "done");
}

static int recruit_yes(struct action_call *call)
{
    return recruit(call, true);
}

static int recruit_no(struct action_call *call)
{
    return recruit(call, false);
}

const struct action register_actions[] = {
    { "register.start", register_start,
      OUTCOMES("fresh", "child", "already", "other", "shared", "waiting", "told", "id_received",
               "id_wrong", "id_old", "id_taken", "id_differs") },
    { "register.ready", register_ready, OUTCOMES("ready", "child") },
    { "register.proposed", register_proposed, OUTCOMES("proposed", "none") },
    { "register.check", register_check, OUTCOMES("adult", "teen", "child", "birth", "area") },
    { "register.save", register_save,
      OUTCOMES("done", "wish", "unchanged", "too_many", "child", "teen", "name", "birth"), FINAL },
    { "register.shared", register_shared, OUTCOMES("ready", "birth", "minor") },
    { "register.shared_save", register_shared_save,
      OUTCOMES("done", "unchanged", "too_many", "again"), FINAL },
    { "register.guardian", register_guardian,
      OUTCOMES("asked", "own", "bad", "waiting", "staff", "already"), FINAL },
    { "guardian.accept", guardian_accept, OUTCOMES("accepted", "gone"), FINAL },
    { "guardian.refuse", guardian_refuse, OUTCOMES("refused", "gone"), FINAL },
    { "recruit.yes", recruit_yes, OUTCOMES("done"), FINAL },
    { "recruit.no", recruit_no, OUTCOMES("done"), FINAL },
    { .name = NULL },
};
