"""Mail that is fetched by POP3: each message once and only once, whatever happens on either side."""

import json
import poplib
import random
import re
import subprocess
import time

import pytest

from conftest import rounds
from harness.dovecot import Dovecot
from harness.mail import message, number_of
from harness.maildrop import Maildrop
from harness.peers import make_certificate, server_context
from harness.server import DOMAIN, PASSWORD

ANA, BEN = f"ana@{DOMAIN}", f"ben@{DOMAIN}"
THERE = "There-Is-A-Secret-9"


@pytest.fixture
def server(make_server):
    server = make_server()
    server.secrets.add(THERE)
    return server


@pytest.fixture
def dovecot():
    peer = Dovecot().start()
    yield peer
    peer.stop()
    peer.audit()


def add(server, port, *more, account=ANA, user="ana", password=THERE, host="127.0.0.1", tls="none", status=0):
    """By hand only, unless told otherwise: a day between two looks."""
    every = () if "--every" in more else ("--every", "86400")
    return server.cli(
        "fetch", "add", account, "--host", host, "--port", port, "--user", user, "--tls", tls, "--name", "there", "--protocol", "pop3",
        "--password-stdin", *every, *more, input=password + "\n", status=status,
    )


def run(server, account=ANA, status=0):
    """At once; waits while the first look, which the server begins by itself, is under way."""
    for _ in range(600):
        done = server.cli("fetch", "run", account, status=None)
        if b"at this moment" not in done.stderr:
            assert status is None or done.returncode == status, done
            return done
        time.sleep(0.05)
    raise AssertionError("another run does not end")


def show(server, account=ANA):
    return json.loads(server.cli("fetch", "show", account, "--json").stdout)


def numbers(server, account=ANA):
    return [number_of(octets) for octets in server.messages(account)]


def first(server):
    """The first message, however large."""
    pop3 = poplib.POP3("127.0.0.1", server.ports["pop3"], timeout=120)
    pop3.user(ANA)
    pop3.pass_(PASSWORD)
    lines = pop3.retr(1)[1]
    pop3.quit()
    return b"".join(line + b"\r\n" for line in lines)


def some(count, size=0):
    return [message(number, size=size) for number in range(1, count + 1)]


def test_brings_what_is_there_as_it_is(server):
    sent = some(30, size=2000) + [b".\r\n..dots\r\n" + message(31), message(32, body=b".\r\n")]
    with Maildrop(sent) as maildrop:
        add(server, maildrop.port)
        run(server)
        assert server.messages(ANA) == sent
        assert show(server)["messages"] == len(sent) and show(server)["lastError"] == ""
        run(server)
        assert server.count(ANA) == len(sent) and len(maildrop.retrieved) == len(sent)
        assert len(maildrop.messages) == len(sent), "nothing is deleted unless --keep says so"
        maildrop.messages["later"] = message(99)
        run(server)
        assert numbers(server)[-1] == 99
        text = server.get("/metrics")[1]
        assert 'paloma_fetch_messages_total{protocol="pop3"} 33' in text
        octets = sum(len(octets) for octets in maildrop.messages.values())
        assert f'paloma_fetch_octets_total{{protocol="pop3"}} {octets}' in text
        assert 'paloma_fetch_runs_total{outcome="done"}' in text
    listed = server.cli("fetch", "list").stdout.decode()
    assert "there" in listed and "33" in listed
    server.cli("fetch", "remove", ANA, "there")
    assert json.loads(server.cli("fetch", "list", "--json").stdout) == []


def test_looks_by_itself(server):
    with Maildrop(some(3)) as maildrop:
        add(server, maildrop.port)
        deadline = time.monotonic() + 30
        while server.count(ANA) < 3:
            assert time.monotonic() < deadline, server.log()
            time.sleep(0.05)


def test_deletes_there_what_is_here(server):
    with Maildrop(some(5)) as maildrop:
        add(server, maildrop.port, "--keep", "0")
        run(server)
        assert numbers(server) == [1, 2, 3, 4, 5] and not maildrop.messages
        # The same octets once more are another message.
        maildrop.messages["again"] = message(1)
        run(server)
        assert server.count(ANA) == 6


def test_keeps_there_for_days(server):
    with Maildrop(some(3)) as maildrop:
        add(server, maildrop.port, "--keep", "7")
        run(server)
        run(server)
        assert len(maildrop.messages) == 3 and server.count(ANA) == 3


def test_refused_quit_fetches_none_twice(server):
    with Maildrop(some(4)) as maildrop:
        maildrop.quit_refused = True
        add(server, maildrop.port, "--keep", "0")
        run(server, status=None)
        maildrop.quit_refused = False
        run(server)
        assert numbers(server) == [1, 2, 3, 4] and not maildrop.messages


@pytest.mark.parametrize("verb", ["GREETING", "CAPA", "USER", "PASS", "UIDL", "LIST", "RETR", "DELE", "QUIT"])
def test_the_remote_closes_at(server, verb):
    with Maildrop(some(20)) as maildrop:
        maildrop.close_at, maildrop.closings = verb, 2
        add(server, maildrop.port, "--keep", "0")
        for _ in range(4):
            run(server, status=None)
        assert numbers(server) == list(range(1, 21)) and not maildrop.messages
        assert show(server)["lastError"] == "" and show(server)["failures"] == 0


def test_the_remote_cuts_a_message(server):
    with Maildrop(some(3, size=5000)) as maildrop:
        maildrop.cut_after, maildrop.closings = 2500, 2
        add(server, maildrop.port)
        for _ in range(4):
            run(server, status=None)
        assert server.messages(ANA) == list(maildrop.messages.values())


def test_unique_ids_are_given_anew(server):
    """What has another name there is known again; what is new comes."""
    with Maildrop(some(10)) as maildrop:
        add(server, maildrop.port)
        run(server)
        maildrop.renumber()
        maildrop.messages["really"] = message(11)
        run(server)
        assert numbers(server) == list(range(1, 12))
        # Twice the same octets at one time are two messages.
        maildrop.messages["twin-1"] = maildrop.messages["twin-2"] = message(12)
        run(server)
        assert numbers(server)[-2:] == [12, 12]


def test_wrong_password(server):
    with Maildrop(some(1)) as maildrop:
        add(server, maildrop.port, password="Wrong-One-1")
        server.secrets.add("Wrong-One-1")
        done = run(server, status=1)
        assert b"refuses name or password" in done.stderr
        assert "refuses name or password" in show(server)["lastError"] and show(server)["failures"] >= 1
        deadline = time.monotonic() + 30
        while "paloma_fetch_accounts_failing 1" not in server.get("/metrics")[1]:
            assert time.monotonic() < deadline, server.get("/metrics")[1]
            time.sleep(0.05)
        server.cli("fetch", "password", ANA, "--password-stdin", input=THERE + "\n")
        run(server)
        assert server.count(ANA) == 1 and show(server)["lastError"] == ""


def test_certificates(server, home):
    def certificate(name, *names, days=2):
        folder = home / name
        folder.mkdir()
        if days > 0:
            return folder, server_context(folder, *names)
        make_certificate(folder, *names)
        subprocess.run(
            ["openssl", "x509", "-in", folder / "cert.pem", "-signkey", folder / "key.pem", "-days", "-1", "-out",
             folder / "cert.pem.old"], check=True, capture_output=True)
        (folder / "cert.pem.old").rename(folder / "cert.pem")
        import ssl
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        return folder, context

    for case, names, days, trusted, words in (
        ("good", ["localhost"], 2, True, ""),
        ("expired", ["localhost"], 0, True, "expired"),
        ("other", ["elsewhere.test"], 2, True, "not for localhost"),
        ("unknown", ["localhost"], 2, False, "no secure connection"),
    ):
        folder, context = certificate(case, *names, days=days)
        with Maildrop(some(1), context=context) as maildrop:
            more = ["--ca-file", folder / "cert.pem"] if trusted else []
            add(server, maildrop.port, *more, tls="implicit", host="localhost")
            done = run(server, status=1 if words else 0)
            assert words in done.stderr.decode(), (case, done.stderr)
        server.cli("fetch", "remove", ANA)
    assert server.count(ANA) == 1


def test_no_password_in_the_clear(server):
    """To another host than this one."""
    add(server, 110, host="192.0.2.1", tls="none")
    assert "192.0.2.1" in server.cli("fetch", "show", ANA).stdout.decode()


def test_quota_full_here(make_server):
    server = make_server(accounts=())
    server.secrets.add(THERE)
    server.account("ana", PASSWORD, "--quota", "100 KiB")
    with Maildrop(some(20, size=9000)) as maildrop:
        add(server, maildrop.port, "--keep", "0")
        done = run(server, status=1)
        assert b"full" in done.stderr
        count = server.count(ANA)
        assert 8 <= count < 20 and numbers(server) == list(range(1, count + 1))
        assert len(maildrop.messages) == 20, "nothing is deleted in a run that failed"
        server.cli("account", "set", ANA, "--quota", "0")
        run(server)
        assert numbers(server) == list(range(1, 21)) and not maildrop.messages


def test_secrets_are_sealed(server):
    with Maildrop(some(1)) as maildrop:
        add(server, maildrop.port)
        run(server)
    key = server.data / "fetch.key"
    assert key.stat().st_mode & 0o777 == 0o600 and key.stat().st_size == 32
    server.stop()
    for path in server.data.rglob("*"):
        if path.is_file():
            assert THERE.encode() not in path.read_bytes(), path
    assert THERE not in server.log()
    key.write_bytes(bytes(32))
    server.start()
    assert "cannot be read" in run(server, status=1).stderr.decode()


@pytest.mark.long
def test_sigkill_of_ours(server, home):
    """Each message once and only once, however often our server is killed while it fetches."""
    count = 2000
    generator = random.Random(7)
    with Maildrop(some(count, size=1500)) as maildrop:
        add(server, maildrop.port, "--every", "30", "--keep", "0")
        for _ in range(rounds(8)):
            time.sleep(generator.uniform(0.0, 0.6))
            server.kill()
            server.start()
        for _ in range(20):
            run(server, status=None)
            if not maildrop.messages:
                break
        assert sorted(numbers(server)) == list(range(1, count + 1))


@pytest.mark.long
def test_a_message_of_100_mb(server):
    large = message(1, size=100 << 20)
    with Maildrop([large, message(2)]) as maildrop:
        add(server, maildrop.port)
        before = server.resident_bytes()
        run(server)
        assert server.resident_bytes() - before < 64 << 20
        assert first(server) == large and server.count(ANA) == 2


def test_from_dovecot(server, dovecot):
    """Debian's Dovecot, over STLS and with a password that it takes by SASL."""
    sent = some(40, size=3000)
    for octets in sent:
        dovecot.send(octets, ANA)
    add(
        server, dovecot.ports["pop3"], "--ca-file", dovecot.certificate, "--keep", "0", host="localhost",
        tls="starttls", user=ANA, password=PASSWORD)
    run(server)
    assert numbers(server) == list(range(1, 41))
    with dovecot.pop3() as pop3:
        pop3.login(ANA, PASSWORD)
        assert pop3.stat()[0] == 0


def test_from_ourselves(make_server):
    """From another Paloma, by SCRAM over implicit TLS; the octets stay."""
    there = make_server("there", accounts=("ana",))
    here = make_server("here", accounts=("ana",))
    for octets in some(25, size=1000):
        there.send(octets, ANA)
    expected = there.messages(ANA)
    add(
        here, there.ports["pop3s"], "--ca-file", there.certificate, "--keep", "0",
        host=certificate_name(there), tls="implicit", user=ANA, password=PASSWORD)
    run(here)
    assert here.messages(ANA) == expected
    assert there.count(ANA) == 0


def certificate_name(server):
    """A name of its certificate that leads to this machine."""
    text = subprocess.run(
        ["openssl", "x509", "-in", server.certificate, "-noout", "-ext", "subjectAltName"], capture_output=True,
        text=True, check=True).stdout
    if "localhost" in text:
        return "localhost"
    match = re.search(r"IP Address:(127\.\S+?)[,\s]", text + " ")
    return match.group(1) if match else "localhost"
