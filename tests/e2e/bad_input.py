#!/usr/bin/python3
"""bad_input.py - whatever is wrong: one clear sentence, nothing lost, the terminal untouched.

Each case names what the sentence must contain; none may print a control byte, crash, or change what
was there before.
"""
import os
import shutil
import sqlite3
import subprocess
import sys

import lab

JOB = '''[job bad]
distribution = equitable
loop_interval = 40
max_emails_per_group = 300
loop_automation = no
provider = local
variations = 1

[group One]
template = t
term = anchor

[template t]
subject = Hello {{company|you}}
text = t.txt
'''

# name, text to replace, by what, line of the mistake, words that the sentence must have
JOB_MISTAKES = [
    ('unknown key', 'loop_interval = 40', 'loop_intervall = 40', 3, ['loop_intervall',
                                                                     'loop_interval']),
    ('not a number', 'loop_interval = 40', 'loop_interval = forty', 3, ['forty', '100000']),
    ('out of range', 'loop_interval = 40', 'loop_interval = 0', 3, ['0', '100000']),
    ('limit out of range', '= 300', '= 99999999', 4, ['99999999', '1000000']),
    ('unknown choice', '= equitable', '= fair', 2, ['fair', 'equitable', 'random']),
    ('not a switch', 'loop_automation = no', 'loop_automation = perhaps', 5, ['perhaps', 'yes']),
    ('variations', 'variations = 1', 'variations = 99', 7, ['99', '20']),
    ('key twice', 'provider = local', 'provider = local\nprovider = local', 7, ['provider']),
    ('unknown section', '[group One]', '[gruop One]', 9, ['gruop']),
    ('template missing', 'template = t\n', 'template = x\n', 10, ['x']),
    ('no template', 'template = t\n', '', 9, ['template']),
    ('no term', 'term = anchor\n', '', 9, ['term']),
    ('term twice', 'term = anchor', 'term = anchor\nterm = anchor', 12, ['anchor']),
    ('empty term', 'term = anchor', 'term =', 11, ['term']),
    ('template file missing', 'text = t.txt', 'text = nothing.txt', 15, ['nothing.txt']),
    ('unknown variable', '{{company|you}}', '{{compny|you}}', 14, ['compny']),
    ('open braces', '{{company|you}}', '{{company', 14, ['{{']),
    ('no equals sign', 'variations = 1', 'variations', 7, ['key = value']),
    ('no job', '[job bad]\n', '', 1, ['job']),
]


def clean(p):
    """No control byte but the line end, in either stream."""
    return all(c == '\n' or c == '\t' or (c >= ' ' and c != '\x7f' and not '\x80' <= c <= '\x9f')
               for c in p.stdout + p.stderr)


def refused(name, p, words, status=(1,)):
    lab.check(name, p.returncode in status and all(w in p.stderr for w in words) and clean(p) and
              p.stderr.count('\n') == 1 and len(p.stderr) > 20,
              (p.returncode, p.stderr, p.stdout[-200:]))


def job_files():
    data = os.path.join(lab.tmp(), 'jobs')
    lab.must(data, 'init', '--quiet')
    with open(data + '/t.txt', 'w') as f:
        f.write('Hello.\n')
    path = data + '/bad.ini'
    with open(path, 'w') as f:
        f.write(JOB)
    lab.must(data, 'job', 'import', path)
    before = lab.must(data, 'job', 'show', 'bad', '--json')
    for name, old, new, line, words in JOB_MISTAKES:
        assert old in JOB, name
        with open(path, 'w') as f:
            f.write(JOB.replace(old, new, 1))
        p = lab.run(data, 'job', 'import', path)
        refused('job file: ' + name, p, ['bad.ini:%d' % line] + words)
    lab.check('job files: nothing was imported', lab.must(data, 'job', 'show', 'bad', '--json') ==
              before, '')
    binary = data + '/binary.ini'
    with open(binary, 'wb') as f:
        f.write(bytes(range(256)) * 20)
    refused('job file: binary', lab.run(data, 'job', 'import', binary), ['binary.ini'])
    with open(path, 'w') as f:
        f.write(JOB.replace('[job bad]', '[job \x1b]0;owned\x07bad]'))
    refused('job file: escape sequence in a name', lab.run(data, 'job', 'import', path), ['bad.ini'])
    refused('job file: missing', lab.run(data, 'job', 'import', data + '/none.ini'), ['none.ini'])
    refused('job file: a directory', lab.run(data, 'job', 'import', data), ['jobs'])


def config_files():
    data = os.path.join(lab.tmp(), 'config')
    lab.must(data, 'init', '--quiet')
    ini = data + '/autopilot.ini'
    cases = [
        ('unknown key', '[mail]\nper_minutes = 5\n', 2, ['per_minutes', 'per_minute']),
        ('unknown section', '[male]\nper_minute = 5\n', 2, ['male']),
        ('not a number', '[mail]\nper_minute = five\n', 2, ['five']),
        ('out of range', '[engine]\njob_lanes = 1000\n', 2, ['1000']),
        ('unknown choice', '[mail]\nmode = fax\n', 2, ['fax', 'dryrun', 'maildir', 'smtp']),
        ('not a span', '[engine]\npoll_interval = soon\n', 2, ['soon']),
        ('twice', '[mail]\nbatch = 5\nbatch = 6\n', 3, ['batch', 'twice']),
        ('too long', '[mail]\nfrom_name = %s\n' % ('x' * 600), 2, ['from_name', '500']),
        ('line too long', '[mail]\nfrom_name = %s\n' % ('x' * 3000), 2, ['2000']),
        ('neither key nor section', 'hello\n', 1, ['hello'][:0]),
    ]
    for name, text, line, words in cases:
        with open(ini, 'w') as f:
            f.write(text)
        refused('config: ' + name, lab.run(data, 'config', 'check'), ['autopilot.ini:%d' % line] +
                words)
    with open(ini, 'w') as f:
        f.write('[mail]\nmode = smtp\n')
    refused('config: smtp without what it needs', lab.run(data, 'config', 'check'), ['smtp', 'needs'])
    refused('config: an engine does not start with it', lab.run(data, 'engine', '--until-idle'),
            ['autopilot.ini'])
    with open(ini, 'w') as f:
        f.write('')
    refused('environment: out of range', lab.run(data, 'config', 'check',
                                                 AUTOPILOT_MAIL_BATCH='0'), ['AUTOPILOT_MAIL_BATCH'])
    refused('config: named but missing', lab.run(data, '--config', data + '/none.ini',
                                                 'engine', '--until-idle'), ['none.ini'])


def records():
    data = lab.prepare('records', pages=30)
    lab.must(data, 'engine', '--until-idle', '--quiet')
    for name, content in (('garbage', os.urandom(50000)), ('empty text', b'hello\n' * 5000)):
        broken = lab.copy(data, 'broken-' + name.split()[0])
        path = broken + '/autopilot.db'
        for tail in ('-wal', '-shm'):
            if os.path.exists(path + tail):
                os.remove(path + tail)
        with open(path, 'wb') as f:
            f.write(content)
        for words in (['job', 'list'], ['engine', '--until-idle'], ['verify'], ['status']):
            refused('record is %s: %s' % (name, words[0]), lab.run(broken, *words),
                    ['autopilot.db'])
        lab.check('record is %s: left as it was' % name, open(path, 'rb').read() == content, '')
    other = lab.copy(data, 'other')
    for tail in ('', '-wal', '-shm'):
        if os.path.exists(other + '/autopilot.db' + tail):
            os.remove(other + '/autopilot.db' + tail)
    db = sqlite3.connect(other + '/autopilot.db')
    db.execute('create table recipes(name)')
    db.commit()
    db.close()
    refused("somebody else's database", lab.run(other, 'job', 'list'), ['autopilot.db'])
    refused("somebody else's database is not taken over", lab.run(other, 'engine', '--until-idle'),
            ['autopilot.db'])
    newer = lab.copy(data, 'newer')
    db = sqlite3.connect(newer + '/autopilot.db')
    db.execute('pragma user_version = 9999')
    db.commit()
    db.close()
    refused('a newer schema', lab.run(newer, 'job', 'list'), ['9999'])
    torn = lab.copy(data, 'torn')
    subprocess.run(['sqlite3', torn + '/autopilot.db', 'pragma wal_checkpoint(truncate)'],
                   stdout=subprocess.DEVNULL, check=True)
    size = os.path.getsize(torn + '/autopilot.db')
    with open(torn + '/autopilot.db', 'r+b') as f:
        f.seek(size // 2)
        f.write(os.urandom(min(40000, size // 3)))
    p = lab.run(torn, 'verify')
    lab.check('pages overwritten in mid-file: verify says so', p.returncode == 1 and clean(p),
              (p.returncode, p.stdout[-200:], p.stderr))
    journal = lab.copy(data, 'journal')
    lab.must(journal, 'job', 'start', 'lab')
    for tail in ('-wal', '-shm'):
        if os.path.exists(journal + '/journal.db' + tail):
            os.remove(journal + '/journal.db' + tail)
    with open(journal + '/journal.db', 'wb') as f:
        f.write(os.urandom(9000))
    before = len(lab.letters(journal))
    p = lab.run(journal, 'engine', '--until-idle', timeout=30)
    lab.check('a damaged journal: nothing is sent, the sentence names it', p.returncode != 0 and
              'journal' in p.stderr + p.stdout and len(lab.letters(journal)) == before,
              (p.returncode, p.stderr, p.stdout[-300:]))


def two_engines():
    data = lab.prepare('two', pages=60)
    first = subprocess.Popen([lab.BIN, '--data', data, 'engine'], env=lab.env(),
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    first.stdout.readline()
    p = lab.run(data, 'engine')
    refused('two engines on one data directory', p, ['pid', str(first.pid)], status=(4,))
    first.terminate()
    lab.check('the first ends in order', first.wait(timeout=20) == 0, first.returncode)
    first.stdout.close()


def directories():
    if os.geteuid() == 0:
        lab.skip('read-only directory', 'root may write everywhere; the full-disk case runs')
    else:
        data = lab.prepare('readonly', pages=10)
        os.chmod(data, 0o500)
        refused('read-only directory', lab.run(data, 'job', 'start', 'lab'), [data])
        os.chmod(data, 0o700)
    data = os.path.join(lab.tmp(), 'file')
    with open(data, 'w') as f:
        f.write('x')
    refused('the data directory is a file', lab.run(data, 'init'), ['file'])
    data = lab.prepare('nocorpus', pages=5)
    for name in os.listdir(data):
        if name.startswith('corpus.db'):
            os.remove(os.path.join(data, name))
    p = lab.run(data, 'engine', '--until-idle', timeout=60)
    log = lab.run(data, 'log', '--count', '0').stdout
    lab.check('missing corpus: the cure is named', 'corpus add' in p.stdout + p.stderr + log,
              (p.returncode, p.stdout[-300:], p.stderr))
    refused('search without corpus', lab.run(data, 'search', 'x'), ['corpus add'])


def full_disk():
    where = os.path.join(lab.tmp(), 'small')
    os.makedirs(where)
    if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', where],
                      capture_output=True).returncode != 0:
        lab.skip('full disk', 'a tmpfs cannot be mounted here')
        return
    try:
        source = lab.prepare('fulldisk', pages=300, loop_interval=60, limit=200)
        data = where + '/data'
        shutil.copytree(source, data, ignore=shutil.ignore_patterns('pages', '*.lock'))
        free = shutil.disk_usage(where).free
        with open(where + '/ballast', 'wb') as f:
            f.write(b'x' * max(0, free - 300000))
        engine = subprocess.Popen([lab.BIN, '--data', data, 'engine'], env=lab.env(),
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True)
        said = lab.wait_for(lambda: shutil.disk_usage(where).free < 20000 or
                            engine.poll() is not None, 30)
        engine.terminate()
        out = engine.communicate(timeout=30)[0]
        lab.check('full disk: it is reached', said, out[-300:])
        lab.check('full disk: the engine ends in order and says so', engine.returncode in (0, 1) and
                  'disk' in out.lower() + lab.run(data, 'log', '--count', '0').stdout.lower(),
                  (engine.returncode, out[-400:]))
        os.remove(where + '/ballast')
        p = lab.run(data, 'engine', '--until-idle', '--quiet', timeout=120)
        golden = lab.copy(source, 'fulldisk-golden')
        lab.must(golden, 'engine', '--until-idle', '--quiet', timeout=120)
        lab.check('full disk: after making room the job ends as if nothing had happened',
                  p.returncode == 0 and lab.sequence(data, 'lab') == lab.sequence(golden, 'lab'),
                  (p.returncode, p.stderr))
        v = lab.run(data, 'verify', '--at-rest')
        lab.check('full disk: verify finds nothing', v.returncode == 0, v.stdout)
    finally:
        subprocess.run(['umount', '-l', where], capture_output=True)


def hostile_pages():
    data = os.path.join(lab.tmp(), 'hostile')
    pages = data + '-pages'
    lab.must(data, 'init', '--quiet')
    os.makedirs(pages + '/sub')
    with open(pages + '/\x1b]0;owned\x07evil.html', 'w') as f:
        f.write('<title>\x1b[31mred\x9b0c</title><p>anchor info@evil-zq.com</p>')
    with open(pages + '/a\nb.html', 'w') as f:
        f.write('<p>anchor second@evil-zq.com</p>')
    with open(pages + '/binary.html', 'wb') as f:
        f.write(os.urandom(200000))
    with open(pages + '/nul.html', 'wb') as f:
        f.write(b'<p>anchor\0 third@evil-zq.com</p>' * 10)
    with open(pages + '/huge.html', 'wb') as f:
        f.write(b'<p>anchor fourth@evil-zq.com</p>')
        f.truncate(1 << 30)
    os.mkfifo(pages + '/fifo.html')
    os.symlink(pages, pages + '/sub/loop')
    p = lab.run(data, 'corpus', 'add', pages, timeout=60)
    lab.check('hostile pages: corpus add ends and says what it skipped', p.returncode == 0 and
              clean(p) and 'no pages' in p.stdout, (p.returncode, p.stdout, p.stderr))
    lab.check('hostile pages: corpus list', clean(lab.run(data, 'corpus', 'list')), '')
    p = lab.run(data, 'search', 'anchor')
    lab.check('hostile pages: search finds addresses and prints no escape sequence',
              'info@evil-zq.com' in p.stdout and clean(p), repr(p.stdout[:300]) + p.stderr)
    peak = '/usr/bin/time'
    words = ['--data', data, 'extract', pages + '/huge.html']
    if os.path.exists(peak):
        q = subprocess.run([peak, '-f', '%M', lab.BIN, *words], env=lab.env(), capture_output=True,
                           text=True, timeout=60)
        lab.check('a 1 GB file: bounded memory', q.returncode == 0 and
                  int(q.stderr.split()[-1]) < 96 * 1024, q.stderr)
    else:
        q = lab.run(data, *words[2:])
        lab.check('a 1 GB file: it ends', q.returncode == 0, q.stderr)
    p = lab.run(data, 'corpus', 'add', pages + '/none\x1b[2J')
    refused('a path that is not there', p, ['none'])
    p = lab.run(data, 'job', 'show', 'x\x1b]52;c;eA==\x07y')
    refused('escape sequence in an argument', p, ['x'])


for part in (job_files, config_files, records, two_engines, directories, full_disk, hostile_pages):
    if len(sys.argv) < 2 or part.__name__ in sys.argv[1:]:
        part()
lab.finish()
