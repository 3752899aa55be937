#!/usr/bin/python3
"""cli.py - every sub-command on real data: what it prints, what it changes, how it ends.

If one of these fails, a script that relies on the documented words, keys or exit statuses breaks.
"""
import json
import os
import re
import subprocess

import lab


def data_with_job(name, **job):
    return lab.prepare(name, pages=120, **job)


def names_of_table():
    text = lab.run(lab.tmp(), '--help').stdout
    part = text.split('sub-commands:\n')[1].split('\neverywhere:')[0]
    rows = []
    for line in part.splitlines():
        words = line.split()
        if words:
            rows.append(words)
    return rows


def check_help():
    rows = names_of_table()
    lab.check('--help lists the sub-commands', len(rows) > 50, len(rows))
    bad = []
    for words in rows:
        two = words[:2] if len(words) > 1 and re.match(r'^[a-z]+$', words[1]) else words[:1]
        for attempt in (two, words[:1]):
            p = lab.run(lab.tmp(), *attempt, '--help')
            if p.returncode == 0 and 'usage: autopilot' in p.stdout:
                break
        else:
            bad.append(' '.join(two))
    lab.check('each sub-command has --help', not bad, bad)
    wide = [l for l in lab.run(lab.tmp(), '--help').stdout.splitlines() if len(l) > 130]
    lab.check('--help fits a terminal', not wide, wide[:1])


def check_usage():
    cases = [
        ('unknown word', ['jbo'], 2, 'did you mean "job"'),
        ('unknown verb', ['job', 'imoprt', 'x'], 2, 'did you mean "job import"'),
        ('unknown option', ['job', 'list', '--jsno'], 2, 'did you mean --json'),
        ('missing argument', ['job', 'show'], 2, 'usage: autopilot job show NAME'),
        ('too many arguments', ['status', 'x'], 2, 'unexpected word "x"'),
        ('option without value', ['log', '--level'], 2, 'needs a value'),
        ('value for a switch', ['status', '--json=1'], 2, 'takes no value'),
        ('level', ['log', '--level', 'loud'], 2, 'error, warn, info, debug'),
        ('number', ['log', '--count', 'many'], 2, 'whole number'),
        ('console without a terminal', [], 2, 'needs a terminal'),
        ('short option', ['job', 'list', '-x'], 2, 'unknown option -x'),
    ]
    data = os.path.join(lab.tmp(), 'usage')
    lab.must(data, 'init', '--quiet')
    for name, words, status, text in cases:
        p = lab.run(data, *words)
        lab.check('usage: ' + name, p.returncode == status and text in p.stderr and
                  p.stderr.count('\n') == 1, (p.returncode, p.stderr, p.stdout[:100]))
    p = lab.run(data, '--version')
    lab.check('--version', p.returncode == 0 and re.match(r'autopilot \d+\.\d+', p.stdout), p.stdout)
    p = lab.run(os.path.join(lab.tmp(), 'nowhere'), 'job', 'list')
    lab.check('no record: the cure is named', p.returncode == 1 and 'autopilot init' in p.stderr,
              p.stderr)


def check_sample():
    data = os.path.join(lab.tmp(), 'sample')
    lab.must(data, 'init', '--sample')
    again = lab.run(data, 'init', '--sample')
    lab.check('init twice changes nothing', again.returncode == 0, again.stderr)
    started = lab.must(data, 'job', 'start', 'sample')
    lab.check('a start without an engine says what is missing', started ==
              'Started sample (equitable, 3 groups). No engine is running here: start one with '
              '`autopilot` or `autopilot engine`.\n', started)
    lab.must(data, 'job', 'pause', 'sample')
    resumed = json.loads(lab.must(data, 'job', 'resume', 'sample', '--json'))
    lab.check('so does a resume, to programs', resumed['engine_running'] is False, resumed)
    p = lab.run(data, 'engine', '--until-idle', AUTOPILOT_MAIL_PER_MINUTE=0, timeout=120)
    lab.check('the sample runs until idle', p.returncode == 0 and 'sample: completed' in p.stdout,
              p.stdout[-400:] + p.stderr)
    job = json.loads(lab.must(data, 'job', 'show', 'sample', '--json'))
    keys = {'name', 'status', 'distribution', 'loop_interval', 'max_emails_per_group',
            'loop_automation', 'cycle', 'total_emails_sent', 'groups'}
    lab.check('job show has the documented keys', keys <= set(job), sorted(keys - set(job)))
    term = job['groups'][0]['terms'][0]
    lab.check('its terms too', {'text', 'counted_leads', 'state'} <= set(term) and
              {'name', 'emails_sent', 'state'} <= set(job['groups'][0]), term)
    lab.check('three groups of four terms', [len(g['terms']) for g in job['groups']] == [4, 4, 4],
              job['groups'])
    lab.check('all groups are done', {g['state'] for g in job['groups']} == {'done'}, job['groups'])
    total = job['total_emails_sent']
    lab.check('the sample writes 60 to 140 letters', 60 <= total <= 140, total)
    lab.check('counts add up', total == sum(g['emails_sent'] for g in job['groups']) ==
              sum(t['counted_leads'] for g in job['groups'] for t in g['terms']), job)
    lab.check('limits hold', all(g['emails_sent'] <= job['max_emails_per_group'] and
                                 all(t['counted_leads'] <= job['loop_interval']
                                     for t in g['terms']) for g in job['groups']), job)
    sends = lab.sends(data, 'sample')
    lab.check('sends list has the documented keys',
              {'seq', 'job', 'cycle', 'group', 'term', 'address', 'state', 'message_id', 'at'} <=
              set(sends[0]), sends[0])
    lab.check('sends are in the order of queueing',
              [s['seq'] for s in sends] == sorted(s['seq'] for s in sends), '')
    done = sorted(s['id'] for s in sends if s['state'] == 'simulated')
    files = [n.split('.')[0] for n in lab.letters(data)]
    lab.check('one file in the Maildir for each letter, named by its id', files == done,
              (len(files), len(done)))
    v = lab.run(data, 'verify', '--at-rest')
    lab.check('verify finds nothing', v.returncode == 0 and ' 0 broken' in v.stdout, v.stdout)
    return data


def check_status(data):
    s = json.loads(lab.must(data, 'status', '--json'))
    lab.check('nothing ends by itself without an engine',
              all(j['eta_s'] is None for j in s['jobs']), s['jobs'])
    lab.check('status has the documented keys', {'engine', 'record', 'jobs', 'overdue'} <= set(s) and
              {'mode', 'reachable', 'unsynced'} <= set(s['record']), s)
    lab.check('no engine is running', s['engine']['running'] is False, s['engine'])
    lab.check('status --check is 0 when all is well',
              lab.run(data, 'status', '--check').returncode == 0, '')
    text = lab.must(data, 'log', '--count', '0')
    lab.check('the log tells the story', 'completed' in text and 'sample' in text, text[-300:])
    lines = lab.rows(lab.must(data, 'log', '--json', '--count', '0', '--level', 'debug'))
    lab.check('log --json', lines and {'at', 'level', 'area', 'text'} <= set(lines[0]), lines[:1])
    lab.check('log is in the order of time', [l['at'] for l in lines] ==
              sorted(l['at'] for l in lines), '')
    only = lab.rows(lab.must(data, 'log', '--json', '--grep', 'cycle', '--count', '0'))
    lab.check('log --grep', only and all('cycle' in (l['text'] + l['area']).lower() for l in only),
              only[:2])
    masked = lab.must(data, 'log', '--count', '0')
    lab.check('addresses are masked in the log', '***@' in masked and
              not re.search(r'\b[a-z.]{3,}@[a-z-]+-zq\.', masked), '')
    audit = lab.rows(lab.must(data, 'audit', 'list', '--json'))
    lab.check('audit lists the commands', len(audit) >= 3 and
              all(len(a['hash']) == 64 for a in audit), audit)
    lab.check('audit verify', lab.run(data, 'audit', 'verify').returncode == 0, '')


def check_edit():
    data = data_with_job('edit')
    lab.must(data, 'job', 'stop', 'lab')
    lab.must(data, 'job', 'edit', 'lab', '--distribution', 'random', '--loop', 'yes',
             '--loop-interval', '7', '--max-per-group', '9', '--variations', '3')
    j = json.loads(lab.must(data, 'job', 'show', 'lab', '--json'))
    lab.check('job edit', (j['distribution'], j['loop_automation'], j['loop_interval'],
                           j['max_emails_per_group'], j['variations']) ==
              ('random', True, 7, 9, 3), j)
    p = lab.run(data, 'job', 'edit', 'lab', '--loop-interval', '0')
    lab.check('job edit refuses what is out of range', p.returncode == 2 and '1 to 100000' in
              p.stderr, p.stderr)
    p = lab.run(data, 'job', 'edit', 'labb', '--loop', 'no')
    lab.check('an unknown job names the nearest', p.returncode == 1 and 'lab' in p.stderr, p.stderr)
    out = os.path.join(lab.tmp(), 'export')
    lab.must(data, 'job', 'export', 'lab', '--to', out)
    lab.must(data, 'job', 'import', os.path.join(out, 'lab.ini'))
    text = lab.must(data, 'job', 'import', os.path.join(out, 'lab.ini'))
    lab.check('an exported job imports without a change', 'unchanged' in text, text)
    lab.must(data, 'group', 'add', 'West', '--job', 'lab', '--template', 'letter', '--term', 'kelp')
    lab.must(data, 'group', 'move', 'West', '1', '--job', 'lab')
    lab.must(data, 'term', 'add', 'anchor dune', '--job', 'lab', '--group', 'West')
    lab.must(data, 'term', 'move', 'anchor dune', '1', '--job', 'lab', '--group', 'West')
    lab.must(data, 'term', 'edit', 'kelp', '--rename', 'iris', '--job', 'lab', '--group', 'West')
    groups = [g['name'] for g in lab.rows(lab.must(data, 'group', 'list', '--job', 'lab', '--json'))]
    terms = [t['text'] for t in lab.rows(lab.must(data, 'term', 'list', '--job', 'lab', '--group',
                                                  'West', '--json'))]
    lab.check('groups and terms are added and moved', groups == ['West', 'North', 'East', 'South']
              and terms == ['anchor dune', 'iris'], (groups, terms))
    p = lab.run(data, 'group', 'delete', 'West', '--job', 'lab')
    lab.check('delete asks first', p.returncode == 1 and '--yes' in p.stderr, p.stderr)
    lab.must(data, 'group', 'delete', 'West', '--job', 'lab', '--yes')
    p = lab.run(data, 'template', 'delete', 'letter', '--yes')
    lab.check('a template in use is not deleted', p.returncode == 1, p.stderr)
    lab.check('template preview is a message', 'Subject: ' in
              lab.must(data, 'template', 'preview', 'letter'), '')
    lab.must(data, 'job', 'delete', 'lab', '--yes')
    lab.check('a deleted job is gone', lab.run(data, 'job', 'show', 'lab').returncode == 1, '')


def check_control():
    data = data_with_job('control')
    steps = [('start', 0), ('pause', 0), ('resume', 0), ('stop', 0), ('resume', 0), ('stop', 0),
             ('pause', 1), ('start', 0), ('stop', 0)]
    for verb, status in steps:
        p = lab.run(data, 'job', verb, 'lab')
        lab.check('control: %s' % verb, p.returncode == status and (p.stdout or p.stderr),
                  (p.returncode, p.stdout, p.stderr))
    p = lab.run(data, '--read-only', 'job', 'start', 'lab')
    lab.check('--read-only changes nothing', p.returncode == 1 and '--read-only' in p.stderr,
              p.stderr)


def check_suppression():
    data = data_with_job('suppressed', loop_interval=30, limit=60)
    first = lab.copy(data, 'suppressed-first')
    lab.must(first, 'engine', '--until-idle', '--quiet')
    victims = [s['address'] for s in lab.sends(first, 'lab')][:3]
    domain = victims[2].split('@')[1]
    lab.must(data, 'suppress', 'add', victims[0].upper(), victims[1], '--reason', 'asked')
    lab.must(data, 'suppress', 'add', '@' + domain)
    listed = lab.rows(lab.must(data, 'suppress', 'list', '--json'))
    lab.check('suppress list', {s['subject'] for s in listed} == {victims[0], victims[1],
                                                                  '@' + domain}, listed)
    lab.must(data, 'engine', '--until-idle', '--quiet')
    states = {s['address']: s['state'] for s in lab.sends(data, 'lab')}
    lab.check('suppressed addresses get no letter',
              all(states.get(v) == 'suppressed' for v in victims), [states.get(v) for v in victims])
    lab.check('a whole domain too', all(st == 'suppressed' for a, st in states.items()
                                        if a.endswith('@' + domain)), '')
    lab.must(data, 'suppress', 'remove', victims[0])
    lab.check('suppress remove', len(lab.rows(lab.must(data, 'suppress', 'list', '--json'))) == 2,
              '')
    p = lab.run(data, 'suppress', 'add', 'not an address')
    lab.check('suppress refuses what is no address', p.returncode == 1, p.stderr)


def check_search_and_extract():
    data = data_with_job('search')
    found = lab.rows(lab.must(data, 'search', 'anchor', '--json', '--limit', '5'))
    lab.check('manual search finds leads', len(found) == 5 and all('@' in f['address']
                                                                  for f in found), found)
    lab.check('manual search stores nothing', lab.sends(data, 'lab') == [], '')
    page = os.path.join(data, 'pages', 'page0003.html')
    with open(page, 'a') as f:
        f.write('<a href="mailto:One@Two-zq.com">x</a> one@two-zq.com')
    text = lab.must(data, 'extract', page)
    lab.check('extract prints FILE<TAB>address', any(l == page + '\tOne@Two-zq.com'
                                                     for l in text.splitlines()), text)
    p = subprocess.run([lab.BIN, 'extract'], input='me@three-zq.com', capture_output=True,
                       text=True, env=lab.env())
    lab.check('extract reads stdin', 'me@three-zq.com' in p.stdout, p.stdout + p.stderr)
    p = lab.run(data, 'extract', '/nonexistent', page)
    lab.check('extract goes on behind a file it cannot read', p.returncode == 1 and
              'nonexistent' in p.stderr and 'Two-zq.com' in p.stdout, p.stderr)
    lab.must(data, 'job', 'stop', 'lab')
    p = lab.run(data, 'search', 'anchor', '--send', '--job', 'lab', '--group', 'North', '--limit',
                '3')
    rows = lab.sends(data, 'lab')
    lab.check('search --send uses the ledger of the job', p.returncode == 0 and len(rows) == 3 and
              {r['state'] for r in rows} == {'simulated'}, p.stdout + p.stderr + str(rows))


def check_leads():
    data = data_with_job('leads', limit=20, loop_interval=10)
    lab.must(data, 'engine', '--until-idle', '--quiet')
    leads = lab.rows(lab.must(data, 'leads', 'list', '--json'))
    sends = lab.sends(data, 'lab')
    lab.check('each ledger row has its lead', {s['address'] for s in sends} <=
              {l['address'] for l in leads}, '')
    csv = lab.must(data, 'leads', 'export').splitlines()
    lab.check('leads export is CSV', len(csv) == len(leads) + 1 and csv[0].startswith('workspace,'),
              csv[:2])
    held = os.path.join(data, 'letter.txt')
    with open(held, 'w') as f:
        f.write('Dear {{name}},\nno fallback here.\n')
    lab.must(data, 'job', 'stop', 'lab') if lab.rows(lab.must(
        data, 'job', 'list', '--json'))[0]['status'] == 'running' else None
    job2 = os.path.join(data, 'second.ini')
    lab.write_job(job2, name='second', limit=20, loop_interval=10)
    with open(held, 'w') as f:
        f.write('Dear {{name}},\nno fallback here.\n')
    lab.must(data, 'job', 'import', job2)
    lab.must(data, 'job', 'start', 'second')
    lab.must(data, 'engine', '--until-idle', '--quiet')
    states = [s['state'] for s in lab.sends(data, 'second')]
    lab.check('a missing variable holds the letter', states and 'held' in states, states[:5])
    lab.check('status --check tells that somebody is needed',
              lab.run(data, 'status', '--check', '--quiet').returncode == 1, '')
    one = [s for s in lab.sends(data, 'second') if s['state'] == 'held'][0]
    lab.must(data, 'sends', 'settle', one['id'], 'drop')
    now = {s['id']: s['state'] for s in lab.sends(data, 'second')}
    lab.check('a held letter can be dropped', now[one['id']] == 'cancelled', now[one['id']])
    lab.check('verify after all that', lab.run(data, 'verify').returncode == 0,
              lab.run(data, 'verify').stdout)


def check_config():
    data = os.path.join(lab.tmp(), 'config')
    lab.must(data, 'init')
    template = lab.must(data, 'config', 'template')
    shipped = open(os.path.join(lab.ROOT, 'conf', 'autopilot.ini')).read()
    lab.check('conf/autopilot.ini is what `config template` prints', template == shipped,
              'run: build/autopilot config template > conf/autopilot.ini')
    rows = lab.rows(lab.must(data, 'config', 'show', '--json'))
    lab.check('config show names every origin', len(rows) > 25 and all(r['origin'] for r in rows),
              len(rows))
    diff = lab.rows(lab.must(data, 'config', 'diff', '--json', AUTOPILOT_MAIL_BATCH=7))
    diff = [r for r in diff if r['key'] != 'mx_check']  # lab.py sets it for all
    lab.check('config diff shows the environment', [(r['key'], r['value'], r['origin']) for r in
                                                    diff] == [('batch', '7', 'environment')], diff)
    ini = os.path.join(data, 'autopilot.ini')
    before = open(ini).read()
    editor = os.path.join(lab.tmp(), 'editor')
    with open(editor, 'w') as f:
        f.write('#!/bin/sh\nprintf "[mail]\\nper_minutee = 5\\n" > "$1"\n')
    os.chmod(editor, 0o755)
    p = lab.run(data, 'config', 'edit', EDITOR=editor, VISUAL='')
    lab.check('config edit refuses what cannot be read and keeps both texts', p.returncode == 1 and
              'per_minute' in p.stderr and open(ini).read() == before and
              os.path.exists(ini + '.draft'), p.stderr)
    with open(editor, 'w') as f:
        f.write('#!/bin/sh\nprintf "[mail]\\nper_minute = 5\\n" > "$1"\n')
    p = lab.run(data, 'config', 'edit', EDITOR=editor, VISUAL='')
    lab.check('config edit keeps what can be read', p.returncode == 0 and
              'per_minute = 5' in open(ini).read() and not os.path.exists(ini + '.draft'), p.stderr)
    man = lab.must(data, 'man')
    page = subprocess.run(['man', '-l', '-'], input=man, capture_output=True, text=True) \
        if os.path.exists('/usr/bin/man') else None
    lab.check('the man page has every setting and sub-command', '.SS [mail]' in man and
              'job import' in man.replace('\\-', '-') and (page is None or page.returncode == 0),
              man[:200])
    keys = lab.must(data, 'keys')
    lab.check('keys lists start, stop, resume', all(w in keys for w in ('start', 'stop', 'resume')),
              keys[:200])


def check_reload():
    """The config file of a running engine: taken as a whole, or not at all."""
    data = data_with_job('reload', limit=200, loop_interval=100)
    ini = os.path.join(data, 'autopilot.ini')
    with open(ini, 'w') as f:
        f.write('[mail]\nper_minute = 60\n')
    p = subprocess.Popen([lab.BIN, '--data', data, 'engine'], env=lab.env(),
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def log_says(text):
        return lab.wait_for(lambda: text in lab.must(data, 'log', '--count', '0'), 10)
    lab.wait_for(lambda: len(lab.letters(data)) >= 1)
    with open(ini, 'w') as f:
        f.write('[mail]\nper_minute = 6000\nbatchh = 4\n')
    lab.check('reload: a broken file is refused and said', log_says('batch'),
              lab.must(data, 'log', '--count', '5'))
    slow = len(lab.letters(data))
    lab.check('reload: the old settings hold', slow < 20, slow)
    with open(ini, 'w') as f:
        f.write('[mail]\nper_minute = 6000\n')
    lab.check('reload: the right file takes effect while the job runs',
              lab.wait_for(lambda: len(lab.letters(data)) >= slow + 30, 10),
              (slow, len(lab.letters(data)), lab.must(data, 'log', '--count', '5')))
    p.terminate()
    lab.check('reload: the engine ends in order', p.wait(timeout=15) == 0, p.returncode)


def check_demo():
    p = lab.run(os.path.join(lab.tmp(), 'unused'), '--demo', 'job', 'list', TMPDIR=lab.tmp())
    left = [n for n in os.listdir(lab.tmp()) if n.startswith('autopilot-demo')]
    lab.check('--demo has a sample and leaves nothing behind', p.returncode == 0 and
              'sample' in p.stdout and not left, (p.stdout, p.stderr, left))


def check_modes():
    """A dry run never uses up an address for real sending."""
    data = data_with_job('modes', limit=20, loop_interval=10)
    lab.must(data, 'engine', '--until-idle', '--quiet')
    dry = {s['address'] for s in lab.sends(data, 'lab')}
    lab.must(data, 'job', 'start', 'lab', AUTOPILOT_MAIL_MODE='maildir')
    lab.must(data, 'engine', '--until-idle', '--quiet', AUTOPILOT_MAIL_MODE='maildir')
    rows = [s for s in lab.sends(data, 'lab') if s['mode'] == 'maildir']
    real = {s['address'] for s in rows if s['state'] == 'sent'}
    files = os.listdir(os.path.join(data, 'maildir', 'new'))
    lab.check('maildir mode writes to the addresses of the dry run', real and real & dry and
              len(files) == len(real), (len(dry), len(real), len(files)))
    lab.check('in a new cycle', {s['cycle'] for s in rows} == {2}, {s['cycle'] for s in rows})
    again = lab.run(data, 'verify', '--at-rest')
    lab.check('verify after a change of the mode', again.returncode == 0, again.stdout)


check_help()
check_usage()
check_reload()
check_demo()
check_modes()
sample = check_sample()
check_status(sample)
check_edit()
check_control()
check_suppression()
check_search_and_extract()
check_leads()
check_config()
lab.finish()
