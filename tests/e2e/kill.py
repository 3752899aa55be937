#!/usr/bin/python3
"""kill.py - a job that is killed ends as one that was not. (run: alone, time limit: 900 s)

One job of 300 letters and more is run without a break; then it is killed at failpoints and at
random moments and started again. Each time the ledger's sequence (group, term, address, verdict),
the files in the Maildir, and `autopilot verify` must be as if nothing had happened.

usage: kill.py [all]   all: every hit of every failpoint, 300 random kills (make soak)
"""
import concurrent.futures
import os
import random
import signal
import subprocess
import sys
import time

import lab

ALL = 'all' in sys.argv[1:]
RANDOM_KILLS = 300 if ALL else 30
TRIES = 4


def engine(data, binary, wait=True, **more):
    p = subprocess.Popen([binary, '--data', data, 'engine', '--until-idle', '--quiet'],
                         env=lab.env(AUTOPILOT_ENGINE_JOB_LANES=1, **more), stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if not wait:
        return p
    _, err = p.communicate(timeout=120)
    return p.returncode, err


def judge(data, golden, job='lab'):
    """None when the data directory ended as the golden one, else what differs."""
    got = lab.sequence(data, job)
    if got != golden:
        for i, (a, b) in enumerate(zip(got, golden)):
            if a != b:
                return 'row %d is %s, not %s' % (i, a, b)
        return '%d rows, not %d' % (len(got), len(golden))
    if len({row[2] for row in got}) != len(got):
        return 'an address stands twice'
    ids = sorted(s['id'] for s in lab.sends(data, job) if s['state'] == 'simulated')
    if [n.split('.')[0].split(':')[0] for n in lab.letters(data)] != ids:
        return 'the Maildir does not hold exactly the letters of the ledger'
    if os.path.isdir(data + '/outbox/tmp') and os.listdir(data + '/outbox/tmp'):
        return 'tmp/ is not empty'
    v = lab.run(data, 'verify', '--at-rest')
    if v.returncode != 0:
        return 'verify: ' + ' / '.join(l for l in v.stdout.splitlines() if 'BROKEN' in l) + v.stderr
    return None


def traced_run(base, name):
    data = lab.copy(base, name)
    path = lab.tmp() + '/%s.txt' % name
    code, err = engine(data, lab.FP_BIN, AUTOPILOT_FP_TRACE=path)
    counts = {}
    if code != 0:
        raise RuntimeError('traced run: exit %d %s' % (code, err))
    for line in open(path):
        words = line.split()
        if len(words) == 2:
            counts[words[0]] = int(words[1])
    return data, counts


def trace(base):
    """How often each failpoint is reached in an uninterrupted run: at least so often in three of
    them (how often an idle lane looks for work depends on the moment)."""
    data, counts = traced_run(base, 'trace')
    for i in range(2):
        again, more = traced_run(base, 'trace%d' % i)
        lab.shutil.rmtree(again, ignore_errors=True)
        counts = {p: min(n, more.get(p, 0)) for p, n in counts.items()}
    return data, counts


def hits_of(count, place):
    """Every hit, or of one failpoint the first and of the next the last."""
    if ALL:
        return range(1, count + 1)
    return [1] if place % 2 == 0 else [count]


def kill_once(base, golden, point, hit):
    """(was the hit reached, what differs afterwards or None)"""
    data = lab.copy(base, 'fp-%s-%d' % (point, hit))
    try:
        code, err = engine(data, lab.FP_BIN, AUTOPILOT_FP='%s:%d:kill' % (point, hit))
        if code == 0:
            return False, None
        if code != -signal.SIGKILL:
            return True, 'the run ended with %s %s' % (code, err)
        code, err = engine(data, lab.BIN)
        if code != 0:
            return True, 'the second run ended with %s %s' % (code, err)
        return True, judge(data, golden)
    finally:
        lab.shutil.rmtree(data, ignore_errors=True)


def killed_at(base, golden, point, hit):
    """How often an idle lane looks depends on the moment: a hit gets several tries, and when it
    never comes the one before it is taken, which is said."""
    for at in range(hit, 0, -1):
        for _ in range(TRIES):
            reached, why = kill_once(base, golden, point, at)
            if reached:
                if at != hit:
                    print('# %s: hit %d instead of %d' % (point, at, hit), flush=True)
                return why
        if hit - at >= 2:
            break
    return 'not reached in %d runs' % TRIES


def sweep(base, golden, counts):
    hits = {p: list(hits_of(n, i)) for i, (p, n) in enumerate(sorted(counts.items()))}
    cases = [(p, h) for p in sorted(hits) for h in hits[p] if counts[p] > 0]
    bad = {}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = {pool.submit(killed_at, base, golden, p, h): (p, h) for p, h in cases}
        for done in concurrent.futures.as_completed(jobs):
            why = done.result()
            if why:
                bad.setdefault(jobs[done][0], []).append('hit %d: %s' % (jobs[done][1], why))
    for point in sorted(counts):
        if counts[point] == 0:  # nothing was killed there: that is no pass
            lab.skip('killed at ' + point, 'not every uninterrupted run reaches it')
            continue
        lab.check('killed at %s (%d hits of %d)' % (point, len(hits[point]), counts[point]),
                  point not in bad, bad.get(point, [''])[0])
    print('# %d cases at %d failpoints' % (len(cases), len(counts)))


def random_kills(base, golden, kills, length_s):
    """Runs the job again and again, each process killed at a random moment, until `kills` are
    done; every data directory is then finished and judged."""
    dice = random.Random(20261123)
    done = rounds = 0
    while done < kills:
        data = lab.copy(base, 'random%d' % rounds)
        rounds += 1
        for _ in range(12):
            p = engine(data, lab.BIN, wait=False)
            time.sleep(dice.uniform(0.005, length_s))  # the moment of the kill, not a wait
            p.kill()
            ended = p.wait()
            p.stderr.close()
            if ended == 0:
                break
            done += 1
        code, err = engine(data, lab.BIN)
        why = err if code != 0 else judge(data, golden)
        if why:
            return lab.not_ok('killed at random moments', 'round %d: %s' % (rounds, why))
        lab.shutil.rmtree(data, ignore_errors=True)
    lab.ok('killed at random moments (%d kills in %d jobs)' % (done, rounds))
    return None


def stopped_and_resumed(base, golden):
    data = lab.copy(base, 'stopped')
    stops = 0
    for _ in range(8):
        p = engine(data, lab.BIN, wait=False, AUTOPILOT_MAIL_PER_MINUTE=6000)
        before = len(lab.letters(data))
        lab.wait_for(lambda: len(lab.letters(data)) >= before + 20 or p.poll() is not None)
        if p.poll() is not None:
            break
        lab.must(data, 'job', 'stop', 'lab')
        p.wait(timeout=30)
        state = lab.rows(lab.must(data, 'job', 'list', '--json'))[0]['status']
        if state != 'stopped':
            lab.not_ok('stopped and resumed by other processes', 'after stop it is ' + state)
            return
        open_rows = [s for s in lab.sends(data, 'lab') if s['state'] in ('claimed', 'committing')]
        if open_rows:
            lab.not_ok('stopped and resumed by other processes', 'claimed rows at rest')
            return
        stops += 1
        lab.must(data, 'job', 'resume', 'lab')
    engine(data, lab.BIN)
    why = judge(data, golden) or (None if stops >= 3 else 'only %d stops' % stops)
    lab.check('stopped and resumed by other processes (%d stops)' % stops, why is None, why)


def main():
    base = lab.prepare('base', loop_interval=40, limit=110)
    golden_dir, counts = trace(base)
    golden = lab.sequence(golden_dir, 'lab')
    written = len(lab.letters(golden_dir))
    if not lab.check('the uninterrupted run writes 300 letters and more', written >= 300, written):
        return
    why = judge(golden_dir, golden)
    lab.check('the uninterrupted run is whole', why is None, why)
    again = lab.copy(base, 'again')
    start = time.monotonic()
    engine(again, lab.BIN)
    length = time.monotonic() - start
    why = judge(again, golden)
    lab.check('two uninterrupted runs are equal', why is None, why)
    lab.check('at least 25 failpoints are reached', len(counts) >= 25, sorted(counts))
    sweep(base, golden, counts)
    random_kills(base, golden, RANDOM_KILLS, length)
    stopped_and_resumed(base, golden)


main()
lab.finish()
