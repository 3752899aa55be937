/* 35_members - who belongs to a workspace, and the one gate of all operators' commands.
 *
 * What a role may is in one table, src/domain/role.c, of which the server has a copy (role_rules).
 * Which role the actor has is looked up in the transaction that it is asked for.
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

/* The table of roles and what is allowed, as the program has them. What an owner of the record
 * allowed an hour stays. rules: roles, [[action, role, others, own, words, why]...]; limits;
 * first: limits that are set when they are not there. */
CREATE OR REPLACE FUNCTION ap.schema_rules(rules jsonb) RETURNS void
LANGUAGE sql AS $$
    DELETE FROM ap.role_rules;
    INSERT INTO ap.role_rules (action, role, others, own, words, why)
    SELECT r ->> 0, r ->> 1, (r ->> 2)::boolean, (r ->> 3)::boolean, r ->> 4, r ->> 5
    FROM jsonb_array_elements(rules -> 'roles') r;
    INSERT INTO ap.limits (name, n)
    SELECT l.key, l.value::bigint FROM jsonb_each_text(rules -> 'limits') l
    ON CONFLICT (name) DO UPDATE SET n = excluded.n;
    INSERT INTO ap.limits (name, n)
    SELECT l.key, l.value::bigint FROM jsonb_each_text(rules -> 'first') l
    ON CONFLICT (name) DO NOTHING;
$$;

/* May who asks do that in the workspace? the_action: of the table of roles. creator: who made what
 * the command is about; '' nobody. A workspace without members belongs to whoever has a way in. */
CREATE OR REPLACE FUNCTION ap.gate(q jsonb, the_action text, the_workspace uuid, creator text)
RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    name text := ap.who(q);
    admin boolean := ap.is_admin(name)
        OR (ap.is_one_of('autopilot_engine') AND coalesce((q ->> 'admin')::boolean, false));
    made boolean := creator <> '' AND creator = name;
    m record;
    r record;
BEGIN
    m := ap.member_standing(the_workspace, name);
    IF m.members = 0 THEN
        RETURN;
    END IF;
    SELECT bool_or(x.others OR (x.own AND made)) AS allows, max(x.words) AS words,
           max(x.why) FILTER (WHERE x.role = coalesce(m.role, CASE WHEN admin THEN 'admin'
                                                              ELSE 'none' END)) AS why
    INTO r FROM ap.role_rules x
    WHERE x.action = the_action AND (x.role = coalesce(m.role, 'none')
                                     OR (x.role = 'admin' AND admin));
    IF r.words IS NULL THEN
        PERFORM ap.fail('AP006', format('record: its table of roles does not know "%s"; let the '
                                        'owner run: autopilot db migrate', the_action));
    ELSIF NOT r.allows THEN
        PERFORM ap.fail('AP003', format('%s may not %s: %s', name, r.words, r.why));
    END IF;
END $$;

/* A command as it counts. An engine's word is taken, for it acts for who sits there. From an
 * operator's own login, who asks, whether an administrator does, and how much is allowed are the
 * server's to say; and what the program looks at before it asks is looked at here. */
CREATE OR REPLACE FUNCTION ap.heard(q jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    who text := ap.who(q);
    the_name text := q ->> 'name';
BEGIN
    IF ap.is_one_of('autopilot_engine') THEN
        RETURN q;
    END IF;
    IF octet_length(the_name) NOT BETWEEN 1 AND 120 OR the_name ~ '[[:cntrl:]]'
        OR the_name <> btrim(the_name) THEN
        PERFORM ap.fail('AP003', 'the name must have 1 to 120 bytes, no control characters and no '
                                 'blank at an end');
    ELSIF octet_length(q::text) > 1048576 THEN
        PERFORM ap.fail('AP003', 'the command has more than 1 MiB; make what it defines shorter');
    END IF;
    RETURN q || jsonb_build_object('actor', who, 'admin', ap.is_admin(who))
        || (SELECT jsonb_object_agg(l.name, l.n) FROM ap.limits l);
END $$;

/* The same, of a command about what is in a workspace: whoever may not look into it does not hear
 * what is there. An engine sees all workspaces. */
CREATE OR REPLACE FUNCTION ap.enter(q jsonb, the_workspace uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    ret jsonb := ap.heard(q);
BEGIN
    IF NOT ap.is_one_of('autopilot_engine') THEN
        PERFORM ap.gate(ret, 'see', the_workspace, '');
    END IF;
    RETURN ret;
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

/* q: actor, admin, workspace, name, role. */
CREATE OR REPLACE FUNCTION ap.member_put(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz;
    the_workspace uuid := ap.workspace_must(q ->> 'workspace');
    the_role text := q ->> 'role';
    m record;
BEGIN
    q := ap.heard(q);
    PERFORM ap.define(the_workspace);
    t := ap.clock();
    PERFORM ap.gate(q, 'join', the_workspace, '');
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

/* q: actor, admin, workspace, name. */
CREATE OR REPLACE FUNCTION ap.member_delete(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    the_workspace uuid := ap.workspace_must(q ->> 'workspace');
    m record;
BEGIN
    q := ap.heard(q);
    PERFORM ap.define(the_workspace);
    PERFORM ap.gate(q, 'part', the_workspace, q ->> 'name');
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
