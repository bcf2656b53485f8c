"""Clients that are broken or mean: an answer or the end of the connection, never more memory, and others notice nothing."""

import itertools

import pytest

from harness.imap import IMAP
from harness.mail import message
from harness.server import DOMAIN, PASSWORD
from harness.wire import Closed, Wire

ANA = f"ana@{DOMAIN}"


NAMES = (f"victim{number}" for number in itertools.count())


@pytest.fixture
def imap(shared_imap):
    """A session in a mailbox of its own, with three messages."""
    with shared_imap.imap() as imap:
        imap.login(ANA, PASSWORD)
        name = next(NAMES)
        imap.ok(f"CREATE {name}")
        for number in range(1, 4):
            imap.append(name, message(number))
        imap.select(name)
        yield imap


def last_word(imap, octets):
    """What the server says to that in the end: OK, NO, BAD, or None when it has hung up."""
    try:
        imap.send(octets)
        while True:
            response = imap.response()
            if response.tag is not None or response.kind in ("BAD", "BYE"):
                imap.running = None
                return response.kind
    except (Closed, OSError):
        return None


def still_serves(server):
    with server.imap() as other:
        other.login(ANA, PASSWORD)
        assert other.ok("LIST \"\" *").all("LIST")
        other.select()
        other.logout()


BOMBS = {
    "nested search keys": b"t SEARCH " + b"NOT " * 10_000 + b"ALL\r\n",
    "parentheses in a search": b"t SEARCH " + b"(" * 20_000 + b"ALL" + b")" * 20_000 + b"\r\n",
    "OR upon OR": b"t SEARCH " + b"OR ALL " * 10_000 + b"ALL\r\n",
    "parentheses in FETCH": b"t FETCH 1 " + b"(" * 50_000 + b"\r\n",
    "sections of sections": b"t FETCH 1 BODY[" + b"1." * 20_000 + b"1]\r\n",
    "thousands of items": b"t FETCH 1 (" + b"FLAGS " * 20_000 + b"UID)\r\n",
    "thousands of flags": b"t STORE 1 FLAGS (" + b" ".join(b"k%d" % number for number in range(20_000)) + b")\r\n",
    "thousands of ranges": b"t FETCH " + b",".join(b"%d:%d" % (number, number + 1) for number in range(1, 60_000, 3)) + b" UID\r\n",
    "a name without end": b"t SELECT " + b"x" * 1_000_000 + b"\r\n",
    "a tag without end": b"t" * 1_000_000 + b" NOOP\r\n",
    "levels without end": b't CREATE "' + b"a/" * 5_000 + b'"\r\n',
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_bombs(shared_imap, imap, bomb):
    last_word(imap, bomb)
    still_serves(shared_imap)


REFUSED = [
    b"t FETCH 0 UID", b"t FETCH 1:4294967296 UID", b"t FETCH 1,,2 UID", b"t FETCH 01:x UID", b"t FETCH 1 (UID", b"t FETCH 1 BODY[1..2]", b"t FETCH 1 BODY[]<0.0>",
    b"t FETCH 1 BODY[]<5>", b"t STORE 1 FLAGS (\\Seen", b"t STORE 1 FLAGS (\\*)", b"t SEARCH", b"t SEARCH LARGER x", b"t SEARCH SINCE 99-Foo-2020", b"t COPY 1",
    b't SELECT "unfinished', b"t APPEND INBOX", b"t WHATEVER", b"t UID NOOP", b"t LOGIN a b", b"t STARTTLS x", b"t SEARCH CHARSET", b"t ENABLE", b"t  NOOP",
    b't RENAME INBOX', b"t UID FETCH 0 FLAGS",
]


@pytest.mark.parametrize("line", REFUSED)
def test_what_is_no_command_is_refused_and_forgotten(shared_imap, imap, line):
    if shared_imap.name == "Dovecot" and line in (
        b"t STORE 1 FLAGS (\\*)", b"t FETCH 1 BODY[]<0.0>", b"t ENABLE", b"t FETCH 1:4294967296 UID", b"t UID FETCH 0 FLAGS", b"t FETCH 1 BODY[]<5>",
    ):
        pytest.skip("Dovecot lets it pass")
    assert last_word(imap, line + b"\r\n") in ("BAD", "NO")
    assert [data["UID"] for data in imap.ok("FETCH 1:* (UID FLAGS)").fetched().values()] == [1, 2, 3]
    assert all(seen.flags <= {"\\Recent"} for seen in imap.view)


def test_numbers_beyond_what_is_there(imap):
    assert list(imap.ok("UID FETCH 1:4294967295 (UID)").fetched_by_uid()) == [1, 2, 3]
    assert list(imap.ok("UID FETCH 4000000000:* (UID)").fetched_by_uid()) == [3], "`*` is the last, whichever way the range runs (RFC 9051 §9)"
    assert not imap.ok("UID FETCH 4000000000 (UID)").all("FETCH")
    assert imap.ask("FETCH 4 (UID)").status == "BAD", "a message number that is not there (RFC 9051 §7.5.1)"
    assert not imap.ok("UID STORE 9:12 +FLAGS (\\Seen)").all("FETCH")


@pytest.mark.parametrize("octets", [
    b"t APPEND INBOX {4294967295}\r\n", b"t APPEND INBOX {4294967296}\r\n", b"t APPEND INBOX {99999999999999999999}\r\n", b"t APPEND INBOX {-1}\r\n",
    b"t LOGIN {1000000}\r\n", b"t SELECT {100000000}\r\n", b"t SEARCH TEXT {500000000}\r\n",
])
def test_literals_that_are_too_large_are_not_waited_for(shared_imap, imap, octets):
    assert last_word(imap, octets) in ("BAD", "NO", "BYE", None)
    still_serves(shared_imap)


def test_a_large_literal_without_asking_is_swallowed_or_ends_it(make_imap_server):
    """LITERAL+ sends at once what is too large: it is read away, or the connection ends. Memory stays where it is."""
    server = make_imap_server()
    if server.name == "Dovecot":
        pytest.skip("Dovecot has no limit of this kind")
    with server.imap() as imap:
        imap.login(ANA, PASSWORD)
        before = server.resident_bytes()
        try:
            imap.send(b"t APPEND INBOX {300000000+}\r\n")
            for _ in range(300):
                imap.send(b"x" * 1_000_000)
            imap.send(b"\r\n")
            response = imap.response()
            assert response.kind in ("NO", "BAD", "BYE")
        except (Closed, OSError):
            pass
        assert server.resident_bytes() - before < 60_000_000


def test_nothing_but_done_ends_idle(imap):
    imap.idle()
    assert last_word(imap, b"a NOOP\r\nb NOOP\r\n") in ("BAD", "BYE", None)


def test_pipelined_behind_idle(imap):
    """`IDLE`, `DONE` and what follows, all at once."""
    imap.send(b"a IDLE\r\nDONE\r\nb NOOP\r\nc LOGOUT\r\n")
    imap.running = "NOOP"
    told = []
    while "c" not in told:
        response = imap.response()
        if response.tag:
            assert response.kind == "OK"
            told.append(response.tag)
    assert told == ["a", "b", "c"]


def test_nothing_before_login(shared_imap):
    for line in ("SELECT INBOX", "FETCH 1 UID", "LIST \"\" *", "APPEND INBOX {3+}\r\nabc", "IDLE", "UID SEARCH ALL", "CREATE x"):
        with shared_imap.imap() as imap:
            assert last_word(imap, f"t {line}\r\n".encode()) in ("BAD", "NO"), line
            if "{" not in line:
                imap.logout()


def test_rubbish_is_not_listened_to_for_ever(shared_imap):
    with Wire(shared_imap.ports["imap"]) as wire:
        wire.line()
        try:
            for _ in range(2000):
                wire.send(b"\0\xff\r\nGET / HTTP/1.1\r\n{}{}{}\r\n")
            wire.rest()
        except (Closed, OSError):
            pass
    still = shared_imap.imap().login(ANA, PASSWORD)
    still.logout()


def test_who_does_not_read_holds_nobody_up(make_imap_server):
    server = make_imap_server()
    if server.name == "Dovecot":
        pytest.skip("it has a process for each")
    with server.imap() as imap:
        imap.login(ANA, PASSWORD)
        for number in range(1, 21):
            imap.append("INBOX", message(number, size=1_000_000))
        imap.logout()
    before = server.resident_bytes()
    slow = [server.imap().login(ANA, PASSWORD) for _ in range(5)]
    for imap in slow:
        imap.select()
        imap.send(b"a FETCH 1:* BODY.PEEK[]\r\n" * 5)
    with server.imap() as imap:
        imap.login(ANA, PASSWORD)
        imap.select()
        assert len(imap.messages("UID BODY.PEEK[]")) == 20
        imap.logout()
    assert server.resident_bytes() - before < 80_000_000
    for imap in slow:
        imap.close()


def test_broken_names(imap):
    for name in (b"Entw&-fe", b"&AGE-", b"a&b", b"\xff\xfe", b"&", b"&AA", b"*", b"a%b", b"/", b"a//b", b"INBOX/"):
        word = last_word(imap, b't CREATE "' + name + b'"\r\n')
        assert word in ("OK", "NO", "BAD"), name
        assert imap.ok('LIST "" "*"').all("LIST")


def test_greeting_and_logout(shared_imap):
    with IMAP(shared_imap.ports["imap"]) as imap:
        assert imap.capabilities is None or "IMAP4REV1" in imap.capabilities
        imap.logout()
