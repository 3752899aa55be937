/* 11_people - who a login is, what belongs to whom, and who may change what.
 *
 * Identity is session_user, which the server authenticated: no setting and no word in a command
 * counts instead of it. A login of autopilot_operator speaks for the one operator that it is mapped
 * to; an engine speaks for whoever sits at its console. A workspace without members is open to all;
 * else members and owners change what is in it, an owner or administrator decides who belongs to it,
 * and an administrator sees everything. Here jobs are asked about; members and schedules have a
 * table of their own (35_members). */

CREATE TABLE IF NOT EXISTS ap.operators (
    login name PRIMARY KEY,
    operator text NOT NULL CHECK (operator <> ''),
    admin boolean NOT NULL DEFAULT false,
    at timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS ap.workspace_members (
    workspace_id uuid NOT NULL REFERENCES ap.workspaces (id),
    member text NOT NULL,
    role text NOT NULL CHECK (role IN ('member', 'owner')),
    added_at timestamptz NOT NULL,
    changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (workspace_id, member)
);
CREATE OR REPLACE TRIGGER touch BEFORE UPDATE ON ap.workspace_members
    FOR EACH ROW EXECUTE FUNCTION ap.touch();
CREATE OR REPLACE TRIGGER leave AFTER DELETE ON ap.workspace_members
    FOR EACH ROW EXECUTE FUNCTION ap.leave('workspace_id', 'member');

/* Is this login one of the role, or the record's owner? Roles need not be there. */
CREATE OR REPLACE FUNCTION ap.is_one_of(the_role text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT pg_has_role(session_user, n.nspowner, 'MEMBER')
        OR EXISTS (SELECT FROM pg_roles r WHERE r.rolname = the_role
                   AND pg_has_role(session_user, r.oid, 'MEMBER'))
    FROM pg_namespace n WHERE n.nspname = 'ap'
$$;

/* The operator that this login speaks for; NULL: none. */
CREATE OR REPLACE FUNCTION ap.actor() RETURNS text
LANGUAGE sql STABLE AS
$$ SELECT o.operator FROM ap.operators o WHERE o.login = session_user $$;

CREATE OR REPLACE FUNCTION ap.is_admin(name text) RETURNS boolean
LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT FROM ap.operators o WHERE o.operator = name AND o.admin) $$;

/* What the policies ask, once a statement. */
CREATE OR REPLACE FUNCTION ap.sees_all() RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT ap.is_one_of('autopilot_engine')
        OR EXISTS (SELECT FROM ap.operators o WHERE o.login = session_user AND o.admin)
$$;

/* An administrator's are all. */
CREATE OR REPLACE FUNCTION ap.my_workspaces() RETURNS uuid[]
LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(w.id), '{}') FROM ap.workspaces w
    WHERE (SELECT EXISTS (SELECT FROM ap.operators o WHERE o.login = session_user AND o.admin))
       OR w.id IN (SELECT m.workspace_id FROM ap.workspace_members m
                   WHERE m.member = (SELECT ap.actor()))
       OR w.id NOT IN (SELECT m.workspace_id FROM ap.workspace_members m)
$$;

CREATE OR REPLACE FUNCTION ap.my_jobs() RETURNS uuid[]
LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(j.id), '{}') FROM ap.automation_jobs j
    WHERE j.workspace_id = ANY ((SELECT ap.my_workspaces())::uuid[])
$$;

/* Says no, with the cure; the words of src/domain/role.c. */
CREATE OR REPLACE FUNCTION ap.not_allowed(name text, the_role text, deed text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ap.fail('AP003', format('%s may not %s: %s', name, deed, CASE
        WHEN the_role = 'member'
            THEN 'only an owner of the workspace does (autopilot member list)'
        WHEN ap.is_admin(name)
            THEN 'an administrator sees every workspace but changes nothing in it; become a '
                 'member (autopilot member add)'
        ELSE 'only members of the workspace do; an owner can add you (autopilot member list)'
        END));
END $$;

/* The operator whose command this is: an engine says for whom it speaks (NULL: for nobody), an
 * operator's own login is one operator's. Who says another name is refused, and not taken for who he
 * is: somebody thinks here that he is another. */
CREATE OR REPLACE FUNCTION ap.who(q jsonb) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    name text := q ->> 'actor';
    mine text;
BEGIN
    IF ap.is_one_of('autopilot_engine') THEN
        RETURN name;
    END IF;
    mine := ap.actor();
    IF mine IS NULL THEN
        PERFORM ap.fail('AP003', format('the login %s is no operator''s; let the owner of the '
            'record run: autopilot db login add %s --operator NAME', session_user, session_user));
    ELSIF name <> mine THEN
        PERFORM ap.fail('AP003', format('the login %s speaks for %s and not for %s; work as the '
            'user %s of this machine, or let the owner of the record run: autopilot db login add '
            'LOGIN --operator %s', session_user, mine, name, mine, name));
    END IF;
    RETURN mine;
END $$;

/* Is q.actor who this login is, and may that operator do this in the workspace (NULL: it is about
 * none)? need: see, change, own, or rule (about engines). */
CREATE OR REPLACE FUNCTION ap.gate(q jsonb, the_workspace uuid, need text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    name text := ap.who(q);
    the_role text;
    admin boolean;
BEGIN
    IF need = 'rule' AND NOT ap.is_one_of('autopilot_engine') AND NOT ap.is_admin(name) THEN
        PERFORM ap.fail('AP003', format('%s may not decide about engines: only an administrator '
                                        'does (autopilot db login add LOGIN --operator %s --admin)',
                                        name, name));
    END IF;
    IF name IS NULL OR NOT EXISTS (SELECT FROM ap.workspace_members m
                                   WHERE m.workspace_id = the_workspace) THEN
        RETURN;
    END IF;
    SELECT m.role INTO the_role FROM ap.workspace_members m
    WHERE m.workspace_id = the_workspace AND m.member = name;
    admin := ap.is_admin(name);
    IF the_role = 'owner' OR (admin AND need = 'see')
       OR (the_role = 'member' AND need IN ('see', 'change')) THEN
        RETURN;
    END IF;
    PERFORM ap.not_allowed(name, the_role, CASE need
        WHEN 'see' THEN 'look into the workspace'
        WHEN 'change' THEN 'change the workspace'
        ELSE 'delete the workspace' END);
END $$;

/* --- logins: called by who may make roles, with their own rights --- */

/* q: actor, login, operator, role (engine, operator, reader), admin, verifier (of the password). A
 * login that is there keeps its password. */
CREATE OR REPLACE FUNCTION ap.login_add(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    login text := q ->> 'login';
    new boolean := NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = q ->> 'login');
BEGIN
    IF q ->> 'role' NOT IN ('engine', 'operator', 'reader') THEN
        PERFORM ap.fail('AP003', 'login: the role is engine, operator or reader');
    ELSIF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'autopilot_' || (q ->> 'role')) THEN
        PERFORM ap.fail('AP003', 'login: the roles of the record are not there; let a login that '
                                 'may create roles run: autopilot db migrate');
    END IF;
    IF new THEN
        EXECUTE format('CREATE ROLE %I LOGIN PASSWORD %L', login, q ->> 'verifier');
        /* What an unfinished transaction of a program that was stopped may hold up at most. */
        EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''10s''', login);
        EXECUTE format('ALTER ROLE %I SET lock_timeout = ''5s''', login);
    END IF;
    EXECUTE format('GRANT %I TO %I', 'autopilot_' || (q ->> 'role'), login);
    INSERT INTO ap.operators (login, operator, admin, at)
    VALUES (login, q ->> 'operator', (q ->> 'admin')::boolean, t)
    ON CONFLICT ON CONSTRAINT operators_pkey DO UPDATE
    SET operator = excluded.operator, admin = excluded.admin, at = excluded.at;
    PERFORM ap.audit(t, 'member_put', q ->> 'actor', q ->> 'operator',
        words => format('login %s for %s, %s%s', login, q ->> 'operator', q ->> 'role',
                        CASE WHEN (q ->> 'admin')::boolean THEN ', admin' ELSE '' END));
    RETURN jsonb_build_object('created', new);
END $$;

/* q: actor, login. It speaks for nobody any more, and has no rights here. */
CREATE OR REPLACE FUNCTION ap.login_remove(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    DELETE FROM ap.operators o WHERE o.login = q ->> 'login';
    IF NOT FOUND THEN
        PERFORM ap.fail('AP003', format('login: there is no login "%s" in this record; autopilot '
                                        'db login list has all', q ->> 'login'));
    END IF;
    FOR r IN SELECT p.rolname FROM pg_auth_members m
             JOIN pg_roles p ON p.oid = m.roleid JOIN pg_roles l ON l.oid = m.member
             WHERE l.rolname = q ->> 'login'
               AND p.rolname IN ('autopilot_engine', 'autopilot_operator', 'autopilot_reader') LOOP
        EXECUTE format('REVOKE %I FROM %I', r.rolname, q ->> 'login');
    END LOOP;
    PERFORM ap.audit(ap.clock(), 'member_removed', q ->> 'actor', q ->> 'login',
                     words => 'login ' || (q ->> 'login'));
    RETURN '{}';
END $$;

CREATE OR REPLACE FUNCTION ap.login_list() RETURNS TABLE (login text, operator text, role text,
    admin boolean)
LANGUAGE sql STABLE AS $$
    SELECT o.login::text, o.operator,
        coalesce((SELECT string_agg(substr(p.rolname, 11), ', ' ORDER BY p.rolname)
                  FROM pg_auth_members m JOIN pg_roles p ON p.oid = m.roleid
                  JOIN pg_roles l ON l.oid = m.member
                  WHERE l.rolname = o.login AND p.rolname IN
                      ('autopilot_engine', 'autopilot_operator', 'autopilot_reader')), ''), o.admin
    FROM ap.operators o ORDER BY o.login
$$;
