/* cmd_report.c - autopilot report: a report from a specification file, without the record. */
#include "adapter/clock_real.h"
#include "adapter/content_any.h"
#include "adapter/report.h"
#include "app/specfile.h"
#include "base/clock.h"
#include "base/str.h"
#include "commands.h"
#include "config.h"
#include "output.h"
#include "wire.h"
#include "wire_llm.h"

#include <stdio.h>
#include <string.h>

static const int64_t patience_us = 10 * 60 * US_PER_S; /* with all sources together */

struct preview {
    struct app *app;
    struct arena arena;
    const struct spec_def *spec;
    struct content *content;
    struct clock_port *clock;
    struct llm *llm;
    struct report_request request;
    struct report report;
    struct out_text safe;
    const char *categories[CLI_VALUES_MAX], *regions[CLI_VALUES_MAX];
};

/* The one specification of the file, or the one that --specification names. */
static bool choose_spec(struct preview *p, struct err *err)
{
    struct spec_def *specs;
    int32_t count;
    const char *name = cli_value(p->app, "specification");
    const char *path = p->app->argument[0];
    if (!specfile_read(path, &p->arena, &specs, &count, err))
        return false;
    if (name == NULL && count > 1)
        return err_set(err, ERR_USAGE, "%s holds %d specifications; name one: --specification NAME",
                       path, (int)count);
    for (int32_t i = 0; i < count; i++)
        if (name == NULL || str_equal(specs[i].name, name))
            p->spec = &specs[i];
    return p->spec != NULL || err_set(err, ERR_REFUSED, "%s holds no specification \"%s\"", path,
                                      out_safe(&p->safe, name));
}

/* An instant, or a day: its beginning, UTC. */
static bool read_instant(struct preview *p, const char *option, int64_t fallback_us,
                         int64_t *ret_us, struct err *err)
{
    char whole[TIME_TEXT_MAX];
    const char *text = cli_value(p->app, option);
    *ret_us = fallback_us;
    if (text == NULL || time_parse(text, ret_us))
        return true;
    if (strlen(text) == 10 && str_format(whole, sizeof whole, "%sT00:00:00Z", text) &&
        time_parse(whole, ret_us))
        return true;
    return err_set(err, ERR_USAGE,
                   "--%s %s: write a day or an instant: 2026-11-23 or 2026-11-23T09:00:00Z", option,
                   out_safe(&p->safe, text));
}

static int32_t all_values(const struct app *app, const char *name, const char *ret[CLI_VALUES_MAX])
{
    int32_t n = 0;
    for (int32_t i = 0; i < app->values; i++)
        if (str_equal(app->value[i].option->name, name))
            ret[n++] = app->value[i].text;
    return n;
}

static bool fill_request(struct preview *p, struct err *err)
{
    struct report_request *r = &p->request;
    if (!read_instant(p, "at", clock_now_us(), &r->made_us, err) ||
        !read_instant(p, "to", r->made_us, &r->to_us, err) ||
        !read_instant(p, "from", spec_period_start(p->spec->frequency, r->to_us), &r->from_us, err))
        return false;
    r->spec = p->spec;
    r->categories = p->categories;
    r->category_count = all_values(p->app, "category", p->categories);
    r->regions = p->regions;
    r->region_count = all_values(p->app, "region", p->regions);
    r->content = p->content;
    r->clock = p->clock;
    r->llm = p->llm;
    r->deadline_us = clock_boot_us() + patience_us;
    return true;
}

static bool open_ports(struct preview *p, struct err *err)
{
    struct config config;
    char agent[WIRE_AGENT_MAX];
    if (!config_read(p->app->config_path, false, &config, err))
        return false;
    wire_agent(&config.settings, agent);
    struct content_http_options options = {.agent = agent,
                                           .allow_private = config.settings.fetch_allow_private};
    struct err why = {0};
    if (!wire_llm(p->app, &config.settings, &p->llm, &why) && !p->app->quiet)
        (void)fprintf(stderr, "autopilot: no summaries: %s\n",
                      out_safe(&p->safe, why.text)); /* a remark only */
    return clock_real_new(NULL, &p->clock, err) &&
           content_any_new(p->app->data_dir, &options, &p->content, err);
}

static bool print_json(struct preview *p, struct err *err)
{
    const struct report *report = &p->report;
    const struct select_counts *c = &report->selection.counts;
    json_t *sources = json_array(), *sections = json_array();
    for (int32_t i = 0; i < p->spec->source_count; i++) {
        static const char *const verdicts[REPORT_VERDICTS] = {"read", "unchanged", "failed"};
        const struct report_source *s = &report->sources[i];
        json_array_append_new(
            sources, json_pack("{s:o, s:s, s:i, s:i, s:i, s:b, s:o, s:o}", "name",
                               json_text(p->spec->sources[i].name), "verdict", verdicts[s->verdict],
                               "items", s->read, "shown", s->shown, "odd", s->odd, "cut",
                               (int)s->cut, "note", json_text(s->note), "error",
                               s->why.text[0] != '\0' ? json_text(s->why.text) : json_null()));
    }
    for (int32_t i = 0; i < report->selection.section_count; i++) {
        const struct select_section *s = &report->selection.sections[i];
        json_array_append_new(sections, json_pack("{s:o, s:i, s:i}", "category",
                                                  json_text(p->spec->categories[s->category].id),
                                                  "shown", s->count, "cut", s->cut));
    }
    return out_json(
        json_pack("{s:o, s:o, s:o, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:o, s:o}",
                  "specification", json_text(p->spec->name), "from",
                  json_instant(p->request.from_us), "to", json_instant(p->request.to_us), "read",
                  c->read, "shown", c->shown, "outside", c->outside, "known", c->known, "unmatched",
                  c->unmatched, "elsewhere", c->elsewhere, "repeated", c->repeated, "cut", c->cut,
                  "failed_sources", report->failed, "sections", sections, "sources", sources),
        false, err);
}

/* A file when one is named; else stdout, where --json prints numbers instead of the report. */
static bool put_out(struct preview *p, struct err *err)
{
    const char *path = cli_value(p->app, "out");
    const struct buf *bytes = cli_given(p->app, "text") ? &p->report.text : &p->report.html;
    if (path != NULL && !file_replace(path, buf_text(bytes), bytes->len, 0644, err))
        return false;
    if (p->app->json)
        return print_json(p, err);
    if (path == NULL)
        return fwrite(buf_text(bytes), 1, bytes->len, stdout) == bytes->len ||
               err_set(err, ERR_STOP, "report: stdout could not be written");
    if (!p->app->quiet)
        out_print("%s: %d items from %d sources, %zu bytes\n", out_safe(&p->safe, path),
                  p->report.selection.count, p->spec->source_count - p->report.failed, bytes->len);
    return true;
}

/* Failed sources are in the report; whoever runs this in a script sees them on stderr too. */
static void tell_failures(struct preview *p)
{
    if (p->report.unsummarised > 0 && !p->app->quiet)
        (void)fprintf(stderr, "autopilot: %d section(s) without a summary: %s\n",
                      (int)p->report.unsummarised,
                      out_safe(&p->safe, p->report.unsummarised_why.text)); /* a remark only */
    for (int32_t i = 0; i < p->spec->source_count && !p->app->quiet; i++) {
        const struct report_source *s = &p->report.sources[i];
        if (s->verdict == REPORT_FAILED)
            (void)fprintf(stderr, "autopilot: source \"%s\": %s\n",
                          out_safe(&p->safe, p->spec->sources[i].name),
                          out_safe(&p->safe, s->why.text)); /* a remark only */
    }
}

bool cmd_report_preview(struct app *app, struct err *err)
{
    struct preview p = {.app = app, .arena = arena_init(SPECFILE_ARENA_MAX)};
    bool ok = choose_spec(&p, err) && open_ports(&p, err) && fill_request(&p, err) &&
              report_make(&p.request, &p.report, err);
    if (ok) {
        tell_failures(&p);
        ok = put_out(&p, err);
    }
    report_done(&p.report);
    if (p.content != NULL)
        p.content->ops->free(p.content);
    llm_free(p.llm);
    clock_real_free(p.clock);
    arena_done(&p.arena);
    return ok;
}
