#!/usr/bin/python3
"""Broken if this fails: a login of the shared record's server does or sees what is not its own: it
speaks for somebody else, changes a foreign workspace, writes to a table, takes another role, or
comes to its owner's rights through a function.

needs: postgres
time limit: 300 s
"""
import os
import secrets
import socket
import subprocess

import lab
from lab_db import DIR, database, db, sql
from lab_pg import tool

ENGINE = ['hello', 'job_acquire', 'job_acquire_one', 'lease_renew', 'lease_release', 'job_desired',
          'next_due', 'job_load', 'template_load', 'variation_load', 'job_move', 'search_end',
          'search_failed', 'sends_exchange', 'sends_end', 'sends_open', 'agenda_next_due',
          'agenda_due', 'agenda_ahead', 'agenda_slots', 'run_take', 'run_known', 'run_renew',
          'run_return', 'run_end']
TABLES = ['workspaces', 'workspace_members', 'automation_jobs', 'automation_process_state',
          'job_leases', 'search_groups', 'search_terms', 'term_variations', 'email_templates',
          'leads', 'lead_sources', 'sends', 'send_counts', 'send_rates', 'suppressions', 'engines',
          'events', 'audit_log', 'gone', 'operators', 'record', 'event_kinds', 'schema_migrations']
# What a command asks for; each is tried in acme, which has members, by everybody.
LETTER = '00000000-0000-0000-0000-00000000000%d'
NEEDS = [('see', 'job_get', '"name": "j"'),
         ('change', 'job_control', '"name": "j", "what": "start", "mode": "dryrun"'),
         ('change', 'job_delete', '"name": "j"'),
         ('change', 'job_put', '"name": "k", "rev": -1, "new_id": "%s", "has_seed": true, "def": {'
          '"distribution": "random", "loop_interval": 1, "max": 1, "loop": false, "provider": "p",'
          ' "variations": 0, "seed": 1, "recontact": "never", "one": false, "groups": [],'
          ' "templates": []}' % (LETTER % 9)),
         ('change', 'template_put', '"name": "t", "subject": "s", "text": "t", "html": ""'),
         ('change', 'template_delete', '"name": "free"'),
         ('change', 'suppress', '"subject": "a@b.example", "reason": "", "add": true'),
         ('change', 'send_settle', '"id": "%s", "how": "drop"' % (LETTER % 5)),
         ('change', 'send_heard', '"ids": ["%s"], "kind": "delayed", "nobody": false, "code": 0,'
          ' "words": "", "try": true' % (LETTER % 5)),
         ('change', 'leads_import', '"name": "j", "term": null, "leads": []'),
         ('own', 'workspace_delete', '"name": "acme"'),
         ('join', 'member_put', '"name": "eve", "role": "member"'),
         ('join', 'member_delete', '"name": "ben"')]
# Who may: by the name that a command carries, which must be the login's own but for the engine's.
ALLOWED = {'ana': {'see', 'change', 'own', 'join'}, 'ben': {'see', 'change'}, 'cid': set(),
           'adm': {'see', 'join'}}
OWN = list(ALLOWED)

url, pooler = database()
data = os.path.join(lab.tmp(), 'data')
os.makedirs(data)
mark = secrets.token_hex(3)
logins = {}


def must(*words):
    p = db(data, url, *words)
    if p.returncode != 0:
        raise RuntimeError('%s: %s%s' % (words, p.stdout, p.stderr))
    return p.stdout


def add(who, operator, *words):
    secret = must('login', 'add', who + '_' + mark, '--operator', operator, *words).strip()
    logins[who] = url.replace(url.split('//')[1].split('@')[0], '%s_%s:%s' % (who, mark, secret))
    return secret


def outcomes(to, cases):
    """What becomes of each statement, in a transaction that is undone: "ok" or an SQLSTATE; the
    rows that it gave, for those that are asked for."""
    script = ''.join('\\echo CASE\nBEGIN;\n%s;\nROLLBACK;\n' % c for c in cases)
    p = subprocess.run([tool('psql'), '-XAtq', '-v', 'VERBOSITY=sqlstate', '-d', to], text=True,
                       input=script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    found = [part.strip() for part in p.stdout.split('CASE\n')[1:]]
    return [part.split('ERROR:')[1].split()[0] if 'ERROR:' in part else 'ok ' + part
            for part in found]


def call(name, actor, rest, workspace='acme'):
    return "SELECT ap.%s('{\"actor\": \"%s\", \"workspace\": \"%s\", %s}')" % (
        name, actor, workspace, rest.replace("'", "''"))


def all_are(name, cases, got, want):
    """Every case ended with its state."""
    odd = [(c[:90], g[:60], w) for c, g, w in zip(cases, got, want) if not g.startswith(w)]
    lab.check('%s: %d cases' % (name, len(cases)), len(got) == len(cases) and not odd,
              (len(got), odd[:6]))


def scene():
    must('migrate', '--yes')
    for who in OWN:
        add(who, who, *(['--admin'] if who == 'adm' else []))
    add('eng', 'machine', '--role', 'engine')
    add('rea', 'rea', '--role', 'reader')
    add('nob', 'nob')
    sql(url, "DELETE FROM ap.operators WHERE login = 'nob_%s'" % mark)
    sql(url, "CREATE ROLE out_%s LOGIN PASSWORD 'x'" % mark)
    logins['out'] = url.replace(url.split('//')[1].split('@')[0], 'out_%s:x' % mark)
    for n, (w, owner) in enumerate((('acme', 'ana'), ('other', 'cid'), ('open', ''))):
        job = LETTER % (n + 1)
        for q in ['workspace_put(\'{"actor": "root", "name": "%s"}\')' % w,
                  'job_put(\'%s\')' % call('', 'root', NEEDS[3][2], w).split("'")[1].replace(
                      LETTER % 9, job).replace('"k"', '"j"'),
                  *['template_put(\'{"actor": "root", "workspace": "%s", "name": "free", "subject": '
                    '"s", "text": "t", "html": ""}\')' % w],
                  'suppress(\'{"actor": "root", "workspace": "%s", "subject": "%s@x.example", '
                  '"reason": "", "add": true}\')' % (w, w)]:
            sql(url, 'SELECT ap.' + q)
        if owner:
            sql(url, 'SELECT ap.member_put(\'{"actor": "root", "workspace": "%s", "name": "%s", '
                '"role": "owner"}\')' % (w, owner))
        sql(url, "INSERT INTO ap.search_groups (job, group_no, place, name, template, removed) "
            "VALUES ('%s', 9, 9, 'g', 'free', true), ('%s', 8, 8, 'h', 'used', false);"
            "INSERT INTO ap.search_terms (job, term_no, group_no, place, text, removed) "
            "VALUES ('%s', 9, 9, 9, 't', true), ('%s', 8, 8, 8, 'u', false);"
            "WITH l AS (INSERT INTO ap.leads (workspace_id, address, site, found_at) SELECT id, "
            "'%s@lead.example', 'lead.example', now() FROM ap.workspaces WHERE name = '%s' "
            "RETURNING id), s AS (INSERT INTO ap.lead_sources (lead, job, group_no, term_no, url, "
            "title, company, language, found_at) SELECT id, '%s', 9, 9, '', '', '', '', now() "
            "FROM l RETURNING id, lead) INSERT INTO ap.sends (id, job, mode, lead, source, address,"
            " group_no, term_no, cycle, state, queued_at) SELECT '%s', '%s', 'smtp', lead, id, "
            "'%s@lead.example', 9, 9, 1, 'held', now() FROM s;"
            "INSERT INTO ap.send_counts VALUES ('%s', 'smtp', 'held', 1)" % (
                job, job, job, job, w, w, job, LETTER % (n + 5), job, w, job))
    sql(url, 'SELECT ap.member_put(\'{"actor": "ana", "workspace": "acme", "name": "ben", '
        '"role": "member"}\')')


def commands():
    for who in [*OWN, 'eng', 'rea', 'nob', 'out']:
        cases, want = [], []
        for need, name, rest in NEEDS:
            for actor in OWN:
                cases.append(call(name, actor, rest))
                if who == 'out' or (who == 'rea' and need != 'see'):
                    want.append('42501')
                elif who == 'eng' or who == actor:
                    leaves = name == 'member_delete' and actor == 'ben'
                    want.append('ok' if leaves or need in ALLOWED[actor] else 'AP003')
                else:
                    want.append('AP003')  # a forged name, or nobody's login
        # Deleting what is still used is refused for another reason.
        for i, c in enumerate(cases):
            if 'workspace_delete' in c and want[i] == 'ok':
                want[i] = 'AP003'
        all_are('%s: every command in acme by every name' % who, cases, outcomes(logins[who], cases),
                want)
    cases = [call(n, 'ben', r, 'open') for k, n, r in NEEDS if n.startswith(('job', 'temp', 'supp'))]
    all_are('a workspace without members is open', cases, outcomes(logins['ben'], cases),
            ['ok'] * len(cases))
    cases = [call('member_delete', 'ben', '"name": "ben"'), call('member_delete', 'ana',
                                                                 '"name": "ana"')]
    all_are('who leaves; but not the last owner', cases, outcomes(logins['ben'], cases[:1]) +
            outcomes(logins['ana'], cases[1:]), ['ok', 'AP003'])
    behind = pooler.replace(pooler.split('//')[1].split('@')[0], logins['ben'].split('//')[1].split(
        '@')[0])
    cases = [call('suppress', who, NEEDS[6][2]) for who in ('ben', 'ana')]
    all_are('the same behind a pooler', cases, outcomes(behind, cases), ['ok', 'AP003'])


def functions():
    listed = set(sql(url, "SELECT command FROM ap.rights()").split())
    every = set(sql(url, 'SELECT proname FROM pg_proc WHERE pronamespace = '
                    "'ap'::regnamespace").split())
    for who in [*OWN, 'rea', 'nob', 'out', 'eng']:
        login = who + '_' + mark
        may = set(sql(url, "SELECT proname FROM pg_proc WHERE pronamespace = 'ap'::regnamespace "
                      "AND has_function_privilege('%s', oid, 'EXECUTE')" % login).split())
        lab.check('%s calls nothing that is not in the table of rights' % who,
                  may <= listed if who != 'out' else not may, may - listed)
        if who != 'eng':
            lab.check('%s: no command of an engine' % who, not may & set(ENGINE), may & set(ENGINE))
    lab.check('every engine command is there', set(ENGINE) <= listed & every)
    loose = sql(url, "SELECT string_agg(oid::regprocedure::text, ', ') FROM pg_proc WHERE "
                "pronamespace = 'ap'::regnamespace AND prosecdef AND NOT coalesce(proconfig, '{}') "
                "@> ARRAY['search_path=pg_catalog, pg_temp']")
    lab.check('no function of the owner without a pinned search_path', loose == '', loose)
    mild = sql(url, "SELECT string_agg(g.command, ', ') FROM ap.rights() g JOIN pg_proc p ON "
               "p.proname = g.command AND p.pronamespace = 'ap'::regnamespace "
               "WHERE p.prosecdef <> g.definer")
    lab.check('rights of the owner where the table says so, and nowhere else', mild == '', mild)
    lab.check('a copy is pulled with one\'s own rights', sql(
        url, "SELECT prosecdef FROM pg_proc WHERE oid = 'ap.pull(text)'::regprocedure") == 'f')
    others = sql(url, "SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'ap'::regnamespace "
                 "AND c.relowner <> 'autopilot_owner'::regrole")
    lab.check('autopilot_owner owns every table', others == '0', others)
    bare = sql(url, "SELECT string_agg(relname, ', ') FROM pg_class WHERE relnamespace = "
               "'ap'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND NOT relrowsecurity "
               "AND relname NOT IN ('schema_migrations', 'event_kinds', 'role_rules', 'limits')")
    lab.check('every table has its policy, or nobody reads it', bare == '', bare)
    open_parts = sql(url, "SELECT string_agg(c.relname, ', ') FROM pg_class c, pg_roles r WHERE "
                     "c.relispartition AND c.relkind = 'r' AND r.rolname LIKE 'autopilot_%' AND "
                     "r.rolname <> 'autopilot_owner' AND has_table_privilege(r.oid, c.oid, "
                     "'SELECT, INSERT, UPDATE, DELETE')")
    lab.check('parts of a table are reached through it alone', open_parts == '', open_parts)


def tables():
    for who in [*OWN, 'eng', 'rea', 'nob', 'out']:
        cases = []
        for t in TABLES:
            cases += ['INSERT INTO ap.%s DEFAULT VALUES' % t, 'DELETE FROM ap.%s' % t,
                      'TRUNCATE ap.%s' % t, 'ALTER TABLE ap.%s DISABLE ROW LEVEL SECURITY' % t,
                      'UPDATE ap.%s SET %s' % (t, {
                          'record': "id = id", 'event_kinds': 'level = 0',
                          'schema_migrations': "name = ''", 'operators': 'admin = true'}.get(
                              t, 'changed = changed'))]
        cases += ["UPDATE ap.automation_jobs SET total_emails_sent = 0",
                  "UPDATE ap.job_leases SET epoch = 0", 'SET ROLE autopilot_owner',
                  'CREATE FUNCTION ap.mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
                  'DROP FUNCTION ap.gate(jsonb, uuid, text)', 'SELECT * FROM ap.schema_migrations']
        if who != 'eng':
            cases += ['SET ROLE autopilot_engine',
                      'SET row_security = off; SELECT * FROM ap.workspaces']
        all_are('%s: tables and roles' % who, cases, outcomes(logins[who], cases),
                ['42501'] * len(cases))


def sights():
    """Which workspaces' things each sees, in every table that has something of a workspace."""
    per = {'workspaces': 'SELECT name FROM ap.workspaces',
           'leads': "SELECT split_part(address, '@', 1) FROM ap.leads",
           'sends': "SELECT split_part(address, '@', 1) FROM ap.sends",
           'suppressions': "SELECT split_part(subject, '@', 1) FROM ap.suppressions"}
    through_job = ['automation_process_state', 'job_leases', 'search_groups', 'search_terms',
                   'lead_sources', 'send_counts']
    for who, seen in (('ana', 'acme open'), ('ben', 'acme open'), ('cid', 'open other'),
                      ('adm', 'acme open other'), ('eng', 'acme open other'), ('rea', 'open'),
                      ('nob', 'open')):
        want = seen.split()
        got = {t: sorted(set(outcomes(logins[who], [q])[0].split()[1:])) for t, q in per.items()}
        jobs = {t: len(set(outcomes(logins[who], ['SELECT job FROM ap.' + t])[0].split()[1:]))
                for t in through_job}
        lab.check('%s sees %s' % (who, seen), all(g == want for g in got.values()) and
                  all(n == len(want) for n in jobs.values()), (got, jobs))
        pulled = sql(logins[who], "SELECT relation, columns FROM ap.pull('0')")
        foreign = {'acme', 'other', 'open'} - set(want)
        lab.check('%s pulls no more than that' % who, '"next"' not in pulled and
                  'next|' in pulled and not any(f + '@' in pulled for f in foreign), pulled[-300:])
    lab.check('only who sees all sees the audit log', all(
        (outcomes(logins[w], ['SELECT count(*) FROM ap.audit_log'])[0] == 'ok 0') ==
        (w not in ('eng', 'adm')) for w in [*OWN, 'eng', 'rea']))


def tricks():
    hide = ("CREATE TEMP TABLE operators (login name, operator text, admin boolean);"
            "INSERT INTO pg_temp.operators VALUES (session_user, 'ana', true);"
            "SET search_path = pg_temp, pg_catalog;")
    cases = [hide + call('suppress', 'ana', NEEDS[6][2]),
             "SELECT set_config('ap.actor', 'ana', false);" + call('suppress', 'ana', NEEDS[6][2]),
             "SET SESSION AUTHORIZATION ana_%s" % mark, 'SET ROLE ana_' + mark]
    all_are('hidden tables, settings, other names', cases, outcomes(logins['cid'], cases),
            ['AP003', 'AP003', '42501', '42501'])
    said = db(data, logins['cid'], 'login', 'add', 'more_' + mark, '--operator', 'ana')
    lab.check('an operator makes no login', said.returncode == 1 and 'may not do that' in
              said.stderr, said)
    said = db(data, logins['cid'], 'migrate', '--yes')
    lab.check('nothing to migrate is nothing', said.returncode == 0, said)
    said = db(data, logins['ana'], 'to-embedded', data + '/no.db')
    lab.check('a part of the record is not made a record', said.returncode == 1 and
              not os.path.exists(data + '/no.db'), said)
    must('login', 'remove', 'ben_' + mark)
    all_are('a login that was removed', ['x'], outcomes(logins['ben'], [
        call('suppress', 'ben', NEEDS[6][2])]), ['42501'])
    lab.check('is not listed', 'ben_' + mark not in must('login', 'list') and
              'ana_' + mark in must('login', 'list'))


def member():
    """`autopilot member` on a shared record."""
    def run(who, actor, *words):
        env = lab.env(AUTOPILOT_RECORD_URL=logins.get(who, url))
        return subprocess.run([lab.BIN, '--data', data, '--workspace', 'open', 'member', *words],
                              env=env, text=True, capture_output=True, timeout=30,
                              stdin=subprocess.DEVNULL)
    p = run('', '', 'add', 'ana')
    lab.check('the first member', p.returncode == 0 and 'is a member now' in p.stdout, p)
    lab.check('is an owner', sql(url, "SELECT role FROM ap.workspace_members m JOIN ap.workspaces w "
                                 "ON w.id = workspace_id WHERE w.name = 'open'") == 'owner')
    p = run('cid', '', 'add', 'cid')
    lab.check('a stranger does not add himself', p.returncode == 1 and
              'speaks for cid and not for' in p.stderr and '--operator' in p.stderr, p)


def without_roles():
    """A login that may not create roles makes a record all the same; then one may that can."""
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(DIR + '/control')
        talk = s.makefile('rw')
        talk.write('server r\n')
        talk.flush()
        root = talk.readline().split()[1]
        sql(root, "CREATE ROLE plain LOGIN PASSWORD 'x'")
        sql(root, 'CREATE DATABASE plain OWNER plain')
        root = root.replace('/postgres?', '/plain?')
        mine = root.replace(root.split('//')[1].split('@')[0], 'plain:x')
        p = db(data, mine, 'migrate', '--yes')
        lab.check('without the right to make roles', p.returncode == 0, p)
        p = db(data, mine, 'status')
        lab.check('status tells what is missing', 'roles          missing' in p.stdout and
                  'migrate work operate read' in p.stdout, p)
        p = db(data, root, 'migrate', '--yes')
        lab.check('who may puts them', p.returncode == 0 and '1 steps' in p.stdout, p)
        p = db(data, root, 'status')
        lab.check('then nothing is missing', p.returncode == 0 and 'missing' not in p.stdout, p)


scene()
commands()
functions()
tables()
sights()
tricks()
member()
without_roles()
lab.finish()
