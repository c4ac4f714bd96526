#include "gateway/config_check.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>

#include "gateway/base/network.h"

enum { PREFIX_DIGITS = 11 /* a mainland mobile number */ };

const struct config_key *config_find(const struct config_key *table, const char *name)
{
    for (; table->name; table++) {
        if (strcmp(table->name, name) == 0)
            return table;
    }
    return NULL;
}

bool config_in_section(const struct config_key *key, const char *section)
{
    size_t n = strlen(section);
    return strncmp(key->name, section, n) == 0 && key->name[n] == '.';
}

int config_read_zone(struct slice text, int *minutes)
{
    if (text.n != 6 || (text.p[0] != '+' && text.p[0] != '-'))
        return GW_EINVAL;
    int at;
    if (civil_parse_hhmm(slice_skip(text, 1), &at) != 0 ||
        at > 14 * 60) /* no zone lies further off */
        return GW_EINVAL;
    *minutes = text.p[0] == '-' ? -at : at;
    return 0;
}

static bool is_address(const char *text)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

static bool is_name(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_'))
            return false;
    }
    return true;
}

static bool is_url(struct slice s)
{
    if (s.n == 0)
        return true;
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] <= ' ')
            return false;
    }
    size_t head = slice_starts(s, SLICE("https://"))  ? 8
                  : slice_starts(s, SLICE("http://")) ? 7
                                                      : 0;
    return head > 0 && s.n > head && !slice_ends(s, SLICE("/"));
}

static bool is_choice(struct slice s, const char *words)
{
    struct slice rest = slice_of(words), word;
    while (slice_next(&rest, '|', &word)) {
        if (slice_eq(s, word))
            return true;
    }
    return false;
}

static bool is_one_address(struct slice s)
{
    return is_address(s.p);
}

static bool is_network(struct slice s)
{
    struct network n;
    return network_parse(s, &n) == 0;
}

/* "redis.example.cn:6379", "[::1]:6379". */
static bool is_server(struct slice s)
{
    int64_t port;
    size_t colon = s.n;
    while (colon > 0 && s.p[colon - 1] != ':')
        colon--;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || s.p[i] == '/')
            return false;
    return colon > 1 && s.n < 256 && slice_to_int(slice_skip(s, colon), &port) == 0 && port > 0 &&
           port <= 65535;
}

static bool are_digits(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    }
    return true;
}

static bool is_prefix(struct slice s)
{
    return s.n >= 1 && s.n <= PREFIX_DIGITS && are_digits(s);
}

static bool is_list(const struct config_key *key, const json_t *value, bool (*fits)(struct slice s))
{
    if (!json_is_array(value) || json_array_size(value) > (size_t)key->most)
        return false;
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *one = json_array_get(value, i);
        if (!json_is_string(one) ||
            !fits((struct slice){ json_string_value(one), json_string_length(one) }))
            return false;
    }
    return true;
}

static bool text_fits(const struct config_key *key, const json_t *value)
{
    if (!json_is_string(value))
        return false;
    struct slice s = { json_string_value(value), json_string_length(value) };
    bool length = s.n >= (size_t)key->least && s.n <= (size_t)key->most;
    int minutes;
    switch (key->type) {
    case CONFIG_TEXT:
    case CONFIG_SECRET:
        return length;
    case CONFIG_NAME:
        return length && is_name(s);
    case CONFIG_URL:
        return length && is_url(s);
    case CONFIG_CHOICE:
        return is_choice(s, key->unit);
    case CONFIG_ADDRESS:
        return is_address(s.p);
    case CONFIG_ZONE:
        return config_read_zone(s, &minutes) == 0;
    case CONFIG_DIGITS:
        return length && are_digits(s);
    case CONFIG_CLOCK:
        return s.n == 0 || civil_parse_hhmm(s, &minutes) == 0;
    default:
        return false;
    }
}

bool config_fits(const struct config_key *key, const json_t *value)
{
    switch (key->type) {
    case CONFIG_INT:
        return json_is_integer(value) && json_integer_value(value) >= key->least &&
               json_integer_value(value) <= key->most;
    case CONFIG_ADDRESSES:
        return is_list(key, value, is_one_address);
    case CONFIG_NETWORKS:
        return is_list(key, value, is_network);
    case CONFIG_PREFIXES:
        return is_list(key, value, is_prefix);
    case CONFIG_SERVERS:
        return is_list(key, value, is_server);
    case CONFIG_OBJECT:
        return json_is_object(value);
    case CONFIG_ACCOUNTS:
        return json_is_array(value) && json_array_size(value) <= (size_t)key->most;
    default:
        return text_fits(key, value);
    }
}

void config_expected(const struct config_key *key, struct sbuf *out)
{
    switch (key->type) {
    case CONFIG_INT:
        sbuf_printf(out, "a whole number from %" PRId64 " to %" PRId64, key->least, key->most);
        break;
    case CONFIG_TEXT:
    case CONFIG_SECRET:
        sbuf_printf(out, "a string of %" PRId64 " to %" PRId64 " bytes", key->least, key->most);
        break;
    case CONFIG_NAME:
        sbuf_printf(out, "a string of %" PRId64 " to %" PRId64 " letters, digits, - and _",
                    key->least, key->most);
        break;
    case CONFIG_CHOICE:
        sbuf_printf(out, "one of the strings %s", key->unit);
        break;
    case CONFIG_ADDRESS:
        sbuf_str(out, "an IP address as a string");
        break;
    case CONFIG_ADDRESSES:
        sbuf_printf(out, "an array of at most %" PRId64 " IP addresses as strings", key->most);
        break;
    case CONFIG_NETWORKS:
        sbuf_printf(out,
                    "an array of at most %" PRId64 " networks like \"203.0.113.0/24\", with zeros "
                    "behind the prefix",
                    key->most);
        break;
    case CONFIG_PREFIXES:
        sbuf_printf(out, "an array of at most %" PRId64 " strings of 1 to %d digits", key->most,
                    PREFIX_DIGITS);
        break;
    case CONFIG_SERVERS:
        sbuf_printf(out, "an array of at most %" PRId64 " strings like \"10.0.0.5:6379\"",
                    key->most);
        break;
    case CONFIG_DIGITS:
        sbuf_printf(out, "a string of %" PRId64 " to %" PRId64 " digits", key->least, key->most);
        break;
    case CONFIG_CLOCK:
        sbuf_str(out, "a time of day like \"21:00\", or \"\"");
        break;
    case CONFIG_URL:
        sbuf_str(out,
                 "a string with http:// or https:// and a host, without a final slash, or \"\"");
        break;
    case CONFIG_ZONE:
        sbuf_str(out, "an offset from UTC like \"+08:00\"");
        break;
    case CONFIG_OBJECT:
        sbuf_str(out, "an object");
        break;
    case CONFIG_ACCOUNTS:
        sbuf_printf(out, "an array of at most %" PRId64 " objects", key->most);
        break;
    }
}
