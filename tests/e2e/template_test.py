#!/usr/bin/python3
"""template_test.py - a letter to oneself: `template test` through a relay on loopback and in a dry run, and
what doctor says of that relay.

What breaks if it fails: an operator who tries a letter writes to a stranger, or uses up a lead, or
believes that a letter went which the relay refused.
"""
import email
import email.policy
import json
import os
import socket

import lab
from lab_smtp import Sink

ME = 'me@firm.example'
BASE = dict(AUTOPILOT_MAIL_FROM='we@firm.example', AUTOPILOT_MAIL_POSTAL_ADDRESS='Firm, 1 Way, Town',
            AUTOPILOT_MAIL_UNSUBSCRIBE='mailto:stop@firm.example', AUTOPILOT_MAIL_DAILY_CAP=1000)


def through(sink, **more):
    return dict(BASE, AUTOPILOT_MAIL_MODE='smtp', AUTOPILOT_MAIL_TLS='no', AUTOPILOT_MAIL_URL=sink.url(),
                **more)


def nobody():
    """Where nobody listens."""
    with socket.create_server(('127.0.0.1', 0)) as s:
        return 'smtp://127.0.0.1:%d' % s.getsockname()[1]


def test(data, *words, **more):
    return lab.run(data, 'template', 'test', *words, **more)


def one_goes(data):
    before = lab.must(data, 'sends', 'list', '--json')
    sink = Sink()
    p = test(data, 'guide-de', '--to', 'Me@Firm.Example', **through(sink))
    lab.check('it goes to the operator, once', p.returncode == 0 and [r for r, _ in sink.taken] == [ME],
              (p.returncode, p.stderr, sink.taken))
    lab.check('and says so', ME in p.stdout and 'one letter went' in p.stdout, p.stdout)
    m = email.message_from_bytes(sink.taken[0][1], policy=email.policy.default)
    lab.check('the letter says for whom it would be', m['To'] == ME and
              m['Subject'].startswith('[for maria@beispiel-zq.de] '), (m['To'], m['Subject']))
    p = test(data, 'guide-de', '--to', ME, '--json', **through(sink))
    answer = json.loads(p.stdout)
    lab.check('--json', p.returncode == 0 and answer['to'] == ME and answer['state'] == 'sent' and
              answer['code'] == 250, p.stdout)
    lab.check('the ledger knows nothing of it', lab.must(data, 'sends', 'list', '--json') == before and
              lab.run(data, 'verify').returncode == 0)
    sink.close()


def refused(data):
    sink = Sink(plan={'rcpt': '550 5.7.1 not here'})
    p = test(data, 'guide-de', '--to', ME, **through(sink))
    lab.check('a refusal is told in the relay\'s words, status not 0',
              p.returncode != 0 and 'not here' in p.stderr and not sink.taken, (p.returncode, p.stderr))
    sink.close()
    p = test(data, 'guide-de', '--to', ME, **dict(through(sink), AUTOPILOT_MAIL_URL=nobody()))
    lab.check('no relay: said, status not 0', p.returncode != 0 and p.stderr.count('\n') == 1, p.stderr)


def bad_words(data):
    sink = Sink()
    s = through(sink)
    for words, wanted in ((('guide-de',), 'to whom'), (('guide-de', '--to', 'nobody'), 'not an address'),
                          (('guide-de', '--to', 'a@b.example\r\nBcc: c@d.example'), 'not an address'),
                          (('no-such', '--to', ME), 'there is no template'),
                          (('guide-de', '--to', ME, '--lead', 'x@y.example'), 'there is no lead')):
        p = test(data, *words, **s)
        lab.check('refused: %r' % (words,), p.returncode == 1 and wanted in p.stderr and not sink.taken,
                  (p.returncode, p.stderr))
    with open(os.path.join(lab.tmp(), 'leads.csv'), 'w') as f:
        f.write('email\nnameless@brunnen-zq.de\n')
    with open(os.path.join(lab.tmp(), 'body.txt'), 'w') as f:
        f.write('Dear {{name}},\n')
    lab.must(data, 'leads', 'import', f.name.replace('body.txt', 'leads.csv'), '--job', 'sample', '--quiet')
    lab.must(data, 'template', 'add', 'lacks', '--subject', 'Hello', '--text', f.name)
    p = test(data, 'lacks', '--to', ME, '--lead', 'nameless@brunnen-zq.de', **s)
    lab.check('what the lead lacks is named', p.returncode == 1 and 'name' in p.stderr and
              not sink.taken, (p.returncode, p.stderr))
    sink.close()


def doctor(data):
    """The same relay, asked without a letter."""
    def relay(**more):
        rows = lab.rows(lab.run(data, 'doctor', '--json', **more).stdout)
        return [(r['result'], r['text']) for r in rows if r['check'] == 'relay']
    sink = Sink()
    s = through(sink)
    seen = relay(**s)
    lab.check('doctor: the relay would take letters, and got none', len(seen) == 1 and
              seen[0][0] == 'ok' and not sink.taken and not any(c.startswith(('MAIL', 'RCPT', 'DATA'))
                                                                for c in sink.commands), (seen, sink.commands))
    sink.close()
    seen = relay(**dict(s, AUTOPILOT_MAIL_URL=nobody()))
    lab.check('doctor: no relay is bad, with the reason', len(seen) == 1 and seen[0][0] == 'bad' and
              'connect' in seen[0][1].lower(), seen)
    locked = Sink(users={'me': 'right'}, starttls=False)
    seen = relay(**dict(s, AUTOPILOT_MAIL_URL=locked.url('me:sesame@')))
    lab.check('doctor: a wrong password is bad, and is not shown', seen[0][0] == 'bad' and
              'sesame' not in seen[0][1], seen)
    seen = relay(**dict(s, AUTOPILOT_MAIL_TLS='yes', AUTOPILOT_MAIL_URL=locked.url()))
    lab.check('doctor: no TLS where it is wanted is bad', seen[0][0] == 'bad', seen)
    locked.close()
    lab.check('doctor: a dry run has no relay', relay() == [])


def dry(data):
    p = test(data, 'guide-de', '--to', ME)
    lab.check('a dry run sends nothing and says so', p.returncode == 0 and 'not sent' in p.stdout,
              (p.returncode, p.stdout, p.stderr))
    lab.check('verify finds nothing strange in the outbox', lab.run(data, 'verify').returncode == 0)
    p = test(data, 'guide-de', AUTOPILOT_MAIL_REDIRECT_TO=ME)
    lab.check('without --to: [mail] redirect_to', p.returncode == 0 and ME in p.stdout, p.stdout)


def main():
    data = os.path.join(lab.tmp(), 'data')
    lab.must(data, 'init', '--sample')
    one_goes(data)
    refused(data)
    bad_words(data)
    doctor(data)
    dry(data)


main()
lab.finish()
