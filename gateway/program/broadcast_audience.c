/* Whom `linli broadcast` means: who acts, for which organization, and the audience by options or
 * saved. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/json.h"
#include "gateway/base/phone.h"
#include "gateway/program/broadcast_cli.h"
#include "gateway/store/people.h"
#include "handlers/places.h"
#include "handlers/roles.h"

const char *broadcast_word(const struct broadcast_call *call, int i)
{
    return i < call->line.word_count ? call->line.words[i] : NULL;
}

/* Nothing is to be stored of what was refused, but what the handler counted is. */
int broadcast_refuse_call(struct broadcast_call *call, int outcome)
{
    call->outcome = outcome;
    broadcast_refuse((enum broadcast_outcome)outcome, &call->b, &call->refused);
    return GW_OK;
}

int broadcast_refuse_words(struct broadcast_call *call, const char *format, ...)
{
    char text[160];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    call->outcome = BROADCAST_BAD_FORM;
    fault_set(&call->refused, GW_EINVAL, "%s", text);
    return GW_OK;
}

/* ---- who, where, what ---- */

/* The organizer's address: 1, 0 or GW_EAUTH when refused, or GW_E*. */
int broadcast_organizer(const struct service *s, struct broadcast_call *call, int64_t *out)
{
    char phone[12];
    struct address address;
    if (call->as == NULL || !phone_normalize(slice_of(call->as), phone))
        return broadcast_refuse_words(call, "say who acts: --as PHONE of an organizer");
    int rc = people_address(s->tx, s->vault, s->ids, SLICE("sms"), slice_of(phone), SLICE(""),
                            s->now, s->arena, &address);
    if (rc < 0)
        return rc;
    *out = address.id;
    rc = role_any(s, address.id, POWER_BROADCAST, NULL);
    if (rc != 0)
        return rc;
    broadcast_refuse_call(call, BROADCAST_FORBIDDEN);
    return GW_EAUTH; /* a stranger's address is not kept */
}

/* 1, 0 when refused, or GW_E*; no --org is 0. */
int broadcast_org(const struct service *s, struct broadcast_call *call, const char *name,
                  int64_t *out)
{
    struct organization org;
    *out = 0;
    if (name == NULL)
        return 1;
    int rc = org_by_name(s, slice_of(name), &org);
    if (rc == 0)
        broadcast_refuse_words(call, "there is no organization '%s'; linli admin orgs lists them",
                               name);
    *out = org.id;
    return rc;
}

/* ---- the audience ---- */

/* Places by name or code, parted by commas. */
static bool read_areas(struct broadcast_call *call, json_t *into)
{
    json_t *areas = json_array();
    struct slice rest = slice_of(call->area), one;
    while (slice_next(&rest, ',', &one)) {
        struct place places[4];
        int64_t code = 0;
        one = slice_trim(one);
        int n = places_find(one, places, 4);
        if (n == 0 && slice_to_int(one, &code) == GW_OK)
            n = places_by_code(code, &places[0]) ? 1 : 0;
        if (n != 1) {
            json_decref(areas);
            broadcast_refuse_words(
                call,
                n == 0 ? "--area: there is no place '%s'; write names or codes with commas"
                       : "--area: several places are called '%s'; write the code",
                arena_str(&call->arena, one));
            return false;
        }
        json_array_append_new(areas, json_sprintf("%" PRId64, places[0].code));
    }
    json_object_set_new(into, "areas", areas);
    return true;
}

static bool read_age(struct broadcast_call *call, json_t *into)
{
    struct slice rest = slice_of(call->age), low, high = { 0 };
    int64_t min = 0, max = 150;
    bool good = slice_next(&rest, '-', &low);
    bool range = good && slice_next(&rest, '-', &high);
    good = good && (low.n == 0 || slice_to_int(low, &min) == GW_OK) &&
           (high.n == 0 || slice_to_int(high, &max) == GW_OK);
    if (!range && good)
        max = strchr(call->age, '-') != NULL ? max : min;
    if (!good) {
        broadcast_refuse_words(call, "--age: '%s' is not like 18-59, 60- or -30", call->age);
        return false;
    }
    json_object_set_new(into, "age",
                        json_pack("{s:I, s:I}", "min", (json_int_t)min, "max", (json_int_t)max));
    return true;
}

static void put_text(json_t *into, const char *key, const char *value)
{
    if (value != NULL)
        json_object_set_new(into, key, json_string(value));
}

static void put_id(json_t *into, const char *key, int64_t id)
{
    if (id != 0)
        json_put_id(into, key, id);
}

static int put_found(const struct service *s, struct broadcast_call *call, json_t *into)
{
    struct activity a;
    int64_t org = 0;
    int rc = broadcast_org(s, call, call->of_org, &org);
    put_id(into, "org", org);
    if (rc <= 0 || call->took_part == 0)
        return rc;
    rc = activity_by_code(s, call->took_part, &a);
    if (rc == 0)
        broadcast_refuse_words(call, "--took-part: there is no such activity");
    put_id(into, "took_part", a.id);
    return rc;
}

/* The conditions of the options: 1 and a new reference (NULL: none was given), 0 when refused. */
static int read_conditions(const struct service *s, struct broadcast_call *call, json_t **out)
{
    json_t *o = json_object();
    int rc = put_found(s, call, o);
    if (rc == 1 && call->area != NULL && !read_areas(call, o))
        rc = 0;
    if (rc == 1 && call->age != NULL && !read_age(call, o))
        rc = 0;
    put_text(o, "skill", call->skill);
    put_text(o, "free", call->free);
    put_text(o, "theme", call->theme);
    put_text(o, "channel", call->channel);
    put_text(o, "trained", call->trained);
    if (call->star != 0)
        json_put_int(o, "star", call->star);
    bool none = json_object_size(o) == 0 && !call->everybody;
    *out = rc == 1 && !none ? json_incref(o) : NULL;
    json_decref(o);
    return rc;
}

/* The audience of a draft: saved, by options, or what is proposed (NULL). */
int broadcast_audience(const struct service *s, struct broadcast_call *call, int64_t org,
                       json_t **out)
{
    int rc = read_conditions(s, call, out);
    if (rc <= 0 || call->audience == NULL)
        return rc;
    if (*out != NULL) {
        json_decref(*out);
        *out = NULL;
        return broadcast_refuse_words(call,
                                      "--audience is a whole audience: no conditions beside it");
    }
    rc = audience_saved(s, org, slice_of(call->audience), out);
    if (rc == 0)
        broadcast_refuse_words(
            call, "no audience '%s' is saved there; linli broadcast audiences lists them",
            call->audience);
    return rc;
}

/* ---- saved audiences ---- */

static int refuse_audience(struct broadcast_call *call, int outcome)
{
    static const char *const texts[] = {
        [AUDIENCE_BAD] = "the audience is not one; see linli broadcast --help",
        [AUDIENCE_OUTSIDE] = "the audience names people of another organization",
        [AUDIENCE_NOT_FOUND] = "there is no audience or activity of that name there",
        [AUDIENCE_FORBIDDEN] = "this person may not broadcast for that organization; linli admin "
                               "list shows who may",
        [AUDIENCE_FULL] = "100 audiences are saved there; delete one first",
    };
    call->outcome = BROADCAST_BAD_AUDIENCE;
    if (call->refused.code == 0)
        fault_set(&call->refused, GW_EINVAL, "%s", texts[outcome]);
    return GW_OK;
}

static int print_audiences(const struct service *s, struct broadcast_call *call, int64_t org)
{
    struct audience_entry *entries;
    int n = audiences_list(s, org, &entries);
    for (int i = 0; i < n; i++) {
        if (!call->as_json) {
            printf("%.*s\t%.*s\n", SLICE_ARG(entries[i].name), SLICE_ARG(entries[i].conditions));
            continue;
        }
        json_t *o = json_object();
        json_put_slice(o, "name", entries[i].name);
        json_put_slice(o, "conditions", entries[i].conditions);
        json_dumpf(o, stdout, JSON_COMPACT);
        printf("\n");
        json_decref(o);
    }
    return n < 0 ? n : GW_OK;
}

static int save_audience(const struct service *s, struct broadcast_call *call, int64_t org,
                         int64_t address, struct slice name)
{
    json_t *conditions = NULL;
    int rc = read_conditions(s, call, &conditions);
    if (rc == 1 && conditions == NULL)
        rc = broadcast_refuse_words(call, "an audience needs a condition, or --everybody");
    if (rc == 1) {
        rc = audience_save(s, address, org, name, conditions, &call->refused);
        if (rc > AUDIENCE_UNCHANGED)
            rc = refuse_audience(call, rc);
    }
    json_decref(conditions);
    return rc;
}

int broadcast_audiences(const struct service *s, void *context)
{
    struct broadcast_call *call = context;
    const char *what = broadcast_word(call, 1) != NULL ? broadcast_word(call, 1) : "list";
    struct slice name = slice_of(broadcast_word(call, 2));
    int64_t org = 0, address = 0;
    if (call->org == NULL)
        return broadcast_refuse_words(call, "say whose audiences: --org NAME");
    int rc = broadcast_org(s, call, call->org, &org);
    if (rc == 1 && strcmp(what, "list") == 0)
        return print_audiences(s, call, org);
    if (rc == 1)
        rc = broadcast_organizer(s, call, &address);
    if (rc <= 0)
        return rc;
    if (strcmp(what, "save") == 0 && name.n > 0)
        return save_audience(s, call, org, address, name);
    if (strcmp(what, "delete") != 0 || name.n == 0)
        return broadcast_refuse_words(call, "say audiences list, save NAME or delete NAME");
    rc = audience_delete(s, address, org, name);
    return rc < 0 ? rc : rc == AUDIENCE_OK ? GW_OK : refuse_audience(call, rc);
}
