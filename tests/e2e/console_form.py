#!/usr/bin/python3
"""console_form.py - a schedule is made and edited in the console's form, on a real terminal.

(time limit: 300 s) What is typed is what is saved, a mistake is said and not saved, what somebody
else saved is asked about, sizes and locales change nothing of what was typed; then a pause with its
end, marks, and the banner of an overdue schedule until it has run.
"""
import json
import os
import signal
import sqlite3
import time

import lab
from lab_console import Console, load_bench


def show(data, name):
    return json.loads(lab.must(data, 'schedule', 'show', name, '--json'))


def names(data):
    out = lab.must(data, 'schedule', 'list', '--json')
    return sorted(json.loads(line)['name'] for line in out.splitlines())


def begin(name):
    data = os.path.join(lab.tmp(), name)
    lab.must(data, 'init')
    lab.must(data, 'spec', 'import', os.path.join(lab.ROOT, 'conf', 'sample', 'report.ini'))
    return data


def check_create(bench, data):
    c = Console(bench, data, rows=24, cols=80)
    c.wait('embedded')
    c.type('2')
    lab.check('an empty list says what makes one', c.wait('a makes a schedule'), c.text())
    c.type('aGrid & storage')
    lab.check('a opens the form, with a time to begin with',
              c.wait('New schedule') and c.wait('Grid & storage') and
              c.wait('At 09:00 every Monday'), c.text())
    c.type('<Tab><Tab><Tab><C-u>07:30<Tab><Right><Tab><C-u>Europe/Madrid')
    lab.check('the next runs are of what is typed', c.wait('At 07:30 every Tuesday') and
              (c.wait('07:30 CET') or c.wait('07:30 CEST')), c.text())
    c.type('<C-s>')
    lab.check('^S saves it', c.wait('Saved Grid & storage; next run'), c.text())
    s = show(data, 'Grid & storage')
    lab.check('and it is stored as typed', s['schedule_type'] == 'weekly' and s['enabled'] and
              s['schedule_config'] == {'time': '07:30', 'day_of_week': 1,
                                       'timezone': 'Europe/Madrid'}, s)
    return c


def check_bad_input(c, data):
    c.type('e<Tab><Right><Right><Tab>')
    c.wait('* Cron')
    c.type('<C-u>0 9 * * 1-5,8')
    lab.check('a mistake is said below its field, with a caret and a cure',
              c.wait('day-of-week: 8 is outside 0-7') and c.wait('did you mean 7 or SUN?'),
              c.text())
    lines = c.text().splitlines()
    at = [i for i, line in enumerate(lines) if '1-5,8' in line][0]
    lab.check('the caret stands below the mistake',
              lines[at + 1].rstrip().endswith('^') and
              lines[at + 1].index('^') == lines[at].index('1-5,8') + 4, lines[at:at + 2])
    c.type('<C-s>')
    lab.check('and is not saved', c.wait('1 field needs you before it can be saved: Cron') and
              show(data, 'Grid & storage')['rev'] == 1, c.text())
    c.type('<Esc>')
    lab.check('Esc asks', c.wait('changed and not saved'), c.text())
    c.type('d')
    lab.check('and d drops it', c.wait('1 schedule ') and
              show(data, 'Grid & storage')['rev'] == 1, c.text())


def check_conflict(c, data):
    c.type('e<Tab><Tab><C-u>06:00')
    c.wait('At 06:00 every Tuesday')
    lab.must(data, 'schedule', 'edit', 'Grid & storage', '--time', '16:00', '--notes', 'by hand')
    lab.check('what somebody else saved is said in the open form', c.wait('changed this'),
              c.text())
    c.type('<C-s>')
    lab.check('and asked about, field by field', c.wait('07:30 → 16:00; yours 06:00') and
              c.wait('by hand'), c.text())
    c.type('m')
    lab.check('m saves mine', c.wait('Saved Grid & storage'), c.text())
    s = show(data, 'Grid & storage')
    lab.check('with their other changes', s['schedule_config']['time'] == '06:00' and
              s['notes'] == 'by hand' and s['rev'] == 3, s)
    c.type('u')
    lab.check('u brings theirs back', c.wait('next run') and wait_for(
        lambda: show(data, 'Grid & storage')['schedule_config']['time'] == '16:00'), c.text())
    c.type('e<Tab><Tab><C-u>05:00')
    lab.must(data, 'schedule', 'edit', 'Grid & storage', '--notes', 'by hand again')
    c.wait('changed this')
    c.type('<C-s>')
    lab.check('asked about is what they changed', c.wait('by hand again') and
              'only yours' not in c.text(), c.text())
    c.type('d')
    lab.check('d shows mine as well', c.wait('05:00; only yours'), c.text())
    c.type('<Esc>')
    lab.must(data, 'schedule', 'edit', 'Grid & storage', '--time', '17:00')
    c.wait_gone('only yours')
    c.type('<C-s>')
    c.wait('yours 05:00')
    c.type('t')
    lab.check('t keeps theirs', c.wait('At 17:00 every Tuesday') and
              c.wait('0 fields changed'), c.text())
    c.type('<Esc>')
    c.wait('1 schedule ')


def wait_for(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def check_resize(c, data):
    c.type('aSecond<Tab><Tab><Tab><C-u>11:22')
    c.wait('At 11:22')
    good = True
    for rows, cols in ((12, 40), (10, 40), (8, 32), (5, 20), (1, 1), (60, 200), (24, 80)):
        c.app.resize(rows, cols)
        c.app.settle()
        good = good and c.app.alive()
        if rows >= 10:
            good = lab.check('the field that is edited is on the screen at %dx%d' % (cols, rows),
                             c.wait('11:22'), c.text()) and good
    os.write(c.app.master, b'\x1b[200~ pasted\r\n\x13\x1b[201~')
    c.wait('pasted')
    lab.check('what is pasted is typed and nothing more', good and names(data) == ['Grid & storage']
              and 'New schedule' in c.text(), c.text())
    c.type('<C-z><C-u>11:22<C-s>')
    lab.check('what was typed before all of it is saved', c.wait('Saved Second') and
              show(data, 'Second')['schedule_config']['time'] == '11:22', c.text())


def check_pause_and_marks(c, data):
    c.type('/Second<CR>pno feed<CR>soon<CR>')
    lab.check('a pause until a time that is none is asked again', c.wait('write a span such as'),
              c.text())
    c.type('<C-u>3d<CR>')
    lab.check('and taken when it is one', c.wait('Paused Second') and
              show(data, 'Second')['paused_until'] is not None, c.text())
    c.type('/<C-u><CR>*x')
    lab.check('what is marked is disabled at once', wait_for(
        lambda: not show(data, 'Second')['enabled'] and
        not show(data, 'Grid & storage')['enabled']), c.text())
    c.type('*D')
    c.wait('Type 2 to go on')
    c.type('3<CR>')
    lab.check('deleting asks for the number', c.wait('Type 2 to go on: 3') and
              len(names(data)) == 2, c.text())
    c.type('<C-u>2<CR>')
    lab.check('and then deletes', c.wait('No schedules yet') and not names(data), c.text())


def check_killed(bench, data):
    c = Console(bench, data, rows=12, cols=40, LANG='C', LC_ALL='C', NO_COLOR='1')
    c.wait('embedded')
    c.type('2aGrid<Tab><Tab><Right><Right><Tab>,9')
    lab.check('in 40 columns, ASCII and without colour the same is said',
              c.wait('0 9 * * MON,9') and c.wait('day-of-week: 9 is out') and
              c.text().isascii(), c.text())
    os.kill(c.app.pid, signal.SIGTERM)
    lab.check('killed in the form it gives the terminal back', c.ended(), c.text())
    c.app.close()


def check_overdue(bench, data):
    lab.must(data, 'schedule', 'add', 'late', '--spec', 'harbour-week', '--time', '09:00')
    db = sqlite3.connect(os.path.join(data, 'autopilot.db'))
    with db:
        db.execute('UPDATE autopilot_schedules SET next_run_at = next_run_at - 4 * 86400000000'
                   " WHERE schedule_name = 'late'")
    db.close()
    c = Console(bench, data, '--read-only')
    lab.check('an overdue schedule is said above every view',
              c.wait('overdue: late should have run'), c.text())
    c.type('2a')
    lab.check('read-only: no form', c.wait('read-only; nothing was changed'), c.text())
    c.type('q<Esc>Q')
    c.app.close()
    c = Console(bench, data)
    c.wait('embedded')
    c.type('5')
    lab.check('and no more when it has run', wait_for(
        lambda: show(data, 'late')['next_run_at'] > time.strftime('%Y-%m-%dT%H:%M:%SZ',
                                                                  time.gmtime())) and
        c.wait_gone('should have run'), c.text())
    c.type('Q')
    lab.check('it ends', c.ended(), c.text())
    c.app.close()


def main():
    bench = load_bench()
    data = begin('form')
    c = check_create(bench, data)
    check_bad_input(c, data)
    check_conflict(c, data)
    check_resize(c, data)
    check_pause_and_marks(c, data)
    c.type('Q')
    lab.check('Q ends it', c.ended(), c.text())
    c.app.close()
    check_killed(bench, data)
    check_overdue(bench, data)
    v = lab.run(data, 'verify')
    lab.check('verify finds nothing', v.returncode == 0, v.stdout)


main()
lab.finish()
