"""Real IMAP clients: what one of them files another finds, and two-way synchronization ends with both sides the same."""

import asyncio
import datetime
import imaplib
import os
import re
import threading
import time
from pathlib import Path

import aioimaplib
import imapclient
import pytest

from harness.mail import assert_same_lines, message, number_of
from harness.screen import Screen
from harness.server import DOMAIN, PASSWORD
from test_programs import ODD, run, write_mda

ANA, BEN = f"ana@{DOMAIN}", f"ben@{DOMAIN}"
# Maildir's letters.
LETTERS = {"S": "\\Seen", "R": "\\Answered", "F": "\\Flagged", "D": "\\Draft", "T": "\\Deleted"}
MANY = 10_000 if float(os.environ.get("PALOMA_ROUNDS", "1")) > 1 else 120


def logged_in(server, user=ANA):
    return server.imap().login(user, PASSWORD)


def contents(server, folder="INBOX"):
    """{X-Number: flags} of a folder, as the server has it."""
    with logged_in(server) as imap:
        imap.select(folder, verb="EXAMINE")
        found = [(number_of(data["BODY[HEADER.FIELDS (X-NUMBER)]"]), set(data["FLAGS"]) - {"\\Recent"})
                 for data in imap.messages("FLAGS BODY.PEEK[HEADER.FIELDS (X-Number)]")]
        imap.logout()
    assert len(dict(found)) == len(found), f"{folder} has a message twice: {sorted(number for number, _ in found)}"
    return dict(found)


def fill(server, *numbers, folder="INBOX", flags=""):
    with logged_in(server) as imap:
        for number in numbers:
            imap.append(folder, message(number), flags)
        imap.logout()


# ------------------------------------------------------------------ Python's own


def with_imaplib(server, security):
    if security == "tls":
        client = imaplib.IMAP4_SSL("localhost", server.ports["imaps"], ssl_context=server.tls(), timeout=60)
    else:
        client = imaplib.IMAP4("localhost", server.ports["imap"], timeout=60)
        if security == "starttls":
            assert client.starttls(server.tls())[0] == "OK"
    client.login(ANA, PASSWORD)
    return client


@pytest.mark.parametrize("security", ["clear", "starttls", "tls"])
def test_imaplib(imap_server, security):
    client = with_imaplib(imap_server, security)
    for octets in ODD.values():
        status, _ = client.append("INBOX", "(\\Seen)", None, octets)
        assert status == "OK"
    assert client.select("INBOX") == ("OK", [b"%d" % len(ODD)])
    for number, octets in enumerate(ODD.values(), 1):
        status, [(_, received), _] = client.fetch(str(number), "(BODY.PEEK[])")
        assert received == octets
    assert client.search(None, "ALL")[1] == [" ".join(str(number) for number in range(1, len(ODD) + 1)).encode()]
    assert client.search(None, "SUBJECT", '"number 3"')[1] == [b"3"]
    client.literal = "señor".encode()
    assert client.search("UTF-8", "BODY") == ("OK", [b"3"])
    assert client.create("Shelf")[0] == "OK"
    assert client.copy("1:3", "Shelf")[0] == "OK"
    assert client.store("1:3", "+FLAGS", "(\\Deleted)")[0] == "OK"
    assert sorted(client.expunge()[1]) in ([b"1", b"1", b"1"], [b"1", b"2", b"3"])  # from below or from above
    assert client.status("Shelf", "(MESSAGES UNSEEN)")[1] == [b"Shelf (MESSAGES 3 UNSEEN 0)"]
    assert any(line.endswith(b"Shelf") for line in client.list()[1])
    assert client.subscribe("Shelf")[0] == "OK" and any(line.endswith(b"Shelf") for line in client.lsub()[1])
    assert client.rename("Shelf", "Old")[0] == "OK"
    assert client.select("Old", readonly=True) == ("OK", [b"3"])
    assert client.uid("FETCH", "1:*", "(UID FLAGS)")[0] == "OK"
    assert client.close()[0] == "OK"
    assert client.delete("Old")[0] == "OK"
    assert client.logout()[0] == "BYE"
    assert sorted(contents(imap_server)) == list(range(4, len(ODD) + 1))


def test_imaplib_authenticates_by_plain(imap_server):
    client = imaplib.IMAP4("localhost", imap_server.ports["imap"], timeout=60)
    assert client.authenticate("PLAIN", lambda _: f"\0{ANA}\0{PASSWORD}".encode())[0] == "OK"
    assert client.select()[0] == "OK"
    client.logout()
    client = imaplib.IMAP4("localhost", imap_server.ports["imap"], timeout=60)
    with pytest.raises(imaplib.IMAP4.error):
        client.login(ANA, "wrong")
    client.logout()


# ------------------------------------------------------------------ IMAPClient


def test_imapclient(imap_server):
    client = imapclient.IMAPClient("localhost", port=imap_server.ports["imaps"], ssl_context=imap_server.tls(), timeout=60)
    client.login(ANA, PASSWORD)
    assert {b"IDLE", b"UIDPLUS", b"MOVE", b"NAMESPACE"} <= set(client.capabilities())
    assert client.namespace().personal[0][1] == "/"
    # Names beyond ASCII go as modified UTF-7, and come back.
    for name in ("Entwürfe & mehr", "旅行/2026", "Año/Niño"):
        client.create_folder(name)
    assert {"INBOX", "Entwürfe & mehr", "旅行/2026", "Año/Niño"} <= {name for _, _, name in client.list_folders()}
    when = datetime.datetime(2020, 2, 29, 12, 30, 45, tzinfo=datetime.timezone.utc)
    for number, octets in enumerate(ODD.values(), 1):
        client.append("旅行/2026", octets, flags=(b"\\Flagged", b"Holiday") if number % 2 else (), msg_time=when)
    assert client.select_folder("旅行/2026")[b"EXISTS"] == len(ODD)
    uids = client.search(["KEYWORD", "Holiday"])
    assert len(uids) == (len(ODD) + 1) // 2
    found = client.fetch(uids, ["BODY.PEEK[]", "ENVELOPE", "BODYSTRUCTURE", "INTERNALDATE", "RFC822.SIZE", "FLAGS"])
    for uid, octets in zip(uids, [octets for number, octets in enumerate(ODD.values(), 1) if number % 2]):
        assert found[uid][b"BODY[]"] == octets and found[uid][b"RFC822.SIZE"] == len(octets)
        assert found[uid][b"INTERNALDATE"].astimezone(datetime.timezone.utc).replace(tzinfo=datetime.timezone.utc) == when
        assert found[uid][b"ENVELOPE"].subject == b"number %d" % number_of(octets)
        assert found[uid][b"ENVELOPE"].from_[0].mailbox == b"sender"
    client.add_flags(uids[0], [imapclient.SEEN])
    assert imapclient.SEEN in client.get_flags(uids[0])[uids[0]]
    client.copy(uids[:2], "Año/Niño")
    client.move(uids[2:], "Entwürfe & mehr")
    assert client.folder_status("Entwürfe & mehr", ["MESSAGES"])[b"MESSAGES"] == len(uids) - 2
    client.delete_messages(uids[:1])
    client.uid_expunge(uids[:1]) if hasattr(client, "uid_expunge") else client.expunge(uids[:1])
    assert sorted(client.search()) == sorted(set(range(1, len(ODD) + 1)) - set(uids[:1]) - set(uids[2:]))
    if client.has_capability("SORT"):
        assert client.sort(["REVERSE ARRIVAL"])
    if client.has_capability("THREAD=REFERENCES"):
        assert client.thread(algorithm="REFERENCES")
    client.rename_folder("Año", "Año viejo")
    assert "Año viejo/Niño" in {name for _, _, name in client.list_folders()}
    client.logout()


def test_imapclient_waits_in_idle(imap_server):
    client = imapclient.IMAPClient("localhost", port=imap_server.ports["imap"], ssl=False, timeout=60)
    client.starttls(imap_server.tls())
    client.login(ANA, PASSWORD)
    client.select_folder("INBOX")
    client.idle()
    imap_server.send(message(1), ANA)
    told = client.idle_check(timeout=60)
    assert (1, b"EXISTS") in told
    client.idle_done()
    assert client.search("UNSEEN") == [1]
    client.logout()


# ------------------------------------------------------------------ aioimaplib


def test_aioimaplib(imap_server):
    async def talk():
        client = aioimaplib.IMAP4_SSL("localhost", imap_server.ports["imaps"], timeout=60, ssl_context=imap_server.tls())
        await client.wait_hello_from_server()
        assert (await client.login(ANA, PASSWORD)).result == "OK"
        assert (await client.select("INBOX")).result == "OK"
        for octets in ODD.values():
            assert (await client.append(octets, "INBOX", "\\Seen")).result == "OK"
        for number, octets in enumerate(ODD.values(), 1):
            answer = await client.fetch(str(number), "(BODY.PEEK[])")
            assert answer.result == "OK" and bytes(answer.lines[1]) == octets
        assert (await client.idle_start(timeout=60)) is not None
        await asyncio.get_running_loop().run_in_executor(None, imap_server.send, message(50), ANA)
        while True:
            told = await client.wait_server_push()
            if b"%d EXISTS" % (len(ODD) + 1) in told:
                break
        client.idle_done()
        answer = await client.uid_search("UNSEEN")
        assert answer.result == "OK" and answer.lines[0].split() == [b"%d" % (len(ODD) + 1)]
        assert (await client.logout()).result == "OK"

    asyncio.run(talk())


# ------------------------------------------------------------------ curl


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_curl(imap_server, tmp_path, security):
    base = f"imaps://localhost:{imap_server.ports['imaps']}" if security == "tls" else f"imap://localhost:{imap_server.ports['imap']}"
    curl = ["curl", "--silent", "--show-error", "--ipv4", "--user", f"{ANA}:{PASSWORD}", "--cacert", imap_server.certificate]
    curl += [] if security == "tls" else ["--ssl-reqd"]
    for number, octets in enumerate(ODD.values(), 1):
        path = tmp_path / "message"
        path.write_bytes(octets)
        run([*curl, "--upload-file", path, f"{base}/INBOX"])
    for number, octets in enumerate(ODD.values(), 1):
        assert run([*curl, f"{base}/INBOX;UID={number}"]) == octets
    assert run([*curl, f"{base}/INBOX;UID=1;SECTION=TEXT"]) == ODD["plain"].partition(b"\r\n\r\n")[2]
    assert b"* SEARCH 3\r\n" in run([*curl, f"{base}/INBOX?SUBJECT%20%22number%203%22"])
    run([*curl, "--request", "CREATE Shelf", base])
    assert b"Shelf" in run([*curl, base])
    run([*curl, "--request", "STORE 1 +FLAGS \\Deleted", f"{base}/INBOX"])
    assert b"* 1 EXPUNGE\r\n" in run([*curl, "--request", "EXPUNGE", f"{base}/INBOX"])
    refused = run([*curl[:5], f"{ANA}:wrong", *curl[6:], base], status=67)
    assert b"denied" in refused.lower()
    assert len(contents(imap_server)) == len(ODD) - 1


# ------------------------------------------------------------------ those that collect


def with_getmail(server, folder, keep):
    home, out = folder / "getmail", folder / "got"
    home.mkdir(exist_ok=True)
    (home / "getmailrc").write_text(
        f"[retriever]\ntype = SimpleIMAPSSLRetriever\nserver = localhost\nport = {server.ports['imaps']}\nusername = {ANA}\n"
        f"password = {PASSWORD}\nca_certs = {server.certificate}\nmailboxes = (\"INBOX\", \"Shelf\")\n"
        f"[destination]\ntype = MDA_external\npath = {write_mda(folder, out)}\nallow_root_commands = true\nunixfrom = false\n"
        f"[options]\ndelivered_to = false\nreceived = false\nread_all = false\ndelete = {'false' if keep else 'true'}\n"
    )
    run(["getmail", "--getmaildir", home, "--rcfile", "getmailrc"], HOME=str(folder))
    return [re.sub(rb"^X-getmail-[^\n]*\n", b"", path.read_bytes(), flags=re.M) for path in out.iterdir()]


def with_fetchmail(server, folder, keep, implicit=False):
    config, out = folder / "fetchmailrc", folder / "fetched"
    script = write_mda(folder, out)
    security = "ssl" if implicit else 'sslproto "auto"'
    config.write_text(
        f'set no bouncemail\nset invisible\npoll localhost protocol imap port {server.ports["imaps" if implicit else "imap"]}\n'
        f'  user "{ANA}" password "{PASSWORD}" {security} sslcertck sslcertfile "{server.certificate}" folder INBOX,Shelf\n'
        f'  no rewrite {"keep" if keep else "no keep"} stripcr mda "{script}"\n'
    )
    config.chmod(0o600)
    run(["fetchmail", "--fetchmailrc", config, "--pidfile", folder / "fetchmail.pid", "--nodetach", "--nosyslog"],
        HOME=str(folder), FETCHMAILHOME=str(folder))
    return [path.read_bytes() for path in out.iterdir()]


def with_fetchmail_tls(server, folder, keep):
    return with_fetchmail(server, folder, keep, implicit=True)


@pytest.mark.parametrize("collector", [with_getmail, with_fetchmail, with_fetchmail_tls], ids=lambda function: function.__name__)
@pytest.mark.parametrize("keep", [True, False], ids=["keeps", "takes"])
def test_what_a_program_collects_is_what_was_sent(imap_server, tmp_path, collector, keep):
    with logged_in(imap_server) as imap:
        imap.ok("CREATE Shelf")
        for number, octets in enumerate(ODD.values()):
            if number % 2:
                imap.append("Shelf", octets)
            else:
                imap_server.send(octets, ANA)
        imap.logout()
    received = sorted(collector(imap_server, tmp_path, keep), key=number_of)
    assert [number_of(octets) for octets in received] == list(range(1, len(ODD) + 1))
    for octets, sent in zip(received, ODD.values()):
        assert_same_lines(octets, sent)
    assert len(contents(imap_server)) + len(contents(imap_server, "Shelf")) == (len(ODD) if keep else 0)


# ------------------------------------------------------------------ two-way synchronization


class Maildirs:
    """The folders of a client on its own disk: {X-Number: flags}."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def files(self, name):
        return [path for part in ("new", "cur") for path in sorted((self.folder / name / part).glob("*"))]

    def contents(self, name="INBOX"):
        found = [(number_of(path.read_bytes()), {LETTERS[letter] for letter in path.name.partition(":2,")[2]}) for path in self.files(name)]
        assert len(dict(found)) == len(found), f"{name} has a message twice"
        return dict(found)

    def state(self):
        """Every file by its name: what a run that has nothing to do leaves alone."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.parent.name in ("new", "cur"))

    def add(self, name, number, letters=""):
        for part in ("tmp", "new", "cur"):
            (self.folder / name / part).mkdir(parents=True, exist_ok=True)
        (self.folder / name / "cur" / f"17000000{number:05}.P{number}.here:2,{letters}").write_bytes(message(number).replace(b"\r\n", b"\n"))

    def path(self, name, number):
        return next(path for path in self.files(name) if number_of(path.read_bytes()) == number)

    def flag(self, name, number, letters):
        path = self.path(name, number)
        path.rename(self.folder / name / "cur" / (path.name.partition(":2,")[0] + ":2," + "".join(sorted(letters))))


def with_mbsync(server, folder):
    config = folder / "mbsyncrc"
    config.write_text(
        f"IMAPAccount far\nHost localhost\nPort {server.ports['imap']}\nUser {ANA}\nPass {PASSWORD}\nSSLType STARTTLS\n"
        f"CertificateFile {server.certificate}\n\nIMAPStore far\nAccount far\n\n"
        f"MaildirStore near\nPath {folder}/mail/\nInbox {folder}/mail/INBOX\nSubFolders Verbatim\n\n"
        "Channel all\nFar :far:\nNear :near:\nPatterns *\nCreate Both\nRemove Both\nExpunge Both\nSyncState *\n"
    )
    run(["mbsync", "--config", config, "--all"], HOME=str(folder), timeout=900)


def with_offlineimap(server, folder):
    config = folder / "offlineimaprc"
    config.write_text(
        f"[general]\naccounts = test\nmetadata = {folder}/offlineimap\nmaxsyncaccounts = 1\n[Account test]\nlocalrepository = near\n"
        f"remoterepository = far\n[Repository near]\ntype = Maildir\nlocalfolders = {folder}/mail\nsep = /\n"
        f"[Repository far]\ntype = IMAP\nremotehost = localhost\nremoteport = {server.ports['imaps']}\nremoteuser = {ANA}\nremotepass = {PASSWORD}\n"
        f"ssl = yes\nsslcacertfile = {server.certificate}\nusecompression = {'no' if server.name == 'Dovecot' else 'yes'}\n"
        "folderfilter = lambda name: name in ('INBOX', 'Shelf', 'Local')\n"
    )
    (folder / "mail").mkdir(exist_ok=True)
    said = run(["offlineimap", "-c", config, "-o", "-u", "basic"], HOME=str(folder), timeout=900).decode()
    assert "ERROR" not in said, said


@pytest.mark.long
@pytest.mark.parametrize("sync", [with_mbsync, with_offlineimap], ids=["mbsync", "offlineimap"])
def test_both_sides_end_the_same(imap_server, tmp_path, sync):
    server, near = imap_server, Maildirs(tmp_path / "mail")
    # mbsync leaves modified UTF-7 as it is: "Grüße", and "Entwürfe" within it (RFC 3501 §5.1.3).
    nested = ["Gr&APwA3w-e", "Gr&APwA3w-e/Entw&APw-rfe"] if sync is with_mbsync else []
    with logged_in(server) as imap:
        for name in ["Shelf", *nested]:
            imap.ok(f'CREATE "{name}"')
            imap.ok(f'SUBSCRIBE "{name}"')
        for number in range(1, MANY + 1):
            folder = "Shelf" if number % 3 == 0 else "INBOX"
            imap.append(folder, message(number, size=number % 7 * 700), ["", "\\Seen", "\\Seen \\Flagged", "\\Answered \\Seen"][number % 4])
        for name in nested:
            imap.append(name, message(1))
        imap.logout()
    for number in range(MANY + 1, MANY + 21):
        near.add("Local", number, ["", "S", "FS"][number % 3])
    folders = ["INBOX", "Shelf", "Local", *nested]

    def same():
        for name in folders:
            assert near.contents(name) == contents(server, name), name

    def run_with_nothing_left():
        """Nothing moves any more: neither a file nor, on the server, a UID, a flag or a MODSEQ."""
        before = near.state(), state(server, folders)
        sync(server, tmp_path)
        assert (near.state(), state(server, folders)) == before, "there is always something left to do"

    sync(server, tmp_path)
    same()
    assert len(contents(server, "Local")) == 20
    for path in near.files("INBOX"):
        number = number_of(path.read_bytes())
        stored = message(number, size=number % 7 * 700)
        assert path.read_bytes().split(b"\n\n", 1)[1].rstrip(b"\n") == stored.replace(b"\r\n", b"\n").split(b"\n\n", 1)[1].rstrip(b"\n")
    run_with_nothing_left()
    run_with_nothing_left()

    # Both sides go on living.
    near.flag("INBOX", 1, "FS")
    near.path("INBOX", 2).unlink()
    near.add("INBOX", MANY + 30, "S")
    with logged_in(server) as imap:
        imap.select("INBOX")
        imap.ok("STORE 3 +FLAGS (\\Flagged)")
        imap.ok("STORE 4 +FLAGS (\\Deleted)")
        imap.ok("EXPUNGE")
        imap.ok("MOVE 5 Shelf")
        imap.logout()
    server.send(message(MANY + 40), ANA)
    before = contents(server)
    sync(server, tmp_path)
    sync(server, tmp_path)  # offlineimap learns in one run what it files in the next
    same()
    run_with_nothing_left()
    after = contents(server)
    assert 2 in before and 2 not in after and MANY + 30 in after and MANY + 40 in after and "\\Flagged" in after[1]


def state(server, folders):
    found = {}
    with logged_in(server) as imap:
        for name in folders:
            imap.select(name, verb="EXAMINE")
            found[name] = imap.uid_next, [(data["UID"], sorted(set(data["FLAGS"]) - {"\\Recent"}), data["MODSEQ"]) for data in imap.messages("UID FLAGS MODSEQ")]
        imap.logout()
    return found


# ------------------------------------------------------------------ those with a screen


def test_neomutt(imap_server, tmp_path):
    server = imap_server
    with logged_in(server) as imap:
        imap.ok("CREATE Shelf")
        imap.logout()
    for number in range(1, 6):
        server.send(message(number, subject=f"letter {number}"), ANA)
    (tmp_path / "muttrc").write_text(
        f'set folder = "imap://localhost:{server.ports["imap"]}/"\nset spoolfile = "+INBOX"\nset imap_user = "{ANA}"\nset imap_pass = "{PASSWORD}"\n'
        f'set ssl_starttls = yes\nset ssl_force_tls = yes\nset certificate_file = "{server.certificate}"\nset ssl_verify_host = no\n'
        'set imap_idle = yes\nset timeout = 1\nset mail_check = 1\nset sort = mailbox-order\nset beep = no\nset confirmappend = no\nset delete = yes\n'
        'set mark_old = no\nset wait_key = no\nset header_cache = ""\nset imap_qresync = yes\nset imap_condstore = yes\nset use_threads = no\n'
        'set index_format = "%3C %Z %s"\nset move = no\nset quit = yes\n'
    )
    with Screen("neomutt", "-n", "-F", tmp_path / "muttrc", folder=tmp_path) as screen:
        screen.wait("letter 1", "letter 5")
        screen.press("1", "Enter", "Enter").wait("This is message 1.")
        screen.press("i").wait("letter 5")
        screen.press("F")  # flags the message under the cursor, which is the first or the one after it
        screen.press("$").wait("letter 5")
        wait_until(lambda: any("\\Flagged" in flags for flags in contents(server).values()))
        assert "\\Seen" in contents(server)[1]
        # Somebody else's message comes by itself.
        server.send(message(6, subject="letter 6"), ANA)
        screen.wait("letter 6")
        screen.press("6", "Enter").press("d").press("$")
        wait_until(lambda: 6 not in contents(server))
        screen.press("2", "Enter").press("s").wait("Save")
        screen.press("C-u").type("=Shelf").press("Enter")
        screen.press("$")
        wait_until(lambda: 2 in contents(server, "Shelf") and 2 not in contents(server))
        screen.press("c").wait("Open")
        screen.press("C-u").type("=Shelf").press("Enter").wait("letter 2", without=["letter 3"])
        screen.press("q").wait("[it ended with 0]")
    assert sorted(contents(server)) == [1, 3, 4, 5]


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to be so"
        time.sleep(0.05)


def test_aerc(imap_server, tmp_path):
    server = imap_server
    with logged_in(server) as imap:
        imap.ok("CREATE Shelf")
        imap.ok("SUBSCRIBE Shelf")
        imap.logout()
    for number in range(1, 6):
        server.send(message(number, subject=f"letter {number}"), ANA)
    settings = tmp_path / "config" / "aerc"
    settings.mkdir(parents=True)
    account = settings / "accounts.conf"
    account.write_text(
        f"[test]\nsource = imaps://{ANA.replace('@', '%40')}:{PASSWORD}@localhost:{server.ports['imaps']}\noutgoing = /bin/false\n"
        "default = INBOX\nfrom = Ana <ana@example.test>\ncopy-to = Shelf\n"
    )
    account.chmod(0o600)
    (settings / "aerc.conf").write_text(
        "[general]\nunsafe-accounts-conf=true\n[ui]\nindex-columns=\nindex-format=%-50.50s\nborder-char-vertical=|\nspinner=.\n"
        "[viewer]\npager=cat\n[filters]\ntext/plain=cat\n"
    )
    with Screen("aerc", folder=tmp_path, SSL_CERT_FILE=str(server.certificate)) as screen:
        screen.wait("letter 1", "letter 5", "Shelf")
        screen.press("g").type("").press("Enter").wait("This is message 5.")  # the newest is on top
        wait_until(lambda: "\\Seen" in contents(server)[5])
        screen.type(":close").press("Enter").wait("letter 1")
        server.send(message(6, subject="letter 6"), ANA)
        screen.wait("letter 6")
        screen.press("g").type(":delete").press("Enter")
        wait_until(lambda: 6 not in contents(server))
        screen.wait("letter 5", without=["letter 6"])
        screen.type(":mv Shelf").press("Enter")
        wait_until(lambda: len(contents(server, "Shelf")) == 1)
        screen.type(":cf Shelf").press("Enter").wait("letter", without=["letter 1"])
        screen.type(":quit").press("Enter").wait("[it ended with 0]")
    assert len(contents(server)) == 4


# ------------------------------------------------------------------ all of them together


def test_many_programs_at_once(imap_server):
    """What one files the next finds, while all of them are at it."""
    failures = []

    def file(lane):
        try:
            client = with_imaplib(imap_server, ["clear", "starttls", "tls"][lane % 3])
            client.select("INBOX")
            for number in range(lane * 10, lane * 10 + 10):
                assert client.append("INBOX", None, None, message(number))[0] == "OK"
            client.logout()
        except Exception as error:  # noqa: BLE001 (all of them are to be seen)
            failures.append(repr(error))

    threads = [threading.Thread(target=file, args=(lane,)) for lane in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(contents(imap_server)) == list(range(80))
