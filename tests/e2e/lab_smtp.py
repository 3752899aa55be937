"""lab_smtp.py - a relay for the tests: it speaks SMTP over real sockets, misbehaves where it is told
to, and remembers every letter that it answered 250 to.

A plan is a dict from phase to action. Phases: banner, ehlo, starttls, tls (the handshake), auth,
mail, rcpt, data, body (after DATA's 354), dot (the answer to the final dot), after (after that).
Actions: a text (answered instead), CLOSE, HANG, GARBAGE, or a function of the sink that gives one
of them or None. Phases that are not in the plan behave."""
import base64
import os
import socket
import ssl
import subprocess
import threading
import time

CLOSE, HANG, GARBAGE = object(), object(), object()


def certificate(folder, name, host='localhost'):
    """Makes a certificate that signs itself; returns (certificate, key)."""
    cert, key = os.path.join(folder, name + '.pem'), os.path.join(folder, name + '.key')
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
                    '-nodes', '-keyout', key, '-out', cert, '-days', '30', '-subj', '/CN=' + host,
                    '-addext', 'subjectAltName=DNS:%s,IP:127.0.0.1' % host if host == 'localhost'
                    else 'subjectAltName=DNS:%s' % host],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return cert, key


def expire(folder, pair):
    """Signs a certificate anew so that it ended long ago."""
    cert, key = pair
    config = os.path.join(folder, 'ca.cnf')
    for name, text in (('index', ''), ('serial', '01\n')):
        with open(os.path.join(folder, name), 'w') as f:
            f.write(text)
    with open(config, 'w') as f:
        f.write('[ca]\ndefault_ca=x\n[x]\ndatabase=%s/index\nserial=%s/serial\nnew_certs_dir=%s\n'
                'default_md=sha256\npolicy=p\ncopy_extensions=copy\n[p]\ncommonName=supplied\n'
                % (folder, folder, folder))
    request = cert + '.csr'
    subprocess.run(['openssl', 'x509', '-x509toreq', '-in', cert, '-signkey', key, '-out', request,
                    '-copy_extensions', 'copy'], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(['openssl', 'ca', '-batch', '-selfsign', '-config', config, '-keyfile', key,
                    '-in', request, '-out', cert, '-startdate', '20200101000000Z',
                    '-enddate', '20210101000000Z', '-notext'],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return pair


class Ended(Exception):
    pass


class Sink:
    def __init__(self, plan=None, cert=None, starttls=True, implicit=False, users=None,
                 tls_version=None, dot_delay=0.0, journal=None, talk=None):
        self.plan = plan or {}
        self.starttls, self.implicit = starttls, implicit
        self.users = users or {}
        self.dot_delay = dot_delay
        self.talk = talk or Conversation
        self.context = None
        if cert:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*cert)
            if tls_version:
                self.context.set_ciphers('DEFAULT:@SECLEVEL=0')
                self.context.minimum_version = self.context.maximum_version = tls_version
        self.lock = threading.Lock()
        self.taken = []        # (recipient, bytes) of each letter that was answered 250
        self.connections = 0
        self.commands = []     # every command line that was received
        self.journal = open(journal, 'ab') if journal else None
        self.closing = threading.Event()
        self.listener = socket.create_server(('127.0.0.1', 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def url(self, login='', scheme=None):
        return '%s://%s127.0.0.1:%d' % (scheme or ('smtps' if self.implicit else 'smtp'), login,
                                        self.port)

    def close(self):
        self.closing.set()
        self.listener.close()
        if self.journal:
            self.journal.close()

    def _accept(self):
        while not self.closing.is_set():
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connections += 1
            threading.Thread(target=self._serve, args=(s,), daemon=True).start()

    def _serve(self, s):
        try:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.implicit:
                s = self.context.wrap_socket(s, server_side=True)
            self.talk(self, s).run()
        except (Ended, OSError, ssl.SSLError, ValueError):
            pass
        finally:
            try:
                s.close()
            except OSError:
                pass

    def take(self, recipient, letter):
        with self.lock:
            self.taken.append((recipient, letter))
            if self.journal:
                self.journal.write(recipient.encode() + b'\n')
                self.journal.flush()


class Conversation:
    def __init__(self, sink, s):
        self.sink, self.s = sink, s
        self.file = s.makefile('rb')
        self.secure = sink.implicit

    def say(self, text):
        self.s.sendall(text.encode() + b'\r\n')

    def act(self, phase, text):
        """Says text, or what the plan has for this phase. True when it went as it should."""
        action = self.sink.plan.get(phase)
        if callable(action):
            action = action(self.sink)
        if action is None:
            if text is not None:
                self.say(text)
            return True
        if action is CLOSE:
            raise Ended
        if action is HANG:
            self.sink.closing.wait(60)
            raise Ended
        if action is GARBAGE:
            self.s.sendall(b'\x00\xff what? \x1b[31m\r\n' * 3)
            self.sink.closing.wait(60)
            raise Ended
        self.say(action)
        return False

    def line(self):
        line = self.file.readline(65536)
        if not line:
            raise Ended
        text = line.decode('latin-1').rstrip('\r\n')
        with self.sink.lock:
            self.sink.commands.append(text)
        return text

    def run(self):
        if not self.act('banner', '220 sink ESMTP'):
            return
        while True:
            line = self.line()
            word = line.split(' ')[0].upper()
            handler = getattr(self, 'on_' + word.lower(), None)
            if handler is None:
                self.say('500 5.5.1 what?')
            elif handler(line) is False:
                return

    def on_ehlo(self, line):
        words = ['sink', '8BITMIME', 'ENHANCEDSTATUSCODES']
        if self.sink.context and self.sink.starttls and not self.secure:
            words.append('STARTTLS')
        if self.sink.users:
            words.append('AUTH PLAIN')
        self.act('ehlo', '\r\n'.join('250%s%s' % (' ' if w is words[-1] else '-', w) for w in words))

    on_helo = on_ehlo

    def on_starttls(self, line):
        if not self.act('starttls', '220 go'):
            return
        self.act('tls', None)
        self.s = self.sink.context.wrap_socket(self.s, server_side=True)
        self.file = self.s.makefile('rb')
        self.secure = True

    def on_auth(self, line):
        words = line.split(' ')
        secret = words[2] if len(words) > 2 else None
        if secret is None:
            self.say('334 ')
            secret = self.line()
        _, user, password = base64.b64decode(secret).decode().split('\0')
        good = self.sink.users.get(user) == password
        self.act('auth', '235 2.7.0 welcome' if good else '535 5.7.8 wrong user or password')

    def on_mail(self, line):
        self.act('mail', '250 2.1.0 ok')

    def on_rcpt(self, line):
        self.recipient = line.split('<', 1)[-1].rsplit('>', 1)[0]
        self.act('rcpt', '250 2.1.5 ok')

    def on_data(self, line):
        if not self.act('data', '354 go on'):
            return
        self.act('body', None)
        letter = []
        while True:
            part = self.file.readline(65536)
            if not part:
                raise Ended
            if part == b'.\r\n':
                break
            letter.append(part[1:] if part.startswith(b'.') else part)
        if self.sink.dot_delay:
            time.sleep(self.sink.dot_delay)
        if self.act('dot', None) is True:
            # Remembered before it is said: what was said and not read was delivered all the same.
            self.sink.take(self.recipient, b''.join(letter))
            self.say('250 2.0.0 queued')
        self.act('after', None)

    def on_rset(self, line):
        self.say('250 ok')

    def on_noop(self, line):
        self.say('250 ok')

    def on_quit(self, line):
        self.say('221 bye')
        return False
