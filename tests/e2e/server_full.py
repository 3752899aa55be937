#!/usr/bin/python3
"""server_full.py - the disk of the shared record's server is full, and has room again.
(time limit: 200 s)

needs: postgres

Broken if this fails: nobody is told what to do, a letter goes out that the record can't have, work
does not go on when there is room, or something was lost or done twice.
"""
import time

import lab
import lab_shared
from lab import check, wait_for
from lab_shared import Place, Server, at_rest, differ, ledger

JOB = {'loop_interval': 40, 'limit': 110}
PACE = {'AUTOPILOT_MAIL_PER_MINUTE': 600, 'AUTOPILOT_MAIL_BATCH': 5}
CURE = "the server's disk is full"


def problem(place):
    """The newest line of the engine's log that says it."""
    out = place.run('log', '--level', 'error').stdout
    return [line for line in out.splitlines() if CURE in line][-1:]


def main():
    seed = lab_shared.seed('base', **JOB)
    data = lab.copy(seed, 'alone')
    lab.must(data, 'engine', '--until-idle', '--quiet', AUTOPILOT_ENGINE_JOB_LANES=1)
    golden = lab.sequence(data, 'lab')
    server = Server('full')
    try:
        path = server.ask('small full 32')
    except RuntimeError as e:
        return lab.skip('the disk of the server is full', 'no disk can be mounted: %s' % e)
    server.sql("create tablespace small location '%s'" % path)
    server.sql('create database ready tablespace small')
    server.make('ready', there=True)
    a = Place('full', server.url('ready'), seed)
    lab_shared.put_job(a, seed)
    p = a.start(**PACE)
    wait_for(lambda: len(a.letters()) >= 40)
    server.ask('fill full')
    said = wait_for(lambda: problem(a), 60, 0.3)
    line = ''.join(problem(a))
    check('it is said, with the cure', said and 'free some space there' in line, line)
    known = len(a.letters())
    q = a.run('workspace', 'add', 'w' * 40, '--quiet')
    for i in range(200):
        if q.returncode:
            break
        q = a.run('workspace', 'add', ('w%d' % i) * 20, '--quiet')
    check('an operator is told too', q.returncode and q.stderr.count('\n') == 1 and
          'free some space there' in q.stderr, q.stderr)
    time.sleep(3)  # the length of the trouble, not a wait
    check('no letter goes out meanwhile', len(a.letters()) == known,
          '%d, then %d' % (known, len(a.letters())))
    server.ask('room full')
    room = time.monotonic()
    wait_for(lambda: len(a.letters()) > known, 60)
    took = time.monotonic() - room
    print('# a full disk: work again %.1f s after there was room' % took, flush=True)
    check('it goes on when there is room, within 30 s', took <= 30, '%.1f s' % took)
    wait_for(lambda: len(a.letters()) == len(golden), 90)
    wait_for(lambda: lab.rows(a.must('job', 'list', '--json'))[0]['status'] == 'completed', 20, 0.2)
    check('the engine ends in good order', lab_shared.end(p) == 0)
    why = differ(ledger(server, 'ready'), golden) or at_rest(server, 'ready', a)
    check('nothing was lost or done twice', why is None, why)
    return server.close()


main()
lab.finish()
