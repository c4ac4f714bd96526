/* Accounts of the configuration, each checked by its adapter. */
#include <string.h>

#include "gateway/base/json.h"
#include "gateway/base/sbuf.h"
#include "gateway/base/utf8.h"
#include "gateway/program/gateway.h"

/* Copies: a reload replaces the configuration, accounts stay. */
static const char *text(struct accounts *a, const json_t *o, const char *key)
{
    const char *value = json_text(o, key, NULL);
    return value != NULL ? arena_str(&a->arena, slice_of(value)) : NULL;
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
    return out->adapter->check(out, &a->arena, fault);
}

int accounts_load(const struct config *config, struct accounts *out, struct fault *fault)
{
    const json_t *list = config_json(config, "accounts");
    memset(out, 0, sizeof *out);
    out->list = arena_alloc(&out->arena, (json_array_size(list) + 1) * sizeof *out->list);
    out->troubles = arena_alloc(&out->arena, (json_array_size(list) + 1) * sizeof *out->troubles);
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
