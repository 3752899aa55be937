/* 40_keep - what is done now and then: tables of events are made ahead, a month each, and what is not
 * to be kept any longer goes. Engines ask for it once an hour, anybody by hand (autopilot db upkeep).
 * Nothing is waited for: who holds a table makes this come another time. */

/* Where a month, in UTC, begins. */
CREATE OR REPLACE FUNCTION ap.month_of(t timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE AS
$$ SELECT date_trunc('month', t AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' $$;

/* The tables of events, each with where it ends; that of the rest has no end. */
CREATE OR REPLACE FUNCTION ap.events_parts()
RETURNS TABLE (part regclass, starts timestamptz, ends timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT c.oid::regclass,
           coalesce(substring(b.bound FROM 'FROM \(''([^'']+)''\)')::timestamptz, '-infinity'),
           substring(b.bound FROM 'TO \(''([^'']+)''\)')::timestamptz
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid,
         LATERAL (SELECT pg_get_expr(c.relpartbound, c.oid) AS bound) b
    WHERE i.inhparent = 'ap.events'::regclass
$$;

/* Makes the table of the month of t unless it is there; rows of it that lay in the rest move over. */
CREATE OR REPLACE FUNCTION ap.events_month(t timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    starts timestamptz := ap.month_of(t);
    ends timestamptz := ap.month_of(starts + interval '32 days');
    name text := 'events_' || to_char(starts AT TIME ZONE 'UTC', 'YYYY_MM');
BEGIN
    IF EXISTS (SELECT FROM ap.events_parts() p WHERE p.starts <= t AND t < p.ends) THEN
        RETURN false;
    END IF;
    LOCK TABLE ap.events_rest IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('CREATE TABLE ap.%I (LIKE ap.events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)',
                   name);
    EXECUTE format('ALTER TABLE ap.%I OWNER TO %s', name,
                   (SELECT c.relowner::regrole FROM pg_class c WHERE c.oid = 'ap.events'::regclass));
    EXECUTE format('WITH moved AS (DELETE FROM ap.events_rest e WHERE e.at >= %L AND e.at < %L
                                   RETURNING e.*) INSERT INTO ap.%I SELECT * FROM moved',
                   starts, ends, name);
    EXECUTE format('ALTER TABLE ap.events ATTACH PARTITION ap.%I FOR VALUES FROM (%L) TO (%L)',
                   name, starts, ends);
    RETURN true;
END $$;

/* Notes that nothing of the relation from before t is sure to be there. */
CREATE OR REPLACE FUNCTION ap.keep_from(the_relation text, t timestamptz, the_mark xid8 DEFAULT '0')
RETURNS void
LANGUAGE sql AS $$
    INSERT INTO ap.keeping AS k (relation, before, mark) VALUES (the_relation, t, the_mark)
    ON CONFLICT (relation) DO UPDATE
    SET before = greatest(k.before, excluded.before), mark = greatest(k.mark, excluded.mark)
    WHERE k.before < excluded.before OR k.mark < excluded.mark
$$;

/* Drops one table of events that ended before the horizon: the oldest. Gives its rows, NULL: none
 * is so old. */
CREATE OR REPLACE FUNCTION ap.drop_events(horizon timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    p record;
    n bigint;
    more bigint;
BEGIN
    SELECT * INTO p FROM ap.events_parts() x WHERE x.ends <= horizon ORDER BY x.ends LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT count(*) FROM %s', p.part) INTO n; /* nobody writes to it any more */
    EXECUTE format('DROP TABLE %s', p.part);
    DELETE FROM ap.events_rest e WHERE e.at < p.ends;
    GET DIAGNOSTICS more = ROW_COUNT;
    PERFORM ap.keep_from('events', p.ends);
    RETURN n + more;
END $$;

/* Deletes runs that are over since before the horizon, with their reports. Stays: the newest success
 * of a specification (the next report begins where it ended), and what another run follows. No slot
 * from before the horizon can be made any more (39_backfill; a schedule's next instant only moves
 * on), so a slot is unique for ever. Gives how many it was, at most `most`. */
CREATE OR REPLACE FUNCTION ap.drop_runs(horizon timestamptz, most integer) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    ids uuid[];
BEGIN
    SELECT array_agg(o.id) INTO ids FROM (
        SELECT r.id FROM ap.newsletter_runs r
        WHERE r.created_at < horizon AND r.status NOT IN ('queued', 'running')
          AND coalesce(r.scheduled_for, r.created_at) < horizon
          AND coalesce(r.finished_at, r.created_at) < horizon
          AND NOT EXISTS (SELECT FROM ap.newsletter_runs f WHERE f.after_run = r.id)
          AND (r.status <> 'success' OR r.trigger = 'test' OR EXISTS (
                   SELECT FROM ap.newsletter_runs n
                   WHERE n.specification_id = r.specification_id AND n.status = 'success'
                     AND n.trigger <> 'test' AND (n.period_at, n.seq) > (r.period_at, r.seq)))
        ORDER BY r.created_at LIMIT most FOR UPDATE SKIP LOCKED) o;
    IF ids IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM ap.keep_from('newsletter_runs', horizon);
    DELETE FROM ap.report_files f WHERE f.run = ANY (ids);
    DELETE FROM ap.newsletter_runs r WHERE r.id = ANY (ids);
    RETURN cardinality(ids);
END $$;

/* Keys of what was deleted a week ago: a copy that old is made anew. */
CREATE OR REPLACE FUNCTION ap.drop_gone(horizon timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    top xid8;
    n bigint;
BEGIN
    WITH dropped AS (DELETE FROM ap.gone g WHERE g.at < horizon RETURNING g.changed)
    SELECT count(*), (SELECT d.changed FROM dropped d ORDER BY d.changed DESC LIMIT 1)
    INTO n, top FROM dropped;
    IF n > 0 THEN
        PERFORM ap.keep_from('gone', horizon, top);
    END IF;
    RETURN n;
END $$;

/* Spans of letters' rates that no screen shows any more. A job that goes on drops its own, which
 * copies don't hear of: they drop what is before the same instant, which moves once a day. */
CREATE OR REPLACE FUNCTION ap.drop_rates(horizon timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    day timestamptz := date_trunc('day', horizon AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    n bigint;
BEGIN
    DELETE FROM ap.send_rates r WHERE (r.tick + 1) * r.span <= extract(epoch FROM day)::bigint;
    GET DIAGNOSTICS n = ROW_COUNT;
    PERFORM ap.keep_from('send_rates', day);
    RETURN n;
END $$;

/* q: keep_events, keep_runs (microseconds; 0: for ever), max (runs at once). Gives mine (false:
 * somebody else is at it), months (tables made), events, runs, gone, rates (rows that went), more
 * (there is more to drop: ask again), busy (a table was in use). */
CREATE OR REPLACE FUNCTION ap.upkeep(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    of_events bigint := (q ->> 'keep_events')::bigint;
    of_runs bigint := (q ->> 'keep_runs')::bigint;
    months integer := 0;
    events bigint;
    runs bigint := 0;
    busy boolean := false;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('ap.upkeep', 0)) THEN
        RETURN jsonb_build_object('mine', false);
    END IF;
    PERFORM set_config('lock_timeout', '300ms', true);
    BEGIN
        FOR i IN 0 .. 2 LOOP
            months := months + ap.events_month(ap.month_of(t) + i * interval '31 days')::int;
        END LOOP;
        IF of_events > 0 THEN
            events := ap.drop_events(t - of_events * interval '1 microsecond');
        END IF;
    EXCEPTION WHEN lock_not_available THEN
        busy := true;
        months := 0;
        events := NULL;
    END;
    IF of_runs > 0 THEN
        runs := ap.drop_runs(t - of_runs * interval '1 microsecond', (q ->> 'max')::int);
    END IF;
    IF events > 0 OR runs > 0 THEN
        PERFORM ap.note(t, 'history_dropped', n1 => coalesce(events, 0), n2 => runs);
    END IF;
    RETURN jsonb_build_object('mine', true, 'months', months, 'events', coalesce(events, 0),
        'runs', runs, 'gone', ap.drop_gone(clock_timestamp() - interval '7 days'),
        'rates', ap.drop_rates(t - interval '7 days'), 'busy', busy,
        'more', events IS NOT NULL OR runs >= (q ->> 'max')::int);
END $$;

/* A record that nobody works on yet has its tables too. */
DO $$
BEGIN
    FOR i IN 0 .. 2 LOOP
        PERFORM ap.events_month(ap.month_of(ap.clock()) + i * interval '31 days');
    END LOOP;
END $$;
