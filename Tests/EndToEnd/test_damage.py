"""Torn and bit-flipped files: `check` finds and names what is hurt, `--repair` mends as far as the bytes allow, `--rebuild` starts anew."""

import json
import random
import shutil

import pytest

from conftest import rounds
from harness.faults import Faults
from harness.mail import assert_same, message, number_of, untraced
from harness.server import DOMAIN, PASSWORD

ANA, BEN = f"ana@{DOMAIN}", f"ben@{DOMAIN}"
pytestmark = pytest.mark.damaged


@pytest.fixture
def filled(make_server):
    """Thirty messages, the server stopped; some deleted, so that not everything in the log is alive."""
    server = make_server()
    server.sent = {}
    for number in range(1, 31):
        octets = message(number, size=3000)
        server.send(octets, ANA, *([BEN] if number % 3 == 0 else []))
        server.sent[number] = octets
    with server.pop3() as pop3:
        pop3.login(ANA, PASSWORD)
        pop3.ok("DELE 1")
        pop3.ok("DELE 2")
        pop3.quit()
    server.alive = {ANA: set(range(3, 31)), BEN: {number for number in range(1, 31) if number % 3 == 0}}
    server.stop()
    server.check()
    return server


def segments(server):
    found = sorted((server.data / "log").glob("*.seg"))
    assert found
    return found


def place_of(server, number):
    """(segment, offset) of message's text in the log."""
    mark = b"This is message %d.\r\n" % number
    for path in segments(server):
        offset = path.read_bytes().find(mark)
        if offset >= 0:
            return path, offset
    raise AssertionError(f"message {number} is not in the log as it came")


def flip(path, offset, mask=0x10):
    with open(path, "r+b") as file:
        file.seek(offset)
        octet = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([octet ^ mask]))


def contents(server, who):
    return {number_of(octets): octets for octets in server.messages(who)}


@pytest.mark.parametrize("number", [3, 15, 29])
def test_a_flipped_bit_in_a_message_is_found_and_named(filled, number):
    path, offset = place_of(filled, number)
    flip(path, offset + 5)
    done = filled.check(status=1)
    said = done.stdout.decode() + done.stderr.decode()
    assert ANA in said, f"whose message is hurt is not said:\n{said}"
    found = json.loads(filled.check("--json", status=1).stdout)
    assert ANA in json.dumps(found)
    if number % 3 == 0:
        assert BEN in said
    # What is hurt is never handed out as if it were whole; everything else is.
    filled.start()
    with filled.pop3() as pop3:
        pop3.login(ANA, PASSWORD)
        count, _ = pop3.stat()
        good = set()
        for index in range(1, count + 1):
            pop3.send(f"RETR {index}\r\n")
            if pop3.line().startswith("+OK"):
                octets = pop3.body()
                assert untraced(octets) == filled.sent[number_of(octets)]
                good.add(number_of(octets))
        pop3.send("QUIT\r\n")
    assert good == filled.alive[ANA] - {number}
    filled.stop()
    filled.check("--repair", status=None)
    filled.check()
    filled.start()
    assert set(contents(filled, BEN)) - {number} == filled.alive[BEN] - {number}
    assert set(contents(filled, ANA)) - {number} == filled.alive[ANA] - {number}
    filled.send(message(99), ANA)
    filled.stop()
    filled.check()


def test_flips_anywhere_in_the_log_are_found_or_harmless(filled):
    """Wherever a bit turns, `check` says so, or all messages are whole; and repaired it is clean."""
    chooser = random.Random(7)
    kept = filled.folder / "kept"
    shutil.copytree(filled.data, kept)
    noticed = 0
    for _ in range(rounds(25)):
        path = chooser.choice(segments(filled))
        size = max(path.stat().st_size, 1)
        written = len(path.read_bytes().rstrip(b"\0"))
        flip(path, chooser.randrange(min(size, written)), 1 << chooser.randrange(8))
        status = filled.check(status=None).returncode
        assert status in (0, 1)
        noticed += status
        if status == 1:
            filled.check("--repair", status=None)
            filled.check()
        filled.start()
        for who in (ANA, BEN):
            # Repaired, the message that `check` has named may keep its flipped bit: "mended as far as the bytes allow".
            received = [untraced(octets) for octets in filled.messages(who)]
            hurt = [number for number in filled.alive[who] if filled.sent[number] not in received]
            assert len(received) <= len(filled.alive[who])
            assert len(hurt) <= (1 if status else 0), f"one bit cost {hurt}"
        filled.stop()
        shutil.rmtree(filled.data)
        shutil.copytree(kept, filled.data)
    assert noticed > 0


@pytest.mark.parametrize("cut", [1, 100, 5000])
def test_a_torn_log_keeps_all_before_the_tear(filled, cut):
    path = segments(filled)[-1]
    written = len(path.read_bytes().rstrip(b"\0"))
    with open(path, "r+b") as file:
        file.truncate(max(0, written - cut))
    done = filled.check(status=None)
    assert done.returncode == 1, "acknowledged octets are missing and check says nothing"
    filled.check("--repair", status=None)
    filled.check()
    filled.start()
    # Of a torn message that `check` has named what is there may be kept: "mended as far as the bytes allow".
    received = [untraced(octets) for octets in filled.messages(ANA)]
    assert len(received) <= len(filled.alive[ANA])
    assert sum(filled.sent[number] not in received for number in filled.alive[ANA]) <= 1 + cut // 3000
    filled.send(message(99), ANA)
    filled.stop()
    filled.check()


def test_a_missing_segment_is_found(filled):
    segments(filled)[0].unlink()
    filled.check(status=1)
    filled.check("--repair", status=None)
    filled.check()
    filled.start()
    filled.send(message(99), ANA)
    assert 99 in contents(filled, ANA)


def test_the_database_deleted_and_made_anew(filled):
    for path in filled.data.glob("paloma.db*"):
        path.unlink()
    filled.check("--rebuild", status=None)
    filled.check()
    again = filled.cli("account", "list", status=None)
    if ANA.encode() not in again.stdout:
        # Accounts live in the database alone: who they are comes back with the mail, their passwords cannot.
        pass
    for who in (ANA, BEN):
        path = filled.folder / f"{who}.mbox"
        filled.cli("export", "--account", who, "--mbox", path)
        text = path.read_bytes()
        found = {number for number in filled.sent if b"X-Number: %d\n" % number in text}
        assert filled.alive[who] <= found, f"{who}: not brought back: {sorted(filled.alive[who] - found)}"
        for number in filled.alive[who]:
            assert text.count(b"X-Number: %d\n" % number) == 1
    filled.cli("account", "password", ANA, "--password-stdin", input=PASSWORD + "\n")
    filled.start()
    received = contents(filled, ANA)
    for number in filled.alive[ANA]:
        assert_same(received[number], filled.sent[number])
    filled.send(message(99), ANA)
    assert 99 in contents(filled, ANA)


@pytest.mark.parametrize("how", ["flip the header", "flip many", "cut in half", "empty", "garbage"])
def test_a_broken_database_is_refused_or_rebuilt_never_trusted(filled, how):
    path = filled.data / "paloma.db"
    for extra in filled.data.glob("paloma.db-*"):
        extra.unlink()
    octets = bytearray(path.read_bytes())
    chooser = random.Random(how)
    if how == "flip the header":
        octets[20] ^= 0xFF
        octets[0:6] = b"SQLoot"
    elif how == "flip many":
        for _ in range(400):
            octets[chooser.randrange(100, len(octets))] ^= 1 << chooser.randrange(8)
    elif how == "cut in half":
        del octets[len(octets) // 2:]
    elif how == "empty":
        octets.clear()
    else:
        octets[:] = chooser.randbytes(len(octets))
    path.write_bytes(octets)
    done = filled.check(status=None)
    assert done.returncode == 1, f"{how}: check found nothing wrong"
    filled.check("--rebuild", status=None)
    filled.check()
    for who in (ANA, BEN):
        out = filled.folder / f"{who}.mbox"
        filled.cli("export", "--account", who, "--mbox", out)
        text = out.read_bytes()
        missing = {number for number in filled.alive[who] if b"X-Number: %d\n" % number not in text}
        assert not missing, f"{who}: {sorted(missing)}"


@pytest.mark.parametrize("how", ["rebuild", "replay"])
def test_a_message_in_a_bad_sector_is_filed_and_named(filled, shim, how):
    """Who it is for can be read, what it says cannot: it is in its mailbox, and `check` names it."""
    if how == "replay":
        # As after a kill: the database is older than the message.
        saved = filled.folder / "saved.db"
        shutil.copy(filled.data / "paloma.db", saved)
    filled.start()
    filled.send(message(50, size=20_000), ANA)
    filled.send(message(51), ANA)
    filled.stop()
    path, offset = place_of(filled, 50)
    if how == "replay":
        shutil.copy(saved, filled.data / "paloma.db")
    faults = Faults(shim, filled.data, filled.folder / "lab", bad=(str(path.relative_to(filled.data)), offset + 8192))
    filled.command_environment = faults.environment()
    if how == "rebuild":
        said = filled.check("--rebuild").stdout.decode()
        assert "cannot be read" in said
    findings = json.loads(filled.check("--json", status=1).stdout)
    assert ANA in json.dumps(findings) and "cannot be read" in json.dumps(findings)
    filled.start(faults.environment())
    with filled.pop3() as pop3:
        pop3.login(ANA, PASSWORD)
        count, _ = pop3.stat()
        assert count == len(filled.alive[ANA]) + 2, "the message in the bad sector is not in its mailbox"
        pop3.send(f"RETR {count}\r\n")
        assert pop3.line().startswith("+OK")
        assert number_of(pop3.body()) == 51
        pop3.send("QUIT\r\n")
    filled.stop()


def test_a_server_does_not_start_on_a_store_it_cannot_read(filled):
    """A newer store, or one that is none: a clear word, exit 1, and nothing is touched."""
    path = filled.data / "paloma.db"
    before = {file.name: file.stat().st_size for file in filled.data.iterdir() if file.is_file()}
    path.write_bytes(b"this is no database" * 1000)
    done = filled.cli("serve", status=None, timeout=30)
    assert done.returncode == 1
    said = (done.stdout + done.stderr).decode()
    assert "paloma.db" in said or "database" in said, said
    assert path.read_bytes() == b"this is no database" * 1000
    assert set(before) <= {file.name for file in filled.data.iterdir()}
