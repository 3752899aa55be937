/* test_agenda_zones.c - if this fails, a schedule keeps an instant that its time zone's rules no
 * longer give, one whose rules did not change is moved, or one that is overdue is not caught up.
 *
 * A directory with two zones that are made up of real ones, and then of others.
 * needs: postgres */
#include "engine/agenda_lane.h"

#include "../adapter/agenda_stage.h"
#include "adapter/zones_tzdata.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"
#include "fake/scratch.h"

#include <string.h>

struct stage {
    struct agenda_stage c;
    struct scratch dir;
    struct zones *zones;
    struct agenda_lane lane;
};

/* The zone of this name is what the real one is. */
static void make_zone(struct stage *s, const char *name, const char *real)
{
    char from[FILE_PATH_MAX];
    struct buf bytes = buf_init(1 << 20);
    SCENE_OK(&s->c, file_join(from, "/usr/share/zoneinfo", real, &s->c.err));
    SCENE_OK(&s->c, file_read(from, &bytes, &s->c.err));
    SCENE_OK(&s->c, file_replace(scratch_path(&s->dir, name), buf_text(&bytes), bytes.len, 0600,
                                 &s->c.err));
    buf_done(&bytes);
}

static void open_zones(struct stage *s)
{
    if (s->zones != NULL)
        s->zones->ops->free(s->zones);
    SCENE_OK(&s->c, zones_tzdata_new(s->dir.dir, &s->zones, &s->c.err));
    s->lane = (struct agenda_lane){.agenda = s->c.a, .zones = s->zones};
}

static void put(struct stage *s, const char *name, const char *config, const char *next)
{
    enum put_answer answer;
    struct schedule_def def = {.workspace = "default",
                               .name = name,
                               .specification = "news",
                               .type = "daily",
                               .config = config,
                               .notes = "",
                               .enabled = true};
    SCENE_OK(&s->c, s->c.a->ops->schedule_put(s->c.a, "carl", &def, stage_at(next), -1, &answer,
                                              &s->c.err));
}

static void begin(struct stage *s)
{
    *s = (struct stage){0};
    assert_true(stage_begin(&s->c));
    scratch_init(&s->dir);
    make_zone(s, "Moves", "Europe/Berlin");
    make_zone(s, "Stays", "Asia/Tokyo");
    open_zones(s);
    put(s, "moves", "{\"time\":\"10:00\",\"timezone\":\"Moves\"}", "2026-11-23T09:00:00Z");
    put(s, "stays", "{\"time\":\"18:00\",\"timezone\":\"Stays\"}", "2026-11-23T09:00:00Z");
    put(s, "utc", "{\"time\":\"09:00\"}", "2026-11-23T09:00:00Z");
}

static void end(struct stage *s)
{
    s->zones->ops->free(s->zones);
    scratch_done(&s->dir);
    stage_end(&s->c);
}

static int64_t retime(struct stage *s)
{
    int64_t changed = -1;
    SCENE_OK(&s->c, agenda_retime(&s->lane, &changed, &s->c.err));
    return changed;
}

static void only_what_has_other_rules_is_moved(void **state)
{
    (void)state;
    struct stage s;
    begin(&s);
    assert_int_equal(retime(&s), 0);
    int32_t audited = stage_audited(&s.c);
    make_zone(&s, "Moves", "America/New_York");
    open_zones(&s);
    assert_int_equal(retime(&s), 1);
    assert_int_equal(stage_audited(&s.c), audited + 1);
    assert_int_equal(stage_schedule(&s.c, "moves")->next_run_us, stage_at("2026-11-23T15:00:00Z"));
    assert_int_equal(stage_schedule(&s.c, "stays")->next_run_us, stage_at("2026-11-23T09:00:00Z"));
    assert_int_equal(stage_schedule(&s.c, "utc")->next_run_us, stage_at("2026-11-23T09:00:00Z"));
    assert_int_equal(retime(&s), 0);
    end(&s);
}

/* It waits for its catch-up. */
static void what_is_overdue_stays_overdue(void **state)
{
    (void)state;
    struct stage s;
    begin(&s);
    s.c.clock.now = stage_at("2026-11-24T08:00:00Z");
    make_zone(&s, "Moves", "America/New_York");
    open_zones(&s);
    assert_int_equal(retime(&s), 0);
    assert_int_equal(stage_schedule(&s.c, "moves")->next_run_us, stage_at("2026-11-23T09:00:00Z"));
    end(&s);
}

static void the_version_is_what_the_files_say(void **state)
{
    (void)state;
    struct stage s;
    char none[ZONES_VERSION_MAX + 1], text[ZONES_VERSION_MAX + 1];
    begin(&s);
    s.zones->ops->version(s.zones, none);
    assert_int_equal(strncmp(none, "of ", 3), 0);
    scratch_write(&s.dir, "+VERSION", "2025b\n");
    s.zones->ops->version(s.zones, text);
    assert_string_equal(text, "2025b");
    scratch_write(&s.dir, "tzdata.zi", "# version 2026a\n# This zic input file\n");
    s.zones->ops->version(s.zones, text);
    assert_string_equal(text, "2026a");
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_has_other_rules_is_moved),
        cmocka_unit_test(what_is_overdue_stays_overdue),
        cmocka_unit_test(the_version_is_what_the_files_say),
    };
    return AGENDA_RECORD_RUN("agenda_zones", tests);
}
