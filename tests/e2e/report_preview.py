#!/usr/bin/python3
"""report_preview.py - `autopilot report preview` from specification to HTML: the sample, the same
bytes twice, 200 hostile texts that must stay text (read by an independent parser and by tidy), and
servers that are slow, broken, huge or lead elsewhere.
"""
import base64
import gzip
import hashlib
import html.parser
import http.server
import json
import os
import random
import re
import shutil
import ssl
import subprocess
import threading
import time
import zlib

import lab

PERIOD = ['--from', '2026-11-16', '--to', '2026-11-23', '--at', '2026-11-23T08:00:00Z']
ITEM = ('<item><title>%s</title><link>%s</link><description>%s</description>'
        '<author>%s</author><category>%s</category>'
        '<pubDate>Fri, 20 Nov 2026 10:00:00 GMT</pubDate></item>')


def preview(spec, *words, **more):
    return lab.run(os.path.join(lab.tmp(), 'data'), 'report', 'preview', spec, *PERIOD, *words,
                   **more)


def write(name, text):
    path = os.path.join(lab.tmp(), name)
    with open(path, 'wb') as f:
        f.write(text if isinstance(text, bytes) else text.encode('utf-8', 'surrogateescape'))
    return path


def write_spec(name, sources, head=''):
    """A specification that takes everything; sources: (name, address)."""
    text = ('[specification test]\nfrequency = weekly\nitems_per_section = 500\nitems_max = 2000\n'
            '%s\n[category all]\n' % head)
    for source, address in sources:
        text += '[source %s]\naddress = %s\n' % (source, address)
    return write(name, text)


class Reader(html.parser.HTMLParser):
    """What a mail reader would see: tags, attributes, and whether they are closed."""
    ALLOWED = {'html', 'head', 'meta', 'title', 'style', 'body', 'div', 'header', 'h1', 'h2', 'h3',
               'p', 'br', 'nav', 'ol', 'li', 'a', 'span', 'section', 'table', 'tr', 'th', 'td', 'svg',
               'rect', 'main', 'article', 'time', 'footer'}
    VOID = {'meta', 'br'}

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.bad, self.links, self.text, self.styles = [], [], [], [], []
        self.csp = self.lang = None

    def handle_starttag(self, tag, attrs):
        if tag not in self.ALLOWED:
            self.bad.append('tag ' + tag)
        for name, value in attrs:
            if name.startswith('on') or name == 'style' or name == 'src':
                self.bad.append('attribute %s=%s' % (name, value))
        at = dict(attrs)
        if tag == 'html':
            self.lang = at.get('lang')
        if tag == 'meta' and at.get('http-equiv') == 'Content-Security-Policy':
            self.csp = at['content']
        if tag == 'a':
            self.links.append((at.get('href', ''), at.get('rel', '')))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.bad.append('unmatched </%s>' % tag)

    def handle_data(self, data):
        (self.styles if self.open and self.open[-1] == 'style' else self.text).append(data)

    def handle_comment(self, data):
        self.bad.append('comment')

    def handle_pi(self, data):
        self.bad.append('processing instruction')


def faults(page):
    """Everything that a report must not have."""
    r = Reader()
    r.feed(page)
    r.close()
    bad = r.bad + ['left open: %s' % t for t in r.open]
    for href, rel in r.links:
        if href.startswith('#'):
            continue
        if not re.match(r'https?://[^\s"\'<>]+$', href) or rel != 'noopener noreferrer':
            bad.append('link %r rel %r' % (href, rel))
    if re.search('[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\ufeff]', page):
        bad.append('control character')
    want = base64.b64encode(hashlib.sha256(''.join(r.styles).encode()).digest()).decode()
    if not r.csp or "default-src 'none'" not in r.csp or "'sha256-%s'" % want not in r.csp:
        bad.append('content security policy does not fit: %s' % r.csp)
    if not r.lang:
        bad.append('no lang')
    return bad, r


def tidy(path):
    if not shutil.which('tidy'):
        return []
    said = subprocess.run(['tidy', '-q', '-e', path], capture_output=True, text=True).stderr
    # It knows no IPv6 address in a link; RFC 3986 section 3.2.2 does.
    known = open(path, encoding='utf-8').read().count('href="http://[')
    uris = [line for line in said.splitlines() if 'illegal characters found in URI' in line]
    skip = uris if len(uris) <= known else []
    return [line for line in said.splitlines() if line.strip() and line not in skip]


# --- the sample ------------------------------------------------------------------------------------

def sample():
    spec = os.path.join(lab.ROOT, 'conf', 'sample', 'report.ini')
    one, two = (os.path.join(lab.tmp(), n) for n in ('one.html', 'two.html'))
    p = preview(spec, '--out', one)
    lab.check('sample: a report is written', p.returncode == 0 and '9 items from 3' in p.stdout,
              p.stderr + p.stdout)
    preview(spec, '--out', two, LC_ALL='C', TZ='Asia/Tokyo')
    a, b = open(one, 'rb').read(), open(two, 'rb').read()
    lab.check('sample: the same bytes in another locale and zone', a == b)
    text = [preview(spec, '--text', LC_ALL=l).stdout for l in ('C.UTF-8', 'C')]
    lab.check('sample: the same text in another locale', text[0] == text[1] and len(text[0]) > 500)
    wide = [l for l in text[0].split('\n') if len(l) > 76 and 'http' not in l]
    lab.check('sample: text in 76 columns', not wide, wide)
    bad, reader = faults(a.decode())
    lab.check('sample: sound HTML', not bad, bad)
    lab.check('sample: tidy has no complaint', not tidy(one), tidy(one))
    lab.check('sample: every item is linked', len(reader.links) > 12, reader.links)
    numbers = json.loads(preview(spec, '--json').stdout)
    out = sum(numbers[k] for k in ('outside', 'known', 'unmatched', 'elsewhere', 'repeated', 'cut'))
    lab.check('sample: every item is accounted for',
              numbers['read'] == numbers['shown'] + out == 11, numbers)
    south = json.loads(preview(spec, '--json', '--region', 'south', '--category', 'energy').stdout)
    lab.check('sample: only one category and region', south['shown'] == 1 and
              [s['category'] for s in south['sections']] == ['energy'], south)
    p = preview(spec, '--category', 'enrgy')
    lab.check('sample: an unknown category is refused', p.returncode == 1 and '"enrgy"' in p.stderr,
              p.stderr)
    empty = lab.run(os.path.join(lab.tmp(), 'data'), 'report', 'preview', spec, '--from',
                    '2020-01-01', '--to', '2020-01-08', '--at', '2026-11-23')
    bad, reader = faults(empty.stdout)
    lab.check('sample: an empty period says so', not bad and
              any('nothing to report' in t for t in reader.text), bad)


# --- hostile texts ---------------------------------------------------------------------------------

SEEDS = [
    '<script>alert(1)</script>', '"><script>alert(1)</script>', "'><img src=x onerror=alert(1)>",
    '<svg/onload=alert(1)>', '<svg><script>alert&#40;1)</script>', '</title><script>x()</script>',
    '</style><script>x()</script>', '</article></main></div></body></html><h1>end', '<!--', '-->',
    '<![CDATA[<script>x()</script>]]>', ']]>', '<?php echo 1 ?>', '<iframe src=javascript:alert(1)>',
    '<a href="javascript:alert(1)">x</a>', '<body onload=x()>', '<style>*{display:none}</style>',
    '<meta http-equiv=refresh content="0;url=http://evil.example">', '<base href=//evil.example>',
    '<form action=//evil.example><input name=q>', '<math><mi//xlink:href="data:x,<script>x()">',
    '&lt;script&gt;alert(1)&lt;/script&gt;', '&amp;lt;script&amp;gt;x()', '&#60;script&#62;x()',
    '&#x3c;img src=x onerror=x()&#x3e;', '\\u003cscript\\u003ex()', '%3Cscript%3Ex()', '{{7*7}}',
    '${7*7}', '<%= 7*7 %>', '\u202egnp.exe', '\u2067rtl\u2069', 'a\u200bb\ufeffc', '\x1b[31mred\x1b[0m',
    '\x1b]0;title\x07', '\x9b31m', '\x00nul', '\x7fdel', 'line\u2028sep\u2029par', '\ud800'.encode(
        'utf-8', 'surrogatepass').decode('utf-8', 'replace'), "' OR 1=1 --", '"; DROP TABLE x; --',
    '=cmd|calc', '../../etc/passwd', 'x' * 5000, '<' * 500, '&' * 500, '"' * 300, "'" * 300,
    '<b>' * 200, 'expression(alert(1))', '*/}</style>', 'javascript:alert(1)', 'data:text/html,x',
    'vbscript:x', 'https://a.example/"onmouseover="x()', "https://a.example/'><script>x()",
    'https://user:pw@evil.example/', 'https://a.example/\nSet-Cookie: x', 'jAvAsCrIpT:x()',
    ' javascript:x()', 'java\tscript:x()', '//evil.example', 'https://\u0430pple.example/',
    'http://[::1]/', '<a>' + 'Z\u0351\u036b\u0343' * 50, '\U0001f468\u200d\U0001f469\u200d\U0001f467',
    '<details open ontoggle=x()>', '<marquee onstart=x()>', '<noscript><p title="</noscript><img '
    'src=x onerror=x()>">', '<textarea><script>x()</script>', '<xmp><script>x()</script>',
    '<plaintext>', '<link rel=stylesheet href=//evil.example>', '<object data=x>', '<embed src=x>',
    '<template><script>x()</script></template>', '<table background=javascript:x()>',
    '`${alert(1)}`', '<p style="x:expression(x())">', '<img """><script>x()</script>">',
]


def hostile_texts():
    """The seeds, and mixtures of them: 200 in all, the same in each run."""
    dice = random.Random(20261123)
    texts = list(SEEDS)
    while len(texts) < 200:
        a, b = dice.choice(SEEDS)[:200], dice.choice(SEEDS)[:200]
        at = dice.randrange(len(a) + 1)
        texts.append(a[:at] + b + a[at:])
    return texts


def xml(text):
    """As a careful attacker writes it: well-formed, so that it gets through whole."""
    text = re.sub('[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]', '', text)
    return text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')


def hostile():
    texts = hostile_texts()
    items = [ITEM % ('t%d ' % i + xml(t), xml(t), xml(t), xml(t), xml(t))
             for i, t in enumerate(texts)]
    feed = '<rss><channel><language>"&gt;x</language>' + ''.join(items) + '</channel></rss>'
    raw = '<rss><channel>' + ''.join(ITEM % (('r%d ' % i + t), t, t, t, t)
                                     for i, t in enumerate(texts)) + '</channel></rss>'
    doc = {'version': 'https://jsonfeed.org/version/1.1', 'language': '"><x', 'items': [
        {'id': t, 'url': t, 'title': 'j%d ' % i + t, 'content_html': t, 'authors': [{'name': t}],
         'tags': [t], 'date_published': '2026-11-20T10:00:00Z'} for i, t in enumerate(texts)]}
    write('hostile.rss', feed)
    write('raw.rss', raw)
    write('hostile.json', json.dumps(doc))
    names = ['hostile.rss', 'raw.rss', 'hostile.json']
    spec = write_spec('hostile.ini', [('s%d %s' % (i, 'a&b<c>"\'</style>'), n)
                                      for i, n in enumerate(names)],
                      'title = <script>x()</script>"\'\\;--\ndescription = </style><b>&amp\\;\u202e')
    out = os.path.join(lab.tmp(), 'hostile.html')
    p = preview(spec, '--out', out, '--json')
    if not lab.check('hostile: a report is made all the same', p.returncode == 0, p.stderr):
        return
    numbers = json.loads(p.stdout)
    print('# %d of %d hostile items shown' % (numbers['shown'], numbers['read']))
    lab.check('hostile: at least 300 of 600 items get through', numbers['shown'] >= 300,
              [(s['name'], s['items'], s['note'], s['error']) for s in numbers['sources']])
    page = open(out, encoding='utf-8').read()
    bad, _ = faults(page)
    lab.check('hostile: no script, handler, style or broken markup', not bad, bad[:5])
    lab.check('hostile: tidy has no complaint', not tidy(out), tidy(out)[:5])
    text = preview(spec, '--text')
    lab.check('hostile: the text holds no control character', text.returncode == 0 and
              not re.search('[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]', text.stdout))
    hostile_specs(texts)


def hostile_specs(texts):
    """In every place of a specification: refused with file and line, or harmless."""
    bad = []
    for i, t in enumerate(texts):
        line = ' '.join(t.split('\n'))[:150].replace('\x00', '')
        text = ('[specification %s]\nfrequency = weekly\ntitle = %s\ndescription = %s\n'
                '[category %s]\ntitle = %s\n[source %s]\naddress = raw.rss\n'
                % (line, line, line, line, line, line))
        path = write('spec%d.ini' % (i % 5), text)
        p = preview(path)
        if p.returncode == 0:
            found, _ = faults(p.stdout)
            bad += [(t[:60], f) for f in found]
        elif 'spec%d.ini:' % (i % 5) not in p.stderr or '\x1b' in p.stderr:
            bad.append((t[:60], p.stderr[:200]))
    lab.check('hostile: 200 texts in specifications', not bad, bad[:5])


# --- servers ---------------------------------------------------------------------------------------

FEED = ('<rss><channel>' + ITEM % ('Over the wire', '/page', 'text', 'me', 'tag') +
        '</channel></rss>').encode()


class Server(http.server.BaseHTTPRequestHandler):
    agents = []

    def log_message(self, *args):
        pass

    def give(self, body, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace('_', '-'), value)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        Server.agents.append(self.headers.get('User-Agent', ''))
        try:
            getattr(self, 'get_' + self.path.strip('/').split('/')[0])()
        except (BrokenPipeError, ConnectionResetError):
            pass  # the other side had enough

    def get_ok(self):
        self.give(FEED, Content_Type='application/rss+xml')

    def get_gzip(self):
        self.give(gzip.compress(FEED), Content_Encoding='gzip')

    def get_loop(self):
        self.give(b'', 302, Location='/loop')

    def get_moved(self):
        self.give(b'', 301, Location='/ok')

    def get_file(self):
        self.give(b'', 302, Location='file:///etc/passwd')

    def get_gone(self):
        self.give(b'gone', 410)

    def get_busy(self):
        self.give(b'later', 503)

    def get_page(self):
        self.give(b'<!DOCTYPE html><html><body>hello</body></html>', Content_Type='text/html')

    def get_slow(self):
        self.send_response(200)
        self.end_headers()
        for i in range(120):
            self.wfile.write(b'<')
            self.wfile.flush()
            if Server.ended.wait(1):
                return

    def get_silent(self):
        Server.ended.wait(120)

    def get_bomb(self):
        """A gigabyte of blanks behind a feed, packed."""
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        self.send_response(200)
        self.send_header('Content-Encoding', 'gzip')
        self.end_headers()
        self.wfile.write(packer.compress(FEED[:-len(b'</channel></rss>')]))
        for i in range(1024):
            self.wfile.write(packer.compress(b' ' * (1 << 20)))
        self.wfile.write(packer.flush())

    def get_headers(self):
        self.send_response(200)
        for i in range(3000):
            self.send_header('X-%d' % i, 'x' * 100)
        self.end_headers()


Server.ended = threading.Event()


def servers():
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Server)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = 'http://127.0.0.1:%d/' % server.server_port
    private = write_spec('private.ini', [('ok', base + 'ok')])
    p = preview(private)
    lab.check('http: a private address is refused', p.returncode == 1 and 'private' in p.stderr,
              p.stderr)
    names = ('ok gzip moved loop file gone busy page bomb headers').split()
    spec = write_spec('http.ini', [(n, base + n + '/') for n in names])
    out = os.path.join(lab.tmp(), 'http.html')
    with open(os.devnull) as null:
        process = subprocess.Popen(
            [lab.BIN, '--data', os.path.join(lab.tmp(), 'data'), 'report', 'preview', spec, *PERIOD,
             '--json', '--out', out], env=lab.env(AUTOPILOT_FETCH_ALLOW_PRIVATE='yes',
                                                  AUTOPILOT_FETCH_CONTACT='ops@firm.example'),
            stdin=null, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        said = process.stdout.read()
        process.stderr.read()
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
    numbers = {s['name']: s for s in json.loads(said)['sources']} if said else {}
    for name in ('ok', 'gzip', 'moved'):
        s = numbers.get(name, {})
        lab.check('http: %s is read' % name, s.get('items') == 1, s)
    wants = {'loop': 'more than 5 times', 'file': 'something else than http', 'gone': '410',
             'busy': '503', 'page': 'web page', 'headers': 'headers'}
    for name, want in wants.items():
        s = numbers.get(name, {})
        lab.check('http: %s is told' % name, s.get('verdict') == 'failed' and
                  want in (s.get('error') or ''), s)
    s = numbers.get('bomb', {})
    lab.check('http: of a packed gigabyte five megabytes are read', s.get('cut') is True and
              s.get('items') == 1, s)
    print('# most memory: %d MiB' % (used.ru_maxrss // 1024))
    lab.check('http: in less than 160 MiB', used.ru_maxrss < 160 * 1024, used.ru_maxrss)
    lab.check('http: a true user agent with contact',
              all(re.match(r'autopilot/[\d.]+ \(\+ops@firm\.example\)$', a)
                  for a in Server.agents), Server.agents[:2])
    bad, reader = faults(open(out, encoding='utf-8').read())
    lab.check('http: failed sources are named in a sound report', not bad and
              any('may be incomplete' in t for t in reader.text), bad)
    tls()
    slow(base)
    Server.ended.set()
    server.shutdown()


def tls():
    """A certificate that nobody vouches for."""
    pem, key = (os.path.join(lab.tmp(), n) for n in ('c.pem', 'k.pem'))
    if not shutil.which('openssl'):
        lab.skip('https: a certificate of its own is refused', 'there is no openssl')
        return
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key,
                    '-out', pem, '-days', '2', '-subj', '/CN=localhost', '-addext',
                    'subjectAltName=DNS:localhost'], check=True, capture_output=True)
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Server)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *args: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    spec = write_spec('tls.ini', [('tls', 'https://localhost:%d/ok' % server.server_port)])
    p = preview(spec, AUTOPILOT_FETCH_ALLOW_PRIVATE='yes')
    lab.check('https: a certificate of its own is refused', p.returncode == 1 and
              'certificate' in p.stderr, p.stderr)
    server.shutdown()


def slow(base):
    """Both at once would be quicker, but one after the other is what the program does."""
    for name in ('slow', 'silent'):
        spec = write_spec(name + '.ini', [('good', base + 'ok'), (name, base + name)])
        began = time.monotonic()
        p = preview(spec, '--json', AUTOPILOT_FETCH_ALLOW_PRIVATE='yes', timeout=120)
        took = time.monotonic() - began
        numbers = json.loads(p.stdout) if p.stdout else {'sources': [{}, {}]}
        s = numbers['sources'][1]
        print('# %s server: %.1f s' % (name, took))
        lab.check('http: a %s server has its verdict within 35 s, the rest is reported' % name,
                  took < 35 and s.get('verdict') == 'failed' and 'too slow' in s.get('error', '') and
                  numbers['sources'][0].get('items') == 1, s)


# --- large -----------------------------------------------------------------------------------------

def large():
    """A hundred megabytes on the disk."""
    path = os.path.join(lab.tmp(), 'large.rss')
    with open(path, 'wb') as f:
        f.write(b'<rss><channel>')
        item = (ITEM % ('n', 'https://l.example/', 'x' * 900, '', '')).encode()
        for i in range(100 * 1024 * 1024 // len(item)):
            f.write(item)
    spec = write_spec('large.ini', [('large', 'large.rss')])
    began = time.monotonic()
    p = preview(spec, '--json')
    took = time.monotonic() - began
    s = json.loads(p.stdout)['sources'][0] if p.stdout else {}
    print('# 100 MB file: %.2f s' % took)
    lab.check('large: cut and said so, within 10 s', s.get('cut') is True and s['items'] == 2000 and
              took < 10, (s, took))
    os.remove(path)
    p = preview(write_spec('none.ini', [('a', 'nowhere.rss'), ('b', '/dev/zero')]))
    lab.check('no source can be read: refused with the reason', p.returncode == 1 and
              'none of the sources' in p.stderr and 'No such file' in p.stderr, p.stderr)


sample()
hostile()
servers()
large()
lab.finish()
