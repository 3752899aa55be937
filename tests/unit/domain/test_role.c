/* Broken if this fails: somebody may do what the rules forbid, or a refusal does not say why. */
#include "unit/cases.h"

#include "base/str.h"
#include "domain/role.h"

#include <string.h>

/* Written down a second time, from the rules: for none, member, owner, admin, each when the work is
 * another's and when it is their own. */
static const struct {
    int line;
    enum role_action action;
    const char *may[ROLES];
} wanted[] = {
    {__LINE__, ROLE_SEE, {"--", "yy", "yy", "yy"}},
    {__LINE__, ROLE_CREATE, {"--", "yy", "yy", "--"}},
    {__LINE__, ROLE_EDIT, {"--", "-y", "yy", "--"}},
    {__LINE__, ROLE_CONTROL, {"--", "-y", "yy", "--"}},
    {__LINE__, ROLE_DELETE, {"--", "-y", "yy", "--"}},
    {__LINE__, ROLE_RUN, {"--", "yy", "yy", "--"}},
    {__LINE__, ROLE_BACKFILL, {"--", "-y", "yy", "--"}},
    {__LINE__, ROLE_RUN_CANCEL, {"--", "-y", "yy", "--"}},
    {__LINE__, ROLE_RUN_SEEN, {"--", "yy", "yy", "--"}},
    {__LINE__, ROLE_SPEC_PUT, {"--", "-y", "yy", "--"}},
    {__LINE__, ROLE_SPEC_DELETE, {"--", "-y", "yy", "--"}},
    {__LINE__, ROLE_JOIN, {"--", "--", "yy", "yy"}},
    {__LINE__, ROLE_TEMPLATE_PUT, {"--", "-y", "yy", "--"}},
    {__LINE__, ROLE_TEMPLATE_DELETE, {"--", "-y", "yy", "--"}},
    {__LINE__, ROLE_PART, {"--", "-y", "yy", "yy"}},
};

static void each_cell_is_as_the_rules_say(void **state)
{
    (void)state;
    assert_int_equal(CASES(wanted), ROLE_ACTIONS);
    for (size_t i = 0; i < CASES(wanted); i++)
        for (int role = 0; role < ROLES; role++)
            for (int own = 0; own < 2; own++) {
                bool want = wanted[i].may[role][own] == 'y';
                bool got = role_allows((enum role)role, wanted[i].action, own != 0);
                CHECK_AT(wanted[i].line, got == want, "%s, own %d: got %d",
                         role_name((enum role)role), own, got);
            }
    assert_false(role_allows(ROLES, ROLE_SEE, true));
    assert_false(role_allows(ROLE_OWNER, ROLE_ACTIONS, true));
}

static void each_refusal_has_its_reason(void **state)
{
    (void)state;
    for (int action = 0; action < ROLE_ACTIONS; action++) {
        assert_true(role_action_words((enum role_action)action)[0] != '\0');
        for (int role = 0; role < ROLES; role++) {
            const char *why = role_reason((enum role)role, (enum role_action)action);
            CHECK_AT(action, strlen(why) > 20 && why[strlen(why) - 1] != '.', "%s", why);
        }
    }
    assert_non_null(strstr(role_reason(ROLE_NONE, ROLE_CREATE), "members"));
    assert_non_null(strstr(role_reason(ROLE_MEMBER, ROLE_DELETE), "made it"));
    assert_non_null(strstr(role_reason(ROLE_MEMBER, ROLE_JOIN), "owner"));
    assert_non_null(strstr(role_reason(ROLE_ADMIN, ROLE_EDIT), "administrator"));
}

/* A shared record's server finds its row by the name. */
static void each_action_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int a = 0; a < ROLE_ACTIONS; a++)
        for (int b = 0; b <= a; b++)
            CHECK_AT(a,
                     str_equal(role_action_name((enum role_action)a),
                               role_action_name((enum role_action)b)) == (a == b),
                     "%s", role_action_name((enum role_action)a));
}

static void only_a_workspaces_roles_are_read(void **state)
{
    (void)state;
    enum role role = ROLE_ADMIN;
    assert_false(role_parse("admin", &role));
    assert_false(role_parse("none", &role));
    assert_false(role_parse("", &role));
    assert_false(role_parse("Owner", &role));
    assert_int_equal(role, ROLE_ADMIN);
    assert_true(role_parse("member", &role));
    assert_int_equal(role, ROLE_MEMBER);
    assert_true(role_parse("owner", &role));
    assert_int_equal(role, ROLE_OWNER);
}

static void a_list_names_whole_names(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *list, *name;
        bool want;
    } cases[] = {
        {__LINE__, "ana", "ana", true},
        {__LINE__, "ana, ben", "ben", true},
        {__LINE__, " ana ,\tben ", "ana", true},
        {__LINE__, " ana ,\tben ", "ben", true},
        {__LINE__, "ana", "an", false},
        {__LINE__, "an", "ana", false},
        {__LINE__, "ana ben", "ben", false},
        {__LINE__, "ana ben", "ana ben", true},
        {__LINE__, "", "ana", false},
        {__LINE__, "", "", false},
        {__LINE__, ",,", "", false},
        {__LINE__, ",,ana,", "ana", true},
        {__LINE__, "ana,", "", false},
        {__LINE__, "ana", "Ana", false},
    };
    for (size_t i = 0; i < CASES(cases); i++)
        CHECK_AT(cases[i].line, role_listed(cases[i].list, cases[i].name) == cases[i].want, "%s",
                 cases[i].list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_cell_is_as_the_rules_say),
        cmocka_unit_test(each_refusal_has_its_reason),
        cmocka_unit_test(each_action_has_a_name_of_its_own),
        cmocka_unit_test(only_a_workspaces_roles_are_read),
        cmocka_unit_test(a_list_names_whole_names),
    };
    return cmocka_run_group_tests_name("role", tests, NULL, NULL);
}
