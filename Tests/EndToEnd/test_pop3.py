"""POP3 over the wire: RFC 1939 and its extensions against the real server."""

import base64
import hashlib
import hmac
import os
import re
import socket
import threading

import pytest

from harness.mail import assert_same, message, number_of
from harness.server import DOMAIN, PASSWORD
from harness.wire import POP3, Closed

ANA, BEN = f"ana@{DOMAIN}", f"ben@{DOMAIN}"


def fill(server, count, who=ANA):
    sent = [message(number, size=300 * (number % 4)) for number in range(1, count + 1)]
    for octets in sent:
        server.send(octets, who)
    return sent


def uids(pop3):
    pop3.ok("UIDL")
    return dict(line.split(" ", 1) for line in pop3.body().decode().splitlines())


def test_the_whole_of_rfc_1939(server):
    sent = fill(server, 4)
    with server.pop3() as pop3:
        pop3.login(ANA, PASSWORD)
        count, octets = pop3.stat()
        assert count == 4
        pop3.ok("LIST")
        sizes = [int(line.split()[1]) for line in pop3.body().decode().splitlines()]
        assert sum(sizes) == octets
        assert pop3.ok("LIST 2").split()[:2] == ["2", str(sizes[1])]
        for number, octets in enumerate(sent, 1):
            received = pop3.retrieve(number)
            assert_same(received, octets)
            assert len(received) == sizes[number - 1], "LIST says what RETR sends"
        pop3.ok("TOP 3 0")
        head = pop3.body()
        assert head.endswith(b"\r\n\r\n") and b"Subject: number 3" in head and b"This is message" not in head
        pop3.ok("TOP 3 1")
        assert pop3.body().count(b"This is message 3") == 1
        pop3.ok("TOP 3 9999")
        assert pop3.body() == pop3.retrieve(3)
        pop3.ok("NOOP")
        pop3.ok("DELE 2")
        pop3.err("RETR 2")
        pop3.err("DELE 2")
        pop3.err("LIST 2")
        pop3.err("TOP 2 0")
        assert pop3.stat()[0] == 3
        pop3.ok("LIST")
        assert [line.split()[0] for line in pop3.body().decode().splitlines()] == ["1", "3", "4"], "numbers do not move"
        pop3.ok("RSET")
        assert pop3.stat()[0] == 4
        for bad in ("RETR 0", "RETR 5", "RETR x", "RETR", "RETR -1", "RETR 99999999999999999999", "DELE 9", "TOP 1", "TOP 1 -1", "LIST 0"):
            pop3.err(bad)
        pop3.quit()
    assert server.count(ANA) == 4


def test_deletion_happens_at_quit_only(server):
    fill(server, 3)
    for leave in ("hang up", "abort"):
        with server.pop3() as pop3:
            pop3.login(ANA, PASSWORD)
            pop3.ok("DELE 1")
            if leave == "abort":
                pop3.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        assert eventually(lambda: try_count(server)) == 3
    with server.pop3() as pop3:
        pop3.login(ANA, PASSWORD)
        pop3.ok("DELE 1")
        pop3.ok("DELE 3")
        pop3.quit()
    assert [number_of(octets) for octets in server.messages(ANA)] == [2]
    server.restart()
    assert [number_of(octets) for octets in server.messages(ANA)] == [2]


def try_count(server):
    """The count, or None while the maildrop is still locked by a connection that has just gone."""
    with server.pop3() as pop3:
        pop3.ok()
        pop3.ok(f"USER {ANA}")
        pop3.send(f"PASS {PASSWORD}\r\n")
        line = pop3.line()
        if "[IN-USE]" in line:
            return None
        assert line.startswith("+OK"), line
        count, _ = pop3.stat()
        pop3.quit()
        return count


def eventually(attempt):
    for _ in range(200):
        value = attempt()
        if value is not None:
            return value
        import time

        time.sleep(0.02)
    raise AssertionError("never")


def test_killed_after_dele_before_quit_keeps_all(server):
    fill(server, 3)
    pop3 = server.pop3()
    pop3.login(ANA, PASSWORD)
    pop3.ok("DELE 1")
    server.kill()
    server.start()
    assert server.count(ANA) == 3


def test_the_maildrop_is_locked(server):
    fill(server, 1)
    with server.pop3() as first:
        first.login(ANA, PASSWORD)
        with server.pop3() as second:
            second.ok()
            second.ok(f"USER {ANA}")
            assert "[IN-USE]" in second.err(f"PASS {PASSWORD}")
        with server.pop3() as other:
            other.login(BEN, PASSWORD)
            other.quit()
        server.send(message(9), ANA)  # arrives all the same
        assert first.stat()[0] == 1, "and this session does not see it"
        first.quit()
    assert server.count(ANA) == 2


def test_uidl_is_for_ever(server):
    fill(server, 5)
    with server.pop3() as pop3:
        pop3.login(ANA, PASSWORD)
        first = uids(pop3)
        assert len(set(first.values())) == 5
        assert all(re.fullmatch(r"[!-~]{1,70}", uid) for uid in first.values())
        assert pop3.ok("UIDL 2").split() == ["2", first["2"]]
        pop3.ok("DELE 1")
        pop3.err("UIDL 1")
        pop3.quit()
    server.restart()
    server.send(message(6), ANA)
    with server.pop3() as pop3:
        pop3.login(ANA, PASSWORD)
        second = uids(pop3)
        pop3.quit()
    assert [second[str(number)] for number in range(1, 5)] == [first[str(number)] for number in range(2, 6)]
    assert second["5"] not in first.values()


def test_capabilities(shared):
    with shared.pop3() as pop3:
        pop3.ok()
        pop3.ok("CAPA")
        words = {line.split()[0]: line for line in pop3.body().decode().splitlines()}
        for word in ("TOP", "UIDL", "STLS", "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "UTF8", "SASL", "USER"):
            assert word in words, f"{word} is missing"
        assert {"PLAIN", "SCRAM-SHA-256"} <= set(words["SASL"].split()[1:])
        pop3.ok("STLS")
        pop3.secure(shared.tls())
        pop3.ok("CAPA")
        words = {line.split()[0]: line for line in pop3.body().decode().splitlines()}
        assert "STLS" not in words
        assert "SCRAM-SHA-256-PLUS" in words["SASL"].split()
        pop3.quit()


def test_pipelining(server):
    sent = fill(server, 20)
    with server.pop3() as pop3:
        pop3.send(f"USER {ANA}\r\nPASS {PASSWORD}\r\nSTAT\r\n" + "".join(f"RETR {n}\r\nDELE {n}\r\n" for n in range(1, 21)) + "QUIT\r\n")
        for _ in range(4):
            pop3.ok()
        for octets in sent:
            pop3.ok()
            assert_same(pop3.body(), octets)
            pop3.ok()
        pop3.ok()
        assert pop3.at_end()
    assert server.count(ANA) == 0


@pytest.mark.parametrize("secured", [False, True], ids=["clear", "tls"])
@pytest.mark.parametrize("mechanism", ["PLAIN", "PLAIN at once", "LOGIN", "SCRAM-SHA-256"])
def test_sasl(shared, mechanism, secured):
    with POP3(shared.ports["pop3s"], context=shared.tls()) if secured else shared.pop3() as pop3:
        pop3.ok()
        plain = base64.b64encode(f"\0{ANA}\0{PASSWORD}".encode()).decode()
        if mechanism == "PLAIN at once":
            pop3.ok(f"AUTH PLAIN {plain}")
        elif mechanism == "PLAIN":
            pop3.send("AUTH PLAIN\r\n")
            assert pop3.line().startswith("+ ")
            pop3.ok(plain)
        elif mechanism == "LOGIN":
            pop3.send("AUTH LOGIN\r\n")
            assert pop3.line().startswith("+ ")
            pop3.send(base64.b64encode(ANA.encode()) + b"\r\n")
            assert pop3.line().startswith("+ ")
            pop3.ok(base64.b64encode(PASSWORD.encode()).decode())
        else:
            scram(pop3, ANA, PASSWORD)
        pop3.stat()
        pop3.quit()


def scram(pop3, user, password):
    """RFC 5802, without channel binding; checks the server's signature, too."""
    nonce = base64.b64encode(os.urandom(18)).decode()
    bare = f"n={user},r={nonce}"
    pop3.send("AUTH SCRAM-SHA-256 " + base64.b64encode(f"n,,{bare}".encode()).decode() + "\r\n")
    line = pop3.line()
    assert line.startswith("+ "), line
    first = base64.b64decode(line[2:]).decode()
    values = dict(part.split("=", 1) for part in first.split(","))
    assert values["r"].startswith(nonce) and len(values["r"]) > len(nonce)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(values["s"]), int(values["i"]))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    without_proof = f"c=biws,r={values['r']}"
    signed = f"{bare},{first},{without_proof}".encode()
    signature = hmac.digest(hashlib.sha256(client_key).digest(), signed, "sha256")
    proof = base64.b64encode(bytes(a ^ b for a, b in zip(client_key, signature))).decode()
    pop3.send(base64.b64encode(f"{without_proof},p={proof}".encode()) + b"\r\n")
    line = pop3.line()
    if line.startswith("+ "):
        final = base64.b64decode(line[2:]).decode()
        server_key = hmac.digest(salted, b"Server Key", "sha256")
        assert final == "v=" + base64.b64encode(hmac.digest(server_key, signed, "sha256")).decode()
        pop3.ok("")
    else:
        assert line.startswith("+OK"), line


def test_wrong_passwords(shared):
    for attempt in (
        [f"USER {ANA}", "PASS wrong"], ["USER nobody@example.test", f"PASS {PASSWORD}"], [f"USER {ANA}", "PASS "],
        ["AUTH PLAIN " + base64.b64encode(f"\0{ANA}\0wrong".encode()).decode()],
    ):
        with shared.pop3() as pop3:
            pop3.ok()
            for command in attempt[:-1]:
                pop3.ok(command)
            pop3.send(attempt[-1] + "\r\n")
            line = pop3.line()
            assert line.startswith("-ERR"), line
            assert "PASS" in attempt[-1][:4] and attempt[-1] == "PASS " or "[AUTH]" in line, line


def test_guessing_passwords_ends(shared):
    with shared.pop3() as pop3:
        pop3.ok()
        answers = []
        try:
            for number in range(40):
                pop3.send(f"USER {ANA}\r\n")
                answers.append(pop3.line())
                pop3.send(f"PASS guess{number}\r\n")
                answers.append(pop3.line())
        except (Closed, OSError):
            pass
        assert len(answers) < 40, "after a few wrong passwords the connection is closed"


def test_passwords_only_under_tls_unless_the_listener_says_otherwise(make_server):
    server = make_server(start=False)
    server.config.write_text(server.config.read_text().replace("auth_without_tls = true", "auth_without_tls = false"))
    server.start()
    with server.pop3() as pop3:
        pop3.ok()
        pop3.ok("CAPA")
        words = {line.split()[0] for line in pop3.body().decode().splitlines()}
        assert "USER" not in words and "STLS" in words
        pop3.send(f"USER {ANA}\r\n")
        assert pop3.line().startswith("-ERR")
        pop3.err("AUTH PLAIN " + base64.b64encode(f"\0{ANA}\0{PASSWORD}".encode()).decode())
        pop3.ok("STLS")
        pop3.secure(server.tls())
        pop3.ok(f"USER {ANA}")
        pop3.ok(f"PASS {PASSWORD}")
        pop3.quit()


@pytest.mark.parametrize("command", ["STAT", "LIST", "RETR 1", "DELE 1", "UIDL", "TOP 1 1", "RSET", "PASS x", "WHATEVER", "", "x" * 2000])
def test_nothing_before_login(shared, command):
    with shared.pop3() as pop3:
        pop3.ok()
        pop3.err(command)
        pop3.quit()


def test_a_line_without_end(shared):
    with shared.pop3() as pop3:
        pop3.ok()
        try:
            pop3.send(b"USER " + b"x" * 2_000_000)
            pop3.send(b"\r\n")
            assert pop3.line().startswith("-ERR")
        except (Closed, OSError):
            pass
    assert shared.count(ANA) >= 0


def test_a_slow_reader_holds_nobody_up(server):
    """Somebody who asks for everything and reads nothing: others go on, and memory does not follow."""
    for number in range(20):
        server.send(message(number, size=1_000_000), ANA)
    before = server.resident_bytes()
    slow = server.pop3()
    slow.login(ANA, PASSWORD)
    slow.send("".join(f"RETR {number}\r\n" for number in range(1, 21)) * 5)
    for number in range(50):
        server.send(message(number), BEN)
    assert server.count(BEN) == 50
    assert server.resident_bytes() - before < 60_000_000
    slow.close()


def test_many_at_the_same_time(make_server):
    names = [f"box{number}" for number in range(20)]
    server = make_server(accounts=names)
    for name in names:
        server.send(message(1), f"{name}@{DOMAIN}")
    failures = []

    def read(name):
        try:
            for _ in range(5):
                assert len(server.messages(f"{name}@{DOMAIN}")) == 1
        except Exception as error:  # noqa: BLE001 (all of them are to be seen)
            failures.append((name, repr(error)))

    threads = [threading.Thread(target=read, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
