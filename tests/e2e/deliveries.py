#!/usr/bin/python3
"""deliveries.py - finished reports brought to others: webhooks that are signed, tried again, given
up; letters to readers, at most once; both with the engine killed on the way (`all`: at every
failpoint).
"""
import base64
import datetime
import email
import email.utils
import hashlib
import hmac
import http.server
import json
import os
import subprocess
import sys
import threading

import lab
from lab_dns import Resolver
from lab_smtp import Sink

NOW = datetime.datetime.now(datetime.timezone.utc)
SLOT = (NOW - datetime.timedelta(hours=2)).replace(second=0, microsecond=0)
POINTS = ('agenda_run_end_before', 'agenda_run_end_after', 'delivery_take_before',
          'delivery_take_after', 'delivery_post_before', 'delivery_post_after',
          'delivery_end_before', 'delivery_end_after')
MAIL_POINTS = ('delivery_take_after', 'delivery_mail_before', 'delivery_mail_after',
               'delivery_end_before')


class Receiver:
    """Takes POSTs on loopback; `answers`: statuses of the first ones, then 204."""

    def __init__(self, *answers):
        outer, self.got, self.answers = self, [], list(answers)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers['Content-Length']))
                outer.got.append((dict(self.headers.items()), body))
                status = outer.answers.pop(0) if outer.answers else 204
                self.send_response(status)
                self.send_header('Content-Length', '0')
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = 'http://127.0.0.1:%d/hook' % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def config(data, **more):
    """Sections with their lines, added to the config file."""
    with open(os.path.join(data, 'autopilot.ini'), 'a') as f:
        for section, lines in more.items():
            f.write('\n[%s]\n%s\n' % (section, '\n'.join(lines)))


def prepare(name, *words, **sections):
    data = os.path.join(lab.tmp(), name)
    lab.must(data, 'init', '--quiet')
    items = ''.join('<item><title>News %d</title><link>https://example.org/%d</link>'
                    '<description>What happened</description><pubDate>%s</pubDate></item>'
                    % (i, i, email.utils.format_datetime(SLOT - datetime.timedelta(hours=i + 1)))
                    for i in range(9))
    with open(os.path.join(data, 'feed.xml'), 'w') as f:
        f.write('<rss version="2.0"><channel><title>Bote</title>%s</channel></rss>' % items)
    with open(os.path.join(data, 'specs.ini'), 'w') as f:
        f.write('[specification news]\ntitle = The news\nfrequency = daily\n[category all]\n'
                '[source Bote]\naddress = feed.xml\n')
    config(data, **sections)
    lab.must(data, 'spec', 'import', os.path.join(data, 'specs.ini'), '--quiet')
    lab.must(data, 'schedule', 'add', 'daily', '--spec', 'news', '--time', SLOT.strftime('%H:%M'),
             '--quiet', *words)
    return data


def make_due(data):
    lab.must(data, 'schedule', 'run', 'daily', '--quiet')


def engine(data, binary=None, **more):
    p = subprocess.run([binary or lab.BIN, '--data', data, 'engine', '--until-idle', '--quiet'],
                       env=lab.env(**more), stdin=subprocess.DEVNULL, capture_output=True,
                       timeout=60, text=True)
    return p.returncode, p.stderr


def deliveries(data):
    return lab.rows(lab.must(data, 'deliveries', 'list', '--json'))


def states(data):
    return [(d['kind'], d['state'], d['attempt']) for d in reversed(deliveries(data))]


def verified(data, headers, body):
    key = lab.must(data, 'deliveries', 'key').strip()
    said = '%s.%s.' % (headers['webhook-id'], headers['webhook-timestamp'])
    mac = hmac.new(base64.b64decode(key[len('whsec_'):]), said.encode() + body, hashlib.sha256)
    return headers['webhook-signature'] == 'v1,' + base64.b64encode(mac.digest()).decode()


def webhook():
    r = Receiver(500, 429)
    data = prepare('hook', '--webhook', r.url,
                   delivery=['allow_private = yes', 'retry = 50ms', 'html = yes'])
    make_due(data)
    for _ in range(40):
        engine(data)
        if states(data) and states(data)[0][1] != 'waiting':
            break
    run = lab.rows(lab.must(data, 'run', 'list', '--json'))[0]
    lab.check('a webhook that is refused twice is taken at the third attempt',
              states(data) == [('webhook', 'delivered', 3)] and len(r.got) == 3, states(data))
    ids = {(h['webhook-id'], h['Idempotency-Key']) for h, _ in r.got}
    lab.check('each attempt has the run\'s id as its key', ids == {(run['id'], run['id'])}, ids)
    lab.check('each is signed', all(verified(data, h, b) for h, b in r.got))
    h, b = r.got[-1]
    lab.check('a changed byte breaks the signature', not verified(data, h, b + b' '))
    told = json.loads(b)
    d = told['data']
    lab.check('it tells what was made', told['type'] == 'report.made' and d['run'] == run['id']
              and d['schedule'] == 'daily' and d['title'] == 'The news' and d['items'] == run['items']
              and d['sha256'] == run['sha256'] == hashlib.sha256(d['html'].encode()).hexdigest(),
              {k: d[k] for k in d if k != 'html'})
    shown = json.loads(lab.must(data, 'run', 'show', 'last', '--json'))['deliveries']
    lab.check('run show has it', [s['state'] for s in shown] == ['delivered'], shown)
    again = lab.must(data, 'deliveries', 'retry', str(shown[0]['id']))
    engine(data)
    lab.check('retry brings it once more, audited', again.strip() == 'waiting' and len(r.got) == 4
              and 'delivery_asked' in lab.must(data, 'audit', 'list'), len(r.got))
    r.close()


def given_up():
    r = Receiver(*[503] * 9)
    data = prepare('gone', '--webhook', r.url,
                   delivery=['allow_private = yes', 'retry = 10ms', 'attempts = 3'])
    make_due(data)
    for _ in range(20):
        engine(data)
        if states(data)[0][1] == 'failed':
            break
    log = lab.must(data, 'log')
    lab.check('after its attempts it is given up, with an event',
              states(data) == [('webhook', 'failed', 3)] and len(r.got) == 3
              and 'given up after 3 attempts' in log, (states(data), log[-300:]))
    r.close()


def private():
    r = Receiver()
    data = prepare('private', '--webhook', r.url, delivery=['attempts = 1'])
    make_due(data)
    engine(data)
    d = deliveries(data)[0]
    lab.check('a private address is refused unless the config says otherwise',
              not r.got and d['state'] == 'failed' and 'private address' in (d['answer'] or ''), d)
    r.close()
    data = prepare('plain', '--webhook', 'http://example.org/hook')
    make_due(data)
    engine(data)
    d = deliveries(data)[0]
    lab.check('http to elsewhere is refused for good', d['state'] == 'failed'
              and 'https' in (d['answer'] or '') and d['attempt'] == 1, d)


def words():
    data = prepare('words')
    for bad in (('--webhook', 'ftp://example.org/'), ('--mail-to', 'nobody'),
                ('--mail-to', 'a@b.org\r\nBcc: c@d.org')):
        p = lab.run(data, 'schedule', 'edit', 'daily', *bad)
        lab.check('%r is refused' % bad[1], p.returncode == 2, (p.returncode, p.stderr))
    lab.must(data, 'schedule', 'edit', 'daily', '--webhook', 'https://example.org/', '--quiet')
    lab.must(data, 'schedule', 'edit', 'daily', '--webhook', '', '--quiet')
    make_due(data)
    engine(data)
    lab.check('an empty value takes it back', deliveries(data) == [], deliveries(data))


def chosen(points, few):
    return points if 'all' in sys.argv[1:] else few


def killed_posting():
    for point in chosen(POINTS, ('agenda_run_end_after', 'delivery_post_after')):
        r = Receiver()
        data = prepare('k-' + point, '--webhook', r.url, delivery=['allow_private = yes'])
        make_due(data)
        code, _ = engine(data, binary=lab.FP_BIN, AUTOPILOT_FP=point + ':1:kill')
        engine(data)
        ids = {h['Idempotency-Key'] for h, _ in r.got}
        runs = lab.rows(lab.must(data, 'run', 'list', '--json'))
        lab.check('killed at %s the report is brought, with one key' % point,
                  code == -9 and [s[:2] for s in states(data)] == [('webhook', 'delivered')]
                  and ids == {runs[0]['id']} and len(runs) == 1 and 1 <= len(r.got) <= 2,
                  (code, states(data), len(r.got), ids))
        r.close()


def letters(where):
    new = os.path.join(where, 'new')
    return [os.path.join(new, n) for n in sorted(os.listdir(new))] if os.path.isdir(new) else []


def mailed():
    data = prepare('mail', '--mail-to', 'ana@example.org', '--mail-to', 'ben@example.net',
                   mail=['mode = maildir', 'from = reports@example.com',
                         'allow_domains = example.org'])
    make_due(data)
    engine(data)
    got = letters(os.path.join(data, 'maildir'))
    held = [d for d in deliveries(data) if d['state'] == 'held']
    lab.check('a reader gets the report; one at another domain is held',
              len(got) == 1 and len(held) == 1 and held[0]['target'] == 'ben@example.net'
              and 'allow_domains' in held[0]['answer'], (got, states(data)))
    if got:
        with open(got[0], 'rb') as f:
            m = email.message_from_binary_file(f)
        kinds = [p.get_content_type() for p in m.walk()]
        lab.check('as text and HTML', kinds == ['multipart/alternative', 'text/plain', 'text/html']
                  and m['To'] == 'ana@example.org' and m['Subject'] == 'The news', (kinds, m['Subject']))


def killed_mailing():
    for point in chosen(MAIL_POINTS, ('delivery_mail_before', 'delivery_mail_after')):
        data = prepare('m-' + point, '--mail-to', 'ana@example.org',
                       mail=['mode = maildir', 'from = reports@example.com'])
        make_due(data)
        code, _ = engine(data, binary=lab.FP_BIN, AUTOPILOT_FP=point + ':1:kill')
        engine(data)
        got = letters(os.path.join(data, 'maildir'))
        lab.check('killed at %s the letter is there once' % point,
                  code == -9 and len(got) == 1
                  and [s[:2] for s in states(data)] == [('mail', 'delivered')],
                  (code, len(got), states(data)))


def relayed():
    """A relay can't be asked what became of a letter: killed behind the dot it is in doubt."""
    sink, resolver = Sink(starttls=False), Resolver(lambda host: 'nxdomain')
    mail = dict(AUTOPILOT_MAIL_MX_CHECK='yes', AUTOPILOT_MAIL_DNS_SERVER=resolver.address,
                AUTOPILOT_MAIL_MODE='smtp', AUTOPILOT_MAIL_URL=sink.url(),
                AUTOPILOT_MAIL_TLS='no', AUTOPILOT_MAIL_FROM='reports@firm.example',
                AUTOPILOT_MAIL_POSTAL_ADDRESS='Firm, Road 1, 10115 Berlin',
                AUTOPILOT_MAIL_UNSUBSCRIBE='mailto:stop@firm.example',
                AUTOPILOT_MAIL_DAILY_CAP='100')
    for point, state, count in (('delivery_mail_after', 'in_doubt', 1),
                                ('delivery_mail_before', 'in_doubt', 0)):
        data = prepare('r-' + point, '--mail-to', 'ana@example.org')
        make_due(data)
        before = len(sink.taken)
        code, _ = engine(data, binary=lab.FP_BIN, AUTOPILOT_FP=point + ':1:kill', **mail)
        engine(data, **mail)
        engine(data, **mail)
        lab.check('killed at %s with a relay the letter is in doubt, and never goes twice' % point,
                  code == -9 and [s[1] for s in states(data)] == [state]
                  and len(sink.taken) - before == count,
                  (code, states(data), len(sink.taken) - before))
    lab.must(data, 'deliveries', 'retry', str(deliveries(data)[0]['id']), '--quiet')
    engine(data, **mail)
    lab.check('a person may have it sent again', states(data)[0][1] == 'delivered'
              and len(sink.taken) == 2, (states(data), len(sink.taken)))
    lab.check('the DNS is not asked where a report may go', not resolver.names(), resolver.names())
    resolver.close()
    sink.close()


def main():
    webhook()
    given_up()
    private()
    mailed()
    words()
    if os.path.exists(lab.FP_BIN):
        killed_posting()
        killed_mailing()
        relayed()
    else:
        lab.skip('killed at each failpoint', 'there is no build with failpoints')
    lab.finish()


if __name__ == '__main__':
    sys.exit(main())
