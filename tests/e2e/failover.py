"""Broken if this fails: after a server that lost acknowledged commits was replaced by its standby,
somebody is written to twice, or work goes on before every engine has told what it knows; an engine
works on while two servers can be written to, or on one whose place another took.

needs: postgres
time limit: 200 s
"""
import os
import re
import signal
import subprocess

from lab import BIN, check, env, finish, letters, make_corpus, must, not_ok, run, tmp, wait_for, \
    write_job
from postgres import Control, sql


def write_config(data, url):
    with open(os.path.join(data, 'autopilot.ini'), 'w') as f:
        f.write('[record]\nurl = %s\n\n[mail]\nmode = dryrun\n' % url)
    os.chmod(os.path.join(data, 'autopilot.ini'), 0o600)


def directory(name, url, pages):
    data = os.path.join(tmp(), name)
    os.makedirs(data, mode=0o700)
    write_config(data, url)
    must(data, 'corpus', 'add', pages, '--quiet')
    return data


def both(first, second):
    """One URL for two servers: the program takes the one that can be written to."""
    host = r'@([^/]*)/'
    return re.sub(host, '@%s,%s/' % (re.search(host, first)[1], re.search(host, second)[1]), first)


def until(data, count):
    """Runs an engine until it has written so many letters, and kills it."""
    p = subprocess.Popen([BIN, '--data', data, 'engine', '--quiet'], env=env(),
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
    there = wait_for(lambda: len(letters(data)) >= count, 60)
    p.send_signal(signal.SIGKILL)
    p.wait()
    return there


def stage(control, name, how):
    """Two servers, the second a copy of the first; a started job; two engines' directories."""
    first = control.ask('server %s' % name)
    second = control.ask('standby %s2 %s %s' % (name, name, how))
    url = both(first, second)
    pages = os.path.join(tmp(), name + '-pages')
    make_corpus(pages, 300)
    a, b = directory(name + '-a', url, pages), directory(name + '-b', url, pages)
    must(a, 'db', 'migrate', '--yes', '--quiet')
    must(a, 'workspace', 'add', 'default', '--quiet')
    write_job(os.path.join(tmp(), name + '.ini'), limit=100)
    must(a, 'job', 'import', os.path.join(tmp(), name + '.ini'), '--quiet')
    must(a, 'job', 'start', 'lab', '--quiet')
    return a, b, second


def replace(control, name):
    control.ask('crash %s' % name)
    control.ask('promote %s2' % name)


def leases_over(url):
    """As if 15 s had gone by."""
    sql(url, "update ap.job_leases set until = clock_timestamp() where engine is not null")


def all_once(a, b, name):
    mine, theirs = set(letters(a)), set(letters(b))
    check(name + ': nobody twice', not mine & theirs, mine & theirs)
    verify = run(a, 'verify', timeout=120)
    check(name + ': every invariant holds', verify.returncode == 0, verify.stdout[-400:])
    sent = must(a, 'sends', 'list', '--job', 'lab', '--json').count('"simulated"')
    check(name + ': the ledger has them all', sent == len(mine | theirs),
          '%d %d' % (sent, len(mine | theirs)))


def nothing_lost(control):
    """The standby had everything: the same engine goes on where it was."""
    a, b, second = stage(control, 'sync', 'sync')
    check('sync: letters', until(a, 60))
    replace(control, 'sync')
    leases_over(second)
    p = run(a, 'engine', '--until-idle', '--quiet', timeout=120)
    check('sync: goes on', p.returncode == 0, p.stdout + p.stderr)
    all_once(a, b, 'sync')


def commits_lost(control):
    """The standby stood still for a while: what was written meanwhile is gone with the first."""
    a, b, second = stage(control, 'lossy', '')
    check('lossy: letters', until(a, 30))
    before = len(letters(a))
    control.ask('stop lossy2')
    leases_over(must_url(control, a))
    check('lossy: more letters', until(a, before + 40))
    control.ask('crash lossy')
    control.ask('start lossy2')
    control.ask('promote lossy2')
    leases_over(second)
    lost = len(letters(a)) - int(sql(second, "select count(*) from ap.sends where state <> 'queued'"))
    check('lossy: commits were lost', lost > 0, lost)
    p = run(b, 'engine', '--until-idle', timeout=60)
    check('lossy: another engine sends nothing', letters(b) == [], len(letters(b)))
    check('lossy: and says why', 'HOLD' in p.stdout + p.stderr, p.stdout[-300:] + p.stderr[-300:])
    p = run(a, 'engine', '--until-idle', '--quiet', timeout=120)
    check('lossy: the first engine tells, and goes on', p.returncode == 0, p.stdout + p.stderr)
    p = run(b, 'engine', '--until-idle', '--quiet', timeout=120)
    check('lossy: then the other may work too', p.returncode == 0, p.stdout + p.stderr)
    all_once(a, b, 'lossy')


def both_up(control):
    """The standby was promoted, and the old server was not stopped: nobody may work on either."""
    a, b, second = stage(control, 'both', '')
    check('both: letters', until(a, 30))
    wait_for(lambda: sql(second, 'select pg_last_wal_replay_lsn() = pg_last_wal_receive_lsn()') == 't')
    control.ask('promote both2')
    before = len(letters(a))
    for name, data in (('a', a), ('b', b)):
        p = run(data, 'engine', '--until-idle', timeout=60)
        said = p.stdout + p.stderr
        check('both: engine %s holds, and says why' % name,
              p.returncode != 0 and 'HOLD: two servers can be written to' in said, said[-400:])
    p = run(a, 'job', 'stop', 'lab', timeout=60)
    check('both: an operator is told too', p.returncode != 0 and 'HOLD' in p.stderr, p.stderr)
    check('both: nothing was sent', len(letters(a)) == before and letters(b) == [],
          '%d, then %d and %d' % (before, len(letters(a)), len(letters(b))))
    control.ask('stop both2')
    p = run(a, 'engine', '--until-idle', timeout=60)
    said = p.stdout + p.stderr
    check('both: the old one alone is known to be old',
          p.returncode != 0 and "HOLD: another server took the place of" in said and
          len(letters(a)) == before, said[-400:])
    control.ask('stop both')
    control.ask('start both2')
    leases_over(second)
    p = run(a, 'engine', '--until-idle', '--quiet', timeout=120)
    check('both: with the old one stopped it goes on', p.returncode == 0, p.stdout + p.stderr)
    all_once(a, b, 'both')


def must_url(control, a):
    with open(os.path.join(a, 'autopilot.ini')) as f:
        return re.search(r'url = (\S+)', f.read())[1]


def main():
    control = Control(os.environ['AUTOPILOT_TEST_PG_DIR'])
    for part in (nothing_lost, commits_lost, both_up):
        try:
            part(control)
        except Exception as e:  # pylint: disable=broad-except
            not_ok(part.__name__, repr(e))
    control.close()
    finish()


if __name__ == '__main__':
    main()
