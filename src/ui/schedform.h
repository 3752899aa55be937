/* schedform.h - the form of a schedule: its fields, what they hold of a schedule, what is wrong in
 * them, and the command that saves them. */
#ifndef UI_SCHEDFORM_H
#define UI_SCHEDFORM_H

#include "form.h"
#include "schedparts.h"

#include "domain/command.h"
#include "domain/spec.h"
#include "domain/timing.h"
#include "store/config_json.h"

#include <stdbool.h>

enum {
    F_NAME,
    F_SPEC,
    F_TYPE,
    F_TIME,
    F_WEEKDAY,
    F_MONTHDAY,
    F_CRON,
    F_ZONE,
    F_CATEGORIES,
    F_REGIONS,
    F_CADENCE,
    F_CATCHUP,
    F_WINDOW,
    F_OVERLAP,
    F_JITTER,
    F_START,
    F_END,
    F_MAX_RUNS,
    F_EXCLUDE,
    F_ON_EXCLUDED,
    F_WORKDAYS,
    F_ONLY_IF_NEW,
    F_NOTES,
    F_ENABLED,
    F_FIELDS
};

/* What somebody else saved while the form was open. */
struct schedform_theirs {
    bool there;
    struct arena arena;
    const struct schedule_row *row;
    char who[NAME_MAX_BYTES + 1]; /* "": not known */
    int64_t at_us;
};

struct schedform {
    struct form form;
    struct pick pick;
    bool there; /* it was filled in */
    bool tried; /* to be saved: from then on what was not typed yet is missing */
    bool fresh; /* of a schedule to be made */
    bool gone;  /* the schedule was deleted meanwhile */
    struct uuid id;
    char workspace[NAME_MAX_BYTES + 1];

    struct arena base_arena;
    const struct schedule_row *base; /* as the form began from; NULL: fresh */
    struct schedform_theirs theirs;

    struct arena spec_arena;
    const struct spec_row *spec;
    int32_t specs;
    struct arena def_arena;            /* of def */
    char def_name[NAME_MAX_BYTES + 1]; /* which specification's it is */
    struct spec_def def;
    bool has_def;
    struct pick_item item[PICK_MAX]; /* of the list that is open */

    bool timing_ok; /* timing is of what the fields hold */
    struct timing timing;

    int64_t ticket; /* of the save under way; 0 none */
    bool then_run;
    bool asked_save; /* a save was refused: a conflict, if it is one, is to be asked about */
};

/* A member of the config: what its field holds while there is none, and of which patterns it is. */
struct schedform_member {
    int field;
    const char *key;
    const char *fallback;
    enum config_form form;
    unsigned patterns; /* bits of enum timing_type */
    bool written;      /* also when its field was not touched */
};
/* NULL behind the last one. */
const struct schedform_member *schedform_member(int i);
bool schedform_applies(const struct schedform *v, const struct schedform_member *m);

/* Fills the fields with what a new schedule begins with, or with a schedule's. */
void schedform_begin(struct schedform *v);
void schedform_take(struct schedform *v, const struct schedule_row *s);
/* Looks at every field: which are shown, what is wrong in them; works out the timing. */
void schedform_check(struct ui *ui, struct schedform *v);
/* Opens the list of specifications, categories or regions. */
void schedform_pick(struct schedform *v, int field);
/* The row of the specification that is named; NULL. */
const struct spec_row *schedform_spec(const struct schedform *v);
/* Appends the config of the schedule with what was changed; what is of another pattern goes. */
bool schedform_config(const struct schedform *v, struct buf *out, struct err *err);
/* The command that saves what the fields hold. False: err says what can't be saved. */
bool schedform_command(const struct schedform *v, struct command *ret, struct err *err);
/* The command that brings back a schedule as it was, once it has been saved over. False: it is too
 * long for a command. */
bool schedform_undo_command(const struct schedule_row *s, struct command *ret);
/* Keeps what somebody else saved: all of it, or of the fields that were not changed here. */
void schedform_merge(struct schedform *v, bool keep_mine);
/* The label of a field and what it was, is, and would be; false when they did not change it. */
bool schedform_difference(const struct schedform *v, int field, char *dst, size_t size);
/* The same of a field that was changed here alone. */
bool schedform_only_mine(const struct schedform *v, int field, char *dst, size_t size);
void schedform_done(struct schedform *v);

#endif
