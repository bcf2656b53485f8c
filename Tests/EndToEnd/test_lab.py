"""The lab: a small internet on this machine, started, used, kept and ended."""

import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

from harness.ports import free_port
from harness.wire import POP3, SMTP

NSD = Path("/usr/sbin/nsd")
HOSTS = {"mail.correo.example": "127.0.1.1", "mail.posta.example": "127.0.1.2"}
SIGNS = Path("/usr/bin/ldns-signzone").exists()

pytestmark = pytest.mark.skipif(not NSD.exists(), reason="nsd is not installed: sudo apt-get install nsd")


def is_free(address, port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def free_base():
    for _ in range(200):
        base = free_port() - 53
        wanted = [(address, base + port) for address in HOSTS.values() for port in (24, 25, 80, 110, 465, 587, 995)]
        if all(is_free(*place) for place in wanted):
            return base
    raise AssertionError("no ports are free")


def children_of(process):
    found = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True).stdout.split()
    return [int(number) for number in found]


def is_there(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


class Lab:
    def __init__(self, binary, folder, *more):
        self.binary, self.folder, self.more = str(binary), folder, more
        self.base = free_base()
        self.output = folder.parent / "lab.out"
        self.process = None
        self.children = []

    def start(self, base=True, ready=True):
        out = open(self.output, "wb")
        ports = ("--port-base", str(self.base)) if base else ()
        self.process = subprocess.Popen(
            [self.binary, "lab", str(self.folder), *ports, *self.more],
            stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        out.close()
        if ready:
            self.wait("Try, in another terminal")
            self.children = children_of(self.process.pid)
        return self

    def said(self):
        return self.output.read_text(errors="replace")

    def wait(self, text, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if text in self.said():
                return
            assert self.process.poll() is None, self.said()
            time.sleep(0.02)
        raise AssertionError(self.said())

    def passwords(self):
        return dict(re.findall(r"^(\S+@\S+)\s+(\S+)\s+127\.0\.1\.\d\s*$", self.said(), re.M))

    def send(self, *arguments, status=0):
        done = subprocess.run(
            [self.binary, "lab", "send", "--lab", str(self.folder), *arguments], capture_output=True, text=True, timeout=120)
        assert done.returncode == status, done.stdout + done.stderr
        for password in self.passwords().values():
            assert password not in done.stdout + done.stderr
        return done.stdout + done.stderr

    def end(self, how=signal.SIGINT):
        self.process.send_signal(how)
        return self.process.wait(60)

    def clean_up(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for child in self.children:
            if is_there(child):
                os.kill(child, signal.SIGKILL)


@pytest.fixture
def home():
    """Short: the path of a Unix socket has 107 octets at most, and pytest's folders are deep."""
    with tempfile.TemporaryDirectory(prefix="lab-", dir="/tmp") as folder:
        yield Path(folder)


@pytest.fixture
def make_lab(home, binary):
    made = []

    def make(*more, name="lab"):
        lab = Lab(binary, home / name, *more)
        made.append(lab)
        return lab

    yield make
    for lab in made:
        lab.clean_up()


def test_a_small_internet_starts_and_ends(make_lab):
    lab = make_lab().start()
    assert set(lab.passwords()) == {"ana@correo.example", "luis@posta.example"}
    for name, address in HOSTS.items():
        with SMTP(lab.base + 25, address=address) as smtp:
            assert name in smtp.expect(220).text
    zones = lab.folder / "dns"
    assert subprocess.run(["nsd-checkconf", zones / "nsd.conf"]).returncode == 0
    files = sorted(zones.glob("*.zone"))
    assert [file.stem for file in files] == ["1.0.127.in-addr.arpa", "correo.example", "posta.example"]
    for file in files:
        assert subprocess.run(["nsd-checkzone", file.stem, file], stdout=subprocess.DEVNULL).returncode == 0
    for path in lab.folder.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0 or path.is_socket() or path.suffix == ".pem", path
    assert len(lab.children) == 3
    assert lab.end() == 0
    assert not any(is_there(child) for child in lab.children)
    assert not lab.folder.exists()


def test_the_name_server_knows_both_domains(make_lab):
    lab = make_lab().start()

    def ask(name, kind):
        done = subprocess.run(
            ["drill", "-Q", "-p", str(lab.base + 53), "@127.0.0.1", name, kind], capture_output=True, text=True)
        return done.stdout.split()

    assert ask("posta.example", "MX") == ["10", "mail.posta.example."]
    assert ask("mail.correo.example", "A") == ["127.0.1.1"]
    assert "v=spf1" in " ".join(ask("correo.example", "TXT"))
    assert "v=DMARC1;" in " ".join(ask("_dmarc.correo.example", "TXT"))
    assert subprocess.run(
        ["drill", "-Q", "-p", str(lab.base + 53), "-x", "127.0.1.2", "@127.0.0.1"], capture_output=True, text=True,
    ).stdout.split() == ["mail.posta.example."]


def test_two_servers_speak_and_everything_is_shown(make_lab):
    lab = make_lab().start()
    shown = lab.send("--direct", "--subject", "¡Hola, señora!", "--text", "first\n.dots\n..\nlast\n")
    for line in (
        "Q: posta.example MX", "A: 10 mail.posta.example", "Q: mail.posta.example A", "A: 127.0.1.2",
        "S: 220 mail.posta.example", "C: EHLO mail.correo.example", "C: STARTTLS", "from here on TLS 1.3",
        "C: MAIL FROM:<ana@correo.example>", "C: RCPT TO:<luis@posta.example>", "C: DATA", "C: ..dots", "C: .", "C: STLS",
        "C: USER luis@posta.example", "C: PASS (the password)", "C: RETR 1", "S: ..dots",
    ):
        assert line in shown, line
    assert received(shown) == [("mail.correo.example", "mail.posta.example")]
    assert "nobody has signed it" in shown and "has arrived." in shown
    with POP3(lab.base + 110, address="127.0.1.2") as pop3:
        pop3.login("luis@posta.example", lab.passwords()["luis@posta.example"])
    # The other way round, and twice: the newest message is the one.
    for _ in range(2):
        shown = lab.send("--direct", "--from", "luis@posta.example", "--to", "ana@correo.example")
        assert "C: MAIL FROM:<luis@posta.example>" in shown and "has arrived." in shown


def received(shown):
    """From whom and by whom, the first hop first: the fields that are shown by themselves, not those in the dialogue."""
    return re.findall(r"^Received: from (\S+).*\n by (\S+)", shown, re.M)


@pytest.mark.parametrize("sender, recipient", [("ana@correo.example", "luis@posta.example"), ("luis@posta.example", "ana@correo.example")])
def test_a_message_goes_the_whole_way(make_lab, sender, recipient):
    lab = make_lab().start()
    here, there = (address.partition("@")[2] for address in (sender, recipient))
    shown = lab.send("--from", sender, "--to", recipient)
    for line in (
        f"C: AUTH PLAIN ({sender} and the password)", f"Q: {there} MX", f"A: 10 mail.{there}",
        f"accepted by submission from {sender}", f"logged in as {sender}",
        f"tried at mail.{there} ({HOSTS[f'mail.{there}']}:{lab.base + 25})", "delivered", "250 2.0.0 Ok: queued as",
        f"accepted by smtp from {sender}", f"client {HOSTS[f'mail.{here}']}", f"filed in {recipient}/INBOX/1",
        "C: PASS (the password)", "C: RETR 1", "S: Received: from", f"d={here};", f"Q: _dmarc.{here} TXT",
        f"DKIM: the signature rsa-sha256 by {here} is valid.", f"DKIM: the signature ed25519-sha256 by {here} is valid.",
        "has arrived.",
    ):
        assert line in shown, line
    assert received(shown) == [("[127.0.0.1]", f"mail.{here}"), (f"mail.{here}", f"mail.{there}")]
    # Shown as it happens.
    steps = ["C: AUTH", "Q: ", "tried at", "accepted by smtp", "C: RETR", "is valid."]
    assert sorted(steps, key=shown.index) == steps
    if SIGNS:
        assert f"Q: _{lab.base + 25}._tcp.mail.{there} TLSA" in shown and ", DANE 3 1 1" in shown
    else:
        assert "unverified" in shown
    # What was told can be asked again, as it says.
    command = re.search(r"paloma( trace \S+ --config \S+)$", shown, re.M).group(1).split()
    assert f"tried at mail.{there}" in subprocess.run([lab.binary, *command], capture_output=True, text=True).stdout


def test_a_message_to_nobody_comes_back(make_lab):
    lab = make_lab().start()
    lab.send("--direct", "--from", "luis@posta.example", "--to", "ana@correo.example")
    shown = lab.send("--to", "nobody@posta.example")
    for line in (
        "550 5.1.1 <nobody@posta.example>", "its sender is told", "written here (a report) from <>", "C: RETR 2",
        "S: Return-Path: <>", "S: Auto-Submitted: auto-replied", "S: Content-Type: message/delivery-status",
        "Action: failed", "Status: 5.1.1", "There is no mailbox with this address.", "Remote-MTA: mail.posta.example",
        "Diagnostic-Code: 550 5.1.1", "The report about", "has arrived.",
    ):
        assert line in shown, line
    # Spoken by hand, the server's refusal is all there is.
    shown = lab.send("--direct", "--to", "nobody@posta.example", status=1)
    assert "S: 550 5.1.1" in shown and "the sending server tells this to its user" in shown


def test_a_message_within_one_server(make_lab):
    lab = make_lab().start()
    shown = lab.send("--to", "ana@correo.example")
    assert "filed in ana@correo.example/INBOX/1" in shown and "has arrived." in shown
    assert "Q: " not in shown and "queue as" not in shown


@pytest.mark.skipif(not SIGNS, reason="ldns-signzone is not installed: sudo apt-get install ldnsutils")
def test_the_zones_are_signed(make_lab):
    lab = make_lab().start()
    assert "The zones are signed" in lab.said()
    zones = lab.folder / "dns"
    for name in ("correo.example", "posta.example"):
        checked = subprocess.run(
            ["ldns-verify-zone", "-k", zones / "trusted.key", zones / f"{name}.zone.signed"], capture_output=True, text=True)
        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert re.search(rf"^_{lab.base + 25}\._tcp\.mail\.{name}\.\s.*TLSA\s+3 1 1 [0-9a-f]{{64}}", (zones / f"{name}.zone.signed").read_text(), re.M)


def test_a_lab_that_is_kept_starts_again_as_it_was(make_lab):
    lab = make_lab("--keep").start()
    passwords = lab.passwords()
    lab.send("--direct")
    assert lab.end(signal.SIGTERM) == 0
    assert lab.folder.exists() and not any(is_there(child) for child in lab.children)
    assert "no lab runs" in lab.send(status=1)
    lab.more = ()
    lab.start(base=False)
    assert lab.passwords() == passwords
    with POP3(lab.base + 110, address="127.0.1.2") as pop3:
        pop3.login("luis@posta.example", passwords["luis@posta.example"])
        assert pop3.stat()[0] == 1
    assert lab.end() == 0 and lab.folder.exists()


def test_what_is_not_right_is_told(make_lab, home, binary):
    lab = make_lab().start()
    second = subprocess.run([binary, "lab", lab.folder], capture_output=True, text=True)
    assert second.returncode == 1 and "runs in" in second.stderr
    assert "knows no password" in lab.send("--from", "nobody@posta.example", status=1)
    assert "no domain of the lab" in lab.send("--to", "ana@example.org", status=1)
    assert "no address" in lab.send("--from", "ana", status=1)

    # A port that is taken, and a folder that is somebody else's.
    taken = make_lab(name="taken")
    taken.base = lab.base
    taken.start(ready=False)
    assert taken.process.wait(60) == 1 and "--port-base" in taken.said()
    assert not taken.folder.exists()
    precious = home / "precious"
    precious.mkdir()
    (precious / "letter").write_text("x")
    done = subprocess.run([binary, "lab", precious], capture_output=True, text=True)
    assert done.returncode == 1 and "is no lab" in done.stderr and (precious / "letter").exists()
    deep = home / ("deep" * 30)
    assert "too long" in subprocess.run([binary, "lab", deep], capture_output=True, text=True).stderr
    assert subprocess.run([binary, "lab", home / "x", "--port-base", "80"], capture_output=True).returncode == 2


def test_a_process_that_falls_ends_the_lab(make_lab):
    lab = make_lab().start()
    os.kill(lab.children[-1], signal.SIGKILL)
    assert lab.process.wait(60) == 1
    assert "does not run" in lab.said()
    assert not any(is_there(child) for child in lab.children) and not lab.folder.exists()
