/* agenda_pg_gate.h - how the operators' commands of the shared agenda are asked. */
#ifndef AGENDA_PG_GATE_H
#define AGENDA_PG_GATE_H

#include "agenda_pg.h"
#include "authority_pg.h"

/* --- agenda_pg_members.c --- */
/* {actor, admin}: what an engine says of who sits there. */
json_t *pgagenda_actor(const struct pgagenda *a, const char *actor);
/* {actor, admin, workspace, name}. */
json_t *pgagenda_question(const struct pgagenda *a, const char *actor,
                          const struct agenda_ref *ref);
/* A command that named something: of ("schedule", "specification") and ref say what. When it is not
 * there, the nearest name is added. q is consumed; ret as in pg_ask. */
bool pgagenda_ask(const struct pgagenda *a, const char *command, json_t *q, json_t **ret,
                  const char *of, const struct agenda_ref *ref, struct err *err);
/* Reads what a put answers; answer is freed. */
bool pgagenda_read_put(const char *command, json_t *answer, enum put_answer *ret, struct err *err);
/* A name for what the command makes. */
struct uuid pgagenda_new_id(const struct pgagenda *a);

#endif
