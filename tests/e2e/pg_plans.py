#!/usr/bin/python3
"""Broken if this fails: what the program asks of a shared record with many schedules walks through
all of them, or what a login may see is asked anew for each row. The bench with a million measures
(make bench T=pg_million); this one looks at the plans, with 50,000.

needs: postgres
time limit: 300 s
"""
import json

import lab
from lab_db import sql
from lab_many import ALL, COLUMNS, LIST, MINE, Many

many = Many(100, 500)
WALK = 'Seq Scan on autopilot_schedules'
NAMES = {'m1': 'operator', 'adm': 'administrator', 'eng': 'engine'}


def plans():
    for who, name in NAMES.items():
        for what, statement in (('the list of a workspace', LIST % (COLUMNS, many.mine)),
                                ('the next of what one sees', MINE if who == 'm1' else ALL),
                                ('a schedule by its name', "SELECT * FROM ap.autopilot_schedules s "
                                 "WHERE s.workspace_id = '%s' AND s.schedule_name = 'n7'"
                                 % many.mine)):
            plan = many.plan(who, statement)
            lab.check('%s, %s: no walk' % (name, what), WALK not in plan and
                      'autopilot_schedules' in plan, plan)
            lab.check('%s, %s: what one may see is asked once' % (name, what),
                      ('InitPlan' in plan) == (who != 'eng') and 'SubPlan' not in plan and
                      'my_workspaces' not in plan, plan)


def policies():
    """Each is made of questions that a statement asks once, or of an index."""
    odd = sql(many.url, "SELECT string_agg(tablename || ': ' || qual, '; ') FROM pg_policies WHERE "
              "schemaname = 'ap' AND regexp_replace(qual, 'SELECT ap\\.[a-z_]+\\(\\)', '', 'g') ~ "
              "'(ap\\.)?(my_workspaces|my_jobs|sees_all|actor|is_admin)\\('")
    # "SELECT ap.my_workspaces() || ap.my_jobs()" is one question too.
    lab.check('no policy asks for each row', odd.count(';') == 0 and (not odd or odd.startswith(
        'gone: ')), odd)
    columns = sql(many.url, "SELECT count(*) FROM pg_policies WHERE schemaname = 'ap' AND policyname "
                  "= 'sight' AND qual LIKE '(workspace_id = ANY (( SELECT ap.my_workspaces()%'")
    lab.check('what asks for the workspace alone', int(columns) >= 8, columns)


def walks(what, who, *statements):
    """The functions' own statements are seen by what they did."""
    before = many.seq_scans()
    for s in statements:
        many.ms(who, s, rounds=1)
    now = many.seq_scans()
    return lab.check('%s, %s: no walk' % (NAMES[who], what), now == before, (before, now))


def functions():
    before = many.seq_scans()
    many.ms('m1', "SELECT count(*) FROM ap.autopilot_schedules s WHERE s.notes = 'x' OR s.rev = 0",
            rounds=1)
    many.ms('eng', "SELECT count(*) FROM ap.autopilot_schedules s WHERE s.notes = 'x' OR s.rev = 0",
            rounds=1)
    lab.check('a walk would be seen', many.seq_scans() > before, before)
    mark = many.mark()
    for who in NAMES:
        walks('a pull, nothing changed', who, "SELECT * FROM ap.pull('%s')" % mark)
    walks('the first pull', 'm1', "SELECT * FROM ap.pull('0')")
    mark = many.touch()
    for who in NAMES:
        walks('a pull of what changed', who, "SELECT * FROM ap.pull('%s')" % mark)
    many.fall_due(50)
    walks('what is due', 'eng', "SELECT ap.agenda_next_due('{}')",
          "SELECT ap.agenda_due('{\"max\": 200}')",
          "SELECT ap.agenda_ahead('{\"max\": 200, \"after\": \"%s\"}')" % ('0' * 32))

    def ask(command, **q):
        return "SELECT ap.%s('%s')" % (command, json.dumps(dict(q, workspace='w1')))
    schedule = {'specification': 's', 'further': [], 'after': None, 'type': 'daily',
                'config': '{"time": "10:00"}', 'categories': None, 'regions': None,
                'cadence': None, 'notes': '', 'enabled': True}
    for who in ('m1', 'eng'):
        actor = {'actor': 'm1'}
        walks('commands', who, ask('schedule_get', name='n7'),
              ask('schedule_control', name='n7', what='pause', note='x', until=0, next=0, **actor),
              ask('schedule_put', name='n8', rev=-1, next=4102444800000000, new_id=None,
                  create_per_hour=100, specs_max=16, **{'def': schedule}, **actor),
              ask('schedule_put', name='n9', rev=-1, next=4102444800000000, new_id=None,
                  create_per_hour=100, specs_max=16, **{'def': schedule}, **actor),
              ask('names', of='workspace'))


plans()
policies()
functions()
lab.finish()
