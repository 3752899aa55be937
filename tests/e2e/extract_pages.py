#!/usr/bin/python3
"""extract_pages.py - `autopilot extract` on the pages of tests/data/pages: at least 140 of 143 fully
right; on each of them and on each hostile page at most 0.5 s of processor time and 64 MiB; and on
the documentation of this machine, which is thousands of real files in real encodings.

run: alone
"""
import os
import shutil
import subprocess

import lab

PAGES = os.path.join(lab.ROOT, 'tests', 'data', 'pages')
PROGS = os.environ.get('TEST_PROGS', os.path.join(lab.ROOT, 'build', 'fp', 'tests'))
RIGHT_MIN, SECONDS_MAX, KIB_MAX = 140, 0.5, 64 * 1024


def extract(files, out):
    """Runs the program on the files; exit status, processor seconds, most memory in KiB."""
    with open(out, 'ab') as stdout:
        process = subprocess.Popen([lab.BIN, 'extract', *files], stdin=subprocess.DEVNULL,
                                   stdout=stdout, stderr=subprocess.PIPE, env=lab.env())
        complaint = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.stderr.close()
        process.returncode = status
    return status, used.ru_utime + used.ru_stime, used.ru_maxrss, complaint


def make_pages():
    """The small pages and the large ones, and what each large one must give."""
    data, big = os.path.join(lab.tmp(), 'pages'), os.path.join(lab.tmp(), 'big')
    shutil.copytree(PAGES, data)
    os.mkdir(big)
    made = subprocess.run([os.path.join(PROGS, 'e2e', 'prog_big_pages'), big], check=True,
                          capture_output=True, text=True).stdout
    subprocess.run([os.path.join(PROGS, 'e2e', 'prog_big_pages'), '-d', data], check=True,
                   stdout=subprocess.DEVNULL)
    wants = [line.split('\t') for line in made.splitlines()]
    return data, big, wants


def score(data):
    """Every page in a process of its own, then the scorer over all of them."""
    out = os.path.join(lab.tmp(), 'found.tsv')
    slowest, largest, failed = (0, ''), (0, ''), []
    pages = sorted(name for name in os.listdir(data) if name.endswith('.html'))
    for name in pages:
        status, seconds, kib, complaint = extract([os.path.join(data, name)], out)
        slowest, largest = max(slowest, (seconds, name)), max(largest, (kib, name))
        if status != 0:
            failed.append('%s: status %d %s' % (name, status, complaint))
    said = subprocess.run(['/usr/bin/python3', os.path.join(PAGES, 'score.py'), data, out, '-v'],
                          capture_output=True, text=True).stdout
    right = int(said.split('pages ok ')[1].split('/')[0]) if 'pages ok ' in said else -1
    print('# ' + said.split('\n')[0])
    lab.check('extract: no page fails', len(pages) == 143 and not failed, failed)
    lab.check('extract: %d pages are fully right, of 143' % right, right >= RIGHT_MIN, said)
    lab.check('extract: every page within %.1f s' % SECONDS_MAX, slowest[0] < SECONDS_MAX, slowest)
    lab.check('extract: every page within 64 MiB', largest[0] < KIB_MAX, largest)


def hostile(big, wants):
    slow, large, missed, failed = [], [], [], []
    for name, want in wants:
        out = os.path.join(lab.tmp(), 'hostile.tsv')
        if os.path.exists(out):
            os.remove(out)
        status, seconds, kib, complaint = extract([os.path.join(big, name)], out)
        print('# %-24s %.3f s %3d MiB' % (name, seconds, kib // 1024))
        if status != 0:
            failed.append((name, status, complaint))
        if seconds >= SECONDS_MAX:
            slow.append((name, seconds))
        if kib >= KIB_MAX:
            large.append((name, kib))
        if want and want not in open(out, encoding='utf-8').read():
            missed.append((name, want))
    lab.check('extract: hostile pages end well', not failed, failed)
    lab.check('extract: hostile pages within %.1f s' % SECONDS_MAX, not slow, slow)
    lab.check('extract: hostile pages within 64 MiB', not large, large)
    lab.check('extract: hostile pages hide nothing', not missed, missed)


def documentation():
    """As many real files at once as there are; what can't be read is said, and nothing else fails."""
    files = [os.path.join(where, name) for where, _, names in os.walk('/usr/share/doc')
             for name in names if os.path.isfile(os.path.join(where, name))]
    if len(files) < 100:
        lab.skip('extract: the documentation of this machine', '/usr/share/doc is nearly empty')
        return
    out = os.path.join(lab.tmp(), 'doc.tsv')
    bad, seconds, kib = [], 0, 0
    for i in range(0, len(files), 500):
        status, used, most, complaint = extract(files[i:i + 500], out)
        seconds, kib = seconds + used, max(kib, most)
        if status not in (0, 256):  # 1: one of them could not be opened
            bad.append((i, status, complaint))
    count = sum(1 for _ in open(out, encoding='utf-8'))
    print('# %d files, %d addresses, %.1f s, %d MiB' % (len(files), count, seconds, kib // 1024))
    lab.check('extract: the documentation of this machine', not bad and count > 100, (bad, count))
    lab.check('extract: it takes little memory', kib < KIB_MAX, kib)


def main():
    data, big, wants = make_pages()
    score(data)
    hostile(big, wants)
    documentation()
    lab.finish()


main()
