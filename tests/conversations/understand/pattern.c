#include "tests/conversations/understand/world.h"

#include "conversations/understand/pattern.h"

static json_t *vocabulary(void)
{
    return json_pack("{s:[s,s], s:[s]}", "fruit", "梨", "a.b", "loop", "x");
}

static int make(const char *text, struct pattern *p, struct fault *fault)
{
    json_t *words = vocabulary(),
           *fragments = json_pack("{s:s, s:s}", "two", "{fruit}{fruit}", "self", "{self}");
    int error = pattern_make(text, words, fragments, "rule", p, fault);
    json_decref(words);
    json_decref(fragments);
    return error;
}

static void words_are_text_and_fragments_patterns(void **state)
{
    (void)state;
    struct pattern p;
    struct pattern_match m;
    struct fault fault = { 0 };
    pcre2_match_data *data = pattern_data(&world_arena);
    assert_int_equal(make("^(?<what>{two})\\p{Han}{LENGTH}$", &p, &fault), 0);
    assert_true(pattern_match(&p, SLICE("梨a.b果\xEE\x80\x83"), data, &m));
    assert_int_equal(p.group_count, 1);
    assert_string_equal(p.groups[0].name, "what");
    assert_int_equal(m.from[0], 0);
    assert_int_equal(m.to[0], strlen("梨a.b"));
    assert_false(pattern_match(&p, SLICE("梨axb果\xEE\x80\x83"), data, &m));
    pattern_free(&p);
}

static void faults_name_the_rule(void **state)
{
    (void)state;
    struct pattern p;
    struct fault fault = { 0 };
    assert_int_equal(make("{nobody}", &p, &fault), GW_ECONFIG);
    assert_non_null(strstr(fault.text, "rule: {nobody}"));
    fault = (struct fault){ 0 };
    assert_int_equal(make("{self}", &p, &fault), GW_ECONFIG);
    fault = (struct fault){ 0 };
    assert_int_equal(make("(?:a+)+", &p, &fault), GW_ECONFIG);
    assert_non_null(
        strstr(fault.text, "rule: a repeat without end stands inside another: in (?:a+)+; take"));
    fault = (struct fault){ 0 };
    assert_int_equal(make("(", &p, &fault), GW_ECONFIG);
}

/* Every place is a new beginning, and from each most of the text is read: the limit on steps ends
 * it. */
static void a_hard_text_ends(void **state)
{
    (void)state;
    struct pattern p;
    struct fault fault = { 0 };
    pcre2_match_data *data = pattern_data(&world_arena);
    char text[1001];
    memset(text, 'x', 1000);
    text[1000] = '\0';
    assert_int_equal(make("x[xy]{0,40}x[xz]{0,40}x[xv]{0,40}w", &p, &fault), 0);
    assert_false(pattern_match(&p, slice_of(text), data, NULL));
    pattern_free(&p);
}

static struct slice replaced_intents;

static struct slice read_replaced(void *context, const char *path)
{
    return strcmp(path, "conversations/intents.json") == 0 ? replaced_intents
                                                           : world_file(context, path);
}

static void expect_fault(const char *intents, const char *words)
{
    struct fault fault = { 0 };
    struct understander *u;
    replaced_intents = slice_of(intents);
    assert_int_equal(understander_make(read_replaced, NULL, (struct zone){ 480 }, &u, &fault),
                     GW_ECONFIG);
    assert_null(u);
    assert_non_null(strstr(fault.text, words));
}

static void data_faults_are_refused(void **state)
{
    (void)state;
    expect_fault("", "intents.json");
    expect_fault("{", "intents.json");
    expect_fault("{\"intents\":{\"a\":{\"slots\":[\"nonsense\"]}}}", "nonsense");
    expect_fault("{\"rules\":[{\"name\":\"r\",\"intent\":\"b\",\"match\":\"x\"}]}",
                 "r: the intent");
    expect_fault(
        "{\"intents\":{\"a\":{}},\"rules\":[{\"name\":\"r\",\"intent\":\"a\",\"match\":\"(x+)+\"}]}",
        "without end");
    expect_fault(
        "{\"intents\":{\"a\":{}},\"rules\":[{\"name\":\"r\",\"intent\":\"a\",\"match\":\"x\",\"contexts\":[\"q\"]}]}",
        "no context");
    expect_fault(
        "{\"intents\":{\"a\":{}},\"rules\":[{\"name\":\"r\",\"intent\":\"a\",\"match\":\"x\",\"if\":[\"{q}\"]}]}",
        "{q}");
    expect_fault(
        "{\"intents\":{\"a\":{}},\n\"rules\":[\n{\"name\": \"r\",\"intent\":\"a\",\"match\":\"(?:谢谢|谢)"
        "*\"}]}",
        "conversations/intents.json:3: r: a repeat without end can read the same text in "
        "two ways (谢谢谢");
    expect_fault("{}", "phrase");
}

static void the_own_data_are_whole(void **state)
{
    (void)state;
    struct fault fault = { 0 };
    struct understander *u;
    assert_int_equal(understander_make(world_file, NULL, (struct zone){ 480 }, &u, &fault), 0);
    json_t *findings = json_array();
    understander_check(u, findings);
    assert_int_equal(json_array_size(findings), 0);
    json_decref(findings);
    understander_free(u);
    understander_free(NULL);
}

static int teardown(void **state)
{
    (void)state;
    arena_free(&world_arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_text_and_fragments_patterns),
        cmocka_unit_test(faults_name_the_rule),
        cmocka_unit_test(a_hard_text_ends),
        cmocka_unit_test(data_faults_are_refused),
        cmocka_unit_test(the_own_data_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
