#!/usr/bin/python3
"""shared_kill.py - whatever dies or stands still, nobody is mailed twice: a job on a shared record.
(run: alone, time limit: 900 s)

needs: postgres

Its engine is stopped at each failpoint that such a run reaches, and then
    restart   it is killed and starts again on its machine
    takeover  it is killed, its lease runs out, another machine ends the job, and it comes back
    freeze    it stands still past its lease, another machine ends the job, and it goes on
    crash     it stands still while PostgreSQL is killed and started, and goes on
Then a job is worked by two engines at once, over a wire that cuts answers off after the server has
done what it was asked, while engines and the server are killed at random.
Each time every letter stands in one outbox once, the ledger knows of exactly those, `autopilot
verify` finds nothing, and nothing is in doubt once all engines have told what they know.

usage: shared_kill.py [all]   all: each failpoint at several hits in each way, and 300 kills
"""
import concurrent.futures
import os
import queue
import random
import signal
import sys
import threading
import time

import lab
import lab_shared
from lab_shared import Place, Server, at_rest, lapse, ledger, wait_stopped

ALL = 'all' in sys.argv[1:] or bool(os.environ.get('AUTOPILOT_SOAK'))
KILLS = 300 if ALL else 30
WORKERS = 2
TRIES = 3
STRIKES = ('engine', 'server', 'answer', 'freeze')
WAYS = ('restart', 'takeover', 'freeze', 'crash')
# Reached only after a first death here: what was in hand is settled.
FIRST = 'lane_after_intent:3'
JOB = {'loop_interval': 5, 'limit': 20, 'pages': 100}


class Bench:
    """One worker's server and what it takes its cases from."""

    def __init__(self, number, seed):
        self.number, self.seed, self.cases = number, seed, 0
        self.server = Server('s%d' % number, durable=False)
        self.server.make('base')
        a = Place('seed%d' % number, self.server.url('base'), seed)
        lab_shared.put_job(a, seed)
        a.remove()

    def case(self, wired=False):
        """A fresh database, and the places A and B."""
        self.cases += 1
        database = self.server.copy('base')
        url = self.server.url(database, wired)
        return database, *(Place('%s%d-%d' % (x, self.number, self.cases), url, self.seed)
                           for x in 'ab')

    def clear(self, database, *places):
        self.server.drop(database)
        for p in places:
            p.remove()


class Counts:
    """What is told in the end."""

    def __init__(self):
        self.mutex, self.letters, self.cases, self.doubted, self.waiting = threading.Lock(), 0, 0, 0, 0

    def add(self, letters, doubted, waiting):
        with self.mutex:
            self.cases += 1
            self.letters += letters
            self.doubted += doubted
            self.waiting += waiting


def fields(rows):
    return [row[:3] for row in rows]


def judge(server, database, golden, places, whole, counts, doubted=0):
    """None when it ended as it should, else what is wrong. whole: as if nothing had happened."""
    why = at_rest(server, database, *places)
    if why:
        return why
    rows = ledger(server, database)
    if whole and rows != golden:
        return lab_shared.differ(rows, golden)
    if fields(rows) != fields(golden):
        return 'other letters: ' + str(lab_shared.differ(fields(rows), fields(golden)))
    states = [row[3] for row in rows]
    if states.count('in_doubt'):
        return '%d letters stay in doubt' % states.count('in_doubt')
    counts.add(states.count('simulated'), doubted, states.count('queued'))
    return None


def ended(p, what):
    """None when the engine ended well."""
    try:
        _, err = p.communicate(timeout=90)
    except lab_shared.subprocess.TimeoutExpired:
        p.kill()
        p.communicate()
        return what + ' does not end'
    return None if p.returncode == 0 else '%s ended with %s %s' % (what, p.returncode, err)


def finished(place, what):
    code, err = place.finish()
    return None if code == 0 else '%s ended with %s %s' % (what, code, err)


def one_way(bench, way, point, golden, counts):
    """(was the point reached, what is wrong or None); point: NAME:HIT."""
    server = bench.server
    database, a, b = bench.case()
    first = point.split(':')[0].startswith('settle_')
    try:
        if first:
            a.finish(binary=lab.FP_BIN, AUTOPILOT_FP=FIRST + ':kill')
        p = a.start('--until-idle', binary=lab.FP_BIN, AUTOPILOT_FP=point + ':stop')
        if not wait_stopped(p):
            why = ended(p, 'an engine that was not stopped')
            return False, why
        if way in ('restart', 'takeover'):
            p.kill()
            p.communicate()
        if way == 'crash':
            server.ask('crash ' + server.name)
            server.ask('start ' + server.name)
        doubted = 0
        if way in ('takeover', 'freeze'):
            lapse(server, database)
            why = finished(b, 'the other engine')
            if why:
                p.kill()
                p.communicate()
                return True, why
            doubted = [row[3] for row in ledger(server, database)].count('in_doubt')
        if way in ('freeze', 'crash'):
            p.send_signal(signal.SIGCONT)
            why = ended(p, 'the engine that stood still')
            if why and way == 'freeze':
                return True, why
        why = finished(a, 'the engine that came back')
        return True, why or judge(server, database, golden, (a, b), way in ('restart', 'crash'),
                                  counts, doubted)
    finally:
        bench.clear(database, a, b)


def tried(benches, way, name, hit, golden, counts):
    """How often an idle lane looks depends on the moment: a hit gets several tries, then the one
    before it is taken."""
    bench = benches.get()
    try:
        for at in sorted({hit, max(hit - 1, 1), 1}, reverse=True):
            for _ in range(TRIES):
                reached, why = one_way(bench, way, '%s:%d' % (name, at), golden, counts)
                if reached or why:
                    return why
        return 'not reached'
    except Exception as e:  # whatever it was, it is told beside the case
        return '%s: %s' % (type(e).__name__, e)
    finally:
        benches.put(bench)


def traced(bench, prepare=False):
    """How often each failpoint is reached, and the ledger in the end."""
    database, a, b = bench.case()
    path = lab.tmp() + '/trace-%s.txt' % bench.cases
    if prepare:
        a.finish(binary=lab.FP_BIN, AUTOPILOT_FP=FIRST + ':kill')
    code, err = a.finish(binary=lab.FP_BIN, AUTOPILOT_FP_TRACE=path)
    if code != 0:
        raise RuntimeError('traced run: exit %s %s' % (code, err))
    with open(path) as f:
        pairs = [line.split() for line in f]
    counts = {w[0]: int(w[1]) for w in pairs if len(w) == 2}
    rows = ledger(bench.server, database)
    why = at_rest(bench.server, database, a)
    bench.clear(database, a, b)
    return counts, rows, why


def cases_of(points):
    """(way, point, hit): all, or each point in one way, in the middle of the run."""
    for i, (name, count) in enumerate(sorted(points.items())):
        middle = (count + 1) // 2
        hits = sorted({1, min(2, count), middle, count}) if ALL else [middle]
        for way in WAYS if ALL else [WAYS[i % len(WAYS)]]:
            for hit in hits:
                yield way, name, hit


def sweep(benches, points, golden):
    counts, bad, number = Counts(), {}, {}
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        jobs = {pool.submit(tried, benches, *case, golden, counts): case for case in cases_of(points)}
        for done in concurrent.futures.as_completed(jobs):
            way, name, hit = jobs[done]
            number[way] = number.get(way, 0) + 1
            why = done.result()
            if why:
                bad.setdefault(way, []).append('%s hit %d: %s' % (name, hit, why))
                print('# %s at %s:%d: %s' % (way, name, hit, why), flush=True)
    for way in WAYS:
        lab.check('%s at %d failpoints' % (way, number.get(way, 0)), way not in bad,
                  '%d fail; %s' % (len(bad.get(way, [])), bad.get(way, [''])[0]))
    print('# %d failpoints, %d cases, %d letters, each once; %d were in doubt until their engine '
          'came back, %d of them wait' % (len(points), counts.cases, counts.letters, counts.doubted,
                                          counts.waiting))
    return counts


class Storm:
    """Two engines at one job, and what happens to them."""

    def __init__(self, bench, dice):
        self.bench, self.dice, self.server = bench, dice, bench.server
        self.database, *self.places = bench.case(wired=True)
        self.running = [None, None]
        self.kills = dict.fromkeys(STRIKES, 0)

    def start(self, i):
        self.stop(i)
        self.running[i] = self.places[i].start('--until-idle', AUTOPILOT_MAIL_PER_MINUTE=12000,
                                               AUTOPILOT_MAIL_BATCH=5)

    def stop(self, i):
        p = self.running[i]
        if p is not None:
            p.kill()
            p.communicate()
            self.kills['engine'] += p.returncode != 0
        self.running[i] = None

    def strike(self):
        what = self.dice.random()
        if what < 0.2:
            self.server.ask('crash ' + self.server.name)
            self.server.ask('start ' + self.server.name)
            self.kills['server'] += 1
        elif what < 0.4:  # one in about twenty
            self.server.ask('cut w %d' % self.dice.randint(0, 20))
            self.kills['answer'] += 1
        elif what < 0.6:
            self.freeze(self.running[self.dice.randrange(2)])
        else:
            self.start(self.dice.randrange(2))
        if self.dice.random() < 0.5:
            lapse(self.server, self.database)

    def freeze(self, p):
        """Stands still while its lease runs out and the other one works, then goes on."""
        if p is None or p.poll() is not None:
            return
        p.send_signal(signal.SIGSTOP)
        lapse(self.server, self.database)
        time.sleep(self.dice.uniform(0.05, 0.4))  # the length of the freeze, not a wait
        p.send_signal(signal.SIGCONT)
        self.kills['freeze'] += 1

    def run(self, strikes):
        self.start(0)
        self.start(1)
        for _ in range(strikes):
            time.sleep(self.dice.uniform(0.02, 0.5))  # the moment of the strike, not a wait
            self.strike()
        self.stop(0)
        self.stop(1)
        self.server.ask('cut w 1000000')
        for i in (0, 1, 0):
            lapse(self.server, self.database)
            why = finished(self.places[i], 'engine %d, in the end,' % i)
            if why:
                return why
        return None


def storms(bench, golden, kills, number):
    dice = random.Random(20261123 + number)
    counts, done = Counts(), dict.fromkeys(STRIKES, 0)
    while sum(done.values()) < kills:
        s = Storm(bench, dice)
        why = s.run(10) or judge(bench.server, s.database, golden, s.places, False, counts)
        for what in done:
            done[what] += s.kills[what]
        if why:
            return 'round %d: %s' % (counts.cases + 1, why), done, counts
        bench.clear(s.database, *s.places)
    return None, done, counts


def struck_at_random(benches, golden):
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        results = list(pool.map(lambda i: storms(benches[i], golden, KILLS // WORKERS, i),
                                range(WORKERS)))
    total = {k: sum(r[1][k] for r in results) for k in results[0][1]}
    why = next((r[0] for r in results if r[0]), None)
    lab.check('two engines, killed at random', why is None, why)
    print('# %s in %d jobs, %d letters, each once, %d wait' % (
        ', '.join('%d %ss' % (n, k) for k, n in total.items()), sum(r[2].cases for r in results),
        sum(r[2].letters for r in results), sum(r[2].waiting for r in results)))


def main():
    seed = lab_shared.seed('base', **JOB)
    benches = [Bench(i, seed) for i in range(WORKERS)]
    points, golden, why = traced(benches[0])
    lab.check('the uninterrupted run is whole', why is None, why)
    if not lab.check('it writes 50 letters and more', len(golden) >= 50, len(golden)):
        return
    more, again, why = traced(benches[0], prepare=True)
    lab.check('a run that settles ends as it', why is None and again == golden,
              why or lab_shared.differ(again, golden))
    points.update({p: n for p, n in more.items() if p.startswith('settle_')})
    lab.check('at least 40 failpoints are reached', len(points) >= 40, sorted(points))
    free = queue.Queue()
    for b in benches:
        free.put(b)
    began = time.monotonic()
    sweep(free, points, golden)
    print('# %.0f s' % (time.monotonic() - began))
    struck_at_random(benches, golden)
    print('# %.0f s' % (time.monotonic() - began))


main()
lab.finish()
