#!/usr/bin/python3
"""pg_million.py - a million schedules in a thousand workspaces on a shared record: what one
workspace's list, what is due, and a copy's pull cost, as an operator's and as an engine's login,
under row-level security. Called by bench_pg_million.sh, with a server of its own."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'e2e'))
import lab  # noqa: E402
from lab_many import ALL, COLUMNS, LIST, MINE, Many  # noqa: E402

missed = 0


def line(many, name, who, statement, aim, rows=None):
    global missed
    ms, got = many.ms(who, statement)
    if rows is not None and got != rows:
        sys.exit('pg_million: %s as %s gives %d rows and not %d' % (name, who, got, rows))
    missed += ms > aim > 0
    print('%-44s %-8s %8.2f ms%s' % (name, {'m1': 'operator', 'adm': 'admin', 'eng': 'engine'}[who],
                                     ms, '  (aim %d%s)' % (aim, ', MISSED' if ms > aim else '')
                                     if aim else ''), flush=True)


def main():
    began = time.monotonic()
    many = Many(1000, 1000)
    print('1,000,000 schedules in 1,000 workspaces made in %.0f s; load %.1f'
          % (time.monotonic() - began, os.getloadavg()[0]), flush=True)
    before = many.seq_scans()
    for who in ('m1', 'adm', 'eng'):
        line(many, 'list of one workspace, 1,000 rows', who, LIST % (COLUMNS, many.mine), 10, 1000)
    line(many, 'the next 50 of what one sees', 'm1', MINE, 20, 50)
    for who in ('adm', 'eng'):
        line(many, 'the next 50 of what one sees', who, ALL, 20, 50)
    line(many, 'ap.agenda_next_due', 'eng', "SELECT ap.agenda_next_due('{}')", 20, 1)
    line(many, 'ap.agenda_due, nothing is', 'eng', "SELECT ap.agenda_due('{\"max\": 200}')", 20, 1)
    many.fall_due(100)
    line(many, 'ap.agenda_due, 100 are', 'eng', "SELECT ap.agenda_due('{\"max\": 200}')", 20, 1)
    line(many, 'ap.agenda_next_due', 'eng', "SELECT ap.agenda_next_due('{}')", 20, 1)
    get = json.dumps({'workspace': 'w1', 'name': 'n7'})
    for who in ('m1', 'eng'):
        line(many, 'ap.schedule_get', who, "SELECT ap.schedule_get('%s')" % get, 10, 1)
    line(many, 'ap.schedule_control', 'm1', "SELECT ap.schedule_control('%s')" % json.dumps(
        {'workspace': 'w1', 'name': 'n7', 'what': 'pause', 'note': 'x', 'until': 0, 'next': 0}), 20, 1)
    mark = many.mark()
    for who in ('m1', 'adm', 'eng'):
        line(many, 'a pull, nothing changed', who, "SELECT * FROM ap.pull('%s')" % mark, 20)
    line(many, 'the first pull of a workspace', 'm1', "SELECT * FROM ap.pull('0')", 0)
    mark = many.touch()
    for who in ('m1', 'eng'):
        line(many, 'a pull, 1,000 schedules changed', who, "SELECT * FROM ap.pull('%s')" % mark, 0,
             1001)
    print('times that all schedules were walked through: %d (aim 0); load %.1f' % (
        many.seq_scans() - before, os.getloadavg()[0]))
    lab.shutil.rmtree(lab.tmp(), ignore_errors=True)
    if missed:
        print('%d aims missed' % missed)


main()
