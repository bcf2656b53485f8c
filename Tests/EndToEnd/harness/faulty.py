"""A mail server that does what a test tells it: refuses, hangs, hangs up, talks rubbish. It records all it is given.

    with FaultyPeer("127.0.5.1", port, Script(at={"DATA": "451 4.3.0 not now"})) as peer: …

A script says what happens at a step of the dialog; what it does not name goes well. Steps are `connect`, the verbs, `body`
(the first octets of a message have come), `dot` (a whole message has come, nothing was answered yet) and `handshake`
(STARTTLS was answered). What happens is one of

    "550 5.1.1 no"          a reply; several lines make a reply of several lines
    HANG                    nothing, until the client or the test ends it
    CLOSE                   the connection is closed without a word
    b"\\x00rubbish"          these octets, as they are
    a function              given the session, it returns one of the above or None for what goes well

The n-th connection has the n-th script, those beyond the last one have the last.
"""

import asyncio
import base64
import dataclasses
import re
import ssl
import threading
import time

HANG, CLOSE = object(), object()

EXTENSIONS = ("PIPELINING", "SIZE 52428800", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES")


@dataclasses.dataclass
class Script:
    at: dict = dataclasses.field(default_factory=dict)
    """What EHLO announces; () with `at={"EHLO": "502 no"}` is a server of 1982."""
    extensions: tuple = EXTENSIONS
    """An SSLContext to offer STARTTLS with."""
    tls: ssl.SSLContext | None = None
    """Seconds before each reply."""
    pause: float = 0


@dataclasses.dataclass
class Message:
    """What one transaction brought."""

    sender: str
    recipients: list
    octets: bytes
    """The parameters of MAIL, and of RCPT for each recipient, in upper case as far as the `=`."""
    parameters: str
    recipient_parameters: dict
    encrypted: bool
    """True once a 2xx was sent for it."""
    accepted: bool = False


@dataclasses.dataclass
class Connection:
    """One connection: the commands as they came, and what was sent."""

    commands: list = dataclasses.field(default_factory=list)
    """Octets that came while the reply to a command before them had not been sent: the client pipelines."""
    pipelined: bool = False
    encrypted: bool = False
    """The name of EHLO or HELO."""
    name: str | None = None
    began: float = dataclasses.field(default_factory=time.monotonic)
    ended: float | None = None

    def verbs(self):
        return [command.split(" ", 1)[0].split(":")[0].upper() for command in self.commands]


def for_recipients(replies):
    """`at={"RCPT": for_recipients({"bad@far.test": "550 5.1.1 no"})}`: the others are accepted."""
    return lambda session: replies.get(session.address.lower())


def after(number, reply, otherwise=None):
    """`reply` from the (number+1)-th time on, `otherwise` before: `at={"MAIL": after(2, "421 4.7.0 enough")}`."""
    count = 0

    def happen(_):
        nonlocal count
        count += 1
        return reply if count > number else otherwise

    return happen


def times(number, reply):
    """`reply` the first `number` times, on whatever connection; then it goes well."""
    return after(number, None, reply)


class FaultyPeer:
    def __init__(self, address, port, *scripts):
        self.address, self.port = address, port
        self.scripts = list(scripts) or [Script()]
        self.connections = []
        self.received = []
        """Whole messages that came, whether they were accepted or not."""
        self.failures = []
        self.changed = threading.Condition()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.tasks = set()
        self.listener = None

    # ---------------------------------------------------------------- running it

    def start(self):
        self.thread.start()
        self.listener = self.call(asyncio.start_server(self.serve, self.address, self.port, limit=1 << 20))
        return self

    def stop(self):
        """Ends all connections, those that hang too. What the peer itself got wrong is an error of the test."""
        if not self.thread.is_alive():
            return
        self.call(self.end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()
        assert not self.failures, self.failures

    def cut(self):
        """The network fails: whoever is connected is not any more, and nobody gets through."""
        self.call(self.end())

    def mend(self):
        self.listener = self.call(asyncio.start_server(self.serve, self.address, self.port, limit=1 << 20))

    async def end(self):
        if self.listener:
            self.listener.close()
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    # ---------------------------------------------------------------- what it saw

    @property
    def messages(self):
        """Those that were accepted."""
        with self.changed:
            return [message for message in self.received if message.accepted]

    def wait(self, condition, seconds=60):
        """Waits until `condition(peer)` is true, which is looked at whenever something came."""
        end = time.monotonic() + seconds
        with self.changed:
            while not condition(self):
                left = end - time.monotonic()
                assert left > 0, f"{self.address} has not seen what it waits for; so far: {self.summary()}"
                self.changed.wait(min(left, 1))
        return self

    def wait_for_messages(self, number, seconds=60):
        return self.wait(lambda peer: sum(message.accepted for message in peer.received) >= number, seconds).messages

    def wait_for_verb(self, verb, number=1, seconds=60):
        return self.wait(lambda peer: peer.count(verb) >= number, seconds)

    def count(self, verb):
        return sum(connection.verbs().count(verb) for connection in self.connections)

    def summary(self):
        return [connection.commands for connection in self.connections]

    def note(self):
        with self.changed:
            self.changed.notify_all()

    # ---------------------------------------------------------------- one connection

    async def serve(self, reader, writer):
        task = asyncio.current_task()
        self.tasks.add(task)
        with self.changed:
            script = self.scripts[min(len(self.connections), len(self.scripts) - 1)]
            connection = Connection()
            self.connections.append(connection)
        session = Session(self, script, connection, reader, writer)
        try:
            await session.run()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError, Hung, asyncio.CancelledError):
            pass
        except Exception as error:  # noqa: BLE001 (told by stop)
            self.failures.append(repr(error))
        finally:
            connection.ended = time.monotonic()
            self.tasks.discard(task)
            writer.transport.abort() if session.aborts else writer.close()
            self.note()


class Hung(Exception):
    """The script closed the connection, or what hung was ended."""


class Session:
    def __init__(self, peer, script, connection, reader, writer):
        self.peer, self.script, self.connection = peer, script, connection
        self.reader, self.writer = reader, writer
        self.aborts = False
        self.address = ""
        self.reset()

    def reset(self):
        self.sender, self.recipients, self.parameters, self.recipient_parameters = None, [], "", {}
        self.chunks = b""

    async def run(self):
        await self.answer("connect", "220 peer.test ESMTP")
        while True:
            line = await self.reader.readuntil(b"\r\n")
            command = line[:-2].decode("utf-8", "replace")
            with self.peer.changed:
                self.connection.commands.append(command)
                # The stream reader has no public look at what waits.
                self.connection.pipelined |= bool(getattr(self.reader, "_buffer", b""))
                self.peer.changed.notify_all()
            verb = command.split(" ", 1)[0].split(":")[0].upper()
            handler = getattr(self, "do_" + verb.lower(), None)
            if handler is None:
                await self.answer(verb, "500 5.5.2 what?")
            elif await handler(command) is CLOSE:
                return

    async def answer(self, step, well):
        """Does what the script says at a step, else sends `well`; the reply's first digit, or None."""
        what = self.script.at.get(step)
        if callable(what) and what not in (HANG, CLOSE):
            what = what(self)
        if self.script.pause:
            await asyncio.sleep(self.script.pause)
        if what is HANG:
            self.aborts = True
            # A client that gives up ends this; so does the test.
            while await self.reader.read(1 << 16):
                pass
            raise Hung
        if what is CLOSE:
            raise Hung
        if isinstance(what, bytes):
            self.writer.write(what)
            await self.writer.drain()
            return None
        text = well if what is None else what
        if text is None:
            return None
        self.writer.write(wire_form(text))
        await self.writer.drain()
        code = text.lstrip()[:3]
        if code == "421":
            raise Hung
        return code[:1]

    # ---------------------------------------------------------------- verbs

    async def do_ehlo(self, command):
        self.reset()
        self.connection.name = command.partition(" ")[2]
        words = list(self.script.extensions)
        if self.script.tls and not self.connection.encrypted:
            words.append("STARTTLS")
        await self.answer("EHLO", "\n".join(f"250 {word}" for word in ["peer.test", *words]))

    async def do_helo(self, command):
        self.reset()
        self.connection.name = command.partition(" ")[2]
        await self.answer("HELO", "250 peer.test")

    async def do_starttls(self, _):
        if await self.answer("STARTTLS", "220 2.0.0 go" if self.script.tls else "502 5.5.1 no") != "2":
            return None
        if "handshake" in self.script.at:
            await self.answer("handshake", None)
            raise Hung
        await self.writer.start_tls(self.script.tls)
        self.connection.encrypted = True
        self.connection.name = None
        return None

    async def do_mail(self, command):
        path, parameters = split_path(command)
        self.address = path
        if await self.answer("MAIL", "250 2.1.0 ok") == "2":
            self.reset()
            self.sender, self.parameters = path, parameters

    async def do_rcpt(self, command):
        path, parameters = split_path(command)
        self.address = path
        if await self.answer("RCPT", "250 2.1.5 ok" if self.sender is not None else "503 5.5.1 MAIL first") == "2":
            self.recipients.append(path)
            self.recipient_parameters[path] = parameters

    async def do_data(self, _):
        ready = "354 go on" if self.recipients else "554 5.5.1 no valid recipients"
        if await self.answer("DATA", ready) != "3":
            return
        first = await self.reader.readexactly(1)
        if "body" in self.script.at:
            await self.answer("body", None)
        octets = first
        # `.` CRLF at the beginning of a line ends it.
        while not (octets == b".\r\n" or octets.endswith(b"\r\n.\r\n")):
            octets += await self.reader.readuntil(b"\r\n")
        await self.take(re.sub(rb"(?m)^\.", b"", octets[:-3]))

    async def do_bdat(self, command):
        words = command.split()
        self.chunks += await self.reader.readexactly(int(words[1]))
        if len(words) > 2:
            octets, self.chunks = self.chunks, b""
            await self.take(octets)
        else:
            await self.answer("BDAT", "250 2.0.0 ok")

    async def take(self, octets):
        message = Message(
            self.sender, self.recipients, octets, self.parameters, self.recipient_parameters, self.connection.encrypted
        )
        with self.peer.changed:
            self.peer.received.append(message)
            self.peer.changed.notify_all()
        self.reset()
        # Accepted before the client can know it: a test that waits for the message finds it so.
        message.accepted = "dot" not in self.script.at
        if "dot" in self.script.at:
            message.accepted = await self.answer("dot", "250 2.0.0 taken") == "2"
        else:
            await self.answer("dot", "250 2.0.0 taken")
        self.peer.note()

    async def do_rset(self, _):
        self.reset()
        await self.answer("RSET", "250 2.0.0 ok")

    async def do_noop(self, _):
        await self.answer("NOOP", "250 2.0.0 ok")

    async def do_auth(self, command):
        await self.answer("AUTH", "235 2.7.0 in" if valid_plain(command) else "535 5.7.8 no")

    async def do_quit(self, _):
        await self.answer("QUIT", "221 2.0.0 bye")
        return CLOSE


def wire_form(text):
    """`250 a` and `250 b` on two lines are the one reply `250-a`, `250 b`."""
    lines = text.strip().split("\n")
    continued = [line[:3] + "-" + line[4:] for line in lines[:-1]]
    return "".join(f"{line}\r\n" for line in [*continued, lines[-1]]).encode()


def split_path(command):
    """The path without brackets, and the parameters behind it."""
    rest = command.partition(":")[2].strip()
    match = re.match(r'<((?:"(?:\\.|[^"\\])*"|[^>"])*)>\s*(.*)', rest)
    return (match.group(1), match.group(2)) if match else (rest, "")


def valid_plain(command):
    """Takes any user whose password is `secret`."""
    try:
        return base64.b64decode(command.split()[2]).split(b"\0")[2] == b"secret"
    except (IndexError, ValueError):
        return False
