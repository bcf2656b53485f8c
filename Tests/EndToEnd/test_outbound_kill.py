"""Two Palomas of two domains exchange mail by real DNS while one or the other is killed; and networks and names that fail.

**What may come twice.** A server settles a message before the next one goes over the same connection. So at a kill each open
connection has at most one message whose final dot was sent and whose end was not written down: by the sender, if it was
killed, or by the receiver's reply, if that was. Those come again (RFC 1047); nothing else may.
"""

import base64
import collections
import itertools
import os
import random
import re
import threading
import time

import pytest

from conftest import rounds
from harness.faulty import Script
from harness.faultynames import REFUSED, SERVFAIL, SILENCE, FaultyNames
from harness.mail import message, number_of
from harness.outside import Outside, loopback_address
from harness.reports import Report, is_report, reports, wait_for_reports
from harness.server import DOMAIN, PASSWORD, queue_id
from harness.wire import SMTP, Closed

SEED = int(os.environ.get("PALOMA_SEED", "20261121"))
ANA, FAR = f"ana@{DOMAIN}", "x@far.test"
BOXES = [f"box{number}" for number in range(4)]
CONNECTIONS = 5
"""Of one server to the other."""


@pytest.fixture
def outside():
    made = Outside().start()
    yield made
    made.stop()


@pytest.fixture
def server(make_server, outside, home):
    return make_server(settings=outside.settings(home / "outside"))


def login(server, user):
    smtp = SMTP(server.ports["submission"], timeout=60)
    smtp.hello()
    smtp.expect(235, f"AUTH PLAIN {base64.b64encode(chr(0).join(('', user, PASSWORD)).encode()).decode()}")
    return smtp


def submit(server, octets, *recipients):
    """Ana sends a message; its queue id."""
    with login(server, ANA) as smtp:
        smtp.expect(250, f"MAIL FROM:<{ANA}>")
        for recipient in recipients:
            smtp.expect(250, f"RCPT TO:<{recipient}>")
        reply = smtp.data(octets)
        assert reply.code == 250, reply
        smtp.quit()
    return queue_id(reply)


def letter(number=1, to=FAR):
    return message(number, sender=ANA, to=to)


def wait_until(condition, complaint, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, complaint() if callable(complaint) else complaint
        time.sleep(0.1)


def wait_for_empty_queue(*servers, seconds=120):
    for server in servers:
        wait_until(lambda: not server.queue(), lambda: f"waits: {server.queue()[:3]}\n{server.log()[-3000:]}", seconds)


def replies(server, queued):
    """What `queue show` says about a message."""
    return server.cli("queue", "show", queued).stdout.decode()


# ------------------------------------------------------------------ two servers


class Book:
    """What was tried and what was confirmed: number -> recipients."""

    def __init__(self, total):
        self.lock = threading.Lock()
        self.numbers = iter(range(1, total + 1))
        self.tried, self.confirmed, self.sender = {}, {}, {}

    def begin(self, sender, recipients):
        with self.lock:
            number = next(self.numbers, None)
            if number is not None:
                self.tried[number], self.sender[number] = recipients, sender
        return number


class Sender(threading.Thread):
    """Sends from the boxes of one server to those of the other until the book is full."""

    def __init__(self, server, other, book, seed):
        super().__init__(daemon=True)
        self.server, self.other, self.book, self.random = server, other, book, random.Random(seed)
        self.failure = None

    def run(self):
        try:
            while self.session():
                pass
        except Exception as error:  # noqa: BLE001 (told by the test)
            self.failure = error

    def session(self):
        user = f"{self.random.choice(BOXES)}@{self.server.domain}"
        try:
            with login(self.server, user) as smtp:
                for _ in range(20):
                    if not self.send(smtp, user):
                        return False
        except (OSError, Closed, AssertionError):
            # It was killed, or is not there again yet.
            time.sleep(0.02)
        return True

    def send(self, smtp, user):
        names = self.random.sample(BOXES, self.random.choice([1, 1, 1, 2, 3]))
        recipients = [f"{name}@{self.other.domain}" for name in names]
        chance = self.random.random()
        if chance < 0.05:
            recipients.append(f"nobody@{self.other.domain}")
        elif chance < 0.1:
            recipients.append("somebody@nowhere.test")
        number = self.book.begin(user, recipients)
        if number is None:
            return False
        octets = message(number, size=self.random.choice([0, 0, 5000, 60_000]), sender=user, to=recipients[0])
        smtp.send(f"MAIL FROM:<{user}>\r\n" + "".join(f"RCPT TO:<{to}>\r\n" for to in recipients) + "DATA\r\n")
        for code in [250] * (len(recipients) + 1) + [354]:
            smtp.expect(code)
        smtp.send(octets + b".\r\n")
        smtp.expect(250)
        self.book.confirmed[number] = recipients
        return True


@pytest.fixture
def pair(make_server, outside, home):
    """Two servers that know each other by MX."""
    made = []
    for domain in (DOMAIN, "other.test"):
        address = loopback_address()
        server = make_server(
            name=domain, domain=domain, accounts=BOXES, start=False,
            settings=outside.settings(home / f"outside-{domain}") | {
                "limits.connections_per_address_per_minute_max": "1000000", "submission.messages_per_day_max": "1000000",
                "submission.recipients_per_day_max": "1000000", "outbound.connections_per_destination_max": str(CONNECTIONS),
            },
        )
        server.listen(address, outside.port)
        outside.name(f"mail.{domain}", address)
        outside.exchange(domain, (10, f"mail.{domain}"))
        made.append(server)
    for server in made:
        server.start()
    return made


def received(servers):
    """(number, recipient) -> copies, and (number, recipient) -> reports to the sender."""
    copies, told = collections.Counter(), collections.Counter()
    for server in servers:
        for box in BOXES:
            address = f"{box}@{server.domain}"
            for octets in server.messages(address):
                if not is_report(octets):
                    copies[number_of(octets), address] += 1
                    continue
                report = Report(octets)
                number = number_of(report.returned.get_payload(0).as_bytes() if report.returned.is_multipart() else octets)
                for recipient in report.addresses:
                    assert report.recipient(recipient)["Action"] == "failed"
                    told[number, recipient] += 1
    return copies, told


def examine(servers, book, kills):
    copies, told = received(servers)
    unknown = [key for key in itertools.chain(copies, told) if key[1] not in book.tried[key[0]]]
    assert not unknown, f"never sent: {unknown[:5]}"
    lost, both = [], []
    for number, recipients in book.confirmed.items():
        for recipient in recipients:
            if not copies[number, recipient] and not told[number, recipient]:
                lost.append((number, recipient))
    for key in copies:
        if told[key]:
            both.append(key)
    assert not lost, f"confirmed and gone: {lost[:5]} ({len(lost)})"
    assert not both, f"delivered and reported as failed: {both[:5]}"
    assert max(told.values(), default=1) == 1, f"reported twice: {[key for key, count in told.items() if count > 1][:5]}"
    should_fail = {
        (number, recipient) for number, recipients in book.confirmed.items() for recipient in recipients
        if recipient.split("@")[0] not in BOXES
    }
    assert should_fail <= set(told)
    doubles = collections.Counter()
    for (number, _), count in copies.items():
        doubles[number] = max(doubles[number], count - 1)
    extra = sum(doubles.values())
    # Both servers' connections break when one is killed.
    bound = kills * 2 * CONNECTIONS
    print(f"{len(book.confirmed)} confirmed, {len(should_fail)} came back, {extra} came twice in {kills} kills (bound {bound})")
    assert extra <= bound, f"{extra} messages came twice"
    return extra


@pytest.mark.long
def test_two_servers_of_which_one_is_killed(pair):
    chooser = random.Random(SEED)
    book = Book(rounds(1000))
    senders = [Sender(pair[lane % 2], pair[1 - lane % 2], book, chooser.random()) for lane in range(8)]
    for sender in senders:
        sender.start()
    kills = 0
    while any(sender.is_alive() for sender in senders):
        time.sleep(0.3 + chooser.random())
        victim = chooser.choice(pair)
        victim.kill()
        kills += 1
        if chooser.random() < 0.3:
            # Killed again while it repairs what the first time left.
            victim.start(wait=False)
            time.sleep(chooser.random() * 0.3)
            victim.kill()
            kills += 1
        victim.start()
    for sender in senders:
        sender.join(60)
        assert sender.failure is None, sender.failure
    # Some more while the queues empty themselves.
    for victim in pair:
        victim.kill()
        victim.start()
        kills += 1
        time.sleep(chooser.random())
    assert kills >= 4, "hardly anything was killed: this run has proved nothing"
    wait_for_empty_queue(*pair, *pair, seconds=300)
    assert len(book.confirmed) > len(book.tried) / 2
    examine(pair, book, kills)


def test_two_servers_in_peace(pair):
    """Nothing comes twice when nobody is killed."""
    book = Book(rounds(200))
    senders = [Sender(pair[lane % 2], pair[1 - lane % 2], book, lane) for lane in range(6)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(120)
        assert not sender.is_alive() and sender.failure is None, sender.failure
    wait_for_empty_queue(*pair, *pair)
    assert len(book.confirmed) == len(book.tried)
    assert examine(pair, book, 0) == 0


# ------------------------------------------------------------------ networks that fail


def test_the_network_is_cut(server, outside):
    """Mid-way, several times: all arrives; what was under way at a cut may come twice."""
    peer = outside.faulty("far.test", Script(pause=0.005))
    cuts, sent = 4, 0
    for _ in range(cuts):
        for _ in range(15):
            submit(server, letter(sent), FAR)
            sent += 1
        peer.wait_for_messages(sent - 10)
        peer.cut()
        for _ in range(5):
            submit(server, letter(sent), FAR)
            sent += 1
        assert server.queue(), "everything had been sent before the cut: this run has proved nothing"
        peer.mend()
    wait_for_empty_queue(server)
    found = collections.Counter(number_of(one.octets) for one in peer.received)
    assert sorted(found) == list(range(sent))
    assert sum(found.values()) - sent <= cuts * 20
    assert reports(server, ANA) == []


def test_hold_retry_and_remove_while_sending(server, outside):
    peer = outside.faulty("far.test", Script(pause=0.02))
    chooser = random.Random(SEED)
    ids = [submit(server, letter(number), FAR) for number in range(60)]
    held, removed = set(), set()
    for _ in range(25):
        number = chooser.randrange(60)
        what = chooser.choice(["hold", "retry", "remove", "all"])
        # Whoever is gone already is not found.
        if what == "all":
            server.cli("queue", "retry")
            continue
        done = server.cli("queue", what, ids[number], status=None)
        if done.returncode == 0 and what == "remove":
            removed.add(number)
        elif done.returncode == 0 and what == "hold":
            held.add(number)
        elif done.returncode == 0:
            held.discard(number)
    wait_until(lambda: {entry["id"] for entry in server.queue()} <= {ids[number] for number in held}, "not all was sent")
    for number in held - removed:
        server.cli("queue", "retry", ids[number], status=None)
    wait_for_empty_queue(server)
    found = collections.Counter(number_of(one.octets) for one in peer.messages)
    assert set(range(60)) - removed <= set(found)
    assert max(found.values()) == 1
    assert reports(server, ANA) == []


def test_a_retry_after_a_dead_destination(make_server, outside, home):
    """`queue retry` tries at once what could not be reached before."""
    server = make_server(settings=outside.settings(home / "outside") | {"queue.retry_first": '"1 h"'} | {"queue.retry_max": '"1 h"'})
    peer = outside.faulty("far.test")
    peer.cut()
    queued = submit(server, letter(), FAR)
    wait_until(lambda: server.queue()[0]["recipients"][0]["attempts"] == 1, "not tried")
    assert "refused" in replies(server, queued).lower()
    peer.mend()
    server.cli("queue", "retry", queued)
    peer.wait_for_messages(1)
    wait_for_empty_queue(server)
    peer.cut()
    submit(server, letter(2), FAR)
    wait_until(lambda: server.queue() and server.queue()[0]["recipients"][0]["attempts"] == 1, "not tried")
    peer.mend()
    server.cli("queue", "retry")
    peer.wait_for_messages(2)
    wait_for_empty_queue(server)


# ------------------------------------------------------------------ names that fail


@pytest.fixture
def names(outside):
    made = FaultyNames(outside.names.port).start()
    yield made
    made.stop()


@pytest.fixture
def unsure(make_server, outside, names, home):
    """A server whose name server is not to be trusted."""
    return make_server(settings=outside.settings(home / "outside") | {
        "dns.servers": f'["127.0.0.1:{names.port}"]', "dns.timeout": "2",
    })


def wait_for_reply(server, queued, pattern):
    wait_until(lambda: re.search(pattern, replies(server, queued)), lambda: f"no {pattern!r} in {replies(server, queued)}")


@pytest.mark.parametrize("fault, words", [(SERVFAIL, "SERVFAIL|server fail"), (REFUSED, "REFUSED|refuse|SERVFAIL|server fail"), (SILENCE, "time|answer")])
def test_a_zone_that_fails(unsure, outside, names, fault, words):
    """Deferred in plain words, and delivered when the zone is mended."""
    peer = outside.faulty("far.test")
    names.faults["far.test"] = fault
    queued = submit(unsure, letter(), FAR)
    wait_for_reply(unsure, queued, f"(?i)far.test.*({words})")
    assert reports(unsure, ANA) == []
    del names.faults["far.test"]
    peer.wait_for_messages(1, seconds=120)
    wait_for_empty_queue(unsure)
    assert len(peer.messages) == 1


def test_a_host_whose_name_fails(unsure, outside, names):
    """The MX is known, its address is not; then it is."""
    peer = outside.faulty("far.test")
    names.faults[peer.host] = SERVFAIL
    queued = submit(unsure, letter(), FAR)
    wait_for_reply(unsure, queued, f"(?i){re.escape(peer.host)}")
    del names.faults[peer.host]
    peer.wait_for_messages(1)
    wait_for_empty_queue(unsure)
    assert reports(unsure, ANA) == []


def test_an_exchanger_that_is_no_host(server, outside):
    """RFC 5321 §5.1: an MX that leads nowhere is an error, and the sender is told which."""
    outside.exchange("far.test", (5, "missing.far.test"), (10, "gone.far.test"))
    submit(server, letter(), FAR)
    [report] = wait_for_reports(server, ANA)
    found = report.recipient(FAR)
    assert (found["Action"], found["Status"]) == ("failed", "5.4.4")
    assert "far.test" in report.words and "no address" in found["Diagnostic-Code"]


def test_fifty_exchangers(server, outside):
    """Nine in ten are dead; the best one that lives gets it at once."""
    for number in range(50):
        outside.names.records += [f"dead{number}.far.test. A 127.99.{number}.1", f"far.test. MX {10 + number} dead{number}.far.test."]
    peer = outside.faulty("far.test", preference=14)
    submit(server, letter(), FAR)
    peer.wait_for_messages(1)
    wait_for_empty_queue(server)
    assert len(peer.messages) == 1 and reports(server, ANA) == []


def test_fifty_dead_exchangers(server, outside):
    records = [f"far.test. MX 10 dead{number}.far.test." for number in range(50)]
    outside.names.add(*records, *[f"dead{number}.far.test. A 127.99.{number}.1" for number in range(50)])
    queued = submit(server, letter(), FAR)
    wait_for_reply(server, queued, "(?i)refused")
    outside.names.remove(*records)
    peer = outside.faulty("far.test")
    peer.wait_for_messages(1)
    wait_for_empty_queue(server)
    assert len(peer.messages) == 1 and reports(server, ANA) == []


def test_a_chain_of_names(server, outside):
    """The domain is an alias of an alias, and so is its host (RFC 5321 §5.1 follows the first)."""
    peer = outside.faulty("end.test", host="mx.end.test")
    outside.names.add(
        "far.test. CNAME far2.test.", "far2.test. CNAME far3.test.", "far3.test. MX 10 alias.end.test.",
        "alias.end.test. CNAME alias2.end.test.", "alias2.end.test. CNAME mx.end.test.",
    )
    submit(server, letter(), FAR)
    assert peer.wait_for_messages(1)[0].recipients == [FAR]
    wait_for_empty_queue(server)


def test_a_circle_of_names(server, outside):
    circle = ["far.test. CNAME far2.test.", "far2.test. CNAME far.test."]
    outside.names.add(*circle)
    queued = submit(server, letter(), FAR)
    wait_for_reply(server, queued, "(?i)far.test.+")
    assert reports(server, ANA) == []
    outside.names.remove(*circle)
    peer = outside.faulty("far.test")
    peer.wait_for_messages(1)
    wait_for_empty_queue(server)
