/* linli wechat: one message to one follower, by hand. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "adapters/wechat/say.h"
#include "gateway/base/json.h"
#include "gateway/program/wechat_cli.h"

enum { FILE_MAX = 10 * 1024 * 1024, CHOICES_MAX = 9 };

int wechat_read_file(const char *path, size_t max, struct arena *a, struct slice *out,
                     struct fault *fault)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        return fault_set(fault, GW_EIO, "%s cannot be read: %s", path, strerror(errno));
    char *p = mem_alloc(max + 1);
    size_t n = fread(p, 1, max + 1, f);
    int rc = ferror(f) ? fault_set(fault, GW_EIO, "%s cannot be read: %s", path, strerror(errno))
             : n > max ? fault_set(fault, GW_ETOOBIG, "%s has more than %zu bytes", path, max)
                       : GW_OK;
    if (rc == GW_OK)
        *out = arena_dup(a, (struct slice){ p, n });
    free(p);
    fclose(f);
    return rc;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static int upload(struct wechat_cli *c, const char *path, const char *kind, struct slice *media,
                  struct fault *fault)
{
    struct slice bytes;
    int rc = wechat_read_file(path, FILE_MAX, &c->session.arena, &bytes, fault);
    return rc < 0 ? rc
                  : wechat_session_upload(&c->session, slice_of(kind), slice_of(base_name(path)),
                                          bytes, media, fault);
}

static json_t *choices(struct wechat_cli *c, struct slice openid)
{
    struct slice list[CHOICES_MAX], rest = slice_of(c->choices);
    size_t n = 0;
    while (n < CHOICES_MAX && slice_next(&rest, ',', &list[n]))
        n++;
    return say_choices(openid, slice_of(c->text), list, n, SLICE(""), &c->session.arena);
}

/* The body of what the options ask for; NULL with the fault. */
static json_t *wanted(struct wechat_cli *c, struct slice openid, struct fault *fault)
{
    struct slice media;
    const struct say_article article = { .title = slice_of(c->title),
                                         .description = slice_of(c->text),
                                         .url = slice_of(c->link),
                                         .picture = slice_of(c->picture) };
    if (c->image != NULL)
        return upload(c, c->image, "image", &media, fault) == GW_OK ? say_image(openid, media)
                                                                    : NULL;
    if (c->title != NULL && c->link != NULL)
        return say_news(openid, &article, &c->session.arena);
    if (c->text != NULL && c->title == NULL)
        return c->choices != NULL ? choices(c, openid)
                                  : say_text(openid, slice_of(c->text), &c->session.arena);
    fault_set(fault, GW_EINVAL, "say --text (with --choices), --image, or --title with --link");
    return NULL;
}

static int one_call(struct wechat_cli *c, enum wechat_call call, json_t *body, const char *words,
                    struct fault *fault)
{
    json_t *answer =
        body != NULL ? wechat_session_call(&c->session, call, SLICE(""), body, fault) : NULL;
    if (answer == NULL)
        return fault->code;
    if (c->as_json)
        wechat_print_json(json_incref(answer));
    else
        printf("%s\n", words);
    json_decref(answer);
    return GW_OK;
}

int wechat_run_send(struct wechat_cli *c, struct fault *fault)
{
    return one_call(c, WECHAT_SEND, wanted(c, slice_of(c->word), fault), "WeChat took it", fault);
}

int wechat_run_typing(struct wechat_cli *c, struct fault *fault)
{
    return one_call(c, WECHAT_TYPING, say_typing(slice_of(c->word), !c->stop),
                    c->stop ? "shown no longer" : "shown for 15 seconds", fault);
}

int wechat_run_upload(struct wechat_cli *c, struct fault *fault)
{
    struct slice media;
    int rc = upload(c, c->word, c->kind, &media, fault);
    if (rc < 0)
        return rc;
    printf(c->as_json ? "{\"media_id\":\"%.*s\"}\n" : "media id %.*s, kept for three days\n",
           SLICE_ARG(media));
    return GW_OK;
}
