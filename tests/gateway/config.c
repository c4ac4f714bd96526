#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gateway/base/mem.h"
#include "gateway/config.h"

static const char *test_env(void *context, const char *name)
{
    (void)context;
    if (strcmp(name, "EMPTY") == 0)
        return "";
    if (strcmp(name, "NUMBER") == 0)
        return "7";
    return strcmp(name, "SECRET") == 0 || strncmp(name, "LINLI_", 6) == 0 ? "from-env" : NULL;
}

static int parse(const char *text, struct config **c, struct fault *fault)
{
    *fault = (struct fault){ 0 };
    *c = NULL;
    return config_parse(slice_of(text), "t.json", test_env, NULL, c, fault);
}

static struct config *parsed(const char *text)
{
    struct config *c;
    struct fault fault;
    if (parse(text, &c, &fault) != 0)
        fail_msg("%s", fault.text);
    return c;
}

static void test_defaults(void **state)
{
    (void)state;
    struct config *c = parsed("{}");
    assert_string_equal(config_text(c, "listen.address"), "127.0.0.1");
    assert_int_equal(config_int(c, "listen.port"), 8080);
    assert_int_equal(config_int(c, "retention.inbox_days"), 180);
    assert_int_equal(config_int(c, "retention.seen_days"), 35);
    assert_string_equal(config_text(c, "data.dir"), "linli-data");
    assert_string_equal(config_text(c, "public_url"), "");
    assert_string_equal(config_text(c, "log.level"), "info");
    assert_null(config_list(c, "listen.trusted_proxies")[0]);
    assert_int_equal(config_zone(c).offset_minutes, 480);
    assert_null(config_json(c, "policy"));
    assert_int_equal(json_array_size(config_json(c, "accounts")), 0);
    config_free(c);
}

static void test_a_number_from_the_environment(void **state)
{
    (void)state;
    struct config *c = parsed("{\"node\": \"${NUMBER}\", \"signature\": \"${NUMBER}\"}");
    struct fault fault;
    assert_int_equal(config_int(c, "node"), 7);
    assert_string_equal(config_text(c, "signature"), "7"); /* where a text is expected it is one */
    config_free(c);
    assert_int_equal(parse("{\"node\": \"${SECRET}\"}", &c, &fault), GW_ECONFIG);
    assert_int_equal(parse("{\"node\": \"7\"}", &c, &fault), GW_ECONFIG);
}

static void test_demo_accounts_without_a_file(void **state)
{
    (void)state;
    struct config *c;
    struct fault fault = { 0 };
    assert_int_equal(config_load(NULL, &c, &fault), 0);
    json_t *accounts = config_json(c, "accounts");
    assert_int_equal(json_array_size(accounts), 2);
    json_t *wechat = json_array_get(accounts, 1);
    assert_string_equal(json_string_value(json_object_get(wechat, "name")), "demo");
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(wechat, "settings"), "token")),
        "linlidemo");
    /* Whatever is demonstrated is on loopback. */
    assert_string_equal(config_text(c, "listen.address"), "127.0.0.1");
    const char *signature =
        json_string_value(json_object_get(json_array_get(accounts, 0), "signature"));
    assert_string_equal(signature, "思茅志愿");
    config_free(c);
}

static void test_values(void **state)
{
    (void)state;
    struct config *c = parsed(
        "{\"//\": \"a remark\", \"listen\": {\"port\": 0, \"//port\": 5, \"trusted_proxies\": "
        "[\"10.0.0.1\", \"2001:db8::1\"]}, \"zone\": \"-09:30\", \"node\": 511, "
        "\"public_url\": \"https://example.org/x\", \"policy\": {\"//\": 1, \"a\": [1, \"${SECRET}\"]}}");
    assert_int_equal(config_int(c, "listen.port"), 0);
    assert_int_equal(config_int(c, "listen.connections"), 1024);
    assert_string_equal(config_list(c, "listen.trusted_proxies")[1], "2001:db8::1");
    assert_null(config_list(c, "listen.trusted_proxies")[2]);
    assert_int_equal(config_zone(c).offset_minutes, -570);
    assert_int_equal(config_int(c, "node"), 511);
    assert_string_equal(config_text(c, "public_url"), "https://example.org/x");
    json_t *policy = config_json(c, "policy");
    assert_int_equal(json_object_size(policy), 1); /* remarks are not passed on */
    assert_string_equal(json_string_value(json_array_get(json_object_get(policy, "a"), 1)),
                        "from-env");
    config_free(c);
}

static void test_accounts(void **state)
{
    (void)state;
    struct config *c = parsed(
        "{\"signature\": \"Here\", \"accounts\": [{\"name\": \"a-1\", \"channel\": \"sms\", "
        "\"provider\": \"p\", \"secret\": \"${SECRET}\"}, {\"name\": \"b\", \"channel\": \"sms\", "
        "\"provider\": \"p\", \"signature\": \"Own\", \"settings\": {\"x\": {\"y\": \"${SECRET}\"}}}]}");
    json_t *a = json_array_get(config_json(c, "accounts"), 0);
    json_t *b = json_array_get(config_json(c, "accounts"), 1);
    assert_string_equal(json_string_value(json_object_get(a, "secret")), "from-env");
    assert_string_equal(json_string_value(json_object_get(a, "signature")), "Here");
    assert_true(json_is_object(json_object_get(a, "settings")));
    assert_string_equal(json_string_value(json_object_get(b, "signature")), "Own");
    json_t *x = json_object_get(json_object_get(b, "settings"), "x");
    assert_string_equal(json_string_value(json_object_get(x, "y")), "from-env");
    config_free(c);
}

/* Each is refused with these words. */
static const struct {
    const char *text, *words;
} refused[] = {
    { "[]", "t.json: (all): expected an object" },
    { "{\"listen\": 5}", "t.json: listen: expected an object" },
    { "{\"lisen\": {}}", "t.json: lisen: expected one of listen, public_url, data, store, zone" },
    { "{\"listen\": {\"prt\": 1}}",
      "t.json: listen.prt: expected one of address, port, connections, body_limit, idle_s, deadline_ms, trusted_proxies" },
    { "{\"accounts\": [{\"name\": \"a\", \"channel\": \"sms\", \"provider\": \"p\", \"rate\": -1}]}",
      "accounts[0].rate: expected a whole number from 0 to 100000" },
    { "{\"listen.port\": 1}", "t.json: listen.port: expected one of listen" },
    { "{\"listen\": {\"port.x\": 1}}", "listen.port.x: expected one of" },
    { "{\"listen\": {\"port\": \"80\"}}",
      "t.json: listen.port: expected a whole number from 0 to 65535" },
    { "{\"listen\": {\"port\": 65536}}", "listen.port: expected a whole number" },
    { "{\"listen\": {\"port\": -1}}", "listen.port: expected a whole number" },
    { "{\"listen\": {\"port\": 1.5}}", "listen.port: expected a whole number" },
    { "{\"listen\": {\"port\": null}}", "listen.port: expected a whole number" },
    { "{\"listen\": {\"address\": \"localhost\"}}", "listen.address: expected an IP address" },
    { "{\"listen\": {\"address\": 127}}", "listen.address: expected an IP address" },
    { "{\"listen\": {\"trusted_proxies\": \"10.0.0.1\"}}",
      "listen.trusted_proxies: expected an array" },
    { "{\"listen\": {\"trusted_proxies\": [\"10.0.0\"]}}",
      "listen.trusted_proxies: expected an array" },
    { "{\"listen\": {\"trusted_proxies\": [1]}}", "listen.trusted_proxies: expected an array" },
    { "{\"data\": {\"dir\": \"\"}}", "data.dir: expected a string of 1 to 4000 bytes" },
    { "{\"data\": {\"dir\": []}}", "data.dir: expected a string" },
    { "{\"zone\": \"Asia/Shanghai\"}", "zone: expected an offset from UTC like \"+08:00\"" },
    { "{\"zone\": \"08:00\"}", "zone: expected an offset" },
    { "{\"zone\": \"+15:00\"}", "zone: expected an offset" },
    { "{\"zone\": 8}", "zone: expected an offset" },
    { "{\"node\": 512}", "node: expected a whole number from 0 to 511" },
    { "{\"log\": {\"level\": \"loud\"}}",
      "log.level: expected one of the strings debug|info|warn|error" },
    { "{\"log\": {\"level\": 1}}", "log.level: expected one of" },
    { "{\"public_url\": \"example.org\"}",
      "public_url: expected a string with http:// or https://" },
    { "{\"public_url\": \"https://\"}", "public_url: expected" },
    { "{\"public_url\": \"https://a/\"}", "public_url: expected" },
    { "{\"public_url\": \"https://a b\"}", "public_url: expected" },
    { "{\"retention\": {\"seen_days\": 34}}",
      "retention.seen_days: expected a whole number from 35" },
    { "{\"policy\": []}", "policy: expected an object" },
    { "{\"accounts\": {}}", "accounts: expected an array" },
    { "{\"accounts\": [{\"name\": \"a\", \"channel\": \"sms\", \"provider\": \"p\", \"networks\": [\"10.0.0.1/8\"]}]}",
      "accounts[0].networks: expected an array of at most 64 networks" },
    { "{\"accounts\": [{\"name\": \"a\", \"channel\": \"sms\", \"provider\": \"p\", \"networks\": \"10.0.0.0/8\"}]}",
      "accounts[0].networks: expected an array" },
    { "{\"accounts\": [{\"name\": \"a\", \"channel\": \"sms\", \"provider\": \"p\", \"extension\": \"12a\"}]}",
      "accounts[0].extension: expected a string of 0 to 12 digits" },
    { "{\"accounts\": [{\"name\": \"a\", \"channel\": \"sms\", \"provider\": \"p\", \"number_minute\": -1}]}",
      "accounts[0].number_minute: expected a whole number from 0 to 1000" },
    { "{\"accounts\": [{\"name\": \"a\", \"channel\": \"sms\", \"provider\": \"p\", \"quiet_from\": \"9pm\"}]}",
      "accounts[0].quiet_from: expected a time of day" },
    { "{\"accounts\": [{\"name\": \"a\", \"channel\": \"sms\", \"provider\": \"p\", \"prefixes\": [\"+86\"]}]}",
      "accounts[0].prefixes: expected an array of at most 500 strings of 1 to 11 digits" },
    { "{\"accounts\": [{\"name\": \"a\", \"channel\": \"sms\", \"provider\": \"p\", \"prefixes\": [\"\"]}]}",
      "accounts[0].prefixes: expected" },
    { "{\"accounts\": [1]}", "t.json: accounts[0]: expected an object" },
    { "{\"redis\": {\"servers\": \"127.0.0.1:6379\"}}", "redis.servers: expected an array" },
    { "{\"redis\": {\"servers\": [\"127.0.0.1\"]}}",
      "redis.servers: expected an array of at most 16" },
    { "{\"redis\": {\"servers\": [\"a:0\"]}}", "redis.servers: expected an array" },
    { "{\"redis\": {\"prefix\": \"a:b\"}}", "redis.prefix: expected a string" },
    { "{\"accounts\": [{\"name\": \"a\", \"channel\": \"sms\"}]}",
      "accounts[0].provider: expected a string of 1 to 32" },
    { "{\"accounts\": [{\"name\": \"a\", \"channel\": \"sms\", \"provider\": \"p\", \"tken\": 1}]}",
      "t.json: accounts[0].tken: expected one of name, channel, provider, secret, signature, rate, price_fen, networks, extension, number_minute, number_hour, number_day, quiet_from, quiet_to, prefixes, settings" },
    { "{\"accounts\": [{\"name\": \"a/b\", \"channel\": \"sms\", \"provider\": \"p\"}]}",
      "accounts[0].name: expected a string of 1 to 32 letters, digits, - and _" },
    { "{\"accounts\": [{\"name\": \"a\", \"channel\": \"sms\", \"provider\": \"p\", \"settings\": []}]}",
      "accounts[0].settings: expected an object" },
    { "{\"accounts\": [{\"name\": \"a\", \"channel\": \"sms\", \"provider\": \"p\", \"secret\": 1}]}",
      "accounts[0].secret: expected a string" },
    { "{\"accounts\": [{\"name\": \"a\", \"channel\": \"sms\", \"provider\": \"p\", \"secret\": \"${NONE}\"}]}",
      "t.json: accounts[0].secret: expected the environment to have NONE" },
    { "{\"data\": {\"dir\": \"${EMPTY}\"}}", "data.dir: expected the environment to have EMPTY" },
    { "{\"policy\": {\"a\": {\"b\": \"${NONE}\"}}}",
      "policy.a.b: expected the environment to have NONE" },
    { "{\"node\": 1, \"node\": 2}", "t.json" },
    { "{\"node\": ", "t.json" },
    { "", "t.json" },
};

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct config *c;
        struct fault fault;
        int rc = parse(refused[i].text, &c, &fault);
        if (rc != GW_ECONFIG || !strstr(fault.text, refused[i].words))
            fail_msg("%s gave %d \"%s\"", refused[i].text, rc, fault.text);
        assert_null(c);
    }
}

/* A value of every JSON type for every key: it fits or is refused, and what is refused names the
 * key. */
static void test_every_key_with_every_type(void **state)
{
    (void)state;
    static const char *const values[] = {
        "null", "true", "7", "1.5", "\"x y\"", "[3]", "{\"q\": 1}"
    };
    int refusals = 0;
    for (const struct config_key *k = config_keys; k->name; k++) {
        const char *dot = strchr(k->name, '.');
        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
            char text[300];
            if (dot)
                snprintf(text, sizeof(text), "{\"%.*s\": {\"%s\": %s}}", (int)(dot - k->name),
                         k->name, dot + 1, values[i]);
            else
                snprintf(text, sizeof(text), "{\"%s\": %s}", k->name, values[i]);
            struct config *c;
            struct fault fault;
            if (parse(text, &c, &fault) != 0) {
                refusals++;
                if (!strstr(fault.text, k->name) || !strstr(fault.text, ": expected "))
                    fail_msg("%s gave \"%s\"", text, fault.text);
            }
            config_free(c);
        }
    }
    assert_true(refusals > 100);
}

static void test_file_faults(void **state)
{
    (void)state;
    struct config *c = NULL;
    struct fault fault = { 0 };
    assert_int_equal(config_load("/nonexistent/linli.json", &c, &fault), GW_EIO);
    assert_non_null(strstr(fault.text, "/nonexistent/linli.json: cannot be read"));
    fault = (struct fault){ 0 };
    assert_int_equal(config_load("/", &c, &fault), GW_EIO);
    assert_null(c);
}

static struct sbuf read_example(void)
{
    struct sbuf b;
    sbuf_init(&b, 1 << 20);
    FILE *f = fopen(LINLI_SOURCE_DIR "/docker/linli.example.json", "r");
    assert_non_null(f);
    char bytes[4096];
    size_t n;
    while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
        sbuf_add(&b, (struct slice){ bytes, n });
    fclose(f);
    return b;
}

static const json_t *member(const json_t *file, const char *prefix, const char *name)
{
    char key[128];
    const char *dot = strchr(name, '.');
    if (dot) {
        snprintf(key, sizeof(key), "%.*s", (int)(dot - name), name);
        file = json_object_get(file, key);
        name = dot + 1;
    }
    snprintf(key, sizeof(key), "%s%s", prefix, name);
    return json_object_get(file, key);
}

/* The example has every key, with its default and the table's own words beside it, and loads. */
static void test_example_documents_each_key(void **state)
{
    (void)state;
    struct sbuf b = read_example();
    struct config *c, *defaults = parsed("{}");
    struct fault fault = { 0 };
    if (config_parse(sbuf_slice(&b), "example", test_env, NULL, &c, &fault) != 0)
        fail_msg("%s", fault.text);
    json_t *file = json_loads(b.p, 0, NULL);
    for (const struct config_key *k = config_keys; k->name; k++) {
        const json_t *remark = member(file, "//", k->name);
        if (!member(file, "", k->name) || !remark)
            fail_msg("%s is missing in the example", k->name);
        if (strncmp(json_string_value(remark), k->text, strlen(k->text)) != 0)
            fail_msg("%s: \"%s\" is not \"%s\"", k->name, json_string_value(remark), k->text);
        if (k->type != CONFIG_ACCOUNTS && k->type != CONFIG_OBJECT &&
            !json_equal(config_json(c, k->name), config_json(defaults, k->name)))
            fail_msg("%s is not the default in the example", k->name);
    }
    const json_t *account = json_array_get(json_object_get(file, "accounts"), 0);
    for (const struct config_key *k = config_account_keys; k->name; k++)
        assert_non_null(member(account, "//", k->name));
    json_decref(file);
    config_free(c);
    config_free(defaults);
    sbuf_free(&b);
}

static void test_table_is_whole(void **state)
{
    (void)state;
    int n = 0;
    for (const struct config_key *k = config_keys; k->name; k++, n++) {
        assert_non_null(k->text);
        assert_non_null(k->unit);
        assert_true(k->text[strlen(k->text) - 1] == '.');
        for (const struct config_key *other = config_keys; other < k; other++)
            assert_string_not_equal(other->name, k->name);
    }
    assert_in_range(n, 20, 64); /* config.c has room for 64 */
}

static void test_manual_names_every_key(void **state)
{
    (void)state;
    struct sbuf b;
    sbuf_init(&b, 1 << 16);
    config_manual(&b);
    for (const struct config_key *k = config_keys; k->name; k++)
        assert_non_null(strstr(b.p, k->name));
    assert_non_null(strstr(b.p, "listen.port  whole number 0 to 65535, default 8080\n"));
    assert_non_null(strstr(
        b.p, "log.level  one of debug|info|warn|error, default info, taken over by SIGHUP\n"));
    assert_non_null(strstr(b.p, "accounts[].settings"));
    sbuf_free(&b);
}

static void test_print_hides_secrets(void **state)
{
    (void)state;
    struct config *c = parsed(
        "{\"listen\": {\"port\": 99}, \"redis\": {\"servers\": [\"[::1]:6379\", \"redis:6379\"], "
        "\"password\": \"hidden3\", \"sentinel_password\": \"hidden4\"}, \"accounts\": [{\"name\": \"a\", \"channel\": \"sms\", "
        "\"provider\": \"p\", \"secret\": \"hidden1\", \"settings\": {\"token\": \"hidden2\", "
        "\"other\": \"${SECRET}\"}}]}");
    struct sbuf b;
    sbuf_init(&b, 1 << 16);
    config_print(c, &b);
    assert_null(strstr(b.p, "hidden"));
    assert_null(strstr(b.p, "from-env"));
    assert_non_null(strstr(b.p, "${SECRET}"));
    json_t *all = json_loads(b.p, 0, NULL);
    assert_non_null(all);
    json_t *listen = json_object_get(all, "listen");
    assert_int_equal(json_integer_value(json_object_get(listen, "port")), 99);
    assert_int_equal(json_integer_value(json_object_get(listen, "connections")), 1024);
    assert_string_equal(config_list(c, "redis.servers")[1], "redis:6379");
    assert_string_equal(config_text(c, "redis.password"), "hidden3");
    /* What is printed can be read again. */
    struct config *again = parsed(b.p);
    assert_int_equal(config_int(again, "listen.port"), 99);
    config_free(again);
    json_decref(all);
    sbuf_free(&b);
    config_free(c);
}

static void test_restart_key(void **state)
{
    (void)state;
    struct config *a = parsed("{\"log\": {\"level\": \"info\"}}");
    struct config *b =
        parsed("{\"log\": {\"level\": \"debug\"}, \"retention\": {\"inbox_days\": 9}}");
    struct config *c = parsed("{\"listen\": {\"port\": 1}, \"node\": 3}");
    struct config *d = parsed("{\"policy\": {\"x\": 1}}");
    assert_null(config_restart_key(a, a));
    assert_null(config_restart_key(a, b));
    assert_string_equal(config_restart_key(a, c), "listen.port");
    assert_string_equal(config_restart_key(a, d), "policy");
    config_free(a);
    config_free(b);
    config_free(c);
    config_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_a_number_from_the_environment),
        cmocka_unit_test(test_demo_accounts_without_a_file),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_accounts),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_every_key_with_every_type),
        cmocka_unit_test(test_file_faults),
        cmocka_unit_test(test_example_documents_each_key),
        cmocka_unit_test(test_table_is_whole),
        cmocka_unit_test(test_manual_names_every_key),
        cmocka_unit_test(test_print_hides_secrets),
        cmocka_unit_test(test_restart_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
