#!/usr/bin/python3
"""mail.py - letters a second and CPU microseconds a letter: the sender alone, a job with its durable
ledger, and others, to the same relay on loopback; then a relay that takes 200 ms for each dot.

Each line of a round is measured beside the others, and the median of the rounds counts. CPU is the
whole client process, from start to end. The relay counts what it took: each sum must be exact.
usage: mail.py DIR   DIR: node_modules with nodemailer, postfix unpacked
"""
import os
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'e2e'))
import lab  # noqa: E402

DIR = os.path.abspath(sys.argv[1])
PROGS = os.environ['TEST_PROGS']
LETTERS, SIZE, ROUNDS = int(os.environ.get('BENCH_LETTERS', '6000')), 2000, int(os.environ.get('BENCH_ROUNDS', '3'))
DOT_MS = 200
NODE = """
const t = require('nodemailer').createTransport({host: '127.0.0.1', port: +process.argv[1], pool: true,
  ignoreTLS: true, maxConnections: +process.argv[2], maxMessages: Infinity})
const n = +process.argv[3], text = ('x'.repeat(68) + '\\r\\n').repeat(29)
Promise.all(Array.from({length: n}, (_, i) => t.sendMail({from: 'sender@example.org',
  to: 'a' + i + '@host.example', subject: 'x', text}))).then(() => t.close())
"""


def smtplib_run(port, connections, letters):
    """What `mail.py smtplib` does: a thread a connection."""
    import smtplib
    body = ('x' * 68 + '\r\n') * 29

    def one(count):
        with smtplib.SMTP('127.0.0.1', port) as s:
            for i in range(count):
                s.sendmail('sender@example.org', 'a%d@host.example' % i, body)
    threads = [threading.Thread(target=one, args=(letters // connections,))
               for _ in range(connections)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


class Relay:
    """prog_mail sink in a process of its own; end() gives how many letters it took."""

    def __init__(self, dot_ms=0):
        self.p = subprocess.Popen([PROGS + '/bench/prog_mail', 'sink', str(dot_ms)], text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = int(self.p.stdout.readline())

    def end(self, want):
        out, _ = self.p.communicate()
        letters, recipients, faults = map(int, out.split()[:3])
        if letters != recipients or faults or want not in (letters, None):
            sys.exit('the relay took %s; wanted %s' % (out, want))
        return letters


def timed(words, env=None):
    """Seconds, CPU seconds."""
    began = time.monotonic()
    p = subprocess.Popen(words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT)
    out = p.stdout.read()
    _, status, use = os.wait4(p.pid, 0)
    p.returncode = status
    if status:
        sys.exit('%s: %d %s' % (words[0], status, out[-500:]))
    return time.monotonic() - began, use.ru_utime + use.ru_stime


def url(relay):
    return 'smtp://127.0.0.1:%d' % relay.port


def ours(relay, connections, letters, batch=50):
    return timed([PROGS + '/e2e/prog_smtp', url(relay), str(connections), str(letters), 'tls=no',
                  'quiet=yes', 'letters=1000000', 'size=%d' % SIZE, 'answer=30',
                  'batch=%d' % (batch - batch % connections)])


def curl(relay, connections, letters):
    return timed([PROGS + '/bench/prog_mail', 'curl', url(relay), str(connections), str(letters),
                  str(SIZE)])


def smtp_source(relay, connections, letters):
    return timed([DIR + '/postfix/usr/sbin/smtp-source', '-d', '-m', str(letters), '-s',
                  str(connections), '-l', str(SIZE), '-f', 'sender@example.org', '-t',
                  'a@host.example', '127.0.0.1:%d' % relay.port],
                 dict(os.environ, LD_LIBRARY_PATH=DIR + '/postfix/usr/lib/postfix'))


def nodemailer(relay, connections, letters):
    return timed(['node', '-e', NODE, str(relay.port), str(connections), str(letters)],
                 dict(os.environ, NODE_PATH=DIR + '/node_modules'))


def smtplib(relay, connections, letters):
    return timed([sys.executable, __file__, DIR, 'smtplib', str(relay.port), str(connections),
                  str(letters)])


def settings(relay, connections):
    return dict(AUTOPILOT_ENGINE_JOB_LANES=1, AUTOPILOT_MAIL_MODE='smtp', AUTOPILOT_MAIL_TLS='no',
                AUTOPILOT_MAIL_URL=url(relay), AUTOPILOT_MAIL_FROM='we@firm.example',
                AUTOPILOT_MAIL_POSTAL_ADDRESS='Firm, 1 Way, Town', AUTOPILOT_MAIL_BATCH=50,
                AUTOPILOT_MAIL_UNSUBSCRIBE='mailto:stop@firm.example',
                AUTOPILOT_MAIL_DAILY_CAP=1000000, AUTOPILOT_MAIL_CONFIRM_FIRST=0,
                AUTOPILOT_MAIL_CONNECTIONS=connections, AUTOPILOT_MAIL_PER_CONNECTION=10000)


def job(base, relay, connections, name):
    """The whole program: start, search, extraction, ledger, journal, letters, end."""
    data = lab.copy(base, name)
    lab.must(data, 'job', 'stop', 'lab', '--quiet')
    lab.must(data, 'job', 'start', 'lab', '--quiet', **settings(relay, connections))
    env = lab.env(**settings(relay, connections))
    took, cpu = timed([lab.BIN, '--data', data, 'engine', '--until-idle', '--quiet'], env)
    letters = sum(s['state'] == 'sent' for s in lab.sends(data, 'lab'))
    lab.shutil.rmtree(data, ignore_errors=True)
    return took, cpu, letters


def aim(name, value, limit, most=False, unit=''):
    good = value <= limit if most else value >= limit
    print('%-44s %8.2f%s   aim %s %s   %s' % (name, value, unit, '<=' if most else '>=', limit,
                                             'ok' if good else 'short'), flush=True)


def fast(connections, base):
    peers = [('libcurl easy', curl), ('sender without ledger', ours), ('smtplib', smtplib)]
    if os.path.exists(DIR + '/postfix/usr/sbin/smtp-source'):
        peers.append(('smtp-source', smtp_source))
    if os.path.exists(DIR + '/node_modules/nodemailer'):
        peers.append(('nodemailer', nodemailer))
    rates, cpus = {}, {}

    def note(name, letters, took, cpu):
        rates.setdefault(name, []).append(letters / took)
        cpus.setdefault(name, []).append(cpu / letters * 1e6)
    for i in range(ROUNDS):
        for name, run in peers:
            letters = LETTERS // (3 if name in ('smtplib', 'nodemailer') else 1)
            letters -= letters % connections
            relay = Relay()
            note(name, letters, *run(relay, connections, letters))
            relay.end(letters)
        relay = Relay()
        took, cpu, letters = job(base, relay, connections, 'job%d-%d' % (connections, i))
        relay.end(letters)
        note('job with durable ledger', letters, took, cpu)
    for name in rates:
        print('%2d connections  %-24s %7.0f letters/s  %5.0f us CPU a letter' % (
            connections, name, statistics.median(rates[name]), statistics.median(cpus[name])))
    rate = {k: statistics.median(v) for k, v in rates.items()}
    aim('sender/libcurl, %d' % connections, rate['sender without ledger'] / rate['libcurl easy'], 0.9)
    aim('sender CPU, %d' % connections, statistics.median(cpus['sender without ledger']), 80, True, ' us')
    aim('ledger/sender, %d' % connections,
        rate['job with durable ledger'] / rate['sender without ledger'], 0.5)


def slow(connections, base):
    """A relay that takes 200 ms for each dot: no connection may idle."""
    best = connections / (DOT_MS / 1000)
    letters = connections * (48 // connections) * max(1, round(5 / (DOT_MS / 1000 * (48 // connections))))
    relay = Relay(DOT_MS)
    took, _ = ours(relay, connections, letters)
    relay.end(letters)
    aim('slow relay, sender, %d' % connections, letters / took / best, 0.95)
    if connections < 4:
        return
    relay = Relay(DOT_MS)
    took, _, letters = job(base, relay, connections, 'slow%d' % connections)
    relay.end(letters)
    aim('slow relay, job of %d letters, %d' % (letters, connections), letters / took / best, 0.95)


def main():
    if sys.argv[2:3] == ['smtplib']:
        smtplib_run(*map(int, sys.argv[3:6]))
        return
    print('load %s' % os.getloadavg()[0], flush=True)
    base = lab.prepare('base', pages=3000, words_each=1, loop_interval=100000, limit=1000000)
    small = lab.prepare('small', pages=3000, words_each=1, loop_interval=100000, limit=192)
    for connections in (1, 4, 16):
        fast(connections, base)
    for connections in (1, 4, 16):
        slow(connections, small)
    print('load %s' % os.getloadavg()[0])
    lab.finish()


main()
