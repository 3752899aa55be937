"""lab_search.py - search services for the tests: the program's own worker as a process, and a relay
in front of it that misbehaves where it is told to.

A relay's rule is a function of (relay, number of the exchange, question) that gives None (behave), or
one of the answers below. It remembers what it was asked."""
import http.client
import http.server
import json
import subprocess
import threading

import lab


class Worker:
    """`autopilot search-worker` on a data directory."""

    def __init__(self, data, *words, listen='127.0.0.1:0'):
        self.words = [lab.BIN, '--data', data, 'search-worker', '--listen', listen, *words]
        self.process = subprocess.Popen(self.words, env=lab.env(), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.url = line.split()[-1] if line else ''
        self.port = int(self.url.rsplit(':', 1)[1]) if line else 0

    def ask(self, method='POST', path='/v1/search', body=None, **headers):
        """(status, headers, body) of one request."""
        c = http.client.HTTPConnection('127.0.0.1', self.port, timeout=30)
        if isinstance(body, dict):
            body = json.dumps(body)
        c.request(method, path, body, {k.replace('_', '-'): v for k, v in headers.items()})
        r = c.getresponse()
        answer = r.status, dict(r.getheaders()), r.read()
        c.close()
        return answer

    def end(self):
        """SIGTERM; (exit status, stderr)."""
        self.process.terminate()
        _, err = self.process.communicate(timeout=20)
        return self.process.returncode, err


# --- what a relay may do instead of behaving ------------------------------------------------------

def status(code, **headers):
    def answer(h, _lines):
        h.whole(code, 'application/json', b'{}', headers)
    return answer


def body(content_type, data, code=200):
    def answer(h, _lines):
        h.whole(code, content_type, data, {})
    return answer


def stream(change):
    """The worker's lines, changed: change(list of lines) gives bytes, and None where it breaks."""
    def answer(h, lines):
        h.begin()
        for part in change(lines()):
            if part is None:
                h.close_connection = True
                return
            h.chunk(part)
        h.chunk(b'')
    return answer


def hang_up(h, _lines):
    h.close_connection = True


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def whole(self, code, content_type, data, headers):
        self.send_response(code)
        self.send_header('Content-Type', content_type)
        self.send_header('Content-Length', str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace('_', '-'), str(value))
        self.end_headers()
        self.wfile.write(data)

    def begin(self):
        self.send_response(200)
        self.send_header('Content-Type', 'application/x-ndjson')
        self.send_header('Transfer-Encoding', 'chunked')
        self.end_headers()

    def chunk(self, data):
        self.wfile.write(b'%x\r\n%s\r\n' % (len(data), data))
        self.wfile.flush()

    def do_POST(self):
        relay = self.server.relay
        question = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        with relay.lock:
            relay.asked.append(json.loads(question or '{}'))
            number = len(relay.asked) - 1
            relay.headers.append(dict(self.headers))
        rule = relay.rule(relay, number, relay.asked[number]) if relay.rule else None

        def lines():
            return relay.worker.ask(body=question)[2].splitlines(True)
        try:
            (rule or stream(lambda all_lines: all_lines))(self, lines)
        except OSError:
            self.close_connection = True  # the engine has enough

    do_GET = do_POST


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        """Engines hang up when they have enough, and are killed."""


class Relay:
    def __init__(self, worker, rule=None, context=None):
        self.worker, self.rule = worker, rule
        self.asked, self.headers, self.lock = [], [], threading.Lock()
        self.server = Server(('127.0.0.1', 0), Handler)
        self.server.relay = self
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                     do_handshake_on_connect=False)
        self.url = '%s://127.0.0.1:%d' % ('https' if context else 'http',
                                          self.server.server_address[1])
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
