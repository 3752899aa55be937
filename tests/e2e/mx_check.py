#!/usr/bin/python3
"""mx_check.py - whose domain takes no mail gets no letter, whose does gets one: through a real
resolver and a real relay on loopback.

What breaks if it fails: letters go to dead domains and the relay's good name with them; or a
resolver that is away, slow or mad holds letters that could go, or stops the job.
"""
import concurrent.futures
import os
import re
import subprocess
import time

import lab
from lab_dns import MX, Resolver
from lab_smtp import Sink
from smtp_job import settings

PROG = os.path.join(os.environ.get('TEST_PROGS', os.path.join(lab.ROOT, 'build/fp/tests')),
                    'e2e', 'prog_smtp')
WAIT_MS = 600
NO_DOMAIN, NO_SERVER, NULL = 'does not exist', 'neither MX nor address', 'null MX'
# How the resolver answers, and why the letter is held; None: it goes.
TABLE = [('mx', None), ('null', NULL), ('address', None), ('six', None), ('alias', None),
         ('alias_away', NO_DOMAIN), ('none', NO_SERVER), ('nxdomain', NO_DOMAIN), ('servfail', None),
         ('refused', None), ('silent', None), ('garbage', None), ('cut', None), ('cut_alone', None),
         ('wrong_id', None), ('half', None), ('split', None), ('referral', None),
         ('other', None)]


def prog(sink, resolver, letters, *args):
    words = [PROG, sink.url(), '1', str(letters), 'tls=no', 'dns=' + resolver, 'dns_wait=%d' % WAIT_MS, *args]
    began = time.monotonic()
    out = subprocess.run(words, capture_output=True, text=True, timeout=60).stdout
    return out, time.monotonic() - began


def row(how, held):
    sink, resolver = Sink(), Resolver(lambda host: how)
    out, took = prog(sink, resolver.address, 1, 'to=a@dead.example')
    told = [c for c in sink.commands if c.startswith('RCPT')]
    if held:
        lab.check('a domain that is %s: held, and the relay never hears of it' % how,
                  out.startswith('0 held 0 not sent') and held in out and not told, (out, told))
    else:
        lab.check('a domain that is %s: the letter goes' % how,
                  out.startswith('0 sent 250') and len(sink.taken) == 1, (out, told))
    # What a loaded machine adds is not the resolver's doing; c-ares alone would take 3.5 s.
    lab.check('  and it waits no longer than it may (%s)' % how, took < WAIT_MS / 1000 + 1.5, took)
    resolver.close()
    sink.close()


def remembered():
    sink, resolver = Sink(), Resolver(lambda host: 'nxdomain' if host.startswith('host3') else 'mx')
    out, _ = prog(sink, resolver.address, 70)
    asked = [n for n, kind in resolver.asked if kind == MX]
    lab.check('each of 7 domains is asked for once for 70 letters',
              len(asked) == len(set(asked)) == 7 and len(sink.taken) == 60 and
              out.count(' held 0 ') == 10, (sorted(asked), len(sink.taken)))
    resolver.close()
    resolver = Resolver(lambda host: 'silent')
    out, took = prog(sink, resolver.address, 7, 'quiet=yes')
    lab.check('a resolver that is silent for three domains is left alone',
              'sent 7' in out and len(resolver.names()) == 3 and took < 3 * WAIT_MS / 1000 + 1.5,
              (out, sorted(resolver.names()), took))
    resolver.close()
    out, took = prog(sink, resolver.address, 7, 'quiet=yes')
    lab.check('where no resolver listens letters go at once', 'sent 7' in out and took < 3, (out, took))
    out, _ = prog(sink, 'what is this', 1)
    lab.check('servers that are none are refused', out.startswith('sink refused') and 'dns_server' in out, out)
    sink.close()


def plan(host):
    """By the number in firm12-zq.com. One that is silent: three in a row would be left alone."""
    n = int(re.search(r'\d+', host).group())
    return 'silent' if n == 41 else ['mx', 'nxdomain', 'address', 'null', 'servfail', 'none', 'cut'][n % 7]


def is_dead(address):
    return plan(address.split('@')[1]) in ('nxdomain', 'null', 'none')


def whole_job():
    sink, resolver = Sink(), Resolver(plan)
    data = lab.prepare('job', loop_interval=40, limit=60)
    lab.must(data, 'job', 'stop', 'lab', '--quiet')
    s = settings(sink)
    s.update(AUTOPILOT_MAIL_MX_CHECK='yes', AUTOPILOT_MAIL_DNS_SERVER=resolver.address,
             AUTOPILOT_MAIL_DNS_WAIT='500ms', AUTOPILOT_MAIL_STOP_AT_REJECTIONS=5)
    lab.must(data, 'job', 'start', 'lab', '--quiet', **s)
    p = lab.run(data, 'engine', '--until-idle', '--quiet', timeout=100, **s)
    rows = lab.sends(data, 'lab')
    taken = [r for r, _ in sink.taken]
    told = {c.split('<')[1].split('>')[0] for c in sink.commands if c.startswith('RCPT')}
    lab.check('a whole job: nobody at a dead domain gets RCPT',
              p.returncode == 0 and len(taken) > 60 and not any(is_dead(a) for a in told),
              (p.returncode, p.stderr, len(taken), [a for a in told if is_dead(a)][:3]))
    sent = {r['address'] for r in rows if r['state'] == 'sent'}
    held = [r for r in rows if r['state'] == 'held']
    lab.check('everybody else does, once', sent == set(taken) and len(taken) == len(sent) and
              all(is_dead(r['address']) for r in held) and len(held) > 20, (len(sent), len(taken), len(held)))
    lab.check('a letter that is held says why', all(r['reason'].startswith('not sent: its domain') for r in held),
              held[:1])
    groups = {}
    for r in rows:
        if r['state'] == 'sent':
            groups[r['group']] = groups.get(r['group'], 0) + 1
    lab.check('held letters take no place: every group has its 60, exactly',
              sorted(groups.values()) == [60, 60, 60], groups)
    lab.check('what was never sent stops no job', lab.rows(lab.must(data, 'job', 'list', '--json'))[0]['status']
              == 'completed', lab.must(data, 'job', 'show', 'lab')[-300:])
    v = lab.run(data, 'verify', '--at-rest', **s)
    lab.check('the record is in order', v.returncode == 0, v.stdout[-300:] + v.stderr)
    listed = lab.must(data, 'suppress', 'list')
    lab.check('nobody is suppressed for it: a domain may come back', '-zq.com' not in listed, listed[:300])
    lab.must(data, 'sends', 'settle', held[0]['id'], 'again', **s)
    lab.check('a person may send it all the same later', [r['state'] for r in lab.sends(data, 'lab')
              if r['id'] == held[0]['id']] == ['queued'], held[0])
    resolver.close()
    sink.close()


def doctor():
    """Asked for: the domain of [mail] from, firm.example in these settings."""
    data = lab.copy(lab.tmp() + '/job', 'doctor')
    for how, want in (('mx', 'ok'), ('nxdomain', 'warn'), ('servfail', 'warn')):
        sink, resolver = Sink(), Resolver(lambda host: how)
        s = dict(settings(sink), AUTOPILOT_MAIL_MX_CHECK='yes', AUTOPILOT_MAIL_DNS_SERVER=resolver.address)
        said = [r for r in lab.rows(lab.run(data, 'doctor', '--json', **s).stdout) if r['check'] == 'dns']
        lab.check('doctor: %s when the resolver says %s' % (want, how), len(said) == 1 and
                  said[0]['result'] == want and 'firm.example' in said[0]['text'] and
                  resolver.names() == {'firm.example'}, said)
        resolver.close()
        sink.close()
    s = dict(settings(Sink()), AUTOPILOT_MAIL_DNS_SERVER='192.0.2.1')
    said = lab.run(data, 'doctor', '--json', **s).stdout
    lab.check('doctor asks no resolver when the check is off', '"dns"' not in said, said)


def main():
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda r: row(*r), TABLE))
    remembered()
    whole_job()
    doctor()
    lab.finish()


if __name__ == '__main__':
    main()
