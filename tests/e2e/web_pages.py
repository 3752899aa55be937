#!/usr/bin/python3
"""web_pages.py - a whole job whose pages come from the web, from 40 sites on loopback addresses.

The sites answer after pauses of all lengths, some never let us in, some lead on to others. The
ledger must hold the addresses in the order in which the list has the pages, as if they had been
read one after the other; no site may meet two requests at once; without a contact the job fails
with the cure and asks nobody.
"""
import http.server
import os
import random
import threading
import time

import lab

SITES, PAUSE = 40, 0.02


class Site(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    lock = threading.Lock()
    now, seen, twice, most = {}, [], [], 0

    def say(self, status, body='', *headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header('Content-Type', 'text/html')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def do_GET(self):
        host = self.headers['Host'].split(':')[0]
        number = int(host.split('.')[3])
        with self.lock:
            Site.now[host] = Site.now.get(host, 0) + 1
            Site.most = max(Site.most, sum(Site.now.values()))
            if Site.now[host] > 1:
                Site.twice.append(host)
            Site.seen.append((host, self.path, self.headers.get('User-Agent', '')))
        time.sleep(random.Random(self.path + host).random() * PAUSE)  # a slow site, not a wait
        with self.lock:  # before the answer: the next request may be here at once
            Site.now[host] -= 1
        if self.path == '/robots.txt':
            self.say(200 if number % 7 == 0 else 404, 'User-agent: autopilot\nDisallow: /\n')
        elif number % 5 == 0 and self.path != '/moved':
            self.say(302, '', ('Location', '/moved'))
        else:
            self.say(200, '<a href="mailto:mail%d@site%d.de">x</a>' % (number, number))

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def make(name, port, **settings):
    data = os.path.join(lab.tmp(), name)
    path = os.path.join(lab.tmp(), name + '.list')
    lab.must(data, 'init', '--quiet')
    with open(path, 'w') as f:
        for n in range(1, SITES + 1):
            f.write('cafe\thttp://127.0.0.%d:%d/page\n' % (n, port))
    with open(data + '/autopilot.ini', 'a') as f:
        f.write('\n[search list]\nkind = static\nurl = %s\n' % path)
    job = os.path.join(lab.tmp(), name + '.job')
    lab.write_job(job, groups=[('North', ['cafe'])], limit=100, loop_interval=100)
    with open(job) as f:
        text = f.read().replace('provider = local', 'provider = list')
    with open(job, 'w') as f:
        f.write(text)
    lab.must(data, 'job', 'import', job)
    lab.must(data, 'job', 'start', 'lab')
    p = lab.run(data, 'engine', '--until-idle', '--quiet', timeout=120, AUTOPILOT_FETCH_ALLOW_PRIVATE='yes',
                AUTOPILOT_ENGINE_JOB_LANES=1, AUTOPILOT_FETCH_PER_HOST_INTERVAL='0', **settings)
    return data, p


def main():
    server = Server(('', 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    data, p = make('silent', server.server_port)
    job = lab.must(data, 'job', 'show', 'lab')
    lab.check('without a contact the job fails with the cure', '[fetch] contact' in job, job)
    lab.check('and nobody is asked', not Site.seen, Site.seen[:3])

    data, p = make('web', server.server_port, AUTOPILOT_FETCH_CONTACT='mailto:we@firm.example')
    got = [address for _, _, address, _ in lab.sequence(data, 'lab')]
    want = ['mail%d@site%d.de' % (n, n) for n in range(1, SITES + 1) if n % 7 != 0]
    lab.check('the ledger has the pages in their order', got == want, '%s %s' % (got, p.stderr))
    lab.check('no site met two requests at once', not Site.twice, Site.twice[:5])
    lab.check('many sites were asked at the same time', 4 <= Site.most <= 16, Site.most)
    pages = [(h, path) for h, path, _ in Site.seen if path != '/robots.txt']
    lab.check('each page was asked for once', len(set(pages)) == len(pages), pages[:5])
    lab.check('who refuses is left alone',
              not [h for h, _ in pages if int(h.split('.')[3]) % 7 == 0])
    lab.check('every request names a contact',
              all('+mailto:we@firm.example' in agent for _, _, agent in Site.seen))
    v = lab.run(data, 'verify', '--at-rest')
    lab.check('verify', v.returncode == 0, v.stdout + v.stderr)
    server.shutdown()
    lab.finish()


main()
