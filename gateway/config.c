#include "gateway/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/json.h"
#include "gateway/config_check.h"

enum { FILE_MAX = 1024 * 1024, KEYS_MAX = 64 };

struct config {
    json_t *values[KEYS_MAX];     /* one a row, NULL when not given and without a default */
    const char **lists[KEYS_MAX]; /* CONFIG_ADDRESSES, CONFIG_SERVERS */
    json_t *written;              /* as it stands in the file, before the environment */
    struct zone zone;
};

/* Where a value stands, for the fault, and where its "${NAME}" come from. */
struct reader {
    const char *file;
    const char *(*env)(void *context, const char *name);
    void *context;
    struct fault *fault;
};

/* What `linli serve` runs with when nothing is configured: loopback, and two accounts to try it
 * with. The escapes are the signature of the demo district. */
static const char demo[] =
    "{\"signature\": \"\\u601d\\u8305\\u5fd7\\u613f\", \"accounts\": ["
    "{\"name\": \"demo\", \"channel\": \"sms\", \"provider\": \"kannel\", \"price_fen\": 5},"
    "{\"name\": \"demo\", \"channel\": \"wechat\", \"provider\": \"wechat\", \"settings\":"
    " {\"token\": \"linlidemo\", \"original_id\": \"gh_linlidemo\", \"mode\": \"plaintext\"}}]}";

static int refuse(const struct reader *r, const char *key, const char *expected)
{
    return fault_set(r->fault, GW_ECONFIG, "%s: %s: expected %s", r->file, key, expected);
}

static int refuse_value(const struct reader *r, const char *key, const struct config_key *row)
{
    struct sbuf b;
    sbuf_init(&b, 300);
    config_expected(row, &b);
    int rc = refuse(r, key, b.p);
    sbuf_free(&b);
    return rc;
}

/* The environment. */

static const char *from_process(void *context, const char *name)
{
    (void)context;
    return getenv(name);
}

static int expand_text(const struct reader *r, const char *path, json_t **value)
{
    struct slice s = { json_string_value(*value), json_string_length(*value) };
    if (!slice_starts(s, SLICE("${")) || !slice_ends(s, SLICE("}")))
        return 0;
    char *name = mem_dup(slice_head(slice_skip(s, 2), s.n - 3));
    const char *found = r->env(r->context, name);
    int rc = 0;
    if (!found || !found[0]) {
        rc = fault_set(r->fault, GW_ECONFIG, "%s: %s: expected the environment to have %s", r->file,
                       path, name);
    } else {
        const struct config_key *row = config_find(config_keys, path);
        int64_t number;
        bool whole = row && row->type == CONFIG_INT && slice_to_int(slice_of(found), &number) == 0;
        json_t *text = whole ? json_integer(number) : json_string(found);
        if (!text)
            rc = fault_set(r->fault, GW_ECONFIG, "%s: %s: expected UTF-8 in the environment's %s",
                           r->file, path, name);
        else
            *value = text;
    }
    free(name);
    return rc;
}

/* A copy of `value` with every "${NAME}" replaced; NULL with the fault set. json_read has limited
 * the depth. */
static json_t *expand(const struct reader *r, const char *path, const json_t *value)
{
    struct arena a = { 0 };
    json_t *copy = json_copy((json_t *)(uintptr_t)value);
    int rc = 0;
    if (json_is_string(value)) {
        json_t *text = copy;
        rc = expand_text(r, path, &text);
        if (text != copy)
            json_decref(copy);
        copy = text;
    }
    const char *key;
    json_t *member;
    size_t i;
    void *safe;
    json_object_foreach_safe(copy, safe, key, member)
    {
        if (strncmp(key, "//", 2) == 0) {
            json_object_del(copy, key);
            continue;
        }
        json_t *new =
            expand(r, arena_printf(&a, "%s%s%s", path, path[0] ? "." : "", key).p, member);
        rc = new ? rc : GW_ECONFIG;
        if (new)
            json_object_set_new(copy, key, new);
    }
    json_array_foreach(copy, i, member)
    {
        json_t *new = expand(r, arena_printf(&a, "%s[%zu]", path, i).p, member);
        rc = new ? rc : GW_ECONFIG;
        if (new)
            json_array_set_new(copy, i, new);
    }
    arena_free(&a);
    if (rc == 0)
        return copy;
    json_decref(copy);
    return NULL;
}

/* Accounts. */

static int unknown_key(const struct reader *r, const char *path, const struct config_key *table,
                       const char *section)
{
    struct sbuf b;
    sbuf_init(&b, 300);
    sbuf_str(&b, "one of ");
    const char *comma = "";
    for (const struct config_key *k = table; k->name; k++) {
        size_t skip = section ? strlen(section) + 1 : 0;
        if (section && !config_in_section(k, section))
            continue;
        size_t n = strcspn(k->name + skip, ".");
        if (!section && k > table && strncmp(k->name, (k - 1)->name, n + 1) == 0 &&
            k->name[n] == '.')
            continue; /* a section is named once */
        sbuf_printf(&b, "%s%.*s", comma, (int)n, k->name + skip);
        comma = ", ";
    }
    int rc = refuse(r, path, b.p);
    sbuf_free(&b);
    return rc;
}

static int check_account(const struct reader *r, json_t *account, const char *path, struct arena *a)
{
    if (!json_is_object(account))
        return refuse(r, path, "an object");
    const char *key;
    json_t *value;
    json_object_foreach(account, key, value)
    {
        const char *at = arena_printf(a, "%s.%s", path, key).p;
        const struct config_key *row = config_find(config_account_keys, key);
        if (!row)
            return unknown_key(r, at, config_account_keys, NULL);
        if (!config_fits(row, value))
            return refuse_value(r, at, row);
    }
    for (const struct config_key *row = config_account_keys; row->name; row++) {
        if (!row->fallback && !json_object_get(account, row->name))
            return refuse_value(r, arena_printf(a, "%s.%s", path, row->name).p, row);
    }
    return 0;
}

static int check_accounts(const struct reader *r, json_t *accounts)
{
    struct arena a = { 0 };
    int rc = 0;
    size_t i;
    json_t *one;
    json_array_foreach(accounts, i, one)
    {
        rc = check_account(r, one, arena_printf(&a, "accounts[%zu]", i).p, &a);
        if (rc != 0)
            break;
        if (!json_object_get(one, "settings"))
            json_object_set_new(one, "settings", json_object());
    }
    arena_free(&a);
    return rc;
}

/* SMS accounts that name no signature have the common one. */
static void spread_signature(struct config *c)
{
    const char *signature = config_text(c, "signature");
    size_t i;
    json_t *one;
    json_array_foreach(config_json(c, "accounts"), i, one)
    {
        if (signature[0] && !json_object_get(one, "signature"))
            json_object_set_new(one, "signature", json_string(signature));
    }
}

/* Keys. */

static int put(struct config *c, const struct reader *r, const struct config_key *row,
               const json_t *value)
{
    if (!config_fits(row, value))
        return refuse_value(r, row->name, row);
    c->values[row - config_keys] = json_deep_copy(value);
    return row->type == CONFIG_ACCOUNTS ? check_accounts(r, c->values[row - config_keys]) : 0;
}

static bool is_section(const char *name)
{
    for (const struct config_key *k = config_keys; k->name; k++) {
        if (config_in_section(k, name))
            return true;
    }
    return false;
}

/* Members of the file (section NULL) or of one section. */
static int read_members(struct config *c, const struct reader *r, const char *section,
                        const json_t *object)
{
    if (!json_is_object(object))
        return refuse(r, section ? section : "(all)", "an object");
    const char *key;
    const json_t *value;
    char name[128];
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        snprintf(name, sizeof(name), "%s%s%.60s", section ? section : "", section ? "." : "", key);
        const struct config_key *row = strchr(key, '.') ? NULL : config_find(config_keys, name);
        int rc;
        if (row)
            rc = put(c, r, row, value);
        else if (!section && is_section(key))
            rc = read_members(c, r, key, value);
        else
            rc = unknown_key(r, name, config_keys, section);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static json_t *fallback_of(const struct config_key *row)
{
    if (!row->fallback)
        return NULL;
    switch (row->type) {
    case CONFIG_INT:
    case CONFIG_ADDRESSES:
    case CONFIG_NETWORKS:
    case CONFIG_PREFIXES:
    case CONFIG_SERVERS:
    case CONFIG_OBJECT:
    case CONFIG_ACCOUNTS:
        return json_loads(row->fallback, JSON_DECODE_ANY, NULL);
    default:
        return json_string(row->fallback);
    }
}

static void prepare(struct config *c)
{
    for (size_t i = 0; config_keys[i].name; i++) {
        if (!c->values[i])
            c->values[i] = fallback_of(&config_keys[i]);
        if (config_keys[i].type != CONFIG_ADDRESSES && config_keys[i].type != CONFIG_SERVERS)
            continue;
        size_t n = json_array_size(c->values[i]);
        c->lists[i] = mem_alloc((n + 1) * sizeof(*c->lists[i]));
        for (size_t j = 0; j < n; j++)
            c->lists[i][j] = json_string_value(json_array_get(c->values[i], j));
    }
    spread_signature(c);
    if (config_read_zone(slice_of(config_text(c, "zone")), &c->zone.offset_minutes) != 0)
        abort(); /* it was checked */
}

int config_parse(struct slice text, const char *name,
                 const char *(*env)(void *context, const char *name), void *context,
                 struct config **out, struct fault *fault)
{
    struct fault own = { 0 };
    const struct reader r = { name, env ? env : from_process, context, fault ? fault : &own };
    struct config *c = mem_alloc(sizeof(*c));
    json_t *expanded = NULL;
    int rc = GW_ECONFIG;
    c->written = json_read(text, name, FILE_MAX, r.fault);
    if (c->written)
        expanded = expand(&r, "", c->written);
    if (expanded)
        rc = read_members(c, &r, NULL, expanded);
    json_decref(expanded);
    if (rc != 0) {
        config_free(c);
        return rc;
    }
    prepare(c);
    *out = c;
    return 0;
}

static int read_file(const char *file, struct sbuf *text, struct fault *fault)
{
    FILE *f = fopen(file, "rbe");
    if (!f)
        return fault_set(fault, GW_EIO, "%s: cannot be read: %s", file, strerror(errno));
    char bytes[4096];
    size_t n;
    while (!text->failed && (n = fread(bytes, 1, sizeof(bytes), f)) > 0)
        sbuf_add(text, (struct slice){ bytes, n });
    bool failed = ferror(f) != 0;
    if (fclose(f) != 0 || failed)
        return fault_set(fault, GW_EIO, "%s: cannot be read: %s", file, strerror(errno));
    if (text->failed)
        return fault_set(fault, GW_ECONFIG, "%s: expected at most 1 MiB", file);
    return 0;
}

int config_load(const char *file, struct config **out, struct fault *fault)
{
    if (!file)
        return config_parse(slice_of(demo), "defaults", NULL, NULL, out, fault);
    struct sbuf text;
    sbuf_init(&text, FILE_MAX);
    int rc = read_file(file, &text, fault);
    if (rc == 0)
        rc = config_parse(sbuf_slice(&text), file, NULL, NULL, out, fault);
    sbuf_free(&text);
    return rc;
}

void config_free(struct config *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < KEYS_MAX; i++) {
        json_decref(c->values[i]);
        free((void *)c->lists[i]);
    }
    json_decref(c->written);
    free(c);
}

static size_t index_of(const char *key)
{
    const struct config_key *row = config_find(config_keys, key);
    if (!row || row - config_keys >= KEYS_MAX)
        abort(); /* a misspelt key in the program */
    return (size_t)(row - config_keys);
}

const char *config_text(const struct config *c, const char *key)
{
    const char *text = json_string_value(c->values[index_of(key)]);
    return text ? text : "";
}

int64_t config_int(const struct config *c, const char *key)
{
    return json_integer_value(c->values[index_of(key)]);
}

const char *const *config_list(const struct config *c, const char *key)
{
    return c->lists[index_of(key)];
}

json_t *config_json(const struct config *c, const char *key)
{
    return c->values[index_of(key)];
}

struct zone config_zone(const struct config *c)
{
    return c->zone;
}

const char *config_restart_key(const struct config *running, const struct config *fresh)
{
    for (size_t i = 0; config_keys[i].name; i++) {
        const json_t *a = running->values[i], *b = fresh->values[i];
        if (!config_keys[i].reloadable && !(a == b || json_equal(a, b)))
            return config_keys[i].name;
    }
    return NULL;
}

/* Printing. */

static json_t *masked(const json_t *value)
{
    const char *text = json_string_value(value);
    bool named = text && strncmp(text, "${", 2) == 0; /* the name of a secret is none */
    return json_string(named ? text : "***");
}

/* As written, with secrets and the adapters' settings hidden. */
static json_t *printed_accounts(const struct config *c)
{
    json_t *list = json_deep_copy(json_object_get(c->written, "accounts"));
    size_t i;
    json_t *one, *value;
    const char *key;
    void *safe;
    json_array_foreach(list, i, one)
    {
        json_t *settings = json_object_get(one, "settings");
        if (json_object_get(one, "secret"))
            json_object_set_new(one, "secret", masked(json_object_get(one, "secret")));
        json_object_foreach_safe(settings, safe, key, value)
            json_object_set_new(settings, key, masked(value));
    }
    return list ? list : json_array();
}

/* A password that is set. */
static bool is_secret(const struct config *c, size_t i)
{
    return slice_ends(slice_of(config_keys[i].name), SLICE("password")) &&
           json_string_length(c->values[i]) > 0;
}

/* A secret as written when that is the name of a variable; nothing of it otherwise. */
static json_t *printed_secret(const struct config *c, const char *name)
{
    json_t *section = json_object_get(c->written, name);
    const char *dot = strchr(name, '.');
    if (dot != NULL) {
        char head[64];
        snprintf(head, sizeof(head), "%.*s", (int)(dot - name), name);
        section = json_object_get(json_object_get(c->written, head), dot + 1);
    }
    const char *text = json_string_value(section);
    return text == NULL || text[0] == '\0' ? json_string("") : masked(section);
}

void config_print(const struct config *c, struct sbuf *out)
{
    json_t *all = json_object();
    for (size_t i = 0; config_keys[i].name; i++) {
        const char *name = config_keys[i].name;
        const char *dot = strchr(name, '.');
        json_t *value = config_keys[i].type == CONFIG_ACCOUNTS ? printed_accounts(c)
                        : is_secret(c, i)                      ? masked(c->values[i])
                        : config_keys[i].type == CONFIG_SECRET ? printed_secret(c, name)
                                                               : json_incref(c->values[i]);
        if (!value)
            continue;
        if (!dot) {
            json_object_set_new(all, name, value);
            continue;
        }
        char section[64];
        snprintf(section, sizeof(section), "%.*s", (int)(dot - name), name);
        if (!json_object_get(all, section))
            json_object_set_new(all, section, json_object());
        json_object_set_new(json_object_get(all, section), dot + 1, value);
    }
    char *text = json_dumps(all, JSON_INDENT(4));
    if (!text)
        mem_exhausted();
    sbuf_str(out, text);
    sbuf_char(out, '\n');
    free(text);
    json_decref(all);
}
