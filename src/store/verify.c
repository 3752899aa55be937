/* verify.c - the invariants of the record, each one row: name, what must hold, the query that finds
 * what breaks it. Two come from SQLite itself and one is computed: the audit chain. */
#include "store/verify.h"

#include "base/str.h"
#include "base/utf8.h"
#include "domain/ledger.h"
#include "store/audit.h"
#include "store/read_lists.h"

#include <string.h>

struct check {
    const char *name;
    const char *sentence;
    enum sql_id query; /* gives: how many break it, the first of them */
    bool at_rest;      /* holds only while no engine works */
};

static const struct check checks[] = {
    {"address", "no address has two ledger rows in one job and mode", SQL_VERIFY_ADDRESS_ONCE,
     false},
    {"lead", "every ledger row has its lead and its source", SQL_VERIFY_LEAD, false},
    {"term", "each term's counter equals its rows that hold a place", SQL_VERIFY_COUNTED_TERM,
     false},
    {"group", "each group's counter equals its rows that hold a place", SQL_VERIFY_COUNTED_GROUP,
     false},
    {"waiting", "the counters of queued and deferred rows equal the ledger",
     SQL_VERIFY_COUNTED_WAITING, false},
    {"total", "each job's total equals its rows that hold a place", SQL_VERIFY_COUNTED_TOTAL,
     false},
    {"states", "the numbers of rows in each state equal the ledger", SQL_VERIFY_COUNTED_STATES,
     false},
    {"limit-term", "no term passed loop_interval in any cycle", SQL_VERIFY_LIMIT_TERM, false},
    {"limit-group", "no group passed max_emails_per_group in any cycle", SQL_VERIFY_LIMIT_GROUP,
     false},
    {"line-lead", "every ledger row has its line in the log, once", SQL_VERIFY_EVENT_LEAD, false},
    {"line-end", "every decided letter has the line of its verdict", SQL_VERIFY_EVENT_VERDICT,
     false},
    {"line-once", "no letter is told to be accepted twice", SQL_VERIFY_EVENT_ONCE, false},
    {"line-gap", "no line of the log is missing", SQL_VERIFY_EVENT_GAP, false},
    {"epoch", "no letter was claimed under a lease that was not given", SQL_VERIFY_EPOCH, false},
    {"claim", "letters in hand have an owner, decided ones an instant", SQL_VERIFY_CLAIM, false},
    {"standing", "a job stands at one group and one term of it", SQL_VERIFY_STANDING, false},
    {"draws", "groups were drawn without repetition", SQL_VERIFY_DRAWS, false},
    {"cursor", "every cursor stands somewhere", SQL_VERIFY_CURSOR, false},
    {"attempts", "every attempt to send is told in the log", SQL_VERIFY_ATTEMPTS, false},
    {"engine", "under one lease only one engine claimed", SQL_VERIFY_ONE_ENGINE, false},
    {"final", "no letter left a state that is final", SQL_VERIFY_FINAL, false},
    {"source", "every lead was found somewhere", SQL_VERIFY_SOURCE, false},
    {"leads", "the numbers of leads equal the leads", SQL_VERIFY_COUNTED_LEADS, false},
    {"audited", "what operators did is in the log and in the audit log", SQL_VERIFY_AUDITED, false},
    {"completed", "no job ended with letters in hand", SQL_VERIFY_COMPLETED, false},
    {"slot", "no slot of a schedule has two rows of a specification", SQL_VERIFY_RUN_SLOT, false},
    {"parts", "a schedule's specifications are each one, in order", SQL_VERIFY_PARTS, false},
    {"after", "no schedule follows one that is gone, or itself", SQL_VERIFY_AFTER, false},
    {"follow", "each success is followed once by each follower", SQL_VERIFY_FOLLOW, false},
    {"runs", "each schedule's numbers equal its runs and slots", SQL_VERIFY_RUN_COUNTS, false},
    {"report", "every report that was made is there, as it was made", SQL_VERIFY_RUN_REPORT, false},
    {"run-state", "runs at work have an engine, ended ones an instant", SQL_VERIFY_RUN_STATE,
     false},
    {"period", "no specification makes two reports at once or in a period", SQL_VERIFY_RUN_ONCE,
     false},
    {"line-run", "every run that ended has the line of its end, once", SQL_VERIFY_RUN_LINE, false},
    {"rest", "no letter is in hand", SQL_VERIFY_REST, true},
    {"run-rest", "no report is being made", SQL_VERIFY_RUN_REST, true},
};

struct verifying {
    struct db *db;
    void (*line)(void *ctx, const struct verify_line *v);
    void *ctx;
    int32_t broken;
};

static void tell(struct verifying *v, const char *name, const char *sentence, int64_t broken,
                 const char *example)
{
    char shown[400];
    text_screen_to(shown, sizeof shown, example);
    struct verify_line line = {name, sentence, broken, shown};
    v->broken += broken > 0;
    v->line(v->ctx, &line);
}

static bool run_check(struct verifying *v, const struct check *c, struct err *err)
{
    bool row;
    char example[400] = "";
    struct stmt *st = db_stmt(v->db, c->query);
    if (!db_step(st, &row, err))
        return false;
    int64_t broken = row ? col_int(st, 0) : 0;
    if (row)
        col_text_to(st, 1, example, sizeof example);
    stmt_end(st);
    tell(v, c->name, c->sentence, broken, example);
    return true;
}

/* A file whose pages are damaged may refuse the query itself: that is the finding. */
static bool run_integrity(struct verifying *v, bool *ret_whole)
{
    static const char sentence[] = "SQLite finds the file whole";
    bool row;
    char text[400] = "";
    struct err why = {0};
    struct stmt *st = db_stmt(v->db, SQL_VERIFY_INTEGRITY);
    bool read = db_step(st, &row, &why) && row;
    if (read)
        col_text_to(st, 0, text, sizeof text);
    stmt_end(st);
    *ret_whole = read && str_equal(text, "ok");
    tell(v, "file", sentence, *ret_whole ? 0 : 1, read ? text : why.text);
    return true;
}

static bool run_references(struct verifying *v, struct err *err)
{
    bool row;
    int64_t broken = 0;
    char example[400] = "";
    struct stmt *st = db_stmt(v->db, SQL_VERIFY_REFERENCES);
    for (;;) {
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            break;
        if (broken++ == 0)
            (void)str_format(example, sizeof example, "%s row %lld", col_text(st, 0),
                             (long long)col_int(st, 1)); /* a cut is fine */
    }
    tell(v, "reference", "no row refers to one that is not there", broken, example);
    return true;
}

/* The name of a letter is a function of its key: that is what makes a lost row, made again, the
 * same letter to the outside. */
static bool run_keys(struct verifying *v, struct err *err)
{
    bool row;
    int64_t broken = 0;
    char example[ADDRESS_MAX + 1] = "";
    struct stmt *st = db_stmt(v->db, SQL_VERIFY_KEYS);
    for (;;) {
        enum mail_mode mode = MODES;
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            break;
        (void)mail_mode_parse(col_text(st, 1), &mode); /* an unknown one gives another name */
        struct uuid id = ledger_send_id(mode, col_uuid(st, 2), col_text(st, 3));
        if (!uuid_equal(id, col_uuid(st, 0)) && broken++ == 0)
            col_text_to(st, 3, example, sizeof example);
    }
    tell(v, "key", "every letter has the name that its key gives", broken, example);
    return true;
}

struct chain {
    uint8_t hash[32];
    int64_t broken;
    int64_t last;
    char example[64];
    bool failed;
};

static void hex_of(const uint8_t hash[32], char ret[65])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 32; i++) {
        ret[2 * i] = digits[hash[i] >> 4];
        ret[2 * i + 1] = digits[hash[i] & 15];
    }
    ret[64] = '\0';
}

static bool chain_row(void *ctx, const struct audit_line *a)
{
    struct chain *c = ctx;
    char hex[65];
    struct audit_entry entry = {a->seq, a->at_us, a->actor, a->action, a->target, a->detail};
    if (!audit_hash(&entry, c->hash)) {
        c->failed = true;
        return false;
    }
    hex_of(c->hash, hex);
    if ((!str_equal(hex, a->hash) || a->seq != c->last + 1) && c->broken++ == 0)
        (void)str_format(c->example, sizeof c->example, "row %lld",
                         (long long)a->seq); /* it fits */
    c->last = a->seq;
    /* One changed row must not make all rows behind it look changed. */
    for (int i = 0; i < 32 && strlen(a->hash) == 64; i++) {
        const char pair[3] = {a->hash[2 * i], a->hash[2 * i + 1], '\0'};
        int high = pair[0] <= '9' ? pair[0] - '0' : pair[0] - 'a' + 10;
        int low = pair[1] <= '9' ? pair[1] - '0' : pair[1] - 'a' + 10;
        c->hash[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

static bool run_chain(struct verifying *v, struct err *err)
{
    struct chain c = {0};
    if (!read_audit(v->db, chain_row, &c, err))
        return false;
    if (c.failed)
        return err_set(err, ERR_STOP, "verify: out of memory for the audit log");
    tell(v, "audit", "the audit log's chain is whole", c.broken, c.example);
    return true;
}

bool verify_run(struct db *db, bool at_rest, void (*line)(void *ctx, const struct verify_line *v),
                void *ctx, int32_t *ret_broken, struct err *err)
{
    struct verifying v = {db, line, ctx, 0};
    bool whole;
    bool ok = run_integrity(&v, &whole);
    for (size_t i = 0; ok && whole && i < sizeof checks / sizeof checks[0]; i++) {
        if (!checks[i].at_rest || at_rest)
            ok = run_check(&v, &checks[i], err);
    }
    ok = ok && (!whole || (run_references(&v, err) && run_keys(&v, err) && run_chain(&v, err)));
    *ret_broken = v.broken;
    return ok;
}
