#!/usr/bin/python3
"""hostile_leads.py - leads that mean harm, from template to relay: see prog_hostile.c. A sample of the
letters is read by Python's email package: one recipient, and the subject as it was written.

usage: hostile_leads.py [all]   all: 1,000,000 leads (make soak)
"""
import email
import email.policy
import os
import re
import subprocess
import sys
import time

import lab

PROG = os.path.join(os.environ.get('TEST_PROGS', os.path.join(lab.ROOT, 'build/fp/tests')),
                    'e2e', 'prog_hostile')
COUNT = 1000000 if 'all' in sys.argv[1:] else 12000
SAMPLE_MOST = 4000


def older_reader(raw, header):
    """A header as the package's older half reads it."""
    value = email.message_from_bytes(raw)[header]
    return str(email.header.make_header(email.header.decode_header(re.sub(r'\r?\n', '', value))))


def wrong(subject, raw):
    m = email.message_from_bytes(raw, policy=email.policy.default)
    defects = [d for k in m.keys() for d in m[k].defects] + m.defects
    if defects:
        return 'defects %s' % defects
    if len(m['To'].addresses) != 1 or len(m['From'].addresses) != 1 or m['Bcc'] or m['Cc']:
        return 'addresses %s %s' % (m['From'], m['To'])
    if older_reader(raw, 'Subject') != subject or m['Subject'] != subject:
        return 'subject %r, not %r' % (m['Subject'], subject)
    return None


def sample(path):
    with open(path, 'rb') as f:
        for _ in range(SAMPLE_MOST):
            line = f.readline().split()
            if not line:
                return
            yield f.read(int(line[0])).decode(), f.read(int(line[1]))


def main():
    path = os.path.join(lab.tmp(), 'sample')
    began = time.monotonic()
    p = subprocess.run([PROG, str(COUNT), path], capture_output=True, text=True, timeout=3000,
                       errors='replace')
    words = p.stdout.split()
    got = dict(zip(words[0:8:2], map(int, words[1:8:2])))
    lab.check('%d hostile leads: one recipient each, only allowed headers, whole lines' % COUNT,
              p.returncode == 0 and got['made'] == COUNT, p.stdout + p.stderr)
    lab.check('enough of them were sent, held and rejected to mean something',
              got['sent'] > COUNT / 3 and got['held'] > COUNT / 50, p.stdout)
    print('# %s in %.1f s' % (p.stdout.strip(), time.monotonic() - began))
    read = [(s, wrong(s, raw)) for s, raw in sample(path)]
    bad = [w for _, w in read if w]
    lab.check('%d of them read by another program: one recipient, subjects as written' % len(read),
              len(read) >= min(COUNT // 200, SAMPLE_MOST) and not bad, bad[:3])


main()
lab.finish()
