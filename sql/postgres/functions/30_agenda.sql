/* 30_agenda - what is due: schedules whose instant has come, and what is needed to decide about
 * them. Nothing is decided here; 31_slots carries out what was. */

/* How long an engine that was not heard of has its runs; as RUN_TTL_US. */
CREATE OR REPLACE FUNCTION ap.run_ttl() RETURNS interval
LANGUAGE sql IMMUTABLE AS $$ SELECT interval '60 seconds' $$;

/* One slot of one specification, one name, whoever makes the row: SHA-256 of the schedule, the
 * instant (8 bytes, the lowest first) and the specification, as a UUID of version 8; as
 * agenda_slot_id() of the embedded agenda. */
CREATE OR REPLACE FUNCTION ap.slot_id(schedule uuid, slot_us bigint, specification uuid)
RETURNS uuid
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    n bytea := int8send(slot_us);
    h bytea;
BEGIN
    h := sha256(uuid_send(schedule) || substr(n, 8, 1) || substr(n, 7, 1) || substr(n, 6, 1)
        || substr(n, 5, 1) || substr(n, 4, 1) || substr(n, 3, 1) || substr(n, 2, 1)
        || substr(n, 1, 1) || uuid_send(specification));
    h := set_byte(set_byte(h, 6, (get_byte(h, 6) & 15) | 128), 8, (get_byte(h, 8) & 63) | 128);
    RETURN encode(substr(h, 1, 16), 'hex')::uuid;
END $$;

/* Locks are taken in this order, each kind by id: specifications, runs, schedules, and last the
 * audit chain (ap.audit). The row of a specification is the lock of its periods: who makes a run
 * of it, takes or ends one has it, so nobody ever waits for another's uncommitted run. What has
 * begun of theirs and is not written down yet (34_ready) is, before anything is decided. */
CREATE OR REPLACE FUNCTION ap.lock_specs(ids uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM ap.newsletter_specifications p WHERE p.id = ANY (ids)
    ORDER BY p.id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM ap.ready_slots) THEN
        PERFORM ap.ready_settle(ARRAY(
            SELECT r.run FROM ap.ready_slots r JOIN ap.ready_batches b ON b.id = r.batch
            WHERE r.specification_id = ANY (ids) AND b.begun_at IS NOT NULL));
    END IF;
END $$;

CREATE OR REPLACE FUNCTION ap.lock_schedules(ids uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM ap.autopilot_schedules s WHERE s.id = ANY (ids)
    ORDER BY s.id FOR NO KEY UPDATE;
END $$;

/* One specification of a schedule, with what is needed to decide about it; place 0 is its first.
 * A backfill holds no slot up: what comes up now goes before it. */
CREATE OR REPLACE FUNCTION ap.due_row(s ap.autopilot_schedules, place integer, spec uuid)
RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    ret jsonb;
BEGIN
    SELECT jsonb_build_array(s.id, p.id, s.schedule_name, s.schedule_type,
        s.schedule_config::text, s.cadence_override, s.status, ap.us(s.next_run_at),
        ap.us(s.last_scheduled_for), ap.us(s.created_at), s.slot_count,
        p.active AND p.deleted_at IS NULL, p.name, p.frequency,
        ap.us((SELECT max(r.period_at) FROM ap.newsletter_runs r
               WHERE r.specification_id = spec AND r.status = 'success'
                 AND r.trigger <> 'test')),
        b.busy > 0, b.waiting > 0, place, s.after_id IS NOT NULL) INTO ret
    FROM ap.newsletter_specifications p
    CROSS JOIN LATERAL (
        SELECT count(*) AS busy, count(*) FILTER (WHERE r.status = 'queued') AS waiting
        FROM ap.newsletter_runs r
        WHERE r.status IN ('queued', 'running') AND r.specification_id = spec
          AND r.trigger <> 'backfill') b
    WHERE p.id = spec;
    RETURN ret;
END $$;

/* The earliest instant at which a schedule is due, a pause ends, a waiting run may be taken, or the
 * time of a running one's lane is over. What waits for another run of its specification to end is
 * not counted: that end is a change of its own. */
CREATE OR REPLACE FUNCTION ap.agenda_next_due(q jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET jit = off AS $$
DECLARE
    first timestamptz;
BEGIN
    SELECT least(
        (SELECT min(s.next_run_at) FROM ap.autopilot_schedules s
         WHERE s.enabled AND s.status = 'active' AND s.deleted_at IS NULL),
        (SELECT min(s.paused_until) FROM ap.autopilot_schedules s
         WHERE s.status = 'paused' AND s.paused_until IS NOT NULL AND s.deleted_at IS NULL
           AND s.enabled),
        (SELECT min(CASE r.status WHEN 'queued' THEN r.not_before ELSE r.until END)
         FROM ap.newsletter_runs r
         WHERE r.status IN ('queued', 'running')
           AND (r.status = 'running' OR NOT EXISTS
                (SELECT 1 FROM ap.newsletter_runs b
                 WHERE b.status IN ('queued', 'running') AND b.status = 'running'
                   AND b.specification_id = r.specification_id)))) INTO first;
    RETURN jsonb_build_object('at', ap.us(first));
END $$;

/* Schedules whose instant has come, or whose pause is over, oldest first: a row for each of their
 * specifications, q.max at most. A slot that an engine has made ready (34_ready) is left to it: it
 * has begun and is written down in a moment; one that does not begin in time is not waited for. */
CREATE OR REPLACE FUNCTION ap.agenda_due(q jsonb) RETURNS jsonb
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET jit = off AS $$
DECLARE
    t timestamptz := ap.clock();
    most integer := (q ->> 'max')::int;
    ret jsonb;
BEGIN
    SELECT jsonb_agg(ap.due_row(f.s, f.place, f.spec) ORDER BY f.at, f.no, f.place) INTO ret
    FROM (SELECT s, d.at, s.no, o.place, o.spec
          FROM ((SELECT e.id, e.next_run_at AS at FROM ap.autopilot_schedules e
                 WHERE e.enabled AND e.status = 'active' AND e.deleted_at IS NULL
                   AND e.next_run_at <= t AND NOT EXISTS (
                     SELECT FROM ap.ready_slots r JOIN ap.ready_batches b ON b.id = r.batch
                     WHERE r.schedule = e.id AND r.due = e.next_run_at
                       AND coalesce(b.begun_at + interval '5 seconds',
                                    r.due + interval '1 second') > t)
                 ORDER BY e.next_run_at LIMIT most)
                UNION ALL
                (SELECT e.id, e.paused_until FROM ap.autopilot_schedules e
                 WHERE e.status = 'paused' AND e.paused_until IS NOT NULL AND e.paused_until <= t
                   AND e.deleted_at IS NULL AND e.enabled ORDER BY e.paused_until LIMIT most)
                ORDER BY 2 LIMIT most) d
          JOIN ap.autopilot_schedules s ON s.id = d.id
          CROSS JOIN LATERAL (
              SELECT 0 AS place, s.specification_id AS spec
              UNION ALL
              SELECT x.place, x.specification_id FROM ap.schedule_specifications x
              WHERE x.schedule = s.id) o
          ORDER BY d.at, s.no, o.place LIMIT most) f;
    RETURN jsonb_build_object('now', ap.us(t), 'rows', coalesce(ret, '[]'));
END $$;

/* Active schedules whose instant is to come, by id, past q.after, each with its first
 * specification. */
CREATE OR REPLACE FUNCTION ap.agenda_ahead(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    ret jsonb;
BEGIN
    SELECT jsonb_agg(ap.due_row(f.s, 0, f.spec) ORDER BY f.id) INTO ret
    FROM (SELECT s, s.id, s.specification_id AS spec FROM ap.autopilot_schedules s
          WHERE s.id > (q ->> 'after')::uuid AND s.enabled AND s.status = 'active'
            AND s.deleted_at IS NULL AND s.next_run_at > t
          ORDER BY s.id LIMIT (q ->> 'max')::int) f;
    RETURN jsonb_build_object('now', ap.us(t), 'rows', coalesce(ret, '[]'));
END $$;
