"""Real programs: what one of them sends arrives once, byte for byte, and another collects it."""

import email.utils
import mailbox
import os
import poplib
import re
import smtplib
import ssl
import subprocess
import sys
import time

import pytest

from harness.mail import assert_same, assert_same_lines, message, number_of, trace_of, untraced
from harness.server import DOMAIN, PASSWORD

ANA, BEN = f"ana@{DOMAIN}", f"ben@{DOMAIN}"

ODD = {
    "plain": message(1),
    "dots": message(2, body=b".\r\n..\r\n...\r\n.leading dot\r\n. \r\n\r\n.\r\nend\r\n"),
    "eight bit": message(3, body="Grüße, señor Ñandú, 漢字\r\n".encode()),
    "empty lines": message(4, body=b"\r\n\r\n\r\nend\r\n\r\n\r\n"),
    "no body": message(5, body=b""),
    "long line": message(6, body=b"x" * 990 + b"\r\n"),
    "looks like mbox": message(7, body=b"From here to there\r\n>From quoted\r\nFrom sender@x Thu Jan  1 00:00:00 2026\r\n\r\nFrom again\r\n"),
    "attachment": message(
        8,
        body=b"MIME in the body only\r\n--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + b"QUJDREVGRw==\r\n" * 200 + b"--b--\r\n",
    ),
    "large": message(9, size=3_000_000),
}


def run(command, input=None, status=0, timeout=120, **environment):
    done = subprocess.run(
        [str(part) for part in command], input=input, capture_output=True, timeout=timeout, env={**os.environ, **environment},
        stdin=subprocess.DEVNULL if input is None else None,
    )
    assert done.returncode == status, (
        f"{command[0]}: exit {done.returncode}\n{done.stdout.decode(errors='replace')}\n{done.stderr.decode(errors='replace')}"
    )
    return done.stdout + done.stderr


# ------------------------------------------------------------------ the ones that send


def by_swaks(server, octets, folder, tls=False):
    path = folder / "message"
    path.write_bytes(octets.removesuffix(b"\r\n"))  # swaks puts a line end before the final dot, always
    options = ["--tls", "--tls-verify", "--tls-ca-path", server.certificate] if tls else []
    talk = run(
        ["swaks", "--server", "localhost" if tls else "127.0.0.1", "--port", server.ports["smtp"], "--helo", "client.example.test",
         "--from", "sender@elsewhere.test", "--to", ANA, "--data", f"@{path}", *options]
    )
    assert b"queued as" in talk
    if tls:
        assert b"TLS started" in talk


def by_swaks_tls(server, octets, folder):
    by_swaks(server, octets, folder, tls=True)


def by_curl(server, octets, folder, tls=False):
    path = folder / "message"
    path.write_bytes(octets)
    options = ["--ssl-reqd", "--cacert", server.certificate] if tls else []
    run(["curl", "--silent", "--show-error", f"smtp://localhost:{server.ports['smtp']}/client.example.test", "--ipv4", *options,
         "--mail-from", "sender@elsewhere.test", "--mail-rcpt", ANA, "--upload-file", path])


def by_curl_tls(server, octets, folder):
    by_curl(server, octets, folder, tls=True)


def by_msmtp(server, octets, folder, tls=False):
    security = f"tls on\ntls_starttls on\ntls_trust_file {server.certificate}\n" if tls else "tls off\n"
    config = folder / "msmtprc"
    config.write_text(
        f"account default\nhost localhost\nport {server.ports['smtp']}\n{security}auth off\nfrom sender@elsewhere.test\n"
        "domain client.example.test\nset_from_header off\nset_date_header off\n"
    )
    config.chmod(0o600)
    run(["msmtp", "-C", config, "--", ANA], input=octets.replace(b"\r\n", b"\n"))


def by_msmtp_tls(server, octets, folder):
    by_msmtp(server, octets, folder, tls=True)


def by_smtplib(server, octets, folder, tls=False):
    with smtplib.SMTP("localhost", server.ports["smtp"], timeout=60) as client:
        if tls:
            client.starttls(context=server.tls())
        client.ehlo()
        options = ["BODY=8BITMIME"] if any(octet > 127 for octet in octets) else []
        assert client.sendmail("sender@elsewhere.test", [ANA], octets, mail_options=options) == {}


def by_smtplib_tls(server, octets, folder):
    by_smtplib(server, octets, folder, tls=True)


def by_lmtp(server, octets, folder):
    with smtplib.LMTP("127.0.0.1", server.ports["lmtp"], timeout=60) as client:
        assert client.sendmail("sender@elsewhere.test", [ANA], octets) == {}


def by_lmtp_unix(server, octets, folder):
    with smtplib.LMTP(str(server.socket_path), timeout=60) as client:
        assert client.sendmail("sender@elsewhere.test", [ANA], octets) == {}


SENDERS = [
    by_swaks, by_swaks_tls, by_curl, by_curl_tls, by_msmtp, by_msmtp_tls, by_smtplib, by_smtplib_tls, by_lmtp, by_lmtp_unix,
]


# ------------------------------------------------------------------ the ones that collect


def with_poplib(server, folder, implicit=False, stls=False):
    context = server.tls()
    if implicit:
        client = poplib.POP3_SSL("localhost", server.ports["pop3s"], context=context, timeout=60)
    else:
        client = poplib.POP3("localhost", server.ports["pop3"], timeout=60)
    if stls:
        client.stls(context)
    client.user(ANA)
    client.pass_(PASSWORD)
    messages = [b"".join(line + b"\r\n" for line in client.retr(number + 1)[1]) for number in range(client.stat()[0])]
    client.quit()
    return messages


def with_poplib_tls(server, folder):
    return with_poplib(server, folder, implicit=True)


def with_poplib_stls(server, folder):
    return with_poplib(server, folder, stls=True)


def with_curl(server, folder, implicit=False):
    base = f"pop3s://localhost:{server.ports['pop3s']}" if implicit else f"pop3://localhost:{server.ports['pop3']}"
    options = ["--silent", "--show-error", "--ipv4", "--user", f"{ANA}:{PASSWORD}", "--cacert", server.certificate]
    if not implicit:
        options += ["--ssl-reqd"]
    listing = run(["curl", *options, f"{base}/"]).decode().split("\r\n")
    numbers = [line.split()[0] for line in listing if line.strip()]
    return [run(["curl", *options, f"{base}/{number}"]) for number in numbers]


def with_curl_tls(server, folder):
    return with_curl(server, folder, implicit=True)


def write_mda(folder, out):
    """A program that writes each message into a file of its own, exactly as it comes."""
    out.mkdir(exist_ok=True)
    script = folder / "mda"
    script.write_text(f'#!/bin/sh\nexec cat >"$(mktemp "{out}/XXXXXXXX")"\n')
    script.chmod(0o755)
    return script


def with_fetchmail(server, folder, keep=True, implicit=False):
    config, out = folder / "fetchmailrc", folder / "fetched"
    script = write_mda(folder, out)
    port = server.ports["pop3s" if implicit else "pop3"]
    security = "ssl" if implicit else 'sslproto "auto"'
    config.write_text(
        f'set no bouncemail\nset invisible\npoll localhost protocol pop3 port {port} uidl\n'
        f'  user "{ANA}" password "{PASSWORD}" {security} sslcertck sslcertfile "{server.certificate}"\n'
        f'  no rewrite {"keep" if keep else "no keep"} fetchall stripcr mda "{script}"\n'
    )
    config.chmod(0o600)
    run(["fetchmail", "--fetchmailrc", config, "--idfile", folder / "fetchids", "--pidfile", folder / "fetchmail.pid", "--nodetach",
         "--nosyslog"], HOME=str(folder), FETCHMAILHOME=str(folder))
    return [path.read_bytes() for path in out.iterdir()]


def with_fetchmail_tls(server, folder):
    return with_fetchmail(server, folder, implicit=True)


def with_getmail(server, folder, keep=True):
    home, out = folder / "getmail", folder / "got"
    home.mkdir(exist_ok=True)
    (home / "getmailrc").write_text(
        f"[retriever]\ntype = SimplePOP3SSLRetriever\nserver = localhost\nport = {server.ports['pop3s']}\nusername = {ANA}\n"
        f"password = {PASSWORD}\nca_certs = {server.certificate}\n"
        # getmail refuses to write a Maildir as root, which containers often are.
        f"[destination]\ntype = MDA_external\npath = {write_mda(folder, out)}\nallow_root_commands = true\nunixfrom = false\n"
        f"[options]\ndelivered_to = false\nreceived = false\nread_all = true\ndelete = {'false' if keep else 'true'}\n"
    )
    run(["getmail", "--getmaildir", home, "--rcfile", "getmailrc"], HOME=str(folder))
    return [path.read_bytes() for path in out.iterdir()]


def with_mpop(server, folder, keep=True, implicit=False):
    box = folder / "mpop-maildir"
    for path in (box / "new", box / "cur", box / "tmp"):
        path.mkdir(parents=True, exist_ok=True)
    config = folder / "mpoprc"
    config.write_text(
        f"account default\nhost localhost\nport {server.ports['pop3s' if implicit else 'pop3']}\nuser {ANA}\npassword {PASSWORD}\n"
        f"auth user\ntls on\ntls_starttls {'off' if implicit else 'on'}\ntls_trust_file {server.certificate}\n"
        f"keep {'on' if keep else 'off'}\nreceived_header off\nuidls_file {folder}/uidls\ndelivery maildir {box}\n"
    )
    config.chmod(0o600)
    run(["mpop", "-C", config, "-a"], HOME=str(folder))
    return [path.read_bytes() for path in (box / "new").iterdir()]


def with_mpop_tls(server, folder):
    return with_mpop(server, folder, implicit=True)


EXACT = [with_poplib, with_poplib_tls, with_poplib_stls, with_curl, with_curl_tls]
# These write the lines with the ends of this system.
BY_LINES = [with_fetchmail, with_fetchmail_tls, with_getmail, with_mpop, with_mpop_tls]


# ------------------------------------------------------------------ each with each


@pytest.mark.parametrize("sender", SENDERS, ids=lambda function: function.__name__)
def test_what_a_program_sends_arrives_once_and_unchanged(server, tmp_path, sender):
    for octets in ODD.values():
        sender(server, octets, tmp_path)
    received = server.messages(ANA)
    assert [number_of(octets) for octets in received] == list(range(1, len(ODD) + 1))
    same = assert_same_lines if "msmtp" in sender.__name__ else assert_same
    for (name, sent), octets in zip(ODD.items(), received):
        # swaks cannot send a message without a body: it writes the empty line, then its line end before the final dot.
        same(octets, sent + b"\r\n" if name == "no body" and "swaks" in sender.__name__ else sent)
    with server.pop3() as pop3:
        pop3.login(BEN, PASSWORD)
        assert pop3.stat()[0] == 0


@pytest.mark.parametrize("collector", EXACT + BY_LINES, ids=lambda function: function.__name__)
def test_what_a_program_collects_is_what_was_sent(server, tmp_path, collector):
    for octets in ODD.values():
        server.send(octets, ANA)
    received = sorted(collector(server, tmp_path), key=number_of)
    assert [number_of(octets) for octets in received] == list(range(1, len(ODD) + 1))
    same = assert_same if collector in EXACT else assert_same_lines
    for octets, sent in zip(received, ODD.values()):
        same(octets, sent)
    assert server.count(ANA) == len(ODD), "who keeps leaves everything there"


@pytest.mark.parametrize("collector", [with_fetchmail, with_getmail, with_mpop], ids=lambda function: function.__name__)
def test_collected_and_deleted_once(server, tmp_path, collector):
    for octets in ODD.values():
        server.send(octets, ANA)
    assert len(collector(server, tmp_path, keep=False)) == len(ODD)
    assert server.count(ANA) == 0
    server.send(message(77), ANA)
    received = sorted(collector(server, tmp_path, keep=False), key=number_of)
    assert [number_of(octets) for octets in received] == list(range(1, len(ODD) + 1)) + [77]
    assert server.count(ANA) == 0


@pytest.mark.parametrize("collector", [with_fetchmail, with_getmail, with_mpop], ids=lambda function: function.__name__)
def test_who_keeps_mail_gets_only_what_is_new_even_after_a_restart(server, tmp_path, collector):
    """UIDLs are for ever: nothing is collected twice."""
    server.send(message(1), ANA)
    server.send(message(2), ANA)
    if collector is with_fetchmail:
        collect = lambda: with_fetchmail_new(server, tmp_path)  # noqa: E731
    elif collector is with_getmail:
        collect = lambda: with_getmail_new(server, tmp_path)  # noqa: E731
    else:
        collect = lambda: with_mpop_new(server, tmp_path)  # noqa: E731
    assert sorted(map(number_of, collect())) == [1, 2]
    server.restart()
    server.send(message(3), ANA)
    assert sorted(map(number_of, collect())) == [1, 2, 3]
    assert server.count(ANA) == 3


def with_fetchmail_new(server, folder):
    config, out = folder / "fetchmailrc", folder / "fetched"
    if not out.exists():
        with_fetchmail(server, folder)
    else:
        config.write_text(config.read_text().replace(" fetchall", ""))
        # 1: there was nothing new
        run(["fetchmail", "--fetchmailrc", config, "--idfile", folder / "fetchids", "--pidfile", folder / "fetchmail.pid", "--nodetach",
             "--nosyslog"], HOME=str(folder), FETCHMAILHOME=str(folder))
    return [path.read_bytes() for path in out.iterdir()]


def with_getmail_new(server, folder):
    rc = folder / "getmail" / "getmailrc"
    if not rc.exists():
        return with_getmail(server, folder)
    rc.write_text(rc.read_text().replace("read_all = true", "read_all = false"))
    run(["getmail", "--getmaildir", folder / "getmail", "--rcfile", "getmailrc"], HOME=str(folder))
    return [path.read_bytes() for path in (folder / "got").iterdir()]


def with_mpop_new(server, folder):
    config = folder / "mpoprc"
    if not config.exists():
        with_mpop(server, folder)
    else:
        run(["mpop", "-C", config, "-a", "--only-new=on"], HOME=str(folder))
    return [path.read_bytes() for path in (folder / "mpop-maildir" / "new").iterdir()]


# ------------------------------------------------------------------ Postfix's generator


@pytest.mark.parametrize("options", [(), ("-d",), ("-N",)], ids=["plain", "persistent", "numbered"])
def test_smtp_source(make_server, options):
    server = make_server(accounts=["ana"])
    server.cli("domain", "add", "many.test", "--catch-all", ANA)
    run(["smtp-source", *options, "-s", "10", "-m", "200", "-l", "4096", "-f", "sender@elsewhere.test", "-t", "box@many.test",
         f"127.0.0.1:{server.ports['smtp']}"])
    assert server.count(ANA) == 200


def test_smtp_source_without_a_greeting(server):
    """-o sends no HELO; RFC 5321 §4.1.4: a session with mail transactions MUST begin with one."""
    talk = run(["smtp-source", "-o", "-m", "1", "-f", "sender@elsewhere.test", "-t", ANA, f"127.0.0.1:{server.ports['smtp']}"], status=1)
    assert b"503" in talk
    assert server.count(ANA) == 0


def test_smtp_source_with_many_recipients(make_server):
    server = make_server(accounts=["ana", "ben"])
    server.cli("domain", "add", "many.test", "--catch-all", ANA)
    run(["smtp-source", "-s", "5", "-m", "20", "-r", "50", "-l", "1000", "-f", "sender@elsewhere.test", "-t", "box@many.test",
         f"127.0.0.1:{server.ports['smtp']}"])
    # Fifty addresses, one mailbox: a copy for each address would be 1000, and one for each message is what a reader wants.
    assert server.count(ANA) in (20, 1000)


def test_smtp_source_over_lmtp(server):
    run(["smtp-source", "-L", "-s", "4", "-m", "40", "-l", "2000", "-f", "sender@elsewhere.test", "-t", ANA,
         f"127.0.0.1:{server.ports['lmtp']}"])
    assert server.count(ANA) == 40


# ------------------------------------------------------------------ TLS and traces as clients see them


def test_the_certificate_is_good_for_the_names_it_is_reached_by(shared):
    for name in ("localhost", "mail.example.test", "127.0.0.1"):
        client = smtplib.SMTP("127.0.0.1", shared.ports["smtp"], timeout=30)
        client._host = name
        client.starttls(context=shared.tls())
        assert client.noop()[0] == 250
        client.quit()
        context = shared.tls()
        import socket

        with context.wrap_socket(socket.create_connection(("127.0.0.1", shared.ports["pop3s"])), server_hostname=name) as peer:
            assert peer.recv(100).startswith(b"+OK")
            assert peer.version() in ("TLSv1.2", "TLSv1.3")


def test_old_tls_is_refused(shared):
    import socket
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        context.wrap_socket(socket.create_connection(("127.0.0.1", shared.ports["pop3s"])))


def test_trace_fields_are_what_a_postmaster_expects(server):
    plain = server.send(message(1), ANA)
    with server.smtp() as smtp:
        smtp.hello()
        smtp.expect(220, "STARTTLS")
        smtp.secure(server.tls())
        smtp.expect(250, "EHLO client.example.test")
        smtp.mail("sender@elsewhere.test", "ANA@Example.TEST")
        reply = smtp.data(message(2))
        secured = re.search(r"queued as (\S+)", reply.text).group(1)
        smtp.quit()
    with server.lmtp() as lmtp:
        lmtp.hello("LHLO")
        lmtp.mail("", ANA)
        assert lmtp.data(message(3)).code == 250
    first, second, third = server.messages(ANA)
    for octets, protocol, identity, sender in (
        (first, "ESMTP", plain, "<sender@elsewhere.test>"), (second, "ESMTPS", secured, "<sender@elsewhere.test>"), (third, "LMTP", None, "<>"),
    ):
        names, head = trace_of(octets)
        lowered = [name.lower() for name in names]
        assert lowered.count("return-path") == 1 and lowered[0] == "return-path", head
        assert lowered.count("delivered-to") == 1 and lowered.count("x-original-to") == 1 and lowered.count("received") == 1
        unfolded = re.sub(r"\r\n[ \t]+", " ", head)
        assert f"Return-Path: {sender}" in unfolded
        received = re.search(r"^Received: (.*?)\r?$", unfolded, re.M).group(1)
        assert "client.example.test" in received and "127.0.0.1" in received
        assert re.search(rf"\bwith {protocol}\b", received), received
        assert re.search(r"\bby mail\.example\.test\b", received), received
        if identity:
            assert re.search(rf"\bid {re.escape(identity)}\b", received), received
        assert email.utils.parsedate_to_datetime(received.rsplit(";", 1)[1].strip()) is not None
        assert max(len(line) for line in head.split("\r\n")) <= 998
    secured_trace = re.sub(r"\r\n[ \t]+", " ", trace_of(second)[1])
    assert re.search(r"^Received: .*\bTLS", secured_trace, re.M), "by which TLS it came"
    assert b"X-Original-To: ANA@Example.TEST" in second or b"X-Original-To: ANA@example.test" in second
    assert b"Delivered-To: ana@example.test" in second
