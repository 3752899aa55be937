/* If this fails, an engine goes on saying what a shared record's absence did to its threads when
 * the record is back, and one that is asked to end then ends as if something were wrong. */
#include "../cases.h"
#include "plant.h"

#include "adapter/agenda_sqlite.h"
#include "adapter/zones_tzdata.h"
#include "base/str.h"
#include "fake/scratch.h"

#include <stdatomic.h>

/* How the record answers about schedules, and whether it answers at all. One test at a time. */
enum answers { WELL, REFUSES, UNREACHABLE, SILENT };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the first two */
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static enum answers answers;
static atomic_bool away;

static void set_answers(enum answers how)
{
    (void)pthread_mutex_lock(&lock); /* a lock of the ordinary kind */
    answers = how;
    (void)pthread_cond_broadcast(&changed); /* it can't fail */
    (void)pthread_mutex_unlock(&lock);      /* as above */
}

static bool plug_agenda(void *ctx, struct clock_port *clock, struct agenda **ret, struct err *err)
{
    (void)pthread_mutex_lock(&lock); /* a lock of the ordinary kind */
    while (answers == SILENT)
        (void)pthread_cond_wait(&changed, &lock); /* a lock that is held: it can't fail */
    enum answers how = answers;
    (void)pthread_mutex_unlock(&lock); /* as above */
    if (how == UNREACHABLE)
        return err_set(err, ERR_UNREACHABLE, "plant: schedules can't be asked for");
    if (how == REFUSES)
        return err_set(err, ERR_STOP, "plant: the disk is full");
    char path[SCRATCH_PATH_MAX];
    (void)str_format(path, sizeof path, "%s/autopilot.db",
                     ((struct plant *)ctx)->dir.dir); /* it fits */
    return agenda_sqlite_open(path, clock, ret, err);
}

static bool plug_zones(void *ctx, struct zones **ret, struct err *err)
{
    (void)ctx;
    return zones_tzdata_new("/usr/share/zoneinfo", ret, err);
}

static bool pull(struct mirror_port *m, int64_t *ret_rows, struct err *err)
{
    (void)m;
    *ret_rows = 0;
    return !atomic_load(&away) || err_set(err, ERR_UNREACHABLE, "plant: the record is away");
}

static void nothing(struct mirror_port *m)
{
    (void)m;
}

static bool plug_mirror(void *ctx, struct mirror_port **ret, struct err *err)
{
    static const struct mirror_ops ops = {.pull = pull, .free = nothing};
    static struct mirror_port port = {&ops};
    (void)ctx;
    (void)err;
    *ret = &port;
    return true;
}

static struct engine_standing standing(struct engine *e)
{
    struct engine_standing s;
    desk_standing(engine_desk(e), &s);
    return s;
}

static bool is_troubled(struct plant *p, struct engine *e)
{
    (void)p;
    return standing(e).reached && standing(e).problem[0] != '\0';
}

static bool is_away(struct plant *p, struct engine *e)
{
    (void)p;
    return standing(e).trouble[0] != '\0' && !standing(e).reached;
}

static bool is_back(struct plant *p, struct engine *e)
{
    (void)p;
    return standing(e).trouble[0] != '\0' && standing(e).reached;
}

static bool is_well(struct plant *p, struct engine *e)
{
    (void)p;
    return standing(e).reached && standing(e).problem[0] == '\0';
}

/* The threads fail as `how`; then the record goes and comes back, and no thread has an answer. */
static struct engine *come_back(struct plant *p, enum answers how)
{
    plant_init(p);
    p->plugs.agenda = plug_agenda;
    p->plugs.zones = plug_zones;
    p->plugs.mirror = plug_mirror;
    set_answers(how);
    struct engine *e = plant_start(p, ENGINE_ROLE_SERVE);
    plant_wait(p, e, is_troubled);
    set_answers(SILENT);
    atomic_store(&away, true);
    plant_wait(p, e, is_away);
    atomic_store(&away, false);
    plant_wait(p, e, is_back);
    return e;
}

static void test_the_outage_is_over_for_all(void **state)
{
    (void)state;
    struct plant p;
    struct engine *e = come_back(&p, UNREACHABLE);
    assert_string_equal(standing(e).problem, "");
    set_answers(UNREACHABLE); /* what fails anew is said anew */
    plant_wait(&p, e, is_troubled);
    assert_string_equal(standing(e).problem, "plant: schedules can't be asked for");
    set_answers(WELL);
    plant_wait(&p, e, is_well);
    plant_stop(e);
    plant_done(&p);
}

static void test_what_was_not_the_outage_stays(void **state)
{
    (void)state;
    struct plant p;
    struct engine *e = come_back(&p, REFUSES);
    assert_string_equal(standing(e).problem, "plant: the disk is full");
    set_answers(WELL);
    plant_wait(&p, e, is_well);
    plant_stop(e);
    plant_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_outage_is_over_for_all),
        cmocka_unit_test(test_what_was_not_the_outage_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
