#!/usr/bin/python3
"""service.py - an engine that is killed or hangs is back within 10 s. (run: alone)

Plays the service manager: the directives of conf/autopilot-engine.service (Restart, RestartSec,
WatchdogSec) are read from the file and carried out as systemd does, on the real engine and a real
datagram socket.
"""
import os
import re
import signal
import socket
import subprocess
import time

import lab

UNIT = open(os.path.join(lab.ROOT, 'conf', 'autopilot-engine.service')).read()


def directive(name):
    found = re.search(r'^%s=(.*)$' % name, UNIT, re.M)
    return found.group(1) if found else None


class Manager:
    """Restart=always, RestartSec, WatchdogSec."""

    def __init__(self, data):
        self.data = data
        self.path = os.path.join(lab.tmp(), 'notify')
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.setblocking(False)
        self.watchdog_s = int(directive('WatchdogSec'))
        self.starts = 0
        self.ready_at = None
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [lab.BIN, '--data', self.data, 'engine', '--quiet', '--wait-lock', '30s'],
            env=lab.env(NOTIFY_SOCKET=self.path, WATCHDOG_USEC=str(self.watchdog_s * 1000000)),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.starts += 1
        self.ready_at = None
        self.heard = time.monotonic()

    def look(self):
        """What the manager does all the time; True once the engine of the last start is ready."""
        try:
            while True:
                text = self.socket.recv(4096).decode()
                self.heard = time.monotonic()
                if 'READY=1' in text:
                    self.ready_at = time.monotonic()
        except BlockingIOError:
            pass
        if time.monotonic() - self.heard > self.watchdog_s:
            self.process.send_signal(signal.SIGKILL)  # the watchdog bites
        if self.process.poll() is not None:
            time.sleep(float(directive('RestartSec')))  # as the manager does
            self.start()
        return self.ready_at is not None

    def back_after(self, what):
        """Seconds from now until another start is ready and serves."""
        starts = self.starts
        began = time.monotonic()
        what()
        done = lab.wait_for(lambda: self.look() and self.starts > starts and served(self.data), 20)
        return time.monotonic() - began if done else None


def served(data):
    return lab.json.loads(lab.must(data, 'status', '--json'))['engine']['running']


data = lab.prepare('service', pages=50)
manager = Manager(data)
lab.check('it says that it is ready', lab.wait_for(manager.look, 10))
lab.check('Restart=always stands in the unit', directive('Restart') == 'always')
quiet = time.monotonic() + manager.watchdog_s * 1.6
starts = manager.starts
while time.monotonic() < quiet:  # the watchdog's time passes; it is the time that is tested
    manager.look()
    time.sleep(0.05)
lab.check('a healthy engine is left alone by the watchdog', manager.starts == starts)
took = manager.back_after(lambda: manager.process.send_signal(signal.SIGKILL))
lab.check('a killed engine is back within 10 s', took is not None and took < 10, took)
took = manager.back_after(lambda: manager.process.send_signal(signal.SIGSTOP))
lab.check('an engine that stands still is back within 10 s', took is not None and took < 10, took)
manager.process.terminate()
manager.process.wait(30)
v = lab.run(data, 'verify')
lab.check('verify finds nothing', v.returncode == 0, v.stdout)
lab.finish()
