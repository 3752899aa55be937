#!/usr/bin/python3
"""outage.py - an engine that is killed, and a server that is away, as an operator sees it.
(run: alone, time limit: 600 s)

needs: postgres

Broken if this fails: the job of a killed engine is not at work elsewhere within 20 s; while
PostgreSQL is away, or a connection or a pooler is silent, the console does not say so within 5 s, a
key waits for longer than 100 ms, letters go out; when it is back, work does not go on within 10 s,
or something was lost or done twice; a stop that was asked for meanwhile is forgotten.

usage: outage.py [all]    all: away for 60 s instead of 15
       outage.py one CASE SEED    what this program calls, so that the cases go on side by side
"""
import json
import os
import random
import signal
import subprocess
import sys
import time

import lab
import lab_shared
from lab import check, wait_for
from lab_console import Console, load_bench
from lab_shared import Place, Server, at_rest, differ, ledger

ALL = 'all' in sys.argv[1:] or bool(os.environ.get('AUTOPILOT_SOAK'))
AWAY_S = 60 if ALL else 15
JOB = {'loop_interval': 40, 'limit': 110}
PACE = {'AUTOPILOT_MAIL_PER_MINUTE': 600, 'AUTOPILOT_MAIL_BATCH': 5}
FAST = {'AUTOPILOT_MAIL_PER_MINUTE': 12000}
# What takes it away, what brings it back, and whether the way leads through the pooler.
CASES = {'stopped': (['crash stopped'], ['start stopped'], False),
         'a silent connection': (['stall w'], ['go w'], False),
         'a silent pooler': (['freeze pooled'], ['thaw pooled'], True)}
NAMES = {'stopped': 'stopped', 'a silent connection': 'silent', 'a silent pooler': 'pooled'}


def letters_since(place, began):
    """When each letter was written, in seconds after an instant of the wall clock."""
    new = place.data + '/outbox/new/'
    return sorted(os.stat(new + n).st_mtime - began for n in place.letters())


# Keys, what shows that each was carried out, and whether by coming or by going.
KEYS = ((b'2', 'No schedules yet', True), (b'?', 'Help: Schedules', True),
        (b'q', 'Help: Schedules', False), (b'1', 'Needs attention', True))


def press(console, key, text, there):
    """Milliseconds from a key until a text is on the screen, or off it."""
    os.write(console.app.master, key)
    start = time.monotonic()
    while (text in console.text()) != there and time.monotonic() < start + 5:
        console.app.pump(0.001)
    return (time.monotonic() - start) * 1000


def keys_while(console, seconds, dice):
    """Types all the time; the slowest answer in ms, and after how long the outage was said."""
    began, slowest, said, count = time.monotonic(), 0, None, 0
    while time.monotonic() - began < seconds:
        for key, text, there in KEYS:
            slowest = max(slowest, press(console, key, text, there))
            count += 1
            if said is None and 'pg DOWN' in console.text():
                said = time.monotonic() - began
            console.app.pump(dice.uniform(0.02, 0.2))
    return slowest, said, count


def watch(console, condition, seconds):
    """Lets the console draw until a fact holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not condition():
        console.app.pump(0.02)


def state(place):
    return lab.rows(place.must('job', 'list', '--json'))[0]['status']


def alone(seed):
    data = lab.copy(seed, 'alone')
    p = lab.run(data, 'engine', '--until-idle', '--quiet', AUTOPILOT_ENGINE_JOB_LANES=1)
    if p.returncode:
        raise RuntimeError('alone: ' + p.stderr)
    return lab.sequence(data, 'lab')


def takeover(seed):
    """Two engines, one job: who has it is killed."""
    golden = alone(seed)
    server = Server('killed')
    server.make('ready')
    a, b = Place('killed-a', server.url('ready'), seed), Place('killed-b', server.url('ready'), seed)
    lab_shared.put_job(a, seed)
    p = a.start(**PACE)
    wait_for(lambda: len(a.letters()) >= 20)
    q = b.start(**FAST)
    wait_for(lambda: server.sql('select count(*) from ap.engines', 'ready') == '2', 20, 0.1)
    wait_for(lambda: len(a.letters()) >= 60)
    before = len(b.letters())
    p.send_signal(signal.SIGKILL)
    killed = time.monotonic()
    p.communicate()
    wait_for(lambda: len(b.letters()) > 0, 40)
    took = time.monotonic() - killed
    print('# a killed engine\'s job was at work elsewhere after %.1f s' % took, flush=True)
    check('within 20 s', before == 0 and b.letters() and took <= 20, '%.1f s' % took)
    says = '(pid %d) from' % q.pid
    shown, log = b.must('job', 'show', 'lab'), b.must('log', '--count', '0')
    check('the job says who took it over, and the log', 'taken over' in shown and says in shown and
          'taken over' in log and '(pid %d), whose lease ran out' % p.pid in log, shown + log)
    told = json.loads(b.must('status', '--json'))
    holds = [e['pid'] for e in told['engines'] if e['jobs']]
    check('status knows both engines, and who holds it', len(told['engines']) == 2 and
          holds in ([q.pid], []), told['engines'])
    record = told['record']
    check('and over which way the record is reached', 'database ready' in str(record['server']) and
          record['login'] and record['pooler'] is False and record['problem'] is None, record)
    wait_for(lambda: state(b) != 'running', 60, 0.2)
    check('the other engine ends in good order', lab_shared.end(q) == 0)
    code, err = a.finish()
    check('the killed one comes back and tells', code == 0, err)
    rows = ledger(server, 'ready')
    why = differ([r[:3] for r in rows], [r[:3] for r in golden]) or at_rest(server, 'ready', a, b)
    check('nothing was lost or done twice', why is None, why)
    server.close()


def one(name, seed):
    """PostgreSQL goes away while a console works a job."""
    begin, finish, pooled = CASES[name]
    golden = alone(seed)
    server = Server(NAMES[name])
    server.make('ready')
    url = server.url('ready', wired=not pooled)
    if pooled:
        url = server.ask('pooler pooled').replace('/postgres?', '/ready?')
    a = Place('away', url, seed)
    lab_shared.put_job(a, seed)
    console = Console(load_bench(), a.data, **a.more, **PACE)
    check('the console works', console.wait('running here'), console.text())
    console.type('6')
    way = 'through a pooler' if pooled else 'direct'
    check('%s: System says how it is reached' % name, console.wait(way), console.text())
    console.type('1')
    watch(console, lambda: len(a.letters()) >= 40, 20)
    for line in begin:
        server.ask(line)
    began = time.time()
    slowest, said, count = keys_while(console, AWAY_S, random.Random(name))
    check('%s: said within 5 s' % name, said is not None and said <= 5, said)
    check('%s: keys answer within 100 ms' % name, slowest <= 100, '%.0f ms' % slowest)
    gap = letters_since(a, began)
    late = [t for t in gap if t > 2]
    check('%s: no letter goes out' % name, not late, late[:3])
    for line in finish:
        server.ask(line)
    back, known = time.monotonic(), len(gap)
    watch(console, lambda: len(a.letters()) > known, 30)
    took = time.monotonic() - back
    check('%s: work goes on within 10 s' % name, took <= 10, '%.1f s' % took)
    print('# %s for %d s: said after %.1f s; %d keys, the slowest %.1f ms; letters in hand finished '
          'within %.1f s; work again after %.1f s' % (name, AWAY_S, said or -1, count, slowest,
          max([t for t in gap if t > 0], default=0), took), flush=True)
    watch(console, lambda: len(a.letters()) == len(golden), 90)
    console.wait('0 running', 20)
    console.type('q')
    ended = console.ended()
    check('%s: the console ends in good order' % name, ended, console.text())
    why = differ(ledger(server, 'ready'), golden) or at_rest(server, 'ready', a)
    check('%s: nothing was lost or done twice' % name, why is None, why)
    server.close()


def stop_is_kept(seed):
    """Stopped while PostgreSQL is away, in a console that dies before it is back."""
    server = Server('kept')
    server.make('ready')
    a = Place('kept', server.url('ready', wired=True), seed)
    lab_shared.put_job(a, seed)
    console = Console(load_bench(), a.data, **a.more, **PACE)
    watch(console, lambda: len(a.letters()) >= 20, 20)
    server.ask('dead w')
    console.wait('pg DOWN since')
    console.type('r')
    check('what would change the record is refused at the key', console.wait('resume: not now, the '
          'record does not answer since'), console.text())
    console.type('6')
    check('System says what is known of it', console.wait('× DOWN') and
          'database ready' in console.text() and '(here)' in console.text(), console.text())
    console.type('1x')
    said = console.wait('Stopped here')
    check('a stop counts while PostgreSQL is away', said, console.text())
    record = json.loads(a.must('status', '--json'))['record']
    check('status counts what is not told', record['unsynced_stops'] == 1 <= record['unsynced'],
          record)
    console.wait('untold')
    check('so does the console', 'untold' in console.text(), console.text())
    os.kill(console.app.pid, signal.SIGKILL)
    console.ended()
    known = len(a.letters())
    server.ask('go w')
    check('the record does not know of it', state(a) == 'running', state(a))
    p = a.run('workspace', 'add', 'other', '--quiet')
    check('the next command tells it', p.returncode == 0 and 'told now' in p.stderr, p.stderr)
    code, err = a.finish()
    check('the job stays where it was', code == 0 and state(a) == 'stopped' and
          len(a.letters()) == known, '%s %s %s, %d and %d letters' % (code, err, state(a), known,
                                                                      len(a.letters())))
    record = json.loads(a.must('status', '--json'))['record']
    check('then nothing is left to be told', record['unsynced'] == 0, record)
    server.close()


def main():
    if sys.argv[1:2] == ['one']:
        return one(sys.argv[2], sys.argv[3])
    seed = lab_shared.seed('base', **JOB)
    cases = [subprocess.Popen([sys.executable, __file__, 'one', name, seed,
                               *(['all'] if ALL else [])], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True) for name in CASES]
    for p in cases:
        out, _ = p.communicate(timeout=400)
        print(out, end='', flush=True)
        if p.returncode and 'not ok' not in out:
            lab.not_ok('a case', 'it ended with %d' % p.returncode)
    stop_is_kept(seed)
    return takeover(seed)


main()
lab.finish()
