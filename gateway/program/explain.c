#include "gateway/program/explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gateway/base/json.h"

static const char *text(const json_t *o, const char *key)
{
    return json_text(o, key, "");
}

static void head(const char *title)
{
    printf("%-13s", title);
}

static const char indent[] = "             ";

/* {"date":"…"} as date=…, a string without quotes. */
static void print_value(const json_t *value)
{
    if (json_is_string(value)) {
        printf("%s", json_string_value(value));
        return;
    }
    json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
}

static void print_pairs(const json_t *object)
{
    const char *key, *between = "";
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        printf("%s%s=", between, key);
        print_value(value);
        between = " ";
    }
}

static void print_changes(const char *title, const json_t *list)
{
    if (json_array_size(list) == 0)
        return;
    printf("%s%s:", indent, title);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *change = json_array_get(list, i);
        const char *to = text(change, "to");
        printf(" 「%s」→%s%s%s", text(change, "from"), to[0] != '\0' ? "「" : "nothing", to,
               to[0] != '\0' ? "」" : "");
    }
    printf("\n");
}

static void print_normal(const json_t *o)
{
    const json_t *normal = json_object_get(o, "normal");
    head("normal");
    printf("%s\n", text(normal, "text"));
    print_changes("spelling, width, pictures", json_object_get(normal, "changes"));
    print_changes("misspellings and synonyms", json_object_get(normal, "mended"));
    if (text(normal, "mark")[0] != '\0')
        printf("%sa picture says %s\n", indent, text(normal, "mark"));
    if (json_flag(normal, "placeholder", false))
        printf("%sit stands for something that is no text\n", indent);
}

static void print_entities(const json_t *o)
{
    const json_t *list = json_object_get(o, "entities");
    head("patterns see");
    printf("%s\n", text(o, "masked"));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *e = json_array_get(list, i);
        printf("%s%-7s bytes %" PRId64 "-%" PRId64 " 「%s」 ", indent, text(e, "kind"),
               json_int(e, "from", 0), json_int(e, "to", 0), text(e, "text"));
        print_pairs(json_object_get(e, "value"));
        printf("\n");
    }
}

static void print_answers(const json_t *o)
{
    const json_t *answers = json_object_get(o, "answers");
    const char *kind, *title = "as an answer";
    json_t *slots;
    json_object_foreach((json_t *)(uintptr_t)answers, kind, slots)
    {
        head(title);
        printf("%-12s ", kind);
        print_pairs(slots);
        printf("\n");
        title = "";
    }
}

static void print_match(const json_t *m, const char *mark)
{
    const json_t *contexts = json_object_get(m, "contexts"), *groups = json_object_get(m, "groups");
    printf("%s%s %3" PRId64 " %-20s %-16s 「%s」", indent, mark, json_int(m, "priority", 0),
           text(m, "rule"), text(m, "intent"), text(m, "text"));
    if (json_array_size(contexts) > 0) {
        printf(" in");
        for (size_t i = 0; i < json_array_size(contexts); i++)
            printf(" %s", json_string_value(json_array_get(contexts, i)));
    }
    if (!json_flag(m, "counts", false))
        printf(", left out: %s", text(m, "because"));
    if (json_object_size(groups) > 0) {
        printf("\n%s      ", indent);
        print_pairs(groups);
    }
    printf("\n");
}

static void print_patterns(const char *title, const json_t *patterns, const char *why)
{
    const json_t *matched = json_object_get(patterns, "matched"),
                 *failed = json_object_get(patterns, "failed");
    head(title);
    printf("%" PRId64 " of %" PRId64 " tried, %zu matched\n", json_int(patterns, "tried", 0),
           json_int(patterns, "rules", 0), json_array_size(matched));
    for (size_t i = 0; i < json_array_size(matched); i++) {
        const json_t *m = json_array_get(matched, i);
        print_match(m, strcmp(text(m, "rule"), why) == 0 ? "*" : " ");
    }
    if (json_array_size(failed) == 0)
        return;
    printf("%swithout a match:", indent);
    for (size_t i = 0; i < json_array_size(failed); i++)
        printf(" %s", json_string_value(json_array_get(failed, i)));
    printf("\n");
}

static void print_others(const json_t *o, const char *why)
{
    const json_t *sound = json_object_get(o, "by_sound"), *second = json_object_get(o, "second");
    head("by sound");
    if (json_is_null(sound)) {
        printf("not used\n");
    } else {
        printf("%s\n", text(sound, "text"));
        print_changes("sounds like", json_object_get(sound, "changes"));
        print_patterns("", json_object_get(sound, "patterns"), why);
    }
    if (!json_is_null(second)) {
        head("second wish");
        printf("%s\n", text(second, "text"));
        print_patterns("", json_object_get(second, "patterns"), "");
    }
    if (text(o, "corrected")[0] != '\0') {
        head("puts right");
        printf("%s\n", text(o, "corrected"));
    }
}

static void print_decision(const json_t *o)
{
    const json_t *d = json_object_get(o, "decision"), *up = json_object_get(d, "runner_up"),
                 *slots = json_object_get(o, "slots"), *also = json_object_get(o, "also");
    head("intent");
    printf("%s, decided by %s (%s)%s%s\n", text(d, "intent"), text(d, "why"), text(d, "stage"),
           json_flag(d, "by_homophone", false) ? ", only the sound matched" : "",
           json_flag(d, "safety", false) ? ", somebody is in danger" : "");
    head("runner-up");
    if (json_is_null(up))
        printf("none\n");
    else
        printf("%s (%s, priority %" PRId64 ")\n", text(up, "intent"), text(up, "rule"),
               json_int(up, "priority", 0));
    head("slots");
    printf(json_array_size(slots) == 0 ? "none\n" : "\n");
    for (size_t i = 0; i < json_array_size(slots); i++) {
        const json_t *s = json_array_get(slots, i);
        printf("%s%-14s ", indent, text(s, "slot"));
        print_value(json_object_get(s, "value"));
        printf("  (%s %s)\n", text(s, "kind"), text(s, "by"));
    }
    for (size_t i = 0; i < json_array_size(also); i++) {
        head("also");
        printf("%s ", text(json_array_get(also, i), "intent"));
        print_pairs(json_object_get(json_array_get(also, i), "slots"));
        printf("\n");
    }
}

void explain_print(const json_t *o)
{
    const char *why = text(json_object_get(o, "decision"), "why");
    head("text");
    printf("%s  (%s, context %s)\n", text(o, "text"), text(o, "channel"), text(o, "context"));
    print_normal(o);
    print_entities(o);
    head("word");
    printf("%s\n", text(o, "word")[0] != '\0' ? text(o, "word") : "none that works everywhere");
    print_patterns("patterns", json_object_get(o, "patterns"), why);
    print_others(o, why);
    print_answers(o);
    print_decision(o);
    printf("\n");
}
