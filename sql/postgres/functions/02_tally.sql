/* 02_tally - counters that move with the ledger's rows, in the same transaction.
 *
 * Who calls has locked the leases of the jobs that the moves are of, so nobody else moves these
 * counters meanwhile; only the rates of all jobs together are shared, and come last. */

DO $$
BEGIN
    CREATE TYPE ap.send_move AS (job uuid, mode text, group_no integer, term_no integer,
        old text, old_cycle integer, new text, new_cycle integer);
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

CREATE OR REPLACE FUNCTION ap.tally_states(moves ap.send_move[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    d record;
BEGIN
    FOR d IN
        SELECT s.job, s.mode, s.state, sum(s.n) AS n
        FROM (SELECT m.job, m.mode, m.new AS state, 1 AS n FROM unnest(moves) m
              UNION ALL
              SELECT m.job, m.mode, m.old, -1 FROM unnest(moves) m WHERE m.old IS NOT NULL) s
        GROUP BY s.job, s.mode, s.state HAVING sum(s.n) <> 0
        ORDER BY s.job, s.mode, s.state
    LOOP
        UPDATE ap.send_counts c SET n = c.n + d.n
        WHERE c.job = d.job AND c.mode = d.mode AND c.state = d.state;
        IF NOT FOUND THEN
            INSERT INTO ap.send_counts (job, mode, state, n) VALUES (d.job, d.mode, d.state, d.n);
        END IF;
    END LOOP;
END $$;

/* Letters that went out, by spans of time; spans that nobody shows any more are dropped. */
CREATE OR REPLACE FUNCTION ap.tally_rate(the_job uuid, the_span integer, keep integer,
    t timestamptz, went bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    the_tick bigint := ap.us(t) / (the_span * bigint '1000000');
    total bigint;
BEGIN
    INSERT INTO ap.send_rates AS r (job, span, tick, n) VALUES (the_job, the_span, the_tick, went)
    ON CONFLICT (job, span, tick) DO UPDATE SET n = r.n + excluded.n
    RETURNING r.n INTO total;
    IF total = went THEN
        DELETE FROM ap.send_rates r
        WHERE r.job = the_job AND r.span = the_span AND r.tick < the_tick - keep;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION ap.tally(moves ap.send_move[], t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    d record;
    went bigint := 0;
BEGIN
    IF cardinality(moves) IS NULL OR cardinality(moves) = 0 THEN
        RETURN;
    END IF;
    PERFORM ap.tally_states(moves);
    FOR d IN
        SELECT m.job, m.group_no, m.term_no,
               sum((ap.holds(m.new))::int - (ap.holds(coalesce(m.old, '')))::int) AS total,
               sum((ap.holds(m.new) AND m.new_cycle = p.cycle)::int
                   - (ap.holds(coalesce(m.old, '')) AND m.old_cycle = p.cycle)::int) AS counted,
               sum((m.new = 'queued')::int - (coalesce(m.old, '') = 'queued')::int) AS queued,
               sum((m.new = 'deferred')::int - (coalesce(m.old, '') = 'deferred')::int) AS deferred
        FROM unnest(moves) m
        JOIN ap.automation_jobs j ON j.id = m.job AND j.mode = m.mode
        JOIN ap.automation_process_state p ON p.job = m.job
        GROUP BY m.job, m.group_no, m.term_no
        ORDER BY m.job, m.group_no, m.term_no
    LOOP
        IF d.counted <> 0 OR d.queued <> 0 OR d.deferred <> 0 THEN
            UPDATE ap.search_terms s
            SET counted = s.counted + d.counted, queued = s.queued + d.queued,
                deferred = s.deferred + d.deferred
            WHERE s.job = d.job AND s.term_no = d.term_no;
        END IF;
        IF d.counted <> 0 THEN
            UPDATE ap.search_groups g SET counted = g.counted + d.counted
            WHERE g.job = d.job AND g.group_no = d.group_no;
        END IF;
        IF d.total <> 0 OR d.counted <> 0 THEN
            UPDATE ap.automation_jobs j
            SET total_emails_sent = j.total_emails_sent + d.total, updated_at = t,
                group_emails_sent = coalesce(
                    (SELECT g.counted FROM ap.automation_process_state p
                     JOIN ap.search_groups g ON g.job = p.job AND g.group_no = p.group_no
                     WHERE p.job = d.job), 0)
            WHERE j.id = d.job;
        END IF;
    END LOOP;
    FOR d IN
        SELECT m.job, count(*) AS n FROM unnest(moves) m
        WHERE m.new IN ('sent', 'simulated') GROUP BY m.job ORDER BY m.job
    LOOP
        PERFORM ap.tally_rate(d.job, 10, 60, t, d.n), ap.tally_rate(d.job, 60, 90, t, d.n);
        went := went + d.n;
    END LOOP;
    IF went > 0 THEN
        PERFORM ap.tally_rate('00000000-0000-0000-0000-000000000000', 300, 600, t, went);
    END IF;
END $$;
