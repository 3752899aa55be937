#!/usr/bin/python3
"""space.py - the Dockerfile of the Space, carried out step by step in chroots; then the worker is
started as the Space starts it, as user 1000, and asked.

usage: space.py [DIR]   as root; DIR holds a debootstrap --variant=minbase of bookworm, or gets one
Environment: MIRROR (default http://deb.debian.org/debian). Without root or debootstrap only the
Dockerfile's text is checked. If this fails, what is pushed to Hugging Face does not come up.
"""
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
WHERE = os.path.join(ROOT, 'conf', 'deploy', 'huggingface')
KNOWN = {'FROM', 'WORKDIR', 'COPY', 'RUN', 'USER', 'ENV', 'EXPOSE', 'CMD'}
TOKEN = 'space-' + os.urandom(16).hex()
failed = 0


def check(name, condition, why=''):
    global failed
    failed += not condition
    why = ' '.join(str(why).split())[-600:]
    print('ok ' + name if condition else 'not ok %s - %s' % (name, why), flush=True)
    return condition


def steps():
    with open(os.path.join(WHERE, 'Dockerfile')) as f:
        text = f.read().replace('\\\n', ' ')
    return [tuple(line.split(None, 1)) for line in text.splitlines()
            if line.strip() and not line.startswith('#')]


def text_checks(all_steps):
    """What a linter asks for, and what a Space asks for."""
    last = {word: rest for word, rest in all_steps}
    check('only instructions that are known', not {w for w, _ in all_steps} - KNOWN, all_steps)
    check('versions of images are said', all(re.search(r':(?!latest)[\w.-]+', rest)
                                             for w, rest in all_steps if w == 'FROM'))
    loose = [r for w, r in all_steps if w == 'RUN' and 'apt-get install' in r and
             not ('apt-get update &&' in r and '--no-install-recommends' in r and ' -y ' in r)]
    check('apt-get install stands behind update, asks nothing, takes no more', not loose, loose)
    check('the port, and an exec form', last['EXPOSE'] == '7860' and
          isinstance(json.loads(last['CMD']), list))
    words = [w for w, _ in all_steps]
    check('it does not end as root', last['USER'] == 'user' and
          words.index('USER') > len(words) - 1 - words[::-1].index('FROM'))
    header = open(os.path.join(WHERE, 'README.md')).read().split('---\n')[1]
    said = dict(line.split(': ', 1) for line in header.splitlines())
    check("the Space's header fits", said['sdk'] == 'docker' and said['app_port'] == '7860' and
          {'title', 'emoji', 'colorFrom', 'colorTo'} <= set(said), said)
    p = subprocess.run(['sh', os.path.join(WHERE, 'start.sh')], capture_output=True, text=True,
                       env={'PATH': os.environ['PATH'], 'HOME': '/nonexistent'})
    check('without a secret it does not start, and says so', p.returncode == 1 and
          'SEARCH_TOKEN' in p.stderr, p.stderr)


class Stage:
    """One image in the making."""

    def __init__(self, root, base):
        self.root, self.work, self.user, self.env = root, '/', None, {}
        subprocess.check_call(['cp', '-a', base, root])
        for name in ('resolv.conf', 'hosts'):
            if os.path.exists('/etc/' + name):
                shutil.copy('/etc/' + name, root + '/etc/' + name)
        subprocess.check_call(['mount', '-t', 'proc', 'proc', root + '/proc'])
        subprocess.check_call(['mount', '--rbind', '/dev', root + '/dev'])
        subprocess.check_call(['mount', '--make-rslave', root + '/dev'])

    def end(self):
        for part in ('/proc', '/dev'):
            subprocess.call(['umount', '-l', self.root + part], stderr=subprocess.DEVNULL)

    def words(self, argv):
        """argv in the chroot, as the user, in the directory, with nothing of our environment."""
        home = '/home/' + self.user if self.user else '/root'
        env = {'PATH': '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME': home, **self.env}
        who = ['--userspec=1000:1000', '--groups='] if self.user else []
        return ['chroot', *who, self.root, '/usr/bin/env', '-i',
                *('%s=%s' % e for e in env.items()), 'sh', '-c', 'cd %s && exec %s' % (shlex.quote(self.work), shlex.join(argv))]

    def run(self, argv):
        p = subprocess.run(self.words(argv), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT, text=True, errors='replace', timeout=1800)
        return p.returncode == 0, p.stdout

    def copy(self, rest, context, stages):
        source, _, rest = rest.partition(' ')
        base = context
        if source.startswith('--from='):
            base, (source, _, rest) = stages[source[7:]].root, rest.partition(' ')
        there = self.root + rest
        source = os.path.normpath(base + '/' + source)
        os.makedirs(os.path.dirname(there), exist_ok=True)
        if os.path.isdir(source):
            os.makedirs(there, exist_ok=True)
            source += '/.'
        subprocess.check_call(['cp', '-a', '--no-preserve=ownership', source, there])


def build(all_steps, base, where):
    """The last stage, every step done; None when one failed."""
    context, stages, s = where + '/context', {}, None
    subprocess.check_call(['git', 'clone', '-q', ROOT, context])
    try:
        for word, rest in all_steps:
            began, good, said = time.monotonic(), True, ''
            if word == 'FROM':
                name = rest.split(' AS ')[1] if ' AS ' in rest else 'last'
                s = stages[name] = Stage('%s/%s' % (where, name), base)
            elif word == 'WORKDIR':
                s.work = rest
                os.makedirs(s.root + rest, exist_ok=True)
            elif word == 'COPY':
                s.copy(rest, context, stages)
            elif word == 'ENV':
                s.env.update([rest.split('=', 1)])
            elif word == 'USER':
                s.user = rest
            elif word == 'RUN':
                good, said = s.run(['sh', '-c', rest])
            if word in ('RUN', 'COPY') and not check('%s %.60s (%d s)' % (
                    word, rest, time.monotonic() - began), good, said):
                return None, stages
        return s, stages
    except BaseException:
        for stage in stages.values():
            stage.end()
        raise


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def ask(port, path, body=None, token=TOKEN):
    request = urllib.request.Request(
        'http://127.0.0.1:%d%s' % (port, path), body and json.dumps(body).encode(),
        {'Authorization': 'Bearer ' + token, 'Content-Type': 'application/json'})
    try:
        with urllib.request.urlopen(request, timeout=20) as r:
            return r.status, r.read().decode()
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode()


def serve(stage, command):
    port = free_port()
    stage.env.update(SEARCH_TOKEN=TOKEN, PORT=str(port))
    p = subprocess.Popen(stage.words(json.loads(command)), stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        line = p.stdout.readline()
        check('it listens', 'listening on' in line, line)
        with open('/proc/%d/status' % p.pid) as f:
            who = re.search(r'^Uid:\t(\d+)\t(\d+)', f.read(), re.M).groups()
        check('as user 1000', who == ('1000', '1000'), who)
        with open('/proc/%d/environ' % p.pid) as f:
            check('the token does not stand in its environment', TOKEN not in f.read())
        status, text = ask(port, '/v1/health')
        check('GET /v1/health', status == 200 and 'proto' in text, (status, text))
        question = {'proto': 1, 'request_id': 'r1', 'term': {'text': 'electricista madrid'},
                    'query': 'electricista madrid', 'variation': 0, 'limit': 5,
                    'cursor': None, 'want': 'urls', 'deadline_ms': 20000}
        status, text = ask(port, '/v1/search', question)
        rows = [json.loads(line) for line in text.splitlines()]
        check('a search is answered with pages', status == 200 and rows[-1]['t'] == 'end' and
              any(r['t'] == 'result' for r in rows), (status, text))
        check('a wrong token is not', ask(port, '/v1/search', question, 'x' * 38)[0] == 401)
    finally:
        p.send_signal(signal.SIGTERM)
        check('it ends in order', p.wait(30) == 0, p.returncode)


def main():
    all_steps = steps()
    text_checks(all_steps)
    if os.geteuid() != 0 or not shutil.which('debootstrap') or not shutil.which('git'):
        print('skip the steps in a chroot - needs root, debootstrap and git')
        return
    where = tempfile.mkdtemp(prefix='autopilot-space-')
    base, stages = sys.argv[1] if len(sys.argv) > 1 else where + '/base', {}
    try:
        if not os.path.exists(base + '/bin/sh'):
            mirror = os.environ.get('MIRROR', 'http://deb.debian.org/debian')
            subprocess.check_call(['debootstrap', '--variant=minbase', 'bookworm', base, mirror],
                                  stdout=subprocess.DEVNULL)
        stage, stages = build(all_steps, base, where)
        if stage:
            serve(stage, dict(all_steps)['CMD'])
    finally:
        for s in stages.values():
            s.end()
        subprocess.call(['rm', '-rf', '--one-file-system', where])


main()
sys.exit(1 if failed else 0)
