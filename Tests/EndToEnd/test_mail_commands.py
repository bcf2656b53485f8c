"""`paloma mail`, command by command: on Paloma itself and on Debian's Dovecot, with Paloma's submission for both."""

import imaplib
import subprocess
import threading
import time
from email.message import EmailMessage

import pytest

from harness.dovecot import Dovecot
from harness.mailclient import MailClient
from harness.server import DOMAIN, PASSWORD

ANA = f"ana@{DOMAIN}"
NAME = f"mail.{DOMAIN}"
BEN = f"ben@{DOMAIN}"
# One test of many commands after the other: its server costs more than they do.
PLACES = ("paloma", "dovecot")


def submission(server):
    return server.ports["submission"], server.certificate, NAME


@pytest.fixture(params=PLACES)
def client(request, make_server, home, binary):
    """A client whose IMAP server is one of the two."""
    server = make_server()
    made = MailClient(binary, home / "client") if (home / "client").mkdir() is None else None
    if request.param == "paloma":
        made.port = server.ports["imap"]
        yield made.account(ANA, (made.port, server.certificate, NAME), submission(server))
        return
    dovecot = Dovecot().start()
    made.port = dovecot.port
    yield made.account(ANA, (dovecot.port, dovecot.certificate, "localhost"), submission(server))
    dovecot.stop()
    dovecot.audit()


def append(client, message, folder="INBOX", flags=""):
    with imaplib.IMAP4("127.0.0.1", client.port) as session:
        session.starttls(UNVERIFIED)
        session.login(ANA, PASSWORD)
        answer = session.append(folder, flags, None, message if isinstance(message, bytes) else message.as_bytes())
        assert answer[0] == "OK", answer


def unverified():
    import ssl

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


UNVERIFIED = unverified()


def letter(subject, text="Hello.\n", author="Carla <carla@elsewhere.test>", **fields):
    message = EmailMessage()
    message["From"] = author
    message["To"] = ANA
    message["Subject"] = subject
    message["Message-ID"] = fields.pop("id", f"<{abs(hash(subject))}@elsewhere.test>")
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def test_reading(client):
    report = letter("Annual report", "See the file.\n")
    report.add_alternative('<p>See <a href="https://example.org/r">the <b>file</b></a>.</p>', subtype="html")
    report.add_attachment(b"%PDF-" + bytes(range(256)) * 20, maintype="application", subtype="pdf", filename="../../r.pdf")
    append(client, report)
    append(client, letter("Größe ¿qué? 日本語", "ñandú\n", author="José <jose@elsewhere.test>"))
    append(client, (
        b"From: \x1b]0;x\x07Eve <eve@elsewhere.test>\r\nTo: a@b\r\nSubject: =?utf-8?q?=1B[2Jboo=E2=80=AE?=\r\n"
        b"Content-Type: text/html\r\n\r\n<h1>T</h1><ul><li>one<li>two</ul><p>&#27;[31mred \x1b[2J\xc2\x9b31m</p>\r\n"))

    folders = client.json("folders")
    assert folders[0]["use"] == "inbox" and folders[0]["messages"] == 3 and folders[0]["unread"] == 3
    listed = client.json("list")
    assert [m["uid"] for m in listed] == [3, 2, 1]
    assert listed[1]["subject"] == "Größe ¿qué? 日本語" and listed[1]["from"] == [{"address": "jose@elsewhere.test", "name": "José"}]
    assert [m["hasAttachment"] for m in listed] == [False, False, True]
    assert [m["uid"] for m in client.json("list", "--limit", "1")] == [3]

    read = client.json("read", "1")
    assert read["text"] == "See the file." and read["attachments"][0]["name"] == "r.pdf"
    assert client.json("list")[2]["flags"] == ["seen"]
    client.run("read", "2", "--keep-unread")
    assert [m["uid"] for m in client.json("search", "unread")] == [3, 2]

    # Nothing that mail brings steers the terminal, whatever shows it.
    for command in (("list",), ("read", "3"), ("read", "3", "--header"), ("read", "3", "--json"), ("thread", "3")):
        shown = client.run(*command).stdout
        assert b"\x1b" not in shown and b"\x07" not in shown, command
        assert not {"\x9b", "\u202e"} & set(shown.decode()), command
    assert "• one\n• two" in client.json("read", "3")["text"]

    where = client.folder / "files"
    where.mkdir()
    saved = client.json("save", "1", "--to", where)
    again = client.json("save", "1", "1", "--to", where)
    assert [f["path"] for f in saved + again] == [f"{where}/r.pdf", f"{where}/r (2).pdf"]
    assert (where / "r.pdf").read_bytes() == b"%PDF-" + bytes(range(256)) * 20
    assert "has no file 7" in client.run("save", "1", "7", status=2).stderr.decode()
    raw = client.run("read", "1", "--raw").stdout
    assert raw.replace(b"\r\n", b"\n") == report.as_bytes()
    assert "there is no message 99" in client.run("read", "99", status=1).stderr.decode()
    assert "there is no folder Nowhere" in client.run("list", "Nowhere", status=1).stderr.decode()


def test_searching(client):
    append(client, letter("Budget", "The numbers\n", Date="Mon, 05 Jan 2026 10:00:00 +0000"))
    append(client, letter("Lunch with Ana García", "at noon, ñandú\n"), flags=r"(\Seen \Flagged)")
    with_file = letter("Plan")
    with_file.add_attachment(b"x" * 50_000, maintype="application", subtype="zip", filename="p.zip")
    append(client, with_file)

    def found(*words):
        return [m["uid"] for m in client.json("search", *words)]

    assert found("from:carla") == [3, 2, 1]
    assert found("subject:Ana García") == [2]
    assert found('subject:"Ana García"') == [2]
    assert found("body:ñandú") == [2] and found("ñandú") == [2]
    assert found("unread", "not:subject:plan") == [1]
    assert found("flagged") == [2]
    assert found("has:attachment") == [3]
    assert found("larger:30K") == [3] and found("smaller:30K") == [2, 1]
    assert found("since:today") == [3, 2, 1] and found("before:2d") == []
    assert "is no day" in client.run("search", "since:whenever", status=1).stderr.decode()


def test_writing(client, tmp_path):
    append(client, letter(
        "Question", "What do you think?\nLine two\n", id="<q@elsewhere.test>", Cc=f"{ANA}, ben@{DOMAIN}", Reply_To=f"ben@{DOMAIN}"))
    plan = tmp_path / "the plan.txt"
    plan.write_bytes(b"Step one\n" * 1000)
    sent = client.json("send", "--to", f"Ben <{BEN}>", "--bcc", ANA, "-s", "Grüße", "--attach", plan, input="Hi\n> quoted\n")
    assert sorted(sent["accepted"]) == [ANA, BEN] and sent["copy"] == "Sent" and sent["refused"] == []
    copy = client.json("list", "sent")[0]
    assert copy["subject"] == "Grüße" and copy["flags"] == ["seen"] and copy["hasAttachment"]
    seen = client.json("read", copy["uid"], "--folder", "sent")
    assert seen["text"] == "Hi\n> quoted" and any(f["name"] == "Bcc" for f in seen["fields"])
    client.run("save", copy["uid"], "--folder", "sent", "--to", tmp_path)
    assert (tmp_path / "the plan (2).txt").read_bytes() == plan.read_bytes()

    # An answer to all goes where the author wants it, to everybody else, and not to oneself.
    answered = client.json("reply", "1", "--all", input="Fine.\n")
    assert answered["accepted"] == [BEN]
    answer = client.json("read", client.json("list", "sent")[0]["uid"], "--folder", "sent")
    assert answer["references"] == ["q@elsewhere.test"] and answer["subject"] == "Re: Question"
    assert answer["text"].startswith("Fine.\n") and "> What do you think?\n> Line two" in answer["text"]
    assert "answered" in [m for m in client.json("list") if m["uid"] == 1][0]["flags"]
    threads = client.json("thread", "1")
    assert [(m["folder"], m["depth"]) for m in threads] == [("INBOX", 0), ("Sent", 1)]

    client.run("forward", "1", "--to", BEN, "--attached", input="See below\n")
    forwarded = client.json("read", client.json("list", "sent")[0]["uid"], "--folder", "sent")
    assert forwarded["subject"] == "Fwd: Question" and forwarded["attachments"][0]["type"] == "message/rfc822"
    client.run("forward", "1", "--to", BEN, input="See below\n")
    forwarded = client.json("read", client.json("list", "sent")[0]["uid"], "--folder", "sent")
    assert "---------- Forwarded message ----------" in forwarded["text"] and "What do you think?" in forwarded["text"]

    client.run("send", "--draft", "--to", "somebody@elsewhere.test", "-s", "Later", "--body", "Not yet")
    assert [m["subject"] for m in client.json("list", "drafts")] == ["Later"]
    assert client.unsent == []


def test_changing(client):
    for number in range(4):
        append(client, letter(f"Number {number}"))
    client.run("flag", "1", "2", "--read", "--flagged", "--keyword", "$Work")
    assert [sorted(m["flags"]) for m in client.json("list")][-1] == ["$Work", "flagged", "seen"]
    client.run("flag", "2", "--unread", "--unflagged", "--remove-keyword", "$work")
    assert client.json("list")[2]["flags"] == []
    moved = client.json("delete", "1")
    assert moved["movedTo"] == "Trash" and [m["uid"] for m in client.json("list")] == [4, 3, 2]
    gone = client.json("delete", moved["newUIDs"][0], "--folder", "trash")
    assert gone.get("movedTo") is None and client.json("list", "trash") == []
    client.run("delete", "2", "--forever")
    back = client.json("move", "3", "--to", "trash")
    client.run("move", back["newUIDs"][0], "--folder", "trash", "--to", "INBOX")
    assert len(client.json("list")) == 2
    assert "nothing to mark" in client.run("flag", "4", status=2).stderr.decode()


def test_watching(client):
    append(client, letter("Before"))
    shown = []
    watcher = threading.Thread(target=lambda: shown.append(client.run("watch", "--count", "2", "--json").stdout))
    watcher.start()
    deadline = time.monotonic() + 30
    # Two messages after the first one, whenever the watch begins.
    number = 0
    while watcher.is_alive() and time.monotonic() < deadline:
        append(client, letter(f"News {number}"))
        number += 1
        watcher.join(0.3)
    watcher.join(30)
    assert not watcher.is_alive() and len(shown[0].splitlines()) == 2 and b"News" in shown[0]


def test_nothing_is_lost(make_server, home, binary):
    """What the server refuses is in the drafts; what nobody can take is in a file, which the message names."""
    server = make_server()
    (home / "client").mkdir()
    client = MailClient(binary, home / "client")
    imap = (server.ports["imap"], server.certificate, NAME)
    client.account(ANA, imap, submission(server))
    client.run("send", "--to", "nobody@" + DOMAIN, "--to", BEN, "-s", "Half", "--body", "x", status=1)
    assert client.json("list", "sent")[0]["subject"] == "Half"
    refused = client.run("send", "--to", "nobody@" + DOMAIN, "-s", "None", "--body", "precious", status=1)
    assert b"kept in the folder Drafts" in refused.stderr
    assert [m["subject"] for m in client.json("list", "drafts")] == ["None"]
    client.account(ANA, imap, (server.ports["imap"], server.certificate, NAME))
    client.run("send", "--to", BEN, "-s", "Wrong server", "--body", "precious", status=1, timeout=90)
    assert client.json("list", "drafts")[0]["subject"] == "Wrong server"
    assert client.unsent == []
    assert "can't be attached" in client.run("send", "--to", BEN, "--attach", "/nowhere", status=1).stderr.decode()


def test_accounts_and_certificates(make_server, home, binary):
    server = make_server()
    (home / "client").mkdir()
    client = MailClient(binary, home / "client")
    right = (server.ports["imap"], server.certificate, NAME)
    assert "there is no file of accounts" in client.run("list", status=2).stderr.decode()
    client.account(ANA, right)
    assert [a["name"] for a in client.json("accounts")] == ["test"]
    client.file.chmod(0o644)
    assert "others can read this file" in client.run("list", status=1).stderr.decode()
    # Another name, another certificate, and the certificate itself by its fingerprint.
    client.account(ANA, (right[0], right[1], "elsewhere.test"))
    assert "is not for elsewhere.test" in client.run("list", status=1).stderr.decode()
    digest = subprocess.run(
        ["openssl", "x509", "-noout", "-fingerprint", "-sha256", "-in", server.certificate], capture_output=True, check=True
    ).stdout.decode().split("=")[1].strip()
    client.account(ANA, (right[0], right[1], "elsewhere.test"), certificate_fingerprint=digest)
    client.run("list")
    client.account(ANA, right, certificate_fingerprint="00:" * 31 + "00")
    assert "not the one that was agreed on" in client.run("list", status=1).stderr.decode()
    client.account(ANA, right, password="", password_command=f"echo {PASSWORD}")
    client.run("list")
    client.account(ANA, right, password="wrong-password-1")
    assert "refuses name or password" in client.run("list", status=1).stderr.decode()
    # The server on this machine needs no file.
    local = ("--local", BEN, "--config", server.config, "--password-stdin")
    assert client.json("list", *local, input=PASSWORD + "\n") == []
    assert "the password of" in client.run("list", "--local", BEN, "--config", server.config, status=2).stderr.decode()
    assert PASSWORD not in server.log()
