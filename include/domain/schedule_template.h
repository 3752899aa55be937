/* schedule_template.h - a schedule's definition to begin others with: without a specification and
 * without instants. Some are always there; operators make more of their own, under other names.
 * Pure; any thread. */
#ifndef DOMAIN_SCHEDULE_TEMPLATE_H
#define DOMAIN_SCHEDULE_TEMPLATE_H

/* Texts are borrowed; NULL overrides: all of the specification's. */
struct schedule_template {
    const char *workspace; /* "": built in, of all */
    const char *name;
    const char *type;   /* daily, weekly, monthly, custom */
    const char *config; /* JSON, as of a schedule */
    const char *categories;
    const char *regions;
    const char *cadence;
    const char *notes;
};

/* The built-in ones, from 0 on; NULL behind the last. */
const struct schedule_template *schedule_template_at(int i);
/* NULL when none is built in by that name. */
const struct schedule_template *schedule_template_named(const char *name);

#endif
