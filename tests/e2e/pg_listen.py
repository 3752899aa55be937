#!/usr/bin/python3
"""pg_listen.py - what one process changes in a shared record, another hears at once where that can be
heard, and finds at its next look where it can't.

needs: postgres

Broken if this fails: an engine hears of a job that another machine's operator started only at its
next look; through a pooler in transaction mode it takes silence for quiet, or leaves a connection
there that listens for others; a lost ear is not replaced, or keeps work from going on.
"""
import contextlib
import os
import sqlite3
import time

import lab
import lab_shared
from lab import check, wait_for
from lab_shared import Place, Server

HEARD, DEAF = 'what others change is heard at once', 'not heard any more'
ROUNDS = 12


def log_has(place, words):
    """How many lines of the engine's own log have these words."""
    try:
        with contextlib.closing(sqlite3.connect('file:%s/log.db?mode=ro' % place.data, uri=True)) as db:
            return db.execute('select count(*) from lines where instr(text, ?)', [words]).fetchone()[0]
    except sqlite3.Error:
        return 0


def has(place, address):
    try:
        with contextlib.closing(sqlite3.connect('file:%s/mirror.db?mode=ro' % place.data, uri=True)) as db:
            return db.execute('select count(*) from suppressions where subject = ?',
                              [address]).fetchone()[0] > 0
    except sqlite3.Error:
        return False


def change(server, database, address):
    """As another machine's operator would, by a command of the record; the moment of its commit."""
    server.sql("select ap.suppress(jsonb_build_object('actor', 'ana', 'workspace', 'default', "
               "'subject', '%s', 'reason', 'asked', 'add', true))" % address, database)
    return time.monotonic()


def lags(server, database, place, name, rounds):
    """Milliseconds from each change's commit until the engine's copy has it, sorted."""
    found = []
    for i in range(rounds):
        address = '%s%d@example.org' % (name, i)
        since = change(server, database, address)
        if not wait_for(lambda: has(place, address), 10, 0.002):
            return []
        found.append(1000 * (time.monotonic() - since))
    return sorted(found)


def ears(server, database):
    return int(server.sql("select count(*) from pg_stat_activity where datname = '%s' and "
                          "pid <> pg_backend_pid() and query like '%%LISTEN ap%%'" % database))


def heard(server, seed):
    server.make('heard')
    a = Place('heard', server.url('heard'), seed)
    a.must('workspace', 'add', 'default', '--quiet')
    p = a.start()
    check('direct: the word came back', wait_for(lambda: log_has(a, HEARD)))
    found = lags(server, 'heard', a, 'd', ROUNDS)
    check('another process hears within 50 ms (half of %d, at load %.1f)' % (ROUNDS, os.getloadavg()[0]),
          found and found[len(found) // 2] <= 50 and found[-1] < 900,
          ' '.join('%.0f' % ms for ms in found))
    print('# heard after ' + ' '.join('%.0f' % ms for ms in found) + ' ms')
    server.sql("select pg_terminate_backend(pid) from pg_stat_activity where datname = 'heard' and "
               "query like '%LISTEN ap%' and pid <> pg_backend_pid()")
    check('a lost ear is said', wait_for(lambda: log_has(a, DEAF)))
    check('and made again', wait_for(lambda: log_has(a, HEARD) >= 2))
    check('with one ear', ears(server, 'heard') == 1, ears(server, 'heard'))
    check('the engine ends', lab_shared.end(p) == 0)
    check('and takes its ear with it', wait_for(lambda: ears(server, 'heard') == 0))


def pooled(server, seed):
    server.make('pooled')
    url = server.ask('pooler ' + server.name).replace('/postgres?', '/pooled?')
    a = Place('pooled', url, seed)
    a.must('workspace', 'add', 'default', '--quiet')
    p = a.start()
    check('pooler: an engine serves', wait_for(lambda: 'running' in a.run('status').stdout))
    found = lags(server, 'pooled', a, 'p', 3)
    check('what it can\'t hear it finds at its next look', found and found[-1] < 5000, found)
    check('and does not say that it hears', log_has(a, HEARD) == 0)
    left = server.sql("select string_agg(query, ' / ') from pg_stat_activity where datname = 'pooled' "
                      "and query like '%LISTEN%' and pid <> pg_backend_pid()")
    check('no connection of the pooler is left listening', left == '', left)
    check('the engine ends there too', lab_shared.end(p) == 0)


def main():
    seed = lab_shared.seed('seed')
    server = Server('listen')
    try:
        heard(server, seed)
        pooled(server, seed)
    finally:
        server.close()


main()
lab.finish()
