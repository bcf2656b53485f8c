"""The command line: what it makes, what it refuses and how it says so."""

import json
import mailbox
import os
import subprocess

import pytest

from harness.mail import assert_same_lines, lf, message, number_of, untraced
from harness.ports import free_port
from harness.server import DOMAIN, PASSWORD, PalomaServer

ANA, BEN = f"ana@{DOMAIN}", f"ben@{DOMAIN}"


def said(done):
    return done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")


def test_help_everywhere(binary):
    for command in ([], ["init"], ["serve"], ["account"], ["account", "add"], ["alias"], ["list"], ["domain"], ["queue"], ["import"], ["export"], ["check"], ["backup"], ["lab"], ["lab", "send"]):
        done = subprocess.run([binary, *command, "--help"], capture_output=True)
        assert done.returncode == 0 and b"USAGE" in done.stdout.upper(), command
    assert subprocess.run([binary, "--version"], capture_output=True).returncode == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions(binary, shell):
    done = subprocess.run([binary, "--generate-completion-script", shell], capture_output=True)
    assert done.returncode == 0 and b"account" in done.stdout
    if shell == "bash":
        assert subprocess.run(["bash", "-n"], input=done.stdout).returncode == 0


@pytest.mark.parametrize("arguments, status", [
    (["nonsense"], 2),
    (["account"], (0, 2)),
    (["account", "add"], 2),
    (["account", "add", ANA, "--quota", "many", "--password-stdin"], 2),
    (["account", "add", "no-domain", "--password-stdin"], (1, 2)),
    (["account", "add", "dora@unknown.test", "--password-stdin"], 1),
    (["account", "add", ANA, "--password-stdin"], 1),
    (["account", "disable", f"nobody@{DOMAIN}"], 1),
    (["alias", "add", f"x@{DOMAIN}"], (1, 2)),
    (["alias", "add", f"x@{DOMAIN}", "not an address"], (1, 2)),
    (["alias", "remove", f"nothere@{DOMAIN}"], 1),
    (["list", "add", f"x@{DOMAIN}"], (0, 1, 2)),
    (["domain", "add", "not a domain"], (1, 2)),
    (["domain", "add", "d2.test", "--catch-all", "nobody@nowhere.test"], (0, 1)),
    (["export", "--account", f"nobody@{DOMAIN}", "--mbox", "/tmp/never.mbox"], 1),
    (["import", "--account", ANA, "--mbox", "/does/not/exist.mbox"], 1),
    (["export", "--account", ANA], 2),
])
def test_wrong_use_and_failure_are_told_apart_and_explained(shared, arguments, status):
    wanted = status if isinstance(status, tuple) else (status,)
    done = shared.cli(*arguments, status=None, input=PASSWORD + "\n")
    assert done.returncode in wanted, f"{arguments}: {done.returncode}\n{said(done)}"
    if done.returncode:
        assert len(done.stderr.strip()) > 10, "a failure without a word on standard error"
        assert b"Fatal error" not in done.stderr
    assert PASSWORD not in said(done)


def test_a_password_that_is_none(shared):
    for password in ("", "\n", "\0\n", "a\nb\nc"):
        done = shared.cli("account", "add", f"eva@{DOMAIN}", "--password-stdin", input=password, status=None)
        if done.returncode == 0:
            shared.cli("account", "remove", f"eva@{DOMAIN}", status=None)
            assert password == "a\nb\nc"
        else:
            assert done.returncode in (1, 2) and done.stderr


def test_lists_for_people_and_for_programs(server):
    server.cli("domain", "add", "d2.test")
    server.alias("info", ANA)
    server.list("crew", ANA, BEN)
    for what, needle in (("account", ANA), ("alias", f"info@{DOMAIN}"), ("list", f"crew@{DOMAIN}"), ("domain", "d2.test")):
        for command in ([what, "list"], [what, "show", needle]):
            done = server.cli(*command, status=None)
            if done.returncode == 2:
                continue  # that spelling is not offered
            assert needle in said(done)
            assert "argon2" not in said(done) and PASSWORD not in said(done)
            machine = server.cli(*command, "--json", status=None)
            if machine.returncode == 0:
                assert needle in json.dumps(json.loads(machine.stdout))
    assert b"\x1b[" not in server.cli("account", "list", status=None).stdout, "colours only on a terminal"


def test_init_refuses_to_overwrite(home, binary):
    server = PalomaServer(home / "paloma", binary).init()
    before = server.config.read_bytes()
    done = server.cli("init", server.home, "--domain", "other.test", config=False, status=None)
    assert done.returncode == 1 and server.config.read_bytes() == before
    assert oct((server.home / "tls" / "key.pem").stat().st_mode & 0o077) == "0o0", "the key is for its owner alone"
    server.clean_up()


@pytest.mark.parametrize("change, needle", [
    (("hostname =", "hostnam ="), "hostnam"),
    (('protocol = "smtp"', 'protocol = "gopher"'), "gopher"),
    (("port = ", "port = 99999"), "port"),
    (('data = "data"', "data = 7"), "data"),
    (("[tls]", "[tls"), ""),
    (('"tls/cert.pem"', '"tls/nothing.pem"'), "nothing.pem"),
    (('address = "127.0.0.1"', 'address = "127.0.0.999"'), "127.0.0.999"),
    (('level = "info"', 'level = "loud"'), "loud"),
    (('auth_without_tls = true', 'auth_without_tls = "perhaps"'), "auth_without_tls"),
])
def test_mistakes_in_the_configuration_are_named_with_their_line(home, binary, change, needle):
    server = PalomaServer(home / "paloma", binary).init()
    text = server.config.read_text()
    assert change[0] in text
    broken = text.replace(*change, 1)
    line = next(number for number, (a, b) in enumerate(zip(text.splitlines(), broken.splitlines()), 1) if a != b)
    server.config.write_text(broken)
    done = server.cli("serve", status=None, timeout=30)
    assert done.returncode in (1, 2), said(done)
    assert needle in said(done)
    assert str(line) in said(done), f"line {line} is not named:\n{said(done)}"
    assert "Fatal error" not in said(done)
    server.clean_up()


def test_all_mistakes_at_once(home, binary):
    server = PalomaServer(home / "paloma", binary).init()
    text = server.config.read_text().replace('protocol = "smtp"', 'protocol = "gopher"', 1).replace('level = "info"', 'level = "loud"')
    server.config.write_text(text)
    done = server.cli("serve", status=None, timeout=30)
    assert "gopher" in said(done) and "loud" in said(done)
    server.clean_up()


def test_no_configuration_at_all(binary, home):
    done = subprocess.run([binary, "serve", "--config", home / "none.toml"], capture_output=True, timeout=30)
    assert done.returncode in (1, 2) and b"none.toml" in done.stderr


def test_a_port_that_is_taken(make_server):
    server = make_server()
    other = PalomaServer(server.folder.parent / "other", server.binary).init()
    other.config.write_text(other.config.read_text().replace(f"port = {other.ports['smtp']}", f"port = {server.ports['smtp']}"))
    done = other.cli("serve", status=None, timeout=30)
    assert done.returncode == 1 and str(server.ports["smtp"]) in said(done)
    other.clean_up()


def test_two_servers_on_one_store(server):
    """The second one keeps its hands off."""
    text = server.config.read_text()
    second = server.home / "second.toml"
    for port in server.ports.values():
        text = text.replace(f"port = {port}", f"port = {free_port()}")
    second.write_text(text.replace(str(server.socket_path), str(server.socket_path) + "2"))
    done = subprocess.run([server.binary, "serve", "--config", second], capture_output=True, timeout=30)
    assert done.returncode == 1, said(done)
    server.send(message(1), ANA)
    assert server.count(ANA) == 1


def test_hangup_reads_the_configuration_again(server):
    import signal

    server.send(message(1), ANA)
    server.process.send_signal(signal.SIGHUP)
    server.send(message(2), ANA)
    text = server.config.read_text()
    server.config.write_text(text.replace('level = "info"', 'level = "loud"'))
    server.process.send_signal(signal.SIGHUP)
    for _ in range(100):
        if "loud" in server.log():
            break
        import time

        time.sleep(0.05)
    assert "loud" in server.log(), "the mistake is reported"
    assert server.running
    server.send(message(3), ANA)
    assert server.count(ANA) == 3
    server.config.write_text(text)


ODD_MBOX = [
    b"X-Number: 1\nSubject: plain\n\nText\n",
    b"X-Number: 2\nSubject: quoted\n\n>From the start\n>>From twice\nnot From here\n",
    b"X-Number: 3\nSubject: eight bit\n\n\xc3\xb1 \xff\n",
    b"X-Number: 4\n\n",
    b"X-Number: 5\nSubject: long\n\n" + b"z" * 20_000 + b"\n",
    b"X-Number: 6\nSubject: empty lines\n\n\n\n\nend\n\n\n",
]


def write_mbox(path, messages):
    with open(path, "wb") as file:
        for octets in messages:
            file.write(b"From a@b.test Thu Jan  1 00:00:00 2026\n" + octets + b"\n")


def test_mbox_in_and_out(server):
    first = server.folder / "in.mbox"
    write_mbox(first, ODD_MBOX)
    server.cli("import", "--account", ANA, "--mbox", first)
    received = server.messages(ANA)
    assert [number_of(octets) for octets in received] == [1, 2, 3, 4, 5, 6]
    out = server.folder / "out.mbox"
    server.cli("export", "--account", ANA, "--mbox", out)
    server.cli("import", "--account", BEN, "--mbox", out)
    again = server.messages(BEN)
    assert [lf(untraced(octets)).rstrip(b"\n") for octets in again] == [lf(untraced(octets)).rstrip(b"\n") for octets in received]
    box = mailbox.mbox(out, create=False)
    assert len(box) == 6
    assert {message["X-Number"] for message in box} == set("123456")


def test_maildir_in_and_out(server):
    folder = server.folder / "Maildir"
    box = mailbox.Maildir(folder)
    for octets in ODD_MBOX:
        box.add(octets)
    marked = mailbox.MaildirMessage(b"X-Number: 7\nSubject: seen\n\nread already\n")
    marked.set_subdir("cur")
    marked.set_flags("SF")
    box.add(marked)
    server.cli("import", "--account", ANA, "--maildir", folder)
    received = server.messages(ANA)
    assert sorted(number_of(octets) for octets in received) == [1, 2, 3, 4, 5, 6, 7]
    out = server.folder / "Out"
    server.cli("export", "--account", ANA, "--maildir", out)
    exported = {number_of(lf(path.read_bytes())): path for path in out.rglob("*") if path.is_file() and path.parent.name in ("new", "cur")}
    assert sorted(exported) == [1, 2, 3, 4, 5, 6, 7]
    assert set("SF") <= set(exported[7].name.partition(":2,")[2]), "flags come and go with the message"
    for octets in received:
        assert_same_lines(exported[number_of(octets)].read_bytes(), untraced(octets))


def test_import_while_mail_arrives(server):
    import threading

    path = server.folder / "in.mbox"
    write_mbox(path, [b"X-Number: %d\n\nx\n" % number for number in range(1000, 2000)])
    arriving = threading.Thread(target=lambda: [server.send(message(number), ANA) for number in range(100)])
    arriving.start()
    server.cli("import", "--account", ANA, "--mbox", path)
    arriving.join()
    numbers = [number_of(octets) for octets in server.messages(ANA)]
    assert sorted(numbers) == sorted(list(range(100)) + list(range(1000, 2000)))


def test_backup_while_it_runs(server):
    """A backup taken in the flood is whole: it starts, it is clean, and has what was acknowledged before it began."""
    import threading

    for number in range(20):
        server.send(message(number), ANA)
    stop = threading.Event()

    def flood():
        number = 100
        while not stop.is_set():
            server.send(message(number, size=20_000), ANA)
            number += 1

    thread = threading.Thread(target=flood)
    thread.start()
    target = server.folder / "backup"
    try:
        server.cli("backup", target)
    finally:
        stop.set()
        thread.join()
    other = PalomaServer(server.folder / "restored", server.binary).init()
    import shutil

    source = next(path.parent for path in [*target.rglob("paloma.db")])
    shutil.rmtree(other.data, ignore_errors=True)
    shutil.copytree(source, other.data)
    other.check()
    other.start()
    numbers = [number_of(octets) for octets in other.messages(ANA)]
    assert set(range(20)) <= set(numbers) and len(numbers) == len(set(numbers))
    other.stop()
    other.audit()
    other.clean_up()
    assert server.cli("backup", target, status=None).returncode == 1, "a backup does not write over another one"


def test_space_comes_back(make_server):
    server = make_server(accounts=["ana"])
    for number in range(60):
        server.send(message(number, size=1_000_000), ANA)
    server.send(message(1000), ANA)

    def used():
        return sum(path.stat().st_blocks * 512 for path in server.data.rglob("*") if path.is_file())

    before = used()
    with server.pop3() as pop3:
        pop3.login(ANA, PASSWORD)
        for number in range(1, 61):
            pop3.ok(f"DELE {number}")
        pop3.quit()
    for number in range(2000, 2080):  # a new segment begins, so the old one may go
        server.send(message(number, size=1_000_000), ANA)
    with server.pop3() as pop3:
        pop3.login(ANA, PASSWORD)
        count, _ = pop3.stat()
        for number in range(2, count + 1):
            pop3.ok(f"DELE {number}")
        pop3.quit()
    if server.cli("compact", "--help", status=None, config=False).returncode == 0:
        server.cli("compact")
    import time

    for _ in range(100):
        if used() < before:
            break
        time.sleep(0.1)
    assert used() < before, "140 MB were deleted and nothing came back"
    assert [number_of(octets) for octets in server.messages(ANA)] == [1000]


def test_check_while_it_runs(server):
    server.send(message(1), ANA)
    server.check()
    found = json.loads(server.check("--json").stdout)
    assert found is not None
    assert server.running


def test_secrets_are_readable_for_their_owner_only(server):
    for path in server.data.rglob("*"):
        if path.is_file() and not path.is_symlink():
            assert path.stat().st_mode & 0o007 == 0, f"{path.name} can be read by everybody"
    assert server.data.stat().st_mode & 0o007 == 0
    assert os.path.exists(server.certificate)
