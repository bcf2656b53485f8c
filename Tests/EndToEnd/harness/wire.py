"""A connection in the test's own hand: what is sent is exactly what is written here, packet by packet."""

import socket
import ssl
import time


class Closed(Exception):
    """The server hung up."""


class Wire:
    def __init__(self, target, context=None, timeout=30, hostname="localhost", address="127.0.0.1"):
        """`target`: a port of the address, or the path of a Unix socket."""
        if isinstance(target, int):
            self.socket = socket.create_connection((address, target), timeout=timeout)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(str(target))
        self.hostname = hostname
        self.held = b""
        if context:
            self.secure(context)

    def secure(self, context):
        self.socket = context.wrap_socket(self.socket, server_hostname=self.hostname)
        return self

    def send(self, octets):
        self.socket.sendall(octets.encode() if isinstance(octets, str) else octets)
        return self

    def send_slowly(self, pieces, pause=0.03):
        """Each piece in a packet of its own. (The pause is what makes them so; nothing depends on its length.)"""
        for piece in pieces:
            self.send(piece)
            time.sleep(pause)
        return self

    def fill(self):
        try:
            got = self.socket.recv(1 << 16)
        except (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError) as error:
            raise Closed(str(error)) from None
        if not got:
            raise Closed("end of stream")
        self.held += got

    def line(self):
        while b"\n" not in self.held:
            self.fill()
        line, self.held = self.held.split(b"\n", 1)
        assert line.endswith(b"\r"), f"the server ended a line without CR: {line!r}"
        return line[:-1].decode("utf-8")

    def exactly(self, count):
        while len(self.held) < count:
            self.fill()
        octets, self.held = self.held[:count], self.held[count:]
        return octets

    def at_end(self):
        """Whether the server closes now, without a word more."""
        try:
            self.fill()
        except Closed:
            return True
        return False

    def rest(self):
        """All until the server closes."""
        try:
            while True:
                self.fill()
        except Closed:
            pass
        octets, self.held = self.held, b""
        return octets

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Reply:
    def __init__(self, code, lines):
        self.code, self.lines = code, lines

    @property
    def text(self):
        return "\n".join(self.lines)

    @property
    def enhanced(self):
        """The enhanced status code, or ''."""
        first = self.lines[0].split(" ", 1)[0] if self.lines else ""
        return first if first.count(".") == 2 and first.replace(".", "").isdigit() else ""

    def __repr__(self):
        return f"{self.code} {' / '.join(self.lines)}"


class SMTP(Wire):
    """SMTP and LMTP, command by command."""

    def reply(self):
        lines = []
        while True:
            line = self.line()
            assert len(line) >= 3 and line[:3].isdigit(), f"no reply: {line!r}"
            lines.append(line[4:])
            if line[3:4] != "-":
                return Reply(int(line[:3]), lines)

    def ask(self, command):
        self.send(command if isinstance(command, bytes) else command.encode() + b"\r\n")
        return self.reply()

    def expect(self, code, command=None):
        reply = self.reply() if command is None else self.ask(command)
        wanted = code if isinstance(code, (tuple, list, set)) else (code,)
        assert reply.code in wanted, f"{command!r}: wanted {wanted}, got {reply!r}"
        return reply

    def hello(self, word="EHLO", name="client.example.test"):
        self.expect(220)
        return self.expect(250, f"{word} {name}")

    def mail(self, sender, *recipients, parameters=""):
        self.expect(250, f"MAIL FROM:<{sender}>{' ' + parameters if parameters else ''}")
        for recipient in recipients:
            self.expect(250, f"RCPT TO:<{recipient}>")
        return self

    def data(self, message):
        """Sends the message with its dots stuffed; the reply after the final dot."""
        self.expect(354, "DATA")
        assert message.endswith(b"\r\n")
        stuffed = message.replace(b"\r\n.", b"\r\n..")
        if stuffed.startswith(b"."):
            stuffed = b"." + stuffed
        self.send(stuffed + b".\r\n")
        return self.reply()

    def quit(self):
        self.expect(221, "QUIT")
        assert self.at_end()
        self.close()


class POP3(Wire):
    """POP3, command by command."""

    def ok(self, command=None):
        if command is not None:
            self.send(command.encode() + b"\r\n")
        line = self.line()
        assert line.startswith("+OK"), f"{command!r}: {line!r}"
        return line[3:].strip()

    def err(self, command):
        self.send(command.encode() + b"\r\n")
        line = self.line()
        assert line.startswith("-ERR"), f"{command!r}: {line!r}"
        return line[4:].strip()

    def body(self):
        """The lines of an answer of several lines, as they came, with the dots taken off."""
        while True:
            end = self.held.find(b"\r\n.\r\n")
            if self.held.startswith(b".\r\n"):
                self.held = self.held[3:]
                return b""
            if end >= 0:
                octets, self.held = self.held[: end + 2], self.held[end + 5:]
                octets = octets.replace(b"\r\n..", b"\r\n.")
                return octets[1:] if octets.startswith(b"..") else octets
            self.fill()

    def login(self, user, password):
        self.ok()
        self.ok(f"USER {user}")
        return self.ok(f"PASS {password}")

    def stat(self):
        count, octets = self.ok("STAT").split()[:2]
        return int(count), int(octets)

    def retrieve(self, number):
        self.ok(f"RETR {number}")
        return self.body()

    def all(self):
        """Every message, asked for in one go."""
        count, _ = self.stat()
        messages = []
        for start in range(1, count + 1, 100):
            numbers = range(start, min(start + 100, count + 1))
            self.send("".join(f"RETR {number}\r\n" for number in numbers))
            for _ in numbers:
                self.ok()
                messages.append(self.body())
        return messages

    def quit(self):
        self.ok("QUIT")
        assert self.at_end()
        self.close()
