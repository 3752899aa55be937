#!/usr/bin/env python3
"""backfill.py - reports of the past, members and limits, as an operator asks for them: what is
listed is what is made, one after the other; once; it can be taken back; a workspace with members
refuses whoever is none; limits hold and say until when.
"""
import datetime
import json
import os
import sqlite3
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import lab  # noqa: E402

UTC = datetime.timezone.utc
TODAY = datetime.datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def instant(days, hour=0):
    return (TODAY - datetime.timedelta(days=days) + datetime.timedelta(hours=hour)).strftime(
        '%Y-%m-%dT%H:%M:%SZ')


def prepare(name):
    data = os.path.join(lab.tmp(), name)
    lab.must(data, 'init', '--quiet')
    feed = os.path.join(data, 'feed.json')
    with open(feed, 'w') as f:
        json.dump({'version': 'https://jsonfeed.org/version/1.1', 'title': 'F', 'items': [
            {'id': str(i), 'url': 'https://a.example/%d' % i, 'title': 'Chips %d' % i,
             'content_text': 'chips', 'date_published': instant(i, 1)} for i in range(30)]}, f)
    spec = os.path.join(data, 'spec.ini')
    with open(spec, 'w') as f:
        f.write('[specification news]\nfrequency = daily\n[category all]\nword = chips\n'
                '[source feed]\nkind = json\naddress = %s\n' % feed)
    lab.must(data, 'spec', 'import', spec)
    lab.must(data, 'schedule', 'add', 'morning', '--spec', 'news', '--time', '09:00')
    return data


def backfill(data, *words):
    return lab.run(data, 'schedule', 'backfill', 'morning', *words)


def results(data, *words):
    return [r['result'] for r in lab.rows(lab.must(data, 'schedule', 'backfill', 'morning',
                                                   '--json', *words))]


def runs(data):
    return sorted(lab.rows(lab.must(data, 'run', 'list', '--json')),
                  key=lambda r: r['scheduled_for'])


def check_made():
    data = prepare('made')
    span = ('--from', instant(4), '--to', instant(0))
    p = backfill(data, *span, '--dry-run')
    lab.check('a dry run lists each slot', p.returncode == 0 and p.stdout.count('will run') == 4 and
              '4 of morning would be made' in p.stdout, p.stdout + p.stderr)
    lab.check('and makes nothing', runs(data) == [])
    p = backfill(data, *span)
    lab.check('without --yes nobody is there to ask', p.returncode == 1 and '--yes' in p.stderr and
              runs(data) == [], p.stderr)
    lab.check('four are queued', results(data, *span, '--yes') == ['queued'] * 4)
    lab.check('once', results(data, *span, '--yes') == ['waits or is made already'] * 4)
    lab.must(data, 'engine', '--until-idle')
    made = runs(data)
    lab.check('all of them are made', [r['status'] for r in made] == ['success'] * 4 and
              all(r['trigger'] == 'backfill' for r in made), made)
    lab.check('for their own slots', [r['scheduled_for'][:19] for r in made] ==
              [instant(d, 9)[:19] for d in (4, 3, 2, 1)], made)
    lab.check('one after the other', all(a['finished_at'] <= b['started_at'] for a, b in
                                         zip(made, made[1:])), made)
    lab.check('each has its report', results(data, *span, '--all', '--yes') ==
              ['has its report'] * 4)
    lab.check('the record holds', lab.run(data, 'verify').returncode == 0)


def check_taken_back():
    data = prepare('back')
    span = ('--from', instant(3), '--to', instant(0), '--yes')
    results(data, *span)
    p = backfill(data, '--cancel')
    lab.check('a backfill is taken back', 'took back 3' in p.stdout, p.stdout + p.stderr)
    lab.must(data, 'engine', '--until-idle')
    lab.check('and not made', [r['status'] for r in runs(data)] == ['cancelled'] * 3, runs(data))
    lab.check('it can be asked for again', results(data, *span) == ['queued'] * 3)


def check_resumed():
    data = prepare('resumed')
    lab.must(data, 'schedule', 'pause', 'morning', '--note', 'moving')
    held = TODAY - datetime.timedelta(days=3) + datetime.timedelta(hours=9)
    record = sqlite3.connect(os.path.join(data, 'autopilot.db'))
    with record:  # it has been paused for three days
        record.execute('UPDATE autopilot_schedules SET next_run_at = ?',
                       (int(held.timestamp()) * 1000000,))
    record.close()
    p = lab.run(data, 'schedule', 'resume', 'morning', '--backfill')
    now = datetime.datetime.now(UTC)
    want = 3 + (1 if now.hour >= 9 else 0)
    lab.check('resume --backfill makes up for the pause', p.returncode == 0 and
              len(runs(data)) == want, p.stdout + p.stderr)
    shown = lab.rows(lab.must(data, 'schedule', 'list', '--json'))[0]
    lab.check('and goes on', shown['status'] == 'active' and
              shown['next_run_at'] > now.strftime('%Y-%m-%d'), shown)


def check_mistakes():
    data = prepare('mistakes')
    for words, part in (((), '--from'), (('--from', 'monday'), 'instant'),
                        (('--from', instant(0), '--to', instant(1)), 'later'),
                        (('--from', instant(1), '--to', instant(-2)), 'to come'),
                        (('--from', instant(1), '--all', '--failed'), 'one of')):
        p = backfill(data, *words)
        lab.check('backfill %s' % ' '.join(words)[:40], p.returncode == 2 and part in p.stderr,
                  p.stderr)
    p = backfill(data, '--from', instant(800), '--yes')
    lab.check('not too many at once', p.returncode == 1 and '366' in p.stderr, p.stderr)


def check_members():
    data = prepare('members')
    me = lab.rows(lab.must(data, 'audit', 'list', '--json'))[0]['actor']
    p = lab.run(data, 'member', 'add', 'zoe')
    lab.check('who shuts themselves out is told', p.returncode == 0 and 'admins' in p.stderr,
              p.stderr)
    rows = lab.rows(lab.must(data, 'member', 'list', '--json'))
    lab.check('the first member is an owner', [(r['member'], r['role']) for r in rows] ==
              [('zoe', 'owner')], rows)
    for words in (('schedule', 'disable', 'morning'), ('schedule', 'run', 'morning'),
                  ('schedule', 'delete', 'morning', '--yes'), ('member', 'add', me),
                  ('spec', 'edit', 'news', '--title', 'x'),
                  ('schedule', 'backfill', 'morning', '--from', instant(2), '--dry-run')):
        p = lab.run(data, *words)
        lab.check('no member: %s' % ' '.join(words[:2]), p.returncode == 1 and
                  'may not' in p.stderr and 'member' in p.stderr, p.stdout + p.stderr)
    p = lab.run(data, 'member', 'add', me, '--role', 'owner', AUTOPILOT_ENGINE_ADMINS='x, ' + me)
    lab.check('an administrator lets people in', p.returncode == 0, p.stderr)
    lab.check('then it goes', lab.run(data, 'schedule', 'disable', 'morning').returncode == 0)
    p = lab.run(data, 'member', 'add', 'ben', '--role', 'king')
    lab.check('there are two roles', p.returncode == 2 and 'owner' in p.stderr, p.stderr)
    lab.must(data, 'member', 'remove', 'zoe')
    lab.check('the record holds with members', lab.run(data, 'verify').returncode == 0)


def check_limits():
    data = prepare('limits')
    few = {'AUTOPILOT_SCHEDULES_RUN_PER_HOUR': 1, 'AUTOPILOT_SCHEDULES_CREATE_PER_HOUR': 1}
    lab.must(data, 'schedule', 'run', 'morning', '--test', **few)
    p = lab.run(data, 'schedule', 'run', 'morning', '--test', **few)
    lab.check('runs by hand have a limit', p.returncode == 1 and 'again from 20' in p.stderr,
              p.stderr)
    add = ('schedule', 'add', 'second', '--spec', 'news', '--time', '10:00')
    p = lab.run(data, *add, **few)
    lab.check('new schedules have a limit', p.returncode == 1 and 'again from 20' in p.stderr,
              p.stderr)
    lab.check('0 is none', lab.run(data, *add, AUTOPILOT_SCHEDULES_CREATE_PER_HOUR=0).returncode
              == 0)


for part in (check_made, check_taken_back, check_resumed, check_mistakes, check_members,
             check_limits):
    part()
lab.finish()
