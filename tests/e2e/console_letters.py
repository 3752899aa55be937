#!/usr/bin/python3
"""console_letters.py - letters that can't go out are shown at the console, and its word counts.

(time limit: 60 s) The sample's job may write to nobody ([mail] allow_domains), so its letters are
held; one is dropped at the console, and the ledger and the audit log say so.
"""
import json
import os
import time

import lab
from lab_console import Console, load_bench


def held(data, state='held'):
    out = lab.must(data, 'sends', 'list', '--state', state, '--json')
    return [json.loads(line) for line in out.splitlines()]


def main():
    data = os.path.join(lab.tmp(), 'held')
    lab.must(data, 'init', '--sample')
    with open(os.path.join(data, 'autopilot.ini'), 'a') as f:
        f.write('\n[mail]\nallow_domains = nobody.example\n')
    c = Console(load_bench(), data)
    c.wait('running here')
    c.type('s')
    end = time.monotonic() + 20
    while not held(data) and time.monotonic() < end:
        c.app.pump(0.1)
    c.type('x')
    lab.check('the job is stopped', c.wait('0 running', 20), c.text())
    before = held(data)
    c.type('m')
    lab.check('m shows %d held letters with their reason' % len(before),
              len(before) > 0 and c.wait('%d held' % len(before)) and c.wait('allow_domains'),
              c.text())
    c.type('D')
    lab.check('D asks', c.wait('Drop: 1 letter'), c.text())
    c.type('<CR>')
    lab.check('the letter is dropped', c.wait('A letter of sample is dropped.') and
              c.wait('%d held' % (len(before) - 1)), c.text())
    gone = held(data, 'cancelled')
    lab.check('the ledger says so', len(held(data)) == len(before) - 1 and len(gone) == 1 and
              gone[0]['id'] in [s['id'] for s in before], gone)
    lab.check('so does the audit log', 'send_settled' in lab.must(data, 'audit', 'list'),
              lab.must(data, 'audit', 'list'))
    c.type('q3L')
    lab.check('L shows who was found', c.wait('of sample') and c.wait('Enter: its letter'),
              c.text())
    c.type('<CR>')
    lab.check('Enter shows the letter', c.wait('Subject: ') and c.wait('allow_domains'), c.text())
    c.type('Q')
    lab.check('it ends', c.ended(), c.text())
    c.app.close()
    v = lab.run(data, 'verify')
    lab.check('verify finds nothing', v.returncode == 0, v.stdout)


main()
lab.finish()
