#!/usr/bin/python3
"""smtp_trial.py - the brakes of a first real mailing, through a relay on loopback: every letter to one
address, only some domains, a word of the operator after the first letters, nothing that waited too
long; and an address at which nobody is goes on the suppression list.

What breaks if it fails: a trial writes to strangers, or a job sends its thousands before a person
saw the first letter.
"""
import email
import email.policy

import lab
from lab_smtp import Sink

ME = 'me@firm.example'


def settings(sink, **more):
    values = dict(AUTOPILOT_ENGINE_JOB_LANES=2, AUTOPILOT_MAIL_MODE='smtp', AUTOPILOT_MAIL_TLS='no',
                  AUTOPILOT_MAIL_URL=sink.url(), AUTOPILOT_MAIL_FROM='we@firm.example',
                  AUTOPILOT_MAIL_POSTAL_ADDRESS='Firm, 1 Way, Town',
                  AUTOPILOT_MAIL_UNSUBSCRIBE='mailto:stop@firm.example',
                  AUTOPILOT_MAIL_DAILY_CAP=100000, AUTOPILOT_MAIL_CONFIRM_FIRST=0)
    values.update(more)
    return values


def begin(base, name, sink, **more):
    data = lab.copy(base, name)
    with_these = settings(sink, **more)
    lab.must(data, 'job', 'start', 'lab', '--quiet', **with_these)
    return data, with_these


def serve(data, with_these):
    return lab.run(data, 'engine', '--until-idle', '--quiet', **with_these)


def states(data):
    ret = {}
    for row in lab.sends(data, 'lab'):
        if row['mode'] != 'smtp':
            continue  # of the dry run before
        ret.setdefault(row['state'], []).append(row)
    return ret


def status(data):
    return lab.rows(lab.must(data, 'job', 'list', '--json'))[0]['status']


def redirected(base):
    sink = Sink()
    data, s = begin(base, 'redirect', sink, AUTOPILOT_MAIL_REDIRECT_TO=ME)
    p = serve(data, s)
    rows = states(data)
    lab.check('redirected: every letter goes to one address',
              p.returncode == 0 and len(sink.taken) > 50 and {r for r, _ in sink.taken} == {ME},
              (p.returncode, p.stderr, sorted({r for r, _ in sink.taken})[:3]))
    addresses = {r['address'] for r in lab.sends(data, 'lab')}
    letters = [email.message_from_bytes(b, policy=email.policy.default) for _, b in sink.taken]
    lab.check('redirected: no header but the subject names who it was for',
              all(m['To'] == ME and m['Subject'].startswith('[for ') and
                  not any(a in str(v) for k, v in m.items() if k != 'Subject' for a in addresses)
                  for m in letters), str(letters[0]))
    lab.check('redirected: they count as simulated, and the reason says where they went',
              set(rows) <= {'simulated', 'queued'} and len(rows['simulated']) == len(sink.taken) and
              all(r['reason'] == 'went to %s instead' % ME for r in rows['simulated']),
              {k: len(v) for k, v in rows.items()})
    sink.close()


def listed(base):
    sink = Sink()
    everyone = {r['address'] for r in lab.sends(base, 'lab')}
    chosen = sorted(a.split('@')[1] for a in everyone)[:2]
    data, s = begin(base, 'allow', sink, AUTOPILOT_MAIL_ALLOW_DOMAINS=', '.join(chosen))
    p = serve(data, s)
    rows = states(data)
    lab.check('only the listed domains are written to',
              p.returncode == 0 and sink.taken and
              {r.split('@')[1] for r, _ in sink.taken} <= set(chosen),
              (p.returncode, p.stderr, chosen, [r for r, _ in sink.taken][:5]))
    lab.check('the others are held, with the reason',
              rows.get('held') and all(r['reason'].endswith('is not among [mail] allow_domains')
                                       for r in rows['held']), list(rows))
    said = lab.must(data, 'sends', 'list', '--held')
    lab.check('the list of what is held says why',
              said.count('why: ') == len(rows['held']) and 'is not among [mail] allow_domains' in said,
              said[:400])
    sink.close()


def confirmed(base):
    sink = Sink()
    data, s = begin(base, 'confirm', sink, AUTOPILOT_MAIL_CONFIRM_FIRST=5)
    p = serve(data, s)
    lab.check('the first five letters go out, then the job pauses',
              p.returncode == 0 and len(sink.taken) == 5 and status(data) == 'paused',
              (p.returncode, p.stderr, len(sink.taken), status(data)))
    lab.must(data, 'job', 'resume', 'lab', '--quiet', **s)
    serve(data, s)
    lab.check('to resume is not to confirm', len(sink.taken) == 5 and status(data) == 'paused',
              (len(sink.taken), status(data)))
    said = lab.must(data, 'job', 'confirm', 'lab', **s)
    serve(data, s)
    lab.check('confirmed: the rest goes out', len(sink.taken) > 50 and status(data) == 'completed',
              (said, len(sink.taken), status(data)))
    again = lab.must(data, 'job', 'confirm', 'lab', **s)
    lab.check('confirmed once, confirmed for good', 'already' in again, again)
    v = lab.run(data, 'verify', '--at-rest', **s)
    lab.check('the record is in order', v.returncode == 0, v.stdout + v.stderr)
    sink.close()


def bounced(base):
    refused = []

    def nobody(sink):
        with sink.lock:
            refused.append(sink.commands[-1])
            return '550 5.1.1 nobody here' if len(refused) % 3 == 0 else None
    sink = Sink({'rcpt': nobody})
    data, s = begin(base, 'bounce', sink)
    serve(data, s)
    rejected = {r['address'] for r in states(data).get('rejected', [])}
    listed_now = {r['subject']: r for r in lab.rows(lab.must(data, 'suppress', 'list', '--json'))}
    lab.check('who is not there is on the suppression list',
              rejected and set(listed_now) == rejected and
              {r['reason'] for r in listed_now.values()} == {'bounce'},
              (sorted(rejected)[:3], list(listed_now.values())[:3]))
    v = lab.run(data, 'verify', '--at-rest', **s)
    lab.check('the record is in order after bounces', v.returncode == 0, v.stdout + v.stderr)
    sink.close()


def main():
    base = lab.prepare('base', loop_interval=20, limit=60)
    lab.must(base, 'engine', '--until-idle', '--quiet')  # a dry run, to know who there is
    redirected(base)
    listed(base)
    confirmed(base)
    bounced(base)
    lab.finish()


if __name__ == '__main__':
    main()
