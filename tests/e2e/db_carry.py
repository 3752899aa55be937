#!/usr/bin/python3
"""Broken if this fails: a record with schedules changes or loses something on its way from the
embedded file to the shared one or back, or a way that was broken off leaves half of it.

needs: postgres
time limit: 300 s
"""
import json
import os
import shutil
import signal
import sqlite3

import lab
from lab_db import database, db, sql
from lab_pg import Control

JSON = ('definition', 'schedule_config', 'categories_override', 'regions_override')


def place(name):
    path = os.path.join(lab.tmp(), name)
    os.makedirs(path, exist_ok=True)
    return path


def must(data, url, *words):
    p = db(data, url, *words)
    if p.returncode != 0:
        raise RuntimeError('%s: %d %s%s' % (words, p.returncode, p.stdout, p.stderr))
    return p.stdout


def tables_of(path):
    """Every row of every table, JSON by what it says; rows are named by their columns."""
    c = sqlite3.connect('file:%s?mode=ro' % path, uri=True)
    c.row_factory = sqlite3.Row
    names = [r[0] for r in c.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('mirror', "
        "'mirror_fill', 'schema_migrations')")]
    found = {}
    for name in names:
        rows = []
        for row in c.execute('SELECT * FROM ' + name):
            rows.append({k: json.dumps(json.loads(row[k]), sort_keys=True) if k in JSON and row[k] is not None else row[k]
                         for k in row.keys() if k != 'token'})  # a wish means nothing elsewhere
        found[name] = sorted(map(repr, rows))
    c.close()
    return found


def worked(name):
    """Letters, members, specifications, schedules of each kind, runs of each trigger, reports."""
    data = lab.prepare(name, pages=60)
    with open(data + '/feed.xml', 'w') as f:
        f.write('<rss version="2.0"><channel><title>Bote</title>%s</channel></rss>' % ''.join(
            '<item><title>N\u00e9ws %d &amp; more</title><link>https://example.org/%d</link></item>'
            % (i, i) for i in range(30)))
    with open(data + '/specs.ini', 'w') as f:
        for spec, feed in (('news', 'feed.xml'), ('press', 'feed.xml'), ('broken', 'none.xml'),
                           ('gone', 'feed.xml')):
            f.write('[specification %s]\nfrequency = daily\nactive = yes\n[category all]\n'
                    '[source Bote]\naddress = %s\n\n' % (spec, feed))
    lab.must(data, 'spec', 'import', data + '/specs.ini', '--quiet')
    add = ('schedule', 'add', '--quiet', '--time', '09:00', '--spec')
    lab.must(data, *add, 'news', 'first')
    lab.must(data, *add, 'news', '--spec', 'press', 'second')
    lab.must(data, *add, 'broken', 'third')
    lab.must(data, *add, 'gone', 'fourth')
    lab.must(data, 'schedule', 'add', 'then', '--spec', 'press', '--after', 'first', '--quiet')
    lab.must(data, 'schedule', 'template', 'put', 'mornings', '--time', '07:30')
    lab.must(data, 'schedule', 'delete', 'fourth', '--yes')
    lab.must(data, 'spec', 'delete', 'gone', '--yes')
    lab.must(data, *add, 'press', 'fourth')
    lab.must(data, 'schedule', 'pause', 'third', '--note', 'a "note" \\ é')
    lab.must(data, 'schedule', 'run', 'first')
    lab.must(data, 'schedule', 'run', 'second', '--test')
    lab.must(data, 'schedule', 'run', 'third')
    lab.must(data, 'engine', '--until-idle', '--quiet', timeout=120)
    lab.must(data, 'member', 'add', 'zoe')
    c = sqlite3.connect(data + '/autopilot.db')
    c.execute("INSERT INTO keeping (relation, before) VALUES ('newsletter_runs', 5)")
    c.commit()
    c.close()
    return data


def html_of(path):
    c = sqlite3.connect('file:%s?mode=ro' % path, uri=True)
    got = {r[0]: (r[1], r[2]) for r in c.execute('SELECT run, html, text FROM report_files')}
    c.close()
    return got


def there_and_back():
    data = worked('all')
    record = data + '/autopilot.db'
    before, html = tables_of(record), html_of(record)
    for table in ('newsletter_specifications', 'autopilot_schedules', 'schedule_specifications',
                  'newsletter_runs', 'schedule_templates', 'report_files', 'report_items',
                  'workspace_members', 'send_rates', 'leads', 'keeping'):
        lab.check('there is something in ' + table, len(before[table]) > 0)
    url, pooler = database()
    must(data, url, 'migrate', '--yes')
    kept = shutil.copytree(data, place('x') + '/kept')
    out = json.loads(must(data, pooler, 'to-shared', '--yes', '--json'))
    odd = [n for n in before if n != 'record'
           and out['tables'][n]['rows'] != len(before[n])]
    lab.check('every table went', not odd, odd)
    lab.check('reports byte for byte', sql(url, "SELECT string_agg(encode(html, 'hex') || "
              "encode(text, 'hex'), '' ORDER BY run) FROM ap.report_files").strip() ==
              ''.join(h.hex() + t.hex() for _, (h, t) in sorted(html.items())))
    back = place('back')
    must(back, pooler, 'to-embedded', back + '/autopilot.db')
    after = tables_of(back + '/autopilot.db')
    odd = [(n, [r for r in before[n] if r not in after.get(n, [])][:1],
            [r for r in after.get(n, []) if r not in before[n]][:1])
           for n in before if before[n] != after.get(n)]
    lab.check('there and back: nothing differs', not odd, odd)
    lab.must(back, 'verify')
    lab.check('the same reports', html_of(back + '/autopilot.db') == html)
    c = sqlite3.connect(back + '/autopilot.db')
    d = sqlite3.connect(data + '/autopilot.embedded.db')
    order = 'SELECT id FROM autopilot_schedules WHERE deleted_at IS NULL ORDER BY rowid'
    lab.check('in the order they were made', c.execute(order).fetchall() ==
              d.execute(order).fetchall())
    c.close()
    d.close()
    shown = lab.must(data, 'run', 'list', '--json', AUTOPILOT_RECORD_URL=url)
    lab.check('the shared one shows the runs', len(lab.rows(shown)) == len(before['newsletter_runs']))
    again = place('again')
    shutil.copytree(back, again, dirs_exist_ok=True)
    url2, _ = database()
    must(again, url2, 'migrate', '--yes')
    must(again, url2, 'to-shared', '--yes')
    lab.check('and once more', sql(url2, 'SELECT count(*) FROM ap.newsletter_runs') ==
              str(len(before['newsletter_runs'])))
    return kept


def nothing_half(data):
    """Killed at each point of the way, or the server gone in the middle: nothing there, and what is
    here stays as it was; after the commit it is there as a whole."""
    url, _ = database()
    must(data, url, 'migrate', '--yes')
    before = tables_of(data + '/autopilot.db')
    count = 'SELECT (SELECT count(*) FROM ap.newsletter_runs) + (SELECT count(*) FROM ap.events)'
    for point in ('carry_half', 'carry_before_commit'):
        p = db(data, url, 'to-shared', '--yes', fp=point)
        lab.check('killed at ' + point, p.returncode == -signal.SIGKILL, p)
        lab.wait_for(lambda: sql(url, "SELECT count(*) FROM pg_stat_activity WHERE datname = "
                                 "current_database() AND pid <> pg_backend_pid()") == '0')
        lab.check('nothing is there', sql(url, count) == '0')
        lab.check('nothing changed here', tables_of(data + '/autopilot.db') == before)
    p = db(data, url, 'to-shared', '--yes', fp='carry_after_commit')
    lab.check('killed after the commit', p.returncode == -signal.SIGKILL, p)
    lab.check('all is there', sql(url, count) == str(len(before['newsletter_runs']) +
                                                     len(before['events'])))
    p = db(data, url, 'to-shared', '--yes')
    lab.check('a second time is refused', p.returncode == 1 and 'not empty' in p.stderr, p)


def server_gone(data):
    control = Control(os.environ['AUTOPILOT_TEST_PG_DIR'])
    url = control.ask('server k')
    wire = control.ask('wire kw k')
    must(data, url, 'migrate', '--yes')
    before = tables_of(data + '/autopilot.db')
    left = 0
    for answers in (8, 20, 33):
        control.ask('go kw')
        control.ask('cut kw %d' % answers)
        left += db(data, wire, 'to-shared', '--yes').returncode != 0
        left += sql(url, 'SELECT count(*) FROM ap.newsletter_specifications') == '0'
    lab.check('cut in the middle, nothing is there', left == 6, left)
    lab.check('nor anything changed here', tables_of(data + '/autopilot.db') == before)
    control.ask('go kw')
    must(data, wire, 'to-shared', '--yes')
    back = place('back-c')
    for answers in (4, 9):
        control.ask('go kw')
        control.ask('cut kw %d' % answers)
        p = db(back, wire, 'to-embedded', back + '/autopilot.db')
        lab.check('a way back that breaks makes no file', p.returncode != 0 and
                  not os.listdir(back), (p, os.listdir(back)))
    control.close()


def upkeep(data):
    """By hand, on both records: what the settings say goes, and a line says so."""
    url, _ = database()
    must(data, url, 'migrate', '--yes')
    here = shutil.copytree(data, place('z') + '/here')
    c = sqlite3.connect(here + '/autopilot.db')
    c.execute('UPDATE events SET at = at - 40 * 86400000000 WHERE seq <= 50')
    c.commit()
    left = c.execute('SELECT count(*) FROM events').fetchone()[0] - 50
    c.close()
    p = json.loads(lab.must(here, 'db', 'upkeep', '--json'))
    lab.check('by default nothing goes', p['done'] and p['events'] == p['runs'] == 0, p)
    p = lab.run(here, 'db', 'upkeep', AUTOPILOT_RECORD_KEEP_RUNS='7')
    lab.check('runs stay for two months', p.returncode != 0 and 'keep_runs' in p.stderr, p)
    p = lab.run(here, 'db', 'upkeep', '--read-only')
    lab.check('read-only drops nothing', p.returncode == 1 and '--read-only' in p.stderr, p)
    p = json.loads(lab.must(here, 'db', 'upkeep', '--json', AUTOPILOT_RECORD_KEEP_EVENTS=30))
    lab.check('old events went', p['events'] == 50, p)
    said = lab.must(here, 'log', '--count', '3')
    lab.check('a line says so', '50 events and 0 runs' in said, said)
    p = json.loads(lab.must(here, 'db', 'upkeep', '--json', AUTOPILOT_RECORD_URL=url,
                            AUTOPILOT_RECORD_KEEP_EVENTS=30))
    lab.check('the shared one has the same command', p['done'] and p['events'] == 0, p)


untouched = there_and_back()
upkeep(untouched)
server_gone(shutil.copytree(untouched, place('y') + '/gone'))
nothing_half(untouched)
lab.finish()
