/* linli wechat: sets an official account up, checks it, and makes each call of its API by hand. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "adapters/wechat/manage.h"
#include "gateway/base/json.h"
#include "gateway/base/sbuf.h"
#include "gateway/program/command.h"
#include "gateway/program/wechat_cli.h"
#include "gateway/program/wechat_menu.h"
#include "gateway/program/wechat_verify.h"
#include "handlers/posters.h"

enum { QR_S = 7 * 86400 };

void wechat_print_json(json_t *answer)
{
    json_dumpf(answer, stdout, JSON_COMPACT);
    printf("\n");
    json_decref(answer);
}

/* The answer as JSON, or these words. */
static int done(const struct wechat_cli *c, json_t *answer, const char *words)
{
    if (answer == NULL)
        return GW_EPROTO;
    if (c->as_json) {
        wechat_print_json(answer);
        return GW_OK;
    }
    printf("%s\n", words);
    json_decref(answer);
    return GW_OK;
}

static int show_menu(struct wechat_cli *c, struct fault *fault)
{
    json_t *answer = wechat_session_call(&c->session, WECHAT_MENU_SHOW, SLICE(""), NULL, fault);
    if (answer == NULL)
        return fault->code;
    if (c->as_json) {
        wechat_print_json(answer);
        return GW_OK;
    }
    wechat_menu_print(json_object_get(answer, "menu"));
    json_decref(answer);
    return GW_OK;
}

static int push_menu(struct wechat_cli *c, struct fault *fault)
{
    const json_t *menu = catalogue_wechat_menu(c->session.in.catalogue);
    if (menu == NULL)
        return fault_set(fault, GW_ECONFIG, "conversations/menu.json has no \"wechat\"");
    if (manage_menu_check(menu, fault) < 0)
        return fault->code;
    return done(
        c,
        wechat_session_call(&c->session, WECHAT_MENU_PUSH, SLICE(""), json_deep_copy(menu), fault),
        "the menu is set; a phone that has the chat open shows it within five minutes");
}

int wechat_run_menu(struct wechat_cli *c, struct fault *fault)
{
    if (c->push + c->show + c->remove != 1)
        return fault_set(fault, GW_EINVAL, "say one of --push, --show and --delete");
    if (c->show)
        return show_menu(c, fault);
    return c->push
               ? push_menu(c, fault)
               : done(c,
                      wechat_session_call(&c->session, WECHAT_MENU_DELETE, SLICE(""), NULL, fault),
                      "the account has no menu any more");
}

/* The scene of a station's poster: `word` becomes it. */
static int scene_of_station(const struct service *s, void *context)
{
    struct wechat_cli *c = context;
    struct organization org;
    char scene[POSTER_SCENE_MAX];
    int rc = org_by_name(s, slice_of(c->station), &org);
    if (rc > 0)
        rc = poster_scene(s, org.id, scene);
    else
        return rc;
    if (rc == GW_OK)
        c->word = arena_str(&c->session.arena, slice_of(scene));
    return rc;
}

/* The scene comes from the command line, or is that of the station. */
static int find_scene(struct wechat_cli *c, struct fault *fault)
{
    if (c->station == NULL)
        return GW_OK;
    struct arena a = { 0 };
    int rc =
        installation_transact(&c->session.in, installation_clock(), &a, scene_of_station, c, fault);
    arena_free(&a);
    return rc < 0 || c->word != NULL ? rc
                                     : fault_set(fault, GW_ENOTFOUND,
                                                 "there is no organization '%s'; linli admin list "
                                                 "names them",
                                                 c->station);
}

int wechat_run_qr(struct wechat_cli *c, struct fault *fault)
{
    json_t *body;
    struct sbuf picture;
    if (find_scene(c, fault) < 0)
        return fault->code;
    if (manage_qr(slice_of(c->word), c->permanent, c->seconds, &body, fault) < 0)
        return fault->code;
    json_t *answer = wechat_session_call(&c->session, WECHAT_QR, SLICE(""), body, fault);
    if (answer == NULL)
        return fault->code;
    sbuf_init(&picture, 4096);
    sbuf_str(&picture, MANAGE_QR_PICTURE);
    sbuf_url(&picture, json_slice(answer, "ticket"));
    json_put_slice(answer, "picture", sbuf_slice(&picture));
    json_object_set_new(answer, "scene", json_string(c->word));
    sbuf_free(&picture);
    if (c->as_json) {
        wechat_print_json(answer);
        return GW_OK;
    }
    printf("scene: %s\npicture: %s\ncontent: %s\n", c->word, json_text(answer, "picture", ""),
           json_text(answer, "url", ""));
    if (c->permanent)
        printf("for ever; one of 100,000 of the account\n");
    else
        printf("for %" PRId64 " s\n", json_int(answer, "expire_seconds", 0));
    json_decref(answer);
    return GW_OK;
}

/* The verbs: what stands behind the account, and what it needs. */
static const struct verb {
    const char *name;
    const char *word; /* what `word` is, for people; NULL: none */
    int (*run)(struct wechat_cli *c, struct fault *fault);
    bool optional; /* an option may stand for `word` */
} verbs[] = {
    { "menu", NULL, wechat_run_menu },
    { "qr", "SCENE", wechat_run_qr, .optional = true },
    { "user", "OPENID", wechat_run_user },
    { "tags", NULL, wechat_run_tags },
    { "send", "OPENID", wechat_run_send },
    { "typing", "OPENID", wechat_run_typing },
    { "upload", "FILE", wechat_run_upload },
    { "mass", NULL, wechat_run_mass },
    { "verify", NULL, NULL },
};

static const struct verb *find_verb(const struct command_line *line, bool named)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs && line->word_count > 0; i++)
        if (strcmp(verbs[i].name, line->words[0]) == 0 &&
            (line->word_count == (verbs[i].word != NULL ? 3 : 2) ||
             (line->word_count == 2 && verbs[i].optional && named)))
            return &verbs[i];
    return NULL;
}

static const char usage[] =
    "wechat verify ACCOUNT\n"
    "       linli wechat menu ACCOUNT --push | --show | --delete\n"
    "       linli wechat qr ACCOUNT SCENE | --station NAME [--permanent | --seconds S]\n"
    "       linli wechat user ACCOUNT OPENID\n"
    "       linli wechat tags ACCOUNT [--create NAME | --tag ID (--add FILE | --take FILE | --delete)]\n"
    "       linli wechat send ACCOUNT OPENID --text T [--choices A,B] | --image FILE | --title T --link "
    "URL\n"
    "       linli wechat typing ACCOUNT OPENID [--stop]\n"
    "       linli wechat upload ACCOUNT FILE [--kind image]\n"
    "       linli wechat mass ACCOUNT --text T --key K (--tag ID | --list FILE) [--confirm N] | --status "
    "ID";
static const char about[] =
    "verify checks an account's configuration end to end and says in plain words what to mend: the\n"
    "address WeChat calls, app_id and app_secret, the IP allow-list, the menu, the account's rights. "
    "Exits 1\nwhen something is to be mended. menu sets the menu of conversations/menu.json. qr makes a "
    "code whose\nscene comes back when somebody scans it; that of a station's poster (--station) proposes the "
    "station's\nplace to whoever registers by it. mass shows how many people it reaches; with "
    "that number as\n--confirm it is sent, once for a key. Of a list it leaves out who wants no "
    "broadcasts; of a tag it\ntakes them out first, as WeChat writes to all of a tag. Calls to people go by "
    "'linli broadcast'.";

static int run(const struct verb *verb, struct wechat_cli *c, struct fault *fault)
{
    if (verb->run != NULL)
        return verb->run(c, fault);
    return wechat_verify(&c->session, c->as_json, fault);
}

int command_wechat(int argc, char **argv)
{
    const char *config = NULL, *dir = NULL;
    struct wechat_cli c = { .seconds = QR_S, .kind = "image" };
    const struct command_option options[] = {
        { "--config", "F", "configuration file", .text = &config },
        { "--data-dir", "D", "data folder", .text = &dir },
        { "--push", NULL, "menu: set it", .flag = &c.push },
        { "--show", NULL, "menu: what the account has", .flag = &c.show },
        { "--delete", NULL, "menu, tags: take it away", .flag = &c.remove },
        { "--permanent", NULL, "qr: one of 100,000 that live for ever", .flag = &c.permanent },
        { "--seconds", "S", "qr: how long it lives, at most 30 days (default 7 days)",
          .number = &c.seconds },
        { "--station", "NAME", "qr: for the poster of this station, instead of a scene",
          .text = &c.station },
        { "--create", "NAME", "tags: a new one", .text = &c.create },
        { "--tag", "ID", "tags, mass: which", .number = &c.tag },
        { "--add", "FILE", "tags: openids to tag, one a line", .text = &c.add },
        { "--take", "FILE", "tags: openids to take it off", .text = &c.take },
        { "--text", "T", "send, mass: what to say", .text = &c.text },
        { "--choices", "A,B", "send: to be tapped below the text", .text = &c.choices },
        { "--image", "FILE", "send: a picture of at most 2 MiB", .text = &c.image },
        { "--title", "T", "send: a card; --text is its description", .text = &c.title },
        { "--link", "URL", "send: where the card leads", .text = &c.link },
        { "--picture", "URL", "send: the card's picture", .text = &c.picture },
        { "--stop", NULL, "typing: no longer", .flag = &c.stop },
        { "--kind", "KIND", "upload: image, voice, video or thumb", .text = &c.kind },
        { "--list", "FILE", "mass: openids, one a line, 2 to 10,000", .text = &c.list },
        { "--key", "K", "mass: a name of this message; the same is sent once a day",
          .text = &c.key },
        { "--confirm", "N", "mass: the number of people that was shown", .number = &c.confirm },
        { "--status", "ID", "mass: what became of one that was sent", .text = &c.status },
        { "--json", NULL, "one JSON object a line", .flag = &c.as_json },
        { NULL },
    };
    struct command_line line;
    struct fault fault = { 0 };
    int rc = command_parse(argc, argv, usage, about, options, &line);
    if (rc != GW_OK)
        return rc < 0 ? 2 : 0;
    const struct verb *verb = find_verb(&line, c.station != NULL);
    if (verb == NULL) {
        fprintf(stderr, "linli wechat: say what and for which account, as in 'wechat verify "
                        "ACCOUNT' or 'wechat qr ACCOUNT SCENE'; see linli wechat --help\n");
        return 2;
    }
    c.word = line.word_count > 2 ? line.words[2] : NULL;
    if (verb->optional && (c.word != NULL) == (c.station != NULL)) {
        fprintf(stderr, "linli wechat: say a scene, or --station and the name of a station\n");
        return 2;
    }
    rc = wechat_session_open(config, dir, line.words[1], &c.session, &fault);
    if (rc == GW_OK)
        rc = run(verb, &c, &fault);
    wechat_session_close(&c.session);
    return rc < 0 ? command_fail("wechat", &fault) : rc > 0;
}
