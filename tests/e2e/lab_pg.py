"""lab_pg.py - PostgreSQL for tests: servers of their own in a temporary directory, with TLS, a
pooler in transaction mode, standbys, and wires that can be made bad.

    python3 tests/e2e/lab_pg.py serve FILE   starts all, writes FILE (lines NAME=VALUE), ends with
                                             its parent or at SIGTERM: what run-tests.sh calls
    python3 tests/e2e/lab_pg.py run COMMAND  the same around one command, by hand
    from lab_pg import Lab                   in a Python test

What a suite is told (it says "needs: postgres" in its first 20 lines):
    AUTOPILOT_TEST_PG         URL of a superuser on the shared server, verify-full
    AUTOPILOT_TEST_PG_POOLER  the same through pgbouncer in transaction mode
    AUTOPILOT_TEST_PG_DIR     ca.pem, other-ca.pem (a stranger's) and the socket `control`

The shared server is for all suites at once: a database of its own for each test, and no harm. Who
wants to do harm asks `control` for a server or a wire; it lives as long as the connection on which
it was asked for. One request a line, one answer: "ok VALUE" or "error WHY". Names are free;
"main" is the shared server.
    server NAME             a fresh server -> URL       standby NAME OF [sync]  a copy of OF -> URL
    pooler NAME             -> URL                      promote NAME
    stop NAME | crash NAME | start NAME                 fast, immediate, again
    freeze NAME | thaw NAME                             its pooler stands still, goes on
    small NAME MB           a disk of its own for a tablespace -> its path, or an error where the
                            machine does not let us mount one
    fill NAME | room NAME   that disk is full, has room again
    wire NAME SERVER        a way to SERVER -> URL without TLS (so that answers can be counted)
    delay NAME MS           round trip                  stall NAME | go NAME    nothing passes
    cut NAME N              N more answers pass; the next one is made by the server and thrown
                            away, then the connection is reset
    close NAME              resets every connection     dead NAME               resets new ones too
    count NAME              how many answers passed

Nothing is left behind, however a test ends: a watchdog in a session of its own holds a pipe, and
when the other end closes, for whatever reason, it stops every server and removes the directory.
"""
import ctypes
import glob
import os
import pwd
import secrets
import select
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from lab_wire import Wire

USER = 'tester'
ALSO_PATHS = sorted(glob.glob('/usr/lib/postgresql/*/bin'), reverse=True)
SETTINGS = """
listen_addresses = 'localhost'
max_connections = 100
shared_buffers = 32MB
fsync = on
ssl = on
wal_level = replica
max_wal_senders = 10
max_replication_slots = 10
password_encryption = scram-sha-256
log_line_prefix = '%m [%p] %d '
lc_messages = 'C'
timezone = 'UTC'
"""
HBA = """
local   all          all                 scram-sha-256
host    all          all  127.0.0.1/32   scram-sha-256
host    all          all  ::1/128        scram-sha-256
host    replication  all  127.0.0.1/32   scram-sha-256
"""
POOLER = """
[databases]
* = host=127.0.0.1 port=%(server)d
[pgbouncer]
listen_addr = localhost
listen_port = %(port)d
unix_socket_dir =
pool_mode = transaction
auth_type = scram-sha-256
auth_file = %(dir)s/users
auth_user = %(user)s
auth_query = SELECT usename, passwd FROM pg_catalog.pg_shadow WHERE usename = $1
default_pool_size = 20
max_client_conn = 200
client_tls_sslmode = allow
client_tls_key_file = %(dir)s/server.key
client_tls_cert_file = %(dir)s/server.pem
client_tls_ca_file = %(dir)s/ca.pem
logfile = %(dir)s/log
pidfile = %(dir)s/pgbouncer.pid
"""


class Missing(Exception):
    """What is needed is not installed."""


def tool(name):
    found = shutil.which(name, path=os.pathsep.join(ALSO_PATHS + [os.defpath, '/usr/sbin']))
    if not found:
        raise Missing(name + ' is not installed (make deps)')
    return found


def run(words, **more):
    p = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True, errors='replace', **more)
    if p.returncode:
        raise RuntimeError('%s: %s' % (' '.join(words[:6]), p.stdout[-800:]))
    return p.stdout


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def lower_rights(words):
    """PostgreSQL and pgbouncer refuse to work as root."""
    if os.geteuid():
        return words
    return ['setpriv', '--reuid=' + server_user(), '--regid=' + str(server_ids()[1]),
            '--clear-groups', *words]


def server_user():
    try:
        return pwd.getpwnam('postgres').pw_name
    except KeyError:
        return 'nobody'


def server_ids():
    who = pwd.getpwnam(server_user())
    return who.pw_uid, who.pw_gid


def end_process(pid_file, number):
    """Ends whom the file names, when it is there, and waits until it is gone."""
    try:
        with open(pid_file) as f:
            pid = int(f.readline())
        fd = os.pidfd_open(pid)
        with open('/proc/%d/cmdline' % pid) as f:
            ours = os.path.dirname(pid_file) in f.read()
        if ours:
            signal.pidfd_send_signal(fd, number)
            select.select([fd], [], [], 20)
        os.close(fd)
    except (OSError, ValueError):
        pass


def end_server(where):
    """Ends what works in a directory in the hard way, and removes it."""
    end_process(where + '/data/postmaster.pid', signal.SIGQUIT)
    end_process(where + '/pgbouncer.pid', signal.SIGKILL)
    if os.path.ismount(where + '/small'):
        subprocess.call([tool('umount'), '-l', where + '/small'])
    shutil.rmtree(where, ignore_errors=True)


def watchdog(where):
    """Forks; returns the pipe's end: when the last holder of it is gone, all is stopped."""
    look, hold = os.pipe()
    pid = os.fork()
    if pid:
        os.close(look)
        return pid, hold
    os.setsid()
    os.chdir('/')
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.close(hold)
    while os.read(look, 1):
        pass
    for server in glob.glob(where + '/*/'):
        end_server(server.rstrip('/'))
    shutil.rmtree(where, ignore_errors=True)
    os._exit(0)


class Server:
    """One PostgreSQL server: a copy of the lab's fresh data directory, or of another server."""

    def __init__(self, lab, name, primary=None, sync=False):
        self.lab, self.name, self.dir = lab, name, os.path.join(lab.dir, name)
        self.data, self.pool = self.dir + '/data', None
        self.port = free_port()
        self.lab.mkdir(self.dir)
        if primary is None:
            lab.as_user(['cp', '-a', lab.dir + '/fresh/data', self.data])
        else:
            lab.as_user([tool('pg_basebackup'), '-D', self.data, '-d', primary.plain_url(), '-R',
                         '-X', 'stream', '-c', 'fast', '-C', '-S', 'standby_' + name])
        self.start()
        if sync:
            primary.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
            primary.sql('SELECT pg_reload_conf()')

    def start(self):
        for again in range(5):
            try:
                self.pg_ctl('start', '-w', '-t', '60', '-l', self.dir + '/log', '-o',
                            '-p %d -k %s' % (self.port, self.dir))
                return
            except RuntimeError:
                if again == 4 or 'Address already in use' not in self.log():
                    raise
                os.unlink(self.dir + '/log')
                self.port = free_port()  # somebody else was quicker

    def stop(self, mode='fast'):
        self.pg_ctl('stop', '-m', mode)

    def promote(self):
        self.pg_ctl('promote', '-w')

    def pg_ctl(self, *words):
        self.lab.as_user([tool('pg_ctl'), '-s', '-D', self.data, *words])

    def log(self):
        with open(self.dir + '/log', errors='replace') as f:
            return f.read()

    def url(self, port=None, database='postgres'):
        return ('postgresql://%s:%s@localhost:%d/%s?sslmode=verify-full&sslrootcert=%s/ca.pem' %
                (USER, self.lab.password, port or self.port, database, self.lab.dir))

    def plain_url(self, port=None, database='postgres'):
        return 'postgresql://%s:%s@127.0.0.1:%d/%s?sslmode=disable' % (
            USER, self.lab.password, port or self.port, database)

    def sql(self, text, database='postgres'):
        """What psql -At prints."""
        return run([tool('psql'), '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d',
                    self.plain_url(database=database), '-c', text]).strip()

    def pooler(self):
        """The URL of a pgbouncer in transaction mode in front of this server."""
        if self.pool is None:
            where, port = self.dir + '-pooler', free_port()
            self.lab.mkdir(where)
            facts = {'server': self.port, 'port': port, 'dir': where, 'user': USER}
            for name in ('server.key', 'server.pem', 'ca.pem'):
                self.lab.write(where + '/' + name, self.lab.read(name))
            self.lab.write(where + '/users', '"%s" "%s"\n' % (USER, self.lab.password))
            self.lab.write(where + '/ini', POOLER % facts)
            self.lab.as_user([tool('pgbouncer'), '-q', '-d', where + '/ini'])
            wait_for_port(port)
            self.pool = self.url(port)
        return self.pool

    def small(self, megabytes):
        path = self.dir + '/small'
        self.lab.mkdir(path)
        run([tool('mount'), '-t', 'tmpfs', '-o', 'size=%dm,mode=700,uid=%d,gid=%d' % (
            megabytes, *server_ids()), 'tmpfs', path])
        return path

    def fill(self):
        with open(self.dir + '/small/filler', 'wb', buffering=0) as f:
            try:
                while True:
                    f.write(bytes(4096))
            except OSError:
                pass

    def room(self):
        os.unlink(self.dir + '/small/filler')

    def signal_pooler(self, number):
        with open(self.dir + '-pooler/pgbouncer.pid') as f:
            os.kill(int(f.readline()), number)

    def freeze(self):
        self.signal_pooler(signal.SIGSTOP)

    def thaw(self):
        self.signal_pooler(signal.SIGCONT)

    def remove(self):
        end_server(self.dir + '-pooler')
        end_server(self.dir)


class Lab:
    """The directory, its certificates, the shared server `main`, and who sees to its end."""

    def __init__(self):
        for name in ('initdb', 'pg_ctl', 'pgbouncer', 'psql', 'openssl', 'setpriv'):
            tool(name)
        self.dir = tempfile.mkdtemp(prefix='autopilot-pg-', dir='/tmp')
        self.pid, self.hold = watchdog(self.dir)
        os.chmod(self.dir, 0o711)
        self.own(self.dir)
        self.password = secrets.token_hex(12)
        self.certificates()
        self.mkdir(self.dir + '/fresh')
        self.write(self.dir + '/fresh/password', self.password)
        self.as_user([tool('initdb'), '-D', self.dir + '/fresh/data', '-U', USER, '-E', 'UTF8',
                      '--locale=C.UTF-8', '-A', 'scram-sha-256', '--no-sync',
                      '--pwfile=' + self.dir + '/fresh/password'])
        with open(self.dir + '/fresh/data/postgresql.conf', 'a') as f:
            f.write(SETTINGS)
            for what, name in (('cert', 'server.pem'), ('key', 'server.key')):
                f.write("ssl_%s_file = '%s/%s'\n" % (what, self.dir, name))
        self.write(self.dir + '/fresh/data/pg_hba.conf', HBA)
        self.main = Server(self, 'main')
        self.main.pooler()

    def own(self, path):
        if os.geteuid() == 0:
            os.chown(path, *server_ids())

    def mkdir(self, path):
        os.mkdir(path, 0o700)
        self.own(path)

    def write(self, path, text, mode=0o600):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), 'w') as f:
            f.write(text)
        self.own(path)

    def read(self, name):
        with open(os.path.join(self.dir, name)) as f:
            return f.read()

    def as_user(self, words):
        return run(lower_rights(words), cwd=self.dir)

    def certificates(self):
        """Two authorities, and the server's certificate of the first."""
        key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
        for name in ('ca', 'other-ca'):
            run([tool('openssl'), 'req', '-x509', *key, '-subj', '/CN=autopilot test ' + name,
                 '-keyout', self.dir + '/' + name + '.key', '-out', self.dir + '/' + name + '.pem'])
            os.chmod(self.dir + '/' + name + '.pem', 0o644)
        run([tool('openssl'), 'req', *key, '-subj', '/CN=localhost',
             '-keyout', self.dir + '/server.key', '-out', self.dir + '/server.csr'])
        self.write(self.dir + '/names', 'subjectAltName=DNS:localhost\n')
        run([tool('openssl'), 'x509', '-req', '-in', self.dir + '/server.csr', '-days', '2',
             '-CA', self.dir + '/ca.pem', '-CAkey', self.dir + '/ca.key', '-CAcreateserial',
             '-extfile', self.dir + '/names', '-out', self.dir + '/server.pem'])
        for name in ('server.key', 'server.pem'):
            os.chmod(self.dir + '/' + name, 0o600)
            self.own(self.dir + '/' + name)

    def facts(self):
        return {'AUTOPILOT_TEST_PG': self.main.url(), 'AUTOPILOT_TEST_PG_POOLER': self.main.pool,
                'AUTOPILOT_TEST_PG_DIR': self.dir}

    def done(self):
        os.close(self.hold)
        os.waitpid(self.pid, 0)


class Guest:
    """One connection to `control`, and what was made for it."""

    def __init__(self, lab):
        self.lab, self.things, self.number = lab, {'main': lab.main}, secrets.token_hex(3)

    def named(self, name, kind):
        thing = self.things.get(name)
        if not isinstance(thing, kind):
            raise KeyError('there is no %s %s' % (kind.__name__.lower(), name))
        return thing

    def make(self, name, make, *args):
        if name in self.things:
            raise KeyError('there is a %s already' % name)
        self.things[name] = make(*args)
        return self.things[name]

    def do(self, verb, name, *rest):
        if verb == 'server':
            return self.make(name, Server, self.lab, name + '-' + self.number).url()
        if verb == 'standby':
            return self.make(name, Server, self.lab, '%s_%s' % (name, self.number),
                             self.named(rest[0], Server), rest[1:] == ('sync',)).url()
        if verb == 'wire':
            server = self.named(rest[0], Server)
            return server.plain_url(self.make(name, Wire, server.port).port)
        if verb == 'pooler':
            return self.named(name, Server).pooler()
        if verb in ('freeze', 'thaw', 'small', 'fill', 'room'):
            return getattr(self.named(name, Server), verb)(*map(int, rest))
        if verb in ('stop', 'crash', 'start', 'promote'):
            if name == 'main':
                raise KeyError('main belongs to all')
            server = self.named(name, Server)
            return {'stop': server.stop, 'crash': lambda: server.stop('immediate'),
                    'start': server.start, 'promote': server.promote}[verb]()
        if verb in ('delay', 'stall', 'go', 'cut', 'close', 'dead', 'count'):
            return getattr(self.named(name, Wire), verb)(*map(int, rest))
        raise KeyError('no such request: ' + verb)

    def serve(self, connection):
        with connection, connection.makefile('rw') as talk:
            for line in talk:
                try:
                    value = self.do(*line.split())
                    answer = 'ok %s' % ('' if value is None else value)
                except Exception as e:  # whatever it was, the test is told
                    answer = 'error ' + ' '.join(str(e).split())
                try:
                    talk.write(answer.strip() + '\n')
                    talk.flush()
                except OSError:
                    break
        for name, thing in reversed(self.things.items()):
            if name != 'main':
                thing.remove()


class Control:
    """The other end: asks for servers and wires, which live as long as it does."""

    def __init__(self, where):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(where + '/control')
        self.talk = self.socket.makefile('rw')

    def ask(self, line):
        self.talk.write(line + '\n')
        self.talk.flush()
        word, _, value = self.talk.readline().strip().partition(' ')
        if word != 'ok':
            raise RuntimeError(line + ': ' + value)
        return value

    def close(self):
        self.talk.close()
        self.socket.close()


def listen(lab):
    """Answers `control` from now on, each connection on its own thread."""
    door = socket.socket(socket.AF_UNIX)
    door.bind(lab.dir + '/control')
    os.chmod(lab.dir + '/control', 0o777)
    door.listen(50)

    def accept():
        while True:
            connection, _ = door.accept()
            threading.Thread(target=Guest(lab).serve, args=(connection,), daemon=True).start()
    threading.Thread(target=accept, daemon=True).start()


def wait_for_port(port, seconds=20):
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(('127.0.0.1', port), 1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)


def end_with_parent():
    """SIGTERM comes when the parent is gone (PR_SET_PDEATHSIG is 1)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)


def serve(path):
    """Until SIGTERM. The file says how to find it, or why there is nothing to be found."""
    parent = os.getppid()
    signals = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    end_with_parent()
    lab = None
    try:
        lab = Lab()
        listen(lab)
        facts = lab.facts()
    except (Missing, RuntimeError, OSError) as e:
        facts = {'AUTOPILOT_TEST_PG_WHY': ' '.join(str(e).split())}
    with open(path + '.new', 'w') as f:
        f.writelines('export %s=%s\n' % (k, shlex.quote(v)) for k, v in facts.items())
    os.rename(path + '.new', path)
    if lab and os.getppid() == parent:
        signal.sigwait(signals)
    if lab:
        lab.done()


def run_with(words):
    lab = Lab()
    try:
        listen(lab)
        return subprocess.call(words, env={**os.environ, **lab.facts()})
    finally:
        lab.done()


if __name__ == '__main__':
    if sys.argv[1:2] == ['serve'] and len(sys.argv) == 3:
        serve(sys.argv[2])
    elif sys.argv[1:2] == ['run'] and len(sys.argv) > 2:
        sys.exit(run_with(sys.argv[2:]))
    else:
        sys.exit(__doc__)
