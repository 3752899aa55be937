#!/usr/bin/python3
"""hangup.py - the terminal goes, the work goes on; a second console attaches to it.

A console runs a paced job in its own process. Its terminal is closed (an SSH drop), with and
without SIGHUP being delivered, or the operator quits with "keep working": the console must be gone
within a second, and an engine without a terminal must go on with the same job.
"""
import fcntl
import json
import os
import pty
import select
import signal
import struct
import termios
import time

import lab


class Console:
    def __init__(self, data, ignore_hup=False, **more):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            if ignore_hup:
                signal.signal(signal.SIGHUP, signal.SIG_IGN)
            os.execve(lab.BIN, [lab.BIN, '--data', data], lab.env(TERM='xterm-256color', **more))
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack('HHHH', 30, 100, 0, 0))
        self.text = ''

    def read(self, wanted, seconds=10):
        """Reads until the text was drawn; False when it never was."""
        end = time.monotonic() + seconds
        while wanted not in self.text and time.monotonic() < end:
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    self.text += os.read(self.fd, 65536).decode('utf-8', 'replace')
                except OSError:
                    return False
        return wanted in self.text

    def keys(self, keys):
        self.text = ''
        os.write(self.fd, keys.encode())

    def gone(self, seconds):
        """The time it took to end; None when it did not."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            done, _ = os.waitpid(self.pid, os.WNOHANG)
            if done:
                return time.monotonic() - began
            if self.fd is not None and select.select([self.fd], [], [], 0.005)[0]:
                try:
                    os.read(self.fd, 65536)
                except OSError:
                    self.close()
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        return None

    def close(self):
        if self.fd is not None:
            os.close(self.fd)
        self.fd = None


def engine_pid(data):
    s = json.loads(lab.must(data, 'status', '--json'))
    return s['engine']['pid'] if s['engine']['running'] else 0


def end_engine(data):
    pid = engine_pid(data)
    if pid:
        try:
            os.kill(pid, signal.SIGTERM)
        except ProcessLookupError:  # it had just ended
            pass
        lab.wait_for(lambda: engine_pid(data) == 0, 15)


def goes_on(name, data, how_it_goes, **more):
    c = Console(data, AUTOPILOT_MAIL_PER_MINUTE=600, **more)
    try:
        if not lab.check(name + ': the console draws', c.read('lab'), c.text[-200:]):
            return
        if not lab.wait_for(lambda: len(lab.letters(data)) >= 3):
            lab.not_ok(name, 'no letter was written while the console was open')
            return
        how_it_goes(c)
        took = c.gone(5)
        lab.check(name + ': the console is gone within a second', took is not None and took < 1.0,
                  took)
        before = len(lab.letters(data))
        lab.check(name + ': the work goes on without a terminal',
                  lab.wait_for(lambda: len(lab.letters(data)) >= before + 3, 20),
                  (before, len(lab.letters(data)), lab.must(data, 'log', '--count', '5')))
        pid = engine_pid(data)
        lab.check(name + ': an engine of its own session serves', pid not in (0, c.pid) and
                  os.getsid(pid) == os.getpgid(pid) and os.getsid(pid) != os.getsid(0), pid)
    finally:
        c.close()
        end_engine(data)


def quit_keep_working(c):
    c.keys('Q')
    c.read('quit', 5)
    c.keys('d')


def attach():
    data = lab.copy(BASE, 'attach')
    first = Console(data, AUTOPILOT_MAIL_PER_MINUTE=600)
    first.read('lab')
    lab.wait_for(lambda: len(lab.letters(data)) >= 2)
    first.close()
    first.gone(5)
    lab.wait_for(lambda: engine_pid(data) not in (0, first.pid), 20)
    pid = engine_pid(data)
    second = Console(data)
    lab.check('a second console attaches to the engine', second.read('lab') and
              engine_pid(data) == pid != second.pid, (pid, second.pid))
    second.keys('3')
    second.read('lab', 3)
    stopped = False
    for _ in range(5):  # a key that came before the console was ready for it is lost
        second.keys('x')
        stopped = stopped or lab.wait_for(lambda: lab.rows(lab.must(
            data, 'job', 'list', '--json'))[0]['status'] == 'stopped', 3)
        if stopped:
            break
    lab.check('its x key stops the job that the other process works', stopped,
              lab.must(data, 'job', 'list'))
    at = len(lab.letters(data))
    second.keys('r')
    lab.check('its r key resumes it there', lab.wait_for(lambda: len(lab.letters(data)) > at, 15),
              lab.must(data, 'job', 'list'))
    second.keys('q')
    second.keys('Q')
    lab.check('quitting it leaves the engine alone', second.gone(5) is not None and
              engine_pid(data) == pid, engine_pid(data))
    second.close()
    os.kill(pid, signal.SIGKILL)
    third = Console(data, AUTOPILOT_MAIL_PER_MINUTE=600)
    at = len(lab.letters(data))
    lab.check('after the engine was killed the next console goes on by itself',
              third.read('lab') and lab.wait_for(lambda: len(lab.letters(data)) > at, 15), '')
    third.close()
    third.gone(5)
    lab.wait_for(lambda: engine_pid(data) not in (0, third.pid), 20)  # the one it left behind
    end_engine(data)
    v = lab.run(data, 'verify')
    lab.check('verify finds nothing', v.returncode == 0, v.stdout)
    got, golden = lab.sequence(data, 'lab'), GOLDEN
    decided = [g for g in got if g[3] == 'simulated']
    lab.check('what was written so far is what an uninterrupted run writes',
              decided == golden[:len(decided)], (len(decided), decided[-1:], golden[:1]))


def idle_console_just_ends():
    data = lab.copy(BASE, 'idle')
    lab.must(data, 'job', 'stop', 'lab')
    c = Console(data)
    c.read('lab')
    c.close()
    took = c.gone(5)
    lab.check('with nothing under way a hang-up just ends it', took is not None and took < 1.0 and
              engine_pid(data) == 0, (took, engine_pid(data)))


BASE = lab.prepare('base', pages=300, loop_interval=60, limit=150)
golden_dir = lab.copy(BASE, 'golden')
lab.must(golden_dir, 'engine', '--until-idle', '--quiet', timeout=120)
GOLDEN = lab.sequence(golden_dir, 'lab')
goes_on('hang-up', lab.copy(BASE, 'hup'), lambda c: c.close())
goes_on('terminal gone without SIGHUP', lab.copy(BASE, 'orphan'), lambda c: c.close(),
        ignore_hup=True)
bare = lab.copy(BASE, 'bare')
os.remove(bare + '/autopilot.ini')
goes_on('hang-up without a config file', bare, lambda c: c.close())
goes_on('quit and keep working', lab.copy(BASE, 'quit'), quit_keep_working)
attach()
idle_console_just_ends()
lab.finish()
