#!/usr/bin/python3
"""acceptance.py - the acceptance list of the requirements for scheduled reports, a test a line.
(time limit: 300 s)

The engine runs for real; one slot is waited for on the real clock (at most a minute), the others
are put into the past, as after a standstill.
"""
import json
import os
import re
import signal
import sqlite3
import subprocess
import time

import lab

FEED = '''<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Paper %(n)d</title><link>https://paper%(n)d.example/</link>
<item><title>Harbour crane %(n)d lifts again</title><link>https://paper%(n)d.example/crane</link>
<description>The north quay is open.</description></item>
<item><title>Bakery %(n)d wins a prize</title><link>https://paper%(n)d.example/bakery</link>
<description>Bread from the south of town.</description></item>
</channel></rss>
'''
SPEC = '''[specification %(name)s]
title = %(name)s
frequency = daily
[category ports]
title = Ports
word = harbour
[category food]
title = Food
word = bakery
[region north]
title = North
word = north
[region south]
title = South
word = south
[source paper]
kind = rss
address = %(feed)s
'''


def new_data(name, specs, broken=()):
    data = os.path.join(lab.tmp(), name)
    lab.must(data, 'init', '--quiet')
    for n in range(specs):
        feed = os.path.join(data, 'feed%d.xml' % n)
        if n not in broken:
            with open(feed, 'w') as f:
                f.write(FEED % {'n': n})
        with open(os.path.join(data, 'spec%d.ini' % n), 'w') as f:
            f.write(SPEC % {'name': 'paper%d' % n, 'feed': feed})
    lab.must(data, 'spec', 'import', '--quiet',
             *[os.path.join(data, 'spec%d.ini' % n) for n in range(specs)])
    return data


def add(data, n, *options):
    lab.must(data, 'schedule', 'add', 'report%d' % n, '--spec', 'paper%d' % n, '--quiet',
             *(options or ('--time', '09:00')), AUTOPILOT_SCHEDULES_CREATE_PER_HOUR='0')


def runs(data, *options):
    return lab.rows(lab.must(data, 'run', 'list', '--json', *options))


def schedule(data, n):
    return json.loads(lab.must(data, 'schedule', 'show', 'report%d' % n, '--json'))


def was_due(data, days=1):
    """Every schedule was due so many days ago, and no engine ran."""
    db = sqlite3.connect(data + '/autopilot.db')
    db.execute('UPDATE autopilot_schedules SET next_run_at = next_run_at - ?',
               (days * 86400 * 1000000,))
    db.commit()
    db.close()


def engine(data, timeout=60):
    lab.must(data, 'engine', '--until-idle', '--quiet', timeout=timeout)


def created_managed_and_seen():
    data = new_data('managed', 2)
    add(data, 0, '--type', 'weekly', '--day', 'fri', '--time', '08:30', '--zone', 'Europe/Madrid')
    s = schedule(data, 0)
    lab.check('10.1 Users can create schedules', s['schedule_type'] == 'weekly' and
              s['schedule_config'] == {'day_of_week': 4, 'time': '08:30',
                                       'timezone': 'Europe/Madrid'}, s)
    add(data, 1)
    lab.must(data, 'schedule', 'disable', 'report1')
    off = schedule(data, 1)['enabled']
    lab.must(data, 'schedule', 'enable', 'report1')
    on = schedule(data, 1)['enabled']
    lab.must(data, 'schedule', 'edit', 'report1', '--time', '10:15')
    changed = schedule(data, 1)
    lab.must(data, 'schedule', 'delete', 'report0', '--yes')
    left = [r['name'] for r in lab.rows(lab.must(data, 'schedule', 'list', '--json'))]
    lab.check('10.1 Schedule management (enable, disable, edit, delete)',
              not off and on and changed['schedule_config']['time'] == '10:15' and
              changed['next_run_at'].endswith('10:15:00Z') and left == ['report1'],
              (off, on, changed, left))
    was_due(data)
    engine(data)
    got = runs(data)
    lab.check('10.1 Execution history visible', len(got) == 1 and got[0]['status'] == 'success' and
              got[0]['schedule'] == 'report1' and got[0]['finished_at'], got)
    html = lab.must(data, 'run', 'cat', 'last')
    path = os.path.join(data, 'reports', got[0]['report'])
    lab.check('10.1 HTML files stored and retrievable', html.startswith('<!DOCTYPE html>') and
              open(path).read() == html and got[0]['bytes'] == len(html.encode()), html[:80])
    text = lab.must(data, 'run', 'cat', 'last', '--text')
    lab.check('10.1 All categories and regions selected by default',
              all(w in text for w in ('Ports', 'Food', 'North', 'South')) and got[0]['items'] == 2,
              text[:400])
    add(data, 0, '--time', '09:00', '--category', 'food', '--region', 'south')
    lab.must(data, 'schedule', 'run', 'report0', '--test')
    engine(data)
    lab.check('... unless they are overridden', runs(data)[0]['items'] == 1, runs(data)[0])


def on_time():
    data = new_data('ontime', 1)
    add(data, 0, '--cron', '* * * * *', '--override', 'daily')
    p = subprocess.Popen([lab.BIN, '--data', data, 'engine', '--quiet'], env=lab.env(),
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    lab.wait_for(lambda: any(r['status'] == 'success' for r in runs(data)), 75, 0.2)
    p.send_signal(signal.SIGTERM)
    p.wait(30)
    got = [r for r in runs(data) if r['status'] == 'success' and r['trigger'] == 'schedule']
    lab.check('10.1 Reports generate automatically at scheduled times', len(got) >= 1, runs(data))
    late = [seconds(r['started_at']) - seconds(r['scheduled_for']) for r in got]
    print('# started so many seconds after the slot: %s' % ', '.join('%.3f' % l for l in late))
    lab.check('10.2 Execution accuracy: runs within 5 minutes (here: 2 s) of the scheduled time',
              got and 0 <= max(late) < 2, late)


def seconds(text):
    whole, part = re.match(r'(.*?)(\.\d+)?Z$', text).groups()
    return time.mktime(time.strptime(whole, '%Y-%m-%dT%H:%M:%S')) + float(part or 0)


def failures_do_not_block():
    data = new_data('failing', 3, broken={1})
    for n in range(3):
        add(data, n)
    was_due(data)
    engine(data)
    by_name = {r['schedule']: r for r in runs(data)}
    lab.check('10.2 Error recovery: a failed run is told with its reason',
              by_name['report1']['status'] == 'failed' and by_name['report1']['error'],
              by_name['report1'])
    with open(os.path.join(data, 'feed1.xml'), 'w') as f:
        f.write(FEED % {'n': 1})
    lab.check('10.2 Error recovery: failed runs do not block others',
              all(by_name['report%d' % n]['status'] == 'success' for n in (0, 2)), by_name)
    s = schedule(data, 1)
    lab.must(data, 'schedule', 'run', 'report1')
    engine(data)
    lab.check('10.2 Error recovery: nor later runs of the same schedule', s['status'] == 'active' and
              s['failure_count'] == 1 and runs(data)[0]['status'] == 'success', (s, runs(data)[0]))
    p = lab.run(data, 'status', '--check', '--quiet')
    failed = [r for r in runs(data, '--failed')]
    lab.must(data, 'run', 'seen', failed[0]['id'])
    q = lab.run(data, 'status', '--check', '--quiet')
    lab.check('a failure asks for a person until it was seen', (p.returncode, q.returncode) == (1, 0),
              (p.returncode, q.returncode))


def many():
    count = 120
    data = new_data('many', count)
    for n in range(count):
        add(data, n)
    was_due(data)
    began = time.monotonic()
    engine(data, timeout=120)
    took = time.monotonic() - began
    got = [r for r in runs(data, '--count', '1000') if r['status'] == 'success']
    print('# %d reports in %.1f s' % (len(got), took))
    lab.check('10.2 Scalability: 100 and more schedules at once', len(got) == count, len(got))
    began = time.monotonic()
    engine(data)
    idle = time.monotonic() - began
    lab.check('10.2 Performance: a look at what is due takes less than 30 s', idle < 30, idle)
    v = lab.run(data, 'verify', '--at-rest')
    lab.check('verify finds nothing', v.returncode == 0, v.stdout)


created_managed_and_seen()
failures_do_not_block()
many()
on_time()
lab.finish()
