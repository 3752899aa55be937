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


check_templates()
check_controls()
lab.finish()
