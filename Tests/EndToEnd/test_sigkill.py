"""The process is killed at random moments, round after round: each message that was acknowledged is there exactly once."""

import collections
import os
import random
import threading
import time

import pytest

from conftest import rounds
from harness.mail import message, number_of, untraced
from harness.server import DOMAIN, PASSWORD
from harness.wire import SMTP, Closed

ACCOUNTS = [f"box{number}" for number in range(6)]
SEED = int(os.environ.get("PALOMA_SEED", "20261121"))


class Sender(threading.Thread):
    """One connection after the other, until told to stop; remembers what was acknowledged and what only tried."""

    def __init__(self, server, book, lane, seed):
        super().__init__(daemon=True)
        self.server, self.book, self.lane, self.random = server, book, lane, random.Random(seed)
        self.port, self.socket_path = server.ports["smtp"], server.socket_path
        self.stopped = False

    def run(self):
        while not self.stopped:
            try:
                self.talk()
            except (OSError, Closed, AssertionError):
                if self.stopped:
                    return
                time.sleep(0.005)

    def talk(self):
        lmtp = self.lane % 4 == 3
        with SMTP(self.socket_path if lmtp else self.port, timeout=20) as smtp:
            smtp.hello("LHLO" if lmtp else "EHLO")
            while not self.stopped:
                recipients = self.random.sample(ACCOUNTS, self.random.choice([1, 1, 1, 2, 3]))
                number, octets = self.book.begin(recipients, self.random.choice([0, 0, 0, 6000, 70_000]))
                flight = "MAIL FROM:<sender@elsewhere.test>\r\n" + "".join(f"RCPT TO:<{name}@{DOMAIN}>\r\n" for name in recipients) + "DATA\r\n"
                smtp.send(flight)
                codes = [smtp.reply().code for _ in range(len(recipients) + 2)]
                assert codes == [250] * (len(recipients) + 1) + [354], codes
                smtp.send(octets + b".\r\n")
                for name in recipients if lmtp else [None]:
                    reply = smtp.reply()
                    assert reply.code == 250, reply
                    self.book.acknowledge(number, [name] if lmtp else recipients)


class Book:
    """What was sent to whom, and what of it the server has taken responsibility for."""

    def __init__(self):
        self.lock = threading.Lock()
        self.number = 0
        self.octets = {}
        self.tried = collections.defaultdict(set)
        self.acknowledged = collections.defaultdict(set)
        self.deleted = collections.defaultdict(set)

    def begin(self, recipients, size):
        with self.lock:
            self.number += 1
            number = self.number
            for name in recipients:
                self.tried[name].add(number)
        octets = message(number, size=size)
        self.octets[number] = octets
        return number, octets

    def acknowledge(self, number, recipients):
        with self.lock:
            for name in recipients:
                self.acknowledged[name].add(number)


def examine(server, book):
    for name in ACCOUNTS:
        found = collections.Counter()
        with server.pop3() as pop3:
            pop3.login(f"{name}@{DOMAIN}", PASSWORD)
            for octets in pop3.all():
                number = number_of(octets)
                found[number] += 1
                assert untraced(octets) == book.octets[number], f"message {number} for {name} is not whole"
            pop3.quit()
        doubled = [number for number, times in found.items() if times > 1]
        assert not doubled, f"{name}: twice: {doubled[:10]}"
        lost = book.acknowledged[name] - set(found) - book.deleted[name]
        assert not lost, f"{name}: acknowledged and gone: {sorted(lost)[:10]} ({len(lost)} of {len(book.acknowledged[name])})"
        unknown = set(found) - book.tried[name]
        assert not unknown, f"{name}: never sent: {sorted(unknown)[:10]}"
        risen = set(found) & book.deleted[name]
        assert not risen, f"{name}: deleted and back: {sorted(risen)[:10]}"


def collect_some(server, book, chooser):
    """Deletes a few by POP3: what QUIT has confirmed stays away."""
    name = chooser.choice(ACCOUNTS)
    with server.pop3() as pop3:
        pop3.login(f"{name}@{DOMAIN}", PASSWORD)
        count, _ = pop3.stat()
        gone = set()
        for number in chooser.sample(range(1, count + 1), min(count, 10)):
            gone.add(number_of(pop3.retrieve(number)))
            pop3.ok(f"DELE {number}")
        pop3.ok("QUIT")
    book.deleted[name] |= gone


@pytest.mark.long
def test_killed_at_random_moments(make_server):
    chooser = random.Random(SEED)
    server = make_server(accounts=ACCOUNTS)
    book = Book()
    total = rounds(15)
    for round_number in range(total):
        senders = [Sender(server, book, lane, chooser.random()) for lane in range(12)]
        for sender in senders:
            sender.start()
        # The moment: sometimes before the first commit, sometimes in the flood.
        time.sleep(chooser.choice([0.02, 0.1, 0.3]) + chooser.random() * 0.4)
        server.kill()
        for sender in senders:
            sender.stopped = True
        for sender in senders:
            sender.join(30)
            assert not sender.is_alive()
        if chooser.random() < 0.3:
            # Killed again while it repairs what the first time left.
            server.start(wait=False)
            time.sleep(chooser.random() * 0.1)
            server.kill()
        if round_number % 3 == 0 or round_number == total - 1:
            server.check()
        server.start()
        if round_number % 2 == 0 or round_number == total - 1:
            examine(server, book)
        if round_number % 4 == 1:
            collect_some(server, book, chooser)
    acknowledged = sum(len(numbers) for numbers in book.acknowledged.values())
    assert acknowledged > total * 5, "hardly anything was acknowledged: this run has proved nothing"
    server.restart()
    examine(server, book)
