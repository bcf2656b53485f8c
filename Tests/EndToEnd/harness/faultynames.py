"""Stands between a server and its name server, and spoils the answers about some names."""

import socket
import threading

SERVFAIL, REFUSED, SILENCE = "SERVFAIL", "REFUSED", "silence"
CODES = {SERVFAIL: 2, REFUSED: 5}


class FaultyNames:
    """`names.faults["far.test"] = SERVFAIL`: so it answers about this name and all below it, until the entry is taken away."""

    def __init__(self, upstream):
        self.upstream = upstream
        self.faults = {}
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.asked = []
        self.thread = threading.Thread(target=self.run, daemon=True)

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        # A question without octets ends it.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        self.thread.join(10)
        self.socket.close()

    def run(self):
        while True:
            question, asker = self.socket.recvfrom(4096)
            if not question:
                return
            name = name_of(question)
            self.asked.append(name)
            fault = next((fault for spoilt, fault in list(self.faults.items()) if f".{name}".endswith(f".{spoilt}")), None)
            if fault == SILENCE:
                continue
            if fault:
                self.socket.sendto(question[:2] + bytes([0x81, 0x80 | CODES[fault]]) + question[4:6] + bytes(6) + body_of(question), asker)
            elif answer := self.ask(question):
                self.socket.sendto(answer, asker)

    def ask(self, question):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.settimeout(2)
            other.connect(("127.0.0.1", self.upstream))
            try:
                other.send(question)
                return other.recv(65_535)
            except OSError:
                return None


def name_of(question):
    labels, at = [], 12
    while question[at]:
        labels.append(question[at + 1:at + 1 + question[at]].decode("ascii", "replace").lower())
        at += 1 + question[at]
    return ".".join(labels)


def body_of(question):
    """The question section alone."""
    at = 12
    while question[at]:
        at += 1 + question[at]
    return question[12:at + 5]
