"""lab.py - what the end-to-end tests share: the program, throw-away data directories, a made-up
corpus, and the reporting lines that the runner counts.

Each test prints "ok NAME", "not ok NAME - why" or "skip NAME - why"; finish() gives the exit status.
"""
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
BIN = os.environ.get('AUTOPILOT_BIN', os.path.join(ROOT, 'build', 'autopilot'))
FP_BIN = os.environ.get('AUTOPILOT_FP_BIN', os.path.join(ROOT, 'build', 'fp', 'autopilot'))

_failed = 0
_tmp = None


def ok(name):
    print('ok ' + name, flush=True)


def not_ok(name, why):
    global _failed
    _failed += 1
    print('not ok %s - %s' % (name, ' '.join(str(why).split())[:600]), flush=True)


def skip(name, why):
    print('skip %s - %s' % (name, why), flush=True)


def check(name, condition, why=''):
    if condition:
        ok(name)
    else:
        not_ok(name, why)
    return bool(condition)


def finish():
    if _tmp:
        shutil.rmtree(_tmp, ignore_errors=True)
    sys.exit(1 if _failed else 0)


def tmp():
    """One temporary directory a test program; removed by finish()."""
    global _tmp
    if _tmp is None:
        _tmp = tempfile.mkdtemp(prefix='autopilot-test-')
    return _tmp


def env(**more):
    e = {k: v for k, v in os.environ.items() if not k.startswith('AUTOPILOT_')}
    e.update(HOME=tmp(), XDG_CONFIG_HOME=tmp() + '/none', LC_ALL='C.UTF-8',
             AUTOPILOT_MAIL_MX_CHECK='no')  # tests of it bring a resolver; no other asks a real one
    e.update({k: str(v) for k, v in more.items()})
    return e


def run(data, *words, binary=None, timeout=60, **more):
    """Runs the program on a data directory; returns the finished process (text)."""
    return subprocess.run([binary or BIN, '--data', data, *words], env=env(**more),
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout,
                          text=True, errors='surrogateescape')


def must(data, *words, **more):
    p = run(data, *words, **more)
    if p.returncode != 0:
        raise RuntimeError('%s: exit %d: %s%s' % (' '.join(words), p.returncode, p.stdout[-300:],
                                                  p.stderr[-300:]))
    return p.stdout


def rows(text):
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def sends(data, job):
    return rows(must(data, 'sends', 'list', '--job', job, '--json'))


def sequence(data, job):
    """What two runs are compared by: the ledger in the order of queueing."""
    return sequence_of(must(data, 'sends', 'list', '--job', job, '--json'))


def sequence_of(text):
    """The same, of what `sends list --json` prints."""
    return [(s['group'], s['term'], s['address'], s['state']) for s in rows(text)]


WORDS = 'anchor birch copper dune ember falcon garnet harbor iris juniper kelp lantern'.split()


def make_corpus(where, pages=400, seed=7, words_each=4):
    """Pages of invented firms: 1 to 3 addresses each, some known from other pages, some none."""
    dice = random.Random(seed)
    os.makedirs(where)
    known = []
    for i in range(pages):
        words = dice.sample(WORDS, words_each)
        addresses = []
        for k in range(dice.choice([0, 1, 1, 1, 2, 3])):
            if known and dice.random() < 0.15:
                addresses.append(dice.choice(known))
            else:
                addresses.append('%s%d@firm%d-zq.com' % (dice.choice(['info', 'sales', 'hello']),
                                                         k, i))
        known += addresses
        body = ' '.join(dice.choice(words) for _ in range(30))
        links = ' '.join('<p>Write to <a href="mailto:%s">%s</a></p>' % (a, a) for a in addresses)
        with open(os.path.join(where, 'page%04d.html' % i), 'w') as f:
            f.write('<html><head><title>Firm %d %s</title></head><body><h1>%s</h1><p>%s</p>%s'
                    '</body></html>' % (i, words[0], ' '.join(words), body, links))


def write_job(path, name='lab', distribution='equitable', loop_interval=40, limit=120, loop='no',
              groups=None, variations=1, seed=11):
    groups = groups or [('North', WORDS[0:4]), ('East', WORDS[4:8]), ('South', WORDS[8:12])]
    base = os.path.dirname(path)
    with open(os.path.join(base, 'letter.txt'), 'w') as f:
        f.write('Hello {{company|you}},\n\nwe read {{title|your page}} and write to {{email}}.\n')
    with open(path, 'w') as f:
        f.write('[job %s]\ndistribution = %s\nloop_interval = %d\nmax_emails_per_group = %d\n'
                'loop_automation = %s\nprovider = local\nvariations = %d\nseed = %d\n\n'
                % (name, distribution, loop_interval, limit, loop, variations, seed))
        for group, terms in groups:
            f.write('[group %s]\ntemplate = letter\n' % group)
            for term in terms:
                f.write('term = %s\n' % term)
            f.write('\n')
        f.write('[template letter]\nsubject = A question for {{company|you}}\ntext = letter.txt\n')


def prepare(name, binary=None, **job):
    """A data directory with corpus and a started job, no engine yet."""
    data = os.path.join(tmp(), name)
    must(data, 'init', '--quiet', binary=binary)
    pages = job.pop('pages', 400)
    make_corpus(os.path.join(data, 'pages'), pages, words_each=job.pop('words_each', 4))
    must(data, 'corpus', 'add', os.path.join(data, 'pages'), '--quiet', binary=binary)
    write_job(os.path.join(data, 'lab.ini'), **job)
    must(data, 'job', 'import', os.path.join(data, 'lab.ini'), '--quiet', binary=binary)
    must(data, 'job', 'start', job.get('name', 'lab'), '--quiet', binary=binary)
    return data


def copy(data, name):
    """The same data directory again. Pages are shared: their paths are in the corpus."""
    target = os.path.join(tmp(), name)
    shutil.copytree(data, target, ignore=shutil.ignore_patterns('pages', '*.lock'))
    return target


def letters(data):
    new = os.path.join(data, 'outbox', 'new')
    return sorted(os.listdir(new)) if os.path.isdir(new) else []


def wait_for(condition, seconds=20.0, step=0.01):
    """Waits for a fact, not for a time: True as soon as it holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(step)
    return False
