/* A guardian registers a child from the guardian's own phone, which is the consent (PIPL Art. 31).
 */
#include "conversations/actions/registering.h"
#include "gateway/base/json.h"

static int child_ready(struct action_call *call)
{
    registering_prepare(call);
    return action_end(call, "ready");
}

static int child_check(struct action_call *call)
{
    struct volunteer_form form = { 0 };
    const char *wrong = registering_form(call, &form);
    if (wrong)
        return action_end(call, wrong);
    switch (volunteer_check_birth(call->service, form.birth, form.year_only)) {
    case REGISTER_DONE:
        return action_end(call, "adult");
    case REGISTER_GUARDIAN:
    case REGISTER_TOO_YOUNG:
        return action_end(call, "minor");
    default:
        break;
    }
    json_object_del(call->slots, "birth");
    return action_end(call, "birth");
}

static int child_save(struct action_call *call)
{
    struct volunteer_form form = { .by_guardian = true,
                                   .notice = SLICE("register_child.notice/1") };
    if (registering_form(call, &form))
        return action_end(call, "birth");
    struct volunteer child = { 0 };
    int rc = volunteer_register(call->service, &form, &child);
    if (rc < 0)
        return rc;
    switch ((enum volunteer_register_outcome)rc) {
    case REGISTER_DONE:
    case REGISTER_GUARDIAN:
        return action_end(call, "done");
    case REGISTER_UNCHANGED:
        return action_end(call, "unchanged");
    case REGISTER_TOO_YOUNG:
    case REGISTER_TOO_MANY:
        return action_end(call, "too_many");
    case REGISTER_BAD_NAME:
        return action_end(call, "name");
    case REGISTER_BAD_BIRTH:
        break;
    }
    return action_end(call, "birth");
}

const struct action register_child_actions[] = {
    { "register_child.ready", child_ready, OUTCOMES("ready") },
    { "register_child.check", child_check, OUTCOMES("minor", "adult", "birth", "area") },
    { "register_child.save", child_save, OUTCOMES("done", "unchanged", "too_many", "name", "birth"),
      FINAL },
    { .name = NULL },
};
