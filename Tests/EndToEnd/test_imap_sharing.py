"""Two users share a folder: both see what the other does, and rights mean what RFC 4314 says."""

import pytest

from harness.imap import Literal, quote
from harness.mail import message
from harness.server import DOMAIN, PASSWORD

ANA, BEN = f"ana@{DOMAIN}", f"ben@{DOMAIN}"
SOON = 10


class Pair:
    """Ana, who has a folder Team of three messages, and Ben."""

    def __init__(self, server):
        self.server = server
        self.ana, self.ben = server.imap().login(ANA, PASSWORD), server.imap().login(BEN, PASSWORD)

    def share(self, rights):
        """What Ana does to Ben's rights; Ben's session that sees it. To a Dovecot he comes again: a session there keeps rights for a while."""
        self.ana.ok(f'SETACL Team "{BEN}" {rights}' if rights else f'DELETEACL Team "{BEN}"')
        if self.server.name == "Dovecot":
            self.ben.close()
            self.ben = self.server.imap().login(BEN, PASSWORD)
        return self.ben


@pytest.fixture
def pair(imap_server):
    pair = Pair(imap_server)
    pair.ana.ok("CREATE Team")
    for number in range(1, 4):
        pair.ana.append("Team", message(number))
    yield pair
    pair.ana.logout()
    pair.ben.logout()


def shared_name(ben):
    """What ben calls it, found as a client finds it: by the namespaces, then LIST. None when he does not see it."""
    personal, others, shared = ben.ok("NAMESPACE").one("NAMESPACE").data
    names = set()
    for prefix, _ in others + shared:
        for response in ben.ok(f"LIST {quote('')} {quote(prefix.decode() + '*')}").all("LIST"):
            flags, _, name, _ = response.data
            if name.endswith(b"/Team") and not {"\\noselect", "\\nonexistent"} & {flag.lower() for flag in flags}:
                names.add(name.decode())
    assert len(names) <= 1, names
    return names.pop() if names else None


def test_both_see_what_the_other_does(pair):
    ana = pair.ana
    assert shared_name(pair.ben) is None, "nobody sees what was not shared"
    ben = pair.share("lrswite")
    name = shared_name(ben)
    assert name
    ana.select("Team")
    ana.ok("FETCH 1:* (UID FLAGS)")
    assert len(ben.select(name).all("EXISTS")) == 1 and len(ben.view) == 3
    ben.ok("FETCH 1:* (UID FLAGS BODY.PEEK[])")
    assert ana.uid_validity == ben.uid_validity

    ana.idle()
    ben.ok("STORE 2 +FLAGS (\\Flagged)")
    ana.wait_for(lambda imap: "\\Flagged" in (imap.view[1].flags or ()), SOON, "flag")
    uid = ben.append(name, message(4))
    ana.wait_for(lambda imap: len(imap.view) == 4, SOON, "message")
    ben.ok("STORE 1 +FLAGS (\\Deleted)")
    ben.ok("EXPUNGE")
    ana.wait_for(lambda imap: len(imap.view) == 3, SOON, "expunge")
    ana.done()
    assert list(ana.ok("FETCH 1:* (UID)").fetched_by_uid()) == [2, 3, uid]

    ben.ok("NOOP")
    ben.idle()
    ana.ok("STORE 2 +FLAGS (\\Answered)")
    ben.wait_for(lambda imap: "\\Answered" in (imap.view[1].flags or ()), SOON, "flag")
    ben.done()


def test_mail_moves_between_the_two(pair):
    ana, ben = pair.ana, pair.share("lrswite")
    name = shared_name(ben)
    ben.append("INBOX", message(10))
    ben.select("INBOX")
    ben.ok(f"COPY 1 {quote(name)}")
    ana.select("Team")
    assert len(ana.view) == 4
    ben.select(name)
    ben.ok("MOVE 1 INBOX")
    ana.ok("NOOP")
    assert len(ana.view) == 3
    ben.select("INBOX")
    assert len(ben.view) == 2
    numbers = [data["BODY[HEADER.FIELDS (X-NUMBER)]"] for data in ben.messages("BODY.PEEK[HEADER.FIELDS (X-Number)]")]
    assert numbers == [b"X-Number: 10\r\n\r\n", b"X-Number: 1\r\n\r\n"]


def refused(imap, command, *more):
    result = imap.ask(command, *more)
    assert result.status == "NO", f"{command}: {result!r}"
    return result


def test_who_may_only_look(pair):
    ana, ben = pair.ana, pair.share("lr")
    name = shared_name(ben)
    rights = ben.ok(f"MYRIGHTS {quote(name)}").one("MYRIGHTS").data[1]
    assert set("lr") <= set(rights) and not set("swipkxtea") & set(rights), rights
    ben.select(name, verb="EXAMINE")
    assert len(ben.messages("UID FLAGS BODY.PEEK[]")) == 3
    try:
        ben.select(name)  # READ-WRITE it cannot be, for all that can be written is forbidden
    except AssertionError:
        ben.select(name, verb="EXAMINE")
    for command in ("STORE 1 +FLAGS (\\Flagged)", "STORE 1 +FLAGS (\\Deleted)", "STORE 1 +FLAGS (\\Seen)"):
        result = ben.ask(command)
        told = result.fetched().get(1, {}).get("FLAGS", [])
        assert result.status == "NO" or not told or set(told) <= {"\\Recent"}, f"{command}: {result!r}"
    result = ben.ask(f"APPEND {quote(name)} ", Literal(message(5), plus=True))
    assert result.status == "NO", result
    if pair.server.name != "Dovecot":  # 2.3.19's sessions end at some of these
        for command in (f"DELETE {quote(name)}", f"RENAME {quote(name)} Mine", f'SETACL {quote(name)} "{BEN}" lrswipkxtea', f"GETACL {quote(name)}"):
            refused(ben, command)
    ana.select("Team")
    assert all(set(data["FLAGS"]) <= {"\\Recent"} for data in ana.messages("FLAGS")) and len(ana.view) == 3


def test_what_may_not_be_looked_up_is_not_there(pair):
    ana, ben = pair.ana, pair.share("lr")
    name = shared_name(ben)
    ben = pair.share("")
    assert shared_name(ben) is None
    gone = refused(ben, f"SELECT {quote(name)}")
    never = refused(ben, f"SELECT {quote(name[:-4] + 'Nowhere')}")
    assert gone.code == never.code, "what is hidden and what is not there look the same"
    ana.select("Team")
    assert len(ana.view) == 3


def test_each_right_is_one_thing(pair):
    ana, ben = pair.ana, pair.share("lri")
    name = shared_name(ben)
    ben.append(name, message(5))
    ben.select(name, verb="EXAMINE")
    assert len(ben.view) == 4
    ben = pair.share("+w")
    rights = ana.ok("GETACL Team").one("ACL").data[1]
    [given] = [rights[who] for who in rights if who in (BEN, "ben")]
    assert set("lriw") <= set(given) and not set("ste") & set(given), given
    ben.select(name)
    ben.ok("STORE 1 +FLAGS (\\Flagged)")
    assert ben.ok("FETCH 1 (FLAGS)").fetched()[1]["FLAGS"].count("\\Flagged") == 1
    result = ben.ask("STORE 1 +FLAGS (\\Deleted)")
    assert result.status == "NO" or "\\Deleted" not in ben.ok("FETCH 1 (FLAGS)").fetched()[1]["FLAGS"]
    pair.share("-w")
    [given] = [given for who, given in ana.ok("GETACL Team").one("ACL").data[1].items() if who in (BEN, "ben")]
    assert "w" not in given and "i" in given


def test_the_owner_keeps_everything(pair):
    ana = pair.ana
    rights = ana.ok("MYRIGHTS Team").one("MYRIGHTS").data[1]
    assert set("lrswipkxtea") <= set(rights), rights
    name, who, sets = ana.ok(f'LISTRIGHTS Team "{BEN}"').one("LISTRIGHTS").data
    assert set("lrswite") <= set("".join(sets))
