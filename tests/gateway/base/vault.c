/* Keys and ciphertext: tampering, moving, permissions, damaged files, a change of keys. */
#include "gateway/base/vault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/support.h"

#define KEY_A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY_B "f00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

struct fixture {
    char folder[64];
    char path[96];
    struct vault *vault;
    struct arena arena;
};

static int setup(void **state)
{
    struct fixture *f = mem_alloc(sizeof(*f));
    struct fault fault = { 0 };
    support_folder(f->folder);
    snprintf(f->path, sizeof(f->path), "%s/linli.key", f->folder);
    if (vault_open(f->path, true, &f->vault, &fault) != 0)
        fail_msg("%s", fault.text);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    vault_close(f->vault);
    arena_free(&f->arena);
    support_remove(f->folder);
    free(f);
    return 0;
}

static struct slice seal(struct fixture *f, const char *context, const char *text)
{
    return vault_seal(f->vault, VAULT_TEXT, slice_of(context), slice_of(text), &f->arena);
}

static int unseal(struct fixture *f, const char *context, struct slice sealed, struct slice *clear)
{
    return vault_open_sealed(f->vault, VAULT_TEXT, slice_of(context), sealed, &f->arena, clear);
}

static void what_was_sealed_opens(void **state)
{
    struct fixture *f = *state;
    struct slice clear;
    static const char *const texts[] = { "", "a", "昨天在敬老院干了三个半小时" };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct slice sealed = seal(f, "row:1", texts[i]);
        assert_int_equal(sealed.n, 1 + 1 + 12 + strlen(texts[i]) + 16);
        assert_int_equal(sealed.p[0], 1);
        assert_int_equal(sealed.p[1], 1);
        assert_int_equal(unseal(f, "row:1", sealed, &clear), 0);
        assert_slice(clear, texts[i]);
        assert_int_equal(clear.p[clear.n], '\0');
    }
}

static void two_ciphertexts_of_one_text_differ(void **state)
{
    struct fixture *f = *state;
    struct slice one = seal(f, "row:1", "same");
    struct slice two = seal(f, "row:1", "same");
    assert_int_equal(one.n, two.n);
    assert_memory_not_equal(one.p, two.p, one.n);
    assert_int_equal(slice_find(one, SLICE("same")), -1);
}

static void every_changed_byte_is_noticed(void **state)
{
    struct fixture *f = *state;
    struct slice sealed = seal(f, "row:1", "enough");
    for (size_t i = 0; i < sealed.n; i++) {
        struct slice copy = arena_dup(&f->arena, sealed);
        ((char *)(uintptr_t)copy.p)[i] ^= 0x20;
        struct slice clear;
        assert_int_equal(unseal(f, "row:1", copy, &clear), GW_ECRYPTO);
        assert_int_equal(clear.n, 0);
    }
    for (size_t n = 0; n < sealed.n; n++) {
        struct slice clear;
        assert_int_equal(unseal(f, "row:1", slice_head(sealed, n), &clear), GW_ECRYPTO);
    }
}

static void a_moved_value_does_not_open(void **state)
{
    struct fixture *f = *state;
    struct slice sealed = seal(f, "row:1", "text");
    struct slice clear;
    assert_int_equal(unseal(f, "row:2", sealed, &clear), GW_ECRYPTO);
    assert_int_equal(unseal(f, "", sealed, &clear), GW_ECRYPTO);
    for (int purpose = VAULT_ID_NUMBER; purpose <= VAULT_SEAL; purpose++)
        assert_int_equal(vault_open_sealed(f->vault, (enum vault_purpose)purpose, SLICE("row:1"),
                                           sealed, &f->arena, &clear),
                         GW_ECRYPTO);
}

static void digests_differ_by_purpose_and_stay(void **state)
{
    struct fixture *f = *state;
    unsigned char seen[VAULT_SEAL + 1][32];
    for (int i = 0; i <= VAULT_SEAL; i++) {
        vault_digest(f->vault, (enum vault_purpose)i, SLICE("530802195503120000"), seen[i]);
        for (int other = 0; other < i; other++)
            assert_memory_not_equal(seen[i], seen[other], 32);
    }
    unsigned char again[32];
    vault_digest(f->vault, VAULT_LOOKUP, SLICE("530802195503120000"), again);
    assert_memory_equal(again, seen[VAULT_LOOKUP], 32);
    vault_digest(f->vault, VAULT_LOOKUP, SLICE("530802195503120001"), again);
    assert_memory_not_equal(again, seen[VAULT_LOOKUP], 32);
}

static void the_file_is_made_once_and_private(void **state)
{
    struct fixture *f = *state;
    struct stat st;
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    struct slice sealed = seal(f, "row:1", "text");
    struct vault *again = NULL;
    struct fault fault = { 0 };
    assert_int_equal(vault_open(f->path, true, &again, &fault), 0);
    struct slice clear;
    assert_int_equal(
        vault_open_sealed(again, VAULT_TEXT, SLICE("row:1"), sealed, &f->arena, &clear), 0);
    assert_slice(clear, "text");
    vault_close(again);
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_nlink, 1); /* nothing of its making is left */
}

static void a_file_others_can_read_is_refused(void **state)
{
    struct fixture *f = *state;
    static const mode_t open_modes[] = { 0640, 0604, 0620, 0601, 0666 };
    for (size_t i = 0; i < sizeof(open_modes) / sizeof(open_modes[0]); i++) {
        struct vault *v = NULL;
        struct fault fault = { 0 };
        assert_int_equal(chmod(f->path, open_modes[i]), 0);
        assert_int_equal(vault_open(f->path, true, &v, &fault), GW_ECONFIG);
        assert_null(v);
        assert_non_null(strstr(fault.text, "chmod 600"));
    }
}

static void write_keys(struct fixture *f, const char *text)
{
    assert_int_equal(chmod(f->path, 0600), 0);
    FILE *file = fopen(f->path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void damaged_files_are_refused_without_showing_keys(void **state)
{
    struct fixture *f = *state;
    static const char *const bad[] = {
        "",
        "{}",
        "{\"current\": 1}",
        "{\"current\": 2, \"keys\": {\"1\": \"" KEY_A "\"}}",
        "{\"current\": 0, \"keys\": {\"0\": \"" KEY_A "\"}}",
        "{\"current\": 256, \"keys\": {\"256\": \"" KEY_A "\"}}",
        "{\"current\": 1, \"keys\": {\"1\": \"0001\"}}",
        "{\"current\": 1, \"keys\": {\"1\": 7}}",
        "{\"current\": 1, \"keys\": {\"one\": \"" KEY_A "\"}}",
        "{\"current\": 1, \"keys\": {\"1\": \"" KEY_A "\"",
        "{\"current\": 1, \"keys\": {\"1\": " KEY_A "}}",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct vault *v = NULL;
        struct fault fault = { 0 };
        write_keys(f, bad[i]);
        assert_int_equal(vault_open(f->path, true, &v, &fault), GW_ECONFIG);
        assert_null(v);
        assert_non_null(strstr(fault.text, "linli.key"));
        assert_null(strstr(fault.text, "0203040506"));
    }
}

static void a_new_key_seals_and_the_old_one_still_opens(void **state)
{
    struct fixture *f = *state;
    struct fault fault = { 0 };
    unsigned char before[32];
    unsigned char after[32];
    struct slice clear;
    write_keys(f, "{\"current\": 1, \"keys\": {\"1\": \"" KEY_A "\"}}");
    vault_close(f->vault);
    assert_int_equal(vault_open(f->path, false, &f->vault, &fault), 0);
    struct slice old = seal(f, "row:1", "text");
    vault_digest(f->vault, VAULT_LOOKUP, SLICE("x"), before);

    write_keys(f, "{\"current\": 2, \"keys\": {\"2\": \"" KEY_B "\", \"1\": \"" KEY_A "\"}}");
    vault_close(f->vault);
    assert_int_equal(vault_open(f->path, false, &f->vault, &fault), 0);
    struct slice fresh = seal(f, "row:1", "text");
    assert_int_equal(fresh.p[1], 2);
    assert_int_equal(unseal(f, "row:1", old, &clear), 0);
    assert_int_equal(unseal(f, "row:1", fresh, &clear), 0);
    vault_digest(f->vault, VAULT_LOOKUP, SLICE("x"), after);
    assert_memory_equal(before, after, 32);

    write_keys(f, "{\"current\": 1, \"keys\": {\"1\": \"" KEY_A "\"}}");
    vault_close(f->vault);
    assert_int_equal(vault_open(f->path, false, &f->vault, &fault), 0);
    assert_int_equal(unseal(f, "row:1", fresh, &clear), GW_ECRYPTO); /* its key is not at hand */
}

static void an_absent_file_is_made_only_when_asked(void **state)
{
    struct fixture *f = *state;
    char path[96];
    struct vault *v = NULL;
    struct fault fault = { 0 };
    snprintf(path, sizeof(path), "%s/other.key", f->folder);
    assert_int_equal(vault_open(path, false, &v, &fault), GW_EIO);
    assert_int_not_equal(access(path, F_OK), 0);
    fault = (struct fault){ 0 };
    assert_int_equal(vault_open("/nonexistent/folder/k", true, &v, &fault), GW_EIO);
    assert_non_null(strstr(fault.text, "/nonexistent/folder/k"));
    fault = (struct fault){ 0 };
    assert_int_equal(vault_open(f->folder, true, &v, &fault), GW_ECONFIG); /* a folder */
    vault_close(NULL);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_was_sealed_opens),
        TEST(two_ciphertexts_of_one_text_differ),
        TEST(every_changed_byte_is_noticed),
        TEST(a_moved_value_does_not_open),
        TEST(digests_differ_by_purpose_and_stay),
        TEST(the_file_is_made_once_and_private),
        TEST(a_file_others_can_read_is_refused),
        TEST(damaged_files_are_refused_without_showing_keys),
        TEST(a_new_key_seals_and_the_old_one_still_opens),
        TEST(an_absent_file_is_made_only_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
