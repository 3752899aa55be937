/* 35_members - who belongs to a workspace, and the one gate of all operators' commands.
 *
 * What a role may is in one table, src/domain/role.c; its row for the command comes along as
 * q.gate: words, and for each role may: [what others made, what it made itself] and why not. Only
 * here it is known which role the actor has, and that in the transaction that it is asked for.
 *
 * Whatever is defined in a workspace (members, specifications, schedules, templates) is defined by
 * one command after the other, so that a name is one thing's, a circle is seen, and an owner is
 * left. Engines don't wait for it. This lock and the one of an actor's limit come before those of
 * rows (30_agenda). */

/* Definitions of this workspace wait for this command's end. */
CREATE OR REPLACE FUNCTION ap.define(the_workspace uuid) RETURNS void
LANGUAGE sql AS
$$ SELECT pg_advisory_xact_lock(hashtextextended(the_workspace::text, 4)) $$;

/* "NAME" or "NAME: REASON" as an event's text. */
CREATE OR REPLACE FUNCTION ap.say(the_name text, reason text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT left(the_name || CASE WHEN reason = '' THEN '' ELSE ': ' || reason END, 240) $$;

/* The member's role (NULL: none), how many members there are, how many owners. */
CREATE OR REPLACE FUNCTION ap.member_standing(the_workspace uuid, who text, OUT role text,
    OUT members bigint, OUT owners bigint)
LANGUAGE sql STABLE AS $$
    SELECT max(m.role) FILTER (WHERE m.member = who), count(*),
           count(*) FILTER (WHERE m.role = 'owner')
    FROM ap.workspace_members m WHERE m.workspace_id = the_workspace
$$;

/* q: actor, admin (is the actor one?). g: a row of the table of roles. creator: who made what the
 * command is about; '' nobody. A workspace without members belongs to whoever has the record. */
CREATE OR REPLACE FUNCTION ap.gate(q jsonb, g jsonb, the_workspace uuid, creator text)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    who text := q ->> 'actor';
    admin boolean := (q ->> 'admin')::boolean;
    own integer := CASE WHEN creator <> '' AND creator = who THEN 1 ELSE 0 END;
    m record;
    the_role text;
BEGIN
    m := ap.member_standing(the_workspace, who);
    the_role := coalesce(m.role, 'none');
    IF m.members = 0 OR (g -> 'may' -> the_role ->> own)::boolean
        OR (admin AND (g -> 'may' -> 'admin' ->> own)::boolean) THEN
        RETURN;
    END IF;
    IF m.role IS NULL AND admin THEN
        the_role := 'admin';
    END IF;
    PERFORM ap.fail('AP003', format('%s may not %s: %s', who, g ->> 'words',
                                    g -> 'why' ->> the_role));
END $$;

/* What counts of q when it comes from an operator's own login: who asks, and whether an
 * administrator does, are the server's to say, and so is whether the workspace is open to him; and
 * when no row of the table of roles came along. need: as in ap.gate of 11_people. */
CREATE OR REPLACE FUNCTION ap.trusted(q jsonb, the_workspace uuid, need text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF ap.is_one_of('autopilot_engine') AND q ? 'gate' THEN
        RETURN q;
    END IF;
    PERFORM ap.gate(q, the_workspace, need);
    IF ap.actor() IS NULL THEN
        RETURN q;
    END IF;
    RETURN q || jsonb_build_object('actor', ap.actor(), 'admin', ap.is_admin(ap.actor()));
END $$;

/* The first whole second at which something is an hour old. */
CREATE OR REPLACE FUNCTION ap.hour_after(made timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT to_char(date_trunc('second', made + interval '1 hour 0.999999 seconds')
                   AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
$$;

CREATE OR REPLACE FUNCTION ap.last_owner(the_name text) RETURNS void
LANGUAGE sql AS $$
    SELECT ap.fail('AP003', format('member: %s is the last owner; make another member an owner '
                                   'before', the_name))
$$;

/* q: actor, admin, gate, workspace, name, role. */
CREATE OR REPLACE FUNCTION ap.member_put(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz;
    the_workspace uuid := ap.workspace_must(q ->> 'workspace');
    the_role text := q ->> 'role';
    m record;
BEGIN
    PERFORM ap.define(the_workspace);
    t := ap.clock();
    q := ap.trusted(q, the_workspace, 'join');
    IF q ? 'gate' THEN
        PERFORM ap.gate(q, q -> 'gate', the_workspace, '');
    END IF;
    m := ap.member_standing(the_workspace, q ->> 'name');
    IF m.members = 0 THEN
        the_role := 'owner';
    END IF;
    IF m.role = the_role THEN
        RETURN '{"answer": "same"}';
    END IF;
    IF m.role = 'owner' AND m.owners = 1 THEN
        PERFORM ap.last_owner(q ->> 'name');
    END IF;
    INSERT INTO ap.workspace_members (workspace_id, member, role, added_at)
    VALUES (the_workspace, q ->> 'name', the_role, t)
    ON CONFLICT (workspace_id, member) DO UPDATE SET role = excluded.role;
    PERFORM ap.audit(t, 'member_put', q ->> 'actor', q ->> 'name',
                     words => ap.say(q ->> 'name', the_role));
    RETURN jsonb_build_object('answer',
                              CASE WHEN m.role IS NULL THEN 'created' ELSE 'changed' END);
END $$;

/* q: actor, admin, gate, workspace, name. */
CREATE OR REPLACE FUNCTION ap.member_delete(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    the_workspace uuid := ap.workspace_must(q ->> 'workspace');
    m record;
BEGIN
    PERFORM ap.define(the_workspace);
    q := ap.trusted(q, the_workspace, CASE WHEN q ->> 'actor' = q ->> 'name' THEN 'see'
                                           ELSE 'join' END);
    IF q ? 'gate' THEN
        PERFORM ap.gate(q, q -> 'gate', the_workspace, q ->> 'name');
    END IF;
    m := ap.member_standing(the_workspace, q ->> 'name');
    IF m.role IS NULL THEN
        PERFORM ap.fail('AP003', format('member: there is no member "%s"; `autopilot member list` '
                                        'has all', q ->> 'name'));
    END IF;
    IF m.role = 'owner' AND m.owners = 1 AND m.members > 1 THEN
        PERFORM ap.last_owner(q ->> 'name');
    END IF;
    DELETE FROM ap.workspace_members x
    WHERE x.workspace_id = the_workspace AND x.member = q ->> 'name';
    PERFORM ap.audit(ap.clock(), 'member_removed', q ->> 'actor', q ->> 'name',
                     words => q ->> 'name');
    RETURN '{}';
END $$;
