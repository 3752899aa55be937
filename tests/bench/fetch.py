#!/usr/bin/python3
"""fetch.py - pages a second from 500 sites: pages_web beside curl and wget.

The same pages of the same server, whose threads play all sites, each on a loopback address of its
own. curl keeps 16 transfers going and writes no files; wget goes one by one, as it does. pages_web asks each site for its robots.txt as well, keeps to one request to
a site at a time, and reads the addresses of each page; the others only load it. Without a pause
between requests. Two orders: 8 pages a site one after the other, and the sites in turn.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time

PROG = os.environ['TEST_PROGS'] + '/bench/prog_fetch'
SITES, PAGES, ROUNDS = 500, 8, 3


def measure(what, words, **more):
    """The best of some runs: the others on this machine only ever make it slower."""
    best = None
    for _ in range(ROUNDS):
        began = time.monotonic()
        p = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
        took = time.monotonic() - began
        if p.returncode != 0:
            sys.exit('%s: %d %s' % (what, p.returncode, p.stderr[-500:]))
        best = took if best is None or took < best else best
    return best, p.stdout


def compare(name, urls, base):
    path = base + '/urls'
    with open(path, 'w') as f:
        f.write('\n'.join(urls) + '\n')
    with open(base + '/curl', 'w') as f:
        f.write(''.join('url = "%s"\noutput = "/dev/null"\n' % u for u in urls))
    with open(path) as f:
        rates = {}
        took, out = measure('pages_web', [PROG, 'read'], input=f.read())
        if out.split() != [str(len(urls)), str(2 * len(urls))]:
            sys.exit('pages_web read %s' % out)
        rates['pages_web'] = len(urls) / took
    took, _ = measure('curl', ['curl', '-sS', '--parallel', '--parallel-max', '16', '-K',
                               base + '/curl'])
    rates['curl'] = len(urls) / took
    if shutil.which('wget'):
        took, _ = measure('wget', ['wget', '-q', '--no-proxy', '-O', '/dev/null', '-i', path])
        rates['wget'] = len(urls) / took
    for who, rate in rates.items():
        print('%-16s %-10s %8.0f pages/s  %5.2f' % (name, who, rate, rates['pages_web'] / rate))


def main():
    server = subprocess.Popen([PROG, 'serve'], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True)
    port = server.stdout.readline().strip()
    with tempfile.TemporaryDirectory() as base:
        print('%-16s %-10s %16s  %s' % ('order', 'who', '', 'pages_web is faster by'))
        url = lambda s, p: 'http://127.0.%d.%d:%s/page/%d' % (s // 250 + 1, s % 250 + 1, port, p)
        in_turn = [url(s, p) for p in range(PAGES) for s in range(SITES)]
        by_site = [url(s, p) for s in range(SITES) for p in range(PAGES)]
        compare('sites in turn', in_turn, base)
        compare('site by site', by_site, base)
    server.stdin.close()
    server.wait()


main()
