"""lab_many.py - a shared record with many workspaces and schedules, made by one statement, and what
the program and operators ask of it: for the bench (1,000,000 schedules) and the test of plans.

Each workspace wN has one owner, mN, and so many schedules, one a second from now on. The logins: of
m1, of an administrator, of an engine."""
import os
import re
import secrets
import statistics
import subprocess

import lab
from lab_db import database, db, sql
from lab_pg import tool

FILL = """
INSERT INTO ap.workspaces (id, name, created_at)
SELECT gen_random_uuid(), 'w' || i, now() FROM generate_series(1, %(workspaces)d) i;
INSERT INTO ap.workspace_members (workspace_id, member, role, added_at)
SELECT id, 'm' || substr(name, 2), 'owner', now() FROM ap.workspaces;
WITH p AS (
    INSERT INTO ap.newsletter_specifications (id, workspace_id, name, active, frequency, definition,
        created_by, created_at, updated_at)
    SELECT gen_random_uuid(), w.id, 's', true, 'daily', '{}', 'm' || substr(w.name, 2), 'epoch',
        'epoch' FROM ap.workspaces w RETURNING id, workspace_id, created_by)
INSERT INTO ap.autopilot_schedules (id, specification_id, workspace_id, created_by, schedule_name,
    schedule_type, schedule_config, next_run_at, created_at, updated_at)
SELECT gen_random_uuid(), p.id, p.workspace_id, p.created_by, 'n' || i, 'daily',
    '{"time": "09:00", "timezone": "Europe/Berlin"}', now() + (3600 + i) * interval '1 s', 'epoch',
    'epoch'
FROM p CROSS JOIN generate_series(1, %(each)d) i;
"""
ANALYZE = 'VACUUM ANALYZE ap.autopilot_schedules, ap.newsletter_specifications, ap.workspaces, ' \
          'ap.workspace_members'
COLUMNS = 's.schedule_name, s.schedule_type, s.schedule_config, s.enabled, s.status, s.next_run_at, ' \
          's.last_run_at, s.last_run_status'
LIST = 'SELECT %s FROM ap.autopilot_schedules s WHERE s.workspace_id = \'%s\' AND s.deleted_at IS ' \
       'NULL ORDER BY s.schedule_name'
UPCOMING = "SELECT %s FROM ap.autopilot_schedules s WHERE s.enabled AND s.status = 'active' AND " \
           's.deleted_at IS NULL'
# The order is made of what the login sees, and not sought along all schedules of everybody.
MINE = 'SELECT * FROM (%s OFFSET 0) s ORDER BY s.next_run_at LIMIT 50' % (UPCOMING % COLUMNS)
ALL = '%s ORDER BY s.next_run_at LIMIT 50' % (UPCOMING % COLUMNS)


class Many:
    def __init__(self, workspaces, each):
        self.url, _ = database()
        self.data = os.path.join(lab.tmp(), 'many')
        os.makedirs(self.data)
        self.each, self.logins = each, {}
        self.must('migrate', '--yes')
        mark = secrets.token_hex(3)
        for who, words in (('m1', []), ('adm', ['--admin']), ('eng', ['--role', 'engine'])):
            name = who + '_' + mark
            secret = self.must('login', 'add', name, '--operator', who, *words).strip()
            self.logins[who] = self.url.replace(self.url.split('//')[1].split('@')[0],
                                                name + ':' + secret)
        sql(self.url, FILL % {'workspaces': workspaces, 'each': each})
        sql(self.url, ANALYZE)
        self.mine = sql(self.url, "SELECT id FROM ap.workspaces WHERE name = 'w1'")

    def must(self, *words):
        p = db(self.data, self.url, *words)
        if p.returncode != 0:
            raise RuntimeError('%s: %s%s' % (words, p.stdout, p.stderr))
        return p.stdout

    def mark(self):
        return sql(self.url, 'SELECT pg_snapshot_xmin(pg_current_snapshot())')

    def touch(self):
        """All schedules of w1 change; the mark that they have changed since."""
        mark = self.mark()
        sql(self.url, "UPDATE ap.autopilot_schedules SET notes = notes WHERE workspace_id = '%s'"
            % self.mine)
        return mark

    def fall_due(self, count):
        sql(self.url, "UPDATE ap.autopilot_schedules SET next_run_at = now() - interval '1 s' WHERE id "
            "IN (SELECT id FROM ap.autopilot_schedules ORDER BY id LIMIT %d)" % count)

    def ms(self, who, statement, rounds=7):
        """Milliseconds until the whole answer is here (the median; the first two are not counted:
        they make the plans), and how many rows there are."""
        p = subprocess.run([tool('psql'), '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', self.logins[who]],
                           input='\\timing on\n' + (statement + ';\n') * (rounds + 2), text=True,
                           capture_output=True, timeout=300)
        if p.returncode != 0:
            raise RuntimeError(statement + ': ' + p.stderr)
        times = [float(t) for t in re.findall(r'^Time: ([0-9.]+) ms', p.stdout, re.M)]
        rows = p.stdout.split('Time:')[0].count('\n')
        return statistics.median(times[2:]), rows

    def plan(self, who, statement):
        return sql(self.logins[who], 'EXPLAIN ' + statement)

    def seq_scans(self):
        """How often the schedules were walked through; a server process counts when it ends."""
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid " \
                 "<> pg_backend_pid() AND backend_type = 'client backend'"
        if not lab.wait_for(lambda: sql(self.url, others) == '0'):
            raise RuntimeError('somebody is still connected')
        return int(sql(self.url, "SELECT seq_scan FROM pg_stat_user_tables WHERE relid = "
                       "'ap.autopilot_schedules'::regclass"))
