/* 06_sends - verdicts into the ledger, and which letters may be sent now.
 *
 * A verdict is a fact: taken from any epoch of the engine that claimed the row; it moves only a row
 * that is still open, and taken twice changes nothing. A claim is a decision: first how many (the
 * smallest of what is left of every limit), then which (the oldest rows of the term, each judged
 * once more), in the transaction that claims, so that nothing can pass them. */

/* Locks the jobs of these letters and of the lane, in one order. */
CREATE OR REPLACE FUNCTION ap.lock_jobs(verdicts jsonb, also uuid) RETURNS void
LANGUAGE sql AS $$
    SELECT 1 FROM ap.job_leases l
    WHERE l.job = also OR l.job IN
        (SELECT s.job FROM jsonb_array_elements(verdicts) v
         JOIN ap.sends s ON s.id = (v ->> 'id')::uuid)
    ORDER BY l.job FOR UPDATE
$$;

/* Servers said that nobody is at these letters' addresses: no job of their workspaces writes to them
 * again. In one order, so that two who say so at once don't wait for one another. */
CREATE OR REPLACE FUNCTION ap.suppress_bounced(seqs bigint[], t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    b record;
BEGIN
    FOR b IN
        WITH added AS (
            INSERT INTO ap.suppressions (workspace_id, subject, reason, actor, at)
            SELECT DISTINCT j.workspace_id, s.address, 'bounce', 'autopilot', t
            FROM ap.sends s JOIN ap.automation_jobs j ON j.id = s.job
            WHERE s.seq = ANY (seqs) ORDER BY 1, 2
            ON CONFLICT DO NOTHING
            RETURNING workspace_id, subject)
        SELECT w.name, a.subject FROM added a JOIN ap.workspaces w ON w.id = a.workspace_id
        ORDER BY w.name, a.subject
    LOOP
        PERFORM ap.audit(t, 'suppress_added', 'autopilot', b.name, words => b.subject);
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION ap.take_verdicts(me uuid, verdicts jsonb, t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    moves ap.send_move[] := '{}';
    bounced bigint[] := '{}';
    v record;
BEGIN
    FOR v IN
        SELECT DISTINCT ON (s.seq) s.*, x.ord, x.w ->> 'state' AS said, (x.w ->> 'code')::int AS c,
               x.w ->> 'reason' AS why, x.w ->> 'sha256' AS sha,
               (x.w ->> 'retry_at')::bigint AS later, (x.w ->> 'nobody')::boolean AS nobody
        FROM jsonb_array_elements(verdicts) WITH ORDINALITY x (w, ord)
        JOIN ap.sends s ON s.id = (x.w ->> 'id')::uuid
        WHERE s.owner = me AND s.state IN ('claimed', 'committing', 'in_doubt')
        ORDER BY s.seq, x.ord
    LOOP
        IF v.state = 'in_doubt' AND v.said = 'in_doubt' THEN
            /* Its own engine says that nobody can know: it need not be asked again. */
            UPDATE ap.sends SET decided_at = t WHERE seq = v.seq AND decided_at IS NULL;
        ELSIF ap.may_move(v.state, v.said) AND v.said <> 'committing' THEN
            UPDATE ap.sends
            SET state = v.said, code = v.c, reason = v.why, sha256 = v.sha,
                retry_at = CASE v.said WHEN 'deferred' THEN ap.ts(v.later) END,
                decided_at = CASE v.said WHEN 'queued' THEN NULL ELSE t END
            WHERE seq = v.seq;
            PERFORM ap.note(t, ap.event_of_send(v.said), job => v.job, group_no => v.group_no,
                            term_no => v.term_no, send => v.seq, words => v.why, n1 => v.c);
            moves := moves || (v.job, v.mode, v.group_no, v.term_no, v.state, v.cycle, v.said,
                               v.cycle)::ap.send_move;
            IF v.nobody THEN
                bounced := bounced || v.seq;
            END IF;
        END IF;
    END LOOP;
    PERFORM ap.tally(moves, t);
    IF bounced <> '{}' THEN
        PERFORM ap.suppress_bounced(bounced, t);
    END IF;
END $$;

CREATE OR REPLACE FUNCTION ap.sends_end(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
BEGIN
    PERFORM ap.lock_jobs(q -> 'verdicts', NULL);
    PERFORM ap.take_verdicts((q ->> 'engine')::uuid, q -> 'verdicts', t);
    RETURN '{}';
END $$;

/* The subjects of the suppression list that an address falls under: itself, then "@domain" for its
 * domain and each that this one is below. */
CREATE OR REPLACE FUNCTION ap.subjects(address text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ARRAY [address] || coalesce(
        (SELECT array_agg('@' || array_to_string(d.part[i:], '.') ORDER BY i)
         FROM (SELECT string_to_array(regexp_replace(address, '^.*@', ''), '.') AS part) d,
              generate_subscripts(d.part, 1) i), '{}')
$$;

/* Why a letter to this address is not sent: NULL when nothing is on the list. */
CREATE OR REPLACE FUNCTION ap.suppressed(the_workspace uuid, address text) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT s.subject || CASE WHEN s.reason <> '' THEN ': ' || s.reason ELSE '' END
    FROM unnest(ap.subjects(address)) WITH ORDINALITY a (subject, ord)
    JOIN ap.suppressions s ON s.workspace_id = the_workspace AND s.subject = a.subject
    ORDER BY a.ord LIMIT 1
$$;

/* As ramp_cap() of the program: the same steps in whole millionths. */
CREATE OR REPLACE FUNCTION ap.ramp_cap(start integer, growth integer, cap integer, day bigint)
RETURNS integer
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    most bigint := CASE WHEN cap > 0 THEN cap ELSE 10000000 END * bigint '1000000';
    n bigint := start * bigint '1000000';
    d bigint := 0;
BEGIN
    IF start <= 0 THEN
        RETURN cap;
    END IF;
    WHILE growth > 0 AND d < day AND n < most LOOP
        n := n + n / 100 * growth;
        d := d + 1;
    END LOOP;
    RETURN (least(n, most) / 1000000)::int;
END $$;

DO $$
BEGIN
    /* What is left of the windows so far, and when the last one that is full opens. */
    CREATE TYPE ap.room AS (n bigint, opens bigint, full_window text);
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

CREATE OR REPLACE FUNCTION ap.narrow(r ap.room, lft bigint, opens bigint, name text)
RETURNS ap.room
LANGUAGE sql IMMUTABLE AS $$
    SELECT ROW(least(r.n, greatest(lft, 0)),
        CASE WHEN lft > 0 OR opens < r.opens THEN r.opens ELSE opens END,
        CASE WHEN lft > 0 OR opens < r.opens THEN r.full_window ELSE name END)::ap.room
$$;

/* At an even pace one letter is due each gap; a second's worth at most goes at once. */
CREATE OR REPLACE FUNCTION ap.room_by_pace(r ap.room, per_minute integer, the_mode text,
    t timestamptz) RETURNS ap.room
LANGUAGE plpgsql STABLE AS $$
DECLARE
    gap bigint := 60000000 / per_minute;
    due bigint := greatest(per_minute / 60, 1);
    last bigint;
BEGIN
    SELECT ap.us(max(s.claimed_at)) INTO last FROM ap.sends s
    WHERE s.mode = the_mode AND s.claimed_at IS NOT NULL;
    IF last IS NOT NULL AND gap > 0 THEN
        due := least(due, (ap.us(t) - last) / gap);
    END IF;
    RETURN ap.narrow(r, due, coalesce(last, 0) + gap, 'pace');
END $$;

/* Letters of the mode that were claimed in a span and hold a place, and the oldest of them. */
CREATE OR REPLACE FUNCTION ap.claimed_since(the_mode text, since timestamptz, OUT n bigint,
    OUT oldest bigint)
LANGUAGE sql STABLE AS $$
    SELECT count(*), coalesce(ap.us(min(s.claimed_at)), 0) FROM ap.sends s
    WHERE s.mode = the_mode AND s.claimed_at > since AND ap.holds(s.state)
$$;

CREATE OR REPLACE FUNCTION ap.room_by_day(r ap.room, q jsonb, the_mode text, t timestamptz)
RETURNS ap.room
LANGUAGE plpgsql STABLE AS $$
DECLARE
    start integer := (q ->> 'ramp_start')::int;
    growth integer := (q ->> 'ramp_growth')::int;
    cap integer := (q ->> 'daily_cap')::int;
    a_day bigint := 86400000000;
    first bigint := 0;
    day bigint := 0;
    morrow bigint;
    opens bigint;
    w record;
BEGIN
    w := ap.claimed_since(the_mode, t - interval '24 hours');
    opens := w.oldest + a_day;
    IF start > 0 THEN
        SELECT ap.us(s.claimed_at) INTO first FROM ap.sends s
        WHERE s.mode = the_mode AND s.claimed_at IS NOT NULL AND ap.holds(s.state)
        ORDER BY s.claimed_at LIMIT 1;
        first := coalesce(first, 0);
        day := CASE WHEN first > 0 THEN greatest(ap.us(t) - first, 0) / a_day ELSE 0 END;
        morrow := first + (day + 1) * a_day;
        IF ap.ramp_cap(start, growth, cap, day + 1) > ap.ramp_cap(start, growth, cap, day) THEN
            opens := least(opens, morrow);
        END IF;
    END IF;
    RETURN ap.narrow(r, ap.ramp_cap(start, growth, cap, day) - w.n, opens, 'day');
END $$;

/* How many letters the windows of all jobs together leave, and when the next may go. Claims under a
 * common limit take turns, so that it is exact. */
CREATE OR REPLACE FUNCTION ap.common_room(q jsonb, the_mode text, t timestamptz) RETURNS ap.room
LANGUAGE plpgsql AS $$
DECLARE
    per_minute integer := (q ->> 'per_minute')::int;
    per_hour integer := coalesce((q ->> 'per_hour')::int, 0);
    by_day boolean := (q ->> 'daily_cap')::int > 0 OR (q ->> 'ramp_start')::int > 0;
    ret ap.room := (1000000, 0, '');
    w record;
BEGIN
    IF per_minute <= 0 AND per_hour <= 0 AND NOT by_day
       AND (q ->> 'per_domain_per_hour')::int <= 0 THEN
        RETURN ret;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(the_mode, 2));
    IF per_minute > 0 THEN
        ret := ap.room_by_pace(ret, per_minute, the_mode, t);
    END IF;
    IF per_hour > 0 THEN
        w := ap.claimed_since(the_mode, t - interval '1 hour');
        ret := ap.narrow(ret, per_hour - w.n, w.oldest + 3600000000, 'hour');
    END IF;
    IF by_day THEN
        ret := ap.room_by_day(ret, q, the_mode, t);
    END IF;
    RETURN ret;
END $$;

/* The term's letters that may be claimed, in the order of queueing; none that would make more than
 * so many of its domain within the hour. */
CREATE OR REPLACE FUNCTION ap.candidates(q jsonb, the_mode text, most integer, t timestamptz)
RETURNS SETOF ap.sends
LANGUAGE plpgsql STABLE AS $$
DECLARE
    each_domain integer := (q ->> 'per_domain_per_hour')::int;
BEGIN
    IF each_domain <= 0 THEN
        RETURN QUERY SELECT o.* FROM ap.sends o
            WHERE o.job = (q ->> 'job')::uuid AND o.mode = the_mode
              AND o.term_no = (q ->> 'term')::int
              AND o.state IN ('queued', 'deferred') AND (o.state = 'queued' OR o.retry_at <= t)
            ORDER BY o.seq LIMIT most;
        RETURN;
    END IF;
    RETURN QUERY
        WITH busy AS (
            SELECT s.site, count(*) AS n FROM ap.sends s
            WHERE s.mode = the_mode AND s.claimed_at > t - interval '1 hour' AND ap.holds(s.state)
            GROUP BY s.site),
        waiting AS (
            SELECT o.seq, o.site, row_number() OVER (PARTITION BY o.site ORDER BY o.seq) AS nth
            FROM ap.sends o
            WHERE o.job = (q ->> 'job')::uuid AND o.mode = the_mode
              AND o.term_no = (q ->> 'term')::int
              AND o.state IN ('queued', 'deferred') AND (o.state = 'queued' OR o.retry_at <= t))
        SELECT s.* FROM waiting w
        LEFT JOIN busy b ON b.site = w.site
        JOIN ap.sends s ON s.seq = w.seq
        WHERE w.nth + coalesce(b.n, 0) <= each_domain
        ORDER BY w.seq LIMIT most;
END $$;

/* When the hour of a domain has room again for which a letter of the term waits; NULL: none waits
 * for that. */
CREATE OR REPLACE FUNCTION ap.domain_opens(q jsonb, the_mode text, t timestamptz) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT ap.us(min(b.first)) + 3600000000
    FROM (SELECT s.site, min(s.claimed_at) AS first FROM ap.sends s
          WHERE s.mode = the_mode AND s.claimed_at > t - interval '1 hour' AND ap.holds(s.state)
          GROUP BY s.site HAVING count(*) >= (q ->> 'per_domain_per_hour')::int) b
    WHERE (q ->> 'per_domain_per_hour')::int > 0 AND b.site IN (
        SELECT o.site FROM ap.sends o
        WHERE o.job = (q ->> 'job')::uuid AND o.mode = the_mode
          AND o.term_no = (q ->> 'term')::int
          AND o.state IN ('queued', 'deferred') AND (o.state = 'queued' OR o.retry_at <= t))
$$;

/* What a domain asked for since a letter to it was decided: until when to wait, how long the longest
 * wait was, its code. Letters that were put off for that are left out. */
CREATE OR REPLACE FUNCTION ap.domain_waits(the_mode text, the_site text, OUT until timestamptz,
    OUT waited bigint, OUT code integer)
LANGUAGE sql STABLE AS $$
    SELECT max(d.retry_at), max(ap.us(d.retry_at) - ap.us(d.claimed_at)), max(d.code)
    FROM ap.sends d
    WHERE d.mode = the_mode AND d.site = the_site AND d.state = 'deferred'
      AND d.reason <> 'its domain asked to wait'
      AND d.claimed_at > coalesce(
          (SELECT o.claimed_at FROM ap.sends o
           WHERE o.mode = the_mode AND o.site = the_site AND o.claimed_at IS NOT NULL
             AND o.state IN ('sent', 'simulated', 'rejected')
           ORDER BY o.claimed_at DESC LIMIT 1), '-infinity')
$$;

CREATE OR REPLACE FUNCTION ap.put_off(s ap.sends, the_until timestamptz, the_code integer,
    t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ap.sends
    SET state = 'deferred', retry_at = the_until, code = the_code,
        reason = 'its domain asked to wait', decided_at = coalesce(decided_at, t)
    WHERE seq = s.seq;
    IF s.state <> 'deferred' THEN
        PERFORM ap.note(t, 'deferred', job => s.job, group_no => s.group_no, term_no => s.term_no,
                        send => s.seq, words => 'its domain asked to wait', n1 => the_code,
                        n2 => 1);
    END IF;
END $$;

/* Why the job is to stop: too many of its last letters were not taken. As ledger_brake() of the
 * program; NULL: it is not. */
CREATE OR REPLACE FUNCTION ap.braked(q jsonb) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    errors integer := (q ->> 'stop_after_errors')::int;
    percent integer := (q ->> 'stop_at_rejections')::int;
    seen integer := 0;
    in_a_row integer := 0;
    refused integer := 0;
    taken boolean := false;
    e record;
BEGIN
    IF (q ->> 'by_hand')::boolean OR (errors <= 0 AND percent <= 0) THEN
        RETURN NULL;
    END IF;
    FOR e IN
        SELECT v.kind FROM ap.events v
        WHERE v.job = (q ->> 'job')::uuid AND v.n2 = 0
          AND v.kind IN ('sent', 'simulated', 'rejected', 'deferred', 'in_doubt', 'job_start',
                         'job_resume')
        ORDER BY v.at DESC, v.seq DESC LIMIT 100
    LOOP
        EXIT WHEN e.kind IN ('job_start', 'job_resume');
        seen := seen + 1;
        taken := taken OR e.kind IN ('sent', 'simulated');
        in_a_row := in_a_row + (NOT taken)::int;
        refused := refused + (e.kind = 'rejected')::int;
    END LOOP;
    RETURN CASE WHEN errors > 0 AND in_a_row >= errors
                THEN format('%s letters in a row were not taken', in_a_row)
                WHEN percent > 0 AND refused > percent
                THEN format('%s of its last %s letters were refused for good', refused, seen) END;
END $$;

/* The row will not be sent: it comes to rest without having taken a place. */
CREATE OR REPLACE FUNCTION ap.drop_send(s ap.sends, new_state text, why text, t timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ap.sends SET state = new_state, reason = why, retry_at = NULL, decided_at = t
    WHERE seq = s.seq;
    PERFORM ap.note(t, new_state, job => s.job, group_no => s.group_no, term_no => s.term_no,
                    send => s.seq, words => why);
END $$;

DO $$
BEGIN
    CREATE TYPE ap.claim AS (workspace_id uuid, mode text, recontact text, cycle integer,
        room integer, suppressions boolean, suppressed integer, cancelled integer, seen integer,
        taken bigint[], moves ap.send_move[], put_off integer, waited jsonb);
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

/* Judges up to `most` waiting rows of the term; seen: how many there were. */
CREATE OR REPLACE FUNCTION ap.claim_some(q jsonb, c ap.claim, most integer, t timestamptz)
RETURNS ap.claim
LANGUAGE plpgsql AS $$
DECLARE
    ret ap.claim := c;
    rows ap.sends[];
    s ap.sends;
    why text;
    some_wait boolean := (q ->> 'back_off')::boolean AND EXISTS
        (SELECT 1 FROM ap.sends o WHERE o.mode = c.mode AND o.state = 'deferred');
    w record;
BEGIN
    SELECT array_agg(x ORDER BY x.seq) INTO rows FROM ap.candidates(q, c.mode, most, t) x;
    ret.seen := coalesce(cardinality(rows), 0);
    IF ret.seen > 0 AND c.recontact = 'never' THEN
        /* Two jobs that claim one person take turns; the second sees what the first did. */
        PERFORM 1 FROM ap.leads l WHERE l.id IN (SELECT r.lead FROM unnest(rows) r)
        ORDER BY l.id FOR NO KEY UPDATE;
    END IF;
    FOR i IN 1 .. ret.seen LOOP
        s := rows[i];
        why := CASE WHEN c.suppressions THEN ap.suppressed(c.workspace_id, s.address) END;
        IF why IS NOT NULL THEN
            PERFORM ap.drop_send(s, 'suppressed', why, t);
            ret.suppressed := ret.suppressed + 1;
            ret.moves := ret.moves || (s.job, s.mode, s.group_no, s.term_no, s.state, 0,
                                       'suppressed', c.cycle)::ap.send_move;
        ELSIF c.recontact = 'never' AND ap.contacted(s.lead, s.job) IS NOT NULL THEN
            PERFORM ap.drop_send(s, 'cancelled', 'another job writes to it, or has meanwhile', t);
            ret.cancelled := ret.cancelled + 1;
            ret.moves := ret.moves || (s.job, s.mode, s.group_no, s.term_no, s.state, 0,
                                       'cancelled', c.cycle)::ap.send_move;
        ELSE
            IF some_wait THEN
                w := ap.domain_waits(c.mode, s.site);
                IF w.until > t THEN
                    PERFORM ap.put_off(s, w.until, w.code, t);
                    ret.put_off := ret.put_off + 1;
                    ret.moves := ret.moves || (s.job, s.mode, s.group_no, s.term_no, s.state, 0,
                                               'deferred', c.cycle)::ap.send_move;
                    CONTINUE;
                END IF;
                ret.waited := ret.waited || jsonb_build_object(s.seq::text, w.waited);
            END IF;
            ret.taken := ret.taken || s.seq;
            ret.moves := ret.moves || (s.job, s.mode, s.group_no, s.term_no, s.state, 0,
                                       'claimed', c.cycle)::ap.send_move;
        END IF;
    END LOOP;
    UPDATE ap.sends o
    SET state = 'claimed', owner = (q ->> 'engine')::uuid, epoch = (q ->> 'epoch')::bigint,
        cycle = c.cycle, attempt = o.attempt + 1, claimed_at = t, decided_at = NULL,
        retry_at = NULL
    WHERE o.seq = ANY (ret.taken[cardinality(c.taken) + 1:]);
    RETURN ret;
END $$;

/* Rows that were claimed, with what their letters need (waited: of some, by number), in the order of queueing. */
CREATE OR REPLACE FUNCTION ap.letters(seqs bigint[], waited jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', s.id, 'seq', s.seq, 'attempt', s.attempt,
        'address', s.address, 'name', l.name,
        'company', CASE WHEN o.company <> '' THEN o.company ELSE l.company END,
        'title', o.title, 'language', o.language, 'url', o.url,
        'queued_at', ap.us(s.queued_at), 'claimed_at', ap.us(s.claimed_at),
        'waited', coalesce((waited ->> s.seq::text)::bigint, 0)) ORDER BY s.seq), '[]')
    FROM ap.sends s
    JOIN ap.leads l ON l.id = s.lead
    JOIN ap.lead_sources o ON o.id = s.source
    WHERE s.seq = ANY (seqs)
$$;

/* What the letters of a claim are made from. The texts come along unless the caller has them, which
 * its `template` says: the digest that it was given with them. NULL: there is no template, or it
 * was not asked for. */
CREATE OR REPLACE FUNCTION ap.template_for(q jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_object('digest', d.digest) ||
        CASE WHEN d.digest = q ->> 'template' THEN '{}' ELSE t.texts END
    FROM ap.search_groups g
    JOIN ap.automation_jobs j ON j.id = g.job
    JOIN ap.email_templates e ON e.workspace_id = j.workspace_id AND e.name = g.template
    CROSS JOIN LATERAL (SELECT jsonb_build_object('name', e.name, 'subject', e.subject, 'text',
                                                  e.text, 'html', e.html) AS texts) t
    CROSS JOIN LATERAL (SELECT md5(t.texts::text) AS digest) d
    WHERE q ->> 'template' IS NOT NULL
      AND g.job = (q ->> 'job')::uuid AND g.group_no = (q ->> 'group')::int
$$;

CREATE OR REPLACE FUNCTION ap.claim_rows(q jsonb, c ap.claim, most integer, t timestamptz)
RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    before integer;
    opens bigint;
    template jsonb;
BEGIN
    c.suppressions := EXISTS (SELECT 1 FROM ap.suppressions s
                              WHERE s.workspace_id = c.workspace_id);
    LOOP /* rows that are dropped make room for others */
        before := cardinality(c.taken);
        c := ap.claim_some(q, c, most - before, t);
        EXIT WHEN c.seen = cardinality(c.taken) - before OR cardinality(c.taken) >= most;
    END LOOP;
    PERFORM ap.tally(c.moves, t);
    IF cardinality(c.taken) > 0 THEN
        template := ap.template_for(q);
        PERFORM ap.note(t, 'claimed', job => (q ->> 'job')::uuid, group_no => (q ->> 'group')::int,
                        term_no => (q ->> 'term')::int, send => c.taken[1],
                        n1 => cardinality(c.taken));
    ELSE
        opens := ap.domain_opens(q, c.mode, t);
    END IF;
    RETURN jsonb_build_object('reason', CASE WHEN cardinality(c.taken) > 0 THEN 'go'
                                             WHEN opens IS NOT NULL THEN 'wait'
                                             ELSE 'nothing' END,
        'wait_until', opens, 'window', 'domain',
        'suppressed', c.suppressed, 'cancelled', c.cancelled, 'put_off', c.put_off,
        'rows', ap.letters(c.taken, c.waited),
        'template', template);
END $$;

/* How many letters are left until somebody has to confirm the job. */
CREATE OR REPLACE FUNCTION ap.first_left(q jsonb) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN j.mode = 'smtp' AND p.confirmed_at IS NULL
                     AND (q ->> 'confirm_first')::int > 0
                THEN (q ->> 'confirm_first')::int - j.total_emails_sent ELSE 50 END
    FROM ap.automation_jobs j JOIN ap.automation_process_state p ON p.job = j.id
    WHERE j.id = (q ->> 'job')::uuid
$$;

/* The job's first letters are out: it wants to pause from here on. */
CREATE OR REPLACE FUNCTION ap.ask_to_confirm(q jsonb, t timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
    IF (q ->> 'by_hand')::boolean THEN
        RETURN '{"reason": "limit"}';
    END IF;
    UPDATE ap.automation_jobs SET desired = 'pause', updated_at = t
    WHERE id = (q ->> 'job')::uuid;
    PERFORM ap.note(t, 'job_unconfirmed', job => (q ->> 'job')::uuid,
                    n1 => (q ->> 'confirm_first')::int);
    RETURN '{"reason": "stop"}';
END $$;

CREATE OR REPLACE FUNCTION ap.claim(q jsonb, t timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    by_hand boolean := (q ->> 'by_hand')::boolean;
    c ap.claim;
    most integer;
    common ap.room;
    why text;
BEGIN
    IF NOT by_hand AND ap.progress((q ->> 'job')::uuid, (q ->> 'group')::int, (q ->> 'term')::int,
                                   t) ->> 'desired' <> 'run' THEN
        RETURN '{"reason": "stop"}';
    END IF;
    SELECT j.workspace_id, j.mode, j.recontact, p.cycle,
           least(CASE WHEN j.distribution_method = 'equitable' AND NOT by_hand
                      THEN least(j.loop_interval, coalesce(s.target, 0)) ELSE j.loop_interval END
                 - coalesce(s.counted, 0), j.max_emails_per_group - coalesce(g.counted, 0)),
           false, 0, 0, 0, '{}'::bigint[], '{}'::ap.send_move[], 0, '{}'::jsonb
    INTO c
    FROM ap.automation_jobs j
    JOIN ap.automation_process_state p ON p.job = j.id
    LEFT JOIN ap.search_groups g ON g.job = j.id AND g.group_no = (q ->> 'group')::int
    LEFT JOIN ap.search_terms s ON s.job = j.id AND s.term_no = (q ->> 'term')::int
    WHERE j.id = (q ->> 'job')::uuid;
    most := least((q ->> 'count')::int, 50, c.room);
    IF most <= 0 THEN
        RETURN '{"reason": "limit"}';
    END IF;
    why := ap.braked(q);
    IF why IS NOT NULL THEN
        UPDATE ap.automation_jobs SET desired = 'pause', updated_at = t
        WHERE id = (q ->> 'job')::uuid;
        PERFORM ap.note(t, 'job_braked', job => (q ->> 'job')::uuid, words => why);
        RETURN '{"reason": "stop"}';
    END IF;
    most := least(most, ap.first_left(q));
    IF most <= 0 THEN
        RETURN ap.ask_to_confirm(q, t);
    END IF;
    common := ap.common_room(q, c.mode, t);
    IF common.n <= 0 THEN
        RETURN jsonb_build_object('reason', 'wait', 'wait_until', common.opens,
                                  'window', common.full_window);
    END IF;
    RETURN ap.claim_rows(q, c, least(most, common.n)::int, t);
END $$;

/* Why this lane may not claim: NULL when it may. The facts that came with it are taken anyway. */
CREATE OR REPLACE FUNCTION ap.refusal(q jsonb, t timestamptz) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ap.fence(q, t), ap.term_must(q), ap.barrier(t);
    RETURN NULL;
EXCEPTION
    WHEN SQLSTATE 'AP001' THEN RETURN 'fenced:' || SQLERRM;
    WHEN SQLSTATE 'AP005' THEN RETURN 'retry:' || SQLERRM;
END $$;

/* q: lease, verdicts; struct send_want of the program: group, term, count, limits, by_hand; template
 * as ap.template_for() has it. */
CREATE OR REPLACE FUNCTION ap.sends_exchange(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    ret jsonb := '{"reason": "go"}';
    refused text;
BEGIN
    PERFORM ap.lock_jobs(q -> 'verdicts', (q ->> 'job')::uuid);
    PERFORM ap.take_verdicts((q ->> 'engine')::uuid, q -> 'verdicts', t);
    IF (q ->> 'count')::int > 0 THEN
        refused := ap.refusal(q, t);
        IF refused IS NULL THEN
            ret := ap.claim(q, t);
        END IF;
    END IF;
    RETURN ret || jsonb_build_object('refused', refused, 'progress',
        ap.progress((q ->> 'job')::uuid, (q ->> 'group')::int, (q ->> 'term')::int, t));
END $$;

/* What the engine has in its hands, and what a takeover put in doubt without its word. */
CREATE OR REPLACE FUNCTION ap.sends_open(q jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_array(x.id, x.job, x.mode, x.state) ORDER BY x.seq), '[]')
    FROM (SELECT s.seq, s.id, s.job, s.mode, s.state FROM ap.sends s
          WHERE s.state IN ('claimed', 'committing', 'in_doubt')
            AND s.owner = (q ->> 'engine')::uuid
            AND (q ->> 'job' IS NULL OR s.job = (q ->> 'job')::uuid)
            AND (s.state <> 'in_doubt' OR s.decided_at IS NULL)
          ORDER BY s.seq LIMIT (q ->> 'max')::int) x
$$;

/* The operator's word about a letter that is in doubt or held. */
CREATE OR REPLACE FUNCTION ap.send_settle(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    how text := q ->> 'how';
    s ap.sends;
    new_state text;
    target text;
BEGIN
    SELECT * INTO s FROM ap.sends WHERE id = (q ->> 'id')::uuid;
    IF s.seq IS NULL THEN
        PERFORM ap.fail('AP003', 'sends: there is no such letter');
    END IF;
    PERFORM ap.gate(q, (SELECT j.workspace_id FROM ap.automation_jobs j WHERE j.id = s.job),
                    'change');
    PERFORM ap.lock_jobs('[]', s.job);
    SELECT * INTO s FROM ap.sends WHERE seq = s.seq; /* as it is now that nobody else moves it */
    new_state := CASE how WHEN 'send again' THEN 'queued' WHEN 'drop' THEN 'cancelled'
        WHEN 'sent' THEN CASE s.mode WHEN 'dryrun' THEN 'simulated' ELSE 'sent' END END;
    IF s.state NOT IN ('in_doubt', 'held') OR new_state IS NULL
       OR NOT ap.may_move(s.state, new_state) THEN
        PERFORM ap.fail('AP003', format('sends: letter %s is %s; only letters that are in doubt or '
            'held are settled (held ones: again or drop)', s.seq, s.state));
    END IF;
    UPDATE ap.sends
    SET state = new_state, reason = 'settled by the operator', retry_at = NULL,
        queued_at = CASE new_state WHEN 'queued' THEN t ELSE queued_at END,
        decided_at = CASE new_state WHEN 'queued' THEN NULL ELSE t END
    WHERE seq = s.seq;
    PERFORM ap.tally(ARRAY [(s.job, s.mode, s.group_no, s.term_no, s.state, s.cycle, new_state,
                             s.cycle)::ap.send_move], t);
    SELECT w.name || '/' || j.name || ' ' || s.address INTO target
    FROM ap.automation_jobs j JOIN ap.workspaces w ON w.id = j.workspace_id WHERE j.id = s.job;
    PERFORM ap.audit(t, 'send_settled', q ->> 'actor', target, job => s.job, words => how,
                     group_no => s.group_no, term_no => s.term_no, send => s.seq);
    RETURN '{}';
END $$;
