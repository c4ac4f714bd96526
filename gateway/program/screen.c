#include "gateway/program/screen.h"

#include <stdio.h>
#include <string.h>

#include "gateway/http_server.h"
#include "gateway/program/screen_page.h"
#include "gateway/program/tokens.h"
#include "handlers/scans.h"

enum {
    LIFE_S = 180,      /* of a code: its minute, the next, and some for who is slow to follow */
    SIGN_OUT_S = 1800, /* before the end the screen turns to signing out */
    KEPT = 32,         /* codes of so many screens are remembered */
    RETRY_S = 3,       /* after which a page that has no code yet asks again */
    TROUBLE_S = 15
};

struct kept {
    char account[64];
    char scene[SCAN_SCENE_MAX];
    char content[600];
};

/* Codes of this minute: a page that is loaded again needs none made. */
struct screens {
    struct kept list[KEPT];
    int next;
};

struct viewing {
    struct job job;
    struct gateway *g;
    struct http_request *request; /* NULL once the connection is gone */
    const struct account *account;
    struct arena arena;
    int64_t activity;
    bool asked; /* the page names its side itself */
    int64_t now;
    int left_s; /* seconds until the code changes */
    struct screen_view view;
    char scene[SCAN_SCENE_MAX];
    char code[8];
};

static void viewing_free(struct viewing *v)
{
    arena_free(&v->arena);
    free(v);
}

static void on_closed(struct http_request *r)
{
    struct viewing *v = r->user;
    v->request = NULL;
}

static void answer(struct viewing *v, int status)
{
    struct sbuf page;
    sbuf_init(&page, SCREEN_PAGE_MAX);
    v->view.catalogue = v->g->catalogue;
    screen_page(&v->view, &page);
    const struct http_answer a = {
        .status = page.failed ? 500 : status,
        .content_type = "text/html; charset=utf-8",
        .body = sbuf_slice(&page),
        .headers = { "Cache-Control", "no-store", "Referrer-Policy", "no-referrer",
                     "Content-Security-Policy", SCREEN_POLICY, NULL },
    };
    if (v->request != NULL) {
        v->request->on_closed = NULL;
        http_answer(v->request, &a, NULL, NULL);
    }
    sbuf_free(&page);
    viewing_free(v);
}

static struct screens *screens_of(struct gateway *g)
{
    if (g->screens == NULL) {
        g->screens = mem_alloc(sizeof *g->screens);
        *g->screens = (struct screens){ .next = 0 };
    }
    return g->screens;
}

static const char *kept_content(const struct viewing *v)
{
    const struct screens *s = screens_of(v->g);
    for (int i = 0; i < KEPT; i++)
        if (strcmp(s->list[i].scene, v->scene) == 0 &&
            strcmp(s->list[i].account, v->account->full_name) == 0)
            return s->list[i].content;
    return NULL;
}

static void keep(const struct viewing *v, struct slice content)
{
    struct screens *s = screens_of(v->g);
    struct kept *k = &s->list[s->next];
    if (content.n >= sizeof k->content)
        return;
    s->next = (s->next + 1) % KEPT;
    snprintf(k->account, sizeof k->account, "%s", v->account->full_name);
    snprintf(k->scene, sizeof k->scene, "%s", v->scene);
    snprintf(k->content, sizeof k->content, "%.*s", SLICE_ARG(content));
}

/* The number under which the account's token is borrowed: no row of the outbox has it. */
static int64_t loan(const struct viewing *v)
{
    return -v->activity;
}

static void on_code(void *context, const struct http_fetched *fetched)
{
    struct viewing *v = context;
    const struct http_result result = { .status = fetched->status,
                                        .sent = fetched->sent,
                                        .body = fetched->body,
                                        .retry_after = fetched->retry_after,
                                        .at = v->now };
    struct scene_answer made;
    v->account->adapter->scene_read(v->account, &result, &v->arena, &made);
    v->view.refresh_s = TROUBLE_S;
    if (made.sent.outcome == SEND_OK) {
        keep(v, made.content);
        tokens_taken(v->g, v->account);
        v->view.content = made.content;
        v->view.refresh_s = v->left_s;
    } else if (made.sent.outcome == SEND_NO_TOKEN) {
        tokens_refused(v->g, v->account, loan(v), v->now);
        v->view.refresh_s = RETRY_S;
    } else {
        log_write(v->g->log, LOG_LEVEL_WARN, "screen.no_code", NO_TRACE,
                  LOG_FIELDS(LOG_TEXT("account", v->account->full_name),
                             LOG_SLICE("reason", made.sent.reason)));
    }
    answer(v, 200);
}

/* Asks WeChat for the code of this minute. */
static void ask(struct viewing *v)
{
    struct slice token;
    struct http_call call;
    struct fault fault = { 0 };
    int64_t at;
    v->view.refresh_s = RETRY_S;
    if (tokens_get(v->g, v->account, loan(v), v->now, &token, &at) != 1) {
        answer(v, 200);
        return;
    }
    if (v->account->adapter->scene(v->account, token, slice_of(v->scene), LIFE_S, &v->arena, &call,
                                   &fault) < 0) {
        v->view.refresh_s = v->left_s;
        answer(v, 200);
        return;
    }
    struct http_fetch fetch = { .method = call.method, .url = call.url, .body = call.body };
    memcpy(fetch.headers, call.headers, sizeof call.headers);
    http_client_send(v->g->client, &fetch, on_code, v);
}

/* Worker's thread: the activity, and the six digits, which are made with the first look. */
static int run_view(struct job *job, struct tx *tx, int64_t now)
{
    struct viewing *v = (struct viewing *)job;
    const struct service s = installation_service(&v->g->in, tx, now, &v->arena);
    struct screen_view *view = &v->view;
    struct activity a;
    int rc = activity_get(&s, v->activity, &a);
    if (rc != 1)
        return rc;
    v->now = now;
    if (!v->asked)
        view->out = now >= a.ends_at - SIGN_OUT_S;
    view->title = a.title;
    view->number = a.code;
    view->over =
        a.state == ACTIVITY_CANCELLED || now > a.ends_at + s.policy->checkin_late_minutes * 60;
    view->early = now < a.starts_at - s.policy->checkin_early_minutes * 60;
    v->left_s = (int)(SCAN_STEP_S - now % SCAN_STEP_S) + 1;
    view->refresh_s = v->left_s;
    if (view->over || view->early)
        return GW_OK;
    scan_scene(&s, &a, view->out ? SCAN_OUT : SCAN_IN, v->scene);
    rc = attendance_code(&s, a.id, v->code);
    view->code = slice_of(v->code);
    return rc < 0 ? rc : GW_OK;
}

static void done_view(struct job *job, int error)
{
    struct viewing *v = (struct viewing *)job;
    const char *content;
    if (error != 0 || v->view.title.n == 0) {
        v->view.trouble = true;
        v->view.refresh_s = TROUBLE_S;
        answer(v, 503);
        return;
    }
    bool can = v->account->adapter->scene != NULL && !v->account->answers_only;
    if (v->view.over || v->view.early || !can || v->g->stopping || v->request == NULL) {
        answer(v, 200);
        return;
    }
    content = kept_content(v);
    if (content != NULL) {
        v->view.content = slice_of(content);
        answer(v, 200);
        return;
    }
    ask(v);
}

static void not_found(struct http_request *r)
{
    const struct http_answer a = { .status = 404, .body = SLICE("not found\n") };
    http_answer(r, &a, NULL, NULL);
}

bool screen_handle(struct gateway *g, struct http_request *r)
{
    struct slice rest = r->path, name;
    if (!slice_starts(rest, SLICE("/here/")))
        return false;
    rest = slice_skip(rest, 6);
    const struct account *account =
        slice_next(&rest, '/', &name) ? accounts_find(&g->accounts, SLICE("wechat"), name) : NULL;
    int64_t activity = account != NULL && slice_eq(r->method, SLICE("GET"))
                           ? scan_page_read(g->in.vault, slice_of(account->full_name), rest)
                           : 0;
    if (activity == 0) {
        not_found(r);
        return true;
    }
    struct viewing *v = mem_alloc(sizeof *v);
    *v = (struct viewing){ .job = { .run = run_view, .done = done_view },
                           .g = g,
                           .request = r,
                           .account = account,
                           .activity = activity,
                           .asked = r->query.n > 0 };
    v->view.out = slice_eq(r->query, SLICE("out"));
    v->view.path = arena_dup(&v->arena, r->path);
    r->user = v;
    r->on_closed = on_closed;
    int rc = worker_put(g->worker, WORKER_OUTCOMES, &v->job);
    if (rc != GW_OK)
        done_view(&v->job, rc);
    return true;
}

const char *screen_base(const struct gateway *g, const struct account *account, struct arena *a)
{
    const char *base = config_text(g->in.config, "public_url");
    struct slice s = slice_of(base);
    while (s.n > 0 && s.p[s.n - 1] == '/')
        s.n--;
    struct slice url = s.n > 0 ? arena_printf(a, "%.*s/here/%s", SLICE_ARG(s), account->name)
                               : arena_printf(a, "http://%s:%d/here/%s",
                                              config_text(g->in.config, "listen.address"),
                                              http_server_port(g->http), account->name);
    return arena_str(a, url);
}

void screen_free(struct gateway *g)
{
    free(g->screens);
    g->screens = NULL;
}
