"""Mail that leaves: to real servers, past faulty ones, and back to its sender when it cannot be delivered.

The world outside is [harness/outside.py](harness/outside.py): a name server and other mail servers, all on loopback addresses.
Nothing may be lost, whatever a peer does; nothing may come twice, unless a peer hung up after it had the whole message.
"""

import base64
import re
import time

import pytest

from harness.faulty import CLOSE, HANG, Script, after, for_recipients, times
from harness.mail import message, number_of
from harness.outside import Outside
from harness.peers import Exim, Postfix, Sink, server_context
from harness.reports import reports, wait_for_reports
from harness.server import DOMAIN, PASSWORD, queue_id
from harness.wire import SMTP

ANA, BEN = f"ana@{DOMAIN}", f"ben@{DOMAIN}"
FAR, OTHER = "x@far.test", "y@far.test"


@pytest.fixture
def outside():
    made = Outside().start()
    yield made
    made.stop()


@pytest.fixture
def make_sender(make_server, outside, home):
    """Makes a server that lives in `outside`; `settings` are added to its own."""

    def make(**settings):
        return make_server(settings=outside.settings(home / "outside") | {
            name.replace("__", "."): value for name, value in settings.items()
        })

    return make


@pytest.fixture
def server(make_sender):
    return make_sender()


def login(server):
    smtp = SMTP(server.ports["submission"])
    smtp.hello()
    credentials = base64.b64encode(f"\0{ANA}\0{PASSWORD}".encode()).decode()
    smtp.expect(235, f"AUTH PLAIN {credentials}")
    return smtp


def submit(server, octets, *recipients, parameters="", notify=""):
    """Ana sends a message; its queue id."""
    with login(server) as smtp:
        smtp.expect(250, f"MAIL FROM:<{ANA}>{' ' + parameters if parameters else ''}")
        for recipient in recipients:
            smtp.expect(250, f"RCPT TO:<{recipient}>{' ' + notify if notify else ''}")
        reply = smtp.data(octets)
        assert reply.code == 250, reply
        smtp.quit()
    return queue_id(reply)


def letter(number=1, to=FAR, **more):
    return message(number, sender=ANA, to=to, **more)


def numbers(messages):
    return sorted(number_of(found.octets) for found in messages)


def wait_for_empty_queue(server, seconds=60):
    wait_until(lambda: not server.queue(), f"the queue is not empty: {server.log()[-3000:]}", seconds)


def wait_until(condition, complaint, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, complaint
        time.sleep(0.1)


def assert_delivered_once(server, *peers):
    """The queue is empty, the peers together have one message, and the sender was told of nothing."""
    wait_for_empty_queue(server)
    assert sum(len(peer.messages) for peer in peers) == 1, [peer.summary() for peer in peers]
    assert reports(server, ANA) == []


# ------------------------------------------------------------------ where it goes


@pytest.mark.parametrize("kind", [Postfix, Exim])
def test_real_servers(server, outside, kind):
    peer = outside.real(kind, "far.test")
    sent = {
        1: letter(1, "ben@far.test"), 2: letter(2, "ben@far.test", body=b".\r\n..\r\n. \r\n\r\n.\r\nend\r\n"),
        3: letter(3, "ben@far.test", body="Grüße, señor Ñandú\r\n".encode()), 4: letter(4, "ben@far.test", size=2_000_000),
    }
    for octets in sent.values():
        submit(server, octets, "ben@far.test")
    found = peer.wait_for_messages("ben", len(sent))
    wait_for_empty_queue(server)
    assert sorted(map(number_of, found)) == sorted(sent)
    for octets in found:
        body = octets.partition(b"\r\n\r\n")[2]
        assert body == sent[number_of(octets)].partition(b"\r\n\r\n")[2]
        # Exim writes it in small letters.
        assert b"ESMTPS" in octets.partition(b"Subject:")[0].upper(), "it came without TLS"


def test_a_real_server_refuses_a_recipient(server, outside):
    peer = outside.real(Postfix, "far.test")
    submit(server, letter(), "ben@far.test", "nobody@far.test")
    peer.wait_for_messages("ben", 1)
    [report] = wait_for_reports(server, ANA)
    assert report.addresses == ["nobody@far.test"]
    assert report.recipient("nobody@far.test")["Status"] == "5.1.1"


def test_postfix_sends_to_us(server, outside):
    peer = outside.real(Postfix, "far.test", relay_port=server.ports["smtp"])
    peer.send(message(7, to=ANA), "ben@far.test", ANA)
    wait_until(lambda: server.count(ANA) == 1, "nothing came")


def test_many_messages(server, outside):
    sink = outside.real(Sink, "far.test")
    for number in range(200):
        submit(server, letter(number), FAR)
    found = sink.wait_for_messages(None, 200)
    wait_for_empty_queue(server)
    assert sorted(map(number_of, found)) == list(range(200))


def test_one_transaction_for_one_domain(server, outside):
    far, near = outside.faulty("far.test"), outside.faulty("near.test")
    submit(server, letter(), FAR, "z@near.test", OTHER)
    assert sorted(far.wait_for_messages(1)[0].recipients) == [FAR, OTHER]
    assert near.wait_for_messages(1)[0].recipients == ["z@near.test"]
    wait_for_empty_queue(server)
    assert (len(far.messages), len(near.messages)) == (1, 1)


def test_the_best_exchanger_gets_it(server, outside):
    second, first = outside.faulty("far.test", preference=20), outside.faulty("far.test", preference=5)
    submit(server, letter(), FAR)
    first.wait_for_messages(1)
    assert_delivered_once(server, first, second)
    assert second.connections == []


@pytest.mark.parametrize("fault", ["dead", "4xx", "5xx", "close", "no address"])
def test_the_next_exchanger_is_tried(server, outside, fault):
    if fault == "dead":
        outside.name("mx0.far.test", "127.99.99.99")
        outside.exchange("far.test", (5, "mx0.far.test"))
    elif fault == "no address":
        outside.exchange("far.test", (5, "missing.far.test"))
    else:
        greeting = {"4xx": "421 4.3.2 no", "5xx": "554 5.3.2 no mail here", "close": CLOSE}[fault]
        outside.faulty("far.test", Script(at={"connect": greeting}), preference=5)
    second = outside.faulty("far.test", preference=20)
    submit(server, letter(), FAR)
    second.wait_for_messages(1)
    assert_delivered_once(server, second)


def test_a_domain_without_mx(server, outside):
    """RFC 5321 §5.1: its own address is taken."""
    peer = outside.faulty("other.test")
    outside.name("far.test", peer.address)
    submit(server, letter(), FAR)
    peer.wait_for_messages(1)
    assert_delivered_once(server, peer)


def test_null_mx(server, outside):
    """RFC 7505 §3."""
    outside.names.add("far.test. MX 0 .")
    submit(server, letter(), FAR)
    [report] = wait_for_reports(server, ANA)
    found = report.recipient(FAR)
    assert (found["Action"], found["Status"]) == ("failed", "5.1.10")


def test_no_such_domain(server):
    submit(server, letter(to="x@nowhere.test"), "x@nowhere.test")
    [report] = wait_for_reports(server, ANA)
    found = report.recipient("x@nowhere.test")
    assert (found["Action"], found["Status"]) == ("failed", "5.1.2")
    wait_for_empty_queue(server)


def test_no_answer_about_a_domain(server, outside):
    """The name server refuses to say anything: that may pass."""
    submit(server, letter(to="x@silent.example"), "x@silent.example")
    wait_until(lambda: server.queue() and server.queue()[0]["recipients"][0]["attempts"] >= 2, "it is not tried again")
    assert reports(server, ANA) == []


# ------------------------------------------------------------------ peers with faults

STEPS = ["connect", "EHLO", "MAIL", "RCPT", "DATA", "body", "dot"]


def script(step, what):
    return Script(at={step: what} | ({"HELO": what} if step == "EHLO" else {}))


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("fault", ["close", "4xx", "421", "rubbish"])
def test_faults_pass(server, outside, step, fault):
    """The first connection goes wrong, the second does not: the message comes once."""
    what = {"close": CLOSE, "4xx": "451 4.3.0 not now\n451 4.3.0 later perhaps", "421": "421 4.3.2 going", "rubbish": b"\x00\xff?\r\n"}[fault]
    if step == "body" and fault in ("4xx", "rubbish"):
        pytest.skip("no reply is due there")
    peer = outside.faulty("far.test", script(step, what), Script())
    submit(server, letter(), FAR)
    peer.wait_for_messages(1)
    assert_delivered_once(server, peer)
    # What came whole and was not answered well had to come again.
    assert len(peer.received) == (2 if step == "dot" else 1)


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "dot"])
def test_refused(server, outside, step):
    """5xx comes back to the sender, with the words that were said."""
    peer = outside.faulty("far.test", Script(at={step: "550 5.7.1 not you\n550 5.7.1 not ever"}))
    octets = letter()
    submit(server, octets, FAR)
    [report] = wait_for_reports(server, ANA)
    found = report.recipient(FAR)
    assert (found["Action"], found["Status"]) == ("failed", "5.7.1")
    assert found["Diagnostic-Code"].startswith("smtp; 550") and "not ever" in found["Diagnostic-Code"]
    assert peer.host in found["Remote-MTA"]
    assert "not ever" in report.words and FAR in report.words
    assert report.message["In-Reply-To"].strip() == re.search(rb"Message-ID: (\S+)", octets).group(1).decode()
    assert report.returned.get_payload(0)["X-Number"] == "1"
    wait_for_empty_queue(server)
    assert peer.messages == []


@pytest.mark.parametrize("fault", [HANG, CLOSE, b"no reply at all\r\n"])
def test_a_fault_after_the_final_dot(server, outside, fault):
    """The one case in which a message may come twice: whether it was taken cannot be known (RFC 5321 §4.5.4.2, RFC 1047)."""
    if fault is HANG:
        pytest.skip("it waits for ten minutes (RFC 5321 §4.5.3.2.6)")
    peer = outside.faulty("far.test", Script(at={"dot": fault}), Script())
    submit(server, letter(), FAR)
    peer.wait_for_messages(1)
    wait_for_empty_queue(server)
    assert numbers(peer.received) == [1, 1]
    assert len(peer.messages) == 1


def test_connections_end(server, outside):
    """A connection over which nothing could be delivered is not kept."""
    peer = outside.faulty("far.test", Script(at={"RCPT": times(30, "450 4.2.1 later")}))
    for number in range(10):
        submit(server, letter(number), f"x{number}@far.test")
    peer.wait_for_messages(10)
    wait_for_empty_queue(server)
    wait_until(lambda: all(connection.ended for connection in peer.connections), "connections are left open")


def test_some_recipients_later(server, outside):
    later = times(2, "450 4.2.1 grey")
    peer = outside.faulty("far.test", Script(at={"RCPT": lambda session: later(session) if session.address == OTHER else None}))
    submit(server, letter(), FAR, OTHER)
    wait_for_empty_queue(server)
    assert sorted(recipient for found in peer.messages for recipient in found.recipients) == [FAR, OTHER]
    assert reports(server, ANA) == []


def test_some_recipients_never(server, outside):
    peer = outside.faulty("far.test", Script(at={"RCPT": for_recipients({OTHER: "550 5.1.1 no such user"})}))
    submit(server, letter(), FAR, OTHER)
    peer.wait_for_messages(1)
    [report] = wait_for_reports(server, ANA)
    assert report.addresses == [OTHER]
    wait_for_empty_queue(server)
    assert [found.recipients for found in peer.messages] == [[FAR]]


def test_a_peer_that_takes_a_few_at_a_time(server, outside):
    peer = outside.faulty("far.test", *[Script(at={"MAIL": after(2, "421 4.7.0 enough for one connection")}) for _ in range(20)])
    for number in range(10):
        submit(server, letter(number), FAR)
    peer.wait_for_messages(10)
    wait_for_empty_queue(server)
    assert numbers(peer.messages) == list(range(10))


def test_a_server_of_1982(server, outside):
    peer = outside.faulty("far.test", Script(at={"EHLO": "502 what"}, extensions=()))
    submit(server, letter(), FAR)
    peer.wait_for_messages(1)
    assert_delivered_once(server, peer)
    assert peer.connections[0].verbs()[:2] == ["EHLO", "HELO"]
    assert peer.messages[0].parameters == ""


def test_pipelining_only_where_it_is_announced(server, outside):
    peer = outside.faulty("far.test", Script(extensions=("8BITMIME",), pause=0.02))
    submit(server, letter(), FAR, OTHER)
    peer.wait_for_messages(1)
    assert_delivered_once(server, peer)
    assert not peer.connections[0].pipelined


def test_a_slow_peer_holds_up_nobody_else(server, outside):
    outside.faulty("far.test", Script(at={"connect": HANG}))
    for number in range(30):
        submit(server, letter(number), f"x{number}@far.test")
    good = outside.faulty("near.test")
    submit(server, letter(99), "z@near.test")
    good.wait_for_messages(1, seconds=15)
    server.stop()
    server.start()
    assert len(server.queue()) == 30


# ------------------------------------------------------------------ what peers can


def test_starttls(server, outside, home):
    peer = outside.faulty("far.test", Script(tls=server_context(home, "mx1.far.test")))
    submit(server, letter(), FAR)
    assert peer.wait_for_messages(1)[0].encrypted
    assert_delivered_once(server, peer)
    # RFC 3207 §4.2: what was said before is forgotten.
    assert peer.connections[0].verbs()[:3] == ["EHLO", "STARTTLS", "EHLO"]


@pytest.mark.parametrize("step, what", [("handshake", b"not TLS\r\n"), ("handshake", CLOSE), ("STARTTLS", "454 4.7.0 not now")])
def test_starttls_that_breaks(server, outside, home, step, what):
    """Nobody asked for TLS, so mail gets through without (RFC 7435)."""
    peer = outside.faulty("far.test", Script(tls=server_context(home, "mx1.far.test"), at={step: what}))
    submit(server, letter(), FAR)
    peer.wait_for_messages(1)
    assert_delivered_once(server, peer)


def test_tls_that_is_required(make_sender, outside):
    server = make_sender(outbound__tls='"required"')
    peer = outside.faulty("far.test")
    submit(server, letter(), FAR)
    peer.wait_for_verb("EHLO", 2)
    assert peer.received == [] and len(server.queue()) == 1


EIGHT_BIT = (
    b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"
    b"X-Number: 1\r\nFrom: <ana@example.test>\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\nMessage-ID: <8@example.test>\r\n\r\n"
    + "Señor Ñandú, buenos días.\r\n".encode()
)


def test_eight_bits_where_they_are_taken(server, outside):
    peer = outside.faulty("far.test")
    submit(server, EIGHT_BIT, FAR, parameters="BODY=8BITMIME")
    found = peer.wait_for_messages(1)[0]
    assert "BODY=8BITMIME" in found.parameters.upper()
    assert found.octets.endswith(EIGHT_BIT.partition(b"\r\n\r\n")[2])


def test_eight_bits_are_converted(server, outside):
    """RFC 6152 §3."""
    import email
    import email.policy

    peer = outside.faulty("far.test", Script(extensions=("PIPELINING",)))
    submit(server, EIGHT_BIT, FAR, parameters="BODY=8BITMIME")
    found = peer.wait_for_messages(1)[0]
    assert found.octets.isascii() and found.parameters == ""
    parsed = email.message_from_bytes(found.octets, policy=email.policy.default)
    assert parsed.get_content().replace("\r\n", "\n") == "Señor Ñandú, buenos días.\n"


def test_eight_bits_that_cannot_be_converted(server, outside):
    peer = outside.faulty("far.test", Script(extensions=()))
    signed = EIGHT_BIT.replace(
        b"text/plain; charset=utf-8", b'multipart/signed; boundary=b; protocol="application/pgp-signature"'
    ).replace("Señor".encode(), "--b\r\n\r\nSeñor".encode()) + b"--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n"
    submit(server, signed, FAR, parameters="BODY=8BITMIME")
    [report] = wait_for_reports(server, ANA)
    assert report.recipient(FAR)["Status"] == "5.6.3"
    assert peer.received == []


def test_addresses_in_utf8(server, outside):
    able, unable = outside.faulty("far.test"), outside.faulty("near.test", Script(extensions=("8BITMIME",)))
    for recipient in ("ñandú@far.test", "ñandú@near.test"):
        with login(server) as smtp:
            smtp.expect(250, f"MAIL FROM:<{ANA}> SMTPUTF8")
            smtp.expect(250, f"RCPT TO:<{recipient}>")
            assert smtp.data(letter()).code == 250
    assert able.wait_for_messages(1)[0].recipients == ["ñandú@far.test"]
    assert "SMTPUTF8" in able.messages[0].parameters.upper()
    [report] = wait_for_reports(server, ANA)
    assert report.octets.isascii()
    [fields] = report.recipients
    assert fields["Final-Recipient"] == "utf-8; \\x{F1}and\\x{FA}@near.test"
    assert fields["Status"] == "5.6.7"
    assert unable.received == []


def test_a_message_that_is_too_large_for_the_peer(server, outside):
    """RFC 1870 §6.1: it is not sent at all."""
    peer = outside.faulty("far.test", Script(extensions=("SIZE 10000",)))
    submit(server, letter(size=50_000), FAR)
    [report] = wait_for_reports(server, ANA)
    assert report.recipient(FAR)["Status"] in ("5.3.4", "5.2.3")
    assert peer.received == []


def test_dsn_parameters_go_on(server, outside):
    """RFC 3461 §5.2.1."""
    peer = outside.faulty("far.test")
    submit(server, letter(), FAR, parameters="RET=HDRS ENVID=QQ314159", notify=f"NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;{FAR}")
    found = peer.wait_for_messages(1)[0]
    assert "RET=HDRS" in found.parameters.upper() and "ENVID=QQ314159" in found.parameters
    assert "NOTIFY=SUCCESS,FAILURE" in found.recipient_parameters[FAR].upper()
    assert f"ORCPT=rfc822;{FAR}" in found.recipient_parameters[FAR]
    wait_for_empty_queue(server)
    # It is the peer's turn to report.
    assert reports(server, ANA) == []


# ------------------------------------------------------------------ what the sender is told


def test_success_where_the_peer_reports_nothing(server, outside):
    """RFC 3461 §5.2.2: relayed, and no word more is to be expected."""
    outside.faulty("far.test", Script(extensions=("8BITMIME",)))
    submit(server, letter(), FAR, parameters="ENVID=QQ314159", notify="NOTIFY=SUCCESS")
    [report] = wait_for_reports(server, ANA)
    assert report.recipient(FAR)["Action"] == "relayed"
    assert report.fields["Original-Envelope-Id"] == "QQ314159"
    # Nothing failed: the header alone comes back.
    assert report.returned.get_content_type() == "text/rfc822-headers"


def test_success_in_a_mailbox_of_ours(server):
    submit(server, letter(to=BEN), BEN, notify="NOTIFY=SUCCESS")
    [report] = wait_for_reports(server, ANA)
    assert report.recipient(BEN)["Action"] == "delivered"
    assert report.recipient(BEN)["Status"].startswith("2.")


def test_never(server, outside):
    peer = outside.faulty("far.test", Script(at={"RCPT": "550 5.1.1 no"}))
    submit(server, letter(), FAR, notify="NOTIFY=NEVER")
    peer.wait_for_verb("RCPT")
    wait_for_empty_queue(server)
    assert reports(server, ANA) == []


def test_only_the_header_comes_back(server, outside):
    outside.faulty("far.test", Script(at={"RCPT": "550 5.1.1 no"}))
    submit(server, letter(), FAR, parameters="RET=HDRS")
    [report] = wait_for_reports(server, ANA)
    assert report.returned.get_content_type() == "text/rfc822-headers"
    assert b"This is message 1." not in report.octets


def test_delay_and_end(make_sender, outside):
    """The sender is told once that it takes longer, and once that it was given up."""
    server = make_sender(queue__delay_notice='"2 s"', queue__expiry='"8 s"')
    outside.faulty("far.test", Script(at={"RCPT": "450 4.2.1 grey for ever"}))
    submit(server, letter(), FAR)
    [first] = wait_for_reports(server, ANA)
    found = first.recipient(FAR)
    assert (found["Action"], found["Status"]) == ("delayed", "4.2.1")
    assert "Will-Retry-Until" in found
    _, second = sorted(wait_for_reports(server, ANA, 2), key=lambda report: report.recipient(FAR)["Action"])
    found = second.recipient(FAR)
    assert found["Action"] == "failed" and found["Status"][0] in "45"
    assert "grey for ever" in found["Diagnostic-Code"]
    wait_for_empty_queue(server)


def test_reports_are_not_answered(server, outside):
    """A message with the null reverse-path that cannot be delivered ends in the log (RFC 5321 §6.1)."""
    outside.names.add("far.test. MX 0 .")
    with login(server) as smtp:
        reply = smtp.ask("MAIL FROM:<>")
        if reply.code != 250:
            pytest.skip("the null reverse-path is not for users here")
        smtp.expect(250, f"RCPT TO:<{FAR}>")
        assert smtp.data(letter()).code == 250
    wait_for_empty_queue(server)
    assert reports(server, ANA) == []


# ------------------------------------------------------------------ signatures


def test_dkim(make_sender, outside, home):
    """What leaves is signed for the sender's domain, and others can verify it."""
    import dkim

    server = make_sender()
    peer = outside.faulty("far.test")
    text = server.cli("domain", "show", DOMAIN).stdout.decode()
    found = re.search(r"(\S+_domainkey\S*)[^\n]*?(v=DKIM1[^\n]*)", text)
    assert found, f"no record of a key in:\n{text}"
    record = "".join(found.group(2).replace('"', "").split("  ")).strip()

    def lookup(name, timeout=5):
        return record.encode()

    for number, octets in enumerate([letter(1), EIGHT_BIT, letter(1, body=b"trailing  \r\n\r\n\r\n")]):
        submit(server, octets, FAR)
        message = peer.wait_for_messages(number + 1)[number]
        assert dkim.verify(message.octets, dnsfunc=lookup)
        assert b"d=example.test" in message.octets


# ------------------------------------------------------------------ the administrator


def test_hold_retry_and_remove(make_sender, outside):
    server = make_sender(queue__retry_first='"1 h"', queue__retry_max='"1 h"')
    peer = outside.faulty("far.test", Script(at={"RCPT": times(2, "450 4.2.1 later")}))
    kept, gone = submit(server, letter(1), FAR), submit(server, letter(2), FAR)
    peer.wait_for_verb("RCPT", 2)
    wait_until(lambda: all(entry["recipients"][0]["attempts"] == 1 for entry in server.queue()), "not tried")
    assert b"4.2.1 later" in server.cli("queue", "show", kept).stdout
    server.cli("queue", "hold", kept)
    server.cli("queue", "remove", gone)
    server.cli("queue", "retry")
    assert [entry["id"] for entry in server.queue()] == [kept]
    server.cli("queue", "retry", kept)
    assert numbers(peer.wait_for_messages(1)) == [1]
    wait_for_empty_queue(server)
    assert len(peer.messages) == 1


def test_trace(server, outside):
    peer = outside.faulty("far.test", Script(at={"RCPT": times(1, "450 4.2.1 later")}))
    queued = submit(server, letter(), FAR)
    peer.wait_for_messages(1)
    wait_for_empty_queue(server)
    for subject in (queued, FAR, ANA):
        story = server.cli("trace", subject).stdout.decode()
        assert FAR in story and "4.2.1 later" in story and peer.host in story


# ------------------------------------------------------------------ crashes


@pytest.mark.parametrize("rounds", [5])
def test_killed_while_sending(server, outside, rounds):
    """Everything that was confirmed arrives. What was in flight at a kill may come twice, nothing else does."""
    peer = outside.faulty("far.test", Script(pause=0.01))
    sent = 0
    for _ in range(rounds):
        for _ in range(10):
            submit(server, letter(sent), FAR)
            sent += 1
        peer.wait_for_messages(sent - 8)
        server.kill()
        server.start()
    wait_for_empty_queue(server)
    found = numbers(peer.messages)
    assert sorted(set(found)) == list(range(sent))
    # In flight at one kill: at most what one destination may have at one time.
    assert len(found) - sent <= rounds * 20
