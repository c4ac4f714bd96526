/* By which account a message leaves. */
#include "gateway/program/route.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int send_nothing(const struct account *account, const struct outbound *message, int64_t now,
                        struct arena *a, struct http_call *out, struct fault *fault)
{
    (void)account, (void)message, (void)now, (void)a, (void)out, (void)fault;
    return GW_EINVAL;
}

static const struct adapter sends = { .name = "x", .channel = "sms", .send = send_nothing };
static const struct adapter answers = { .name = "y", .channel = "sms" };

static const char *const unicom[] = { "130", "131", "186" };
static const char *const near[] = { "1388790", "13888" };

/* Names say what they are. */
static const struct account list[] = {
    { .full_name = "sms/dear", .realm = "sms", .adapter = &sends, .price_fen = 9 },
    { .full_name = "sms/inbound", .realm = "sms", .adapter = &answers, .price_fen = 0 },
    { .full_name = "sms/cheap", .realm = "sms", .adapter = &sends, .price_fen = 4 },
    { .full_name = "sms/cheap2", .realm = "sms", .adapter = &sends, .price_fen = 4 },
    { .full_name = "sms/unicom",
      .realm = "sms",
      .adapter = &sends,
      .price_fen = 5,
      .prefixes = unicom,
      .prefix_count = 3 },
    { .full_name = "sms/near",
      .realm = "sms",
      .adapter = &sends,
      .price_fen = 20,
      .prefixes = near,
      .prefix_count = 2 },
    { .full_name = "sms/mute", .realm = "sms", .adapter = &sends, .answers_only = true },
    { .full_name = "wechat/w", .realm = "wechat/w", .adapter = &sends },
};
enum { LIST = sizeof(list) / sizeof(list[0]) };
#define NOW INT64_C(1795572000)

/* `ill` has a letter for each account, x: ill. */
static const char *choose(const char *account, const char *realm, const char *recipient,
                          const char *ill)
{
    struct route_health health[LIST] = { 0 };
    for (size_t i = 0; i < LIST; i++)
        if (ill[i] == 'x')
            route_note(&health[i], ROUTE_BROKEN, NOW);
    const struct route_row row = { slice_of(account), slice_of(realm), slice_of(recipient) };
    int i = route_choose(list, health, LIST, &row, NOW);
    return i < 0 ? "none" : list[i].full_name;
}

static void the_choice(void **state)
{
    (void)state;
    static const struct {
        const char *account, *realm, *recipient, *health, *expected;
    } cases[] = {
        /* Where somebody wrote to, the answer comes from, whatever it costs. */
        { "sms/dear", "sms", "13900000001", "........", "sms/dear" },
        { "sms/near", "sms", "13900000001", "........", "sms/near" },
        /* Nobody asked for one: prefix, then price, then order. */
        { "", "sms", "13900000001", "........", "sms/cheap" },
        { "", "sms", "18600000001", "........", "sms/unicom" },
        { "", "sms", "13888000001", "........", "sms/near" },
        { "", "sms", "13887900001", "........", "sms/near" },
        { "", "sms", "13887800001", "........", "sms/cheap" },
        /* One that cannot send, or is gone from the configuration. */
        { "sms/inbound", "sms", "13900000001", "........", "sms/cheap" },
        { "sms/gone", "sms", "13900000001", "........", "sms/cheap" },
        { "sms/mute", "sms", "13900000001", "........", "sms/cheap" },
        { "wechat/w", "sms", "13900000001", "........", "sms/cheap" },
        /* What is broken is passed over. */
        { "sms/dear", "sms", "13900000001", "x.......", "sms/cheap" },
        { "sms/dear", "sms", "13900000001", "x.x.....", "sms/cheap2" },
        { "", "sms", "18600000001", "....x...", "sms/cheap" },
        /* Unicom's account does not send to others, so only then nobody is left. */
        { "sms/dear", "sms", "13900000001", "x.xx....", "sms/dear" },
        { "", "sms", "13900000001", "x.xxxx..", "sms/cheap" },
        { "", "sms", "18600000001", "x.xxxx..", "sms/unicom" },
        { "", "wechat/w", "o1", "........", "wechat/w" },
        { "wechat/w", "wechat/w", "o1", ".......x", "wechat/w" },
        { "", "wechat/other", "o1", "........", "none" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *got =
            choose(cases[i].account, cases[i].realm, cases[i].recipient, cases[i].health);
        if (!slice_eq(slice_of(got), slice_of(cases[i].expected)))
            fail_msg("case %zu: %s, expected %s", i, got, cases[i].expected);
    }
}

static void health_of_an_account(void **state)
{
    (void)state;
    struct route_health h = { 0 };
    assert_false(route_is_ill(&h, NOW));
    route_note(&h, ROUTE_NO_ANSWER, NOW);
    route_note(&h, ROUTE_NO_ANSWER, NOW);
    assert_false(route_is_ill(&h, NOW)); /* twice is nothing */
    route_note(&h, ROUTE_WELL, NOW);
    route_note(&h, ROUTE_NO_ANSWER, NOW);
    route_note(&h, ROUTE_NO_ANSWER, NOW);
    assert_false(route_is_ill(&h, NOW));
    route_note(&h, ROUTE_NO_ANSWER, NOW);
    assert_true(route_is_ill(&h, NOW + 59));
    assert_false(route_is_ill(&h, NOW + 60)); /* tried again */
    route_note(&h, ROUTE_NO_ANSWER, NOW + 60);
    assert_true(route_is_ill(&h, NOW + 60 + 119)); /* in vain: longer */
    for (int i = 0; i < 1000; i++)
        route_note(&h, ROUTE_NO_ANSWER, NOW);
    assert_true(route_is_ill(&h, NOW + 899));
    assert_false(route_is_ill(&h, NOW + 900));
    route_note(&h, ROUTE_WELL, NOW);
    assert_false(route_is_ill(&h, NOW));
    route_note(&h, ROUTE_BROKEN, NOW);
    assert_true(route_is_ill(&h, NOW + 899));
    assert_false(route_is_ill(&h, NOW + 900));
}

static void quiet_hours_of_an_account(void **state)
{
    (void)state;
    const struct zone zone = { 480 };
    const int64_t day = civil_day_start(20782, zone);
    static const struct {
        int from, to; /* minutes */
        int at, expected;
    } cases[] = {
        { 1260, 480, 600, 600 },
        { 1260, 480, 1260, 1920 },
        { 1260, 480, 1439, 1920 },
        { 1260, 480, 0, 480 },
        { 1260, 480, 479, 480 },
        { 1260, 480, 480, 480 },
        { 720, 840, 719, 719 },
        { 720, 840, 720, 840 },
        { 720, 840, 839, 840 },
        { 720, 840, 840, 840 },
        { 0, 0, 0, 0 },
        { 600, 600, 600, 600 },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct account a = { .quiet_from = cases[i].from, .quiet_to = cases[i].to };
        int64_t got = route_daytime(&a, zone, day + cases[i].at * 60) - day;
        if (got != cases[i].expected * 60)
            fail_msg("case %zu: %d", i, (int)(got / 60));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_choice),
        cmocka_unit_test(health_of_an_account),
        cmocka_unit_test(quiet_hours_of_an_account),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
