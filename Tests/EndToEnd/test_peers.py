"""The other servers of the tests do what the tests believe they do."""

import smtplib
import socket
import ssl

import pytest

from harness.faulty import CLOSE, HANG, FaultyPeer, Script, after, for_recipients, times
from harness.mail import message
from harness.outside import Outside, loopback_address
from harness.peers import Exim, Postfix, Sink, server_context
from harness.ports import free_port


@pytest.fixture
def outside():
    made = Outside().start()
    yield made
    made.stop()


def connect(peer, timeout=5):
    return smtplib.SMTP(peer.address, peer.port, local_hostname="client.test", timeout=timeout)


def send(peer, octets=None, recipients=("a@far.test",), options=()):
    with connect(peer) as client:
        return client.sendmail("s@near.test", recipients, octets or message(1), options)


# ------------------------------------------------------------------ the scripted one


def test_it_records_what_it_is_given(outside):
    peer = outside.faulty("far.test")
    dots = message(1, body=b".\r\n..\r\nend\r\n")
    send(peer, dots, ("a@far.test", "b@far.test"), ("BODY=8BITMIME",))
    [found] = peer.wait_for_messages(1)
    assert found.octets == dots
    assert (found.sender, found.recipients) == ("s@near.test", ["a@far.test", "b@far.test"])
    assert "BODY=8BITMIME" in found.parameters.upper()
    assert peer.connections[0].verbs() == ["EHLO", "MAIL", "RCPT", "RCPT", "DATA", "QUIT"]


def test_replies_of_a_script(outside):
    peer = outside.faulty("far.test", Script(at={
        "connect": "220 peer.test\n220 welcome", "RCPT": for_recipients({"bad@far.test": "550 5.1.1 no\n550 5.1.1 such user"}),
    }))
    refused = send(peer, recipients=("a@far.test", "bad@far.test"))
    assert refused == {"bad@far.test": (550, b"5.1.1 no\n5.1.1 such user")}
    assert peer.messages[0].recipients == ["a@far.test"]


@pytest.mark.parametrize("step", ["connect", "EHLO", "MAIL", "RCPT", "DATA", "body", "dot"])
@pytest.mark.parametrize("fault", ["close", "hang", "refuse", "rubbish"])
def test_faults_at_each_step(outside, step, fault):
    what = {"close": CLOSE, "hang": HANG, "refuse": "421 4.3.2 going", "rubbish": b"\x00\xffwhat\r\n"}[fault]
    script = Script(at={step: what} | ({"HELO": what} if step == "EHLO" else {}))
    peer = outside.faulty("far.test", script)
    with pytest.raises((smtplib.SMTPException, OSError)):
        with connect(peer, timeout=1) as client:
            client.sendmail("s@near.test", ["a@far.test"], message(1))
    if (fault, step) != ("rubbish", "body"):  # that is told early, and the message is taken all the same
        assert peer.messages == []
        assert len(peer.received) == (1 if step == "dot" else 0)


def test_connections_have_their_scripts(outside):
    peer = outside.faulty("far.test", Script(at={"connect": "554 5.3.2 not today"}), Script(at={"MAIL": times(1, "451 4.3.0 later")}))
    with pytest.raises(smtplib.SMTPConnectError):
        connect(peer)
    with connect(peer) as client:
        with pytest.raises(smtplib.SMTPSenderRefused):
            client.sendmail("s@near.test", ["a@far.test"], message(1))
        client.sendmail("s@near.test", ["a@far.test"], message(2))
    assert len(peer.messages) == 1


def test_421_after_some_messages(outside):
    peer = outside.faulty("far.test", Script(at={"MAIL": after(2, "421 4.7.0 enough")}))
    with connect(peer) as client:
        for number in range(2):
            client.sendmail("s@near.test", ["a@far.test"], message(number))
        with pytest.raises(smtplib.SMTPException):
            client.sendmail("s@near.test", ["a@far.test"], message(2))
    assert len(peer.messages) == 2


def test_a_server_without_extensions(outside):
    peer = outside.faulty("far.test", Script(at={"EHLO": "502 5.5.1 what"}))
    send(peer)
    assert peer.connections[0].verbs()[:2] == ["EHLO", "HELO"]


def test_starttls(outside, tmp_path):
    peer = outside.faulty("far.test", Script(tls=server_context(tmp_path, "mx.far.test")))
    with connect(peer) as client:
        client.starttls(context=unverified())
        client.sendmail("s@near.test", ["a@far.test"], message(1))
    assert peer.messages[0].encrypted and peer.connections[0].encrypted


def test_starttls_that_breaks(outside, tmp_path):
    context = server_context(tmp_path, "mx.far.test")
    peer = outside.faulty("far.test", Script(tls=context, at={"handshake": b"not TLS at all\r\n"}), Script(tls=context, at={"STARTTLS": "454 4.7.0 no"}))
    with pytest.raises((ssl.SSLError, OSError, smtplib.SMTPException)):
        with connect(peer) as client:
            client.starttls(context=unverified())
    with connect(peer) as client:
        with pytest.raises(smtplib.SMTPException):
            client.ehlo()
            code, _ = client.docmd("STARTTLS")
            assert code == 454
            raise smtplib.SMTPException
    assert not peer.connections[0].encrypted


def unverified():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def test_bdat(outside):
    peer = outside.faulty("far.test", Script(extensions=("CHUNKING", "BINARYMIME")))
    with connect(peer) as client:
        client.ehlo()
        client.docmd("MAIL FROM:<s@near.test> BODY=BINARYMIME")
        client.docmd("RCPT TO:<a@far.test>")
        client.send(b"BDAT 6\r\nab\n\r\0.")
        assert client.getreply()[0] == 250
        client.send(b"BDAT 3 LAST\r\n\r\n.")
        assert client.getreply()[0] == 250
    assert peer.messages[0].octets == b"ab\n\r\0.\r\n."


# ------------------------------------------------------------------ the real ones


@pytest.mark.parametrize("kind", [Postfix, Exim])
def test_real_servers_take_and_relay(outside, kind):
    target = FaultyPeer("127.0.0.1", free_port()).start()
    outside.peers.append(target)
    peer = outside.real(kind, "far.test", relay_port=target.port)
    number_one = message(1, body="Grüße\r\n.\r\n..\r\n".encode())
    send(peer, number_one, ("Ben@far.test",))
    [found] = peer.wait_for_messages("ben", 1)
    assert found.endswith(number_one.partition(b"Subject:")[2])
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(peer, recipients=("nobody@far.test",))
    peer.send(message(2), "ben@far.test", "ana@example.test")
    [relayed] = target.wait_for_messages(1)
    assert relayed.recipients == ["ana@example.test"]
    with connect(peer) as client:
        client.ehlo()
        assert client.has_extn("starttls") and client.has_extn("smtputf8") and client.has_extn("dsn")
        client.starttls(context=unverified())


def test_sink(outside):
    peer = outside.real(Sink, "far.test")
    send(peer)
    [found] = peer.wait_for_messages(None, 1)
    assert b"This is message 1." in found


# ------------------------------------------------------------------ names


def test_names(outside):
    outside.exchange("far.test", (20, "b.far.test"), (10, "a.far.test"))
    outside.name("a.far.test", "127.0.0.9")
    assert b"\x7f\x00\x00\x09" in ask(outside.names.port, "a.far.test", 1)
    assert len(ask(outside.names.port, "far.test", 15).split(b"\x00\x0f\x00\x01")) == 4
    assert ask(outside.names.port, "nowhere.test", 15)[3] & 15 == 3
    assert ask(outside.names.port, "example.org", 15)[3] & 15 == 5


def ask(port, name, kind):
    question = b"\x50\x41\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
    question += b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0" + bytes([0, kind, 0, 1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(5)
        asker.sendto(question, ("127.0.0.1", port))
        return asker.recv(4096)


def test_addresses_differ():
    assert len({loopback_address() for _ in range(300)}) == 300
