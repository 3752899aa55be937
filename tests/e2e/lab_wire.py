"""lab_wire.py - a way to a PostgreSQL server that can be made slow, silent, or broken in the moment
after the server has done what it was asked and before the answer arrives.

Bytes pass unchanged. Where they are readable (no TLS), the server's answers are counted by their
last message, ReadyForQuery (protocol documentation, "Message Formats").
"""
import asyncio
import struct
import threading

SSL_REQUEST, GSS_REQUEST = 80877103, 80877104


class Answers:
    """What the server sends, in whole messages; tells where an answer ends."""

    def __init__(self):
        self.held, self.opaque, self.asked = b'', False, False

    def ask(self, data):
        """The client's first bytes may ask for encryption; the answer to that is one byte."""
        if len(data) == 8 and struct.unpack('!ii', data)[1] in (SSL_REQUEST, GSS_REQUEST):
            self.asked = True

    def feed(self, data):
        """Pairs (bytes, whether an answer ends with them)."""
        self.held += data
        if self.asked and self.held:
            self.asked, self.opaque = False, self.held[:1] in (b'S', b'G')
            yield self.held[:1], False
            self.held = self.held[1:]
        if self.opaque:
            yield self.held, False
            self.held = b''
        while len(self.held) >= 5:
            size = 1 + struct.unpack('!i', self.held[1:5])[0]
            if len(self.held) < size:
                return
            yield self.held[:size], self.held[:1] == b'Z'
            self.held = self.held[size:]


class Wire:
    """Listens on a free port of 127.0.0.1 and leads to target, until remove()."""

    def __init__(self, target):
        self.target, self.half_s, self.left, self.is_dead = target, 0.0, None, False
        self.answers = 0
        self.ends = set()
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        threading.Thread(target=self.work, args=(started,), daemon=True).start()
        started.wait()

    def work(self, started):
        asyncio.set_event_loop(self.loop)
        self.open = asyncio.Event()
        self.open.set()
        server = self.loop.run_until_complete(asyncio.start_server(self.meet, '127.0.0.1', 0))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self.loop.run_forever()
        server.close()
        left = asyncio.all_tasks(self.loop)
        for task in left:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        self.loop.close()

    async def meet(self, reader, writer):
        self.ends.add(writer)
        if self.is_dead:
            return self.reset()
        try:
            await self.open.wait()
            there, back = await asyncio.open_connection('127.0.0.1', self.target)
        except OSError:
            return self.reset()
        self.ends.add(back)
        answers = Answers()
        self.loop.create_task(self.pump(reader, back, None, answers))
        self.loop.create_task(self.pump(there, writer, answers, answers))

    async def pump(self, reader, writer, answers, state):
        """One direction: what was read is written half a round trip later, in order."""
        due = asyncio.Queue()
        task = self.loop.create_task(self.write(writer, due))
        try:
            while data := await reader.read(65536):
                if answers is None:
                    state.ask(data)
                    due.put_nowait((self.loop.time() + self.half_s, data))
                    continue
                for part, is_end in answers.feed(data):
                    if self.left == 0:
                        if is_end:
                            self.left = None
                            self.reset()
                        continue
                    self.answers += is_end
                    if is_end and self.left is not None:
                        self.left -= 1
                    due.put_nowait((self.loop.time() + self.half_s, part))
        except OSError:
            pass
        due.put_nowait((0, b''))
        await task

    async def write(self, writer, due):
        try:
            while True:
                at, data = await due.get()
                while at > self.loop.time():
                    await asyncio.sleep(at - self.loop.time())
                await self.open.wait()
                if not data:
                    break
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        writer.close()
        self.ends.discard(writer)

    def reset(self):
        for writer in list(self.ends):
            writer.transport.abort()
        self.ends.clear()

    def call(self, what, *args):
        done = threading.Event()
        self.loop.call_soon_threadsafe(lambda: (what(*args), done.set()))
        done.wait()

    def delay(self, round_trip_ms):
        self.half_s = round_trip_ms / 2000.0

    def count(self):
        """Answers that passed so far: round trips."""
        return self.answers

    def stall(self):
        self.call(self.open.clear)

    def go(self):
        self.is_dead = False
        self.call(self.open.set)

    def cut(self, answers):
        self.left = answers

    def close(self):
        self.call(self.reset)

    def dead(self):
        self.is_dead = True
        self.call(self.reset)

    def remove(self):
        self.call(self.reset)
        self.loop.call_soon_threadsafe(self.loop.stop)
