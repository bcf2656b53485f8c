"""The crash lab: every operation on the disk fails, is cut short, or is the last one, and nothing acknowledged is lost.

A scenario is played against the server on crashlab/faultfs.c: deliveries small and large, to one and to two, by SMTP, a POP3 session
that deletes, an account and an alias made, once more a delivery. The first time, to count its operations; then once for each N: the Nth
fails, or everything not synced before the Nth is dropped and the process gone. After that the server starts on the real disk, and what it
shows is held against what it had acknowledged.
"""

import collections
import os
import random
import shutil
import time

import pytest

from conftest import rounds
from harness.faults import CRASHED, Faults
from harness.mail import message, number_of, untraced
from harness.server import DOMAIN, PASSWORD, PalomaServer
from harness.wire import POP3, SMTP, Closed

ANA, BEN, CARLA = (f"{name}@{DOMAIN}" for name in ("ana", "ben", "carla"))
SEED = int(os.environ.get("PALOMA_SEED", "20261121"))
TIMEOUT = 20


class Ledger:
    """What was tried and what the server said yes to."""

    def __init__(self):
        self.octets = {}
        self.tried = collections.defaultdict(set)
        self.delivered = collections.defaultdict(set)
        self.deleting = collections.defaultdict(set)  # QUIT was sent
        self.deleted = collections.defaultdict(set)  # QUIT was confirmed
        self.accounts = set()
        self.aliases = set()


class Scenario:
    """Every step survives a server that is gone; an answer that never came is no acknowledgement."""

    def __init__(self, server, ledger):
        self.server, self.ledger = server, ledger

    def play(self):
        for step in (
            lambda: self.deliver(101, 0, ANA),
            lambda: self.deliver(102, 3_000_000, ANA),
            lambda: self.deliver(103, 5_000, ANA, BEN),
            lambda: self.deliver(104, 0, BEN, bdat=True),
            self.collect,
            self.make_account,
            self.make_alias,
            lambda: self.deliver(105, 0, f"info@{DOMAIN}", owner=ANA),
            lambda: self.deliver(106, 0, "away@" + DOMAIN, owner=None),
            lambda: self.deliver(107, 40_000, ANA, BEN),
        ):
            if not self.server.running:
                return
            try:
                step()
            except (OSError, Closed):
                pass

    def deliver(self, number, size, *recipients, bdat=False, owner=ANA):
        owners = recipients if all(address in (ANA, BEN) for address in recipients) else ([owner] if owner else [])
        octets = message(number, size=size)
        self.ledger.octets[number] = octets
        for address in owners:
            self.ledger.tried[address].add(number)
        with SMTP(self.server.ports["smtp"], timeout=TIMEOUT) as smtp:
            smtp.expect(220)
            if smtp.ask("EHLO client.example.test").code != 250 or smtp.ask("MAIL FROM:<sender@elsewhere.test>").code != 250:
                return
            for address in recipients:
                if smtp.ask(f"RCPT TO:<{address}>").code != 250:
                    return
            if bdat:
                smtp.send(b"BDAT %d LAST\r\n" % len(octets) + octets)
            else:
                if smtp.ask("DATA").code != 354:
                    return
                smtp.send(octets + b".\r\n")
            if smtp.reply().code == 250:
                for address in owners:
                    self.ledger.delivered[address].add(number)

    def collect(self):
        """Takes the first two messages of Ana away."""
        with POP3(self.server.ports["pop3"], timeout=TIMEOUT) as pop3:
            for command in (None, f"USER {ANA}", f"PASS {PASSWORD}"):
                if command:
                    pop3.send(command + "\r\n")
                if not pop3.line().startswith("+OK"):
                    return
            gone = set()
            for number in (1, 2):
                pop3.send(f"TOP {number} 0\r\n")
                if not pop3.line().startswith("+OK"):
                    continue
                identity = number_of(pop3.body())
                pop3.send(f"DELE {number}\r\n")
                if pop3.line().startswith("+OK"):
                    gone.add(identity)
            self.ledger.deleting[ANA] |= gone
            pop3.send("QUIT\r\n")
            if pop3.line().startswith("+OK"):
                self.ledger.deleted[ANA] |= gone

    def command(self, *arguments, input=None):
        """Through the running server; True when it said yes."""
        try:
            return self.server.cli(*arguments, input=input, status=None, timeout=TIMEOUT).returncode == 0
        except Exception:  # noqa: BLE001 (a server that hangs up on its own command is a no)
            return False

    def make_account(self):
        if self.command("account", "add", CARLA, "--password-stdin", input=PASSWORD + "\n"):
            self.ledger.accounts.add(CARLA)

    def make_alias(self):
        if self.command("alias", "add", f"info@{DOMAIN}", ANA):
            self.ledger.aliases.add(f"info@{DOMAIN}")
        if self.command("alias", "add", f"away@{DOMAIN}", "someone@far.test"):
            self.ledger.aliases.add(f"away@{DOMAIN}")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory, binary, shim):
    """A home with two accounts and some mail, to be copied for each N; and how many operations the scenario takes."""
    folder = tmp_path_factory.mktemp("crash")
    server = PalomaServer(folder / "paloma", binary)
    server.init()
    for name in ("ana", "ben"):
        server.account(name)
    server.start()
    for number in range(1, 5):
        server.send(message(number, size=2000 * number), ANA, BEN)
    server.stop()
    faults = Faults(shim, server.data, folder / "lab")
    server.start(faults.environment())
    starting = faults.count
    faults.arm()
    ledger = Ledger()
    Scenario(server, ledger).play()
    server.stop()
    operations = faults.count
    assert starting == 0 and operations > 20, f"the lab saw {operations} operations only: it is not in the way"
    assert ledger.delivered[ANA] >= {101, 102, 103, 105, 107} and ledger.delivered[BEN] >= {103, 104, 107}
    assert len(ledger.deleted[ANA]) == 2 and ledger.accounts and len(ledger.aliases) == 2
    server.clean_up()
    shutil.rmtree(server.home)
    # A fresh one: the one above has been through the scenario already.
    fresh = PalomaServer(folder / "fresh", binary)
    fresh.init()
    for name in ("ana", "ben"):
        fresh.account(name)
    fresh.start()
    sent = {}
    for number in range(1, 5):
        sent[number] = message(number, size=2000 * number)
        fresh.send(sent[number], ANA, BEN)
    fresh.stop()
    yield fresh, sent, operations
    fresh.clean_up()
    shutil.rmtree(folder, ignore_errors=True)


class Copy:
    """A copy of the prepared home, for one N."""

    def __init__(self, prepared, shim, folder, binary, mode, at, seed):
        fresh, sent, _ = prepared
        shutil.rmtree(folder, ignore_errors=True)
        self.server = PalomaServer(folder, binary)
        folder.mkdir(parents=True)
        shutil.copytree(fresh.home, self.server.home)
        self.server.give_ports()
        text = self.server.config.read_text()
        self.server.socket_path = fresh.socket_path.with_name(f"paloma-{os.getpid()}-crash.sock")
        self.server.config.write_text(text.replace(str(fresh.socket_path), str(self.server.socket_path)))
        self.faults = Faults(shim, self.server.data, folder / "lab", mode=mode, at=at, seed=seed)
        self.ledger = Ledger()
        for number, octets in sent.items():
            self.ledger.octets[number] = octets
            for who in (ANA, BEN):
                self.ledger.tried[who].add(number)
                self.ledger.delivered[who].add(number)

    def run(self):
        self.server.start(self.faults.environment())
        self.faults.arm()
        Scenario(self.server, self.ledger).play()
        self.status = self.server.end()

    def examine(self):
        """On the real disk: whole, and all that was acknowledged."""
        server, ledger = self.server, self.ledger
        server.start()
        for who in (ANA, BEN):
            found = collections.Counter()
            for octets in server.messages(who):
                number = number_of(octets)
                found[number] += 1
                assert untraced(octets) == ledger.octets[number], f"message {number} of {who} is not whole"
            assert all(times == 1 for times in found.values()), f"{who}: doubled: {found}"
            lost = ledger.delivered[who] - set(found) - ledger.deleting[who]
            assert not lost, f"{who}: acknowledged and gone: {sorted(lost)}"
            risen = ledger.deleted[who] & set(found)
            assert not risen, f"{who}: deleted by a confirmed QUIT and back: {sorted(risen)}"
            # A QUIT that was never confirmed may have deleted all of it or nothing.
            half = ledger.deleting[who] - ledger.deleted[who]
            assert half & set(found) in (half, set()), f"{who}: a QUIT was done by half"
            assert set(found) <= ledger.tried[who]
        for account in ledger.accounts:
            assert server.count(account) == 0
        for alias in ledger.aliases:
            with server.smtp() as smtp:
                smtp.hello()
                smtp.mail("sender@elsewhere.test", alias)
        # It takes mail again.
        server.send(message(999), ANA)
        assert 999 in [number_of(octets) for octets in server.messages(ANA)]
        server.stop()
        server.check()

    def close(self):
        self.server.clean_up()
        shutil.rmtree(self.server.folder, ignore_errors=True)


def numbers_for(mode, operations, budget):
    """All of them when there is time; else an evenly spread, seeded choice. A few beyond the count: runs differ a little."""
    everything = list(range(1, operations + 3))
    wanted = rounds(budget)
    if wanted >= len(everything):
        return everything
    chooser = random.Random(f"{SEED} {mode}")
    step = len(everything) / wanted
    return sorted({everything[min(len(everything) - 1, int(index * step + chooser.random() * step))] for index in range(wanted)})


# How many of the N are tried in a normal run; PALOMA_ROUNDS=10 tries them all.
BUDGET = {"crash": 60, "crash-some": 30, "eio": 30, "eio-on": 12, "enospc": 20, "enospc-on": 12, "short": 20}
SLICES = 4


@pytest.mark.long
@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize("mode", list(BUDGET))
def test_every_operation(prepared, shim, binary, tmp_path, mode, part):
    operations = prepared[2]
    hit = collections.Counter()
    tried = numbers_for(mode, operations, BUDGET[mode])[part::SLICES]
    for at in tried:
        copy = Copy(prepared, shim, tmp_path / f"n{at}", binary, mode, at, seed=SEED + at)
        try:
            copy.run()
            hit[copy.faults.last if copy.faults.injected else "nothing"] += 1
            if mode.startswith("crash") and copy.faults.injected:
                assert copy.status == CRASHED, f"the server ended with {copy.status}, not by the crash"
            copy.examine()
        except AssertionError as error:
            raise AssertionError(
                f"{mode} at operation {at} of {operations} ({copy.faults.last or 'not reached'}): {error}\n"
                f"--- log\n{copy.server.log()[-3000:]}"
            ) from error
        finally:
            copy.close()
    assert len(tried) < 4 or sum(hit.values()) - hit["nothing"] > 0, "no fault was ever injected"


@pytest.mark.long
def test_crashed_while_it_recovers(prepared, shim, binary, tmp_path):
    """The power goes; it starts; the power goes again, at every point of the recovery."""
    chooser = random.Random(SEED)
    for trial in range(rounds(8)):
        copy = Copy(prepared, shim, tmp_path / f"n{trial}", binary, "crash", chooser.randrange(5, prepared[2]), SEED)
        try:
            copy.run()
            for attempt in range(3):
                again = Faults(shim, copy.server.data, copy.server.folder / f"lab{attempt}", mode="crash", at=chooser.randrange(1, 12), armed=True)
                try:
                    copy.server.start(again.environment())
                except AssertionError:
                    pass  # it crashed before it was ready
                if copy.server.process is not None:
                    copy.server.end()
            copy.examine()
        finally:
            copy.close()


@pytest.mark.long
def test_crashed_while_space_is_given_back(prepared, shim, binary, tmp_path):
    """Much is deleted, so that segments are copied and unlinked: at no point of that is a living message lost."""
    done = prepared[0].cli("compact", "--help", status=None, config=False)
    chooser = random.Random(SEED)
    for trial in range(rounds(6)):
        copy = Copy(prepared, shim, tmp_path / f"n{trial}", binary, "crash", chooser.randrange(1, 60), SEED)
        server = copy.server
        try:
            server.start()
            for number in range(200, 240):
                octets = message(number, size=60_000)
                copy.ledger.octets[number] = octets
                copy.ledger.tried[ANA].add(number)
                server.send(octets, ANA)
                copy.ledger.delivered[ANA].add(number)
            with server.pop3() as pop3:
                pop3.login(ANA, PASSWORD)
                count, _ = pop3.stat()
                for number in range(1, count + 1):
                    if number % 10:
                        identity = number_of(pop3.retrieve(number))
                        pop3.ok(f"DELE {number}")
                        copy.ledger.deleting[ANA].add(identity)
                pop3.quit()
            copy.ledger.deleted[ANA] |= copy.ledger.deleting[ANA]
            server.stop()
            server.start(copy.faults.environment())
            copy.faults.arm()
            if done.returncode == 0:
                server.cli("compact", status=None)
            else:
                try:
                    server.send(message(300), BEN)
                    copy.ledger.octets[300] = b""
                except (AssertionError, OSError, Closed):
                    pass
            time.sleep(0.2)
            server.end()
            copy.ledger.tried[BEN].add(300)
            server.start()
            assert {number_of(octets) for octets in server.messages(ANA)} == copy.ledger.delivered[ANA] - copy.ledger.deleted[ANA]
            server.stop()
            server.check()
        finally:
            copy.close()


FLUSH_FAILED = 74


@pytest.mark.parametrize("mode, at", [("eio", 1), ("eio", 2), ("enospc", 1)])
def test_a_checkpoint_that_fails_ends_the_server(prepared, shim, binary, tmp_path, mode, at):
    """Operation 1 is the write-ahead log's flush, 2 writes a page. SQLite's own checkpoint would try again, and copy what is not there."""
    copy = Copy(prepared, shim, tmp_path / "n1", binary, mode, at, SEED)
    try:
        fill_write_ahead_log(copy)
        copy.faults.arm()
        assert copy.server.ended(20) == FLUSH_FAILED, f"the failed {copy.faults.last or 'checkpoint'} was not told"
        copy.examine()
    finally:
        copy.close()


def test_a_full_disk_in_a_checkpoint_is_no_end(prepared, shim, binary, tmp_path):
    copy = Copy(prepared, shim, tmp_path / "n1", binary, "enospc", 2, SEED)
    try:
        fill_write_ahead_log(copy)
        copy.faults.arm()
        end = time.monotonic() + 20
        while not copy.faults.injected and time.monotonic() < end:
            time.sleep(0.01)
        assert copy.faults.injected, "there was no checkpoint"
        copy.server.send(message(300), BEN)
        copy.ledger.octets[300] = b""
        copy.ledger.tried[BEN].add(300)
        assert copy.server.end() == 0
        copy.ledger.octets[300] = None
        assert copy.server.start() and copy.server.count(BEN) == 5
    finally:
        copy.close()


def fill_write_ahead_log(copy):
    """Starts the server and has rows committed until a checkpoint in idle time is worth it."""
    copy.server.start(copy.faults.environment())
    for number in range(400, 460):
        octets = message(number)
        copy.ledger.octets[number] = octets
        copy.ledger.tried[ANA].add(number)
        copy.server.send(octets, ANA)
        copy.ledger.delivered[ANA].add(number)
        copy.server.get("/health")


def test_a_new_segment_whose_name_cannot_be_flushed_ends_the_server(prepared, shim, binary, tmp_path):
    """The second flush of the folder would say yes, and the power take the segment with all that is in it."""
    full = Copy(prepared, shim, tmp_path / "full", binary, "count", 0, SEED)
    try:
        full.server.start()
        for number in (400, 401, 402):
            full.ledger.octets[number] = message(number, size=24_000_000)
            full.server.send(full.ledger.octets[number], BEN)
            full.ledger.tried[BEN].add(number)
            full.ledger.delivered[BEN].add(number)
        full.server.stop()
        seen = set()
        for at in (1, 2, 3):
            copy = Copy((full.server, prepared[1], 0), shim, tmp_path / f"n{at}", binary, "eio", at, SEED)
            copy.ledger = full.ledger
            try:
                copy.server.start(copy.faults.environment())
                copy.faults.arm()
                with copy.server.smtp(timeout=TIMEOUT) as smtp:
                    smtp.hello()
                    smtp.mail("sender@elsewhere.test", ANA)
                    try:
                        code = smtp.data(message(500)).code
                    except (OSError, Closed):
                        code = None
                seen.add(copy.faults.last)
                assert code != 250
                if copy.faults.last == "fsync":
                    assert copy.server.ended(20) == FLUSH_FAILED
            finally:
                copy.close()
        assert {"create", "fsync"} <= seen, seen
    finally:
        full.close()


def test_a_server_whose_disk_fails_never_says_yes(prepared, shim, binary, tmp_path):
    """From the first operation on every one fails: not one 250 after the data."""
    copy = Copy(prepared, shim, tmp_path / "dead", binary, "eio-on", 1, SEED)
    try:
        # Its commands have the same disk: one that comes after the server has given up acts on the store itself.
        copy.server.command_environment = copy.faults.environment()
        copy.run()
        copy.server.command_environment = {}
        assert copy.ledger.delivered[ANA] == set(range(1, 5)), "a message was acknowledged that no disk has"
        assert not copy.ledger.accounts and not copy.ledger.aliases and not copy.ledger.deleted[ANA]
        copy.examine()
    finally:
        copy.close()
