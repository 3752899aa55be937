#!/usr/bin/python3
"""bounces.py - what comes back: reports in the style of several relays, answers of people and of
machines, read from a Maildir and an mbox into the ledger of real letters.

What breaks if it fails: an address at which nobody is would be written to for ever, a report that
somebody forged would silence somebody, or reading a mailbox twice would count twice.
"""
import email
import os

import lab
from lab_smtp import CLOSE, Sink
from smtp_trial import settings

POSTFIX = '''Return-Path: <>
From: MAILER-DAEMON@mx.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: we@firm.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="9B095B5ADN.1164/mx.example"

This is a MIME-encapsulated message.

--9B095B5ADN.1164/mx.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

<%(to)s>: host mx[192.0.2.1] said: %(code)s

--9B095B5ADN.1164/mx.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
X-Postfix-Queue-ID: 9B095B5ADN
Arrival-Date: Mon, 23 Nov 2026 10:00:00 +0000 (UTC)

Final-Recipient: rfc822; %(to)s
Original-Recipient: rfc822;%(to)s
Action: %(action)s
Status: %(status)s
Remote-MTA: dns; mx
Diagnostic-Code: smtp; %(code)s

--9B095B5ADN.1164/mx.example
Content-Description: Undelivered Message
Content-Type: message/rfc822

Return-Path: <we@firm.example>
From: we@firm.example
To: %(to)s
Message-ID: <%(id)s@firm.example>

Hello

--9B095B5ADN.1164/mx.example--
'''
EXIM = '''Return-path: <>
From: Mail Delivery System <Mailer-Daemon@exim.example>
To: we@firm.example
Auto-Submitted: auto-replied
X-Failed-Recipients: %(to)s
Content-Type: multipart/report; report-type=delivery-status; boundary=1700000000-eximdsn-1
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender

--1700000000-eximdsn-1
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

--1700000000-eximdsn-1
Content-type: message/delivery-status

Reporting-MTA: dns; exim.example

Action: failed
Final-Recipient: rfc822;%(to)s
Status: 5.0.0
Remote-MTA: dns; mx.there.example
Diagnostic-Code: smtp; 550 5.1.1 <%(to)s>: Recipient address rejected:
 User unknown

--1700000000-eximdsn-1
Content-type: text/rfc822-headers

From: we@firm.example
Message-ID:
 <%(id)s@firm.example>

--1700000000-eximdsn-1--
'''
EXCHANGE = '''From: <postmaster@corp.example>
To: <we@firm.example>
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="5b4d-dsn"
X-MS-Exchange-Message-Is-Ndr:
Message-ID: <4f9c-11aa@corp.example>
In-Reply-To: <%(id)s@firm.example>
References: <%(id)s@firm.example>
Subject: Undeliverable: A question

--5b4d-dsn
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="inner"

--inner
Content-Type: text/plain; charset="us-ascii"

Your message couldn't be delivered.
--inner
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: base64

PGI+bm88L2I+
--inner--

--5b4d-dsn
Content-Type: message/delivery-status

Reporting-MTA: dns;corp.example
Received-From-MTA: dns;firm.example

Final-Recipient: rfc822;%(to)s
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found

--5b4d-dsn--
'''
QMAIL = '''Return-Path: <>
From: MAILER-DAEMON@qmail.example
To: we@firm.example
Subject: failure notice

Hi. This is the qmail-send program at qmail.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<%(to)s>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

From: we@firm.example
Message-ID: <%(id)s@firm.example>
'''
ANSWER = '''From: Maria <%(to)s>
To: we@firm.example
Subject: Re: A question
Message-ID: <CAF1@there.example>
In-Reply-To: <CAF0@there.example>
References: <%(id)s@firm.example>
 <CAF0@there.example>

Thank you, please call me.
'''
ABSENT = '''From: <%(to)s>
To: we@firm.example
Subject: Out of office
Auto-Submitted: auto-replied (vacation)
In-Reply-To: <%(id)s@firm.example>

I am back on Monday.
'''


def postfix(letter, action, status, code):
    return POSTFIX % dict(letter, action=action, status=status, code=code)


def maildir(name, messages):
    where = os.path.join(lab.tmp(), name)
    for sub in ('cur', 'new', 'tmp'):
        os.makedirs(os.path.join(where, sub))
    for i, text in enumerate(messages):
        with open(os.path.join(where, 'new' if i % 2 else 'cur', '%04d.x:2,S' % i), 'wb') as f:
            f.write(text.encode('utf-8', 'surrogateescape'))
    return where


def mbox(name, messages, crlf=False):
    where = os.path.join(lab.tmp(), name)
    with open(where, 'wb') as f:
        for text in messages:
            text = 'From MAILER-DAEMON Mon Nov 23 10:00:00 2026\n' + text + '\n'
            f.write((text.replace('\n', '\r\n') if crlf else text).encode())
    return where


def letter_of(row):
    return {'id': row['message_id'], 'to': row['address']}


def rows_of(data):
    return {r['address']: r for r in lab.sends(data, 'lab') if r['mode'] == 'smtp'}


def listed(data):
    return {r['subject']: r['reason']
            for r in lab.rows(lab.must(data, 'suppress', 'list', '--json'))}


def bring(data, where, *more, code=0):
    p = lab.run(data, 'bounces', 'import', where, '--json', *more)
    if p.returncode != code:
        raise RuntimeError('import: exit %d: %s%s' % (p.returncode, p.stdout, p.stderr))
    import json
    return json.loads(p.stdout), p.stderr


def mailed():
    """A data directory whose letters went to a relay that cut the answer of every eighth."""
    seen = []

    def cut(sink):
        with sink.lock:
            seen.append(1)
            return CLOSE if len(seen) % 8 == 0 else None
    sink = Sink({'dot': cut})
    data = lab.prepare('data', loop_interval=20, limit=60)
    lab.must(data, 'job', 'stop', 'lab', '--quiet')
    s = settings(sink)
    lab.must(data, 'job', 'start', 'lab', '--quiet', **s)
    lab.run(data, 'engine', '--until-idle', '--quiet', **s)
    sink.close()
    return data, sink


def styles(data, sent):
    """One of each style; says what each did."""
    cases = [
        ('postfix, nobody there', postfix(sent[0], 'failed', '5.1.1', '550 5.1.1 user unknown')),
        ('exim, which puts the status into the diagnostic', EXIM % sent[1]),
        ('exchange, without the letter', EXCHANGE % sent[2]),
        ('postfix, a full mailbox', postfix(sent[3], 'failed', '5.2.2', '552 5.2.2 over quota')),
        ('postfix, a delay', postfix(sent[4], 'delayed', '4.4.1', '451 4.4.1 try later')),
        ('a relay that says delivered', postfix(sent[5], 'relayed', '2.0.0', '250 2.0.0 ok')),
        ('an answer', ANSWER % sent[6]),
        ('somebody is absent', ABSENT % sent[7]),
        ('qmail', QMAIL % sent[8])]
    where = maildir('styles', [text for _, text in cases])
    want = dict(messages=9, bounced=4, delayed=1, delivered=2, answered=1, suppressed=4, known=0,
                foreign=0, not_understood=1, not_read=0, refused=0)
    before = lab.must(data, 'sends', 'list', '--json')
    tried, _ = bring(data, where, '--dry-run')
    lab.check('a dry run says what would be, and changes nothing',
              tried == dict(want, dry_run=True) and listed(data) == {} and
              lab.must(data, 'sends', 'list', '--json') == before, tried)
    got, said = bring(data, where)
    lab.check('postfix, exim, exchange, an answer, an absence: each is read',
              got == dict(want, dry_run=False), got)
    lab.check('what is not understood is said, with its file and subject',
              'failure notice' in said and 'styles/' in said, said)
    lab.check('who is not there, and who answered, is suppressed; a full mailbox is not',
              listed(data) == {sent[0]['to']: 'bounce', sent[1]['to']: 'bounce',
                               sent[2]['to']: 'bounce', sent[6]['to']: 'answered'}, listed(data))
    again, _ = bring(data, mbox('styles.mbox', [text for _, text in cases], crlf=True))
    lab.check('the same from an mbox with other line ends: known, nothing changes',
              again['known'] == 8 and again['not_understood'] == 1 and again['suppressed'] == 0 and
              not any(again[k] for k in ('bounced', 'delayed', 'delivered', 'answered')), again)


def doubts(data):
    rows = rows_of(data)
    doubt = [letter_of(r) for r in rows.values() if r['state'] == 'in_doubt']
    said = lab.must(data, 'sends', 'list', '--in-doubt')
    lab.check('letters in doubt are listed with the reason',
              len(doubt) >= 3 and said.count('why: ') == len(doubt), (len(doubt), said[:300]))
    where = mbox('doubts', [postfix(doubt[0], 'failed', '5.4.1', '550 5.4.1 no'),
                            ANSWER % doubt[1],
                            postfix(doubt[2], 'delayed', '4.0.0', '451 wait')])
    bring(data, where)
    after = rows_of(data)
    states = [after[d['to']]['state'] for d in doubt[:3]]
    lab.check('a bounce makes it rejected, an answer sent, a delay leaves the doubt',
              states == ['rejected', 'sent', 'in_doubt'], states)
    p = lab.run(data, 'sends', 'settle', doubt[2]['id'], 'drop')
    lab.check('the operator settles the last one',
              p.returncode == 0 and rows_of(data)[doubt[2]['to']]['state'] == 'cancelled',
              p.stderr)


def hostile(data, sent):
    """Forged, foreign, broken and endless ones."""
    forged = dict(sent[9], id='018f0000-0000-7000-8000-00000000beef')
    other = 'From: x@y.example\nSubject: hello\n\nno thread\n'
    deep = 'Content-Type: multipart/report; boundary=b0\n\n' + ''.join(
        '--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n' % (i, i + 1) for i in range(2000))
    many = ('Content-Type: multipart/report; boundary=b\n\n' +
            '--b\nContent-Type: message/delivery-status\n\nAction: failed\n\n' * 5000)
    cut = postfix(sent[9], 'failed', '5.1.1', '550 5.1.1 x').split('Final-Recipient')[0]
    binary = 'Content-Type: multipart/report; boundary="\x00\xff"\n\n\x00' * 50
    big = 'Subject: big\n' + 'X: ' + 'y' * (9 << 20) + '\n\n'
    evil = POSTFIX % dict(sent[10], action='failed', status='5.1.1',
                          code='550 5.1.1 \x1b]0;owned\x07 \u202e')
    where = maildir('hostile', [postfix(forged, 'failed', '5.1.1', '550 5.1.1 x'), other, deep, many,
                                cut, binary, big, '', 'From: \n', evil])
    before = listed(data)
    got, _ = bring(data, where)
    lab.check('forged, foreign, broken and endless ones suppress nobody',
              set(listed(data)) - set(before) == {sent[10]['to']} and got['messages'] == 10 and
              got['bounced'] == 1 and got['not_read'] == 1 and
              got['bounced'] + got['foreign'] + got['not_understood'] + got['not_read'] == 10, got)
    log = lab.must(data, 'log', '--level', 'debug', '--count', '0')
    lab.check('a relay\'s words reach no terminal as they are',
              'came back' in log and '\x1b' not in log and '\u202e' not in log, log[-300:])
    for path, word in ((os.path.join(lab.tmp(), 'none'), 'No such file'), ('/etc', 'neither')):
        p = lab.run(data, 'bounces', 'import', path)
        lab.check('not a mailbox: refused with a sentence (%s)' % word,
                  p.returncode == 1 and word in p.stderr, p.stderr)


def main():
    data, sink = mailed()
    rows = rows_of(data)
    sent = [letter_of(r) for r in rows.values() if r['state'] == 'sent']
    ids = {email.message_from_bytes(b)['Message-ID'].strip('<>').split('@')[0]
           for _, b in sink.taken}
    lab.check('the ledger\'s id is what the letter carries',
              len(sent) > 20 and {s['id'] for s in sent} <= ids, len(sent))
    styles(data, sent)
    doubts(data)
    hostile(data, sent)
    p = lab.run(data, 'template', 'preview', 'letter', '--lead', sent[0]['to'].upper())
    lab.check('a template is shown as this lead gets it',
              p.returncode == 0 and 'To: ' + sent[0]['to'] in p.stdout, p.stdout[:300] + p.stderr)
    p = lab.run(data, 'verify', '--at-rest')
    lab.check('the record is in order', p.returncode == 0, p.stdout[-600:] + p.stderr)
    p = lab.run(data, 'audit', 'list')
    lab.check('each is audited', all(w in p.stdout for w in ('letter_bounced', 'letter_answered',
                                                            'letter_delayed', 'letter_delivered')),
              p.stdout[-300:])
    lab.finish()


if __name__ == '__main__':
    main()
