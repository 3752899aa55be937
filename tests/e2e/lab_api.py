"""lab_api.py - an engine with the control API on loopback, and a client for it."""
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time

import lab


def wait_for(what, seconds=20):
    """The first true answer of what()."""
    end = time.monotonic() + seconds
    while True:
        got = what()
        if got or time.monotonic() > end:
            return got
        time.sleep(0.02)


class Engine:
    """`autopilot engine` with an API; settings as AUTOPILOT_..."""

    def __init__(self, data, listen='127.0.0.1:0', **settings):
        self.data = data
        self.log = os.path.join(data, 'engine.out')
        with open(self.log, 'w') as out:
            self.process = subprocess.Popen(
                [lab.BIN, '--data', data, 'engine'],
                env=lab.env(AUTOPILOT_API_LISTEN=listen, **settings), stdin=subprocess.DEVNULL,
                stdout=out, stderr=subprocess.STDOUT)
        where = wait_for(lambda: re.search(r' api +listens on (\S+)', self.text()))
        if not where:
            raise RuntimeError('the API does not listen: ' + self.text()[-500:])
        self.where = where.group(1)
        self.port = 0 if self.where.startswith('unix:') else int(self.where.rsplit(':', 1)[1])

    def text(self):
        with open(self.log) as f:
            return f.read()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def connect(self, timeout=10):
        if self.port:
            return socket.create_connection(('127.0.0.1', self.port), timeout)
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(timeout)
        s.connect(self.where[5:])
        return s

    def ask(self, method, path, token=None, body=None, **headers):
        """(status, headers, body)"""
        c = http.client.HTTPConnection('127.0.0.1', self.port or 80, timeout=20)
        c.sock = self.connect(20)
        h = {k.replace('_', '-'): v for k, v in headers.items()}
        if token:
            h['Authorization'] = 'Bearer ' + token
        c.request(method, path, body=body, headers=h)
        r = c.getresponse()
        text = r.read()
        c.close()
        return r.status, dict(r.getheaders()), text

    def json(self, method, path, token=None, body=None, **headers):
        status, _, text = self.ask(method, path, token, body, **headers)
        return status, json.loads(text)

    def stream(self, token, **headers):
        return Stream(self, token, headers)


class Stream:
    """GET /v1/events, read event by event."""

    def __init__(self, engine, token, headers):
        self.c = http.client.HTTPConnection('127.0.0.1', engine.port or 80, timeout=30)
        self.c.sock = engine.connect(30)
        h = {k.replace('_', '-'): str(v) for k, v in headers.items()}
        h['Authorization'] = 'Bearer ' + token
        self.c.request('GET', '/v1/events', headers=h)
        self.r = self.c.getresponse()
        self.status = self.r.status

    def events(self, count):
        """The next events: (id, object)."""
        got, number = [], None
        while len(got) < count:
            line = self.r.readline().decode()
            if line == '':
                break
            if line.startswith('id: '):
                number = int(line[4:])
            elif line.startswith('data: '):
                got.append((number, json.loads(line[6:])))
        return got

    def close(self):
        self.r.close()
        self.c.close()


def token(data, name, scope='read'):
    return lab.must(data, 'token', 'create', name, '--scope', scope, '--quiet').strip()
