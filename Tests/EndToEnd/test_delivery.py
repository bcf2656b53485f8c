"""Who gets a message: aliases, lists, catch-all, subaddress, quotas, disabled accounts; by commands that act at once."""

import json
import re

import pytest

from harness.mail import assert_same, message, number_of, trace_of
from harness.server import DOMAIN, PASSWORD

ANA, BEN, CARLA = (f"{name}@{DOMAIN}" for name in ("ana", "ben", "carla"))
SENDER = "sender@elsewhere.test"


def refused(server, address, code=550):
    with server.smtp() as smtp:
        smtp.hello()
        smtp.expect(250, f"MAIL FROM:<{SENDER}>")
        reply = smtp.expect(code, f"RCPT TO:<{address}>")
        smtp.quit()
    return reply


def test_an_account_made_now_gets_mail_now(server):
    refused(server, CARLA)
    server.account("carla")
    server.send(message(1), CARLA)
    assert server.count(CARLA) == 1


def test_fifty_recipients_one_copy_each(make_server):
    names = [f"box{number}" for number in range(50)]
    server = make_server(accounts=names)
    octets = message(1, size=100_000)
    server.send(octets, *[f"{name}@{DOMAIN}" for name in names])
    for name in names[::7]:
        (received,) = server.messages(f"{name}@{DOMAIN}")
        assert_same(received, octets)
    stored = sum(path.stat().st_size for path in (server.data / "log").glob("*.seg"))
    written = sum(path.stat().st_blocks * 512 for path in (server.data / "log").glob("*.seg"))
    assert min(stored, written) < 50 * len(octets), "the body is stored once, not fifty times"


def test_the_same_recipient_twice_gets_one_copy(server):
    server.alias("info", ANA)
    with server.smtp() as smtp:
        smtp.hello()
        smtp.mail(SENDER, ANA, ANA, "ANA@example.test", f"info@{DOMAIN}")
        assert smtp.data(message(1)).code == 250
        smtp.quit()
    assert server.count(ANA) == 1


def test_aliases(server):
    server.alias("info", ANA)
    server.alias("both", ANA, BEN)
    server.alias("chain", f"both@{DOMAIN}")
    server.send(message(1), f"info@{DOMAIN}")
    server.send(message(2), f"both@{DOMAIN}")
    server.send(message(3), f"chain@{DOMAIN}")
    assert [number_of(octets) for octets in server.messages(ANA)] == [1, 2, 3]
    received = server.messages(BEN)
    assert [number_of(octets) for octets in received] == [2, 3]
    head = trace_of(received[1])[1]
    assert f"X-Original-To: chain@{DOMAIN}" in head and f"Delivered-To: {BEN}" in head
    server.cli("alias", "remove", f"info@{DOMAIN}")
    refused(server, f"info@{DOMAIN}")


def test_an_alias_to_elsewhere_waits_in_the_queue(server):
    server.alias("away", "someone@far.test", ANA)
    identity = server.send(message(1), f"away@{DOMAIN}")
    assert server.count(ANA) == 1
    entries = server.queue()
    assert len(entries) == 1
    text = json.dumps(entries)
    assert "someone@far.test" in text and identity in text
    shown = server.cli("queue", "list").stdout.decode()
    assert "someone@far.test" in shown
    server.restart()
    assert len(server.queue()) == 1
    server.stop()
    assert len(server.queue()) == 1, "the queue is seen while the server does not run, too"


def test_aliases_in_a_circle_are_found(server):
    server.alias("two", ANA)
    server.alias("one", f"two@{DOMAIN}")
    done = server.cli("alias", "add", f"two@{DOMAIN}", f"one@{DOMAIN}", status=None)
    if done.returncode == 0:
        with server.smtp() as smtp:
            smtp.hello()
            smtp.expect(250, f"MAIL FROM:<{SENDER}>")
            reply = smtp.ask(f"RCPT TO:<one@{DOMAIN}>")
            assert reply.code >= 450
            smtp.quit()
    else:
        assert done.returncode == 1 and done.stderr


def test_lists(server):
    server.account("carla")
    server.list("staff", ANA, BEN)
    server.list("crew", f"staff@{DOMAIN}", CARLA, BEN, "guest@far.test")
    octets = message(1, to=f"crew@{DOMAIN}")
    server.send(octets, f"crew@{DOMAIN}")
    for who in (ANA, BEN, CARLA):
        (received,) = server.messages(who)
        assert_same(received, octets)
        path = re.search(r"^Return-Path: <(.*)>", trace_of(received)[1], re.M).group(1)
        # RFC 5321 §3.9.2: the return path is that of whoever keeps the list, for a list on a list that of the inner one.
        lists = {ANA: ("staff",), BEN: ("staff", "crew"), CARLA: ("crew",)}[who]
        assert path in [f"{name}-bounces@{DOMAIN}" for name in lists], "bounces go to the list, not to who wrote"
    assert "guest@far.test" in json.dumps(server.queue())


def test_bounces_to_a_list_do_not_go_round(server):
    server.cli("list", "add", f"crew@{DOMAIN}", ANA, "--owner", BEN)
    server.send(message(1), f"crew@{DOMAIN}")
    path = re.search(r"^Return-Path: <(.*)>", trace_of(server.messages(ANA)[0])[1], re.M).group(1)
    with server.smtp() as smtp:
        smtp.hello()
        smtp.expect(250, "MAIL FROM:<>")
        smtp.expect(250, f"RCPT TO:<{path}>")
        assert smtp.data(message(2)).code == 250
        smtp.quit()
    assert [number_of(octets) for octets in server.messages(ANA)] == [1], "a bounce must not reach the members"
    assert [number_of(octets) for octets in server.messages(BEN)] == [2], "who keeps the list learns of it"


def test_lists_in_a_circle_deliver_once(server):
    server.list("two", BEN)
    server.list("one", ANA, f"two@{DOMAIN}")
    done = server.cli("list", "add-member", f"two@{DOMAIN}", f"one@{DOMAIN}", status=None)
    if done.returncode != 0:
        assert done.stderr
        return
    server.send(message(1), f"one@{DOMAIN}")
    assert server.count(ANA) == server.count(BEN) == 1


def test_a_list_of_a_thousand(make_server):
    server = make_server(accounts=["ana"])
    server.cli("list", "add", f"everybody@{DOMAIN}", ANA, *[f"member{number}@far.test" for number in range(1000)])
    server.send(message(1), f"everybody@{DOMAIN}")
    assert server.count(ANA) == 1
    assert json.dumps(server.queue()).count("@far.test") >= 1000


def test_catch_all(server):
    server.cli("domain", "add", "d2.test", "--catch-all", ANA)
    server.account("real@d2.test")
    server.send(message(1), "whoever@d2.test")
    server.send(message(2), "real@d2.test")
    assert [number_of(octets) for octets in server.messages(ANA)] == [1]
    assert server.count("real@d2.test") == 1
    assert b"X-Original-To: whoever@d2.test" in server.messages(ANA)[0]


def test_subaddress(server):
    server.send(message(1), f"ana+news@{DOMAIN}")
    server.send(message(2), f"ana+@{DOMAIN}")
    server.alias("info", ANA)
    server.send(message(3), f"info+x@{DOMAIN}")
    assert sorted(number_of(octets) for octets in server.messages(ANA)) == [1, 2, 3]
    refused(server, f"nobody+ana@{DOMAIN}")


def test_postmaster_and_abuse_are_always_answered(server):
    server.cli("domain", "add", "d2.test")
    for address in ("postmaster", f"postmaster@{DOMAIN}", f"abuse@{DOMAIN}", "postmaster@d2.test", "ABUSE@D2.TEST"):
        server.send(message(1), address)
    server.alias("postmaster", BEN)
    before = server.count(BEN)
    server.send(message(2), f"postmaster@{DOMAIN}")
    assert server.count(BEN) == before + 1


def test_a_disabled_account(server):
    server.send(message(1), ANA)
    server.cli("account", "disable", ANA)
    reply = refused(server, ANA, (450, 550))
    assert reply.enhanced[2:] == "2.1"
    with server.pop3() as pop3:
        pop3.ok()
        pop3.ok(f"USER {ANA}")
        pop3.err(f"PASS {PASSWORD}")
    server.cli("account", "enable", ANA)
    server.send(message(2), ANA)
    assert server.count(ANA) == 2


def test_a_new_password_counts_at_once_also_where_the_old_was_remembered(server):
    assert server.count(ANA) == 0
    server.secrets.add("a new one, much longer")
    server.cli("account", "password", ANA, "--password-stdin", input="a new one, much longer\n")
    with server.pop3() as pop3:
        pop3.ok()
        pop3.ok(f"USER {ANA}")
        pop3.err(f"PASS {PASSWORD}")
    assert server.count(ANA, "a new one, much longer") == 0


def test_a_removed_account_takes_no_mail(server):
    server.send(message(1), BEN)
    done = server.cli("account", "remove", BEN, status=None, input="")
    if done.returncode != 0:
        server.cli("account", "remove", BEN, "--yes")
    refused(server, BEN)


def test_quota(make_server):
    server = make_server(accounts=["ana"])
    password = "another long password"
    small = server.account("small", password, "--quota", "100K")
    for number in range(3):
        server.send(message(number, size=30_000), small)
    with server.smtp() as smtp:
        smtp.hello()
        smtp.expect(250, f"MAIL FROM:<{SENDER}> SIZE=30000")
        reply = smtp.ask(f"RCPT TO:<{small}>")
        if reply.code == 250:
            reply = smtp.data(message(9, size=30_000))
        assert reply.code == 452 and reply.enhanced == "4.2.2", reply
        smtp.ask("RSET")
        smtp.expect(250, f"MAIL FROM:<{SENDER}>")
        reply = smtp.ask(f"RCPT TO:<{small}>")
        if reply.code == 250:
            reply = smtp.data(message(9, size=150_000))
        assert reply.code in (452, 552) and reply.enhanced[2:] in ("2.2", "2.3"), reply
        smtp.quit()
    assert server.count(small, password) == 3
    # Room again, by deleting.
    with server.pop3() as pop3:
        pop3.login(small, password)
        pop3.ok("DELE 1")
        pop3.quit()
    server.send(message(10, size=30_000), small)
    assert [number_of(octets) for octets in server.messages(small, password)] == [1, 2, 10]


def test_one_full_mailbox_among_others_does_not_stop_them(make_server):
    server = make_server(accounts=["ana"])
    password = "another long password"
    small = server.account("small", password, "--quota", "20K")
    with server.smtp() as smtp:
        smtp.hello()
        smtp.expect(250, f"MAIL FROM:<{SENDER}>")
        smtp.expect(250, f"RCPT TO:<{ANA}>")
        smtp.expect(250, f"RCPT TO:<{small}>")  # there is room, and no SIZE says that the message has none
        assert smtp.data(message(1, size=50_000)).code == 250
        smtp.quit()
    # RFC 5321 §4.2.5, §6.1: one reply after the data, and its 250 takes both copies on; a mailbox may overrun its quota
    # by the one message that found it with room, and by no second.
    assert server.count(ANA) == server.count(small, password) == 1
    assert refused(server, small, 452).enhanced == "4.2.2"
    with server.smtp() as smtp:
        smtp.hello()
        smtp.expect(250, f"MAIL FROM:<{SENDER}>")
        smtp.expect(250, f"RCPT TO:<{ANA}>")
        smtp.expect(452, f"RCPT TO:<{small}>")
        assert smtp.data(message(2)).code == 250
        smtp.quit()
    assert (server.count(ANA), server.count(small, password)) == (2, 1)


def test_several_domains_are_apart(server):
    server.cli("domain", "add", "d2.test")
    server.account("ana@d2.test", "quite another password")
    server.send(message(1), "ana@d2.test")
    assert server.count(ANA) == 0
    assert server.count("ana@d2.test", "quite another password") == 1
    with server.pop3() as pop3:
        pop3.ok()
        pop3.ok("USER ana@d2.test")
        pop3.err(f"PASS {PASSWORD}")


@pytest.mark.parametrize("running", [True, False], ids=["running", "stopped"])
def test_commands_act_whether_the_server_runs_or_not(make_server, running):
    server = make_server(start=running)
    server.account("carla")
    server.alias("info", CARLA)
    server.cli("domain", "add", "d2.test", "--catch-all", CARLA)
    if not running:
        server.start()
    for number, address in enumerate((CARLA, f"info@{DOMAIN}", "x@d2.test")):
        server.send(message(number), address)
    assert server.count(CARLA) == 3
