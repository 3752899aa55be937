#!/usr/bin/python3
"""search_worker.py - a whole job whose searches are answered by another process, over real sockets.

However the worker behaves - breaks off at any line, is slow, talks nonsense, refuses for a while,
forgets, repeats itself - the job finds the same addresses in the same order as with the built-in
provider; and what can't get better by itself ends the job with the cure, at the right place.

usage: search_worker.py [all]   all: more kills (make soak)
"""
import json
import os
import random
import signal
import ssl
import subprocess
import sys
import time

import lab
import lab_smtp
from lab_search import Relay, Worker, body, hang_up, status, stream

KILLS = 200 if 'all' in sys.argv[1:] else 10
FAST = dict(AUTOPILOT_ENGINE_JOB_LANES=1, AUTOPILOT_ENGINE_RETRY_MIN='10ms',
            AUTOPILOT_ENGINE_RETRY_MAX='50ms')


def take(base, name, url, token_file=None, kind='worker'):
    """A copy of the data directory whose job asks the worker at url."""
    data = lab.copy(base, name)
    provider(data, url, token_file, kind)
    lab.must(data, 'job', 'edit', 'lab', '--provider', 'far', '--quiet')
    lab.must(data, 'job', 'start', 'lab', '--quiet')
    return data


def provider(data, url, token_file=None, kind='worker'):
    with open(os.path.join(data, 'autopilot.ini'), 'w') as f:
        f.write('[search far]\nkind = %s\nurl = %s\n' % (kind, url))
        if token_file:
            f.write('token_file = %s\n' % token_file)


def engine(data, timeout=120, **more):
    return lab.run(data, 'engine', '--until-idle', '--quiet', timeout=timeout, **dict(FAST, **more))


def same(what, data, want, ran):
    got = lab.sequence(data, 'lab')
    at = next((i for i, (a, b) in enumerate(zip(got, want)) if a != b), min(len(got), len(want)))
    lab.check(what, ran.returncode == 0 and got == want,
              'exit %d, %d of %d, differs at %d: %s, %s; %s' % (
                  ran.returncode, len(got), len(want), at, got[at:at + 1], want[at:at + 1],
                  ran.stderr[-300:]))


# --- rules: what the relay does -------------------------------------------------------------------

def broken(_relay, n, _q):
    """Breaks after 1 to 7 lines (the first is `hello`), sometimes in the middle of one; never often
    enough in a row without a result to give a term up."""
    def change(lines):
        keep = lines[:n % 6 + 2 if n % 3 else 1]
        tail = [lines[len(keep)][:20]] if len(lines) > len(keep) and n % 2 else []
        return keep + tail + [None]
    return stream(change)


def cut_text(_relay, n, _q):
    """As broken, but with an end that HTTP takes for a good one."""
    def change(lines):
        keep = lines[:n % 5 + 2]
        return keep + ([lines[len(keep)][:-9]] if len(lines) > len(keep) else [])
    return stream(change)


def dribble(_relay, n, _q):
    return stream(lambda lines: [line[i:i + 97] for line in lines for i in range(0, len(line), 97)])


def talkative(_relay, _n, _q):
    noise = [b'{"t":"ping"}\n', b'{"t":"progress","done":1,"total":9}\n', b'\n', b'\r\n',
             b'{"t":"log","level":"info","msg":"\x1b[2J hello"}\n', b'{"t":"of tomorrow","x":[1]}\n']
    return stream(lambda lines: [x for line in lines for x in noise + [line]])


def nonsense(_relay, _n, _q):
    bad = [b'null\n', b'[]\n', b'"x"\n', b'{"t":5}\n', b'{"t":"result"}\n', b'}{\n', b'\xff\xfe\n',
           b'{"t":"result","url":7,"cursor":"1"}\n', b'{"t":"result","url":"http://a.de"}\n',
           b'{"t":"result","url":"file:///etc/passwd","cursor":"9:9"}\n',
           b'{"t":"result","url":"corpus:/a b","cursor":"9:9"}\n',
           b'{"t":"result","url":"http://a.de","cursor":["1"]}\n',
           b'{"t":"result","url":"http://a.de","cursor":"%s"}\n' % (b'c' * 300),
           b'{"t":"result","url":"http://a.de","cursor":"\\u00e4"}\n',
           b'{"t":"result","url":"http://a.de","url":"http://b.de","cursor":"1"}\n',
           b'[' * 5000 + b'\n', b'{"t":"error","fatal":"yes","retry_after_s":-5}\n',
           b'{"t":"error","retry_after_s":1e99}\n', b'{"a":"' + b'z' * 60000 + b'"}\n']
    return stream(lambda lines: [x for i, line in enumerate(lines)
                                 for x in (bad if i < 3 else bad[i % len(bad):][:1]) + [line]])


def huge(_relay, n, _q):
    if n % 3 == 0:
        return stream(lambda lines: lines[:3] + [b'{"x":"' + b'y' * 70000])
    return None


def twice(_relay, _n, _q):
    return stream(lambda lines: [x for line in lines for x in ([line] * 2 if b'"result"' in line else [line])])


def no_newline(_relay, _n, _q):
    return stream(lambda lines: lines[:-1] + [lines[-1].rstrip(b'\n')])


def ends_empty(_relay, n, q):
    if n % 3 == 2:
        return None
    return stream(lambda _lines: [json.dumps({'t': 'end', 'reason': 'deadline', 'count': 0,
                                              'cursor': q['cursor']}).encode() + b'\n'])


def sometimes(*answers):
    """Each in turn, and good ones in between."""
    def rule(_relay, n, _q):
        return answers[n // 2 % len(answers)] if n % 2 == 0 else None
    return rule


def forgets(relay, n, q):
    if q['cursor'] and n % 4 == 3:
        return status(409)
    return None


def as_pages(relay, n, q):
    """Small pages; every other time without the line `end` in it."""
    def answer(h, _lines):
        asked = dict(q, limit=3 + n % 5)
        text = relay.worker.ask(body=asked, Accept='application/json')[2]
        page = json.loads(text)
        if n % 2:
            page['items'] = [x for x in page['items'] if x['t'] != 'end']
        h.whole(200, 'application/json; charset=utf-8', json.dumps(page).encode(), {})
    return answer


RULES = [
    ('breaks at every line', broken), ('ends too early in good order', cut_text),
    ('comes in small pieces', dribble), ('talks in between', talkative),
    ('talks nonsense', nonsense), ('sends a huge line', huge), ('delivers twice', twice),
    ('forgets the last line\'s end', no_newline), ('ends without results', ends_empty),
    ('refuses for now', sometimes(status(408), status(429), status(500), status(502), status(503),
                                  status(429, Retry_After=1), status(503, Retry_After='soon'),
                                  hang_up)),
    ('answers something else', sometimes(body('text/html', b'<h1>hello</h1>'), body('application/json', b'{"items":7}'),
                                         body('application/json', b'[' * 3000), body('application/x-ndjson', b''),
                                         body('text/plain', b'x' * 5000000))),
    ('forgets where it stood', forgets), ('gives pages', as_pages),
]


def rules(base, worker, want):
    for i, (what, rule) in enumerate(RULES):
        relay = Relay(worker, rule)
        data = take(base, 'rule%d' % i, relay.url)
        ran = engine(data)
        same('a worker that %s: the same job' % what, data, want, ran)
        ids = {(q['query'], q['variation']): q['request_id'] for q in relay.asked}
        kept = all(ids[q['query'], q['variation']] == q['request_id'] for q in relay.asked)
        lab.check('... asked %d times, always with the query\'s own id' % len(relay.asked),
                  kept and len(set(ids.values())) == len(ids) and len(relay.asked) > 10)
        relay.close()
        lab.shutil.rmtree(data)


# --- what does not get better by itself -----------------------------------------------------------

def ends_job(base, worker, want):
    for code, word in ((401, 'token'), (403, 'token'), (404, 'url'), (302, 'elsewhere'), (451, 'refuses')):
        other = Relay(worker)
        relay = Relay(worker, lambda _r, n, _q: status(code, Location=other.url) if n >= 3 else None)
        data = take(base, 'ends%d' % code, relay.url)
        ran = engine(data)
        job = json.loads(lab.must(data, 'job', 'show', 'lab', '--json'))
        lab.check('%d ends the job with the cure' % code,
                  ran.returncode == 1 and job['status'] == 'failed' and word in job['error'] and
                  len(relay.asked) == 4, (ran.returncode, job['status'], job.get('error')))
        lab.check('... and nobody else is asked', not other.asked, len(other.asked))
        relay.rule = None
        lab.must(data, 'job', 'start', 'lab', '--quiet')
        same('... and mended it goes on where it was', data, want, engine(data))
        relay.close()
        other.close()


def bad_query(base, worker, want):
    """What a term never gets an answer for is given up, and the others go on."""
    term = want[0][1]
    for code in (400, 422):
        relay = Relay(worker, lambda _r, _n, q: status(code) if q['query'] == term else None)
        data = take(base, 'bad%d' % code, relay.url)
        ran = engine(data)
        asked = [q for q in relay.asked if q['query'] == term]
        others = {s[1] for s in lab.sequence(data, 'lab')}
        lab.check('%d gives the query up and goes on' % code,
                  ran.returncode == 0 and len(asked) == 1 and len(others) > 3, (len(asked), others))
        relay.close()


def tls(base, worker):
    pair = lab_smtp.certificate(lab.tmp(), 'search')
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    relay = Relay(worker, context=context)
    token = os.path.join(lab.tmp(), 'token')
    data = take(base, 'tls', relay.url, secret(token))
    engine(data)
    job = json.loads(lab.must(data, 'job', 'show', 'lab', '--json'))
    lab.check('a certificate that nobody vouches for ends the job, and nothing was said',
              job['status'] == 'failed' and 'certificate' in job['error'] and not relay.asked, job.get('error'))
    provider(data, 'http://127.evil.example/', token)
    p = lab.run(data, 'search', 'x', '--provider', 'far')
    lab.check('a name that looks like loopback gets no token in the clear',
              p.returncode == 1 and 'https://' in p.stderr, p.stderr)
    relay.close()


# --- pauses ---------------------------------------------------------------------------------------

def pauses(base, worker, want):
    relay = Relay(worker, lambda _r, n, _q: status(429, Retry_After=3600) if n == 2 else None)
    data = take(base, 'pause', relay.url)
    began = time.monotonic()
    ran = engine(data)
    took = time.monotonic() - began
    job = json.loads(lab.must(data, 'job', 'show', 'lab', '--json'))
    states = {t['state'] for g in job['groups'] for t in g['terms']}
    lab.check('an hour\'s pause is waited for, and burns no term',
              ran.returncode == 0 and len(relay.asked) == 3 and took < 30 and
              'deferred' not in states and job['status'] == 'running', (len(relay.asked), took, states, job['status']))
    relay.close()
    for after in (3, 4):
        relay = Relay(worker, lambda _r, n, _q: status(429, Retry_After=after) if n == 2 else None)
        data = take(base, 'pause%d' % after, relay.url)
        began = time.monotonic()
        ran = engine(data)
        took = time.monotonic() - began
        same('a pause of %d s: the same job' % after, data, want, ran)
        lab.check('... after it was waited for', took >= after, took)
        relay.close()


# --- kills ----------------------------------------------------------------------------------------

def kills(base, want):
    """Engine and worker are killed at random moments, job after job."""
    dice = random.Random(20261123)
    worker = Worker(base)
    port, killed, jobs, bad = worker.port, 0, 0, None
    while killed < KILLS and not bad:
        data = take(base, 'kills%d' % jobs, worker.url)
        jobs += 1
        for n in range(6):
            p = subprocess.Popen([lab.BIN, '--data', data, 'engine', '--until-idle', '--quiet'],
                                 env=lab.env(**FAST), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(dice.uniform(0.02, 0.3))  # the moment of the kill, not a wait
            if n % 2:
                worker.process.kill()
                worker.process.communicate()
                worker = Worker(base, listen='127.0.0.1:%d' % port)
            p.kill()
            killed += p.wait() == -signal.SIGKILL
        ran = engine(data)
        got = lab.sequence(data, 'lab')
        if ran.returncode != 0 or got != want:
            bad = (jobs, ran.returncode, len(got), len(want), ran.stderr[-200:])
        lab.shutil.rmtree(data, ignore_errors=True)
    lab.check('killed at random moments, and the worker too: the same job', bad is None, bad)
    print('# %d kills in %d jobs' % (killed, jobs))
    worker.end()


# --- the worker itself ----------------------------------------------------------------------------

def secret(path, text='s3cret-token'):
    with open(path, 'w') as f:
        f.write(text + '\n')
    os.chmod(path, 0o600)
    return path


QUESTION = {'proto': 1, 'request_id': 'r-1', 'query': lab.WORDS[0], 'limit': 5}


def objects(answer):
    return [json.loads(line) for line in answer[2].splitlines()]


def contract(base):
    w = Worker(base)
    got = objects(w.ask(body=QUESTION))
    lab.check('a stream has hello, results and an end',
              [o['t'] for o in got] == ['hello'] + ['result'] * 5 + ['end'] and
              got[-1]['reason'] == 'limit' and got[-1]['cursor'] == got[5]['cursor'], got)
    rest = objects(w.ask(body=dict(QUESTION, cursor=got[2]['cursor'])))
    lab.check('a cursor goes on behind its result',
              [o['url'] for o in rest[1:4]] == [o['url'] for o in got[3:6]], rest)
    everything = objects(w.ask(body=dict(QUESTION, limit=1000)))
    lab.check('everything ends with "exhausted"', everything[-1]['reason'] == 'exhausted' and
              everything[-1]['count'] == len(everything) - 2 > 20, everything[-1])
    page = json.loads(w.ask(body=QUESTION, Accept='application/json')[2])
    lab.check('whoever takes only JSON gets a page', [o['t'] for o in page['items']] ==
              [o['t'] for o in got] and page['end'] is False and page['cursor'] == got[-1]['cursor'], page)
    late = objects(w.ask(body=dict(QUESTION, limit=1000, deadline_ms=1)))
    lab.check('a deadline is kept', late[-1]['reason'] in ('deadline', 'exhausted'), late[-1])
    health = json.loads(w.ask('GET', '/v1/health')[2])
    lab.check('health says version and limits', health['proto'] == 1 and health['limits']['limit'] == 1000, health)
    asks = [
        (204, 'DELETE', '/v1/search/r-1', None), (204, 'DELETE', '/v1/search/never', None),
        (404, 'GET', '/', None), (404, 'POST', '/v1/searches', {}), (404, 'DELETE', '/v1/search/', None),
        (405, 'GET', '/v1/search', None), (405, 'POST', '/v1/health', {}), (405, 'PUT', '/v1/search/x', {}),
        (400, 'POST', '/v1/search', 'hello'), (400, 'POST', '/v1/search', '[]'), (400, 'POST', '/v1/search', ''),
        (400, 'POST', '/v1/search', '{"proto":1,"proto":1}'),
        (422, 'POST', '/v1/search', {}), (422, 'POST', '/v1/search', dict(QUESTION, proto=2)),
        (422, 'POST', '/v1/search', dict(QUESTION, query='')),
        (422, 'POST', '/v1/search', dict(QUESTION, query=7)),
        (422, 'POST', '/v1/search', dict(QUESTION, query='x' * 401)),
        (422, 'POST', '/v1/search', dict(QUESTION, query='a\nb')),
        (422, 'POST', '/v1/search', dict(QUESTION, limit=0)),
        (422, 'POST', '/v1/search', dict(QUESTION, limit='5')),
        (422, 'POST', '/v1/search', dict(QUESTION, request_id='a/b')),
        (422, 'POST', '/v1/search', dict(QUESTION, cursor='c' * 241)),
        (422, 'POST', '/v1/search', dict(QUESTION, want='leads')),
        (413, 'POST', '/v1/search', 'x' * 65537), (200, 'POST', '/v1/search', dict(QUESTION, limit=10**9)),
        (200, 'POST', '/v1/search', dict(QUESTION, cursor='of another')),
    ]
    for want, method, path, text in asks:
        got = w.ask(method, path, text)
        lab.check('%d: %s %s %.40s' % (want, method, path, text), got[0] == want, got)
    lab.check('406 for whoever takes neither', w.ask(body=QUESTION, Accept='text/html')[0] == 406)
    lab.check('a web page that was led here is not answered',
              w.ask(body=QUESTION, Host='evil.example')[0] == 401)
    lab.check('SIGTERM ends it cleanly', w.end() == (0, ''))


def doors(base):
    file = secret(os.path.join(lab.tmp(), 'door'))
    w = Worker(base, '--token-file', file)
    for header, want in (({}, 401), ({'Authorization': 'Bearer wrong'}, 401),
                         ({'Authorization': 's3cret-token'}, 401), ({'Authorization': 'Bearer '}, 401),
                         ({'Authorization': 'Bearer s3cret-tokenx'}, 401),
                         ({'Authorization': 'Bearer s3cret-token'}, 200)):
        lab.check('token %s: %d' % (header, want), w.ask(body=QUESTION, **header)[0] == want)
    lab.check('the token counts for all of it', w.ask('GET', '/v1/health')[0] == 401)
    data = take(base, 'door-wrong', w.url, secret(os.path.join(lab.tmp(), 'door2'), 'other'))
    lab.check('an engine with another token stops with the cure', engine(data).returncode == 1 and
              'token_file' in lab.must(data, 'job', 'show', 'lab'))
    provider(data, w.url, file)
    p = lab.run(data, 'search', lab.WORDS[0], '--provider', 'far', '--limit', '3')
    lab.check('`search` asks it too', p.returncode == 0 and p.stdout.count('@') == 3, p.stderr + p.stdout)
    w.end()
    p = lab.run(data, 'search', lab.WORDS[0], '--provider', 'far', '--limit', '3')
    lab.check('`search` says what is wrong when it is away', p.returncode == 1 and 'far' in p.stderr, p.stderr)
    for words, why in ((['--listen', '0.0.0.0:0'], 'token'), (['--listen', '[::]:0'], 'token'),
                       (['--listen', 'nonsense'], '127.0.0.1:8080'), ([], '--listen'),
                       (['--listen', '127.0.0.1:0', '--token-file', '/nowhere'], 'token file')):
        p = lab.run(base, 'search-worker', *words)
        lab.check('search-worker %s is refused' % ' '.join(words), p.returncode != 0 and why in p.stderr, p.stderr)
    w = Worker(base, '--token-file', file, listen='0.0.0.0:0')
    lab.check('with a token it may be reached by others', w.port > 0)
    w.end()


def site(base):
    pages = os.path.join(base, 'pages')
    w = Worker(base, '--site', pages + '/=https://pages.example/all/')
    got = objects(w.ask(body=QUESTION))
    lab.check('--site gives addresses of the web', got[1]['url'].startswith('https://pages.example/all/page')
              and got[1]['url'].endswith('.html'), got[1])
    w.end()
    w = Worker(base, '--site', '/elsewhere=https://pages.example')
    got = objects(w.ask(body=QUESTION))
    lab.check('pages elsewhere stay here', [o['t'] for o in got] == ['hello', 'end'], got)
    w.end()


def main():
    base = lab.prepare('base', pages=250, loop_interval=25, limit=60)
    data = lab.copy(base, 'local')
    lab.must(base, 'job', 'stop', 'lab', '--quiet')
    ran = engine(data)
    want = lab.sequence(data, 'lab')
    lab.check('a job with the built-in provider', ran.returncode == 0 and len(want) > 100, len(want))
    contract(base)
    doors(base)
    site(base)
    worker = Worker(base)
    data = take(base, 'plain', worker.url)
    same('a job through a worker: the same job', data, want, engine(data))
    rules(base, worker, want)
    ends_job(base, worker, want)
    bad_query(base, worker, want)
    pauses(base, worker, want)
    tls(base, worker)
    worker.end()
    kills(base, want)
    lab.finish()


if __name__ == '__main__':
    main()
