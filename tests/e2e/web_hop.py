#!/usr/bin/python3
"""web_hop.py - a whole job whose pages have no address themselves, but link to contact pages.

The sites link in many languages; some to other hosts, in circles, to what robots.txt forbids, or
to what is not there. The ledger must hold the addresses in the order of the list; each site must
be asked for its page and its contact page at most; and without the option nobody is followed.
"""
import http.server
import os
import threading

import lab

LINKS = [  # what the page says, and whether its contact page has to be found
    ('<a href="/kontakt.html">Kontakt</a>', True),
    ('<a href="/seite-7">Impressum</a>', True),
    ('<a href="contact-us/">Write</a>', True),
    ('<a href="/p?id=3&amp;x=1">Contacto</a>', True),
    ('<a href="/9">Mentions l&eacute;gales</a>', True),
    ('<a href="/9">Контакты</a>', True),
    ('<a href="/9">İletişim</a>', True),
    ('<a href="/chi-siamo">x</a>', True),
    ('<a href="/about">About</a><a href="/contact">Contact</a>', True),
    ('<a href="http://127.0.0.99:%(port)d/kontakt">Kontakt</a>', False),
    ('<a href="//127.0.0.99:%(port)d/kontakt">Kontakt</a>', False),
    ('<a href="/private/kontakt">Kontakt</a>', False),
    ('<a href="/gone/kontakt">Kontakt</a>', False),
    ('<a href="/circle/kontakt">Kontakt</a>', False),
    ('<a href="/moved/kontakt">Kontakt</a>', False),
    ('<a href="#kontakt">Kontakt</a><a href="/page">Kontakt</a>', False),
    ('<a href="/products">Products</a>', False),
    ('<a href="mailto:here%(n)d@shop%(n)d.de">x</a><a href="/kontakt">Kontakt</a>', True),
]


class Site(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    lock = threading.Lock()
    seen = []

    def say(self, status, body='', *headers):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header('Content-Type', 'text/html; charset=utf-8')
        self.send_header('Content-Length', str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def do_GET(self):
        host = self.headers['Host'].split(':')[0]
        number = int(host.split('.')[3])
        with self.lock:
            Site.seen.append((number, self.path))
        if self.path == '/robots.txt':
            self.say(200, 'User-agent: *\nDisallow: /private/\n')
        elif self.path == '/page':
            self.say(200, LINKS[number - 1][0] % {'port': self.server.server_port, 'n': number})
        elif self.path.startswith('/gone/'):
            self.say(503)
        elif self.path.startswith('/circle/'):
            self.say(200, '<a href="/page">Kontakt</a><a href="/kontakt">Impressum</a>')
        elif self.path.startswith('/moved/'):
            self.say(302, '', ('Location', 'http://127.0.0.99:%d/kontakt' % self.server.server_port))
        else:
            self.say(200, '<a href="mailto:there%d@shop%d.de">x</a>' % (number, number))

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def make(name, port, hop):
    data = os.path.join(lab.tmp(), name)
    path = os.path.join(lab.tmp(), name + '.list')
    Site.seen = []
    lab.must(data, 'init', '--quiet')
    with open(path, 'w') as f:
        for n in range(1, len(LINKS) + 1):
            f.write('cafe\thttp://127.0.0.%d:%d/page\n' % (n, port))
    with open(data + '/autopilot.ini', 'a') as f:
        f.write('\n[search list]\nkind = static\nurl = %s\n' % path)
        f.write('[fetch]\ncontact_hop = %s\n' % hop)
    job = os.path.join(lab.tmp(), name + '.job')
    lab.write_job(job, groups=[('North', ['cafe'])], limit=100, loop_interval=100)
    with open(job) as f:
        text = f.read().replace('provider = local', 'provider = list')
    with open(job, 'w') as f:
        f.write(text)
    lab.must(data, 'job', 'import', job)
    lab.must(data, 'job', 'start', 'lab')
    p = lab.run(data, 'engine', '--until-idle', '--quiet', timeout=60,
                AUTOPILOT_FETCH_ALLOW_PRIVATE='yes', AUTOPILOT_ENGINE_JOB_LANES=1,
                AUTOPILOT_FETCH_PER_HOST_INTERVAL='0', AUTOPILOT_FETCH_CONTACT='mailto:we@firm.example')
    lab.check(name + ': the engine ends well', p.returncode == 0, p.stderr)
    v = lab.run(data, 'verify', '--at-rest')
    lab.check(name + ': verify', v.returncode == 0, v.stdout + v.stderr)
    return [address for _, _, address, _ in lab.sequence(data, 'lab')]


def main():
    server = Server(('', 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    own = len(LINKS)
    got = make('off', server.server_port, 'no')
    lab.check('without the option nobody is followed', got == ['here%d@shop%d.de' % (own, own)], got)
    others = [s for s in Site.seen if s[1] not in ('/page', '/robots.txt')]
    lab.check('and no other page is asked for', not others, others)

    got = make('on', server.server_port, 'yes')
    want = ['%s%d@shop%d.de' % ('here' if n == own else 'there', n, n)
            for n in range(1, own + 1) if LINKS[n - 1][1]]
    lab.check('the ledger has the addresses in the order of the list', got == want, (got, want))
    pages = [s for s in Site.seen if s[1] != '/robots.txt']
    for n in range(1, own + 1):
        mine = [path for number, path in pages if number == n]
        lab.check('site %d: its page, and once more at most' % n,
                  mine.count('/page') == 1 and len(mine) <= 2, mine)
    lab.check('no other host is asked', not [s for s in Site.seen if s[0] == 99], Site.seen)
    lab.check('nothing is asked for that robots.txt forbids',
              not [s for s in pages if s[1].startswith('/private/')], pages)
    lab.check('a contact page comes before one about the owner', (9, '/contact') in pages, pages)
    lab.check('a page with an address is enough', (own, '/kontakt') not in pages, pages)
    server.shutdown()
    lab.finish()


main()
