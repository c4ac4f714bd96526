#include "conversations/actions/registering.h"

#include "gateway/base/json.h"
#include "gateway/store/inbox.h"
#include "handlers/places.h"

static int this_year(const struct service *s)
{
    struct civil c;
    civil_at(s->now, s->zone, &c);
    return c.year;
}

static bool id_number(struct action_call *call, struct resident_id *id)
{
    const struct service *s = call->service;
    int64_t today = civil_day_of(s->now, s->zone);
    struct slice number = json_slice(call->slots, "id_no");
    return number.n > 0 &&
           resident_id_read(number, today, (int)s->policy->oldest_age, id) == RESIDENT_ID_OK;
}

void registering_prepare(struct action_call *call)
{
    struct resident_id id;
    if (id_number(call, &id)) {
        char date[16];
        civil_format_date(id.birth, date);
        json_put_slice(call->slots, "birth", slice_of(date));
        return;
    }
    json_object_del(call->slots, "id_no");
    int64_t age = action_number(call->slots, "age", -1);
    if (age < 0 || json_slice(call->slots, "birth").n > 0)
        return;
    struct slice year =
        arena_printf(call->service->arena, "%lld", (long long)(this_year(call->service) - age));
    json_put_slice(call->slots, "birth", year);
}

bool registering_birth(struct slice text, int64_t *day, bool *year_only)
{
    int64_t year;
    *year_only = text.n == 4;
    if (!*year_only)
        return civil_parse_date(text, day) == GW_OK;
    if (slice_to_int(text, &year) != GW_OK || !civil_valid((int)year, 12, 31))
        return false;
    *day = civil_day((int)year, 12, 31);
    return true;
}

bool registering_area(struct action_call *call, int64_t *code)
{
    struct place found;
    struct slice said = json_slice(call->slots, "area");
    if (places_find(said, &found, 1) < 1)
        return false;
    *code = found.code;
    json_put_slice(call->slots, "area", found.shown);
    return true;
}

static enum gender gender_of(const json_t *slots)
{
    const char *text = json_text(slots, "gender", "");
    return text[0] == 'M' ? GENDER_MALE : text[0] == 'F' ? GENDER_FEMALE : GENDER_UNKNOWN;
}

const char *registering_form(struct action_call *call, struct volunteer_form *form)
{
    registering_prepare(call);
    if (!registering_birth(json_slice(call->slots, "birth"), &form->birth, &form->year_only)) {
        json_object_del(call->slots, "birth");
        return "birth";
    }
    if (!registering_area(call, &form->area)) {
        json_object_del(call->slots, "area");
        return "area";
    }
    form->name = json_slice(call->slots, "name");
    form->gender = gender_of(call->slots);
    form->address = call->address->id;
    form->channel = action_channel(call);
    form->words = action_words(call);
    return NULL;
}

void registering_show(struct action_call *call, const struct volunteer *v)
{
    struct civil born;
    civil_from_day(v->birth, &born);
    json_put_slice(call->slots, "name", v->name);
    json_put_slice(call->slots, "birth", arena_printf(call->service->arena, "%04d", born.year));
    json_put_slice(call->slots, "area", places_name(v->area));
}

int registering_forget(struct action_call *call)
{
    const struct service *s = call->service;
    call->forget = true;
    int64_t since = json_int(call->slots, "_since", s->now);
    json_object_clear(call->slots);
    int rc = inbox_forget(s->tx, call->address->id, since);
    return rc < 0 ? rc : GW_OK;
}
