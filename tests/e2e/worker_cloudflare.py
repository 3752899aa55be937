#!/usr/bin/python3
"""worker_cloudflare.py - the control API as a Cloudflare Worker, in Cloudflare's own runtime,
beside a real PostgreSQL, while an engine works the jobs.

needs: postgres

Broken if this fails: what is deployed from conf/deploy/cloudflare does not answer as
docs/openapi.json says, loses events, lets somebody do what the record forbids, or does not say why
it can't answer.
"""
import json
import os
import re
import secrets
import shutil
import subprocess

import lab
import lab_api
from lab import check
from lab_shared import Server

NPM = os.path.join(lab.ROOT, 'build', 'npm-worker')
PACKAGES = {'miniflare': '3.20250718.3', 'pg': '8.16.3', 'esbuild': '0.25.12'}
SPEC = json.load(open(os.path.join(lab.ROOT, 'docs', 'openapi.json')))
NOT_HERE = ('/metrics', '/u/{token}', '/v1/schedules/{name}/run')


def packages():
    """None, or why they can't be had."""
    if not shutil.which('node') or not shutil.which('npm'):
        return 'needs node and npm'

    def there(name, version):
        try:
            with open('%s/node_modules/%s/package.json' % (NPM, name)) as f:
                return json.load(f)['version'] == version
        except (OSError, ValueError):
            return False
    if all(there(*p) for p in PACKAGES.items()):
        return None
    os.makedirs(NPM, exist_ok=True)
    p = subprocess.run(['npm', 'install', '--silent', '--no-audit', '--no-fund',
                        *('%s@%s' % p for p in PACKAGES.items())], cwd=NPM, timeout=300,
                       stdin=subprocess.DEVNULL, capture_output=True)
    return None if p.returncode == 0 else "npm packages (miniflare) can't be had"


class Worker(lab_api.Engine):
    """The Worker: answers as an engine's API does."""

    def __init__(self, url, tokens, limit=0, **variables):
        given = {'hyperdrive': url, 'limit': limit, 'vars': {'API_TOKENS': tokens, **variables}}
        self.process = subprocess.Popen(
            ['node', os.path.join(lab.ROOT, 'tests', 'e2e', 'lab_worker.mjs'), NPM,
             json.dumps(given)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        return self.process.wait(timeout=30)


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
    parts = [(schema['items'], v, '%s[%d]' % (at, i)) for i, v in enumerate(value)] \
        if kind == 'array' else []
    for key in schema.get('required', []):
        if key not in value:
            return '%s has no %s' % (at, key)
    parts += [(part, value[key], '%s.%s' % (at, key))
              for key, part in schema.get('properties', {}).items() if key in value]
    return next(filter(None, (fault(*p) for p in parts)), None)


def examples(w, token):
    wrong = []
    for path, item in SPEC['paths'].items():
        for method, operation in item.items():
            if path in NOT_HERE or path == '/v1/events':
                continue
            query = '&'.join('%s=%s' % (p['name'], p['example']) for p in operation.get(
                'parameters', []) if p['in'] == 'query' and 'example' in p)
            body = '{}' if method == 'post' else None
            more = {'Content-Type': 'application/json'} if body else {}
            at = path.replace('{name}', 'sample') + ('?' + query if query else '')
            status, headers, text = w.ask(method.upper(), at, token, body, **more)
            said = operation['responses'].get(str(status), {}).get('content', {})
            kind = headers['Content-Type'].split(';')[0]
            why = 'not documented' if kind not in said else \
                kind == 'application/json' and fault(said[kind]['schema'], json.loads(text))
            if status != 200 or why:
                wrong.append((method, at, status, why, text[:200]))
    check('the examples of openapi.json are answered as it says', not wrong, wrong)


def same_as_program(w, e, token):
    """What the program's own API says of the same record, key by key, but for what moves."""
    moving = {'as_of', 'last_seen', 'unsynced', 'server', 'pooler', 'login', 'eta_s', 'running',
              'per_minute', 'lease_until', 'letters_today', 'pid'}

    def still(o):
        if isinstance(o, dict):
            return {k: still(v) for k, v in o.items() if k not in moving}
        return [still(v) for v in o] if isinstance(o, list) else o
    for path in ('/v1/jobs', '/v1/jobs/sample', '/v1/schedules', '/v1/runs', '/v1/status'):
        pair = lab_api.wait_for(lambda: next((p for p in [(
            still(w.json('GET', path, token)[1]), still(e.json('GET', path, token)[1]))]
            if p[0] == p[1]), None), 5)
        check('%s is as the program says it' % path, pair,
              '' if pair else (w.json('GET', path, token), e.json('GET', path, token)))


def sentences():
    """The Worker's table of events is the program's."""
    text = r'((?:"(?:[^"\\]|\\.)*"\s*)+)'
    ours = {name: [area, ''.join(json.loads(s) for s in re.findall(r'"(?:[^"\\]|\\.)*"', words))]
            for name, area, words in re.findall(
                r'\[EVENT_\w+\] = \{\s*"(\w+)",\s*LOG_\w+,\s*"(\w+)",\s*\w+,\s*' + text,
                open(os.path.join(lab.ROOT, 'src', 'domain', 'event.c')).read())}
    where = os.path.join(lab.ROOT, 'conf', 'deploy', 'cloudflare', 'sentences.js')
    p = subprocess.run(['node', '--input-type=module', '-e', '''
        import { readFileSync } from 'node:fs';
        const text = readFileSync(process.argv[1], 'utf8');
        const { KINDS, mask, screen } = await import('data:text/javascript,' +
            encodeURIComponent(text));
        console.log(JSON.stringify({ kinds: KINDS, mask: mask('to <jo@firm.example>, @x a@b@c.d'),
            screen: screen('a\\u001b[1m\\u202eb\\ufdd0') }));''', where],
                       capture_output=True, text=True)
    got = json.loads(p.stdout or '{}')
    check('the sentences are those of src/domain/event.c', len(ours) > 70 and
          got.get('kinds') == ours, p.stderr or set(map(str, ours.items())) ^
          set(map(str, got.get('kinds', {}).items())))
    check('foreign text is masked and screened', got.get('mask') == 'to <j***@firm.example>, @x '
          'a***@c.d' and got.get('screen') == 'a.[1mb?', got)


# --- who may ask ---

def refused(w, name, want, code, method, path, token=None, body=None, **headers):
    status, got, text = w.ask(method, path, token, body, **headers)
    o = json.loads(text)
    check('%s: %d %s' % (name, want, code), status == want and
          not fault(SPEC['components']['schemas']['Error'], o) and o['error']['code'] == code,
          '%d %s' % (status, text[:300]))
    return got, o['error']


def refusals(w, read, control):
    got, _ = refused(w, 'no token', 401, 'unauthorized', 'GET', '/v1/status')
    check('401 says how', got.get('WWW-Authenticate', '').startswith('Bearer'), got)
    for bad in (read[:-1] + ('A' if read[-1] != 'A' else 'B'), read[:-1], 'ap_'):
        refused(w, 'a wrong token (%d)' % len(bad), 401, 'unauthorized', 'GET', '/v1/jobs', bad)
    refused(w, 'a stranger does not learn what there is', 401, 'unauthorized', 'GET', '/nowhere')
    refused(w, 'reading does not start', 403, 'forbidden', 'POST', '/v1/jobs/sample/start', read)
    refused(w, 'no such end point', 404, 'not_found', 'GET', '/v1/nothing', read)
    refused(w, 'no such job', 404, 'not_found', 'GET', '/v1/jobs/nobody', read)
    refused(w, 'no such job to start', 404, 'not_found', 'POST', '/v1/jobs/nobody/start', control)
    refused(w, 'a zero in a name', 404, 'not_found', 'GET', '/v1/jobs/sam%00ple', read)
    got, _ = refused(w, 'another method', 405, 'method_not_allowed', 'PUT', '/v1/jobs', read)
    check('405 says which', got.get('Allow') == 'GET', got)
    refused(w, 'a body that is no JSON', 415, 'not_json', 'POST', '/v1/jobs/sample/stop', control,
            'x=1', Content_Type='application/x-www-form-urlencoded')
    refused(w, 'a body of more', 400, 'bad_body', 'POST', '/v1/jobs/sample/stop', control,
            '{"x": 1}', Content_Type='application/json')
    refused(w, 'a body that is too large', 413, 'too_large', 'POST', '/v1/jobs/sample/stop',
            control, 'x' * 70000, Content_Type='application/json')
    refused(w, 'a bad parameter', 400, 'bad_query', 'GET', '/v1/runs?limit=x', read)
    refused(w, 'a bad event number', 400, 'bad_id', 'GET', '/v1/events', read, Last_Event_ID='x')
    refused(w, 'no groups to start', 409, 'refused', 'POST', '/v1/jobs/empty/start', control)


# --- commands and the log ---

def commands(w, server, token):
    """One job through all of them while an engine works it, its log followed live."""
    status, o = w.json('GET', '/v1/jobs/sample', token)
    check('the job waits', o['status'] == 'idle', o)
    live = w.stream(token)
    status, o = w.json('POST', '/v1/jobs/sample/start', token)
    check('start', status == 200 and o['changed'] and
          o['message'].startswith('Started sample ('), o)

    def job(state):
        return lab_api.wait_for(lambda: next((o for _, o in [w.json(
            'GET', '/v1/jobs/sample', token)] if o['status'] == state), None))
    first = live.events(1)[0]
    check('who follows the log sees it begin', first[1]['kind'] == 'job_start' and
          first[1]['actor'] == 'clerk', first)
    check('letters go out', lab_api.wait_for(
        lambda: w.json('GET', '/v1/jobs/sample', token)[1]['total_emails_sent'] > 0))
    again = w.json('POST', '/v1/jobs/sample/start', token)
    check('once more changes nothing', again[0] == 200 and again[1] == {
        'ok': True, 'changed': False, 'message': 'sample is running already.'}, again)
    for verb, state in (('pause', 'paused'), ('resume', 'running'), ('stop', 'stopped')):
        status, o = w.json('POST', '/v1/jobs/sample/' + verb, token)
        check('%s, and the engine obeys' % verb, status == 200 and o['changed'] and job(state), o)
    rows = server.sql("select action || ' ' || actor from ap.audit_log where action like 'job_%' "
                      "order by seq", 'cf').split('\n')
    check('the record knows who it was', rows[-4:] == [
        'job_%s clerk' % v for v in ('start', 'pause', 'resume', 'stop')], rows)
    seen = []
    while not seen or seen[-1][1]['kind'] != 'job_stopped':
        seen += live.events(1)
    live.close()
    check('the log came live and whole', [first[0]] + [n for n, _ in seen] == [int(n) for n in
          server.sql('select seq from ap.events where seq between %d and %d order by seq'
                     % (first[0], seen[-1][0]), 'cf').split()], (first, seen[:5]))
    return seen[-1][0]


def reconnects(w, e, server, token, newest):
    """Connections that break at random places have each event once, as the program has it."""
    got, last = [], 0
    for take in (1, 7, 30, 2, 60, 250):
        s = w.stream(token, Last_Event_ID=last)
        part = s.events(min(take, newest - last) if last else take)
        s.close()
        got += part
        last = part[-1][0]
        if last >= newest:
            break
    rows = server.sql('select seq from ap.events where seq <= %d and (job is not null or schedule '
                      'is not null) order by seq' % last, 'cf').split()  # what this login sees
    check('a stream that is taken up again has lost nothing',
          [n for n, _ in got] == [int(n) for n in rows], [n for n, _ in got][:20])
    schema = SPEC['components']['schemas']['Event']
    check('events are as openapi.json says', not any(fault(schema, o) for _, o in got), got[:2])
    s = e.stream(token, Last_Event_ID=0)
    theirs, mine = s.events(last), dict(got)
    wrong = [(n, o, mine[n]) for n, o in theirs if n in mine and mine[n] != o]
    check('and as the program says them, word for word', not wrong and len(theirs) == last,
          wrong[:2])
    s.close()


def gaps(w, server, token, newest):
    """A transaction that ends after one which took a higher number."""
    note = "insert into ap.events (at, kind, level, job, text) select clock_timestamp(), " \
           "'job_failed', 0, id, '%s' from ap.automation_jobs where name = 'sample'"
    s = w.stream(token, Last_Event_ID=newest)
    slow = subprocess.Popen([lab_psql(), '-XAtq', '-d', server.url('cf')], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)
    slow.stdin.write('begin; %s returning seq;\n' % (note % 'first'))
    slow.stdin.flush()
    low = int(slow.stdout.readline())
    server.sql(note % 'second', 'cf')
    looks = int(server.ask('count w'))
    lab_api.wait_for(lambda: int(server.ask('count w')) > looks + 1)  # the stream looked meanwhile
    slow.stdin.write('commit; begin; %s; rollback;\n' % (note % 'never'))
    slow.stdin.close()
    slow.wait()
    for name in ('third', 'last'):
        server.sql(note % name, 'cf')
    got = s.events(3)
    s.close()
    check('a lower number that is seen later is not lost, one that was never used not waited for',
          [(n - low, o['text'].split()[-1]) for n, o in got] ==
          [(0, 'first'), (1, 'second'), (3, 'third')], got)


def lab_psql():
    from lab_pg import tool
    return tool('psql')


# --- what goes wrong ---

def away(w, server, token):
    server.ask('dead w')
    refused(w, 'the record is away', 503, 'record_unreachable', 'GET', '/v1/jobs', token)
    refused(w, 'nor can it be commanded', 503, 'record_unreachable', 'POST',
            '/v1/jobs/sample/start', token)
    status, _, text = w.ask('GET', '/healthz')
    check('and the Worker says that it is not well', status == 503, (status, text))
    server.ask('go w')
    check('it is back by itself', lab_api.wait_for(
        lambda: w.ask('GET', '/healthz')[0] == 200 and w.ask('GET', '/v1/jobs', token)[0] == 200))


def lost_answer(w, server, token):
    """The command was carried out, its answer was lost: that is what is said."""
    asked = "select count(*) from ap.audit_log where action = 'job_start'"
    before = int(server.sql(asked, 'cf'))
    server.ask('cut w 2')  # the login and the look at the job pass
    status, o = w.json('POST', '/v1/jobs/sample/start', token)
    check('a lost answer is told as such', status == 503 and
          'nobody knows' in o['error']['hint'] and int(server.sql(asked, 'cf')) == before + 1,
          (status, o, before))


def others(w, data, url, token):
    """The workspace becomes somebody else's: the Worker's login is no member."""
    lab.must(data, 'member', 'add', 'boss', AUTOPILOT_RECORD_URL=url)
    status, o = w.json('GET', '/v1/jobs', token)
    check('what the login may not see is not there', status == 200 and o['jobs'] == [], o)
    refused(w, 'nor can it be stopped', 404, 'not_found', 'POST', '/v1/jobs/sample/stop', token)


def limited(url, tokens, token):
    w = Worker(None, tokens, limit=3, RECORD_URL=url)  # and without Hyperdrive
    got = [w.ask('GET', '/v1/runs', token) for _ in range(5)]
    check('the fourth request of a minute is 429 with Retry-After', [g[0] for g in got] ==
          [200] * 3 + [429] * 2 and int(got[3][1]['Retry-After']) > 0, [g[0] for g in got])
    w.end()


def main():
    server = Server('cf', durable=False)
    server.make('cf')
    url = dict(AUTOPILOT_RECORD_URL=server.url('cf'))
    data = os.path.join(lab.tmp(), 'data')
    lab.must(data, 'init', '--sample', '--quiet', **url)
    lab.must(data, 'job', 'add', 'empty', '--quiet', **url)
    read, control = lab_api.token(data, 'eyes'), lab_api.token(data, 'boss', 'control')
    tokens = open(os.path.join(data, 'api-tokens.json')).read()
    login = 'clerk_' + secrets.token_hex(3)
    secret = lab.must(os.path.join(lab.tmp(), 'operator'), 'db', 'login', 'add', login,
                      '--operator', 'clerk', **url).strip()
    wired = re.sub('//[^@]*@', '//%s:%s@' % (login, secret), server.url('cf', wired=True))
    e = lab_api.Engine(data, AUTOPILOT_API_PER_MINUTE=0, **url)
    w = Worker(wired, tokens)
    refusals(w, read, control)
    same_as_program(w, e, control)
    newest = commands(w, server, control)
    same_as_program(w, e, control)
    reconnects(w, e, server, read, newest)
    examples(w, control)
    away(w, server, control)
    lost_answer(w, server, control)
    e.end()
    gaps(w, server, read, int(server.sql('select max(seq) from ap.events', 'cf')))
    others(w, data, url['AUTOPILOT_RECORD_URL'], control)
    limited(wired, tokens, read)
    check('the Worker ends', w.end() == 0)
    sentences()
    server.close()


why = packages()
if why:
    lab.skip('the Worker in its own runtime', why)
else:
    main()
lab.finish()
