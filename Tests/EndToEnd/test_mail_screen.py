"""`paloma mail` in a terminal: what a person presses and sees, in tmux."""

import contextlib
import email.policy
import imaplib
import signal
import subprocess
import time

import pytest

from harness.mailclient import MailClient
from harness.screen import Screen
from harness.server import DOMAIN, PASSWORD
from test_mail_commands import ANA, BEN, NAME, UNVERIFIED, letter, submission


@pytest.fixture
def server(make_server):
    return make_server()


@pytest.fixture
def client(server, home, binary):
    (home / "client").mkdir()
    made = MailClient(binary, home / "client")
    made.port = server.ports["imap"]
    made.edits_by('sed -i "s/^To: $/To: ben@example.test/; s/^Subject: $/Subject: By hand/" "$1"; echo "A line of mine" >> "$1"')
    return made.account(ANA, (made.port, server.certificate, NAME), submission(server))


@contextlib.contextmanager
def session(client):
    with imaplib.IMAP4("127.0.0.1", client.port) as imap:
        imap.starttls(UNVERIFIED)
        imap.login(ANA, PASSWORD)
        yield imap


def fill(client, count):
    with session(client) as imap:
        for number in range(count):
            message = letter(f"Letter {number}", f"Text of letter {number}\n" + "line\n" * 60 + "the very end\n")
            assert imap.append("INBOX", r"(\Seen)" if number % 2 else "", None, message.as_bytes())[0] == "OK"


@contextlib.contextmanager
def screen(client, **more):
    opened = Screen(client.binary, "mail", folder=client.folder, **{"width": 100, "height": 30, **more}, **client.environment)
    try:
        with opened:
            yield opened
    finally:
        opened.close()


def test_a_day_with_mail(client, server):
    fill(client, 40)
    with screen(client) as tty:
        text = tty.wait("Letter 39", "20 unread of 40", "▸INBOX", "Trash")
        assert "Letter 0 " not in text
        # Reading, scrolling, the next one.
        tty.press("G").wait("Letter 0", without=("Letter 39",))
        tty.press("g").wait("Letter 39").index("Letter")
        tty.press("j", "Enter").wait("Subject  Letter 38", "Text of letter 38")
        tty.wait("19 unread")
        tty.press("G").wait("the very end", without=("Text of letter 38",))
        tty.press("J").wait("Subject  Letter 37")
        # An answer, by an editor, looked at, sent.
        tty.press("r").wait("Re: Letter 37", "> Text of letter 37", "y send")
        tty.press("G").wait("A line of mine")
        tty.press("y").wait("Sent to carla@elsewhere.test", "Subject  Letter 37")
        tty.press("q").wait("↩", "Letter 39")
        # A new message; it is given up, and then kept as a draft.
        tty.press("c").wait("To       ben@example.test", "By hand", "y send")
        tty.press("q").wait("Keep it in the drafts?")
        tty.press("y").wait("Kept in Drafts")
        # The conversation shows what was sent, too.
        tty.press("t").wait("└ ana@example.test", "Letter 37")
        tty.press("q").wait("Letter 39")
        # Deleting and bringing back.
        tty.press("g", "d").wait("Moved to Trash", without=("Letter 39",))
        tty.press("u").wait("Back in INBOX", "Letter 39")
        # Stars, marks, and moving several.
        tty.press("g", "*").wait("★")
        tty.press("v", "v").wait("2 marked")
        tty.press("M").wait("Move to folder")
        tty.type("Arc").press("Tab", "Enter").wait("Moved to Archive", "of 38")
        # Searching and leaving the search.
        tty.press("/").wait("Search:")
        tty.type("subject:\"Letter 11\"").press("Enter").wait("“subject:", "Letter 11", "1 message", without=("Letter 12",))
        tty.press("Escape").wait("Letter 12", without=("“subject:",))
        tty.press("/").wait("Search:")
        tty.type("since:whenever").press("Enter").wait("is no day", "Letter 12", without=("“since:",))
        # A draft goes on, and is gone when it was sent.
        tty.press("Tab").press("j", "Enter").wait("· Drafts", "By hand")
        tty.press("E").wait("To       ben@example.test", "y send")
        tty.press("y").wait("Sent to ben@example.test", "There is no message here")
        # Another folder and back.
        tty.press("Tab").wait("Enter open   Tab back")
        tty.press("j", "Enter").wait("· Sent", "To: Carla", "Re: Letter 37", "By hand")
        tty.press("Tab").press("g", "Enter").wait("· INBOX", "Letter 12")
        # What others do is seen at once.
        server.send(letter("Just now", author="Dora <dora@elsewhere.test>").as_bytes(policy=email.policy.SMTP), ANA)
        tty.wait("Just now", "A new message")
        with session(client) as imap:
            imap.select("INBOX")
            _, found = imap.uid("SEARCH", "SUBJECT", '"Just now"')
            imap.uid("STORE", found[0].decode(), "+FLAGS", r"(\Flagged)")
            tty.wait("★")
            imap.uid("STORE", found[0].decode(), "+FLAGS", r"(\Deleted)")
            imap.expunge()
        tty.wait("Letter 12", without=("Just now",))
        # Any size.
        for width, height in ((40, 10), (62, 15), (200, 50), (80, 24)):
            tty.tmux("resize-window", "-x", str(width), "-y", str(height))
            text = tty.wait("INBOX", "Letter")
            tty.press("Enter").wait("Subject  Letter")
            tty.press("?").wait("Moving")
            tty.press("q").wait("Subject  Letter")
            tty.press("q").wait("●" if width > 40 else "Letter")
        tty.press("q").wait("[it ended with 0]")
        assert "Letter" not in tty.text
    assert client.unsent == []
    assert [m["subject"] for m in client.json("list", "sent")] == ["By hand", "Re: Letter 37"]
    assert client.json("list", "drafts") == []


def test_the_terminal_is_given_back(client):
    fill(client, 3)
    for number in (signal.SIGTERM, signal.SIGSEGV):
        with screen(client) as tty:
            tty.wait("Letter 2")
            found = subprocess.run(
                ["pgrep", "-f", f"{client.binary} mail$"], capture_output=True, text=True, check=True).stdout.split()
            mine = [pid for pid in found if f"HOME={client.folder}" in environment(pid)]
            subprocess.run(["kill", f"-{number.value}", *mine], check=True)
            text = tty.wait(f"[it ended with {128 + number.value}]")
            assert "Letter" not in text
            # The terminal shows what is typed, and begins lines at their beginning.
            tty.type("typed").press("Enter").wait("typed\ntyped")


def environment(pid):
    try:
        with open(f"/proc/{pid}/environ", errors="replace") as file:
            return file.read().split("\0")
    except OSError:
        return []


def test_what_was_written_survives_a_bad_header(client):
    fill(client, 1)
    client.edits_by('if grep -q repaired "$1"; then exit 0; fi; printf "nonsense\\n\\nprecious words repaired\\n" > "$1"')
    with screen(client) as tty:
        tty.wait("Letter 0")
        tty.press("c").wait("is no field", "y send")
        client.edits_by('sed -i "s/^nonsense/To: ben@example.test/" "$1"')
        tty.press("e").wait("To       ben@example.test", "precious words repaired")
        tty.press("y").wait("Sent to ben@example.test")
        tty.press("q").wait("[it ended with 0]")


def test_a_server_that_goes_and_comes(client, server):
    fill(client, 5)
    with screen(client) as tty:
        tty.wait("Letter 4")
        server.stop()
        tty.wait("offline")
        tty.press("d").wait("There is no connection", "Letter 4")
        server.start()
        tty.wait("3 unread of 5", without=("offline",))
        tty.press("d").wait("Moved to Trash", without=("Letter 4",))
        tty.press("q").wait("[it ended with 0]")


def test_a_hundred_thousand_messages(client):
    """Only what is seen is fetched: the first screen, the last one and a search come at once."""
    one = letter("Many", "x\n").as_bytes()
    with session(client) as imap:
        # The mailbox grows by copies, which cost no upload.
        for _ in range(50):
            imap.append("INBOX", r"(\Seen)", None, one)
        imap.select("INBOX")
        count = 50
        while count < 100_000:
            more = min(count, 100_000 - count)
            assert imap.copy(f"1:{more}", "INBOX")[0] == "OK"
            count += more
    with screen(client) as tty:
        begun = time.monotonic()
        tty.wait("100,000 messages", "Many", seconds=30)
        tty.press("G").wait("Many", without=("…",))
        tty.press("g").press("Enter").wait("Subject  Many")
        assert time.monotonic() - begun < 20
        tty.press("q", "q").wait("[it ended with 0]")
