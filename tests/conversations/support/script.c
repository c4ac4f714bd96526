#include "tests/conversations/support/script.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/base/json.h"
#include "gateway/base/sbuf.h"
#include "gateway/base/segments.h"
#include "gateway/base/utf8.h"
#include "handlers/scans.h"
#include "tests/conversations/support/fixtures.h"

enum { FILE_BYTES_MAX = 1 << 20, CASES_MAX = 8000 };

struct script {
    const char *name;
    int line;
    struct world *world;
    bool said;       /* a text was sent and its reply not looked at */
    int failed;      /* the turn's error */
    struct sbuf why; /* filled by the first failure */
};

static bool complain(struct script *s, const char *expected, struct slice wanted, struct slice got)
{
    sbuf_printf(&s->why, "%s:%d: expected %s%.*s\n    got %.*s", s->name, s->line, expected,
                SLICE_ARG(wanted), SLICE_ARG(got));
    return false;
}

static bool malformed(struct script *s, const char *what)
{
    return complain(s, what, SLICE(""), SLICE("a malformed line"));
}

static struct slice next_word(struct slice *rest)
{
    struct slice word = { NULL, 0 };
    *rest = slice_trim(*rest);
    slice_next(rest, ' ', &word);
    *rest = slice_trim(*rest);
    return word;
}

/* @ lines */

static bool do_now(struct script *s, struct slice rest)
{
    int64_t now;
    if (civil_parse_rfc3339(rest, &now) < 0)
        return malformed(s, "@ now with an RFC 3339 time");
    if (world_move_clock(s->world, now) < 0)
        return complain(s, "the timers to run", SLICE(""), slice_of(s->world->error));
    return true;
}

static bool do_speaker(struct script *s, enum text_channel channel, struct slice rest)
{
    char sender[80];
    if (rest.n == 0 || rest.n >= sizeof sender || slice_find(rest, SLICE(" ")) >= 0)
        return malformed(s, "one phone or openid");
    snprintf(sender, sizeof sender, "%.*s", SLICE_ARG(rest));
    world_speaker(s->world, channel, sender);
    return true;
}

static bool do_setup(struct script *s, struct slice rest)
{
    char name[80];
    snprintf(name, sizeof name, "%.*s", SLICE_ARG(rest));
    int rc = fixture_run(s->world, name);
    if (rc == GW_ENOTFOUND)
        return complain(s, "a known fixture, ", rest, SLICE("an unknown one, or it found nothing"));
    return rc >= 0 || complain(s, "the fixture to run: ", rest, slice_of(s->world->error));
}

static bool send(struct script *s, struct slice text)
{
    s->failed = world_say(s->world, text, SLICE(""));
    s->said = true;
    return true;
}

struct scanning {
    int64_t number, minutes;
    bool out;
    char scene[SCAN_SCENE_MAX];
};

static int make_scene(struct world *w, const struct service *s, void *context)
{
    struct scanning *in = context;
    struct service then = *s;
    struct activity a;
    (void)w;
    int rc = activity_by_code(s, in->number, &a);
    if (rc != 1)
        return rc < 0 ? rc : GW_ENOTFOUND;
    then.now -= in->minutes * 60;
    scan_scene(&then, &a, in->out ? SCAN_OUT : SCAN_IN, in->scene);
    return GW_OK;
}

static bool do_scan(struct script *s, struct slice event, struct slice rest)
{
    struct slice side = next_word(&rest), number = next_word(&rest);
    struct scanning in = { .out = slice_eq(side, SLICE("out")) };
    if (slice_to_int(number, &in.number) != GW_OK || slice_to_int(rest, &in.minutes) != GW_OK)
        return malformed(s, "@ scan in|out NUMBER MINUTES");
    if (world_transact(s->world, make_scene, &in) < 0)
        return complain(s, "an activity ", number, SLICE("none"));
    json_t *slots = json_pack("{s:s}", "scene", in.scene);
    s->failed = world_event(s->world, event, slots);
    json_decref(slots);
    s->said = true;
    return true;
}

static bool do_tap(struct script *s, struct slice rest)
{
    int64_t back;
    struct slice first = next_word(&rest);
    if (slice_to_int(first, &back) != GW_OK || rest.n == 0)
        return malformed(s, "@ tap BACK TEXT");
    s->failed = world_tap(s->world, (int)back, rest);
    s->said = true;
    return s->failed != GW_ENOTFOUND ||
           complain(s, "a reply with the choice ", rest, SLICE("none"));
}

static bool do_event(struct script *s, struct slice rest)
{
    struct slice name = next_word(&rest);
    struct fault fault = { 0 };
    json_t *slots = json_read(rest.n > 0 ? rest : SLICE("{}"), "slots", 4096, &fault);
    if (name.n == 0 || !json_is_object(slots)) {
        json_decref(slots);
        return malformed(s, "@ event with a name, and an object of slots or nothing");
    }
    s->failed = world_event(s->world, name, slots);
    json_decref(slots);
    s->said = true;
    return true;
}

static bool do_deliver(struct script *s, struct slice rest)
{
    int64_t failed = 0, unreported = 0;
    struct slice first = next_word(&rest), second = next_word(&rest);
    if ((first.n > 0 && slice_to_int(first, &failed) != GW_OK) ||
        (second.n > 0 && slice_to_int(second, &unreported) != GW_OK))
        return malformed(s, "@ deliver [FAILED UNREPORTED]");
    int rc = world_deliver(s->world, (int)failed, (int)unreported);
    return rc >= 0 || complain(s, "what is due to be sent", SLICE(""), slice_of(s->world->error));
}

static bool do_policy(struct script *s, struct slice rest)
{
    char key[80];
    int64_t value;
    struct fault fault = { 0 };
    struct policy *changed = NULL;
    struct slice name = next_word(&rest);
    snprintf(key, sizeof key, "%.*s", SLICE_ARG(name));
    if (slice_to_int(rest, &value) != GW_OK)
        return malformed(s, "@ policy KEY N");
    if (s->world->policy_changes == NULL)
        s->world->policy_changes = json_object();
    json_object_set_new(s->world->policy_changes, key, json_integer(value));
    int rc = policy_read(s->world->policy_changes, "policy", &changed, &fault);
    if (rc < 0)
        return complain(s, "a key of policy", SLICE(""), slice_of(fault.text));
    policy_free(s->world->policy);
    s->world->policy = changed;
    return true;
}

static bool do_answers(struct script *s, struct slice rest)
{
    int64_t n = 0;
    char id[80], phone[12];
    struct slice count = next_word(&rest), message = next_word(&rest);
    if (slice_to_int(count, &n) != GW_OK || rest.n == 0)
        return malformed(s, "@ answers N ID TEXT");
    snprintf(id, sizeof id, "%.*s", SLICE_ARG(message));
    for (int64_t i = 0; i < n; i++) {
        int rc = world_next_phone(s->world, id, phone);
        if (rc <= 0)
            return complain(s, "another phone that got ", message, slice_of(s->world->error));
        world_speaker(s->world, CHANNEL_SMS, phone);
        if (world_say(s->world, rest, SLICE("")) < 0)
            return complain(s, "a turn that works", SLICE(""), slice_of(s->world->error));
    }
    s->said = n == 1;
    s->failed = 0;
    return true;
}

/* @ templates {"recruit.call": {"code": "SMS_1", "params": ["title"]}}: approved ones, as an
 * account of a provider that sends no others has them. */
static bool do_templates(struct script *s, struct slice rest)
{
    struct fault fault = { 0 };
    json_decref(s->world->templates);
    s->world->terms.templates = s->world->templates =
        json_read(rest, "templates", FILE_BYTES_MAX, &fault);
    return s->world->templates != NULL || malformed(s, "@ templates {MESSAGE: {code, params}}");
}

static bool do_at(struct script *s, struct slice rest)
{
    struct slice word = next_word(&rest);
    if (slice_eq(word, SLICE("now")))
        return do_now(s, rest);
    if (slice_eq(word, SLICE("as")))
        return do_speaker(s, CHANNEL_SMS, rest);
    if (slice_eq(word, SLICE("wechat")))
        return do_speaker(s, CHANNEL_WECHAT, rest);
    if (slice_eq(word, SLICE("setup")))
        return do_setup(s, rest);
    if (slice_eq(word, SLICE("demo")))
        return do_setup(s, SLICE("demo"));
    if (slice_eq(word, SLICE("event")))
        return do_event(s, rest);
    if (slice_eq(word, SLICE("scan")))
        return do_scan(s, SLICE("scan"), rest);
    if (slice_eq(word, SLICE("follow")))
        return do_scan(s, SLICE("subscribe"), rest);
    if (slice_eq(word, SLICE("tap")))
        return do_tap(s, rest);
    if (slice_eq(word, SLICE("deliver")))
        return do_deliver(s, rest);
    if (slice_eq(word, SLICE("answers")))
        return do_answers(s, rest);
    if (slice_eq(word, SLICE("policy")))
        return do_policy(s, rest);
    if (slice_eq(word, SLICE("unsigned"))) {
        s->world->terms.signed_pushes = false;
        return true;
    }
    if (slice_eq(word, SLICE("bare"))) {
        s->world->terms.bare = true;
        return true;
    }
    if (slice_eq(word, SLICE("templates")))
        return do_templates(s, rest);
    if (slice_eq(word, SLICE("restart"))) {
        world_restart(s->world);
        return true;
    }
    return malformed(
        s,
        "@ now, as, wechat, setup, demo, event, tap, scan, follow, policy, unsigned, templates, deliver, answers or restart");
}

/* expected messages: [id] {…} text */

struct wanted {
    struct slice id, measure, text;
};

static bool read_wanted(struct script *s, struct slice rest, struct wanted *out)
{
    struct slice part;
    *out = (struct wanted){ { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
    if (!slice_starts(rest, SLICE("[")) || slice_find(rest, SLICE("]")) < 0)
        return malformed(s, "[id]");
    rest = slice_skip(rest, 1);
    slice_next(&rest, ']', &out->id);
    rest = slice_trim(rest);
    if (slice_starts(rest, SLICE("{")) && slice_find(rest, SLICE("}")) >= 0) {
        rest = slice_skip(rest, 1);
        slice_next(&rest, '}', &part);
        out->measure = part;
    }
    out->text = slice_trim(rest);
    return true;
}

/* "67 · 1段": units and segments with the signature. WeChat's bytes are not compared. */
static bool check_measure(struct script *s, const struct wanted *w, struct slice signed_text)
{
    char got[64];
    if (w->measure.n == 0 || slice_find(w->measure, SLICE("段")) < 0)
        return true;
    snprintf(got, sizeof got, "%zu · %d段", utf8_utf16_units(signed_text),
             segments_mainland(signed_text));
    return slice_eq(w->measure, slice_of(got)) || complain(s, "length ", w->measure, slice_of(got));
}

static bool check_text(struct script *s, const struct wanted *w, struct slice plain,
                       struct slice signed_text)
{
    if (!check_measure(s, w, signed_text))
        return false;
    if (w->text.n == 0)
        return true;
    struct slice got = slice_starts(w->text, SLICE("【")) ? signed_text : plain;
    return slice_eq(w->text, got) || complain(s, "", w->text, got);
}

static bool check_reply(struct script *s, struct slice rest)
{
    struct world *w = s->world;
    struct wanted wanted;
    struct slice plain = SLICE(""), signed_text = SLICE("");
    if (!s->said)
        return malformed(s, "a > before this <");
    s->said = false;
    if (s->failed < 0)
        return complain(s, "a turn that works", SLICE(""), slice_of(w->error));
    struct slice ids = world_reply_ids(w);
    if (rest.n > 0 && !read_wanted(s, rest, &wanted))
        return false;
    if (w->turn.reply_count > 0 &&
        (world_reply_text(w, false, &plain) < 0 || world_reply_text(w, true, &signed_text) < 0))
        return complain(s, "a reply that renders, ", ids, slice_of(w->error));
    struct slice got = arena_printf(&w->arena, "[%.*s] %.*s", SLICE_ARG(ids), SLICE_ARG(plain));
    if (rest.n == 0)
        return w->turn.reply_count == 0 || complain(s, "no reply", SLICE(""), got);
    if (!slice_eq(wanted.id, ids))
        return complain(s, "", rest, got);
    return check_text(s, &wanted, plain, signed_text);
}

static bool check_notice(struct script *s, struct slice rest)
{
    struct world *w = s->world;
    struct outbox_row row;
    struct wanted wanted;
    struct slice plain, signed_text;
    char phone[80];
    struct slice word = next_word(&rest);
    snprintf(phone, sizeof phone, "%.*s", SLICE_ARG(word));
    int rc = world_next_notice(w, phone, &row);
    if (rc < 0)
        return complain(s, "the outbox to be read", SLICE(""), slice_of(w->error));
    if (rest.n == 0)
        return rc == 0 || complain(s, "nothing more to that phone", SLICE(""), row.message);
    if (!read_wanted(s, rest, &wanted))
        return false;
    if (rc == 0)
        return complain(s, "", rest, SLICE("nothing to that phone"));
    if (!slice_eq(wanted.id, row.message))
        return complain(s, "", rest, row.message);
    enum text_channel channel = slice_eq(row.realm, SLICE("sms")) ? CHANNEL_SMS : CHANNEL_WECHAT;
    if (world_message_text(w, channel, row.message, row.params, false, &plain) < 0 ||
        world_message_text(w, channel, row.message, row.params, true, &signed_text) < 0)
        return complain(s, "a message that renders, ", row.message, slice_of(w->error));
    return check_text(s, &wanted, plain, signed_text);
}

static bool check_place(struct script *s, struct slice rest)
{
    const struct turn *t = &s->world->turn;
    char got[200];
    snprintf(got, sizeof got, "%s%s%s", t->flow != NULL ? t->flow : "-", t->flow != NULL ? " " : "",
             t->flow != NULL ? t->step : "");
    return slice_eq(rest, slice_of(got)) || complain(s, "at ", rest, slice_of(got));
}

static bool check_count(struct script *s, struct slice rest)
{
    char query[600], got[40];
    struct slice all = rest;
    size_t last = rest.n;
    if (slice_starts(rest, SLICE("at ")))
        return check_place(s, slice_trim(slice_skip(rest, 3)));
    while (last > 0 && rest.p[last - 1] != ' ')
        last--;
    int64_t wanted;
    if (last == 0 || slice_to_int(slice_skip(rest, last), &wanted) < 0)
        return malformed(s, "= TABLE [WHERE …] N");
    snprintf(query, sizeof query, "SELECT COUNT(*) FROM %.*s", SLICE_ARG(slice_head(rest, last)));
    int64_t count = support_count(s->world->support, query);
    snprintf(got, sizeof got, "%" PRId64, count);
    return count == wanted || complain(s, "", all, slice_of(got));
}

/* lines */

static bool run_line(struct script *s, struct slice line)
{
    struct slice mark = next_word(&line);
    if (mark.n == 0 || *mark.p == '#' || *mark.p == '!')
        return true;
    if (slice_eq(mark, SLICE("<")))
        return check_reply(s, line);
    if (s->said && s->failed < 0)
        return complain(s, "a turn that works", SLICE(""), slice_of(s->world->error));
    if (s->said && s->world->turn.reply_count > 0)
        return complain(s, "the reply to be looked at", SLICE(""), world_reply_ids(s->world));
    s->said = false;
    if (slice_eq(mark, SLICE(">")))
        return line.n > 0 ? send(s, line) : malformed(s, "> with a text");
    if (slice_eq(mark, SLICE("«")))
        return check_notice(s, line);
    if (slice_eq(mark, SLICE("@")))
        return do_at(s, line);
    if (slice_eq(mark, SLICE("=")))
        return check_count(s, line);
    return malformed(s, "a line that begins with #, !, @, >, <, « or =");
}

static bool is_continued(struct slice rest)
{
    return slice_starts(rest, SLICE("    ")) && slice_trim(rest).n > 0;
}

/* Takes a line and the indented ones below it, which belong to a WeChat text. */
static struct slice take_line(struct script *s, struct slice *rest, int *lines)
{
    struct slice line, more;
    slice_next(rest, '\n', &line);
    *lines = 1;
    if (!slice_starts(line, SLICE("<")) && !slice_starts(line, SLICE("«")))
        return line;
    bool first = true;
    while (is_continued(*rest)) {
        slice_next(rest, '\n', &more);
        /* A text that begins on the next line has no line break in front. */
        bool head = first && (slice_ends(slice_trim(line), SLICE("]")) ||
                              slice_ends(slice_trim(line), SLICE("}")));
        line = arena_printf(&s->world->support->arena, "%.*s%s%.*s", SLICE_ARG(slice_trim(line)),
                            head ? " " : "\n", SLICE_ARG(slice_trim(more)));
        first = false;
        ++*lines;
    }
    return line;
}

char *script_run_text(const char *name, struct slice text, struct catalogue *catalogue)
{
    struct script s = { .name = name, .world = world_open(catalogue) };
    int lines, cases = 0;
    sbuf_init(&s.why, 16384);
    s.line = 1;
    bool good = true;
    while (good && text.n > 0) {
        struct slice line = slice_trim(take_line(&s, &text, &lines));
        cases += slice_starts(line, SLICE("<")) || slice_starts(line, SLICE("«"));
        good = run_line(&s, line);
        if (good)
            s.line += lines;
    }
    if (good && s.said && (s.failed < 0 || s.world->turn.reply_count > 0))
        complain(&s, "the last reply to be looked at", SLICE(""), world_reply_ids(s.world));
    else if (good && cases == 0)
        complain(&s, "at least one < or «", SLICE(""), SLICE("none"));
    char *why = s.why.n > 0 ? mem_dup(sbuf_slice(&s.why)) : NULL;
    sbuf_free(&s.why);
    world_close(s.world);
    return why;
}

char *script_run(const char *path, struct catalogue *catalogue)
{
    FILE *in = fopen(path, "rb");
    if (in == NULL)
        return mem_dup(SLICE("the transcript cannot be read"));
    char *p = mem_alloc(FILE_BYTES_MAX);
    size_t n = fread(p, 1, FILE_BYTES_MAX, in);
    fclose(in);
    struct slice text = { p, n };
    char *why = utf8_valid(text) && n < FILE_BYTES_MAX
                    ? script_run_text(path, text, catalogue)
                    : mem_dup(SLICE("the transcript is not UTF-8, or too large"));
    free(p);
    return why;
}
