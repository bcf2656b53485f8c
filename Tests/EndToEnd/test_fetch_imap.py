"""Mail that is fetched by IMAP from Debian's Dovecot: folders, flags, dates and order; each message once and only once."""

import contextlib
import imaplib
import json
import os
import poplib
import random
import re
import socket
import subprocess
import threading
import time

import pytest

from conftest import rounds
from harness.courier import Courier
from harness.dovecot import Dovecot
from harness.mail import message, number_of
from harness.server import DOMAIN, PASSWORD

ANA = f"ana@{DOMAIN}"


@pytest.fixture
def server(make_server):
    return make_server()


@pytest.fixture
def dovecot():
    peer = Dovecot().start()
    yield peer
    peer.stop()
    peer.audit()


def imap(dovecot):
    session = imaplib.IMAP4("127.0.0.1", dovecot.port)
    session.login(ANA, PASSWORD)
    return session


def fill(dovecot, folder, numbers, flags="", date='"17-Jul-2020 02:44:25 -0700"', size=0):
    with imap(dovecot) as session:
        session.create(folder)
        for number in numbers:
            answer = session.append(folder, flags, date, message(number, size=size))
            assert answer[0] == "OK", answer


def place(dovecot, *more):
    return (
        "--host", "localhost", "--port", dovecot.port, "--user", ANA, "--tls", "starttls", "--ca-file",
        dovecot.certificate, "--password-stdin", "--name", "there", *more)


def add(server, dovecot, *more):
    every = () if "--every" in more else ("--every", "0")
    return server.cli("fetch", "add", ANA, *place(dovecot, *every, *more), input=PASSWORD + "\n")


def run(server, status=0):
    for _ in range(600):
        done = server.cli("fetch", "run", ANA, status=None)
        if b"at this moment" not in done.stderr:
            assert status is None or done.returncode == status, done
            return done
        time.sleep(0.05)
    raise AssertionError("another run does not end")


def bring(server, dovecot, *more, status=0):
    return server.cli("fetch", "import", ANA, *place(dovecot, *more), input=PASSWORD + "\n", status=status)


def show(server):
    return json.loads(server.cli("fetch", "show", ANA, "--json").stdout)


def drop(peer, folder, numbers, flags="", size=0):
    """Puts messages into a peer's Maildir without a word to it: thousands in a second."""
    path = peer.mail / "ana" / "Maildir" / ("" if folder == "INBOX" else f".{folder}")
    for part in ("cur", "new", "tmp"):
        (path / part).mkdir(parents=True, exist_ok=True)
    for number in numbers:
        (path / "cur" / f"{1600000000 + number}.M{number}.test:2,{flags}").write_bytes(message(number, size=size))
    for made in [path, *path.rglob("*"), path.parent]:
        os.chown(made, *peer.owner)


def ours(server):
    session = imaplib.IMAP4("127.0.0.1", server.ports["imap"])
    session.login(ANA, PASSWORD)
    return session


def mark(session, folder, number, change, flags):
    session.select(folder)
    told = session.uid("FETCH", "1:*", "(BODY.PEEK[HEADER.FIELDS (X-Number)])")[1]
    found = [re.search(rb"UID (\d+)", part[0])[1] for part in told if isinstance(part, tuple) and int(part[1].split(b":")[1]) == number]
    assert len(found) == 1, (folder, number, told)
    answer = session.uid("STORE", found[0].decode(), change, flags)
    assert answer[0] == "OK", answer


def flags_here(server, folder="INBOX"):
    """{number: flags}"""
    with ours(server) as session:
        answer, count = session.select(folder, readonly=True)
        assert answer == "OK", count
        if count == [b"0"]:
            return {}
        found = {}
        for part in session.fetch("1:*", "(FLAGS BODY.PEEK[HEADER.FIELDS (X-Number)])")[1]:
            if isinstance(part, tuple):
                flags = {flag.decode() for flag in imaplib.ParseFlags(part[0])}
                found[int(part[1].split(b":")[1])] = flags - {"\\Recent"}
        return found


def maildir(server):
    """{folder: [(number, flags)]} as `paloma export` writes them, in their order."""
    path = server.folder / f"export-{time.monotonic_ns()}"
    server.cli("export", "--account", ANA, "--maildir", path)
    found = {}
    for file in sorted(path.rglob("*")):
        if file.parent.name in ("cur", "new") and file.is_file():
            folder = str(file.parent.parent.relative_to(path))
            flags = file.name.partition(":2,")[2]
            date = int(file.stat().st_mtime)
            found.setdefault("INBOX" if folder == "." else folder.lstrip("."), []).append(
                (number_of(file.read_bytes()), flags, date))
    return found


def test_folders_flags_and_dates(server, dovecot):
    fill(dovecot, "INBOX", range(1, 11))
    fill(dovecot, "INBOX", [11], r"(\Seen \Flagged $Forwarded)")
    fill(dovecot, "Projekte/Gr&APwA3w-e", range(20, 25), r"(\Answered)")
    fill(dovecot, "Empty", [])
    add(server, dovecot)
    run(server)
    found = maildir(server)
    assert sorted(number for number, *_ in found["INBOX"]) == list(range(1, 12))
    assert {flags for number, flags, _ in found["INBOX"] if number == 11} == {"FS"} or any(
        number == 11 and "F" in flags and "S" in flags for number, flags, _ in found["INBOX"])
    assert {date for *_, date in found["INBOX"]} == {1594979065}
    below = [folder for folder in found if folder != "INBOX"]
    assert len(below) == 1 and sorted(number for number, *_ in found[below[0]]) == list(range(20, 25))
    assert all("R" in flags for _, flags, _ in found[below[0]])
    assert [number_of(octets) for octets in server.messages(ANA)] == list(range(1, 12)), "in their order"
    run(server)
    assert show(server)["messages"] == 16 and server.count(ANA) == 11
    with imap(dovecot) as session:
        session.select("INBOX")
        assert session.search(None, "UNSEEN")[1][0].split() == [str(n).encode() for n in range(1, 11)], "nothing is read there"
    fill(dovecot, "INBOX", [99])
    run(server)
    assert number_of(server.messages(ANA)[-1]) == 99


def test_deletes_there_what_is_here(server, dovecot):
    fill(dovecot, "INBOX", range(1, 8))
    add(server, dovecot, "--keep", "0")
    run(server)
    assert [number_of(octets) for octets in server.messages(ANA)] == list(range(1, 8))
    with imap(dovecot) as session:
        assert session.select("INBOX")[1] == [b"0"]


def test_under_a_mailbox_of_its_own(server, dovecot):
    fill(dovecot, "INBOX", [1])
    fill(dovecot, "Sent", [2])
    add(server, dovecot, "--mailbox", "Work")
    run(server)
    assert server.count(ANA) == 0 and len(maildir(server)) == 2


def test_a_folder_is_numbered_anew(server, dovecot):
    fill(dovecot, "INBOX", range(1, 21))
    add(server, dovecot)
    run(server)
    for name in ("dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"):
        for path in dovecot.mail.rglob(name):
            path.unlink()
    fill(dovecot, "INBOX", [21])
    run(server)
    assert sorted(number_of(octets) for octets in server.messages(ANA)) == list(range(1, 22))


def test_comes_at_once_by_idle(server, dovecot):
    fill(dovecot, "INBOX", [1])
    add(server, dovecot, "--every", "3600")

    def wait(count):
        deadline = time.monotonic() + 60
        while server.count(ANA) < count:
            assert time.monotonic() < deadline, server.log()[-3000:]
            time.sleep(0.05)

    wait(1)
    for number in (2, 3, 4):
        fill(dovecot, "INBOX", [number])
        wait(number)
    # By hand it is looked at as well while it is watched.
    run(server)
    assert show(server)["lastError"] == "" and show(server)["messages"] == 4


@pytest.mark.parametrize("announced", ["all", "IMAP4rev1 IDLE UIDPLUS"])
def test_flags_follow_unless_they_changed_here(server, announced):
    """By CONDSTORE, and by comparing all where the server has none."""
    dovecot = Dovecot(capability=None if announced == "all" else announced).start()
    try:
        fill(dovecot, "INBOX", range(1, 8))
        fill(dovecot, "Archive", [21, 22])
        add(server, dovecot)
        run(server)
        with imap(dovecot) as there:
            here = ours(server)
            mark(there, "INBOX", 1, "+FLAGS", r"(\Seen)")
            mark(there, "INBOX", 2, "+FLAGS", r"(\Seen \Flagged $Forwarded)")
            mark(there, "INBOX", 3, "+FLAGS", r"(\Seen)")
            mark(there, "Archive", 21, "+FLAGS", r"(\Answered)")
            # Deleted there is not deleted here.
            mark(there, "INBOX", 4, "+FLAGS", r"(\Deleted)")
            # Changed here, and changed back: both are the user's word.
            mark(here, "INBOX", 3, "+FLAGS", r"(\Flagged)")
            mark(here, "INBOX", 5, "+FLAGS", r"(\Seen)")
            mark(here, "INBOX", 5, "-FLAGS", r"(\Seen)")
            mark(there, "INBOX", 5, "+FLAGS", r"(\Answered)")
            run(server)
            assert flags_here(server) == {
                1: {"\\Seen"}, 2: {"\\Seen", "\\Flagged", "$Forwarded"}, 3: {"\\Flagged"}, 4: set(), 5: set(), 6: set(), 7: set()}
            assert flags_here(server, "Archive") == {21: {"\\Answered"}, 22: set()}
            # What has followed once follows again.
            mark(there, "INBOX", 2, "FLAGS", r"(\Draft)")
            mark(there, "INBOX", 6, "+FLAGS", r"(\Seen)")
            # A copy in another mailbox is another matter.
            here.select("INBOX")
            here.create("Elsewhere")
            here.uid("MOVE", "7", "Elsewhere")
            here.logout()
            mark(there, "INBOX", 7, "+FLAGS", r"(\Seen)")
            server.kill()
            server.start()
            run(server)
            found = flags_here(server)
            assert found[2] == {"\\Draft"} and found[6] == {"\\Seen"} and 7 not in found
            assert flags_here(server, "Elsewhere") == {7: set()}
        assert show(server)["messages"] == 9 and show(server)["lastError"] == ""
    finally:
        dovecot.stop()


def test_folders_that_have_not_changed_are_not_opened(server, dovecot):
    fill(dovecot, "INBOX", range(1, 4))
    fill(dovecot, "Archive", [21])
    add(server, dovecot)
    run(server)
    with Recorder(dovecot.port) as proxy:
        server.cli(
            "fetch", "add", ANA, "--host", "127.0.0.1", "--port", proxy.port, "--user", ANA, "--tls", "none", "--every",
            "0", "--password-stdin", "--name", "again", "--mailbox", "Again", input=PASSWORD + "\n")
        server.cli("fetch", "run", ANA, "again")
        assert proxy.said.count(b"EXAMINE") == 2
        server.cli("fetch", "run", ANA, "again")
        assert proxy.said.count(b"EXAMINE") == 2, proxy.said[-2000:]
        fill(dovecot, "Archive", [22])
        server.cli("fetch", "run", ANA, "again")
        assert proxy.said.count(b"EXAMINE") == 3
        with imap(dovecot) as session:
            mark(session, "INBOX", 2, "+FLAGS", r"(\Seen)")
        server.cli("fetch", "run", ANA, "again")
        assert proxy.said.count(b"EXAMINE") == 4 and proxy.said.count(b"CHANGEDSINCE") == 2
    assert flags_here(server, "Again")[2] == {"\\Seen"}


def test_flags_come_at_once_by_idle(server, dovecot):
    fill(dovecot, "INBOX", [1])
    add(server, dovecot, "--every", "3600")
    deadline = time.monotonic() + 60
    with imap(dovecot) as there:
        while flags_here(server) != {1: {"\\Flagged"}}:
            if server.count(ANA) == 1:
                # Again and again: the first ones come before it waits.
                mark(there, "INBOX", 1, "-FLAGS", r"(\Flagged)")
                mark(there, "INBOX", 1, "+FLAGS", r"(\Flagged)")
            assert time.monotonic() < deadline, server.log()[-3000:]
            time.sleep(0.2)


def test_from_courier(server):
    """Folders with dots, flags without CONDSTORE, deleting by UIDPLUS; after that its files are numbered anew."""
    with Courier() as courier:
        with imaplib.IMAP4("127.0.0.1", courier.port) as there:
            there.login("ana", PASSWORD)
            there.create("INBOX.Projekte")
            there.create("INBOX.Projekte.Alt")
            for number in range(1, 21):
                there.append("INBOX", r"(\Seen kw)" if number == 3 else "", None, message(number, size=1500))
            there.append("INBOX.Projekte.Alt", "", None, message(30))
            server.cli(
                "fetch", "add", ANA, "--host", "127.0.0.1", "--port", courier.port, "--user", "ana", "--tls", "none",
                "--every", "0", "--password-stdin", "--name", "there", input=PASSWORD + "\n")
            run(server)
            assert [number_of(octets) for octets in server.messages(ANA)] == list(range(1, 21))
            assert flags_here(server)[3] == {"\\Seen", "kw"}
            assert sorted(number for number, *_ in sum(maildir(server).values(), [])) == [*range(1, 21), 30]
            mark(there, "INBOX", 5, "+FLAGS", r"(\Flagged)")
            run(server)
            assert flags_here(server)[5] == {"\\Flagged"}
        (courier.maildir / "courierimapuiddb").unlink()
        run(server)
        assert show(server)["messages"] == 21 and show(server)["lastError"] == ""
        server.cli("fetch", "remove", ANA, "there")
        server.cli(
            "fetch", "add", ANA, "--host", "127.0.0.1", "--port", courier.port, "--user", "ana", "--tls", "none",
            "--every", "0", "--keep", "0", "--mailbox", "Again", "--password-stdin", "--name", "there",
            input=PASSWORD + "\n")
        run(server)
        assert not list((courier.maildir / "cur").iterdir()) + list((courier.maildir / "new").iterdir())


def test_quota_full_here(make_server, dovecot):
    server = make_server(accounts=())
    server.account("ana", PASSWORD, "--quota", "100 KiB")
    fill(dovecot, "INBOX", range(1, 21), size=9000)
    add(server, dovecot, "--keep", "0")
    assert b"full" in run(server, status=1).stderr
    count = server.count(ANA)
    assert 8 <= count < 20
    with imap(dovecot) as session:
        assert session.select("INBOX")[1] == [b"20"], "nothing is deleted in a run that failed"
    server.cli("account", "set", ANA, "--quota", "0")
    run(server)
    assert [number_of(octets) for octets in server.messages(ANA)] == list(range(1, 21))


def test_wrong_password(server, dovecot):
    fill(dovecot, "INBOX", [1])
    server.secrets.add("Wrong-One-1")
    server.cli("fetch", "add", ANA, *place(dovecot, "--every", "0"), input="Wrong-One-1\n")
    assert b"refuses name or password" in run(server, status=1).stderr
    server.cli("fetch", "password", ANA, "--password-stdin", input=PASSWORD + "\n")
    run(server)
    assert server.count(ANA) == 1


class Recorder:
    """Between us and the server: remembers what we say."""

    def __init__(self, port):
        self.said = b""
        self.port_there = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.port_there))
            threading.Thread(target=self.carry, args=(connection, server, True), daemon=True).start()
            threading.Thread(target=self.carry, args=(server, connection, False), daemon=True).start()

    def carry(self, source, sink, is_ours):
        with contextlib.suppress(OSError):
            while octets := source.recv(65536):
                if is_ours:
                    self.said += octets
                sink.sendall(octets)
            sink.shutdown(socket.SHUT_WR)


class CuttingProxy:
    """Between us and the server: closes each connection after so many octets of the server's, for a while."""

    def __init__(self, port, limits):
        self.port_there, self.limits = port, list(limits)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            limit = self.limits.pop(0) if self.limits else None
            threading.Thread(target=self.carry, args=(connection, limit), daemon=True).start()

    def carry(self, client, limit):
        server = socket.create_connection(("127.0.0.1", self.port_there))

        def forward():
            try:
                while octets := client.recv(65536):
                    server.sendall(octets)
                server.shutdown(socket.SHUT_WR)
            except OSError:
                pass

        threading.Thread(target=forward, daemon=True).start()
        try:
            while octets := server.recv(65536 if limit is None else min(limit, 65536)):
                client.sendall(octets)
                limit = None if limit is None else limit - len(octets)
                if limit == 0:
                    break
        except OSError:
            pass
        for end in (client, server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def test_the_remote_closes_anywhere(server, dovecot):
    count = 60
    fill(dovecot, "INBOX", range(1, count + 1), size=1000)
    fill(dovecot, "Archive", range(101, 111))
    generator = random.Random(5)
    limits = [1, 40, 150, 300, 500] + [generator.randrange(600, 80_000) for _ in range(15)]
    with CuttingProxy(dovecot.port, limits) as proxy:
        server.cli(
            "fetch", "add", ANA, "--host", "127.0.0.1", "--port", proxy.port, "--user", ANA, "--tls", "none", "--every",
            "0", "--keep", "0", "--password-stdin", "--name", "there", input=PASSWORD + "\n")
        for _ in range(len(limits) + 2):
            done = run(server, status=None)
        assert done.returncode == 0, done
    found = maildir(server)
    assert sorted(number for number, *_ in found["INBOX"]) == list(range(1, count + 1))
    assert sorted(number for number, *_ in found["Archive"]) == list(range(101, 111))
    assert [number_of(octets) for octets in server.messages(ANA)] == list(range(1, count + 1)), "in their order"
    with imap(dovecot) as session:
        assert session.select("INBOX")[1] == [b"0"]


@pytest.mark.long
def test_an_import_is_interrupted_and_goes_on(server, dovecot):
    """By Ctrl-C of the command and by SIGKILL of the server; at the end everything is there once."""
    count = 1500
    fill(dovecot, "INBOX", range(1, count + 1))
    fill(dovecot, "Archive", range(5001, 5301), r"(\Seen)")
    command = [server.binary, "fetch", "import", ANA, *map(str, place(dovecot)), "--config", str(server.config)]
    generator = random.Random(11)
    for turn in range(rounds(6)):
        client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        client.stdin.write(PASSWORD.encode() + b"\n")
        client.stdin.close()
        time.sleep(generator.uniform(0.1, 0.8))
        if turn % 2:
            server.kill()
            server.start()
        client.kill()
        client.wait()
    for _ in range(50):
        done = bring(server, dovecot, status=None)
        if done.returncode == 0:
            break
        time.sleep(0.1)
    found = maildir(server)
    assert sorted(number for number, *_ in found["INBOX"]) == list(range(1, count + 1))
    assert sorted(number for number, *_ in found["Archive"]) == list(range(5001, 5301))
    assert b"0 messages" in bring(server, dovecot).stdout


@pytest.mark.long
def test_sigkill_of_ours(server, dovecot):
    """Each of 2,000 messages once and only once, however often our server is killed while it fetches, and gone there at the end."""
    count = 2000
    drop(dovecot, "INBOX", range(1, count + 1), size=1200)
    add(server, dovecot, "--every", "30", "--keep", "0")
    generator = random.Random(13)
    for _ in range(rounds(6)):
        time.sleep(generator.uniform(0.1, 0.9))
        server.kill()
        server.start()
    for _ in range(20):
        if run(server, status=None).returncode == 0:
            break
    assert sorted(number_of(octets) for octets in server.messages(ANA)) == list(range(1, count + 1))
    with imap(dovecot) as session:
        assert session.select("INBOX")[1] == [b"0"]


@pytest.mark.long
def test_an_import_takes_little_memory(server, dovecot):
    """PALOMA_IMPORT_MESSAGES: how many; 50,000 for the whole."""
    count = int(os.environ.get("PALOMA_IMPORT_MESSAGES", "5000"))
    folders = {"INBOX": "", "Archive": "S", "Projekte.Alt": "SR", "Sent": "S", "Flagged": "F"}
    for turn, (folder, flags) in enumerate(folders.items()):
        drop(dovecot, folder, range(turn * count // 5, (turn + 1) * count // 5), flags, size=4000)
    peak, over = [server.resident_bytes()], threading.Event()

    def watch():
        while not over.wait(0.02):
            peak.append(server.resident_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        done = server.cli("fetch", "import", ANA, *place(dovecot), input=PASSWORD + "\n", timeout=3600)
    finally:
        over.set()
        watcher.join()
    assert f"{count:,}".replace(",", "") in done.stdout.decode().replace(",", "").replace(".", "").replace("\u202f", ""), done
    assert max(peak) - peak[0] < 96 << 20, f"{max(peak) >> 20} MB"
    with ours(server) as session:
        for folder, flags in folders.items():
            name = folder.replace(".", "/")
            assert session.select(name, readonly=True)[1] == [str(count // 5).encode()], name
            for letter, key in (("S", "SEEN"), ("R", "ANSWERED"), ("F", "FLAGGED")):
                found = len(session.search(None, key)[1][0].split())
                assert found == (count // 5 if letter in flags else 0), (name, key, found)
    assert b"0 messages" in bring(server, dovecot).stdout


@pytest.mark.long
def test_a_message_of_100_mb(server, dovecot):
    large = message(1, size=100 << 20)
    with imap(dovecot) as session:
        assert session.append("INBOX", "", None, large)[0] == "OK"
    add(server, dovecot)
    before = server.resident_bytes()
    run(server)
    assert server.resident_bytes() - before < 64 << 20
    pop3 = poplib.POP3("127.0.0.1", server.ports["pop3"], timeout=120)
    pop3.user(ANA)
    pop3.pass_(PASSWORD)
    assert b"".join(line + b"\r\n" for line in pop3.retr(1)[1]) == large
    pop3.quit()
