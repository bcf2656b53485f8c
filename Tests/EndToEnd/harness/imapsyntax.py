"""The grammar of IMAP's responses, taken strictly: what a server sends is parsed whole, or it is an error of the server.

`parse(octets)` takes one response with its literals in place, as it came, and returns a Response. Sources: RFC 9051 §9, and where it
has less RFC 3501 §9 (RECENT, SEARCH, RFC822); 7162 (CONDSTORE, QRESYNC), 4731 and 9394 (ESEARCH), 5256 (SORT, THREAD), 3516
(BINARY), 8474, 8514, 8970, 4314, 9208, 5464, 2342, 2971, 5255.
"""

import dataclasses
import re

MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
DATE_TIME = re.compile(rf'"(?: \d|\d\d)-(?:{MONTHS})-\d{{4}} \d\d:\d\d:\d\d [-+]\d{{4}}"'.encode())
ATOM = re.compile(rb'[^(){ %*"\\\]\x00-\x1f\x7f-\xff]+')
ASTRING_ATOM = re.compile(rb'[^(){ %*"\\\x00-\x1f\x7f-\xff]+')
QUOTED = re.compile(rb'"((?:[^"\\\r\n\x00]|\\["\\])*)"')
TEXT = re.compile(rb"[^\r\n\x00]+")
SEQUENCE_SET = re.compile(rb"(?:[1-9]\d*)(?::[1-9]\d*)?(?:,[1-9]\d*(?::[1-9]\d*)?)*")
# RFC 9051 §7.5.2: what BODY[…] and its relatives may name.
SECTION = re.compile(
    rb"(?:[1-9]\d*(?:\.[1-9]\d*)*(?:\.(?:MIME|TEXT|HEADER(?:\.FIELDS(?:\.NOT)? \([^)]+\))?))?"
    rb"|TEXT|HEADER(?:\.FIELDS(?:\.NOT)? \([^)]+\))?)?", re.I,
)
STATUSES = ("OK", "NO", "BAD", "BYE", "PREAUTH")
BARE_CODES = set(
    "ALERT PARSE READ-ONLY READ-WRITE TRYCREATE UIDNOTSTICKY CLOSED AUTHENTICATIONFAILED AUTHORIZATIONFAILED EXPIRED PRIVACYREQUIRED "
    "CONTACTADMIN NOPERM INUSE EXPUNGEISSUED CORRUPTION SERVERBUG CLIENTBUG CANNOT LIMIT OVERQUOTA ALREADYEXISTS NONEXISTENT "
    "UNKNOWN-CTE UNAVAILABLE COMPRESSIONACTIVE NOMODSEQ HASCHILDREN NOTIFICATIONOVERFLOW NOTSAVED UIDREQUIRED USEATTR TOOBIG".split()
)
NUMBER_CODES = {"UIDNEXT", "UIDVALIDITY", "UNSEEN"}


class Malformed(AssertionError):
    """The server sent what no client has to understand."""


@dataclasses.dataclass
class Response:
    """`kind`: OK, FETCH, EXISTS, `+` …; `tag`: of a tagged one; `number`: before EXISTS, EXPUNGE, FETCH, RECENT."""

    kind: str
    raw: bytes
    tag: str | None = None
    number: int | None = None
    """What the kind carries: a dict for FETCH and STATUS, lists else."""
    data: object = None
    """(NAME, argument) of a response code."""
    code: tuple | None = None
    text: str = ""
    """The client's record of the message that a FETCH is about."""
    about: object = None

    def __repr__(self):
        return repr(self.raw if len(self.raw) < 400 else self.raw[:300] + b" ... " + self.raw[-60:])


def expand(octets):
    """A sequence-set without `*` as a list of numbers, in its order."""
    numbers = []
    for part in octets.split(b"," if isinstance(octets, bytes) else ","):
        low, _, high = part.partition(b":" if isinstance(octets, bytes) else ":")
        low, high = int(low), int(high or low)
        numbers += range(low, high + 1) if low <= high else range(low, high - 1, -1)
    return numbers


def collapse(numbers):
    """Numbers as a sequence-set: `1:3,5`."""
    parts = []
    for number in sorted(set(numbers)):
        if parts and parts[-1][1] == number - 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(str(low) if low == high else f"{low}:{high}" for low, high in parts)


def parse(octets):
    if not octets.endswith(b"\r\n"):
        raise Malformed(f"no CRLF at its end: {octets!r}")
    return Parser(octets).response()


class Parser:
    def __init__(self, octets):
        self.octets, self.at = octets, 0

    # ---------------------------------------------------------------- small things

    def fail(self, wanted):
        raise Malformed(f"wanted {wanted} at octet {self.at}: {self.octets[max(0, self.at - 200):self.at]!r} >>> {self.octets[self.at:self.at + 200]!r}")

    def maybe(self, token):
        if self.octets[self.at:self.at + len(token)].upper() == token:
            self.at += len(token)
            return True
        return False

    def take(self, token):
        if not self.maybe(token):
            self.fail(repr(token))

    def match(self, pattern, wanted):
        found = pattern.match(self.octets, self.at)
        if not found or found.end() == self.at:
            self.fail(wanted)
        self.at = found.end()
        return found.group(0)

    def next_is(self, token):
        return self.octets.startswith(token, self.at)

    def space(self):
        self.take(b" ")

    def number(self, least=0, bits=32):
        digits = self.match(re.compile(rb"0|[1-9]\d*"), "a number")
        value = int(digits)
        # mod-sequence-value has 63 bits, all others 32 (RFC 7162 §7, RFC 9051 §9); sizes may have 63 (number64).
        if not least <= value < 1 << (32 if bits == 32 else 63):
            self.at -= len(digits)
            self.fail(f"a number from {least} in {bits} bits")
        return value

    def atom(self):
        return self.match(ATOM, "an atom").decode()

    def quoted(self):
        found = self.match(QUOTED, "a quoted string")
        try:
            text = found[1:-1].decode("utf-8")
        except UnicodeDecodeError:
            self.fail("UTF-8 in a quoted string")
        return re.sub(r"\\(.)", r"\1", text).encode()

    def literal(self):
        found = re.compile(rb"~?\{(\d+)\}\r\n").match(self.octets, self.at)
        if not found:
            self.fail("a literal")
        if found.group(0).startswith(b"~") and not self.binary:
            self.fail("a literal, not a literal8 (only BINARY has it)")
        self.at = found.end() + int(found.group(1))
        if self.at > len(self.octets) - 2:
            self.fail("the whole literal")
        octets = self.octets[found.end():self.at]
        if b"\0" in octets and not found.group(0).startswith(b"~"):
            self.fail("a literal without NUL")
        return octets

    binary = False

    def string(self):
        return self.quoted() if self.next_is(b'"') else self.literal()

    def nstring(self):
        return None if self.maybe(b"NIL") else self.string()

    def astring(self):
        if self.next_is(b'"') or self.next_is(b"{"):
            return self.string()
        return self.match(ASTRING_ATOM, "an astring")

    mailbox = astring

    def flag(self, star=False):
        if self.maybe(b"\\"):
            return "\\*" if star and self.maybe(b"*") else "\\" + self.atom()
        return self.atom()

    def flags(self, star=False):
        return self.listed(lambda: self.flag(star), empty=True)

    def listed(self, element, empty=False, separator=b" "):
        self.take(b"(")
        items = []
        if empty and self.maybe(b")"):
            return items
        while True:
            items.append(element())
            if self.maybe(b")"):
                return items
            self.take(separator)

    def sequence_set(self):
        return expand(self.match(SEQUENCE_SET, "a set of numbers"))

    def date_time(self):
        return self.match(DATE_TIME, "a date-time").decode().strip('"')

    def end(self):
        self.take(b"\r\n")
        if self.at != len(self.octets):
            self.fail("the end")

    # ---------------------------------------------------------------- a response

    def response(self):
        if self.maybe(b"+ "):
            text = b"" if self.next_is(b"\r\n") else self.match(TEXT, "a text or base64")
            self.end()
            return Response("+", self.octets, text=text.decode("ascii"))
        tag = None
        if not self.maybe(b"* "):
            tag = self.match(re.compile(rb'[^(){ %*"\\\]+\x00-\x1f\x7f-\xff]+'), "a tag").decode()
            self.space()
        made = self.untagged() if tag is None else self.status(("OK", "NO", "BAD"))
        made.tag = tag
        self.end()
        return made

    def untagged(self):
        if self.octets[self.at:self.at + 1].isdigit():
            number = self.number()
            self.space()
            kind = self.atom().upper()
            made = Response(kind, self.octets, number=number)
            if kind in ("FETCH", "UIDFETCH"):
                self.space()
                made.data = self.message_data()
            elif kind not in ("EXISTS", "RECENT", "EXPUNGE"):
                self.fail("EXISTS, RECENT, EXPUNGE, FETCH")
            if kind not in ("EXISTS", "RECENT") and number == 0:
                self.fail("a number from 1")
            return made
        begun = self.at
        kind = self.atom().upper()
        if kind in STATUSES:
            self.at = begun
            return self.status(STATUSES)
        method = getattr(self, "do_" + kind.lower(), None)
        if method is None:
            self.fail("a response that is known")
        return Response(kind, self.octets, data=method())

    def status(self, words):
        word = self.atom().upper()
        if word not in words:
            self.fail(" / ".join(words))
        self.space()
        made = Response(word, self.octets)
        if self.maybe(b"["):
            made.code = self.response_code()
            self.take(b"]")
            self.space()
        text = self.match(TEXT, "a text for people")
        try:
            made.text = text.decode("utf-8")
        except UnicodeDecodeError:
            self.fail("UTF-8")
        return made

    def response_code(self):
        name = self.atom().upper()
        if name in BARE_CODES:
            return name, None
        if name in NUMBER_CODES:
            self.space()
            return name, self.number(1)
        if name == "HIGHESTMODSEQ":
            self.space()
            return name, self.number(1, 63)
        if name == "PERMANENTFLAGS":
            self.space()
            return name, self.flags(star=True)
        if name == "CAPABILITY":
            return name, self.do_capability()
        if name == "BADCHARSET":
            return name, self.listed(self.astring) if self.maybe(b" ") else []
        if name == "APPENDUID":
            self.space()
            validity = self.number(1)
            self.space()
            return name, (validity, self.sequence_set())
        if name == "COPYUID":
            self.space()
            validity = self.number(1)
            self.space()
            source = self.sequence_set()
            self.space()
            target = self.sequence_set()
            if len(source) != len(target):
                self.fail("sets of one size")
            return name, (validity, source, target)
        if name == "MODIFIED":
            self.space()
            return name, self.sequence_set()
        if name == "MAILBOXID":
            self.space()
            return name, self.object_identifier()
        if self.maybe(b" "):
            return name, self.match(re.compile(rb"[^\]\r\n\x00]+"), "an argument").decode()
        return name, None

    def object_identifier(self):
        self.take(b"(")
        found = self.match(re.compile(rb"[A-Za-z0-9_-]{1,255}"), "an objectid").decode()
        self.take(b")")
        return found

    # ---------------------------------------------------------------- what has a name

    def do_capability(self):
        words = []
        while self.maybe(b" "):
            words.append(self.atom().upper())
        if "IMAP4REV1" not in words and "IMAP4REV2" not in words:
            self.fail("IMAP4rev1 or IMAP4rev2 among the capabilities")
        return words

    def do_enabled(self):
        words = []
        while self.maybe(b" "):
            words.append(self.atom().upper())
        return words

    def do_flags(self):
        self.space()
        return self.flags()

    def do_list(self):
        self.space()
        flags = self.flags()
        self.space()
        delimiter = None if self.maybe(b"NIL") else self.quoted()
        if delimiter is not None and len(delimiter) != 1:
            self.fail("one character between levels")
        self.space()
        name = self.mailbox()
        extended = {}
        if self.maybe(b" "):
            for key, value in self.listed(self.extended_item, empty=True):
                extended[key.upper()] = value
        return flags, delimiter, name, extended

    do_lsub = do_list

    def extended_item(self):
        name = self.astring().decode()
        self.space()
        return name, self.extended_value()

    def extended_value(self):
        if self.next_is(b"("):
            return self.listed(self.extended_value, empty=True)
        return self.astring()

    def do_status(self):
        self.space()
        name = self.mailbox()
        self.space()
        items = {}
        for key, value in self.listed(self.status_item, empty=True):
            if key in items:
                self.fail(f"{key} once")
            items[key] = value
        return name, items

    def status_item(self):
        key = self.atom().upper()
        self.space()
        if key == "MAILBOXID":
            return key, self.object_identifier()
        if key == "APPENDLIMIT":
            return key, None if self.maybe(b"NIL") else self.number()
        if key in ("SIZE", "HIGHESTMODSEQ", "DELETED-STORAGE"):
            return key, self.number(0, 63)
        if key not in ("MESSAGES", "RECENT", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "DELETED"):
            self.fail("an item of STATUS")
        return key, self.number(1 if key.startswith("UID") else 0)

    def do_search(self):
        numbers, modseq = [], None
        while self.maybe(b" "):
            if self.maybe(b"(MODSEQ "):
                modseq = self.number(1, 63)
                self.take(b")")
                break
            numbers.append(self.number(1))
        return numbers, modseq

    def do_sort(self):
        return self.do_search()

    def do_esearch(self):
        found = {"UID": False}
        if self.maybe(b" ("):
            while True:
                key = self.atom().upper()
                self.space()
                if key not in ("TAG", "MAILBOX", "UIDVALIDITY"):
                    self.fail("TAG, MAILBOX, UIDVALIDITY")
                found[key] = self.number(1) if key == "UIDVALIDITY" else self.astring() if key == "MAILBOX" else self.string()
                if self.maybe(b")"):
                    break
                self.space()
        if self.maybe(b" UID"):
            found["UID"] = True
        while self.maybe(b" "):
            key = self.atom().upper()
            self.space()
            if key in found:
                self.fail(f"{key} once")
            if key in ("MIN", "MAX"):
                found[key] = self.number(1)
            elif key == "COUNT":
                found[key] = self.number()
            elif key == "MODSEQ":
                found[key] = self.number(1, 63)
            elif key == "ALL":
                found[key] = self.sequence_set()
            elif key == "PARTIAL":
                self.take(b"(")
                window = self.match(re.compile(rb"-?[1-9]\d*:-?[1-9]\d*"), "a partial range").decode()
                self.space()
                found[key] = (window, [] if self.maybe(b"NIL") else self.sequence_set())
                self.take(b")")
            elif key in ("ADDTO", "REMOVEFROM"):
                def change():
                    position = self.number()
                    self.space()
                    return position, self.sequence_set()
                found[key] = self.listed(change)
            elif key == "RELEVANCY":
                found[key] = self.listed(lambda: self.number(1))
            else:
                self.fail("what a search returns")
        return found

    def do_thread(self):
        threads = []
        if self.maybe(b" "):
            while self.next_is(b"("):
                threads.append(self.thread())
        return threads

    def thread(self):
        """`(3 6 (4 23)(44 7 96))`: numbers, then at most branches."""
        self.take(b"(")
        members = []
        while not self.maybe(b")"):
            if self.next_is(b"("):
                members.append(self.thread())
            else:
                members.append(self.number(1))
                if not self.next_is(b")"):
                    self.space()
        if not members:
            self.fail("a member of a thread")
        return members

    def do_vanished(self):
        self.space()
        earlier = self.maybe(b"(EARLIER) ")
        return earlier, self.sequence_set()

    def do_namespace(self):
        spaces = []
        for _ in range(3):
            self.space()
            spaces.append([] if self.maybe(b"NIL") else self.listed(self.one_namespace, separator=b""))
        return spaces

    def one_namespace(self):
        self.take(b"(")
        prefix = self.string()
        self.space()
        delimiter = None if self.maybe(b"NIL") else self.quoted()
        while self.maybe(b" "):
            self.string()
            self.space()
            self.listed(self.string)
        self.take(b")")
        return prefix, delimiter

    def do_id(self):
        self.space()
        if self.maybe(b"NIL"):
            return {}
        def field():
            key = self.string().decode()
            self.space()
            return key, self.nstring()
        return dict(self.listed(field, empty=True))

    def do_acl(self):
        self.space()
        name, rights = self.mailbox(), {}
        while self.maybe(b" "):
            who = self.astring().decode()
            self.space()
            rights[who] = self.astring().decode()
        return name, rights

    def do_listrights(self):
        self.space()
        name = self.mailbox()
        self.space()
        who, sets = self.astring().decode(), []
        while self.maybe(b" "):
            sets.append(self.astring().decode())
        if not sets:
            self.fail("the required rights")
        return name, who, sets

    def do_myrights(self):
        self.space()
        name = self.mailbox()
        self.space()
        return name, self.astring().decode()

    def do_quota(self):
        self.space()
        root = self.astring().decode()
        self.space()
        def resource():
            name = self.atom().upper()
            self.space()
            usage = self.number(0, 63)
            self.space()
            return name, (usage, self.number(0, 63))
        return root, dict(self.listed(resource, empty=True))

    def do_quotaroot(self):
        self.space()
        name, roots = self.mailbox(), []
        while self.maybe(b" "):
            roots.append(self.astring().decode())
        return name, roots

    def do_metadata(self):
        self.space()
        name = self.mailbox()
        self.space()
        if self.next_is(b"("):
            def entry():
                key = self.astring().decode()
                self.space()
                return key, self.nstring()
            return name, dict(self.listed(entry))
        entries = [self.astring().decode()]
        while self.maybe(b" "):
            entries.append(self.astring().decode())
        return name, entries

    def do_language(self):
        self.space()
        return self.listed(self.string)

    # ---------------------------------------------------------------- FETCH

    def message_data(self):
        items = {}
        def item():
            key, value = self.message_item()
            if key in items:
                self.fail(f"{key} once")
            items[key] = value
        self.listed(item)
        return items

    def message_item(self):
        name = self.match(re.compile(rb"[A-Za-z0-9.]+"), "an item of FETCH").decode().upper()
        if name in ("BODY", "BINARY", "BINARY.SIZE") and self.maybe(b"["):
            section = SECTION.match(self.octets, self.at)
            self.at = section.end()
            self.take(b"]")
            key = f"{name}[{section.group(0).decode().upper()}]"
            if name != "BINARY.SIZE" and self.maybe(b"<"):
                key += f"<{self.number()}>"
                self.take(b">")
            self.space()
            if name == "BINARY.SIZE":
                return key, self.number()
            self.binary = name == "BINARY"
            value = self.nstring()
            self.binary = False
            return key, value
        self.space()
        if name == "FLAGS":
            return name, self.flags()
        if name == "UID":
            return name, self.number(1)
        if name == "RFC822.SIZE":
            return name, self.number(0, 63)
        if name == "MODSEQ":
            self.take(b"(")
            value = self.number(1, 63)
            self.take(b")")
            return name, value
        if name == "INTERNALDATE":
            return name, self.date_time()
        if name == "SAVEDATE":
            return name, None if self.maybe(b"NIL") else self.date_time()
        if name == "EMAILID":
            return name, self.object_identifier()
        if name == "THREADID":
            return name, None if self.maybe(b"NIL") else self.object_identifier()
        if name in ("RFC822", "RFC822.HEADER", "RFC822.TEXT", "PREVIEW"):
            return name, self.nstring()
        if name == "ENVELOPE":
            return name, self.envelope()
        if name == "BODYSTRUCTURE":
            return name, self.body(extended=True)
        if name == "BODY":
            return name, self.body(extended=False)
        self.fail("an item of FETCH")

    def envelope(self):
        self.take(b"(")
        fields = [self.nstring()]  # date
        self.space()
        fields.append(self.nstring())  # subject
        for _ in range(6):  # from, sender, reply-to, to, cc, bcc
            self.space()
            fields.append(None if self.maybe(b"NIL") else self.listed(self.address, separator=b""))
        for _ in range(2):  # in-reply-to, message-id
            self.space()
            fields.append(self.nstring())
        self.take(b")")
        return fields

    def address(self):
        self.take(b"(")
        parts = [self.nstring()]
        for _ in range(3):
            self.space()
            parts.append(self.nstring())
        self.take(b")")
        return parts

    def body(self, extended):
        """("mixed", [parts]) or ("text/plain", octets): what tests look at; the rest is only parsed."""
        self.take(b"(")
        if self.next_is(b"("):
            parts = []
            while self.next_is(b"("):
                parts.append(self.body(extended))
            self.space()
            kind = self.string().decode().lower()
            if extended and self.maybe(b" "):
                self.parameters()
                self.extension_fields()
            self.take(b")")
            return kind, parts
        kind = self.string().decode().lower()
        self.space()
        subtype = self.string().decode().lower()
        self.space()
        self.parameters()
        for _ in range(2):  # id, description
            self.space()
            self.nstring()
        self.space()
        self.string()  # encoding
        self.space()
        octets = self.number()
        if kind == "message" and subtype in ("rfc822", "global"):
            self.space()
            self.envelope()
            self.space()
            self.body(extended)
            self.space()
            self.number(0, 63)
        elif kind == "text":
            self.space()
            self.number(0, 63)
        if extended and self.maybe(b" "):
            self.nstring()  # MD5
            self.extension_fields()
        self.take(b")")
        return f"{kind}/{subtype}", octets

    def parameters(self):
        if self.maybe(b"NIL"):
            return {}
        def parameter():
            key = self.string()
            self.space()
            return key, self.string()
        return self.listed(parameter)

    def extension_fields(self):
        """[SP disposition [SP language [SP location *(SP extension)]]]"""
        if not self.maybe(b" "):
            return
        if not self.maybe(b"NIL"):
            self.take(b"(")
            self.string()
            self.space()
            self.parameters()
            self.take(b")")
        if not self.maybe(b" "):
            return
        if self.next_is(b"("):
            self.listed(self.string)
        else:
            self.nstring()
        if not self.maybe(b" "):
            return
        self.nstring()
        while self.maybe(b" "):
            self.extension()

    def extension(self):
        if self.next_is(b"("):
            self.listed(self.extension)
        elif self.octets[self.at:self.at + 1].isdigit():
            self.number(0, 63)
        else:
            self.nstring()
