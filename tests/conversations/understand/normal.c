#include "tests/conversations/understand/world.h"

#include "conversations/understand/mend.h"
#include "conversations/understand/normal.h"
#include "gateway/base/utf8.h"

static struct han *han;

static int setup(void **state)
{
    (void)state;
    struct fault fault = { 0 };
    return han_make(tsv_file("conversations/understand/data/simplified.txt", &world_arena),
                    tsv_file("conversations/understand/data/pinyin.txt", &world_arena), &han,
                    &fault);
}

static int teardown(void **state)
{
    (void)state;
    han_free(han);
    arena_free(&world_arena);
    return 0;
}

static struct normal make(const char *text)
{
    struct normal n;
    normal_make(han, slice_of(text), &world_arena, &n);
    return n;
}

static void expect(const char *text, const char *normalized)
{
    struct normal n = make(text);
    assert_string_equal(arena_str(&world_arena, n.text), normalized);
    assert_int_equal(n.text.n, n.low.n);
}

static void spellings_become_one(void **state)
{
    (void)state;
    expect("ＴＤ", "TD");
    expect("报名＋６", "报名+6");
    expect("註冊志願者", "注册志愿者");
    expect("給我太太也註冊一個", "给我太太也注册一个");
    expect("②", "2");
    expect("(3)", "(3)");
    expect("㈠", "(一)");
    expect("1️⃣", "1");
    expect("14：30—17：00", "14:30-17:00");
    expect("  昨天 \t 3小时　", "昨天 3小时");
    expect("姓名：王芳\n电话", "姓名:王芳;电话");
    expect("理发、量血压", "理发、量血压");
    expect("", "");
}

static void names_keep_their_characters(void **state)
{
    (void)state;
    expect("阿·买提", "阿\xC2\xB7买提");
    expect("阿•买提", "阿\xC2\xB7买提");
    expect("阿．买提", "阿\xC2\xB7买提");
    expect("杨𠅤洁", "杨𠅤洁");
    expect("王孃孃", "王孃孃");
    expect("竜竜村", "竜竜村");
}

static void pictures_say_yes_no_or_nothing(void **state)
{
    (void)state;
    assert_int_equal(make("👌").mark, MARK_YES);
    assert_int_equal(make("[OK]").mark, MARK_YES);
    assert_int_equal(make("好👍🏻").mark, MARK_YES);
    assert_int_equal(make("❌").mark, MARK_NO);
    assert_int_equal(make("[玫瑰][玫瑰]").mark, MARK_NONE);
    assert_true(make("[语音]").placeholder);
    assert_false(make("[玫瑰]").placeholder);
    expect("想当志愿者🙋‍♂️🙋‍♂️ 会修电器", "想当志愿者 会修电器");
    expect("参加[强][强]后天", "参加后天");
    expect("选[3]", "选[3]");
}

static void broken_text_is_still_text(void **state)
{
    (void)state;
    struct normal n = make("\xFF报名\xE6\x8A");
    assert_true(utf8_valid(n.text));
    assert_true(slice_find(n.text, SLICE("报名")) >= 0);
    expect("\xEE\x80\x80报名",
           "报名"); /* the characters of the masked text cannot be smuggled in */
    char *flood = arena_alloc(&world_arena, 9001);
    for (int i = 0; i < 9000; i += 3) {
        memcpy(flood + i, "\xEF\xB7\xBA", 3); /* one character that NFKC makes eighteen */
    }
    struct normal long_one = make(flood);
    assert_true(long_one.text.n <= NORMAL_OUTPUT_MAX);
    assert_true(long_one.original.n <= NORMAL_INPUT_MAX);
}

static void a_part_leads_back_to_the_original(void **state)
{
    (void)state;
    struct normal n = make("我叫陳美玲，住");
    ptrdiff_t at = slice_find(n.text, SLICE("陈美玲"));
    assert_true(at > 0);
    struct slice back = normal_original(&n, (size_t)at, (size_t)at + strlen("陈美玲"));
    assert_string_equal(arena_str(&world_arena, back), "陳美玲");
}

static void misspellings_are_mended(void **state)
{
    (void)state;
    json_t *typos = json_pack("{s:s}", "报明", "报名");
    json_t *sounds = json_pack("[s,s]", "报名", "签到");
    struct mender *by_spelling = mender_make(typos), *by_sound = mender_sounds(sounds, han);
    struct normal n = make("我要报明");
    assert_true(mender_apply(by_spelling, han, &n, &world_arena));
    assert_string_equal(arena_str(&world_arena, n.text), "我要报名");
    n = make("豹名");
    assert_false(mender_apply(by_spelling, han, &n, &world_arena));
    assert_true(mender_apply(by_sound, han, &n, &world_arena));
    assert_string_equal(arena_str(&world_arena, n.text), "报名");
    n = make("报名");
    assert_false(mender_apply(by_sound, han, &n, &world_arena)); /* right already */
    mender_free(by_spelling);
    mender_free(by_sound);
    json_decref(typos);
    json_decref(sounds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spellings_become_one),
        cmocka_unit_test(names_keep_their_characters),
        cmocka_unit_test(pictures_say_yes_no_or_nothing),
        cmocka_unit_test(broken_text_is_still_text),
        cmocka_unit_test(a_part_leads_back_to_the_original),
        cmocka_unit_test(misspellings_are_mended),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
