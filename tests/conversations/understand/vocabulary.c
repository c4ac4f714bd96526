#include "conversations/understand/vocabulary.h"

#include "gateway/base/sbuf.h"

#include "tests/conversations/understand/world.h"

static const char *own_text;

static struct slice read_own(void *context, const char *path)
{
    return strstr(path, "/vocabulary/") != NULL ? slice_of(own_text) : world_file(context, path);
}

static const char *name_own(void *context, int i)
{
    (void)context;
    return i == 0 ? "conversations/vocabulary/own.json" : NULL;
}

static int make(const char *text, struct understander **u, struct fault *fault)
{
    const struct understander_data data = { .read = read_own, .names = name_own };
    own_text = text;
    return understander_make_from(&data, (struct zone){ 480 }, u, fault);
}

static const char *intent_of(const struct understander *u, const char *text)
{
    struct understood got;
    const struct reading *r =
        understand_read(u, slice_of(text), CHANNEL_SMS, WORLD_NOW, &world_arena);
    understand_decide(u, r, CONTEXT_NONE, &got);
    json_decref(got.slots);
    json_decref(got.also);
    return got.intent;
}

static void an_added_word_is_understood(void **state)
{
    struct understander *u = NULL;
    struct fault fault = { 0 };
    (void)state;
    assert_string_equal(intent_of(world, "我的功德分是好多"), "unknown");
    assert_int_equal(make("{\"vocabulary\": {\"hours_word\": [\"功德分\"]}}", &u, &fault), 0);
    assert_string_equal(intent_of(u, "我的功德分是好多"), "query_hours");
    assert_string_equal(intent_of(u, "我的时长是好多"), "query_hours");
    assert_int_equal(
        json_array_size(json_object_get(understander_vocabulary(u), "hours_word")),
        json_array_size(json_object_get(understander_vocabulary(world), "hours_word")) + 1);
    understander_free(u);
}

/* What stands only in `if` lists chooses patterns and is in none of them. */
static void a_vocabulary_that_no_pattern_uses_takes_no_words(void **state)
{
    struct understander *u = NULL;
    struct fault fault = { 0 };
    (void)state;
    assert_int_equal(make("{\"vocabulary\":\n{\"join_word\": [\"登个名\"]}}", &u, &fault),
                     GW_ECONFIG);
    assert_non_null(strstr(fault.text, "own.json:2"));
    assert_non_null(strstr(fault.text, "synonyms"));
    fault = (struct fault){ 0 };
    assert_int_equal(make("{\"synonyms\": {\"登个名\": \"报名\"}}", &u, &fault), 0);
    assert_string_equal(intent_of(world, "登个名第3个活动"), "unknown");
    assert_string_equal(intent_of(u, "登个名第3个活动"), "sign_up");
    understander_free(u);
}

static void words_are_written_as_texts_are_read(void **state)
{
    struct understander *u = NULL;
    struct fault fault = { 0 };
    (void)state;
    assert_int_equal(make("{\"vocabulary\": {\"hours_word\": [\"ＧＤ分\", \"功德數\", \"功德數\", "
                          "\"时长\"]}}",
                          &u, &fault),
                     0);
    assert_string_equal(intent_of(u, "我的gd分是好多"), "query_hours");
    assert_string_equal(intent_of(u, "我的功德数是好多"), "query_hours");
    assert_int_equal(
        json_array_size(json_object_get(understander_vocabulary(u), "hours_word")),
        json_array_size(json_object_get(understander_vocabulary(world), "hours_word")) + 2);
    understander_free(u);
}

static void misspellings_and_sounds_are_added(void **state)
{
    struct understander *u = NULL;
    struct fault fault = { 0 };
    (void)state;
    assert_string_equal(intent_of(world, "我的食常常是好多"), "unknown");
    assert_int_equal(
        make("{\"synonyms\": {\"食常常\": \"时长\"}, \"sounds\": [\"时长\", \"功德分\"],"
             "\"vocabulary\": {\"hours_word\": [\"功德分\"]}}",
             &u, &fault),
        0);
    assert_string_equal(intent_of(u, "我的食常常是好多"), "query_hours");
    assert_string_equal(intent_of(u, "我的公德份是好多"), "query_hours");
    understander_free(u);
}

static void faults_name_file_line_and_reason(void **state)
{
    static const struct {
        const char *text, *line, *reason;
    } rows[] = {
        { "{\n\"vocabulary\": {\n\"hour_wrd\": [\"x\"]}}", "own.json:3", "hour_wrd" },
        { "{\n\"vocabulary\": {\n\"hours_word\": \"x\"}}", "own.json:3", "takes a list" },
        { "{\n\"vocabulary\": {\n\"hours_word\": [3]}}", "own.json:3", "is a string" },
        { "{\"vocabulary\": {\"hours_word\": [\n\"功德\",\n\"\"]}}", "own.json:3",
          "nothing is left" },
        { "{\"vocabulary\": {\"hours_word\": [\"😀\"]}}", "own.json:1", "nothing is left" },
        { "{\"vocabulary\": {\"hours_word\": [\n\"3小时\"]}}", "own.json:2", "recognized" },
        { "{\"vocabulary\": {\"hours_word\": "
          "[\"一个字两个字三个字四个字五个字六个字七个字八个字九个字\"]}}",
          "own.json:1", "" },
        { "{\n\"synonyms\": {\"a\": 1}}", "own.json:2", "the word that is meant" },
        { "{\n\"synonyms\": {\"a\": \"A\"}}", "own.json:2", "mends nothing" },
        { "{\n\"synonyms\": {\"a\": \"志原者\"}}", "own.json:2", "itself" },
        { "{\n\"sounds\": [\"好\"]}", "own.json:2", "one character" },
        { "{\n\"sounds\": [1]}", "own.json:2", "is a string" },
        { "{\n\"rules\": []}", "own.json:2", "expected" },
        { "{\n\"synonyms\": []}", "own.json:2", "expected" },
        { "[]", "own.json:1", "expected an object" },
        { "{\n\n", "own.json:", "not JSON" },
        { "{\n\"sounds\": [], \"sounds\": []}", "own.json:2", "uplicate" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct understander *u = NULL;
        struct fault fault = { 0 };
        if (make(rows[i].text, &u, &fault) != GW_ECONFIG || u != NULL ||
            strstr(fault.text, rows[i].line) == NULL || strstr(fault.text, rows[i].reason) == NULL)
            fail_msg("%s: %s", rows[i].text, fault.text);
    }
}

static void there_is_a_limit_to_words(void **state)
{
    struct understander *u = NULL;
    struct fault fault = { 0 };
    struct sbuf text;
    (void)state;
    sbuf_init(&text, 40000);
    sbuf_str(&text, "{\"vocabulary\": {\"hours_word\": [\"甲甲\"");
    for (int i = 0; i <= VOCABULARY_WORDS_MAX; i++) {
        sbuf_printf(&text, ",\"w%c%c%c\"", 'a' + i % 26, 'a' + i / 26 % 26, 'a' + i / 676);
    }
    sbuf_str(&text, "]}}");
    assert_false(text.failed);
    assert_int_equal(make(sbuf_slice(&text).p, &u, &fault), GW_ECONFIG);
    assert_non_null(strstr(fault.text, "one too many"));
    sbuf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_added_word_is_understood),
        cmocka_unit_test(a_vocabulary_that_no_pattern_uses_takes_no_words),
        cmocka_unit_test(words_are_written_as_texts_are_read),
        cmocka_unit_test(misspellings_and_sounds_are_added),
        cmocka_unit_test(faults_name_file_line_and_reason),
        cmocka_unit_test(there_is_a_limit_to_words),
    };
    return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
