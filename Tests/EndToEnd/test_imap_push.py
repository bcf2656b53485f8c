"""What changes is told at once to whoever waits: by IDLE, by NOTIFY, whoever has changed it."""

import threading

import pytest

from harness.mail import message
from harness.server import DOMAIN, PASSWORD

ANA = f"ana@{DOMAIN}"
# Not a measure of speed: only that nobody's poll brings it.
SOON = 10


def session(server, select="INBOX", enable=()):
    imap = server.imap().login(ANA, PASSWORD)
    if enable:
        imap.enable(*enable)
    if select:
        imap.select(select)
    return imap


def deliveries(server):
    return {"smtp": server.send, "lmtp": server.deliver_by_lmtp}


@pytest.mark.parametrize("way", ["smtp", "lmtp"])
def test_a_delivery_reaches_who_is_idle(imap_server, way):
    with session(imap_server) as imap:
        for number in range(1, 4):
            imap.idle()
            deliveries(imap_server)[way](message(number), ANA)
            imap.wait_for(lambda imap: len(imap.view) == number, SOON, "message")
            assert imap.done().status == "OK"
            [data] = imap.ok(f"FETCH {number} (UID FLAGS BODY.PEEK[])").fetched().values()
            assert data["BODY[]"].endswith(message(number).partition(b"\r\n\r\n")[2])
        imap.logout()


def test_it_reaches_all_who_are_idle(imap_server):
    waiting = [session(imap_server).idle() for _ in range(20)]
    imap_server.send(message(1), ANA)
    for imap in waiting:
        imap.wait_for(lambda imap: len(imap.view) == 1, SOON, "message")
        imap.done()
        imap.logout()


def test_changes_by_others_reach_who_is_idle(imap_server):
    for number in range(1, 6):
        imap_server.send(message(number), ANA)
    with session(imap_server) as actor, session(imap_server) as plain, session(imap_server, enable=["QRESYNC"]) as aware:
        actor.ok("CREATE Shelf")
        for imap in (plain, aware):
            imap.ok("FETCH 1:* (UID FLAGS)")
            imap.idle()

        def told(condition, what):
            for imap in (plain, aware):
                imap.wait_for(condition, SOON, what)

        actor.ok("STORE 2 +FLAGS (\\Flagged Work)")
        told(lambda imap: imap.view[1].flags == {"\\Flagged", "Work"}, "flags")
        actor.ok("MOVE 1 Shelf")
        told(lambda imap: [seen.uid for seen in imap.view] == [2, 3, 4, 5], "move")
        actor.ok("STORE 1 -FLAGS.SILENT (\\Flagged)")
        told(lambda imap: imap.view[0].flags == {"Work"}, "flags")
        actor.ok("STORE 2:3 +FLAGS.SILENT (\\Deleted)")
        actor.ok("EXPUNGE")
        told(lambda imap: [seen.uid for seen in imap.view] == [2, 5], "expunge")
        uid = actor.append("INBOX", message(9))
        told(lambda imap: len(imap.view) == 3, "append")
        assert aware.view[0].modseq and not plain.view[0].modseq, "MODSEQ is for those who asked for it"
        for imap in (plain, aware):
            assert imap.done().status == "OK"
            assert imap.ok("UID FETCH 1:* (FLAGS)").fetched_by_uid().keys() == {2, 5, uid}
            imap.logout()
        actor.logout()


def test_a_deletion_by_pop3_is_seen(imap_server):
    for number in range(1, 4):
        imap_server.send(message(number), ANA)
    with session(imap_server) as waiting, session(imap_server) as working:
        waiting.idle()
        with imap_server.pop3() as pop3:
            pop3.login(ANA, PASSWORD)
            pop3.ok("DELE 1")
            pop3.ok("DELE 3")
            pop3.quit()
        waiting.wait_for(lambda imap: len(imap.view) == 1, SOON, "expunge")
        waiting.done()
        # Who has not been told yet keeps the numbers until a command that may tell.
        assert working.ask("FETCH 1:3 (FLAGS)").status in ("OK", "NO") and len(working.view) == 3
        working.ok("NOOP")
        assert len(working.view) == 1
        for imap in (waiting, working):
            [uid] = imap.ok("FETCH 1:* (UID)").fetched_by_uid()
            assert uid == 2
            imap.logout()


def test_notify(imap_server):
    with session(imap_server, select=None) as probe:
        capabilities = probe.capabilities
        probe.ok("CREATE Shelf")
        probe.ok("CREATE Quiet")
        probe.logout()
    if "NOTIFY" not in capabilities or imap_server.name == "Dovecot":
        pytest.skip("NOTIFY is not announced, or Dovecot's, which tells of the selected mailbox in IDLE only")
    imap_server.send(message(1), ANA)
    with session(imap_server) as imap, session(imap_server) as actor:
        imap.ok("FETCH 1:* (UID FLAGS)")
        imap.ok("NOTIFY SET (SELECTED (MessageNew (UID BODY.PEEK[HEADER.FIELDS (X-Number)]) MessageExpunge FlagChange)) "
                "(MAILBOXES Shelf (MessageNew MessageExpunge))")
        imap.notified = True

        def told(condition, what):
            imap.wait_for(condition, SOON, what)

        # No command runs: it comes all the same.
        imap_server.send(message(2), ANA)
        told(lambda imap: any(response.kind == "FETCH" and "BODY[HEADER.FIELDS (X-NUMBER)]" in response.data for response in imap.untagged), "new message")
        assert len(imap.view) == 2 and imap.view[1].uid == 2
        actor.ok("NOOP")
        actor.ok("STORE 1 +FLAGS (\\Flagged)")
        told(lambda imap: imap.view[0].flags == {"\\Flagged"}, "flag")
        actor.append("Quiet", message(3))
        uid = actor.append("Shelf", message(4))
        told(lambda imap: any(response.kind == "STATUS" for response in imap.untagged), "STATUS of the other mailbox")
        names = {response.data[0] for response in imap.untagged if response.kind == "STATUS"}
        assert names == {b"Shelf"}, "of the mailboxes that were asked for, and no other"
        [status] = [response.data[1] for response in imap.untagged if response.kind == "STATUS"]
        assert status["MESSAGES"] == 1 and status["UIDNEXT"] == uid + 1
        actor.ok("STORE 1 +FLAGS (\\Deleted)")
        actor.ok("EXPUNGE")
        told(lambda imap: len(imap.view) == 1, "expunge")
        imap.ok("NOTIFY NONE")
        imap.logout()
        actor.logout()


def test_many_deliveries_while_idle_lose_nothing(imap_server):
    """The post does not stop while somebody waits, leaves and waits again."""
    count = 60

    def post():
        for number in range(1, count + 1):
            imap_server.send(message(number), ANA)

    with session(imap_server) as imap:
        thread = threading.Thread(target=post)
        thread.start()
        while len(imap.view) < count:
            known = len(imap.view)
            imap.idle()
            imap.wait_for(lambda imap: len(imap.view) > known, 60, "message")
            imap.done()
            imap.ok(f"FETCH {known + 1}:* (UID)")
        thread.join()
        imap.ok("NOOP")
        assert list(imap.ok("FETCH 1:* (UID)").fetched_by_uid()) == list(range(1, count + 1))
        imap.logout()


def test_who_waits_is_told_when_the_server_stops(make_imap_server):
    server = make_imap_server()
    if server.name == "Dovecot":
        pytest.skip("Dovecot lets its sessions go on")
    with session(server) as idle, session(server) as selected:
        idle.idle()
        # It waits for nobody who does not close.
        server.stop(seconds=6)
        for imap in (idle, selected):
            imap.wait_for(lambda imap: any(response.kind == "BYE" for response in imap.untagged), SOON, "BYE")
            assert imap.at_end()
            imap.close()
