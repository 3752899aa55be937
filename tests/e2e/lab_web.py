"""lab_web.py - a web of many virtual hosts for the tests: one process plays them all, over real
sockets, with pages as they were made beforehand.

Names end in .localhost, which libcurl takes for this machine without asking anybody (RFC 6761).
A page is (status, headers, body); what is not there is a 404."""
import asyncio
import multiprocessing
import os
import socket


def listener():
    if socket.has_dualstack_ipv6():
        return socket.create_server(('::', 0), family=socket.AF_INET6, dualstack_ipv6=True, backlog=512)
    return socket.create_server(('127.0.0.1', 0), backlog=512)


class Talk(asyncio.Protocol):
    """One connection: requests without bodies, one after the other."""
    web = None

    def connection_made(self, transport):
        self.transport, self.seen = transport, b''

    def data_received(self, data):
        self.seen += data
        while b'\r\n\r\n' in self.seen:
            head, self.seen = self.seen.split(b'\r\n\r\n', 1)
            self.answer(head.decode('latin-1').split('\r\n'))

    def answer(self, lines):
        path = lines[0].split(' ')[1]
        host = next((l[5:].strip() for l in lines[1:] if l.lower().startswith('host:')), '')
        status, headers, body = self.web.pages.get((host.split(':')[0], path), (404, {}, b''))
        with open(self.web.path, 'a') as f:
            f.write('%s %s\n' % (host.split(':')[0], path))
        text = 'HTTP/1.1 %d Said\r\n' % status
        for name, value in dict({'Content-Type': 'text/html; charset=utf-8'}, **headers).items():
            text += '%s: %s\r\n' % (name, value)
        self.transport.write((text + 'Content-Length: %d\r\n\r\n' % len(body)).encode() + body)


class Web:
    """Serves `pages`, (host, path) -> page, from a process of its own. make(port) gives the pages."""

    def __init__(self, folder, make):
        self.socket = listener()
        self.port = self.socket.getsockname()[1]
        self.path = os.path.join(folder, 'web-%d.log' % self.port)
        self.pages = make(self.port)
        open(self.path, 'w').close()
        self.process = multiprocessing.get_context('fork').Process(target=self._serve, daemon=True)
        self.process.start()

    def _serve(self):
        async def forever():
            talk = type('TalkOfThis', (Talk,), {'web': self})
            server = await asyncio.get_running_loop().create_server(talk, sock=self.socket)
            await server.serve_forever()
        asyncio.run(forever())

    def asked(self):
        """(host, path) of each request so far."""
        with open(self.path) as f:
            return [tuple(line.split()) for line in f]

    def close(self):
        self.process.kill()
        self.process.join()
        self.socket.close()
