/* 01_base - the clock, instants, failures, events and the audit chain: what every command uses.
 *
 * A command is a function of one jsonb that gives one jsonb. Instants in both are microseconds
 * since 1970 UTC. A command reads the clock once, so that all it writes carries the same time.
 *
 * Failures have an SQLSTATE of class AP, by which the program knows what may be done about them:
 * AP001 fenced, AP002 conflict, AP003 refused, AP004 there is no such thing, AP005 look again. */

CREATE OR REPLACE FUNCTION ap.clock() RETURNS timestamptz
LANGUAGE sql VOLATILE AS $$ SELECT clock_timestamp() $$;

/* Infinity is the largest number: never. Both are called stable, because what they are made of is:
 * a function that claims more than its parts is not put in place, but called each time. */
CREATE OR REPLACE FUNCTION ap.us(t timestamptz) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN t = 'infinity' THEN 9223372036854775807
                ELSE (extract(epoch FROM t) * 1000000)::bigint END
$$;

CREATE OR REPLACE FUNCTION ap.ts(us bigint) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN us = 9223372036854775807 THEN 'infinity'
                ELSE timestamptz 'epoch' + us * interval '1 microsecond' END
$$;

/* JSON in its shortest form, as programs write it: the server's has a blank after each colon and
 * comma. Strings are taken as a whole, so that those in them stay. */
CREATE OR REPLACE FUNCTION ap.json_text(j jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT regexp_replace(j::text, '("(?:[^"\\]|\\.)*")|([:,]) ', '\1\2', 'g') $$;

CREATE OR REPLACE FUNCTION ap.fail(state text, sentence text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = state, MESSAGE = sentence;
END $$;

/* Does a letter in this state hold a place under the limits? */
CREATE OR REPLACE FUNCTION ap.holds(state text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT state IN ('claimed', 'committing', 'sent', 'simulated', 'in_doubt') $$;

/* The state machine of the ledger, as in src/domain/types.c. */
CREATE OR REPLACE FUNCTION ap.may_move(old text, new text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE old
        WHEN 'queued' THEN new IN ('claimed', 'deferred', 'suppressed', 'cancelled')
        WHEN 'claimed' THEN new IN ('queued', 'committing', 'sent', 'simulated', 'rejected',
                                    'deferred', 'in_doubt', 'held')
        WHEN 'committing' THEN new IN ('sent', 'simulated', 'rejected', 'deferred', 'in_doubt',
                                       'queued')
        WHEN 'deferred' THEN new IN ('queued', 'claimed', 'suppressed', 'cancelled')
        WHEN 'in_doubt' THEN new IN ('sent', 'simulated', 'rejected', 'deferred', 'queued',
                                     'cancelled')
        WHEN 'held' THEN new IN ('queued', 'cancelled')
        ELSE false END
$$;

/* The event that tells of a letter's new state. */
CREATE OR REPLACE FUNCTION ap.event_of_send(state text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE state WHEN 'queued' THEN 'released' ELSE state END $$;

/* A line of the process log. What does not apply is left out. */
CREATE OR REPLACE FUNCTION ap.note(t timestamptz, kind text, job uuid DEFAULT NULL,
    group_no integer DEFAULT NULL, term_no integer DEFAULT NULL, send bigint DEFAULT NULL,
    actor text DEFAULT NULL, words text DEFAULT NULL, n1 bigint DEFAULT 0, n2 bigint DEFAULT 0,
    schedule uuid DEFAULT NULL, run uuid DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ap.events (at, kind, level, job, group_no, term_no, send, schedule, run, actor,
                           text, n1, n2)
    VALUES (t, kind, coalesce((SELECT k.level FROM ap.event_kinds k WHERE k.kind = note.kind), 2),
            job, nullif(group_no, 0), nullif(term_no, 0), send, schedule, run, actor,
            nullif(left(words, 240), ''), n1, n2);
END $$;

/* Whoever listens hears at once that an operator changed something, and looks; without a word of
 * what it was, because every login may listen. Several in one transaction are one. */
CREATE OR REPLACE FUNCTION ap.tell(actor text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF actor <> 'autopilot' THEN
        PERFORM pg_notify('ap', '');
    END IF;
END $$;

/* The event and its row in the audit chain. One writer at a time: each hash covers the last. */
CREATE OR REPLACE FUNCTION ap.audit(t timestamptz, kind text, actor text, target text,
    job uuid DEFAULT NULL, words text DEFAULT NULL, n1 bigint DEFAULT 0, n2 bigint DEFAULT 0,
    group_no integer DEFAULT NULL, term_no integer DEFAULT NULL, send bigint DEFAULT NULL,
    schedule uuid DEFAULT NULL, run uuid DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    last record;
    next_seq bigint;
    nul bytea := '\x00';
    covered bytea;
BEGIN
    PERFORM ap.tell(actor);
    PERFORM ap.note(t, kind, job, group_no, term_no, send, actor, words, n1, n2, schedule, run);
    PERFORM pg_advisory_xact_lock(hashtextextended('ap.audit_log', 0));
    SELECT a.seq, a.hash INTO last FROM ap.audit_log a ORDER BY a.seq DESC LIMIT 1;
    next_seq := coalesce(last.seq, 0) + 1;
    covered := coalesce(last.hash, decode(repeat('00', 32), 'hex'))
        || convert_to(next_seq::text, 'UTF8') || nul || convert_to(ap.us(t)::text, 'UTF8') || nul
        || convert_to(actor, 'UTF8') || nul || convert_to(kind, 'UTF8') || nul
        || convert_to(target, 'UTF8') || nul || convert_to(coalesce(words, ''), 'UTF8') || nul;
    INSERT INTO ap.audit_log (seq, at, actor, action, target, detail, hash)
    VALUES (next_seq, t, actor, kind, target, coalesce(words, ''), sha256(covered));
END $$;

/* The same for several about runs, in this order: the chain is read once and written once. */
CREATE OR REPLACE FUNCTION ap.audit_runs(t timestamptz, the_kind text, who text, targets text[],
    details text[], n1s bigint[], n2s bigint[], schedules uuid[], runs uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    nul bytea := '\x00';
    h bytea;
    seq bigint;
    hashes bytea[] := '{}';
    start bytea := nul || convert_to(ap.us(t)::text, 'UTF8') || nul || convert_to(who, 'UTF8')
        || nul || convert_to(the_kind, 'UTF8') || nul;
BEGIN
    INSERT INTO ap.events (at, kind, level, schedule, run, actor, text, n1, n2)
    SELECT t, the_kind, coalesce((SELECT k.level FROM ap.event_kinds k WHERE k.kind = the_kind), 2),
           u.s, u.r, who, nullif(left(u.d, 240), ''), u.a, u.b
    FROM unnest(schedules, runs, details, n1s, n2s) WITH ORDINALITY u (s, r, d, a, b, n)
    ORDER BY u.n;
    PERFORM pg_advisory_xact_lock(hashtextextended('ap.audit_log', 0));
    SELECT a.seq, a.hash INTO seq, h FROM ap.audit_log a ORDER BY a.seq DESC LIMIT 1;
    seq := coalesce(seq, 0);
    h := coalesce(h, decode(repeat('00', 32), 'hex'));
    FOR i IN 1 .. cardinality(targets) LOOP
        h := sha256(h || convert_to((seq + i)::text, 'UTF8') || start
            || convert_to(targets[i], 'UTF8') || nul || convert_to(details[i], 'UTF8') || nul);
        hashes := hashes || h;
    END LOOP;
    INSERT INTO ap.audit_log (seq, at, actor, action, target, detail, hash)
    SELECT seq + u.n, t, who, the_kind, u.target, u.detail, u.hash
    FROM unnest(targets, details, hashes) WITH ORDINALITY u (target, detail, hash, n);
END $$;

/* The name of a letter is made from its key: SHA-256 of "send", mode, job and address, each but the
 * last followed by a NUL, as a UUID of version 8 (src/domain/ledger.c). */
CREATE OR REPLACE FUNCTION ap.send_id(mode text, job uuid, address text) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    h bytea := sha256('send'::bytea || '\x00'::bytea || convert_to(mode, 'UTF8')
        || '\x00'::bytea || convert_to(job::text, 'UTF8') || '\x00'::bytea
        || convert_to(address, 'UTF8'));
BEGIN
    h := set_byte(h, 6, (get_byte(h, 6) & 15) | 128);
    h := set_byte(h, 8, (get_byte(h, 8) & 63) | 128);
    RETURN encode(substr(h, 1, 16), 'hex')::uuid;
END $$;

/* The program's table of events, and the record's name when it has none yet. */
CREATE OR REPLACE FUNCTION ap.schema_words(kinds jsonb) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO ap.event_kinds (kind, level)
    SELECT k.key, k.value::int FROM jsonb_each_text(kinds) k
    ON CONFLICT (kind) DO UPDATE SET level = excluded.level;
    INSERT INTO ap.record (id, created_at) VALUES (gen_random_uuid(), clock_timestamp())
    ON CONFLICT DO NOTHING;
$$;

/* Which server this is: "7301:2". */
CREATE OR REPLACE FUNCTION ap.server() RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT (SELECT c.system_identifier FROM pg_control_system() c) || ':' ||
           ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int
$$;
