#!/usr/bin/python3
"""reports.py - reports on schedules, end to end: import, add, engine, list, show, cat; a standstill,
the frequency, a specification that is not active, a source that fails; then engine and commands are
killed at every failpoint of agenda and reports and started again: no slot twice, none lost, no half
file, and `autopilot verify` finds nothing. (run: alone, time limit: 600 s)

A standstill is made by setting next_run_at back in the record.
"""
import concurrent.futures
import datetime
import email.utils
import hashlib
import json
import os
import signal
import sqlite3
import subprocess

import lab

NOW = datetime.datetime.now(datetime.timezone.utc)
DAY = datetime.timedelta(days=1)
# The newest slot is two hours old and the next is 22 hours ahead, whenever the test runs.
SLOT = (NOW - datetime.timedelta(hours=2)).replace(second=0, microsecond=0)
POINTS = ('agenda_', 'report_', 'file.')
THREADS = 2


def write_specs(where):
    """news: 40 days of items; week, press: the same, weekly and daily; off: not active; broken: no
    source there."""
    items = ''.join('<item><title>News %d</title><link>https://example.org/%d</link>'
                    '<description>What happened %d days ago</description><pubDate>%s</pubDate></item>'
                    % (i, i, i, email.utils.format_datetime(SLOT - i * DAY / 2)) for i in range(80))
    with open(os.path.join(where, 'feed.xml'), 'w') as f:
        f.write('<rss version="2.0"><channel><title>Bote</title>%s</channel></rss>' % items)
    with open(os.path.join(where, 'specs.ini'), 'w') as f:
        for name, frequency, active, feed in (('news', 'daily', 'yes', 'feed.xml'),
                                              ('all', 'daily', 'yes', 'feed.xml'),
                                              ('week', 'weekly', 'yes', 'feed.xml'),
                                              ('press', 'daily', 'yes', 'feed.xml'),
                                              ('wire', 'daily', 'yes', 'feed.xml'),
                                              ('off', 'daily', 'no', 'feed.xml'),
                                              ('broken', 'daily', 'yes', 'none.xml')):
            f.write('[specification %s]\nfrequency = %s\nactive = %s\n[category all]\n'
                    '[source Bote]\naddress = %s\n\n' % (name, frequency, active, feed))


def prepare(name):
    data = os.path.join(lab.tmp(), name)
    lab.must(data, 'init', '--quiet')
    write_specs(data)
    lab.must(data, 'spec', 'import', os.path.join(data, 'specs.ini'), '--quiet')
    at = SLOT.strftime('%H:%M')
    for spec, words in (('news', []), ('all', ['--catchup', 'all']), ('week', []), ('off', []),
                        ('broken', [])):
        lab.must(data, 'schedule', 'add', 'on-' + spec, '--spec', spec, '--time', at, '--quiet',
                 *words)
    return data


def widen(data):
    """One of two specifications, and one that follows it."""
    at = SLOT.strftime('%H:%M')
    lab.must(data, 'schedule', 'add', 'on-both', '--spec', 'press', '--spec', 'week', '--time', at,
             '--quiet')
    lab.must(data, 'schedule', 'add', 'then', '--spec', 'wire', '--after', 'on-both', '--quiet')


def set_back(data, schedule, days):
    """As if no engine had run since that slot."""
    at = int((SLOT - days * DAY).timestamp()) * 1000000
    with sqlite3.connect(os.path.join(data, 'autopilot.db')) as db:
        changed = db.execute('UPDATE autopilot_schedules SET next_run_at = ? WHERE schedule_name = ?',
                             (at, schedule)).rowcount
    db.close()
    assert changed == 1, schedule


def engine(data, binary=None, **more):
    p = subprocess.run([binary or lab.BIN, '--data', data, 'engine', '--until-idle', '--quiet'],
                       env=lab.env(**more), stdin=subprocess.DEVNULL, capture_output=True,
                       timeout=120, text=True)
    return p.returncode, p.stderr


def runs(data, *words):
    return lab.rows(lab.must(data, 'run', 'list', '--json', *words))


def schedule(data, name):
    return json.loads(lab.must(data, 'schedule', 'show', name, '--json'))


def instant(at):
    return at.strftime('%Y-%m-%dT%H:%M:%S')


def sequence(data):
    return sorted((r['schedule'], r['scheduled_for'] or '', r['specification'], r['trigger'],
                   r['status']) for r in runs(data))


def judge(data, want=None):
    """None when the record is whole and the files are those of its runs; else what is not."""
    got = sequence(data)
    if want is not None and got != want:
        return 'runs are %s, not %s' % (sorted(set(got) - set(want)) or len(got),
                                        sorted(set(want) - set(got)) or len(want))
    slots = [g[:3] for g in got if g[1]]
    if len(set(slots)) != len(slots):
        return 'a slot stands twice'
    where = os.path.join(data, 'reports')
    files = sorted(os.listdir(where)) if os.path.isdir(where) else []
    made = {r['report']: r for r in runs(data) if r['status'] == 'success'}
    if files != sorted(made):
        return 'files %s, reports %s' % (files, sorted(made))
    for name in files:
        with open(os.path.join(where, name), 'rb') as f:
            content = f.read()
        if hashlib.sha256(content).hexdigest() != made[name]['sha256']:
            return name + ' is not what was made'
        if not content.rstrip().endswith(b'</html>'):
            return name + ' is cut off'
    v = lab.run(data, 'verify', '--at-rest')
    if v.returncode != 0:
        return 'verify: ' + ' / '.join(l for l in v.stdout.splitlines() if 'BROKEN' in l) + v.stderr
    return None


# --- one after the other ------------------------------------------------------------------------

def standstill(data):
    set_back(data, 'on-news', 4)
    set_back(data, 'on-all', 4)
    code, err = engine(data)
    if not lab.check('an engine with due schedules works until it is idle', code == 0, err):
        return
    news = runs(data, '--schedule', 'on-news')
    s = schedule(data, 'on-news')
    lab.check('after a standstill the newest slot is caught up, once',
              [(r['trigger'], r['status'], r['scheduled_for'][:19]) for r in news] ==
              [('catchup', 'success', instant(SLOT))] and s['missed_count'] == 4 and
              s['run_count'] == 1 and s['success_count'] == 1, (news, s))
    every = runs(data, '--schedule', 'on-all')
    lab.check('catch-up of all makes each of them, oldest first',
              [(r['status'], r['scheduled_for'][:19]) for r in reversed(every)] ==
              [('success', instant(SLOT - i * DAY)) for i in (4, 3, 2, 1, 0)], every)
    lab.check('the next instant is tomorrow\'s',
              s['next_run_at'][:19] == instant(SLOT + DAY), s['next_run_at'])
    shown = json.loads(lab.must(data, 'run', 'show', news[0]['id'], '--json'))
    page = lab.run(data, 'run', 'cat', news[0]['id']).stdout
    with open(os.path.join(data, 'reports', news[0]['report']), encoding='utf-8') as f:
        lab.check('run show and run cat give the report that was written',
                  shown['sha256'] == news[0]['sha256'] and shown['items'] > 0 and f.read() == page,
                  shown)
    lab.check('run cat --text gives it as text',
              'News' in lab.must(data, 'run', 'cat', 'last', '--schedule', 'on-news', '--text'))


def limits(data):
    lab.must(data, 'schedule', 'run', 'on-week', '--quiet')
    code, err = engine(data)
    set_back(data, 'on-week', 0)
    code2, err2 = engine(data)
    s = schedule(data, 'on-week')
    newest = runs(data, '--schedule', 'on-week')
    lab.check('the frequency leaves out what comes after a report of its week',
              code == code2 == 0 and [r['status'] for r in newest] == ['skipped', 'success'] and
              'next eligible' in newest[0]['error'] and s['skip_count'] == 1 and
              s['run_count'] == 1 and s['failure_count'] == 0, (err, err2, newest, s))
    again = lab.run(data, 'schedule', 'run', 'on-week')
    lab.check('a report by hand in the same week is refused', again.returncode != 0 and
              '--override' in again.stderr, again.stderr)


def troubles(data):
    set_back(data, 'on-off', 0)
    set_back(data, 'on-broken', 0)
    code, err = engine(data)
    off, broken = schedule(data, 'on-off'), schedule(data, 'on-broken')
    lab.check('a specification that is not active puts its schedule in error', code == 0 and
              off['status'] == 'error' and off['last_run_error'] == 'Specification is not active' and
              off['run_count'] == 0, (err, off))
    failed = runs(data, '--failed')
    lab.check('a source that fails is a failure, and the schedule goes on',
              [r['schedule'] for r in failed] == ['on-broken'] and broken['failure_count'] == 1 and
              broken['status'] == 'active' and broken['next_run_at'][:19] == instant(SLOT + DAY) and
              'Bote' in (failed[0]['error'] or ''), (failed, broken))
    lab.must(data, 'run', 'seen', failed[0]['id'], '--quiet')
    lab.check('a failure that was seen is no news', runs(data, '--failed') == [])
    why = judge(data)
    lab.check('the record is whole and the files are its reports', why is None, why)


def kinds(data):
    widen(data)
    set_back(data, 'on-both', 0)
    lab.must(data, 'schedule', 'template', 'put', 'mornings', '--from', 'weekday-morning', '--zone',
             'Europe/Berlin', '--quiet')
    lab.must(data, 'schedule', 'add', 'made', '--spec', 'wire', '--from', 'mornings', '--quiet')
    made = schedule(data, 'made')
    lab.check('a schedule begins as its template says',
              made['schedule_config'] == {'cron_expression': '0 9 * * MON-FRI',
                                          'timezone': 'Europe/Berlin'}, made)
    lab.must(data, 'schedule', 'delete', 'made', '--yes', '--quiet')
    code, err = engine(data)
    got = [g[2:] for g in sequence(data) if g[0] in ('on-both', 'then')]
    lab.check('a slot of two specifications has two runs, and is followed once',
              code == 0 and got == [('press', 'schedule', 'success'), ('week', 'schedule', 'skipped'),
                                    ('wire', 'after', 'success')] or
              got == [('press', 'catchup', 'success'), ('week', 'schedule', 'skipped'),
                      ('wire', 'after', 'success')], (err, got))
    both, then = schedule(data, 'on-both'), schedule(data, 'then')
    lab.check('the schedules say so', both['specifications'] == ['press', 'week'] and
              both['skip_count'] == 1 and then['after'] == 'on-both' and
              then['next_run_at'] is None and then['success_count'] == 1, (both, then))
    circle = lab.run(data, 'schedule', 'edit', 'on-both', '--after', 'then')
    lab.check('a circle is refused with its names', circle.returncode != 0 and
              'on-both -> then -> on-both' in circle.stderr, circle.stderr)
    gone = lab.run(data, 'schedule', 'delete', 'on-both', '--yes')
    lab.check('who is followed is not deleted', gone.returncode != 0 and '"then"' in gone.stderr,
              gone.stderr)
    why = judge(data)
    lab.check('the record is whole after that too', why is None, why)


# --- killed -------------------------------------------------------------------------------------

def trace(base):
    data = lab.copy(base, 'trace')
    path = lab.tmp() + '/trace.txt'
    code, err = engine(data, lab.FP_BIN, AUTOPILOT_FP_TRACE=path)
    if code != 0:
        raise RuntimeError('traced run: exit %d %s' % (code, err))
    counts = {}
    with open(path) as f:
        for line in f:
            words = line.split()
            if len(words) == 2 and words[0].startswith(POINTS):
                counts[words[0]] = int(words[1])
    return data, counts


def kill_engine(base, want, point, hit):
    """None, or what differs; an idle look more or less is no difference."""
    data = lab.copy(base, 'kill-%s-%d' % (point, hit))
    code, err = engine(data, lab.FP_BIN, AUTOPILOT_FP='%s:%d:kill' % (point, hit))
    if code not in (0, -signal.SIGKILL):
        return 'it ended with %d: %s' % (code, err)
    if code == 0 and hit == 1:
        return 'not reached'
    code, err = engine(data)
    why = 'the second run: %d %s' % (code, err) if code != 0 else judge(data, want)
    lab.shutil.rmtree(data, ignore_errors=True)
    return why


def engines(base):
    golden, counts = trace(base)
    want = sequence(golden)
    why = judge(golden, want)
    lab.check('the uninterrupted run is whole', why is None, why)
    lab.check('at least 12 failpoints of agenda and reports are reached', len(counts) >= 12,
              sorted(counts))
    cases = [(p, h) for p, n in sorted(counts.items())
             for h in sorted({1, 2, (n + 1) // 2, n} & set(range(1, n + 1)))]
    bad = {}
    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        jobs = {pool.submit(kill_engine, base, want, *c): c for c in cases}
        for done in concurrent.futures.as_completed(jobs):
            if done.result():
                bad.setdefault(jobs[done][0], 'hit %d: %s' % (jobs[done][1], done.result()))
    for point in sorted(counts):
        lab.check('killed at %s, of %d hits' % (point, counts[point]), point not in bad,
                  bad.get(point, ''))


def kill_command(base, point, words, state):
    """A command that is killed was carried out wholly or not at all; said again, it is done."""
    name = 'the command is whole when killed at ' + point
    data = lab.copy(base, 'command-' + point)
    before = state(data)
    p = lab.run(data, *words, binary=lab.FP_BIN, AUTOPILOT_FP=point + ':1:kill')
    if not lab.check(point + ' is reached', p.returncode == -signal.SIGKILL, p.stderr):
        return
    between = state(data)
    again = lab.run(data, *words)
    after = state(data)
    done = point.endswith('_after')
    v = lab.run(data, 'verify', '--at-rest')
    lab.check(name, v.returncode == 0 and after != before and
              between == (after if done else before) and (done or again.returncode == 0),
              (before, between, after, again.stderr, v.stdout))
    lab.shutil.rmtree(data, ignore_errors=True)


def commands(base):
    def of_schedule(data):
        rows = lab.rows(lab.must(data, 'schedule', 'list', '--json'))
        return sorted((r['name'], r['enabled'], r['status'], r['notes']) for r in rows)

    def of_specs(data):
        return lab.must(data, 'spec', 'list', '--json')

    def of_templates(data):
        return lab.must(data, 'schedule', 'template', 'list', '--json')

    def of_runs(data):
        return len(runs(data)) > 0

    make = ['schedule', 'template', 'put', 'mine', '--time', '08:00']
    edit = ['schedule', 'edit', 'on-news', '--notes', 'for the board']
    for point, words, state in (
            ('agenda_spec_put_before', ['spec', 'edit', 'news', '--active', 'no'], of_specs),
            ('agenda_schedule_put_before', edit, of_schedule),
            ('agenda_schedule_put_after', edit, of_schedule),
            ('agenda_schedule_control_before', ['schedule', 'disable', 'on-news'], of_schedule),
            ('agenda_schedule_control_after', ['schedule', 'disable', 'on-news'], of_schedule),
            ('agenda_schedule_delete_before', ['schedule', 'delete', 'on-news', '--yes'],
             of_schedule),
            ('agenda_template_put_before', make, of_templates),
            ('agenda_template_put_after', make, of_templates),
            ('agenda_run_ask_before', ['schedule', 'run', 'on-news'], of_runs),
            ('agenda_run_ask_after', ['schedule', 'run', 'on-news'], of_runs)):
        kill_command(base, point, words, state)


def main():
    data = prepare('day')
    standstill(data)
    limits(data)
    troubles(data)
    kinds(data)
    base = prepare('base')
    commands(base)
    widen(base)
    for name, days in (('on-news', 4), ('on-all', 3), ('on-week', 1), ('on-off', 0),
                       ('on-broken', 1), ('on-both', 1)):
        set_back(base, name, days)
    engines(base)


main()
lab.finish()
