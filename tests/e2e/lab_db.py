"""lab_db.py - a database of its own for each test, and `autopilot db` on it."""
import os
import secrets
import subprocess

import lab
from lab_pg import run as run_tool, tool

MAIN = os.environ['AUTOPILOT_TEST_PG']
DIR = os.environ['AUTOPILOT_TEST_PG_DIR']
SECRET = MAIN.split('//')[1].split('@')[0].split(':')[1]


def sql(url, text):
    return run_tool([tool('psql'), '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', text]).strip()


def database():
    """A fresh database; its URL, and the same through the pooler."""
    name = 'db_' + secrets.token_hex(4)
    sql(MAIN, 'CREATE DATABASE ' + name)
    return [u.replace('/postgres?', '/%s?' % name)
            for u in (MAIN, os.environ['AUTOPILOT_TEST_PG_POOLER'])]


def db(data, url, *words, fp=None, **more):
    """Runs `autopilot db WORDS` with a shared record at url; fp: killed there."""
    env = lab.env(AUTOPILOT_RECORD_URL=url, **({'AUTOPILOT_FP': fp + ':1:kill'} if fp else {}))
    p = subprocess.run([lab.FP_BIN if fp else lab.BIN, '--data', data, 'db', *words], env=env,
                           text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=120,
                           errors='surrogateescape', **more)
    if SECRET in p.stdout + p.stderr:
        lab.not_ok('no password is shown', words)
    return p
