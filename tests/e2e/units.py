#!/usr/bin/python3
"""units.py - the systemd units: systemd itself reads them, and what they start starts.

Broken if this fails: a unit has a word that systemd does not know or starts nothing, what it fences
off is less than it was, a service needs a system call that its unit forbids, or `make install` puts
a unit where systemd does not look for it.
"""
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import urllib.request

import lab
from lab import check

UNITS = ['autopilot-engine', 'autopilot-search-worker']
EXPOSED = 25  # tenths, of 100; 19 when this was written
ME = pwd.getpwuid(os.getuid()).pw_name


def text_of(unit):
    with open(os.path.join(lab.ROOT, 'conf', unit + '.service')) as f:
        return f.read()


def start_line(unit):
    return re.search(r'^ExecStart=(.*)$', text_of(unit), re.M).group(1).split()


def verify():
    where = os.path.join(lab.tmp(), 'units')
    os.makedirs(where)
    for unit in UNITS:
        path = '%s/%s@.service' % (where, unit)
        with open(path, 'w') as f:
            f.write(text_of(unit).replace('/usr/local/bin/autopilot', lab.BIN))
        p = subprocess.run(['systemd-analyze', 'verify', '--man=no', path.replace('@', '@' + ME)],
                           capture_output=True, text=True, timeout=60)
        check('systemd finds nothing in %s' % unit, p.returncode == 0 and not p.stderr, p.stderr)
        p = subprocess.run(['systemd-analyze', 'security', '--offline=true', '--no-pager',
                            '--threshold=%d' % EXPOSED, path], capture_output=True, text=True,
                           timeout=60)
        check('%s fences off enough' % unit, p.returncode == 0,
              p.stdout[-120:] + p.stderr)


def allowed():
    """The names in @system-service."""
    names, todo = set(), ['@system-service']
    while todo:
        p = subprocess.run(['systemd-analyze', 'syscall-filter', todo.pop()], capture_output=True,
                           text=True, timeout=60)
        for line in p.stdout.splitlines()[1:]:
            word = line.strip()
            if word.startswith('@'):
                todo.append(word)
            elif word and not word.startswith('#'):
                names.add(word)
    return names


def calls(words, until, **more):
    """The system calls that a command makes before it is asked to end, once until() holds."""
    trace = os.path.join(lab.tmp(), 'trace')
    p = subprocess.Popen(['strace', '-f', '-qq', '-o', trace, *words], env=lab.env(**more),
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
    held = lab.wait_for(until, 30)
    with open('/proc/%d/task/%d/children' % (p.pid, p.pid)) as f:
        os.kill(int(f.read().split()[0]), signal.SIGTERM)
    p.wait(30)
    with open(trace) as f:
        return held, set(re.findall(r'^\d+ +(\w+)\(', f.read(), re.M))


def get(port, token):
    try:
        request = urllib.request.Request('http://127.0.0.1:%d/v1/health' % port,
                                         headers={'Authorization': 'Bearer ' + token})
        with urllib.request.urlopen(request, timeout=5) as r:
            return r.status == 200
    except OSError:
        return False


def works(forbidden_too):
    """Both, as their units start them; which calls are made, when strace is there."""
    data = lab.prepare('unit', pages=40)
    token = os.path.join(lab.tmp(), 'token')
    with open(os.open(token, os.O_WRONLY | os.O_CREAT, 0o600), 'w') as f:
        f.write('units-' + 'x' * 32 + '\n')
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1]
    values = {'/usr/local/bin/autopilot': lab.BIN, '${LISTEN}': '127.0.0.1:%d' % port,
              '$OPTIONS': None, '/etc/autopilot/search-token': token}
    until = {'autopilot-engine': lambda: len(lab.letters(data)) > 10,
             'autopilot-search-worker': lambda: get(port, 'units-' + 'x' * 32)}
    for unit in UNITS:
        words = [w for w in (values.get(w, w) for w in start_line(unit)) if w]
        if forbidden_too is None:
            p = subprocess.Popen(words, env=lab.env(AUTOPILOT_DATA=data), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL)
            held, made = lab.wait_for(until[unit], 30), set()
            p.terminate()
            p.wait(30)
        else:
            held, made = calls(words, until[unit], AUTOPILOT_DATA=data)
        check('what %s starts works' % unit, held, words)
        if forbidden_too is not None:
            check('and makes no call that its unit forbids', held and len(made) > 20 and
                  not made - forbidden_too, made - forbidden_too)


def installed():
    """make install: a unit of a user is a template."""
    stage = os.path.join(lab.tmp(), 'stage')
    p = subprocess.run(['make', '-s', '-n', 'uninstall', 'DESTDIR=' + stage, 'PREFIX=/usr'],
                       cwd=lab.ROOT, capture_output=True, text=True, timeout=60)
    check('they are installed as templates', all('/%s@.service' % u in p.stdout for u in UNITS),
          p.stdout + p.stderr)


if shutil.which('systemd-analyze'):
    verify()
else:
    lab.skip('systemd reads the units', 'needs systemd-analyze')
if shutil.which('strace') and shutil.which('systemd-analyze'):
    works(allowed())
else:
    lab.skip('no call that a unit forbids', 'needs strace and systemd-analyze')
    works(None)
installed()
lab.finish()
