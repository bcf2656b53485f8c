"""A maildrop of 100,000 messages: STAT and LIST at once, and memory flat."""

import os
import time

import pytest

from harness.mail import message, number_of
from harness.server import DOMAIN, PASSWORD

ANA = f"ana@{DOMAIN}"
COUNT = int(100_000 * min(1.0, float(os.environ.get("PALOMA_ROUNDS", "1"))))


@pytest.mark.long
def test_a_hundred_thousand_messages(make_server):
    server = make_server(start=False)
    mbox = server.folder / "large.mbox"
    with open(mbox, "wb") as file:
        for number in range(COUNT):
            octets = b"X-Number: %d\nFrom: <a@b.test>\nSubject: number %d\n\nmessage %d\n" % (number, number, number)
            file.write(b"From a@b.test Thu Jan  1 00:00:00 2026\n" + octets + b"\n")
    server.cli("import", "--account", ANA, "--mbox", mbox, timeout=900)
    mbox.unlink()
    server.start()
    server.send(message(COUNT), ANA)
    server.count(f"ben@{DOMAIN}")
    idle = server.resident_bytes()
    with server.pop3(timeout=60) as pop3:
        pop3.login(ANA, PASSWORD)
        begun = time.monotonic()
        count, octets = pop3.stat()
        assert count == COUNT + 1
        pop3.ok("LIST")
        sizes = [int(line.split()[1]) for line in pop3.body().splitlines()]
        assert len(sizes) == COUNT + 1 and sum(sizes) == octets
        pop3.ok("UIDL")
        names = [line.split()[1] for line in pop3.body().splitlines()]
        assert len(set(names)) == COUNT + 1
        for number in (1, COUNT // 2, COUNT + 1):
            assert number_of(pop3.retrieve(number)) == number - 1
        # No timed test: only that it is not a matter of minutes.
        assert time.monotonic() - begun < 60
        # A hundred octets for each message is a table of sizes and names; more would be the messages themselves.
        assert server.resident_bytes() - idle < 20_000_000 + 100 * COUNT
        pop3.quit()
