"""Messages that can be told apart, and what of a received one is the sender's."""

import re
import time

TRACE = ("return-path", "delivered-to", "x-original-to", "received")


def message(number=0, size=0, subject=None, body=None, sender="sender@elsewhere.test", to="ana@example.test"):
    """A plain message; `size`: at least that many octets. X-Number tells it from all others."""
    head = (
        f"X-Number: {number}\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\nFrom: <{sender}>\r\nTo: <{to}>\r\n"
        f"Message-ID: <{number}.{time.monotonic_ns()}@elsewhere.test>\r\nSubject: {subject or f'number {number}'}\r\n\r\n"
    ).encode()
    if body is None:
        body = f"This is message {number}.\r\n".encode()
        if size > len(head) + len(body):
            line = (f"{number:>10} " + "".join(chr(33 + (number + at) % 90) for at in range(60)) + "\r\n").encode()
            body += line * ((size - len(head) - len(body)) // len(line) + 1)
    return head + body


def untraced(received):
    """The message without the trace fields that were put on top of it (lines ending in CRLF or LF)."""
    rest = received
    while True:
        name, colon, _ = rest.partition(b":")
        if not colon or name.strip().lower().decode("ascii", "replace") not in TRACE:
            return rest
        end = re.search(rb"\n(?![ \t])", rest)
        assert end, f"a trace field without an end: {rest[:200]!r}"
        rest = rest[end.end():]


def trace_of(received):
    """The names of the trace fields on top, in order, and the text before the message."""
    head = received[: len(received) - len(untraced(received))].decode()
    return re.findall(r"^([A-Za-z-]+):", head, re.M), head


def number_of(received):
    match = re.search(rb"^X-Number: (\d+)\r?$", received, re.M)
    assert match, f"not one of ours: {received[:300]!r}"
    return int(match.group(1))


def lf(octets):
    return octets.replace(b"\r\n", b"\n")


def assert_same(received, sent):
    """Byte for byte what was sent, below the trace fields."""
    rest = untraced(received)
    assert rest == sent, difference(rest, sent)


def assert_same_lines(received, sent):
    """The same through a program that has its own line ends."""
    rest, sent = lf(untraced(received)), lf(sent)
    assert rest.rstrip(b"\n") == sent.rstrip(b"\n"), difference(rest, sent)


def difference(found, wanted):
    at = next((index for index, (a, b) in enumerate(zip(found, wanted)) if a != b), min(len(found), len(wanted)))
    return f"differs at {at} of {len(wanted)} (got {len(found)}): {found[max(0, at - 40):at + 60]!r} instead of {wanted[max(0, at - 40):at + 60]!r}"
