#include "adapters/settings.h"

#include <string.h>

#include "gateway/base/sbuf.h"

static const struct setting *find(const struct setting *table, const char *key)
{
    for (; table->key != NULL; table++)
        if (strcmp(table->key, key) == 0)
            return table;
    return NULL;
}

static int unknown_key(const struct account *account, const struct setting *table, const char *key,
                       struct fault *fault)
{
    struct sbuf known;
    sbuf_init(&known, 200);
    for (const struct setting *row = table; row->key != NULL; row++) {
        sbuf_str(&known, row == table ? "" : ", ");
        sbuf_str(&known, row->key);
    }
    struct slice list = sbuf_slice(&known);
    int rv = fault_set(fault, GW_ECONFIG, "account %s: settings.%.40s is unknown; known are %.*s",
                       account->full_name, key, SLICE_ARG(list));
    sbuf_free(&known);
    return rv;
}

static bool holds_only(struct slice text, const char *alphabet)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (alphabet == NULL ? c < ' ' || c > '~' : c == '\0' || strchr(alphabet, c) == NULL)
            return false;
    }
    return true;
}

static bool is_one_of(struct slice text, const char *allowed)
{
    struct slice rest = slice_of(allowed);
    for (struct slice one; slice_next(&rest, '|', &one);)
        if (slice_eq(text, one))
            return true;
    return false;
}

/* Puts the value where the row says; false when it is not what the row allows. */
static bool put(const struct setting *row, const json_t *value, void *out)
{
    char *member = (char *)out + row->offset;
    if (row->kind == SETTING_NUMBER) {
        int64_t number = json_integer_value(value);
        if (!json_is_integer(value) || number < row->min || number > row->max)
            return false;
        memcpy(member, &number, sizeof(number));
        return true;
    }
    if (row->kind == SETTING_OBJECT) {
        if (!json_is_object(value) || json_object_size(value) > (uint64_t)row->max)
            return false;
        memcpy(member, &value, sizeof(value));
        return true;
    }
    struct slice text = { json_string_value(value), json_string_length(value) };
    if (!json_is_string(value) || text.n < (uint64_t)row->min || text.n > (uint64_t)row->max ||
        !holds_only(text, row->alphabet))
        return false;
    if (row->only != NULL && !is_one_of(text, row->only))
        return false;
    memcpy(member, &text, sizeof(text));
    return true;
}

int settings_read(const struct account *account, const struct setting *table, void *out,
                  struct fault *fault)
{
    const char *key;
    json_t *ignored;
    json_object_foreach(account->settings, key, ignored)
    {
        if (find(table, key) == NULL)
            return unknown_key(account, table, key, fault);
    }
    for (const struct setting *row = table; row->key != NULL; row++) {
        const json_t *value = json_object_get(account->settings, row->key);
        if (value == NULL && row->required)
            return fault_set(fault, GW_ECONFIG, "account %s: settings.%s is missing: give %s",
                             account->full_name, row->key, row->expected);
        if (value != NULL && !put(row, value, out))
            return fault_set(fault, GW_ECONFIG, "account %s: settings.%s is not right: give %s",
                             account->full_name, row->key, row->expected);
    }
    return 0;
}
