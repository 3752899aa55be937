/* pg_people.c - who has a way into a shared record. */
#include "adapter/pg_people.h"

#include "adapter/clock_real.h"
#include "base/clock.h"
#include "base/str.h"
#include "pg_ask.h"

#include <string.h>

#define LIST_WITHIN_US (15 * US_PER_S)

enum { VERIFIER_MAX = 200 };

static bool ask(struct pg_link *link, const char *command, json_t *q, json_t **ret, struct err *err)
{
    struct pg_asker asker = {.link = link};
    if (!clock_real_new(NULL, &asker.clock, err)) {
        json_decref(q);
        return false;
    }
    bool ok = pg_ask(&asker, command, q, ret, err);
    clock_real_free(asker.clock);
    return ok;
}

bool pg_login_add(struct pg_link *link, const char *actor, const struct pg_login *login,
                  const char *password, bool *ret_created, struct err *err)
{
    char verifier[VERIFIER_MAX];
    json_t *answer = NULL;
    if (!pg_link_scram(link, login->login, password, verifier, sizeof verifier, err))
        return false;
    json_t *q = json_pack("{s:o, s:o, s:o, s:s, s:b, s:s}", "actor", pg_words(actor), "login",
                          pg_words(login->login), "operator", pg_words(login->operator_name),
                          "role", login->role, "admin", login->admin, "verifier", verifier);
    bool ok = ask(link, "login_add", q, &answer, err);
    if (ok)
        *ret_created = pg_get_bool(answer, "created");
    json_decref(answer);
    explicit_bzero(verifier, sizeof verifier);
    return ok;
}

bool pg_login_remove(struct pg_link *link, const char *actor, const char *login, struct err *err)
{
    return ask(link, "login_remove",
               json_pack("{s:o, s:o}", "actor", pg_words(actor), "login", pg_words(login)), NULL,
               err);
}

bool pg_login_list(struct pg_link *link, bool (*row)(void *ctx, const struct pg_login *login),
                   void *ctx, struct err *err)
{
    struct pg_answer a = {0};
    if (!pg_link_call(link, "SELECT login, operator, role, admin FROM ap.login_list()", NULL,
                      clock_boot_us() + LIST_WITHIN_US, &a, err))
        return false;
    bool on = true;
    for (int32_t i = 0; on && i < a.rows; i++) {
        struct pg_login p = {.admin = pg_answer_bool(&a, i, 3)};
        (void)pg_answer_text_to(&a, i, 0, p.login, sizeof p.login); /* a name: 63 bytes */
        (void)pg_answer_text_to(&a, i, 1, p.operator_name,
                                sizeof p.operator_name);          /* a cut is fine */
        (void)pg_answer_text_to(&a, i, 2, p.role, sizeof p.role); /* three words at most */
        on = row(ctx, &p);
    }
    bool ok = pg_answer_ok(&a, err);
    pg_answer_done(&a);
    return ok;
}

bool pg_member_put(struct pg_link *link, const char *actor, const char *workspace, const char *name,
                   enum role role, enum put_answer *ret, struct err *err)
{
    json_t *answer = NULL;
    json_t *q = json_pack("{s:o, s:o, s:o, s:s}", "actor", pg_words(actor), "workspace",
                          pg_words(workspace), "name", pg_words(name), "role", role_name(role));
    if (!ask(link, "member_put", q, &answer, err))
        return false;
    const char *word = pg_get_text(answer, "answer");
    *ret = str_equal(word, "created")   ? PUT_CREATED
           : str_equal(word, "changed") ? PUT_CHANGED
                                        : PUT_SAME;
    json_decref(answer);
    return true;
}

bool pg_member_delete(struct pg_link *link, const char *actor, const char *workspace,
                      const char *name, struct err *err)
{
    return ask(link, "member_delete",
               json_pack("{s:o, s:o, s:o}", "actor", pg_words(actor), "workspace",
                         pg_words(workspace), "name", pg_words(name)),
               NULL, err);
}
