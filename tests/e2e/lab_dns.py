"""lab_dns.py - a resolver for the tests: real UDP and TCP on loopback, and it misbehaves where it is
told to. A plan is a function of a domain that gives how it is answered:

mx (two MX records), null (RFC 7505), address (no MX, an A record), six (no MX, an AAAA record),
alias (CNAME to a name with MX), alias_away (CNAME to a name that is not there), none (nothing but
SOA), nxdomain, servfail, refused, silent, garbage, cut (TC, and the whole by TCP), cut_alone (TC, and
TCP closes), wrong_id, half (a record that ends in its middle), split (MX: none, address: SERVFAIL), referral (NS
records, no SOA), other (a TXT record, whatever was asked for)."""
import socket
import struct
import threading

A, SOA, MX, AAAA, CNAME = 1, 6, 15, 28, 5


def name(text):
    return b''.join(bytes([len(p)]) + p.encode() for p in text.split('.') if p) + b'\0'


def record(owner, kind, data, ttl=300):
    return owner + struct.pack('!HHIH', kind, 1, ttl, len(data)) + data


def mx(host, weight=10, ttl=300):
    return record(b'\xc0\x0c', MX, struct.pack('!H', weight) + name(host), ttl)


SOA_RECORD = record(b'\xc0\x0c', SOA, name('ns.example') + name('hostmaster.example') +
                    struct.pack('!IIIII', 1, 3600, 600, 86400, 120))


class Resolver:
    def __init__(self, plan):
        self.plan = plan
        self.asked = []  # (name, type) of each question
        self.lock = threading.Lock()
        for _ in range(20):  # the same port for both must be free
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.udp.bind(('127.0.0.1', 0))
            self.port = self.udp.getsockname()[1]
            try:
                self.tcp = socket.create_server(('127.0.0.1', self.port))
                break
            except OSError:
                self.udp.close()
        self.address = '127.0.0.1:%d' % self.port
        for work in (self._udp, self._tcp):
            threading.Thread(target=work, daemon=True).start()

    def close(self):
        for s in (self.udp, self.tcp):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()

    def names(self):
        with self.lock:
            return {n for n, _ in self.asked}

    def _udp(self):
        while True:
            try:
                packet, peer = self.udp.recvfrom(4096)
            except OSError:
                return
            if not packet:
                return
            answer = self._answer(packet, False)
            try:
                if answer is not None:
                    self.udp.sendto(answer, peer)
            except OSError:  # closed meanwhile
                return

    def _tcp(self):
        while True:
            try:
                s, _ = self.tcp.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(s,), daemon=True).start()

    def _serve(self, s):
        with s:
            file = s.makefile('rb')
            head = file.read(2)
            if len(head) < 2:
                return
            answer = self._answer(file.read(struct.unpack('!H', head)[0]), True)
            if answer is not None:
                s.sendall(struct.pack('!H', len(answer)) + answer)

    def _answer(self, packet, tcp):
        at, parts = 12, []
        while packet[at]:
            parts.append(packet[at + 1:at + 1 + packet[at]].decode('latin-1'))
            at += 1 + packet[at]
        kind = struct.unpack('!H', packet[at + 1:at + 3])[0]
        host, question = '.'.join(parts).lower(), packet[12:at + 5]
        with self.lock:
            self.asked.append((host, kind))
        return self._made(packet[:2], question, kind, self.plan(host), tcp)

    def _made(self, ident, question, kind, how, tcp):
        def say(records=(), code=0, flags=0x8180, soa=False, ident=ident):
            return (ident + struct.pack('!HHHHH', flags | code, 1, len(records), int(soa), 0) + question +
                    b''.join(records) + (SOA_RECORD if soa else b''))
        away = record(b'\xc0\x0c', CNAME, name('elsewhere.example'))
        four, six = record(b'\xc0\x0c', A, bytes(4)), record(b'\xc0\x0c', AAAA, bytes(16))
        if how == 'silent' or (how == 'cut_alone' and tcp):
            return None
        if how == 'garbage':
            return b'\xff' * 40
        if how == 'wrong_id':
            return say(code=3, soa=True, ident=bytes([ident[0] ^ 1, ident[1]]))
        if how in ('nxdomain', 'servfail', 'refused'):
            code = {'nxdomain': 3, 'servfail': 2, 'refused': 5}[how]
            return say(code=code, soa=how == 'nxdomain')
        if how in ('cut', 'cut_alone') and not tcp:
            return say(flags=0x8380)
        if how == 'alias_away':
            return say([away], code=3, soa=True)
        if how == 'split' and kind != MX:
            return say(code=2)
        if how == 'referral':
            return (ident + struct.pack('!HHHHH', 0x8100, 1, 0, 1, 0) + question +
                    record(b'\xc0\x0c', 2, name('ns.example')))
        if how == 'other':
            return say([record(b'\xc0\x0c', 16, b'\3txt')])
        if kind == MX:
            there = {'mx': [mx('a.example'), mx('b.example', 20)], 'null': [mx('', 0)],
                     'cut': [mx('a.example')] * 40, 'half': [mx('a.example')[:-3]],
                     'alias': [away, record(name('elsewhere.example'), MX, b'\0\x0a' + name('a.example'))]}
        else:
            there = {'address': [four] if kind == A else [], 'six': [six] if kind == AAAA else []}
        records = there.get(how, [])
        return say(records, soa=not records)
