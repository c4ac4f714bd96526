#include "handlers/places.h"

#include "tests/support/support.h"

#define COUNTY     INT64_C(530802000000)
#define STREET     INT64_C(530802001000)
#define OLD_STREET INT64_C(530802001004)

static void the_table_is_whole(void **state)
{
    struct place p, parent;
    int levels[4] = { 0 }, n = 0;
    int64_t before = 0;
    (void)state;
    for (; places_at(n, &p); n++) {
        levels[p.level]++;
        assert_true(p.name.n > 0 && p.shown.n > 0);
        if (n > 0)
            assert_true(places_by_code(p.parent, &parent));
        if (p.level >= PLACE_COMMUNITY)
            assert_int_equal(parent.level, PLACE_TOWNSHIP);
        assert_int_not_equal(p.code, before);
        before = p.code;
    }
    assert_int_equal(levels[PLACE_COUNTY], 1);
    assert_int_equal(levels[PLACE_TOWNSHIP], 7);
    assert_int_equal(levels[PLACE_COMMUNITY], 25);
    assert_int_equal(levels[PLACE_VILLAGE], 56);
    assert_int_equal(n, 89);
}

static void names_are_found_in_every_form(void **state)
{
    static const char *const names[] = { "老街", "老街社区", "老街社区居民委员会" };
    struct place p[4];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(places_find(slice_of(names[i]), p, 4), 1);
        assert_int_equal(p[0].code, OLD_STREET);
    }
    assert_int_equal(places_find(SLICE("思茅镇"), p, 4), 1);
    assert_int_equal(p[0].code, STREET);
    assert_int_equal(places_find(SLICE("老"), p, 4), 0);
    assert_int_equal(places_find(SLICE(""), p, 4), 0);
    assert_int_equal(places_find(SLICE("北京"), p, 4), 0);
}

static void a_name_of_two_places_gives_both(void **state)
{
    struct place p[4];
    (void)state;
    int n = places_find(SLICE("龙潭"), p, 1);
    assert_true(n > 1);
    assert_true(places_find(SLICE("龙潭"), p, 4) == n);
    assert_int_not_equal(p[0].code, p[1].code);
}

static void codes_have_names_and_parents(void **state)
{
    struct place p;
    (void)state;
    assert_true(places_by_code(OLD_STREET, &p));
    assert_int_equal(p.parent, STREET);
    assert_slice(places_name(OLD_STREET), "老街社区");
    assert_slice(places_name(0), "");
    assert_slice(places_name(12345), "");
    assert_false(places_by_code(12345, &p));
    assert_int_equal(places_township(OLD_STREET), STREET);
    assert_int_equal(places_township(STREET), STREET);
    assert_int_equal(places_township(COUNTY), 0);
    assert_int_equal(places_township(INT64_C(110101001001)), 0);
    assert_int_equal(places_county(OLD_STREET), COUNTY);
}

static void every_place_lies_in_the_ranges_above_it(void **state)
{
    struct place p, other;
    (void)state;
    for (int i = 0; places_at(i, &p); i++) {
        assert_true(places_within(p.code, 0));
        assert_true(places_within(p.code, COUNTY));
        assert_true(places_within(p.code, p.code));
        assert_true(i == 0 || places_within(p.code, p.parent));
        for (int k = 0; places_at(k, &other); k++)
            if (other.level == PLACE_TOWNSHIP && p.level >= PLACE_COMMUNITY)
                assert_int_equal(places_within(p.code, other.code), p.parent == other.code);
    }
    assert_false(places_within(STREET, OLD_STREET));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_whole),
        cmocka_unit_test(names_are_found_in_every_form),
        cmocka_unit_test(a_name_of_two_places_gives_both),
        cmocka_unit_test(codes_have_names_and_parents),
        cmocka_unit_test(every_place_lies_in_the_ranges_above_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
