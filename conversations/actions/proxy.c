/* A station worker registers somebody else, who is asked; and that person's answer (scripts 1.4).
 */
#include "handlers/proxies.h"

#include "conversations/actions/registering.h"
#include "gateway/base/json.h"
#include "handlers/organizations.h"
#include "handlers/places.h"

/* What the text says of the person beyond the intent's slots: 张国强 1958 老街, 签名表12. */
static int read_more(struct action_call *call)
{
    static const char *const kinds[] = { "person", "paper" };
    for (size_t i = 0; call->reading && i < sizeof kinds / sizeof *kinds; i++) {
        json_t *read = json_object();
        int rc = understand_answer(call->understander, call->reading, slice_of(kinds[i]), read);
        if (rc == 1)
            json_object_update_missing(call->slots, read);
        json_decref(read);
        if (rc < 0)
            return rc;
    }
    return GW_OK;
}

/* People live where the station is, unless told otherwise. */
static int default_area(struct action_call *call, const struct role *role)
{
    struct organization org;
    if (json_slice(call->slots, "area").n > 0)
        return GW_OK;
    int rc = org_get(call->service, role->org, &org);
    if (rc == 1 && org.kind == ORG_STATION)
        json_put_slice(call->slots, "area", places_name(org.area));
    return rc < 0 ? rc : GW_OK;
}

static bool is_minor(struct action_call *call)
{
    int64_t birth;
    bool year_only;
    registering_prepare(call);
    if (!registering_birth(json_slice(call->slots, "birth"), &birth, &year_only))
        return false;
    enum volunteer_register_outcome age = volunteer_check_birth(call->service, birth, year_only);
    return age == REGISTER_TOO_YOUNG || age == REGISTER_GUARDIAN;
}

/* Somebody is to be registered by somebody else: a guardian may do that for a minor, a station
 * worker for anybody grown up. */
static int proxy_who(struct action_call *call)
{
    struct role role;
    int rc = role_any(call->service, call->address->id, POWER_REGISTER, &role);
    if (rc < 0)
        return rc;
    bool guardian = json_flag(call->slots, "guardian_consent", false);
    if (rc == 1 && !guardian) {
        int read = read_more(call);
        rc = read < 0 ? read : default_area(call, &role);
        if (rc < 0)
            return rc;
        return action_end(call, is_minor(call) ? "minor" : "worker");
    }
    return action_end(call, guardian || is_minor(call) ? "child" : "adult");
}

static int proxy_check(struct action_call *call)
{
    struct volunteer_form form = { 0 };
    const char *wrong = registering_form(call, &form);
    if (wrong)
        return action_end(call, wrong);
    switch (volunteer_check_birth(call->service, form.birth, form.year_only)) {
    case REGISTER_DONE:
        return action_end(call, "ready");
    case REGISTER_BAD_BIRTH:
        json_object_del(call->slots, "birth");
        return action_end(call, "birth");
    default:
        call->forget = true;
        return action_end(call, "minor");
    }
}

static int proxy_send(struct action_call *call)
{
    struct volunteer_form form = { 0 };
    if (registering_form(call, &form))
        return action_end(call, "birth");
    const struct proxy_form whole = { .by = call->address->id,
                                      .name = form.name,
                                      .birth = form.birth,
                                      .year_only = form.year_only,
                                      .gender = form.gender,
                                      .area = form.area,
                                      .phone = json_slice(call->slots, "phone"),
                                      .paper = json_slice(call->slots, "paper") };
    int rc = proxy_register(call->service, &whole);
    if (rc < 0)
        return rc;
    if (rc == PROXY_BAD_PHONE)
        json_object_del(call->slots, "phone");
    return action_end(call, proxy_outcome_name((enum proxy_outcome)rc));
}

static int answer(struct action_call *call, bool yes)
{
    struct volunteer v = { 0 };
    int rc = proxy_answer(call->service, json_id(call->slots, "request"), call->address->id, yes,
                          action_words(call), action_channel(call), &v);
    if (rc < 0)
        return rc;
    if (rc == PROXY_GONE)
        return action_end(call, "gone");
    if (rc == PROXY_NO) {
        json_object_clear(call->slots);
        return action_end(call, "erased");
    }
    json_put_id(call->slots, "_volunteer", v.id);
    json_put_slice(call->slots, "name", v.name);
    return action_end(call, "accepted");
}

static int proxied_yes(struct action_call *call)
{
    return answer(call, true);
}

static int proxied_no(struct action_call *call)
{
    return answer(call, false);
}

const struct action proxy_actions[] = {
    { "proxy.who", proxy_who, OUTCOMES("child", "adult", "worker", "minor") },
    { "proxy.check", proxy_check, OUTCOMES("ready", "minor", "birth", "area") },
    { "proxy.send", proxy_send,
      OUTCOMES("asked", "paper", "waiting", "known", "barred", "own", "bad_phone", "name", "birth",
               "minor", "too_many", "day_max", "forbidden"),
      FINAL },
    { "proxied.yes", proxied_yes, OUTCOMES("accepted", "erased", "gone"), FINAL },
    { "proxied.no", proxied_no, OUTCOMES("accepted", "erased", "gone"), FINAL },
    { .name = NULL },
};
