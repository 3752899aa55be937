#!/usr/bin/python3
"""Broken if this fails: with a shared record a report is not brought, is brought under two keys, or
a letter goes twice, when the engine is killed on the way; or a move of the record loses a delivery.

needs: postgres
time limit: 120 s
"""
import os

import deliveries as d
import lab
from lab_db import database, db, sql

POINTS = ('delivery_post_after',)


def shared(name, url, *words, **sections):
    data = d.prepare(name, *words, **sections)
    p = db(data, url, 'migrate', '--yes')
    assert p.returncode == 0, p.stderr
    p = db(data, url, 'to-shared', '--yes')
    assert p.returncode == 0, p.stderr
    return data


def states(url):
    return sql(url, "SELECT string_agg(kind || ' ' || state || ' ' || attempt, ',' ORDER BY seq)"
                    ' FROM ap.deliveries')


def main():
    direct, pooled = database()
    r = d.Receiver(503)
    data = shared('s', direct, '--webhook', r.url, '--mail-to', 'ana@example.org',
                  delivery=['allow_private = yes', 'retry = 10ms'],
                  mail=['mode = maildir', 'from = reports@example.com'])
    url = {'AUTOPILOT_RECORD_URL': pooled}
    lab.must(data, 'schedule', 'run', 'daily', '--quiet', **url)
    for _ in range(20):
        d.engine(data, **url)
        if 'waiting' not in (states(direct) or 'waiting'):
            break
    got = d.letters(os.path.join(data, 'maildir'))
    lab.check('a report of a shared record is posted again after a refusal, and mailed once',
              states(direct) == 'webhook delivered 2,mail delivered 1' and len(r.got) == 2
              and len(got) == 1, (states(direct), len(r.got), len(got)))
    rows = lab.rows(lab.must(data, 'deliveries', 'list', '--json', **url))
    lab.check('the copy shows it', sorted(x['state'] for x in rows) == ['delivered'] * 2, rows)
    p = lab.run(data, 'deliveries', 'retry', str(rows[-1]['id']), **url)
    d.engine(data, **url)
    lab.check('retry brings it once more', p.returncode == 0 and len(r.got) == 3,
              (p.stderr, len(r.got)))
    back = os.path.join(lab.tmp(), 'back.db')
    p = db(data, direct, 'to-embedded', back)
    lab.check('a move of the record has it', p.returncode == 0, p.stderr)
    r.close()
    if not os.path.exists(lab.FP_BIN):
        lab.skip('killed', 'there is no build with failpoints')
        lab.finish()
    for point in POINTS:
        direct, _ = database()
        r = d.Receiver()
        data = shared('s-' + point, direct, '--webhook', r.url, delivery=['allow_private = yes'])
        url = {'AUTOPILOT_RECORD_URL': direct}
        lab.must(data, 'schedule', 'run', 'daily', '--quiet', **url)
        code, _ = d.engine(data, binary=lab.FP_BIN, AUTOPILOT_FP=point + ':1:kill', **url)
        d.engine(data, **url)
        keys = {h['Idempotency-Key'] for h, _ in r.got}
        lab.check('killed at %s it is brought, with one key' % point,
                  code == -9 and (states(direct) or '').startswith('webhook delivered')
                  and len(keys) == 1 and len(r.got) <= 2, (code, states(direct), len(r.got)))
        r.close()
    lab.finish()


if __name__ == '__main__':
    main()
