/* linli wechat: followers, tags, mass messages. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "adapters/wechat/manage.h"
#include "adapters/wechat/say.h"
#include "gateway/base/json.h"
#include "gateway/base/sbuf.h"
#include "gateway/program/wechat_cli.h"
#include "gateway/store/people.h"
#include "handlers/consents.h"

enum {
    OPENID_MAX = 64,
    SLICE_PEOPLE = 200, /* of whom one transaction reads what they want */
    TAG_MOST = 1000000, /* ours: more are no district's */
};

static bool is_openid(struct slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' ||
              c == '-'))
            return false;
    }
    return s.n > 0 && s.n <= OPENID_MAX;
}

json_t *wechat_read_openids(const char *path, struct fault *fault)
{
    struct arena a = { 0 };
    struct slice text, line;
    json_t *list = NULL;
    int number = 0;
    if (wechat_read_file(path, (size_t)SAY_LIST_MAX * (OPENID_MAX + 2), &a, &text, fault) == GW_OK)
        list = json_array();
    while (list != NULL && slice_next(&text, '\n', &line)) {
        line = slice_trim(line);
        number++;
        if (line.n == 0)
            continue;
        if (is_openid(line) && json_array_size(list) < SAY_LIST_MAX) {
            json_array_append_new(list, json_stringn(line.p, line.n));
            continue;
        }
        fault_set(fault, GW_EINVAL, "%s, line %d: %s", path, number,
                  is_openid(line) ? "more than 10,000 openids" : "no openid");
        json_decref(list);
        list = NULL;
    }
    arena_free(&a);
    return list;
}

int wechat_run_user(struct wechat_cli *c, struct fault *fault)
{
    struct slice openid = slice_of(c->word);
    if (!is_openid(openid))
        return fault_set(fault, GW_EINVAL, "that is no openid: they have letters, digits, - and _");
    json_t *answer = wechat_session_call(
        &c->session, WECHAT_USER,
        arena_printf(&c->session.arena, "openid=%.*s&lang=zh_CN", SLICE_ARG(openid)), NULL, fault);
    if (answer == NULL)
        return fault->code;
    if (c->as_json) {
        wechat_print_json(answer);
        return GW_OK;
    }
    if (json_int(answer, "subscribe", 0) == 0) {
        printf("does not follow the account\n");
    } else {
        char *tags = json_dumps(json_object_get(answer, "tagid_list"), JSON_ENCODE_ANY);
        printf("follows since %" PRId64 " (UTC seconds), came by %s, scene '%s', tags %s\n",
               json_int(answer, "subscribe_time", 0), json_text(answer, "subscribe_scene", "?"),
               json_text(answer, "qr_scene_str", ""), tags != NULL ? tags : "[]");
        free(tags);
    }
    json_decref(answer);
    return GW_OK;
}

static int list_tags(struct wechat_cli *c, struct fault *fault)
{
    size_t i;
    json_t *tag;
    json_t *answer = wechat_session_call(&c->session, WECHAT_TAGS, SLICE(""), NULL, fault);
    if (answer == NULL)
        return fault->code;
    if (c->as_json) {
        wechat_print_json(answer);
        return GW_OK;
    }
    json_array_foreach(json_object_get(answer, "tags"), i, tag)
        printf("%" PRId64 " %s: %" PRId64 " followers\n", json_int(tag, "id", 0),
               json_text(tag, "name", "?"), json_int(tag, "count", 0));
    json_decref(answer);
    return GW_OK;
}

/* One call with a body that may not have been made. */
static int change_tag(struct wechat_cli *c, enum wechat_call call, json_t *body,
                      struct fault *fault)
{
    json_t *answer =
        body != NULL ? wechat_session_call(&c->session, call, SLICE(""), body, fault) : NULL;
    if (answer == NULL)
        return fault->code;
    if (c->as_json)
        wechat_print_json(json_incref(answer));
    else if (call == WECHAT_TAG_CREATE)
        printf("tag %" PRId64 "\n", json_int(json_object_get(answer, "tag"), "id", 0));
    json_decref(answer);
    return GW_OK;
}

/* Fifty a call. 0 or GW_E*. */
static int put_tag(struct wechat_cli *c, enum wechat_call call, const json_t *openids,
                   struct fault *fault)
{
    int rc = GW_OK;
    for (size_t from = 0; from < json_array_size(openids) && rc == GW_OK;
         from += MANAGE_TAG_LIST_MAX) {
        json_t *answer = wechat_session_call(&c->session, call, SLICE(""),
                                             manage_tag_members(c->tag, openids, from), fault);
        rc = answer != NULL ? GW_OK : fault->code;
        json_decref(answer);
    }
    return rc;
}

/* The number of openids at the end. */
static int change_members(struct wechat_cli *c, struct fault *fault)
{
    enum wechat_call call = c->add != NULL ? WECHAT_TAG_ADD : WECHAT_TAG_TAKE;
    json_t *list = wechat_read_openids(c->add != NULL ? c->add : c->take, fault);
    size_t n = json_array_size(list);
    int rc = list != NULL ? put_tag(c, call, list, fault) : fault->code;
    if (rc == GW_OK)
        printf(c->as_json ? "{\"changed\":%zu}\n" : "%zu followers\n", n);
    json_decref(list);
    return rc;
}

int wechat_run_tags(struct wechat_cli *c, struct fault *fault)
{
    json_t *body = NULL;
    if ((c->add != NULL) + (c->take != NULL) + (c->create != NULL) + c->remove > 1 ||
        ((c->add != NULL || c->take != NULL || c->remove) && c->tag == 0))
        return fault_set(fault, GW_EINVAL,
                         "say one of --create, --add, --take and --delete; the last three with "
                         "--tag");
    if (c->add != NULL || c->take != NULL)
        return change_members(c, fault);
    if (c->create != NULL)
        return manage_tag_create(slice_of(c->create), &body, fault) < 0
                   ? fault->code
                   : change_tag(c, WECHAT_TAG_CREATE, body, fault);
    if (c->remove)
        return manage_tag_delete(c->tag, &body, fault) < 0
                   ? fault->code
                   : change_tag(c, WECHAT_TAG_DELETE, body, fault);
    return list_tags(c, fault);
}

/* Who of a list wants no broadcasts is left out, a slice at a time, so that a gateway beside us is
 * never held up. */
struct wanting {
    const struct account *account;
    const json_t *all;
    size_t from, to;
    json_t *kept, *left; /* left: who wants none */
};

static int keep_wanting(const struct service *s, void *context)
{
    struct wanting *w = context;
    for (size_t i = w->from; i < w->to; i++) {
        json_t *one = json_array_get(w->all, i);
        struct address address;
        int rc =
            people_address(s->tx, s->vault, s->ids, slice_of(w->account->realm),
                           slice_of(json_string_value(one)), SLICE(""), s->now, s->arena, &address);
        if (rc >= 0)
            rc = opt_allows(s, address.id, OPT_BROADCAST);
        if (rc < 0)
            return rc;
        json_array_append(rc == 1 ? w->kept : w->left, one);
    }
    return GW_OK;
}

static int sort_out(struct wechat_cli *c, struct wanting *w, struct fault *fault)
{
    size_t n = json_array_size(w->all);
    int rc = GW_OK;
    for (w->from = 0; rc >= 0 && w->from < n; w->from = w->to) {
        struct arena a = { 0 };
        w->to = w->from + SLICE_PEOPLE < n ? w->from + SLICE_PEOPLE : n;
        rc =
            installation_transact(&c->session.in, installation_clock(), &a, keep_wanting, w, fault);
        arena_free(&a);
    }
    return rc;
}

/* Everybody who has the tag: a new array, or NULL with the fault. */
static json_t *members_of(struct wechat_cli *c, struct fault *fault)
{
    json_t *all = json_array();
    struct slice after = SLICE("");
    size_t n;
    do {
        json_t *answer = wechat_session_call(&c->session, WECHAT_TAG_MEMBERS, SLICE(""),
                                             manage_tag_page(c->tag, after), fault);
        const json_t *page = json_object_get(json_object_get(answer, "data"), "openid");
        n = json_array_size(page);
        if (answer != NULL)
            json_array_extend(all, (json_t *)(uintptr_t)page);
        after = arena_dup(&c->session.arena, json_slice(answer, "next_openid"));
        if (answer != NULL && json_array_size(all) > TAG_MOST)
            fault_set(fault, GW_ETOOBIG, "tag %" PRId64 " has more than %d followers", c->tag,
                      TAG_MOST);
        bool ends = answer == NULL || json_array_size(all) > TAG_MOST;
        json_decref(answer);
        if (ends) {
            json_decref(all);
            return NULL;
        }
    } while (n > 0 && after.n > 0);
    return all;
}

/* How many a tag has; GW_E*. */
static int64_t tag_size(struct wechat_cli *c, struct fault *fault)
{
    size_t i;
    json_t *tag;
    int64_t count = -1;
    json_t *answer = wechat_session_call(&c->session, WECHAT_TAGS, SLICE(""), NULL, fault);
    if (answer == NULL)
        return fault->code;
    json_array_foreach(json_object_get(answer, "tags"), i,
                       tag) if (json_int(tag, "id", 0) == c->tag) count = json_int(tag, "count", 0);
    json_decref(answer);
    return count >= 0
               ? count
               : fault_set(fault, GW_ENOTFOUND,
                           "there is no tag %" PRId64 "; 'linli wechat tags' lists them", c->tag);
}

static int send_mass(struct wechat_cli *c, json_t *list, struct fault *fault)
{
    json_t *body = NULL;
    struct arena *a = &c->session.arena;
    struct slice text = slice_of(c->text), key = slice_of(c->key);
    int rc = list != NULL ? say_mass_list(list, text, key, a, &body, fault)
                          : say_mass_tag(c->tag, text, key, a, &body, fault);
    if (rc < 0)
        return rc;
    json_t *answer = wechat_session_call(
        &c->session, list != NULL ? WECHAT_MASS_LIST : WECHAT_MASS_TAG, SLICE(""), body, fault);
    if (answer == NULL)
        return fault->code;
    if (c->as_json)
        wechat_print_json(json_incref(answer));
    else
        printf("taken as %" PRId64 "; what became of it: --status %" PRId64 "\n",
               json_int(answer, "msg_id", 0), json_int(answer, "msg_id", 0));
    json_decref(answer);
    return GW_OK;
}

/* The number first, and with it as --confirm the message. To a tag goes what everybody in it gets,
 * so who wants none is taken out of it before. */
static int mass(struct wechat_cli *c, const struct wanting *w, struct fault *fault)
{
    int64_t people = (int64_t)json_array_size(w->kept);
    size_t left = json_array_size(w->left);
    bool tag = c->list == NULL;
    int rc = GW_OK;
    if (c->confirm == people && people > 0) {
        if (tag)
            rc = put_tag(c, WECHAT_TAG_TAKE, w->left, fault);
        return rc < 0 ? rc : send_mass(c, tag ? NULL : w->kept, fault);
    }
    if (c->confirm != 0)
        return fault_set(fault, GW_EINVAL,
                         "it would reach %" PRId64 " people now, not %" PRId64
                         ": look again, then --confirm %" PRId64,
                         people, c->confirm, people);
    if (c->as_json) {
        printf("{\"people\":%" PRId64 ",\"left_out\":%zu}\n", people, left);
        return GW_OK;
    }
    if (left > 0)
        printf(tag ? "%zu of the tag wrote that they want no such messages: they are taken out of "
                     "it first\n"
                   : "%zu of the list wrote that they want no such messages: they are left out\n",
               left);
    printf(people > 0 ? "%" PRId64 " people would get it; to send it, add --confirm and this "
                        "number\n"
                      : "%" PRId64 " people would get it\n",
           people);
    return GW_OK;
}

int wechat_run_mass(struct wechat_cli *c, struct fault *fault)
{
    if (c->status != NULL) {
        json_t *answer = wechat_session_call(&c->session, WECHAT_MASS_STATUS, SLICE(""),
                                             say_mass_status(slice_of(c->status)), fault);
        if (answer == NULL)
            return fault->code;
        printf("%s\n", json_text(answer, "msg_status", "?"));
        json_decref(answer);
        return GW_OK;
    }
    if (c->text == NULL || c->key == NULL || (c->list != NULL) == (c->tag != 0))
        return fault_set(fault, GW_EINVAL, "say --text, --key, and one of --tag and --list");
    json_t *all = NULL;
    int64_t size = c->list == NULL ? tag_size(c, fault) : 0;
    if (size < 0)
        return (int)size;
    all = c->list != NULL ? wechat_read_openids(c->list, fault) : members_of(c, fault);
    if (all == NULL)
        return fault->code;
    struct wanting w = {
        .account = c->session.account, .all = all, .kept = json_array(), .left = json_array()
    };
    int rc = sort_out(c, &w, fault);
    if (rc >= 0)
        rc = mass(c, &w, fault);
    json_decref(w.kept);
    json_decref(w.left);
    json_decref(all);
    return rc;
}
