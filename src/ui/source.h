/* source.h - everything that the screens ask of the rest of the program, as a table of functions:
 * the record, the process log, the desk. source_record() is the real one; tests and pictures bring
 * invented data. Reading never blocks on anything but the file. */
#ifndef UI_SOURCE_H
#define UI_SOURCE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "domain/command.h"
#include "engine/desk.h"
#include "store/health.h"
#include "store/read_board.h"
#include "store/read_jobs.h"
#include "store/read_leads.h"
#include "store/read_letters.h"
#include "store/read_log.h"
#include "store/read_schedules.h"
#include "store/read_system.h"
#include "ui/console.h"

#include <stdbool.h>
#include <stdint.h>

/* The files of this machine; bytes, -1: it is not there. */
struct machine_files {
    char dir[FILE_PATH_MAX];
    int64_t record, journal, log, corpus;
    struct health service[HEALTH_MAX]; /* as it answered this machine last */
    int32_t services;
};

struct source {
    void *ctx;
    /* Opens what is not open yet. False: nothing can be read now; asked again at each change. */
    bool (*ready)(void *ctx, struct err *err);
    /* Changes when another connection committed to the record. */
    int64_t (*version)(void *ctx);

    /* As the functions of the same names in store/. */
    bool (*jobs)(void *ctx, const char *workspace, int64_t now_us, struct arena *arena,
                 struct job_row **ret, int32_t *ret_count, struct err *err);
    bool (*job_detail)(void *ctx, struct uuid job, int64_t now_us, struct arena *arena,
                       struct job_detail *ret, struct err *err);
    bool (*letter_counts)(void *ctx, const char *workspace, const struct uuid *job,
                          struct letter_counts *ret, struct err *err);
    bool (*letters)(void *ctx, const char *workspace, const struct uuid *job,
                    const struct letter_counts *counts, int32_t max, struct arena *arena,
                    struct letter_row **ret, int32_t *ret_count, struct err *err);
    bool (*leads)(void *ctx, const struct lead_filter *filter, struct arena *arena,
                  struct lead_page *ret, struct err *err);
    bool (*lead_template)(void *ctx, const struct lead_row *lead, struct arena *arena,
                          struct template_def **ret, struct err *err);
    bool (*totals)(void *ctx, int64_t now_us, int64_t midnight_us, struct totals *ret,
                   struct err *err);
    bool (*engine)(void *ctx, struct engine_row *ret, bool *ret_found, struct err *err);
    bool (*log)(void *ctx, const struct log_filter *filter, const struct log_key *from, bool before,
                int32_t max, struct arena *arena, struct log_row **ret, int32_t *ret_count,
                struct err *err);
    bool (*log_count_after)(void *ctx, const struct log_filter *filter, const struct log_key *from,
                            int64_t *ret, struct err *err);
    bool (*board)(void *ctx, const char *workspace, int64_t now_us, struct arena *arena,
                  struct schedule_board *ret, struct err *err);
    bool (*specs)(void *ctx, const char *workspace, const char *name, struct arena *arena,
                  struct spec_row **ret, int32_t *ret_count, struct err *err);
    bool (*schedules)(void *ctx, const char *workspace, const char *name, struct arena *arena,
                      struct schedule_row **ret, int32_t *ret_count, struct err *err);
    bool (*runs)(void *ctx, const struct run_filter *filter, struct arena *arena,
                 struct run_row **ret, int32_t *ret_count, struct err *err);
    /* The text of its report. */
    bool (*report)(void *ctx, struct uuid run, struct buf *text, struct err *err);
    bool (*system)(void *ctx, int64_t now_us, struct arena *arena, struct system_seen *ret,
                   struct machine_files *ret_files, struct err *err);
    /* As in ui/console.h. */
    bool (*zone)(void *ctx, const char *name, const struct zone **ret, struct err *err);

    /* As the functions of engine/desk.h; submit is false also when there is no desk. */
    bool (*submit)(void *ctx, const struct command *command);
    bool (*reply)(void *ctx, struct reply *ret);
    /* False: this process has no desk, so nothing is known about an engine in it. */
    bool (*standing)(void *ctx, struct engine_standing *ret);
};

struct source_record;
/* Reads the files of the options; opens nothing yet. NULL without memory. */
struct source_record *source_record_new(const struct console_options *options);
void source_record_free(struct source_record *s); /* accepts NULL */
struct source source_record(struct source_record *s);
/* The desk that commands go to from now on. */
void source_record_desk(struct source_record *s, struct desk *desk);

#endif
