/* agenda_stage.c - the scene of the operators' commands. */
#include "agenda_stage.h"

#include "domain/calendar.h"
#include "fake/one_run.h"
#include "store/read_lists.h"

bool stage_begin(struct agenda_stage *c)
{
    fake_clock_init(&c->clock);
    c->clock.now = stage_at("2026-11-23T08:00:00Z");
    c->arena = arena_init((size_t)64 << 20);
    c->record = agenda_record_new(&c->clock, &c->err);
    return c->record != NULL && agenda_record_workspace(c->record, "default", &c->err) &&
           agenda_record_workspace(c->record, "elsewhere", &c->err) &&
           agenda_record_agenda(c->record, &c->a, &c->err) &&
           stage_put_spec(c, "carl", "news", "daily");
}

void stage_end(struct agenda_stage *c)
{
    if (c->a != NULL)
        c->a->ops->free(c->a);
    agenda_record_free(c->record);
    arena_done(&c->arena);
    *c = (struct agenda_stage){0};
}

struct db *stage_db(struct agenda_stage *c)
{
    return agenda_record_db(c->record);
}

int64_t stage_at(const char *text)
{
    int64_t s = 0;
    assert_true(calendar_parse(text, &s));
    return s * US_PER_S;
}

bool stage_put_spec(struct agenda_stage *c, const char *actor, const char *name,
                    const char *frequency)
{
    enum put_answer answer;
    struct spec_put put = {"default", name, true, frequency, "{}"};
    return c->a->ops->spec_put(c->a, actor, &put, -1, &answer, &c->err);
}

bool stage_put_schedule(struct agenda_stage *c, const char *actor, const char *name)
{
    enum put_answer answer;
    struct schedule_def def = {.workspace = "default",
                               .name = name,
                               .specification = "news",
                               .type = "daily",
                               .config = "{\"time\":\"09:00\"}",
                               .notes = "",
                               .enabled = true};
    return c->a->ops->schedule_put(c->a, actor, &def, stage_at("2026-11-23T09:00:00Z"), -1, &answer,
                                   &c->err);
}

bool stage_join(struct agenda_stage *c, const char *actor, const char *name, enum role role)
{
    enum put_answer answer;
    struct agenda_ref ref = {"default", name};
    return c->a->ops->member_put(c->a, actor, &ref, role, &answer, &c->err);
}

bool stage_ask(struct agenda_stage *c, const char *actor, const char *name, struct uuid *ret)
{
    struct agenda_ref ref = {"default", name};
    return c->a->ops->run_ask(c->a, actor, &ref, TRIGGER_TEST, NULL, ret, &c->err);
}

bool stage_take(struct agenda_stage *c, struct run_work *ret)
{
    bool found = false;
    SCENE_OK(c, one_run_take(c->a, uuid_from_bytes("one", 3), 1, &c->arena, ret, &found, &c->err));
    return found;
}

bool stage_end_run(struct agenda_stage *c, const struct run_work *work, bool well)
{
    struct run_result result = {.ok = well,
                                .error = "no source answered",
                                .report = "x.html",
                                .sha256 = "abc",
                                .html = "<p>",
                                .html_len = 3,
                                .text = "t",
                                .text_len = 1};
    return one_run_end(c->a, work->run, work->attempt, &result, &c->err);
}

struct schedule_row *stage_schedule(struct agenda_stage *c, const char *name)
{
    struct schedule_row *rows;
    int32_t count = 0;
    SCENE_OK(c, read_schedules(stage_db(c), "default", name, &c->arena, &rows, &count, &c->err));
    return count == 1 ? rows : NULL;
}

int32_t stage_runs(struct agenda_stage *c, struct run_row **ret)
{
    struct run_filter filter = {.max = READ_RUNS_MAX};
    int32_t count = 0;
    SCENE_OK(c, read_runs(stage_db(c), &filter, &c->arena, ret, &count, &c->err));
    return count;
}

static bool count_line(void *ctx, const struct audit_line *line)
{
    (void)line;
    ++*(int32_t *)ctx;
    return true;
}

int32_t stage_audited(struct agenda_stage *c)
{
    int32_t count = 0;
    SCENE_OK(c, read_audit(stage_db(c), count_line, &count, &c->err));
    return count;
}
