"""lab_shared.py - what the tests of a shared record share: databases with a job in them, places (data
directories of engines on machines of their own), and what must hold in the end, whatever happened.

A server of the lab's is asked for once; each test then has a database of its own, copied from one
that is ready. Lengths of time that a lease lasts are not waited for: the lease's end is moved in the
database, as if the server's clock had moved on.
"""
import os
import shutil
import signal
import subprocess
import threading
import time

import lab
from lab_pg import Control, tool


class Server:
    """A server of our own with a wire before it. Its databases are copies of one."""

    def __init__(self, name='s', durable=True):
        self.control = Control(os.environ['AUTOPILOT_TEST_PG_DIR'])
        self.name, self.count, self.mutex = name, 0, threading.Lock()
        self.secure = self.control.ask('server ' + name)
        self.wire = self.control.ask('wire w ' + name)
        self.direct = None
        if not durable:  # a process that is killed leaves its pages with the kernel
            self.sql('alter system set fsync = off')
            self.sql('select pg_reload_conf()')

    def ask(self, line):
        with self.mutex:
            return self.control.ask(line)

    def url(self, database, wired=False):
        """Past the wire with TLS, or through it (then without, so that answers can be counted)."""
        head, _, options = (self.wire if wired else self.secure).partition('?')
        return head.rpartition('/')[0] + '/' + database + '?' + options

    def sql(self, text, database='postgres', check=True):
        p = subprocess.run([tool('psql'), '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d',
                            self.url(database), '-c', text], stdin=subprocess.DEVNULL,
                           capture_output=True, timeout=60, text=True)
        if p.returncode and check:
            raise RuntimeError(text[:60] + ': ' + p.stderr.strip())
        return p.stdout.strip()

    def make(self, database, there=False):
        """A database with the schema, and nothing else."""
        if not there:
            self.sql('create database ' + database)
        lab.must(os.path.join(lab.tmp(), 'operator'), 'db', 'migrate', '--yes', '--quiet',
                 AUTOPILOT_RECORD_URL=self.url(database))

    def copy(self, database):
        """file_copy, because PostgreSQL 15 forgets a few numbers of a sequence that it copied the
        other way, when it is killed after they were used."""
        with self.mutex:
            self.count += 1
            name = 'c%d' % self.count
        self.sql('create database %s template %s strategy file_copy' % (name, database))
        return name

    def drop(self, database):
        self.sql('drop database %s with (force)' % database)

    def close(self):
        self.control.close()


class Place:
    """An engine's machine: a data directory, and the record that its config names."""

    def __init__(self, name, url, seed):
        self.data, self.url = os.path.join(lab.tmp(), name), url
        shutil.copytree(seed, self.data, ignore=shutil.ignore_patterns(
            'pages', '*.lock', 'autopilot.db*', 'journal.db*', 'log.db*'))
        self.more = {'AUTOPILOT_RECORD_URL': url, 'AUTOPILOT_ENGINE_JOB_LANES': 1}

    def run(self, *words, **more):
        return lab.run(self.data, *words, **{**self.more, **more})

    def must(self, *words, **more):
        return lab.must(self.data, *words, **{**self.more, **more})

    def start(self, *words, binary=None, **more):
        """The engine, in the background."""
        return subprocess.Popen([binary or lab.BIN, '--data', self.data, 'engine', '--quiet', *words],
                                env=lab.env(**{**self.more, **more}), stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def finish(self, binary=None, timeout=120, **more):
        """The engine until nothing is left to do: its exit status and what it said."""
        p = self.start('--until-idle', binary=binary, **more)
        try:
            _, err = p.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            p.kill()
            p.communicate()
            return None, 'it does not end'
        return p.returncode, err

    def letters(self):
        return lab.letters(self.data)

    def remove(self):
        shutil.rmtree(self.data, ignore_errors=True)


def seed(name, **job):
    """A data directory with a corpus and the text of a job, of an embedded record that has it."""
    return lab.prepare(name, **job)


def put_job(place, seed_dir, *names):
    """The job comes into the shared record, and shall run."""
    place.must('workspace', 'add', 'default', '--quiet')
    place.must('job', 'import', os.path.join(seed_dir, 'lab.ini'), '--quiet')
    for name in names or ('lab',):
        place.must('job', 'start', name, '--quiet')


def end(p, seconds=30):
    """Asks an engine to end; its exit status. What it said last is in p.said."""
    p.said = ('', 'it does not end')
    if p.poll() is None:
        p.send_signal(signal.SIGTERM)
    try:
        p.said = p.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        p.kill()
        p.communicate()
        return None
    return p.returncode


def wait_stopped(p, seconds=60):
    """True when the process was stopped by a signal, False when it ended (or did neither)."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        seen = os.waitid(os.P_PID, p.pid, os.WEXITED | os.WSTOPPED | os.WNOHANG | os.WNOWAIT)
        if seen is not None and seen.si_pid == p.pid:
            return seen.si_code == os.CLD_STOPPED
        time.sleep(0.003)
    return False


LAPSE = "update ap.job_leases set until = clock_timestamp() - interval '1 s' where engine is not null"
LEDGER = '''select g.name, t.text, s.address, s.state from ap.sends s
    join ap.search_groups g on g.job = s.job and g.group_no = s.group_no
    join ap.search_terms t on t.job = s.job and t.term_no = s.term_no
    join ap.automation_jobs j on j.id = s.job where j.name = '%s' order by s.seq'''


def lapse(server, database):
    """The time of all leases is over."""
    server.sql(LAPSE, database)


def ledger(server, database, job='lab'):
    """As lab.sequence(), from the record itself."""
    text = server.sql(LEDGER % job, database)
    return [tuple(line.split('|')) for line in text.splitlines()]


def differ(got, want):
    if got == want:
        return None
    for i, (a, b) in enumerate(zip(got, want)):
        if a != b:
            return 'row %d is %s, not %s' % (i, a, b)
    return '%d rows, not %d' % (len(got), len(want))


def written_once(server, database, *places):
    """None when each letter that was written stands in one place, once, and the ledger knows all of
    them and no others; else why not."""
    files = [n.split('.')[0].split(':')[0] for p in places for n in p.letters()]
    if len(set(files)) != len(files):
        return 'a letter was written twice: %s' % sorted(f for f in files if files.count(f) > 1)[:2]
    known = server.sql("select id from ap.sends where state in ('sent', 'simulated')", database).split()
    if sorted(files) != sorted(known):
        return '%d letters were written, the ledger knows of %d; %s' % (
            len(files), len(known), sorted(set(files) ^ set(known))[:2])
    return None


def at_rest(server, database, *places):
    """None when the record is whole and nobody has anything in hand, and all letters are there once;
    else why not."""
    why = written_once(server, database, *places)
    if why:
        return why
    for p in places:
        if os.path.isdir(p.data + '/outbox/tmp') and os.listdir(p.data + '/outbox/tmp'):
            return 'tmp/ is not empty'
    v = places[0].run('verify', '--at-rest')
    if v.returncode != 0:
        return 'verify: ' + ' / '.join(l for l in v.stdout.splitlines() if 'BROKEN' in l) + v.stderr
    return None
