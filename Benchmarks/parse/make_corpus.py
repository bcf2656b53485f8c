#!/usr/bin/env python3
"""Writes the messages that both programs of this benchmark parse: FOLDER/{small,medium,large}-N.eml, always the same."""
import base64, os, random, sys

WORDS = "the mail system keeps every message that it said it would keep and reads it back whole".split()


def text(rng, octets):
    lines = []
    while sum(map(len, lines)) < octets:
        lines.append(" ".join(rng.choice(WORDS) for _ in range(12)))
    return "\r\n".join(lines)[:octets] + "\r\n"


def header(rng, number, kind):
    received = "".join(
        f"Received: from relay{hop}.example.test (relay{hop}.example.test [192.0.2.{hop}])\r\n"
        f"\tby mx{hop}.example.test with ESMTPS id {rng.getrandbits(48):012x};\r\n"
        f"\tFri, 21 Nov 1997 09:5{hop}:06 -0600\r\n" for hop in range(3))
    return (received + "Date: Fri, 21 Nov 1997 09:55:06 -0600\r\n"
            f"From: =?utf-8?q?J=C3=BCrgen?= Smith <sender{number}@example.test>\r\n"
            "To: Ann <ann@example.test>, \"Bob, Jr.\" <bob@example.test>, carol@example.test\r\n"
            f"Subject: Re: [list] message {number} of the {kind} ones\r\n"
            f"Message-ID: <{number}.{rng.getrandbits(64):016x}@example.test>\r\n"
            f"In-Reply-To: <{number - 1}@example.test>\r\n"
            f"References: <a@example.test> <b@example.test>\r\n <{number - 1}@example.test>\r\n"
            "MIME-Version: 1.0\r\n")


def attachment(rng, octets, name):
    encoded = base64.encodebytes(rng.randbytes(octets * 57 // 78)).decode().replace("\n", "\r\n")
    return (f"Content-Type: application/pdf; name=\"{name}\"\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n"
            f"Content-Transfer-Encoding: base64\r\n\r\n{encoded}")


def multipart(rng, number, kind, octets):
    outer, inner = f"=_outer_{number}", f"=_inner_{number}"
    body = text(rng, 1500)
    html = "<html><body>" + "".join(f"<p>{line}</p>\r\n" for line in body.split("\r\n")) + "</body></html>"
    alternative = (f"Content-Type: multipart/alternative; boundary=\"{inner}\"\r\n\r\n"
                   f"--{inner}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"
                   f"--{inner}\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--{inner}--\r\n")
    files = [attachment(rng, (octets - 6000) // 2, f"report-{part}.pdf") for part in (1, 2)]
    parts = "".join(f"--{outer}\r\n{part}\r\n" for part in [alternative] + files)
    return (header(rng, number, kind) + f"Content-Type: multipart/mixed; boundary=\"{outer}\"\r\n\r\n"
            f"This is a multi-part message in MIME format.\r\n{parts}--{outer}--\r\n")


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    rng = random.Random(1)
    for number in range(20):
        head = header(rng, number, "small") + "Content-Type: text/plain; charset=utf-8\r\n\r\n"
        write(folder, f"small-{number}", head + text(rng, 2048 - len(head)))
        head = header(rng, number, "usual") + "Content-Type: text/plain; charset=utf-8\r\n\r\n"
        write(folder, f"usual-{number}", head + text(rng, 4096 - len(head)))
        write(folder, f"medium-{number}", multipart(rng, number, "medium", 65536))
    for number in range(4):
        write(folder, f"large-{number}", multipart(rng, number, "large", 1 << 20))


def write(folder, name, message):
    with open(os.path.join(folder, name + ".eml"), "wb") as file:
        file.write(message.encode())


main()
