#!/usr/bin/python3
"""cli_words.py - sub-commands do what was typed, or say why not and what to do.

If one of these fails, a command does less than it was asked for and ends with 0.
"""
import json
import os
import subprocess

import lab


def made(name):
    """A data directory with the job `lab` (template `letter`), not started."""
    data = lab.prepare(name, pages=40)
    lab.must(data, 'job', 'stop', 'lab')
    return data


def refused(name, data, words, *texts, status=1):
    p = lab.run(data, *words, timeout=20)
    lab.check(name, p.returncode == status and p.stdout == '' and p.stderr.count('\n') == 1 and
              all(t in p.stderr for t in texts), (p.returncode, p.stdout[:200], p.stderr[:600]))


def check_templates():
    data = made('templates')
    text = os.path.join(lab.tmp(), 'mine.txt')
    with open(text, 'w') as f:
        f.write('Hello {{email}}\n')
    lab.must(data, 'template', 'add', 'mine', '--subject', 'Hi', '--text', text)
    lab.must(data, 'group', 'add', 'West', '--job', 'lab', '--template', 'mine', '--term', 'kelp')
    lab.must(data, 'group', 'edit', 'North', '--job', 'lab', '--template', 'mine')
    used = {g['name']: g['template'] for g in
            lab.rows(lab.must(data, 'group', 'list', '--job', 'lab', '--json'))}
    lab.check('templates of the workspace are usable', used == {
        'North': 'mine', 'East': 'letter', 'South': 'letter', 'West': 'mine'}, used)
    refused('a template that is not there names the cure', data,
            ['group', 'edit', 'East', '--job', 'lab', '--template', 'none'],
            'there is no template "none" in workspace default', 'autopilot template add')


def check_controls():
    data = made('controls')
    lab.must(data, 'suppress', 'add', 'a@b-zq.com', '--reason', 'x\u009b2J\x7fy é')
    p = subprocess.run([lab.BIN, '--data', data, 'suppress', 'list', '--json'], env=lab.env(),
                       capture_output=True, stdin=subprocess.DEVNULL)
    lab.check('no control reaches the terminal in JSON', b'x\\u009b2J\\u007fy \xc3\xa9' in p.stdout,
              p.stdout)
    lab.check('and nothing is lost', json.loads(p.stdout)['reason'] == 'x\u009b2J\x7fy é', p.stdout)


def check_absent():
    data = made('absent')
    for words in (['job', 'list'], ['leads', 'list'], ['sends', 'list'], ['template', 'list'],
                  ['suppress', 'list'], ['status'], ['log']):
        refused('--workspace nope %s' % ' '.join(words), data, ['--workspace', 'nope'] + words,
                'there is no workspace "nope"')
    for words in (['leads', 'list'], ['sends', 'list'], ['log']):
        refused('%s --job labb' % ' '.join(words), data, words + ['--job', 'labb'],
                'there is no job "labb"; did you mean "lab"?')
    refused('job add with a provider that is not there', data,
            ['job', 'add', 'two', '--provider', 'nope'], 'there is no search provider "nope"',
            '[search NAME]')
    lab.must(data, 'job', 'add', 'two')
    refused('job edit likewise', data, ['job', 'edit', 'two', '--provider', 'nope'], '"nope"')
    refused('a job without groups is not started', data, ['job', 'start', 'two'], 'has no groups',
            'autopilot group add')
    lab.must(data, 'job', 'delete', 'two', '--yes')
    lab.check('the ledger of a job that is gone can be listed',
              lab.run(data, 'sends', 'list', '--job', 'two').returncode == 0, '')
    refused('a domain that is none', data, ['suppress', 'add', '@x'], '"@x" is not')
    text = lab.must(data, 'suppress', 'remove', 'a@b-zq.com')
    lab.check('suppress remove of what was not there', text == 'a@b-zq.com was not on the list\n',
              text)


def check_log():
    data = made('log')
    lab.must(data, 'job', 'start', 'lab')
    lab.must(data, 'engine', '--until-idle', '--quiet')
    every = lab.must(data, 'log', '--since', '1h').splitlines()
    last = lab.must(data, 'log', '--since', '1h', '--count', '3').splitlines()
    lab.check('log --since --count: the last of them', len(every) > 3 and last == every[-3:], last)
    for more in ([], ['--json']):
        out, into = os.pipe()
        os.close(out)
        p = subprocess.run([lab.BIN, '--data', data, 'log', '--count', '0'] + more, stdout=into,
                           stderr=subprocess.PIPE, env=lab.env(), stdin=subprocess.DEVNULL)
        os.close(into)
        lab.check('a reader that has read enough is no error %s' % ' '.join(more),
                  (p.returncode, p.stderr) == (141, b''), (p.returncode, p.stderr))



def check_import():
    data = made('import')
    path = os.path.join(lab.tmp(), 'list.txt')

    def listed():
        return [s['subject'] for s in lab.rows(lab.must(data, 'suppress', 'list', '--json'))]
    refused('suppress import of a directory', data, ['suppress', 'import', lab.tmp()],
            'not a regular file')
    refused('suppress import of a device', data, ['suppress', 'import', '/dev/zero'],
            'not a regular file')
    with open(path, 'w') as f:
        f.write('# those who asked\na@b-zq.com\n\nnone\n@c-zq.com\n%s@d-zq.com\n' % ('x' * 5000))
    p = lab.run(data, 'suppress', 'import', path)
    lab.check('suppress import: every bad line is told', p.returncode == 1 and
              p.stderr.count('\n') == 3 and '%s:4: ' % path in p.stderr and
              '%s:6: ' % path in p.stderr and 'has 2 bad lines' in p.stderr, p.stderr)
    lab.check('and nothing was taken', listed() == [], listed())
    with open(path, 'w') as f:
        f.write('\n'.join(['none'] * 30))
    p = lab.run(data, 'suppress', 'import', path)
    lab.check('the first 20 of them', p.stderr.count('\n') == 21 and 'has 30 bad' in p.stderr,
              p.stderr)
    with open(path, 'w') as f:
        f.write('  A@B-zq.com \r\n@c-zq.com')
    lab.check('suppress import', lab.must(data, 'suppress', 'import', path) == '2 added\n', '')
    lab.check('takes all of a good list', sorted(listed()) == ['@c-zq.com', 'a@b-zq.com'],
              listed())


def check_options():
    data = made('options')
    for words, option in ((['group', 'edit', 'North', '--job', 'lab', '--term', 'x'], '--term'),
                          (['group', 'move', 'North', '2', '--job', 'lab', '--yes'], '--yes'),
                          (['group', 'delete', 'North', '--job', 'lab', '--rename', 'x'],
                           '--rename'),
                          (['term', 'add', 'x', '--job', 'lab', '--group', 'North', '--rename',
                            'y'], '--rename'),
                          (['template', 'add', 'x', '--yes'], '--yes')):
        refused('%s %s takes no %s' % (words[0], words[1], option), data, words,
                'unknown option ' + option, status=2)
    text = lab.must(data, 'help', 'term', 'list')
    lab.check('help term list: the group is not needed', 'only the terms of this group' in text,
              text)
    refused('job export makes one directory, not a tree', data,
            ['job', 'export', 'lab', '--to', os.path.join(lab.tmp(), 'no/such/tree')],
            'cannot be made')
    lab.check('nothing of it', not os.path.exists(os.path.join(lab.tmp(), 'no')), '')


def check_json():
    data = made('json')
    text = os.path.join(lab.tmp(), 'json.txt')
    with open(text, 'w') as f:
        f.write('Hello\n')
    empty = os.path.join(lab.tmp(), 'empty.txt')
    open(empty, 'w').close()
    for words in (['--version'], ['suppress', 'add', 'a@b-zq.com'],
                  ['suppress', 'remove', 'a@b-zq.com'], ['suppress', 'import', empty],
                  ['workspace', 'add', 'two'], ['workspace', 'delete', 'two', '--yes'],
                  ['template', 'add', 'two', '--subject', 'Hi', '--text', text],
                  ['template', 'edit', 'two', '--subject', 'Ho'],
                  ['template', 'delete', 'two', '--yes'], ['job', 'add', 'two'],
                  ['job', 'edit', 'two', '--loop', 'yes'], ['job', 'delete', 'two', '--yes'],
                  ['group', 'move', 'North', '2', '--job', 'lab'],
                  ['corpus', 'remove', os.path.join(data, 'pages', 'page0001.html')],
                  ['config', 'reload']):
        p = lab.run(data, *words, '--json')
        try:
            ok = p.returncode == 0 and isinstance(json.loads(p.stdout), dict)
        except ValueError:
            ok = False
        lab.check('%s --json is one object' % ' '.join(words[:2]), ok, p.stdout + p.stderr)


def check_columns():
    data = made('columns')
    for name, words, column in (('keys', ['keys'], 58), ('verify', ['verify'], 21)):
        lines = [l for l in lab.must(data, *words).splitlines()
                 if l.startswith('  ') or l.startswith('holds ')]
        bad = [l for l in lines if l[column - 1] != ' ' or l[column] == ' ']
        lab.check('the columns of %s are in line' % name, lines and not bad, bad)


check_templates()
check_options()
check_json()
check_columns()
check_import()
check_absent()
check_log()
check_controls()
lab.finish()
