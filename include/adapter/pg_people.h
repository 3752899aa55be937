/* pg_people.h - logins and members of a shared record. Used by one thread at a time. Failures as
 * pg_link_call's, and ERR_REFUSED with the server's sentence for who may not. */
#ifndef ADAPTER_PG_PEOPLE_H
#define ADAPTER_PG_PEOPLE_H

#include "adapter/pg_link.h"
#include "domain/role.h"
#include "domain/types.h"
#include "port/agenda.h"

#include <stdbool.h>

/* A login of the server, and the operator that it speaks for. */
struct pg_login {
    char login[64];
    char operator_name[NAME_MAX_BYTES + 1];
    char role[64]; /* engine, operator or reader; of a list: all that it has */
    bool admin;
};

/* Makes the login unless it is there (then it keeps its password), and maps it. The password never
 * leaves this machine: the server gets what it needs to check it. */
bool pg_login_add(struct pg_link *link, const char *actor, const struct pg_login *login,
                  const char *password, bool *ret_created, struct err *err);
bool pg_login_remove(struct pg_link *link, const char *actor, const char *login, struct err *err);
/* As the agenda's member_put and member_delete (port/agenda.h); the server decides who may. */
bool pg_member_put(struct pg_link *link, const char *actor, const char *workspace, const char *name,
                   enum role role, enum put_answer *ret, struct err *err);
bool pg_member_delete(struct pg_link *link, const char *actor, const char *workspace,
                      const char *name, struct err *err);
/* Each of them, by name, until `row` says false. */
bool pg_login_list(struct pg_link *link, bool (*row)(void *ctx, const struct pg_login *login),
                   void *ctx, struct err *err);

#endif
