"""A POP3 server in Python with a maildrop in memory, which does as RFC 1939 says until it is told to do otherwise."""

import socket
import ssl
import threading


class Maildrop:
    """`close_at`: a verb at which the connection is closed instead of answering, once or always (`closings`)."""

    def __init__(self, messages=(), user="ana", password="There-Is-A-Secret-9", context=None):
        self.user, self.password, self.context = user, password, context
        self.messages = {f"uid-{number}": octets for number, octets in enumerate(messages, 1)}
        self.close_at, self.closings = None, 0
        self.cut_after = None
        self.retrieved = []
        self.deleted = []
        self.quit_refused = False
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def renumber(self):
        """Every message gets another unique id, as after a restore on the other side."""
        self.messages = {f"new-{uid}": octets for uid, octets in self.messages.items()}

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as lines:
                self.talk(connection, lines)
        except (OSError, ssl.SSLError):
            pass

    def closes(self, verb):
        with self.lock:
            if self.close_at == verb and self.closings > 0:
                self.closings -= 1
                return True
        return False

    def talk(self, connection, lines):
        say = lambda text: connection.sendall(text.encode() + b"\r\n")
        if self.closes("GREETING"):
            return
        say("+OK ready")
        user, known, marked = None, list(self.messages.items()), set()
        for line in lines:
            verb, _, argument = line.decode().strip().partition(" ")
            verb = verb.upper()
            if self.closes(verb):
                return
            if verb == "CAPA":
                say("+OK\r\nUSER\r\nUIDL\r\nTOP\r\nPIPELINING\r\n.")
            elif verb == "USER":
                user = argument
                say("+OK")
            elif verb == "PASS":
                if (user, argument) != (self.user, self.password):
                    say("-ERR [AUTH] no such user, or another password")
                    continue
                say("+OK")
            elif verb == "UIDL":
                say("+OK\r\n" + "".join(f"{number} {uid}\r\n" for number, (uid, _) in enumerate(known, 1)) + ".")
            elif verb == "LIST":
                say("+OK\r\n" + "".join(f"{number} {len(octets)}\r\n" for number, (_, octets) in enumerate(known, 1)) + ".")
            elif verb == "RETR":
                uid, octets = known[int(argument) - 1]
                self.retrieved.append(uid)
                stuffed = octets.replace(b"\r\n.", b"\r\n..")
                if self.cut_after is not None and self.closings > 0:
                    self.closings -= 1
                    connection.sendall(b"+OK\r\n" + stuffed[: self.cut_after])
                    return
                connection.sendall(b"+OK\r\n" + (b"." if stuffed.startswith(b".") else b"") + stuffed + b".\r\n")
            elif verb == "DELE":
                marked.add(known[int(argument) - 1][0])
                say("+OK")
            elif verb == "QUIT":
                if self.quit_refused:
                    say("-ERR some messages were not deleted")
                    return
                for uid in marked:
                    self.deleted.append(uid)
                    self.messages.pop(uid, None)
                say("+OK")
                return
            else:
                say("-ERR what?")
