/* cmd_leads_import.c - autopilot leads import: leads by hand, from a CSV file into a job's ledger.
 *
 * Every row of the file is counted once: queued, known, skipped, or kept out with its line. */
#include "adapter/page.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"
#include "commands.h"
#include "output.h"
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { IMPORT_MAX = 64 << 20, ODD_SHOWN_MAX = 20 };
enum column { EMAIL, PERSON, COMPANY, TITLE, LANGUAGE, PAGE, COLUMNS };

struct importing {
    struct app *app;
    struct record record;
    struct page_reader *reader; /* folds addresses as pages' addresses are folded */
    struct out_text safe;
    struct job_ref job;
    const char *path;
    int32_t at[COLUMNS]; /* field of each column; -1: the file has none */
    struct lead_brought *batch;
    int32_t count;
    int64_t rows, odd, good, queued, known, skipped;
    enum mail_mode mode;
};

/* Without a header line the columns are these, in this order; "address" is email, too. */
static const char *const names[COLUMNS] = {
    [EMAIL] = "email", [PERSON] = "name",       [COMPANY] = "company",
    [TITLE] = "title", [LANGUAGE] = "language", [PAGE] = "url"};

static void say_odd(struct importing *in, int32_t line, const char *what)
{
    if (in->odd++ < ODD_SHOWN_MAX)
        (void)fprintf(stderr, "%s:%d: %s\n", out_safe(&in->safe, in->path), line,
                      out_safe(&in->safe, what)); /* it is counted, too */
}

/* False: the first row is no header, but a lead. */
static bool read_header(struct importing *in, struct csv_row *row, bool *ret_header,
                        struct err *err)
{
    *ret_header = row->count > 0 && strchr(row->field[0], '@') == NULL;
    for (int32_t c = 0; c < COLUMNS; c++)
        in->at[c] = *ret_header ? -1 : c;
    for (int32_t i = 0; *ret_header && i < row->count; i++) {
        const char *name = str_trim(row->field[i]);
        for (int32_t c = 0; c < COLUMNS; c++)
            if (in->at[c] < 0 && (str_equal_nocase(name, names[c]) ||
                                  (c == EMAIL && str_equal_nocase(name, "address"))))
                in->at[c] = i;
    }
    return in->at[EMAIL] >= 0 ||
           err_set(err, ERR_REFUSED,
                   "leads: %.200s: its first line names no column \"email\" (others that count: "
                   "name, company, title, language, url)",
                   in->path);
}

/* A leading ' is what an export puts before a formula's sign. */
static char *field_of(const struct importing *in, struct csv_row *row, enum column c)
{
    static char none[1] = "";
    int32_t at = in->at[c];
    char *text = at >= 0 && at < row->count ? str_trim(row->field[at]) : none;
    return text[0] == '\'' && text[1] != '\0' && strchr("=+-@", text[1]) != NULL ? text + 1 : text;
}

static bool take_fact(const struct importing *in, struct csv_row *row, enum column c, char *dst,
                      size_t size, struct err *why)
{
    const char *text = field_of(in, row, c);
    if (strlen(text) >= size)
        return err_set(why, ERR_REFUSED, "%s is longer than %zu bytes", names[c], size - 1);
    text_screen_to(dst, size, text);
    return true;
}

static bool take_url(const struct importing *in, struct csv_row *row, char *dst, size_t size,
                     struct err *why)
{
    if (!take_fact(in, row, PAGE, dst, size, why))
        return false;
    return dst[0] == '\0' || str_starts(dst, "https://") || str_starts(dst, "http://") ||
           err_set(why, ERR_REFUSED, "url does not begin with https:// or http://");
}

/* False: *why says what keeps the row out. */
static bool read_row(struct importing *in, struct csv_row *row, struct lead_brought *ret,
                     struct err *why)
{
    *ret = (struct lead_brought){.name = ""};
    if (row->odd != NULL)
        return err_set(why, ERR_REFUSED, "%s", row->odd);
    const char *email = field_of(in, row, EMAIL);
    if (email[0] == '\0')
        return err_set(why, ERR_REFUSED, "there is no e-mail address");
    return page_fold_address(in->reader, email, &ret->found, why) &&
           take_fact(in, row, PERSON, ret->name, sizeof ret->name, why) &&
           take_fact(in, row, COMPANY, ret->words.company, sizeof ret->words.company, why) &&
           take_fact(in, row, TITLE, ret->words.title, sizeof ret->words.title, why) &&
           take_fact(in, row, LANGUAGE, ret->words.language, sizeof ret->words.language, why) &&
           take_url(in, row, ret->url, sizeof ret->url, why);
}

/* One transaction. What went before is there whatever becomes of this one, and the same file again
 * finds it known. */
static bool send_batch(struct importing *in, struct err *err)
{
    struct leads_imported got = {.queued = 0};
    struct authority *a = in->record.authority;
    int32_t count = in->count;
    in->count = 0;
    if (count == 0 || cli_given(in->app, "dry-run"))
        return true;
    if (!a->ops->leads_import(a, in->app->actor, &in->job, cli_value(in->app, "term"), in->batch,
                              count, &got, err))
        return false;
    in->queued += got.queued;
    in->known += got.duplicates;
    in->skipped += got.skipped;
    in->mode = got.mode;
    return true;
}

static bool take_row(struct importing *in, struct csv_row *row, struct err *err)
{
    struct err why = {0};
    in->rows++;
    if (!read_row(in, row, &in->batch[in->count], &why)) {
        say_odd(in, row->line, why.text);
        return true;
    }
    in->good++;
    return ++in->count < LEADS_IMPORT_MAX || send_batch(in, err);
}

static bool take_all(struct importing *in, char *text, struct err *err)
{
    struct csv csv = csv_begin(text);
    struct csv_row row;
    bool header;
    if (!csv_next(&csv, &row))
        return err_set(err, ERR_REFUSED, "leads: %.200s: there is nothing in it", in->path);
    if (!read_header(in, &row, &header, err) || (!header && !take_row(in, &row, err)))
        return false;
    while (csv_next(&csv, &row))
        if (!take_row(in, &row, err))
            return false;
    return send_batch(in, err);
}

static bool print_sum(const struct importing *in, struct err *err)
{
    bool dry = cli_given(in->app, "dry-run");
    if (in->app->json)
        return out_json(
            json_pack("{s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:o}", "dry_run", dry, "rows",
                      (json_int_t)in->rows, "good", (json_int_t)in->good, "queued",
                      (json_int_t)in->queued, "known", (json_int_t)in->known, "skipped",
                      (json_int_t)in->skipped, "kept_out", (json_int_t)in->odd, "mode",
                      dry || in->good == 0 ? json_null() : json_text(mail_mode_name(in->mode))),
            false, err);
    if (in->app->quiet)
        return true;
    if (dry || in->good == 0)
        out_print("(nothing was changed) %lld rows: %lld good, %lld kept out\n",
                  (long long)in->rows, (long long)in->good, (long long)in->odd);
    else
        out_print("%lld rows: %lld queued (mode %s), %lld known, %lld skipped, %lld kept out\n",
                  (long long)in->rows, (long long)in->queued, mail_mode_name(in->mode),
                  (long long)in->known, (long long)in->skipped, (long long)in->odd);
    return true;
}

static bool read_file(const struct importing *in, struct buf *text, struct err *err)
{
    bool pipe = str_equal(in->path, "-");
    if (!file_read(pipe ? "/dev/stdin" : in->path, text, err))
        return false;
    return text->len == 0 || memchr(text->data, '\0', text->len) == NULL ||
           err_set(err, ERR_REFUSED, "leads: %.200s is not a text: it holds a zero byte", in->path);
}

static bool work(struct importing *in, struct err *err)
{
    char none[1] = "";
    struct buf text = buf_init(IMPORT_MAX);
    in->batch = calloc(LEADS_IMPORT_MAX, sizeof *in->batch);
    if (in->batch == NULL)
        return err_set(err, ERR_STOP, "leads: there is no memory");
    bool ok = read_file(in, &text, err) && page_reader_new(&in->reader, err) &&
              take_all(in, text.len > 0 ? text.data : none, err) && print_sum(in, err);
    page_reader_free(in->reader);
    free(in->batch);
    buf_done(&text);
    return ok;
}

bool cmd_leads_import(struct app *app, struct err *err)
{
    struct importing in = {.app = app, .path = app->argument[0]};
    in.job.workspace = app->workspace != NULL ? app->workspace : "default";
    in.job.name = cli_value(app, "job");
    if (in.job.name == NULL)
        return err_set(err, ERR_USAGE, "leads import: --job NAME is needed");
    if (!record_open(app, &in.record, err))
        return false;
    bool ok = work(&in, err);
    int64_t taken = in.queued + in.known + in.skipped;
    if (!ok && taken > 0)
        (void)fprintf(stderr, "%lld rows were taken before that; the same file again goes on\n",
                      (long long)taken); /* err says the rest */
    if (ok && in.odd > 0)
        app->exit_status = 1;
    record_close(&in.record);
    return ok;
}
