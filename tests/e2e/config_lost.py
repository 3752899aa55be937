#!/usr/bin/python3
"""config_lost.py - a config file that is gone, empty or wrong under a running engine.

If one of these fails, a slip of the hand lifts every limit, or letters go on and nobody can stop
them, or nobody is told.
"""
import json
import os
import signal
import subprocess

import lab


class Engine:
    """`autopilot engine` on a data directory, ended in order."""

    def __init__(self, data):
        self.process = subprocess.Popen([lab.BIN, '--data', data, 'engine'], env=lab.env(),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        lab.wait_for(lambda: status(data)['engine']['running'])

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def status(data):
    return json.loads(lab.must(data, 'status', '--json'))


def logged(data, text, times=1):
    return lab.wait_for(lambda: lab.must(data, 'log', '--count', '0').count(text) >= times)


def limited(name):
    """A running job that writes a letter a minute, its data directory and its config's path."""
    data = lab.prepare(name, pages=80)
    config = os.path.join(data, 'autopilot.ini')
    with open(config, 'w') as f:
        f.write('[mail]\nper_minute = 1\n')
    return data, config


def check_gone():
    data, config = limited('gone')
    with Engine(data):
        lab.wait_for(lambda: lab.letters(data))
        os.unlink(config)
        lab.check('a config that is gone is refused, and the log says so',
                  logged(data, 'is gone; put it back'), lab.must(data, 'log'))
        p = lab.run(data, 'status', '--check')
        lab.check('status says that the engine goes by the old settings', p.returncode == 1 and
                  'is gone; put it back; the old settings hold' in
                  p.stdout.replace(' (`autopilot config template` prints one)', ''), p.stdout)
        open(config, 'w').close()
        lab.check('an empty one too', logged(data, 'is empty, and had 1 options'),
                  lab.must(data, 'log'))
        lab.check('the limit held', len(lab.letters(data)) == 1, len(lab.letters(data)))
        with open(config, 'w') as f:
            f.write('[mail]\nper_minute = 0\n')
        lab.check('a file that can be read counts again',
                  lab.wait_for(lambda: len(lab.letters(data)) > 1), lab.must(data, 'log'))
        lab.check('and status is content', lab.wait_for(
            lambda: status(data)['config_problem'] is None), status(data))


def check_stop():
    data, config = limited('stop')
    with Engine(data):
        with open(config, 'a') as f:
            f.write('mode = xx\n')
        p = lab.run(data, 'job', 'resume', 'lab')
        lab.check('a refused config refuses what lets letters go', p.returncode == 1, p.stderr)
        for words in (['suppress', 'add', 'a@firm1-zq.com'], ['job', 'pause', 'lab'],
                      ['job', 'stop', 'lab']):
            p = lab.run(data, *words)
            lab.check('%s with a refused config goes on, and says so' % ' '.join(words[:2]),
                      p.returncode == 0 and p.stderr.startswith('autopilot: warning: ') and
                      'xx' in p.stderr, (p.returncode, p.stderr))
        for words in (['suppress', 'list'], ['job', 'list'], ['job', 'show', 'lab'], ['log'],
                      ['status'], ['verify']):
            p = lab.run(data, *words)
            lab.check('%s does not ask the config' % ' '.join(words), p.returncode == 0, p.stderr)
        jobs = [json.loads(l) for l in lab.must(data, 'job', 'list', '--json').splitlines()]
        lab.check('the job is on its way to rest', jobs[0]['desired'] == 'stop', jobs)


check_gone()
check_stop()
lab.finish()
