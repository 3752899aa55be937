#!/usr/bin/python3
"""search_others.py - SearXNG and lists as providers, over real sockets and files.

A SearXNG that is blocked, limits, repeats itself or is set up wrongly never makes a term count as
exhausted, and what needs a person is said with the cure.
"""
import json
import os
from urllib.parse import parse_qs, urlsplit

import lab
from lab_search import Relay, Worker, body, status
from search_worker import engine, objects, provider, take


def page(results, **more):
    return body('application/json', json.dumps(dict(
        {'query': 'x', 'results': results, 'unresponsive_engines': []}, **more)).encode())


class Searx:
    """Pages of made-up results, as a rule of a relay; `first` are answered before all else."""

    def __init__(self, pages, *first):
        self.pages, self.first, self.numbers = pages, list(first), []

    def __call__(self, h, _lines):
        asked = parse_qs(urlsplit(h.path).query)
        number = int(asked['pageno'][0])
        self.numbers.append(number)
        if self.first:
            return self.first.pop(0)(h, None)
        results = self.pages[number - 1] if number <= len(self.pages) else []
        return page(results)(h, None)


def relay_of(searx):
    return Relay(None, lambda _r, _n, _q: searx)


def results(*names):
    return [{'url': 'https://%s.example/' % n, 'title': n, 'content': '...'} for n in names]


def ask_all(base, searx, limit=100):
    """What `search-worker --searxng` makes of it: its objects without hello."""
    relay = relay_of(searx)
    w = Worker(base, '--searxng', relay.url + '/')
    got = objects(w.ask(body={'proto': 1, 'request_id': 'r', 'query': 'x ü&y', 'limit': limit}))[1:]
    ended = w.end()
    relay.close()
    return got, ended


def urls(got):
    return [o['url'].split('/')[2].split('.')[0] for o in got if o['t'] == 'result']


def pages(base):
    cases = [
        ('until an empty page', [results('a', 'b'), results('c')], 'abc', [1, 2, 3]),
        ('until a repeated page', [results('a', 'b'), results('c'), results('c'), results('d')], 'abc',
         [1, 2, 3]),
        ('odd results are stepped over', [[{'url': 7}, {}, 'x', None, {'url': 'ftp://f'}] + results('a'),
                                          [{'url': 'javascript:1'}], results('b')], 'ab', [1, 2, 3, 4]),
        ('nothing at all', [], '', [1]),
    ]
    for what, made, want, numbers in cases:
        searx = Searx(made)
        got, ended = ask_all(base, searx)
        lab.check('pages %s' % what, urls(got) == list(want) and searx.numbers == numbers and
                  got[-1]['reason'] == 'exhausted' and ended == (0, ''), (got, searx.numbers, ended))
    searx = Searx([results('a', 'b', 'c'), results('d', 'e')])
    relay = relay_of(searx)
    w = Worker(base, '--searxng', relay.url)
    question = {'proto': 1, 'request_id': 'r', 'query': 'x', 'limit': 1}
    seen, cursor = [], None
    for _ in range(6):
        got = objects(w.ask(body=dict(question, cursor=cursor)))
        seen += urls(got)
        cursor = got[-1]['cursor']
    lab.check('a cursor goes on in the middle of a page', seen == list('abcde'), seen)
    w.end()
    relay.close()


def failures(base):
    blocked = page([], unresponsive_engines=[['one', 'Suspended: CAPTCHA'], ['two', 'timeout']])
    cases = [
        ('blocked engines', blocked, 'engine_blocked', 'search engines'),
        ('429', status(429), 'engine_blocked', '429'),
        ('429 with Retry-After', status(429, Retry_After=90), 'rate_limited', '429'),
        ('500', status(500), 'engine_blocked', '500'),
        ('html', body('text/html', b'<html>'), 'engine_blocked', 'no page'),
        ('a page without results', body('application/json', b'{}'), 'engine_blocked', 'no page'),
        ('403', status(403), 'internal', 'search.formats'),
        ('401', status(401), 'internal', 'token'),
        ('404', status(404), 'internal', 'url'),
        ('a redirect', status(302, Location='http://127.0.0.1:1/'), 'internal', 'elsewhere'),
        ('400', status(400), 'bad_query', ''),
    ]
    for what, answer, code, words in cases:
        got, (code_, err) = ask_all(base, Searx([results('a')], answer))
        last = got[-1]
        lab.check('SearXNG says %s: %s' % (what, code), last['t'] == 'error' and last['code'] == code and
                  code_ == 0 and words in err and ('Retry' not in what or 85 <= last['retry_after_s'] <= 91),
                  (got, err))


def job(base):
    """Through the engine: a term whose results are blocked now is not exhausted."""
    blocked = page([], unresponsive_engines=[['one', 'x']])
    relay = Relay(None, lambda _r, _n, _q: blocked)
    data = take(base, 'blocked', relay.url, kind='searxng')
    ran = engine(data)
    shown = json.loads(lab.must(data, 'job', 'show', 'lab', '--json'))
    states = {t['state'] for g in shown['groups'] for t in g['terms']}
    lab.check('blocked engines defer the terms', ran.returncode == 0 and states == {'deferred'}, states)
    relay.close()
    relay = Relay(None, lambda _r, _n, _q: status(403))
    provider(data, relay.url, kind='searxng')
    lab.must(data, 'job', 'start', 'lab', '--quiet')
    engine(data)
    shown = json.loads(lab.must(data, 'job', 'show', 'lab', '--json'))
    lab.check('403 fails the job with the cure', shown['status'] == 'failed' and
              'search.formats' in shown['error'], shown.get('error'))
    relay.close()


def lists(base):
    data = take(base, 'lists', '/nowhere/list', kind='static')
    p = lab.run(data, 'search', 'x', '--provider', 'far')
    lab.check('a list that is not there is said', p.returncode == 1 and '/nowhere/list' in p.stderr, p.stderr)


def doctor(base):
    data = lab.copy(base, 'doctor')
    with open(os.path.join(data, 'autopilot.ini'), 'w') as f:
        f.write('[search one]\nkind = worker\nurl = http://10.0.0.1/\n'
                '[search two]\nkind = searxng\nurl = https://search.example/\ntoken_file = /nowhere/token\n'
                '[search three]\nkind = static\nurl = /nowhere/list\n'
                '[search four]\nkind = searxng\nurl = https://search.example/\n')
    p = lab.run(data, 'doctor')
    said = {line.split()[2]: line for line in p.stdout.splitlines() if ' search ' in line}
    lab.check('doctor looks at each provider', p.returncode == 1 and 'https://' in said['one:'] and
              '/nowhere/token' in said['two:'] and '/nowhere/list' in said['three:'] and
              said['four:'].startswith('ok'), p.stdout + p.stderr)
    for text, words in (('kind = google\nurl = x\n', 'allowed are'), ('kind = worker\n', 'url'),
                        ('url = https://a.example\n', 'kind'), ('kind = static\n', 'url'),
                        ('kind = searxng\nurl = a.example\n', 'https://'), ('size = 7\n', 'known are')):
        with open(os.path.join(data, 'autopilot.ini'), 'w') as f:
            f.write('[search bad]\n' + text)
        p = lab.run(data, 'config', 'check')
        lab.check('config check: %s' % text.split('\n')[0], p.returncode == 1 and words in p.stderr, p.stderr)


def main():
    base = lab.prepare('base', pages=20, loop_interval=5, limit=10)
    lab.must(base, 'job', 'stop', 'lab', '--quiet')
    pages(base)
    failures(base)
    job(base)
    lists(base)
    doctor(base)
    lab.finish()


if __name__ == '__main__':
    main()
