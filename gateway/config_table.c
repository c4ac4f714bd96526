/* The keys of the configuration; see config.h. What prints them is here too. */
#include <inttypes.h>
#include <string.h>

#include "gateway/config.h"

/* name, type, fallback, least, most, unit, reloadable, text */
const struct config_key config_keys[] = {
    { "listen.address", CONFIG_ADDRESS, "127.0.0.1", 0, 0, "", false,
      "Address to listen on; put a reverse proxy with TLS before it." },
    { "listen.port", CONFIG_INT, "8080", 0, 65535, "", false,
      "Port to listen on; 0 lets the system choose." },
    { "listen.connections", CONFIG_INT, "1024", 1, 100000, "", false,
      "Open connections at most; further ones wait." },
    { "listen.body_limit", CONFIG_INT, "65536", 1024, 16777216, "bytes", false,
      "Largest body of a request; a larger one gets status 413." },
    { "listen.idle_s", CONFIG_INT, "30", 1, 3600, "s", false,
      "How long a connection without a request stays open." },
    { "listen.deadline_ms", CONFIG_INT, "15000", 100, 600000, "ms", false,
      "From a request's first line to its answer; then it gets 503, or the connection is cut." },
    { "listen.trusted_proxies", CONFIG_ADDRESSES, "[]", 0, 64, "", false,
      "Proxies whose X-Forwarded-For is believed." },
    { "public_url", CONFIG_URL, "", 0, 2000, "", false,
      "How providers reach this gateway, for signatures and status reports." },
    { "data.dir", CONFIG_TEXT, "linli-data", 1, 4000, "", false,
      "Folder of the database; --data-dir wins over it." },
    { "data.key_file", CONFIG_TEXT, "linli.key", 1, 4000, "", false,
      "Keys of what is encrypted, made at the first start; relative to data.dir. Back it up apart." },
    { "data.seal_file", CONFIG_TEXT, "seals.jsonl", 1, 4000, "", false,
      "Where the daily seal of the hours ledger is also written; relative to data.dir." },
    { "data.cache_kib", CONFIG_INT, "16384", 1024, 16777216, "KiB", false,
      "Memory for database pages." },
    { "store.url", CONFIG_SECRET, "", 0, 2000, "", false,
      "Database of PostgreSQL, as postgresql://USER:PASSWORD@HOST/DATABASE with collation C, which "
      "several gateways may share; empty: SQLite in data.dir." },
    { "store.workers", CONFIG_INT, "2", 1, 64, "", false,
      "Connections to PostgreSQL, each with a thread that writes; SQLite has one." },
    { "zone", CONFIG_ZONE, "+08:00", 0, 0, "", false, "Offset from UTC in which times are shown." },
    { "node", CONFIG_INT, "0", 0, 511, "", false,
      "Number of this gateway; different for each that shares a database." },
    { "log.level", CONFIG_CHOICE, "info", 0, 0, "debug|info|warn|error", true,
      "Least important lines that are written." },
    { "log.file", CONFIG_TEXT, "", 0, 4000, "", false,
      "Log file, opened anew on SIGHUP; empty: standard error." },
    { "log.repeats", CONFIG_INT, "50", 0, 1000000, "lines/s", false,
      "Warnings and errors of one kind at most, the rest is counted; 0: no limit." },
    { "send.in_flight", CONFIG_INT, "256", 1, 1000, "", false,
      "Messages of our own on their way at once, by each account." },
    { "send.timeout_ms", CONFIG_INT, "10000", 500, 50000, "ms", false,
      "How long a provider may take to answer." },
    { "send.lease_s", CONFIG_INT, "60", 2, 3600, "s", false,
      "How long a send may stay without an outcome; longer than timeout_ms." },
    { "send.proxy", CONFIG_URL, "", 0, 2000, "", false,
      "HTTP proxy through which providers are reached; empty: none." },
    { "send.follow_up_s", CONFIG_INT, "20", 1, 3600, "s", false,
      "After it a reply whose HTTP response did not go out, and which no retry fetched, is sent." },
    { "limits.texts_per_minute", CONFIG_INT, "60", 0, 100000, "", false,
      "Texts of one sender in a minute; what is above, or is equal for the third time, is kept but "
      "not answered. 0: everything is answered." },
    { "retention.inbox_days", CONFIG_INT, "180", 1, 3650, "days", true,
      "How long the (encrypted) texts of people are kept." },
    { "retention.seen_days", CONFIG_INT, "35", 35, 3650, "days", true,
      "How long a message id is remembered, so that a provider's retry has no second effect." },
    { "redis.servers", CONFIG_SERVERS, "[]", 0, 16, "", false,
      "Redis that several gateways share, or the Sentinels that know it; empty: one gateway alone." },
    { "redis.master", CONFIG_TEXT, "", 0, 64, "", false,
      "What the Sentinels call it; empty: redis.servers are Redis itself." },
    { "redis.user", CONFIG_TEXT, "", 0, 64, "", false, "User there; empty: the default one." },
    { "redis.password", CONFIG_TEXT, "", 0, 512, "", false, "Password there; empty: none." },
    { "redis.sentinel_password", CONFIG_TEXT, "", 0, 512, "", false,
      "Password of the Sentinels; empty: none." },
    { "redis.prefix", CONFIG_NAME, "linli", 1, 32, "", false,
      "Begins every key and channel; different for each installation that uses the same Redis." },
    { "redis.timeout_ms", CONFIG_INT, "250", 10, 10000, "ms", false,
      "How long an answer may take; after it Redis counts as away." },
    { "redis.gateways", CONFIG_INT, "0", 0, 512, "", false,
      "Gateways that there are: while Redis is away each keeps to that part of every limit. 0: as "
      "many as were seen last." },
    { "signature", CONFIG_TEXT, "", 0, 48, "", false,
      "Signature of SMS accounts that name none, without its brackets." },
    { "policy", CONFIG_OBJECT, NULL, 0, 0, "", false,
      "Numbers of the volunteer service (star levels, time limits); see the README of handlers." },
    { "accounts", CONFIG_ACCOUNTS, "[]", 0, 1000, "", false,
      "Accounts with SMS providers and WeChat." },
    { NULL },
};

const struct config_key config_account_keys[] = {
    { "name", CONFIG_NAME, NULL, 1, 32, "", false, "Stands in the URL: /CHANNEL/NAME. Required." },
    { "channel", CONFIG_NAME, NULL, 1, 32, "", false, "The channel. Required." },
    { "provider", CONFIG_NAME, NULL, 1, 32, "", false, "The adapter. Required." },
    { "secret", CONFIG_TEXT, "", 0, 200, "", false,
      "Last part of the URL where the provider signs nothing." },
    { "signature", CONFIG_TEXT, "", 0, 48, "", false, "SMS signature, without its brackets." },
    { "rate", CONFIG_INT, "0", 0, 100000, "segments/s", false,
      "How fast the provider takes messages of our own; 0: no limit of ours." },
    { "price_fen", CONFIG_INT, "0", 0, 10000, "fen", false,
      "What a segment costs, for previews and reports." },
    { "networks", CONFIG_NETWORKS, "[]", 0, 64, "", false,
      "Networks its provider calls from, like 203.0.113.0/24; empty: any." },
    { "extension", CONFIG_DIGITS, "", 0, 12, "", false,
      "Extension code: digits behind the number that phones see." },
    { "number_minute", CONFIG_INT, "0", 0, 1000, "SMS", false,
      "What its provider takes for one number in a minute of the clock; 0: no limit of ours." },
    { "number_hour", CONFIG_INT, "0", 0, 1000, "SMS", false,
      "What its provider takes for one number in an hour of the clock; 0: no limit of ours." },
    { "number_day", CONFIG_INT, "0", 0, 1000, "SMS", false,
      "What its provider takes for one number in 24 hours; 0: no limit of ours." },
    { "quiet_from", CONFIG_CLOCK, "", 0, 5, "", false,
      "From this time on no notice and no recruitment leaves by it; empty: what the policy says." },
    { "quiet_to", CONFIG_CLOCK, "", 0, 5, "", false, "Until this time; needed with quiet_from." },
    { "prefixes", CONFIG_PREFIXES, "[]", 0, 500, "", false,
      "Numbers for which it is chosen begin so, the longest wins; empty: all." },
    { "settings", CONFIG_OBJECT, "{}", 0, 0, "", false, "The adapter's own keys." },
    { NULL },
};

static const char *type_name(enum config_type type)
{
    static const char *const names[] = {
        [CONFIG_INT] = "whole number",
        [CONFIG_TEXT] = "string",
        [CONFIG_SECRET] = "secret string",
        [CONFIG_NAME] = "name",
        [CONFIG_CHOICE] = "one of",
        [CONFIG_ADDRESS] = "IP address",
        [CONFIG_ADDRESSES] = "array of IP addresses",
        [CONFIG_NETWORKS] = "array of IP networks",
        [CONFIG_PREFIXES] = "array of digits",
        [CONFIG_SERVERS] = "array of HOST:PORT",
        [CONFIG_DIGITS] = "digits",
        [CONFIG_CLOCK] = "time of day",
        [CONFIG_URL] = "URL",
        [CONFIG_ZONE] = "UTC offset",
        [CONFIG_OBJECT] = "object",
        [CONFIG_ACCOUNTS] = "array of objects",
    };
    return names[type];
}

static void describe(const struct config_key *k, const char *prefix, struct sbuf *out)
{
    sbuf_printf(out, "%s%s  %s", prefix, k->name, type_name(k->type));
    if (k->type == CONFIG_INT)
        sbuf_printf(out, " %" PRId64 " to %" PRId64, k->least, k->most);
    if (k->unit[0])
        sbuf_printf(out, " %s", k->unit);
    if (k->fallback)
        sbuf_printf(out, ", default %s", k->fallback[0] ? k->fallback : "\"\"");
    sbuf_printf(out, "%s\n    %s\n", k->reloadable ? ", taken over by SIGHUP" : "", k->text);
}

void config_manual(struct sbuf *out)
{
    for (const struct config_key *k = config_keys; k->name; k++)
        describe(k, "", out);
    for (const struct config_key *k = config_account_keys; k->name; k++)
        describe(k, "accounts[].", out);
}
