#!/usr/bin/python3
"""Broken if this fails: an operator's own login does with schedules, specifications, templates, runs
or members what its role forbids, is kept from what it allows, is taken for somebody else, has its
own words believed about what is allowed, or writes to a table past the commands.

Every command, by every kind of login, on its own work and on another's. What is expected is written
down here once more.

needs: postgres
time limit: 300 s
"""
import json
import os
import secrets
import subprocess

import lab
from lab_db import database, db, sql
from lab_pg import tool

TABLES = {'newsletter_specifications': 'rev = 0', 'autopilot_schedules': 'run_count = 0',
          'schedule_specifications': 'place = 1', 'newsletter_runs': "status = 'success'",
          'schedule_templates': 'rev = 0', 'report_files': "sha256 = ''",
          'report_items': 'item = 0', 'workspace_members': "role = 'owner'",
          'role_rules': 'others = true', 'limits': 'n = 0', 'operators': 'admin = true'}
# What engines write: not even of one's own schedule.
ENGINES = ['next_run_at = now()', 'last_run_at = now()', "last_run_status = 'success'",
           'run_count = 9', 'success_count = 9', 'failure_count = 0', 'slot_count = 0',
           "status = 'active'", 'enabled = true', 'last_scheduled_for = NULL', 'missed_count = 0',
           "created_by = 'mia'", 'workspace_id = workspace_id']
INSIDE = ['schema_rules', 'schema_words', 'heard', 'enter', 'gate', 'who', 'is_admin', 'ask_run',
          'ask_again', 'define', 'rate_schedules', 'rate_runs', 'schedule_write', 'run_to_change',
          'audit', 'note', 'lock_specs', 'member_standing', 'backfill_all', 'give_rights']

url, pooler = database()
data = os.path.join(lab.tmp(), 'data')
os.makedirs(data)
mark = secrets.token_hex(3)
logins = {}
# Whose work there is; all but carl are tried.
PEOPLE = ['sid', 'mia', 'olga', 'adm', 'mad', 'carl']
ROLE = {'sid': 'stranger', 'mia': 'member', 'olga': 'owner', 'adm': 'admin',
        'mad': 'member and admin'}


def must(*words):
    p = db(data, url, *words)
    if p.returncode != 0:
        raise RuntimeError('%s: %s%s' % (words, p.stdout, p.stderr))
    return p.stdout


def at(head, login):
    return head.replace(head.split('//')[1].split('@')[0], login)


def add(who, *words, operator=None):
    name = who + '_' + mark
    secret = must('login', 'add', name, '--operator', operator or who, *words).strip()
    logins[who] = at(url, name + ':' + secret)


def outcomes(to, cases):
    """What becomes of each statement, in a transaction that is undone: "ok" and its answer, or an
    SQLSTATE and its sentence."""
    script = ''.join('\\echo CASE\nBEGIN;\n%s;\nROLLBACK;\n' % c for c in cases)
    p = subprocess.run([tool('psql'), '-XAtq', '-v', 'VERBOSITY=verbose', '-d', to], text=True,
                       input=script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    found = [part.strip() for part in p.stdout.split('CASE\n')[1:]]
    return [part.split('ERROR:')[1].strip().split('\n')[0] if 'ERROR:' in part else 'ok ' + part
            for part in found]


def call(command, actor=None, workspace='acme', /, **q):
    q['workspace'] = workspace
    if actor:
        q['actor'] = actor
    return "SELECT ap.%s('%s')" % (command, json.dumps(q).replace("'", "''"))


def all_are(name, cases, got, want):
    odd = [(c[:160], g[:90], w) for c, g, w in zip(cases, got, want) if not g.startswith(w)]
    lab.check('%s: %d cases' % (name, len(cases)), len(got) == len(cases) and not odd,
              (len(got), odd[:5]))


def new():
    h = secrets.token_hex(16)
    return '-'.join([h[:8], h[8:12], h[12:16], h[16:20], h[20:]])


RUNS = {}


def spec(name, **more):
    return dict({'name': name, 'rev': -1, 'new_id': new(), 'active': True, 'frequency': 'weekly',
                 'definition': '{"b": 1}'}, **more)


def plan(time):
    return {'type': 'daily', 'config': '{"time": "%s"}' % time, 'categories': None,
            'regions': None, 'cadence': None, 'notes': ''}


def template(name, time='08:00'):
    return {'name': name, 'rev': -1, 'new_id': new(), 'def': plan(time)}


def schedule(name, on, time='09:00', **more):
    d = dict(plan(time), cadence='', specification=on, further=[], after=None, enabled=True)
    d.update(more)
    return {'name': name, 'rev': -1, 'new_id': new(), 'next': 4102444800000000, 'def': d,
            'create_per_hour': 0, 'specs_max': 16}


def ask(name, trigger='test'):
    return {'name': name, 'trigger': trigger, 'key': None, 'keys': {}, 'run_per_hour': 0,
            'new_ids': [new() for _ in range(16)]}


def slots(*instants):
    return [{'slot': i, 'key': None, 'from': 0, 'to': 1} for i in instants]


def control(what):
    return lambda w: {'name': 'w_' + w, 'what': what, 'note': 'why', 'until': 0,
                      'next': 4102444800000000}


def past(dry):
    return lambda w: {'name': 'w_' + w, 'specification': None, 'which': 'missed', 'dry': dry,
                      'slots': slots(86400000000)}


# Of whom (w: whose work it is), and for a stranger, member, owner, admin, member and admin: on
# another's work, on their own.
COMMANDS = [
    ('look', 'schedule_get', lambda w: {'name': 'w_' + w}, '-- yy yy yy yy'),
    ('make', 'schedule_put', lambda w: schedule('fresh', 's_' + w), '-- yy yy -- yy'),
    ('edit', 'schedule_put', lambda w: schedule('w_' + w, 's_' + w, '10:00'), '-- -y yy -- -y'),
    ('enable', 'schedule_control', control('enable'), '-- -y yy -- -y'),
    ('disable', 'schedule_control', control('disable'), '-- -y yy -- -y'),
    ('pause', 'schedule_control', control('pause'), '-- -y yy -- -y'),
    ('resume', 'schedule_control', control('resume'), '-- -y yy -- -y'),
    ('delete', 'schedule_delete', lambda w: {'name': 'w_' + w}, '-- -y yy -- -y'),
    ('run', 'run_ask', lambda w: ask('w_' + w, 'manual'), '-- yy yy -- yy'),
    ('run --test', 'run_ask', lambda w: ask('w_' + w), '-- yy yy -- yy'),
    ('backfill', 'backfill', past(False), '-- -y yy -- -y'),
    ('backfill --dry-run', 'backfill', past(True), '-- -y yy -- -y'),
    ('run cancel', 'run_cancel', lambda w: {'run': RUNS[w, 'queued']}, '-- -y yy -- -y'),
    ('run seen', 'run_seen', lambda w: {'run': RUNS[w, 'failed']}, '-- yy yy -- yy'),
    ('a new specification', 'spec_put', lambda w: spec('fresh'), '-- yy yy -- yy'),
    ('another specification', 'spec_put', lambda w: spec('p_' + w), '-- -y yy -- -y'),
    ('spec delete', 'spec_delete', lambda w: {'name': 'p_' + w}, '-- -y yy -- -y'),
    ('a new template', 'schedule_template_put', lambda w: template('fresh'), '-- yy yy -- yy'),
    ('another template', 'schedule_template_put', lambda w: template('t_' + w, '09:00'),
     '-- -y yy -- -y'),
    ('template delete', 'schedule_template_delete', lambda w: {'name': 't_' + w},
     '-- -y yy -- -y'),
    ('member add', 'member_put', lambda w: {'name': 'new', 'role': 'member'}, '-- -- yy yy yy'),
    ('be an owner', 'member_put', lambda w: {'name': 'SELF', 'role': 'owner'}, '-- -- yy yy yy'),
    ('member remove', 'member_delete', lambda w: {'name': 'carl'}, '-- -- yy yy yy'),
    ('leave', 'member_delete', lambda w: {'name': 'SELF'}, '-- yy yy -- yy'),
]
OPERATORS = sorted({c[1] for c in COMMANDS})


def scene():
    """While the workspaces are open everybody makes things; then they get members."""
    must('migrate', '--yes')
    for who in PEOPLE + ['zed']:
        add(who, *(['--admin'] if who in ('adm', 'mad') else []))
    add('eng', '--role', 'engine', operator='machine')
    add('rea', '--role', 'reader')
    add('nob')
    sql(url, "DELETE FROM ap.operators WHERE login = 'nob_%s'" % mark)
    sql(url, "CREATE ROLE out_%s LOGIN PASSWORD 'x'" % mark)
    logins['out'] = at(url, 'out_%s:x' % mark)
    made = []
    for w in ('acme', 'other', 'open'):
        made.append("SELECT ap.workspace_put('{\"actor\": \"root\", \"name\": \"%s\"}')" % w)
    for who in PEOPLE:
        made += [call('spec_put', who, **spec('s_' + who)), call('spec_put', who, **spec('p_' + who)),
                 call('schedule_put', who, **schedule('w_' + who, 's_' + who)),
                 call('schedule_template_put', who, **template('t_' + who))]
    made += [call('spec_put', 'zed', 'other', **spec('s_zed')),
             call('schedule_put', 'zed', 'other', **schedule('w_zed', 's_zed')),
             call('spec_put', 'zed', 'open', **spec('s_zed')),
             call('schedule_put', 'zed', 'open', **schedule('w_zed', 's_zed'))]
    sql(url, ';'.join(made))
    for who in PEOPLE:
        for state in ('queued', 'failed'):
            RUNS[who, state] = new()
            sql(url, "INSERT INTO ap.newsletter_runs (id, workspace_id, specification_id, "
                "autopilot_schedule_id, trigger, status, period_at, actor, created_at) SELECT '%s', "
                "workspace_id, specification_id, id, 'test', '%s', now(), 'root', now() FROM "
                "ap.autopilot_schedules WHERE schedule_name = 'w_%s'" % (RUNS[who, state], state,
                                                                         who))
    sql(url, ';'.join([call('member_put', 'olga', name='olga', role='owner'),
                       call('member_put', 'olga', name='lena', role='owner'),
                       call('member_put', 'zed', 'other', name='zed', role='owner')] +
                      [call('member_put', 'olga', name=m, role='member')
                       for m in ('mia', 'mad', 'carl')]))


def cases_of(who, actor):
    """Every command: about carl's work, about one's own."""
    cases = []
    for _, name, q, _ in COMMANDS:
        for words in (q('carl'), q(who)):
            if words.get('name') == 'SELF':
                words['name'] = who
            cases.append(call(name, actor, **words))
    return cases


def wanted(who):
    kind = list(ROLE).index(who)
    return ['ok' if c == 'y' else 'AP003' for *_, rights in COMMANDS for c in rights.split()[kind]]


def matrix():
    for who, kind in ROLE.items():
        cases, want = cases_of(who, who), wanted(who)
        all_are('%s: every command' % kind, cases, outcomes(logins[who], cases), want)
        unsaid = cases_of(who, None)
        all_are('%s, without a name' % kind, unsaid, outcomes(logins[who], unsaid), want)
        all_are('%s, at an engine\'s console' % kind, cases, outcomes(logins['eng'], [
            c.replace('"actor"', '"admin": %s, "actor"' % ('true' if who in ('adm', 'mad') else
                                                           'false')) for c in cases]),
            ['ok' if 'schedule_get' in c else w for c, w in zip(cases, want)])
        behind = at(pooler, logins[who].split('//')[1].split('@')[0])
        all_are('%s, behind a pooler' % kind, cases[::7], outcomes(behind, cases[::7]), want[::7])
    cases = cases_of('mia', None)
    for who, want in (('rea', '42501'), ('out', '42501'), ('nob', 'AP003')):
        all_are('%s: no command at all' % who, cases, outcomes(logins[who], cases),
                ['AP003' if who == 'rea' and 'schedule_get' in c else want for c in cases])
    cases = [call(n, 'sid', 'open', **q) for n, q in (
        ('spec_put', spec('mine')), ('schedule_put', schedule('mine', 's_zed')),
        ('schedule_delete', {'name': 'w_zed'}), ('run_ask', ask('w_zed')))]
    all_are('a workspace without members is open', cases, outcomes(logins['sid'], cases),
            ['ok'] * len(cases))


def forged():
    """Nobody's word counts but the server's."""
    for actor in ('olga', 'adm', 'root', 'machine', ''):
        cases = cases_of('olga', 'olga')
        cases = [c.replace('"actor": "olga"', '"actor": "%s"' % actor) for c in cases]
        all_are('mia says that she is %s' % (actor or 'nobody'), cases,
                outcomes(logins['mia'], cases), ['AP003'] * len(cases))
    yes = {r: [True, True] for r in ('none', 'member', 'owner', 'admin')}
    more = {'admin': True, 'gate': {'words': 'x', 'may': yes, 'why': {}}, 'gate_new': {'may': yes}}
    cases, want = cases_of('sid', 'sid'), wanted('sid')
    cases = [c.replace("('{", "('{" + json.dumps(more)[1:-1] + ', ') for c in cases]
    all_are('a stranger brings a table of his own', cases, outcomes(logins['sid'], cases), want)
    cases = cases_of('olga', 'olga')
    foreign = [c.replace('"acme"', '"other"') for c in cases if 'run_' not in c]
    all_are('an owner in a foreign workspace', foreign, outcomes(logins['olga'], foreign),
            ['AP003'] * len(foreign))
    told = outcomes(logins['olga'], [call('schedule_get', 'olga', 'other', name=n)
                                     for n in ('w_zed', 'w_zee')] +
                    [call('schedule_put', 'olga', 'other', **schedule('x', s))
                     for s in ('s_zed', 's_zee')])
    lab.check('a foreign workspace does not tell what is in it', len(set(told)) == 1 and
              'olga may not look at schedules: only members' in told[0], told)
    cases = ["SET ap.actor = 'olga'; " + call('schedule_delete', 'olga', name='w_carl'),
             "CREATE TEMP TABLE operators (login name, operator text, admin boolean);"
             "INSERT INTO pg_temp.operators VALUES (session_user, 'olga', true);"
             "SET search_path = pg_temp, pg_catalog;" + call('schedule_delete', 'olga',
                                                             name='w_carl'),
             'SET ROLE autopilot_engine', 'SET ROLE autopilot_owner',
             'SET SESSION AUTHORIZATION olga_' + mark]
    all_are('settings, hidden tables, roles', cases, outcomes(logins['mia'], cases),
            ['AP003', 'AP003', '42501', '42501', '42501'])
    p = outcomes(logins['mia'], [call('spec_put', **spec('mine')) + '; SELECT created_by FROM '
                                 "ap.newsletter_specifications WHERE name = 'mine'"])[0]
    lab.check('who makes something is who the server says', p.split()[-1] == 'mia', p)


def limits():
    sql(url, "UPDATE ap.limits SET n = 1 WHERE name = 'create_per_hour'")
    sql(url, "UPDATE ap.limits SET n = 2 WHERE name = 'run_per_hour'")
    # Each of them made one schedule in this hour, and there were two runs of each.
    cases = [call('schedule_put', 'mia', **schedule('more', 's_mia')),
             call('run_ask', 'mia', **ask('w_mia')),
             call('schedule_put', 'mia', **schedule('w_mia', 's_mia', '11:00'))]
    got = outcomes(logins['mia'], cases)
    all_are('limits of the hour are the server\'s', cases, got, ['AP003', 'AP003', 'ok'])
    lab.check('and say until when', 'mia made 1, which is the limit' in got[0] and
              'again from' in got[0] and 'was run 2 times' in got[1], got)
    all_are('an engine goes by its own', cases, outcomes(logins['eng'], cases), ['ok'] * 3)
    sql(url, "UPDATE ap.limits SET n = 0 WHERE name LIKE '%per_hour'")
    all_are('0 is no limit', cases, outcomes(logins['mia'], cases), ['ok'] * 3)
    many = ['f%d' % i for i in range(17)]
    sql(url, ';'.join(call('spec_put', 'mia', **spec(n)) for n in many))
    big = dict(schedule('w_mia', 's_mia', further=many), specs_max=1000)
    cases = [call('schedule_put', 'mia', **big),
             call('backfill', 'mia', **dict(past(True)('mia'), slots=slots(*range(367)),
                                            slots_max=10000)),
             call('run_ask', 'mia', **ask('w_mia', 'backfill')),
             call('schedule_control', 'mia', **control('error')('mia')),
             call('spec_put', 'mia', **spec('x' * 121)), call('spec_put', 'mia', **spec('a\x1bb')),
             call('spec_put', 'mia', **spec('')), call('spec_put', 'mia', **spec(' x')),
             call('spec_put', 'mia', **spec('x', definition=json.dumps('y' * 1100000))),
             call('member_put', 'olga', name='x\ny', role='member')]
    all_are('what the program looks at before it asks', cases, outcomes(logins['mia'], cases[:9]) +
            outcomes(logins['olga'], cases[9:]), ['AP003'] * 10)


def tables():
    for who in [*ROLE, 'eng', 'rea', 'nob', 'out']:
        cases = []
        for t, change in TABLES.items():
            cases += ['INSERT INTO ap.%s DEFAULT VALUES' % t, 'DELETE FROM ap.' + t,
                      'TRUNCATE ap.' + t, 'UPDATE ap.%s SET %s' % (t, change),
                      'ALTER TABLE ap.%s DISABLE ROW LEVEL SECURITY' % t]
        cases += ['UPDATE ap.autopilot_schedules SET ' + c for c in ENGINES]
        cases += ['SELECT * FROM ap.role_rules', 'SELECT * FROM ap.limits',
                  'SELECT * FROM ap.autopilot_schedules FOR UPDATE', 'DROP POLICY sight ON '
                  'ap.autopilot_schedules', 'CREATE POLICY mine ON ap.autopilot_schedules']
        all_are('%s: tables' % ROLE.get(who, who), cases, outcomes(logins[who], cases),
                ['42501'] * len(cases))
        may = set(sql(url, "SELECT proname FROM pg_proc WHERE pronamespace = 'ap'::regnamespace "
                      "AND has_function_privilege('%s_%s', oid, 'EXECUTE')" % (who, mark)).split())
        lab.check('%s calls nothing that is inside' % ROLE.get(who, who), not may & set(INSIDE),
                  may & set(INSIDE))
        lab.check('%s calls what a role of the server may' % ROLE.get(who, who),
                  (set(OPERATORS) <= may) == (who in ROLE or who in ('eng', 'nob')), may)


def sights():
    for who, seen in (('sid', 'open'), ('mia', 'acme open'), ('olga', 'acme open'),
                      ('zed', 'open other'), ('adm', 'acme open other'), ('rea', 'open'),
                      ('eng', 'acme open other'), ('nob', 'open')):
        rows = outcomes(logins[who], [
            "SELECT DISTINCT w.name FROM ap.%s x JOIN ap.workspaces w ON w.id = x.workspace_id "
            'ORDER BY 1' % t for t in ('autopilot_schedules', 'newsletter_specifications')])
        lab.check('%s sees schedules of %s' % (who, seen), all(r == 'ok ' + '\n'.join(seen.split())
                                                               for r in rows), rows)
        got = sql(logins[who], "SELECT string_agg(DISTINCT columns ->> 4, ' ') FROM ap.pull('0') "
                  "WHERE relation = 'autopilot_schedules'").split()
        lab.check('and pulls no other', ('w_mia' in got) == ('acme' in seen) and 'w_zed' in got and
                  len(got) == (len(PEOPLE) + 1 if 'acme' in seen else 1), got)


scene()
matrix()
forged()
limits()
tables()
sights()
lab.finish()
