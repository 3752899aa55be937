#!/usr/bin/python3
"""schedule_batch.py - every row of tests/data/schedules through the program's batch forms, and that
a line that can't be read is answered and ends nothing."""
import json
import os
import subprocess

import lab

DATA = os.path.join(lab.ROOT, 'tests', 'data', 'schedules')


def rows(name):
    """The fields of each line behind the first, which names them."""
    with open(os.path.join(DATA, name), encoding='utf-8', newline='\n') as f:
        return [line.rstrip('\n').split('\t') for line in f][1:]


def ask(words, lines):
    """The program's answers to these lines, one each."""
    done = subprocess.run([lab.BIN, 'schedule', *words], input=''.join(x + '\n' for x in lines),
                          capture_output=True, text=True, env=lab.env(), timeout=120, check=False)
    if done.returncode != 0:
        raise RuntimeError('status %d: %s' % (done.returncode, done.stderr))
    return done.stdout.split('\n')[:-1]


def compare(name, words, lines, wants):
    """All answers must be as recorded; the first ones that are not are shown."""
    try:
        answers = ask(words, lines)
    except (RuntimeError, subprocess.TimeoutExpired) as e:
        lab.not_ok(name, e)
        return
    wrong = ['%r: %s, not %s' % (line, got, want)
             for line, got, want in zip(lines, answers, wants) if got != want]
    lab.check('%s: %d of %d rows' % (name, len(lines) - len(wrong), len(lines)),
              not wrong and len(answers) == len(lines) and lines,
              '%d answers; %s' % (len(answers), '; '.join(wrong[:5])))


def recorded():
    r = rows('vectors.tsv')
    compare('vectors', ['next', '--batch'], ['\t'.join(x[:3]) for x in r], [x[3] for x in r])
    r = rows('config.tsv')
    compare('config', ['next', '--batch-config'], ['\t'.join(x[:3]) for x in r], [x[3] for x in r])
    r = rows('errors.tsv')
    compare('errors', ['check', '--batch'], [x[0] for x in r], ['\t'.join(x[1:3]) for x in r])
    r = rows('vectors.tsv')
    compare('good and bad', ['check', '--batch'], [x[0] for x in r if x[3] != 'invalid'],
            ['ok' for x in r if x[3] != 'invalid'])
    r = rows('freq.tsv')
    compare('frequency', ['allowed', '--batch'], ['\t'.join(x[:4]) for x in r],
            ['\t'.join(x[4:6]) for x in r])
    r = rows('freqnext.tsv')
    compare('frequency and next', ['allowed', '--batch'], ['\t'.join(x[:5]) for x in r],
            ['\t'.join(x[5:7]) for x in r])


def unreadable():
    """A line that makes no sense gets its answer, and the line behind it too."""
    good = '0 9 * * *\tUTC\t2026-01-01T00:00:00Z'
    bad = ['', '0 9 * * *', good + '\tmore', '0 9 * * *\tUTC\tsoon', '0 9 * * *\tMars\t2026',
           '0 9 * * *\tUTC\t2026-01-01T00:00:00.5Z', '\\x', '\\xzz\t\\\t\\']
    answers = ask(['next', '--batch'], [x for line in bad for x in (line, good)])
    lab.check('unreadable lines of next', len(answers) == 2 * len(bad) and
              set(answers[0::2]) == {'invalid'} and len(set(answers[1::2])) == 1 and
              answers[1].startswith('2026-01-01T09:00:00Z,'), answers)
    good = 'weekly\t-\t-\t2026-01-01T00:00:00Z'
    bad = ['', 'weekly', 'hourly\t-\t-\t2026-01-01T00:00:00Z', 'weekly\t-\tsoon\t2026',
           'daily\t{"time":"9"}\tweekly\t-\t2026-01-01T00:00:00Z', '\t\t\t\t', '\t\t\t\t\t']
    answers = ask(['allowed', '--batch'], [x for line in bad for x in (line, good)])
    lab.check('unreadable lines of allowed', len(answers) == 2 * len(bad) and
              all(x.startswith('error\t') for x in answers[0::2]) and
              set(answers[1::2]) == {'allowed\t-'}, answers)
    lab.check('a NUL byte, a line without an end', ask(['check', '--batch'],
              ['0 9 * * *', '0 9 \\x00* * *', '0 9 \0* * *', 'x' * 100000]) ==
              ['ok', 'expression\t4', 'expression\t4', 'expression\t1000'])


def one_by_one():
    """What a person types, and what they see."""
    def run(*words):
        return subprocess.run([lab.BIN, 'schedule', *words], capture_output=True, text=True,
                              env=lab.env(), timeout=60, check=False)
    done = run('next', '30 2 * * *', '--zone', 'America/New_York', '--from',
               '2026-03-07T12:00:00Z', '-n', '2')
    lab.check('a shifted run says so', done.returncode == 0 and done.stdout ==
              'At 02:30 every day (America/New_York)\n'
              'Sun 2026-03-08 03:00 EDT      2026-03-08T07:00:00Z  in 19 h 0 min   '
              '02:30 does not exist on Sun 2026-03-08: runs at 03:00\n'
              'Mon 2026-03-09 02:30 EDT      2026-03-09T06:30:00Z  in 1 d 18 h\n', done.stdout)
    done = run('next', '30 1 * * *', '--zone', 'America/New_York', '--from',
               '2026-11-01T00:00:00Z', '-n', '1', '--json')
    answer = json.loads(done.stdout)
    lab.check('the same as JSON', answer['runs'] == [
        {'at': '2026-11-01T05:30:00Z', 'local': 'Sun 2026-11-01 01:30 EDT',
         'reason': 'first of two 01:30'}] and not answer['never'], done.stdout)
    done = run('next', '0 9 * * 8')
    lab.check('a mistake is shown with a caret', done.returncode == 1 and done.stderr.startswith(
        'day-of-week: 8 is outside 0-7 (0 and 7 are Sunday)\n0 9 * * 8\n        ^\n'
        'did you mean 7 or SUN?\n'), done.stderr)
    for words, status in ((('next',), 2), (('next', '0 9 * * *', '--zone', 'posix/UTC'), 1),
                          (('check', '0 0 31 2 *'), 1), (('check', '0 9 * * *'), 0),
                          (('allowed', 'hourly', '2026-01-01T00:00:00Z'), 2),
                          (('allowed', 'daily', '2026-01-01T00:00:00Z'), 0),
                          (('next', '0 9 * * *', '--from', 'soon'), 2)):
        done = run(*words)
        lab.check('status %d of %s' % (status, ' '.join(words)), done.returncode == status,
                  '%d %s' % (done.returncode, done.stderr))


recorded()
unreadable()
one_by_one()
lab.finish()
