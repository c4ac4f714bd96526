#include "gateway/program/wechat_verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "adapters/wechat/account.h"
#include "adapters/wechat/manage.h"
#include "adapters/wechat/signature.h"
#include "gateway/base/digest.h"
#include "gateway/base/json.h"
#include "gateway/program/wechat_menu.h"

enum { ECHO_MAX = 4096, LOSS_MAX = 100 };

enum verdict { OK, NOTE, FIX };

struct verify {
    struct wechat_session *session;
    bool as_json;
    int to_mend;
};

static void say(struct verify *v, enum verdict verdict, const char *step, struct slice words)
{
    static const char *const names[] = { "ok", "note", "fix" };
    v->to_mend += verdict == FIX;
    if (v->as_json) {
        json_t *o = json_object();
        json_object_set_new(o, "step", json_string(step));
        json_object_set_new(o, "verdict", json_string(names[verdict]));
        json_put_slice(o, "words", words);
        json_dumpf(o, stdout, JSON_COMPACT);
        printf("\n");
        json_decref(o);
    } else {
        printf("%-5s %s: %.*s\n", names[verdict], step, SLICE_ARG(words));
    }
    fflush(stdout);
}

/* Asks; says what is wrong when it does not work. A new reference, or NULL. */
static json_t *ask(struct verify *v, const char *step, enum wechat_call call, json_t *body,
                   struct fault *fault)
{
    struct wechat_answer answer;
    if (wechat_session_ask(v->session, call, SLICE(""), body, &answer, fault) < 0) {
        json_decref(answer.object);
        return NULL;
    }
    if (answer.sent.outcome == SEND_OK)
        return answer.object;
    say(v, FIX, step, wechat_advice(&answer, &v->session->arena));
    json_decref(answer.object);
    return NULL;
}

/* Settings. 1 when calls can be made. */
static int check_settings(struct verify *v)
{
    const struct account *account = v->session->account;
    const struct wechat_account *w = account->prepared;
    struct fault fault = { 0 };
    if (w->mode == WECHAT_SAFE)
        say(v, OK, "mode", SLICE("safe: what is pushed is encrypted"));
    else
        say(v, NOTE, "mode",
            w->mode == WECHAT_PLAINTEXT
                ? SLICE("plaintext: whoever sees one push can forge others. Choose 安全模式 in the "
                        "platform's server form and \"safe\" in settings.mode; test accounts "
                        "know only plaintext")
                : SLICE("compatible is meant for a change: choose 安全模式 and \"safe\" when it is "
                        "done"));
    if (wechat_can_call(account, &fault) == GW_OK)
        return 1;
    say(v, FIX, "settings",
        SLICE("app_id and app_secret are missing: the account can only answer. Copy both from the "
              "platform (设置与开发 → 基本配置)"));
    return 0;
}

/* Token and IP allow-list: 1 when there is a token, 0, or GW_E*. */
static int check_token(struct verify *v, struct fault *fault)
{
    struct wechat_answer answer;
    int rc = wechat_session_ask(v->session, WECHAT_TOKEN, SLICE(""), NULL, &answer, fault);
    if (rc == GW_OK && answer.sent.outcome == SEND_OK)
        say(v, OK, "token",
            SLICE("WeChat gives an access token: app_id, app_secret and the IP "
                  "allow-list are right"));
    else if (rc == GW_OK)
        say(v, FIX, "token", wechat_advice(&answer, &v->session->arena));
    json_decref(answer.object);
    return rc < 0 ? rc : v->session->token.n > 0;
}

/* The addresses pushes come from against the networks the account takes them from. */
static void compare_networks(struct verify *v, const json_t *list)
{
    const struct account *account = v->session->account;
    struct arena *a = &v->session->arena;
    size_t i, missing = 0;
    json_t *one;
    const char *first = "";
    json_array_foreach(list, i, one)
    {
        const char *text = json_is_string(one) ? json_string_value(one) : "";
        struct slice address = slice_of(text), head;
        if (!slice_next(&address, '/', &head))
            continue;
        bool held = false;
        for (size_t k = 0; k < account->network_count && !held; k++)
            held = network_holds(&account->networks[k], head);
        if (held)
            continue;
        if (missing++ == 0)
            first = text;
    }
    size_t all = json_array_size(list);
    if (account->network_count == 0)
        say(v, NOTE, "callback addresses",
            arena_printf(a,
                         "WeChat pushes from %zu addresses; the account takes pushes from "
                         "anywhere. The signature protects it; to be stricter put them into "
                         "\"networks\"",
                         all));
    else if (missing > 0)
        say(v, FIX, "callback addresses",
            arena_printf(a,
                         "%zu of the %zu addresses WeChat pushes from are not in \"networks\", "
                         "the first is %.45s: their pushes are refused",
                         missing, all, first));
    else
        say(v, OK, "callback addresses",
            arena_printf(a, "all %zu addresses are in \"networks\"", all));
}

/* The URL that WeChat would call for its verification. */
static struct slice callback_url(const struct verify *v, const char *base, struct slice echo)
{
    const struct account *account = v->session->account;
    const struct wechat_account *w = account->prepared;
    struct arena *a = &v->session->arena;
    struct slice stamp = arena_printf(a, "%" PRId64, installation_clock());
    struct slice nonce = arena_printf(a, "%u", digest_random_below(1000000000));
    char signature[41] = "";
    if (!wechat_signature(w->token, stamp, nonce, signature))
        return SLICE("");
    return arena_printf(a, "%s/%s?signature=%s&timestamp=%.*s&nonce=%.*s&echostr=%.*s", base,
                        account->full_name, signature, SLICE_ARG(stamp), SLICE_ARG(nonce),
                        SLICE_ARG(echo));
}

/* What WeChat does when the server form is saved, done from here. */
static int check_callback(struct verify *v, struct fault *fault)
{
    const char *base = config_text(v->session->in.config, "public_url");
    struct arena *a = &v->session->arena;
    struct http_result result;
    struct slice echo = arena_printf(a, "%u", digest_random_below(1000000000));
    if (base[0] == '\0') {
        say(v, NOTE, "callback",
            SLICE("public_url is not configured, so the way from WeChat to here is not tried: set "
                  "it to the address in front, https://YOUR-HOST"));
        return GW_OK;
    }
    const struct http_call call = { .method = "GET", .url = callback_url(v, base, echo) };
    int rc = wechat_session_fetch(v->session, &call, ECHO_MAX, &result, fault);
    if (rc < 0)
        return rc;
    if (result.status == 200 && slice_eq(result.body, echo))
        say(v, OK, "callback", SLICE("our address answers as WeChat's server form wants"));
    else if (result.status == 0)
        say(v, FIX, "callback",
            SLICE("nobody answers at public_url: is the gateway running, does the name lead here, "
                  "are port 443 and the certificate right?"));
    else if (result.status == 403)
        say(v, FIX, "callback",
            SLICE("refused with 403: the running gateway has another token than this "
                  "configuration, its clock is wrong, or \"networks\" leaves this machine out"));
    else
        say(v, FIX, "callback",
            arena_printf(a,
                         "answered with %d and not with what was asked for: does the proxy in "
                         "front pass /wechat/ on, with its query, unchanged?",
                         result.status));
    return GW_OK;
}

/* WeChat's own test of the way to us. */
static int check_network(struct verify *v, struct fault *fault)
{
    json_t *answer = ask(v, "network", WECHAT_CALLBACK_CHECK, manage_callback_check(), fault);
    if (answer == NULL)
        return fault->code;
    size_t i;
    json_t *one;
    int64_t worst = 0;
    json_array_foreach(json_object_get(answer, "ping"), i, one)
    {
        int64_t loss = 0;
        struct slice text = json_slice(one, "package_loss");
        if (slice_ends(text, SLICE("%")) &&
            slice_to_int(slice_head(text, text.n - 1), &loss) == 0 && loss > worst)
            worst = loss;
    }
    if (worst > 0)
        say(v, worst == LOSS_MAX ? FIX : NOTE, "network",
            arena_printf(&v->session->arena,
                         "WeChat loses %" PRId64 "%% of its packets on the way to the address in "
                         "the server form: check the firewall and the name's entry",
                         worst));
    else
        say(v, OK, "network", SLICE("WeChat reaches the address in its server form"));
    json_decref(answer);
    return GW_OK;
}

static int check_menu(struct verify *v, struct fault *fault)
{
    struct wechat_answer answer;
    const json_t *ours = catalogue_wechat_menu(v->session->in.catalogue);
    const char *name = v->session->account->name;
    struct arena *a = &v->session->arena;
    enum { NO_MENU = 46003 };
    int rc = wechat_session_ask(v->session, WECHAT_MENU_SHOW, SLICE(""), NULL, &answer, fault);
    if (rc == GW_OK && answer.code == NO_MENU)
        say(v, FIX, "menu",
            arena_printf(a, "the account has no menu: linli wechat menu %s --push", name));
    else if (rc == GW_OK && answer.sent.outcome != SEND_OK)
        say(v, FIX, "menu", wechat_advice(&answer, a));
    else if (rc == GW_OK &&
             (ours == NULL || !wechat_menu_same(ours, json_object_get(answer.object, "menu"))))
        say(v, NOTE, "menu",
            arena_printf(a,
                         "the account's menu is another than conversations/menu.json: linli wechat "
                         "menu %s --push sets it",
                         name));
    else if (rc == GW_OK)
        say(v, OK, "menu", SLICE("the menu is ours"));
    json_decref(answer.object);
    return rc;
}

/* What the account may do: asked with calls that change nothing. */
static int check_rights(struct verify *v, struct fault *fault)
{
    json_t *tags = ask(v, "rights", WECHAT_TAGS, NULL, fault);
    if (tags == NULL)
        return fault->code;
    say(v, OK, "rights", SLICE("the account is verified: it may send messages of its own"));
    json_decref(tags);
    return GW_OK;
}

int wechat_verify(struct wechat_session *s, bool as_json, struct fault *fault)
{
    struct verify v = { .session = s, .as_json = as_json };
    int rc = check_callback(&v, fault);
    if (rc < 0)
        return rc;
    if (!check_settings(&v))
        return v.to_mend;
    rc = check_token(&v, fault);
    if (rc <= 0)
        return rc < 0 ? rc : v.to_mend;
    json_t *addresses = ask(&v, "callback addresses", WECHAT_CALLBACK_IPS, NULL, fault);
    if (addresses != NULL)
        compare_networks(&v, json_object_get(addresses, "ip_list"));
    json_decref(addresses);
    rc = fault->code;
    if (rc == GW_OK)
        rc = check_network(&v, fault);
    if (rc == GW_OK)
        rc = check_menu(&v, fault);
    if (rc == GW_OK)
        rc = check_rights(&v, fault);
    return rc < 0 ? rc : v.to_mend;
}
