#!/usr/bin/python3
"""tsan_console.py - console, desk and two lanes at work under the thread sanitizer.

(time limit: 600 s) AUTOPILOT_BIN is the TSan build. Two jobs run on two lanes while keys are pressed, screens changed,
jobs stopped and resumed and the config file touched; then the console ends. Any report fails.
"""
import fcntl
import glob
import os
import pty
import select
import struct
import termios
import time

import lab


def spawn(data, reports):
    pid, fd = pty.fork()
    if pid == 0:
        env = lab.env(TERM='xterm-256color', AUTOPILOT_MAIL_PER_MINUTE=1200,
                      TSAN_OPTIONS='log_path=%s:halt_on_error=0:exitcode=66' % reports)
        os.execve(lab.BIN, [lab.BIN, '--data', data], env)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 40, 120, 0, 0))
    return pid, fd


def drain(fd, seconds):
    """Reads what the console draws for a while; False when it has ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([fd], [], [], 0.05)[0]:
            try:
                if not os.read(fd, 65536):
                    return False
            except OSError:
                return False
    return True


def main():
    data = lab.prepare('tsan', pages=300, loop_interval=60, limit=150)
    second = os.path.join(data, 'second.ini')
    lab.write_job(second, name='second', distribution='random', loop_interval=60, limit=150)
    lab.must(data, 'job', 'import', second)
    lab.must(data, 'job', 'start', 'second')
    reports = os.path.join(lab.tmp(), 'report')
    pid, fd = spawn(data, reports)
    drain(fd, 2)
    keys = '3jkjx' + '\x0c' + 'r1235?' + '\x1b' + '5kkkG/lead\rnN' + '\x1b' + '3\r' + '\x1b' + 'pr1'
    alive = True
    for round_no in range(3):
        for key in keys:
            os.write(fd, key.encode())
            alive = alive and drain(fd, 0.15)
        os.utime(os.path.join(data, 'autopilot.ini'))
    written = len(lab.letters(data))
    lab.check('the console lives and letters are written meanwhile', alive and written > 0,
              (alive, written))
    for key in ('Q', 's'):
        os.write(fd, key.encode())
        drain(fd, 0.5)
    end = time.monotonic() + 30
    done = status = 0
    while done == 0 and time.monotonic() < end:
        drain(fd, 0.1)
        done, status = os.waitpid(pid, os.WNOHANG)
    if done == 0:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
    lab.check('the console ends in order', done and os.WIFEXITED(status) and
              os.WEXITSTATUS(status) == 0, (done, status))
    text = ''.join(open(f, errors='replace').read() for f in glob.glob(reports + '*'))
    lab.check('no thread sanitizer report', text == '', text[:1500])
    v = lab.run(data, 'verify')
    lab.check('verify finds nothing', v.returncode == 0, v.stdout)


main()
lab.finish()
