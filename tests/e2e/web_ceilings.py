#!/usr/bin/python3
"""web_ceilings.py - what a page may do to us: sites that send a gigabyte in a kilobyte, lead on for
ever, dribble, never end their headers, or answer what is no HTTP at all, over real sockets.

Each page of the list is read or skipped with a sentence that names the reason, in bounded time; the
engine's memory stays bounded; and the addresses of the pages in between are all in the ledger, in
their order.

usage: web_ceilings.py [all]   all: those that are slow as well (make soak)
"""
import gzip
import os
import socket
import subprocess
import sys
import threading
import time
import zlib

import lab
import lab_web

GOOD = b'<a href="mailto:good%d@firm%d-zq.com">x</a>'
SLOW = ('slow-body', 'slow-header', 'silent', 'robots-slow')  # up to 20 s each
# The peak of an engine that reads all of it; a sanitizer keeps what was given back.
MEMORY_MB = 800 if '/asan/' in lab.BIN or '/tsan/' in lab.BIN else 100


def bomb(wbits, megabytes, head):
    """Blanks without end behind the head. Made of one piece, again and again: its end is not right,
    which nobody gets to see."""
    z = zlib.compressobj(9, wbits=wbits)
    start = z.compress(head) + z.flush(zlib.Z_FULL_FLUSH)
    piece = z.compress(b' ' * (1 << 20)) + z.flush(zlib.Z_FULL_FLUSH)
    return start + piece * megabytes


class Site:
    """What one path answers: `send` gets the connection. Runs in a thread of its own."""

    def __init__(self):
        self.listener = lab_web.listener()
        self.port = self.listener.getsockname()[1]
        self.ending = threading.Event()
        self.made = {}
        self.sent = {}  # bytes a host was sent without end, until it hung up
        self.robots = {}
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(s,), daemon=True).start()

    def serve(self, s):
        try:
            with s, s.makefile('rb') as file:
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while True:
                    path = file.readline(70000).decode('latin-1').split(' ')[1:2]
                    host = ''
                    for line in iter(lambda: file.readline(70000), b'\r\n'):
                        if not line:
                            return
                        if line.lower().startswith(b'host:'):
                            host = line[5:].strip().decode().split('.')[0]
                    if not path:
                        return
                    table = self.robots if path[0] == '/robots.txt' else self.made
                    table.get(host, self.none)(s, host, path[0])
        except (OSError, ValueError):
            pass

    def none(self, s, _host, _path):
        self.whole(s, b'', '404 No')

    @staticmethod
    def whole(s, body, status='200 OK', kind='text/html', more=''):
        s.sendall(('HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n'
                   % (status, kind, len(body), more)).encode() + body)

    def endless(self, s, host, piece, pause=0.0):
        """Sends the piece again and again, until the other side has enough."""
        self.sent[host] = 0
        while not self.ending.is_set():
            s.sendall(piece)
            self.sent[host] += len(piece)
            if pause:
                time.sleep(pause)  # a slow site, not a wait


def page(n):
    return GOOD % (n, n)


def answers(site):
    """name -> (answer, of robots.txt?, word of the reason or None where its address must be found)."""
    html = b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n'
    chunked = html + b'Transfer-Encoding: chunked\r\n\r\n'
    gz = bomb(31, 4096, page(1))
    deflate = bomb(15, 1024, page(2))
    twice = gzip.compress(gzip.compress(bomb(31, 100, page(3))))

    def says(body, **more):
        return lambda s, _h, _p: site.whole(s, body, **more)

    def raw(data):
        def answer(s, _h, _p):
            s.sendall(data)
            raise OSError
        return answer

    def flows(head, piece, pause=0.0):
        def answer(s, host, _path):
            s.sendall(head)
            site.endless(s, host, piece, pause)
        return answer

    def leads_on(s, _host, path):
        n = int(path[2:] or 0) if path.startswith('/r') else 0
        site.whole(s, b'', '302 On', more='Location: /r%d\r\n' % (n + 1))

    def round_about(s, _host, _path):
        site.whole(s, b'', '301 On', more='Location: /\r\n')
    cookies = ''.join('Set-Cookie: c%d=%s\r\n' % (i, 'x' * 4000) for i in range(14))
    return {
        'gzip-bomb': (says(gz, more='Content-Encoding: gzip\r\n'), None),
        'deflate-bomb': (says(deflate, more='Content-Encoding: deflate\r\n'), None),
        'bomb-as-a-file': (says(gz, kind='text/plain'), None),
        'thrice-gzip': (says(twice, more='Content-Encoding: gzip, gzip, gzip\r\n'), None),
        'many-codings': (says(b'x', more='Content-Encoding: %s\r\n' % ', '.join(['gzip'] * 40)), "can't be fetched"),
        'broken-gzip': (says(b'\x1f\x8b\x08\x00garbage garbage', more='Content-Encoding: gzip\r\n'), "can't be fetched"),
        'leads-on': (leads_on, 'more than 5 times'),
        'round-about': (round_about, 'more than 5 times'),
        'to-a-file': (says(b'', status='302 On', more='Location: file:///etc/passwd\r\n'), 'something else'),
        'huge-location': (says(b'', status='302 On', more='Location: /%s\r\n' % ('x' * 9000)), '302'),
        'endless-body': (flows(html + b'\r\n' + page(4), b' ' * 65536), None),
        'endless-chunks': (flows(chunked + b'%x\r\n%s\r\n' % (len(page(5)), page(5)),
                                 b'10000\r\n' + b' ' * 65536 + b'\r\n'), None),
        'slow-body': (flows(html + b'\r\n', b'x', 0.2), 'too slow'),
        'slow-header': (flows(b'HTTP/1.1 200 OK\r\n', b'X-More: yes\r\n', 0.2), 'too slow'),
        'silent': (lambda s, _h, _p: site.ending.wait(60), 'too slow'),
        'endless-headers': (flows(b'HTTP/1.1 200 OK\r\n', b'X-More: yes\r\n' * 500), '64 KiB of headers'),
        'endless-header': (flows(b'HTTP/1.1 200 OK\r\nX-More: ', b'x' * 65536), 'too long'),
        'endless-status': (flows(b'HTTP/1.1 200 ', b'x' * 65536), 'too long'),
        'endless-continue': (flows(b'', b'HTTP/1.1 100 Continue\r\n\r\n' * 500), '64 KiB of headers'),
        'endless-trailers': (flows(chunked + b'0\r\n', b'X-More: yes\r\n' * 500), ''),
        'cookies': (says(page(6), more=cookies), None),
        'too-many-cookies': (says(page(7), more=cookies * 2), '64 KiB of headers'),
        'chunk-garbage': (raw(chunked + b'zz\r\nhello\r\n'), "can't be fetched"),
        'chunk-negative': (raw(chunked + b'-5\r\nhello\r\n'), "can't be fetched"),
        'chunk-too-large': (raw(chunked + b'ffffffffffffffffff\r\nhello\r\n'), "can't be fetched"),
        'chunk-cut': (raw(chunked + b'50\r\nhello'), "can't be fetched"),
        'length-lies': (raw(html + b'Content-Length: 5000\r\n\r\nhello'), "can't be fetched"),
        'length-negative': (raw(html + b'Content-Length: -1\r\n\r\nhello'), "can't be fetched"),
        'no-http': (raw(b'\x00\xff\x1b[2J what?\r\n' * 9), "can't be fetched"),
        'picture': (says(page(8), kind='image/png'), 'neither HTML'),
        'picture-as-html': (says(b'\x89PNG\r\n\x1a\n' + b'\0' * 500), 'nothing'),
        'no-such-charset': (says(page(9), kind='text/html; charset=klingon'), None),
        'wrong-charset': (says(b'\xe4\xf6\xfc ' + page(10), kind='text/html; charset=utf-8'), None),
        'utf-16-with-mark': (says(page(11).decode().encode('utf-16'), kind='text/html; charset=utf-8'), None),
        'type-of-a-mile': (says(page(12), kind='text/html; x=' + 'y' * 9000), None),
        'deep': (says(b'<div>' * 400000 + page(13)), None),
        'thousand-addresses': (says(b' '.join(b'a%d@many-zq.com' % i for i in range(3000))), 'cut'),
    }


FOUND = {'gzip-bomb': 1, 'deflate-bomb': 2, 'thrice-gzip': 3, 'endless-body': 4, 'endless-chunks': 5,
         'cookies': 6, 'no-such-charset': 9, 'wrong-charset': 10, 'utf-16-with-mark': 11,
         'type-of-a-mile': 12, 'deep': 13, 'bomb-as-a-file': 1}


def rules(site):
    """Sites whose page is good, and whose robots.txt is not."""
    text = b'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n'
    huge = b'User-agent: *\nDisallow: /closed\n' + b'# x\n' * 3000000

    def flows(head, piece, pause=0.0):
        def answer(s, host, _path):
            s.sendall(head)
            site.endless(s, host, piece, pause)
        return answer
    bomb_ = bomb(31, 1024, b'User-agent: *\nDisallow: /closed\n')
    return {
        'robots-huge': (lambda s, _h, _p: site.whole(s, huge), None),
        'robots-endless': (flows(text, b'Disallow: /y\n' * 5000), None),
        'robots-slow': (flows(text, b'x', 0.2), 'robots.txt'),
        'robots-bomb': (lambda s, _h, _p: site.whole(s, bomb_, more='Content-Encoding: gzip\r\n'), None),
        'robots-headers': (flows(b'HTTP/1.1 200 OK\r\n', b'X-More: yes\r\n' * 500), 'robots.txt'),
        'robots-round': (lambda s, _h, _p: site.whole(s, b'', '301 On', more='Location: /robots.txt\r\n'), None),
    }


def prepare(site, names):
    data = os.path.join(lab.tmp(), 'web')
    path = data + '.list'
    lab.must(data, 'init', '--quiet')
    with open(path, 'w') as f:
        for i, name in enumerate(names):
            f.write('cafe\thttp://%s.localhost:%d/\n' % (name, site.port))
            f.write('cafe\thttp://calm%d.localhost:%d/\n' % (i, site.port))
    with open(data + '/autopilot.ini', 'a') as f:
        f.write('\n[search list]\nkind = static\nurl = %s\n' % path)
    job = data + '.job'
    lab.write_job(job, groups=[('North', ['cafe'])], limit=2000, loop_interval=2000)
    with open(job) as f:
        text = f.read().replace('provider = local', 'provider = list')
    with open(job, 'w') as f:
        f.write(text)
    lab.must(data, 'job', 'import', job)
    lab.must(data, 'job', 'start', 'lab')
    return data


def engine(data):
    """(seconds, peak of the memory in MB, exit status): it is the only child that was waited for."""
    began = time.monotonic()
    p = subprocess.Popen([lab.BIN, '--data', data, 'engine', '--until-idle', '--quiet'],
                         env=lab.env(AUTOPILOT_FETCH_ALLOW_PRIVATE='yes', AUTOPILOT_ENGINE_JOB_LANES=1,
                                     AUTOPILOT_FETCH_CONTACT='mailto:we@firm.example',
                                     AUTOPILOT_FETCH_PER_HOST_INTERVAL='0'),
                         stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    return time.monotonic() - began, usage.ru_maxrss / 1024, p.returncode


def main():
    site = Site()
    made, robots = answers(site), rules(site)
    if 'all' not in sys.argv[1:]:
        made, robots = ({k: v for k, v in d.items() if k not in SLOW} for d in (made, robots))
    site.made = {name: answer for name, (answer, _) in made.items()}
    site.robots = {name: answer for name, (answer, _) in robots.items()}
    names = list(made) + list(robots)
    for i, name in enumerate(names):
        body = page(100 + i)
        site.made['calm%d' % i] = lambda s, _h, _p, body=body: site.whole(s, body)
    for i, name in enumerate(robots):
        body = page(500 + i)
        site.made[name] = lambda s, _h, _p, body=body: site.whole(s, body)
    data = prepare(site, names)
    took, peak, code = engine(data)
    print('# %d pages that misbehave: %.1f s, at most %.0f MB' % (len(names), took, peak))
    lab.check('all of it is read in bounded time', code == 0 and took < 60, (code, took))
    lab.check('memory stays bounded', peak < MEMORY_MB, peak)
    log = lab.must(data, 'log', '--count', '0')
    got = [address for _, _, address, _ in lab.sequence(data, 'lab')]
    want = []
    for i, name in enumerate(names):
        if name in FOUND:
            want.append((page(FOUND[name]).decode()).split(':')[1].split('"')[0])
        if name == 'thousand-addresses':
            want += ['a%d@many-zq.com' % k for k in range(1000)]
        if name in robots and robots[name][1] is None:
            want.append('good%d@firm%d-zq.com' % ((500 + names.index(name) - len(made),) * 2))
        want.append('good%d@firm%d-zq.com' % (100 + i, 100 + i))
    want = list(dict.fromkeys(want))
    at = next((i for i, (a, b) in enumerate(zip(got, want)) if a != b), min(len(got), len(want)))
    lab.check('what can be read is read, in order', got == want,
              '%d of %d, differs at %d: %s, not %s' % (len(got), len(want), at, got[at:at + 2], want[at:at + 2]))
    for name, (_, word) in list(made.items()) + list(robots.items()):
        said = [l for l in log.splitlines() if '//%s.localhost' % name in l and 'skipped' in l]
        if word is None or word in ('nothing', 'cut'):
            lab.check('%s: read as far as it goes' % name, not said, said)
        else:
            lab.check('%s: skipped, with the reason' % name, len(said) == 1 and word in said[0], said)
    site.ending.set()
    greedy = {h: n for h, n in site.sent.items() if n > 32 << 20}
    lab.check('nobody who sends without end is listened to for long', not greedy, greedy)
    lab.finish()


main()
