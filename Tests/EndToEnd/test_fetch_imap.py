"""Mail that is fetched by IMAP from Debian's Dovecot: folders, flags, dates and order; each message once and only once."""

import contextlib
import imaplib
import json
import poplib
import random
import socket
import subprocess
import threading
import time

import pytest

from conftest import rounds
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


def test_wrong_password(server, dovecot):
    fill(dovecot, "INBOX", [1])
    server.secrets.add("Wrong-One-1")
    server.cli("fetch", "add", ANA, *place(dovecot, "--every", "0"), input="Wrong-One-1\n")
    assert b"refuses name or password" in run(server, status=1).stderr
    server.cli("fetch", "password", ANA, "--password-stdin", input=PASSWORD + "\n")
    run(server)
    assert server.count(ANA) == 1


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
