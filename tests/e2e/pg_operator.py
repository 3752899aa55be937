#!/usr/bin/python3
"""Broken if this fails: an operator with a login of its own on the shared record can't work with
schedules as on an embedded one, by command or at the console; or a refusal does not say who lacks
what and the cure.

needs: postgres
time limit: 300 s
"""
import json
import os
import pwd
import secrets
import shutil

import lab
from lab_console import Console, load_bench
from lab_db import database, db, sql

ME = pwd.getpwuid(os.getuid()).pw_name
url, _ = database()
mark = secrets.token_hex(3)
root = os.path.join(lab.tmp(), 'root')
os.makedirs(root)


def must(*words):
    p = db(root, url, *words)
    if p.returncode != 0:
        raise RuntimeError('%s: %s%s' % (words, p.stdout, p.stderr))
    return p.stdout


class Desk:
    """A machine with one login."""

    def __init__(self, who, operator, *words):
        self.login, self.data = who + '_' + mark, os.path.join(lab.tmp(), who)
        secret = must('login', 'add', self.login, '--operator', operator, *words).strip()
        self.url = url.replace(url.split('//')[1].split('@')[0], self.login + ':' + secret)
        self.workspace = 'acme'

    def run(self, *words):
        return lab.run(self.data, '--workspace', self.workspace, *words,
                       AUTOPILOT_RECORD_URL=self.url)

    def must(self, *words):
        p = self.run(*words)
        if p.returncode != 0:
            raise RuntimeError('%s: %s%s' % (words, p.stdout, p.stderr))
        return p.stdout

    def refused(self, name, words, *sentence):
        p = self.run(*words)
        lab.check(name, p.returncode == 1 and all(s in p.stderr for s in sentence) and
                  'Traceback' not in p.stderr, p.stdout + p.stderr)


def feed():
    path = os.path.join(lab.tmp(), 'feed.json')
    with open(path, 'w') as f:
        json.dump({'version': 'https://jsonfeed.org/version/1.1', 'title': 'F', 'items': [
            {'id': '1', 'url': 'https://a.example/1', 'title': 'Chips', 'content_text': 'chips',
             'date_published': '2026-11-20T01:00:00Z'}]}, f)
    spec = os.path.join(lab.tmp(), 'spec.ini')
    with open(spec, 'w') as f:
        f.write('[specification news]\nfrequency = daily\n[category all]\nword = chips\n'
                '[source feed]\nkind = json\naddress = %s\n' % path)
    return spec


def member(me, spec):
    """What a member does with its own work."""
    me.must('spec', 'import', spec)
    out = me.must('schedule', 'add', 'morning', '--spec', 'news', '--time', '09:00')
    lab.check('a schedule is made', 'morning' in out, out)
    me.must('schedule', 'edit', 'morning', '--time', '10:30')
    s = json.loads(me.must('schedule', 'show', 'morning', '--json'))
    lab.check('changed, and shown', s['schedule_config']['time'] == '10:30' and s['rev'] == 2, s)
    me.must('schedule', 'pause', 'morning', '--note', 'holidays')
    lab.check('paused', 'paused' in me.must('schedule', 'list'))
    for word in ('resume', 'disable', 'enable'):
        me.must('schedule', word, 'morning')
    me.must('schedule', 'template', 'put', 'early', '--time', '06:00')
    me.must('schedule', 'template', 'delete', 'early')
    me.must('schedule', 'run', 'morning', '--test')
    me.must('run', 'cancel', 'last')
    lab.check('a run is asked for and taken back', [r['status'] for r in lab.rows(
        me.must('run', 'list', '--json'))] == ['cancelled'], me.must('run', 'list'))
    out = me.must('schedule', 'backfill', 'morning', '--from', '2026-11-18T00:00:00Z', '--to',
                  '2026-11-20T00:00:00Z', '--yes')
    lab.check('reports of the past are asked for', out.count('will run') == 2, out)
    me.must('schedule', 'run', 'morning')
    lab.check('every change has its name in the audit log', sql(
        url, "SELECT count(*) > 9 AND bool_and(actor = '%s') FROM ap.audit_log WHERE target IN "
        "('morning', 'news', 'early')" % ME) == 't', me.must('audit', '--json'))


def made(me, engine):
    """Somebody else's engine makes them, and the operator reads them."""
    p = engine.run('engine', '--until-idle', '--quiet')
    lab.check('an engine makes what an operator asked for', p.returncode == 0, p)
    runs = [r['status'] for r in lab.rows(me.must('run', 'list', '--json'))]
    lab.check('the operator sees that', runs.count('success') == 3, runs)
    p = me.run('run', 'show', 'last')
    lab.check('and reads one', p.returncode == 0 and 'success' in p.stdout, p)


def refusals(me):
    on_carls = 'only who made it or an owner of the workspace does'
    may_not = ME + ' may not '
    for words in (['schedule', 'edit', 'carls', '--time', '11:00'], ['schedule', 'delete', 'carls',
                  '--yes'], ['schedule', 'disable', 'carls'],
                  ['schedule', 'pause', 'carls', '--note', 'x'],
                  ['schedule', 'backfill', 'carls', '--from', '2026-11-18T00:00:00Z', '--yes'],
                  ['spec', 'delete', 'carls', '--yes']):
        me.refused("another's: " + ' '.join(words[:2]), words, may_not, on_carls, 'ask one of them')
    me.refused('a member adds nobody', ['member', 'add', 'new'], may_not + 'add a member', 'owner')
    me.workspace = 'other'
    me.refused('a foreign workspace', ['schedule', 'add', 'x', '--spec', 'y', '--time', '09:00'],
               'other')
    me.workspace = 'acme'
    sql(url, "UPDATE ap.limits SET n = 1 WHERE name = 'create_per_hour'")
    me.refused('one too many in an hour', ['schedule', 'add', 'more', '--spec', 'news', '--time',
                                           '09:00'], 'made 1, which is the limit', 'again from')
    sql(url, "UPDATE ap.limits SET n = 100 WHERE name = 'create_per_hour'")


def lacking():
    """Which login lacks what, and the command that cures it."""
    cid = Desk('cid', 'cid')
    cid.workspace = 'open'
    cid.refused("somebody else's login", ['spec', 'import', feed()],
                'the login %s speaks for cid and not for %s' % (cid.login, ME),
                'autopilot db login add LOGIN --operator ' + ME)
    look = Desk('look', ME, '--role', 'reader')
    look.refused('a reader', ['schedule', 'disable', 'morning'], 'the login %s may not do that'
                 % look.login, 'autopilot db login add %s --operator NAME' % look.login)
    sql(url, "CREATE ROLE out_%s LOGIN PASSWORD 'x'" % mark)
    out = Desk('look2', ME)
    out.login = 'out_' + mark
    out.url = url.replace(url.split('//')[1].split('@')[0], out.login + ':x')
    for words in (['schedule', 'list'], ['schedule', 'disable', 'morning'], ['job', 'list'],
                  ['run', 'list'], ['member', 'add', 'x'], ['status']):
        out.refused('no role at all: ' + ' '.join(words), words, 'the login %s may not do that' %
                    out.login, 'autopilot db login add %s --operator NAME' % out.login)
    p = db(out.data, out.url, 'login', 'list')
    lab.check('nor for logins', p.returncode == 1 and out.login in p.stderr, p)
    sql(url, "DELETE FROM ap.operators WHERE login = '%s'" % look.login)
    sql(url, 'GRANT autopilot_operator TO ' + look.login)
    look.workspace = 'open'
    look.refused('a login that is nobody\'s', ['spec', 'import', feed()], 'the login %s is no '
                 "operator's" % look.login, 'autopilot db login add ' + look.login)


def works_not(me):
    p = lab.run(me.data, 'engine', '--until-idle', '--quiet', AUTOPILOT_RECORD_URL=me.url)
    lab.check("an engine with an operator's login", p.returncode != 0 and 'the login ' + me.login +
              ' may not do that' in p.stderr and '--role engine' in p.stderr, p)


def console(me):
    bench = load_bench()
    c = Console(bench, me.data, '--workspace', 'acme', rows=30, cols=140,
                AUTOPILOT_RECORD_URL=me.url)
    lab.check('the console opens', c.wait('Schedules'), c.text())
    c.type('2')
    lab.check('and lists what the login sees', c.wait('morning') and c.wait('carls') and
              'foreign' not in c.text(), c.text())
    c.type('/morning<CR>')
    c.wait_gone('carls')
    c.type('x')
    lab.check('it switches its own off', c.wait('disabled'), c.text())
    c.type('s')
    lab.check('and on', lab.wait_for(lambda: json.loads(me.must(
        'schedule', 'show', 'morning', '--json'))['enabled']), c.text())
    c.type('/<C-u>carls<CR>')
    c.wait_gone('morning')
    c.type('x')
    lab.check("another's is refused, with the reason", c.wait('may not switch the schedule'),
              c.text())
    lab.check('why nothing is worked here is said', c.wait('may not do that'), c.text())
    c.type('<Esc>:q<CR>')
    lab.check('it ends', c.ended(), c.text())


must('migrate', '--yes')
me, engine = Desk('me', ME), Desk('eng', 'machine', '--role', 'engine')
spec = feed()
for name in ('acme', 'other', 'open'):
    sql(url, "SELECT ap.workspace_put('{\"actor\": \"adm\", \"name\": \"%s\"}')" % name)
for w, n in (('acme', 'carls'), ('other', 'foreign')):
    sql(url, "SELECT ap.spec_put('{\"actor\": \"carl\", \"workspace\": \"%s\", \"name\": \"%s\", \"rev\":"
        " -1, \"new_id\": \"%s\", \"active\": true, \"frequency\": \"daily\", \"definition\": \"{}\"}')" % (
            w, n, secrets.token_hex(16)))
    sql(url, "INSERT INTO ap.autopilot_schedules (id, specification_id, workspace_id, created_by, "
        "schedule_name, schedule_type, schedule_config, next_run_at, created_at, updated_at) SELECT "
        "gen_random_uuid(), p.id, p.workspace_id, 'carl', p.name, 'daily', '{\"time\": \"09:00\"}', "
        "now() + interval '1 day', 'epoch', 'epoch' FROM ap.newsletter_specifications p "
        "WHERE p.name = '%s'" % n)
for w in ('acme', 'other'):
    sql(url, "SELECT ap.member_put('{\"actor\": \"adm\", \"workspace\": \"%s\", \"name\": \"adm\", "
        "\"role\": \"owner\"}')" % w)
sql(url, "SELECT ap.member_put('{\"actor\": \"adm\", \"workspace\": \"acme\", \"name\": \"%s\", \"role\": "
    "\"member\"}')" % ME)
member(me, spec)
made(me, engine)
refusals(me)
lacking()
works_not(me)
console(me)
shutil.rmtree(me.data, ignore_errors=True)
lab.finish()
