#!/usr/bin/python3
"""pg_goals.py - what the shared record takes, beside graphile-worker, pg-boss and pg_cron, and beside
what the server itself takes, on one server that was started for it, with commits as durable as
PostgreSQL makes them by default.

usage: pg_goals.py NPM-DIRECTORY [GOAL...]     GOAL: raw G1 ... G13; all without one

Each line: name, ours, peer, ratio, aim, "ok" or "short". What is compared with what stands in
docs/bench.md. Ours is always the program's own code: its threads and adapters on a record that the
program migrated (prog_pg), or the program itself (engine); only generators of reports are made up.
Medians of three rounds, BENCH_ROUNDS of them. BENCH_CRON=1 adds the minutes that peers' own
schedules take (a minute a round), BENCH_LONG=1 a million schedules and an engine that is killed.
"""
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'e2e'))
import lab_pg  # noqa: E402
from lab_wire import Wire  # noqa: E402

ROOT = os.path.join(HERE, '..', '..')
PROG = os.path.join(ROOT, 'build', 'release', 'tests', 'bench', 'prog_pg')
ROUNDS = int(os.environ.get('BENCH_ROUNDS', '3'))
CRON, LONG = os.environ.get('BENCH_CRON') == '1', os.environ.get('BENCH_LONG') == '1'


def median(values):
    return statistics.median(values) if values else None


def number(v, unit=''):
    if v is None:
        return 'none'
    return ('%.0f' if abs(v) >= 100 else '%.2f' if abs(v) < 10 else '%.1f') % v + unit


def line(name, ours, peer, unit, ratio, aim, good, note=''):
    """ratio: None when there is no peer, else what the aim is about."""
    print('%-4s ours %s, peer %s, ratio %s, aim %s: %s%s' % (
        name, number(ours, unit), number(peer, unit), number(ratio), aim,
        'ok' if good else 'short', ' - ' + note if note else ''), flush=True)


class Bench:
    """The server, and who works on it."""

    def __init__(self, npm):
        self.npm = npm if os.path.isdir(npm + '/node_modules/graphile-worker') else None
        self.count = 0
        share = lab_pg.run([lab_pg.tool('pg_config'), '--pkglibdir']).strip()
        preload = ['pg_stat_statements']
        self.has_cron = os.path.exists(share + '/pg_cron.so')
        if self.has_cron:
            preload.append('pg_cron')
        lab_pg.SETTINGS += "shared_preload_libraries = '%s'\n" % ','.join(preload)
        lab_pg.SETTINGS += 'max_worker_processes = 64\n'
        if self.has_cron:
            lab_pg.SETTINGS += "cron.database_name = 'postgres'\ncron.use_background_workers = on\n"
        self.lab = lab_pg.Lab()
        self.server = self.lab.main
        self.server.sql('create extension pg_stat_statements')

    def sql(self, text, database='postgres'):
        return self.server.sql(text, database=database)

    def fresh(self):
        """The name of an empty database."""
        self.count += 1
        name = 'b%d' % self.count
        self.sql('create database ' + name)
        return name

    def url(self, name, port=None):
        return self.server.plain_url(port=port, database=name)

    @staticmethod
    def read(words, timeout, **more):
        """Lines "NAME VALUE" as lists of numbers; what stands behind "how X" is X.NAME."""
        p = subprocess.run(words, capture_output=True, text=True, timeout=timeout, **more)
        if p.returncode:
            raise RuntimeError(' '.join(words[2:]) + ': ' + (p.stderr or p.stdout)[-300:])
        ret, how = {}, ''
        for name, value in (l.split() for l in p.stdout.splitlines() if l.count(' ') == 1):
            if name == 'how':
                how = value + '.'
            else:
                ret.setdefault(how + name, []).append(float(value))
        if any(name.endswith('late') for name in ret):
            print('     (making them took longer than planned; lags are too large)')
        return ret

    def ours(self, *words, name=None, port=None):
        return self.read([PROG, self.url(name or self.fresh(), port), *map(str, words)], 600)

    def peer(self, kind, *words, port=None):
        """None when it is not here, or does not come to an end."""
        if not self.npm:
            return None
        try:
            return self.read(['node', os.path.join(HERE, 'pg_peers.mjs'), kind,
                              self.url(self.fresh(), port), *map(str, words)], 300, cwd=self.npm)
        except (subprocess.TimeoutExpired, RuntimeError) as e:
            print('     (%s %s: no figure: %s)' % (kind, words[0], str(e)[-200:].replace('\n', ' ')))
            return None

    def best(self, peer, figure):
        """The least median of its ways."""
        if not peer:
            return None
        return min((median(v) for k, v in peer.items() if k.endswith('.' + figure)), default=None)

    def statements(self, name):
        """(statements, WAL bytes) so far; sent by clients."""
        return int(self.sql("select coalesce(sum(calls), 0) from pg_stat_statements s join pg_database"
                            " d on d.oid = s.dbid where d.datname = '%s' and toplevel" % name)), int(
            self.sql("select pg_current_wal_lsn() - '0/0'"))


def raw(b):
    """What the server itself takes: a durable commit of one small row."""
    name = b.fresh()
    b.sql('create table t (id bigint generated always as identity primary key, at timestamptz, w text)',
          name)
    path = os.path.join(tempfile.mkdtemp(), 'insert.sql')
    with open(path, 'w') as f:
        f.write("insert into t (at, w) values (now(), 'words');\n")
    for clients in (1, 4):
        out = lab_pg.run([lab_pg.tool('pgbench'), '-n', '-M', 'prepared', '-c', str(clients), '-j', '1',
                          '-T', '3', '-f', path, b.url(name)])
        tps = float(out.split('tps = ')[1].split()[0])
        print('raw  one row a commit, %d client%s: %.0f/s, %.2f ms' % (
            clients, 's' if clients > 1 else '', tps, 1000 * clients / tps), flush=True)
    os.unlink(path)


def due(b):
    """G1, G4 and G5: many at one instant; one alone."""
    for count, aim in ((1000, 50), (10000, 350)):
        name = b.fresh()
        calls, wal = b.statements(name)
        us = b.ours('due', count, ROUNDS, name=name)
        more, after = b.statements(name)
        g = b.peer('graphile', 'due', count, ROUNDS)
        boss = b.peer('pgboss', 'due', count, ROUNDS)
        p99, peers = median(us['p99']), [b.best(g, 'p99'), b.best(boss, 'p99')]
        found = [v for v in peers if v is not None]
        peer = min(found) if found else None
        line('G5', p99, peer, ' ms', peer and peer / p99, '<= %d ms' % aim, p99 <= aim,
             '%d due at once, begun at p99; graphile-worker %s, pg-boss %s with jobs that were put in '
             'before' % (count, number(peers[0], ' ms'), number(peers[1], ' ms')))
        print('     %d: %.1f statements and %.0f bytes of WAL a run, looking around included'
              % (count, (more - calls) / count / ROUNDS, (after - wal) / count / ROUNDS))
        if count == 10000:
            rate = 1000 * count / median(us['told'])
            told = [b.best(x, 'told') for x in (g, boss)]
            rates = [t and 1000 * count / t for t in told]
            line('G1', rate, rates[0], '/s', rates[0] and rate / rates[0],
                 '>= 1.8 x graphile, >= 3 x pg-boss',
                 bool(rates[0]) and rate >= 1.8 * rates[0] and (not rates[1] or rate >= 3 * rates[1]),
                 'runs from slot to outcome; pg-boss %s; theirs do nothing but be taken and completed'
                 % number(rates[1], '/s'))


def apart(b):
    """Peers as they come, as the aim was made; what they do when told to look more often is said."""
    us, g, boss = b.ours('apart', 40), b.peer('graphile', 'apart', 40), b.peer('pgboss', 'apart', 40)
    ours, quick = median(us['p50']), b.best(g, 'p50')
    peers = [median((g or {}).get('plain.p50')), b.best(boss, 'p50')]
    found = [v for v in peers if v is not None]
    peer = min(found) if found else None
    line('G4', ours, peer, ' ms', peer and peer / ours, '>= 100 x, p99 <= 50 ms',
         bool(peer) and peer >= 100 * ours and us['p99'][0] <= 50,
         'one due alone, p50; ours p99 %s; graphile-worker as it comes %s (it looks every 2 s; told to '
         'look every 100 ms %s), pg-boss at its quickest (every 500 ms) %s'
         % (number(us['p99'][0], ' ms'), number(peers[0], ' ms'), number(quick, ' ms'),
            number(peers[1], ' ms')))


def ask(b):
    us, g = b.ours('ask', 50), b.peer('graphile', 'ask', 200)
    ours, peer = median(us['p50']), b.best(g, 'p50')
    line('G3', ours, peer, ' ms', peer and ours / peer, '<= 0.6 x',
         bool(peer) and ours <= 0.6 * peer, 'asked for until begun, p50: ours at the desk of the process '
         'that makes it; p99 %s and %s' % (number(us['p99'][0], ' ms'), number(b.best(g, 'p99'), ' ms')))


def looks(b):
    """G6 and G7."""
    name, count = b.fresh(), 1000000 if LONG else 100000
    b.ours('look', 1, name=name)
    b.sql("insert into ap.newsletter_specifications (id, workspace_id, name, active, frequency, definition,"
          " created_by, created_at, updated_at) select gen_random_uuid(), id, 'one', true, 'daily', '{}',"
          " 'ana', 'epoch', 'epoch' from ap.workspaces limit 1;"
          "insert into ap.autopilot_schedules (id, specification_id, workspace_id, created_by,"
          " schedule_name, schedule_type, schedule_config, next_run_at, created_at, updated_at)"
          " select gen_random_uuid(), p.id, p.workspace_id, 'ana', 's' || i, 'daily',"
          " '{\"time\": \"09:00\", \"timezone\": \"Europe/Berlin\"}', now() + interval '400 days', 'epoch',"
          " 'epoch' from ap.newsletter_specifications p, generate_series(1, %d) i" % count, name)
    b.sql('vacuum analyze', name)
    scans = "select coalesce(sum(seq_scan), 0) from pg_stat_user_tables where relname in" \
            " ('autopilot_schedules', 'newsletter_runs')"
    before = int(b.sql(scans, name))
    ours = b.ours('look', 200, name=name)['p50'][0]
    time.sleep(1.5)
    seq = int(b.sql(scans, name)) - before
    line('G6', ours, None, ' ms', None, '<= 0.5 ms, no sequential scan', ours <= 0.5 and seq == 0,
         'a look at %d schedules, none due (two commands); %d sequential scans' % (count, seq))
    us = b.ours('pass', 100, name=name)
    line('G7', median(us['pass']), median(us['loop']), ' ms', median(us['pass']) / median(us['loop']),
         '<= 0.2 x', median(us['pass']) <= 0.2 * median(us['loop']),
         '100 due of %d: dealt with in full (runs, events), beside 100 bare UPDATEs of their instants, '
         'each committed' % count)


def delayed(b):
    """G8: everybody through a wire with a round trip of 20 ms."""
    wire, name = Wire(b.server.port), b.fresh()
    b.ours('look', 1, name=name)
    calls, _ = b.statements(name)
    wire.delay(20)
    try:
        count = 2000
        us = b.ours('due', count, ROUNDS, name=name, port=wire.port)
        g = b.peer('graphile', 'due', count, ROUNDS, port=wire.port)
        boss = b.peer('pgboss', 'due', count, ROUNDS, port=wire.port)
    finally:
        wire.remove()
    more, _ = b.statements(name)
    rates = [x and 1000 * count / x for x in (median(us['told']), b.best(g, 'told'),
                                              b.best(boss, 'told'))]
    trips = 1000 * (more - calls) / count / ROUNDS
    line('G8', rates[0], rates[1], '/s', rates[1] and rates[0] / rates[1],
         '>= 1.8 x graphile, >= 2.5 x pg-boss, <= 3 round trips a 1,000',
         bool(rates[1]) and rates[0] >= 1.8 * rates[1] and (not rates[2] or rates[0] >= 2.5 * rates[2])
         and trips <= 3, '%d due at 20 ms a round trip; pg-boss %s; %.0f round trips a 1,000 runs, '
         'looking around included' % (count, number(rates[2], '/s'), trips))


def held(b):
    """G9: somebody has a snapshot open."""
    def rate(name):
        return median([5000000 / t for t in b.ours('due', 5000, ROUNDS, name=name)['told']])
    free = rate(b.fresh())
    name = b.fresh()
    b.ours('look', 1, name=name)
    holder = subprocess.Popen([lab_pg.tool('psql'), '-XAtq', '-d', b.url(name)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    holder.stdin.write('begin isolation level repeatable read;\nselect count(*) from ap.workspaces;\n')
    holder.stdin.flush()
    holder.stdout.readline()
    slow = rate(name)
    holder.communicate('rollback;\n')
    line('G9', slow, free, '/s', slow / free, '>= 0.75', slow >= 0.75 * free,
         'runs a second with a snapshot held, beside without; there is no peer')


def resident(pid):
    with open('/proc/%d/status' % pid) as f:
        return next(int(l.split()[1]) for l in f if l.startswith('VmRSS')) / 1024


def idle_of(b, name, process, seconds=20):
    """(statements a second, MB) of a process that was just started."""
    time.sleep(15)
    before, _ = b.statements(name)
    since = time.monotonic()
    time.sleep(seconds)
    count = b.statements(name)[0] - before
    facts = (count / (time.monotonic() - since), resident(process.pid))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    return facts


def idle(b):
    """G10: nothing to do."""
    import lab
    name, data = b.fresh(), os.path.join(lab.tmp(), 'idle')
    more = {'AUTOPILOT_RECORD_URL': b.url(name)}
    lab.must(data, 'db', 'migrate', '--yes', '--quiet', **more)
    p = subprocess.Popen([lab.BIN, '--data', data, 'engine', '--quiet'], env=lab.env(**more),
                         stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    ours, size = idle_of(b, name, p)
    theirs = None
    if b.npm:
        name = b.fresh()
        p = subprocess.Popen(['node', os.path.join(HERE, 'pg_peers.mjs'), 'graphile', b.url(name), 'idle',
                              '60'], cwd=b.npm, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        theirs = idle_of(b, name, p)
    line('G10', ours, theirs and theirs[0], ' statements/s', theirs and ours / theirs[0], '<= 1 a second (the '
         'design: 0.5), memory <= 0.2 x', ours <= 1 and bool(theirs) and size <= 0.2 * theirs[1],
         'an engine without work; %.1f MB beside %s' % (size, number(theirs and theirs[1], ' MB')))


def stalls(b):
    us = b.ours('stalls', 1000)
    line('G12', us['accepted'][0], None, '', None, '0 of %.0f' % us['stalls'][0],
         us['accepted'][0] == 0 and us['stalls'][0] == 1000,
         'lanes that tell after their time was over; graphile-worker and pg-boss check no owner there')


def outbox(b):
    with tempfile.TemporaryDirectory(dir='/tmp') as where:
        us = b.read([PROG, where, 'outbox', '20000'], 120)
    ours, plain = median(us['ours']), median(us['plain'])
    line('G13', ours, plain, ' rows/s', ours / plain, '>= 0.7', ours >= 0.7 * plain,
         'facts in the journal, 100 a durable commit, beside a plain file of SQLite\'s')


def cron(b):
    """G5 with the peers' own schedules: each round waits for a minute."""
    for count in (1000, 10000):
        g = b.peer('graphile', 'cron', count, ROUNDS)
        print('     graphile-worker, %d lines of its crontab in one minute: p99 %s'
              % (count, number(b.best(g, 'p99'), ' ms')), flush=True)
    if not b.has_cron:
        print('skip pg_cron - postgresql-15-cron is not installed')
        return
    b.sql('create extension if not exists pg_cron')
    count = 1000
    b.sql("select count(cron.schedule('j' || i, '* * * * *', 'select 1')) from generate_series(1, %d) i"
          % count)
    time.sleep(150)
    late = b.sql("select extract(epoch from percentile_disc(0.99) within group (order by start_time -"
                 " date_trunc('minute', start_time))) * 1000 from cron.job_run_details where start_time"
                 " is not null")
    b.sql('delete from cron.job')
    print('     pg_cron, %d jobs in one minute: p99 %s ms' % (count, late))


GOALS = (('raw', raw), ('G5', due), ('G4', apart), ('G3', ask), ('G6', looks), ('G8', delayed),
         ('G9', held), ('G10', idle), ('G12', stalls), ('G13', outbox))


def main():
    wanted = sys.argv[2:]
    try:
        b = Bench(os.path.abspath(sys.argv[1]))
    except lab_pg.Missing as e:
        print('skip bench_pg_goals - %s' % e)
        return
    try:
        load = os.getloadavg()
        print('load when it began: %.2f %.2f %.2f' % load)
        for name, goal in GOALS:
            if not wanted or name in wanted:
                goal(b)
        if CRON:
            cron(b)
        print('load when it ended: %.2f %.2f %.2f' % os.getloadavg())
    finally:
        b.lab.done()


main()
