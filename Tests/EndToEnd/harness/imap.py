"""An IMAP client in the test's own hand: it parses every response by the grammar, and keeps the view of the selected mailbox that
the server has told it, no more. A response that no server may send at that moment is an error at once (RFC 9051 §5.5, §7.5.1;
RFC 7162 §3.2.10).
"""

import dataclasses
import re
import time

from harness import imapsyntax
from harness.imapsyntax import collapse
from harness.wire import Wire

LITERAL_AT_END = re.compile(rb"\{(\d+)\}\r\n$")
STATUS_LINE = re.compile(rb"(?:\+|[^ ]+ (?:OK|NO|BAD|BYE|PREAUTH) )", re.I)
# RFC 9051 §7.5.1: no EXPUNGE while one of these runs, for they have message numbers in them; the UID commands have not.
NUMBERED = ("FETCH", "STORE", "SEARCH", "SORT", "THREAD")


class Refused(AssertionError):
    """NO or BAD where OK was wanted; `result` has it."""

    def __init__(self, command, result):
        super().__init__(f"{command!r}: {result!r}")
        self.result = result


@dataclasses.dataclass
class Literal:
    """Octets of a command that go as a literal. `plus`: without waiting for the server (RFC 7888)."""

    octets: bytes
    plus: bool = False
    binary: bool = False


@dataclasses.dataclass
class Result:
    """How a command ended, and the untagged responses before that."""

    status: str
    code: tuple | None
    text: str
    untagged: list

    def all(self, kind):
        return [response for response in self.untagged if response.kind == kind]

    def one(self, kind):
        found = self.all(kind)
        assert len(found) == 1, f"{len(found)} {kind} responses, not one: {self!r}"
        return found[0]

    def code_of(self, name):
        """The argument of a response code, in the tagged response or an untagged one; None when it is nowhere."""
        if self.code and self.code[0] == name:
            return self.code[1]
        for response in self.untagged:
            if response.code and response.code[0] == name:
                return response.code[1]
        return None

    def has_code(self, name):
        return any(code and code[0] == name for code in [self.code, *(response.code for response in self.untagged)])

    def fetched(self):
        """{message number: {item: value}}; of several responses about one message the last word counts."""
        found = {}
        for response in self.untagged:
            if response.kind == "FETCH":
                found.setdefault(response.number, {}).update(response.data)
        return found

    def fetched_by_uid(self):
        """The same by UID, as the response has it or as the view knew it: message numbers move within one answer."""
        found = {}
        for response in self.untagged:
            if response.kind == "FETCH":
                uid = response.data.get("UID") or response.about.uid
                if uid:
                    found.setdefault(uid, {}).update(response.data)
        return found


@dataclasses.dataclass
class Seen:
    """What the server has told about one message of the view."""

    uid: int | None = None
    flags: set | None = None
    modseq: int | None = None


class IMAP(Wire):
    """A connection. `view`: the messages of the selected mailbox by number, as far as they were told."""

    def __init__(self, target, context=None, timeout=60, greet=True, **more):
        super().__init__(target, context, timeout, **more)
        self.tags = 0
        self.running = None
        """The command that runs, `IDLE`, or None."""
        self.untagged = []
        self.forget_mailbox()
        self.enabled = set()
        self.capabilities = None
        self.transcript = []
        """The last lines, for the report of a failure."""
        self.replacing = False
        self.notified = False
        """Whether NOTIFY has asked for what vanishes from the selected mailbox, at any time (RFC 5465 §5.1)."""
        if greet:
            greeting = self.response()
            assert greeting.tag is None and greeting.kind in ("OK", "PREAUTH"), greeting
            self.note_code(greeting)

    def forget_mailbox(self):
        self.selected = None
        self.view = []
        self.recent = 0
        self.uid_validity = self.uid_next = self.highest = None
        self.mailbox_flags, self.permanent_flags = [], []

    # ---------------------------------------------------------------- one response

    def whole_response(self):
        octets = b""
        while True:
            while b"\n" not in self.held:
                self.fill()
            line, self.held = self.held.split(b"\n", 1)
            octets += line + b"\n"
            found = LITERAL_AT_END.search(octets) if not STATUS_LINE.match(octets) else None
            if not found:
                return octets
            octets += self.exactly(int(found.group(1)))

    def response(self):
        octets = self.whole_response()
        self.remember(b"S: " + octets)
        response = imapsyntax.parse(octets)
        if response.tag is None and response.kind != "+":
            self.note(response)
        return response

    def remember(self, octets):
        self.transcript.append(octets[:300])
        del self.transcript[:-60]

    def story(self):
        return b"".join(line if line.endswith(b"\n") else line + b"...\n" for line in self.transcript).decode("utf-8", "replace")

    def send(self, octets):
        self.remember(b"C: " + (octets.encode() if isinstance(octets, str) else octets))
        return super().send(octets)

    # ---------------------------------------------------------------- what it means for the view

    def wrong(self, response, why):
        raise AssertionError(f"{why}: {response!r} while {self.running!r} runs; {len(self.view)} messages are known\n{self.story()}")

    def note(self, response):
        kind, number = response.kind, response.number
        self.note_code(response)
        if self.replacing and (kind == "FLAGS" or response.code and response.code[0] == "CLOSED"):
            self.replacing = False
            selected, self.view, self.recent = self.selected, [], 0
            self.uid_validity = self.uid_next = None
        if kind == "EXISTS":
            if number < len(self.view):
                self.wrong(response, "EXISTS never falls")
            self.view += [Seen() for _ in range(number - len(self.view))]
        elif kind == "RECENT":
            if number > len(self.view):
                self.wrong(response, "more are recent than exist")
            self.recent = number
        elif kind == "EXPUNGE":
            if "QRESYNC" in self.enabled:
                self.wrong(response, "VANISHED stands for EXPUNGE once QRESYNC is enabled")
            self.check_expunge_allowed(response)
            if number > len(self.view):
                self.wrong(response, "there is no such message")
            del self.view[number - 1]
        elif kind == "VANISHED":
            earlier, uids = response.data
            if "QRESYNC" not in self.enabled:
                self.wrong(response, "QRESYNC is not enabled")
            if not earlier:
                self.check_expunge_allowed(response)
            for uid in uids:
                self.vanish(response, uid, earlier)
        elif kind == "FETCH":
            if number > len(self.view):
                self.wrong(response, "there is no such message")
            response.about = self.view[number - 1]
            self.note_fetch(response, response.about)
        elif kind == "ENABLED":
            self.enabled |= set(response.data)
            if "QRESYNC" in self.enabled:
                self.enabled.add("CONDSTORE")

    def check_expunge_allowed(self, response):
        if self.running is None:
            if not self.notified:
                self.wrong(response, "no message vanishes when no command runs")
            return
        if self.running.split()[0] in NUMBERED:
            self.wrong(response, "no message vanishes while message numbers are in use")

    def vanish(self, response, uid, earlier):
        for index, seen in enumerate(self.view):
            if seen.uid == uid:
                del self.view[index]
                return
        if earlier:
            return
        # A message that EXISTS has told and nobody has asked the UID of.
        for index, seen in enumerate(self.view):
            if seen.uid is None and all(other.uid is None or other.uid < uid for other in self.view[:index]):
                if all(other.uid is None or other.uid > uid for other in self.view[index:]):
                    del self.view[index]
                    return
        self.wrong(response, f"UID {uid} is not in the view")

    def note_fetch(self, response, seen):
        data = response.data
        if "UID" in data:
            if seen.uid is not None and seen.uid != data["UID"]:
                self.wrong(response, f"that message had UID {seen.uid}")
            index = response.number - 1
            if any(other.uid and other.uid >= data["UID"] for other in self.view[:index][-1:]) or any(
                other.uid and other.uid <= data["UID"] for other in self.view[index + 1:][:1]
            ):
                self.wrong(response, "UIDs do not ascend")
            seen.uid = data["UID"]
        elif "QRESYNC" in self.enabled and "FLAGS" in data and self.running != "FETCH":
            self.wrong(response, "with QRESYNC, what tells of flags has the UID")
        if "FLAGS" in data:
            flags = data["FLAGS"]
            if len({flag.lower() for flag in flags}) != len(flags):
                self.wrong(response, "a flag twice")
            seen.flags = {flag for flag in flags if flag != "\\Recent"}
        if "MODSEQ" in data:
            if seen.modseq is not None and data["MODSEQ"] < seen.modseq:
                self.wrong(response, f"MODSEQ falls, from {seen.modseq}")
            seen.modseq = data["MODSEQ"]

    def note_code(self, response):
        name, argument = response.code or (None, None)
        if name == "CAPABILITY":
            self.capabilities = set(argument)
        elif name == "UIDVALIDITY":
            self.uid_validity = argument
        elif name == "UIDNEXT":
            self.uid_next = argument
        elif name == "HIGHESTMODSEQ":
            if self.highest is not None and argument < self.highest and self.running not in ("SELECT", "EXAMINE"):
                self.wrong(response, "HIGHESTMODSEQ falls")
            self.highest = argument
        elif name == "PERMANENTFLAGS":
            self.permanent_flags = argument
        if response.kind == "FLAGS":
            self.mailbox_flags = response.data
        if response.kind == "CAPABILITY":
            self.capabilities = set(response.data)

    # ---------------------------------------------------------------- commands

    def start(self, *parts):
        """Sends a command of strings, octets and Literals. What it is called counts for what the server may tell meanwhile."""
        self.tags += 1
        tag = f"t{self.tags}"
        first = parts[0] if isinstance(parts[0], str) else parts[0].decode("utf-8", "replace")
        words = first.split()
        self.running = " ".join(words[:2]).upper() if words[0].upper() == "UID" else words[0].upper()
        self.untagged = []
        out = tag.encode() + b" "
        for part in parts:
            if not isinstance(part, Literal):
                out += part.encode() if isinstance(part, str) else part
                continue
            out += b"%s{%d%s}\r\n" % (b"~" if part.binary else b"", len(part.octets), b"+" if part.plus else b"")
            if not part.plus:
                self.send(out)
                out = b""
                refusal = self.until_continuation(tag)
                if refusal:
                    return refusal
            out += part.octets
        self.send(out + b"\r\n")
        return tag

    def until_continuation(self, tag=None):
        """Waits for `+`; the tagged response if it was refused instead."""
        while True:
            response = self.response()
            if response.kind == "+" and response.tag is None:
                return None
            if response.tag is not None:
                assert response.tag == tag, response
                return response
            self.untagged.append(response)

    def finish(self, started):
        """The Result of a command that was started."""
        if isinstance(started, str):
            while True:
                response = self.response()
                if response.tag is not None:
                    break
                assert response.kind != "+", f"nobody waits for {response!r}"
                self.untagged.append(response)
            assert response.tag == started, f"{response!r}, but {started} runs"
        else:
            response = started
        self.note_code(response)
        self.running = None
        untagged, self.untagged = self.untagged, []
        return Result(response.kind, response.code, response.text, untagged)

    def ask(self, *parts):
        """Whatever becomes of it."""
        return self.finish(self.start(*parts))

    def ok(self, *parts):
        result = self.ask(*parts)
        if result.status != "OK":
            raise Refused(parts[0], result)
        return result

    def no(self, *parts, code=None):
        result = self.ask(*parts)
        assert result.status == "NO", f"{parts[0]!r}: wanted NO, got {result!r}"
        assert code is None or result.has_code(code), f"{parts[0]!r}: wanted [{code}], got {result!r}"
        return result

    def bad(self, *parts):
        result = self.ask(*parts)
        assert result.status == "BAD", f"{parts[0]!r}: wanted BAD, got {result!r}"
        return result

    def login(self, user, password):
        self.ok(f'LOGIN "{user}" "{password}"')
        if self.capabilities is None or "IDLE" not in self.capabilities:
            self.ok("CAPABILITY")
        return self

    def enable(self, *words):
        self.ok("ENABLE " + " ".join(words))
        assert set(words) <= self.enabled, f"not enabled: {set(words) - self.enabled}"
        return self

    def select(self, name="INBOX", parameters="", verb="SELECT"):
        """Selects, and holds the answer against RFC 9051 §6.3.2."""
        self.replacing = self.selected is not None
        if not self.replacing:
            self.forget_mailbox()
        started = self.start(f"{verb} {quote(name)}{' (' + parameters + ')' if parameters else ''}")
        self.selected = name
        result = self.finish(started)
        if result.status != "OK":
            self.replacing = False
            self.forget_mailbox()
            raise Refused(f"{verb} {name}", result)
        for kind in ("FLAGS", "EXISTS"):
            assert result.all(kind), f"{verb} without {kind}: {result!r}"
        if "IMAP4REV2" not in self.enabled:
            assert result.all("RECENT"), f"{verb} without RECENT: {result!r}"
        for code in ("UIDVALIDITY", "UIDNEXT", "PERMANENTFLAGS"):
            assert result.has_code(code), f"{verb} without {code}: {result!r}"
        assert result.code and result.code[0] == ("READ-WRITE" if verb == "SELECT" else "READ-ONLY"), result
        return result

    def reselect(self, name, uid_validity, modseq, known, tells_known=True):
        """SELECT (QRESYNC (…)) with what a client has kept, then a FETCH of what is new. What it knows now: {uid: flags}.

        `known`: {uid: flags}; `tells_known`: whether the command lists them. RFC 7162 §3.2.5.1: then a server tells of those alone.
        """
        assert "QRESYNC" in self.enabled
        uids = f" {collapse(known)}" if known and tells_known else ""
        result = self.select(name, f"QRESYNC ({uid_validity} {modseq}{uids})")
        assert self.uid_validity == uid_validity
        kept = dict(known)
        for response in result.untagged:
            if response.kind == "VANISHED":
                earlier, gone = response.data
                assert earlier, f"{response!r}: SELECT tells what vanished before"
                for uid in gone:
                    kept.pop(uid, None)
            elif response.kind == "FETCH":
                assert {"UID", "FLAGS", "MODSEQ"} <= set(response.data), response
                assert response.data["MODSEQ"] > modseq, f"{response!r}: not changed since {modseq}"
                kept[response.data["UID"]] = {flag for flag in response.data["FLAGS"] if flag != "\\Recent"}
        if len(self.view) > len(kept):
            assert uids or not known, f"{len(self.view)} messages, but {sorted(kept)} are kept and told, all that is new among them\n{self.story()}"
            for uid, data in self.ok(f"UID FETCH {max(known, default=0) + 1}:* (UID FLAGS)").fetched_by_uid().items():
                kept[uid] = {flag for flag in data["FLAGS"] if flag != "\\Recent"}
        assert len(kept) == len(self.view), f"EXISTS says {len(self.view)}, what is kept and told is {sorted(kept)}\n{self.story()}"
        for seen, uid in zip(self.view, sorted(kept)):
            assert seen.uid in (None, uid), f"message numbers and UIDs do not fit: {seen} is {uid}\n{self.story()}"
            seen.uid, seen.flags = uid, kept[uid]
        return kept, result

    def append(self, name, octets, flags="", date="", plus=True):
        """The UID it got (UIDPLUS)."""
        extras = (f" ({flags})" if flags else "") + (f' "{date}"' if date else "")
        result = self.ok(f"APPEND {quote(name)}{extras} ", Literal(octets, plus))
        assert result.code and result.code[0] == "APPENDUID", result
        validity, uids = result.code[1]
        assert len(uids) == 1
        return uids[0]

    def messages(self, items="UID FLAGS BODY.PEEK[]"):
        """Every message of the selected mailbox: [{item: value}] in their order."""
        if not self.view:
            return []
        found = self.ok(f"FETCH 1:* ({items})").fetched()
        return [found[number] for number in sorted(found)]

    # ---------------------------------------------------------------- being told

    def idle(self):
        """Begins to wait; until `done` other commands are not allowed."""
        tag = self.start("IDLE")
        refusal = self.until_continuation(tag)
        assert refusal is None, refusal
        self.idling = tag
        return self

    def wait_for(self, condition, seconds=60, what="news"):
        """Reads until `condition(self)`; everything that is told stands in `untagged`, too."""
        end = time.monotonic() + seconds
        while not condition(self):
            left = end - time.monotonic()
            assert left > 0, f"no {what} within {seconds} s\n{self.story()}"
            self.socket.settimeout(left)
            try:
                self.untagged.append(self.response())
            except TimeoutError:
                raise AssertionError(f"no {what} within {seconds} s\n{self.story()}") from None
            finally:
                self.socket.settimeout(60)
        return self

    def done(self):
        self.send("DONE\r\n")
        return self.finish(self.idling)

    def logout(self):
        result = self.ok("LOGOUT")
        assert result.all("BYE"), f"LOGOUT without BYE: {result!r}"
        assert self.at_end()
        self.close()


def quote(name):
    """A mailbox name as this client's connections send it: quoted."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
