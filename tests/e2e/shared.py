#!/usr/bin/python3
"""shared.py - engines that share a record do together what one would have done alone.
(run: alone, time limit: 300 s)

needs: postgres

Broken if this fails: a job that is stopped on one machine and resumed on another writes other
letters than it should; an engine does not notice what another machine's operator asked for; while
PostgreSQL is away letters go out, or nobody is told, or it does not go on afterwards.
"""
import concurrent.futures
import contextlib
import os
import re
import sqlite3
import time

import lab
import lab_shared
from lab import check, wait_for
from lab_shared import Place, Server, at_rest, differ, ledger

JOB = {'loop_interval': 40, 'limit': 110}
REAL = {'AUTOPILOT_MAIL_MODE': 'maildir', 'AUTOPILOT_MAIL_DIR': 'outbox'}
PACE = {'AUTOPILOT_MAIL_PER_MINUTE': 6000}  # so that there is a middle to do things in


def alone(seed):
    data = lab.copy(seed, 'alone')
    p = lab.run(data, 'engine', '--until-idle', '--quiet', AUTOPILOT_ENGINE_JOB_LANES=1)
    if p.returncode:
        raise RuntimeError('alone: ' + p.stderr)
    return lab.sequence(data, 'lab')


def from_one_to_the_other(server, seed, golden):
    """Stopped and resumed in turns, by commands of the machine that does not work it."""
    database = server.copy('ready')
    a, b = Place('turn-a', server.url(database), seed), Place('turn-b', server.url(database), seed)
    turns = 0
    for mine, other in ((a, b), (b, a), (a, b)):
        p = mine.start('--until-idle', **PACE)
        before = len(mine.letters())
        wait_for(lambda: len(mine.letters()) >= before + 30 or p.poll() is not None)
        other.must('job', 'stop', 'lab')
        if lab_shared.end(p) != 0:
            break
        if lab.rows(other.must('job', 'list', '--json'))[0]['status'] == 'stopped':
            turns += 1
        other.must('job', 'resume', 'lab')
    code, err = b.finish()
    check('stopped here, resumed there: %d turns' % turns, turns == 3 and code == 0, err)
    check('both have written', a.letters() and b.letters())
    why = differ(ledger(server, database), golden) or at_rest(server, database, a, b)
    check('together they write what one writes', why is None, why)
    here, there = lab.sequence_of(a.must('sends', 'list', '--job', 'lab', '--json')), lab.sequence_of(
        b.must('sends', 'list', '--job', 'lab', '--json'))
    check('both list it', here == there == golden, differ(here, there))


def impatient(server, seed, golden):
    """A search's report that takes too long is cut anywhere, and the rest is found again."""
    database = server.copy('ready')
    server.sql('create or replace function ap.search_patience() returns interval language sql '
               "immutable as $$ select interval '0 s' $$", database)
    a = Place('impatient', server.url(database), seed)
    code, err = a.finish()
    searches = int(server.sql("select count(*) from ap.events where kind = 'searched'", database))
    check('one address a search', code == 0 and searches > len(golden), err or searches)
    why = differ(ledger(server, database), golden) or at_rest(server, database, a)
    check('and the same letters', why is None, why)


def asked_from_elsewhere(server, seed, golden):
    """B has a shell and no console; the engine is on A."""
    server.make('asked')
    a, b = Place('asked-a', server.url('asked'), seed), Place('asked-b', server.url('asked'), seed)
    p = a.start(**PACE)
    served = wait_for(lambda: 'running' in a.run('status').stdout.split('\n')[1])
    b.must('workspace', 'add', 'default', '--quiet')
    b.must('job', 'import', os.path.join(seed, 'lab.ini'), '--quiet')
    b.must('job', 'start', 'lab', '--quiet')
    asked = time.monotonic()
    wait_for(lambda: a.letters())
    took = time.monotonic() - asked
    check('a job started on B is worked by the engine on A in 3 s', served and took < 3,
          '%.1f s' % took)
    row = lab.rows(b.must('job', 'list', '--json'))[0]
    check('and B lists it as it is', row['status'] == 'running' and row['total_emails_sent'] > 0, row)
    done = wait_for(lambda: len(a.letters()) == len(golden), 60)
    check('to its end', done, len(a.letters()))
    wait_for(lambda: lab.rows(b.must('job', 'list', '--json'))[0]['status'] == 'completed')
    check('the engine on A ends in good order', lab_shared.end(p) == 0)
    why = differ(ledger(server, 'asked'), golden) or at_rest(server, 'asked', a, b)
    check('and it is whole', why is None, why)
    check('nothing was written on B', not b.letters(), len(b.letters()))


def many_jobs(server, seed):
    """Six jobs with the same leads, of which each may be written to once."""
    server.make('many')
    a, b = Place('many-a', server.url('many'), seed), Place('many-b', server.url('many'), seed)
    a.must('workspace', 'add', 'default', '--quiet')
    for i in range(6):
        path = os.path.join(lab.tmp(), 'many', 'job%d.ini' % i)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        lab.write_job(path, name='job%d' % i, loop_interval=10, limit=30, seed=i + 1)
        (a, b)[i % 2].must('job', 'import', path, '--quiet')
        (b, a)[i % 2].must('job', 'start', 'job%d' % i, '--quiet', **REAL)
    engines = [x.start('--until-idle', AUTOPILOT_ENGINE_JOB_LANES=3, **REAL) for x in (a, b)]
    for p in engines:
        p.communicate(timeout=120)
    check('two engines at six jobs', all(p.returncode == 0 for p in engines))
    states = {r['name']: r['status'] for r in lab.rows(b.must('job', 'list', '--json'))}
    check('all jobs end', set(states.values()) == {'completed'}, states)
    why = at_rest(server, 'many', a, b)
    check('each letter once', why is None, why)
    twice = server.sql("select address from ap.sends where state = 'sent' "
                       'group by address having count(*) > 1', 'many')
    check('and nobody is written to by two jobs', twice == '', twice)
    check('both have worked', a.letters() and b.letters(),
          (len(a.letters()), len(b.letters())))


def log_says(a, words):
    """Whether the engine's own log has a line with these words; read at once, past the program."""
    with contextlib.closing(sqlite3.connect('file:%s/log.db?mode=ro' % a.data, uri=True)) as db:
        return db.execute('select count(*) from lines where instr(text, ?)', [words]).fetchone()[0]


def away(name, seed, golden, begin, finish, seconds):
    """PostgreSQL goes away in the middle of a job and comes back."""
    server = Server(name)
    server.make('ready')
    a = Place('away-' + name, server.url('ready', wired=True), seed)
    lab_shared.put_job(a, seed)
    results = []
    p = a.start(**PACE)
    wait_for(lambda: len(a.letters()) >= 60)
    for line in begin:
        server.ask(line)
    began = time.monotonic()
    wait_for(lambda: log_says(a, 'nothing new is begun'), 8)
    said = time.monotonic() - began
    results.append(('said within 5 s', said <= 5, '%.1f s' % said))
    at_first = len(a.letters())
    show = a.run('job', 'list')
    results.append(('lists show the last known state, with a warning',
                    show.returncode == 0 and 'lab' in show.stdout and 'as it was at' in show.stderr,
                    show.stderr))
    status = a.run('status')
    results.append(('status too', status.returncode == 0 and 'as it was at' in status.stderr,
                    status.stderr))
    asked = time.monotonic()
    refused = a.run('job', 'stop', 'lab', timeout=40)
    results.append(('what would change it is refused with the reason',
                    refused.returncode == 3 and refused.stderr.count('\n') == 1 and
                    time.monotonic() - asked < 20, refused.stderr))
    wait_for(lambda: time.monotonic() - began >= seconds, seconds)
    at_last = len(a.letters())
    results.append(('no letter goes out', at_last == at_first, '%d, then %d' % (at_first, at_last)))
    for line in finish:
        server.ask(line)
    back = time.monotonic()
    wait_for(lambda: len(a.letters()) > at_last, 30)
    took = time.monotonic() - back
    results.append(('it goes on within 10 s', took <= 10, '%.1f s' % took))
    wait_for(lambda: len(a.letters()) == len(golden), 40)
    code = lab_shared.end(p)
    results.append(('the engine ends in good order', code == 0, (code, p.said[1])))
    why = differ(ledger(server, 'ready'), golden) or at_rest(server, 'ready', a)
    results.append(('nothing was lost or done twice', why is None, why))
    server.close()
    return results


def far_away(seed, golden):
    """A server that is 40 ms away is asked as seldom as may be."""
    server = Server('far')
    server.sql("alter system set shared_preload_libraries = 'pg_stat_statements'")
    server.ask('stop far')
    server.ask('start far')
    server.sql('create extension pg_stat_statements')
    server.make('ready')
    a = Place('far', server.url('ready', wired=True), seed)
    lab_shared.put_job(a, seed)
    server.ask('delay w 40')
    server.sql('select pg_stat_statements_reset()')
    code, err = a.finish()
    times = [os.stat('%s/outbox/new/%s' % (a.data, n)).st_mtime for n in a.letters()]
    asked = server.sql("select sum(calls) from pg_stat_statements where query like 'SELECT ap.%'")
    each = int(asked) / len(golden)
    print('# 40 ms away: %.2f statements a letter, %.0f letters a second' % (
        each, len(times) / (max(times) - min(times))), flush=True)
    why = err if code else differ(ledger(server, 'ready'), golden)
    server.close()
    return [('the same letters', why is None, why),
            ('at most 0.45 statements a letter', each <= 0.45, '%.2f' % each)]


def outages(seed, golden):
    kinds = [('silent', ['stall w'], ['go w']), ('reset', ['dead w'], ['go w']),
             ('crashed', ['crash crashed'], ['start crashed'])]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        far = pool.submit(far_away, seed, golden)
        jobs = [(name, pool.submit(away, name, seed, golden, begin, finish, 7))
                for name, begin, finish in kinds]
        for name, job in jobs:
            for what, held, why in job.result():
                check('PostgreSQL %s: %s' % (name, what), held, why)
        for what, held, why in far.result():
            check('PostgreSQL far away: ' + what, held, why)


def refusals(server, seed):
    """Each in one sentence that says what to do."""
    good = server.url('ready')
    wrong = re.sub(r':[0-9a-f]+@', ':wrong@', good)
    server.sql('create database bare')
    cases = [
        ('a wrong password', wrong, 'password'),
        ('an unknown host', good.replace('@localhost:', '@no-such-host.invalid:'), 'no-such-host'),
        ('no such database', server.url('nothing'), 'no such database'),
        ('a database without the schema', server.url('bare'), 'autopilot db migrate'),
        ('an address that is none', 'postgresql://[', 'record'),
    ]
    for i, (name, url, word) in enumerate(cases):
        a = Place('refused%d' % i, url, seed)
        for words in (('job', 'list'), ('job', 'start', 'lab'), ('engine', '--until-idle')):
            p = a.run(*words, timeout=40)
            check('%s: %s' % (name, ' '.join(words)),
                  p.returncode != 0 and word in p.stderr and p.stderr.count('\n') == 1 and
                  'wrong@' not in p.stderr, '%d %s' % (p.returncode, p.stderr))


def main():
    seed = lab_shared.seed('base', **JOB)
    golden = alone(seed)
    server = Server()
    server.make('ready')
    a = Place('ready', server.url('ready'), seed)
    lab_shared.put_job(a, seed)
    began = time.monotonic()
    for part in (lambda: from_one_to_the_other(server, seed, golden),
                 lambda: impatient(server, seed, golden),
                 lambda: asked_from_elsewhere(server, seed, golden),
                 lambda: many_jobs(server, seed), lambda: outages(seed, golden),
                 lambda: refusals(server, seed)):
        part()
        print('# %.1f s' % (time.monotonic() - began), flush=True)


main()
lab.finish()
