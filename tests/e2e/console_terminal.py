#!/usr/bin/python3
"""console_terminal.py - the console on a real terminal: whatever happens, the terminal is given back.

(time limit: 900 s) Signals, crashes, a closed or stalled terminal, every size, every kind of
terminal and locale, on the sample; then keys that start and stop the sample's job. Figures are
printed; only those that do not depend on the machine's speed are judged strictly.
"""
import json
import os
import subprocess
import time

import lab
from lab_console import BENCH, Console, load_bench

RUN_OUT = 'autopilot: console: '


def measure(data, tests, *words, **more):
    """Runs ptybench on the console; its findings as a dictionary."""
    out = os.path.join(lab.tmp(), 'bench.json')
    p = subprocess.run(['/usr/bin/python3', BENCH, '--cmd', '%s --data %s' % (lab.BIN, data),
                        '--size', '40x120', '--tests', tests, '--json', out, *words],
                       env=lab.env(**more), stdin=subprocess.DEVNULL, capture_output=True,
                       text=True, timeout=600)
    if p.returncode != 0:
        raise RuntimeError('ptybench: ' + p.stderr[-500:])
    with open(out) as f:
        return json.load(f)


def sample(name):
    data = os.path.join(lab.tmp(), name)
    lab.must(data, 'init', '--sample')
    return data


def check_ends(data):
    r = measure(data, 'signals,quit,hangup,orphan,suspend,stall')
    for name in ('HUP', 'TERM', 'INT', 'QUIT', 'SEGV', 'ABRT'):
        s = r['signals'][name]
        lab.check('SIG%s ends it and restores the terminal' % name,
                  s['died'] and s['restored'] and s['ms'] < 1000, s)
    for name in ('SEGV', 'ABRT'):
        s = r['signals'][name]
        lab.check('SIG%s is told in one line' % name,
                  any('the terminal was restored' in w for w in s.get('last_words', [])), s)
    q = r['quit']
    lab.check('q ends it and restores the terminal',
              q['died'] and q['termios_restored'] and not q['left_on'], q)
    for name in ('hangup', 'orphan'):
        lab.check('%s ends it within a second' % name, r[name]['gone'] and r[name]['ms'] < 1000,
                  r[name])
    s = r['suspend']
    lab.check('^Z gives the terminal back, fg takes it and draws everything',
              s['stopped'] and s['termios_restored'] and not s['left_on'] and s['resumed'] and
              s['raw_again'] and s['cells_after'] >= s['cells_before'] * 0.9, s)
    s = r['stall']
    lab.check('a terminal that reads nothing does not hold it',
              s['term_exits_while_stalled'] and s['ms'] < 1000 and s['termios_restored'] and
              not s['left_on'] and s['cpu_share_while_stalled'] < 0.1, s)


def check_sizes(data):
    r = measure(data, 'resize,tiny')
    z = r['resize']
    lab.check('100 changes of size in 2 s',
              z['alive'] and z['cells_after'] >= z['cells_before'] * 0.9, z)
    for size, t in r['tiny'].items():
        lab.check('size ' + size, t['resized'] == 'alive' and t['started'] == 'alive' and
                  t['nonblank_cells'] > 0 and t['back'] > 300, t)


def check_variants(data):
    r = measure(data, 'variants')['variants']
    for name in ('TERM=dumb', 'TERM=', 'TERM=no-such-terminal'):
        v = r[name]
        lab.check('%s is refused in one line, nothing drawn' % name,
                  v['started'] == 'exit 2' and not v['alt'] and len(v['last_words']) == 1 and
                  v['last_words'][0].startswith(RUN_OUT), v)
        del r[name]
    for name, v in r.items():
        lab.check('runs with ' + name, v['started'] == 'alive' and v['cells'] > 500 and
                  v['bad_utf8'] == 0, v)
        lab.check('only the 16 colours with ' + name, v['c256'] == 0 and v['rgb'] == 0, v)
    for name in ('LANG=C', 'LANG=C,TERM=linux'):
        lab.check('only ASCII with ' + name, r[name]['nonascii'] == 0, r[name])
    for name in ('NO_COLOR=1', 'TERM=xterm-mono', 'TERM=vt100'):
        lab.check('no colour with ' + name, r[name]['colour_sgr'] == 0, r[name])


def check_figures(data):
    r = measure(data, 'startup,idle,keys', '--seconds', '8', '--samples', '60')
    idle, keys = r['idle'], r['keys']
    # A minute that begins while we look costs the clock's five characters, once.
    lab.check('idle: %s B/s, %s wake-ups/s, %s CPU s/min' %
              (idle['bytes_per_s'], idle['wakeups_per_s'], idle['cpu_s_per_min']),
              idle['bytes_per_s'] <= 12 and idle['wakeups_per_s'] <= 5, idle)
    lab.check('key to paint p50 %s ms, p99 %s ms, %s bytes' %
              (keys['paint_p50_ms'], keys['paint_p99_ms'], keys['bytes_per_key_p50']),
              keys['no_effect'] == 0 and keys['bytes_per_key_p50'] <= 400 and
              keys['paint_p50_ms'] < 50, keys)
    lab.check('full paint %s ms after the start' % r['startup']['full_paint_ms'],
              r['startup']['full_paint_ms'] < 1000, r['startup'])


def status(data):
    return json.loads(lab.must(data, 'job', 'show', 'sample', '--json'))['status']


def check_keys(bench, data):
    c = Console(bench, data)
    lab.check('the dashboard comes up', c.wait('running here') and 'sample' in c.text(), c.text())
    c.type('?')
    c.wait('Help: Dash')
    ms = c.timed(b'\x1b', 'Help: Dash')
    lab.check('ESC acts after %.0f ms' % ms, ms < 300, c.text())
    c.type('s')
    lab.check('s starts the job', c.wait('Started sample') and c.wait('u undoes it') and
              c.wait('1 running'), c.text())
    c.type('3<CR>')
    lab.check('its detail shows groups, terms and the resume point',
              c.wait('Madrid: terms') and c.wait('fontanero urgente'), c.text())
    c.type('5')
    lab.check('the log follows', c.wait('following') and c.wait('wrote the letter'), c.text())
    c.type('kkk')
    lab.check('going up holds it, and new lines are counted',
              c.wait('paused') and c.wait('new below', 30), c.text())
    c.type('1x')
    lab.check('x stops the job at its point', c.wait('0 running', 20) and
              status(data) == 'stopped', c.text())
    c.type('r')
    lab.check('r resumes it', c.wait('1 running', 20), c.text())
    before = c.text()
    c.type('q')
    lab.check('q asks while it works', c.wait('This console also runs the engine'),
              (before, c.text(), c.app.status, lab.must(data, 'job', 'show', 'sample'),
               lab.must(data, 'log')))
    c.type('<Esc>')
    c.type('X')
    lab.check('X asks', c.wait('Stop now: sample'), c.text())
    c.type('<Esc>Qs')
    lab.check('Q s stops the job and ends', c.ended(), c.text())
    lab.check('the job is stopped', status(data) == 'stopped', status(data))
    v = lab.run(data, 'verify')
    lab.check('verify finds nothing', v.returncode == 0, v.stdout)
    c.app.close()


def check_read_only(bench, data):
    app = bench.App([lab.BIN, '--data', data, '--read-only'], 30, 100,
                    lab.env(TERM='xterm-256color', LANG='C.UTF-8'))
    end = time.monotonic() + 10
    while 'READ ONLY' not in app.scr.dump() and time.monotonic() < end:
        app.pump(0.05)
    lab.check('--read-only says so', 'READ ONLY' in app.scr.dump(), app.scr.dump())
    before = status(data)
    app.send(bench.parse_keys('s'), gap=0.5)
    lab.check('and starts nothing', 'read-only' in app.scr.dump() and status(data) == before,
              app.scr.dump())
    app.close()


def main():
    data = sample('idle')
    check_ends(data)
    check_sizes(data)
    check_variants(data)
    check_figures(data)
    bench = load_bench()
    check_keys(bench, sample('busy'))
    check_read_only(bench, data)
    p = lab.run(data)
    lab.check('without a terminal: one sentence, status 2',
              p.returncode == 2 and p.stderr.count('\n') == 1 and p.stdout == '', p)


main()
lab.finish()
