#!/usr/bin/python3
"""outside.py - the whole job over real sockets: a search worker that is a process of its own, pages
of 500 virtual hosts over HTTP, and a relay that writes down what it answered 250 to.

What the ledger must hold is computed here a second time, address after address, with nothing of the
engine's. It must hold exactly that, in that order, also when engine and search worker are killed at
random moments while the relay drops, defers, rejects and delays at the dot: nobody gets two letters,
and a letter is in doubt only where nobody can know: it was the last of its connection, which the
relay cut, or a kill.

usage: outside.py [all]   all: 500 kills (make soak)
"""
import gzip
import os
import random
import signal
import subprocess
import sys
import time
import zlib

import lab
import lab_smtp
import lab_web
from lab_search import Worker

ALL = 'all' in sys.argv[1:]
KILLS = 500 if ALL else 10
SITES, CONNECTIONS, INTERVAL, LIMIT = 500, 4, 40, 110
GROUPS = [('North', lab.WORDS[0:4]), ('East', lab.WORDS[4:8]), ('South', lab.WORDS[8:12])]


# --- the web --------------------------------------------------------------------------------------

class Town:
    """Sites of invented firms. `found` says which addresses whoever opens an address of the list
    must find; `words` what the search worker knows of it, which is no address."""

    def __init__(self):
        self.dice = random.Random(30)
        self.words, self.found, self.known = {}, {}, []

    def addresses(self, n, k):
        own = ['%s%d@firm%d-zq.com' % (self.dice.choice(['info', 'sales', 'hello']), i, n * 10 + k)
               for i in range(self.dice.choice([0, 1, 1, 1, 2, 3]))]
        mixed = []
        for address in own:
            again = self.known and self.dice.random() < 0.15
            mixed.append(self.dice.choice(self.known) if again else address)
        self.known += mixed
        return list(dict.fromkeys(mixed))

    def page(self, n, addresses):
        links = ' '.join('<p>Write to <a href="mailto:%s">us</a></p>' % a for a in addresses)
        body = ('<html><head><title>Firm %d</title></head><body><p>We make things.</p>%s</body></html>'
                % (n, links)).encode()
        if n % 3 == 0:
            return 200, {'Content-Encoding': 'gzip'}, gzip.compress(body)
        if n % 11 == 0:
            return 200, {'Content-Type': 'text/html'}, body.decode().encode('utf-16')
        if n % 4 == 0:
            return 200, {'ETag': '"%d"' % n}, body
        return 200, {}, body

    def make(self, port):
        pages = {}
        for n in range(SITES):
            host = 'shop%d.localhost' % n
            robots = n % 26 == 0
            if n % 2 == 0:
                pages[host, '/robots.txt'] = (200, {'Content-Type': 'text/plain'}, b'User-agent: *\nDisallow: %s\n'
                                              % (b'/' if robots else b'/private'))
            if n % 29 == 28:
                pages[host, '/robots.txt'] = (503, {}, b'')
            for k in range(self.dice.choice([1, 1, 2])):
                path = '/p%d.html' % k
                addresses = self.addresses(n, k)
                answer = self.page(n, addresses)
                if n % 17 == 5:  # moved to a folder, in two steps
                    pages[host, path] = (301, {'Location': '/to' + path}, b'')
                    pages[host, '/to' + path] = (302, {'Location': 'new' + path}, b'')
                    pages[host, '/to/new' + path] = answer
                elif n % 19 == 7:
                    answer, addresses = (404, {}, answer[2]), []
                    pages[host, path] = answer
                elif n % 23 == 9:
                    answer, addresses = (200, {'Content-Type': 'image/png'}, answer[2]), []
                    pages[host, path] = answer
                else:
                    pages[host, path] = answer
                if robots or n % 29 == 28:
                    addresses = []
                url = 'http://%s:%d%s' % (host, port, path)
                self.found[url] = addresses
                self.words[url] = self.dice.sample(lab.WORDS, 4)
        return pages

    def write_index(self, folder):
        """What the search worker has: the words, below the name of the host, as a mirror has them."""
        for url, words in self.words.items():
            path = os.path.join(folder, url.split('//')[1])
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, 'w') as f:
                f.write('<title>%s</title><p>%s</p>' % (words[0], ' '.join(words * 5)))


# --- the relay ------------------------------------------------------------------------------------

def fate(address):
    """What the relay does about an address, for ever: it depends on nothing else."""
    x = zlib.crc32(address.encode()) % 100
    return ('cut before' if x < 2 else 'cut after' if x < 4 else 'later' if x < 9 else 'no' if x < 13
            else 'greylisted' if x < 16 else 'nobody' if x < 18 else 'late' if x < 30 else 'fine')


class Talk(lab_smtp.Conversation):
    """A conversation that remembers each letter that was begun, and how that ended."""

    def __init__(self, sink, s):
        super().__init__(sink, s)
        self.kill = sink.kill
        self.dots = []  # of this connection
        with sink.lock:
            sink.talks.append(self)

    def run(self):
        try:
            super().run()
        finally:
            self.file.close()  # this object outlives its connection

    def fate(self):
        return fate(self.recipient) if self.sink.rough else 'fine'

    def on_rcpt(self, line):
        self.recipient = line.split('<', 1)[-1].rsplit('>', 1)[0]
        self.say({'greylisted': '450 4.2.0 greylisted', 'nobody': '550 5.1.1 nobody'}
                 .get(self.fate(), '250 2.1.5 ok'))

    def on_data(self, _line):
        self.say('354 go on')
        while True:
            part = self.file.readline(65536)
            if not part:  # killed between the decision and the dot: it can't tell which side of it
                self.dots.append((self.recipient, 'torn'))
                raise lab_smtp.Ended
            if part == b'.\r\n':
                break
        what = self.fate()
        self.dots.append((self.recipient, what))
        time.sleep(0.03 if what == 'late' else self.sink.dot_delay)  # a slow relay, not a wait
        if what in ('later', 'no'):
            self.say('451 4.3.0 later' if what == 'later' else '554 5.7.1 no')
            return
        if what == 'cut before':
            raise lab_smtp.Ended
        self.sink.take(self.recipient, b'')
        if what == 'cut after':
            raise lab_smtp.Ended
        self.say('250 2.0.0 queued')


class Relay(lab_smtp.Sink):
    def __init__(self, rough):
        self.kill, self.rough, self.talks = 0, rough, []
        dice = random.Random(3)
        plan = {'mail': lambda _sink: '421 4.3.2 restarting' if rough and dice.random() < 0.01 else None,
                'banner': lambda _sink: lab_smtp.CLOSE if rough and dice.random() < 0.02 else None}
        super().__init__(plan, dot_delay=0.002 if rough else 0.0, talk=Talk,
                         journal=os.path.join(lab.tmp(), 'relay-%d.log' % id(self)))


# --- what must come of it -------------------------------------------------------------------------

def hits(worker, term):
    """The addresses of pages that the worker gives for a term, in its order."""
    answer = worker.ask(body={'proto': 1, 'request_id': 'x', 'query': term, 'limit': 1000})
    return [o['url'] for o in lab.rows(answer[2].decode()) if o['t'] == 'result']


class Model:
    """The words of docs/operator.md (Counting, Order: equitable), and no more."""

    def __init__(self, town, lists, state_of):
        self.town, self.lists, self.state_of = town, lists, state_of
        self.rows, self.met = [], set()

    def people(self, term):
        for url in self.lists[term]:
            for address in self.town.found[url]:
                yield address

    def turn(self, group, term, upto, room, counted, people):
        """Letters until the term has `upto` or its group is full; False: there is nobody left."""
        while counted[term] < upto and sum(counted.values()) < room:
            address = next(people, None)
            if address is None:
                return False
            if address in self.met:
                continue
            self.met.add(address)
            state = self.state_of(address)
            self.rows.append((group, term, address, state))
            counted[term] += state in ('sent', 'in_doubt')
        return True

    def sequence(self):
        for group, terms in GROUPS:
            counted, ended = dict.fromkeys(terms, 0), set()
            people = {t: self.people(t) for t in terms}
            while True:
                takers = [t for t in terms if t not in ended and counted[t] < INTERVAL]
                left = LIMIT - sum(counted.values())
                if not takers or left <= 0:
                    break
                upto = {t: min(INTERVAL, counted[t] + left // len(takers) + (i < left % len(takers)))
                        for i, t in enumerate(takers)}
                for t in takers:
                    if counted[t] < upto[t] and not self.turn(group, t, upto[t], LIMIT, counted, people[t]):
                        ended.add(t)
        return self.rows


STATES = {'later': 'deferred', 'greylisted': 'deferred', 'no': 'rejected', 'nobody': 'rejected',
          'cut before': 'in_doubt', 'cut after': 'in_doubt'}


def doubts(relay, addresses, killed):
    """None, or what is wrong with the letters in doubt."""
    for talk in relay.talks:
        for i, (address, what) in enumerate(talk.dots):
            if address not in addresses:
                continue
            # The next one may have been begun, up to its dot, before the answer was written down.
            if any(what != 'torn' or later in addresses for later, what in talk.dots[i + 1:]):
                return '%s is in doubt, and its answer was read: %s' % (address, talk.dots[i:])
            if not what.startswith('cut') and talk.kill not in killed:
                return '%s is in doubt, and nobody was killed' % address
    for kill in killed:
        torn = [a for t in relay.talks if t.kill == kill for a, what in t.dots
                if a in addresses and not what.startswith('cut')]
        if len(torn) > CONNECTIONS:
            return '%d in doubt after one kill' % len(torn)
    dotted = {a for t in relay.talks for a, _ in t.dots}
    return None if addresses <= dotted else 'in doubt and never begun: %s' % sorted(addresses - dotted)[:3]


def judge(data, town, lists, relay, killed):
    """None, or what is wrong."""
    taken = [address for address, _ in relay.taken]
    with open(relay.journal.name) as f:
        if f.read().split() != taken:
            return "the relay's journal is not what it took"
    if len(set(taken)) != len(taken):
        return 'somebody has two letters: %s' % sorted({a for a in taken if taken.count(a) > 1})[:3]
    got = lab.sequence(data, 'lab')
    doubt = {row[2] for row in got if row[3] == 'in_doubt'}

    def state_of(address):
        known = STATES.get(fate(address), 'sent') if relay.rough else 'sent'
        return 'in_doubt' if address in doubt else known
    want = Model(town, lists, state_of).sequence()
    if got != want:
        at = next((i for i, (a, b) in enumerate(zip(got, want)) if a != b), min(len(got), len(want)))
        return '%d rows of %d, differs at %d: %s, not %s' % (len(got), len(want), at, got[at:at + 1], want[at:at + 1])
    sent = {row[2] for row in got if row[3] == 'sent'}
    if not sent <= set(taken) <= sent | doubt:
        return 'the relay says otherwise: %s' % sorted(sent ^ set(taken))[:3]
    why = doubts(relay, doubt, killed)
    v = lab.run(data, 'verify', '--at-rest')
    return why or (None if v.returncode == 0 else 'verify: ' + v.stdout[-300:] + v.stderr)


# --- the job --------------------------------------------------------------------------------------

def settings(relay):
    return dict(AUTOPILOT_ENGINE_JOB_LANES=1, AUTOPILOT_MAIL_MODE='smtp', AUTOPILOT_MAIL_TLS='no',
                AUTOPILOT_MAIL_URL=relay.url(), AUTOPILOT_MAIL_FROM='we@firm.example',
                AUTOPILOT_MAIL_POSTAL_ADDRESS='Firm, 1 Way, Town', AUTOPILOT_MAIL_UNSUBSCRIBE='mailto:stop@firm.example',
                AUTOPILOT_MAIL_DAILY_CAP=100000, AUTOPILOT_MAIL_CONFIRM_FIRST=0,
                AUTOPILOT_MAIL_CONNECTIONS=CONNECTIONS, AUTOPILOT_MAIL_RETRY_1='1d',
                AUTOPILOT_MAIL_BACK_OFF='no',  # the Model's letters don't wait for each other
                AUTOPILOT_ENGINE_RETRY_MIN='10ms', AUTOPILOT_ENGINE_RETRY_MAX='50ms',
                AUTOPILOT_ENGINE_SEARCH_FAILURES=100, AUTOPILOT_FETCH_CONTACT='mailto:we@firm.example',
                AUTOPILOT_FETCH_ALLOW_PRIVATE='yes', AUTOPILOT_FETCH_PER_HOST_INTERVAL='0')


def engine(data, relay):
    return subprocess.Popen([lab.BIN, '--data', data, 'engine', '--until-idle', '--quiet'],
                            env=lab.env(**settings(relay)), stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def finish_run(data, relay):
    """Until the job is completed: a relay that restarts makes a lane rest."""
    for _ in range(20):
        p = engine(data, relay)
        _, err = p.communicate(timeout=180)
        if p.returncode != 0 or lab.rows(lab.must(data, 'job', 'list', '--json'))[0]['status'] == 'completed':
            return p.returncode, err
    return 1, 'the job does not complete'


class Scene:
    def __init__(self):
        self.town = Town()
        self.web = lab_web.Web(lab.tmp(), self.town.make)
        folder = os.path.join(lab.tmp(), 'mirror')
        self.index = os.path.join(lab.tmp(), 'searcher')
        self.town.write_index(folder)
        lab.must(self.index, 'init', '--quiet')
        lab.must(self.index, 'corpus', 'add', folder, '--quiet')
        self.site = folder + '=http://'
        self.worker = Worker(self.index, '--site', self.site)
        self.port = self.worker.port
        self.lists = {t: hits(self.worker, t) for _, terms in GROUPS for t in terms}
        self.base = self.prepare()

    def prepare(self):
        data = os.path.join(lab.tmp(), 'base')
        lab.must(data, 'init', '--quiet')
        with open(data + '/autopilot.ini', 'a') as f:
            f.write('\n[search far]\nkind = worker\nurl = http://127.0.0.1:%d\n' % self.port)
        job = os.path.join(data, 'lab.ini')
        lab.write_job(job, groups=GROUPS, loop_interval=INTERVAL, limit=LIMIT, variations=0)
        with open(job) as f:
            text = f.read().replace('provider = local', 'provider = far')
        with open(job, 'w') as f:
            f.write(text)
        lab.must(data, 'job', 'import', job, '--quiet')
        relay = Relay(False)
        lab.must(data, 'job', 'start', 'lab', '--quiet', **settings(relay))
        relay.close()
        return data

    def kill_worker(self):
        self.worker.process.kill()
        self.worker.process.communicate()

    def start_worker(self):
        self.worker = Worker(self.index, '--site', self.site, listen='127.0.0.1:%d' % self.port)

    def close(self):
        self.kill_worker()
        self.web.close()


def plain(scene):
    relay = Relay(False)
    data = lab.copy(scene.base, 'plain')
    began = time.monotonic()
    code, err = finish_run(data, relay)
    took = time.monotonic() - began
    why = err if code != 0 else judge(data, scene.town, scene.lists, relay, set())
    lab.check('search worker, 500 sites, relay: the ledger is what it must be', why is None, why)
    words = scene.town.words
    lab.check('the worker gives exactly the pages that have the word',
              all(set(scene.lists[w]) == {u for u in words if w in words[u]} for w in lab.WORDS),
              {w: len(scene.lists[w]) for w in lab.WORDS})
    counts = {}
    for row in lab.sequence(data, 'lab'):
        counts[row[0]] = counts.get(row[0], 0) + 1
    lab.check('each group has exactly its limit', counts == {g: LIMIT for g, _ in GROUPS}, counts)
    asked = scene.web.asked()
    closed = [(h, p) for h, p in asked if int(h[4:].split('.')[0]) % 26 == 0 and p != '/robots.txt']
    lab.check('sites that refuse are left alone', not closed and len({h for h, _ in asked}) > 300,
              (closed[:3], len(asked)))
    relay.close()
    print('# %d letters, %d requests of %d sites, %.1f s' % (
        len(relay.taken), len(asked), len({h for h, _ in asked}), took))
    return took


def one_round(scene, dice, name, length_s, kills):
    """One job, killed again and again. (kills of the engine, of the worker, in doubt, why)"""
    relay = Relay(True)
    data = lab.copy(scene.base, name)
    killed, workers = set(), 0
    while len(killed) < kills:
        p = engine(data, relay)
        time.sleep(dice.uniform(0.01, length_s))  # the moment of the kill, not a wait
        if dice.random() < 0.3:
            scene.kill_worker()
            workers += 1
            time.sleep(dice.uniform(0, 0.1))  # likewise
            if dice.random() < 0.5:
                scene.start_worker()
                time.sleep(dice.uniform(0, 0.1))  # likewise
        p.kill()
        ended = p.wait()
        p.stderr.close()
        if scene.worker.process.returncode is not None:
            scene.start_worker()
        if ended != -signal.SIGKILL:
            break
        killed.add(relay.kill)
        relay.kill += 1
    code, err = finish_run(data, relay)
    why = err if code != 0 else judge(data, scene.town, scene.lists, relay, killed)
    torn = sum(row[3] == 'in_doubt' for row in lab.sequence(data, 'lab'))
    relay.close()
    if why is None:
        lab.shutil.rmtree(data, ignore_errors=True)
    return len(killed), workers, torn, why


def killed(scene, length_s):
    dice = random.Random(20261124)
    kills = workers = torn = rounds = 0
    why = None
    while kills < KILLS and why is None:
        done, of_workers, in_doubt, why = one_round(scene, dice, 'killed%d' % rounds, length_s,
                                                    min(8, KILLS - kills))
        kills, workers, torn, rounds = kills + done, workers + of_workers, torn + in_doubt, rounds + 1
    lab.check('killed at random moments beside a rough relay: exactly the same, nobody twice, '
              'in doubt only what nobody can know', why is None, 'round %d: %s' % (rounds, why))
    print('# %d kills of engines and %d of workers in %d jobs, %d letters in doubt' % (
        kills, workers, rounds, torn))


def main():
    scene = Scene()
    took = plain(scene)
    killed(scene, min(took, 0.6))
    scene.close()
    lab.finish()


main()
