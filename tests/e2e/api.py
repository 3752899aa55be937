#!/usr/bin/python3
"""api.py - the control API on real sockets.

docs/openapi.json is what is promised: its examples are asked here and what comes back is held
against its schemas. Then who may ask (tokens, scopes, hosts, limits), what is refused and how, the
stream of events (nothing lost across connections, a client that takes nothing is dropped), and the
unsubscribe page of a real letter.
"""
import json
import os
import re
import socket
import statistics
import time
import urllib.parse

import lab
import lab_api
import lab_console
from lab import check
from lab_api import Engine, wait_for

SPEC = json.load(open(os.path.join(lab.ROOT, 'docs', 'openapi.json')))
LETTERS = dict(AUTOPILOT_MAIL_MODE='maildir', AUTOPILOT_MAIL_FROM='we@firm.example',
               AUTOPILOT_MAIL_POSTAL_ADDRESS='Firm, 1 Way, Town',
               AUTOPILOT_MAIL_UNSUBSCRIBE='https://mail.firm.example/u/{token}')


# --- the document ---

def fault(schema, value, at='$'):
    """None, or where the value is not what the schema says."""
    if '$ref' in schema:
        return fault(SPEC['components']['schemas'][schema['$ref'].split('/')[-1]], value, at)
    if value is None:
        return None if schema.get('nullable') else at + ' is null'
    kinds = {'string': str, 'integer': int, 'boolean': bool, 'object': dict, 'array': list}
    kind = schema.get('type')
    if kind and (not isinstance(value, kinds[kind]) or
                 (kind == 'integer' and isinstance(value, bool))):
        return '%s is no %s: %r' % (at, kind, value)
    if 'enum' in schema and value not in schema['enum']:
        return '%s is none of %s: %r' % (at, schema['enum'], value)
    for key in schema.get('required', []):
        if key not in value:
            return '%s has no %s' % (at, key)
    for key, part in schema.get('properties', {}).items():
        if key in value:
            wrong = fault(part, value[key], '%s.%s' % (at, key))
            if wrong:
                return wrong
    for i, one in enumerate(value if kind == 'array' else []):
        wrong = fault(schema['items'], one, '%s[%d]' % (at, i))
        if wrong:
            return wrong
    return None


def answer_fault(operation, status, headers, text):
    said = operation['responses'].get(str(status))
    if said is None:
        return 'status %d is not documented: %s' % (status, text[:200])
    kind = headers.get('Content-Type', '').split(';')[0]
    if kind not in said['content']:
        return 'type %s is not documented' % kind
    if kind == 'application/json':
        return fault(said['content'][kind]['schema'], json.loads(text))
    return None


def example_of(path, operation):
    """path, body, headers of the operation's example."""
    query, headers = {}, {}
    for p in operation.get('parameters', []):
        if 'example' not in p:
            continue
        if p['in'] == 'path':
            path = path.replace('{%s}' % p['name'], urllib.parse.quote(str(p['example']), safe=''))
        elif p['in'] == 'query':
            query[p['name']] = p['example']
        else:
            headers[p['name']] = str(p['example'])
    body = None
    for kind, content in operation.get('requestBody', {}).get('content', {}).items():
        headers['Content-Type'] = kind
        body = content['example']
        body = json.dumps(body) if kind == 'application/json' else body
    return path + ('?' + urllib.parse.urlencode(query) if query else ''), body, headers


def operations():
    for path, item in SPEC['paths'].items():
        for method, operation in item.items():
            yield path, method.upper(), operation


def examples(e, control):
    wrong = []
    for path, method, operation in operations():
        if path == '/v1/events':
            continue
        at, body, headers = example_of(path, operation)
        status, got, text = e.ask(method, at, control, body, **headers)
        want = 404 if path.startswith('/u/') else 200  # the document's token is made up
        why = answer_fault(operation, status, got, text)
        if why or status != want:
            wrong.append('%s %s: %d %s %s' % (method, at, status, why, text[:200]))
    check('every example of openapi.json is answered as it says', not wrong, wrong)
    s = e.stream(control, Last_Event_ID=0)
    got = s.events(3)
    schema = SPEC['components']['schemas']['Event']
    check('the stream of the example: events as it says',
          [n for n, _ in got] == [1, 2, 3] and not any(fault(schema, o) for _, o in got), got)
    s.close()


def documented(e, control):
    source = open(os.path.join(lab.ROOT, 'src', 'app', 'api_route.c')).read()
    rows = {(m, p) for m, p in re.findall(r'\{"([A-Z]+)", "(/[^"]*)", NEED', source)}
    said = {(m, re.sub(r'\{\w+\}', '*', p)) for p, m, _ in operations()}
    check('what answers is what is documented', rows == said, rows ^ said)
    wrong = []
    for path in SPEC['paths']:
        status, got, text = e.ask('PUT', path.replace('{name}', 'x').replace('{token}', 'x'), control)
        methods = {m.strip() for m in got.get('Allow', '').split(',')}
        if status != 405 or methods != {m.upper() for m in SPEC['paths'][path]}:
            wrong.append((path, status, methods))
    check('another method is 405 with Allow', not wrong, wrong)


# --- who may ask ---

def refusals(e, read, control):
    error = SPEC['components']['schemas']['Error']

    def refused(name, want, code, method, path, token=None, body=None, **headers):
        status, got, text = e.ask(method, path, token, body, **headers)
        try:
            o = json.loads(text)
        except ValueError:
            o = {}
        check('%s: %d %s' % (name, want, code), status == want and not fault(error, o) and
              o.get('error', {}).get('code') == code, '%d %s' % (status, text[:200]))
        return got

    got = refused('no token', 401, 'unauthorized', 'GET', '/v1/status')
    check('401 says how', got.get('WWW-Authenticate', '').startswith('Bearer'), got)
    wrong = read[:-1] + ('A' if read[-1] != 'A' else 'B')
    for bad in (wrong, read[:-1], read + 'A', 'ap_', 'x' * 5000):
        refused('a wrong token (%d)' % len(bad), 401, 'unauthorized', 'GET', '/v1/jobs', bad)
    refused('a stranger does not learn what there is', 401, 'unauthorized', 'GET', '/nowhere')
    refused('reading does not start', 403, 'forbidden', 'POST', '/v1/jobs/sample/start', read)
    refused('no such end point', 404, 'not_found', 'GET', '/v1/nothing', read)
    refused('no such job', 404, 'not_found', 'GET', '/v1/jobs/nobody', read)
    refused('no such job to start', 404, 'not_found', 'POST', '/v1/jobs/nobody/start', control)
    refused('no such schedule', 404, 'not_found', 'POST', '/v1/schedules/no/run', control)
    refused('a zero in a name', 404, 'not_found', 'GET', '/v1/jobs/sam%00ple', read)
    refused('an encoded slash is no slash', 404, 'not_found', 'POST', '/v1/jobs%2Fsample/start',
            control)
    refused('a body that is no JSON', 415, 'not_json', 'POST', '/v1/jobs/sample/stop', control,
            'x=1', Content_Type='application/x-www-form-urlencoded')
    for body in ('[]', '{', '{"x": 1}', '{"test": 1}', '{"test": true, "test": true}'):
        refused('body %s' % body, 400, 'bad_body', 'POST', '/v1/schedules/monday-report/run',
                control, body, Content_Type='application/json')
    refused('a body that is too large', 413, 'too_large', 'POST', '/v1/jobs/sample/stop', control,
            'x' * 70000, Content_Type='application/json')
    refused('too large, in chunks', 413, 'too_large', 'POST', '/v1/jobs/sample/stop', control,
            iter([b'x' * 7000] * 12), Content_Type='application/json')
    refused('a bad parameter', 400, 'bad_query', 'GET', '/v1/runs?limit=x', read)
    refused('a bad event number', 400, 'bad_id', 'GET', '/v1/events', read, Last_Event_ID='x')
    refused("another site's name", 403, 'host', 'GET', '/v1/status', read, Host='evil.example')
    refused('a name that only begins so', 403, 'host', 'GET', '/v1/status', read,
            Host='localhost.evil.example')
    status, _, _ = e.ask('GET', '/v1/status', read, Host='localhost:%d' % e.port)
    check('our own name is answered', status == 200, status)


def conflict(e, control):
    e.ask('POST', '/v1/jobs/empty/start', control)
    lab.must(e.data, 'job', 'add', 'empty')
    status, o = e.json('POST', '/v1/jobs/empty/start', control)
    check('what the desk refuses is 409, with its sentence',
          status == 409 and o['error']['code'] == 'refused' and 'no groups' in o['error']['message'],
          (status, o))


def audit(e):
    rows = lab.rows(lab.must(e.data, 'audit', 'list', '--json'))
    check('what was done is recorded as api:NAME',
          any(r['actor'] == 'api:boss' and r['action'] == 'job_start' for r in rows), rows[-5:])


def revoking(e):
    t = lab_api.token(e.data, 'guest')
    first = e.ask('GET', '/v1/jobs', t)[0]
    lab.must(e.data, 'token', 'revoke', 'guest')
    second = e.ask('GET', '/v1/jobs', t)[0]
    check('a token that is revoked is refused at once', (first, second) == (200, 401),
          (first, second))
    text = open(os.path.join(e.data, 'api-tokens.json')).read()
    mode = os.stat(os.path.join(e.data, 'api-tokens.json')).st_mode & 0o777
    check('tokens are kept as hashes, for our eyes only', 'ap_' not in text and mode == 0o600,
          (oct(mode), text))
    p = lab.run(e.data, 'token', 'create', 'Bad Name')
    check('a bad name is refused', p.returncode == 1 and 'a-z' in p.stderr, p.stderr)


def constant_time(e, token):
    """No wrong token takes longer than another; asked in turns on one connection."""
    wrong = {'first': ('B' if token[3] != 'B' else 'C'), 'last': ('B' if token[-1] != 'B' else 'C')}
    tokens = {'first': token[:3] + wrong['first'] + token[4:], 'last': token[:-1] + wrong['last']}
    s = e.connect()
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    took = {k: [] for k in tokens}
    for i in range(3000):
        k = ('first', 'last')[(i // 2 + i) % 2]
        request = ('GET /v1/status HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n'
                   % tokens[k]).encode()
        began = time.perf_counter()
        s.sendall(request)
        got = s.recv(4096)
        took[k].append(time.perf_counter() - began)
        if b' 401 ' not in got:
            check('a wrong token is refused', False, got)
            return
    first, last = (statistics.median(took[k]) for k in ('first', 'last'))
    check('a token that is nearly right takes as long as any (%.1f and %.1f us)'
          % (first * 1e6, last * 1e6), abs(first - last) < 0.2 * first, (first, last))


def limits(data):
    e = Engine(data, AUTOPILOT_API_PER_MINUTE=5)
    a, b = lab_api.token(data, 'eager'), lab_api.token(data, 'calm')
    got = [e.ask('GET', '/v1/jobs', a) for _ in range(7)]
    check('the sixth request of a minute is 429 with Retry-After',
          [g[0] for g in got] == [200] * 5 + [429] * 2 and 1 <= int(got[5][1]['Retry-After']) <= 60,
          [g[0] for g in got])
    check('another token has its own', e.ask('GET', '/v1/jobs', b)[0] == 200)
    strangers = [e.ask('GET', '/v1/jobs', 'ap_x')[0] for _ in range(7)]
    check('so have strangers', strangers == [401] * 5 + [429] * 2, strangers)
    check('and whoever has a token is not kept out by them', e.ask('GET', '/v1/jobs', b)[0] == 200)
    e.end()


def listening(data):
    path = os.path.join(lab.tmp(), 'api.sock')
    e = Engine(data, 'unix:' + path)
    t = lab_api.token(data, 'local')
    check('a Unix socket answers, mode 0600', e.ask('GET', '/v1/jobs', t)[0] == 200 and
          os.stat(path).st_mode & 0o777 == 0o600, oct(os.stat(path).st_mode))
    e.process.kill()
    e.process.wait()
    e = Engine(data, 'unix:' + path)
    check('the socket of a killed process is replaced', e.ask('GET', '/v1/jobs', t)[0] == 200)
    e.end()
    check('and removed at an end in order', not os.path.exists(path))
    for listen, why in (('0.0.0.0:0', 'loopback'), ('192.0.2.1:80', 'loopback'),
                        ('localhost:80', 'ADDRESS:PORT'), ('127.0.0.1', 'ADDRESS:PORT'),
                        ('127.0.0.1:99999', 'ADDRESS:PORT'), ('unix:api', 'whole path')):
        p = lab.run(data, 'engine', '--until-idle', AUTOPILOT_API_LISTEN=listen)
        check('listen = %s is refused' % listen, p.returncode == 1 and why in p.stderr, p.stderr)
    e = Engine(data, '0.0.0.0:0', AUTOPILOT_API_BEHIND_TLS='yes', AUTOPILOT_API_HOSTS='ap.example')
    check('behind TLS any address is taken, and the names that count are told',
          e.ask('GET', '/healthz', Host='ap.example')[0] == 200 and
          e.ask('GET', '/healthz', Host='bp.example')[0] == 403)
    e.end()


# --- the stream ---

def stream(e, read, control):
    """Connections that break at random places: together they have each event once, in order."""
    e.ask('POST', '/v1/jobs/sample/start', control)
    got, last = [], 0
    for take in (1, 7, 2, 30, 1, 60, 5):
        s = e.stream(read, Last_Event_ID=last)
        part = s.events(take)
        s.close()
        got += part
        last = part[-1][0]
    numbers = [n for n, _ in got]
    check('a stream that is taken up again has lost nothing',
          numbers == list(range(1, len(numbers) + 1)) and len(numbers) == 106, numbers)
    check('addresses in it are masked', not any(
        re.search(r'[a-z0-9]{2,}@[a-z]', o['text']) for _, o in got if o['area'] == 'mail'))
    s = e.stream(read)
    e.ask('POST', '/v1/jobs/sample/stop', control)
    began = time.monotonic()
    while True:
        one = s.events(1)
        if not one or one[0][1]['kind'] == 'job_stop' or time.monotonic() - began > 20:
            break
    check('without a number it begins with what happens now',
          bool(one) and one[0][1]['kind'] == 'job_stop' and one[0][1]['actor'] == 'api:boss' and
          one[0][0] > 106, one)
    s.close()
    many = [e.stream(read) for _ in range(33)]
    check('32 streams at a time', [m.status for m in many] == [200] * 32 + [503],
          [m.status for m in many])
    for m in many:
        m.close()


def letters_of(data):
    found = []
    for folder in ('new', 'cur'):
        where = os.path.join(data, 'maildir', folder)
        for name in sorted(os.listdir(where)) if os.path.isdir(where) else []:
            found.append(open(os.path.join(where, name), newline='').read())
    return found


def unsubscribe(data):
    e = Engine(data, **LETTERS)
    control = lab_api.token(data, 'sender', 'control')
    e.ask('POST', '/v1/jobs/sample/start', control)
    letter = wait_for(lambda: letters_of(data))[0]
    token = re.search(r'List-Unsubscribe: <https://mail.firm.example/u/([\w-]{43})>', letter)
    check('a letter has its link, for one click', token and
          'List-Unsubscribe-Post: List-Unsubscribe=One-Click' in letter, letter[:800])
    plain = letter.replace('=\r\n', '').replace('=3D', '=')
    check('and in its footer', plain.count(token.group(1)) >= 2, plain)
    to = re.search(r'^To: (\S+)', letter, re.M).group(1).strip('<>')
    at = '/u/' + token.group(1)
    host = dict(Host='mail.firm.example')
    form = dict(Content_Type='application/x-www-form-urlencoded', **host)

    def listed():
        return [r for r in lab.rows(lab.must(data, 'suppress', 'list', '--json'))
                if r['subject'] == to]

    status, got, text = e.ask('GET', at, **host)
    check('GET shows a button, the address masked, and nothing else happens',
          status == 200 and b'<button' in text and b'method="post"' in text and
          to.encode() not in text and "default-src 'none'" in got['Content-Security-Policy'] and
          not listed(), (status, text))
    status = e.ask('POST', at, None, 'x=1', **form)[0]
    check('POST without the words of RFC 8058 does nothing', status == 400 and not listed(), status)
    other = 'A' if at[-20] != 'A' else 'B'
    forged = at[:-20] + other + at[-19:]
    status = e.ask('POST', forged, None, 'List-Unsubscribe=One-Click', **form)[0]
    check('a token that is not ours is 404', status == 404 and not listed(), status)
    status, got, text = e.ask('POST', at, None, 'List-Unsubscribe=One-Click', **form)
    rows = listed()
    check('POST unsubscribes, without a redirect', status == 200 and len(rows) == 1 and
          rows[0]['actor'] == 'api:unsubscribe', (status, rows))
    body = ('--xx\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n'
            '--xx--\r\n')
    status = e.ask('POST', at, None, body, Content_Type='multipart/form-data; boundary=xx', **host)[0]
    check('again, as the other kind of form: still fine', status == 200 and len(listed()) == 1, status)
    key = os.path.join(data, 'unsubscribe.key')
    check('the key is for our eyes only', os.stat(key).st_mode & 0o777 == 0o600)
    os.chmod(key, 0o644)
    status = e.ask('GET', at, **host)[0]
    check('a key that others may read is not used: 503', status == 503, status)
    os.chmod(key, 0o600)
    e.end()


def metrics(e, read):
    status, got, text = e.ask('GET', '/metrics', read)
    names, wrong = {}, []
    for line in text.decode().splitlines():
        if line.startswith('# TYPE '):
            _, _, name, kind = line.split(' ')
            names[name] = kind
        elif not line.startswith('#'):
            m = re.fullmatch(r'(\w+)(\{(\w+="([^"\\]|\\.)*",?)+\})? (-?\d+)', line)
            if not m or m.group(1) not in names:
                wrong.append(line)
    check('metrics are Prometheus text, each with its type', status == 200 and not wrong and
          len(names) > 15 and got['Content-Type'].startswith('text/plain; version=0.0.4'), wrong)
    check('and know the job', b'job_letters_total{workspace="default",job="sample"} ' in text, text)


def console(data):
    """A console serves too, but only when no engine of its directory does."""
    path = os.path.join(lab.tmp(), 'console.sock')
    t = lab_api.token(data, 'third')
    e = Engine(data, 'unix:' + path)
    c = lab_console.Console(lab_console.load_bench(), data, AUTOPILOT_API_LISTEN='unix:' + path)
    c.wait('sample')

    def pid():
        c.app.pump(0.02)
        try:
            return e.json('GET', '/v1/status', t)[1]['engine']['pid']
        except (OSError, KeyError):
            return 0
    check('an engine answers while a console stands by', pid() == e.process.pid, pid())
    e.end()
    ours = wait_for(pid, 30)
    check('its console takes over when it ends', ours and ours != e.process.pid, ours)
    c.type('q')
    c.ended()


def main():
    data = os.path.join(lab.tmp(), 'data')
    lab.must(data, 'init', '--sample', '--quiet')
    read, control = lab_api.token(data, 'eyes'), lab_api.token(data, 'boss', 'control')
    e = Engine(data, AUTOPILOT_API_PER_MINUTE=0)
    examples(e, control)
    documented(e, control)
    refusals(e, read, control)
    conflict(e, control)
    audit(e)
    revoking(e)
    metrics(e, read)
    stream(e, read, control)
    constant_time(e, read)
    check('the engine ends in order', e.end() == 0)
    limits(data)
    listening(data)
    console(data)
    letters = os.path.join(lab.tmp(), 'letters')
    lab.must(letters, 'init', '--sample', '--quiet')
    unsubscribe(letters)
    check('nothing is broken', lab.run(data, 'verify').returncode == 0)


main()
lab.finish()
