#!/usr/bin/python3
"""Broken if this fails: `autopilot db` says something untrue of a shared record, makes one where it
must not, or a record changes or loses rows on its way from the embedded file to the shared one or
back.

needs: postgres
time limit: 300 s
"""
import fcntl
import json
import os
import secrets
import shutil
import socket
import sqlite3
import subprocess

import lab
from lab_db import DIR, MAIN, SECRET, database, db, sql

def place(name):
    path = os.path.join(lab.tmp(), name)
    os.makedirs(path, exist_ok=True)
    return path


def must(data, url, *words):
    p = db(data, url, *words)
    if p.returncode != 0:
        raise RuntimeError('%s: %d %s%s' % (words, p.returncode, p.stdout, p.stderr))
    return p.stdout


def refused(name, p, *texts, status=1):
    lab.check(name, p.returncode == status and p.stderr.count('\n') == 1 and
              all(t in p.stderr for t in texts), (p.returncode, p.stdout, p.stderr))


def statuses():
    data = place('status')
    url, pooler = database()
    p = db(data, url, 'status', '--json')
    s = json.loads(p.stdout)
    lab.check('an empty database: status 1', p.returncode == 1 and s['schema']['fit'] == 'none', s)
    lab.check('it may be migrated', s['rights']['migrate'] and not s['rights']['work'], s)
    lab.check('its way', s['server']['tls'].startswith('TLSv1') and not s['server']['pooler'] and
              not s['server']['in_recovery'], s)
    p = db(data, url, 'migrate', '--dry-run')
    lab.check('what would be done', p.returncode == 0 and '0001_record' in p.stdout and
              'functions' in p.stdout and 'nothing was changed' in p.stdout, p)
    lab.check('was not done', sql(url, "SELECT to_regnamespace('ap') IS NULL") == 't')
    refused('nobody to ask', db(data, url, 'migrate'), '--yes')
    refused('read-only', db(data, url, 'migrate', '--yes', '--read-only'), '--read-only')
    must(data, pooler, 'migrate', '--yes')
    lab.check('twice is once', 'nothing to do' in must(data, url, 'migrate', '--yes'))
    for way, of in ((url, False), (pooler, True)):
        s = json.loads(must(data, way, 'status', '--json'))
        lab.check('a record%s' % (' behind a pooler' if of else ''),
                  s['mode'] == 'shared' and s['schema']['fit'] == 'good' and
                  s['server']['pooler'] == of and len(s['record']) == 36 and s['mirror'] is None and
                  all(s['rights'][r] for r in ('migrate', 'work', 'operate', 'read')) and
                  0 < s['latency_us']['least'] <= s['latency_us']['middle'] and
                  s['server']['version'].startswith('1'), s)
        text = must(data, way, 'status')
        lab.check('in words', 'fits this program' in text and
                  ('through a pooler' if of else 'direct') in text and 'ms (' in text, text)
    sql(url, "UPDATE ap.schema_migrations SET sha256 = 'x' WHERE version = 0")
    p = db(data, url, 'status')
    lab.check('functions of another program', p.returncode == 1 and 'functions' in p.stdout, p)
    lab.check('are put again', '1 steps' in must(data, url, 'migrate', '--yes'))
    sql(url, "UPDATE ap.schema_migrations SET sha256 = 'x' WHERE version = 1")
    refused('a changed migration', db(data, url, 'migrate', '--yes'), 'another text')
    sql(url, 'INSERT INTO ap.schema_migrations SELECT 900, name, sha256, applied_at, app_version '
        'FROM ap.schema_migrations WHERE version = 1')
    refused('a newer schema', db(data, url, 'migrate', '--yes'), 'newer program')


class Control:
    """Servers and wires of one's own; they go with it."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(DIR + '/control')
        self.talk = self.socket.makefile('rw')

    def ask(self, line):
        self.talk.write(line + '\n')
        self.talk.flush()
        word, _, value = self.talk.readline().strip().partition(' ')
        if word != 'ok':
            raise RuntimeError(line + ': ' + value)
        return value

    def close(self):
        self.talk.close()
        self.socket.close()


def troubles():
    data = place('troubles')
    url, _ = database()
    login = 'guest_' + secrets.token_hex(4)
    sql(MAIN, "CREATE ROLE %s LOGIN PASSWORD 'x'" % login)
    guest = url.replace(url.split('//')[1].split('@')[0], login + ':x')
    refused('a wrong password', db(data, url.replace(SECRET, 'wrong-one'), 'status'),
            'does not accept the password', 'PGPASSFILE', status=3)
    refused('a wrong authority', db(data, url.replace('/ca.pem', '/other-ca.pem'), 'status'),
            'sslrootcert', status=3)
    refused('an unknown host', db(data, url.replace('@localhost', '@nowhere.invalid'), 'status'),
            'nowhere.invalid', 'name server', status=3)
    refused('no such database', db(data, url.split('?')[0].rsplit('/', 1)[0] + '/nothing?' +
                                   url.split('?')[1], 'status'), 'createdb', status=3)
    refused('nothing is shared', lab.run(data, 'db', 'migrate', '--yes'), '[record] url')
    sql(url, 'CREATE SCHEMA ap; CREATE TABLE ap.mine (i int)')
    refused('a schema of something else', db(data, url, 'migrate', '--yes'), 'something else')
    lab.check('is left alone', sql(url, 'SELECT count(*) FROM pg_class WHERE relnamespace = '
                                   "'ap'::regnamespace") == '1')
    p = db(data, url, 'status', '--json')
    lab.check('and told', json.loads(p.stdout)['schema']['fit'] == 'other', p)
    sql(url, 'DROP SCHEMA ap CASCADE')
    refused('a login without rights', db(data, guest, 'migrate', '--yes'), 'may not change', login)
    must(data, url, 'migrate', '--yes')
    s = json.loads(db(data, guest, 'status', '--json').stdout)
    lab.check('which status tells', s['schema']['fit'] == 'hidden' and s['rights'] == {
        'roles': True, 'login': login, 'migrate': False, 'work': False, 'operate': False, 'read': False}, s)
    refused('and others refuse', db(data, guest, 'to-embedded', lab.tmp() + '/no.db'),
            'may not do that')


def standby():
    data = place('standby')
    control = Control()
    server = control.ask('server a')
    refused('a standby', db(data, control.ask('standby b a'), 'status'), 'primary', status=3)
    sql(server, 'ALTER SYSTEM SET ssl = off')
    sql(server, 'SELECT pg_reload_conf()')
    lab.wait_for(lambda: 'SSL' in db(data, server, 'status').stderr)
    refused('a server without TLS', db(data, server, 'status'), 'switch TLS on', status=3)
    control.ask('stop a')
    refused('a stopped server', db(data, server, 'status'), 'look whether it runs', status=3)
    control.close()


def worked(name):
    """An embedded record with all that a job leaves behind: letters, events, audit, leftovers."""
    data = lab.prepare(name, pages=120)
    lab.must(data, 'engine', '--until-idle', '--quiet', timeout=120)
    lab.must(data, 'suppress', 'add', 'a@b-zq.com', '@c-zq.com', '--reason', 'é "\\ \t x')
    lab.must(data, 'suppress', 'add', 'gone@b-zq.com')
    lab.must(data, 'suppress', 'remove', 'gone@b-zq.com')
    lab.must(data, 'workspace', 'add', 'acme')
    lab.must(data, 'workspace', 'add', 'left')
    lab.must(data, 'workspace', 'delete', 'left', '--yes')
    lab.must(data, 'job', 'start', 'lab')
    lab.must(data, 'job', 'stop', 'lab')
    return data


def tables_of(path):
    """Every row of every table that holds people's things, in the order of its key."""
    c = sqlite3.connect('file:%s?mode=ro' % path, uri=True)
    names = [r[0] for r in c.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('mirror', "
        "'schema_migrations')")]
    # By which wish a lease was given means nothing in another record.
    columns = {n: ', '.join(r[1] for r in c.execute('PRAGMA table_info(%s)' % n) if r[1] != 'token')
               for n in names}
    found = {n: sorted(map(repr, c.execute('SELECT %s FROM %s' % (columns[n], n)))) for n in names}
    c.close()
    return found


def there_and_back():
    data = worked('embedded')
    record = data + '/autopilot.db'
    before = tables_of(record)
    url, _ = database()
    refused('to-shared without a schema', db(data, url, 'to-shared', '--yes'), 'db migrate')
    must(data, url, 'migrate', '--yes')
    with open(data + '/engine.lock', 'w') as f:
        fcntl.flock(f, fcntl.LOCK_EX)
        refused('while an engine works', db(data, url, 'to-shared', '--yes'), 'engine')
    refused('asks', db(data, url, 'to-shared'), '--yes')
    kept = place('kept')
    shutil.copy(record, kept + '/autopilot.db')
    out = json.loads(must(data, url, 'to-shared', '--yes', '--json'))
    lab.check('all tables went', out['tables']['sends']['rows'] == len(before['sends']) > 100 and
              out['rows'] == sum(t['rows'] for t in out['tables'].values()), out)
    lab.check('the embedded one is put aside', not os.path.exists(record) and
              not os.path.exists(data + '/moving.db') and
              tables_of(data + '/autopilot.embedded.db') == before)
    s = json.loads(must(data, url, 'status', '--json'))
    c = sqlite3.connect(data + '/autopilot.embedded.db')
    name = c.execute('SELECT lower(hex(id)) FROM record').fetchone()[0]
    c.close()
    lab.check('it is the same record', s['record'].replace('-', '') == name, (s['record'], name))
    refused('a second time', db(kept, url, 'to-shared', '--yes'), 'not empty')
    lab.check('which stays', os.path.exists(kept + '/autopilot.db'))
    back = place('back')
    must(back, url, 'to-embedded', back + '/autopilot.db')
    after = tables_of(back + '/autopilot.db')
    odd = [n for n in before if before[n] != after.get(n)]
    lab.check('there and back: nothing differs', not odd, odd)
    lab.must(back, 'verify')
    lab.ok('and its invariants hold')
    refused('never over a file', db(back, url, 'to-embedded', back + '/autopilot.db'), 'already')
    numbers(url, before)
    shutil.copy(data + '/corpus.db', back + '/corpus.db')
    lab.must(back, 'job', 'resume', 'lab')
    lab.must(back, 'engine', '--until-idle', '--quiet', timeout=120)
    lab.must(back, 'verify')
    lab.ok('it goes on where it stood')


def numbers(url, before):
    """What is numbered anew goes on after what came."""
    sql(url, "SELECT ap.workspace_put('{\"actor\": \"ana\", \"name\": \"next\"}')")
    no = sql(url, "SELECT no FROM ap.workspaces WHERE name = 'next'")
    lab.check('numbers go on', int(no) == len(before['workspaces']) + 1, no)
    seq = sql(url, "SELECT max(seq) FROM ap.events WHERE kind = 'workspace_created'")
    lab.check('so do events', int(seq) == len(before['events']) + 1, seq)


def half_way():
    """A server that goes away in the middle leaves both as they were."""
    data = worked('half_way')
    control = Control()
    url = control.ask('server a')
    wire = control.ask('wire w a')
    must(data, url, 'migrate', '--yes')
    before = tables_of(data + '/autopilot.db')
    left = 0
    for answers in (6, 9, 14, 21):
        control.ask('go w')
        control.ask('cut w %d' % answers)
        left += db(data, wire, 'to-shared', '--yes').returncode != 0
        count = sql(url, 'SELECT count(*) FROM ap.events')
        left += count == '0'
    lab.check('cut in the middle, nothing is there', left == 8, left)
    lab.check('nor anything changed here', tables_of(data + '/autopilot.db') == before)
    control.ask('go w')
    must(data, wire, 'to-shared', '--yes')
    lab.check('then it goes', sql(url, 'SELECT count(*) FROM ap.events') ==
              str(len(before['events'])))
    control.close()


statuses()
troubles()
standby()
there_and_back()
half_way()
lab.finish()
