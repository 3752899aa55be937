#!/usr/bin/python3
"""Broken if this fails: an engine that dies while slots are ready, begin or are written down loses
one, makes one twice, or keeps those after it waiting; or a slot begins late.

needs: postgres
time limit: 200 s

usage: ready_shared.py [all]   all: the second engine is another one, too (make soak)
"""
import concurrent.futures
import os
import signal
import subprocess
import sys
import time

import lab
from lab_db import database, db, sql

ALL = 'all' in sys.argv[1:]
COUNT = 6
POINTS = ('agenda_ready_before', 'agenda_ready_after', 'agenda_begin_before', 'agenda_begin_after',
          'agenda_settle_before', 'agenda_settle_after', 'report_begins', 'report_handed_over')
WITHIN = 30  # seconds until all reports are there; another engine waits for the first one's time


def prepare(name, url):
    """COUNT schedules due in 3 seconds."""
    data = os.path.join(lab.tmp(), name)
    lab.must(data, 'init', '--quiet')
    with open(os.path.join(data, 'feed.xml'), 'w') as f:
        f.write('<rss version="2.0"><channel><title>Bote</title><item><title>News</title>'
                '<link>https://example.org/1</link><description>It happened</description></item>'
                '</channel></rss>')
    with open(os.path.join(data, 'specs.ini'), 'w') as f:
        for i in range(COUNT):
            f.write('[specification s%d]\nfrequency = daily\nactive = yes\n[category all]\n'
                    '[source Bote]\naddress = feed.xml\n\n' % i)
    lab.must(data, 'spec', 'import', os.path.join(data, 'specs.ini'), '--quiet')
    for i in range(COUNT):
        lab.must(data, 'schedule', 'add', 'on-s%d' % i, '--spec', 's%d' % i, '--time', '09:00',
                 '--quiet')
    for words in (('migrate', '--yes'), ('to-shared', '--yes')):
        p = db(data, url, *words)
        assert p.returncode == 0, p.stderr
    sql(url, "UPDATE ap.autopilot_schedules SET next_run_at ="
             " date_trunc('second', now()) + interval '3 seconds'")
    return data


def start(data, url, binary, **more):
    return subprocess.Popen([binary, '--data', data, 'engine', '--quiet'],
                            env=lab.env(AUTOPILOT_RECORD_URL=url, **more),
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


def end(p):
    p.send_signal(signal.SIGTERM)
    try:
        p.wait(20)
    except subprocess.TimeoutExpired:
        p.kill()
        p.wait()


def successes(url):
    return int(sql(url, "SELECT count(*) FROM ap.newsletter_runs WHERE status = 'success'"))


def wait_for_all(url, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if successes(url) >= COUNT:
            return True
        time.sleep(0.1)
    return False


def judge(data, url):
    """None, or what is wrong."""
    twice = sql(url, 'SELECT count(*) - count(DISTINCT (autopilot_schedule_id, scheduled_for))'
                     ' FROM ap.newsletter_runs')
    left = sql(url, 'SELECT count(*) FROM ap.ready_slots')
    stuck = sql(url, 'SELECT count(*) FROM ap.autopilot_schedules WHERE next_run_at < now()'
                     ' OR slot_count <> 1')
    if (successes(url), twice, left, stuck) != (COUNT, '0', '0', '0'):
        return 'reports %d, twice %s, still ready %s, not moved on %s' % (successes(url), twice,
                                                                          left, stuck)
    v = lab.run(data, 'verify', AUTOPILOT_RECORD_URL=url)
    return None if v.returncode == 0 else v.stdout + v.stderr


def killed(point, other):
    url, _ = database()
    data = prepare('k-%s-%d' % (point, other), url)
    p = start(data, url, lab.FP_BIN, AUTOPILOT_FP=point + ':1:kill')
    try:
        code = p.wait(20)
    except subprocess.TimeoutExpired:
        end(p)
        return 'never came there'
    if code != -signal.SIGKILL:
        return 'ended with %d' % code
    if other:
        data = os.path.join(lab.tmp(), 'other-' + point)
        lab.must(data, 'init', '--quiet')
    p = start(data, url, lab.BIN)
    there = wait_for_all(url, 100 if other else WITHIN)
    end(p)
    return judge(data, url) if there else 'only %d reports' % successes(url)


def in_time(url):
    data = prepare('good', url)
    p = start(data, url, lab.BIN)
    there = wait_for_all(url, WITHIN)
    end(p)
    lab.check('all slots of one instant are made', there and judge(data, url) is None,
              judge(data, url))
    late = sql(url, "SELECT count(*) FILTER (WHERE started_at < scheduled_for),"
                    " count(*) FILTER (WHERE started_at > scheduled_for + interval '1 second')"
                    ' FROM ap.newsletter_runs')
    lab.check('none begins before its instant, none a second late', late == '0|0', late)
    n = sql(url, "SELECT count(*) FROM ap.events WHERE kind IN ('slot_queued', 'run_started',"
                 " 'run_success')")
    lab.check('each has its lines', n == str(3 * COUNT), n)


def gives_up(url):
    """An engine that ends leaves nothing behind that others would wait for."""
    data = prepare('ends', url)
    sql(url, "UPDATE ap.autopilot_schedules SET next_run_at = now() + interval '25 seconds'")
    p = start(data, url, lab.BIN)
    until = time.monotonic() + 15
    while time.monotonic() < until and sql(url, 'SELECT count(*) FROM ap.ready_slots') != str(COUNT):
        time.sleep(0.1)
    before = sql(url, 'SELECT count(*) FROM ap.ready_slots')
    end(p)
    after = sql(url, 'SELECT count(*) FROM ap.ready_slots')
    lab.check('an engine that ends gives up what was ready', (before, after) == (str(COUNT), '0'),
              (before, after))


def main():
    in_time(database()[0])
    gives_up(database()[0])
    if not os.path.exists(lab.FP_BIN):
        lab.skip('killed', 'there is no build with failpoints')
        lab.finish()
    cases = [(p, other) for p in POINTS for other in ((False, True) if ALL else (False,))]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for (point, other), why in zip(cases, pool.map(lambda c: killed(*c), cases)):
            lab.check('killed at %s, %s goes on' % (point, 'another' if other else 'it'),
                      why is None, why)
    lab.finish()


if __name__ == '__main__':
    main()
