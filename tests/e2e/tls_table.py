#!/usr/bin/python3
"""tls_table.py - who must not be spoken to, as a matrix: each client of the program against a server
that is not safe in one way. Each is refused with a sentence, and is told nothing.

The clients of HTTP know the system's authorities alone, so they are run where the test's authority
is one of those: in a mount namespace of their own. Where that can't be had they are skipped.
"""
import os
import socket
import ssl
import subprocess
import threading

import lab
import lab_smtp

PROG = os.path.join(os.environ.get('TEST_PROGS', os.path.join(lab.ROOT, 'build/fp/tests')),
                    'e2e', 'prog_smtp')
BUNDLE = '/etc/ssl/certs/ca-certificates.crt'
SECRET = 's3cret-word'
PERIOD = ['--from', '2026-11-16', '--to', '2026-11-23', '--at', '2026-11-23T08:00:00Z']
CASES = ('good', 'expired', 'wrong host', 'self-signed', 'plaintext', 'stripped STARTTLS', 'TLS 1.0')


class Bad:
    """A server of HTTP over TLS or of PostgreSQL's first packet; all that it is told is kept."""

    def __init__(self, protocol, case, pair):
        self.protocol, self.case, self.told = protocol, case, b''
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*pair)
        if case == 'TLS 1.0':
            self.context.set_ciphers('DEFAULT:@SECLEVEL=0')
            self.context.minimum_version = self.context.maximum_version = ssl.TLSVersion.TLSv1
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                s, _ = self.listener.accept()
                s.settimeout(10)
                self.talk(s)
                s.close()
            except (OSError, ValueError):
                if self.listener.fileno() < 0:
                    return

    def talk(self, s):
        if self.protocol == 'pg':
            s.recv(8)  # SSLRequest
            s.sendall(b'N' if self.case in ('plaintext', 'stripped STARTTLS') else b'S')
            if self.case in ('plaintext', 'stripped STARTTLS'):
                self.told += s.recv(65536)
                return
        elif self.case == 'plaintext':
            s.recv(65536)  # a TLS hello: no secret
            s.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
            return
        s = self.context.wrap_socket(s, server_side=True)
        self.told += s.recv(65536)
        s.close()

    def close(self):
        self.listener.close()


def show(client, case, refused, text, told):
    line = ' '.join(text.split())
    if case == 'good':
        lab.check('%s: a good server is spoken to' % client, told, line)
    else:
        sentence = any(w in line.lower() for w in ('certificate', 'ssl', 'tls'))
        lab.check('%s: %s is refused with a sentence' % (client, case),
                  refused and sentence and not told, (refused, told, line))
    print('# %-14s %-18s %s' % (client, case, line[-150:]))


def smtp(case, pair, ca):
    sink = lab_smtp.Sink(cert=None if case == 'plaintext' else pair, users={'user': SECRET},
                         starttls=case != 'stripped STARTTLS',
                         tls_version=ssl.TLSVersion.TLSv1 if case == 'TLS 1.0' else None)
    p = subprocess.run([PROG, sink.url('user:%s@' % SECRET), '1', '1', 'answer=3', 'ca=' + ca],
                       capture_output=True, text=True, timeout=30)
    told = any(c.startswith(('AUTH', 'MAIL')) for c in sink.commands)
    show('SMTP', case, p.stdout.startswith('sink '), p.stdout, told)
    sink.close()


def postgres(case, pair, ca):
    server = Bad('pg', case, pair)
    url = 'postgresql://user:%s@localhost:%d/x?sslmode=verify-full&connect_timeout=5&sslrootcert=%s' % (
        SECRET, server.port, ca)
    p = lab.run(data_dir(), 'db', 'status', AUTOPILOT_RECORD_URL=url)
    show('PostgreSQL', case, p.returncode != 0, p.stderr, bool(server.told))
    server.close()


def data_dir():
    path = os.path.join(lab.tmp(), 'data')
    if not os.path.exists(path):
        lab.must(path, 'init', '--quiet')
    return path


def trusting(bundle, words):
    """Runs the program where `bundle` is the system's authorities."""
    return subprocess.run(['unshare', '-rm', 'sh', '-c', 'mount --bind "$0" %s && exec "$@"' % BUNDLE,
                           bundle, *words], env=lab.env(), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=60)


def worker(case, pair, ca):
    server = Bad('http', case, pair)
    token = os.path.join(lab.tmp(), 'token')
    with open(os.open(token, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 'w') as f:
        f.write(SECRET * 3 + '\n')
    data = os.path.join(lab.tmp(), 'worker')
    if not os.path.exists(data):
        lab.must(data, 'init', '--quiet')
    with open(data + '/autopilot.ini', 'w') as f:
        f.write('[search far]\nkind = worker\nurl = https://localhost:%d/\ntoken_file = %s\n'
                % (server.port, token))
    p = trusting(ca, [lab.BIN, '--data', data, 'search', 'x', '--provider', 'far'])
    show('search worker', case, p.returncode != 0, p.stdout + p.stderr, bool(server.told))
    server.close()


def content(case, pair, ca):
    server = Bad('http', case, pair)
    data, spec = data_dir(), os.path.join(lab.tmp(), 'spec.ini')
    with open(spec, 'w') as f:
        f.write('[specification test]\nfrequency = weekly\n[category all]\n[source far]\naddress = '
                'https://localhost:%d/feed\n' % server.port)
    with open(data + '/autopilot.ini', 'w') as f:
        f.write('[fetch]\nallow_private = yes\n')
    p = trusting(ca, [lab.BIN, '--data', data, 'report', 'preview', spec, '--text', *PERIOD])
    show('report content', case, True, p.stdout + p.stderr, bool(server.told))
    server.close()


def pages(case, pair, ca):
    server = Bad('http', case, pair)
    data, names = os.path.join(lab.tmp(), 'pages'), os.path.join(lab.tmp(), 'list')
    if not os.path.exists(data):
        lab.must(data, 'init', '--quiet')
    with open(names, 'w') as f:
        for page in range(3):
            f.write('cafe\thttps://localhost:%d/page%d\n' % (server.port, page))
    with open(data + '/autopilot.ini', 'w') as f:
        f.write('[fetch]\nallow_private = yes\ncontact = https://firm.example/\n'
                '[search list]\nkind = static\nurl = %s\n' % names)
    p = trusting(ca, [lab.BIN, '--data', data, 'search', 'cafe', '--provider', 'list'])
    # One site of many: the search goes on, and the operator is told once.
    show('pages', case, p.returncode == 0, p.stderr, bool(server.told))
    said = [line for line in p.stderr.splitlines() if 'page skipped' in line]
    if case != 'good':
        lab.check('pages: %s is told once, with the host' % case,
                  len(said) == 1 and 'https://localhost:%d' % server.port in said[0], said)
    server.close()


def main():
    folder = lab.tmp()
    good = lab_smtp.certificate(folder, 'good')
    stranger = lab_smtp.certificate(folder, 'stranger')
    wrong = lab_smtp.certificate(folder, 'wrong', host='other.example')
    old = lab_smtp.expire(folder, lab_smtp.certificate(folder, 'old'))
    pairs = {'expired': old, 'wrong host': wrong, 'self-signed': stranger}
    may = trusting(good[0], ['true'])
    for case in CASES:
        pair = pairs.get(case, good)
        ca = good[0] if case == 'self-signed' else pair[0]
        smtp(case, pair, ca)
        postgres(case, pair, ca)
        for client in (worker, content, pages):
            if case == 'stripped STARTTLS':
                continue  # https has none
            if may.returncode:
                lab.skip('%s: %s' % (client.__name__, case), 'no mount namespace: ' + may.stderr)
            else:
                client(case, pair, ca)


main()
lab.finish()
