/* The one question to a number that an office named in a list: yes or no to being a volunteer. */
#include "conversations/actions/common.h"
#include "handlers/imports.h"

static int imported_yes(struct action_call *call)
{
    int rc =
        import_accept(call->service, call->address->id, action_words(call), action_channel(call));
    return rc < 0 ? rc : action_end(call, rc == 1 ? "taken" : "gone");
}

static int imported_no(struct action_call *call)
{
    int rc =
        import_refuse(call->service, call->address->id, action_words(call), action_channel(call));
    return rc < 0 ? rc : action_end(call, rc == 1 ? "erased" : "gone");
}

const struct action imported_actions[] = {
    { "imported.yes", imported_yes, OUTCOMES("taken", "gone"), FINAL },
    { "imported.no", imported_no, OUTCOMES("erased", "gone"), FINAL },
    { .name = NULL },
};
