/* 06_heard - a message that came back about a letter: its mark in the ledger, the end of a doubt,
 * its address on the suppression list. As domain/heard judges it. */

/* delayed 1, delivered 2, bounced 3, answered 4. */
CREATE OR REPLACE FUNCTION ap.heard_rank(heard text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_position(ARRAY ['delayed', 'delivered', 'bounced', 'answered'], heard), 0)
$$;

/* The first of these ids that is a letter that went to its address. */
CREATE OR REPLACE FUNCTION ap.heard_of(ids jsonb) RETURNS ap.sends
LANGUAGE sql STABLE AS $$
    SELECT s.* FROM jsonb_array_elements_text(ids) WITH ORDINALITY x (id, ord)
    JOIN ap.sends s ON s.id = x.id::uuid
    WHERE s.mode <> 'dryrun' AND s.state <> 'simulated'
    ORDER BY x.ord LIMIT 1
$$;

CREATE OR REPLACE FUNCTION ap.heard_move(s ap.sends, new_state text, q jsonb, t timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ap.sends
    SET state = new_state, code = (q ->> 'code')::int, reason = q ->> 'words', decided_at = t
    WHERE seq = s.seq;
    PERFORM ap.note(t, ap.event_of_send(new_state), job => s.job, group_no => s.group_no,
                    term_no => s.term_no, send => s.seq, words => q ->> 'words',
                    n1 => (q ->> 'code')::int);
    PERFORM ap.tally(ARRAY [(s.job, s.mode, s.group_no, s.term_no, s.state, s.cycle, new_state,
                             s.cycle)::ap.send_move], t);
END $$;

/* True when the address was not on the list. */
CREATE OR REPLACE FUNCTION ap.heard_suppress(s ap.sends, q jsonb, t timestamptz) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    w ap.workspaces;
BEGIN
    SELECT x.* INTO w FROM ap.automation_jobs j JOIN ap.workspaces x ON x.id = j.workspace_id
    WHERE j.id = s.job;
    INSERT INTO ap.suppressions (workspace_id, subject, reason, actor, at)
    VALUES (w.id, s.address, CASE q ->> 'kind' WHEN 'answered' THEN 'answered' ELSE 'bounce' END,
            q ->> 'actor', t)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM ap.audit(t, 'suppress_added', q ->> 'actor', w.name, words => s.address);
    RETURN true;
END $$;

CREATE OR REPLACE FUNCTION ap.heard_mark(s ap.sends, q jsonb, t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    target text;
BEGIN
    UPDATE ap.sends SET heard = q ->> 'kind' WHERE seq = s.seq;
    SELECT w.name || '/' || j.name || ' ' || s.address INTO target
    FROM ap.automation_jobs j JOIN ap.workspaces w ON w.id = j.workspace_id WHERE j.id = s.job;
    PERFORM ap.audit(t, 'letter_' || (q ->> 'kind'), q ->> 'actor', target, job => s.job,
                     words => q ->> 'words', n1 => (q ->> 'code')::int, group_no => s.group_no,
                     term_no => s.term_no, send => s.seq);
END $$;

/* q: actor, ids, kind, nobody, code, words, try (only say what would be). */
CREATE OR REPLACE FUNCTION ap.send_heard(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    kind text := q ->> 'kind';
    s ap.sends := ap.heard_of(q -> 'ids');
    most text;
    new_state text;
    marks boolean;
    suppresses boolean;
BEGIN
    IF s.seq IS NULL THEN
        RETURN '{"ours": false}';
    END IF;
    PERFORM ap.gate(q, (SELECT j.workspace_id FROM ap.automation_jobs j WHERE j.id = s.job),
                    'change');
    PERFORM ap.lock_jobs('[]', s.job);
    SELECT * INTO s FROM ap.sends WHERE seq = s.seq; /* as it is now that nobody else moves it */
    marks := ap.heard_rank(kind) > ap.heard_rank(s.heard);
    most := CASE WHEN marks THEN kind ELSE s.heard END;
    IF s.state = 'in_doubt' THEN
        new_state := CASE most WHEN 'bounced' THEN 'rejected' WHEN 'delivered' THEN 'sent'
                     WHEN 'answered' THEN 'sent' END;
    END IF;
    suppresses := marks AND (kind = 'answered' OR (kind = 'bounced' AND (q ->> 'nobody')::boolean));
    IF NOT (q ->> 'try')::boolean THEN
        IF marks THEN
            PERFORM ap.heard_mark(s, q, t);
        END IF;
        IF new_state IS NOT NULL THEN
            PERFORM ap.heard_move(s, new_state, q, t);
        END IF;
        suppresses := suppresses AND ap.heard_suppress(s, q, t);
    END IF;
    RETURN jsonb_build_object('ours', true, 'changed', marks OR new_state IS NOT NULL,
        'suppressed', suppresses, 'state', coalesce(new_state, s.state), 'address', s.address);
END $$;
