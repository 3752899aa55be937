/* Broken if this fails: who gets into the control API: tokens and the file of their hashes, and the
 * file of a key. */
#include "unit/cases.h"

#include "adapter/api_tokens.h"
#include "adapter/key_file.h"
#include "fake/scratch.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define WHEN INT64_C(1700000000000000)

static void test_tokens(void **state)
{
    static struct api_tokens t;
    struct scratch dir;
    struct err err = {0};
    char path[512], ana[API_TOKEN_SIZE], ben[API_TOKEN_SIZE], spare[API_TOKEN_SIZE];
    (void)state;
    scratch_init(&dir);
    (void)snprintf(path, sizeof path, "%s", scratch_path(&dir, "tokens"));
    assert_true(api_tokens_read(&t, path, &err)); /* none yet */
    assert_null(api_tokens_find(&t, ""));
    assert_true(api_tokens_create(path, "ana", API_READ, WHEN, ana, &err));
    assert_true(api_tokens_create(path, "ben", API_CONTROL, WHEN, ben, &err));
    assert_false(api_tokens_create(path, "ana", API_CONTROL, WHEN, spare, &err));
    assert_non_null(strstr(err.text, "revoke it first"));
    assert_true(api_tokens_renew(&t, path, &err));
    assert_int_equal(t.count, 2);
    const struct api_token *who = api_tokens_find(&t, ben);
    assert_non_null(who);
    assert_string_equal(who->name, "ben");
    assert_int_equal(who->scope, API_CONTROL);
    assert_int_equal(who->created_us, WHEN);
    ben[10] ^= 1;
    assert_null(api_tokens_find(&t, ben));
    ben[10] ^= 1;
    assert_true(api_tokens_revoke(path, "ben", &err));
    assert_non_null(api_tokens_find(&t, ben)); /* not looked at yet */
    assert_true(api_tokens_renew(&t, path, &err));
    assert_null(api_tokens_find(&t, ben));
    assert_false(api_tokens_revoke(path, "ben", &err));
    scratch_done(&dir);
}

static void test_names(void **state)
{
    struct scratch dir;
    char token[API_TOKEN_SIZE];
    static const char *const bad[] = {
        "", "Ana", "a b", "a/b", "a:b", "\xc3\xa4", "01234567890123456789012345678901234567890"};
    (void)state;
    scratch_init(&dir);
    for (size_t i = 0; i < CASES(bad); i++)
        assert_false(
            api_tokens_create(scratch_path(&dir, "t"), bad[i], API_READ, WHEN, token, NULL));
    scratch_done(&dir);
}

/* Whatever is wrong with the file, nobody gets in. */
static void test_bad_files(void **state)
{
    static struct api_tokens t;
    struct scratch dir;
    struct err err;
    char path[512], token[API_TOKEN_SIZE];
#define ROW "{\"name\":\"a\",\"scope\":\"read\",\"created_at\":\"2026-01-01T00:00:00Z\",\"sha256\":"
    static const char *const bad[] = {
        "", "{}", "[1]", "[{}]", "[" ROW "\"\"}]", "[" ROW "7}]", "[" ROW "\"AAAA\"}]", "not JSON"};
    (void)state;
    scratch_init(&dir);
    (void)snprintf(path, sizeof path, "%s", scratch_path(&dir, "t"));
    assert_true(api_tokens_create(path, "ana", API_READ, WHEN, token, &err));
    assert_true(api_tokens_read(&t, path, &err));
    assert_non_null(api_tokens_find(&t, token));
    assert_int_equal(chmod(path, 0644), 0);
    assert_false(api_tokens_renew(&t, path, &err));
    assert_non_null(strstr(err.text, "chmod 600"));
    assert_null(api_tokens_find(&t, token));
    for (size_t i = 0; i < CASES(bad); i++) {
        scratch_write(&dir, "t", bad[i]);
        assert_int_equal(chmod(path, 0600), 0);
        assert_false(api_tokens_read(&t, path, &err));
        assert_int_equal(t.count, 0);
    }
    scratch_done(&dir);
}

static void test_key(void **state)
{
    struct scratch dir;
    struct err err;
    struct stat st;
    char path[512];
    uint8_t key[KEY_FILE_BYTES], again[KEY_FILE_BYTES];
    (void)state;
    scratch_init(&dir);
    (void)snprintf(path, sizeof path, "%s", scratch_path(&dir, "key"));
    assert_false(key_file_read(path, false, key, &err));
    assert_true(key_file_read(path, true, key, &err));
    assert_true(key_file_read(path, true, again, &err));
    assert_memory_equal(key, again, sizeof key);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(chmod(path, 0640), 0);
    assert_false(key_file_read(path, true, again, &err));
    assert_non_null(strstr(err.text, "chmod 600"));
    scratch_write(&dir, "key", "too short\n");
    assert_int_equal(chmod(path, 0600), 0);
    assert_false(key_file_read(path, true, again, &err));
    scratch_mkdir(&dir, "folder");
    assert_false(key_file_read(scratch_path(&dir, "folder"), true, again, &err));
    scratch_done(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
