#!/usr/bin/env python3
"""smtp_verdicts.py - every way in which a relay can fail, at every phase, and what becomes of the
letter: a table. Each row is a conversation over real sockets with a relay that misbehaves there."""
import concurrent.futures
import os
import ssl
import subprocess
import sys

import lab
import lab_smtp
from lab_smtp import CLOSE, GARBAGE, HANG, Sink

PROG = os.path.join(os.environ.get('TEST_PROGS', os.path.join(lab.ROOT, 'build/fp/tests')),
                    'e2e', 'prog_smtp')

# phase, what the relay does there, what is to be seen: a verdict, or why the sink as a whole fails.
# "retry": certainly not sent, the job goes on later; "refused": a person has to look.
BEFORE = [(phase, action, 'sink retry')
          for phase in ('banner', 'ehlo', 'starttls', 'tls', 'auth', 'mail', 'rcpt', 'data')
          for action in (CLOSE, HANG, GARBAGE)]
ANSWERS = [
    ('banner', '421 4.3.2 shutting down', 'sink retry'),
    ('banner', '554 5.3.2 no service here', 'sink retry'),
    ('ehlo', '421 4.3.2 shutting down', 'sink retry'),
    ('ehlo', '550 5.7.1 go away', 'sink'),
    ('starttls', '454 4.7.0 not now', 'sink retry'),
    ('starttls', '502 5.5.1 no such thing', 'sink refused'),
    ('auth', '454 4.7.0 not now', 'sink retry'),
    ('auth', '535 5.7.8 wrong', 'sink refused'),
    ('mail', '451 4.3.0 not now', 'sink retry'),
    ('mail', '421 4.3.2 shutting down', 'sink retry'),
    ('mail', '553 5.1.8 not you', 'sink refused'),
    ('mail', '552 5.3.4 too large', 'rejected 552'),
    ('rcpt', '450 4.2.1 greylisted', 'deferred 450'),
    ('rcpt', '451 4.7.1 greylisted', 'deferred 451'),
    ('rcpt', '421 4.3.2 shutting down', 'sink retry'),
    ('rcpt', '550 5.1.1 nobody', 'rejected 550'),
    ('rcpt', '552 5.2.2 full', 'rejected 552'),
    ('rcpt', '554 5.7.1 no', 'rejected 554'),
    ('data', '451 4.3.0 not now', 'deferred 451'),
    ('data', '421 4.3.2 shutting down', 'sink retry'),
    ('data', '554 5.5.1 no valid recipients', 'rejected 554'),
    # A letter this small is on its way, dot and all, before anybody can notice.
    ('body', HANG, 'in_doubt 0'),
    ('body', GARBAGE, 'in_doubt 0'),
    ('dot', '450 4.3.0 not now', 'deferred 450'),
    ('dot', '452 4.3.1 disk full', 'deferred 452'),
    ('dot', '421 4.3.2 shutting down', 'deferred 421'),
    ('dot', '552 5.3.4 too large', 'rejected 552'),
    ('dot', '554 5.7.1 spam', 'rejected 554'),
    ('dot', CLOSE, 'in_doubt 0'),
    ('dot', HANG, 'in_doubt 0'),
    ('dot', GARBAGE, 'in_doubt 0'),
    ('dot', '354 what', 'in_doubt 354'),
    ('dot', '251 fine', 'sent 251'),
    ('after', CLOSE, 'sent 250'),
    ('after', HANG, 'sent 250'),
    ('after', GARBAGE, 'sent 250'),
]
NAMES = {CLOSE: 'closes', HANG: 'is silent', GARBAGE: 'speaks nonsense'}


def run(sink, *args):
    done = subprocess.run([PROG, *args], capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


def row(tls, phase, action, want):
    secure = phase in ('starttls', 'tls', 'auth')
    sink = Sink({phase: action}, cert=tls if secure else None, users={'user': 'word'} if secure else None)
    login = 'user:word@' if secure else ''
    out = run(sink, sink.url(login), '1', '1', 'answer=1', 'ca=' + tls[0] if secure else 'tls=no')
    name = 'at %s the relay %s' % (phase, NAMES.get(action) or 'says ' + action[:3])
    first = out.split('\n')[0]
    seen = first if first.startswith('sink') else first.partition(' ')[2]
    delivered = len(sink.taken)
    fits = seen == want or seen.startswith(want + ' ')
    # Nothing that was taken may be called unsent, and nothing sent that was not taken.
    true = (delivered == 1) if want.startswith('sent') and phase == 'after' else delivered == 0
    lab.check(name, fits and true, 'wanted %r, saw %r; the relay took %d' % (want, out, delivered))
    sink.close()


def safety(tls, other):
    """What is not safe is not spoken to: no MAIL command, no password, before TLS is right."""
    def refused(name, sink, *args, login='user:word@', scheme=None, want='sink refused'):
        out = run(sink, sink.url(login, scheme), '1', '1', 'answer=2', *args)
        told = [c for c in sink.commands if c.startswith(('MAIL', 'AUTH', 'RCPT'))]
        lab.check(name, out.startswith(want) and not told and not sink.taken, (out, told))
        sink.close()
    users = {'user': 'word'}
    refused('a relay without STARTTLS is refused', Sink(users=users))
    refused('a relay that hides STARTTLS is refused', Sink(cert=tls, starttls=False, users=users),
            'ca=' + tls[0])
    refused('an unknown authority is refused', Sink(cert=other, users=users), 'ca=' + tls[0])
    refused('a self-signed certificate is refused', Sink(cert=tls, users=users))
    wrong = lab_smtp.certificate(lab.tmp(), 'wrong', host='other.example')
    refused('another host\'s certificate is refused', Sink(cert=wrong, users=users), 'ca=' + wrong[0])
    old = lab_smtp.expire(lab.tmp(), lab_smtp.certificate(lab.tmp(), 'old'))
    refused('an expired certificate is refused', Sink(cert=old, users=users), 'ca=' + old[0])
    refused('TLS 1.0 is refused', Sink(cert=tls, users=users, tls_version=ssl.TLSVersion.TLSv1),
            'ca=' + tls[0], want='sink')
    refused('smtps to a plain relay is refused', Sink(users=users), scheme='smtps', want='sink')
    refused('smtps with an unknown authority is refused',
            Sink(cert=other, implicit=True, users=users), 'ca=' + tls[0])
    sink = Sink(cert=tls, users=users)
    out = run(sink, sink.url('user:word@'), '1', '1', 'ca=' + tls[0])
    lab.check('STARTTLS, then AUTH, then the letter', out.startswith('0 sent') and
              sink.commands.index('STARTTLS') < [c[:4] for c in sink.commands].index('AUTH'), out)
    sink = Sink(cert=tls, implicit=True, users=users)
    out = run(sink, sink.url('user:word@'), '1', '1', 'ca=' + tls[0])
    lab.check('smtps, then AUTH, then the letter', out.startswith('0 sent'), out)
    out = run(sink, 'smtp://192.0.2.1:25', '1', '1', 'tls=no')
    lab.check('without TLS only loopback is connected to', 'only for a relay on this machine' in out, out)
    out = run(sink, 'http://user:secret@127.0.0.1/', '1', '1')
    lab.check('an URL of something else is refused without its password',
              out.startswith('sink refused') and 'secret' not in out, out)


def recipients():
    sink = Sink()
    for text in ('a@b.example\r\nRCPT TO:<evil@x.example>', 'a@b.example>', 'a b@c.example', '',
                 'a@b.example\nDATA', '<a@b.example'):
        out = run(sink, sink.url(), '1', '1', 'tls=no', 'to=' + text)
        lab.check('recipient %r goes nowhere' % text,
                  out.startswith('0 rejected 553') and not sink.commands, (out, sink.commands))
    sink.close()


def connections():
    sink = Sink()
    out = run(sink, sink.url(), '1', '250', 'tls=no', 'letters=100', 'quiet=yes')
    lab.check('a connection carries so many letters and no more',
              'sent 250' in out and sink.connections == 3, (out, sink.connections))
    sink.close()
    count = [0]

    def every_third(sink):
        count[0] += 1
        return CLOSE if count[0] % 3 == 0 else None
    sink = Sink({'after': every_third})
    out = run(sink, sink.url(), '1', '60', 'tls=no', 'quiet=yes')
    lab.check('a kept connection that the relay closed is made anew, nothing twice',
              'sent 60' in out and len(set(r for r, _ in sink.taken)) == 60 == len(sink.taken), out)
    sink.close()
    sink = Sink({'body': CLOSE})
    out = run(sink, sink.url(), '1', '1', 'tls=no', 'size=20000000')
    lab.check('closed in the middle of a large letter: certainly not sent',
              out.startswith('sink retry'), out)
    sink.close()
    sink = Sink()
    out = run(sink, sink.url(), '4', '8', 'tls=no', 'allow=no')
    lab.check('what is not allowed is not sent', 'dropped' in out and not sink.taken, out)
    sink.close()
    sink = Sink(dot_delay=0.2)
    out = run(sink, sink.url(), '8', '40', 'tls=no', 'quiet=yes')
    seconds = float(out.split('seconds ')[1].split('\n')[0])
    lab.check('8 connections do not wait for one another', 'sent 40' in out and seconds < 2.5, out)
    sink.close()


def main():
    tls = lab_smtp.certificate(lab.tmp(), 'good')
    other = lab_smtp.certificate(lab.tmp(), 'other')
    with concurrent.futures.ThreadPoolExecutor(8) as pool: # most of them wait for silence
        list(pool.map(lambda r: row(tls, *r), BEFORE + ANSWERS))
    safety(tls, other)
    recipients()
    connections()
    lab.finish()


if __name__ == '__main__':
    sys.exit(main())
