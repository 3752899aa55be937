"""pg_letters.py - letters a second of one lane on a shared record, 0 and 40 ms away, and what each
costs: statements and WAL in the server, round trips on the wire, a letter and a batch.

Two jobs: `long` has terms that find hundreds of leads; `short` changes the term every 40 letters,
so that half of what it asks is moves of the rotation. (needs PostgreSQL; aim at 40 ms: 300/s)

What a lane asks is counted by name in pg_stat_statements; the wire counts everything that the
engine asks, its other threads included. A letter's seconds are from the first file to the last.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'e2e'))
import lab  # noqa: E402
import lab_shared  # noqa: E402
from lab_shared import Place, Server  # noqa: E402

LANE = ('sends_exchange', 'search_end', 'job_move', 'job_load', 'template_load', 'variation_load',
        'job_desired', 'lease_renew', 'sends_end', 'sends_open')
JOBS = {'long': dict(pages=1500, words_each=1, loop_interval=100000, limit=1000000),
        'short': dict(pages=400, loop_interval=40, limit=110)}
AIM = 300


def server_with_counts():
    server = Server('bench')
    server.sql("alter system set shared_preload_libraries = 'pg_stat_statements'")
    server.ask('stop bench')
    server.ask('start bench')
    server.sql('create extension pg_stat_statements')
    return server


def asked(server):
    """How often each command was asked, and the server's milliseconds in it."""
    lines = server.sql("select substring(query from 'ap\\.(\\w+)'), sum(calls), "
                       "sum(total_exec_time)::int from pg_stat_statements "
                       "where query like 'SELECT ap.%' group by 1 order by 2 desc")
    return {n: (int(c), int(ms)) for n, c, ms in (l.split('|') for l in lines.splitlines())}


def measure(server, name, seed, delay_ms):
    database = server.copy(name)
    place = Place('%s-%d' % (name, delay_ms), server.url(database, wired=True), seed)
    server.ask('delay w %d' % delay_ms)
    server.sql('checkpoint')  # so that no page is written whole in the middle
    server.sql('select pg_stat_statements_reset()')
    wal, trips = server.sql('select pg_current_wal_lsn()'), int(server.ask('count w'))
    code, err = place.finish(timeout=300, AUTOPILOT_MAIL_BATCH=50)
    if code:
        raise RuntimeError('%s at %d ms: %s' % (name, delay_ms, err))
    trips = int(server.ask('count w')) - trips
    wal = int(server.sql("select pg_current_wal_lsn() - '%s'" % wal))
    each = asked(server)
    times = [os.stat('%s/outbox/new/%s' % (place.data, n)).st_mtime for n in place.letters()]
    count, lane = len(times), sum(c for n, (c, _) in each.items() if n in LANE)
    batches = int(server.sql("select count(*) from ap.events where kind = 'claimed'", database))
    rate = count / (max(times) - min(times))
    print('pg_letters: %s, %d ms: %d letters in %d batches, %.0f/s; a letter: %.3f statements, '
          '%.3f round trips, %.0f bytes of WAL; a batch: %.1f, %.1f, %.0f' % (
              name, delay_ms, count, batches, rate, lane / count, trips / count, wal / count,
              lane / batches, trips / batches, wal / batches), flush=True)
    print('pg_letters:   ' + ', '.join('%s %d (%d ms)' % (n, c, ms) for n, (c, ms) in each.items()),
          flush=True)
    lab_shared.at_rest(server, database, place)
    server.drop(database)
    return rate


def main():
    server = server_with_counts()
    far = {}
    for name, job in JOBS.items():
        server.make(name)
        seed = lab_shared.seed('seed-' + name, **job)
        first = Place('first-' + name, server.url(name), seed)
        lab_shared.put_job(first, seed)
        for delay_ms in (0, 40):
            far[name] = measure(server, name, seed, delay_ms)
    server.close()
    print('pg_letters: at 40 ms %s (aim >= %d)' % (
        ', '.join('%s %.0f/s' % x for x in far.items()), AIM))


main()
lab.finish()
