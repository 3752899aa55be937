/* 05_search - what a search found becomes leads, sources and ledger rows, and the term's cursor
 * moves, in one transaction.
 *
 * Addresses are walked in order from where the term stood, and the walk stops right behind the
 * address that fills the last free place, or when it has lasted long; where it stopped is the new
 * cursor. */

CREATE OR REPLACE FUNCTION ap.term_must(q jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM ap.search_terms s
    WHERE s.job = (q ->> 'job')::uuid AND s.term_no = (q ->> 'term')::int
      AND s.group_no = (q ->> 'group')::int AND NOT s.removed;
    IF NOT FOUND THEN
        PERFORM ap.fail('AP005', format('job: term %s is gone; load the job again', q ->> 'term'));
    END IF;
END $$;

/* A letter of another job that reached this lead, may have, or is in an engine's hands. */
CREATE OR REPLACE FUNCTION ap.contacted(the_lead bigint, the_job uuid) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT s.seq FROM ap.sends s
    WHERE s.lead = the_lead AND s.job <> the_job AND s.mode <> 'dryrun'
      AND s.state IN ('sent', 'in_doubt', 'claimed', 'committing')
    LIMIT 1
$$;

/* Where a lead was found; the row's number either way. `again`: it was there. */
CREATE OR REPLACE FUNCTION ap.source(q jsonb, page jsonb, the_lead bigint, mend boolean,
    t timestamptz, OUT source bigint, OUT again boolean)
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ap.lead_sources AS o (lead, job, group_no, term_no, url, title, company, language,
                                      found_at)
    VALUES (the_lead, (q ->> 'job')::uuid, (q ->> 'group')::int, (q ->> 'term')::int,
            page ->> 'url', page ->> 'title', page ->> 'company', page ->> 'language', t)
    ON CONFLICT (lead, job, term_no, url) DO NOTHING
    RETURNING o.id INTO source;
    again := source IS NULL;
    IF again AND mend THEN
        UPDATE ap.lead_sources o
        SET title = page ->> 'title', company = page ->> 'company', language = page ->> 'language'
        WHERE o.lead = the_lead AND o.job = (q ->> 'job')::uuid
          AND o.term_no = (q ->> 'term')::int AND o.url = page ->> 'url'
        RETURNING o.id INTO source;
    END IF;
END $$;

DO $$
BEGIN
    CREATE TYPE ap.harvest AS (job uuid, workspace_id uuid, mode text, recontact text, one boolean,
        cycle integer, queued integer, duplicates integer, skipped integer, leads integer,
        moves ap.send_move[]);
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

/* The lead is known already: a line is written when it was met in a new place. */
CREATE OR REPLACE FUNCTION ap.met_again(q jsonb, page jsonb, the_lead bigint, the_send bigint,
    t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (ap.source(q, page, the_lead, false, t)).again THEN
        PERFORM ap.note(t, 'duplicate', job => (q ->> 'job')::uuid,
                        group_no => (q ->> 'group')::int, term_no => (q ->> 'term')::int,
                        send => the_send);
    END IF;
END $$;

/* One new address: a lead when it is the first, and a row of the ledger. */
CREATE OR REPLACE FUNCTION ap.queue_address(q jsonb, h ap.harvest, page jsonb, hit jsonb,
    the_lead bigint, t timestamptz) RETURNS ap.harvest
LANGUAGE plpgsql AS $$
DECLARE
    the_source bigint;
    the_send bigint;
    g integer := (q ->> 'group')::int;
    s integer := (q ->> 'term')::int;
BEGIN
    IF the_lead IS NULL THEN
        INSERT INTO ap.leads (workspace_id, address, shown, site, company, flags, job, group_no,
                              term_no, found_at)
        VALUES (h.workspace_id, hit ->> 'address', hit ->> 'shown', hit ->> 'site',
                page ->> 'company', (hit ->> 'flags')::int, h.job, g, s, t)
        RETURNING id INTO the_lead;
        h.leads := h.leads + 1;
    END IF;
    the_source := (ap.source(q, page, the_lead, true, t)).source;
    INSERT INTO ap.sends (id, job, mode, lead, source, address, site, group_no, term_no, cycle,
                          state, queued_at)
    VALUES (ap.send_id(h.mode, h.job, hit ->> 'address'), h.job, h.mode, the_lead, the_source, hit ->> 'address',
            hit ->> 'site', g, s, h.cycle, 'queued', t)
    RETURNING seq INTO the_send;
    PERFORM ap.note(t, 'lead', job => h.job, group_no => g, term_no => s, send => the_send);
    h.moves := h.moves || (h.job, h.mode, g, s, NULL, NULL, 'queued', h.cycle)::ap.send_move;
    h.queued := h.queued + 1;
    IF EXISTS (SELECT 1 FROM ap.lost_letters l
               WHERE l.id = ap.send_id(h.mode, h.job, hit ->> 'address')) THEN
        PERFORM ap.tally(h.moves, t), ap.restore_letter(the_send, t);
        h.moves := '{}';
        h.queued := h.queued - 1;
        h.duplicates := h.duplicates + 1;
    END IF;
    RETURN h;
END $$;

CREATE OR REPLACE FUNCTION ap.take_address(q jsonb, h ap.harvest, page jsonb, hit jsonb,
    t timestamptz) RETURNS ap.harvest
LANGUAGE plpgsql AS $$
DECLARE
    the_id uuid := ap.send_id(h.mode, h.job, hit ->> 'address');
    the_send bigint;
    the_lead bigint;
BEGIN
    IF (hit ->> 'skip')::boolean THEN
        h.skipped := h.skipped + 1;
        RETURN h;
    END IF;
    SELECT s.seq, s.lead INTO the_send, the_lead FROM ap.sends s
    WHERE s.id = the_id;
    IF the_send IS NULL THEN
        SELECT l.id INTO the_lead FROM ap.leads l
        WHERE l.workspace_id = h.workspace_id AND l.address = hit ->> 'address';
        IF the_lead IS NOT NULL AND h.recontact = 'never' THEN
            the_send := ap.contacted(the_lead, h.job);
        END IF;
    END IF;
    IF the_send IS NOT NULL THEN
        PERFORM ap.met_again(q, page, the_lead, the_send, t);
        h.duplicates := h.duplicates + 1;
        RETURN h;
    END IF;
    IF h.one AND EXISTS (SELECT 1 FROM ap.sends s WHERE s.job = h.job AND s.mode = h.mode
                         AND s.site = hit ->> 'site') THEN
        h.skipped := h.skipped + 1;
        RETURN h;
    END IF;
    RETURN ap.queue_address(q, h, page, hit, the_lead, t);
END $$;

CREATE OR REPLACE FUNCTION ap.search_save(q jsonb, h ap.harvest, cur jsonb, t timestamptz)
RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    g integer := (q ->> 'group')::int;
    s integer := (q ->> 'term')::int;
BEGIN
    UPDATE ap.search_terms
    SET variation = (cur ->> 'variation')::int, result = cur ->> 'result',
        address = (cur ->> 'address')::int, ended = (cur ->> 'ended')::boolean, failures = 0
    WHERE job = h.job AND term_no = s;
    UPDATE ap.automation_process_state SET duplicates = duplicates + h.duplicates, saved_at = t
    WHERE job = h.job;
    PERFORM ap.tally(h.moves, t);
    PERFORM ap.note(t, 'searched', job => h.job, group_no => g, term_no => s, n1 => h.queued,
                    n2 => h.duplicates);
    UPDATE ap.search_groups SET leads = leads + h.leads
    WHERE job = h.job AND group_no = g AND h.leads > 0;
    RETURN jsonb_build_object('queued', h.queued, 'duplicates', h.duplicates,
        'skipped', h.skipped, 'cursor', cur, 'progress', ap.progress(h.job, g, s, t));
END $$;

/* So long a search's report may keep others waiting; what is left comes with the next one. As
 * SEARCH_END_US (port/authority.h). */
CREATE OR REPLACE FUNCTION ap.search_patience() RETURNS interval
LANGUAGE sql IMMUTABLE AS $$ SELECT interval '1 second' $$;

/* The first claim after a search, as sends_exchange makes it. */
CREATE OR REPLACE FUNCTION ap.claim_first(q jsonb, t timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    ret jsonb := '{"reason": "nothing"}';
BEGIN
    IF ap.refusal(q, t) IS NULL THEN
        ret := ap.claim(q, t);
    END IF;
    RETURN jsonb_build_object('grant', ret, 'progress',
        ap.progress((q ->> 'job')::uuid, (q ->> 'group')::int, (q ->> 'term')::int, t));
END $$;

/* q: lease, group, term, room, end (a cursor), pages [{url, title, company, language, before,
 * after, leads [{address, shown, site, flags, skip}]}]; for the first claim count, per_minute,
 * daily_cap, ..., by_hand, template, as sends_exchange has them. */
CREATE OR REPLACE FUNCTION ap.search_end(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    h ap.harvest;
    page jsonb;
    cur jsonb := q -> 'end';
    room integer := (q ->> 'room')::int;
    late timestamptz := clock_timestamp() + ap.search_patience();
    n integer;
    ret jsonb;
BEGIN
    PERFORM ap.fence(q, t);
    IF jsonb_array_length(q -> 'pages') > 0 AND room < 1 THEN
        PERFORM ap.fail('AP003', 'search: there is no room for what was found');
    END IF;
    PERFORM ap.term_must(q);
    SELECT j.id, j.workspace_id, j.mode, j.recontact, j.one_lead_per_domain, p.cycle, 0, 0, 0, 0,
           '{}'::ap.send_move[]
    INTO h
    FROM ap.automation_jobs j JOIN ap.automation_process_state p ON p.job = j.id
    WHERE j.id = (q ->> 'job')::uuid;
    /* Two jobs of a workspace that find the same people must not wait for each other's rows in
     * different orders: they take turns. */
    PERFORM pg_advisory_xact_lock(hashtextextended(h.workspace_id::text, 1));
    <<walk>>
    FOR page IN SELECT * FROM jsonb_array_elements(q -> 'pages') LOOP
        n := jsonb_array_length(page -> 'leads');
        FOR i IN (page #>> '{before,address}')::int .. n - 1 LOOP
            h := ap.take_address(q, h, page, page -> 'leads' -> i, t);
            IF h.queued >= room OR clock_timestamp() >= late THEN
                cur := page -> 'after';
                IF i + 1 < n THEN
                    cur := jsonb_set(page -> 'before', '{address}', to_jsonb(i + 1));
                END IF;
                EXIT walk;
            END IF;
        END LOOP;
    END LOOP;
    ret := ap.search_save(q, h, cur, t);
    IF (q ->> 'count')::int > 0 THEN
        ret := ret || ap.claim_first(q, t);
    END IF;
    RETURN ret;
END $$;

CREATE OR REPLACE FUNCTION ap.search_failed(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    times integer;
BEGIN
    PERFORM ap.fence(q, t), ap.term_must(q);
    UPDATE ap.search_terms SET failures = failures + 1
    WHERE job = (q ->> 'job')::uuid AND term_no = (q ->> 'term')::int
    RETURNING failures INTO times;
    PERFORM ap.note(t, 'search_failed', job => (q ->> 'job')::uuid,
                    group_no => (q ->> 'group')::int, term_no => (q ->> 'term')::int,
                    words => q ->> 'reason', n1 => times);
    RETURN '{}';
END $$;
