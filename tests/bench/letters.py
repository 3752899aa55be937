#!/usr/bin/python3
"""letters.py - dry-run letters a second with the full ledger, beside the same files without one.

Prints for each of three runs: letters/s of the whole engine (start, search, extraction, ledger,
journal, files), letters/s of prog_files on the same letters, and the ratio (aim: at least 0.5).
Each page answers one term, so that each is read once, as the letters are written once.
"""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'e2e'))
import lab  # noqa: E402

PAGES = int(os.environ.get('BENCH_PAGES', '4000'))
FILES = os.path.join(lab.ROOT, 'build', 'release', 'tests', 'bench', 'prog_files')


def main():
    base = lab.prepare('base', pages=PAGES, words_each=1, loop_interval=100000, limit=1000000)
    best = []
    for i in range(3):
        data = lab.copy(base, 'run%d' % i)
        began = time.monotonic()
        lab.must(data, 'engine', '--until-idle', '--quiet', AUTOPILOT_MAIL_BATCH=50, timeout=300)
        took = time.monotonic() - began
        count = len(lab.letters(data))
        out = subprocess.run([FILES, data + '/outbox', lab.tmp() + '/files%d' % i, '50'],
                             capture_output=True, text=True, check=True).stdout.split()
        ours, floor = count / took, int(out[0]) / float(out[1])
        best.append(ours / floor)
        print('letters: %d, %.0f/s with the ledger, %.0f/s without, ratio %.2f'
              % (count, ours, floor, ours / floor), flush=True)
    print('letters: best ratio %.2f (aim >= 0.50)' % max(best))


main()
lab.finish()
