/* Accounts of the configuration, each checked by its adapter. */
#include <string.h>

#include "gateway/base/civil.h"
#include "gateway/base/json.h"
#include "gateway/base/sbuf.h"
#include "gateway/base/utf8.h"
#include "gateway/program/gateway.h"
#include "gateway/program/route.h"

/* Copies: a reload replaces the configuration, accounts stay. */
static const char *text(struct accounts *a, const json_t *o, const char *key)
{
    const char *value = json_text(o, key, NULL);
    return value != NULL ? arena_str(&a->arena, slice_of(value)) : NULL;
}

/* The configuration was held to its table: what does not parse cannot be here. */
static void load_networks(struct accounts *a, const json_t *list, struct account *out)
{
    size_t n = json_array_size(list);
    struct network *networks = arena_alloc(&a->arena, (n + 1) * sizeof *networks);
    for (size_t i = 0; i < n; i++)
        if (network_parse(slice_of(json_string_value(json_array_get(list, i))),
                          &networks[out->network_count]) == 0)
            out->network_count++;
    out->networks = networks;
}

static void load_prefixes(struct accounts *a, const json_t *list, struct account *out)
{
    size_t n = json_array_size(list);
    const char **prefixes = arena_alloc(&a->arena, (n + 1) * sizeof *prefixes);
    for (size_t i = 0; i < n; i++)
        prefixes[i] = arena_str(&a->arena, slice_of(json_string_value(json_array_get(list, i))));
    out->prefixes = prefixes;
    out->prefix_count = n;
}

static int load_quiet_hours(const json_t *o, struct account *out, struct fault *fault)
{
    const char *from = json_text(o, "quiet_from", ""), *to = json_text(o, "quiet_to", "");
    if (from[0] == '\0' && to[0] == '\0')
        return GW_OK;
    if (civil_parse_hhmm(slice_of(from), &out->quiet_from) != 0 ||
        civil_parse_hhmm(slice_of(to), &out->quiet_to) != 0)
        return fault_set(fault, GW_ECONFIG,
                         "account %s: quiet_from and quiet_to belong together: give both",
                         out->name);
    return GW_OK;
}

/* What the platform itself looks at, whoever the provider is. */
static int load_limits(struct accounts *a, const json_t *o, struct account *out,
                       struct fault *fault)
{
    const char *extension = text(a, o, "extension");
    out->extension = extension != NULL ? extension : "";
    out->number_minute = (int)json_int(o, "number_minute", 0);
    out->number_hour = (int)json_int(o, "number_hour", 0);
    out->number_day = (int)json_int(o, "number_day", 0);
    load_networks(a, json_object_get(o, "networks"), out);
    load_prefixes(a, json_object_get(o, "prefixes"), out);
    return load_quiet_hours(o, out, fault);
}

static int load_one(struct accounts *a, const json_t *o, struct account *out, struct fault *fault)
{
    const char *provider = json_text(o, "provider", "");
    out->name = text(a, o, "name");
    out->channel = text(a, o, "channel");
    out->secret = text(a, o, "secret");
    out->signature = text(a, o, "signature");
    out->settings = json_object_get(o, "settings");
    out->adapter = adapter_find(provider);
    if (out->name == NULL || out->channel == NULL)
        return fault_set(fault, GW_ECONFIG, "accounts: each needs a name and a channel");
    if (strchr(out->name, '/') != NULL || out->name[0] == '\0')
        return fault_set(fault, GW_ECONFIG,
                         "accounts: name '%s' stands in a URL: letters, digits, - "
                         "and _ only",
                         out->name);
    if (out->adapter == NULL)
        return fault_set(fault, GW_ECONFIG, "account %s: provider '%s' is unknown", out->name,
                         provider);
    if (strcmp(out->adapter->channel, out->channel) != 0)
        return fault_set(fault, GW_ECONFIG, "account %s: provider %s is of channel %s", out->name,
                         provider, out->adapter->channel);
    out->rate = (int)json_int(o, "rate", 0);
    out->price_fen = (int)json_int(o, "price_fen", 0);
    bool sms = strcmp(out->channel, "sms") == 0;
    out->full_name = arena_printf(&a->arena, "%s/%s", out->channel, out->name).p;
    out->realm = sms ? "sms" : out->full_name;
    int rc = load_limits(a, o, out, fault);
    return rc < 0 ? rc : out->adapter->check(out, &a->arena, fault);
}

int accounts_load(const struct config *config, struct accounts *out, struct fault *fault)
{
    const json_t *list = config_json(config, "accounts");
    memset(out, 0, sizeof *out);
    out->list = arena_alloc(&out->arena, (json_array_size(list) + 1) * sizeof *out->list);
    out->troubles = arena_alloc(&out->arena, (json_array_size(list) + 1) * sizeof *out->troubles);
    out->health = arena_alloc(&out->arena, (json_array_size(list) + 1) * sizeof *out->health);
    size_t i;
    json_t *one;
    json_array_foreach(list, i, one)
    {
        struct account *account = &out->list[out->count];
        int rc = load_one(out, one, account, fault);
        if (rc < 0)
            return rc;
        if (accounts_full(out, slice_of(account->full_name)) != NULL)
            return fault_set(fault, GW_ECONFIG, "account %s: the name is used twice",
                             account->name);
        out->count++;
    }
    return GW_OK;
}

const struct account *accounts_for_lane(const struct accounts *a, struct slice lane)
{
    const struct account *account = accounts_full(a, lane);
    if (account != NULL && account->adapter->send != NULL)
        return account;
    return accounts_sender(a, slice_starts(lane, SLICE("sms/")) ? SLICE("sms") : lane);
}

void accounts_note_broken(struct accounts *a, size_t i, bool broken, struct slice reason)
{
    if (i >= a->count)
        return;
    struct account_trouble *t = &a->troubles[i];
    t->broken = broken;
    struct slice kept = utf8_cut(reason, sizeof t->reason - 1);
    memcpy(t->reason, kept.p, kept.n);
    t->reason[kept.n] = '\0';
}

void accounts_troubles(const struct accounts *a, struct sbuf *out)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->troubles[i].broken)
            sbuf_printf(out, "account %s cannot send: %s\n", a->list[i].full_name,
                        a->troubles[i].reason);
}

void accounts_free(struct accounts *a)
{
    arena_free(&a->arena);
    memset(a, 0, sizeof *a);
}

const struct account *accounts_find(const struct accounts *a, struct slice channel,
                                    struct slice name)
{
    for (size_t i = 0; i < a->count; i++)
        if (slice_eq(channel, slice_of(a->list[i].channel)) &&
            slice_eq(name, slice_of(a->list[i].name)))
            return &a->list[i];
    return NULL;
}

const struct account *accounts_full(const struct accounts *a, struct slice full_name)
{
    for (size_t i = 0; i < a->count; i++)
        if (slice_eq(full_name, slice_of(a->list[i].full_name)))
            return &a->list[i];
    return NULL;
}

const struct account *accounts_sender(const struct accounts *a, struct slice realm)
{
    for (size_t i = 0; i < a->count; i++)
        if (slice_eq(realm, slice_of(a->list[i].realm)) && a->list[i].adapter->send != NULL)
            return &a->list[i];
    return NULL;
}
