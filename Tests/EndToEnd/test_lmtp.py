"""LMTP over TCP and a Unix socket: one reply for each recipient (RFC 2033)."""

import pytest

from harness.mail import assert_same, message
from harness.server import DOMAIN

ANA, BEN = f"ana@{DOMAIN}", f"ben@{DOMAIN}"


@pytest.mark.parametrize("unix", [False, True], ids=["tcp", "unix"])
def test_one_reply_for_each_recipient(server, unix):
    octets = message(1, body=b".dots\r\n")
    with server.lmtp(unix=unix) as lmtp:
        lines = lmtp.hello("LHLO").lines
        for word in ("PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME"):
            assert any(line.split()[0] == word for line in lines)
        lmtp.expect(250, "MAIL FROM:<sender@elsewhere.test>")
        lmtp.expect(250, f"RCPT TO:<{ANA}>")
        lmtp.expect(550, f"RCPT TO:<nobody@{DOMAIN}>")
        lmtp.expect(250, f"RCPT TO:<{BEN}>")
        replies = [lmtp.data(octets), lmtp.reply()]
        assert [reply.code for reply in replies] == [250, 250]
        assert ANA in replies[0].text and BEN in replies[1].text
        lmtp.quit()
    for who in (ANA, BEN):
        (received,) = server.messages(who)
        assert_same(received, octets)


def test_bdat_too(server):
    octets = message(1)
    with server.lmtp() as lmtp:
        lmtp.hello("LHLO")
        lmtp.mail("", ANA, BEN)
        lmtp.send(b"BDAT %d LAST\r\n" % len(octets) + octets)
        assert [lmtp.reply().code for _ in range(2)] == [250, 250]
        lmtp.quit()
    assert server.count(ANA) == server.count(BEN) == 1


def test_one_mailbox_is_full_and_the_other_is_not(make_server):
    server = make_server(accounts=["ana"])
    small = server.account("small", "another long password", "--quota", "20K")
    with server.lmtp() as lmtp:
        lmtp.hello("LHLO")
        lmtp.mail("sender@elsewhere.test", ANA, small)
        replies = [lmtp.data(message(1, size=50_000)), lmtp.reply()]
        lmtp.quit()
    assert replies[0].code == 250
    assert replies[1].code in (452, 552) and replies[1].enhanced[2:] in ("2.2", "2.3")
    assert server.count(ANA) == 1
    assert server.count(small, "another long password") == 0


def test_no_recipient_no_data(server):
    with server.lmtp() as lmtp:
        lmtp.hello("LHLO")
        lmtp.expect(250, "MAIL FROM:<>")
        lmtp.expect(550, f"RCPT TO:<nobody@{DOMAIN}>")
        lmtp.expect(503, "DATA")
        lmtp.quit()


def test_it_wants_lhlo(server):
    with server.lmtp() as lmtp:
        lmtp.expect(220)
        lmtp.expect(500, "EHLO client.example.test")
        lmtp.expect(500, "HELO client.example.test")
        lmtp.expect(250, "LHLO client.example.test")
        lmtp.quit()
