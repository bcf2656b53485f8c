"""Three sessions and the post at once on the same mailboxes, against a model that a page can hold.

The first test takes its steps one after the other, so the model knows after each what every session may and must have been told:
message numbers, UIDs, flags, MODSEQ, what vanished, what a reconnecting QRESYNC client learns. The second lets all of them run at the
same time and looks at what must hold whatever the order: nothing is told at a forbidden moment, a UID means one message for ever, MODSEQ
only grows, and when they have come to rest all see the same.

    PALOMA_SEED     another series of steps
    PALOMA_ROUNDS   more steps
    PALOMA_JUDGED   `dovecot`: the same steps against Debian's Dovecot, which judges this test
"""

import os
import random
import threading

import pytest

from conftest import rounds
from harness.imap import IMAP, Literal, quote
from harness.imapsyntax import collapse
from harness.mail import message, number_of
from harness.server import DOMAIN, PASSWORD

ANA = f"ana@{DOMAIN}"
SEED = int(os.environ.get("PALOMA_SEED", "20261121"))
BOXES = ("INBOX", "Shelf")
FLAGS = ("\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft", "$Forwarded", "Work")
WORDS = ("apple", "quince", "medlar", "sorb")
SIZE_MAX = 50  # messages of a mailbox, about


class Message:
    """One message as it stands on the server. `modseq` is None while nobody has told it, then it is above `floor`."""

    def __init__(self, uid, flags, octets, step, floor):
        self.uid, self.flags, self.octets = uid, frozenset(flags), octets
        self.modseq, self.floor = None, floor
        self.history = [(step, self.flags)]

    def change(self, flags, step, floor):
        """Whether that was a change. A server may count one that is none."""
        flags = frozenset(flags)
        changed = flags != self.flags
        self.floor = floor if changed else self.modseq - 1 if self.modseq else self.floor
        self.modseq = None
        self.flags = flags
        self.history.append((step, flags))
        return changed

    def learn(self, modseq, where):
        if self.modseq is None:
            assert modseq > self.floor, f"{where}: UID {self.uid} has MODSEQ {modseq}, which is not above {self.floor}"
            self.modseq = modseq
        else:
            assert modseq == self.modseq, f"{where}: UID {self.uid} has MODSEQ {modseq}, it had {self.modseq} and nobody changed it"

    def flags_since(self, step):
        """Every state a session may know that was last brought up to date at that step."""
        before = [flags for when, flags in self.history if when <= step]
        return set(before[-1:]) | {flags for when, flags in self.history if when > step}


class Box:
    def __init__(self, name):
        self.name = name
        self.messages = {}
        self.dead = {}
        self.uid_next, self.highest, self.validity = 1, 0, None

    def __len__(self):
        return len(self.messages)

    @property
    def uids(self):
        return sorted(self.messages)

    def add(self, uid, flags, octets, step):
        assert uid >= self.uid_next, f"{self.name}: UID {uid} is given again: {self.uid_next} was to be the next"
        self.uid_next = uid + 1
        self.messages[uid] = Message(uid, flags, octets, step, self.highest)

    def remove(self, uids):
        for uid in uids:
            self.dead[uid] = self.messages.pop(uid)

    def learn(self, uid, modseq, where):
        if uid in self.messages:
            self.messages[uid].learn(modseq, where)
        self.highest = max(self.highest, modseq)

    def ever(self, uid):
        return self.messages.get(uid) or self.dead.get(uid)


class Client:
    """A session and what it is known to have been told."""

    def __init__(self, world, name, kind):
        self.world, self.name, self.kind = world, name, kind
        self.imap = None
        self.box = None
        self.writable = True
        self.synced = 0
        self.kept = None
        """What a QRESYNC client brings along: (validity, modseq, {uid: flags}, box)."""
        self.connect()

    def connect(self):
        self.imap = self.world.server.imap()
        self.imap.login(ANA, PASSWORD)
        if self.kind == "qresync":
            self.imap.enable("QRESYNC")
        elif self.kind == "rev2" and "IMAP4REV2" in self.imap.capabilities:
            self.imap.enable("IMAP4REV2")
        self.box = None

    @property
    def view(self):
        return self.imap.view

    @property
    def counts_modseq(self):
        return "CONDSTORE" in self.imap.enabled

    # ---------------------------------------------------------------- what it was told

    def settle(self, result, what):
        """Holds what a command has told against the truth. What EXISTS has told stays nameless until it is known for sure: a server
        may count messages that are expunged by now, as long as it must not say so."""
        if self.box is None:
            return
        for seen in self.view:
            assert seen.uid is None or self.box.ever(seen.uid), f"{what}: UID {seen.uid} was never there"
        for uid, data in result.fetched_by_uid().items():
            if "MODSEQ" in data:
                self.box.learn(uid, data["MODSEQ"], what)
        name, argument = result.code or (None, None)
        if name == "HIGHESTMODSEQ":
            self.box.highest = max(self.box.highest, argument)

    def must_be_current(self, what):
        """Everything was told: numbers, UIDs, and of what was told of flags and MODSEQ, the latest."""
        box = self.box
        told = [seen.uid for seen in self.view]
        assert len(told) == len(box) and all(uid in (None, there) for uid, there in zip(told, box.uids)), (
            f"{what}: {self.name} believes in {told}, {box.name} has {collapse(box.uids)}"
        )
        for seen, uid in zip(self.view, box.uids):
            seen.uid = uid
        for number, seen in enumerate(self.view, 1):
            message = box.messages[seen.uid]
            if seen.flags is not None:
                assert seen.flags == message.flags, (
                    f"{what}: {self.name} was last told {sorted(seen.flags)} of message {number}, UID {seen.uid}, which has {sorted(message.flags)}"
                )
        self.synced = self.world.step

    def keep(self):
        """What a client that resynchronizes writes down: after everything was told, no earlier change is unknown to it."""
        told = [self.imap.highest or 0] + [seen.modseq or 0 for seen in self.view]
        if max(told) and all(seen.flags is not None for seen in self.view):
            self.kept = (self.imap.uid_validity, max(told), {seen.uid: set(seen.flags) for seen in self.view}, self.box)


class World:
    def __init__(self, server, seed):
        self.server, self.random = server, random.Random(seed)
        self.step, self.story, self.number = 0, [], 0
        self.boxes = {name: Box(name) for name in BOXES}
        self.oracle = server.imap()
        self.oracle.login(ANA, PASSWORD)
        self.oracle.ok('CREATE "Shelf"')
        self.recent = {}
        self.clients = []

    def begin(self):
        kinds = ["plain", "qresync", self.random.choice(["rev2", "qresync", "plain"])]
        for box in self.boxes.values():
            for _ in range(8):
                self.append_one(self.oracle, box)
        for box in self.boxes.values():
            self.look(box)
        self.clients = [Client(self, f"session {number + 1} ({kind})", kind) for number, kind in enumerate(kinds)]
        for client in self.clients:
            self.select(client, self.boxes["INBOX"])

    def letter(self):
        self.number += 1
        word = self.random.choice(WORDS)
        return message(self.number, size=self.random.choice([0, 0, 900, 5000]), subject=f"{word} {self.number}", to=ANA)

    def someone(self):
        return self.random.choice(self.clients)

    def some(self, things, least=1, most=6):
        things = list(things)
        return sorted(self.random.sample(things, min(len(things), self.random.randint(least, most))))

    def some_flags(self, least=0):
        return set(self.some(FLAGS, least, 3))

    # ---------------------------------------------------------------- the truth, read anew

    def look(self, box):
        """A session that knows nothing reads everything; what the model says is all there is."""
        self.oracle.select(box.name, verb="EXAMINE")
        validity = self.oracle.uid_validity
        assert box.validity in (None, validity), f"{box.name}: UIDVALIDITY was {box.validity}, is {validity}"
        box.validity = validity
        found = {data["UID"]: data for data in self.oracle.messages("UID FLAGS MODSEQ RFC822.SIZE")}
        assert sorted(found) == box.uids, f"{box.name} has {collapse(found)}, not {collapse(box.uids)}"
        assert self.oracle.uid_next >= box.uid_next, f"{box.name}: UIDNEXT is {self.oracle.uid_next}, {box.uid_next} was to be the next"
        for uid, data in found.items():
            flags = {flag for flag in data["FLAGS"] if flag != "\\Recent"}
            there = box.messages[uid]
            assert flags == there.flags, f"{box.name}: UID {uid} has {sorted(flags)}, not {sorted(there.flags)}"
            assert data["RFC822.SIZE"] == len(there.octets)
            box.learn(uid, data["MODSEQ"], f"{box.name}, read anew")
        if found:
            highest = max(data["MODSEQ"] for data in found.values())
            assert self.oracle.highest >= highest, f"{box.name}: HIGHESTMODSEQ {self.oracle.highest} is below {highest}"
        box.highest = max(box.highest, self.oracle.highest)

    # ---------------------------------------------------------------- steps

    def run(self, steps):
        self.begin()
        doings = [
            (self.do_store, 18), (self.do_copy, 6), (self.do_move, 6), (self.do_expunge, 7), (self.do_append, 7), (self.do_deliver, 7),
            (self.do_fetch, 12), (self.do_search, 10), (self.do_noop, 12), (self.do_idle, 3), (self.do_reconnect, 5), (self.do_select, 5),
            (self.do_close, 2), (self.do_status, 3), (self.do_look, 6),
        ]
        names, weights = zip(*doings)
        for _ in range(steps):
            self.step += 1
            doing = self.random.choices(names, weights)[0]
            if doing in (self.do_append, self.do_deliver, self.do_copy) and max(map(len, self.boxes.values())) > SIZE_MAX:
                doing = self.do_clear
            doing(self.someone())
        for client in self.clients:
            self.do_noop(client)
            client.imap.logout()
        self.do_look(None)
        self.oracle.logout()

    def tell(self, client, what):
        self.story.append(f"{self.step:5} {client.name if client else 'the post'}: {what}")

    def ask(self, client, *parts, changes=False):
        """Any end but BAD. What it tells is settled, unless the command `changes` that: then its step does it."""
        what = " ".join(part if isinstance(part, str) else f"<{len(part.octets)} octets>" for part in parts)
        self.tell(client, what)
        result = client.imap.ask(*parts)
        assert result.status in ("OK", "NO"), f"{what}: {result!r}"
        if not changes:
            client.settle(result, what)
        return result

    def do_look(self, _):
        for box in self.boxes.values():
            self.look(box)

    def do_noop(self, client):
        result = self.ask(client, "NOOP")
        assert result.status == "OK"
        if client.box:
            client.must_be_current("after NOOP")
            unknown = [seen.uid for seen in client.view if seen.flags is None]
            if unknown and self.random.random() < 0.5:
                self.ask(client, f"UID FETCH {collapse(unknown)} (UID FLAGS)")
                client.must_be_current("after FETCH of the new")
            client.keep()

    def select(self, client, box, verb="SELECT"):
        self.tell(client, f"{verb} {box.name}")
        result = client.imap.select(box.name, verb=verb)
        client.box, client.writable = box, verb == "SELECT"
        client.settle(result, verb)
        assert box.validity in (None, client.imap.uid_validity)
        assert client.imap.uid_next >= box.uid_next
        for seen in client.view:
            seen.flags = None
        client.must_be_current(verb)
        fetched = self.ask(client, "FETCH 1:* (UID FLAGS)") if client.view else None
        if fetched:
            assert fetched.status == "OK"
            self.count_recent(client, fetched)
            client.must_be_current(f"{verb} and FETCH")
        client.keep()

    def count_recent(self, client, fetched):
        """RFC 3501 §2.3.2: \\Recent is for one session; EXAMINE takes it from nobody."""
        if not client.writable:
            return
        for uid, data in fetched.fetched_by_uid().items():
            if "\\Recent" in data["FLAGS"]:
                first = self.recent.setdefault((client.box.name, uid), client.imap)
                assert first is client.imap, f"UID {uid} is \\Recent in a second session"

    def do_select(self, client):
        box = self.boxes[self.random.choice(BOXES)]
        self.select(client, box, self.random.choice(["SELECT", "SELECT", "SELECT", "EXAMINE"]))

    def do_close(self, client):
        if client.box is None:
            return self.do_select(client)
        box, verb = client.box, self.random.choice(["CLOSE", "UNSELECT"])
        self.tell(client, verb)
        assert client.imap.ask(verb).status == "OK"
        if verb == "CLOSE" and client.writable:
            self.expunged(client, [uid for uid, there in box.messages.items() if "\\Deleted" in there.flags])
        client.imap.forget_mailbox()
        client.box = None
        self.do_select(client)

    def addressed(self, client, most=6):
        """Some messages of the session's view, by number or by UID: (`UID ` or ``, the set, their UIDs)."""
        chosen = self.some([number for number, seen in enumerate(client.view, 1) if seen.uid], most=most)
        uids = [client.view[number - 1].uid for number in chosen]
        if self.random.random() < 0.5:
            return "UID ", collapse(uids), uids
        return "", collapse(chosen), uids

    def do_store(self, client):
        box = client.box
        if box is None or not any(seen.uid for seen in client.view) or not client.writable:
            return self.do_noop(client)
        prefix, numbers, uids = self.addressed(client)
        flags = self.some_flags()
        sign, silent = self.random.choice(["+", "+", "-", ""]), self.random.choice(["", ".SILENT"])
        if sign == "+" and self.random.random() < 0.3:
            flags.add("\\Deleted")
        condition, limit = "", None
        if client.counts_modseq and self.random.random() < 0.4:
            self.do_noop(client)
            uids = [uid for uid in uids if uid in box.messages]
            if not uids:
                return
            prefix, numbers = "UID ", collapse(uids)
            self.look(box)
            known = [box.messages[uid].modseq for uid in uids]
            limit = self.random.choice([box.highest, max(known), min(known), 0])
            condition = f"(UNCHANGEDSINCE {limit}) "
        result = self.ask(client, f"{prefix}STORE {numbers} {condition}{sign}FLAGS{silent} ({' '.join(sorted(flags))})", changes=True)
        there = [uid for uid in uids if uid in box.messages]
        if result.status == "NO":
            assert len(there) < len(uids) or condition, f"nothing was wrong with it: {result!r}"
            return self.resolve(box, there, sign, flags)
        refused = set()
        if condition:
            modified = result.code_of("MODIFIED") or []
            refused = {uid for uid in there if box.messages[uid].modseq > limit}
            assert set(modified) == refused, f"MODIFIED {modified}, but {refused} were changed since {limit}"
        floor = box.highest
        told = result.fetched_by_uid()
        for uid in there:
            if uid in refused:
                continue
            before = box.messages[uid]
            after = flags if sign == "" else before.flags | flags if sign == "+" else before.flags - flags
            # What the others change comes with it: only what was told last counts.
            changed = self.change(box, uid, after, floor)
            data = told.get(uid, {})
            if "FLAGS" in data:
                found = {flag for flag in data["FLAGS"] if flag != "\\Recent"}
                assert found == set(after), f"UID {uid}: told {sorted(found)}, stored {sorted(after)}"
            elif changed and not silent:
                raise AssertionError(f"UID {uid} was changed and not told: {result!r}")
            elif silent:
                index = next(index for index, seen in enumerate(client.view) if seen.uid == uid)
                client.view[index].flags = set(after)
            if condition and changed:
                assert "MODSEQ" in data, f"a conditional STORE tells MODSEQ, .SILENT or not: {result!r}"
        client.settle(result, "STORE")

    def change(self, box, uid, flags, floor):
        return box.messages[uid].change(flags, self.step, floor)

    def resolve(self, box, uids, sign, flags):
        """A refused STORE may have changed some of them: whichever it was, read anew."""
        self.oracle.select(box.name, verb="EXAMINE")
        found = {data["UID"]: data for data in self.oracle.messages("UID FLAGS MODSEQ")}
        for uid in uids:
            before = box.messages[uid].flags
            after = frozenset(flags if sign == "" else before | flags if sign == "+" else before - flags)
            now = frozenset(flag for flag in found[uid]["FLAGS"] if flag != "\\Recent")
            assert now in (before, after)
            self.change(box, uid, now, box.highest if now != before else box.messages[uid].floor)
            box.learn(uid, found[uid]["MODSEQ"], "a refused STORE")

    def transfer(self, client, verb):
        box = client.box
        if box is None or not any(seen.uid for seen in client.view) or (verb == "MOVE" and not client.writable):
            return self.do_noop(client)
        target = self.boxes[self.random.choice(BOXES)]
        if verb == "MOVE" and target is box:
            target = self.boxes[BOXES[1 - BOXES.index(box.name)]]
        prefix, numbers, uids = self.addressed(client)
        command = f"{prefix}{verb} {numbers} {quote(target.name)}"
        self.tell(client, command)
        result = client.imap.ask(command)
        assert result.status in ("OK", "NO"), f"{command}: {result!r}"
        self.file(verb, box, target, uids, result)
        client.settle(result, command)
        if verb == "MOVE" and result.status == "OK":
            left = {seen.uid for seen in client.view} & {uid for uid in uids if uid not in box.messages}
            assert not left, f"moved, and still in the view of who moved them: {left}"

    def file(self, verb, box, target, uids, result):
        """What became of COPY and MOVE."""
        there = [uid for uid in uids if uid in box.messages]
        copied = result.code_of("COPYUID")
        if result.status == "NO":
            assert len(there) < len(uids), f"nothing was wrong with it: {result!r}"
            assert copied is None
            return
        if copied is None:
            assert not there, f"{there} are there, but no COPYUID: {result!r}"
            return
        validity, sources, made = copied
        assert target.validity in (None, validity)
        pairs = dict(zip(sources, made))
        # A session may hold what was expunged elsewhere for a while (Dovecot lets it copy that, too).
        assert set(there) <= set(pairs) <= set(uids), f"COPYUID {sources}, asked for {uids}, of which {there} are there"
        assert made == sorted(made)
        for source, uid in sorted(pairs.items(), key=lambda pair: pair[1]):
            original = box.ever(source)
            target.add(uid, original.flags if source in box.messages else (), original.octets, self.step)
            if source not in box.messages:
                self.read_flags(target, uid)
        if verb == "MOVE":
            box.remove(there)

    def read_flags(self, box, uid):
        self.oracle.select(box.name, verb="EXAMINE")
        found = self.oracle.ok(f"UID FETCH {uid} (UID FLAGS)").fetched_by_uid()
        there = box.messages[uid]
        there.flags = frozenset(flag for flag in found[uid]["FLAGS"] if flag != "\\Recent")
        there.history = [(self.step, there.flags)]

    def do_copy(self, client):
        self.transfer(client, "COPY")

    def do_move(self, client):
        self.transfer(client, "MOVE")

    def do_expunge(self, client, all=False):
        box = client.box
        if box is None or not client.writable:
            return self.do_noop(client)
        doomed = [uid for uid, there in box.messages.items() if "\\Deleted" in there.flags]
        if self.random.random() < 0.4 and any(seen.uid for seen in client.view) and not all:
            chosen = self.some([seen.uid for seen in client.view if seen.uid], most=15)
            doomed = [uid for uid in doomed if uid in chosen]
            command = f"UID EXPUNGE {collapse(chosen)}"
        else:
            command = "EXPUNGE"
        self.tell(client, command)
        result = client.imap.ok(command)
        doomed = self.expunged(client, doomed)
        client.settle(result, command)
        left = {seen.uid for seen in client.view} & set(doomed)
        assert not left, f"expunged, and not told: {left}"

    def expunged(self, client, doomed):
        """Takes out what EXPUNGE or CLOSE removes. It may spare a message whose \\Deleted this session could not know of: Dovecot does."""
        box = client.box
        known = {seen.uid for seen in client.view}
        doubtful = [
            uid for uid in doomed if uid not in known or any("\\Deleted" not in flags for flags in box.messages[uid].flags_since(client.synced))
        ]
        if doubtful:
            self.oracle.select(box.name, verb="EXAMINE")
            spared = set(self.oracle.ok(f"UID SEARCH UID {collapse(doubtful)}").one("SEARCH").data[0])
            doomed = [uid for uid in doomed if uid not in spared]
        box.remove(doomed)
        return doomed

    def do_clear(self, client):
        """Keeps the mailboxes small."""
        box = max(self.boxes.values(), key=len)
        self.select(client, box)
        doomed = self.some(box.uids, 20, 30)
        cleared = self.ask(client, f"UID STORE {collapse(doomed)} +FLAGS.SILENT (\\Deleted)", changes=True)
        for uid in doomed:
            self.change(box, uid, box.messages[uid].flags | {"\\Deleted"}, box.highest)
            next(seen for seen in client.view if seen.uid == uid).flags = set(box.messages[uid].flags)
        client.settle(cleared, "STORE")
        self.do_expunge(client, all=True)

    def append_one(self, imap, box, flags=()):
        octets = self.letter()
        plus = self.random.random() < 0.5
        uid = imap.append(box.name, octets, " ".join(sorted(flags)), plus=plus)
        box.add(uid, flags, octets, self.step)
        return uid

    def do_append(self, client):
        box = self.boxes[self.random.choice(BOXES)]
        flags = self.some_flags()
        octets = self.letter()
        result = self.ask_append(client, box, flags, octets)
        validity, uids = result.code_of("APPENDUID")
        assert box.validity in (None, validity)
        assert uids[0] == box.uid_next - 1

    def ask_append(self, client, box, flags, octets):
        what = f"APPEND {quote(box.name)} ({' '.join(sorted(flags))}) "
        self.tell(client, what)
        result = client.imap.ok(what, Literal(octets, plus=self.random.random() < 0.5))
        box.add(result.code_of("APPENDUID")[1][0], flags, octets, self.step)
        client.settle(result, what)
        return result

    def do_deliver(self, _):
        box, octets = self.boxes["INBOX"], self.letter()
        deliver = self.random.choice([self.server.send, self.server.deliver_by_lmtp])
        self.tell(None, f"number {self.number}, {deliver.__name__}")
        deliver(octets, ANA)
        self.oracle.select(box.name, verb="EXAMINE")
        found = self.oracle.ok(f"UID FETCH {box.uid_next}:* (UID FLAGS MODSEQ BODY.PEEK[])").fetched_by_uid()
        new = {uid: data for uid, data in found.items() if uid >= box.uid_next}
        assert len(new) == 1, f"delivered one message, there are {sorted(new)} from {box.uid_next} on"
        for uid, data in new.items():
            received = data["BODY[]"]
            assert number_of(received) == self.number and received.endswith(octets), "it arrived changed"
            assert set(data["FLAGS"]) <= {"\\Recent"}
            box.add(uid, (), received, self.step)
            box.learn(uid, data["MODSEQ"], "delivery")

    # ---------------------------------------------------------------- reading

    def do_fetch(self, client):
        box = client.box
        if box is None or not any(seen.uid for seen in client.view):
            return self.do_noop(client)
        if client.counts_modseq and self.random.random() < 0.4:
            return self.fetch_changed(client)
        prefix, numbers, uids = self.addressed(client, most=10)
        items = self.some(["FLAGS", "RFC822.SIZE", "INTERNALDATE", "ENVELOPE", "BODYSTRUCTURE", "BODY.PEEK[]", "BODY.PEEK[HEADER]", "BODY.PEEK[TEXT]",
                           "BODY.PEEK[TEXT]<5.20>", "BODY.PEEK[HEADER.FIELDS (X-Number)]", "BODY[]<0.10>", "RFC822.HEADER"], 1, 4)
        seen_by_reading = "BODY[]<0.10>" in items and client.writable
        known = {seen.uid: set(seen.flags) if seen.flags is not None else None for seen in client.view}
        result = self.ask(client, f"{prefix}FETCH {numbers} (UID {' '.join(items)})", changes=True)
        there = [uid for uid in uids if uid in box.messages]
        if result.status == "NO":
            assert len(there) < len(uids), f"nothing was wrong with it: {result!r}"
            if seen_by_reading:
                self.resolve(box, there, "+", {"\\Seen"})
            return
        found = result.fetched_by_uid()
        assert set(there) <= set(found), f"asked for {uids}, told of {sorted(found)}, missing {set(there) - set(found)}"
        floor = box.highest
        for uid, data in found.items():
            message = box.ever(uid)
            if uid in uids and uid in box.messages:
                self.compare(message, data, items)
            if "FLAGS" in data:
                allowed = message.flags_since(client.synced) | ({frozenset(known[uid])} if known.get(uid) is not None else set())
                if seen_by_reading:
                    allowed |= {flags | {"\\Seen"} for flags in allowed}
                flags = frozenset(flag for flag in data["FLAGS"] if flag != "\\Recent")
                assert flags in allowed, f"UID {uid}: told {sorted(flags)}, which it has not been since this session looked: {allowed}"
        if seen_by_reading:
            for uid in there:
                self.change(box, uid, box.messages[uid].flags | {"\\Seen"}, floor)
        client.settle(result, "FETCH")

    def compare(self, message, data, items):
        octets = message.octets
        at = octets.index(b"\r\n\r\n") + 4
        head, text = octets[:at], octets[at:]
        expected = {
            "RFC822.SIZE": len(octets), "BODY[]": octets, "BODY[HEADER]": head, "RFC822.HEADER": head, "BODY[TEXT]": text,
            "BODY[TEXT]<5>": text[5:25], "BODY[]<0>": octets[:10],
            "BODY[HEADER.FIELDS (X-NUMBER)]": b"X-Number: %d\r\n\r\n" % number_of(octets),
        }
        for key, value in expected.items():
            if key in data:
                assert data[key] == value, f"UID {message.uid}, {key}: {data[key]!r} instead of {value!r}"
        if "BODYSTRUCTURE" in data:
            assert data["BODYSTRUCTURE"] == ("text/plain", len(text))
        if "ENVELOPE" in data:
            assert data["ENVELOPE"][1].decode().endswith(f" {number_of(octets)}")
        wanted = {item.replace(".PEEK", "").replace("<5.20>", "<5>").replace("<0.10>", "<0>").upper() for item in items}
        assert wanted <= set(data), f"UID {message.uid}: asked for {wanted}, told {set(data)}"

    def fetch_changed(self, client):
        """CHANGEDSINCE, and for QRESYNC what vanished since then."""
        self.do_noop(client)
        box = client.box
        known = sorted({there.modseq for there in box.messages.values() if there.modseq}) or [1]
        since = self.random.choice(known[-6:])
        vanished = " VANISHED" if "QRESYNC" in client.imap.enabled and self.random.random() < 0.5 else ""
        result = self.ask(client, f"UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE {since}{vanished})")
        assert result.status == "OK", result
        found = result.fetched_by_uid()
        for uid, there in box.messages.items():
            if there.modseq is not None:
                assert (there.modseq > since) == (uid in found), f"UID {uid} has MODSEQ {there.modseq}, CHANGEDSINCE {since} told {sorted(found)}"
            elif there.floor >= since:
                assert uid in found, f"UID {uid} was changed after {since} and is not told"
        for uid, data in found.items():
            assert data["MODSEQ"] > since
            assert {flag for flag in data["FLAGS"] if flag != "\\Recent"} == box.messages[uid].flags
        for response in result.all("VANISHED"):
            earlier, uids = response.data
            if earlier:
                assert vanished and not set(uids) & set(box.messages), f"{response!r}: some are there"

    def do_search(self, client):
        if client.box is None:
            return self.do_select(client)
        self.do_noop(client)
        box = client.box
        numbers = {uid: number for number, uid in enumerate(box.uids, 1)}
        text, test = self.criterion(client, 3)
        wanted = sorted(uid for uid in box.messages if test(box.messages[uid], numbers[uid]))
        by_uid = self.random.random() < 0.6
        returned = self.random.choice(["", "", "RETURN (MIN MAX COUNT ALL) ", "RETURN () "])
        result = self.ask(client, f"{'UID ' if by_uid else ''}SEARCH {returned}{text}")
        assert result.status == "OK", result
        answer = wanted if by_uid else [numbers[uid] for uid in wanted]
        if result.all("ESEARCH"):
            data = result.one("ESEARCH").data
            assert data["UID"] == by_uid
            assert sorted(data.get("ALL", [])) == answer, f"{text}: {data}, not {answer}"
            if "COUNT" in returned:
                assert (data["COUNT"], data.get("MIN"), data.get("MAX")) == (len(answer), answer[0] if answer else None, answer[-1] if answer else None)
        else:
            assert not returned and "IMAP4REV2" not in client.imap.enabled, result
            found, modseq = result.one("SEARCH").data if result.all("SEARCH") else ([], None)
            assert sorted(found) == answer, f"{text}: found {found}, not {answer}"
            if modseq and all(box.messages[uid].modseq for uid in wanted):
                assert modseq == max(box.messages[uid].modseq for uid in wanted)

    def criterion(self, client, depth):
        """A search key, and the function that says whether a message has it."""
        box, pick = client.box, self.random.randrange(16)
        if depth and pick < 2:
            text, test = self.criterion(client, depth - 1)
            return f"NOT {text}", lambda there, number: not test(there, number)
        if depth and pick < 4:
            (one, first), (two, second) = self.criterion(client, depth - 1), self.criterion(client, depth - 1)
            return f"OR {one} {two}", lambda there, number: first(there, number) or second(there, number)
        if depth and pick < 6:
            (one, first), (two, second) = self.criterion(client, depth - 1), self.criterion(client, depth - 1)
            return f"({one} {two})", lambda there, number: first(there, number) and second(there, number)
        if pick < 9:
            flag = self.random.choice(FLAGS)
            name = flag[1:].upper() if flag.startswith("\\") else f"KEYWORD {flag}"
            negative = self.random.random() < 0.5
            return ("UN" if negative else "") + name, lambda there, number: (flag in there.flags) != negative
        if pick == 9 and box.messages:
            chosen = set(self.some(box.uids, most=8))
            return f"UID {collapse(chosen)}", lambda there, number: there.uid in chosen
        if pick == 10 and box.messages:
            chosen = set(self.some(range(1, len(box) + 1), most=8))
            return collapse(chosen), lambda there, number: number in chosen
        if pick == 11:
            word = self.random.choice(WORDS)
            part = word[1:4].upper()
            return f"SUBJECT {part}", lambda there, number: part.lower().encode() in subject_of(there.octets).lower()
        if pick == 12:
            limit = self.random.choice([200, 400, 1000, 4000])
            if self.random.random() < 0.5:
                return f"LARGER {limit}", lambda there, number: len(there.octets) > limit
            return f"SMALLER {limit}", lambda there, number: len(there.octets) < limit
        if pick == 13:
            digit = str(self.random.randrange(10))
            return f"HEADER X-Number {digit}", lambda there, number: digit in str(number_of(there.octets))
        if pick == 14:
            wanted = f"message {self.random.randrange(1, self.number + 1)}."
            return f'BODY "{wanted}"', lambda there, number: wanted.encode() in there.octets.partition(b"\r\n\r\n")[2]
        if pick == 15 and client.counts_modseq and all(there.modseq for there in box.messages.values()):
            since = self.random.randrange(1, box.highest + 1)
            return f"MODSEQ {since}", lambda there, number: there.modseq >= since
        return "ALL", lambda there, number: True

    def do_status(self, client):
        box = self.random.choice([box for box in self.boxes.values() if box is not client.box])
        result = self.ask(client, f"STATUS {quote(box.name)} (MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ)")
        _, items = result.one("STATUS").data
        assert items["MESSAGES"] == len(box)
        assert items["UNSEEN"] == sum("\\Seen" not in there.flags for there in box.messages.values())
        assert items["UIDNEXT"] >= box.uid_next and box.validity in (None, items["UIDVALIDITY"])
        # A session may turn the counting on by this, and must be told MODSEQ from here on (RFC 7162 §3.1).
        client.imap.enabled.add("CONDSTORE")

    # ---------------------------------------------------------------- being told, coming back

    def do_idle(self, client):
        """Somebody else changes something: who waits is told, without asking."""
        others = [other for other in self.clients if other is not client]
        if client.box is None:
            self.do_select(client)
        self.do_noop(client)
        self.tell(client, "IDLE")
        client.imap.idle()
        other = self.random.choice(others)
        {0: self.do_store, 1: self.do_expunge, 2: self.do_append, 3: self.do_deliver}[self.random.randrange(4)](other)

        def current(imap):
            box = client.box
            told = [seen.uid for seen in imap.view if seen.uid is not None]
            return len(imap.view) == len(box) and set(told) <= set(box.uids) and all(
                seen.flags is None or seen.uid is None or seen.flags == box.messages[seen.uid].flags for seen in imap.view
            )

        client.imap.wait_for(current, what=f"change told to {client.name}, which is idle")
        self.tell(client, "DONE")
        result = client.imap.done()
        assert result.status == "OK"
        client.settle(result, "IDLE")
        client.must_be_current("after IDLE")

    def do_reconnect(self, client):
        if client.kind == "qresync" and not client.kept:
            self.do_noop(client)
        how = self.random.choice(["logout", "cut"])
        self.tell(client, how)
        if how == "logout":
            client.imap.logout()
        else:
            client.imap.close()
        client.box = None
        others = [other for other in self.clients if other is not client]
        for _ in range(self.random.randrange(4)):
            self.step += 1
            self.random.choice([self.do_store, self.do_expunge, self.do_append, self.do_deliver, self.do_move])(self.random.choice(others))
        client.connect()
        if client.kind != "qresync" or not client.kept:
            return self.select(client, self.boxes[self.random.choice(BOXES)])
        validity, modseq, known, box = client.kept
        self.tell(client, f"SELECT {box.name} (QRESYNC ({validity} {modseq} …))")
        kept, result = client.imap.reselect(box.name, validity, modseq, known, self.random.random() < 0.7)
        client.box, client.writable = box, True
        client.settle(result, "QRESYNC")
        assert sorted(kept) == box.uids, f"after QRESYNC it knows {collapse(kept)}, there are {collapse(box.uids)}"
        for uid, flags in kept.items():
            assert flags == box.messages[uid].flags, f"after QRESYNC UID {uid} has {sorted(flags)}, not {sorted(box.messages[uid].flags)}"
        client.must_be_current("QRESYNC")
        client.keep()


def subject_of(octets):
    return octets.partition(b"Subject: ")[2].partition(b"\r\n")[0]


@pytest.mark.long
@pytest.mark.parametrize("series", range(4))
def test_three_sessions_step_by_step(imap_server, series):
    world = World(imap_server, SEED + series)
    try:
        world.run(rounds(150))
    except AssertionError as error:
        story = "\n".join(world.story[-40:])
        raise AssertionError(f"PALOMA_SEED={SEED}, series {series}, step {world.step}: {error}\n{story}") from error


# ------------------------------------------------------------------ all at the same time


class Busy(threading.Thread):
    """One session that does whatever comes to its mind; every response is held against what may be told at all."""

    def __init__(self, server, book, name, seed, steps):
        super().__init__(daemon=True)
        self.server, self.book, self.random, self.steps = server, book, random.Random(seed), steps
        self.name, self.failure, self.imap = name, None, None

    def run(self):
        try:
            self.begin()
            for _ in range(self.steps):
                self.one_step()
            self.imap.ok("NOOP")
        except BaseException as error:  # noqa: BLE001 (told by the test)
            self.failure = f"{self.name}: {error!r}\n{self.imap.story() if self.imap else ''}"

    def begin(self):
        self.imap = self.server.imap()
        self.imap.login(ANA, PASSWORD)
        if self.random.random() < 0.5:
            self.imap.enable("QRESYNC")
        self.imap.select("INBOX")

    def one_step(self):
        imap, choose = self.imap, self.random
        some = collapse(choose.sample(range(1, len(imap.view) + 1), min(len(imap.view), 4))) if imap.view else "1"
        uids = collapse([seen.uid for seen in imap.view if seen.uid and choose.random() < 0.2] or [1])
        doing = choose.randrange(12)
        if doing == 0:
            imap.append("INBOX", message(self.book.next(), size=choose.choice([0, 3000])))
        elif doing == 1:
            self.server.send(message(self.book.next()), ANA)
        elif doing < 4:
            imap.ask(f"UID STORE {uids} {choose.choice('+-')}FLAGS{choose.choice(['', '.SILENT'])} ({choose.choice(FLAGS)})")
        elif doing == 4 and imap.view:
            imap.ask(f"STORE {some} {choose.choice('+-')}FLAGS ({choose.choice(FLAGS)})")
        elif doing == 5:
            imap.ask(choose.choice(["EXPUNGE", f"UID EXPUNGE {uids}"]))
        elif doing == 6:
            imap.ask(f"UID {choose.choice(['COPY', 'COPY', 'MOVE'])} {uids} {choose.choice(['INBOX', 'Shelf'])}")
        elif doing < 9 and imap.view:
            result = imap.ask(f"FETCH {some} (UID FLAGS MODSEQ BODY.PEEK[HEADER.FIELDS (X-Number)])")
            self.book.note(imap.selected, result)
        elif doing == 9:
            imap.ask("UID SEARCH UNSEEN")
        elif doing == 10 and choose.random() < 0.3:
            imap.select(choose.choice(BOXES))
        else:
            imap.ok("NOOP")


class Book:
    """What each UID has meant, and the highest MODSEQ told of it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.number, self.meant, self.modseq = 0, {}, {}

    def next(self):
        with self.lock:
            self.number += 1
            return self.number

    def note(self, box, result):
        for uid, data in result.fetched_by_uid().items():
            head = data.get("BODY[HEADER.FIELDS (X-NUMBER)]")
            if head:
                with self.lock:
                    meant = self.meant.setdefault((box, uid), head)
                assert meant == head, f"{box}, UID {uid} was {meant!r}, is {head!r}"


@pytest.mark.long
def test_all_sessions_at_the_same_time(imap_server):
    with imap_server.imap() as imap:
        imap.login(ANA, PASSWORD)
        imap.ok("CREATE Shelf")
        imap.logout()
    for run in range(2):
        book = Book()
        busy = [Busy(imap_server, book, f"session {number + 1}", SEED + 10 * run + number, rounds(150)) for number in range(3)]
        for thread in busy:
            thread.start()
        for thread in busy:
            thread.join()
        failures = [thread.failure for thread in busy if thread.failure]
        assert not failures, f"PALOMA_SEED={SEED}, run {run}\n" + "\n".join(failures)
        # At rest: whoever asks is told all, and all are told the same.
        fresh: IMAP = imap_server.imap()
        fresh.login(ANA, PASSWORD)
        for thread in busy:
            imap = thread.imap
            imap.ok("NOOP")
            fresh.select(imap.selected, verb="EXAMINE")
            truth = {data["UID"]: set(data["FLAGS"]) - {"\\Recent"} for data in fresh.messages("UID FLAGS")}
            believed = {data["UID"]: set(data["FLAGS"]) - {"\\Recent"} for data in imap.messages("UID FLAGS")}
            assert believed == truth, f"PALOMA_SEED={SEED}, run {run}, {thread.name}"
            book.note(imap.selected, fresh.ok("FETCH 1:* (UID BODY.PEEK[HEADER.FIELDS (X-Number)])") if truth else fresh.ok("NOOP"))
            imap.logout()
        fresh.logout()
