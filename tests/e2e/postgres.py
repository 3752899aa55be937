"""Broken if this fails: the tests of the shared record would try a server that is not what they
think it is, count an answer that was not cut, or leave servers behind.

needs: postgres
"""
import os
import signal
import subprocess
import sys
import time

from lab import check, finish, not_ok, wait_for
from lab_pg import Control, tool

TABLE = 'create table t (i int)'


def sql(url, text):
    p = subprocess.run([tool('psql'), '-XAtq', '-d', url, '-c', text], text=True,
                       stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    return p.stdout.strip() if p.returncode == 0 else 'failed: ' + p.stderr


def shared_server():
    main, pooler = os.environ['AUTOPILOT_TEST_PG'], os.environ['AUTOPILOT_TEST_PG_POOLER']
    ssl = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'
    check('TLS, verified', sql(main, ssl) == 't', sql(main, ssl))
    wrong = main.replace('/ca.pem', '/other-ca.pem')
    check('not by a stranger', 'certificate verify failed' in sql(wrong, ssl), sql(wrong, ssl))
    check('commits are durable', sql(main, 'show fsync') == 'on', sql(main, 'show fsync'))
    sql(main, 'drop role if exists lab_guest')
    sql(main, "create role lab_guest login password 'x'")
    guest = pooler.replace(pooler.split('//')[1].split('@')[0], 'lab_guest:x')
    who = sql(guest, 'select session_user')
    check('the pooler lets a new role in', who == 'lab_guest', who)
    refused = sql(guest.replace(':x@', ':y@'), 'select 1')
    check('but not with a wrong password', refused.startswith('failed'), refused)


def bad_wires(where):
    control = Control(where)
    url = control.ask('server a')
    wire = control.ask('wire w a')
    sql(url, TABLE)
    control.ask('cut w 1')  # the first answer is to the password
    said = sql(wire, 'insert into t values (1)')
    check('an answer is cut', said.startswith('failed'), said)
    check('after the work was done', sql(url, 'select count(*) from t') == '1')
    check('once', sql(wire, 'select count(*) from t') == '1')
    control.ask('delay w 60')
    began = time.monotonic()
    sql(wire, 'select 1')
    check('a round trip takes its time', time.monotonic() - began > 0.12)
    control.ask('delay w 0')
    control.ask('dead w')
    check('a dead wire', sql(wire, 'select 1').startswith('failed'))
    control.ask('go w')
    check('and alive again', sql(wire, 'select 1') == '1')
    standby = control.ask('standby b a sync')
    said = sql(standby, 'insert into t values (2)')
    check('a standby is read-only', 'read-only' in said, said)
    sql(url, 'insert into t values (2)')
    control.ask('crash a')
    check('a crashed server', sql(url, 'select 1').startswith('failed'))
    control.ask('promote b')
    check('a synchronous standby has all', sql(standby, 'select count(*) from t') == '2')
    control.ask('start a')
    check('started again', sql(url, 'select count(*) from t') == '2')
    try:
        control.ask('crash main')
        not_ok('main is not to be harmed', 'it was')
    except RuntimeError as e:
        check('main is not to be harmed', 'belongs to all' in str(e), e)
    control.close()
    check('what a guest made goes with him',
          wait_for(lambda: sql(url, 'select 1').startswith('failed')))


def killed():
    """A lab of its own, whose holder is killed."""
    lab = [sys.executable, os.path.join(os.path.dirname(__file__), 'lab_pg.py'), 'run']
    show = 'echo $PPID $AUTOPILOT_TEST_PG_DIR; exec sleep 60'
    p = subprocess.Popen([*lab, 'sh', '-c', show], stdout=subprocess.PIPE, text=True,
                         start_new_session=True)
    pid, where = p.stdout.readline().split()
    check('a lab by hand', os.path.isdir(where + '/main/data'), where)
    with open(where + '/main/data/postmaster.pid') as f:
        server = int(f.readline())
    os.kill(int(pid), signal.SIGKILL)
    p.wait()
    os.killpg(p.pid, signal.SIGKILL)
    check('killed: its directory is gone', wait_for(lambda: not os.path.exists(where)), where)
    check('killed: its server is gone', wait_for(lambda: where not in command_line(server)))


def command_line(pid):
    try:
        with open('/proc/%d/cmdline' % pid) as f:
            return f.read()
    except OSError:
        return ''


if __name__ == '__main__':
    shared_server()
    bad_wires(os.environ['AUTOPILOT_TEST_PG_DIR'])
    killed()
    finish()
