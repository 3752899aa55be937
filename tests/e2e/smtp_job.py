#!/usr/bin/python3
"""smtp_job.py - a whole job through a real relay on loopback, killed again and again.

The relay remembers each letter that it answered 250 to. Whatever happens to engine and relay:
nobody gets two letters, a group gets exactly as many as its limit, the ledger says `sent` only of
what the relay took, and no kill leaves more letters in doubt than there are connections.

usage: smtp_job.py [all]   all: 500 kills (make soak)
"""
import random
import signal
import subprocess
import sys
import threading
import time

import lab
import lab_smtp
from lab_smtp import CLOSE, Sink

ALL = 'all' in sys.argv[1:]
KILLS = 500 if ALL else 30
CONNECTIONS = 4


def settings(sink):
    return dict(AUTOPILOT_ENGINE_JOB_LANES=1, AUTOPILOT_MAIL_MODE='smtp', AUTOPILOT_MAIL_TLS='no',
                AUTOPILOT_MAIL_URL=sink.url(), AUTOPILOT_MAIL_FROM='we@firm.example',
                AUTOPILOT_MAIL_POSTAL_ADDRESS='Firm, 1 Way, Town',
                AUTOPILOT_MAIL_UNSUBSCRIBE='mailto:stop@firm.example',
                AUTOPILOT_MAIL_DAILY_CAP=100000, AUTOPILOT_MAIL_CONFIRM_FIRST=0, AUTOPILOT_MAIL_CONNECTIONS=CONNECTIONS,
                AUTOPILOT_MAIL_RETRY_1='1s', AUTOPILOT_MAIL_RETRY_2='1s',
                AUTOPILOT_ENGINE_RETRY_MIN='10ms', AUTOPILOT_ENGINE_RETRY_MAX='100ms')


def engine(data, sink):
    return subprocess.Popen([lab.BIN, '--data', data, 'engine', '--until-idle', '--quiet'],
                            env=lab.env(**settings(sink)), stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def finish_run(data, sink):
    p = engine(data, sink)
    _, err = p.communicate(timeout=120)
    return p.returncode, err


def status(data):
    return lab.rows(lab.must(data, 'job', 'list', '--json'))[0]['status']


def judge(data, sink, doubt_max):
    """None, or what is wrong."""
    taken = [r for r, _ in sink.taken]
    rows = lab.sends(data, 'lab')
    states = {}
    for r in rows:
        states.setdefault(r['state'], []).append(r['address'])
    sent, doubt = set(states.get('sent', [])), set(states.get('in_doubt', []))
    if len(set(taken)) != len(taken):
        return 'somebody has two letters: %s' % sorted({a for a in taken if taken.count(a) > 1})[:3]
    if not sent <= set(taken):
        return 'said to be sent and never taken: %s' % sorted(sent - set(taken))[:3]
    if not set(taken) <= sent | doubt:
        return 'taken, and the ledger says otherwise: %s' % sorted(set(taken) - sent - doubt)[:3]
    if len(doubt) > doubt_max:
        return '%d in doubt, at most %d can be' % (len(doubt), doubt_max)
    # What waits when the limits are reached stays where it is.
    left = {s for s in states if s not in ('sent', 'in_doubt', 'rejected', 'queued', 'deferred', 'held')}
    if left:
        return 'rows left over: %s' % left
    v = lab.run(data, 'verify', '--at-rest', **settings(sink))
    return None if v.returncode == 0 else 'verify: ' + v.stdout[-300:] + v.stderr


def plain(base):
    sink = Sink()
    data = lab.copy(base, 'plain')
    code, err = finish_run(data, sink)
    rows = lab.sends(data, 'lab')
    lab.check('a whole job through a relay', code == 0 and len(sink.taken) > 200, (code, err))
    why = judge(data, sink, 0)
    lab.check('the ledger says what the relay took', why is None, why)
    per_group = {}
    for r in rows:
        if r['state'] == 'sent':
            per_group[r['group']] = per_group.get(r['group'], 0) + 1
    lab.check('no group has more than its limit', max(per_group.values()) <= 110, per_group)
    letter = sink.taken[0][1].decode('latin-1')
    lab.check('a letter has its postal address and a way out',
              'Firm, 1 Way, Town' in letter and 'List-Unsubscribe: <mailto:stop@firm.example>' in letter,
              letter)
    sink.close()
    return len(sink.taken)


def killed(base):
    """The engine is killed at random moments while the relay is slow at the dot."""
    dice = random.Random(20261123)
    kills = rounds = 0
    bad = None
    doubts = 0
    while kills < KILLS and not bad:
        sink = Sink(dot_delay=0.004)
        data = lab.copy(base, 'killed%d' % rounds)
        rounds += 1
        here = 0
        for _ in range(12):
            p = engine(data, sink)
            time.sleep(dice.uniform(0.02, 0.5))  # the moment of the kill, not a wait
            p.kill()
            ended = p.wait()
            p.stderr.close()
            if ended != -signal.SIGKILL:
                break
            here += 1
        kills += here
        code, err = finish_run(data, sink)
        bad = err if code != 0 else judge(data, sink, here * CONNECTIONS)
        doubts += sum(r['state'] == 'in_doubt' for r in lab.sends(data, 'lab'))
        sink.close()
        lab.shutil.rmtree(data, ignore_errors=True)
    lab.check('killed at random moments: nobody twice', bad is None, 'round %d: %s' % (rounds, bad))
    print('# %d kills in %d jobs, %d letters in doubt' % (kills, rounds, doubts))


def rough(base):
    """A relay that drops, defers, rejects and delays, while the engine is killed too."""
    dice, lock = random.Random(7), threading.Lock()
    dropped = [0]

    def roll(*choices):
        def action(sink):
            with lock:
                x = dice.random()
            for share, what in choices:
                if x < share:
                    if what is CLOSE:
                        with lock:
                            dropped[0] += 1
                    return what
                x -= share
            return None
        return action
    sink = Sink({'dot': roll((0.02, CLOSE), (0.05, '451 4.3.0 later'), (0.05, '554 5.7.1 no')),
                 'rcpt': roll((0.05, '450 4.2.0 greylisted'), (0.03, '550 5.1.1 nobody')),
                 'mail': roll((0.01, '421 4.3.2 restarting')),
                 'after': roll((0.02, CLOSE))}, dot_delay=0.002)
    data = lab.copy(base, 'rough')
    here = 0
    for _ in range(12):
        p = engine(data, sink)
        with lock:
            wait = dice.uniform(0.05, 0.4)
        time.sleep(wait)  # the moment of the kill, not a wait
        p.kill()
        ended = p.wait()
        p.stderr.close()
        if ended != -signal.SIGKILL:
            break
        here += 1
    ends = []

    def over():
        ends.append(finish_run(data, sink))
        return ends[-1][0] != 0 or status(data) == 'completed'
    lab.wait_for(over, 60, 0.2)
    code, err = ends[-1]
    why = err if code != 0 else judge(data, sink, here * CONNECTIONS + dropped[0])
    lab.check('a relay that drops, defers and rejects, and %d kills: nobody twice' % here,
              why is None, why)
    rejected = [r for r in lab.sends(data, 'lab') if r['state'] == 'rejected']
    lab.check('what was rejected is not sent', rejected and
              not {r['address'] for r in rejected} & {a for a, _ in sink.taken}, len(rejected))
    sink.close()


def refused(base):
    """A relay that doesn't want us fails the job with its words; started again, it goes on."""
    data = lab.copy(base, 'refused')
    sink = Sink({'mail': '553 5.1.8 who are you'})
    finish_run(data, sink)
    lab.check('a relay that refuses us fails the job', status(data) == 'failed' and not sink.taken and
              'who are you' in lab.must(data, 'job', 'show', 'lab'), lab.must(data, 'job', 'show', 'lab'))
    sink.close()
    sink = Sink()
    lab.must(data, 'job', 'start', 'lab', '--quiet', **settings(sink))
    code, err = finish_run(data, sink)
    why = err if code != 0 else judge(data, sink, 0)
    lab.check('started again, it goes on', why is None and len(sink.taken) > 200, why)
    sink.close()


def main():
    base = lab.prepare('base', loop_interval=40, limit=110)
    lab.must(base, 'job', 'stop', 'lab', '--quiet')
    lab.must(base, 'job', 'start', 'lab', '--quiet', **settings(Sink()))
    plain(base)
    killed(base)
    rough(base)
    refused(base)
    lab.finish()


if __name__ == '__main__':
    main()
