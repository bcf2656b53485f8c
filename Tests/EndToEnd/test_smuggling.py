"""SMTP smuggling: nothing but CRLF.CRLF ends a message, however it is cut into packets, and nothing gives birth to a second one.

The variants are those known since December 2023 (CVE-2023-51764, -51765, -51766) and some of our own.
"""

import pytest

from harness.mail import message, number_of, untraced
from harness.server import DOMAIN, PASSWORD
from harness.wire import Closed

ANA, VICTIM = f"ana@{DOMAIN}", f"ben@{DOMAIN}"

# What pretends to be the end of data.
FALSE_ENDS = {
    "LF . LF": b"\n.\n",
    "LF . CRLF": b"\n.\r\n",
    "CRLF . LF": b"\r\n.\n",
    "CRLF . CR": b"\r\n.\r",
    "CR . CR": b"\r.\r",
    "CR . CRLF": b"\r.\r\n",
    "CR . LF": b"\r.\n",
    "LF . CR": b"\n.\r",
    "LF . CR CRLF": b"\n.\r\r\n",
    "CRLF . CR CRLF": b"\r\n.\r\r\n",
    "CR CRLF . CRLF": b"\r\r\n.\r\r\n",
    "CRLF NUL . CRLF": b"\r\n\0.\r\n",
    "CRLF . NUL CRLF": b"\r\n.\0\r\n",
    "CR NUL LF . CRLF": b"\r\0\n.\r\n",
    "NUL LF . NUL LF": b"\0\n.\0\n",
    "CRLF . CR NUL LF": b"\r\n.\r\0\n",
    "CRLF . space CRLF": b"\r\n. \r\n",
    "CRLF . VT CRLF": b"\r\n.\x0b\r\n",
    "NEL . NEL": "\u0085.\u0085".encode(),
    "LS . LS": "\u2028.\u2028".encode(),
    "latin NEL . NEL": b"\x85.\x85",
    "LF . LF CRLF": b"\n.\n\r\n",
    "CRLF . . CRLF": b"\r\n..\r\n",
    "LF LF . CRLF": b"\n\n.\r\n",
}
SMUGGLED = (
    b"MAIL FROM:<smuggler@elsewhere.test>\r\nRCPT TO:<" + VICTIM.encode() + b">\r\nDATA\r\n"
    b"X-Number: 666\r\nFrom: admin@example.test\r\nSubject: smuggled\r\n\r\nnever\r\n.\r\n"
)
HOW = ["whole", "octet by octet round the end", "cut before", "cut within", "cut after"]


def pieces(head, false_end, how):
    if how == "whole":
        return [head + false_end + SMUGGLED]
    if how == "cut before":
        return [head, false_end + SMUGGLED]
    if how == "cut after":
        return [head + false_end, SMUGGLED]
    if how == "cut within":
        half = len(false_end) // 2
        return [head + false_end[:half], false_end[half:] + SMUGGLED]
    return [head] + [bytes([octet]) for octet in false_end] + [SMUGGLED]


@pytest.mark.parametrize("how", HOW)
def test_no_false_end_smuggles_a_second_message(make_server, how):
    """All variants on one server; each on a connection of its own."""
    server = make_server()
    accepted = 0
    for number, (name, false_end) in enumerate(FALSE_ENDS.items(), 1):
        with server.smtp() as smtp:
            smtp.hello()
            smtp.mail("sender@elsewhere.test", ANA)
            smtp.expect(354, "DATA")
            head = message(number, body=b"before the false end")
            smtp.send_slowly(pieces(head, false_end, how), pause=0.01)
            # SMUGGLED ends with the one true end: exactly one reply, for one message.
            reply = smtp.reply()
            assert reply.code in (250, 550, 554), f"{name}: {reply!r}"
            accepted += reply.code == 250
            smtp.send("NOOP\r\n")
            after = smtp.reply()
            assert after.code == 250 and "queued" not in after.text, f"{name}: {after!r}"
            # Nothing else was answered: not MAIL, not RCPT, not DATA.
            smtp.send("QUIT\r\n")
            assert smtp.reply().code == 221, name
            assert smtp.rest() == b"", name
    assert server.count(VICTIM) == 0, "a message was smuggled to another recipient"
    received = server.messages(ANA)
    assert len(received) == accepted
    assert 666 not in [number_of(octets) for octets in received]


@pytest.mark.parametrize("name", list(FALSE_ENDS), ids=list(FALSE_ENDS))
def test_by_bdat_such_octets_are_only_content(shared, name):
    """BDAT counts octets: nothing in them ends anything (what arrives may still be refused for a bare CR or LF)."""
    octets = message(9, body=b"a" + FALSE_ENDS[name] + SMUGGLED)
    with shared.smtp() as smtp:
        smtp.hello()
        before = shared.count(VICTIM)
        smtp.expect(250, "MAIL FROM:<sender@elsewhere.test> BODY=BINARYMIME")
        smtp.expect(250, f"RCPT TO:<carla@{DOMAIN}>")
        smtp.send(b"BDAT %d LAST\r\n" % len(octets) + octets)
        assert smtp.reply().code == 250
        smtp.quit()
    assert shared.count(VICTIM) == before
    assert untraced(shared.messages(f"carla@{DOMAIN}", PASSWORD)[-1]).startswith(b"X-Number: 9\r\n")


@pytest.mark.parametrize("cut", range(1, 5))
def test_the_true_end_works_over_any_cut(server, cut):
    octets = message(1, body=b"text\r\n")
    end = b"\r\n.\r\n"
    whole = octets[:-2] + end
    with server.smtp() as smtp:
        smtp.hello()
        smtp.mail("sender@elsewhere.test", ANA)
        smtp.expect(354, "DATA")
        smtp.send_slowly([whole[:-cut], whole[-cut:]])
        assert smtp.reply().code == 250
        smtp.quit()
    (received,) = server.messages(ANA)
    assert untraced(received) == octets


@pytest.mark.parametrize("line", [
    b"MAIL FROM:<a@elsewhere.test>\nRCPT TO:<ben@example.test>\r\n", b"NOOP\n", b"NOOP\rNOOP\r\n", b"NO\0OP\r\n",
    b"EHLO a\nMAIL FROM:<a@b.test>\r\n", b"MAIL FROM:<a@b.test\r\n", b"MAIL FROM:<a@b.test\n>\r\n",
])
def test_bare_line_ends_in_commands_are_errors(shared, line):
    with shared.smtp() as smtp:
        smtp.hello()
        smtp.send(line)
        if not line.endswith(b"\r\n"):
            smtp.send(b"\r\n")
        reply = smtp.reply()
        assert 500 <= reply.code < 560, reply
        # No half of the line was taken for a command.
        smtp.send("RCPT TO:<ben@example.test>\r\n")
        assert smtp.reply().code in (503, 421)


def test_commands_before_tls_are_dropped(shared):
    """STARTTLS injection (CVE-2011-0411): what was sent in clear behind STARTTLS is never executed under TLS."""
    with shared.smtp() as smtp:
        smtp.hello()
        smtp.send(b"STARTTLS\r\nMAIL FROM:<injected@elsewhere.test>\r\nRCPT TO:<ben@example.test>\r\nNOOP\r\n")
        assert smtp.reply().code == 220
        try:
            smtp.secure(shared.tls())
        except OSError:
            return  # refused to go on: as good
        assert smtp.held == b""
        smtp.expect(250, "EHLO client.example.test")
        smtp.expect(503, "RCPT TO:<ben@example.test>")
        smtp.quit()


def test_pop3_commands_before_tls_are_dropped(shared):
    with shared.pop3() as pop3:
        pop3.ok()
        pop3.send(b"STLS\r\nUSER ana@example.test\r\nCAPA\r\n")
        assert pop3.line().startswith("+OK")
        try:
            pop3.secure(shared.tls())
        except OSError:
            return
        pop3.err(f"PASS {PASSWORD}")
        pop3.quit()


def test_what_was_said_before_tls_is_forgotten(shared):
    with shared.smtp() as smtp:
        smtp.hello()
        smtp.mail("sender@elsewhere.test", ANA)
        smtp.expect(220, "STARTTLS")
        smtp.secure(shared.tls())
        smtp.expect(503, "MAIL FROM:<sender@elsewhere.test>")  # RFC 3207 §4.2: EHLO again
        reply = smtp.expect(250, "EHLO client.example.test")
        assert "STARTTLS" not in reply.lines
        smtp.expect(503, "DATA")
        smtp.quit()


def test_a_browser_is_sent_away(shared):
    for request in (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"POST / HTTP/1.1\r\nHost: x\r\n\r\nMAIL FROM:<a@b.test>\r\n"):
        with shared.smtp() as smtp:
            smtp.expect(220)
            smtp.send(request)
            codes = []
            try:
                while True:
                    codes.append(smtp.reply().code)
            except Closed:
                pass
            assert codes and all(code >= 421 for code in codes)
