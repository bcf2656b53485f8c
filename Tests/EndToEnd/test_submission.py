"""Submission: what our own users' programs send (RFC 6409), by swaks, curl, msmtp and Python's smtplib."""

import base64
import hashlib
import hmac
import os
import re
import smtplib
import socket
import ssl

import pytest

from harness.mail import message
from harness.server import DOMAIN, PASSWORD
from harness.wire import SMTP, Closed
from test_programs import run

ANA, BEN = f"ana@{DOMAIN}", f"ben@{DOMAIN}"
ELSEWHERE = "someone@elsewhere.test"
QUICK = {"login.delay_seconds_max": "0"}


def text(sender=ANA, more="", body="It works.\r\n"):
    return f"From: {sender}\r\nTo: {BEN}\r\nSubject: hello\r\n{more}\r\n{body}".encode()


def plain(user=ANA, password=PASSWORD):
    return base64.b64encode(f"\0{user}\0{password}".encode()).decode()


def connect(server, secured=False, **more):
    if not secured:
        smtp = SMTP(server.ports["submission"], **more)
        smtp.hello()
        return smtp
    smtp = SMTP(server.ports["submissions"], context=server.tls(), **more)
    smtp.hello()
    return smtp


def logged_in(server, user=ANA, password=PASSWORD):
    smtp = connect(server, secured=True)
    smtp.expect(235, f"AUTH PLAIN {plain(user, password)}")
    return smtp


# ------------------------------------------------------------------ programs


@pytest.mark.parametrize("way", ["PLAIN", "LOGIN"])
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_swaks(server, way, tls):
    port = server.ports["submission" if tls == "starttls" else "submissions"]
    talk = run([
        "swaks", "--server", "localhost", "--port", port, "--tls" if tls == "starttls" else "--tls-on-connect", "--tls-verify",
        "--tls-ca-path", server.certificate, "--auth", way, "--auth-user", ANA, "--auth-password", PASSWORD, "--from", ANA,
        "--to", f"{BEN},{ELSEWHERE}", "--header", "Subject: by swaks",
    ])
    assert b"235 2.7.0" in talk and b"queued as" in talk
    (received,) = server.messages(BEN)
    trace, _ = re.split(rb"\r\n(?=Date: )", received, maxsplit=1)
    assert b"with ESMTPSA id" in trace and ANA.encode() not in trace.split(b"Received:")[1], "who logged in is nobody's business"
    (entry,) = server.queue()
    assert ELSEWHERE in str(entry) and BEN not in str(entry["recipients"])


def test_curl(server, home):
    path = home / "message"
    path.write_bytes(text())
    for url, options in ((f"smtps://localhost:{server.ports['submissions']}", []), (f"smtp://localhost:{server.ports['submission']}", ["--ssl-reqd"])):
        run(["curl", "--silent", "--show-error", "--ipv4", "--cacert", server.certificate, *options, url, "--user", f"{ANA}:{PASSWORD}",
             "--mail-from", ANA, "--mail-rcpt", BEN, "--upload-file", path])
    assert server.count(BEN) == 2


@pytest.mark.parametrize("way", ["plain", "login", "scram-sha-256", "scram-sha-256-plus"])
def test_msmtp(server, home, way):
    settings = home / "msmtprc"
    settings.write_text(
        f"account default\nhost localhost\nport {server.ports['submission']}\nfrom {ANA}\nauth {way}\nuser {ANA}\npassword {PASSWORD}\n"
        f"tls on\ntls_starttls on\ntls_trust_file {server.certificate}\n"
    )
    settings.chmod(0o600)
    if way.startswith("scram") and way.encode().upper() not in run(["msmtp", "--version"]).upper():
        pytest.skip(f"this msmtp has no {way}")
    run(["msmtp", "--file", settings, BEN], input=text().replace(b"\r\n", b"\n"))
    assert server.count(BEN) == 1


@pytest.mark.parametrize("way", ["plain", "login"])
def test_smtplib(server, way):
    with smtplib.SMTP("localhost", server.ports["submission"]) as client:
        client.starttls(context=server.tls())
        client.ehlo()
        assert "CRAM-MD5" not in client.esmtp_features["auth"]
        client.user, client.password = ANA, PASSWORD
        client.auth(way.upper(), getattr(client, f"auth_{way}"))
        client.sendmail(ANA, [BEN, ELSEWHERE], text())
    assert server.count(BEN) == 1


def scram(smtp, mechanism, user, password, binding=None):
    header = f"p={binding[0]},," if binding else "n,,"
    bare = f"n={user},r={base64.b64encode(os.urandom(18)).decode()}"
    challenge = smtp.expect(334, f"AUTH {mechanism} {base64.b64encode((header + bare).encode()).decode()}")
    first = base64.b64decode(challenge.lines[0]).decode()
    fields = dict(part.split("=", 1) for part in first.split(","))
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(fields["s"]), int(fields["i"]))
    key = hmac.digest(salted, b"Client Key", "sha256")
    bound = base64.b64encode(header.encode() + (binding[1] if binding else b"")).decode()
    final = f"c={bound},r={fields['r']}"
    signed = f"{bare},{first},{final}".encode()
    signature = hmac.digest(hashlib.sha256(key).digest(), signed, "sha256")
    proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, signature))).decode()
    reply = smtp.ask(base64.b64encode(f"{final},p={proof}".encode()).decode())
    if reply.code != 334:
        return reply
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    assert base64.b64decode(reply.lines[0]) == b"v=" + base64.b64encode(hmac.digest(server_key, signed, "sha256"))
    return smtp.ask("")


def certificate_hash(smtp):
    return hashlib.sha256(smtp.socket.getpeercert(binary_form=True)).digest()


def test_scram_by_hand(server):
    with connect(server, secured=True) as smtp:
        assert scram(smtp, "SCRAM-SHA-256", ANA, PASSWORD).code == 235
    with connect(server, secured=True) as smtp:
        binding = ("tls-server-end-point", certificate_hash(smtp))
        assert scram(smtp, "SCRAM-SHA-256-PLUS", ANA, PASSWORD, binding).code == 235
        smtp.mail(ANA, BEN)
        assert smtp.data(text()).code == 250
    with connect(server, secured=True) as smtp:
        assert scram(smtp, "SCRAM-SHA-256-PLUS", ANA, PASSWORD, ("tls-server-end-point", b"x" * 32)).code == 535
    assert server.count(BEN) == 1


def test_scram_does_not_tell_who_is_there(make_server):
    server = make_server(settings=QUICK)
    replies = []
    for user, password in ((ANA, "wrong"), (f"nobody@{DOMAIN}", PASSWORD)):
        with connect(server, secured=True) as smtp:
            replies.append(str(scram(smtp, "SCRAM-SHA-256", user, password)))
    assert replies[0] == replies[1] and replies[0].startswith("535")


# ------------------------------------------------------------------ who may


def test_what_is_announced(server):
    with connect(server) as smtp:
        # auth_without_tls = true in this home; elsewhere nothing is announced in clear text.
        lines = smtp.expect(250, "EHLO x").lines
        assert "AUTH SCRAM-SHA-256 PLAIN LOGIN" in lines and "STARTTLS" in lines and "REQUIRETLS" not in lines
    with connect(server, secured=True) as smtp:
        lines = smtp.expect(250, "EHLO x").lines
        assert "AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN" in lines
        assert "REQUIRETLS" in lines and "DELIVERBY" in lines
        assert any(re.fullmatch(r"FUTURERELEASE \d+ \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line) for line in lines)


def test_no_auth_in_clear_text(make_server):
    server = make_server(start=False)
    text_of_it, count = re.subn(
        r'(protocol = "submission"\n(?:.+\n)*?auth_without_tls = )true', r"\1false", server.config.read_text())
    assert count == 1
    server.config.write_text(text_of_it)
    server.start()
    with connect(server) as smtp:
        lines = smtp.expect(250, "EHLO x").lines
        assert not any(line.startswith("AUTH") for line in lines)
        assert smtp.ask(f"AUTH PLAIN {plain()}").text.startswith("5.7.11")
        smtp.expect(530, f"MAIL FROM:<{ANA}>")
        smtp.expect(220, "STARTTLS")
        smtp.secure(server.tls())
        smtp.expect(250, "EHLO x")
        smtp.expect(235, f"AUTH PLAIN {plain()}")
        smtp.mail(ANA, BEN)
        assert smtp.data(text()).code == 250
    assert server.count(BEN) == 1


def test_no_relay_without_login(server):
    with connect(server, secured=True) as smtp:
        smtp.expect(530, f"MAIL FROM:<{ANA}>")
        smtp.expect(503, f"RCPT TO:<{ELSEWHERE}>")
        assert smtp.ask(f"AUTH PLAIN {plain(password='wrong')}").code == 535
        smtp.expect(530, f"MAIL FROM:<{ANA}>")
    with server.smtp() as smtp:
        smtp.hello()
        smtp.expect(503, f"AUTH PLAIN {plain()}")
        smtp.expect(250, f"MAIL FROM:<{ANA}>")
        smtp.expect(550, f"RCPT TO:<{ELSEWHERE}>")
    assert server.queue() == []


def test_only_as_oneself(server):
    server.alias("sales", ANA)
    with logged_in(server) as smtp:
        reply = smtp.expect(550, f"MAIL FROM:<{BEN}>")
        assert reply.enhanced == "5.7.1" and ANA in reply.text and f"sales@{DOMAIN}" in reply.text
        smtp.mail(f"sales@{DOMAIN}", BEN)
        assert smtp.data(text(f"sales@{DOMAIN}")).code == 250
        smtp.mail(ANA, BEN)
        assert "From" in smtp.data(text(BEN)).text
        smtp.mail("ana+tag@" + DOMAIN, BEN)
        assert smtp.data(text("ana+tag@" + DOMAIN)).code == 250
    assert server.count(BEN) == 2


# ------------------------------------------------------------------ what becomes of a message


def test_what_is_missing_is_added_and_bcc_goes(server):
    with logged_in(server) as smtp:
        smtp.mail(ANA, BEN, ELSEWHERE)
        assert smtp.data(text(more=f"Bcc: {ELSEWHERE}\r\n")).code == 250
    (received,) = server.messages(BEN)
    head = received.split(b"\r\n\r\n", 1)[0]
    assert len(re.findall(rb"^Date: ", head, re.M)) == 1 and len(re.findall(rb"^Message-ID: <[^>]+@mail\.example\.test>", head, re.M)) == 1
    assert b"bcc" not in head.lower() and ELSEWHERE.encode() not in head


def test_long_lines_become_lawful(server):
    with logged_in(server) as smtp:
        smtp.mail(ANA, BEN)
        assert smtp.data(text(body="x" * 5000 + "\r\nend\r\n")).code == 250
    (received,) = server.messages(BEN)
    assert max(map(len, received.split(b"\r\n"))) <= 998
    import email

    assert email.message_from_bytes(received).get_payload(decode=True).rstrip() == b"x" * 5000 + b"\r\nend"


def test_what_is_in_order_stays(server):
    octets = message(1, sender=ANA, to=BEN)
    with logged_in(server) as smtp:
        smtp.mail(ANA, BEN)
        assert smtp.data(octets).code == 250
    (received,) = server.messages(BEN)
    assert received.endswith(octets)


def test_a_large_message(server):
    octets = message(1, size=8_000_000, sender=ANA, to=BEN).replace(b"Subject", b"Bcc: x@y.test\r\nSubject", 1)
    with logged_in(server) as smtp:
        smtp.mail(ANA, BEN)
        assert smtp.data(octets).code == 250
    (received,) = server.messages(BEN)
    assert received.endswith(octets.replace(b"Bcc: x@y.test\r\n", b"", 1))


def test_mail_may_be_held(server):
    with logged_in(server) as smtp:
        smtp.expect(501, f"MAIL FROM:<{ANA}> HOLDFOR=99999999")
        smtp.expect(501, f"MAIL FROM:<{ANA}> HOLDUNTIL=2999-01-01T00:00:00Z")
        smtp.mail(ANA, BEN, ELSEWHERE, parameters="HOLDFOR=86400")
        assert smtp.data(text()).code == 250
    assert server.count(BEN) == 0
    (entry,) = server.queue()
    assert BEN in str(entry) and ELSEWHERE in str(entry)


# ------------------------------------------------------------------ guessing and too much


def test_guessing_is_slow_and_ends(make_server):
    server = make_server(settings={"login.failures_per_address_max": "3", "login.delay_seconds_max": "1"})
    with connect(server, secured=True) as smtp:
        assert smtp.ask(f"AUTH PLAIN {plain(password='one')}").code == 535
        assert smtp.ask(f"AUTH PLAIN {plain(password='one')}").code == 535  # no new guess
    with server.pop3() as pop3:  # one guard for all protocols
        pop3.ok()
        pop3.ok(f"USER {ANA}")
        pop3.send(b"PASS two\r\n")
        assert pop3.line().startswith("-ERR [AUTH]")
    with connect(server, secured=True) as smtp:
        reply = smtp.ask(f"AUTH PLAIN {plain(password='three')}")
        assert reply.code == 421 and "try again in" in reply.text
        assert smtp.at_end()
    with SMTP(server.ports["submissions"], context=server.tls()) as smtp:
        smtp.expect(421)
    with server.smtp() as smtp:  # mail from other servers still comes in
        smtp.hello()
        smtp.quit()
    assert server.log().count("login refused") == 4
    assert server.metrics()["paloma_login_bans_total"] == 1


def test_limits_of_a_day(make_server):
    server = make_server(settings={"submission.messages_per_day_max": "3", "submission.recipients_per_day_max": "2"})
    with logged_in(server) as smtp:
        smtp.mail(ANA, BEN, ELSEWHERE)
        assert smtp.data(text()).code == 250
        smtp.expect(250, f"MAIL FROM:<{ANA}>")
        reply = smtp.expect(452, "RCPT TO:<another@elsewhere.test>")
        assert reply.enhanced == "4.7.1" and "00:00 UTC" in reply.text
        smtp.expect(250, f"RCPT TO:<{BEN}>")
        assert smtp.data(text()).code == 250
    server.restart()
    with logged_in(server) as smtp:
        smtp.mail(ANA, BEN)
        assert smtp.data(text()).code == 250
        reply = smtp.expect(452, f"MAIL FROM:<{ANA}>")
        assert "3 messages today" in reply.text
    assert server.count(BEN) == 3


@pytest.mark.long
def test_ten_thousand_recipients(make_server):
    server = make_server(settings={"limits.recipients_max": "10000", "submission.recipients_per_day_max": "10000"})
    with logged_in(server) as smtp:
        commands = [f"MAIL FROM:<{ANA}>\r\n"] + [f"RCPT TO:<r{number}@elsewhere.test>\r\n" for number in range(10_001)]
        codes = []
        # No second thread sends meanwhile: Python's TLS may not be used by two at once.
        while commands:
            group, commands = commands[:250], commands[250:]
            smtp.send("".join(group))
            codes += [smtp.reply().code for _ in group]
        assert codes == [250] * 10_001 + [452]
        assert smtp.data(text()).code == 250
        smtp.expect(250, f"MAIL FROM:<{ANA}>")
        smtp.expect(452, "RCPT TO:<one-more@elsewhere.test>")
    (entry,) = server.queue()
    assert len(entry["recipients"]) == 10_000
