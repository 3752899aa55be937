#!/usr/bin/python3
"""schedule_batch.py - every row of tests/data/schedules through the program's batch forms, and that
a line that can't be read is answered and ends nothing."""
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
    if os.environ.get('SHOW_ALL'):
        print('\n'.join(wrong))


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


recorded()
lab.finish()
